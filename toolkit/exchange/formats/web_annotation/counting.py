"""How the positions of a file of Web Annotations count, as its quotes prove it."""

from collections.abc import Sequence
from functools import cached_property

from toolkit.exchange.offsets import Offsets, likeliest_unit

__all__ = ["UNITS", "Counted", "Counting", "joined"]

#: The model wants code points (section 4.2.4); browsers, and Hypothes.is with them, count in UTF-16, and in a text
#: whose line ends are one character: that is how HTML and text areas hold CR LF (HTML Standard, "normalize newlines").
UNITS = ("codepoint", "utf16", "codepoint/lf", "utf16/lf")


def joined(text: str) -> str:
    r"""The text as browsers hold it, with LF at the end of each line.

    >>> joined("a\r\nb\rc")
    'a\nb\nc'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Counting:
    """The unit that most quotes prove.

    ``quoted``: text, start, end and quote of all places that have both a position and a quote.
    """

    def __init__(self, quoted: Sequence[tuple[str, int, int, str]]) -> None:
        self._quoted = quoted
        self.unit = likeliest_unit(UNITS, quoted, joined)

    @cached_property
    def rivals(self) -> list[str]:
        """The other units that the quotes prove no worse; all of them where there are no quotes."""
        # likeliest_unit gives the first of equals
        return [
            unit
            for unit in UNITS
            if unit != self.unit and likeliest_unit((unit, self.unit), self._quoted, joined) == unit
        ]


class Counted:
    """A text, and its borders in each unit that is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._offsets: dict[str, Offsets] = {}

    def offsets(self, unit: str) -> Offsets:
        """The borders in a unit."""
        if unit not in self._offsets:
            self._offsets[unit] = Offsets(self.text, unit)
        return self._offsets[unit]

    @cached_property
    def joined(self) -> str:
        """The text as browsers hold it; it counts as "codepoint/lf" does."""
        return joined(self.text)
