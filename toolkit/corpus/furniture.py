"""Page furniture: comment forms, share bars, notices and the like are marked with a rule's name, never deleted.

Rules are data (``toolkit/data/furniture/rules.yaml``, which says how each kind of rule works; ``furniture_rules`` reads
them). What needs more of the page than one line is described in ``furniture_shapes``. Here the lines of a post are
marked: by rule, as part of a list, at the top or the bottom of the page, as repeated at once or through a site.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from toolkit.corpus import furniture_shapes as shapes
from toolkit.corpus.furniture_rules import Mark, Rule, Rulebook, Ruleset, load_rules
from toolkit.corpus.furniture_shapes import LONGEST_LINE, Line
from toolkit.tables import check

__all__ = ["Rule", "Ruleset", "load_rules", "mark_furniture", "without_furniture"]

#: A line must stand in at least this many posts of a site, and this share of them, to be its furniture.
_REPEATS, _REPEAT_SHARE, _REPEAT_CHARACTERS = 3, 0.3, 12
#: Kinds that stand under a post and not in it: with one of them the bottom of a page begins.
_BOTTOM = frozenset(["comment_form", "tags", "copyright", "byline", "related_links"])
#: Kinds that stand directly above text of the page.
_HEADS = frozenset(["byline", "comment_meta"])
_LONGEST_RUN = 8
_SHORTEST_MENU = 5
_DATE_RULE = "date_line"
_AGAIN = Mark("repeated_at_once", "other")
_OF_SITE = Mark("repeated_line", "other")


def mark_furniture(posts: pd.DataFrame, rules: Ruleset | None = None) -> pd.DataFrame:
    """Spans of page furniture in posts.

    Parameters
    ----------
    posts : posts table. A column ``site`` (or the host of ``url``) groups posts for repeated lines; names of the site
        and titles are known again at the top of a page.
    rules : a ruleset; the bundled one by default.

    Returns
    -------
    DataFrame
        doc_id, start, end, rule (its id), kind (comment_form, share_bar ...), quote; sorted, without overlaps.
        One row a line; nothing is taken out of the text.
    """
    posts = check("posts", posts)
    book = (rules or load_rules()).book
    lines = [shapes.read_lines(text) for text in posts["text"]]
    sites = _sites(posts)
    repeated = _repeated_lines(lines, sites)
    names = [frozenset(name) for name in zip(_keys(posts, "site"), _keys(posts, "title"), strict=True)]
    rows = []
    for doc_id, text, own, site, name in zip(posts["doc_id"], posts["text"], lines, sites, names, strict=True):
        for start, end, rule, kind in _marks(book, text, own, repeated.get(site, frozenset()), name - {""}):
            rows.append((doc_id, start, end, rule, kind, text[start:end]))
    frame = pd.DataFrame(rows, columns=["doc_id", "start", "end", "rule", "kind", "quote"])
    return check("furniture", frame, dict(zip(posts["doc_id"], posts["text"], strict=True)))


def without_furniture(texts: Mapping[str, str], furniture: pd.DataFrame) -> dict[str, str]:
    """Texts by doc_id with spaces where furniture stands: as long as before, so that positions hold."""
    parts: dict[str, list[str]] = {}
    reached: dict[str, int] = {}
    spans = sorted(zip(furniture["doc_id"], furniture["start"], furniture["end"], strict=True))
    for doc_id, start, end in spans:
        parts.setdefault(doc_id, []).append(texts[doc_id][reached.get(doc_id, 0) : start] + " " * (end - start))
        reached[doc_id] = end
    return {doc_id: "".join(parts.get(doc_id, [])) + text[reached.get(doc_id, 0) :] for doc_id, text in texts.items()}


def _marks(
    book: Rulebook, text: str, lines: list[Line], repeated: frozenset[str], names: frozenset[str]
) -> Iterator[tuple[int, int, str, str]]:
    raws = [text[line.start : line.end] if line.length <= LONGEST_LINE else "" for line in lines]
    found = [book.rule_of(line, raw, edge=False) for line, raw in zip(lines, raws, strict=True)]
    first, last = shapes.edges(lines, [mark is not None for mark in found])
    spoken: set[int] = set()
    if book.heads is not None and len(book.heads.each) == 4:
        spoken = shapes.comment_heads(lines, *book.heads.each)
    for number, (line, raw) in enumerate(zip(lines, raws, strict=True)):
        if book.heads is not None and number in spoken:
            found[number] = Mark(book.heads.rule.id, book.heads.rule.kind)
        elif not first <= number <= last and found[number] is None:
            found[number] = book.rule_of(line, raw, edge=True)
            if found[number] is None and shapes.is_row_of_links(raw):
                found[number] = Mark("row_of_links", "navigation")
        mark = found[number]
        if mark is not None and mark.kind not in _HEADS and _is_headword(lines, number):
            found[number] = None
        if found[number] is None and number and line.key == lines[number - 1].key and _long(line.key):
            found[number] = _AGAIN
        if found[number] is None and line.key in repeated:
            found[number] = _OF_SITE
    _drop_diary(found, first, last)
    _fill_blocks(lines, found)
    if any(shapes.is_body(line) for line in lines):
        _mark_menus(book, lines, raws, found, range(first, last + 1))
        _fill_top(lines, found, first, names)
        _fill_bottom(lines, found, last)
    yield from _spans(book, text, lines, found)


def _spans(
    book: Rulebook, text: str, lines: list[Line], found: list[Mark | None]
) -> Iterator[tuple[int, int, str, str]]:
    words = {number for number, line in enumerate(lines) if shapes.is_lone_word(line, text)}
    for number, line in enumerate(lines):
        mark = found[number]
        if mark is not None:
            yield line.start, line.end, mark.rule, mark.kind
        elif number in words and _is_caption(lines, number, words):
            yield line.start, line.end, "lone_caption", "caption"
        else:
            spans = [(*span, "caption") for span in shapes.glued_captions(text, line, book.glued)]
            for rule, pattern, _ in book.inside:
                spans += [(*m.span(), rule.id, rule.kind) for m in pattern.finditer(text, line.start, line.end)]
            reached = line.start
            for span in sorted(spans):
                if span[0] >= reached and text[span[0] : span[1]].strip() == text[span[0] : span[1]] != "":
                    yield span
                    reached = span[1]


def _long(key: str) -> bool:
    return len(key) >= _REPEAT_CHARACTERS


def _is_headword(lines: list[Line], number: int) -> bool:
    """A word or three after a blank line with its explanation directly below: a glossary's "Blogroll"."""
    line = lines[number]
    if number + 1 == len(lines) or not line.gap or line.length > 30 or len(line.key.split()) > 3:
        return False
    below = lines[number + 1]
    explained = not below.gap and not below.item and shapes.is_body(below) and not shapes.is_link(below)
    return explained and not any(sign.isdigit() or sign in ":*(" for sign in line.key)


