"""Tables and figures to one self-contained HTML page.

The page has no script and loads nothing: its own policy forbids both. Every text in it is escaped. Templates are
files in ``toolkit/data/templates``; this module only gathers what they show.
"""

import base64
import datetime
from collections.abc import Mapping
from itertools import islice
from typing import Any

import jinja2
import pandas as pd

from toolkit.analysis import Analysis
from toolkit.printable import beginning
from toolkit.report.passages import posts_of, principles_of
from toolkit.report.themes import crossed_of, themes_of
from toolkit.resources import data_file
from toolkit.text import LANGUAGE_NAMES

__all__ = ["constructed_texts", "render_report"]

#: Rows of the lists of duplicates and of skipped texts.
_MOST_ROWS = 200
_PLACE = ("doc_id", "start", "end")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


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
    environment.filters |= {"percent": _percent, "points": _points, "chance": _chance}
    images = {name: "data:image/svg+xml;base64," + base64.b64encode(data).decode() for name, data in figures.items()}
    return environment.get_template("report.html").render(
        style=jinja2.filters.Markup(data_file("templates", "report.css").read_text(encoding="utf-8")),
        images=images,
        record=record,
        study=analysis.study,
        used=analysis.used,
        notes=analysis.notes,
        made=_day(datetime.date.fromisoformat(str(record["created"])[:10])),
        **_summary(analysis),
        themes=themes_of(analysis),
        thin=_thin(analysis),
        crossed=crossed_of(analysis),
        measured=_measured(analysis),
        shares_corrected="adjusted_shares" in analysis.tables,
        corrected=_corrected(analysis),
        principles=principles_of(analysis),
        posts=posts_of(analysis),
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


def _day(date: datetime.date) -> str:
    """A date in words, in English wherever the page is made."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def _percent(value: float, digits: int = 0) -> str:
    """A share in percent; one above 0 that would be written as 0 is told as below the smallest that can be."""
    if pd.isna(value):
        return "–"
    written = f"{100 * value:.{digits}f}"
    return f"< {10.0**-digits:.{digits}f} %" if value > 0 and not float(written) else f"{written} %"


def _chance(value: float, digits: int = 3) -> str:
    """A p or q value with its sign: "= 0.012", "< 0.001"."""
    least = 10.0**-digits
    return f"< {least:.{digits}f}" if value < least else f"= {value:.{digits}f}"


def _points(value: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "–" if pd.isna(value) else f"{100 * value:+.1f}".replace("-", "−")


def _summary(analysis: Analysis) -> dict[str, Any]:
    """Counts and the first findings in words."""
    tables = analysis.tables
    posts, unit = tables["posts"], analysis.study.principles.unit
    coded = foreign = 0
    for passages in tables.each("passages", ["unit", "lang", "furniture"]):
        prose = passages[(passages["unit"] == unit) & ~passages["furniture"]]
        known = int(prose["lang"].isin(analysis.study.corpus.languages).sum())
        coded, foreign = coded + known, foreign + len(prose) - known
    shares = tables["principles"]
    every = shares[shares["lang"] == "all"].sort_values("share", ascending=False, kind="stable")
    stances = tables["stances"].groupby("stance")["count"].sum()
    return {
        "counts": {
            "posts": [
                (LANGUAGE_NAMES.get(lang, lang), int(n))
                for lang, n in posts["lang"].value_counts().sort_index().items()
            ],
            "passages": coded,
            "unit": unit,
            "coded": sum(len(part.drop_duplicates()) for part in tables.each("annotations", _PLACE)),
            "annotations": tables.rows("annotations"),
            "furniture": tables.rows("furniture"),
            "foreign": foreign,
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
    """How many themes of one language are not known to hold with other posts, where that is half of them or more, and
    how many of all were tried on samples of the posts."""
    summary = analysis.tables["topic_summary"]
    summary = summary[(summary["model"] != "joint") & (summary["holds"] != "not tried")]
    below, tried = int((summary["holds"] != "other posts").sum()), int(summary["samples"].notna().sum())
    return {"below": below, "all": len(summary), "tried": tried} if 2 * below >= len(summary) > 0 else None


def _furniture(analysis: Analysis) -> list[dict[str, Any]]:
    """Kinds of furniture with counts and an example."""
    parts = analysis.tables.each("furniture")
    table = pd.concat([part.assign(quote=part["quote"].map(_shown)) for part in parts], ignore_index=True)
    return [
        {
            "kind": kind,
            "count": len(part),
            "posts": part["doc_id"].nunique(),
            "example": part["quote"].iloc[0],
        }
        for kind, part in sorted(table.groupby("kind"), key=lambda item: (-len(item[1]), str(item[0])))
    ]


def _shown(quote: str) -> str:
    return beginning(quote, 160)
