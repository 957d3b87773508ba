"""The token table as numbers: every statistic of words counts these arrays and no strings."""

from collections.abc import Mapping
from copy import copy
from functools import cached_property
from typing import Any, Literal, NamedTuple
from unicodedata import normalize

import numpy as np
import pandas as pd

from toolkit.display import Card, SelfShown, card, plain_text
from toolkit.errors import InputError, suggestion
from toolkit.tables import check
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
    """A tokens table, ready for counting; make it once where several things are asked of a large corpus.

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

    def __init__(self, tokens: pd.DataFrame, posts: pd.DataFrame | None = None) -> None:
        tokens = check("tokens", tokens)
        self.posts = None if posts is None else check("posts", posts)
        self.doc, self.doc_ids = _documents(tokens["doc_id"], self.posts)
        self.start, self.end = (tokens[name].to_numpy(np.int64) for name in ("start", "end"))
        order = _reading_order(self.doc, self.start)
        if order is not None:
            tokens = tokens.iloc[order]
            self.doc, self.start, self.end = self.doc[order], self.start[order], self.end[order]
        twice = (self.doc[1:] == self.doc[:-1]) & (self.start[1:] == self.start[:-1]) & (self.end[1:] == self.end[:-1])
        if twice.any():
            place = int(twice.argmax())
            raise InputError(
                f"statistics: the token from {self.start[place]} to {self.end[place]} of "
                f"'{self.doc_ids[self.doc[place]]}' stands in the table twice; give each token once."
            )
        self.bounds = np.append(0, np.cumsum(np.bincount(self.doc, minlength=len(self.doc_ids))))
        self._passage_id = tokens["passage_id"]
        if "lang" in tokens:
            nameless = int(tokens["lang"].isna().sum())
            if nameless:
                raise InputError(
                    f"statistics: {nameless} of {len(tokens)} tokens have no lang and would be counted nowhere; "
                    "give each its language, or leave the column out."
                )
            lang = _in_order(*_run_places(tokens["lang"]))
            self.lang, self.langs = lang.codes.astype(np.int16), tuple(lang.terms.tolist())
        else:
            self.lang, self.langs = np.zeros(len(tokens), dtype=np.int16), ("all",)
        self.is_stop = tokens["is_stop"].to_numpy(bool)
        self._columns = {unit: tokens[column] for unit, column in _COLUMN.items()}
        self._vocabularies: dict[str, Vocabulary] = {}
        #: what other modules make of the index once and use again
        self.made: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self.doc)

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
        return _run_places(self._passage_id)

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
            values = self._columns[unit]
            if unit == "pos" and values.isna().all():
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


def _documents(doc_id: pd.Series, posts: pd.DataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    codes, names = _run_places(doc_id)
    if posts is None:
        return codes, names
    place = {name: number for number, name in enumerate(posts["doc_id"])}
    lacking = [name for name in names if name not in place]
    if lacking:
        raise InputError(f"statistics: tokens of '{lacking[0]}', which is not among the posts; give the same posts.")
    return np.array([place[name] for name in names], dtype=np.int32)[codes], posts["doc_id"].to_numpy(dtype=object)


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


def _run_places(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The same where neighbours mostly have one name: one name for each run is looked at, a tenth of the time."""
    array = values.array
    new = np.ones(len(array), dtype=bool)
    new[1:] = np.asarray(array[1:] != array[:-1], dtype=bool)
    starts = np.flatnonzero(new)
    # one that comes again later is still the same
    places, names = _places(pd.Series(array[starts]))
    return np.repeat(places, np.diff(np.append(starts, len(array)))), names


def _sorted_places(values: pd.Series) -> Vocabulary:
    return _in_order(*_places(values))


def _in_order(codes: np.ndarray, names: np.ndarray) -> Vocabulary:
    """Names sorted by code points, and the codes with them."""
    order = np.argsort(names, kind="stable") if len(names) else np.zeros(0, dtype=np.intp)
    # one more for -1, the place of what is missing
    moved = np.full(len(names) + 1, -1, dtype=np.int32)
    moved[order] = np.arange(len(names), dtype=np.int32)
    return Vocabulary(moved[codes], names[order])


def _lowered(found: Vocabulary) -> Vocabulary:
    """Forms that differ by capitals, by the kind of apostrophe or by how an accent is written become one."""
    written = [fold_form(term) for term in found.terms]
    low = _sorted_places(pd.Series(written, dtype="str"))
    return Vocabulary(low.codes[found.codes], low.terms)
