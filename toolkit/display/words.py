"""The fixed words of tables and cards in English, Spanish and Italian; the words are files."""

from functools import lru_cache
from typing import Any

import yaml

from toolkit.errors import InputError, suggestion
from toolkit.resources import data_file

__all__ = ["LANGUAGES", "display_words", "table_meanings"]

LANGUAGES = ("en", "es", "it")


@lru_cache(maxsize=32)
def display_words(name: str, lang: str) -> dict[str, str]:
    """The words of ``toolkit/data/display/<name>.yaml`` in a language, by key.

    Raises :class:`InputError` for a language that is none of "en", "es" and "it".
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang is '{lang}'; {suggestion(str(lang), LANGUAGES)}")
    content: dict[str, Any] = yaml.safe_load(data_file("display", f"{name}.yaml").read_text(encoding="utf-8"))
    return {str(key): said[lang] for key, said in content.items()}


def table_meanings(lang: str = "en") -> dict[str, str]:
    """What the tables of an analysis hold, a line each, by name.

    >>> table_meanings()["tokens"]
    'the words, with place and base form'
    """
    return display_words("tables", lang)
