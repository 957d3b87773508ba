"""How long the agreement table takes for 200,000 decisions with 1,000 bootstrap samples. Prints Markdown.

    python tests/benchmarks/agreement_table.py [--units 66667] [--coders 3] [--repeats 1000] [--seed 1]

Made-up codings: 2,000 documents, each unit judged by all coders. A unit has no code in two of three cases, else one or
two of 14 (Zipf shares); a coder leaves out one of ten, gives another code instead of one of ten, and one of twenty
units without a code gets one. Each coding bears a stance and a time. A decision is a judgement of a unit by a coder.
Rows of "span" are the same codings without a grid. Peak memory is that of the process so far; seconds of
computing are those of the processor, whatever else the machine was doing.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd

from toolkit.reliability.agreement import agreement
from toolkit.tables import STANCES

CODES, DOCUMENTS = 14, 2000
NAMES = ("ana", "luis", "giulia", "marco", "eva", "paolo")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=66_667)
    parser.add_argument("--coders", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| unit | labels | judgements | codings | rows | seconds | computing | peak GB |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for unit, labels in (
        ("sentence", "multiple"),
        ("sentence", "single"),
        ("document", "multiple"),
        ("span", "multiple"),
    ):
        annotations, judged = codings(given.units, given.coders, given.seed, labels == "single")
        langs = {doc_id: "es" if int(doc_id[1:]) % 5 < 3 else "it" for doc_id in judged["doc_id"].unique()}
        lengths = judged.groupby("doc_id")["end"].max().to_dict()
        began, busy = time.perf_counter(), time.process_time()
        table = agreement(
            annotations, judged, unit=unit, labels=labels, langs=langs, lengths=lengths, repeats=given.repeats,
            ordered=sorted(annotations["code"].unique()) if labels == "single" else None,
        )  # fmt: skip
        seconds, own = time.perf_counter() - began, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        counts = f"{len(judged):,} | {len(annotations):,} | {len(table):,}"
        print(f"| {unit} | {labels} | {counts} | {seconds:.1f} | {own:.1f} | {peak:.2f} |", flush=True)


def codings(units: int, coders: int, seed: int, single: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Annotations and what was judged."""
    random = np.random.default_rng(seed)
    shares = 1 / np.arange(1, CODES + 1)
    shares /= shares.sum()
    doc = np.sort(random.integers(0, DOCUMENTS, units))
    place = np.arange(units) - np.searchsorted(doc, doc)
    span = pd.DataFrame({"doc_id": [f"d{number}" for number in doc], "start": place * 100, "end": place * 100 + 99})
    true = np.zeros((units, CODES), dtype=bool)
    amount = random.choice([0, 1, 1 if single else 2], units, p=[2 / 3, 1 / 4, 1 / 12])
    for row in np.flatnonzero(amount):
        true[row, random.choice(CODES, amount[row], replace=False, p=shares)] = True
    annotations, judged = [], []
    for coder in NAMES[:coders]:
        mine = true & (random.random(true.shape) > 0.1)
        wrong = np.flatnonzero(
            (random.random(units) < 0.1) & mine.any(1) | (random.random(units) < 0.05) & ~true.any(1)
        )
        mine[wrong] = False
        mine[wrong, random.choice(CODES, len(wrong), p=shares)] = True
        rows, codes = np.nonzero(mine)
        judged.append(span.assign(coder=coder))
        created = pd.to_datetime(1_300_000_000 + rows * 40, unit="s", utc=True).strftime("%Y-%m-%dT%H:%M:%SZ")
        annotations.append(
            span.iloc[rows].assign(
                quote="x",
                codebook="made_up",
                codebook_version="1",
                code=[f"code{number:02}" for number in codes],
                stance=random.choice(STANCES, len(rows), p=[0.6, 0.2, 0.05, 0.15]),
                coder=coder,
                kind="human",
                created=created,
            )
        )
    return pd.concat(annotations, ignore_index=True), pd.concat(judged, ignore_index=True)


if __name__ == "__main__":
    main()
