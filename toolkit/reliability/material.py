"""What agreement is computed on, coded units or freely chosen stretches: the rows of each part of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.reliability.blocks import Block, binary_block, overall_block, scale_block, unit_f1
from toolkit.reliability.coded import Coded
from toolkit.reliability.coefficients import cohen_kappa
from toolkit.reliability.explain import note
from toolkit.reliability.ratings import Ratings
from toolkit.reliability.rows import ANY, Rows
from toolkit.reliability.span_blocks import Marked, mark_spans

__all__ = ["SpanRows", "UnitRows"]


class UnitRows:
    """Rows of coded units."""

    def __init__(self, rows: Rows, weights: np.ndarray, single: bool, ordered: Sequence[str] | None) -> None:
        self.rows, self.weights, self.single, self.ordered = rows, weights, single, ordered

    def whole(self, core: Coded, codes: bool, bar: tqdm) -> None:
        """All codes together, then one by one."""
        self.part(core)
        # made anew at every call
        every = core.given
        for place, code in enumerate(core.codes):
            if codes:
                block = binary_block(core, every[:, :, place], self.weights)
                self.rows.add(block, core.doc, code=code, by="code")
            bar.update()
        if codes and not self.single:
            self.rows.add(binary_block(core, np.asarray(every.any(2)), self.weights), core.doc, by="code", of=ANY)

    def part(self, coded: Coded, **where: Any) -> None:
        """The measures of the whole, of some units or coders."""
        self.rows.add(overall_block(coded, self.weights, self.single), coded.doc, **where)
        if self.ordered:
            scale = coded.on_scale(self.ordered)
            twice = (scale.values >= 0).sum(1) > 1
            said = note("scale", codes=", ".join(self.ordered))
            self.rows.add(scale_block(scale, self.weights), scale.doc[twice], said=said, **where)

    def pair(self, two: Coded, each: bool, **where: Any) -> None:
        """Two coders; with ``each`` also code by code."""
        self.part(two, by="coders", **where)
        f1 = unit_f1(two, self.weights)[1] if each else None
        for place, code in enumerate(two.codes if f1 is not None else ()):
            block = {"f1": f1[:, place], "cohen_kappa": cohen_kappa(two.of_code(place), self.weights)}  # type: ignore[index]
            self.rows.add(block, two.doc, code=code, by="coders", **where)

    def stances(self, core: Coded) -> Ratings:
        """Where two gave the same code."""
        return core.of_stances()

    def block(self, coded: Coded) -> Block:
        """What is followed over time."""
        found = overall_block(coded, self.weights, self.single, means=False)
        return {name: found[name] for name in ("percent", "f1", "alpha_nominal", "alpha_masi") if name in found}

    def counts(self, coded: Coded) -> np.ndarray:
        """Codes on each unit by each coder."""
        counts: np.ndarray = coded.given.sum(2)
        return counts


class SpanRows:
    """Rows of freely chosen stretches."""

    def __init__(self, annotations: pd.DataFrame, marked: Marked, rows: Rows, weights: np.ndarray) -> None:
        self.annotations, self.marked, self.rows, self.weights = annotations, marked, rows, weights

    def whole(self, core: Coded, codes: bool, bar: tqdm) -> None:
        """All codes together, then one by one."""
        marked = self.marked.part(core)
        for code, block in marked.blocks(self.weights, codes).items():
            self._add(marked, block, code, **({} if code is None else {"by": "code"}))
        bar.update(len(core.codes))

    def part(self, coded: Coded, **where: Any) -> None:
        """The measures of the whole, of some documents."""
        marked = self.marked.part(coded)
        self._add(marked, marked.blocks(self.weights, codes=False)[None], None, **where)

    def pair(self, two: Coded, each: bool, **where: Any) -> None:
        """Two coders; with ``each`` also code by code."""
        marked = self.marked.part(two)
        for code, block in marked.blocks(self.weights, codes=each).items():
            self._add(marked, block, code, by="coders", **where)

    def stances(self, core: Coded) -> Ratings:
        """Where two gave overlapping spans the same code."""
        return self.marked.part(core).stances()

    def block(self, coded: Coded) -> Block:
        """What is followed over time."""
        found = self.marked.part(coded).blocks(self.weights, codes=False)[None]
        return {measure: found[measure] for measure in ("u_alpha", "f1_overlap")}

    def counts(self, coded: Coded) -> np.ndarray:
        """Spans in each document by each coder."""
        return mark_spans(self.annotations, coded, None, None).counts()

    def _add(self, marked: Marked, block: Block, code: str | None, **where: Any) -> None:
        spans = marked.spans if code is None else marked.spans[marked.spans["code"] == code]
        docs = pd.Series(marked.coded.doc, index=marked.coded.units["doc_id"]).reindex(spans["doc_id"]).to_numpy()
        said = note("no_lengths") if marked.lengths is None else None
        for measure, samples in block.items():
            mine = said if measure in ("u_alpha", "percent_characters") else None
            self.rows.add({measure: samples}, docs, code=code, documents=len(marked.coded.units), said=mine, **where)
