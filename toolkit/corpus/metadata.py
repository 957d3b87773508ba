"""What is known of a post, from where: a table beside the texts, the file itself, its name, its folders."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.corpus.dates import read_date
from toolkit.corpus.encoding import decode
from toolkit.errors import InputError, suggestion
from toolkit.storage import read_table
from toolkit.storage.csv_rows import restored

__all__ = ["OWN", "Collision", "NamePattern", "Sidecar", "folder_fields", "merge", "read_sidecar"]

#: From where a value is taken when two places say different things: the first of these.
ORDER = ("sidecar table", "file", "file name", "folder", "given for all")
#: Columns of a sidecar table that say which post a row is about.
_KEYS = ("doc_id", "source", "file", "filename", "archivo", "fichero", "nombre_archivo", "nome_file")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")
#: Set by the toolkit and by nobody else.
OWN = ("doc_id", "text", "source", "sha256")


class Collision(NamedTuple):
    """Two places that say different things of one post; ``kept`` is what stands in the table of posts."""

    doc_id: str
    field: str
    kept: str
    kept_from: str
    other: str
    other_from: str


def merge(doc_id: str, places: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, str], list[Collision]]:
    """One value a field, by the order sidecar table, file, file name, folder, given for all; and what disagreed.

    Two values agree when they are the same up to case and white space, or the same day.
    """
    merged: dict[str, str] = {}
    taken_from: dict[str, str] = {}
    collisions = []
    for place in ORDER:
        for key, value in places.get(place, {}).items():
            if not value.strip():
                continue
            if key not in merged:
                merged[key], taken_from[key] = value, place
            elif not _agree(key, merged[key], value):
                collisions.append(Collision(doc_id, key, merged[key], taken_from[key], value, place))
    return merged, collisions


def _agree(key: str, one: str, other: str) -> bool:
    if " ".join(one.lower().split()) == " ".join(other.lower().split()):
        return True
    day = read_date(one).iso if key == "date" else None
    return day is not None and day == read_date(other).iso


class NamePattern:
    """Fields in the names of files: ``{date}_{author}_{title}`` reads "2009-03-12_ana_Escuchar".

    Raises :class:`InputError` for a pattern without a field, with two fields in a row or a field twice.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        expression, fields, joined = "", [], False
        try:
            parts = list(Formatter().parse(pattern))
        except ValueError as error:
            raise InputError(f"file name pattern '{pattern}': {error}; write it as '{{date}}_{{title}}'.") from error
        for literal, field, form, conversion in parts:
            expression += re.escape(literal)
            if field is None:
                continue
            if form or conversion or not _FIELD.fullmatch(field) or field in OWN:
                raise InputError(f"file name pattern '{pattern}': '{{{field}}}' is no name of a field, as {{date}} is.")
            if field in fields or (joined and not literal):
                raise InputError(f"file name pattern '{pattern}': {{{field}}} needs a sign before it, and stands once.")
            expression += f"(?P<{field}>.+?)"
            fields.append(field)
            joined = True
        if not fields:
            raise InputError(f"file name pattern '{pattern}': names no field; write it as '{{date}}_{{title}}'.")
        self._expression = re.compile(expression)

    def fields_of(self, name: str) -> dict[str, str] | None:
        """The fields of a file name (last part, without suffix), or None where it does not fit."""
        match = self._expression.fullmatch(name.rpartition("/")[2])
        return match.groupdict() if match else None


def folder_fields(levels: Sequence[str], folders: Sequence[str]) -> dict[str, str]:
    """What the folders of a file say: ``("lang", "site")`` and ``("es", "bar")`` give lang es, site bar; "-" skips.

    Raises :class:`InputError` for a level that is no name of a field.
    """
    for level in levels:
        if level != "-" and (not _FIELD.fullmatch(level) or level in OWN):
            raise InputError(f"folder level '{level}': is no name of a field; write 'lang/site', and '-' to skip one.")
    return {level: folder for level, folder in zip(levels, folders, strict=False) if level != "-"}


class Sidecar:
    """Rows of a table beside the texts, by doc_id or by file name; remembers which were used."""

    def __init__(self, path: Path, rows: Mapping[str, dict[str, str]]) -> None:
        self.path = path
        self._rows = rows
        self._used: set[str] = set()

    def fields_of(self, *names: str) -> dict[str, str]:
        """What the table says of a post with one of these names (doc_id, source, file name)."""
        for name in names:
            if name in self._rows:
                self._used.add(name)
                return self._rows[name]
        return {}

    def unused(self) -> list[str]:
        """Keys of rows that no post answered to, sorted."""
        return sorted(set(self._rows) - self._used)


def read_sidecar(path: str | Path) -> Sidecar:
    """A table (.csv, .tsv, .jsonl, .parquet) with one row a post: a column ``doc_id`` or ``file``, and metadata.

    Raises :class:`InputError` if it cannot be read, names no key column, or has one key twice with different values.
    """
    path = Path(path)
    rows: dict[str, dict[str, str]] = {}
    for place, row in _rows(path):
        key_column = next((column for column in _KEYS if column in row), None)
        if key_column is None:
            near = suggestion("doc_id", row)
            raise InputError(f"{path}: has no column doc_id or file that says which post a row is about; {near}")
        key = row[key_column].strip()
        if not key:
            raise InputError(f"{path}, {place}: '{key_column}' is empty; name the post the row is about.")
        fields = {name: value for name, value in row.items() if name not in (*_KEYS, *OWN) and value.strip()}
        if rows.get(key, fields) != fields:
            raise InputError(f"{path}, {place}: '{key}' has a row already that says something else; keep one.")
        rows[key] = fields
    if not rows:
        raise InputError(f"{path}: holds no rows.")
    return Sidecar(path, rows)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    kind = path.suffix.lower()
    if kind not in (".csv", ".tsv", ".jsonl", ".parquet"):
        raise InputError(f"{path}: cannot be read as a table of metadata; give a .csv, .tsv, .jsonl or .parquet file.")
    if kind in (".csv", ".tsv"):
        yield from _separated(path, kind)
        return
    for number, row in enumerate(read_table(path).to_dict("records"), 1):
        known = {str(key).strip().lower(): value for key, value in row.items()}
        cells = {key: _text(value) for key, value in known.items()}
        yield f"row {number}", {key: text for key, text in cells.items() if text is not None}


def _text(value: Any) -> str | None:
    """A cell as text: whole numbers without ".0", as a gap in their column gives them; lists joined; None for a gap."""
    if isinstance(value, list | tuple | np.ndarray):
        return "; ".join(filter(None, map(_text, value)))
    if pd.isna(value):
        return None
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value) if whole else value)


def _separated(path: Path, kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        text = decode(path.read_bytes()).text
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    except InputError as error:
        raise InputError(f"{path}: {error}.") from error
    head = text.split("\n", 1)[0]
    separator = "\t" if kind == ".tsv" else ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        if len(set(columns)) != len(columns):
            raise InputError(f"{path}: two columns have one name; give each its own.")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    got = f"has {len(cells)} cells, the heading has {len(columns)}"
                    raise InputError(f"{path}, line {reader.line_num}: {got}; mend the row.")
                texts = [str(restored(cell)) for cell in cells]
                yield f"line {reader.line_num}", dict(zip(columns, texts, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: cannot be read: {error}.") from error
