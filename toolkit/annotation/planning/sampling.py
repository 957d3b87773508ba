"""Which items people should code: by chance, where the machine is least sure, or where codings differ most."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.annotation.planning.assignment import check_seed
from toolkit.annotation.planning.informative import HOW as _INFORMATIVE
from toolkit.annotation.planning.informative import order
from toolkit.errors import InputError, suggestion
from toolkit.tables import check

__all__ = ["order", "sample"]

_SPAN = ["doc_id", "start", "end"]
_PLACE = [*_SPAN, "item"]
_CHANCE = ("random", "stratified")
_ALLOCATIONS = ("proportional", "equal")


def sample(
    items: pd.DataFrame,
    n: int,
    how: str = "random",
    *,
    by: str | Sequence[str] | None = None,
    posts: pd.DataFrame | None = None,
    allocation: str = "proportional",
    scores: pd.DataFrame | None = None,
    annotations: pd.DataFrame | None = None,
    judged: pd.DataFrame | None = None,
    measure: str = "entropy",
    per_document: int = 3,
    unscored: str = "refuse",
    seed: int = 1,
    whole_documents: bool = False,
) -> pd.DataFrame:
    """Draw ``n`` items.

    Parameters
    ----------
    items : items table. The draw does not depend on the order of its rows.
    n : number of items; with ``whole_documents`` the number of documents, all items of which are taken (a number of
        items cannot be kept exactly then, and stopping at one would favour some documents).
    how : "random" (each item, or document, with the same chance, without replacement); "stratified" (the same
        within each combination of the columns ``by``); "uncertainty" and "disagreement" (the first ``n`` of
        :func:`order`, which see for ``scores``, ``annotations``, ``judged``, ``measure``, ``per_document`` and
        ``unscored``).
    by : one or more columns of ``items`` or ``posts`` (posts first with ``whole_documents``); "year" is taken from
        the posts' ``date``. A missing value is a stratum of its own.
    allocation : "proportional" (by largest remainder, at least one of each stratum if ``n`` allows) or "equal" (the
        same number of each, as far as a stratum has so many).

    Returns
    -------
    DataFrame
        items table with the further columns ``weight`` and ``reason`` (why it was taken, in words). By chance: in the
        order of ``items``; else the most informative first. ``weight`` is the inverse of the probability to be drawn,
        at least 1: a share of the whole is estimated by sum(weight * value) / sum(weight) (Cochran 1977, chapters 5,
        5A and 9). It is missing for uncertainty and disagreement, **which are no probability samples: shares,
        agreement and accuracy in them say nothing about the whole**; and if ``n`` is smaller than the number of
        strata, since some could not be drawn at all.

    Raises
    ------
    InputError
        ``n`` larger than what there is, an unknown column or setting, a stratum that divides a document
        (``whole_documents``), scores that do not cover the items, or too few items with two codings.

    >>> import pandas as pd
    >>> from toolkit.annotation import sample
    >>> items = pd.DataFrame({"item": [f"i{n}" for n in range(8)], "doc_id": list("aabbccdd"), "start": [0, 21] * 4,
    ...     "end": [20, 36] * 4, "unit": "sentence", "lang": "es"})
    >>> drawn = sample(items, 4, seed=1)
    >>> len(drawn), drawn["weight"].unique().tolist(), drawn["reason"].nunique()  # each stands for two
    (4, [2.0], 1)
    """
    table = check("items", items)
    if how not in (*_CHANCE, *_INFORMATIVE):
        raise InputError(f"how is '{how}'; {suggestion(how, (*_CHANCE, *_INFORMATIVE))}")
    if how in _INFORMATIVE:
        if whole_documents:
            raise InputError(f"how='{how}' chooses single items; leave whole_documents out.")
        ranked = order(
            table,
            how,
            scores=scores,
            annotations=annotations,
            judged=judged,
            measure=measure,
            per_document=per_document,
            unscored=unscored,
        )
        known = ranked["value"].notna()
        what = "items that have scores" if how == "uncertainty" else "items that have codings to compare"
        _check_n(n, int(known.sum()), "items" if known.all() else what)
        chosen = ranked.head(n)
        return chosen.drop(columns=["value", "reason"]).assign(weight=np.nan, reason=chosen["reason"])
    check_seed(seed)
    if (by is None) == (how == "stratified"):
        raise InputError("how='stratified' needs by=, the columns that make the strata; how='random' takes none.")
    if allocation not in _ALLOCATIONS:
        raise InputError(f"allocation is '{allocation}'; {suggestion(allocation, _ALLOCATIONS)}")
    strata = _strata(table, [by] if isinstance(by, str) else list(by or ()), posts, whole_documents)
    return _by_chance(table, strata, n, allocation == "equal", seed, whole_documents)


# ---- by chance -------------------------------------------------------------------------------------------


def _check_n(n: int, there: int, what: str) -> None:
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 1:
        raise InputError(f"n is {n!r}; give a whole number from 1.")
    if n > there:
        raise InputError(f"n is {n:,}, but there are {there:,} {what}; give at most {there:,}.")


def _strata(items: pd.DataFrame, by: list[str], posts: pd.DataFrame | None, whole_documents: bool) -> pd.Series:
    """The stratum of each item in words, "lang=es, year=2010"; "" for all without ``by``."""
    names = pd.Series("", index=items.index)
    about = check("posts", posts).set_index("doc_id") if posts is not None else pd.DataFrame()
    if "date" in about and "year" not in about:
        about = about.assign(year=about["date"].str[:4])
    for column in by:
        tables = [about, items] if whole_documents else [items, about]
        found = next((table for table in tables if column in table), None)
        if found is None:
            known = [str(name) for name in (*items, *about) if name not in (*_PLACE, "text", "sha256")]
            more = "" if posts is not None else " (give posts= for genre, year and other columns of posts)"
            raise InputError(f"by: no column '{column}' in the items or posts{more}; {suggestion(column, set(known))}")
        if found is about and (absent := ~items["doc_id"].isin(about.index)).any():
            raise InputError(f"posts: no post has the doc_id '{items['doc_id'][absent].iloc[0]}' of an item.")
        values = found[column] if found is items else items["doc_id"].map(about[column])
        words = values.astype(object).where(values.notna(), "(missing)").map(str)
        if whole_documents and (mixed := words.groupby(items["doc_id"]).nunique().gt(1)).any():
            raise InputError(
                f"by: '{column}' differs within the document '{mixed.idxmax()}'; for whole documents stratify by a "
                "column of posts (posts=)."
            )
        names = names + (", " if column != by[0] else "") + column + "=" + words
    return names


def _by_chance(
    items: pd.DataFrame, strata: pd.Series, n: int, equal: bool, seed: int, whole_documents: bool
) -> pd.DataFrame:
    # drawn from the items in the order of their places: the order of the rows does not matter
    places = items.assign(_stratum=strata).sort_values(_PLACE, kind="stable")
    units = places.drop_duplicates("doc_id") if whole_documents else places
    _check_n(n, len(units), "documents" if whole_documents else "items")
    sizes = units.groupby("_stratum").size()
    counts = _allocate(sizes.to_numpy(), n, equal)
    random = np.random.default_rng(seed)
    drawn = [
        random.choice(units.index[units["_stratum"] == stratum].to_numpy(), count, replace=False)
        for stratum, count in zip(sizes.index, counts, strict=True)
        if count
    ]
    rows = np.sort(np.concatenate(drawn))
    if whole_documents:
        rows = np.flatnonzero(items["doc_id"].isin(items["doc_id"].iloc[rows]))
    weights = dict(zip(sizes.index, sizes.to_numpy() / np.maximum(counts, 1), strict=True))
    chosen, own = items.iloc[rows], strata.iloc[rows]
    reason = "random document" if whole_documents else "random"
    return chosen.assign(
        weight=own.map(weights).astype(float) if counts.all() else np.nan,
        reason=[f"{reason}, {stratum}" if stratum else reason for stratum in own],
    ).reset_index(drop=True)


def _allocate(sizes: np.ndarray, n: int, equal: bool) -> np.ndarray:
    """How many of each stratum: ``sizes`` (H) to counts (H) that sum to ``n``; ties in favour of the first."""
    least = int(n >= len(sizes))
    if equal:
        level = next(level for level in range(n + 1) if np.minimum(sizes, level + 1).sum() > n or level == n)
        counts = np.minimum(sizes, level)
        wants = (sizes > level).astype(float)
    else:
        quota = n * sizes / sizes.sum()
        counts = np.maximum(np.floor(quota + 1e-9).astype(int), least)
        while counts.sum() > n:  # what small strata got beyond their quota, others give
            counts[np.argmax(np.where(counts > least, counts - quota, -np.inf))] -= 1
        wants = quota - counts
    counts[np.argsort(-wants, kind="stable")[: n - counts.sum()]] += 1
    return counts
