"""Names for texts where a file gives several texts one name."""

__all__ = ["DistinctNames"]


class DistinctNames:
    """A name of its own for each text that comes under a name; the same text under the same name keeps it.

    >>> names = DistinctNames()
    >>> names.of("uno", "Hola"), names.of("uno", "Adiós"), names.of("uno", "Hola")
    ('uno', 'uno (2)', 'uno')
    """

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._names: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def known(self, wanted: str, text: str) -> str | None:
        """The name that this text under this name has already."""
        return self._names.get((wanted, text))

    def of(self, wanted: str, text: str) -> str:
        """The name of a text: the one wanted, or with a number behind it where another text has it."""
        found = self._names.get((wanted, text))
        if found is not None:
            return found
        name, again = wanted, self._counts.get(wanted, 1)
        while name in self._given:
            again += 1
            name = f"{wanted} ({again})"
        self._counts[wanted] = again
        self._given.add(name)
        self._names[wanted, text] = self._names[name, text] = name
        return name
