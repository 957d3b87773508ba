"""The token table as numbers: every statistic of words counts these arrays and no strings."""

from collections.abc import Iterable, Mapping
from copy import copy
from functools import cached_property
from typing import Any, Literal, NamedTuple
from unicodedata import normalize

import numpy as np
import pandas as pd

from toolkit.display import Card, SelfShown, card, plain_text
from toolkit.errors import InputError, suggestion
from toolkit.statistics.counting.token_parts import Parts
from toolkit.tables import check, empty, run_places
from toolkit.text import content_terms

__all__ = ["UNITS", "TokenIndex", "Unit", "Vocabulary", "changes", "fold_form"]

Unit = Literal["form", "lemma", "pos"]
UNITS = ("form", "lemma", "pos")
_COLUMN = {"form": "text", "lemma": "lemma", "pos": "pos"}


class Vocabulary(NamedTuple):
    """``codes`` (tokens,): place of each token's term in ``terms``, -1 for none; ``terms``: sorted by code points."""

    codes: np.ndarray
    terms: np.ndarray


class TokenIndex(SelfShown):
    """A tokens table, ready for counting; make it once where several things are asked of a large corpus, and of one
    that is too large for a table by :meth:`of_parts`.

    Parameters
    ----------
    tokens : tokens table; ``lang`` is read where it is there. Rows are brought into the order of the text, documents
        into that of ``posts`` (without posts: of the table).
    posts : posts table. Needed for groups by metadata and for texts; its documents without a token count as well.

    Attributes
    ----------
    doc_ids : (documents,) names; ``doc`` : (tokens,) place of each token's document in them.
    start, end : (tokens,) code points in the text of the document.
    bounds : (documents + 1,) the tokens of document d are those from bounds[d] to before bounds[d + 1].
    passage, passage_ids : (tokens,) place of each token's passage, and the names of the passages.
    lang, langs : (tokens,) place of the language in ``langs``; ``langs`` is ("all",) without the column.
    is_stop, is_word, is_content : (tokens,) truth. A word has a letter or a digit in it; what carries content is no
        function word and as :func:`toolkit.text.content_terms` says.
    posts : the posts table or None; ``texts`` : text of each document ({} without posts).

    Raises
    ------
    InputError
        if the table is no tokens table, has a token twice or one of a document that is not among the posts, or names
        the language of some tokens and not of others.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import TokenIndex
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan.", "La gente habla de las marcas."]})
    >>> index = TokenIndex(tokenise(posts, segment(posts), choice="simple"), posts)
    >>> index.doc_ids.tolist(), index.bounds.tolist(), index.langs, index.is_content.tolist()[:4]
    (['a', 'b'], [0, 4, 11], ('es',), [False, True, True, False])
    """

    #: of an index made of parts: how long each token, and each run of one language or passage is
    _lengths: np.ndarray
    _lang_runs: np.ndarray
    _lang_lengths: np.ndarray
    _passage_lengths: np.ndarray | None = None

    def __init__(self, tokens: pd.DataFrame, posts: pd.DataFrame | None = None) -> None:
        tokens = check("tokens", tokens)
        self.posts = None if posts is None else check("posts", posts)
        self.doc, self.doc_ids = _documents(tokens["doc_id"], self.posts)
        self.start, self.end = (tokens[name].to_numpy(np.int32) for name in ("start", "end"))
        order = _reading_order(self.doc, self.start)
        if order is not None:
            tokens = tokens.iloc[order]
            self.doc, self.start, self.end = self.doc[order], self.start[order], self.end[order]
        _refuse_twice(self.doc, self.start, self.end, self.doc_ids)
        self.bounds = np.append(0, np.cumsum(np.bincount(self.doc, minlength=len(self.doc_ids))))
        self._passage_id = tokens["passage_id"]
        if "lang" in tokens:
            nameless = int(tokens["lang"].isna().sum())
            if nameless:
                raise InputError(_nameless(nameless, len(tokens)))
            lang = _in_order(*run_places(tokens["lang"]))
            self.lang, self.langs = lang.codes.astype(np.int16), tuple(lang.terms.tolist())
        else:
            self.lang, self.langs = np.zeros(len(tokens), dtype=np.int16), ("all",)
        self.is_stop = tokens["is_stop"].to_numpy(bool)
        self._columns: dict[str, pd.Series] = {unit: tokens[column] for unit, column in _COLUMN.items()}
        self._vocabularies: dict[str, Vocabulary] = {}
        #: what other modules make of the index once and use again
        self.made: dict[str, Any] = {}

    @classmethod
    def of_parts(cls, parts: Iterable[pd.DataFrame], posts: pd.DataFrame | None = None) -> "TokenIndex":
        """The index of tables that follow one another, of which one at a time is held.

        It is that of all of them in one table and takes some 17 bytes a token. ``doc``, ``end``, ``lang`` and
        ``passage`` are made when first asked for and then kept, 4 bytes a token each; counting words asks for none of
        them.

        Parameters
        ----------
        parts : tokens tables; all tokens of a document in one of them, documents in the order of ``posts``.
        posts : posts table.

        Raises
        ------
        InputError
            as for a whole table, and for documents that come in two parts or another order.

        >>> import pandas as pd
        >>> from toolkit.corpus import segment
        >>> from toolkit.statistics import TokenIndex
        >>> from toolkit.text import tokenise
        >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
        ...     "text": ["Las marcas escuchan.", "La gente habla de las marcas."]})
        >>> parts = (tokenise(posts[n : n + 1], segment(posts[n : n + 1]), choice="simple") for n in range(2))
        >>> index = TokenIndex.of_parts(parts, posts)
        >>> index.bounds.tolist(), index.doc.tolist()[:5]
        ([0, 4, 11], [0, 0, 0, 0, 1])
        """
        posts = None if posts is None else check("posts", posts)
        gathered, nothing = Parts(fold_form), empty("tokens")
        order = None if posts is None else {name: place for place, name in enumerate(posts["doc_id"])}
        for part in parts:
            tokens = check("tokens", part)
            if not len(tokens):
                nothing = tokens
                continue
            doc, names = _documents(tokens["doc_id"], posts, order)
            moved = _reading_order(doc, tokens["start"].to_numpy())
            if moved is not None:
                tokens, doc = tokens.iloc[moved], doc[moved]
            _refuse_twice(doc, tokens["start"].to_numpy(), tokens["end"].to_numpy(), names)
            gathered.add(tokens, doc, names, posts is not None)
        if not gathered.count:
            return cls(nothing, posts)
        if gathered.nameless:
            raise InputError(_nameless(gathered.nameless, gathered.count))
        index = cls.__new__(cls)
        index.posts, index.made, index._columns = posts, {}, {}
        index.doc_ids = gathered.documents() if posts is None else posts["doc_id"].to_numpy(dtype=object)
        index.bounds = np.append(0, np.cumsum(gathered.sizes(len(index.doc_ids))))
        index.start, index._lengths, index.is_stop = (gathered.taken(name) for name in ("start", "length", "is_stop"))
        langs = _in_order(*gathered.names("lang"))
        index.langs, index._lang_runs = tuple(langs.terms.tolist()), langs.codes.astype(np.int16)
        index._lang_lengths, index._passage_lengths = gathered.taken("lang_lengths"), gathered.taken("passage_lengths")
        index._passage_id = gathered.passages()
        index._vocabularies = {unit: _in_order(*gathered.names(unit)) for unit in UNITS if gathered.has(unit)}
        return index

    @cached_property
    def doc(self) -> np.ndarray:
        """The place of each token's document in ``doc_ids``."""
        return np.repeat(np.arange(len(self.doc_ids), dtype=np.int32), np.diff(self.bounds))

    @cached_property
    def end(self) -> np.ndarray:
        """Where each token ends."""
        return self.start + self._lengths

    @cached_property
    def lang(self) -> np.ndarray:
        """The place of each token's language in ``langs``."""
        return np.repeat(self._lang_runs, self._lang_lengths)

    def words_of(self, number: int) -> np.ndarray:
        """The places of the words of a language (its place in ``langs``), in the order of the text."""
        if "lang" in self.__dict__:
            return np.flatnonzero(self.is_word & (self.lang == number))
        return np.flatnonzero(self.is_word & np.repeat(self._lang_runs == number, self._lang_lengths))

    def documents_of(self, places: np.ndarray) -> np.ndarray:
        """The place in ``doc_ids`` of the document of some tokens, in the order of the text."""
        sizes = np.diff(np.searchsorted(places, self.bounds))
        return np.repeat(np.arange(len(self.doc_ids), dtype=np.int32), sizes)

    def __len__(self) -> int:
        return int(self.bounds[-1])

    def _card_(self, lang: str = "en") -> Card:
        sizes = np.bincount(self.lang, minlength=len(self.langs)).tolist()
        facts = {
            "word_count": len(self),
            "languages": dict(zip(self.langs, sizes, strict=True)),
            "documents": len(self.doc_ids),
        }
        return card("tokens", lang, facts=facts)

    def __repr__(self) -> str:
        langs = ", ".join(self.langs)
        return plain_text(f"TokenIndex with {len(self):,} tokens of {len(self.doc_ids):,} documents ({langs})")

    @property
    def texts(self) -> Mapping[str, str]:
        """The unchanged text of each document; empty without posts."""
        return {} if self.posts is None else dict(zip(self.posts["doc_id"], self.posts["text"], strict=True))

    @property
    def passage(self) -> np.ndarray:
        """The place of each token's passage in ``passage_ids``."""
        return self._passage_places[0]

    @property
    def passage_ids(self) -> np.ndarray:
        """The names of the passages, in the order of the text."""
        return self._passage_places[1]

    @cached_property
    def _passage_places(self) -> tuple[np.ndarray, np.ndarray]:
        places, names = run_places(self._passage_id)
        return (places if self._passage_lengths is None else np.repeat(places, self._passage_lengths)), names

    def with_posts(self, posts: pd.DataFrame) -> "TokenIndex":
        """The same tokens with other metadata. Raises :class:`InputError` for posts that are not these documents."""
        posts = check("posts", posts)
        if set(posts["doc_id"]) != set(self.doc_ids):
            raise InputError(
                "statistics: the index was made of other documents than these posts; make it with them: "
                "TokenIndex(tokens, posts)."
            )
        posts = posts.set_index("doc_id", drop=False).loc[list(self.doc_ids)].reset_index(drop=True)
        other = copy(self)
        other.posts, other.made = posts, {}
        return other

    def vocabulary(self, unit: str) -> Vocabulary:
        """The terms of a unit: "form", "lemma", or "pos"; made when first asked for. Forms are in lower case,
        composed (NFC), with plain apostrophes.

        Raises :class:`InputError` for another unit, and for "pos" where no token has one.
        """
        if unit not in UNITS:
            raise InputError(f"statistics: no unit '{unit}'; {suggestion(unit, UNITS)}")
        if unit not in self._vocabularies:
            values = self._columns.get(unit)
            if values is None or (unit == "pos" and values.isna().all()):
                raise InputError(
                    "statistics: no token has a part of speech, as no trained pipeline tagged them; install "
                    "es_core_news_sm and it_core_news_sm (environment.yml names them) or count by form or lemma."
                )
            found = _sorted_places(values)
            self._vocabularies[unit] = _lowered(found) if unit == "form" else found
        return self._vocabularies[unit]

    @cached_property
    def is_word(self) -> np.ndarray:
        """Which tokens are words: those with a letter or a digit in them."""
        codes, terms = self.vocabulary("form")
        return np.array([any(map(str.isalnum, term)) for term in terms], dtype=bool)[codes]

    @cached_property
    def is_content(self) -> np.ndarray:
        """Which tokens can carry a theme; see :func:`toolkit.text.content_terms`."""
        codes, terms = self.vocabulary("lemma")
        fit = content_terms(pd.DataFrame({"lemma": terms.astype(str), "is_stop": False}))
        return fit.to_numpy(bool)[codes] & ~self.is_stop


