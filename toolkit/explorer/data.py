"""The data of the explorer's page: what it may need at any lambda, and no more."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.explorer.view import ModelView
from toolkit.printable import beginning
from toolkit.topics.layout import layout_variance, topic_layout
from toolkit.topics.meaning.ranking import FEWEST_TOKENS

__all__ = ["view_data"]

#: Terms kept per topic: the first 100 at each of these lambdas. The page shows 30 at any lambda between.
_KEPT, _LAMBDAS = 100, np.linspace(0, 1, 11)
#: Shares of a term below this are left out of the page: together at most 1 % of a term in 20 topics.
_LEAST_SHARE = 0.0005
#: Probabilities go into the page as whole numbers of 1e-10: a third shorter than the numbers themselves.
_UNITS = 10**10
#: Characters of a passage, and passages of a topic, that the page shows: 100 topics stay below 0.5 MB.
_LONGEST_QUOTE, _MOST_PASSAGES = 900, 5


def view_data(view: ModelView) -> dict[str, Any]:
    """What the page's script reads of one model: plain values; ``rows`` holds, term by term, topic and probability
    (or weight) in turn."""
    sizes = np.asarray(view.sizes, dtype=np.float64)
    weights, kept, found = _of_languages(view) if view.topic_term is None else _of_terms(view)
    positions = np.asarray(view.positions if view.positions is not None else topic_layout(weights), dtype=np.float64)
    variance = layout_variance(weights) if view.positions is None and len(weights) > 2 else None
    passages, prevalence = _passages(view), _prevalence(view)
    labels = view.labels or [[] for _ in view.names]
    topics = [
        {
            "id": name,
            "labels": [str(label) for label in labels[place]] or [", ".join(found["first"][place])],
            # single tokens count in the largest topic too
            "size": _number(sizes[place], max(7, len(f"{sizes[place]:.0f}"))),
            "share": _number(sizes[place] / max(sizes.sum(), 1e-12), 6),
            "x": _number(positions[place, 0]),
            "y": _number(positions[place, 1]),
            "stability": None if view.stability is None else _number(view.stability[place]),
            "unstable": bool(view.unstable[place]) if view.unstable is not None else False,
            "passages": passages.get(name, []),
            "prevalence": prevalence.get(name, {}),
        }
        for place, name in enumerate(view.ids)
    ]
    return {
        **{field: getattr(view, field) for field in ("name", "title", "lang", "note")},
        "unit": view.size_unit,
        "variance": variance and [_number(value) for value in variance],
        "given": view.positions is not None,
        "topics": topics,
        "vocabulary": kept,
        **{key: value for key, value in found.items() if key != "first"},
    }


def _of_terms(view: ModelView) -> tuple[np.ndarray, int, dict[str, Any]]:
    """The terms the page may need at any lambda, with their probabilities in each topic that matters to them."""
    topic_term, counts = np.asarray(view.topic_term), np.asarray(view.term_counts, dtype=np.float64)
    sizes = np.asarray(view.sizes, dtype=np.float64)
    expected = topic_term * sizes[:, None]
    share = expected / np.maximum(expected.sum(0), 1e-300)
    there = counts > 0
    if not there.any():
        raise InputError(f"explorer: no term of '{view.name}' occurs in the documents; give those it was fitted to.")
    chosen: list[set[int]] = [set() for _ in topic_term]
    first: list[list[str]] = [[] for _ in topic_term]
    with np.errstate(divide="ignore"):
        log, base = np.log(topic_term), np.log(counts / counts.sum())
    for place, row in enumerate(log):
        shown = np.flatnonzero(there & (row > -np.inf))
        later = expected[place, shown] < FEWEST_TOKENS
        for value in _LAMBDAS:
            relevance = (row[shown] - (1 - value) * base[shown]).round(12)
            order = shown[np.lexsort((shown, -relevance, later))]
            chosen[place].update(order[:_KEPT].tolist())
            if round(value, 1) == 0.6:
                first[place] = [str(view.terms[term]) for term in order[:3]]
    kept = sorted(set().union(*chosen))
    rows = []
    for term in kept:
        entry: list[int] = []
        for place in range(len(topic_term)):
            if term in chosen[place] or share[place, term] >= _LEAST_SHARE:
                entry += [place, round(topic_term[place, term] * _UNITS)]
        rows.append(entry)
    found = {
        "kind": "terms",
        "terms": [str(view.terms[term]) for term in kept],
        "counts": [_number(counts[term], 9) for term in kept],
        "mass": [_number(expected[:, term].sum(), 7) for term in kept],
        "total": _number(counts.sum(), 9),
        "units": _UNITS,
        "rows": rows,
        "first": first,
    }
    return topic_term, int(there.sum()), found


def _of_languages(view: ModelView) -> tuple[np.ndarray, int, dict[str, Any]]:
    """The weighted terms of each language."""
    table = view.language_terms
    assert table is not None
    table = table.assign(topic=[view.full(topic) for topic in table["topic"]])
    place = {name: number for number, name in enumerate(view.ids)}
    table = table[table["topic"].isin(place)].sort_values(["lang", "term", "topic"], kind="stable")
    if table.empty or not (table["weight"] > 0).all():
        raise InputError(f"explorer: language_terms of '{view.name}' need weights above 0 for topics of its names.")
    keys = list(dict.fromkeys(zip(table["lang"], table["term"], strict=True)))
    column = {key: number for number, key in enumerate(keys)}
    weights, rows = np.zeros((len(place), len(keys))), [[] for _ in keys]  # type: ignore[var-annotated]
    for topic, lang, term, weight in table[["topic", "lang", "term", "weight"]].itertuples(index=False):
        weights[place[topic], column[lang, term]] = weight
        rows[column[lang, term]] += [place[topic], _number(weight, 7)]
    # a topic without terms of its own: alone on the map
    bare = weights.sum(1) == 0
    first = []
    for row in weights:
        langs = []
        for lang in sorted({lang for lang, _ in keys}):
            own = [number for number, key in enumerate(keys) if key[0] == lang and row[number] > 0]
            langs.append(", ".join(str(keys[n][1]) for n in sorted(own, key=lambda n: (-row[n], n))[:3]))
        first.append([" | ".join(text for text in langs if text)])
    found = {
        "kind": "weights",
        "terms": [str(term) for _, term in keys],
        "langs": [str(lang) for lang, _ in keys],
        "units": 1,
        "rows": rows,
        "first": first,
    }
    return np.hstack([weights, np.diag(bare.astype(float))]), len(keys), found


def _passages(view: ModelView) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in [] if view.passages is None else view.passages.to_dict("records"):
        rows = found.setdefault(view.full(row["topic"]), [])
        if len(rows) < _MOST_PASSAGES:
            quote, lang = str(row["quote"]), row.get("lang")
            rows.append(
                {
                    "doc": str(row["doc_id"]),
                    "start": int(row["start"]),
                    "end": int(row["end"]),
                    "quote": beginning(quote, _LONGEST_QUOTE),
                    "cut": len(quote) > _LONGEST_QUOTE,
                    "share": _number(row.get("share")),
                    "lang": view.lang if pd.isna(lang) else str(lang),
                }
            )
    return found


def _prevalence(view: ModelView) -> dict[str, Mapping[str, list[list[Any]]]]:
    """For each topic and grouping the rows value, share, ci_low, ci_high, n."""
    found: dict[str, dict[str, list[list[Any]]]] = {}
    for row in [] if view.prevalence is None else view.prevalence.to_dict("records"):
        numbers = [_number(row[column]) for column in ("share", "ci_low", "ci_high")]
        groups = found.setdefault(view.full(row["topic"]), {})
        groups.setdefault(str(row["by"]), []).append([str(row["value"]), *numbers, _number(row["n"], 12)])
    return found  # type: ignore[return-value]


def _number(value: Any, digits: int = 4) -> float | int | None:
    """A number as short as its digits allow; None where it is missing."""
    if value is None or pd.isna(value):
        return None
    short = float(f"{float(value):.{digits}g}")
    return int(short) if short.is_integer() else short
