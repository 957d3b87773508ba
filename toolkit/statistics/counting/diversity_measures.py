"""Measures of lexical diversity on arrays: types, hapaxes, MATTR, MTLD.

Texts are given as ``codes`` (tokens,), a whole number for each word, one text after the other; ``text`` (tokens,)
numbers the text of each token from 0, never falling. What is measured never crosses the border of a text.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "Factors",
    "Windows",
    "mattr",
    "mtld",
    "mtld_factors",
    "previous_places",
    "types_and_hapaxes",
    "window_types",
]


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
    width = int(codes.max(initial=0)) + 1
    kinds, often = np.unique(text.astype(np.int64) * width + codes, return_counts=True)
    types = np.bincount(kinds // width, minlength=texts)
    hapaxes = np.bincount(kinds[often == 1] // width, minlength=texts)
    return types, hapaxes


def previous_places(codes: np.ndarray, text: np.ndarray) -> np.ndarray:
    """Where the same word stood last in the same text, (tokens,) places in the arrays; -1 where it is the first time.

    >>> previous_places(np.array([7, 8, 7, 7]), np.array([0, 0, 0, 1])).tolist()
    [-1, -1, 0, -1]
    """
    width = int(codes.max(initial=0)) + 1
    kinds = text.astype(np.int64) * width + codes
    order = np.argsort(kinds, kind="stable")
    same = kinds[order[1:]] == kinds[order[:-1]]
    previous = np.full(len(codes), -1, dtype=np.int64)
    previous[order[1:][same]] = order[:-1][same]
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
    forward, backward = [], []
    start = 0
    for length in lengths.tolist():
        here = slice(start, start + length)
        ahead = np.where(previous[here] >= 0, previous[here] - start, -1)
        behind = np.where(following[here] >= 0, length - 1 - (following[here] - start), -1)[::-1]
        forward.append(_factors(ahead.tolist(), threshold))
        backward.append(_factors(behind.tolist(), threshold))
        start += length
    return Factors(np.array(forward, dtype=float), np.array(backward, dtype=float))


def _factors(previous: list[int], threshold: float) -> float:
    """Factors of one text, of which ``previous`` says where each word stood last, -1: nowhere.

    >>> _factors([-1, -1, -1, -1, 1, 0], 0.72)  # of the people by the of: 4 types of 6 are .667
    1.0
    """
    count, start, types = 0, 0, 0
    for place, before in enumerate(previous):
        # a word is new where its last occurrence lies before this factor
        types += before < start
        if types / (place - start + 1) <= threshold:
            count, start, types = count + 1, place + 1, 0
    left = len(previous) - start
    return count + (1 - types / left) / (1 - threshold) if left else float(count)


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
