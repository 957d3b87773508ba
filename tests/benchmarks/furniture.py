"""Precision and recall of furniture marks (characters that are not white space) on the bundled scraped posts.

    python tests/benchmarks/furniture.py

Development figures: the rules were improved by looking at what they missed here.
"""

import pandas as pd

from toolkit.corpus import load_corpus, mark_furniture
from toolkit.resources import bundled_corpus


def characters(table: pd.DataFrame, texts: dict[str, str]) -> set[tuple[str, int]]:
    spans = zip(table["doc_id"], table["start"], table["end"], strict=True)
    return {(doc, n) for doc, start, end in spans for n in range(start, end) if not texts[doc][n].isspace()}


def measure() -> pd.DataFrame:
    posts = load_corpus(bundled_corpus()).posts
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    found = mark_furniture(posts)
    rows = []
    for lang in ("es", "it"):
        gold = pd.read_json(bundled_corpus() / "annotations" / f"furniture_{lang}.jsonl", lines=True)
        wanted, marked = characters(gold, texts), characters(found[found["doc_id"].str.startswith(lang)], texts)
        hits = len(wanted & marked)
        rows.append((lang, len(gold), len(wanted), hits / len(marked), hits / len(wanted)))
    return pd.DataFrame(rows, columns=["lang", "spans", "characters", "precision", "recall"])


if __name__ == "__main__":
    print(measure().round(3).to_string(index=False))
