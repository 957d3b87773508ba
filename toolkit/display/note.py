"""A sentence with a coloured edge: right, off, open."""

from toolkit.marked_text import clean

__all__ = ["note_html"]

_COLOURS = {"good": "#009e73", "off": "#d55e00", "open": "#7d7d7d"}


def note_html(text: str, *, kind: str = "open", sign: str = "", lang: str = "en") -> str:
    """A note as HTML, escaped; ``kind`` "good", "off" or "open" gives the colour of its edge, never of its ground."""
    from markupsafe import Markup

    body = Markup(
        '<div role="status" lang="{}" style="border-left:4px solid {};padding:.35rem .8rem;margin:.4rem 0;max-width:52rem">'
        '<b aria-hidden="true">{}</b> {}</div>'
    )
    return str(body.format(lang, _COLOURS[kind], sign, clean(text)))
