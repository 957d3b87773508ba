"""RSS 0.9-2.0 and Atom feeds, and Blogger's export, which is an Atom feed with its comments and settings in it."""

import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from toolkit.corpus.pages.markup import line_of_html, text_of_html
from toolkit.corpus.readers.record import File, Record, content_id, unfit
from toolkit.corpus.readers.wordpress import many, without_address
from toolkit.corpus.readers.wordpress import read as read_wordpress
from toolkit.corpus.readers.xml_text import Head, XmlText, head_of
from toolkit.errors import InputError, missing_extra

__all__ = ["entry_id", "read"]

#: Bytes of a feed, which is read as a whole; feeds hold the latest posts, exports of Blogger a few megabytes.
MAX_FEED = 50_000_000
#: Tags of a feed, its entries, and categories of one entry. A feed of 50 MB has about a million tags; feedparser takes
#: some 30 millionths of a second for each, and time with the square of the categories (20,000: half a minute).
MAX_TAGS, MAX_ENTRIES, MAX_CATEGORIES = 2_000_000, 100_000, 2_000
_COUNTED = re.compile(r"<(?:[\w.-]+:)?(?:(item|entry)|(?:category|keywords|subject))\b")
#: How a summary ends that a site cut off.
_CUT = re.compile(r"(?:\[\s*(?:\.\.\.|…)\s*\]|\(\s*(?:\.\.\.|…)\s*\))\s*$")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_BLOGGER_KIND = "http://schemas.google.com/g/2005#kind"


def read(file: File) -> Iterator[Record]:
    """A record for each entry that is a post: its full content where the feed has it, else its summary.

    ``doc_id``: see :func:`entry_id`. Metadata: title, author, date (as written), url, site, lang, tags, encoding; of
    comments in Blogger's export, which are read with ``file.options.comments``, also kind and ``parent``. E-mail
    addresses are never read. A summary that was cut off, and a feed that is not well-formed, are doubts. A WordPress
    export is handed to its own reader.
    """
    try:
        import feedparser  # type: ignore[import-untyped, unused-ignore]
        import lxml  # noqa: F401 - for the text of HTML
    except ImportError as error:
        yield Record(file.name, refused=missing_extra(error.name or "feedparser", "web"))
        return
    size = file.path.stat().st_size
    if size > MAX_FEED:
        yield Record(file.name, refused=f"has {size / 1e6:,.0f} MB, more than the {MAX_FEED / 1e6:.0f} of a feed")
        return
    try:
        head = head_of(file.path)
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    if "://wordpress.org/export/" in head.attributes:
        yield from read_wordpress(file)
        return
    source = XmlText(file.path, head.encoding)
    text = _DECLARATION.sub("", "".join(source.pieces()), count=1)
    problem = _too_much(text)
    if problem:
        yield Record(file.name, refused=problem)
        return
    try:
        # A stream, as feedparser would fetch or open a string that looks like an address or a file.
        feed = feedparser.parse(
            io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()),
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # feedparser promises no list of errors
        yield Record(file.name, refused=f"is no feed that can be read ({type(error).__name__}: {str(error)[:100]})")
        return
    doubts = source.doubts()
    if feed.bozo:
        doubts += (f"the feed is not well-formed ({_reason(feed.get('bozo_exception'))}) and was read leniently",)
    if not feed.entries:
        yield Record(file.name, refused="; ".join(("holds no entries", *doubts)))
        return
    yield from _Feed(file, head, feed).records(doubts)


def _too_much(text: str) -> str:
    """What a feed has so much of that reading it would take minutes, or nothing."""
    if text.count("<") > MAX_TAGS:
        return f"has more than {MAX_TAGS:,} tags, which no feed has"
    entries = categories = 0
    for match in _COUNTED.finditer(text):
        entries, categories = (entries + 1, 0) if match[1] else (entries, categories + 1)
        if entries > MAX_ENTRIES or categories > MAX_CATEGORIES:
            return f"has more than {MAX_ENTRIES:,} entries, or more than {MAX_CATEGORIES:,} categories of an entry"
    return ""


def entry_id(name: str, key: str) -> str:
    """The doc_id of an entry: the file's name, what can be read of its guid or link, and 8 digits of their SHA-256.

    >>> entry_id("blog", "https://example.org/2009/03/Los Mártes.html")
    'blog/los-martes-fc854503'
    """
    tail = re.sub(r"(?i)\.(?:html?|php|aspx?)$", "", re.split(r"[/:](?=[^/:])", key.rstrip("/"))[-1])
    plain = unicodedata.normalize("NFKD", tail).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    digits = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name}/{slug}-{digits}" if slug else f"{name}/{digits}"


