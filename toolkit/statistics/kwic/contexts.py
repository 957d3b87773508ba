"""Where the context of a line begins and ends, and which word stands n places from a node: numbers, no strings."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from toolkit.errors import InputError
from toolkit.statistics.counting.token_index import TokenIndex, changes, fold_form
from toolkit.text import fold

__all__ = ["Hits", "Reader", "Side", "Texts", "Within", "normal", "ranked", "reader_of", "sort_key"]

Side = Literal["left", "right"]
Within = Literal["document", "passage"]
#: Code points of the texts that are looked at together for gaps: some 50 MB of arrays.
_BATCH = 2_000_000
#: No sign beyond U+3000, the ideographic space, is white space.
_SPACE = np.array([chr(point).isspace() for point in range(0x3001)] + [False])


class Hits(NamedTuple):
    """What a query found, each (lines,), in the order of the text.

    ``doc``: place of the document in the index; ``start``, ``end``: code points; ``first``, ``last``: the tokens that
    the node touches, ``last`` exclusive (first == last where it touches none); ``found``: place in ``names``, of which
    some may name no line.
    """

    doc: np.ndarray
    start: np.ndarray
    end: np.ndarray
    first: np.ndarray
    last: np.ndarray
    found: np.ndarray
    names: Sequence[str]

    def take(self, rows: np.ndarray) -> "Hits":
        """Some of them."""
        doc, start, end, first, last, found = (column[rows] for column in self[:6])
        return Hits(doc, start, end, first, last, found, self.names)


class Texts(Mapping[str, str]):
    """The unchanged text of each document by ``doc_id``, fetched when asked for.

    Raises :class:`InputError` where the tokens are not those of the text.
    """

    def __init__(self, index: TokenIndex) -> None:
        assert index.posts is not None
        self._index = index
        self._stored = index.posts["text"].array
        self._fetched: dict[int, str] = {}
        self._places = {doc_id: place for place, doc_id in enumerate(index.doc_ids)}

    def __getitem__(self, doc_id: str) -> str:
        return self.at(self._places[doc_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def at(self, place: int) -> str:
        """The text of a document by its place in the index."""
        text = self._fetched.get(place)
        if text is None:
            text = str(self._stored[place])
            self._check(place, text)
            self._fetched[place] = text
        return text

    def _check(self, place: int, text: str) -> None:
        index = self._index
        low, high = index.bounds[place], index.bounds[place + 1]
        if low == high:
            return
        codes, terms = index.vocabulary("form")
        for token in (low, (low + high) // 2, high - 1):
            start, end = int(index.start[token]), int(index.end[token])
            if end > len(text) or fold_form(text[start:end]) != terms[codes[token]]:
                raise InputError(
                    f"concordance: '{terms[codes[token]]}' does not stand from {start} to {end} in the text of "
                    f"'{index.doc_ids[place]}'; give the posts that the tokens were made of."
                )


class Reader:
    """What all concordances of an index share: its words, its gaps, its texts; see :func:`reader_of`."""

    def __init__(self, index: TokenIndex) -> None:
        self.index = index
        self.doc, self.start, self.end = index.doc, index.start, index.end
        self.texts = Texts(index)
        #: The tokens that are words, and the number of words before each token.
        self._words = np.flatnonzero(index.is_word)
        self._before = np.concatenate([[0], np.cumsum(index.is_word, dtype=np.int32)])
        #: Where a stretch of text without a gap begins, known for some documents.
        self._opens = changes(self.doc)
        self._known = np.zeros(len(index.doc_ids), dtype=bool)
        self._passages: np.ndarray | None = None
        self._ranks: dict[str, np.ndarray] = {}
        self._counts: dict[str, np.ndarray] = {}
        #: What the terms of a vocabulary are compared by: (unit, case, accents) to the keys, and the terms of each.
        self.keys: dict[tuple[str, bool, bool], tuple[list[str], dict[str, list[int]]]] = {}

    def __len__(self) -> int:
        return len(self.doc)

    def located(self, doc: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The tokens that spans touch: first, and one after the last; equal where a span touches none."""
        width = max((int(part.max()) for part in (self.end, end) if len(part)), default=0) + 1
        base, own = doc.astype(np.int64) * width, self.doc.astype(np.int64) * width
        first = np.searchsorted(own + self.end, base + start, side="right")
        return first, np.maximum(np.searchsorted(own + self.start, base + end, side="left"), first)

    def spans(self, hits: Hits, words: int, within: Within) -> tuple[np.ndarray, np.ndarray]:
        """Where the contexts begin and end: ``words`` words to each side, or less where the text has a gap."""
        left, right = hits.start.copy(), hits.end.copy()
        if not words or not len(self):
            return left, right
        begins, ends = self.around(hits, words, within)
        some = hits.first < hits.last
        # a node may begin or end inside a token, whose rest is context
        left[some] = np.minimum(left, self.start[np.where(some, begins, 0)])[some]
        right[some] = np.maximum(right, self.end[np.where(some, ends - 1, 0)])[some]
        return left, right

    def around(self, hits: Hits, words: int, within: Within) -> tuple[np.ndarray, np.ndarray]:
        """The same in tokens: the first of the left context, and one after the last of the right one."""
        low, high = self._limits(hits, within)
        before, after = self._before[hits.first] - words, self._before[hits.last] + words - 1
        begins = np.maximum(self._word(before, 0), low)
        ends = np.minimum(self._word(after, len(self) - 1) + 1, high)
        return begins, np.maximum(ends, hits.last)

    def nth(self, hits: Hits, side: Side, place: int, within: Within) -> np.ndarray:
        """The token of the ``place``-th word (from 1) left or right of each node, (lines,); -1 where there is none."""
        if not len(self):
            return np.full(len(hits.doc), -1)
        low, high = self._limits(hits, within)
        if side == "left":
            found = self._word(self._before[hits.first] - place, -1)
            return np.where(found >= low, found, -1)
        found = self._word(self._before[hits.last] + place - 1, len(self))
        return np.where(found < high, found, -1)

    def ranks(self, unit: str = "form") -> np.ndarray:
        """The place of each term of a vocabulary in the alphabet, without case and accents."""
        if unit not in self._ranks:
            self._ranks[unit] = ranked([sort_key(term) for term in self.index.vocabulary(unit).terms])
        return self._ranks[unit]

    def counts(self, unit: str) -> np.ndarray:
        """How often each term of a vocabulary stands in the corpus."""
        if unit not in self._counts:
            codes, terms = self.index.vocabulary(unit)
            self._counts[unit] = np.bincount(codes[codes >= 0], minlength=len(terms))
        return self._counts[unit]

    def _word(self, number: np.ndarray, otherwise: int) -> np.ndarray:
        """The tokens of words by their number in the corpus; ``otherwise`` before the first and after the last."""
        there = (number >= 0) & (number < len(self._words))
        found = np.full(len(number), otherwise, dtype=np.int64)
        found[there] = self._words[number[there]]
        return found

    def _limits(self, hits: Hits, within: Within) -> tuple[np.ndarray, np.ndarray]:
        """First and one after the last token of the stretch of text around each node; nothing around bare ones."""
        self._find_gaps(np.flatnonzero(np.bincount(hits.doc)))
        marks = self._opens
        if within == "passage":
            if self._passages is None:
                self._passages = changes(self.index.passage)
            marks = marks | self._passages
        opens = np.flatnonzero(marks)
        low = opens[np.maximum(np.searchsorted(opens, hits.first, side="right") - 1, 0)]
        high = np.append(opens, len(self))[np.searchsorted(opens, hits.last - 1, side="right")]
        some = hits.first < hits.last
        return np.where(some, low, hits.first), np.where(some, high, hits.first)

    def _find_gaps(self, docs: np.ndarray) -> None:
        """Mark the tokens of these documents before which other text than white space stands."""
        docs = docs[~self._known[docs]]
        self._known[docs] = True
        batch: list[int] = []
        size = 0
        for place in docs.tolist():
            batch.append(place)
            size += len(self.texts.at(place))
            if size > _BATCH:
                self._find_gaps_of(batch)
                batch, size = [], 0
        if batch:
            self._find_gaps_of(batch)

    def _find_gaps_of(self, docs: list[int]) -> None:
        texts = [self.texts.at(place) for place in docs]
        offsets = np.cumsum([0] + [len(text) for text in texts])[:-1]
        low = self.index.bounds[docs]
        count = self.index.bounds[np.array(docs) + 1] - low
        token = np.arange(count.sum()) + np.repeat(low - np.cumsum(count) + count, count)
        base = np.repeat(offsets, count)
        # a gap lies between a token and the one before it in the same document, where they do not touch
        left, right = (self.end[token] + base)[:-1], (self.start[token] + base)[1:]
        wide = np.flatnonzero((right > left) & ~self._opens[token[1:]])
        left, right = left[wide], right[wide]
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        # most gaps are one sign
        filled = _ink(points[left])
        longer = np.flatnonzero(right - left > 1)
        if len(longer):
            length = (right - left)[longer]
            begin = np.cumsum(length) - length
            signs = np.arange(length.sum()) + np.repeat(left[longer] - begin, length)
            filled[longer] = np.logical_or.reduceat(_ink(points[signs]), begin)
        self._opens[token[1:][wide[filled]]] = True


