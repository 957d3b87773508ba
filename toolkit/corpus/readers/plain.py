"""Text and Markdown files, with or without front matter: one post a file."""

from collections.abc import Iterator
from pathlib import Path

from toolkit.corpus.encoding import decode
from toolkit.corpus.frontmatter import split
from toolkit.corpus.readers.record import MAX_CHARACTERS, Record
from toolkit.errors import InputError

__all__ = ["read"]


def read(path: Path, name: str) -> Iterator[Record]:
    """One record: the file's text after the front matter, which becomes metadata (with ``encoding`` added)."""
    size = path.stat().st_size
    if size > 4 * MAX_CHARACTERS:
        yield Record(name, refused=f"is {size / 1e6:,.0f} MB, more than one post can be; split it into posts")
        return
    try:
        decoded = decode(path.read_bytes())
    except InputError as error:
        yield Record(name, refused=str(error))
        return
    parts = split(decoded.text, path.name)
    if len(parts.body) > MAX_CHARACTERS:
        yield Record(
            name,
            refused=f"has {len(parts.body):,} characters, more than the {MAX_CHARACTERS:,} of one post; split it",
        )
        return
    doubts: tuple[str, ...] = () if decoded.certain else (f"encoding guessed: {decoded.encoding}",)
    if parts.problem:
        doubts += (parts.problem,)
    yield Record(name, parts.body, {**parts.metadata, "encoding": decoded.encoding}, doubts)
