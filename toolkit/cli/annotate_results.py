"""``toolkit annotate adjudicate`` and ``learn``: what several codings come to, and what a machine learns from them."""

import argparse
import shlex
from typing import TYPE_CHECKING

from toolkit.cli.arguments import counted, name_argument, path_argument, say, table_target

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["adjudicate_arguments", "learn_arguments"]


def adjudicate_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``adjudicate``."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--method", choices=["majority", "dawid-skene"], help="without a curator")
    which.add_argument("--curator", type=name_argument, metavar="NAME", help="who decides, in the notebook")
    parser.add_argument("--output", type=path_argument, metavar="FILE", help="every code with its probability")
    parser.add_argument("--annotations", type=path_argument, metavar="FILE", help="the decided codes as annotations")
    parser.add_argument("--errors", type=path_argument, metavar="FILE", help="how often each coder errs, code by code")
    parser.set_defaults(command=_adjudicate)


def learn_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``learn``."""
    add = parser.add_argument
    add("--width", type=float, default=0.1, metavar="0-1",
        help="of the interval of micro-F1 that is enough to know how good it is (default: %(default)s)")  # fmt: skip
    add("--held-out", type=float, default=0.3, metavar="0-1",
        help="share of the texts coded by two that it is measured on; keep to it (default: %(default)s)")  # fmt: skip
    add("--without-examples", action="store_true", help="do not learn from the codebook's examples too (faster)")
    add("--reorder", action="store_true", help="put what it is least sure of first in everybody's queue")
    add("--output", type=path_argument, metavar="CURVE.csv", help="write the curve, as .csv, .jsonl or .parquet")
    parser.set_defaults(command=_learn)


def _adjudicate(options: argparse.Namespace) -> int:
    from toolkit.cli.annotate_project import opened, own_files
    from toolkit.errors import InputError
    from toolkit.storage import write_files

    if options.curator is not None:
        return _curator(options)
    if options.output is None:
        raise InputError("--method needs --output FILE, where the codes are written.")
    named = {option: getattr(options, option) for option in ("output", "annotations", "errors")}
    project, own = opened(options.folder), own_files(options.folder)
    targets: dict[str, Path | None] = {}
    for option, name in named.items():
        before = [str(path) for path in targets.values() if path is not None]
        if name is not None and any(_same(name, other) for other in before):
            raise InputError(f"{name}: is named twice; give every table a file of its own.")
        targets[option] = table_target(name, own, option=f"--{option}")
    from toolkit.annotating import aggregate_project, aggregated_annotations

    found = aggregate_project(project, options.method)
    tables = {"output": found.aggregated, "errors": found.coder_errors}
    if options.annotations is not None:
        tables["annotations"] = aggregated_annotations(project, found, options.method)
    write_files({target: tables[option] for option, target in targets.items() if target is not None})
    for note in found.notes:
        say(f"Note: {note}.")
    decided = int(found.aggregated["decided"].sum())
    print(f"Written: {options.output} ({counted(decided, 'code')} decided, {len(found.aggregated) - decided:,} not)")
    if options.annotations is not None:
        print(f"Written: {options.annotations} ({counted(len(tables['annotations']), 'annotation')})")
    if options.errors is not None:
        print(f"Written: {options.errors} ({counted(len(found.coder_errors), 'rate')})")
    return 0


def _same(name: str, other: str) -> bool:
    from pathlib import Path

    return Path(name).resolve() == Path(other).resolve()


def _curator(options: argparse.Namespace) -> int:
    from toolkit.cli.annotate_project import opened
    from toolkit.errors import InputError, suggestion

    if options.output or options.annotations or options.errors:
        raise InputError(
            "--output, --annotations and --errors are of --method; what a curator decides is in the project."
        )
    project = opened(options.folder)
    if options.curator not in project.curators:
        raise InputError(
            f"the project has no curator '{options.curator}'; {suggestion(options.curator, project.curators)}"
        )
    print(
        f"Open the project with: toolkit annotate open {shlex.quote(options.folder)}\n"
        f"and run in coordinate.ipynb: project.adjudicate({options.curator!r})"
    )
    return 0


def _learn(options: argparse.Namespace) -> int:
    from toolkit.cli.annotate_project import opened, own_files
    from toolkit.learning import learn, reorder_queues
    from toolkit.storage import write_file

    project = opened(options.folder)
    target = table_target(options.output, own_files(options.folder))
    found = learn(
        project,
        width=options.width,
        share_held_out=options.held_out,
        with_examples=not options.without_examples,
    )
    if target is not None:
        write_file(found.curve, target)
    print("\n".join([*_curve(found.curve), "", found.advice]))
    if target is not None:
        print(f"Written: {target}")
    if options.reorder:
        for who, count in reorder_queues(project, found.coder, avoid=found.reserved).items():
            print(f"  {who}: {counted(count, 'open item')}, least sure first")
    return 0


def _curve(curve: "pd.DataFrame") -> list[str]:
    """The learning curve as lines, a point each, and what people reach between themselves."""
    names = {"f1_micro": "micro-F1", "f1_macro": "macro-F1"}
    lines = []
    for documents, part in curve[curve["measure"].isin(list(names))].groupby("documents", sort=True):
        values = [f"{names[row.measure]} {_interval(row)}" for row in part.itertuples()]
        codes = counted(int(part["annotations"].iloc[0]), "code")
        lines.append(f"  {counted(int(documents), 'text')}, {codes}: {', '.join(values)}")
    people = [
        f"  people between themselves: {_interval(row)}" for row in curve[curve["measure"] == "people"].itertuples()
    ]
    return ["Learnt from people's codings, measured on texts held out:", *lines, *people]


def _interval(row: object) -> str:
    value, low, high = (getattr(row, name) for name in ("value", "ci_low", "ci_high"))
    if value != value:  # NaN: nothing to measure
        return "–"
    return f"{value:.2f}" + ("" if low != low else f" [{low:.2f}, {high:.2f}]")
