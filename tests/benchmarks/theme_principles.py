"""Themes x principles: how often each test finds a connection where there is none, and where there is one. Markdown.

    python tests/benchmarks/theme_principles.py [CORPORA]

Simulated corpora: lengths of posts are log-normal; each post has its own mixture of 6 themes (Dirichlet), each run of
four sentences a mixture around it; each of 4 codes has its own rate in each post (logit-normal) and runs on from
sentence to sentence. Themes and codes are drawn independently of each other but for the rows "connected", where theme 1
raises the log odds of the codes. On the bundled posts the intraclass correlation of the fourteen codes given by the
machine is 0 to .03 (median .01), which the rows "as bundled" have; the others are harder.

Share of cells with p <= .05, 199 permutations. Without a connection it should be .05.

60 corpora of each kind, 4 codes x 6 themes (rows "connected": the cells of theme 1), seed 11; a rate of .05 has a
standard error of about .006 (the cells of a corpus are not independent):

| corpora | sentences | circular | signs | posts, strata of 4 | posts, strata of 12 | posts, strata of 24 |
|---|---|---|---|---|---|---|
| as bundled | 0.110 | 0.060 | 0.062 | 0.054 | 0.056 | 0.049 |
| rare codes | 0.096 | 0.060 | 0.076 | 0.054 | 0.053 | 0.041 |
| clustered codes | 0.376 | 0.088 | 0.072 | 0.049 | 0.056 | 0.058 |
| one theme a post, unequal | 0.342 | 0.090 | 0.050 | 0.044 | 0.039 | 0.041 |
| 15 posts | 0.247 | 0.067 | 0.036 | 0.046 | 0.037 | 0.038 |
| 200 short posts | 0.328 | 0.096 | 0.072 | 0.058 | 0.050 | 0.047 |
| as bundled, connected | 0.696 | 0.613 | 0.404 | 0.404 | 0.508 | 0.500 |
| rare codes, connected | 0.525 | 0.467 | 0.208 | 0.292 | 0.404 | 0.388 |
| clustered codes, connected | 0.717 | 0.454 | 0.246 | 0.312 | 0.342 | 0.354 |
"""

import sys
from collections.abc import Callable

import numpy as np

from toolkit.principles import permutation
from toolkit.principles.permutation import post_permutation
from toolkit.principles.sums import sum_by_post

THEMES, CODES, PERMUTATIONS = 6, 4, 199
#: posts, sentences of a post, spread of its logarithm, concentration of themes, rate, spread, running on, effect
CORPORA = {
    "as bundled": (72, 40, 0.3, 0.5, 0.03, 0.6, 0.1, 0),
    "rare codes": (48, 40, 0.3, 0.5, 0.01, 0.8, 0.1, 0),
    "clustered codes": (48, 40, 0.3, 0.3, 0.05, 1.5, 0.3, 0),
    "one theme a post, unequal": (48, 15, 1.0, 0.05, 0.05, 1.5, 0.3, 0),
    "15 posts": (15, 30, 0.6, 0.3, 0.05, 1.2, 0.3, 0),
    "200 short posts": (200, 12, 0.8, 0.1, 0.05, 1.5, 0.3, 0),
    "as bundled, connected": (72, 40, 0.3, 0.5, 0.03, 0.6, 0.1, 1.0),
    "rare codes, connected": (48, 40, 0.3, 0.5, 0.01, 0.8, 0.1, 1.5),
    "clustered codes, connected": (48, 40, 0.3, 0.3, 0.05, 1.5, 0.3, 1.5),
}
Random = np.random.Generator


