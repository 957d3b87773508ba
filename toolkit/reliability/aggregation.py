"""Several codings made one without a curator: by majority, or weighing coders by their errors (Dawid & Skene)."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.errors import InputError, suggestion
from toolkit.printable import counted
from toolkit.reliability.coded import NONE, Coded
from toolkit.reliability.error_rates import ErrorRates, error_table, estimate_error_rates
from toolkit.reliability.units import code_units
from toolkit.tables import STANCES, check, empty

__all__ = ["ANY", "Aggregation", "Labels", "Unit", "dawid_skene", "majority"]

Labels = Literal["multiple", "single"]
Unit = Literal["sentence", "document"]
#: Stands for the code in ``coder_errors`` where a unit has one label, so that there is one question only.
ANY = "(any)"
_YES, _NO = "yes", "no"
#: Coders of a unit from which a majority says something of each of them: of two, it is what they agree on, and nobody
#: errs; of one, it is that coder.
_FEWEST = 3

#: Counts (U, m, L) of one question to: probability of each label, which one was decided (both (U, L)), error rates.
_Decide = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, ErrorRates]]


class Aggregation(NamedTuple):
    """``aggregated`` and ``coder_errors``: tables of these contracts. ``notes``: what to read before using them.

    In ``aggregated`` a row is a unit and a code; ``coders``: how many judged the unit. In ``coder_errors`` true and
    given are "yes" and "no" to the code or, with one label per unit, the labels (code "(any)", no code "(none)");
    ``n``: on how many judgements the rates of this coder and true label rest.

    >>> import pandas as pd
    >>> from toolkit.reliability import majority
    >>> rows = [("first", 0), ("second", 0), ("third", 9)]
    >>> given = pd.DataFrame(rows, columns=["coder", "start"])
    >>> given = given.assign(doc_id="a", end=given["start"] + 8, quote="Escuchan", codebook="groundswell",
    ...     code="talking", kind="human")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "second", "third")
    ...     for start in (0, 9)], columns=["coder", "doc_id", "start", "end"])
    >>> found = majority(given, judged)
    >>> found.aggregated["decided"].tolist(), len(found.notes)
    ([True, False], 0)
    >>> found.coder_errors.query("coder == 'third'")[["coder", "true", "given", "rate", "n"]]
        coder true given  rate    n
    8   third   no    no   0.0  1.0
    9   third   no   yes   1.0  1.0
    10  third  yes    no   1.0  1.0
    11  third  yes   yes   0.0  1.0
    """

    aggregated: pd.DataFrame
    coder_errors: pd.DataFrame
    notes: tuple[str, ...]


def majority(
    annotations: pd.DataFrame,
    judged: pd.DataFrame | None = None,
    codes: Sequence[str] | None = None,
    *,
    unit: Unit = "sentence",
    labels: Labels = "multiple",
    every: bool = False,
) -> Aggregation:
    """What most coders who judged a unit say.

    Parameters
    ----------
    annotations : an ``annotations`` table of one codebook with the coders to be put together (leave a curator out).
    judged : a ``judged`` table, who went through which unit: a coder who judged a unit and did not give a code said
        no to it. Without it, a coder judged what anybody coded in the documents where this coder gave a code.
    codes : the codes of the codebook, for their order and to refuse others; without it those that occur, sorted.
    unit : "sentence": the judged spans (a coding beside them goes to the one it shares most characters with, as in
        the agreement table); "document": whole documents, with all codes of their spans.
    labels : "multiple": every code is a question of its own. "single": each unit has one code or none.
    every : rows for all units x codes, not only for codes that a coder gave or that were decided.

    Returns
    -------
    An :class:`Aggregation`. ``probability``: share of the coders who judged the unit that gave the code, 0 to 1;
    ``decided``: more than half of them (for "single": more than any other label, no code included). A tie is not
    decided. Of a unit that one coder judged, what that coder gave is decided with probability 1: one of one; ``coders``
    tells these units, and a note counts them. ``stance`` of a decided code: the most frequent one among those who gave
    the code, missing for a tie; ``stance_probability``: its share of the stances given. ``coder_errors`` are counted
    against the decisions on units that three or more coders judged, ties left out; without such units there are none.
    They flatter, since each coder is part of the majority, the more so the fewer coders there are.

    Raises :class:`InputError` for fewer than two coders, an unknown code, several codebooks, a coder without anything
    judged, and (for "single") two codes of one coder on one unit.

    >>> import pandas as pd
    >>> from toolkit.reliability import majority
    >>> rows = [("first", 0, "listening"), ("second", 0, "listening"), ("third", 0, "talking"), ("third", 9, "talking")]
    >>> given = pd.DataFrame(rows, columns=["coder", "start", "code"])
    >>> given = given.assign(doc_id="a", end=given["start"] + 8, quote="Escuchan", codebook="groundswell", kind="human")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "second", "third")
    ...     for start in (0, 9)], columns=["coder", "doc_id", "start", "end"])
    >>> majority(given, judged).aggregated[["start", "code", "probability", "decided", "coders"]].round(2)
       start       code  probability  decided  coders
    0      0  listening         0.67     True       3
    1      0    talking         0.33    False       3
    2      9    talking         0.33    False       3
    """
    coded = _coded(annotations, judged, codes, unit, labels)
    ties = 0

    def vote(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, ErrorRates]:
        nonlocal ties
        votes = counts.sum(1)
        shares = votes / votes.sum(1, keepdims=True)
        decided = _only_highest(votes)
        ties += int((~decided.any(1)).sum())
        enough = votes.sum(1) >= _FEWEST
        mass = np.einsum("ut,ukl->ktl", decided[enough].astype(float), counts[enough])
        with np.errstate(invalid="ignore"):
            rates = mass / mass.sum(2, keepdims=True)
        return shares, decided, ErrorRates(shares, shares.mean(0), rates, mass.sum(2), np.zeros(0), True)

    found = _aggregation(coded, labels, every, vote)
    notes = [*found.notes, *_alone(coded), *_rates_rest_on(coded)]
    if ties:
        what = counted(ties, "unit") if labels == "single" else f"{counted(ties, 'question')} (a unit and a code)"
        notes.append(f"{what} ended in a tie and {'was' if ties == 1 else 'were'} not decided")
    return found._replace(notes=tuple(notes))


def dawid_skene(
    annotations: pd.DataFrame,
    judged: pd.DataFrame | None = None,
    codes: Sequence[str] | None = None,
    *,
    unit: Unit = "sentence",
    labels: Labels = "multiple",
    smoothing: float = 0.0,
    every: bool = False,
) -> Aggregation:
    """What is likely true, given how often each coder errs; the error rates come from the same codings.

    The method, what it assumes, where it fails, and ``smoothing``: see ``estimate_error_rates`` in
    ``toolkit.reliability.error_rates``. With two coders it is no better than a coin where they differ. The other
    parameters, the result and the errors are those of :func:`majority`, except:

    ``probability``: posterior probability of the code on the unit, 0 to 1; ``decided``: more than .5 (for "single":
    the most probable label). The stance is the most frequent one, as there: the stances of one code are too few for
    error rates of their own. ``notes`` say where the estimates should not be trusted, and how many codes that all
    coders of a unit gave were overruled: the model may hold a code for an error that all of them make.

    >>> import pandas as pd
    >>> from toolkit.reliability import dawid_skene
    >>> rows = [("first", 0), ("first", 9), ("second", 0), ("second", 9), ("third", 0), ("third", 18)]
    >>> given = pd.DataFrame(rows, columns=["coder", "start"])
    >>> given = given.assign(doc_id="a", end=given["start"] + 8, quote="Escuchan", codebook="groundswell",
    ...     code="talking", kind="human")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "second", "third")
    ...     for start in (0, 9, 18, 27)], columns=["coder", "doc_id", "start", "end"])
    >>> dawid_skene(given, judged).aggregated[["start", "code", "decided", "coders"]]
       start     code  decided  coders
    0      0  talking     True       3
    1      9  talking     True       3
    2     18  talking    False       3
    """
    coded = _coded(annotations, judged, codes, unit, labels)
    fits: list[ErrorRates] = []

    def fit(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, ErrorRates]:
        found = estimate_error_rates(counts, smoothing=smoothing)
        fits.append(found)
        return found.posterior, _only_highest(found.posterior), found

    found = _aggregation(coded, labels, every, fit)
    return found._replace(notes=(*found.notes, *_alone(coded), *_doubts(coded, labels, fits, found.aggregated)))


def _only_highest(values: np.ndarray) -> np.ndarray:
    """The highest value of each row if no other equals it, truth."""
    highest = values == values.max(1, keepdims=True)
    return highest & (highest.sum(1, keepdims=True) == 1)


def _coded(
    annotations: pd.DataFrame, judged: pd.DataFrame | None, codes: Sequence[str] | None, unit: Unit, labels: Labels
) -> Coded:
    for name, got, allowed in (("unit", unit, get_args(Unit)), ("labels", labels, get_args(Labels))):
        if got not in allowed:
            raise InputError(f"{name}: got '{got}'; {suggestion(str(got), allowed)}")
    annotations = check("annotations", annotations)
    judged = None if judged is None else check("judged", judged)
    books = sorted(set(annotations["codebook"]))
    if len(books) > 1:
        raise InputError(f"the annotations are of several codebooks ({', '.join(books)}); put one together at a time.")
    coded = code_units(annotations, judged, unit=unit, single=labels == "single", codes=codes, langs=None)
    if len(coded.coders) < 2:
        who = f"one coder, {coded.coders[0]}" if coded.coders else "nobody"
        raise InputError(f"the codings are by {who}; two or more coders can be put together.")
    return coded.part(np.any(coded.seen, axis=1, keepdims=True)[:, 0])


def _aggregation(coded: Coded, labels: Labels, every: bool, decide: _Decide) -> Aggregation:
    """Every question decided, and the two tables."""
    given, seen = coded.given, coded.seen
    probability = np.zeros((len(seen), len(coded.codes)))
    decided = np.zeros(probability.shape, dtype=bool)
    errors = []
    if labels == "single":
        none = seen & ~given.any(2)
        shares, chosen, found = decide(np.concatenate([given, none[:, :, None]], axis=2).astype(float))
        probability, decided = shares[:, :-1], chosen[:, :-1]
        errors.append(error_table(found, coded.coders, [*coded.codes, NONE], ANY))
    else:
        bar = tqdm(coded.codes, desc="putting together", unit=" codes", delay=2, leave=False, disable=None)
        for place, code in enumerate(bar):
            yes = given[:, :, place]
            shares, chosen, found = decide(np.stack([seen & ~yes, yes], axis=2).astype(float))
            probability[:, place], decided[:, place] = shares[:, 1], chosen[:, 1]
            errors.append(error_table(found, coded.coders, [_NO, _YES], code))
    row, column = np.nonzero(np.ones_like(decided) if every else decided | given.any(1))
    chosen = decided[row, column]
    stance, share = _stances(coded, row, column)
    table = coded.units[["doc_id", "start", "end"]].iloc[row].reset_index(drop=True)
    table = table.assign(
        code=np.array(coded.codes, dtype=object)[column],
        # probabilities come from exponentials and may lie a rounding error above 1
        probability=np.clip(probability[row, column], 0, 1),
        decided=chosen,
        stance=pd.Series(stance, dtype=object).where(pd.Series(chosen)),
        stance_probability=np.where(chosen, share, np.nan),
        coders=seen.sum(1)[row],
    )
    coder_errors = pd.concat(errors, ignore_index=True) if errors else empty("coder_errors")
    return Aggregation(check("aggregated", table), coder_errors, coded.notes + ((coded.guessed,) * bool(coded.guessed)))


def _stances(coded: Coded, row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The most frequent stance of units and codes, and its share of the stances given; nothing for a tie."""
    said = np.where(coded.given, coded.stance, -1).transpose(0, 2, 1)[row, column]
    votes = (said[:, :, None] == np.arange(len(STANCES))).sum(1)
    clear = _only_highest(votes).any(1)
    with np.errstate(invalid="ignore"):
        share = np.where(clear, votes.max(1, initial=0) / votes.sum(1), np.nan)
    names = np.array([*STANCES, None], dtype=object)
    return names[np.where(clear, votes.argmax(1), len(STANCES))], share


