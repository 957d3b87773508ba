"""The reference is whole: every public name has a runnable example.

``python tests/test_reference.py`` prints the names that have none yet, room by room. That the examples run is seen to
by pytest, which runs all docstrings of the package. Commands: tests/test_commands.py.
"""

import sys
from itertools import groupby
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "docs"))
from rooms import Name, has_example, needs_example, public_names, rooms

NAMES = public_names()


@pytest.mark.parametrize("one", NAMES, ids=lambda one: f"{one.room}.{one.name}")
def test_a_public_name_has_an_example(one: Name) -> None:
    assert not needs_example(one.value) or has_example(one.value), f"{one.room}.{one.name}: no >>> in its docstring"


def test_every_public_name_is_counted_once() -> None:
    assert len({id(one.value) for one in NAMES}) == len(NAMES) > 300
    assert (
        {"toolkit.statistics", "toolkit.topics", "toolkit.terminology"} <= {one.room for one in NAMES} <= set(rooms())
    )
    assert ("toolkit.statistics", "keyness") in {one[:2] for one in NAMES}


def test_an_inherited_docstring_is_no_example() -> None:
    class Above:
        """
        >>> 1
        1
        """

    class Below(Above):
        pass

    assert has_example(Above) and not has_example(Below)


def main() -> int:
    """Print what is missing; returns how much."""
    missing = [one for one in NAMES if needs_example(one.value) and not has_example(one.value)]
    for room, names in groupby(missing, key=lambda one: one.room):
        print(f"{room}: {', '.join(one.name for one in names)}")
    print(f"{len(missing)} of {len(NAMES)} public names have no example")
    return len(missing)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
