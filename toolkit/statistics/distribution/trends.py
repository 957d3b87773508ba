"""How the share of terms changes over the years, or from country to country, with bands."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from toolkit.corpus.grouping import group_order
from toolkit.resampling import sample_limits, sample_weights
from toolkit.statistics.comparison.bootstrap import check_bootstrap, check_least
from toolkit.statistics.counting.count import Material, as_counted
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.statistics.distribution.occurrences import named_terms
from toolkit.tables import check

__all__ = ["trends"]

_COLUMNS = ("term", "by", "value", "n", "size", "documents", "share", "per_million", "ci_low", "ci_high")


def trends(
    material: Material,
    terms: str | Sequence[str] | None = None,
    *,
    unit: str = "lemma",
    by: str = "year",
    posts: pd.DataFrame | None = None,
    lang: str | None = None,
    most: int = 12,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """The share of each term in each year or group of documents, each language by itself.

    Parameters
    ----------
    material : tokens table, :class:`TokenIndex`, or what was counted (:func:`count_codes`, :func:`count_themes`).
    terms : a term or several, as they stand in the lists of frequencies; without them the ``most`` frequent of each
        language, of words those that carry content.
    unit, posts : of words; see :func:`count_words`. The posts have the dates.
    by : "year", "quarter", "month", or a column of the posts.
    lang : one language; without it all that have one of the terms.
    repeats, confidence, seed : bootstrap over the documents of the group: percentile interval with tails for few
        documents (see :func:`toolkit.resampling.sample_limits`). Each group is drawn from ``seed`` anew, so that its
        band does not change when another group joins the corpus. Below some ten documents a band is a rough guide.

    Returns
    -------
    DataFrame
        trends table: lang, term, by, value (the group), n (occurrences there; the sum of the shares of a theme), size
        (words or passages there), documents (that have a word there, with the term or without), share (n / size, 0-1),
        per_million (of words), ci_low, ci_high. The interval is missing for a group of one document, and where nothing
        or everything there is the term: all samples are then alike and say nothing of how rare it is. By language, term
        (the order named, or the most frequent first) and group: names in order, so years too, "(malformed)" and
        "(missing)" last. Groups without a word of the language have no row: a year without texts is no year with the
        share 0.

    Raises
    ------
    InputError
        for a term that does not occur, and for tables, units, languages, groups and settings that are none.
    """
    check_bootstrap("trends", repeats, confidence, seed)
    check_least("trends", "most", most, 1)
    counted = as_counted(material, unit, "content" if terms is None else "words", posts)
    layers = counted.layers_of(lang)
    if terms is None:
        wanted = [_most_frequent(layer, most) for layer in layers]
    else:
        wanted = named_terms("trends", counted.unit, layers, terms)
    groups = counted.groups(by)
    tables = [
        _of_layer(counted, layer, chosen, by, groups, repeats, confidence, seed)
        for layer, chosen in zip(layers, wanted, strict=True)
    ]
    return check("trends", together([layer.lang for layer in layers], tables, _COLUMNS))


def _most_frequent(layer: Layer, most: int) -> np.ndarray:
    totals = layer.totals()
    return np.lexsort((np.arange(len(totals)), -totals))[:most]


def _of_layer(
    counted: Counted,
    layer: Layer,
    terms: np.ndarray,
    by: str,
    groups: np.ndarray,
    repeats: int,
    confidence: float,
    seed: int,
) -> pd.DataFrame:
    counts, sizes = _counts(counted, layer, terms)
    values = sorted(set(groups[sizes > 0]), key=group_order) if len(terms) else []
    parts = []
    for value in values:
        documents = np.flatnonzero((groups == value) & (sizes > 0))
        own, size = counts[documents], sizes[documents]
        weights = sample_weights(len(documents), repeats, seed)
        shares = (weights @ own) / (weights @ size)[:, None]
        low, high = sample_limits(shares[1:], len(documents) if len(shares) > 1 else 0, confidence)
        share = shares[0]
        alike = (share <= 0) | (share >= 1)
        parts.append(
            pd.DataFrame(
                {
                    "term": layer.terms[terms],
                    "by": by,
                    "value": value,
                    "n": own.sum(0),
                    "size": int(size.sum()),
                    "documents": len(documents),
                    "share": share,
                    "per_million": share * 1e6 if counted.of == "words" else np.nan,
                    "ci_low": np.where(alike, np.nan, low),
                    "ci_high": np.where(alike, np.nan, high),
                    "place": np.arange(len(terms)),
                }
            )
        )
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True).sort_values("place", kind="stable")


def _counts(counted: Counted, layer: Layer, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Occurrences of the chosen terms (documents, terms) and places (documents,)."""
    moved = np.full(len(layer.terms), -1, dtype=np.int64)
    moved[terms] = np.arange(len(terms))
    chosen = np.flatnonzero(moved[layer.term] >= 0)
    weight = np.ones(len(chosen)) if layer.weight is None else layer.weight[chosen]
    places = (layer.doc[layer.place[chosen]], moved[layer.term[chosen]])
    shape = (len(counted.doc_ids), len(terms))
    counts = sparse.coo_matrix((weight, places), shape=shape).toarray()
    return counts, np.bincount(layer.doc, minlength=len(counted.doc_ids))
