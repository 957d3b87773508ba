"""What a coder has decided by now: the fold of the log. Undo and redo reach back to its first line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from toolkit.annotation.record.decisions import (
    MIGRATION,
    Back,
    Batch,
    Change,
    Decision,
    Dismiss,
    Flag,
    Give,
    Judge,
    Move,
    Note,
    Remove,
    as_decision,
)
from toolkit.errors import InputError

__all__ = ["Coding", "ItemState", "Key", "State", "fold"]

#: A coding is known by doc_id, start, end and code: a code is given to a stretch once.
Key = tuple[str, int, int, str]


class Coding(NamedTuple):
    """A code on a stretch. ``n``, ``at``: line and time of the decision that gave it this form; ``source``: where it
    came from; ``why``: a curator's reason."""

    item: str
    quote: str
    stance: str | None
    note: str
    n: int
    at: str
    source: dict[str, Any]
    why: str


class ItemState(NamedTuple):
    """``status``: "" (open), "done" or "skipped", the time it became so, and ``why`` (a curator's reason)."""

    status: str = ""
    at: str = ""
    flag: bool = False
    note: str = ""
    why: str = ""


_OPEN = ItemState()


class _Was(NamedTuple):
    """One slot of the state before and after a step."""

    kind: str
    key: Any
    before: Any
    after: Any


class Step(NamedTuple):
    """What one line of the log did: its slots, and the item to look at. ``final``: it cannot be undone."""

    n: int
    item: str
    slots: tuple[_Was, ...]
    final: bool = False

    def items(self) -> list[str]:
        """The items whose status or codes it changed."""
        found: list[str] = []
        for slot in self.slots:
            if slot.kind == "item":
                found.append(slot.key)
            elif slot.kind == "coding":
                found += [coding.item for coding in (slot.before, slot.after) if coding is not None]
        return found


@dataclass
class State:
    """Codings by key, items by id, suggestions turned down; and the steps that led here."""

    codings: dict[Key, Coding] = field(default_factory=dict)
    items: dict[str, ItemState] = field(default_factory=dict)
    dismissed: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    @property
    def can_undo(self) -> bool:
        """Whether the last step can be undone."""
        return bool(self.steps) and not self.steps[-1].final

    def item(self, item: str) -> ItemState:
        """An item's state; one never touched is open."""
        return self.items.get(item, _OPEN)

    def apply(self, decision: Decision, n: int, at: str) -> Step:
        """Take a decision in; returns the step it made, undid or did again.

        Raises :class:`InputError` if there is nothing to undo or redo, or a code is taken from a stretch that does
        not have it; the state is then as before.
        """
        if isinstance(decision, Back):
            return self._undo() if decision.do == "undo" else self._redo()
        changes = decision.changes if isinstance(decision, Batch) else (decision,)
        slots: list[_Was] = []
        try:
            for change in changes:
                for kind, key, after in self._slots(change, n, at):
                    slots.append(_Was(kind, key, self._table(kind).get(key), after))
                    self._put(kind, key, after)
        except BaseException:
            for slot in reversed(slots):
                self._put(slot.kind, slot.key, slot.before)
            raise
        # codes of the codebook before would not be codes any more
        final = isinstance(decision, Batch) and decision.source.startswith(MIGRATION)
        step = Step(n, changes[0].item if changes else "", tuple(slots), final)
        self.steps.append(step)
        self.undone.clear()
        return step

    def _undo(self) -> Step:
        if not self.steps:
            raise InputError("there is nothing to undo.")
        if self.steps[-1].final:
            raise InputError(
                "the codings were brought over to another codebook here; change what was decided before instead of "
                "undoing it."
            )
        step = self.steps.pop()
        for slot in reversed(step.slots):
            self._put(slot.kind, slot.key, slot.before)
        self.undone.append(step)
        return step

    def _redo(self) -> Step:
        if not self.undone:
            raise InputError("there is nothing to redo.")
        step = self.undone.pop()
        for slot in step.slots:
            self._put(slot.kind, slot.key, slot.after)
        self.steps.append(step)
        return step

    def _table(self, kind: str) -> dict[Any, Any]:
        tables: dict[str, dict[Any, Any]] = {
            "coding": self.codings,
            "item": self.items,
            "suggestion": self.dismissed,
        }
        return tables[kind]

    def _put(self, kind: str, key: Any, value: Any) -> None:
        table = self._table(kind)
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value

    def _slots(self, change: Change, n: int, at: str) -> Iterator[tuple[str, Any, Any]]:
        """Which slots a change fills, and with what (None empties one)."""
        if isinstance(change, Give):
            key = (change.doc_id, change.start, change.end, change.code)
            # a code that came from a suggestion still does after its stance or note was changed
            source = change.source or (self.codings[key].source if key in self.codings else {})
            coding = Coding(change.item, change.quote, change.stance, change.note, n, at, source, change.why)
            yield "coding", key, coding
        elif isinstance(change, Remove):
            key = (change.doc_id, change.start, change.end, change.code)
            if key not in self.codings:
                raise InputError(f"'{change.code}' is not on this stretch of '{change.doc_id}'; nothing to take away.")
            yield "coding", key, None
        elif isinstance(change, Move):
            yield from self._moved(change, n, at)
        elif isinstance(change, Judge):
            status = {"done": "done", "skip": "skipped", "reopen": ""}[change.do]
            yield "item", change.item, self.item(change.item)._replace(status=status, at=at, why=change.why)
        elif isinstance(change, Flag):
            yield "item", change.item, self.item(change.item)._replace(flag=change.on)
        elif isinstance(change, Note):
            yield "item", change.item, self.item(change.item)._replace(note=change.note)
        elif isinstance(change, Dismiss):
            yield "suggestion", change.suggestion, at

    def _moved(self, change: Move, n: int, at: str) -> Iterator[tuple[str, Any, Any]]:
        place = (change.doc_id, change.start, change.end)
        moved = [key for key in self.codings if key[:3] == place and change.code in (None, key[3])]
        if not moved:
            raise InputError(f"no code to move stands on '{change.doc_id}' from {change.start} to {change.end}.")
        for key in sorted(moved):
            coding = self.codings[key]
            yield "coding", key, None
            new = (change.doc_id, change.to_start, change.to_end, key[3])
            there = self.codings.get(new) if new != key else None
            if there is not None:  # two become one: what was said of either is kept
                notes = dict.fromkeys(note for note in (there.note, coding.note) if note)
                coding = coding._replace(
                    stance=coding.stance or there.stance, note="\n".join(notes), source=coding.source or there.source
                )
            yield "coding", new, coding._replace(quote=change.quote, n=n, at=at, why=change.why or coding.why)


def _time(at: Any) -> str:
    try:
        if at and datetime.fromisoformat(at).tzinfo is None:
            raise ValueError
    except (TypeError, ValueError) as error:
        raise InputError(f"its time is {str(at)[:40]!r}, expected one like 2026-11-22T14:03:07.123Z.") from error
    return str(at)


def fold(lines: Iterable[dict[str, Any]], where: str) -> State:
    """The state that the lines of a log lead to.

    Raises :class:`InputError` with ``where`` and the line that cannot have been written by a session.
    """
    state = State()
    for number, line in enumerate(lines, 1):
        place = f"{where}, line {number}"
        decision = as_decision(line, place)
        try:
            state.apply(decision, number, _time(line.get("at", "")))
        except InputError as error:
            raise InputError(f"{place}: {error}") from error
    return state
