"""Tokens tables that follow one another, as numbers against the different strings of all of them."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.tables import run_places

__all__ = ["Parts"]

_LEAST = 1_000_000
_TABLE_COLUMN = {"form": "text", "lemma": "lemma", "pos": "pos"}


class _Growing:
    """A column that grows in one piece: of thousands of small ones the memory would stay in holes between others."""

    def __init__(self) -> None:
        self._held, self._count = np.empty(0, dtype=np.int8), 0

    def add(self, values: np.ndarray) -> None:
        count, dtype = self._count + len(values), np.promote_types(self._held.dtype, values.dtype)
        if self._count == 0 and len(self._held) == 0:
            dtype = values.dtype
        if count > len(self._held) or dtype != self._held.dtype:
            # what is not written to takes no memory
            wider = np.empty(max(2 * count, _LEAST), dtype=dtype)
            wider[: self._count] = self._held[: self._count]
            self._held = wider
        self._held[self._count : count] = values
        self._count = count

    @property
    def values(self) -> np.ndarray:
        """What was added."""
        return self._held[: self._count]


class Parts:
    """What :meth:`TokenIndex.of_parts` gathers: ``count`` tokens, of which ``nameless`` lack a language.

    ``fold`` : a form as it is counted.
    """

    def __init__(self, fold: Callable[[str], str]) -> None:
        self.count, self._nameless, self._langless = 0, 0, 0
        self._fold = fold
        self._names: dict[str, dict[str, int]] = {name: {} for name in (*_TABLE_COLUMN, "lang")}
        #: forms as they are written, so that each is folded once
        self._written: dict[str, int] = {}
        self._columns: dict[str, _Growing] = {}
        self._passages: list[pd.Series] = []
        self._docs: dict[str, int] = {}
        self._last = -1

    @property
    def nameless(self) -> int:
        """Tokens without a language, where some have one."""
        return self._nameless + (self._langless if self._langless < self.count else 0)

    def add(self, tokens: pd.DataFrame, doc: np.ndarray, names: np.ndarray, known: bool) -> None:
        """A part in the order of the text. ``doc`` (tokens,) places in ``names``: all posts if ``known``, else the
        documents of the part."""
        self._add_documents(doc, names, known)
        self.count += len(tokens)
        start, end = tokens["start"].to_numpy(np.int64), tokens["end"].to_numpy(np.int64)
        length = end - start
        self._keep("start", start.astype(np.int32))
        self._keep("length", length.astype(np.uint16 if length.max() <= np.iinfo(np.uint16).max else np.int32))
        self._keep("is_stop", tokens["is_stop"].to_numpy(bool))
        for unit, column in _TABLE_COLUMN.items():
            self._keep(unit, self._codes(unit, tokens[column]))
        if "lang" in tokens:
            self._nameless += int(tokens["lang"].isna().sum())
            self._keep_runs("lang", self._codes("lang", tokens["lang"]))
        else:
            self._langless += len(tokens)
        begins = self._keep_runs("passage", run_places(tokens["passage_id"])[0])
        self._passages.append(tokens["passage_id"].iloc[begins])

    def documents(self) -> np.ndarray:
        """The names of the documents, where no posts were given."""
        return np.array(list(self._docs), dtype=object)

    def sizes(self, documents: int) -> np.ndarray:
        """How many tokens each of so many documents has."""
        sizes = np.zeros(documents, dtype=np.int64)
        sizes[self.taken("doc")] = self.taken("size")
        return sizes

    def taken(self, name: str) -> np.ndarray:
        """A column of all parts, which are let go."""
        return self._columns.pop(name).values

    def names(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The place of each token (language: of each run of tokens) in the different names, and these."""
        if name == "lang" and not self._names["lang"]:
            self._keep("lang_lengths", np.array([self.count]))
            return np.zeros(1, dtype=np.int32), np.array(["all"], dtype=object)
        return self.taken(name), np.array(list(self._names[name]), dtype=object)

    def has(self, name: str) -> bool:
        """Whether any token has such a name."""
        return bool(self._names[name])

    def passages(self) -> pd.Series:
        """The passage of each run of tokens."""
        return pd.concat(self._passages, ignore_index=True)

    def _add_documents(self, doc: np.ndarray, names: np.ndarray, known: bool) -> None:
        places, sizes = np.unique(doc, return_counts=True)
        here = names[places]
        if known:
            late = here[places <= self._last]
            self._last = max(self._last, int(places[-1]))
        else:
            late = [name for name in here if name in self._docs]
            places = places + len(self._docs)
            self._docs |= dict(zip(here, places.tolist(), strict=True))
        if len(late):
            raise InputError(
                f"statistics: the part with '{late[0]}' comes after one with it or with a later post; give all tokens "
                "of a post in one part, and the parts in the order of the posts."
            )
        self._keep("doc", places)
        self._keep("size", sizes)

    def _codes(self, name: str, values: pd.Series) -> np.ndarray:
        """The place of each value in all different ones so far; -1 for what is missing."""
        codes, names = pd.factorize(values)
        different = np.asarray(names, dtype=object).tolist()
        if name == "form":
            moved = [self._form(value) for value in different]
        else:
            known = self._names[name]
            moved = [known.setdefault(value, len(known)) for value in different]
        # few parts of speech and languages, many forms and lemmas
        few = name in ("pos", "lang") and len(self._names[name]) <= np.iinfo(np.int8).max
        return np.array([*moved, -1], dtype=np.int8 if few else np.int32)[codes]

    def _form(self, value: str) -> int:
        code = self._written.get(value)
        if code is None:
            forms = self._names["form"]
            code = self._written[value] = forms.setdefault(self._fold(value), len(forms))
        return code

    def _keep(self, name: str, values: np.ndarray) -> None:
        self._columns.setdefault(name, _Growing()).add(values)

    def _keep_runs(self, name: str, values: np.ndarray) -> np.ndarray:
        """Keeps each run of one value and its length; gives back where they begin."""
        begins = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
        self._keep(name, values[begins])
        self._keep(f"{name}_lengths", np.diff(np.append(begins, len(values))).astype(np.int32))
        return begins
