"""Sensitivity and specificity of a coder by language and code, from counts or from single units of coded texts."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError

__all__ = ["CoderErrors", "coder_errors"]

_COUNTS, _UNITS = ("tp", "fp", "fn", "tn"), ("doc_id", "lang", "code", "gold", "predicted")


class CoderErrors(NamedTuple):
    """Errors of one language and code.

    ``sensitivity``, ``specificity``: 0-1, missing without units; ``positives``, ``negatives``: units with and without
    the code in the coded texts; ``effects``: design effects of the two rates (1 or more: how many times fewer
    independent units these are worth, since units of one post are alike).
    """

    sensitivity: float
    specificity: float
    positives: int
    negatives: int
    effects: tuple[float, float] = (1.0, 1.0)

    def draw(self, repeats: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Sensitivities and specificities that these units are compatible with: samples of Jeffreys' posterior."""
        drawn = []
        for rate, units, effect in zip(self[:2], self[2:4], self.effects, strict=True):
            worth = units / effect
            hits = 0.0 if np.isnan(rate) else rate * worth
            drawn.append(random.beta(hits + 0.5, max(worth - hits, 0.0) + 0.5, size=repeats))
        return drawn[0], drawn[1]


def coder_errors(errors: pd.DataFrame) -> dict[tuple[str, str], CoderErrors]:
    """The errors by (lang, code); ``errors`` as in :func:`toolkit.principles.adjusted_shares`."""
    if {"gold", "predicted"} <= set(errors.columns):
        return _of_units(errors)
    for column in ("lang", "code", *_COUNTS):
        if column not in errors:
            raise InputError(
                f"errors: the column '{column}' is missing; give lang, code, {', '.join(_COUNTS)}, "
                f"or one row per unit with {', '.join(_UNITS)}."
            )
    double = errors.duplicated(["lang", "code"])
    if double.any():
        row = errors[double].iloc[0]
        raise InputError(f"errors: language '{row['lang']}' and code '{row['code']}' stand there twice; add them up.")
    found = {}
    for number, row in enumerate(errors.to_dict("records"), 1):
        counts = []
        for column in _COUNTS:
            value = pd.to_numeric(row[column], errors="coerce")
            if not 0 <= value < float("inf") or value != round(value):
                raise InputError(
                    f"errors, row {number}, column '{column}': got {row[column]!r}, expected a whole number from 0."
                )
            counts.append(int(value))
        tp, fp, fn, tn = counts
        found[str(row["lang"]), str(row["code"])] = CoderErrors(_rate(tp, fn), _rate(tn, fp), tp + fn, tn + fp)
    return found


def _of_units(units: pd.DataFrame) -> dict[tuple[str, str], CoderErrors]:
    for column in _UNITS:
        if column not in units:
            raise InputError(f"errors: the column '{column}' is missing; one row per unit needs {', '.join(_UNITS)}.")
        bad = units[column].isna() if column in _UNITS[:3] else ~units[column].isin([True, False])
        if bad.any():
            row = int(bad.to_numpy().argmax())
            wanted = "a value" if column in _UNITS[:3] else "true or false"
            raise InputError(
                f"errors, row {row + 1}, column '{column}': got {units[column].iloc[row]!r}, expected {wanted}."
            )
    found = {}
    for (lang, code), own in units.groupby(["lang", "code"], sort=True):
        gold, predicted = own["gold"].to_numpy(dtype=bool), own["predicted"].to_numpy(dtype=bool)
        doc_ids = own["doc_id"].to_numpy(dtype=object)
        rates, effects = [], []
        for among, right in ((gold, predicted), (~gold, ~predicted)):
            rates.append(_rate(int(right[among].sum()), int((~right[among]).sum())))
            effects.append(_design_effect(right[among].astype(float), doc_ids[among]))
        found[str(lang), str(code)] = CoderErrors(
            rates[0], rates[1], int(gold.sum()), int((~gold).sum()), (effects[0], effects[1])
        )
    return found


def _rate(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else float("nan")


def _design_effect(right: np.ndarray, doc_ids: np.ndarray) -> float:
    """How much larger the variance of a rate is than that of independent units (Rao & Scott 1992, section 2); 1 at
    least, and 1 where posts cannot be compared."""
    posts, place = np.unique(doc_ids, return_inverse=True)
    rate = right.mean() if len(right) else 0.0
    if len(posts) < 2 or rate in (0.0, 1.0):
        return 1.0
    sizes = np.bincount(place)
    residuals = np.bincount(place, weights=right) - sizes * rate
    variance = len(posts) / (len(posts) - 1) * (residuals**2).sum() / len(right) ** 2
    return max(1.0, float(variance / (rate * (1 - rate) / len(right))))
