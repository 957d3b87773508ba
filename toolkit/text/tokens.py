"""Passages to tokens: the table that themes and statistics count."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.errors import InputError
from toolkit.resources import data_file
from toolkit.tables import check
from toolkit.text.docbin import spaced_words
from toolkit.text.matching import fold
from toolkit.text.pieces import Pieces, is_long
from toolkit.text.pipelines import LANGUAGES, Choice, Pipeline, lemmatise, pipeline, simple_columns, simple_pieces

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["content_terms", "folded_lemmas", "stop_words", "tokenise"]

#: Three letters or more, between which hyphens and apostrophes may stand.
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[-'’](?=[^\W\d_])){2,}")
_COLUMNS = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop", "lang"]


@lru_cache(maxsize=8)
def stop_words(lang: str) -> frozenset[str]:
    """The function words of a language, in lower case, from ``toolkit/data/stopwords``.

    >>> sorted(stop_words("es"))[:4], "escuchar" in stop_words("es")
    (['a', 'abajo', 'abril', 'absolutamente'], False)
    """
    lines = data_file("stopwords", f"{lang}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def tokenise(posts: pd.DataFrame, passages: pd.DataFrame, *, choice: Choice = "auto") -> pd.DataFrame:
    """Tokens of all passages that are not furniture and are in Spanish, Italian or English.

    Parameters
    ----------
    posts, passages : their tables.
    choice : which pipeline; see :func:`toolkit.text.pipelines.pipeline`.

    Returns
    -------
    DataFrame
        tokens table with ``lang`` added: one row a token that is not white space, in text order. ``lemma`` is
        lower case and composed (NFC), without the pronouns that spaCy puts behind a Spanish verb ("escuchar él").
        ``pos`` (Universal Dependencies) is missing where no trained pipeline is installed. ``is_stop``: the form or
        its lemma is a function word of ``toolkit/data/stopwords``.

    Raises
    ------
    InputError
        for passages of other posts, and such that end behind the text of theirs.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": ["es"], "text": ["Las marcas escuchan."], "sha256": [""]})
    >>> tokenise(posts, segment(posts), choice="simple")[["start", "end", "text", "lemma", "is_stop"]]
       start  end      text     lemma  is_stop
    0      0    3       Las        el     True
    1      4   10    marcas     marca    False
    2     11   19  escuchan  escuchar    False
    3     19   20         .         .    False
    """
    posts, passages = check("posts", posts), check("passages", passages)
    wanted = passages[~passages["furniture"] & passages["lang"].isin(LANGUAGES)]
    sources, post = posts["text"].tolist(), _posts_of(wanted, posts)
    wanted = wanted.reset_index(drop=True)
    first = wanted["start"].to_numpy()
    spans = zip(post.tolist(), first.tolist(), wanted["end"].tolist(), strict=True)
    texts = [sources[place][start:end] for place, start, end in spans]
    read = [_read(lang, places, texts, choice) for lang, places in sorted(wanted.groupby("lang").indices.items())]
    if not any(len(part.word) for part in read):
        return check("tokens", pd.DataFrame(columns=_COLUMNS)).astype({"lang": "str"})
    words = pd.concat([part.words for part in read], ignore_index=True)
    shifts = accumulate((len(part.words) for part in read[:-1]), initial=0)
    word = np.concatenate([part.word + shift for part, shift in zip(read, shifts, strict=True)])
    passage = np.concatenate([part.passage for part in read])
    start = first[passage] + np.concatenate([part.start for part in read])
    # a text has fewer than 2**32 characters: one number for post and place
    order = np.argsort((post[passage] << 32) + start, kind="stable")
    passage, start, word = passage[order], start[order], word[order]
    table = pd.DataFrame(
        {
            **{column: wanted[column].array.take(passage) for column in ("doc_id", "passage_id")},
            "start": start,
            "end": start + words["text"].str.len().to_numpy(np.int64)[word],
            **{column: words[column].array.take(word) for column in ("text", "lemma", "pos", "is_stop", "lang")},
        }
    )
    return check("tokens", table)


def _posts_of(passages: pd.DataFrame, posts: pd.DataFrame) -> NDArray[np.int64]:
    """The place of each passage's post, (passages,); InputError for a passage that lies in none."""
    number = {doc_id: place for place, doc_id in enumerate(posts["doc_id"].tolist())}
    post = np.array([number.get(doc_id, -1) for doc_id in passages["doc_id"].tolist()], dtype=np.int64)
    lengths = np.array([*map(len, posts["text"].tolist()), 0], dtype=np.int64)[post]
    wrong = (post < 0) | (passages["end"].to_numpy() > lengths)
    if wrong.any():
        place = int(wrong.argmax())
        doc_id, end = passages["doc_id"].iloc[place], passages["end"].iloc[place]
        said = f"no post has the doc_id '{doc_id}'"
        if post[place] >= 0:
            said = f"end {end} lies outside the text of '{doc_id}', which has {lengths[place]} characters"
        raise InputError(
            f"tokens: passages, row {passages.index[place] + 1}: {said}; give the posts they were cut from."
        )
    return post


