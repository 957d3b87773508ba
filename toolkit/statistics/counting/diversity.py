"""Lexical diversity of documents and groups: how many different words, whatever the length of the texts."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from toolkit.corpus.grouping import MISSING, group_order
from toolkit.errors import InputError
from toolkit.resampling import document_draws, sample_limits, sample_sums
from toolkit.statistics.counting.checks import Drawing, check_bootstrap, check_least, is_number
from toolkit.statistics.counting.count import Material, as_counted
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.statistics.counting.diversity_measures import (
    Factors,
    Windows,
    kinds_of,
    mattr,
    mtld,
    mtld_factors,
    previous_places,
    window_types,
)
from toolkit.statistics.counting.token_index import TokenIndex, changes

__all__ = ["lexical_diversity"]

#: MTLD is for texts of at least 100 words: Koizumi 2012, "Relationships Between Text Length and Lexical Diversity
#: Measures: Can We Use Short Texts of Less than 100 Tokens?", Vocabulary Learning and Instruction 1.
SHORTEST_FOR_MTLD = 100
#: Words whose texts are measured together: some 100 MB.
_AT_ONCE = 1_000_000


def lexical_diversity(
    material: Material,
    *,
    by: str | None = "doc_id",
    unit: str | None = None,
    window: int = 50,
    threshold: float = 0.72,
    posts: pd.DataFrame | None = None,
    lang: str | None = None,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How diverse the words of documents or groups are, each language by itself.

    A text is the words of one language in one document, in their order, without punctuation. Windows of MATTR and
    factors of MTLD lie within a text: across the border of two texts they would measure how much the subjects of
    neighbours differ, and depend on the order of the documents.

    Parameters
    ----------
    material : tokens table, :class:`TokenIndex`, or words that were counted (then of their unit).
    by : "doc_id"; "lang" or None: each language as one group; a column of the posts, "year", "quarter", "month".
    unit : "form" (unless said otherwise; in lower case), as in the sources of the measures; "lemma" where inflection
        should not count, as between languages with different inflection; "pos".
    window : words in a window of MATTR.
    threshold : type-token ratio that ends a factor of MTLD; .72 in its source.
    posts : posts table, for groups.
    lang : one language; without it all.
    repeats, confidence, seed : of the intervals: bootstrap over the documents of the group, each group drawn from
        ``seed`` anew; percentiles with tails for few documents (see :func:`toolkit.resampling.sample_limits`).

    Returns
    -------
    DataFrame
        diversity table, by lang and group (documents in the order of the posts): lang; by, value; documents (with a
        word of the language); tokens, types, hapaxes (words that occur once) of all of them together; ttr (types /
        tokens, 0-1: falls with length, so compare groups of one size only); mattr, of all windows of the group, with
        mattr_low, mattr_high; mtld, of the tokens and factors of its texts of 100 words or more (shorter ones are left
        out), with mtld_low, mtld_high; mattr_mean, mtld_mean: means over the documents, each counting the same, which
        is what to compare where few long documents would outweigh the others; the intervals are those of mattr and
        mtld, from the documents that they rest on, and missing where these are fewer than two; window, threshold; note
        (what is missing, and why).

    Raises
    ------
    InputError
        for what is no material of words, unit, group or language, and for windows and thresholds out of range.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import lexical_diversity
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Hablar y hablar y hablar.", "La gente habla de las marcas."]})
    >>> table = lexical_diversity(tokenise(posts, segment(posts), choice="simple"), window=4)
    >>> table[["value", "tokens", "types", "ttr", "mattr"]]
      value  tokens  types  ttr  mattr
    0     a       5      2  0.4    0.5
    1     b       6      6  1.0    1.0
    """
    drawing = check_bootstrap("lexical_diversity", repeats, confidence, seed)
    check_least("lexical_diversity", "window", window, 1)
    if not is_number(threshold) or not 0 < threshold < 1:
        raise InputError(f"lexical_diversity: got threshold={threshold!r}, expected a number between 0 and 1.")
    if unit is None and not isinstance(material, Counted):
        unit = "form"
    counted = as_counted(material, unit, None, posts)
    if counted.of != "words":
        raise InputError(f"lexical_diversity: got {counted.of} counted by {counted.unit}, expected words.")
    groups = None if by is None or by == "lang" else counted.groups(by).astype(str)
    # measured once, whatever the groups
    made = material.made if isinstance(material, TokenIndex) and material.posts is counted.posts else {}
    tables, layers = [], counted.layers_of(lang)
    for layer in layers:
        whole = (layer.lang if layer.langs else MISSING) if by == "lang" else "all"
        of_document = np.full(len(counted.doc_ids), whole, dtype=object) if groups is None else groups
        key = f"diversity {counted.unit} {counted.only} {layer.lang} {window} {threshold}"
        if key not in made:
            made[key] = _measured(layer, int(window), float(threshold))
        tables.append(_of_layer(counted, layer, made[key], of_document, by, int(window), float(threshold), drawing))
    return together("diversity", [layer.lang for layer in layers], tables)


