"""One WebAnno TSV 3 file: its cells to annotations, and what has no place in our table to losses.

Source: INCEpTION, ``Tsv3XDeserializer.java`` (``parseAnnotation``, ``getOrCreateSpanAnnotation``, ``setFeatures``). An
annotation is all cells of its layer at one place of the stack; the disambiguation id joins those of several rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from toolkit.exchange.formats.cas.features import Said, known_code
from toolkit.exchange.formats.cas.layers import BUILD, matches, tier
from toolkit.exchange.formats.cas.types import Types
from toolkit.exchange.formats.webanno.escapes import divided, unescape_value, without_id
from toolkit.exchange.formats.webanno.lines import EMPTY, Layer, Placed, Sheet, Unit
from toolkit.exchange.model import Loss

__all__ = ["chosen", "read_sheet"]

#: "no value" in a column of a layer that is there.
_NULL = "*"


def chosen(layers: Sequence[Layer], names: Sequence[str]) -> set[str]:
    """Which layers carry codes: those named (in full, or without package), else custom layers and named entities,
    else all that do not describe words. The same layers are read from UIMA CAS.

    >>> layers = [Layer("SP", "webanno.custom.Code", 0, ()), Layer("SP", "a.type.Other", 1, ())]
    >>> chosen(layers, ()), chosen(layers, ("Other",))
    ({'webanno.custom.Code'}, {'a.type.Other'})
    """
    spans = [layer.name for layer in layers if layer.kind != "RL"]
    if names:
        return {name for name in spans if matches(names, [name])}
    tiers = {name: tier(name, Types()) for name in spans}
    best = min(tiers.values(), default=BUILD)
    return {name for name, one in tiers.items() if one == best and one < BUILD}


class _Mark:
    """One annotation as its rows say: what stands in its cells without the id, and where its rows lie."""

    __slots__ = ("clash", "end", "line", "start", "values", "wrong")

    def __init__(self, line: int, values: list[str | None]) -> None:
        self.line = line
        self.values = values
        self.start: int | None = None
        self.end = 0
        self.wrong = ""
        self.clash = ""

    def grow(self, unit: Unit, place: tuple[int, int] | None) -> None:
        """One more row of it."""
        if place is None:
            word = unit.word[:40]
            self.wrong = self.wrong or unit.problem or f"'{word}' is not what the text has at {unit.start}-{unit.end}"
        elif self.start is None:
            self.start, self.end = place
        else:
            self.start, self.end = min(self.start, place[0]), max(self.end, place[1])

    def add(self, values: list[str | None]) -> None:
        """What another row says of it; rows may leave out values, and must not contradict."""
        for number, (old, new) in enumerate(zip(self.values, values, strict=True)):
            if old in (None, _NULL, EMPTY):
                self.values[number] = new
            elif new not in (None, _NULL, EMPTY, old):
                self.clash = self.clash or f"says '{old[:40]}' and '{new[:40]}' of one annotation; the first is kept"


def read_sheet(
    sheet: Sheet, text: Placed, doc_id: str, take: set[str], named: bool, place: str
) -> tuple[list[Said], list[Loss]]:
    """The annotations of a file (in code points) and what does not become one.

    ``take``: names of the span layers that carry codes; ``named``: the user named them, so that others are not missed.
    """
    annotations: list[Said] = []
    losses: list[Loss] = []
    rows = [(unit, where) for unit, where in zip(sheet.units(), text.places, strict=True) if unit.cells is not None]
    for layer in sheet.layers:
        if layer.kind == "CH":
            losses += _chains(layer, rows, doc_id, place)
        marks = _marks(layer, rows)
        if layer.kind == "RL":
            losses += (_relation(layer, mark, doc_id, place) for mark in marks)
            continue
        if layer.name not in take:
            if marks and not named:
                reason = f"{layer.name} is no layer of codes; name the layer to read it"
                losses.append(Loss("lost", "layer", reason, place, doc_id, code=layer.short, value=str(len(marks))))
            continue
        for mark in marks:
            said = _said(layer, mark, doc_id, f"{place}, line {mark.line}")
            code = known_code(said)
            if mark.wrong:
                losses.append(Loss("refused", "annotation", mark.wrong, said.place, doc_id, code=code))
                continue
            if mark.clash:
                losses.append(Loss("refused", "feature", mark.clash, said.place, doc_id, code=code))
            losses += _slots(layer, mark, said)
            if said.start == said.end:
                losses.append(Loss("lost", "annotation", "it covers no character", said.place, doc_id, code=code))
            else:
                annotations.append(said)
    return annotations, losses


def _marks(layer: Layer, rows: Sequence[tuple[Unit, tuple[int, int] | None]]) -> list[_Mark]:
    """The annotations of a layer, in the order of their first rows."""
    marks: list[_Mark] = []
    by_id: dict[str, _Mark] = {}
    by_cells: dict[tuple[str | None, ...], _Mark] = {}
    last = layer.first + len(layer.columns)
    empty = [EMPTY] * len(layer.columns)
    for unit, place in rows:
        cells = (unit.cells or [])[layer.first : last]
        if len(cells) < len(empty):  # a row that is refused
            cells += empty[len(cells) :]
        if cells == empty:
            continue
        for parts in _stacked(cells):
            # rows of one annotation say the same letter for letter, as a rule
            mark = by_cells.get(parts)
            if mark is None:
                values, number = _values(layer, parts)
                mark = by_id.get(number) if number else None
                if mark is None:
                    mark = _Mark(unit.line, values)
                    marks.append(mark)
                else:
                    mark.add(values)
                if number:
                    by_id[number] = by_cells[parts] = mark
            mark.grow(unit, place)
    return marks


def _stacked(cells: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
    """The parts of a layer's cells that belong together."""
    if any("|" in cell for cell in cells):
        stacks: list[Sequence[str | None]] = [() if cell == EMPTY else divided(cell, "|") for cell in cells]
        yield from zip_longest(*stacks)
    elif any(cell != EMPTY for cell in cells):
        yield tuple(None if cell == EMPTY else cell for cell in cells)


