"""Our annotations as one span layer of INCEpTION, ``webanno.custom.Code``, with all features as texts.

What INCEpTION takes (checked in its source): a custom layer is a type that inherits from uima.tcas.Annotation and whose
features are plain (TypeSystemAnalysis.isSpanLayer); its importer makes Sentence and Token where a file has none
(DocumentImportExportServiceImpl), but refuses a document without any; the names of WebAnnoConst.
RESTRICTED_FEATURE_NAMES (begin, end, sofa, type, view, address, class, coveredText, ...) and names with "__" are
reserved. A layer must be in the project before documents are: its "UIMA" layer import takes our TypeSystem.xml and
makes a layer that allows characters as borders and all overlaps. XmiReader is lenient and would leave out in silence
what the project does not have; the JSON reader would refuse the file.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from toolkit.exchange.formats.cas.model import DOCUMENT
from toolkit.exchange.model import Document, Span
from toolkit.exchange.offsets import Offsets
from toolkit.exchange.segments import sentences_of, tokens_of

__all__ = [
    "FEATURES", "LAYER", "META", "NAMES", "NAMESPACES", "NO_LANGUAGE", "README", "SENTENCE", "TOKEN", "Anchored",
    "anchored_of", "declared_types", "feature_of", "name_of_feature", "type_system",
]  # fmt: skip

LAYER = "webanno.custom.Code"
_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api"
META = f"{_DKPRO}.metadata.type.DocumentMetaData"
SENTENCE, TOKEN = f"{_DKPRO}.segmentation.type.Sentence", f"{_DKPRO}.segmentation.type.Token"
#: Features of the layer in the order in which INCEpTION shows them.
FEATURES = (
    "code", "stance", "note", "coder", "score", "evidence", "created", "kind", "codebook", "codebook_version",
)  # fmt: skip
#: Prefixes of the packages in XMI; as in INCEpTION's own exports.
NAMESPACES = {f"{_DKPRO}.metadata.type": "type2", f"{_DKPRO}.segmentation.type": "type4", "webanno.custom": "custom"}
_STRING, _ANNOTATION = "uima.cas.String", "uima.tcas.Annotation"
#: What no language is said is called in DKPro Core and UIMA (CAS.DEFAULT_LANGUAGE_NAME).
NO_LANGUAGE = "x-unspecified"
_PREFIX = "feature_"
_OURS = re.compile(r"[0-9a-f]+z")


class Anchored(NamedTuple):
    """One structure to write: positions in UTF-16, values as text."""

    type: str
    begin: int
    end: int
    values: dict[str, str]


def anchored_of(document: Document, spans: Sequence[Span]) -> list[Anchored]:
    """What a CAS of a document holds: its metadata, sentences, tokens (cut at the borders of spans), and its spans."""
    text = document.text or ""
    at = Offsets(text, "utf16").from_points if text and max(text) > "\uffff" else int
    meta = {"documentId": document.doc_id, "language": document.lang or NO_LANGUAGE}
    if document.title is not None:
        meta["documentTitle"] = document.title
    made = [Anchored(META, 0, at(len(text)), meta)]
    made += [Anchored(SENTENCE, at(start), at(end), {}) for start, end in sentences_of(text)]
    borders = {border for span in spans for border in (span.start, span.end)}
    made += [Anchored(TOKEN, at(start), at(end), {}) for start, end in tokens_of(text, borders)]
    made += [Anchored(LAYER, at(span.start), at(span.end), _values(span)) for span in spans]
    return made


def _values(span: Span) -> dict[str, str]:
    values = {"code": span.code}
    for name in FEATURES[1:]:
        value = getattr(span, name)
        if value is not None:
            values[name] = repr(value) if isinstance(value, float) else str(value)
    return values | {feature_of(name): value for name, value in sorted(span.features.items())}


def feature_of(name: str) -> str:
    """The feature for another column ``feature_<name>``: ASCII letters, digits and single underscores.

    Any other sign is written as ``_`` with its number and ``z``, the only one that is no digit of a hexadecimal number.

    >>> feature_of("sure of it")
    'feature_sure_20zof_20zit'
    """
    made = []
    for number, sign in enumerate(name):
        rest = name[number + 1 :]
        safe = sign.isascii() and sign.isalnum()
        if sign == "_":
            # one that stays must not make a second one, and not look like one of ours
            safe = number > 0 and rest[:1].isascii() and rest[:1].isalnum() and not _OURS.match(rest)
        elif number == 0:
            safe = safe and not _OURS.match(name)
        made.append(sign if safe else f"_{ord(sign):x}z")
    encoded = "".join(made)
    return _PREFIX.removesuffix("_") + encoded if encoded.startswith("_") else _PREFIX + encoded


def name_of_feature(feature: str) -> str:
    """The column's name without ``feature_``, from its feature.

    >>> name_of_feature("feature_sure_20zof_20zit")
    'sure of it'
    """
    rest = feature.removeprefix(_PREFIX)
    return re.sub(r"_([0-9a-f]{1,6})z", _sign, rest if not _OURS.match(rest) else f"_{rest}")


def _sign(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number < 0x110000 else match[0]


def declared_types(features: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The types that our files use, as the part %TYPES of CAS JSON; ``features``: names of further columns."""
    own = [*FEATURES, *(feature_of(name) for name in sorted(features))]
    return {
        META: _type(META, DOCUMENT, ["documentId", "documentTitle"]),
        SENTENCE: _type(SENTENCE, _ANNOTATION, []),
        TOKEN: _type(TOKEN, _ANNOTATION, []),
        LAYER: _type(LAYER, _ANNOTATION, own),
    }


