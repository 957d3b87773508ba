"""Annotations in and out of other tools: one small module per format behind one registry, and a report of every loss.

``read_annotations(path)`` and ``write_annotations(table, path, texts=...)`` are the two doors; :func:`read_exchange`
also gives the texts, and the table of what could not be taken in. ``read_codebook`` and ``write_codebook`` do the same
for codebooks.
"""

from toolkit.exchange.codebooks.registry import CODEBOOK_FORMATS, read_codebook, write_codebook, write_codebook_yaml
from toolkit.exchange.detect import detect_format
from toolkit.exchange.exchange import LossWarning, read_annotations, read_exchange, write_annotations
from toolkit.exchange.gather import Exchange
from toolkit.exchange.registry import FORMATS, Format

__all__ = [
    "CODEBOOK_FORMATS",
    "FORMATS",
    "Exchange",
    "Format",
    "LossWarning",
    "detect_format",
    "read_annotations",
    "read_codebook",
    "read_exchange",
    "write_annotations",
    "write_codebook",
    "write_codebook_yaml",
]
