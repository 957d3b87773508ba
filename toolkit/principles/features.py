"""What the learnt coders see of a passage: its meaning, its cues, its words, its spelling, its markers of stance.

``meaning`` are sentence vectors (one array for each encoder), ``cues`` the summed weights of distinct cues for each
code, ``words`` tf-idf weights of lemmas (1-2 grams) and ``spelling`` of character 3-5 grams, both of length 1.
Meaning finds the same thought in other words and in the other language; words and spelling find terms that the
encoders blur; markers tell which side a sentence takes.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags_array

from toolkit.codebook import Codebook
from toolkit.principles.cues import LONGEST, CueHit, cue_index
from toolkit.principles.interface import CODED_LANGUAGES
from toolkit.principles.markers import MARKED_LANGUAGES, marker_features
from toolkit.principles.terms import FEWEST, TermSpace, tokens_of
from toolkit.text import Encoder, embed

__all__ = ["FEWEST", "Described", "TermSpace", "describe"]

#: More cue weight than this for one code says nothing more.
_MOST_CUE_WEIGHT = 6.0


class Described(NamedTuple):
    """n passages as the learner sees them: ``meaning`` one (n, dimensions) array for each encoder, ``cues``
    (n, codes), sparse ``words`` and ``spelling``, ``markers`` (n, markers), and the cue ``hits`` they contain."""

    meaning: tuple[np.ndarray, ...]
    cues: np.ndarray
    words: csr_matrix
    spelling: csr_matrix
    markers: np.ndarray
    hits: list[list[CueHit]]

    def rows(self, chosen: Any) -> "Described":
        """The passages at these places."""
        places = np.arange(len(self.cues))[chosen]
        return Described(
            tuple(part[places] for part in self.meaning),
            self.cues[places],
            self.words[places],
            self.spelling[places],
            self.markers[places],
            [self.hits[place] for place in places],
        )


def describe(
    passages: pd.DataFrame,
    codebook: Codebook,
    space: TermSpace,
    encoders: Sequence[Encoder],
    *,
    keep: bool = False,
    markers: bool = True,
    progress: bool = False,
) -> Described:
    """Features of passages (doc_id, lang, text); of one longer than 20,000 characters its beginning counts.

    Of passages in other languages than Spanish and Italian the meaning alone is read: terms and cues that they share
    with these two are chance ("come", "sale").
    The passages of a document are encoded together: a vector depends on its document, not on the other documents.
    """
    # passages that say the same have the same features
    whole = passages["text"].tolist()
    distinct: dict[tuple[str, str], int] = {}
    place = np.array([distinct.setdefault(pair, len(distinct)) for pair in zip(whole, passages["lang"], strict=True)])
    texts, langs = [text[:LONGEST] for text, _ in distinct], [lang for _, lang in distinct]
    known = np.isin(np.array(langs, dtype=object), CODED_LANGUAGES)
    tokens = tokens_of(texts, langs)
    words, spelling = (diags_array(known.astype(np.float32)) @ part for part in space.weigh(texts, langs, tokens))
    index = cue_index(codebook)
    hits = index.find_all(len(texts), tokens)
    found = Described(
        (),
        np.minimum(index.weights(hits), _MOST_CUE_WEIGHT).astype(np.float32),
        csr_matrix(words),
        csr_matrix(spelling),
        _markers(texts, langs) if markers else np.zeros((len(texts), 0), np.float32),
        hits,
    )
    if len(texts) < len(whole):
        found = found.rows(place)
    groups = passages["doc_id"].tolist()
    meant = [text[:LONGEST] for text in whole]
    meaning = (embed(meant, encoder, groups=groups, keep=keep, progress=progress) for encoder in encoders)
    return found._replace(meaning=tuple(meaning))


def _markers(texts: Sequence[str], langs: Sequence[str]) -> np.ndarray:
    """Markers of stance; all 0 for passages in other languages, which have no list."""
    known = [lang in MARKED_LANGUAGES for lang in langs]
    found, names = marker_features(
        [text for text, here in zip(texts, known, strict=True) if here],
        [lang for lang, here in zip(langs, known, strict=True) if here],
    )
    result = np.zeros((len(texts), len(names)), np.float32)
    result[known] = found
    return result
