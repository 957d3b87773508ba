"""The transparent coders: by the codebook's cues, and by likeness to its definitions alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.principles.cues import LONGEST, CueHit, cue_index, cue_score
from toolkit.principles.interface import Scored
from toolkit.text import Encoder, embed

__all__ = ["CueCoder", "DefinitionCoder", "cue_evidence"]

#: Cosine similarity to a definition at which it is as likely as not that the code is meant, the width of the step, and
#: the score with the best micro-F1: fitted to the example bank of cluetrain (tests/benchmarks/coders.py definitions).
_MIDDLE, _WIDTH, _CUT = 0.41, 0.10, 0.15


class CueCoder:
    """Scores by cue weights; suggests no stance, since cues say nothing about it."""

    name = "machine:cues"
    cut = 0.5

    def __init__(self, codebook: Codebook) -> None:
        self._index = cue_index(codebook)

    def code(self, passages: pd.DataFrame) -> Scored:
        """Score passages; see :class:`toolkit.principles.interface.Coder`."""
        hits = [self._index.find(text, lang) for text, lang in zip(passages["text"], passages["lang"], strict=True)]
        scores = cue_score(self._index.weights(hits))

        def evidence(row: int, code: int) -> dict[str, Any]:
            return {"method": "cues", "cues": cue_evidence(hits[row], code)}

        return Scored(scores, scores >= self.cut, None, evidence)


class DefinitionCoder:
    """Zero-shot: likeness of a passage's meaning to names and definitions. For codebooks without examples; weak.

    The score is a logistic step over the highest cosine similarity to a definition in any language. It was fitted to
    one codebook's examples: for others it is no calibrated probability. And no stance is suggested.
    """

    name = "machine:definitions"
    cut = _CUT

    def __init__(self, codebook: Codebook, encoder: Encoder) -> None:
        self._codebook, self._encoder = codebook, encoder
        self._defined = [
            (place, f"{code.name[lang]}. {code.definition[lang]}")
            for place, code in enumerate(codebook.codes)
            for lang in sorted(code.definition)
            if lang in code.name
        ]

    def code(self, passages: pd.DataFrame) -> Scored:
        """Score passages; see :class:`toolkit.principles.interface.Coder`."""
        texts = [text[:LONGEST] for text in passages["text"]]
        vectors = embed(texts, self._encoder, groups=passages["doc_id"].tolist(), progress=len(texts) > 500)
        definitions = embed([text for _, text in self._defined], self._encoder, keep=True)
        every = vectors @ definitions.T if texts else np.zeros((0, len(self._defined)))
        similarity = np.full((len(texts), len(self._codebook.codes)), -1.0)
        for column, (place, _) in enumerate(self._defined):
            similarity[:, place] = np.maximum(similarity[:, place], every[:, column])
        scores = (1 / (1 + np.exp(-(similarity - _MIDDLE) / _WIDTH))).round(5)
        scores[[not text.strip() for text in texts]] = 0.0

        def evidence(row: int, code: int) -> dict[str, Any]:
            return {"method": "definitions", "similarity": round(float(similarity[row, code]), 3)}

        return Scored(scores, scores >= self.cut, None, evidence)


def cue_evidence(hits: Sequence[CueHit], code: int) -> list[dict[str, Any]]:
    """The cues of a code as evidence; positions in the passage."""
    return [
        {"cue": hit.cue, "weight": hit.weight, "start": hit.start, "end": hit.end} for hit in hits if hit.code == code
    ]
