"""The permutation test of many posts: p-values of drawn permutations beside those of their limit. Prints Markdown.

    python tests/benchmarks/permutation_limit.py [POSTS [CORPORA]]

Simulated corpora as in theme_principles.py, in six kinds, among them rare codes and themes connected with codes; beside
the six themes three groups of 12, 40 and 200 posts stand for countries or years. 9,999 permutations are drawn, and the
same corpora tested by the limit (``post_permutation(..., limit=True)``); "normal" is the limit without skewness and
without the permutations that are drawn where weight and code are rarely together.

"together": posts that would by chance have both the theme or group and the code. "not agreed": cells with p < .05 by
one and not by the other. "log p": mean and greatest difference of log10 p, of cells with p > .001 (below, 9,999
permutations tell little). "drawn", "limit": cells with p < .05.

6 corpora of each kind of 1,000 posts, 3 of 3,000. p < .05 by one and not by the other: 3 of 1,296 cells and 3 of 648
(normal: 9 and 2). Seconds grow with the number of permutations where they are drawn: 15,401 of 770 cells take ten times
those of these 36 cells.

1,000 posts: 0.60 s drawn, 0.12 s by the limit

| weights | together | cells | drawn | limit | not agreed | log p | greatest | normal: not agreed | log p | greatest |
|---|---|---|---|---|---|---|---|---|---|---|
| 12 posts | 0 to 5 | 96 | 0.073 | 0.073 | 0.000 | 0.063 | 0.363 | 0.021 | 0.217 | 3.478 |
| 12 posts | 5 to 20 | 48 | 0.104 | 0.104 | 0.000 | 0.022 | 0.063 | 0.000 | 0.022 | 0.075 |
| 200 posts | 0 to 5 | 34 | 0.147 | 0.147 | 0.000 | 0.013 | 0.156 | 0.029 | 0.145 | 0.819 |
| 200 posts | 5 to 20 | 38 | 0.026 | 0.026 | 0.000 | 0.028 | 0.135 | 0.000 | 0.029 | 0.134 |
| 200 posts | 20 to 100 | 24 | 0.042 | 0.042 | 0.000 | 0.005 | 0.018 | 0.000 | 0.004 | 0.011 |
| 200 posts | 100 to inf | 48 | 0.021 | 0.021 | 0.000 | 0.007 | 0.108 | 0.000 | 0.007 | 0.111 |
| 40 posts | 0 to 5 | 72 | 0.014 | 0.014 | 0.000 | 0.041 | 0.290 | 0.042 | 0.144 | 1.962 |
| 40 posts | 5 to 20 | 24 | 0.000 | 0.000 | 0.000 | 0.012 | 0.050 | 0.000 | 0.019 | 0.101 |
| 40 posts | 20 to 100 | 48 | 0.062 | 0.083 | 0.021 | 0.011 | 0.053 | 0.021 | 0.011 | 0.051 |
| themes | 0 to 5 | 12 | 0.000 | 0.000 | 0.000 | 0.004 | 0.013 | 0.000 | 0.048 | 0.134 |
| themes | 5 to 20 | 150 | 0.053 | 0.047 | 0.007 | 0.022 | 0.154 | 0.007 | 0.031 | 0.221 |
| themes | 20 to 100 | 270 | 0.107 | 0.107 | 0.000 | 0.007 | 0.120 | 0.000 | 0.009 | 0.324 |
| themes | 100 to inf | 432 | 0.118 | 0.116 | 0.002 | 0.007 | 0.169 | 0.002 | 0.007 | 0.176 |

3,000 posts: 1.84 s drawn, 0.23 s by the limit

| weights | together | cells | drawn | limit | not agreed | log p | greatest | normal: not agreed | log p | greatest |
|---|---|---|---|---|---|---|---|---|---|---|
| 12 posts | 0 to 5 | 48 | 0.062 | 0.062 | 0.000 | 0.072 | 0.371 | 0.000 | 0.145 | 1.311 |
| 12 posts | 5 to 20 | 24 | 0.083 | 0.083 | 0.000 | 0.029 | 0.063 | 0.000 | 0.028 | 0.052 |
| 200 posts | 0 to 5 | 14 | 0.071 | 0.071 | 0.000 | 0.038 | 0.198 | 0.000 | 0.164 | 0.927 |
| 200 posts | 5 to 20 | 22 | 0.000 | 0.091 | 0.091 | 0.036 | 0.127 | 0.000 | 0.033 | 0.118 |
| 200 posts | 20 to 100 | 12 | 0.000 | 0.000 | 0.000 | 0.003 | 0.011 | 0.000 | 0.005 | 0.025 |
| 200 posts | 100 to inf | 24 | 0.000 | 0.000 | 0.000 | 0.005 | 0.023 | 0.000 | 0.005 | 0.023 |
| 40 posts | 0 to 5 | 36 | 0.083 | 0.083 | 0.000 | 0.053 | 0.200 | 0.028 | 0.154 | 1.712 |
| 40 posts | 5 to 20 | 12 | 0.083 | 0.083 | 0.000 | 0.016 | 0.086 | 0.000 | 0.075 | 0.655 |
| 40 posts | 20 to 100 | 24 | 0.000 | 0.000 | 0.000 | 0.009 | 0.025 | 0.000 | 0.010 | 0.024 |
| themes | 5 to 20 | 24 | 0.083 | 0.042 | 0.042 | 0.011 | 0.033 | 0.042 | 0.014 | 0.046 |
| themes | 20 to 100 | 120 | 0.075 | 0.075 | 0.000 | 0.008 | 0.098 | 0.000 | 0.007 | 0.093 |
| themes | 100 to inf | 288 | 0.153 | 0.153 | 0.000 | 0.008 | 0.145 | 0.000 | 0.009 | 0.148 |
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
