"""Exercises of notebook 06: right answers, the mistakes that are told apart, and answers of another kind."""

import pandas as pd
from judged import Judged, no_numbers

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


GIVES = {
    "06.1": {"table": TABLE},
    "06.2": {"first": FIRST, "second": SECOND, "sentences": SENTENCES, "code": "x"},
    "06.3": {"disagreements": DIFFER},
}
CASES = [
    ("06.1", RIGHT | {"a": "percent"}, "chance", "as soon as a code is rare"),
    ("06.1", RIGHT | {"b": "gwet_ac1"}, "chance", "as soon as a code is rare"),
    ("06.1", RIGHT | {"a": "cohen_kappa"}, "these_two", "exactly two coders"),
    ("06.1", RIGHT | {"c": "u_alpha"}, "stretches", "stretches"),
    ("06.1", RIGHT | {"c": "alpha_nominal"}, "no_sets", "one code"),
    ("06.1", RIGHT | {"c": "f1"}, "luck", "nothing off for chance"),
    ("06.1", RIGHT | {"a": "alpha_masi"}, "sets", "sets of codes"),
    ("06.1", RIGHT | {"b": "odd"}, "other", "something else"),
    ("06.1", RIGHT | {"a": "alfa"}, "unknown", "no measure 'alfa'"),
    ("06.1", RIGHT | {"b": 0.8}, "no_text", "text in quotation marks"),
    ("06.2", 74, "percent", "in per cent"),
    ("06.2", 0.86, "observed", "do agree"),
    ("06.2", 0.72, "only_no", "both would say no"),
    ("06.2", 0.02, "only_yes", "both would give the code"),
    ("06.2", 0.9, "only_one", "one coder"),
    ("06.2", 0.8, "only_one", "one coder"),
    ("06.2", 0.4615, "kappa", "is kappa"),
    ("06.2", 0.5, "half", "One half"),
    ("06.2", 0.26, "not_chance", "*differ*"),
    ("06.2", 3, "no_share", "between 0 and 1"),
    ("06.2", 0.95, "high", "too much"),
    ("06.2", 0.6, "low", "too little"),
    ("06.3", "ana", "coder", "is a coder"),
    ("06.3", "other", "unknown", "No code 'other'"),
    ("06.3", "few", "few", "are few"),
    ("06.3", "often", "frequent", "in turn"),
    ("06.3", "even", "less", "more one-sided"),
    ("06.3", 3, "no_text", "text in quotation marks"),
    ("06.3", None, "no_text", "text in quotation marks"),
    ("06.3", DIFFER, "no_text", "text in quotation marks"),
    *[("06.1", answer, "right") for answer in (RIGHT, RIGHT | {"c": "alpha_jaccard"}, RIGHT | {"b": " f1 "})],
    ("06.1", {"a": "alpha_nominal", "b": "f1"}, "lacking", "question c"),
    *[
        ("06.1", answer, "no_dict", "each of the three questions")
        for answer in ("f1", None, 3, ["f1", "f1", "f1"], float("nan"), TABLE)
    ],
    ("06.2", 0.74, "right", "0.860", "0.46"),
    *no_numbers("06.2"),
    ("06.3", "lean", "right", "11 of 12"),
]


class TestJudged(Judged):
    LESSON = "06"
    CASES = CASES
    GIVES = GIVES
