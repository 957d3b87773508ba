"""Two codings on one grid of units: which unit carries which code, by whom, with which stance and score."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.evaluation.checks import SPAN
from toolkit.tables import STANCES, check

__all__ = ["Grid", "Places", "make_grid"]

Span = tuple[str, int, int]


@dataclass(frozen=True)
class Grid:
    """U units and C codes.

    ``units``: doc_id, start, end, lang (missing where unknown). ``gold``, ``given`` (U, C): truth. ``score``
    (U, C), 0-1, or None; ``scored`` (U): units that have scores (the others stand at 0). ``gold_stance``,
    ``stance`` (U, C): place in STANCES, -1 without. ``unsure`` (U, C): abstained, or None. ``source`` (U, C): row
    of the predicted table that gave the code, -1 without. ``doc`` (U): number of the document, 0 to
    ``documents`` - 1.
    """

    codes: list[str]
    units: pd.DataFrame
    doc: np.ndarray
    documents: int
    gold: np.ndarray
    given: np.ndarray
    gold_stance: np.ndarray
    stance: np.ndarray
    score: np.ndarray | None
    scored: np.ndarray
    unsure: np.ndarray | None
    source: np.ndarray

    def part(self, rows: np.ndarray) -> "Grid":
        """Some of the units (truth, shape (U,)); the numbers of documents stay."""
        arrays: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("doc", "gold", "given", "gold_stance", "stance", "score", "scored", "unsure", "source")
        }
        return replace(self, units=self.units[rows].reset_index(drop=True), **arrays)


class Places:
    """Finds the unit of a span: its own, else the one it shares most characters with."""

    def __init__(self, spans: list[Span]) -> None:
        self._row = {span: row for row, span in enumerate(spans)}
        self._of: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        rows: dict[str, list[int]] = {}
        for row, (doc_id, _, _) in enumerate(spans):
            rows.setdefault(doc_id, []).append(row)
        for doc_id, own in rows.items():
            starts, ends = (np.array([spans[row][side] for row in own]) for side in (1, 2))
            self._of[doc_id] = (np.array(own), starts, ends)

    def find(self, span: Span) -> tuple[int, str]:
        """Row and "exact" or "overlap"; -1 and "unmatched" if no unit shares half of the shorter one's characters.

        Of units with the same overlap the shortest is taken, then the first.
        """
        if span in self._row:
            return self._row[span], "exact"
        doc_id, start, end = span
        if doc_id not in self._of:
            return -1, "unmatched"
        rows, starts, ends = self._of[doc_id]
        shared = np.minimum(ends, end) - np.maximum(starts, start)
        best = np.lexsort((starts, ends - starts, -shared))[0]
        shorter = min(end - start, int(ends[best] - starts[best]))
        if shared[best] <= 0 or 2 * shared[best] < shorter:
            return -1, "unmatched"
        return int(rows[best]), "overlap"


def make_grid(
    gold: pd.DataFrame,
    predicted: pd.DataFrame,
    codebook: Codebook,
    scores: pd.DataFrame | None,
    units: pd.DataFrame | None,
    langs: Mapping[str, Any] | None,
) -> tuple[Grid, pd.DataFrame]:
    """The grid, and the evaluation_matching table: how spans came to their units.

    Units are ``units``, else the spans of ``scores``, else those of ``predicted``. Codings that fit no unit become
    units of their own, so that they count as missed or as wrongly given; where ``units`` say what was judged, what
    was given outside them is left out instead.
    """
    base = next(table for table in (units, scores, predicted) if table is not None)
    spans = sorted(set(zip(*(base[column].tolist() for column in SPAN), strict=True)))
    places = Places(spans)
    matching: dict[tuple[str, str], int] = {}
    codes = {code: column for column, code in enumerate(codebook.code_ids)}
    found = {"gold": _coded(gold, places, spans, matching, "gold", True)}
    found["predicted"] = _coded(predicted, places, spans, matching, "predicted", units is None)
    shape = (len(spans), len(codes))
    truth = {name: np.zeros(shape, dtype=bool) for name in found}
    stances = {name: np.full(shape, -1, dtype=np.int8) for name in found}
    score, scored, unsure = _scored(scores, places, shape, codes, stances["predicted"], matching)
    source = np.full(shape, -1)
    for name, coded in found.items():
        for number, row, code, stance in coded:
            if truth[name][row, codes[code]]:
                matching[name, "merged"] = matching.get((name, "merged"), 0) + 1
            truth[name][row, codes[code]] = True
            if name == "predicted":
                source[row, codes[code]] = number
            if isinstance(stance, str):
                stances[name][row, codes[code]] = STANCES.index(stance)
    table = pd.DataFrame(spans, columns=SPAN)
    table["lang"] = _languages(table, units, scores, langs)
    doc, names = pd.factorize(table["doc_id"], sort=True)
    grid = Grid(
        list(codes), table, doc, len(names), truth["gold"], truth["predicted"], stances["gold"],
        stances["predicted"], score, scored, unsure, source,
    )  # fmt: skip
    rows = [(*key, n) for key, n in sorted(matching.items())]
    return grid, check("evaluation_matching", pd.DataFrame(rows, columns=["table", "how", "n"]))


def _coded(
    table: pd.DataFrame, places: Places, spans: list[Span], matching: dict[tuple[str, str], int], name: str, own: bool
) -> list[tuple[int, int, str, Any]]:
    """Row, unit, code and stance of each annotation; ``own``: one that fits no unit becomes a unit."""
    new: dict[Span, int] = {}
    found = []
    rows = table[[*SPAN, "code", "stance"]].itertuples(index=False, name=None)
    for number, (*span, code, stance) in enumerate(rows):
        place: Span = (span[0], span[1], span[2])
        row, how = places.find(place)
        matching[name, how] = matching.get((name, how), 0) + 1
        if row < 0 and own:
            if place not in new:
                new[place] = len(spans)
                spans.append(place)
            row = new[place]
        if row >= 0:
            found.append((number, row, code, stance))
    return found


def _scored(
    scores: pd.DataFrame | None,
    places: Places,
    shape: tuple[int, int],
    codes: Mapping[str, int],
    stance: np.ndarray,
    matching: dict[tuple[str, str], int],
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray | None]:
    """Scores, units that have them, and abstentions; the stances suggested are written into ``stance``."""
    scored = np.zeros(shape[0], dtype=bool)
    if scores is None:
        return None, scored, None
    score, unsure = np.zeros(shape), np.zeros(shape, dtype=bool)
    spans = list(zip(*(scores[column].tolist() for column in SPAN), strict=True))
    placed: dict[Span, int] = {}
    exact_first = sorted(set(spans), key=lambda span: (places.find(span)[1] != "exact", span))
    for span in exact_first:
        row, how = places.find(span)
        # a unit takes the scores of one span: of its own if there is one
        if row >= 0 and scored[row]:
            row, how = -1, "merged"
        if row >= 0:
            scored[row] = True
        placed[span] = row
        matching["scores", how] = matching.get(("scores", how), 0) + 1
    has_unsure = "unsure" in scores
    columns = ["code", "score", "stance", *(["unsure"] if has_unsure else [])]
    for span, (code, value, name, *rest) in zip(spans, scores[columns].itertuples(index=False, name=None), strict=True):
        row = placed[span]
        if row >= 0:
            column = codes[code]
            score[row, column] = value
            stance[row, column] = STANCES.index(name) if isinstance(name, str) else -1
            unsure[row, column] = bool(rest and rest[0])
    return score, scored, unsure if has_unsure else None


def _languages(
    table: pd.DataFrame, units: pd.DataFrame | None, scores: pd.DataFrame | None, langs: Mapping[str, Any] | None
) -> list[str | None]:
    """The language of each unit: of the unit itself, of its scores, of its post."""
    own: dict[Span, str] = {}
    for source in (scores, units):
        if source is not None and "lang" in source:
            known = source[source["lang"].notna() & (source["lang"] != "")]
            own.update(zip(zip(*(known[column] for column in SPAN), strict=True), known["lang"], strict=True))
    spans = zip(*(table[column].tolist() for column in SPAN), strict=True)
    found = [own.get(span, (langs or {}).get(span[0])) for span in spans]
    return [lang if isinstance(lang, str) and lang else None for lang in found]
