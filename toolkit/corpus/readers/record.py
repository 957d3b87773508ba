"""What every reader yields: one post, or the reason why there is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["MAX_CHARACTERS", "Reader", "Record"]

#: The longest post that is read, in characters: about 300,000 words. Anything longer is not one post.
MAX_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Record:
    """One text with its metadata; ``doubts`` says what was uncertain, ``refused`` why it is no post."""

    doc_id: str
    text: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    refused: str | None = None


Reader = Callable[[Path, str], Iterator[Record]]