class _Texts(NamedTuple):
    """What was measured in each text, (texts,): its document, tokens, types, hapaxes, windows and factors."""

    document: np.ndarray
    tokens: np.ndarray
    types: np.ndarray
    hapaxes: np.ndarray
    windows: Windows
    factors: Factors


def _of_layer(
    counted: Counted,
    layer: Layer,
    texts: _Texts,
    of_document: np.ndarray,
    by: str | None,
    window: int,
    threshold: float,
    drawing: Drawing,
) -> pd.DataFrame:
    present = of_document[texts.document]
    names = list(dict.fromkeys(present)) if by == "doc_id" else sorted(set(present), key=group_order)
    number = {name: place for place, name in enumerate(names)}
    group = np.array([number[name] for name in present], dtype=np.int64)
    many = len(names)
    types, hapaxes = _kinds(counted, layer, texts, group, many)
    tokens = _summed(group, texts.tokens, many).astype(np.int64)
    long = texts.tokens >= SHORTEST_FOR_MTLD
    factors = Factors(*(_summed(group[long], one[long], many) for one in texts.factors))
    each_mattr = mattr(texts.windows, window)
    each_mtld = np.where(long, mtld(texts.tokens, texts.factors), np.nan)
    names_of_texts = counted.doc_ids[texts.document]
    mattr_low, mattr_high = _limits(
        lambda windows, kinds: mattr(Windows(windows, kinds), window),
        texts.windows, texts.windows.windows > 0, names_of_texts, group, many, drawing,
    )  # fmt: skip
    mtld_low, mtld_high = _limits(
        lambda whole, forward, backward: mtld(whole, Factors(forward, backward)),
        (texts.tokens, *texts.factors), long, names_of_texts, group, many, drawing,
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "by": "all" if by is None else by,
            "value": np.array(names, dtype=object),
            "documents": np.bincount(group, minlength=many),
            "tokens": tokens,
            "types": types,
            "hapaxes": hapaxes,
            "ttr": types / np.maximum(tokens, 1),
            "mattr": mattr(Windows(*(_summed(group, one, many) for one in texts.windows)), window),
            "mattr_low": mattr_low,
            "mattr_high": mattr_high,
            "mtld": mtld(_summed(group[long], texts.tokens[long], many), factors),
            "mtld_low": mtld_low,
            "mtld_high": mtld_high,
            "mattr_mean": _mean(group, each_mattr, many),
            "mtld_mean": _mean(group, each_mtld, many),
            "window": window,
            "threshold": threshold,
        }
    )
    no_window = np.bincount(group[texts.tokens < window], minlength=many)
    short = np.bincount(group[~long], minlength=many)
    unrepeated = np.bincount(group[long & np.isnan(each_mtld)], minlength=many)
    table["note"] = [
        _note(int(all_of), int(few), int(some), int(none), window)
        for all_of, few, some, none in zip(table["documents"], no_window, short, unrepeated, strict=True)
    ]
    return table


