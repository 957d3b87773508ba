"""Exercises of notebook 09: right answers, mistakes told apart, answers of another kind."""

import pandas as pd
import pytest
from judged import Judged, no_numbers

from toolkit.corpus.store import CorpusStore
from toolkit.files import sha256_text
from toolkit.lessons import check
from toolkit.lessons.machines import shards_needed, times_faster
from toolkit.topics import document_terms
from toolkit.topics.distribution import write_shards

SECONDS = {1: 12.0, 2: 8.0}


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """23 documents with terms and two without, ten to a shard."""
    folder = tmp_path_factory.mktemp("nine") / "shards"
    documents = document_terms([["a", "b", "a"]] * 23 + [[], []])
    table = pd.DataFrame({"doc_id": map(str, range(25)), "passage_id": map(str, range(25))})
    return write_shards(folder, [(table, documents)], documents.vocabulary, size=10)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nine") / "corpus"
    store = CorpusStore.create(folder)
    with store.begin() as change:
        for name in "abc":
            change.add("posts", [{"doc_id": name, "text": name, "sha256": sha256_text(name)}])
        change.commit({})
    return folder


def test_two_processes_may_be_slower():
    found = times_faster(0.5, seconds={1: 2.0, 2: 4.0})
    assert found.message == "right"
    assert found.values == {"times": (0.5, 2, False), "faster": 0}


def test_the_last_shard_may_be_full(shards):
    assert shards_needed(1, shards=shards, size=23).values == {"shards": 1, "last": 23}


CASES = [
    ("09.1", 1.5, "right"),
    ("09.1", 1.503, "right"),
    ("09.1", 8 / 12, "upside_down"),
    ("09.1", 4, "difference"),
    ("09.1", -4, "difference"),
    ("09.1", 150, "percent"),
    ("09.1", 50, "percent"),
    ("09.1", 0.75, "per_process"),
    ("09.1", 2, "high"),
    ("09.1", 1.2, "low"),
    ("09.3", 6, "right"),
    ("09.3", 5, "last_one"),
    ("09.3", 3, "other_size"),
    ("09.3", 23 / 4, "no_whole"),
    ("09.3", 18, "tokens"),
    ("09.3", 8, "high"),
    ("09.3", 2, "low"),
    ("09.2", 0, "right"),
    ("09.2", 20, "all"),
    ("09.2", 3, "total"),
    ("09.2", 10, "half"),
    ("09.2", -1, "other"),
    ("09.2", 99, "other"),
    *no_numbers("09.1", "09.2", "09.3"),
]


class TestJudged(Judged):
    LESSON = "09"
    CASES = CASES

    @pytest.fixture
    def gives(self, shards, corpus):
        return {
            "09.1": {"seconds": SECONDS},
            "09.2": {"corpus": corpus, "before": 3, "added": 20},
            "09.3": {"shards": shards, "size": 4},
        }


def test_no_message_gives_the_answer_away(shards):
    for answer in (2, 5, 8, 18):
        assert "6" not in check("09.3", answer, shards=shards, size=4).text
