"""Words of the texts: how often, how varied, how evenly spread; and what one language says more than the other."""

from typing import Any

import pandas as pd

from toolkit.analysis.result import Analysis
from toolkit.analysis.texts import passages_of
from toolkit.statistics import TokenIndex, count_codes, dispersion, frequency, keyness, lexical_diversity
from toolkit.tables import check

__all__ = ["compare", "count"]

#: A word that occurs once says nothing, and such words are half of all.
_FEWEST = 2


def count(result: Analysis) -> None:
    """Tables frequencies, diversity and dispersion of the words in the study's languages."""
    posts, langs, drawn = result.tables["posts"], result.study.corpus.languages, _drawn(result)
    index = TokenIndex.of_parts((part[part["lang"].isin(langs)] for part in result.tables.each("tokens")), posts)
    result.tables["frequencies"] = frequency(index, unit="lemma", only="content", minimum=_FEWEST, **drawn)
    groups = ["lang", *(column for column in ("genre", "country") if column in posts and posts[column].notna().any())]
    parts = [lexical_diversity(index, by=by, **drawn) for by in (*groups, "doc_id")]
    result.tables["diversity"] = check("diversity", pd.concat(parts, ignore_index=True))
    result.tables["dispersion"] = dispersion(index, unit="lemma", only="content")


def compare(result: Analysis) -> None:
    """Table keyness: codes of Spanish beside Italian passages, where the study has both; and the codes' dispersion."""
    passages = passages_of(result, result.study.principles.unit)
    codes = count_codes(result.given(), passages, posts=result.tables["posts"])
    spread = dispersion(codes, minimum=1)
    result.tables["dispersion"] = check(
        "dispersion", pd.concat([result.tables["dispersion"], spread], ignore_index=True)
    )
    if {"es", "it"} <= set(passages["lang"]):
        result.tables["keyness"] = keyness(codes, {"lang": "es"}, {"lang": "it"}, minimum=1, **_drawn(result))


def _drawn(result: Analysis) -> dict[str, Any]:
    """How posts are drawn for intervals."""
    settings = result.study.statistics
    return {"repeats": settings.bootstrap, "confidence": settings.confidence, "seed": result.study.study.seed}
