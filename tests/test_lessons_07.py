"""Exercises of notebook 07: right answers, the mistakes that are told apart, and answers of another kind."""

import math

import pandas as pd
from judged import Judged, no_numbers

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


def test_the_zipf_value_itself_is_told():
    words = WORDS.assign(zipf_difference=[0.25, 0.5])
    assert "Zipf value here" in check("07.1", 6.3, words=words, term="due", spoken="it").text


GIVES = {
    "07.1": {"words": WORDS, "term": "due", "spoken": "it"},
    "07.2": {"differences": DIFFERENCES},
    "07.3": {"counts": COUNTS},
}
CASES = [
    ("07.1", 0.8, "steps", "number of steps"),
    ("07.1", math.exp(0.8), "natural", "e to that power"),
    ("07.1", 2**0.8, "two", "two to that power"),
    ("07.1", 10**-0.8, "inverse", "other way round"),
    ("07.1", 10**0.8 - 1, "more", "*more*"),
    ("07.1", 2018, "here", "million"),
    ("07.1", 5.5, "general", "language at large"),
    ("07.1", 52, "count", "how often it stands here"),
    ("07.1", 100 * 10**0.8, "percent", "per cent"),
    ("07.1", 9, "high", "too much"),
    ("07.1", 3, "low", "too little"),
    ("07.2", ["goes", "strange"], "unknown", "No code 'strange'"),
    ("07.2", ["goes", "goes_too", "stays"], "stayed", "still does"),
    ("07.2", ["comes"], "new", "other way round"),
    ("07.2", ["goes", "never"], "never", "nothing that could go"),
    ("07.2", ["goes", "goes_too", "bare"], "not_corrected", "could not be corrected"),
    ("07.2", ["goes"], "missing", "missing: 1"),
    ("07.2", [], "missing", "missing: 2"),
    ("07.2", "goes", "no_names", "list of texts"),
    ("07.2", [1], "no_names", "list of texts"),
    ("07.2", None, "no_names", "list of texts"),
    ("07.2", NOTHING, "no_names", "list of texts"),
    ("07.3", CRUDE, "crude", "crude difference, all"),
    ("07.3", -WANTED, "sign", "wrong direction"),
    ("07.3", -CRUDE, "crude_sign", "Italian less Spanish"),
    ("07.3", sum(APART), "total", "sum over"),
    ("07.3", sorted(APART)[1], "median", "median"),
    ("07.3", (APART[0] * 40 + APART[1] * 60 + APART[2] * 20) / 120, "weighted", "more sentences more weight"),
    ("07.3", (0.6 + 0.4 + 0 + 0.2) / 4 - (0.6 + 0.025 + 0.1 + 0.1) / 4, "of_posts", "mean over posts"),
    ("07.3", (14 / 30 + 0 + 0.2) / 3, "one_side", "one language"),
    ("07.3", (0.6 + 0.04 + 0.1) / 3, "one_side", "one language"),
    ("07.3", 7, "no_difference", "between -1 and 1"),
    ("07.3", 0.5, "high", "too high"),
    ("07.3", -0.5, "low", "too low"),
    *[("07.1", answer, "right") for answer in (10**0.8, 6.3, 6.31)],
    *[
        ("07.2", answer, "right")
        for answer in (["goes", "goes_too"], ("goes_too", "goes"), pd.Series(["goes", "goes_too"]))
    ],
    ("07.3", WANTED, "right", f"{CRUDE:+.3f}"),
    ("07.3", round(WANTED, 3), "right"),
    ("07.3", 100 * WANTED, "percent", "percentage points"),
    *no_numbers("07.1", "07.3"),
]


class TestJudged(Judged):
    LESSON = "07"
    CASES = CASES
    GIVES = GIVES
    ALSO = frozenset({("07.1", "zipf")})
