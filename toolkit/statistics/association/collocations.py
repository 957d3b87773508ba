"""Collocations: the pairs of words, or of codes, that stand together, with their measures of association."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.statistics.association import measures
from toolkit.statistics.association.lines import codes_by_passage, words_by_passage, words_in_order
from toolkit.statistics.association.pairs import Line, Margins, count_pairs, margins
from toolkit.statistics.counting.checks import check_least, is_whole
from toolkit.statistics.counting.count import Material, Only, as_counted, as_index, count_words
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.statistics.counting.named import named_terms
from toolkit.statistics.counting.selection import Selection, select
from toolkit.statistics.counting.token_index import TokenIndex

__all__ = ["DIRECTED", "SORTS", "collocations"]

_MEASURES = (
    "log_dice",
    "dice",
    "mi",
    "mi3",
    "t_score",
    "log_likelihood",
    "delta_p_collocate",
    "delta_p_node",
)
#: Measures that a table carries where it is sorted by them.
_FURTHER = ("npmi", "z_score", "chi_square", "minimum_sensitivity")
#: Measures that say how much one word of a pair does for the other, and not the other for the one.
DIRECTED = ("delta_p_collocate", "delta_p_node")
SORTS = (*_MEASURES, *_FURTHER, "n")
_WITHIN = ("passage", "document")
#: Equal values must not be told apart by the last bits that another processor may round otherwise.
_DIGITS = 9


def collocations(
    material: Material,
    *,
    node: str | Sequence[str] | None = None,
    unit: str | None = None,
    only: Only | None = None,
    window: int | tuple[int, int] | Literal["passage"] = (5, 5),
    within: Literal["passage", "document"] = "passage",
    minimum: int = 5,
    minimum_pair: int = 3,
    lang: str | None = None,
    where: Selection | None = None,
    sort: str = "log_dice",
    posts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The terms that stand together, each language by itself, with how often, how often by chance, and how strongly.

    Every pair (node, other word inside its window) is one observation: ``pairs`` is the number N of all, ``pairs_node``
    (R1) of those with the node, ``pairs_collocate`` (C1) of those with the collocate as the other word, ``n`` (O11) of
    those with both, and ``expected`` = R1 C1 / N (after Evert 2005; see :mod:`.measures`). With the window (0, 1) this
    is the table of neighbouring words of Dunning (1993). With "passage" each passage is one observation: N passages, R1
    with the node, C1 with the collocate, O11 with both. Dice and logDice take the frequencies of the two words (Rychlý
    2008), not divided by the width of the window. As a word meets several others in a window, a pair can be counted
    more often than the words occur, and logDice can then pass 14. For the same reason log-likelihood of a window is no
    test: it orders. It is high, too, for pairs that shun each other: compare ``n`` with ``expected``.

    Parameters
    ----------
    material : tokens table or :class:`TokenIndex`; or what :func:`count_codes` counted, with ``window="passage"``. Of
        themes those with a share above 0 count: set small shares to 0 before :func:`count_themes`.
    node : a term or several, whose collocates are wanted, however rare they are; capitals, the kind of apostrophe and
        the way an accent is written play no part. Without it all pairs: in a window that is the same on both sides, or
        "passage", each once, with the first by code points as node; in both orders in other windows, and sorted by ΔP,
        which has a direction.
    unit : of words, "form", "lemma" (unless said otherwise) or "pos".
    only : "content" (unless said otherwise): pairs of words that carry content; "words": of all words. The rest fill
        the window either way, and have part in N, R1 and C1. Frequencies are those of :func:`count_words` with this
        choice.
    window : how many words to the left and right of the node, one number for both, or "passage". Words have a letter or
        digit in them; punctuation fills no place.
    within : what a window does not cross: "passage" (sentences, say) or "document". Nor does it ever cross a passage in
        another language, or one that ``where`` leaves out. Without effect for ``window="passage"``.
    minimum : collocates (without a node: both) occur at least as often; with "passage": in as many passages.
    minimum_pair : pairs occur at least as often, 1 or more.
    lang : this language alone.
    where : this part of the corpus alone.
    sort : "log_dice", "dice", "mi", "mi3", "t_score", "log_likelihood", "delta_p_collocate", "delta_p_node" or "n"; or
        "npmi", "z_score", "chi_square" or "minimum_sensitivity", which the table then has as its last column. Formulas
        and sources: :mod:`.measures`.
    posts : posts table, for ``where`` by metadata.

    Returns
    -------
    DataFrame
        collocations table: lang, node, collocate, n, n_node, n_collocate (frequencies; with "passage" numbers of
        passages), documents (with the pair), pairs_node, pairs_collocate, pairs, expected, log_dice, dice, mi, mi3,
        t_score, log_likelihood, delta_p_collocate (how much likelier the node makes the collocate), delta_p_node (the
        collocate the node), and a further measure that it is sorted by. By language, with ``node`` by node, then
        strongest first, more frequent first, terms by code points. A pair of a word with itself counts from both of
        its places in a window, and not in passages.

    Raises
    ------
    InputError
        for tables and choices that are none, a node that does not occur, themes that are everywhere, or words counted
        without their order.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import collocations
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "lang": "es", "sha256": "",
    ...     "text": ["Las redes sociales cambian.", "En redes sociales hay voz.", "Sin redes sociales no hay voz."]})
    >>> table = collocations(tokenise(posts, segment(posts), choice="simple"), window=(0, 1), minimum=2, minimum_pair=2)
    >>> table[["node", "collocate", "n", "expected", "log_dice"]].round(2)
      node collocate  n  expected  log_dice
    0  red    social  3      0.75      14.0
    """
    sides = _sides(window)
    check_least("collocations", "minimum", minimum, 1)
    check_least("collocations", "minimum_pair", minimum_pair, 1)
    if within not in _WITHIN:
        raise InputError(f"collocations: within='{within}'; {suggestion(str(within), _WITHIN)}")
    if sort not in SORTS:
        raise InputError(f"collocations: sort='{sort}'; {suggestion(str(sort), SORTS)}")
    index, counted = _material(material, unit, only, posts, sides)
    layers = counted.layers_of(lang)
    hint = " Function words and numbers need only='words'." if index is not None and only != "words" else ""
    nodes = [None] * len(layers) if node is None else named_terms("collocations", counted.unit, layers, node, hint)
    tables = []
    for layer, wanted in zip(layers, nodes, strict=True):
        chosen = np.ones(len(layer.doc), dtype=bool) if where is None else select(counted, layer, where)
        if sides is not None and index is not None:
            line = words_in_order(index, layer, chosen, within)
            found = margins(line, *sides)
        else:
            line, total = _by_passage(index, layer, chosen)
            found = Margins(line.frequencies, line.frequencies, total)
        tables.append(_pairs_of(line, found, sides, layer.terms, wanted, minimum, minimum_pair, sort))
    further = [sort] if sort in _FURTHER else []
    return together("collocations", [layer.lang for layer in layers], tables, *further)


