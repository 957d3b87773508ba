"""What reading a REFI-QDA project gathers, and what codes and users are called in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.exchange.formats.refi_qda.archive import ProjectFiles
from toolkit.exchange.formats.refi_qda.fields import guid_of, natural, plain
from toolkit.exchange.formats.refi_qda.other import Note
from toolkit.exchange.formats.refi_qda.place import Selection
from toolkit.exchange.model import Document, Loss

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Names", "Place", "Row", "Said", "State"]


class Names:
    """What the codes or the users of a file are called. ``what``: "code" or "user", as our GUIDs are made."""

    def __init__(self, what: str, names: Mapping[str, str], read_as: Mapping[str, str] | None = None) -> None:
        self._what = what
        self._names = names
        self._read_as = read_as or {}
        self._plain = {guid: plain(name) for guid, name in names.items()}
        # ATLAS.ti joins the names of folders and codes: "group::code"
        self._last = {guid: plain(name.rpartition("::")[2]) for guid, name in names.items()}
        self._all = frozenset(self._plain.values())

    def means(self, said: str | None, guid: str) -> bool:
        """Does a line with this name mean the code or user of this GUID?"""
        if said is None:
            return not guid
        ours = guid_of(self._what, said)
        if ours in self._names or guid not in self._names:
            return guid == ours
        words = plain(said)
        if words in self._all:
            return self._plain[guid] == words
        return self._last[guid] == words or self._read_as.get(guid) == said

    def better(self, said: str | None, guid: str) -> bool:
        """Is a line with this name to be taken for the file's own: the same words, which XML or a program changes?"""
        return said is not None and not natural(said) and plain(said) == self._plain.get(guid)


class Row(NamedTuple):
    """An annotation in the making: its fields, the GUID of its user, the stance its lines name (see
    :func:`toolkit.exchange.formats.refi_qda.lines.claim_of`), and whether our lines speak of it."""

    fields: dict[str, Any]
    user: str
    claim: str | None
    element: "etree._Element"
    ours: bool


class Said(NamedTuple):
    """A coding with a stance: by whom (GUID and name), which, and the note of its selection."""

    user: str
    coder: str | None
    stance: str
    note: str
    element: "etree._Element"


@dataclass
class Place:
    """What one user coded at one place, as far as its stances are not yet known."""

    doc_id: str
    rows: list[Row] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


@dataclass
class State:
    """What reading gathers."""

    files: ProjectFiles
    users: dict[str, str]
    codes: dict[str, str]
    code_names: Names
    user_names: Names
    stances: dict[str, str]
    notes: dict[str, list[Note]]
    variables: dict[str, str]
    cases: dict[str, str]
    shared: dict[str, str | None] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    #: what stands at a document, start and end by a user, while its stances are not known
    places: dict[tuple[str, int, int, str], Place] = field(default_factory=dict)
    #: GUIDs of the notes, and numbers of the links, that went into the note of an annotation
    noted: set[str] = field(default_factory=set)
    linked: set[int] = field(default_factory=set)
    #: GUIDs of sources and selections that were read
    read: set[str] = field(default_factory=set)

    def place(self, element: "etree._Element") -> str:
        """Where an element stands, for messages."""
        return f"{self.files.where}, line {element.sourceline}"

    def lose(self, kind: Any, field: str, reason: str, element: "etree._Element", **more: Any) -> None:
        """Adds a loss at an element."""
        self.losses.append(Loss(kind, field, reason, place=self.place(element), **more))
