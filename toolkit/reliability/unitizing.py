"""Krippendorff's alpha for unitizing: did coders mark the same stretches of text, at the same borders?"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.reliability.stretches import Stretches, crossings, merged, placed, same_weights
from toolkit.reliability.unitizing_chance import expected_disagreement

__all__ = ["ALL", "Disagreement", "u_alpha", "unitizing_disagreement"]

#: The key of the value over all codes.
ALL = "all"


class Disagreement(NamedTuple):
    """Observed and expected disagreement of each sample of documents, shape (R,); 0 and up, lower is better."""

    observed: np.ndarray
    expected: np.ndarray


def u_alpha(
    spans: pd.DataFrame,
    lengths: Mapping[str, int],
    coders: Sequence[str],
    weights: np.ndarray,
    judged: np.ndarray | None = None,
    *,
    run_on: bool = True,
) -> dict[str, np.ndarray]:
    """Unitizing alpha of every code, and of all codes together under "all".

    Parameters
    ----------
    spans : doc_id, start, end (code points, half-open), code, coder: what each coder marked.
    lengths : characters of each document, in the order of the columns of ``weights``: the documents that count;
        spans in others are left out.
    coders : the coders that count, two or more, those who marked nothing included; spans of others are left out.
    weights : (R, documents), see :func:`toolkit.resampling.sample_weights`; row 0 is usually each document once.
    judged : (documents, coders) truth: who went through which document; without it, all through all.
    run_on : what no coder marked runs on over the border of two documents, as in one continuum; see below.

    Returns
    -------
    Code -> (R,): 1 - observed / expected disagreement. 1: the same stretches everywhere; 0: as good as marking
    stretches of these lengths at random; below 0: worse. Higher is better. NaN where nothing could disagree (nobody
    gave the code). The last key is "all": 1 - sum of observed / sum of expected disagreement of the codes.

    What is measured: Krippendorff (2004), Content Analysis, 2nd ed., p. 251-256. Two units of the same code that
    cross differ by the squares of the distances of their starts and of their ends; a unit that lies wholly where the
    other coder marked nothing differs by the square of its length. (The formula of the 1995 paper has an error in
    its expected disagreement and is not used.) Codes are compared one by one: two codes for the same stretch are a
    disagreement in both. Units of one coder and code must not overlap: overlapping ones are merged into one; those
    that only touch stay two.

    Beyond the book's one continuum and coders who all saw everything:

    - Documents stand one after the other in the order of ``lengths``, as one continuum; no unit crosses a border.
      Observed disagreement is a sum over documents. For expected disagreement, gaps run on over borders (``run_on``):
      if they ended there, a unit would fit in too few places, and coders who mark at random would get values well
      below 0 in short posts (tests/benchmarks/agreement_unitizing.py prints them); all others would get too little as
      well. In a bootstrap sample the copies of a document stand side by side. With one document there is no difference.
    - A document that a coder did not judge is missing, not a gap. As in Krippendorff's alpha for missing data (2011),
      every character of every coder who judged it counts alike: a document with m coders enters observed
      disagreement divided by m - 1, and the sum over coders of the characters they judged stands for m x L. What
      fewer than two coders judged is left out. If all judged all, this is the published formula.

    Raises :class:`InputError` for fewer than two coders, a missing column, positions outside a document, a code
    called "all", and wrong shapes.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from toolkit.reliability import u_alpha
    >>> spans = pd.DataFrame({"doc_id": "a", "start": [0, 50, 0, 52], "end": [10, 60, 10, 60], "code": "listening",
    ...     "coder": ["first", "first", "second", "second"]})
    >>> found = u_alpha(spans, {"a": 100}, ["first", "second"], np.ones((1, 1)))
    >>> {code: values.round(2).tolist() for code, values in found.items()}
    {'listening': [0.98], 'all': [0.98]}
    """
    found = unitizing_disagreement(spans, lengths, coders, weights, judged, run_on=run_on)
    repeats = len(weights)
    total = Disagreement(*(sum((part[side] for part in found.values()), np.zeros(repeats)) for side in (0, 1)))
    return {code: _alpha(part) for code, part in {**found, ALL: total}.items()}


def unitizing_disagreement(
    spans: pd.DataFrame,
    lengths: Mapping[str, int],
    coders: Sequence[str],
    weights: np.ndarray,
    judged: np.ndarray | None = None,
    *,
    run_on: bool = True,
) -> dict[str, Disagreement]:
    """Observed and expected disagreement of every code, sorted by code; parameters and errors as in :func:`u_alpha`.

    Krippendorff 2004, p. 253-254: squared characters, as a share of the squared length of the continuum.
    """
    weights = same_weights(weights, len(lengths))
    if (weights % 1).any():
        raise InputError("weights holds fractions; in unitizing alpha a document counts a whole number of times.")
    size = np.array([int(length) for length in lengths.values()], dtype=np.int64)
    seen = _seen(judged, len(lengths), coders)
    coded, codes = _coded(spans, lengths, coders, size)
    # only what at least two coders judged can be compared
    seen &= (seen.sum(1) >= 2)[:, None]
    units = [_of_coder(coded, place, len(size), seen[:, place]) for place in range(len(coders))]
    observed = _observed(units, seen, len(codes))
    length = weights @ (size * seen.any(1))
    judgements = weights @ (size * seen.sum(1))
    found = {}
    for place, code in enumerate(codes):
        own = [part.take(part.group // len(size) == place) for part in units]
        own = [part._replace(group=part.group % len(size)) for part in own]
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = expected_disagreement(own, seen, size, weights, run_on) / length
            found[code] = Disagreement(weights @ observed[place] / (length * judgements), expected)
    return found


def _alpha(part: Disagreement) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(part.expected > 0, 1 - part.observed / part.expected, np.nan)


def _seen(judged: np.ndarray | None, documents: int, coders: Sequence[str]) -> np.ndarray:
    if len(set(coders)) < 2 or len(set(coders)) < len(coders):
        raise InputError(f"unitizing alpha compares two or more different coders: got {', '.join(coders) or 'none'}.")
    seen = np.ones((documents, len(coders)), dtype=bool) if judged is None else np.array(judged, dtype=bool)
    if seen.shape != (documents, len(coders)):
        raise InputError(
            f"judged has the shape {seen.shape}, expected ({documents}, {len(coders)}): documents x coders."
        )
    return seen


def _coded(
    spans: pd.DataFrame, lengths: Mapping[str, int], coders: Sequence[str], size: np.ndarray
) -> tuple[pd.DataFrame, list[str]]:
    """Spans of these coders with their numbers, and the codes, sorted."""
    rows = placed(spans, lengths, ("code", "coder"), "spans")
    outside = (rows["end"].to_numpy() > size[rows["doc"]]) if len(rows) else np.zeros(0, dtype=bool)
    if outside.any():
        bad = rows.iloc[int(outside.argmax())]
        raise InputError(
            f"spans, row {bad['row']}: end {bad['end']} lies outside '{bad['doc_id']}', which has "
            f"{lengths[bad['doc_id']]} characters."
        )
    rows = rows.assign(coder=rows["coder"].map({coder: place for place, coder in enumerate(coders)}))
    rows = rows[rows["coder"].notna()]
    number, codes = pd.factorize(rows["code"], sort=True)
    if ALL in codes:
        raise InputError("a code called 'all' cannot be told from the value over all codes: rename it.")
    return rows.assign(code=number), [str(code) for code in codes]


def _of_coder(coded: pd.DataFrame, coder: int, documents: int, seen: np.ndarray) -> Stretches:
    """What a coder marked in the documents that count, grouped by code x document, overlaps merged."""
    rows = coded[(coded["coder"] == coder).to_numpy() & seen[coded["doc"].to_numpy()]]
    group = rows["code"].to_numpy() * documents + rows["doc"].to_numpy()
    return merged(Stretches(group.astype(np.int64), rows["start"].to_numpy(), rows["end"].to_numpy()))


def _observed(units: list[Stretches], seen: np.ndarray, codes: int) -> np.ndarray:
    """Per code and document: disagreement summed over ordered pairs of coders / (coders - 1), shape (codes, D)."""
    documents = len(seen)
    sums = np.zeros(codes * documents)
    for one, other in combinations(range(len(units)), 2):
        both = seen[:, one] & seen[:, other]
        first, second = (units[place].take(both[units[place].group % documents]) for place in (one, other))
        i, j, _ = crossings(first, second)
        borders = (first.start[i] - second.start[j]) ** 2 + (first.end[i] - second.end[j]) ** 2
        np.add.at(sums, first.group[i], 2.0 * borders)
        for own, met in ((first, i), (second, j)):
            alone = np.ones(len(own.group), dtype=bool)
            alone[met] = False
            np.add.at(sums, own.group[alone], 2.0 * own.length[alone] ** 2)
    return sums.reshape(codes, documents) / np.maximum(seen.sum(1) - 1, 1)
