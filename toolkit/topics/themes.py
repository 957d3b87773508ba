"""Themes of a corpus: one model per language and one across languages, with how far each theme holds."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from toolkit.display import Card, SelfShown, card, show
from toolkit.errors import InputError
from toolkit.parallel import kept_pool
from toolkit.tables import check
from toolkit.topics.choice import ThemeChoice
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.languages import JointThemes, fit_joint
from toolkit.topics.of_language import LanguageThemes, find_in_language
from toolkit.topics.terms import TermChoice, terms_of
from toolkit.topics.theme_tables import TABLES, alignment, joint_tables, language_tables, together

__all__ = ["Themes", "find_themes"]

_PARAGRAPHS_PER_TOPIC = 5
#: Paragraphs with fewer terms shape no joint theme.
_FEWEST_TERMS = 3

#: Terms of a theme that its card shows.
_SHOWN_TERMS = 8


@dataclass(repr=False)
class Themes(SelfShown):
    """What was found.

    Attributes
    ----------
    tables : by name, see :data:`toolkit.tables.CONTRACTS`: topics, topic_terms, topic_labels, topic_passages,
        topic_summary, topic_stability, shares, alignment, selection, terms_removed. ``holds`` in the summary
        says with what a theme of one language comes back: "other posts" (over seeds and over samples of 20 posts or
        more), "these posts" (over seeds only), "no" (not even that: ``unstable``). Joint themes are tried over samples
        only: "other posts" from an overlap of .75, "partly" from .6, else "no" (``unstable``).
    languages : what is behind the themes of each language, by language: model, documents, scores.
    joint : the joint themes of the paragraphs given.
    warnings : sentences on what could not be done as asked, and what to know before citing.

    >>> import pandas as pd
    >>> from toolkit.topics import Themes
    >>> themes = Themes({"topics": pd.DataFrame({"topic": ["es.1"], "term": ["escuchar"], "weight": [0.2]})})
    >>> themes.tables["topics"], themes.joint, themes.warnings
    (  topic      term  weight
    0  es.1  escuchar     0.2, None, [])
    """

    tables: dict[str, pd.DataFrame]
    languages: dict[str, LanguageThemes] = field(default_factory=dict)
    joint: JointThemes | None = None
    warnings: list[str] = field(default_factory=list)

    def _card_(self, lang: str = "en") -> Card:
        summary, terms = self.tables["topic_summary"], self.tables["topics"]
        spoken = terms.groupby("topic")["lang"].nunique()
        first = {
            topic: " | ".join(
                ", ".join(own["term"].head(_SHOWN_TERMS // spoken[topic])) for _, own in part.groupby("lang")
            )
            for topic, part in terms.groupby("topic")
        }
        table = summary.assign(terms=summary["topic"].map(first))
        columns = [name for name in ("topic", "terms", "label", "n", "stability", "chance", "holds") if name in table]
        return card("themes", lang, tables=[show(table, columns, rows=200, lang=lang)], notes=self.warnings)

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

    >>> import toolkit
    >>> from toolkit.text import embed
    >>> from toolkit.topics import ThemeChoice, find_themes
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(8)  # Spanish ones
    >>> paragraphs = toolkit.segment(posts, unit="paragraph").query("lang == 'es'").reset_index(drop=True)
    >>> tokens, texts = toolkit.tokenise(posts, paragraphs, choice="simple"), dict(zip(posts["doc_id"], posts["text"]))
    >>> vectors = embed([texts[row.doc_id][row.start : row.end] for row in paragraphs.itertuples()])
    >>> choice = ThemeChoice(per_language=2, joint=0, runs=4, iterations=20)
    >>> themes = find_themes(paragraphs, tokens, vectors, texts, choice)
    >>> sorted(themes.tables["topic_summary"]["topic"]), sorted(themes.tables)[:3]
    (['es.1', 'es.2'], ['alignment', 'selection', 'shares'])
    """
    choice = choice or ThemeChoice()
    paragraphs, tokens = check("passages", paragraphs), check("tokens", tokens)
    if len(vectors) != len(paragraphs):
        raise InputError(f"themes: {len(paragraphs)} paragraphs and {len(vectors)} vectors; give one per paragraph.")
    warnings: list[str] = []
    found: dict[str, LanguageThemes] = {}
    spoken = paragraphs["lang"].to_numpy(dtype=object)
    # processes are started once for all models
    with kept_pool(workers):
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
        joint = _fit_joint(paragraphs, tokens, vectors, choice, warnings, workers, progress)
    parts = [language_tables(one, paragraphs, tokens, texts) for one in found.values()]
    if joint is not None:
        parts.append(joint_tables(*joint, paragraphs, tokens, texts))
    tables = {name: together(name, [part[name] for part in parts if name in part]) for name in TABLES}
    tables["alignment"] = alignment(found, vectors, choice.seed)
    return Themes(tables, found, joint[0] if joint is not None else None, warnings)


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
    long = documents.lengths >= _FEWEST_TERMS
    # a paragraph that stands in ten posts is one meaning
    bears = min(int(long.sum()) // _PARAGRAPHS_PER_TOPIC, len(np.unique(vectors[long & vectors.any(1)], axis=0)))
    if bears < 2:
        warnings.append(f"joint: {len(paragraphs)} paragraphs are too few for themes across languages.")
        return None
    if choice.joint == 1:
        warnings.append("joint: 1 theme asked for, 2 made: one theme of all paragraphs says nothing.")
    if bears < choice.joint:
        warnings.append(
            f"joint: {choice.joint} themes asked for, {bears} made: there are {len(paragraphs)} paragraphs."
        )
    try:
        themes = fit_joint(
            vectors,
            paragraphs["lang"].tolist(),
            documents.lengths,
            max(2, min(choice.joint, bears)),
            posts=paragraphs["doc_id"].tolist(),
            seed=choice.seed,
            runs=choice.runs,
            fewest_terms=_FEWEST_TERMS,
            workers=workers,
            progress=progress,
        )
    except InputError as error:
        # shapes were checked above: what is left is too little that differs in meaning
        warnings.append(f"joint: {str(error).removeprefix('joint themes: ')}")
        return None
    return themes, documents
