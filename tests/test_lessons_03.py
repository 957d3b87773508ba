"""The exercises of notebook 03_themes, on small tables."""

import numpy as np
import pandas as pd
import pytest

from toolkit.lessons import check
from toolkit.lessons.check import messages
from toolkit.lessons.themes import CHECKS, most_often_back, returning_pairs, share_of_bar, strangers

#: 10, 8, 6, 5, 5 and 4 of ten terms in common, as shared / (20 - shared).
PAIRS = pd.DataFrame({"similarity": [shared / (20 - shared) for shared in (10, 8, 6, 5, 5, 4, 1, 0)]})

STABILITY = pd.DataFrame(
    [
        ("it.1", "seeds", "it", 12, 0.8, 1.0),
        ("it.2", "seeds", "it", 12, 0.9, 1.0),
        ("it.3", "seeds", "it", 12, 0.7, 1.0),
        ("it.4", "seeds", "it", 12, 0.6, 1.0),
        ("it.1", "samples", "it", 24, 0.31, 0.25),
        ("it.2", "samples", "it", 24, 0.21, 0.125),
        ("it.3", "samples", "it", 24, 0.25, 0.375),
        ("it.4", "samples", "it", 24, 0.15, 0.0),
        ("es.1", "seeds", "es", 12, 0.9, 1.0),
        ("es.1", "samples", "es", 24, 0.5, 0.9),
    ],
    columns=["topic", "over", "model", "runs", "jaccard", "returns"],
)

POSTS = pd.DataFrame({"doc_id": ["a", "b", "c"], "genre": ["rules", "rules", "story"]})
_PARTS = [("a", 10, 0.9), ("a", 90, 0.5), ("b", 20, 0.8), ("c", 60, 0.1)]
SHARES = pd.DataFrame(
    [
        (doc_id, "es", topic, part, tokens)
        for doc_id, tokens, share in _PARTS
        for topic, part in (("es.1", share), ("es.2", 1 - share))
    ]
    + [(doc_id, "joint", "joint.1", 1.0, tokens) for doc_id, tokens, _ in _PARTS],
    columns=["doc_id", "model", "topic", "share", "tokens"],
)
#: (9 + 45 + 16) of 120 tokens.
TRUTH = 70 / 120
PREVALENCE = pd.DataFrame(
    [("es.1", "genre", "rules", TRUTH, 2), ("es.2", "genre", "rules", 1 - TRUTH, 2), ("es.1", "date", "2009", 0.9, 1)],
    columns=["topic", "by", "value", "share", "n"],
)

KEY = pd.DataFrame(
    [(f"t-{task}", place, place == task) for task in range(1, 7) for place in range(1, 7)],
    columns=["task_id", "position", "intruder"],
)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (5, "right"),
        (np.int64(5), "right"),
        (5 / 8, "share"),
        (62.5, "share"),
        (2, "half"),
        (3, "exactly_half"),
        (8, "no_count"),
        (4, "more"),
        (6, "fewer"),
        (4.5, "no_count"),
        (-1, "no_count"),
        (99, "no_count"),
    ],
)
def test_pairs_that_come_back(answer, message):
    pairs = PAIRS if message != "no_count" or answer != 8 else PAIRS.head(7)
    assert returning_pairs(answer, pairs=pairs).message == message


def test_pairs_that_did_not_come_back_are_told_apart():
    assert returning_pairs(1, pairs=PAIRS.iloc[[0, 1, 2, 3, 4, 7]]).message == "others"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("it.3", "right"),
        (" it.3 ", "right"),
        ("it.1", "similarity"),
        ("it.2", "seeds"),
        ("it.4", "less_often"),
        ("es.1", "other_language"),
        ("seeds", "no_theme"),
    ],
)
def test_the_theme_that_comes_back_most_often(answer, message):
    assert most_often_back(answer, stability=STABILITY).message == message


def test_one_of_two_equals_is_right():
    even = STABILITY.assign(returns=0.25)
    assert [most_often_back(f"it.{n}", stability=even).message for n in (1, 2, 3, 4)] == ["right"] * 4


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (TRUTH, "right"),
        (round(TRUTH, 3), "right"),
        (100 * TRUTH, "percent"),
        ((0.9 + 0.5 + 0.8) / 3, "not_weighted"),
        (76 / 180, "whole_corpus"),
        (70 / 240, "all_models"),
        (70, "tokens"),
        ((54 / 100 + 0.8) / 2, "mean_of_posts"),
        (3, "no_share"),
        (0.5, "higher"),
        (0.99, "lower"),
    ],
)
def test_the_share_of_a_bar(answer, message):
    assert share_of_bar(answer, shares=SHARES, posts=POSTS, prevalence=PREVALENCE).message == message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([1, 2, 3, 4, 5, 6], "right"),
        (np.array([1, 2, 3, 4, 5, 1]), "right"),
        ([1, 1, 1, 1, 1, 1], "guessed"),
        ([0, 1, 2, 3, 4, 5], "from_zero"),
        ([1, 2, 3, 4, 5, 7], "no_position"),
        ([1, 2, 3, 4, 5, 2.5], "no_position"),
        ([1, 2, 3], "how_many"),
        ([], "how_many"),
    ],
)
def test_strangers_among_words(answer, message):
    assert strangers(answer, key=KEY).message == message


def test_the_order_of_the_key_does_not_matter():
    assert strangers([1, 2, 3, 4, 5, 6], key=KEY.sample(frac=1, random_state=1)).values["found"] == 6


@pytest.mark.parametrize("wrong", ["six", None, float("nan"), pd.DataFrame({"a": [1, 2]}), True])
def test_answers_of_another_kind_are_told_what_is_asked_for(wrong):
    given = {
        "03.1": {"pairs": PAIRS},
        "03.2": {"stability": STABILITY},
        "03.3": {"shares": SHARES, "posts": POSTS, "prevalence": PREVALENCE},
        "03.4": {"key": KEY},
    }
    for exercise, tables in given.items():
        for lang in ("en", "es", "it"):
            assert check(exercise, wrong, lang=lang, **tables).right is False


def test_a_list_of_words_is_no_list_of_numbers():
    assert check("03.4", ["casa"] * 6, key=KEY).right is False


def test_every_message_is_written_and_can_be_said():
    said = messages("03")
    assert list(said) == list(CHECKS)
    verdict = check("03.3", TRUTH, shares=SHARES, posts=POSTS, prevalence=PREVALENCE)
    assert str(verdict).startswith("✓ 58.3 %")
