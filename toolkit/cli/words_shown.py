"""Tables of ``toolkit words`` in a terminal: few columns, numbers a person can read, nothing wider than the window."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.printable import width_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WIDTH", "shown_table"]

#: Columns of a terminal: what a table may fill, and one word in it.
WIDTH, _WORD = 120, 28
#: Rows of all languages or groups together, and the fewest of each.
_ROWS, _FEWEST = 24, 4
_MISSING = "–"


class _Column(NamedTuple):
    """Heading, column of the table, and how a value of it is written."""

    heading: str
    name: str
    write: Callable[[Any], str]


def _text(value: Any) -> str:
    from toolkit.statistics.kwic.listing import shown

    return _cut(shown(str(value)), _WORD)


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _fixed(digits: int, sign: str = "", times: float = 1) -> Callable[[float], str]:
    return lambda value: f"{times * value:{sign},.{digits}f}"


def _small(value: float) -> str:
    """A probability: 0.013, and what is less than can be told."""
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def _truth(value: bool) -> str:
    return "yes" if value else "no"


_TERM, _N, _DOCUMENTS = _Column("term", "term", _text), _Column("n", "n", _whole), _Column("docs", "documents", _whole)
_COLUMNS: dict[str, list[_Column]] = {
    "frequency": [
        _TERM, _N, _Column("per million", "per_million", _whole), _Column("% of all", "share", _fixed(2, times=100)),
        _Column("from %", "ci_low", _fixed(2, times=100)), _Column("to %", "ci_high", _fixed(2, times=100)),
        _DOCUMENTS, _Column("Zipf", "zipf", _fixed(2)), _Column("general Zipf", "general_zipf", _fixed(2)),
        _Column("difference", "zipf_difference", _fixed(2, "+")),
    ],
    "diversity": [
        _Column("group", "value", _text), _DOCUMENTS, _Column("words", "tokens", _whole),
        _Column("types", "types", _whole), _Column("TTR", "ttr", _fixed(3)), _Column("MATTR", "mattr", _fixed(3)),
        _Column("from", "mattr_low", _fixed(3)), _Column("to", "mattr_high", _fixed(3)),
        _Column("MTLD", "mtld", _fixed(1)), _Column("from", "mtld_low", _fixed(1)),
        _Column("to", "mtld_high", _fixed(1)), _Column("mean MATTR", "mattr_mean", _fixed(3)),
        _Column("mean MTLD", "mtld_mean", _fixed(1)),
    ],
    "collocations": [
        _Column("node", "node", _text), _Column("collocate", "collocate", _text), _N,
        _Column("expected", "expected", _fixed(1)), _DOCUMENTS, _Column("logDice", "log_dice", _fixed(2)),
        _Column("MI", "mi", _fixed(2)), _Column("t", "t_score", _fixed(2)),
        _Column("log-lik.", "log_likelihood", _fixed(1)),
    ],
    "keyness": [
        _TERM, _Column("n target", "n_target", _whole), _Column("n reference", "n_reference", _whole),
        _Column("log ratio", "log_ratio", _fixed(2, "+")), _Column("from", "ci_low", _fixed(2, "+")),
        _Column("to", "ci_high", _fixed(2, "+")), _Column("log-lik.", "log_likelihood", _fixed(1)),
        _Column("q", "q_value", _small), _Column("DPnorm", "dp_norm", _fixed(2)), _Column("key", "key", _truth),
    ],
    "dispersion": [
        _TERM, _N, _Column("parts with it", "range", _whole), _Column("of", "parts", _whole),
        _Column("DP", "dp", _fixed(3)), _Column("DPnorm", "dp_norm", _fixed(3)),
        _Column("Juilland's D", "juilland_d", _fixed(3)), _Column("Carroll's D2", "carroll_d2", _fixed(3)),
    ],
    "trends": [
        _TERM, _Column("group", "value", _text), _N, _Column("of", "size", _whole), _DOCUMENTS,
        _Column("% of all", "share", _fixed(3, times=100)), _Column("from %", "ci_low", _fixed(3, times=100)),
        _Column("to %", "ci_high", _fixed(3, times=100)),
    ],
}  # fmt: skip
#: Measures of collocations that are shown where the table is sorted by them.
_SORTED_BY = {
    column.name: column
    for column in (
        _Column("NPMI", "npmi", _fixed(3, "+")), _Column("z", "z_score", _fixed(1)),
        _Column("chi-sq.", "chi_square", _fixed(1)), _Column("min. sens.", "minimum_sensitivity", _fixed(3)),
        _Column("Dice", "dice", _fixed(4)), _Column("MI3", "mi3", _fixed(2)),
        _Column("dP colloc.", "delta_p_collocate", _fixed(4, "+")), _Column("dP node", "delta_p_node", _fixed(4, "+")),
    )
}  # fmt: skip
#: Of these a table has a column only where it is sorted by it.
_FURTHER = ("npmi", "z_score", "chi_square", "minimum_sensitivity")


def shown_table(
    kind: str, table: "pd.DataFrame", langs: Sequence[str], sort: str | None = None
) -> tuple[list[str], int]:
    """Lines for a terminal, at most 120 columns wide, and the number of rows they show.

    ``langs``: the languages in the order in which they are shown. Of each language and group the first rows. ``sort``:
    the measure of collocations that they are sorted by, which is shown among them; where it is not said, it is told
    from the table as far as it has a column for it alone.
    """
    columns = _columns(kind, table, sort)
    blocks = list(_blocks(kind, table, langs))
    each = max(_ROWS // max(len(blocks), 1), _FEWEST)
    lines: list[str] = []
    rows = 0
    for title, block in blocks[: _ROWS // _FEWEST]:
        own = block.head(each)
        rows += len(own)
        lines += [*([] if not lines else [""]), *([title] if title else []), *_aligned(columns, own)]
    return lines, rows


def _columns(kind: str, table: "pd.DataFrame", sort: str | None) -> list[_Column]:
    """The columns of a kind of table that it has, the measure it is sorted by in front of the other measures."""
    columns = [column for column in _COLUMNS[kind] if column.name in table]
    if kind == "collocations":
        sort = sort or next((name for name in _FURTHER if name in table), None)
        if sort in _SORTED_BY:
            columns.insert([column.name for column in columns].index("log_dice"), _SORTED_BY[sort])
    return columns


def _blocks(kind: str, table: "pd.DataFrame", langs: Sequence[str]) -> Iterator[tuple[str, "pd.DataFrame"]]:
    for lang in langs:
        own = table[table["lang"] == lang]
        title = "" if lang == "all" else f"{lang}:"
        if kind == "keyness" and len(own):
            row = own.iloc[0]
            sides = [f"{name}: {_part(row[name])} ({row[f'size_{name}']:,})" for name in ("target", "reference")]
            title = "\n".join(f"{title:<4}{side}" if title else side for side in sides)
        if kind != "frequency":
            if len(own):
                yield title.strip(), own
            continue
        for value, group in own.groupby("value", sort=False):
            alone = group["by"].iloc[0] == "all"
            yield title if alone else f"{title} {group['by'].iloc[0]} {_text(value)}".strip(), group


def _part(text: str) -> str:
    """A part of the texts in words; what a person wrote may hold anything."""
    from toolkit.statistics.kwic.listing import shown

    return _cut(shown(text), 2 * WIDTH // 3)


def _aligned(columns: Sequence[_Column], table: "pd.DataFrame") -> list[str]:
    """Words to the left, numbers to the right; left out are columns without a value, and the last ones where the rest
    fill the window."""
    from pandas import isna

    columns = [column for column in columns if table[column.name].notna().any()]
    cells = [
        [column.heading, *(_MISSING if isna(value) else column.write(value) for value in values)]
        for column, values in ((column, table[column.name].tolist()) for column in columns)
    ]
    widths = [max(map(width_of, column)) for column in cells]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        for whole in (columns, cells, widths):
            whole.pop()
    lines = []
    for row in zip(*cells, strict=True):
        parts = [
            cell + " " * (width - width_of(cell)) if column.write is _text else " " * (width - width_of(cell)) + cell
            for cell, width, column in zip(row, widths, columns, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    return lines


def _cut(text: str, most: int) -> str:
    if width_of(text) <= most:
        return text
    kept = ""
    for sign in text:
        if width_of(kept + sign) >= most:
            break
        kept += sign
    return kept + "…"
