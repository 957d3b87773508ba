"""Themes of a corpus: one model per language and one across languages, with how far each theme holds."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from toolkit.errors import InputError
from toolkit.tables import check, empty
from toolkit.topics.choice import ThemeChoice
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.languages import JointThemes, LanguageTopics, align_topics, class_terms, fit_joint
from toolkit.topics.meaning import label_candidates, rank_terms, representative_passages, shares_table, topic_names
from toolkit.topics.of_language import LanguageThemes, find_in_language
from toolkit.topics.terms import TermChoice, terms_of

__all__ = ["Themes", "find_themes", "no_themes"]

#: Terms of a theme that the tables hold.
_SHOWN = 20
_PARAGRAPHS_PER_TOPIC = 5
#: Shares below this of a joint theme are not written down: a mixture gives every passage a trace of every theme.
_TRACE = 0.001
_HOLDS = ("stability", "chance", "samples", "samples_chance", "unstable", "holds")
#: A joint theme whose passages overlap less with those of bootstrap fits is unstable (Hennig 2007, section 3).
JOINT_UNSTABLE = 0.6


@dataclass(repr=False)
class Themes:
    """What was found.

    Attributes
    ----------
    tables : by name, see :data:`toolkit.tables.CONTRACTS`: topics, topic_terms, topic_labels, topic_passages,
        topic_summary, topic_stability, shares, alignment, selection, terms_removed. ``holds`` in the summary says
        with what a theme comes back: "other posts" (over seeds and over samples of the posts), "these posts" (over
        seeds only), "no" (not even that: ``unstable``).
    languages : what is behind the themes of each language, by language: model, documents, scores.
    joint : the joint themes, and ``joint_rows``, the rows of the paragraphs they were found in.
    warnings : sentences on what could not be done as asked, and what to know before citing.
    """

    tables: dict[str, pd.DataFrame]
    languages: dict[str, LanguageThemes] = field(default_factory=dict)
    joint: JointThemes | None = None
    warnings: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        models = [f"{name} ({one.model.k})" for name, one in self.languages.items()]
        return "Themes: " + ", ".join([*models, *([f"joint ({self.joint.k})"] if self.joint else [])])


@threadpool_limits.wrap(limits=1)
def find_themes(
    paragraphs: pd.DataFrame,
    tokens: pd.DataFrame,
    vectors: np.ndarray,
    texts: dict[str, str],
    choice: ThemeChoice | None = None,
    *,
    workers: int = 1,
    resume: Path | None = None,
    progress: bool = False,
) -> Themes:
    """Find themes in paragraphs.

    Parameters
    ----------
    paragraphs : passages table (unit paragraph, without furniture); ``vectors`` (paragraphs, dimension): their
        sentence vectors; ``tokens`` : tokens table; ``texts``: the text of each post.
    choice : what is asked for.
    workers : processes; no result depends on it.
    resume : a folder where finished fits are kept while the number of topics is found out, so that an interrupted
        search goes on where it was.

    Returns
    -------
    Themes
        Topics are named "es.1", "it.2", "joint.3", the largest of a model first; guided topics "es.listening".
        Weights: probability of the term in the topic, or class-based tf-idf (joint). Shares of a passage add up to 1
        over the topics of a model.
    """
    choice = choice or ThemeChoice()
    paragraphs, tokens = check("passages", paragraphs), check("tokens", tokens)
    if len(vectors) != len(paragraphs):
        raise InputError(f"themes: {len(paragraphs)} paragraphs and {len(vectors)} vectors; give one per paragraph.")
    warnings: list[str] = []
    found: dict[str, LanguageThemes] = {}
    spoken = paragraphs["lang"].to_numpy(dtype=object)
    for lang in sorted(set(spoken)) if choice.per_language or choice.guided else []:
        own = find_in_language(
            str(lang),
            np.flatnonzero(spoken == lang),
            paragraphs,
            tokens,
            choice,
            warnings=warnings,
            workers=workers,
            resume=resume / str(lang) if resume is not None else None,
            progress=progress,
        )
        if own is not None:
            found[str(lang)] = own
    parts = [_language_tables(one, paragraphs, tokens, texts) for one in found.values()]
    joint = _fit_joint(paragraphs, tokens, vectors, choice, warnings, workers, progress)
    if joint is not None:
        parts.append(_joint_tables(*joint, paragraphs, tokens, texts))
    tables = {name: _together(name, [part[name] for part in parts if name in part]) for name in _TABLES}
    tables["alignment"] = _alignment(found, vectors, choice.seed)
    return Themes(tables, found, joint[0] if joint is not None else None, warnings)


_TABLES = (
    "topics",
    "topic_terms",
    "topic_labels",
    "topic_passages",
    "topic_summary",
    "topic_stability",
    "shares",
    "selection",
    "terms_removed",
)


def _together(name: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    return check(name, pd.concat(parts, ignore_index=True)) if parts else no_themes()[name]


def no_themes() -> dict[str, pd.DataFrame]:
    """The tables of themes without a row."""
    further = {
        "topics": ["model", "lang", "rank"],
        "topic_terms": ["model", "lang"],
        "topic_labels": ["kind", "share", "model"],
        "topic_passages": ["model"],
        "topic_summary": ["tokens", "chance", "samples", "samples_chance", "unstable", "holds", "languages"],
        "topic_stability": ["model"],
        "shares": ["start", "end", "model", "tokens"],
    }
    return {
        name: empty(name).assign(**{column: [] for column in further.get(name, [])})
        for name in (*_TABLES, "alignment", "prevalence")
    }


def _language_tables(
    found: LanguageThemes, paragraphs: pd.DataFrame, tokens: pd.DataFrame, texts: dict[str, str]
) -> dict[str, pd.DataFrame]:
    lang, model = found.lang, found.model
    own = paragraphs.iloc[found.rows].reset_index(drop=True)
    tokens = tokens[tokens["doc_id"].isin(own["doc_id"])]
    names = topic_names(model, lang)
    ranked = [
        rank_terms(model, found.documents, by=by, most=_SHOWN, name=lang)
        for by in ("probability", "relevance", "exclusivity")
    ]
    topics = ranked[0].assign(model=lang, lang=lang)[["topic", "term", "weight", "model", "lang", "rank"]]
    shares = shares_table(model, own, lang)
    relevant = ranked[1][ranked[1]["rank"] <= 3]
    labels = {str(topic): ", ".join(part["term"]) for topic, part in relevant.groupby("topic")}
    stability = found.stability.assign(topic=[f"{lang}.{name}" for name in found.stability.get("topic", [])])
    leads = np.bincount(model.document_topic.argmax(1)[model.lengths > 0], minlength=model.k)
    summary = pd.DataFrame({"topic": names, "model": lang, "label": [labels.get(name, "") for name in names]})
    summary = summary.assign(n=leads, tokens=model.sizes.round(1), **_holds(stability, names), languages=lang)
    selection = found.selection.table.assign(model=lang) if found.selection is not None else pd.DataFrame()
    return {
        "topics": topics,
        "topic_terms": pd.concat([part.assign(model=lang, lang=lang) for part in ranked]),
        "topic_labels": label_candidates(shares, own, tokens).assign(model=lang),
        "topic_passages": representative_passages(shares, own, texts, tokens=tokens, topics=topics).assign(model=lang),
        "topic_summary": summary,
        "topic_stability": stability.assign(model=lang),
        "shares": shares,
        "selection": selection,
        "terms_removed": found.removed.assign(model=lang),
    }


def _holds(stability: pd.DataFrame, names: list[str]) -> dict[str, list[object]]:
    """Columns of the summary on how far each topic holds: stability and chance over seeds, samples and samples_chance
    over samples of the posts, unstable (over seeds), and in words: holds."""
    columns: dict[str, list[object]] = {name: [] for name in _HOLDS}
    for name in names:
        of_topic = stability[stability["topic"] == name] if len(stability) else stability
        rows = {row["over"]: row for row in of_topic.to_dict("records")}
        seeds, samples = rows.get("seeds", {}), rows.get("samples", {})
        unstable = bool(seeds.get("unstable", False))
        said = "no" if unstable else "other posts" if samples and not samples["unstable"] else "these posts"
        values = (
            round(seeds.get("jaccard", np.nan), 2),
            round(seeds.get("chance", np.nan), 2),
            round(samples.get("jaccard", np.nan), 2),
            round(samples.get("chance", np.nan), 2),
            unstable,
            said if seeds else "not tried",
        )
        for column, value in zip(_HOLDS, values, strict=True):
            columns[column].append(value)
    return columns


def _fit_joint(
    paragraphs: pd.DataFrame,
    tokens: pd.DataFrame,
    vectors: np.ndarray,
    choice: ThemeChoice,
    warnings: list[str],
    workers: int,
    progress: bool,
) -> tuple[JointThemes, DocumentTerms] | None:
    if not choice.joint:
        return None
    try:
        everything = TermChoice(choice.terms.field, choice.terms.pos, fewest_posts=1, largest_share=1.0)
        documents = terms_of(paragraphs, tokens, everything).documents
    except InputError as error:
        warnings.append(f"joint: {error}")
        return None
    bears = int((documents.lengths >= 3).sum()) // _PARAGRAPHS_PER_TOPIC
    if bears < 2:
        warnings.append(f"joint: {len(paragraphs)} paragraphs are too few for themes across languages.")
        return None
    if bears < choice.joint:
        warnings.append(
            f"joint: {choice.joint} themes asked for, {bears} made: there are {len(paragraphs)} paragraphs."
        )
    themes = fit_joint(
        vectors,
        paragraphs["lang"].tolist(),
        documents.lengths,
        max(2, min(choice.joint, bears)),
        posts=paragraphs["doc_id"].tolist(),
        seed=choice.seed,
        runs=choice.runs,
        workers=workers,
        progress=progress,
    )
    return themes, documents


def _joint_tables(
    themes: JointThemes,
    documents: DocumentTerms,
    paragraphs: pd.DataFrame,
    tokens: pd.DataFrame,
    texts: dict[str, str],
) -> dict[str, pd.DataFrame]:
    names = [f"joint.{number}" for number in range(1, themes.k + 1)]
    terms = class_terms(documents.texts(), paragraphs["lang"].tolist(), themes.shares, names=names, most=_SHOWN)
    topics = terms.rename(columns={"theme": "topic"}).assign(model="joint")
    labels = []
    for name in names:
        of_theme = topics[(topics["topic"] == name) & (topics["rank"] <= 3)]
        labels.append(" | ".join(", ".join(part["term"]) for _, part in of_theme.groupby("lang")) or name)
    kept = np.where(themes.shares < _TRACE, 0, themes.shares)
    kept = kept / np.maximum(kept.sum(1, keepdims=True), 1e-12)
    long = paragraphs[["doc_id", "passage_id", "start", "end"]].assign(model="joint", tokens=documents.lengths)
    parts = [long.assign(topic=name, share=kept[:, place]) for place, name in enumerate(names)]
    shares = pd.concat(parts, ignore_index=True)
    shares = shares[(shares["share"] > 0) & (shares["tokens"] > 0)].reset_index(drop=True)
    about = themes.summary()
    summary = pd.DataFrame({"topic": names, "model": "joint", "label": labels, "n": about["n"].astype(int)})
    summary["tokens"] = (documents.lengths @ kept).round(1)
    summary["stability"] = np.nan
    summary["samples"] = about["stability"].round(2)
    summary["unstable"] = (about["stability"] < JOINT_UNSTABLE).to_numpy()
    tried = about["stability"].notna()
    summary["holds"] = np.where(~tried, "not tried", np.where(summary["unstable"], "no", "other posts"))
    summary["languages"] = [lang or " ".join(themes.languages) for lang in themes.alone]
    return {
        "topics": topics[["topic", "term", "weight", "model", "lang", "rank"]],
        "topic_terms": topics.assign(by="class-based tf-idf")[
            ["topic", "term", "rank", "by", "weight", "model", "lang"]
        ],
        "topic_labels": label_candidates(shares, paragraphs, tokens).assign(model="joint"),
        "topic_passages": representative_passages(shares, paragraphs, texts, tokens=tokens, topics=topics).assign(
            model="joint"
        ),
        "topic_summary": summary,
        "shares": shares,
    }


def _alignment(found: dict[str, LanguageThemes], vectors: np.ndarray, seed: int) -> pd.DataFrame:
    """How the models of two languages match; empty without two."""
    if len(found) != 2:
        return no_themes()["alignment"]
    first, second = (
        LanguageTopics(one.lang, tuple(topic_names(one.model, one.lang)), one.model.document_topic, vectors[one.rows])
        for one in found.values()
    )
    return check("alignment", align_topics(first, second, seed=seed))
