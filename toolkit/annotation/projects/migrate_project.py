"""A project brought over to a new version of its codebook: one decision per person, what is unclear left to people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from toolkit.annotation.projects.create import freeze_codebook
from toolkit.annotation.projects.project import Project, now
from toolkit.annotation.projects.project_file import write_project_file
from toolkit.annotation.record.log import DecisionLog, Elsewhere
from toolkit.annotation.record.state import Coding, Key, State, fold
from toolkit.codebook import Codebook, Migration, load_codebook, migrate
from toolkit.errors import InputError
from toolkit.files import write_bytes
from toolkit.storage import write_file

__all__ = ["migrate_project"]

_REPORT = ["coder", "code", "what", "to_codes", "codings", "carried", "reopened"]


def migrate_project(
    project: Project,
    codebook: str | Path,
    renamed: Mapping[str, str | Sequence[str] | None] | None = None,
    *,
    take_over: bool = False,
) -> pd.DataFrame:
    """Bring a project over to a new version of its codebook.

    The new version is frozen beside the old and recorded in ``project.json``; from then on it is in force. Each
    person's log gets at most one further decision: codings whose code was renamed or merged get the new code and keep
    stance, note and origin; codings whose code was split or is gone, whose stance is gone, or that now share a passage
    in a codebook that gives one code, are taken away, and their item is opened again, flagged, with a note of what
    stood there. Older decisions stay as they are. Suggestions of the machine are brought over too; the old ones stay in
    ``suggestions-<version>.jsonl``. Windows that are open must be opened anew (their cell run again).

    Parameters
    ----------
    codebook : .yaml file or bundled name of the new version, with the same id.
    renamed : what became of codes, where the codebook does not say it; see :func:`toolkit.codebook.migrate`.
    take_over : also while somebody's notebook is open elsewhere (it stops writing).

    Returns
    -------
    DataFrame
        a row per person and code used: ``coder, code, what`` ("same", "renamed", "merged", "split", "gone"),
        ``to_codes`` (joined by ", "; missing when gone), ``codings`` (there were), ``carried`` (of them, with the new
        code), ``reopened`` (items a person must look at again). And one row per new code (``what`` "new", ``coder``
        missing): items judged before were judged without it; ``codings`` counts none.

    Raises
    ------
    InputError
        for another codebook, a version that is in force already, or is frozen here with other content, codes of which
        nothing says what became of them; while somebody's notebook is open. Nothing is changed then.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.codebook import codebook_files
    >>> from toolkit.annotation import create_project, import_annotations, migrate_project
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     _ = import_annotations(project, "first", given, project.items)
    ...     for path in codebook_files("groundswell"):
    ...         text = path.read_text(encoding="utf-8").replace("version: 1.1.0", "version: 1.2.0")
    ...         _ = Path(folder, path.name).write_text(text, encoding="utf-8")
    ...     found = migrate_project(project, Path(folder, "groundswell.yaml"))
    >>> found[["coder", "code", "what", "codings", "carried"]]
       coder       code  what  codings  carried
    0  first  listening  same        1        1
    """
    old, new = project.codebook, load_codebook(codebook)
    if new.id != old.id:
        raise InputError(
            f"{new.path}: is the codebook '{new.id}', the project's is '{old.id}'; give a version of that."
        )
    if new.sha256 == old.sha256:
        raise InputError(f"{new.path}: version {new.version} of codebook '{new.id}' is in force already.")
    if new.version == old.version:
        raise InputError(
            f"{new.path}: is version {new.version} of codebook '{new.id}' with other content than the project's; give "
            "the changed codebook a higher version."
        )
    people = [*project.coders, *project.curators]
    logs = _claimed(project, people, take_over)
    try:
        source = f"codebook {new.id} {old.version} to {new.version}, sha256 {new.sha256}"
        steps: list[_Step | None] = []
        final: list[bool] = []
        for who in people:
            # a run that was cut short has written the decisions of some already
            lines = logs[who].lines
            state = fold(lines, str(logs[who].path))
            waiting = not any(line.get("source") == source and line["n"] in _standing(state) for line in lines)
            table = project.annotations(who)
            steps.append(_step(who, state, migrate(table, new, renamed), old, new, project) if waiting else None)
            final.append(_could_bring_back(state, old, new, renamed))
        suggested = migrate(project.suggestions, new, renamed) if len(project.suggestions) else None
        frozen = freeze_codebook(new.path, project.folder, since=now())
        for who, step, last in zip(people, steps, final, strict=True):
            # also where nothing stands any more: undo and redo would bring back what is no code by now
            if step is not None and (step.changes or last):
                logs[who].append({"at": now(), "do": "batch", "source": source, "changes": step.changes})
        if suggested is not None:
            _keep_suggestions(project, old.version, suggested)
        settings = project.settings.model_copy(update={"codebooks": (*project.settings.codebooks, frozen)})
        write_project_file(project.folder, settings)
    finally:
        for log in logs.values():
            log.release()
    project.settings = settings
    for name in ("codebook", "suggestions"):
        # read again when they are next asked for
        project.__dict__.pop(name, None)
    rows = [row for step in steps if step is not None for row in step.report]
    rows += [(None, None, "new", code, 0, 0, 0) for code in new.code_ids if code not in _known(old, new, renamed)]
    return pd.DataFrame(rows, columns=_REPORT)


class _Step(NamedTuple):
    """What becomes of one person's codings: the parts of the decision, and the rows of the report."""

    changes: list[dict[str, Any]]
    report: list[tuple[Any, ...]]


