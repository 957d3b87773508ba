"""Which tokeniser, lemmatiser and tagger a language gets, and saying so.

A trained spaCy pipeline where one is installed; else spaCy's blank tokeniser with simplemma's lemmas, and no
parts of speech. Trained pipelines are licensed apart and never bundled.
"""

import importlib.util
from collections.abc import Sequence
from functools import cached_property, lru_cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from toolkit.errors import InputError, suggestion
from toolkit.text.pieces import Pieces, TokenColumns

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = [
    *("LANGUAGES", "LANGUAGE_NAMES", "Choice", "Pipeline", "SimpleToken"),
    *("is_known_word", "lemmatise", "pipeline", "simple_columns", "simple_pieces", "simple_tokens"),
]

Choice = Literal["auto", "trained", "simple"]
#: Languages with tokeniser rules, stop words and lemmas.
LANGUAGE_NAMES = {"es": "Spanish", "it": "Italian", "en": "English"}
LANGUAGES = tuple(LANGUAGE_NAMES)
_TRAINED = {"es": "es_core_news_sm", "it": "it_core_news_sm", "en": "en_core_web_sm"}
_LONGEST_PASSAGE = 2_000_001
#: Pieces of text, of some 300 bytes each with their tokens, that are kept of a language.
_MOST_PIECES = 150_000
#: Components that themes and statistics do not need.
_UNUSED = ["parser", "ner", "senter"]


class Pipeline:
    """A language's pipeline: ``name`` for the record, ``trained`` (parts of speech are known), ``nlp``.

    >>> from toolkit.text import pipeline
    >>> used = pipeline("es", "simple")
    >>> used.trained, [token.text for token in used.nlp("No escuchan.")]
    (False, ['No', 'escuchan', '.'])
    """

    def __init__(self, lang: str, *, trained: bool) -> None:
        self.lang = lang
        self.trained = trained

    @cached_property
    def nlp(self) -> "Language":
        """The spaCy object, loaded at first use."""
        import spacy

        nlp = spacy.load(_TRAINED[self.lang], exclude=_UNUSED) if self.trained else spacy.blank(self.lang)
        # spaCy's limit is for parsers; a text without a full stop is one passage of up to 2,000,000 characters
        nlp.max_length = _LONGEST_PASSAGE
        return nlp

    @property
    def name(self) -> str:
        """What is used, with versions, for run records."""
        if self.trained:
            return f"spaCy {version('spacy')}, {_TRAINED[self.lang]} {version(_TRAINED[self.lang])}"
        return f"spaCy {version('spacy')} blank tokeniser, simplemma {version('simplemma')} (no parts of speech)"


@lru_cache(maxsize=16)
def pipeline(lang: str, choice: Choice = "auto") -> Pipeline:
    """The pipeline of a language.

    ``choice``: "auto" (trained where installed), "trained" (an error where not), "simple" (never trained: the
    same result on every machine).

    >>> pipeline("it", "simple").name.startswith("spaCy")
    True
    >>> pipeline("pt")
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: no pipeline for language 'pt'; allowed are en, es, it.
    """
    if lang not in LANGUAGES:
        raise InputError(f"no pipeline for language '{lang}'; {suggestion(lang, LANGUAGES)}")
    if choice not in get_args(Choice):
        raise InputError(f"pipeline '{choice}' is unknown; {suggestion(choice, get_args(Choice))}")
    installed = importlib.util.find_spec(_TRAINED[lang]) is not None
    if choice == "trained" and not installed:
        name = _TRAINED[lang]
        raise InputError(
            f"the trained pipeline {name} is not installed; install it with "
            f"'conda install -c conda-forge spacy-model-{name}', or choose pipeline 'auto' or 'simple'."
        )
    return Pipeline(lang, trained=installed and choice != "simple")


class SimpleToken(NamedTuple):
    """A token of the simple pipeline: its text, position in the passage, and whether it is punctuation."""

    text: str
    start: int
    end: int
    punctuation: bool


#: ``SimpleToken`` of a tuple, a fifth faster for whole texts than by its four arguments.
_simple_token = partial(tuple.__new__, SimpleToken)
_kept_pieces: dict[str, Pieces] = {}


def simple_pieces(lang: str) -> Pieces:
    """The pieces of text that the simple pipeline of a language has met in this process, with their tokens.

    Kept from call to call and begun anew, with a new tokeniser, beyond 150,000: numbers of pieces and forms hold
    for the object returned, not for the next one.

    >>> pieces = simple_pieces("es")
    >>> [pieces.forms[form] for form, start in pieces.tokens("No escuchan.")]
    ['No', 'escuchan', '.']
    """
    kept = _kept_pieces.get(lang)
    if kept is None or len(kept) > _MOST_PIECES:
        pipeline(lang, "simple")  # refuses other languages
        # a tokeniser of its own: spaCy never forgets a word
        kept = _kept_pieces[lang] = Pieces(Pipeline(lang, trained=False).nlp.tokenizer)
    return kept


def simple_columns(texts: Sequence[str], lang: str) -> TokenColumns:
    """The tokens of many texts without those of spaces, as arrays: for each its text, start and form.

    The tokens of :func:`simple_tokens`, some ten times as fast; what is asked of words is asked once a form.

    >>> columns = simple_columns(["No escuchan.", "No."], "es")
    >>> columns.text.tolist(), columns.start.tolist(), [columns.forms[form] for form in columns.form]
    ([0, 0, 0, 1, 1], [0, 3, 11, 0, 2], ['No', 'escuchan', '.', 'No', '.'])
    """
    return simple_pieces(lang).columns(texts)


# cues and words are both looked for in the same passages, one after the other
@lru_cache(maxsize=4_096)
def simple_tokens(text: str, lang: str) -> tuple[SimpleToken, ...]:
    """The tokens of a text without those of spaces, by spaCy's blank tokeniser on any machine."""
    tokens, position = [], 0
    for piece in simple_pieces(lang).split(text):
        position = text.index(piece, position)
        tokens += [
            _simple_token((form, position + start, position + end, punctuation))
            for form, start, end, punctuation in _tokens_of_piece(piece, lang)
        ]
        position += len(piece)
    return tuple(tokens)


@lru_cache(maxsize=100_000)
def _tokens_of_piece(piece: str, lang: str) -> tuple[tuple[str, int, int, bool], ...]:
    """What :class:`SimpleToken` holds, of each token of a piece that is tokenised apart."""
    pieces = simple_pieces(lang)
    named = [(pieces.forms[form], start) for form, start in pieces.tokens(piece)]
    return tuple((form, start, start + len(form), pieces.is_punctuation(form)) for form, start in named)


@lru_cache(maxsize=100_000)
def lemmatise(word: str, lang: str) -> str:
    """The lemma of a word form by simplemma, lower case; the form itself where simplemma knows none.

    >>> lemmatise("Conversaciones", "es"), lemmatise("ascoltarli", "it")
    ('conversación', 'ascoltare')
    """
    import simplemma

    lemma: str = simplemma.lemmatize(word.lower(), lang=lang)
    return lemma.lower()


def is_known_word(word: str, lang: str) -> bool:
    """Whether simplemma's dictionary has a form.

    >>> is_known_word("escuchaba", "es"), is_known_word("mujaba", "es")
    (True, False)
    """
    import simplemma

    return bool(simplemma.is_known(word, lang=lang))
