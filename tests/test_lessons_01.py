"""The exercises of notebook 01: right answers, the usual mistakes, and answers that are none."""

import pandas as pd
from judged import Judged

WORDS = [
    ("es", "blog", 50, 40.0), ("es", "comentario", 30, 12.0), ("es", "correo", 10, 2.0), ("es", "contar", 9, 9.0),
    ("es", "foto", 20, 15.0), ("it", "commento", 40, 1.0), ("it", "blog", 30, 3.0),
]  # fmt: skip
COUNTS = pd.DataFrame(WORDS, columns=["lang", "term", "raw", "clean"])

POSTS = pd.DataFrame({"doc_id": [f"p{number}" for number in range(20)]})
#: Three clusters of two, three and four posts.
DUPLICATES = pd.DataFrame(
    {"cluster": ["a"] * 2 + ["b"] * 3 + ["c"] * 4, "doc_id": [f"p{number}" for number in range(9)]}
)

GENRES = pd.DataFrame(
    {"codes": [1, 12, 30], "sentences": [500, 200, 150], "whole": [400, 600, 1000]}, index=["a", "b", "c"]
)
GENRES["share"] = GENRES["codes"] / GENRES["sentences"]
SUM = 0.8 + 36 + 200
WEIGHTED = SUM / 2000

GIVES = {
    "01.1": {"counts": COUNTS},
    "01.2": {"posts": POSTS, "duplicates": DUPLICATES},
    "01.3": {"genres": GENRES, "truth": 0.16},
}
CASES = [
    ("01.1", "correo", "right"),
    ("01.1", " Correo", "right"),
    ("01.1", "comentario", "number"),
    ("01.1", "blog", "frequent"),
    ("01.1", "contar", "least"),
    ("01.1", "foto", "less"),
    ("01.1", "commento", "italian"),
    ("01.1", "zapato", "not_there"),
    ("01.2", 14, "right"),
    ("01.2", 14.0, "right"),
    ("01.2", 20, "all"),
    ("01.2", 11, "none"),
    ("01.2", 3, "clusters"),
    ("01.2", 9, "inside"),
    ("01.2", 17, "minus_clusters"),
    ("01.2", 6, "removed"),
    ("01.2", 14.5, "no_count"),
    ("01.2", float("inf"), "no_count"),
    ("01.2", 15, "many"),
    ("01.2", 13, "few"),
    ("01.3", WEIGHTED, "right"),
    ("01.3", round(WEIGHTED, 3), "right"),
    ("01.3", 100 * WEIGHTED, "percent"),
    ("01.3", 43 / 850, "unweighted"),
    ("01.3", (0.002 + 0.06 + 0.2) / 3, "plain_mean"),
    ("01.3", 0.16, "truth"),
    ("01.3", SUM, "sum"),
    ("01.3", SUM / 850, "divided"),
    ("01.3", (400 + 7200 + 30000) / 2000, "counts"),
    ("01.3", -1, "no_share"),
    ("01.3", round(WEIGHTED, 2), "rounded"),
    ("01.3", round(WEIGHTED, 3) + 0.004, "high"),
    ("01.3", 0.9, "high"),
    ("01.3", 0.01, "low"),
]


class TestJudged(Judged):
    LESSON = "01"
    CASES = CASES
    GIVES = GIVES
