"""Exercises of notebook 09: right answers, mistakes told apart, answers of another kind."""

import pandas as pd
import pytest

from toolkit.corpus.store import CorpusStore
from toolkit.files import sha256_text
from toolkit.lessons import check
from toolkit.lessons.check import LANGUAGES, messages
from toolkit.lessons.machines import CHECKS, after_the_kill, shards_needed, times_faster
from toolkit.topics import document_terms
from toolkit.topics.distribution import write_shards

SECONDS = {1: 12.0, 2: 8.0}
STRANGE = ["x", None, float("nan"), pd.DataFrame(), True]


@pytest.fixture
def shards(tmp_path):
    """23 documents with terms and two without, ten to a shard."""
    documents = document_terms([["a", "b", "a"]] * 23 + [[], []])
    table = pd.DataFrame({"doc_id": map(str, range(25)), "passage_id": map(str, range(25))})
    return write_shards(tmp_path / "shards", [(table, documents)], documents.vocabulary, size=10)


@pytest.fixture
def corpus(tmp_path):
    store = CorpusStore.create(tmp_path / "corpus")
    with store.begin() as change:
        for name in "abc":
            change.add("posts", [{"doc_id": name, "text": name, "sha256": sha256_text(name)}])
        change.commit({})
    return tmp_path / "corpus"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (1.5, "right"),
        (1.503, "right"),
        (8 / 12, "upside_down"),
        (4, "difference"),
        (-4, "difference"),
        (150, "percent"),
        (50, "percent"),
        (0.75, "per_process"),
        (2, "high"),
        (1.2, "low"),
    ],
)
def test_times_faster(answer, message):
    assert times_faster(answer, seconds=SECONDS).message == message


def test_two_processes_may_be_slower():
    found = times_faster(0.5, seconds={1: 2.0, 2: 4.0})
    assert found.message == "right"
    assert found.values == {"times": (0.5, 2, False), "faster": 0}


@pytest.mark.parametrize(
    ("answer", "message"),
    [(6, "right"), (5, "last_one"), (3, "other_size"), (23 / 4, "no_whole"), (18, "tokens"), (8, "high"), (2, "low")],
)
def test_shards_needed(shards, answer, message):
    assert shards.filled == 23
    assert shards_needed(answer, shards=shards, size=4).message == message


def test_the_last_shard_may_be_full(shards):
    assert shards_needed(1, shards=shards, size=23).values == {"shards": 1, "last": 23}


@pytest.mark.parametrize(
    ("answer", "message"), [(0, "right"), (20, "all"), (3, "total"), (10, "half"), (-1, "other"), (99, "other")]
)
def test_after_the_kill(corpus, answer, message):
    assert after_the_kill(answer, corpus=corpus, before=3, added=20).message == message


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_an_answer_of_another_kind_is_said_to_be_one(shards, corpus, strange, lang):
    given = {
        "09.1": {"seconds": SECONDS},
        "09.2": {"corpus": corpus, "before": 3, "added": 20},
        "09.3": {"shards": shards, "size": 4},
    }
    for exercise, what in given.items():
        verdict = check(exercise, strange, lang=lang, **what)
        assert verdict.right is False
        assert messages("common")["any"]["no_number"][lang][:8] in verdict.text


def test_every_message_is_there_and_none_tells_the_answer(shards):
    assert set(CHECKS) == set(messages("09"))
    for answer in (2, 5, 8, 18):
        assert "6" not in check("09.3", answer, shards=shards, size=4).text
    assert check("09.3", 6, shards=shards, size=4, lang="it").right
    for of_exercise in messages("09").values():
        for texts in of_exercise.values():
            assert set(texts) == set(LANGUAGES)
