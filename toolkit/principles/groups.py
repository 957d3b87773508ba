"""How often each principle occurs by language, year, month, country, genre, and in each post."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.corpus.grouping import group_order, group_values
from toolkit.errors import InputError
from toolkit.principles.association import FEW_POSTS
from toolkit.principles.permutation import draws_needed, post_permutation
from toolkit.principles.prevalence import code_matrix, share_intervals
from toolkit.principles.sums import counts_by_post, post_places
from toolkit.resampling import false_discovery
from toolkit.tables import check, empty, run_places

__all__ = ["GROUPINGS", "principles_by"]

#: What the posts are grouped by, where they have the column; "year" and "month" are read from ``date``.
GROUPINGS = ("lang", "year", "month", "country", "genre", "doc_id")
_COLUMNS = ["by", "value", "codebook", "code", "count", "n", "posts", "share", "lift", "ci_low", "ci_high"]
_COLUMNS += ["p_value", "q_value", "note"]
_PERIODS = ("year", "month")


def principles_by(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    posts: pd.DataFrame,
    codebook: Codebook,
    by: Sequence[str] | None = None,
    *,
    repeats: int = 1000,
    permutations: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Share of the passages that carry each code, for each group of posts.

    Parameters
    ----------
    passages : the coded passages (no furniture); ``posts`` : doc_id and the columns to group by.
    by : columns of the posts, "year" and "month" (of the column ``date``, as written: "2010-05-03", "2010-05", "2010"),
        "lang" (the language of the passage) and "doc_id"; without it those of :data:`GROUPINGS` that the posts have
        with more than one value.
    repeats, permutations, confidence, seed : as in :func:`theme_principles`.

    Returns
    -------
    DataFrame
        principles_by table: by, value, codebook, code; count and n (passages with the code, and all); posts; share
        (0-1) with ci_low, ci_high (percentile bootstrap over posts; missing for one post); lift (from 0, 1: as in all
        passages; missing for a code that never occurs); p_value (0-1): two-sided permutation of posts of nearly one
        length, of *any* language (:func:`toolkit.principles.permutation.post_permutation`), so a country may differ
        because of its language; q_value: Benjamini & Hochberg (1995) over the values and codes of one ``by``; note:
        "fewer than 10 posts", and those values are not tested. Values in their order; posts without one are
        "(missing)", dates that are none "(malformed)".

    Raises
    ------
    InputError
        for a column that the posts do not have, and for passages of posts that are not there.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import principles_by
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "country": ["MX", "ES"]})
    >>> passages = pd.DataFrame({"doc_id": ["a", "a", "b", "b"], "passage_id": ["a:0", "a:9", "b:0", "b:9"],
    ...     "start": [0, 9] * 2, "end": [8, 20] * 2, "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": [0, 9, 9], "end": [8, 20, 20], "quote": "...",
    ...     "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> book = load_codebook("groundswell")
    >>> table = principles_by(passages, given, posts, book, ["country"], repeats=100, permutations=99)
    >>> table.query("code == 'listening'")[["value", "count", "n", "share", "note"]]
      value  count  n  share                 note
    0    ES      1  2    0.5  fewer than 10 posts
    5    MX      2  2    1.0  fewer than 10 posts
    """
    passages = check("passages", passages)
    if passages.empty:
        return empty("principles_by")
    doc_ids, place = post_places(passages["doc_id"])
    lacking = set(doc_ids) - set(posts["doc_id"])
    if lacking:
        raise InputError(f"principles_by: the post '{min(lacking)}' has passages and is not among the posts.")
    truth = code_matrix(passages, annotations, codebook)
    tables = []
    for name in by if by is not None else _there(posts):
        if name == "doc_id":
            if by is not None or len(doc_ids) > 1:
                tables.append(_single(doc_ids, truth, place, codebook))
            continue
        group, order = _groups(passages, posts, name, doc_ids, place)
        if by is not None or len(order) > 1:
            tables.append(_grouped(name, group, order, truth, place, codebook, repeats, permutations, confidence, seed))
    return check("principles_by", pd.concat(tables, ignore_index=True)) if tables else empty("principles_by")


