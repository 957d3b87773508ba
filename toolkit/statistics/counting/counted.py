"""What was counted where: words in documents, codes in passages, themes in passages, all in one form."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from toolkit.corpus.grouping import MISSING, PERIODS, group_name, group_order, group_values
from toolkit.display import Card, SelfShown, card, plain_text, show
from toolkit.errors import InputError, suggestion
from toolkit.tables import CONTRACTS, check

__all__ = ["Counted", "Layer", "later", "together"]


@dataclass(frozen=True)
class _Later:
    make: Callable[[], np.ndarray]


def later(make: Callable[[], np.ndarray]) -> Any:
    """An array for ``start`` or ``end`` of a :class:`Layer` that is made when it is first asked for."""
    return _Later(make)


class _MadeLater:
    """A field that may be given as :func:`later`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, one: object, owner: type) -> np.ndarray:
        value = vars(one)[self._name]
        if isinstance(value, _Later):
            value = vars(one)[self._name] = value.make()
        return np.asarray(value)

    def __set__(self, one: object, value: np.ndarray | _Later) -> None:
        vars(one)[self._name] = value


@dataclass(frozen=True, eq=False, repr=False)
class Layer:
    """Occurrences that are counted against one another: the words of one language, or the codes of all languages.

    A place is where something can occur: a word of the running text, or a passage. Places are in the order of the
    documents and their texts.

    Attributes
    ----------
    lang : language of the terms; "all" for terms that are none of a language.
    terms : (terms,) what is counted, sorted by code points.
    doc, start, end : (places,) document (place in ``Counted.doc_ids``) and code points.
    langs, place_lang : names of languages, and (places,) that of each place in them; -1 where unknown.
    place, term : (occurrences,) where, and which; in the order of places. A place may have several or none.
    weight : (occurrences,) how much each counts (shares of themes, 0-1), or None: 1.
    """

    lang: str
    terms: np.ndarray
    doc: np.ndarray
    start: np.ndarray
    end: np.ndarray
    langs: tuple[str, ...]
    place_lang: np.ndarray
    place: np.ndarray
    term: np.ndarray
    weight: np.ndarray | None = None

    @classmethod
    def bare(
        cls,
        doc: np.ndarray,
        start: np.ndarray,
        end: np.ndarray,
        langs: tuple[str, ...] = (),
        place_lang: np.ndarray | None = None,
    ) -> "Layer":
        """Places of all languages in which nothing is counted: a layer "all" without terms and occurrences."""
        if place_lang is None:
            place_lang = np.full(len(doc), -1, dtype=np.int16)
        none = np.zeros(0, dtype=np.int64)
        return cls("all", np.array([], dtype=object), doc, start, end, langs, place_lang, none, none)

    def matrix(self, documents: int, where: np.ndarray | None = None) -> tuple[sparse.csr_matrix, np.ndarray]:
        """Counts (documents, terms) and number of places (documents,) of all places, or of those ``where`` is true."""
        chosen = slice(None) if where is None else where[self.place]
        place, term = self.place[chosen], self.term[chosen]
        shape = (documents, len(self.terms))
        sizes = np.bincount(self.doc if where is None else self.doc[where], minlength=documents)
        if self.weight is not None:
            # added up in the order of the text, as sums of shares depend on it
            cells = self.doc[place].astype(np.int64) * len(self.terms) + term
            distinct, which = np.unique(cells, return_inverse=True)
            sums = np.bincount(which, weights=self.weight[chosen], minlength=len(distinct))
            return sparse.csr_matrix((sums, np.divmod(distinct, max(len(self.terms), 1))), shape=shape), sizes
        # places are in the order of the documents, so that the rows of the matrix follow one another as they are; what
        # stands twice is added up in place: term must be a copy
        begin = np.append(0, np.cumsum(np.bincount(self.doc[place], minlength=documents)))
        counts = sparse.csr_matrix((np.ones(len(term)), term.astype(np.int32), begin), shape=shape)
        counts.sum_duplicates()
        return counts, sizes

    def totals(self, where: np.ndarray | None = None) -> np.ndarray:
        """How often each term occurs, (terms,)."""
        chosen = slice(None) if where is None else where[self.place]
        weight = None if self.weight is None else self.weight[chosen]
        return np.bincount(self.term[chosen], weights=weight, minlength=len(self.terms))

    def by_lang(self) -> Iterator[tuple[str, np.ndarray]]:
        """Each language in order, "(missing)" last, and which places are in it, (places,) of truth: perhaps none."""
        numbers = {lang: place for place, lang in enumerate(self.langs)} | {MISSING: -1}
        for name in sorted(numbers, key=group_order):
            yield name, self.place_lang == numbers[name]


