"""Annotations of another version of a codebook: refused, or brought over with a report of what became of each code."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from toolkit.codebook.checks import version_numbers
from toolkit.codebook.load import Codebook
from toolkit.codebook.schema import Change
from toolkit.errors import InputError, suggestion
from toolkit.tables import check

__all__ = ["Migration", "check_version", "migrate"]

#: What wins where merged codes of one passage differ in stance; the order :func:`cross_annotations` has too.
_RANKS = {"breach": 0, "rejects": 1, "endorses": 2, "mentions": 3}
_PLACE = ["doc_id", "start", "end", "coder", "kind", "code"]
_REPORT = ["codebook", "from_version", "code", "to_version", "what", "to_codes", "rows", "carried"]


class Migration(NamedTuple):
    """``annotations``: the table in the codebook's version. ``report``: what became of each code.

    ``left_out``: the rows as they were that could not be carried over, for a person to decide: their code was split
    or is gone.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook, migrate
    >>> row = {"doc_id": "a", "start": 0, "end": 5, "quote": "Hola.", "codebook": "groundswell", "coder": "first"}
    >>> old = pd.DataFrame([{**row, "codebook_version": "0.9", "code": "hearing", "kind": "human"}])
    >>> moved = migrate(old, load_codebook("groundswell"), {"hearing": None})
    >>> len(moved.annotations), len(moved.left_out), moved.report["what"].tolist()
    (0, 1, ['gone'])
    """

    annotations: pd.DataFrame
    report: pd.DataFrame
    left_out: pd.DataFrame


def check_version(annotations: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The rows of an annotations table that belong to a codebook, if they were made with a version that fits.

    Versions fit as in semantic versioning (semver.org): the same major number, and every code is there. Where a
    version is missing, the codes decide alone; versions that are no numbers must be equal.

    Parameters
    ----------
    annotations : annotations table; rows of other codebooks are passed over.

    Returns
    -------
    DataFrame
        annotations table, the rows of ``codebook`` only, numbered from 0.

    Raises
    ------
    InputError
        if a row was made with another major version, or has a code that this version does not know.

    >>> from toolkit import bundled_corpus, human_annotations
    >>> from toolkit.codebook import load_codebook
    >>> given = human_annotations(bundled_corpus(), "groundswell").annotations
    >>> len(check_version(given, load_codebook("groundswell"))) == len(given)
    True
    >>> len(check_version(given, load_codebook("cluetrain")))
    0
    """
    table = check("annotations", annotations)
    mine = table[table["codebook"] == codebook.id]
    for version, rows in mine.groupby("codebook_version", sort=True):
        if not _fits(str(version), codebook.version):
            raise InputError(
                f"annotations: {_rows(len(rows))} made with version {version} of codebook '{codebook.id}', and this "
                f"is {codebook.version}; bring them over with migrate(annotations, codebook) or load that version."
            )
    unknown = ~mine["code"].isin(codebook.code_ids)
    if unknown.any():
        row = mine[unknown].iloc[0]
        version = row["codebook_version"] if isinstance(row["codebook_version"], str) else "unknown"
        raise InputError(
            f"annotations, row {mine.index[unknown][0] + 1}: codebook '{codebook.id}' {codebook.version} has no code "
            f"'{row['code']}' (the row's version: {version}); {suggestion(row['code'], codebook.code_ids)} "
            "Codes that were renamed are brought over with migrate(annotations, codebook, {old: new})."
        )
    return mine.reset_index(drop=True)


