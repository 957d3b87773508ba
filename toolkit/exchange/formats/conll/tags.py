"""Tags of the IOB family: to stretches of tokens and back, and codes that fit into a tag."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

__all__ = ["NO_TYPE", "TAG", "Chunk", "chunks_of", "code_of", "layers_of", "tag_of"]

#: A tag of IOB1, IOB2, IOE, BIOES (E, S), BILOU (L, U) or BMEWO (M, W): a letter, and after a hyphen the type.
TAG = re.compile(r"O|[BIELSUMW](?:-.*)?", re.DOTALL)
#: What a tag without a type has as its type; so in seqeval (seqeval/metrics/sequence_labeling.py, get_entities).
NO_TYPE = "_"
#: Letters that begin a stretch, and those that end one.
_FIRST, _LAST = frozenset("BSUW"), frozenset("ELSUW")
#: What a tag cannot hold: white space parts columns, controls end lines in some programs, % begins what is written so.
_ESCAPED = re.compile(r"[%\s\x00-\x1f\x7f-\x9f]")


class Chunk(NamedTuple):
    """Tokens ``first`` to ``last`` (both in it) of one type."""

    first: int
    last: int
    type: str


def chunks_of(tags: Sequence[str], start: int = 0) -> list[Chunk]:
    """The stretches of one sentence, in all schemes at once: as conlleval reads them (CoNLL-2000 and later), an inside
    tag after another type, or after nothing, begins one. ``start``: the number of the first token.

    >>> chunks_of(["B-a", "I-a", "I-b", "O", "S-c", "I-c", "E-c"])
    [Chunk(first=0, last=1, type='a'), Chunk(first=2, last=2, type='b'), Chunk(first=4, last=4, type='c'), \
Chunk(first=5, last=6, type='c')]
    """
    found: list[Chunk] = []
    first, kind = -1, ""
    for at, tag in enumerate((*tags, "O"), start):
        letter, _, name = tag.partition("-")
        if first >= 0 and (letter == "O" or letter in _FIRST or (name or NO_TYPE) != kind):
            found.append(Chunk(first, at - 1, kind))
            first = -1
        if letter != "O":
            if first < 0:
                first, kind = at, name or NO_TYPE
            if letter in _LAST:
                found.append(Chunk(first, at, kind))
                first = -1
    return found


def layers_of(chunks: Sequence[tuple[int, int] | None]) -> list[int | None]:
    """The layer, from 1, of each stretch (first and last token), so that none overlaps another in its layer; each in
    the lowest that is free. None for those that hold no token.

    >>> layers_of([(0, 3), (1, 1), None, (2, 2), (4, 4)])
    [1, 2, None, 2, 1]
    """
    last: list[int] = []
    layers: list[int | None] = []
    for chunk in chunks:
        if chunk is None:
            layers.append(None)
            continue
        free = next((number for number, end in enumerate(last) if end < chunk[0]), len(last))
        if free == len(last):
            last.append(-1)
        last[free] = chunk[1]
        layers.append(free + 1)
    return layers


def tag_of(code: str) -> str:
    """A code as the type of a tag, with ``%`` and two hexadecimal digits a byte for what a tag cannot hold.

    >>> tag_of("voz humana")
    'voz%20humana'
    """
    return _ESCAPED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8")), code) or NO_TYPE


def code_of(kind: str) -> str:
    """The code of the type of a tag that was written so.

    >>> code_of("voz%20humana"), code_of("50%")
    ('voz humana', '50%')
    """
    return unquote(kind)
