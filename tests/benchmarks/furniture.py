"""Precision and recall of furniture marks (characters that are not white space) on scraped posts.

    python tests/benchmarks/furniture.py

Three lines a language. ``bundled`` and ``twins looked at`` are development figures: the rules were improved by looking
at what they missed there. ``twins held out`` were not opened while the rules were written. A line that a page has twice
is marked by rule ``repeated_at_once``; readers of the twins noted it in ``repeats_*.jsonl`` and not as furniture, so it
is counted neither as right nor as wrong (``precision``) or as wrong (``with repeats``).
"""

import pandas as pd

from toolkit.corpus import load_posts, mark_furniture
from toolkit.resources import bundled_corpus

#: Numbers of the posts whose scraped twins were looked at; all others are held out.
LOOKED_AT = {"es": ["17", "25", "33", "41", "49", "57", "65"], "it": ["12", "18", "24", "30"]}


def characters(table: pd.DataFrame, texts: dict[str, str]) -> set[tuple[str, int]]:
    """Visible characters of the marks in the texts given."""
    spans = zip(table["doc_id"], table["start"], table["end"], strict=True)
    return {
        (doc, n) for doc, start, end in spans if doc in texts for n in range(start, end) if not texts[doc][n].isspace()
    }


def marks(name: str, lang: str) -> pd.DataFrame:
    """What readers marked: furniture, or lines that a page has twice."""
    return pd.read_json(bundled_corpus() / "annotations" / f"{name}_{lang}.jsonl", lines=True)


def measure() -> pd.DataFrame:
    """One row for each language and set of posts."""
    copies = load_posts(bundled_corpus() / "copies")
    twins = copies[copies["state"] == "scraped"]
    rows = []
    for lang in ("es", "it"):
        own = twins[twins["lang"] == lang]
        looked = own["doc_id"].str.split("/").str[1].str[:2].isin(LOOKED_AT[lang])
        bundled = load_posts(bundled_corpus())
        sets = {
            "bundled": bundled[bundled["lang"] == lang],
            "twins looked at": own[looked],
            "twins held out": own[~looked],
        }
        for name, posts in sets.items():
            texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
            gold = marks("furniture", lang)
            wanted, twice = characters(gold, texts), characters(marks("repeats", lang), texts)
            found = characters(mark_furniture(posts), texts)
            hits = len(wanted & found)
            size = (len(posts), int(gold["doc_id"].isin(list(texts)).sum()), len(wanted))
            shares = (hits / len(found - (twice - wanted)), hits / len(found), hits / len(wanted))
            rows.append((lang, name, *size, *shares))
    columns = ["lang", "posts", "n", "spans", "characters", "precision", "with repeats", "recall"]
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    print(measure().round(3).to_string(index=False))
