"""UIMA CAS JSON 0.4, which INCEpTION calls "UIMA CAS JSON 0.4.0 (experimental)": types, structures and views.

Source: the specification of CAS JSON 0.4 (apache/uima-uimaj-io-jsoncas); dkpro-cassis 0.12, json.py; INCEpTION,
UimaJsonCasReader (structures as a list). Positions count in UTF-16, as in XMI. ``@name`` points to another structure,
``#name`` is a number that JSON cannot write, ``%NAME`` belongs to the format.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError
from toolkit.exchange.formats.cas.model import ARRAYS, FS_ARRAY, INITIAL_VIEW, SOFA, Cas, Sofa, Structure
from toolkit.exchange.json_values import text_or_json

if TYPE_CHECKING:
    from toolkit.exchange.formats.cas.layer import Anchored

__all__ = ["PARTS", "json_cas", "json_text"]

#: The three parts of a file; by one of them it is recognised.
PARTS = ("%TYPES", "%FEATURE_STRUCTURES", "%VIEWS")
_ALWAYS = frozenset({"%ID", "%TYPE", "sofa", "begin", "end"})


def json_cas(said: Any, where: str, silent: Mapping[str, frozenset[str]] | None = None) -> Cas:
    """The CAS of a JSON value. ``silent``: types whose structures are left out where they have no other features.

    Raises :class:`InputError` for what is no CAS JSON at all.
    """
    if not isinstance(said, dict) or not any(part in said for part in PARTS):
        raise InputError(f"{where}: is no UIMA CAS JSON, which has the parts {', '.join(PARTS)}.")
    listed = said.get("%FEATURE_STRUCTURES", [])
    if not isinstance(listed, list | dict):
        raise InputError(f"{where}: is no UIMA CAS JSON; its %FEATURE_STRUCTURES are no list.")
    silent = {name: features | _ALWAYS for name, features in (silent or {}).items()}
    cas = Cas()
    for number, one in _numbered(listed):
        name = one.get("%TYPE") if isinstance(one, dict) else None
        if not isinstance(name, str) or not name:
            cas.problems.append((str(number)[:80], "is no structure with a %TYPE"))
        elif name == SOFA:
            _add_sofa(cas, number, one)
        elif name in silent and silent[name].issuperset(key.removeprefix("@") for key in one):
            continue
        else:
            made = _structure(number, name, one)
            if made.id is None:
                cas.problems.append((name, "has no %ID that is a number"))
            cas.structures.append(made)
    views = said.get("%VIEWS")
    for view in views.values() if isinstance(views, dict) else ():
        members = view.get("%MEMBERS") if isinstance(view, dict) else None
        cas.indexed.update(one for one in (members if isinstance(members, list) else ()) if _whole(one) is not None)
    return cas


def json_text(text: str, anchored: "list[Anchored]", types: dict[str, Any]) -> str:
    """The JSON of one text and its structures; ``types``: the part %TYPES."""
    sofa = {
        "%ID": 1, "%TYPE": SOFA, "sofaNum": 1, "sofaID": INITIAL_VIEW, "mimeType": "text", "sofaString": text,
    }  # fmt: skip
    lines = [json.dumps(sofa, ensure_ascii=False)]
    for number, (name, begin, end, values) in enumerate(anchored, 2):
        said = f", {json.dumps(values, ensure_ascii=False)[1:-1]}" if values else ""
        lines.append(f'{{"%ID": {number}, "%TYPE": "{name}", "@sofa": 1, "begin": {begin}, "end": {end}{said}}}')
    views = {INITIAL_VIEW: {"%SOFA": 1, "%MEMBERS": list(range(2, len(anchored) + 2))}}
    structures = ",\n  ".join(lines)
    return (
        f'{{\n"%TYPES": {json.dumps(types, ensure_ascii=False)},\n'
        f'"%FEATURE_STRUCTURES": [\n  {structures}\n],\n"%VIEWS": {json.dumps(views)}\n}}\n'
    )


def _numbered(listed: list[Any] | dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The structures with their ids, from a list or an object by id."""
    if isinstance(listed, dict):
        for key, one in listed.items():
            yield int(key) if key.isascii() and key.isdigit() and len(key) < 13 else key, one
    else:
        for one in listed:
            yield (one.get("%ID") if isinstance(one, dict) else one), one


def _add_sofa(cas: Cas, number: Any, one: dict[str, Any]) -> None:
    name, text, uri = one.get("sofaID"), one.get("sofaString"), one.get("sofaURI")
    if _whole(number) is None:
        cas.problems.append((SOFA, "has no %ID that is a number"))
    elif text is not None and not isinstance(text, str):
        cas.problems.append((SOFA, "has a sofaString that is no text"))
    else:
        cas.sofas[number] = Sofa(
            name if isinstance(name, str) and name else INITIAL_VIEW, text, uri if isinstance(uri, str) else None
        )


def _structure(number: Any, name: str, said: dict[str, Any]) -> Structure:
    one = Structure(_whole(number), FS_ARRAY if name.endswith("[]") else name)
    for key, value in said.items():
        if key == "@sofa":
            found = _whole(value)
            one.sofa = -1 if found is None else found
        elif key in ("begin", "end") and "@sofa" in said:
            found = _whole(value)
            # what is no number is refused later, together with what lies outside the text
            setattr(one, key, -1 if found is None else found)
        elif key == "%ELEMENTS":
            if one.type in ARRAYS:
                one.values["elements"] = _texts(value)
            else:
                one.refs["elements"] = _ids(value)
        elif key.startswith("@"):
            one.refs[key[1:]] = _ids(value)
        elif not key.startswith("%") and value is not None:
            one.values[key.removeprefix("#")] = _texts(value)
    return one


def _whole(value: Any) -> int | None:
    """A whole number of a sensible size; True and 1.0 are none."""
    return value if type(value) is int and abs(value) < 10**12 else None


def _ids(value: Any) -> list[int]:
    return [one for one in (value if isinstance(value, list) else [value]) if _whole(one) is not None]


def _texts(value: Any) -> list[str]:
    return [text_or_json(one) for one in (value if isinstance(value, list) else [value]) if one is not None]
