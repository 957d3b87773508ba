"""Example banks: coded sentences that coders learn from, one JSON object a line."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.errors import InputError, suggestion
from toolkit.files import json_lines
from toolkit.tables import STANCES

__all__ = ["read_examples"]


def read_examples(file: Path, codes: Sequence[str], languages: Sequence[str]) -> list[dict[str, object]]:
    """The examples of a JSON Lines file: id, lang, text, codes (code to stance; empty: no code applies).

    Raises :class:`InputError` with file and line for anything else, for codes not in ``codes``, for languages
    not in ``languages``, and for a file without an example.
    """
    rows: list[dict[str, object]] = []
    for number, found in json_lines(file):
        row = _example(found, codes, f"{file}, line {number}", f"{file.stem}-{number}")
        if row["lang"] not in languages:
            known = suggestion(str(row["lang"]), languages)
            raise InputError(f"{file}, line {number}: '{row['lang']}' is no language of the codebook; {known}")
        rows.append(row)
    if not rows:
        raise InputError(f"{file}: holds no example; add some, or take it out of example_files.")
    return rows


def _example(row: object, codes: Sequence[str], place: str, name: str) -> dict[str, object]:
    """One coded example."""
    row = row if isinstance(row, dict) else {}
    text, lang, given = row.get("text"), row.get("lang"), row.get("codes")
    if not (isinstance(text, str) and text.strip() and isinstance(lang, str) and isinstance(given, dict)):
        raise InputError(f"{place}: expected a JSON object with text and lang (not empty) and codes (code to stance).")
    for code, stance in given.items():
        if code not in codes:
            raise InputError(f"{place}: unknown code '{code}'; {suggestion(code, codes)}")
        if stance not in STANCES:
            raise InputError(f"{place}: unknown stance '{stance}'; {suggestion(str(stance), STANCES)}")
    return {"id": str(row.get("id", name)), "lang": lang, "text": text, "codes": given}
