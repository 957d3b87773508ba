"""Means and intervals of scores over runs and folds."""

import numpy as np
import pandas as pd

from toolkit.errors import InputError

__all__ = ["MEASURES", "checked_runs", "jackknife_error", "summary"]

#: Every measure, and whether more is better.
MEASURES = {
    "heldout": True,
    "perplexity": False,
    "npmi": True,
    "c_v": True,
    "exclusivity": True,
    "diversity": True,
    "stability": True,
}
#: What each can be at all: no interval goes beyond it.
_RANGES = {
    "heldout": (-np.inf, 0),
    "perplexity": (1, np.inf),
    "npmi": (-1, 1),
    "c_v": (-1, 1),
    "exclusivity": (0, 1),
    "diversity": (0, 1),
    "stability": (0, 1),
}


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """One row per k and measure, from the single values in ``Selection.runs``.

    Columns: k, 1 for the one topic that heldout and perplexity are compared with; measure; value, the mean over runs
    (heldout, perplexity: over folds; stability: over pairs of runs); low, high, its 95 % interval by Student's t
    over the n runs or folds (stability: jackknife over runs, because pairs share runs), nan for fewer than two, for
    stability fewer than three; n, runs or folds with a value; left_out, topics (heldout, perplexity: documents)
    without a value in all of them together. Folds share most of their training texts: the intervals of heldout say
    how much texts differ, and are an approximation.

    >>> import pandas as pd
    >>> from toolkit.topics.selection import summary
    >>> rows = [(2, "npmi", 0, 0, 0.1, 0), (2, "npmi", 1, 0, 0.3, 0), (3, "npmi", 0, 0, 0.2, 1)]
    >>> summary(pd.DataFrame(rows, columns=["k", "measure", "run", "other", "value", "left_out"])).round(2)
       k measure  value  low  high  n  left_out
    0  2    npmi    0.2 -1.0   1.0  2         0
    1  3    npmi    0.2  NaN   NaN  1         1
    """
    from scipy.stats import t

    rows = []
    for (k, measure), part in checked_runs(runs).groupby(["k", "measure"], sort=False):
        known = part[part["value"].notna()]
        values = known["value"].to_numpy(dtype=float)
        n = len(set(known["run"]) | (set(known["other"]) - {0}))
        mean = float(values.mean()) if len(values) else float("nan")
        error = float("nan")
        if measure == "stability":
            error = jackknife_error(known)
        elif n > 1:
            error = float(values.std(ddof=1) / np.sqrt(n))
        reach = error * float(t.ppf(0.975, max(n - 1, 1)))
        bounds = np.clip([mean - reach, mean + reach], *_RANGES[str(measure)])
        rows.append((k, measure, mean, *bounds.tolist(), n, int(part["left_out"].sum())))
    return pd.DataFrame(rows, columns=["k", "measure", "value", "low", "high", "n", "left_out"])


def jackknife_error(pairs: pd.DataFrame) -> float:
    """Standard error of the mean over pairs of runs: jackknife over runs (Efron & Stein 1981); nan below 3 runs."""
    runs = sorted(set(pairs["run"]) | set(pairs["other"]))
    if len(runs) < 3:
        return float("nan")
    without = np.array(
        [pairs.loc[(pairs["run"] != run) & (pairs["other"] != run), "value"].mean() for run in runs], dtype=float
    )
    return float(np.sqrt((len(runs) - 1) / len(runs) * ((without - without.mean()) ** 2).sum()))


def checked_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """The table of single values, sorted, or :class:`InputError` saying what it lacks."""
    wanted = ["k", "measure", "run", "other", "value", "left_out"]
    absent = [column for column in wanted if column not in runs]
    if absent:
        raise InputError(f"runs: the column '{absent[0]}' is missing; give the table 'runs' of select_k.")
    if runs.empty:
        raise InputError("runs: the table is empty; give the table 'runs' of select_k.")
    unknown = sorted(set(runs["measure"]) - set(MEASURES))
    if unknown:
        raise InputError(f"runs: unknown measure '{unknown[0]}'; known are {', '.join(MEASURES)}.")
    order = {measure: place for place, measure in enumerate(MEASURES)}
    table = runs.assign(_order=runs["measure"].map(order))
    table = table.sort_values(["k", "_order", "run", "other"], kind="stable")
    return table[wanted].reset_index(drop=True)
