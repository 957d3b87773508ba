"""The agreement table: every measure that fits the question, by code, stance, language, pair of coders and time."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.errors import InputError, suggestion
from toolkit.reliability.blocks import category_block, ratings_f1
from toolkit.reliability.coded import Coded
from toolkit.reliability.coefficients import krippendorff_alpha
from toolkit.reliability.drift import Period, rate_periods, whole_periods
from toolkit.reliability.explain import note
from toolkit.reliability.material import SpanRows, UnitRows
from toolkit.reliability.ratings import Ratings
from toolkit.reliability.rows import Rows
from toolkit.reliability.span_blocks import mark_spans
from toolkit.reliability.units import code_units
from toolkit.resampling import sample_weights
from toolkit.tables import STANCES, check, check_quotes

__all__ = ["BY", "MADE_OF_PEOPLE", "UNITS", "agreement"]

UNITS = ("sentence", "document", "span")
LABELS = ("multiple", "single")
BY = ("code", "stance", "lang", "coders", "period")
#: The coders of codings that were put together from people's by a rule (:mod:`toolkit.reliability.aggregation`).
MADE_OF_PEOPLE = ("machine:majority", "machine:dawid-skene")


def agreement(
    annotations: pd.DataFrame,
    judged: pd.DataFrame | None = None,
    *,
    unit: str = "sentence",
    labels: str = "multiple",
    codes: Sequence[str] | None = None,
    langs: Mapping[str, str] | None = None,
    lengths: Mapping[str, int] | None = None,
    texts: Mapping[str, str] | None = None,
    by: Iterable[str] = BY,
    ordered: Sequence[str] | None = None,
    periods: int = 4,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How far two or more coders agree: the agreement table, one row per measure and part of the material.

    Parameters
    ----------
    annotations : annotations table of two or more coders, people or machines, with one codebook.
    judged : judged table, what each coder went through: a unit without a coding was judged to take no code. Without
        it nobody knows that: a coder then counts for the documents in which this coder gave a code, only spans that
        somebody coded are units, and every row says so in ``note``. A further column ``created`` (UTC, ISO 8601)
        says when.
    unit : "sentence": the judged spans as they are (sentences or paragraphs); "document": whole posts with all codes
        given anywhere in them; "span": freely chosen stretches, no grid.
    labels : "multiple": a unit takes any number of codes; "single": one at most, no code being the category "(none)".
    codes : all codes there are (default: those that occur).
    langs : language of each doc_id; without it from a column ``lang`` of ``judged`` or ``annotations``.
    lengths, texts : characters, or text, of each doc_id: needed for what unit "span" says about characters. With
        ``texts`` every quote is checked.
    by : what rows to add to those of the whole.
    ordered : codes from low to high, for ordinal measures with ``labels="single"``; units to which a coder gave none
        of them are left out of these.
    periods : how many stretches of time of equally many units.
    repeats, confidence, seed : bootstrap samples of documents, share of them inside the interval, seed.

    Returns
    -------
    The agreement table. ``measure``: see :func:`toolkit.reliability.explanation` for what each one is; 1 is perfect,
    more is better, except for ``rate`` and ``codes_per_unit``, which describe. ``by`` is missing in the rows of the
    whole, else what the row is a part by, and ``of`` which part: a stance or "(all)"; a language; "people" or
    "machine" (one of the pair is one) in rows of pairs; a period "1: from to to", or "last - first" for the difference
    of the two. ``code``: in the rows of a code; ``of`` "(any)" there: any code at all or none. ``coders``: "all",
    one, or "ana | luis". Where there are two people or more, "all" is people only. ``n``: units that two coders judged
    (units x codes for stances; for unit "span" the spans in documents that two judged; for ``codes_per_unit`` units
    that the coder judged), ``documents``: those they lie in. ``ci_low``, ``ci_high``:
    :func:`toolkit.resampling.sample_limits` of ``repeats`` bootstrap samples of documents, missing with one document.
    ``value`` is missing where a measure is undefined, with the reason in ``note``.

    Raises :class:`InputError` for tables that break their contract, several codebooks, fewer than two coders, nothing
    that two judged, unknown words, and two codes on one unit where ``labels`` is "single".

    >>> import pandas as pd
    >>> from toolkit.reliability import agreement
    >>> rows = [("first", "a", 0, 8, "listening"), ("first", "b", 0, 8, "talking"), ("second", "a", 0, 8, "listening")]
    >>> given = pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end", "code"])
    >>> given = given.assign(quote="Escuchan", codebook="groundswell", kind="human")
    >>> judged = pd.DataFrame([(coder, doc_id, start, start + 8) for coder in ("first", "second") for doc_id in "ab"
    ...     for start in (0, 8)], columns=["coder", "doc_id", "start", "end"])
    >>> table = agreement(given, judged, repeats=100)
    >>> whole = table[table["by"].isna() & (table["coders"] == "all")].set_index("measure")["value"]
    >>> whole[["percent", "f1", "alpha_jaccard"]].round(2).to_dict()
    {'percent': 0.75, 'f1': 0.67, 'alpha_jaccard': 0.59}
    """
    parts = _checked_words(unit, labels, by, ordered, codes, periods, repeats, confidence)
    annotations = check("annotations", annotations)
    if texts is not None:
        check_quotes("annotations", annotations, texts)
    judged = None if judged is None else check("judged", judged)
    _check_books(annotations)
    single = labels == "single"
    if ordered is not None and codes is None:
        # a level nobody gave is still a step of the scale
        codes = sorted({*annotations["code"], *ordered})
    coded = code_units(annotations, judged, unit=unit, single=single, codes=codes, langs=langs)
    if len(coded.coders) < 2:
        raise InputError(
            f"agreement needs two coders, got {' and '.join(coded.coders) or 'none'}: give the annotations of all "
            "coders together."
        )
    everybody = coded.of_coders(range(len(coded.coders)))
    if not len(everybody.units):
        raise InputError(
            f"no {'document' if unit != 'sentence' else 'unit'} was judged by two coders ({', '.join(coded.coders)}): "
            "agreement needs material that was coded twice."
        )
    shared = everybody.renumbered()
    whole = [place for place, person in enumerate(shared.people) if person]
    if len(whole) < 2 or not len(shared.of_coders(whole).units):
        whole = list(range(len(shared.coders)))
    core = shared.of_coders(whole)
    rows = Rows(confidence, coded.guessed, [*coded.notes, *_notes(annotations, shared, core)])
    weights = sample_weights(shared.documents, repeats, seed)
    material: UnitRows | SpanRows
    if unit == "span":
        material = SpanRows(annotations, mark_spans(annotations, shared, lengths, texts), rows, weights)
    else:
        material = UnitRows(rows, weights, single, ordered)
    langs_there = sorted(set(core.units["lang"].dropna()))
    pairs = [(pair, shared.of_coders(pair)) for pair in shared.pairs()] if "coders" in parts else []
    with tqdm(total=len(core.codes) + len(pairs) + 3, desc="agreement", delay=2, leave=False, disable=None) as bar:
        material.whole(core, "code" in parts, bar)
        if "stance" in parts:
            _add_stances(rows, material.stances(core), weights)
        bar.update()
        for lang in langs_there if "lang" in parts and len(langs_there) > 1 else ():
            material.part(core.part((core.units["lang"] == lang).to_numpy()), by="lang", of=lang)
        bar.update()
        for pair, two in pairs:
            if len(two.units):
                kind = "people" if shared.people[list(pair)].all() else "machine"
                material.pair(two, len(shared.coders) > 2, of=kind, coders=" | ".join(two.coders))
            bar.update()
        if "period" in parts:
            _add_periods(rows, material, core, coded, periods, repeats, seed)
        bar.update()
    return check("agreement", rows.table())


