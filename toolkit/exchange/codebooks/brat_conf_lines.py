"""The lines of brat's annotation.conf and visual.conf, for :mod:`toolkit.exchange.codebooks.brat_conf`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.exchange.inputs import read_text

__all__ = ["Conf", "Entry", "conf_of", "labels_of", "whole_number"]

_SECTION = re.compile(r"\s*\[(.*)\]\s*")
_REMARK = re.compile(r"#\s?([A-Z][a-z ]+): (.*)", re.DOTALL)
_MACRO = re.compile(r"<([A-Za-z_-]+)>=\s*(.*?)\s*")
#: brat takes these as what they stand for (``reserved_config_name``).
_RESERVED = {"<ANY>", "<ENTITY>", "<RELATION>", "<EVENT>", "<NONE>", "<REL-TYPE>"}
#: Characters of a file, and of a line of it: a codebook of 1,000 codes with definitions has 0.5 million in all.
_MOST, _LONGEST = 4_000_000, 100_000


@dataclass
class Entry:
    """A line of a section with the remarks before it."""

    type: str
    depth: int
    unused: bool
    arguments: str
    remarks: dict[str, str] = field(default_factory=dict)
    number: int = 0


@dataclass
class Conf:
    """An annotation.conf: what remarks say of the whole, the lines of each section, what remarks say of stances, and
    the places of types among all of them."""

    remarks: dict[str, str] = field(default_factory=dict)
    sections: dict[str, list[Entry]] = field(default_factory=dict)
    stances: list[dict[str, str]] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)


def conf_of(path: Path) -> Conf:
    """The parts of an annotation.conf. Raises :class:`InputError` for a file that cannot be read."""
    conf = Conf()
    macros: dict[str, str] = {}
    waiting: dict[str, str] = {}
    section = ""
    for number, line in _lines(path):
        plain = line.strip()
        if (found := _SECTION.fullmatch(line)) is not None:
            section, waiting = found[1], {}
            conf.sections.setdefault(section, [])
        elif plain.startswith("#"):
            # what follows the colon is kept to its last blank
            if (remark := _REMARK.fullmatch(line.lstrip("\t "))) is not None:
                _remark(conf, section, remark[1], _plain(remark[2]), waiting)
        elif (macro := _MACRO.fullmatch(line)) is not None:
            macros[f"<{macro[1]}>"] = _expanded(macro[2], macros)
        elif section and plain.strip("-"):
            line = _expanded(line, macros)
            if line.strip():
                conf.sections[section].append(_entry_of(line, number, waiting))
            waiting = {}
    return conf


def _expanded(line: str, macros: dict[str, str]) -> str:
    """The line with what macros stand for, in the order in which they are defined."""
    for name, value in macros.items():
        if name not in _RESERVED:
            # macros in macros could fill the memory
            line = line.replace(name, value)[:_LONGEST]
    return line


def _remark(conf: Conf, section: str, name: str, value: str, waiting: dict[str, str]) -> None:
    """A remark of ours: of the whole, of a stance, of a place, or of the type that follows."""
    if not section:
        conf.remarks[name] = value
    elif name == "Place":
        place, _, kind = value.partition(" ")
        conf.places[kind] = whole_number(place) or 0
    elif section == "attributes":
        if name == "Stance":
            conf.stances.append({})
        if conf.stances:
            conf.stances[-1][name] = value
    else:
        waiting[name] = value


def labels_of(path: Path) -> dict[str, str]:
    """The first label of each type in a visual.conf; none where there is no such file."""
    found: dict[str, str] = {}
    section = ""
    if not path.is_file():
        return found
    for _, line in _lines(path):
        if (match := _SECTION.fullmatch(line)) is not None:
            section = match[1]
        elif section == "labels" and not line.lstrip().startswith("#"):
            kind, *labels = (part.strip() for part in line.split("\t")[0].split("|"))
            if labels and labels[0]:
                found.setdefault(kind, labels[0])
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(read_text(path, _MOST).split("\n"), 1):
        yield number, line.removesuffix("\r")


def _entry_of(line: str, number: int, remarks: dict[str, str]) -> Entry:
    indent = len(line) - len(line.lstrip())
    word, *rest = line.split(maxsplit=1)
    kind = word.split("|")[0]
    arguments = rest[0] if rest else ""
    if remarks.get("Type", kind) != kind:
        # somebody put another type in the place of the one that the remarks are about
        remarks = {}
    return Entry(kind.removeprefix("!"), indent, kind.startswith("!"), arguments, remarks, number)


def _plain(text: str) -> str:
    return re.sub(r"\\([\\nr])", lambda match: {"\\": "\\", "n": "\n", "r": "\r"}[match[1]], text)


def whole_number(text: str | None) -> int | None:
    """The number that a remark says, or None."""
    return int(text) if text is not None and re.fullmatch(r"\d{1,9}", text) else None
