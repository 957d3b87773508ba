"""Lines of a concordance as plain text with the node in one column."""

from collections.abc import Mapping, Sequence
from typing import Any

from toolkit.marked_text import clean
from toolkit.printable import printable

__all__ = ["aligned", "shown"]


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
