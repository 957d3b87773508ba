"""What holds for the exercises of every lesson, whatever they ask: a test file of a lesson gives its cases.

Its class is ``TestJudged(Judged)``; what it passes to the judges is ``GIVES``, or a fixture ``gives`` of its own.
"""

import math
import re
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from toolkit.lessons import check
from toolkit.lessons.check import LANGUAGES, _judges, messages
from toolkit.lessons.finding import NotAsked


class Peculiar:
    """Has an item of its own, and cannot say what it is."""

    def item(self, name):
        return name

    def __repr__(self):
        raise RuntimeError


#: Right for no exercise. The number is larger than any float; the array has no dimension to go through.
STRANGE = [
    "", "many", 3.25, math.inf, math.nan, None, True, 10**5000, np.array("a"), Peculiar(),
    [], [3], ["a"], [Peculiar()], {}, pd.DataFrame(), pd.DataFrame({"a": [1, 2]}), object()
]  # fmt: skip


def no_numbers(*exercises: str) -> list[tuple[Any, ...]]:
    """Cases of exercises that ask for a number, answered with something else."""
    strange = ["much", None, math.nan, True, [1, 2], pd.DataFrame({"a": [1, 2]})]
    return [(exercise, one, "no_number", "number is asked for") for exercise in exercises for one in strange]


class Judged:
    LESSON: ClassVar[str]
    #: Exercise, answer, the message met and, where it matters, what the English text of it says.
    CASES: ClassVar[list[tuple[Any, ...]]]
    #: By exercise, what the notebook passes.
    GIVES: ClassVar[dict[str, dict[str, Any]]]
    #: Messages met only in tests of the lesson's own.
    ALSO: ClassVar[frozenset[tuple[str, str]]] = frozenset()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.CASES, ids=[f"{case[0]}-{case[2]}" for case in self.CASES])
        if "exercise" in metafunc.fixturenames:
            metafunc.parametrize("exercise", messages(self.LESSON))

    @pytest.fixture
    def gives(self):
        return self.GIVES

    def test_tells_right_from_each_mistake(self, gives, case):
        exercise, answer, message, *_ = case
        try:
            found = _judges(self.LESSON)[exercise](answer, **gives[exercise])
        except NotAsked as other:
            found = other.finding
        assert found.message == message

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_says_it_in_each_language(self, gives, case, lang):
        exercise, answer, message, *said = case
        verdict = check(exercise, answer, lang=lang, **gives[exercise])
        assert verdict.right is (message == "right")
        assert verdict.text and not re.search(r"{\w+}", verdict.text)
        assert lang != "en" or all(part in verdict.text for part in said)

    @pytest.mark.parametrize("strange", STRANGE, ids=lambda one: type(one).__name__)
    def test_an_answer_of_another_kind_is_no_right_one(self, gives, exercise, strange):
        for lang in LANGUAGES:
            verdict = check(exercise, strange, lang=lang, **gives[exercise])
            assert verdict.right is False
            assert verdict.text

    def test_every_message_can_be_met(self):
        own = {(exercise, message) for exercise, of_one in messages(self.LESSON).items() for message in of_one}
        assert own - self.ALSO <= {case[:1] + case[2:3] for case in self.CASES}
