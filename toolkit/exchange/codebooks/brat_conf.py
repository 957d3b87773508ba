"""Codebooks as settings of brat: annotation.conf (types and attributes) and visual.conf (names people see).

Form after brat's own reader, nlplab/brat ``server/src/projectconfig.py``: sections in square brackets, one type a line,
its place below a parent by tabs, ``!`` before what cannot be chosen, ``#`` before remarks; in visual.conf the type, a
``|`` and its label. brat has no definitions: they stand in remarks before each type (``# Name: ...``,
``# Definition: ...``), as do id, version, title, description and language of the codebook, to be read back.

Reading a foreign file: types below a type that cannot be chosen are a group; of deeper levels only the uppermost such
one is kept. Labels are taken from the visual.conf beside it.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from toolkit.errors import InputError
from toolkit.exchange.codebooks.brat_conf_lines import Entry, conf_of, labels_of, whole_number
from toolkit.exchange.codebooks.brat_names import BREAKS, decode, encode_type, encode_value
from toolkit.exchange.codebooks.draft import PARTS, CodebookDraft, CodeDraft, GroupDraft, StanceDraft, ids_of
from toolkit.exchange.json_values import longer_head
from toolkit.exchange.model import Loss
from toolkit.files import write_text
from toolkit.tables.columns import STANCES

__all__ = ["KEEPS", "annotation_conf", "read", "recognise", "visual_conf", "write"]

#: The parts of a draft that the file holds.
KEEPS = frozenset(PARTS) - {"colour", "key"}
_NAMED = re.compile(rb"^[ \t]*\[(entities|events)\]", re.MULTILINE)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_NO_LABEL = re.compile(f"[|{BREAKS}]+")
#: The colours of brat's own sample settings: without them brat draws every span white.
_DRAWING = (
    "SPAN_DEFAULT\tfgColor:black, bgColor:lightgreen, borderColor:darken\n"
    "ARC_DEFAULT\tcolor:black, arrowHead:triangle-5\n"
)


def recognise(path: Path, head: bytes) -> bool:
    """A file .conf with the section of entities (or of events)."""
    if path.suffix.lower() != ".conf":
        return False
    # remarks on the codebook may fill the head
    return any(_NAMED.search(begin) is not None for begin in (head, longer_head(path, head)))


def write(draft: CodebookDraft, path: Path) -> list[Loss]:
    """annotation.conf, and visual.conf beside it where none is there; a loss where one is."""
    stances = [encode_value(one.id) for one in draft.stances]
    write_text(path, annotation_conf(draft, {"Stance": stances} if stances else {}))
    visual = path.with_name("visual.conf")
    if visual.exists():
        return [Loss("changed", "name", "visual.conf is there already: the names stand in remarks only, where brat "
                     "does not show them")]  # fmt: skip
    write_text(visual, visual_conf(draft))
    return []


def annotation_conf(draft: CodebookDraft, attributes: Mapping[str, Iterable[str]]) -> str:
    """The text of annotation.conf. ``attributes``: their values as brat writes them; none for a flag."""
    lines = [
        *_remarks(
            0,
            Codebook=draft.id,
            Version=draft.version,
            Title=draft.title,
            Description=draft.description,
            Language=draft.language or "",
        ),
        *([f"# Several codes: {'yes' if draft.multi_label else 'no'}\n"] if draft.multi_label is not None else []),
        "\n[entities]\n",
    ]
    groups = {one.id: one for one in draft.groups}
    above = None
    for code in _as_written(draft, groups):
        group = groups.get(code.group or "")
        if group is not None and group is not above:
            lines += _group(group)
        lines += _entry(code, 0 if group is None else 1)
        above = group
    used = {one.group for one in draft.codes}
    lines += [line for one in draft.groups if one.id not in used for line in _group(one)]
    if draft.codes != tuple(_as_written(draft, groups)):
        lines += _places(encode_type(one.id) for one in draft.codes)
    shown = [one.group for one in _as_written(draft, groups) if one.group in groups]
    if list(dict.fromkeys([*shown, *groups])) != list(groups):
        lines += _places(_group_type(one) for one in groups)
    lines += ["\n[relations]\n", "\n[events]\n", "\n[attributes]\n"]
    for stance in draft.stances:
        lines += _remarks(0, Stance=stance.id, Name=stance.name, Definition=stance.definition)
    for name, values in attributes.items():
        listed = "|".join(values)
        lines.append(f"{name}\tArg:<ENTITY>" + (f", Value:{listed}" if listed else "") + "\n")
    return "".join(lines)


def visual_conf(draft: CodebookDraft) -> str:
    """The text of visual.conf: the name of each code."""
    named = [(_group_type(one.id), one.name) for one in draft.groups]
    named += [(encode_type(one.id), one.name) for one in draft.codes]
    labels = []
    for kind, name in named:
        label = _NO_LABEL.sub(" ", name).strip().removeprefix("!").strip()
        if label and label != kind:
            labels.append(f"{kind} | {label}\n")
    return "[labels]\n" + "".join(labels) + "\n[drawing]\n" + _DRAWING


def _places(types: Iterable[str]) -> list[str]:
    return [f"# Place: {number} {kind}\n" for number, kind in enumerate(types, 1)]


def _as_written(draft: CodebookDraft, groups: Mapping[str, GroupDraft]) -> list[CodeDraft]:
    """The codes with those of a group together, at the place of its first one."""
    first: dict[str, int] = {}
    places = []
    for number, code in enumerate(draft.codes):
        at = first.setdefault(code.group, number) if code.group in groups and code.group is not None else number
        places.append((at, number, code))
    return [code for _, _, code in sorted(places, key=lambda one: one[:2])]


def _group(group: GroupDraft) -> list[str]:
    ordered = "yes" if group.ordered else ""
    return [*_remarks(0, Name=group.name, Definition=group.definition, Ordered=ordered), f"!{_group_type(group.id)}\n"]


def _entry(code: CodeDraft, depth: int) -> list[str]:
    step = "" if code.order is None else str(code.order)
    kind = encode_type(code.id)
    return [
        *_remarks(depth, Type=kind, Name=code.name, Definition=code.definition, Step=step),
        f"{chr(9) * depth}{kind}\n",
    ]


def _remarks(depth: int, **values: str) -> list[str]:
    indent = "\t" * depth
    return [f"{indent}# {name}: {_escaped(value)}\n" for name, value in values.items() if value]


def _group_type(group: str) -> str:
    """Types of groups and of codes must differ."""
    return f"GROUP_{encode_type(group)}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def read(path: Path) -> CodebookDraft:
    """The codebook of an annotation.conf.

    Raises :class:`InputError` for one without a section of entities, or without types in it.
    """
    conf = conf_of(path)
    remarks, sections = conf.remarks, conf.sections
    if "entities" not in sections:
        raise InputError(f"{path}: has no section [entities]; expected an annotation.conf of brat.")
    labels = labels_of(path.with_name("visual.conf"))
    losses = [
        Loss("lost", section.rstrip("s"), "our codebooks have no place for it", f"{path.name}, line {one.number}",
             value=one.type)
        for section, entries in sections.items()
        for one in entries
        if section != "entities" and not (section == "attributes" and one.type == "Stance")
    ]  # fmt: skip
    entries, parents = sections["entities"], _parents(sections["entities"], path, losses)
    tops = [one for one in entries if one.unused and one.depth == 0]
    tops.sort(key=lambda one: conf.places.get(one.type, len(entries)))
    codable = [one for one in entries if not one.unused]
    if not codable:
        raise InputError(f"{path}: has no types in its section [entities]; there is no code to read.")
    group_ids = dict(
        zip((one.type for one in tops), ids_of((_group_name(one.type) for one in tops), "group"), strict=True)
    )
    code_ids = ids_of(decode(one.type) for one in codable)
    codes = [
        CodeDraft(
            id=code_id,
            name=one.remarks.get("Name") or labels.get(one.type) or decode(one.type) or code_id,
            definition=one.remarks.get("Definition", ""),
            written=None if decode(one.type) == code_id else decode(one.type),
            group=group_ids.get(parents.get(one.number, "")),
            order=whole_number(one.remarks.get("Step")),
        )
        for one, code_id in zip(codable, code_ids, strict=True)
    ]
    order = {one.type: conf.places.get(one.type, len(codable) + number) for number, one in enumerate(codable)}
    ranked = sorted(zip(codable, codes, strict=True), key=lambda pair: order[pair[0].type])
    groups = tuple(
        GroupDraft(
            group_ids[one.type],
            one.remarks.get("Name") or labels.get(one.type) or _group_name(one.type),
            one.remarks.get("Definition", ""),
            one.remarks.get("Ordered") == "yes",
        )
        for one in tops
    )
    title = remarks.get("Title") or (path.parent.name if path.stem == "annotation" else path.stem) or "brat"
    several = remarks.get("Several codes")
    return CodebookDraft(
        id=ids_of([remarks.get("Codebook") or title], "codebook")[0],
        title=title,
        codes=tuple(code for _, code in ranked),
        version=remarks.get("Version", "1.0.0"),
        description=remarks.get("Description", ""),
        language=remarks.get("Language"),
        multi_label=None if several is None else several == "yes",
        groups=groups,
        stances=_stances(conf.stances, sections.get("attributes", [])),
        losses=tuple(losses),
    )


def _parents(entries: list[Entry], path: Path, losses: list[Loss]) -> dict[int, str]:
    """The group (uppermost type that cannot be chosen) of each line by its number; what is left out is a loss."""
    above: list[Entry] = []
    groups: dict[int, str] = {}
    for one in entries:
        while above and above[-1].depth >= one.depth:
            above.pop()
        if above:
            if above[0].unused:
                groups[one.number] = above[0].type
            if len(above) > 1 or not above[0].unused:
                chain = "/".join([*(parent.type for parent in above), one.type])
                losses.append(Loss("changed", "group", "our codebooks have one level of groups, which are no codes",
                                   f"{path.name}, line {one.number}", code=decode(one.type), value=chain))  # fmt: skip
        above.append(one)
    return groups


def _stances(remarks: list[dict[str, str]], attributes: list[Entry]) -> tuple[StanceDraft, ...]:
    """The stances that remarks define, else the values of the attribute Stance that are ours."""
    if remarks:
        return tuple(
            StanceDraft(one["Stance"], one.get("Name", one["Stance"]), one.get("Definition", "")) for one in remarks
        )
    values = [
        decode(value)
        for one in attributes
        if one.type == "Stance"
        for value in re.sub(r".*Value:", "", one.arguments).split("|")
    ]
    return tuple(StanceDraft(value, value) for value in STANCES if value in values)


def _group_name(kind: str) -> str:
    return decode(kind.removeprefix("GROUP_"))
