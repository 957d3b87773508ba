"""What every model is fitted to: documents as sequences of terms from one vocabulary."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from toolkit.errors import InputError

__all__ = ["DocumentTerms", "document_terms"]


@dataclass(frozen=True, repr=False, eq=False)
class DocumentTerms:
    """Documents over a vocabulary.

    Attributes
    ----------
    vocabulary : the terms, sorted; a term's place is its number.
    ids : int32, the numbers of all tokens, one document after the other, in text order.
    starts : int64, shape (documents + 1,); document ``d`` is ``ids[starts[d]:starts[d + 1]]``. Documents may be empty.

    >>> from toolkit.topics import document_terms
    >>> documents = document_terms([["red", "voz", "red"], [], ["voz"]])
    >>> documents.vocabulary, documents.lengths.tolist(), documents.texts()[0]
    (('red', 'voz'), [3, 0, 1], ['red', 'voz', 'red'])
    >>> documents.take([2, 0]).matrix().toarray().tolist()
    [[0.0, 1.0], [2.0, 1.0]]
    """

    vocabulary: tuple[str, ...]
    ids: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __repr__(self) -> str:
        return f"DocumentTerms: {len(self):,} documents, {len(self.ids):,} tokens, {len(self.vocabulary):,} terms"

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each document, shape (documents,)."""
        return np.diff(self.starts)

    def row(self, document: int) -> np.ndarray:
        """The term numbers of one document, in text order."""
        return self.ids[self.starts[document] : self.starts[document + 1]]

    def texts(self) -> list[list[str]]:
        """The terms of each document, in text order: what gensim and tomotopy read."""
        terms = [self.vocabulary[number] for number in self.ids.tolist()]
        return [terms[first:last] for first, last in pairwise(self.starts.tolist())]

    def bags(self) -> list[list[tuple[int, int]]]:
        """Each document as pairs of term number and count, by number: gensim's bag of words."""
        found = []
        for document in range(len(self)):
            numbers, counts = np.unique(self.row(document), return_counts=True)
            found.append(list(zip(numbers.tolist(), counts.tolist(), strict=True)))
        return found

    def matrix(self) -> Any:
        """The document-term matrix: counts, a scipy CSR array of shape (documents, terms)."""
        from scipy.sparse import csr_array

        shape = (len(self), len(self.vocabulary))
        # copied, because adding up duplicates sorts the numbers in place
        table = csr_array((np.ones(len(self.ids)), self.ids.copy(), self.starts.copy()), shape=shape)
        table.sum_duplicates()
        return table

    def take(self, documents: Sequence[int] | np.ndarray) -> "DocumentTerms":
        """The documents of these numbers, in this order, over the same vocabulary; a number may come twice.

        Raises :class:`InputError` for a number that no document has, and for truth values, which are no numbers.
        """
        numbers = np.asarray(documents)
        if len(numbers) and (numbers.dtype.kind not in "iu" or numbers.min() < 0 or numbers.max() >= len(self)):
            raise InputError(f"documents: got numbers that none has, allowed are whole ones from 0 to {len(self) - 1}.")
        numbers = numbers.astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(self.lengths[numbers])]).astype(np.int64)
        # where each token stands here, less where it will stand
        back = np.repeat(self.starts[numbers] - starts[:-1], self.lengths[numbers])
        return DocumentTerms(self.vocabulary, self.ids[back + np.arange(len(back))].astype(np.int32), starts)

    def pooled(self, groups: Sequence[str] | np.ndarray, least: int) -> tuple["DocumentTerms", np.ndarray]:
        """Neighbouring documents of one group (post) put together until they have ``least`` terms; a remainder makes
        a document of its own. Short paragraphs have too few terms to show which go together.

        Returns the new documents, and for each old one the number of the new one it went into, shape (documents,).
        With ``least`` 0 nothing is put together.
        """
        if len(groups) != len(self):
            raise InputError(f"documents: {len(groups)} groups for {len(self)} documents; give the post of each one.")
        # by place: a column of a table is asked by its index
        groups = list(groups)
        place = np.zeros(len(self), dtype=np.int64)
        held, last = 0, -1
        for document, size in enumerate(self.lengths.tolist()):
            if not document or groups[document] != groups[document - 1] or held >= least:
                last, held = last + 1, 0
            place[document] = last
            held += size
        edges = np.searchsorted(place, np.arange(last + 2))
        return DocumentTerms(self.vocabulary, self.ids, self.starts[edges]), place

    def over(self, vocabulary: Sequence[str]) -> "DocumentTerms":
        """The same documents over another sorted vocabulary; tokens it lacks are left out."""
        if tuple(vocabulary) == self.vocabulary:
            return self
        place = {term: number for number, term in enumerate(vocabulary)}
        numbers = np.array([place.get(term, -1) for term in self.vocabulary] or [-1], dtype=np.int64)
        new = numbers[self.ids] if len(self.ids) else np.zeros(0, np.int64)
        before = np.concatenate([[0], np.cumsum(new >= 0)])
        return DocumentTerms(tuple(vocabulary), new[new >= 0].astype(np.int32), before[self.starts].astype(np.int64))


def document_terms(texts: Iterable[Sequence[str]], vocabulary: Iterable[str] | None = None) -> DocumentTerms:
    """Documents given as lists of terms.

    ``vocabulary``: the terms to keep; all that occur without it.

    >>> document_terms([["red", "voz"], [], ["voz"]])
    DocumentTerms: 3 documents, 3 tokens, 2 terms
    """
    texts = [list(text) for text in texts]
    names = sorted(set(vocabulary) if vocabulary is not None else {term for text in texts for term in text})
    place = {term: number for number, term in enumerate(names)}
    rows = [[place[term] for term in text if term in place] for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return DocumentTerms(tuple(names), np.array([number for row in rows for number in row], dtype=np.int32), starts)
