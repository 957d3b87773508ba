"""Deciding where coders differ: the curator's queue, what is agreed anyway, and what is shown beside the text."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from toolkit.annotation.curating.disagreements import disagreements
from toolkit.annotation.projects.project import Project
from toolkit.annotation.record.state import State
from toolkit.annotation.session import Session
from toolkit.errors import InputError, suggestion

__all__ = ["Reading", "adjudication_session", "agreed_readings", "beside_others", "readings"]

_ADOPT = ("agreed", "majority", "none")
_ONLY = ("differences", "all")


class Reading(NamedTuple):
    """What one coder made of an item: {(start, end, code): stance}."""

    coder: str
    codes: dict[tuple[int, int, str], str | None]


def readings(project: Project) -> dict[str, list[Reading]]:
    """The items that two or more coders marked as done, in the project's order, and what each made of them."""
    found: dict[str, list[Reading]] = {}
    for coder in project.coders:
        state = project.state(coder)
        codes: dict[str, dict[tuple[int, int, str], str | None]] = {}
        for key, coding in state.codings.items():
            codes.setdefault(coding.item, {})[key[1:]] = coding.stance
        for item, status in state.items.items():
            if status.status == "done":
                found.setdefault(item, []).append(Reading(coder, codes.get(item, {})))
    return {item: found[item] for item in project.items["item"] if len(found.get(item, [])) > 1}


def agreed_readings(found: Sequence[Reading], majority: bool = False) -> dict[tuple[int, int, str], str | None] | None:
    """The one reading of an item, or None if there is none.

    All coders have the same codes and stances; with ``majority``, of three or more coders more than half gave each
    code (and of those who did more than half its stance), or more than half did not.
    """
    first = found[0].codes
    if all(reading.codes == first for reading in found[1:]):
        return dict(first)
    if not majority or len(found) < 3:
        return None
    votes = Counter(key for reading in found for key in reading.codes)
    agreed: dict[tuple[int, int, str], str | None] = {}
    for key, count in sorted(votes.items()):
        if 2 * count == len(found):
            return None
        if 2 * count > len(found):
            stance, most = Counter(reading.codes[key] for reading in found if key in reading.codes).most_common(1)[0]
            if 2 * most <= count:
                return None
            agreed[key] = stance
    return agreed


def adjudication_session(
    project: Project,
    curator: str,
    *,
    only: str = "differences",
    adopt: str = "agreed",
    lang: str | None = None,
    take_over: bool = False,
) -> Session:
    """The session in which a curator decides.

    ``only``: "differences" (items on which coders differ, and those that the curator opened again or left for later) or
    "all" that two or more coders judged. ``adopt``: items the curator has not touched are settled at once, as one step
    that can be undone: those on which all coders agree ("agreed"), also those with a majority of three or more coders
    ("majority"), or "none". Adopted codes carry whom they were taken from.

    Raises :class:`InputError` for somebody who is no curator, and while no item was judged by two coders.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import adjudication_session, create_project, import_annotations
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     _ = import_annotations(project, "first", given, project.items)
    ...     _ = import_annotations(project, "second", given.assign(coder="second", code="talking"), project.items)
    ...     session = adjudication_session(project, "curator")
    ...     len(session.queue), session.role  # they differ on one of two sentences
    ...     session.close()
    (1, 'curator')
    """
    if curator not in project.curators:
        raise InputError(f"the project has no curator '{curator}'; {suggestion(curator, project.curators)}")
    for what, value, allowed in (("adopt", adopt, _ADOPT), ("only", only, _ONLY)):
        if value not in allowed:
            raise InputError(f"{what} '{value}' is unknown; {suggestion(value, allowed)}")
    found = readings(project)
    if not found:
        raise InputError("no item was judged by two coders yet; adjudication begins when two have marked one as done.")
    agreed = {item: agreed_readings(given, adopt == "majority") for item, given in found.items()}
    decided = project.state(curator)
    again = {item for item in found if decided.item(item).at and decided.item(item).status != "done"}
    differ = [item for item, codes in agreed.items() if codes is None or item in again]
    session = Session(
        project, curator, role="curator", lang=lang, take_over=take_over,
        queue=differ if only == "differences" and differ else list(found),
        allowed=list(found), beside=beside_others,
    )  # fmt: skip
    if adopt != "none" and session.writing:
        _adopt(session, found, agreed)
    return session


def _adopt(
    session: Session, found: dict[str, list[Reading]], agreed: dict[str, dict[tuple[int, int, str], str | None] | None]
) -> None:
    """Settle what is agreed and the curator has not touched, as one step."""
    # what the curator opened again has no status, and a time
    untouched = {item for item in found if not any(session.state.item(item)[:2])} - {
        coding.item for coding in session.state.codings.values()
    }
    place = {row["item"]: row for row in session.project.items.to_dict("records")}
    texts = session.project.texts
    changes: list[dict[str, Any]] = []
    for item, codes in agreed.items():
        if codes is None or item not in untouched:
            continue
        doc_id = str(place[item]["doc_id"])
        why = "agreed" if all(reading.codes == codes for reading in found[item]) else "majority"
        for (start, end, code), stance in sorted(codes.items(), key=lambda pair: pair[0]):
            givers = [reading.coder for reading in found[item] if (start, end, code) in reading.codes]
            changes.append(
                {
                    "do": "set", "item": item, "doc_id": doc_id, "start": start, "end": end,
                    "quote": texts[doc_id][start:end], "code": code, "stance": stance,
                    "from": {"coders": givers}, "why": why,
                }
            )  # fmt: skip
        changes.append({"do": "done", "item": item, "why": why})
    if changes:
        session.decide({"do": "batch", "source": "agreement of the coders", "changes": changes})


def beside_others(project: Project, doc_id: str, lang: str, but: str = "") -> dict[str, Any]:
    """What coders (without ``but``) made of a document: their codings, who judged it, and where they differ."""
    states = {coder: project.state(coder) for coder in project.coders if coder != but}
    here = project.items[project.items["doc_id"] == doc_id]
    judged = _judged_here(states, here)
    codings = project.annotations()
    codings = codings[(codings["doc_id"] == doc_id) & (codings["coder"] != but)]
    table = disagreements(codings, judged, project.codebook, project.texts, unit=project.unit, lang=lang)
    return {
        "others": [
            {
                "coder": row["coder"],
                "start": int(row["start"]),
                "end": int(row["end"]),
                "code": row["code"],
                "stance": _said(row["stance"]),
                "note": _said(row["note"]) or "",
            }
            for row in codings.to_dict("records")
        ],
        "judged_by": sorted(set(judged["coder"])),
        "disagreements": [
            {
                key: _said(value) if isinstance(value, str) or pd.isna(value) else int(value)
                for key, value in row.items()
                if key not in ("doc_id", "quote")
            }
            for row in table.to_dict("records")
        ],
    }


def _judged_here(states: dict[str, State], items: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (coder, row["doc_id"], row["start"], row["end"])
        for coder, state in states.items()
        for row in items.to_dict("records")
        if state.item(row["item"]).status == "done"
    ]
    return pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end"])


def _said(value: Any) -> str | None:
    return value if isinstance(value, str) else None
