"""Exercises of notebook 01: words of the page's own, copies, a sample weighted."""

from math import isclose
from typing import TYPE_CHECKING

from toolkit.lessons.finding import Finding, Rounded, number_of, right, text_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS"]

#: How far a weighted share may be off: three decimals are asked for.
_NEAR = 0.0006


def most_spoilt_word(answer: object, *, counts: "pd.DataFrame") -> Finding:
    """The Spanish word that loses the largest share; ``counts``: lang, term, raw, clean (with furniture, without)."""
    got = text_of(answer).lower()
    own = counts[counts["lang"] == "es"].set_index("term")
    lost = own["raw"] - own["clean"]
    shares = lost / own["raw"]
    if got in shares.index and shares[got] == shares.max():
        return right(word=got, lost=int(lost[got]), raw=int(own["raw"][got]))
    if got in set(counts.loc[counts["lang"] != "es", "term"]) - set(own.index):
        return Finding("italian", {"word": got})
    if got not in shares.index:
        return Finding("not_there", {"word": got[:40]})
    values = {"word": got, "lost": int(lost[got]), "raw": int(own["raw"][got])}
    if lost[got] == lost.max():
        return Finding("number", values)
    if own["raw"][got] == own["raw"].max():
        return Finding("frequent", values)
    if shares[got] == shares.min():
        return Finding("least", values)
    return Finding("less", values)


def posts_left(answer: object, *, posts: "pd.DataFrame", duplicates: "pd.DataFrame") -> Finding:
    """How many posts are left with one of each cluster and all that are in none."""
    got = number_of(answer)
    clusters, inside = duplicates["cluster"].nunique(), len(duplicates)
    wanted = len(posts) - inside + clusters
    if got == wanted:
        return right(left=len(posts) - wanted)
    known = {
        "all": len(posts),
        "none": len(posts) - inside,
        "clusters": clusters,
        "inside": inside,
        "minus_clusters": len(posts) - clusters,
        "removed": inside - clusters,
    }
    for message, value in known.items():
        if got == value:
            return Finding(message, {"n": value})
    if not got.is_integer():
        return Finding("no_count", {"got": got})
    return Finding("many" if got > wanted else "few", {"got": got})


def weighted_share(answer: object, *, genres: "pd.DataFrame", truth: float) -> Finding:
    """The share of the sample with each genre weighted by its size in the whole (codes, sentences, share, whole);
    ``truth``: the share in the whole."""
    got = number_of(answer)
    wanted = float((genres["share"] * genres["whole"]).sum() / genres["whole"].sum())
    plain = float(genres["codes"].sum() / genres["sentences"].sum())
    if isclose(got, wanted, abs_tol=_NEAR):
        return right(before=Rounded(plain, 3), truth=Rounded(truth, 3))
    known = {
        "percent": 100 * wanted,
        "unweighted": plain,
        "plain_mean": float(genres["share"].mean()),
        "truth": truth,
        "sum": float((genres["share"] * genres["whole"]).sum()),
        "divided": float((genres["share"] * genres["whole"]).sum() / genres["sentences"].sum()),
        "counts": float((genres["codes"] * genres["whole"]).sum() / genres["whole"].sum()),
    }
    for message, value in known.items():
        if isclose(got, value, abs_tol=_NEAR if value < 1 else 0.06):
            return Finding(message, {})
    if not 0 <= got <= 1:
        return Finding("no_share", {"got": got})
    if got == round(wanted, 2):
        return Finding("rounded", {"got": got})
    return Finding("high" if got > wanted else "low", {"got": got})


CHECKS = {"01.1": most_spoilt_word, "01.2": posts_left, "01.3": weighted_share}
