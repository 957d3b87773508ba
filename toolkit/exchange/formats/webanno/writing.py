"""A document and its spans as a WebAnno TSV 3.3 file that INCEpTION reads, and that gives back the exact text.

The tool rebuilds the text from sentences (``Tsv3XDeserializer.readContent``): each begins where its first token does,
holds all that stands up to its end, and what is missing before the next is a line feed and blanks. So sentences begin
at the first word of a line and reach to the next, less a line feed and blanks that the tool puts there by itself.
Tokens are cut at the borders of the spans; white space becomes a token only where a span begins or ends in it, or where
it begins the text and is more than blanks.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from toolkit.errors import InputError
from toolkit.exchange.formats.cas.layer import FEATURES, LAYER, feature_of
from toolkit.exchange.formats.webanno.escapes import escape_text, escape_value
from toolkit.exchange.formats.webanno.lines import EMPTY
from toolkit.exchange.inputs import MAX_BYTES
from toolkit.exchange.model import Document, Span
from toolkit.exchange.offsets import Offsets
from toolkit.exchange.segments import sentences_of, tokens_of

__all__ = ["sheet_text"]

#: A word may hold white space only in our own files; as it is, it would end the field or the line.
_IN_WORDS = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


def sheet_text(document: Document, spans: Sequence[Span], features: Sequence[str]) -> str:
    """The file of one document."""
    text = document.text or ""
    names = [*FEATURES, *(feature_of(name) for name in features)]
    lines = ["#FORMAT=WebAnno TSV 3.3", f"#T_SP={LAYER}|{'|'.join(names)}", ""]
    tokens = _tokens(text, spans)
    if not tokens:
        return "\n".join([*lines, "", ""])
    cells = _cells(tokens, spans, features, document.doc_id)
    empty = "\t".join([EMPTY] * len(names))
    from_points = Offsets(text, "utf16").from_points
    for number, (first, last, body) in enumerate(_sentences(text, tokens), 1):
        lines.append("")
        lines += ("#Text=" + escape_text(line) for line in body.split("\n"))
        for index in range(first, last):
            start, end = tokens[index]
            word = text[start:end].translate(_IN_WORDS)
            place = f"{from_points(start)}-{from_points(end)}"
            lines.append(f"{number}-{index - first + 1}\t{place}\t{word}\t{cells.get(index, empty)}\t")
    return "\n".join([*lines, ""])


def _cells(
    tokens: Sequence[tuple[int, int]], spans: Sequence[Span], features: Sequence[str], doc_id: str
) -> dict[int, str]:
    """The columns of each token with spans. Every span has an id: without one an empty value at the end of a stack
    would be lost (Java's split leaves it out), and the rows of a span could not be told to be one."""
    starts = [start for start, _ in tokens]
    stacks: dict[int, list[list[str]]] = {}
    size = 0
    for number, span in enumerate(spans, 1):
        values = [_value(span, name) for name in FEATURES] + [span.features.get(name) for name in features]
        parts = [("*" if value is None else escape_value(value)) + f"[{number}]" for value in values]
        within = range(bisect_left(starts, span.start), bisect_left(starts, span.end))
        size += len(within) * sum(map(len, parts))
        if size > MAX_BYTES:
            raise InputError(
                f"{doc_id}: the format repeats notes and other values of a coding at each of its words, here more than "
                f"{MAX_BYTES / 1e6:,.0f} MB; shorten them, or take another format."
            )
        for index in within:
            stacks.setdefault(index, []).append(parts)
    return {
        index: "\t".join(map("|".join, zip(*stack, strict=True)) if len(stack) > 1 else stack[0])
        for index, stack in stacks.items()
    }


def _value(span: Span, name: str) -> str | None:
    value = getattr(span, name)
    return value if value is None or isinstance(value, str) else repr(float(value))


def _tokens(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Words, cut at the borders of spans, and the white space that is needed."""
    starts = {span.start for span in spans}
    ends = {span.end for span in spans}
    tokens = tokens_of(text, starts | ends)
    blank_starts = {at for at in starts if text[at].isspace()}
    blank_ends = {at for at in ends if text[at - 1].isspace()}
    leading = tokens[0][0] if tokens else len(text)
    if not tokens or text[:leading].strip(" "):
        blank_starts |= {0} if text else set()
    if not blank_starts and not blank_ends:
        return tokens
    cuts = sorted(blank_starts | blank_ends | starts | ends)
    for run in re.finditer(r"\s+", text):
        inside = cuts[bisect_left(cuts, run.start()) : bisect_left(cuts, run.end() + 1)]
        borders = sorted({run.start(), *inside, run.end()})
        for start, end in pairwise(borders):
            if start in blank_starts or end in blank_ends:
                tokens.append((start, end))
    return sorted(tokens)


def _sentences(text: str, tokens: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int, str]]:
    """First token, token after the last, and text of each sentence."""
    starts = [start for start, _ in tokens]
    begins = sorted({starts[0], *(start for start, _ in sentences_of(text)[1:])})
    for begin, after in zip(begins, [*begins[1:], None], strict=True):
        first = bisect_left(starts, begin)
        if after is None:
            yield first, len(tokens), text[begin:]
            return
        last = bisect_left(starts, after)
        end = tokens[last - 1][1]
        # the tool itself puts a line feed and blanks between sentences
        rest = text[end:after].rstrip(" ")
        yield first, last, text[begin : end + len(rest) - 1 if rest.endswith("\n") else after]