def _is_caption(lines: list[Line], number: int, words: set[int]) -> bool:
    """A lone word is no caption where it begins a text, stands among its like or heads what is below it."""
    heads = number + 1 < len(lines) and not lines[number + 1].gap and lines[number].gap
    return number > 0 and len(lines[number].key) >= 4 and not heads and not words & {number - 1, number + 1}


def _fill_blocks(lines: list[Line], found: list[Mark | None]) -> None:
    """Titles under "Related posts", lines of an advert under "Publicidad"."""
    block: Mark | None = None
    left, solid = 0, False
    for number, line in enumerate(lines):
        mark = found[number]
        if mark is not None:
            if mark.most:
                block, left, solid = mark, mark.most, False
            continue
        short = shapes.is_link(line) or (block is not None and block.tight and line.length <= LONGEST_LINE // 2)
        if block is None or left == 0 or not short or (line.gap and (solid or block.tight)):
            block = None
            continue
        found[number] = Mark(block.rule, block.kind)
        left, solid = left - 1, solid or not line.gap


def _fill_top(lines: list[Line], found: list[Mark | None], first: int, names: frozenset[str]) -> None:
    """The name of the site and the title of the post where they stand above or among lines of the page."""
    marked = [number for number in range(first) if found[number] is not None]
    if not marked:
        return
    below = marked[-1] + 1
    for number in range(below + (not lines[below].gap)):
        line = lines[number]
        if found[number] is None and (line.key in names or (number and _under_name(lines, found, number))):
            found[number] = Mark("name_of_page", "navigation")
    if found[0] is None and not lines[1].gap and found[1] is not None and lines[0].key.count(" ") <= 3:
        found[0] = Mark("name_of_page", "navigation")


def _under_name(lines: list[Line], found: list[Mark | None], number: int) -> bool:
    """What stands directly under the name of the site: its motto."""
    above = found[number - 1]
    named = number == 1 and above is not None and above.rule == "name_of_page"
    return named and not lines[number].gap and shapes.is_link(lines[number])


def _fill_bottom(lines: list[Line], found: list[Mark | None], last: int) -> None:
    """Short lines between lines of the page, below all prose and all comments; many are marked already."""
    said = [n for n in range(last + 1, len(lines)) if (mark := found[n]) is not None and mark.kind == "comment_meta"]
    below = range(max([last, *said]) + 1, len(lines))
    start = next((n for n in below if (mark := found[n]) is not None and mark.kind in _BOTTOM), len(lines))
    rest = found[start:]
    if 3 * sum(mark is not None for mark in rest) < len(rest):
        return
    fill: Mark | None = None
    run = 0
    for number in range(start, len(lines)):
        line, mark = lines[number], found[number]
        if mark is not None:
            fill, run = mark, 0
            continue
        run += 1
        if line.item or run > _LONGEST_RUN or not shapes.is_link(line):
            fill = None
        elif fill is not None:
            found[number] = Mark("bottom_of_page", fill.kind)


def _mark_menus(book: Rulebook, lines: list[Line], raws: list[str], found: list[Mark | None], body: range) -> None:
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
        known = sum(found[n] is not None or book.is_part(raws[n]) for n in run)
        if len(run) >= _SHORTEST_MENU and 3 * known >= len(run):
            for n in run:
                found[n] = found[n] or Mark("menu_of_lines", "navigation")
        run = []


def _drop_diary(found: list[Mark | None], first: int, last: int) -> None:
    """Two dates or more within a text are the headings of a diary."""
    dates = [n for n in range(first, last + 1) if (mark := found[n]) is not None and mark.rule == _DATE_RULE]
    for number in dates if len(dates) > 1 else []:
        found[number] = None


def _keys(posts: pd.DataFrame, column: str) -> list[str]:
    if column not in posts:
        return [""] * len(posts)
    return [" ".join(name.lower().split()) for name in posts[column].fillna("").astype(str)]


def _sites(posts: pd.DataFrame) -> list[str]:
    if "site" in posts:
        return posts["site"].fillna("").astype(str).tolist()
    return posts["url"].fillna("").str.extract(r"^\w+://([^/?#]+)", expand=False).fillna("").tolist()


def _repeated_lines(lines: list[list[Line]], sites: list[str]) -> dict[str, frozenset[str]]:
    """Per named site, the lines that stand in many of its posts."""
    seen: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    count: dict[str, int] = defaultdict(int)
    for own, site in zip(lines, sites, strict=True):
        if site:
            count[site] += 1
            for key in {line.key for line in own if _long(line.key)}:
                seen[site][key] += 1
    return {
        site: frozenset(key for key, n in keys.items() if n >= max(_REPEATS, _REPEAT_SHARE * count[site]))
        for site, keys in seen.items()
    }
