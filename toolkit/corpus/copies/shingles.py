"""Texts as sets of word trigrams ("shingles"), many texts at once.

A shingle is three words in a row, lower case, without the signs between them (A. Broder 1997, *On the resemblance and
containment of documents*). It is kept as a 64-bit number, mixed from the numbers of its words, and these from their
letters, four at a time. The numbers are the same in every run and on every machine.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b

import numpy as np

__all__ = ["FEWEST_WORDS", "first_alike", "shingle_batches", "shingle_sets"]

#: Shorter texts have fewer than eight shingles: two greetings would be near duplicates. They have no set.
FEWEST_WORDS = 10
#: Characters that are worked on at once: what a processor's cache holds; or one text.
_BATCH = 250_000
#: Letters read at once as one number, and how many of a word are read so (what is longer is no word: blake2b).
_AT_ONCE, _LONG_WORD = 4, 64
#: Odd numbers with bits everywhere.
_FACTORS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
#: In the table of letters: an accent apart from its letter.
_ACCENT = 1
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


def shingle_sets(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shingles of all texts one after the other, sorted within each; how many each text has; the first text like it.

    Texts with fewer than ten words have no shingles, and of texts with the same shingles (short texts: the same words
    in order) only the first has. The third array has, for each text, the position of that first one; a text without
    words is like no other. Among 100 million different shingles the chance is 1 in 3,700 that two have one number.
    """
    parts = list(shingle_batches(texts))
    every = np.concatenate([np.zeros(0, dtype=np.uint64), *(shingles for shingles, _, _ in parts)])
    sizes = np.concatenate([np.zeros(0, dtype=np.int64), *(own for _, own, _ in parts)])
    same = first_alike(np.concatenate([np.zeros((0, 3), dtype=np.uint64), *(prints for _, _, prints in parts)]))
    again = same != np.arange(len(texts))
    if again.any():
        every = every[np.repeat(~again, sizes)]
        sizes[again] = 0
    return every, sizes, same


