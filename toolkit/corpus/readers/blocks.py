"""Text put together from a document's pieces: paragraphs with a blank line between them, lines inside them."""

import re

__all__ = ["Blocks"]

#: White space of XML, which markup uses to indent. A no-break space is a sign of the text and stays.
_SPACES = re.compile(r"[ \t\r\n]+")


class Blocks:
    """Takes pieces of text and the breaks between them; ``text`` is the whole, its length in ``size`` (characters).

    >>> page = Blocks()
    >>> page.add("Hola,\\n   mundo. ")
    >>> page.paragraph()
    >>> page.add("Uno")
    >>> page.line()
    >>> page.add("dos")
    >>> page.text
    'Hola, mundo.\\n\\nUno\\ndos'
    """

    def __init__(self) -> None:
        self.size = 0
        self._done: list[str] = []
        self._break = ""
        self._open: list[str] = []
        self._glued = False

    def add(self, text: str, *, exact: bool = False) -> None:
        """Text in the line that is open. White space counts as one space, and as none at the line's ends.

        ``exact``: white space stays as it is.
        """
        if not exact:
            text = _SPACES.sub(" ", text)
            if not self._open or self._glued or self._open[-1].endswith((" ", "\t")):
                text = text.lstrip(" ")
        if text:
            self._open.append(text)
            self._glued = False
            self.size += len(text)

    def line(self) -> None:
        """The next text begins a new line."""
        self._close("\n")

    def paragraph(self) -> None:
        """The next text begins a new paragraph."""
        self._close("\n\n")

    def glue(self, hyphens: str = "") -> None:
        """No white space between the last text and the next; a hyphen at the end goes if it is in ``hyphens``."""
        while self._open:
            last = self._open.pop().rstrip(" ")
            if last:
                if hyphens and last[-1] in hyphens:
                    last = last[:-1]
                if last:
                    self._open.append(last)
                break
        self._glued = True

    def _close(self, after: str) -> None:
        line = "".join(self._open).rstrip(" ")
        self._open.clear()
        self._glued = False
        if line:
            self._done += [self._break, line] if self._done else [line]
            self._break = after
        elif len(after) > len(self._break):
            self._break = after

    @property
    def text(self) -> str:
        """All of it; the open line is closed by asking."""
        self._close("\n")
        return "".join(self._done)
