"""Comparison: what one part of a corpus says more often than another."""
