"""Error rates of coders and the likely true labels, without a curator: Dawid & Skene (1979), by EM."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.reliability.ratings import MISSING, Ratings
from toolkit.tables import check

__all__ = ["ErrorRates", "error_table", "estimate_error_rates", "majority_labels", "rating_counts"]


@dataclass(frozen=True, eq=False)
class ErrorRates:
    """What the ratings of U units by m coders with L labels say about units and coders.

    ``posterior`` (U, L): probability of each label, rows sum to 1; NaN where nobody rated the unit.
    ``shares`` (L,): share of each label among the units. ``confusion`` (m, L, L): how often a coder says the second
    label of a unit whose true label is the first, rows sum to 1; NaN where the coder rated nothing of that label.
    ``ratings`` (m, L): on how many ratings that row rests (expected, so not whole). ``log_likelihood`` (rounds,):
    never falls; with smoothing, the logarithm of the prior is in it. ``settled``: the last round changed nothing.
    """

    posterior: np.ndarray
    shares: np.ndarray
    confusion: np.ndarray
    ratings: np.ndarray
    log_likelihood: np.ndarray
    settled: bool


def rating_counts(ratings: Ratings) -> np.ndarray:
    """How often each coder gave each label to each unit, (U, m, L): once, or never where not judged."""
    return (ratings.values[:, :, None] == np.arange(len(ratings.labels))).astype(float)


def majority_labels(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the ratings of each unit that went to each label, and the label with most of them.

    ``counts``: (U, m, L), see :func:`rating_counts`. Returns (U, L), 0 to 1, NaN where nobody rated the unit; and
    (U,), the place of the label, -1 for a tie and where nobody rated.
    """
    counts = _checked(counts)
    votes = counts.sum(1)
    with np.errstate(invalid="ignore"):
        shares = votes / votes.sum(1, keepdims=True)
    most = votes.max(1, keepdims=True)
    clear = ((votes == most).sum(1) == 1) & (most[:, 0] > 0)
    return shares, np.where(clear, votes.argmax(1), MISSING)


def estimate_error_rates(
    counts: np.ndarray, *, smoothing: float = 0.0, rounds: int = 2000, gain: float = 1e-9
) -> ErrorRates:
    """True labels and error rates that make the ratings most likely (Dawid & Skene 1979, Applied Statistics 28, 20-28).

    Parameters
    ----------
    counts : (U, m, L), how often coder k gave label l to unit u; a coder may rate a unit several times, or never.
    smoothing : added to every cell of every coder's table of errors. 0 is the paper's method: what a coder never did
        gets the rate 0, so that with few ratings a single one can make a label certain or impossible. .5 or 1
        softens that.
    rounds, gain : it stops when a round raises the log-likelihood by less than ``gain``, or after so many rounds.

    The method: starting from each unit's shares of ratings (the paper's 3.1), in turn (a) error rates and shares of
    labels from the units' probabilities (2.3, 2.4), and (b) those probabilities from the rates (2.5). It assumes that
    coders err independently of each other given the true label, and alike on all units with that label: units that
    are hard for everybody break that, and make it surer than it should be. It finds the maximum near the majority
    vote, not always the highest. With two coders it cannot know which one is right where they differ: what it says
    there rests on the start and on who gives which label more often, and is no better than a coin. With three, it
    has just enough to go by; trust comes with more.

    Raises :class:`InputError` for wrong shapes, negative counts, fewer than two coders, and no ratings at all.
    """
    from scipy.special import logsumexp

    counts = _checked(counts)
    units, coders, labels = counts.shape
    if coders < 2 or labels < 2:
        raise InputError(f"got {coders} coders and {labels} labels; error rates need two or more of each.")
    if smoothing < 0 or rounds < 1:
        raise InputError(f"got smoothing {smoothing} and rounds {rounds}; expected 0 or more, and 1 or more.")
    flat = counts.reshape(units, coders * labels)
    rated = flat.any(1)
    if not rated.any():
        raise InputError("nobody rated any unit; give the ratings of two or more coders.")
    # units rated alike have the same probabilities: 66,667 units of three coders and two labels are at most 27 kinds,
    # and the order of units cannot matter
    kinds, kind_of, times = _kinds(flat[rated])
    votes = kinds.reshape(-1, coders, labels).sum(1)
    posterior = votes / votes.sum(1, keepdims=True)
    reached: list[float] = []
    while len(reached) < rounds:
        weighted = (posterior * times[:, None]).T
        shares = weighted.sum(1) / times.sum()
        mass = (weighted @ kinds).reshape(labels, coders, labels)
        total = mass.sum(2)
        rates = (mass + smoothing) / np.maximum(total + smoothing * labels, np.finfo(float).tiny)[:, :, None]
        log_rates = _log(rates)
        joint = _log(shares) + kinds @ log_rates.reshape(labels, -1).T
        evidence = logsumexp(joint, axis=1)
        reached.append(float(times @ evidence + smoothing * log_rates.sum()))
        posterior = np.exp(joint - evidence[:, None])
        if len(reached) > 1 and reached[-1] - reached[-2] < gain:
            break
    full = np.full((units, labels), np.nan)
    full[rated] = posterior[kind_of]
    # less than the smallest normal number is nothing: rates out of it would not sum to 1
    known = total + smoothing >= np.finfo(float).tiny
    confusion = np.where(known[:, :, None], rates, np.nan).transpose(1, 0, 2)
    settled = len(reached) > 1 and reached[-1] - reached[-2] < gain
    return ErrorRates(full, shares, confusion, total.T, np.array(reached), settled)


