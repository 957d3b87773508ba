"""How well passages are mapped to principles, on real sentences that nothing was built on. Prints Markdown.

    python tests/benchmarks/mapping.py [FOLDER]

FOLDER (default ../shared/real_sentences) holds sentences.jsonl: text, lang, coder_a (codes), stance_b. Beside the
coders of the package stands zero-shot similarity to the codebook's definitions. The cut of the coders is their own;
for zero-shot, which has none, the best cut on these sentences is taken (it flatters it). "hybrid + E5" needs the extra
[e5]. `toolkit evaluate` gives the same figures with intervals, per code, language and stance.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score, roc_auc_score

from toolkit.codebook import load_codebook
from toolkit.corpus import segment
from toolkit.principles import code_passages, coder
from toolkit.principles.coders import encoders_here
from toolkit.text import embed

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[3] / "shared" / "real_sentences"


def main() -> None:
    book = load_codebook("cluetrain")
    rows = [json.loads(line) for line in (FOLDER / "sentences.jsonl").read_text(encoding="utf-8").splitlines()]
    truth = np.array([[code in row["coder_a"] for code in book.code_ids] for row in rows])
    posts = pd.DataFrame(
        {"doc_id": f"{n:04d}", "lang": row["lang"], "text": row["text"], "sha256": "-"} for n, row in enumerate(rows)
    )
    passages = segment(posts, unit="document")
    print(f"{len(rows)} sentences, {int(truth.any(1).sum())} with a code, {int(truth.sum())} codes\n")
    print("| coder | precision | recall | micro-F1 | macro-F1 | mean average precision | any or none, AUC |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    details = []
    line("zero-shot (definitions), best cut", *zero_shot(book, rows, truth), truth)
    first, *second = encoders_here()
    coders = {"cues": coder(book, "cues"), "hybrid": coder(book, encoders=[first])}
    if second:
        coders["hybrid + E5"] = coder(book, encoders=[first, *second])
    for method, used in coders.items():
        began = time.perf_counter()
        scores = code_passages(posts, passages, book, method=used).scores
        seconds = time.perf_counter() - began
        shape = (len(rows), len(book.codes))
        decided = scores["decided"].to_numpy().reshape(shape)
        line(method, scores["score"].to_numpy().reshape(shape), decided, truth)
        if method != "cues":
            details.append((method, used, scores, decided, seconds))
    for method, used, scores, decided, seconds in details:
        print(f"\n{method}: cut {used.cut:.2f}, {len(rows) / seconds:.0f} sentences/s on one core (model at hand)")
        more(method, rows, truth, scores, decided)


def more(method, rows, truth, scores, decided):
    for lang in ("es", "it"):
        here = np.array([row["lang"] == lang for row in rows])
        print(
            f"{method}, {lang}: micro-F1 {f1_score(truth[here], decided[here], average='micro'):.2f} (n = {here.sum()})"
        )
    stances = scores.drop_duplicates("doc_id")["stance"].tolist()
    pairs = [(given, stances[n]) for n, row in enumerate(rows) for given in row["stance_b"].values()]
    right = np.mean([a == b for a, b in pairs])
    macro = f1_score(*zip(*pairs, strict=True), average="macro", labels=["endorses", "breach", "rejects", "mentions"])
    print(f"{method}, stance of coded sentences: right {right:.2f}, macro-F1 {macro:.2f} (n = {len(pairs)})")


def zero_shot(book, rows, truth):
    definitions = [f"{code.name[lang]}. {code.definition[lang]}" for code in book.codes for lang in ("es", "it")]
    similarity = embed([row["text"] for row in rows]) @ embed(definitions).T
    scores = similarity.reshape(len(rows), len(book.codes), 2).max(2)
    cuts = np.quantile(scores, np.linspace(0.7, 0.995, 120))
    best = max(cuts, key=lambda cut: f1_score(truth, scores >= cut, average="micro"))
    return scores, scores >= best


def line(name, scores, decided, truth):
    present = truth.any(0)
    average = np.mean([average_precision_score(truth[:, c], scores[:, c]) for c in np.flatnonzero(present)])
    figures = [
        precision_score(truth, decided, average="micro"),
        recall_score(truth, decided, average="micro"),
        f1_score(truth, decided, average="micro"),
        f1_score(truth, decided, average="macro"),
        average,
        roc_auc_score(truth.any(1), scores.max(1)),
    ]
    print(f"| {name} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")


if __name__ == "__main__":
    main()
