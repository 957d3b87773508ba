"""``toolkit cache``: show and clear."""

import argparse
from typing import TYPE_CHECKING

from toolkit.cli.arguments import count_argument, counted, examples

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CACHE_KINDS", "add_cache"]

#: The names in :data:`toolkit.cache.CACHE_KINDS`; a test compares them.
CACHE_KINDS = ("parts", "runs", "embeddings", "general-lemmas", "coders", "endpoint")
_ABOUT = """\
What is costly to make is kept in a folder of yours, so that no study does the same work twice. Nothing in it is
needed: all of it may be deleted at any time but while a study runs. The environment variable CLUETRAIN_CACHE moves
the folder."""
_CLEAR = """\
Remove what is kept; later studies make it again. Only what the toolkit itself wrote is removed, and no link is
followed. Not while a study runs: it would end with an error and have to be run again."""


def add_cache(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions to the parser."""
    cache = commands.add_parser(
        "cache",
        help="see or remove what is kept for later studies",
        description=_ABOUT,
        **examples("toolkit cache show", "toolkit cache clear --older-than 90"),
    )
    actions = cache.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser(
        "show",
        help="where the folder is and what it holds",
        description="The folder, and of each kind of thing in it how many there are, how large and when last used.",
        **examples("toolkit cache show"),
    )
    show.set_defaults(command=_show)
    clear = actions.add_parser(
        "clear",
        help="remove what is kept",
        description=_CLEAR,
        **examples("toolkit cache clear --older-than 90", "toolkit cache clear --kind parts runs --older-than 7"),
    )
    clear.add_argument(
        "--older-than", type=count_argument, metavar="DAYS", help="only what was not used for so many days"
    )
    clear.add_argument(
        "--kind",
        nargs="+",
        action="extend",
        choices=CACHE_KINDS,
        metavar="KIND",
        help=f"only these: {', '.join(CACHE_KINDS)}",
    )
    clear.set_defaults(command=_clear)


def _show(options: argparse.Namespace) -> int:
    from toolkit.cache import cache_contents, cache_folder

    print(f"Folder: {cache_folder('parts').parent}")
    found = cache_contents(progress=True)
    if found.empty:
        print("Nothing is kept there.")
        return 0
    print(_lines(found))
    print("All of it can be deleted at any time but while a study runs (toolkit cache clear); it is made again then.")
    return 0


def _clear(options: argparse.Namespace) -> int:
    from toolkit.cache import cache_folder, clear_cache

    gone = clear_cache(options.kind, older_than=options.older_than, progress=True)
    if len(gone):
        print(_lines(gone))
    freed, entries = _size(int(gone["bytes"].sum())), counted(int(gone["entries"].sum()), "thing")
    print(f"Removed from {cache_folder('parts').parent}: {entries}, {freed}.")
    return 0


def _lines(found: "pd.DataFrame") -> str:
    """The table as aligned text, with a line of sums."""
    rows = [("kind", "how many", "size", "last used", "what it is")]
    for one in found.to_dict("records"):
        kind = f"{one['kind']}: {one['stage']}" if isinstance(one["stage"], str) else one["kind"]
        rows.append((kind, f"{one['entries']:,}", _size(one["bytes"]), f"{one['last_used']:%Y-%m-%d}", one["what"]))
    whole = found[["entries", "bytes"]].sum()
    rows.append(("all", f"{whole['entries']:,}", _size(whole["bytes"]), f"{found['last_used'].max():%Y-%m-%d}", ""))
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{kind:{wide[0]}}  {many:>{wide[1]}}  {size:>{wide[2]}}  {used:{wide[3]}}  {what}".rstrip()
        for kind, many, size, used, what in rows
    )


def _size(count: int) -> str:
    """Bytes in units of thousands.

    >>> _size(12), _size(1_500), _size(2_340_000_000)
    ('12 bytes', '1.5 kB', '2.3 GB')
    """
    if count < 1_000:
        return counted(int(count), "byte")
    size, unit = count / 1_000, "kB"
    for larger in ("MB", "GB", "TB"):
        if size < 999.95:
            break
        size, unit = size / 1_000, larger
    return f"{size:.1f} {unit}"
