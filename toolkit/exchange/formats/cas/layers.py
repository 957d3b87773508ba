"""Which types of a CAS carry codes, and which only say how a text is built.

Without a choice of the user: the custom layers of INCEpTION and WebAnno and the named entities, if any file has one;
else all other types that stand in a text, but for words, sentences, parts of speech and the like. What is not read is
listed. Tokens, sentences and the document's own metadata are in every file, and are listed only where they say more
than where they are.
"""

from collections.abc import Iterable, Mapping, Sequence

from toolkit.errors import InputError, suggestion
from toolkit.exchange.formats.cas.layer import META, SENTENCE, TOKEN
from toolkit.exchange.formats.cas.model import DOCUMENT, short_name
from toolkit.exchange.formats.cas.types import Types

__all__ = ["BUILD", "CODES", "OTHER", "SILENT", "check_layers", "matches", "tier"]

#: Tiers: layers made for coding; other types that stand in a text; how a text is built.
CODES, OTHER, BUILD = 1, 2, 3
_CUSTOM = ("webanno.custom.", "custom.")
_NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
#: Packages of DKPro Core and INCEpTION that describe the text, its words, its layout, or the layers themselves.
_BUILDING = (
    *(
        f"de.tudarmstadt.ukp.dkpro.core.api.{name}."
        for name in ("segmentation", "lexmorph", "syntax", "transform", "metadata", "structure")
    ),
    "org.dkpro.core.api.",
    "de.tudarmstadt.ukp.inception.",
    "de.tudarmstadt.ukp.clarin.webanno.api.type.",
    DOCUMENT,
)
#: The same by their short names, for the type systems of others.
_BUILDING_SHORT = frozenset(
    {"token", "sentence", "paragraph", "lemma", "stem", "pos", "word", "morpheme", "morphologicalfeatures", "compound"}
)
#: Types whose structures say nothing beyond their place, unless they have other features than these.
SILENT = {
    TOKEN: frozenset({"parent", "lemma", "stem", "pos", "morph", "order", "syntacticFunction"}),
    SENTENCE: frozenset(),
}


def tier(name: str, types: Types) -> int:
    """What a type is for.

    >>> tier("webanno.custom.Code", Types()), tier("cassis.Sentence", Types())
    (1, 3)
    """
    line = types.ancestors(name)
    if name.startswith(_CUSTOM) or _NAMED_ENTITY in line:
        return CODES
    if any(one.startswith(_BUILDING) for one in line) or short_name(name).lower() in _BUILDING_SHORT:
        return BUILD
    return OTHER


def matches(wanted: Sequence[str], line: Iterable[str]) -> bool:
    """Does a user mean a type, given with its supertypes, by its full name or the one without its package?"""
    return any(want in (one, short_name(one)) for one in line for want in wanted)


def check_layers(wanted: Sequence[str], seen: Mapping[str, Sequence[str]], where: str) -> None:
    """Raises :class:`InputError` for a layer that no file has or declares; ``seen``: types with their supertypes."""
    for want in wanted:
        if not any(matches([want], line) for line in seen.values()):
            offered = {short_name(name) for name in seen if not name.startswith("uima.") and name != META}
            raise InputError(
                f"{where}: has no layer '{want}'; {suggestion(want, offered) if offered else 'it has none.'}"
            )
