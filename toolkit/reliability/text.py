"""The agreement table to read, with what each measure answers beside it: terminal, Markdown, notebook."""

import textwrap
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import pandas as pd

from toolkit.display.numbers import number
from toolkit.marked_text import clean
from toolkit.printable import printable
from toolkit.reliability.drift import CHANGE
from toolkit.reliability.explain import explanation, note_in, words
from toolkit.reliability.rows import ANY
from toolkit.tables import check

__all__ = ["agreement_html", "as_markdown", "as_text"]

_WIDTH = 110
#: Side by side in one table; the first of each that is there.
_OF_CODES = (
    "rate", "percent", "f1", "cohen_kappa", "fleiss_kappa", "gwet_ac1", "alpha_nominal",
    "u_alpha", "f1_exact", "f1_overlap", "f1_characters", "percent_characters",
)  # fmt: skip
#: With their interval in tables of many measures; intervals of the others stand in the agreement table.
_WITH_INTERVAL = ("f1", "alpha_nominal", "alpha_masi", "u_alpha", "f1_overlap", "codes_per_unit")
_NONE = "–"


class _Section(NamedTuple):
    """A table; ``key`` tells which. The first column holds words. ``notes``: why values are missing, and the like."""

    key: str
    heading: str
    head: list[str]
    rows: list[list[str]]
    notes: list[str]


def as_text(table: pd.DataFrame, lang: str = "en", *, notes: Sequence[str] = ()) -> str:
    """An agreement table as a report for the terminal, in "en", "es" or "it": each measure of the whole with the
    question it answers, then codes, stances, languages, pairs and time, then how to read the measures.

    ``notes``: what is to be known before a number is quoted, sentences that stand under the title.

    >>> import pandas as pd
    >>> from toolkit.reliability import agreement, as_text
    >>> rows = [("first", "a", 0, 8, "listening"), ("first", "b", 0, 8, "talking"), ("second", "a", 0, 8, "listening")]
    >>> given = pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end", "code"])
    >>> given = given.assign(quote="Escuchan", codebook="groundswell", kind="human")
    >>> judged = pd.DataFrame([(coder, doc_id, 0, 8) for coder in ("first", "second") for doc_id in "ab"],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> report = as_text(agreement(given, judged, repeats=100), "es")
    >>> print(report.splitlines()[0])
    Acuerdo entre codificadores
    """
    texts, whole = _whole(table, lang)
    parts = [texts["title"], *_wrapped(list(notes), "  ! "), _rests(table, lang), *_wrapped(whole.notes, "  * ")]
    parts += ["", whole.heading]
    name_width = max((len(row[0]) for row in whole.rows), default=0)
    for measure, row in zip(_measures(_of(table, None)), whole.rows, strict=True):
        said = explanation(measure, lang)
        parts.append(f"  {row[0].ljust(name_width)}  {row[1]:>6}  {row[2]}".rstrip())
        parts += _wrapped([said["question"], f"{texts['silent']} {_lower(said['silent'])}"], "      ")
    for section in _sections(table, lang):
        parts += ["", section.heading, *_aligned(section), *_wrapped(section.notes, "  * ")]
    parts += ["", texts["how"]]
    rest = [name for name in _measures(table) if name not in _measures(_of(table, None))]
    parts += _wrapped([f"{explanation(name, lang)['name']}: {explanation(name, lang)['question']}" for name in rest])
    parts += _wrapped(_readings(table, lang))
    return printable("\n".join(parts) + "\n")


