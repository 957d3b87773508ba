"""Topics of separate models, one per language, matched through sentence vectors."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from toolkit.errors import InputError
from toolkit.topics.languages.space import checked_vectors, unit_rows

__all__ = ["LanguageTopics", "align_topics", "topic_vectors"]

#: Rotations that are compared in one product of matrices.
_AT_ONCE = 16


class LanguageTopics(NamedTuple):
    """The topics of one language: their names (k), shares (passages, k) in passages in text order, the passages'
    sentence vectors (passages, dimension), and, if wanted, vectors of the topics' top terms (k, dimension).

    >>> import numpy as np
    >>> from toolkit.topics.languages import LanguageTopics
    >>> spanish = LanguageTopics("es", ("es.1", "es.2"), np.array([[0.9, 0.1], [0.2, 0.8]]), np.eye(2))
    >>> spanish.names, spanish.shares.shape, spanish.terms is None
    (('es.1', 'es.2'), (2, 2), True)
    """

    lang: str
    names: tuple[str, ...]
    shares: np.ndarray
    vectors: np.ndarray
    terms: np.ndarray | None = None


def topic_vectors(shares: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Unit vectors of topics (k, dimension): the mean of the passage vectors, weighted by share, less the mean of
    all passages with a share (which tells little but the language).

    >>> import numpy as np
    >>> from toolkit.topics.languages import topic_vectors
    >>> topic_vectors(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.2], [0.0, 0.2]])).round(2).tolist()
    [[1.0, 0.0], [-1.0, 0.0]]
    """
    there = shares.sum(1) > 0
    centred = vectors[there] - vectors[there].mean(0)
    return unit_rows(shares[there].T @ centred)


@threadpool_limits.wrap(limits=1)
def align_topics(
    first: LanguageTopics, second: LanguageTopics, *, permutations: int = 999, level: float = 0.05, seed: int = 1
) -> pd.DataFrame:
    """Match the topics of two languages one to one.

    Similarity is the cosine of topic vectors, averaged with that of the term vectors where both sides have them.
    Partners are those with the largest sum of similarities (Hungarian method, scipy); a topic left over, where one
    side has more, is shown with its nearest.

    ``p_value``: how often a topic of shuffled material comes as near to *any* topic of the other side. Shares of both
    sides are rotated against their passages by a random number of rows, which keeps neighbouring passages of a post
    together; (b + 1) / (m + 1) (Phipson & Smyth 2010). It accounts for the choice among the other side's topics, not
    for the number of topics asked about. The terms do not take part in it.

    Returns
    -------
    DataFrame
        One row per topic of either side: topic, lang, partner, similarity (-1 to 1, higher is nearer), margin (to the
        nearest other topic of the partner's side; negative where another one is nearer), mutual (each is the other's
        nearest), p_value, null_95 (the similarity that 95 % of shuffled topics stay below), matched (one to one and
        p_value at most ``level``). Unmatched topics are the rows with matched false.

    Raises
    ------
    InputError
        for shapes that do not fit, vectors that are no numbers, or a topic that no passage has a share of.

    >>> import numpy as np
    >>> from toolkit.topics import align_topics
    >>> from toolkit.topics.languages import LanguageTopics
    >>> shares, vectors = np.tile(np.eye(2), (20, 1)), np.tile(np.eye(2), (20, 1))
    >>> spanish = LanguageTopics("es", ("es.1", "es.2"), shares, vectors)
    >>> italian = LanguageTopics("it", ("it.1", "it.2"), shares[:, ::-1], vectors)
    >>> align_topics(spanish, italian, permutations=99)[["topic", "partner", "similarity", "mutual"]]
      topic partner  similarity  mutual
    0  es.1    it.2         1.0    True
    1  es.2    it.1         1.0    True
    2  it.1    es.2         1.0    True
    3  it.2    es.1         1.0    True
    """
    sides = (_checked(first), _checked(second))
    if sides[0].vectors.shape[1] != sides[1].vectors.shape[1]:
        raise InputError(
            f"alignment: vectors of {sides[0].vectors.shape[1]} and {sides[1].vectors.shape[1]} dimensions; encode "
            "both languages with one encoder."
        )
    ours, theirs = (topic_vectors(side.shares, side.vectors) for side in sides)
    meaning = ours @ theirs.T
    similarity = meaning
    words = [unit_rows(side.terms - side.terms.mean(0)) for side in sides if side.terms is not None]
    if len(words) == 2:
        similarity = (meaning + words[0] @ words[1].T) / 2
    null = _null(sides, permutations, seed)
    pairs = _pairs(similarity)
    rows = []
    for side, table, near, level_of, to in (
        (0, similarity, meaning, null[0], pairs),
        (1, similarity.T, meaning.T, null[1], {b: a for a, b in pairs.items()}),
    ):
        for topic, name in enumerate(sides[side].names):
            partner = to.get(topic, int(table[topic].argmax()))
            others = np.delete(table[topic], partner)
            value = (np.sum(level_of[:, topic] >= near[topic, partner] - 1e-12) + 1) / (permutations + 1)
            rows.append(
                (
                    name,
                    sides[side].lang,
                    sides[1 - side].names[partner],
                    table[topic, partner],
                    table[topic, partner] - others.max() if len(others) else np.nan,
                    bool(table[topic].argmax() == partner and table[:, partner].argmax() == topic),
                    value,
                    np.quantile(level_of[:, topic], 0.95),
                    topic in to and value <= level,
                )
            )
    columns = ["topic", "lang", "partner", "similarity", "margin", "mutual", "p_value", "null_95", "matched"]
    return pd.DataFrame(rows, columns=columns)


