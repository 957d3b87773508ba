"""Measures of lexical diversity on arrays: types, hapaxes, MATTR, MTLD.

Texts are given as ``codes`` (tokens,), a whole number for each word, one text after the other; ``text`` (tokens,)
numbers the text of each token from 0, never falling. What is measured never crosses the border of a text.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse

__all__ = [
    "Factors",
    "Windows",
    "kinds_of",
    "mattr",
    "mtld",
    "mtld_factors",
    "previous_places",
    "types_and_hapaxes",
    "window_types",
]


#: Texts that are read together: of fewer, numpy takes longer than a loop.
_TOGETHER = 32


class Windows(NamedTuple):
    """Of each text (texts,): the number of windows, and the types in them, added up over all windows."""

    windows: np.ndarray
    types: np.ndarray


class Factors(NamedTuple):
    """Of each text (texts,): MTLD's factors, read forward and read backward."""

    forward: np.ndarray
    backward: np.ndarray


def types_and_hapaxes(codes: np.ndarray, text: np.ndarray, texts: int) -> tuple[np.ndarray, np.ndarray]:
    """Different words (types), and words that occur once (hapax legomena), of each text, (texts,) both.

    Both grow with the length of a text, and so does the reverse of the type-token ratio: compare texts of one length
    only (Baayen 2001, Word Frequency Distributions, chapter 1).

    >>> types, hapaxes = types_and_hapaxes(np.array([0, 1, 0, 2, 0]), np.array([0, 0, 0, 0, 1]), 2)
    >>> types.tolist(), hapaxes.tolist()
    ([3, 1], [2, 1])
    """
    counts = sparse.csr_matrix((np.ones(len(codes)), (text, codes)), shape=(texts, int(codes.max(initial=0)) + 1))
    return kinds_of(counts)


def kinds_of(counts: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """:func:`types_and_hapaxes` of what was counted: ``counts`` (texts, words), each word of a text once.

    >>> types, hapaxes = kinds_of(sparse.csr_matrix(np.array([[2, 1, 1], [1, 0, 0]])))
    >>> types.tolist(), hapaxes.tolist()
    ([3, 1], [2, 1])
    """
    once = np.append(0, np.cumsum(counts.data == 1))
    return np.diff(counts.indptr).astype(np.int64), np.diff(once[counts.indptr])


def previous_places(codes: np.ndarray, text: np.ndarray) -> np.ndarray:
    """Where the same word stood last in the same text, (tokens,) places in the arrays; -1 where it is the first time.

    >>> previous_places(np.array([7, 8, 7, 7]), np.array([0, 0, 0, 1])).tolist()
    [-1, -1, 0, -1]
    """
    # words by kind, those of one kind in the order of the text, without comparing any
    shape = len(codes), int(codes.max(initial=0)) + 1
    order = sparse.csr_matrix((np.arange(len(codes)), codes, np.arange(len(codes) + 1)), shape=shape).tocsc().data
    one, other = order[:-1], order[1:]
    same = (codes[other] == codes[one]) & (text[other] == text[one])
    previous = np.full(len(codes), -1, dtype=np.int64)
    previous[other[same]] = one[same]
    return previous


def window_types(previous: np.ndarray, lengths: np.ndarray, window: int) -> Windows:
    """Types of all windows of so many words, added up; of texts that are shorter there is no window.

    A token is a type of the windows that it lies in and its word's previous occurrence does not: their number follows
    from the two places, so that no window is looked at.

    ``previous`` from :func:`previous_places`, ``lengths`` (texts,) tokens of each text.
    """
    starts = np.cumsum(lengths) - lengths
    own = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(previous)) - starts[own]
    before = np.where(previous >= 0, previous - starts[own], -1)
    # first places of the windows that count this token
    first = np.maximum(place - window + 1, before + 1)
    last = np.minimum(place, lengths[own] - window)
    types = np.bincount(own, weights=np.maximum(last - first + 1, 0), minlength=len(lengths))
    return Windows(np.maximum(lengths - window + 1, 0), types)


