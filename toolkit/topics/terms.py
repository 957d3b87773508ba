"""Which terms of the passages a model sees, and what each filter removed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from numbers import Integral, Real
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.text import content_terms
from toolkit.topics.documents import DocumentTerms

__all__ = ["TermChoice", "Terms", "content_tokens", "passage_rows", "terms_of", "within_limits"]

#: Normalised pointwise mutual information from which two neighbours are a phrase (0 chance, 1 always together).
_PHRASE = 0.3


@dataclass(frozen=True)
class TermChoice:
    """What counts as a term.

    ``field``: "lemma", or "text" for the word form in lower case. ``pos``: parts of speech to keep (Universal
    Dependencies: "NOUN", "ADJ" ...; none: all), which a trained pipeline must have tagged. ``ngrams``: longest
    phrase, 1 to 3 words; phrases are joined by "_" and replace their words. ``phrase_posts``: times a phrase must
    occur. ``fewest_posts``: posts a term must stand in; ``largest_share``: share of the posts it may stand in (not
    applied to fewer than eight posts, where nearly every shared term stands in over half of them);
    ``most_terms``: keep only that many of the commonest (0: all).

    >>> from toolkit.topics import TermChoice
    >>> TermChoice(pos=("NOUN", "ADJ"), fewest_posts=3).largest_share
    0.5
    >>> TermChoice(largest_share=1.5)
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: terms: largest_share is 1.5, allowed is above 0, up to 1.
    """

    field: Literal["lemma", "text"] = "lemma"
    pos: tuple[str, ...] = ()
    ngrams: int = 1
    phrase_posts: int = 5
    fewest_posts: int = 2
    largest_share: float = 0.5
    most_terms: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        rules = [
            ("field", self.field in ("lemma", "text"), "lemma or text"),
            ("pos", isinstance(self.pos, tuple | list), "several in brackets, such as ('NOUN',)"),
            ("ngrams", _is_whole(self.ngrams, 1) and self.ngrams <= 3, "1, 2 or 3"),
            ("phrase_posts", _is_whole(self.phrase_posts, 1), "a whole number, 1 or more"),
            ("fewest_posts", _is_whole(self.fewest_posts, 1), "a whole number, 1 or more"),
            ("largest_share", isinstance(self.largest_share, Real) and 0 < self.largest_share <= 1, "above 0, up to 1"),
            ("most_terms", _is_whole(self.most_terms, 0), "a whole number, 0 or more"),
        ]
        for name, holds, allowed in rules:
            if not holds:
                raise InputError(f"terms: {name} is {getattr(self, name)!r}, allowed is {allowed}.")


def _is_whole(value: object, low: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= low


class Terms(NamedTuple):
    """``documents``, one per passage (empty where nothing is left); ``removed``: one row per filter in the order they
    were applied, with columns filter, terms (types removed), tokens (removed), terms_left, tokens_left."""

    documents: DocumentTerms
    removed: pd.DataFrame


def terms_of(passages: pd.DataFrame, tokens: pd.DataFrame, choice: TermChoice | None = None) -> Terms:
    """The terms of each passage.

    Parameters
    ----------
    passages, tokens : their tables; a token belongs to the passage that contains it.
    choice : what counts as a term.

    Raises
    ------
    InputError
        if parts of speech are asked for and unknown, or no term is left: the sentence says which filter removed
        how much.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.text import tokenise
    >>> from toolkit.topics import terms_of
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan a la gente.", "La gente escucha a las marcas."]})
    >>> passages = segment(posts, unit="document")
    >>> found = terms_of(passages, tokenise(posts, passages, choice="simple"))
    >>> found.documents.texts()
    [['marca', 'gente'], ['gente', 'marca']]
    >>> found.removed
                           filter  terms  tokens  terms_left  tokens_left
    0  stop words, numbers, signs      3       8           4            6
    1       in fewer than 2 posts      2       2           2            4
    """
    choice = choice or TermChoice()
    ledger = _Ledger()
    tokens = tokens.reset_index(drop=True)
    if choice.pos and len(tokens) and tokens["pos"].isna().all():
        raise InputError(
            f"terms: parts of speech ({', '.join(choice.pos)}) are asked for and no token has one; install a trained "
            "pipeline (README, conda), or leave pos empty."
        )
    words = tokens["text"].str.lower() if choice.field == "text" else tokens["lemma"]
    inside = passage_rows(tokens, passages).to_numpy()
    keep = inside >= 0
    tokens, words, rows = tokens[keep], words[keep], inside[keep]
    # from here on a term is a number: the place of its name
    terms, names = pd.factorize(words)
    ledger.begin(terms)
    for name, keep in (
        ("stop words, numbers, signs", content_tokens(tokens)),
        ("parts of speech", tokens["pos"].isin(choice.pos).to_numpy(dtype=bool) if choice.pos else None),
    ):
        if keep is not None:
            tokens, rows, terms = tokens[keep], rows[keep], terms[keep]
            ledger.note(name, terms)
    # in text order, whatever the order of the table
    order = np.lexsort((tokens["start"].to_numpy(), rows))
    rows, terms = rows[order], terms[order]
    if choice.ngrams > 1:
        edges = np.searchsorted(rows, np.arange(len(passages) + 1)).tolist()
        flat = names.take(terms).tolist()
        texts = _with_phrases([flat[first:last] for first, last in pairwise(edges)], choice)
        rows = np.repeat(np.arange(len(passages)), [len(text) for text in texts])
        terms, names = pd.factorize(pd.Series([term for text in texts for term in text], dtype="str"))
        ledger.note(f"joined to phrases of up to {choice.ngrams} words", terms)
    posts, _ = pd.factorize(passages["doc_id"])
    pairs = np.unique(posts[rows].astype(np.int64) * max(len(names), 1) + terms)
    spread, counts = (np.bincount(found, minlength=len(names)) for found in (pairs % max(len(names), 1), terms))
    known = np.flatnonzero(counts)
    titles = names.take(known).tolist()
    kept: frozenset[str] = frozenset()
    for name, kept in within_limits(
        dict(zip(titles, spread[known].tolist(), strict=True)),
        dict(zip(titles, counts[known].tolist(), strict=True)),
        int(posts.max(initial=-1)) + 1,
        choice,
    ):
        ledger.note(name, terms[np.isin(terms, known[[title in kept for title in titles]])])
    removed = ledger.table()
    if not kept:
        raise InputError(_nothing_left(removed))
    vocabulary = sorted(kept)
    numbers = np.full(len(names), -1, dtype=np.int64)
    place = {title: number for number, title in enumerate(vocabulary)}
    numbers[known] = [place.get(title, -1) for title in titles]
    ids = numbers[terms]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[ids >= 0], minlength=len(passages)))])
    return Terms(DocumentTerms(tuple(vocabulary), ids[ids >= 0].astype(np.int32), starts.astype(np.int64)), removed)


class _Ledger:
    """Counts before and after each filter."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, int, int, int, int]] = []
        self._last = (0, 0)

    def begin(self, terms: np.ndarray) -> None:
        self._last = (len(np.unique(terms)), len(terms))

    def note(self, name: str, terms: np.ndarray) -> None:
        types, count = len(np.unique(terms)), len(terms)
        self._rows.append((name, self._last[0] - types, self._last[1] - count, types, count))
        self._last = (types, count)

    def table(self) -> pd.DataFrame:
        return pd.DataFrame(self._rows, columns=["filter", "terms", "tokens", "terms_left", "tokens_left"])


