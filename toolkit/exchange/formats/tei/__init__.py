"""TEI P5 standoff as CATMA writes and imports it (Computer Assisted Text Markup and Analysis, forTEXT).

One XML file per text and annotation collection: the tags in the header (``fsdDecl`` a tagset, ``fsDecl`` a tag whose
name is its ``fsDescr``), one feature structure (``fs``) per annotation, and pointers into the text, which stands in a
file of its own. As CATMA writes it (forTEXT/catma, package ``de.catma.serialization.tei``, form version 5).
"""

import re
from pathlib import Path

from toolkit.exchange.formats.tei.reading import read
from toolkit.exchange.formats.tei.writing import write

__all__ = ["read", "recognise", "write"]

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:TEI|teiCorpus)[\s>]")


def recognise(path: Path, head: bytes) -> bool:
    """Is this a TEI file? Also one without standoff annotations, so that the reader can say what it lacks."""
    return (
        path.suffix.lower() in (".xml", ".tei") and b"http://www.tei-c.org/ns/1.0" in head and bool(_ROOT.search(head))
    )
