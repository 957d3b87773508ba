"""The exercises of notebook 11_other_tools."""

import pandas as pd
import pytest

from toolkit.exchange.offsets import Offsets
from toolkit.lessons import check
from toolkit.lessons.check import messages
from toolkit.lessons.other_tools import CHECKS, nobody_coded, text_at

LINE = "¡Olé! 👩‍💻🇪🇸\r\nVoz humana y más"
#: Of 20 sentences that both have read they agree about 17; 8 were coded by somebody.
WITH_JUDGED = pd.DataFrame({"measure": ["percent", "f1"], "value": [0.85, 0.7], "n": [20, 20]})
WITHOUT = pd.DataFrame({"measure": ["percent", "f1"], "value": [0.6, 0.7], "n": [8, 8]})


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("Voz humana", "right"),
        (" Voz humana\n", "right"),
        ("voz humana", "letters"),
        (LINE[17:27].strip(), "points"),
        ("Voz", "part"),
        ("Voz humana y más", "too_much"),
        ("más", "elsewhere"),
        ("Voz human4", "not_there"),
        ("", "not_there"),
    ],
)
def test_a_text_at_positions_of_another_tool(answer, message):
    assert text_at(answer, line=LINE, start=17, end=27).message == message


def test_the_positions_are_those_of_the_offsets():
    found = Offsets(LINE, "utf16")
    start, end = found.to_points(17), found.to_points(27)
    assert text_at(LINE[start:end], line=LINE, start=17, end=27).message == "right"


def test_bytes_are_told_apart():
    line = "áé Voz humana"
    assert text_at(line.encode()[5:8].decode(), line=line, start=5, end=8).message == "bytes"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (12, "right"),
        (12.0, "right"),
        (20, "all_read"),
        (8, "coded"),
        (28, "sum"),
        (-12, "turned_round"),
        (0.6, "share"),
        (60, "share"),
        (3, "disagreed"),
        (17, "agreed"),
        (11, "more"),
        (13, "fewer"),
    ],
)
def test_what_nobody_coded(answer, message):
    assert nobody_coded(answer, with_judged=WITH_JUDGED, without=WITHOUT).message == message


@pytest.mark.parametrize("wrong", [None, float("nan"), pd.DataFrame({"a": [1, 2]}), True, ["a"]])
def test_answers_of_another_kind_are_told_what_is_asked_for(wrong):
    for lang in ("en", "es", "it"):
        assert check("11.1", wrong, line=LINE, start=17, end=27, lang=lang).right is False
        assert check("11.2", wrong, with_judged=WITH_JUDGED, without=WITHOUT, lang=lang).right is False


def test_every_message_is_written_and_can_be_said():
    assert list(messages("11")) == list(CHECKS)
    assert str(check("11.2", 12, with_judged=WITH_JUDGED, without=WITHOUT)).startswith("✓ Right: 20")
