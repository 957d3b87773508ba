"""Practising before the work: sentences with agreed codes, and what is said about one's own."""
