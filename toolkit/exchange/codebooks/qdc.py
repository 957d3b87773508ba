"""REFI-QDA codebooks (.qdc): what ATLAS.ti, MAXQDA, NVivo, Quirkos and others exchange their codes in.

Written by section 5.2 of the specification REFI-QDA 1.5 (25-09-2019), which prints the XML Schema; Annex A.1 is its
example. Root ``CodeBook`` in the namespace ``urn:QDA-XML:codebook:1.0``: codes with name, description, colour and codes
below them, and sets of codes. A code is named by its name in one language; its definition is its description, and
below that its id, step and key stand in lines (:mod:`toolkit.exchange.formats.refi_qda.fields`). Groups are codes that
cannot be coded with. One set holds all codes in their order, with the title and description of the codebook and, in
lines, its id, version, language and whether a passage takes several codes.

Reading: codes that cannot be coded with, and codes with codes below them, are groups (the latter are codes too). A tree
deeper than that is flattened: the uppermost code is the group, the rest is the name, with a loss for each. The codebook
of a project (.qdpx, .qde) is read likewise.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import InputError
from toolkit.exchange.codebooks.draft import PARTS, CodebookDraft, CodeDraft, GroupDraft, StanceDraft, ids_of
from toolkit.exchange.formats.refi_qda.archive import open_project
from toolkit.exchange.formats.refi_qda.codes import (
    STANCE,
    Tag,
    codes_in,
    doubtful_ids,
    local,
    stance_guid,
    stances_in,
    text_of,
)
from toolkit.exchange.formats.refi_qda.fields import (
    ORIGIN,
    clean,
    comment_of,
    guid_of,
    natural,
    normal_guid,
    plain,
    split_comment,
)  # fmt: skip
from toolkit.exchange.inputs import read_xml
from toolkit.exchange.model import Loss
from toolkit.files import write_bytes
from toolkit.tables.columns import STANCES

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["KEEPS", "read", "recognise", "write"]

#: The parts of a draft that the file holds: all.
KEEPS = frozenset(PARTS)
#: The namespace of codebooks.
_SPACE = "urn:QDA-XML:codebook:1.0"
_RGB = re.compile("#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})")
_JOIN = "::"


def recognise(path: Path, head: bytes) -> bool:
    """A .qdc, or a project; or XML of the namespace of codebooks."""
    if path.suffix.lower() == ".qdpx":
        return head.startswith(b"PK")
    return path.suffix.lower() in (".qdc", ".qde") or (b"<CodeBook" in head and b"urn:QDA-XML:codebook:" in head)


def write(draft: CodebookDraft, path: Path) -> list[Loss]:
    """A .qdc that follows the schema of section 5.2; all that a codebook of ours says in a draft has a place in it.

    Returns a loss for a stance that is none of our four.

    Raises :class:`InputError` for a draft without codes, which the schema does not allow.
    """
    from lxml import etree

    if not draft.codes:
        raise InputError(f"codebook '{draft.id}' has no codes; a REFI-QDA codebook needs one at least.")
    root = etree.Element(f"{{{_SPACE}}}CodeBook", nsmap={None: _SPACE})
    root.set("origin", ORIGIN)
    codes = _in(root, "Codes")
    folders = {}
    for group in draft.groups:
        more = {"id": group.id} | ({"ordered": "true"} if group.ordered else {})
        folders[group.id] = _code(codes, guid_of("group", group.id), group.name, group.definition, more, codable=False)
    for code in draft.codes:
        more = {"id": code.id}
        more |= {"order": str(code.order)} if code.order is not None else {}
        more |= {"key": code.key} if code.key is not None else {}
        more |= {"group": code.group} if code.group is not None and code.group not in folders else {}
        parent = folders.get(code.group or "", codes)
        _code(parent, guid_of("code", code.id), code.name, code.definition, more, code.colour)
    known = [one for one in draft.stances if one.id in STANCES]
    if known:
        folder = _code(codes, guid_of("folder", STANCE), STANCE, "", {}, codable=False)
        for stance in known:
            _code(folder, stance_guid(stance.id), stance.name, stance.definition, {"id": stance.id})
    _all_codes(root, draft)
    etree.indent(root)
    write_bytes(path, etree.tostring(root, encoding="utf-8", xml_declaration=True))
    others = [one.id for one in draft.stances if one not in known]
    return [Loss("lost", "stance", "our codebooks have four stances, and not this one", value=one) for one in others]


def _in(parent: "etree._Element", name: str, **attributes: str) -> "etree._Element":
    from lxml import etree

    return etree.SubElement(parent, f"{{{_SPACE}}}{name}", attributes)


def _code(
    parent: "etree._Element", guid: str, name: str, definition: str, more: dict[str, str], colour: str | None = None,
    codable: bool = True,
) -> "etree._Element":  # fmt: skip
    code = _in(parent, "Code", guid=guid)
    code.set("name", clean(name))
    code.set("isCodable", "true" if codable else "false")
    lines: dict[str, str | None] = dict(more)
    if colour is not None and _RGB.fullmatch(colour):
        code.set("color", colour)
    elif colour is not None:
        lines["colour"] = colour
    _describe(code, name, definition, lines)
    return code


def _describe(element: "etree._Element", name: str, definition: str, lines: dict[str, str | None]) -> None:
    """The description of a code or set; names and definitions that a program would change stand in lines too."""
    if not natural(name):
        lines["name"] = name
    if definition and not natural(definition, lines=True):
        lines["definition"] = definition
    comment = comment_of("" if "definition" in lines else definition, lines)
    if comment:
        _in(element, "Description").text = comment


def _all_codes(root: "etree._Element", draft: CodebookDraft) -> None:
    """The set of all codes in their order, which speaks for the codebook."""
    every = _in(_in(root, "Sets"), "Set", guid=guid_of("codebook", draft.id))
    every.set("name", clean(draft.title))
    lines: dict[str, str | None] = {"codebook": draft.id, "codebook_version": draft.version}
    if draft.language is not None:
        lines["language"] = draft.language
    if draft.multi_label is not None:
        lines["multi_label"] = "true" if draft.multi_label else "false"
    _describe(every, draft.title, draft.description, lines)
    for code in draft.codes:
        _in(every, "MemberCode", guid=guid_of("code", code.id))


def read(path: Path) -> CodebookDraft:
    """The codebook of a .qdc, or of a project. Raises :class:`InputError` for what is neither, or has no codes."""
    book = _book(path)
    tags = [tag for codes in book if local(codes) == "Codes" for tag in codes_in(codes)]
    if not tags:
        raise InputError(f"{path}: holds no codes; export the codebook again.")
    sets = [one for part in book if local(part) == "Sets" for one in part]
    ours, others = _sets(sets)
    losses = [_lost(path, one) for one in others]
    stances = stances_in(tags)
    usual = [tag for tag in tags if tag.guid not in stances and not _is_stance_folder(tag, tags, stances)]
    parents = {tag.inside[0] for tag in usual if tag.inside}
    group_tags = [tag for tag in usual if not tag.inside and (not tag.codable or tag.guid in parents)]
    code_tags = [tag for tag in usual if tag.codable]
    if not code_tags:
        raise InputError(f"{path}: holds no code that can be coded with; mark its codes as codable.")
    order = {guid: number for number, guid in enumerate(_members(ours))}
    code_tags.sort(key=lambda tag: order.get(tag.guid, len(order)))
    group_ids = dict(zip((tag.guid for tag in group_tags), ids_of(map(_id, group_tags), "group"), strict=True))
    doubtful = doubtful_ids(code_tags)
    doubts = {tag.guid for tag in doubtful}
    code_ids = ids_of(tag.name if tag.guid in doubts else _id(tag) for tag in code_tags)
    called = {tag.guid: code_id for tag, code_id in zip(code_tags, code_ids, strict=True)}
    losses += [tag.no_id(called[tag.guid], path.name) for tag in doubtful]
    codes = []
    for tag, code_id in zip(code_tags, code_ids, strict=True):
        if len(tag.inside) > 1:
            reason = "codes stand on two levels here: the uppermost is its group, the rest its name"
            losses.append(
                Loss("changed", "group", reason, f"{path.name}, line {tag.line}", code=code_id, value=tag.path)
            )
        codes.append(_code_draft(tag, code_id, group_ids, path, losses))
    inner = [tag for tag in usual if tag.inside and not tag.codable]
    reason = "a folder inside another: it lives on in the names of its codes"
    losses += [Loss("changed", "group", reason, f"{path.name}, line {tag.line}", value=tag.path) for tag in inner]
    lines, title, description = _about(ours, path)
    return CodebookDraft(
        id=ids_of([lines.get("codebook") or path.stem], "codebook")[0],
        title=title,
        codes=tuple(codes),
        **({"version": version} if (version := lines.get("codebook_version")) else {}),
        description=description,
        language=lines.get("language"),
        multi_label={"true": True, "false": False}.get(lines.get("multi_label") or ""),
        groups=tuple(
            GroupDraft(group_ids[tag.guid], _name(tag), _definition(tag), tag.lines.get("ordered") == "true")
            for tag in group_tags
        ),
        stances=tuple(
            StanceDraft(stances[tag.guid], _name(tag), _definition(tag)) for tag in tags if tag.guid in stances
        ),
        losses=tuple(losses),
    )


def _book(path: Path) -> "etree._Element":
    """The element that holds the codes."""
    root = open_project(path, {}).root if path.suffix.lower() == ".qdpx" else read_xml(path)
    tag = str(root.tag)
    if tag.startswith("{urn:QDA-XML:project:"):
        found = [child for child in root if local(child) == "CodeBook"]
        if not found:
            raise InputError(f"{path}: is a project without a codebook.")
        return found[0]
    if not (tag.startswith("{urn:QDA-XML:codebook:") and local(root) == "CodeBook"):
        raise InputError(f"{path}: begins with <{local(root)[:40]}>; expected <CodeBook> of {_SPACE} (REFI-QDA).")
    return root


def _sets(sets: "list[etree._Element]") -> "tuple[etree._Element | None, list[etree._Element]]":
    """The set that speaks for the codebook, where we wrote the file, and the others."""
    for one in sets:
        if "codebook" in split_comment(text_of(one, "Description") or "")[1]:
            return one, [other for other in sets if other is not one]
    return None, sets


def _members(one: "etree._Element | None") -> list[str]:
    return [] if one is None else [normal_guid(child.get("guid")) for child in one if local(child) == "MemberCode"]


def _lost(path: Path, one: "etree._Element") -> Loss:
    count = sum(local(child) == "MemberCode" for child in one)
    reason = f"a set of {count} codes: our codebooks have groups, and a code is in one of them only"
    return Loss("lost", "set", reason, f"{path.name}, line {one.sourceline}", value=one.get("name"))


def _about(one: "etree._Element | None", path: Path) -> tuple[dict[str, str | None], str, str]:
    """Our lines, the title and the description of the codebook."""
    if one is None:
        return {}, path.stem, ""
    description, lines = split_comment(text_of(one, "Description") or "")
    whole = "\n".join(filter(None, [lines.get("definition"), description]))
    title = _as_written(one.get("name") or "", lines.get("name"))
    return lines, title if title or "name" in lines else path.stem, whole


def _is_stance_folder(tag: Tag, tags: list[Tag], stances: dict[str, str]) -> bool:
    """A folder with nothing but stances in it."""
    inside = [one.guid for one in tags if tag.guid in one.inside]
    return not tag.codable and bool(inside) and all(guid in stances for guid in inside)


def _id(tag: Tag) -> str:
    """What an id is made of: the id we wrote, else the name."""
    return tag.lines.get("id") or tag.name


def _name(tag: Tag) -> str:
    """A code's name; below the uppermost level with all between."""
    # a code without a name is called by its GUID
    name = "" if tag.name == tag.guid and "name" in tag.lines else tag.name
    return _JOIN.join((*tag.above[1:], _as_written(name, tag.lines.get("name"))))


def _as_written(name: str, known: str | None) -> str:
    """A name, or what our line says of it, where that is the same but for what XML or a program changed."""
    return name if known is None or plain(known) != plain(name) else known


def _definition(tag: Tag) -> str:
    # what a person wrote above our line since then stays
    return "\n".join(filter(None, [tag.lines.get("definition"), tag.description]))


def _code_draft(tag: Tag, code_id: str, groups: dict[str, str], path: Path, losses: list[Loss]) -> CodeDraft:
    step, order = tag.lines.get("order"), None
    if step is not None:
        if re.fullmatch("[0-9]{1,9}", step):
            order = int(step)
        else:
            reason = "its step is no whole number"
            losses.append(Loss("refused", "order", reason, f"{path.name}, line {tag.line}", code=code_id, value=step))
    group = groups.get(tag.inside[0] if tag.inside else tag.guid) or tag.lines.get("group")
    colour = tag.colour if tag.colour is not None else tag.lines.get("colour")
    return CodeDraft(code_id, _name(tag), _definition(tag), group, order, colour, tag.lines.get("key"))
