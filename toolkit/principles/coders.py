"""The machine coders: cues, examples, hybrid. One interface: texts in, scores, decisions, stances, evidence out."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any, NamedTuple, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from toolkit.cache import key_of, load_arrays, store_arrays
from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.principles.cues import CueHit, cue_index, cue_score
from toolkit.principles.features import CUE_SCALE, GAMMA, LEXICAL, SentenceKernel
from toolkit.principles.ridge import Ridge, best_cut, calibrate, fit_ridge, probabilities
from toolkit.tables import STANCES
from toolkit.text import Encoder, SentenceEncoder

__all__ = ["METHODS", "Coder", "Scored", "coder"]

METHODS = ("hybrid", "examples", "cues")
_PENALTY = 0.5
_MODELS = ("codes", "stances")
#: Rows of passages compared with the examples at a time: 512 x 5,000 numbers are 20 MB.
_CHUNK = 512
#: Memory and time of training grow with the square and the cube of the examples: 8,000 take 2 GB, a minute.
MOST_EXAMPLES = 8_000
_FEWEST_EXAMPLES = 20
_FEWEST_CODED = 5


class Scored(NamedTuple):
    """What a coder says of n texts and m codes.

    ``scores`` (n, m) 0 to 1, higher is surer; ``decided`` (n, m) truth; ``stances`` (n) a suggestion per text or
    None; ``evidence(row, code)`` gives cues with positions and nearest examples.
    """

    scores: np.ndarray
    decided: np.ndarray
    stances: list[str | None]
    evidence: Callable[[int, int], dict[str, Any]]


class Coder(Protocol):
    """What every coder offers; ``name`` goes into the annotations."""

    name: str

    def code(self, texts: Sequence[str], langs: Sequence[str]) -> Scored:
        """Score texts; ``langs`` are "es" or "it" (or "en", where only meaning counts)."""
        ...


def coder(codebook: Codebook, method: str = "hybrid", *, encoder: Encoder | None = None) -> Coder:
    """A coder for a codebook.

    ``method``: "cues" (words and phrases of the codebook), "examples" (learnt from its examples through the
    sentence encoder and wording), "hybrid" (examples and cues together).

    Raises :class:`InputError` if the codebook lacks what the method needs.
    """
    if method not in METHODS:
        raise InputError(f"method '{method}' is unknown; {suggestion(method, METHODS)}")
    if method == "cues":
        if not codebook.cues:
            raise InputError(f"codebook '{codebook.id}' has no cues; add some or use method 'examples'.")
        return CueCoder(codebook)
    count = len(codebook.examples)
    coded = sum(bool(codes) for codes in codebook.examples["codes"])
    if count < _FEWEST_EXAMPLES or count > MOST_EXAMPLES:
        raise InputError(
            f"codebook '{codebook.id}' has {count} examples; method '{method}' needs {_FEWEST_EXAMPLES} to "
            f"{MOST_EXAMPLES:,}: add or remove some, or use method 'cues'."
        )
    if coded < _FEWEST_CODED:
        raise InputError(
            f"codebook '{codebook.id}' has {coded} examples with a code; method '{method}' needs {_FEWEST_CODED} "
            "of them: add some, or use method 'cues'."
        )
    return _example_coder(codebook, method == "hybrid", encoder)  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _example_coder(codebook: Codebook, with_cues: bool, encoder: Any) -> "ExampleCoder":
    return ExampleCoder(codebook, with_cues=with_cues, encoder=encoder)


class CueCoder:
    """Scores by cue weights; suggests no stance, since cues say nothing about it."""

    name = "machine:cues"

    def __init__(self, codebook: Codebook) -> None:
        self._index = cue_index(codebook)

    def code(self, texts: Sequence[str], langs: Sequence[str]) -> Scored:
        """Score texts; see :class:`Coder`."""
        hits = [self._index.find(text, lang) for text, lang in zip(texts, langs, strict=True)]
        scores = cue_score(self._index.weights(hits))

        def evidence(row: int, code: int) -> dict[str, Any]:
            return {"method": "cues", "cues": _cue_evidence(hits[row], code)}

        return Scored(scores, scores >= 0.5, [None] * len(texts), evidence)


class ExampleCoder:
    """Learns from the codebook's examples by kernel ridge regression; probabilities by leave-one-out calibration.

    The cut between decided and not is the one with the best micro-F1 on the held-out examples; no other text is
    looked at. The stance comes from a second regression on the examples that carry a code.
    """

    def __init__(self, codebook: Codebook, *, with_cues: bool, encoder: Encoder | None = None) -> None:
        self.name = "machine:hybrid" if with_cues else "machine:examples"
        self._method = self.name.removeprefix("machine:")
        self._codes = codebook.code_ids
        self._examples = codebook.examples.to_dict("records")
        texts = [row["text"] for row in self._examples]
        langs = [row["lang"] for row in self._examples]
        self._truth = np.array([[code in row["codes"] for code in self._codes] for row in self._examples], dtype=float)
        coded = np.asarray(self._truth.any(1))
        encoder = encoder or SentenceEncoder()
        with threadpool_limits(1):
            self._kernel = SentenceKernel(texts, langs, codebook, with_cues=with_cues, encoder=encoder)
            key = _model_key(codebook, encoder, with_cues)
            models = _stored(key, len(texts), int(coded.sum()), len(self._codes))
            if models is None:
                models = self._train(coded)
                _store(key, models)
        self._coded = coded
        self._codes_model, self._stance_model = models
        self.sigmoid = calibrate(self._codes_model.held_out, self._truth)
        #: Probabilities of the examples by models that did not see them, shape (examples, codes).
        self.held_out = probabilities(self._codes_model.held_out, self.sigmoid)
        self.cut = best_cut(self.held_out, self._truth)

    def _train(self, coded: np.ndarray) -> tuple[Ridge, Ridge]:
        gram = self._kernel.gram(self._kernel.described)
        stances = np.array(
            [[list(row["codes"].values()).count(stance) for stance in STANCES] for row in self._examples],
            dtype=float,
        )[coded]
        stances /= stances.sum(1, keepdims=True)
        # rarer stances weigh more, by the root of their rarity
        weights = 1 / np.sqrt(np.maximum(stances.sum(0), 1e-9))[stances.argmax(1)]
        stance_model = fit_ridge(
            gram[np.ix_(coded, coded)], stances, penalty=_PENALTY, weights=weights / weights.mean()
        )
        return fit_ridge(gram, self._truth, penalty=_PENALTY), stance_model

    def code(self, texts: Sequence[str], langs: Sequence[str]) -> Scored:
        """Score texts; see :class:`Coder`."""
        if not texts:
            nothing = np.zeros((0, len(self._codes)))
            return Scored(nothing, nothing > 0, [], lambda row, code: {})
        with threadpool_limits(1):
            passages = self._kernel.describe(texts, langs)
            scores = np.zeros((len(texts), len(self._codes)))
            stances: list[str | None] = []
            for first in range(0, len(texts), _CHUNK):
                part = slice(first, first + _CHUNK)
                gram = self._kernel.gram(_rows(passages, part))
                scores[part] = probabilities(self._codes_model.predict(gram), self.sigmoid)
                best = self._stance_model.predict(gram[:, self._coded]).argmax(1)
                stances += [STANCES[place] for place in best]
        blank = np.array([not text.strip() for text in texts], dtype=bool)
        scores[blank] = 0.0
        scores = scores.round(6)

        def evidence(row: int, code: int) -> dict[str, Any]:
            similarity = self._kernel.described.vectors @ passages.vectors[row]
            of_code = np.flatnonzero(self._truth[:, code])
            nearest = of_code[np.argsort(-similarity[of_code], kind="stable")[:3]]
            return {
                "method": self._method,
                "cues": _cue_evidence(passages.hits[row], code),
                "examples": [
                    {
                        "id": self._examples[place]["id"],
                        "similarity": round(float(similarity[place]), 3),
                        "stance": self._examples[place]["codes"][self._codes[code]],
                        "text": self._examples[place]["text"],
                    }
                    for place in nearest
                ],
            }

        return Scored(scores, scores >= self.cut, stances, evidence)


def _rows(passages: Any, part: slice) -> Any:
    return passages._replace(
        vectors=passages.vectors[part],
        meaning=passages.meaning[part],
        words=passages.words[part],
        spelling=passages.spelling[part],
    )


def _cue_evidence(hits: Sequence[CueHit], code: int) -> list[dict[str, Any]]:
    return [
        {"cue": hit.cue, "weight": hit.weight, "start": hit.start, "end": hit.end} for hit in hits if hit.code == code
    ]


def _model_key(codebook: Codebook, encoder: Encoder, with_cues: bool) -> str:
    packages = ("cluetrain-toolkit", "numpy", "scipy", "scikit-learn", "simplemma", "spacy")
    constants = f"{with_cues} {GAMMA} {CUE_SCALE} {LEXICAL} {_PENALTY}"
    return key_of([codebook.sha256, encoder.name, constants, *map(version, packages)])


def _stored(key: str, examples: int, coded: int, codes: int) -> tuple[Ridge, Ridge] | None:
    """The trained models from the cache, or None when there are none or they do not fit."""
    arrays = load_arrays("coders", key)
    names = [f"{model}_{part}" for model in _MODELS for part in Ridge._fields]
    if arrays is None or sorted(arrays) != sorted(names):
        return None
    models = [Ridge(*(arrays[f"{model}_{part}"] for part in Ridge._fields)) for model in _MODELS]
    shapes = [model.coefficients.shape for model in models]
    return (models[0], models[1]) if shapes == [(examples, codes), (coded, len(STANCES))] else None


def _store(key: str, models: tuple[Ridge, Ridge]) -> None:
    pairs = zip(_MODELS, models, strict=True)
    store_arrays(
        "coders",
        key,
        {f"{name}_{part}": getattr(model, part) for name, model in pairs for part in Ridge._fields},
    )
