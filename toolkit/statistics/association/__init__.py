"""Collocations: which words, or codes, stand together more often than by chance."""
