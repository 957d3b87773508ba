"""The CAS files of a folder: one per document, or an exported INCEpTION project with one per document and coder.

A project export (inception, AnnotationDocumentExporter and CuratedDocumentsExporter) holds ``exportedproject*.json``,
``annotation/<document>/<user>.<ending>`` and ``curation/<document>/CURATION_USER.<ending>``; XMI comes as a ZIP that
holds the XMI and its TypeSystem.xml (XmiFormatSupport_ImplBase). INITIAL_CAS is what everybody started from; in old
projects CORRECTION_USER is (inception, projects_export.adoc).
"""

import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.corpus.readers.zip_bounds import check_zip, read_member
from toolkit.errors import InputError
from toolkit.exchange.formats.cas.folder import document_of
from toolkit.exchange.formats.cas.types import Types, TypesBeside, types_of_xml
from toolkit.exchange.inputs import MAX_BYTES, read_bytes
from toolkit.exchange.names import documents_in

__all__ = ["CURATION", "INITIAL", "CasFile", "cas_files", "document_name"]

#: Names of files where no annotator is: what they started from, and what was made of their work.
INITIAL, CURATION = ("INITIAL_CAS", "CORRECTION_USER"), "CURATION_USER"
#: Endings of our files, which INCEpTION leaves in the names of documents.
_OURS = (".xmi", ".json", ".tsv")


@dataclass(frozen=True)
class CasFile:
    """One CAS file: of which document, by whom (None where the folder does not say), and its types."""

    doc_id: str
    coder: str | None
    place: str
    path: Path
    beside: TypesBeside

    def xmi(self) -> tuple[bytes, Types]:
        """The XMI, also out of a ZIP, and the types declared beside. Raises :class:`InputError`."""
        if self.path.suffix.lower() != ".zip":
            return read_bytes(self.path), self.beside.of(self.path)
        try:
            problem = check_zip(self.path)
            if problem:
                raise InputError(f"{self.place}: {problem}.")
            with zipfile.ZipFile(self.path) as archive:
                return _of_archive(archive, self.place)
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{self.place}: cannot be unpacked: {error}.") from error


def cas_files(path: Path, suffix: str) -> Iterator[CasFile]:
    """The files to read. Raises :class:`InputError` where there is none."""
    folders = _project(path) if path.is_dir() else []
    if folders:
        yield from _of_project(path, folders, suffix)
        return
    root = path if path.is_dir() else path.parent
    beside = TypesBeside(root)
    for _, file in documents_in(path, (suffix,)):
        name = file.relative_to(root).as_posix()
        place = name if path.is_dir() else str(path)
        yield CasFile(document_of(name.removesuffix(file.suffix)), None, place, file, beside)


def _of_archive(archive: zipfile.ZipFile, place: str) -> tuple[bytes, Types]:
    """The one XMI of an archive, and its type system."""
    names = sorted(archive.namelist())
    inside = [name for name in names if name.lower().endswith(".xmi")]
    if len(inside) != 1:
        raise InputError(f"{place}: holds {len(inside)} files that end in .xmi; INCEpTION puts one into each ZIP.")
    types = Types()
    try:
        for name in names:
            if name.rpartition("/")[2].lower() == "typesystem.xml":
                types = types_of_xml(read_member(archive, name), name)
        return read_member(archive, inside[0], MAX_BYTES), types
    except InputError as error:
        raise InputError(f"{place}: {str(error).removesuffix('.')}.") from error


def _project(path: Path) -> list[Path]:
    """The folders of an exported project that hold CAS files; none where it is just a folder.

    A folder called "annotation" alone proves nothing: a project has its settings beside, or a file of one of the two
    names that INCEpTION gives where nobody codes.
    """
    if path.name in ("annotation", "curation") and any(path.parent.glob("exportedproject*.json")):
        return [path]
    folders = [one for one in (path / "annotation", path / "curation") if one.is_dir()]
    return folders if any(path.glob("exportedproject*.json")) or _any_marked(folders) else []


def _any_marked(folders: list[Path]) -> bool:
    return any(True for folder in folders for name in (*INITIAL, CURATION) for _ in folder.glob(f"*/{name}.*"))


def document_name(name: str) -> str:
    """The document that is called so in INCEpTION: of our own files, the name without ending.

    >>> document_name("es~2Funo.xmi"), document_name("uno.txt")
    ('es/uno', 'uno.txt')
    """
    stem, dot, ending = name.rpartition(".")
    return document_of(stem) if stem and dot + ending.lower() in _OURS else name


def _names(names: set[str]) -> dict[str, str]:
    """The documents of a project; two that would be called the same keep their endings."""
    documents = {name: document_name(name) for name in names}
    count = Counter(documents.values())
    return {name: name if count[one] > 1 else one for name, one in documents.items()}


def _of_project(path: Path, folders: list[Path], suffix: str) -> Iterator[CasFile]:
    root, number = path.resolve(), 0
    names = _names({one.name for folder in folders for one in folder.iterdir()})
    endings = (suffix, ".zip") if suffix == ".xmi" else (suffix,)
    for folder in folders:
        for file in sorted(folder.glob("*/*")):
            inside = file.is_file() and file.resolve().is_relative_to(root)
            if inside and file.suffix.lower() in endings and not file.name.startswith("."):
                number += 1
                coder = file.name.removesuffix(file.suffix)
                place = file.relative_to(path).as_posix()
                yield CasFile(names[file.parent.name], coder, place, file, TypesBeside(file.parent))
    if not number:
        raise InputError(
            f"{path}: is a project of INCEpTION without files that end in {suffix}; export it again and choose this"
            " format as secondary format."
        )
