"""Pairs of texts worth comparing, by an index of the word trigrams that more than one text has.

Of long texts a quarter of the trigrams is indexed (``sample``), and those that a short text has; of short texts all.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

__all__ = ["ALL_OF", "Lookup", "candidates", "gathered", "sampled"]

#: The rarest shared trigrams of a text that lead to others, and how many texts one of them may lead to. A text is
#: compared when this share of the share that makes a copy lead there (by default, .48 of them).
_ANCHORS, _MOST_LED_TO, _ANCHORS_SHARED = 12, 64, 0.8
#: Of the trigrams that more texts share (a press release on a hundred sites), those with the smallest hashes, for texts
#: that have many such: alike texts mostly have the same ones (Broder's bottom sketch). A text is compared with the
#: first text that has the same and with the next, where this happens for two of them.
_OF_CROWDS, _CROWDS_SHARED = 8, 2
#: Of texts with as many trigrams as ``ALL_OF``, one in so many is indexed (and those that a shorter text has, of which
#: all are). Two texts of 64 trigrams that are just alike enough have 38 in common, and some ten of these are indexed.
_SAMPLED, ALL_OF = 4, 64
#: Pairs waiting to be compared: some 100 MB.
_PAIRS_WAITING = 2_000_000
#: Texts whose trigrams are looked through at once for those that short texts have.
_LOOKED_THROUGH = 1000

#: Parts in which shingles are counted, by their last bits: one count of all would take 500 MB.
_SLICES = 32

#: Positions of texts to all their shingles, one text after the other and sorted within each, and how many each has.
Lookup = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


class _Shared(NamedTuple):
    """Sampled shingles that more than one text may have: ``doc`` has the shingle ``column``; of each column, in how
    many texts it is (``counts``) and from where on these stand in ``postings``; ``sizes``: of each text, how many were
    sampled, whether others have them or not."""

    sizes: np.ndarray
    doc: np.ndarray
    column: np.ndarray
    counts: np.ndarray
    starts: np.ndarray
    postings: np.ndarray


def sampled(shingles: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Which shingles of some texts are indexed whatever the other texts are: truth values."""
    return (shingles < np.uint64(2**64 // _SAMPLED)) | np.repeat(sizes < ALL_OF, sizes)


def candidates(
    sample: np.ndarray, own: np.ndarray, sizes: np.ndarray, look: Lookup, share: float
) -> Iterator[np.ndarray]:
    """Pairs worth comparing, as smaller position x number of texts + larger position, for texts that have the share
    ``share`` of their shingles in common with any others; one pair may come twice.

    ``sample``: the sampled shingles of all texts, sorted within each; ``own``: how many each has of these; ``sizes``:
    how many it has in all; ``look``: for those of long texts that are not in the sample.
    """
    doc = np.repeat(np.arange(len(sizes), dtype=np.int32), own)
    short = sample[(sizes < ALL_OF)[doc]]
    if len(short):
        known = np.zeros(1 << min(26, 3 + len(short).bit_length()), dtype=bool)
        known[short & np.uint64(len(known) - 1)] = True
        parts = list(_with_those_of_short(doc, sample, own, sizes, look, known))
        doc, sample = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        del parts
    return _candidates(_shared(doc, sample, len(sizes)), share)


def _with_those_of_short(
    doc: np.ndarray, sample: np.ndarray, own: np.ndarray, sizes: np.ndarray, look: Lookup, known: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The sample and those shingles of long texts that a short one may have, some texts at a time; sorted as before."""
    low = np.uint64(len(known) - 1)
    stops = np.cumsum(own)
    for begin in range(0, len(sizes), _LOOKED_THROUGH):
        end = min(begin + _LOOKED_THROUGH, len(sizes))
        here = slice(stops[begin] - own[begin], stops[end - 1])
        long = begin + np.flatnonzero(sizes[begin:end] >= ALL_OF)
        if not len(long):
            yield doc[here], sample[here]
            continue
        shingles, counts = look(long)
        more = known[shingles & low] & ~sampled(shingles, counts)
        docs = np.concatenate([doc[here], np.repeat(long.astype(np.int32), counts)[more]])
        values = np.concatenate([sample[here], shingles[more]])
        order = np.lexsort((values, docs))
        yield docs[order], values[order]


def _shared(doc: np.ndarray, values: np.ndarray, texts: int) -> _Shared:
    """The sampled shingles that more than one text may have."""
    own_sizes = np.bincount(doc, minlength=texts)
    low = np.uint64((1 << max(5, min(28, 2 + len(values).bit_length()))) // _SLICES - 1)
    maybe = np.zeros(len(values), dtype=bool)  # most shingles of real texts are alone: not sorted
    for number in range(_SLICES):
        places = np.flatnonzero((values & np.uint64(_SLICES - 1)) == number)
        bucket = ((values[places] // np.uint64(_SLICES)) & low).astype(np.int64)
        maybe[places] = np.bincount(bucket, minlength=1)[bucket] > 1
    doc, values = doc[maybe], values[maybe]
    order = _ranking(values)
    ranked = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]])[: len(ranked)])
    counts = np.diff(starts, append=len(ranked))
    column = np.empty(len(order), dtype=np.int32)
    column[order] = np.repeat(np.arange(len(starts), dtype=np.int32), counts)
    return _Shared(own_sizes, doc, column, counts, starts, doc[order])


def _ranking(values: np.ndarray) -> np.ndarray:
    """The stable order of 64-bit hashes, by sorting their upper bits with the place below: five times as fast as
    argsort, which is left for the case that two hashes have the same upper bits."""
    low = np.uint64((1 << len(values).bit_length()) - 1)
    packed = np.sort((values & ~low) | np.arange(len(values), dtype=np.uint64))
    order = (packed & low).astype(np.int64)
    ranked, upper = values[order], packed & ~low
    if np.any((upper[1:] == upper[:-1]) & (ranked[1:] != ranked[:-1])):
        return np.argsort(values, kind="stable")
    return order


def _candidates(shared: _Shared, share: float) -> Iterator[np.ndarray]:
    """Pairs worth comparing, as smaller position x number of texts + larger position, for texts that have the share
    ``share`` of their shingles in common with any others: half of it in the sample, which is off by chance."""
    sizes, least = shared.sizes, share / 2 * shared.sizes
    count = shared.counts[shared.column]
    in_others = np.bincount(shared.doc[count > 1], minlength=len(sizes))
    usable = np.flatnonzero((count > 1) & (in_others >= least)[shared.doc])
    crowded = count[usable] > _MOST_LED_TO
    yield from _by_anchors(shared, _lowest(shared.doc, count, usable[~crowded], _ANCHORS), min(share, 0.6))
    popular = np.bincount(shared.doc[usable[crowded]], minlength=len(sizes)) >= least / 2
    chosen = _lowest(shared.doc, shared.column, usable[crowded & popular[shared.doc[usable]]], _OF_CROWDS)
    doc, column = shared.doc[chosen].astype(np.int64), shared.column[chosen]
    order = np.argsort(column, kind="stable")
    doc, column = doc[order], column[order]
    starts = np.flatnonzero(np.concatenate([[True], column[1:] != column[:-1]])[: len(column)])
    first = np.repeat(doc[starts], np.diff(starts, append=len(column)))
    for one, two, good in ((first, doc, first != doc), (doc[:-1], doc[1:], column[:-1] == column[1:])):
        code, times = np.unique((one * len(sizes) + two)[good], return_counts=True)
        yield code[times >= _CROWDS_SHARED]


def _lowest(doc: np.ndarray, values: np.ndarray, places: np.ndarray, most: int) -> np.ndarray:
    """Of the places given, those with the lowest values of each text, at most ``most``; sorted by text and value."""
    bits, high = len(doc).bit_length(), int(values.max(initial=0)) + 1
    if ((int(doc.max(initial=0)) + 1) * high) >> (64 - bits):
        order = places[np.lexsort((values[places], doc[places]))]
    else:  # text, value and place in one number: sorting it is four times as fast as sorting by three keys
        key = (doc[places].astype(np.int64) * high + values[places]).astype(np.uint64) << np.uint64(bits)
        order = (np.sort(key | places.astype(np.uint64)) & np.uint64((1 << bits) - 1)).astype(np.int64)
    own = np.bincount(doc[places])
    return order[np.arange(len(order)) - np.repeat(np.cumsum(own) - own, own) < most]


def gathered(parts: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The same numbers in fewer arrays, none twice in one."""
    waiting: list[np.ndarray] = []
    length = 0
    for part in parts:
        waiting.append(part)
        length += len(part)
        if length >= _PAIRS_WAITING:
            yield np.unique(np.concatenate(waiting))
            waiting, length = [], 0
    if waiting:
        yield np.unique(np.concatenate(waiting))


def _by_anchors(shared: _Shared, chosen: np.ndarray, share: float) -> Iterator[np.ndarray]:
    """Texts to which enough of a text's anchors lead."""
    sizes, asking, column = shared.sizes, shared.doc[chosen].astype(np.int64), shared.column[chosen]
    led, where = shared.counts[column], shared.starts[column]
    least = _ANCHORS_SHARED * share * np.bincount(asking, minlength=len(sizes))
    begin, total = 0, np.cumsum(led)
    while begin < len(led):
        reach = total[begin] - led[begin] + _PAIRS_WAITING
        last = max(int(np.searchsorted(total, reach, side="right")) - 1, begin)
        stop = int(np.searchsorted(asking, asking[last], side="right"))  # all anchors of a text at once
        part = slice(begin, stop)
        lengths = led[part]
        a = np.repeat(asking[part], lengths)
        b = shared.postings[np.arange(len(a)) + np.repeat(where[part] - np.cumsum(lengths) + lengths, lengths)]
        code, times = np.unique(a * len(sizes) + b, return_counts=True)
        a, b = np.divmod(code, len(sizes))
        good = (times >= least[a]) & (a != b)
        yield np.minimum(a, b)[good] * len(sizes) + np.maximum(a, b)[good]
        begin = stop
