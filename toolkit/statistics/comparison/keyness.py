"""What one part of a corpus says more often than another: effect, evidence and spread, each in a column of its own."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from toolkit.errors import InputError
from toolkit.resampling import false_discovery
from toolkit.statistics.comparison.bootstrap import log_ratio_limits
from toolkit.statistics.comparison.measures import (
    bic,
    diff_percent,
    ell,
    log_likelihood,
    log_ratio,
    odds_ratio,
    p_value,
)
from toolkit.statistics.counting.checks import check_bootstrap, check_least, check_share
from toolkit.statistics.counting.count import Material, Only, as_counted
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.statistics.counting.frequency import per_million
from toolkit.statistics.counting.selection import Selection, describe, selections
from toolkit.statistics.distribution.measures import dp_norm

__all__ = ["keyness"]


def keyness(
    material: Material,
    target: Selection,
    reference: Selection | None = None,
    *,
    unit: str | None = None,
    only: Only | None = None,
    posts: pd.DataFrame | None = None,
    lang: str | None = None,
    minimum: int = 5,
    minimum_documents: int = 3,
    most_dp: float | None = None,
    level: float = 0.05,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """The terms of the target compared with those of the reference, each language by itself.

    Parameters
    ----------
    material : tokens table, :class:`TokenIndex`, or what was counted. Words of two languages cannot be compared; codes
        and themes can: ``keyness(count_codes(annotations, passages), {"lang": "es"}, {"lang": "it"})``.
    target, reference : parts of the corpus, such as ``{"country": "MX"}``, ``{"year": range(2005, 2010)}``, or a table
        of spans, such as the annotations of a code; see :func:`toolkit.statistics.counting.selection.select`. Without a
        reference it is all the rest: where only some of the documents were coded, give the tokens of those alone.
    unit, only, posts : of words; see :func:`count_words`. Of tokens "lemma" and "content" where nothing is said; sizes
        count all words either way.
    lang : one language; without it all that have words in both parts.
    minimum : terms with fewer occurrences in both parts together are left out. (Both together, as a minimum in one part
        would choose by the difference that is then tested.)
    minimum_documents : in how many documents of the part where it is more frequent a key term must stand.
    most_dp : the greatest ``dp_norm`` of a key term; without it any.
    level : the greatest ``q_value`` of a key term, from 0 to 1.
    repeats, confidence, seed : bootstrap over documents; see
        :func:`toolkit.statistics.comparison.bootstrap.log_ratio_limits`.

    Returns
    -------
    DataFrame
        keyness table. Effect: log_ratio with ci_low and ci_high, diff_percent, odds_ratio, ell. Evidence:
        log_likelihood with p_value and q_value (over the terms of the language), bic. Spread: documents_target,
        documents_reference, and dp_norm (0 even, 1 all in the smallest document) in the part where the term is more
        frequent. ``key``: in at least ``minimum_documents``, ``dp_norm`` at most ``most_dp``, ``q_value`` below
        ``level``, **and** the interval of the log ratio leaves out 0: the tokens of a document are not independent,
        which log-likelihood ignores and the interval does not. Without ``repeats`` the interval is not asked for.
        ``note`` says why a term is not key. Formulas and sources: ``toolkit.statistics.comparison.measures``.

        By language. Key terms first, by the limit of the interval nearer to 0, the greatest difference that is sure
        first, as Evert (2022, Measuring keyness, Digital Humanities 2022, Tokyo) does with other intervals; then the
        others by log-likelihood, as the usual lists, those in fewer than ``minimum_documents`` last. Ties, and themes
        that are not key: by log ratio either way; then log-likelihood, and name. Terms of the target have a positive,
        of the reference a negative log ratio; it is 0 for a term of one part where the other is too small to tell
        (``note``).

        Themes are counted by their shares, which are no independent events: log_likelihood, p_value, q_value and
        bic are missing, and what is key rests on the interval.

    Raises
    ------
    InputError
        for parts that are empty, overlap, or share no language, and for tables, units and settings that are none.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import keyness
    >>> from toolkit.text import tokenise
    >>> texts = ["Vamos a platicar con la gente."] * 6 + ["Vamos a charlar con la gente."] * 6
    >>> posts = pd.DataFrame({"doc_id": [f"p{n:02}" for n in range(12)], "lang": "es", "sha256": "", "text": texts,
    ...     "country": ["MX"] * 6 + ["ES"] * 6})
    >>> tokens = tokenise(posts, segment(posts), choice="simple")
    >>> table = keyness(tokens, {"country": "MX"}, {"country": "ES"}, posts=posts, repeats=100)
    >>> table[["term", "n_target", "n_reference", "log_ratio", "key"]].round(1)
           term  n_target  n_reference  log_ratio    key
    0   charlar         0            6       -3.6   True
    1  platicar         6            0        3.6   True
    2     gente         6            6        0.0  False
    """
    check_bootstrap("keyness", repeats, confidence, seed)
    check_least("keyness", "minimum", minimum, 1)
    check_least("keyness", "minimum_documents", minimum_documents, 1)
    check_share("keyness", "level", level)
    if most_dp is not None:
        check_share("keyness", "most_dp", most_dp)
    if only is None and not isinstance(material, Counted):
        only = "content"
    counted = as_counted(material, unit, only, posts)
    layers = counted.layers_of(lang)
    parts = [selections(counted, layer, target, reference) for layer in layers]
    compared = [(layer, *pair) for layer, pair in zip(layers, parts, strict=True) if pair[0].any() and pair[1].any()]
    if not compared:
        raise InputError(_nothing(counted, target, reference, parts))
    tables = []
    for layer, one, other in compared:
        table = _measured(counted, layer, one, other, minimum, repeats, confidence, seed)
        table = _judged(table, minimum_documents, most_dp, level, bool(repeats), layer.weight is not None)
        table["target"], table["reference"] = describe(target), describe(reference)
        tables.append(_sorted(table, minimum_documents))
    return together("keyness", [layer.lang for layer, _, _ in compared], tables)


def _nothing(
    counted: Counted, target: Selection, reference: Selection | None, parts: list[tuple[np.ndarray, np.ndarray]]
) -> str:
    """Why no layer has both parts."""
    for name, selection, number in (("target", target, 0), ("reference", reference, 1)):
        if not any(pair[number].any() for pair in parts):
            return f"keyness: the {name} ({describe(selection)}) has no {counted.of}; choose a part that has some."
    return (
        f"keyness: the target ({describe(target)}) and the reference ({describe(reference)}) share no language, and "
        "words of two languages cannot be compared; compare codes or themes (count_codes, count_themes)."
    )


def _measured(
    counted: Counted,
    layer: Layer,
    target: np.ndarray,
    reference: np.ndarray,
    minimum: int,
    repeats: int,
    confidence: float,
    seed: int,
) -> pd.DataFrame:
    documents = len(counted.doc_ids)
    # in the order of their names: sums of shares and draws are then the same in whatever order the posts stand
    named = np.argsort(counted.doc_ids, kind="stable")
    (one, size_one), (other, size_other) = (
        (matrix[named], size[named]) for matrix, size in (layer.matrix(documents, part) for part in (target, reference))
    )
    totals = [_totals(matrix, layer.weight is None) for matrix in (one, other)]
    tested = np.flatnonzero(totals[0] + totals[1] >= minimum)
    one, other = one[:, tested], other[:, tested]
    numbers = totals[0][tested], totals[1][tested], int(size_one.sum()), int(size_other.sum())
    table = pd.DataFrame({"term": layer.terms[tested]})
    for name, matrix, n, size in zip(("target", "reference"), (one, other), numbers[:2], numbers[2:], strict=True):
        table[f"n_{name}"], table[f"size_{name}"], table[f"share_{name}"] = n, size, np.minimum(n / size, 1)
        table[f"per_million_{name}"] = per_million(n, size) if counted.of == "words" else np.nan
        table[f"documents_{name}"] = np.bincount(matrix.indices[matrix.data > 0], minlength=len(tested))
    table["log_ratio"], table["diff_percent"] = log_ratio(*numbers), diff_percent(*numbers)
    table["odds_ratio"], table["ell"] = odds_ratio(*numbers), ell(*numbers)
    # shares of themes are no counts of events
    evidence = np.full(len(table), np.nan) if layer.weight is not None else log_likelihood(*numbers)
    table["log_likelihood"], table["p_value"] = evidence, p_value(evidence)
    table["q_value"] = false_discovery(table["p_value"].to_numpy(dtype=float))
    table["bic"] = np.nan if layer.weight is not None else bic(*numbers)
    table["ci_low"], table["ci_high"] = log_ratio_limits(
        one, other, size_one, size_other, repeats=repeats, confidence=confidence, seed=seed
    )
    spread = [
        dp_norm(matrix.T.tocsr()[:, size > 0], size[size > 0])
        for matrix, size in ((one, size_one), (other, size_other))
    ]
    table["dp_norm"] = np.where(_more_in_target(table), *spread)
    return table


def _totals(matrix: sparse.csr_matrix, whole: bool) -> np.ndarray:
    """How often each term occurs, (terms,); added up in the order of the rows."""
    totals = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])
    return totals.astype(np.int64) if whole else totals


def _more_in_target(table: pd.DataFrame) -> np.ndarray:
    """Whether the share is greater in the target, or as great. (The log ratio is also 0 where a part is too small.)"""
    return (table["share_target"] >= table["share_reference"]).to_numpy()


def _judged(
    table: pd.DataFrame, minimum_documents: int, most_dp: float | None, level: float, interval: bool, shares: bool
) -> pd.DataFrame:
    """What is key, and why the rest is not."""
    more = _more_in_target(table)
    documents = np.where(more, table["documents_target"], table["documents_reference"])
    reasons: list[tuple[Any, Any]] = [(documents < minimum_documents, _in_documents(documents))]
    unsaid = (table["log_ratio"] == 0) & (table["share_target"] != table["share_reference"])
    reasons.append((unsaid, np.where(more, "the reference", "the target") + " is too small to tell"))
    if most_dp is not None:
        reasons.append((table["dp_norm"].isna(), "no dispersion: a single document"))
        reasons.append((table["dp_norm"] > most_dp, f"dp_norm above {most_dp:g}"))
    if not shares:
        reasons.append((table["q_value"] >= level, f"q not below {level:g}"))
    if interval:
        reasons.append((table["ci_low"].isna(), "no interval: a part is a single document"))
        reasons.append(((table["ci_low"] <= 0) & (table["ci_high"] >= 0), "interval includes 0"))
    note = np.full(len(table), "", dtype=object)
    for fails, reason in reasons:
        joined = np.where(note == "", "", note + "; ") + reason
        note = np.where(np.asarray(fails), joined, note)
    table["key"] = note == ""
    table["note"] = pd.Series(note, index=table.index, dtype="str").mask(table["key"])
    return table


def _in_documents(documents: np.ndarray) -> np.ndarray:
    return np.array([f"in {count} document{'' if count == 1 else 's'}" for count in documents], dtype=object)


def _sorted(table: pd.DataFrame, minimum_documents: int) -> pd.DataFrame:
    nearer = np.maximum(table["ci_low"].fillna(0), -table["ci_high"].fillna(0)).clip(lower=0)
    evidence = table["log_likelihood"].fillna(0)
    documents = table["documents_target"].where(_more_in_target(table), table["documents_reference"])
    spread = documents >= minimum_documents
    keys = (evidence, table["log_ratio"].abs(), nearer.where(table["key"], evidence), spread, table["key"])
    # stable: rows stand in the order of their names, which decides where all else is equal
    return table.iloc[np.lexsort([-key.to_numpy(dtype=float) for key in keys])]