def as_markdown(table: pd.DataFrame, lang: str = "en", *, notes: Sequence[str] = ()) -> str:
    """The same as Markdown, with everything that is to say about each measure, and its source.

    >>> import pandas as pd
    >>> from toolkit.reliability import agreement, as_markdown
    >>> rows = [("first", "a", 0, 8, "listening"), ("first", "b", 0, 8, "talking"), ("second", "a", 0, 8, "listening")]
    >>> given = pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end", "code"])
    >>> given = given.assign(quote="Escuchan", codebook="groundswell", kind="human")
    >>> judged = pd.DataFrame([(coder, doc_id, 0, 8) for coder in ("first", "second") for doc_id in "ab"],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> report = as_markdown(agreement(given, judged, repeats=100), "it")
    >>> print(report.splitlines()[0])
    # Accordo tra codificatori
    """
    texts, whole = _whole(table, lang)
    parts = [f"# {texts['title']}", "", *(f"> {_cell(text)}\n" for text in notes), _rests(table, lang), ""]
    for section in (whole, *_sections(table, lang)):
        marks = ["---", *["---:"] * (len(section.head) - 1)]
        parts += [f"## {section.heading}", ""]
        parts += ["| " + " | ".join(map(_cell, row)) + " |" for row in (section.head, marks, *section.rows)]
        parts += ["", *(f"- {_cell(text)}" for text in section.notes), *([""] if section.notes else [])]
    parts += [f"## {texts['how']}", ""]
    for name in _measures(table):
        said = explanation(name, lang)
        lines = [f"{texts[key]} {_lower(said[key])}" for key in ("prefer", "silent")]
        lines += [said["range"], said["reading"], f"{texts['source']}: {said['source']}"]
        parts += [f"- **{said['name']}**: {said['question']} " + " ".join(lines)]
    return printable("\n".join(parts) + "\n")


def agreement_html(table: pd.DataFrame, lang: str = "en", *, notes: Sequence[str] = ()) -> str:
    """The same as HTML for a notebook: ``display(HTML(agreement_html(table)))``. Every text is escaped; no colour of
    the page is set, so that it reads on light and dark grounds.

    >>> import pandas as pd
    >>> from toolkit.reliability import agreement, agreement_html
    >>> rows = [("first", "a", 0, 8, "<b>"), ("first", "b", 0, 8, "talking"), ("second", "a", 0, 8, "<b>")]
    >>> given = pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end", "code"])
    >>> given = given.assign(quote="Escuchan", codebook="groundswell", kind="human")
    >>> judged = pd.DataFrame([(coder, doc_id, 0, 8) for coder in ("first", "second") for doc_id in "ab"],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> shown = agreement_html(agreement(given, judged, repeats=100))
    >>> "<table" in shown, "&lt;b&gt;" in shown  # what coders wrote is escaped
    (True, True)
    """
    texts, whole = _whole(table, lang)
    parts = [
        _STYLE,
        f'<div class="agreement tex2jax_ignore mathjax_ignore" lang="{lang}"><h3>{escape(texts["title"])}</h3>',
    ]
    parts += [f'<p class="caution">{escape(text)}</p>' for text in notes]
    parts.append(f"<p>{escape(_rests(table, lang))}</p>{_list(whole.notes)}<h4>{escape(whole.heading)}</h4><table>")
    head = [texts[key] for key in ("measure", "value", "interval", "answers", "silent")]
    sides = ["", ' class="n"', ' class="n"', "", ""]
    cells = [f'<th scope="col"{side}>{escape(name)}</th>' for name, side in zip(head, sides, strict=True)]
    parts.append(f"<tr>{''.join(cells)}</tr>")
    for measure, row in zip(_measures(_of(table, None)), whole.rows, strict=True):
        said = explanation(measure, lang)
        told = f"{said['prefer']} {said['range']} {said['reading']} {texts['source']}: {said['source']}"
        cells = [f'<th scope="row" title="{escape(told)}">{escape(row[0])}</th>']
        cells += [f'<td class="n">{escape(cell)}</td>' for cell in row[1:3]]
        cells += [f"<td>{escape(said[key])}</td>" for key in ("question", "silent")]
        parts.append(f"<tr>{''.join(cells)}</tr>")
    parts.append("</table>")
    for section in _sections(table, lang):
        rows = [_row(section.head, "th"), *(_row(row) for row in section.rows)]
        parts.append(f"<h4>{escape(section.heading)}</h4><table>{''.join(rows)}</table>{_list(section.notes)}")
    parts.append(f"<details><summary>{escape(texts['how'])}</summary><dl>")
    for name in _measures(table):
        said = explanation(name, lang)
        lines = [said["question"], *(f"{texts[key]} {_lower(said[key])}" for key in ("prefer", "silent"))]
        lines += [said["range"], said["reading"], f"{texts['source']}: {said['source']}"]
        parts.append(f"<dt>{escape(said['name'])}</dt><dd>{escape(' '.join(lines))}</dd>")
    parts.append("</dl></details></div>")
    return clean("".join(parts))


