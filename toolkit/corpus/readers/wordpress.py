"""WordPress exports (WXR 1.0-1.2): published posts and pages, and on request comments, drafts and private posts.

The format is that of ``wp-admin/includes/export.php`` of WordPress: RSS 2.0 with elements of its own ("wp:").
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from toolkit.corpus.pages.markup import line_of_html, text_of_html
from toolkit.corpus.pages.shortcodes import without_shortcodes
from toolkit.corpus.readers.record import File, Record, content_id, unfit
from toolkit.corpus.readers.xml_text import Head, XmlText, head_of
from toolkit.errors import InputError, missing_extra

__all__ = ["many", "read", "without_address"]

#: Characters of one item with its comments. A post of 2 million characters and some ten thousand comments fit.
MAX_ITEM = 64_000_000
#: Reasons for leaving something out that are told one by one; an export of a large site has about twenty types.
_REASONS = 50
_DRAFTS = ("draft", "pending", "future")
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_NUMBER = re.compile(r"[0-9]{1,20}")
#: The caption of a picture in the block editor; it goes with the picture, as [caption] does.
_FIGCAPTION = re.compile(r"<figcaption\b[^>]{0,500}>.{0,5000}?</figcaption>", re.IGNORECASE | re.DOTALL)


def read(file: File) -> Iterator[Record]:
    """A record for each post and page, and for each approved comment if ``file.options.comments``.

    ``doc_id``: ``name/<wp:post_id>``, of a comment ``name/<post>/c<comment_id>``. Metadata: title, author, date (as
    written), url, site, lang (the channel's), kind (post, page, comment), status, categories, tags, encoding; of a
    comment also ``parent`` (the doc_id of its post) and ``reply_to`` (of the comment it answers). What was left out
    is one refused record a reason, with its count. E-mail and IP addresses are never read, names of commenters only
    with ``file.options.commenters``.
    """
    try:
        import lxml  # noqa: F401 - here, so that its absence is one row

        head = head_of(file.path)
    except ImportError:
        yield Record(file.name, refused=missing_extra("lxml", "web"))
        return
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    yield from _Export(file, head).records()


class _Export:
    """Reads one export from beginning to end; keeps no item but the one it is at."""

    def __init__(self, file: File, head: Head) -> None:
        self.file = file
        self.source = XmlText(file.path, head.encoding)
        self.channel = {"encoding": head.encoding}  # metadata that all items share
        self.authors: dict[str, str] = {}  # display name by login
        self.comments: list[dict[str, str]] = []  # of the item that is being read
        self.left: Counter[tuple[str, str]] = Counter()  # what was left out, and why
        self.items = 0

    def records(self) -> Iterator[Record]:
        """The items in their order, then one refused record for each reason of leaving some out."""
        from lxml import etree

        parser = etree.XMLPullParser(
            events=("start", "end"),
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
        pieces = self.source.pieces()
        depth, heard, begun, problem = 0, 0, 0, ""
        while not problem:
            piece = next(pieces, None)
            heard += len(piece or "")
            try:
                if piece is None:
                    parser.close()
                else:
                    parser.feed(piece.encode())
            except etree.XMLSyntaxError as error:
                message = re.split(r",? line \d|\n", str(error.msg))[0][:100]  # behind it stands text of the file
                problem = f"is truncated or not well-formed at line {error.lineno} ({message})"
            for event, element in parser.read_events():
                if event == "start":
                    depth += 1
                    begun = heard if depth <= 3 else begun
                    continue
                if depth == 4 and _key(element) == "wp:comment":
                    self.comments.append(_fields(element))
                    element.clear()
                elif depth == 3:
                    yield from self._child(element)
                if depth <= 3:
                    _forget(element)
                depth -= 1
            if heard - begun > MAX_ITEM:
                problem = f"has an item of more than {MAX_ITEM / 1e6:.0f} million characters"
            if piece is None:
                break
        yield from self._refusals(problem)

    def _refusals(self, problem: str) -> Iterator[Record]:
        doubts = "; ".join(self.source.doubts())
        if problem:
            yield Record(self.file.name, refused=f"{problem}; of what stands before, {many(self.items, 'item')} read")
        elif not self.items:
            yield Record(self.file.name, refused="holds no items")
        if doubts:
            yield Record(self.file.name, refused=f"is damaged after its last post: {doubts}")
        for (what, why), count in self.left.items():
            yield Record(self.file.name, refused=f"holds {many(count, what)}: {why}")

    def _child(self, element: Any) -> Iterator[Record]:
        """Take a child of the channel."""
        key = _key(element)
        if key == "item":
            self.items += 1
            yield from self._item(_fields(element), _terms(element))
            self.comments = []
        elif key == "title":
            self.channel["site"] = line_of_html("".join(element.itertext()))
        elif key == "language":
            self.channel["lang"] = "".join(element.itertext()).strip()
        elif key == "wp:author":
            fields = _fields(element)
            name = line_of_html(fields.get("wp:author_display_name", ""))
            if name:
                self.authors[fields.get("wp:author_login", "").strip()] = name

    def _item(self, fields: dict[str, str], terms: dict[str, str]) -> Iterator[Record]:
        kind = fields.get("wp:post_type", "post").strip()
        status = fields.get("wp:status", "publish").strip()
        why = self._left_out(kind, status, protected=bool(fields.get("wp:post_password", "").strip()))
        if why:
            self._leave(*why)
            for _ in self.comments:
                self._leave("comment", "on what was left out")
            return
        creator = fields.get("dc:creator", "").strip()
        author, doubts = without_address(self.authors.get(creator) or line_of_html(creator))
        date = fields.get("wp:post_date", "").strip()
        metadata = _given(
            title=line_of_html(fields.get("title", "")),
            author=author,
            date="" if date.startswith("0000") else date,
            url=fields.get("link", "").strip(),
            **self.channel,
            kind=kind,
            status=status,
            **terms,
        )
        number = fields.get("wp:post_id", "").strip()
        number = number if _NUMBER.fullmatch(number) else ""
        body = without_shortcodes(fields.get("content", ""))
        post = self._record(f"{self.file.name}/", number, body, metadata, doubts)
        yield post
        for comment in self.comments:
            why = self._comment_left_out(comment)
            if why:
                self._leave(*why)
            else:
                yield self._comment(comment, post)

    def _left_out(self, kind: str, status: str, *, protected: bool) -> tuple[str, str] | None:
        """What an item is and why it is not read, or None if it is."""
        if kind not in ("post", "page"):
            return f"item of type '{kind[:40]}'", "no posts"
        if status in _DRAFTS:
            if not self.file.options.drafts:
                return "draft", "not asked for"
        elif status not in ("publish", "private"):
            return f"item with the status '{status[:40]}'", "no posts"
        if (status == "private" or protected) and not self.file.options.private:
            return "post that is private or has a password", "not asked for"
        return None

    def _leave(self, what: str, why: str) -> None:
        known = (what, why) in self.left or len(self.left) < _REASONS
        self.left[(what, why) if known else ("item of another type", "no posts")] += 1

    def _comment_left_out(self, fields: dict[str, str]) -> tuple[str, str] | None:
        kind, approved = fields.get("wp:comment_type", "").strip(), fields.get("wp:comment_approved", "").strip()
        if kind not in ("", "comment"):
            return "pingback (or trackback)", "no comments"
        if approved in ("spam", "trash", "post-trashed"):
            return "comment marked as spam or thrown away", "left out"
        if approved not in ("1", "approve", "approved"):
            return "comment that nobody approved", "left out"
        return None if self.file.options.comments else ("comment", "not asked for")

    def _comment(self, fields: dict[str, str], post: Record) -> Record:
        number, answered = fields.get("wp:comment_id", "").strip(), fields.get("wp:comment_parent", "").strip()
        author, doubts = "", tuple[str, ...]()
        if self.file.options.commenters:
            author, doubts = without_address(line_of_html(fields.get("wp:comment_author", "")))
        url, date = post.metadata.get("url", ""), fields.get("wp:comment_date", "").strip()
        metadata = _given(
            author=author,
            date="" if date.startswith("0000") else date,
            url=f"{url}#comment-{number}" if url and number else "",
            **self.channel,
            kind="comment",
            parent=post.doc_id,
            reply_to=f"{post.doc_id}/c{answered}" if _NUMBER.fullmatch(answered) and answered != "0" else "",
        )
        number = f"c{number}" if _NUMBER.fullmatch(number) else ""
        return self._record(f"{post.doc_id}/", number, fields.get("wp:comment_content", ""), metadata, doubts)

    def _record(self, before: str, key: str, body: str, metadata: dict[str, str], doubts: tuple[str, ...]) -> Record:
        """A record with the text of a body and an id: ``before`` and ``key``, or a name for the text if it has none."""
        place = f"item {self.items}"
        doubts = self.source.doubts() + doubts
        try:
            text = text_of_html(_FIGCAPTION.sub("", body), blank_lines=True)
            problem = unfit(text)
        except InputError as error:
            text, problem = "", str(error)
        doc_id = before + (key or content_id(text, metadata))
        if problem:
            return Record(doc_id, refused=problem, place=place)
        return Record(doc_id, text, metadata, doubts, place=place)


def _key(element: Any) -> str:
    """The name of an element, as exports usually prefix it: "wp:status", "dc:creator", "content", "title"."""
    space, _, name = element.tag.rpartition("}")
    if space.startswith("{http://wordpress.org/export/"):
        return "excerpt" if "/excerpt" in space else f"wp:{name}"
    if space == "{http://purl.org/rss/1.0/modules/content/":
        return "content"
    return f"dc:{name}" if space == "{http://purl.org/dc/elements/1.1/" else str(name)


def _fields(element: Any) -> dict[str, str]:
    """The text of each child by its name; of several with one name the first."""
    fields: dict[str, str] = {}
    for child in element:
        fields.setdefault(_key(child), "".join(child.itertext()))
    return fields


def _terms(element: Any) -> dict[str, str]:
    """``categories`` and ``tags`` of an item. Old exports name each category twice, once without a domain."""
    named: dict[str, dict[str, None]] = {"category": {}, "post_tag": {}, "": {}}
    for child in element:
        if _key(child) == "category":
            domain = {"tag": "post_tag"}.get(child.get("domain", ""), child.get("domain", ""))
            named.setdefault(domain, {})[line_of_html("".join(child.itertext()))] = None
    categories = named["category"] or {name: None for name in named[""] if name not in named["post_tag"]}
    return {"categories": "; ".join(filter(None, categories)), "tags": "; ".join(filter(None, named["post_tag"]))}


def _forget(element: Any) -> None:
    """Free an element that was read, and all before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def without_address(name: str) -> tuple[str, tuple[str, ...]]:
    """A name, or nothing and a doubt if it holds an e-mail address."""
    return ("", ("its author is an e-mail address and was left out",)) if _ADDRESS.search(name) else (name, ())


def _given(**metadata: str) -> dict[str, str]:
    return {key: value for key, value in metadata.items() if value}


def many(count: int, what: str) -> str:
    """A count of things, the first word in the plural where there are several.

    >>> many(2, "item of another type")
    '2 items of another type'
    """
    first, gap, rest = what.partition(" ")
    plural = f"{first[:-1]}ies" if first.endswith("y") else f"{first}s"
    return f"{count:,} {first if count == 1 else plural}{gap}{rest}"