def changes(values: np.ndarray) -> np.ndarray:
    """Where another value begins, (values,) of truth; true for the first."""
    new = np.ones(len(values), dtype=bool)
    # np.diff would copy and subtract: a third of all the time of counting
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return new


def fold_form(form: str) -> str:
    """A form as it is counted: in lower case, composed (NFC), with plain apostrophes.

    >>> fold_form("L’"), fold_form("Informacio\u0301n") == "información"
    ("l'", True)
    """
    return normalize("NFC", form.lower()).replace("’", "'")


def _documents(
    doc_id: pd.Series, posts: pd.DataFrame | None, place: Mapping[str, int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The place of each token's document among the names that are given back: those of the posts, or of the table."""
    codes, names = run_places(doc_id)
    if posts is None:
        return codes, names
    place = {name: number for number, name in enumerate(posts["doc_id"])} if place is None else place
    lacking = [name for name in names if name not in place]
    if lacking:
        raise InputError(f"statistics: tokens of '{lacking[0]}', which is not among the posts; give the same posts.")
    return np.array([place[name] for name in names], dtype=np.int32)[codes], posts["doc_id"].to_numpy(dtype=object)


def _refuse_twice(doc: np.ndarray, start: np.ndarray, end: np.ndarray, doc_ids: np.ndarray) -> None:
    """Raise :class:`InputError` for a token that stands there twice; the tokens are in the order of the text."""
    together = (doc[1:] == doc[:-1]) & (start[1:] == start[:-1])
    if together.any():
        # one that is shorter or longer may stand between
        order = np.lexsort((end, start, doc))
        doc, start, end = doc[order], start[order], end[order]
    twice = together & (end[1:] == end[:-1])
    if twice.any():
        place = int(twice.argmax())
        raise InputError(
            f"statistics: the token from {start[place]} to {end[place]} of '{doc_ids[doc[place]]}' stands in the table "
            "twice; give each token once."
        )


def _nameless(some: int, tokens: int) -> str:
    return (
        f"statistics: {some} of {tokens} tokens have no lang and would be counted nowhere; "
        "give each its language, or leave the column out."
    )


def _reading_order(doc: np.ndarray, start: np.ndarray) -> np.ndarray | None:
    """The order of the text, or None where the rows are in it."""
    before, after = doc[:-1], doc[1:]
    if not ((after < before) | ((after == before) & (start[1:] < start[:-1]))).any():
        return None
    return np.lexsort((start, doc))


def _places(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Names in the order of the table."""
    codes, names = pd.factorize(values)
    return codes.astype(np.int32), np.asarray(names, dtype=object)


def _sorted_places(values: pd.Series) -> Vocabulary:
    return _in_order(*_places(values))


def _in_order(codes: np.ndarray, names: np.ndarray) -> Vocabulary:
    """Names sorted by code points, and the codes with them."""
    order = np.argsort(names, kind="stable") if len(names) else np.zeros(0, dtype=np.intp)
    # one more for -1, the place of what is missing
    moved = np.full(len(names) + 1, -1, dtype=np.int32)
    moved[order] = np.arange(len(names), dtype=np.int32)
    # as wide as they came
    return Vocabulary(moved.astype(codes.dtype, copy=False)[codes], names[order])


def _lowered(found: Vocabulary) -> Vocabulary:
    """Forms that differ by capitals, by the kind of apostrophe or by how an accent is written become one."""
    written = [fold_form(term) for term in found.terms]
    low = _sorted_places(pd.Series(written, dtype="str"))
    return Vocabulary(low.codes[found.codes], low.terms)
