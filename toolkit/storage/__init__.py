"""Tables to files and back: Parquet holds them exactly, CSV for spreadsheets, JSON Lines for other programs."""

from toolkit.storage.csv_rows import neutral
from toolkit.storage.mapped import MappedTexts, let_go, rows_of
from toolkit.storage.reading import FORMATS, read_batches, read_named, read_table
from toolkit.storage.writing import write_file, write_files, write_parts, write_table

__all__ = [
    "FORMATS",
    "MappedTexts",
    "let_go",
    "neutral",
    "read_batches",
    "read_named",
    "read_table",
    "rows_of",
    "write_file",
    "write_files",
    "write_parts",
    "write_table",
]
