"""Bootstrap over documents: a measure of one sample of documents is a sum over documents, weighted by how often each
was drawn. Sentences of one document hang together, so that whole documents are drawn, never sentences. And p-values
corrected for their number."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
from scipy import sparse

__all__ = [
    "BootstrapSamples",
    "bootstrap_samples",
    "bootstrap_weights",
    "document_draws",
    "false_discovery",
    "sample_limits",
    "sample_sums",
    "sample_weights",
    "share_limits",
    "shared_samples",
    "unseen",
]

#: Numbers of draws (documents x samples) that are made floats at once: 32 MB.
_AT_ONCE = 4_000_000
#: Samples that are written at once: as many bytes as a line of the processor's cache has.
_SAMPLES = 64
#: Sets of samples that are held for further use.
_MOST_SHARED = 3
_shared: ContextVar["dict[tuple[int, int, int], BootstrapSamples] | None"] = ContextVar("shared", default=None)


def bootstrap_weights(count: int, repeats: int, seed: int) -> np.ndarray:
    """How often each of ``count`` documents is drawn in each bootstrap sample, shape (repeats, count).

    >>> weights = bootstrap_weights(count=4, repeats=1000, seed=1)
    >>> weights.shape, set(weights.sum(axis=1).tolist())
    ((1000, 4), {4.0})
    """
    random = np.random.default_rng(seed)
    return random.multinomial(count, np.full(count, 1 / count), size=repeats).astype(float)


class BootstrapSamples:
    """:func:`bootstrap_weights` of many documents: the same numbers, kept a byte each and made floats a number of
    samples at a time, in a product alone.

    Attributes
    ----------
    shape : (repeats, count).

    >>> samples = BootstrapSamples(count=4, repeats=1000, seed=1)
    >>> values = np.array([[0.0, 1], [1, 1], [2, 1], [3, 1]])
    >>> sums = samples @ values
    >>> sums.shape, bool((sums == bootstrap_weights(4, 1000, seed=1) @ values).all())
    ((1000, 2), True)
    """

    def __init__(self, count: int, repeats: int, seed: int) -> None:
        self.shape = (repeats, count)
        random = np.random.default_rng(seed)
        chances = np.full(count, 1 / count)
        self._blocks: list[np.ndarray] = []
        step = max(1, _AT_ONCE // count)
        for first in range(0, repeats, step):
            drawn = random.multinomial(count, chances, size=min(step, repeats - first))
            # of many documents none is drawn so often
            self._blocks.append(drawn.astype(np.uint8) if drawn.max(initial=0) <= np.iinfo(np.uint8).max else drawn)

    def __matmul__(self, values: np.ndarray) -> np.ndarray:
        """Sums over the documents of each sample; ``values`` (count, columns) or (count,)."""
        return np.concatenate([block.astype(float) @ values for block in self._blocks])


def bootstrap_samples(count: int, repeats: int, seed: int) -> np.ndarray | BootstrapSamples:
    """:func:`bootstrap_weights`, of many documents as :class:`BootstrapSamples`: either has a shape and is multiplied
    by ``@`` (measured with 100,000 documents and 1,000 samples: 100 MB where the array takes 800).

    >>> bootstrap_samples(count=4, repeats=1000, seed=1).shape
    (1000, 4)
    """
    if count * repeats <= _AT_ONCE:
        return bootstrap_weights(count, repeats, seed)
    held, key = _shared.get(), (count, repeats, seed)
    if held is None:
        return BootstrapSamples(*key)
    # the one used last stands last
    held[key] = held.pop(key) if key in held else BootstrapSamples(*key)
    while len(held) > _MOST_SHARED:
        del held[next(iter(held))]
    return held[key]


@contextmanager
def shared_samples() -> Iterator[None]:
    """Within it :func:`bootstrap_samples` of as many documents from the same seed are drawn once, as long as they are
    among the last three: those of two languages and of both together (100,000 documents, 1,000 samples: 200 MB).

    >>> with shared_samples():
    ...     one, other = (bootstrap_samples(count=50_000, repeats=100, seed=1) for _ in range(2))
    >>> one is other
    True
    """
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def sample_weights(documents: int, repeats: int, seed: int) -> np.ndarray:
    """How often each document counts, shape (1 + repeats, documents): once each, then the bootstrap samples.

    With fewer than two documents, or no repeats, the first row alone.

    >>> weights = sample_weights(documents=4, repeats=100, seed=1)
    >>> weights.shape, weights[0].tolist()
    ((101, 4), [1.0, 1.0, 1.0, 1.0])
    """
    once = np.ones((1, documents))
    return np.vstack([once, bootstrap_weights(documents, repeats, seed)]) if documents > 1 and repeats else once


def document_draws(doc_ids: Sequence[str] | np.ndarray | int, repeats: int, seed: int) -> np.ndarray:
    """How often each document is drawn in each bootstrap sample, shape (documents, repeats), small whole numbers.

    The same distribution as :func:`bootstrap_weights` (other numbers for the same seed), for corpora of many documents:
    documents are drawn one by one and counted, a byte each, where a multinomial draws a binomial for every document
    (measured with 100,000 documents and 1,000 samples: 2 s and 100 MB where it takes 6 s and 800 MB). Documents are
    drawn in the order of their names, so that the order of ``doc_ids`` changes nothing; a number of documents instead
    of their names: in the order in which they stand.

    >>> draws = document_draws(["a", "b", "c"], repeats=100, seed=1)
    >>> draws.shape, set(draws.sum(axis=0).tolist())
    ((3, 100), {3})
    """
    if isinstance(doc_ids, int):
        order = np.arange(doc_ids)
    else:
        order = np.argsort(np.asarray(doc_ids, dtype=object), kind="stable")
    many = len(order)
    random = np.random.default_rng(seed)
    draws = np.empty((many, repeats), dtype=np.uint8)
    # a number of samples at a time, as a single one would be written to places far apart; the numbers are the same
    for first in range(0, repeats, _SAMPLES):
        some = [
            np.bincount(order[random.integers(many, size=many)], minlength=many)
            for _ in range(first, min(first + _SAMPLES, repeats))
        ]
        draws[:, first : first + _SAMPLES] = np.array(some, dtype=np.uint8).T
    return draws


def sample_sums(values: np.ndarray | sparse.sparray | sparse.spmatrix, draws: np.ndarray) -> np.ndarray:
    """Sums over the documents of each bootstrap sample, shape (repeats, columns).

    ``values`` (documents, columns), dense or sparse, or (documents,) for one column, which gives (repeats,); ``draws``
    of :func:`document_draws`. Memory: the result and 32 MB.

    >>> import numpy as np
    >>> draws = np.array([[1, 0], [1, 2]], dtype=np.uint8)  # two documents, two samples
    >>> sample_sums(np.array([10.0, 3.0]), draws).tolist()
    [13.0, 6.0]
    """
    # sparse even where it is dense: sums in one order on every machine, which linear algebra does not promise
    across = sparse.csr_matrix(np.atleast_2d(values.T) if isinstance(values, np.ndarray) else values.T, dtype=float)
    documents, repeats = draws.shape
    sums = np.empty((across.shape[0], repeats))
    step = max(1, _AT_ONCE // max(1, documents))
    for first in range(0, repeats, step):
        some = slice(first, first + step)
        sums[:, some] = across @ draws[:, some].astype(float)
    return sums[0] if values.ndim == 1 else sums.T


def sample_limits(samples: np.ndarray, posts: int, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of bootstrap samples (repeats, columns) of a number that rests on ``posts`` posts.

    Percentiles whose tails are those that make the interval of a mean as wide as Student's, since plain ones are too
    narrow for few posts (Hesterberg 2015, The American Statistician 69, 371-386, section 3.2): for 95 % the tails are
    .025 each with endless posts, .021 with 50 and .009 with 10. Samples without a value are left out; missing for fewer
    than two posts, and without samples.

    >>> import numpy as np
    >>> samples = np.linspace(0, 1, 1001).reshape(-1, 1)
    >>> [[round(float(limit[0]), 3) for limit in sample_limits(samples, posts, 0.95)] for posts in (10, 50, 10_000)]
    [[0.009, 0.991], [0.021, 0.979], [0.025, 0.975]]
    """
    from scipy.stats import norm, t

    limits = np.full((2, samples.shape[1]), np.nan)
    if posts < 2 or not len(samples):
        return limits[0], limits[1]
    tail = float(norm.cdf(-np.sqrt(posts / (posts - 1)) * t.ppf((1 + confidence) / 2, posts - 1)))
    samples = np.where(np.isfinite(samples), samples, np.nan)
    some = ~np.isnan(samples).all(0)
    # the same numbers; nanquantile takes the columns one by one
    quantile = np.nanquantile if np.isnan(samples[:, some]).any() else np.quantile
    limits[:, some] = quantile(samples[:, some], [tail, 1 - tail], axis=0)
    return limits[0], limits[1]


