"""DocBin, spaCy's file of documents (``.spacy``), unpacked without building spaCy's objects.

The file is msgpack within zlib (spaCy 3.8, spacy/tokens/_serialize.py): numbers of 64 bits per token, each the hash of
a string in a list, and the span groups of each document as msgpack within. spaCy's own reading puts those numbers into
C structures without looking at them, and a damaged file can take the process with it. Here they are looked at first.
Nothing in the format is pickled; numpy objects, which srsly would build from msgpack, are left as they stand.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from toolkit.errors import InputError

__all__ = ["ENTITIES", "Group", "PackedDoc", "Stretch", "unpack_docs"]

#: The name here of what spaCy keeps as ``doc.ents``; span groups have names of their own.
ENTITIES = "ents"
#: The most bytes a file may unpack to: two million tokens with all sixteen columns that spaCy writes.
MAX_UNPACKED = 300_000_000
#: The longest list inside: a place is made for each item before it is read, and lists can be nested. The longest one of
#: real files is that of all different words.
_MOST_ITEMS = 1_000_000
#: The same within one document's user data, where lists become tuples.
_MOST_USER_ITEMS = 10_000
#: One span of a group (spacy/tokens/span_group.pyx): id (from spaCy 3.4), kb_id, label, start, end, start_char,
#: end_char; tokens, and code points.
_SPANS = {40: ">QQQllll", 32: ">QQllll"}


class Stretch(NamedTuple):
    """A span that was unpacked, in code points; ``label``, ``kb_id`` and ``id`` are "" where there is none.

    ``problem``: why it cannot be trusted, as the end of a sentence.
    """

    start: int
    end: int
    label: str
    kb_id: str = ""
    id: str = ""
    problem: str | None = None


class Group(NamedTuple):
    """A span group, or the entities."""

    name: str
    stretches: list[Stretch]
    attrs: Mapping[Any, Any]


class PackedDoc(NamedTuple):
    """A document that was unpacked. ``text`` is None, and ``problem`` says why, where its words are missing.

    ``guessed``: the file does not say where blanks stand, so one stands after each word. ``cats``: scores of the whole
    document by category. ``problems``: what else of it cannot be read.
    """

    text: str | None
    guessed: bool
    groups: list[Group]
    cats: Mapping[Any, Any]
    user_data: Mapping[Any, Any]
    problems: list[str]


def unpack_docs(data: bytes, where: str) -> tuple[list[PackedDoc], list[str]]:
    """The documents of a DocBin, and the names of what it says of single tokens (TAG, LEMMA, ...).

    Raises :class:`InputError`, which begins with ``where``, for bytes that are no DocBin, or a damaged or huge one.
    """
    import numpy as np
    from spacy.attrs import IDS

    message = _message(data, where)
    attrs, lengths = message["attrs"], np.frombuffer(message["lengths"], dtype="<i4")
    tokens = np.frombuffer(message["tokens"], dtype="<u8").reshape(-1, len(attrs))
    spaces = np.frombuffer(message["spaces"], dtype="u1") != 0
    if (lengths < 0).any() or int(lengths.sum()) != len(tokens) or len(spaces) != len(tokens):
        raise InputError(f"{where}: a damaged DocBin: its documents have other lengths than its words.")
    strings = _Strings(message["strings"])
    columns = {name: tokens[:, attrs.index(IDS[name])] if IDS[name] in attrs else None for name in _COLUMNS}
    names = {number: name for name, number in IDS.items()}
    others = [number for number in attrs if names.get(number) not in (*_COLUMNS, "SPACY", "SENT_START", "NORM")]
    said = sorted(names.get(number, f"attribute {number}") for number in others if tokens[:, attrs.index(number)].any())
    docs, first = [], 0
    for number, length in enumerate(lengths.tolist()):
        part = slice(first, first + length)
        rows = {name: None if column is None else column[part].tolist() for name, column in columns.items()}
        docs.append(_doc(rows, spaces[part].tolist(), strings, message, number))
        first += length
    return docs, said


_COLUMNS = ("ORTH", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")


class _Strings(dict[int, str]):
    """Strings by the numbers spaCy has for them; those it knows by itself ("PERSON") need not be in the file."""

    def __init__(self, strings: Sequence[str]) -> None:
        from spacy.strings import StringStore

        super().__init__()
        self._store: Any = StringStore(strings)

    def __missing__(self, number: int) -> str:
        """Raises KeyError for a number that means nothing."""
        if number not in self._store:
            raise KeyError(number)
        self[number] = self._store[number]
        return self[number]


def _message(data: bytes, where: str) -> dict[str, Any]:
    """What the file holds, its columns of the right kinds."""
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, MAX_UNPACKED + 1)
    except zlib.error as error:
        raise InputError(
            f"{where}: no DocBin of spaCy, or a damaged one; write it again with DocBin.to_disk."
        ) from error
    if len(raw) > MAX_UNPACKED:
        raise InputError(f"{where}: unpacks to more than {MAX_UNPACKED / 1e6:,.0f} MB; divide it.")
    if not unpacker.eof:
        raise InputError(f"{where}: the end of this DocBin is missing; copy the file again.")
    try:
        message = _unpacked(raw)
    except ValueError as error:
        raise InputError(f"{where}: no DocBin of spaCy, or a damaged one: {error}.") from error
    kinds = {"attrs": list, "tokens": bytes, "spaces": bytes, "lengths": bytes, "strings": list}
    if not isinstance(message, dict) or any(not isinstance(message.get(name), kind) for name, kind in kinds.items()):
        raise InputError(f"{where}: no DocBin of spaCy; it must hold {', '.join(kinds)}.")
    attrs: list[Any] = message["attrs"]
    from spacy.attrs import ORTH

    sound = (
        ORTH in attrs
        and all(type(number) is int for number in attrs)
        and len(message["tokens"]) % (8 * len(attrs)) == 0
        and len(message["lengths"]) % 4 == 0
        and all(isinstance(one, str) for one in message["strings"])
    )
    if not sound:
        raise InputError(f"{where}: a damaged DocBin: its columns do not fit together.")
    return message


def _unpacked(data: object, most: int = _MOST_ITEMS, use_list: bool = True) -> Any:
    """The value of msgpack bytes; ValueError with the end of a sentence for anything else."""
    import srsly.msgpack

    if not isinstance(data, bytes):
        raise ValueError("a part of it is not bytes")
    try:
        # with a hook for pairs srsly leaves its own away, which makes numpy objects of what a file says
        return srsly.msgpack.unpackb(
            data, raw=False, use_list=use_list, object_pairs_hook=dict, max_array_len=most, max_map_len=most
        )
    except (ValueError, TypeError, OverflowError, MemoryError, RecursionError, srsly.msgpack.UnpackException) as error:
        raise ValueError("a part of it is no msgpack that can be read") from error


def _doc(
    rows: Mapping[str, list[int] | None], spaces: list[bool], strings: _Strings, message: Mapping[str, Any], number: int
) -> PackedDoc:
    problems: list[str] = []
    flags = _item(message.get("flags"), number)
    guessed = bool(flags.get("has_unknown_spaces")) if isinstance(flags, dict) else False
    cats = _item(message.get("cats"), number)
    user_data: Any = {}
    packed = _item(message.get("user_data"), number)
    if packed is not None:
        try:
            user_data = _unpacked(packed, _MOST_USER_ITEMS, use_list=False)
        except ValueError:
            problems.append("its user data cannot be read")
    try:
        words = [strings[orth] for orth in rows["ORTH"] or ()]
    except KeyError as error:
        return PackedDoc(None, guessed, [], {}, {}, [f"the file does not hold the word with the number {error}"])
    text, starts, ends = _text(words, [True] * len(words) if guessed else spaces)
    groups = []
    entities = list(_entities(rows, starts, ends, strings))
    if entities:
        groups.append(Group(ENTITIES, entities, {}))
    packed = _item(message.get("span_groups"), number)
    if packed:
        try:
            groups += _groups(packed, starts, ends, strings)
        except ValueError as error:
            problems.append(f"its span groups cannot be read: {error}")
    return PackedDoc(
        text,
        guessed,
        groups,
        cats if isinstance(cats, dict) else {},
        user_data if isinstance(user_data, dict) else {},
        problems,
    )


def _item(items: object, number: int) -> Any:
    """One document's part of a list; old files lack some lists."""
    return items[number] if isinstance(items, list) and number < len(items) else None


