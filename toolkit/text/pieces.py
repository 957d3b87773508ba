"""Tokens of many texts by a spaCy tokeniser that is asked once per distinct piece of text.

spaCy's tokeniser cuts a text at white space and each stretch between by itself. One rule looks further: some of its
special cases ("EE. UU.", smileys) are found over the tokens of the whole text. So stretches are tokenised apart, and
their tokens kept, only where no special case can reach from one into the next; else the whole text is one piece.
(Stretches of more than 1,000 characters, which are no words, are cut into such of 100.)
"""

import sys
import threading
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer

__all__ = ["Pieces", "TokenColumns", "is_long"]

#: Characters that are worked on at a time: some ten arrays of this length are held.
_BATCH = 2_000_000
#: The longest stretch without white space that is tokenised as a whole: longer than any word or address.
_LONGEST = 1_000
#: What longer ones are cut into: spaCy takes .02 s for 500 brackets, .35 s for 2,000.
_RULER = 100
#: Which code points are white space; the highest is U+3000.
_SPACE = np.zeros(sys.maxunicode + 1, dtype=bool)
_SPACE[[code for code in range(0x3001) if chr(code).isspace()]] = True


class TokenColumns(NamedTuple):
    """The tokens of many texts, in order, one array a column, (tokens,) each.

    ``text`` (number of the text), ``start`` (code points in that text), ``form`` (place in ``forms``); ``forms``:
    the distinct forms that occur, in no particular order.

    >>> columns = TokenColumns(np.array([0, 0]), np.array([0, 3]), np.array([1, 0]), ["escuchan", "No"])
    >>> [columns.forms[form] for form in columns.form], columns.end.tolist()
    (['No', 'escuchan'], [2, 11])
    """

    text: NDArray[np.int64]
    start: NDArray[np.int64]
    form: NDArray[np.int64]
    forms: list[str]

    @property
    def end(self) -> NDArray[np.int64]:
        """Where each token ends in its text, (tokens,)."""
        return self.start + np.fromiter(map(len, self.forms), np.int64, len(self.forms))[self.form]


