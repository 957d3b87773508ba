"""Names that our Web Annotations add to the model's, and IRIs for documents."""

import re
from datetime import datetime
from urllib.parse import quote, unquote_to_bytes

__all__ = ["CONTEXT", "GENERATOR", "MODEL", "doc_id_of", "is_utc", "source_of", "urn"]

#: The context of the model (section 3.1 wants it in every annotation).
MODEL = "http://www.w3.org/ns/anno.jsonld"
_URN = "urn:cluetrain-toolkit:"
#: Our own terms beside it. A term that the model's context has keeps its meaning there.
CONTEXT = [
    MODEL,
    {
        "toolkit": f"{_URN}vocabulary:",
        "codebook": "toolkit:codebook",
        "codebookVersion": "toolkit:codebookVersion",
        "kind": "toolkit:kind",
        "score": {"@id": "toolkit:score", "@type": "xsd:double"},
        "evidence": "toolkit:evidence",
        "createdText": "toolkit:createdText",
        "features": {"@id": "toolkit:features", "@container": "@set"},
        "documents": {"@id": "toolkit:documents", "@container": "@set"},
        "title": "dc:title",
    },
]
#: The program, as the model describes those that made a file (section 3.3.1).
GENERATOR = {"id": f"{_URN}software", "type": "Software", "name": "cluetrain-toolkit"}
_DOCUMENT = f"{_URN}document:"
#: Web addresses that stand for themselves as doc_id: ASCII signs of RFC 3986, without a fragment.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]+")
#: xsd:dateTime in UTC, as section 3.3.1 wants times.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)


def urn(kind: str, name: str) -> str:
    """An IRI of ours: kind and anything, its bytes percent-encoded.

    >>> urn("document", "es/año 1")
    'urn:cluetrain-toolkit:document:es/a%C3%B1o%201'
    """
    return f"{_URN}{kind}:{quote(name, safe='/')}"


def source_of(doc_id: str) -> str:
    """The IRI of a document: a web address itself, else a URN that holds the doc_id.

    >>> source_of("https://example.org/post?n=1")
    'https://example.org/post?n=1'
    """
    return doc_id if _ADDRESS.fullmatch(doc_id) else urn("document", doc_id)


def doc_id_of(source: str) -> str | None:
    """The doc_id in an IRI of ours, None for other ones.

    >>> doc_id_of("urn:cluetrain-toolkit:document:es/a%C3%B1o%201")
    'es/año 1'
    """
    if not source.startswith(_DOCUMENT):
        return None
    return unquote_to_bytes(source.removeprefix(_DOCUMENT)).decode("utf-8", "replace")


def is_utc(created: str) -> bool:
    """Is a time an xsd:dateTime in UTC?

    >>> is_utc("2026-11-22T02:09:47Z"), is_utc("2026-02-31T00:00:00Z"), is_utc("2026-11-22")
    (True, False, False)
    """
    if _TIME.fullmatch(created) is None:
        return False
    try:
        datetime.fromisoformat(created)
    except ValueError:
        return False
    return True
