"""Which names are public: the rooms of the package and what each offers in ``__all__``.

The site documents what is found here, and the tests ask it for examples.
"""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any, NamedTuple

import toolkit

__all__ = ["Name", "has_example", "needs_example", "offered", "public_names", "rooms"]

_PACKAGE = Path(toolkit.__file__).parent
#: Behind one door: the command line has its own pages, and formats are read and written through ``toolkit.exchange``.
_BEHIND = re.compile(r"toolkit\.(cli|__main__|exchange\.(formats|codebooks))(\..*)?")


class Name(NamedTuple):
    """A public name: the room that it belongs to, and what it is."""

    room: str
    name: str
    value: Any


def rooms() -> list[str]:
    """The rooms that offer names: the package, its rooms and modules, and rooms inside rooms."""
    found = pkgutil.walk_packages([str(_PACKAGE)], "toolkit.")
    inner = [one.name for one in found if (one.ispkg or one.name.count(".") == 1) and not _BEHIND.fullmatch(one.name)]
    return ["toolkit", *sorted(name for name in inner if hasattr(importlib.import_module(name), "__all__"))]


def offered(room: str) -> list[tuple[str, Any]]:
    """The names of a room and what they are, in the order of ``__all__``."""
    module = importlib.import_module(room)
    return [(name, getattr(module, name)) for name in module.__all__]


def public_names() -> list[Name]:
    """Every public class and function once, sorted; constants, rooms and aliases of types are left out.

    What several rooms offer belongs to the room nearest to the top that holds its module, the package itself last.
    """
    found: dict[int, Name] = {}
    for room in sorted(rooms(), key=lambda room: (room == "toolkit", room.count("."), room)):
        for name, value in offered(room):
            if not (inspect.isclass(value) or inspect.isroutine(inspect.unwrap(value))):
                continue
            before = found.get(id(value))
            if before is None or (not _holds(before.room, value) and room != "toolkit" and _holds(room, value)):
                found[id(value)] = Name(room, name, value)
    return sorted(found.values(), key=lambda one: (one.room, one.name))


def _holds(room: str, value: Any) -> bool:
    return f"{value.__module__}.".startswith(f"{room}.")


def needs_example(value: Any) -> bool:
    """Protocols are kinds of things: there is nothing to run."""
    return not getattr(value, "_is_protocol", False)


def has_example(value: Any) -> bool:
    """A ``>>>`` in the docstring; what a class takes over from another does not count."""
    text = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    return ">>>" in (text or "")
