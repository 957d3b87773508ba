"""Exercises: every message in three languages, answers of any kind read without a traceback."""

import importlib
import inspect
import re

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.lessons import check, exercises
from toolkit.lessons.check import _LESSONS, LANGUAGES, messages
from toolkit.lessons.finding import NotAsked, Rounded, names_of, number_of, right, text_of

MESSAGES = [
    (exercise, name, texts)
    for lesson in (*_LESSONS, "common")
    for exercise, own in messages(lesson).items()
    for name, texts in own.items()
]


@pytest.mark.parametrize(("exercise", "name", "texts"), MESSAGES, ids=lambda one: one if isinstance(one, str) else "")
def test_a_message_says_the_same_in_three_languages(exercise, name, texts):
    assert set(texts) == set(LANGUAGES)
    gaps = {lang: sorted(re.findall(r"{(\w+)", text)) for lang, text in texts.items()}
    assert gaps["en"] == gaps["es"] == gaps["it"]
    assert len({text.strip() for text in texts.values()}) == len(LANGUAGES)


@pytest.mark.parametrize("lesson", _LESSONS)
def test_a_lesson_judges_the_exercises_that_it_has_messages_for(lesson):
    module = importlib.import_module(f"toolkit.lessons.{_LESSONS[lesson]}")
    assert list(module.CHECKS) == list(messages(lesson))
    assert all(name.startswith(f"{lesson}.") for name in module.CHECKS)
    for name, own in messages(lesson).items():
        assert "right" in own, name


@pytest.mark.parametrize("lesson", _LESSONS)
def test_every_message_of_a_lesson_is_one_that_its_code_can_say(lesson):
    source = inspect.getsource(importlib.import_module(f"toolkit.lessons.{_LESSONS[lesson]}"))
    for own in messages(lesson).values():
        for name in own:
            assert name == "right" or f'"{name}"' in source, name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_answered_yet_is_open(lang):
    verdict = check(exercises()[0], ..., lang=lang)
    assert verdict.right is None
    assert str(verdict).startswith("… ")
    assert exercises()[0] in verdict.text


@pytest.mark.parametrize(
    ("exercise", "lang", "said"), [("99.1", "en", "no exercise '99.1'"), ("00.1", "pt", "lang is 'pt'; expected")]
)
def test_a_wrong_call_is_one_sentence(exercise, lang, said):
    with pytest.raises(InputError, match=said):
        check(exercise, 1, lang=lang)


@pytest.mark.parametrize("answer", [3, 3.0, np.int64(3), np.float32(3), np.array(3), pd.Series([3])], ids=repr)
def test_a_number_is_a_number_in_whatever_box(answer):
    assert number_of(answer) == 3


@pytest.mark.parametrize("answer", ["3", None, True, float("nan"), [3], pd.Series([1, 2]), pd.NA, print], ids=repr)
def test_what_is_no_number_is_said(answer):
    with pytest.raises(NotAsked) as said:
        number_of(answer)
    assert said.value.finding.message == "no_number"


def test_what_was_given_for_another_exercise_is_said_in_one_sentence():
    with pytest.raises(InputError, match=r"exercise 00\.1: missing a required .*'text'; give what"):
        check("00.1", 0.3)
    with pytest.raises(InputError, match=r"exercise 03\.1: .*'paris'; give what"):
        check("03.1", 3, pairs=pd.DataFrame({"similarity": [1.0]}), paris=None)


def test_texts_and_names():
    assert text_of(" trust ") == "trust"
    assert names_of(("a ", "b")) == names_of(pd.Series(["a", "b"])) == ["a", "b"]
    for read, answer in ((text_of, 3), (names_of, "a"), (names_of, [1]), (names_of, None)):
        with pytest.raises(NotAsked):
            read(answer)


def test_what_a_learner_typed_is_shown_as_text_and_not_run():
    verdict = check("00.1", ..., lang="en")
    hostile = type(verdict)("00.1", False, "<script>alert(1)</script>\x1b[31m", "en")
    assert "<script>" not in hostile._repr_html_()
    assert "\x1b" not in repr(hostile)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (39602, ("39,602", "39\u202f602", "39.602")),
        (np.int64(7), ("7", "7", "7")),
        (0.4762, ("0.4762", "0,4762", "0,4762")),
        (118.5, ("118.5", "118,5", "118,5")),
        (1e300, ("1e+300", "1e+300", "1e+300")),
        (float("inf"), ("∞", "∞", "∞")),
        (Rounded(-0.0312, 3, sign=True), ("−0.031", "−0,031", "−0,031")),
        (Rounded(np.float64(0.5), 2, sign=True), ("+0.50", "+0,50", "+0,50")),
        ("1.5", ("1.5", "1.5", "1.5")),
    ],
    ids=repr,
)
def test_numbers_in_messages_are_written_as_the_language_does(value, said, monkeypatch):
    texts = {"right": dict.fromkeys(LANGUAGES, "<{got}>")}
    module = importlib.import_module("toolkit.lessons.check")
    monkeypatch.setattr(module, "messages", lambda lesson: {"00.1": texts} if lesson == "00" else {})
    monkeypatch.setattr(module, "_judges", lambda lesson: {"00.1": lambda answer: right(got=value)})
    assert tuple(check("00.1", 1, lang=lang).text for lang in LANGUAGES) == tuple(f"<{text}>" for text in said)


@pytest.mark.parametrize(("exercise", "name", "texts"), MESSAGES, ids=lambda one: one if isinstance(one, str) else "")
def test_gaps_of_messages_leave_the_form_of_numbers_to_the_language(exercise, name, texts):
    assert not any(re.search(r"{\w+[:!]", text) for text in texts.values())