def _add_stances(rows: Rows, ratings: Ratings, weights: np.ndarray) -> None:
    if not len(ratings.values):
        return
    rows.add(category_block(ratings, weights), ratings.doc, by="stance", of="(all)")
    for stance in STANCES:
        one = ratings.against_rest(stance)
        block = {"f1": ratings_f1(one, weights), "alpha_nominal": krippendorff_alpha(one, weights)}
        rows.add(block, ratings.doc, by="stance", of=stance)


def _add_periods(
    rows: Rows,
    material: UnitRows | SpanRows,
    core: Coded,
    coded: Coded,
    count: int,
    repeats: int,
    seed: int,
) -> None:
    """Agreement by period; how much each person codes, over all this person judged, by period."""
    found = whole_periods(core, lambda part: material.block(core.part(part)), count)
    if not found:
        rows.nothing("percent" if isinstance(material, UnitRows) else "f1_overlap", note("one_time"), by="period")
    for period in found:
        _add_period(rows, period, core.doc)
    own, counts = sample_weights(coded.documents, repeats, seed), material.counts(coded)
    for place in np.flatnonzero(coded.people | ~coded.people.any()).tolist():
        for period in rate_periods(coded, counts, own, place, count):
            _add_period(rows, period, coded.doc, coded.coders[place])


