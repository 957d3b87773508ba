"""Page furniture: comment forms, share bars, notices and the like are marked with a rule's name, never deleted.

Rules are data (``toolkit/data/furniture/rules.yaml``, which says how each kind of rule works; ``furniture.rules`` reads
them). What needs more of the page than one line is described in ``furniture.shapes``. Here the lines of a post are
marked: by rule, as part of a list, at the top or the bottom of the page, as repeated at once or through a site.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import pandas as pd

from toolkit.corpus.furniture import boxes, captions, shapes, zones
from toolkit.corpus.furniture.line_model import RULE, more_marks
from toolkit.corpus.furniture.repeated import lines_by_site, numbers_of_repeated, sites_of
from toolkit.corpus.furniture.rule import Mark, Rule
from toolkit.corpus.furniture.rulebook import Hints, Rulebook
from toolkit.corpus.furniture.rules import Ruleset, load_rules
from toolkit.corpus.furniture.shapes import LONGEST_LINE, Line
from toolkit.tables import check

__all__ = ["Rule", "Ruleset", "load_rules", "mark_furniture", "without_furniture"]

#: A shorter line may stand twice at once.
_REPEAT_CHARACTERS = 12
#: Lines for which the rules that may fit are looked up together: what a processor's cache holds.
_LINES_AT_ONCE = 400
#: Kinds that stand directly above text of the page.
_HEADS = frozenset(["byline", "comment_meta"])
#: What may stand below another head of a comment.
_OF_COMMENT = frozenset(["comment_date_alone", "byline_colon"])
_AGAIN = Mark("repeated_at_once", "other")
_OF_SITE = Mark("repeated_line", "other")


def mark_furniture(
    posts: pd.DataFrame, rules: Ruleset | None = None, *, repeated: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Spans of page furniture in posts.

    Parameters
    ----------
    posts : posts table. A column ``site`` (or the host of ``url``) groups posts for repeated lines; names of the site
        and titles are known again at the top of a page.
    rules : a ruleset; the bundled one by default.
    repeated : of posts that are a part of a corpus the lines that repeat through the sites of the whole, from
        :func:`toolkit.corpus.repeated_lines`; by default those that repeat in ``posts``.

    Returns
    -------
    DataFrame
        doc_id, start, end, rule (its id), kind (comment_form, share_bar ...), quote; sorted, without overlaps.
        One row a line; nothing is taken out of the text.

    >>> import pandas as pd
    >>> text = "Las marcas que no escuchan se quedan solas.\\n\\nCompartir en Facebook\\n\\nDeja un comentario"
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": ["es"], "text": [text], "sha256": [""]})
    >>> mark_furniture(posts)[["start", "end", "kind", "quote"]]
       start  end          kind                  quote
    0     45   66     share_bar  Compartir en Facebook
    1     68   86  comment_form     Deja un comentario
    """
    posts = check("posts", posts)
    book = (rules or load_rules()).book
    texts, sites = posts["text"].tolist(), sites_of(posts)
    names = [frozenset(name) for name in zip(_keys(posts, "site"), _keys(posts, "title"), strict=True)]
    of_site = lines_by_site(posts, sites, repeated)
    rows = []
    pages = _pages(book, texts, sites, of_site)
    for doc_id, text, page, name in zip(posts["doc_id"], texts, pages, names, strict=True):
        for start, end, rule, kind in _marks(book, text, page, name - {""}):
            rows.append((doc_id, start, end, rule, kind, text[start:end]))
    frame = pd.DataFrame(rows, columns=["doc_id", "start", "end", "rule", "kind", "quote"])
    return check("furniture", frame, dict(zip(posts["doc_id"], posts["text"], strict=True)))


def without_furniture(texts: Mapping[str, str], furniture: pd.DataFrame) -> dict[str, str]:
    """Texts by doc_id with spaces where furniture stands: as long as before, so that positions hold.

    ``furniture``: doc_id, start, end (half-open, code points), all of ``texts``; further columns are not used.

    >>> import pandas as pd
    >>> furniture = pd.DataFrame({"doc_id": ["a"], "start": [6], "end": [15]})
    >>> without_furniture({"a": "Hola.\\nCompartir\\nAdiós."}, furniture)
    {'a': 'Hola.\\n         \\nAdiós.'}
    """
    parts: dict[str, list[str]] = {}
    reached: dict[str, int] = {}
    spans = sorted(zip(furniture["doc_id"], furniture["start"], furniture["end"], strict=True))
    for doc_id, start, end in spans:
        parts.setdefault(doc_id, []).append(texts[doc_id][reached.get(doc_id, 0) : start] + " " * (end - start))
        reached[doc_id] = end
    return {doc_id: "".join(parts.get(doc_id, [])) + text[reached.get(doc_id, 0) :] for doc_id, text in texts.items()}


class _Page(NamedTuple):
    """The lines of a post, which rules may fit each, and which of them repeat through the site."""

    lines: list[Line]
    hints: list[Hints]
    repeated: frozenset[int]


def _pages(
    book: Rulebook, texts: Sequence[str], sites: Sequence[str], of_site: Mapping[str, frozenset[int]]
) -> Iterator[_Page]:
    """The posts in order; what is looked up is looked up for many at once, and not kept."""
    waiting: list[list[Line]] = []
    count = 0
    for number, text in enumerate(texts, 1):
        waiting.append(shapes.read_lines(text))
        count += len(waiting[-1])
        if count < _LINES_AT_ONCE and number < len(texts):
            continue
        own = slice(number - len(waiting), number)
        lines = [line for some in waiting for line in some]
        raws = [
            shapes.composed(text[line.start : line.end])
            for text, some in zip(texts[own], waiting, strict=True)
            for line in some
        ]
        hints = iter(book.hints(raws, [line.prose for line in lines]))
        again = numbers_of_repeated(waiting, sites[own], of_site)
        for some, repeated in zip(waiting, again, strict=True):
            yield _Page(some, list(islice(hints, len(some))), repeated)
        waiting, count = [], 0


