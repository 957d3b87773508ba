"""Where annotations are written: a file, a folder with a file per document, or a ZIP of it; whole or not at all."""

import io
import tempfile
import zipfile
from pathlib import Path

import pandas as pd

from toolkit.errors import InputError, OutputError
from toolkit.exchange.model import Choices, Loss, Material
from toolkit.exchange.registry import Format
from toolkit.exchange.texts import write_texts
from toolkit.files import new_folder, write_bytes

__all__ = ["write_to"]

#: The date of members of archives: the earliest that ZIP knows, so that the same content is the same file.
_DATE = (1980, 1, 1, 0, 0, 0)


def write_to(what: Format, material: Material, posts: pd.DataFrame, target: Path) -> list[Loss]:
    """Let the format write; returns what it lost.

    Raises :class:`InputError` for a folder that is not empty and several documents for one file, OutputError if nothing
    can be written.
    """
    try:
        if not what.folder:
            return _file(what, material, posts, target)
        if target.suffix.lower() == ".zip":
            return _archive(what, material, target)
        if target.suffix.lower() in what.suffixes and not target.is_dir():
            return _single(what, material, target)
        with new_folder(target) as part:
            return what.write(material, part)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror or error}.") from error


def _file(what: Format, material: Material, posts: pd.DataFrame, target: Path) -> list[Loss]:
    """One file: written aside, then put in its place."""
    if target.is_dir():
        raise InputError(f"{target}: is a folder; give the name of a file for {what.name}.")
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        # formats look at the ending
        part = Path(folder) / f"part{what.suffixes[0]}"
        losses = what.write(material, part)
        if not what.texts:
            write_texts(_as_written(posts, material), target)
        write_bytes(target, part.read_bytes())
    return losses


def _as_written(posts: pd.DataFrame, material: Material) -> pd.DataFrame:
    """The posts with the texts and names that the format could hold."""
    written = sorted(posts["doc_id"])
    new = dict(zip(written, material.documents, strict=True))
    return posts.assign(
        text=[new[doc_id].text for doc_id in posts["doc_id"]], doc_id=[new[doc_id].doc_id for doc_id in posts["doc_id"]]
    )


def _archive(what: Format, material: Material, target: Path) -> list[Loss]:
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        losses = what.write(material, Path(folder))
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
                member = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _DATE)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                # as on Unix, wherever it is written: the same content is the same file
                member.create_system = 3
                archive.writestr(member, file.read_bytes())
    write_bytes(target, buffer.getvalue())
    return losses


def _single(what: Format, material: Material, target: Path) -> list[Loss]:
    """The file of the only document, with what belongs to it beside."""
    if len(material.documents) != 1:
        raise InputError(
            f"{target}: there are {len(material.documents):,} documents and {what.name} has a file for each; give the "
            "name of a folder."
        )
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        losses = what.write(material, Path(folder))
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        own = next(file for file in files if file.suffix.lower() in what.suffixes)
        moves = []
        for file in files:
            stem = own.name.removesuffix(own.suffix)
            name = target.stem + file.name.removeprefix(stem) if file.name.startswith(f"{stem}.") else file.name
            place = target if file == own else target.with_name(name)
            if file != own and place.exists() and place.read_bytes() != file.read_bytes():
                raise InputError(f"{place}: is there already, and {what.name} needs it beside; give another folder.")
            moves.append((file, place))
        for file, place in moves:
            write_bytes(place, file.read_bytes())
    doc_id = material.documents[0].doc_id
    if doc_id not in [one.doc_id for one in what.read(target, Choices()).documents]:
        reason = f"{what.name} calls a document as its file is called"
        losses.append(Loss("changed", "doc_id", reason, doc_id=doc_id, value=target.stem))
    return losses
