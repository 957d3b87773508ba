"""Files that were made to do harm: each is read or refused in one sentence, in bounded time and memory, and nothing of
it gets out, runs, or is written anywhere but where it was asked for. A table: ``benchmarks/hostile_inputs.py``."""

import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from hostile.files import EXCHANGE, FILES, FOLDERS, SECRET, SETTINGS, write_folders, write_odd_entries
from hostile.running import Ran, problems_of, run

from toolkit.corpus import load_corpus

NOWHERE = Path("/nowhere")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file beside the folder of texts, which no text may bring in."""
    path = tmp_path / "secret" / "passwords.txt"
    path.parent.mkdir()
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the command runs: two folders down, so that a way up ends where it can be seen."""
    path = tmp_path / "here" / "inside"
    path.mkdir(parents=True)
    return path


def assert_held(ran: Ran, place: Path, secret: Path) -> None:
    assert problems_of(ran, SECRET, "out") == []
    beside = {str(path.relative_to(place.parent.parent)) for path in place.parent.parent.rglob("*pwned*")}
    assert beside == set()
    for path in place.rglob("out*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    assert secret.read_text(encoding="utf-8") == f"{SECRET}\n"


@pytest.mark.parametrize("name", FILES(NOWHERE))
def test_a_hostile_file_is_read_or_refused(name: str, place: Path, secret: Path) -> None:
    file, make = FILES(secret)[name]
    (place / file).write_bytes(make())
    ran = run(["load", file, "--output", "out"], place)
    assert_held(ran, place, secret)
    if ran.status == 0:
        corpus = load_corpus(place / "out")
        for row in corpus.posts.to_dict("records"):
            assert all(isinstance(value, str) or value != value for value in row.values())
            "".join(str(value) for value in row.values()).encode("utf-8")
            assert SECRET not in "".join(map(str, row.values()))
        assert len(corpus.posts) or len(corpus.skipped)


def test_odd_entries_of_a_folder_are_passed_over_or_read_by_name(place: Path, secret: Path) -> None:
    folder = place / "textos"
    folder.mkdir()
    many = write_odd_entries(folder, secret)
    ran = run(["load", "textos", "--output", "out"], place)
    assert problems_of(ran, "no secret: links of one's own folder are followed", "out") == []
    corpus = load_corpus(place / "out")
    assert len(corpus.posts) + len(corpus.skipped) >= many - 2
    assert corpus.posts["doc_id"].is_unique


@pytest.mark.parametrize("name", EXCHANGE(NOWHERE))
def test_a_hostile_file_of_annotations_is_read_or_refused(name: str, place: Path, secret: Path) -> None:
    file, kind, make = EXCHANGE(secret)[name]
    (place / file).write_bytes(make())
    ran = run(["convert", file, "out.jsonl", "--from", kind, "--losses", "out.losses.csv"], place)
    assert_held(ran, place, secret)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_hostile_study_or_codebook_is_refused(name: str, place: Path, secret: Path) -> None:
    file, command, data = SETTINGS[name]
    (place / file).write_bytes(data)
    more = ["--output", "out"] if command == ("run",) else []
    ran = run([*command, file, *more], place)
    assert_held(ran, place, secret)
    assert ran.status in (1, 2), ran.out


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folders(tmp_path_factory.mktemp("sound"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_of_ours_that_somebody_changed_is_refused(name: str, sound: Path, place: Path, secret: Path) -> None:
    file, command, data = FOLDERS[name]
    folder = file.split("/")[0]
    shutil.copytree(sound / folder, place / folder)
    (place / file).write_bytes(data)
    ran = run([*command], place)
    assert_held(ran, place, secret)
    assert ran.status != 0 or "decisions" in file, ran.out
    assert (place / file).read_bytes() == data, "evidence of what happened is not written over"


def test_there_are_enough_and_all_are_different() -> None:
    from hostile.strings import STRINGS, UNWRITABLE

    assert len({*STRINGS.values(), *UNWRITABLE.values()}) == len(STRINGS) + len(UNWRITABLE) > 60
    assert len(FILES(NOWHERE)) + len(EXCHANGE(NOWHERE)) + len(SETTINGS) > 100
    assert (ROOT / "tests" / "benchmarks" / "hostile_inputs.py").exists()
