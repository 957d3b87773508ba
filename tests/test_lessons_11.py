"""The exercises of notebook 11_other_tools."""

import pandas as pd
from judged import Judged

from toolkit.exchange.offsets import Offsets
from toolkit.lessons.other_tools import text_at

LINE = "¡Olé! 👩‍💻🇪🇸\r\nVoz humana y más"
#: Of 20 sentences that both have read they agree about 17; 8 were coded by somebody.
WITH_JUDGED = pd.DataFrame({"measure": ["percent", "f1"], "value": [0.85, 0.7], "n": [20, 20]})
WITHOUT = pd.DataFrame({"measure": ["percent", "f1"], "value": [0.6, 0.7], "n": [8, 8]})


def test_the_positions_are_those_of_the_offsets():
    found = Offsets(LINE, "utf16")
    start, end = found.to_points(17), found.to_points(27)
    assert text_at(LINE[start:end], line=LINE, start=17, end=27).message == "right"


def test_bytes_are_told_apart():
    line = "áé Voz humana"
    assert text_at(line.encode()[5:8].decode(), line=line, start=5, end=8).message == "bytes"


GIVES = {
    "11.1": {"line": LINE, "start": 17, "end": 27},
    "11.2": {"with_judged": WITH_JUDGED, "without": WITHOUT},
}
CASES = [
    ("11.1", "Voz humana", "right"),
    ("11.1", " Voz humana\n", "right"),
    ("11.1", "voz humana", "letters"),
    ("11.1", LINE[17:27].strip(), "points"),
    ("11.1", "Voz", "part"),
    ("11.1", "Voz humana y más", "too_much"),
    ("11.1", "más", "elsewhere"),
    ("11.1", "Voz human4", "not_there"),
    ("11.1", "", "not_there"),
    ("11.2", 12, "right", "Right: 20"),
    ("11.2", 12.0, "right"),
    ("11.2", 20, "all_read"),
    ("11.2", 8, "coded"),
    ("11.2", 28, "sum"),
    ("11.2", -12, "turned_round"),
    ("11.2", 0.6, "share"),
    ("11.2", 60, "share"),
    ("11.2", 3, "disagreed"),
    ("11.2", 17, "agreed"),
    ("11.2", 11, "more"),
    ("11.2", 13, "fewer"),
]


class TestJudged(Judged):
    LESSON = "11"
    CASES = CASES
    GIVES = GIVES
    ALSO = frozenset({("11.1", "bytes")})
