"""Lesson 05: how many items to code, what an empty item means, what a log comes to."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from toolkit.lessons.finding import Finding, Rounded, names_of, number_of, right

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.annotation import Project

__all__ = ["CHECKS"]

#: Exercise 05.1: the code asked about, and the interval: three points up or down.
_CODE = "listening"
_WIDTH = 0.06
#: Whoever rounds by hand may be an item off.
_ROUNDED = 1.5


def items_needed(answer: object, *, alike: "pd.DataFrame") -> Finding:
    """05.1: sentences to code in whole posts. ``alike``: the table of :func:`toolkit.annotation.icc_of`."""
    from toolkit.annotation.planning.sample_size import SampleSize, items_for_width

    got = number_of(answer.items if isinstance(answer, SampleSize) else answer)
    rows = {row["code"]: row for row in alike.to_dict("records")}
    row = rows[_CODE]

    def clustered(row: Mapping[str, Any]) -> dict[str, Any]:
        return {"cluster_size": row["cluster_size"], "icc": row["icc"]}

    def near(found: float) -> bool:
        return abs(got - found) <= _ROUNDED

    needed = items_for_width(_WIDTH, expected=row["share"], **clustered(row))
    alone = {width: items_for_width(width, expected=row["share"]).items for width in (_WIDTH, _WIDTH / 2)}
    if near(needed.items):
        # more than the design effect: Student's quantile of few documents is in it, too
        effect = Rounded(needed.items / alone[_WIDTH], 1)
        return right(items=needed.items, documents=needed.documents, effect=effect)
    if near(needed.documents):
        return Finding("documents", {})
    if near(alone[_WIDTH]):
        return Finding("alone", {})
    if near(items_for_width(_WIDTH / 2, expected=row["share"], **clustered(row)).items) or near(alone[_WIDTH / 2]):
        return Finding("half", {})
    if near(items_for_width(_WIDTH, **clustered(row)).items) or near(items_for_width(_WIDTH).items):
        return Finding("worst", {})
    for code, other in rows.items():
        if near(items_for_width(_WIDTH, expected=other["share"], **clustered(other)).items):
            return Finding("other_code", {"code": code})
    return Finding("fewer" if got < needed.items else "more", {})


def judged_to_take_none(answer: object, *, project: "Project", coder: str) -> Finding:
    """05.2: sentences that a coder marked as done without giving a code."""
    got = number_of(answer)
    place = ["doc_id", "start", "end"]
    table = project.items.set_index("item")[place]
    judged, codes = project.judged(coder), project.annotations(coder)
    done, coded = ({tuple(row) for row in found[place].to_numpy().tolist()} for found in (judged, codes))
    given = {tuple(row) for row in table.loc[project.queue(coder)].to_numpy().tolist()}
    if got == len(done - coded):
        return right(done=len(done), coded=len(done & coded))
    mistakes = {
        "rows": len(judged) - len(codes),
        "codes": len(codes),
        "open_only": len(given - done),
        "open_too": len(given - coded),
        "done": len(done),
        "coded": len(coded),
    }
    made = [message for message, wrong in mistakes.items() if got == wrong]
    if len(made) > 1 and set(made) <= {"rows", "codes", "open_only"}:
        return Finding("several", {"n": int(got)})
    if made:
        return Finding(made[0], {})
    return Finding("fewer" if got < len(done - coded) else "more", {})


def codes_that_stand(answer: object, *, story: Sequence[Mapping[str, Any]]) -> Finding:
    """05.3: what a log of one item comes to. ``story``: its lines, with ``do`` and ``code``."""
    names = names_of(answer)
    known = [line["code"] for line in story if line.get("code")]
    strange = [name for name in names if name not in known]
    if strange:
        return Finding("unknown", {"code": strange[0][:60]})
    got, stands = set(names), _stands(story)
    if len(names) > len(got):
        return Finding("twice", {})
    if got == stands:
        return right(lines=len(story), codes=len(stands))
    if got == set(known):
        return Finding("no_undo", {})
    if got == _stands(story, redo=False):
        return Finding("no_redo", {})
    if got == _stands(story, forgets=False):
        return Finding("old_redo", {})
    return Finding("too_many" if got > stands else "missing" if got < stands else "other", {})


def _stands(story: Sequence[Mapping[str, Any]], *, redo: bool = True, forgets: bool = True) -> set[str]:
    """The codes that lines lead to; or what whoever passes over redo, or takes it for the first undo, would say."""
    given: list[str] = []
    taken: list[str] = []
    for line in story:
        if line["do"] == "set":
            given.append(line["code"])
            if forgets:
                taken.clear()
        elif line["do"] == "undo" and given:
            taken.append(given.pop())
        elif line["do"] == "redo" and redo and taken:
            given.append(taken.pop() if forgets else taken.pop(0))
    return set(given)


CHECKS = {"05.1": items_needed, "05.2": judged_to_take_none, "05.3": codes_that_stand}