def _pairs(similarity: np.ndarray) -> dict[int, int]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-similarity)
    return dict(zip(rows.tolist(), columns.tolist(), strict=True))


def _null(sides: tuple[LanguageTopics, LanguageTopics], permutations: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """For each topic of each side, the similarity of the nearest topic when the other side's shares are rotated
    against its passages; (permutations, k) twice."""
    if permutations < 1:
        raise InputError(f"alignment: got {permutations} permutations, allowed is 1 or more.")
    random = np.random.default_rng(seed)
    real = [topic_vectors(side.shares, side.vectors) for side in sides]
    # taken from the vectors once: which passages have no share hardly moves their mean
    centred = [side.vectors - side.vectors[side.shares.sum(1) > 0].mean(0) for side in sides]
    # each set of shares twice, one behind the other: a rotation is a stretch of it
    twice = [np.tile(side.shares.T, 2) for side in sides]
    counts = [len(side.shares) for side in sides]
    shifts = [[int(random.integers(1, max(count, 2))) for count in counts] for _ in range(permutations)]
    found: list[list[np.ndarray]] = [[], []]
    # several rotations at a time: the vectors are read once for all of them
    for first in range(0, permutations, _AT_ONCE):
        for place, (shares, count) in enumerate(zip(twice, counts, strict=True)):
            some = [count - both[place] % count for both in shifts[first : first + _AT_ONCE]]
            rotated = np.concatenate([shares[:, start : start + count] for start in some])
            for shuffled in np.split(rotated @ centred[place], len(some)):
                found[1 - place].append((real[1 - place] @ unit_rows(shuffled).T).max(1))
    return np.array(found[0]), np.array(found[1])


def _checked(side: LanguageTopics) -> LanguageTopics:
    vectors, shares = checked_vectors(side.vectors), np.asarray(side.shares, dtype=np.float64)
    if shares.shape != (len(vectors), len(side.names)):
        raise InputError(
            f"alignment, {side.lang}: {len(vectors)} vectors, {len(side.names)} names and shares of shape "
            f"{shares.shape}; give shares of shape (passages, topics)."
        )
    if len(vectors) < 3 or not np.isfinite(shares).all() or (shares < 0).any():
        raise InputError(f"alignment, {side.lang}: give three or more passages and shares of 0 or more.")
    empty = np.flatnonzero(shares.sum(0) <= 0)
    if len(empty):
        raise InputError(f"alignment, {side.lang}: no passage has a share of topic '{side.names[empty[0]]}'; drop it.")
    terms = None if side.terms is None else checked_vectors(side.terms, vectors.shape[1])
    if terms is not None and len(terms) != len(side.names):
        raise InputError(f"alignment, {side.lang}: {len(terms)} term vectors and {len(side.names)} topics.")
    # only passages with a share take part
    there = shares.sum(1) > 0
    return LanguageTopics(side.lang, side.names, shares[there], vectors[there], terms)
