"""Evaluation: a coding beside what people coded, every figure with its interval and what stands behind it."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.display import Card, card, show
from toolkit.errors import InputError, suggestion
from toolkit.evaluation.baselines import baseline_grids, comparison_rows, comparison_table
from toolkit.evaluation.checks import checked_annotations, checked_scores, checked_units, same_codebook, same_text
from toolkit.evaluation.grid import Grid, make_grid
from toolkit.evaluation.measures import (
    Found,
    code_measures,
    gap_measures,
    measure_table,
    overall_measures,
    stance_measures,
)
from toolkit.evaluation.tables import confusion_table, error_table, reliability_table
from toolkit.resampling import sample_weights

__all__ = ["Evaluation", "evaluate"]

_DOCUMENTS = ("gold", "common")


class Evaluation(NamedTuple):
    """Tidy tables; their columns are in ``toolkit.tables.CONTRACTS`` as ``evaluation_<name>``.

    ``measures``: measure, scope ("all", "code", "lang", "stance", "gap"), of, value, ci_low, ci_high, n; what each
    measure is: :data:`toolkit.evaluation.MEASURES`. ``confusion``: kind ("code", "stance"), gold, predicted, n, share
    of the gold row. ``errors``: the surest false positives and misses with quote and evidence. ``reliability``: bins
    of equal mass. ``comparison``: the same measures of baselines and people. ``matching``: how spans came to units.
    ``notes``: sentences that have to be read with the figures. ``title``: what was compared with what.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.evaluation import evaluate
    >>> rows = [("a", 0, "listening"), ("a", 9, "talking"), ("b", 0, "listening")]
    >>> gold = pd.DataFrame(rows, columns=["doc_id", "start", "code"])
    >>> gold = gold.assign(end=gold["start"] + 8, quote="Escuchan", codebook="groundswell", coder="first", kind="human")
    >>> predicted = gold.drop(1).assign(coder="machine:cues", kind="machine")
    >>> units = gold[["doc_id", "start", "end"]]
    >>> found = evaluate(gold, predicted, load_codebook("groundswell"), units=units, repeats=100)
    >>> found.errors[["doc_id", "start", "code"]].values.tolist(), found.value("recall", "code", "talking")
    ([['a', 9, 'talking']], 0.0)
    >>> found.title.split(";")[0]
    'machine:cues against first (gold), codebook groundswell: 2 documents, 3 units, 3 of them with a code in gold'
    """

    measures: pd.DataFrame
    confusion: pd.DataFrame
    errors: pd.DataFrame
    reliability: pd.DataFrame
    comparison: pd.DataFrame
    matching: pd.DataFrame
    notes: tuple[str, ...]
    title: str

    def value(self, measure: str, scope: str = "all", of: str = "all") -> float:
        """One figure; missing (NaN) where it could not be computed."""
        table = self.measures
        found = table[(table["measure"] == measure) & (table["scope"] == scope) & (table["of"] == of)]
        return float(found["value"].iloc[0]) if len(found) else float("nan")

    def _card_(self, lang: str = "en") -> Card:
        overall = self.measures[self.measures["scope"] == "all"]
        table = show(overall, ["measure", "value", "ci_low", "ci_high", "n"], rows=100, lang=lang)
        return card("evaluation", lang, title=self.title, tables=[table], notes=self.notes)

    def __repr__(self) -> str:
        return repr(self._card_())

    def _repr_html_(self) -> str:
        return self._card_()._repr_html_()


def evaluate(
    gold: pd.DataFrame,
    predicted: pd.DataFrame,
    codebook: Codebook,
    *,
    scores: pd.DataFrame | None = None,
    units: pd.DataFrame | None = None,
    posts: pd.DataFrame | None = None,
    coder: str | None = None,
    predicted_coder: str | None = None,
    documents: str = "gold",
    across_versions: bool = False,
    baselines: bool = False,
    repeats: int = 1000,
    confidence: float = 0.95,
    most_errors: int = 50,
    seed: int = 1,
) -> Evaluation:
    """Measure a coding against gold.

    Parameters
    ----------
    gold, predicted : annotations tables of one codebook and version; ``coder`` and ``predicted_coder`` choose where
        a table holds several.
    scores : scores table of the predicted coder, all codes for every passage: for average precision, top-k, ROC AUC,
        calibration. Its spans are the units; column ``unsure``, where there is one, marks abstentions.
    units : doc_id, start, end (and lang): every span that was judged, also those that got no code. Without it the
        units are the spans of ``scores`` in the documents of gold, else the spans of both codings: units without any
        code are unknown then, and so is what depends on them (base rate, ROC AUC).
    posts : doc_id and, where there are, lang and text: for figures by language, quotes and baselines.
    documents : "gold" counts documents of gold that the predicted coding lacks as missed; "common" leaves them out.
    across_versions : allow gold and predicted of different versions of the codebook.
    baselines : add majority, cue lexicon and zero-shot to ``comparison``; needs ``posts`` with text.
    repeats, confidence, seed : percentile bootstrap over documents, since sentences of one document are alike.

    A span that is no unit is matched to the unit with which it shares most characters, at least half of the shorter
    one's; ``matching`` counts them. Gold that fits no unit counts as missed, predictions that fit none as wrong
    (with ``units``: as not judged).

    Raises
    ------
    InputError
        for other codebooks or versions, unknown codes, a code given twice, several coders without a choice, empty
        gold, no document in common, quotes that are not the text's, scores outside 0-1 or incomplete.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.evaluation import evaluate
    >>> rows = [("a", 0, "listening"), ("a", 9, "talking"), ("b", 0, "listening")]
    >>> gold = pd.DataFrame(rows, columns=["doc_id", "start", "code"])
    >>> gold = gold.assign(end=gold["start"] + 8, quote="Escuchan", codebook="groundswell", coder="first", kind="human")
    >>> predicted = gold.drop(1).assign(coder="machine:cues", kind="machine")  # one of three is missed
    >>> units = gold[["doc_id", "start", "end"]]
    >>> found = evaluate(gold, predicted, load_codebook("groundswell"), units=units, repeats=100)
    >>> found.value("precision_micro"), round(found.value("recall_micro"), 2)
    (1.0, 0.67)
    """
    if documents not in _DOCUMENTS:
        raise InputError(f"documents: got '{documents}'; {suggestion(documents, _DOCUMENTS)}")
    if not 0 < confidence < 1 or repeats < 0:
        raise InputError(f"confidence {confidence} and repeats {repeats}: allowed are 0 to 1, and 0 upwards.")
    about = _About(posts)
    gold = checked_annotations("gold", gold, codebook, about.texts, coder, "coder")
    if not len(gold):
        raise InputError("gold: holds no annotation; give what people coded.")
    predicted = checked_annotations("predicted", predicted, codebook, about.texts, predicted_coder, "predicted_coder")
    notes = same_codebook(gold, predicted, across_versions)
    same_text(gold, predicted)
    gold, predicted = (table.reset_index(drop=True) for table in (gold, predicted))
    scores = None if scores is None else checked_scores(scores, codebook)
    units = None if units is None else checked_units(units, about.texts)
    names = (gold["coder"].iloc[0], predicted["coder"].iloc[0] if len(predicted) else "predicted")
    gold, predicted, scores, units, more = _same_documents(gold, predicted, scores, units, documents)
    grid, matching = make_grid(gold, predicted, codebook, scores, units, about.langs)
    negatives = scores is not None or units is not None
    notes += [*more, *_about_units(grid, matching, units is not None, negatives, scores)]
    weights = sample_weights(grid.documents, repeats, seed)
    overall = overall_measures(grid, weights, negatives=negatives)
    rows = [(name, "all", "all", found) for name, found in overall.items()]
    by_lang = _by_language(grid, weights, negatives)
    rows += [(name, "lang", lang, found) for lang, own in by_lang.items() for name, found in own.items()]
    rows += [(name, "gap", pair, found) for name, pair, found in gap_measures(by_lang)]
    rows += [(name, "code", of, found) for name, of, found in code_measures(grid, weights, negatives=negatives)]
    rows += [(name, "stance", of, found) for name, of, found in stance_measures(grid, weights)]
    compared = {names[1]: overall}
    if baselines:
        absent = sorted(set(grid.units["doc_id"]) - set(about.texts or ()))
        if absent:
            raise InputError(f"baselines: the text of '{absent[0]}' is needed; give posts with a column 'text'.")
        for name, baseline in baseline_grids(grid, codebook, about.texts or {}).items():
            compared[name] = overall_measures(
                baseline.grid, weights, negatives=negatives, probabilities=baseline.probabilities
            )
            notes.append(f"{name}: {baseline.note}")
    comparison = comparison_rows(names[0], compared, confidence, first=names[1]) if baselines else []
    title = (
        f"{names[1]} against {names[0]} (gold), codebook {codebook.id}: {grid.documents} documents, "
        f"{len(grid.units):,} units, {grid.gold.any(1).sum():,} of them with a code in gold; "
        f"{grid.gold.sum():,} gold codes, {grid.given.sum():,} given; {100 * confidence:g} % bootstrap intervals over "
        "documents"
    )
    return Evaluation(
        measure_table(rows, confidence),
        confusion_table(grid),
        error_table(grid, gold, predicted, about.texts or {}, most_errors),
        reliability_table(grid, weights, confidence),
        comparison_table(comparison),
        matching,
        tuple(notes),
        title,
    )


class _About:
    """What posts tell: the text and the language of each document."""

    def __init__(self, posts: pd.DataFrame | None) -> None:
        self.texts: dict[str, str] | None = None
        self.langs: dict[str, object] | None = None
        if posts is None:
            return
        if "doc_id" not in posts:
            raise InputError("posts: the column 'doc_id' is missing.")
        if "text" in posts:
            self.texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
        if "lang" in posts:
            self.langs = dict(zip(posts["doc_id"], posts["lang"], strict=True))


Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None, list[str]]


def _same_documents(
    gold: pd.DataFrame,
    predicted: pd.DataFrame,
    scores: pd.DataFrame | None,
    units: pd.DataFrame | None,
    documents: str,
) -> Tables:
    """The rows of the documents that are judged, and what is to be said of the others."""
    notes = []
    coded, seen = set(gold["doc_id"]), set(predicted["doc_id"])
    seen |= set() if scores is None else set(scores["doc_id"])
    judged = coded if units is None else set(units["doc_id"])
    if seen and not seen & judged:
        raise InputError(
            f"gold and predicted have no document in common: gold has '{min(judged)}' and others, predicted "
            f"'{min(seen)}' and others; code the same texts, with the same doc_id."
        )
    if documents == "common":
        judged &= coded & seen
    outside, absent = len(seen - judged), sorted(judged & coded - seen)
    if outside and documents == "gold":
        why = "no unit lies in them" if units is not None else "gold has no row for them"
        notes.append(f"{outside} documents of the predicted coding are left out: {why}")
    if units is not None and coded - judged:
        notes.append(f"{len(coded - judged)} documents of gold are left out: no unit lies in them")
    if absent:
        lost = int(gold["doc_id"].isin(absent).sum())
        notes.append(
            f"{len(absent)} documents of gold do not occur in the predicted coding: their {lost} codes count as missed"
        )
    if documents == "common":
        notes.append(f"only the {len(judged)} documents that both codings have")
    tables = [
        None if table is None else table[table["doc_id"].isin(judged)].reset_index(drop=True)
        for table in (gold, predicted, scores, units)
    ]
    if not len(judged) or tables[0] is None or not len(tables[0]):
        raise InputError("gold and predicted have no coded document in common; code the same texts.")
    assert tables[1] is not None
    return tables[0], tables[1], tables[2], tables[3], notes


def _by_language(grid: Grid, weights: np.ndarray, negatives: bool) -> dict[str, dict[str, Found]]:
    """The overall measures of each language, where there are two or more."""
    langs = grid.units["lang"]
    there = sorted(langs.dropna().unique())
    parts = {str(lang): grid.part((langs == lang).to_numpy()) for lang in there}
    return {
        lang: overall_measures(part, weights, negatives=negatives) for lang, part in parts.items() if part.gold.any()
    }


def _about_units(
    grid: Grid, matching: pd.DataFrame, judged: bool, negatives: bool, scores: pd.DataFrame | None
) -> list[str]:
    """What has to be said of units, matching and scores."""
    notes = []
    if not negatives:
        notes.append(
            "units are the spans of both codings: units without a code are unknown, so base rate and any-or-none "
            "ROC AUC are missing"
        )
    elif not judged:
        notes.append("units are the spans of the scores in the documents of gold; all of them count as judged")
    counts = {(row.table, row.how): row.n for row in matching.itertuples()}
    for name in ("gold", "predicted"):
        exact, near, lost = (counts.get((name, how), 0) for how in ("exact", "overlap", "unmatched"))
        if near or (lost and negatives):
            so = "counted as missed" if name == "gold" else "left out as not judged" if judged else "counted as wrong"
            notes.append(f"{name}: {exact} spans are units, {near} matched by overlap, {lost} unmatched ({so})")
    if scores is not None:
        decided = int(scores["decided"].sum())
        if decided != int(grid.given[grid.scored].sum()) and not judged:
            notes.append(f"{decided} codes are decided in scores, {int(grid.given.sum())} are given in predicted")
        if not grid.scored.all():
            notes.append(f"{int((~grid.scored).sum())} units have no score: ranked last, left out of calibration")
    if scores is not None and not (grid.stance >= 0).any():
        notes.append("the predicted coding suggests no stance")
    if grid.documents < 2:
        notes.append("one document only: no interval")
    return notes
