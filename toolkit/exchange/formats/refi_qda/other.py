"""What a REFI-QDA project holds besides codings of texts: notes to find, and a loss for each thing left behind."""

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.errors import InputError
from toolkit.exchange.formats.refi_qda.archive import ProjectFiles
from toolkit.exchange.formats.refi_qda.codes import Tag, local, text_of
from toolkit.exchange.formats.refi_qda.fields import normal_guid
from toolkit.exchange.model import Loss

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Note", "notes_of", "other_losses"]

_REGIONS = ("PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection", "TranscriptSelection")
_WHAT = {
    "PictureSelection": "a part of a picture", "PDFSelection": "a part of a page",
    "AudioSelection": "a part of a recording", "VideoSelection": "a part of a film",
    "TranscriptSelection": "a part of a transcript, placed by time",
}  # fmt: skip
_NOWHERE = "it has no place in a table of annotations"


class Note(NamedTuple):
    """A note to find: its GUID and text, and the number of the link that leads to it, if one does."""

    guid: str
    text: str
    link: int | None = None


def notes_of(files: ProjectFiles, parts: dict[str, Any]) -> dict[str, list[Note]]:
    """The texts of notes by the GUIDs that lead to them: the note's own, and those that links tie to it.

    ATLAS.ti and NVivo tie notes to selections by links (Annex A.3; QualCoder, refi.py, load_codings_for_text).
    """
    notes: dict[str, list[Note]] = {}
    for note in parts.get("Notes", ()):
        text = _note_text(note, files)
        if text:
            guid = normal_guid(note.get("guid"))
            notes[guid] = [Note(guid, text)]
    own = dict(notes)
    for number, link in enumerate(parts.get("Links", ())):
        ends = normal_guid(link.get("originGUID")), normal_guid(link.get("targetGUID"))
        for here, there in (ends, ends[::-1]):
            if there in own and here not in own and here:
                notes.setdefault(here, []).extend(one._replace(link=number) for one in own[there])
    return notes


def _note_text(note: "etree._Element", files: ProjectFiles) -> str:
    text = text_of(note, "PlainTextContent")
    path = note.get("plainTextPath")
    if text is None and path:
        try:
            text = files.text(path)
        except InputError:
            text = None
    said = [text_of(note, "Description") or "", text or ""]
    return "\n".join(filter(None, said)) or note.get("name") or ""


def other_losses(
    files: ProjectFiles, parts: dict[str, Any], tags: list[Tag], read: set[str], noted: set[str], linked: set[int],
    about: str, ours: bool,
) -> list[Loss]:  # fmt: skip
    """A loss for each selection that is not of a text, each note that no text has, each link, set, case and graph.

    ``read``: GUIDs of the sources and selections that were read; ``noted``, ``linked``: GUIDs of the notes and numbers
    of the links that went into the note of an annotation; ``about``: the project's description, where it is not ours.
    """
    names = {tag.guid: tag.name for tag in tags}
    losses: list[Loss] = []

    def lose(kind: Any, field: str, reason: str, element: "etree._Element", value: str | None) -> None:
        losses.append(Loss(kind, field, reason, place=f"{files.where}, line {element.sourceline}", value=value or None))

    for element in parts.get("Sources", ()):
        _of_source(element, names, read, lose)
    for note in parts.get("Notes", ()):
        if normal_guid(note.get("guid")) not in noted:
            codings = sum(1 for _ in note.iter("{*}Coding"))
            more = f" (nor have its {codings} codings)" if codings else ""
            lose("lost", "note", f"it belongs to no coded stretch, so {_NOWHERE}{more}", note, _note_text(note, files))
    for number, link in enumerate(parts.get("Links", ())):
        if number not in linked:
            lose("lost", "link", f"a link between two things: {_NOWHERE}", link, link.get("name"))
    for part, child, what in (
        ("Sets", "Set", "a group of documents or codes"),
        ("Cases", "Case", "a case"),
        ("Graphs", "Graph", "a drawing"),
    ):
        for element in parts.get(part, ()):
            if local(element) == child:
                lose("lost", child.lower(), f"{what}: {_NOWHERE}", element, element.get("name"))
    losses += _of_variables(files, parts)
    book = parts.get("CodeBook")
    told = sum(bool(tag.description.strip()) for tag in tags)
    if told and not ours and book is not None:
        lose(
            "lost", "codebook", f"the definitions of {told} codes belong to a codebook, not to annotations", book, None
        )
    if about.strip():
        lose("lost", "project", f"the description of the project: {_NOWHERE}", files.root, about)
    return losses


def _of_source(source: "etree._Element", names: dict[str, str], read: set[str], lose: Any) -> None:
    """Regions, transcripts and formatted texts of a source."""
    for element in source.iter(*(f"{{*}}{name}" for name in _REGIONS)):
        refs = [normal_guid(one.get("targetGUID")) for one in element.iter("{*}CodeRef")]
        codes = ", ".join(names.get(one, one) for one in refs)
        said = text_of(element, "Description")
        what = _WHAT[local(element)]
        if normal_guid(element.get("guid")) in read:
            lose("changed", "region", f"{what}: only its text is read", element, codes)
        else:
            lose("lost", "region", f"{what}: only texts are read", element, ": ".join(filter(None, (codes, said))))
    for element in source.iter("{*}Transcript"):
        lose("lost", "transcript", "a transcript bound to times: only texts are read", element, element.get("name"))
    known = normal_guid(source.get("guid")) in read
    if local(source) in ("AudioSource", "VideoSource", "PictureSource") and not known:
        lose("lost", "document", f"no text ({local(source)}): only texts are read", source, source.get("name"))
    elif known and (local(source) != "TextSource" or source.get("richTextPath")):
        lose("changed", "document", "a formatted source: its plain text is read", source, source.get("name"))


def _of_variables(files: ProjectFiles, parts: dict[str, Any]) -> list[Loss]:
    """One loss per variable of documents or cases, other than the language and title that we read."""
    names = {normal_guid(one.get("guid")): one for one in parts.get("Variables", ())}
    counts: Counter[str] = Counter()
    for part in ("Sources", "Cases"):
        element = parts.get(part)
        for ref in () if element is None else element.iter("{*}VariableRef"):
            guid = normal_guid(ref.get("targetGUID"))
            named = names[guid].get("name") if guid in names else guid
            if part == "Cases" or named not in ("lang", "title"):
                counts[guid] += 1
    reason = "a variable of documents or cases, with {} values: " + _NOWHERE
    return [
        Loss("lost", "variable", reason.format(count), f"{files.where}, line {names[guid].sourceline}"
             if guid in names else files.where, value=(names[guid].get("name") if guid in names else guid))
        for guid, count in counts.items()
    ]  # fmt: skip
