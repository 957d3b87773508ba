"""How many topics: time with one and two workers, what is recommended, and whether a known number is found.

    python tests/benchmarks/topics_selection.py [speed | corpora | synthetic] ...

speed: ten numbers of topics on parts of real speeches (``congreso``), one worker, then two, in one run; wall seconds,
and their ratio. Both must give the same tables. corpora: the recommendation for the bundled posts, per language.
synthetic: documents drawn from LDA with a known number of topics, of four kinds; how often it is recommended, hit
within one, and covered by the interval. The speed is only worth noting on a machine that does nothing else.
"""

import os
import sys
import time

import numpy as np
import pandas as pd
from topic_corpora import congreso, conversaciones

from toolkit.topics import selection
from toolkit.topics.documents import DocumentTerms, document_terms

#: Fewer sweeps, runs and folds than the default, for time.
_SETTINGS = {"iterations": 150, "runs": 3, "folds": 3}
#: Sweeps nearer to the default of 500, so that starting two processes (about 4 s) counts for what it is.
_SPEED = {"iterations": 400, "runs": 3, "folds": 3}


def main() -> None:
    parts = sys.argv[1:] or ["speed", "corpora", "synthetic"]
    if "speed" in parts:
        speed()
    if "corpora" in parts:
        for lang in ("es", "it"):
            material = conversaciones(lang)
            chosen = selection.select_k(
                material.documents, material.passages["doc_id"].tolist(), range(4, 32, 3), workers=2, **_SETTINGS
            )
            show(material.name, chosen)
    if "synthetic" in parts:
        synthetic()


def speed() -> None:
    material = congreso()
    # a speech is the unit that is held out, not a part of it
    speeches = material.passages["doc_id"].str.rsplit("-", n=1).str[0].tolist()
    print("| workers | wall s | load before |\n|---:|---:|---:|")
    seconds, results = [], []
    for workers in (1, 2):
        load, start = os.getloadavg()[0], time.perf_counter()
        results.append(selection.select_k(material.documents, speeches, range(5, 55, 5), workers=workers, **_SPEED))
        seconds.append(time.perf_counter() - start)
        print(f"| {workers} | {seconds[-1]:.0f} | {load:.1f} |", flush=True)
    pd.testing.assert_frame_equal(results[0].runs, results[1].runs, check_exact=True)
    print(f"\nratio {seconds[0] / seconds[1]:.2f}, tables equal\n")
    show("congreso", results[0])


def show(name: str, chosen: selection.Selection) -> None:
    print(f"## {name}\n")
    table = chosen.table.pivot(index="k", columns="measure", values="value")
    print(_head(table))
    for k, row in table.iterrows():
        print(f"| {k} | " + " | ".join("" if np.isnan(value) else f"{value:.3f}" for value in row) + " |")
    print(f"\n{selection.recommend_k(chosen.runs)}\n", flush=True)


def _head(table: pd.DataFrame) -> str:
    return "| k | " + " | ".join(table.columns) + " |\n" + "|---:" * (1 + len(table.columns)) + "|"


def synthetic() -> None:
    kinds = {
        "clear: 40 terms a document": {},
        "short: 15 terms": {"length": 15},
        "topics that share terms": {"eta": 0.1},
        "no topics: each term by chance": {"eta": 1e6},
    }
    print("| documents | true k | recommended | interval | won | uncertain |\n|---|---:|---:|---|---:|---|")
    hits = []
    for kind, options in kinds.items():
        for k in (5, 8, 11):
            # seeds that the rule was not chosen on
            for seed in (101, 102):
                documents = drawn(k, seed, **options)
                each = [str(number) for number in range(len(documents))]
                said = selection.recommend_k(
                    selection.select_k(documents, each, range(2, 16), workers=2, **_SETTINGS).runs
                )
                print(
                    f"| {kind} | {k} | {said.k} | {said.low} to {said.high} | {said.share:.2f} | "
                    f"{said.uncertain}{', not better than one topic' if said.better_than_one is False else ''} |",
                    flush=True,
                )
                hits.append((kind, said.k == k, abs(said.k - k) <= 1, said.low <= k <= said.high))
    print("\n| documents | hit | within 1 | in the interval | of |\n|---|---:|---:|---:|---:|")
    for kind in kinds:
        found = np.array([row[1:] for row in hits if row[0] == kind])
        print(f"| {kind} | " + " | ".join(str(count) for count in found.sum(0)) + f" | {len(found)} |")


def drawn(
    k: int, seed: int, documents: int = 250, terms: int = 300, length: int = 40, alpha: float = 0.1, eta: float = 0.03
) -> DocumentTerms:
    """Documents drawn from latent Dirichlet allocation."""
    rng = np.random.default_rng(seed)
    topics = rng.dirichlet(np.full(terms, eta), k)
    shares = rng.dirichlet(np.full(k, alpha), documents)
    return document_terms([[f"w{term:03}" for term in rng.choice(terms, length, p=share @ topics)] for share in shares])


if __name__ == "__main__":
    main()
