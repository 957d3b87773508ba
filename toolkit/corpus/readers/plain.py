"""Text and Markdown files, with or without front matter: one post a file."""

from collections.abc import Iterator

from toolkit.corpus.encoding import decode
from toolkit.corpus.frontmatter import split
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Record, unfit
from toolkit.errors import InputError

__all__ = ["read"]


def read(file: File) -> Iterator[Record]:
    """One record: the file's text after the front matter, which becomes metadata (with ``encoding`` added)."""
    size = file.path.stat().st_size
    if size > 4 * MAX_CHARACTERS:
        yield Record(file.name, refused=f"is {size / 1e6:,.0f} MB, more than one post can be; split it into posts")
        return
    try:
        decoded = decode(file.path.read_bytes())
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    parts = split(decoded.text, file.path.name)
    problem = unfit(parts.body)
    if problem:
        yield Record(file.name, refused=problem)
        return
    doubts: tuple[str, ...] = () if decoded.certain else (f"encoding guessed: {decoded.encoding}",)
    if parts.problem:
        doubts += (parts.problem,)
    yield Record(file.name, parts.body, {**parts.metadata, "encoding": decoded.encoding}, doubts)
