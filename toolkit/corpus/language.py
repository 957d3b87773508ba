"""Which language a post and each of its passages is in.

py3langid (naive Bayes over byte n-grams) decides. A passage is short, so its post's language is believed unless
the evidence against it is strong; very short passages always take it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from toolkit.corpus.likelihood import Likelihood

__all__ = [
    *("LanguageGuess", "declared_language", "language_of_passage", "language_of_post", "languages_of_passages"),
    *("languages_of_posts", "with_languages"),
]

#: Languages that passages are held against: those of the toolkit and those most easily mistaken for them.
PASSAGE_LANGUAGES = ("es", "it", "en", "pt", "ca", "gl")
#: Languages that whole posts are held against.
POST_LANGUAGES = (
    *PASSAGE_LANGUAGES,
    "fr",
    "de",
    "ro",
    "eu",
    "nl",
    "la",
    "pl",
    "sv",
    "da",
    "ru",
    "el",
    "tr",
    "ar",
    "zh",
    "ja",
)
#: Passages with fewer letters keep their post's language: at 20 characters py3langid is right in .88 of
#: Spanish and .98 of Italian sentences, at 50 in .99 and 1.00 (measured on Universal Dependencies); between
#: the two stand headings full of English terms ("Fase 7: People Powered Social Media").
FEWEST_LETTERS = 40
#: Probability from which another language than the post's is believed, and, for a neighbour such as Galician, the
#: probability that it is not the post's language. Sentences of the bundled corpus and of its kind reach .9 for English;
#: neighbours need more, and share it: a Portuguese paragraph may leave some to Galician. So whole Portuguese and
#: Galician sentences in Spanish posts are found 1.00 and .92 times (tests/benchmarks/language.py).
BELIEVED, NOT_BELIEVED = 0.90, 0.99
#: Probability of the post's language from which no other can reach :data:`BELIEVED`, with room for rounding.
_NO_RIVAL = 0.15
#: Probability from which the first of the languages of a post is sure, whatever the rounding.
_SURE = 0.999
#: Posts looked at side by side.
_AT_ONCE = 500
#: Characters of a post that are looked at: the head is enough, and keeps the cost of a very long text bounded.
_HEAD = 20_000
_NEIGHBOURS = {"es": {"pt", "ca", "gl"}, "it": {"ca", "gl", "pt", "es"}}


class LanguageGuess(NamedTuple):
    """ISO 639-1 code, and probability 0-1 among the languages compared."""

    lang: str
    probability: float


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(languages)
    return identifier


@lru_cache(maxsize=4)
def _likelihood(languages: tuple[str, ...]) -> Likelihood:
    return Likelihood(_identifier(languages))


_NAMES = {
    "es": ("spa", "spanish", "español", "espanol", "castellano", "spagnolo"),
    "it": ("ita", "italian", "italiano"),
    "en": ("eng", "english", "inglés", "ingles", "inglese"),
    "pt": ("por", "portuguese", "portugués", "português", "portoghese"),
    "ca": ("cat", "catalan", "català", "catalán", "catalano"),
    "gl": ("glg", "galician", "galego", "gallego"),
    "fr": ("fra", "fre", "french", "francés", "français", "francese"),
    "de": ("deu", "ger", "german", "alemán", "deutsch", "tedesco"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}


def declared_language(value: object) -> str | None:
    """The two-letter code of a language as metadata state it, or None for nothing and for what is no language.

    >>> [declared_language(value) for value in ("es-MX", "ES_ar", "Spanish", "ita", "estonian", "", None)]
    ['es', 'es', 'es', 'it', None, None, None]
    """
    if not isinstance(value, str):
        return None
    name = value.strip().lower()
    match = re.fullmatch(r"([a-z]{2})([-_].*)?", name)
    return match[1] if match else _CODES.get(name)


def language_of_post(text: str) -> LanguageGuess:
    """The language of a whole text, among 21 languages.

    >>> language_of_post("Las empresas tienen que aprender a escuchar lo que dice la gente.").lang
    'es'
    """
    lang, probability = _identifier(POST_LANGUAGES).classify(text[:_HEAD])
    return LanguageGuess(lang, float(probability))


def languages_of_posts(texts: Sequence[str]) -> list[LanguageGuess]:
    """The languages of many texts: :func:`language_of_post` of each, probabilities equal but for rounding.

    Several times as fast: all texts are looked at side by side, and by itself only one whose language is in doubt.

    >>> guesses = languages_of_posts(["La gente quiere hablar con la gente.", "Le persone vogliono parlare tra loro."])
    >>> [guess.lang for guess in guesses]
    ['es', 'it']
    """
    if not texts:
        return []
    likelihood = _likelihood(POST_LANGUAGES)
    probabilities = likelihood([text[:_HEAD] for text in texts])
    best = probabilities.argmax(axis=1)
    found = zip(texts, best.tolist(), probabilities[range(len(texts)), best].tolist(), strict=True)
    return [
        LanguageGuess(likelihood.languages[place], probability) if probability >= _SURE else language_of_post(text)
        for text, place, probability in found
    ]


def with_languages(posts: pd.DataFrame) -> pd.DataFrame:
    """The posts, each with the language it declares or looks like: the column ``lang`` with two-letter codes.

    ``posts``: a table with ``lang`` (as :func:`declared_language` reads it; may be missing in rows) and ``text``.

    >>> import pandas as pd
    >>> texts = ["Le persone vogliono parlare con altre persone.", "La gente quiere hablar con la gente."]
    >>> with_languages(pd.DataFrame({"lang": [None, "es-MX"], "text": texts}))["lang"].tolist()
    ['it', 'es']
    """
    langs = [declared_language(lang) for lang in posts["lang"].tolist()]
    open_rows = [row for row, lang in enumerate(langs) if lang is None]
    texts = posts["text"].iloc[open_rows].tolist()
    for first in range(0, len(open_rows), _AT_ONCE):
        own = slice(first, first + _AT_ONCE)
        for row, guess in zip(open_rows[own], languages_of_posts(texts[own]), strict=True):
            langs[row] = guess.lang
    return posts.assign(lang=langs)


def language_of_passage(text: str, post_lang: str | None) -> str:
    """The language of a passage of a post in ``post_lang``.

    >>> language_of_passage("It comes down to what each company has promised to its users.", "es")
    'en'
    >>> language_of_passage("Social media!", "es")
    'es'
    """
    if post_lang and _is_short(text):
        return post_lang
    ranked = _identifier(PASSAGE_LANGUAGES).rank(text)
    lang = str(ranked[0][0])
    if not post_lang or lang == post_lang:
        return lang
    probabilities = dict(ranked)
    if lang in _NEIGHBOURS.get(post_lang, ()):
        believed = 1 - probabilities.get(post_lang, 0.0) >= NOT_BELIEVED
    else:
        believed = probabilities[lang] >= BELIEVED
    return lang if believed else post_lang


def languages_of_passages(texts: Sequence[str], post_langs: Sequence[str | None]) -> list[str]:
    """The languages of many passages: :func:`language_of_passage` of each text and the language of its post.

    Several times as fast: probabilities are found for all passages side by side, equal but for rounding, and a passage
    is looked at by itself only where its post's language is so improbable that another may be believed.

    >>> texts = ["It comes down to what each company has promised to its users.", "Social media!"]
    >>> languages_of_passages(texts, ["es", "es"])
    ['en', 'es']
    """
    pairs = list(zip(texts, post_langs, strict=True))
    found: dict[tuple[str, str | None], str]
    found = {(text, lang): lang for text, lang in pairs if lang and _is_short(text)}
    asked = [(text, lang) for text, lang in dict.fromkeys(pairs) if lang in PASSAGE_LANGUAGES]
    asked = [pair for pair in asked if pair not in found]
    if asked:
        likelihood = _likelihood(PASSAGE_LANGUAGES)
        of_post = [likelihood.languages.index(lang) for _, lang in asked]
        probabilities = likelihood([text for text, _ in asked])[range(len(asked)), of_post]
        sure = (probabilities >= _NO_RIVAL).tolist()
        found |= {(text, lang): lang for (text, lang), plain in zip(asked, sure, strict=True) if plain}
    for pair in dict.fromkeys(pairs):
        if pair not in found:
            found[pair] = language_of_passage(*pair)
    return [found[pair] for pair in pairs]


def _is_short(text: str) -> bool:
    """Whether a passage has too few letters to be looked at."""
    # most long passages show as many letters in their beginning
    enough = 2 * FEWEST_LETTERS
    return len(text) < FEWEST_LETTERS or (
        sum(map(str.isalpha, text[:enough])) < FEWEST_LETTERS and sum(map(str.isalpha, text)) < FEWEST_LETTERS
    )
