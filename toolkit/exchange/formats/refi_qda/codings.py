"""The codings of one selection of a REFI-QDA project as fields of annotations."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from toolkit.exchange.formats.refi_qda.codes import local
from toolkit.exchange.formats.refi_qda.fields import normal_guid
from toolkit.exchange.formats.refi_qda.lines import claim_of, said_of, with_lines
from toolkit.exchange.formats.refi_qda.stances import in_selection
from toolkit.exchange.formats.refi_qda.state import Place, Row, Said, State

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["code_of", "coded", "notes_at"]


def coded(
    codings: list["etree._Element"], selection: "etree._Element | None", note: str, lines: dict[str, str | None],
    state: State, where: tuple[str, int, int],
) -> list[dict[str, Any]]:  # fmt: skip
    """The fields of the annotations that a selection's codings make, but for stances that stand in other selections.

    ``where``: document, start and end, by which those are found (:func:`toolkit.exchange.formats.refi_qda.stances`).
    """
    owner = normal_guid(selection.get("creatingUser")) if selection is not None else ""
    theirs = bool(owner) and any(_coder(coding, owner, state)[0] == owner for coding in codings)
    rows: list[Row] = []
    said: list[Said] = []
    for coding in codings:
        guid = _target(coding)
        user, coder = _coder(coding, owner, state)
        if guid in state.stances:
            said.append(Said(user, coder, state.stances[guid], note, coding))
        elif guid in state.cases:
            name = state.cases[guid]
            state.lose("lost", "case", "it says to which case the stretch belongs, and is no code", coding, value=name)
        elif guid not in state.codes:
            state.lose("refused", "annotation", f"it names a code {guid[:40]!r} that the file does not have", coding)
        else:
            refs = [coding.get("guid"), *(one.get("targetGUID") for one in coding if local(one) == "NoteRef")]
            # the comment of a selection is of the one who made it, where that is said and one of the coders
            told = note if not theirs or user == owner else ""
            whole = "\n".join(filter(None, [told, *notes_at(refs, state)]))
            fields = {"code": state.codes[guid], "coder": coder, "note": whole or None}
            fields |= _fields(coding, selection, state)
            ours = bool(lines) and said_of(lines, guid, user, owner, state)
            if ours:
                with_lines(fields, lines, guid, user, state, coding)
            rows.append(Row(fields, user, claim_of(lines) if ours else None, coding, ours))
    if rows and lines.keys() - {"code", "coder"} and not any(row.ours for row in rows):
        reason = "the lines in its comment were written of another code or user, so they do not hold for its codings"
        shown = "; ".join(f"{name}: {value}" for name, value in lines.items())
        state.lose("changed", "annotation", reason, codings[0], doc_id=where[0], value=shown)
    if note and not rows and not said:
        state.lose("lost", "note", "a comment on a stretch that has no code", codings[0], doc_id=where[0], value=note)
    if rows:
        said = [one._replace(note="") for one in said]
    open_rows, left = in_selection(rows, said)
    for row in open_rows:
        state.places.setdefault((*where, row.user), Place(where[0])).rows.append(row)
    for one in left:
        state.places.setdefault((*where, one.user), Place(where[0])).said.append(one)
    return [row.fields for row in rows]


def _fields(coding: "etree._Element", selection: "etree._Element | None", state: State) -> dict[str, Any]:
    """Time, and what the project says of all annotations; features: who changed the selection last, and when."""
    holder = selection if selection is not None else coding
    created = coding.get("creationDateTime") or holder.get("creationDateTime")
    fields: dict[str, Any] = dict(state.shared) | {"created": created, "features": {}}
    changed, by = holder.get("modifiedDateTime"), normal_guid(holder.get("modifyingUser"))
    if changed and changed != created:
        fields["features"]["modified"] = changed
    if by and by != normal_guid(coding.get("creatingUser") or holder.get("creatingUser")):
        fields["features"]["modified_by"] = state.users.get(by) or by
    return fields


def notes_at(guids: Iterable[str | None], state: State) -> list[str]:
    """The notes at these GUIDs, a note's own or one linked with them; both the note and the link count as read."""
    found = [one for guid in guids if guid for one in state.notes.get(normal_guid(guid), ())]
    for one in found:
        state.noted.add(one.guid)
        if one.link is not None:
            state.linked.add(one.link)
    return [one.text for one in found]


def _coder(coding: "etree._Element", owner: str, state: State) -> tuple[str, str | None]:
    """GUID and name of a coding's user, who is the selection's where it does not say."""
    guid = normal_guid(coding.get("creatingUser")) or owner
    if not guid:
        return "", None
    name = state.users.get(guid)
    if name is None:
        state.lose("lost", "coder", "its user is not among the users of the file", coding, value=guid)
    return guid, name or (guid if name == "" else None)


def _target(coding: "etree._Element") -> str:
    return next((normal_guid(one.get("targetGUID")) for one in coding if local(one) == "CodeRef"), "")


def code_of(coding: "etree._Element", state: State) -> str | None:
    """What a coding's code is called in our table; None for a code that the file does not have."""
    return state.codes.get(_target(coding))
