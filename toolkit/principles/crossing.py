"""Codes of one codebook crossed with those of another: frameworks and the principles.

Intervals: see :mod:`toolkit.principles.post_ratios`.
"""

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook, crosswalk_table
from toolkit.principles.post_ratios import drawn_posts, own_annotations, post_ratio
from toolkit.principles.prevalence import code_matrix
from toolkit.tables import check, span_rows

__all__ = ["crossed"]


def crossed(
    passages: pd.DataFrame,
    annotations_a: pd.DataFrame,
    annotations_b: pd.DataFrame,
    codebook_a: Codebook,
    codebook_b: Codebook,
    *,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How often a passage with a code of one codebook also carries a code of another one.

    Parameters
    ----------
    passages : the passages both codings are about (no furniture).
    annotations_a, annotations_b : may be the same table; the rows of ``codebook_a`` and ``codebook_b`` count.

    Returns
    -------
    DataFrame
        one row per pair of codes: codebook, code, to_codebook, to_code, count (passages with both), n (passages
        with ``code``), share (count / n, 0-1; missing where n is 0), ci_low, ci_high, base (share of ``to_code`` in
        all passages), lift (share / base; 1: as usual, more: they go together; missing where either never occurs),
        lift_low, lift_high, expected (stance that the crosswalk of ``codebook_a`` expects of ``to_code``, missing
        where it names no link), stance_n (passages that endorse ``code`` and carry ``to_code`` with a stance, where
        a stance is expected), stance_share (share of these with the expected stance).

    Raises
    ------
    InputError
        if none of the annotations of a codebook lies on a passage: both codings must be of the same unit.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import crossed
    >>> passages = pd.DataFrame({"doc_id": ["a", "a", "b", "b"], "passage_id": ["a:0", "a:9", "b:0", "b:9"],
    ...     "start": [0, 9] * 2, "end": [8, 20] * 2, "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": [0, 0, 9], "end": [8, 8, 20], "quote": "...",
    ...     "codebook": ["groundswell", "cluetrain", "groundswell"], "code": "listening",
    ...     "coder": "first", "kind": "human"})
    >>> table = crossed(passages, given, given, load_codebook("groundswell"), load_codebook(), repeats=100)
    >>> table.query("count > 0")[["code", "to_code", "count", "n", "share", "lift"]]
            code    to_code  count  n  share  lift
    4  listening  listening      1  2    0.5   2.0
    """
    passages = check("passages", passages)
    own_a, own_b = (
        own_annotations(table, book, passages)
        for table, book in ((annotations_a, codebook_a), (annotations_b, codebook_b))
    )
    a = code_matrix(passages, own_a, codebook_a).astype(float)
    b = code_matrix(passages, own_b, codebook_b).astype(float)
    place, sampled = drawn_posts(passages, repeats, seed)
    links = crosswalk_table(codebook_a)
    links = links[links["to_codebook"] == codebook_b.id]
    expected = dict(zip(zip(links["code"], links["to_code"], strict=True), links["stance"], strict=True))
    on_a, on_b = (table[span_rows(table, passages) >= 0] for table in (own_a, own_b))
    agreed = _stances(on_a, on_b, expected)
    base = b.mean(0) if len(b) else np.zeros(b.shape[1])
    rows: list[tuple[object, ...]] = []
    for number, code in enumerate(codebook_a.code_ids):
        carried = np.repeat(a[:, [number]], b.shape[1], axis=1)
        found = post_ratio(sampled, place, carried * b, carried, confidence, b)
        for column, to_code in enumerate(codebook_b.code_ids):
            lift = found.share[column] / base[column] if base[column] > 0 else np.nan
            pair = (code, to_code)
            rows.append(
                (
                    *(codebook_a.id, code, codebook_b.id, to_code, *found.row(column), base[column], lift),
                    *(found.lift_low[column], found.lift_high[column], expected.get(pair)),
                    *agreed.get(pair, (0, np.nan)),
                )
            )
    names = ["codebook", "code", "to_codebook", "to_code", "count", "n", "share", "ci_low", "ci_high", "base", "lift"]
    names += ["lift_low", "lift_high", "expected", "stance_n", "stance_share"]
    return pd.DataFrame(rows, columns=names).astype({"count": int, "n": int, "expected": "string"})


def _stances(
    a: pd.DataFrame, b: pd.DataFrame, expected: dict[tuple[str, str], str]
) -> dict[tuple[str, str], tuple[int, float]]:
    """Of the passages that endorse a code and carry the other with a stance: how many, and the share as expected."""
    place = ["doc_id", "start", "end"]
    first = a[a["stance"] == "endorses"][[*place, "code"]].drop_duplicates()
    second = b.dropna(subset=["stance"])[[*place, "code", "stance"]].rename(columns={"code": "to_code"})
    pairs = first.merge(second.drop_duplicates([*place, "to_code"]), on=place)
    found = {}
    for (code, to_code), rows in pairs.groupby(["code", "to_code"], sort=True):
        if (code, to_code) in expected:
            right = (rows["stance"] == expected[code, to_code]).mean()
            found[code, to_code] = (len(rows), float(right))
    return found