def shingle_batches(texts: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Of some texts after the other: their shingles, sorted within each; how many each has; three numbers for each
    that are the same for the same shingles (for the same words in order, if they are fewer than ten)."""
    for part in _batches(texts):
        words, counts = _words(part)
        shingles, sizes = _shingles(words, counts)
        prints = _fingerprints(shingles, sizes)
        short = counts < FEWEST_WORDS
        few = counts[short]
        prints[short] = _fingerprints(_in_order(words[np.repeat(short, counts)], few), few)
        yield shingles, sizes, prints


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    begin, length = 0, 0
    for number, text in enumerate(texts):
        length += len(text) + 1
        if length >= _BATCH or number == len(texts) - 1:
            yield list(texts[begin : number + 1])
            begin, length = number + 1, 0


def _words(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The words of all texts as numbers, and how many each text has."""
    parts = [_encoded(text) for text in texts]
    codes, borders = _joined(parts)
    letters = np.take(_table(), codes)
    if len(apart := np.flatnonzero(letters == _ACCENT)):
        for number in np.unique(np.searchsorted(borders, apart, side="right")).tolist():
            parts[number] = _encoded(unicodedata.normalize("NFC", texts[number]))
        codes, borders = _joined(parts)
        letters = np.take(_table(), codes)
        letters[letters == _ACCENT] = 0  # what no letter takes
    inside = letters != 0
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1  # the first sign and the last are none of a word
    starts, ends = edges[::2], edges[1::2]
    return _numbers(letters, starts, ends), np.diff(np.searchsorted(starts, borders), prepend=0)


def _joined(parts: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """UTF-16 of all texts with a line end before each and room after the last; where each text ends."""
    joined = "\n".encode("utf-16-le").join([b"", *parts, bytes(2 * _AT_ONCE)])
    lengths = np.array([len(part) for part in parts], dtype=np.int64) // 2
    return np.frombuffer(joined, dtype="<u2"), np.cumsum(lengths + 1)


def _encoded(text: str) -> bytes:
    """UTF-16; of signs beyond U+FFFF (two numbers each) the letters only, in lower case; of broken pairs nothing."""
    data = text.encode("utf-16-le", "replace")
    if len(data) > 2 * len(text):
        text = _BEYOND.sub(lambda sign: sign[0].lower() if sign[0].isalnum() else " ", text)
        data = text.encode("utf-16-le", "replace")
    return data


@cache
def _table() -> np.ndarray:
    """For each sign up to U+FFFF its lower case where it is a letter, a digit or "_", else zero."""
    table = np.zeros(1 << 16, dtype="<u2")
    for code in range(1 << 16):
        sign = chr(code)
        if sign.isalnum() or sign == "_":
            table[code] = ord(lower) if len(lower := sign.lower()) == 1 else code
    table[0x300:0x370] = _ACCENT
    table[0xD800:0xE000] = np.arange(0xD800, 0xE000)  # halves of letters
    return table


def _numbers(letters: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A number for each word."""
    # Four letters are eight bytes: read as one number from any letter on, without those behind the word's end.
    fours = np.ndarray((len(letters) - _AT_ONCE + 1,), dtype="<u8", buffer=letters, strides=(2,))
    masks = np.array([(1 << 16 * length) - 1 for length in range(_AT_ONCE + 1)], dtype=np.uint64)
    lengths = ends - starts
    words = fours[starts] & masks[np.minimum(lengths, _AT_ONCE)]
    begin, more = _AT_ONCE, np.flatnonzero(lengths > _AT_ONCE)
    while len(more) and begin < _LONG_WORD:
        left = lengths[more] - begin
        following = fours[starts[more] + begin] & masks[np.minimum(left, _AT_ONCE)]
        words[more] = _mixed(words[more]) * _FACTORS[0] + following
        more, begin = more[left > _AT_ONCE], begin + _AT_ONCE
    for long in np.flatnonzero(lengths > _LONG_WORD).tolist():
        key = blake2b(letters[starts[long] : ends[long]].tobytes(), digest_size=8).digest()
        words[long] = int.from_bytes(key, "little")
    return _mixed(words)


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Every bit in all bits, in place: the last lines of MurmurHash3 (A. Appleby, public domain)."""
    for factor in (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)):
        numbers ^= numbers >> np.uint64(33)
        numbers *= factor
    numbers ^= numbers >> np.uint64(33)
    return numbers


def _shingles(words: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sorted shingles of each text without repetitions, and how many each has."""
    inside = np.repeat(counts >= FEWEST_WORDS, counts)  # where a shingle begins: not at a text's last two words
    last = np.cumsum(counts)[counts >= FEWEST_WORDS]
    inside[last - 1] = inside[last - 2] = False
    places = np.flatnonzero(inside)
    if not len(places):
        return np.zeros(0, dtype=np.uint64), np.zeros(len(counts), dtype=np.int64)
    joined = words[:-2] * _FACTORS[0]
    joined += words[1:-1]
    joined *= _FACTORS[1]
    joined += words[2:]
    mixed = _mixed(joined[places])
    sizes = np.where(counts >= FEWEST_WORDS, counts - 2, 0)
    ends = np.cumsum(sizes)
    for begin, end in zip([0, *ends.tolist()], ends.tolist(), strict=False):
        mixed[begin:end].sort()
    new = np.empty(len(mixed), dtype=bool)
    np.not_equal(mixed[1:], mixed[:-1], out=new[1:])
    new[(ends - sizes)[sizes > 0]] = True
    return mixed[new], _sums(new.astype(np.int64), sizes)


def _sums(values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The sum of each part, of values that follow each other by part."""
    total, ends = np.concatenate([np.zeros(1, dtype=values.dtype), np.cumsum(values)]), np.cumsum(sizes)
    return total[ends] - total[ends - sizes]


def _in_order(words: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Numbers of words that are others where a word stands at another place of its text."""
    place = np.arange(len(words)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return _mixed(words + place.astype(np.uint64) * _FACTORS[0])


def _fingerprints(numbers: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """128 bits and the size for each text: the same when the numbers are, in any order."""
    again = _mixed(numbers * _FACTORS[1])
    return np.stack([_sums(numbers, sizes), _sums(again, sizes), sizes.astype(np.uint64)], axis=1)


def first_alike(prints: np.ndarray) -> np.ndarray:
    """For each row the position of the first that is equal; for a row of zeros its own."""
    order = np.lexsort(prints.T)  # stable: the first of equal rows comes first
    ranked = prints[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (ranked[1:] != ranked[:-1]).any(axis=1) | (ranked[1:, 2] == 0)
    same = np.empty(len(order), dtype=np.int64)
    same[order] = order[new][np.cumsum(new) - 1]
    return same