def _text(words: Sequence[str], spaces: Sequence[bool]) -> tuple[str, list[int], list[int]]:
    """The text, and where each word begins and ends in it."""
    parts: list[str] = []
    starts, ends, at = [], [], 0
    for word, space in zip(words, spaces, strict=True):
        starts.append(at)
        at += len(word)
        ends.append(at)
        parts.append(word)
        if space:
            parts.append(" ")
            at += 1
    return "".join(parts), starts, ends


def _entities(
    rows: Mapping[str, list[int] | None], starts: list[int], ends: list[int], strings: _Strings
) -> Iterator[Stretch]:
    """What ``doc.ents`` would give (spacy/tokens/doc.pyx): ENT_IOB is 0 missing, 1 inside, 2 outside, 3 begin."""
    marks, types = rows["ENT_IOB"], rows["ENT_TYPE"]
    if marks is None or types is None:
        return
    first = None
    for at, mark in enumerate((*marks, 2)):
        begins = mark == 3 and types[at] != 0
        if mark == 1 and first is None:
            yield Stretch(starts[at], ends[at], "", problem="an entity goes on where none began")
        if mark != 1 and first is not None:
            numbers = [types[first], *(0 if column is None else column[first] for column in _ids(rows))]
            yield _stretch(starts[first], ends[at - 1], numbers, strings)
            first = None
        if begins:
            first = at


