"""Boxes of a page: a paragraph of short lines that are furniture together, though no line says so alone.

An advert of three lines (offer, price, "buy now"), a form (name, mail, web), a newsletter box: the cues of a rule with
``where: box`` are looked for in all lines of the paragraph at once. Clouds and lists of tags below the writing are
known by their shape, labels nobody listed by a word that only pages have.
"""

import re

from toolkit.corpus.furniture import shapes
from toolkit.corpus.furniture.rule import Mark
from toolkit.corpus.furniture.rulebook import Hints, Rulebook
from toolkit.corpus.furniture.shapes import Line
from toolkit.corpus.furniture.zones import Found, paragraphs

__all__ = ["is_path", "is_row_of_links", "is_wide_row", "mark_boxes", "mark_page_words", "mark_tags"]

_MOST_LINES = 9
_LONGEST_BOX_LINE = 160
#: Kinds that name who speaks: what stands with them is said by somebody.
_SPEAKING = frozenset(["byline", "comment_meta"])
#: Words that no tag is and hardly a sentence does without.
_FUNCTION = re.compile(
    r"\b(?:el|la|los|las|lo|un|una|en|con|que|y|o|no|se|es|son|ha|he|por|para|al|mi|su|tu|me|te|nos|il|gli|le|uno|"
    r"i|e|è|in|che|non|si|ho|sono|per|ma|di|da|del|della|de|mio|suo|ci|vi|ti|pero|más|più|como|come|muy|molto|hay)\b"
)
_TAG = re.compile(r"[^\s,;:.!?]+(?: [^\s,;:.!?]+){0,2}")
_CLOUD_WORDS = 8
_WORDS_OF_LABEL, _LONGEST_LABEL = 10, 90


def mark_boxes(
    book: Rulebook, lines: list[Line], raws: list[str], hints: list[Hints], found: Found, body: range
) -> None:
    """Paragraphs of two to nine short lines in which enough cues of one rule occur."""
    for own in paragraphs(lines):
        if not 2 <= len(own) <= _MOST_LINES or all(found[n] is not None for n in own):
            continue
        kinds = {mark.kind for n in own if (mark := found[n]) is not None}
        long = any(lines[n].length > _LONGEST_BOX_LINE or lines[n].item for n in own)
        told = [n for n in own if found[n] is None and shapes.is_body(lines[n])]
        if long or kinds & _SPEAKING or len(told) > 1:
            continue
        edge = own[-1] < body.start or own[0] >= body.stop
        more = int(2 * len(told) >= len(own))
        mark = book.box_of("\n".join(raws[n] for n in own), (hints[n] for n in own), edge=edge, more=more)
        if mark is not None and not (told and mark.most == 0):
            for n in own:
                found[n] = found[n] or Mark(mark.rule, mark.kind)


def mark_tags(lines: list[Line], raws: list[str], found: Found, tail: int) -> None:
    """Below the writing: a cloud of tags, a list of them between commas, one tag a line."""
    for own in paragraphs(lines):
        if own[0] < tail or any(found[n] is not None or lines[n].ends_sentence or lines[n].item for n in own):
            continue
        near = [n for n in (own[0] - 1, own[-1] + 1) if 0 <= n < len(lines)]
        paged = any((mark := found[n]) is not None and mark.kind not in _SPEAKING for n in near)
        if len(own) == 1 and (_is_cloud(raws[own[0]]) or (paged and _is_list(raws[own[0]]))):
            found[own[0]] = Mark("tags_by_shape", "tags")
        elif (
            own[0] > tail
            and len(own) >= 3
            and paged
            and all(len(lines[n].key.split()) <= 3 and lines[n].length <= 30 for n in own)
        ):
            for n in own:
                found[n] = Mark("tags_by_shape", "tags")


def _is_cloud(raw: str) -> bool:
    """Eight words or more without a stop, a comma or a word that joins."""
    return raw.count(" ") + 1 >= _CLOUD_WORDS and not re.search(r"[,.;:!?]", raw) and not _FUNCTION.search(raw.lower())


def _is_list(raw: str) -> bool:
    """Three pieces or more of three words at most between commas, all begun small but for names."""
    pieces = [piece.strip() for piece in raw.split(",")]
    return len(pieces) >= 3 and raw[:1].islower() and all(_TAG.fullmatch(piece) for piece in pieces)


def mark_page_words(book: Rulebook, lines: list[Line], found: Found, tail: int) -> None:
    """Short lines with a word of pages ("feed", "redacción"), below all writing and comments and below another mark."""
    kinds = [mark.kind if mark is not None else "" for mark in found]
    heads = [number for number, kind in enumerate(kinds) if kind in _SPEAKING and number > tail]
    start = tail + 1
    if heads:  # what the last comment says goes on to the next mark
        start = next((n for n in range(heads[-1] + 1, len(lines)) if kinds[n]), len(lines))
    start = next((n for n in range(start, len(lines)) if kinds[n]), len(lines))
    for number in range(start, len(lines)):
        line = lines[number]
        short = len(line.key.split()) <= _WORDS_OF_LABEL and line.length <= _LONGEST_LABEL and not line.item
        if found[number] is None and short and not line.ends_sentence and book.has_page_word(line.key):
            found[number] = Mark("page_words", "other")


def is_path(raw: str) -> bool:
    """Three or more short pieces between slashes with spaces: a menu or the way to a page."""
    pieces = re.split(r"\s+/\s+", raw.strip())
    return len(pieces) >= 3 and all(_is_label(piece) and not re.search(r"\d", piece) for piece in pieces)


def is_wide_row(raw: str) -> bool:
    """Four or more short pieces with two spaces or more between them and nothing else, begun small: tags."""
    pieces = re.split(r"\s{2,}|\t", raw.strip())
    return (
        len(pieces) >= 4
        and raw[:1].islower()
        and all(_is_label(piece) and not re.search(r"[\d|·:]", piece) for piece in pieces)
    )


def is_row_of_links(raw: str) -> bool:
    """Three or more short pieces between bars or wide spaces, none of them a sentence or a number."""
    parts, hard = shapes.parts_of(raw)
    words = [part for part in parts if len(part) > 1]
    if not hard or len(words) < 3 or any(re.search(r"\d", part) for part in words):
        return False
    return all(_is_label(part) for part in words)


def _is_label(piece: str) -> bool:
    """Five words or fewer and no sentence, as the names in a menu are."""
    return len(piece.split()) <= 5 and len(piece) <= 36 and not piece.endswith((".", ";", ",", "!", "?"))
