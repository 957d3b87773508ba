"""UIMA CAS XMI: one XML element a structure, its features as attributes, text and positions as Java has them (UTF-16).

Source: OASIS UIMA 1.0, section 4.1 (XMI); Apache UIMA References, chapter "XMI CAS Serialization": packages are XML
namespaces, arrays of texts are child elements, references are the ``xmi:id`` of the other. Line ends, tabs and white
space survive in the attributes because they are written as character references (XML 1.0, section 3.3.3).
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.errors import InputError
from toolkit.exchange.formats.cas.model import ARRAYS, FS_ARRAY, INITIAL_VIEW, SOFA, Cas, Sofa, Structure
from toolkit.exchange.formats.cas.types import Types
from toolkit.exchange.inputs import xml_of

if TYPE_CHECKING:
    from lxml import etree

    from toolkit.exchange.formats.cas.layer import Anchored

__all__ = ["xmi_cas", "xmi_text"]

_XMI = "{http://www.omg.org/XMI}"
_NUMBER = re.compile(r"-?[0-9]{1,12}")
_NUMBERS = re.compile(r"\s*[0-9]{1,12}(\s+[0-9]{1,12})*\s*")
#: Features that point to another structure in every INCEpTION project (inception, RelationLayerSupport, ChainAdapter,
#: LinkFeatureTraits): what is left to go by where no type system says it.
_REFERRING = frozenset({"Governor", "Dependent", "first", "next", "target"})
_ALWAYS = frozenset({_XMI + "id", "sofa", "begin", "end"})
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def xmi_cas(data: bytes, types: Types, where: str, silent: Mapping[str, frozenset[str]] | None = None) -> Cas:
    """The CAS of an XMI file. ``silent``: types whose structures are left out where they have no other features.

    Raises :class:`InputError` for what is no CAS XMI at all.
    """
    try:
        root = xml_of(data, where)
    except InputError as error:
        if re.match(rb"""\s*<\?xml[^>]*version=["']1\.1""", data[:200]):
            said = str(error).removesuffix(".")
            raise InputError(f"{said}; it is XML 1.1, export it as XML 1.0 or as CAS JSON.") from error
        raise
    if root.tag != _XMI + "XMI":
        raise InputError(f"{where}: is no UIMA CAS XMI but an XML file of '{str(root.tag)[:80]}'.")
    silent = {name: features | _ALWAYS for name, features in (silent or {}).items()}
    cas = Cas()
    late: list[tuple[Structure, str, str]] = []
    names: dict[str, str | None] = {}
    for element in root:
        tag = str(element.tag)
        if tag not in names:
            names[tag] = _type_name(tag)
        name = names[tag]
        if name is None:
            cas.problems.append((str(element.tag)[:80], "is no UIMA type"))
        elif name == "uima.cas.View":
            cas.indexed.update(int(one) for one in (element.get("members") or "").split() if _NUMBER.fullmatch(one))
        elif name == SOFA:
            _add_sofa(cas, element)
        elif name in silent and not len(element) and silent[name].issuperset(element.keys()):
            continue
        elif name != "uima.cas.NULL":
            one = _structure(element, name, types, late)
            if one.id is None:
                cas.problems.append((name, "has no xmi:id that is a number"))
            cas.structures.append(one)
    _settle(cas, late, types)
    return cas


def xmi_text(text: str, anchored: "list[Anchored]", namespaces: dict[str, str]) -> str:
    """The XMI of one text and its structures; ``namespaces``: prefix of the package of each type."""
    heads = "".join(
        f' xmlns:{prefix}="http:///{package.replace(".", "/")}.ecore"' for package, prefix in namespaces.items()
    )
    lines = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"'
        f' xmlns:cas="http:///uima/cas.ecore"{heads} xmi:version="2.0">\n  <cas:NULL xmi:id="0"/>'
    ]
    for number, (name, begin, end, values) in enumerate(anchored, 2):
        package, _, short = name.rpartition(".")
        said = "".join(f' {key}="{value.translate(_ESCAPES)}"' for key, value in values.items())
        lines.append(f'  <{namespaces[package]}:{short} xmi:id="{number}" sofa="1" begin="{begin}" end="{end}"{said}/>')
    lines.append(
        f'  <cas:Sofa xmi:id="1" sofaNum="1" sofaID="{INITIAL_VIEW}" mimeType="text"'
        f' sofaString="{text.translate(_ESCAPES)}"/>'
    )
    members = " ".join(str(number) for number in range(2, len(anchored) + 2))
    lines.append(f'  <cas:View sofa="1" members="{members}"/>\n</xmi:XMI>\n')
    return "\n".join(lines)


