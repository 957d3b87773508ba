"""Where on a page lines must be furniture: the top above the prose, the bottom below it, blocks, neighbours.

A page is taken as paragraphs (lines without a blank line between). The rules have marked what they know; here the
short lines that stand with those marks are marked too. ``toolkit.corpus.furniture`` calls the passes in order.
"""

import re
from collections.abc import Iterator

from toolkit.corpus.furniture import shapes
from toolkit.corpus.furniture.rule import Mark
from toolkit.corpus.furniture.rulebook import Hints, Rulebook
from toolkit.corpus.furniture.shapes import LONGEST_LINE, Line

__all__ = [
    "drop_diary",
    "end_of_writing",
    "fill_blocks",
    "fill_bottom",
    "fill_paragraphs",
    "fill_top",
    "is_headword",
    "mark_loose_parts",
    "mark_menus",
    "mark_names_of_comments",
    "paragraphs",
    "peel",
]

#: Kinds that stand under a post and not in it: with one of them the bottom of a page begins.
_BOTTOM = frozenset(["comment_form", "tags", "copyright", "byline", "related_links", "login_prompt", "newsletter"])
#: Kinds that name who speaks: what stands under them is said by somebody.
_SPEAKING = frozenset(["comment_meta", "byline", "caption"])
#: Kinds with which what readers say begins.
_AFTER = frozenset(["comment_meta", "comment_form"])
#: What a line without a mark takes from the evidence that the bottom of the page has begun.
_BODY_WEIGHS, _SHORT_WEIGHS = 1.5, 0.25
#: So many marked lines make a bottom in which a sentence between two of them is a notice.
_MANY = 5
_LONGEST_RUN = 8
_SHORTEST_MENU = 5
#: A longer paragraph is a list of the writer's own, whatever one of its lines looks like.
_LONGEST_PARAGRAPH = 14
_WORDS_OF_LABEL = 8
#: Notices at the very top or bottom that read like prose: one of cookies, one of licences, a programme's name.
_MOST_PEELED = 4
_DATE_RULE = "date_line"
_EMBED_RULE = "embed_credit"
_PROFILE_RULE = "forum_profile"

Found = list[Mark | None]


def paragraphs(lines: list[Line]) -> Iterator[range]:
    """Numbers of lines without a blank line between them."""
    start = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or lines[number].gap:
            yield range(start, number)
            start = number


def is_headword(lines: list[Line], number: int) -> bool:
    """A word or three after a blank line with its explanation directly below: a glossary's "Blogroll"."""
    line = lines[number]
    if number + 1 == len(lines) or not line.gap or line.length > 30 or len(line.key.split()) > 3:
        return False
    below = lines[number + 1]
    explained = not below.gap and not below.item and shapes.is_body(below) and not shapes.is_link(below)
    return explained and not any(sign.isdigit() or sign in ":*(" for sign in line.key)


def peel(book: Rulebook, lines: list[Line], raws: list[str], hints: list[Hints], found: Found) -> tuple[int, int]:
    """First and last line of prose, once notices that read like prose are marked at the top and the bottom.

    A notice is a paragraph of its own (or the first or last line of the page) that fits a rule for the edges; one
    that leaves no prose at all is none.
    """
    for _ in range(_MOST_PEELED):
        body = [number for number, line in enumerate(lines) if found[number] is None and shapes.is_body(line)]
        if len(body) < 2:
            break
        changed = False
        for number in {body[0], body[-1]}:
            alone = lines[number].gap or found[number - 1] is not None
            if alone and (mark := book.rule_of(lines[number], raws[number], hints[number], edge=True)) is not None:
                found[number] = mark
                changed = True
        if not changed:
            break
    return shapes.edges(lines, [mark is not None for mark in found])


def end_of_writing(lines: list[Line], found: Found, first: int, last: int) -> int:
    """The last line of prose before what readers say begins, or before a bottom of the page that is marked richly."""
    kinds = [mark.kind if mark is not None else "" for mark in found]
    comments = [number for number in range(first + 1, len(lines)) if kinds[number] in _AFTER]
    said = next((number for number in comments if _somebody_speaks(lines, kinds, number)), last + 1)
    said = min(said, last + 1, max(_bottom(lines, found, first), first + 1))
    before = (n for n in range(said - 1, first, -1) if found[n] is None and shapes.is_body(lines[n]))
    return next(before, first)


def _somebody_speaks(lines: list[Line], kinds: list[str], number: int) -> bool:
    """Whether the first prose below has its writer's name in the same paragraph, or there is none below."""
    body = next((n for n in range(number, len(lines)) if not kinds[n] and shapes.is_body(lines[n])), None)
    if body is None:
        return True
    low, high = max(0, body - _LONGEST_PARAGRAPH), min(len(lines), body + _LONGEST_PARAGRAPH)
    start = next((n for n in range(body, low, -1) if lines[n].gap), low)
    end = next((n for n in range(body + 1, high) if lines[n].gap), high)
    return any(kind in ("comment_meta", "byline") for kind in kinds[start:end])


