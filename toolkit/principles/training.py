"""Training a model of codes and stances on a codebook's examples and on posts that people coded."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from toolkit.codebook import Codebook
from toolkit.errors import InputError
from toolkit.principles.calibration import best_cut, calibrate, calibrate_choice, choice_probabilities, probabilities
from toolkit.principles.context import add_neighbours
from toolkit.principles.features import Described, TermSpace, describe
from toolkit.principles.held_out import group_numbers, keys_of
from toolkit.principles.learnt import (
    AXES,
    CUE_SCALE,
    GAMMAS,
    MARKER_WEIGHT,
    MEANING,
    SPELLING,
    WORDS,
    Kernels,
    Learnt,
    Sums,
    term_weights,
)
from toolkit.principles.quantised import quantised
from toolkit.principles.ridge import Ridge, fit_ridge
from toolkit.tables import STANCES
from toolkit.text import Encoder

__all__ = ["MOST_ROWS", "TrainingSet", "train", "training_set"]

PENALTY = 0.5
GROUPS = 3
#: From this many passages on numbers of half the length are used: a matrix of 20,000 then has 1.6 GB.
_LONG_NUMBERS_UP_TO = 12_000
#: Rows of the kernel matrix made at a time.
_ROWS = 1_000
#: Memory and time of training grow with the square and the cube of the passages: 8,000 take 1.5 GB and a minute.
MOST_ROWS = 8_000


class TrainingSet(NamedTuple):
    """``passages``: doc_id, lang, text, ``example`` (number in the example bank, -1 for a sentence of a coded post);
    ``truth`` (n, codes) 0 or 1; ``stances`` (n, 4) shares; ``groups`` (n): -1 for examples; ``keys``: group by the
    key of a coded post or sentence."""

    passages: pd.DataFrame
    truth: np.ndarray
    stances: np.ndarray
    groups: np.ndarray
    keys: dict[int, int]


def training_set(
    codebook: Codebook,
    posts: pd.DataFrame | None = None,
    units: pd.DataFrame | None = None,
    annotations: pd.DataFrame | None = None,
    *,
    with_examples: bool = True,
    copies: Sequence[tuple[str, str]] = (),
    most: int | None = MOST_ROWS,
    seed: int = 1,
) -> TrainingSet:
    """What to learn from: the codebook's examples and the sentences (``units``: doc_id, start, end) of coded posts.

    ``annotations`` say which units carry which codes; units without any are examples of none. ``copies``: pairs of
    doc_ids of posts with the same text, which are left out together. More than ``most`` passages are sampled
    (``seed``), with and without a code in the shares that they have in everything.
    """
    examples = codebook.examples if with_examples else codebook.examples.iloc[:0]
    rows = [
        {"doc_id": f"example:{number // 64}", "lang": lang, "text": text, "example": number, "codes": codes}
        for number, (lang, text, codes) in enumerate(
            zip(examples["lang"], examples["text"], examples["codes"], strict=True)
        )
    ]
    groups = [-1] * len(rows)
    keys: dict[int, int] = {}
    if posts is not None and units is not None and annotations is not None:
        number_of = group_numbers(sorted(set(units["doc_id"])), copies, GROUPS)
        texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
        langs = dict(zip(posts["doc_id"], posts["lang"], strict=True))
        given: dict[tuple[str, int, int], dict[str, str | None]] = {}
        columns = ("doc_id", "start", "end", "code", "stance")
        for doc_id, start, end, code, stance in zip(*(annotations[name] for name in columns), strict=True):
            given.setdefault((doc_id, start, end), {})[code] = stance if isinstance(stance, str) else None
        for doc_id, start, end in units[["doc_id", "start", "end"]].sort_values(["doc_id", "start"]).to_numpy():
            if not 0 <= start <= end <= len(texts.get(doc_id, "")):
                raise InputError(
                    f"unit {start}-{end} of '{doc_id}' lies outside the coded posts; give the posts that were coded."
                )
            text = texts[doc_id][start:end]
            codes = given.get((doc_id, start, end), {})
            rows.append({"doc_id": doc_id, "lang": langs[doc_id], "text": text, "example": -1, "codes": codes})
            groups.append(number_of[doc_id])
        for doc_id, group in number_of.items():
            sentences = [row["text"] for row in rows if row["doc_id"] == doc_id and row["example"] < 0]
            keys |= dict.fromkeys(keys_of(texts[doc_id], sentences), group)
    chosen = _chosen([bool(row["codes"]) for row in rows], most, seed)
    rows = [rows[place] for place in chosen]
    truth = np.array([[code in row["codes"] for code in codebook.code_ids] for row in rows], dtype=float)
    stances = np.array([[list(row["codes"].values()).count(stance) for stance in STANCES] for row in rows], dtype=float)
    stances /= np.maximum(stances.sum(1, keepdims=True), 1)
    frame = pd.DataFrame(rows, columns=["doc_id", "lang", "text", "example"])
    return TrainingSet(frame, truth, stances, np.array(groups, dtype=int)[chosen], keys)


def train(
    material: TrainingSet,
    codebook: Codebook,
    encoders: Sequence[Encoder],
    *,
    with_cues: bool = True,
    penalty: float = PENALTY,
    progress: bool = True,
) -> Learnt:
    """Learn from a training set.

    Probabilities are fitted to, and the cut is chosen on, scores of models that did not see the passage (for posts:
    any passage of its group), with the neighbours' scores added where passages have neighbours.
    """
    passages, truth = material.passages, material.truth
    space = TermSpace.fitted(passages["text"].tolist(), passages["lang"].tolist())
    described = describe(passages, codebook, space, encoders, keep=True, progress=progress)
    if not with_cues:
        described = described._replace(cues=np.zeros_like(described.cues))
    kernels = _kernels(described)
    gram = _meaning_gram(kernels)
    _add_terms(gram, described)
    fitted = fit_ridge(gram, truth, penalty=penalty, groups=material.groups, group_count=_groups(material))
    del gram
    everything = np.arange(len(truth))
    codes = _sums(fitted, everything, described, np.zeros((len(truth), 0)))

    coded = np.flatnonzero(material.stances.any(1))
    spread = np.maximum(described.markers.std(0), 0.05)
    stances, choice, stance_facts = _stances(material, described, kernels, spread, coded, penalty)

    held_out = fitted.held_out + _context(fitted.held_out, material, fitted.means)
    sigmoid = calibrate(held_out, truth)
    likely = probabilities(held_out, sigmoid)
    posts = material.groups >= 0
    facts: dict[str, object] = {
        "examples": int((~posts).sum()),
        "coded sentences": int(posts.sum()),
        "coded posts": int(passages["doc_id"][posts].nunique()),
        "encoders": [encoder.name for encoder in encoders],
        "cues": with_cues,
        **stance_facts,
    }
    return Learnt(
        space, kernels, codes, stances, spread, sigmoid, choice, best_cut(likely, truth), material.keys, facts
    )


def _context(scores: np.ndarray, material: TrainingSet, means: np.ndarray) -> np.ndarray:
    """What neighbours add, for the sentences of posts; examples stand alone."""
    added = np.zeros_like(scores)
    posts = material.groups >= 0
    added[posts] = add_neighbours(scores[posts], material.passages["doc_id"][posts].tolist(), means)
    return added


def _stances(
    material: TrainingSet,
    described: Described,
    kernels: Kernels,
    spread: np.ndarray,
    coded: np.ndarray,
    penalty: float,
) -> tuple[Sums, np.ndarray, dict[str, object]]:
    """The regression of stances, on the passages that carry a code."""
    targets = material.stances[coded]
    part = described.rows(coded)
    markers = part.markers / spread
    gram: np.ndarray = np.zeros((len(coded), len(coded)), _number(len(coded)))
    for near in kernels.near(part, coded):
        gram += near
    _add_terms(gram, part)
    # each marker counts little, all of them as much as one kernel
    gram += MARKER_WEIGHT / max(markers.shape[1], 1) * (markers @ markers.T)
    # rarer stances weigh more, by the root of their rarity
    weights = 1 / np.sqrt(np.maximum(targets.sum(0), 1e-9))[targets.argmax(1)]
    weights /= weights.mean() if len(weights) else 1
    groups, count = material.groups[coded], _groups(material)
    fitted = fit_ridge(gram, targets, penalty=penalty, weights=weights, groups=groups, group_count=count)
    choice = calibrate_choice(fitted.held_out, targets)
    chosen = choice_probabilities(fitted.held_out, choice).argmax(1)
    right = float((chosen == targets.argmax(1)).mean()) if len(coded) else 0.0
    sums = _sums(fitted, coded, part, markers * (MARKER_WEIGHT / max(markers.shape[1], 1)))
    return sums, choice, {"stance right, held out": round(right, 3)}


def _groups(material: TrainingSet) -> int:
    """Number of groups: the same for codes and stances, though no post of a group may have a stance."""
    return GROUPS if material.keys else 0


def _sums(fitted: Ridge, rows: np.ndarray, part: Described, markers: np.ndarray) -> Sums:
    return Sums(
        rows,
        fitted.coefficients,
        term_weights(part.words, fitted.coefficients, WORDS),
        term_weights(part.spelling, fitted.coefficients, SPELLING),
        term_weights(csr_matrix(markers), fitted.coefficients, 1.0),
        fitted.means,
    )


def _kernels(described: Described) -> Kernels:
    first, *second = described.meaning
    centre, spread = np.zeros(0, np.float32), np.ones(0, np.float32)
    # the main axes of uncentred vectors: their dot products, and so their distances, stay
    lengths, axes = np.linalg.eigh((first.T @ first).astype(np.float64))
    axes = axes[:, np.argsort(-lengths, kind="stable")[:AXES]].astype(np.float32)
    if len(first) <= AXES:
        # fewer passages than axes: the last ones would be any that LAPACK likes, and new passages lie on them too
        axes = np.eye(first.shape[1], dtype=np.float32)
    vectors = [quantised(first @ axes)]
    for part in second:
        centre = part.mean(0)
        # divided by the root of the dimensions, a standardised vector has length 1 on average
        spread = (part.std(0) + 1e-9) * np.float32(np.sqrt(part.shape[1]))
        vectors.append(quantised((part - centre) / spread))
    return Kernels(tuple(vectors), axes, centre, spread, described.cues)


def _meaning_gram(kernels: Kernels) -> np.ndarray:
    """Similarities of the training passages by meaning and cues, (n, n)."""
    count = len(kernels.cues)
    gram: np.ndarray = np.zeros((count, count), _number(count))
    for weight, gamma, vectors in zip(MEANING, GAMMAS, kernels.vectors, strict=False):
        joined = np.hstack([vectors, kernels.cues * np.float32(CUE_SCALE)]).astype(gram.dtype)
        lengths = (joined**2).sum(1)
        for first in range(0, count, _ROWS):
            part = slice(first, first + _ROWS)
            near = joined[part] @ joined.T
            near *= -2
            near += lengths[part, None] + lengths[None, :]
            gram[part] += weight * np.exp(-gamma * np.maximum(near, 0))
    return gram


def _add_terms(gram: np.ndarray, described: Described) -> None:
    """Add the similarities by words and spelling."""
    for weight, terms in ((WORDS, described.words), (SPELLING, described.spelling)):
        for first in range(0, len(gram), _ROWS):
            part = slice(first, first + _ROWS)
            gram[part] += weight * (terms[part] @ terms.T).toarray()


def _number(count: int) -> str:
    return "float64" if count <= _LONG_NUMBERS_UP_TO else "float32"


def _chosen(coded: list[bool], most: int | None, seed: int) -> np.ndarray:
    """Places of at most ``most`` passages, in their order."""
    places = np.arange(len(coded))
    if most is None or len(places) <= most:
        return places
    random = np.random.default_rng(seed)
    has = np.array(coded, dtype=bool)
    first = random.permutation(places[has])[:most]
    others = random.permutation(places[~has])
    # as many without a code as their share in everything, so that the base rates stay
    wanted = min(len(others), max(most - len(first), round(most * (~has).mean())))
    return np.sort(np.concatenate([first[: most - wanted], others[:wanted]]))
