"""Rows of any table to records: which column is what, values as text, and an id for each row."""

import datetime
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toolkit.corpus.readers.headings import (
    candidates,
    check_wanted,
    fold,
    free_name,
    known,
    listed,
    shown,
    text_column,
    unique,
)
from toolkit.corpus.readers.record import File, Record, content_id, unfit
from toolkit.errors import InputError

__all__ = ["MAX_COLUMNS", "Rows", "flat"]

#: The most columns of a table of posts. The widest of real exports (WordPress with all custom fields) have hundreds.
MAX_COLUMNS = 2_000
#: The longest id of a row, in characters: the longest file name of common file systems, which is what ids become.
MAX_ID = 255
#: Columns that no further column of a table may set: the toolkit does.
_OWN = ("text", "doc_id", "source", "sha256")
#: Markup that a table of plain texts has none of; told once a file, since the toolkit keeps texts as they are.
_MARKUP = re.compile(r"</(?:p|a|div|span|strong|em|b|i|li|ul|h[1-6]|blockquote)>|<br ?/?>", re.IGNORECASE)
#: What pandas calls an index that it writes among the columns.
_INDEX = re.compile(r"__index_level_\d+__")


class Rows:
    """The rows of one table to records.

    ``headings``: names of columns as they stand in the table. ``unit``: what a row is called ("line", "row").
    ``encoding``: becomes metadata. ``doubts``: about the file; told with the first post. ``part``: of a file with
    several tables, the name of this one. ``seen``: ids of rows without one of their own, shared by tables of one file.

    Raises :class:`InputError` with the end of a sentence that begins with the file, if a column that the user named
    is not there, or the column of the texts cannot be told.
    """

    def __init__(
        self,
        file: File,
        headings: Sequence[str],
        *,
        unit: str,
        encoding: str = "",
        doubts: Sequence[str] = (),
        part: str = "",
        seen: dict[int, str] | None = None,
    ) -> None:
        if len(headings) > MAX_COLUMNS:
            raise InputError(f"has {len(headings):,} columns, more than the {MAX_COLUMNS:,} of a table of posts")
        self.headings, self._first_use = unique(headings)
        wanted = {ours.lower(): " ".join(theirs.split()) for ours, theirs in file.options.columns.items()}
        check_wanted(wanted, self.headings)
        self.text = text_column([" ".join(heading.split()) for heading in headings], wanted.get("text"))
        self._base = file.name + (f"/{part}" if part else "")
        self._name, self._unit, self._encoding = file.name, unit, encoding
        self._doubts = list(doubts)
        self._seen: dict[int, str] = {} if seen is None else seen
        self._told: set[str] = set()
        self._names, self._bare_id = self._name_columns(wanted)

    def _name_columns(self, wanted: Mapping[str, str]) -> tuple[dict[str, str], bool]:
        """Our name of every column; whether the ids are used as they stand, being called doc_id or chosen so."""
        names = {theirs: ours for ours, theirs in wanted.items()} | {self.text: "text"}
        guessed = []
        if "text" not in wanted and fold(self.text) != "text":
            guessed.append(f"'{shown(self.text)}' read as text")
        for ours in (name for name in known() if name not in names.values()):
            found = candidates(ours, [heading for heading in self.headings if heading not in names])
            if len(found) > 1:
                self._doubts.append(f"columns {listed(found)} may all be {ours}: none is read so")
            elif found:
                names[found[0]] = ours
                if fold(found[0]) != fold(ours):
                    guessed.append(f"'{shown(found[0])}' read as {ours}")
        if guessed:
            self._doubts.append(f"column {', '.join(guessed)}")
        own = next((heading for heading, ours in names.items() if ours == "doc_id"), "")
        bare = "doc_id" in wanted or fold(own) == "doc id"
        for heading in self.headings:
            if heading not in names:
                names[heading] = self._further(heading, set(names.values()))
        return names, bare

    def _further(self, heading: str, taken: set[str]) -> str:
        """The name of a column that is none of ours; empty if it cannot be taken."""
        name = heading.lower() or "column"
        if name in _OWN:
            self._first_use[heading] = f"column '{shown(heading)}' is left out: the toolkit sets {name} itself"
            return ""
        if name in taken:
            name = free_name(name, taken)
            self._first_use.setdefault(heading, f"a second column '{shown(heading)}' is read as '{shown(name)}'")
        return "" if _INDEX.fullmatch(name) else name

    def _later(self, heading: str) -> str:
        """The name of a column that no heading announced, as keys of JSON come up in any row."""
        if len(self._names) >= MAX_COLUMNS:
            if "many" not in self._told:
                self._told.add("many")
                self._doubts.append(
                    f"columns after the first {MAX_COLUMNS:,}, from '{shown(heading)}' on, are left out"
                )
            return ""
        name = self._names[heading] = self._further(heading, set(self._names.values()))
        return name

    def record(self, row: Mapping[str, Any], number: int) -> Record:
        """The record of one row: its values by heading of :attr:`headings`, further ones welcome."""
        place = f"{self._unit} {number}"
        values = dict(flat(row))
        text = values.get(self.text)
        if isinstance(text, bytes):
            text = _text_of_bytes(text)
        if not isinstance(text, str):
            got = "nothing" if text is None else repr(text)
            return self._refusal(place, f"has no text in '{shown(self.text)}' (got {shown(got)})")
        if not text.strip():
            return self._refusal(place, f"has no text: '{shown(self.text)}' is empty")
        problem = unfit(text)
        if problem:
            return self._refusal(place, problem)
        metadata, own = self._metadata(values)
        try:
            "".join((own, *metadata, *metadata.values())).encode("utf-8")
        except UnicodeEncodeError:
            return self._refusal(place, "has half a character (a lone surrogate)")
        if len(own) > MAX_ID:
            return self._refusal(place, f"has an id of {len(own):,} characters, more than {MAX_ID}")
        if own:
            doc_id = own if self._bare_id else f"{self._base}/{own}"
        else:
            key = content_id(text, metadata)
            earlier = self._seen.setdefault(int(key, 16), place)
            if earlier != place:
                return self._refusal(place, f"repeats {earlier}")
            doc_id = f"{self._base}:{key}"
        if "markup" not in self._told and _MARKUP.search(text):
            self._doubts.append(f"{place} holds HTML tags, which are kept as part of the text")
            self._told.add("markup")
        if self._encoding:
            metadata.setdefault("encoding", self._encoding)
        doubts, self._doubts = tuple(self._doubts), []
        return Record(doc_id, text, metadata, doubts, place=place)

    def _metadata(self, values: Mapping[str, Any]) -> tuple[dict[str, str], str]:
        """Metadata of a row, and the id it has of its own or nothing."""
        metadata, own = {}, ""
        for heading, value in values.items():
            if value is None or value == "" or heading == self.text:
                continue
            name = self._names.get(heading)
            if name is None:
                name = self._later(heading)
            if heading in self._first_use:
                self._doubts.append(self._first_use.pop(heading))
            shape = _as_text(value) if name else ""
            if shape is None and heading not in self._told:
                self._told.add(heading)
                self._doubts.append(f"'{shown(heading)}' holds values that are no text, which are left out")
            if shape and name == "doc_id":
                own = shape.strip()
            elif shape:
                metadata[name] = shape
        return metadata, own

    def _refusal(self, place: str, problem: str) -> Record:
        return Record(self._name, refused=f"{place} {problem}", place=place)


def flat(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The cells of a row, those of an object inside it one level deep as "author.name"."""
    for key, value in row.items():
        name = " ".join(key.split())
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", part) for inner, part in value.items())
        else:
            yield name, value


def _as_text(value: Any) -> str | None:
    """A value as metadata: whole numbers without ".0", dates as ISO 8601, lists joined; None if it is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return _text_of_bytes(value)
    if isinstance(value, list | tuple):
        parts = [
            None if isinstance(part, list | tuple | dict) else _as_text(part) for part in value if part is not None
        ]
        return None if None in parts else "; ".join(part for part in parts if part)
    return None if isinstance(value, dict) else str(value)


def _text_of_bytes(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
