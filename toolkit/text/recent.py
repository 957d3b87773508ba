"""What is known of words, worked out once for each and kept within a limit: common words stay, rare ones go."""

from collections.abc import Callable, Hashable
from typing import TypeVar

__all__ = ["Recent"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(dict[Key, Value]):
    """Values by key, each made when it is first asked for, of at most ``most`` keys.

    In two halves: when the young one is full it becomes the old one, and the old one is forgotten. A key that is asked
    for again comes back into the young half, so what is used often is never made anew. A look-up of a young key costs
    no more than that of a dictionary; there is no order to keep as in a least-recently-used cache.

    ``make`` gives the value of a key, which must not be None. The length is that of the young half.

    >>> lengths = Recent(len, most=4)
    >>> lengths["no"], lengths["hay"], len(lengths)
    (2, 3, 2)
    """

    def __init__(self, make: Callable[[Key], Value], most: int) -> None:
        super().__init__()
        self._make, self._half = make, max(most // 2, 1)
        self._old: dict[Key, Value] = {}

    def __missing__(self, key: Key) -> Value:
        value = self._old.get(key)
        if value is None:
            value = self._make(key)
        # threads of one process may share this: at worst they make a value twice
        if len(self) >= self._half:
            self._old = dict(self)
            self.clear()
        self[key] = value
        return value
