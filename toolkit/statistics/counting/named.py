"""Terms that a user names, found among what was counted."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.statistics.counting.counted import Layer
from toolkit.statistics.counting.token_index import fold_form

__all__ = ["named_terms"]


def named_terms(
    function: str, unit: str, layers: Sequence[Layer], terms: str | Sequence[str], hint: str = ""
) -> list[np.ndarray]:
    """The places of named terms in ``Layer.terms``, for each layer, in the order named and without the ones it lacks.

    A term is looked for as it is written; then as forms are folded (:func:`fold_form`), so that capitals, the kind of
    apostrophe and the way an accent is written play no part; and then among the terms of the layer folded alike, of
    which it can be several.

    Raises :class:`InputError`, for ``function``, where there are no terms, for what is no text, and for a term that no
    layer has; ``hint`` is a sentence more for that.
    """
    # no set: its order would be that of hashes
    several = isinstance(terms, Sequence | np.ndarray | pd.Series | pd.Index)
    names: list[Any] = list(terms) if several and not isinstance(terms, str | bytes) else [terms]
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"{function}: got the terms {str(terms)[:60]}, expected one {unit} or a list of several.")
    found = []
    known: set[str] = set()
    for layer in layers:
        folded: dict[str, list[int]] = {}
        here = []
        for name in names:
            places = _as_written(layer.terms, (name, fold_form(name)))
            if not places:
                folded = folded or _folded(layer.terms)
                places = folded.get(fold_form(name), [])
            here += places
            known |= {name} if places else set()
        found.append(np.array(list(dict.fromkeys(here)), dtype=np.int64))
    for name in (name for name in names if name not in known):
        raise InputError(f"{function}: no {unit} '{name[:60]}' occurs; {_nearest(name, layers)}{hint}")
    return found


def _as_written(terms: np.ndarray, written: Sequence[str]) -> list[int]:
    """The place of the first of these that is there."""
    for one in written:
        place = int(np.searchsorted(terms, one)) if len(terms) else 0
        if place < len(terms) and terms[place] == one:
            return [place]
    return []


def _folded(terms: np.ndarray) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        places.setdefault(fold_form(term), []).append(place)
    return places


def _nearest(name: str, layers: Sequence[Layer]) -> str:
    # of a whole vocabulary only what begins alike: the rest takes seconds and is never near
    low = fold_form(name)
    alike = {term for layer in layers for term in layer.terms if fold_form(term[:1]) == low[:1]}
    near = get_close_matches(low, sorted(alike), n=1)
    return f"did you mean '{near[0]}'?" if near else "see the list of frequencies for what does."