def _marks(book: Rulebook, text: str, page: _Page, names: frozenset[str]) -> Iterator[tuple[int, int, str, str]]:
    lines, hints, repeated = page
    raws = [shapes.composed(text[line.start : line.end]) if line.length <= LONGEST_LINE else "" for line in lines]
    found = [book.rule_of(*each, edge=False) for each in zip(lines, raws, hints, strict=True)]
    first, last = zones.peel(book, lines, raws, hints, found)
    tail = zones.end_of_writing(lines, found, first, last)
    spoken: set[int] = set()
    if book.heads is not None and len(book.heads.patterns) == 4:
        spoken = shapes.comment_heads(lines, *book.heads.patterns, after=tail)
    for number, (line, raw) in enumerate(zip(lines, raws, strict=True)):
        if book.heads is not None and number in spoken:
            found[number] = Mark(book.heads.rule.id, book.heads.rule.kind)
        elif found[number] is None and not first <= number <= last:
            found[number] = book.rule_of(line, raw, hints[number], edge=True)
            if found[number] is None and (boxes.is_row_of_links(raw) or (number < first and boxes.is_path(raw))):
                found[number] = Mark("row_of_links", "navigation", book.heads_list(raw) if number > last else 0)
        elif found[number] is None and number > tail and (line.gap or not line.prose):
            mark = book.rule_of(line, raw, hints[number], edge=True)
            said = not line.gap and (above := found[number - 1]) is not None and above.kind in _HEADS
            found[number] = None if said and mark is not None and mark.rule not in _OF_COMMENT else mark
        if found[number] is None and line.gap and (number + 1 == len(lines) or lines[number + 1].gap):
            found[number] = Mark("row_of_links", "tags") if boxes.is_wide_row(raw) else None
        mark = found[number]
        if mark is not None and mark.kind not in _HEADS and zones.is_headword(lines, number):
            found[number] = None
        if found[number] is None and number and line.key == lines[number - 1].key and _long(line.key):
            found[number] = _AGAIN
        if found[number] is None and number in repeated:
            found[number] = _OF_SITE
    zones.drop_diary(found, first, last)
    zones.fill_blocks(lines, found)
    if any(shapes.is_body(line) for line in lines):
        boxes.mark_boxes(book, lines, raws, hints, found, range(first, tail + 1))
        zones.mark_menus(book, lines, raws, hints, found, range(first, last + 1))
        zones.fill_top(lines, found, first, names)
        zones.fill_paragraphs(lines, found, first, tail)
        zones.fill_bottom(book, lines, found, tail)
        zones.mark_loose_parts(book, lines, raws, hints, found, range(first, tail + 1))
        zones.mark_names_of_comments(lines, found, tail)
        boxes.mark_tags(lines, raws, found, tail)
        boxes.mark_page_words(book, lines, found, tail)
    if RULE not in book.off:
        found = more_marks(text, lines, found)
    yield from (span for span in _spans(book, text, lines, hints, found) if span[2] not in book.off)


def _spans(
    book: Rulebook, text: str, lines: list[Line], hints: list[Hints], found: list[Mark | None]
) -> Iterator[tuple[int, int, str, str]]:
    words = {number for number, line in enumerate(lines) if shapes.is_lone_word(line, text)}
    for number, line in enumerate(lines):
        mark = found[number]
        if mark is not None:
            yield line.start, line.end, mark.rule, mark.kind
        elif number in words and _is_caption(lines, number, words):
            yield line.start, line.end, "lone_caption", "caption"
        elif shapes.is_small_note(text, lines, number):
            yield line.start, line.end, "small_note", "caption"
        else:
            spans = [(*span, "caption") for span in captions.glued_captions(text, line, book.glued)]
            composed = shapes.composed(text[line.start : line.end]) == text[line.start : line.end]
            for place in hints[number].inside() if composed else range(len(book.inside)):
                rule, (pattern,), _ = book.inside[place]
                spans += [(*m.span(), rule.id, rule.kind) for m in pattern.finditer(text, line.start, line.end)]
            if (item := captions.glued_to_item(text, lines, number)) is not None:
                spans.append((*item, "glued_caption", "caption"))
            reached = line.start
            for span in sorted(spans):
                if span[0] >= reached and text[span[0] : span[1]].strip() == text[span[0] : span[1]] != "":
                    yield span
                    reached = span[1]


def _long(key: str) -> bool:
    return len(key) >= _REPEAT_CHARACTERS


def _is_caption(lines: list[Line], number: int, words: set[int]) -> bool:
    """A lone word is no caption where it begins a text, stands among its like or heads what is below it."""
    heads = number + 1 < len(lines) and not lines[number + 1].gap and lines[number].gap
    return number > 0 and len(lines[number].key) >= 4 and not heads and not words & {number - 1, number + 1}


def _keys(posts: pd.DataFrame, column: str) -> list[str]:
    if column not in posts:
        return [""] * len(posts)
    return [" ".join(name.lower().split()) for name in posts[column].fillna("").astype(str)]
