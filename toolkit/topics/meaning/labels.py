"""Automatic label candidates: phrases, as the texts write them, that stand in one topic more than elsewhere."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.tables import check
from toolkit.topics.meaning.phrases import Expression, expressions

__all__ = ["label_candidates", "share_matrix", "wilson_low"]

#: One-sided 95 % of the normal distribution.
_Z = 1.6449
#: A phrase must have one of this many words that are most the topic's own; as many terms as are shown of a topic.
#: Without it "punto de vista" stood among the labels of a topic on air transport.
_OWN_WORDS = 20
_COLUMNS = ["topic", "lang", "rank", "label", "score", "n", "kind", "share"]


def wilson_low(share: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Lower limit (one-sided, 95 %) of a share seen in ``count`` trials: Wilson (1927), JASA 22; 0 for no trials.

    >>> wilson_low(np.array([1.0, 1.0, 0.5]), np.array([1, 20, 20])).round(2).tolist()
    [0.27, 0.88, 0.33]
    """
    safe = np.maximum(count, 1e-12)
    middle = share + _Z**2 / (2 * safe)
    spread = _Z * np.sqrt(np.maximum(share * (1 - share), 0) / safe + _Z**2 / (4 * safe**2))
    return np.where(count > 0, (middle - spread) / (1 + _Z**2 / safe), 0.0)


def share_matrix(shares: pd.DataFrame, passages: pd.DataFrame, what: str) -> np.ndarray:
    """Shares as an array (passages, topics), topics in the order of their first row; 0 where the table has none."""
    topics = list(dict.fromkeys(shares["topic"]))
    rows = shares["passage_id"].map({name: row for row, name in enumerate(passages["passage_id"])})
    if rows.isna().any():
        unknown = shares["passage_id"][rows.isna()].iloc[0]
        raise InputError(f"{what}: no passage is called '{unknown}'; give the passages that the shares were made of.")
    table = np.zeros((len(passages), len(topics)))
    columns = shares["topic"].map({name: column for column, name in enumerate(topics)})
    table[rows.to_numpy(dtype=int), columns.to_numpy(dtype=int)] = shares["share"]
    return table


def label_candidates(
    shares: pd.DataFrame, passages: pd.DataFrame, tokens: pd.DataFrame, *, most: int = 5, fewest_posts: int = 3
) -> pd.DataFrame:
    """Phrases, then single words, that could name each topic.

    Parameters
    ----------
    shares : shares table of one or several models (:func:`toolkit.topics.meaning.shares_table`).
    passages, tokens : their tables, as the model was made of.
    most : candidates per topic and language.
    fewest_posts : posts a candidate must stand in. What stands in fewer is one post's wording, not a theme's.

    Returns
    -------
    DataFrame
        topic, lang, rank (from 1, per topic and language), label, score, n, kind, share. ``label``: the commonest
        written form. ``kind``: "phrase" (see :func:`toolkit.topics.meaning.expressions`), which come first, or "word",
        which fill up the places. ``share``: how much of its occurrences falls to the topic, by the shares of the
        passages they stand in, 0 to 1. ``score``: expected occurrences in the topic times the logarithm of the lift,
        ``n_topic * ln(share / share of all text)``, above 0, higher is better (the pointwise Kullback-Leibler
        divergence of topic and corpus, Tomokiyo & Hurst 2003, ACL workshop on multiword expressions, section 4, in
        counts); compare within one kind only. ``n``: posts the candidate stands in.

        A candidate is offered to the one topic of a model in which it scores highest, so labels of two topics differ;
        only where its share there is above the topic's share of all text beyond chance (one-sided 95 % Wilson limit;
        passages taken as independent); and a phrase only where one of its words is among the 20 words that are most
        the topic's. No candidate of a topic is part of another one. A topic may have fewer candidates than asked for,
        or none. These are suggestions: a name is for the researcher to give, with the passages read.

    Raises
    ------
    InputError
        for shares of unknown passages, and ``most`` or ``fewest_posts`` below 1.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.text import tokenise
    >>> from toolkit.topics import label_candidates
    >>> posts = pd.DataFrame({"doc_id": [f"p{n}" for n in range(8)], "lang": "es", "sha256": "",
    ...     "text": ["Las redes sociales piden respuestas.", "El precio baja en cada tienda."] * 4})
    >>> passages = segment(posts, unit="document")
    >>> shares = passages[["doc_id", "passage_id"]].assign(topic=["1", "2"] * 4, share=1.0)
    >>> found = label_candidates(shares, passages, tokenise(posts, passages, choice="simple"), most=1)
    >>> found[["topic", "label", "kind", "n"]]
      topic           label    kind  n
    0     1  redes sociales  phrase  4
    1     2     precio baja  phrase  4
    """
    for name, value in (("most", most), ("fewest_posts", fewest_posts)):
        if value < 1:
            raise InputError(f"labels: {name} is {value}, allowed is 1 or more.")
    shares, tokens = check("shares", shares), check("tokens", tokens)
    passages = check("passages", passages)
    models = shares["model"].fillna("") if "model" in shares else pd.Series("", index=shares.index)
    rows: list[tuple[object, ...]] = []
    for _, of_model in shares.groupby(models, sort=False):
        topics = list(dict.fromkeys(of_model["topic"]))
        table = share_matrix(of_model, passages, "labels")
        size = _sizes(of_model, passages)
        for lang in sorted(set(passages["lang"][table.sum(1) > 0].dropna())):
            here = (passages["lang"] == lang).to_numpy() & (table.sum(1) > 0)
            rows += _of_language(topics, lang, table[here], size[here], passages[here], tokens, most, fewest_posts)
    order = {topic: place for place, topic in enumerate(dict.fromkeys(shares["topic"]))}
    rows.sort(key=lambda row: (order[str(row[0])], row[1], row[2]))
    return pd.DataFrame(rows, columns=_COLUMNS)


