"""The lines of a WebAnno TSV 3 file: layers, sentences, units (tokens and parts of tokens), and the text they make.

Source: INCEpTION, ``Tsv3XDeserializer.java``. The file holds the text of sentences only. What stands between two of
them is known by its length: the tool makes it a line feed and blanks, and so do we, unless the text is known.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple

from toolkit.errors import InputError
from toolkit.exchange.formats.webanno.escapes import unescape_text
from toolkit.exchange.model import Loss
from toolkit.exchange.offsets import Offsets

__all__ = ["EMPTY", "SIGNATURE", "Column", "Layer", "Placed", "Sheet", "Unit", "layers_of", "placed", "sheet_of"]

SIGNATURE = b"#FORMAT=WebAnno TSV"
#: No annotation of the layer on this unit.
EMPTY = "_"
_FORMAT = re.compile(r"#FORMAT=WebAnno TSV (\d{1,3})\.(\d{1,3})\s*\Z", re.ASCII)
#: Lines end as Java's LineNumberReader ends them, and nowhere else.
_LINE_END = re.compile(r"\r\n|\r|\n")
_PLACE = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)
#: How many layers a file may declare; a project has some tens.
_MOST_LAYERS = 500
#: How many characters may be missing between the sentences of one text; a novel has a million in all.
_MOST_MISSING = 1_000_000

Kind = Literal["feature", "none", "role", "target", "source", "chain"]


class Column(NamedTuple):
    """One column of a layer: a feature, the roles or targets of a slot, the source of a relation, part of a chain, or
    none (a layer without features has one column that says no more than that there is an annotation)."""

    name: str
    kind: Kind


class Layer(NamedTuple):
    """One layer: span (``SP``), relation (``RL``) or chain (``CH``), and its columns from column ``first`` on."""

    kind: str
    name: str
    first: int
    columns: tuple[Column, ...]

    @property
    def short(self) -> str:
        """The name without its package.

        >>> Layer("SP", "webanno.custom.Code", 0, ()).short
        'Code'
        """
        return self.name.rpartition(".")[2] or self.name


class Unit(NamedTuple):
    """One row: its line, its offsets as the file counts them (None where it has none), its word, its cells (None where
    all are empty)."""

    line: int
    start: int | None
    end: int | None
    word: str
    cells: list[str] | None
    problem: str = ""


@dataclass(slots=True)
class _Sentence:
    line: int
    lines: list[str] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(slots=True)
class Sheet:
    """A file that was read: its layers, its sentences, how many of these have an id, and lines that cannot be read."""

    layers: list[Layer]
    sentences: list[_Sentence] = field(default_factory=list)
    ids: int = 0
    losses: list[Loss] = field(default_factory=list)

    def units(self) -> Iterator[Unit]:
        """All rows in their order."""
        for sentence in self.sentences:
            yield from sentence.units


class Placed(NamedTuple):
    """The text of a file, where each of its units lies in it (in code points; None for a unit whose word is not what
    stands there), and between how many sentences the text is not known."""

    text: str
    places: list[tuple[int, int] | None]
    guessed: int


def layers_of(content: str, place: str) -> tuple[list[Layer], tuple[int, int], int]:
    """The layers that a file declares, its version, and the number of the line after them; also from the beginning of
    a file. Raises :class:`InputError` for other formats and for layers that cannot be."""
    return _layers(_lines(content), place)


def _lines(content: str) -> list[str]:
    return _LINE_END.split(content) if "\r" in content else content.split("\n")


def _layers(lines: Sequence[str], place: str) -> tuple[list[Layer], tuple[int, int], int]:
    match = _FORMAT.match(lines[0])
    if not match:
        raise InputError(
            f"{place}: not WebAnno TSV 3 (its first line is '#FORMAT=WebAnno TSV 3.3'); export it as that."
        )
    version = (int(match[1]), int(match[2]))
    if version[0] != 3:
        raise InputError(f"{place}: is WebAnno TSV {match[1]}.{match[2]}; only 3.x is read, export it as 3.3.")
    layers: list[Layer] = []
    first = 0
    for number, line in enumerate(islice(lines, 1, None), 1):
        kind, sign, rest = line.partition("=")
        if kind not in ("#T_SP", "#T_RL", "#T_CH") or not sign:
            return layers, version, number
        layer = _layer(kind[3:], rest, first, f"{place}, line {number + 1}")
        if any(layer.name == other.name for other in layers):
            raise InputError(f"{place}, line {number + 1}: the layer '{layer.name}' is declared twice.")
        if len(layers) >= _MOST_LAYERS:
            raise InputError(f"{place}: declares more than {_MOST_LAYERS} layers.")
        layers.append(layer)
        first += len(layer.columns)
    return layers, version, len(lines)


def _layer(kind: str, declaration: str, first: int, place: str) -> Layer:
    parts = [part for part in declaration.split("|") if part]  # as StringUtils.split, without empty parts
    if not parts:
        raise InputError(f"{place}: declares a layer without a name.")
    name, *features = parts
    columns: list[Column] = []
    for feature in features:
        if kind == "CH":
            columns.append(Column(feature, "chain"))
        elif kind == "RL":
            columns.append(Column(feature, "source" if feature.startswith("BT_") else "feature"))
        elif feature.startswith("ROLE_"):
            columns.append(Column(feature.partition(":")[2].partition("_")[0] or feature, "role"))
        elif columns and columns[-1].kind == "role":
            columns.append(Column(columns[-1].name, "target"))
        else:
            columns.append(Column(feature, "feature"))
    named = [column for column in columns if column.kind == "feature"]
    if len(set(named)) < len(named):
        raise InputError(f"{place}: the layer '{name}' declares a feature twice.")
    return Layer(kind, name, first, tuple(columns) or (Column("", "none"),))


def sheet_of(content: str, place: str) -> Sheet:
    """All that a file says; rows that cannot be read are losses.

    Raises :class:`InputError` for a file that is not WebAnno TSV 3.
    """
    lines = _lines(content)
    layers, version, header = _layers(lines, place)
    sheet = Sheet(layers)
    width = sum(len(layer.columns) for layer in layers)
    sentence: _Sentence | None = None
    for number, line in enumerate(lines[header:], header + 1):
        if not line:
            sentence = None
        elif line.startswith("#"):
            if sentence is None or sentence.units:
                sentence = _Sentence(number)
                sheet.sentences.append(sentence)
            if line.startswith("#Text="):
                sentence.lines.append(unescape_text(line[6:], version))
            elif line.startswith("#Sentence.id="):
                sheet.ids += 1
        elif sentence is None:
            raise InputError(f"{place}, line {number}: a row without a sentence ('#Text=') before it.")
        else:
            unit = _unit(line, number, width)
            sentence.units.append(unit)
            if unit.problem:
                sheet.losses.append(Loss("refused", "annotation", unit.problem, f"{place}, line {number}", value=line))
    return sheet


def _unit(line: str, number: int, width: int) -> Unit:
    """A row: id, offsets, word, ``width`` cells, and after each of these a tab."""
    fields = line.split("\t")
    if fields[-1] == "" and len(fields) > width + 3:
        fields.pop()
    if len(fields) < width + 3:
        return Unit(number, None, None, "", fields[3:] or None, f"a row of {len(fields)} fields, not {width + 3}")
    # the tool writes words as they are: one with tabs in it has more fields
    cells = fields[len(fields) - width :]
    word = fields[2] if len(fields) == width + 3 else "\t".join(fields[2 : len(fields) - width])
    filled = None if cells.count(EMPTY) == width else cells
    match = _PLACE.fullmatch(fields[1])
    if not match:
        return Unit(number, None, None, word, filled, f"'{fields[1][:40]}' is no place (as 0-4)")
    start, end = int(match[1]), int(match[2])
    if end < start:
        return Unit(number, None, None, word, filled, f"ends before it begins ({fields[1]})")
    return Unit(number, start, end, word, filled)


def placed(sheet: Sheet, place: str, known: Sequence[str] = ()) -> Placed:
    """The text of a file and the places of its units.

    ``known``: texts that may be the document's; the first that holds every sentence where the file says is taken. The
    tool counts in UTF-16 units (user guide, "Encoding and Offsets"); a file whose words lie right only when code
    points are counted is read so. Raises :class:`InputError` where sentences contradict their offsets.
    """
    results: list[Placed] = []
    problem: InputError | None = None
    astral = any(max(line, default="") > "\uffff" for sentence in sheet.sentences for line in sentence.lines)
    for unit in ("utf16", "codepoint") if astral else ("utf16",):
        try:
            text, guessed = _joined(sheet, unit, place)
        except InputError as error:
            problem = problem or error
            continue
        for other in known:
            if _holds(other, sheet, unit):
                text, guessed = other, 0
                break
        results.append(Placed(text, _places(sheet, unit, text), guessed))
        if None not in results[-1].places:
            break
    if not results:
        raise problem or InputError(f"{place}: holds no text.")
    return min(results, key=lambda result: result.places.count(None))


def _joined(sheet: Sheet, unit: str, place: str) -> tuple[str, int]:
    parts: list[str] = []
    at = missing = guessed = 0
    for sentence in sheet.sentences:
        if not sentence.lines and not sentence.units:
            continue
        begin = sentence.units[0].start if sentence.units else None
        if begin is None:
            begin = at + 1 if parts else 0
        gap = begin - at
        missing += gap
        if gap < 0 or missing > _MOST_MISSING:
            raise InputError(
                f"{place}, line {sentence.line}: the sentence begins at {begin}, but the text before it ends at {at}."
            )
        if gap:
            parts.append("\n" + " " * (gap - 1) if parts else " " * gap)
            guessed += 1
        parts.append(sentence.text)
        at = begin + _length(sentence.text, unit)
    return "".join(parts), guessed


def _length(text: str, unit: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if unit == "utf16" else len(text)


def _holds(text: str, sheet: Sheet, unit: str) -> bool:
    """Does a text hold every sentence where the file says it begins?"""
    offsets = Offsets(text, unit)
    for sentence in sheet.sentences:
        begin = sentence.units[0].start if sentence.units else None
        try:
            if begin is None or not text.startswith(sentence.text, offsets.to_points(begin)):
                return False
        except ValueError:
            return False
    return bool(sheet.sentences) or not text


def _places(sheet: Sheet, unit: str, text: str) -> list[tuple[int, int] | None]:
    offsets = Offsets(text, unit)
    places: list[tuple[int, int] | None] = []
    for row in sheet.units():
        place = None
        if row.start is not None and row.end is not None:
            try:
                start, end = offsets.to_points(row.start), offsets.to_points(row.end)
                if text[start:end] in (row.word, unescape_text(row.word)):
                    place = (start, end)
            except ValueError:
                pass
        places.append(place)
    return places