def migrate(
    annotations: pd.DataFrame,
    codebook: Codebook,
    renamed: Mapping[str, str | Sequence[str] | None] | None = None,
) -> Migration:
    """Bring the annotations of older versions of a codebook over to this one.

    A code that was renamed or merged gets its new name; where two merged codes stand on one passage by one coder,
    one row stays (stance: breach before rejects, endorses, mentions; score: the higher, a lower bound of the
    probability that one of them applies). Rows of a code that was split or is gone are left out, since only
    reading the passage again can tell.

    Parameters
    ----------
    annotations : annotations table; rows of other codebooks are kept as they are.
    renamed : old code to its new one, to a list of new ones (split), or to None (gone). It comes before what the
        codebook says under ``changes``, and is needed where that says nothing of a major version; ``{}`` says that
        no code changed.

    Returns
    -------
    Migration
        ``annotations`` in the order given, with two further columns: from_version, from_code (missing in rows that
        already were of this version). ``report``, one row per version and code, sorted: codebook, from_version
        (missing where it was), code, to_version, what (same, renamed, merged, split, gone), to_codes (joined by
        ", "; missing when gone), rows (annotations there were), carried (annotations of them in the result).
        ``left_out``: annotations table.

    Raises
    ------
    InputError
        if annotations are of a later version, if nothing says what became of a code, or if it leads to a code
        that the codebook does not have.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> row = {"doc_id": "a", "start": 0, "end": 5, "quote": "Hola.", "codebook": "groundswell", "coder": "first"}
    >>> old = pd.DataFrame([{**row, "codebook_version": "0.9", "code": "hearing", "kind": "human"}])
    >>> moved = migrate(old, load_codebook("groundswell"), {"hearing": "listening"})
    >>> moved.annotations[["code", "codebook_version", "from_code", "from_version"]]
            code codebook_version from_code from_version
    0  listening            1.1.0   hearing          0.9
    >>> moved.report[["code", "what", "to_codes", "rows", "carried"]]
          code     what   to_codes  rows  carried
    0  hearing  renamed  listening     1        1
    """
    table = check("annotations", annotations)
    given = None if renamed is None else {old: _codes(old, new, codebook) for old, new in renamed.items()}
    mine = table[table["codebook"] == codebook.id]
    # "" stands for a version that is missing
    pairs = list(zip(mine["codebook_version"].fillna("").tolist(), mine["code"].tolist(), strict=True))
    for version in sorted({version for version, _ in pairs}):
        _require_known(version, codebook, explicit=given is not None)
    became = {pair: _became(*pair, codebook, given or {}) for pair in sorted(set(pairs))}
    carried = pd.Series([len(became[pair]) == 1 for pair in pairs], index=mine.index, dtype=bool)
    moved = mine[carried]
    old = [pair for pair, one in zip(pairs, carried, strict=True) if one]
    moved = moved.assign(
        code=[became[pair][0] for pair in old],
        codebook_version=codebook.version,
        from_version=_origin(moved, "from_version", [version or None for version, _ in old], old, codebook),
        from_code=_origin(moved, "from_code", [code for _, code in old], old, codebook),
    )
    before = pd.Series(old, index=moved.index, dtype=object)
    moved = _one_row_each(moved, before)
    others = table[table["codebook"] != codebook.id]
    result = pd.concat([moved, others]).sort_index(kind="stable") if len(others) else moved
    report = _report(codebook, pd.Series(pairs, dtype=object), before[moved.index], became)
    left_out = mine[~carried].reset_index(drop=True)
    return Migration(check("annotations", result), report, check("annotations", left_out))


def _fits(version: str, wanted: str) -> bool:
    """Whether two versions have the same major number, or are the same text."""
    numbers, other = version_numbers(version), version_numbers(wanted)
    return version == wanted or (numbers is not None and other is not None and numbers[0] == other[0])


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count} rows were"


def _codes(old: str, new: str | Sequence[str] | None, codebook: Codebook) -> tuple[str, ...]:
    """One entry of ``renamed`` as a tuple of codes."""
    if not (new is None or isinstance(new, str | list | tuple)):
        raise InputError(f"renamed: '{old}' leads to {new!r}; give the new code, a list of codes, or None.")
    found = (new,) if isinstance(new, str) else tuple(dict.fromkeys(new or ()))
    for code in found:
        if code not in codebook.code_ids:
            raise InputError(
                f"renamed: '{old}' leads to '{code}', which is no code of '{codebook.id}' {codebook.version}; "
                f"{suggestion(str(code), codebook.code_ids)}"
            )
    return found


def _require_known(version: str, codebook: Codebook, *, explicit: bool) -> None:
    """Refuse a version of which nothing says how it became this one."""
    if explicit or not version or version == codebook.version:
        return
    here, there = version_numbers(version), version_numbers(codebook.version)
    told = "say what became of its codes with renamed={old: new}, or renamed={} if none changed."
    if here is None or there is None:
        raise InputError(
            f"annotations: version '{version}' of codebook '{codebook.id}' cannot be compared with "
            f"'{codebook.version}'; {told}"
        )
    if here[0] > there[0]:
        raise InputError(
            f"annotations: made with version {version} of codebook '{codebook.id}', which is later than "
            f"{codebook.version}; load that version, or {told}"
        )
    declared = {numbers[0] for change in codebook.changes if (numbers := version_numbers(change.version))}
    silent = [major for major in range(here[0] + 1, there[0] + 1) if major not in declared]
    if silent:
        raise InputError(
            f"annotations: made with version {version} of codebook '{codebook.id}', and its 'changes' do not say what "
            f"version {silent[0]} did to the codes; {told}"
        )


