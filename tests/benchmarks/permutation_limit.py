"""The permutation test of many posts: p-values of drawn permutations beside those of their limit. Prints Markdown.

    python tests/benchmarks/permutation_limit.py [POSTS [CORPORA]]

Simulated corpora as in theme_principles.py, in six kinds, among them rare codes and themes connected with codes; beside
the six themes three groups of 12, 40 and 200 posts stand for countries or years. 9,999 permutations are drawn, and the
same corpora tested by the limit (``post_permutation(..., limit=True)``); "normal" is the limit without skewness and
without the permutations that are drawn where weight and code are rarely together.

"together": posts that would by chance have both the theme or group and the code. "not agreed": cells with p < .05 by
one and not by the other. "log p": mean and greatest difference of log10 p, of cells with p > .001 (below, 9,999
permutations tell little). "drawn", "limit": cells with p < .05.

RESULTS
"""

import sys
import time
from itertools import pairwise

import numpy as np
import pandas as pd
from theme_principles import codes, themes

from toolkit.principles import permutation_limit
from toolkit.principles.permutation import post_permutation

DRAWS = 9_999
#: sentences of a post, spread of its logarithm, concentration of themes, rate, spread, running on, effect
CORPORA = {
    "as bundled": (40, 0.3, 0.5, 0.03, 0.6, 0.1, 0),
    "connected": (40, 0.3, 0.5, 0.03, 0.6, 0.1, 0.5),
    "rare codes": (25, 0.5, 0.3, 0.001, 0.8, 0.1, 0),
    "very rare codes": (25, 0.5, 0.3, 0.0003, 1.0, 0.2, 0),
    "rare codes, connected": (25, 0.5, 0.3, 0.002, 0.8, 0.1, 1.0),
    "clustered codes": (25, 0.6, 0.1, 0.03, 1.5, 0.3, 0),
}
GROUPS = (12, 40, 200)
TOGETHER = (0, 5, 20, 100, np.inf)


def p_values(posts: int, kind: str, number: int) -> pd.DataFrame:
    """One row per cell of a corpus: what, together, drawn, limit, normal; and the seconds of both."""
    length, unequal, concentration, rate, spread, on, effect = CORPORA[kind]
    random = np.random.default_rng([number, list(CORPORA).index(kind)])
    place, weight = themes(random, posts, length, unequal, concentration)
    truth = codes(random, place, rate, spread, on, effect * weight[:, 0])
    group = random.permutation(posts)[place]
    edges = np.cumsum([0, *GROUPS])
    members = [(group >= low) & (group < high) for low, high in pairwise(edges)]
    weight = np.column_stack([weight, *members]).astype(float)
    began = time.process_time()
    drawn = post_permutation(weight, truth, place, draws=DRAWS, seed=number, limit=False)
    between = time.process_time()
    limit = post_permutation(weight, truth, place, draws=DRAWS, seed=number, limit=True)
    seconds = between - began, time.process_time() - between
    # the same without skewness and without permutations
    whole, fewest = permutation_limit._two_sided, permutation_limit.FEWEST_TOGETHER
    permutation_limit.FEWEST_TOGETHER = 0
    permutation_limit._two_sided = lambda found: whole(found._replace(third=np.zeros_like(found.third)))
    normal = post_permutation(weight, truth, place, seed=number, limit=True)
    permutation_limit.FEWEST_TOGETHER, permutation_limit._two_sided = fewest, whole
    coded = np.array([len(np.unique(place[column > 0])) for column in truth.T])
    held = np.array([posts] * (weight.shape[1] - len(GROUPS)) + list(GROUPS))
    what = np.array(["themes"] * (weight.shape[1] - len(GROUPS)) + [f"{posts} posts" for posts in GROUPS], dtype=object)
    columns = {"together": np.outer(held, coded) / posts, "drawn": drawn, "limit": limit, "normal": normal}
    table = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    return table.assign(what=np.repeat(what, truth.shape[1]), of_drawn=seconds[0], of_limit=seconds[1])


def row_of(what: str, together: str, cells: pd.DataFrame) -> str:
    """A line of the table."""
    some = cells[cells["drawn"] > 0.001]
    numbers = [(cells[name] < 0.05).mean() for name in ("drawn", "limit")]
    for name in ("limit", "normal"):
        far = np.abs(np.log10(some["drawn"]) - np.log10(some[name]))
        numbers += [((cells["drawn"] < 0.05) != (cells[name] < 0.05)).mean(), far.mean(), far.max()]
    return f"| {what} | {together} | {len(cells)} | " + " | ".join(f"{number:.3f}" for number in numbers) + " |"


def main(posts: int, corpora: int) -> None:
    """Prints the table."""
    parts = [p_values(posts, kind, number) for kind in CORPORA for number in range(corpora)]
    cells = pd.concat(parts, ignore_index=True).dropna()
    names = ["drawn", "limit", "not agreed", "log p", "greatest", "normal: not agreed", "log p", "greatest"]
    print(f"{posts:,} posts: {cells['of_drawn'].mean():.2f} s drawn, {cells['of_limit'].mean():.2f} s by the limit\n")
    print("| weights | together | cells | " + " | ".join(names) + " |\n|" + "---|" * (len(names) + 3))
    bins = pd.cut(cells["together"], TOGETHER, right=False)
    for (what, together), part in cells.groupby([cells["what"], bins], observed=True):
        print(row_of(what, f"{together.left:g} to {together.right:g}", part))


if __name__ == "__main__":
    given = [int(value) for value in sys.argv[1:3]]
    main(*given, *(1000, 10)[len(given) :])
