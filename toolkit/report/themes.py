"""What the report shows of themes: each theme, and themes x principles with the passages behind the cells."""

import math
from typing import Any

import pandas as pd

from toolkit.analysis import Analysis
from toolkit.analysis.texts import passages_of
from toolkit.principles import passages_of_cells
from toolkit.printable import beginning
from toolkit.text import LANGUAGE_NAMES

__all__ = ["crossed_of", "themes_of"]

_FEWEST_PASSAGES = 3
_OF_A_THEME = ("topics", "topic_labels", "topic_passages")
#: Cells of themes x principles whose passages the page shows, passages of each, and characters of a passage: 0.6 MB at
#: most.
_MOST_CELLS, _MOST_BEHIND, _LONGEST_QUOTE = 600, 3, 300
_TITLES = {**LANGUAGE_NAMES, "joint": "Across languages (paragraphs grouped by meaning)"}


def themes_of(analysis: Analysis) -> list[dict[str, Any]]:
    """One record per model with its themes: terms, labels, stability, principles above the usual, two passages."""
    tables, names = analysis.tables, analysis.codebook.names()
    crossed, aligned = tables["theme_principles"], tables["alignment"]
    partners = {row["topic"]: row for row in aligned.to_dict("records") if row["matched"]}
    models: dict[str, list[dict[str, Any]]] = {}
    for row in tables["topic_summary"].to_dict("records"):
        own = {name: tables[name][tables[name]["topic"] == row["topic"]] for name in _OF_A_THEME}
        lifted = crossed[(crossed["topic"] == row["topic"]) & (crossed["lift"] > 1) & (crossed["q_value"] < 0.05)]
        # a share of a handful of passages is an anecdote
        lifted = lifted[lifted["share"] * lifted["n"] >= _FEWEST_PASSAGES]
        lifted = lifted.sort_values("lift", ascending=False, kind="stable").head(3)
        partner = partners.get(row["topic"])
        phrases = own["topic_labels"].sort_values(["rank", "lang"], kind="stable")
        models.setdefault(str(row["model"]), []).append(
            {
                **row,
                "terms": [
                    (lang, part["term"].head(12).tolist()) for lang, part in own["topics"].groupby("lang", sort=False)
                ],
                "labels": phrases["label"][phrases["kind"] == "phrase"].head(4).tolist() if len(phrases) else [],
                "alone": row["languages"] if row["model"] == "joint" and " " not in row["languages"] else "",
                "partner": {"topic": partner["partner"], "similarity": partner["similarity"]} if partner else None,
                "passages": own["topic_passages"].head(2).to_dict("records"),
                "principles": [{**cell, "name": names[str(cell["code"])]} for cell in lifted.to_dict("records")],
            }
        )
    return [{"model": model, "title": _TITLES.get(model, model), "themes": themes} for model, themes in models.items()]


def crossed_of(analysis: Analysis) -> dict[str, Any]:
    """Themes x principles: rows of cells, and the passages behind each cell; ``left``: cells whose passages are left
    out, those with the largest q-values."""
    tables, names = analysis.tables, analysis.codebook.names()
    table = tables["theme_principles"]
    if table.empty:
        return {"rows": [], "codes": [], "behind": [], "left": 0}
    passages = passages_of(analysis, analysis.study.principles.unit)
    found = passages_of_cells(passages, analysis.given(), analysis.theme_shares(), most=_MOST_BEHIND, counted=True)
    best = dict(list(found.groupby(["topic", "code"])))
    by_strength = table.sort_values(["q_value", "p_value"], kind="stable")
    keys = [key for key in zip(by_strength["topic"], by_strength["code"], strict=True) if key in best]
    shown = {key: f"c-{number}" for number, key in enumerate(keys[:_MOST_CELLS], 1)}
    labels = dict(zip(tables["topic_summary"]["topic"], tables["topic_summary"]["label"], strict=True))
    rows, behind = [], []
    for topic, own in table.groupby("topic", sort=False):
        cells = []
        for cell in own.to_dict("records"):
            key = (str(topic), str(cell["code"]))
            name = names[key[1]]
            cells.append({**cell, "name": name, "place": shown.get(key), "tint": _tint(cell["lift"])})
            if key in shown:
                quotes = [{**row, "quote": _shortened(row["quote"])} for row in best[key].to_dict("records")]
                behind.append(
                    {
                        **cells[-1],
                        "label": labels.get(topic, ""),
                        "count": best[key]["passages"].iloc[0],
                        "quotes": quotes,
                    }
                )
        rows.append({**cells[0], "label": labels.get(topic, ""), "cells": cells})
    codes = [names[code] for code in dict.fromkeys(table["code"])]
    return {"rows": rows, "codes": codes, "behind": behind, "left": len(keys) - len(shown)}


def _tint(lift: float) -> int:
    """The colour of a lift: -4 (a quarter or less), 0 (as usual, or no lift) to 4 (four times or more)."""
    return 0 if pd.isna(lift) else round(2 * math.log2(min(max(lift, 0.25), 4)))


def _shortened(quote: str) -> str:
    return quote if len(quote) <= _LONGEST_QUOTE else beginning(quote, _LONGEST_QUOTE - 1) + "…"
