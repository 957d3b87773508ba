"""Our own annotations table as JSON Lines, CSV or Parquet; the texts stand beside (:mod:`toolkit.exchange.texts`)."""

import datetime
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.exchange.inputs import MAX_BYTES
from toolkit.exchange.model import FEATURE, FIELDS, Choices, Document, Found, Loss, Material, Span

__all__ = [
    "read_csv",
    "read_jsonl",
    "read_parquet",
    "recognise_csv",
    "recognise_jsonl",
    "recognise_parquet",
    "write_csv",
    "write_jsonl",
    "write_parquet",
]

_NEEDED = ("doc_id", "start", "end", "code")
_COLUMNS = (
    "doc_id", "start", "end", "quote", "codebook", "codebook_version", "code", "stance", "coder", "kind", "score",
    "evidence", "created", "note",
)  # fmt: skip
#: The largest whole number that a float holds exactly; no text is longer.
_LARGEST = 2**53


def recognise_jsonl(path: Path, head: bytes) -> bool:
    """A line that is an object with our four columns; an empty file of this name is a table without rows."""
    if path.suffix.lower() != ".jsonl":
        return False
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n")[0]
    if not first:
        return True
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        # a line longer than what is looked at
        return all(f'"{name}":'.encode() in first.replace(b" ", b"") for name in ("doc_id", "start", "end"))
    return isinstance(row, dict) and all(name in row for name in _NEEDED)


def recognise_csv(path: Path, head: bytes) -> bool:
    """A first line with our four columns."""
    return path.suffix.lower() == ".csv" and _delimiter(head) is not None


def _delimiter(head: bytes) -> str | None:
    """What divides the columns: a comma, or what spreadsheet programs write in Spain and Italy; None if no table."""
    lines = head.removeprefix(b"\xef\xbb\xbf").splitlines()
    line = lines[0].decode("utf-8", "replace") if lines else ""
    for sign in (",", ";", "\t"):
        if {name.strip().strip('"') for name in line.split(sign)}.issuperset(_NEEDED):
            return sign
    return None


def recognise_parquet(path: Path, head: bytes) -> bool:
    """A Parquet file."""
    return path.suffix.lower() == ".parquet" and head.startswith(b"PAR1")


def read_jsonl(path: Path, choices: Choices) -> Found:
    """The rows of a JSON Lines file, each with its line."""
    from toolkit.files import json_lines

    _bounded(path)
    rows = []
    for number, row in json_lines(path):
        if not isinstance(row, dict):
            raise InputError(f"{path}, line {number}: expected a JSON object, got {str(row)[:40]!r}.")
        rows.append((f"{path.name}, line {number}", row))
    return _found(path, rows)


def read_csv(path: Path, choices: Choices) -> Found:
    """The rows of a CSV file, all cells read as text."""
    from toolkit.storage import read_table

    _bounded(path)
    with path.open("rb") as stream:
        delimiter = _delimiter(stream.read(4_000)) or ","
    table = read_table(path, as_text=True, delimiter=delimiter)
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    return _found(path, [(f"{path.name}, row {number}", row) for number, row in enumerate(records, 1)])


def read_parquet(path: Path, choices: Choices) -> Found:
    """The rows of a Parquet file."""
    from toolkit.storage import read_table

    _bounded(path)
    table = read_table(path)
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    return _found(path, [(f"{path.name}, row {number}", row) for number, row in enumerate(records, 1)])


def write_jsonl(material: Material, path: Path) -> list[Loss]:
    """Write the table."""
    return _write(material, path)


def write_csv(material: Material, path: Path) -> list[Loss]:
    """Write the table with a byte order mark; what a spreadsheet would run as a formula gets an apostrophe."""
    return _write(material, path)


def write_parquet(material: Material, path: Path) -> list[Loss]:
    """Write the table."""
    return _write(material, path)


