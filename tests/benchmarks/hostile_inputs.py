"""Every hostile input through every entry, one by one: what became of it, in how long, in how much memory.

    python tests/benchmarks/hostile_inputs.py [--results FILE.json]

Inputs: tests/hostile (constructed for this project). Files go through ``toolkit load``, ``convert``, ``run`` and
``codebook check`` in a process of their own; strings stand in every field of posts (``load``), of a codebook and of an
annotation that is converted into each exchange format and back. That nothing of them runs in a page is tested in a
real browser by tests/test_hostile_texts.py, which takes the same strings. Prints a table by entry; ends with 1 where
anything did not hold.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from hostile.entries import codebooks, converted, loaded, survived
from hostile.files import EXCHANGE, FILES, FOLDERS, SECRET, SETTINGS, write_folders, write_odd_entries
from hostile.running import MAX_MEGABYTES, MAX_SECONDS, Ran, problems_of, run
from stamp import stamp

from toolkit.corpus import load_corpus
from toolkit.exchange.registry import FORMATS

Row = dict[str, object]


def files(folder: Path) -> Iterator[Row]:
    """Each hostile file by the command that would read it."""
    secret = folder / "secret" / "passwords.txt"
    secret.parent.mkdir()
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    for name, (file, make) in FILES(secret).items():
        yield one_file("load", name, folder, file, make, ["load", file, "--output", "out"])
    for name, (file, kind, make) in EXCHANGE(secret).items():
        command = ["convert", file, "out.jsonl", "--from", kind, "--losses", "out.losses.csv"]
        yield one_file("convert", name, folder, file, make, command)
    for name, (file, words, data) in SETTINGS.items():
        more = ["--output", "out"] if words == ("run",) else []
        yield one_file(" ".join(words), name, folder, file, lambda data=data: data, [*words, file, *more])
    sound = write_folders(folder / "sound")
    for name, (file, words, data) in FOLDERS.items():
        with tempfile.TemporaryDirectory(dir=folder) as place:
            here = Path(place)
            shutil.copytree(sound / file.split("/")[0], here / file.split("/")[0])
            (here / file).write_bytes(data)
            ran = run([*words], here)
            yield row(" ".join(words[:-1]), name, outcome_of(ran, here), ran)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        here = Path(place)
        (here / "textos").mkdir()
        many = write_odd_entries(here / "textos", secret)
        ran = run(["load", "textos", "--output", "out"], here)
        yield row("load", f"a folder of {many} odd entries", outcome_of(ran, here), ran)


def one_file(entry: str, name: str, folder: Path, file: str, make: Callable[[], bytes], command: list[str]) -> Row:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        here = Path(place)
        (here / file).write_bytes(make())
        ran = run(command, here)
        return row(entry, name, outcome_of(ran, here), ran)


def outcome_of(ran: Ran, here: Path) -> str:
    """What became of a file: read, read with a word about it, refused; or what did not hold."""
    problems = problems_of(ran, SECRET, "out")
    if any(SECRET.encode() in path.read_bytes() for path in here.rglob("out*/**/*") if path.is_file()):
        problems.append("what stands in another file is in the output")
    if problems:
        return "; ".join(problems)
    if ran.status:
        return "refused"
    if list(here.glob("out/manifest*.json")):
        corpus = load_corpus(here / "out")
        return "refused" if not len(corpus.posts) else "said" if len(corpus.skipped) else "unchanged"
    losses = here / "out.losses.csv"
    return "said" if losses.exists() and losses.read_text(encoding="utf-8").count("\n") > 1 else "unchanged"


def row(entry: str, name: str, outcome: str, ran: Ran) -> Row:
    return {
        "entry": entry, "input": name, "outcome": outcome, "seconds": round(ran.seconds, 2),
        "megabytes": round(ran.megabytes),
    }  # fmt: skip


def strings(folder: Path) -> Iterator[Row]:
    """Each string through the entries that take texts; seconds are those of all together."""
    entries: dict[str, Callable[[Path], dict[str, str]]] = {
        "load (all fields)": loaded,
        "codebook (all fields)": codebooks,
        **{f"convert to {name} and back": lambda place, name=name: converted(place, name) for name in FORMATS},
    }
    for entry, through in entries.items():
        with tempfile.TemporaryDirectory(dir=folder) as place:
            began = time.perf_counter()
            found = through(Path(place))
            each = round((time.perf_counter() - began) / len(found), 3)
        for name, outcome in found.items():
            yield {"entry": entry, "input": name, "outcome": outcome, "seconds": each, "megabytes": 0}


def table(rows: list[Row]) -> str:
    """Entries in rows: how many inputs, what became of them, the slowest and the largest."""
    lines = [
        "| entry | inputs | unchanged | read, with a row about it | refused in one sentence | did not hold "
        "| longest, s | most memory, MB |",
        "|---|" + "---:|" * 7,
    ]
    for entry in dict.fromkeys(str(one["entry"]) for one in rows):
        part = [one for one in rows if one["entry"] == entry]
        seen = Counter(one["outcome"] if survived(one["outcome"]) else "bad" for one in part)
        slowest = max(float(str(one["seconds"])) for one in part)
        largest = max(int(str(one["megabytes"])) for one in part)
        lines.append(
            f"| `{entry}` | {len(part)} | {seen['unchanged']} | {seen['said']} | {seen['refused']} | {seen['bad']} | "
            f"{slowest:.1f} | {f'{largest:,}' if largest else ''} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        for one in (*files(Path(place)), *strings(Path(place))):
            rows.append(one)
            if not survived(one["outcome"]):
                print(f"{one['entry']}, {one['input']}: {one['outcome']}", file=sys.stderr, flush=True)
    if options.results:
        options.results.write_text(json.dumps({**stamp(), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    print(f"\nAllowed: {MAX_SECONDS} s and {MAX_MEGABYTES:,} MB for a file.")
    return int(any(not survived(one["outcome"]) for one in rows))


if __name__ == "__main__":
    sys.exit(main())
