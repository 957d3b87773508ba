"""Every measure of an evaluation, for the texts at hand and for bootstrap samples of their documents.

A measure is an array over samples: its first value is the measure itself (every document once), the others are those
of the samples, from which its interval comes.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.evaluation.grid import Grid
from toolkit.evaluation.ranking import average_precision, roc_auc
from toolkit.tables import STANCES, check

__all__ = [
    "BINS",
    "MEASURES",
    "Found",
    "code_measures",
    "gap_measures",
    "interval",
    "mass_bins",
    "measure_table",
    "overall_measures",
    "per_document",
    "stance_measures",
]

#: Bins of equal mass for calibration: ten are usual (Guo et al. 2017 take 15 of equal width; Nixon et al. 2019,
#: "Measuring calibration in deep learning", show that equal mass is the less biased choice).
BINS = 10

#: What each measure is; all are 0 to 1 and higher is better, unless it says otherwise.
MEASURES = {
    "precision_micro": "share of the codes given that are right",
    "recall_micro": "share of the gold codes that were found",
    "f1_micro": "2 x hits / (codes given + gold codes), all codes together",
    "precision_macro": "mean precision of the codes that occur in gold; a code never given counts as 0",
    "recall_macro": "mean recall of the codes that occur in gold",
    "f1_macro": "mean F1 of the codes that occur in gold; a code never found counts as 0",
    "mean_average_precision": "mean average precision of the codes that occur in gold",
    "top_1": "share of units with a gold code whose best-scored code is right",
    "top_3": "share of units with a gold code of whose three best-scored codes one is right",
    "any_f1": "F1 of giving any code at all against none",
    "any_auc": "ROC AUC of the best score for any code against none; .5 is chance",
    "brier": "mean squared difference of probability and truth over units x codes; lower is better",
    "ece": f"expected calibration error, {BINS} bins of equally many units x codes; lower is better (no interval: "
    "resampling would overstate it; the reliability table has intervals)",
    "base_rate": "share of units with a gold code; no quality",
    "unsure": "share of units x codes the coder left open; no quality",
    "f1_micro_sure": "micro-F1 without the units x codes that were left open",
    "stance_accuracy_found": "share of right stances among the codes rightly given",
    "stance_f1_macro_found": "mean F1 of the stances that occur in gold, among the codes rightly given",
    "stance_accuracy_gold": "share of gold codes with the right stance; no stance suggested counts as wrong",
    "stance_f1_macro_gold": "mean F1 of the stances that occur in gold, over all gold codes",
    "precision": "share of what was given as this code or stance that is right",
    "recall": "share of the gold units of this code or stance that were given it",
    "f1": "2 x hits / (given + gold)",
    "average_precision": "area under the precision-recall steps of this code's scores",
    "code_recall": "share of the gold codes with this stance that were found, whatever stance was given",
}


class Found(NamedTuple):
    """``values``: the measure, then its value in each bootstrap sample. ``n``: how many things it counts."""

    values: np.ndarray
    n: int


def interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Percentile interval (Efron & Tibshirani 1993, chapter 13); missing without samples."""
    samples = values[1:][~np.isnan(values[1:])]
    if not len(samples) or np.isnan(values[0]):
        return np.nan, np.nan
    tail = (1 - confidence) / 2
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)


def per_document(grid: Grid, values: np.ndarray) -> np.ndarray:
    """Sums per document of an array (U, ...)."""
    sums = np.zeros((grid.documents, *values.shape[1:]))
    np.add.at(sums, grid.doc, values)
    return sums


