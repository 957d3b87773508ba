"""Learnt models on disk: plain arrays in one file, no pickled objects; the caller says by ``made_from`` what it fits.

Sentence vectors are kept in 8 bits and coefficients in 16, which moves no probability by more than .01
(tests/test_learnt.py); a file of the bundled codebook's model then has some 20 MB.
"""

import io
import json
from pathlib import Path
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np

from toolkit.files import write_bytes
from toolkit.principles.features import TermSpace
from toolkit.principles.learnt import Kernels, Learnt, Sums
from toolkit.principles.quantised import packed, unpacked

__all__ = ["read_model", "write_model"]

#: Version of the layout; another one is not read.
FORMAT = 1


def write_model(path: Path, model: Learnt, made_from: str) -> None:
    """Write a model; ``made_from``: a digest of everything that it follows from."""
    about = {"format": FORMAT, "made_from": made_from, "cut": model.cut, "facts": model.facts}
    arrays: dict[str, np.ndarray] = {
        "about": np.frombuffer(json.dumps(about, sort_keys=True).encode("utf-8"), dtype=np.uint8),
        "axes": model.kernels.axes.astype(np.float32),
        "centre": model.kernels.centre.astype(np.float32),
        "spread": model.kernels.spread.astype(np.float32),
        "cues": np.round(model.kernels.cues).astype(np.uint8),
        "marker_spread": model.marker_spread.astype(np.float32),
        "sigmoid": model.sigmoid,
        "choice": model.choice,
        "keys": np.array(sorted(model.groups), dtype=np.int64),
        "groups": np.array([model.groups[key] for key in sorted(model.groups)], dtype=np.int8),
        **model.space.arrays(),
    }
    for number, vectors in enumerate(model.kernels.vectors):
        arrays[f"vectors_{number}"], arrays[f"scale_{number}"] = packed(vectors)
    for name, sums in (("codes", model.codes), ("stances", model.stances)):
        arrays[f"{name}_rows"] = sums.rows.astype(np.int32)
        arrays[f"{name}_means"] = sums.means.astype(np.float64)
        for part in ("coefficients", "words", "spelling", "markers"):
            arrays[f"{name}_{part}"] = getattr(sums, part).astype(np.float16)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())


def read_model(path: Path, made_from: str | None) -> Learnt | None:
    """The model in a file, or None when there is none, it is damaged, or it was made from something else (None:
    whatever it was made from)."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays["about"].tobytes())
        if about["format"] != FORMAT or (made_from is not None and about["made_from"] != made_from):
            return None
        encoders = sum(name.startswith("vectors_") for name in arrays)
        vectors = tuple(unpacked(arrays[f"vectors_{n}"], arrays[f"scale_{n}"]) for n in range(encoders))
        kernels = Kernels(
            vectors, arrays["axes"], arrays["centre"], arrays["spread"], arrays["cues"].astype(np.float32)
        )
        codes, stances = (Sums(*(arrays[f"{name}_{part}"] for part in Sums._fields)) for name in ("codes", "stances"))
        groups = dict(zip(arrays["keys"].tolist(), arrays["groups"].tolist(), strict=True))
        space = TermSpace.of_arrays(arrays)
        return Learnt(
            space,
            kernels,
            codes,
            stances,
            arrays["marker_spread"],
            arrays["sigmoid"],
            arrays["choice"],
            float(about["cut"]),
            groups,
            about["facts"],
        )
    except (
        *(OSError, ValueError, KeyError, EOFError, BadZipFile, TypeError),
        # data that do not unpack, and a file in the archive that is no array or packed in another way
        *(ZlibError, AttributeError, NotImplementedError, MemoryError),
    ):
        return None