def _pairs_of(
    line: Line,
    found: Margins,
    sides: tuple[int, int] | None,
    terms: np.ndarray,
    nodes: np.ndarray | None,
    minimum: int,
    minimum_pair: int,
    sort: str,
) -> pd.DataFrame:
    """The collocations of one language."""
    frequency = line.frequencies
    others = frequency >= minimum
    of_interest = others if nodes is None else np.isin(np.arange(len(terms)), nodes)
    # no passage is longer than the line, and counting stops where the longest ends
    left, right = (len(line.term), len(line.term)) if sides is None else sides
    ordered = nodes is not None or left != right or sort in DIRECTED
    pairs = count_pairs(line, left, right, of_interest, others, ordered=ordered, least=minimum_pair)
    u, v, n = pairs.first, pairs.second, pairs.n
    r1, c1, total = found.node[u], found.other[v], np.full(len(n), found.total)
    table = pd.DataFrame(
        {
            "node": terms[u],
            "collocate": terms[v],
            "n": n,
            "n_node": frequency[u],
            "n_collocate": frequency[v],
            "documents": pairs.documents,
            "pairs_node": r1,
            "pairs_collocate": c1,
            "pairs": total,
            "expected": measures.expected(r1, c1, total),
            "log_dice": measures.log_dice(n, frequency[u], frequency[v]),
            "dice": measures.dice(n, frequency[u], frequency[v]),
            "mi": measures.mi(n, r1, c1, total),
            "mi3": measures.mi3(n, r1, c1, total),
            "t_score": measures.t_score(n, r1, c1, total),
            "log_likelihood": measures.log_likelihood(n, r1, c1, total),
            "delta_p_collocate": measures.delta_p(n, r1, c1, total),
            "delta_p_node": measures.delta_p(n, c1, r1, total),
        }
    )
    if sort in _FURTHER:
        table[sort] = getattr(measures, sort)(n, r1, c1, total)
    strength = -np.round(table[sort].to_numpy(float), _DIGITS)
    # terms are in the order of their numbers; a missing value comes last
    order = np.lexsort((v, u, -n, strength, *(() if nodes is None else (u,))))
    return table.iloc[order]


def _by_passage(index: TokenIndex | None, layer: Layer, chosen: np.ndarray) -> tuple[Line, int]:
    return codes_by_passage(layer, chosen) if index is None else words_by_passage(index, layer, chosen)


def _material(
    material: Material,
    unit: str | None,
    only: Only | None,
    posts: pd.DataFrame | None,
    sides: tuple[int, int] | None,
) -> tuple[TokenIndex | None, Counted]:
    """The index that knows the order of words, None for codes; and what was counted."""
    if not isinstance(material, Counted):
        index = as_index(material, posts)
        return index, count_words(index, "lemma" if unit is None else unit, only="content" if only is None else only)
    if material.of == "words":
        raise InputError(
            "collocations: words that were counted have lost their sentences; give the tokens table or a TokenIndex."
        )
    if sides is not None:
        raise InputError(
            f"collocations: a {material.unit} stands for a passage and has no neighbours; give window='passage'."
        )
    return None, as_counted(material, unit, only, posts)


def _sides(window: object) -> tuple[int, int] | None:
    """Left and right, or None for passages."""
    if isinstance(window, str) and window == "passage":
        return None
    sides = window if isinstance(window, tuple | list) else (window, window)
    good = len(sides) == 2 and all(is_whole(side, 0) for side in sides)
    if not good or not any(sides):
        raise InputError(
            f"collocations: window={str(window)[:40]!r}; expected a number of words, two of them for left and right "
            "such as (5, 5), or 'passage'."
        )
    return int(sides[0]), int(sides[1])
