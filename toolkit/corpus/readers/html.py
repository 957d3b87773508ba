"""Saved web pages: their main text, or all of it, with what the page says of itself (title, author, date, address)."""

import codecs
import logging
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any, NamedTuple

from toolkit.corpus.encoding import decode
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Options, Record, unfit
from toolkit.errors import InputError

__all__ = ["MAX_PAGE", "Decoded", "decode_page", "read", "record_of_page"]

#: The largest page that is read, in bytes. Pages saved with pictures inside reach some megabytes.
MAX_PAGE = 20_000_000
#: A declaration of the encoding further down is not looked for. The HTML standard asks for it in the first 1,024 bytes,
#: but old templates have long scripts in front of it.
_HEAD = 65_536
#: The most tags of one page, besides empty elements: the time to read one grows with them (about 10 s at this number).
#: A forum page with a hundred posts has 10,000.
MAX_TAGS = 150_000
#: The most blocks of text of one page: jusText looks from each for its neighbours. 8,000 take about 5 s.
MAX_BLOCKS = 8_000
#: Main texts with fewer characters beside a form for a password are told as a doubt.
_SHORT = 300

_NOWHERE = logging.NullHandler()
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_NOT_MARKUP = ((b"<!--", b"-->"), (b"<script", b"</script"), (b"<style", b"</style"))
_PROLOG = re.compile(rb"""(?i)^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})""")
_META = re.compile(rb"""(?i)<meta\b[^>]{0,400}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""")
_ENCODINGS = re.compile(r"utf-8(-sig)?|utf-16.*|cp\d+|iso8859-\d+|mac-\w+|koi8-\w|gb\w+|big5\w*|euc_\w+|shift_jis\w*")
#: Signs that no XML text may hold, as they are or as references: libxml2 reads them and refuses to write them.
_NO_XML = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    r"|&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d));?",
    re.IGNORECASE,
)
_UNDECLARED_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")
_SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=(?:\(\d+\))?|Page saved with SingleFile\s+url:)\s*(https?://\S{1,2000})"
)
_EMPTY = re.compile(r"(?i)(?:<(b|i|em|font|span|p|div|a|li|td|strong)\b[^<>]{0,200}></\1\s*>){3,}")
_BREAKS = re.compile(r"(?i)(?:<br\s*/?>\s*){4,}")
_SELF_CLOSED = re.compile(r"(?i)<(script|style|title|textarea|iframe|a|b|i|p|div|span|td|em|strong)\b([^<>]{0,2000})/>")


class Decoded(NamedTuple):
    """A page's text, the encoding it was in, and a doubt about it or None."""

    text: str
    encoding: str
    doubt: str | None


def read(file: File) -> Iterator[Record]:
    """One record: the page's main text (with ``options.whole_page`` all its text) and metadata.

    ``.mht`` and ``.mhtml`` files (RFC 2557) hold the page with its pictures; of them the page is read.
    """
    size = file.path.stat().st_size
    if size > MAX_PAGE:
        yield Record(file.name, refused=f"is {size / 1e6:,.0f} MB, more than the {MAX_PAGE // 10**6} MB of one page")
        return
    data = file.path.read_bytes()
    if file.path.suffix.lower() in (".mht", ".mhtml"):
        yield _of_archive(data, file)
    else:
        yield record_of_page(data, file.name, file.options)


def _of_archive(data: bytes, file: File) -> Record:
    from email import message_from_bytes

    try:
        message = message_from_bytes(data.lstrip())
        page = next((part for part in message.walk() if part.get_content_type() in _PAGE_TYPES), None)
        content = page.get_payload(decode=True) if page is not None else None
    except (RecursionError, ValueError, LookupError, AttributeError):
        return Record(file.name, refused="is a damaged web archive (its parts cannot be told apart)")
    if page is None or not isinstance(content, bytes):
        return Record(file.name, refused="is a web archive (MHTML) without a page of HTML in it")
    url = _header(page, "content-location") or _header(message, "snapshot-content-location")
    url = url if url.startswith(("http://", "https://")) else _header(message, "snapshot-content-location")
    return record_of_page(content, file.name, file.options, url=url, charset=page.get_content_charset() or "")


