"""Theme shares of very many passages in little memory: a matrix for each model, no row for each share."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.tables.spans import run_places

__all__ = ["ModelShares", "ThemeShares"]


class ModelShares(NamedTuple):
    """The shares of one model: ``name``; ``topics``, names; ``doc`` (rows,) place in ``ThemeShares.doc_ids``, ``start``
    and ``end`` of each passage, in this order; ``tokens`` (rows,) that the model saw in it, or None; ``matrix`` (rows,
    topics), 0-1."""

    name: str
    topics: list[str]
    doc: np.ndarray
    start: np.ndarray
    end: np.ndarray
    tokens: np.ndarray | None
    matrix: np.ndarray


class ThemeShares:
    """A shares table with the positions of its passages, as one matrix for each model: some five bytes a share where
    the table has a hundred.

    Made by :meth:`of_parts`; taken in place of a shares table by ``theme_principles``, ``passages_of_cells``,
    ``passages_of_cell`` and ``prevalence``.

    Attributes
    ----------
    doc_ids : (documents,) names. ``models`` : of each model, in the order of the table: ``name``; ``topics``; ``doc``,
        ``start``, ``end`` and ``tokens`` of its passages, (passages,); ``matrix`` (passages, topics), 0-1.

    >>> table = pd.DataFrame({"doc_id": "a", "topic": ["es.1", "es.2"], "share": [0.75, 0.25], "start": 0, "end": 40,
    ...     "model": "es"})
    >>> shares = ThemeShares.of_parts([table])
    >>> shares.topics, shares.models[0].name, shares.models[0].matrix.tolist()
    (['es.1', 'es.2'], 'es', [[0.75, 0.25]])
    """

    def __init__(self, doc_ids: np.ndarray, models: tuple[ModelShares, ...]) -> None:
        self.doc_ids, self.models = doc_ids, models

    @classmethod
    def of_parts(cls, parts: Iterable[pd.DataFrame], *, dtype: Any = "float32") -> "ThemeShares":
        """The shares of tables that follow one another, of which one at a time is held.

        Parameters
        ----------
        parts : shares tables with doc_id, topic, share (0-1), start, end and perhaps model and tokens; all passages of
            a document in one part. A share that is given twice is the mean of both; one that is not there is 0.
        dtype : of the matrices: "float32" (shares to 7 digits) or "float64".

        Raises
        ------
        InputError
            for parts that are no such tables, and for a document in two parts.

        >>> table = pd.DataFrame({"doc_id": ["a", "a", "b"], "topic": ["1", "2", "2"], "share": [0.75, 0.25, 1.0],
        ...     "start": 0, "end": [40, 40, 30]})
        >>> shares = ThemeShares.of_parts([table[:2], table[2:]])
        >>> shares.doc_ids.tolist(), shares.models[0].topics, shares.models[0].matrix.tolist()
        (['a', 'b'], ['1', '2'], [[0.75, 0.25], [0.0, 1.0]])
        """
        docs: dict[str, int] = {}
        pieces: dict[str, list[ModelShares]] = {}
        for part in parts:
            for column in ("doc_id", "topic", "share", "start", "end"):
                if column not in part:
                    raise InputError(f"shares: the column '{column}' is missing; give shares with their positions.")
            places, names = run_places(part["doc_id"])
            again = [name for name in names if name in docs]
            if again:
                raise InputError(f"shares: '{again[0]}' is in two parts; give all shares of a document in one.")
            doc = places.astype(np.int64) + len(docs)
            docs |= {name: len(docs) + place for place, name in enumerate(names)}
            models, known = run_places(part["model"]) if "model" in part else (np.zeros(len(part), dtype=int), [""])
            for number in dict.fromkeys(models.tolist()):
                own = models == number
                name = str(known[number]) if number >= 0 else ""
                pieces.setdefault(name, []).append(_piece(name, part[own], doc[own]))
        found = tuple(_joined(name, of_model, dtype) for name, of_model in pieces.items())
        return cls(np.array(list(docs), dtype=object), found)

    @property
    def topics(self) -> list[str]:
        """The topics of all models."""
        return list(dict.fromkeys(topic for model in self.models for topic in model.topics))

    def rows_of(self, model: ModelShares, passages: pd.DataFrame) -> np.ndarray:
        """Of each passage (doc_id, start, end) the row of a model's matrix that contains it: (passages,), -1 without.

        Where several do it is the last of them.
        """
        found = np.full(len(passages), -1, dtype=np.int64)
        if not len(model.doc) or not len(passages):
            return found
        places, names = run_places(passages["doc_id"])
        doc = np.append(pd.Index(self.doc_ids).get_indexer(names), -1)[places]
        start, end = (passages[name].to_numpy(np.int64) for name in ("start", "end"))
        # one line of numbers for all documents
        width = int(max(model.end.max(), model.start.max(), end.max(), start.max())) + 1
        base = model.doc.astype(np.int64) * width
        ends = base + model.end
        reach = np.maximum.accumulate(ends)
        place = np.searchsorted(base + model.start, doc * width + start, side="right") - 1
        wanted = doc * width + end
        left = np.flatnonzero((doc >= 0) & (place >= 0) & (reach[place] >= wanted))
        # mostly the first looked at; those of a passage within another lie further back
        while len(left):
            here = ends[place[left]] >= wanted[left]
            found[left[here]] = place[left[here]]
            left = left[~here]
            place[left] -= 1
        return found


def _piece(name: str, table: pd.DataFrame, doc: np.ndarray) -> ModelShares:
    """The shares of one model in one part."""
    start, end = (table[column].to_numpy(np.int64) for column in ("start", "end"))
    codes, known = run_places(table["topic"])
    # a document, where a passage begins and how long it is, as one number
    first, width = int(doc.min()), int(start.max()) + 1
    least, most = int((end - start).min()), int((end - start).max()) + 1
    if (int(doc.max()) - first + 1) * width * (most - least) > np.iinfo(np.int64).max:
        raise InputError("shares: the texts are too long and too many for one table; give them in parts.")
    keys = ((doc - first) * width + start) * (most - least) + end - start - least
    different, row = np.unique(keys, return_inverse=True)
    cells = row * len(known) + codes
    sums = np.bincount(cells, weights=table["share"].to_numpy(float), minlength=len(different) * len(known))
    matrix = sums / np.maximum(np.bincount(cells, minlength=len(sums)), 1)
    tokens = None
    if "tokens" in table:
        tokens = np.empty(len(different))
        # the first of a passage counts
        tokens[row[::-1]] = table["tokens"].to_numpy(float)[::-1]
    place, length = np.divmod(different, most - least)
    place, start = np.divmod(place, width)
    return ModelShares(
        name, list(known), place + first, start, start + length + least, tokens, matrix.reshape(-1, len(known))
    )


def _joined(name: str, pieces: list[ModelShares], dtype: Any) -> ModelShares:
    topics = list(dict.fromkeys(topic for piece in pieces for topic in piece.topics))
    matrix = np.zeros((sum(len(piece.doc) for piece in pieces), len(topics)), dtype=dtype)
    column = {topic: place for place, topic in enumerate(topics)}
    row = 0
    for piece in pieces:
        matrix[row : row + len(piece.doc), [column[topic] for topic in piece.topics]] = piece.matrix
        row += len(piece.doc)
    doc, start, end = (np.concatenate([piece[at] for piece in pieces]).astype(np.int32) for at in (2, 3, 4))
    tokens = [piece.tokens for piece in pieces if piece.tokens is not None]
    return ModelShares(
        name, topics, doc, start, end, np.concatenate(tokens) if len(tokens) == len(pieces) else None, matrix
    )
