"""What trafilatura and jusText say of each block of a page: main text or not.

trafilatura (Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15) looks at the tree and the names of its parts;
jusText (Pomikálek 2011, https://is.muni.cz/th/45523/fi_d) at each block's length, links and function words.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from toolkit.corpus.pages.blocks import Block

__all__ = ["bare", "by_justext", "by_trafilatura"]

#: A block with fewer letters and digits is found in trafilatura's text as a whole line only.
_LONG = 20
#: Places at which one block's text is looked for: pages repeat their title some times, not hundreds of times.
_MAX_PLACES = 20


# ---- jusText


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    """Function words of Spanish, Italian and English: pages are in one of the first two and quote the third."""
    import justext

    return frozenset().union(*(justext.get_stoplist(name) for name in ("Spanish", "Italian", "English")))


def by_justext(blocks: list[Block]) -> list[tuple[str, str]]:
    """jusText's class of each block by itself ("good", "neargood", "short", "bad") and among its neighbours."""
    from justext.core import classify_paragraphs, revise_paragraph_classification
    from justext.paragraph import Paragraph

    class Path:
        """Where a block stands, in the form that jusText asks for."""

        xpath = ""

        def __init__(self, dom: str) -> None:
            self.dom = dom

    paragraphs = []
    for block in blocks:
        paragraph = Paragraph(Path(".".join(element.tag for element in block.parents[-20:])))
        paragraph.text_nodes = [block.text]
        paragraph.chars_count_in_links = round(block.linked * len(block.text))
        paragraphs.append(paragraph)
    classify_paragraphs(paragraphs, _stop_words())
    revise_paragraph_classification(paragraphs)
    return [(paragraph.cf_class, paragraph.class_type) for paragraph in paragraphs]


# ---- trafilatura, whose text is found again in the blocks


def by_trafilatura(tree: Any, blocks: list[Block]) -> list[bool]:
    """Which blocks stand in trafilatura's main text of the tree they were cut from (which is not changed)."""
    return _found(blocks, _trafilatura_lines(tree))


def _trafilatura_lines(tree: Any) -> list[str]:
    """The lines of trafilatura's main text in precision mode; none if it finds none."""
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(tree, favor_precision=True, include_comments=False, with_metadata=False)
    except (RecursionError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []  # odd trees break it now and then; jusText's opinion is left
    text = getattr(document, "text", None) or ""
    return [line for line in text.splitlines() if line.strip()]


def bare(text: str) -> str:
    """Letters and digits of a text, in lower case.

    >>> bare("¿Sí, o no?")
    'síono'
    """
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _found(blocks: list[Block], lines: list[str]) -> list[bool]:
    """Which blocks stand in these lines, in order: the heaviest chain of places that rise with the blocks.

    Letters and digits alone are compared, so that neither spaces nor marks matter.
    """
    bare_lines = [bare(line) for line in lines]
    whole = "".join(bare_lines)
    starts: dict[str, list[int]] = {}  # of whole lines, and of the beginnings of long ones
    at = 0
    for line in bare_lines:
        for key in {line, line[:_LONG]}:
            starts.setdefault(key, []).append(at)
        at += len(line)
    candidates = [
        (start, start + len(letters), number)
        for number, block in enumerate(blocks)
        for letters in [bare(block.text)]
        for start in _places(letters, whole, starts)
    ]
    return _heaviest_chain(candidates, len(blocks))


def _places(letters: str, whole: str, starts: dict[str, list[int]]) -> Iterator[int]:
    """Where a block may stand in the text: a short one as a line, a long one anywhere, if need be in part."""
    if len(letters) < _LONG:
        yield from starts.get(letters, [])[:_MAX_PLACES]
        return
    at_lines = [at for at in starts.get(letters[:_LONG], []) if whole.startswith(letters, at)]
    if at_lines:
        yield from at_lines[:_MAX_PLACES]
        return
    for piece, shift in (
        (letters, 0),
        (letters[: 2 * _LONG], 0),
        (letters[-2 * _LONG :], max(0, len(letters) - 2 * _LONG)),
    ):
        at, count = whole.find(piece), 0
        while at >= 0 and count < _MAX_PLACES:
            yield max(0, at - shift)
            count += 1
            at = whole.find(piece, at + 1)
        if count:
            return


def _heaviest_chain(candidates: list[tuple[int, int, int]], count: int) -> list[bool]:
    """Blocks of the heaviest set of (start, end, block) in which starts do not overlap and rise with the blocks."""
    chosen = [False] * count
    ends: list[int] = []  # rising ends of chains, with rising weights
    best: list[tuple[int, int]] = []  # (weight, index into links)
    links: list[tuple[int, int]] = []  # (block, index of the one before)
    number = 0
    while number < len(candidates):
        block = candidates[number][2]
        fresh = []
        while number < len(candidates) and candidates[number][2] == block:
            start, end, _ = candidates[number]
            place = bisect_right(ends, start) - 1
            weight, before = best[place] if place >= 0 else (0, -1)
            fresh.append((end, weight + end - start, before))
            number += 1
        for end, weight, before in fresh:
            place = bisect_right(ends, end)
            if place and best[place - 1][0] >= weight:
                continue
            links.append((block, before))
            stop = place
            while stop < len(ends) and best[stop][0] <= weight:
                stop += 1
            if place and ends[place - 1] == end:
                place -= 1
            ends[place:stop] = [end]
            best[place:stop] = [(weight, len(links) - 1)]
    at = best[-1][1] if best else -1
    while at >= 0:
        block, at = links[at]
        chosen[block] = True
    return chosen
