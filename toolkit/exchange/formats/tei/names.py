"""Names and identifiers of CATMA's TEI: which properties of a tag instance are fields of our table, and the ids."""

import hashlib
import re
import uuid
from collections.abc import Iterable
from functools import lru_cache

from toolkit.exchange.model import FEATURE
from toolkit.exchange.registry import XML

__all__ = ["FIELD_OF", "QUOTE", "SYSTEM", "TEI", "feature_name", "identifier", "property_name", "without_forbidden"]

#: The namespace of TEI P5.
TEI = "{http://www.tei-c.org/ns/1.0}"
#: Properties that CATMA itself gives every tag (PropertyDefinition.SystemPropertyName); all begin with "catma_".
SYSTEM = ("catma_displaycolor", "catma_markupauthor", "catma_markuptimestamp")
#: The property in which our files repeat the annotated words, so that a text that was changed is noticed.
QUOTE = "exact_quote"
#: Names of properties (in small letters) that plainly are fields of our table. Where a file has two for one field, the
#: first here counts: our own name before what others call it.
FIELD_OF = {
    "stance": "stance",
    "coder": "coder",
    "annotator": "coder",
    "author": "coder",
    "catma_markupauthor": "coder",
    "kind": "kind",
    "score": "score",
    "evidence": "evidence",
    "created": "created",
    "catma_markuptimestamp": "created",
    "note": "note",
    "comment": "note",
    "codebook_version": "codebook_version",
}
_FORBIDDEN = re.compile(XML)


def property_name(feature: str) -> str:
    """The property under which a feature is written: its own name, unless that means something else here.

    >>> property_name("genre"), property_name("comment")
    ('genre', 'feature_comment')
    """
    low = feature.lower()
    taken = low in FIELD_OF or low == QUOTE or low.startswith(("catma_", FEATURE))
    return FEATURE + feature if taken else feature


def feature_name(name: str) -> str:
    """The feature that a property is.

    >>> feature_name("feature_comment")
    'comment'
    """
    return name.removeprefix(FEATURE)


@lru_cache(maxsize=10_000)
def identifier(*parts: str) -> str:
    """An id made of what it stands for, in CATMA's form (its IDGenerator: the prefix and a UUID in capitals).

    The same tag has the same id in every file, so that CATMA puts the tags of several files together.

    >>> identifier("tag", "draft", "listening")
    'CATMA_2B859DE6-7425-5306-92D5-0DF7FD338134'
    """
    name = "urn:cluetrain-toolkit:" + "".join(f"{len(part)}:{part}" for part in parts)
    return f"CATMA_{uuid.uuid5(uuid.NAMESPACE_URL, name)}".upper()


def system_names() -> dict[str, str]:
    """CATMA's own ids of the system properties, which it makes of their names: id to name.

    Its exports have written the id in the place of the name (comment in TeiUserMarkupCollectionDeserializer).
    """
    return {_java_name_uuid(name): name for name in SYSTEM}


def without_forbidden(text: str) -> str:
    """A text with U+FFFD for what XML 1.0 has no way to write (control characters)."""
    return text if text.isalnum() else _FORBIDDEN.sub("\ufffd", text)


def _java_name_uuid(name: str) -> str:
    """``UUID.nameUUIDFromBytes`` of Java (a version 3 UUID without a namespace) behind CATMA's prefix."""
    digest = hashlib.md5(name.encode("utf-8"), usedforsecurity=False).digest()
    return f"CATMA_{uuid.UUID(bytes=digest, version=3)}".upper()


def first_of(names: Iterable[str]) -> dict[str, str]:
    """Which of these properties says each field: field to the property's name as written.

    >>> first_of(["Comment", "catma_markupauthor", "coder"])
    {'coder': 'coder', 'note': 'Comment'}
    """
    written = {name.lower(): name for name in names}
    chosen: dict[str, str] = {}
    for low, field in FIELD_OF.items():
        if low in written:
            chosen.setdefault(field, written[low])
    return chosen
