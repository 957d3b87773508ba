"""Texts as sets of word trigrams ("shingles"), many texts at once.

A shingle is three words in a row, lower case, without the signs between them (A. Broder 1997, *On the resemblance and
containment of documents*). It is kept as a 64-bit number: a word is a polynomial in its letters modulo 2^64, and three
words are mixed. The numbers are the same in every run and on every machine.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np

__all__ = ["FEWEST_WORDS", "shingle_sets"]

#: Shorter texts have fewer than eight shingles: two greetings would be near duplicates. They have no set.
FEWEST_WORDS = 10
#: Characters that are worked on at once: what a processor's cache holds; or one text.
_BATCH = 250_000
#: An odd number, so that there is another by which multiplication is undone modulo 2^64.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_TURNS = (0, 23, 47)


def shingle_sets(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shingles of all texts one after the other, sorted within each; how many each text has; the first text like it.

    Texts with fewer than ten words have no shingles, and of texts with the same shingles (short texts: the same words
    in order) only the first has. The third array has, for each text, the position of that first one; a text without
    words is like no other. Among 100 million different shingles the chance is 1 in 3,700 that two have one number.
    """
    flat: list[np.ndarray] = []
    sizes = np.zeros(len(texts), dtype=np.int64)
    same = np.arange(len(texts))
    seen: dict[bytes, int] = {}
    for begin, part in _batches(texts):
        words, counts = _words(part)
        doc = np.repeat(np.arange(len(part)), counts)
        mixed, own = _shingles(words, doc, len(part))
        word, place = 0, 0
        for number in range(len(part)):
            count, size, index = int(counts[number]), int(own[number]), begin + number
            short = count < FEWEST_WORDS
            here = words[word : word + count] if short else mixed[place : place + size]
            word, place = word + count, place + size
            if count:
                key = blake2b(here.tobytes(), digest_size=16, person=b"short" if short else b"long").digest()
                same[index] = seen.setdefault(key, index)
            if not short and same[index] == index:
                flat.append(here)
                sizes[index] = size
    return np.concatenate([*flat, np.zeros(0, dtype=np.uint64)]), sizes, same


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    begin, length = 0, 0
    for number, text in enumerate(texts):
        length += len(text) + 1
        if length >= _BATCH or number == len(texts) - 1:
            yield begin, list(texts[begin : number + 1])
            begin, length = number + 1, 0


def _words(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The words of all texts as numbers, and how many each text has."""
    codes = _codes(texts)
    if np.any((codes >= 0x300) & (codes < 0x370)):  # letters and accents apart: compared as one sign
        texts = [unicodedata.normalize("NFC", text) for text in texts]
        codes = _codes(texts)
    values = _letters(codes)
    inside = values != 0
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1  # the first sign is a line end
    starts, ends = edges[::2], edges[1::2]
    room = 1 << len(codes).bit_length()
    sums = np.cumsum(values * _powers(_BASE, room)[: len(codes)])
    words = (sums[ends - 1] - sums[starts - 1]) * _powers(_INVERSE, room)[starts]
    borders = np.cumsum([len(text) + 1 for text in texts])
    return words, np.diff(np.searchsorted(starts, borders), prepend=0)


def _codes(texts: list[str]) -> np.ndarray:
    """Code points of all texts with line ends around each."""
    return np.frombuffer(("\n" + "\n".join(texts) + "\n").encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _letters(codes: np.ndarray) -> np.ndarray:
    """A number for each letter, the same for capitals; zero for what stands between words."""
    table = np.zeros(int(codes.max()) + 1, dtype=np.uint64)
    for code in np.flatnonzero(np.bincount(codes)).tolist():
        table[code] = _letter(code)
    return table[codes]


@lru_cache(maxsize=10_000)
def _letter(code: int) -> int:
    sign = chr(code)
    if not (sign.isalnum() or sign == "_"):
        return 0
    return int.from_bytes(blake2b(sign.lower().encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") | 1


@lru_cache(maxsize=4)
def _powers(base: int, count: int) -> np.ndarray:
    """base^0, base^1 ... modulo 2^64."""
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors)


def _shingles(words: np.ndarray, doc: np.ndarray, texts: int) -> tuple[np.ndarray, np.ndarray]:
    """Sorted shingles of each text without repetitions, and how many each has."""
    if len(words) < len(_TURNS):
        return np.zeros(0, dtype=np.uint64), np.zeros(texts, dtype=np.int64)
    mixed = np.zeros(len(words) - 2, dtype=np.uint64)
    for shift, (factor, turn) in enumerate(zip(_FACTORS, _TURNS, strict=True)):
        product = words[shift : len(words) - 2 + shift] * np.uint64(factor)
        mixed ^= (product << np.uint64(turn)) | (product >> np.uint64((64 - turn) % 64))
    mixed ^= mixed >> np.uint64(33)  # the last lines of MurmurHash3 (A. Appleby, public domain)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    inside = doc[:-2] == doc[2:]
    mixed, doc = mixed[inside], doc[:-2][inside]
    ends = np.cumsum(np.bincount(doc, minlength=texts)).tolist()
    for begin, end in zip([0, *ends], ends, strict=False):
        mixed[begin:end].sort()
    new = np.concatenate([[True], (mixed[1:] != mixed[:-1]) | (doc[1:] != doc[:-1])])[: len(mixed)]
    return mixed[new], np.bincount(doc[new], minlength=texts)
