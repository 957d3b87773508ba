"""How far people agree with each other, and the machine with each of them, in the measures of an evaluation."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.evaluation.baselines import COMPARED, comparison_table
from toolkit.evaluation.checks import SPAN
from toolkit.evaluation.grid import Places
from toolkit.evaluation.result import evaluate

__all__ = ["human_agreement"]


def human_agreement(
    annotations: pd.DataFrame,
    codebook: Codebook,
    *,
    predicted: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    units: pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
    posts: pd.DataFrame | None = None,
    across_versions: bool = False,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Every pair of people, and the machine against each, in the measures of :func:`evaluate`.

    ``annotations`` holds two or more coders. ``units``: what all of them judged, or a dict of what each coder (and the
    machine, by the name in its annotations) judged: units that both of a pair judged count. Without it only documents
    in which both gave a code can count. Micro-F1 is the same both ways; precision and recall change places. Returned:
    the evaluation_comparison table, ``gold`` being the coder that the other one is measured against. An adjudicated
    coding agrees with its coders by its making.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.evaluation import human_agreement
    >>> rows = [("first", "a", 0, "listening"), ("first", "b", 0, "talking"), ("second", "a", 0, "listening")]
    >>> given = pd.DataFrame(rows, columns=["coder", "doc_id", "start", "code"])
    >>> given = given.assign(end=8, quote="Escuchan", codebook="groundswell", kind="human")
    >>> units = pd.DataFrame({"doc_id": ["a", "b"], "start": 0, "end": 8})
    >>> table = human_agreement(given, load_codebook("groundswell"), units=units, repeats=100)
    >>> table[table["measure"] == "f1_micro"].iloc[:, :5]
         gold   coder   measure     value  ci_low
    2   first  second  f1_micro  0.666667     0.0
    7  second   first  f1_micro  0.666667     0.0
    """
    coders = {str(who): part for who, part in annotations.groupby("coder", sort=True)}
    others: dict[str, tuple[pd.DataFrame, pd.DataFrame | None]] = {who: (part, None) for who, part in coders.items()}
    if predicted is not None and len(predicted):
        others[str(predicted["coder"].iloc[0])] = (predicted, scores)
    rows: list[tuple[object, ...]] = []
    for gold, part in coders.items():
        for name, (other, own) in others.items():
            both = _both_judged(units, gold, name)
            truth, given = (_on(both, units, who, table) for who, table in ((gold, part), (name, other)))
            there = set(truth["doc_id"]) & (set(given["doc_id"]) if both is None else set(both["doc_id"]))
            if name == gold or not there:
                continue
            table = evaluate(
                truth, given, codebook, scores=own, units=both, posts=posts,
                documents="common" if both is None else "gold", across_versions=across_versions, repeats=repeats,
                confidence=confidence, most_errors=0, seed=seed,
            ).measures  # fmt: skip
            table = table[(table["scope"] == "all") & table["measure"].isin(COMPARED)]
            rows.extend(
                (gold, name, *row, np.nan, np.nan, np.nan)
                for row in table[["measure", "value", "ci_low", "ci_high", "n"]].itertuples(index=False, name=None)
            )
    return comparison_table(rows)


def _on(
    both: pd.DataFrame | None, units: pd.DataFrame | Mapping[str, pd.DataFrame] | None, who: str, given: pd.DataFrame
) -> pd.DataFrame:
    """What a coder gave, without what belongs to units that the other one did not judge."""
    own = units.get(who) if isinstance(units, Mapping) else None
    if own is None or both is None:
        return given
    spans, common = (list(zip(*(table[column].tolist() for column in SPAN), strict=True)) for table in (own, both))
    places, shared = Places(spans), set(common)
    found = (places.find(span)[0] for span in zip(*(given[column].tolist() for column in SPAN), strict=True))
    return given[np.array([row < 0 or spans[row] in shared for row in found], dtype=bool)]


def _both_judged(
    units: pd.DataFrame | Mapping[str, pd.DataFrame] | None, first: str, second: str
) -> pd.DataFrame | None:
    """The units that two coders judged; a coder without units of its own judged all of the other's."""
    if units is None or isinstance(units, pd.DataFrame):
        return units
    one, other = units.get(first), units.get(second)
    if one is None or other is None:
        return one if other is None else other
    return one.merge(other[SPAN].drop_duplicates(), on=SPAN)
