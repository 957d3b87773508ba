"""The words beside the numbers: what each measure answers, in Spanish, Italian and English, and notes on rows."""

import re
from functools import lru_cache
from typing import Any

from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file

__all__ = ["LANGUAGES", "explanation", "note", "note_in", "words"]

LANGUAGES = ("en", "es", "it")


@lru_cache(maxsize=3)
def words(lang: str = "en") -> dict[str, Any]:
    """All texts of a language: ``words``, ``measures``, ``notes``, and the ``ranges`` and ``readings`` they name."""
    if lang not in LANGUAGES:
        raise InputError(f"no explanations in the language '{lang}'; {suggestion(lang, LANGUAGES)}")
    texts: dict[str, Any] = read_yaml(data_file("reliability", f"measures_{lang}.yaml"))
    return texts


def explanation(measure: str, lang: str = "en") -> dict[str, str]:
    """What a measure of the agreement table is: name, question (that it answers), prefer (when), silent (what it does
    not tell), range (and direction), reading (usual one) and source.

    Raises :class:`InputError` for a measure or language that is not known.

    >>> from toolkit.reliability import explanation
    >>> said = explanation("alpha_nominal", "es")
    >>> sorted(said), said["name"]
    (['name', 'prefer', 'question', 'range', 'reading', 'short', 'silent', 'source'], 'Alfa de Krippendorff')
    """
    known = words(lang)["measures"]
    if measure not in known:
        raise InputError(f"no measure '{measure}'; {suggestion(measure, known)}")
    found = {"source": words("en")["measures"][measure]["source"], **known[measure]}
    texts = words(lang)
    return found | {"range": texts["ranges"][found["range"]], "reading": texts["readings"][found["reading"]]}


def note(key: str, **values: object) -> str:
    """A note of the agreement table, in English as tables are."""
    template: str = words("en")["notes"][key]
    return template.format(**values)


def note_in(text: str, lang: str) -> str:
    """Notes of the agreement table, joined by "; ", in a language; what is not one of them stays as it is."""
    return text if lang == "en" else "; ".join(_one_note_in(part, lang) for part in text.split("; "))


def _one_note_in(text: str, lang: str) -> str:
    for key, template in words("en")["notes"].items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template))
        if found := re.fullmatch(pattern, text):
            return str(words(lang)["notes"][key]).format(**found.groupdict())
    return text
