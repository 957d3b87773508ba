"""Coders of the user's own: any function from passages to codes, checked where its answer comes in."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError, ToolkitError, suggestion
from toolkit.principles.returned import Places, cues_of, returned_rows, score_of, shown, stance_of, text_of
from toolkit.printable import printable
from toolkit.tables import check

__all__ = ["DECIDED_FROM", "OwnCoder", "as_coder", "coded_by"]

#: From this score on a code returned counts as given: more likely than not.
DECIDED_FROM = 0.5
_CONTEXT = ("lang", "before", "after", "heading")
_NAME = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,79}")
_COLUMNS = ["row", "code", "score", "decided", "stance", "note", "evidence"]

#: ``function(passages, codebook)``; it returns a DataFrame or a list of dicts.
CodingFunction = Callable[[pd.DataFrame, Codebook], Any]


class OwnCoder(NamedTuple):
    """A function of the user's with its codebook and the name that its annotations carry; see :func:`as_coder`."""

    function: CodingFunction
    codebook: Codebook
    name: str

    def code(self, passages: pd.DataFrame) -> pd.DataFrame:
        """Code passages; see :func:`coded_by` for both tables."""
        return coded_by(self.function, passages, self.codebook, self.name)


def as_coder(function: CodingFunction, codebook: Codebook, *, name: str | None = None) -> OwnCoder:
    """Make a coder of any ``function(passages, codebook)``.

    Parameters
    ----------
    function : takes a DataFrame of passages (columns: see :func:`coded_by`) and the codebook; returns a DataFrame
        or a list of dicts, one for each code given: ``passage_id`` (or ``doc_id``, ``start``, ``end``), ``code``,
        and where it likes ``score`` (0 to 1, the probability that the code applies; given without one, the code is
        decided), ``stance``, ``note`` (text), ``cues`` (a list of dicts with ``start`` and ``end`` in the passage's
        text, and where it likes ``cue``, ``weight``, ``quote``).
    name : what the annotations call the coder, at most 80 characters; the function's own name by default.

    Raises
    ------
    InputError
        if ``function`` cannot be called or has no name.

    Examples
    --------
    >>> from toolkit.codebook import load_codebook
    >>> def shouting(passages, codebook):
    ...     loud = passages[passages["text"].str.endswith("!")]
    ...     return [{"passage_id": name, "code": "human_voice"} for name in loud["passage_id"]]
    >>> coder = as_coder(shouting, load_codebook("cluetrain"))
    >>> given = {"doc_id": "a", "passage_id": "a:0", "start": 0, "end": 5, "text": "¡Ole!"}
    >>> coder.code(pd.DataFrame([given]))[["row", "code", "decided"]].values.tolist()
    [[0, 'human_voice', True]]
    """
    if not callable(function):
        raise InputError(
            f"a coder must be a function(passages, codebook), got {type(function).__name__}; "
            "write the function's name without parentheses."
        )
    return OwnCoder(function, codebook, _name(function, name))


