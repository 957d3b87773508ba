"""A UIMA CAS as both of its files say it: texts (Sofas), structures with features, and which of them are indexed.

dkpro-cassis reads the same files, but all or nothing: one position inside a surrogate pair, one type that is missing
in the type system or one view without a Sofa, and the file is not read. Annotators must not lose a file for one
annotation, so the files are parsed here, and dkpro-cassis proves in the tests what we write.
Source: OASIS UIMA 1.0, section 4.1; Apache UIMA References, chapters "CAS" and "XMI CAS Serialization".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ARRAYS", "DOCUMENT", "FS_ARRAY", "INITIAL_VIEW", "SOFA", "Cas", "Sofa", "Structure", "short_name"]

SOFA = "uima.cas.Sofa"
DOCUMENT = "uima.tcas.DocumentAnnotation"
INITIAL_VIEW = "_InitialView"
FS_ARRAY = "uima.cas.FSArray"
#: Arrays of plain values; their elements are values of the feature that points to them.
ARRAYS = frozenset(
    f"uima.cas.{name}Array" for name in ("Boolean", "Byte", "Double", "Float", "Integer", "Long", "Short", "String")
)


@dataclass(frozen=True, slots=True)
class Sofa:
    """One text of a CAS. ``text`` is None where it holds bytes or points to a file (``uri``)."""

    name: str
    text: str | None
    uri: str | None = None


@dataclass(slots=True)
class Structure:
    """One feature structure. ``values``: features with what they say as text (several for an array); ``refs``: features
    that point to other structures, by their ids. ``sofa, begin, end``: as the file says them, unchecked."""

    id: int | None
    type: str
    values: dict[str, list[str]] = field(default_factory=dict)
    refs: dict[str, list[int]] = field(default_factory=dict)
    sofa: int | None = None
    begin: int | None = None
    end: int | None = None

    @property
    def anchored(self) -> bool:
        """Does it stand at a place in a text?"""
        return self.sofa is not None and (self.begin is not None or self.end is not None)


@dataclass(slots=True)
class Cas:
    """All of one file. ``indexed``: ids of the structures that are members of a view. ``problems``: what was no
    structure, and why; ``unsure``: features (type, name) that may be numbers or references."""

    sofas: dict[int, Sofa] = field(default_factory=dict)
    structures: list[Structure] = field(default_factory=list)
    indexed: set[int] = field(default_factory=set)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unsure: set[tuple[str, str]] = field(default_factory=set)

    def by_id(self) -> Mapping[int, Structure]:
        """The structures by their ids (the first, where an id is given twice)."""
        found: dict[int, Structure] = {}
        for one in self.structures:
            if one.id is not None:
                found.setdefault(one.id, one)
        return found


def short_name(name: str) -> str:
    """A type without its package.

    >>> short_name("webanno.custom.Code")
    'Code'
    """
    return name.rpartition(".")[2]
