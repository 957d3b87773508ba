"""Finished fits on disk, so that an interrupted selection goes on where it was."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.files import sha256_text, write_bytes
from toolkit.topics.documents import DocumentTerms

__all__ = ["Store", "documents_digest", "open_store"]

_HEAD = "selection.json"


@dataclass(frozen=True)
class Store:
    """A folder with one small JSON file per finished fit; ``key`` stands for documents and settings."""

    folder: Path
    key: str

    def write(self, name: str, payload: Mapping[str, Any]) -> None:
        """Keep a result, whole or not at all; any process may call this."""
        content = {"key": self.key, "sha256": sha256_text(_plain(payload)), "payload": payload}
        write_bytes(self.folder / f"{name}.json", (_plain(content) + "\n").encode())

    def read(self, name: str) -> dict[str, Any] | None:
        """A result, or nothing where there is none.

        Raises :class:`ValueError` for a file that is damaged or was made with other documents or settings.
        """
        path = self.folder / f"{name}.json"
        if not path.exists():
            return None
        try:
            content = json.loads(path.read_bytes().decode("utf-8"))
            payload = content["payload"]
            if content["key"] == self.key and content["sha256"] == sha256_text(_plain(payload)):
                return dict(payload)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            pass
        raise ValueError(f"{path}: damaged")


def open_store(folder: Path, settings: Mapping[str, Any]) -> tuple[Store, tuple[str, ...]]:
    """The store in a folder, made if need be, and what was found wrong with it.

    Parameters
    ----------
    settings : plain values that decide the results, among them ``documents``, their digest.

    Raises
    ------
    InputError
        if the folder holds a selection of other documents or settings, or something else: nothing is mixed or lost.
    """
    settings = json.loads(_plain(settings))
    store, head = Store(folder, sha256_text(_plain(settings))), folder / _HEAD
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file, and a folder for finished fits is expected; give another name.")
    notes: tuple[str, ...] = ()
    if head.exists():
        try:
            made = json.loads(head.read_bytes().decode("utf-8"))["settings"]
            different = [name for name in sorted({*settings, *made}) if settings.get(name) != made.get(name)]
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            notes = (f"{head} was damaged and is written again.",)
        else:
            if not different:
                return store, ()
            # documents first: they explain every other difference
            name = "documents" if "documents" in different else different[0]
            said = "" if name == "documents" else f" ({made.get(name)}, now {settings.get(name)})"
            raise InputError(
                f"{folder}: holds a selection with other {name}{said}; give another folder, or delete this one."
            )
    elif folder.exists() and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise InputError(f"{folder}: holds other files and no selection; give a new or an empty folder.")
    write_bytes(head, (json.dumps({"settings": settings}, ensure_ascii=False, indent=2) + "\n").encode())
    return store, notes


def documents_digest(documents: DocumentTerms, groups: list[str]) -> str:
    """SHA-256 of documents and the posts they come from, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    ids, starts = documents.ids.astype("<i4"), documents.starts.astype("<i8")
    for part in (_plain([documents.vocabulary, groups]).encode(), ids.tobytes(), starts.tobytes()):
        digest.update(str(len(part)).encode() + b":" + part)
    return digest.hexdigest()


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
