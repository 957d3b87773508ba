"""Which document the source of a target is, and its text.

A source is an IRI. It is, in this order: a document of ours (the doc_id is in the IRI); a doc_id that has a text; the
last part of an address whose name without ending is one; a ``.txt`` file that it names, inside the folder of the
annotations. Nothing is fetched.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from toolkit.errors import InputError
from toolkit.exchange.formats.web_annotation.terms import doc_id_of
from toolkit.exchange.inputs import read_text
from toolkit.exchange.model import Document
from toolkit.exchange.names import doc_id_of as doc_id_of_name

__all__ = ["Sources"]


class Sources:
    """The documents of one file of annotations."""

    def __init__(self, file: Path, texts: Mapping[str, str]) -> None:
        self._folder, self._texts = file.parent, texts
        self._by_source: dict[str, str] = {}
        self._documents: dict[str, Document] = {}
        #: the document that was taken for one that has no name
        self.guessed: str | None = None

    def document(self, source: str, lang: str | None = None, title: str | None = None) -> Document:
        """The document of a source; its text is None where it is not at hand."""
        known = self._by_source.get(source)
        if known is not None and lang is None and title is None:
            return self._documents[known]
        doc_id, text = self._found(source)
        self._by_source[source] = doc_id
        before = self._documents.get(doc_id)
        if before is None:
            self._documents[doc_id] = Document(doc_id, text, lang, title, source)
        elif (lang and not before.lang) or (title and not before.title):
            self._documents[doc_id] = Document(
                doc_id, before.text, before.lang or lang, before.title or title, before.place
            )
        return self._documents[doc_id]

    def only(self) -> Document | None:
        """The document of the text, where one alone was given."""
        if len(self._texts) != 1:
            return None
        document = self.document(next(iter(self._texts)))
        self.guessed = document.doc_id
        return document

    def all(self) -> list[Document]:
        """All documents that were asked for."""
        return list(self._documents.values())

    def _found(self, source: str) -> tuple[str, str | None]:
        own = doc_id_of(source)
        if own is not None:
            return own, self._texts.get(own)
        whole = source.partition("#")[0]
        last = unquote(whole.partition("?")[0].rstrip("/")).rpartition("/")[2]
        for name in (source, whole, unquote(whole), last, last.removesuffix(Path(last).suffix) if last else ""):
            if name and name in self._texts:
                return name, self._texts[name]
        file = self._beside(whole)
        if file is not None:
            inside = file.resolve().relative_to(self._folder.resolve()).as_posix()
            try:
                return doc_id_of_name(inside.removesuffix(file.suffix)), read_text(file)
            except InputError:
                return source, None
        return source, None

    def _beside(self, source: str) -> Path | None:
        """A text file inside the folder that a relative address names."""
        name = unquote(source)
        if ":" in name or not name.lower().endswith(".txt") or name.startswith(("/", "\\")):
            return None
        file = self._folder / name
        try:
            inside = file.is_file() and file.resolve().is_relative_to(self._folder.resolve())
        except (OSError, ValueError):  # too long for the file system, or with a NUL
            return None
        return file if inside else None
