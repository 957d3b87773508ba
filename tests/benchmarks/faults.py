"""Bad luck, many times over: what is lost when commands are killed, the disk is full, the clock jumps. Prints Markdown.

    python tests/benchmarks/faults.py [--part kills full read-only clock twice] [--kills 25] [--seed 1]
        [--results FILE.json]

``kills``: SIGKILL to all processes of a command, at a random moment of its run, so many times for each of ``load
--append``, ``run``, ``annotate create`` and ``convert`` (people who annotate are killed in the middle of a decision by
tests/test_annotation_faults.py, workers of a cluster by tests/benchmarks/scale.py). Afterwards there must be the old
state or the new one, and the same command must go on to the new one. ``full``: a disk of a few hundred kilobytes, of
several sizes; ``read-only``: a disk that is not written to. Both need the right to mount; without it they say so.
``clock``: commands between 1970 and 2150. ``twice``: two commands at the same time on one folder.

What is counted: tried; old (as if it had not been begun); new (done); lost (anything else: must be 0).
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from stamp import stamp

from toolkit.annotation import open_project
from toolkit.annotation.session import Session
from toolkit.corpus import human_annotations, load_corpus, load_posts
from toolkit.errors import ToolkitError
from toolkit.resources import bundled_corpus
from toolkit.storage import write_file

STUDY = """[corpus]
path = "{corpus}"
[text]
pipeline = "simple"
[topics]
per_language = 2
joint = 2
runs = 2
iterations = 30
[principles]
method = "cues"
[statistics]
bootstrap = 100
permutations = 100
"""
#: Days from today to years in which formats have no dates: ZIP files begin in 1980 and end in 2107.
YEARS = {"1970": -56 * 365.25, "1979": -47 * 365.25, "2038": 12 * 365.25, "2108": 82 * 365.25, "2150": 124 * 365.25}


@dataclass(frozen=True)
class Job:
    """A command: what is there before, what it is, and how to tell states apart.

    ``prepare`` makes a folder as it was before; ``state`` says "old", "new", or what else it found.
    """

    name: str
    arguments: list[str]
    prepare: Callable[[Path], None]
    state: Callable[[Path], str]


# ---- material ----------------------------------------------------------------------------------------------------


class Material:
    """Texts and codings of the bundled corpus, and what commands make of them when nothing happens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        posts = load_posts(bundled_corpus()).sort_values("doc_id")
        self.first, self.second = posts.iloc[:40], posts.iloc[40:]
        for name, part in (("first", self.first), ("second", self.second)):
            write_file(part[["doc_id", "lang", "title", "date", "text"]], folder / f"{name}.jsonl")
        self.run(folder, "load", "first.jsonl", "--output", "corpus")
        (folder / "study.toml").write_text(STUDY.format(corpus=folder / "corpus"), encoding="utf-8")
        human = human_annotations(bundled_corpus(), "cluetrain", "author", posts=posts)
        write_file(human.annotations, folder / "coded.jsonl")
        write_file(posts[["doc_id", "lang", "text"]], folder / "coded.texts.jsonl")
        self.run(folder, "run", "study.toml", "--output", "run")
        self.tables = read_tables(folder / "run")
        self.run(folder, "convert", "coded.jsonl", "coded.qdpx")
        self.qdpx = (folder / "coded.qdpx").read_bytes()

    def run(
        self, where: Path, *arguments: str, before: Sequence[str] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """A command to its end, behind ``before``; one that fails ends all, but with an ``environment`` of its own."""
        done = subprocess.run(
            [*before, *command(*arguments)],
            cwd=where,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
        )
        if not environment and done.returncode:
            raise SystemExit(f"{arguments} ended with {done.returncode}:\n{done.stderr}")
        return done

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "CLUETRAIN_CACHE": str(self.cache), **more}

    def jobs(self) -> list[Job]:
        inputs = ("second.jsonl", "study.toml", "coded.jsonl", "coded.texts.jsonl")

        def prepare(folder: Path) -> None:
            for name in inputs:
                shutil.copy(self.folder / name, folder)
            shutil.copytree(self.folder / "corpus", folder / "corpus")
            (folder / "coded.qdpx").write_bytes(b"what was there before")
            shutil.rmtree(self.cache / "parts", ignore_errors=True)

        return [
            Job("load --append", ["load", "second.jsonl", "--output", "corpus", "--append"], prepare, self.of_corpus),
            Job("run", ["run", "study.toml", "--output", "run"], prepare, self.of_run),
            Job("annotate create", ["annotate", "create", "project", "--corpus", "corpus", "--coders", "ana"],
                prepare, of_project),
            Job("convert", ["convert", "coded.jsonl", "coded.qdpx"], prepare, self.of_file),
        ]  # fmt: skip

    def of_corpus(self, folder: Path) -> str:
        posts = load_corpus(folder / "corpus").posts.set_index("doc_id")["text"]
        for name, parts in (("old", [self.first]), ("new", [self.first, self.second])):
            whole = pd.concat(parts).set_index("doc_id")["text"]
            if sorted(posts.items()) == sorted(whole.items()):
                return name
        return f"{len(posts)} posts"

    def of_run(self, folder: Path) -> str:
        if not (folder / "run").exists():
            return "old"
        tables = read_tables(folder / "run")
        if sorted(tables) != sorted(self.tables):
            return f"tables {sorted(set(tables) ^ set(self.tables))}"
        for name, table in tables.items():
            if not same(table, self.tables[name]):
                return f"table {name} differs"
        return "new" if (folder / "run" / "report.html").exists() else "no report"

    def of_file(self, folder: Path) -> str:
        data = (folder / "coded.qdpx").read_bytes()
        return {b"what was there before": "old", self.qdpx: "new"}.get(data, f"{len(data)} bytes")


