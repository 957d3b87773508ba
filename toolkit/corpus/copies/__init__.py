"""The same text twice: near duplicates among posts, where they differ, and repeats inside a post."""

from toolkit.corpus.copies.differences import Differences, duplicate_differences, show_differences
from toolkit.corpus.copies.duplicates import find_duplicates
from toolkit.corpus.copies.repeats import mark_repeats

__all__ = ["Differences", "duplicate_differences", "find_duplicates", "mark_repeats", "show_differences"]
