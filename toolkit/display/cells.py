"""What stands in the cells of a table: values of any kind as short readable text."""

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AnySet
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.display.numbers import lone_number, number, number_column
from toolkit.display.words import display_words
from toolkit.printable import beginning

__all__ = ["LONGEST", "Cell", "cells_of", "readable"]

#: Characters of a text that a cell shows.
LONGEST = 400
#: Edges of stances, as in the figures (toolkit/plots/style.py); Okabe & Ito (2008).
_STANCES = {"endorses": "#009e73", "breach": "#d55e00", "rejects": "#cc79a7", "mentions": "#8c8c8c"}
#: Columns whose values may be stances; before and after, in what a sheet changes (toolkit/annotation/sheets).
_STANCED = ("stance", "from", "to")
#: Columns whose values are codes of a codebook, and those that hold words of the texts.
_CODES = ("code", "codes", "gold", "predicted", "other_code", "of")
_TEXTS = (
    "text", "quote", "title", "term", "terms", "lemma", "left", "node", "right", "label", "collocate", "cue", "passage",
)  # fmt: skip
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
#: Columns that hold JSON; elsewhere brackets are the author's.
_JSON = ("evidence", "spans", "features")
#: What names a part of a piece of evidence.
_NAMING = ("cue", "name", "term", "id", "text")
#: Parts of a list that a cell shows, and how deep lists lie in lists.
_MOST_PARTS, _DEEPEST = 12, 4


class Cell(NamedTuple):
    """``text`` as shown; ``title`` the value itself where another text stands for it; ``lang`` of a text of the corpus;
    ``colour`` of its edge; ``cut``: it was longer; ``missing``: there is no value."""

    text: str
    title: str = ""
    lang: str = ""
    colour: str = ""
    cut: bool = False
    missing: bool = False


_NOTHING = Cell("", missing=True)


def cells_of(
    name: str, column: pd.Series, lang: str, names: Mapping[str, str], langs: list[Any]
) -> tuple[list[Cell], bool]:
    """The cells of a column, and whether it is one of numbers.

    ``name``: its own name; ``langs``: language of each row's texts, or nothing.
    """
    values = column.tolist()
    missing = [_is_missing(value) for value in values]
    there = [value for value, absent in zip(values, missing, strict=True) if not absent]
    if there and all(isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in there):
        plain = [float("nan") if absent else _plain(value) for value, absent in zip(values, missing, strict=True)]
        written = number_column(name, plain, lang)
        return [_NOTHING if absent else Cell(text) for text, absent in zip(written, missing, strict=True)], True
    days = all(isinstance(value, pd.Timestamp) and value == value.normalize() for value in there)
    cells = []
    for value, absent, spoken in zip(values, missing, langs or [None] * len(values), strict=True):
        if absent:
            cells.append(_NOTHING)
            continue
        if isinstance(value, pd.Timestamp):
            cells.append(Cell(value.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M")))
            continue
        cell = _cell(name, value, lang, names)
        own = isinstance(spoken, str) and name in _TEXTS and _LANGUAGE.fullmatch(spoken)
        cells.append(cell._replace(lang=spoken) if own else cell)
    return cells, False


def _plain(value: Any) -> float:
    """A number as Python's own; a whole one stays whole, with all its digits."""
    return int(value) if isinstance(value, int | np.integer) else float(value)


def _is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, NaT or NA; a list never is."""
    found = pd.isna(value)
    return bool(found) if isinstance(found, bool | np.bool_) else False


def _cell(name: str, value: Any, lang: str, names: Mapping[str, str]) -> Cell:
    words = display_words("words", lang)
    if isinstance(value, str):
        if name in _CODES and value in names:
            return _cut(names[value], value)
        if value in _STANCES and (name in _STANCED or name in _CODES):
            return Cell(words[value], value, colour=_STANCES[value])
        moment = _TIME.fullmatch(value)
        if moment:
            return Cell(f"{moment[1]} {moment[2]}", value)
        if name in _JSON and value[:1] in ("{", "["):
            try:
                return _cut(readable(json.loads(value), lang))
            except (ValueError, RecursionError):
                pass
        return _cut(value)
    return _cut(readable(value, lang, names if name in _CODES else None))


def _cut(text: str, title: str = "") -> Cell:
    if len(text) <= LONGEST:
        return Cell(text, title)
    return Cell(beginning(text, LONGEST - 1).rstrip() + "…", title, cut=True)


def readable(value: Any, lang: str = "en", names: Mapping[str, str] | None = None, depth: int = 0) -> str:
    """A value as words: lists with commas, pairs with colons; of a piece of evidence what names it.

    Empty for what is missing. ``names``: what to write for codes.

    >>> readable({"cues": [{"cue": "promesa", "weight": 2.0}], "score": 0.51234, "sure": True}), readable({"es": 1200})
    ('cues: promesa; score: 0.512; sure: yes', 'es: 1,200')
    """
    words = display_words("words", lang)
    if isinstance(value, bool | np.bool_):
        return words["yes" if value else "no"]
    if isinstance(value, int | float | np.integer | np.floating):
        return lone_number(_plain(value), lang)
    if isinstance(value, str):
        return (names or {}).get(value, value)
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        named = next((value[key] for key in _NAMING if isinstance(value.get(key), str)), None)
        if named is not None and depth:
            return str(named)
        pairs = [(key, readable(part, lang, names, depth + 1)) for key, part in list(value.items())[:_MOST_PARTS]]
        return "; ".join(f"{key}: {part}" for key, part in pairs if part)
    if isinstance(value, AnySet):
        value = sorted(value, key=str)
    if isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index):
        parts = [readable(part, lang, names, depth + 1) for part in list(value)[:_MOST_PARTS]]
        more = len(value) - len(parts)
        return ", ".join([*parts, *([words["more"].format(n=number(more, lang))] if more > 0 else [])])
    return "" if _is_missing(value) else str(value)
