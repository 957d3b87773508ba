"""Tokens and sentences for formats that count in tokens: borders of annotations are always borders of tokens."""

import re
from collections.abc import Iterable

__all__ = ["sentences_of", "tokens_of"]

#: A word (letters, digits, marks on them, and what joins them), or one other sign that can be seen.
_TOKEN = re.compile(r"\w+(?:[\u0300-\u036f'’-]+\w+)*[\u0300-\u036f]*|[^\w\s]")


def tokens_of(text: str, borders: Iterable[int] = ()) -> list[tuple[int, int]]:
    """The tokens of a text, cut where one of ``borders`` falls inside; white space is in none.

    >>> tokens_of("la voz humana", [8])
    [(0, 2), (3, 6), (7, 8), (8, 13)]
    """
    cuts = sorted({at for at in borders if 0 < at < len(text)})
    tokens, number = [], 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while number < len(cuts) and cuts[number] <= start:
            number += 1
        while number < len(cuts) and cuts[number] < end:
            tokens.append((start, cuts[number]))
            start = cuts[number]
            number += 1
        tokens.append((start, end))
    return tokens


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Lines of a text that hold anything, without the white space around them.

    >>> sentences_of("Hola.\\n\\nAdiós. ")
    [(0, 5), (7, 13)]
    """
    lines = []
    for match in re.finditer(r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+", text):
        start, end = match.span()
        part = text[start:end]
        start, end = start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))
        if start < end:
            lines.append((start, end))
    return lines
