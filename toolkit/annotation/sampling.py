"""Which items people should code: by chance, where the machine is least sure, or where codings differ most."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.tables import check

__all__ = ["order", "sample"]

_SPAN = ["doc_id", "start", "end"]
_PLACE = [*_SPAN, "item"]
_CHANCE = ("random", "stratified")
_INFORMATIVE = ("uncertainty", "disagreement")
_MEASURES = ("entropy", "margin")
_ALLOCATIONS = ("proportional", "equal")
#: A score counts as no surer than this, so that one code that a machine held for impossible (score 0: infinitely
#: surprising) weighs 10 bits and does not outweigh everything else. A convention, not a measurement.
_SUREST = 0.001


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
        :func:`order`, which see for ``scores``, ``annotations``, ``judged``, ``measure`` and ``per_document``).
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
        )
        known = ranked["value"].notna()
        _check_n(n, int(known.sum()), "items" if known.all() else "items that have codings to compare")
        chosen = ranked.head(n)
        return chosen.drop(columns=["value", "reason"]).assign(weight=np.nan, reason=chosen["reason"])
    if (by is None) == (how == "stratified"):
        raise InputError("how='stratified' needs by=, the columns that make the strata; how='random' takes none.")
    if allocation not in _ALLOCATIONS:
        raise InputError(f"allocation is '{allocation}'; {suggestion(allocation, _ALLOCATIONS)}")
    strata = _strata(table, [by] if isinstance(by, str) else list(by or ()), posts, whole_documents)
    return _by_chance(table, strata, n, allocation == "equal", seed, whole_documents)


def order(
    items: pd.DataFrame,
    how: str = "uncertainty",
    *,
    scores: pd.DataFrame | None = None,
    annotations: pd.DataFrame | None = None,
    judged: pd.DataFrame | None = None,
    measure: str = "entropy",
    per_document: int = 3,
) -> pd.DataFrame:
    """All items, the most informative first: the order of a queue.

    uncertainty (needs ``scores``, a scores table)
        ``measure="entropy"``: the binary entropy -p log2 p - (1-p) log2(1-p) of each code's score, summed over the
        codes: bits that are open about an item (0 to the number of codes) if codes were independent. Many rare codes
        add next to nothing, two codes in doubt count twice; a maximum would not see the second.
        ``measure="margin"``: 1 - the distance of the nearest score to the cut of its code (0 to 1; Brinker 2006), for
        coders whose scores are no probabilities. The cut lies midway between the highest score that was not decided
        and the lowest that was.
        Entropy is the default because it found mistakes better: of 4,904 sentences of the bundled corpus, scored by
        the coder "examples", those that it codes otherwise than the author came first with an area under the curve of
        .83 by entropy and .72 by margin (by the coder "cues": .57 both).
    disagreement, between people (needs ``annotations`` of two or more coders)
        Vote entropy (Dagan and Engelson 1995): for each code the binary entropy of the share of coders who gave it,
        and of the stances among those, summed: bits. 0: all agree.
    disagreement, between people and machine (needs ``annotations`` and ``scores``)
        Surprise: -log2 of the probability that the scores gave to what people said, summed over codes, mean over
        coders: bits, 0 and more. Scores count as .001 to .999.

    ``judged``: who went through what. Without it, a coder judged all items of each document in which he or she gave a
    code. Items not judged by two coders (by one, with scores) cannot be compared: ``value`` is missing, and they
    stand last. Scores belong to the item of the same span; for items that hold several scored passages (whole
    documents) uncertainty is the mean over the passages, so that long texts are not preferred, and the score of a code
    is the highest among them. Annotations belong to the item with which they share most characters.

    ``per_document``: of each document first come its so many most informative items, then so many of each again, and
    so on, lest the queue begin with near-identical sentences of one post. With 3, the first tenth of the queue above
    touched all 120 posts and 79 % of it were mistakes; without a limit 100 posts and 83 %.

    Returns the items table with ``value`` (higher: more informative) and ``reason``, sorted; ties by doc_id and start.
    Raises :class:`InputError` for missing tables, scores that do not cover the items (how many), and codes that were
    given but not scored.
    """
    table = check("items", items)
    if how not in _INFORMATIVE:
        raise InputError(f"how is '{how}'; {suggestion(how, _INFORMATIVE)}")
    if measure not in _MEASURES:
        raise InputError(f"measure is '{measure}'; {suggestion(measure, _MEASURES)}")
    if not isinstance(per_document, int) or per_document < 1:
        raise InputError(f"per_document is {per_document!r}; give a whole number from 1.")
    table = table.sort_values(_PLACE, kind="stable").reset_index(drop=True)
    if how == "uncertainty":
        if scores is None:
            raise InputError("how='uncertainty' needs scores: the scores table of a machine coder on these items.")
        value, reason = _uncertainty(table, scores, measure)
    else:
        if annotations is None:
            raise InputError(
                "how='disagreement' needs annotations: what coders gave, and judged: what they went through."
            )
        votes, judges = _votes(table, annotations, judged)
        value, reason = _vote_entropy(votes, judges) if scores is None else _surprise(table, votes, judges, scores)
    ranked = table.drop(columns=["value", "reason"], errors="ignore").assign(value=value, reason=reason)
    ranked = ranked.sort_values("value", ascending=False, kind="stable", na_position="last")
    turn = ranked.groupby("doc_id", sort=False).cumcount() // per_document
    turn = turn.where(ranked["value"].notna(), len(ranked))
    return ranked.loc[turn.sort_values(kind="stable").index].reset_index(drop=True)


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
            raise InputError(f"by: no column '{column}' in the items or posts{more}; {suggestion(column, known)}")
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


# ---- what is informative ---------------------------------------------------------------------------------


def _place(items: pd.DataFrame, spans: pd.DataFrame, *, inside: bool) -> np.ndarray:
    """The row of the item of each span: the same span, else the one that holds it (``inside``) or shares most
    characters with it; -1 for none."""
    exact = pd.Series(np.arange(len(items)), index=pd.MultiIndex.from_frame(items[_SPAN]))
    exact = exact[~exact.index.duplicated()]
    rows = exact.reindex(pd.MultiIndex.from_frame(spans[_SPAN])).fillna(-1).to_numpy(dtype=int)
    groups = items.groupby("doc_id").indices
    starts, ends = items["start"].to_numpy(), items["end"].to_numpy()
    columns = zip(np.flatnonzero(rows < 0), *(spans[name][rows < 0].tolist() for name in _SPAN), strict=True)
    for row, doc_id, start, end in columns:
        own = groups.get(doc_id, np.zeros(0, int))
        shared = np.minimum(ends[own], end) - np.maximum(starts[own], start)
        if len(own) and shared.max() > 0 and (not inside or shared.max() == end - start):
            rows[row] = own[shared.argmax()]
    return rows


def _scored(items: pd.DataFrame, scores: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """Scores on these items, the passage (number) of each row, and the passages with their ``row`` of the items."""
    scores = check("scores", scores)
    number, passages = pd.factorize(pd.MultiIndex.from_frame(scores[_SPAN]))
    table = passages.to_frame(index=False).set_axis(_SPAN, axis=1)
    table["row"] = _place(items, table, inside=True)
    without = np.setdiff1d(np.arange(len(items)), table["row"])
    if len(without):
        first = items.iloc[without[0]]
        raise InputError(
            f"scores: {len(without):,} of {len(items):,} items have none (the first: '{first['doc_id']}' "
            f"{first['start']}-{first['end']}); score them (same unit, all languages), or leave "
            "them out of the items."
        )
    return scores, number, table


def _uncertainty(items: pd.DataFrame, scores: pd.DataFrame, measure: str) -> tuple[np.ndarray, list[str]]:
    scores, passage, passages = _scored(items, scores)
    row, score = passages["row"].to_numpy(), scores["score"].to_numpy()
    if measure == "entropy":
        part, unit = _bits(score), " bits"
        value = np.bincount(passage, part, len(passages))
    else:
        part, unit = 1 - np.abs(score - _cuts(scores)), ""
        value = np.full(len(passages), -np.inf)
        np.maximum.at(value, passage, part)
    on = row >= 0
    mean = np.bincount(row[on], value[on], len(items)) / np.bincount(row[on], minlength=len(items))
    most = _most(row[passage], part, scores["code"], len(items))
    words = zip(mean, scores["code"].iloc[most], score[most], strict=True)
    return mean, [f"uncertainty {bits:.2f}{unit}, most in {code} (score {number:.2f})" for bits, code, number in words]


def _cuts(scores: pd.DataFrame) -> np.ndarray:
    """The score from which a code was decided, for each row; for codes never (or always) decided the median one."""
    below = scores[~scores["decided"]].groupby("code")["score"].max()
    above = scores[scores["decided"]].groupby("code")["score"].min()
    cuts = ((below + above) / 2).dropna()
    if cuts.empty:
        raise InputError("measure='margin' needs scores with some codes decided and some not; use measure='entropy'.")
    return np.asarray(scores["code"].map(cuts).fillna(cuts.median()), dtype=float)


def _votes(
    items: pd.DataFrame, annotations: pd.DataFrame, judged: pd.DataFrame | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """What coders gave to items they judged (row, code, coder, stance), and how many coders judged each item."""
    given = check("annotations", annotations)
    given = given.assign(row=_place(items, given, inside=False))
    given = given[given["row"] >= 0].sort_values(["row", "code", "coder", "stance"], kind="stable")
    given = given.drop_duplicates(["row", "code", "coder"])[["row", "code", "coder", "stance"]]
    if judged is None:
        documents = given.assign(doc_id=items["doc_id"].to_numpy()[given["row"]])[["coder", "doc_id"]]
        went = documents.drop_duplicates().merge(items.assign(row=items.index)[["doc_id", "row"]], on="doc_id")
    else:
        went = check("judged", judged)
        went = went.assign(row=_place(items, went, inside=False))
        went = went[went["row"] >= 0]
    went = went[["row", "coder"]].drop_duplicates()
    return given.merge(went, on=["row", "coder"]), np.bincount(went["row"], minlength=len(items))


def _vote_entropy(votes: pd.DataFrame, judges: np.ndarray) -> tuple[np.ndarray, list[str]]:
    keys = ["row", "code"]
    table = votes.groupby(keys).agg(gave=("coder", "size"), taken=("stance", "count"))
    stances = votes.groupby([*keys, "stance"]).size().rename("n").reset_index("stance").join(table)
    share = stances["n"] / stances["taken"]
    table["open"] = (-share * np.log2(share)).groupby(level=keys).sum().reindex(table.index, fill_value=0.0)
    table = table.reset_index()
    row = table["row"].to_numpy(dtype=int)
    part = _bits((table["gave"] / judges[row]).to_numpy()) + table["open"].to_numpy(dtype=float)
    value = np.where(judges >= 2, np.bincount(row, part, len(judges)), np.nan)
    most = _most(row, part, table["code"], len(judges))
    reason = []
    for item, (bits, place) in enumerate(zip(value, most, strict=True)):
        if not bits > 0:
            reason.append("coders agree" if bits == 0 else "not judged by two coders")
            continue
        code, gave, differ = table["code"].iat[place], table["gave"].iat[place], table["open"].iat[place] > 0
        stance = ", stances differ" if differ else ""
        reason.append(f"coders differ by {bits:.2f} bits, most in {code} ({gave} of {judges[item]} gave it{stance})")
    return value, reason


def _surprise(
    items: pd.DataFrame, votes: pd.DataFrame, judges: np.ndarray, scores: pd.DataFrame
) -> tuple[np.ndarray, list[str]]:
    scores, passage, passages = _scored(items, scores)
    scores = scores.assign(row=passages["row"].to_numpy()[passage])
    best = scores[scores["row"] >= 0].groupby(["row", "code"])["score"].max()
    gave = votes.groupby(["row", "code"]).size()
    unscored = gave.index.difference(best.index)
    if len(unscored):
        code = unscored[0][1]
        raise InputError(
            f"annotations: the code '{code}' was given but has no score; {suggestion(code, set(scores['code']))}"
        )
    row, code = (best.index.get_level_values(level) for level in ("row", "code"))
    share = gave.reindex(best.index, fill_value=0).to_numpy() / np.maximum(judges[row], 1)
    score = best.clip(_SUREST, 1 - _SUREST).to_numpy()
    part = -share * np.log2(score) - (1 - share) * np.log2(1 - score)
    value = np.where(judges >= 1, np.bincount(row, part, len(items)), np.nan)
    most = _most(np.asarray(row), part, code.to_series(), len(items))
    words = zip(value, code[most], share[most], best.to_numpy()[most], strict=True)
    return value, [
        f"machine surprised by {bits:.2f} bits, most by {code} "
        f"({'given' if said >= 0.5 else 'not given'}, score {number:.2f})"
        if bits >= 0
        else "not judged"
        for bits, code, said, number in words
    ]


def _most(row: np.ndarray, part: np.ndarray, codes: pd.Series, items: int) -> np.ndarray:
    """Of each of so many items where its largest part stands (0 if it has none); ties by the name of the code."""
    by_size = np.lexsort((pd.factorize(codes, sort=True)[0], -part, row))
    found, first = np.unique(row[by_size], return_index=True)
    most = np.zeros(items, int)
    most[found[found >= 0]] = by_size[first[found >= 0]]
    return most


def _bits(share: np.ndarray) -> np.ndarray:
    """Binary entropy of shares (0 to 1): 0 to 1 bit."""
    sure = (share <= 0) | (share >= 1)
    inner = np.where(sure, 0.5, share)
    return np.where(sure, 0.0, -inner * np.log2(inner) - (1 - inner) * np.log2(1 - inner))
