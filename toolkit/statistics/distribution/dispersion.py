"""How evenly the terms of a corpus are spread over its documents, countries, years, or equal parts."""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse

from toolkit.errors import InputError
from toolkit.statistics.counting.checks import check_least, is_whole
from toolkit.statistics.counting.count import Material, Only, as_counted
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.statistics.counting.token_index import changes
from toolkit.statistics.distribution.measures import (
    carroll_d2,
    dp,
    dp_norm,
    juilland_d,
    kl_divergence,
    part_range,
    rosengren_s,
)

__all__ = ["dispersion"]

#: Cells (terms x parts with the term) that are measured at once: 100 MB.
_AT_ONCE = 1_000_000

_MEASURES = {
    "juilland_d": juilland_d,
    "dp": dp,
    "dp_norm": dp_norm,
    "carroll_d2": carroll_d2,
    "rosengren_s": rosengren_s,
    "kl_divergence": kl_divergence,
}


def dispersion(
    material: Material,
    *,
    unit: str | None = None,
    only: Only | None = None,
    posts: pd.DataFrame | None = None,
    lang: str | None = None,
    parts: str | int = "doc_id",
    minimum: int = 5,
) -> pd.DataFrame:
    """How evenly each term is spread over the parts of a corpus, each language by itself.

    Parameters
    ----------
    material : tokens table, :class:`TokenIndex`, or what was counted (:func:`count_codes`, :func:`count_themes`).
    unit, only, posts : of words, "lemma" and "content" unless said otherwise; see :func:`count_words`.
    lang : one language; without it all.
    parts : "doc_id", each document a part; "year", "quarter", "month" or a column of the posts, each group a part,
        "(missing)" among them; of codes and themes also "lang", the language of the passage; or a number: so many equal
        parts of the running text, in the order of the posts. Parts without a word of the language are none.
    minimum : terms that occur less often are left out.

    Returns
    -------
    DataFrame
        dispersion table: lang, term, n (occurrences), size (words or passages), parts, range (parts with the term),
        juilland_d (0-1, **1 even**), dp and dp_norm (0-1, **0 even**), carroll_d2 and rosengren_s (0-1, 1 even),
        kl_divergence (bits, 0 even), note. The most frequent first, then by name. Formulas and sources:
        ``toolkit.statistics.distribution.measures``. Over a single part all measures are missing. The note marks terms
        with fewer occurrences than parts, which cannot be spread evenly whatever their use: compare them only with
        terms as frequent, or take fewer parts.

    Raises
    ------
    InputError
        for tables, units, languages and parts that are none.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import dispersion
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "lang": "es", "sha256": "",
    ...     "text": ["La voz, la voz y la gente.", "La gente y nadie más.", "Toda la gente calla."]})
    >>> table = dispersion(tokenise(posts, segment(posts), choice="simple"), minimum=2)
    >>> table[["term", "n", "parts", "range", "dp_norm"]].round(2)  # "voz" stands in one text only
        term  n  parts  range  dp_norm
    0  gente  3      3      3     0.14
    1    voz  2      3      1     0.75
    """
    check_least("dispersion", "minimum", minimum, 1)
    if only is None and not isinstance(material, Counted):
        only = "content"
    counted = as_counted(material, unit, only, posts)
    layers = counted.layers_of(lang)
    if parts == "lang" and counted.of == "words":
        raise InputError(
            "dispersion: each language is counted by itself and is a single part; give another column as parts, "
            "or codes or themes of passages."
        )
    tables = [_of_layer(counted, layer, parts, minimum) for layer in layers]
    return together("dispersion", [layer.lang for layer in layers], tables)


def _part_of_place(layer: Layer, parts: str | int) -> np.ndarray:
    """The part of each place, (places,), numbered without gaps: a language, or a stretch of the running text."""
    if isinstance(parts, str):
        return pd.factorize(layer.place_lang)[0]
    if not is_whole(parts, 2):
        raise InputError(
            f"dispersion: got parts={parts!r}, expected 'doc_id', 'year' or a column of the posts, or a number from 2."
        )
    count = min(int(parts), len(layer.doc))
    size, rest = divmod(len(layer.doc), max(count, 1))
    return np.repeat(np.arange(count), size + (np.arange(count) < rest))


def _counts(counted: Counted, layer: Layer, parts: str | int) -> tuple[sparse.csr_matrix, np.ndarray]:
    """How often each term occurs in each part, (terms, parts), and the places of each part."""
    if not isinstance(parts, str) or parts == "lang":
        part = _part_of_place(layer, parts)
        sizes = np.bincount(part)
    else:
        first = np.flatnonzero(changes(layer.doc))
        documents, lengths = layer.doc[first], np.diff(first, append=len(layer.doc))
        of_document = pd.factorize(documents if parts == "doc_id" else counted.groups(parts)[documents])[0]
        sizes = np.bincount(of_document, weights=lengths).astype(np.int64)
        if layer.weight is None:
            counts, _ = layer.matrix(len(counted.doc_ids))
            shape = (len(counted.doc_ids), len(sizes))
            adding = sparse.csr_matrix((np.ones(len(documents)), (documents, of_document)), shape=shape)
            return (adding.T @ counts).T.tocsr(), sizes
        part = np.repeat(of_document, lengths)
    # shares are added up in the order of the text, on which their sums depend
    weight = np.ones(len(layer.term)) if layer.weight is None else layer.weight
    shape = (len(layer.terms), len(sizes))
    return sparse.coo_matrix((weight, (layer.term, part[layer.place])), shape=shape).tocsr(), sizes


def _of_layer(counted: Counted, layer: Layer, parts: str | int, minimum: int) -> pd.DataFrame:
    totals = layer.totals()
    tested = np.flatnonzero(totals >= minimum)
    counts, sizes = _counts(counted, layer, parts)
    counts = counts[tested]
    table = pd.DataFrame({"term": layer.terms[tested], "n": totals[tested]})
    table["size"], table["parts"], table["range"] = len(layer.doc), len(sizes), part_range(counts)
    # some terms at a time, whatever the number of cells
    steps = np.unique(np.append(np.searchsorted(counts.indptr, np.arange(0, counts.nnz, _AT_ONCE)), len(tested)))
    blocks = [counts[first:last] for first, last in pairwise(steps)] or [counts]
    for name, measure in _MEASURES.items():
        table[name] = np.concatenate([measure(block, sizes) for block in blocks])
    note = "a single part" if len(sizes) == 1 else "fewer occurrences than parts"
    marked = (table["n"] < len(sizes)) | (len(sizes) == 1)
    table["note"] = pd.Series(note, index=table.index, dtype="str").where(marked)
    # stable: of terms as frequent the first by name comes first
    return table.iloc[np.argsort(-totals[tested], kind="stable")]
