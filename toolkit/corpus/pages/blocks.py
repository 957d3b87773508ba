"""A saved page cut into blocks of text that stay bound to the page's tree, and what is never text taken out of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

__all__ = ["Block", "blocks_of", "prune", "shape_of", "without"]


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Elements that begin and end a block. A ``<br>`` does when another one follows it.
_BLOCKS = _names(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre section "
    "summary table tbody td tfoot th thead tr ul xmp"
)
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
#: Never part of a text: programs, controls, embedded things, menus.
_NO_TEXT = _names(
    "audio button canvas datalist embed iframe input label map math nav noembed noframes noscript object "
    "optgroup option script select style svg template textarea video"
)
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
#: Identifiers and classes under which the page systems of 2005-2016 keep readers' comments and the form for them:
#: WordPress, Blogger, Movable Type, Typepad, Drupal, Joomla, Splinder, La Coctelera, Blogia, Disqus, Facebook.
_COMMENTS = _names(
    "comments comment-list commentlist comment-form commentform comments-area comments-block comments-wrapper "
    "comments-content comments-list commentsblock comments_block comment-respond respond comentarios comentario "
    "lista-comentarios listacomentarios commenti lista-commenti listacommenti commento disqus_thread "
    "dsq-content fb-comments jc jcomments comment-thread"
)
_WHOLE = frozenset(["html", "body", "main", "article"])
_SPACES = re.compile(r"\s+")
#: Classes of captions in WordPress, Blogger, Joomla and the papers' systems.
_CAPTION = re.compile(r"(?i)\b(?:caption|wp-caption-text|img_caption|pie-?foto|pie-de-foto|didascalia)\b")
_NUMBERED = re.compile(r"\d|^(?:category|tag|first|last|odd|even|alt)\b")


@dataclass
class Block:
    """A run of text between two block borders: its ``text`` with single spaces, and where it hangs in the tree.

    ``linked``: share of its characters that are links, 0-1. ``parents``: the block elements around it, outermost
    first. ``slots``: (element, "text" or "tail") of each piece.
    """

    text: str
    linked: float
    parents: tuple[Any, ...]
    slots: list[tuple[Any, str]] = field(repr=False)

    @property
    def heading(self) -> bool:
        """Is it (in) a heading?"""
        return any(element.tag in _HEADINGS for element in self.parents)

    @property
    def caption(self) -> bool:
        """Is it said of a picture?"""
        return any(
            element.tag in ("figure", "figcaption", "caption") or _CAPTION.search(element.get("class", ""))
            for element in self.parents[-3:]
        )

    @property
    def item(self) -> bool:
        """Is it (in) a list item?"""
        return any(element.tag in ("li", "dd", "dt") for element in self.parents)


def prune(tree: Any) -> None:
    """Take out of a page's tree, in place, what is never main text: programs, controls, menus, hidden parts, comments.

    Readers' comments are known by identifier or class.
    """
    doomed: list[Any] = []
    unwrapped: list[Any] = []  # the parser puts all that follows into a <noscript> that is not closed
    programs = sum(len(element.text_content()) for element in tree.iter("script", "style"))
    half = (len(tree.text_content()) - programs) / 2
    for element in tree.iter():
        if not isinstance(element.tag, str):
            doomed.append(element)  # a comment or processing instruction
        elif element.tag == "noscript" and len(element.text_content()) > half:
            unwrapped.append(element)
        elif (
            element.tag in _NO_TEXT
            or "hidden" in element.attrib
            or _HIDDEN.search(element.get("style", ""))
            or (
                element.tag not in _WHOLE
                and not _COMMENTS.isdisjoint(f"{element.get('id', '')} {element.get('class', '')}".lower().split())
            )
        ):
            doomed.append(element)
    for element in unwrapped:
        element.drop_tag()
    for element in doomed:
        if element.getparent() is not None and element.tag != "body":
            element.drop_tree() if isinstance(element.tag, str) else _drop_comment(element)


def _drop_comment(comment: Any) -> None:
    parent, before, tail = comment.getparent(), comment.getprevious(), comment.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    comment.tail = None
    parent.remove(comment)


def blocks_of(body: Any) -> list[Block]:
    """All blocks of a page's body in order, those of signs alone ("* * *", "+") too."""
    from lxml import etree

    found: list[Block] = []
    parents: list[Any] = []
    slots: list[tuple[Any, str]] = []
    linked: list[bool] = []
    links = breaks = 0

    def close() -> None:
        """End the block that is being read."""
        nonlocal breaks
        breaks = 0
        pieces = [("\n" if element.tag == "br" else "") + getattr(element, where) for element, where in slots]
        text = _SPACES.sub(" ", "".join(pieces)).strip()
        if text:
            whole = sum(len(piece.strip()) for piece in pieces)
            inside = sum(len(piece.strip()) for piece, link in zip(pieces, linked, strict=True) if link)
            found.append(Block(text, inside / whole, tuple(parents), list(slots)))
        slots.clear()
        linked.clear()

    def take(element: Any, where: str) -> None:
        """Text before or behind an element."""
        nonlocal breaks
        piece = getattr(element, where)
        if piece:
            if breaks > 1 and piece.strip():
                close()
            breaks = 0 if piece.strip() else breaks
            slots.append((element, where))
            linked.append(links > 0)

    for event, element in etree.iterwalk(body, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        border = element.tag in _BLOCKS
        if event == "start":
            if border:
                close()
                parents.append(element)
            links += element.tag == "a" and "href" in element.attrib
            breaks += element.tag == "br"
            take(element, "text")
        else:
            if border:
                close()
                parents.pop()
            links -= element.tag == "a" and "href" in element.attrib
            if element is not body:
                take(element, "tail")
    close()
    return found


def without(blocks: Iterable[Block]) -> None:
    """Empty the places of these blocks in their tree."""
    for block in blocks:
        for element, where in block.slots:
            setattr(element, where, None)


def shape_of(block: Block) -> tuple[tuple[str, frozenset[str]], ...]:
    """Elements and classes around a block, without classes that number or file a post ("post-41", "category-dogs").

    A path without any class says too little: it is unlike every other.
    """
    shape = tuple((element.tag, _classes(element.get("class", ""))) for element in block.parents)
    return shape if any(classes for _, classes in shape[1:]) else ((str(id(block)), frozenset()),)


@lru_cache(maxsize=4_096)
def _classes(names: str) -> frozenset[str]:
    return frozenset(name for name in names.lower().split() if not _NUMBERED.search(name))
