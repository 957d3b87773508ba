"""What several commands share: kinds of arguments, where results may go, and how a result is said or written."""

import argparse
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from toolkit.printable import counted, printable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "count_argument",
    "counted",
    "examples",
    "from_zero_argument",
    "give",
    "let_go",
    "name_argument",
    "not_an_input",
    "path_argument",
    "say",
    "scheduler_argument",
    "seed_of",
    "table_target",
    "workers_argument",
    "workers_of",
]

#: What texts are written as.
_TEXTS = (".md", ".txt", ".html", ".htm")


class _Help(argparse.HelpFormatter):
    """Paragraphs as wide as the terminal; examples line by line, as they are to be typed."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("example"):
            return "".join(f"{indent}{line}" for line in text.splitlines(keepends=True))
        from textwrap import fill

        paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
        return "\n\n".join(
            fill(words, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
            for words in paragraphs
        )


def examples(*lines: str) -> dict[str, Any]:
    """The end of a command's help, as arguments of a parser: lines that can be copied and run."""
    heading = "example:" if len(lines) == 1 else "examples:"
    return {
        "epilog": "\n".join([heading, *(f"  {line}" for line in lines)]),
        "formatter_class": _Help,
    }


def workers_argument(parser: argparse.ArgumentParser) -> None:
    """``--workers N``."""
    parser.add_argument(
        "--workers",
        type=count_argument,
        metavar="N",
        help="processes (default: as many as pay off); results are the same",
    )


def scheduler_argument(parser: argparse.ArgumentParser) -> None:
    """``--scheduler ADDRESS``."""
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="work on the Dask cluster of this scheduler (tcp://HOST:PORT, or its scheduler file .json) instead; "
        "results are the same",
    )


@contextmanager
def workers_of(options: argparse.Namespace) -> Iterator[Any]:
    """What does the work: processes, as many as there are cores without ``--workers``, or a Dask cluster.

    Raises :class:`InputError` for a scheduler that does not answer, and where both are asked for.
    """
    from toolkit.errors import InputError
    from toolkit.parallel import connected, default_workers

    if getattr(options, "scheduler", None) is None:
        yield options.workers if options.workers is not None else default_workers()
        return
    if options.workers is not None:
        raise InputError("--workers and --scheduler: a cluster has the workers it has; give one of the two.")
    with connected(options.scheduler) as client:
        yield client


def count_argument(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text}, allowed is a whole number from 1")
    return int(text)


def from_zero_argument(text: str) -> int:
    """A whole number from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"got {text}, allowed is a whole number from 0")
    return int(text)


def path_argument(text: str) -> str:
    """A name of a file or folder, not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("got an empty name; name a file or folder, or leave the option out")
    return text


def name_argument(text: str) -> str:
    """A name of a person, composed (NFC): some keyboards and file systems write é as e and an accent, which is another
    name to a computer."""
    return unicodedata.normalize("NFC", text)


def seed_of(options: argparse.Namespace) -> int:
    """``--seed``, refused below 0."""
    from toolkit.errors import InputError

    if options.seed < 0:
        raise InputError(f"--seed: got {options.seed}, allowed is a whole number from 0.")
    return int(options.seed)


def not_an_input(target: str, inputs: Iterable[str | None], option: str = "--output") -> None:
    """Refuse to write over what is read: a file that is an input, or one inside a folder that is."""
    from pathlib import Path

    from toolkit.errors import InputError

    place = Path(target).resolve()
    for name in inputs:
        path = Path(name).resolve() if name else None
        if path == place or (path is not None and path in place.parents and place.exists()):
            raise InputError(f"{target}: is one of the inputs; give another {option}.")


def table_target(
    name: str | None,
    inputs: Iterable[str | None],
    *,
    option: str = "--output",
    or_folder: bool = False,
    also: Sequence[str] = (),
) -> "Path | None":
    """Where a table is to be written, refused before anything is read, computed or saved.

    ``or_folder``: a name without suffix is a folder to make. ``also``: endings that are no table's and can be written.
    """
    from pathlib import Path

    from toolkit.errors import InputError, OutputError
    from toolkit.storage import FORMATS

    if name is None:
        return None
    target = Path(name)
    not_an_input(name, inputs, option)
    endings = (*FORMATS, *also)
    if target.suffix.lower() not in endings and not (or_folder and not target.suffix):
        end = "; end in {}, or give a folder without suffix." if or_folder else "; the name must end in {}."
        raise InputError(f"{target}: cannot write '{target.suffix}'{end.format(', '.join(endings))}")
    if target.suffix and target.is_dir():
        raise InputError(f"{target}: is a folder; give the name of a file as {option}.")
    if not target.suffix and target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: is not empty; give a new folder.")
    above = next(place for place in target.absolute().parents if place.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise OutputError(f"{target}: cannot be written: '{above}' is no folder that may be written to.")
    return target


def say(line: str) -> None:
    """A line for the person at the terminal, beside the result; work goes on where nobody reads it any more."""
    try:
        print(printable(line), file=sys.stderr, flush=True)
    except BrokenPipeError:
        let_go(sys.stderr)


def let_go(stream: Any) -> bool:
    """Throw away what is still to be written to a stream that takes no more; whether it is such a one."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return True
    return False


def give(text: str, output: str | None) -> int:
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