def read_tables(run: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_parquet(path) for path in sorted((run / "tables").glob("*.parquet"))}


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    left, right = (table.drop(columns="created", errors="ignore") for table in (one, other))
    return bool(left.equals(right))


def of_project(folder: Path) -> str:
    if not (folder / "project").exists():
        return "old"
    project = open_project(folder / "project")
    session = Session(project, "ana")
    session.close()
    return "new" if len(session.queue) > 40 else f"{len(session.queue)} items"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "toolkit", *arguments]


# ---- faults ------------------------------------------------------------------------------------------------------


def kills(material: Material, count: int, seed: int) -> list[dict[str, object]]:
    """Each command killed so many times."""
    chance, rows = random.Random(seed), []
    for job in material.jobs():
        length, seen, problems = None, Counter[str](), []
        for number in range(-1, count):  # the first one lives, and tells how long it takes
            with tempfile.TemporaryDirectory(dir=material.folder) as place:
                folder = Path(place)
                job.prepare(folder)
                took = one_kill(material, job, folder, None if length is None else chance.uniform(0, length))
                length = took if length is None else length
                if number < 0:
                    continue
                state = told(job, folder)
                seen[state if state in ("old", "new") else "lost"] += 1
                if state == "old":
                    done = material.run(folder, *job.arguments, AGAIN="1")
                    after = told(job, folder)
                    if done.returncode or after != "new":
                        problems.append(f"again: {after}; {done.stderr[-200:]}")
                elif state != "new":
                    problems.append(state)
                left = [path.name for path in folder.rglob("*") if ".part" in path.name or "tmp" in path.name]
                seen["left behind"] += bool(left)
        rows.append(row("killed (SIGKILL)", job.name, count, seen, problems))
    return rows


def one_kill(material: Material, job: Job, folder: Path, moment: float | None) -> float:
    """Run a command in a group of its own and kill all of it at a moment; returns how long it ran."""
    began = time.perf_counter()
    with subprocess.Popen(
        command(*job.arguments), cwd=folder, env=material.environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        if moment is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return time.perf_counter() - began


def told(job: Job, folder: Path) -> str:
    """The state of a folder; what cannot even be read is lost."""
    try:
        return job.state(folder)
    except (ToolkitError, OSError, ValueError, KeyError) as error:
        return f"{type(error).__name__}: {error}"


def full(material: Material, count: int, seed: int) -> list[dict[str, object]]:
    """Each command on disks with less and less room left."""
    rows = []
    for job in material.jobs():
        seen, problems = Counter[str](), []
        for room in (0, 8, 64, 256, 1024, 4096):
            with disk(material.folder, 64_000) as folder:
                if folder is None:
                    return [not_possible("disk full")]
                job.prepare(folder)
                filled = fill(folder, room * 1_024)
                done = material.run(folder, *job.arguments, TMPDIR=str(folder), CLUETRAIN_CACHE=str(folder / "cache"))
                count_one(job, folder, done, seen, problems)
                filled.unlink()
                if told(job, folder) == "old":
                    done = material.run(folder, *job.arguments, AGAIN="1")
                    if done.returncode or told(job, folder) != "new":
                        problems.append(f"with room again: {done.stderr[-200:]}")
        rows.append(row("disk full", job.name, sum(seen[one] for one in ("old", "new", "lost")), seen, problems))
    return rows


def fill(folder: Path, leave: int) -> Path:
    """A file that leaves so many bytes of a disk free."""
    path = folder / "filler"
    free = shutil.disk_usage(folder).free
    path.write_bytes(bytes(max(0, free - leave)))
    return path


def read_only(material: Material, count: int, seed: int) -> list[dict[str, object]]:
    """Each command on a disk that takes nothing."""
    rows = []
    for job in material.jobs():
        seen, problems = Counter[str](), []
        with disk(material.folder, 64_000) as folder:
            if folder is None:
                return [not_possible("disk read-only")]
            job.prepare(folder)
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
            done = material.run(folder, *job.arguments, CLUETRAIN_CACHE=str(folder / "cache"))
            count_one(job, folder, done, seen, problems)
            if done.returncode == 0:
                problems.append("said that it was done")
        rows.append(row("disk read-only", job.name, 1, seen, problems))
    return rows


def count_one(
    job: Job, folder: Path, done: subprocess.CompletedProcess[str], seen: "Counter[str]", problems: list[str]
) -> None:
    state = told(job, folder)
    seen[state if state in ("old", "new") else "lost"] += 1
    if state not in ("old", "new"):
        problems.append(state)
    if (done.returncode == 0) != (state == "new"):
        problems.append(f"ended with {done.returncode}, state {state}: {done.stderr[-200:]}")
    if "Traceback" in done.stderr:
        problems.append(f"a traceback: {done.stderr.strip().splitlines()[-1]}")


@contextlib.contextmanager
def disk(folder: Path, kilobytes: int) -> Iterator[Path | None]:
    """A small disk in memory; None where nothing may be mounted."""
    place = Path(tempfile.mkdtemp(dir=folder))
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
    mounted = subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)
        shutil.rmtree(place, ignore_errors=True)


