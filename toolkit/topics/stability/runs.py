"""The same model fitted many times: with other seeds, and to other samples of the posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import fit_model
from toolkit.topics.model import TopicModel

__all__ = ["Runs", "runs_over_samples", "runs_over_seeds"]

#: Runs lie this far apart in seeds, so that studies with seeds 1, 2, 3 share no run.
_STEP = 1000
#: A sample of the posts with too few documents is drawn again, this many times at most.
_DRAWS = 100


@dataclass(frozen=True, repr=False, eq=False)
class Runs:
    """Models of the same kind, fitted again and again.

    Attributes
    ----------
    models : one per run.
    over : what differed between them: "seeds", or "samples" (of the posts; their seeds differ too).
    drawn : for each model, the numbers of the documents that its ``document_topic`` rows belong to; with samples a
        number may come several times.

    >>> from toolkit.topics import document_terms, runs_over_seeds
    >>> runs = runs_over_seeds(document_terms([["marca", "voz"], ["precio", "venta"]] * 6), 2, 4, iterations=20)
    >>> runs.over, len(runs), runs.take([0, 2])
    ('seeds', 4, Runs: 2 models over seeds)
    """

    models: tuple[TopicModel, ...]
    over: Literal["seeds", "samples"]
    drawn: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.models)

    def __repr__(self) -> str:
        return f"Runs: {len(self)} models over {self.over}"

    def take(self, places: Sequence[int] | np.ndarray) -> "Runs":
        """The runs of these numbers."""
        return Runs(
            tuple(self.models[int(place)] for place in places),
            self.over,
            tuple(self.drawn[int(place)] for place in places),
        )


def runs_over_seeds(
    documents: DocumentTerms,
    k: int,
    runs: int,
    *,
    seed: int = 1,
    workers: int = 1,
    progress: bool = False,
    **options: Any,
) -> Runs:
    """Fit k topics to the same documents ``runs`` times, with the seeds ``seed``, ``seed + 1000`` ...

    ``options`` go to :func:`toolkit.topics.engines.fit_model` (engine, iterations, alpha, eta, seeds). One worker per
    model; the number of workers changes no digit. Raises :class:`InputError` for fewer than one run.

    >>> from toolkit.topics import document_terms, runs_over_seeds
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> runs = runs_over_seeds(documents, 2, 3, iterations=20)
    >>> runs, [model.settings["seed"] for model in runs.models]
    (Runs: 3 models over seeds, [1, 1001, 2001])
    """
    _checked(runs)
    tasks = [(documents, k, seed + _STEP * run, options) for run in range(runs)]
    models = run_tasks(_fit, tasks, workers=workers, label="runs over seeds", progress=progress)
    return Runs(tuple(models), "seeds", (np.arange(len(documents)),) * runs)


def runs_over_samples(
    documents: DocumentTerms,
    groups: Sequence[str] | np.ndarray,
    k: int,
    runs: int,
    *,
    seed: int = 1,
    workers: int = 1,
    progress: bool = False,
    **options: Any,
) -> Runs:
    """Fit k topics to ``runs`` bootstrap samples of the posts.

    ``groups`` names the post of each document. A sample draws as many posts as there are, with replacement, and
    takes all their documents: passages of one post share its subject, so drawing them singly would call a subject
    stable that one post alone has. Each run has its own seed too, as in :func:`runs_over_seeds`.

    Raises
    ------
    InputError
        unless there is one group per document and at least two groups, or where the samples have fewer documents
        with terms than topics.

    >>> from toolkit.topics import document_terms, runs_over_samples
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> runs = runs_over_samples(documents, ["a", "a", "b", "b", "c", "c"] * 2, 2, 3, iterations=20)
    >>> runs, [len(drawn) for drawn in runs.drawn]
    (Runs: 3 models over samples, [12, 12, 12])
    """
    _checked(runs)
    groups = np.asarray(groups, dtype=str)
    if len(groups) != len(documents):
        raise InputError(f"samples: {len(groups)} groups for {len(documents)} documents; give the post of each one.")
    names, place = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise InputError(f"samples: {len(names)} post cannot be sampled; give two or more.")
    members = [np.flatnonzero(place == number) for number in range(len(names))]
    drawn = [_draw(documents, members, k, seed + _STEP * run) for run in range(runs)]
    tasks = [(documents.take(rows), k, seed + _STEP * run, options) for run, rows in enumerate(drawn)]
    models = run_tasks(_fit, tasks, workers=workers, label="runs over samples", progress=progress)
    return Runs(tuple(models), "samples", tuple(drawn))


def _checked(runs: int) -> None:
    if runs < 1:
        raise InputError(f"runs: got {runs}, allowed is 1 or more.")


def _draw(documents: DocumentTerms, members: Sequence[np.ndarray], k: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    for _ in range(_DRAWS):
        rows = np.concatenate([members[post] for post in random.integers(len(members), size=len(members))])
        if (documents.lengths[rows] > 0).sum() >= k:
            return rows
    raise InputError(f"samples: the posts drawn have fewer than {k} documents with terms; ask for fewer topics.")


def _fit(documents: DocumentTerms, k: int, seed: int, options: dict[str, Any]) -> TopicModel:
    return fit_model(documents, k, seed=seed, **options)
