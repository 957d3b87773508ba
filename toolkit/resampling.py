"""Bootstrap over documents: a measure of one sample of documents is a sum over documents, weighted by how often each
was drawn. Sentences of one document hang together, so that whole documents are drawn, never sentences. And p-values
corrected for their number."""

import numpy as np

__all__ = ["bootstrap_weights", "false_discovery", "sample_limits", "sample_weights"]


def bootstrap_weights(count: int, repeats: int, seed: int) -> np.ndarray:
    """How often each of ``count`` documents is drawn in each bootstrap sample, shape (repeats, count)."""
    random = np.random.default_rng(seed)
    return random.multinomial(count, np.full(count, 1 / count), size=repeats).astype(float)


def sample_weights(documents: int, repeats: int, seed: int) -> np.ndarray:
    """How often each document counts, shape (1 + repeats, documents): once each, then the bootstrap samples.

    With fewer than two documents, or no repeats, the first row alone.
    """
    once = np.ones((1, documents))
    return np.vstack([once, bootstrap_weights(documents, repeats, seed)]) if documents > 1 and repeats else once


def sample_limits(samples: np.ndarray, posts: int, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of bootstrap samples (repeats, columns) of a number that rests on ``posts`` posts.

    Percentiles whose tails are those that make the interval of a mean as wide as Student's, since plain ones are too
    narrow for few posts (Hesterberg 2015, The American Statistician 69, 371-386, section 3.2): for 95 % the tails are
    .025 each with endless posts, .021 with 50 and .009 with 10. Samples without a value are left out; missing for fewer
    than two posts.
    """
    from scipy.stats import norm, t

    limits = np.full((2, samples.shape[1]), np.nan)
    if posts < 2:
        return limits[0], limits[1]
    tail = float(norm.cdf(-np.sqrt(posts / (posts - 1)) * t.ppf((1 + confidence) / 2, posts - 1)))
    samples = np.where(np.isfinite(samples), samples, np.nan)
    some = ~np.isnan(samples).all(0)
    # the same numbers; nanquantile takes the columns one by one
    quantile = np.nanquantile if np.isnan(samples[:, some]).any() else np.quantile
    limits[:, some] = quantile(samples[:, some], [tail, 1 - tail], axis=0)
    return limits[0], limits[1]


def false_discovery(p_values: np.ndarray) -> np.ndarray:
    """q-values (0-1, smaller is stronger); missing p-values take no part and stay.

    Calling found what has q below .05 makes about 5 % of what is found false. Benjamini and Hochberg (1995, Controlling
    the false discovery rate, Journal of the Royal Statistical Society B 57(1), 289-300).

    >>> false_discovery(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    from scipy.stats import false_discovery_control

    q_values = np.full(len(p_values), np.nan)
    tested = ~np.isnan(p_values)
    if tested.any():
        q_values[tested] = false_discovery_control(p_values[tested], method="bh")
    return q_values
