"""The errors a user can meet: each message is one sentence that says what was got, expected, and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["CheckFailed", "InputError", "OutputError", "ToolkitError", "missing_extra", "suggestion"]


#: Names that a message lists: a screen full at most.
_MOST_NAMED = 40


class ToolkitError(Exception):
    """Base of all errors this package raises on purpose; ``exit_status`` is what the command line returns.

    >>> from toolkit.codebook import load_codebook
    >>> try:
    ...     load_codebook("cluetrian")
    ... except ToolkitError as error:
    ...     print(type(error).__name__, error.exit_status)
    InputError 2
    """

    exit_status = 2


class InputError(ToolkitError, ValueError):
    """A file, table, setting or argument is not what it should be.

    >>> from toolkit.codebook import load_codebook
    >>> try:
    ...     load_codebook("cluetrian")
    ... except InputError as error:
    ...     print(error)
    no codebook 'cluetrian' (nor does it end in .yaml); did you mean 'cluetrain'?
    """


class OutputError(ToolkitError, OSError):
    """A result cannot be written where the user asked for it; the message says why.

    >>> from pathlib import Path
    >>> from tempfile import NamedTemporaryFile
    >>> from toolkit.files import write_text
    >>> with NamedTemporaryFile() as file:
    ...     try:
    ...         write_text(Path(file.name, "a.txt"), "Hola.")
    ...     except OutputError as error:
    ...         print(error.exit_status, isinstance(error, OSError))
    2 True
    """


class CheckFailed(ToolkitError):
    """A repeated study did not give the same tables.

    >>> from toolkit.errors import InputError
    >>> CheckFailed("tables/topics.csv differs").exit_status, InputError("no such run").exit_status
    (1, 2)
    """

    exit_status = 1


def suggestion(got: str, allowed: Iterable[str]) -> str:
    """The nearest allowed name as the end of a sentence, or the allowed names when none is near.

    >>> suggestion("languges", ["languages", "path"])
    "did you mean 'languages'?"
    >>> suggestion("zzz", ["b", "a"])
    'allowed are a, b.'
    """
    names = sorted(allowed)
    near = get_close_matches(str(got), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    more = len(names) - _MOST_NAMED
    return "allowed are " + ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more." if more > 0 else ".")


def missing_extra(package: str, extra: str) -> str:
    """What to say where a package of an extra is not installed: what is needed, and how to get it.

    >>> missing_extra("pypdf", "documents").split(":")[0]
    'needs the package pypdf, which is not installed'
    """
    return (
        f"needs the package {package}, which is not installed: pip install 'cluetrain-toolkit[{extra}]' "
        f"(conda: mamba install {package})"
    )
