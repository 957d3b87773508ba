"""brat standoff: a folder with NAME.txt and NAME.ann for each document, and the settings that brat shows it by.

What brat does was read in its source (nlplab/brat, ``server/src/annotation.py`` and ``projectconfig.py``):

- ``open_textfile`` goes through Python's ``codecs``, which leaves line ends alone: offsets count Unicode code points
  and CR LF counts two. A byte order mark counts one. Other programs count otherwise (pybrat and brat-peek open files
  with line ends translated, Java programs count UTF-16 units), so reading tries these too, and quotes decide.
- Lines end where Python's ``str.splitlines`` ends them, and a text between tabs ends at a tab. A passage over several
  lines is written as fragments, the white space around line ends left out (``server/src/annotator.py``, brat issue
  1042; tabs: pull request 1175). Read back, fragments with nothing but such white space between them are one passage.
- Types and attributes have the letters ``[A-Za-z0-9_-]`` (``normalize_to_storage_form``): other characters of codes
  become ``_u00F1_`` here; the name that people see stands in visual.conf.
- Attributes (Stance, Coder, Kind) can be seen and chosen in brat, notes of annotators edited. The rest of our fields
  stands in one note of the type ``Toolkit`` at each annotation, and language and title of documents in
  ``documents.jsonl``; brat keeps both and need not understand them.

Several coders: each annotation says its coder in the attribute ``Coder``, so that one file holds all of a document.
Labs that give each coder a folder of their own read these one by one, each with the coder's name as the option
``coder``; the documents are then called the same for all.
"""

import re
from pathlib import Path

from toolkit.exchange.formats.brat.reading import read
from toolkit.exchange.formats.brat.writing import write

__all__ = ["read", "recognise", "write"]

_LINE = re.compile(rb"(?:[TEAMRNX]\d+\S*|#\S*|\*)\t")


def recognise(path: Path, head: bytes) -> bool:
    """A file .ann whose first line is one of brat's, or that is empty."""
    if path.suffix.lower() != ".ann":
        return False
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return not start or _LINE.match(start) is not None
