"""A run whose texts, settings and program are those of an earlier one is that run; anything else is made."""

import json
import shutil
import stat

import pytest
from conftest import write_posts

from toolkit.__main__ import main
from toolkit.corpus import load_corpus
from toolkit.errors import InputError
from toolkit.reuse import run_key
from toolkit.settings import Study
from toolkit.study import run_study

STUDY = {
    "study": {"parts": ("principles",)},
    "principles": {"method": "cues"},
    "statistics": {"bootstrap": 100, "permutations": 100},
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def study(tmp_path):
    write_posts(tmp_path / "small")
    return Study(**{**STUDY, "corpus": {"path": str(tmp_path / "small")}})


def told(study, output, **settings):
    said = []
    folder = run_study(study, output, say=said.append, **settings)
    return folder, "its results are taken over" in "\n".join(said)


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_study_again_is_taken_over_and_says_so(study, tmp_path):
    first, taken = told(study, tmp_path / "first")
    assert not taken
    again, taken = told(study, tmp_path / "again")
    assert taken
    one, other = files_of(first), files_of(again)
    differ = {name for name in one if one[name] != other.get(name)}
    assert set(one) == set(other) and differ == {"run.json", "ro-crate-metadata.json"}
    record = json.loads(other["run.json"])
    assert record["folder"] == "again" and record["taken over from"] == str(first)
    assert {**record, "folder": "first"} == {**json.loads(one["run.json"]), "taken over from": str(first)}
    # from a copy of a copy the first is still named
    third, taken = told(study, tmp_path / "third")
    assert taken and json.loads((third / "run.json").read_text())["taken over from"] == str(first)


def test_on_request_all_is_made_anew(study, tmp_path):
    told(study, tmp_path / "first")
    assert not told(study, tmp_path / "again", keep=False)[1]


def test_the_folder_itself_can_be_replaced_by_what_it_holds(study, tmp_path):
    told(study, tmp_path / "first")
    before = files_of(tmp_path / "first")
    folder, taken = told(study, tmp_path / "first", overwrite=True)
    assert taken and folder == tmp_path / "first"
    assert files_of(folder)["tables/scores.parquet"] == before["tables/scores.parquet"]


def test_what_was_put_beside_a_run_since_is_none_of_it(study, tmp_path):
    first, _ = told(study, tmp_path / "first")
    left = set(files_of(first))
    for name in ("my_notes.txt", "tables/mine.xlsx", ".hidden", "figures/old/a.png"):
        (first / name).parent.mkdir(exist_ok=True)
        (first / name).write_text("hours of work", encoding="utf-8")
    again, taken = told(study, tmp_path / "again")
    assert taken and set(files_of(again)) == left
    assert len(files_of(first)) == len(left) + 4


def test_a_run_that_was_put_away_read_only_is_taken_over_as_one_that_can_be_changed(study, tmp_path):
    first, _ = told(study, tmp_path / "first")
    for path in first.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    again, taken = told(study, tmp_path / "again")
    assert taken and all(path.stat().st_mode & stat.S_IWUSR for path in again.rglob("*"))
    for path in first.rglob("*"):
        path.chmod(0o755)


@pytest.mark.parametrize(
    "change",
    ["a table", "a file gone", "the record", "the folder gone", "the note", "no hashes"],
)
def test_a_run_that_is_not_as_it_was_left_is_not_taken_over(study, tmp_path, change):
    first, _ = told(study, tmp_path / "first")
    if change == "a table":
        with (first / "tables" / "scores.csv").open("ab") as file:
            file.write(b"x\n")
    elif change == "a file gone":
        (first / "report.html").unlink()
    elif change == "the record":
        record = json.loads((first / "run.json").read_text())
        (first / "run.json").write_text(json.dumps({**record, "notes": ["mine"]}))
    elif change == "the folder gone":
        shutil.rmtree(first)
    elif change == "the note":
        [note] = (tmp_path / "cache" / "runs").iterdir()
        note.write_text("{")
    else:
        (first / "ro-crate-metadata.json").write_text('{"@graph": []}')
    assert not told(study, tmp_path / "again")[1]


@pytest.mark.parametrize(
    "change",
    ["a text", "a date", "a coding", "a setting", "the program", "a pipeline", "an encoder"],
)
def test_what_a_result_depends_on_is_what_it_is_known_by(study, tmp_path, change, monkeypatch):
    folder = tmp_path / "small"
    told(study, tmp_path / "first")
    post = folder / "uno.md"
    text = post.read_text(encoding="utf-8")
    if change == "a text":
        post.write_text(text + "\n\nY algo más.", encoding="utf-8")
    elif change == "a date":
        post.write_text(text.replace("lang: es", "lang: es\ndate: 2011-01-02"), encoding="utf-8")
    elif change == "a coding":
        (folder / "annotations").mkdir()
        (folder / "annotations" / "coverage.csv").write_text("doc_id,codebook,coder\n", encoding="utf-8")
    elif change == "a setting":
        study = study.model_copy(update={"study": study.study.model_copy(update={"seed": 7})})
    elif change == "a pipeline":  # installed since then
        monkeypatch.setattr("toolkit.reuse.pipelines_of", lambda study: ("trained", "trained", "trained"))
    elif change == "an encoder":
        monkeypatch.setattr("toolkit.reuse.encoders_here", lambda: ())
    else:
        monkeypatch.setattr("toolkit.reuse.code_key", lambda: "another")
    assert not told(study, tmp_path / "again")[1]


def test_codings_are_known_by_where_they_lie_too(study, tmp_path):
    folder = tmp_path / "small"
    corpus = load_corpus(folder)
    (folder / "annotations" / "a").mkdir(parents=True)
    (folder / "annotations" / "a" / "x.jsonl").write_text("{}", encoding="utf-8")
    before = run_key(study, folder, corpus)
    assert run_key(study, folder, corpus) == before
    (folder / "annotations" / "a").rename(folder / "annotations" / "b")
    assert run_key(study, folder, corpus) != before


def test_rules_that_are_not_there_are_said_in_a_sentence(study, tmp_path):
    rules = study.corpus.model_copy(update={"furniture_rules": str(tmp_path / "none.yaml")})
    with pytest.raises(InputError, match=r"^[^\n]*none\.yaml: cannot be read: No such file or directory\.$"):
        run_study(study.model_copy(update={"corpus": rules}), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "out"))] == []


def test_the_command_says_what_it_takes_over_and_can_be_told_not_to(study, tmp_path, capsys):
    toml = shutil.copy(told(study, tmp_path / "first")[0] / "study.toml", tmp_path)
    assert main(["run", str(toml), "--output", str(tmp_path / "again")]) == 0
    assert "Nothing has changed since the run in" in capsys.readouterr().err
    assert main(["run", str(toml), "--output", str(tmp_path / "anew"), "--anew"]) == 0
    assert "Nothing has changed" not in capsys.readouterr().err


def test_workers_and_a_scheduler_exclude_each_other(capsys):
    assert main(["run", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "give one of the two" in capsys.readouterr().err
