"""Which figures a run draws from its tables, and figures as bytes."""

import io
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit import plots
from toolkit.analysis import Analysis
from toolkit.topics.layout import topic_layout
from toolkit.topics.meaning import topic_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_figures", "figure_bytes"]

#: Most posts that a heat map can show apart.
_MOST_POSTS = 400
#: A word is held against the general language from so many occurrences in so many posts on.
_OFTEN, _WIDELY = 20, 5
#: Most rows of a heat map of principles that a page can show.
_MOST_VALUES = 40


def draw_figures(analysis: Analysis) -> dict[str, "Axes"]:
    """The figures of a run by name: principles, stances, theme_principles, principles_year, principles_country,
    principles_genre (where the posts have them), adjusted_shares; words, words_general, diversity, dispersion, keyness;
    themes, and for each model terms_NAME, map_NAME (language models), posts_NAME, time_NAME, selection_NAME (where the
    number was found out). Figures whose tables are empty or missing are left out.

    >>> from toolkit import Study, analyse, bundled_corpus, load_corpus
    >>> corpus = load_corpus(bundled_corpus())
    >>> study = Study(study={"parts": ("words",)}, text={"pipeline": "simple"}, statistics={"bootstrap": 100})
    >>> list(draw_figures(analyse(corpus._replace(posts=corpus.posts.head(1)), study)))
    ['words', 'diversity']
    """
    tables = analysis.tables
    names = analysis.codebook.names()
    figures: dict[str, Axes] = {}
    level = analysis.study.statistics.confidence
    if "principles" in tables:
        # posts of quotations alone have no coded passage
        if len(tables["principles"]):
            figures["principles"] = plots.principle_shares(tables["principles"], names, confidence=level)
        if len(tables["stances"]):
            figures["stances"] = plots.stances(tables["stances"], names)
        figures |= _of_groups(tables, names, level)
    if "frequencies" in tables:
        figures |= _of_words(tables, names, level)
    summary = tables["topic_summary"]
    if not len(summary):
        return figures
    figures["themes"] = plots.theme_sizes(summary)
    if len(tables.get("theme_principles", ())):
        labels = dict(zip(summary["topic"], summary["label"], strict=True))
        figures["theme_principles"] = plots.theme_principles(tables["theme_principles"], names, labels)
    for model, own in summary.groupby("model", sort=False):
        figures |= _of_model(analysis, str(model), own)
    return figures


def _of_groups(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str], level: float) -> dict[str, "Axes"]:
    """Principles by year, country and genre, and shares corrected for the coder's errors where there are any."""
    figures: dict[str, Axes] = {}
    table = tables["principles_by"]
    years = table["value"][(table["by"] == "year") & table["value"].str.fullmatch(r"\d{4}")]
    if years.nunique() > 1:
        figures["principles_year"] = plots.principles_over_time(table, names=names, confidence=level)
    for by in ("country", "genre"):
        if 1 < table["value"][table["by"] == by].nunique() <= _MOST_VALUES:
            figures[f"principles_{by}"] = plots.principle_groups(table, by, names)
    if len(tables.get("adjusted_shares", ())):
        figures["adjusted_shares"] = plots.adjusted_shares(tables["adjusted_shares"], names, confidence=level)
    return figures


def _of_words(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str], confidence: float) -> dict[str, "Axes"]:
    """Words of the texts, and principles of one language beside the other."""
    figures: dict[str, Axes] = {}
    words, diversity, spread = tables["frequencies"], tables["diversity"], tables["dispersion"]
    if len(words):
        figures["words"] = plots.frequency_bars(words, confidence=confidence)
        often = words[(words["n"] >= _OFTEN) & (words["documents"] >= _WIDELY)]
        if often["zipf_difference"].notna().any():
            figures["words_general"] = plots.general_comparison(often)
    for by in ("genre", "country", "lang"):
        groups = diversity[diversity["by"] == by]
        if groups["mattr"].notna().any() and groups["value"].nunique() <= _MOST_VALUES:
            figures["diversity"] = plots.diversity_points(groups, confidence=confidence)
            break
    spread = spread[spread["lang"] != "all"]
    # over a single post nothing is spread
    if spread["dp_norm"].notna().any():
        figures["dispersion"] = plots.dispersion_map(spread)
    # where every code is as frequent in both languages, there is nothing to draw
    if "keyness" in tables and tables["keyness"]["log_ratio"].fillna(0).ne(0).any():
        figures["keyness"] = plots.keyness_bars(tables["keyness"], names=names, confidence=confidence)
    return figures