def fill_blocks(lines: list[Line], found: Found) -> None:
    """Titles under "Related posts", lines of an advert under "Publicidad"."""
    block: Mark | None = None
    left, solid = 0, False
    for number, line in enumerate(lines):
        mark = found[number]
        if mark is not None:
            if mark.most:
                block, left, solid = mark, mark.most, False
            elif mark.kind == "comment_meta":
                block = None  # what follows is said by somebody
            continue
        short = shapes.is_link(line) or (block is not None and block.tight and line.length <= LONGEST_LINE // 2)
        if block is None or left == 0 or not short or (line.gap and (solid or block.tight)):
            block = None
            continue
        found[number] = Mark(block.rule, block.kind)
        left, solid = left - 1, solid or not line.gap


def fill_paragraphs(lines: list[Line], found: Found, first: int, tail: int) -> None:
    """Short lines in one paragraph with lines of the page: above the prose, below it, and between two of them."""
    below = False  # a paragraph of the bottom has been marked
    for own in paragraphs(lines):
        marked = [number for number in own if found[number] is not None]
        rest = [number for number in own if found[number] is None]
        short = all(_is_short(lines[number]) for number in rest)
        if marked and rest and short and len(own) <= _LONGEST_PARAGRAPH and not _speaks(found, own, tail):
            for number in rest:
                if _belongs(lines, found, own, number, top=own[-1] < first, bottom=own[0] > tail and below):
                    mark = found[marked[0] if number < marked[0] else max(n for n in marked if n < number)]
                    found[number] = Mark("paragraph_of_page", mark.kind if mark is not None else "other")
        below = below or (own[0] > tail and bool(marked))


def _belongs(lines: list[Line], found: Found, own: range, number: int, *, top: bool, bottom: bool) -> bool:
    marked = [other for other in own if found[other] is not None]
    between = marked[0] < number < marked[-1]
    if top:
        title = number + 1 in own and len(own) == 2 and len(lines[number].key.split()) > 3
        return own[-1] + 1 < len(lines) and not title and len(lines[number].key.split()) <= _WORDS_OF_LABEL
    if bottom:
        head = found[own[0]]
        return between or 2 * len(marked) >= len(own) or (number > own[0] and head is not None)
    credit = found[own[-1]]
    embedded = len(own) == 2 and credit is not None and credit.rule == _EMBED_RULE
    return embedded or (between and 2 * len(marked) >= len(own))


def _speaks(found: Found, own: range, tail: int) -> bool:
    """Whether somebody is named in the paragraph and says something below it, or in a comment above it."""
    heads = [n for n in own if (mark := found[n]) is not None and mark.kind in _SPEAKING]
    profile = any((mark := found[n]) is not None and mark.rule == _PROFILE_RULE for n in own)
    if profile or not heads:
        return False
    return own[0] > tail or any(found[number] is None for number in range(heads[0] + 1, own[-1] + 1))


def _is_short(line: Line) -> bool:
    return not line.item and line.length <= LONGEST_LINE // 3 and not (line.prose and shapes.is_body(line))


def fill_top(lines: list[Line], found: Found, first: int, names: frozenset[str]) -> None:
    """The name of the site and the title of the post where they stand above or among lines of the page."""
    marked = [number for number in range(first) if found[number] is not None]
    if not marked:
        return
    below = marked[-1] + 1
    for number in range(below + (not lines[below].gap)):
        line = lines[number]
        if found[number] is None and (line.key in names or (number and _under_name(lines, found, number))):
            found[number] = Mark("name_of_page", "navigation")
    for number in range(below, first):  # the title once more, alone under the menu
        if found[number] is None and lines[number].key in names and found[number - 1] is not None:
            found[number] = Mark("name_of_page", "navigation")
    if found[0] is None and not lines[1].gap and found[1] is not None and lines[0].key.count(" ") <= 3:
        found[0] = Mark("name_of_page", "navigation")


def _under_name(lines: list[Line], found: Found, number: int) -> bool:
    """What stands directly under the name of the site: its motto."""
    above = found[number - 1]
    named = above is not None and above.rule == "name_of_page"
    named = named and (number == 1 or (number + 1 < len(found) and found[number + 1] is not None))
    motto = shapes.is_link(lines[number]) or lines[number].length <= LONGEST_LINE // 4
    return named and not lines[number].gap and motto


def fill_bottom(book: Rulebook, lines: list[Line], found: Found, tail: int) -> None:
    """Lines between lines of the page, below all writing and all comments; many are marked already."""
    start = _bottom(lines, found, tail)
    marked = sum(mark is not None for mark in found[start:])
    if 3 * marked < len(found) - start:
        return
    fill: Mark | None = None
    run = 0
    for number in range(start, len(lines)):
        line, mark = lines[number], found[number]
        if mark is not None:
            fill, run = mark, 0
            continue
        run += 1
        end = number + 1 == len(lines)
        after = not shapes.is_body(line) or book.has_page_word(line.key, 2) if end else found[number + 1] is not None
        between = marked >= _MANY and after and run == 1 and line.length <= LONGEST_LINE
        if line.item or run > _LONGEST_RUN or not (shapes.is_link(line) or between):
            fill = None
        elif fill is not None:
            found[number] = Mark("bottom_of_page", fill.kind)


def _bottom(lines: list[Line], found: Found, tail: int) -> int:
    """Where the bottom begins: below the last comment, with a mark of the bottom, so that most below it is marked."""
    kinds = [mark.kind if mark is not None else "" for mark in found]
    heads = [number for number, kind in enumerate(kinds) if kind == "comment_meta" and number > tail]
    below = tail
    if heads:  # the words of the last comment go on to the next mark
        below = next((n for n in range(heads[-1] + 1, len(lines)) if kinds[n]), len(lines)) - 1
    for own in paragraphs(lines):  # words with the writer and the date under them
        named = [n for n in own if kinds[n] == "byline"]
        if own[0] > below and named and any(not kinds[n] for n in range(own[0], named[-1])):
            below = own[-1]
    best, start, score = 0.0, len(lines), 0.0
    for number in range(len(lines) - 1, below, -1):
        body = shapes.is_body(lines[number])
        score += 1 if kinds[number] else -_BODY_WEIGHS if body else -_SHORT_WEIGHS
        if score >= best and kinds[number] in _BOTTOM:
            best, start = score, number
    return start


def mark_menus(
    book: Rulebook, lines: list[Line], raws: list[str], hints: list[Hints], found: Found, body: range
) -> None:
    """Five short lines or more in a row above or below the prose, some of them known words of menus."""
    run: list[int] = []
    said = False  # in the paragraph under the head of a comment
    for number in range(len(lines) + 1):
        inside = number < len(lines) and number not in body
        if inside:
            mark = found[number]
            said = (said and not lines[number].gap) or (mark is not None and mark.kind == "comment_meta")
            inside = not said and shapes.is_menu_line(lines[number], raws[number])
        if inside:
            run.append(number)
            continue
        known = sum(found[n] is not None or book.is_part(raws[n], hints[n]) for n in run)
        if len(run) >= _SHORTEST_MENU and 3 * known >= len(run):
            for n in run:
                found[n] = found[n] or Mark("menu_of_lines", "navigation")
        run = []


def mark_loose_parts(
    book: Rulebook, lines: list[Line], raws: list[str], hints: list[Hints], found: Found, body: range
) -> None:
    """A word of a menu alone on its line, above or below the prose and next to a line of the page."""
    for number, line in enumerate(lines):
        if number in body or found[number] is not None or not shapes.is_menu_line(line, raws[number]):
            continue
        near = [found[other] for other in (number - 1, number + 1) if 0 <= other < len(lines)]
        kinds = {mark.kind for mark in near if mark is not None}
        if kinds and not kinds & _SPEAKING and book.is_part(raws[number], hints[number]):
            found[number] = Mark("word_of_menu", "navigation")


def mark_names_of_comments(lines: list[Line], found: Found, tail: int) -> None:
    """The name under a comment whose head is number and time alone, and the title above the head of another."""
    for own in paragraphs(lines):
        kinds = [mark.kind if (mark := found[number]) is not None else "" for number in own]
        if own[0] <= tail or len(own) < 3:
            continue
        end, above = lines[own[-1]], lines[own[-2]]
        said = above.ends_sentence or above.length > LONGEST_LINE // 8
        numbered = kinds[0] == "comment_meta" and re.match(r"#\d", lines[own[0]].key)
        if numbered and not kinds[-1] and said and end.length <= 25 and " " not in end.key:
            found[own[-1]] = Mark("name_under_comment", "comment_meta")
        titled = not kinds[0] and not kinds[2] and _is_short(lines[own[0]]) and not lines[own[0]].ends_sentence
        if titled and kinds[1] in ("comment_meta", "byline"):
            found[own[0]] = Mark("title_of_comment", "comment_meta")


def drop_diary(found: Found, first: int, last: int) -> None:
    """Two dates or more within a text are the headings of a diary."""
    dates = [n for n in range(first, last + 1) if (mark := found[n]) is not None and mark.rule == _DATE_RULE]
    for number in dates if len(dates) > 1 else []:
        found[number] = None
