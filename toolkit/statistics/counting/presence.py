"""Which occurrences count where a term is there or not: shares of themes above 0."""

import numpy as np

from toolkit.errors import InputError
from toolkit.statistics.counting.counted import Layer

__all__ = ["present"]


def present(function: str, layer: Layer) -> np.ndarray:
    """Of each occurrence of a layer whether it is one, (occurrences,) of truth: a share of 0 is none.

    Raises :class:`InputError`, for ``function``, where every place has a share of every theme, as topic models give
    them: all themes would then be everywhere.
    """
    if layer.weight is None:
        return np.ones(len(layer.place), dtype=bool)
    there = layer.weight > 0
    if len(layer.terms) > 1 and np.count_nonzero(there) == len(layer.doc) * len(layer.terms):
        raise InputError(
            f"{function}: every passage has a share of every theme; set the small ones to 0 before count_themes, as in "
            "shares.assign(share=shares['share'].where(shares['share'] >= 0.2, 0))."
        )
    return there
