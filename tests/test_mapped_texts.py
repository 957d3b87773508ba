"""Texts of many posts are in a file, and nobody who reads the table can tell."""

import errno
import os
import pickle

import numpy as np
import pandas as pd
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import load_corpus
from toolkit.errors import InputError, OutputError
from toolkit.loading import load_to
from toolkit.storage import MappedTexts, let_go, mapped, rows_of
from toolkit.tables import check

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=12)


@pytest.fixture
def few(monkeypatch):
    """A file from the third text on."""
    monkeypatch.setattr(mapped, "IN_MEMORY", 2)
    monkeypatch.setattr(mapped, "_AT_ONCE", 2)


def column_of(texts, step=3):
    found = MappedTexts()
    for first in range(0, len(texts), step):
        found.add(texts[first : first + step])
    return found.column()


@given(TEXTS)
def test_a_column_in_a_file_is_the_column_in_memory(texts):
    before, mapped.IN_MEMORY = mapped.IN_MEMORY, 2
    try:
        column = column_of(texts)
    finally:
        mapped.IN_MEMORY = before
    pd.testing.assert_series_equal(column, pd.Series(texts, dtype="str"))
    assert pickle.loads(pickle.dumps(column)).tolist() == texts


@pytest.mark.parametrize("rows", [[], [0], [4, 0, 0, 3], [0, 1, 2, 3, 4], [4, 3, 2, 1, 0]], ids=str)
def test_some_posts_are_those_that_iloc_gives(few, rows):
    posts = pd.DataFrame({"doc_id": list("abcde"), "text": ["á", "", "🎉", "d" * 99, "e"], "n": range(5)})
    pd.testing.assert_frame_equal(rows_of(posts, np.array(rows, dtype=int)), posts.iloc[rows].reset_index(drop=True))


def test_what_was_read_is_given_back_and_read_again(few):
    texts = [f"{number} " + "palabra " * 2_000 for number in range(2_000)]
    column = column_of(texts, 100)
    del texts
    here = psutil.Process()
    length = column.str.len().sum()
    read = here.memory_info().rss
    let_go()
    if hasattr(os, "posix_fadvise"):  # not Windows, not macOS
        assert here.memory_info().rss < read - 20_000_000
    assert column.str.len().sum() == length
    assert column.iloc[1_999].startswith("1999 palabra")


def test_a_table_keeps_its_texts_in_the_file_when_it_is_checked_and_sliced(few):
    column = column_of(["uno", "dos", "tres", "cuatro"])
    posts = check("posts", pd.DataFrame({"doc_id": list("abcd"), "text": column, "sha256": ""}))
    assert (
        posts["text"].array._pa_array.chunk(0).buffers()[2].address
        == column.array._pa_array.chunk(0).buffers()[2].address
    )
    # what is sent to another process is the slice alone
    assert len(pickle.dumps(posts.iloc[:1])) < len(pickle.dumps(posts.iloc[:1].assign(text="x" * 200)))


def test_a_corpus_is_the_same_from_a_file_and_from_memory(few, tmp_path, monkeypatch):
    for name in "cabed":
        (tmp_path / f"{name}.txt").write_text(f"Escuchar es empezar, {name}.", encoding="utf-8")
    load_to([tmp_path], tmp_path / "corpus")
    in_file = load_corpus(sorted(tmp_path.glob("*.txt"))), load_corpus(tmp_path / "corpus")
    monkeypatch.setattr(mapped, "IN_MEMORY", 100)
    in_memory = load_corpus(sorted(tmp_path.glob("*.txt"))), load_corpus(tmp_path / "corpus")
    for one, other in zip(in_file, in_memory, strict=True):
        pd.testing.assert_frame_equal(one.posts, other.posts)
    assert in_file[1].posts["doc_id"].tolist() == list("abcde")


def test_a_corpus_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    from toolkit.corpus import CorpusStore

    (tmp_path / "uno.txt").write_text("Escuchar es empezar.", encoding="utf-8")
    load_to([tmp_path / "uno.txt"], tmp_path / "corpus")
    table = CorpusStore.table
    monkeypatch.setattr(CorpusStore, "table", lambda *names, **more: table(*names, **more).iloc[:0])
    with pytest.raises(InputError, match=r"corpus: was changed while it was read; read it again\.$"):
        load_corpus(tmp_path / "corpus")


def test_a_full_disk_is_said_in_one_sentence(few, monkeypatch):
    class Full:
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(mapped, "_file", Full)
    texts = MappedTexts()
    with pytest.raises(
        OutputError, match=r"cannot be kept there: No space left on device; make room, or set CLUETRAIN"
    ):
        texts.add(["uno", "dos", "tres"])


def test_without_any_file_texts_stay_in_memory(few, monkeypatch):
    monkeypatch.setattr(mapped, "_file", lambda: None)
    assert column_of(["uno", "dos", "tres", "cuatro"]).tolist() == ["uno", "dos", "tres", "cuatro"]


def test_nothing_is_left_in_the_cache_folder(few, monkeypatch, tmp_path):
    monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path))
    column = column_of(["uno", "dos", "tres", "cuatro"])
    assert os.name == "nt" or not list(tmp_path.rglob("*"))
    assert column.tolist()[3] == "cuatro"
