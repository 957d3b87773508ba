"""Exercises of notebook 10: right answers, mistakes told apart, answers of another kind."""

import json
import shutil

import pandas as pd
import pytest
from conftest import write_posts

from toolkit.crate import write_crate
from toolkit.lessons import check
from toolkit.lessons.check import LANGUAGES, messages
from toolkit.lessons.reproducing import CHECKS, changed_post, changed_tables, limits_apart, touched_file
from toolkit.storage import write_table

LIMITS = [0.041, 0.052, 0.0465]


def a_run(folder, seed, posts=None):
    """A run folder of three tables: words never move, drawn does with the seed, stamped only in its time."""
    made = {
        "words": pd.DataFrame({"term": ["a", "b"], "n": [1, 2]}),
        "drawn": pd.DataFrame({"ci_low": [0.1 * seed]}),
        "topics": pd.DataFrame({"weight": [1.0 + seed]}),
        "stamped": pd.DataFrame({"code": ["x"], "created": [f"2026-01-0{seed}T00:00:00Z"]}),
    }
    tables = {name: write_table(table, folder / "tables", name) for name, table in made.items()}
    record = {
        "created": "2026-01-01T00:00:00Z",
        "versions": {"toolkit": "0", "python": "3"},
        "seed": seed,
        "settings": {"study": {"title": "t", "parts": ["words"]}},
        "corpus": {"path": "x", "sha256": "0" * 64, "posts": posts or {}},
        "codebook": {"id": "c", "version": "1", "sha256": "0" * 64},
        "citation": "c",
        "tables": tables,
    }
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    write_crate(folder)
    return folder


@pytest.fixture
def runs(tmp_path):
    return {"before": a_run(tmp_path / "one", 1), "after": a_run(tmp_path / "two", 2)}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (["drawn", "topics"], "right"),
        (("topics", "drawn"), "right"),
        (["drawn", "topics", "stamped"], "stamped"),
        (["drawn", "stamped"], "time"),
        (["drawn"], "missing"),
        ([], "missing"),
        (["words", "drawn"], "unmoved"),
        (["words", "stamped"], "time"),
        (["themes"], "no_table"),
    ],
)
def test_changed_tables(runs, answer, message):
    assert changed_tables(answer, **runs).message == message


def test_the_tables_that_stayed_are_the_others(tmp_path):
    runs = {"before": a_run(tmp_path / "one", 1), "after": a_run(tmp_path / "two", 1)}
    assert changed_tables([], **runs).message == "right"
    shutil.rmtree(tmp_path / "two")
    runs["after"] = a_run(tmp_path / "two", 2)
    record = json.loads((tmp_path / "two" / "run.json").read_text(encoding="utf-8"))
    del record["tables"]["stamped"]
    (tmp_path / "two" / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert changed_tables(["words"], **runs).message == "same"


@pytest.fixture
def changed(tmp_path):
    """A run of the small corpus, one post of which has changed since."""
    from toolkit.corpus import load_posts

    write_posts(tmp_path / "texts")
    posts = load_posts(tmp_path / "texts", progress=False)
    run = a_run(tmp_path / "run", 1, dict(zip(posts["doc_id"], posts["sha256"], strict=True)))
    path = tmp_path / "texts" / "dos.txt"
    path.write_text(path.read_text(encoding="utf-8") + " Fin.", encoding="utf-8")
    return {"run": run, "corpus": tmp_path / "texts"}


@pytest.mark.parametrize(
    ("answer", "message"),
    [("dos", "right"), (" dos ", "right"), ("uno", "unchanged"), ("dos.txt", "file_name"), ("nada", "no_post")],
)
def test_changed_post(changed, answer, message):
    assert changed_post(answer, **changed).message == message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (1.1, "right"),
        (0.011, "share"),
        (-1.1, "sign"),
        (5.2, "one_limit"),
        (4.1, "one_limit"),
        (4.65, "one_limit"),
        (5.2 / 4.1, "relative"),
        (100 * 1.1 / 4.1, "relative"),
        (2, "high"),
        (0.5, "low"),
    ],
)
def test_limits_apart(answer, message):
    assert limits_apart(answer, limits=LIMITS).message == message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("tables/drawn.csv", "right"),
        ("drawn.csv", "without_folder"),
        ("tables/drawn", "without_ending"),
        ("tables/drawn.parquet", "untouched"),
        ("tables/none.csv", "no_file"),
    ],
)
def test_touched_file(runs, answer, message):
    folder = runs["before"]
    with (folder / "tables" / "drawn.csv").open("ab") as file:
        file.write(b"1\n")
    assert touched_file(answer, folder=folder).message == message


def given(runs, changed):
    return {
        "10.1": runs,
        "10.2": {"limits": LIMITS},
        "10.3": changed,
        "10.4": {"folder": runs["before"]},
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "strange", [3, None, float("nan"), pd.DataFrame({1: [2]}), [1]], ids=["3", "None", "nan", "table", "[1]"]
)
def test_an_answer_of_another_kind_is_no_right_one(runs, changed, strange, lang):
    for exercise, what in given(runs, changed).items():
        assert check(exercise, strange, lang=lang, **what).right is False


def test_every_message_is_there_in_all_languages():
    assert set(CHECKS) == set(messages("10"))
    for of_exercise in messages("10").values():
        assert "right" in of_exercise
        for texts in of_exercise.values():
            assert set(texts) == set(LANGUAGES)
