"""Damaged files of every kind that is read: a post or one sentence comes out, and never a traceback.

``tests/samples`` holds one module a format with small valid files; here they are cut, flipped, spliced and repeated.
"""

import importlib
import random

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.corpus.choices import choices
from toolkit.corpus.listing import inputs_of
from toolkit.corpus.readers import READERS, reader_of
from toolkit.corpus.stream import read_rows
from toolkit.tables import CONTRACTS

MODULES = sorted(path.stem for path in (ROOT / "tests" / "samples").glob("*.py") if path.stem != "__init__")
SAMPLES = {
    f"{module}/{name}": data
    for module in MODULES
    for name, data in importlib.import_module(f"samples.{module}").samples().items()
}
#: A frame around other pages has no text of its own.
REFUSED = {"html/marcos.html"}
EVERYTHING = {"comments": True, "drafts": True, "private": True, "commenters": True}


def rows_of(path, **chosen):
    """All rows of a load; asserts what must hold whatever the file is."""
    rows = list(read_rows(inputs_of(path), choices(**chosen)))
    for table, row in rows:
        if table == "posts":
            assert row["text"].strip()
            assert all(isinstance(value, str) for value in row.values())
            "".join(row.values()).encode("utf-8")
            assert set(row) >= {"doc_id", "text", "source", "sha256"}
        elif table == "skipped":
            assert set(row) >= set(CONTRACTS["skipped"])
            assert "its parser failed" not in row["reason"], row["reason"]
            assert "\n" not in row["reason"]
    ids = [row["doc_id"] for table, row in rows if table == "posts"]
    assert len(set(ids)) == len(ids)
    return rows


def test_every_kind_of_file_has_a_sample():
    read = {reader_of(name) for name in SAMPLES}
    without = {suffix for suffix, reader in READERS.items() if reader not in read}
    assert without == {".doc", ".rtf"}  # refused whatever they hold


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_and_twice_the_same(tmp_path, name):
    path = tmp_path / name.split("/")[1]
    path.write_bytes(SAMPLES[name])
    assert reader_of(path.name) is not None
    first = rows_of(path)
    assert name in REFUSED or any(table == "posts" for table, _ in first), [
        row for table, row in first if table == "skipped"
    ]
    assert rows_of(path) == first


def damaged(data: bytes, seed: int) -> bytes:
    """The bytes with one to four wounds."""
    draw = random.Random(seed)
    found = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        if not found:
            break
        here, there = draw.randrange(len(found)), draw.randrange(len(found))
        kind = draw.randrange(7)
        if kind == 0:
            found[here] = draw.randrange(256)
        elif kind == 1:
            found[here] ^= 1 << draw.randrange(8)
        elif kind == 2:
            del found[here:]
        elif kind == 3:
            del found[here : here + draw.randint(1, 40)]
        elif kind == 4:
            found[here:here] = found[there : there + draw.randint(1, 400)]
        elif kind == 5:
            found[here:here] = bytes(draw.randrange(256) for _ in range(draw.randint(1, 12)))
        else:
            found[here : here + 4] = draw.choice([b"\x00" * 4, b"\xff" * 4, b"<!DO", b"]]>&", b'","\n', b"\r\n\r\n"])
    return bytes(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused_in_one_sentence(tmp_path, name, seed):
    path = tmp_path / name.split("/")[1]
    path.write_bytes(damaged(SAMPLES[name], seed))
    rows_of(path, **EVERYTHING)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", sorted(READERS))
@settings(max_examples=15, deadline=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=300),
    head=st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.4\n", b"<?xml version='1.0'?>", b"\x1f\x8b", b"WARC/1.0\r\n"]),
)
def test_bytes_of_no_format_are_refused_under_every_name(tmp_path, suffix, data, head):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(head + data)
    rows_of(path, **EVERYTHING)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_under_the_name_of_another_kind_is_refused_or_read(tmp_path, name):
    for suffix in READERS:
        path = tmp_path / f"a{suffix}"
        path.write_bytes(SAMPLES[name])
        rows_of(path, **EVERYTHING)
