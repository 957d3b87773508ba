"""``toolkit evaluate``: how good a coding is."""

import argparse
from typing import TYPE_CHECKING

from toolkit.cli.arguments import count_argument, examples, path_argument, seed_of, table_target

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.evaluation import Evaluation

__all__ = ["add_evaluate"]

_HELP = """\
Measure a coding against gold (what people coded): precision, recall, F1, average precision, calibration, stances, by
code and language, with bootstrap intervals over documents; with --texts also beside baselines. Without --predicted
the texts are coded first."""
_EXAMPLES = (
    "toolkit evaluate --gold adjudicated.jsonl --predicted codes.jsonl --texts corpus",
    "toolkit evaluate --gold adjudicated.jsonl --texts corpus --method cues --output measured",
)


def add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "evaluate", help="measure a coding against what people coded", description=_HELP, **examples(*_EXAMPLES)
    )
    parser.add_argument(
        "--gold",
        type=path_argument,
        nargs="+",
        action="extend",
        required=True,
        metavar="FILE",
        help="annotations that count as right",
    )
    parser.add_argument("--predicted", type=path_argument, metavar="FILE", help="annotations of 'toolkit map'")
    parser.add_argument("--scores", type=path_argument, metavar="FILE", help="scores of the same 'toolkit map'")
    parser.add_argument("--texts", type=path_argument, metavar="INPUT", help="the texts: corpus folder or file")
    parser.add_argument(
        "--units", type=path_argument, metavar="FILE", help="what was judged: doc_id, start, end (default: see --texts)"
    )
    parser.add_argument("--codebook", metavar="NAME|FILE", help="default: the one that gold names")
    parser.add_argument("--method", metavar="NAME", help="coder of the texts (default: hybrid)")
    parser.add_argument("--cut", type=float, metavar="0-1", help="score from which a code is given (default: its own)")
    parser.add_argument("--coder", metavar="NAME", help="the coder of gold to take, where there are several")
    parser.add_argument("--predicted-coder", metavar="NAME", help="the same for --predicted")
    parser.add_argument(
        "--documents",
        choices=["gold", "common"],
        default="gold",
        help="all of gold (what was not coded counts as missed), or those both have (default: %(default)s)",
    )
    parser.add_argument("--across-versions", action="store_true", help="allow two versions of the codebook")
    parser.add_argument("--no-baselines", action="store_true", help="only the coding itself")
    parser.add_argument("--repeats", type=count_argument, default=1000, help="bootstrap samples (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--output",
        type=path_argument,
        metavar="FILE|DIR",
        help="measures as .csv, .jsonl or .parquet; or a new folder for all tables, figures and evaluation.md",
    )
    parser.set_defaults(command=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    from toolkit.errors import InputError
    from toolkit.evaluation import as_text, evaluate_files

    if options.predicted is not None and (options.method is not None or options.cut is not None):
        raise InputError("--method and --cut say how the texts are coded, and --predicted is coded; leave them out.")
    if options.predicted is None and options.predicted_coder is not None:
        raise InputError("--predicted-coder names a coder of --predicted FILE; give that too.")
    seed = seed_of(options)
    inputs = (*options.gold, options.predicted, options.scores, options.units, options.texts)
    target = table_target(options.output, inputs, or_folder=True)
    result = evaluate_files(
        options.gold,
        options.predicted,
        scores=options.scores,
        texts=options.texts,
        units=options.units,
        codebook=options.codebook,
        method=options.method if options.method is not None else "hybrid",
        cut=options.cut,
        coder=options.coder,
        predicted_coder=options.predicted_coder,
        documents=options.documents,
        across_versions=options.across_versions,
        baselines=not options.no_baselines,
        repeats=options.repeats,
        seed=seed,
    )
    print(as_text(result), end="")
    if target is not None:
        _write(result, target)
        print(f"\nWritten: {target}")
    return 0


def _write(result: "Evaluation", target: "Path") -> None:
    from toolkit.evaluation import as_markdown
    from toolkit.files import new_folder, write_bytes, write_text
    from toolkit.storage import write_file, write_table

    if target.suffix:
        write_file(result.measures, target)
        return
    with new_folder(target) as folder:
        for name, table in result._asdict().items():
            if hasattr(table, "columns"):
                write_table(table, folder / "tables", name)
        drawn = _figures(result)
        for name, data in drawn.items():
            write_bytes(folder / "figures" / name, data)
        shown = "".join(f"\n![{name.split('.')[0]}](figures/{name})\n" for name in drawn if name.endswith(".png"))
        write_text(folder / "evaluation.md", as_markdown(result) + ("\n## Figures\n" + shown if shown else ""))


def _figures(result: "Evaluation") -> dict[str, bytes]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from toolkit import plots
    from toolkit.figures import figure_bytes

    axes = {"codes": plots.code_f1(result.measures)}
    for kind in ("code", "stance"):
        if (result.confusion["kind"] == kind).any():
            axes[f"confusion_{kind}"] = plots.confusion(result.confusion, kind)
    if len(result.reliability):
        axes["reliability"] = plots.reliability(result.reliability)
    found = {f"{name}.{kind}": figure_bytes(ax, kind) for name, ax in axes.items() for kind in ("png", "svg")}
    pyplot.close("all")
    return found