def _there(posts: pd.DataFrame) -> list[str]:
    columns = {name: "date" if name in _PERIODS else name for name in GROUPINGS}
    return [name for name, column in columns.items() if column in posts and posts[column].notna().any()]


def _groups(
    passages: pd.DataFrame, posts: pd.DataFrame, name: str, doc_ids: np.ndarray, place: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """The group of each passage as a number, and the names of all groups in their order."""
    if name == "lang":
        codes, names = run_places(passages["lang"].fillna("(missing)").astype(str))
    else:
        of_post, _ = group_values(posts, "date" if name in _PERIODS else name, name if name in _PERIODS else "year")
        of_doc, names = pd.factorize(np.array([of_post[doc_id] for doc_id in doc_ids], dtype=object))
        codes = of_doc[place]
    order = sorted(names, key=group_order)
    return pd.Index(order).get_indexer(names)[codes], order


class _Membership:
    """Whether a passage is of a group, (passages, groups), made when rows of it are asked for."""

    def __init__(self, group: np.ndarray, tested: list[int]) -> None:
        self._group, self._tested = group, np.array(tested)
        self.shape = len(group), len(tested)

    def __getitem__(self, rows: np.ndarray | slice) -> np.ndarray:
        return np.asarray(self._group[rows][:, None] == self._tested)


def _grouped(
    name: str, group: np.ndarray, order: list[str], truth: np.ndarray, place: np.ndarray, codebook: Codebook,
    repeats: int, permutations: int, confidence: float, seed: int,
) -> pd.DataFrame:  # fmt: skip
    base = truth.mean(0)
    # the passages of each group, in their order
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group, minlength=len(order)))[:-1])
    counted = [len(np.unique(place[own])) for own in members]
    p_values = np.full((len(order), truth.shape[1]), np.nan)
    tested = [g for g, posts in enumerate(counted) if posts >= FEW_POSTS]
    if tested:
        draws = draws_needed(permutations, len(tested) * truth.shape[1])
        p_values[tested] = post_permutation(_Membership(group, tested), truth, place, draws=draws, seed=seed)
    rows: list[tuple[object, ...]] = []
    for g, value in enumerate(order):
        own = members[g]
        counts, n = truth[own].sum(0), len(own)
        low, high = share_intervals(truth[own], place[own], repeats, confidence, seed)
        note = f"fewer than {FEW_POSTS} posts" if counted[g] < FEW_POSTS else ""
        for c, code in enumerate(codebook.code_ids):
            share = counts[c] / n
            lift = share / base[c] if base[c] > 0 else np.nan
            numbers = (int(counts[c]), n, counted[g], share, lift, low[c], high[c], p_values[g, c])
            rows.append((name, value, codebook.id, code, *numbers, np.nan, note))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.assign(q_value=false_discovery(table["p_value"].to_numpy(dtype=float)))


def _single(doc_ids: np.ndarray, truth: np.ndarray, place: np.ndarray, codebook: Codebook) -> pd.DataFrame:
    """Each post by itself: counts, shares and lifts."""
    n = np.bincount(place, minlength=len(doc_ids))
    counts = counts_by_post(truth, place, len(doc_ids)).astype(int)
    base = truth.mean(0)
    shares = counts / n[:, None]
    codes = len(codebook.codes)
    return pd.DataFrame(
        {
            "by": "doc_id",
            "value": np.repeat(doc_ids, codes),
            "codebook": codebook.id,
            "code": np.tile(np.array(codebook.code_ids, dtype=object), len(doc_ids)),
            "count": counts.ravel(),
            "n": np.repeat(n, codes),
            "posts": 1,
            "share": shares.ravel(),
            "lift": np.divide(shares, base, out=np.full(shares.shape, np.nan), where=base > 0).ravel(),
            "ci_low": np.nan,
            "ci_high": np.nan,
            "p_value": np.nan,
            "q_value": np.nan,
            "note": f"fewer than {FEW_POSTS} posts",
        }
    )[_COLUMNS]
