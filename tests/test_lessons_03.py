"""The exercises of notebook 03_themes, on small tables."""

import numpy as np
import pandas as pd
from judged import Judged

from toolkit.lessons.themes import most_often_back, returning_pairs, strangers

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


def test_no_more_pairs_come_back_than_there_are():
    assert returning_pairs(8, pairs=PAIRS.head(7)).message == "no_count"


def test_pairs_that_did_not_come_back_are_told_apart():
    assert returning_pairs(1, pairs=PAIRS.iloc[[0, 1, 2, 3, 4, 7]]).message == "others"


def test_one_of_two_equals_is_right():
    even = STABILITY.assign(returns=0.25)
    assert [most_often_back(f"it.{n}", stability=even).message for n in (1, 2, 3, 4)] == ["right"] * 4


def test_the_order_of_the_key_does_not_matter():
    assert strangers([1, 2, 3, 4, 5, 6], key=KEY.sample(frac=1, random_state=1)).values["found"] == 6


def test_strangers_that_all_stand_at_one_place_are_found_there():
    alike = KEY.assign(intruder=KEY["position"] == 3)
    assert [strangers([place] * 6, key=alike).message for place in (3, 4)] == ["right", "guessed"]


GIVES = {
    "03.1": {"pairs": PAIRS},
    "03.2": {"stability": STABILITY},
    "03.3": {"shares": SHARES, "posts": POSTS, "prevalence": PREVALENCE},
    "03.4": {"key": KEY},
}
CASES = [
    ("03.1", 5, "right"),
    ("03.1", np.int64(5), "right"),
    ("03.1", 5 / 8, "share"),
    ("03.1", 62.5, "share"),
    ("03.1", 2, "half"),
    ("03.1", 3, "exactly_half"),
    ("03.1", 8, "fewer"),
    ("03.1", 4, "more"),
    ("03.1", 6, "fewer"),
    ("03.1", 4.5, "no_count"),
    ("03.1", -1, "no_count"),
    ("03.1", 99, "no_count"),
    ("03.2", "it.3", "right"),
    ("03.2", " it.3 ", "right"),
    ("03.2", "it.1", "similarity"),
    ("03.2", "it.2", "seeds"),
    ("03.2", "it.4", "less_often"),
    ("03.2", "es.1", "other_language"),
    ("03.2", "seeds", "no_theme"),
    ("03.3", TRUTH, "right", "58.3 %"),
    ("03.3", round(TRUTH, 3), "right"),
    ("03.3", 100 * TRUTH, "percent"),
    ("03.3", (0.9 + 0.5 + 0.8) / 3, "not_weighted"),
    ("03.3", 76 / 180, "whole_corpus"),
    ("03.3", 70 / 240, "all_models"),
    ("03.3", 70, "tokens"),
    ("03.3", (54 / 100 + 0.8) / 2, "mean_of_posts"),
    ("03.3", 3, "no_share"),
    ("03.3", 0.5, "higher"),
    ("03.3", 0.99, "lower"),
    ("03.4", [1, 2, 3, 4, 5, 6], "right"),
    ("03.4", np.array([1, 2, 3, 4, 5, 1]), "right"),
    ("03.4", [1, 1, 1, 1, 1, 1], "guessed"),
    ("03.4", [0, 1, 2, 3, 4, 5], "from_zero"),
    ("03.4", [1, 2, 3, 4, 5, 7], "no_position"),
    ("03.4", [1, 2, 3, 4, 5, 2.5], "no_position"),
    ("03.4", [1, 2, 3], "how_many"),
    ("03.4", [], "how_many"),
    ("03.4", ["casa"] * 6, "no_number"),
]


class TestJudged(Judged):
    LESSON = "03"
    CASES = CASES
    GIVES = GIVES
    ALSO = frozenset({("03.1", "others")})
