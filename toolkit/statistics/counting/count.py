"""From tokens to occurrences: the words of the running text."""

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.statistics.counting.counted import Counted, Layer, later
from toolkit.statistics.counting.token_index import TokenIndex, Vocabulary
from toolkit.tables import check

__all__ = ["ONLY", "Material", "Only", "as_counted", "as_index", "count_words"]

Only = Literal["words", "content"]
ONLY = ("words", "content")
#: What the statistics take: a tokens table, an index of one, or what was counted before.
Material: TypeAlias = pd.DataFrame | TokenIndex | Counted


def as_index(tokens: pd.DataFrame | TokenIndex, posts: pd.DataFrame | None = None) -> TokenIndex:
    """The index given (with the posts given beside it), or one made of a tokens table.

    Raises :class:`InputError` for anything else, and for an index of other documents than the posts.
    """
    if isinstance(tokens, TokenIndex):
        return tokens if posts is None or posts is tokens.posts else tokens.with_posts(posts)
    if not isinstance(tokens, pd.DataFrame):
        raise InputError(f"statistics: got {type(tokens).__name__}, expected a tokens table or a TokenIndex.")
    return TokenIndex(tokens, posts)


def as_counted(
    material: Material, unit: str | None = None, only: Only | None = None, posts: pd.DataFrame | None = None
) -> Counted:
    """What was counted (with the posts given beside it), or the words of a tokens table or index.

    ``unit``, ``only``: None: "lemma" and "words", or what was counted. Raises :class:`InputError` where something else
    was counted than is asked for, and for posts that lack a document.
    """
    if not isinstance(material, Counted):
        return count_words(
            material, "lemma" if unit is None else unit, only="words" if only is None else only, posts=posts
        )
    for name, asked, was in (("unit", unit, material.unit), ("only", only, material.only)):
        if asked is not None and asked != was:
            raise InputError(
                f"statistics: {name}='{asked}' is asked of what was counted with {name}='{was}'; leave {name} out, "
                "or give the tokens."
            )
    if posts is None or posts is material.posts:
        return material
    posts = check("posts", posts)
    lacking = sorted(set(material.doc_ids) - set(posts["doc_id"]))
    if lacking:
        raise InputError(f"statistics: '{lacking[0]}' was counted and is not among the posts; give the same posts.")
    return replace(material, posts=posts)


def count_words(
    tokens: pd.DataFrame | TokenIndex, unit: str = "lemma", *, only: Only = "words", posts: pd.DataFrame | None = None
) -> Counted:
    """The words of a corpus, each language by itself.

    Parameters
    ----------
    tokens : tokens table or :class:`TokenIndex`.
    unit : "form" (in lower case), "lemma", "pos" (Universal Dependencies; needs a trained pipeline).
    only : "words": all tokens with a letter or digit in them; "content": of these the ones that are no function words
        and no numbers. Either way the size of a corpus is the number of all its words.
    posts : posts table, for groups by metadata.

    Raises
    ------
    InputError
        for tables, units and choices that are none.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import count_words, frequency
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan.", "La gente habla de las marcas."]})
    >>> counted = count_words(tokenise(posts, segment(posts), choice="simple"), "form", only="content")
    >>> frequency(counted, general=False)[["term", "n", "size", "documents"]]
           term  n  size  documents
    0    marcas  2     9          2
    1  escuchan  1     9          1
    2     gente  1     9          1
    3     habla  1     9          1
    """
    if only not in ONLY:
        raise InputError(f"statistics: only='{only}'; {suggestion(str(only), ONLY)}")
    index = as_index(tokens, posts)
    found = index.vocabulary(unit)
    wanted = index.is_word if only == "words" else index.is_content & index.is_word
    layers = [_words_of(index, found, wanted, number) for number in range(len(index.langs))]
    return Counted(index.doc_ids, tuple(one for one in layers if len(one.doc)), "words", unit, index.posts, only)


def _words_of(index: TokenIndex, found: Vocabulary, wanted: np.ndarray, number: int) -> Layer:
    """The words of one language."""
    here = index.words_of(number)
    codes = found.codes[here]
    fit = wanted[here] & (codes >= 0)
    place, codes = np.flatnonzero(fit).astype(np.int32), codes[fit]
    used = np.flatnonzero(np.bincount(codes, minlength=len(found.terms)))
    moved = np.zeros(len(found.terms), dtype=np.int32)
    moved[used] = np.arange(len(used), dtype=np.int32)
    lang = index.langs[number]
    langs, of_place = ((), -1) if lang == "all" else ((lang,), 0)
    return Layer(
        lang,
        found.terms[used],
        index.documents_of(here),
        later(lambda: index.start[index.words_of(number)]),
        later(lambda: index.end[index.words_of(number)]),
        langs,
        np.broadcast_to(np.int16(of_place), len(here)),
        place,
        moved[codes],
    )
