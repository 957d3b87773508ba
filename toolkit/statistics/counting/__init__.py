"""Counting: tokens as numbers, what occurs where, parts of a corpus, frequencies and lexical diversity."""
