"""Web archives (.warc, .warc.gz, .wacz): every captured page of text is a post."""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from toolkit.corpus.readers.archives import Member
from toolkit.corpus.readers.record import File, Record, unfit
from toolkit.corpus.readers.unpack import MAX_IN_ALL, Budget, entries, extract, open_zip
from toolkit.corpus.readers.warc_captures import HTML, Capture, body, captures
from toolkit.errors import InputError, missing_extra

__all__ = ["read", "read_wacz"]

#: So many kinds of things that are no posts are told apart; a crawl of the web has about thirty.
MAX_KINDS = 50
#: Titles are taken from page lists up to this size: 100,000 pages of 500 bytes.
MAX_PAGE_LIST = 50_000_000
#: Files that web servers keep for programs.
_FOR_ROBOTS = re.compile(r"/(robots|ads|humans|security)\.txt$|/\.well-known/")
_HTML_HEAD = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
#: What a crawler writes about its own work.
_NOTES = ("warcinfo", "request", "metadata")


@dataclass
class _Crawl:
    """What was met so far in the WARC files of one crawl; ``seen`` has hashes of addresses, texts, payloads and ids."""

    name: str
    seen: set[int] = field(default_factory=set)
    revisits: list[tuple[int, ...]] = field(default_factory=list)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    titles: dict[int, str] = field(default_factory=dict)

    def count(self, one: str, many: str) -> None:
        """One more thing that is no post: "response of image/png is no text", "responses ... are no text"."""
        if (one, many) not in self.kinds and len(self.kinds) >= MAX_KINDS:
            one, many = "record of a further kind is no page", "records of further kinds are no pages"
        self.kinds[one, many] += 1

    def told(self) -> Iterator[Record]:
        """A refused record for every kind of things that were no posts."""
        for original in self.revisits:
            if not self.seen.isdisjoint(original):
                self.count("revisit record repeats a capture of this file", "revisit records repeat captures of it")
            else:
                self.count(
                    "revisit record points to a capture that is not in this file",
                    "revisit records point to captures that are not in this file",
                )
        for (one, many), count in sorted(self.kinds.items()):
            yield Record(self.name, refused=f"{count:,} {one if count == 1 else many}")


def read(file: File) -> Iterator[Record]:
    """The pages of a .warc or .warc.gz file, in their order: HTML (its main text) and plain text with status 200.

    Ids are ``file.name/host-and-path-`` and 8 hexadecimal digits of the address's SHA-256; a later capture of an
    address with another text has the time of capture after an ``@``. Metadata: those of the page, ``url``, and
    ``captured`` (WARC-Date). Everything else in the file is told with its count, one refused record a kind.
    """
    if find_spec("fastwarc") is None:
        yield Record(file.name, refused=missing_extra("fastwarc", "web"))
        return
    crawl = _Crawl(file.name)
    yield from _pages(file, file.path, crawl)
    yield from crawl.told()


def read_wacz(file: File) -> Iterator[Record]:
    """The pages of a .wacz file (WACZ 1.1.1): those of the WARC files in ``archive/``, as :func:`read` gives them.

    ``member`` is the WARC file; a page without a title gets that of the page list. Nothing else in it is text.
    """
    if find_spec("fastwarc") is None:
        yield Record(file.name, refused=missing_extra("fastwarc", "web"))
        return
    try:
        archive = open_zip(file.path)
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    crawl = _Crawl(file.name)
    with archive, TemporaryDirectory(prefix="toolkit-") as folder:
        found, refusals = entries(archive)
        budget = file.budget if isinstance(file, Member) else Budget()
        target = Path(folder) / "member"
        for entry in found:
            if not re.fullmatch(r"pages/[^/]+\.jsonl", entry.name):
                continue
            try:
                extract(archive, entry, target, budget, limit=MAX_PAGE_LIST)
                crawl.titles |= _titles(target)
            except InputError as error:
                refusals.append((entry.name, str(error)))
        warcs = [entry for entry in found if re.fullmatch(r"archive/.+\.warc(\.gz)?", entry.name)]
        for entry in warcs:
            try:
                extract(archive, entry, target, budget, limit=MAX_IN_ALL)
            except InputError as error:
                refusals.append((entry.name, str(error)))
                continue
            for record in _pages(file, target, crawl):
                yield replace(record, member=entry.name)
        for name, reason in refusals[:MAX_KINDS]:
            yield Record(f"{file.name}/{name}", refused=reason, member=name)
        if not warcs:
            yield Record(file.name, refused="has no WARC file in its folder archive")
    yield from crawl.told()


def _titles(path: Path) -> dict[int, str]:
    """Titles by hash of the address, from a list of pages in JSON Lines; lines that are none are passed over."""
    titles = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                page = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(page, dict) and isinstance(page.get("url"), str) and isinstance(page.get("title"), str):
                titles[_hash("url", page["url"])] = page["title"][:1000]
    return titles