def _became(version: str, code: str, codebook: Codebook, given: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The codes of the codebook that an older version's code became, in the codebook's order."""
    current = codebook.code_ids
    # a code of this very version, and of an unknown one where it is still there, is what it says
    if code in current and (version == codebook.version or (not version and code not in given)):
        return (code,)
    found = set(given[code]) if code in given else _forward(code, _changes(version, codebook))
    unknown = sorted(found.difference(current))
    if unknown:
        place = f"codebook '{codebook.id}', version {version or 'unknown'}"
        raise InputError(
            f"annotations: nothing says what became of the code '{code}' ({place}); name it in renamed: "
            f"{{'{code}': new code}}; {suggestion(unknown[0], current)}"
        )
    return tuple(one for one in current if one in found)


def _changes(version: str, codebook: Codebook) -> list[Change]:
    """The changes since a version; all of them where it is missing or no number."""
    numbers = version_numbers(version)
    later = [(change, version_numbers(change.version)) for change in codebook.changes]
    return [change for change, of in later if numbers is None or (of is not None and of > numbers)]


def _forward(code: str, changes: Sequence[Change]) -> set[str]:
    """The codes that a code became by changes one after the other."""
    found = {code}
    for change in changes:
        found = {new for old in found for new in change.became.get(old, (old,))}
    return found


def _origin(
    moved: pd.DataFrame, column: str, values: list[str | None], old: list[tuple[str, str]], codebook: Codebook
) -> pd.Series:
    """Where rows come from: of rows brought over twice, where they came from first."""
    here = [value if version != codebook.version else None for value, (version, _) in zip(values, old, strict=True)]
    found = pd.Series(here, index=moved.index, dtype="str")
    return moved[column].astype("str").fillna(found) if column in moved else found


def _one_row_each(moved: pd.DataFrame, before: pd.Series) -> pd.DataFrame:
    """One row where two old codes of a passage, by one coder, became the same code."""
    places = moved.assign(_before=before.map(lambda pair: pair[1])).groupby(_PLACE, sort=False)
    several = places["_before"].transform("nunique") > 1
    if not several.any():
        return moved
    met = moved[several].assign(_rank=moved["stance"].map(_RANKS).fillna(len(_RANKS)))
    met["score"] = met.groupby(_PLACE, sort=False)["score"].transform("max")
    met = met.sort_values("_rank", kind="stable").drop_duplicates(_PLACE).drop(columns="_rank")
    return pd.concat([moved[~several], met]).sort_index(kind="stable")


def _report(
    codebook: Codebook, pairs: pd.Series, kept: pd.Series, became: Mapping[tuple[str, str], tuple[str, ...]]
) -> pd.DataFrame:
    rows, carried = pairs.value_counts(), kept.value_counts()
    return pd.DataFrame(
        [
            {
                "codebook": codebook.id,
                "from_version": version or None,
                "code": code,
                "to_version": codebook.version,
                "what": _what((version, code), codebook, became),
                "to_codes": ", ".join(codes) or None,
                "rows": int(rows[(version, code)]),
                "carried": int(carried.get((version, code), 0)),
            }
            for (version, code), codes in became.items()
        ],
        columns=_REPORT,
    )


def _what(pair: tuple[str, str], codebook: Codebook, became: Mapping[tuple[str, str], tuple[str, ...]]) -> str:
    """What happened to a code; merged is seen from the other codes of its version, annotated or declared."""
    version, code = pair
    codes = became[pair]
    if len(codes) != 1:
        return "split" if codes else "gone"
    changes = _changes(version, codebook)
    # codes of the older version that the codebook names, annotated or not: those no change before brought in
    older = {
        old
        for number, change in enumerate(changes)
        for old in change.became
        if not any(old in new for before in changes[:number] for new in before.became.values())
    }
    others = {other for (of, other), new in became.items() if of == version and new == codes}
    others |= {old for old in older if (version, old) not in became and _forward(old, changes) == set(codes)}
    if version != codebook.version and others - {code}:
        return "merged"
    return "same" if codes == (code,) else "renamed"
