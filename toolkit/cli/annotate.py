"""``toolkit annotate``: make a project, see where it stands, sheets out and in, codings put together, what follows."""

import argparse
import os
import shlex
from collections.abc import Sequence
from typing import Any

from toolkit.cli.annotate_create import add_arguments, create_arguments, size_arguments
from toolkit.cli.annotate_import import IMPORT_HELP, import_arguments
from toolkit.cli.annotate_results import adjudicate_arguments, learn_arguments
from toolkit.cli.arguments import counted, examples, name_argument, not_an_input, path_argument, say

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
_SIZE_HELP = """\
How many items to code so that the interval of a share or of agreement is as narrow as wanted. Without a project."""
_LEARN_HELP = """\
Train a machine on growing numbers of the texts that people coded, measure it on texts coded by two that it never sees,
and say whether that is enough."""
_EXAMPLES = {
    "create": (
        "toolkit annotate create new_project --corpus corpus --coders ana bruno",
        "toolkit annotate create new_project --corpus my_blog --coders ana bruno --sample 20 --lang es",
    ),
    "add": ("toolkit annotate add my_project carla",),
    "status": ("toolkit annotate status my_project",),
    "export": (
        "toolkit annotate export my_project --coder author --output sheet_of_author.csv",
        "toolkit annotate export my_project --output exported",
    ),
    "import": ("toolkit annotate import my_project sheet.csv --coder author",),
    "adjudicate": (
        "toolkit annotate adjudicate my_project --method majority --output decided.csv",
        "toolkit annotate adjudicate my_project --curator curator",
    ),
    "learn": ("toolkit annotate learn my_project --without-examples --output curve.csv",),
    "migrate": ("toolkit annotate migrate my_project cluetrain_next.yaml",),
    "open": ("toolkit annotate open my_project",),
    "size": (
        "toolkit annotate size --width 0.1",
        "toolkit annotate size --width 0.2 --quantity f1 --expected 0.7 --prevalence 0.1",
    ),
}


def add_annotate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions to the parser."""
    parser = commands.add_parser(
        "annotate",
        help="annotation projects: people code texts",
        description=_HELP,
        **examples(_EXAMPLES["create"][0], "toolkit annotate open my_project", *_EXAMPLES["status"]),
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    create_arguments(_action(actions, "create", "make a project", _CREATE_HELP))
    add_arguments(_action(actions, "add", "one coder more"))
    status = _action(actions, "status", "who has done what, and what is missing")
    status.set_defaults(command=_status)
    export = _action(actions, "export", "a sheet, or everything as a folder", _EXPORT_HELP)
    export.add_argument("--coder", type=name_argument, metavar="NAME", help="whose work becomes a sheet")
    export.add_argument("--output", type=path_argument, required=True, metavar="FILE.csv|DIR", help="what to write")
    export.set_defaults(command=_export)
    import_arguments(
        _action(actions, "import", "take codings in: an edited sheet, or a file of another tool", IMPORT_HELP)
    )
    adjudicate_arguments(_action(actions, "adjudicate", "put several codings together", _ADJUDICATE_HELP))
    learn_arguments(_action(actions, "learn", "train a machine on what is coded, and see how good it is", _LEARN_HELP))
    migrate = _action(actions, "migrate", "bring the project over to a new version of its codebook")
    migrate.add_argument("codebook", type=path_argument, metavar="NAME|FILE", help="the new version")
    migrate.add_argument(
        "--renamed",
        nargs="+",
        action="extend",
        metavar="OLD=NEW",
        help="what became of codes, where the codebook does not say it; OLD=A,B: split, OLD=: gone",
    )
    _take_over(migrate)
    migrate.set_defaults(command=_migrate)
    lab = _action(actions, "open", "open JupyterLab in the project's folder")
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    lab.set_defaults(command=_open)
    size_arguments(
        actions.add_parser(
            "size", help="how many items to code", description=_SIZE_HELP, **examples(*_EXAMPLES["size"])
        )
    )
    _accept_folder_first(parser, list(actions.choices))


def _action(actions: Any, name: str, about: str, description: str | None = None) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name, help=about, description=description or f"{about[0].upper()}{about[1:]}.", **examples(*_EXAMPLES[name])
    )
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
            elif given[1:2] == ["agreement"]:
                parser.error(f"agreement is a command of its own: toolkit agreement {shlex.quote(given[0])}")
            elif len(given) == 1 and os.path.isdir(given[0]):  # noqa: PTH112 - pathlib is slow to import
                given.insert(0, "status")
        return parse(given, namespace)

    parser.parse_known_args = folder_second  # type: ignore[method-assign]


def _status(options: argparse.Namespace) -> int:
    from toolkit.annotation.projects.status import status_text
    from toolkit.cli.annotate_project import opened

    print(status_text(opened(options.folder)))
    return 0


def _export(options: argparse.Namespace) -> int:
    from toolkit.annotation.projects.export import export_project
    from toolkit.annotation.sheets.spreadsheet import export_spreadsheet
    from toolkit.cli.annotate_project import opened, own_files

    project = opened(options.folder)
    not_an_input(options.output, own_files(options.folder))
    if options.coder is not None:
        table = export_spreadsheet(project, options.coder, options.output)
        back = shlex.join(["toolkit", "annotate", "import", options.folder, options.output, "--coder", options.coder])
        print(f"Written: {options.output} ({counted(len(table), 'row')}); edit it, then: {back}")
    else:
        print(f"Written: {export_project(project, options.output)} (README.md says what is there)")
    return 0


def _migrate(options: argparse.Namespace) -> int:
    from toolkit.annotation.projects.migrate_project import migrate_project
    from toolkit.cli.annotate_project import opened

    project = opened(options.folder)
    renamed = None if options.renamed is None else _renamed(options.renamed)
    report = migrate_project(project, options.codebook, renamed, take_over=options.take_over)
    if len(report):
        print(report.fillna("").to_string(index=False))
    print(f"The project is now at codebook {project.codebook.id} {project.codebook.version}.")
    again = int(report["reopened"].sum())
    if again:
        print(
            f"To be looked at again: {counted(again, 'time')} an item was opened, with a flag and a note that says why."
        )
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
        if old.strip() in found:
            raise InputError(
                f"--renamed: says twice what became of '{old.strip()}'; say it once (OLD=A,B where it was split)."
            )
        codes = [code.strip() for code in new.split(",") if code.strip()]
        found[old.strip()] = None if not codes else codes[0] if len(codes) == 1 else codes
    return found


def _open(options: argparse.Namespace) -> int:
    from toolkit.cli.annotate_project import opened
    from toolkit.lab import run_lab

    project = opened(options.folder)
    say(f"{project.folder}: open annotate_<coder>.ipynb to code, coordinate.ipynb to coordinate. Stop with Ctrl+C.")
    return run_lab(project.folder, browser=not options.no_browser)
