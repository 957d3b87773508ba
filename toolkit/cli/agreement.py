"""``toolkit agreement``: how far coders agree."""

import argparse
from typing import TYPE_CHECKING, NamedTuple

from toolkit.cli.arguments import count_argument, name_argument, path_argument, seed_of, table_target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from toolkit.codebook import Codebook

__all__ = ["add_agreement"]

_HELP = """\
Measure how far coders agree: percent, Cohen, Scott, Fleiss, Gwet, Krippendorff's alpha (also for sets of codes and for
freely chosen stretches), F1; by code, stance, language, pair of coders and time, with bootstrap intervals over
documents, and what each measure says and does not say."""


def add_agreement(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("agreement", help="measure how far coders agree", description=_HELP)
    parser.add_argument(
        "inputs", type=path_argument, nargs="+", metavar="FILE",
        help="annotations (.jsonl, .csv, .parquet); or one folder: an annotation project, or a corpus with annotations",
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


class _Given(NamedTuple):
    """What the inputs hold. ``left_out``: coders that agree with the others by their making. ``notes``: what is to be
    known before a number is quoted."""

    annotations: "pd.DataFrame"
    judged: "pd.DataFrame | None" = None
    texts: dict[str, str] | None = None
    langs: dict[str, str] | None = None
    unit: str = "sentence"
    labels: str = "multiple"
    book: "Codebook | None" = None
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _agreement(options: argparse.Namespace) -> int:
    from pathlib import Path

    from toolkit.cli.arguments import say
    from toolkit.codebook import load_codebook
    from toolkit.errors import InputError
    from toolkit.reliability.agreement import agreement
    from toolkit.reliability.text import as_text
    from toolkit.storage import write_file

    seed = seed_of(options)
    read = (*options.inputs, options.judged, options.texts, options.codebook, options.machine)
    target = table_target(options.output, read)
    inputs = [Path(name) for name in options.inputs]
    for path in inputs:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder.")
    book = load_codebook(options.codebook) if options.codebook is not None else None
    if len(inputs) > 1 and any(path.is_dir() for path in inputs):
        raise InputError(f"got {len(inputs)} inputs, one of them a folder; give files, or one folder alone.")
    if (inputs[0] / "project.json").is_file():
        given, book = _project(inputs[0], book, options), None
    elif options.machine is not None:
        raise InputError("--machine is for the folder of a project; give the machine's file beside the others instead.")
    elif inputs[0].is_dir():
        given = _corpus(inputs[0], book)
    else:
        given = _files(inputs, book)
    if options.judged is not None:
        given = given._replace(judged=_read(Path(options.judged), "judged"))
    if options.texts is not None:
        texts, langs = _posts(options.texts)
        given = given._replace(texts=texts, langs=langs)
    given = _chosen(given, options.coders)
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
        ordered=_levels(book) if labels == "single" else None,
        repeats=options.repeats,
        seed=seed,
    )
    print(as_text(table, options.lang, notes=given.notes), end="")
    if target is not None:
        write_file(table, target)
        print(f"\nWritten: {target}")
    return 0


def _files(files: "Sequence[Path]", book: "Codebook | None") -> _Given:
    """Annotations from files, one after the other."""
    import pandas as pd

    from toolkit.errors import InputError

    for file in files:
        if sum(other.resolve() == file.resolve() for other in files) > 1:
            raise InputError(f"{file}: is given twice; name each file once.")
    table = pd.concat([_read(file, "annotations") for file in files], ignore_index=True)
    return _Given(_of_book(table, book, "--codebook NAME|FILE"), left_out=("adjudicated",))


def _project(folder: "Path", book: "Codebook | None", options: argparse.Namespace) -> _Given:
    """The coders of an annotation project, and a machine."""
    from pathlib import Path

    import pandas as pd

    from toolkit.annotation import open_project
    from toolkit.annotation.projects.coordination import agreement_material
    from toolkit.errors import InputError

    project = open_project(folder)
    if book is not None and book.id != project.codebook.id:
        raise InputError(f"--codebook: got '{book.id}', the project uses '{project.codebook.id}'; leave it out.")
    if options.judged is not None or options.texts is not None:
        raise InputError("--judged and --texts are for files of annotations; a project holds both, leave them out.")
    machine = None if options.machine is None else _read(Path(options.machine), "annotations")
    found = agreement_material(project, machine, options.lang, options.unit)
    # who decides between the others is compared with them only where asked for
    named = [who for who in project.curators if who in (options.coders or ())]
    return _Given(
        pd.concat([found.annotations, *map(project.annotations, named)], ignore_index=True),
        pd.concat([found.judged, *map(project.judged, named)], ignore_index=True),
        found.texts,
        found.langs,
        found.unit,
        "multiple" if project.codebook.multi_label else "single",
        project.codebook,
        notes=tuple(found.notes),
    )


def _corpus(folder: "Path", book: "Codebook | None") -> _Given:
    """A corpus with annotations."""
    import pandas as pd

    from toolkit.corpus import human_annotations
    from toolkit.errors import InputError

    if not (folder / "annotations" / "coverage.csv").is_file():
        raise InputError(
            f"{folder}: is neither an annotation project (project.json) nor a corpus with annotations "
            "(annotations/coverage.csv); give one of these, or files of annotations."
        )
    human = human_annotations(folder, None if book is None else book.id)
    annotations = _of_book(human.annotations, book, "--codebook NAME")
    coverage = human.coverage[human.coverage["codebook"].isin(annotations["codebook"])]
    judged = human._replace(coverage=coverage).judged
    texts, langs = _posts(folder)
    return _Given(pd.DataFrame(annotations), judged, texts, langs, left_out=("adjudicated",))


def _of_book(table: "pd.DataFrame", book: "Codebook | None", option: str) -> "pd.DataFrame":
    """The annotations with one codebook."""
    from toolkit.errors import InputError

    there = sorted(set(table["codebook"]))
    if book is None:
        if len(there) > 1:
            raise InputError(
                f"the annotations are with {len(there)} codebooks ({', '.join(there)}); choose by {option}."
            )
        return table
    if book.id not in there:
        raise InputError(f"no annotation is with the codebook '{book.id}'; there are {', '.join(there) or 'none'}.")
    return table[table["codebook"] == book.id].reset_index(drop=True)


def _chosen(given: _Given, coders: "Sequence[str] | None") -> _Given:
    """The coders asked for, or all but those who decided between the others."""
    from toolkit.errors import InputError, suggestion

    tables = [table for table in (given.annotations, given.judged) if table is not None]
    known = sorted({str(name) for table in tables for name in table["coder"]})
    # files may hold names that are not composed
    composed = {name_argument(name): name for name in known}
    coders = None if coders is None else [composed.get(name, name) for name in coders]
    for name in coders or ():
        if name not in known:
            raise InputError(f"--coders: nobody is called '{name}'; {suggestion(name, known)}")
    left = tuple(name for name in given.left_out if name in known and coders is None)
    kept = [name for name in known if name not in left] if coders is None else list(coders)
    own = [table[table["coder"].isin(kept)].reset_index(drop=True) for table in tables]
    return given._replace(annotations=own[0], judged=own[1] if len(own) > 1 else None, left_out=left)


def _levels(book: "Codebook | None") -> list[str] | None:
    """The codes of the codebook's one ordered group, from low to high."""
    if book is None:
        return None
    groups = [group.id for group in book.groups if group.ordered]
    codes = [code for code in book.codes if len(groups) == 1 and code.group == groups[0]]
    return [code.id for code in sorted(codes, key=lambda code: code.order or 0)] if len(codes) > 1 else None


def _posts(source: "str | Path") -> tuple[dict[str, str], dict[str, str]]:
    """Texts and languages by doc_id."""
    from toolkit.corpus import declared_language, language_of_post, load_posts

    posts = load_posts(source)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    declared = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    langs = {name: declared_language(declared[name]) or language_of_post(text).lang for name, text in texts.items()}
    return texts, {name: lang for name, lang in langs.items() if lang}


def _read(file: "Path", name: str) -> "pd.DataFrame":
    """A checked table; in a CSV file of any name a doc_id such as 007 stays what it is."""
    import pandas as pd

    from toolkit.errors import InputError
    from toolkit.storage import FORMATS, read_table
    from toolkit.tables import CONTRACTS, check

    if file.suffix.lower() not in FORMATS:
        raise InputError(f"{file}: cannot read '{file.suffix}'; the name must end in {', '.join(FORMATS)}.")
    if not file.is_file():
        raise InputError(f"{file}: no such file.")
    table = read_table(file)
    if file.suffix.lower() == ".csv":
        numbers = [
            column
            for column, rule in CONTRACTS[name].items()
            if rule.kind == "text" and column in table and not isinstance(table[column].dtype, pd.StringDtype)
        ]
        raw = pd.read_csv(
            file, usecols=numbers, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8-sig"
        )
        table = table.assign(**{column: raw[column] for column in numbers})
    try:
        return check(name, table)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
