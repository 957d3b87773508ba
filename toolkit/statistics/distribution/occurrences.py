"""Where in a corpus terms stand: what the dispersion plot draws."""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from toolkit.corpus.grouping import MALFORMED, MISSING, group_order
from toolkit.errors import InputError
from toolkit.statistics.counting.count import Material, as_counted
from toolkit.statistics.counting.counted import Counted, Layer, together
from toolkit.tables import check

__all__ = ["named_terms", "occurrences"]

_COLUMNS = ("term", "doc_id", "start", "end", "position", "value")


def occurrences(
    material: Material,
    terms: str | Sequence[str],
    *,
    unit: str = "lemma",
    posts: pd.DataFrame | None = None,
    lang: str | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """Where each term stands, from the first word of the corpus (0) to the last (1), each language by itself.

    Parameters
    ----------
    material : tokens table, :class:`TokenIndex`, or what was counted (:func:`count_codes`, :func:`count_themes`).
    terms : a term or several, as they stand in the lists of frequencies.
    unit, posts : of words; see :func:`count_words`.
    lang : one language; without it all that have one of the terms.
    by : the order of the documents: None, that of the posts; "date", that of their dates; "year" or a column of the
        posts, that of the groups. Documents of one date or group stay in the order of the posts; those without come
        last.

    Returns
    -------
    DataFrame
        occurrences table: lang, term, doc_id, start, end, position (0-1), value (date or group of the document; missing
        without ``by``). By language, in the order of ``terms``, then by position.

    Raises
    ------
    InputError
        for a term that does not occur, and for tables, units, languages and groups that are none.
    """
    counted = as_counted(material, unit, "words", posts)
    layers = counted.layers_of(lang)
    found = named_terms("occurrences", counted.unit, layers, terms)
    values = None if by is None else _values(counted, by)
    rank = np.zeros(len(counted.doc_ids), dtype=np.int64) if values is None else _ranks(values)
    tables = [_of_layer(counted, layer, wanted, values, rank) for layer, wanted in zip(layers, found, strict=True)]
    return check("occurrences", together([layer.lang for layer in layers], tables, _COLUMNS))


def named_terms(function: str, unit: str, layers: Sequence[Layer], terms: str | Sequence[str]) -> list[np.ndarray]:
    """The places of named terms in ``Layer.terms``, for each layer, in the order named and without the ones it lacks.

    A term is looked for as it is written, then in lower case. Raises :class:`InputError` for no terms, what is no text,
    and a term that no layer has.
    """
    names = [terms] if isinstance(terms, str) else list(dict.fromkeys(terms))
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"{function}: got the terms {str(terms)[:60]}, expected one {unit} or several.")
    found = []
    known = dict.fromkeys(names, False)
    for layer in layers:
        here = []
        for name in names:
            for written in (name, name.lower()):
                place = int(np.searchsorted(layer.terms, written)) if len(layer.terms) else 0
                if place < len(layer.terms) and layer.terms[place] == written:
                    here.append(place)
                    known[name] = True
                    break
        found.append(np.array(list(dict.fromkeys(here)), dtype=np.int64))
    for name in (name for name, there in known.items() if not there):
        # of a whole vocabulary only what begins alike: the rest takes seconds and is never near
        alike = {
            term for layer in layers for term in layer.terms if term[:1] == name[:1].lower() or term[:1] == name[:1]
        }
        near = get_close_matches(name, sorted(alike), n=1)
        shown = f"did you mean '{near[0]}'?" if near else "see the list of frequencies for what does."
        raise InputError(f"{function}: no {unit} '{name[:60]}' occurs; {shown}")
    return found


def _values(counted: Counted, by: str) -> np.ndarray:
    """The group of each document; of "date" the date as it is written."""
    if by != "date":
        return counted.groups(by)
    years = counted.groups("year")
    assert counted.posts is not None  # groups() has asked for them
    written = dict(zip(counted.posts["doc_id"], counted.posts["date"], strict=True))
    pairs = zip(counted.doc_ids, years, strict=True)
    return np.array(
        [year if year in (MISSING, MALFORMED) else str(written[doc_id]).strip() for doc_id, year in pairs], dtype=object
    )


def _ranks(values: np.ndarray) -> np.ndarray:
    place = {value: number for number, value in enumerate(sorted(set(values), key=group_order))}
    return np.array([place[value] for value in values], dtype=np.int64)


def _of_layer(
    counted: Counted, layer: Layer, wanted: np.ndarray, values: np.ndarray | None, rank: np.ndarray
) -> pd.DataFrame:
    chosen = np.flatnonzero(np.isin(layer.term, wanted))
    # places stand in the order of the posts, and keep it within a group
    position = np.empty(len(layer.doc), dtype=np.int64)
    position[np.argsort(rank[layer.doc], kind="stable")] = np.arange(len(layer.doc))
    place, term = layer.place[chosen], layer.term[chosen]
    number = np.zeros(len(layer.terms), dtype=np.int64)
    number[wanted] = np.arange(len(wanted))
    order = np.lexsort((position[place], number[term]))
    place, term = place[order], term[order]
    doc = layer.doc[place]
    table = pd.DataFrame({"term": layer.terms[term], "doc_id": counted.doc_ids[doc]})
    table["start"], table["end"] = layer.start[place], layer.end[place]
    table["position"] = position[place] / max(len(layer.doc) - 1, 1)
    table["value"] = pd.Series(None if values is None else values[doc], index=table.index, dtype="str")
    return table