def _write(material: Material, path: Path) -> list[Loss]:
    import pandas as pd

    from toolkit.storage import write_file
    from toolkit.tables import check

    spans = material.spans
    rows = [tuple(getattr(span, name) for name in _COLUMNS) for span in spans]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    for name in sorted({name for span in spans for name in span.features}):
        table[FEATURE + name] = pd.Series([span.features.get(name) for span in spans], dtype="str")
    write_file(check("annotations", table), path)
    return []


def _bounded(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error
    if size > MAX_BYTES:
        raise InputError(f"{path}: has {size / 1e6:,.0f} MB, more than {MAX_BYTES / 1e6:,.0f} MB; divide it.")


def _found(path: Path, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Found:
    spans: list[Span] = []
    losses: list[Loss] = []
    others: dict[str, int] = {}
    for number, (place, row) in enumerate(rows):
        if number == 0:
            absent = [name for name in _NEEDED if name not in row]
            if absent:
                names = " ".join(", ".join(str(name)[:30] for name in list(row)[:12]).split())
                raise InputError(
                    f"{path}: the column '{absent[0]}' is missing; a table of annotations has {', '.join(_NEEDED)}, "
                    f"this one has {names}."
                )
        found = _span(row, place)
        if isinstance(found, Span):
            spans.append(found)
        else:
            losses.append(Loss("refused", "annotation", found, place))
        for name, value in row.items():
            if name not in _COLUMNS and not str(name).startswith(FEATURE) and not _empty(value):
                others[str(name)] = others.get(str(name), 0) + 1
    reason = "the annotations table has no such column"
    losses += [Loss("lost", name, reason, path.name, value=f"{count:,} rows") for name, count in sorted(others.items())]
    documents = [Document(doc_id, None, place=str(path)) for doc_id in dict.fromkeys(span.doc_id for span in spans)]
    return Found(documents, spans, losses)


def _span(row: Mapping[str, Any], place: str) -> Span | str:
    """The span of a row, or why it is refused."""
    doc_id, code = row.get("doc_id"), row.get("code")
    # names that are numbers were texts before a program made a table of them
    doc_id, code = (
        str(name) if isinstance(name, int) and not isinstance(name, bool) else name for name in (doc_id, code)
    )
    if not isinstance(doc_id, str):
        return f"doc_id: got {_short(doc_id)}, expected a text"
    if not isinstance(code, str) or not code:
        return f"code: got {_short(code)}, expected a text"
    positions = []
    for name in ("start", "end"):
        whole = _whole(row.get(name))
        if whole is None:
            return f"{name}: got {_short(row.get(name))}, expected a whole number from 0"
        positions.append(whole)
    values: dict[str, Any] = {}
    for name in ("quote", *FIELDS):
        value = row.get(name)
        if _empty(value):
            # a quote of nothing says that nothing stands there; one that is missing says nothing
            values[name] = value if name == "quote" else None
        elif name == "score":
            values[name] = _number(value)
            if values[name] is None:
                return f"score: got {_short(value)}, expected a number from 0 to 1"
        elif isinstance(value, str):
            values[name] = value
        elif name == "created" and isinstance(value, datetime.date):
            values[name] = value.isoformat()
        else:
            return f"{name}: got {_short(value)}, expected a text"
    features = {
        str(name).removeprefix(FEATURE): value if isinstance(value, str) else _as_json(value)
        for name, value in row.items()
        if str(name).startswith(FEATURE) and not _empty(value)
    }
    return Span(doc_id, positions[0], positions[1], code, **values, features=features, place=place)


def _as_json(value: Any) -> str:
    """What a program put into a cell that is no text."""
    return json.dumps(
        value, ensure_ascii=False, default=lambda other: other.tolist() if hasattr(other, "tolist") else str(other)
    )


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value)


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        found = re.fullmatch(r"([0-9]{1,15})(?:\.0*)?", value)
        return int(found[1]) if found else None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value == int(value) else -1
    try:
        number = int(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < _LARGEST else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        # spreadsheets in Spain and Italy write 0,5
        number = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 50 else text[:47] + "..."
