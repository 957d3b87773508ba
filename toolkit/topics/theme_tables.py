"""The tables of themes: what the models of an analysis come to, row by row."""

import numpy as np
import pandas as pd

from toolkit.tables import check, empty
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.languages import JointThemes, LanguageTopics, align_topics, class_terms
from toolkit.topics.meaning import label_candidates, rank_terms, representative_passages, shares_table, topic_names
from toolkit.topics.meaning.ranking import long_shares
from toolkit.topics.of_language import LanguageThemes

__all__ = ["TABLES", "alignment", "joint_shares", "joint_tables", "language_tables", "no_themes", "together"]

#: Terms of a theme that the tables hold.
_SHOWN = 20
#: Shares below this of a joint theme are not written down: a mixture gives every passage a trace of every theme.
_TRACE = 0.001
#: Overlap of a joint theme's passages with those of bootstrap fits from which it is valid and stable, and up to which
#: it is not to be trusted (Hennig 2007, section 3).
JOINT_STABLE, JOINT_UNSTABLE = 0.75, 0.6
#: Samples of fewer posts than this say little about other posts: bootstrap intervals of 5 posts hold the truth in 82 to
#: 87 % of cases where 95 % are asked for, those of 20 in 91 to 93 % (toolkit.topics.meaning.groups).
_FEWEST_POSTS = 20
_HOLDS = ("stability", "chance", "samples", "samples_chance", "unstable", "holds")

TABLES = (
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


def together(name: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The parts of all models as one table of the contract."""
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
        for name in (*TABLES, "alignment", "prevalence")
    }


def language_tables(
    found: LanguageThemes, paragraphs: pd.DataFrame, tokens: pd.DataFrame, texts: dict[str, str]
) -> dict[str, pd.DataFrame]:
    """The tables of one language\'s themes, by name."""
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
    posts = own["doc_id"].nunique()
    stability = found.stability.assign(topic=[f"{lang}.{name}" for name in found.stability.get("topic", [])])
    leads = np.bincount(model.document_topic.argmax(1)[model.lengths > 0], minlength=model.k)
    summary = pd.DataFrame({"topic": names, "model": lang, "label": [labels.get(name, "") for name in names]})
    summary = summary.assign(n=leads, tokens=model.sizes.round(1), **_holds(stability, names, posts), languages=lang)
    selection = found.selection.table.assign(model=lang) if found.selection is not None else pd.DataFrame()
    return {
        "topics": topics,
        "topic_terms": pd.concat([part.assign(model=lang, lang=lang) for part in ranked]),
        "topic_labels": label_candidates(shares, own, tokens, fewest_posts=_label_posts(posts)).assign(model=lang),
        "topic_passages": representative_passages(shares, own, texts, tokens=tokens, topics=topics).assign(model=lang),
        "topic_summary": summary,
        "topic_stability": stability.assign(model=lang),
        "shares": shares,
        "selection": selection,
        "terms_removed": found.removed.assign(model=lang),
    }


def _holds(stability: pd.DataFrame, names: list[str], posts: int) -> dict[str, list[object]]:
    """Columns of the summary on how far each topic holds: stability and chance over seeds, samples and samples_chance
    over samples of the posts, unstable (over seeds), and in words: holds."""
    columns: dict[str, list[object]] = {name: [] for name in _HOLDS}
    for name in names:
        of_topic = stability[stability["topic"] == name] if len(stability) else stability
        rows = {row["over"]: row for row in of_topic.to_dict("records")}
        seeds, samples = rows.get("seeds", {}), rows.get("samples", {})
        unstable = bool(seeds.get("unstable", False))
        others = samples and not samples["unstable"] and posts >= _FEWEST_POSTS
        said = "no" if unstable else "other posts" if others else "these posts"
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


def _label_posts(posts: int) -> int:
    """Posts a label must stand in: one in fifteen, 3 to 10. "Google Docs" stood in 3 of 72 and named a theme."""
    return max(3, min(10, round(posts / 15)))


def joint_tables(
    themes: JointThemes,
    documents: DocumentTerms,
    paragraphs: pd.DataFrame,
    tokens: pd.DataFrame,
    texts: dict[str, str],
) -> dict[str, pd.DataFrame]:
    """The tables of the joint themes, by name."""
    names = [f"joint.{number}" for number in range(1, themes.k + 1)]
    terms = class_terms(documents.texts(), paragraphs["lang"].tolist(), themes.shares, names=names, most=_SHOWN)
    topics = terms.rename(columns={"theme": "topic"}).assign(model="joint")
    labels = []
    for name in names:
        of_theme = topics[(topics["topic"] == name) & (topics["rank"] <= 3)]
        labels.append(" | ".join(", ".join(part["term"]) for _, part in of_theme.groupby("lang")) or name)
    shares = joint_shares(themes.shares, documents.lengths, paragraphs)
    kept = _without_traces(themes.shares)
    about = themes.summary()
    summary = pd.DataFrame({"topic": names, "model": "joint", "label": labels, "n": about["n"].astype(int)})
    summary["tokens"] = (documents.lengths @ kept).round(1)
    summary["stability"] = np.nan
    summary["samples"] = about["stability"].round(2)
    overlap = summary["samples"]
    summary["unstable"] = (overlap < JOINT_UNSTABLE).to_numpy()
    others = "other posts" if paragraphs["doc_id"].nunique() >= _FEWEST_POSTS else "these posts"
    said = np.where(overlap >= JOINT_STABLE, others, np.where(summary["unstable"], "no", "partly"))
    summary["holds"] = np.where(overlap.isna(), "not tried", said)
    summary["languages"] = [lang or " ".join(themes.languages) for lang in themes.alone]
    return {
        "topics": topics[["topic", "term", "weight", "model", "lang", "rank"]],
        "topic_terms": topics.assign(by="class-based tf-idf")[
            ["topic", "term", "rank", "by", "weight", "model", "lang"]
        ],
        "topic_labels": label_candidates(
            shares, paragraphs, tokens, fewest_posts=_label_posts(paragraphs["doc_id"].nunique())
        ).assign(model="joint"),
        "topic_passages": representative_passages(shares, paragraphs, texts, tokens=tokens, topics=topics).assign(
            model="joint"
        ),
        "topic_summary": summary,
        "shares": shares,
    }


def joint_shares(shares: np.ndarray, lengths: np.ndarray, paragraphs: pd.DataFrame) -> pd.DataFrame:
    """The shares table of joint themes: ``shares`` (paragraphs, themes), ``lengths`` their terms."""
    kept = _without_traces(shares)
    names = [f"joint.{place + 1}" for place in range(kept.shape[1])]
    table = long_shares(kept, lengths, paragraphs, names, "joint")
    return table[["doc_id", "passage_id", "start", "end", "model", "tokens", "topic", "share"]]


def _without_traces(shares: np.ndarray) -> np.ndarray:
    kept = np.where(shares < _TRACE, 0, shares)
    return np.asarray(kept / np.maximum(kept.sum(1, keepdims=True), 1e-12))


def alignment(found: dict[str, LanguageThemes], vectors: np.ndarray, seed: int) -> pd.DataFrame:
    """How the models of two languages match; empty without two."""
    if len(found) != 2:
        return no_themes()["alignment"]
    first, second = (
        LanguageTopics(one.lang, tuple(topic_names(one.model, one.lang)), one.model.document_topic, vectors[one.rows])
        for one in found.values()
    )
    return check("alignment", align_topics(first, second, seed=seed))
