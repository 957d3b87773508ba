"""A result as a card: what it is, the facts a reader asks for first, small tables, and what has to be known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.display.cells import readable
from toolkit.display.plain import wrapped
from toolkit.display.table import Shown, style_sheet
from toolkit.display.words import display_words
from toolkit.marked_text import environment
from toolkit.printable import beginning

__all__ = ["Card", "SelfShown", "card"]

#: Notes of a card, and characters of one fact.
_MOST_NOTES, _LONGEST = 12, 600


@dataclass(frozen=True, repr=False, eq=False)
class Card:
    """A result prepared for reading: a notebook shows it, ``print`` gives text.

    ``kind``: what it is; ``title``: its own name; ``facts``: pairs of name and value; ``tables``; ``notes``: sentences.

    >>> Card("Corpus", "Conversaciones", (("posts", "120"), ("skipped", "0")), notes=("All posts are constructed.",))
    Corpus: Conversaciones
      posts    120
      skipped  0
    <BLANKLINE>
    - All posts are constructed.
    """

    kind: str
    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Shown, ...] = ()
    notes: tuple[str, ...] = ()
    lang: str = "en"

    def __repr__(self) -> str:
        lines = wrapped(f"{self.kind}: {self.title}" if self.title else self.kind)
        width = max((len(name) for name, _ in self.facts), default=0)
        for name, value in self.facts:
            lines += wrapped(value, f"  {name.ljust(width)}  ") or [f"  {name}"]
        for table in self.tables:
            lines += ["", *table.lines(always=False)]
        lines += [""] * bool(self.notes and (self.facts or self.tables))
        for note in self.notes:
            lines += wrapped(note, "- ")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return str(environment("display").get_template("display.html").module.card(self, style_sheet()))  # type: ignore[attr-defined]


class SelfShown:
    """What shows itself: a class that says in ``_card_(lang)`` what a reader should see of it gets the rest here.

    >>> class Answer(SelfShown):
    ...     def _card_(self, lang="en"):
    ...         return Card({"en": "Answer", "it": "Risposta"}[lang], "42", ())
    >>> print(Answer(), Answer()._card_("it"), sep=" / ")
    Answer: 42 / Risposta: 42
    """

    def _card_(self, lang: str = "en") -> Card:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self._card_()._repr_html_()

    def __str__(self) -> str:
        return repr(self._card_())


def card(
    kind: str,
    lang: str = "en",
    *,
    title: str = "",
    facts: Mapping[str, Any] | None = None,
    tables: Sequence[Shown] = (),
    notes: Sequence[str] = (),
) -> Card:
    """A card. ``kind`` and the keys of ``facts`` are keys of ``toolkit/data/display/cards.yaml``.

    Values are numbers, texts, lists, or pairs of a name and a number; those that are missing or empty are left out.

    >>> card("corpus", "it", facts={"posts": 1200, "years": "2005–2016", "skipped": None})
    Corpus
      post  1.200
      anni  2005–2016
    """
    words, common = display_words("cards", lang), display_words("words", lang)
    pairs = []
    for key, value in (facts or {}).items():
        text = readable(value, lang)
        if text:
            pairs.append((words[key], text if len(text) <= _LONGEST else beginning(text, _LONGEST - 1) + "…"))
    said = list(notes[:_MOST_NOTES])
    if len(notes) > len(said):
        said.append(common["more"].format(n=len(notes) - len(said)))
    return Card(words[kind], title, tuple(pairs), tuple(tables), tuple(said), lang)
