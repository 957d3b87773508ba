"""The same text twice: near duplicates among posts, where they differ, and repeats inside a post."""

from toolkit.corpus.copies.differences import Differences, duplicate_differences, show_differences
from toolkit.corpus.copies.duplicates import duplicates_of, find_duplicates
from toolkit.corpus.copies.repeats import mark_repeats
from toolkit.corpus.copies.signatures import duplicate_signatures, post_shingles, shingles_of

__all__ = [
    "Differences",
    "duplicate_differences",
    "duplicate_signatures",
    "duplicates_of",
    "find_duplicates",
    "mark_repeats",
    "post_shingles",
    "shingles_of",
    "show_differences",
]
