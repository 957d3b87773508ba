"""UIMA type systems: what is a subtype of what, and which features point to other structures.

Source: Apache UIMA References, chapter "Component Descriptor", section "Type System Descriptors"; for JSON the
specification of CAS JSON 0.4 (apache/uima-uimaj-io-jsoncas, SPECIFICATION).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError
from toolkit.exchange.inputs import xml_of

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Types", "TypesBeside", "types_of_json", "types_of_xml"]

#: Values that stand in the file itself; everything else that a feature can hold is another structure.
_PLAIN = frozenset(
    f"uima.cas.{name}" for name in ("Boolean", "Byte", "Double", "Float", "Integer", "Long", "Short", "String")
)
_NAMESPACE = "{http://uima.apache.org/resourceSpecifier}"
#: The largest type system: all of DKPro Core has 90 kB.
_LARGEST = 20_000_000
#: How many XML files beside a CAS are looked at.
_LOOKED_AT = 200


class Types:
    """Declared types: each with its supertype and the ranges of its own features."""

    def __init__(self, declared: Mapping[str, tuple[str, Mapping[str, str]]] | None = None) -> None:
        self._declared = dict(declared or {})

    def __contains__(self, name: str) -> bool:
        return name in self._declared

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def with_others(self, other: "Types") -> "Types":
        """These and the types that only the other has."""
        return Types({**other._declared, **self._declared})

    def ancestors(self, name: str) -> list[str]:
        """A type and its supertypes, upwards; those that are declared in a circle only once.

        >>> Types({"a.B": ("uima.tcas.Annotation", {})}).ancestors("a.B")
        ['a.B', 'uima.tcas.Annotation']
        """
        line = [name]
        while line[-1] in self._declared and self._declared[line[-1]][0] not in line:
            line.append(self._declared[line[-1]][0])
        return line

    def features(self, name: str) -> list[str]:
        """The features of a type as declared, its own before those of its supertypes.

        >>> Types({"a.B": ("uima.tcas.Annotation", {"x": "uima.cas.String"})}).features("a.B")
        ['x']
        """
        return [feature for one in self.ancestors(name) if one in self._declared for feature in self._declared[one][1]]

    def refers(self, name: str, feature: str) -> bool | None:
        """Does a feature of a type point to other structures? None where it is not declared."""
        for one in self.ancestors(name):
            wanted = self._declared[one][1].get(feature) if one in self._declared else None
            if wanted is not None:
                return self._is_structure(wanted)
        return None

    def _is_structure(self, wanted: str) -> bool:
        line = self.ancestors(wanted)
        plain = wanted.startswith("uima.cas.") and wanted.endswith(("Array", "List")) and "FS" not in wanted
        # enumerations are declared as subtypes of String
        return not plain and not _PLAIN.intersection(line) and not _PLAIN.intersection([wanted.removesuffix("[]")])


def types_of_xml(data: bytes, where: str) -> Types:
    """The types of a type system description. Raises :class:`InputError` for anything else."""
    root = xml_of(data, where)
    if root.tag not in ("typeSystemDescription", _NAMESPACE + "typeSystemDescription"):
        raise InputError(f"{where}: is no UIMA type system but an XML file of '{str(root.tag)[:80]}'.")
    declared = {}
    for one in root.iter("typeDescription", _NAMESPACE + "typeDescription"):
        features = {
            _said(feature, "name"): _said(feature, "rangeTypeName")
            for feature in one.iter("featureDescription", _NAMESPACE + "featureDescription")
        }
        declared[_said(one, "name")] = (_said(one, "supertypeName"), features)
    return Types(declared)


def types_of_json(said: Any) -> Types:
    """The types of the part ``%TYPES`` of a CAS JSON; what is not of the right shape is passed over."""
    declared = {}
    for name, one in said.items() if isinstance(said, dict) else ():
        if isinstance(one, dict):
            features = {
                feature: str(of.get("%RANGE", ""))
                for feature, of in one.items()
                if not feature.startswith("%") and isinstance(of, dict)
            }
            declared[name] = (str(one.get("%SUPER_TYPE", "")), features)
    return Types(declared)


class TypesBeside:
    """The types in the XML files beside a CAS, and in those of the folders above it up to ``root``.

    DKPro's XmiWriter calls the file ``TypeSystem.xml`` (dkpro-core, XmiWriter.writeTypeSystem), cassis and others as
    they like, so every XML file that is a type system counts: first one named after the CAS, then TypeSystem.xml, then
    the others by name. What cannot be read as a type system is passed over.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._beside: dict[Path, list[tuple[str, Types]]] = {}
        self._all: dict[Path, Types] = {}

    def of(self, file: Path) -> Types:
        """For one CAS file."""
        folder, found = file.parent, Types()
        for name, types in self._in(folder):
            if name.startswith(file.stem.lower()):
                found = found.with_others(types)
        # nothing named after it: the same types for all files of the folder
        return found.with_others(self._above(folder)) if list(found) else self._above(folder)

    def _above(self, folder: Path) -> Types:
        if folder not in self._all:
            found = Types()
            for _, types in self._in(folder):
                found = found.with_others(types)
            if folder != self._root and self._root in folder.parents:
                found = found.with_others(self._above(folder.parent))
            self._all[folder] = found
        return self._all[folder]

    def _in(self, folder: Path) -> list[tuple[str, Types]]:
        """The type systems in a folder by their file names in small letters; those called so first."""
        if folder not in self._beside:
            listed = sorted(folder.glob("*.[xX][mM][lL]"), key=lambda one: (one.stem.lower() != "typesystem", one.name))
            read = [(one.name.lower(), _types_or_none(one)) for one in listed[:_LOOKED_AT]]
            self._beside[folder] = [(name, types) for name, types in read if types is not None]
        return self._beside[folder]


def _types_or_none(file: Path) -> Types | None:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        with file.open("rb") as stream:
            if b"typeSystemDescription" not in stream.read(4_000):
                return None
        return types_of_xml(file.read_bytes(), file.name)
    except (InputError, OSError):
        return None


def _said(of: "etree._Element", name: str) -> str:
    """The text of a child element."""
    found = of.findtext(name) or of.findtext(_NAMESPACE + name) or ""
    return found.strip()
