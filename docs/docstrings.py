"""Docstrings of the package as reStructuredText: sections underlined with dashes, parameters as ``name : meaning``.

What stands behind the colon is a meaning here and no type, which sets these sections apart from numpydoc's.
"""

import re

__all__ = ["as_rst"]

_LISTED = ("Parameters", "Attributes", "Measures")
_NAMES = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*) ?: (.*)")


def as_rst(lines: list[str]) -> list[str]:
    """The lines with headings of sections as rubrics and parameters as a list of definitions.

    >>> as_rst(["Parameters", "----------", "rows, most : how many", "    at most."])
    ['.. rubric:: Parameters', '', '``rows``, ``most``', '    how many', '    at most.']
    """
    found: list[str] = []
    listed, skip = False, False
    for place, line in enumerate(lines):
        if skip:
            skip = False
            continue
        below = lines[place + 1] if place + 1 < len(lines) else ""
        if line.strip() and re.fullmatch(r"-{3,}", below.strip()) and len(below.strip()) == len(line.strip()):
            found += [*([""] if found and found[-1] else []), f".. rubric:: {line.strip()}", ""]
            listed, skip = line.strip() in _LISTED, True
            continue
        item = _NAMES.fullmatch(line) if listed else None
        if item:
            names = ", ".join(f"``{name}``" for name in item[1].split(", "))
            found += [names, f"    {item[2]}"]
        else:
            found.append(line)
    return found
