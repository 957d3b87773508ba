"""Passages as coders get them: with their text, their neighbours and the heading above them."""

import pandas as pd

from toolkit.errors import InputError
from toolkit.principles.interface import PASSAGE_COLUMNS

__all__ = ["passage_texts"]

#: A line of its own that is shorter than this and does not close a sentence is a heading.
_HEADING = 90


def passage_texts(texts: dict[str, str], passages: pd.DataFrame) -> pd.DataFrame:
    """Passages as coders get them (:data:`toolkit.principles.interface.PASSAGE_COLUMNS`), sorted by post and
    position; posts in the order of their names."""
    table = passages.sort_values(["doc_id", "start", "end"], kind="stable").reset_index(drop=True)
    doc_ids, starts, ends = (table[name].tolist() for name in ("doc_id", "start", "end"))
    for doc_id, start, end in zip(doc_ids, starts, ends, strict=True):
        if doc_id not in texts or not 0 <= start <= end <= len(texts[doc_id]):
            raise InputError(f"passage {start}-{end} of '{doc_id}' lies outside the posts; segment these posts again.")
    text = [texts[doc_id][start:end] for doc_id, start, end in zip(doc_ids, starts, ends, strict=True)]
    same = [one == other for one, other in zip(doc_ids, [None, *doc_ids], strict=False)]
    before = [one if here else "" for one, here in zip(["", *text], same, strict=False)]
    after = [one if here else "" for one, here in zip([*text[1:], ""], [*same[1:], False], strict=True)][: len(text)]
    headings, heading = [], ""
    for row, (doc_id, start, end) in enumerate(zip(doc_ids, starts, ends, strict=True)):
        heading = heading if same[row] else ""
        headings.append(heading)
        if len(text[row]) >= _HEADING:
            continue
        whole = texts[doc_id]
        line = whole[whole.rfind("\n", 0, start) + 1 : start], whole[end : end + 1]
        if not line[0].strip("# \t") and line[1] in ("", "\n", "\r"):
            heading = text[row] if text[row][-1:].isalnum() else heading
    table = table.assign(text=text, before=before, after=after, heading=headings, lang=table["lang"].fillna(""))
    return table[list(PASSAGE_COLUMNS)]
