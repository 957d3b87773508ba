"""Tables of text with one post a row, CSV and TSV: separator, quotes and encoding are found out, rows are streamed."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from toolkit.corpus.readers.headings import shown, texts_among
from toolkit.corpus.readers.lines import MAX_LINE, Lines, TooLong, find_encoding, open_text
from toolkit.corpus.readers.record import File, Record
from toolkit.corpus.readers.tabular import Rows
from toolkit.errors import InputError
from toolkit.storage import neutral

__all__ = ["read_csv", "read_tsv"]

#: Characters from which separator and quotes are found out: some hundred posts.
_SAMPLE = 262_144
#: The first line by which Excel names the separator.
_EXCEL = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
#: How quotes may be written: doubled (RFC 4180), with a backslash (MySQL, PHP), doubled with a space in front.
_STYLES: tuple[dict[str, Any], ...] = ({}, {"escapechar": "\\"}, {"skipinitialspace": True})


class _Row(NamedTuple):
    """Cells of a row, its first line, and what is wrong with it."""

    cells: list[str]
    line: int
    problem: str = ""


def read_csv(file: File) -> Iterator[Record]:
    """One record a row of a table in the manner of RFC 4180; the first row names the columns.

    The separator is the one of comma, semicolon, tab and bar by which heading and rows agree best, or that of a first
    line ``sep=;``. Rows without a visible cell are passed over; others with too many or too few cells, with a quote
    that is not closed, or over 8 million characters are refused with their line, and the next line is read on.
    An apostrophe that this toolkit put in front of a cell like "=1" is taken off.
    """
    return _read(file, (",", ";", "\t", "|"))


def read_tsv(file: File) -> Iterator[Record]:
    """One record a row of a table separated by tabs, otherwise as :func:`read_csv`."""
    return _read(file, ("\t",))


def _read(file: File, separators: tuple[str, ...]) -> Iterator[Record]:
    try:
        encoding = find_encoding(file.path)
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    doubts = [] if encoding.certain else [f"encoding guessed: {encoding.name}"]
    with open_text(file.path, encoding) as stream:
        sample = "".join(_some(Lines(stream, encoding)))
    if not sample and file.path.stat().st_size > encoding.mark:
        yield Record(file.name, refused=f"begins with a line of more than {MAX_LINE:,} characters and is no table")
        return
    excel = _EXCEL.match(sample)
    if excel:
        sample, separators = sample[excel.end() :], (excel[1],)
    if not sample.strip():
        yield Record(file.name, refused="is empty" if not excel else "holds no rows")
        return
    dialect = _dialect(sample, separators, file)
    if "escapechar" in dialect:
        doubts.append('quotes are written \\" here: backslashes are read as such marks and not as text')
    with open_text(file.path, encoding) as stream:
        lines = Lines(stream, encoding)
        if excel:
            next(lines)
        rows = _rows(lines, dialect)
        heading = next(rows, _Row([], 1))
        if heading.problem:
            yield Record(file.name, refused=f"cannot be read from its headings on: {heading.problem}")
            return
        try:
            table = Rows(file, heading.cells, unit="line", encoding=encoding.name, doubts=doubts)
        except InputError as error:
            yield Record(file.name, refused=str(error))
            return
        yield from _records(file, table, rows)


def _records(file: File, table: Rows, rows: Iterator[_Row]) -> Iterator[Record]:
    width, broken, empty = len(table.headings), "", True
    for cells, line, problem in rows:
        empty = False
        place = f"line {line}"
        if not problem and (len(cells) < width or any(cells[width:])):
            problem = f"{place} has {_counted(len(cells), 'cell')}, the heading has {width}"
        elif problem:
            broken = place
        if problem:
            yield Record(file.name, refused=problem, place=place)
            continue
        record = table.record(dict(zip(table.headings, map(_restored, cells), strict=False)), line)
        if broken and record.refused is None:
            doubt = f"{place} is read as a row of its own after {broken}, which is broken; look whether it is one"
            record, broken = replace(record, doubts=(*record.doubts, doubt)), ""
        yield record
    if empty:
        yield Record(file.name, refused="holds no rows below its headings")


def _rows(lines: Lines, dialect: dict[str, Any]) -> Iterator[_Row]:
    """The rows of a table that have a visible cell, and the broken ones with what is wrong."""
    reader = csv.reader(lines, strict=True, **dialect)
    while True:
        lines.begin()
        first = lines.first
        try:
            with _long_cells():
                cells = next(reader)
        except StopIteration:
            return
        except TooLong:
            several = lines.number > first
            last = lines.give_back()
            where = f"line {first}" if last <= first else f"lines {first} to {last}"
            why = "a quote is opened and not closed within" if several else "it is longer than"
            yield _Row([], first, f"{where} cannot be read: {why} {MAX_LINE:,} characters")
        except csv.Error as error:
            last = lines.give_back()
            where = f"line {first}" if last <= first else f"lines {first} to {last}"
            yield _Row([], first, f"{where} cannot be read: {_reason(error)}")
        else:
            if any(cell.strip() for cell in cells):
                yield _Row(cells, first)


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells as long as a line may be; the limit is one of the whole process and is put back."""
    before = csv.field_size_limit(MAX_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _some(lines: Lines) -> Iterator[str]:
    """The first lines, up to the size of a sample."""
    size = 0
    while size < _SAMPLE:
        try:
            line = next(lines)
        except (StopIteration, TooLong):
            return
        lines.begin()
        size += len(line)
        yield line


def _dialect(sample: str, separators: tuple[str, ...], file: File) -> dict[str, Any]:
    """Separator and quotes by which the sample fits best; the first of equals."""
    styles = [_STYLES[0]]
    styles += [_STYLES[1]] if '\\"' in sample else []
    styles += [_STYLES[2]] if re.search(r'[,;\t|] +"', sample) else []
    ways = [{"delimiter": separator, **style} for style in styles for separator in separators]
    return ways[0] if len(ways) == 1 else max(ways, key=lambda way: _fit(sample, way, file))


def _fit(sample: str, way: dict[str, Any], file: File) -> tuple[bool, bool, float]:
    """How well a sample reads so: whether a heading means text, whether there are columns, the share of even rows."""
    reader = csv.reader(io.StringIO(sample, newline=""), strict=True, **way)
    rows: list[list[str] | None] = []
    while True:
        try:
            with _long_cells():
                cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            rows.append(None)
        else:
            if any(cells):
                rows.append(cells)
    # the last row may be cut
    heading, *rest = rows[:-1] if len(rows) > 2 and len(sample) >= _SAMPLE else rows or [None]
    if heading is None:
        return False, False, 0.0
    even = sum(row is not None and len(row) >= len(heading) and not any(row[len(heading) :]) for row in rest)
    share = even / len(rest) if rest else 1.0
    found = texts_among([" ".join(cell.split()) for cell in heading], file)
    return bool(found), len(heading) > 1 and share >= 0.5, share


def _restored(cell: str) -> str:
    """A cell as it was before :func:`toolkit.storage.neutral`."""
    return cell[1:] if cell.startswith("'") and neutral(cell[1:]) == cell else cell


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _reason(error: csv.Error) -> str:
    """What the csv module met, in words that help."""
    if "unexpected end" in str(error):
        return "a quote is opened and not closed"
    if "expected after" in str(error):
        return "a quoted cell holds a quote that is not doubled"
    return shown(error)
