"""Guidelines as HTML that can stand in a page: whatever a Markdown file holds, it runs nothing and loads nothing."""

import re
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from toolkit.codebook import Codebook
from toolkit.codebook.schema import in_language
from toolkit.display import plain_text
from toolkit.errors import InputError
from toolkit.marked_text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Guidelines", "guidelines_html", "markdown_html"]

_LANGS = ("es", "it", "en")


def guidelines_html(folder: Path, codebook: Codebook, lang: str) -> str:
    """The guidelines in ``folder`` in a language, else in the first there is; without any, the codebook's rules.

    Raises :class:`InputError` if the file cannot be read as UTF-8.
    """
    for name in dict.fromkeys([lang, "en", *_LANGS]):
        path = folder / f"{name}.md"
        if path.is_file():
            try:
                return markdown_html(path.read_text(encoding="utf-8-sig"))
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f"{path}: cannot be read as UTF-8; restore it.") from error
    rules = "".join(f"<li>{escape(in_language(rule, lang))}</li>" for rule in codebook.rules)
    title = escape(in_language(codebook.title, lang))
    return f"<h2>{title}</h2>" + (f"<ul>{rules}</ul>" if rules else "")


class Guidelines:
    """Guidelines as a page that shows itself: ``html`` (inert), in a frame that scrolls."""

    def __init__(self, html: str, lang: str) -> None:
        self.html, self.lang = html, lang

    def __repr__(self) -> str:
        lines = (line.strip() for line in unescape(re.sub(r"<[^>]+>", "", self.html)).splitlines())
        return plain_text("\n".join(line for line in lines if line))

    def _repr_html_(self) -> str:
        style = "max-height:34rem;overflow-y:auto;padding:.2rem 1.2rem;border:1px solid #85857f;border-radius:6px"
        ignored = "tex2jax_ignore mathjax_ignore"
        head = f'<div class="{ignored}" lang="{escape(self.lang)}" tabindex="0" style="{style}">'
        return f"{head}{clean(self.html)}</div>"


def markdown_html(text: str) -> str:
    """Markdown as HTML: tags in it show as text, pictures as their description, links lead to http, https or mailto.

    >>> markdown_html("**hola** <b onclick=x>")
    '<p><strong>hola</strong> &lt;b onclick=x&gt;</p>\\n'
    """
    return str(_markdown()(text))


def _markdown() -> "Callable[[str], Any]":
    import mistune

    class _Inert(mistune.HTMLRenderer):
        def link(self, text: str, url: str, title: str | None = None) -> str:
            try:
                safe = urlsplit(url).scheme.lower() in ("http", "https", "mailto")
            except ValueError:
                safe = False
            if not safe:
                return f"<span>{text}</span>"
            return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{text}</a>'

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return f"<em>{escape(text)}</em>"

    return mistune.create_markdown(renderer=_Inert(escape=True), plugins=["table", "strikethrough"])