class _Feed:
    """A parsed feed to records."""

    def __init__(self, file: File, head: Head, feed: Any) -> None:
        self.file = file
        self.feed = feed
        self.atom = str(feed.get("version", "")).startswith("atom")
        self.shared = {
            "site": _title(feed.feed),
            "lang": str(feed.feed.get("language") or ""),
            "encoding": head.encoding,
        }
        self.left: Counter[tuple[str, str]] = Counter()

    def records(self, doubts: tuple[str, ...]) -> Iterator[Record]:
        """All records; the doubts about the file stand with the first."""
        for number, entry in enumerate(self.feed.entries, 1):
            kind = _kind(entry)
            why = self._left_out(entry, kind)
            if why:
                self.left[why] += 1
                continue
            yield self._record(entry, kind, f"entry {number}", doubts)
            doubts = ()
        if doubts:
            yield Record(self.file.name, refused="; ".join(doubts))
        for (what, why_not), count in self.left.items():
            yield Record(self.file.name, refused=f"holds {many(count, what)}: {why_not}")

    def _left_out(self, entry: Any, kind: str) -> tuple[str, str] | None:
        if kind not in ("", "post", "page", "comment"):
            return f"entry of kind '{kind[:40]}'", "no posts"
        if kind == "comment" and not self.file.options.comments:
            return "comment", "not asked for"
        if str(entry.get("app_draft", "")).strip() == "yes" and not self.file.options.drafts:
            return "draft", "not asked for"
        return None

    def _record(self, entry: Any, kind: str, place: str, doubts: tuple[str, ...]) -> Record:
        guid = str(entry.get("id") or "").strip()
        link = str(entry.get("link") or "").strip()
        try:
            text, lang, cut = self._text(entry)
            problem = unfit(text)
        except InputError as error:
            text, lang, cut, problem = "", "", False, str(error)
        author, no_address = self._author(entry, kind)
        answered = entry.get("thr_in-reply-to") or {}
        metadata = {
            "title": _title(entry),
            "author": author,
            "date": str(entry.get("published") or entry.get("updated") or "").strip(),
            "url": link if "://" in link else "",
            **self.shared,
            "lang": lang or self.shared["lang"],
            "kind": kind,
            "parent": entry_id(self.file.name, answered["ref"]) if kind == "comment" and "ref" in answered else "",
            "tags": _tags(entry),
        }
        metadata = {key: value for key, value in metadata.items() if value}
        name = self.file.name
        doc_id = entry_id(name, guid or link) if guid or link else f"{name}/{content_id(text, metadata)}"
        if problem:
            return Record(doc_id, refused=problem, place=place)
        short = (f"{place} holds only a summary",) if cut else ()
        return Record(doc_id, text, metadata, doubts + no_address + short, place=place)

    def _text(self, entry: Any) -> tuple[str, str, bool]:
        """The text of an entry, its language if stated, and whether it is but a summary."""
        for content in entry.get("content", []):
            text = _plain(content)
            if text.strip():
                return text, str(content.get("language") or ""), False
        summary = entry.get("summary_detail") or {}
        text = _plain(summary)
        return text, str(summary.get("language") or ""), bool(text) and (self.atom or bool(_CUT.search(text)))

    def _author(self, entry: Any, kind: str) -> tuple[str, tuple[str, ...]]:
        if kind == "comment" and not self.file.options.commenters:
            return "", ()
        detail = entry.get("author_detail") or {}
        return without_address(line_of_html(str(detail.get("name") or entry.get("author") or "")))


def _plain(content: Any) -> str:
    """The text of a text construct by its type; what is neither text nor HTML has none."""
    kind, value = str(content.get("type", "")), str(content.get("value") or "")
    if kind == "text/plain":
        return value
    if kind not in ("text/html", "application/xhtml+xml"):
        return ""
    return text_of_html(value, blank_lines="<" not in value)  # without any markup, lines are lines


def _title(thing: Any) -> str:
    title = str(thing.get("title") or "")
    kind = (thing.get("title_detail") or {}).get("type")
    return " ".join(title.split()) if kind == "text/plain" else line_of_html(title)


def _kind(entry: Any) -> str:
    """What Blogger says an entry is: "post", "page", "comment", "settings", "template"; elsewhere nothing."""
    for tag in entry.get("tags", []):
        if tag.get("scheme") == _BLOGGER_KIND:
            return str(tag.get("term") or "").rpartition("#")[2]
    return ""


def _tags(entry: Any) -> str:
    tags = (tag for tag in entry.get("tags", []) if tag.get("scheme") != _BLOGGER_KIND)
    names = (line_of_html(str(tag.get("label") or tag.get("term") or "")) for tag in tags)
    return "; ".join(dict.fromkeys(name for name in names if name))


def _reason(error: Any) -> str:
    """The parser's complaint with its line, without the name of a stream that has none."""
    return re.sub(r"^<unknown>:(\d+):\d+: ", r"line \1: ", str(error))[:200]
