"""One study under many circumstances: are its tables the same to the last digit? Prints Markdown.

    python tests/benchmarks/same_anywhere.py [--corpus FOLDER] [--results FILE.json]

The study of ``toolkit run`` with fewer fits, on the bundled corpus (or another folder of text files), each time in a
new process with nothing kept from before: one, two and three workers; other seeds of hashing; Spanish and Turkish
locales (in Turkish the small letter of I is not i), the C locale; time zones on both sides of the date line; files made
in another order, under another path; another current directory; without a terminal, and into one of 40 columns; as
another user; with another number of BLAS threads asked for. Locales that are not on this machine are made with
``localedef`` where it is there, else named as not tried.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from stamp import stamp

from toolkit.resources import bundled_corpus

STUDY = """[corpus]
path = "{corpus}"
[text]
pipeline = "simple"
[topics]
runs = 4
[statistics]
bootstrap = 200
permutations = 200
"""
LOCALES = ("C", "es_ES.UTF-8", "it_IT.UTF-8", "tr_TR.UTF-8")


@dataclass(frozen=True)
class Circumstance:
    """What is different: variables of the environment, workers, the order of the files, where it is begun."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    workers: int = 1
    shuffled: bool = False
    elsewhere: bool = False


def circumstances(locales: dict[str, dict[str, str]]) -> list[Circumstance]:
    """All of them; the first is what the others are compared with."""
    return [
        Circumstance("as it is"),
        *(Circumstance(f"{count} workers", workers=count) for count in (2, 3)),
        *(Circumstance(f"PYTHONHASHSEED={seed}", {"PYTHONHASHSEED": seed}) for seed in ("0", "1", "4242")),
        *(Circumstance(f"locale {name}", {"LC_ALL": name, "LANG": name, **more}) for name, more in locales.items()),
        *(Circumstance(f"time zone {zone}", {"TZ": zone}) for zone in ("Pacific/Kiritimati", "Pacific/Niue")),
        Circumstance("files made in another order", shuffled=True),
        Circumstance("another current directory", elsewhere=True),
        Circumstance("a terminal of 40 columns, no colours", {"COLUMNS": "40", "NO_COLOR": "1", "TERM": "dumb"}),
        Circumstance("four BLAS threads asked for", {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"}),
        Circumstance("another user", {"USER": "nadie", "LOGNAME": "nadie", "HOME": ""}),
    ]


def locales_here(folder: Path) -> dict[str, dict[str, str]]:
    """Locales that processes can have, each with the variables it needs."""
    found: dict[str, dict[str, str]] = {"C": {}}
    for name in LOCALES[1:]:
        made = folder / name
        language, coding = name.split(".")
        tool = shutil.which("localedef")
        command = [tool or "", "-i", language, "-f", coding, str(made)]
        if known(name, {}):
            found[name] = {}
        elif tool and subprocess.run(command, capture_output=True, check=False).returncode in (0, 1) and made.exists():
            found[name] = {"LOCPATH": str(folder)}
    return {name: more for name, more in found.items() if known(name, more)}


def known(name: str, more: dict[str, str]) -> bool:
    code = "import locale; locale.setlocale(locale.LC_ALL, '')"
    environment = {**os.environ, "LC_ALL": name, **more}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).returncode == 0


def copied(corpus: Path, target: Path, shuffled: bool) -> Path:
    """The files of a corpus, made one after the other in an order of their own."""
    files = sorted(path for path in corpus.rglob("*") if path.is_file())
    if shuffled:
        random.Random(3).shuffle(files)
    for path in files:
        place = target / path.relative_to(corpus)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return target


def run(one: Circumstance, corpus: Path, folder: Path) -> Path:
    """The run folder of the study under a circumstance."""
    here = folder / one.name.replace("/", "-").replace(" ", "-")
    here.mkdir()
    texts = copied(corpus, here / ("z" if one.shuffled else "a"), one.shuffled)
    study, out = here / "study.toml", here / "out"
    study.write_text(STUDY.format(corpus=texts), encoding="utf-8")
    elsewhere = here / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "CLUETRAIN_CACHE": str(here / "cache"), **one.environment}
    if environment.get("HOME") == "":
        environment["HOME"] = str(elsewhere)
    subprocess.run(
        [sys.executable, "-m", "toolkit", "run", str(study), "--output", str(out), "--workers", str(one.workers)],
        cwd=elsewhere if one.elsewhere else here, env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    shutil.rmtree(here / "cache", ignore_errors=True)
    return out


def differences(one: Path, other: Path) -> list[str]:
    """Names of tables that are not the same (but for the time at which annotations were made)."""
    left, right = ({path.stem: path for path in (run / "tables").glob("*.parquet")} for run in (one, other))
    found = sorted(set(left) ^ set(right))
    for name in sorted(set(left) & set(right)):
        pair = [pd.read_parquet(path).drop(columns="created", errors="ignore") for path in (left[name], right[name])]
        if not pair[0].equals(pair[1]):
            found.append(name)
    return found


def table(rows: list[dict]) -> str:
    lines = [f"| {row['circumstance']} | {row['tables']} | {', '.join(row['different']) or 'none'} |" for row in rows]
    return "\n".join(["| circumstance | tables | tables that differ |", "|---|---:|---|", *lines])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=bundled_corpus() / "texts")
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "locales").mkdir()
        locales = locales_here(folder / "locales")
        first = None
        for one in circumstances(locales):
            out = run(one, options.corpus, folder)
            if first is None:
                first = out
            tables = len(list((out / "tables").glob("*.parquet")))
            rows.append({"circumstance": one.name, "tables": tables, "different": differences(first, out)})
            if out is not first:
                shutil.rmtree(out.parent)
            print(f"{one.name}: {rows[-1]['different'] or 'the same'}", file=sys.stderr, flush=True)
        rows += [
            {"circumstance": f"locale {name}", "tables": 0, "different": ["not tried"]}
            for name in LOCALES
            if name not in locales
        ]
    if options.results:
        options.results.write_text(json.dumps({**stamp(), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    return int(any(found["different"] for found in rows))


if __name__ == "__main__":
    sys.exit(main())
