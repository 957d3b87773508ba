"""Topic models on disk: one file, no pickle, refused when it is not what was saved.

The file is an uncompressed ZIP of NumPy arrays (.npz) and one JSON text. Arrays are read as plain numbers, never as
objects, and only after their headers agree with the bytes that are there. A SHA-256 over everything tells damage
and changes by hand; it is no signature, so a file that somebody made anew on purpose is told by its source only.
"""

import hashlib
import io
import json
import math
import re
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
#: What NumPy writes before an array of one or two dimensions.
_HEADER = re.compile(
    rb"\{'descr': '<f8', 'fortran_order': False, 'shape': \(([0-9]{1,10},|[0-9]{1,10}, [0-9]{1,10})\), \} *\n"
)
#: How far sums of shares may be from 1: rounding of 32-bit engines over 500,000 terms.
_NEAR = 1e-4
#: ZIP entries carry a date; this one makes the same model the same file.
_DATE = (1980, 1, 1, 0, 0, 0)


def save_model(model: TopicModel, path: str | Path) -> None:
    """Write a model to one file (name it .topics). The same model gives the same bytes.

    Raises :class:`InputError` for a model that could not be loaded again: with missing or negative values, rows that
    are no shares, parts of different sizes, or settings that JSON cannot hold.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.topics import document_terms, fit_model, load_model, save_model
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> model = fit_model(documents, 2, iterations=20)
    >>> with TemporaryDirectory() as folder:
    ...     save_model(model, Path(folder, "es.topics"))
    ...     again = load_model(Path(folder, "es.topics"))
    >>> bool((again.topic_term == model.topic_term).all())
    True
    """
    arrays = {name: np.asarray(getattr(model, name), dtype=np.float64) for name in _TABLES}
    arrays |= {name: np.asarray(array, dtype=np.float64) for name, array in model.arrays.items()}
    about: dict[str, Any] = {
        "format": FORMAT,
        "engine": model.engine,
        "terms": list(model.terms),
        "names": list(model.names),
        "settings": dict(model.settings),
    }
    try:
        about["sha256"] = _digest(about, arrays)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: the settings of the model cannot be saved: {error}; give plain values.") from error
    if not _fits(about, arrays):
        raise InputError(
            f"{path}: the model is not saved, its parts do not fit together or are no shares; fit it again."
        )
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

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.topics import document_terms, fit_model, load_model, save_model
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> with TemporaryDirectory() as folder:
    ...     save_model(fit_model(documents, 2, iterations=20), Path(folder, "es.topics"))
    ...     model = load_model(Path(folder, "es.topics"))
    >>> model.terms, model.infer(documents).shape
    (('cliente', 'marca', 'oferta', 'precio', 'venta', 'voz'), (12, 2))
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
    if not _fits(about, arrays):
        raise InputError(f"{path}: its parts do not fit together; give a file written by save_model.")
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
    if not isinstance(about, dict) or type(about.get("format")) is not int or about["format"] != FORMAT:
        got = about.get("format") if isinstance(about, dict) else None
        raise InputError(f"{path}: has format {got!r}, this version reads {FORMAT}; fit the model again.")
    arrays = {}
    for name in sorted(set(entries) - {_DESCRIPTION}):
        arrays[name.removesuffix(".npy")] = _array(archive.read(name), f"{path}, {name}")
    return about, arrays


def _array(data: bytes, place: str) -> np.ndarray:
    """One array of 64-bit numbers; its header must be the one NumPy writes and claim exactly the bytes that follow.

    The header is compared and not evaluated: NumPy's own reader ends in errors of all kinds on a forged one.
    """
    length = int.from_bytes(data[8:10], "little")
    header = _HEADER.fullmatch(data[10 : 10 + length]) if data[:8] == b"\x93NUMPY\x01\x00" else None
    shape = tuple(int(number) for number in header[1].split(b",") if number.strip()) if header else ()
    if not shape or 8 * math.prod(shape) != len(data) - 10 - length:
        raise InputError(f"{place}: is not as save_model writes it.")
    return np.frombuffer(data, dtype="<f8", offset=10 + length).reshape(shape).copy()


def _digest(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    text = json.dumps({name: value for name, value in about.items() if name != "sha256"}, sort_keys=True)
    digest.update(text.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].shape}".encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def _fits(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> bool:
    """Whether descriptions and arrays belong together and are those of a model."""
    if set(about) != _KEYS or not isinstance(about["engine"], str) or not isinstance(about["settings"], dict):
        return False
    for name in ("terms", "names"):
        if not isinstance(about[name], list) or not all(isinstance(text, str) for text in about[name]):
            return False
    if [arrays[name].ndim for name in _TABLES] != [2, 2, 1] or not len(arrays["topic_term"]):
        return False
    k, terms = arrays["topic_term"].shape
    shapes = {"document_topic": (*arrays["lengths"].shape, k), "alpha": (k,), "idf": (terms,), "components": (k, terms)}
    sums = arrays["document_topic"].sum(1)
    return bool(
        (len(about["names"]), len(set(about["terms"])), len(about["terms"])) == (k, terms, terms)
        and all(arrays[name].shape == shape for name, shape in shapes.items() if name in arrays)
        and ("idf" in arrays) == ("components" in arrays)
        and ("alpha" in arrays or "components" in arrays)
        and all(np.isfinite(array).all() and (array >= 0).all() for array in arrays.values())
        and (np.abs(arrays["topic_term"].sum(1) - 1) < _NEAR).all()
        and (np.minimum(sums, np.abs(sums - 1)) < _NEAR).all()
        and (arrays["lengths"] % 1 == 0).all()
        and (arrays["lengths"] < 2**53).all()
        and (arrays.get("alpha", np.ones(1)) > 0).all()
    )
