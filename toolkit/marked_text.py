"""A text with marks on it as HTML: overlapping marks side by side, the text itself unchanged and inert.

Stripped of its tags the HTML is the text, sign for sign: labels stand in attributes and are drawn by the style
sheet, so that what a reader copies is the author's. No colour of the page is set, only lines and pale washes that
show on light and dark grounds.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.files import write_text
from toolkit.resources import data_file

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["COLOURS", "LANES", "Mark", "clean", "environment", "lanes_of", "marked_html", "page", "render"]

#: The first four are of Okabe & Ito (2008), told apart by colour-blind readers; all have a contrast of at least 3:1
#: (WCAG 2.1, 1.4.11) with white, with #111111 (JupyterLab dark) and with #1e1e1e (VS Code dark).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8f66c9", "#8a7b1e", "#7d7d7d")
#: Lines drawn under one word; more would push the lines of text apart. Marks beyond keep label and title.
LANES = 6
#: Height of a lane in pixels: the thickest line (4) and one of air.
_LANE = 5
#: Signs that HTML cannot hold (NUL, other controls, halves of surrogate pairs): Parsers drop or replace them.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Mark(NamedTuple):
    """A stretch of the text, ``start`` to ``end``, and how it shows.

    ``css``: class of the stretch. ``colour``: place in COLOURS (beyond its end again from the first, with broken
    lines) of a line under the text, None for no line; ``thickness`` 1 to 4 pixels. ``title``: shown by the mouse.
    ``label``: drawn after the end, ``link``: where a click or Enter on the label leads (an id in the page).

    >>> from toolkit.marked_text import marked_html
    >>> mark = Mark(0, 8, css="code", colour=0, label="listening")
    >>> 'data-label="listening"' in marked_html("Escuchan poco.", [mark])
    True
    """

    start: int
    end: int
    css: str = ""
    colour: int | None = None
    thickness: int = 3
    title: str = ""
    label: str = ""
    link: str = ""


def clean(text: str) -> str:
    """The text with each sign that HTML cannot hold replaced by U+FFFD; its length stays.

    >>> clean("a\\x00b\\ud800")
    'a\ufffdb\ufffd'
    """
    return _UNFIT.sub("\ufffd", text)


def lanes_of(marks: Sequence[Mark]) -> list[int]:
    """The lane of each mark's line, from 0: marks that overlap have different ones; -1 for marks without a line.

    >>> from toolkit.marked_text import Mark
    >>> lanes_of([Mark(0, 8, colour=0), Mark(4, 12, colour=1), Mark(9, 12, colour=2), Mark(0, 2)])
    [0, 1, 0, -1]
    """
    lanes = [-1] * len(marks)
    ends: list[int] = []
    for place in sorted(range(len(marks)), key=lambda place: (marks[place].start, -marks[place].end, place)):
        mark = marks[place]
        if mark.colour is None:
            continue
        lane = next((lane for lane, end in enumerate(ends) if end <= mark.start), len(ends))
        ends[lane : lane + 1] = [mark.end]
        lanes[place] = lane
    return lanes


def marked_html(text: str, marks: Sequence[Mark]) -> "Markup":
    """The text as one HTML block with its marks; those that overlap are all shown.

    Marks must lie inside the text; their labels come in the order of the marks.

    >>> from toolkit.marked_text import Mark
    >>> html = marked_html("Uno & dos.", [Mark(0, 3, css="cue")])
    >>> html[html.index("<span") :]
    Markup('<span class="cue" style="" title="">Uno</span> &amp; dos.</div>')
    """
    from markupsafe import Markup

    lanes = lanes_of(marks)
    cuts = sorted({0, len(text)} | {mark.start for mark in marks} | {mark.end for mark in marks})
    starting: dict[int, list[int]] = {}
    ending: dict[int, list[int]] = {}
    for place, mark in enumerate(marks):
        starting.setdefault(mark.start, []).append(place)
        ending.setdefault(mark.end, []).append(place)
    active: list[int] = []
    parts = []
    for number, cut in enumerate(cuts):
        active = sorted({*active, *starting.get(cut, ())} - set(ending.get(cut, ())))
        parts += [_label(marks[place]) for place in ending.get(cut, ()) if marks[place].label]
        if number + 1 < len(cuts):
            parts.append(_stretch(text[cut : cuts[number + 1]], [(marks[place], lanes[place]) for place in active]))
    used = min(max(lanes, default=-1) + 1, LANES)
    # room for the lines between the lines of text
    return Markup('<div class="text" dir="auto" style="line-height:max(1.55em,1.35em + %dpx)">%s</div>') % (
        used * _LANE,
        Markup("").join(parts),
    )


def _stretch(text: str, active: list[tuple[Mark, int]]) -> "Markup":
    from markupsafe import Markup

    # a bare carriage return would be read as a line feed
    body = Markup(str(Markup.escape(clean(text))).replace("\r", "&#13;"))
    if not active:
        return body
    drawn = [(mark, lane) for mark, lane in active if 0 <= lane < LANES]
    depth = (max((lane for _, lane in drawn), default=-1) + 1) * _LANE
    style = ""
    if drawn:
        images, sizes = zip(*(_line(mark) for mark, _ in drawn), strict=True)
        # lane 0 next to the text, further ones below
        places = [f"0 calc(100% - {depth - (lane + 1) * _LANE}px)" for _, lane in drawn]
        style = (
            f"background-image:{','.join(images)};background-size:{','.join(sizes)};"
            f"background-position:{','.join(places)};padding-bottom:{depth}px"
        )
    return Markup('<span class="{}" style="{}" title="{}">{}</span>').format(
        " ".join(dict.fromkeys(mark.css for mark, _ in active if mark.css)),
        style,
        clean("\n".join(mark.title for mark, _ in active if mark.title)),
        body,
    )


def _line(mark: Mark) -> tuple[str, str]:
    """The line of a mark as a background image, and its size."""
    turn, place = divmod(mark.colour or 0, len(COLOURS))
    colour = COLOURS[place]
    image = f"linear-gradient({colour},{colour})"
    if turn % 2:
        image = f"repeating-linear-gradient(90deg,{colour} 0 6px,transparent 6px 9px)"
    return image, f"100% {min(max(mark.thickness, 1), 4)}px"


def _label(mark: Mark) -> "Markup":
    from markupsafe import Markup

    place = mark.colour or 0
    return Markup('<a class="label{}" style="border-color:{}" data-label="{}" aria-label="{}"{}></a>').format(
        " broken" if place // len(COLOURS) % 2 else "",
        COLOURS[place % len(COLOURS)],
        clean(mark.label),
        clean(mark.title or mark.label),
        Markup(' href="#{}"').format(clean(mark.link)) if mark.link else "",
    )


@cache
def environment(folder: str) -> "Environment":
    """The templates of a data folder; every text is escaped, and signs that HTML cannot hold are replaced.

    All users of a folder share it: filters of their own are set before they get a template.

    >>> environment("templates").from_string("{{ text }}").render(text="<b>")
    '&lt;b&gt;'
    """
    import jinja2
    from markupsafe import Markup

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_file(folder)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )


def render(macro: str, *view: Any) -> str:
    """A macro of ``data/templates/evidence.html``, called with ``view``, and its style sheet; every text escaped.

    >>> from toolkit.principles.evidence_view import words_in
    >>> html = render("codes", [], words_in("es"), "es", 0)
    >>> html[:7]
    '<style>'
    """
    from markupsafe import Markup

    style = data_file("templates", "evidence.css").read_text(encoding="utf-8")
    body = getattr(environment("templates").get_template("evidence.html").module, macro)(*view)
    return str(Markup("<style>{}</style>{}").format(Markup(style), body))


def page(title: str, body: str, path: Path, lang: str = "und") -> Path:
    """Write ``body`` as a page of its own that loads nothing and runs nothing; returns where.

    ``lang``: language of the page's own words; "und" where it is not known.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = page("Uno & dos", "<p>Hola.</p>", Path(folder, "uno.html"), lang="es")
    ...     "<title>Uno &amp; dos</title>" in path.read_text(encoding="utf-8")
    True
    """
    from markupsafe import Markup

    whole = environment("templates").from_string(
        '<!doctype html>\n<html lang="{{ lang }}"><head><meta charset="utf-8"><title>{{ title }}</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "</head><body>{{ body }}</body></html>\n"
    )
    write_text(path, whole.render(title=title, body=Markup(body), lang=lang))
    return path
