"""Exercises of notebook 07: right answers, the mistakes that are told apart, and answers of another kind."""

import math

import pandas as pd
import pytest

from toolkit.lessons import check

WORDS = pd.DataFrame(
    {
        "lang": ["es", "it"],
        "term": ["uno", "due"],
        "n": [7, 52],
        "per_million": [90.0, 2018.0],
        "zipf": [4.95, 6.3],
        "general_zipf": [4.7, 5.5],
        "zipf_difference": [0.25, 0.8],
    }
)
NOTHING = float("nan")
DIFFERENCES = pd.DataFrame(
    [
        ("goes", 0.01, 0.03, -0.01, 0.09),
        ("goes_too", -0.03, -0.01, -0.09, 0.01),
        ("stays", 0.01, 0.03, 0.02, 0.09),
        ("comes", -0.01, 0.03, 0.02, 0.09),
        ("never", -0.01, 0.03, -0.02, 0.09),
        ("bare", 0.01, 0.03, NOTHING, NOTHING),
    ],
    columns=["code", "ci_low", "ci_high", "adjusted_low", "adjusted_high"],
)
COUNTS = pd.DataFrame(
    [
        ("a", "es", "crisis", 6, 10),
        ("b", "es", "crisis", 8, 20),
        ("c", "es", "guide", 0, 10),
        ("d", "es", "essay", 2, 10),
        ("e", "it", "crisis", 6, 10),
        ("f", "it", "guide", 1, 40),
        ("g", "it", "guide", 1, 10),
        ("h", "it", "essay", 1, 10),
    ],
    columns=["doc_id", "lang", "genre", "with_code", "sentences"],
)
#: By genre: crisis 14/30 - 6/10, guide 0 - 2/50, essay .2 - .1.
APART = (14 / 30 - 0.6, -0.04, 0.1)
WANTED = sum(APART) / 3
CRUDE = 16 / 50 - 9 / 70


def factor(answer, lang="en"):
    return check("07.1", answer, words=WORDS, term="due", spoken="it", lang=lang)


def gone(answer):
    return check("07.2", answer, differences=DIFFERENCES)


def alike(answer):
    return check("07.3", answer, counts=COUNTS)


@pytest.mark.parametrize("answer", [10**0.8, 6.3, 6.31])
def test_the_factor_is_right(answer):
    assert factor(answer).right is True


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (0.8, "number of steps"),
        (math.exp(0.8), "e to that power"),
        (2**0.8, "two to that power"),
        (10**-0.8, "other way round"),
        (10**0.8 - 1, "*more*"),
        (2018, "million"),
        (5.5, "language at large"),
        (52, "how often it stands here"),
        (9, "too much"),
        (3, "too little"),
    ],
)
def test_mistakes_with_the_factor_are_told_apart(answer, said):
    assert factor(answer).right is False
    assert said in factor(answer).text


def test_the_zipf_value_itself_is_told():
    words = WORDS.assign(zipf_difference=[0.25, 0.5])
    assert "Zipf value here" in check("07.1", 6.3, words=words, term="due", spoken="it").text


@pytest.mark.parametrize("answer", [["goes", "goes_too"], ("goes_too", "goes"), pd.Series(["goes", "goes_too"])])
def test_what_is_gone_is_right(answer):
    assert gone(answer).right is True


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (["goes", "strange"], "No code 'strange'"),
        (["goes", "goes_too", "stays"], "still does"),
        (["comes"], "other way round"),
        (["goes", "never"], "nothing that could go"),
        (["goes", "goes_too", "bare"], "could not be corrected"),
        (["goes"], "1 are missing"),
        ([], "2 are missing"),
        ("goes", "list of texts"),
        ([1], "list of texts"),
        (None, "list of texts"),
        (NOTHING, "list of texts"),
    ],
)
def test_mistakes_with_intervals_are_told_apart(answer, said):
    assert gone(answer).right is False
    assert said in gone(answer).text


def test_like_with_like_is_right():
    assert alike(WANTED).right is True
    assert alike(round(WANTED, 3)).right is True
    assert f"{CRUDE:+.3f}" in alike(WANTED).text


def test_points_in_a_hundred_are_told():
    assert "percentage points" in alike(100 * WANTED).text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (CRUDE, "crude difference, all"),
        (-WANTED, "wrong direction"),
        (-CRUDE, "Italian less Spanish"),
        (sum(APART), "sum over"),
        (sorted(APART)[1], "median"),
        ((APART[0] * 40 + APART[1] * 60 + APART[2] * 20) / 120, "more sentences more weight"),
        ((0.6 + 0.4 + 0 + 0.2) / 4 - (0.6 + 0.025 + 0.1 + 0.1) / 4, "mean over posts"),
        ((14 / 30 + 0 + 0.2) / 3, "one language"),
        ((0.6 + 0.04 + 0.1) / 3, "one language"),
        (7, "between -1 and 1"),
        (0.5, "too high"),
        (-0.5, "too low"),
    ],
)
def test_mistakes_with_strata_are_told_apart(answer, said):
    assert alike(answer).right is False
    assert said in alike(answer).text


@pytest.mark.parametrize("answer", ["much", None, NOTHING, True, COUNTS])
@pytest.mark.parametrize("ask", [factor, alike], ids=lambda one: one.__name__)
def test_an_answer_of_another_kind_is_not_right(ask, answer):
    assert ask(answer).right is False
    assert "number is asked for" in ask(answer).text
