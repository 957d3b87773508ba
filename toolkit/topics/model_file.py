"""Topic models on disk: one file, no pickle, refused when it is not what was saved.

The file is an uncompressed ZIP of NumPy arrays (.npz) and one JSON text. Arrays are read as plain numbers, never as
objects, and only after their headers agree with the bytes that are there. A SHA-256 over everything tells damage
and changes by hand; it is no signature, so a file that somebody made anew on purpose is told by its source only.
"""

import hashlib
import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import InputError
from toolkit.files import write_bytes
from toolkit.topics.model import TopicModel

__all__ = ["FORMAT", "load_model", "save_model"]

#: Version of the layout; another one is refused.
FORMAT = 1
#: The largest file that is read: 200 topics over 500,000 terms are 0.8 GB.
_LARGEST = 2_000_000_000
_DESCRIPTION = "model.json"
_KEYS = {"format", "engine", "terms", "names", "settings", "sha256"}
_TABLES = ("topic_term", "document_topic", "lengths")
_FURTHER = ("alpha", "idf", "components")
#: ZIP entries carry a date; this one makes the same model the same file.
_DATE = (1980, 1, 1, 0, 0, 0)


def save_model(model: TopicModel, path: str | Path) -> None:
    """Write a model to one file (name it .topics). The same model gives the same bytes."""
    arrays = {name: np.asarray(getattr(model, name), dtype=np.float64) for name in _TABLES}
    arrays |= {name: np.asarray(array, dtype=np.float64) for name, array in model.arrays.items()}
    about: dict[str, Any] = {
        "format": FORMAT,
        "engine": model.engine,
        "terms": list(model.terms),
        "names": list(model.names),
        "settings": dict(model.settings),
    }
    about["sha256"] = _digest(about, arrays)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        text = json.dumps(about, ensure_ascii=False, sort_keys=True, indent=1)
        archive.writestr(zipfile.ZipInfo(_DESCRIPTION, _DATE), text.encode("utf-8", "surrogatepass"))
        for name in sorted(arrays):
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(arrays[name]), version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _DATE), part.getvalue())
    write_bytes(Path(path), buffer.getvalue())


def load_model(path: str | Path) -> TopicModel:
    """Read a model written by :func:`save_model`; its inference is that of the model saved, digit for digit.

    Raises :class:`InputError` for a file that cannot be read, is of another format version, holds what no model
    holds, or was changed since it was saved.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: has {path.stat().st_size:,} bytes; models of up to {_LARGEST:,} are read.")
        with zipfile.ZipFile(path) as archive:
            about, arrays = _read(archive, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: is no topic model, or a damaged one; save it again.") from error
    if about.get("sha256") != _digest(about, arrays):
        raise InputError(f"{path}: was changed after it was saved; fit or fetch the model again.")
    _fits(path, about, arrays)
    tables = {name: arrays.pop(name) for name in _TABLES}
    return TopicModel(
        about["engine"],
        tuple(about["terms"]),
        tables["topic_term"],
        tables["document_topic"],
        tables["lengths"].astype(np.int64),
        tuple(about["names"]),
        about["settings"],
        arrays,
    )


def _read(archive: zipfile.ZipFile, path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    entries = {entry.filename: entry for entry in archive.infolist()}
    allowed = {_DESCRIPTION, *(f"{name}.npy" for name in (*_TABLES, *_FURTHER))}
    wanted = {_DESCRIPTION, *(f"{name}.npy" for name in _TABLES)}
    stored = all(entry.compress_type == zipfile.ZIP_STORED for entry in entries.values())
    if not wanted <= set(entries) <= allowed or len(entries) != len(archive.infolist()) or not stored:
        raise InputError(f"{path}: is no topic model; give a file written by save_model.")
    about = json.loads(archive.read(_DESCRIPTION).decode("utf-8", "surrogatepass"))
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        got = about.get("format") if isinstance(about, dict) else None
        raise InputError(f"{path}: has format {got!r}, this version reads {FORMAT}; fit the model again.")
    arrays = {}
    for name in sorted(set(entries) - {_DESCRIPTION}):
        arrays[name.removesuffix(".npy")] = _array(archive.read(name), f"{path}, {name}")
    return about, arrays


def _array(data: bytes, place: str) -> np.ndarray:
    """One array of 64-bit numbers; its header must claim exactly the bytes that follow."""
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise InputError(f"{place}: is not as save_model writes it.")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype != np.dtype("<f8") or fortran or 8 * math.prod(shape) != len(data) - stream.tell():
        raise InputError(f"{place}: is not as save_model writes it.")
    return np.frombuffer(data, dtype="<f8", offset=stream.tell()).reshape(shape).copy()


def _digest(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    text = json.dumps({name: value for name, value in about.items() if name != "sha256"}, sort_keys=True)
    digest.update(text.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].shape}".encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def _fits(path: Path, about: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Refuse descriptions and arrays that do not belong together."""
    texts = [*about.get("terms", [None]), *about.get("names", [None])] if set(about) == _KEYS else [None]
    good = all(isinstance(text, str) for text in [*texts, about.get("engine")])
    good = good and isinstance(about.get("settings"), dict) and arrays["topic_term"].ndim == 2
    if good:
        k, terms = arrays["topic_term"].shape
        documents = arrays["lengths"].shape
        shapes = {"alpha": (k,), "idf": (terms,), "components": (k, terms)}
        good = (
            (len(about["names"]), len(about["terms"])) == (k, terms)
            and len(documents) == 1
            and arrays["document_topic"].shape == (*documents, k)
            and all(arrays[name].shape == shape for name, shape in shapes.items() if name in arrays)
            and ("alpha" in arrays or {"idf", "components"} <= set(arrays))
            and all(np.isfinite(array).all() and (array >= 0).all() for array in arrays.values())
        )
    if not good:
        raise InputError(f"{path}: its parts do not fit together; give a file written by save_model.")
