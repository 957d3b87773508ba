"""Which terms of the passages a model sees, and what each filter removed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import pandas as pd

from toolkit.errors import InputError
from toolkit.text import content_terms
from toolkit.topics.documents import DocumentTerms, document_terms

__all__ = ["TermChoice", "Terms", "passage_rows", "terms_of", "within_limits"]

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
            ("ngrams", self.ngrams in (1, 2, 3), "1, 2 or 3"),
            ("fewest_posts", self.fewest_posts >= 1, "1 or more"),
            ("largest_share", 0 < self.largest_share <= 1, "above 0, up to 1"),
            ("most_terms", self.most_terms >= 0, "0 or more"),
        ]
        for name, holds, allowed in rules:
            if not holds:
                raise InputError(f"terms: {name} is {getattr(self, name)!r}, allowed is {allowed}.")


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
    if choice.pos and tokens["pos"].isna().all():
        raise InputError(
            f"terms: parts of speech ({', '.join(choice.pos)}) are asked for and no token has one; install a trained "
            "pipeline (README, conda), or leave pos empty."
        )
    words = tokens["text"].str.lower() if choice.field == "text" else tokens["lemma"]
    tokens = tokens.assign(term=words)
    inside = passage_rows(tokens, passages)
    tokens, inside = tokens[inside >= 0], inside[inside >= 0]
    ledger.begin(tokens["term"].tolist())
    for name, keep in (
        ("stop words, numbers, signs", content_terms(tokens)),
        ("parts of speech", tokens["pos"].isin(choice.pos) if choice.pos else None),
    ):
        if keep is not None:
            tokens, inside = tokens[keep.reindex(tokens.index)], inside[keep.reindex(inside.index)]
            ledger.note(name, tokens["term"].tolist())
    texts: list[list[str]] = [[] for _ in range(len(passages))]
    for row, term in zip(inside.tolist(), tokens["term"].tolist(), strict=True):
        texts[row].append(term)
    if choice.ngrams > 1:
        texts = _with_phrases(texts, choice)
        ledger.note(f"joined to phrases of up to {choice.ngrams} words", [term for text in texts for term in text])
    by_post: dict[str, set[str]] = {}
    for text, post in zip(texts, passages["doc_id"], strict=True):
        by_post.setdefault(post, set()).update(text)
    spread = Counter(term for terms in by_post.values() for term in terms)
    counts = Counter(term for text in texts for term in text)
    kept: frozenset[str] = frozenset()
    for name, kept in within_limits(spread, counts, len(by_post), choice):
        ledger.note(name, [term for text in texts for term in text if term in kept])
    removed = ledger.table()
    if not kept:
        raise InputError(_nothing_left(removed))
    return Terms(document_terms(texts, kept), removed)


class _Ledger:
    """Counts before and after each filter."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, int, int, int, int]] = []
        self._last = (0, 0)

    def begin(self, terms: Sequence[str]) -> None:
        self._last = (len(set(terms)), len(terms))

    def note(self, name: str, terms: Sequence[str]) -> None:
        types, count = len(set(terms)), len(terms)
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


def passage_rows(tokens: pd.DataFrame, passages: pd.DataFrame) -> pd.Series:
    """The row of the passage that contains each token; -1 where none does.

    Raises :class:`InputError` if passages overlap (sentences and paragraphs in one table): a token has one passage.
    """
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for row, (doc_id, start, end) in enumerate(
        zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    ):
        spans.setdefault(doc_id, []).append((start, end, row))
    result = pd.Series(-1, index=tokens.index)
    for doc_id, group in tokens.groupby("doc_id", sort=False):
        group = group.sort_values("start", kind="stable")
        here = sorted(spans.get(str(doc_id), []))
        if any(before[1] > after[0] for before, after in pairwise(here)):
            raise InputError(f"terms: passages of '{doc_id}' overlap; give passages of one unit.")
        waiting = iter(here)
        span = next(waiting, None)
        rows = []
        for start, end in zip(group["start"].tolist(), group["end"].tolist(), strict=True):
            while span is not None and span[1] <= start:
                span = next(waiting, None)
            rows.append(span[2] if span is not None and span[0] <= start and end <= span[1] else -1)
        result.loc[group.index] = rows
    return result


def _with_phrases(texts: list[list[str]], choice: TermChoice) -> list[list[str]]:
    """Neighbours that belong together joined by "_": gensim Phrases, scored by NPMI (Bouma 2009)."""
    from gensim.models.phrases import Phrases

    for _ in range(choice.ngrams - 1):
        phrases = Phrases(texts, min_count=choice.phrase_posts, threshold=_PHRASE, scoring="npmi", delimiter="_")
        texts = [list(phrases[text]) for text in texts]
    return [
        [part for term in text for part in ([term] if term.count("_") < choice.ngrams else term.split("_"))]
        for text in texts
    ]


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
        kept = {term for term in kept if spread[term] <= choice.largest_share * posts}
        steps.append((f"in more than {choice.largest_share:.0%} of the posts", frozenset(kept)))
    if choice.most_terms and len(kept) > choice.most_terms:
        kept = set(sorted(kept, key=lambda term: (-counts[term], term))[: choice.most_terms])
        steps.append((f"not among the {choice.most_terms:,} commonest", frozenset(kept)))
    return steps
