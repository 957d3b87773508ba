"""From annotations and what was judged to units x coders x codes."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.reliability.coded import ABSENT, UNSAID, Coded, document_sums
from toolkit.reliability.explain import note
from toolkit.reliability.stretches import Stretches, crossings
from toolkit.tables import STANCES

__all__ = ["code_units"]

SPAN = ["doc_id", "start", "end"]


def code_units(
    annotations: pd.DataFrame,
    judged: pd.DataFrame | None,
    *,
    unit: str,
    single: bool,
    codes: Sequence[str] | None,
    langs: Mapping[str, str] | None,
) -> Coded:
    """Units, who judged them and who gave them which code.

    ``annotations``, ``judged``: checked tables. A coding whose span is no unit goes to the unit it shares most
    characters with, if that is half of the shorter of both, as in an evaluation. A coding on what its coder had not
    judged is left out. Both are counted in ``notes``. Where ``judged`` does not name a machine, it judged everything;
    where there is no ``judged``, a coder judged the spans that anybody coded in the documents in which this coder gave
    a code. A document counts as judged if all of its units were.

    Raises :class:`InputError` for codes that are not among ``codes``, for a person without anything judged, and with
    ``single`` for two codes by one coder on one unit; with the row.
    """
    notes: list[str] = []
    if judged is not None:
        # an empty post holds nothing that could be judged
        judged = judged[judged["end"] > judged["start"]].reset_index(drop=True)
    coders = tuple(sorted(set(annotations["coder"]) | (set() if judged is None else set(judged["coder"]))))
    known = tuple(codes) if codes is not None else tuple(sorted(set(annotations["code"])))
    strange = ~annotations["code"].isin(known).to_numpy()
    if strange.any():
        row = int(strange.argmax())
        got = annotations["code"].iloc[row]
        raise InputError(f"annotations, row {row + 1}: the code '{got}' is none of 'codes'; {suggestion(got, known)}")
    kinds = annotations.groupby("coder")["kind"].agg("first").reindex(coders, fill_value="human")
    people = (kinds == "human").to_numpy()
    units, seen = _judged_units(annotations, judged, coders, people, notes)
    place = _places(annotations, units)
    exact = place >= 0
    borders = annotations.loc[exact, ["start", "end"]].to_numpy()
    exact[exact] = (units[["start", "end"]].to_numpy()[place[exact]] == borders).all(axis=1)
    if unit != "sentence":
        units, seen, place = _whole_documents(annotations, units, seen, notes)
    elif (moved := int(((place >= 0) & ~exact).sum())) > 0:
        notes.append(note("moved", n=moved))
    who = pd.Categorical(annotations["coder"], categories=coders).codes.astype(np.int64)
    code = pd.Categorical(annotations["code"], categories=known).codes.astype(np.int64)
    there = (place >= 0) & seen[np.maximum(place, 0), who] if len(units) else np.zeros(len(place), dtype=bool)
    if not there.all():
        notes.append(note("outside", n=int((~there).sum())))
    if single:
        _refuse_two(annotations, place * len(coders) + who, code, there)
    # that a code occurs twice in a document is nothing to tell; in unit "span" nor are its stances
    told = [] if unit == "span" else notes
    shape = (len(units), len(coders), len(known))
    stance = _stances(annotations, (place, who, code), there, shape, told, unit == "sentence")
    time = np.full(seen.shape, np.nan)
    np.fmax.at(time, (place[there], who[there]), _seconds(annotations["created"])[there])
    if judged is not None and (column := next((c for c in ("created", "at") if c in judged), "")):
        spots = _places(judged, units)
        np.fmax.at(time, (spots, pd.Categorical(judged["coder"], categories=coders).codes), _seconds(judged[column]))
    doc, names = pd.factorize(units["doc_id"])
    guessed = "" if judged is not None else note("guessed")
    units = units.assign(lang=_languages(units, judged, annotations, langs)).reset_index(drop=True)
    return Coded(coders, people, known, units, doc, len(names), seen, stance, time, tuple(notes), guessed)


def _judged_units(
    annotations: pd.DataFrame,
    judged: pd.DataFrame | None,
    coders: tuple[str, ...],
    people: np.ndarray,
    notes: list[str],
) -> tuple[pd.DataFrame, np.ndarray]:
    """The units (doc_id, start, end) in their order, and who judged them (U, m)."""
    base = annotations if judged is None else judged
    units = base[SPAN].drop_duplicates().sort_values(SPAN).reset_index(drop=True)
    seen = np.zeros((len(units), len(coders)), dtype=bool)
    if judged is None:
        # who gave a code in a document is taken to have read it
        numbers, names = pd.factorize(units["doc_id"])
        read = np.zeros((len(names), len(coders)), dtype=bool)
        doc = names.get_indexer(annotations["doc_id"])
        read[doc, pd.Categorical(annotations["coder"], categories=coders).codes] = True
        return units, read[numbers]
    spots = _places(judged, units)
    seen[spots, pd.Categorical(judged["coder"], categories=coders).codes] = True
    for place in np.flatnonzero(~seen.any(0)):
        if people[place]:
            raise InputError(
                f"judged: has no row of the coder '{coders[place]}', who gave codes; add what this coder went "
                "through, or leave the coder out of the annotations."
            )
        seen[:, place] = True
        notes.append(note("machine_all", coder=coders[place]))
    return units, seen


def _places(table: pd.DataFrame, units: pd.DataFrame) -> np.ndarray:
    """The unit of each row: the one that shares most characters (of equals the shortest, then the first), or -1 where
    no unit shares half of the shorter one's. A span that is a unit gets this unit."""
    names = pd.Index(units["doc_id"].unique())
    spans, all_units = (
        Stretches(names.get_indexer(part["doc_id"]).astype(np.int64), part["start"].to_numpy(), part["end"].to_numpy())
        for part in (table, units)
    )
    row, unit, shared = crossings(spans, all_units)
    length = all_units.length[unit]
    order = np.lexsort((unit, length, -shared, row))
    row, unit, shared, length = row[order], unit[order], shared[order], length[order]
    best = np.r_[True, row[1:] != row[:-1]] if len(row) else np.zeros(0, dtype=bool)
    best &= (shared > 0) & (2 * shared >= np.minimum(length, spans.length[row]))
    place = np.full(len(table), -1)
    place[row[best]] = unit[best]
    return place


