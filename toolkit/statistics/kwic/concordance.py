"""Every occurrence of a word, phrase, pattern, cue or code in its context (key word in context)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.statistics.counting.count import as_index
from toolkit.statistics.counting.selection import Selection, describe
from toolkit.statistics.counting.token_index import TokenIndex
from toolkit.statistics.kwic.contexts import Hits, Reader, Within, reader_of
from toolkit.statistics.kwic.cues import find_cues
from toolkit.statistics.kwic.lines import Concordance
from toolkit.statistics.kwic.listing import Note, note
from toolkit.statistics.kwic.query import find_words, lemmas_of_form
from toolkit.statistics.kwic.sources import chosen, codebook_of, find_codes, find_pattern, passages_of
from toolkit.statistics.kwic.strings import OWN_COLUMNS
from toolkit.statistics.kwic.terms import any_sign

__all__ = ["Concordance", "Match", "concordance"]

Match = Literal["form", "lemma", "regex", "cue", "code"]


def concordance(
    tokens: pd.DataFrame | TokenIndex,
    query: str,
    *,
    match: Match = "form",
    posts: pd.DataFrame | None = None,
    lang: str | None = None,
    where: Selection | None = None,
    context: int = 10,
    within: Within = "document",
    codebook: Codebook | str | Path | None = None,
    annotations: pd.DataFrame | None = None,
    case: bool = False,
    accents: bool = True,
    metadata: Sequence[str] = (),
    sort: Sequence[str] | str = (),
) -> Concordance:
    """All places where something stands, each in its context.

    Parameters
    ----------
    tokens : tokens table, or a :class:`TokenIndex` with posts: make that once where much is asked of a large corpus.
    query : what to look for, as ``match`` says.
    match : "form" or "lemma": a word or phrase as :mod:`toolkit.statistics.kwic.query` reads it: ``transpar*``,
        ``cliente|clienti``, ``red* social*``, ``l'azienda``, ``#*``; its words follow one another in one passage with
        nothing but white space between them. "regex": a regular expression over the unchanged text of each passage.
        "cue": a code of ``codebook`` (all its cues) or "code: cue"; accents and case never matter. "code":
        "transparency", "transparency:breach", "*:breach" or "*" of ``annotations`` (of ``codebook``, where that is
        given).
    posts : posts table, where ``tokens`` is a tokens table.
    lang : only what stands in this language. where : only what stands in this part of the corpus:
        ``{"country": "MX", "year": range(2005, 2010)}``, or a table of spans.
    context : words to each side; within : "document": contexts stop where other text than white space (page furniture,
        languages without tokens) stands between two tokens; "passage": at the ends of the passage too.
    case : True: capitals as in the query. accents : False: accents never matter, but ñ is no n.
    metadata : columns of the posts to show. sort : one key or several, see :meth:`Concordance.sort`.

    Returns
    -------
    Concordance
        0 lines where nothing is found; its notes say where that may not be what was meant.

    Raises
    ------
    InputError
        without texts; for an unknown choice, language, column, code or cue; for a query that cannot be read.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import concordance
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan a la gente.", "La gente escucha y la gente habla."]})
    >>> tokens = tokenise(posts, segment(posts), choice="simple")
    >>> print(concordance(tokens, "escuch*", posts=posts, context=2))
    form 'escuch*': 2 lines in 2 documents
                                       Las marcas escuchan a la
                                         La gente escucha y la
    """
    reader = reader_of(as_index(tokens, posts))
    _check_choices(reader, match, lang, context, within, case, accents, metadata, sort)
    hits, notes = _found(reader, query, match, lang, where, codebook_of(codebook), annotations, case, accents)
    index = reader.index
    langs = np.full(len(hits.doc), -1)
    some = hits.first < hits.last
    langs[some] = index.lang[hits.first[some]]
    keep = np.ones(len(langs), dtype=bool)
    if lang is not None:
        keep &= langs == index.langs.index(lang)
        notes.insert(0, note("language", lang=lang))
    if where is not None:
        keep &= chosen(index, hits, langs, where)
        notes.insert(0, note("part", part=describe(where)))
    hits = hits.take(np.flatnonzero(keep))
    columns = tuple(dict.fromkeys(name for name in metadata if name not in OWN_COLUMNS))
    lines = Concordance(reader, hits, np.arange(len(hits.doc)), query, match, context, within, columns, tuple(notes))
    keys = (sort,) if isinstance(sort, str) else tuple(sort)
    return lines.sort(*keys) if keys else lines


def _found(
    reader: Reader,
    query: str,
    match: Match,
    lang: str | None,
    where: Selection | None,
    codebook: Codebook | None,
    annotations: pd.DataFrame | None,
    case: bool,
    accents: bool,
) -> tuple[Hits, list[Note]]:
    """What the query finds, before what languages and parts leave of it, and notes on it."""
    if match in ("form", "lemma"):
        hits = find_words(reader, query, match, case, accents)
        return hits, [] if len(hits.doc) else _hints(reader, query, match)
    if not isinstance(query, str) or not query.strip():
        raise InputError("concordance: got no query; give a pattern, a cue or a code.")
    if match == "code":
        if annotations is None:
            raise InputError("concordance: match='code' shows what people or the machine coded; give annotations=.")
        return find_codes(reader, query, annotations, codebook), []
    # searching costs time: only passages that can count are looked at
    passages = passages_of(reader.index)
    wanted = np.ones(len(passages.doc), dtype=bool)
    if lang is not None:
        wanted &= passages.lang == reader.index.langs.index(lang)
    if where is not None:
        wanted &= chosen(reader.index, passages, passages.lang, where)
    if match == "regex":
        return find_pattern(reader, query, case, wanted), []
    if codebook is None:
        raise InputError("concordance: match='cue' looks for the cues of a codebook; give codebook=.")
    return find_cues(reader, query, codebook, wanted, None if lang is None else {lang})


def _hints(reader: Reader, query: str, match: str) -> list[Note]:
    """Why words that stand nowhere in the corpus may not have been meant so."""
    lemmas = lemmas_of_form(reader, query) if match == "lemma" else []
    said = [note("lemma", query=query.strip(), lemmas=", ".join(f"'{lemma}'" for lemma in lemmas[:3]))]
    return (said if lemmas else []) + ([note("question")] if any_sign(query) else [])


def _check_choices(
    reader: Reader,
    match: str,
    lang: str | None,
    context: int,
    within: str,
    case: bool,
    accents: bool,
    metadata: Sequence[str],
    sort: Sequence[str] | str,
) -> None:
    if match not in get_args(Match):
        raise InputError(f"concordance: match='{match}'; {suggestion(str(match), get_args(Match))}")
    if within not in get_args(Within):
        raise InputError(f"concordance: within='{within}'; {suggestion(str(within), get_args(Within))}")
    if isinstance(context, bool) or not isinstance(context, int) or not 0 <= context <= 1000:
        raise InputError(f"concordance: context={context!r}; expected a number of words from 0 to 1000.")
    if case and match in ("cue", "code"):
        raise InputError(f"concordance: case=True has no meaning for match='{match}'; leave it out.")
    if not accents and match in ("regex", "code"):
        raise InputError(
            f"concordance: accents=False has no meaning for match='{match}'; leave it out (a pattern can say [aá])."
        )
    if lang is not None and lang not in reader.index.langs:
        known = reader.index.langs
        problem = "the tokens have no column 'lang'" if known == ("all",) else suggestion(str(lang), known)
        raise InputError(f"concordance: no tokens in the language '{lang}'; {problem}")
    posts = reader.index.posts
    columns = (
        []
        if posts is None
        else [name for name in posts.columns if isinstance(name, str) and name not in ("text", *OWN_COLUMNS)]
    )
    if not isinstance(sort, Sequence):
        raise InputError(f"concordance: sort={sort!r}; give a key such as 'R1', or a list of keys.")
    if isinstance(metadata, str):
        raise InputError(f"concordance: metadata='{metadata}'; give a list: metadata=['{metadata}'].")
    if not isinstance(metadata, Sequence):
        raise InputError(f"concordance: metadata={metadata!r}; give a list of columns of the posts.")
    for name in metadata:
        if name not in columns and name not in ("doc_id", "lang"):
            raise InputError(f"concordance: the posts have no column '{name}'; {suggestion(str(name), columns)}")
