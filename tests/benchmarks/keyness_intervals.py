"""How often intervals of the log ratio are wrong, and what is left to chance in them. Prints Markdown.

    python tests/benchmarks/keyness_intervals.py [--times 20] [--repeats 1000] [--seed 1]

1. Where nothing differs: parts drawn by chance from the Spanish texts of the bundled corpus (content words by lemma),
   and from constructed themes. Share of the intervals of 95 % that leave out 0, of all terms (at least 5 occurrences;
   themes 1) and of those with none in one part (below 0.5). Three rules for what none may be: "0.5" in all samples;
   "tail", the exact limit at the tail of the interval in all samples; "drawn", at a tail drawn for each sample, which
   toolkit/statistics/comparison/bootstrap.py has. Beside them the terms with p < .05 by log-likelihood.
2. Where something differs: a word once in each of so many of 36 documents, and in none of 36 others. In how many
   it must be for the interval to leave out 0, by the same rules and by Fisher's exact test.
3. Chance of the drawing: 20 seeds for one split. Standard deviation of a limit (powers of two), median and 95 % of the
   terms, by the number of documents that have the term; and the terms for which the seeds do not agree whether
   the interval leaves out 0.

Themes: 60 documents of 3 to 19 passages, 20 themes; shares of a document in proportion to gamma variables of shape .05
(a few themes a document), those below .001 set to 0.

Took 60 seconds on two cores.
"""

import argparse
from contextlib import nullcontext
from typing import Any, TypeAlias
from unittest.mock import patch

import numpy as np
from scipy import sparse
from scipy.stats import fisher_exact

from toolkit.corpus import load_posts, mark_furniture, segment
from toolkit.resampling import unseen
from toolkit.resources import bundled_corpus
from toolkit.statistics import count_words
from toolkit.statistics.comparison import bootstrap
from toolkit.statistics.comparison.measures import log_likelihood, p_value
from toolkit.text import tokenise

