"""The fixed words of a concordance in the reader's language, and what its notes and sort keys are called there."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file
from toolkit.statistics.kwic.view_parts import one_line

if TYPE_CHECKING:
    from toolkit.statistics.kwic.listing import Note

__all__ = ["count", "key_name", "notes_in", "ordered_by", "words_in"]

#: Characters of a word, a part of the corpus or another value of a note that are shown.
_VALUE = 300
_PLACE = re.compile(r"([LR])([1-9])")
#: What statistics.counting.selection.describe writes of a table of spans, and of a run of numbers.
_CODED, _SPANS = re.compile(r"passages coded (.+)", re.DOTALL), re.compile(r"(\d+) spans")
_RANGE = re.compile(r"(?<!\S)(\d{1,4}) to (\d{1,4})(?=,|$)")


@lru_cache(maxsize=1)
def _all_words() -> dict[str, Any]:
    words: dict[str, Any] = read_yaml(data_file("concordance", "words.yaml"))["words"]
    return words


def words_in(lang: str) -> dict[str, Any]:
    """The fixed words in a language: "en", "es" or "it"; :class:`InputError` for others."""
    words = _all_words()
    if lang not in words:
        raise InputError(f"the concordance does not speak '{lang}'; {suggestion(str(lang), words)}")
    found: dict[str, Any] = words[lang]
    return found


def count(number: int) -> str:
    """A whole number, thousands apart by a narrow space, which reads alike in every language.

    >>> count(1234567)
    '1\u202f234\u202f567'
    """
    return f"{number:,}".replace(",", "\u202f")


def notes_in(notes: Iterable["Note"], say: Mapping[str, Any]) -> list[str]:
    """What else was asked of a concordance (filters, samples), in a language; ``say``: its words.

    What the user wrote in them is on one line and bounded.
    """
    return [_note_in(note, say) for note in notes]


def _note_in(note: "Note", say: Mapping[str, Any]) -> str:
    said: Mapping[str, str] = say["notes"]
    # a seed is copied, and so has no spaces
    values = {
        gap: count(value) if isinstance(value, int) and gap != "seed" else one_line(str(value), _VALUE)
        for gap, value in note.values.items()
    }
    if note.key == "part":
        return _part_in(values["part"], say)
    if note.key == "near":
        return said[f"near_{values['side']}"].format(**{**values, "unit": say["units"][values["unit"]]})
    for gap in {"lang", "langs"} & values.keys():
        values[gap] = ", ".join(say["languages"].get(lang, lang) for lang in values[gap].split(", "))
    return said[note.key].format(**values)


def _part_in(part: str, say: Mapping[str, Any]) -> str:
    """A part of the corpus: columns and their values are the user's, and stay."""
    coded, spans = _CODED.fullmatch(part), _SPANS.fullmatch(part)
    if coded:
        return str(say["notes"]["coded"].format(codes=coded[1]))
    if spans:
        return str(say["notes"]["spans"].format(n=count(int(spans[1]))))
    return _RANGE.sub(lambda run: say["range"].format(first=run[1], last=run[2]), part)


def ordered_by(keys: Iterable[str], say: Mapping[str, Any]) -> list[str]:
    """The order of the lines in words; [] for that of the text, of which the concordance has no keys."""
    names = [key_name(key.removeprefix("-"), say) + (" ↓" if key.startswith("-") else "") for key in keys]
    return [say["sorted"].format(keys=", ".join(names))] if names else []


def key_name(key: str, say: Mapping[str, Any]) -> str:
    """What a sort key is called: "right 1 (R1)"; columns of the posts keep their names.

    >>> key_name("L2", words_in("it")), key_name("date", words_in("it"))
    ('sinistra 2 (L2)', 'date')
    """
    place = _PLACE.fullmatch(key)
    if place:
        return f"{say['left' if place[1] == 'L' else 'right']} {place[2]} ({key})"
    return str(say["keys"].get(key, key))
