"""Units x coders x codes: what was given and judged, and the ratings of one question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from toolkit.reliability.ratings import Ratings
from toolkit.tables import STANCES

__all__ = ["ABSENT", "NONE", "UNSAID", "Coded", "document_sums"]

#: The category of a unit that was judged and got no code, in single-label ratings.
NONE = "(none)"
#: In ``Coded.stance``: the code was not given; the code was given without a stance.
ABSENT, UNSAID = -2, -1


@dataclass(frozen=True)
class Coded:
    """U units, m coders, C codes.

    ``units``: doc_id, start, end, lang, sorted by document and place. ``doc`` (U,): number of the document, 0 to
    ``documents`` - 1, never falling. ``seen`` (U, m): the coder judged the unit. ``stance`` (U, m, C): place in
    STANCES, -1 the code was given without one, -2 it was not given. ``time`` (U, m): seconds since 1970 of the last
    decision, missing where it is not known. ``people`` (m,): the coder is a person. ``notes``: what happened on the
    way to the units, ``guessed``: a note if nobody said what was judged.
    """

    coders: tuple[str, ...]
    people: np.ndarray
    codes: tuple[str, ...]
    units: pd.DataFrame
    doc: np.ndarray
    documents: int
    seen: np.ndarray
    stance: np.ndarray
    time: np.ndarray
    notes: tuple[str, ...]
    guessed: str = ""

    @property
    def given(self) -> np.ndarray:
        """The coder gave the code to the unit and had judged it, truth (U, m, C)."""
        return (self.stance > ABSENT) & self.seen[:, :, None]

    def part(self, rows: np.ndarray, coders: Sequence[int] | None = None) -> "Coded":
        """Some units (truth, shape (U,)) and some coders; the numbers of documents stay."""
        who = list(range(len(self.coders))) if coders is None else list(coders)
        return replace(
            self,
            coders=tuple(self.coders[place] for place in who),
            people=self.people[who],
            units=self.units[rows],
            doc=self.doc[rows],
            seen=self.seen[rows][:, who],
            stance=self.stance[rows][:, who],
            time=self.time[rows][:, who],
        )

    def of_coders(self, coders: Sequence[int]) -> "Coded":
        """Some coders, with the units that at least two of them judged."""
        return self.part(self.seen[:, list(coders)].sum(1) > 1, coders)

    def renumbered(self) -> "Coded":
        """The same with documents numbered anew, without those that have no unit here."""
        names, doc = np.unique(self.doc, return_inverse=True)
        return replace(self, doc=doc, documents=len(names))

    def pairs(self) -> list[tuple[int, int]]:
        """Places of every two coders, in their order."""
        return list(combinations(range(len(self.coders)), 2))

    def truth(self, given: np.ndarray) -> Ratings:
        """Ratings "no" and "yes" from truth (U, m)."""
        return self._ratings(np.where(self.seen, given, -1), ("no", "yes"))

    def of_code(self, code: int) -> Ratings:
        """Did the unit get this code?"""
        return self.truth(self.stance[:, :, code] > ABSENT)

    def of_sets(self) -> Ratings:
        """Which set of codes did the unit get? Labels are frozensets of codes, the empty one among them."""
        packed = np.packbits(self.given, axis=2)
        kinds, values = np.unique(packed.reshape(-1, packed.shape[2]), axis=0, return_inverse=True)
        bits = np.unpackbits(kinds, axis=1)[:, : len(self.codes)].astype(bool)
        labels = tuple(frozenset(np.array(self.codes, dtype=object)[row]) for row in bits)
        return self._ratings(np.where(self.seen, values.reshape(self.seen.shape), -1), labels)

    def of_one(self) -> Ratings:
        """Which one code did the unit get? Without a code: the category "(none)"."""
        given = self.given
        values = np.where(given.any(2), given.argmax(2), len(self.codes))
        return self._ratings(np.where(self.seen, values, -1), (*self.codes, NONE))

    def on_scale(self, ordered: Sequence[str]) -> Ratings:
        """Which level of an ordered scale did the unit get? Units without one of its levels count as not judged."""
        given = self.given[:, :, [self.codes.index(code) for code in ordered]]
        return self._ratings(np.where(given.any(2), given.argmax(2), -1), tuple(ordered))

    def of_stances(self) -> Ratings:
        """Which stance did a code on a unit get, where a coder gave one? Rows are units x codes."""
        rows, codes = np.nonzero((self.given & (self.stance >= 0)).sum(1) > 1)
        given = self.stance[rows, :, codes]
        values = np.where(self.seen[rows] & (given >= 0), given, -1)
        return Ratings(values.astype(np.int64), STANCES, self.doc[rows], self.documents, self.coders)

    def _ratings(self, values: np.ndarray, labels: tuple[object, ...]) -> Ratings:
        return Ratings(values.astype(np.int64), labels, self.doc, self.documents, self.coders)


def document_sums(values: np.ndarray, doc: np.ndarray, documents: int) -> np.ndarray:
    """Sums over the units of each document; ``doc`` must not fall. (U, ...) becomes (documents, ...)."""
    sums = np.zeros((documents, *values.shape[1:]))
    if len(doc):
        starts = np.flatnonzero(np.r_[True, doc[1:] != doc[:-1]])
        sums[doc[starts]] = np.add.reduceat(values, starts, axis=0, dtype=float)
    return sums