class _Read(NamedTuple):
    """Tokens of one language: number of the passage, start in it, and row in ``words``, which are all different."""

    passage: NDArray[np.int64]
    start: NDArray[np.int64]
    word: NDArray[np.int64]
    words: pd.DataFrame


def _read(lang: str, places: NDArray[np.int64], texts: Sequence[str], choice: Choice) -> _Read:
    """The tokens of the passages at the given places."""
    # quotations in English have no say in which pipelines must be installed
    used = pipeline(lang, "auto" if lang == "en" and choice == "trained" else choice)
    sources = [texts[place] for place in places]
    if used.trained:
        return _read_tagged(used, places, sources)
    columns = simple_columns(sources, lang)
    lemmas = [lemmatise(form, lang) for form in columns.forms]
    words = _words(columns.forms, lemmas, [None] * len(lemmas), lang)
    return _Read(places[columns.text], columns.start, columns.form, words)


def _read_tagged(used: Pipeline, places: NDArray[np.int64], sources: Sequence[str]) -> _Read:
    """The same by a trained pipeline, whose lemmas and parts of speech depend on the neighbours of a word."""
    rows: dict[tuple[str, str, str], int] = {}
    tokens = [
        (place, token.idx, rows.setdefault((token.text, token.lemma_, token.pos_), len(rows)))
        for place, doc in zip(places, used.nlp.pipe(_given(used, sources)), strict=True)
        for token in doc
        if not token.is_space
    ]
    passage, start, word = np.array(tokens, dtype=np.int64).reshape(-1, 3).T
    forms, lemmas, tags = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    # spaCy's Spanish rules put pronouns behind the verb: "escuchar él" for "escucharlos"
    lemmas = [normalize("NFC", lemma.lower()).partition(" ")[0] for lemma in lemmas]
    return _Read(passage, start, word, _words(forms, lemmas, tags, used.lang))


def _given(used: Pipeline, sources: Sequence[str]) -> Iterator["str | Doc"]:
    """The texts as a pipeline takes them: cut into words where spaCy would take the square of an endless stretch."""
    pieces: Pieces | None = None
    for source in sources:
        if not is_long(source):
            yield source
            continue
        from spacy.tokens import Doc

        pieces = Pieces(used.nlp.tokenizer) if pieces is None else pieces
        tokens = [(start, start + len(pieces.forms[form])) for form, start in pieces.tokens(source)]
        words, spaces = spaced_words(source, tokens, ())
        yield Doc(used.nlp.vocab, words=words, spaces=spaces)


def _words(forms: Sequence[str], lemmas: Sequence[str], tags: Sequence[str | None], lang: str) -> pd.DataFrame:
    """What the tokens table says of each distinct word of a language."""
    # the lists are composed, texts may be written otherwise
    lowered = [normalize("NFC", form.lower()) for form in forms]
    lemmas = [lemma or form for lemma, form in zip(lemmas, lowered, strict=True)]
    stops = stop_words(lang)
    is_stop = [form in stops or lemma in stops for form, lemma in zip(lowered, lemmas, strict=True)]
    texts = {"text": forms, "lemma": lemmas, "pos": [tag or None for tag in tags], "lang": [lang] * len(forms)}
    columns = {name: pd.Series(values, dtype="str") for name, values in texts.items()}
    return pd.DataFrame({**columns, "is_stop": np.array(is_stop, dtype=bool)})


def content_terms(tokens: pd.DataFrame) -> pd.Series:
    """Which tokens can carry a theme: True for lemmas of three letters or more that are no function words.

    Numbers, punctuation, web addresses, @names and lone signs are left out; "co-creación" stays.

    >>> import pandas as pd
    >>> tokens = pd.DataFrame({"lemma": ["la", "co-creación", "2.0", "@ana"], "is_stop": [True, False, False, False]})
    >>> content_terms(tokens).tolist()
    [False, True, False, False]
    """
    # some versions of pandas ask Arrow, to which only those of ASCII are letters
    place, lemmas = pd.factorize(tokens["lemma"])
    words = np.array([_WORD.fullmatch(lemma) is not None for lemma in lemmas], dtype=bool)
    return ~tokens["is_stop"] & np.append(words, False)[place]


def folded_lemmas(text: str, lang: str) -> list[str]:
    """All lemmas of a text in order, lower case without accents, by simplemma on any machine; for classifiers.

    >>> folded_lemmas("No escuchan.", "es")
    ['no', 'escuchar', '.']
    """
    return [lemma for piece in simple_pieces(lang).split(text) for lemma in _folded_lemmas(piece, lang)]


@lru_cache(maxsize=100_000)
def _folded_lemmas(piece: str, lang: str) -> tuple[str, ...]:
    """The same of a piece of a text that is tokenised apart."""
    pieces = simple_pieces(lang)
    return tuple(fold(lemmatise(pieces.forms[form], lang)) for form, _ in pieces.tokens(piece))
