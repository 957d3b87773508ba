"""Tables and figures to one self-contained HTML page.

The page has no script and loads nothing: its own policy forbids both. Every text in it is escaped. Templates are
files in ``toolkit/data/templates``; this module only gathers what they show.
"""

import base64
import datetime
import math
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from toolkit.analysis import Analysis
from toolkit.analysis.texts import passages_of
from toolkit.principles import passages_of_cells
from toolkit.reading import best_passages, evidence_of, marked_post, with_cues
from toolkit.resources import data_file
from toolkit.text import LANGUAGE_NAMES

__all__ = ["constructed_texts", "render_report"]

#: Posts shown whole in the page; a corpus may have thousands.
MOST_POSTS = 100
_MOST_CHARACTERS = 30_000
_FEWEST_PASSAGES = 3
#: Annotations of a code that are looked at for those to show: copies of one text, and more than two of a post, are not.
_HIGHEST = 200
#: Rows of the lists of duplicates and of skipped texts.
_MOST_ROWS = 200
_PLACE = ("doc_id", "start", "end")
_OF_A_THEME = ("topics", "topic_labels", "topic_passages")
#: Cells of themes x principles whose passages the page shows, passages of each, and characters of a passage: 0.6 MB at
#: most.
_MOST_CELLS, _MOST_BEHIND, _LONGEST_QUOTE = 600, 3, 300
_TITLES = {**LANGUAGE_NAMES, "joint": "Across languages (paragraphs grouped by meaning)"}


def render_report(analysis: Analysis, figures: Mapping[str, bytes], record: Mapping[str, Any]) -> str:
    """The page, as one text of HTML.

    Parameters
    ----------
    analysis : one whose study has the part "principles"; themes and words are shown where it has them.
    figures : SVG by name, as :func:`toolkit.figures.draw_figures` names them; those that are not given are left out.
    record : the run record (``run.json``), of which the page shows folder, date, versions, hashes and citation.

    >>> from toolkit import Study, analyse, bundled_corpus, load_corpus
    >>> corpus = load_corpus(bundled_corpus())
    >>> study = Study(study={"parts": ("principles",)}, text={"pipeline": "simple"}, principles={"method": "cues"})
    >>> analysis = analyse(corpus._replace(posts=corpus.posts.head(1)), study)
    >>> record = {"versions": {"toolkit": "0.1.0"}, "created": "2026-01-01", "folder": "run", "citation": "",
    ...     "codebook": {"id": "cluetrain", "version": "", "sha256": ""}, "corpus": {"sha256": ""}}
    >>> page = render_report(analysis, {}, record)
    >>> page[:15], "<script" in page
    ('<!DOCTYPE html>', False)
    """
    folder = data_file("templates", "report.html").parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {"percent": _percent, "points": _points}
    images = {name: "data:image/svg+xml;base64," + base64.b64encode(data).decode() for name, data in figures.items()}
    return environment.get_template("report.html").render(
        style=jinja2.filters.Markup(data_file("templates", "report.css").read_text(encoding="utf-8")),
        images=images,
        record=record,
        study=analysis.study,
        used=analysis.used,
        notes=analysis.notes,
        made=datetime.date.fromisoformat(str(record["created"])[:10]).strftime("%-d %B %Y") if record else "",
        **_summary(analysis),
        themes=_themes(analysis),
        thin=_thin(analysis),
        crossed=_crossed(analysis),
        measured=_measured(analysis),
        shares_corrected="adjusted_shares" in analysis.tables,
        corrected=_corrected(analysis),
        principles=_principles(analysis),
        posts=_posts(analysis),
        furniture=_furniture(analysis),
        skipped=analysis.tables["skipped"].head(_MOST_ROWS).to_dict("records"),
        skipped_left=max(0, len(analysis.tables["skipped"]) - _MOST_ROWS),
        clusters=_clusters(analysis),
        clusters_left=max(0, analysis.tables["duplicates"]["cluster"].nunique() - _MOST_ROWS),
    )


def _clusters(analysis: Analysis) -> list[dict[str, Any]]:
    """Clusters of near duplicates: the first post, and the others with what each has in common with its nearest."""
    table = analysis.tables["duplicates"]
    return [
        {
            "first": rows.loc[rows["first"], "doc_id"].item(),
            "others": rows[~rows["first"]].sort_values("doc_id", kind="stable").to_dict("records"),
        }
        for _, rows in islice(table.groupby("cluster", sort=True), _MOST_ROWS)
    ]


def _percent(value: float, digits: int = 0) -> str:
    return "–" if pd.isna(value) else f"{100 * value:.{digits}f} %"


