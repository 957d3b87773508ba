"""A concordance as HTML without scripts: aligned lines, each of which opens its passage in the post."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError
from toolkit.marked_text import Mark, clean, environment, marked_html, page
from toolkit.resources import data_file
from toolkit.statistics.kwic.view_parts import (
    about,
    columns_of,
    line_of,
    one_line,
    passages_of,
    posts_of,
    reads_nodes,
    title_of,
    window,
)
from toolkit.statistics.kwic.view_words import count, notes_in, ordered_by, words_in

if TYPE_CHECKING:
    from markupsafe import Markup

    from toolkit.statistics.kwic.lines import Concordance

__all__ = ["html_of", "page_of", "query_of"]

#: Lines of a page of its own: with their passages about 18 MB, which Chromium opens in some three seconds.
MOST_ON_A_PAGE = 5_000
#: Characters of the query that are shown.
_QUERY = 200
#: Characters of the post shown to each side of what was found.
_AROUND = 500


def html_of(concordance: "Concordance", *, most: int = 50, lang: str = "en") -> str:
    """The first lines of a concordance as HTML for a notebook.

    Parameters
    ----------
    concordance : what :func:`concordance` returned.
    most : lines shown, from 0; how many there are is said.
    lang : language of the fixed words: "en", "es" or "it".

    Returns
    -------
    str
        A section with its style sheet, without scripts and ids, every text escaped. The node stands in one column.
        A line opens about 500 characters of the unchanged post to each side, with the passage underlined and the node
        marked; that text is cut is said. The same concordance gives the same HTML.

    Raises
    ------
    InputError
        for another language, or fewer lines than 0.
    """
    return _html(concordance, most, lang)


def page_of(concordance: "Concordance", path: str | Path, *, lang: str = "en") -> Path:
    """Write a page of its own with all lines, at most 5,000 (which it says); returns where.

    It loads nothing and runs nothing, and names query, match and filters. Raises :class:`InputError` for a language
    other than "en", "es", "it", and :class:`toolkit.errors.OutputError` where it cannot be written.
    """
    title = words_in(lang)["page"]["title"].format(query=query_of(concordance))
    return page(title, _html(concordance, MOST_ON_A_PAGE, lang, on_page=True), Path(path), lang)


def _html(concordance: "Concordance", most: int, lang: str, *, on_page: bool = False) -> str:
    from markupsafe import Markup

    say = words_in(lang)
    if most < 0:
        raise InputError(f"concordance: got most={most}; give a number of lines from 0.")
    lines = len(concordance)
    rows = concordance.rows(0, min(most, lines))
    columns = columns_of(rows, say, concordance.match)
    wide = reads_nodes(concordance)
    numbers = {"shown": count(len(rows)), "lines": count(lines), "documents": count(concordance.documents)}
    cut = len(rows) < lines
    view = {
        "query": query_of(concordance),
        "match": say["match"].get(concordance.match, concordance.match),
        "counts": say["shown" if cut else "lines"].format(**numbers),
        "notes": [*notes_in(concordance.notes, say), *ordered_by(concordance.sorted_by, say)],
        "bounded": say["page"]["bounded"].format(**numbers) if cut and on_page else "",
        "heads": [head for _, head in columns],
        "wide": wide,
        "rows": _lines(concordance, rows, columns, say, wide),
    }
    styles = [data_file("templates", "evidence.css"), data_file("concordance", "lines.css")]
    style = "\n".join(path.read_text(encoding="utf-8") for path in styles)
    templates = environment("concordance")
    templates.filters["breakable"] = _breakable
    body = getattr(templates.get_template("lines.html").module, "lines")(view, say, lang)  # noqa: B009 - mypy knows no macros
    return str(Markup("<style>{}</style>{}").format(Markup(style), body))


def query_of(concordance: "Concordance") -> str:
    """The query on one line, bounded."""
    return one_line(concordance.query, _QUERY)


def _lines(
    concordance: "Concordance",
    rows: list[dict[str, Any]],
    columns: list[tuple[str, str]],
    say: dict[str, Any],
    wide: bool,
) -> list[dict[str, Any]]:
    posts, passages = posts_of(concordance, rows), passages_of(concordance, 0, len(rows))
    found = []
    for row, passage in zip(rows, passages, strict=True):
        line, post = line_of(row, columns, wide=wide), posts.get(row["doc_id"])
        found.append(
            {
                **{name: _broken(line[name]) for name in ("left", "node", "right")},
                "cells": line["cells"],
                "lang": _lang(line["lang"]),
                "title": title_of(post, row["doc_id"]),
                "where": say["where"].format(start=row["start"], end=row["end"]),
                "about": about(row, post, say),
                **_passage(concordance.texts[row["doc_id"]], row, passage, say),
            }
        )
    return found


def _passage(text: str, row: dict[str, Any], passage: tuple[int, int] | None, say: dict[str, Any]) -> dict[str, Any]:
    """The text around a line with its marks, and what is said of the text that is cut off."""
    part = window(text, row["start"], row["end"], _AROUND)
    # without the passage the words of the line are underlined
    first, last = passage or (row["left_start"], row["right_end"])
    marks = [
        Mark(first, last, "passage", colour=0, thickness=1, title=say["passage" if passage else "context"]),
        Mark(row["start"], row["end"], "node", colour=1, thickness=3, title=say["node"]),
    ]
    end = part.start + len(part.text)
    inside = [
        mark._replace(start=max(mark.start, part.start) - part.start, end=min(mark.end, end) - part.start)
        for mark in marks
        if mark.start < end and mark.end > part.start
    ]
    return {
        "text": marked_html(part.text, inside),
        "before": say["before"].format(n=count(part.before)) if part.before else "",
        "after": say["after"].format(n=count(part.after)) if part.after else "",
    }


def _broken(text: str) -> "Markup":
    """Squeezed text with its line breaks as a pale sign."""
    from markupsafe import Markup, escape

    return Markup(' <i class="break">¶</i> ').join(escape(part) for part in text.split("\n"))


def _lang(tag: str) -> "Markup":
    from markupsafe import Markup

    return Markup(' lang="{}"').format(tag) if tag else Markup("")


def _breakable(value: str) -> "Markup":
    """Names of codes and documents may go on in the next line after the signs that join their words."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(clean(part)) for part in re.split(r"(?<=[_:/-])", value))