_STYLE = (
    "<style>.agreement{max-width:64rem;font:14px/1.45 system-ui,sans-serif}"
    ".agreement h3,.agreement h4{margin:1em 0 .3em}"
    ".agreement table{border-collapse:collapse;margin:.3em 0}"
    ".agreement th,.agreement td{border:0;border-bottom:1px solid rgba(125,125,125,.35);padding:.2em .7em;"
    "text-align:left;vertical-align:top;background:none;color:inherit;white-space:normal}"
    # over JupyterLab's own rules for tables
    ".agreement.agreement.agreement :is(th,td){text-align:left;vertical-align:top}"
    ".agreement.agreement.agreement .n{text-align:right}"
    ".agreement .n{white-space:nowrap;font-variant-numeric:tabular-nums}"
    ".agreement th{font-weight:600}.agreement dt{font-weight:600;margin-top:.5em}.agreement dd{margin-left:1.2em}"
    ".agreement ul{margin:.3em 0;padding-left:1.2em;opacity:.85}.agreement summary{cursor:pointer;margin-top:1em}"
    ".agreement summary:focus-visible{outline:3px solid #0072b2}"
    ".agreement .caution{border-left:3px solid #d55e00;padding-left:.7em;margin:.4em 0}</style>"
)


def _whole(table: pd.DataFrame, lang: str) -> tuple[dict[str, str], _Section]:
    """The words of the language, and the measures of all codes together."""
    table = check("agreement", table)
    texts: dict[str, str] = words(lang)["words"]
    part = _of(table, None)
    rows = [
        [explanation(row.measure, lang)["name"], *_value(row, texts["to"], lang), number(row.n, lang)]
        for row in part.itertuples()
    ]
    head = [texts["measure"], texts["value"], texts["interval"], texts["n"]]
    return texts, _Section("whole", texts["whole"], head, rows, _notes(part, lang, set()))


def _sections(table: pd.DataFrame, lang: str) -> list[_Section]:
    texts, every = words(lang)["words"], _in_every_row(table)
    names = {ANY: texts["any"], "(all)": texts["all"], CHANGE: texts["change"]}
    names |= {"people": texts["people"], "machine": texts["machine"]}
    codes = _of(table, "code")
    codes = codes.assign(row=codes["code"].fillna(codes["of"].map(names)))
    stances = _of(table, "stance").assign(row=lambda part: part["of"].replace(names))
    langs = _of(table, "lang").assign(row=lambda part: part["of"])
    pairs = _of(table, "coders")
    pairs = pairs[pairs["code"].isna()]
    pairs = pairs.assign(row=pairs["coders"] + pairs["of"].map(lambda kind: f" ({names.get(kind, kind)})"))
    time = _of(table, "period").assign(
        row=lambda part: part["of"].replace(names).str.replace(" to ", f" {texts['to']} ")
    )
    own = time["measure"] == "codes_per_unit"
    rates = time[own].assign(row=lambda part: part["coders"] + ", " + part["row"])
    found = [
        _wide("codes", codes, texts["code"], lang, every, _OF_CODES),
        _wide("stances", stances, texts["stance"], lang, every, (*_OF_CODES,)),
        _wide("langs", langs, texts["lang"], lang, every),
        _wide("pairs", pairs, texts["pair"], lang, every),
        _wide("drift", time[~own], texts["period"], lang, every),
        _wide("rates", rates, texts["coder"], lang, every),
    ]
    # one pair of people is the whole
    return [part for part in found if part.rows and not (part.key == "pairs" and len(part.rows) == 1)]


