"""``project.json``: what an annotation project is about, checked when read."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from toolkit.errors import InputError
from toolkit.files import write_json
from toolkit.schema import StrictModel, validate

__all__ = [
    "FORMAT",
    "LONGEST_TITLE",
    "Assignment",
    "Frozen",
    "ProjectFile",
    "checked_names",
    "read_project_file",
    "write_project_file",
]

#: Number of the layout of the folder; a later one says how to read it.
FORMAT = 1
_LARGEST = 5_000_000
#: Files are named after coders, on systems that do not tell capitals apart and keep some names for devices.
_NAME = re.compile(r"\w[\w.-]{0,58}\w|\w")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}

#: Characters of a title and of the other short texts.
LONGEST_TITLE = 400
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]


class Frozen(StrictModel):
    """The codebook as it was when the project began, or since a migration: a file in the project's folder."""

    id: Text
    version: Text
    sha256: Text
    file: Text
    since: Text


class Assignment(StrictModel):
    """How items were given out."""

    how: Literal["all", "split"] = "all"
    overlap: Annotated[float, Field(ge=0, le=1)] = 0.0
    per_item: Annotated[int, Field(ge=2)] = 2
    order: Literal["given", "random", "informative"] = "given"
    seed: Annotated[int, Field(ge=0)] = 1


class ProjectFile(StrictModel):
    """The settings of a project. ``codebooks``: the versions in the order they were used; the last is in force."""

    format: int
    id: Text
    title: Text
    toolkit: Text
    created: Text
    lang: Literal["es", "it", "en"]
    unit: Literal["span", "sentence", "paragraph", "document"]
    coders: Annotated[tuple[Text, ...], Field(min_length=1)]
    curators: tuple[Text, ...]
    assignment: Assignment
    blind: bool
    stance_required: bool
    codebooks: Annotated[tuple[Frozen, ...], Field(min_length=1)]
    suggestions: dict[str, Any] | None = None


def checked_names(coders: Sequence[str], curators: Sequence[str]) -> None:
    """Names that can be names of files, each once whatever its capitals.

    Raises :class:`InputError` naming the first that cannot.
    """
    seen: dict[str, str] = {}
    for name in (*coders, *curators):
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.split(".")[0].lower() in _DEVICES:
            raise InputError(
                f"coder {str(name)[:70]!r} cannot be a name of a file: use 1 to 60 letters, digits, _ - and . "
                "(first and last a letter, digit or _)."
            )
        if name.lower() in seen:
            raise InputError(f"coder {name!r}: {seen[name.lower()]!r} is there already; names must differ.")
        seen[name.lower()] = name


def read_project_file(folder: Path) -> ProjectFile:
    """The settings of the project in a folder.

    Raises :class:`InputError` if there is none, it is damaged, or a later version of this toolkit made it.
    """
    path = folder / "project.json"
    if not path.is_file():
        raise InputError(f"{folder}: is no annotation project (it has no project.json); make one with create_project.")
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: is larger than {_LARGEST:,} bytes; this is no project file.")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON in UTF-8: {str(error).splitlines()[0]}.") from error
    if isinstance(data, dict) and data.get("format") != FORMAT:
        raise InputError(
            f"{path}: has format {str(data.get('format'))[:20]}, this version of the toolkit reads {FORMAT}; update it."
        )
    found = validate(ProjectFile, data, str(path))
    checked_names(found.coders, found.curators)
    return found


def write_project_file(folder: Path, project: ProjectFile) -> None:
    """Write the settings, whole or not at all."""
    write_json(folder / "project.json", project.model_dump(mode="json"))