def overall_measures(
    grid: Grid, weights: np.ndarray, *, negatives: bool = True, probabilities: bool = True
) -> dict[str, Found]:
    """All measures over all codes.

    ``negatives``: the units without any code are known too; ``probabilities``: the scores are meant as such.
    """
    gold, given = int(grid.gold.sum()), int(grid.given.sum())
    hits, wrong, missed = _counts(grid, weights)
    there = grid.gold.any(0)
    found = {
        "precision_micro": Found(_ratio(hits.sum(1), (hits + wrong).sum(1)), given),
        "recall_micro": Found(_ratio(hits.sum(1), (hits + missed).sum(1)), gold),
        "f1_micro": Found(_f1(hits.sum(1), wrong.sum(1), missed.sum(1)), gold),
    }
    occurs = (hits + missed > 0) & there
    for name, value in (
        ("precision_macro", np.nan_to_num(_ratio(hits, hits + wrong))),
        ("recall_macro", _ratio(hits, hits + missed)),
        ("f1_macro", _f1(hits, wrong, missed)),
    ):
        found[name] = Found(_mean(value, occurs), int(there.sum()))
    one = np.stack([grid.gold.any(1), grid.given.any(1)], axis=1)
    both = weights @ per_document(grid, np.stack([one.all(1), one[:, 1] & ~one[:, 0], one[:, 0] & ~one[:, 1]], 1) * 1.0)
    found["any_f1"] = Found(_f1(both[:, 0], both[:, 1], both[:, 2]), int(one[:, 0].sum()))
    if negatives:
        sums = weights @ per_document(grid, np.stack([one[:, 0], np.ones(len(one))], axis=1).astype(float))
        found["base_rate"] = Found(_ratio(sums[:, 0], sums[:, 1]), len(one))
    if grid.score is not None:
        found |= _ranked(grid, weights)
        if probabilities and grid.scored.any():
            found |= _calibration(grid, weights)
    if grid.unsure is not None:
        pairs = weights @ per_document(grid, np.stack([grid.unsure.sum(1), np.full(len(one), len(grid.codes))], 1))
        found["unsure"] = Found(_ratio(pairs[:, 0], pairs[:, 1]), grid.gold.size)
        hits, wrong, missed = (part.sum(1) for part in _counts(grid, weights, ~grid.unsure))
        found["f1_micro_sure"] = Found(_f1(hits, wrong, missed), int((grid.gold & ~grid.unsure).sum()))
    for basis in ("found", "gold"):
        table = _stances(grid, weights, basis)
        n = int(table[0].sum())
        if n and (grid.stance >= 0).any():
            right, of_gold = np.diagonal(table, axis1=1, axis2=2).sum(1), table.sum((1, 2))
            found[f"stance_accuracy_{basis}"] = Found(_ratio(right, of_gold), n)
            f1, occurs = _stance_f1(table)
            found[f"stance_f1_macro_{basis}"] = Found(_mean(f1, occurs & occurs[0]), n)
    return found


def code_measures(grid: Grid, weights: np.ndarray, *, negatives: bool = True) -> Iterator[tuple[str, str, Found]]:
    """Measure, code and value, for every code that occurs in gold or was given."""
    hits, wrong, missed = _counts(grid, weights)
    sizes = weights @ per_document(grid, np.ones(len(grid.doc)))
    for column, code in enumerate(grid.codes):
        gold, given = int(grid.gold[:, column].sum()), int(grid.given[:, column].sum())
        if not gold and not given:
            continue
        right, extra, lost = hits[:, column], wrong[:, column], missed[:, column]
        yield "precision", code, Found(_ratio(right, right + extra), given)
        yield "recall", code, Found(_ratio(right, right + lost), gold)
        yield "f1", code, Found(_f1(right, extra, lost), gold)
        if grid.score is not None and gold:
            yield (
                "average_precision",
                code,
                Found(average_precision(weights, grid.doc, grid.score[:, column], grid.gold[:, column]), gold),
            )
        if negatives:
            yield "base_rate", code, Found(_ratio(right + lost, sizes), len(grid.doc))


def stance_measures(grid: Grid, weights: np.ndarray) -> Iterator[tuple[str, str, Found]]:
    """Measure, stance and value over all gold codes, and the recall of codes by the stance they have in gold."""
    table = _stances(grid, weights, "gold")
    suggested = (grid.stance >= 0).any()
    for place, stance in enumerate(STANCES):
        here = grid.gold & (grid.gold_stance == place)
        n = int(here.sum())
        right, given, gold = table[:, place, place], table[:, :, place].sum(1), table[:, place].sum(1)
        if suggested and (n or given[0]):
            yield "precision", stance, Found(_ratio(right, given), int(given[0]))
            yield "recall", stance, Found(_ratio(right, gold), n)
            yield "f1", stance, Found(_f1(right, given - right, gold - right), n)
        if n:
            sums = weights @ per_document(grid, np.stack([(here & grid.given).sum(1), here.sum(1)], axis=1))
            yield "code_recall", stance, Found(_ratio(sums[:, 0], sums[:, 1]), n)


def gap_measures(by_lang: dict[str, dict[str, Found]]) -> Iterator[tuple[str, str, Found]]:
    """Measure, "es-it" and the first language's value minus the second's; 0 is no gap. ``n``: of the smaller one."""
    langs = sorted(by_lang)
    for number, first in enumerate(langs):
        for second in langs[number + 1 :]:
            for name, found in by_lang[first].items():
                other = by_lang[second].get(name)
                if other is not None:
                    yield name, f"{first}-{second}", Found(found.values - other.values, min(found.n, other.n))


def measure_table(rows: list[tuple[str, str, str, Found]], confidence: float) -> pd.DataFrame:
    """The evaluation_measures table of measure, scope, of and value."""
    columns = ["measure", "scope", "of", "value", "ci_low", "ci_high", "n"]
    cells = [
        (name, scope, of, found.values[0], *interval(found.values, confidence), found.n)
        for name, scope, of, found in rows
    ]
    return check("evaluation_measures", pd.DataFrame(cells, columns=columns))


