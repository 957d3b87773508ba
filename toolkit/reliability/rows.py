"""Rows of the agreement table: values, limits, how much they rest on, and why a value is missing."""

import numpy as np
import pandas as pd

from toolkit.reliability.blocks import Block
from toolkit.reliability.explain import note
from toolkit.resampling import sample_limits

__all__ = ["ANY", "Rows"]

#: In the column ``of`` of the rows by code: any code at all, or none.
ANY = "(any)"
_COLUMNS = ["measure", "code", "by", "of", "coders", "value", "ci_low", "ci_high", "n", "documents", "note"]


class Rows:
    """Collects rows. ``always``: a note for every row; ``whole``: notes for the rows of the whole."""

    def __init__(self, confidence: float, always: str, whole: list[str]) -> None:
        self._confidence, self._always, self._whole = confidence, always, whole
        self._rows: list[tuple[object, ...]] = []

    def add(
        self,
        block: Block,
        doc: np.ndarray,
        *,
        code: str | None = None,
        by: str | None = None,
        of: str | None = None,
        coders: str = "all",
        documents: int | None = None,
        said: str | None = None,
    ) -> None:
        """One row per measure of ``block``; ``doc``: the document of each unit it rests on; ``said``: a note."""
        count = len(np.unique(doc)) if documents is None else documents
        for measure, samples in block.items():
            value = float(samples[0])
            low, high = sample_limits(samples[1:, None], count, self._confidence) if len(samples) > 1 else ([None],) * 2
            notes = [self._always, said, *(self._whole if by is None else ())]
            if np.isnan(value):
                low, high = [None], [None]
                notes.append(None if said else _why(measure, len(doc)))
            elif count < 2:
                notes.append(note("one_document"))
            text = "; ".join(part for part in notes if part) or None
            self._rows.append((measure, code, by, of, coders, value, low[0], high[0], len(doc), count, text))

    def nothing(self, measure: str, why: str, *, by: str) -> None:
        """A row that says why there is no other."""
        text = "; ".join(part for part in (self._always, why) if part)
        self._rows.append((measure, None, by, "(all)", "all", np.nan, None, None, 0, 0, text))

    def table(self) -> pd.DataFrame:
        """All rows in the order in which they came."""
        return pd.DataFrame(self._rows, columns=_COLUMNS)


def _why(measure: str, n: int) -> str:
    """Why a measure has no value."""
    if measure.startswith(("f1", "u_alpha")):
        return note("none_given")
    return note("one_category") if n else note("none_shared")