def share_limits(
    samples: np.ndarray,
    share: np.ndarray,
    documents: int,
    confidence: float,
    *,
    if_all: np.ndarray | float = 1.0,
    rest_if_all: np.ndarray | float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of shares (columns,), 0-1, of a group of documents: of bootstrap samples (repeats, columns), as
    :func:`sample_limits`; but 0 and a limit above it where the share is 0, and a limit below 1 and 1 where it is 1.

    There all samples are alike and tell nothing. What none of the documents has, at most a share of them has
    (:func:`unseen`); ``if_all`` is the share that the group would have if each of its documents had as much as one that
    has any: 1, the most there can be, where nothing tells, and where more is given. ``rest_if_all``: the same of all
    else, where the share is 1. Missing for fewer than two documents and without samples.

    >>> import numpy as np
    >>> none = np.zeros((1000, 1))
    >>> low, high = share_limits(none, np.zeros(1), documents=100, confidence=0.95)
    >>> float(low[0]), round(float(high[0]), 4)
    (0.0, 0.0362)
    """
    low, high = sample_limits(samples, documents if len(samples) else 0, confidence)
    if documents > 1 and len(samples):
        some = unseen(documents, (1 - confidence) / 2)
        none, all_of = share <= 0, share >= 1
        low = np.where(none, 0.0, np.where(all_of, 1 - some * np.minimum(rest_if_all, 1), low))
        high = np.where(none, some * np.minimum(if_all, 1), np.where(all_of, 1.0, high))
    return low, high


def unseen(documents: int, tail: np.ndarray | float) -> np.ndarray | float:
    """The greatest share, 0-1, that something can have which none of ``documents`` drawn by chance has: with a greater
    one, so many would all be without it less often than ``tail``.

    1 - tail^(1 / documents), the exact limit of a binomial share with no success; near 3 / documents for a tail of
    .05, the "rule of three" of Hanley and Lippman-Hand (1983, If nothing goes wrong, is everything all right?
    Interpreting zero numerators, JAMA 249(13), 1743-1745).

    >>> round(float(unseen(100, 0.05)), 4), round(float(unseen(100, 0.025)), 4)  # own arithmetic
    (0.0295, 0.0362)
    """
    return 1 - np.power(tail, 1 / documents)


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
