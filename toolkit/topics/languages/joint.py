"""Joint themes: passages of all languages grouped by meaning in the shared space of their sentence vectors.

A mixture of von Mises-Fisher distributions with one concentration (Banerjee, Dhillon, Ghosh & Sra 2005, JMLR 6),
started from k-means; several fits to bootstrap samples of the posts are put together by averaging matched centres
and tell how stable each theme is (Hennig 2007, Computational Statistics & Data Analysis 52).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from toolkit.display import Card, SelfShown, card, plain_text, show
from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.rowwise import product
from toolkit.topics.languages.space import MeaningSpace, checked_vectors, fit_space, unit_rows

__all__ = ["JointThemes", "fit_joint"]

#: A theme is held by one language alone if that language, sizes made equal, has this share of it: nine times more
#: frequent there than in the others.
ALONE = 0.9
#: Starts of k-means (scikit-learn's former default), sweeps of the mixture, and the relative change of the
#: concentration at which it rests.
_STARTS, _SWEEPS, _REST = 10, 200, 1e-4
#: Rounds of matching at most; the bundled corpus needed 2 to 4 (4 to 14 themes).
_MATCHINGS = 20


@dataclass(frozen=True, repr=False, eq=False)
class JointThemes(SelfShown):
    """Themes over passages of several languages, the largest first.

    Attributes
    ----------
    space : what vectors are turned into.
    centres : (k, d), unit vectors in the space.
    concentration : of a theme's passages around its centre, above 0; higher is denser.
    weights : (k,), the share of the fitted passages in each theme; they add up to 1.
    shares : (n, k); the probability of each theme for each passage; rows add up to 1, or are zeros for an empty text.
    fitted : (n,), false for passages too short to shape a theme; their shares are inferred.
    stability : (k,), 0 to 1, higher is better: the mean Jaccard overlap of the theme's passages with the most
        similar theme of each fit to a bootstrap sample of the posts (Hennig 2007: up to .6 is not to be trusted, from
        .75 a valid, stable theme). nan without runs.
    languages : sorted. rates : (languages, k), the mean share of each theme in the fitted passages of a language.

    >>> import numpy as np
    >>> from toolkit.topics import fit_joint
    >>> random = np.random.default_rng(1)
    >>> vectors = np.eye(6)[np.arange(40) % 2] + random.normal(0, 0.1, (40, 6))  # two subjects
    >>> themes = fit_joint(vectors, ["es", "es", "it", "it"] * 10, random.integers(5, 30, 40), 2, runs=0)
    >>> themes.languages, themes.weights.round(1).tolist(), themes.rates.round(1).tolist()
    (('es', 'it'), [0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]])
    >>> themes.infer(vectors[:2]).shape
    (2, 2)
    """

    space: MeaningSpace
    centres: np.ndarray
    concentration: float
    weights: np.ndarray
    shares: np.ndarray
    fitted: np.ndarray
    stability: np.ndarray
    languages: tuple[str, ...]
    rates: np.ndarray

    @property
    def k(self) -> int:
        """The number of themes."""
        return len(self.centres)

    @property
    def alone(self) -> tuple[str, ...]:
        """The language that alone holds each theme, or "": its part of the theme, languages made equal in size, is
        0.9 or more."""
        parts = self.rates / np.maximum(self.rates.sum(0), 1e-12)
        if len(self.languages) < 2:
            return ("",) * self.k
        return tuple(self.languages[part.argmax()] if part.max() >= ALONE else "" for part in parts.T)

    def infer(self, vectors: np.ndarray) -> np.ndarray:
        """Shares of the themes in passages given as sentence vectors, (n, k); no chance is involved."""
        # one thread: a passage has the same shares among any others
        with threadpool_limits(1):
            points = self.space.transform(vectors)
            shares = _posterior(points, self.centres, self.concentration, self.weights)
        shares[~points.any(1)] = 0
        return shares

    def summary(self) -> pd.DataFrame:
        """One row per theme: theme ("1" ...), n (fitted passages whose largest share it is), stability, alone, and
        rate_<language> (0-1), the mean share in the fitted passages of that language."""
        largest = np.bincount(self.shares[self.fitted].argmax(1), minlength=self.k)
        table = pd.DataFrame(
            {
                "theme": [str(number) for number in range(1, self.k + 1)],
                "n": largest,
                "stability": self.stability,
                "alone": self.alone,
            }
        )
        return table.assign(**{f"rate_{lang}": rate for lang, rate in zip(self.languages, self.rates, strict=True)})

    def _card_(self, lang: str = "en") -> Card:
        facts = {"passages": len(self.shares), "languages": list(self.languages)}
        return card("joint_themes", lang, facts=facts, tables=[show(self.summary(), rows=200, lang=lang)])

    def __repr__(self) -> str:
        languages = ", ".join(self.languages)
        return plain_text(f"JointThemes: {self.k} themes, {len(self.shares):,} passages, {languages}")


@threadpool_limits.wrap(limits=1)
def fit_joint(
    vectors: np.ndarray,
    langs: Sequence[str],
    lengths: Sequence[int] | np.ndarray,
    k: int,
    *,
    posts: Sequence[str] | None = None,
    seed: int = 1,
    runs: int = 20,
    fewest_terms: int = 3,
    workers: int = 1,
    progress: bool = False,
) -> JointThemes:
    """Find k themes in passages of several languages.

    Parameters
    ----------
    vectors : (n, dimension), from :func:`toolkit.text.embed`. langs : the language of each passage.
    lengths : its content terms; passages with fewer than ``fewest_terms`` shape no theme, their shares are inferred.
    k : 2 to the number of different passages that are long enough.
    posts : the post of each passage; bootstrap samples are drawn from posts (default: each passage its own).
    runs : fits to bootstrap samples; 0: one fit, and no stability.
    seed, workers : the same seed gives the same themes with any number of workers.

    Raises
    ------
    InputError
        for vectors that are no numbers, columns of unequal length, and a k that the passages do not bear.

    >>> import numpy as np
    >>> from toolkit.topics import fit_joint
    >>> random = np.random.default_rng(1)
    >>> subject = np.arange(40) % 2  # two subjects, spoken of in both languages
    >>> vectors = np.eye(6)[subject] + random.normal(0, 0.1, (40, 6))
    >>> themes = fit_joint(vectors, ["es", "es", "it", "it"] * 10, random.integers(5, 30, 40), 2, runs=0)
    >>> largest = themes.shares.argmax(axis=1)
    >>> themes.shares.shape, len(set(largest[subject == 0])), len(set(largest[subject == 1]))
    ((40, 2), 1, 1)
    """
    vectors = checked_vectors(vectors)
    spoken = np.asarray(langs, dtype=str)
    lengths = np.asarray(lengths)
    owners = np.arange(len(vectors)).astype(str) if posts is None else np.asarray(posts, dtype=str)
    for name, column in (("langs", spoken), ("lengths", lengths), ("posts", owners)):
        if len(column) != len(vectors):
            raise InputError(f"joint themes: {len(vectors)} vectors and {len(column)} {name}; give one per passage.")
    fitted = (lengths >= fewest_terms) & vectors.any(1)
    different = len(np.unique(vectors[fitted], axis=0))
    if k < 2 or k > different:
        raise InputError(
            f"joint themes: got {k}, allowed is 2 to {different}, the number of different passages with at least "
            f"{fewest_terms} terms; ask for fewer, or lower fewest_terms."
        )
    space = fit_space(vectors[fitted], spoken[fitted].tolist(), lengths[fitted])
    points = space.transform(vectors[fitted])
    samples = [np.ones(len(points)), *_samples(owners[fitted], k, runs, seed)]
    tasks = [(points, sample, k, seed + number) for number, sample in enumerate(samples)]
    (centres, *_), *others = run_tasks(fit_mixture, tasks, workers=workers, label="joint themes", progress=progress)
    start = _consensus(centres, [other for other, *_ in others])
    mixture = _expectation_maximisation(points, np.ones(len(points)), start)
    order = np.argsort(-mixture[2], kind="stable")
    centres, concentration, weights = mixture[0][order], mixture[1], mixture[2][order]
    stability = _stability(points, _posterior(points, centres, concentration, weights), others, samples[1:])
    found = JointThemes(
        space,
        centres,
        concentration,
        weights,
        np.zeros((0, k)),
        fitted,
        stability,
        tuple(sorted(set(spoken.tolist()))),
        np.zeros((0, k)),
    )
    shares = found.infer(vectors)
    rates = [
        shares[fitted & (spoken == lang)].sum(0) / max((fitted & (spoken == lang)).sum(), 1) for lang in found.languages
    ]
    return replace(found, shares=shares, rates=np.array(rates))


def fit_mixture(points: np.ndarray, sample: np.ndarray, k: int, seed: int) -> tuple[np.ndarray, float, np.ndarray]:
    """Centres, concentration and weights of one mixture; ``sample`` says how often each point counts."""
    from sklearn.cluster import KMeans

    there = sample > 0
    points, sample = points[there], sample[there]
    with warnings.catch_warnings():
        # a bootstrap sample of a tiny corpus can have fewer different points than themes
        warnings.filterwarnings("ignore", message="Number of distinct clusters")
        # scikit-learn brings threads of its own, which no limit set before it was imported holds
        with threadpool_limits(1):
            start = KMeans(k, n_init=_STARTS, random_state=seed % 2**32).fit(points, sample_weight=sample)
    return _expectation_maximisation(points, sample, unit_rows(start.cluster_centers_))


def _expectation_maximisation(
    points: np.ndarray, sample: np.ndarray, centres: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray]:
    """Soft mixture from these centres (Banerjee et al. 2005, algorithm soft-moVMF, one concentration for all)."""
    shares = np.eye(len(centres))[(points @ centres.T).argmax(1)]
    concentration = 0.0
    for _ in range(_SWEEPS):
        mass = shares * sample[:, None]
        sums = mass.T @ points
        lengths = np.linalg.norm(sums, axis=1)
        # a theme that lost its passages keeps its centre
        centres = np.where(lengths[:, None] > 1e-9, sums / np.maximum(lengths, 1e-9)[:, None], centres)
        weights = np.maximum(mass.sum(0), 1e-9) / sample.sum()
        # equation 4.4, the mean resultant length kept below 1, where the concentration has no bound
        mean = min(lengths.sum() / sample.sum(), 1 - 1e-6)
        new = float(mean * (points.shape[1] - mean**2) / (1 - mean**2))
        rested = abs(new - concentration) < _REST * new
        concentration = new
        shares = _posterior(points, centres, concentration, weights)
        if rested:
            break
    return centres, concentration, weights / weights.sum()


def _posterior(points: np.ndarray, centres: np.ndarray, concentration: float, weights: np.ndarray) -> np.ndarray:
    log = product(concentration * points, centres.T) + np.log(weights)
    share = np.exp(log - log.max(1, keepdims=True))
    return np.asarray(share / share.sum(1, keepdims=True))


def _samples(owners: np.ndarray, k: int, runs: int, seed: int) -> list[np.ndarray]:
    """How often each passage counts in each bootstrap sample of the posts."""
    names, place = np.unique(owners, return_inverse=True)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        times = np.bincount(random.integers(len(names), size=len(names)), minlength=len(names))[place]
        # too few passages for k themes: all count once
        found.append(times.astype(np.float64) if (times > 0).sum() >= k else np.ones(len(owners)))
    return found


def _consensus(centres: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
    """Mean centres of all fits, each matched one to one to the mean so far until no partner changes: which fit came
    first matters less."""
    from scipy.optimize import linear_sum_assignment

    mean, before = centres, None
    for _ in range(_MATCHINGS):
        partners = [linear_sum_assignment(-(mean @ other.T))[1] for other in [centres, *others]]
        if before is not None and all(np.array_equal(a, b) for a, b in zip(partners, before, strict=True)):
            break
        before = partners
        matched = [other[partner] for other, partner in zip([centres, *others], partners, strict=True)]
        mean = unit_rows(np.sum(matched, axis=0))
    return mean


def _stability(
    points: np.ndarray,
    shares: np.ndarray,
    fits: Sequence[tuple[np.ndarray, float, np.ndarray]],
    samples: Sequence[np.ndarray],
) -> np.ndarray:
    k = shares.shape[1]
    if not fits:
        return np.full(k, np.nan)
    ours = np.eye(k, dtype=bool)[shares.argmax(1)]
    values = []
    for fit, sample in zip(fits, samples, strict=True):
        there = sample > 0
        theirs = np.eye(k, dtype=bool)[_posterior(points[there], *fit).argmax(1)]
        both = ours[there].T.astype(float) @ theirs
        either = ours[there].sum(0)[:, None] + theirs.sum(0) - both
        values.append((both / np.maximum(either, 1)).max(1))
    return np.asarray(np.mean(values, 0))
