"""The command line: arguments in, one call into the rooms below, errors as one sentence.

Nothing heavy is imported before it is needed, so that ``toolkit --help`` answers at once.
"""

import argparse
import errno
import os
import signal
import sys
import threading
from collections.abc import Sequence

from toolkit import __version__
from toolkit.cli.agreement import add_agreement
from toolkit.cli.annotate import add_annotate
from toolkit.cli.arguments import (
    examples,
    give,
    let_go,
    not_an_input,
    path_argument,
    say,
    scheduler_argument,
    workers_argument,
    workers_of,
)
from toolkit.cli.cache import add_cache
from toolkit.cli.codebooks import add_codebook
from toolkit.cli.convert import add_convert
from toolkit.cli.evaluate import add_evaluate
from toolkit.cli.export import add_export
from toolkit.cli.licences import add_licences
from toolkit.cli.load import add_load
from toolkit.cli.mapping import add_map
from toolkit.cli.topics import add_topics
from toolkit.cli.words import add_words
from toolkit.errors import ToolkitError

__all__ = ["main"]

#: A disk or a share of one that is full.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
#: What is wrong with a file that was named, whatever library met it.
_OF_A_FILE = (errno.EACCES, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EPERM, errno.EROFS)
_RUN_HELP = """\
Without arguments: themes and principles of the bundled corpus. With STUDY.toml: the study that file describes
(every run writes its own, commented, into its folder; copy and change it)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 done, 1 a check failed, 2 wrong use or bad input."""
    _streams_for_all()
    try:
        return _status(arguments)
    finally:
        let_go(sys.stdout)


