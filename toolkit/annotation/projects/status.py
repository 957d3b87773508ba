"""Where a project stands, and what a sheet changed, as text for a terminal."""

from collections import Counter

import pandas as pd

from toolkit.annotation.projects.project import Project
from toolkit.printable import printable

__all__ = ["changes_text", "status_text"]

_HEADINGS = {
    "coder": "coder", "assigned": "items", "done": "done", "skipped": "skipped", "flagged": "flagged", "codes": "codes",
    "minutes": "minutes", "per_hour": "per hour", "hours_left": "hours left", "last": "last decision (UTC)",
}  # fmt: skip
_DECIMALS = {"minutes": 0, "per_hour": 0, "hours_left": 1}


def status_text(project: Project) -> str:
    """The progress table, aligned, and what is missing, line by line."""
    table = project.progress()
    return "\n".join([_head(project), "", *_aligned(table), "", *_missing(project, table)])


def changes_text(report: pd.DataFrame, *, dry_run: bool = False) -> str:
    """The report of an imported sheet, a line per change."""
    absent = report["what"] == "not in the sheet"
    lines = []
    for row in report[~absent].to_dict("records"):
        place = "no row" if pd.isna(row["row"]) else f"row {row['row']}"
        what = {"code added": "added", "code removed": "removed"}.get(row["what"], row["what"])
        code = f" '{row['code']}'" if isinstance(row["code"], str) else ""
        if row["what"] in ("code added", "code removed"):
            stance = row["from"] or row["to"]
            change = f" ({stance})" if stance else ""
        else:
            change = f": {row['from'] or '(nothing)'} -> {row['to'] or '(nothing)'}"
        lines.append(" ".join(printable(f"{place}, {row['item']}: {what}{code}{change}").split()))
    if absent.any():
        lines.append(f"{_items(int(absent.sum()))} of the project not in the sheet: left as before.")
    count = int((~absent).sum())
    if not count:
        return "\n".join([*lines, "Nothing changed; nothing was written."])
    done = "nothing was written (--dry-run)" if dry_run else "saved as one step, which undo takes back"
    return "\n".join([*lines, f"{count:,} {'change' if count == 1 else 'changes'}; {done}."])


def _items(count: int) -> str:
    return f"{count:,} {'item' if count == 1 else 'items'}"


def _head(project: Project) -> str:
    book, title = project.codebook, printable(" ".join(project.settings.title.split()))
    texts = f"{len(project.posts):,} {'text' if len(project.posts) == 1 else 'texts'}"
    return f"{title}\n{_items(len(project.items))} ({project.unit}) of {texts}, codebook {book.id} {book.version}"


def _aligned(table: pd.DataFrame) -> list[str]:
    rows = [list(_HEADINGS.values())]
    rows += [[_cell(name, row[name]) for name in _HEADINGS] for row in table.to_dict("records")]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADINGS))]
    # names and times begin, numbers end at one line
    text = {0, len(_HEADINGS) - 1}
    return [
        "  ".join(
            cell.ljust(width) if place in text else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _cell(name: str, value: object) -> str:
    if value is None or value != value:  # NaN: not known yet
        return "-"
    if name == "last":
        return str(value)[:16].replace("T", " ")
    return (
        f"{value:,.{_DECIMALS[name]}f}" if name in _DECIMALS else f"{value:,}" if isinstance(value, int) else str(value)
    )


def _missing(project: Project, table: pd.DataFrame) -> list[str]:
    """What is still to be done, by whom."""
    lines = []
    for row in table[table["coder"].isin(project.coders)].to_dict("records"):
        left = row["assigned"] - row["done"]
        if not isinstance(row["last"], str):
            lines.append(f"{row['coder']} has not begun.")
        elif left:
            skipped = f", {row['skipped']:,} of them skipped" if row["skipped"] else ""
            lines.append(f"{row['coder']}: {_items(left)} not done{skipped}.")
        if project.torn(row["coder"]):
            lines.append(
                f"{row['coder']}: the last line of the log is incomplete (it was never confirmed as saved); it is set "
                "aside when work goes on."
            )
        if row["flagged"]:
            lines.append(f"{row['coder']}: {_items(row['flagged'])} flagged.")
        bare = sum(coding.stance is None for coding in project.state(row["coder"]).codings.values())
        if bare and project.settings.stance_required:
            lines.append(f"{row['coder']}: {bare:,} {'code' if bare == 1 else 'codes'} without a stance.")
    queues = {coder: set(project.queue(coder)) for coder in project.coders}
    given = Counter(item for items in queues.values() for item in items)
    nobody = sum(item not in given for item in project.items["item"])
    if nobody:
        lines.append(f"{_items(nobody)} given to nobody.")
    shared = {item for item, coders in given.items() if coders > 1}
    if shared:
        done = Counter(
            item
            for coder in project.coders
            for item, found in project.state(coder).items.items()
            if found.status == "done"
        )
        twice = sum(done[item] > 1 for item in shared)
        lines.append(f"Given to several coders: {_items(len(shared))}, {twice:,} of them judged by two or more.")
    coders = table[table["coder"].isin(project.coders)]
    if not nobody and (coders["assigned"] == coders["done"]).all():
        lines.append("Every item is done.")
    return lines
