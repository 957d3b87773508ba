"""How often each principle occurs, by language, with intervals that respect that sentences come in posts."""

from itertools import product

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.principles.sums import counts_by_post, post_places
from toolkit.resampling import BootstrapSamples, bootstrap_samples, sample_limits, share_limits
from toolkit.tables import STANCES, check, span_rows

__all__ = [
    "code_matrix",
    "principle_shares",
    "ratio_interval",
    "share_intervals",
    "share_where_any",
    "stance_counts",
]


def code_matrix(passages: pd.DataFrame, annotations: pd.DataFrame, codebook: Codebook) -> np.ndarray:
    """Which passages carry which codes: truth, shape (passages, codes); an annotation counts for the passages
    whose positions are its own; those of other codebooks, which may have codes of the same name, do not count."""
    annotations = _of_codebook(annotations, codebook)
    matrix = np.zeros((len(passages), len(codebook.code_ids)), dtype=bool)
    row, column = span_rows(annotations, passages), pd.Index(codebook.code_ids).get_indexer(annotations["code"])
    known = (row >= 0) & (column >= 0)
    matrix[row[known], column[known]] = True
    return matrix


def _of_codebook(annotations: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    return annotations[annotations["codebook"] == codebook.id] if "codebook" in annotations else annotations


def ratio_interval(
    weights: np.ndarray | BootstrapSamples, parts: np.ndarray, wholes: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of sum(parts) / sum(wholes) over bootstrap samples of posts.

    ``weights`` (repeats, posts) of :func:`toolkit.resampling.bootstrap_samples`; ``parts`` (posts, columns), ``wholes``
    the same or (posts, 1). Samples whose whole is 0 are left out. Two arrays (columns): lower and upper limit, missing
    where there are fewer than two posts or no sample.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (weights @ parts) / (weights @ wholes)
    return sample_limits(ratios, weights.shape[1], confidence)


def share_intervals(
    truth: np.ndarray, doc_ids: np.ndarray, repeats: int, confidence: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the share of passages with each code: ``truth`` (passages, codes), ``doc_ids`` their posts, as names
    or numbers.

    Of a code that no passage or every passage carries all samples are alike: there the limits are those of
    :func:`toolkit.resampling.share_limits`, with :func:`share_where_any` of all codes.
    """
    posts, place = post_places(doc_ids)
    parts = counts_by_post(truth, place, len(posts))
    wholes = np.bincount(place, minlength=len(posts)).astype(float)[:, None]
    weights = bootstrap_samples(len(posts), repeats, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        samples, share = (weights @ parts) / (weights @ wholes), parts.sum(0) / wholes.sum()
    return share_limits(samples, share, len(posts), confidence, if_all=share_where_any(parts, wholes))


def share_where_any(parts: np.ndarray, wholes: np.ndarray) -> float:
    """Share (0-1) of the passages that carry a code, of the passages of the posts in which it occurs, all codes
    together: what a post would have of a code that none has. 1, the most there can be, where no code occurs.

    ``parts`` (posts, codes) : passages with the code; ``wholes`` (posts, 1) : passages.

    >>> share_where_any(np.array([[1, 0], [3, 2], [0, 0]]), np.array([[4], [6], [9]]))  # (1 + 3 + 2) / (4 + 6 + 6)
    0.375
    """
    there = float(((parts > 0) * wholes).sum())
    return float(parts.sum()) / there if there else 1.0


def principle_shares(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    codebook: Codebook,
    *,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Share of the coded-language passages that carry each code, per language and for all ("all").

    Intervals are percentile bootstrap over posts (Efron & Tibshirani 1993, chapter 13; see :func:`sample_limits`):
    posts and not sentences are drawn, since sentences of one post are alike. A code that does not occur has limits too,
    of 0 and more than 0: what none of the posts has, some that were not drawn may have (:func:`share_intervals` says
    how many). They show sampling error only, not the coder's error: for that see :func:`adjusted_shares`. Annotations
    of other codebooks do not count.

    Returns the principles table: lang, codebook, code, count, n (passages), share (0-1), ci_low, ci_high
    (missing for a single post).

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import principle_shares
    >>> passages = pd.DataFrame({"doc_id": ["a", "a", "b", "b"], "passage_id": ["a:0", "a:9", "b:0", "b:9"],
    ...     "start": [0, 9] * 2, "end": [8, 20] * 2, "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = pd.DataFrame({"doc_id": ["a", "b", "b"], "start": [0, 0, 9], "end": [8, 8, 20], "quote": "...",
    ...     "codebook": "groundswell", "code": ["listening", "listening", "talking"], "coder": "a", "kind": "human"})
    >>> table = principle_shares(passages, given, load_codebook("groundswell"), repeats=100)
    >>> table.query("lang == 'es' and count > 0")[["code", "count", "n", "share"]]
            code  count  n  share
    0  listening      2  4   0.50
    1    talking      1  4   0.25
    """
    passages = check("passages", passages)
    truth = code_matrix(passages, annotations, codebook)
    rows = []
    _, place = post_places(passages["doc_id"])
    langs = sorted(set(passages["lang"].dropna()))
    of_passage = pd.Index(langs).get_indexer(passages["lang"])
    for number, lang in enumerate([*langs, "all"]):
        rows_here = np.ones(len(passages), bool) if lang == "all" else of_passage == number
        if not rows_here.any():
            continue
        low, high = share_intervals(truth[rows_here], place[rows_here], repeats, confidence, seed)
        counts, n = truth[rows_here].sum(0), int(rows_here.sum())
        for column, code in enumerate(codebook.code_ids):
            count = int(counts[column])
            rows.append((lang, codebook.id, code, count, n, count / n, low[column], high[column]))
    columns = ["lang", "codebook", "code", "count", "n", "share", "ci_low", "ci_high"]
    return check("principles", pd.DataFrame(rows, columns=columns))


def stance_counts(passages: pd.DataFrame, annotations: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Number of annotations per language, code and stance: lang, codebook, code, stance, count.

    Zeros are included; annotations without stance are left out.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import stance_counts
    >>> passages = pd.DataFrame({"doc_id": ["a", "a"], "passage_id": ["a:0", "a:9"],
    ...     "start": [0, 9], "end": [8, 20], "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = pd.DataFrame({"doc_id": "a", "start": [0, 9], "end": [8, 20], "quote": "...", "codebook": "groundswell",
    ...     "code": "listening", "stance": ["endorses", "breach"], "coder": "first", "kind": "human"})
    >>> table = stance_counts(passages, given, load_codebook("groundswell"))
    >>> table[table.iloc[:, -1] > 0]
      lang     codebook       code    stance  count
    0   es  groundswell  listening  endorses      1
    1   es  groundswell  listening    breach      1
    """
    passages = check("passages", passages)
    langs = sorted(set(passages["lang"].dropna()))
    annotations = _of_codebook(annotations, codebook)
    row = span_rows(annotations, passages)
    of_passage = np.append(pd.Index(langs).get_indexer(passages["lang"]), -1)
    numbers = [of_passage[row]]
    numbers += [
        pd.Index(names).get_indexer(annotations[column])
        for column, names in (("code", codebook.code_ids), ("stance", STANCES))
    ]
    counted = np.all([number >= 0 for number in numbers], axis=0)
    counts = np.zeros((len(langs), len(codebook.code_ids), len(STANCES)), dtype=np.int64)
    np.add.at(counts, tuple(number[counted] for number in numbers), 1)
    rows = [
        (lang, codebook.id, code, stance, int(count))
        for (lang, code, stance), count in zip(product(langs, codebook.code_ids, STANCES), counts.ravel(), strict=True)
    ]
    return check("stances", pd.DataFrame(rows, columns=["lang", "codebook", "code", "stance", "count"]))
