"""The user's cache folder: what is in it, and that nothing else is ever counted or removed."""

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.cache import (
    CACHE_KINDS,
    PartStore,
    cache_contents,
    cache_folder,
    clear_cache,
    key_of,
    load_arrays,
    store_arrays,
)
from toolkit.cli import main
from toolkit.cli.cache import CACHE_KINDS as NAMED
from toolkit.errors import InputError, OutputError
from toolkit.files import write_json

DAY = 86_400
STAGE = f"tokens-{'0' * 20}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache folder with two parts of one stage, one of another, a vector, and the note of a run."""
    place = tmp_path / "cache"
    monkeypatch.setenv("CLUETRAIN_CACHE", str(place))
    for stage, key in ((STAGE, "k1"), (STAGE, "k2"), (f"codes-{'f' * 20}", "k1")):
        PartStore(cache_folder("parts") / stage).write([key], [key], {"tokens": pd.DataFrame({"doc_id": [key]})})
    store_arrays("embeddings", key_of(["a"]), {"vectors": np.zeros(3)})
    write_json(cache_folder("runs") / f"{key_of(['r'])}.json", {"folder": "somewhere"})
    return place


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def age(path: Path, days: float) -> None:
    os.utime(path, (time.time() - days * DAY,) * 2)


def test_every_kind_is_counted_and_parts_by_stage(folder):
    found = cache_contents()
    assert list(found.columns) == ["kind", "stage", "what", "entries", "bytes", "last_used"]
    assert found["kind"].tolist() == ["parts", "parts", "runs", "embeddings"]
    assert found["stage"].fillna("").tolist() == ["codes", "tokens", "", ""]
    assert found["entries"].tolist() == [1, 2, 1, 1]
    assert found["bytes"].sum() == sum((folder / name).stat().st_size for name in files_of(folder))
    assert (abs(found["last_used"] - pd.Timestamp.now("UTC")) < pd.Timedelta("1min")).all()


def test_all_can_be_removed_and_is_told(folder):
    before = cache_contents()
    pd.testing.assert_frame_equal(clear_cache(), before)
    assert files_of(folder) == set()
    assert cache_contents().empty
    assert cache_contents().dtypes.tolist() == before.dtypes.tolist()
    assert clear_cache().empty


def test_a_stage_that_does_two_things_at_once_is_counted_and_removed_too(folder):
    store = PartStore(folder / "parts" / f"codes+vectors-{'a' * 20}")
    store.write(["k1"], ["k1"], {"vectors": pd.DataFrame({"doc_id": ["k1"]})})
    assert cache_contents().set_index("stage")["entries"]["codes+vectors"] == 1
    clear_cache()
    assert not store.has(["k1"])
    assert files_of(folder) == set()


@pytest.mark.parametrize("flip", [0x01, 0x08, 0xFF])
def test_arrays_with_a_changed_byte_are_the_same_or_none(folder, flip):
    numbers = [0.0, 1.0, 2.0]
    store_arrays("coders", key_of(["b"]), {"numbers": np.array(numbers)})
    file = folder / "coders" / f"{key_of(['b'])}.npz"
    data = file.read_bytes()
    found = []
    for place in range(len(data)):
        file.write_bytes(data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :])
        arrays = load_arrays("coders", key_of(["b"]))
        found.append(arrays if arrays is None else {name: array.tolist() for name, array in arrays.items()})
    assert all(one in (None, {"numbers": numbers}) for one in found)
    file.write_bytes(data)
    assert load_arrays("coders", key_of(["b"]))["numbers"].tolist() == numbers


def test_a_kind_alone(folder):
    assert clear_cache(["embeddings", "coders", "embeddings"])["entries"].tolist() == [1]
    assert set(cache_contents()["kind"]) == {"parts", "runs"}
    assert clear_cache("parts")["entries"].sum() == 3


def test_what_was_not_used_for_long(folder):
    store = PartStore(folder / "parts" / STAGE)
    age(store.path(["k1"]), 40)
    age(next((folder / "embeddings").iterdir()), 40)
    assert clear_cache(older_than=50).empty
    assert clear_cache(older_than=30)["kind"].tolist() == ["parts", "embeddings"]
    assert (store.has(["k1"]), store.has(["k2"])) == (False, True)