def _points(value: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "–" if pd.isna(value) else f"{100 * value:+.1f}".replace("-", "−")


def _summary(analysis: Analysis) -> dict[str, Any]:
    """Counts and the first findings in words."""
    tables = analysis.tables
    posts, passages = tables["posts"], tables["passages"]
    unit = analysis.study.principles.unit
    prose = passages[(passages["unit"] == unit) & ~passages["furniture"]]
    coded = prose[prose["lang"].isin(analysis.study.corpus.languages)]
    shares = tables["principles"]
    every = shares[shares["lang"] == "all"].sort_values("share", ascending=False, kind="stable")
    stances = tables["stances"].groupby("stance")["count"].sum()
    return {
        "counts": {
            "posts": [
                (LANGUAGE_NAMES.get(lang, lang), int(n))
                for lang, n in posts["lang"].value_counts().sort_index().items()
            ],
            "passages": len(coded),
            "unit": unit,
            "coded": sum(len(part.drop_duplicates()) for part in tables.each("annotations", _PLACE)),
            "annotations": tables.rows("annotations"),
            "furniture": tables.rows("furniture"),
            "foreign": len(prose) - len(coded),
        },
        "first": every.head(3).assign(name=every["code"].map(analysis.codebook.names())).to_dict("records"),
        "stance_counts": {str(stance): int(n) for stance, n in stances.items() if n},
        "constructed": constructed_texts(analysis),
    }


def constructed_texts(analysis: Analysis) -> bool:
    """Whether texts say of themselves that they were written to try methods on.

    >>> from toolkit import bundled_corpus, load_codebook, load_posts
    >>> from toolkit.analysis import Analysis
    >>> from toolkit.settings import Study
    >>> constructed_texts(Analysis(Study(), load_codebook(), {"posts": load_posts(bundled_corpus())}))
    True
    """
    posts = analysis.tables["posts"]
    return "constructed" in posts and bool((posts["constructed"].astype(str).str.lower() == "true").any())


def _themes(analysis: Analysis) -> list[dict[str, Any]]:
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
        lifted = lifted.sort_values("lift", ascending=False).head(3)
        partner = partners.get(row["topic"])
        phrases = own["topic_labels"].sort_values("rank")
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


def _crossed(analysis: Analysis) -> dict[str, Any]:
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
    return quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + "…"


def _corrected(analysis: Analysis) -> list[dict[str, Any]]:
    """Differences between languages as coded and corrected, where the coder's errors are known."""
    table = analysis.tables.get("adjusted_differences")
    if table is None:
        return []
    return table.assign(name=table["code"].map(analysis.codebook.names())).to_dict("records")


def _measured(analysis: Analysis) -> dict[str, Any]:
    """On which posts the coder's errors were measured, and how many of its codes were right there."""
    found = analysis.used.get("measured on")
    if not isinstance(found, dict):
        return {}
    return {
        **{name: found[name] for name in ("coder", "posts", "passages", "precision", "recall")},
        "by_language": list(found["by language"].items()),
        "seen": found["learnt from"],
        "predicted": found["predicted codes"],
        "gold": found["gold codes"],
    }


def _thin(analysis: Analysis) -> dict[str, int] | None:
    """How many themes of one language hold with these posts only, where that is half of them or more."""
    holds = analysis.tables["topic_summary"]
    holds = holds["holds"][(holds["model"] != "joint") & (holds["holds"] != "not tried")]
    below = int((holds != "other posts").sum())
    return {"below": below, "all": len(holds)} if 2 * below >= len(holds) > 0 else None


def _principles(analysis: Analysis) -> list[dict[str, Any]]:
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


def _posts(analysis: Analysis) -> dict[str, Any]:
    """The posts for reading, as far as a page can hold them."""
    tables, names = analysis.tables, analysis.codebook.names()
    unit = analysis.study.principles.unit
    first, shown = tables["posts"].head(MOST_POSTS), []
    passages = tables["passages"][tables["passages"]["unit"] == unit]
    many = _parts_with(analysis, first)
    parts = (
        _of(islice(tables.each("furniture"), many), first),
        _of([passages], first),
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


def _furniture(analysis: Analysis) -> list[dict[str, Any]]:
    """Kinds of furniture with counts and an example."""
    table = pd.concat(
        [part.assign(quote=part["quote"].str[:160]) for part in analysis.tables.each("furniture")], ignore_index=True
    )
    return [
        {
            "kind": kind,
            "count": len(part),
            "posts": part["doc_id"].nunique(),
            "example": part["quote"].iloc[0],
        }
        for kind, part in sorted(table.groupby("kind"), key=lambda item: (-len(item[1]), str(item[0])))
    ]
