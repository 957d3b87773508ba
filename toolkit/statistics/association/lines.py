"""From a corpus to lines of places in which pairs are counted: words in their order, or terms of a passage."""

import numpy as np

from toolkit.statistics.association.pairs import Line
from toolkit.statistics.counting.counted import Layer
from toolkit.statistics.counting.presence import present
from toolkit.statistics.counting.token_index import TokenIndex, changes

__all__ = ["codes_by_passage", "words_by_passage", "words_in_order"]


def words_in_order(index: TokenIndex, layer: Layer, chosen: np.ndarray, within: str) -> Line:
    """The words of a language; stretches end with the passage (``within`` "passage") or the document, and where a
    passage in another language or one that was not chosen stands between."""
    doc, term, here = _words(index, layer, chosen)
    border = changes(doc)
    if not (len(index.langs) == 1 and chosen.all()):
        # words of another language, or that were not chosen, stand between
        rank = np.cumsum(index.is_word, dtype=np.int32)[here]
        border |= np.diff(rank, prepend=-1) != 1
    if within == "passage":
        border |= changes(index.passage[here])
    return Line.cut(term, doc, border, len(layer.terms))


def words_by_passage(index: TokenIndex, layer: Layer, chosen: np.ndarray) -> tuple[Line, int]:
    """The different words of each passage, a stretch each; and the number of passages with a word."""
    doc, term, here = _words(index, layer, chosen)
    border = changes(doc) | changes(index.passage[here])
    return _sets(np.cumsum(border) - 1, term, doc[border], len(layer.terms)), int(border.sum())


def codes_by_passage(layer: Layer, chosen: np.ndarray) -> tuple[Line, int]:
    """The codes of each passage, a stretch each; and the number of passages, those without a code as well.

    Raises :class:`InputError` for themes that are in every passage.
    """
    some = chosen[layer.place] & present("collocations", layer)
    return _sets(layer.place[some], layer.term[some], layer.doc, len(layer.terms)), int(chosen.sum())


def _words(index: TokenIndex, layer: Layer, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Document, term, and place in the index of each word that was chosen."""
    here = np.flatnonzero(index.is_word & (index.lang == index.langs.index(layer.lang)))
    term = np.full(len(here), -1, dtype=np.int32)
    term[layer.place] = layer.term
    if chosen.all():
        return layer.doc, term, here
    return layer.doc[chosen], term[chosen], here[chosen]


def _sets(place: np.ndarray, term: np.ndarray, doc_of: np.ndarray, terms: int) -> Line:
    """A stretch for each place, with each of its terms once."""
    some = term >= 0
    keys = place[some].astype(np.int64) * max(terms, 1) + term[some]
    # sorted in place: numpy.unique, which hashes, takes several times as long
    keys.sort()
    place, term = np.divmod(keys[changes(keys)], max(terms, 1))
    return Line.cut(term.astype(np.int32), doc_of[place], changes(place), terms)
