"""Exercises of notebook 06: a measure for a question, agreement by chance, a coder's habit."""

from collections.abc import Mapping
from math import isclose
from typing import TYPE_CHECKING

from toolkit.lessons.finding import Finding, NotAsked, Rounded, number_of, right, shown, text_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS"]

#: How far a share of three digits may be off.
_NEAR = 0.0015
#: What answers each question, and where another measure that a question brings to mind falls short of it.
_ANSWERS = {"a": {"alpha_nominal"}, "b": {"f1"}, "c": {"alpha_jaccard", "alpha_masi"}}
_FALLS_SHORT = {
    "percent": "chance",
    "gwet_ac1": "chance",
    "cohen_kappa": "these_two",
    "scott_pi": "these_two",
    "u_alpha": "stretches",
    "alpha_nominal": "no_sets",
    "f1": "luck",
    "alpha_jaccard": "sets",
    "alpha_masi": "sets",
}
#: Codes with fewer disagreements are left aside: three in a row are no habit.
_FEWEST = 10


def measures_for_questions(answer: object, *, table: "pd.DataFrame") -> Finding:
    """A measure for each of the questions a, b and c, of those that the agreement table has, or u_alpha."""
    if not isinstance(answer, Mapping):
        raise NotAsked("no_dict", got=shown(answer))
    known = {*table["measure"], "u_alpha"}
    for question in _ANSWERS:
        if question not in answer:
            return Finding("lacking", {"question": question})
        if text_of(answer[question]) not in known:
            return Finding("unknown", {"question": question, "got": str(answer[question])[:40]})
    for question, wanted in _ANSWERS.items():
        got = text_of(answer[question])
        if got not in wanted:
            return Finding(_FALLS_SHORT.get(got, "other"), {"question": question, "got": got})
    return right()


def chance_agreement(
    answer: object, *, first: "pd.DataFrame", second: "pd.DataFrame", sentences: int, code: str
) -> Finding:
    """Percent agreement expected of two who give a code as often as they do, and without reading."""
    got = number_of(answer)
    place = ["doc_id", "start", "end"]
    one, other = (table[table["code"] == code][place].drop_duplicates() for table in (first, second))
    p, q = len(one) / sentences, len(other) / sentences
    both, neither = p * q, (1 - p) * (1 - q)
    chance = both + neither
    common = len(one.merge(other))
    observed = 1 - (len(one) + len(other) - 2 * common) / sentences
    if isclose(got, chance, abs_tol=_NEAR):
        return right(observed=Rounded(observed, 3), beyond=Rounded((observed - chance) / (1 - chance), 2))
    if got > 1 and isclose(got, 100 * chance, abs_tol=0.15):
        return Finding("percent", {})
    known = {
        "observed": observed,
        "only_no": neither,
        "only_yes": both,
        "only_one": 1 - p,
        "other_one": 1 - q,
        "kappa": (observed - chance) / (1 - chance),
        "half": 0.5,
        "not_chance": 1 - chance,
    }
    for message, value in known.items():
        # the two that lie together are told apart by the nearer one
        if isclose(got, value, abs_tol=_NEAR):
            return Finding("only_one" if message == "other_one" else message, {"got": Rounded(got, 3)})
    if not 0 <= got <= 1:
        return Finding("no_share", {"got": got})
    return Finding("high" if got > chance else "low", {"got": got})


def most_one_sided(answer: object, *, disagreements: "pd.DataFrame") -> Finding:
    """The code whose misses come most from one coder, among those missed ten times or more."""
    got = text_of(answer)
    missed = disagreements[disagreements["kind"] == "missed"]
    counts = missed.groupby(["code", "first"]).size().unstack(fill_value=0)
    n, most = counts.sum(axis=1), counts.max(axis=1)
    lean = (most / n)[n >= _FEWEST]
    if got in set(missed["first"]):
        return Finding("coder", {"got": got})
    if got not in counts.index:
        return Finding("unknown", {"got": got[:40]})
    said = {"most": int(most[got]), "n": int(n[got])}
    if got not in lean.index:
        return Finding("few", said)
    if lean[got] == lean.max():
        return right(**said)
    return Finding("frequent" if n[got] == n.max() and lean[got] < 2 / 3 else "less", said)


CHECKS = {"06.1": measures_for_questions, "06.2": chance_agreement, "06.3": most_one_sided}
