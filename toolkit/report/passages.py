"""What the report shows of texts: the surest passages of each principle, and posts to read."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis import Analysis
from toolkit.reading import best_passages, evidence_of, marked_post, with_cues

__all__ = ["posts_of", "principles_of"]

#: Posts shown whole in the page; a corpus may have thousands.
MOST_POSTS = 100
_MOST_CHARACTERS = 30_000
#: Annotations of a code that are looked at for those to show: copies of one text, and more than two of a post, are not.
_HIGHEST = 200


def principles_of(analysis: Analysis) -> list[dict[str, Any]]:
    """One record per code: definition, shares by language, and its surest passages with their evidence."""
    tables = analysis.tables
    texts, shares = tables["posts"].set_index("doc_id")["text"], tables["principles"]
    best_of_all = _highest(analysis)
    records = []
    for code in analysis.codebook.codes:
        best = best_passages(best_of_all, code.id)
        records.append(
            {
                "id": code.id,
                "name": analysis.codebook.name(code.id),
                "definition": code.definition.get("en") or next(iter(code.definition.values())),
                "theses": code.theses.primary,
                "shares": shares[shares["code"] == code.id].to_dict("records"),
                "passages": [
                    {
                        **row,
                        "pieces": with_cues(texts[row["doc_id"]], row["start"], row["end"], row["evidence"]),
                        "evidence": evidence_of(row["evidence"]),
                    }
                    for row in best.to_dict("records")
                ],
            }
        )
    return records


def _highest(analysis: Analysis) -> pd.DataFrame:
    """The annotations with the highest scores of each code, each text once, more than are shown."""
    best: list[pd.DataFrame] = []
    least: dict[str, float] = {}
    for part in analysis.tables.each("annotations"):
        # few rows of a part are among them
        some = part[~(part["score"] < part["code"].map(least).astype(float))]
        rows = pd.concat([*best, some], ignore_index=True)
        rows = rows.sort_values(["score", "doc_id", "start"], ascending=[False, True, True], kind="stable")
        best = [rows.drop_duplicates(["code", "quote"]).groupby("code").head(_HIGHEST)]
        scores = best[0].groupby("code")["score"]
        least = scores.min()[scores.size() == _HIGHEST].to_dict()
    return best[0]


def posts_of(analysis: Analysis) -> dict[str, Any]:
    """The posts for reading, as far as a page can hold them."""
    tables, names = analysis.tables, analysis.codebook.names()
    unit = analysis.study.principles.unit
    first, shown = tables["posts"].head(MOST_POSTS), []
    many = _parts_with(analysis, first)
    parts = (
        _of(islice(tables.each("furniture"), many), first),
        _of((part[part["unit"] == unit] for part in tables.each("passages")), first),
        _of(islice(tables.each("annotations"), many), first),
    )
    grouped = [dict(list(table.groupby("doc_id"))) for table in parts]
    for row in first.to_dict("records"):
        furniture, sentences, codes = (
            groups.get(row["doc_id"], table.iloc[:0]) for groups, table in zip(grouped, parts, strict=True)
        )
        pieces = []
        if len(row["text"]) <= _MOST_CHARACTERS:
            pieces = marked_post(row["text"], furniture, codes, sentences, lang=row["lang"], names=names)
        shown.append({**row, "pieces": pieces, "furniture": len(furniture), "annotations": len(codes)})
    return {"shown": shown, "total": len(tables["posts"])}


def _parts_with(analysis: Analysis, first: pd.DataFrame) -> int | None:
    """The parts of tables in which the first posts are; all where tables are whole."""
    if analysis.parts is None or first.empty:
        return None
    last = int(np.flatnonzero(analysis.parts.posts["doc_id"].isin(first["doc_id"]))[-1])
    return sum(start <= last for start, _ in analysis.parts.spans)


def _of(parts: Iterable[pd.DataFrame], posts: pd.DataFrame) -> pd.DataFrame:
    """The rows of these posts."""
    return pd.concat([part[part["doc_id"].isin(posts["doc_id"])] for part in parts], ignore_index=True)
