"""What somebody changed in a sheet: its rows compared with the state they were exported from, problems collected."""

from typing import Any, NamedTuple

import pandas as pd
from tqdm import tqdm

from toolkit.annotation.projects.project import Project
from toolkit.annotation.record.state import Coding, ItemState, State, fold
from toolkit.annotation.sheets.sheet_rows import EXPORTED, MADE_FROM, Sheet, SheetRow, as_cell
from toolkit.annotation.sheets.sheet_said import Place, Problem, RowReader, Said, note_of
from toolkit.errors import InputError, suggestion

__all__ = ["SheetEdits"]

_REPORT = ["row", "item", "doc_id", "start", "end", "code", "what", "from", "to"]
#: Problems told at once: a screen of them; the rest is mostly the same again.
_TOLD = 20
_STATUS = {"open": "", "done": "done", "skipped": "skipped"}
_SHOWN = {status: word for word, status in _STATUS.items()}
#: What people put into a cell to say yes and no.
_FLAG = {"": False, "no": False, "0": False, "false": False, "yes": True, "x": True, "1": True, "true": True,
         "sí": True, "si": True, "sì": True}  # fmt: skip
_DO = {"": "reopen", "done": "done", "skipped": "skip"}


class _Before(NamedTuple):
    """An item as it was: its codes, status, flag and note."""

    codes: dict[Place, Coding]
    item: ItemState


