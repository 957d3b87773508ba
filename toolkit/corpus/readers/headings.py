"""Headings of tables: which column is the text, the title, the date..., by our names or well-known words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from toolkit.corpus.readers.record import File
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file

__all__ = [
    "candidates",
    "check_wanted",
    "fold",
    "free_name",
    "known",
    "listed",
    "shown",
    "text_column",
    "texts_among",
    "unique",
]


def shown(name: object) -> str:
    """A name of a stranger as part of a sentence: one line, at most 40 characters, no half characters."""
    text = " ".join(str(name).split())
    return (text if len(text) <= 40 else text[:39] + "…").encode("utf-8", "backslashreplace").decode("utf-8")


@cache
def known() -> dict[str, list[str]]:
    """Our names of columns with the headings that mean them."""
    return dict(read_yaml(data_file("columns", "headings.yaml")))


def fold(name: str) -> str:
    """A heading without case, accents and signs.

    >>> fold("Título_del post")
    'titulo del post'
    """
    letters = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", " ", "".join(sign for sign in letters if not unicodedata.combining(sign))).strip()


def candidates(ours: str, headings: Sequence[str]) -> list[str]:
    """The headings that may be ``ours``: by that name; else but for case, accents and signs; else by a known word."""
    folded = {heading: fold(heading) for heading in headings}
    return (
        [heading for heading in headings if heading == ours]
        or [heading for heading, plain in folded.items() if plain == fold(ours)]
        or [heading for heading, plain in folded.items() if plain in known()[ours]]
    )


def texts_among(headings: Sequence[str], file: File) -> list[str]:
    """The headings that may be that of the texts: the one the user named, or ``text``, or all known to mean that."""
    wanted = file.options.columns.get("text")
    if wanted is not None:
        return [heading for heading in headings if heading == wanted]
    return candidates("text", list(dict.fromkeys(headings)))


def text_column(headings: Sequence[str], wanted: str | None) -> str:
    """The one heading of the texts, ``wanted`` if the user named it.

    Raises :class:`InputError` with the end of a sentence that begins with the file if there is none or more than one.
    """
    found = [wanted] if wanted is not None else candidates("text", list(dict.fromkeys(headings)))
    if not found:
        raise InputError(
            f"has no column 'text' (columns: {listed(headings)}); "
            "name the column of the texts so, or say which it is with the option columns"
        )
    if len(found) > 1:
        raise InputError(
            f"has {len(found)} columns that may hold the texts ({listed(found)}); "
            "say which it is with the option columns"
        )
    if headings.count(found[0]) > 1:
        raise InputError(f"has two columns '{shown(found[0])}'; name the one that holds the texts so, and no other")
    return found[0]


def check_wanted(wanted: Mapping[str, str], headings: Sequence[str]) -> None:
    """Refuse a mapping (the table's name by ours) to a column that is not there, or of one column to two names.

    Raises :class:`InputError` with the end of a sentence that begins with the file.
    """
    for ours, theirs in wanted.items():
        if theirs not in headings:
            near = suggestion(theirs, headings)
            near = near if near.startswith("did you mean") else f"its columns are {listed(headings)}"
            raise InputError(f"has no column '{shown(theirs)}', which the option columns reads as {ours}; {near}")
    twice = [theirs for theirs, count in Counter(wanted.values()).items() if count > 1]
    if twice:
        raise InputError(f"cannot be read: the option columns gives '{shown(twice[0])}' two names; give it one")


def unique(headings: Sequence[object]) -> tuple[list[str], dict[str, str]]:
    """Headings as they can name columns, and for each that had to be changed the doubt to tell.

    Outer spaces go, an empty heading is named by its number, the second of two gets ``_2``.

    >>> unique([" título", "tag", "tag", ""])[0]
    ['título', 'tag', 'tag_2', 'column_4']
    """
    names: dict[str, None] = {}
    doubts: dict[str, str] = {}
    plain = [" ".join(str(heading).split()) for heading in headings]
    taken = set(plain)
    for number, name in enumerate(plain, 1):
        if name and name not in names:
            names[name] = None
            continue
        free = free_name(name, taken) if name else free_name(f"column_{number}", taken, first=True)
        doubts[free] = f"a second column '{shown(name)}' is read as '{shown(free)}'"
        if not name:
            doubts[free] = f"column {number} has no heading and is read as '{free}'"
        taken.add(free)
        names[free] = None
    return list(names), doubts


def free_name(name: str, taken: set[str], *, first: bool = False) -> str:
    """``name`` if it may be the first, else the first of ``name_2``, ``name_3``... that nobody has."""
    if first and name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)


def listed(names: Sequence[str]) -> str:
    """Names as part of a sentence, twenty at most."""
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return (", ".join(shown(name) for name in names[:20]) or "none") + more
