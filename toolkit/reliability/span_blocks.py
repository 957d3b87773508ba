"""Measures of freely chosen stretches: unitizing alpha, F1 of spans, share of characters coded the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.reliability.blocks import Block, mean_of
from toolkit.reliability.coded import Coded, document_sums
from toolkit.reliability.ratings import Ratings
from toolkit.reliability.span_f1 import Match, span_f1
from toolkit.reliability.stretches import Stretches, crossings
from toolkit.reliability.unitizing import ALL, u_alpha
from toolkit.tables import STANCES

__all__ = ["Marked", "mark_spans"]


@dataclass(frozen=True)
class Marked:
    """``coded``: whole documents as units, who judged them. ``spans``: doc_id, start, end, code, stance, coder of what
    was marked in documents that its coder judged. ``lengths``: characters of each document, or None."""

    coded: Coded
    spans: pd.DataFrame
    lengths: Mapping[str, int] | None

    def part(self, coded: Coded) -> "Marked":
        """The documents and coders of ``coded`` alone."""
        here = self.spans["doc_id"].isin(coded.units["doc_id"]) & self.spans["coder"].isin(coded.coders)
        return replace(self, coded=coded, spans=self.spans[here])

    def counts(self) -> np.ndarray:
        """Spans of each coder in each document, (documents, m)."""
        rows = pd.Index(self.coded.units["doc_id"]).get_indexer(self.spans["doc_id"])
        found = np.zeros(self.coded.seen.shape)
        np.add.at(found, (rows, pd.Index(self.coded.coders).get_indexer(self.spans["coder"])), 1)
        return found

    def blocks(self, weights: np.ndarray, codes: bool = True) -> dict[str | None, Block]:
        """Measures of all codes together under None, and with ``codes`` of each code."""
        own = weights[:, self.coded.doc]
        names: list[str | None] = [None, *(self.coded.codes if codes else ())]
        found: dict[str | None, Block] = {name: {} for name in names}
        empty = np.full(len(weights), np.nan)
        if self.lengths is None:
            for name in names:
                found[name] |= {"u_alpha": empty, "percent_characters": empty}
        else:
            lengths = {doc_id: self.lengths[doc_id] for doc_id in self.coded.units["doc_id"]}
            # without any span there is nothing that could disagree
            alphas = u_alpha(self.spans, lengths, self.coded.coders, own, self.coded.seen) if len(self.spans) else {}
            same = self._same_characters(own, np.array(list(lengths.values())))
            for place, name in enumerate(names):
                found[name]["u_alpha"] = alphas.get(ALL if name is None else name, empty)
                found[name]["percent_characters"] = same[:, place]
        # numbers in the place of names: the same is asked of them hundreds of times
        rows = self.spans[["start", "end"]].assign(
            doc_id=pd.Index(self.coded.units["doc_id"]).get_indexer(self.spans["doc_id"]),
            code=pd.Index(self.coded.codes).get_indexer(self.spans["code"]),
        )
        who = pd.Index(self.coded.coders).get_indexer(self.spans["coder"])
        for name in names:
            here = True if name is None else (rows["code"] == self.coded.codes.index(name)).to_numpy()
            parts = [rows[(who == coder) & here] for coder in range(len(self.coded.coders))]
            for match in get_args(Match):
                found[name][f"f1_{match}"] = self._f1(parts, own, match)
        return found

    def _f1(self, parts: list[pd.DataFrame], own: np.ndarray, match: Match) -> np.ndarray:
        """The mean over pairs of coders, from the spans of each coder with numbers of documents and codes."""
        values = []
        for first, second in self.coded.pairs():
            both = self.coded.seen[:, first] & self.coded.seen[:, second]
            weights = own if both.all() else own[:, both]
            values.append(span_f1(parts[first], parts[second], np.flatnonzero(both).tolist(), weights, match))
        return mean_of(values)

    def _same_characters(self, own: np.ndarray, length: np.ndarray) -> np.ndarray:
        """Share of characters, over pairs of coders, with the same codes: all codes (first column), each code."""
        coded, spans = self.coded, self.spans
        shape = (len(coded.coders), len(coded.codes))
        doc = pd.Index(coded.units["doc_id"]).get_indexer(spans["doc_id"])
        step = int(max(length.max(initial=0), spans["end"].max() if len(spans) else 0)) + 1
        base = np.arange(len(length)) * step
        starts, ends = (doc * step + spans[side].to_numpy() for side in ("start", "end"))
        # between two neighbouring borders of a document everybody's codes stay the same
        borders = np.unique(np.r_[base, base + length, starts, ends])
        cover = np.zeros((len(borders), *shape), dtype=np.int16)
        who, code = (
            pd.Index(names).get_indexer(spans[column])
            for column, names in (("coder", coded.coders), ("code", coded.codes))
        )
        np.add.at(cover, (np.searchsorted(borders, starts), who, code), 1)
        np.add.at(cover, (np.searchsorted(borders, ends), who, code), -1)
        inside = cover.cumsum(0) > 0
        at = borders // step
        size = np.where(at == np.r_[at[1:], -1], np.r_[np.diff(borders), 0], 0)
        same = np.zeros((len(length), 1 + shape[1]))
        total = np.zeros(len(length))
        for first, second in coded.pairs():
            both = coded.seen[:, first] & coded.seen[:, second]
            equal = inside[:, first] == inside[:, second]
            counted = np.column_stack([equal.all(1), equal]) * (size * both[at])[:, None]
            same += document_sums(counted, at, len(length))
            total += length * both
        with np.errstate(invalid="ignore"):
            share: np.ndarray = own @ same / (own @ total)[:, None]
        return share

    def stances(self) -> Ratings:
        """Stances of spans that two coders gave the same code, sharing half of the shorter one's characters.

        One row for each pair of spans; of several partners the one that shares most, each span once per pair of coders.
        """
        coded = self.coded
        rows = self.spans[self.spans["stance"].notna()]
        doc = pd.Index(coded.units["doc_id"]).get_indexer(rows["doc_id"])
        group = doc * len(coded.codes) + pd.Index(coded.codes).get_indexer(rows["code"])
        who = pd.Index(coded.coders).get_indexer(rows["coder"])
        said = pd.Categorical(rows["stance"], categories=STANCES).codes.astype(np.int64)
        every = Stretches(group.astype(np.int64), rows["start"].to_numpy(), rows["end"].to_numpy())
        values, docs = [np.zeros((0, len(coded.coders)), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for first, second in coded.pairs():
            mine, yours = np.flatnonzero(who == first), np.flatnonzero(who == second)
            i, j, shared = crossings(every.take(mine), every.take(yours))
            near = 2 * shared >= np.minimum(every.length[mine[i]], every.length[yours[j]])
            met = pd.DataFrame({"i": mine[i], "j": yours[j], "shared": -shared})[near].sort_values(["shared", "i", "j"])
            met = met.drop_duplicates("i").drop_duplicates("j")
            both = np.full((len(met), len(coded.coders)), -1)
            both[:, first], both[:, second] = said[met["i"]], said[met["j"]]
            values.append(both)
            docs.append(coded.doc[doc[met["i"]]])
        found = np.concatenate(docs)
        order = np.argsort(found, kind="stable")
        return Ratings(np.concatenate(values)[order], STANCES, found[order], coded.documents, coded.coders)


def mark_spans(
    annotations: pd.DataFrame, coded: Coded, lengths: Mapping[str, int] | None, texts: Mapping[str, str] | None
) -> Marked:
    """Spans in the documents of ``coded`` (whole documents as units) that their coders judged.

    Raises :class:`InputError` for a document without a length, and for a span without characters.
    """
    known = lengths if lengths is not None or texts is None else {doc_id: len(text) for doc_id, text in texts.items()}
    if known is not None:
        absent = [doc_id for doc_id in coded.units["doc_id"] if doc_id not in known]
        if absent:
            raise InputError(
                f"lengths: {len(absent)} of the coded documents are not there, the first is '{absent[0]}'; give the "
                "length of each, or the texts."
            )
    empty = (annotations["end"] <= annotations["start"]).to_numpy()
    if empty.any():
        raise InputError(f"annotations, row {int(empty.argmax()) + 1}: the span holds no character; remove the row.")
    place = pd.Index(coded.units["doc_id"]).get_indexer(annotations["doc_id"])
    who = pd.Index(coded.coders).get_indexer(annotations["coder"])
    there = (place >= 0) & coded.seen[place, who]
    columns = ["doc_id", "start", "end", "code", "stance", "coder"]
    spans = annotations.loc[there, columns].drop_duplicates(columns[:4] + columns[5:])
    return Marked(coded, spans.reset_index(drop=True), known)
