"""A table as a reader sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.marked_text import clean
from toolkit.printable import printable

__all__ = ["Shown", "show"]


@dataclass(frozen=True, repr=False, eq=False)
class Shown:
    """A table prepared for reading; the last line of a cell shows it, ``print`` gives it as plain text."""

    frame: pd.DataFrame
    total: int
    caption: str = ""
    lang: str = "en"
    widths: Mapping[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        return clean(printable(self.frame.to_string(index=False)))

    def _repr_html_(self) -> str:
        return self.frame.to_html(index=False, border=0)


def show(
    table: pd.DataFrame | pd.Series,
    columns: Sequence[str] | None = None,
    *,
    rows: int = 20,
    names: Mapping[str, str] | None = None,
    caption: str = "",
    lang: str = "en",
) -> Shown:
    """A table for reading: long texts wrapped, numbers with few digits, codes by their names, row count said.

    Parameters
    ----------
    table : any table of the toolkit, or a data frame of your own. It is not changed.
    columns : those to show, in this order; all of them without. "old=new" shows a column under another heading.
    rows : at most so many rows are shown; how many there are is always said.
    names : what to write for the codes in a column ``code``, as ``codebook.names(lang)`` gives it.
    caption : a line above the table.
    lang : "en", "es" or "it": language of headings, truth values and the count of rows.

    Raises
    ------
    InputError
        if a column is not there (the nearest is named), ``rows`` is below 1, or the language is none of the three.
    """
    frame = table.to_frame().reset_index() if isinstance(table, pd.Series) else table
    headings: dict[str, str] = {}
    for column in columns or [str(name) for name in frame.columns]:
        own, _, heading = column.partition("=")
        if own not in frame.columns:
            raise InputError(f"the table has no column '{own}'; {suggestion(own, map(str, frame.columns))}")
        headings[own] = heading or own
    if rows < 1:
        raise InputError(f"rows is {rows}; expected is 1 or more.")
    shown: Any = frame[list(headings)].head(rows).copy()
    if names and "code" in shown:
        shown["code"] = [names.get(code, code) for code in shown["code"]]
    return Shown(shown.rename(columns=headings), len(frame), caption, lang)
