"""Where coders disagree, unit by unit: another code, another stance, other borders, or one saw nothing.

Full agreement never appears, and nothing counts that only one of two coders has judged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import pandas as pd
from tqdm import tqdm

from toolkit.annotation.curating.alignment import (
    Given,
    Stretch,
    align,
    best_pairs,
    by_overlap,
    codings_by_stretch,
    mostly_same,
    records,
)
from toolkit.annotation.curating.rules_at_stake import rule_text
from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.tables import check, empty

__all__ = ["KINDS", "disagreement_summary", "disagreements"]

#: In the order in which they are listed; the words are those of the table's contract.
KINDS = ("label", "stance", "boundary", "missed")
_UNITS = ("sentence", "paragraph", "document", "span")

#: A disagreement without its coders: kind, the coding of one side, that of the other (None: nothing was given).
_Content = tuple[str, Given, Given | None]
_Names = tuple[str, ...]


def disagreements(
    annotations: pd.DataFrame,
    judged: pd.DataFrame,
    codebook: Codebook,
    texts: Mapping[str, str] | None = None,
    *,
    unit: str = "sentence",
    coders: Sequence[str] | None = None,
    lang: str = "en",
) -> pd.DataFrame:
    """Every disagreement between coders, once, with the rule of the codebook that is at stake.

    Parameters
    ----------
    annotations : annotations table, all with ``codebook``.
    judged : judged table: what each coder went through; a unit of it without an annotation was judged to take no code.
    texts : text of each doc_id; where given, every position and quote is checked against it.
    unit : "sentence", "paragraph" or "document": a code is given to exactly what was judged. "span": what was judged
        is a stretch (as a rule the whole text) in which each coder chose the borders.
    coders : only these (default: all).
    lang : language of the column ``rule``.

    Returns
    -------
    pandas.DataFrame
        The table ``disagreements``, by text and place. Coders of one side stand together, joined by ", ": where three
        agree against one, that is one row. Of a unit that both sides have judged,

        * "label": the first gave ``code``, the second ``other_code`` in its place. Pairs are formed by overlap (all
          of it where units are fixed; of spans at least half of each lies in the other), then by closeness (a contrast
          named in the codebook, then the same group), then by equal stance; each code is paired once;
        * "stance": both gave ``code``, ``first_stance`` against ``second_stance`` (missing: none given);
        * "boundary": both gave ``code``, the second from ``other_start`` to ``other_end``;
        * "missed": the first gave ``code``, the second gave nothing for it (``first_stance`` is missing where those
          who gave it differ in stance, which is a row of its own).

        A pair of spans that differs in borders and in stance is two rows. ``start``, ``end`` and ``quote`` are those
        of the first side, which is the one with the name that sorts first, or in "missed" the one that gave the code.
        ``other_start`` and ``other_end`` are filled where the second side has other borders.

    Codings of a unit that its coder has not judged yet are left aside.

    Raises
    ------
    InputError
        if a table is not what it should be, an annotation overlaps what its coder judged without being it (``unit``
        other than "span") or without lying in it ("span"), a code is given twice by one coder at one place, it is of
        another codebook, a coder's name holds ", ", or ``unit``, ``lang`` or a coder is unknown.

    >>> import pandas as pd
    >>> from toolkit.annotation import disagreements
    >>> from toolkit.codebook import load_codebook
    >>> rows = [("first", 0, "listening", "endorses"), ("second", 0, "conversation", "endorses"),
    ...     ("first", 9, "transparency", "breach")]
    >>> given = pd.DataFrame(rows, columns=["coder", "start", "code", "stance"])
    >>> given = given.assign(doc_id="a", end=given["start"] + 8, quote="Escuchan", codebook="cluetrain", kind="human")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "second") for start in (0, 9)],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> disagreements(given, judged, load_codebook())[["start", "kind", "code", "other_code", "first", "second"]]
       start    kind          code    other_code  first  second
    0      0   label     listening  conversation  first  second
    1      9  missed  transparency           NaN  first  second
    """
    if unit not in _UNITS:
        raise InputError(f"disagreements: unit '{unit}' is unknown; {suggestion(unit, _UNITS)}")
    table, seen = check("annotations", annotations, texts), check("judged", judged, texts)
    _refuse_other_codebook(table, codebook)
    chosen = _chosen(seen, coders)
    quotes = _quotes(table)
    close = _closeness(codebook)
    order = {code: place for place, code in enumerate(codebook.code_ids)}
    found = []
    stretches = codings_by_stretch(table, seen, unit, chosen).items()
    for (doc_id, _, _), codings in tqdm(stretches, "comparing", unit=" units", delay=2, leave=False):
        for (kind, one, other), first, second in _of_stretch(codings, close):
            if kind != "missed" and other is not None and second < first:
                one, other, first, second = other, one, second, first
            place = (doc_id, one[0], one[1], KINDS.index(kind), order[one[2]], first, second)
            found.append((place, kind, one, other))
    says = rule_text(codebook, lang)
    rows = []
    for (doc_id, start, end, _, _, first, second), kind, one, other in sorted(
        found, key=lambda row: (row[0], row[3] or ())
    ):
        row = {
            "doc_id": doc_id,
            "start": start,
            "end": end,
            "quote": quotes[doc_id, start, end],
            "kind": kind,
            "code": one[2],
            "other_code": other[2] if kind == "label" and other else None,
            "first": ", ".join(first),
            "second": ", ".join(second),
            "first_stance": one[3] or None,
            "second_stance": (other[3] or None) if other else None,
            "other_start": other[0] if other and other[:2] != one[:2] else None,
            "other_end": other[1] if other and other[:2] != one[:2] else None,
        }
        rows.append({**row, "rule": says(row)})
    return check("disagreements", pd.DataFrame(rows), texts) if rows else empty("disagreements")


def disagreement_summary(table: pd.DataFrame) -> pd.DataFrame:
    """How often each pair of coders disagrees in each way, most frequent first.

    Parameters
    ----------
    table : what :func:`disagreements` returns.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``code``, ``other_code``, ``first_stance``, ``second_stance`` (of kind "stance" only), ``first``,
        ``second`` (one coder each; a row with three coders against one counts for three pairs), ``n`` (how often),
        ``documents`` (in how many texts), ``rule``. ``first`` gave ``code`` (and ``first_stance``), ``second`` gave
        ``other_code`` (``second_stance``, other borders, nothing): who leans which way stays visible.

    >>> import pandas as pd
    >>> from toolkit.annotation import disagreement_summary, disagreements
    >>> from toolkit.codebook import load_codebook
    >>> rows = [("first", 0, "listening", "endorses"), ("second", 0, "conversation", "endorses"),
    ...     ("first", 9, "transparency", "breach")]
    >>> given = pd.DataFrame(rows, columns=["coder", "start", "code", "stance"])
    >>> given = given.assign(doc_id="a", end=given["start"] + 8, quote="Escuchan", codebook="cluetrain", kind="human")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "second") for start in (0, 9)],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> disagreement_summary(disagreements(given, judged, load_codebook()))[["kind", "code", "other_code", "n"]]
         kind          code    other_code  n
    0   label     listening  conversation  1
    1  missed  transparency           NaN  1
    """
    columns = ["kind", "code", "other_code", "first_stance", "second_stance", "first", "second"]
    counts: dict[tuple[str | None, ...], int] = {}
    documents: dict[tuple[str | None, ...], set[str]] = {}
    rules: dict[tuple[str | None, ...], str | None] = {}
    table = check("disagreements", table)
    for row in records(table, [*columns, "doc_id", "rule"]):
        kind, code, other_code, stance, other_stance, first, second, doc_id, rule = row
        for one in str(first).split(", "):
            for other in str(second).split(", "):
                key = (kind, code, other_code, *((stance, other_stance) if kind == "stance" else (None, None)))
                key += (one, other)
                # the same pair is listed under one order of its names
                if kind != "missed" and other < one:
                    swapped = (other_code, code) if kind == "label" else (code, None)
                    key = (kind, *swapped, key[4], key[3], other, one)
                counts[key] = counts.get(key, 0) + 1
                documents.setdefault(key, set()).add(str(doc_id))
                rules.setdefault(key, rule)
    ranked = sorted(counts, key=lambda key: (-counts[key], KINDS.index(str(key[0])), *(part or "" for part in key)))
    return pd.DataFrame(
        [(*key, counts[key], len(documents[key]), rules[key]) for key in ranked],
        columns=[*columns, "n", "documents", "rule"],
    ).astype({**dict.fromkeys(columns, "str"), "n": "int64", "documents": "int64", "rule": "str"})


def _of_stretch(
    codings: Mapping[str, frozenset[Given]], close: Callable[[str, str], int]
) -> Iterator[tuple[_Content, _Names, _Names]]:
    """The disagreements of one stretch, coders that say the same put together."""
    if len(set(codings.values())) < 2:
        return
    groups: dict[frozenset[Given], list[str]] = {}
    for coder, given in codings.items():
        groups.setdefault(given, []).append(coder)
    sides: dict[_Content, dict[_Names, set[str]]] = {}
    for (given, first), (other_given, second) in combinations(groups.items(), 2):
        for kind, one, other in _differences(given, other_given, close):
            names = (tuple(first), tuple(second))
            # the same difference between other coders has to read the same, whoever comes first
            if one is None or (other is not None and other < one):
                one, other, names = other, one, names[::-1]
            assert one is not None
            if other is None:
                # whether the code is given is one question, its stance among those who gave it another
                one = (*one[:3], "")
            sides.setdefault((kind, one, other), {}).setdefault(names[0], set()).update(names[1])
    for content, against in sides.items():
        together: dict[_Names, list[str]] = {}
        for first_names, second_names in against.items():
            together.setdefault(tuple(sorted(second_names)), []).extend(first_names)
        for others, names_together in together.items():
            kind, one, other = content
            if kind == "missed":
                stances = {given[3] for name in names_together for given in codings[name] if given[:3] == one[:3]}
                one = (*one[:3], stances.pop() if len(stances) == 1 else "")
            yield (kind, one, other), tuple(sorted(names_together)), others


def _differences(
    first: frozenset[Given], second: frozenset[Given], close: Callable[[str, str], int]
) -> Iterator[tuple[str, Given | None, Given | None]]:
    """What two codings of one stretch differ in."""
    same, moved, ones, others = align(first, second)
    yield from (("stance", one, other) for one, other in same + moved if one[3] != other[3])
    yield from (("boundary", one, other) for one, other in moved)

    def by_closeness(one: Given, other: Given) -> tuple[object, ...]:
        overlap, *rest = by_overlap(one, other)
        return overlap, -close(one[2], other[2]), one[3] != other[3], *rest

    # at least half of each: a code of the whole text does not stand in the place of one of three words
    paired = best_pairs(ones, others, by_closeness, lambda one, other: one[2] != other[2] and mostly_same(one, other))
    yield from (("label", one, other) for one, other in paired)
    left = {one for one, _ in paired}, {other for _, other in paired}
    yield from (("missed", one, None) for one in ones if one not in left[0])
    yield from (("missed", None, other) for other in others if other not in left[1])


def _closeness(codebook: Codebook) -> Callable[[str, str], int]:
    """2 for two codes with a contrast in the codebook, 1 for two of the same group, else 0."""
    contrasts = {frozenset((code.id, other)) for code in codebook.codes for other in code.contrasts}
    groups = {code.id: code.group for code in codebook.codes}

    def close(one: str, other: str) -> int:
        if frozenset((one, other)) in contrasts:
            return 2
        return int(groups[one] is not None and groups[one] == groups[other])

    return close


def _refuse_other_codebook(table: pd.DataFrame, codebook: Codebook) -> None:
    for column, known, said in (
        ("codebook", {codebook.id}, f"of the codebook '{codebook.id}'; compare one codebook at a time"),
        ("code", set(codebook.code_ids), f"a code of '{codebook.id}'; migrate the annotations or name their codebook"),
    ):
        wrong = ~table[column].isin(known)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise InputError(f"annotations, row {row + 1}: got {table[column].iloc[row]!r}, expected {said}.")


def _chosen(judged: pd.DataFrame, coders: Sequence[str] | None) -> list[str]:
    """The coders to compare: they have judged something, and their names can be joined."""
    known = sorted(judged["coder"].unique())
    if isinstance(coders, str):
        raise InputError(f"coders: got the text '{coders}', expected a list of at least two names.")
    chosen = known if coders is None else sorted(set(coders))
    for coder in chosen:
        if coder not in known:
            raise InputError(f"coders: '{coder}' has judged nothing; {suggestion(coder, known)}")
        if ", " in coder:
            raise InputError(f"the coder '{coder}' has a comma in the name; coders who agree are listed with commas.")
    return chosen


def _quotes(table: pd.DataFrame) -> dict[Stretch, str]:
    """The text of each coded stretch; two coders must have read the same."""
    quotes: dict[Stretch, str] = {}
    rows = records(table, ["doc_id", "start", "end", "quote"])
    for number, (doc_id, start, end, quote) in enumerate(rows, start=1):
        if quotes.setdefault((doc_id, start, end), quote) != quote:
            raise InputError(
                f"annotations, row {number}: the quote of '{doc_id}' from {start} to {end} differs from that of an "
                "earlier row; the coders worked on different texts."
            )
    return quotes
