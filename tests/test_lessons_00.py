"""The exercises of notebook 00: right answers, the usual mistakes, and answers that are none."""

from types import SimpleNamespace

import pandas as pd
import pytest
from judged import Judged

from toolkit.lessons import check
from toolkit.lessons.check import LANGUAGES
from toolkit.lessons.start_here import CHECKS

TEXT = "Inicio\n" + "Nos contestaron el mismo lunes. " * 3 + "\nCompartir"
FURNITURE = pd.DataFrame({"start": [0, len(TEXT) - 9], "end": [6, len(TEXT)]})
MARKED, SHARE = 15, 15 / len(TEXT)

PARTS = {"base": -5.0, "meaning": 1.0, "words": 2.5, "cues": -0.2}
VIEW = ["base (lo habitual que es el código)", "palabras", "significado", "indicios"]
WHY = SimpleNamespace(evidence=SimpleNamespace(parts=PARTS), view={"parts": [{"name": name} for name in VIEW]})


def codes(*rows):
    return pd.DataFrame([(doc, start, start + 5, code) for doc, start, code in rows], columns=PLACE)


PLACE = ["doc_id", "start", "end", "code"]
GIVEN = codes(("a", 0, "x"), ("a", 9, "x"), ("b", 0, "y"), ("b", 9, "y"), ("c", 0, "x"), ("d", 0, "x"), ("d", 9, "x"))
MACHINE = codes(
    ("a", 0, "x"), ("a", 9, "y"), ("b", 0, "y"), ("b", 9, "x"), ("c", 0, "x"), ("c", 9, "x"),
    ("e", 0, "x"), ("e", 9, "x"), ("d", 0, "x"), ("f", 0, "y"), ("f", 9, "y"), ("d", 9, "x"),
).assign(score=[0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.5, 0.5, 0.4, 0.3, 0.3, 0.2])  # fmt: skip

GIVES = {
    "00.1": {"text": TEXT, "furniture": FURNITURE},
    "00.2": {"why": WHY},
    "00.3": {"given": GIVEN, "machine": MACHINE, "cut": 0.5},
}
CASES = [
    ("00.1", SHARE, "right"),
    ("00.1", round(SHARE, 2), "right"),
    ("00.1", 100 * SHARE, "percent"),
    ("00.1", round(100 * SHARE), "percent"),
    ("00.1", MARKED, "characters"),
    ("00.1", 2, "stretches"),
    ("00.1", 1 - SHARE, "article"),
    ("00.1", MARKED / (len(TEXT) - MARKED), "ratio"),
    ("00.1", -3, "no_share"),
    ("00.1", float("inf"), "no_share"),
    ("00.1", 0.5, "high"),
    ("00.1", 0.01, "low"),
    ("00.2", "words", "right"),
    ("00.2", " Palabras ", "right"),
    ("00.2", "base", "base"),
    ("00.2", "base (lo habitual que es el código)", "base"),
    ("00.2", "significado", "smaller"),
    ("00.2", "cues", "against"),
    ("00.2", "suma", "sum"),
    ("00.2", "the notary", "unknown"),
    ("00.3", 3 / 8, "right"),
    ("00.3", 37.5, "percent"),
    ("00.3", 5 / 12, "uncut"),
    ("00.3", 3 / 7, "recall"),
    ("00.3", 3 / 12, "denominator"),
    ("00.3", 5 / 8, "numerator"),
    ("00.3", 2 / 4, "below"),
    ("00.3", 300, "no_share"),
    ("00.3", 0.9, "high"),
    ("00.3", 0.1, "low"),
]


def test_wrong_ones_are_told_from_the_right_ones():
    machine = MACHINE.head(6)
    found = CHECKS["00.3"](2 / 6, given=GIVEN, machine=machine.assign(score=0.9), cut=0.5)
    assert found.message == "low" or found.message == "wrong_ones"
    many = GIVEN.head(4).assign(score=0.9)
    three = pd.concat([many, codes(("z", 0, "x")).assign(score=0.9)])
    assert CHECKS["00.3"](1 / 5, given=GIVEN, machine=three, cut=0.5).message == "wrong_ones"


class TestJudged(Judged):
    LESSON = "00"
    CASES = CASES
    GIVES = GIVES
    ALSO = frozenset({("00.3", "wrong_ones")})


@pytest.mark.parametrize(("exercise", "answer", "message"), CASES)
def test_no_message_gives_the_answer_away(exercise, answer, message):
    for lang in LANGUAGES:
        text = check(exercise, answer, lang=lang, **GIVES[exercise]).text
        assert message == "right" or ("0.375" not in text and f"{SHARE:.3f}" not in text)
