"""Tables to files and back: Parquet holds them exactly, CSV for spreadsheets, JSON Lines for other programs."""

from toolkit.storage.csv_rows import neutral
from toolkit.storage.reading import FORMATS, read_batches, read_named, read_table
from toolkit.storage.writing import write_file, write_files, write_parts, write_table

__all__ = [
    "FORMATS",
    "neutral",
    "read_batches",
    "read_named",
    "read_table",
    "write_file",
    "write_files",
    "write_parts",
    "write_table",
]