def _alone(coded: Coded) -> list[str]:
    """A note about the units that one coder judged."""
    alone, every = int((coded.seen.sum(1) == 1).sum()), len(coded.seen)
    if not alone:
        return []
    return [f"judged by one coder alone: {alone:,} of {counted(every, 'unit')} (see the column coders)"]


def _rates_rest_on(coded: Coded) -> list[str]:
    """A note about the units that error rates against the majority are counted on."""
    enough, every = int((coded.seen.sum(1) >= _FEWEST).sum()), len(coded.seen)
    if enough == every:
        return []
    if not enough:
        return [
            "no error rates: no unit was judged by three or more coders, and of two the majority is what they agree on"
        ]
    return [f"error rates rest on the {enough:,} of {counted(every, 'unit')} that three or more coders judged"]


def _doubts(coded: Coded, labels: Labels, fits: list[ErrorRates], table: pd.DataFrame) -> list[str]:
    """Notes about results of Dawid & Skene's method that should not be trusted."""
    notes = []
    mean = coded.seen.sum(1).mean() if len(coded.seen) else 0.0
    if mean < 3:
        notes.append(
            f"{mean:.1f} coders judged a unit on average: with fewer than three, errors of coders cannot be told from "
            "how often a code occurs, and the result rests on its start, the majority vote"
        )
    for name, found in zip([ANY] if labels == "single" else coded.codes, fits, strict=True):
        if not found.settled:
            notes.append(f"{name}: not settled after {len(found.log_likelihood)} rounds")
        if labels == "multiple":
            worse = np.flatnonzero(found.confusion[:, 1, 1] < found.confusion[:, 0, 1])
            notes += [
                f"{name}: by these estimates {coded.coders[coder]} gave the code more often where it does not belong "
                "than where it does; look at the codings first"
                for coder in worse
            ]
    places = pd.MultiIndex.from_frame(coded.units[["doc_id", "start", "end"]])
    row = places.get_indexer(pd.MultiIndex.from_frame(table[["doc_id", "start", "end"]]))
    givers = coded.given[row, :, pd.Index(coded.codes).get_indexer(table["code"])].sum(1)
    decided, judges = table["decided"].to_numpy(), table["coders"].to_numpy()
    invented = int((decided & (givers == 0)).sum())
    if invented:
        notes.append(
            f"{counted(invented, 'code')} decided that no coder gave: too few codings, or coders who miss most"
        )
    overruled = int((~decided & (givers == judges) & (judges > 1)).sum())
    if overruled:
        notes.append(
            f"{counted(overruled, 'code')} not decided although every coder of the unit, two or more, gave it: the "
            "model takes it for an error they share; look at the codings, or take the majority"
        )
    return notes
