"""Exercises of notebook 06: right answers, the mistakes that are told apart, and answers of another kind."""

import pandas as pd
import pytest

from toolkit.lessons import check

TABLE = pd.DataFrame(
    {"measure": ["percent", "f1", "alpha_jaccard", "alpha_masi", "cohen_kappa", "gwet_ac1", "alpha_nominal", "odd"]}
)
RIGHT = {"a": "alpha_nominal", "b": "f1", "c": "alpha_masi"}
SENTENCES = 100
#: The code "x": 10 sentences of one coder, 20 of the other, 8 in common.
FIRST = pd.DataFrame({"doc_id": "d", "start": range(10), "end": range(1, 11), "code": "x"})
SECOND = pd.DataFrame({"doc_id": "d", "start": range(2, 22), "end": range(3, 23), "code": "x"})
#: "often" in turn, "lean" from one coder, "even" less so, "few" too few to say.
DIFFER = pd.DataFrame(
    [("missed", "often", who) for who in ["ana"] * 11 + ["luis"] * 10]
    + [("missed", "lean", who) for who in ["ana"] * 1 + ["luis"] * 11]
    + [("missed", "even", who) for who in ["ana"] * 8 + ["luis"] * 4]
    + [("missed", "few", "ana")] * 3
    + [("stance", "few", "ana")] * 20,
    columns=["kind", "code", "first"],
)


def measure(answer):
    return check("06.1", answer, table=TABLE)


def chance(answer, lang="en"):
    return check("06.2", answer, first=FIRST, second=SECOND, sentences=SENTENCES, code="x", lang=lang)


def habit(answer):
    return check("06.3", answer, disagreements=DIFFER)


@pytest.mark.parametrize("answer", [RIGHT, RIGHT | {"c": "alpha_jaccard"}, RIGHT | {"b": " f1 "}])
def test_measures_are_right(answer):
    assert measure(answer).right is True


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"a": "percent"}, "as soon as a code is rare"),
        ({"b": "gwet_ac1"}, "as soon as a code is rare"),
        ({"a": "cohen_kappa"}, "exactly two coders"),
        ({"c": "u_alpha"}, "stretches"),
        ({"c": "alpha_nominal"}, "one code"),
        ({"c": "f1"}, "nothing off for chance"),
        ({"a": "alpha_masi"}, "sets of codes"),
        ({"b": "odd"}, "something else"),
        ({"a": "alfa"}, "no measure 'alfa'"),
        ({"b": 0.8}, "text in quotation marks"),
    ],
)
def test_mistakes_with_measures_are_told_apart(wrong, said):
    assert measure(RIGHT | wrong).right is False
    assert said in measure(RIGHT | wrong).text


def test_a_question_without_answer_is_named():
    assert "question c" in measure({"a": "alpha_nominal", "b": "f1"}).text


@pytest.mark.parametrize("answer", ["f1", None, 3, ["f1", "f1", "f1"], float("nan"), TABLE])
def test_measures_of_another_kind(answer):
    assert measure(answer).right is False
    assert "each of the three questions" in measure(answer).text


def test_chance_is_right():
    assert chance(0.74).right is True
    assert chance(0.74, "it").right is True
    assert "0.860" in chance(0.74).text and "0.46" in chance(0.74).text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (74, "in per cent"),
        (0.86, "do agree"),
        (0.72, "both would say no"),
        (0.02, "both would give the code"),
        (0.9, "one coder"),
        (0.8, "one coder"),
        (0.4615, "is kappa"),
        (0.5, "One half"),
        (0.26, "*differ*"),
        (3, "between 0 and 1"),
        (0.95, "too much"),
        (0.6, "too little"),
    ],
)
def test_mistakes_with_chance_are_told_apart(answer, said):
    assert chance(answer).right is False
    assert said in chance(answer).text


@pytest.mark.parametrize("answer", ["much", None, float("nan"), False, FIRST])
def test_chance_of_another_kind(answer):
    assert "number is asked for" in chance(answer).text


def test_the_habit_is_right():
    assert habit("lean").right is True
    assert "11 of 12" in habit("lean").text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("ana", "is a coder"),
        ("other", "No code 'other'"),
        ("few", "are few"),
        ("often", "in turn"),
        ("even", "more one-sided"),
        (3, "text in quotation marks"),
        (None, "text in quotation marks"),
        (DIFFER, "text in quotation marks"),
    ],
)
def test_mistakes_with_the_habit_are_told_apart(answer, said):
    assert habit(answer).right is False
    assert said in habit(answer).text