def _of_model(analysis: Analysis, model: str, summary: pd.DataFrame) -> dict[str, "Axes"]:
    tables, themes = analysis.tables, analysis.themes
    labels = dict(zip(summary["topic"], summary["label"], strict=True))
    unstable = summary["topic"][summary["unstable"].astype(bool)].tolist()
    figures = {f"terms_{model}": plots.term_bars(_with_corpus_share(analysis, model), unstable=unstable)}
    if themes is not None and model in themes.languages:
        found = themes.languages[model]
        places = topic_layout(found.model.topic_term)
        table = summary.assign(x=places[:, 0], y=places[:, 1], size=summary["tokens"], lang=model)
        assert topic_names(found.model, model) == table["topic"].tolist()
        figures[f"map_{model}"] = plots.intertopic_map(table)
        if found.selection is not None:
            figure = plots.selection_curves(found.selection.table, found.recommendation)
            figures[f"selection_{model}"] = figure.axes[0]
    # shares that are not held are those of more posts than a heat map shows
    posts = _post_shares(analysis, model) if tables.held("shares") else None
    if posts is not None and 2 <= posts["doc_id"].nunique() <= _MOST_POSTS:
        group = "genre" if model != "joint" and posts["genre"].nunique() > 1 else "lang"
        figures[f"posts_{model}"] = plots.theme_documents(posts, group=group, labels=labels)
    prevalence = tables["prevalence"]
    years = prevalence[prevalence["topic"].isin(labels) & (prevalence["by"] == "date")]
    years = years[years["value"].str.fullmatch(r"\d{4}")]
    if years["value"].nunique() > 1:
        figures[f"time_{model}"] = plots.themes_over_time(
            years, labels=labels, unstable=unstable, confidence=analysis.study.statistics.confidence
        )
    return figures


def _with_corpus_share(analysis: Analysis, model: str) -> pd.DataFrame:
    """The first terms of the topics, and for language models how frequent each is in all of the model's tokens."""
    table = analysis.tables["topics"][analysis.tables["topics"]["model"] == model]
    if analysis.themes is None or model not in analysis.themes.languages:
        return table
    documents = analysis.themes.languages[model].documents
    counts = np.bincount(documents.ids, minlength=len(documents.vocabulary)) / max(len(documents.ids), 1)
    return table.assign(corpus_share=table["term"].map(dict(zip(documents.vocabulary, counts, strict=True))))


def _post_shares(analysis: Analysis, model: str) -> pd.DataFrame:
    """The share of each theme in each post, by the tokens of its passages."""
    shares = analysis.tables["shares"][analysis.tables["shares"]["model"] == model]
    weighted = shares.assign(tokens_of=shares["share"] * shares["tokens"])
    table = weighted.groupby(["topic", "doc_id"], sort=False)["tokens_of"].sum().reset_index()
    table["share"] = table["tokens_of"] / table.groupby("doc_id")["tokens_of"].transform("sum")
    posts = analysis.tables["posts"].set_index("doc_id")
    for column in ("genre", "lang"):
        table[column] = table["doc_id"].map(posts[column]).fillna("") if column in posts else ""
    return table.drop(columns="tokens_of")


def figure_bytes(ax: "Axes", kind: str) -> bytes:
    """A figure as "svg" or "png"; the same figure gives the same bytes.

    >>> from matplotlib import pyplot
    >>> ax = pyplot.subplots()[1]
    >>> figure_bytes(ax, "png")[1:4], b"<svg" in figure_bytes(ax, "svg")
    (b'PNG', True)
    """
    import matplotlib

    buffer = io.BytesIO()
    figure: Any = ax.get_figure(root=True)
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with (
        matplotlib.rc_context({"svg.hashsalt": "cluetrain-toolkit", "svg.fonttype": "path"}),
        warnings.catch_warnings(),
    ):
        # letters that the font does not have are drawn as boxes; texts bring any alphabet
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        figure.savefig(buffer, format=kind, dpi=160, metadata=metadata)
    return buffer.getvalue()