def _type(name: str, above: str, features: Iterable[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"%NAME": name, "%SUPER_TYPE": above}
    for feature in features:
        made[feature] = {"%NAME": feature, "%RANGE": _STRING}
    return made


def type_system(types: dict[str, dict[str, Any]]) -> str:
    """The same types as a UIMA type system description (Apache UIMA References, "Type System Descriptors")."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += ['<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">', "  <types>"]
    for name, said in types.items():
        lines += ["    <typeDescription>", f"      <name>{escape(name)}</name>", "      <description/>"]
        lines += [f"      <supertypeName>{said['%SUPER_TYPE']}</supertypeName>"]
        features = [one for one in said if not one.startswith("%")]
        lines += ["      <features>"] if features else []
        for feature in features:
            lines += [
                "        <featureDescription>",
                f"          <name>{feature}</name>",
                "          <description/>",
                f"          <rangeTypeName>{said[feature]['%RANGE']}</rangeTypeName>",
                "        </featureDescription>",
            ]
        lines += ["      </features>"] if features else []
        lines += ["    </typeDescription>"]
    return "\n".join([*lines, "  </types>", "</typeSystemDescription>", ""])


#: What a user should know of names, of documents and of coders, in all three formats.
NAMES = """\
All annotations become part of the document that every annotator starts from; who made them stands in "coder".
To read the work of your annotators, export the whole project from INCEpTION with this format as "secondary format".
An annotation that nobody changed there stays the work of whom "coder" names and counts once; what an annotator added
or changed is the annotator's own.
Keep the names of the files: INCEpTION takes no "/" and few other signs in names of documents, so that they are
written as "~" and two digits or letters ("~2F" is "/"). From a project that is exported they come back."""

README = """\
Annotations as UIMA CAS, one file per document, to be opened in INCEpTION.

1. In the settings of an INCEpTION project, "Layers", import TypeSystem.xml (format "UIMA"). This makes the layer "Code"
   with the features code, stance, note, coder and others. Do this first: INCEpTION leaves out annotations of layers
   that a project does not have.
2. In "Documents", import the other files in the format "{format}".
   INCEpTION does not import documents without any text.
3. If the codes shall be chosen from a list, import the tagset of the codebook and give it to the feature "code".

{names}
INCEpTION keeps the language of a document; in place of its title it writes its own name of the document.
"""
