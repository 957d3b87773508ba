"""The codings of one selection of a REFI-QDA project as fields of annotations."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.exchange.formats.refi_qda.archive import ProjectFiles
from toolkit.exchange.formats.refi_qda.codes import local
from toolkit.exchange.formats.refi_qda.fields import normal_guid
from toolkit.exchange.formats.refi_qda.place import Selection
from toolkit.exchange.model import FEATURE, Document, Loss
from toolkit.tables.columns import STANCES

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["KINDS", "State", "code_of", "coded", "notes_at"]


#: Who codes; the values of the column ``kind``.
KINDS = ("human", "machine")


@dataclass
class State:
    """What reading gathers."""

    files: ProjectFiles
    users: dict[str, str]
    codes: dict[str, str]
    stances: dict[str, str]
    notes: dict[str, list[str]]
    variables: dict[str, str]
    cases: dict[str, str]
    shared: dict[str, str | None] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    #: GUIDs of sources and selections that were read
    read: set[str] = field(default_factory=set)

    def place(self, element: "etree._Element") -> str:
        """Where an element stands, for messages."""
        return f"{self.files.where}, line {element.sourceline}"

    def lose(self, kind: Any, field: str, reason: str, element: "etree._Element", **more: Any) -> None:
        """Adds a loss at an element."""
        self.losses.append(Loss(kind, field, reason, place=self.place(element), **more))


def coded(
    codings: list["etree._Element"], selection: "etree._Element | None", note: str, lines: dict[str, str | None],
    state: State,
) -> list[dict[str, Any]]:  # fmt: skip
    """The fields of the annotations that a selection's codings make."""
    made, stances = [], []
    for coding in codings:
        guid = _target(coding)
        coder = _coder(coding, selection, state)
        if guid in state.stances:
            stances.append((coder, state.stances[guid], coding))
        elif guid in state.cases:
            name = state.cases[guid]
            state.lose("lost", "case", "it says to which case the stretch belongs, and is no code", coding, value=name)
        elif guid not in state.codes:
            state.lose("refused", "annotation", f"it names a code {guid[:40]!r} that the file does not have", coding)
        else:
            fields = _fields(coding, selection, lines, state)
            refs = [coding.get("guid"), *(one.get("targetGUID") for one in coding if local(one) == "NoteRef")]
            said = "\n".join(filter(None, [note, *notes_at(refs, state)]))
            made.append({"code": state.codes[guid], "coder": coder, "note": said or None} | fields)
    for coder in {one[0]: None for one in stances}:
        taken = {stance for who, stance, _ in stances if who == coder}
        of = [one for one in made if one["coder"] == coder]
        if len(taken) == 1 and of:
            for one in of:
                one["stance"] = min(taken)
        else:
            why = "several stances; none can be told to belong to a code" if of else "a stance without a code"
            element = next(coding for who, _, coding in stances if who == coder)
            state.lose(
                "lost",
                "stance",
                f"one user gave this selection {why}",
                element,
                coder=coder,
                value=", ".join(sorted(taken)),
            )
    for one in made:
        one.update(_of_lines(lines, one, state, codings[0]))
    return made


def _fields(
    coding: "etree._Element", selection: "etree._Element | None", lines: dict[str, str | None], state: State
) -> dict[str, Any]:
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


def _of_lines(
    lines: dict[str, str | None], made: dict[str, Any], state: State, element: "etree._Element"
) -> dict[str, Any]:
    """Fields from the lines of a comment; a score that is no number is refused, the rest of the row stays."""
    fields: dict[str, Any] = {}
    features = dict(made["features"])
    for name, value in lines.items():
        if name.startswith(FEATURE):
            features[name.removeprefix(FEATURE)] = value or ""
        elif name == "score":
            fields[name] = _score(value)
            if fields[name] is None:
                reason = "its score is no number from 0 to 1"
                state.lose("refused", name, reason, element, code=made["code"], value=value)
        elif name == "kind" and value not in KINDS:
            state.lose("refused", name, "its kind is neither human nor machine", element, value=value)
        elif name == "stance" and value not in STANCES:
            state.lose("refused", "stance", "its stance is none of ours", element, code=made["code"], value=value)
        elif name in ("code", "coder", "kind", "evidence", "created", "note", "codebook", "codebook_version", "stance"):
            fields[name] = value
        else:
            features[name] = value or ""
    if fields.get("code") is None:
        fields.pop("code", None)
    return fields | {"features": features}


def _score(text: str | None) -> float | None:
    """A number from 0 to 1, as our tables take it; None for anything else."""
    try:
        score = float(text or "")
    except ValueError:
        return None
    return score if 0 <= score <= 1 else None


def notes_at(guids: Iterable[str | None], state: State) -> list[str]:
    """The notes at these GUIDs: a note's own, or one linked with them."""
    return [text for guid in guids for text in state.notes.get(normal_guid(guid), ()) if guid]


def _coder(coding: "etree._Element", selection: "etree._Element | None", state: State) -> str | None:
    guid = coding.get("creatingUser") or (selection.get("creatingUser") if selection is not None else None)
    if not guid:
        return None
    name = state.users.get(normal_guid(guid))
    if name is None:
        state.lose("lost", "coder", "its user is not among the users of the file", coding, value=guid)
    return name or (normal_guid(guid) if name == "" else None)


def _target(coding: "etree._Element") -> str:
    return next((normal_guid(one.get("targetGUID")) for one in coding if local(one) == "CodeRef"), "")


def code_of(coding: "etree._Element", state: State) -> str | None:
    """What a coding's code is called in our table; None for a code that the file does not have."""
    return state.codes.get(_target(coding))
