"""ZIP archives and gzip files: each member is unpacked alone, bounded, and read as the file it is."""

import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from toolkit.corpus.readers.record import File, Record
from toolkit.corpus.readers.unpack import DAMAGED, MAX_MEMBER, Budget, entries, extract, gunzip, open_zip
from toolkit.errors import InputError

__all__ = ["Member", "read_gzip", "read_zip"]

#: An archive in an archive in an archive is read, a fourth is not.
MAX_DEPTH = 2
_TOO_DEEP = f"is an archive inside {MAX_DEPTH + 1} others; unpack it"
#: More members than this with one reason are one row.
MAX_ROWS = 20
#: Formats that are ZIP archives inside, by a member that each of them must have.
_DISGUISES = {
    "word/document.xml": ".docx",
    "xl/workbook.xml": ".xlsx",
    "xl/workbook.bin": ".xlsb",
    "ppt/presentation.xml": ".pptx",
}
_MIMETYPES = {
    b"application/epub+zip": ".epub",
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
}


@dataclass(frozen=True)
class Member(File):
    """A file out of an archive, with the budget of the outermost archive."""

    budget: Budget = field(default_factory=Budget)


def read_zip(file: File) -> Iterator[Record]:
    """The records of every member of a ZIP archive, in the order of their paths; ``member`` is the path inside.

    Ids are ``file.name/path without suffix`` (with suffix where two members would have the same). Hidden members and
    ``__MACOSX`` are passed over, as in folders. Whatever is unsafe, damaged or of no known kind is a refused record.
    A document or web archive that is named .zip is read as what it is.
    """
    if file.depth > MAX_DEPTH:
        yield Record(file.name, refused=_TOO_DEEP)
        return
    try:
        archive = open_zip(file.path)
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    with archive:
        suffix = _disguised(archive)
        yield from _as_what_it_is(file, suffix) if suffix else _members(file, archive)


def _members(file: File, archive: zipfile.ZipFile) -> Iterator[Record]:
    from toolkit.corpus.readers import reader_of, without_suffix

    found, refusals = entries(archive)
    readable = [entry for entry in found if reader_of(entry.name)]
    refusals += [(e.name, f"'{_ending(e.name)}' files are not read") for e in found if not reader_of(e.name)]
    ids = Counter(without_suffix(entry.name) for entry in readable)
    budget = file.budget if isinstance(file, Member) else Budget()
    with TemporaryDirectory(prefix="toolkit-") as folder:
        for entry in readable:
            stem = without_suffix(entry.name)
            name = f"{file.name}/{stem if ids[stem] == 1 else entry.name}"
            target = Path(folder) / ("member" + entry.name[len(stem) :].lower())
            try:
                extract(archive, entry, target, budget)
            except InputError as error:
                refusals.append((entry.name, str(error)))
                continue
            doubts = entry.doubts
            for record in _read(Member(target, name, file.options, file.depth + 1, budget)):
                path = f"{entry.name}/{record.member}" if record.member else entry.name
                yield replace(record, member=path, doubts=doubts + record.doubts)
                doubts = ()
            target.unlink()
    yield from _told(file, refusals)


def read_gzip(file: File) -> Iterator[Record]:
    """The records of one file packed with gzip, read by its name without ``.gz`` (posts.csv.gz as posts.csv)."""
    from toolkit.corpus.readers import reader_of, without_suffix

    if file.depth > MAX_DEPTH:
        yield Record(file.name, refused=_TOO_DEEP)
        return
    names = [re.sub(r"\.gz$", "", name, flags=re.IGNORECASE) for name in (file.name, file.path.name)]
    name = next((name for name in names if reader_of(name)), "")
    if not name:
        ending = _ending(names[0])
        yield Record(file.name, refused=f"is packed with gzip, and '{ending}' files are not read")
        return
    stem = without_suffix(name)
    inner = stem if name == names[0] else without_suffix(names[0])
    budget = file.budget if isinstance(file, Member) else Budget()
    with TemporaryDirectory(prefix="toolkit-") as folder:
        target = Path(folder) / ("member" + name[len(stem) :].lower())
        try:
            gunzip(file.path, target, budget)
        except InputError as error:
            yield Record(file.name, refused=str(error))
            return
        yield from _read(Member(target, inner, file.options, file.depth + 1, budget))


def _read(member: Member) -> Iterator[Record]:
    from toolkit.corpus.readers import reader_of

    reader = reader_of(member.path.name)
    try:
        yield from reader(member) if reader else ()
    except OSError as error:
        yield Record(member.name, refused=f"cannot be read: {error.strerror}")


def _as_what_it_is(file: File, suffix: str) -> Iterator[Record]:
    from toolkit.corpus.readers import reader_of

    reader = reader_of("member" + suffix)
    if reader is None:
        yield Record(file.name, refused=f"is a {suffix} file named .zip, and '{suffix}' files are not read")
        return
    if file.path.stat().st_size > MAX_MEMBER:
        yield Record(file.name, refused=f"is a {suffix} file named .zip; rename it")
        return
    with TemporaryDirectory(prefix="toolkit-") as folder:
        target = Path(folder) / ("member" + suffix)
        shutil.copyfile(file.path, target)
        doubts: tuple[str, ...] = (f"is a {suffix} file named .zip",)
        for record in reader(replace(file, path=target)):
            yield replace(record, doubts=doubts + record.doubts)
            doubts = ()


def _disguised(archive: zipfile.ZipFile) -> str:
    """The suffix of the format that a file named .zip really has, or ''."""
    names = {info.filename for info in archive.infolist()}
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
        try:
            with archive.open("mimetype") as stream:
                kind = stream.read(100).strip()
        except DAMAGED:
            kind = b""
        if kind in _MIMETYPES:
            return _MIMETYPES[kind]
    if "[Content_Types].xml" in names:
        return next((suffix for name, suffix in _DISGUISES.items() if name in names), "")
    pages = any(re.match(r"archive/[^/]+\.warc(\.gz)?$", name) for name in names)
    return ".wacz" if pages and "datapackage.json" in names else ""


def _told(file: File, refusals: list[tuple[str, str]]) -> Iterator[Record]:
    """A refused record a member, or one with the count for many members with one reason."""
    count = Counter(reason for _, reason in refusals)
    told = set()
    for name, reason in refusals:
        if count[reason] <= MAX_ROWS:
            yield Record(f"{file.name}/{name}", refused=reason, member=name)
        elif reason not in told:
            told.add(reason)
            yield Record(file.name, refused=f"has {count[reason]:,} members such as {name}: {reason}")


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower() or PurePosixPath(name).name