_PAGE_TYPES = frozenset(["text/html", "application/xhtml+xml"])


def _header(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()


def record_of_page(data: bytes, doc_id: str, options: Options, *, url: str = "", charset: str = "") -> Record:
    """The record of one page of HTML, from its bytes.

    Parameters
    ----------
    data : the page as it was sent or saved, up to :data:`MAX_PAGE` bytes.
    url : the page's address where that is known; else it is looked for in the page.
    charset : the encoding that the server declared; it goes before one declared in the page.
    """
    if len(data) > MAX_PAGE:
        return Record(doc_id, refused=f"is {len(data) / 1e6:,.0f} MB, more than the {MAX_PAGE // 10**6} MB of one page")
    import lxml.html  # here, as loading it takes time that those who read .txt need not spend

    for name in ("trafilatura", "htmldate"):  # they warn of odd pages on the screen if nobody listens
        logging.getLogger(name).addHandler(_NOWHERE)
    try:
        decoded = decode_page(data, charset)
        tree, problem = _tree(decoded.text)
    except InputError as error:
        return Record(doc_id, refused=str(error))
    if problem or tree is None:
        return Record(doc_id, refused=problem or "holds no HTML")
    if not isinstance(tree, lxml.html.HtmlElement):
        return Record(doc_id, refused="holds no HTML")
    return _record(tree, decoded, doc_id, options, url)


# ---- bytes to text


def decode_page(data: bytes, charset: str = "") -> Decoded:
    """The text of a page: by its byte order mark, else as declared if all bytes fit, else as they look.

    ``charset`` (declared by the server) goes before a ``meta`` element or the XML prolog. ISO 8859-1 and ASCII are
    read as Windows-1252 (WHATWG Encoding Standard, section 4.2). Bytes that are UTF-8 are read so whatever was
    declared. A declaration that does not hold is a doubt.

    Raises :class:`InputError` with the reason when the bytes are no text.

    >>> decode_page("<meta charset=iso-8859-1>señal €".encode("cp1252"))[1:]
    ('cp1252', None)
    """
    if data.startswith(_BOMS):
        return Decoded(*decode(data)[:2], None)
    head = _only_markup(data[:_HEAD])
    match = _META.search(head) or _PROLOG.search(head)
    declared = charset.strip().lower() or (match[1].decode("ascii", "replace").lower() if match else "")
    if not declared or declared.startswith("utf-16"):
        # a meta element that could be read byte by byte does not stand in UTF-16
        return _guessed(data, "" if b"\x00" in data[:_HEAD] else declared)
    encoding = _encoding(declared)
    if encoding is None:
        return _guessed(data, declared)
    if encoding != "utf-8" and not data.isascii():
        try:
            return Decoded(data.decode("utf-8"), "utf-8", f"declares {declared}, but its bytes are UTF-8")
        except UnicodeDecodeError:
            pass
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        return _guessed(data, declared)
    if "\x00" in text or _UNDECLARED_CONTROLS.search(text):
        return _guessed(data, declared)
    return Decoded(text, encoding, None)


def _only_markup(head: bytes) -> bytes:
    """The beginning of a page without comments, scripts and styles, in which "charset=" means nothing."""
    for opening, closing in _NOT_MARKUP:
        parts, low, at = [], head.lower(), 0
        while (start := low.find(opening, at)) >= 0:
            parts.append(head[at:start])
            end = low.find(closing, start)
            at = end + len(closing) if end >= 0 else len(head)
        head = b"".join([*parts, head[at:]])
    return head


def _encoding(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared.replace("x-mac-roman", "mac-roman").replace("x-", "", 1)).name
    except (LookupError, ValueError):
        return None
    if name in ("ascii", "iso8859-1"):
        return "cp1252"
    return name if _ENCODINGS.fullmatch(name) else None


def _guessed(data: bytes, declared: str) -> Decoded:
    text, encoding, certain = decode(data)
    if declared:
        return Decoded(text, encoding, f"declares {declared}, but its bytes are not; read as {encoding}")
    return Decoded(text, encoding, None if certain else f"encoding guessed: {encoding}")


# ---- text to tree


def _tree(text: str) -> tuple[Any, str | None]:
    """The page's tree, or why there is none. Nothing outside the page is read."""
    import lxml.html
    from lxml import etree

    if text.lstrip()[:5].lower() == "<?xml":
        text = _SELF_CLOSED.sub(r"<\1\2></\1>", text)  # in XHTML these are empty elements; in HTML they stay open
    text = re.sub(r"(?i)</br\s*/?>", "<br>", text)  # as the HTML standard reads this slip
    text = _BREAKS.sub("<br><br><br>", _EMPTY.sub(" ", text))
    tags = text.count("<")
    if tags > MAX_TAGS:
        return None, f"has {tags:,} tags, more than the {MAX_TAGS:,} of one page"
    data = _NO_XML.sub(" ", text).encode("utf-8", "replace")
    for huge in (False, True):  # the parser's limits (256 deep, 10 MB a word) first; the larger ones bear 2,048 deep
        parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=huge)
        try:
            tree = lxml.html.document_fromstring(data, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return None, "holds no HTML"
        broken = [entry for entry in parser.error_log if entry.type_name == "ERR_RESOURCE_LIMIT"]
        if not broken:
            return tree, None
    return None, f"cannot be read past line {broken[0].line}: {broken[0].message.split(',')[0].strip()[:120]}"


# ---- tree to record


def _record(tree: Any, decoded: Decoded, doc_id: str, options: Options, url: str) -> Record:
    from lxml import etree

    from toolkit.corpus.pages import metadata as page_metadata
    from toolkit.corpus.pages.blocks import blocks_of, prune, without
    from toolkit.corpus.pages.main_text import main_blocks
    from toolkit.corpus.pages.markup import text_of_html

    saved = _SAVED_FROM.search(decoded.text[:_HEAD])
    metadata = page_metadata.of_page(tree, url or (saved[1] if saved else ""))
    metadata["encoding"] = decoded.encoding
    doubts = [decoded.doubt] if decoded.doubt else []
    frames = tree.xpath("//frameset//frame/@src")
    password = bool(tree.xpath("//input[translate(@type, 'PASWORD', 'pasword') = 'password']"))
    body = tree.find("body")
    if frames:
        names = ", ".join(name[:60] for name in frames[:3])
        return Record(doc_id, refused=f"is a frame around other pages ({names}), which hold the text")
    if body is None:
        return Record(doc_id, refused="holds no text")
    if options.whole_page:
        text = text_of_html(etree.tostring(tree, encoding="unicode", method="html"))
    else:
        prune(tree)
        blocks = blocks_of(body)
        if not blocks:
            return Record(doc_id, refused="holds no text (pages that scripts fill are empty when saved as source)")
        visible = sum(len(block.text) for block in blocks)
        if len(blocks) > MAX_BLOCKS or visible > 2 * MAX_CHARACTERS:
            size = f"has {len(blocks):,} paragraphs and {visible:,} characters"
            return Record(doc_id, refused=f"{size}, more than one page can have; split it, or read it with whole_page")
        titles = [metadata.get("title", ""), *tree.xpath("//title/text()")]
        kept = main_blocks(tree, blocks, titles)
        without(block for block, stays in zip(blocks, kept, strict=True) if not stays)
        text = text_of_html(etree.tostring(body, encoding="unicode", method="html"))
    if not any(sign.isalnum() for sign in text):
        return Record(doc_id, refused=_nothing(options, password))
    problem = unfit(text)
    if problem:
        return Record(doc_id, refused=problem)
    if password and len(text) < _SHORT:
        doubts.append("asks for a password and has little text: it may be a login page")
    doubts += page_metadata.checked_language(metadata, text)
    return Record(doc_id, text, {name: value for name, value in metadata.items() if value}, tuple(doubts))


def _nothing(options: Options, password: bool) -> str:
    if password:
        return "is a login page: it asks for a password and holds no main text"
    if options.whole_page:
        return "holds no text"
    return "holds no main text (menus and lists only); whole pages are read with whole_page"
