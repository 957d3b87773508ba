"""A codebook to read: as plain text and as one HTML page."""

from typing import Any, Literal

import jinja2

from toolkit.codebook.load import Codebook
from toolkit.codebook.schema import Code, in_language
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.printable import printable
from toolkit.resources import data_file

__all__ = ["show_codebook"]

_MOST_CUES = 24
_SIGNS = {"positive": "+", "negative": "-", "borderline": "±"}


def show_codebook(codebook: Codebook, lang: str = "en", *, form: Literal["text", "html"] = "text") -> str:
    """All a coder needs to know of a codebook, in one language.

    Parameters
    ----------
    lang : a language of the codebook. Examples are shown in it; a language that has none of its own (English) shows
        those of the others. Of the cues of this language the weightiest are shown, 24 of a code.
    form : "text" (Markdown that reads well as it stands) or "html" (one self-contained page without scripts, every
        text escaped).

    Raises
    ------
    InputError
        if the codebook is not written in ``lang``.

    >>> from toolkit.codebook import load_codebook
    >>> print(show_codebook(load_codebook("groundswell"), "es")[:58])
    # Groundswell: cinco objetivos
    <BLANKLINE>
    groundswell, versión 1.1.0
    """
    if lang not in codebook.languages:
        known = suggestion(lang, codebook.languages)
        raise InputError(f"codebook '{codebook.id}' is not written in '{lang}'; {known}")
    if form not in ("text", "html"):
        raise InputError(f"form '{form}' is unknown; {suggestion(form, ['text', 'html'])}")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_file("templates", "codebook.txt").parent),
        autoescape=form == "html",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    view = _view(codebook, lang)
    if form == "text":
        return printable(environment.get_template("codebook.txt").render(view))
    style = data_file("templates", "report.css").read_text(encoding="utf-8")
    return printable(environment.get_template("codebook.html").render(view, style=jinja2.filters.Markup(style)))


def _view(book: Codebook, lang: str) -> dict[str, Any]:
    """What the templates show, in one language."""
    labels = read_yaml(data_file("templates", "codebook_words.yaml"))
    return {
        "lang": lang,
        "say": labels["words"][lang if lang in labels["words"] else "en"],
        "book": book,
        "title": in_language(book.title, lang),
        "description": in_language(book.description, lang),
        "stances": [
            (stance.id, in_language(stance.name, lang), in_language(stance.definition, lang)) for stance in book.stances
        ],
        "rules": [in_language(rule, lang) for rule in book.rules],
        "groups": [
            (group.id, in_language(group.name, lang), in_language(group.definition, lang), group.ordered)
            for group in book.groups
        ],
        "codes": [_code(book, code, lang) for code in book.codes],
    }


def _code(book: Codebook, code: Code, lang: str) -> dict[str, Any]:
    own = {example.lang for example in code.examples}
    cues = [cue for cue in book.cues if cue.code == code.id and cue.lang == lang]
    groups = {group.id: in_language(group.name, lang) for group in book.groups}
    return {
        "id": code.id,
        "name": in_language(code.name, lang),
        "definition": in_language(code.definition, lang),
        "group": groups.get(code.group or "", ""),
        "order": code.order,
        "include": code.include.get(lang, ()),
        "exclude": code.exclude.get(lang, ()),
        "contrasts": [
            (other, book.name(other, lang), in_language(words, lang)) for other, words in code.contrasts.items()
        ],
        "theses": code.theses,
        "crosswalk": [
            (link.codebook, link.code, link.stance, in_language(link.reason, lang)) for link in code.crosswalk
        ],
        "examples": [
            (
                _SIGNS[example.kind],
                example.kind,
                example.lang,
                example.stance,
                example.text,
                in_language(example.reason, lang),
            )
            for example in code.examples
            if example.lang == lang or lang not in own
        ],
        "cues": [cue.cue for cue in sorted(cues, key=lambda cue: -cue.weight)][:_MOST_CUES],
    }
