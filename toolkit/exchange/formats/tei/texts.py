"""Where the text of a CATMA annotation collection stands: beside it, inside the folder that is read, or given.

Looked for in this order:

1. the file that the pointers name (``catma:///NAME.txt#char=...``), beside the annotations;
2. ``NAME.txt`` beside ``NAME.xml``;
3. one folder up, where the folder is named ``annotationcollections`` or ``usermarkupcollections``: CATMA's export of a
   corpus has a folder per text with the text in it and these folders below (its CorpusExporter);
4. the texts that were given, by doc_id: the name of one of these without its ending.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from toolkit.errors import InputError
from toolkit.exchange.inputs import read_text
from toolkit.exchange.names import doc_id_of

__all__ = ["Beside", "FoundText"]

_COLLECTIONS = ("annotationcollections", "usermarkupcollections")


class FoundText(NamedTuple):
    """A document and its text, or None and what to do about it."""

    doc_id: str
    text: str | None
    problem: str = ""


class Beside:
    """What stands around one file of annotations."""

    def __init__(self, file: Path, folder: Path, given: Path, texts: Mapping[str, str]) -> None:
        """``folder``: nothing outside of it is read; ``given``: the path that the user gave; ``texts``: by doc_id."""
        self._file, self._folder, self._texts = file, folder, texts
        self._up = file.parent.parent if file.parent.name in _COLLECTIONS else None
        # a single file of an exported corpus was named: its text stands one folder up
        self._bound = self._up if self._up is not None and given == file else folder
        self._stem = file.name.removesuffix(file.suffix)

    def text(self, target: str, *, alone: bool, doc_id: str | None) -> FoundText:
        """The document that a pointer's file names. ``alone``: all pointers of the collection name the same one;
        ``doc_id``: what the collection itself says."""
        named = unquote(target).rpartition("/")[2].rpartition("\\")[2].strip()
        problem = ""
        for file in self._candidates(named, alone):
            try:
                text = read_text(file)
            except InputError as error:
                problem = problem or str(error).removeprefix(f"{file.parent}/").rstrip(".")
                continue
            return FoundText(doc_id if doc_id is not None else self._doc_id(file), text)
        stem = named.removesuffix(Path(named).suffix) if named else ""
        own = self._doc_id(self._file)
        names = [one for one in (doc_id, own, self._stem, stem, named, target) if one]
        for name in dict.fromkeys(names if alone else (stem, named, target)):
            if name in self._texts:
                return FoundText(name, self._texts[name])
        wanted = named if named.lower().endswith(".txt") else f"{self._stem}.txt"
        chosen = doc_id or (stem if named.lower().endswith(".txt") and stem else own)
        advice = f"put its text as '{wanted}' beside it, or give a text with the doc_id '{chosen}'"
        return FoundText(chosen, None, f"{problem}; {advice}" if problem else f"its text is not here; {advice}")

    def _candidates(self, named: str, alone: bool) -> Iterator[Path]:
        """Files that may hold the text, as far as they exist inside the folder."""
        folders = [self._file.parent] + ([self._up] if self._up is not None else [])
        candidates = [folder / named for folder in folders if named and named.lower().endswith(".txt")]
        if alone:
            candidates.append(self._file.parent / f"{self._stem}.txt")
        if alone and self._up is not None:
            texts = sorted(self._up.glob("*.txt"))
            candidates += texts if len(texts) == 1 else []
        for file in candidates:
            try:
                inside = file.is_file() and file.resolve().is_relative_to(self._bound.resolve())
            except (OSError, ValueError):  # a name too long for the file system, or with a NUL
                continue
            if inside:
                yield file

    def _doc_id(self, file: Path) -> str:
        base = self._bound if self._bound == self._up else self._folder
        inside = file.relative_to(base) if file.is_relative_to(base) else Path(file.name)
        return doc_id_of(inside.as_posix().removesuffix(file.suffix))
