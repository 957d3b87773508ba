"""Exercises of notebook 08: files that gave no post, which date is kept, languages guessed wrongly."""

from typing import TYPE_CHECKING

from toolkit.corpus.dates import read_date
from toolkit.lessons.finding import Finding, names_of, right, text_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS"]


def _listed(names: "set[str]") -> str:
    """Names for a message, a few of many."""
    first = ", ".join(sorted(names)[:5])
    return f"{first[:200]} ..." if len(names) > 5 or len(first) > 200 else first


def lost_files(answer: object, *, posts: "pd.DataFrame", skipped: "pd.DataFrame") -> Finding:
    """The files that gave not a single post, as ``source`` names them, in any order."""
    got = set(names_of(answer))
    with_posts, told = set(posts["source"]), set(skipped["source"])
    wanted = set(skipped.loc[~skipped["read"].astype(bool), "source"]) - with_posts
    if got == wanted:
        return right(n=len(wanted))
    unknown = got - with_posts - told
    doubtful = got & set(skipped.loc[skipped["read"].astype(bool), "source"]) & with_posts
    partly = (got & told & with_posts) - doubtful
    if not got:
        return Finding("nothing", {})
    if unknown:
        return Finding("unknown", {"names": _listed(unknown)})
    if doubtful:
        return Finding("doubtful", {"names": _listed(doubtful)})
    if partly:
        return Finding("partly", {"names": _listed(partly)})
    if got & with_posts:
        return Finding("there", {"names": _listed(got & with_posts)})
    return Finding("missing", {"n": len(wanted - got)})


def kept_date(answer: object, *, posts: "pd.DataFrame", collisions: "pd.DataFrame", doc_id: str) -> Finding:
    """The date that a post keeps where several places name one."""
    got = text_of(answer)
    iso = read_date(got).iso
    kept = str(posts.set_index("doc_id")["date"][doc_id])
    if got == kept:
        return right(date=kept)
    if iso is None:
        return Finding("no_date", {"got": got[:40]})
    if iso == kept:
        return Finding("form", {"got": got[:40]})
    own = collisions[(collisions["doc_id"] == doc_id) & (collisions["field"] == "date")]
    for other, place in zip(own["other"], own["other_from"], strict=True):
        if iso == read_date(str(other)).iso:
            return Finding("name" if place == "file name" else "file", {"date": iso})
    return Finding("nowhere", {"date": iso})


def wrong_guesses(answer: object, *, known: "pd.DataFrame", guessed: "pd.DataFrame") -> Finding:
    """The posts whose guessed language is not the known one, in any order."""
    got = set(names_of(answer))
    both = known[["doc_id", "lang"]].merge(guessed[["doc_id", "lang"]], on="doc_id", suffixes=("", "_guess"))
    wrong = set(both.loc[both["lang"] != both["lang_guess"], "doc_id"])
    if got == wrong:
        return right(n=len(wrong), all=len(both))
    unknown = got - set(both["doc_id"])
    if unknown:
        return Finding("unknown", {"names": _listed(unknown)})
    if got == set(both["doc_id"]) - wrong:
        return Finding("turned", {})
    if got - wrong:
        return Finding("right_ones", {"names": _listed(got - wrong)})
    return Finding("missing", {"n": len(wrong - got)})


CHECKS = {"08.1": lost_files, "08.2": kept_date, "08.3": wrong_guesses}
