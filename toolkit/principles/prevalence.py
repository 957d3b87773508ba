"""How often each principle occurs, by language, with intervals that respect that sentences come in posts."""

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.tables import STANCES, check

__all__ = ["bootstrap_weights", "code_matrix", "principle_shares", "ratio_interval", "stance_counts"]


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


def bootstrap_weights(count: int, repeats: int, seed: int) -> np.ndarray:
    """How often each of ``count`` posts is drawn in each bootstrap sample, shape (repeats, count)."""
    random = np.random.default_rng(seed)
    return random.multinomial(count, np.full(count, 1 / count), size=repeats).astype(float)


def ratio_interval(
    weights: np.ndarray, parts: np.ndarray, wholes: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of sum(parts) / sum(wholes) over bootstrap samples of posts.

    ``weights`` (repeats, posts), ``parts`` and ``wholes`` (posts, columns); samples whose whole is 0 are left
    out. Two arrays (columns): lower and upper limit, missing where there are fewer than two posts or no sample.
    """
    columns = parts.shape[1]
    if weights.shape[1] < 2:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    whole = weights @ wholes
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(whole > 0, (weights @ parts) / whole, np.nan)
    tail = (1 - confidence) / 2
    limits = np.full((2, columns), np.nan)
    some = ~np.isnan(ratios).all(0)
    limits[:, some] = np.nanquantile(ratios[:, some], [tail, 1 - tail], axis=0)
    return limits[0], limits[1]


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

    Intervals are percentile bootstrap over posts (Efron & Tibshirani 1993, chapter 13): posts and not sentences
    are drawn, since sentences of one post are alike. They show sampling error only, not the coder's error.

    Returns the principles table: lang, codebook, code, count, n (passages), share (0-1), ci_low, ci_high
    (missing for a single post).
    """
    passages = check("passages", passages)
    truth = code_matrix(passages, annotations, codebook)
    rows = []
    langs = passages["lang"].to_numpy()
    for lang in [*sorted(set(langs)), "all"]:
        rows_here = np.ones(len(passages), bool) if lang == "all" else langs == lang
        if not rows_here.any():
            continue
        posts, place = np.unique(passages["doc_id"].to_numpy()[rows_here], return_inverse=True)
        parts = np.zeros((len(posts), truth.shape[1]))
        np.add.at(parts, place, truth[rows_here])
        wholes = np.repeat(np.bincount(place, minlength=len(posts))[:, None], truth.shape[1], axis=1).astype(float)
        weights = bootstrap_weights(len(posts), repeats, seed)
        low, high = ratio_interval(weights, parts, wholes, confidence)
        n = int(rows_here.sum())
        for column, code in enumerate(codebook.code_ids):
            count = int(parts[:, column].sum())
            rows.append((lang, codebook.id, code, count, n, count / n, low[column], high[column]))
    columns = ["lang", "codebook", "code", "count", "n", "share", "ci_low", "ci_high"]
    return check("principles", pd.DataFrame(rows, columns=columns))


def stance_counts(passages: pd.DataFrame, annotations: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Number of annotations per language, code and stance (zeros included); annotations without stance are left out."""
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
