"""Seconds and memory of every coefficient of agreement with bootstrap intervals. Prints Markdown.

    python tests/benchmarks/agreement_speed.py [--units 68800] [--documents 2000] [--repeats 1000]

Three coders and 68,800 units of 2,000 documents, 200,000 decisions; 1,000 bootstrap samples of documents. The codings
are drawn (seed 1): a unit truly takes each of 14 codes with its own rate, 1 % to 15 % from the rarest to the commonest,
which is .6 to 1.6 times as high from document to document; a coder overlooks a true code in 25 % of cases and gives a
code that is not there in 1 %; a coder does not judge 3 % of the units. "single": the first code a coder gave, or none
(15 labels). "sets": all of them (frozensets). "per code": 14 times one code against its absence.
"""

import argparse
import resource
import time

import numpy as np

from toolkit.reliability import (
    Ratings,
    cohen_kappa,
    cohen_kappa_max,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from toolkit.resampling import sample_weights

CODES = 14
PAIRS = [(0, 1), (0, 2), (1, 2)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=68_800)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=1_000)
    asked = parser.parse_args()
    given, judged, doc = codings(asked.units, asked.documents)
    weights = sample_weights(asked.documents, asked.repeats, 1)
    begin = time.perf_counter()
    single, sets, per_code = (
        single_label(given, judged, doc),
        set_valued(given, judged, doc),
        by_code(given, judged, doc),
    )
    print(f"{judged.sum():,} decisions of {judged.size:,}, {asked.documents:,} documents, {asked.repeats:,} samples;")
    print(f"{len(single.labels)} labels, {len(sets.labels)} sets; built in {time.perf_counter() - begin:.2f} s\n")
    print("| labels | measure | calls | seconds | value |\n|---|---|---:|---:|---:|")
    total = 0.0
    for kind, name, calls in measures(single, sets, per_code, weights):
        begin = time.perf_counter()
        values = [call() for call in calls]
        seconds = time.perf_counter() - begin
        total += seconds
        print(f"| {kind} | {name} | {len(calls)} | {seconds:.3f} | {np.mean([value[0] for value in values]):.3f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nall: {total:.2f} s; most memory of the process: {peak:,.0f} MB")


def codings(units: int, documents: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who gave which code (units, coders, codes), who judged (units, coders), and the document of each unit."""
    random = np.random.default_rng(1)
    doc = np.sort(random.integers(documents, size=units))
    rate = np.geomspace(0.01, 0.15, CODES) * random.uniform(0.6, 1.6, (documents, CODES))
    true = random.random((units, CODES)) < rate[doc]
    chance = random.random((units, 3, CODES))
    given = np.where(true[:, None, :], chance < 0.75, chance < 0.01)
    return given, random.random((units, 3)) >= 0.03, doc


def single_label(given: np.ndarray, judged: np.ndarray, doc: np.ndarray) -> Ratings:
    first = np.where(given.any(2), given.argmax(2) + 1, 0)
    return Ratings(np.where(judged, first, -1), tuple(range(CODES + 1)), doc, int(doc.max()) + 1)


def set_valued(given: np.ndarray, judged: np.ndarray, doc: np.ndarray) -> Ratings:
    bits = given @ (1 << np.arange(CODES))
    kinds, place = np.unique(bits, return_inverse=True)
    labels = tuple(frozenset(np.flatnonzero(kind >> np.arange(CODES) & 1).tolist()) for kind in kinds)
    return Ratings(np.where(judged, place.reshape(bits.shape), -1), labels, doc, int(doc.max()) + 1)


def by_code(given: np.ndarray, judged: np.ndarray, doc: np.ndarray) -> list[Ratings]:
    documents = int(doc.max()) + 1
    return [Ratings(np.where(judged, given[:, :, code], -1), (0, 1), doc, documents) for code in range(CODES)]


def measures(single: Ratings, sets: Ratings, per_code: list[Ratings], weights: np.ndarray):
    """Kind of labels, name of the measure, and the calls it takes."""

    def calls(ratings, measure, *rest):
        return [lambda r=r: measure(r, weights, *rest) for r in ratings]

    for kind, ratings in (("single", [single]), ("per code", per_code)):
        pairs = [r.of(*pair) for r in ratings for pair in PAIRS]
        yield kind, "percent", calls(ratings, percent_agreement)
        yield kind, "Cohen's kappa, pairs", calls(pairs, cohen_kappa)
        yield kind, "maximum of kappa, pairs", calls(pairs, cohen_kappa_max)
        yield kind, "Scott's pi, pairs", calls(pairs, scott_pi)
        yield kind, "Fleiss' kappa", calls(ratings, fleiss_kappa)
        yield kind, "AC1", calls(ratings, gwet_ac)
        yield kind, "alpha nominal", calls(ratings, krippendorff_alpha)
    pairs = [single.of(*pair) for pair in PAIRS]
    for scale in ("linear", "quadratic"):
        yield "single, ordered", f"kappa {scale}, pairs", calls(pairs, cohen_kappa, scale)
    for scale in ("linear", "quadratic", "ordinal"):
        yield "single, ordered", f"AC2 {scale}", calls([single], gwet_ac, scale)
    for distance in ("ordinal", "interval", "ratio"):
        yield "single, ordered", f"alpha {distance}", calls([single], krippendorff_alpha, distance)
    yield "sets", "percent", calls([sets], percent_agreement)
    for distance in ("nominal", "jaccard", "masi"):
        yield "sets", f"alpha {distance}", calls([sets], krippendorff_alpha, distance)


if __name__ == "__main__":
    main()
