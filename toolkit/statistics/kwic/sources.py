"""What else a concordance can be of: a regular expression, or the passages that people coded."""

import re
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import regex

from toolkit.codebook import Codebook, load_codebook
from toolkit.errors import InputError, suggestion
from toolkit.statistics.counting.counted import Counted, Layer
from toolkit.statistics.counting.selection import Selection, select
from toolkit.statistics.counting.token_index import TokenIndex, changes
from toolkit.statistics.kwic.contexts import Hits, Reader
from toolkit.statistics.kwic.terms import LONGEST_QUERY
from toolkit.tables import STANCES, check

__all__ = ["Passages", "chosen", "codebook_of", "find_codes", "find_pattern", "located", "passages_of"]

#: Seconds that a pattern may take in one passage, and in all: a good one needs some 2 s for 5 million tokens, while
#: one that goes back over the same signs again and again may need centuries.
PASSAGE_SECONDS, SECONDS = 5.0, 120.0
#: Parts of a pattern: a sign with its backslash, a class, a group's begin or end, a counted repetition, another sign.
_PARTS = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|([()])|\{(\d*)(?:,(\d*))?\}|.)", re.DOTALL)
#: Counted repetitions inside one another multiply, and so does the memory of the compiled pattern.
MOST_REPEATS = 10_000


class Passages(NamedTuple):
    """The passages that have tokens, each (passages,), in the order of the text; ``first``: the first token of each.

    ``start``, ``end``: from the first token of each to its last; ``lang``: place.
    """

    first: np.ndarray
    doc: np.ndarray
    start: np.ndarray
    end: np.ndarray
    lang: np.ndarray


def passages_of(index: TokenIndex) -> Passages:
    """The passages of an index, in the order of the text; furniture has no tokens and is none of them."""
    if "passages" not in index.made:
        first = np.flatnonzero(changes(index.doc) | changes(index.passage))
        ends = np.maximum.reduceat(index.end, first)
        index.made["passages"] = Passages(first, index.doc[first], index.start[first], ends, index.lang[first])
    found: Passages = index.made["passages"]
    return found


def chosen(index: TokenIndex, places: Any, lang: np.ndarray, where: Selection) -> np.ndarray:
    """Which places (with ``doc``, ``start``, ``end``) a selection takes, (places,); ``lang``: (places,) in langs."""
    layer = Layer.bare(places.doc, places.start, places.end, index.langs, lang)
    return select(Counted(index.doc_ids, (layer,), "words", "form", index.posts), layer, where)


def find_pattern(reader: Reader, pattern: str, case: bool, where: np.ndarray) -> Hits:
    """All places of a regular expression in the unchanged text of the passages of which ``where`` is true.

    The grammar is Python's, with what the package ``regex`` adds to it (``\\p{Lu}``, ``(?:gracias){e<=1}``). It sees
    one passage at a time: ``^`` and ``$`` are its ends. Occurrences do not overlap; what is empty is none.

    Raises :class:`InputError` for what is no pattern, one of more than 1,000 characters, one whose counted repetitions
    inside one another multiply to more than 10,000, and one that takes more than 5 seconds in a passage or 120 in all.
    The limits stop a search and never shorten its result.
    """
    compiled = _compiled(pattern, case)
    passages = passages_of(reader.index)
    rows: list[tuple[int, int, int]] = []
    until = time.monotonic() + SECONDS
    for place in np.flatnonzero(where).tolist():
        doc, offset = int(passages.doc[place]), int(passages.start[place])
        text = reader.texts.at(doc)[offset : int(passages.end[place])]
        left = max(until - time.monotonic(), 0.001)
        try:
            found = [match.span() for match in compiled.finditer(text, timeout=min(PASSAGE_SECONDS, left))]
        except (TimeoutError, MemoryError) as error:
            raise InputError(
                f"concordance: the pattern '{pattern[:60]}' takes too long in '{reader.index.doc_ids[doc]}' (limits "
                f"are {PASSAGE_SECONDS:g} seconds a passage and {SECONDS:g} in all); repeat nothing that is repeated "
                "itself, or search fewer texts with where=."
            ) from error
        rows += [(doc, offset + start, offset + end) for start, end in found if end > start]
    return located(reader, rows, [pattern] if rows else [], np.zeros(len(rows), dtype=np.int32))


