"""What coders said about the same units, as numbers: the material of every coefficient of agreement."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.errors import InputError

__all__ = ["MISSING", "Ratings"]

#: The value of a unit that a coder did not judge. (A unit judged to take no code has a label of its own.)
MISSING = -1


@dataclass(frozen=True, eq=False)
class Ratings:
    """The reliability data of ``U`` units and ``m`` coders ("reliability data": Krippendorff 2004, chapter 11).

    - ``values``: whole numbers (U, m), the place in ``labels`` of what each coder said; -1 where the coder did not
      judge the unit.
    - ``labels``: the L values a unit can take, those nobody gave included. Strings for categories; from low to high
      for ordered ones; numbers for interval and ratio scales; frozensets of codes where a unit takes several.
    - ``doc``: whole numbers (U,), the document of each unit, 0 to ``documents`` - 1. Whole documents are drawn in a
      bootstrap, since the units of one text hang together.
    - ``documents``: how many there are, those without a unit included.
    - ``coders``: their names (m), or nothing.

    Raises InputError where the parts do not fit each other.

    >>> ratings = Ratings.from_rows([["a", "a"], ["a", "b"], [None, "b"]], coders=("ana", "luis"))
    >>> ratings.values.tolist(), ratings.labels, ratings.doc.tolist()
    ([[0, 0], [0, 1], [-1, 1]], ('a', 'b'), [0, 1, 2])
    """

    values: np.ndarray
    labels: tuple
    doc: np.ndarray
    documents: int
    coders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _whole(self.values, "values", 2))
        object.__setattr__(self, "doc", _whole(self.doc, "doc", 1))
        object.__setattr__(self, "labels", tuple(self.labels))
        object.__setattr__(self, "coders", tuple(self.coders))
        units, coders = self.values.shape
        if len(self.doc) != units:
            raise InputError(f"values has {units} units but doc has {len(self.doc)}; give one document for each unit.")
        if self.coders and len(self.coders) != coders:
            raise InputError(f"values has {coders} columns but {len(self.coders)} coders are named; name each one.")
        if len(set(self.coders)) < len(self.coders):
            raise InputError(f"coders must differ, got {', '.join(map(str, self.coders))}.")
        if len(set(self.labels)) < len(self.labels):
            twice = next(label for place, label in enumerate(self.labels) if label in self.labels[:place])
            raise InputError(f"labels must differ, but {twice!r} is there twice; give each label once.")
        _within(self.values, MISSING, len(self.labels), f"the place of one of {len(self.labels)} labels, or -1")
        _within(self.doc, 0, self.documents, f"the number of one of {self.documents} documents")

    @classmethod
    def from_rows(
        cls,
        rows: Sequence[Sequence[Hashable]],
        *,
        labels: Iterable[Hashable] | None = None,
        doc: Sequence[Hashable] | None = None,
        coders: Sequence[str] = (),
    ) -> "Ratings":
        """From one row per unit with what each coder said; None or NaN where a coder did not judge the unit.

        ``labels``: as above; without it the values that occur, sorted, which for an ordered scale is right only if
        each of its steps was used. ``doc``: the document of each row; without it every unit is its own document.
        """
        if len({len(row) for row in rows}) > 1:
            short = next(number for number, row in enumerate(rows) if len(row) != len(rows[0]))
            raise InputError(
                f"row {short} has {len(rows[short])} values but row 0 has {len(rows[0])}; "
                "give one value for each coder, None where a coder did not judge."
            )
        given = [[None if _is_missing(value) else value for value in row] for row in rows]
        if labels is None:
            labels = sorted({value for row in given for value in row if value is not None}, key=_sort_key)
        labels = tuple(labels)
        place: dict[Hashable, int] = {label: number for number, label in enumerate(labels)} | {None: MISSING}
        for number, row in enumerate(given):
            for value in row:
                if value not in place:
                    raise InputError(f"row {number} has the value {value!r}, which is not one of the labels {labels}.")
        values = np.array([[place[value] for value in row] for row in given], dtype=np.int64)
        if not rows:
            values = values.reshape(0, len(coders))
        if doc is None:
            doc = range(len(rows))
        names = {name: number for number, name in enumerate(dict.fromkeys(doc))}
        return cls(values, labels, np.array([names[name] for name in doc], dtype=np.int64), len(names), tuple(coders))

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        *,
        unit: str = "unit",
        coder: str = "coder",
        value: str = "value",
        doc: str | None = None,
        labels: Iterable[Hashable] | None = None,
    ) -> "Ratings":
        """From a table with one row per unit and coder; a missing row or value means that the coder did not judge.

        ``unit``, ``coder``, ``value``, ``doc``: names of the columns; without ``doc`` every unit is its own document.
        Units in the order in which they first occur, coders by name. Raises InputError for a column that is not
        there, two rows of one coder on one unit, and a unit in two documents.

        >>> table = pd.DataFrame({"unit": [1, 1, 2], "coder": ["luis", "ana", "ana"], "value": ["x", "y", "x"]})
        >>> Ratings.from_table(table).values.tolist()
        [[1, 0], [0, -1]]
        """
        for name in [unit, coder, value, *([doc] if doc else [])]:
            if name not in table.columns:
                raise InputError(f"the table has no column {name!r}; it has {', '.join(map(str, table.columns))}.")
        _refuse_repeats(table.drop_duplicates([unit, doc]) if doc else table.iloc[:0], [unit], "is in two documents")
        _refuse_repeats(table, [unit, coder], "was judged twice by the same coder")
        coders = sorted(set(table[coder]), key=_sort_key)
        wide = table.pivot(index=unit, columns=coder, values=value)
        units = list(dict.fromkeys(table[unit]))
        wide = wide.astype(object).reindex(index=units, columns=coders)
        docs = None if doc is None else table.drop_duplicates(unit)[doc].tolist()
        return cls.from_rows(wide.to_numpy().tolist(), labels=labels, doc=docs, coders=[str(name) for name in coders])

    def of(self, *coders: str | int) -> "Ratings":
        """The same units with these coders alone (names, or numbers of columns): a pair for a measure of two."""
        for coder in coders:
            if coder not in self.coders and not (isinstance(coder, int) and 0 <= coder < self.values.shape[1]):
                known = ", ".join(self.coders) or f"the columns 0 to {self.values.shape[1] - 1}"
                raise InputError(f"there is no coder {coder!r}; there are {known}.")
        columns = [self.coders.index(coder) if coder in self.coders else int(coder) for coder in coders]
        names = tuple(self.coders[column] for column in columns) if self.coders else ()
        return Ratings(self.values[:, columns], self.labels, self.doc, self.documents, names)

    def against_rest(self, label: Hashable) -> "Ratings":
        """One label against all others: labels (None, ``label``), where None stands for every other one."""
        if label not in self.labels:
            raise InputError(f"there is no label {label!r}; there are {', '.join(map(str, self.labels))}.")
        binary = np.where(self.values == MISSING, MISSING, self.values == self.labels.index(label))
        return Ratings(binary, (None, label), self.doc, self.documents, self.coders)

    def check_weights(self, weights: np.ndarray | None) -> np.ndarray:
        """``weights`` as numbers (R, documents): how often each document counts in each of R samples, 0 or more; None:
        one sample, each once."""
        if weights is None:
            return np.ones((1, self.documents))
        weights = np.asarray(weights, dtype=float)
        if weights.ndim != 2 or weights.shape[1] != self.documents:
            raise InputError(
                f"weights has the shape {weights.shape}; expected one row per sample and one column for each "
                f"of the {self.documents} documents, as toolkit.resampling.sample_weights makes them."
            )
        if weights.size and not (weights.min() >= 0 and np.isfinite(weights.sum())):
            raise InputError("weights has a negative or missing number; each says how often a document counts.")
        return weights


def _whole(array: np.ndarray, name: str, dimensions: int) -> np.ndarray:
    array = np.asarray(array)
    if array.ndim != dimensions or not (array.size == 0 or np.issubdtype(array.dtype, np.integer)):
        raise InputError(
            f"{name} must be whole numbers in {dimensions} dimension{'s' if dimensions > 1 else ''}, "
            f"got {array.dtype} of shape {array.shape}."
        )
    return array if array.size else array.astype(np.int64)


def _within(array: np.ndarray, low: int, high: int, what: str) -> None:
    """Refuse a number below ``low``, or ``high`` and above."""
    if array.size and (array.min() < low or array.max() >= high):
        where = np.unravel_index(np.argmax((array < low) | (array >= high)), array.shape)
        raise InputError(f"unit {where[0]} has the value {array[where]}; expected {what}.")


def _refuse_repeats(table: pd.DataFrame, columns: list[str], what: str) -> None:
    twice = table[table.duplicated(columns)]
    if len(twice):
        named = ", ".join(f"{name} {twice.iloc[0][name]}" for name in columns)
        raise InputError(f"row {twice.index[0]} of the table: {named} {what}; keep one row.")


def _is_missing(value: Hashable) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _sort_key(label: Hashable) -> tuple:
    """Numbers by size, then words, then sets by size and name."""
    if isinstance(label, frozenset):
        return (2, len(label), sorted(map(str, label)))
    if isinstance(label, (int, float, np.number)):
        return (0, float(label))
    return (1, str(label))
