"""Whose the labels of a file of doccano are, and which files still hold the rows that went out.

An export has a file for each member of a project. The rows that we wrote go out with the texts and so stand in the file
of every member; the labels that were imported stand only in the file of the member who imported them. doccano does not
say who that was. So of the members' files the one in which most of the labels still stand is the importer's, if at
least half do; in the others, and where fewer do, people coded anew, and a label that is the same as one that went out
is their own decision. Files that are no member's (ours, or of a project that shares annotations) keep their rows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.exchange.model import Document, Loss

__all__ = ["Label", "Part", "Text", "settle"]

#: Names of files that are not those of a member.
_NOBODY = ("all", "unknown")


class Label(NamedTuple):
    """One label and whose it is, if the record says; ``start`` None for a category of the whole text."""

    start: int | None
    end: int | None
    code: str
    coder: str | None

    @property
    def key(self) -> tuple[int | None, int | None, str]:
        """Where it is and what it says."""
        return self.start, self.end, self.code


@dataclass
class Text:
    """One record: its document, its labels, the rows that we wrote with it, and the member whose the labels are."""

    document: Document
    place: str
    labels: list[Label] = field(default_factory=list)
    rows: list[tuple[int, int, str, Mapping[str, Any]]] = field(default_factory=list)
    member: str | None = None

    def new(self) -> int:
        """How many labels stand for no row and have no coder of their own."""
        labels = Counter(one.key for one in self.labels if one.coder is None)
        return (labels - Counter({row[:3] for row in self.rows})).total()


class Part(NamedTuple):
    """One file with its texts. ``given_out``: its lines have the numbers that doccano gives."""

    file: Path
    texts: Sequence[Text]
    given_out: bool

    @property
    def of_member(self) -> bool:
        """Is the file named after a member?"""
        return self.given_out and self.file.stem not in _NOBODY

    def standing(self) -> tuple[int, int]:
        """How many of the labels that went out still stand, and how many went out."""
        there = gone = 0
        for text in self.texts:
            written, labels = {row[:3] for row in text.rows}, {one.key for one in text.labels}
            there += len(written & labels)
            gone += len(written - labels)
        return there, there + gone


def settle(parts: Sequence[Part], coder: str | None) -> list[Loss]:
    """Take the rows out of the files of members that coded anew, and name the members; a loss for what was decided.

    ``coder``: who coded where the files do not say, as the user knows; then no name of a file says it.
    """
    losses: list[Loss] = []
    members = [part for part in parts if part.of_member]
    counts = [part.standing() for part in members]
    most = max((there for there, _ in counts), default=0)
    imported = [at for at, (there, of) in enumerate(counts) if there == most and 0 < of <= 2 * there]
    if len(imported) > 1:
        names = ", ".join(f"'{members[at].file.stem}'" for at in imported)
        reason = f"equally many of the labels that went out stand in the files {names}: taken as imported by the first"
        losses.append(Loss("changed", "coder", reason, members[imported[0]].file.name))
    for at, (part, (there, of)) in enumerate(zip(members, counts, strict=True)):
        anew = of > 0 and at not in imported[:1]
        if anew:
            for text in part.texts:
                text.rows = []
            if not imported:
                reason = f"{there:,} of {of:,} labels that went out stand there: taken as coded anew by a member"
                losses.append(Loss("changed", "annotation", reason, part.file.name))
        # the name of a file says who coded only where it is plain that doccano gave it
        plain = of > 0 or len(members) > 1
        if coder is None and plain:
            for text in part.texts:
                text.member = part.file.stem
            new = sum(text.new() for text in part.texts)
            if new:
                name = part.file.stem
                labels = f"{new:,} label{'' if new == 1 else 's'}"
                reason = (
                    f"'{name}' as the coder of {labels} is the name of the file, which doccano names after a member"
                )
                losses.append(Loss("changed", "coder", reason, part.file.name, coder=name))
    return losses
