"""Exercises of notebook 04: right answers, the mistakes that are told apart, and answers of another kind."""

import numpy as np
import pandas as pd
from judged import Judged, no_numbers

from toolkit.lessons import check

#: 40 sentences of code "a": 3 hits, 2 wrong, 5 missed, 30 neither; 40 of code "b": 4 hits, 1 wrong, 0 missed.
JUDGED = pd.DataFrame(
    {
        "code": ["a"] * 40 + ["b"] * 40,
        "gold": [True] * 3 + [False] * 2 + [True] * 5 + [False] * 30 + [True] * 4 + [False] * 36,
        "decided": [True] * 5 + [False] * 35 + [True] * 5 + [False] * 35,
    }
)
#: Codes given from .10, .15, .50 and .70 on are right in .38, .50, .50 and 1 of all cases.
SCORED = pd.DataFrame(
    {
        "score": [0.72, 0.71, 0.5, 0.5, 0.5, 0.5, 0.32, 0.31, 0.12, 0.12, 0.12, 0.12, 0.12],
        "gold": [True, True, True, False, False, False, True, False, True, False, False, False, False],
    }
)
PARTS = {"base": -4.0, "cues": 5.0, "meaning": 1.0, "words": 0.5}
CELLS = pd.DataFrame(
    [
        ("es.1", "a", 0.010, 0.040, 2.0),
        ("es.1", "b", 0.001, 0.010, 2.0),
        ("es.1", "c", 0.001, 0.010, 0.5),
        ("es.2", "b", 0.001, 0.010, 2.0),
        ("es.2", "c", 0.030, 0.090, 2.0),
        ("it.1", "c", 0.700, 0.900, 1.1),
        ("it.1", "b", 0.001, 0.010, 3.0),
    ],
    columns=["topic", "code", "p_value", "q_value", "lift"],
)
SUMMARY = pd.DataFrame({"topic": ["es.1", "es.2", "it.1"], "holds": ["these posts", "no", "other posts"]})
MEASURES = pd.DataFrame(
    [
        ("f1_macro", "all", "all", 0.4),
        ("f1", "code", "a", 0.2),
        ("f1", "code", "b", 0.4),
        ("f1", "code", "c", 0.6),
    ],
    columns=["measure", "scope", "of", "value"],
)
SURE = [("es.1", "b"), ("es.1", "c"), ("it.1", "b")]


def test_right_ones_by_wrong_ones_is_no_share():
    gold, decided = [True] * 2 + [False] * 5 + [True] * 2 + [False] * 11, [True] * 7 + [False] * 13
    judged = pd.DataFrame({"code": "a", "gold": gold, "decided": decided})
    assert "right ones by the wrong" in check("04.1", 0.4, judged=judged, code="a").text


def probability(logit):
    return 1 / (1 + np.exp(-logit))


def test_a_sign_turned_round_is_told():
    verdict = check("04.3", probability(3.5), parts=PARTS | {"base": -5.0}, cut=0.28)
    assert "*not* hold" in verdict.text


GIVES = {
    "04.1": {"judged": JUDGED, "code": "a"},
    "04.2": {"judged": SCORED},
    "04.3": {"parts": PARTS, "cut": 0.28},
    "04.4": {"cells": CELLS, "summary": SUMMARY, "measures": MEASURES},
}
CASES = [
    ("04.1", 60, "percent", "in per cent"),
    ("04.1", 3, "count", "number of hits"),
    ("04.1", 3 / 8, "recall", "recall"),
    ("04.1", 6 / 13, "f1", "is F1"),
    ("04.1", 7 / 10, "all_codes", "fourteen principles together"),
    ("04.1", 0.4, "wrong_ones", "*wrong*"),
    ("04.1", 33 / 40, "accuracy", "say the same"),
    ("04.1", 3 / 40, "of_sentences", "by all sentences"),
    ("04.1", -2, "no_share", "between 0 and 1"),
    ("04.1", 0.9, "high", "too much"),
    ("04.1", 0.2, "low", "too little"),
    ("04.2", 30, "no_score", "no cut"),
    ("04.2", 0.33, "no_step", "none of .05"),
    ("04.2", 0.1, "too_low", "too many wrong ones"),
    ("04.2", 0.7, "lower_does", "lower cut does it"),
    ("04.2", 0.3, "lower_does", "lower cut does it"),
    ("04.2", 0.5, "recall", "that is recall"),
    ("04.3", -2.5, "logit", "logit without the cues"),
    ("04.3", 100 * probability(-2.5), "percent", "in per cent"),
    ("04.3", probability(2.5), "unchanged", "all parts"),
    ("04.3", probability(5), "cues_alone", "cues alone"),
    ("04.3", probability(1), "base_and_cues", "base and cues alone"),
    ("04.3", probability(1.5), "without_base", "left the base out"),
    ("04.3", probability(-4), "base_alone", "base alone"),
    ("04.3", probability(2.5) - probability(-2.5), "difference", "falls"),
    ("04.3", 4.0, "no_share", "between 0 and 1"),
    ("04.3", 0.5, "high", "too much"),
    ("04.3", 0.045, "low", "too little"),
    ("04.4", [*SURE, ("es.2", "c")], "p_value", "has p < .05 but not q"),
    ("04.4", [*SURE, ("it.1", "c")], "unsure", "within chance"),
    ("04.4", [*SURE, ("es.2", "b")], "fleeting", "does not come back"),
    ("04.4", [*SURE, ("es.1", "a")], "weak", "below the macro-F1"),
    ("04.4", [*SURE, ("es.9", "a")], "unknown", "no cell (es.9, a)"),
    ("04.4", [("b", "es.1")], "unknown", "no cell (b, es.1)"),
    ("04.4", [SURE[0], SURE[2]], "rarer", "*rarer*"),
    ("04.4", [SURE[0]], "missing", "missing: 2"),
    ("04.4", [], "missing", "missing: 3"),
    ("04.4", ["es.1"], "no_pairs", "list of pairs"),
    ("04.4", [("es.1", 3)], "no_pairs", "list of pairs"),
    ("04.4", {"es.1": "b"}, "no_pairs", "list of pairs"),
    ("04.4", "es.1, b", "no_pairs", "list of pairs"),
    ("04.4", CELLS[["lift"]], "no_pairs", "list of pairs"),
    ("04.4", 3, "no_pairs", "list of pairs"),
    ("04.4", np.array(3), "no_pairs", "list of pairs"),
    ("04.4", [np.array(3)], "no_pairs", "list of pairs"),
    ("04.4", None, "no_pairs", "list of pairs"),
    *[("04.1", answer, "right", "3 of the 5") for answer in (0.6, 3 / 5, np.float64(0.6), 0.597)],
    *[("04.2", answer, "right") for answer in (0.15, np.float64(0.15), 3 / 20)],
    ("04.3", 1 / (1 + np.exp(2.5)), "right", "0.92", "0.28"),
    ("04.4", SURE, "right", "of 7 cells 3"),
    ("04.4", SURE[::-1], "right", "of 7 cells 3"),
    ("04.4", [list(pair) for pair in SURE], "right", "of 7 cells 3"),
    ("04.4", CELLS.iloc[[1, 2, 6]], "right", "of 7 cells 3"),
    ("04.4", [(" es.1", "b "), *SURE[1:]], "right", "of 7 cells 3"),
    *no_numbers("04.1", "04.2", "04.3"),
]


class TestJudged(Judged):
    LESSON = "04"
    CASES = CASES
    GIVES = GIVES
    ALSO = frozenset({("04.1", "ratio"), ("04.3", "sign")})