def themes(random: Random, posts: int, length: float, spread: float, concentration: float) -> tuple[np.ndarray, ...]:
    """The post of each sentence, and the theme shares of each (sentences, themes)."""
    lengths = np.maximum(3, np.round(random.lognormal(np.log(length), spread, posts))).astype(int)
    weights = []
    for sentences in lengths:
        of_post = random.dirichlet(np.full(THEMES, concentration))
        runs = random.dirichlet(of_post * 3 + 1e-3, size=-(-sentences // 4))
        weights.append(np.repeat(runs, 4, axis=0)[:sentences])
    return np.repeat(np.arange(posts), lengths), np.vstack(weights)


def codes(random: Random, place: np.ndarray, rate: float, spread: float, on: float, push: np.ndarray) -> np.ndarray:
    """Codes of each sentence (sentences, codes)."""
    truth = np.zeros((len(place), CODES))
    for code in range(CODES):
        of_post = random.normal(0, spread, place.max() + 1)[place]
        odds = np.log(rate / (1 - rate)) - 0.45 * spread**2 + of_post + push
        given = random.random(len(place)) < 1 / (1 + np.exp(-odds))
        again = random.random(len(place)) < on
        for row in range(1, len(place)):
            if place[row] == place[row - 1] and again[row]:
                given[row] = given[row - 1]
        truth[:, code] = given
    return truth[:, truth.sum(0) > 1]


def shuffled(weight: np.ndarray, truth: np.ndarray, order: Callable[[], tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """p-values when sentences take the codes of others."""
    totals, usual = weight.sum(0)[:, None], truth.mean(0)
    distance = np.abs(weight.T @ truth / totals - usual) - 1e-12
    beyond = np.zeros(distance.shape)
    for _ in range(PERMUTATIONS):
        left, right = order()
        beyond += np.abs(weight[left].T @ truth[right] / totals - usual) >= distance
    return (beyond + 1) / (PERMUTATIONS + 1)


def sentences(random: Random, place: np.ndarray, weight: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Sentences change places as if each were alone."""
    every = np.arange(len(place))
    return shuffled(weight, truth, lambda: (every, random.permutation(len(place))))


def circular(random: Random, place: np.ndarray, weight: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """All posts in a row, in random order, the codes moved on along the row."""
    spans = np.split(np.arange(len(place)), np.flatnonzero(np.diff(place)) + 1)

    def row() -> np.ndarray:
        return np.concatenate([spans[post] for post in random.permutation(len(spans))])

    return shuffled(weight, truth, lambda: (row(), np.roll(row(), random.integers(len(place)))))


def signs(random: Random, place: np.ndarray, weight: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The sum of each post's covariance with a random sign (Hemerik, Goeman & Finos 2020, JRSS B 82, 841-864)."""
    both = (weight - weight.mean(0))[:, :, None] * (truth - truth.mean(0))[:, None, :]
    scores = sum_by_post(both.reshape(len(place), -1), place, place.max() + 1)
    flips = random.choice([-1.0, 1.0], size=(PERMUTATIONS, len(scores)))
    beyond = (np.abs(flips @ scores) >= np.abs(scores.sum(0)) - 1e-9).sum(0)
    return ((beyond + 1) / (PERMUTATIONS + 1)).reshape(weight.shape[1], -1)


def posts_of(stratum: int) -> Callable[..., np.ndarray]:
    """Posts change places within strata of this size."""

    def test(random: Random, place: np.ndarray, weight: np.ndarray, truth: np.ndarray) -> np.ndarray:
        permutation.POSTS_PER_STRATUM = stratum
        return post_permutation(weight, truth, place, draws=PERMUTATIONS, seed=int(random.integers(2**31)))

    return test


TESTS: dict[str, Callable[..., np.ndarray]] = {
    "sentences": sentences,
    "circular": circular,
    "signs": signs,
    **{f"posts, strata of {size}": posts_of(size) for size in (4, 12, 24)},
}


def main(corpora: int) -> None:
    """Prints the table, a row as it is done."""
    print("| corpora | " + " | ".join(TESTS) + " |\n|---|" + "---|" * len(TESTS))
    for name, (posts, length, unequal, concentration, rate, spread, on, effect) in CORPORA.items():
        random = np.random.default_rng(11)
        found: dict[str, list[np.ndarray]] = {test: [] for test in TESTS}
        for _ in range(corpora):
            place, weight = themes(random, posts, length, unequal, concentration)
            truth = codes(random, place, rate, spread, on, effect * weight[:, 0])
            for test, run in TESTS.items():
                p_values = run(random, place, weight, truth)
                found[test].append((p_values[0] if effect else p_values.ravel()) <= 0.05)
        rates = (f"{np.concatenate(cells).mean():.3f}" for cells in found.values())
        print(f"| {name} | " + " | ".join(rates) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
