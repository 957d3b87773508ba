"""``toolkit annotate import``: codings into a project, from an edited sheet or from another tool."""

import argparse
from typing import TYPE_CHECKING

from toolkit.cli.arguments import counted, name_argument, path_argument, say, table_target
from toolkit.cli.convert import EXCHANGE_FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from toolkit.annotation import Project

__all__ = ["IMPORT_HELP", "import_arguments"]

IMPORT_HELP = """\
FILE is a sheet that 'export' made and somebody edited, or annotations of texts of this project in any format of
'toolkit convert' (a table, brat, INCEpTION, Label Studio, REFI-QDA ...). They become decisions of one coder, as one
step that undo takes back; what could not be taken in is listed."""


def import_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``import``."""
    add = parser.add_argument
    add("file", type=path_argument, metavar="FILE", help="a sheet, or annotations of another tool")
    add("--coder", type=name_argument, metavar="NAME", help="whose they become (needed where there are several coders)")
    add("--by", type=name_argument, metavar="NAME", help="who edited the sheet, for the record (default: the coder)")
    add("--from", dest="format", choices=EXCHANGE_FORMATS, metavar="FORMAT", help="of FILE (default: detected)")
    add(
        "--of",
        type=name_argument,
        nargs="+",
        action="extend",
        metavar="NAME",
        help="whose they are in FILE, if it holds several coders",
    )
    add("--replace", action="store_true", help="take out what the coder has in these texts and FILE has not")
    add("--dry-run", action="store_true", help="report only, change nothing (sheets)")
    add("--report", type=path_argument, metavar="FILE.csv", help="also write the report as a table")
    add("--take-over", action="store_true", help="write although the coder's notebook is open")
    parser.set_defaults(command=_import)


def _import(options: argparse.Namespace) -> int:
    from pathlib import Path

    from toolkit.annotation.projects.status import changes_text
    from toolkit.annotation.sheets.spreadsheet import import_spreadsheet
    from toolkit.cli.annotate_project import opened, own_files
    from toolkit.errors import InputError
    from toolkit.storage import write_file

    project = opened(options.folder)
    # before anything is saved
    target = table_target(options.report, [options.file, *own_files(options.folder)], option="--report")
    coder = _one_coder(project, options.coder)
    if options.format is not None or not _is_sheet(Path(options.file)):
        report = _from_elsewhere(project, coder, options)
    else:
        if options.of or options.replace:
            raise InputError(
                "--of and --replace are for annotations of other tools; a sheet is of one coder, and the rows taken "
                "out of it say which codes go; leave them out."
            )
        report = import_spreadsheet(
            project, coder, options.file, dry_run=options.dry_run, by=options.by, take_over=options.take_over
        )
        print(changes_text(report, dry_run=options.dry_run))
    if target is not None:
        write_file(report, target)
        print(f"Written: {target}")
    return 0


def _is_sheet(path: "Path") -> bool:
    """A CSV file that is no annotations table: what is wrong with a sheet is said by those who read sheets."""
    from toolkit.errors import InputError
    from toolkit.exchange import detect_format

    if path.suffix.lower() != ".csv":
        return False
    try:
        # sheets have all columns of the table too, and more
        return detect_format(path) != "csv" or b"item_note" in path.open("rb").read(4_000)
    except InputError:
        return True


def _from_elsewhere(project: "Project", coder: str, options: argparse.Namespace) -> "pd.DataFrame":
    """Annotations of another tool into the log of a coder; returns what could not be taken in."""
    import pandas as pd

    from toolkit.annotation.projects.bring_from import import_exchange
    from toolkit.converting import loss_lines
    from toolkit.errors import InputError
    from toolkit.printable import printable

    if options.dry_run or options.by is not None:
        raise InputError(
            "--dry-run and --by are for sheets; what comes from elsewhere is one step that undo takes back."
        )
    done = import_exchange(
        project, coder, options.file, options.format, of=options.of or (), replace=options.replace,
        take_over=options.take_over,
    )  # fmt: skip
    reasons = done.left["reason"].value_counts().items()
    for line in (
        *done.notes,
        *loss_lines(done.losses),
        *(f"left out {count:,}: {reason}" for reason, count in reasons),
    ):
        say(printable(line))
    out = f" and {counted(done.removed, 'code')} taken out" if done.removed else ""
    print(
        f"Taken in: {counted(done.taken, 'annotation')} as decisions of {coder}{out}; one step, which undo takes back."
    )
    columns = ["doc_id", "start", "end", "quote", "code", "coder", "reason"]
    refused = done.losses[done.losses["field"] == "annotation"].reindex(columns=columns)
    return pd.concat([done.left, refused], ignore_index=True) if len(refused) else done.left


def _one_coder(project: "Project", coder: str | None) -> str:
    from toolkit.errors import InputError

    if coder is None and len(project.coders) > 1:
        raise InputError(f"--coder: name whose they become: {', '.join([*project.coders, *project.curators])}.")
    return coder if coder is not None else project.coders[0]