def _values(layer: Layer, parts: Sequence[str | None]) -> tuple[list[str | None], str | None]:
    values: list[str | None] = []
    number = None
    for column, part in zip(layer.columns, parts, strict=True):
        # the ids in columns of targets and sources are those of other annotations
        if part is not None and layer.kind != "RL" and column.kind != "target":
            part, found = without_id(part)
            if layer.kind == "CH":  # the id in brackets is that of the chain; "label->chain-link" says which link it is
                label, sign, link = part.rpartition("->")
                part, found = (label, link) if sign else (part, None)
            number = number or found
        values.append(part)
    return values, number


def _said(layer: Layer, mark: _Mark, doc_id: str, place: str) -> Said:
    """An annotation as it is said; links of chains have labels, which are no codes."""
    values = {name: [value] for name, value in _texts(layer, mark)}
    start = mark.start or 0
    return Said(layer.name, doc_id, start, max(start, mark.end), values, place, coded=layer.kind == "SP")


def _texts(layer: Layer, mark: _Mark) -> Iterator[tuple[str, str]]:
    """The features that have a value."""
    for column, value in zip(layer.columns, mark.values, strict=True):
        if column.kind in ("feature", "chain") and value is not None and value != _NULL:
            yield column.name, unescape_value(value)


def _slots(layer: Layer, mark: _Mark, said: Said) -> Iterator[Loss]:
    """The links of slot features: the roles, and in the next column the rows they lead to."""
    cells = [*zip(layer.columns, mark.values, strict=True)]
    for number, (column, value) in enumerate(cells):
        if column.kind != "role" or value in (None, EMPTY):
            continue
        target = cells[number + 1][1] if number + 1 < len(cells) and cells[number + 1][0].kind == "target" else None
        targets = divided(target or "", ";")
        for index, role in enumerate(divided(value or "", ";")):
            to = targets[index] if index < len(targets) else ""
            link = f"{column.name} {unescape_value(role)} -> {to}"
            reason = "links to other annotations have no place here"
            yield Loss("lost", "link", reason, said.place, said.doc_id, code=known_code(said), value=link)


def _relation(layer: Layer, mark: _Mark, doc_id: str, place: str) -> Loss:
    said: Mapping[str, str] = {
        ("source" if column.kind == "source" else column.name): unescape_value(value)
        for column, value in zip(layer.columns, mark.values, strict=True)
        if value not in (None, _NULL)
    }  # fmt: skip
    value = ", ".join(f"{name}: {text}" for name, text in said.items())
    reason = "relations between annotations have no place here"
    return Loss("lost", "relation", reason, f"{place}, line {mark.line}", doc_id, code=layer.short, value=value)


def _chains(
    layer: Layer, rows: Sequence[tuple[Unit, tuple[int, int] | None]], doc_id: str, place: str
) -> Iterator[Loss]:
    """The chains (coreference): their links say ``label->chain-link`` in one column and ``type[chain]`` in another."""
    chains: dict[str, dict[str, list[str]]] = {}
    lines: dict[str, int] = {}
    for unit, _ in rows:
        cells = (unit.cells or [])[layer.first : layer.first + len(layer.columns)]
        for parts in _stacked(cells) if cells else ():
            chain, _, link = next((part.rpartition("->")[2] for part in parts if part and "->" in part), "").partition(
                "-"
            )
            said = " ".join(part for part in parts if part)
            lines.setdefault(chain, unit.line)
            chains.setdefault(chain, {}).setdefault(link, [said]).append(unit.word)
    for chain, links in chains.items():
        value = "; ".join(f"{said}: {' '.join(words)}" for said, *words in links.values())
        reason = "chains of annotations have no place here"
        yield Loss("lost", "chain", reason, f"{place}, line {lines[chain]}", doc_id, code=layer.short, value=value)
