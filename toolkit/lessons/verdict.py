"""What a check says, for a notebook and for a terminal."""

from dataclasses import dataclass

from toolkit.marked_text import clean
from toolkit.printable import printable

__all__ = ["Verdict"]

_SIGNS = {True: "✓", False: "✗", None: "…"}


@dataclass(frozen=True, repr=False)
class Verdict:
    """``right``: True, False, or None where nothing was answered yet; ``text``: what is off, or why it is right.

    >>> Verdict("02.1", False, "Divide by all words, not by the posts.")
    ✗ Divide by all words, not by the posts.
    """

    exercise: str
    right: bool | None
    text: str
    lang: str = "en"

    def __repr__(self) -> str:
        return clean(printable(f"{_SIGNS[self.right]} {self.text}"))

    def _repr_html_(self) -> str:
        from toolkit.display import note_html

        kind = {True: "good", False: "off", None: "open"}[self.right]
        return note_html(self.text, kind=kind, sign=_SIGNS[self.right], lang=self.lang)
