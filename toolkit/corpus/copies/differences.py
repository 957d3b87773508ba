"""Where two texts differ: the parts that only one has or that were changed, as a table and for reading.

Words and signs are compared as they are written; white space between them is not. Runs of words that each text has once
are matched first, in the longest order common to both (patience diff, Bram Cohen); what is left between them goes to
``difflib``.
"""

import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import pandas as pd

from toolkit.marked_text import clean
from toolkit.printable import printable

__all__ = ["Differences", "duplicate_differences", "show_differences"]

_TOKEN = re.compile(r"\w+|[^\w\s]")
#: Lengths in words of the runs that are matched where both texts have them once.
_RUNS = (4, 2, 1)
#: The work left to difflib, in pairs of equal words, for one gap and for both texts: above it the gap is one change.
#: With these any two texts of 300,000 words took less than two seconds.
_MOST_OF_GAP, _MOST_IN_ALL = 100_000, 5_000_000
_COLUMNS = ["kind", "start_a", "end_a", "start_b", "end_b", "text_a", "text_b"]
_STYLES = {
    "only_a": ("del", "background: #fde3df; color: #222"),
    "only_b": ("ins", "background: #dcebf7; color: #222"),
}

_Block = tuple[int, int, int]
_Gap = tuple[int, int, int, int]


def duplicate_differences(text_a: str, text_b: str) -> pd.DataFrame:
    """The parts in which two texts differ, in order.

    Returns
    -------
    DataFrame
        ``kind`` ("only_a", "only_b", or "changed": both have something else there), ``start_a, end_a, start_b, end_b``
        (code points of the unchanged texts, half-open; an empty span says where the other text has more), ``text_a,
        text_b`` (the text between them). Outside the rows both texts have the same words and signs in the same
        order; a part that was moved is one row of each kind. White space alone makes no difference.

    >>> duplicate_differences("Hoy abre la tienda.", "Hoy cierra la tienda, dicen.")[["kind", "text_a", "text_b"]]
          kind text_a   text_b
    0  changed   abre   cierra
    1   only_b         , dicen
    """
    spans_a = [match.span() for match in _TOKEN.finditer(text_a)]
    spans_b = [match.span() for match in _TOKEN.finditer(text_b)]
    words_a, words_b = [text_a[i:j] for i, j in spans_a], [text_b[i:j] for i, j in spans_b]
    rows = []
    a = b = 0
    for next_a, next_b, length in [*_common(words_a, words_b), (len(words_a), len(words_b), 0)]:
        if a < next_a or b < next_b:
            kind = "only_b" if a == next_a else "only_a" if b == next_b else "changed"
            span_a, span_b = _span(spans_a, a, next_a), _span(spans_b, b, next_b)
            rows.append((kind, *span_a, *span_b, text_a[slice(*span_a)], text_b[slice(*span_b)]))
        a, b = next_a + length, next_b + length
    return pd.DataFrame(rows, columns=_COLUMNS)


def _span(spans: list[tuple[int, int]], first: int, stop: int) -> tuple[int, int]:
    """From the first word to the last; for no words the place behind the word before."""
    if first < stop:
        return spans[first][0], spans[stop - 1][1]
    place = spans[first - 1][1] if first else 0
    return place, place


def _common(a: list[str], b: list[str]) -> list[_Block]:
    """Where equal runs of words begin in both, and their lengths; in order, none touching the next in both texts."""
    found: list[_Block] = []
    gaps: list[_Gap] = [(0, len(a), 0, len(b))]
    for size in _RUNS:
        rest: list[_Gap] = []
        for gap in gaps:
            begin_a, begin_b = gap[0], gap[2]
            for block in [*_unique_runs(a, b, gap, size), (gap[1], gap[3], 0)]:
                if begin_a < block[0] and begin_b < block[1]:
                    rest.append((begin_a, block[0], begin_b, block[1]))
                begin_a, begin_b = block[0] + block[2], block[1] + block[2]
                if block[2]:
                    found.append(block)
        gaps = rest
    left = _MOST_IN_ALL
    for begin_a, end_a, begin_b, end_b in gaps:
        part_a, part_b = a[begin_a:end_a], b[begin_b:end_b]
        counts = Counter(part_b)
        work = sum(counts[word] for word in part_a)
        if not work or work > min(_MOST_OF_GAP, left):
            continue
        left -= work
        for block_a, block_b, length in SequenceMatcher(None, part_a, part_b, autojunk=False).get_matching_blocks():
            if length:
                found.append((begin_a + block_a, begin_b + block_b, length))
    return list(_joined(sorted(found)))