def _nothing_left(removed: pd.DataFrame) -> str:
    if removed.empty or not (removed["terms"] + removed["terms_left"]).iloc[0]:
        return "terms: the passages have no tokens; give passages and tokens of the same posts."
    said = "; ".join(
        f"{row['filter']}: {row['terms']:,} terms" for row in removed.to_dict("records") if row["terms"] > 0
    )
    return f"terms: none is left. Removed were, in this order, {said}; loosen the last filter or add texts."


def content_tokens(tokens: pd.DataFrame) -> np.ndarray:
    """:func:`toolkit.text.content_terms` of each token, every distinct lemma looked at once."""
    place, lemmas = pd.factorize(tokens["lemma"], use_na_sentinel=False)
    content = content_terms(pd.DataFrame({"lemma": pd.Series(lemmas, dtype="str"), "is_stop": False}))
    found: np.ndarray = content.to_numpy(dtype=bool)[place] & ~tokens["is_stop"].to_numpy(dtype=bool)
    return found


def passage_rows(tokens: pd.DataFrame, passages: pd.DataFrame) -> pd.Series:
    """The row of the passage that contains each token; -1 where none does.

    Raises :class:`InputError` if passages overlap (sentences and paragraphs in one table), as a token has one passage,
    and if one token stands in the table twice (tokens of such a table): it would count twice.
    """
    names = {doc_id: number for number, doc_id in enumerate(dict.fromkeys(passages["doc_id"].tolist()))}
    post = passages["doc_id"].map(names).to_numpy(dtype=np.int64)
    of_token = tokens["doc_id"].map(names).fillna(-1).to_numpy(dtype=np.int64)
    start, end = (passages[column].to_numpy(dtype=np.int64) for column in ("start", "end"))
    first, last = (tokens[column].to_numpy(dtype=np.int64) for column in ("start", "end"))
    order = np.lexsort((end, start, post))
    post, start, end = post[order], start[order], end[order]
    over = np.flatnonzero((post[1:] == post[:-1]) & (end[:-1] > start[1:]))
    met = np.isin(post[over], of_token)
    if met.any():
        doc_id = list(names)[post[over[met][0]]]
        raise InputError(f"terms: passages of '{doc_id}' overlap; give passages of one unit.")
    # positions of all posts on one line, a post behind the other
    room = max(int(end.max(initial=0)), int(last.max(initial=0))) + 1
    key = of_token * room + first
    known = key[of_token >= 0]
    if (known[1:] <= known[:-1]).any():
        _refuse_twice(key, first, last, tokens["doc_id"])
    place = np.searchsorted(post * room + start, key, side="right") - 1
    there = np.maximum(place, 0)
    inside = (place >= 0) & (of_token >= 0)
    if len(post):
        inside &= (post[there] == of_token) & (start[there] <= first) & (last <= end[there])
        return pd.Series(np.where(inside, order[there], -1), index=tokens.index)
    return pd.Series(-1, index=tokens.index)