class Pieces(dict[str, int]):
    """Numbers of pieces of text; a new piece is tokenised when it is first asked for.

    Tokens that are white space are left out. ``forms``: the text of each distinct form.

    >>> import spacy
    >>> pieces = Pieces(spacy.blank("es").tokenizer)
    >>> pieces.split("No, gracias."), pieces.split("en EE. UU. no")
    (['No,', 'gracias.'], ['en EE. UU. no'])
    >>> [(pieces.forms[form], start) for form, start in pieces.tokens("No, gracias.")]
    [('No', 0), (',', 2), ('gracias', 4), ('.', 11)]
    """

    def __init__(self, tokenizer: "Tokenizer") -> None:
        super().__init__()
        self._tokenizer = tokenizer
        # tasks of a cluster may run in threads of one process
        self._lock = threading.RLock()
        self._rules = frozenset(tokenizer.rules)
        self._prefix, self._suffix = tokenizer.prefix_search, tokenizer.suffix_search
        self._infixes = tokenizer.infix_finditer
        self._plain = bool(self._prefix and self._suffix and self._infixes and not tokenizer.token_match)
        self.forms: list[str] = []
        self._number_of_form: dict[str, int] = {}
        # two numbers a token: its form, and its start in its piece
        self._tokens = array("q")
        # four numbers a piece: its first token, how many it has, and the classes of its last and first characters
        self._rows = array("q")
        self._neighbours = _neighbours(tokenizer)
        self._joined = {(left[-1], right[0]) for left, right in self._neighbours}
        # class 0: characters that no special case reaches over
        self._lefts = {sign: place for place, sign in enumerate(sorted({left for left, _ in self._joined}), 1)}
        self._rights = {sign: place for place, sign in enumerate(sorted({right for _, right in self._joined}), 1)}
        self._reaches = np.zeros((len(self._lefts) + 1, len(self._rights) + 1), dtype=bool)
        for left, right in self._joined:
            self._reaches[self._lefts[left], self._rights[right]] = True

    def __missing__(self, piece: str) -> int:
        with self._lock:
            if piece in self:
                return self[piece]
            tokens = self._cut_long(piece) if is_long(piece) else self._tokenised(piece)
            numbers = [number for form, start in tokens for number in (self._form(form), start)]
            first, number = len(self._tokens) // 2, len(self._rows) // 4
            # each grows in one step, the dictionary last: an interrupt leaves at most rows that nothing points to
            self._tokens.extend(numbers)
            classes = self._lefts.get(piece[-1:], 0), self._rights.get(piece[:1], 0)
            self._rows.extend((first, len(tokens), *classes))
            self[piece] = number
            return number

    def _cut_long(self, piece: str) -> list[tuple[str, int]]:
        """The same where a stretch without white space is endless: spaCy takes the square of its length. No word is as
        long, so it is cut by the ruler; no special case reaches from one stretch of such a text into the next."""
        found, position, known = [], 0, dict[str, list[tuple[str, int]]]()
        for stretch in piece.split():
            position = piece.index(stretch, position)
            length = _RULER if len(stretch) > _LONGEST else _LONGEST
            for offset in range(0, len(stretch), length):
                part = stretch[offset : offset + length]
                if part not in known:
                    known[part] = self._tokenised(part)
                found += [(form, position + offset + start) for form, start in known[part]]
            position += len(stretch)
        return found

    def _tokenised(self, piece: str) -> list[tuple[str, int]]:
        return (self._plain and self._word_and_signs(piece)) or self._cut(piece)

    def _cut(self, piece: str) -> list[tuple[str, int]]:
        """Form and start of each token, by spaCy."""
        return [(token.text, token.idx) for token in self._tokenizer(piece) if not token.is_space]

    def _word_and_signs(self, piece: str) -> list[tuple[str, int]]:
        """The same of a word of letters with signs around it, by spaCy's rules; empty for what needs more of them.

        spaCy itself takes three times as long: it makes a document, and keeps the word for ever.
        """
        start, end, cuts = 0, len(piece), {0, len(piece)}
        while True:
            rest = piece[start:end]
            if rest in self._rules:
                return []
            head = len(found[0]) if (found := self._prefix(rest)) else 0
            tail = len(found[0]) if (found := self._suffix(rest[head:])) else 0
            if not head and not tail:
                break
            if head + tail >= len(rest) or rest[head:] in self._rules or rest[: len(rest) - tail] in self._rules:
                return []
            start, end = start + head, end - tail
            cuts |= {start, end}
        if not rest.isalpha() or any(True for _ in self._infixes(rest)):
            return []
        forms = [(piece[left:right], left) for left, right in pairwise(sorted(cuts))]
        special = any((left, right) in self._neighbours for (left, _), (right, _) in pairwise(forms))
        return [] if special or any(form in self._rules for form, _ in forms) else forms

    def _form(self, form: str) -> int:
        number = self._number_of_form.get(form)
        if number is None:
            number = len(self.forms)
            self.forms.append(form)
            self._number_of_form[form] = number
        return number

    def is_punctuation(self, form: str) -> bool:
        """Whether spaCy takes a form for punctuation.

        >>> import spacy
        >>> Pieces(spacy.blank("es").tokenizer).is_punctuation("¿")
        True
        """
        return bool(self._tokenizer.vocab[form].is_punct)

    def split(self, text: str) -> list[str]:
        """The pieces whose tokens, one after the other, are those of the text."""
        pieces = text.split()
        if any((left[-1], right[0]) in self._joined for left, right in pairwise(pieces)):
            return [text]
        return pieces

    def tokens(self, text: str) -> Iterator[tuple[int, int]]:
        """Number of the form and start in the text of each token."""
        position = 0
        for piece in self.split(text):
            position = text.index(piece, position)
            first, count = self._rows[(row := 4 * self[piece]) : row + 2]
            numbers = self._tokens[2 * first : 2 * (first + count)]
            yield from ((form, position + start) for form, start in zip(numbers[::2], numbers[1::2], strict=True))
            position += len(piece)

    def columns(self, texts: Sequence[str]) -> TokenColumns:
        """The tokens of many texts."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        batch = np.cumsum(lengths) // _BATCH
        borders = [0, *(np.flatnonzero(np.diff(batch)) + 1).tolist(), len(texts)]
        with self._lock:
            parts = [self._batch(texts[low:high], lengths[low:high], low) for low, high in pairwise(borders)]
        text, start, form = (np.concatenate(column) for column in zip(*parts, strict=True))
        occurs = np.zeros(len(self.forms), dtype=bool)
        occurs[form] = True
        forms = np.flatnonzero(occurs)
        return TokenColumns(text, start, (np.cumsum(occurs) - 1)[form], [self.forms[place] for place in forms])

    def _batch(self, texts: Sequence[str], lengths: NDArray[np.int64], first: int) -> tuple[NDArray[np.int64], ...]:
        """Text, start and form of each token; the texts are numbered from ``first``."""
        joined = "\n".join(texts)
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        begin = np.flatnonzero(np.diff(_SPACE[codes], prepend=True, append=True))[::2]
        number = np.fromiter(map(self.__getitem__, joined.split()), np.int64, len(begin))
        offset = np.cumsum(lengths + 1) - lengths - 1
        text = np.repeat(np.arange(len(texts)), np.diff(np.searchsorted(begin, offset), append=len(begin)))
        rows = np.array(self._rows).reshape(-1, 4)
        reaching = self._reaches[rows[number[:-1], 2], rows[number[1:], 3]]
        whole = np.unique(text[1:][reaching & (text[1:] == text[:-1])])
        if len(whole):
            apart = ~np.isin(text, whole)
            number = np.concatenate([number[apart], [self[texts[place]] for place in whole]])
            begin, text = np.concatenate([begin[apart], offset[whole]]), np.concatenate([text[apart], whole])
            order = np.argsort(text, kind="stable")
            number, begin, text = number[order], begin[order], text[order]
            rows = np.array(self._rows).reshape(-1, 4)
        count = rows[number, 1]
        token = np.repeat(rows[number, 0] - np.cumsum(count) + count, count) + np.arange(count.sum())
        form, start = np.array(self._tokens).reshape(-1, 2)[token].T
        return np.repeat(text + first, count), start + np.repeat(begin - offset[text], count), form


def is_long(piece: str) -> bool:
    """Whether a text has a stretch without white space that no writer would call a word."""
    return len(piece) > _LONGEST and max(map(len, piece.split()), default=0) > _LONGEST


def _neighbours(tokenizer: "Tokenizer") -> set[tuple[str, str]]:
    """Neighbouring tokens in special cases, which can so reach from one into the next, over white space too."""
    from spacy.tokenizer import Tokenizer

    searches = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")
    plain = Tokenizer(tokenizer.vocab, **{name: getattr(tokenizer, name) for name in searches})
    cases = ([token.text for token in plain(case)] for case in tokenizer.rules)
    return {pair for case in cases for pair in pairwise(case)}
