"""Texts come in here: reading files, page furniture, languages, passages."""

from toolkit.corpus.furniture import load_rules, mark_furniture, without_furniture
from toolkit.corpus.human import HumanAnnotations, human_annotations
from toolkit.corpus.language import declared_language, language_of_passage, language_of_post
from toolkit.corpus.load import EARLIER_RUN, Corpus, load_corpus, load_posts
from toolkit.corpus.passages import segment

__all__ = [
    "EARLIER_RUN",
    "Corpus",
    "HumanAnnotations",
    "declared_language",
    "human_annotations",
    "language_of_passage",
    "language_of_post",
    "load_corpus",
    "load_posts",
    "load_rules",
    "mark_furniture",
    "segment",
    "without_furniture",
]
