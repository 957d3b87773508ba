"""Bring toolkit/data/licences/dependencies.csv up to date: the newest release of each dependency, and its day.

    python tests/benchmarks/dependencies.py [--check]

Needs ``uv`` (pip install uv), which asks the package index what this project's requirements lead to today; names,
groups and purposes are those of pyproject.toml (the comment behind a requirement says what it is for). Licences are
kept as they stand, since many packages state them in words of their own: those of new names are taken from what is
installed, as far as it gives an SPDX expression, and are ``?`` otherwise, which a test refuses. ``--check`` changes
nothing and ends with 1 where the file is out of date.
"""

import argparse
import csv
import io
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "toolkit" / "data" / "licences" / "dependencies.csv"
COLUMNS = ("name", "needed_for", "purpose", "licence", "release", "released")
#: ``  "name[extra]>=1,<2",   # what for``
LINE = re.compile(r'^\s+"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?[^"]*",(\s+# (?P<purpose>.+))?$')
GROUP = re.compile(r"^(?P<name>(?!classifiers)\w+) = \[$")
TABLES = ("[project]", "[project.optional-dependencies]")


def stated(text: str) -> list[dict[str, str]]:
    """Name, group and purpose of every requirement of a pyproject.toml."""
    rows, group, table = [], None, ""
    for line in text.splitlines():
        table = line if line.startswith("[") else table
        if table in TABLES and (found := GROUP.match(line)):
            group = {"dependencies": "core"}.get(found["name"], found["name"])
        elif line == "]":
            group = None
        elif group is not None and (found := LINE.match(line)) and not found["name"].startswith("cluetrain"):
            rows.append({"name": found["name"], "needed_for": group, "purpose": found["purpose"] or ""})
    return rows


def newest() -> dict[str, tuple[str, str]]:
    """The release of each package that a fresh installation takes today, and the day on which it came out."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "pyproject.toml", folder)
        subprocess.run(["uv", "lock", "--quiet"], cwd=folder, check=True)
        packages = tomllib.loads((Path(folder) / "uv.lock").read_text(encoding="utf-8"))["package"]
    found: dict[str, tuple[str, str]] = {}
    for package in packages:  # a name can have several, one for each Python
        files = [*package.get("wheels", []), package.get("sdist", {})]
        days = sorted(file["upload-time"][:10] for file in files if "upload-time" in file)
        if days:
            found[package["name"]] = max(
                found.get(package["name"], ("", "")), (package["version"], days[0]), key=by_day
            )
    return found


def by_day(release: tuple[str, str]) -> str:
    return release[1]


def installed_licence(name: str) -> str:
    try:
        return metadata(name).get("License-Expression") or "?"
    except PackageNotFoundError:
        return "?"


def written(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    before = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    kept = {row["name"]: row["licence"] for row in csv.DictReader(io.StringIO(before))}
    releases = newest()
    rows = stated((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for row in rows:
        row["licence"] = kept.get(row["name"]) or installed_licence(row["name"])
        row["release"], row["released"] = releases[re.sub(r"[-_.]+", "-", row["name"]).lower()]
    after = written(rows)
    if options.check:
        print("up to date" if after == before else "out of date: python tests/benchmarks/dependencies.py")
        return int(after != before)
    FILE.write_text(after, encoding="utf-8")
    print(f"{len(rows)} dependencies; no licence known: {[row['name'] for row in rows if row['licence'] == '?']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