def _whole_documents(
    annotations: pd.DataFrame, units: pd.DataFrame, seen: np.ndarray, notes: list[str]
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Documents as units, who judged all of them, and the document of each coding."""
    doc, names = pd.factorize(units["doc_id"])
    counts = document_sums(seen, doc, len(names))
    whole = counts == np.bincount(doc, minlength=len(names))[:, None]
    if (parts := int(((counts > 0) & ~whole).sum())) > 0:
        notes.append(note("parts", n=parts))
    ends = units.groupby("doc_id", sort=False)["end"].max()
    table = pd.DataFrame({"doc_id": names, "start": 0, "end": ends.reindex(names).to_numpy()})
    return table, whole, pd.Index(names).get_indexer(annotations["doc_id"])


def _refuse_two(annotations: pd.DataFrame, judgement: np.ndarray, code: np.ndarray, there: np.ndarray) -> None:
    """With labels "single" the first coding that gives its unit a second code is an error."""
    rows = np.flatnonzero(there)
    first = pd.Series(rows, index=rows).groupby(judgement[rows]).transform("first").to_numpy()
    wrong = np.flatnonzero(code[rows] != code[first])
    if len(wrong):
        before, row = int(first[wrong[0]]), int(rows[wrong[0]])
        one, other = annotations.iloc[before], annotations.iloc[row]
        raise InputError(
            f"annotations, row {row + 1}: {other['coder']} gave '{other['code']}' to '{other['doc_id']}' from "
            f"{other['start']} to {other['end']}, a unit that has '{one['code']}' by the same coder (row "
            f"{before + 1}); one code per unit is what labels 'single' means: correct it, or take 'multiple'."
        )


def _stances(
    annotations: pd.DataFrame,
    at: tuple[np.ndarray, np.ndarray, np.ndarray],
    there: np.ndarray,
    shape: tuple[int, int, int],
    notes: list[str],
    tell_double: bool,
) -> np.ndarray:
    """Codes given and their stances, see :class:`Coded`; a code given twice with two stances has none."""
    stance = np.full(shape, ABSENT, dtype=np.int8)
    if not there.any():
        return stance
    said = pd.Categorical(annotations["stance"], categories=STANCES).codes.astype(np.int64)[there]
    cells, inverse = np.unique(np.ravel_multi_index(tuple(place[there] for place in at), shape), return_inverse=True)
    high, low = np.full(len(cells), UNSAID), np.full(len(cells), len(STANCES))
    np.maximum.at(high, inverse, said)
    np.minimum.at(low, inverse, np.where(said >= 0, said, len(STANCES)))
    mixed = (high >= 0) & (low < high)
    stance.ravel()[cells] = np.where(mixed, UNSAID, high)
    if (double := int(there.sum()) - len(cells)) > 0 and tell_double:
        notes.append(note("merged", n=double))
    if mixed.any():
        notes.append(note("mixed", n=int(mixed.sum())))
    return stance


def _seconds(created: pd.Series) -> np.ndarray:
    """Times as seconds since 1970; missing where there is none or it cannot be read."""
    times = pd.to_datetime(created, utc=True, errors="coerce", format="ISO8601")
    return (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds().to_numpy()


def _languages(
    units: pd.DataFrame, judged: pd.DataFrame | None, annotations: pd.DataFrame, langs: Mapping[str, str] | None
) -> pd.Series:
    """The language of each unit's document: as given, else from a column of ``judged`` or of the annotations."""
    if langs is None:
        source = next((table for table in (judged, annotations) if table is not None and "lang" in table), None)
        if source is None:
            return pd.Series(None, index=units.index, dtype="str")
        known = source.dropna(subset=["lang"]).drop_duplicates("doc_id")
        langs = dict(zip(known["doc_id"], known["lang"], strict=True))
    return units["doc_id"].map(dict(langs)).astype("str")
