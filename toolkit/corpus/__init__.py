"""Texts come in here: reading files, page furniture, languages, duplicates, passages; and corpora on disk."""

from toolkit.corpus.choices import choices
from toolkit.corpus.copies import (
    duplicate_differences,
    duplicate_signatures,
    duplicates_of,
    find_duplicates,
    mark_repeats,
    post_shingles,
    shingles_of,
    show_differences,
)
from toolkit.corpus.furniture import (
    Ruleset,
    line_counts,
    load_rules,
    mark_furniture,
    repeated_lines,
    without_furniture,
)
from toolkit.corpus.human import HumanAnnotations, human_annotations
from toolkit.corpus.language import (
    declared_language,
    language_of_passage,
    language_of_post,
    languages_of_posts,
    with_languages,
)
from toolkit.corpus.load import EARLIER_RUN, Corpus, load_corpus, load_posts
from toolkit.corpus.passages import segment
from toolkit.corpus.readers import READERS, File, Options, Record, register
from toolkit.corpus.store import CorpusStore

__all__ = [
    "EARLIER_RUN",
    "READERS",
    "Corpus",
    "CorpusStore",
    "File",
    "HumanAnnotations",
    "Options",
    "Record",
    "Ruleset",
    "choices",
    "declared_language",
    "duplicate_differences",
    "duplicate_signatures",
    "duplicates_of",
    "find_duplicates",
    "human_annotations",
    "language_of_passage",
    "language_of_post",
    "languages_of_posts",
    "line_counts",
    "load_corpus",
    "load_posts",
    "load_rules",
    "mark_furniture",
    "mark_repeats",
    "post_shingles",
    "register",
    "repeated_lines",
    "segment",
    "shingles_of",
    "show_differences",
    "with_languages",
    "without_furniture",
]
