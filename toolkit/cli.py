"""The command line: arguments in, one call into the rooms below, errors as one sentence.

Nothing heavy is imported before it is needed, so that ``toolkit --help`` answers at once.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence

from toolkit import __version__
from toolkit.errors import ToolkitError

__all__ = ["main"]

_RUN_HELP = """\
Without arguments: themes and principles of the bundled corpus. With STUDY.toml: the study that file describes
(every run writes its own, commented, into its folder; copy and change it)."""
#: What texts are written as.
_TEXTS = (".md", ".txt", ".html", ".htm")
_MAP_HELP = """\
Give the passages of INPUT the codes of a codebook. INPUT: a corpus folder, a text file, or JSON Lines / CSV /
Parquet with doc_id, lang, text. OUT: .jsonl, .csv or .parquet, one row per code given."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 done, 1 a check failed, 2 wrong use or bad input."""
    options = _parser().parse_args(arguments)
    _stop_as_by_hand()
    if not hasattr(options, "command"):
        _parser().print_help()
        return 0
    try:
        status: int = options.command(options)
        sys.stdout.flush()
        return status
    except ToolkitError as error:
        print(f"toolkit: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        # the reader of a pipe (head, less) has had enough; what is still buffered has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("toolkit: stopped; nothing half-written was left.", file=sys.stderr)
        return 130


def _stop_as_by_hand() -> None:
    """Being ended by the system cleans up as Ctrl+C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
            signal.signal(getattr(signal, name), stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="toolkit",
        description="Themes and Cluetrain-style principles in Spanish and Italian texts about social media.",
    )
    parser.add_argument("--version", action="version", version=f"cluetrain-toolkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    run = commands.add_parser(
        "run", help="analyse a corpus and write report, tables and figures", description=_RUN_HELP
    )
    run.add_argument("study", type=_path, nargs="?", metavar="STUDY.toml", help="settings; the defaults without")
    run.add_argument("--corpus", type=_path, metavar="PATH", help="folder or file of texts, instead of the study's")
    run.add_argument(
        "--output", type=_path, metavar="DIR", help="folder to make (default: cluetrain-run, or the next free number)"
    )
    run.add_argument("--overwrite", action="store_true", help="replace DIR if an earlier run made it")
    _workers(run)
    run.set_defaults(command=_run)

    check = commands.add_parser(
        "check", help="repeat a run and compare every table", description="Exit status 1 if a table differs."
    )
    check.add_argument("folder", type=_path, metavar="DIR", help="a folder made by 'toolkit run'")
    check.add_argument("--corpus", type=_path, metavar="PATH", help="where the texts are now, if they were moved")
    _workers(check)
    check.set_defaults(command=_check)

    _map_command(commands)
    _codebook_commands(commands)
    describe = commands.add_parser(
        "describe",
        help="count the posts and annotations of a corpus",
        description="Tables of posts, words and human annotations, by language, genre, code and stance.",
    )
    describe.add_argument(
        "corpus", type=_path, nargs="?", metavar="CORPUS", help="folder (default: the bundled corpus)"
    )
    describe.add_argument("--output", type=_path, metavar="FILE.md", help="write there instead of printing")
    describe.set_defaults(command=_describe)

    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on the notebooks",
        description="Copies the notebooks to DIR and opens JupyterLab there.",
    )
    lab.add_argument(
        "folder", type=_path, nargs="?", default="cluetrain-notebooks", metavar="DIR", help="default: %(default)s"
    )
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    lab.set_defaults(command=_lab)
    return parser


def _map_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mapping = commands.add_parser("map", help="give passages the codes of a codebook", description=_MAP_HELP)
    mapping.add_argument("input", type=_path, metavar="INPUT")
    mapping.add_argument(
        "--codebook",
        default="cluetrain",
        metavar="NAME|FILE",
        help="bundled name or .yaml file (default: %(default)s)",
    )
    mapping.add_argument(
        "--output", type=_path, required=True, metavar="OUT", help="annotations: .jsonl, .csv or .parquet"
    )
    mapping.add_argument(
        "--scores",
        metavar="FILE",
        help="also write a score for every passage and code: .csv, .jsonl or .parquet",
    )
    mapping.add_argument(
        "--unit",
        default="sentence",
        choices=["sentence", "paragraph", "document"],
        help="default: %(default)s",
    )
    mapping.add_argument(
        "--method", default="hybrid", choices=["hybrid", "examples", "cues"], help="default: %(default)s"
    )
    mapping.add_argument(
        "--cut", type=float, metavar="0-1", help="score from which a code is given (default: the coder's own)"
    )
    mapping.set_defaults(command=_map)


def _codebook_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    books = commands.add_parser("codebook", help="list, read and check codebooks")
    actions = books.add_subparsers(title="actions", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="the bundled codebooks")
    listed.set_defaults(command=_codebook_list)
    show = actions.add_parser("show", help="a codebook as text or as a page")
    show.add_argument("name", metavar="NAME|FILE", help="bundled name or .yaml file")
    show.add_argument("--lang", default="en", help="es, it, en, or what the codebook is written in (default: en)")
    show.add_argument("--format", choices=["text", "html"], help="default: as the name of --output says, else text")
    show.add_argument("--output", type=_path, metavar="FILE", help="write there instead of printing")
    show.set_defaults(command=_codebook_show)
    guide = actions.add_parser("guidelines", help="what an annotator reads first (codebook cluetrain)")
    guide.add_argument("--lang", default="en", help="es, it or en (default: en)")
    guide.add_argument("--output", type=_path, metavar="FILE.md", help="write there instead of printing")
    guide.set_defaults(command=_guidelines)
    check = actions.add_parser(
        "check",
        help="find what is wrong with a codebook",
        description="Exit status 1 if a cue can never match or an example stands there twice.",
    )
    check.add_argument("name", metavar="NAME|FILE", help="bundled name or .yaml file")
    check.set_defaults(command=_codebook_check)


def _workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="processes (default: as many as pay off); results are the same",
    )


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text}, allowed is a whole number from 1")
    return int(text)


def _path(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("got an empty name; name a file or folder, or leave the option out")
    return text


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _run(options: argparse.Namespace) -> int:
    from toolkit.parallel import default_workers
    from toolkit.settings import Study, load_study
    from toolkit.study import run_study

    study = load_study(options.study) if options.study is not None else Study()
    if options.corpus is not None:
        study = study.with_corpus(options.corpus)
    workers = options.workers if options.workers is not None else default_workers()
    folder = run_study(study, options.output, workers=workers, overwrite=options.overwrite, say=_say)
    print(f"Report:  {folder / 'report.html'}  (open it in a browser)")
    print(f"Tables:  {folder / 'tables'}\nFigures: {folder / 'figures'}\nRecord:  {folder / 'run.json'}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from toolkit.parallel import default_workers
    from toolkit.recheck import check_run

    workers = options.workers if options.workers is not None else default_workers()
    for line in check_run(options.folder, workers=workers, corpus=options.corpus, say=_say):
        print(line)
    print("The study was repeated and every table is identical.")
    return 0


def _map(options: argparse.Namespace) -> int:
    from toolkit.mapping import map_texts

    for line in map_texts(
        options.input,
        options.output,
        scores=options.scores,
        codebook=options.codebook,
        unit=options.unit,
        method=options.method,
        cut=options.cut,
    ):
        _say(line)
    return 0


def _codebook_list(options: argparse.Namespace) -> int:
    from toolkit.codebook import codebook_names, load_codebook

    for name in codebook_names():
        book = load_codebook(name)
        print(f"{name:30} {len(book.codes):3} codes  {book.title['en']}")
    return 0


def _codebook_show(options: argparse.Namespace) -> int:
    from toolkit.codebook import load_codebook, show_codebook

    page = str(options.output).lower().endswith((".html", ".htm"))
    html = options.format == "html" or (options.format is None and page)
    text = show_codebook(load_codebook(options.name), options.lang, form="html" if html else "text")
    return _give(text, options.output)


def _guidelines(options: argparse.Namespace) -> int:
    from toolkit.codebook import guidelines

    return _give(guidelines(options.lang), options.output)


def _give(text: str, output: str | None) -> int:
    """Print a text, or write it to a file."""
    from pathlib import Path

    from toolkit.errors import InputError
    from toolkit.files import write_text

    if output is None:
        print(text)
    elif Path(output).suffix.lower() not in _TEXTS:
        raise InputError(f"{output}: cannot write '{Path(output).suffix}'; the name must end in {', '.join(_TEXTS)}.")
    else:
        write_text(Path(output), text)
        print(f"Written: {output}")
    return 0


def _codebook_check(options: argparse.Namespace) -> int:
    from toolkit.proofreading import check_codebook

    for line in check_codebook(options.name):
        print(line)
    return 0


def _describe(options: argparse.Namespace) -> int:
    from toolkit.description import describe_corpus
    from toolkit.resources import bundled_corpus

    return _give(describe_corpus(options.corpus if options.corpus is not None else bundled_corpus()), options.output)


def _lab(options: argparse.Namespace) -> int:
    from toolkit.lab import open_lab

    return open_lab(options.folder, browser=not options.no_browser, say=_say)
