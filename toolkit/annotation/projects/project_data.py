"""The files of a project that stay as they are: texts, items, furniture, suggestions, the frozen codebook."""

from functools import cached_property
from pathlib import Path

import pandas as pd

from toolkit.annotation.projects.project_file import ProjectFile, read_project_file
from toolkit.codebook import Codebook, load_codebook
from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.storage import read_table
from toolkit.tables import check, empty

__all__ = ["ProjectData"]


class ProjectData:
    """What a project is about. Tables are read when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: ProjectFile = read_project_file(folder)

    @cached_property
    def posts(self) -> pd.DataFrame:
        """posts table: the texts, as they were when the project was made."""
        table = check("posts", self._table("texts"))
        for row, (doc_id, text, digest) in enumerate(zip(table["doc_id"], table["text"], table["sha256"], strict=True)):
            if sha256_text(text) != digest:
                raise InputError(
                    f"{self._path('texts')}, line {row + 1}: the text of '{doc_id}' was changed since the project was "
                    "made; positions would point to other words. Restore the file."
                )
        return table

    @cached_property
    def texts(self) -> dict[str, str]:
        """Text of each doc_id."""
        return dict(zip(self.posts["doc_id"], self.posts["text"], strict=True))

    @cached_property
    def items(self) -> pd.DataFrame:
        """items table: what is judged, one row per item."""
        table = check("items", self._table("items"))
        beyond = [
            row + 1
            for row, (doc_id, end) in enumerate(zip(table["doc_id"], table["end"], strict=True))
            if end > len(self.texts.get(doc_id, ""))
        ]
        if beyond:
            raise InputError(f"{self.folder / 'items.jsonl'}, line {beyond[0]}: lies outside its text; restore it.")
        return table

    @cached_property
    def furniture(self) -> pd.DataFrame:
        """furniture table: what of a scraped page is no text of the author."""
        return check("furniture", self._table("furniture")) if self._path("furniture").exists() else empty("furniture")

    @cached_property
    def suggestions(self) -> pd.DataFrame:
        """annotations table of the machine's suggestions with their ``id``; empty where there are none."""
        if not self._path("suggestions").exists():
            return empty("annotations").assign(id=pd.Series([], dtype="str"))
        table = check("annotations", self._table("suggestions"), self.texts)
        # of no suggestion the file has no columns
        return table if len(table) else table.assign(id=pd.Series([], dtype="str"))

    @cached_property
    def codebook(self) -> Codebook:
        """The codebook in force, frozen in the project's folder."""
        frozen = self.settings.codebooks[-1]
        path = self.folder / frozen.file
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise InputError(f"{self.folder / 'project.json'}: codebook '{frozen.file}' lies outside the project.")
        book = load_codebook(path)
        if book.sha256 != frozen.sha256:
            raise InputError(
                f"{path}: is not the codebook the project was made with (it was changed); restore it, or bring the "
                "project over to the new one with migrate_project."
            )
        return book

    @property
    def unit(self) -> str:
        """What one item is: "span" (stretches chosen freely in a document), "sentence", "paragraph", "document"."""
        return self.settings.unit

    @property
    def coders(self) -> list[str]:
        """Who codes."""
        return list(self.settings.coders)

    @property
    def curators(self) -> list[str]:
        """Who decides where coders differ."""
        return list(self.settings.curators)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"

    def _table(self, name: str) -> pd.DataFrame:
        path = self._path(name)
        if not path.is_file():
            raise InputError(f"{path}: is missing; restore the project's folder.")
        table = read_table(path)
        return table if len(table) else empty({"texts": "posts", "suggestions": "annotations"}.get(name, name))
