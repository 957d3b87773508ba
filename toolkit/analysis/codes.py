"""Principles of the passages, and what crosses them with the themes."""

from toolkit.analysis.result import Analysis
from toolkit.analysis.texts import passages_of
from toolkit.principles import code_passages, coder, principle_shares, stance_counts, theme_principles

__all__ = ["code", "cross"]


def code(result: Analysis) -> None:
    """Codes of the passages: tables annotations and scores."""
    settings, posts = result.study.principles, result.tables["posts"]
    used = coder(result.codebook, settings.method)
    passages = result.tables["passages"]
    coding = code_passages(
        posts,
        passages[passages["unit"] == settings.unit],
        result.codebook,
        method=used,
        cut=None if settings.cut == "auto" else settings.cut,
    )
    result.tables["annotations"], result.tables["scores"] = coding.annotations, coding.scores
    result.used["coder"] = used.name
    result.used["cut"] = round(getattr(used, "cut", 0.5), 2) if settings.cut == "auto" else settings.cut
    for lang, count in coding.left_out.items():
        result.notes.append(f"{count} {settings.unit}s in '{lang}' were recognised and not coded (quotations, mostly).")


def cross(result: Analysis) -> None:
    """Tables theme_principles, principles and stances."""
    settings, seed = result.study.statistics, result.study.study.seed
    passages = passages_of(result, result.study.principles.unit)
    annotations, book = result.tables["annotations"], result.codebook
    result.tables["theme_principles"] = theme_principles(
        passages,
        annotations,
        result.tables["shares"],
        book,
        permutations=settings.permutations,
        confidence=settings.confidence,
        repeats=settings.bootstrap,
        seed=seed,
    )
    result.tables["principles"] = principle_shares(
        passages, annotations, book, confidence=settings.confidence, repeats=settings.bootstrap, seed=seed
    )
    result.tables["stances"] = stance_counts(passages, annotations, book)
