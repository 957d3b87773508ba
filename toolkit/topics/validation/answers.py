"""Answers of people to intrusion tasks: files that were filled in."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from toolkit.corpus.encoding import decode
from toolkit.errors import InputError, suggestion
from toolkit.text import fold
from toolkit.topics.validation.tasks import by_task, shown

__all__ = ["read_answers"]


def read_answers(path: str | Path, tasks: pd.DataFrame, *, annotator: str | None = None) -> pd.DataFrame:
    """Read a filled-in CSV file of :func:`write_tasks`.

    Comma, semicolon and tab as separators are told apart and so are old encodings: spreadsheets change both. The
    columns task_id and answer are read; an answer is the number of an option or its words, whatever the case and
    the accents; an empty one is not answered.

    Parameters
    ----------
    tasks : the table the file was written from.
    annotator : who answered (default: the file's name without ending).

    Returns
    -------
    DataFrame
        annotator, task_id, position (1 to 6; missing where not answered), in the order of the file.

    Raises
    ------
    InputError
        naming file, line and column for an unknown task, a task that stands there twice, and an answer that is no
        option of its task or could be two.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import read_answers, word_intrusion
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> tasks = word_intrusion(fit_model(document_terms(texts * 6), 2)).tasks
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "first.csv")
    ...     _ = path.write_text(f"task_id,answer\\n{tasks['task_id'][0]},3\\n", encoding="utf-8")
    ...     read_answers(path, tasks)[["annotator", "position"]].values.tolist()
    [['first', 3]]
    """
    path = Path(path)
    options: dict[str, list[tuple[int, str]]] = {
        task: list(zip(group["position"].tolist(), group["option"].tolist(), strict=True))
        for task, group in by_task(tasks)
    }
    who = path.stem if annotator is None else annotator
    rows: dict[str, int | None] = {}
    for line, task, answer in _lines(path):
        place = f"{path}, line {line}"
        if task not in options:
            raise InputError(f"{place}, column 'task_id': no task is called {task[:60]!r}; {suggestion(task, options)}")
        if task in rows:
            raise InputError(f"{place}, column 'task_id': '{task}' stands there a second time; keep one answer.")
        rows[task] = _position(answer, options[task], f"{place}, column 'answer'")
    if not rows:
        raise InputError(f"{path}: holds no rows below its headings; give a file of tasks that was filled in.")
    table = pd.DataFrame({"annotator": who, "task_id": list(rows), "position": list(rows.values())})
    return table.astype({"annotator": "str", "task_id": "str", "position": "Int64"})


def _lines(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, task_id and answer of every row with a visible cell."""
    try:
        text = decode(path.read_bytes()).text
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    except InputError as error:
        raise InputError(f"{path}: {error}.") from error
    head = text.split("\n", 1)[0]
    # the first of the most frequent: the headings written hold none of the three
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        for wanted in ("task_id", "answer"):
            if names.count(wanted) != 1:
                raise InputError(
                    f"{path}, line 1: expected one column '{wanted}', got {names.count(wanted)}; "
                    "keep the headings of the file that was handed out."
                )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                # cells at the end that are empty may be gone
                cells += [""] * (len(names) - len(cells))
                yield reader.line_num, cells[names.index("task_id")].strip(), cells[names.index("answer")]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: cannot be read: {error}.") from error


def _position(answer: str, options: list[tuple[int, str]], place: str) -> int | None:
    """The option meant: by its number (a spreadsheet may make 3 to 3.0) or its words."""
    wanted = _plain(answer)
    if not wanted:
        return None
    number = re.fullmatch(r"([0-9]{1,3})(?:[.,]0*)?", wanted)
    positions = [position for position, _ in options]
    found = [int(number[1])] if number and int(number[1]) in positions else []
    if not found:
        found = [position for position, text in options if answer.strip() in (text, shown(text))]
    if not found:
        found = [position for position, text in options if _plain(text) == wanted]
    if len(found) != 1:
        meant = "could be two options" if found else "is no option"
        raise InputError(
            f"{place}: {answer.strip()[:60]!r} {meant} of this task; give a number from 1 to {len(options)}."
        )
    return found[0]


def _plain(text: str) -> str:
    return " ".join(fold(shown(text)).strip().strip("'\"").split())
