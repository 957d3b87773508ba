"""Passages to tokens: the table that themes and statistics count."""

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from toolkit.resources import data_file
from toolkit.tables import check
from toolkit.text.matching import fold
from toolkit.text.pipelines import LANGUAGES, Choice, lemmatise, pipeline, simple_tokens

__all__ = ["content_terms", "folded_lemmas", "stop_words", "tokenise"]

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
        lower case. ``pos`` (Universal Dependencies) is missing where no trained pipeline is installed.
        ``is_stop``: the form or its lemma is a function word of ``toolkit/data/stopwords``.

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
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    wanted = passages[~passages["furniture"] & passages["lang"].isin(LANGUAGES)]
    parts = [_tokens_of(lang, group, texts, choice) for lang, group in wanted.groupby("lang", sort=True)]
    rows = [row for part in parts for row in part]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    order = {doc_id: number for number, doc_id in enumerate(posts["doc_id"])}
    table = table.sort_values(
        ["doc_id", "start"], key=lambda c: c.map(order) if c.name == "doc_id" else c, kind="stable"
    )
    return check("tokens", table)


def _tokens_of(lang: str, passages: pd.DataFrame, texts: Mapping[str, str], choice: Choice) -> list[tuple[object, ...]]:
    """Rows of one language's passages."""
    # quotations in English have no say in which pipelines must be installed
    used = pipeline(lang, "auto" if lang == "en" and choice == "trained" else choice)
    stops = stop_words(lang)
    spans = list(zip(passages["doc_id"], passages["passage_id"], passages["start"], passages["end"], strict=True))
    sources = (texts[doc_id][start:end] for doc_id, _, start, end in spans)
    docs = used.nlp.pipe(sources) if used.trained else map(used.nlp.make_doc, sources)
    rows: list[tuple[object, ...]] = []
    for (doc_id, passage_id, offset, _), doc in zip(spans, docs, strict=True):
        for token in doc:
            if token.is_space:
                continue
            form = token.text.lower()
            lemma = (token.lemma_.lower() if used.trained else lemmatise(token.text, lang)) or form
            start = offset + token.idx
            stop = form in stops or lemma in stops
            pos = token.pos_ or None
            rows.append((doc_id, passage_id, start, start + len(token.text), token.text, lemma, pos, stop, lang))
    return rows


def content_terms(tokens: pd.DataFrame) -> pd.Series:
    """Which tokens can carry a theme: True for lemmas of three letters or more that are no function words.

    Numbers, punctuation, web addresses, @names and lone signs are left out; "co-creación" stays.

    >>> import pandas as pd
    >>> tokens = pd.DataFrame({"lemma": ["la", "co-creación", "2.0", "@ana"], "is_stop": [True, False, False, False]})
    >>> content_terms(tokens).tolist()
    [False, True, False, False]
    """
    lemma = tokens["lemma"]
    return ~tokens["is_stop"] & lemma.str.fullmatch(r"[^\W\d_](?:[^\W\d_]|[-'’](?=[^\W\d_])){2,}")


def folded_lemmas(text: str, lang: str) -> list[str]:
    """All lemmas of a text in order, lower case without accents, by simplemma on any machine; for classifiers.

    >>> folded_lemmas("No escuchan.", "es")
    ['no', 'escuchar', '.']
    """
    return [fold(lemmatise(token.text, lang)) for token in simple_tokens(text, lang)]
