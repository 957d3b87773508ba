"""What is said of a concordance, and its lines as plain text with the node in one column."""

from collections.abc import Mapping, Sequence
from typing import Any

from toolkit.marked_text import clean
from toolkit.printable import printable

__all__ = ["Note", "aligned", "note", "shown"]

_NOTES = {
    "language": "language {lang}",
    "part": "{part}",
    "sample": "a random sample of {n:,} of {lines:,} lines (seed {seed})",
    "first": "the first {n:,} of {lines:,} lines",
    "near": "{n:,} of {lines:,} lines: {unit} '{word}' within {within} words",
    "near_side": "{n:,} of {lines:,} lines: {unit} '{word}' within {within} words to the {side}",
    "long": "passages of which only the first {most:,} characters were searched: {n:,}",
    "lemma": "no lemma is '{query}'; as a form its lemma is {lemmas}",
    "question": r"'?' stands for any one sign of a word; write '\?' for a question mark",
    "no_cues": "'{query}' has no cues in {langs}",
}


class Note(str):
    """A sentence on a concordance; ``key`` and ``values`` say it without its words, for other languages."""

    key: str
    values: Mapping[str, Any]


def note(key: str, **values: Any) -> Note:
    """One of the notes in English.

    >>> str(note("first", n=20, lines=1234))
    'the first 20 of 1,234 lines'
    """
    said = Note(_NOTES[f"{key}_side" if values.get("side", "both") != "both" else key].format(**values))
    said.key, said.values = key, values
    return said


def shown(text: str) -> str:
    """A stranger's text on one line of a terminal: white space as one space, no signs that steer or turn it.

    >>> shown("uno\\r\\n dos\\x1b[2J")
    'uno dos[2J'
    """
    return clean(printable(" ".join(text.split())))


def aligned(rows: Sequence[Mapping[str, Any]], width: int = 100, *, places: bool = False) -> list[str]:
    """One line a row, ``width`` characters at most: the end of the left context, the node, the beginning of the right.

    ``places``: in front of it where the node stands, as "doc_id start-end". What is cut is marked by "…".

    >>> aligned([{"left": "hay que ", "node": "hablar", "right": " con los clientes"}], 24)
    [' hay que hablar con los…']
    """
    nodes = [_cut(shown(row["node"]), max(width // 2, 1)) for row in rows]
    side = max((width - max(map(len, nodes), default=0)) // 2 - 1, 1)
    found = []
    for row, node in zip(rows, nodes, strict=True):
        left, right = shown(row["left"]), shown(row["right"])
        # signs that touch the node in the text, as in l'azienda, touch it here
        before, after = row["left"][-1:].isspace(), row["right"][:1].isspace()
        left = left + " " if before else left
        left = left if len(left) <= side + 1 else "…" + left[len(left) - side :]
        rest = width - (side + 1) - len(node)
        line = f"{left:>{side + 1}}{node}{_cut(f' {right}' if after else right, rest)}"
        found.append(f"{shown(row['doc_id'])} {row['start']}-{row['end']}\t{line}" if places else line)
    return found


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 0)] + "…"