def _claimed(project: Project, people: Sequence[str], take_over: bool) -> dict[str, DecisionLog]:
    """Everybody's log, to write to; none if one of them is open elsewhere."""
    logs: dict[str, DecisionLog] = {}
    try:
        for who in people:
            log = DecisionLog(project.log_path(who))
            log.claim(take_over)
            logs[who] = log
    except Elsewhere as error:
        for log in logs.values():
            log.release()
        raise InputError(f"the project cannot be migrated now: {error}") from error
    except BaseException:
        for log in logs.values():
            log.release()
        raise
    return logs


def _standing(state: State) -> set[int]:
    return {step.n for step in state.steps}


def _step(who: str, state: State, moved: Migration, old: Codebook, new: Codebook, project: Project) -> _Step:
    """One person's codings in the new version."""
    became = {
        row["code"]: row["to_codes"] if row["what"] not in ("split", "gone") else None
        for row in moved.report.to_dict("records")
    }
    stances = {
        (row["doc_id"], int(row["start"]), int(row["end"]), row["code"]): _said(row["stance"])
        for row in moved.annotations.to_dict("records")
    }
    allowed = {stance.id for stance in new.stances}
    groups: dict[Key, list[tuple[Key, Coding]]] = {}
    unclear: dict[str, list[tuple[Key, Coding]]] = {}
    for key, coding in sorted(state.codings.items(), key=lambda pair: pair[0]):
        code = became[key[3]]
        stance = stances.get((*key[:3], code)) if code is not None else None
        if code is None or (stance is not None and stance not in allowed):
            unclear.setdefault(coding.item, []).append((key, coding))
        else:
            groups.setdefault((*key[:3], code), []).append((key, coding))
    if not new.multi_label:
        # counted before any is taken away: the last of several would else look like the only one
        shared = Counter(place[:3] for place in groups)
        for place in [place for place in groups if shared[place[:3]] > 1]:
            for key, coding in groups.pop(place):
                unclear.setdefault(coding.item, []).append((key, coding))
    removed, given = [], []
    for place, merged in groups.items():
        stance = stances[place]
        if [key for key, _ in merged] == [place] and merged[0][1].stance == stance:
            continue
        removed += [_remove(key, coding) for key, coding in merged if key != place]
        given.append(_give(place, merged, stance, old))
    for item in unclear.values():
        removed += [_remove(key, coding) for key, coding in item]
    changes = removed + given
    for name in project.items["item"]:
        if name in unclear:
            changes += _reopened(name, unclear[name], state, old, new)
    return _Step(changes, _rows(who, moved, groups, unclear))


