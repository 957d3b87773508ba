"""W3C Web Annotations (Web Annotation Data Model and Vocabulary, Recommendations of 23 February 2017) in JSON-LD.

Read: one annotation, a list, an AnnotationPage, an AnnotationCollection with its pages inside the file, a JSON-LD
``@graph``; also what the API of Hypothes.is gives (``rows`` or a list of them). Contexts are never fetched: keys are
taken as the model's own context names them. Written: one AnnotationCollection.
"""

import re
from pathlib import Path

from toolkit.exchange.formats.web_annotation.reading import read
from toolkit.exchange.formats.web_annotation.writing import write

__all__ = ["read", "recognise", "write"]

#: The model's context, or that of its collections (section 5); a page of them can do without.
_MODEL = re.compile(rb'"https?://www\.w3\.org/ns/anno\.jsonld"|"Annotation(?:Collection|Page)"')
#: Keys of every annotation of the Hypothes.is API (hypothesis/h, docs of API v1: Annotation).
_HYPOTHESIS = (b'"uri"', b'"group"', b'"permissions"')


def recognise(path: Path, head: bytes) -> bool:
    """Is it a file of Web Annotations, or of Hypothes.is?"""
    if path.suffix.lower() not in (".jsonld", ".json"):
        return False
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"["):
        return False
    return bool(_MODEL.search(head)) or all(key in head for key in _HYPOTHESIS) or b'"Annotation"' in head
