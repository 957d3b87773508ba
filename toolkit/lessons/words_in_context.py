"""The exercises of the notebook on words: a frequency by hand, a key word of one post, how uneven a word is."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.lessons.finding import Finding, number_of, right, text_of

if TYPE_CHECKING:
    from toolkit.statistics import TokenIndex

__all__ = ["CHECKS"]

_LEVEL = 0.05
#: A letter or a digit: what makes a token a word.
_WORD = re.compile(r"[^\W_]")
#: What rounding may change: occurrences per million, a share.
_NEAR_MILLION, _NEAR = 0.6, 0.006


def per_million(
    answer: object, *, index: "TokenIndex", tokens: pd.DataFrame, term: str = "cliente", of: str = "es"
) -> Finding:
    """02.1: occurrences of the lemma ``term`` per million words of the language ``of``."""
    from toolkit.statistics import frequency

    got = number_of(answer)
    row = frequency(index, unit="lemma", lang=of).set_index("term").loc[term]
    truth, n, size = float(row["per_million"]), int(row["n"]), int(row["size"])
    if abs(got - truth) < _NEAR_MILLION:
        return right(n=n, size=size)
    own, word = tokens["lang"] == of, tokens["text"].map(lambda text: _WORD.search(text) is not None)
    lemma, form = tokens["lemma"] == term, tokens["text"].str.lower() == term
    mistakes = {
        "signs": n / own.sum(),
        "all_words": n / word.sum(),
        "all_words_signs": n / len(tokens),
        "both_languages": lemma.sum() / word.sum(),
        "both_languages_signs": lemma.sum() / len(tokens),
        "both_over_one": lemma.sum() / size,
        "form": (own & form).sum() / size,
        "content": n / (own & word & ~tokens["is_stop"].astype(bool)).sum(),
    }
    if got == n:
        return Finding("count", {})
    for unit, message in ((1, "share"), (100, "percent"), (1000, "per_thousand")):
        if abs(got - unit * n / size) < 0.006 * unit * n / size:
            return Finding(message, {})
    for message, wrong in mistakes.items():
        if abs(got - 1e6 * wrong) < _NEAR_MILLION:
            return Finding(message.removesuffix("_signs"), {})
    return Finding("higher" if got < truth else "lower", {})


def word_of_one_post(answer: object, *, keyness: pd.DataFrame) -> Finding:
    """02.2: a term above the reference with q below .05 and one document; ``keyness`` as the function gives it."""
    got = text_of(answer).lower()
    row = keyness[keyness["term"] == got]
    if row.empty:
        return Finding("not_there", {"word": got})
    row = row.iloc[0]
    if not row["log_ratio"] > 0:
        return Finding("other_side", {"word": got})
    if row["key"]:
        return Finding("is_key", {"word": got, "documents": int(row["documents_target"])})
    # what was not tested is not significant
    if not row["q_value"] < _LEVEL:
        return Finding("not_significant", {"word": got})
    if row["documents_target"] > 1:
        return Finding("more_posts", {"word": got, "documents": int(row["documents_target"])})
    return right(word=got, n=int(row["n_target"]))


def share_of_one_post(answer: object, *, index: "TokenIndex", term: str, of: str = "es") -> Finding:
    """02.3: the share (0-1) of all occurrences of ``term`` that stands in the post with most of them."""
    from toolkit.statistics import occurrences

    got = number_of(answer)
    in_posts = occurrences(index, [term], lang=of)["doc_id"].value_counts()
    most, n = int(in_posts.iloc[0]), int(in_posts.sum())
    if abs(got - most / n) < _NEAR:
        return right(most=most, n=n, posts=len(in_posts))
    mistakes = {
        "count": most,
        "percent": 100 * most / n,
        "every_post_alike": 1 / len(in_posts),
        "posts": len(in_posts),
        "others": 1 - most / n,
    }
    for message, wrong in mistakes.items():
        if abs(got - wrong) < (0.6 if message == "percent" else _NEAR):
            return Finding(message, {"posts": len(in_posts)})
    if not 0 <= got <= 1:
        return Finding("no_share", {})
    return Finding("higher" if got < most / n else "lower", {})


CHECKS: dict[str, Callable[..., Finding]] = {
    "02.1": per_million,
    "02.2": word_of_one_post,
    "02.3": share_of_one_post,
}