def _wide(key: str, part: pd.DataFrame, first: str, lang: str, told: set[str], order: tuple[str, ...] = ()) -> _Section:
    """One row per part, one column per measure; the main ones with intervals. ``told``: notes that stand at the top."""
    texts = words(lang)["words"]
    there = _measures(part)
    measures = [name for name in order if name in there] if order else there
    head = [first, texts["n"]]
    for name in measures:
        head += [_short(name, lang), texts["interval"]] if name in _WITH_INTERVAL else [_short(name, lang)]
    rows = []
    for label, of in part.groupby("row", sort=False):
        by_measure = {row.measure: row for row in of.itertuples()}
        line = [str(label), number(of["n"].max(), lang)]
        for name in measures:
            cells = _value(by_measure[name], texts["to"], lang) if name in by_measure else [_NONE, _NONE]
            line += cells if name in _WITH_INTERVAL else cells[:1]
        rows.append(line)
    return _Section(key, texts[key], head, rows, _notes(part, lang, told))


def _of(table: pd.DataFrame, by: str | None) -> pd.DataFrame:
    return table[table["by"].isna()] if by is None else table[table["by"] == by]


def _measures(table: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(table["measure"]))


def _short(measure: str, lang: str) -> str:
    """A name that fits a column."""
    return explanation(measure, lang).get("short") or explanation(measure, lang)["name"]


def _value(row: object, to: str, lang: str) -> list[str]:
    value, low, high = (getattr(row, name) for name in ("value", "ci_low", "ci_high"))
    return [
        _NONE if pd.isna(value) else number(value, lang, 3),
        _NONE if pd.isna(low) or pd.isna(value) else f"{number(low, lang, 3)} {to} {number(high, lang, 3)}",
    ]


def _in_every_row(table: pd.DataFrame) -> set[str]:
    """The notes that every row of the table has; they are said once, at the top."""
    said = [set(str(text).split("; ")) if isinstance(text, str) else set() for text in table["note"].unique()]
    return set.intersection(*said) if said else set()


def _notes(part: pd.DataFrame, lang: str, told: set[str]) -> list[str]:
    """Each note once, without those that were told already; those of rows without a value name the rows, those of one
    coder the coder."""
    found: dict[str, list[str]] = {}
    for row in part[part["note"].notna()].itertuples():
        for text in str(row.note).split("; "):
            if text in told:
                continue
            where = found.setdefault(note_in(text, lang), [])
            rate = row.measure == "codes_per_unit"
            label = row.coders if rate else getattr(row, "row", "") if pd.isna(row.value) else ""
            if label and label not in where:
                where.append(label)
    return [f"{', '.join(where)}: {text}" if where else text for text, where in found.items()]


def _rests(table: pd.DataFrame, lang: str) -> str:
    texts = words(lang)["words"]
    part = _of(table, None)
    spans = (part["measure"] == "f1_exact").any()
    n, documents = (number(part[column].max(), lang) if len(part) else "0" for column in ("n", "documents"))
    return texts["rests_span" if spans else "rests"].format(n=n, documents=documents)


def _readings(table: pd.DataFrame, lang: str) -> list[str]:
    return list(dict.fromkeys(explanation(name, lang)["reading"] for name in _measures(table)))


def _aligned(section: _Section) -> list[str]:
    lines = [section.head, *section.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(section.head))]
    return ["  ".join(["", line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in lines]


def _wrapped(texts: list[str], indent: str = "  ") -> list[str]:
    blank = " " * len(indent)
    return [
        line for text in texts for line in textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=blank)
    ]


def _lower(text: str) -> str:
    """A sentence after a colon; names and abbreviations keep their capital."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _row(cells: list[str], tag: str = "td") -> str:
    first = f'<th scope="{"col" if tag == "th" else "row"}">{escape(cells[0])}</th>'
    return "<tr>" + first + "".join(f'<{tag} class="n">{escape(cell)}</{tag}>' for cell in cells[1:]) + "</tr>"


def _list(notes: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in notes) + "</ul>" if notes else ""


def _cell(text: str) -> str:
    """Words in a Markdown table: no bars, no tags."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
