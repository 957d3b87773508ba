"""The only room that imports spaCy and the sentence encoder: tokens, cue matching, sentence vectors."""

from toolkit.text.e5 import E5Encoder, second_encoder
from toolkit.text.embeddings import Encoder, SentenceEncoder, default_encoder, embed, pooled
from toolkit.text.matching import LONGEST_CUED, CueMatcher, Hit, fold
from toolkit.text.pipelines import (
    LANGUAGE_NAMES,
    LANGUAGES,
    Pipeline,
    is_known_word,
    lemmatise,
    pipeline,
    simple_columns,
)
from toolkit.text.tokens import content_terms, folded_lemmas, stop_words, tokenise

__all__ = [
    "LANGUAGES",
    "LANGUAGE_NAMES",
    "LONGEST_CUED",
    "CueMatcher",
    "E5Encoder",
    "Encoder",
    "Hit",
    "Pipeline",
    "SentenceEncoder",
    "content_terms",
    "default_encoder",
    "embed",
    "fold",
    "folded_lemmas",
    "is_known_word",
    "lemmatise",
    "pipeline",
    "pooled",
    "second_encoder",
    "simple_columns",
    "stop_words",
    "tokenise",
]
