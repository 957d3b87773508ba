"""What lies behind the measures: confusions, the hardest errors, and how far probabilities can be believed."""

import numpy as np
import pandas as pd

from toolkit.evaluation.grid import Grid
from toolkit.evaluation.measures import interval, mass_bins
from toolkit.tables import STANCES, check

__all__ = ["NOTHING", "confusion_table", "error_table", "reliability_table"]

#: What stands in the confusion table for "no code" and "no stance"; codes cannot have brackets.
NOTHING = "(none)"


def confusion_table(grid: Grid) -> pd.DataFrame:
    """The evaluation_confusion table: kind, gold, predicted, n, share (of the gold row), pairs that occur only.

    Codes: a hit is (code, code). In a unit where gold codes were missed and others wrongly given, each missed one is
    paired with each wrong one; alone, it is paired with "(none)". Stances: over gold codes that have one; "(none)":
    no stance was suggested.
    """
    codes = np.array([*grid.codes, NOTHING])
    missed, wrong = grid.gold & ~grid.given, grid.given & ~grid.gold
    missed = np.column_stack([missed, ~missed.any(1) & wrong.any(1)]).astype(float)
    wrong = np.column_stack([wrong, ~wrong.any(1) & missed[:, :-1].any(1)]).astype(float)
    pairs = (missed.T @ wrong).astype(int)
    pairs[np.arange(len(grid.codes)), np.arange(len(grid.codes))] = (grid.gold & grid.given).sum(0)
    row, column = np.nonzero(grid.gold & (grid.gold_stance >= 0))
    gold, given = grid.gold_stance[row, column], grid.stance[row, column]
    stances = np.zeros((len(STANCES), len(STANCES) + 1), dtype=int)
    np.add.at(stances, (gold, np.where(given < 0, len(STANCES), given)), 1)
    names = np.array([*STANCES, NOTHING])
    rows = []
    for kind, table, labels in (("code", pairs, codes), ("stance", stances, names)):
        totals = table.sum(1)
        rows += [
            (kind, labels[a], labels[b], int(table[a, b]), table[a, b] / totals[a])
            for a, b in zip(*np.nonzero(table), strict=True)
        ]
    return check("evaluation_confusion", pd.DataFrame(rows, columns=["kind", "gold", "predicted", "n", "share"]))


def error_table(
    grid: Grid, gold: pd.DataFrame, predicted: pd.DataFrame, texts: dict[str, str], most: int
) -> pd.DataFrame:
    """The evaluation_errors table: at most ``most`` false positives, the highest scores first, and as many misses,
    the lowest scores first (those without a score last).

    ``gold`` and ``predicted`` say what each side gave the unit; ``evidence`` is that of the annotation.
    """
    own = predicted["score"].to_numpy(dtype=float)
    score = np.where(grid.source >= 0, own[grid.source] if len(own) else np.nan, np.nan)
    if grid.score is not None:
        score = np.where(grid.scored[:, None], grid.score, score)
    quotes = _quotes(grid, gold, predicted, texts)
    spans = list(grid.units[["doc_id", "start", "end"]].itertuples(index=False, name=None))
    rows = []
    for kind, where, sign in (
        ("false positive", grid.given & ~grid.gold, -1),
        ("miss", grid.gold & ~grid.given, 1),
    ):
        units, codes = np.nonzero(where)
        value = np.nan_to_num(sign * score[units, codes], nan=np.inf)
        for place in np.lexsort((codes, units, value))[:most]:
            unit, code = units[place], codes[place]
            source = grid.source[unit, code]
            rows.append(
                (
                    kind,
                    *spans[unit],
                    quotes[unit],
                    grid.codes[code],
                    score[unit, code],
                    _said(grid.codes, grid.gold[unit], grid.gold_stance[unit]),
                    _said(grid.codes, grid.given[unit], grid.stance[unit]),
                    predicted["evidence"].iloc[source] if source >= 0 else None,
                )
            )
    columns = ["kind", "doc_id", "start", "end", "quote", "code", "score", "gold", "predicted", "evidence"]
    return check("evaluation_errors", pd.DataFrame(rows, columns=columns))


def reliability_table(grid: Grid, weights: np.ndarray, confidence: float) -> pd.DataFrame:
    """The evaluation_reliability table: what share of the units x codes with about this probability is right.

    ``bins``: "equal n" (as many units x codes in each; the expected calibration error is made of these, and nearly
    all of them lie near 0) and "equal hits" (the probabilities of each add up to the same number of expected hits:
    these show the range where codes are given). ``low``, ``high``: smallest and largest probability of the bin;
    ``mean``: mean probability; ``observed``: share that gold confirms, with its interval over documents; equal
    ``mean`` and ``observed`` are perfect. ``n``: units x codes. Without scores the table is empty.
    """
    columns = ["bins", "low", "high", "mean", "observed", "ci_low", "ci_high", "n"]
    if grid.score is None or not grid.scored.any():
        return check("evaluation_reliability", pd.DataFrame(columns=columns))
    part = grid.part(grid.scored)
    assert part.score is not None
    score, truth = part.score.ravel(), part.gold.ravel()
    doc = np.repeat(part.doc, len(part.codes))
    rows = []
    for name, mass in (("equal n", None), ("equal hits", score)):
        bins = mass_bins(score, mass=mass)
        for number in range(bins.max() + 1):
            here = bins == number
            hits = np.bincount(doc[here], weights=truth[here] * 1.0, minlength=grid.documents)
            sizes = np.bincount(doc[here], minlength=grid.documents)
            with np.errstate(divide="ignore", invalid="ignore"):
                observed = (weights @ hits) / (weights @ sizes)
            inside = score[here]
            # the mean of equal numbers can lie a rounding step beside them
            mean = float(np.clip(inside.mean(), inside.min(), inside.max()))
            limits = interval(observed, confidence)
            rows.append((name, inside.min(), inside.max(), mean, observed[0], *limits, len(inside)))
    return check("evaluation_reliability", pd.DataFrame(rows, columns=columns))


def _said(codes: list[str], given: np.ndarray, stance: np.ndarray) -> str:
    """What one side gave a unit, such as "listening (breach), community"."""
    parts = [
        codes[place] + (f" ({STANCES[stance[place]]})" if stance[place] >= 0 else "") for place in np.flatnonzero(given)
    ]
    return ", ".join(parts) or NOTHING


def _quotes(grid: Grid, gold: pd.DataFrame, predicted: pd.DataFrame, texts: dict[str, str]) -> list[str | None]:
    known = {
        (doc_id, start, end): quote
        for table in (gold, predicted)
        for doc_id, start, end, quote in table[["doc_id", "start", "end", "quote"]].itertuples(index=False, name=None)
    }
    return [
        texts[doc_id][start:end] if doc_id in texts else known.get((doc_id, start, end))
        for doc_id, start, end in grid.units[["doc_id", "start", "end"]].itertuples(index=False, name=None)
    ]
