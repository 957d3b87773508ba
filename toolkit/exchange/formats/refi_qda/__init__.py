"""REFI-QDA projects (.qdpx): what ATLAS.ti, MAXQDA, NVivo, QualCoder and others exchange whole projects in.

Specification: REFI-QDA 1.5 of 25-09-2019, below "the specification". A project is a ZIP of ``project.qde`` (XML in the
namespace ``urn:QDA-XML:project:1.0``) and a folder ``sources`` with the texts, each named by a GUID (sections 8.1,
8.3, 8.4); plain texts are UTF-8 (9.1.2). A bare ``project.qde`` is read too, with its texts beside it, or given by the
user.

What is read: :mod:`toolkit.exchange.formats.refi_qda.reading`; what is written, and where each column stands in it:
:mod:`toolkit.exchange.formats.refi_qda.writing`.

Offsets: Unicode code points from 0 (10.2), the end after the last character: a selection of the ATLAS.ti project in
Annex A.3 that is named "granola" goes from 62 to 69. The specification does not speak of line ends. QualCoder
(src/qualcoder/refi.py, load_text_source) has found that ATLAS.ti counts CR LF as one character, and NVivo as two; so
both are tried, and UTF-16 units, in the order of the program that wrote the file (attribute ``origin``). What decides
are the names of the selections, which in ATLAS.ti are their text, cut at about 100 signs.

What we write counts CR LF as two. So in ATLAS.ti codings of texts with CR LF would stand too late by one character for
each line end before them; nothing in a file can say how it counts. Everything comes back through us, so the table of
losses has no row for it; the description of the project, which ATLAS.ti shows as its comment, says it. For ATLAS.ti,
give texts LF before they are coded.
"""

from pathlib import Path

from toolkit.exchange.formats.refi_qda.reading import read
from toolkit.exchange.formats.refi_qda.writing import write

__all__ = ["read", "recognise", "write"]


def recognise(path: Path, head: bytes) -> bool:
    """Is it a project by its name and beginning: a ZIP named .qdpx, or XML of the namespace of projects?"""
    if path.suffix.lower() == ".qdpx":
        return head.startswith(b"PK")
    return path.suffix.lower() == ".qde" or (b"<Project" in head and b"urn:QDA-XML:project:" in head)
