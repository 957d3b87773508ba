"""What each ingredient of the learnt coders gives. Prints Markdown.

    python tests/benchmarks/coders.py [ingredients|constants|examples|cuts|definitions|speed] [FOLDER]

Every line is a model trained on at most 8,000 passages (the shipped model has 22,000: see mapping.py for its figures),
with the first sentence encoder (both encoders: model_card.py). Two texts to measure on:
- real: sentences of FOLDER (default ../shared/real_sentences), which nothing was built on;
- posts: the coded posts of the bundled corpus, each coded by a model that did not see it (cross-validation by post);
  whoever wrote them wrote the examples too.
mAP: mean average precision over codes; F1: micro-averaged, at the model's own cut; AUC: any code or none.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from train_coder import bundled_codings, copies

from toolkit.codebook import load_codebook
from toolkit.corpus import segment
from toolkit.principles import code_passages, context, training
from toolkit.principles.coders import coder, encoders_here
from toolkit.principles.learnt_coder import LearntCoder
from toolkit.principles.training import train, training_set

BOOK = load_codebook("cluetrain")
MODES = ("ingredients", "constants", "examples", "cuts", "definitions", "speed")


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) > 1 else MODES[0]
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[3] / "shared" / "real_sentences"
    if mode not in MODES:
        raise SystemExit(f"'{mode}' is none of {', '.join(MODES)}")
    coded = bundled_codings()
    gold = {"real": real(folder), "posts": posts_of(coded)}
    if mode == "speed":
        return speed(gold["posts"])
    if mode == "cuts":
        return cuts(gold)
    if mode == "definitions":
        return definitions(gold)
    print("| trained on | rows | real: mAP | F1 | AUC | posts: mAP | F1 | AUC |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    if mode == "examples":
        for most in (500, 1000, 2000, 4000, 8000):
            line(f"{most} examples", training_set(BOOK, most=most), gold)
        return None
    whole = training_set(BOOK, *coded, copies=copies())
    if mode == "constants":
        line("as they are", whole, gold)
        line("all axes of the sentence vectors", whole, gold, axes=512)
        for factor, word in ((0.5, "half"), (2.0, "twice")):
            line(
                f"{word} the width of the meaning kernel",
                whole,
                gold,
                gammas=tuple(g * factor for g in training.GAMMAS),
            )
            line(f"{word} the scale of cues", whole, gold, cue_scale=training.CUE_SCALE * factor)
            line(f"{word} the words", whole, gold, words=training.WORDS * factor)
            line(f"{word} the spelling", whole, gold, spelling=training.SPELLING * factor)
            line(f"{word} the penalty", whole, gold, penalty=training.PENALTY * factor)
            some = {step: weight * factor for step, weight in context.NEIGHBOURS.items()}
            line(f"{word} the neighbours", whole, gold, neighbours=some)
        return None
    line("examples, coded posts", whole, gold)
    line("without cues", whole, gold, with_cues=False)
    line("without sentence vectors", whole, gold, gammas=(0.0, 0.0))
    line("without words and spelling", whole, gold, words=0.0, spelling=0.0)
    line("without spelling", whole, gold, spelling=0.0)
    line("without neighbours", whole, gold, neighbours={})
    line("without coded posts", training_set(BOOK), gold)
    line("without hard negatives", training_set(only_coded()), gold)
    return None


def real(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    rows = [json.loads(row) for row in (folder / "sentences.jsonl").read_text(encoding="utf-8").splitlines()]
    posts = pd.DataFrame(
        {"doc_id": f"{n:04d}", "lang": row["lang"], "text": row["text"], "sha256": "-"} for n, row in enumerate(rows)
    )
    truth = np.array([[code in row["coder_a"] for code in BOOK.code_ids] for row in rows])
    return posts, segment(posts, unit="document"), truth


def posts_of(coded) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    units = coded.units.sort_values(["doc_id", "start"]).reset_index(drop=True)
    passages = units.merge(coded.posts[["doc_id", "lang"]], on="doc_id").assign(unit="sentence", furniture=False)
    passages["passage_id"] = [
        f"{d}:s{a}-{b}" for d, a, b in zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    ]
    place = {key: n for n, key in enumerate(zip(passages["doc_id"], passages["start"], passages["end"], strict=True))}
    truth = np.zeros((len(passages), len(BOOK.codes)), dtype=bool)
    for key in zip(*(coded.annotations[name] for name in ("doc_id", "start", "end", "code")), strict=True):
        truth[place[key[:3]], BOOK.code_ids.index(key[3])] = True
    return coded.posts, passages, truth


def only_coded():
    examples = BOOK.examples[BOOK.examples["codes"].map(bool)].reset_index(drop=True)
    import dataclasses

    return dataclasses.replace(BOOK, examples=examples)


def line(
    name,
    material,
    gold,
    *,
    gammas=None,
    words=None,
    spelling=None,
    cue_scale=None,
    neighbours=None,
    axes=256,
    **options,
):
    from toolkit.principles import learnt

    kept = learnt.GAMMAS, training.WORDS, training.SPELLING, context.NEIGHBOURS, learnt.CUE_SCALE
    try:
        if gammas is not None:
            learnt.GAMMAS = training.GAMMAS = gammas
        if words is not None:
            training.WORDS = words
        if spelling is not None:
            training.SPELLING = spelling
        training.AXES = axes
        if cue_scale is not None:
            learnt.CUE_SCALE = training.CUE_SCALE = cue_scale
        if neighbours is not None:
            context.NEIGHBOURS = neighbours
        encoders = encoders_here()[:1]
        model = train(material, BOOK, encoders, progress=False, **options)
        used = LearntCoder("hybrid", BOOK, model, encoders, material.passages["example"].to_numpy())
        figures = [figure for key in ("real", "posts") for figure in measured(used, *gold[key])]
    finally:
        learnt.GAMMAS, training.WORDS, training.SPELLING, context.NEIGHBOURS, learnt.CUE_SCALE = kept
        training.GAMMAS, training.CUE_SCALE, training.AXES = learnt.GAMMAS, learnt.CUE_SCALE, learnt.AXES
    print(
        f"| {name} | {len(material.truth):,} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |", flush=True
    )


def measured(used, posts, passages, truth):
    score, decided = scored(used, posts, passages, truth.shape)
    present = np.flatnonzero(truth.any(0))
    return (
        np.mean([average_precision_score(truth[:, c], score[:, c]) for c in present]),
        f1_score(truth, decided, average="micro"),
        roc_auc_score(truth.any(1), score.max(1)),
    )


def scored(used, posts, passages, shape):
    scores = code_passages(posts, passages, BOOK, method=used).scores
    return scores["score"].to_numpy().reshape(shape), scores["decided"].to_numpy().reshape(shape)


def cuts(gold) -> None:
    """Rules for the cut, none of which looks at the labels of the text it decides on, and the best cut, which does."""
    used = coder(BOOK)
    print("| text | rule | cut | precision | recall | F1 | Brier score | mean probability | base rate |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    every = np.arange(0.05, 0.6, 0.01)
    for name, (posts, passages, truth) in gold.items():
        score, _ = scored(used, posts, passages, truth.shape)
        rules = {
            "the model's (best on held-out training passages)": used.cut,
            "best expected F1, probabilities as they are": expected_best(score),
            "best expected F1, base rates by EM": expected_best(adapted(score)),
            "best in hindsight": max(every, key=lambda cut: f1_score(truth, score >= cut, average="micro")),
        }
        brier = ((score - truth) ** 2).mean()
        for rule, cut in rules.items():
            decided = (adapted(score) if "EM" in rule else score) >= cut
            hits = (decided & truth).sum()
            print(
                f"| {name} | {rule} | {cut:.2f} | {hits / max(decided.sum(), 1):.2f} | {hits / truth.sum():.2f} | "
                f"{f1_score(truth, decided, average='micro'):.3f} | {brier:.4f} | {score.mean():.3f} | "
                f"{truth.mean():.3f} |"
            )


def definitions(gold) -> None:
    """Likeness to definitions alone: the step fitted to a third of the example bank (Platt), and what it then gives."""
    from toolkit.principles.calibration import best_cut, calibrate, probabilities
    from toolkit.principles.cue_coder import _MIDDLE, _WIDTH

    used = coder(BOOK, "definitions", encoders=encoders_here()[:1])
    some = BOOK.examples.iloc[::3].reset_index(drop=True)
    passages = some[["lang", "text"]].assign(doc_id="bank")
    score = np.clip(used.code(passages).scores, 1e-5, 1 - 1e-5)
    similarity = np.log(score / (1 - score)) * _WIDTH + _MIDDLE
    truth = np.array([[code in codes for code in BOOK.code_ids] for codes in some["codes"]], dtype=float)
    ((slope, intercept),) = calibrate(similarity.reshape(-1, 1), truth.reshape(-1, 1))
    fitted = probabilities(similarity.reshape(-1, 1), np.array([[slope, intercept]])).reshape(truth.shape)
    print(
        f"step fitted to the bank: middle {-intercept / slope:.3f}, width {1 / slope:.3f}; best cut "
        f"{best_cut(fitted, truth):.2f} (in use: {_MIDDLE}, {_WIDTH}, {used.cut})"
    )
    for name, (posts, part, gold_codes) in gold.items():
        figures = " ".join(f"{figure:.3f}" for figure in measured(used, posts, part, gold_codes))
        print(f"{name}: mAP, F1, AUC {figures}")


def expected_best(score: np.ndarray) -> float:
    """The cut whose expected micro-F1 is highest if the probabilities are right."""
    flat = np.sort(score.ravel())[::-1]
    found = 2 * np.cumsum(flat) / (np.arange(1, len(flat) + 1) + flat.sum())
    return float(flat[int(found.argmax())])


def adapted(score: np.ndarray) -> np.ndarray:
    """Probabilities for the base rates of this text (Saerens, Latinne & Decaestecker 2002, equations 11-12)."""
    score = np.clip(score, 1e-6, 1 - 1e-6)
    trained = coder(BOOK).model.codes.means
    rate = trained.copy()
    for _ in range(100):
        up, down = score * rate / trained, (1 - score) * (1 - rate) / (1 - trained)
        rate = np.clip((up / (up + down)).mean(0), 1e-4, 0.9)
    up, down = score * rate / trained, (1 - score) * (1 - rate) / (1 - trained)
    return up / (up + down)


def speed(gold) -> None:
    """Passages a second, end to end: cues, vectors, markers, scores, evidence; the model is at hand."""
    posts, passages, _ = gold
    used = coder(BOOK, encoders=encoders_here()[:1])
    some = posts.head(2)
    code_passages(some, passages[passages["doc_id"].isin(some["doc_id"])], BOOK, method=used)
    # the bundled posts five times over, under other names: a process more has to be worth its start
    posts = pd.concat([posts.assign(doc_id=posts["doc_id"] + f"#{n}") for n in range(5)])
    passages = pd.concat(
        [
            passages.assign(doc_id=passages["doc_id"] + f"#{n}", passage_id=passages["passage_id"] + f"#{n}")
            for n in range(5)
        ]
    )
    print("| workers | passages | passages/s |\n|---:|---:|---:|")
    for workers in (1, 2):
        began = time.perf_counter()
        code_passages(posts, passages, BOOK, method=used, workers=workers)
        print(f"| {workers} | {len(passages):,} | {len(passages) / (time.perf_counter() - began):.0f} |")


if __name__ == "__main__":
    main()
