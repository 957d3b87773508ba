"""How far two coders of a corpus agree, sentence by sentence. Prints Markdown.

    python tests/benchmarks/agreement.py [CORPUS] [--codebook cluetrain] [--coders author second]

For each code, over the sentences both coders judged: how often each gave it; positive agreement, which is F1 and
the same whoever is taken as reference (2 both / (first + second)); Cohen's kappa (Cohen 1960, p. 40); Krippendorff's
alpha for two coders and nominal data (Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section C).
Stances are compared where both gave the code. Intervals: 95 %, posts drawn with replacement 1,000 times, seed 1.
"""

import argparse

import numpy as np
import pandas as pd

from toolkit.codebook import load_codebook
from toolkit.corpus import human_annotations
from toolkit.resources import bundled_corpus


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", nargs="?", default=bundled_corpus())
    parser.add_argument("--codebook", default="cluetrain")
    parser.add_argument("--coders", nargs=2, default=["author", "second"], metavar=("FIRST", "SECOND"))
    given = parser.parse_args()
    codes = load_codebook(given.codebook).code_ids
    human = human_annotations(given.corpus, given.codebook)
    posts = [set(human.coverage.loc[human.coverage["coder"] == coder, "doc_id"]) for coder in given.coders]
    units = human.units[human.units["doc_id"].isin(posts[0] & posts[1])].reset_index(drop=True)
    first, second = (matrix(units, human.annotations, coder, codes) for coder in given.coders)
    print(
        f"{units['doc_id'].nunique()} posts, {len(units)} sentences; a code by {given.coders[0]}: "
        f"{first.any(1).sum()}, by {given.coders[1]}: {second.any(1).sum()}\n"
    )
    print(f"| code | {given.coders[0]} | {given.coders[1]} | both | F1 | kappa | alpha |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for number, code in enumerate(codes):
        a, b = first[:, number], second[:, number]
        print(line(code, a, b))
    print(line("any code", first.any(1), second.any(1)) + "\n")
    doc_ids = units["doc_id"].to_numpy()
    for lang in ("all", "es", "it"):
        here = np.array([lang in ("all", doc_id.split("/")[0]) for doc_id in doc_ids])
        if here.any():
            low, high = interval(first[here], second[here], doc_ids[here])
            print(
                f"all codes, {lang}: F1 {f1(first[here], second[here]):.2f} [{low:.2f}, {high:.2f}] (n = {here.sum()})"
            )
    stances(human.annotations, units, given.coders)


def matrix(units: pd.DataFrame, annotations: pd.DataFrame, coder: str, codes: list[str]) -> np.ndarray:
    """Which codes a coder gave, shape (units, codes)."""
    part = annotations[annotations["coder"] == coder]
    rows = {
        place: number for number, place in enumerate(zip(units["doc_id"], units["start"], units["end"], strict=True))
    }
    given = np.zeros((len(units), len(codes)), dtype=bool)
    for doc_id, start, end, code in zip(part["doc_id"], part["start"], part["end"], part["code"], strict=True):
        if (doc_id, start, end) in rows:
            given[rows[doc_id, start, end], codes.index(code)] = True
    return given


def line(name: str, a: np.ndarray, b: np.ndarray) -> str:
    counts = f"{a.sum()} | {b.sum()} | {(a & b).sum()}"
    return f"| {name} | {counts} | {f1(a, b):.2f} | {kappa(a, b):.2f} | {alpha(a, b):.2f} |"


def f1(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * (a & b).sum() / (a.sum() + b.sum()) if a.sum() + b.sum() else float("nan")


def kappa(a: np.ndarray, b: np.ndarray) -> float:
    observed = (a == b).mean()
    expected = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")


def alpha(a: np.ndarray, b: np.ndarray) -> float:
    ones, n = int(a.sum() + b.sum()), 2 * len(a)
    disagreement = 2 * (a != b).sum() / n
    expected = 2 * ones * (n - ones) / (n * (n - 1))
    return 1 - disagreement / expected if expected else float("nan")


def interval(a: np.ndarray, b: np.ndarray, doc_ids: np.ndarray) -> tuple[float, float]:
    generator = np.random.default_rng(1)
    names = np.unique(doc_ids)
    both = np.array([(a & b)[doc_ids == name].sum() for name in names])
    total = np.array([(a[doc_ids == name].sum() + b[doc_ids == name].sum()) for name in names])
    draws = generator.integers(0, len(names), (1000, len(names)))
    low, high = np.quantile(2 * both[draws].sum(1) / total[draws].sum(1), [0.025, 0.975])
    return float(low), float(high)


def stances(annotations: pd.DataFrame, units: pd.DataFrame, coders: list[str]) -> None:
    place = ["doc_id", "start", "end", "code"]
    tables = [annotations[annotations["coder"] == coder][[*place, "stance"]] for coder in coders]
    both = tables[0].merge(tables[1], on=place).merge(units.drop_duplicates(), on=["doc_id", "start", "end"])
    same = (both["stance_x"] == both["stance_y"]).mean()
    shares = [both[column].value_counts(normalize=True) for column in ("stance_x", "stance_y")]
    expected = float((shares[0] * shares[1]).sum())
    beyond = (same - expected) / (1 - expected)
    print(f"stance where both gave the code: same {same:.2f}, kappa {beyond:.2f} (n = {len(both)})")


if __name__ == "__main__":
    main()
