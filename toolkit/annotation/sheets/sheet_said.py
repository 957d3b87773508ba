"""What one row of a sheet says, checked against the project: which stretch, which code, which stance."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from toolkit.annotation.projects.project import Project
from toolkit.annotation.sheets.sheet_rows import SheetRow, shown_quote, whole_number
from toolkit.errors import suggestion

__all__ = ["Place", "Problem", "RowReader", "Said", "note_of"]

#: Longest note that a decision may hold.
_LONGEST_NOTE = 20_000
#: A code on a stretch of an item: start, end, code.
Place = tuple[int, int, str]


class Problem(Exception):
    """What is wrong with a row of the sheet (its number), and in which column where it is of one."""

    def __init__(self, row: int, said: str, column: str = "") -> None:
        super().__init__(f"row {row}{f', column {column}' if column else ''}: {said}")
        self.row = row


class Said(NamedTuple):
    """What a row says: the code it gives (none: the item has no code in this row), stance and note of it."""

    row: SheetRow
    place: Place | None
    stance: str | None
    note: str


class RowReader:
    """Reads rows of a project's items; ``places``: item to doc_id, start, end."""

    def __init__(self, project: Project, places: Mapping[str, tuple[str, int, int]]) -> None:
        self._project, self._place = project, places
        self._book = project.codebook
        self._stances = [stance.id for stance in self._book.stances]

    def said(self, row: SheetRow, item: str) -> Said:
        """What a row says; its quote is compared with the text."""
        cells = row.cells
        doc_id, start, end = self._place[item]
        if cells.get("doc_id", "").strip() not in ("", doc_id.strip()):
            raise Problem(row.number, f"got '{cells['doc_id'].strip()[:80]}', the item is in '{doc_id}'", "doc_id")
        code, stance = cells["code"].strip(), cells.get("stance", "").strip()
        note = note_of(cells.get("note", ""), row, "note")
        start, end = self._stretch(row, doc_id, start, end)
        if not code:
            for column, value in (("stance", stance), ("note", note)):
                if value.strip():
                    raise Problem(row.number, "is filled in, but the row has no code; give one, or empty it", column)
            return Said(row, None, None, "")
        if code not in self._book.code_ids:
            raise Problem(row.number, f"got '{code[:60]}'; {suggestion(code, self._book.code_ids)}", "code")
        if stance and stance not in self._stances:
            there = suggestion(stance, self._stances) if self._stances else "the codebook has no stances."
            raise Problem(row.number, f"got '{stance[:60]}'; {there}", "stance")
        return Said(row, (start, end, code), stance or None, note)

    def _stretch(self, row: SheetRow, doc_id: str, start: int, end: int) -> tuple[int, int]:
        """Where a row points: the item (``start`` to ``end``), or a stretch chosen freely in it."""
        given = {side: row.cells[side].strip() for side in ("start", "end")}
        found = {side: whole_number(cell) for side, cell in given.items()}
        for side, cell in given.items():
            if cell and found[side] is None:
                raise Problem(row.number, f"got '{cell[:40]}', expected a position: a whole number from 0", side)
            if not cell and any(given.values()):
                raise Problem(row.number, "is empty; give start and end, or neither", side)
        text, quote = self._project.texts[doc_id], row.cells["quote"]
        free = self._project.unit == "span"
        if found["start"] is not None and found["end"] is not None:
            if not free and (found["start"], found["end"]) != (start, end):
                raise Problem(
                    row.number,
                    f"got {found['start']} to {found['end']}, the {self._project.unit} is {start} to {end}; codes are "
                    "given to all of it",
                    "start",
                )
            start, end = found["start"], found["end"]
            if not start < end <= len(text):
                raise Problem(
                    row.number,
                    f"{start} to {end} is no part of '{doc_id}', which has {len(text):,} characters",
                    "start",
                )
        elif free and quote != shown_quote(text[start:end]):
            return self._located(row, text, quote)
        elif not free and not quote:
            # a new row that names the item
            return start, end
        expected = shown_quote(text[start:end])
        if quote != expected:
            at = next((n for n, (one, two) in enumerate(zip(quote, expected, strict=False)) if one != two), None)
            at = min(len(quote), len(expected)) if at is None else at
            raise Problem(
                row.number,
                f"is not the text from {start} to {end}: after {at:,} characters it has {quote[at : at + 20]!r}, the "
                f"text {expected[at : at + 20]!r}; paste the cell of the exported sheet (UTF-8, no autocorrection)",
                "quote",
            )
        return start, end

    def _located(self, row: SheetRow, text: str, quote: str) -> tuple[int, int]:
        """A stretch by its quote alone, which must occur once; overlapping places count."""
        if not quote.strip():
            raise Problem(row.number, "is empty, and so are start and end; say which stretch is meant", "quote")
        pattern = re.escape(quote).replace("\\\n", r"(?:\r\n|\r|\n)")
        found = [match.span(1) for match in re.finditer(f"(?=({pattern}))", text)]
        if len(found) != 1:
            times = f"{len(found)} times" if found else "nowhere"
            raise Problem(row.number, f"stands {times} in the text; give start and end", "quote")
        return found[0]


def note_of(cell: str, row: SheetRow, column: str) -> str:
    """The note in a cell, if a decision can hold it."""
    if len(cell) > _LONGEST_NOTE:
        raise Problem(row.number, f"has {len(cell):,} characters, more than {_LONGEST_NOTE:,}", column)
    return cell
