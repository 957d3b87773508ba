"""``toolkit map``: codes for the passages of texts."""

import argparse

from toolkit.cli.arguments import examples, path_argument, say, table_target, workers_argument

__all__ = ["add_map"]

_HELP = """\
Give the passages of INPUT the codes of a codebook. INPUT: a corpus folder, a text file, or JSON Lines / CSV /
Parquet with doc_id, lang, text. OUT: .jsonl, .csv or .parquet, one row per code given."""
_EXAMPLES = (
    "toolkit map corpus --output codes.jsonl",
    "toolkit map letter.txt --method cues --output codes.csv",
    "toolkit map corpus --codebook groundswell --unit paragraph --cut 0.6 --output codes.csv --scores scores.csv",
)


def add_map(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "map", help="give passages the codes of a codebook", description=_HELP, **examples(*_EXAMPLES)
    )
    parser.add_argument("input", type=path_argument, metavar="INPUT", help="corpus folder, or a file of texts")
    parser.add_argument(
        "--codebook",
        type=path_argument,
        default="cluetrain",
        metavar="NAME|FILE",
        help="bundled name or .yaml file (default: %(default)s)",
    )
    parser.add_argument(
        "--output", type=path_argument, required=True, metavar="OUT", help="annotations: .jsonl, .csv or .parquet"
    )
    parser.add_argument(
        "--scores",
        type=path_argument,
        metavar="FILE",
        help="also write a score for every passage and code: .csv, .jsonl or .parquet",
    )
    parser.add_argument(
        "--unit", default="sentence", choices=["sentence", "paragraph", "document"], help="default: %(default)s"
    )
    parser.add_argument(
        "--method",
        default="hybrid",
        choices=["hybrid", "examples", "cues", "definitions", "supervised"],
        help="default: %(default)s, which for a codebook without examples falls back on cues or definitions and says "
        "so; supervised: learnt from --coded",
    )
    parser.add_argument(
        "--coded",
        type=path_argument,
        metavar="FOLDER",
        help="corpus folder with your annotations, for --method supervised",
    )
    parser.add_argument(
        "--coder", type=path_argument, metavar="NAME", help="whose annotations of --coded, if several people coded"
    )
    parser.add_argument(
        "--cut",
        type=float,
        metavar="0-1",
        help="score from which a code is given (default: the coder's own); lower finds more, higher is surer",
    )
    parser.add_argument(
        "--unsure",
        type=float,
        default=0.0,
        metavar="0-0.5",
        help="give no code within so much of the cut, and mark those scores unsure (default: %(default)s)",
    )
    parser.add_argument(
        "--every-language",
        action="store_true",
        help="code passages in other languages than Spanish and Italian too, by meaning alone, with a note",
    )
    workers_argument(parser)
    parser.set_defaults(command=_map)


def _map(options: argparse.Namespace) -> int:
    from toolkit.mapping import map_texts
    from toolkit.parallel import default_workers

    # before anything is coded; what is an input, map_texts tells
    table_target(options.output, [])
    table_target(options.scores, [], option="--scores")
    for line in map_texts(
        options.input,
        options.output,
        scores=options.scores,
        codebook=options.codebook,
        unit=options.unit,
        method=options.method,
        coded=options.coded,
        coder=options.coder,
        cut=options.cut,
        unsure=options.unsure,
        every_language=options.every_language,
        workers=options.workers if options.workers is not None else default_workers(),
    ):
        say(line)
    return 0
