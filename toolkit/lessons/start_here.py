"""Exercises of notebook 00: the furniture of a page, the evidence of a mistake, precision above a cut."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.lessons.finding import Finding, Rounded, close, is_percent, number_of, right, text_of

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.principles.explain import Explanation

__all__ = ["CHECKS"]

_PLACE = ["doc_id", "start", "end", "code"]


def furniture_share(answer: object, *, text: str, furniture: "pd.DataFrame") -> Finding:
    """The share of a post's characters that are marked; ``furniture`` holds the rows of this post alone."""
    got = number_of(answer)
    marked = int((furniture["end"] - furniture["start"]).sum())
    share = marked / len(text)
    if close(got, share):
        return right(share=Rounded(100 * share, 0))
    if is_percent(got, share):
        return Finding("percent", {})
    if got == marked:
        return Finding("characters", {"marked": marked})
    if got == len(furniture):
        return Finding("stretches", {"stretches": len(furniture)})
    if close(got, 1 - share):
        return Finding("article", {})
    if marked < len(text) and close(got, marked / (len(text) - marked)):
        return Finding("ratio", {})
    if not 0 <= got <= 1:
        return Finding("no_share", {"got": got})
    return Finding("high" if got > share else "low", {"got": got})


def largest_part(answer: object, *, why: "Explanation") -> Finding:
    """The part of the evidence that adds most to the score, by the name that is shown or the one in the table."""
    got = text_of(answer)
    shown = why.view["parts"]
    parts: Mapping[str, float] = dict(why.evidence.parts) if why.evidence else {}
    # the view has the parts in an order of its own: base first, then the largest
    ordered = sorted(parts, key=lambda part: (part != "base", -abs(parts[part]), part))
    called = {part: str(row["name"]) for part, row in zip(ordered, shown, strict=True)}
    wanted = max(parts, key=lambda part: parts[part])
    part = _part_of(got, called)
    if part == wanted:
        return right(part=called[part], value=Rounded(parts[part], 1, sign=True))
    if part is None and got.casefold() in ("sum", "suma", "somma"):
        return Finding("sum", {})
    if part is None:
        return Finding("unknown", {"got": got[:60], "names": ", ".join(called.values())})
    if part == "base":
        return Finding("base", {"value": Rounded(parts[part], 1, sign=True)})
    if parts[part] < 0:
        return Finding("against", {"part": called[part], "value": Rounded(parts[part], 1, sign=True)})
    return Finding("smaller", {"part": called[part], "value": Rounded(parts[part], 1, sign=True)})


def _part_of(got: str, called: Mapping[str, str]) -> str | None:
    """The part that is meant: by its own name or the shown one, with or without what stands in brackets."""
    plain = got.casefold()
    for part, name in called.items():
        shown = name.casefold()
        if plain in (part, shown, shown.partition(" (")[0]):
            return part
    return None


def precision_above(answer: object, *, given: "pd.DataFrame", machine: "pd.DataFrame", cut: float) -> Finding:
    """Precision of the machine's codes whose score is at least ``cut``, against the codes ``given`` by people."""
    got = number_of(answer)
    kept = machine[machine["score"] >= cut]
    same, before = (len(given[_PLACE].merge(part[_PLACE])) for part in (kept, machine))
    precision = same / len(kept)
    if close(got, precision):
        return right(recall=Rounded(same / len(given), 2), before=Rounded(before / len(given), 2))
    if is_percent(got, precision):
        return Finding("percent", {})
    known = {
        "uncut": before / len(machine),
        "recall": same / len(given),
        "denominator": same / len(machine),
        "numerator": before / len(kept),
        "below": (before - same) / max(1, len(machine) - len(kept)),
        "wrong_ones": 1 - precision,
    }
    for message, value in known.items():
        if close(got, value):
            return Finding(message, {"cut": cut})
    if not 0 <= got <= 1:
        return Finding("no_share", {"got": got})
    return Finding("high" if got > precision else "low", {"got": got})


CHECKS = {"00.1": furniture_share, "00.2": largest_part, "00.3": precision_above}
