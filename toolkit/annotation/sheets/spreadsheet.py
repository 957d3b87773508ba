"""A coder's work as a sheet, and back: edited in any spreadsheet program, every change reported, one step for undo."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from toolkit.annotation.curating.adjudication import readings
from toolkit.annotation.projects.project import Project
from toolkit.annotation.record.state import Coding, Key, State
from toolkit.annotation.session import Session
from toolkit.annotation.sheets.sheet_edits import SheetEdits
from toolkit.annotation.sheets.sheet_rows import COLUMNS, EXPORTED, Sheet, as_cell, shown_quote
from toolkit.errors import InputError
from toolkit.storage import write_file

__all__ = ["export_spreadsheet", "import_spreadsheet"]

#: Characters of text shown before and after a stretch: about a line on either side.
_CONTEXT = 120


def export_spreadsheet(project: Project, coder: str, path: str | Path) -> pd.DataFrame:
    """Write a coder's (or curator's) work as CSV that Excel and LibreOffice open right; returns what was written.

    One row per code given, and one per item without a code. ``item, doc_id, start, end, quote`` say where (positions
    in Unicode code points, ``end`` not included); ``code, stance, note`` what; ``status`` (open, done, skipped),
    ``flag`` (yes or empty) and ``item_note`` are of the item and stand in each of its rows. Columns marked "(read
    only)" are for reading. Where stretches are chosen freely, the row of a text without a code has no positions: put
    the stretch into ``quote`` and its code beside it.

    Cells hold line ends as line feeds, signs that cannot be shown as U+FFFD, of quotes over 30,000 characters the
    beginning and end; what would run as a formula has an apostrophe in front. :func:`import_spreadsheet` knows this.

    Raises :class:`InputError` for an unknown coder or a name that does not end in .csv, :class:`OutputError` if the
    file cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, export_spreadsheet, import_annotations
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     _ = import_annotations(project, "first", given, project.items)
    ...     export_spreadsheet(project, "first", Path(folder, "first.csv"))[["quote", "code", "stance", "status"]]
                      quote       code    stance status
    0  Las marcas escuchan.  listening  endorses   done
    1       La gente habla.                        done
    """
    target = Path(path)
    if target.suffix.lower() != ".csv":
        raise InputError(f"{target}: cannot write '{target.suffix}'; the name must end in .csv.")
    state = project.state(coder)
    listed = _listed(project, coder, state)
    places = _places(project)
    codings: dict[str, list[tuple[Key, Coding]]] = {}
    for key, coding in sorted(state.codings.items(), key=lambda pair: pair[0]):
        codings.setdefault(coding.item, []).append((key, coding))
    made_from = f"{coder}, decision {len(project.lines(coder))}"
    rows: list[dict[str, Any]] = []
    for item in tqdm(listed, desc="writing", unit=" items", delay=2, leave=False):
        found = state.item(item)
        of_item = {
            "item": item,
            "doc_id": places[item][0],
            "status": found.status or "open",
            "flag": "yes" if found.flag else "",
            "item_note": as_cell(found.note),
            EXPORTED: made_from,
        }
        here: list[tuple[int, int, str, Coding | None]] = [(*key[1:], coding) for key, coding in codings.get(item, [])]
        for start, end, code, given in here or [(*places[item][1:], "", None)]:
            rows.append({**of_item, **_stretch(project, places[item][0], start, end, code, given)})
    table = pd.DataFrame(rows, columns=COLUMNS)
    write_file(table, target)
    return table


def import_spreadsheet(
    project: Project,
    coder: str,
    path: str | Path,
    *,
    dry_run: bool = False,
    by: str | None = None,
    take_over: bool = False,
) -> pd.DataFrame:
    """Take the edits of a sheet into a coder's log as one step, and report each.

    The sheet may have lost or gained columns, have been sorted, divided or saved with another delimiter or encoding
    (UTF-8, UTF-16, Windows-1252). Compared is with the state it was exported from: what was decided since stands, and
    an item edited both here and there is refused.

    - A code in a new row (or another code in an old one) is added; a row taken out of an item that is in the sheet
      removes its code. Items that are not in the sheet at all stay as they are, and are reported.
    - For items that are sentences, paragraphs or documents start and end may be left empty. For stretches chosen
      freely also, if the quote occurs once in the text.
    - Whatever says something of an item may be changed in one of its rows.

    Parameters
    ----------
    dry_run : report only, write nothing.
    by : who edited the sheet, for the record; default: the coder.
    take_over : write even though the coder's notebook is open elsewhere.

    Returns
    -------
    DataFrame
        a row per change: ``row`` of the sheet (missing where it has none), ``item, doc_id, start, end, code``, ``what``
        ("code added", "code removed", "stance", "note", "status", "flag", "item note"; "not in the sheet": an item
        that was not touched), ``from``, ``to``. If nothing changed, nothing is written to the log.

    Raises
    ------
    InputError
        with the first twenty problems, each with row and column: unknown items, codes, stances; a code given twice;
        positions that do not fit; a quote that is not the text. Nothing is imported then. Also while the coder's
        notebook is open elsewhere.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, export_spreadsheet, import_spreadsheet
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     path = Path(folder, "first.csv")
    ...     sheet = export_spreadsheet(project, "first", path)
    ...     sheet.loc[0, ["code", "stance"]] = ["listening", "endorses"]
    ...     sheet.to_csv(path, index=False)
    ...     import_spreadsheet(project, "first", path)[["row", "code", "what"]]
       row       code        what
    0    2  listening  code added
    """
    state, lines = project.state(coder), project.lines(coder)
    listed = _listed(project, coder, state)
    sheet = Sheet.read(Path(path))
    sheet.refuse_if_of_another(coder)
    edits = SheetEdits(project, coder, listed, lines, sheet, by or coder)
    report, changes = edits.compared()
    if dry_run or not changes:
        return report
    curator = coder in project.curators
    session = Session(
        project, coder, role="curator" if curator else "coder", queue=listed, allowed=listed, take_over=take_over
    )
    try:
        if len(project.lines(coder)) != len(lines):
            raise InputError(f"'{coder}' decided something while the sheet was read; import it again.")
        source = f"spreadsheet {sheet.name[:200]}, sha256 {sheet.sha256}, {len(sheet.rows)} rows, edited by {edits.by}"
        session.decide({"do": "batch", "source": source, "changes": changes})
    finally:
        session.close()
    return report


def _listed(project: Project, coder: str, state: State) -> list[str]:
    """The items of a sheet in the order of the texts: those given to the coder, and those worked on anyway."""
    given = set(project.queue(coder))
    if coder in project.curators:
        given |= set(readings(project))
    given |= {coding.item for coding in state.codings.values()} | set(state.items)
    listed = [item for item in project.items["item"] if item in given]
    if not listed:
        raise InputError(f"there is nothing to put into a sheet for '{coder}': no item is assigned.")
    return listed


def _places(project: Project) -> dict[str, tuple[str, int, int]]:
    table = project.items
    places = zip(table["doc_id"], table["start"].astype(int), table["end"].astype(int), strict=True)
    return dict(zip(table["item"], places, strict=True))


def _stretch(
    project: Project, doc_id: str, start: int, end: int, code: str, coding: Coding | None
) -> Mapping[str, Any]:
    """The cells that say where and what."""
    text = project.texts[doc_id]
    free = project.unit == "span" and coding is None
    return {
        "start": "" if free else str(start),
        "end": "" if free else str(end),
        "before (read only)": "" if free else _context(text[max(0, start - _CONTEXT) : start]),
        "quote": shown_quote(text[start:end]),
        "after (read only)": "" if free else _context(text[end : end + _CONTEXT]),
        "code": code,
        "stance": (coding.stance if coding else None) or "",
        "note": as_cell(coding.note) if coding else "",
    }


def _context(text: str) -> str:
    return " ".join(as_cell(text).split())
