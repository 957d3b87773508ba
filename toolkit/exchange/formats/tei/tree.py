"""The XML of a TEI file that is CATMA's standoff form; any other TEI is refused with what it is."""

from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import InputError
from toolkit.exchange.formats.tei.names import TEI
from toolkit.exchange.inputs import read_xml

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["tree_of"]


def tree_of(file: Path) -> "etree._Element":
    """The root. Raises :class:`InputError` for anything else."""
    root = read_xml(file)
    _refuse_other_tei(file, root)
    return root


def _refuse_other_tei(file: Path, root: "etree._Element") -> None:
    """Raises for TEI that is not CATMA's standoff form."""
    if root.tag != f"{TEI}TEI":
        name = str(root.tag).rpartition("}")[2][:60]
        raise InputError(f"{file}: its root is <{name}>; expected <TEI> with CATMA's standoff annotations.")
    wanted = "expected CATMA's form (<seg ana> with <ptr target='FILE#char=0,9'/>)"
    if next(root.iter(f"{TEI}standOff"), None) is not None:
        raise InputError(f"{file}: holds annotations in <standOff>, which are not read; {wanted}.")
    body = root.find(f"{TEI}text")
    if body is None:
        raise InputError(f"{file}: has no <text>; {wanted}.")
    pointers = next(body.iter(f"{TEI}ptr"), None) is not None
    area = body.find(f".//{TEI}ab[@type='catma']")
    inline = area if area is not None else body
    if not pointers and "".join(inline.itertext()).strip():
        hint = "export the collection without text" if area is not None else "its text is read as a post"
        raise InputError(f"{file}: holds the text itself and no pointers into one; {wanted}: {hint}.")
    if not pointers and area is None:
        raise InputError(f"{file}: holds no pointers into a text; {wanted}.")