def _refuse_twice(key: np.ndarray, first: np.ndarray, last: np.ndarray, doc_ids: pd.Series) -> None:
    """``key``: one number for post and start, below 0 for tokens of other posts."""
    order = np.lexsort((last, key))
    twice = (key[order][1:] == key[order][:-1]) & (last[order][1:] == last[order][:-1]) & (key[order][1:] >= 0)
    if twice.any():
        row = order[int(twice.argmax())]
        raise InputError(
            f"terms: the token from {first[row]} to {last[row]} of '{doc_ids.iloc[row]}' stands there twice; give "
            "each token once, those of passages of one unit."
        )


def _with_phrases(texts: list[list[str]], choice: TermChoice) -> list[list[str]]:
    """Neighbours that belong together joined by "_": gensim Phrases, scored by NPMI (Bouma 2009)."""
    from gensim.models.phrases import Phrases

    for _ in range(choice.ngrams - 1):
        phrases = Phrases(texts, min_count=choice.phrase_posts, threshold=_PHRASE, scoring="npmi", delimiter="_")
        texts = [_joined(phrases.analyze_sentence(text), text, choice.ngrams) for text in texts]
    return texts


def _joined(found: Iterable[tuple[str, float | None]], text: list[str], longest: int) -> list[str]:
    """The terms that gensim finds in a text, with their score if they are two of its terms joined; those of more words
    than ``longest`` as they stood before."""
    terms, place = [], 0
    for term, score in found:
        parts = text[place : place + (1 if score is None else 2)]
        place += len(parts)
        terms += [term] if term.count("_") < longest else parts
    return terms


def within_limits(
    spread: Mapping[str, int], counts: Mapping[str, int], posts: int, choice: TermChoice
) -> list[tuple[str, frozenset[str]]]:
    """The limits on terms one after the other: what each is called in the ledger, and the terms it leaves.

    ``spread``: in how many of the ``posts`` each term stands; ``counts``: how often. Posts are counted and not
    passages: the private vocabulary of one long post is no theme.
    """
    fewest = min(choice.fewest_posts, posts)
    kept = {term for term, number in spread.items() if number >= fewest}
    steps = [(f"in fewer than {fewest} posts", frozenset(kept))]
    if posts >= 8 and choice.largest_share < 1:
        # a quotient, as the share is written: 0.29 times 100 is less than 29
        kept = {term for term in kept if spread[term] / posts <= choice.largest_share}
        steps.append((f"in more than {choice.largest_share:.0%} of the posts", frozenset(kept)))
    if choice.most_terms and len(kept) > choice.most_terms:
        kept = set(sorted(kept, key=lambda term: (-counts[term], term))[: choice.most_terms])
        steps.append((f"not among the {choice.most_terms:,} commonest", frozenset(kept)))
    return steps
