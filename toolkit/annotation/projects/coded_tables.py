"""From the logs of coders to tables: annotations, what was judged, every decision, progress and pace."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd

from toolkit.annotation.record.state import State
from toolkit.tables import check, empty

__all__ = ["active_minutes", "annotations_table", "decisions_table", "items_per_hour", "judged_table", "progress_row"]

#: Minutes without a decision after which time counts as a pause: nobody reads one passage for longer than that,
#: and with a longer cut lunch would count as work.
PAUSE = 5.0
_SETTLED = 2.0
_COLUMNS = [
    "doc_id", "start", "end", "quote", "codebook", "codebook_version", "code", "stance", "coder", "kind", "score",
    "evidence", "created", "note",
]  # fmt: skip


def annotations_table(
    states: Mapping[str, State], codebook: str, version: str, documents: Sequence[str]
) -> pd.DataFrame:
    """The annotations that stand now, by coder, document (in the order given), place and code.

    ``evidence`` is JSON: item, line n of the log, and for codes that came from elsewhere ``from`` and ``why``.
    """
    place = {doc_id: number for number, doc_id in enumerate(documents)}
    rows = [
        (*key[:3], coding.quote, codebook, version, key[3], coding.stance, coder, "human", None, _evidence(coding),
         coding.at, coding.note or None)
        for coder, state in states.items()
        for key, coding in sorted(state.codings.items(), key=lambda pair: (place.get(pair[0][0], -1), pair[0]))
    ]  # fmt: skip
    return check("annotations", pd.DataFrame(rows, columns=_COLUMNS)) if rows else empty("annotations")


def _evidence(coding: Any) -> str:
    said = {"item": coding.item, "n": coding.n}
    if coding.source:
        said["from"] = coding.source
    if coding.why:
        said["why"] = coding.why
    return json.dumps(said, ensure_ascii=False)


def judged_table(states: Mapping[str, State], items: pd.DataFrame) -> pd.DataFrame:
    """What each coder went through to the end: the items marked as done, in the order of ``items``; ``created``: when,
    ``note``: the reason given with it, else the note on the item."""
    parts = []
    for coder, state in states.items():
        done = {item: found for item, found in state.items.items() if found.status == "done"}
        part = items.loc[items["item"].isin(list(done)), ["item", "doc_id", "start", "end"]]
        created = [done[item].at for item in part["item"]]
        notes = [done[item].why or done[item].note or None for item in part["item"]]
        parts.append(part.assign(coder=coder, created=created, note=pd.Series(notes, index=part.index, dtype="str")))
    if not any(len(part) for part in parts):
        return empty("judged").assign(created=pd.Series([], dtype="str"), note=pd.Series([], dtype="str"))
    table = pd.concat(parts, ignore_index=True)
    return check("judged", table[["coder", "doc_id", "start", "end", "created", "note"]])


def decisions_table(coder: str, lines: Sequence[Mapping[str, Any]], state: State) -> pd.DataFrame:
    """Every line of a log: decisions in the order they were made, and whether they have been undone since."""
    standing = {step.n for step in state.steps}
    rows = [
        (
            coder, line["n"], line.get("at", ""), line["do"], line.get("item"), line.get("doc_id"), line.get("start"),
            line.get("end"), line.get("code"), line.get("stance"), line.get("note") or line.get("source"),
            line["do"] not in ("undo", "redo") and line["n"] not in standing,
        )
        for line in lines
    ]  # fmt: skip
    columns = ["coder", "n", "at", "do", "item", "doc_id", "start", "end", "code", "stance", "note", "undone"]
    return check("decisions", pd.DataFrame(rows, columns=columns)) if rows else empty("decisions")


def active_minutes(times: Sequence[str]) -> float:
    """Minutes of work between decisions: gaps of up to five minutes count, longer ones are pauses.

    >>> active_minutes(["2026-01-01T10:00:00.000Z", "2026-01-01T10:02:00.000Z", "2026-01-01T12:00:00.000Z"])
    2.0
    """
    moments = [datetime.fromisoformat(time.replace("Z", "+00:00")) for time in times if time]
    gaps = [(later - earlier).total_seconds() / 60 for earlier, later in pairwise(moments)]
    return float(sum(gap for gap in gaps if 0 <= gap <= PAUSE))


def items_per_hour(judged: int, minutes: float) -> float | None:
    """The pace, missing before two minutes of work: what the first items took says nothing about an hour."""
    return judged / minutes * 60 if judged and minutes >= _SETTLED else None


def progress_row(
    coder: str, lines: Sequence[Mapping[str, Any]], state: State, queue: Sequence[str]
) -> dict[str, object]:
    """Where a coder stands: items assigned, done, skipped, flagged; codes; minutes of work; items per hour.

    Batches (agreed codings taken over, spreadsheets) are work of no minutes: what they marked as done is not pace.
    """
    found = [state.item(item) for item in queue]
    done = sum(item.status == "done" for item in found)
    by_hand = [line for line in lines if line["do"] != "batch"]
    minutes = active_minutes([str(line.get("at", "")) for line in by_hand])
    judged = len({line.get("item") for line in by_hand if line["do"] == "done"})
    pace = items_per_hour(judged, minutes)
    return {
        "coder": coder,
        "assigned": len(queue),
        "done": done,
        "skipped": sum(item.status == "skipped" for item in found),
        "flagged": sum(item.flag for item in found),
        "codes": len(state.codings),
        "minutes": round(minutes, 2),
        "per_hour": pace,
        "hours_left": (len(queue) - done) / pace if pace else None,
        "last": lines[-1].get("at") if lines else None,
    }