def _type_name(tag: str) -> str | None:
    """The type of an element's name.

    >>> _type_name("{http:///webanno/custom.ecore}Code")
    'webanno.custom.Code'
    """
    match = re.fullmatch(r"\{http:///(.+)\.ecore\}(.+)", tag)
    if match is None:
        return None
    package = match[1].replace("/", ".")
    return match[2] if package == "uima.noNamespace" else f"{package}.{match[2]}"


def _add_sofa(cas: Cas, element: "etree._Element") -> None:
    number = element.get(_XMI + "id") or ""
    if not _NUMBER.fullmatch(number):
        cas.problems.append((SOFA, "has no xmi:id that is a number"))
    else:
        name = element.get("sofaID") or INITIAL_VIEW
        cas.sofas[int(number)] = Sofa(name, element.get("sofaString"), element.get("sofaURI"))


def _structure(element: "etree._Element", name: str, types: Types, late: list[tuple[Structure, str, str]]) -> Structure:
    """One structure. ``late``: gets the features that only the other structures can tell references from numbers."""
    one = Structure(None, name)
    annotation = element.get("sofa") is not None
    for key, value in element.attrib.items():
        key, value = str(key), str(value)
        if key == _XMI + "id":
            one.id = int(value) if _NUMBER.fullmatch(value) else None
        elif key == "sofa":
            one.sofa = int(value) if _NUMBER.fullmatch(value) else -1
        elif key in ("begin", "end") and annotation:
            # what is no number is refused later, together with what lies outside the text
            setattr(one, key, int(value) if _NUMBER.fullmatch(value) else -1)
        elif not key.startswith("{"):
            refers = _refers(name, key, types)
            if refers is None and _NUMBERS.fullmatch(value):
                late.append((one, key, value))
            if refers and _NUMBERS.fullmatch(value):
                # 0 is the NULL of this serialization
                one.refs[key] = [int(number) for number in value.split() if int(number)]
            elif refers and not value.strip():
                one.refs[key] = []
            else:
                one.values[key] = [value]
    for child in element:
        key = str(child.tag)
        if key.startswith("{"):
            continue
        said, href = child.text or "", child.get("href")
        if href is not None and re.fullmatch(r"#[0-9]{1,12}", href):
            one.refs.setdefault(key, []).append(int(href[1:]))
        else:
            one.values.setdefault(key, []).append(said)
    return one


def _refers(name: str, feature: str, types: Types) -> bool | None:
    if name == FS_ARRAY and feature == "elements":
        return True
    if name in ARRAYS:
        return False
    declared = types.refers(name, feature)
    return True if declared is None and feature in _REFERRING else declared


def _settle(cas: Cas, late: list[tuple[Structure, str, str]], types: Types) -> None:
    """Without a type system: numbers are the links of a slot where all of them are structures that say a role or a
    target and stand nowhere themselves (inception, LinkFeatureTraits); all other numbers stay what they are."""
    known = cas.by_id() if late else {}
    for one, key, value in late:
        numbers = [int(number) for number in value.split()]
        targets = [known.get(number) for number in numbers]
        if all(other is not None and not other.anchored and _is_link(other) for other in targets):
            one.refs[key] = numbers
            del one.values[key]
        elif one.type not in types and all(targets):
            cas.unsure.add((one.type, key))


def _is_link(one: Structure) -> bool:
    said = {*one.values, *one.refs}
    return bool(said) and said <= {"role", "target"}
