"""Where in a corpus terms stand: what the dispersion plot draws."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.corpus.grouping import MALFORMED, MISSING, group_order
from toolkit.statistics.counting.count import Material, as_counted
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.statistics.counting.named import named_terms
from toolkit.statistics.counting.presence import present

__all__ = ["occurrences"]


def occurrences(
    material: Material,
    terms: str | Sequence[str],
    *,
    unit: str | None = None,
    posts: pd.DataFrame | None = None,
    lang: str | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """Where each term stands, from the first word of the corpus (0) to the last (1), each language by itself.

    Parameters
    ----------
    material : tokens table, :class:`TokenIndex`, or what was counted (:func:`count_codes`, :func:`count_themes`). Of
        themes those with a share above 0 stand in a passage: set small shares to 0 before :func:`count_themes`.
    terms : a term or several, as they stand in the lists of frequencies; capitals, the kind of apostrophe and the way
        an accent is written play no part.
    unit, posts : of words, "lemma" unless said otherwise; see :func:`count_words`.
    lang : one language; without it all that have one of the terms.
    by : the order of the places: None, that of the posts; "date", that of their dates; "year" or a column of the posts,
        that of the groups; "lang", that of the languages of the passages (words are in each language by itself anyway).
        What is of one date or group stays in the order of the posts; what has none comes last.

    Returns
    -------
    DataFrame
        occurrences table: lang, term, doc_id, start, end, position (0-1), value (date or group of the document,
        or language of the place; missing without ``by``). By language, in the order of ``terms``, then by position.

    Raises
    ------
    InputError
        for a term that does not occur, themes that are everywhere, and for tables, units, languages and groups that
        are none.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import occurrences
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan.", "La gente habla de las marcas."]})
    >>> table = occurrences(tokenise(posts, segment(posts), choice="simple"), "marca")
    >>> table[["doc_id", "start", "end", "position"]].round(2)
      doc_id  start  end  position
    0      a      4   10      0.12
    1      b     22   28      1.00
    """
    counted = as_counted(material, unit, None, posts)
    layers = counted.layers_of(lang)
    found = named_terms("occurrences", counted.unit, layers, terms)
    groups = None if by is None or by == "lang" else _groups(counted, by)
    tables = [
        _of_layer(counted, layer, wanted, _of_places(layer, by, groups))
        for layer, wanted in zip(layers, found, strict=True)
    ]
    return together("occurrences", [layer.lang for layer in layers], tables)


class _Groups(NamedTuple):
    """``names`` of groups in order, and the place in them of each document, or of each place of a layer."""

    names: np.ndarray
    codes: np.ndarray


def _groups(counted: Counted, by: str) -> _Groups:
    """The groups of the documents; of "date" the date as it is written."""
    values = counted.groups(by)
    if by == "date":
        values = np.where(counted.groups("year") == MALFORMED, MALFORMED, values)
    # dates as texts: of whole and partial ones, 2009-05 and 2011, only some are numbers
    names = sorted(set(values), key=_date_order if by == "date" else group_order)
    number = {name: place for place, name in enumerate(names)}
    return _Groups(np.array(names, dtype=object), np.array([number[value] for value in values], dtype=np.int64))


def _date_order(value: str) -> tuple[tuple[int, float], str]:
    return (group_order(value)[:2] if value in (MISSING, MALFORMED) else (0, 0.0)), value


def _of_places(layer: Layer, by: str | None, groups: _Groups | None) -> _Groups | None:
    """The group of each place, (places,): its language, or that of its document; None without groups."""
    if by == "lang":
        # the last for -1, a language that is not known
        unknown = len(layer.langs)
        names = np.array([*layer.langs, MISSING], dtype=object)
        return _Groups(names, np.where(layer.place_lang < 0, unknown, layer.place_lang).astype(np.int64))
    return None if groups is None else _Groups(groups.names, groups.codes[layer.doc])


def _of_layer(counted: Counted, layer: Layer, wanted: np.ndarray, groups: _Groups | None) -> pd.DataFrame:
    chosen = np.flatnonzero(np.isin(layer.term, wanted) & present("occurrences", layer))
    # places stand in the order of the posts, and keep it within a group
    position = np.arange(len(layer.doc))
    if groups is not None:
        position[np.argsort(groups.codes, kind="stable")] = np.arange(len(layer.doc))
    place, term = layer.place[chosen], layer.term[chosen]
    number = np.zeros(len(layer.terms), dtype=np.int64)
    number[wanted] = np.arange(len(wanted))
    order = np.lexsort((position[place], number[term]))
    place, term = place[order], term[order]
    table = pd.DataFrame({"term": layer.terms[term], "doc_id": counted.doc_ids[layer.doc[place]]})
    table["start"], table["end"] = layer.start[place], layer.end[place]
    table["position"] = position[place] / max(len(layer.doc) - 1, 1)
    values = None if groups is None else groups.names[groups.codes[place]]
    table["value"] = pd.Series(values, index=table.index, dtype="str")
    return table