# few ask where the places are, which is half the memory of counted words
for _name in ("start", "end"):
    setattr(Layer, _name, _MadeLater(_name))


@dataclass(frozen=True, eq=False, repr=False)
class Counted(SelfShown):
    """Occurrences in a corpus, made by :func:`count_words`, :func:`count_codes` or :func:`count_themes`.

    Attributes
    ----------
    doc_ids : (documents,) in the order of the posts.
    layers : one for each language that is counted by itself, by name; or one, "all".
    of : "words" or "passages": what the places are, and sizes count.
    unit : "form", "lemma", "pos", "code", "theme".
    posts : posts table, for groups by metadata; or None.
    only : of words, which: "words" (all) or "content".

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import count_words
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan.", "La gente habla de las marcas."]})
    >>> counted = count_words(tokenise(posts, segment(posts), choice="simple"), only="content")
    >>> counted.of, counted.unit, [list(layer.terms) for layer in counted.layers]
    ('words', 'lemma', [['escuchar', 'gente', 'habla', 'marca']])
    """

    doc_ids: np.ndarray
    layers: tuple[Layer, ...]
    of: str
    unit: str
    posts: pd.DataFrame | None = None
    only: str = "words"

    def _card_(self, lang: str = "en") -> Card:
        rows = [(one.lang, len(one.terms), len(one.place), len(one.doc)) for one in self.layers]
        table = pd.DataFrame(rows, columns=["lang", "terms", "occurrences", self.of])
        facts = {"unit": self.unit, "documents": len(self.doc_ids)}
        return card("counted", lang, facts=facts, tables=[show(table, lang=lang)])

    def __repr__(self) -> str:
        layers = "; ".join(f"{one.lang}: {len(one.terms):,} in {len(one.doc):,} {self.of}" for one in self.layers)
        return plain_text(f"Counted by {self.unit} in {len(self.doc_ids):,} documents ({layers})")

    def layer(self, lang: str | None = None) -> Layer:
        """The layer of a language; without one the only layer.

        Raises :class:`InputError` if there is none of the language, or several and none is named.
        """
        langs = [one.lang for one in self.layers]
        if lang is None and len(langs) == 1:
            return self.layers[0]
        if lang not in langs:
            named = suggestion(lang, langs) if lang is not None else f"name one of {', '.join(langs)}."
            raise InputError(f"statistics: no words of the language '{lang}' were counted; {named}")
        return self.layers[langs.index(lang)]

    def layers_of(self, lang: str | None) -> tuple[Layer, ...]:
        """All layers, or the one of a language; raises as :meth:`layer`."""
        return self.layers if lang is None else (self.layer(lang),)

    def groups(self, by: str) -> np.ndarray:
        """The group of each document, (documents,): a column of the posts, "year", "quarter", "month" or "doc_id".

        Posts without a value are in "(missing)", dates that are none in "(malformed)". Raises :class:`InputError` for a
        column that is not there, and where no posts were given.
        """
        if not isinstance(by, Hashable):
            raise InputError(f"statistics: got {str(by)[:60]} as groups, expected one column of the posts.")
        if by == "doc_id":
            return self.doc_ids
        if self.posts is None:
            raise InputError(f"statistics: groups by '{by}' need the posts; give posts=.")
        if by == "date" and by in self.posts:
            # the day as it is written; the periods of dates have names of their own
            values = dict(zip(self.posts["doc_id"], map(group_name, self.posts["date"]), strict=True))
        else:
            values, _ = group_values(self.posts, "date" if by in PERIODS else by, by if by in PERIODS else "year")
        return np.array([values[doc_id] for doc_id in self.doc_ids], dtype=object)


def together(name: str, langs: Sequence[str], tables: Sequence[pd.DataFrame], *more: str) -> pd.DataFrame:
    """The tables of the layers as one, checked, with the columns of the contract ``name`` and ``more``; an empty one
    where none has rows."""
    columns = [*CONTRACTS[name], *more]
    parts = [table.assign(lang=lang) for lang, table in zip(langs, tables, strict=True) if len(table)]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({column: [] for column in columns})
    return check(name, whole[columns])
