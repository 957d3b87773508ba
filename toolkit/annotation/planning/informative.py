"""Which items tell most: those that a machine is least sure of, or that were coded most differently."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.errors import InputError, suggestion
from toolkit.tables import check

__all__ = ["HOW", "order"]

_SPAN = ["doc_id", "start", "end"]
#: The ways to order.
HOW = ("uncertainty", "disagreement")
_MEASURES = ("entropy", "margin")
_UNSCORED = ("refuse", "last")
_NOT_SCORED = "not scored"
#: A score counts as no surer than this, so that one code that a machine held for impossible (score 0: infinitely
#: surprising) weighs 10 bits and does not outweigh everything else. A convention, not a measurement.
_SUREST = 0.001


def order(
    items: pd.DataFrame,
    how: str = "uncertainty",
    *,
    scores: pd.DataFrame | None = None,
    annotations: pd.DataFrame | None = None,
    judged: pd.DataFrame | None = None,
    measure: str = "entropy",
    per_document: int = 3,
    unscored: str = "refuse",
) -> pd.DataFrame:
    """All items, the most informative first: the order of a queue.

    uncertainty (needs ``scores``, a scores table)
        ``measure="entropy"``: the binary entropy -p log2 p - (1-p) log2(1-p) of each code's score, summed over the
        codes: bits that are open about an item (0 to the number of codes) if codes were independent. Many rare codes
        add next to nothing, two codes in doubt count twice.
        ``measure="margin"``: 1 - the distance of the nearest score to the cut of its code (0 to 1; Brinker 2006), for
        coders whose scores are no probabilities. The cut lies midway between the highest score that was not decided
        and the lowest that was.
        Entropy is the default because it found mistakes better. In 4,904 sentences of the bundled corpus, how often a
        sentence that a machine codes otherwise than the author came before one coded alike (area under the curve, .5
        by chance): coder "hybrid" .84 by entropy, .75 by margin and .81 by the largest entropy of a single code;
        "examples" .83, .71 and .83; "cues" .57 by all, since what cues are unsure of says little
        (tests/benchmarks/annotation_sampling.py, as the figures below).
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
    is the highest among them. Annotations belong to the item with which they share most characters; who judged a
    longer stretch judged all items that lie in it.

    ``per_document``: of each document first come its so many most informative items, then so many of each again, and
    so on, lest the queue begin with near-identical sentences of one post. With 3, the first tenth of the queue of the
    coder "hybrid" touched all 120 posts and 72 % of it were mistakes; without a limit 103 posts and 76 %.

    ``unscored``: items that no scored passage lies in, for example in languages that are not coded. "refuse" them, or
    put them "last", their ``value`` missing and their ``reason`` "not scored"; if none has scores they are refused
    either way, since the scores are then of other texts or units.

    Returns the items table with ``value`` (higher: more informative) and ``reason``, sorted; ties by doc_id and start.
    Raises :class:`InputError` for missing tables, scores that do not cover the items (how many), and codes that were
    given but not scored.

    >>> import pandas as pd
    >>> from toolkit.annotation import order
    >>> items = pd.DataFrame({"item": [f"i{n}" for n in range(2)], "doc_id": ["a", "a"], "start": [0, 21],
    ...     "end": [20, 36], "unit": "sentence", "lang": "es"})
    >>> scores = items[["doc_id", "start", "end"]].assign(code="listening", score=[0.95, 0.5], decided=[True, False])
    >>> order(items, scores=scores)[["item", "value"]].round(2)  # the machine is least sure of the second
      item  value
    0   i1   1.00
    1   i0   0.29
    """
    table = check("items", items)
    if how not in HOW:
        raise InputError(f"how is '{how}'; {suggestion(how, HOW)}")
    if measure not in _MEASURES:
        raise InputError(f"measure is '{measure}'; {suggestion(measure, _MEASURES)}")
    if not isinstance(per_document, int) or per_document < 1:
        raise InputError(f"per_document is {per_document!r}; give a whole number from 1.")
    if unscored not in _UNSCORED:
        raise InputError(f"unscored is '{unscored}'; {suggestion(unscored, _UNSCORED)}")
    table = table.sort_values([*_SPAN, "item"], kind="stable").reset_index(drop=True)
    if how == "uncertainty":
        if scores is None:
            raise InputError("how='uncertainty' needs scores: the scores table of a machine coder on these items.")
        value, reason = _uncertainty(_scored(table, scores, unscored), measure)
    else:
        if annotations is None:
            raise InputError(
                "how='disagreement' needs annotations: what coders gave, and judged: what they went through."
            )
        votes, judges = _votes(table, annotations, judged)
        if scores is None:
            value, reason = _vote_entropy(votes, judges)
        else:
            value, reason = _surprise(_scored(table, scores, unscored), votes, judges)
    # equal sums, added up in another order, differ in the sixteenth digit
    value = np.round(value, 12)
    ranked = table.drop(columns=["value", "reason"], errors="ignore").assign(value=value, reason=reason)
    ranked = ranked.sort_values("value", ascending=False, kind="stable", na_position="last")
    turn = ranked.groupby("doc_id", sort=False).cumcount() // per_document
    turn = turn.where(ranked["value"].notna(), len(ranked))
    return ranked.loc[turn.sort_values(kind="stable").index].reset_index(drop=True)


def _place(items: pd.DataFrame, spans: pd.DataFrame, *, inside: bool) -> np.ndarray:
    """The row of the item of each span: the same span, else the one that holds it (``inside``) or shares most
    characters with it; -1 for none."""
    exact = pd.Series(np.arange(len(items)), index=pd.MultiIndex.from_frame(items[_SPAN]))
    exact = exact[~exact.index.duplicated()]
    rows = exact.reindex(pd.MultiIndex.from_frame(spans[_SPAN])).fillna(-1).to_numpy(dtype=int)
    groups = items.groupby("doc_id").indices
    starts, ends = items["start"].to_numpy(), items["end"].to_numpy()
    others = np.flatnonzero(rows < 0)
    columns = zip(others, *(spans[name].iloc[others].tolist() for name in _SPAN), strict=True)
    for row, doc_id, start, end in tqdm(columns, "placing", len(others), unit=" passages", delay=2, leave=False):
        own = groups.get(doc_id, np.zeros(0, int))
        shared = np.minimum(ends[own], end) - np.maximum(starts[own], start)
        if len(own) and shared.max() > 0 and (not inside or shared.max() == end - start):
            rows[row] = own[shared.argmax()]
    return rows


class _Scored(NamedTuple):
    """A scores table of n rows in numbers."""

    names: list[str]  # the codes, sorted
    code: np.ndarray  # (n) place in names
    score: np.ndarray  # (n)
    decided: np.ndarray  # (n)
    passage: np.ndarray  # (n) which passage
    row: np.ndarray  # (passages) the item that the passage lies in; -1 for none
    items: int
    known: np.ndarray  # (items) whether any passage lies in it


def _scored(items: pd.DataFrame, scores: pd.DataFrame, unscored: str) -> _Scored:
    scores = check("scores", scores)
    # coders give the scores of a passage one after the other: look for the same passage among these runs only
    first = (scores[_SPAN] != scores[_SPAN].shift()).any(axis=1).to_numpy()
    runs = scores.loc[first, _SPAN].reset_index(drop=True)
    number = runs.groupby(_SPAN, sort=False).ngroup().to_numpy()
    passage = number[np.cumsum(first) - 1]
    row = _place(items, runs[~runs.duplicated()], inside=True)
    known = np.bincount(row[row >= 0], minlength=len(items)) > 0
    if not known.all() and (unscored == "refuse" or not known.any()):
        lacking = items.iloc[int(known.argmin())]
        advice = ", leave them out of the items, or put them last (unscored='last')" if known.any() else ""
        raise InputError(
            f"scores: {(~known).sum():,} of {len(items):,} items have none (the first: '{lacking['doc_id']}' "
            f"{lacking['start']}-{lacking['end']}); score them (same unit, all languages){advice}."
        )
    code, names = pd.factorize(scores["code"], sort=True)
    score, decided = scores["score"].to_numpy(dtype=float), scores["decided"].to_numpy(dtype=bool)
    return _Scored(list(names), code, score, decided, passage, row, len(items), known)


def _uncertainty(scored: _Scored, measure: str) -> tuple[np.ndarray, list[str]]:
    row, passages = scored.row, len(scored.row)
    if measure == "entropy":
        part, unit = _bits(scored.score), " bits"
        value = np.bincount(scored.passage, part, passages)
    else:
        part, unit = 1 - np.abs(scored.score - _cuts(scored)[scored.code]), ""
        value = np.full(passages, -np.inf)
        np.maximum.at(value, scored.passage, part)
    on = row >= 0
    with np.errstate(invalid="ignore"):  # items without scores: 0 / 0
        mean = np.bincount(row[on], value[on], scored.items) / np.bincount(row[on], minlength=scored.items)
    most = _most(row[scored.passage], part, scored.code, scored.items)
    numbers = (mean, scored.code[most], scored.score[most], scored.known)
    words = zip(*(column.tolist() for column in numbers), strict=True)
    return mean, [
        f"uncertainty {open_:.2f}{unit}, most in {scored.names[code]} (score {score:.2f})" if known else _NOT_SCORED
        for open_, code, score, known in words
    ]


def _cuts(scored: _Scored) -> np.ndarray:
    """The score from which each code was decided; for codes never (or always) decided the median one."""
    below, above = np.full(len(scored.names), -np.inf), np.full(len(scored.names), np.inf)
    np.maximum.at(below, scored.code[~scored.decided], scored.score[~scored.decided])
    np.minimum.at(above, scored.code[scored.decided], scored.score[scored.decided])
    both = np.isfinite(below) & np.isfinite(above)
    if not both.any():
        raise InputError("measure='margin' needs scores with some codes decided and some not; use measure='entropy'.")
    cuts = np.full(len(both), np.nan)
    cuts[both] = (below[both] + above[both]) / 2
    return np.where(both, cuts, np.median(cuts[both]))


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
        went = _judged(items, check("judged", judged))
    went = went[["row", "coder"]].drop_duplicates()
    return given.merge(went, on=["row", "coder"]), np.bincount(went["row"], minlength=len(items))


def _judged(items: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """The items (row) that each coder judged: those in what was judged, and the one that shares most with it."""
    went = judged.assign(row=_place(items, judged, inside=False))
    went = went[went["row"] >= 0]
    same = (went[_SPAN].to_numpy() == items[_SPAN].to_numpy()[went["row"]]).all(axis=1)
    spans, groups = went[~same], items.groupby("doc_id").indices
    starts, ends = items["start"].to_numpy(), items["end"].to_numpy()
    inside = [
        own[(starts[own] >= start) & (ends[own] <= end)]
        for own, start, end in zip(spans["doc_id"].map(groups), spans["start"], spans["end"], strict=True)
    ]
    further = spans.loc[spans.index.repeat([len(rows) for rows in inside])]
    return pd.concat([went, further.assign(row=np.concatenate([np.zeros(0, int), *inside]))])


def _vote_entropy(votes: pd.DataFrame, judges: np.ndarray) -> tuple[np.ndarray, list[str]]:
    keys = ["row", "code"]
    table = votes.groupby(keys).agg(gave=("coder", "size"), taken=("stance", "count"))
    stances = votes.groupby([*keys, "stance"]).size().rename("n").reset_index("stance").join(table)
    share = stances["n"] / stances["taken"]
    apart = (
        (-share * np.log2(share)).groupby(level=keys).sum().reindex(table.index, fill_value=0.0).to_numpy(dtype=float)
    )
    row = table.index.get_level_values("row").to_numpy(dtype=int)
    code, names = pd.factorize(table.index.get_level_values("code"), sort=True)
    gave = table["gave"].to_numpy(dtype=int)
    part = _bits(gave / judges[row]) + apart
    value = np.where(judges >= 2, np.bincount(row, part, len(judges)), np.nan)
    reason = np.where(judges >= 2, "coders agree", "not judged by two coders").tolist()
    most = _most(row, part, code, len(judges))
    for item in np.flatnonzero(value > 0).tolist():
        place = most[item]
        stance = ", stances differ" if apart[place] > 0 else ""
        said = f"{gave[place]} of {judges[item]} gave it{stance}"
        reason[item] = f"coders differ by {value[item]:.2f} bits, most in {names[code[place]]} ({said})"
    return value, reason


def _surprise(scored: _Scored, votes: pd.DataFrame, judges: np.ndarray) -> tuple[np.ndarray, list[str]]:
    codes, items = len(scored.names), scored.items
    row = scored.row[scored.passage]
    best = np.full(items * codes, -1.0)  # of each item and code; -1: the code has no score there
    np.maximum.at(best, (row * codes + scored.code)[row >= 0], scored.score[row >= 0])
    votes = votes[scored.known[votes["row"].to_numpy(dtype=int)]]
    given = pd.Index(scored.names).get_indexer(votes["code"])
    cell = votes["row"].to_numpy(dtype=int) * codes + given
    lacking = (given < 0) | (best[cell] < 0)
    if lacking.any():
        code = votes["code"].iloc[int(lacking.argmax())]
        raise InputError(f"annotations: the code '{code}' was given but has no score; {suggestion(code, scored.names)}")
    gave = np.bincount(cell, minlength=len(best))
    there = np.flatnonzero(best >= 0)
    row, code = np.divmod(there, codes)
    share = gave[there] / np.maximum(judges[row], 1)
    score = best[there].clip(_SUREST, 1 - _SUREST)
    part = -share * np.log2(score) - (1 - share) * np.log2(1 - score)
    compared = scored.known & (judges >= 1)
    value = np.where(compared, np.bincount(row, part, items), np.nan)
    reason = np.where(scored.known, "not judged", _NOT_SCORED).tolist()
    most = _most(row, part, code, items)
    for item in np.flatnonzero(compared).tolist():
        place = most[item]
        said = f"{'given' if share[place] >= 0.5 else 'not given'}, score {best[there[place]]:.2f}"
        reason[item] = f"machine surprised by {value[item]:.2f} bits, most by {scored.names[code[place]]} ({said})"
    return value, reason


def _most(row: np.ndarray, part: np.ndarray, code: np.ndarray, items: int) -> np.ndarray:
    """Of each of so many items where its largest part stands (0 if it has none); ties by code, then by position."""
    on = np.flatnonzero(row >= 0)
    part = np.round(part, 12)
    largest = np.full(items, -np.inf)
    np.maximum.at(largest, row[on], part[on])
    on = on[part[on] == largest[row[on]]]
    count, nothing = max(len(part), 1), np.iinfo(np.int64).max
    first = np.full(items, nothing)
    np.minimum.at(first, row[on], code[on].astype(np.int64) * count + on)
    return np.where(first == nothing, 0, first % count)


def _bits(share: np.ndarray) -> np.ndarray:
    """Binary entropy of shares (0 to 1): 0 to 1 bit."""
    sure = (share <= 0) | (share >= 1)
    inner = np.where(sure, 0.5, share)
    return np.where(sure, 0.0, -inner * np.log2(inner) - (1 - inner) * np.log2(1 - inner))