def error_table(found: ErrorRates, coders: Sequence[str], labels: Sequence[str], code: str) -> pd.DataFrame:
    """The error rates as a ``coder_errors`` table: coder, code, true, given, rate (0 to 1), n.

    ``n``: on how many ratings the rates of this coder and true label rest. ``code``: what the labels answer. What a
    coder rated nothing of has no row.
    """
    if found.confusion.shape[:2] != (len(coders), len(labels)):
        raise InputError(
            f"got {len(coders)} coders and {len(labels)} labels, but the rates are of {found.confusion.shape[0]} and "
            f"{found.confusion.shape[1]}."
        )
    who, true, given = np.nonzero(np.isfinite(found.confusion))
    table = pd.DataFrame(
        {
            "coder": np.array(coders, dtype=object)[who],
            "code": code,
            "true": np.array(labels, dtype=object)[true],
            "given": np.array(labels, dtype=object)[given],
            "rate": np.clip(found.confusion[who, true, given], 0, 1),
            "n": found.ratings[who, true],
        }
    )
    return check("coder_errors", table)


def _kinds(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different rows, the place of each row among them, and how often each occurs."""
    base = int(rows.max()) + 1
    # a row of small whole numbers is one number, and numbers sort faster than rows
    if (rows % 1 == 0).all() and rows.shape[1] * np.log2(base) < 62:
        key = rows.astype(np.int64) @ base ** np.arange(rows.shape[1], dtype=np.int64)
        _, first, place, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        return rows[first], place, times
    kinds, place, times = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return kinds, place.ravel(), times


def _log(rates: np.ndarray) -> np.ndarray:
    """Logarithm with a floor instead of minus infinity: e^-708 is nothing beside any other term."""
    return np.log(np.maximum(rates, np.finfo(float).tiny))


def _checked(counts: np.ndarray) -> np.ndarray:
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 3:
        raise InputError(f"counts has the shape {counts.shape}, expected (units, coders, labels).")
    if counts.size and not (counts.min() >= 0 and np.isfinite(counts.sum())):
        raise InputError("counts has a negative or missing number; each says how often a coder gave a label to a unit.")
    return counts
