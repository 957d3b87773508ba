"""``toolkit annotate``: make a project, see where it stands, sheets out and in, put codings together, migrate, open."""

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from toolkit.cli.arguments import count_argument, path_argument, say, workers_argument

if TYPE_CHECKING:
    from toolkit.annotation import Project

__all__ = ["add_annotate"]

_HELP = """\
Annotation projects: people code texts in JupyterLab, and every decision is kept in a folder of plain files.
'toolkit annotate status DIR' and 'toolkit annotate DIR status' are the same."""
_CREATE_HELP = """\
Make an annotation project in a new folder DIR. Coders then work in DIR/annotate_<coder>.ipynb
('toolkit annotate open DIR')."""
_EXPORT_HELP = """\
With --coder: that person's work as a sheet (CSV) to edit in a spreadsheet program and bring back with 'import'.
Without: everything people decided, as a new folder that can be read without this toolkit."""
_ADJUDICATE_HELP = """\
With --method: what the coders come to by majority, or weighing them by their errors (Dawid and Skene).
With --curator: how that person decides where coders differ."""


def add_annotate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions to the parser."""
    parser = commands.add_parser("annotate", help="annotation projects: people code texts", description=_HELP)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _create_arguments(_action(actions, "create", "make a project", _CREATE_HELP))
    status = _action(actions, "status", "who has done what, and what is missing")
    status.set_defaults(command=_status)
    export = _action(actions, "export", "a sheet, or everything as a folder", _EXPORT_HELP)
    export.add_argument("--coder", metavar="NAME", help="whose work becomes a sheet")
    export.add_argument("--output", type=path_argument, required=True, metavar="FILE.csv|DIR", help="what to write")
    export.set_defaults(command=_export)
    back = _action(actions, "import", "take the edits of a sheet in, and report each")
    back.add_argument("sheet", type=path_argument, metavar="FILE.csv", help="a sheet that 'export' made, edited")
    back.add_argument("--coder", metavar="NAME", help="whose sheet it is (needed where there are several coders)")
    back.add_argument("--by", metavar="NAME", help="who edited it, for the record (default: the coder)")
    back.add_argument("--dry-run", action="store_true", help="report only, change nothing")
    back.add_argument("--report", type=path_argument, metavar="FILE.csv", help="also write the report as a table")
    _take_over(back)
    back.set_defaults(command=_import)
    decide = _action(actions, "adjudicate", "put several codings together", _ADJUDICATE_HELP)
    which = decide.add_mutually_exclusive_group(required=True)
    which.add_argument("--method", choices=["majority", "dawid-skene"], help="without a curator")
    which.add_argument("--curator", metavar="NAME", help="who decides, in the notebook")
    decide.add_argument("--output", type=path_argument, metavar="FILE", help="every code with its probability")
    decide.add_argument("--annotations", type=path_argument, metavar="FILE", help="the decided codes as annotations")
    decide.add_argument("--errors", type=path_argument, metavar="FILE", help="how often each coder errs, code by code")
    decide.set_defaults(command=_adjudicate)
    migrate = _action(actions, "migrate", "bring the project over to a new version of its codebook")
    migrate.add_argument("codebook", type=path_argument, metavar="NAME|FILE", help="the new version")
    migrate.add_argument(
        "--renamed",
        nargs="+",
        metavar="OLD=NEW",
        help="what became of codes, where the codebook does not say it; OLD=A,B: split, OLD=: gone",
    )
    _take_over(migrate)
    migrate.set_defaults(command=_migrate)
    lab = _action(actions, "open", "open JupyterLab in the project's folder")
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    lab.set_defaults(command=_open)
    _accept_folder_first(parser, list(actions.choices))


def _action(actions: Any, name: str, about: str, description: str | None = None) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=about, description=description or about)
    parser.add_argument("folder", type=path_argument, metavar="DIR", help="the project's folder")
    return parser


def _take_over(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--take-over", action="store_true", help="even if a notebook is open elsewhere (it stops writing)"
    )


def _accept_folder_first(parser: argparse.ArgumentParser, actions: Sequence[str]) -> None:
    """Let the folder stand before the action; a folder alone asks for its status."""
    parse = parser.parse_known_args

    def folder_second(args: Any = None, namespace: Any = None) -> Any:
        given = list(args or [])
        if given and given[0] not in actions and not given[0].startswith("-"):
            if len(given) > 1 and given[1] in actions:
                given[:2] = [given[1], given[0]]
            elif len(given) == 1 and os.path.isdir(given[0]):  # noqa: PTH112 - pathlib is slow to import
                given.insert(0, "status")
        return parse(given, namespace)

    parser.parse_known_args = folder_second  # type: ignore[method-assign]


def _create_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--corpus", type=path_argument, nargs="+", required=True, metavar="PATH", help="corpus folder, files of texts")
    add("--coders", nargs="+", required=True, metavar="NAME", help="who codes")
    add("--curators", nargs="*", default=["curator"], metavar="NAME", help="who decides where they differ")
    add("--codebook", type=path_argument, default="cluetrain", metavar="NAME|FILE", help="default: %(default)s")
    units = ["sentence", "paragraph", "document", "span"]
    add("--unit", choices=units, default="sentence", help="what is judged; span: free stretches (default: %(default)s)")
    add("--assignment", choices=["all", "split"], default="all", help="everybody everything, or shares (default: all)")
    add("--overlap", type=float, default=0.2, metavar="0-1", help="of split: share coded by several (default: 0.2)")
    add("--per-item", type=count_argument, default=2, metavar="N", help="coders of each of those (default: 2)")
    orders = ["given", "random", "informative"]
    add(
        "--order", choices=orders, default="given", help="of the queues; informative: what a machine is unsure of first"
    )
    add("--sample", type=count_argument, metavar="N", help="so many items only")
    hows = ["random", "stratified", "uncertainty"]
    add("--how", choices=hows, default="random", help="how they are drawn (default: %(default)s)")
    add("--by", nargs="+", metavar="COLUMN", help="of stratified: lang, year, genre, ...")
    add("--whole-texts", action="store_true", help="--sample counts texts, and all items of each are taken")
    add("--suggest", metavar="METHOD", help="show the codes of a machine: hybrid, examples, cues, definitions")
    add("--open", action="store_true", help="coders see each other's codings (default: blind)")
    add("--stance-optional", action="store_true", help="an item can be done while a code lacks its stance")
    add("--guidelines", type=path_argument, metavar="FILE.md|DIR", help="what coders read (default: cluetrain's)")
    add("--title", metavar="TEXT", help="name of the project")
    add("--lang", choices=["es", "it", "en"], default="en", help="of interface and notebooks (default: %(default)s)")
    add("--seed", type=int, default=1, help="of everything drawn by chance (default: %(default)s)")
    workers_argument(parser)
    parser.set_defaults(command=_create)


def _create(options: argparse.Namespace) -> int:
    from toolkit.annotating import create_from_files
    from toolkit.errors import InputError
    from toolkit.parallel import default_workers

    if options.seed < 0:
        raise InputError(f"--seed: got {options.seed}, allowed is a whole number from 0.")
    made = create_from_files(
        options.folder,
        options.corpus[0] if len(options.corpus) == 1 else options.corpus,
        coders=options.coders,
        curators=options.curators,
        codebook=options.codebook,
        unit=options.unit,
        assignment=options.assignment,
        overlap=options.overlap,
        per_item=options.per_item,
        order=options.order,
        sample=options.sample,
        how=options.how,
        by=options.by,
        whole_texts=options.whole_texts,
        suggest=options.suggest,
        blind=not options.open,
        stance_required=False if options.stance_optional else None,
        guidelines_from=options.guidelines,
        title=options.title,
        lang=options.lang,
        seed=options.seed,
        workers=options.workers if options.workers is not None else default_workers(),
    )
    for line in made.said:
        say(line)
    project = made.project
    print(f"{options.folder}: {len(project.items):,} items ({project.unit}) of {len(project.posts):,} texts")
    for coder in project.coders:
        print(f"  {coder}: {len(project.queue(coder)):,} items, {project.folder / f'annotate_{coder}.ipynb'}")
    print(f"Open it with: toolkit annotate open {options.folder}")
    return 0


def _status(options: argparse.Namespace) -> int:
    from toolkit.annotation import open_project
    from toolkit.annotation.projects.status import status_text

    print(status_text(open_project(options.folder)))
    return 0


def _export(options: argparse.Namespace) -> int:
    from toolkit.annotation import open_project
    from toolkit.annotation.projects.export import export_project
    from toolkit.annotation.sheets.spreadsheet import export_spreadsheet

    project = open_project(options.folder)
    if options.coder is not None:
        table = export_spreadsheet(project, options.coder, options.output)
        print(f"Written: {options.output} ({len(table):,} rows); edit it, then: toolkit annotate import "
              f"{options.folder} {options.output} --coder {options.coder}")  # fmt: skip
    else:
        print(f"Written: {export_project(project, options.output)} (README.md says what is there)")
    return 0


def _import(options: argparse.Namespace) -> int:
    from pathlib import Path

    from toolkit.annotation import open_project
    from toolkit.annotation.projects.status import changes_text
    from toolkit.annotation.sheets.spreadsheet import import_spreadsheet
    from toolkit.storage import write_file

    project = open_project(options.folder)
    report = import_spreadsheet(
        project,
        _one_coder(project, options.coder),
        options.sheet,
        dry_run=options.dry_run,
        by=options.by,
        take_over=options.take_over,
    )
    if options.report is not None:
        write_file(report, Path(options.report))
    print(changes_text(report, dry_run=options.dry_run))
    return 0


def _one_coder(project: "Project", coder: str | None) -> str:
    from toolkit.errors import InputError

    if coder is None and len(project.coders) > 1:
        raise InputError(f"--coder: name whose sheet it is: {', '.join([*project.coders, *project.curators])}.")
    return coder if coder is not None else project.coders[0]


def _adjudicate(options: argparse.Namespace) -> int:
    from pathlib import Path

    from toolkit.annotation import open_project
    from toolkit.errors import InputError, suggestion

    project = open_project(options.folder)
    if options.curator is not None:
        if options.curator not in project.curators:
            raise InputError(
                f"the project has no curator '{options.curator}'; {suggestion(options.curator, project.curators)}"
            )
        print(
            f"Open the project with: toolkit annotate open {options.folder}\n"
            f"and run in coordinate.ipynb: project.adjudicate({options.curator!r})"
        )
        return 0
    if options.output is None:
        raise InputError("--method needs --output FILE, where the codes are written.")
    from toolkit.annotating import aggregate_project, aggregated_annotations
    from toolkit.storage import write_file

    found = aggregate_project(project, options.method)
    write_file(found.aggregated, Path(options.output))
    if options.annotations is not None:
        write_file(aggregated_annotations(project, found, options.method), Path(options.annotations))
    if options.errors is not None:
        write_file(found.coder_errors, Path(options.errors))
    for note in found.notes:
        say(note)
    decided = int(found.aggregated["decided"].sum())
    print(f"Written: {options.output} ({decided:,} codes decided, {len(found.aggregated) - decided:,} not)")
    return 0


def _migrate(options: argparse.Namespace) -> int:
    from toolkit.annotation import open_project
    from toolkit.annotation.projects.migrate_project import migrate_project

    project = open_project(options.folder)
    renamed = None if options.renamed is None else _renamed(options.renamed)
    report = migrate_project(project, options.codebook, renamed, take_over=options.take_over)
    if len(report):
        print(report.fillna("").to_string(index=False))
    print(f"The project is now at codebook {project.codebook.id} {project.codebook.version}.")
    again = int(report["reopened"].sum())
    if again:
        print(f"To be looked at again: {again:,} times an item was opened, with a flag and a note that says why.")
    return 0


def _renamed(given: Sequence[str]) -> dict[str, str | Sequence[str] | None]:
    from toolkit.errors import InputError

    found: dict[str, str | Sequence[str] | None] = {}
    for pair in given:
        old, sign, new = pair.partition("=")
        if not sign or not old.strip():
            raise InputError(
                f"--renamed: got '{pair}', expected OLD=NEW (OLD=A,B where it was split, OLD= where gone)."
            )
        codes = [code.strip() for code in new.split(",") if code.strip()]
        found[old.strip()] = None if not codes else codes[0] if len(codes) == 1 else codes
    return found


def _open(options: argparse.Namespace) -> int:
    from toolkit.annotation import open_project
    from toolkit.lab import run_lab

    project = open_project(options.folder)
    say(f"{project.folder}: open annotate_<coder>.ipynb to code, coordinate.ipynb to coordinate. Stop with Ctrl+C.")
    return run_lab(project.folder, browser=not options.no_browser)
