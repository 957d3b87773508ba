"""CoNLL columns with IOB tags: one file of words and tags for all documents."""

from pathlib import Path

from toolkit.exchange.formats.conll.reading import read
from toolkit.exchange.formats.conll.rows import CONLL_U, fields_of, is_comment
from toolkit.exchange.formats.conll.tags import TAG
from toolkit.exchange.formats.conll.writing import write

__all__ = ["read", "recognise", "write"]

#: Endings that are taken for columns; ".iob" is also what spaCy calls sentences of ``word|tag``.
_SUFFIXES = (".conll", ".iob", ".iob2", ".bio", ".conllu", ".conllup")


def recognise(path: Path, head: bytes) -> bool:
    """Does the file have such an ending and rows that end in a tag (or a number first, as CoNLL-U)? In a file of plain
    text (.txt) all rows that are looked at must end in one."""
    lines = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "ignore").split("\n")
    if path.suffix.lower() == ".txt":
        # the last line may be cut
        rows = [fields_of(one.strip()) for one in (lines[:-1] if len(lines) > 1 else lines) if one.strip()]
        return len(rows) > 1 and all(len(row) > 1 and TAG.fullmatch(row[-1]) for row in rows)
    if path.suffix.lower() not in _SUFFIXES:
        return False
    for line in (one.removesuffix("\r") for one in lines):
        if line.startswith("# global.columns"):
            return True
        if line.strip() and not is_comment(line):
            fields = fields_of(line.strip(" "))
            ends = (fields[-1], fields[-1].rpartition("|")[2])
            tagged = len(fields) > 1 and any(TAG.fullmatch(end) for end in ends)
            return tagged or fields[0] == "-DOCSTART-" or len(fields) == CONLL_U
    return False
