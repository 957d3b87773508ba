"""What a coder has to beat: the most frequent code, the words of the codebook, the nearness of its definitions."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.evaluation.grid import Grid
from toolkit.evaluation.measures import Found, interval
from toolkit.principles import CODED_LANGUAGES, code_passages
from toolkit.tables import check
from toolkit.text import embed

__all__ = ["COMPARED", "Baseline", "baseline_grids", "comparison_rows", "comparison_table"]

#: What is compared between coders, in this order.
COMPARED = (
    "precision_micro", "recall_micro", "f1_micro", "f1_macro", "mean_average_precision", "top_1", "top_3", "any_f1",
    "any_auc", "brier", "ece", "stance_accuracy_found", "stance_f1_macro_found", "stance_accuracy_gold",
    "stance_f1_macro_gold",
)  # fmt: skip
_COLUMNS = ["gold", "coder", "measure", "value", "ci_low", "ci_high", "n"]
_DIFFERENCES = ["difference", "difference_low", "difference_high"]


class Baseline(NamedTuple):
    """``grid``: the units as this coder codes them; ``probabilities``: whether its scores are meant as such."""

    grid: Grid
    probabilities: bool
    note: str


def baseline_grids(grid: Grid, codebook: Codebook, texts: dict[str, str]) -> dict[str, Baseline]:
    """The baselines on the same units.

    "baseline:majority": the most frequent gold code, for every unit. "baseline:cues": words and phrases of the
    codebook (left out if it has none). "baseline:zero-shot": cosine of the sentence vectors of unit and definition,
    with the cut that is best for the micro-F1 on these very units.
    """
    spans = grid.units[["doc_id", "start", "end"]].itertuples(index=False, name=None)
    quotes = [texts[doc_id][start:end] for doc_id, start, end in spans]
    bare = replace(
        grid, stance=np.full_like(grid.stance, -1), source=np.full_like(grid.source, -1), unsure=None,
        scored=np.ones(len(quotes), dtype=bool),
    )  # fmt: skip
    found = {"baseline:majority": _majority(bare)}
    if codebook.cues:
        found["baseline:cues"] = _cues(bare, codebook, texts)
    found["baseline:zero-shot"] = _zero_shot(bare, codebook, quotes)
    return found


def comparison_rows(
    gold: str,
    found: dict[str, dict[str, Found]],
    confidence: float,
    first: str | None = None,
) -> list[tuple[object, ...]]:
    """Rows of the comparison: one per coder and measure.

    With ``first``, the coder that is evaluated, its difference to each other one with the paired interval: both on
    the same bootstrap samples of documents.
    """
    rows: list[tuple[object, ...]] = []
    for name, measures in found.items():
        for measure in COMPARED:
            if measure not in measures:
                continue
            own = measures[measure]
            difference = (np.nan, np.nan, np.nan)
            if first is not None and name != first and measure in found[first]:
                values = found[first][measure].values - own.values
                difference = (float(values[0]), *interval(values, confidence))
            rows.append((gold, name, measure, own.values[0], *interval(own.values, confidence), own.n, *difference))
    return rows


def comparison_table(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """The evaluation_comparison table."""
    return check("evaluation_comparison", pd.DataFrame(rows, columns=[*_COLUMNS, *_DIFFERENCES]))


def _majority(grid: Grid) -> Baseline:
    """To give nothing has an F1 of 0, so that the most frequent code for every unit is always the better of the two."""
    share = grid.gold.mean(0)
    given = np.zeros_like(grid.gold)
    best = int(np.argmax(share))
    given[:, best] = True
    note = f"'{grid.codes[best]}' for every unit (better than giving nothing); scores are the shares in gold"
    return Baseline(replace(grid, given=given, score=np.tile(share, (len(given), 1))), True, note)


def _cues(grid: Grid, codebook: Codebook, texts: dict[str, str]) -> Baseline:
    """The cue coder on the units; a unit without a language is read in the first one that is coded."""
    langs = [lang if lang in CODED_LANGUAGES else CODED_LANGUAGES[0] for lang in grid.units["lang"]]
    passages = grid.units.assign(
        lang=langs, unit="sentence", furniture=False, passage_id=[str(row) for row in range(len(grid.units))]
    )
    documents = sorted(set(passages["doc_id"]))
    posts = pd.DataFrame({"doc_id": documents, "text": [texts[doc_id] for doc_id in documents], "sha256": "-"})
    posts["lang"] = posts["doc_id"].map(dict(zip(passages["doc_id"], langs, strict=True)))
    scores = code_passages(posts, passages, codebook, method="cues").scores
    keys = ["doc_id", "start", "end"]
    places = {span: row for row, span in enumerate(zip(*(passages[key] for key in keys), strict=True))}
    columns = {code: column for column, code in enumerate(grid.codes)}
    row = [places[span] for span in zip(*(scores[key] for key in keys), strict=True)]
    column = [columns[code] for code in scores["code"]]
    score, given = np.zeros(grid.gold.shape), np.zeros_like(grid.gold)
    score[row, column], given[row, column] = scores["score"], scores["decided"]
    return Baseline(replace(grid, given=given, score=score), False, "words and phrases of the codebook")


def _zero_shot(grid: Grid, codebook: Codebook, quotes: list[str]) -> Baseline:
    definitions, owner = [], []
    for column, code in enumerate(codebook.codes):
        for lang in ("es", "it") if {"es", "it"} & set(code.definition) else tuple(code.definition):
            if lang in code.definition:
                definitions.append(f"{code.name.get(lang, '')}. {code.definition[lang]}")
                owner.append(column)
    similarity = embed(quotes, progress=True) @ embed(definitions, keep=True).T
    cosine = np.stack(
        [similarity[:, np.array(owner) == column].max(1) for column in range(len(codebook.codes))], axis=1
    )
    # 120 cuts that give between 30 % and half a percent of the pairs a code
    cuts = np.quantile(cosine, np.linspace(0.7, 0.995, 120))
    best = max(cuts, key=lambda cut: _micro_f1(cosine >= cut, grid.gold))
    note = f"cosine to the definitions, cut {best:.2f}: the best one for these very units, which flatters it"
    score = ((1 + np.clip(cosine, -1, 1)) / 2).astype(float)
    return Baseline(replace(grid, given=cosine >= best, score=score), False, note)


def _micro_f1(given: np.ndarray, gold: np.ndarray) -> float:
    return 2 * float((given & gold).sum()) / max(float(given.sum() + gold.sum()), 1)