def _ids(rows: Mapping[str, list[int] | None]) -> tuple[list[int] | None, list[int] | None]:
    return rows["ENT_KB_ID"], rows["ENT_ID"]


def _stretch(start: int, end: int, numbers: Sequence[int], strings: _Strings) -> Stretch:
    """A span by the numbers of its label, kb_id and id."""
    names = []
    for at, number in enumerate(numbers):
        try:
            names.append(strings[number])
        except KeyError:
            if at == 0:
                return Stretch(start, end, "", problem=f"the file does not hold the label with the number {number}")
            # spaCy does not always put these two into the list of strings; as numbers they still tell spans apart
            names.append(str(number))
    return Stretch(start, end, *names)


def _groups(packed: object, starts: list[int], ends: list[int], strings: _Strings) -> Iterator[Group]:
    """The span groups of a document: a list of them, or (from spaCy 3.3.1) their keys by their bytes."""
    held = _unpacked(packed)
    pairs = [(one, None) for one in held] if isinstance(held, list) else None
    if isinstance(held, dict):
        pairs = [(one, key) for one, keys in held.items() if isinstance(keys, list) for key in keys]
    if pairs is None:
        raise ValueError("they are neither a list nor a map")
    for content, key in pairs:
        group = _unpacked(content)
        if not isinstance(group, dict) or not isinstance(group.get("spans"), list):
            raise ValueError("one of them has no spans")
        name = key if key is not None else group.get("name")
        attrs = group.get("attrs")
        stretches = [_grouped(one, starts, ends, strings) for one in group["spans"]]
        yield Group(str(name), stretches, attrs if isinstance(attrs, dict) else {})


def _grouped(data: object, starts: list[int], ends: list[int], strings: _Strings) -> Stretch:
    """One span of a group; its tokens and its characters must agree."""
    form = _SPANS.get(len(data)) if isinstance(data, bytes) else None
    if form is None or not isinstance(data, bytes):
        return Stretch(0, 0, "", problem="a span of the group has neither 32 nor 40 bytes")
    *ids, first, last, start, end = struct.unpack(form, data)
    span_id, kb_id, label = (0, *ids)[-3:]
    if not 0 <= first <= last <= len(starts):
        return Stretch(0, 0, "", problem=f"it runs from token {first} to {last}, of {len(starts)}")
    if first == last:
        return Stretch(max(start, 0), max(start, 0), _stretch(0, 0, [label], strings).label)
    if (starts[first], ends[last - 1]) != (start, end):
        return Stretch(
            0,
            0,
            "",
            problem=f"it says characters {start} to {end}, but its tokens are {starts[first]} to {ends[last - 1]}",
        )
    return _stretch(start, end, [label, kb_id, span_id], strings)
