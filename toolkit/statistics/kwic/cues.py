"""A concordance of the cues of a code, found as coding by cues finds them."""

import re
from collections.abc import Collection, Sequence

import numpy as np
from scipy import sparse

from toolkit.codebook import Codebook, Cue
from toolkit.errors import InputError, suggestion
from toolkit.statistics.kwic.contexts import Hits, Reader
from toolkit.statistics.kwic.listing import Note, note
from toolkit.statistics.kwic.sources import Passages, located, passages_of
from toolkit.text import LANGUAGES, LONGEST_CUED, CueMatcher

__all__ = ["find_cues", "promising"]

#: Letters of a run that is a word by itself, and not elided ("dell'") or what is left of an elided one.
_LETTERS = 5


def find_cues(
    reader: Reader, query: str, codebook: Codebook, where: np.ndarray, langs: Collection[str] | None = None
) -> tuple[Hits, list[Note]]:
    """All places of the cues of "code", or of the one cue of "code: cue", in the passages of which ``where`` is true.

    Notes say how many of them are longer than LONGEST_CUED characters, of which only the beginning is looked at, and
    where none of their languages (of ``langs``, where given) has a cue. Raises :class:`InputError` for a code or cue
    that the codebook has not, and for tokens without languages.
    """
    cues = _cues_of(query, codebook)
    if reader.index.langs == ("all",) and len(reader.index):
        raise InputError(
            "concordance: each cue is looked for in the texts of its language, and the tokens have no column 'lang'; "
            "add it (toolkit.text.tokenise gives it)."
        )
    searched = [lang for lang in reader.index.langs if langs is None or lang in langs]
    if not any(cue.lang in searched for cue in cues):
        return located(reader, [], [], np.zeros(0, dtype=np.int32)), [
            note("no_cues", query=query.strip(), langs=", ".join(searched))
        ]
    passages = passages_of(reader.index)
    names = list(dict.fromkeys(cue.cue for cue in cues))
    place_of = {name: place for place, name in enumerate(names)}
    rows: list[tuple[int, int, int, int]] = []
    long = 0
    for number, lang in enumerate(reader.index.langs):
        own = [cue for cue in cues if cue.lang == lang and lang in LANGUAGES]
        if not own:
            continue
        matcher = CueMatcher(lang, [(cue.cue, cue.needs) for cue in own])
        here = where & (passages.lang == number)
        long += int((passages.end - passages.start > LONGEST_CUED)[here].sum())
        for place in np.flatnonzero(here & promising(reader, passages, number, own)).tolist():
            doc, offset = int(passages.doc[place]), int(passages.start[place])
            text = reader.texts.at(doc)[offset : int(passages.end[place])]
            for hit in matcher.match(text[:LONGEST_CUED]):
                rows.append((doc, offset + hit.start, offset + hit.end, place_of[own[hit.cue].cue]))
    rows = sorted(set(rows))
    which = np.array([row[3] for row in rows], dtype=np.int32)
    said = [note("long", n=long, most=LONGEST_CUED)] if long else []
    return located(reader, [row[:3] for row in rows], names, which), said


def _cues_of(query: str, codebook: Codebook) -> list[Cue]:
    code, _, words = (part.strip() for part in query.partition(":"))
    cues = [cue for cue in codebook.cues if cue.code == codebook.code(code).id]
    known = {cue.cue for cue in cues}
    if words and words not in known:
        near = suggestion(words, known)
        # a code has hundreds of cues: too many to list
        near = near if near.startswith("did") else f"give '{code}' to see all that are found."
        raise InputError(f"concordance: '{code}' has no cue '{words}'; {near}")
    return [cue for cue in cues if not words or cue.cue == words]


def promising(reader: Reader, passages: Passages, lang: int, cues: Sequence[Cue]) -> np.ndarray:
    """Which passages have all words of a cue in any order, (passages,): the others need not be read.

    Each form of the vocabulary is compared once instead of each passage. Of "co-creación", which tokenisers cut in
    different ways, the longest run of letters is enough. Articles, which cues pass over, and "c'è", of whose runs
    little is left, count as being everywhere.
    """
    asked = {word: _signs_of(word) for cue in cues for word in cue.cue.split()}
    signs = sorted({sign for group in asked.values() for sign in group})
    matcher = CueMatcher(cues[0].lang, [(sign, ()) for sign in signs])
    # an article finds nothing, not even itself
    finds = {signs[hit.cue] for sign in signs for hit in matcher.match(sign) if signs[hit.cue] == sign}
    column = {word: place for place, word in enumerate(word for word in asked if asked[word] and asked[word] <= finds)}
    needed = [sorted({column[word] for word in cue.cue.split() if word in column}) for cue in cues]
    if not all(needed):
        return np.ones(len(passages.doc), dtype=bool)
    index = reader.index
    codes, terms = index.vocabulary("form")
    own = np.flatnonzero(index.lang == lang)
    used = np.flatnonzero(np.bincount(codes[own], minlength=len(terms)))
    columns = {sign: [column[word] for word in column if sign in asked[word]] for sign in signs}
    found_in = [(form, signs[hit.cue]) for form in used.tolist() for hit in matcher.match(str(terms[form]))]
    pairs = [(form, place) for form, sign in found_in for place in columns[sign]]
    stands = _table(pairs, len(terms), len(column))
    own = own[(np.diff(stands.indptr) > 0)[codes[own]]]
    # tokens lie in the passage that begins before them
    run = np.searchsorted(passages.first, own, side="right") - 1
    words_in = (_table(np.column_stack((run, codes[own])), len(passages.doc), len(terms)) @ stands) > 0
    of_cue = _table([(word, place) for place, need in enumerate(needed) for word in need], len(column), len(cues))
    counts = (words_in.astype(np.int32) @ of_cue).tocoo()
    whole = counts.data >= np.array([len(need) for need in needed])[counts.col]
    found = np.zeros(len(passages.doc), dtype=bool)
    found[counts.row[whole]] = True
    return found


def _signs_of(word: str) -> set[str]:
    """What stands for a word of a cue: itself, or the longest of its runs of letters; nothing where that is short.

    >>> sorted(_signs_of("co-creación")), _signs_of("c'è")
    (['co-creación', 'creación'], set())
    """
    if word.isalpha():
        return {word}
    longest = max(re.findall(r"[^\W\d_]+", word), key=len, default="")
    return {word, longest} if len(longest) >= _LETTERS else set()


def _table(pairs: Sequence[tuple[int, int]] | np.ndarray, rows: int, columns: int) -> sparse.csr_matrix:
    """1 where a pair says so."""
    place = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    table = sparse.csr_matrix((np.ones(len(place), dtype=np.int32), (place[:, 0], place[:, 1])), shape=(rows, columns))
    table.sum_duplicates()
    table.data[:] = 1
    return table
