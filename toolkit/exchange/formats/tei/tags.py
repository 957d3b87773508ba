"""Tags of CATMA's TEI and the properties of their instances."""

from typing import TYPE_CHECKING, NamedTuple

from toolkit.exchange.formats.tei.names import TEI, system_names
from toolkit.exchange.model import Loss

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Tag", "properties_of", "tags_of"]

_ID = "{http://www.w3.org/XML/1998/namespace}id"
#: Version 3 of CATMA's form had one tag above all, which is none of the user's.
_BASE = "CATMA_BASE_TAG"
_STRING = f"{TEI}string"
#: Deepest nesting of tags whose parents are told.
_DEEPEST = 50


class Tag(NamedTuple):
    """A tag: its name, the name of its tagset, the names of the tags above it, names of its properties by id."""

    code: str
    tagset: str | None
    parent: str | None
    properties: dict[str, str]
    colour: bool = False


def tags_of(root: "etree._Element", place: str, losses: list[Loss]) -> dict[str, Tag]:
    """The tags that a file declares, by id. A tag declared twice is a refused loss, the first one counts."""
    declared: dict[str, tuple[etree._Element, str | None]] = {}
    for tagset in root.iterfind(f".//{TEI}encodingDesc/{TEI}fsdDecl"):
        # "NAME VERSION"; CATMA cuts at the last blank (TeiTagLibraryDeserializer)
        name = (tagset.get("n") or "").rpartition(" ")[0] or None
        for tag in tagset.iterfind(f"{TEI}fsDecl"):
            id_ = tag.get(_ID) or tag.get("type") or ""
            if id_ in declared:
                losses.append(Loss("refused", "tag", f"the tag '{id_[:60]}' is declared twice", place))
            else:
                declared[id_] = (tag, name)
    codes = {id_: "".join(tag.findtext(f"{TEI}fsDescr") or "") for id_, (tag, _) in declared.items()}
    above = {id_: tag.get("baseTypes") or "" for id_, (tag, _) in declared.items()}
    system = system_names()
    tags = {}
    for id_, (tag, tagset_name) in declared.items():
        properties = {**system, **{one.get(_ID, ""): one.get("name", "") for one in tag.iterfind(f"{TEI}fDecl")}}
        colour = "catma_displaycolor" in properties.values()
        tags[id_] = Tag(codes[id_], tagset_name, _parents(id_, codes, above), properties, colour)
    return tags


def _parents(id_: str, codes: dict[str, str], above: dict[str, str]) -> str | None:
    """The names of the tags above one, outermost first."""
    names: list[str] = []
    at = above[id_]
    while at in codes and at != _BASE and len(names) < _DEEPEST:
        names.insert(0, codes[at])
        at = above[at]
    return " > ".join(names) or None


def properties_of(structure: "etree._Element", tag: Tag, place: str, losses: list[Loss]) -> dict[str, str]:
    """The properties of an annotation as text, without the tag's colour and those without a value."""
    said: dict[str, str] = {}
    for f in structure.iterfind(f"{TEI}f"):
        name = f.get("name") or ""
        # some versions of CATMA write the id of the property in the place of its name
        name = tag.properties.get(name) or name
        values = list(_values(f))
        if name == "catma_displaycolor" or not name or not values:
            continue
        if name in said:
            losses.append(Loss("refused", f"feature_{name}", "the property is given twice; the first counts", place))
            continue
        said[name] = "; ".join(values)
        if len(values) > 1:
            reason = f"its {len(values)} values became one text"
            losses.append(Loss("changed", f"feature_{name}", reason, place, code=tag.code, value=said[name][:200]))
    return said


def _values(f: "etree._Element") -> list[str]:
    """The values of a property: strings, numbers, or a collection of them."""
    if len(f) == 1 and f[0].tag == _STRING and len(f[0]) == 0:
        return [f[0].text or ""]
    if len(f) == 0:
        return [f.text] if f.text and f.text.strip() else []
    values = []
    for one in f.iter(f"{TEI}string", f"{TEI}numeric", f"{TEI}symbol", f"{TEI}binary"):
        values.append("".join(one.itertext()) if one.tag == _STRING else one.get("value") or "")
    return values
