"""What coders who mark at random get in unitizing alpha, and how fast it is by the size of its blocks. Prints Markdown.

    python tests/benchmarks/agreement_unitizing.py [--repeats 1000] [--draws 5]

First table: two coders mark stretches of 40 to 119 characters anywhere in 1,500 posts, each .7 of them per post on
average; lowest and highest alpha of so many draws (seeds 1, 2, ...), with gaps that run on over the borders of posts
and with gaps that end there. About 0 is right. Second table: seconds of the processor for 200,000 stretches of two
coders in 2,000 documents of 5,000 characters, with bootstrap samples, by the numbers held at once.
"""

import argparse
import time

import numpy as np
import pandas as pd

from toolkit.reliability import unitizing_chance
from toolkit.reliability.unitizing import u_alpha
from toolkit.resampling import sample_weights


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=5)
    given = parser.parse_args()
    print("| characters of a post | gaps run on | gaps end at borders |\n|---:|---:|---:|")
    for length in (500, 3000):
        cells = []
        for run_on in (True, False):
            found = [random_alpha(length, seed, run_on) for seed in range(1, given.draws + 1)]
            cells.append(f"{min(found):.3f} to {max(found):.3f}")
        print(f"| {length:,} | {' | '.join(cells)} |")
    spans, lengths = marks(np.random.default_rng(1), 2_000, 5_000, 50)
    weights = sample_weights(2_000, given.repeats, 1)
    print(f"\n{len(spans):,} stretches, {given.repeats:,} samples\n\n| numbers at once | seconds |\n|---:|---:|")
    for cells_at_once in (20_000, 200_000, 2_000_000):
        unitizing_chance._CELLS = cells_at_once
        began = time.process_time()
        u_alpha(spans, lengths, ["ana", "luis"], weights)
        print(f"| {cells_at_once:,} | {time.process_time() - began:.1f} |", flush=True)


def random_alpha(length: int, seed: int, run_on: bool) -> float:
    spans, lengths = marks(np.random.default_rng(seed), 1_500, length, 0.7)
    return float(u_alpha(spans, lengths, ["ana", "luis"], np.ones((1, len(lengths))), run_on=run_on)["x"][0])


def marks(random: np.random.Generator, documents: int, length: int, mean: float) -> tuple[pd.DataFrame, dict[str, int]]:
    """Stretches of two coders, laid anywhere; lengths of the documents."""
    counts = random.poisson(mean, (documents, 2))
    doc, coder = (np.repeat(place, counts.ravel()) for place in np.indices((documents, 2)).reshape(2, -1))
    start = random.integers(0, length - 120, len(doc))
    spans = {
        "doc_id": [f"d{number:04}" for number in doc],
        "start": start,
        "end": start + random.integers(40, 120, len(doc)),
    }
    table = pd.DataFrame(spans).assign(code="x", coder=np.array(["ana", "luis"])[coder])
    return table, {f"d{number:04}": length for number in range(documents)}


if __name__ == "__main__":
    main()
