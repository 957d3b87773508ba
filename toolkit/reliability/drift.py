"""Agreement and habits over time: do coders drift apart, does somebody give more codes later?"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.reliability.blocks import Block
from toolkit.reliability.coded import Coded, document_sums

__all__ = ["CHANGE", "Period", "judged_at", "periods", "rate_periods", "whole_periods"]

#: What the difference of the last period and the first is called in the column ``of``.
CHANGE = "last - first"


class Period(NamedTuple):
    """``rows``: its units, truth (U,). ``untimed``: how many units are in no period, as nobody knows when they were
    judged."""

    name: str
    rows: np.ndarray
    block: Block
    untimed: int


def judged_at(coded: Coded) -> np.ndarray:
    """When each coder judged each unit, seconds (U, m); missing where that cannot be told.

    A unit without a time of its own (judged to take no code, and nobody wrote down when) takes the coder's last one
    in the same document. Times of machines do not count where there are people.
    """
    table = pd.DataFrame(coded.time)
    last = table.groupby(coded.doc).transform("max").to_numpy()
    found = np.where(np.isnan(coded.time), last, coded.time)
    found[~coded.seen] = np.nan
    if coded.people.any():
        found[:, ~coded.people] = np.nan
    return found


def periods(times: np.ndarray, count: int) -> tuple[np.ndarray, list[str]]:
    """Number of the period of each unit (-1 without a time), and what the periods are called, times in UTC.

    As equal in units as can be: units of one and the same time are never split, so that there may be fewer periods.
    """
    timed = np.flatnonzero(np.isfinite(times))
    number = np.full(len(times), -1)
    ranked = np.sort(times[timed])
    # the rank of a time is the middle of all units that bear it
    rank = (np.searchsorted(ranked, times[timed], "left") + np.searchsorted(ranked, times[timed], "right") - 1) / 2
    kinds, number[timed] = np.unique((rank * count // max(1, len(timed))).astype(int), return_inverse=True)
    names = []
    for place in range(len(kinds)):
        own = times[number == place]
        first, last = (pd.Timestamp(side, unit="s").strftime("%Y-%m-%d %H:%M:%S") for side in (own.min(), own.max()))
        names.append(f"{place + 1}: {first} to {last}" if first != last else f"{place + 1}: {first}")
    return number, names


def whole_periods(coded: Coded, block: Callable[[np.ndarray], Block], count: int) -> list[Period]:
    """``block`` of the units of each period, by the time of the later decision on a unit, and last minus first.

    Fewer than two periods: nothing, since there is no time to compare.
    """
    found = judged_at(coded)
    later = np.fmax.reduce(found, axis=1) if found.shape[1] else np.full(len(found), np.nan)
    number, names = periods(later, count)
    if len(names) < 2:
        return []
    untimed = int((number < 0).sum())
    parts = [Period(name, number == place, block(number == place), untimed) for place, name in enumerate(names)]
    return [*parts, _change(parts)]


def rate_periods(coded: Coded, counts: np.ndarray, weights: np.ndarray, coder: int, count: int) -> list[Period]:
    """Codes per unit that one coder gave, by periods of this coder's own time, and last minus first.

    ``counts`` (U, m): codes given to each unit.
    """
    number, names = periods(judged_at(coded)[:, coder], count)
    if len(names) < 2:
        return []
    parts = []
    for place, name in enumerate(names):
        rows = number == place
        sums = weights @ document_sums(
            np.column_stack([counts[:, coder] * rows, rows]).astype(float), coded.doc, coded.documents
        )
        rate = np.divide(sums[:, 0], sums[:, 1], out=np.full(len(weights), np.nan), where=sums[:, 1] > 0)
        untimed = int((coded.seen[:, coder] & (number < 0)).sum())
        parts.append(Period(name, rows, {"codes_per_unit": rate}, untimed))
    return [*parts, _change(parts)]


def _change(parts: list[Period]) -> Period:
    first, last = parts[0], parts[-1]
    block = {measure: last.block[measure] - first.block[measure] for measure in last.block}
    return Period(CHANGE, first.rows | last.rows, block, last.untimed)
