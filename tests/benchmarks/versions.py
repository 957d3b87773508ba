"""The tests on the oldest and the newest versions that pyproject.toml allows, on each Python there is. Prints Markdown.

    python tests/benchmarks/versions.py [--python 3.11 3.12 3.13] [--versions lowest newest] [--tests PATH ...]
        [--processes 2] [--results FILE.json] [--logs FOLDER]

Needs ``uv`` (pip install uv) and the Pythons on this machine. "lowest": of every package that the toolkit needs the
lowest version that pyproject.toml allows (of :data:`COMPILED` the lowest that is there ready-made for that Python), of
what these need, and of what only the tests need, the newest that fits; "newest": the newest of all. Each pair is
installed into an environment of its own, and the tests (all without --tests) are run there as README runs them: half an
hour each on two cores. Rows of other pairs that FILE.json holds stay there, so that one pair after the other can be
tried; each row names its commit.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from stamp import commit, stamp

ROOT = Path(__file__).parent.parent.parent
#: What results depend on most; shown for each environment.
MAIN = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "spacy", "gensim", "tomotopy", "seaborn", "jupyterlab")
#: What nobody installs from source: a compiler would be needed.
COMPILED = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "spacy", "gensim", "tomotopy", "lxml", "regex",
            "pydantic-core", "fastwarc", "matplotlib", "psutil", "sentencex", "pyyaml")  # fmt: skip
VERSIONS = ("lowest", "newest")
#: What is for users beside the dependencies themselves, and no tool of the tests.
EXTRAS = ("documents", "web", "cluster", "site")
NAME = re.compile(r"[\w.-]+")
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)")


def tried(
    python: str, versions: str, tests: list[str], processes: int, folder: Path, logs: Path | None
) -> dict[str, object]:
    """One environment made and tested."""
    place = folder / f"{python}-{versions}"
    row: dict[str, object] = {"python": python, "versions": versions}
    made = subprocess.run(
        ["uv", "venv", "--quiet", "--no-python-downloads", "--python", python, str(place)],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        return {**row, "outcome": f"no Python {python} here"}
    inside = str(place / "bin" / "python")
    ready = [part for name in COMPILED for part in ("--only-binary", name)]
    try:
        pins = lowest(inside, ready) if versions == "lowest" else []
    except subprocess.CalledProcessError as error:
        return {**row, "outcome": f"cannot be resolved: {error.stderr.strip()[-300:]}"}
    named = folder / f"{place.name}.txt"
    named.write_text("\n".join(pins), encoding="utf-8")
    command = ["uv", "pip", "install", "--quiet", "--python", inside, "--upgrade", *ready, "-c", str(named)]
    command += ["-e", f"{ROOT}[test]"]
    installed = subprocess.run(command, capture_output=True, text=True)
    if installed.returncode:
        return {**row, "outcome": f"cannot be installed: {installed.stderr.strip()[-300:]}"}
    row["installed"] = {name: version_of(inside, name) for name in MAIN}
    began = time.perf_counter()
    settings = {**os.environ, "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(place)}
    command = [inside, "-m", "pytest", "-q", "-n", str(processes), "--dist", "loadfile", "--durations=60"]
    command += ["-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True)
    if logs is not None:
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"{place.name}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    last = done.stdout.strip().splitlines()[-1:]
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    counts = {word: int(number) for number, word in COUNT.findall(last[0] if last else "")}
    outcome = "passed" if done.returncode == 0 else f"failed: {'; '.join(failed[:5]) or done.stderr[-300:]}"
    return {
        **row,
        **counts,
        "commit": commit(),
        "failures": failed,
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "outcome": outcome,
    }


def lowest(python: str, ready: list[str]) -> list[str]:
    """The lowest version of each package that users of the toolkit need, as NAME==VERSION."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in EXTRAS)]
    names = {match[0].lower() for some in lists for one in some if (match := NAME.match(one))}
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--resolution", "lowest-direct"]
    command += ["--python", python, *ready, "--extra", "test", str(ROOT / "pyproject.toml")]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in found.stdout.splitlines() if line.partition("==")[0].lower() in names]


def version_of(python: str, name: str) -> str:
    code = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()


def table(rows: list[dict[str, object]]) -> str:
    heads = ["Python", "versions", *MAIN, "passed", "skipped", "minutes", "commit", "outcome"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in rows:
        installed = row.get("installed", {})
        assert isinstance(installed, dict)
        cells = [row["python"], row["versions"], *(installed.get(name, "") for name in MAIN)]
        cells += [row.get(name, "") for name in ("passed", "skipped", "minutes", "commit")]
        cells.append(str(row["outcome"]).replace("|", "/"))
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", nargs="+", default=["3.11", "3.12", "3.13"])
    parser.add_argument("--versions", nargs="+", choices=VERSIONS, default=VERSIONS)
    parser.add_argument("--tests", nargs="+", default=[])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--logs", type=Path, help="a folder for what pytest prints")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for python in options.python:
            for versions in options.versions:
                rows.append(tried(python, versions, options.tests, options.processes, Path(place), options.logs))
                print(f"{python}, {versions}: {rows[-1]['outcome']}", file=sys.stderr, flush=True)
    if options.results:
        before = json.loads(options.results.read_text(encoding="utf-8"))["rows"] if options.results.exists() else []
        done = {(row["python"], row["versions"]) for row in rows}
        rows = [row for row in before if (row["python"], row["versions"]) not in done] + rows
        rows.sort(key=lambda row: (str(row["python"]), str(row["versions"])))
        options.results.write_text(json.dumps({**stamp(), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    return int(any(row["outcome"] != "passed" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