def _could_bring_back(
    state: State, old: Codebook, new: Codebook, renamed: Mapping[str, str | Sequence[str] | None] | None
) -> bool:
    """Whether undo or redo leads to codes or stances that are not, or no longer mean, what they were."""
    told = {*(renamed or {}), *(code for change in new.changes for code in change.became)}
    codes, stances = set(new.code_ids) - told, {None, *(stance.id for stance in new.stances)}
    slots = [slot for step in (*state.steps, *state.undone) for slot in step.slots if slot.kind == "coding"]
    one = old.multi_label and not new.multi_label
    return bool(slots) and (
        one
        or any(slot.key[3] not in codes for slot in slots)
        or any(had is not None and had.stance not in stances for slot in slots for had in (slot.before, slot.after))
    )


def _remove(key: Key, coding: Coding) -> dict[str, Any]:
    return {"do": "remove", "item": coding.item, **dict(zip(("doc_id", "start", "end", "code"), key, strict=True))}


def _give(place: Key, merged: Sequence[tuple[Key, Coding]], stance: str | None, old: Codebook) -> dict[str, Any]:
    """The coding in its new form; of merged ones all notes and the origin of the first are kept."""
    first = next((coding for _, coding in merged if coding.stance == stance), merged[0][1])
    notes = dict.fromkeys(coding.note for _, coding in merged if coding.note)
    reasons = dict.fromkeys(coding.why for _, coding in merged if coding.why)
    doc_id, start, end, code = place
    change = {
        "do": "set", "item": first.item, "doc_id": doc_id, "start": start, "end": end, "quote": first.quote,
        "code": code, "stance": stance, "note": "; ".join(notes),
        "from": {**first.source, "codebook": old.version, "codes": [key[3] for key, _ in merged]},
    }  # fmt: skip
    return change | ({"why": "; ".join(reasons)} if reasons else {})


def _reopened(
    item: str, unclear: Sequence[tuple[Key, Coding]], state: State, old: Codebook, new: Codebook
) -> list[dict[str, Any]]:
    """An item that a person must look at again, with a note that says what stood there."""
    before = state.item(item)
    stood = [
        f"'{key[3]}'"
        + (f" ({coding.stance})" if coding.stance else "")
        + f" on {key[1]}-{key[2]}"
        + (f", note: {coding.note}" if coding.note else "")
        for key, coding in unclear
    ]
    said = f"codebook {new.version}: in {old.version} here stood {'; '.join(stood)}."
    note = f"{before.note}\n{said}" if before.note else said
    changes: list[dict[str, Any]] = [{"do": "reopen", "item": item}] if before.status else []
    # a note holds 20,000 characters; what is cut stands in the log, in the decision that removed it and before
    return [*changes, {"do": "flag", "item": item, "on": True}, {"do": "note", "item": item, "note": note[:20_000]}]


def _rows(
    who: str, moved: Migration, groups: Mapping[Key, Sequence[tuple[Key, Coding]]], unclear: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    carried = [key[3] for merged in groups.values() for key, _ in merged]
    open_items = [{key[3] for key, _ in found} for found in unclear.values()]
    return [
        (
            who, row["code"], row["what"], _said(row["to_codes"]), int(row["rows"]), carried.count(row["code"]),
            sum(row["code"] in codes for codes in open_items),
        )
        for row in moved.report.to_dict("records")
    ]  # fmt: skip


def _keep_suggestions(project: Project, version: str, moved: Migration) -> None:
    """The suggestions in the new version; the old ones are kept, since decisions name them."""
    path = project.folder / "suggestions.jsonl"
    kept = path.with_name(
        f"suggestions-{''.join(sign if sign.isalnum() or sign in '._-' else '_' for sign in version)}.jsonl"
    )
    if not kept.exists():
        write_bytes(kept, path.read_bytes())
    write_file(moved.annotations, path)


def _known(old: Codebook, new: Codebook, renamed: Mapping[str, Any] | None) -> set[str]:
    """Codes of the new version that are those of the old, or came out of them."""
    found = {
        new_code
        for codes in (renamed or {}).values()
        for new_code in ([codes] if isinstance(codes, str) else codes or [])
    }
    found |= {code for change in new.changes for codes in change.became.values() for code in codes}
    return found | set(old.code_ids)


def _said(value: Any) -> Any:
    return value if isinstance(value, str) else None
