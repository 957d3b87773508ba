"""Exercises of notebook 07: a word beside its own language, differences that do not stay, like compared with like."""

from math import exp, isclose
from typing import TYPE_CHECKING

from toolkit.lessons.finding import Finding, Rounded, names_of, number_of, right

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS"]

#: How far a difference of shares with three digits may be off.
_NEAR = 0.0006


def times_as_often(answer: object, *, words: "pd.DataFrame", term: str, spoken: str) -> Finding:
    """By what factor a word is more frequent than in its language at large; ``words``: the frequencies table."""
    got = number_of(answer)
    row = words[(words["lang"] == spoken) & (words["term"] == term)].iloc[0]
    steps = float(row["zipf_difference"])
    factor = 10**steps
    # a whole number is as good as the figure that it is read from
    if isclose(got, factor, rel_tol=0.02) or got == round(factor):
        return right(steps=Rounded(steps, 2), n=int(row["n"]), per_million=Rounded(row["per_million"], 0))
    known = {
        "steps": steps,
        "natural": exp(steps),
        "two": 2**steps,
        "inverse": 1 / factor,
        "more": factor - 1,
        "percent": 100 * factor,
        "here": float(row["per_million"]),
        "zipf": float(row["zipf"]),
        "general": float(row["general_zipf"]),
        "count": float(row["n"]),
    }
    for message, value in known.items():
        if isclose(got, value, rel_tol=0.01):
            return Finding(message, {"got": got})
    return Finding("high" if got > factor else "low", {"got": got})


def gone_once_corrected(answer: object, *, differences: "pd.DataFrame") -> Finding:
    """The codes whose interval leaves out 0 as coded and holds it once corrected."""
    got = set(names_of(answer))
    table = differences.set_index("code")
    unknown = sorted(got - set(table.index))
    if unknown:
        return Finding("unknown", {"got": unknown[0][:40]})
    before = _without_zero(table, "ci_low", "ci_high")
    after = _without_zero(table, "adjusted_low", "adjusted_high")
    held = set(table.index[(table["adjusted_low"] <= 0) & (table["adjusted_high"] >= 0)])
    wanted = before & held
    if got == wanted:
        return right(n=len(wanted), new=len(after - before))
    for message, codes in (("stayed", before & after), ("new", after - before), ("never", set(table.index) - before)):
        wrong = sorted(got & codes)
        if wrong:
            return Finding(message, {"code": wrong[0], "n": len(wrong)})
    if got - wanted:
        # as coded without 0, and not corrected at all
        return Finding("not_corrected", {"code": min(got - wanted)})
    return Finding("missing", {"got": len(got), "n": len(wanted - got)})


def _without_zero(table: "pd.DataFrame", low: str, high: str) -> set[str]:
    return set(table.index[(table[low] > 0) | (table[high] < 0)])


def like_with_like(answer: object, *, counts: "pd.DataFrame") -> Finding:
    """Spanish less Italian, the mean over genres; ``counts``: lang, genre, with_code and sentences of each post."""
    got = number_of(answer)
    sums = counts.groupby(["genre", "lang"])[["with_code", "sentences"]].sum()
    by_genre = (sums["with_code"] / sums["sentences"]).unstack()
    apart = by_genre["es"] - by_genre["it"]
    wanted = float(apart.mean())
    plain = counts.groupby("lang")[["with_code", "sentences"]].sum()
    shares = plain["with_code"] / plain["sentences"]
    of_posts = (counts["with_code"] / counts["sentences"]).groupby(counts["lang"]).mean()
    sizes = counts.groupby("genre")["sentences"].sum()
    if isclose(got, wanted, abs_tol=_NEAR):
        return right(crude=Rounded(shares["es"] - shares["it"], 3, sign=True))
    if abs(got) >= 0.1 and isclose(got, 100 * wanted, abs_tol=0.06):
        return Finding("percent", {})
    known = {
        "crude": shares["es"] - shares["it"],
        "sign": -wanted,
        "crude_sign": shares["it"] - shares["es"],
        "total": float(apart.sum()),
        "median": float(apart.median()),
        "weighted": float((apart * sizes).sum() / sizes.sum()),
        "of_posts": of_posts["es"] - of_posts["it"],
        "one_side": float(by_genre["es"].mean()),
        "other_side": float(by_genre["it"].mean()),
    }
    for message, value in known.items():
        if isclose(got, float(value), abs_tol=_NEAR):
            return Finding("one_side" if message == "other_side" else message, {"got": Rounded(got, 3, sign=True)})
    if not -1 <= got <= 1:
        return Finding("no_difference", {"got": got})
    return Finding("high" if got > wanted else "low", {"got": Rounded(got, 3, sign=True)})


CHECKS = {"07.1": times_as_often, "07.2": gone_once_corrected, "07.3": like_with_like}
