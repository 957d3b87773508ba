"""Which blocks of a saved page are its main text: two opinions, trafilatura's and jusText's, on the same blocks.

Where they disagree, the place decides: inside the text both agree on, headings, list items and quotations stay; before
and after it, prose does that hangs beside it.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from toolkit.corpus.pages.blocks import Block, shape_of
from toolkit.corpus.pages.opinions import bare, by_justext, by_trafilatura

__all__ = ["main_blocks"]

#: jusText's own limit on the share of a block's characters that may be links is 0.2; here it is only the second
#: opinion, and blog posts link more than the pages it was made for.
_LINKED = 0.5
#: Share of the agreed text that the element called the text's container must hold.
_CONTAINER = 0.9
#: The same for a cell: tables of old pages set the text beside a column that tells about its author.
_CELL = 0.5
#: A text both found that is less than this share of jusText's means that trafilatura took another part of the page.
_MISSED = 0.2


def main_blocks(tree: Any, blocks: list[Block], titles: Iterable[str] = ()) -> list[bool]:
    """Which of the blocks of a page's (pruned) tree are main text. The tree is not changed.

    Blocks that both opinions keep, in the smallest element that holds 90 % of them (the container), are the core.
    Between its first and last block stays what trafilatura keeps (list items, quotations) and the prose that jusText
    keeps, unless it stands there twice. In front of it, only prose that trafilatura keeps or that stands under the
    last heading (a standfirst, a caption in sentences); nothing behind it. At both ends, lines that trafilatura keeps
    and that hang beside the core stay too, except those of ``titles``. A heading stays if the block under it does.
    """
    lettered = [number for number, block in enumerate(blocks) if any(sign.isalnum() for sign in block.text)]
    kept = _main_of(tree, [blocks[number] for number in lettered], titles)
    chosen = [False] * len(blocks)
    for number, keep in zip(lettered, kept, strict=True):
        chosen[number] = keep
    for before, after in pairwise(lettered):
        if chosen[before] and chosen[after]:  # signs alone between two blocks of the text ("* * *")
            for number in range(before + 1, after):
                chosen[number] = blocks[number].parents[:-1] == blocks[after].parents[:-1]
    return chosen


def _main_of(tree: Any, blocks: list[Block], titles: Iterable[str]) -> list[bool]:
    page = _Page(blocks, by_trafilatura(tree, blocks), by_justext(blocks))
    core = page.core()
    if not any(core):
        return core
    begin, end = core.index(True), len(core) - 1 - core[::-1].index(True)
    bare_titles = {bare(title) for title in titles}
    kept = page.between(core, begin, end, bare_titles)
    page.widen(kept, begin, end, bare_titles)
    return kept


class _Page:
    """The blocks of a page with what trafilatura (``first``) and jusText (``second``) say of each."""

    def __init__(self, blocks: list[Block], first: list[bool], classes: list[tuple[str, str]]) -> None:
        self.blocks = blocks
        self.first = first
        self.second = [final == "good" for _, final in classes]
        self.prose = [
            (alone == "good" or (alone == "neargood" and not block.caption)) and block.linked < _LINKED
            for block, (alone, _) in zip(blocks, classes, strict=True)
        ]

    def core(self) -> list[bool]:
        """What both opinions keep, inside its container; one opinion's, where the other finds nothing there."""
        core = [first and second for first, second in zip(self.first, self.second, strict=True)]
        likely = [first and prose for first, prose in zip(self.first, self.prose, strict=True)]
        if self.size(core) < self.size(likely) / 2:
            core = likely  # jusText gives up where no paragraph is long, as in many posts
        if self.size(core) < _MISSED * self.size(self.second):
            core = self.second
        if not any(core):
            core = self.first
        if not any(core):
            return core
        core = self.with_twins(core)
        container = self.container(core)
        core = [both and container in block.parents for both, block in zip(core, self.blocks, strict=True)]
        return self.without_last_box(core, container)

    def with_twins(self, core: list[bool]) -> list[bool]:
        """The core with the prose that hangs under the same elements and classes: the other posts of a front page."""
        shapes = {shape_of(block) for block, both in zip(self.blocks, core, strict=True) if both}
        return [
            both or (prose and shape_of(block) in shapes)
            for both, prose, block in zip(core, self.prose, self.blocks, strict=True)
        ]

    def container(self, core: list[bool]) -> Any:
        """The innermost element that holds most of the core; of layout tables, one cell that holds enough of it."""
        weights: dict[Any, int] = {}
        for block, both in zip(self.blocks, core, strict=True):
            if both:
                for element in block.parents:
                    weights[element] = weights.get(element, 0) + len(block.text)
        whole = self.size(core)
        container = next(iter(weights))
        for element, weight in weights.items():  # outermost first
            enough = whole * (_CELL if element.tag == "td" else _CONTAINER)
            if weight >= enough and container in element.iterancestors():
                container, whole = element, weight
        return container

    def without_last_box(self, core: list[bool], container: Any) -> list[bool]:
        """The core without a box at its end (subscribe, about us) of which neither opinion keeps most."""
        last = self.blocks[len(core) - 1 - core[::-1].index(True)]
        below = last.parents[last.parents.index(container) + 1 :]
        if len(below) < 2:
            return core
        within = [below[0] in block.parents for block in self.blocks]
        rest = [both and not box for both, box in zip(core, within, strict=True)]
        agreed = self.size(both and box for both, box in zip(core, within, strict=True))
        first = self.size(yes and box for yes, box in zip(self.first, within, strict=True))
        whole = self.size(within)
        return rest if any(rest) and agreed < whole / 2 and first < whole * 2 / 3 else core

    def size(self, chosen: Iterable[bool]) -> int:
        """Characters of the chosen blocks."""
        return sum(len(block.text) for block, yes in zip(self.blocks, chosen, strict=True) if yes)

    def between(self, core: list[bool], begin: int, end: int, titles: set[str]) -> list[bool]:
        """What stays in front of the core and inside it."""
        container = self.container(core)
        inside = [container in block.parents for block in self.blocks]
        cell = next((one for one in [container, *container.iterancestors()] if one.tag == "td"), None)
        headings = [number for number in range(begin) if self.blocks[number].heading]
        last_heading = headings[-1] if headings else begin
        seen: set[str] = set()
        kept = [False] * len(core)
        for number, block in enumerate(self.blocks[: end + 1]):
            fresh = self.second[number] and self.prose[number] and block.text not in seen
            if number < begin:
                standfirst = self.prose[number] and (self.first[number] or (fresh and number > last_heading))
                same_cell = cell is None or cell in block.parents
                kept[number] = standfirst and same_cell and not (block.heading and bare(block.text) in titles)
            else:
                in_list = block.item and not block.linked
                likely = self.first[number] and not block.caption
                kept[number] = core[number] or likely or (inside[number] and (fresh or in_list))
            if kept[number]:
                seen.add(block.text)
        under: int | None = None
        for number in range(end, begin - 1, -1):
            if not self.blocks[number].heading:
                under = number
            elif under is None or not kept[under]:
                kept[number] = False
            else:
                kept[number] = self.blocks[number].linked < _LINKED or (self.first[number] and core[under])
        return kept

    def widen(self, kept: list[bool], begin: int, end: int, titles: set[str]) -> None:
        """Keep also the lines beside the core's ends that trafilatura keeps: a greeting, a last list, a signature."""
        beside = self.beside(begin)
        for number in range(begin - 1, -1, -1):
            block = self.blocks[number]
            wanted = self.first[number] or self.prose[number]
            if not (wanted and _hangs_in(beside, block)) or bare(block.text) in titles:
                break
            kept[number] = kept[number] or (block.linked < _LINKED and not _is_date(block.text))
        beside = self.beside(end)
        for number in range(end + 1, len(kept)):
            block = self.blocks[number]
            wanted = self.first[number] or self.prose[number] or (block.item and not block.linked)
            if not (wanted and _hangs_in(beside, block) and block.linked < _LINKED):
                break
            kept[number] = True
        while end + 1 < len(kept) and kept[end + 1]:
            end += 1
        while self.blocks[end].heading and end > begin:  # nothing is left under it
            kept[end] = False
            end -= 1

    def beside(self, number: int) -> Any:
        """The element in which a block's neighbours hang: its own one if more stands in that, else the next."""
        parents = self.blocks[number].parents
        shared = sum(parents[-1] in block.parents for block in self.blocks) > 1
        return parents[-1] if shared or len(parents) < 2 else parents[-2]


def _hangs_in(element: Any, block: Block) -> bool:
    """Does the block hang in the element directly, or in its lists and quotations?"""
    if element not in block.parents:
        return False
    between = block.parents[block.parents.index(element) + 1 : -1]
    return all(one.tag in ("ul", "ol", "dl", "li", "dd", "blockquote") for one in between)


def _is_date(text: str) -> bool:
    from toolkit.corpus.dates import read_date

    return len(text) < 80 and read_date(text).iso is not None
