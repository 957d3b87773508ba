"""What each post adds to a statistic with the codes of each other post of its stratum."""

from typing import Any, NamedTuple

import numpy as np

__all__ = ["MOST_NUMBERS", "Contrasts", "Posts", "permuted"]

#: Numbers held at a time: 400 MB of them.
MOST_NUMBERS = 50_000_000
#: Rows of so many cells are added up one by one; longer ones as a product with indicators.
_FEW_CELLS = 32


class Posts(NamedTuple):
    """``place`` (passages,): the post of each passage; ``order`` (passages,): the passages post by post; ``begins``,
    ``lengths`` (posts,): where in it each post begins, and how many it has; ``truth`` (passages, codes)."""

    place: np.ndarray
    order: np.ndarray
    begins: np.ndarray
    lengths: np.ndarray
    truth: np.ndarray

    @classmethod
    def of(cls, place: np.ndarray, truth: np.ndarray) -> "Posts":
        """Of the post of each passage, 0 to posts - 1, and its codes."""
        lengths = np.bincount(place)
        return cls(place, np.argsort(place, kind="stable"), np.cumsum(lengths) - lengths, lengths, truth)

    def rows(self, stratum: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The passages of some posts, post by post, and the lengths of these."""
        begins, lengths = self.begins[stratum], self.lengths[stratum]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.order[np.repeat(begins, lengths) + within], lengths

    def pairs(self, contrast: np.ndarray, rows: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """What each post adds to each cell with the codes of each other, stretched to its own length: (posts, posts,
        weights, codes). ``contrast`` (rows, weights)."""
        truth = self.truth[rows].astype(float)
        begins = np.cumsum(lengths) - lengths
        pairs = np.empty((len(lengths), len(lengths), contrast.shape[1], truth.shape[1]))
        for post, (begin, length) in enumerate(zip(begins.tolist(), lengths.tolist(), strict=True)):
            stretched = ((np.arange(length) + 0.5) * lengths[:, None] / length).astype(int) + begins[:, None]
            pairs[post] = contrast[begin : begin + length].T @ truth[stretched]
        return pairs


class Contrasts(NamedTuple):
    """``weight`` less what is usual: the share of each passage in each weight less its share in all passages."""

    weight: Any
    totals: np.ndarray
    passages: int

    def of(self, rows: np.ndarray, columns: slice) -> np.ndarray:
        """(rows, columns)."""
        totals = self.totals[columns]
        return np.asarray(self.weight[rows][:, columns] / np.where(totals > 0, totals, 1) - 1 / max(self.passages, 1))


def permuted(pairs: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Sums over the posts under random permutations, (draws, cells); ``pairs`` (posts, posts, cells)."""
    size, cells = len(pairs), pairs.shape[2]
    chosen = random.permuted(np.tile(np.arange(size), (draws, 1)), axis=1)
    sums = np.zeros((draws, cells))
    flat, begins = pairs.reshape(size * size, cells), np.arange(size) * size
    if cells <= _FEW_CELLS:
        for post, begin in enumerate(begins):
            sums += flat[chosen[:, post] + begin]
        return sums
    rows = np.arange(draws)
    step = max(1, MOST_NUMBERS // max(size * size, 1))
    for first in range(0, draws, step):
        part = chosen[first : first + step]
        indicator = np.zeros((len(part), size, size), dtype=pairs.dtype)
        indicator[rows[: len(part), None], np.arange(size)[None, :], part] = 1
        sums[first : first + step] = indicator.reshape(len(part), -1) @ flat
    return sums