class SheetEdits:
    """The edits of one sheet to a coder's work.

    ``listed``: the items that the sheet may speak of. ``lines``: the coder's log as it is now.
    """

    def __init__(
        self, project: Project, coder: str, listed: list[str], lines: list[dict[str, Any]], sheet: Sheet, by: str
    ) -> None:
        self._project, self._coder, self._lines, self._sheet = project, coder, lines, sheet
        self.by = by[:200]
        table = project.items[project.items["item"].isin(listed)]
        places = zip(table["doc_id"], table["start"].astype(int), table["end"].astype(int), strict=True)
        self._place = dict(zip(table["item"], places, strict=True))
        self._reader = RowReader(project, self._place)
        self._states: dict[int, dict[str, _Before]] = {}
        self._problems: list[Problem] = []
        self._report: list[dict[str, Any]] = []
        self._changes: list[dict[str, Any]] = []

    def compared(self) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
        """The report, and the changes as parts of one decision.

        Raises :class:`InputError` with the problems of all rows.
        """
        rows: dict[str, list[SheetRow]] = {}
        for row in self._sheet.rows:
            item = row.cells["item"]
            # a name may begin or end with a space
            item = item if item in self._place else item.strip()
            if item in self._place:
                rows.setdefault(item, []).append(row)
            else:
                self._problems.append(Problem(row.number, self._no_item(item), "item"))
        for item in tqdm(self._place, desc="comparing", unit=" items", delay=2, leave=False):
            if item in rows:
                self._compare(item, rows[item])
            else:
                self._tell(None, item, None, "not in the sheet", "", "")
        if self._problems:
            raise InputError(self._all_problems())
        report = pd.DataFrame(self._report, columns=_REPORT)
        return report.astype(dict.fromkeys(("row", "start", "end"), "Int64")), self._changes

    # ---- one item ---------------------------------------------------------------------------------------------

    def _compare(self, item: str, rows: list[SheetRow]) -> None:
        """Find what the rows of an item change."""
        try:
            before, now = self._base(rows), self._at(len(self._lines)).get(item, _Before({}, ItemState()))
        except Problem as problem:
            self._problems.append(problem)
            return
        old = before.get(item, _Before({}, ItemState()))
        said: dict[Place, Said] = {}
        bare: list[SheetRow] = []
        sound = True
        for row in rows:
            try:
                one = self._reader.said(row, item)
                if one.place is not None and one.place in said:
                    first = said[one.place].row.number
                    raise Problem(row.number, f"'{one.place[2]}' is on this stretch already, in row {first}", "code")
            except Problem as problem:
                self._problems.append(problem)
                sound = False
                continue
            if one.place is None:
                bare.append(row)
            else:
                said[one.place] = one
        if not sound:
            return
        at, told = len(self._changes), len(self._report)
        try:
            self._differences(item, said, bare, old)
            if len(self._changes) > at and old != now:
                del self._changes[at:], self._report[told:]
                self._differences(item, said, bare, now)
                # the same was decided, or imported, meanwhile
                if len(self._changes) > at:
                    raise Problem(
                        rows[0].number,
                        f"{self._coder} decided something on this item after the sheet was exported, and the sheet "
                        "changes it too; export again and edit that",
                        "item",
                    )
        except Problem as problem:
            del self._changes[at:], self._report[told:]
            self._problems.append(problem)

    def _differences(self, item: str, said: dict[Place, Said], bare: list[SheetRow], old: _Before) -> None:
        at = len(self._changes)
        self._codes(item, said, old)
        self._item(item, said, bare, old)
        if len(self._changes) > at:
            self._admit(item, said, old, self._changes[at:])

    def _codes(self, item: str, said: dict[Place, Said], old: _Before) -> None:
        """Codes removed, added, or with another stance or note."""
        for place in sorted(old.codes.keys() - said.keys()):
            self._changes.append({"do": "remove", **self._where(item, place)})
            self._tell(None, item, place, "code removed", old.codes[place].stance or "", "")
        for place, one in sorted(said.items()):
            coding = old.codes.get(place)
            stance, note = one.stance, one.note
            if coding is not None:
                stance = coding.stance if "stance" not in one.row.cells else stance
                # what a cell cannot hold is no edit
                note = coding.note if "note" not in one.row.cells or as_cell(coding.note) == note else note
                if (stance, note) == (coding.stance, coding.note):
                    continue
            was_stance, was_note = (coding.stance, coding.note) if coding else (None, "")
            if coding is None:
                self._tell(one.row, item, place, "code added", "", stance or "")
            elif stance != was_stance:
                self._tell(one.row, item, place, "stance", was_stance or "", stance or "")
            if note != was_note:
                self._tell(one.row, item, place, "note", was_note, note)
            change = {
                "do": "set", **self._where(item, place), "stance": stance, "note": note,
                "quote": self._project.texts[self._place[item][0]][place[0] : place[1]],
                "from": {
                    **(coding.source if coding else {}),
                    "spreadsheet": self._sheet.name, "row": one.row.number, "by": self.by,
                },
            }  # fmt: skip
            self._changes.append(change | ({"why": coding.why} if coding and coding.why else {}))

    def _item(self, item: str, said: dict[Place, Said], bare: list[SheetRow], old: _Before) -> None:
        """Status, flag and note of the item: one row that says something new is enough, two that differ are not."""
        there = bare + [one.row for place, one in said.items() if place in old.codes]
        new = [one.row for place, one in said.items() if place not in old.codes]
        was = {"status": _SHOWN[old.item.status], "flag": "yes" if old.item.flag else "", "item_note": old.item.note}
        for column, what in (("status", "status"), ("flag", "flag"), ("item_note", "item note")):
            found = self._new_value(column, there, new, as_cell(was[column]))
            if found is None:
                continue
            row, value = found
            changes: dict[str, dict[str, Any]] = {
                "status": {"do": _DO[_STATUS.get(value, "")]},
                "flag": {"do": "flag", "on": bool(value)},
                "item_note": {"do": "note", "note": value},
            }
            self._changes.append({**changes[column], "item": item})
            self._tell(row, item, None, what, was[column], value)

    def _new_value(
        self, column: str, there: list[SheetRow], new: list[SheetRow], was: str
    ) -> tuple[SheetRow, str] | None:
        """The value that differs from what was, and the row that says so first; None: it stays.

        A cell of a row that was exported counts even if it was emptied; a new row may leave it empty, unless no other
        is left to say it.
        """
        rows = there + [row for row in new if row.cells.get(column, "").strip()]
        rows = rows or ([] if column == "status" else new)
        values: dict[str, SheetRow] = {}
        for row in sorted(rows, key=lambda row: row.number):
            if column in row.cells:
                values.setdefault(self._value(column, row), row)
        values.pop(was, None)
        if len(values) > 1:
            first, second = list(values.items())[:2]
            raise Problem(
                second[1].number,
                f"says {second[0][:40]!r}, row {first[1].number} of the same item {first[0][:40]!r}; write one",
                column,
            )
        return next(((row, value) for value, row in values.items()), None)

    def _value(self, column: str, row: SheetRow) -> str:
        cell = row.cells[column]
        if column == "item_note":
            return note_of(cell, row, column)
        word = cell.strip().lower()
        names = tuple(_STATUS) if column == "status" else ("yes", "no")
        if word not in (_STATUS if column == "status" else _FLAG):
            raise Problem(row.number, f"got {cell.strip()[:40]!r}; {suggestion(word, names)}", column)
        return word if column == "status" else "yes" if _FLAG[word] else ""

    def _admit(self, item: str, said: dict[Place, Said], old: _Before, changes: list[dict[str, Any]]) -> None:
        """What the codebook and the project ask of an item that is changed."""
        by_stretch: dict[tuple[int, int], Said] = {}
        for place, one in said.items():
            other = by_stretch.setdefault(place[:2], one)
            if other is not one and not self._project.codebook.multi_label:
                raise Problem(
                    one.row.number, f"the codebook gives one code, and row {other.row.number} has one", "code"
                )
        done = {change["do"] for change in changes if change["do"] in _DO.values()} or {_DO[old.item.status]}
        if not self._project.settings.stance_required or "done" not in done:
            return
        given = {
            (change["start"], change["end"], change["code"]): change for change in changes if change["do"] == "set"
        }
        newly_done = any(change["do"] == "done" for change in changes)
        for place, one in sorted(said.items()):
            stance = given[place]["stance"] if place in given else old.codes[place].stance
            if stance is None and (newly_done or place in given):
                names = ", ".join(stance.id for stance in self._project.codebook.stances)
                raise Problem(one.row.number, f"is empty, and '{item}' is done; give one of {names}", "stance")

    # ---- what was, and what is told ---------------------------------------------------------------------------

    def _base(self, rows: list[SheetRow]) -> dict[str, _Before]:
        """The items as they were when these rows were exported; as they are now where the sheet does not say."""
        said = dict.fromkeys(row.cells.get(EXPORTED, "").strip() for row in rows)
        said.pop("", None)
        if not said:
            return self._at(len(self._lines))
        found = MADE_FROM.fullmatch(next(iter(said)))
        if len(said) > 1 or found is None:
            raise Problem(rows[0].number, f"rows of one item say {', '.join(said)[:80]}; leave it as it was", EXPORTED)
        if found[1] != self._coder:
            raise Problem(
                rows[0].number, f"the sheet was exported for '{found[1][:60]}', not for '{self._coder}'", EXPORTED
            )
        if int(found[2]) > len(self._lines):
            raise Problem(
                rows[0].number,
                f"the sheet knows {int(found[2]):,} decisions, the log has {len(self._lines):,}; is this the project "
                "it was exported from?",
                EXPORTED,
            )
        return self._at(int(found[2]))

    def _at(self, count: int) -> dict[str, _Before]:
        """The items after so many lines of the log."""
        if count not in self._states:
            state: State = fold(self._lines[:count], str(self._project.log_path(self._coder)))
            found = {item: _Before({}, status) for item, status in state.items.items()}
            for key, coding in state.codings.items():
                found.setdefault(coding.item, _Before({}, ItemState())).codes[key[1:]] = coding
            self._states[count] = found
        return self._states[count]

    def _where(self, item: str, place: Place) -> dict[str, Any]:
        return {
            "item": item, "doc_id": self._place[item][0], "start": place[0], "end": place[1], "code": place[2],
        }  # fmt: skip

    def _tell(self, row: SheetRow | None, item: str, place: Place | None, what: str, was: str, now: str) -> None:
        doc_id, start, end = self._place[item]
        if place is not None:
            start, end = place[:2]
        code = place[2] if place is not None else None
        number = row.number if row is not None else None
        self._report.append(dict(zip(_REPORT, (number, item, doc_id, start, end, code, what, was, now), strict=True)))

    def _no_item(self, item: str) -> str:
        if not item:
            return "is empty; name the item of the row"
        if item in set(self._project.items["item"]):
            return f"'{item[:80]}' is not among the items of '{self._coder}'"
        return f"the project has no item '{item[:80]}'"

    def _all_problems(self) -> str:
        found = sorted(self._problems, key=lambda problem: problem.row)
        rows = f"{len(found):,} rows have a problem" if len(found) > 1 else "a row has a problem"
        lines = [f"{self._sheet.name}: nothing was imported, {rows}:"]
        lines += [
            f"  {str(problem).rstrip('.')}{'' if str(problem).endswith('?') else '.'}" for problem in found[:_TOLD]
        ]
        return "\n".join([*lines, *([f"  and {len(found) - _TOLD:,} more."] if len(found) > _TOLD else [])])
