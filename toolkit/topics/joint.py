"""Joint themes: passages of all languages grouped by meaning, named by each language's own terms.

Passages are grouped by k-means on their unit sentence vectors (spherical k-means in effect: Dhillon & Modha
2001). Terms are ranked by class-based tf-idf within each language (Grootendorst 2022, arXiv:2203.05794,
section 3.3: W = tf * log(1 + A / f)).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from toolkit.errors import InputError

__all__ = ["class_terms", "fit_joint"]


def fit_joint(vectors: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The group (0 to k-1, largest first) of each row of unit vectors (n, dimension); ten starts, best kept."""
    if k < 2 or k > len(vectors):
        raise InputError(f"joint topics: got {k}, allowed is 2 to {len(vectors)}, the number of passages.")
    groups = KMeans(n_clusters=k, n_init=10, random_state=seed).fit_predict(vectors.astype(np.float64))
    sizes = np.bincount(groups, minlength=k)
    rank = np.empty(k, dtype=int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(k)
    return np.asarray(rank[groups])


def class_terms(
    documents: Sequence[Sequence[str]], langs: Sequence[str], groups: np.ndarray, k: int, *, most: int = 20
) -> pd.DataFrame:
    """The terms that set a group apart, per language.

    Returns group, lang, term, weight (class-based tf-idf, not negative; compare within a group and language
    only), best first, at most ``most`` per group and language. A term must occur twice in the group.
    """
    counts = pd.DataFrame(
        [
            (group, lang, term)
            for document, lang, group in zip(documents, langs, groups, strict=True)
            for term in document
        ],
        columns=["group", "lang", "term"],
    )
    if counts.empty:
        return pd.DataFrame(columns=["group", "lang", "term", "weight"])
    table = counts.groupby(["group", "lang", "term"], sort=True).size().rename("n").reset_index()
    size = table.groupby(["group", "lang"])["n"].transform("sum")
    everywhere = table.groupby(["lang", "term"])["n"].transform("sum")
    totals = table.groupby(["lang", "group"])["n"].sum().groupby("lang").mean()
    average = table["lang"].map(totals)
    table["weight"] = table["n"] / size * np.log1p(average / everywhere)
    table = table[table["n"] >= 2]
    table = table.sort_values(["group", "lang", "weight", "term"], ascending=[True, True, False, True])
    kept = table.groupby(["group", "lang"]).head(most)
    return kept[["group", "lang", "term", "weight"]].reset_index(drop=True)
