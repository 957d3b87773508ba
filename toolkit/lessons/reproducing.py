"""Exercises of notebook 10: tables that a seed moves, limits over seeds, a post that changed, a touched file."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from toolkit.crate import METADATA
from toolkit.lessons.finding import Finding, Rounded, names_of, number_of, right, text_of

__all__ = ["CHECKS"]

#: A difference of percentage points, right in its second digit after the point.
_NEAR = 0.006
#: Columns that say when, not what.
_TIMES = ["created"]


def changed_tables(answer: object, *, before: Path, after: Path) -> Finding:
    """10.1: the tables of two runs that differ in more than the time; both are run folders."""
    got = names_of(answer)
    records = [_record(folder) for folder in (before, after)]
    tables = [name for name in records[0]["tables"] if name in records[1]["tables"]]
    moved = {name for name in tables if not _same(before, after, name)}
    stamped = {name for name in tables if _hash(records[0], name) != _hash(records[1], name)} - moved
    strange = [name for name in got if name not in tables]
    if strange:
        return Finding("no_table", {"name": strange[0][:60]})
    if set(got) == moved:
        return right(moved=len(moved), all=len(tables))
    if set(got) == moved | stamped:
        return Finding("stamped", {"n": len(stamped)})
    if set(got) & (stamped - moved):
        return Finding("time", {"name": min(set(got) & stamped)})
    if set(got) == set(tables) - moved:
        return Finding("same", {})
    if set(got) - moved:
        return Finding("unmoved", {"name": min(set(got) - moved)})
    return Finding("missing", {"n": len(moved - set(got))})


def changed_post(answer: object, *, run: Path, corpus: Path) -> Finding:
    """10.3: a post whose text is not that of the run any more, by its doc_id."""
    from toolkit.corpus import load_posts

    got = text_of(answer)
    old = _record(run)["corpus"]["posts"]
    posts = load_posts(corpus, progress=False)
    new = dict(zip(posts["doc_id"], posts["sha256"], strict=True))
    if old.get(got) is not None and new.get(got) != old[got]:
        return right(doc_id=got)
    if got.endswith((".md", ".txt")) or "\\" in got:
        return Finding("file_name", {})
    if got not in old:
        return Finding("no_post", {"n": len(old)})
    return Finding("unchanged", {"doc_id": got})


def limits_apart(answer: object, *, limits: Sequence[float]) -> Finding:
    """10.2: largest less smallest of ``limits`` (shares, 0-1) in percentage points."""
    got = number_of(answer)
    low, high = 100 * min(limits), 100 * max(limits)
    apart = high - low
    if abs(got - apart) < _NEAR:
        return right(apart=Rounded(apart, 2))
    if abs(got - apart / 100) < _NEAR / 100:
        return Finding("share", {})
    if abs(got + apart) < _NEAR:
        return Finding("sign", {})
    if any(abs(got - one) < _NEAR for one in (low, high, sum(limits) * 100 / len(limits))):
        return Finding("one_limit", {})
    if low and (abs(got - high / low) < _NEAR or abs(got - 100 * apart / low) < _NEAR):
        return Finding("relative", {})
    return Finding("high" if got > apart else "low", {})


def touched_file(answer: object, *, folder: Path) -> Finding:
    """10.4: a file of a run folder that has not the SHA-256 of its description, named as there."""
    got = text_of(answer)
    graph = json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]
    described = {str(one["@id"]): str(one["sha256"]) for one in graph if one["@type"] == "File"}
    touched = {name for name, digest in described.items() if _sha256(folder / name) != digest}
    if got in touched:
        return right(name=got)
    if got in {name.rsplit("/", 1)[-1] for name in touched}:
        return Finding("without_folder", {})
    if got in {name.rsplit(".", 1)[0] for name in touched}:
        return Finding("without_ending", {})
    if got not in described:
        return Finding("no_file", {"got": got[:60]})
    return Finding("untouched", {"name": got})


def _record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found


def _hash(record: dict[str, Any], name: str) -> object:
    return record["tables"][name]["sha256"]


def _same(before: Path, after: Path, name: str) -> bool:
    from toolkit.storage import read_table

    one, other = (
        read_table(folder / "tables" / f"{name}.parquet").drop(columns=_TIMES, errors="ignore")
        for folder in (before, after)
    )
    return one.equals(other)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


CHECKS: dict[str, Callable[..., Finding]] = {
    "10.1": changed_tables,
    "10.2": limits_apart,
    "10.3": changed_post,
    "10.4": touched_file,
}
