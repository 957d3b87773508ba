"""Which stance belongs to which code, where a REFI-QDA project has both as codings.

A stance goes to all codes that the same user gave the same selection. QualCoder makes a selection of its own of every
coding (refi.py: load_codings_for_text, text_selection_xml), so what is left is matched by document, place and user.
Where several codes of a user at one place have different stances, the line ``stance`` that we write into the comments
says whose is which; it only points: a stance that nobody coded is none, and a stance that nobody can place is a loss.
"""

from toolkit.exchange.formats.refi_qda.state import Place, Row, Said, State
from toolkit.tables.columns import STANCES

__all__ = ["in_selection", "settle"]


def in_selection(rows: list[Row], said: list[Said]) -> tuple[list[Row], list[Said]]:
    """Gives the rows of a selection the one stance that their user gave it; returns what is left of both."""
    for user in {one.user: None for one in said}:
        stances = {one.stance for one in said if one.user == user}
        own = [row for row in rows if row.user == user]
        if len(stances) == 1 and own:
            for row in own:
                row.fields["stance"] = min(stances)
            rows = [row for row in rows if row.user != user]
            said = [one for one in said if one.user != user]
    return rows, said


def settle(state: State) -> None:
    """Gives the rows that are left the stances that are left; a loss for each stance that cannot be placed."""
    for place in state.places.values():
        there = {one.stance for one in place.said}
        met, open_rows = set(), []
        for row in place.rows:
            if row.claim in there:
                row.fields["stance"] = row.claim
                met.add(row.claim)
            elif row.claim != "":
                open_rows.append(row)
        left = there - met
        if left and len(place.rows) == 1 and not met:
            # somebody gave a stance to the only code here, which had none when we wrote it
            open_rows = place.rows
        if len(left) == 1:
            for row in open_rows:
                row.fields["stance"] = min(left)
        if left and not (len(left) == 1 and open_rows):
            _lose(place, left, state)
        for row in open_rows:
            if row.claim in STANCES and row.fields.get("stance") is None:
                reason = "our line in its comment says this stance, but no coding does so any more"
                fields = row.fields
                state.lose(
                    "lost", "stance", reason, row.element,
                    doc_id=place.doc_id, code=fields["code"], coder=fields["coder"], value=row.claim,
                )  # fmt: skip
        for one in place.said:
            if one.note and not any(one.note in (row.fields["note"] or "") for row in place.rows):
                reason = "a comment on a stance that stands alone"
                state.lose("lost", "note", reason, one.element, doc_id=place.doc_id, coder=one.coder, value=one.note)


def _lose(place: Place, left: set[str], state: State) -> None:
    several = "several stances; none can be told to belong to a code"
    alone = "a stance without a code"
    told = "a stance besides those that are told to belong to its codes"
    why = told if any(row.fields.get("stance") for row in place.rows) else several if place.rows else alone
    first = next(one for one in place.said if one.stance in left)
    state.lose(
        "lost", "stance", f"one user gave this selection {why}", first.element,
        doc_id=place.doc_id, coder=first.coder, value=", ".join(sorted(left)),
    )  # fmt: skip