def coded_by(
    function: CodingFunction, passages: pd.DataFrame, codebook: Codebook, name: str | None = None
) -> pd.DataFrame:
    """What a function codes, with everything it returned checked.

    Parameters
    ----------
    passages : doc_id, passage_id (unique), start, end, text (the passage's characters, ``end - start`` of them);
        lang, before, after (the neighbouring passages of the post) and heading are added empty where missing. The
        function gets a copy.
    name : see :func:`as_coder`.

    Returns
    -------
    DataFrame
        one row for each code returned, sorted by passage and by the codebook's order, whatever order they came in:
        row (number of the passage in ``passages``, from 0), code, score (0 to 1, missing where none was given),
        decided (no score, or one of at least :data:`DECIDED_FROM`), stance and note (missing where none was given),
        evidence (JSON: method, and cues with positions in the post and their quote).

    Raises
    ------
    InputError
        in one sentence naming the coder and the row returned (from 1): the function failed; it returned no table,
        an unknown column, code, passage or stance, a score outside 0-1, a cue outside the passage, or a code twice
        for a passage.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import coded_by
    >>> def shouting(passages, codebook):
    ...     loud = passages[passages["text"].str.endswith("!")]
    ...     return [{"passage_id": name, "code": "human_voice", "score": 0.8} for name in loud["passage_id"]]
    >>> passages = pd.DataFrame([{"doc_id": "a", "passage_id": "a:0", "start": 0, "end": 5, "text": "¡Ole!"}])
    >>> coded_by(shouting, passages, load_codebook())[["row", "code", "score", "decided"]]
       row         code  score  decided
    0    0  human_voice    0.8     True
    """
    name = as_coder(function, codebook, name=name).name
    given = _given(passages)
    if given.empty:
        return _table([])
    try:
        answer = function(given.copy(deep=True), codebook)
    except ToolkitError:
        raise
    except Exception as error:
        problem = " ".join(printable(str(error)).split())[:200]
        raise InputError(
            f"coder '{name}' failed with {type(error).__name__}{f': {problem}' if problem else ''}; "
            "the error that caused this one is shown with it: mend the function."
        ) from error
    codes = codebook.code_ids
    places = Places(given, codebook)
    seen: dict[tuple[int, str], int] = {}
    found = []
    for number, row in enumerate(returned_rows(answer, name), 1):
        place = f"coder '{name}', row {number}"
        at, passage = places.passage_of(row, place)
        code = row["code"] if isinstance(row.get("code"), str) else None
        if code not in codes:
            known = suggestion(str(row.get("code")), codes)
            raise InputError(f"{place}: codebook '{codebook.id}' has no code {shown(row.get('code'))}; {known}")
        first = seen.setdefault((at, code), number)
        if first != number:
            raise InputError(
                f"{place}: gives '{code}' to the passage '{passage['passage_id']}' a second time (first in row "
                f"{first}); return each code of a passage once."
            )
        score = score_of(row, place)
        cues = cues_of(row, passage, place)
        found.append(
            {
                "row": at,
                "code": code,
                "score": score,
                "decided": score is None or score >= DECIDED_FROM,
                "stance": stance_of(row, place),
                "note": text_of(row, "note", place),
                "evidence": json.dumps({"method": name} | ({"cues": cues} if cues else {}), ensure_ascii=False),
            }
        )
    order = {code: place for place, code in enumerate(codes)}
    return _table(sorted(found, key=lambda one: (one["row"], order[one["code"]])))


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=_COLUMNS)
    kinds = {"row": "int64", "score": "float64", "decided": "bool"}
    return table.astype({column: kinds.get(column, "str") for column in _COLUMNS})


def _name(function: Any, name: str | None) -> str:
    if name is None:
        own = getattr(function, "name", None) or getattr(function, "__name__", None)
        name = own if isinstance(own, str) else type(function).__name__
        if name == "<lambda>":
            raise InputError("a lambda has no name that annotations could carry; give one with name=.")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(f"name: got {shown(name)}, expected a text of 1 to 80 characters on one line.")
    return name


def _given(passages: pd.DataFrame) -> pd.DataFrame:
    """The passages as the function sees them."""
    if not isinstance(passages, pd.DataFrame):
        raise InputError(f"passages: got {type(passages).__name__}, expected a pandas DataFrame.")
    filled = passages.assign(unit="sentence", furniture=False, lang=passages.get("lang"))
    table = check("passages", filled)
    if "text" not in passages:
        raise InputError("passages: the column 'text' is missing; give the characters of each passage.")
    empty = pd.Series([""] * len(table), dtype="str")
    for column in ("text", *_CONTEXT):
        values = passages[column].reset_index(drop=True) if column in passages else empty
        table[column] = values.fillna("").astype("str")
    wrong = table["text"].map(len) != table["end"] - table["start"]
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        start, end, text = table.loc[row, ["start", "end", "text"]]
        raise InputError(
            f"passages, row {row + 1}: the text has {len(text)} characters and {start} to {end} are {end - start}; "
            "give the post's text between them unchanged."
        )
    return table[["doc_id", "passage_id", "start", "end", "lang", "text", "before", "after", "heading"]]