class _Candidate(NamedTuple):
    key: tuple[str, ...]
    label: str
    scores: np.ndarray
    shares: np.ndarray
    sure: np.ndarray
    posts: int

    @property
    def topic(self) -> int:
        return int(np.argmax(self.scores))


def _sizes(shares: pd.DataFrame, passages: pd.DataFrame) -> np.ndarray:
    """Tokens of each passage; 1 where the table does not say."""
    if "tokens" not in shares:
        return np.ones(len(passages))
    unknown = shares.index[shares["tokens"].isna()]
    if len(unknown):
        raise InputError(
            f"labels: shares, row {unknown[0] + 1}, column 'tokens': the number is missing; give those of "
            "shares_table, or no such column."
        )
    found = dict(zip(shares["passage_id"], shares["tokens"], strict=True))
    return np.array([float(found.get(name, 0)) for name in passages["passage_id"]])


def _of_language(
    topics: Sequence[str],
    lang: str,
    table: np.ndarray,
    size: np.ndarray,
    passages: pd.DataFrame,
    tokens: pd.DataFrame,
    most: int,
    fewest_posts: int,
) -> list[tuple[object, ...]]:
    base = size @ table / size.sum()
    posts = passages["doc_id"].tolist()
    found = expressions(tokens, passages.reset_index(drop=True), fewest_posts=fewest_posts)
    phrases, words = (_candidates(kind, table, base, posts) for kind in found)
    # phrases lose occurrences to longer ones: they may stand in too few posts by now
    phrases = [one for one in phrases if one.posts >= fewest_posts]
    rows: list[tuple[object, ...]] = []
    for number, topic in enumerate(topics):
        ranked = sorted(words, key=lambda one: (-one.scores[number], one.key))
        own = {one.key[0] for one in ranked[:_OWN_WORDS] if one.sure[number]}
        chosen: list[tuple[_Candidate, str]] = []
        for kind, candidates in (("phrase", phrases), ("word", words)):
            mine = [one for one in candidates if one.topic == number and one.sure[number] and own & set(one.key)]
            for one in sorted(mine, key=lambda one: (-one.scores[number], one.key)):
                if len(chosen) < most and not any(_part(one.key, other.key) for other, _ in chosen):
                    chosen.append((one, kind))
        rows += [
            (topic, lang, rank, one.label, one.scores[number], one.posts, kind, one.shares[number])
            for rank, (one, kind) in enumerate(chosen, 1)
        ]
    return rows


def _candidates(
    found: Iterable[Expression], table: np.ndarray, base: np.ndarray, posts: Sequence[str]
) -> list[_Candidate]:
    by_key: dict[tuple[str, ...], list[Expression]] = {}
    for one in found:
        by_key.setdefault(one.key, []).append(one)
    candidates = []
    for key in sorted(by_key):
        # a passage that repeats a phrase counts once
        rows = sorted({one.row for one in by_key[key]})
        expected = table[rows].sum(0)
        share = expected / expected.sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = np.where(expected > 0, expected * np.log(share / base), 0.0)
        sure = wilson_low(share, np.full(len(share), float(len(rows)))) > base
        spread = len({posts[row] for row in rows})
        candidates.append(_Candidate(key, _written(by_key[key]), scores, share, sure, spread))
    return candidates


def _written(found: Sequence[Expression]) -> str:
    """The commonest form; headings in capitals give way to any other form."""
    forms = Counter(one.surface for one in found)
    return min(forms, key=lambda form: (form.isupper() and len(form) > 4, -forms[form], form.swapcase()))


def _part(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short, long = sorted((one, other), key=len)
    return any(long[place : place + len(short)] == short for place in range(len(long) - len(short) + 1))