TAIL = 0.025
RULES: dict[str, Any] = {
    "0.5": lambda documents, tails: 0 * tails,
    "tail": lambda documents, tails: unseen(documents, np.full_like(tails, TAIL)),
    "drawn": None,
}
SEEDS = 20
Part: TypeAlias = sparse.csr_matrix
Split: TypeAlias = tuple[Part, Part, np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    words = spanish()
    print(f"Spanish texts: {len(words[1])}\n\n## Where nothing differs\n")
    print("| parts | terms | none in one | p < .05 | " + " | ".join(f"{rule}: all, none" for rule in RULES) + " |")
    print("|---|---|---|---|" + "---|" * len(RULES))
    for name, of_part, least in (("words", 36, 5), ("words", 15, 5), ("themes", 30, 1), ("themes", 12, 1)):
        random = np.random.default_rng(given.seed)
        texts = [words if name == "words" else themes(random) for _ in range(given.times * (1 if least == 5 else 10))]
        splits = [split(*one, of_part, least, random) for one in texts]
        nothing(f"{name}, {of_part} of {len(texts[0][1])} documents", splits, given.repeats)
    something(given.repeats)
    chance(split(*words, 15, 5, np.random.default_rng(given.seed)), given.repeats)


def spanish() -> tuple[Part, np.ndarray]:
    """Counts (documents, terms) and words of each document."""
    posts = load_posts(bundled_corpus())
    posts = posts[posts["lang"] == "es"]
    counted = count_words(tokenise(posts, segment(posts, mark_furniture(posts)), choice="simple"), only="content")
    counts, sizes = counted.layer("es").matrix(len(counted.doc_ids))
    some = np.flatnonzero(sizes)
    return counts[some], sizes[some]


def themes(random: np.random.Generator) -> tuple[Part, np.ndarray]:
    shares = random.gamma(0.05, 1, (60, 20))
    shares[shares < 1e-3] = 0
    sizes = random.integers(3, 20, 60)
    return sparse.csr_matrix(shares / np.maximum(shares.sum(1, keepdims=True), 1e-9) * sizes[:, None]), sizes


def split(counts: Part, sizes: np.ndarray, of_part: int, least: float, random: np.random.Generator) -> Split:
    """Two parts by chance, with the terms that are frequent enough."""
    first = random.permutation(len(sizes)) < of_part
    counts = counts[:, np.flatnonzero(np.asarray(counts.sum(0)).ravel() >= least)]
    parts = [sparse.csr_matrix(counts.multiply(which[:, None])) for which in (first, ~first)]
    return parts[0], parts[1], sizes * first, sizes * ~first


def by(rule: str) -> Any:
    return nullcontext() if RULES[rule] is None else patch.object(bootstrap, "unseen", RULES[rule])


def left_out(parts: Split, rule: str, repeats: int, seed: int = 1) -> np.ndarray:
    with by(rule):
        low, high = bootstrap.log_ratio_limits(*parts, repeats=repeats, seed=seed)
    return (low > 0) | (high < 0)


def totals(parts: Split) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(parts[0].sum(0)).ravel(), np.asarray(parts[1].sum(0)).ravel()


def nothing(name: str, splits: list[Split], repeats: int) -> None:
    none = np.concatenate([np.minimum(*totals(parts)) < 0.5 for parts in splits])
    likelihood = [log_likelihood(*totals(parts), parts[2].sum(), parts[3].sum()) for parts in splits]
    small = "" if name.startswith("themes") else f"{(p_value(np.concatenate(likelihood)) < 0.05).mean():.1%}"
    cells = []
    for rule in RULES:
        out = np.concatenate([left_out(parts, rule, repeats) for parts in splits])
        cells.append(f"{out.mean():.1%}, {out[none].mean():.1%}")
    print(f"| {name} | {len(none):,} | {none.sum():,} | {small} | {' | '.join(cells)} |", flush=True)


def something(repeats: int) -> None:
    documents = 36
    most = np.arange(documents)[:, None] < np.arange(1, 16)  # of the word k, the first k documents have one
    zeros = np.zeros_like(most)
    target, reference = (sparse.csr_matrix(np.vstack(rows), dtype=float) for rows in ((most, zeros), (zeros, most)))
    size = np.repeat([300, 0], documents)
    parts = target, sparse.csr_matrix(reference.shape), size, size[::-1]
    needed = {rule: int(np.argmax(left_out(parts, rule, repeats))) + 1 for rule in RULES}
    fisher = next(k for k in range(1, 16) if fisher_exact([[k, documents - k], [0, documents]]).pvalue < 2 * TAIL)
    print("\n## Where something differs: documents of 36 against none of 36\n")
    print(f"| {' | '.join(needed)} | Fisher |\n|{'---|' * (len(needed) + 1)}")
    print(f"| {' | '.join(map(str, needed.values()))} | {fisher} |")


def chance(parts: Split, repeats: int) -> None:
    limits = np.array([bootstrap.log_ratio_limits(*parts, repeats=repeats, seed=seed) for seed in range(SEEDS)])
    spread = limits.std(0, ddof=1)
    out = (limits[:, 0] > 0) | (limits[:, 1] < 0)
    having = np.asarray((parts[0] + parts[1] > 0).sum(0)).ravel()
    print(f"\n## Chance of the drawing: {SEEDS} seeds, {repeats:,} samples, 15 documents against the others\n")
    print("| documents with the term | terms | sd of a limit: median | 95 % | seeds disagree |\n|---|---|---|---|---|")
    for least, most in ((1, 4), (5, 9), (10, 19), (20, 10_000)):
        some = (having >= least) & (having <= most)
        middle, far = np.quantile(spread[:, some], [0.5, 0.95])
        unsure = (out[:, some].any(0) & ~out[:, some].all(0)).mean()
        print(f"| {least} to {min(most, having.max())} | {some.sum()} | {middle:.2f} | {far:.2f} | {unsure:.1%} |")


if __name__ == "__main__":
    main()
