"""What an analysis found, as the explorer shows it: a tab per model."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from toolkit.analysis import Analysis
from toolkit.explorer.view import ModelView, model_view
from toolkit.text import LANGUAGE_NAMES
from toolkit.topics.layout import scaled
from toolkit.topics.meaning import topic_names

__all__ = ["analysis_views"]

#: By these the sizes of themes are drawn; a corpus may lack them.
_GROUPINGS = ("date", "genre", "country")


def analysis_views(analysis: Analysis) -> list[ModelView]:
    """The models of an analysis, those of the languages first; none where it has no themes.

    >>> from toolkit import Study
    >>> from toolkit.analysis import Analysis
    >>> from toolkit.codebook import load_codebook
    >>> analysis_views(Analysis(Study(), load_codebook()))  # no themes, no tabs
    []
    """
    themes, tables = analysis.themes, analysis.tables
    if themes is None:
        return []
    views = []
    for lang, found in themes.languages.items():
        names = topic_names(found.model, lang)
        views.append(
            model_view(
                found.model,
                found.documents,
                name=lang,
                title=LANGUAGE_NAMES.get(lang, lang),
                lang=lang,
                labels=_labels(tables, names),
                stability=_of(tables, names, "stability").tolist(),
                unstable=_of(tables, names, "unstable").astype(bool).tolist(),
                passages=_passages(analysis, names),
                prevalence=_prevalence(tables, names),
                note=_note(analysis, lang),
            )
        )
    if themes.joint is not None:
        names = [f"joint.{number}" for number in range(1, themes.joint.k + 1)]
        terms = tables["topics"][tables["topics"]["model"] == "joint"]
        centres = themes.joint.centres
        # chords between unit centres
        apart = np.sqrt(np.maximum(2 - 2 * np.clip(centres @ centres.T, -1, 1), 0))
        np.fill_diagonal(apart, 0)
        views.append(
            ModelView(
                name="joint",
                title="Across languages",
                names=names,
                sizes=_of(tables, names, "tokens"),
                language_terms=terms[["topic", "lang", "term", "weight"]],
                labels=_labels(tables, names),
                stability=_of(tables, names, "samples").tolist(),
                unstable=_of(tables, names, "unstable").astype(bool).tolist(),
                passages=_passages(analysis, names),
                prevalence=_prevalence(tables, names),
                positions=scaled((apart + apart.T) / 2),
                note="paragraphs grouped by meaning; stability: overlap of a theme's paragraphs with those it gets in "
                "bootstrap samples of the posts",
            )
        )
    return views


def _note(analysis: Analysis, lang: str) -> str:
    settings = analysis.study.topics
    assert analysis.themes is not None
    found = analysis.themes.languages[lang]
    model = found.model
    how_many = f". How many: {found.recommendation}" if found.recommendation is not None else ""
    made = f"consensus of {model.settings['runs']} fits" if model.engine == "consensus" else model.engine
    drawn = "themes fitted to" in analysis.used
    of = "; fitted to posts drawn at random: sizes and counts of terms are theirs" if drawn else ""
    return (
        f"{made}, {model.k} topics, seed {analysis.study.study.seed}, engine {settings.engine}{of}; "
        f"{_held(analysis.tables['topic_stability'], lang, model.k)}{how_many}"
    )


def _held(stability: pd.DataFrame, model: str, k: int) -> str:
    """Against what the topics of a model were tried, and how many of them come back."""
    own = stability[stability["model"] == model] if len(stability) else stability
    if own.empty:
        return "stability was not tried"
    samples = own[own["over"] == "samples"]
    if samples.empty:
        return "stability over seeds"
    back = int((~samples["unstable"].astype(bool)).sum())
    return f"stability over seeds; over samples of the posts {back} of {k} topics come back in half of the fits or more"


def _of(tables: Mapping[str, pd.DataFrame], names: list[str], column: str) -> np.ndarray:
    return np.asarray(tables["topic_summary"].set_index("topic")[column].reindex(names).to_numpy())


def _labels(tables: Mapping[str, pd.DataFrame], names: list[str]) -> list[list[str]]:
    """What to call each topic, best first: its phrases; before single words the three terms of the summary."""
    table, summary = tables["topic_labels"], tables["topic_summary"].set_index("topic")["label"]
    found = []
    for name in names:
        part = table[table["topic"] == name].sort_values(["rank", "lang"], kind="stable")
        phrases = part["label"][part["kind"] == "phrase"].tolist() if len(part) else []
        words = part["label"][part["kind"] != "phrase"].tolist() if len(part) else []
        found.append([*phrases, str(summary[name]), *words])
    return found


def _passages(analysis: Analysis, names: list[str]) -> pd.DataFrame:
    table = analysis.tables["topic_passages"]
    part = table[table["topic"].isin(names)]
    # a post may hold paragraphs of another language
    langs: dict[str, str] = {}
    for passages in analysis.tables.each("passages", ["passage_id", "lang"]):
        own = passages[passages["passage_id"].isin(part["passage_id"])]
        langs |= dict(zip(own["passage_id"], own["lang"], strict=True))
    return part.assign(lang=part["passage_id"].map(langs))[
        ["topic", "doc_id", "start", "end", "quote", "share", "lang"]
    ]


def _prevalence(tables: Mapping[str, pd.DataFrame], names: list[str]) -> pd.DataFrame | None:
    table = tables["prevalence"]
    part = table[table["topic"].isin(names) & table["by"].isin(_GROUPINGS)]
    return part.reset_index(drop=True) if len(part) else None
