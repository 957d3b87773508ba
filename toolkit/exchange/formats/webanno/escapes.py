"""The escapes of WebAnno TSV 3, and the parts of its cells.

Sources: INCEpTION, ``tsv/internal/tsv3x/Escaping.java`` (which signs, in which lines), ``Tsv3XDeserializer.java`` (how
values are divided), its user guide, "WebAnno TSV 3.3 File format".
"""

import re

__all__ = [
    "divided",
    "escape_text",
    "escape_value",
    "unescape_text",
    "unescape_value",
    "without_id",
]

#: In ``#Text=``: a control character stands behind a backslash as it is, but for those with a letter; the vertical tab
#: is not escaped at all.
_LETTERS = {"\t": "t", "\n": "n", "\f": "f", "\r": "r", "\b": "b", "\\": "\\"}
_SIGNS = {letter: sign for sign, letter in _LETTERS.items()}
_IN_TEXT = re.compile(r"[\x00-\x0a\x0c-\x1f\\]")
_ESCAPED_TEXT = re.compile(r"\\([\x00-\x07\x0e-\x1ftnfrb\\])")
#: Up to 3.1 any escape of Java was read.
_ESCAPED_JAVA = re.compile(r"\\(u+[0-9a-fA-F]{4}|[0-3]?[0-7]{1,2}|.)", re.DOTALL)
#: In values. The tool has no escape for a carriage return and would break its own line at one: ``\r`` is ours, and
#: cannot be taken for something else, because a backslash of a value is always doubled. The tool shows it as it is.
_IN_VALUE = re.compile(r"->|[\\\[\]|_;\t\n\r*]")
_ESCAPED_VALUE = re.compile(r"\\(->|[\\\[\]|_;tnr*])")
_VALUE_LETTERS = {"\t": "t", "\n": "n", "\r": "r"}
_VALUE_SIGNS = {letter: sign for sign, letter in _VALUE_LETTERS.items()}
_ID = re.compile(r"\[(\d{1,9})\]\Z", re.ASCII)


def escape_text(text: str) -> str:
    r"""A line of text as it stands behind ``#Text=``.

    >>> escape_text("a\tb\\")
    'a\\tb\\\\'
    """
    return _IN_TEXT.sub(lambda match: "\\" + _LETTERS.get(match[0], match[0]), text)


def unescape_text(text: str, version: tuple[int, int] = (3, 3)) -> str:
    """The line of text back; other escapes stay what they are. Up to version 3.1 those of Java were used."""
    if "\\" not in text:
        return text
    if version < (3, 2):
        return _ESCAPED_JAVA.sub(_from_java, text)
    return _ESCAPED_TEXT.sub(lambda match: _SIGNS.get(match[1], match[1]), text)


def escape_value(value: str) -> str:
    """The value of a feature as it stands in a column.

    >>> escape_value("a_b [1]")
    'a\\\\_b \\\\[1\\\\]'
    """
    return _IN_VALUE.sub(lambda match: "\\" + _VALUE_LETTERS.get(match[0], match[0]), value)


def unescape_value(value: str) -> str:
    """The value of a feature back; other escapes stay what they are."""
    if "\\" not in value:
        return value
    return _ESCAPED_VALUE.sub(lambda match: _VALUE_SIGNS.get(match[1], match[1]), value)


def divided(cell: str, sign: str) -> list[str]:
    r"""The parts of a cell between ``|`` or ``;``, where these are not escaped.

    >>> divided(r"a\|b[1]|c\\|", "|")
    ['a\\|b[1]', 'c\\\\', '']
    """
    if sign not in cell:
        return [cell]
    if "\\" not in cell:
        return cell.split(sign)
    cuts = [match.start() for match in re.finditer(rf"\\.|{re.escape(sign)}", cell, re.DOTALL) if match[0] == sign]
    return [cell[start:end] for start, end in zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(cell)], strict=True)]


def without_id(part: str) -> tuple[str, str | None]:
    """A value and its disambiguation id.

    >>> without_id("PER[12]"), without_id("[1]"), without_id("*")
    (('PER', '12'), ('', '1'), ('*', None))
    """
    match = _ID.search(part) if part.endswith("]") else None
    return (part[: match.start()], match[1]) if match else (part, None)


def _from_java(match: re.Match[str]) -> str:
    """A sign of Java (Apache Commons Lang, ``StringEscapeUtils.unescapeJava``); a half of a pair stays escaped."""
    body = match[1]
    if body[0] == "u" and len(body) > 1:
        number = int(body.lstrip("u"), 16)
        return match[0] if 0xD800 <= number < 0xE000 else chr(number)
    if body[0] in "01234567":
        return chr(int(body, 8))
    return _SIGNS.get(body, body)
