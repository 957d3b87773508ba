"""``toolkit agreement``: how far coders agree."""

import argparse

from toolkit.cli.arguments import count_argument, examples, name_argument, path_argument, seed_of, table_target

__all__ = ["add_agreement"]

_HELP = """\
Measure how far coders agree: percent, Cohen, Scott, Fleiss, Gwet, Krippendorff's alpha (also for sets of codes and for
freely chosen stretches), F1; by code, stance, language, pair of coders and time, with bootstrap intervals over
documents, and what each measure says and does not say."""
_EXAMPLES = (
    "toolkit agreement corpus --codebook cluetrain",
    "toolkit agreement my_project --lang es --output agreement.csv",
    "toolkit agreement author.jsonl second.jsonl --texts corpus",
)


def add_agreement(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "agreement", help="measure how far coders agree", description=_HELP, **examples(*_EXAMPLES)
    )
    parser.add_argument(
        "inputs", type=path_argument, nargs="+", metavar="FILE",
        help="annotations in any format of 'toolkit convert' (a file that names no coder is one coder's, called as the "
        "file is); or one folder: an annotation project, or a corpus with annotations",
    )  # fmt: skip
    parser.add_argument(
        "--unit", choices=["span", "sentence", "document"], default=None,
        help="what is compared: judged sentences or paragraphs, whole documents, freely chosen stretches (default: "
        "that of the project, else sentence)",
    )  # fmt: skip
    parser.add_argument(
        "--labels",
        choices=["single", "multiple"],
        help="one code per unit, or any number (default: that of the project's codebook, else multiple)",
    )
    parser.add_argument(
        "--judged", type=path_argument, metavar="FILE", help="what each coder went through: coder, doc_id, start, end"
    )
    parser.add_argument(
        "--codebook", metavar="NAME|FILE", help="only annotations with this codebook; its codes, its order of levels"
    )
    parser.add_argument(
        "--texts", type=path_argument, metavar="INPUT", help="the texts: checks quotes, adds languages and lengths"
    )
    parser.add_argument(
        "--coders",
        type=name_argument,
        nargs="+",
        action="extend",
        metavar="NAME",
        help="only these (default: all but 'adjudicated' and curators)",
    )
    parser.add_argument(
        "--machine",
        type=path_argument,
        metavar="FILE",
        help="of a project: annotations of 'toolkit map' on its texts, as one coder more, in the rows of pairs",
    )
    parser.add_argument(
        "--repeats", type=count_argument, default=1000, metavar="N", help="bootstrap samples (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--lang", choices=["en", "es", "it"], default="en", help="language of the report (default: %(default)s)"
    )
    parser.add_argument(
        "--output", type=path_argument, metavar="FILE.csv", help="write the table too, as .csv, .jsonl or .parquet"
    )
    parser.set_defaults(command=_agreement)


def _agreement(options: argparse.Namespace) -> int:
    from pathlib import Path

    from toolkit.cli.agreement_inputs import (
        chosen,
        levels,
        of_corpus,
        of_files,
        of_project,
        read,
        stands_alone,
        texts_and_languages,
    )
    from toolkit.cli.arguments import say
    from toolkit.codebook import load_codebook
    from toolkit.errors import InputError
    from toolkit.reliability.agreement import agreement
    from toolkit.reliability.text import as_text
    from toolkit.storage import write_file

    seed = seed_of(options)
    named = (*options.inputs, options.judged, options.texts, options.codebook, options.machine)
    target = table_target(options.output, named)
    inputs = [Path(name) for name in options.inputs]
    for path in inputs:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder.")
    book = load_codebook(options.codebook) if options.codebook is not None else None
    whole = [path for path in inputs if path.is_dir() and stands_alone(path)]
    if len(inputs) > 1 and whole:
        raise InputError(f"got {len(inputs)} inputs, one of them a folder; give files, or one folder alone.")
    if (inputs[0] / "project.json").is_file():
        given, book = of_project(inputs[0], book, options), None
    elif options.machine is not None:
        raise InputError("--machine is for the folder of a project; give the machine's file beside the others instead.")
    elif whole:
        given = of_corpus(inputs[0], book)
    else:
        given = of_files(inputs, book, options)
    if options.judged is not None:
        given = given._replace(judged=read(Path(options.judged), "judged"))
    if options.texts is not None:
        texts, langs = texts_and_languages(options.texts)
        given = given._replace(texts=texts, langs=langs)
    given = chosen(given, options.coders)
    if given.left_out:
        say(f"Left out: {', '.join(given.left_out)}, who decided between the others; name the coders with --coders.")
    book, unit = book or given.book, options.unit or given.unit
    labels = options.labels or ("multiple" if unit == "span" else given.labels)
    table = agreement(
        given.annotations,
        given.judged,
        unit=unit,
        labels=labels,
        codes=book.code_ids if book is not None else None,
        langs=given.langs,
        texts=given.texts,
        ordered=levels(book) if labels == "single" else None,
        repeats=options.repeats,
        seed=seed,
    )
    print(as_text(table, options.lang, notes=given.notes), end="")
    if target is not None:
        write_file(table, target)
        print(f"\nWritten: {target}")
    return 0
