"""What 10^9 posts would cost and fill, reckoned from what tests/benchmarks/scale.py measured.

    python tests/benchmarks/plan.py RESULTS [--runs FOLDER] [--page docs/a-billion-posts.md]

RESULTS holds sizes-POSTS.json of scale.py; the largest is reckoned from. Where another of at least 5,000 posts is
there, what a step takes whatever the posts is told apart from what each post takes (the models of themes are fitted to
a sample, so that most of their time is of the first kind). FOLDER is that of scale.py: bytes of each table are read off
run-POSTS and cache-POSTS there; without it only their sums are told. ``--page`` puts the tables into that page, between
its two marks, and prints nothing.

Nothing of this was run at that size. It is the rule of three.
"""

import argparse
import json
from math import ceil
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

POSTS = 10**9
#: Cores that the table reckons the days for.
CORES = 1_000
#: Processes of the runs that were measured (scale.py).
WORKERS = 2
#: Posts from which on models of themes are fitted to a sample, and large tables are not held.
SAMPLED = 5_000
#: Posts of a part (toolkit.analysis.parts).
PART = 150
#: Stages that are done on workers (but for some work between their parts); all else is done by one process.
ON_WORKERS = (
    "page furniture and languages",
    "passages and tokens",
    "principles of each passage",
    "themes",
)
MARKS = ("<!-- figures: tests/benchmarks/plan.py -->", "<!-- end of figures -->")


class Step(NamedTuple):
    """Seconds of one core: of each post, and whatever the posts (none where only one size was measured)."""

    name: str
    on_workers: bool
    a_post: float
    fixed: float | None


def steps(runs: list[dict]) -> list[Step]:
    """The steps of the largest run; one of another size tells what a post costs from what does not grow."""
    *smaller, largest = sorted(runs, key=lambda run: run["posts"])
    other = next((run for run in reversed(smaller) if SAMPLED <= run["posts"] < largest["posts"]), None)
    whole = _seconds(largest)
    before = _seconds(other) if other else {}
    found = []
    for name, seconds in whole.items():
        cores = WORKERS if name in ON_WORKERS else 1
        a_post, fixed = seconds / largest["posts"], None
        if other and name in before:
            a_post = max(0.0, (seconds - before[name]) / (largest["posts"] - other["posts"]))
            fixed = max(0.0, seconds - a_post * largest["posts"])
        found.append(Step(name, name in ON_WORKERS, a_post * cores, fixed and fixed * cores))
    return found


def _seconds(run: dict) -> dict[str, float]:
    stages = run["stages"]
    return {
        "load": run["load"]["seconds"],
        **stages,
        "start, figures, report, files": run["run"]["seconds"] - sum(stages.values()),
    }


def cost(runs: list[dict]) -> str:
    """The table of seconds and core hours."""
    largest = max(runs, key=lambda run: run["posts"])
    lines = [
        f"Measured at {largest['posts']:,} posts of {largest['rows']['tokens'] / largest['posts']:,.0f} tokens "
        f"({_told(largest)}):",
        "",
        "| step | where | ms of one core a post | s whatever the posts | core hours for 10^9 | "
        f"days with {CORES:,} cores |",
        "|---|---|---:|---:|---:|---:|",
    ]
    sums = {True: 0.0, False: 0.0}
    for step in steps(runs):
        hours = (step.a_post * POSTS + (step.fixed or 0)) / 3_600
        sums[step.on_workers] += hours
        days = hours / (CORES if step.on_workers else 1) / 24
        lines.append(
            f"| {step.name} | {'workers' if step.on_workers else 'one process'} | {1_000 * step.a_post:,.2f} | "
            f"{'not told apart' if step.fixed is None else f'{step.fixed:,.0f}'} | {hours:,.0f} | {days:,.1f} |"
        )
    for on_workers, name in ((True, "all on workers"), (False, "all in one process")):
        days = sums[on_workers] / (CORES if on_workers else 1) / 24
        lines.append(f"| **{name}** | | | | **{sums[on_workers]:,.0f}** | **{days:,.1f}** |")
    lines += ["", f"From {ceil(sums[True] / sums[False]):,} workers on, the one process takes longer than the workers."]
    return "\n".join(lines)


def _told(run: dict) -> str:
    told = [str(run[name]) for name in ("machine", "date", "commit") if name in run]
    return ", ".join(told) or "machine and day were not noted"


def volume(run: dict, folder: Path | None) -> str:
    """The table of rows and bytes. ``folder``: that of scale.py, for the bytes of each table."""
    each = bytes_of(folder, run["posts"]) if folder else {}
    shown = [("texts as JSON lines", run["posts"], run["bytes"]["texts"])]
    for name, size in sorted(each.items(), key=lambda item: -item[1][1]):
        if size[1] > 10 * run["posts"]:
            shown.append((name, *size))
    shown.append(("all that is kept of parts", None, run["bytes"]["kept"]))
    shown.append(("all of the run folder", None, run["bytes"]["run"]))
    lines = ["| what | rows a post | bytes a post | rows of 10^9 posts | TB |", "|---|---:|---:|---:|---:|"]
    for name, rows, size in shown:
        a_post = "" if rows is None else f"{rows / run['posts']:,.1f}"
        many = "" if rows is None else f"{rows / run['posts'] * POSTS:,.0f}"
        whole = size / run["posts"] * POSTS / 1e12
        lines.append(f"| {name} | {a_post} | {size / run['posts']:,.0f} | {many} | {whole:,.1f} |")
    lines += ["", f"Parts: {POSTS // PART:,} of {PART} posts for each stage that works post by post."]
    return "\n".join(lines)


def bytes_of(folder: Path, posts: int) -> dict[str, tuple[int, int]]:
    """Rows and bytes of the tables of a run, and of its sentence vectors."""
    found = {}
    for path in sorted((folder / f"run-{posts}" / "tables").glob("*.parquet")):
        found[f"table {path.stem}"] = (pq.ParquetFile(path).metadata.num_rows, path.stat().st_size)
    vectors = sorted((folder / f"cache-{posts}" / "parts").glob("*/*/vectors.parquet"))
    if vectors:
        rows = sum(pq.ParquetFile(path).metadata.num_rows for path in vectors)
        found["vectors of paragraphs (kept)"] = (rows, sum(path.stat().st_size for path in vectors))
    return found


def put_in(page: str, tables: str) -> str:
    """The page with these tables between its marks."""
    before, _, rest = page.partition(MARKS[0])
    _, mark, after = rest.partition(MARKS[1])
    if not mark:
        raise SystemExit(f"the page has not the two marks {MARKS[0]} and {MARKS[1]}")
    return f"{before}{MARKS[0]}\n\n{tables}\n\n{MARKS[1]}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(options.results.glob("sizes-*.json"))]
    if not runs:
        raise SystemExit(f"{options.results}: has no sizes-*.json; make them with scale.py --part sizes")
    tables = f"{cost(runs)}\n\n{volume(max(runs, key=lambda run: run['posts']), options.runs)}"
    if options.page is None:
        print(tables)
    else:
        options.page.write_text(put_in(options.page.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main()
