"""What a session lets into the log: a decision must fit the project's texts, items and codebook."""

from typing import Any

from toolkit.annotation.projects.project_data import ProjectData
from toolkit.annotation.record.decisions import Batch, Change, Decision, Dismiss, Flag, Give, Judge, Move, Note, Remove
from toolkit.annotation.record.state import State
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import clean

__all__ = ["Rules"]


class Rules:
    """The rules of one project for the items in ``allowed`` (item ids)."""

    def __init__(self, project: ProjectData, allowed: set[str]) -> None:
        self._texts = project.texts
        self._unit = project.unit
        table = project.items
        places = zip(table["doc_id"], table["start"], table["end"], strict=True)
        self._place = {item: place for item, place in zip(table["item"], places, strict=True) if item in allowed}
        self._codes = project.codebook.code_ids
        self._stances = [stance.id for stance in project.codebook.stances]
        self._several = project.codebook.multi_label
        self._stance_required = project.settings.stance_required
        self._suggestions = set(project.suggestions["id"])

    def place(self, item: str) -> tuple[str, int, int]:
        """doc_id, start and end of an item; refuses one that is not this coder's."""
        if item not in self._place:
            raise InputError(f"item '{item[:80]}' is not among the items given to this coder.")
        return self._place[item]

    def completed(self, message: dict[str, Any]) -> dict[str, Any]:
        """A decision from the widget as it goes into the log: with its doc_id, and the text itself as quote.

        The widget shows signs that HTML cannot hold as U+FFFD; its quote is compared with the text shown so, and notes
        are kept so.
        """
        message = {
            name: clean(value) if name in ("note", "why") and isinstance(value, str) else value
            for name, value in message.items()
        }
        item = message.get("item")
        if message.get("do") not in ("set", "remove", "move") or not isinstance(item, str):
            return message
        doc_id = self.place(item)[0]
        found = {**message, "doc_id": doc_id}
        sides = ("to_start", "to_end") if message["do"] == "move" else ("start", "end")
        start, end = (message.get(side) for side in sides)
        if "quote" in message and _whole(start) and _whole(end):
            own = self._texts[doc_id][start:end]
            if clean(own) == message["quote"]:
                found["quote"] = own
        return found

    def replacing(self, message: dict[str, Any], state: State) -> dict[str, Any]:
        """Where the codebook gives one code to a stretch, a new one takes the place of the old in one step."""
        if self._several or message.get("do") != "set":
            return message
        place = tuple(message.get(name) for name in ("doc_id", "start", "end"))
        old = sorted(key[3] for key in state.codings if key[:3] == place and key[3] != message.get("code"))
        if not old:
            return message
        same = {name: message.get(name) for name in ("item", "doc_id", "start", "end")}
        removed = [{"do": "remove", **same, "code": code} for code in old]
        return {"do": "batch", "source": "another code", "changes": [*removed, message]}

    def check(self, decision: Decision, state: State) -> None:
        """Refuse a decision that does not fit, with one sentence."""
        changes: tuple[Change, ...] = decision.changes if isinstance(decision, Batch) else ()
        if isinstance(decision, Give | Remove | Move | Judge | Flag | Note | Dismiss):
            changes = (decision,)
        for change in changes:
            place = self.place(change.item)
            if isinstance(change, Give):
                self._check_code(change, place)
            elif isinstance(change, Remove):
                self._check_document(change.doc_id, place)
            elif isinstance(change, Move):
                self._check_stretch(change.doc_id, change.to_start, change.to_end, change.quote, place)
                _refuse_other_stance(change, state)
            elif isinstance(change, Judge) and change.do == "done" and not isinstance(decision, Batch):
                self._check_stances(change.item, state)
            elif isinstance(change, Dismiss) and change.suggestion not in self._suggestions:
                raise InputError(f"there is no suggestion '{change.suggestion[:40]}'.")
        if not self._several:
            self._refuse_second(changes, state)

    def _check_code(self, change: Give, place: tuple[str, int, int]) -> None:
        if change.code not in self._codes:
            raise InputError(f"the codebook has no code '{change.code[:60]}'; {suggestion(change.code, self._codes)}")
        if change.stance is not None and change.stance not in self._stances:
            raise InputError(f"the codebook has no stance '{change.stance}'.")
        self._check_stretch(change.doc_id, change.start, change.end, change.quote, place)

    def _check_document(self, doc_id: str, place: tuple[str, int, int]) -> None:
        if doc_id != place[0]:
            raise InputError(f"the stretch is in '{doc_id[:80]}', its item in '{place[0]}'.")

    def _check_stretch(self, doc_id: str, start: int, end: int, quote: str, place: tuple[str, int, int]) -> None:
        self._check_document(doc_id, place)
        text = self._texts[doc_id]
        if not 0 <= start < end <= len(text):
            raise InputError(
                f"the stretch from {start} to {end} is no part of '{doc_id}', which has {len(text)} characters."
            )
        if text[start:end] != quote:
            raise InputError(
                f"the quote {quote[:40]!r} is not the text of '{doc_id}' from {start} to {end}, which is "
                f"{text[start:end][:40]!r}; nothing was saved."
            )
        if self._unit != "span" and (start, end) != place[1:]:
            raise InputError(
                f"the stretch from {start} to {end} is not the {self._unit} (from {place[1]} to {place[2]}); in this "
                f"project codes are given to a whole {self._unit}."
            )
        if not place[1] <= start < end <= place[2]:
            raise InputError(
                f"the stretch from {start} to {end} reaches beyond its item (from {place[1]} to {place[2]}); choose "
                "less."
            )

    def _refuse_second(self, changes: tuple[Change, ...], state: State) -> None:
        """Where the codebook gives one code to a stretch: refuse changes that would leave two on one."""
        keys, touched = set(state.codings), set()
        for change in changes:
            if not isinstance(change, Give | Remove | Move):
                continue
            place = (change.doc_id, change.start, change.end)
            if isinstance(change, Give):
                keys.add((*place, change.code))
            elif isinstance(change, Remove):
                keys.discard((*place, change.code))
            else:
                moved = {key for key in keys if key[:3] == place and change.code in (None, key[3])}
                place = (change.doc_id, change.to_start, change.to_end)
                keys = (keys - moved) | {(*place, key[3]) for key in moved}
            touched.add(place)
        for place in sorted(touched):
            codes = sorted(key[3] for key in keys if key[:3] == place)
            if len(codes) > 1:
                raise InputError(
                    f"the codebook gives one code to a {self._unit}: '{codes[0]}' and '{codes[1]}' cannot both stand "
                    f"on '{place[0]}' from {place[1]} to {place[2]}; take one away first."
                )

    def _check_stances(self, item: str, state: State) -> None:
        if not self._stance_required:
            return
        bare = sorted(key for key, coding in state.codings.items() if coding.item == item and coding.stance is None)
        if bare:
            raise InputError(f"'{bare[0][3]}' still lacks its stance; give it one, then go on.")


def _refuse_other_stance(change: Move, state: State) -> None:
    """A code that is moved onto itself becomes one with it, which has one stance."""
    target = (change.doc_id, change.to_start, change.to_end)
    for key, coding in state.codings.items():
        if key[:3] != (change.doc_id, change.start, change.end) or change.code not in (None, key[3]):
            continue
        there = state.codings.get((*target, key[3])) if target != key[:3] else None
        if there is not None and None not in (there.stance, coding.stance) and there.stance != coding.stance:
            raise InputError(
                f"'{key[3]}' stands there already with the stance '{there.stance}', and what is moved has "
                f"'{coding.stance}'; give both the same stance, or take one away, then move."
            )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
