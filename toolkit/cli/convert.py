"""``toolkit convert``: annotations from one tool's format to another's."""

import argparse
import os

from toolkit.cli.arguments import examples, name_argument, not_an_input, path_argument, say, table_target

__all__ = ["EXCHANGE_FORMATS", "add_convert"]

#: The names in :data:`toolkit.exchange.FORMATS`, which is not imported for ``--help``; a test compares them.
EXCHANGE_FORMATS = (
    "jsonl", "csv", "parquet", "brat", "cas-xmi", "cas-json", "webanno-tsv", "label-studio", "doccano", "refi-qda",
    "tei", "web-annotation", "conll", "spacy",
)  # fmt: skip
_HELP = """\
Read annotations of one tool and write them for another. IN: a file, a folder with a file per document, a ZIP of it; or
an annotation project, a corpus with annotations, the folder of a run. OUT: a file, or a new folder (or .zip) for
formats with a file per document. Positions are proved by quotes; what the other format has no place for is listed.

formats: jsonl csv parquet (our table; texts beside as NAME.texts.jsonl), brat, cas-xmi cas-json webanno-tsv
(INCEpTION), label-studio, doccano, refi-qda (ATLAS.ti, MAXQDA, NVivo), tei (CATMA), web-annotation, conll, spacy"""
_EXAMPLES = (
    "toolkit convert brat_folder annotations.jsonl",
    "toolkit convert coded.jsonl for_inception --to cas-xmi",
    "toolkit convert my_project coded.qdpx",
    "toolkit convert export.json annotations.csv --from label-studio --losses losses.csv",
)


def add_convert(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "convert",
        help="annotations from one tool's format to another's",
        description=_HELP,
        **examples(*_EXAMPLES),
    )
    parser.add_argument("input", type=path_argument, metavar="IN", help="annotations, or a folder that holds them")
    parser.add_argument("output", type=path_argument, metavar="OUT", help="file or folder to write")
    parser.add_argument(
        "--from", dest="format", choices=EXCHANGE_FORMATS, metavar="FORMAT", help="of IN (default: detected)"
    )
    parser.add_argument("--to", choices=EXCHANGE_FORMATS, metavar="FORMAT", help="of OUT (default: as its name ends)")
    parser.add_argument(
        "--texts", type=path_argument, metavar="INPUT", help="the texts, where IN only points to them (default: beside)"
    )
    parser.add_argument(
        "--layer", action="append", default=[], metavar="NAME", help="only this layer or type of IN; may be repeated"
    )
    parser.add_argument("--coder", type=name_argument, metavar="NAME", help="who coded, where IN does not say")
    parser.add_argument(
        "--codebook", metavar="NAME|FILE", help="the codes (default: the bundled codebook that IN names)"
    )
    parser.add_argument(
        "--losses", type=path_argument, metavar="FILE", help="everything refused, lost or changed, row by row: .csv ..."
    )
    parser.add_argument("--strict", action="store_true", help="exit status 1 if anything was refused, lost or changed")
    parser.set_defaults(command=_convert)


def _of_a_project(name: str) -> list[str]:
    """The files of the annotation project that a file would lie in: no decision may be written over."""
    from pathlib import Path

    from toolkit.cli.annotate_project import own_files
    from toolkit.errors import InputError

    above = list(Path(name).absolute().parents)[:2]
    found = [folder for folder in above if (folder / "project.json").is_file()]
    if found and Path(name).absolute().parent != found[0]:
        raise InputError(f"{name}: lies among the files of the project {found[0]}; write to another folder.")
    return [own for folder in found for own in own_files(str(folder))]


def _convert(options: argparse.Namespace) -> int:
    inputs = (options.input, options.texts, options.codebook)
    not_an_input(options.output, (*inputs, *_of_a_project(options.output)), "OUT")
    beside = f"{os.path.splitext(options.output)[0]}.texts.jsonl"  # noqa: PTH122 - pathlib is slow to import
    target = table_target(options.losses, (*inputs, options.output, beside), option="--losses")
    from toolkit.converting import convert, loss_lines
    from toolkit.printable import printable
    from toolkit.storage import write_file

    lines, losses = convert(
        options.input,
        options.output,
        format=options.format,
        to=options.to,
        texts=options.texts,
        layers=options.layer,
        coder=options.coder,
        codebook=options.codebook,
    )
    print(printable("\n".join(lines)))
    if target is not None:
        write_file(losses, target)
        print(f"Losses:  {target} ({len(losses):,} rows)")
    for way, heading in (("read", "Not as it was read:"), ("written", "Not as it stood:")):
        found = loss_lines(losses[losses["way"] == way])
        if found:
            say(f"{heading}\n" + "\n".join(f"  {printable(line)}" for line in found))
    if len(losses) == 0:
        say("Nothing was refused, lost or changed.")
    return 1 if options.strict and len(losses) else 0