def mattr(found: Windows, window: int) -> np.ndarray:
    """Moving-average type-token ratio of each text, (texts,): mean TTR of all windows of so many words.

    From 1 / window (one word all along) to 1 (no word twice in a window); higher is more diverse. It does not depend on
    the length of the text, only on that of the window: compare numbers of one window. Missing without a window.

    Source: Covington and McFall 2010, "Cutting the Gordian Knot: The Moving-Average Type-Token Ratio (MATTR)", Journal
    of Quantitative Linguistics 17, 94-100. Some libraries give the TTR of a text that is shorter than the window, which
    is another measure.

    >>> codes, text = np.array([0, 1, 0, 0]), np.zeros(4, dtype=int)
    >>> mattr(window_types(previous_places(codes, text), np.array([4]), 2), 2).tolist()  # (1 + 1 + 1/2) / 3
    [0.8333333333333334]
    """
    whole = found.windows * float(window)
    return np.divide(found.types, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def mtld_factors(previous: np.ndarray, lengths: np.ndarray, threshold: float) -> Factors:
    """How many factors each text has, forward and backward; see :func:`mtld`.

    A factor is a run of words whose type-token ratio comes down to the threshold (at or below it); the rest at the end
    counts as the part (1 - its TTR) / (1 - threshold) of a factor. ``previous`` from :func:`previous_places`.
    """
    following = np.full(len(previous), -1, dtype=np.int64)
    again = np.flatnonzero(previous >= 0)
    following[previous[again]] = again
    starts = np.cumsum(lengths) - lengths
    own = np.repeat(starts, lengths)
    ahead = np.where(previous >= 0, previous - own, -1)
    last = np.repeat(lengths - 1, lengths)
    behind = np.where(following >= 0, last - (following - own), -1)
    return Factors(
        _factors_of(ahead, starts, lengths, threshold, 1),
        _factors_of(behind, starts + lengths - 1, lengths, threshold, -1),
    )


def _factors_of(
    previous: np.ndarray, first: np.ndarray, lengths: np.ndarray, threshold: float, step: int
) -> np.ndarray:
    """Factors of each text, read word by word in all texts at once, from its ``first`` place on (``step`` -1: back).

    ``previous`` (tokens,): where in the text, as it is read, each word stood last, -1: nowhere.
    """
    order = np.argsort(-lengths, kind="stable")
    places, long = first[order], lengths[order]
    count, start, types = np.zeros(len(order)), np.zeros(len(order), dtype=np.int64), np.zeros(len(order), np.int64)
    # texts that have a word at each place; of few, one by one is faster
    reading = np.searchsorted(-long, -np.arange(int(long.max(initial=0))), side="left")
    together = int(np.searchsorted(-reading, -_TOGETHER, side="right"))
    for place in range(together):
        here = slice(0, int(reading[place]))
        # a word is new where its last occurrence lies before this factor
        types[here] += previous[places[here] + step * place] < start[here]
        full = types[here] / (place - start[here] + 1) <= threshold
        count[here] += full
        start[here][full], types[here][full] = place + 1, 0
    for text in range(int(reading[together]) if together < len(reading) else 0):
        rest = previous[places[text] + step * np.arange(together, int(long[text]))].tolist()
        count[text], start[text], types[text] = _read_on(
            rest, threshold, together, (int(count[text]), int(start[text]), int(types[text]))
        )
    left = long - start
    part = (1 - np.divide(types, left, out=np.ones(len(left)), where=left > 0)) / (1 - threshold)
    factors = np.empty(len(order))
    factors[order] = count + part
    return factors


def _read_on(previous: list[int], threshold: float, place: int, state: tuple[int, int, int]) -> tuple[int, int, int]:
    """Whole factors, where the last one begins and its types, after the words of a text from ``place`` on.

    >>> _read_on([-1, -1, -1, -1, 1, 0], 0.72, 0, (0, 0, 0))  # of the people by the of: 4 types of 6 are .667
    (1, 6, 0)
    """
    count, start, types = state
    for here, before in enumerate(previous, place):
        types += before < start
        if types / (here - start + 1) <= threshold:
            count, start, types = count + 1, here + 1, 0
    return count, start, types


def mtld(tokens: np.ndarray, factors: Factors) -> np.ndarray:
    """Measure of textual lexical diversity: mean number of words that a type-token ratio above the threshold lasts.

    Of each text (texts,): tokens / factors, read forward and read backward, and the mean of both. From 2 (one word all
    along); higher is more diverse; without upper limit, and missing where no word is repeated: there is no factor then.
    Of a group of texts it is their tokens by their factors, both added up.

    Source: McCarthy and Jarvis 2010, "MTLD, vocd-D, and HD-D: A validation study of sophisticated approaches to lexical
    diversity assessment", Behavior Research Methods 42, 381-392. Libraries differ: some close a factor below the
    threshold only, some (anyts 0.4.3 unless told otherwise) not before ten words; here it closes at or below the
    threshold, after any number of words, as in LexicalRichness.

    >>> mtld(np.array([340]), Factors(np.array([4.0]), np.array([5.0]))).tolist()  # (85 + 68) / 2
    [76.5]
    """
    with_factors = (factors.forward > 0) & (factors.backward > 0)
    result = np.full(len(tokens), np.nan)
    one, other = factors.forward[with_factors], factors.backward[with_factors]
    result[with_factors] = (tokens[with_factors] / one + tokens[with_factors] / other) / 2
    return result