def codebook_of(codebook: Codebook | str | Path | None) -> Codebook | None:
    """The codebook given, or loaded by its name or path."""
    return load_codebook(codebook) if isinstance(codebook, str | Path) else codebook


def find_codes(reader: Reader, query: str, annotations: pd.DataFrame, codebook: Codebook | None) -> Hits:
    """The spans of annotations with "code", "code:stance", "*:stance" or "*"; one line an annotation; those
    that say the same of the same span are one.

    ``found`` names code, stance and coder; with annotations of several codebooks that too. Raises :class:`InputError`
    for annotations that do not fit the texts, and for codes and stances that are none.
    """
    annotations = check("annotations", annotations, reader.texts)
    if codebook is not None:
        annotations = annotations[annotations["codebook"] == codebook.id]
    code, _, stance = (part.strip() for part in query.partition(":"))
    known = sorted(set(annotations["code"])) if codebook is None else codebook.code_ids
    if code != "*" and not known:
        raise InputError(f"concordance: there are no annotations to look for '{code}' in; give a table with rows.")
    if code != "*" and code not in known:
        raise InputError(f"concordance: no annotation has the code '{code}'; {suggestion(code, known)}")
    if stance and stance not in STANCES:
        raise InputError(f"concordance: no stance '{stance}'; {suggestion(stance, STANCES)}")
    several = annotations["codebook"].nunique() > 1
    wanted = np.ones(len(annotations), dtype=bool) if code == "*" else (annotations["code"] == code).to_numpy(bool)
    if stance:
        wanted = wanted & (annotations["stance"] == stance).to_numpy(bool)
    own = annotations[wanted]
    names = [
        f"{f'{book}/' if several else ''}{code_id}{f':{how}' if isinstance(how, str) else ''}, {coder}"
        for book, code_id, how, coder in zip(*(own[c] for c in ("codebook", "code", "stance", "coder")), strict=True)
    ]
    number = {doc_id: place for place, doc_id in enumerate(reader.index.doc_ids)}
    places = zip(own["doc_id"].map(number).tolist(), own["start"].tolist(), own["end"].tolist(), names, strict=True)
    rows = sorted(set(places))
    distinct = sorted(set(names))
    place_of = {name: place for place, name in enumerate(distinct)}
    which = np.array([place_of[row[3]] for row in rows], dtype=np.int32)
    return located(reader, [row[:3] for row in rows], distinct, which)


def _compiled(pattern: str, case: bool) -> Any:
    if not isinstance(pattern, str) or not pattern:
        raise InputError("concordance: got no pattern; give a regular expression.")
    if len(pattern) > LONGEST_QUERY:
        raise InputError(f"concordance: the pattern has {len(pattern):,} characters; allowed are {LONGEST_QUERY:,}.")
    if _repeats(pattern) > MOST_REPEATS:
        raise InputError(
            f"concordance: repetitions inside one another in the pattern '{pattern[:60]}' multiply to more than "
            f"{MOST_REPEATS:,}; ask for fewer."
        )
    try:
        return regex.compile(pattern, 0 if case else regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        raise InputError(
            f"concordance: '{pattern[:60]}' is no regular expression: {problem}; put a backslash before signs that "
            "are meant as they are."
        ) from error


def _repeats(pattern: str) -> int:
    r"""How often the most repeated sign of a pattern is repeated at most by its counted repetitions, "{3,15}".

    >>> _repeats(r"\w{3,15}\s\w{3,15}"), _repeats("((a{10}b){5}c{7}){2}"), _repeats(r"\({9}[({2}]{3}")
    (15, 100, 9)
    """
    # of each open group the most so far, and of what the next repetition repeats
    most, inner = [1], 1
    for part, group, low, high in _PARTS.findall(pattern):
        if group == "(":
            most.append(1)
            inner = 1
        elif group == ")":
            inner = most.pop() if len(most) > 1 else 1
            most[-1] = max(most[-1], inner)
        elif part.startswith("{"):
            inner *= max(int(low or 1), int(high or 1), 1)
            most[-1] = max(most[-1], inner)
        else:
            inner = 1
    return max(most)


def located(reader: Reader, rows: list[tuple[int, int, int]], names: list[str], found: np.ndarray) -> Hits:
    """Hits of spans (document, start, end) in the order of the text; ``found``: place of each in ``names``."""
    doc, start, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    first, last = reader.located(doc, start, end)
    return Hits(doc, start, end, first, last, found, tuple(names))
