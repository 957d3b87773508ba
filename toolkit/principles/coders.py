"""Which coder codes: made by name, trained or read from a file where it learns."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from toolkit.cache import cache_folder, key_of
from toolkit.codebook import Codebook
from toolkit.errors import InputError, OutputError, suggestion
from toolkit.principles.cue_coder import CueCoder, DefinitionCoder
from toolkit.principles.features import FEWEST
from toolkit.principles.interface import METHODS, Coder
from toolkit.principles.learnt import AXES, CUE_SCALE, GAMMAS, MARKER_WEIGHT, MEANING, SPELLING, WORDS, Learnt
from toolkit.principles.learnt_coder import LearntCoder
from toolkit.principles.model_file import read_model, write_model
from toolkit.principles.training import MOST_ROWS, PENALTY, TrainingSet, train, training_set
from toolkit.resources import data_file, data_names
from toolkit.text import Encoder, default_encoder, second_encoder

__all__ = ["CodedPosts", "coder", "encoders_here", "made_from", "supervised_coder"]

_FEWEST_EXAMPLES = 20
_FEWEST_CODED = 5


class CodedPosts(NamedTuple):
    """Posts that a person coded: their posts table, the ``units`` judged (doc_id, start, end) and the
    ``annotations`` given.

    >>> import pandas as pd
    >>> from toolkit.principles import CodedPosts
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["Las marcas escuchan. Llueve."]})
    >>> units = pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 21], "end": [20, 28]})  # the second takes no code
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "codebook": "cluetrain", "code": "listening", "stance": "endorses", "coder": "first", "kind": "human"})
    >>> coded = CodedPosts(posts, units, given)
    >>> len(coded.units), len(coded.annotations)
    (2, 1)
    """

    posts: pd.DataFrame
    units: pd.DataFrame
    annotations: pd.DataFrame


def coder(
    codebook: Codebook,
    method: str = "hybrid",
    *,
    encoders: Sequence[Encoder] | None = None,
    coded: CodedPosts | None = None,
) -> Coder:
    """A coder for a codebook.

    Parameters
    ----------
    method : "hybrid" (learnt from examples, cues among the features; for the bundled codebook cluetrain also from
        the coded posts of the bundled corpus), "examples" (the same without cues and posts), "supervised" (learnt
        from ``coded``, your own coded posts, and the examples), "cues" (words and phrases of the codebook),
        "definitions" (likeness to names and definitions alone: needs nothing else and is weak).
    encoders : sentence encoders; by default the Universal Sentence Encoder and, where the extra [e5] is installed,
        E5 beside it (the encoders used stand in ``facts`` of a learnt coder).

    Raises
    ------
    InputError
        if the codebook lacks what the method needs, or ``coded`` is missing or given to another method.

    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import coder
    >>> cues = coder(load_codebook(), "cues")
    >>> cues.name
    'machine:cues'
    >>> coder(load_codebook(), "supervised")
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: method 'supervised' and your own coded posts belong together: give the coded posts.
    """
    if method not in METHODS:
        raise InputError(f"method '{method}' is unknown; {suggestion(method, METHODS)}")
    if (method == "supervised") != (coded is not None):
        raise InputError(
            "method 'supervised' and your own coded posts belong together: "
            + ("give the coded posts." if coded is None else f"method '{method}' takes none; use 'supervised'.")
        )
    if method == "cues":
        if not codebook.cues:
            raise InputError(
                f"codebook '{codebook.id}' has no cues; add some, or use method 'examples' or 'definitions'."
            )
        return CueCoder(codebook)
    used = tuple(encoders) if encoders is not None else encoders_here()
    if method == "definitions":
        return DefinitionCoder(codebook, used[0])
    if coded is not None:
        return supervised_coder(codebook, coded, encoders=used)
    problem = _problem(codebook)
    if problem:
        raise InputError(f"codebook '{codebook.id}' {problem}; add some, or use method 'definitions' or 'cues'.")
    return _example_coder(codebook, method == "hybrid", used)


def supervised_coder(
    codebook: Codebook,
    coded: CodedPosts,
    *,
    encoders: Sequence[Encoder] | None = None,
    with_examples: bool = True,
    most: int | None = MOST_ROWS,
) -> LearntCoder:
    """A coder learnt from posts that people coded, beside the codebook's examples.

    The posts it learnt from are coded by models that did not see them (three groups of posts), so coding them again
    is cross-validation by document.

    Annotations of other codebooks, or that lie on none of the units, do not count. Raises :class:`InputError` if fewer
    than five posts or five annotations are left, or a unit lies outside its post.

    >>> from toolkit import bundled_corpus, human_annotations, load_posts
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import CodedPosts, supervised_coder
    >>> posts = load_posts(bundled_corpus())
    >>> human = human_annotations(bundled_corpus(), "cluetrain", "author", posts=posts)
    >>> doc_ids = human.annotations["doc_id"].unique()[:6]
    >>> given = human.annotations[human.annotations["doc_id"].isin(doc_ids)]
    >>> units = given[["doc_id", "start", "end"]].drop_duplicates()
    >>> coded = CodedPosts(posts[posts["doc_id"].isin(doc_ids)], units, given)
    >>> learnt = supervised_coder(load_codebook(), coded, with_examples=False)
    >>> learnt.name
    'machine:supervised'
    """
    used = tuple(encoders) if encoders is not None else encoders_here()
    table = coded.annotations
    units = set(zip(coded.units["doc_id"], coded.units["start"], coded.units["end"], strict=True))
    places = zip(table["doc_id"], table["start"], table["end"], strict=True)
    on_units = np.array([place in units for place in places], dtype=bool)
    known = table[on_units & (table["codebook"] == codebook.id) & table["code"].isin(codebook.code_ids)]
    count = coded.units["doc_id"].nunique()
    if count < _FEWEST_CODED or len(known) < _FEWEST_CODED:
        raise InputError(
            f"{count} coded posts with {len(known)} annotations of codebook '{codebook.id}' on their units; method "
            f"'supervised' needs {_FEWEST_CODED} posts and {_FEWEST_CODED} annotations: code more, or use "
            "method 'hybrid'."
        )
    material = training_set(codebook, coded.posts, coded.units, known, with_examples=with_examples, most=most)
    with threadpool_limits(1):
        model = train(material, codebook, used)
    return LearntCoder("supervised", codebook, model, used, material.passages["example"].to_numpy())


def encoders_here() -> tuple[Encoder, ...]:
    """The sentence encoders that are installed: one, or two with the extra [e5]."""
    second = second_encoder()
    return default_encoder(), *([second] if second else [])


@lru_cache(maxsize=4)
def _example_coder(codebook: Codebook, with_cues: bool, encoders: tuple[Any, ...]) -> LearntCoder:
    method = "hybrid" if with_cues else "examples"
    if with_cues:
        # of the further codebooks only the model with the first encoder travels with the package
        for some in dict.fromkeys([encoders, encoders[:1]]):
            model = _shipped(codebook, some)
            if model is not None:
                return LearntCoder(method, codebook, model, some, _numbers(codebook, model))
    material = training_set(codebook)
    path = _cached(codebook, with_cues, encoders, material)
    model = read_model(path, None)
    if model is None:
        with threadpool_limits(1):
            model = train(material, codebook, encoders, with_cues=with_cues)
        try:
            write_model(path, model, "")
        except OutputError:
            pass
        else:
            # scores are those of the model as it is kept
            model = read_model(path, None) or model
    return LearntCoder(method, codebook, model, encoders, material.passages["example"].to_numpy())


def _shipped(codebook: Codebook, encoders: Sequence[Encoder]) -> Learnt | None:
    """The model that comes with the package, if it was made from just this codebook."""
    name = f"{codebook.id}_{len(encoders)}.npz"
    if name not in data_names("models"):
        return None
    return read_model(data_file("models", name), made_from(codebook, encoders))


def made_from(codebook: Codebook, encoders: Sequence[Encoder]) -> str:
    """A digest of what a model of a bundled codebook follows from, beside the coded posts."""
    # an encoder's package may change its version without changing its vectors
    names = [encoder.name.split(" (")[0] for encoder in encoders]
    return key_of([codebook.sha256, *names, _constants()])


def _numbers(codebook: Codebook, model: Learnt) -> np.ndarray:
    """Numbers in the example bank of the training passages of a model trained on the whole bank."""
    count, bank = len(model.kernels.cues), len(codebook.examples)
    return np.concatenate([np.arange(bank), np.full(count - bank, -1)])


def _cached(codebook: Codebook, with_cues: bool, encoders: Sequence[Encoder], material: TrainingSet) -> Path:
    packages = ("cluetrain-toolkit", "numpy", "scipy", "scikit-learn", "simplemma", "spacy")
    key = key_of(
        [
            *(codebook.sha256, str(with_cues), _constants(), str(len(material.passages))),
            *(encoder.name for encoder in encoders),
            *map(version, packages),
        ]
    )
    return cache_folder("coders") / f"{key}.npz"


def _constants() -> str:
    return f"{MEANING} {GAMMAS} {CUE_SCALE} {WORDS} {SPELLING} {MARKER_WEIGHT} {PENALTY} {FEWEST} {AXES}"


def _problem(codebook: Codebook) -> str:
    """Why nothing can be learnt from a codebook's examples, or nothing."""
    count = len(codebook.examples)
    coded = sum(bool(codes) for codes in codebook.examples["codes"])
    if count < _FEWEST_EXAMPLES:
        return f"has {count} examples, fewer than {_FEWEST_EXAMPLES}"
    if coded < _FEWEST_CODED:
        return f"has {coded} examples with a code, fewer than {_FEWEST_CODED}"
    return ""
