"""How the share of terms changes over the years, or from country to country, with bands."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from toolkit.corpus.grouping import group_order
from toolkit.resampling import document_draws, sample_sums, share_limits
from toolkit.statistics.counting.checks import Drawing, check_bootstrap, check_least
from toolkit.statistics.counting.count import Material, Only, as_counted
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.statistics.counting.frequency import per_million
from toolkit.statistics.counting.named import named_terms

__all__ = ["trends"]


def trends(
    material: Material,
    terms: str | Sequence[str] | None = None,
    *,
    unit: str | None = None,
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
    unit, posts : of words; see :func:`count_words`; "lemma" where nothing is said. The posts have the dates.
    by : "year", "quarter", "month", or a column of the posts. "lang": the language of the places, which tells passages
        apart; words are told apart by it anyway.
    lang : one language; without it all that have one of the terms.
    repeats, confidence, seed : bootstrap over the documents of the group: percentile interval with tails for few
        documents (see :func:`toolkit.resampling.sample_limits`). Each group is drawn from ``seed`` anew, and in the
        order of the names of its documents, so that its band does not change when another group joins the corpus or
        the posts stand in another order. Below some ten documents a band is a rough guide.

    Returns
    -------
    DataFrame
        trends table: lang, term, by, value (the group), n (occurrences there; the sum of the shares of a theme), size
        (words or passages there), documents (that have a word there, with the term or without), share (n / size, 0-1),
        per_million (of words), ci_low, ci_high (0-1; missing for a group of one document). Where the term does not
        occur, they are 0 and the share that it could have though none of the group's documents has it (see
        :func:`toolkit.resampling.unseen`; the tail is half of what ``confidence`` leaves): so many of its documents,
        each with as many occurrences as one that has the term has in the mean, over all groups. Where everything is the
        term, likewise a share below 1, by what is not the term elsewhere, and 1. By language, term
        (the order named, or the most frequent first) and group: names in order, so years too, "(malformed)" and
        "(missing)" last. Groups without a word of the language have no row: a year without texts is no year with the
        share 0.

    Raises
    ------
    InputError
        for a term that does not occur, and for tables, units, languages, groups and settings that are none.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import trends
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "", "date": ["2009-05-01", "2010-02-01"],
    ...     "text": ["Las marcas y las marcas.", "La gente habla de las marcas."]})
    >>> table = trends(tokenise(posts, segment(posts), choice="simple"), "marca", posts=posts)
    >>> table[["term", "value", "n", "size", "share"]].round(2)
        term value  n  size  share
    0  marca  2009  2     5   0.40
    1  marca  2010  1     6   0.17
    """
    drawing = check_bootstrap("trends", repeats, confidence, seed)
    check_least("trends", "most", most, 1)
    # the most frequent of all words are function words; what was counted before stays as it is
    only: Only | None = "content" if terms is None and not isinstance(material, Counted) else None
    counted = as_counted(material, unit, only, posts)
    layers = counted.layers_of(lang)
    if terms is None:
        wanted = [_most_frequent(layer, most) for layer in layers]
    else:
        wanted = named_terms("trends", counted.unit, layers, terms)
    tables = [_of_layer(counted, layer, chosen, by, drawing) for layer, chosen in zip(layers, wanted, strict=True)]
    return together("trends", [layer.lang for layer in layers], tables)


def _most_frequent(layer: Layer, most: int) -> np.ndarray:
    return np.argsort(-layer.totals(), kind="stable")[:most]


def _of_layer(counted: Counted, layer: Layer, terms: np.ndarray, by: str, drawing: Drawing) -> pd.DataFrame:
    if not len(terms):
        return pd.DataFrame()
    counts, sizes = _counts(counted, layer, terms)
    one, rest = _each(counts), _each(sizes[:, None] - counts)
    parts = []
    for value, documents, own, size in _groups(counted, layer, terms, by, counts, sizes):
        n, whole = own.sum(0), int(size.sum())
        # sums of shares can pass the size by a rounding error
        share = np.minimum(n / whole, 1.0)
        low, high = _band(own, size, share, one, rest, drawing)
        parts.append(
            pd.DataFrame(
                {
                    "term": layer.terms[terms],
                    "by": by,
                    "value": value,
                    "n": n,
                    "size": whole,
                    "documents": len(documents),
                    "share": share,
                    "per_million": per_million(n, whole) if counted.of == "words" else np.nan,
                    "ci_low": low,
                    "ci_high": high,
                    "place": np.arange(len(terms)),
                }
            )
        )
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True).sort_values("place", kind="stable")


def _band(
    own: np.ndarray,
    size: np.ndarray,
    share: np.ndarray,
    one: np.ndarray,
    rest: np.ndarray,
    drawing: Drawing,
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the shares of the terms in a group with ``own`` occurrences (documents, terms); documents in the order
    of their names, as they are drawn in the order given.

    ``one``, ``rest`` (terms,): occurrences of the term, and of all else, in a document that has some.
    """
    documents = len(own)
    if documents < 2 or not drawing.repeats:
        return np.full(len(share), np.nan), np.full(len(share), np.nan)
    draws = document_draws(documents, drawing.repeats, drawing.seed)
    samples = np.minimum(sample_sums(own, draws) / sample_sums(size, draws)[:, None], 1.0)
    mean = size.mean()
    return share_limits(samples, share, documents, drawing.confidence, if_all=one / mean, rest_if_all=rest / mean)


def _each(counts: np.ndarray) -> np.ndarray:
    """Mean of each column of ``counts`` (documents, terms) over the documents that have some; endless without one."""
    having = (counts > 0).sum(0)
    return np.divide(counts.sum(0), having, out=np.full(counts.shape[1], np.inf), where=having > 0)


def _groups(
    counted: Counted, layer: Layer, terms: np.ndarray, by: str, counts: np.ndarray, sizes: np.ndarray
) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """Each group in order: its name, its documents in the order of their names, their occurrences and sizes."""
    named = np.argsort(counted.doc_ids, kind="stable")
    if by == "lang":
        for name, where in layer.by_lang():
            own, size = _counts(counted, layer, terms, where)
            documents = named[size[named] > 0]
            if len(documents):
                yield name, documents, own[documents], size[documents]
        return
    groups = counted.groups(by)
    for name in sorted(set(groups[sizes > 0]), key=group_order):
        documents = named[((groups == name) & (sizes > 0))[named]]
        yield name, documents, counts[documents], sizes[documents]


def _counts(
    counted: Counted, layer: Layer, terms: np.ndarray, where: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Occurrences of the chosen terms (documents, terms) and places (documents,), of all places or of some."""
    counts, sizes = layer.matrix(len(counted.doc_ids), where)
    return counts[:, terms].toarray(), sizes
