"""``toolkit licences``."""

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.cli.arguments import examples, path_argument

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["add_licences"]

_ABOUT = """\
Every piece of software, model and data that the toolkit needs or brings along: what for, under which licence, which
release was the newest when the list was made, and which is installed here. Asks nothing over the network."""
_WIDTH = 118
_HEADS = {
    "software": "Software",
    "model": "Models (inside the packages; nothing is downloaded)",
    "data": "Texts and language data",
}


def add_licences(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "licences",
        help="licences of all software, models and data",
        description=_ABOUT,
        **examples("toolkit licences", "toolkit licences --all --output licences.csv"),
    )
    parser.add_argument("--all", action="store_true", help="also what the packages bring along in turn")
    parser.add_argument(
        "--output", type=path_argument, metavar="FILE", help="write the table as .csv, .jsonl or .parquet"
    )
    parser.set_defaults(command=_licences)


def _licences(options: argparse.Namespace) -> int:
    from toolkit.licences import licences

    table = licences(everything=options.all)
    if options.output is not None:
        from toolkit.storage import write_file

        write_file(table, Path(options.output))
        print(f"{len(table)} rows: {options.output}")
        return 0
    for kind, rows in table.groupby("kind", sort=False):
        print(f"{_HEADS[str(kind)]}\n")
        for group, part in rows.groupby("needed_for", sort=False):
            print(_lines(str(group), part))
    print(
        "Licences are those that the packages state of themselves. What came out since the list was made is not known."
    )
    return 0


def _lines(group: str, rows: "pd.DataFrame") -> str:
    """The rows of one group: name and version, licence, purpose."""
    found = [f"  {group}"]
    for row in rows.fillna("").to_dict("records"):
        name = f"{row['name']} {row['installed']}".strip()
        newest = f" (newest {row['release']}, {row['released']})" if row["release"] else ""
        about = f"{row['licence'] or 'no licence stated'}; {row['purpose']}{newest}"
        about += f"; {row['source']}" if row["source"] else ""
        found.append(textwrap.fill(f"    {name:34} {about}", _WIDTH, subsequent_indent=" " * 39))
    return "\n".join([*found, ""])
