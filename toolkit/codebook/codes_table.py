"""The codes of a codebook as an HTML table: what a notebook shows."""

import html
from collections.abc import Iterable

from toolkit.codebook.schema import Code, Words, in_language

__all__ = ["codes_as_html"]


def codes_as_html(title: Words, version: str, codes: Iterable[Code], lang: str = "en") -> str:
    """Id, name and definition of each code in a language; every text escaped."""
    rows = "".join(
        f"<tr><td><code>{html.escape(code.id)}</code></td><td>{html.escape(in_language(code.name, lang))}</td>"
        f'<td style="text-align:left">{html.escape(in_language(code.definition, lang))}</td></tr>'
        for code in codes
    )
    head = f"<b>{html.escape(in_language(title, lang))} ({html.escape(version)})</b>"
    return f"{head}<table><tr><th>code</th><th>name</th><th>definition</th></tr>{rows}</table>"
