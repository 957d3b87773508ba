"""General Spanish and Italian: how often words occur outside the corpus, to see what is its own."""

import unicodedata
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.cache import key_of, load_arrays, store_arrays
from toolkit.errors import InputError, suggestion
from toolkit.resources import data_file
from toolkit.text import is_known_word, lemmatise, pipelines

__all__ = ["GENERAL_LANGUAGES", "fold_term", "general_frequencies", "reference_list"]

#: Languages with a list in ``toolkit/data/wordlists``, and units that it can be read by.
GENERAL_LANGUAGES, _UNITS = ("es", "it"), ("form", "lemma")
#: Zipf value of what occurs once per million words: log10 of 1,000 times per billion.
_MILLION = 3
#: What the tokeniser leaves on a word and the lists do not have: "l'" and "l’" of Italian, "sr." of abbreviations.
_EDGES = "'’ʼ."
_VOWELS = frozenset("aeiouàèéìíòóùú")


def general_frequencies(lang: str, unit: str = "form") -> pd.Series:
    """Zipf values of general Spanish ("es") or Italian ("it"), by term; sorted by term.

    The lists are cut from wordfreq 3.1.1 (Speer 2022, https://doi.org/10.5281/zenodo.7199437), which averages
    subtitles, Wikipedia, news, books, web, Twitter and Reddit; the heads of the files in ``toolkit/data/wordlists``
    say what was done. They hold what occurs at least once per million words: a word that is not there is rarer than
    Zipf 3, and not absent from the language. Numbers and words with a digit are not in them.

    Parameters
    ----------
    unit : "form": in lower case, Italian elided forms without their apostrophe ("dell"). "lemma": the frequencies of
        all listed forms that :func:`toolkit.text.lemmatise` gives a lemma, added up. Rarer forms are not in the sum, so
        that it is a lower limit; a form of two lemmas counts for one; and lemmas of a trained pipeline can be others.

    Raises
    ------
    InputError
        for languages and units without a list.

    >>> float(general_frequencies("es")["escuchar"]), round(float(general_frequencies("es", "lemma")["escuchar"]), 2)
    (4.91, 5.41)
    """
    if lang not in GENERAL_LANGUAGES:
        raise InputError(f"no list of general words for '{lang}'; {suggestion(str(lang), GENERAL_LANGUAGES)}")
    if unit not in _UNITS:
        raise InputError(f"no general words by '{unit}'; {suggestion(str(unit), _UNITS)}")
    return (_forms(lang) if unit == "form" else _lemmas(lang)).copy()


def fold_term(term: str) -> str:
    """A term as the lists write it: in lower case, composed, without apostrophe or full stop at its ends.

    >>> fold_term("Dell’"), fold_term("Sr."), fold_term("...")
    ('dell', 'sr', '...')
    """
    low = unicodedata.normalize("NFC", term).lower()
    return low.strip(_EDGES) or low


def reference_list(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Zipf values by folded term of a user's own list, for each language; "" for a list that names none.

    ``table``: term, and zipf or per_million (zipf where it has both), perhaps lang. Terms that are one when folded are
    added up; what occurs 0 times is not in the list.

    Raises :class:`InputError` for columns that are not there, values that are no frequencies, and terms given twice.
    """
    measure = next((name for name in ("zipf", "per_million") if name in table), None)
    if "term" not in table or measure is None:
        columns = ", ".join(map(str, table.columns))
        raise InputError(f"frequency: a list of general words needs term and zipf or per_million; it has {columns}.")
    values = pd.to_numeric(table[measure], errors="coerce").to_numpy(float)
    # no word is more than the whole of a billion
    fit = (values <= 9) if measure == "zipf" else (values >= 0) & (values <= 1e6)
    if not (fit & np.isfinite(values)).all():
        row = int(np.argmin(fit & np.isfinite(values)))
        limits = "9 or less" if measure == "zipf" else "from 0 to 1,000,000"
        got = str(table[measure].iloc[row])[:40]
        raise InputError(f"frequency: list of general words, {measure}, row {row + 1}: got {got}, expected {limits}.")
    for column in (name for name in ("term", "lang") if name in table):
        if table[column].isna().any():
            row = int(table[column].isna().to_numpy().argmax())
            raise InputError(f"frequency: list of general words, row {row + 1}: no {column}; give each term its own.")
    langs = table["lang"].astype(str).to_numpy(object) if "lang" in table else np.full(len(table), "", dtype=object)
    own = pd.DataFrame({"lang": langs, "term": table["term"].astype(str).to_numpy(object)})
    own["each"] = 10**values if measure == "zipf" else values * 10**_MILLION
    double = own.duplicated(["lang", "term"])
    if double.any():
        term = own["term"].iloc[int(np.argmax(double.to_numpy()))]
        raise InputError(f"frequency: the list of general words has '{term[:40]}' twice; give each term once.")
    own = own[own["each"] > 0]
    own["term"] = own["term"].map(fold_term)
    return {
        str(lang): np.log10(part.groupby("term", sort=True)["each"].sum()).rename("zipf")
        for lang, part in own.groupby("lang", sort=True)
    }


@lru_cache(maxsize=len(GENERAL_LANGUAGES))
def _forms(lang: str) -> pd.Series:
    path = data_file("wordlists", f"{lang}.tsv")
    # "null" and "nan" are words
    table = pd.read_csv(path, sep="\t", comment="#", names=["term", "zipf"], quoting=3, na_filter=False)
    return table.set_index("term")["zipf"]


@lru_cache(maxsize=len(GENERAL_LANGUAGES))
def _lemmas(lang: str) -> pd.Series:
    forms = _forms(lang)
    lemmas = pd.Index(_lemmas_of(forms.index.tolist(), lang), name="term")
    return np.log10((10**forms).groupby(lemmas, sort=True).sum())


def _lemmas_of(forms: list[str], lang: str) -> list[str]:
    """The lemma of each listed form, kept on disk: simplemma takes a second or two for a list (measured: 2.9 s for
    both languages with the loading of its dictionaries, .05 s kept)."""
    # what the lemmas follow from: the forms, the dictionaries of simplemma, and the rules of these two modules
    rules = [Path(module).read_text(encoding="utf-8") for module in (__file__, pipelines.__file__)]
    key = key_of([lang, version("simplemma"), *rules, *forms])
    kept = load_arrays("general-lemmas", key)
    found = (
        [] if kept is None or "lemmas" not in kept else kept["lemmas"].tobytes().decode("utf-8", "replace").split("\n")
    )
    if len(found) != len(forms):
        found = [fold_term(_lemma(form, lang)) for form in forms]
        store_arrays("general-lemmas", key, {"lemmas": np.frombuffer("\n".join(found).encode("utf-8"), np.uint8)})
    return found


def _lemma(form: str, lang: str) -> str:
    """The lemma of a listed form; of an Italian one without its apostrophe, that of the elided word.

    >>> _lemma("dell", "it"), _lemma("de", "it"), _lemma("comunità", "it")
    ('della', 'de', 'comunità')
    """
    lemma = lemmatise(form, lang)
    bare = lang == "it" and lemma == form and form[-1] not in _VOWELS and not is_known_word(form, lang)
    return lemmatise(form + "'", lang) if bare and is_known_word(form + "'", lang) else lemma
