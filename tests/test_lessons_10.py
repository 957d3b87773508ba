"""Exercises of notebook 10: right answers, mistakes told apart, answers of another kind."""

import json
import shutil

import pandas as pd
import pytest
from conftest import write_posts
from judged import Judged

from toolkit.corpus import load_posts
from toolkit.crate import write_crate
from toolkit.lessons.reproducing import changed_tables
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


def test_the_tables_that_stayed_are_the_others(tmp_path):
    runs = {"before": a_run(tmp_path / "one", 1), "after": a_run(tmp_path / "two", 1)}
    assert changed_tables([], **runs).message == "right"
    shutil.rmtree(tmp_path / "two")
    runs["after"] = a_run(tmp_path / "two", 2)
    record = json.loads((tmp_path / "two" / "run.json").read_text(encoding="utf-8"))
    del record["tables"]["stamped"]
    (tmp_path / "two" / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert changed_tables(["words"], **runs).message == "same"


CASES = [
    ("10.1", ["drawn", "topics"], "right"),
    ("10.1", ("topics", "drawn"), "right"),
    ("10.1", ["drawn", "topics", "stamped"], "stamped"),
    ("10.1", ["drawn", "stamped"], "time"),
    ("10.1", ["drawn"], "missing"),
    ("10.1", [], "missing"),
    ("10.1", ["words", "drawn"], "unmoved"),
    ("10.1", ["words", "stamped"], "time"),
    ("10.1", ["themes"], "no_table"),
    ("10.3", "dos", "right"),
    ("10.3", " dos ", "right"),
    ("10.3", "uno", "unchanged"),
    ("10.3", "dos.txt", "file_name"),
    ("10.3", "nada", "no_post"),
    ("10.2", 1.1, "right"),
    ("10.2", 0.011, "share"),
    ("10.2", -1.1, "sign"),
    ("10.2", 5.2, "one_limit"),
    ("10.2", 4.1, "one_limit"),
    ("10.2", 4.65, "one_limit"),
    ("10.2", 5.2 / 4.1, "relative"),
    ("10.2", 100 * 1.1 / 4.1, "relative"),
    ("10.2", 2, "high"),
    ("10.2", 0.5, "low"),
    ("10.4", "tables/drawn.csv", "right"),
    ("10.4", "drawn.csv", "without_folder"),
    ("10.4", "tables/drawn", "without_ending"),
    ("10.4", "tables/drawn.parquet", "untouched"),
    ("10.4", "tables/none.csv", "no_file"),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two runs; one with a touched file; and one of the small corpus, one post of which has changed since."""
    folder = tmp_path_factory.mktemp("ten")
    touched = a_run(folder / "touched", 1)
    with (touched / "tables" / "drawn.csv").open("ab") as file:
        file.write(b"1\n")
    write_posts(folder / "texts")
    posts = load_posts(folder / "texts", progress=False)
    run = a_run(folder / "run", 1, dict(zip(posts["doc_id"], posts["sha256"], strict=True)))
    path = folder / "texts" / "dos.txt"
    path.write_text(path.read_text(encoding="utf-8") + " Fin.", encoding="utf-8")
    return {
        "10.1": {"before": a_run(folder / "one", 1), "after": a_run(folder / "two", 2)},
        "10.2": {"limits": LIMITS},
        "10.3": {"run": run, "corpus": folder / "texts"},
        "10.4": {"folder": touched},
    }


class TestJudged(Judged):
    LESSON = "10"
    CASES = CASES
    ALSO = frozenset({("10.1", "same")})

    @pytest.fixture
    def gives(self, folders):
        return folders
