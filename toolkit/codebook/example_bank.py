"""Example banks: coded sentences that coders learn from, one JSON object a line."""

import json
from collections.abc import Sequence
from pathlib import Path

from toolkit.errors import InputError, suggestion
from toolkit.tables import STANCES

__all__ = ["read_examples"]


def read_examples(file: Path, codes: Sequence[str], languages: Sequence[str]) -> list[dict[str, object]]:
    """The examples of a JSON Lines file: id, lang, text, codes (code to stance; empty: no code applies).

    Raises :class:`InputError` with file and line for anything else, for codes not in ``codes``, for languages
    not in ``languages``, and for a file without an example.
    """
    rows: list[dict[str, object]] = []
    # split at line feeds only: a text may hold other line separators of Unicode
    for number, line in enumerate(file.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            row = _example(line, codes, f"{file}, line {number}", f"{file.stem}-{number}")
            if row["lang"] not in languages:
                known = suggestion(str(row["lang"]), languages)
                raise InputError(f"{file}, line {number}: '{row['lang']}' is no language of the codebook; {known}")
            rows.append(row)
    if not rows:
        raise InputError(f"{file}: holds no example; add some, or take it out of example_files.")
    return rows


def _example(line: bytes, codes: Sequence[str], place: str, name: str) -> dict[str, object]:
    """One coded example from a line of JSON."""
    try:
        row = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: not JSON in UTF-8: {str(error).splitlines()[0]}.") from error
    fields = (row.get("text"), row.get("lang"), row.get("codes")) if isinstance(row, dict) else (None, None, None)
    text, lang, given = fields
    if not (isinstance(text, str) and text.strip() and isinstance(lang, str) and isinstance(given, dict)):
        raise InputError(f"{place}: expected a JSON object with text and lang (not empty) and codes (code to stance).")
    for code, stance in given.items():
        if code not in codes:
            raise InputError(f"{place}: unknown code '{code}'; {suggestion(code, codes)}")
        if stance not in STANCES:
            raise InputError(f"{place}: unknown stance '{stance}'; {suggestion(str(stance), STANCES)}")
    return {"id": str(row.get("id", name)), "lang": lang, "text": text, "codes": given}
