"""Who said what about a text: the text once, beside it what each coder gave, where they differ, and the rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.annotation.curating.alignment import records, unit_of
from toolkit.annotation.curating.disagreements import disagreements
from toolkit.annotation.curating.rules_at_stake import page_words
from toolkit.annotation.curating.side_by_side_view import SideBySideView
from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import environment, page
from toolkit.resources import data_file
from toolkit.tables import check, empty

__all__ = ["SideBySide", "render_page", "side_by_side"]

#: Characters of one text that are shown, as in the other pages of a text (toolkit/reading/coded_posts.py): some
#: megabytes at most.
_MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class SideBySide:
    """A text with what its coders gave: a notebook shows the page, ``print`` lists the differences.

    ``disagreements``: the table the page is made from. ``html``: the page's body with its style, without scripts.
    """

    title: str
    html: str
    text: str
    disagreements: pd.DataFrame

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<side by side: {self.title}, {len(self.disagreements)} differences>"

    def save(self, path: str | Path) -> Path:
        """Write it as a page of its own for any browser; returns where."""
        return page(self.title, self.html, Path(path))


def side_by_side(
    annotations: pd.DataFrame,
    texts: Mapping[str, str],
    doc_id: str,
    codebook: Codebook,
    *,
    coders: Sequence[str] | None = None,
    judged: pd.DataFrame | None = None,
    lang: str = "en",
    start: int | None = None,
    end: int | None = None,
    only_differences: bool = False,
) -> SideBySide:
    """One text with a column per coder, its differences marked by kind, and the rule of the codebook at stake.

    Parameters
    ----------
    annotations : annotations table; rows of other texts are left aside.
    texts : text of each doc_id, unchanged.
    doc_id : the text.
    codebook : that of the annotations.
    coders : whose columns, in this order (default: all who judged or coded something of the text, by name).
    judged : judged table. Without it whoever coded anything in the text is taken to have read all of it; the page says
        so.
    lang : language of names, rules and fixed words.
    start, end : only passages that share a character with this stretch (code points, half-open; default: all).
    only_differences : leave out the passages on which all agree; how many is said.

    Returns
    -------
    SideBySide
        Where units are coded, one row is one unit; where spans are chosen freely, one row is a paragraph with the
        spans numbered and underlined in a lane per coder. Of long texts the first 100,000 characters are shown.

    Raises
    ------
    InputError
        if the text or a coder is unknown, ``start`` and ``end`` are no stretch of the text, or a table is not what it
        should be (see :func:`toolkit.annotation.disagreements`).

    >>> import pandas as pd
    >>> from toolkit.annotation import side_by_side
    >>> from toolkit.codebook import load_codebook
    >>> rows = [("first", 0, "listening", "endorses"), ("second", 0, "conversation", "endorses"),
    ...     ("first", 9, "transparency", "breach")]
    >>> given = pd.DataFrame(rows, columns=["coder", "start", "code", "stance"])
    >>> given = given.assign(doc_id="a", end=given["start"] + 8, quote="Escuchan", codebook="cluetrain", kind="human")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "second") for start in (0, 9)],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> page = side_by_side(given, {"a": "Escuchan Escuchan"}, "a", load_codebook(), judged=judged)
    >>> len(page.disagreements), "<script" in page.html
    (2, False)
    """
    if doc_id not in texts:
        raise InputError(f"no text '{doc_id}'; {suggestion(doc_id, list(texts)[:5000])}")
    text = texts[doc_id]
    low, high = _stretch(start, end, text, doc_id)
    own = check("annotations", annotations)
    own = check("annotations", own[own["doc_id"] == doc_id], texts)
    seen = _assumed(own, doc_id, text) if judged is None else check("judged", judged)
    seen = check("judged", seen[seen["doc_id"] == doc_id], texts)
    known = sorted({*own["coder"], *seen["coder"]})
    for coder in coders or ():
        if coder not in known:
            raise InputError(f"'{coder}' has neither judged nor coded '{doc_id}'; {suggestion(coder, known)}")
    names = list(dict.fromkeys(coders)) if coders else known
    own, seen = own[own["coder"].isin(names)], seen[seen["coder"].isin(names)]
    unit = unit_of(own, seen)
    table = disagreements(own, seen, codebook, texts, unit=unit, lang=lang)
    view = SideBySideView(text, own, seen, codebook, lang, names, spans=unit == "span")
    shown = view.page(table, low, min(high, low + _MOST_CHARACTERS), only_differences)
    shown |= {"title": doc_id, "cut": max(high - low - _MOST_CHARACTERS, 0), "assumed": judged is None}
    html = render_page("side_by_side", shown, page_words(lang), lang)
    return SideBySide(doc_id, html, view.lines(doc_id, table), table)


def _stretch(start: int | None, end: int | None, text: str, doc_id: str) -> tuple[int, int]:
    low, high = start if start is not None else 0, end if end is not None else len(text)
    if not 0 <= low <= high <= len(text):
        raise InputError(
            f"side_by_side: got start {low} and end {high}; '{doc_id}' has {len(text)} characters, "
            "and 0 <= start <= end is expected."
        )
    return low, high


def _assumed(own: pd.DataFrame, doc_id: str, text: str) -> pd.DataFrame:
    """What coders judged where nobody wrote it down: all that anyone coded, or all of the text if codings overlap."""
    places = sorted(set(records(own, ["start", "end"]))) or [(0, len(text))]
    if any(later[0] < earlier[1] for earlier, later in pairwise(places)):
        places = [(0, len(text))]
    rows = [(coder, doc_id, *place) for coder in sorted(set(own["coder"])) for place in places]
    return pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end"]) if rows else empty("judged")


def render_page(macro: str, view: Mapping[str, Any], say: Mapping[str, Any], lang: str) -> str:
    """A macro of ``data/annotation/side_by_side.html`` with its style sheets; every text escaped."""
    from markupsafe import Markup

    templates = environment("annotation")
    own = templates.get_template("side_by_side.css").render()
    styles = data_file("templates", "evidence.css").read_text(encoding="utf-8"), own
    body = getattr(templates.get_template("side_by_side.html").module, macro)(view, say, lang)
    return str(Markup("<style>{}</style>{}").format(Markup("\n".join(styles)), body))
