"""Which terms a model sees, and what the others were left out for."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from gensim.corpora import Dictionary

from toolkit.text import content_terms

__all__ = ["Vocabulary", "choose_terms", "documents_of"]


class Vocabulary(NamedTuple):
    """``terms`` kept; numbers of terms left out because ``too_rare`` or ``too_common``."""

    terms: frozenset[str]
    too_rare: int
    too_common: int


def documents_of(tokens: pd.DataFrame, passages: pd.DataFrame) -> list[list[str]]:
    """The content lemmas of each passage, in text order; a token belongs to the passage that contains it."""
    content = tokens[content_terms(tokens)]
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for row, (doc_id, start, end) in enumerate(
        zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    ):
        spans.setdefault(doc_id, []).append((start, end, row))
    documents: list[list[str]] = [[] for _ in range(len(passages))]
    for doc_id, group in content.groupby("doc_id", sort=False):
        waiting = iter(spans.get(str(doc_id), []))
        span = next(waiting, None)
        for start, end, lemma in zip(group["start"], group["end"], group["lemma"], strict=True):
            while span is not None and span[1] <= start:
                span = next(waiting, None)
            if span is not None and span[0] <= start and end <= span[1]:
                documents[span[2]].append(lemma)
    return documents


def choose_terms(
    documents: Sequence[Sequence[str]], posts: Sequence[str], *, fewest_posts: int, largest_share: float
) -> Vocabulary:
    """Terms that stand in at least ``fewest_posts`` posts and in at most ``largest_share`` of them.

    ``posts`` names the post of each document. Counting posts and not passages keeps the private vocabulary of
    one long post from making a theme.
    """
    by_post: dict[str, list[str]] = {}
    for document, post in zip(documents, posts, strict=True):
        by_post.setdefault(post, []).extend(document)
    dictionary = Dictionary(by_post.values())
    frequency = {dictionary[number]: count for number, count in dictionary.dfs.items()}
    rare = {term for term, count in frequency.items() if count < fewest_posts}
    common = {term for term, count in frequency.items() if count > largest_share * len(by_post)} - rare
    return Vocabulary(frozenset(frequency) - rare - common, len(rare), len(common))
