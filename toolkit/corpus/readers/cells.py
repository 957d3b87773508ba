"""The rows of a spreadsheet as JSON lines, run as a program of its own: ``python cells.py FILE``.

calamine keeps a sheet as a full rectangle, so that a file of 2 KB with cells in the first and the last corner asks for
549 GB and ends the process that reads it, which nothing inside the process can catch (measured with python-calamine
0.9.1). Here it ends this program alone. Nothing of the toolkit is imported, so that it starts in a tenth of a second.

Lines, in this order: ``{"sheet": name}``, then for each row that is not empty ``[number, [cells...]]``, and so on;
``{"problem": text}`` for a sheet or a file that cannot be read; last ``{"end": true}``.
"""

import datetime
import json
import sys
from collections.abc import Callable
from typing import Any

#: Bytes of memory for one workbook: a full sheet of 200,000 rows and 20 columns takes about half a gigabyte.
MAX_MEMORY = 4_000_000_000
#: calamine can hang or panic on damaged files; a workbook of 500 MB takes about a minute.
MAX_SECONDS = 600


def main(path: str, say: Callable[[Any], None]) -> None:
    """Tell all rows of all sheets of the workbook at ``path``."""
    import python_calamine

    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - a plain program
            book = python_calamine.CalamineWorkbook.from_filelike(stream)
            for sheet in book.sheets_metadata:
                if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                    say({"sheet": sheet.name})
                    _tell(book, sheet.name, say)
    except python_calamine.PasswordError:
        say({"problem": "is protected by a password; save it without one"})
    except BaseException as error:  # a panic of Rust is no Exception
        say({"problem": f"cannot be read as a spreadsheet: {error}"})
    say({"end": True})


def _tell(book: Any, name: str, say: Callable[[Any], None]) -> None:
    try:
        for number, row in enumerate(book.get_sheet_by_name(name).iter_rows(), 1):
            if any(cell != "" for cell in row):
                say([number, [_plain(cell) for cell in row]])
    except BaseException as error:  # a panic of Rust is no Exception
        say({"problem": f"sheet '{name}' cannot be read: {error}"})


def _plain(cell: Any) -> Any:
    """A cell for JSON: dates and times in ISO form, whole numbers without ".0"."""
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    return cell if isinstance(cell, str | int | float) else str(cell)


def _bound() -> None:
    """Bound memory and processor time of this process, where the system can."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, MAX_SECONDS)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            continue


if __name__ == "__main__":
    _bound()
    # what was told of one sheet must not be lost when the next ends the program
    main(sys.argv[1], lambda value: print(json.dumps(value), flush=isinstance(value, dict)))
