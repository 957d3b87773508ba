"""Exercises of notebook 04: right answers, the mistakes that are told apart, and answers of another kind."""

import numpy as np
import pandas as pd
import pytest

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
STRANGE = ["one", None, float("nan"), True, pd.DataFrame({"x": [1, 2]}), [1, 2]]


def precision(answer, lang="en"):
    return check("04.1", answer, judged=JUDGED, code="a", lang=lang)


def cut(answer):
    return check("04.2", answer, judged=SCORED)


def without(answer):
    return check("04.3", answer, parts=PARTS, cut=0.28)


def pairs(answer):
    return check("04.4", answer, cells=CELLS, summary=SUMMARY, measures=MEASURES)


@pytest.mark.parametrize("answer", [0.6, 3 / 5, np.float64(0.6), 0.597])
def test_precision_is_right(answer):
    assert precision(answer).right is True
    assert "3 of the 5" in precision(answer).text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (60, "in per cent"),
        (3, "number of hits"),
        (3 / 8, "recall"),
        (6 / 13, "is F1"),
        (7 / 10, "fourteen principles together"),
        (0.4, "*wrong*"),
        (33 / 40, "say the same"),
        (3 / 40, "by all sentences"),
        (-2, "between 0 and 1"),
        (0.9, "too much"),
        (0.2, "too little"),
    ],
)
def test_mistakes_with_precision_are_told_apart(answer, said):
    assert precision(answer).right is False
    assert said in precision(answer).text


def test_right_ones_by_wrong_ones_is_no_share():
    gold, decided = [True] * 2 + [False] * 5 + [True] * 2 + [False] * 11, [True] * 7 + [False] * 13
    judged = pd.DataFrame({"code": "a", "gold": gold, "decided": decided})
    assert "right ones by the wrong" in check("04.1", 0.4, judged=judged, code="a").text


@pytest.mark.parametrize("answer", [0.15, np.float64(0.15), 3 / 20])
def test_the_lowest_cut_is_right(answer):
    assert cut(answer).right is True


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (30, "no cut"),
        (0.33, "none of .05"),
        (0.1, "too many wrong ones"),
        (0.7, "lower cut does it"),
        (0.3, "lower cut does it"),
        (0.5, "that is recall"),
    ],
)
def test_mistakes_with_the_cut_are_told_apart(answer, said):
    assert cut(answer).right is False
    assert said in cut(answer).text


def test_without_the_cue_is_right():
    verdict = without(1 / (1 + np.exp(2.5)))
    assert verdict.right is True
    assert "0.92" in verdict.text and "0.28" in verdict.text


def probability(logit):
    return 1 / (1 + np.exp(-logit))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (-2.5, "logit without the cues"),
        (100 * probability(-2.5), "in per cent"),
        (probability(2.5 + 0.0) + 0.0, "all parts"),
        (probability(5), "cues alone"),
        (probability(1), "base and cues alone"),
        (probability(1.5), "left the base out"),
        (probability(-4), "base alone"),
        (probability(2.5) - probability(-2.5), "falls"),
        (4.0, "between 0 and 1"),
        (0.5, "too much"),
        (0.045, "too little"),
    ],
)
def test_mistakes_with_parts_are_told_apart(answer, said):
    assert without(answer).right is False
    assert said in without(answer).text


def test_a_sign_turned_round_is_told():
    verdict = check("04.3", probability(3.5), parts=PARTS | {"base": -5.0}, cut=0.28)
    assert "*not* hold" in verdict.text


@pytest.mark.parametrize(
    "answer",
    [SURE, SURE[::-1], [list(pair) for pair in SURE], CELLS.iloc[[1, 2, 6]], [(" es.1", "b "), *SURE[1:]]],
)
def test_pairs_are_right(answer):
    assert pairs(answer).right is True
    assert "of 7 cells 3" in pairs(answer).text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([*SURE, ("es.2", "c")], "has p < .05 but not q"),
        ([*SURE, ("it.1", "c")], "within chance"),
        ([*SURE, ("es.2", "b")], "does not come back"),
        ([*SURE, ("es.1", "a")], "below the macro-F1"),
        ([*SURE, ("es.9", "a")], "no cell (es.9, a)"),
        ([("b", "es.1")], "no cell (b, es.1)"),
        ([SURE[0], SURE[2]], "*rarer*"),
        ([SURE[0]], "2 are missing"),
        ([], "3 are missing"),
        (["es.1"], "list of pairs"),
        ([("es.1", 3)], "list of pairs"),
        ({"es.1": "b"}, "list of pairs"),
        ("es.1, b", "list of pairs"),
        (CELLS[["lift"]], "list of pairs"),
        (3, "list of pairs"),
        (None, "list of pairs"),
    ],
)
def test_mistakes_with_pairs_are_told_apart(answer, said):
    assert pairs(answer).right is False
    assert said in pairs(answer).text


@pytest.mark.parametrize("answer", STRANGE, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("ask", [precision, cut, without], ids=lambda one: one.__name__)
def test_an_answer_of_another_kind_is_not_right(ask, answer):
    assert ask(answer).right is False
    assert "number is asked for" in ask(answer).text


@pytest.mark.parametrize("lang", ["es", "it"])
def test_other_languages_say_it_in_their_own_words(lang):
    assert precision(0.6, lang).right is True
    assert precision(0.6, lang).text != precision(0.6).text
