"""A ZIP of annotation files unpacked into a folder that nothing in it can leave."""

import zipfile
from pathlib import Path

from toolkit.corpus.readers.unpack import member_name
from toolkit.corpus.readers.zip_bounds import check_zip, read_member
from toolkit.errors import InputError
from toolkit.exchange.inputs import MAX_BYTES

__all__ = ["unpacked"]


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack the files of an archive below ``folder``; returns the folder to read: the only one in it, or itself.

    Raises :class:`InputError` for archives over the bounds of :mod:`toolkit.corpus.readers.zip_bounds`, and for members
    whose name leads out of the folder.
    """
    try:
        problem = check_zip(archive)
    except OSError as error:
        raise InputError(f"{archive}: cannot be read: {error.strerror or error}.") from error
    if problem:
        raise InputError(f"{archive}: {problem}.")
    try:
        with zipfile.ZipFile(archive) as source:
            for member in source.infolist():
                if member.is_dir() or member.filename.endswith("\\"):
                    continue
                target = folder / _inside(member, archive)
                if target.exists():
                    raise InputError(f"{archive}: holds {member.filename[:80]!r} twice; nothing was read.")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(read_member(source, member.filename, MAX_BYTES))
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(str(archive)) else f"{archive}: {error}.") from error
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{archive}: cannot be unpacked: {getattr(error, 'strerror', None) or error}.") from error
    # archives of one folder are read as that folder, so that documents are not named after it
    inside = [one for one in folder.iterdir() if one.name not in ("__MACOSX",)]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _inside(member: zipfile.ZipInfo, archive: Path) -> Path:
    """Where a member goes, as a path without a way out. Some programs write backslashes between folders; a colon, which
    Windows takes for something else, is written as in :mod:`toolkit.exchange.names`."""
    name, _ = member_name(member)
    parts = [part for part in name.replace("\\", "/").split("/") if part != "."]
    if "" in parts or ".." in parts or "\x00" in name:
        raise InputError(f"{archive}: {member.filename[:80]!r} leads out of its folder; nothing was read.")
    return Path(*(part.replace(":", "%3A") for part in parts))