def test_what_others_put_there_stays(folder):
    foreign = [
        "letter.txt", "runs/my run.json", "runs/run.json", "embeddings/notes.npz", "models/a.npz",
        f"models/{'0' * 64}.npz", f"parts/mine/{'0' * 32}/part.json", f"parts/{STAGE}/README", f"parts/{'0' * 64}.npz",
        f"embeddings/{'0' * 64}.npz/inner.txt", f"parts/{STAGE}/{'a' * 32}/part.json",
        f"parts/{STAGE}/{'a' * 32}/thesis.docx",
    ]  # fmt: skip
    before = cache_contents()
    for name in foreign:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
    pd.testing.assert_frame_equal(cache_contents()[["kind", "entries"]], before[["kind", "entries"]])
    clear_cache()
    assert files_of(folder) == set(foreign)


def test_no_link_is_followed_or_removed(folder, tmp_path):
    outside = tmp_path / "outside"
    store_folder = outside / STAGE
    PartStore(store_folder).write(["k3"], ["k3"], {"tokens": pd.DataFrame({"doc_id": ["k3"]})})
    (outside / f"{'1' * 64}.npz").write_bytes(b"vectors")
    part = next(store_folder.iterdir())
    before = files_of(outside)
    try:
        (folder / "coders").symlink_to(outside, target_is_directory=True)
    except OSError:
        pytest.skip("no links on this machine")
    (folder / "embeddings" / f"{'1' * 64}.npz").symlink_to(outside / f"{'1' * 64}.npz")
    (folder / "parts" / f"shares-{'0' * 20}").symlink_to(store_folder, target_is_directory=True)
    (folder / "parts" / STAGE / ("b" * 32)).symlink_to(part, target_is_directory=True)
    inner = folder / "parts" / STAGE / ("c" * 32)
    inner.mkdir()
    (inner / "part.json").symlink_to(part / "part.json")
    assert cache_contents()["entries"].tolist() == [1, 2, 1, 1]
    clear_cache()
    assert files_of(outside) == before
    assert len(files_of(folder)) == 5


def test_what_is_being_written_stays_and_what_was_left_of_it_goes(folder):
    asides = [folder / "parts" / STAGE / f".part-{digit * 16}" for digit in "01"]
    for aside in asides:
        aside.mkdir()
        (aside / "tokens.parquet").write_bytes(b"half")
    half = folder / "embeddings" / f".{'0' * 40}.abc_123"
    half.write_bytes(b"half")
    age(asides[0], 2)
    age(half, 2)
    assert cache_contents()["entries"].sum() == 7
    clear_cache()
    assert files_of(folder) == {str((asides[1] / "tokens.parquet").relative_to(folder))}


def test_a_part_cut_off_while_it_was_removed_is_made_again_and_can_be_removed(folder):
    store = PartStore(folder / "parts" / STAGE)
    (store.path(["k1"]) / "part.json").unlink()
    assert not store.has(["k1"])
    assert cache_contents().set_index("stage")["entries"]["tokens"] == 2
    store.write(["k1"], ["k1"], {"tokens": pd.DataFrame({"doc_id": ["k1"]})})
    assert store.has(["k1"])


def test_what_cannot_be_is_said_in_a_sentence(folder, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="did you mean 'parts'"):
        clear_cache(["part"])
    for days in (-1, float("nan")):
        with pytest.raises(InputError, match="days"):
            clear_cache(older_than=days)

    def refused(self, missing_ok=False):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched, pytest.raises(OutputError, match=r"cannot be removed: Permission denied\."):
        patched.setattr(Path, "unlink", refused)
        clear_cache()
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="CLUETRAIN_CACHE"):
        cache_contents()


def test_the_commands_say_what_is_there_and_what_went(folder, tmp_path, monkeypatch, capsys):
    assert tuple(CACHE_KINDS) == NAMED
    assert main(["cache", "show"]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == f"Folder: {folder}"
    assert "parts: tokens         2" in shown
    assert "deleted at any time" in shown
    assert main(["cache", "clear", "--kind", "runs", "embeddings"]) == 0
    said = capsys.readouterr().out
    assert "2 things" in said.splitlines()[-1]
    assert "parts" not in said.splitlines()[1]
    assert set(cache_contents()["kind"]) == {"parts"}
    assert main(["cache", "clear", "--older-than", "1"]) == 0
    assert capsys.readouterr().out == f"Removed from {folder}: 0 things, 0 bytes.\n"
    monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path / "nowhere"))
    assert main(["cache", "show"]) == 0
    assert capsys.readouterr().out.endswith("Nothing is kept there.\n")
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path / "file"))
    assert main(["cache", "show"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