def _measured(layer: Layer, window: int, threshold: float) -> _Texts:
    """The measures of each text, some texts at a time."""
    doc = layer.doc if len(layer.place) == len(layer.doc) else layer.doc[layer.place]
    begins = np.flatnonzero(changes(doc))
    parts: list[tuple[np.ndarray, ...]] = []
    while len(begins):
        # at least one text
        some = max(1, int(np.searchsorted(begins, begins[0] + _AT_ONCE)))
        stop = int(begins[some]) if some < len(begins) else len(doc)
        term = layer.term[begins[0] : stop]
        lengths = np.diff(begins[:some], append=stop)
        previous = previous_places(term, np.repeat(np.arange(some), lengths))
        counts = sparse.csr_matrix(
            (np.ones(len(term)), term.astype(np.int32), np.append(0, np.cumsum(lengths))), (some, len(layer.terms))
        )
        counts.sum_duplicates()
        windows, factors = window_types(previous, lengths, window), mtld_factors(previous, lengths, threshold)
        parts.append((doc[begins[:some]], lengths, *kinds_of(counts), *windows, *factors))
        begins = begins[some:]
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        parts.append((nothing,) * 8)
    document, tokens, types, hapaxes, *measured = map(np.concatenate, zip(*parts, strict=True))
    return _Texts(document, tokens, types, hapaxes, Windows(*measured[:2]), Factors(*measured[2:]))


def _kinds(
    counted: Counted, layer: Layer, texts: _Texts, group: np.ndarray, many: int
) -> tuple[np.ndarray, np.ndarray]:
    """Types and hapaxes of each group, (groups,): of all its texts together."""
    if many == len(texts.document):
        order = np.argsort(group, kind="stable")
        return texts.types[order], texts.hapaxes[order]
    counts, _ = layer.matrix(len(counted.doc_ids))
    adding = sparse.csr_matrix((np.ones(len(group)), (group, texts.document)), shape=(many, len(counted.doc_ids)))
    return kinds_of((adding @ counts).tocsr())


def _summed(group: np.ndarray, values: np.ndarray, many: int) -> np.ndarray:
    return np.bincount(group, weights=values, minlength=many)


def _limits(
    measure: Callable[..., np.ndarray],
    parts: Sequence[np.ndarray],
    resting: np.ndarray,
    names: np.ndarray,
    group: np.ndarray,
    many: int,
    drawing: Drawing,
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of a measure of each group, (groups,) each; missing where it rests on fewer than two texts.

    ``parts``: (texts,) each, what the measure takes, added up over the texts of a group; ``resting`` (texts,) truth: on
    which texts the measure rests; ``names`` (texts,) of their documents.
    """
    low, high = np.full(many, np.nan), np.full(many, np.nan)
    here = np.flatnonzero(resting)
    here = here[np.argsort(group[here], kind="stable")]
    begin = np.searchsorted(group[here], np.arange(many + 1))
    for number in np.flatnonzero(np.diff(begin) > 1) if drawing.repeats else ():
        texts = here[begin[number] : begin[number + 1]]
        # by name, so that the order of the posts does not show in the last digit
        texts = texts[np.argsort(names[texts], kind="stable")]
        draws = document_draws(len(texts), drawing.repeats, drawing.seed)
        sums = sample_sums(np.column_stack([part[texts] for part in parts]), draws)
        samples = measure(*sums.T)[:, None]
        (low[number],), (high[number],) = sample_limits(samples, len(texts), drawing.confidence)
    return low, high


def _mean(group: np.ndarray, values: np.ndarray, many: int) -> np.ndarray:
    """Mean of each group's values that are there; missing where none is."""
    there = ~np.isnan(values)
    count = np.bincount(group[there], minlength=many)
    whole = _summed(group[there], values[there], many)
    return np.divide(whole, count, out=np.full(many, np.nan), where=count > 0)


def _note(documents: int, no_window: int, short: int, unrepeated: int, window: int) -> str | None:
    """What the measures of a group leave out.

    >>> _note(3, 1, 2, 0, 50)
    'MATTR without 1 of 3 documents (fewer than 50 words); MTLD without 2 of 3 documents (fewer than 100 words)'
    >>> _note(1, 0, 1, 0, 50)
    'MTLD without 1 of 1 documents (fewer than 100 words)'
    """
    parts = []
    if no_window:
        parts.append(f"MATTR without {no_window} of {documents} documents (fewer than {window} words)")
    if short:
        parts.append(f"MTLD without {short} of {documents} documents (fewer than {SHORTEST_FOR_MTLD} words)")
    if unrepeated:
        parts.append(f"mtld_mean without {unrepeated} of {documents} documents (no word repeated: no factor)")
    return "; ".join(parts) or None