def mass_bins(values: np.ndarray, bins: int = BINS, mass: np.ndarray | None = None) -> np.ndarray:
    """The number of the bin of each value, 0 upwards, bins holding the same ``mass`` (by default: as many values).

    Equal values share the bin of the lowest of them, so that there may be fewer bins.

    >>> mass_bins(np.array([0.9, 0.1, 0.5, 0.1]), bins=2).tolist()
    [1, 0, 1, 0]
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    weight = np.ones(len(values)) if mass is None else mass[order]
    below = np.concatenate([[0.0], np.cumsum(weight)[:-1]])
    number = np.minimum(np.floor(below * bins / max(weight.sum(), 1e-12) + 1e-9), bins - 1).astype(np.int64)
    first = np.searchsorted(ranked, values, side="left")
    return np.unique(number[first], return_inverse=True)[1]


def _ranked(grid: Grid, weights: np.ndarray) -> dict[str, Found]:
    assert grid.score is not None
    columns = np.flatnonzero(grid.gold.any(0))
    bar = tqdm(columns, desc="ranking", unit=" codes", delay=2, leave=False, disable=None)
    precisions = [average_precision(weights, grid.doc, grid.score[:, c], grid.gold[:, c]) for c in bar]
    found = {}
    if precisions:
        values = np.stack(precisions, axis=1)
        found["mean_average_precision"] = Found(_mean(values, ~np.isnan(values)), len(columns))
    coded = np.asarray(grid.gold.any(1))
    # equal scores: the codebook's order decides, as it would for a reader
    best = np.argsort(-grid.score, axis=1, kind="stable")
    for top in (1, 3):
        right = np.take_along_axis(grid.gold, best[:, :top], axis=1).any(1)
        sums = weights @ per_document(grid, np.stack([right & coded, coded], axis=1).astype(float))
        found[f"top_{top}"] = Found(_ratio(sums[:, 0], sums[:, 1]), int(coded.sum()))
    found["any_auc"] = Found(roc_auc(weights, grid.doc, grid.score.max(1), coded), len(coded))
    return found


def _calibration(grid: Grid, weights: np.ndarray) -> dict[str, Found]:
    """Brier score and expected calibration error of the units that have scores; the bins are those of all units."""
    assert grid.score is not None
    part = grid.part(grid.scored)
    assert part.score is not None
    squares = weights @ per_document(
        part, np.stack([((part.score - part.gold) ** 2).sum(1), np.full(len(part.doc), len(part.codes))], axis=1)
    )
    bins = mass_bins(part.score.ravel())
    pairs = np.zeros((part.documents, bins.max() + 1))
    np.add.at(pairs, (np.repeat(part.doc, len(part.codes)), bins), (part.score - part.gold).ravel())
    n = int(part.gold.size)
    error = np.full(len(weights), np.nan)
    # no samples: chance deviations of the bins only ever add to it, so that resampling would overstate it
    error[0] = np.abs(pairs.sum(0)).sum() / n
    return {"brier": Found(_ratio(squares[:, 0], squares[:, 1]), n), "ece": Found(error, n)}


def _counts(grid: Grid, weights: np.ndarray, where: np.ndarray | None = None) -> list[np.ndarray]:
    """Hits, wrongly given and missed per sample and code, three arrays (R, C)."""
    where = np.ones_like(grid.gold) if where is None else where
    kinds = (grid.gold & grid.given, grid.given & ~grid.gold, grid.gold & ~grid.given)
    return [weights @ per_document(grid, (kind & where).astype(float)) for kind in kinds]


def _stances(grid: Grid, weights: np.ndarray, basis: str) -> np.ndarray:
    """Gold stance x stance given (last: none) per sample, shape (R, 4, 5), over gold codes with a stance."""
    where = grid.gold & (grid.gold_stance >= 0)
    if basis == "found":
        where &= grid.given
    row, column = np.nonzero(where)
    gold, given = grid.gold_stance[row, column], grid.stance[row, column]
    table = np.zeros((grid.documents, len(STANCES), len(STANCES) + 1))
    np.add.at(table, (grid.doc[row], gold, np.where(given < 0, len(STANCES), given)), 1.0)
    return np.tensordot(weights, table, axes=1)


def _stance_f1(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    right = np.diagonal(table, axis1=1, axis2=2)
    gold, given = table.sum(2), table[:, :, : len(STANCES)].sum(1)
    return _f1(right, given - right, gold - right), gold > 0


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _f1(hits: np.ndarray, wrong: np.ndarray, missed: np.ndarray) -> np.ndarray:
    return _ratio(2 * hits, 2 * hits + wrong + missed)


def _mean(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Mean over columns where ``where``; missing where there is none."""
    return _ratio(np.where(where, values, 0.0).sum(1), where.sum(1))
