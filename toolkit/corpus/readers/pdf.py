"""PDF (ISO 32000) with text in it, read with pypdf. Pictures of pages are not read: no characters are recognised.

A PDF has no text of its own, only signs with a place on the page; the text is put together here:

* pages are divided by a blank line; lines stand as they are drawn;
* a line that ends without a sentence's end and goes on in lower case is joined to the next with a space; so is one
  that goes on with a capital, if it is as long as the page's lines and ends in a small letter or a comma;
* "pala-" and "bra" at a line's end are joined without the hyphen when both halves are lower case letters (so
  "político-" and "social" lose one that was meant).

Running heads and page numbers stay: they are furniture, and marked as such elsewhere.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from toolkit.corpus.readers.properties import meant_author, meant_title
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Record, unfit
from toolkit.errors import missing_extra

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["read"]

MAX_BYTES = 100_000_000
MAX_PAGES = 5_000
#: Drawing instructions in one file: a page of prose has 200 to 3,000, a map 500,000. Ten million take half a minute.
MAX_INSTRUCTIONS = 10_000_000
#: Unpacked bytes of drawing instructions: of one page, and of all pages together.
MAX_PAGE, MAX_CONTENT = 5_000_000, 100_000_000
#: Bounds of pypdf, lower than its own: no stream that holds text is larger.
_BOUNDS: dict[str, Any] = {
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 60_000_000,
    "stream_parsing_work_maximum_count": 1_000_000,
    "xform_maximum_invocations_per_extraction": 200,
}
_SENTENCE_END = re.compile(r"[.!?…:][\"'»”’)\]]*$")
_ENUMERATION = re.compile(r"[a-z]{1,4}[).]\s")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_UNREADABLE = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]|\(cid:\d+\)|/(?:g|uni|G|C)\d{1,5}")


class _TooMuch(Exception):
    """A page or file asks for more work than any text needs."""


def read(file: File) -> Iterator[Record]:
    """One record: the text of all pages, with title, author, date (YYYY-MM-DD) and lang where the file tells them.

    A page that cannot be read is a doubt with its number, and so are pages without text among others with it. Refused:
    encrypted files that want a password, files without text, more than 100 MB or 5,000 pages, and damaged files.
    Needs pypdf (extra ``documents``).
    """
    try:
        import pypdf
    except ImportError:
        yield Record(file.name, refused=missing_extra("pypdf", "documents"))
        return
    size = file.path.stat().st_size
    if size > MAX_BYTES:
        yield Record(file.name, refused=f"is {size / 1e6:,.0f} MB, more than the {MAX_BYTES / 1e6:,.0f} MB of one PDF")
        return
    data = file.path.read_bytes()
    if b"%PDF-" not in data[:1024]:
        yield Record(file.name, refused="is no PDF (it does not begin with %PDF)")
        return
    # The end says where the objects of the file are; without it they are searched for.
    truncated = b"startxref" not in data[-2048:]
    with _listening() as heard, pypdf.apply_configuration(**_BOUNDS):
        # pypdf meets a damaged file with any exception of Python's; each is a refusal here.
        try:
            record = _record(file, pypdf.PdfReader(BytesIO(_with_end(data) if truncated else data)), truncated, heard)
        except Exception as error:
            missing = "is truncated, and nothing of it can be read; fetch it again"
            record = Record(file.name, refused=missing if truncated else f"is damaged or is no PDF ({_reason(error)})")
    yield record


def _record(file: File, reader: "PdfReader", truncated: bool, heard: "_Heard") -> Record:
    problem = _locked(reader)
    if problem:
        return Record(file.name, refused=problem)
    count = len(reader.pages)
    if count > MAX_PAGES:
        return Record(file.name, refused=f"has {count:,} pages, more than {MAX_PAGES:,}; split it")
    pages, failed, reasons = _pages(reader, count, heard)
    metadata = _metadata(reader)
    raw = "\n\n".join(text for text in pages if text)
    text = _CONTROLS.sub("", raw)
    if not any(sign.isalnum() for sign in text):
        if failed:
            return Record(file.name, refused=f"is damaged: none of its {count:,} pages could be read ({reasons[0]})")
        if truncated:
            return Record(file.name, refused="is truncated, and no text of it can be read; fetch it again")
        return Record(
            file.name, refused="holds images of pages and no text (or nothing); recognise its characters (OCR) first"
        )
    problem = unfit(text)
    if problem:
        return Record(file.name, refused=problem)
    doubts = ("is truncated; what is left of it is read",) if truncated else ()
    return Record(file.name, text, metadata, (*doubts, *_doubts(pages, failed, reasons, raw)))


def _with_end(data: bytes) -> bytes:
    """A truncated file with an end that points nowhere: pypdf then looks for the objects, and the root among them."""
    objects = max((int(found.group(1)) for found in re.finditer(rb"\b(\d{1,7}) \d{1,5} obj\b", data)), default=0)
    return data + b"\nendstream\nendobj\ntrailer\n<< /Size %d >>\nstartxref\n0\n%%%%EOF\n" % (objects + 1)


def _locked(reader: "PdfReader") -> str | None:
    """Why an encrypted file stays closed; the empty password, which most protected files have, is tried."""
    from pypdf.errors import DependencyError

    if not reader.is_encrypted:
        return None
    try:
        opened = reader.decrypt("")
    except DependencyError:
        return "is encrypted with AES: install the package cryptography, or save it without protection"
    return None if opened else "is encrypted and wants a password; save it without protection"


def _pages(reader: "PdfReader", count: int, heard: "_Heard") -> tuple[list[str], list[int], list[str]]:
    """The text of each page, the numbers of the pages that could not be read in full, and why."""
    pages: list[str] = []
    failed: list[int] = []
    reasons: list[str] = []
    length = 0
    instructions = _counter()
    content = 0
    for number in range(1, count + 1):
        text = ""
        heard.damage.clear()
        try:
            page = reader.pages[number - 1]
            drawn = page.get_contents()
            drawn_size = len(drawn.get_data()) if drawn is not None else 0
            content += drawn_size
            if drawn_size > MAX_PAGE or content > MAX_CONTENT:
                raise _TooMuch("more drawing instructions than any text needs")
            text = _composed(page.extract_text(visitor_operand_before=instructions))
        except Exception as error:  # as above: any exception may come, and the other pages are still wanted
            failed.append(number)
            reasons.append(_reason(error))
        else:
            if heard.damage:
                failed.append(number)
                reasons.append(heard.damage[0])
        pages.append(text)
        length += len(text)
        if length > MAX_CHARACTERS:
            break
    return pages, failed, reasons


def _counter() -> Callable[..., None]:
    done = 0

    def instructions(*_: object) -> None:
        nonlocal done
        done += 1
        if done > MAX_INSTRUCTIONS:
            raise _TooMuch("more drawing instructions than any text needs")

    return instructions


def _composed(page: str) -> str:
    """A page's lines, those of one sentence joined (see the head of this module)."""
    lines: list[str] = []
    drawn = [line.strip(" \t") for line in re.split(r"\r\n|[\r\n]", page)]
    lengths = sorted(len(line) for line in drawn if line)
    # Nine lines in ten are shorter; the last tenth may be lines that pypdf glued.
    full = 0.85 * lengths[len(lengths) * 9 // 10] if len(lengths) > 4 else len(page) + 1
    before = 0
    for line in drawn:
        last = lines[-1] if lines else ""
        joint = _joint(last, line, before >= full) if last and line else None
        if joint is None:
            lines.append(line)
        elif joint:
            lines[-1] += joint + line
        else:
            lines[-1] = last[:-1] + line
        before = len(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _joint(last: str, line: str, full: bool) -> str | None:
    """What stands between two lines of one sentence: a space, or nothing for the hyphen; None between sentences."""
    if line[0].islower() and not _ENUMERATION.match(line):
        if len(last) > 1 and last[-1] in "-‐\xad" and last[-2].islower():
            return ""
        return None if _SENTENCE_END.search(last) else " "
    return " " if full and line[0].isupper() and (last[-1].islower() or last[-1] == ",") else None


def _doubts(pages: list[str], failed: list[int], reasons: list[str], raw: str) -> Iterator[str]:
    if failed:
        yield f"{_numbers(failed)} of {len(pages):,} could not be read in full ({reasons[0]})"
    empty = [number for number, text in enumerate(pages, 1) if not text.strip() and number not in set(failed)]
    if len(empty) > len(pages) / 2:
        yield f"{len(empty):,} of {len(pages):,} pages hold no text (images of pages?)"
    unreadable = sum(len(found) for found in _UNREADABLE.findall(raw))
    if unreadable > 0.02 * len(raw):
        yield f"{unreadable:,} of {len(raw):,} characters have no meaning (a font without a table of its characters)"
    gone = len(_CONTROLS.findall(raw))
    if gone:
        yield f"{gone:,} control characters or half characters are left out"


def _numbers(numbers: list[int]) -> str:
    """
    >>> _numbers([3]), _numbers([3, 7, 9, 11, 15, 20])
    ('page 3', 'pages 3, 7, 9, 11 and 2 more')
    """
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    more = f" and {len(numbers) - 4:,} more" if len(numbers) > 4 else ""
    return "pages " + ", ".join(map(str, numbers[:4])) + more


def _metadata(reader: "PdfReader") -> dict[str, str]:
    """From the information dictionary (ISO 32000-1, 14.3.3) and the catalog's language; damaged entries are none."""
    found = {}
    for ours, name in (("title", "/Title"), ("author", "/Author"), ("date", "/CreationDate")):
        try:
            info = reader.metadata
            found[ours] = str(info.get(name) or "") if info is not None else ""
        except Exception:  # as above
            found[ours] = ""
    try:
        lang = str(reader.root_object.get("/Lang") or "")
    except Exception:  # as above
        lang = ""
    date = re.match(r"(?:D:)?((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", found["date"])
    metadata = {
        "title": meant_title(_CONTROLS.sub("", found["title"])),
        "author": meant_author(_CONTROLS.sub("", found["author"])),
        "date": "-".join(date.groups()) if date else "",
        "lang": lang if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", lang) else "",
    }
    return {name: value for name, value in metadata.items() if value}


def _reason(error: Exception) -> str:
    """An exception in a few words, the same on every machine (no addresses of objects)."""
    return _short(str(error)) or type(error).__name__


def _short(words: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "", " ".join(words.split()), flags=re.IGNORECASE)[:100]


class _Heard(logging.Handler):
    """Damage in packed pages that pypdf only writes to its log; nothing of it is printed."""

    def __init__(self) -> None:
        super().__init__()
        self.damage: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "pypdf.filters" and len(self.damage) < 10:
            self.damage.append(_short(record.getMessage()))


@contextmanager
def _listening() -> Iterator[_Heard]:
    log = logging.getLogger("pypdf")
    heard = _Heard()
    before = log.level, log.propagate
    log.addHandler(heard)
    log.propagate = False
    log.setLevel(logging.WARNING)
    try:
        yield heard
    finally:
        log.removeHandler(heard)
        log.setLevel(before[0])
        log.propagate = before[1]
