"""Writes MODEL_CARD.md from what `toolkit.evaluation` measures. Nothing in its figures is typed by hand.

    python tests/benchmarks/model_card.py [FOLDER]

FOLDER (default ../shared/real_sentences) holds sentences.jsonl: text, lang, coder_a (codes), stance_b; without it the
card cannot be written. Takes two minutes, ten with the extra [e5], which it needs for the second column.
"""

import json
import sys
from pathlib import Path
from string import Template

import pandas as pd
from coders import BOOK, posts_of, real
from train_coder import bundled_codings

from toolkit.corpus import human_annotations
from toolkit.evaluation import Evaluation, evaluate
from toolkit.principles import code_passages
from toolkit.principles.coders import coder, encoders_here
from toolkit.resources import bundled_corpus

CARD = Path(__file__).parents[2] / "MODEL_CARD.md"
FRAME = Path(__file__).parent / "model_card.md"
MEASURES = {
    "precision_micro": "precision",
    "recall_micro": "recall",
    "f1_micro": "micro-F1",
    "f1_macro": "macro-F1",
    "mean_average_precision": "mean average precision",
    "top_1": "best code right (of sentences with a code)",
    "top_3": "one of the three best right",
    "any_auc": "any code or none, ROC AUC",
    "brier": "Brier score (lower is better)",
    "ece": "expected calibration error (lower is better)",
    "stance_accuracy_gold": "stance right, over gold codes",
    "stance_f1_macro_gold": "stance macro-F1, over gold codes",
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[3] / "shared" / "real_sentences"
    encoders = encoders_here()
    if len(encoders) < 2:
        raise SystemExit("the card has a column for both encoders: pip install 'cluetrain-toolkit[e5]'")
    first, both = coder(BOOK, encoders=encoders[:1]), coder(BOOK, encoders=encoders)
    found = {
        (text, name): measured(material, used)
        for text, material in (("real", of_real(folder)), ("posts", of_posts()))
        for name, used in (("default", first), ("with [e5]", both))
    }
    facts = first.facts
    CARD.write_text(
        Template(FRAME.read_text(encoding="utf-8")).substitute(
            examples=f"{facts['examples']:,}",
            sentences=f"{facts['coded sentences']:,}",
            posts=facts["coded posts"],
            cut=f"{first.cut:.2f}",
            cut_both=f"{both.cut:.2f}",
            version=BOOK.version,
            overall=overall(found),
            codes=by_code(found),
            stances=by_stance(found),
            languages=by_language(found),
        ),
        encoding="utf-8",
    )
    print(CARD.read_text(encoding="utf-8"))


def of_real(folder: Path):
    posts, passages, _ = real(folder)
    rows = [json.loads(row) for row in (folder / "sentences.jsonl").read_text(encoding="utf-8").splitlines()]
    gold = [
        {"doc_id": doc_id, "start": start, "end": end, "quote": row["text"][start:end], "code": code}
        | {"stance": row["stance_b"].get(code), "codebook": BOOK.id, "codebook_version": BOOK.version}
        | {"coder": "person", "kind": "human"}
        for row, doc_id, start, end in zip(rows, *(passages[name] for name in ("doc_id", "start", "end")), strict=True)
        for code in row["coder_a"]
    ]
    return posts, passages, pd.DataFrame(gold)


def of_posts():
    coded = bundled_codings()
    human = human_annotations(bundled_corpus(), BOOK.id, "adjudicated", posts=coded.posts)
    posts, passages, _ = posts_of(coded)
    there = passages["doc_id"].isin(human.coverage["doc_id"])
    gold = human.annotations.assign(codebook_version=BOOK.version)
    return posts[posts["doc_id"].isin(human.coverage["doc_id"])], passages[there].reset_index(drop=True), gold


def measured(material, used) -> Evaluation:
    posts, passages, gold = material
    coding = code_passages(posts, passages, BOOK, method=used, workers=2)
    units = passages[["doc_id", "start", "end", "lang"]]
    return evaluate(gold, coding.annotations, BOOK, scores=coding.scores, units=units, posts=posts, baselines=True)


def overall(found) -> str:
    lines = ["| | " + " | ".join(f"{text}, {name}" for text, name in found) + " |", "|---|" + "---:|" * len(found)]
    for measure, label in MEASURES.items():
        lines.append(f"| {label} | " + " | ".join(figure(e, measure) for e in found.values()) + " |")
    for kind in ("majority", "cues", "zero-shot"):
        cells = []
        for evaluation in found.values():
            table = evaluation.comparison
            row = table[(table["measure"] == "f1_micro") & table["coder"].eq(f"baseline:{kind}")]
            cells.append(f"{row['value'].iloc[0]:.2f}" if len(row) else "-")
        lines.append(f"| baseline {kind}: micro-F1 | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figure(evaluation: Evaluation, measure: str, scope: str = "all", of: str = "all") -> str:
    table = evaluation.measures
    row = table[(table["measure"] == measure) & (table["scope"] == scope) & (table["of"] == of)]
    if row.empty or pd.isna(row["value"].iloc[0]):
        return "-"
    digits = 3 if measure == "brier" else 2
    value, low, high = (row[name].iloc[0] for name in ("value", "ci_low", "ci_high"))
    return f"{value:.{digits}f}" + ("" if pd.isna(low) else f" ({low:.{digits}f}-{high:.{digits}f})")


def by_code(found) -> str:
    lines = ["| code | " + " | ".join(f"{text}, {name}: F1 | AP | n" for text, name in found) + " |"]
    lines.append("|---|" + "---:|---:|---:|" * len(found))
    for code in BOOK.code_ids:
        cells = []
        for evaluation in found.values():
            table = evaluation.measures
            here = table[(table["scope"] == "code") & (table["of"] == code)].set_index("measure")
            values = [here["value"].get(name, float("nan")) for name in ("f1", "average_precision")]
            cells += [*(f"{value:.2f}" for value in values), str(int(here["n"].get("recall", 0)))]
        lines.append(f"| `{code}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def by_stance(found) -> str:
    lines = ["| stance, F1 over gold codes | " + " | ".join(f"{text}, {name}" for text, name in found) + " |"]
    lines.append("|---|" + "---:|" * len(found))
    for stance in ("endorses", "breach", "rejects", "mentions"):
        lines.append(f"| {stance} | " + " | ".join(figure(e, "f1", "stance", stance) for e in found.values()) + " |")
    return "\n".join(lines)


def by_language(found) -> str:
    lines = ["| micro-F1 | " + " | ".join(f"{text}, {name}" for text, name in found) + " |"]
    lines.append("|---|" + "---:|" * len(found))
    for lang, label in (("es", "Spanish"), ("it", "Italian")):
        lines.append(f"| {label} | " + " | ".join(figure(e, "f1_micro", "lang", lang) for e in found.values()) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
