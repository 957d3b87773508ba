"""A table as a reader sees it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from toolkit.display.cells import LONGEST, Cell, cells_of
from toolkit.display.numbers import number
from toolkit.display.plain import plain_table, wrapped
from toolkit.display.words import display_words
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import environment
from toolkit.resources import data_file

__all__ = ["Heading", "Shown", "show", "style_sheet"]

#: More than this no page bears; all of a table is in its file.
_MOST_ROWS, _MOST_COLUMNS = 1000, 40
#: A whole table of so many rows needs no count.
_FEW_ROWS = 10
#: Room for texts of at most so many characters, in em: short ones stand in one line, of long ones several words.
_ROOM = ((60, 10.0), (200, 16.0), (LONGEST, 24.0))
#: Texts up to this length stand in one line; a letter is about so wide, in em.
_SHORT, _LETTER = 18, 0.6


class Heading(NamedTuple):
    """The head of a column: what it says and means, whether numbers stand below it, and the width it needs at least,
    in em."""

    heading: str
    meaning: str
    numbers: bool
    room: float


@dataclass(frozen=True, repr=False, eq=False)
class Shown:
    """A table prepared for reading; the last line of a cell shows it, ``print`` gives it as plain text.

    ``frame``: the rows and columns that are shown, their values as they were, under the headings that are shown.
    ``total``: rows of the whole table. ``columns`` and ``rows``: heads and cells as they are read.

    >>> shown = show(pd.DataFrame({"term": ["promesa"], "share": [0.25]}))
    >>> shown.total, [column.heading for column in shown.columns], [cell.text for cell in shown.rows[0]]
    (1, ['term', 'share'], ['promesa', '0.250'])
    """

    frame: pd.DataFrame
    total: int
    columns: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    lang: str = "en"
    all_columns: int = 0

    @property
    def say(self) -> dict[str, str]:
        """The fixed words in the language of the table."""
        return display_words("words", self.lang)

    @property
    def about(self) -> str:
        """How much of the table is shown, and whether texts were cut."""
        shown, total = len(self.rows), number(self.total, self.lang)
        kind = "rows_some" if shown < self.total else "rows_one" if shown == 1 else "rows_all" if shown else "no_rows"
        said = [self.say[kind].format(shown=number(shown, self.lang), total=total)]
        if len(self.columns) < self.all_columns:
            many = number(self.all_columns, self.lang)
            said.append(self.say["columns_some"].format(shown=len(self.columns), total=many))
        if self.cut:
            said.append(self.say["cut"].format(most=LONGEST))
        return "; ".join(said)

    @property
    def whole(self) -> bool:
        """Whether nothing of the table is left out."""
        return len(self.rows) == self.total > 0 and len(self.columns) == self.all_columns and not self.cut

    @property
    def told(self) -> str:
        """What is said under the table: ``about``, but for a whole table of so few rows that a reader sees it."""
        return "" if self.whole and len(self.rows) <= _FEW_ROWS else self.about

    @property
    def cut(self) -> bool:
        """Whether a text was cut."""
        return any(cell.cut for row in self.rows for cell in row)

    def lines(self, *, always: bool = True) -> list[str]:
        """The table as lines of plain text; how much of it is shown ``always``, or where something is left out."""
        body = plain_table(
            [column.heading for column in self.columns],
            [[cell.text for cell in row] for row in self.rows],
            [column.numbers for column in self.columns],
        )
        about = wrapped(f"({self.about})") if (always and self.told) or not self.whole else []
        return [*wrapped(self.caption), *body, *about]

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        return str(environment("display").get_template("display.html").module.shown(self, style_sheet()))  # type: ignore[attr-defined]


def show(
    table: Any,
    columns: Sequence[str] | None = None,
    *,
    rows: int = 20,
    names: Mapping[str, str] | None = None,
    caption: str = "",
    lang: str = "en",
) -> Any:
    """A table for reading: long texts wrapped, numbers with few digits, codes by their names, row count said.

    Parameters
    ----------
    table : any table of the toolkit, or a data frame or series of your own. It is not changed. Or a result that shows
        itself (a corpus, an analysis, themes, a concordance ...), to have it in your language.
    columns : those to show, in this order; all of them without. "old=new" shows a column under another heading. A named
        index counts as a column.
    rows : at most so many rows are shown, 1000 at most; how many there are is said, but under whole tables of ten rows
        or fewer.
    names : what to write for the codes in a column ``code``, as ``codebook.names(lang)`` gives it; ``gold``,
        ``predicted`` and ``of`` too.
    caption : a line above the table.
    lang : "en", "es" or "it": language of numbers, truth values, stances, the tips of the headings and the count.

    Numbers of a column have as many digits as its largest needs to show three; shares have three after the point, p
    values that would be 0.000 are "<0.001". Missing values are empty. Texts of more than 400 characters are cut, which
    is said.

    Examples
    --------
    >>> table = pd.DataFrame({"code": ["listening", "community"], "n": [1200, 7], "share": [0.98765, None]})
    >>> show(table, ["code=principle", "n", "share"], names={"listening": "Ascoltare"}, lang="it")
    principle      n  share
    ─────────  ─────  ─────
    Ascoltare  1.200  0,988
    community      7

    Raises
    ------
    InputError
        if a column is not there (the nearest is named), ``columns`` are no names, ``rows`` is below 1, or the language
        is none of the three.
    """
    display_words("words", lang)
    if hasattr(table, "_card_"):
        return table._card_(lang)
    if not isinstance(table, pd.DataFrame | pd.Series):
        raise InputError(
            f"show: got {type(table).__name__}, expected a table (pandas DataFrame or Series) or a result."
        )
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 1:
        raise InputError(f"rows is {rows!r}; expected is a whole number from 1.")
    if columns is not None and not isinstance(columns, Iterable):
        raise InputError(
            f"columns is {columns!r}; expected are names of columns, and rows={columns!r} says how many rows are shown."
        )
    frame = _as_columns(table)
    own = [str(name) for name in frame.columns]
    chosen = _chosen([columns] if isinstance(columns, str) else columns, own)
    part = frame.head(min(rows, _MOST_ROWS))
    langs = part.iloc[:, own.index("lang")].tolist() if "lang" in own else []
    heads, cells = [], []
    for place, heading in chosen[:_MOST_COLUMNS]:
        found, numbers = cells_of(own[place], part.iloc[:, place], lang, names or {}, langs)
        room = 0.0 if numbers else _room(max((len(cell.text) for cell in found), default=0))
        heads.append(Heading(heading, display_words("columns", lang).get(own[place], ""), numbers, room))
        cells.append(found)
    shown = part.iloc[:, [place for place, _ in chosen[:_MOST_COLUMNS]]].set_axis([h.heading for h in heads], axis=1)
    return Shown(shown, len(frame), tuple(heads), tuple(zip(*cells, strict=True)), caption, lang, len(chosen))


def _room(longest: int) -> float:
    if longest <= _SHORT:
        return round(_LETTER * longest, 1)
    return next(room for most, room in _ROOM if longest <= most)


def _as_columns(table: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """The table with an index that says something as columns; of headings in several rows one."""
    if isinstance(table, pd.Series):
        frame = table.to_frame(table.name if table.name is not None else "value")
        return frame if _says_nothing(frame) and table.name is not None else _with_index(frame)
    frame = table
    if isinstance(frame.columns, pd.MultiIndex):
        frame = frame.set_axis([" · ".join(str(part) for part in name if part != "") for name in frame.columns], axis=1)
    return frame if _says_nothing(frame) else _with_index(frame)


def _says_nothing(frame: pd.DataFrame) -> bool:
    """Whether the index is but the number of the row."""
    return frame.index.nlevels == 1 and frame.index.name is None and pd.api.types.is_integer_dtype(frame.index.dtype)


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    taken = set(map(str, frame.columns))
    index = frame.index.to_frame(index=False)
    index.columns = ["" if name is None else str(name) for name in frame.index.names]
    index = index.loc[:, [name not in taken for name in index.columns]]
    return pd.concat([index.set_axis(frame.index, axis=0), frame], axis=1)


def _chosen(columns: Sequence[str] | None, own: list[str]) -> list[tuple[int, str]]:
    """Place and heading of each column that is shown."""
    if columns is None:
        return list(enumerate(own))
    found = []
    for column in columns:
        name, _, heading = (column, "", "") if column in own else str(column).partition("=")
        if name not in own:
            raise InputError(f"the table has no column '{name}'; {suggestion(name, own)}")
        found.append((own.index(name), heading or name))
    return found


@cache
def style_sheet() -> Any:
    """The style of tables and cards, for the templates."""
    from markupsafe import Markup

    return Markup(data_file("display", "display.css").read_text(encoding="utf-8"))
