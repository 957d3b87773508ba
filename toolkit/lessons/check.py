"""Checking an answer: the exercise's own function finds what is off, the messages are data in three languages."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from inspect import signature
from numbers import Real
from typing import Any

from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.lessons.finding import Finding, NotAsked, Rounded
from toolkit.lessons.verdict import Verdict
from toolkit.resources import data_file

__all__ = ["LANGUAGES", "check", "exercises", "messages"]

LANGUAGES = ("en", "es", "it")
#: The module of each lesson; it has ``CHECKS``: the number of an exercise and the function that judges its answers.
_LESSONS = {
    "00": "start_here",
    "01": "dirt",
    "02": "words_in_context",
    "03": "themes",
    "04": "principles",
    "05": "annotating",
    "06": "agreement",
    "07": "two_languages",
    "08": "own_corpus",
    "09": "machines",
    "10": "reproducing",
    "11": "other_tools",
}

#: From here on the digits of a number are more than a reader reads.
_LONG = 1e15

Judge = Callable[..., Finding]


def check(exercise: str, answer: object, *, lang: str = "en", **given: Any) -> Verdict:
    """Say whether an answer to an exercise is right, and if not, what is off.

    Parameters
    ----------
    exercise : lesson and number as the notebook has it, "02.1".
    answer : the learner's answer; ``...`` is no answer yet.
    lang : "en", "es" or "it": the language of what is said.
    **given : what the answer is judged by, such as the tables of the notebook; each exercise says what it needs.

    Returns
    -------
    Verdict
        shows itself; ``right`` is True, False, or None where there is no answer yet. It never holds the answer.

    Raises
    ------
    InputError
        if there is no such exercise or language, and for other things given than the exercise needs. A wrong answer
        raises nothing, whatever it is.

    >>> check("00.1", ...)
    … Exercise 00.1 is open: put your answer in place of the three dots and run both cells again.
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang is '{lang}'; expected one of {', '.join(LANGUAGES)}.")
    if exercise not in exercises():
        raise InputError(f"no exercise '{exercise}'; {suggestion(exercise, exercises())}")
    if answer is ...:
        return _verdict(exercise, None, Finding("open", {"exercise": exercise}), lang)
    judge = _judges(exercise[:2])[exercise]
    try:
        signature(judge).bind(answer, **given)
    except TypeError as error:
        raise InputError(f"exercise {exercise}: {error}; give what the notebook's own cell gives.") from error
    try:
        finding = judge(answer, **given)
    except NotAsked as other:
        finding = other.finding
    return _verdict(exercise, finding.message == "right", finding, lang)


def exercises() -> list[str]:
    """The exercises there are, in the order of the lessons: "00.1", "00.2" ...

    >>> exercises()[0]
    '00.1'
    """
    return [exercise for lesson in _LESSONS for exercise in messages(lesson)]


def _judges(lesson: str) -> dict[str, Judge]:
    found: dict[str, Judge] = import_module(f"toolkit.lessons.{_LESSONS[lesson]}").CHECKS
    return found


def _verdict(exercise: str, right: bool | None, finding: Finding, lang: str) -> Verdict:
    own = messages(exercise[:2])[exercise]
    text = own[finding.message] if finding.message in own else messages("common")["any"][finding.message]
    values = {gap: _written(value, lang) for gap, value in finding.values.items()}
    return Verdict(exercise, right, text[lang].format(**values), lang)


def _written(value: object, lang: str) -> object:
    """A value of a message: numbers as the language writes them; texts are the learner's or the tables'."""
    from toolkit.display.numbers import number

    if isinstance(value, Rounded):
        return number(float(value.value), lang, value.digits, sign=value.sign)
    if not isinstance(value, Real) or isinstance(value, bool):
        return value
    plain = float(value)
    if plain.is_integer() and abs(plain) < _LONG:
        return number(plain, lang)
    # a learner finds the own number again
    written = f"{plain:g}"
    return written if "e" in written else number(plain, lang, len(written.partition(".")[2]))


@cache
def messages(lesson: str) -> dict[str, dict[str, dict[str, str]]]:
    """The messages of a lesson ("00") or of all ("common"): exercise, message, language, text."""
    try:
        path = data_file("lessons", f"{lesson}.yaml")
    except InputError:
        return {}
    found: dict[str, dict[str, dict[str, str]]] = read_yaml(path)["messages"]
    return found
