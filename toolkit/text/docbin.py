"""DocBin, spaCy's file of documents (``.spacy``): written by spaCy itself, from texts with spans of any borders.

How it is read: :mod:`toolkit.text.docbin_unpack`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["CodedText", "pack_docs", "spaced_words"]


class CodedText(NamedTuple):
    """A text to pack. ``spans``: start, end, label and id; ``attrs`` of their group; ``user_data`` of the document."""

    text: str
    words: Sequence[str]
    spaces: Sequence[bool]
    spans: Sequence[tuple[int, int, str, str]]
    attrs: Mapping[str, Any]
    user_data: Mapping[str, Any]


def spaced_words(
    text: str, tokens: Iterable[tuple[int, int]], spans: Iterable[tuple[int, int]]
) -> tuple[list[str], list[bool]]:
    """Words as spaCy keeps them, and whether a blank follows each; together they are the text to the last character.

    White space other than one blank after a word is a word of its own, as with spaCy's tokeniser; so is a blank where
    a span begins before it or ends behind it. ``tokens`` must be cut at the borders of the spans.

    >>> spaced_words("la  voz ", [(0, 2), (4, 7)], [(4, 8)])
    (['la', ' ', 'voz', ' '], [True, False, False, False])
    """
    borders = list(spans)
    starts, ends = {start for start, _ in borders}, {end for _, end in borders}
    words: list[str] = []
    spaces: list[bool] = []
    at = 0
    for start, end in (*tokens, (len(text), len(text))):
        if words and at < start and text[at] == " " and at not in starts and at + 1 not in ends:
            spaces[-1] = True
            at += 1
        first = at
        for here in range(at + 1, start + 1):
            if here == start or here in starts or here in ends:
                words.append(text[first:here])
                spaces.append(False)
                first = here
        if start < end:
            words.append(text[start:end])
            spaces.append(False)
        at = end
    return words, spaces


def pack_docs(docs: Iterable[CodedText], group: str) -> bytes:
    """A DocBin of the texts; their spans as the span group of this name, empty where a text has none.

    Raises :class:`ValueError` where words and blanks are not the text, or a span does not begin and end with a word.
    """
    from spacy.tokens import Doc, DocBin, Span, SpanGroup
    from spacy.vocab import Vocab

    vocab = Vocab()
    # no columns but the words: we know nothing of tags, heads and entities, and a zero there would say "missing"
    packed = DocBin(attrs=(), store_user_data=True)
    for one in docs:
        doc = Doc(vocab, words=list(one.words), spaces=list(one.spaces), user_data=dict(one.user_data))
        if doc.text != one.text:
            raise ValueError("the words are not those of the text")
        # counted here: to ask every token costs as much as all the rest
        begins, stops, at = {}, {}, 0
        for number, (word, space) in enumerate(zip(one.words, one.spaces, strict=True)):
            begins[at] = number
            at += len(word)
            stops[at] = number + 1
            at += space
        try:
            spans = [
                Span(doc, begins[start], stops[end], label=label, span_id=name) for start, end, label, name in one.spans
            ]
        except KeyError as error:
            raise ValueError(f"no word begins or ends at {error}") from error
        doc.spans[group] = SpanGroup(doc, name=group, spans=spans, attrs=dict(one.attrs))
        packed.add(doc)
    content: bytes = packed.to_bytes()
    return content