def _ink(points: np.ndarray) -> np.ndarray:
    """Which code points are no white space."""
    return ~_SPACE[np.minimum(points, len(_SPACE) - 1)]


def reader_of(index: TokenIndex) -> Reader:
    """The reader of an index, made at the first query and kept as long as the index is.

    Raises :class:`InputError` for an index without posts.
    """
    if index.posts is None:
        raise InputError("concordance: shows texts and got no posts; give posts=, or TokenIndex(tokens, posts).")
    if "reader" not in index.made:
        index.made["reader"] = Reader(index)
    reader: Reader = index.made["reader"]
    return reader


def normal(text: str) -> str:
    """Accents composed, apostrophes straight: as the forms of an index are written, but for capitals.

    >>> normal("dell’e\u0301lite")
    "dell'élite"
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text).replace("’", "'")


def sort_key(text: str) -> str:
    """What texts are sorted by: without case and accents, ñ after n, white space as one space.

    >>> sorted(["oso", "Ñandú", "nube", "nzz", "Ángel"], key=sort_key)
    ['Ángel', 'nube', 'nzz', 'Ñandú', 'oso']
    """
    return fold(" ".join(text.split())).replace("ñ", "n\U0010ffff")


def ranked(keys: Sequence[Any]) -> np.ndarray:
    """The place of each key among the sorted distinct ones; the same for the same."""
    place = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([place[key] for key in keys], dtype=np.int32)
