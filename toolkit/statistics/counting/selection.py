"""Which part of a corpus: by metadata, by language, or by spans such as all passages of a code."""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from toolkit.corpus.grouping import group_name
from toolkit.errors import InputError, suggestion
from toolkit.statistics.counting.counted import Counted, Layer

__all__ = ["Selection", "describe", "inside", "select", "selections"]

#: Of metadata, a value or several of each column: ``{"country": "MX", "year": range(2005, 2010)}``; or spans.
Selection: TypeAlias = Mapping[str, Any] | pd.DataFrame


def selections(
    counted: Counted, layer: Layer, target: Selection, reference: Selection | None
) -> tuple[np.ndarray, np.ndarray]:
    """The places of target and reference, (places,) each; without a reference it is all that is not the target.

    Raises :class:`InputError` where a place would be in both.
    """
    one = select(counted, layer, target)
    if reference is None:
        return one, ~one
    other = select(counted, layer, reference)
    if (one & other).any():
        raise InputError(
            f"statistics: target ({describe(target)}) and reference ({describe(reference)}) share "
            f"{int((one & other).sum())} {counted.of}; they must have none in common."
        )
    return one, other


def select(counted: Counted, layer: Layer, selection: Selection) -> np.ndarray:
    """Which places of a layer a selection takes, (places,) of truth.

    Parameters
    ----------
    selection : a mapping from columns to a value or a collection of values (all must hold): "lang", "doc_id", "year",
        "quarter", "month", or a column of the posts. Or a table with doc_id, start, end (annotations of a code, say):
        the places that overlap one of its spans.

    Raises
    ------
    InputError
        for a column or value that no document has.
    """
    if isinstance(selection, pd.DataFrame):
        return inside(counted, layer, selection)
    if not isinstance(selection, Mapping) or not selection:
        raise InputError(
            f"statistics: got {str(selection)[:60]!r} as a part of the corpus, expected columns with values "
            "such as {'country': 'MX'}, or a table of spans."
        )
    chosen = np.ones(len(layer.doc), dtype=bool)
    for column, wanted in selection.items():
        if isinstance(wanted, Iterator):
            raise InputError(f"statistics: the values of {column} can be read only once; give them as a list.")
        values = _values(wanted)
        if column == "lang":
            known = {lang for one in counted.layers for lang in one.langs}
            if not known:
                raise InputError("statistics: a part is named by lang, and the table has no lang; give one that has.")
            found = np.isin(layer.place_lang, [place for place, lang in enumerate(layer.langs) if lang in values])
        else:
            groups = counted.groups(column).astype(str)
            known, found = set(groups), np.isin(groups, values)[layer.doc]
        # years of a run may be without a post; a value that somebody wrote is meant
        unknown = [value for value in values if value not in known]
        if len(unknown) == len(values) or (unknown and not isinstance(wanted, range)):
            raise InputError(f"statistics: no {column} is '{unknown[0]}'; {suggestion(unknown[0], known)}")
        chosen &= found
    return chosen


def inside(counted: Counted, layer: Layer, spans: pd.DataFrame) -> np.ndarray:
    """Which places overlap a span, (places,) of truth. Spans of other documents are passed over."""
    lacking = [name for name in ("doc_id", "start", "end") if name not in spans]
    if lacking:
        raise InputError(f"statistics: the spans have no column '{lacking[0]}'; expected are doc_id, start and end.")
    number = {doc_id: place for place, doc_id in enumerate(counted.doc_ids)}
    for name in ("start", "end"):
        bad = pd.to_numeric(spans[name], errors="coerce").isna().to_numpy()
        if bad.any():
            raise InputError(
                f"statistics: the span in row {int(bad.argmax()) + 1} has no number as its {name}; "
                "give where each begins and ends."
            )
    spans = spans.assign(start=pd.to_numeric(spans["start"]), end=pd.to_numeric(spans["end"]))
    own = spans[spans["doc_id"].isin(number)]
    if own.empty or not len(layer.doc):
        return np.zeros(len(layer.doc), dtype=bool)
    doc = own["doc_id"].map(number).to_numpy(np.int64)
    # one line of numbers for all documents, so that one search finds the span before each place; what reaches beyond a
    # text must not reach into the next
    width = int(layer.end.max()) + 2
    starts, ends = (doc * width + own[name].clip(0, width - 1).to_numpy(np.int64) for name in ("start", "end"))
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    base = layer.doc.astype(np.int64) * width
    before = np.searchsorted(starts, base + layer.end, side="left") - 1
    return (before >= 0) & (reach[np.maximum(before, 0)] > base + layer.start)


def describe(selection: Selection | None) -> str:
    """A selection in words: "country MX, year 2005 to 2009"; a table of spans by its codes."""
    if selection is None:
        return "the rest"
    if isinstance(selection, pd.DataFrame):
        codes = sorted(set(selection["code"].dropna().astype(str))) if "code" in selection else []
        return f"passages coded {', '.join(codes)}" if codes else f"{len(selection)} spans"
    parts = []
    for column, wanted in selection.items():
        values = _values(wanted)
        run = isinstance(wanted, range) and wanted.step == 1 and len(values) > 1
        parts.append(f"{column} {values[0]} to {values[-1]}" if run else f"{column} {', '.join(values)}")
    return ", ".join(parts)


def _values(wanted: Any) -> list[str]:
    several = isinstance(wanted, Iterable) and not isinstance(wanted, str)
    values = [group_name(value) for value in wanted] if several else [group_name(wanted)]
    if not values:
        raise InputError("statistics: a part of the corpus with no value; give one.")
    # a set has no order
    return sorted(values) if isinstance(wanted, Set) else values