def _add_period(rows: Rows, period: Period, doc: np.ndarray, coders: str = "all") -> None:
    said = note("untimed", n=period.untimed) if period.untimed else None
    rows.add(period.block, doc[period.rows], by="period", of=period.name, coders=coders, said=said)


def _notes(annotations: pd.DataFrame, shared: Coded, core: Coded) -> list[str]:
    """What a reader of the whole must know."""
    versions = sorted(set(annotations["codebook_version"].dropna()))
    notes = [note("versions", versions=", ".join(versions))] if len(versions) > 1 else []
    left = [coder for coder in shared.coders if coder not in core.coders]
    notes += [note("people_only", coders=", ".join(left))] if left else []
    return [*notes, *(note("made_of", coder=coder) for coder in shared.coders if coder in MADE_OF_PEOPLE)]


def _check_books(annotations: pd.DataFrame) -> None:
    books = sorted(set(annotations["codebook"]))
    if len(books) > 1:
        raise InputError(
            f"annotations hold codings with {len(books)} codebooks ({', '.join(books)}); agreement is within one: "
            "choose the rows of one."
        )


def _checked_words(
    unit: str,
    labels: str,
    by: Iterable[str],
    ordered: Sequence[str] | None,
    codes: Sequence[str] | None,
    periods: int,
    repeats: int,
    confidence: float,
) -> set[str]:
    parts = [by] if isinstance(by, str) else list(by)
    for name, got, allowed in (("unit", [unit], UNITS), ("labels", [labels], LABELS), ("by", parts, BY)):
        for word in got:
            if word not in allowed:
                raise InputError(f"{name}: got '{word}'; {suggestion(word, allowed)}")
    if unit == "span" and labels == "single":
        raise InputError("unit 'span' has no labels 'single': stretches may overlap; leave labels out.")
    if ordered is not None:
        if labels != "single":
            raise InputError("ordered: a scale needs one level per unit; give labels='single' with it.")
        if len(set(ordered)) < max(2, len(ordered)):
            raise InputError(f"ordered: got {', '.join(ordered) or 'nothing'}; give two or more codes, each once.")
        strange = [code for code in ordered if codes is not None and code not in codes]
        if strange:
            raise InputError(f"ordered: '{strange[0]}' is none of 'codes'; {suggestion(strange[0], codes or ())}")
    if periods < 2 or repeats < 0 or not 0 < confidence < 1:
        raise InputError(
            f"got periods {periods}, repeats {repeats}, confidence {confidence}; allowed are periods from 2, repeats "
            "from 0, and a confidence between 0 and 1."
        )
    return set(parts)