def clock(material: Material, count: int, seed: int) -> list[dict[str, object]]:
    """Each command in other years; each must be done all the same."""
    tool = shutil.which("faketime")
    if tool is None:
        return [not_possible("clock in other years", "needs faketime (Debian: apt-get install faketime)")]
    rows = []
    for job in material.jobs():
        seen, problems = Counter[str](), []
        for year, days in YEARS.items():
            with tempfile.TemporaryDirectory(dir=material.folder) as place:
                folder = Path(place)
                job.prepare(folder)
                before = [tool, "--exclude-monotonic", "-f", f"{days:+.0f}d"]
                done = material.run(folder, *job.arguments, before=before, AGAIN="1")
                count_one(job, folder, done, seen, problems)
                if done.returncode:
                    problems.append(f"in {year}: {done.stderr[-200:]}")
        rows.append(row(f"clock in {', '.join(YEARS)}", job.name, len(YEARS), seen, problems))
    return rows


def twice(material: Material, count: int, seed: int) -> list[dict[str, object]]:
    """Each command twice at the same time, the second a little later."""
    chance, rows = random.Random(seed), []
    for job in material.jobs():
        seen, problems, tried = Counter[str](), [], max(3, count // 5)
        for _ in range(tried):
            with tempfile.TemporaryDirectory(dir=material.folder) as place:
                folder = Path(place)
                job.prepare(folder)
                ended = two_at_once(material, job, folder, chance.uniform(0, 1.5))
                state = told(job, folder)
                seen[state if state in ("old", "new") else "lost"] += 1
                if state != "new":
                    problems.append(state)
                if not any(code == 0 for code, _ in ended):
                    problems.append(f"neither was done: {ended}")
                problems += [f"a traceback: {err.splitlines()[-1]}" for _, err in ended if "Traceback" in err]
        rows.append(row("two at the same time", job.name, tried, seen, problems))
    return rows


def two_at_once(material: Material, job: Job, folder: Path, later: float) -> list[tuple[int, str]]:
    running = []
    for wait in (0.0, later):
        time.sleep(wait)
        running.append(
            subprocess.Popen(
                command(*job.arguments), cwd=folder, env=material.environment(), text=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )
        )  # fmt: skip
    said = [process.communicate()[1] for process in running]
    return [(process.returncode, err) for process, err in zip(running, said, strict=True)]


# ---- table -------------------------------------------------------------------------------------------------------

PARTS = {"kills": kills, "full": full, "read-only": read_only, "clock": clock, "twice": twice}


def row(fault: str, what: str, tried: int, seen: "Counter[str]", problems: list[str]) -> dict[str, object]:
    return {
        "fault": fault, "command": what, "tried": tried, "old": seen["old"], "new": seen["new"], "lost": seen["lost"],
        "left behind": seen["left behind"], "problems": problems,
    }  # fmt: skip


def not_possible(fault: str, why: str = "this user may not mount a disk") -> dict[str, object]:
    return row(fault, "", 0, Counter(), [f"not tried: {why}"])


def table(rows: list[dict[str, object]]) -> str:
    heads = ("fault", "command", "tried", "old", "new", "lost")
    lines = ["| " + " | ".join(heads) + " | problems |", "|---|---|" + "---:|" * 4 + "---|"]
    for one in rows:
        problems = one["problems"]
        assert isinstance(problems, list)
        told = "; ".join(str(problem).replace("\n", " ").replace("|", "/") for problem in problems[:3])
        lines.append("| " + " | ".join(str(one[head]) for head in heads) + f" | {told or 'none'} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        material = Material(Path(place))
        for part in options.part:
            rows += PARTS[part](material, options.kills, options.seed)
            print(f"{part}: done", file=sys.stderr, flush=True)
    if options.results:
        options.results.write_text(json.dumps({**stamp(), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    return int(any(one["lost"] or one["problems"] for one in rows))


if __name__ == "__main__":
    sys.exit(main())
