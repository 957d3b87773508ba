"""Themes: topic models of one language and across languages, how far they hold, and what they mean.

The whole way in one call is :func:`find_themes`. Its steps: terms (:func:`terms_of`), engines (:func:`fit_model`), how
many (:mod:`toolkit.topics.selection`), stability and consensus (:mod:`toolkit.topics.stability`), topics asked for
(:mod:`toolkit.topics.guided`), languages (:mod:`toolkit.topics.languages`), meaning (:mod:`toolkit.topics.meaning`),
validation by people (:mod:`toolkit.topics.validation`), corpora beyond memory (:mod:`toolkit.topics.distribution`).
"""

from toolkit.topics.choice import ThemeChoice
from toolkit.topics.documents import DocumentTerms, document_terms
from toolkit.topics.engines import ENGINES, fit_model
from toolkit.topics.guided import codebook_seeds, fit_guided, kept_seeds
from toolkit.topics.languages import align_topics, class_terms, fit_joint
from toolkit.topics.meaning import (
    label_candidates,
    prevalence,
    prevalence_difference,
    rank_terms,
    representative_passages,
    shares_table,
)
from toolkit.topics.model import TopicModel
from toolkit.topics.model_file import load_model, save_model
from toolkit.topics.selection import coherence, recommend_k, select_k
from toolkit.topics.sharing import ThemeReader, theme_reader
from toolkit.topics.stability import consensus, match_topics, runs_over_samples, runs_over_seeds, stability_scores
from toolkit.topics.terms import TermChoice, terms_of
from toolkit.topics.themes import Themes, find_themes

__all__ = [
    "ENGINES",
    "DocumentTerms",
    "TermChoice",
    "ThemeChoice",
    "ThemeReader",
    "Themes",
    "TopicModel",
    "align_topics",
    "class_terms",
    "codebook_seeds",
    "coherence",
    "consensus",
    "document_terms",
    "find_themes",
    "fit_guided",
    "fit_joint",
    "fit_model",
    "kept_seeds",
    "label_candidates",
    "load_model",
    "match_topics",
    "prevalence",
    "prevalence_difference",
    "rank_terms",
    "recommend_k",
    "representative_passages",
    "runs_over_samples",
    "runs_over_seeds",
    "save_model",
    "select_k",
    "shares_table",
    "stability_scores",
    "terms_of",
    "theme_reader",
]
