"""How well whole posts of the bundled corpus are coded, beside the people who coded them. Prints Markdown.

    python tests/benchmarks/mapping_corpus.py [CORPUS]

Gold: the adjudicated sentences of the doubly coded posts. The posts are constructed, and most of their sentences tell
a story: a hard test, of another kind than single sentences picked for what they say (tests/benchmarks/mapping.py).
The shipped model of cluetrain was trained on these posts too, and each is coded by one that did not see it; cuts are
the coders' own. The two people's figures flatter them: the gold was made from their codings. "+ E5": the extra [e5].
"""

import sys

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score, roc_auc_score

from toolkit.codebook import codebook_names, load_codebook
from toolkit.corpus import HumanAnnotations, human_annotations, load_posts
from toolkit.principles import code_passages, coder
from toolkit.principles.coders import encoders_here
from toolkit.resources import bundled_corpus
from toolkit.tables import STANCES

FOLDER = sys.argv[1] if len(sys.argv) > 1 else bundled_corpus()
PLACE = ["doc_id", "start", "end"]
METHODS = ["cues", "hybrid", *(["hybrid + E5"] if len(encoders_here()) > 1 else [])]


def main() -> None:
    posts = load_posts(FOLDER)
    human = human_annotations(FOLDER, posts=posts)
    print("## cluetrain, adjudicated posts\n")
    said = compare("cluetrain", "adjudicated", ["author", "second"], METHODS, human, posts)
    print("\nstance of sentences with a code in the gold\n\n" + "\n".join(said))
    print("\n## the further codebooks, posts coded once by coder reader\n")
    for name in codebook_names():
        if name != "cluetrain":
            compare(name, "reader", [], ["hybrid"], human, posts, heading=name)


def compare(
    name: str,
    gold_coder: str,
    people: list[str],
    methods: list[str],
    human: HumanAnnotations,
    posts: pd.DataFrame,
    heading: str = "",
) -> list[str]:
    """Print a line of figures for each coder; a line about stances for each that suggests them is returned."""
    book = load_codebook(name)
    coverage = human.coverage[(human.coverage["codebook"] == name) & (human.coverage["coder"] == gold_coder)]
    units = human.units[human.units["doc_id"].isin(coverage["doc_id"])].sort_values(PLACE).reset_index(drop=True)
    posts = posts[posts["doc_id"].isin(coverage["doc_id"])]
    given = human.annotations[human.annotations["codebook"] == name]
    gold, stances = coded(given, gold_coder, units, book.code_ids)
    if not heading or name == "engagement_phases":
        print("| coder | precision | recall | micro-F1 | macro-F1 | mean average precision | any or none, AUC |")
        print("|---|---:|---:|---:|---:|---:|---:|")
    said = []
    for who in people:
        codes, theirs = coded(given, who, units, book.code_ids)
        line(who, gold, codes)
        said.append(stance_line(who, stances, theirs))
    passages = units.merge(posts[["doc_id", "lang"]], on="doc_id").assign(unit="sentence", furniture=False)
    passages["passage_id"] = [f"{d}:s{a}-{b}" for d, a, b in zip(*(passages[c] for c in PLACE), strict=True)]
    for method in methods:
        encoders = encoders_here()[: 1 + method.endswith("E5")]
        used = coder(book, method.split()[0], encoders=encoders)
        scores = code_passages(posts, passages, book, method=used).scores
        shape = (len(units), len(book.codes))
        decided, score = (scores[column].to_numpy().reshape(shape) for column in ("decided", "score"))
        line(f"{heading} {method}".strip(), gold, decided, score)
        if method != "cues":
            found = {row[:4]: row[4] for row in scores[[*PLACE, "code", "stance"]].itertuples(index=False, name=None)}
            said.append(stance_line(method, stances, found))
    if not heading:
        print(f"\n{len(posts)} posts, {len(units)} sentences, {gold.any(1).sum()} with a code, {gold.sum()} codes")
    return said


def coded(
    annotations: pd.DataFrame, coder: str, units: pd.DataFrame, codes: list[str]
) -> tuple[np.ndarray, dict[tuple[str, int, int, str], str]]:
    """Which codes a coder gave, shape (units, codes), and the stance of each."""
    part = annotations[annotations["coder"] == coder]
    rows = {place: number for number, place in enumerate(zip(*(units[column] for column in PLACE), strict=True))}
    given = np.zeros((len(units), len(codes)), dtype=bool)
    stances = {}
    for *place, code, stance in part[[*PLACE, "code", "stance"]].itertuples(index=False, name=None):
        if tuple(place) in rows:
            given[rows[tuple(place)], codes.index(code)] = True
            stances[(*place, code)] = stance
    return given, stances


def line(name: str, gold: np.ndarray, given: np.ndarray, scores: np.ndarray | None = None) -> None:
    figures = [
        precision_score(gold, given, average="micro", zero_division=0),
        recall_score(gold, given, average="micro"),
        f1_score(gold, given, average="micro"),
        f1_score(gold, given, average="macro", zero_division=0),
    ]
    if scores is not None:
        there = gold.any(0)
        figures += [
            average_precision_score(gold[:, there], scores[:, there], average="macro"),
            roc_auc_score(gold.any(1), scores.max(1)),
        ]
    print(f"| {name} | " + " | ".join(f"{figure:.2f}" for figure in figures) + (" | | |" if scores is None else " |"))


def stance_line(name: str, gold: dict[tuple, str], given: dict[tuple, str]) -> str:
    both = [(stance, given[place]) for place, stance in gold.items() if place in given]
    right = np.mean([one == other for one, other in both])
    macro = f1_score(*zip(*both, strict=True), average="macro", labels=list(STANCES))
    return f"{name}: right {right:.2f}, macro-F1 {macro:.2f} (n = {len(both)})"


if __name__ == "__main__":
    main()
