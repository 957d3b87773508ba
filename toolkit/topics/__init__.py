"""Themes: topic models per language and across languages."""

from toolkit.topics.joint import class_terms, fit_joint
from toolkit.topics.lda import Lda, fit_lda
from toolkit.topics.stability import stability
from toolkit.topics.themes import Themes, find_themes
from toolkit.topics.vocabulary import choose_terms, documents_of

__all__ = [
    "Lda",
    "Themes",
    "choose_terms",
    "class_terms",
    "documents_of",
    "find_themes",
    "fit_joint",
    "fit_lda",
    "stability",
]
