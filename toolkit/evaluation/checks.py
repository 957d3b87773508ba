"""Can these tables be compared at all? If not, one sentence says why."""

from collections.abc import Iterable, Mapping

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.tables import check, check_quotes, empty

__all__ = ["SPAN", "checked_annotations", "checked_scores", "checked_units", "same_codebook", "same_text"]

SPAN = ["doc_id", "start", "end"]


def checked_annotations(
    name: str,
    table: pd.DataFrame,
    codebook: Codebook,
    texts: Mapping[str, str] | None,
    coder: str | None = None,
    option: str = "coder",
) -> pd.DataFrame:
    """The annotations of one coder with one codebook, each with the number of its row in the table, or
    :class:`InputError`.

    ``name``: "gold" or "predicted", for the messages; ``coder``: the one to take, needed where the table has
    several; ``option``: how that choice is called where the user makes it.
    """
    if not len(table) and not len(table.columns):
        return empty("annotations")
    table = check("annotations", table)
    if texts is not None:
        check_quotes(name, table, texts)
    coders = sorted(set(table["coder"]))
    if coder is not None:
        if coder not in coders:
            raise InputError(f"{name}: has no coder '{coder}'; {suggestion(coder, coders)}")
        table = table[table["coder"] == coder]
    elif len(coders) > 1:
        raise InputError(f"{name}: holds {len(coders)} coders ({', '.join(coders)}); choose one with {option}.")
    codes = codebook.code_ids
    rows = zip(*(table[column].tolist() for column in (*SPAN, "quote", "codebook", "code")), strict=True)
    seen: dict[tuple[str, int, int, str], int] = {}
    for row, (doc_id, start, end, quote, book, code) in zip(table.index, rows, strict=True):
        where = f"{name}, row {row + 1}"
        if book != codebook.id:
            raise InputError(f"{where}: is of codebook '{book}', expected '{codebook.id}'; evaluate each on its own.")
        if code not in codes:
            raise InputError(f"{where}: codebook '{codebook.id}' has no code '{code}'; {suggestion(code, codes)}")
        if len(quote) != end - start:
            raise InputError(
                f"{where}: the quote has {len(quote)} characters, start {start} and end {end} span {end - start}; "
                "positions must count Unicode code points of the unchanged text."
            )
        first = seen.setdefault((doc_id, start, end, code), row + 1)
        if first != row + 1:
            raise InputError(
                f"{where}: '{code}' was given to '{doc_id}' from {start} to {end} in row {first} already; "
                "keep one of the two."
            )
    return table


def checked_scores(scores: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The scores table, complete: every code of the codebook for every span."""
    scores = check("scores", scores)
    codes = codebook.code_ids
    unknown = ~scores["code"].isin(codes)
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        code = scores["code"].iloc[row]
        raise InputError(f"scores, row {row + 1}: no code '{code}' in '{codebook.id}'; {suggestion(code, codes)}")
    sizes = scores.groupby(SPAN, sort=False).size()
    if (sizes != len(codes)).any():
        doc_id, start, end = sizes.index[(sizes != len(codes)).to_numpy().argmax()]
        raise InputError(
            f"scores: '{doc_id}' from {start} to {end} has {sizes[(doc_id, start, end)]} of the {len(codes)} codes of "
            f"'{codebook.id}'; every passage needs a row for every code."
        )
    return scores


def checked_units(units: pd.DataFrame, texts: Mapping[str, str] | None) -> pd.DataFrame:
    """The spans that were judged: doc_id, start, end (and lang), each once."""
    absent = [column for column in SPAN if column not in units]
    if absent:
        raise InputError(f"units: the column '{absent[0]}' is missing; they need {', '.join(SPAN)}.")
    kept = [*SPAN, *(["lang"] if "lang" in units else [])]
    rows = [str(row) for row in range(len(units))]
    units = check("passages", units[kept].assign(passage_id=rows, unit="sentence", furniture=False))[kept]
    double = units.duplicated(SPAN)
    if double.any():
        row = int(double.to_numpy().argmax())
        doc_id, start, end = units[SPAN].iloc[row]
        raise InputError(f"units, row {row + 1}: '{doc_id}' from {start} to {end} stands there a second time.")
    if not len(units):
        raise InputError("units: the table is empty; leave it out, or give the spans that were judged.")
    if texts is not None:
        check_quotes("units", units, texts)
    return units


def same_codebook(gold: pd.DataFrame, predicted: pd.DataFrame, across_versions: bool) -> list[str]:
    """Refuse two versions of a codebook; what is to be said where they cannot or need not be the same."""
    versions = [_versions(table) for table in (gold, predicted)]
    if not versions[0] or not versions[1]:
        return ["codebook versions are not given on both sides; that they are the same cannot be checked"] * bool(
            len(predicted)
        )
    if versions[0] == versions[1] and len(versions[0]) == 1:
        return []
    shown = [" and ".join(version) for version in versions]
    if not across_versions:
        raise InputError(
            f"gold was coded with version {shown[0]} of the codebook, predicted with {shown[1]}; code again with one "
            "version, or allow it (across_versions=True, --across-versions) where the codes mean the same."
        )
    return [f"gold was coded with version {shown[0]} of the codebook, predicted with {shown[1]}"]


def same_text(gold: pd.DataFrame, predicted: pd.DataFrame) -> None:
    """Refuse codings of two versions of a text: the same positions with different quotes."""
    quotes = dict(zip(_spans(gold), gold["quote"], strict=True))
    for row, span, quote in zip(predicted.index, _spans(predicted), predicted["quote"], strict=True):
        if quotes.get(span, quote) != quote:
            raise InputError(
                f"predicted, row {row + 1}: '{span[0]}' from {span[1]} to {span[2]} has the quote {quote[:40]!r}, "
                f"in gold {quotes[span][:40]!r}; the two are codings of different texts."
            )


def _spans(table: pd.DataFrame) -> Iterable[tuple[str, int, int]]:
    return zip(table["doc_id"], table["start"], table["end"], strict=True)


def _versions(table: pd.DataFrame) -> list[str]:
    return sorted(set(table["codebook_version"].dropna()))