def _pages(file: File, path: Path, crawl: _Crawl) -> Iterator[Record]:
    for capture in captures(path):
        if isinstance(capture, str):
            yield Record(file.name, refused=capture)
        elif (kind := _kind(capture, crawl)) is not None:
            record = _page(file, capture, kind, crawl)
            if record is not None:
                yield record


def _kind(capture: Capture, crawl: _Crawl) -> str | None:
    """ "html", "text" or "?" (to be seen) for a capture that may be a post; None, counted, for all others."""
    kind, media, url = capture.kind, capture.media, capture.url
    if kind in _NOTES:
        crawl.count("record is a note of the crawler on its work", "records are notes of the crawler on its work")
        return None
    if kind == "revisit":
        crawl.revisits.append((_hash("payload", capture.digest), _hash("capture", url), _hash("url", url)))
        return None
    crawl.seen.add(_hash("payload", capture.digest) if capture.digest else _hash("capture", url))
    if kind == "response" and not capture.status:
        crawl.count("response is none of a web server", "responses are none of a web server")
    elif kind == "response" and capture.status // 100 == 3:
        crawl.count("redirect", "redirects")
    elif kind == "response" and capture.status != 200:
        crawl.count(f"response with status {capture.status}", f"responses with status {capture.status}")
    elif media == "text/plain" and kind == "response" and _FOR_ROBOTS.search(url):
        crawl.count("file for programs (robots.txt and the like)", "files for programs (robots.txt and the like)")
    elif media in HTML and kind in ("response", "resource"):
        return "html"
    elif media == "text/plain" and kind in ("response", "conversion"):
        return "text"
    elif not media and kind == "response":
        return "?"
    else:
        what = media or "an unknown kind"
        crawl.count(f"{kind} of {what} is no page", f"{kind}s of {what} are no pages")
    return None


def _page(file: File, capture: Capture, kind: str, crawl: _Crawl) -> Record | None:
    """The post of a page, a refused record, or None for a page that was there already."""
    from toolkit.corpus.readers import html

    doc_id = f"{file.name}/{_slug(capture.url)}"
    place = f"record {capture.number:,}"
    try:
        data, doubt = body(capture)
        if kind == "?" and not _HTML_HEAD.match(data[:2000]):
            crawl.count("response of an unknown kind is no page", "responses of an unknown kind are no pages")
            return None
        if kind == "text":
            record = _plain(data, doc_id, capture.charset)
        else:
            record = html.record_of_page(data, doc_id, file.options, url=capture.url, charset=capture.charset)
    except InputError as error:
        return Record(doc_id, refused=str(error), place=place)
    if record.refused is not None or not record.text.strip():
        return replace(record, place=place)
    url, text = _hash("url", capture.url), _hash("text", capture.url, record.text)
    if text in crawl.seen:
        crawl.count("capture repeats a page word for word", "captures repeat a page word for word")
        return None
    if url in crawl.seen:
        doc_id += "@" + re.sub(r"[^0-9T]", "", capture.when)[:15]
        if _hash("id", doc_id) in crawl.seen:
            doc_id += f"-{text:016x}"[:9]
        crawl.seen.add(_hash("id", doc_id))
    crawl.seen |= {url, text}
    metadata = {**record.metadata, "url": record.metadata.get("url") or capture.url, "captured": capture.when}
    if not metadata.get("title") and url in crawl.titles:
        metadata["title"] = crawl.titles[url]
    doubts = (*record.doubts, doubt) if doubt else record.doubts
    metadata = {key: value for key, value in metadata.items() if value}
    return replace(record, doc_id=doc_id, metadata=metadata, doubts=doubts, place=place)


def _plain(data: bytes, doc_id: str, charset: str) -> Record:
    from toolkit.corpus.readers import html

    text, encoding, doubt = html.decode_page(data, charset)
    problem = unfit(text)
    if problem:
        return Record(doc_id, refused=problem)
    return Record(doc_id, text, {"encoding": encoding}, (doubt,) if doubt else ())


def _slug(url: str) -> str:
    """An address as the end of an id: host and path, up to 80 characters, and 8 digits of its SHA-256.

    >>> _slug("http://www.example.org/2009/03/ma%C3%B1ana/?p=3")
    'www.example.org-2009-03-mañana-bb228af4'
    """
    try:
        parts = urlsplit(url)
        words = f"{parts.hostname or ''}/{unquote(parts.path)}"
    except ValueError:  # a host in broken brackets
        words = url
    readable = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFC", words))[:80].strip("-.")
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else digest


def _hash(*texts: str) -> int:
    """64 bits that stand for texts: two of a million differ with a chance of 1 - 3e-8."""
    return int.from_bytes(
        hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )
