"""A concordance in the language of its reader, as :func:`toolkit.show` shows it."""

from typing import TYPE_CHECKING

from toolkit.display.numbers import number
from toolkit.display.words import display_words
from toolkit.statistics.kwic.listing import aligned, shown
from toolkit.statistics.kwic.view import html_of, query_of
from toolkit.statistics.kwic.view_words import notes_in, ordered_by, words_in

if TYPE_CHECKING:
    from toolkit.statistics.kwic.lines import Concordance

__all__ = ["Spoken"]

#: Lines that a terminal shows of a longer concordance.
_SHOWN = 20


class Spoken:
    """A concordance and the language of its fixed words: ``print`` gives text, a notebook lines that open.

    >>> import pandas as pd
    >>> from toolkit import show
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import concordance
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["La gente escucha."]})
    >>> tokens = tokenise(posts, segment(posts), choice="simple")
    >>> print(str(show(concordance(tokens, "escuch*", posts=posts), lang="it")).splitlines()[0])
    escuch* (per forma). Righe: 1 · documenti: 1
    """

    def __init__(self, concordance: "Concordance", lang: str = "en") -> None:
        self.concordance, self.lang = concordance, lang

    def __repr__(self) -> str:
        found, lang = self.concordance, self.lang
        if lang == "en":
            return str(found)
        say = words_in(lang)
        counts = say["lines"].format(lines=number(len(found), lang), documents=number(found.documents, lang))
        lines = [f"{query_of(found)} ({say['match'].get(found.match, found.match)}). {counts}"]
        lines += [*notes_in(found.notes, say), *ordered_by(found.sorted_by, say)]
        rest = len(found) - _SHOWN
        more = [display_words("words", lang)["more"].format(n=number(rest, lang))] if rest > 0 else []
        return "\n".join([*map(shown, lines), *aligned(found.rows(0, _SHOWN)), *more])

    def _repr_html_(self) -> str:
        return html_of(self.concordance, lang=self.lang)
