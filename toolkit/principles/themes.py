"""Themes x principles: which principles a theme is about, how much more than usual, and how sure that is."""

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.principles.prevalence import bootstrap_weights, code_matrix, ratio_interval
from toolkit.tables import check

__all__ = ["passage_shares", "theme_principles"]


def passage_shares(passages: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Theme shares of passages from those of the larger passages (paragraphs) that contain them.

    ``passages`` has doc_id, start, end; ``shares`` the shares table with the positions of its passages in
    ``start`` and ``end``. Returned: one row per passage and one column per topic; all 0 where no paragraph with
    shares contains the passage.
    """
    topics = list(dict.fromkeys(shares["topic"]))
    wide = shares.pivot_table(index=["doc_id", "start", "end"], columns="topic", values="share", fill_value=0.0)
    wide = wide.reindex(columns=topics)
    spans: dict[str, list[tuple[int, int, np.ndarray]]] = {}
    for (doc_id, start, end), values in zip(wide.index, wide.to_numpy(), strict=True):
        spans.setdefault(doc_id, []).append((start, end, values))
    result = np.zeros((len(passages), len(topics)))
    for row, (doc_id, start, end) in enumerate(
        zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    ):
        for first, last, values in spans.get(doc_id, ()):
            if first <= start and end <= last:
                result[row] = values
    return pd.DataFrame(result, columns=topics, index=passages.index)


def theme_principles(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    shares: pd.DataFrame,
    codebook: Codebook,
    *,
    repeats: int = 1000,
    permutations: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How much of each theme carries each code.

    Parameters
    ----------
    passages : the coded passages (no furniture); ``shares`` : theme shares of paragraphs with ``start``, ``end``
        and ``model`` (themes of one model share out the same passages).

    Returns
    -------
    DataFrame
        theme_principles table. ``share`` (0-1): sum of theme shares of passages with the code over that of all
        passages. ``lift``: share divided by the share of the code in all passages of the model (1: as usual;
        missing if the code never occurs). ``ci_low``, ``ci_high``: percentile bootstrap over posts. ``p_value``:
        two-sided permutation test of the share, codes permuted between passages, (b + 1) / (m + 1) (Phipson &
        Smyth 2010); not corrected for the number of cells. ``n``: passages whose largest share is this theme.
    """
    passages = check("passages", passages)
    rows = []
    for _, of_model in shares.groupby("model", sort=False):
        wide = passage_shares(passages, of_model)
        inside = wide.sum(axis=1).to_numpy() > 0
        if not inside.any():
            continue
        here, weight = passages[inside], wide[inside].to_numpy()
        truth = code_matrix(here, annotations, codebook).astype(float)
        total = weight.sum(0)
        observed = weight.T @ truth / np.maximum(total, 1e-12)[:, None]
        low, high = _intervals(here, weight, truth, repeats, confidence, seed)
        p_values = _permuted(weight, truth, total, observed, permutations, seed)
        base = truth.mean(0)
        largest = np.bincount(weight.argmax(1), minlength=weight.shape[1])
        for t, topic in enumerate(wide.columns):
            for c, code in enumerate(codebook.code_ids):
                lift = observed[t, c] / base[c] if base[c] > 0 else np.nan
                share = min(float(observed[t, c]), 1.0)
                rows.append(
                    (
                        topic,
                        codebook.id,
                        code,
                        share,
                        lift,
                        low[t, c],
                        high[t, c],
                        p_values[t, c],
                        int(largest[t]),
                    )
                )
    columns = ["topic", "codebook", "code", "share", "lift", "ci_low", "ci_high", "p_value", "n"]
    return check("theme_principles", pd.DataFrame(rows, columns=columns))


def _intervals(
    passages: pd.DataFrame, weight: np.ndarray, truth: np.ndarray, repeats: int, confidence: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    posts, place = np.unique(passages["doc_id"].to_numpy(), return_inverse=True)
    sampled = bootstrap_weights(len(posts), repeats, seed)
    limits = []
    for topic in range(weight.shape[1]):
        parts = np.zeros((len(posts), truth.shape[1]))
        np.add.at(parts, place, weight[:, [topic]] * truth)
        wholes = np.bincount(place, weights=weight[:, topic], minlength=len(posts))
        wholes = np.repeat(wholes[:, None], truth.shape[1], axis=1)
        limits.append(np.clip(ratio_interval(sampled, parts, wholes, confidence), 0, 1))
    return np.array([limit[0] for limit in limits]), np.array([limit[1] for limit in limits])


def _permuted(
    weight: np.ndarray,
    truth: np.ndarray,
    total: np.ndarray,
    observed: np.ndarray,
    permutations: int,
    seed: int,
) -> np.ndarray:
    """Two-sided p-values: how often a random pairing of passages and codes lies as far from its mean."""
    random = np.random.default_rng(seed)
    expected = truth.mean(0)[None, :]
    distance = np.abs(observed - expected) - 1e-12
    beyond = np.zeros_like(observed)
    for _ in range(permutations):
        shuffled = weight.T @ truth[random.permutation(len(truth))] / np.maximum(total, 1e-12)[:, None]
        beyond += np.abs(shuffled - expected) >= distance
    return np.asarray((beyond + 1) / (permutations + 1))
