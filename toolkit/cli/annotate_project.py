"""The project that an action of ``toolkit annotate`` is about, and the files of it that nothing may be written over."""

from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import InputError

if TYPE_CHECKING:
    from toolkit.annotation import Project

__all__ = ["opened", "own_files"]

_FILES = (
    "project.json", "texts.jsonl", "items.jsonl", "furniture.jsonl", "suggestions.jsonl", "queues.jsonl", "sample.csv",
)  # fmt: skip
_FOLDERS = ("decisions", "codebook", "guidelines")


def opened(folder: str) -> "Project":
    """The project in a folder; what is no project is refused in the words of the command line."""
    place = Path(folder)
    if not place.exists():
        raise InputError(f"{folder}: no such folder.")
    if not (place / "project.json").is_file():
        raise InputError(
            f"{folder}: is no annotation project (it has no project.json); make one with 'toolkit annotate create'."
        )
    from toolkit.annotation import open_project

    return open_project(place)


def own_files(folder: str) -> list[str]:
    """What a project consists of."""
    place = Path(folder)
    return [str(place / name) for name in (*_FILES, *_FOLDERS)]
