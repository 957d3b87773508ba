"""The page on hostile inputs and bad luck, from what was measured: every figure as it stands there.

    python tests/benchmarks/holding_page.py tests/benchmarks/results/holding > docs/holding.md

The folder holds hostile_inputs.json, faults.json, same_anywhere.json, versions.json and mutation.json, each written by
the command of that name with ``--results``; what was not measured is left out, and the page says so.
"""

import json
import sys
from pathlib import Path

import faults
import hostile_inputs
import mutation
import same_anywhere
import versions

_HEAD = """# What it was put through

Texts come from strangers, disks fill up, and people pull plugs. So inputs that were made to do harm are sent through
every entry, and commands are killed, starved and begun twice. Each section names its command; all inputs are
constructed for this project (`tests/hostile`). **Lost** and **did not hold** must be 0.
"""
_END = """Not done: the dependencies are not held against a list of known vulnerabilities, since none can be had without
a network; run `pip-audit` where you have one (`toolkit licences --all` names what is installed). Only Linux, Chromium
and one kind of processor were tried.
"""
_SECTIONS = {
    "hostile_inputs": (
        "Hostile inputs",
        "Files through the command that reads them, each in a process of its own; strings in every field of posts, "
        "codebooks and annotations. *Unchanged*: what comes out is what went in. *Read, with a row about it*: "
        "something else came out, and a row of `skipped` or of the losses says so. With the same strings it is tested "
        "in Chromium that nothing of them runs in a report, an explorer, a page of a codebook, the page to code on "
        "or in what a notebook shows (`tests/test_hostile_texts.py`).",
        hostile_inputs.table,
    ),
    "faults": (
        "Bad luck",
        "*Old*: as if the command had not been begun; *new*: done. Where it was old, the same command afterwards led "
        "to the new state. Killed kernels of people who annotate: `tests/test_annotation_faults.py` (200 times); "
        "killed workers of a cluster: [what a study costs](scale.md).",
        faults.table,
    ),
    "same_anywhere": (
        "The same anywhere",
        "One study under many circumstances; its tables compared to the last digit with those of the first.",
        same_anywhere.table,
    ),
    "versions": (
        "Versions",
        "All tests on the oldest and the newest versions of the dependencies that `pyproject.toml` allows.",
        versions.table,
    ),
    "mutation": (
        "What the tests would notice",
        "Small changes to the code that counts, one at a time (mutation testing): a test fails, or all pass. Of each "
        "room as many changes as the table says were drawn by chance. Not all that survive are faults of the tests: "
        "some change a progress bar, the type of an array, or nothing at all.",
        mutation.table,
    ),
}


def page(results: Path) -> str:
    """The page from the results in a folder."""
    parts, missing = [_HEAD], []
    for name, (title, about, table) in _SECTIONS.items():
        path = results / f"{name}.json"
        if not path.exists():
            missing.append(title.lower())
            continue
        found = json.loads(path.read_text(encoding="utf-8"))
        told = f"_`python tests/benchmarks/{name}.py`; {found['machine']}; {found['date']}, commit {found['commit']}._"
        parts.append(f"## {title}\n\n{about}\n\n{table(found['rows'])}\n\n{told}\n")
    if missing:
        parts.append(f"Not measured yet: {', '.join(missing)}.\n")
    return "\n".join([*parts, _END])


if __name__ == "__main__":
    print(page(Path(sys.argv[1])), end="")
