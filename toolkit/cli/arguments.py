"""What several commands share: kinds of arguments, and how a result is said or written."""

import argparse
import sys
from collections.abc import Iterable

__all__ = ["count_argument", "give", "not_an_input", "path_argument", "say", "workers_argument"]

#: What texts are written as.
_TEXTS = (".md", ".txt", ".html", ".htm")


def workers_argument(parser: argparse.ArgumentParser) -> None:
    """``--workers N``."""
    parser.add_argument(
        "--workers",
        type=count_argument,
        metavar="N",
        help="processes (default: as many as pay off); results are the same",
    )


def count_argument(text: str) -> int:
    """A whole number from 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text}, allowed is a whole number from 1")
    return int(text)


def path_argument(text: str) -> str:
    """A name of a file or folder, not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("got an empty name; name a file or folder, or leave the option out")
    return text


def not_an_input(target: str, inputs: Iterable[str | None]) -> None:
    """Refuse to write over what is read: a file that is an input, or one inside a folder that is."""
    from pathlib import Path

    from toolkit.errors import InputError

    place = Path(target).resolve()
    for name in inputs:
        path = Path(name).resolve() if name else None
        if path == place or (path is not None and path in place.parents and place.exists()):
            raise InputError(f"{target}: is one of the inputs; give another --output.")


def say(line: str) -> None:
    """A line for the person at the terminal, beside the result."""
    print(line, file=sys.stderr, flush=True)


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
