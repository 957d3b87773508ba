"""A sentence with a coloured edge: right, off, open."""

from toolkit.errors import InputError, suggestion
from toolkit.marked_text import clean

__all__ = ["note_html"]

#: Of Okabe & Ito (2008); all have a contrast of at least 3:1 with light and dark grounds (toolkit/marked_text.py).
_COLOURS = {"good": "#009e73", "off": "#d55e00", "open": "#7d7d7d"}


def note_html(text: str, *, kind: str = "open", sign: str = "", lang: str = "en") -> str:
    """A note as HTML, escaped; ``kind`` "good", "off" or "open" gives the colour of its edge, never of its ground.

    ``sign`` stands before the text and is not read aloud.

    >>> note = note_html("2 < 3", kind="good", sign="✓")
    >>> "2 &lt; 3" in note, "border-left:4px solid #009e73" in note
    (True, True)

    Raises
    ------
    InputError
        for another kind.
    """
    from markupsafe import Markup

    if kind not in _COLOURS:
        raise InputError(f"kind is '{kind}'; {suggestion(kind, _COLOURS)}")
    body = Markup(
        '<div role="status" class="tex2jax_ignore mathjax_ignore" lang="{}" '
        'style="border-left:4px solid {};padding:.35rem .8rem;margin:.4rem 0;max-width:52rem">'
        '<b aria-hidden="true">{}</b> <bdi>{}</bdi></div>'
    )
    return str(body.format(lang, _COLOURS[kind], clean(sign), clean(text)))
