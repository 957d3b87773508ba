"""The files of a REFI-QDA project: its project.qde and the texts it points to, within bounds."""

import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from unicodedata import normalize

from toolkit.corpus.readers.zip_bounds import check_zip, read_member, safe_path
from toolkit.errors import InputError
from toolkit.exchange.inputs import MAX_BYTES, read_bytes, xml_of

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["ProjectFiles", "open_project"]

_SPACE = "{urn:QDA-XML:project:"


class ProjectFiles:
    """An opened project: ``root`` of its XML, ``where`` for messages, and its texts by path."""

    def __init__(self, root: "etree._Element", where: str, texts: Mapping[str, str]) -> None:
        self.root = root
        self.where = where
        # macOS writes accents in names as signs of their own (Annex A.3); users do not
        self._given = {normalize("NFC", name): text for name, text in texts.items()}
        self._read: dict[str, str] = {}

    def given(self, *names: str) -> str | None:
        """A text that the user gave for a document: by its name, or its name without ending."""
        for name in names:
            whole = normalize("NFC", name)
            for key in (whole, whole.rpartition(".")[0]):
                if key and key in self._given:
                    return self._given[key]
        return None

    def text(self, reference: str) -> str:
        """The text that a path such as ``internal://<guid>.txt`` (section 8.3) names.

        Raises :class:`InputError` with the end of a sentence: outside the project, missing, not UTF-8.
        """
        scheme, _, rest = reference.partition("://")
        if scheme not in ("internal", "relative"):
            raise InputError(f"{reference[:80]!r} lies outside the project, where nothing is read")
        name = safe_path("sources", rest.lstrip("/"))
        if not rest or name is None or not name.startswith("sources/"):
            raise InputError(f"{reference[:80]!r} points out of the project")
        if name not in self._read:
            data = self._bytes(name.removeprefix("sources/"), scheme == "internal")
            try:
                # a byte order mark says how the file is written and is no character of the text
                self._read[name] = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
            except UnicodeDecodeError as error:
                raise InputError(f"its text {name[:80]!r} is not UTF-8 (byte {error.start})") from None
        return self._read[name]

    def _bytes(self, name: str, inside: bool) -> bytes:
        raise NotImplementedError


class _Archive(ProjectFiles):
    """A .qdpx."""

    def __init__(
        self, archive: zipfile.ZipFile, base: str, root: "etree._Element", where: str, texts: Mapping[str, str]
    ) -> None:
        super().__init__(root, where, texts)
        self._archive = archive
        # NVivo writes "Sources" (QualCoder, refi.py); names in capitals or not are one here
        self._members = {name.lower(): name for name in archive.namelist()}
        self._base = base

    def _bytes(self, name: str, inside: bool) -> bytes:
        member = f"{self._base}sources/{name}"
        if not inside or member.lower() not in self._members:
            raise InputError(f"its text {member[:80]!r} is not in the file")
        return read_member(self._archive, self._members[member.lower()])


class _Folder(ProjectFiles):
    """A bare .qde with its texts in a folder "sources" beside it, or right beside it."""

    def __init__(self, path: Path, root: "etree._Element", texts: Mapping[str, str]) -> None:
        super().__init__(root, path.name, texts)
        self._folder = path.parent.resolve()

    def _bytes(self, name: str, inside: bool) -> bytes:
        for folder in ("sources/", "Sources/", ""):
            file = (self._folder / f"{folder}{name}").resolve()
            if file.is_relative_to(self._folder) and file.is_file():
                return read_bytes(file)
        raise InputError(f"its text 'sources/{name[:80]}' is not beside the file")


def open_project(path: Path, texts: Mapping[str, str]) -> ProjectFiles:
    """A .qdpx or a bare .qde. Raises :class:`InputError` for what is neither, damaged, or a ZIP bomb."""
    try:
        with path.open("rb") as stream:
            zipped = stream.read(2) == b"PK"
        problem = check_zip(path) if zipped else None
        if problem:
            raise InputError(f"{path}: {problem}.")
        if not zipped:
            return _Folder(path, _checked(xml_of(read_bytes(path), str(path)), str(path)), texts)
        archive = zipfile.ZipFile(path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error
    name = _project_name(archive, path)
    where = f"{path}, {name}"
    try:
        data = read_member(archive, name, MAX_BYTES)
    except InputError as error:
        raise InputError(f"{path}: {error}.") from error
    return _Archive(archive, name[: -len(PurePosixPath(name).name)], _checked(xml_of(data, where), where), name, texts)


def _project_name(archive: zipfile.ZipFile, path: Path) -> str:
    """The member that holds the project: project.qde (section 8.1); else the only .qde, at most one folder down.

    ATLAS.ti names it after the project (ccbogel/QualCoder, issue 1369); macOS adds hidden files to archives.
    """
    names = [
        name
        for name in archive.namelist()
        if name.lower().endswith(".qde") and name.count("/") <= 1 and not PurePosixPath(name).name.startswith(".")
    ]
    exact = [name for name in names if name.lower() == "project.qde"]
    if not names or (not exact and len(names) > 1):
        many = f"{len(names)} files" if names else "no file"
        raise InputError(f"{path}: holds {many} .qde; a REFI-QDA project holds one, 'project.qde'.")
    return (exact or names)[0]


def _checked(root: "etree._Element", where: str) -> "etree._Element":
    tag = str(root.tag)
    if not tag.startswith(_SPACE) or not tag.endswith("}Project"):
        shown = tag.rpartition("}")[2][:40]
        raise InputError(f"{where}: begins with <{shown}>; expected <Project> of urn:QDA-XML:project:1.0 (REFI-QDA).")
    return root
