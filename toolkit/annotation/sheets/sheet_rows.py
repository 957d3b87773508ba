"""A sheet that comes back from a spreadsheet program: whatever it made of delimiter, encoding, columns and order."""

import csv
import hashlib
import io
import re
from pathlib import Path
from typing import NamedTuple

from toolkit.corpus.encoding import decode
from toolkit.errors import InputError
from toolkit.marked_text import clean
from toolkit.storage import neutral

__all__ = ["COLUMNS", "EXPORTED", "MADE_FROM", "Sheet", "SheetRow", "as_cell", "shown_quote", "whole_number"]

#: State of the log that a sheet was made from; what is marked so in its name is not read as an edit.
EXPORTED = "exported (read only)"
#: What stands in that column: whose sheet it is, and how many decisions the log had.
MADE_FROM = re.compile(r"(.+), decision (\d{1,9})")
#: The columns of a sheet, in the order a person works through them.
COLUMNS = (
    "item", "doc_id", "start", "end", "before (read only)", "quote", "after (read only)", "code", "stance", "note",
    "status", "flag", "item_note", EXPORTED,
)  # fmt: skip
_NEEDED = ("item", "start", "end", "quote", "code")
_DELIMITERS = ",;\t|"
#: 500 bytes for each of a million items; what is larger is no sheet of coded items.
_LARGEST = 500_000_000
#: Excel cuts cells at 32,767 characters and pushes the rest into the next row; this leaves room for what is added.
_LONGEST_QUOTE = 30_000
#: Characters of the end of a text that is too long for a cell.
_TAIL = 1_000
#: What a program makes of 12; "1.000" is not read: it is one in one country and a thousand in another.
_NUMBER = re.compile(r"(\d{1,15})(?:[.,]0{1,2})?")
_LINE_END = re.compile(r"\r\n?")


class SheetRow(NamedTuple):
    """A row that is not empty: its number in the sheet (the headings are row 1), and its cells by our column names.

    A column that the sheet does not have is not there.
    """

    number: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """``name`` of the file, ``sha256`` of its bytes, its ``rows``."""

    name: str
    sha256: str
    rows: list[SheetRow]

    @classmethod
    def read(cls, path: Path) -> "Sheet":
        """Read a CSV file: comma, semicolon or tab, UTF-8, UTF-16 or Windows-1252, columns in any order.

        Raises :class:`InputError` if it is no CSV file, or a column that is needed is missing or there twice.
        """
        data = _bytes(path)
        try:
            text = decode(data).text
        except InputError as error:
            raise InputError(f"{path}: {error}; save the sheet as CSV (UTF-8).") from error
        # Excel writes, and wants, the delimiter in a line before the headings, which is no row to it
        text = re.sub(r"\Asep=.\r?\n", "", text)
        records = _records(text, _delimiter(text), path)
        head = next((place for place, record in enumerate(records) if any(map(str.strip, record))), 0)
        names = _names(records[head] if records else [], path)
        rows = []
        for number, record in enumerate(records[head + 1 :], head + 2):
            if any(map(str.strip, record)):
                cells = {name: _restored(record[place]) if place < len(record) else "" for name, place in names.items()}
                rows.append(SheetRow(number, cells))
        return cls(path.name, hashlib.sha256(data).hexdigest(), rows)

    def refuse_if_of_another(self, coder: str) -> None:
        """One sentence where all rows are of somebody else's sheet, instead of the same problem in every row."""
        said = (MADE_FROM.fullmatch(row.cells.get(EXPORTED, "").strip()) for row in self.rows)
        others = sorted({found[1][:60] for found in said if found})
        if others and coder not in others:
            raise InputError(
                f"{self.name}: nothing was imported: the sheet was exported for '{others[0]}', not for '{coder}'; "
                "import it for the coder it is of."
            )


def as_cell(text: str) -> str:
    """A text as a cell can hold it: line ends as line feeds, and U+FFFD for controls and halves of surrogate pairs.

    >>> as_cell("uno\\r\\ndos\\x00")
    'uno\\ndos\ufffd'
    """
    return clean(_LINE_END.sub("\n", text))


def shown_quote(text: str) -> str:
    """A quote as it stands in the sheet: as a cell can hold it, the middle of a very long one left out."""
    cell = as_cell(text)
    if len(cell) <= _LONGEST_QUOTE:
        return cell
    head = _LONGEST_QUOTE - _TAIL
    return f"{cell[:head]} [… {len(cell) - head - _TAIL:,} characters …] {cell[-_TAIL:]}"


def whole_number(cell: str) -> int | None:
    """The position in a cell, None if there is none.

    >>> whole_number("12"), whole_number("12.0"), whole_number("12,0"), whole_number("1.000"), whole_number("-1")
    (12, 12, 12, None, None)
    """
    found = _NUMBER.fullmatch(cell.strip())
    return int(found[1]) if found else None


def _bytes(path: Path) -> bytes:
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise InputError(f"{path}: is no CSV file; save the sheet as CSV (UTF-8) and give that file.")
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: is larger than {_LARGEST:,} bytes; this is no sheet of coded items.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error


def _delimiter(text: str) -> str:
    """The sign that divides the headings into most names that are known."""
    first = text.lstrip("\r\n,;\t|").split("\n", 1)[0]
    known = set(COLUMNS)
    return max(
        _DELIMITERS,
        key=lambda sign: len(known & {_folded(name) for name in next(csv.reader([first], delimiter=sign), [])}),
    )


def _records(text: str, delimiter: str, path: Path) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append([_LINE_END.sub("\n", cell) for cell in record])
    except csv.Error as error:
        raise InputError(
            f"{path}, row {len(records) + 1}: cannot be read as CSV: {error}; save the sheet as CSV (UTF-8) again."
        ) from error
    return records


def _names(headings: list[str], path: Path) -> dict[str, int]:
    """Where our columns stand."""
    names: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = _folded(heading)
        if name in COLUMNS:
            if name in names:
                raise InputError(f"{path}: the column '{name}' is there twice; each once.")
            names[name] = place
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        found = ", ".join(heading.strip()[:40] for heading in headings[:20] if heading.strip()) or "nothing"
        raise InputError(
            f"{path}: the column '{missing[0]}' is missing (found: {found}); give a sheet that "
            "was exported from the project, with its headings."
        )
    return names


def _folded(heading: str) -> str:
    return " ".join(heading.replace("\ufeff", "").lower().split())


def _restored(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if neutral(cell[1:]) == cell else cell
