"""Precision and recall of furniture marks, by visible characters, on scraped posts.

    python tests/benchmarks/furniture.py

Only ``held out`` says what to expect on pages nobody looked at: 28 constructed pages (``furniture_heldout.jsonl``) that
were written when the rules and the line model were finished, by a writer who knew neither, and were not opened since.
All other sets are development figures: the rules were improved by looking at what they missed there.

``bundled``: the posts of corpora/conversaciones; ``twins``: their 24 scraped copies; ``pages``: constructed pages the
line model is trained on (``furniture_pages.jsonl``); ``real texts``: the five of ../shared/seeds where they are at
hand, labelled by a reader who knew no mark (``seeds_furniture.csv`` holds positions only).

A line that a page has twice at once is marked by the rule ``repeated_at_once``; readers noted such lines in
``repeats_*.jsonl`` and not as furniture, so they are counted neither as right nor as wrong.
"""

import hashlib
import json
from pathlib import Path

import pandas as pd

from toolkit.corpus import load_posts, mark_furniture
from toolkit.resources import bundled_corpus

HERE = Path(__file__).parent
SEEDS = HERE.parents[2] / "shared" / "seeds"
Characters = set[tuple[str, int]]


def characters(table: pd.DataFrame, texts: dict[str, str]) -> Characters:
    """Visible characters of the marks in the texts given."""
    spans = zip(table["doc_id"], table["start"], table["end"], strict=True)
    return {
        (doc, n) for doc, start, end in spans if doc in texts for n in range(start, end) if not texts[doc][n].isspace()
    }


def annotated(name: str) -> pd.DataFrame:
    """What readers marked in the bundled corpus: furniture, or lines that a page has twice."""
    files = [bundled_corpus() / "annotations" / f"{name}_{lang}.jsonl" for lang in ("es", "it")]
    return pd.concat([pd.read_json(file, lines=True) for file in files], ignore_index=True)


def bundled_sets() -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Posts and gold of the bundled texts and of their scraped twins."""
    gold = annotated("furniture")
    copies = load_posts(bundled_corpus() / "copies")
    return {"bundled": (load_posts(bundled_corpus()), gold), "twins": (copies[copies["state"] == "scraped"], gold)}


def pages(file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts and gold of a file of constructed pages: a text and its spans, or lines with the kind of each."""
    posts, gold = [], []
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        spans = page.get("furniture", [])
        text = page.get("text", "\n".join(text for text, _ in page.get("lines", [])))
        reached = 0
        for part, kind in page.get("lines", []):
            spans += [(reached, reached + len(part), kind)] if kind else []
            reached += len(part) + 1
        known = {name: page.get(name, "") for name in ("doc_id", "lang", "title", "site")}
        posts.append({**known, "text": text, "sha256": ""})
        gold += [(page["doc_id"], start, end) for start, end, _ in spans]
    return pd.DataFrame(posts), pd.DataFrame(gold, columns=["doc_id", "start", "end"])


def real_texts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts and gold of the real texts; a text that is another now has no gold and is an error."""
    posts = load_posts(SEEDS).assign(lang=["es"] * 4 + ["it"])
    gold = pd.read_csv(HERE / "seeds_furniture.csv").rename(columns={"file": "doc_id"})
    gold["doc_id"] = gold["doc_id"].str.removesuffix(".txt")
    for text, doc_id in zip(posts["text"], posts["doc_id"], strict=True):
        labelled = set(gold.loc[gold["doc_id"] == doc_id, "sha256"])
        assert labelled <= {hashlib.sha256(text.encode()).hexdigest()}, f"{doc_id} is not the text that was labelled"
    return posts, gold


def measure() -> pd.DataFrame:
    """One row for each set and language."""
    sets = {**bundled_sets(), "pages": pages("furniture_pages.jsonl"), "held out": pages("furniture_heldout.jsonl")}
    if SEEDS.is_dir():
        sets["real texts"] = real_texts()
    repeats = annotated("repeats")
    rows = []
    for name, (posts, gold) in sets.items():
        marks = mark_furniture(posts)
        for lang in ("es", "it", "all"):
            own = posts if lang == "all" else posts[posts["lang"] == lang]
            texts = dict(zip(own["doc_id"], own["text"], strict=True))
            wanted, found, twice = (characters(table, texts) for table in (gold, marks, repeats))
            if name not in ("bundled", "twins"):
                at_once = characters(marks[marks["rule"] == "repeated_at_once"], texts)
                twice = at_once - wanted
            found -= twice - wanted
            spans = int(gold["doc_id"].isin(list(texts)).sum())
            hits = len(wanted & found)
            shares = (hits / len(found) if found else None, hits / len(wanted) if wanted else None)
            rows.append((name, lang, len(own), spans, len(wanted), *shares))
    columns = ["set", "lang", "posts", "spans", "characters", "precision", "recall"]
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    print(measure().round(3).to_string(index=False, na_rep="-"))
