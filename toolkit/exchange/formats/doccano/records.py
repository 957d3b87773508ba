"""The files of doccano as records: JSON Lines, JSON, and for text classification CSV and fastText.

Parsers: ``backend/data_import/pipeline/parsers.py`` of doccano/doccano; writers and formatters:
``backend/data_export/pipeline``.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.exchange.detect import files_of as files_in
from toolkit.exchange.inputs import MAX_BYTES, no_number, read_text
from toolkit.exchange.json_values import said
from toolkit.exchange.model import Loss

__all__ = ["files_of", "records_of"]

_SUFFIXES = (".jsonl", ".json", ".csv", ".txt")
_LABEL = "__label__"


def files_of(path: Path) -> list[Path]:
    """The file itself, or those of a folder as an export is when unpacked, by name."""
    if not path.is_dir():
        return [path]
    files = files_in(path, _SUFFIXES)
    if not files:
        raise InputError(f"{path}: holds no file that ends in {' or '.join(_SUFFIXES)}.")
    return files


def records_of(file: Path, losses: list[Loss]) -> list[tuple[str, dict[str, Any]]]:
    """The records of a file, each with its place; what is none goes to ``losses``.

    Raises :class:`InputError` if no record can be read.
    """
    source = read_text(file)
    suffix = file.suffix.lower()
    try:
        if suffix == ".csv":
            read = list(_csv(file, source, losses))
        elif suffix == ".txt":
            read = list(_fasttext(file, source))
        else:
            read = list(_json(file, source, losses))
    except RecursionError as error:
        raise InputError(f"{file}: is JSON nested too deep to be read.") from error
    return read


def _json(file: Path, source: str, losses: list[Loss]) -> Iterator[tuple[str, dict[str, Any]]]:
    values, refused = _json_values(file, source)
    good = 0
    for place, value in values:
        if isinstance(value, dict):
            good += 1
            yield place, value
        else:
            losses.append(Loss("refused", "document", f"got {said(value)}, expected an object with a text", place))
    if not good and (values or refused):
        raise InputError(f"{file}: holds no line that is a JSON object; expected doccano's JSONL with a text in each.")
    losses += refused


def _json_values(file: Path, source: str) -> tuple[list[tuple[str, Any]], list[Loss]]:
    """The values of a file with their place: of lines, or of one list or object over several lines."""
    values: list[tuple[str, Any]] = []
    refused: list[Loss] = []
    # doccano's own example of relations is one object over many lines; a list is its export as JSON
    if source.lstrip()[:1] == "[" or source.lstrip()[:2].strip() == "{":
        try:
            whole = json.loads(source, parse_constant=no_number)
        except ValueError:
            whole = None
        if whole is not None:
            listed = whole if isinstance(whole, list) else [whole]
            return [(f"{file.name}, record {number}", one) for number, one in enumerate(listed, 1)], []
    # at line feeds only: a text may hold other line separators of Unicode
    for number, line in enumerate(source.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{file.name}, line {number}"
        try:
            values.append((place, json.loads(line, parse_constant=no_number)))
        except ValueError as error:
            refused.append(Loss("refused", "document", f"no JSON ({str(error).splitlines()[0][:80]})", place))
    return values, refused


def _csv(file: Path, source: str, losses: list[Loss]) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(source, newline=""), strict=True)
    number = 0
    # a text may be longer than the 131,072 characters that the module csv takes; its limit is one of the whole process
    before = csv.field_size_limit(MAX_BYTES)
    try:
        names = next(reader, [])
        for name in ("text", "label"):
            if name not in names:
                there = ", ".join(repr(one) for one in names)[:80]
                raise InputError(f"{file}: has no column '{name}' but {there}; doccano's CSV has text and label.")
        for number, row in enumerate(reader, 1):
            place = f"{file.name}, row {number}"
            if len(row) != len(names):
                reason = f"has {len(row)} cells, expected {len(names)}"
                losses.append(Loss("refused", "document", reason, place))
                continue
            record: dict[str, Any] = dict(zip(names, row, strict=True))
            # an export joins the labels of a text so (JoinedCategoryFormatter)
            parts = record["label"].split("#")
            record["label"] = [one for one in (parts if all(parts) else [record["label"]]) if one]
            yield place, record
    except csv.Error as error:
        raise InputError(f"{file}, after row {number}: no CSV: {error}.") from error
    finally:
        csv.field_size_limit(before)


def _fasttext(file: Path, source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if not source.lstrip().startswith(_LABEL):
        raise InputError(f"{file}: its lines do not begin with {_LABEL}; doccano's text of this kind is fastText.")
    for number, line in enumerate(source.split("\n"), 1):
        text, labels = line.removesuffix("\r"), []
        while text.startswith(_LABEL):
            label, _, text = text.partition(" ")
            labels.append(label.removeprefix(_LABEL))
        if text or labels:
            yield f"{file.name}, line {number}", {"text": text, "label": [one for one in labels if one]}
