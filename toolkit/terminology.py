"""The words of the trade, explained in English, Spanish and Italian: ``toolkit.glossary()``."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, overload

from toolkit.display.plain import wrapped
from toolkit.display.table import style_sheet
from toolkit.display.words import LANGUAGES, display_words
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.marked_text import environment
from toolkit.resources import data_file, data_names

__all__ = ["Entry", "Glossary", "glossary"]


@dataclass(frozen=True, repr=False)
class Entry:
    """A term and what it means; the last line of a cell shows it, ``print`` gives plain text.

    Attributes
    ----------
    id : the name by which other entries point to it, "log_ratio".
    terms : its name by language, "en", "es", "it".
    also : other names by language: short forms, synonyms, what one half of a pair is called.
    definitions : one to three sentences by language, each written in that language.
    see : ids of entries that belong to it.
    lesson : number of the notebook that explains it, "02".
    function : public name of what computes or shows it, "" where there is none.
    source : where the definition or the measure comes from, "" where it is ours.
    lang : the language in which it is shown.

    >>> entry = glossary("log ratio")
    >>> entry.id, entry.lesson, entry.terms["it"]
    ('log_ratio', '02', 'log ratio')
    """

    id: str
    terms: dict[str, str]
    definitions: dict[str, str]
    also: dict[str, list[str]] = field(default_factory=dict)
    see: tuple[str, ...] = ()
    lesson: str = ""
    function: str = ""
    source: str = ""
    lang: str = "en"

    def __repr__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        return _html([self], self.lang)


@dataclass(frozen=True, repr=False)
class Glossary:
    """Entries in the alphabetical order of their language; shows itself as a table, ``print`` gives plain text.

    >>> whole = glossary()
    >>> len(whole) > 100, "keyness" in [entry.id for entry in whole]
    (True, True)
    """

    entries: tuple[Entry, ...]
    lang: str = "en"

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.entries))

    def _repr_html_(self) -> str:
        return _html(self.entries, self.lang)


@overload
def glossary(term: None = None, lang: str = "en") -> Glossary: ...
@overload
def glossary(term: str, lang: str = "en") -> Entry: ...
def glossary(term: str | None = None, lang: str = "en") -> Entry | Glossary:
    """What the words of corpus linguistics, topic models, coding and agreement mean in this package.

    Parameters
    ----------
    term : a term in any of the three languages, one of its other names, or the id of an entry; case, accents and
        hyphens do not matter. Without it, the whole glossary.
    lang : "en", "es" or "it": the language in which it is explained.

    Returns
    -------
    Entry or Glossary
        one entry, or all of them in alphabetical order; both show themselves in a notebook and print as plain text.

    Raises
    ------
    InputError
        if there is no such term (the nearest is named) or language.

    >>> glossary("keyness").function
    'toolkit.keyness'
    >>> glossary("acuerdo por azar").id
    'chance_agreement'
    >>> print(glossary("tipo", lang="es"))
    tipo (en: type, it: tipo)
      Una palabra como tal, aparezca cuantas veces aparezca. «El blog y el bar» tiene cuatro tipos,
      porque «el» está dos veces.
      Véase también: token, diversidad léxica. Cuaderno: 02.
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang is '{lang}'; expected one of {', '.join(LANGUAGES)}.")
    entries = _entries(lang)
    if term is None:
        return Glossary(tuple(sorted(entries.values(), key=lambda entry: _plain(entry.terms[lang]))), lang)
    names = _names(lang)
    if not isinstance(term, str) or _plain(term) not in names:
        known = {name for entry in entries.values() for name in (*entry.terms.values(), entry.id)}
        raise InputError(f"the glossary has no term '{term}'; {suggestion(str(term), known)}")
    return entries[names[_plain(term)]]


@cache
def _entries(lang: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for name in data_names("glossary", "terms"):
        for key, given in read_yaml(data_file("glossary", "terms", name)).items():
            if key in found:
                raise InputError(f"glossary/terms/{name}: '{key}' stands there twice; leave one.")
            found[key] = Entry(
                id=key,
                terms=given["term"],
                definitions=given["definition"],
                also=given.get("also", {}),
                see=tuple(given.get("see", ())),
                lesson=given.get("lesson", ""),
                function=given.get("function", ""),
                source=given.get("source", ""),
                lang=lang,
            )
    return found


@cache
def _names(lang: str) -> dict[str, str]:
    """Every name and the id of its entry. Ids go before terms, terms before other names, ``lang`` before the others."""
    order = [lang, *(other for other in LANGUAGES if other != lang)]
    entries = _entries(lang).values()
    names = [(entry.id, entry.id) for entry in entries]
    names += [(entry.terms[own], entry.id) for own in order for entry in entries]
    names += [(name, entry.id) for own in order for entry in entries for name in entry.also.get(own, ())]
    found: dict[str, str] = {}
    for name, key in names:
        found.setdefault(_plain(name), key)
    return found


def _plain(text: str) -> str:
    """A name without case, accents and hyphens.

    >>> _plain("Co-ocurrencia_más")
    'co ocurrencia mas'
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return " ".join(bare.casefold().replace("-", " ").replace("_", " ").split())


def _further(entry: Entry) -> list[tuple[str, str]]:
    """What stands below a definition, pairs of heading and text."""
    say, entries = display_words("glossary", entry.lang), _entries(entry.lang)
    see = ", ".join(entries[other].terms[entry.lang] if other in entries else other for other in entry.see)
    told = {"see": see, "lesson": entry.lesson, "function": entry.function, "source": entry.source}
    return [(say[name], text) for name, text in told.items() if text]


def _abroad(entry: Entry) -> list[tuple[str, str]]:
    return [(lang, name) for lang, name in entry.terms.items() if lang != entry.lang]


def _lines(entry: Entry) -> list[str]:
    others = ", ".join(f"{lang}: {name}" for lang, name in _abroad(entry))
    also = "".join(f", {name}" for name in entry.also.get(entry.lang, ()))
    further = " ".join(f"{what}: {text}." for what, text in _further(entry))
    lines = wrapped(f"{entry.terms[entry.lang]}{also} ({others})") + wrapped(entry.definitions[entry.lang], "  ")
    return lines + (wrapped(further, "  ") if further else [])


def _html(entries: Sequence[Entry], lang: str) -> str:
    view: list[dict[str, Any]] = [
        {
            "name": entry.terms[entry.lang],
            "other_names": entry.also.get(entry.lang, []),
            "abroad": _abroad(entry),
            "text": entry.definitions[entry.lang],
            "further": _further(entry),
        }
        for entry in entries
    ]
    macros: Any = environment("glossary").get_template("glossary.html").module
    return str(macros.glossary(view, lang, display_words("glossary", lang), style_sheet()))
