"""Spreadsheets with one post a row: XLSX, ODS and old XLS, every sheet that has a column of texts."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.corpus.readers.headings import shown
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Record
from toolkit.corpus.readers.tabular import Rows
from toolkit.corpus.readers.zip_bounds import check_zip
from toolkit.errors import InputError, missing_extra

__all__ = ["read_sheets"]

#: The largest XLS file, which is packed in nothing; Excel itself makes none above some 100 MB.
MAX_OLD = 200_000_000
#: The longest row in bytes of JSON, where a character takes up to twelve.
MAX_ROW = 16 * MAX_CHARACTERS
_PROGRAM = Path(__file__).with_name("cells.py")


def read_sheets(file: File) -> Iterator[Record]:
    """One record a row of .xlsx (ISO/IEC 29500), .ods (ISO/IEC 26300) and .xls files, by python-calamine.

    The first row of a sheet that is not empty names its columns. A sheet without a column of texts is refused, an
    empty one passed over. Dates become ISO 8601, whole numbers have no ".0", of a formula the stored value is read.
    A file is read by a process of its own, which a bad one can end without harm: see :mod:`.cells`.
    """
    if importlib.util.find_spec("python_calamine") is None:
        yield Record(file.name, refused=missing_extra("python-calamine", "documents"))
        return
    problem = _problem(file.path)
    if problem:
        yield Record(file.name, refused=problem)
        return
    told = False
    for record in _records(file):
        told = True
        yield record
    if not told:
        yield Record(file.name, refused="holds no rows")


def _problem(path: Path) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(b"PK"):
        return check_zip(path)
    if not head.strip():
        return "is empty"
    if b"\x00" not in head:
        return "is text and no spreadsheet; name it .csv, .tsv or .html by what it holds"
    return f"is larger than {MAX_OLD / 1e6:,.0f} MB; save it as CSV" if path.stat().st_size > MAX_OLD else None


def _records(file: File) -> Iterator[Record]:
    seen: dict[int, str] = {}
    sheet, rows, heading = "", None, True
    for told in _told(file.path):
        if isinstance(told, str):
            yield Record(file.name, refused=told)
        elif isinstance(told, dict):
            sheet, rows, heading = str(told["sheet"]), None, True
        elif heading:
            heading = False
            try:
                names = ["" if cell is None else str(cell) for cell in told[1]]
                rows = Rows(file, names, unit=f"sheet '{shown(sheet)}', row", part=sheet, seen=seen)
            except InputError as error:
                yield Record(file.name, refused=f"sheet '{shown(sheet)}' {error}", place=f"sheet '{shown(sheet)}'")
        elif rows is not None:
            number, cells = told
            yield rows.record(dict(zip(rows.headings, cells, strict=False)), int(number))


def _told(path: Path) -> Iterator[Any]:
    """What the program tells of a workbook: sheets as dictionaries, rows as lists, problems as ends of sentences."""
    command = [sys.executable or "python3", "-P", str(_PROGRAM), str(path.resolve())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as run:
        try:
            assert run.stdout is not None
            while line := run.stdout.readline(MAX_ROW):
                if len(line) == MAX_ROW and not line.endswith(b"\n"):
                    yield "has a row that is too long to be one post"
                    return
                value = json.loads(line) if line.endswith(b"\n") else None
                if value is None:
                    break
                if isinstance(value, dict) and "end" in value:
                    return
                problem = value.get("problem") if isinstance(value, dict) else None
                yield value if problem is None else " ".join(problem.split())[:300]
            yield "asks for more memory or time than a spreadsheet of posts may (its last cell may stand far out)"
        finally:
            run.kill()
