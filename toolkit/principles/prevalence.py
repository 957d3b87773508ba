"""How often each principle occurs, by language, with intervals that respect that sentences come in posts."""

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.resampling import bootstrap_weights, sample_limits
from toolkit.tables import STANCES, check

__all__ = [
    "code_matrix",
    "principle_shares",
    "ratio_interval",
    "share_intervals",
    "stance_counts",
]


def code_matrix(passages: pd.DataFrame, annotations: pd.DataFrame, codebook: Codebook) -> np.ndarray:
    """Which passages carry which codes: truth, shape (passages, codes); an annotation counts for the passages
    whose positions are its own."""
    places = {
        key: row for row, key in enumerate(zip(passages["doc_id"], passages["start"], passages["end"], strict=True))
    }
    codes = {code: column for column, code in enumerate(codebook.code_ids)}
    matrix = np.zeros((len(passages), len(codes)), dtype=bool)
    spans = zip(annotations["doc_id"], annotations["start"], annotations["end"], annotations["code"], strict=True)
    for doc_id, start, end, code in spans:
        row = places.get((doc_id, start, end))
        if row is not None and code in codes:
            matrix[row, codes[code]] = True
    return matrix


def ratio_interval(
    weights: np.ndarray, parts: np.ndarray, wholes: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of sum(parts) / sum(wholes) over bootstrap samples of posts.

    ``weights`` (repeats, posts), ``parts`` (posts, columns), ``wholes`` the same or (posts, 1); samples whose whole
    is 0 are left out. Two arrays (columns): lower and upper limit, missing where there are fewer than two posts or no
    sample.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (weights @ parts) / (weights @ wholes)
    return sample_limits(ratios, weights.shape[1], confidence)


def share_intervals(
    truth: np.ndarray, doc_ids: np.ndarray, repeats: int, confidence: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the share of passages with each code: ``truth`` (passages, codes), ``doc_ids`` their posts."""
    posts, place = np.unique(doc_ids, return_inverse=True)
    parts = np.zeros((len(posts), truth.shape[1]))
    np.add.at(parts, place, truth)
    wholes = np.bincount(place, minlength=len(posts)).astype(float)[:, None]
    return ratio_interval(bootstrap_weights(len(posts), repeats, seed), parts, wholes, confidence)


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
    posts and not sentences are drawn, since sentences of one post are alike. They show sampling error only, not the
    coder's error: for that see :func:`adjusted_shares`.

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
    langs = passages["lang"].to_numpy()
    for lang in [*sorted(set(langs)), "all"]:
        rows_here = np.ones(len(passages), bool) if lang == "all" else langs == lang
        if not rows_here.any():
            continue
        place = passages["doc_id"].to_numpy()[rows_here]
        low, high = share_intervals(truth[rows_here], place, repeats, confidence, seed)
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
    places = zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    langs = dict(zip(places, passages["lang"], strict=True))
    spans = zip(annotations["doc_id"], annotations["start"], annotations["end"], strict=True)
    lang = pd.Series([langs.get(span) for span in spans], index=annotations.index, dtype="str")
    counts = annotations.assign(lang=lang).groupby(["lang", "code", "stance"]).size()
    present = sorted(set(passages["lang"]))
    rows = [
        (lang, codebook.id, code, stance, int(counts.get((lang, code, stance), 0)))
        for lang in present
        for code in codebook.code_ids
        for stance in STANCES
    ]
    return check("stances", pd.DataFrame(rows, columns=["lang", "codebook", "code", "stance", "count"]))