def _status(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    _stop_as_by_hand()
    if not hasattr(options, "command"):
        _parser().print_help()
        return 0
    status = 0
    try:
        status = options.command(options)
        sys.stdout.flush()
    except ToolkitError as error:
        say(f"toolkit: {error}")
        status = error.exit_status
    except BrokenPipeError:
        if not _unread():
            raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            # whatever library met it: what is written goes aside first, so nothing half-written was left
            problem = "free some room, or name another folder for temporary files (environment variable TMPDIR)"
            say(f"toolkit: {os.strerror(error.errno)}; {problem}.")
        elif error.errno in _OF_A_FILE and error.filename is not None:
            say(f"toolkit: {error.filename}: cannot be used: {os.strerror(error.errno)}; name another file or folder.")
        else:
            raise
        status = 2
    except KeyboardInterrupt:
        say("toolkit: stopped; nothing half-written was left.")
        status = 130
    return status


def _unread() -> bool:
    """Whether the reader of a pipe (head, less) has had enough; what is still buffered has nowhere to go then.

    What was to be written may be lost and not be tried again: one sign more tells.
    """
    try:
        print(flush=True)
    except BrokenPipeError:
        let_go(sys.stdout)
        return True
    return False


def _streams_for_all() -> None:
    """Output and errors go somewhere, also where they were closed, and no sign of a text stops them: those that the
    terminal cannot show are escaped, as Python does with errors."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        elif getattr(stream, "errors", None) == "strict" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _stop_as_by_hand() -> None:
    """Being ended by the system cleans up as Ctrl+C does; what was told to be deaf to it (nohup) stays so."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None or threading.current_thread() is not threading.main_thread():
            continue
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="toolkit",
        description="Themes and Cluetrain-style principles in Spanish and Italian texts about social media.",
        **examples("toolkit run", "toolkit words concordance corpora/conversaciones transparencia", "toolkit lab"),
    )
    parser.add_argument("--version", action="version", version=f"cluetrain-toolkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    run = commands.add_parser(
        "run",
        help="analyse a corpus and write report, tables and figures",
        description=_RUN_HELP,
        **examples(
            "toolkit run",
            "toolkit run --corpus my_blog --output my_run",
            "toolkit run my_study.toml",
            "toolkit run my_study.toml --scheduler tcp://10.0.0.5:8786",
        ),
    )
    run.add_argument(
        "study", type=path_argument, nargs="?", metavar="STUDY.toml", help="settings; the defaults without"
    )
    run.add_argument(
        "--corpus", type=path_argument, metavar="PATH", help="folder or file of texts, instead of the study's"
    )
    run.add_argument(
        "--output",
        type=path_argument,
        metavar="DIR",
        help="folder to make (default: cluetrain-run, or the next free number)",
    )
    run.add_argument("--overwrite", action="store_true", help="replace DIR if an earlier run made it")
    run.add_argument("--anew", action="store_true", help="make everything anew; take nothing that was made before")
    workers_argument(run)
    scheduler_argument(run)
    run.set_defaults(command=_run)

    add_load(commands)
    check = commands.add_parser(
        "check",
        help="repeat a run and compare every table",
        description="Exit status 1 if a table differs.",
        **examples("toolkit check my_run"),
    )
    check.add_argument("folder", type=path_argument, metavar="DIR", help="a folder made by 'toolkit run'")
    check.add_argument(
        "--corpus", type=path_argument, metavar="PATH", help="where the texts are now, if they were moved"
    )
    workers_argument(check)
    scheduler_argument(check)
    check.set_defaults(command=_check)

    add_topics(commands)
    add_map(commands)
    add_words(commands)
    add_evaluate(commands)
    add_annotate(commands)
    add_agreement(commands)
    add_convert(commands)
    add_codebook(commands)
    add_export(commands)
    add_cache(commands)
    add_licences(commands)
    describe = commands.add_parser(
        "describe",
        help="count the posts and annotations of a corpus",
        description="Tables of posts, words and human annotations, by language, genre, code and stance.",
        **examples("toolkit describe corpus --output counts.md"),
    )
    describe.add_argument(
        "corpus", type=path_argument, nargs="?", metavar="CORPUS", help="folder (default: the bundled corpus)"
    )
    describe.add_argument("--output", type=path_argument, metavar="FILE.md", help="write there instead of printing")
    describe.set_defaults(command=_describe)

    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on the notebooks",
        description="Copies the notebooks to DIR, those already there are kept, and opens JupyterLab on the first.",
        **examples("toolkit lab my_notebooks", "toolkit lab --lang es"),
    )
    lab.add_argument(
        "folder",
        type=path_argument,
        nargs="?",
        default="cluetrain-notebooks",
        metavar="DIR",
        help="default: %(default)s",
    )
    lab.add_argument(
        "--lang", choices=("en", "es", "it"), default="en", help="language of the notebook to begin with (default: en)"
    )
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    lab.set_defaults(command=_lab)
    return parser


def _run(options: argparse.Namespace) -> int:
    from toolkit.settings import Study, load_study
    from toolkit.study import run_study

    study = load_study(options.study) if options.study is not None else Study()
    if options.corpus is not None:
        study = study.with_corpus(options.corpus)
    with workers_of(options) as workers:
        folder = run_study(
            study, options.output, workers=workers, overwrite=options.overwrite, keep=not options.anew, say=say
        )
    for what, page in (("Report", folder / "report.html"), ("Themes", folder / "topics.html")):
        if page.exists():
            print(f"{what}:  {page}  (open it in a browser)")
    print(f"Tables:  {folder / 'tables'}\nFigures: {folder / 'figures'}\nRecord:  {folder / 'run.json'}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from toolkit.recheck import check_run

    with workers_of(options) as workers:
        for line in check_run(options.folder, workers=workers, corpus=options.corpus, say=say):
            print(line)
    print("The study was repeated and every table is identical.")
    return 0


def _describe(options: argparse.Namespace) -> int:
    from toolkit.description import describe_corpus
    from toolkit.resources import bundled_corpus

    corpus = options.corpus if options.corpus is not None else str(bundled_corpus())
    if options.output is not None:
        not_an_input(options.output, [corpus])
    return give(describe_corpus(corpus), options.output)


def _lab(options: argparse.Namespace) -> int:
    from toolkit.lab import open_lab

    return open_lab(options.folder, lang=options.lang, browser=not options.no_browser, say=say)
