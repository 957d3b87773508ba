"""Themes across languages: joint themes in the shared vector space, and separate models aligned."""

from toolkit.topics.languages.alignment import LanguageTopics, align_topics, topic_vectors
from toolkit.topics.languages.class_terms import class_terms
from toolkit.topics.languages.evaluation import code_agreement, pair_agreement, same_code_contrast
from toolkit.topics.languages.joint import JointThemes, fit_joint
from toolkit.topics.languages.space import MeaningSpace, fit_space

__all__ = [
    "JointThemes",
    "LanguageTopics",
    "MeaningSpace",
    "align_topics",
    "class_terms",
    "code_agreement",
    "fit_joint",
    "fit_space",
    "pair_agreement",
    "same_code_contrast",
    "topic_vectors",
]