def _joined(blocks: list[_Block]) -> Iterator[_Block]:
    begin_a, begin_b, length = 0, 0, 0
    for a, b, more in blocks:
        if (a, b) == (begin_a + length, begin_b + length):
            length += more
            continue
        if length:
            yield begin_a, begin_b, length
        begin_a, begin_b, length = a, b, more
    if length:
        yield begin_a, begin_b, length


def _unique_runs(a: list[str], b: list[str], gap: _Gap, size: int) -> Iterator[_Block]:
    """Equal runs in a gap: those of ``size`` words that stand once in each text, made as long as they go."""
    begin_a, end_a, begin_b, end_b = gap
    once_a, once_b = _once(a, begin_a, end_a, size), _once(b, begin_b, end_b, size)
    pairs = [(place, once_b[run]) for run, place in once_a.items() if run in once_b]
    reached_a, reached_b = begin_a, begin_b
    for one, two in _increasing(pairs):
        if one < reached_a or two < reached_b:
            continue
        start_a, start_b, stop_a, stop_b = one, two, one + size, two + size
        while start_a > reached_a and start_b > reached_b and a[start_a - 1] == b[start_b - 1]:
            start_a, start_b = start_a - 1, start_b - 1
        while stop_a < end_a and stop_b < end_b and a[stop_a] == b[stop_b]:
            stop_a, stop_b = stop_a + 1, stop_b + 1
        yield start_a, start_b, stop_a - start_a
        reached_a, reached_b = stop_a, stop_b


def _once(words: list[str], begin: int, end: int, size: int) -> dict[tuple[str, ...], int]:
    """Places of the runs of ``size`` words that stand once, in order."""
    places: dict[tuple[str, ...], int] = {}
    for place in range(begin, end - size + 1):
        run = tuple(words[place : place + size])
        places[run] = -1 if run in places else place
    return {run: place for run, place in places.items() if place >= 0}


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs (sorted by the first number) in which the second number rises too."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, second) in enumerate(pairs):
        place = bisect_left(tails, second)
        before.append(last[place - 1] if place else -1)
        tails[place : place + 1] = [second]
        last[place : place + 1] = [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


@dataclass(frozen=True)
class Differences:
    """Two texts as one, for reading: a notebook shows it, ``html`` is its page fragment with every text escaped.

    >>> from toolkit.corpus import show_differences
    >>> shown = show_differences("Hoy abre la tienda.", "Hoy cierra <todo>.")
    >>> isinstance(shown, Differences), "&lt;todo&gt;" in shown.html
    (True, True)
    """

    html: str

    def __repr__(self) -> str:
        said = re.sub("<del[^>]*>(.*?)</del>", r"[-\1-]", self.html, flags=re.DOTALL)
        said = re.sub("<ins[^>]*>(.*?)</ins>", r"{+\1+}", said, flags=re.DOTALL).replace("</p>", "\n")
        return printable(html.unescape(re.sub("<[^>]*>", "", said)))

    def _repr_html_(self) -> str:
        return self.html


def show_differences(
    text_a: str, text_b: str, *, names: tuple[str, str] = ("A", "B"), context: int | None = 160
) -> Differences:
    """The differing parts among what is common: struck out what only the first text has, underlined what only the
    second has.

    ``names`` head the page. Of common text longer than twice ``context`` characters only the two ends are shown; all
    of it with None.

    >>> shown = show_differences("Hoy abre la tienda.", "Hoy cierra la tienda.")
    >>> "cierra</ins> la tienda." in shown.html
    True
    """
    parts = [f"<p>{_marked(names[0], 'only_a')} {_marked(names[1], 'only_b')}</p>"]
    position = 0
    for row in duplicate_differences(text_a, text_b).itertuples(index=False):
        parts.append(_shortened(text_a[position : row.start_a], context))
        parts += [_marked(row.text_a, "only_a"), _marked(row.text_b, "only_b")]
        position = row.end_a
    parts.append(_shortened(text_a[position:], context))
    return Differences(
        f'<div class="tex2jax_ignore mathjax_ignore" style="white-space: pre-wrap">{"".join(parts)}</div>'
    )


def _marked(text: str, kind: str) -> str:
    tag, style = _STYLES[kind]
    return f'<{tag} style="{style}">{html.escape(clean(text))}</{tag}>' if text else ""


def _shortened(text: str, context: int | None) -> str:
    if context is None or len(text) <= 2 * context + 20:
        return html.escape(clean(text))
    left_out = f'<span style="opacity: .78"> [{len(text) - 2 * context:,} characters] </span>'
    return html.escape(clean(text[:context])) + left_out + html.escape(clean(text[len(text) - context :]))
