"""Principles of the passages, how often the coder errs where people coded the same posts, and what crosses them with
the themes."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.passage_stages import coding
from toolkit.analysis.result import Analysis
from toolkit.analysis.texts import hold, passages_of, pool
from toolkit.codebook import Codebook, check_version
from toolkit.corpus import HumanAnnotations, human_annotations, load_posts
from toolkit.errors import InputError
from toolkit.parallel.tasks import Workers
from toolkit.principles import (
    Coder,
    adjusted_differences,
    adjusted_shares,
    coder,
    principle_shares,
    principles_by,
    stance_counts,
    theme_principles,
)
from toolkit.principles.coders import encoders_here
from toolkit.principles.prevalence import code_matrix, ratio_interval
from toolkit.resampling import bootstrap_samples, shared_samples
from toolkit.resources import bundled_corpus

__all__ = ["code", "coder_facts", "coder_or_weaker", "correct", "cross", "error_units", "of_one_coder"]

#: The coder whose codes count where several people coded: those that were agreed on.
_AGREED = "adjudicated"
_PLACE = ["doc_id", "start", "end"]


def coder_or_weaker(codebook: Codebook, method: str) -> tuple[Coder, str]:
    """A coder, and what is to be said if it is a weaker one than was asked for.

    "hybrid" for a codebook with too few examples to learn from is done with its cues, or with its definitions where it
    has no cues either: on real sentences the cues did better than the definitions. Other methods are not replaced.

    Raises :class:`InputError` if the codebook lacks what the method needs.
    """
    try:
        return coder(codebook, method), ""
    except InputError as error:
        # only what the codebook lacks is made up for
        if method != "hybrid" or not str(error).startswith(f"codebook '{codebook.id}'"):
            raise
        weaker = "cues" if codebook.cues else "definitions"
        what = "by its cues alone" if codebook.cues else "by likeness of meaning to its definitions alone"
        return coder(codebook, weaker), (
            f"{error} Here it was coded {what} (method '{weaker}'), which is weaker: its scores are no probabilities "
            "and no stance is suggested."
        )


def coder_facts(used: Coder) -> dict[str, object]:
    """What a coder was made from: examples, coded posts and sentences, encoders, as far as it has any."""
    if used.name == "machine:definitions":
        return {"encoders": [encoders_here()[0].name]}
    return dict(getattr(used, "facts", {}))


def of_one_coder(human: HumanAnnotations, codebook: Codebook, who: str | None = None) -> HumanAnnotations:
    """What one person coded with a codebook: ``who``, else "adjudicated", else the only one.

    Raises :class:`InputError` if ``who`` is not among them, several people coded and none is "adjudicated", or the
    annotations are of a version of the codebook that does not fit.
    """
    coverage = human.coverage[human.coverage["codebook"] == codebook.id]
    people = sorted(set(coverage["coder"]))
    chosen = who or (people[0] if len(people) == 1 else _AGREED)
    if chosen not in people:
        raise InputError(
            f"annotations: codebook '{codebook.id}' was coded by {', '.join(people) or 'nobody'}"
            + (f", not by '{who}'; name one of them." if who else f"; name one of them, or call one '{_AGREED}'.")
        )
    coverage = coverage[coverage["coder"] == chosen].reset_index(drop=True)
    rows = human.annotations[human.annotations["coder"] == chosen]
    units = human.units[human.units["doc_id"].isin(coverage["doc_id"])].reset_index(drop=True)
    return HumanAnnotations(check_version(rows, codebook), units, coverage)


def code(result: Analysis, workers: Workers = 1, *, vectors: bool = False) -> None:
    """Codes of the passages: tables annotations and scores. ``vectors``: those of the paragraphs too, which themes of
    many posts are read from."""
    settings, book, parts = result.study.principles, result.codebook, result.parts
    assert parts is not None
    used, weaker = coder_or_weaker(book, settings.method)
    parts.run(coding(result.study, book, used, vectors=vectors), workers=pool(workers, result.tables["posts"]))
    created = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    hold(result, "annotations", created=created)
    hold(result, "scores")
    result.used["coder"] = used.name
    result.used["cut"] = round(used.cut, 2) if settings.cut == "auto" else settings.cut
    result.used["unsure"] = settings.unsure
    result.used["abstained"] = sum(map(_doubted, parts.each("scores", [*_PLACE, "unsure"]))) if settings.unsure else 0
    result.used["facts"] = coder_facts(used)
    result.used["learnt from"] = sorted(parts.whole("learnt_from")["doc_id"])
    if weaker:
        result.notes.append(weaker)
    for lang, count in parts.whole("left_out").groupby("lang")["n"].sum().items():
        result.notes.append(f"{count} {settings.unit}s in '{lang}' were recognised and not coded (quotations, mostly).")


def _doubted(scores: pd.DataFrame) -> int:
    """Passages with a code that the coder abstained on."""
    return len(scores.loc[scores["unsure"], _PLACE].drop_duplicates())


def correct(result: Analysis, passages: pd.DataFrame, annotations: pd.DataFrame) -> None:
    """Tables adjusted_shares and adjusted_differences, where people coded posts of the corpus with the codebook.

    ``passages, annotations``: all that were coded, and what the machine gave them. ``used["measured on"]`` says on
    which posts errors were measured, and how many of the machine's codes were right there. Annotations of people that
    cannot be used are a note.
    """
    try:
        gold = _coded_by_people(result)
    except InputError as error:
        result.notes.append(f"Shares are not corrected for the coder's errors: {error}")
        return
    if gold is None:
        return
    settings, book = result.study.statistics, result.codebook
    errors = error_units(passages, annotations, gold, book)
    if errors.empty:
        return
    # a language that nobody coded is not corrected
    passages = passages[passages["lang"].isin(errors["lang"])].reset_index(drop=True)
    drawn: dict[str, Any] = {
        "repeats": settings.bootstrap,
        "confidence": settings.confidence,
        "seed": result.study.study.seed,
    }
    result.tables["adjusted_shares"] = adjusted_shares(passages, annotations, book, errors, **drawn)
    if {"es", "it"} <= set(passages["lang"]):
        result.tables["adjusted_differences"] = adjusted_differences(passages, annotations, book, errors, **drawn)
    posts = result.tables["posts"].set_index("doc_id")["lang"]
    doc_ids = sorted(set(errors["doc_id"]))
    result.used["measured on"] = {
        "coder": str(gold.coverage["coder"].iloc[0]),
        "posts": doc_ids,
        "by language": {str(lang): int(n) for lang, n in posts[doc_ids].value_counts().sort_index().items()},
        "passages": len(errors) // len(book.codes),
        "learnt from": len(set(doc_ids) & set(result.used["learnt from"])),  # type: ignore[call-overload]
        **_rates(errors, **drawn),
    }


def _coded_by_people(result: Analysis) -> HumanAnnotations | None:
    """What people coded in the posts of this analysis with its codebook, if they coded any."""
    folder = Path(result.study.corpus.path) if result.study.corpus.path else bundled_corpus()
    if not (folder / "annotations" / "coverage.csv").is_file():
        return None
    origin = load_posts(folder, progress=False)
    human = human_annotations(folder, posts=origin)
    if result.codebook.id not in set(human.coverage["codebook"]):
        return None
    # an analysis may be given other texts than its settings name
    both = result.tables["posts"][["doc_id", "sha256"]].merge(origin[["doc_id", "sha256"]])
    coverage, units, annotations = (
        table[table["doc_id"].isin(both["doc_id"])] for table in (human.coverage, human.units, human.annotations)
    )
    if result.codebook.id not in set(coverage["codebook"]):
        return None
    return of_one_coder(HumanAnnotations(annotations, units, coverage), result.codebook)


def error_units(
    passages: pd.DataFrame, annotations: pd.DataFrame, gold: HumanAnnotations, codebook: Codebook
) -> pd.DataFrame:
    """What people and the machine gave the same passages: what :func:`toolkit.principles.adjusted_shares` measures
    errors on.

    Parameters
    ----------
    passages, annotations : coded passages and what the machine gave them.
    gold : what one person coded (:func:`of_one_coder`). A sentence that the person judged is the passage it shares most
        characters with: itself, its paragraph, or a part of it where it was cut in another way. Passages with no judged
        sentence are left out; a judged sentence outside all passages (page furniture) counts nowhere.

    Returns
    -------
    DataFrame
        one row per passage and code: doc_id, lang, code, gold, predicted (truth).
    """
    own = passages[passages["doc_id"].isin(gold.units["doc_id"])]
    pairs = gold.units[_PLACE].merge(own[_PLACE], on="doc_id", suffixes=("_unit", ""))
    shared = np.minimum(pairs["end"], pairs["end_unit"]) - np.maximum(pairs["start"], pairs["start_unit"])
    pairs = pairs.assign(shared=shared)[shared > 0].sort_values(
        ["doc_id", "start_unit", "shared", "start"], ascending=[True, True, False, True], kind="stable"
    )
    judged = own.merge(pairs[_PLACE].drop_duplicates())
    placed = pairs.drop_duplicates(["doc_id", "start_unit", "end_unit"])
    given = gold.annotations.rename(columns={"start": "start_unit", "end": "end_unit"}).merge(
        placed, on=["doc_id", "start_unit", "end_unit"]
    )
    codes = len(codebook.codes)
    return pd.DataFrame(
        {
            "doc_id": np.repeat(judged["doc_id"].to_numpy(dtype=object), codes),
            "lang": np.repeat(judged["lang"].to_numpy(dtype=object), codes),
            "code": np.tile(np.array(codebook.code_ids, dtype=object), len(judged)),
            "gold": code_matrix(judged, given, codebook).ravel(),
            "predicted": code_matrix(judged, annotations, codebook).ravel(),
        }
    )


def _rates(errors: pd.DataFrame, repeats: int, confidence: float, seed: int) -> dict[str, object]:
    """Precision and recall over all codes, with bootstrap intervals over posts."""
    hits = (errors["gold"] & errors["predicted"]).groupby(errors["doc_id"]).sum().to_numpy(dtype=float)[:, None]
    found: dict[str, object] = {}
    for name, column in (("precision", "predicted"), ("recall", "gold")):
        wholes = errors.groupby("doc_id")[column].sum().to_numpy(dtype=float)[:, None]
        low, high = ratio_interval(bootstrap_samples(len(hits), repeats, seed), hits, wholes, confidence)
        value = hits.sum() / wholes.sum() if wholes.sum() else np.nan
        # a missing number is no JSON
        found[name] = [None if np.isnan(number) else round(float(number), 3) for number in (value, low[0], high[0])]
        found[f"{column} codes"] = int(wholes.sum())
    return found


@shared_samples()
def cross(result: Analysis) -> None:
    """Tables theme_principles, principles, principles_by and stances."""
    settings, seed = result.study.statistics, result.study.study.seed
    passages = passages_of(result, result.study.principles.unit)
    annotations, book = result.given(), result.codebook
    result.tables["theme_principles"] = theme_principles(
        passages,
        annotations,
        result.theme_shares(),
        book,
        permutations=settings.permutations,
        confidence=settings.confidence,
        repeats=settings.bootstrap,
        seed=seed,
    )
    result.tables["principles"] = principle_shares(
        passages, annotations, book, confidence=settings.confidence, repeats=settings.bootstrap, seed=seed
    )
    result.tables["principles_by"] = principles_by(
        passages,
        annotations,
        result.tables["posts"],
        book,
        permutations=settings.permutations,
        confidence=settings.confidence,
        repeats=settings.bootstrap,
        seed=seed,
    )
    result.tables["stances"] = stance_counts(passages, annotations, book)
    correct(result, passages, annotations)
