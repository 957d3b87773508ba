"""How many small changes to the code that counts are found by the tests: mutation testing. Prints Markdown.

    python tests/benchmarks/mutation.py FOLDER [--room NAME ...] [--most 300] [--seed 1] [--results FILE.json]

Needs ``mutmut`` 3 in the environment of the toolkit (pip install mutmut; it is no dependency, as it brings an older
``rich``). For each room the repository is copied to FOLDER, mutmut changes each function of the room in small ways (a
number, a comparison, an argument left out), and as many changes as asked for, drawn by chance, are tried one at a time
against the tests of the room that run through that function. *Found* is a change with which a test fails or does not
end; *survived* one with which all pass: the tests do not say what the code does there, or the change changes nothing.
What survived stands as a diff in FOLDER/ROOM-survivors.diff.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from stamp import stamp

ROOT = Path(__file__).parent.parent.parent


class Room(NamedTuple):
    """What is changed, and the tests that should find it; both as patterns and paths from the repository."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = {
    "agreement": Room(
        ("toolkit/reliability/*.py",),
        (
            "tests/test_agreement.py",
            "tests/test_coefficients.py",
            "tests/test_unitizing.py",
            "tests/test_aggregation.py",
            "toolkit/reliability",
        ),
    ),
    "offsets": Room(
        ("toolkit/exchange/offsets.py", "toolkit/tables/spans.py"),
        (
            "tests/test_exchange_offsets.py",
            "tests/test_tables.py",
            "tests/test_theme_shares.py",
            "toolkit/exchange/offsets.py",
            "toolkit/tables",
        ),
    ),
    "evaluation": Room(("toolkit/evaluation/*.py",), ("tests/test_evaluation.py", "toolkit/evaluation")),
    "themes x principles": Room(
        tuple(
            f"toolkit/principles/{name}.py"
            for name in (
                "association", "crossing", "permutation", "permutation_limit", "permutation_pairs", "prevalence",
                "sums", "themes",
            )
        ),
        (
            "tests/test_principles_statistics.py",
            "tests/test_principles.py",
            "tests/test_theme_shares.py",
            "tests/test_frameworks.py",
            *(f"toolkit/principles/{name}.py" for name in ("association", "crossing", "prevalence", "themes")),
        ),
    ),
}  # fmt: skip
#: What mutmut writes of a change, and what it means here.
MEANING = {
    "killed": "found", "timeout": "found", "suspicious": "found", "segfault": "found",
    "survived": "survived", "no tests": "no test runs through it",
}  # fmt: skip
SETTINGS = """
[tool.mutmut]
source_paths = ["toolkit"]
only_mutate = {files}
also_copy = ["corpora", "notebooks", "docs", "README.md", "environment.yml"]
pytest_add_cli_args = ["-q", "-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
timeout_multiplier = 10.0
"""


def measured(folder: Path, name: str, most: int, seed: int) -> dict[str, object]:
    """One room: how many changes there are, how many were tried, and what became of them."""
    place = copied(folder / name.replace(" ", "-"), ROOMS[name])
    # without a change of this name mutmut makes them all, sees which test runs through which function, and stops
    mutmut(place, "run", "none-of-them", may_fail=True)
    every = sorted(
        key for file in (place / "mutants").rglob("*.meta") for key in json.loads(file.read_text())["exit_code_by_key"]
    )
    if not every:
        raise SystemExit(f"{name}: mutmut made no changes; see what it says in {place / 'mutmut.log'}")
    drawn = sorted(random.Random(seed).sample(every, min(most, len(every))))
    mutmut(place, "run", *drawn)
    status = {
        key: what.strip()
        for key, _, what in (
            line.strip().partition(": ") for line in mutmut(place, "results", "--all", "true").splitlines()
        )
        if key in set(drawn)
    }
    survived = [key for key in drawn if status[key] == "survived"]
    diffs = [mutmut(place, "show", key) for key in survived]
    (folder / f"{place.name}-survivors.diff").write_text("\n".join(diffs), encoding="utf-8")
    counts = Counter(MEANING.get(status[key], status[key]) for key in drawn)
    return {"room": name, "changes": len(every), "tried": len(drawn), "outcomes": dict(counts), "survived": survived}


def copied(place: Path, room: Room) -> Path:
    """The repository's files in a folder of their own, with settings for mutmut."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name)
    with (place / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS.format(files=json.dumps(room.files), tests=json.dumps(room.tests)))
    return place


def mutmut(place: Path, *arguments: str, may_fail: bool = False) -> str:
    done = subprocess.run([sys.executable, "-m", "mutmut", *arguments], cwd=place, capture_output=True, text=True)
    with (place / "mutmut.log").open("a", encoding="utf-8") as log:
        log.write(f"{done.stdout}\n{done.stderr}\n")
    if done.returncode and not may_fail:
        raise SystemExit(f"mutmut {arguments[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def table(rows: list[dict[str, object]]) -> str:
    """The rooms as Markdown."""
    lines = [
        "| room | changes in all | tried | found by a test | survived | no test runs through it | score |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        outcomes = row["outcomes"]
        assert isinstance(outcomes, dict)
        found, survived, without = (outcomes.get(what, 0) for what in ("found", "survived", "no test runs through it"))
        lines.append(
            f"| {row['room']} | {row['changes']:,} | {row['tried']:,} | {found:,} | {survived:,} | {without:,} | "
            f"{found / row['tried']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--room", nargs="+", choices=ROOMS, default=list(ROOMS))
    parser.add_argument("--most", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    rows = [measured(asked.folder, name, asked.most, asked.seed) for name in asked.room]
    if asked.results:
        asked.results.write_text(json.dumps({**stamp(), "rows": rows}, indent=1), encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
