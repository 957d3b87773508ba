"""Titles, labels and notes of the figures in Spanish, Italian and English; the words are files."""

from functools import lru_cache

import yaml

from toolkit.errors import InputError, suggestion
from toolkit.resources import data_file

__all__ = ["FIGURE_LANGUAGES", "figure_words"]

FIGURE_LANGUAGES = ("en", "es", "it")


@lru_cache(maxsize=64)
def figure_words(module: str, lang: str) -> dict[str, str]:
    """The words of a module of figures, and those all share, in a language: "en", "es" or "it".

    The files are ``toolkit/data/figures/common.yaml`` and ``<module>.yaml``: each key with the three languages.
    Raises :class:`InputError` for another language.
    """
    if lang not in FIGURE_LANGUAGES:
        raise InputError(f"figures speak no '{lang}'; {suggestion(str(lang), FIGURE_LANGUAGES)}")
    words: dict[str, str] = {}
    for name in ("common", module):
        content = yaml.safe_load(data_file("figures", f"{name}.yaml").read_text(encoding="utf-8"))
        words |= {key: said[lang] for key, said in content.items()}
    return words
