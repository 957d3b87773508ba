"""Codebooks as labelling interfaces of Label Studio (XML): one label for each code, stance and note for each region.

Form after Label Studio's documentation of the tags Labels, Label, Choices, Choice and TextArea (labelstud.io/tags).
``value`` of a label is what people see, ``alias`` what annotations hold (label-studio-sdk, ``LabelTag`` in
label_interface/base.py: alias, else value), ``hint`` what they read when they point at it: name, id and definition of
our codes. The names of the controls (``code`` on ``text``, ``stance``, ``note``) are those of the data that this
project writes for Label Studio. What the tags have no place for (id, version, language, groups, steps) stands in an
XML comment, which Label Studio keeps and does not show.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError
from toolkit.exchange.codebooks.draft import PARTS, CodebookDraft, CodeDraft, GroupDraft, StanceDraft, ids_of
from toolkit.exchange.inputs import read_bytes, xml_of
from toolkit.exchange.model import Loss
from toolkit.exchange.registry import XML
from toolkit.files import write_bytes

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["KEEPS", "read", "recognise", "write"]

#: The parts of a draft that the file holds.
KEEPS = frozenset(PARTS)
_COMMENT = re.compile(rb"<!-- cluetrain-toolkit codebook: (\{.*?\}) -->", re.DOTALL)
_BEGIN = re.compile(rb"<!-- cluetrain-toolkit codebook: ")
_VIEW = re.compile(rb"\s*(<\?xml[^>]*>)?\s*<View\b")
#: Labels for text, and all that label regions of it.
_LABELS = ("Labels", "HyperTextLabels", "ParagraphLabels")
#: Tags that show a text to be annotated.
_TEXTS = ("Text", "HyperText", "Paragraphs", "Header")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
#: Sizes of headings in Label Studio: 1 the largest to 6.
_TITLE, _DESCRIPTION = "4", "6"
_NO_PLACE = "our codebooks have no place for it"


def recognise(path: Path, head: bytes) -> bool:
    """A file .xml whose root is a View."""
    head = re.sub(rb"<!--.*?-->", b"", head.removeprefix(b"\xef\xbb\xbf"), flags=re.DOTALL)
    # a long comment of ours may fill the head
    ours = _BEGIN.match(head) is not None
    return path.suffix.lower() == ".xml" and (ours or _VIEW.match(head) is not None)


def write(draft: CodebookDraft, path: Path) -> list[Loss]:
    """The labelling interface. A loss for each text with characters that XML cannot hold."""
    from lxml import etree

    losses: list[Loss] = []

    def clean(text: str, what: str, code: str | None = None) -> str:
        plain = re.sub(XML, "\ufffd", text)
        if plain != text:
            losses.append(Loss("changed", what, "XML cannot hold all of its characters", code=code, value=text))
        return plain

    root = etree.Element("View")
    etree.SubElement(root, "Header", value=clean(draft.title, "title"), size=_TITLE)
    if draft.description:
        etree.SubElement(root, "Header", value=clean(draft.description, "description"), size=_DESCRIPTION)
    labels = etree.SubElement(root, "Labels", name="code", toName="text")
    for code in draft.codes:
        label = etree.SubElement(labels, "Label", value=clean(code.name, "name", code.id))
        _set(label, alias=code.id if code.name != code.id else None, hint=clean(code.definition, "definition", code.id))
        _set(label, background=code.colour, hotkey=code.key)
    etree.SubElement(root, "Text", name="text", value="$text")
    if draft.stances:
        choices = etree.SubElement(root, "Choices", name="stance", toName="text", perRegion="true", choice="single")
        for stance in draft.stances:
            choice = etree.SubElement(choices, "Choice", value=clean(stance.name, "stance"))
            _set(choice, alias=stance.id if stance.name != stance.id else None)
            _set(choice, hint=clean(stance.definition, "stance definition"))
    etree.SubElement(root, "TextArea", name="note", toName="text", perRegion="true", editable="true", rows="2")
    etree.indent(root)
    body = etree.tostring(root, encoding="unicode")
    # "--" may not stand in a comment of XML: hyphens are written as JSON can
    comment = json.dumps(_about(draft)).replace("-", "\\u002d").replace(">", "\\u003e")
    write_bytes(path, f"<!-- cluetrain-toolkit codebook: {comment} -->\n{body}\n".encode())
    return losses


def _set(element: "etree._Element", **values: str | None) -> None:
    for name, value in values.items():
        if value:
            element.set(name, value)


def _about(draft: CodebookDraft) -> dict[str, Any]:
    """What the tags have no place for."""
    about = {"id": draft.id, "version": draft.version, "language": draft.language, "several": draft.multi_label}
    groups = [
        {"id": one.id, "name": one.name, "definition": one.definition, "ordered": one.ordered} for one in draft.groups
    ]
    members = {one.id: [one.group, one.order] for one in draft.codes if one.group is not None}
    return about | {"groups": groups, "members": members}


def read(path: Path) -> CodebookDraft:
    """The codebook of a labelling interface for text.

    The codes are the labels of the control named ``code``, else of the first one with labels for text, else the
    choices of the first one that speaks of whole texts, else the paths of the first taxonomy for text. Controls for
    pictures, sound or video are none of these. All other controls are losses. Raises :class:`InputError` where there is
    no such control.
    """
    data = read_bytes(path, 10_000_000)
    root = xml_of(data, str(path))
    about = _about_of(data)
    controls = [one for one in root.iter() if one.get("toName") is not None]
    shown = {one.get("name"): one.tag for one in root.iter() if one.get("name") and one.get("toName") is None}
    of_text = [one for one in controls if _is_of_text(one, shown)]
    labels = [one for one in of_text if one.tag in _LABELS]
    whole = [one for one in of_text if one.tag == "Choices" and one.get("perRegion") != "true"]
    named = [one for one in labels if one.get("name") == "code"]
    found = [*named, *labels, *whole, *(one for one in of_text if one.tag == "Taxonomy")]
    if root.tag != "View" or not found:
        raise InputError(f"{path}: has no labels or choices for text; expected a labelling interface of Label Studio.")
    control = found[0]
    stance = next((one for one in controls if one.tag == "Choices" and one.get("name") == "stance"), None)
    losses = _losses(path, controls, (control, stance))
    entries = _entries(control, "Label" if control in labels else "Choice")
    if not entries:
        raise InputError(f"{path}: the control '{control.get('name')}' lists no labels; there is no code to read.")
    members = about.get("members")
    members = members if isinstance(members, dict) else {}
    groups = _groups(about.get("groups"))
    codes = []
    written = [_written(control, one) for one in entries]
    for entry, code_id, held in zip(entries, ids_of(written), written, strict=True):
        group, order = _member(members.get(code_id), {one.id for one in groups})
        colour = entry.get("background")
        codes.append(
            CodeDraft(
                id=code_id,
                name=_path(control, entry, "value") or held,
                definition=entry.get("hint") or "",
                group=group,
                order=order,
                colour=colour.lower() if colour and _COLOUR.fullmatch(colour) else None,
                key=entry.get("hotkey") or None,
                written=None if held == code_id else held,
            )
        )
    # "$name" stands for a field of the task; a title of ours that begins so is a title
    heads = [one for one in root.iter("Header") if one.get("value")]
    heads = [one for one in heads if about or not str(one.get("value")).startswith("$")]
    title = str(heads[0].get("value")) if heads else path.stem
    several, version, language = about.get("several"), about.get("version"), about.get("language")
    given = about.get("id")
    described = [one for one in heads[1:] if one.get("size") == _DESCRIPTION] if about else []
    return CodebookDraft(
        id=ids_of([given if isinstance(given, str) else title], "codebook")[0],
        title=title,
        codes=tuple(codes),
        version=version if isinstance(version, str) and version else "1.0.0",
        description=str(described[0].get("value")) if described else "",
        language=language if isinstance(language, str) else None,
        multi_label=several if isinstance(several, bool) else None,
        groups=groups,
        stances=tuple(
            StanceDraft(_held(one), one.get("value") or _held(one), one.get("hint") or "")
            for one in ([] if stance is None else _entries(stance, "Choice"))
        ),
        losses=losses,
    )


def _losses(
    path: Path, controls: "list[etree._Element]", taken: "tuple[etree._Element | None, ...]"
) -> tuple[Loss, ...]:
    return tuple(
        Loss("lost", "control", _NO_PLACE, f"{path.name}, line {one.sourceline}", value=_called(one))
        for one in controls
        if one not in taken and not (one.tag == "TextArea" and one.get("name") == "note")
    )


def _called(control: "etree._Element") -> str:
    tag, name = control.tag, control.get("name")
    return f"{tag} {name}" if isinstance(tag, str) and isinstance(name, str) else "a control without name"


def _entries(control: "etree._Element", tag: str) -> "list[etree._Element]":
    return [one for one in control.iter(tag) if _held(one).strip()]


def _held(entry: "etree._Element") -> str:
    """What annotations hold of a label or choice."""
    return str(entry.get("alias") or entry.get("value") or "")


def _is_of_text(control: "etree._Element", shown: Mapping[str | None, Any]) -> bool:
    """Does a control speak of a text? Also where the interface does not hold what it speaks of."""
    names = str(control.get("toName")).split(",")
    return any(shown.get(name.strip(), "Text") in _TEXTS for name in names)


def _written(control: "etree._Element", entry: "etree._Element") -> str:
    """What annotations hold of an entry of a control; of entries in entries the path, as the data is read."""
    return _path(control, entry, "alias", "value")


def _path(control: "etree._Element", entry: "etree._Element", *names: str) -> str:
    """The first of these attributes that an entry has, behind those of the entries around it where paths are kept."""
    around = [entry]
    if control.tag == "Taxonomy" or control.get("allowNested") == "true":
        around = [*reversed([one for one in entry.iterancestors("Choice") if _held(one).strip()]), entry]
    return "/".join(next((value for name in names if (value := one.get(name))), _held(one)) for one in around)


def _about_of(data: bytes) -> dict[str, Any]:
    """What our comment says, nothing if there is none or it was changed."""
    match = _COMMENT.search(data)
    try:
        value = json.loads(match[1]) if match else {}
        # halves of surrogate pairs, which JSON can say and no file can hold, end here
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _groups(value: object) -> tuple[GroupDraft, ...]:
    rows = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    named = [one for one in rows if all(isinstance(one.get(key), str) for key in ("id", "name", "definition"))]
    ids = ids_of((one["id"] for one in named), "group")
    return tuple(
        GroupDraft(group_id, one["name"], one["definition"], one.get("ordered") is True)
        for one, group_id in zip(named, ids, strict=True)
    )


def _member(value: object, groups: set[str]) -> tuple[str | None, int | None]:
    """The group of a code and its step in it."""
    if not isinstance(value, list) or len(value) != 2 or value[0] not in groups:
        return None, None
    return value[0], value[1] if type(value[1]) is int and value[1] >= 0 else None
