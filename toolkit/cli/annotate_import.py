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

_PLACE = ["doc_id", "start", "end", "quote"]
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
        "--of", type=name_argument, nargs="+", metavar="NAME", help="whose they are in FILE, if it holds several coders"
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
    from toolkit.storage import write_file

    project = opened(options.folder)
    # before anything is saved
    target = table_target(options.report, [options.file, *own_files(options.folder)], option="--report")
    coder = _one_coder(project, options.coder)
    if options.format is not None or not _is_sheet(Path(options.file)):
        report = _from_elsewhere(project, coder, options)
    else:
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

    from toolkit.annotation import import_annotations
    from toolkit.converting import loss_lines
    from toolkit.errors import InputError
    from toolkit.exchange import detect_format, read_exchange
    from toolkit.printable import printable

    if options.dry_run or options.by is not None:
        raise InputError(
            "--dry-run and --by are for sheets; what comes from elsewhere is one step, which undo takes back."
        )
    name = options.format or detect_format(options.file)
    found = read_exchange(options.file, name, texts=project.posts, codebook=project.codebook.id)
    table = _of_coders(found.annotations, coder, options)
    for line in (*found.notes, *loss_lines(found.losses)):
        say(printable(line))
    fits = [
        project.texts.get(doc_id, quote)[start:end] == quote if doc_id in project.texts else True
        for doc_id, start, end, quote in zip(*(table[key] for key in _PLACE), strict=True)
    ]
    other = table[[not one for one in fits]].assign(reason="the project has another text of this name")
    table = table[fits].reset_index(drop=True)
    texts = [doc_id for doc_id in found.posts["doc_id"] if doc_id in project.texts]
    gone = _missing(project, coder, table, texts)
    if len(gone) and not options.replace:
        say(
            f"{counted(len(gone), 'decision')} of {coder} in these texts stand not in FILE, and stay (--replace takes "
            "them out)"
        )
    left = import_annotations(
        project, coder, table, source=f"{name} {options.file}", take_over=options.take_over,
        remove=gone if options.replace else None,
    )  # fmt: skip
    taken = len(table) - len(left)
    left = pd.concat([left, other], ignore_index=True)
    for reason, count in left["reason"].value_counts().items():
        say(printable(f"left out {count:,}: {reason}"))
    refused = found.losses[found.losses["field"] == "annotation"].reindex(columns=[*_PLACE, "code", "coder", "reason"])
    left = pd.concat([left, refused], ignore_index=True) if len(refused) else left
    if not taken and not (options.replace and len(gone)):
        raise InputError(
            f"{options.file}: nothing could be taken in; it must hold annotations of texts of the project."
        )
    out = f" and {counted(len(gone), 'code')} taken out" if options.replace and len(gone) else ""
    print(f"Taken in: {counted(taken, 'annotation')} as decisions of {coder}{out}; one step, which undo takes back.")
    return left


def _of_coders(table: "pd.DataFrame", coder: str, options: argparse.Namespace) -> "pd.DataFrame":
    """The rows of the people asked for, as of one; what others have in the file is said."""
    from toolkit.errors import InputError, suggestion

    who = sorted(set(table["coder"]))
    wanted = options.of or ([coder] if len(who) > 1 else who)
    for name in wanted:
        if name not in who:
            raise InputError(
                f"{options.file}: holds no annotations of '{name}'; name one by --of: {suggestion(name, who)}"
            )
    for name in who:
        if name not in wanted:
            count = int((table["coder"] == name).sum())
            say(f"left out {count:,}: of '{name}' in the file (--of NAME ... names all who are meant)")
    return table[table["coder"].isin(wanted)].assign(coder=coder).reset_index(drop=True)


def _missing(project: "Project", coder: str, table: "pd.DataFrame", texts: "list[str]") -> "pd.DataFrame":
    """What the coder has in these texts and the table has not."""
    keys = ["doc_id", "start", "end", "code"]
    now = project.annotations(coder)
    now = now[now["doc_id"].isin(texts)].reset_index(drop=True)
    there = set(table[keys].itertuples(index=False, name=None))
    return now[[row not in there for row in now[keys].itertuples(index=False, name=None)]].reset_index(drop=True)


def _one_coder(project: "Project", coder: str | None) -> str:
    from toolkit.errors import InputError

    if coder is None and len(project.coders) > 1:
        raise InputError(f"--coder: name whose sheet it is: {', '.join([*project.coders, *project.curators])}.")
    return coder if coder is not None else project.coders[0]
