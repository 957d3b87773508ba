"""Intrusion tasks as tables and as files for people: what annotators see, and the key that they must not see."""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.files import write_text
from toolkit.printable import printable
from toolkit.storage import write_file

__all__ = ["OPTIONS", "Draft", "Intrusion", "assemble", "by_task", "combined", "shown", "write_tasks"]

#: Options of a task of each kind (Chang et al. 2009, sections 3.1 and 3.2).
OPTIONS = {"word": 6, "topic": 4}

_TASKS = ["task_id", "kind", "position", "option", "doc_id", "start", "end", "quote"]
_KEY = ["task_id", "kind", "topic", "position", "option", "option_topic", "intruder", "share", "repeat_of"]


class Intrusion(NamedTuple):
    """Tasks and, apart from them, what solves them.

    ``tasks``: what annotators see, one row per option: task_id; kind ("word" or "topic"); position (1 to 6, or 4);
    option; doc_id, start, end, quote (the passage of a topic task; missing in word tasks).

    ``key``: one row per option: task_id, kind, topic (the topic tested; of a topic task the passage's most probable
    one), position, option, option_topic (where the option belongs), intruder (truth), share (of the option's topic
    in the passage, above 0 to 1; missing in word tasks), repeat_of (the task that this one asks again; missing).
    Keep it from annotators.

    ``left_out``: topic, kind, reason: topics for which there are fewer tasks than asked for, or none.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import word_intrusion
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> found = word_intrusion(fit_model(document_terms(texts * 6), 2))
    >>> len(found.tasks), "intruder" in found.tasks, "intruder" in found.key, len(found.left_out)
    (12, False, True, 0)
    """

    tasks: pd.DataFrame
    key: pd.DataFrame
    left_out: pd.DataFrame


class Draft(NamedTuple):
    """One task before shuffling: the topic tested, options as (text, its topic, share), the place of the intruder
    among them, and the passage as (doc_id, start, end, quote)."""

    topic: str
    options: tuple[tuple[str, str, float], ...]
    intruder: int
    passage: tuple[str, int, int, str] | None = None


def assemble(
    kind: str, drafts: Sequence[Draft], left_out: Sequence[tuple[str, str]], seed: int, repeats: int, prefix: str
) -> Intrusion:
    """Tasks in chance order with their options in chance order; ``repeats`` of them come a second time at the end."""
    if not 0 <= repeats <= len(drafts):
        raise InputError(
            f"{kind} intrusion: got {repeats} repeats, allowed is 0 to {len(drafts)}, the number of tasks."
        )
    random = np.random.default_rng(seed)
    first = random.permutation(len(drafts)).tolist()
    again = random.permutation(len(drafts)).tolist()[:repeats]
    tasks: list[tuple[object, ...]] = []
    key: list[tuple[object, ...]] = []
    names: dict[int, str] = {}
    for number, which in enumerate([*first, *again], 1):
        draft, task_id = drafts[which], f"{prefix}{kind[0]}{number:03}"
        for position, option in enumerate(random.permutation(len(draft.options)).tolist(), 1):
            text, home, share = draft.options[option]
            tasks.append((task_id, kind, position, text, *(draft.passage or (None,) * 4)))
            intruder = option == draft.intruder
            key.append((task_id, kind, draft.topic, position, text, home, intruder, share, names.get(which)))
        names.setdefault(which, task_id)
    table = pd.DataFrame(tasks, columns=_TASKS)
    text_columns = ["task_id", "kind", "option", "doc_id", "quote"]
    table = table.astype({**dict.fromkeys(text_columns, "str"), "start": "Int64", "end": "Int64"})
    solved = pd.DataFrame(key, columns=_KEY)
    solved = solved.astype(dict.fromkeys(["task_id", "kind", "topic", "option", "option_topic", "repeat_of"], "str"))
    rows = [(topic, kind, reason) for topic, reason in left_out]
    return Intrusion(table, solved, pd.DataFrame(rows, columns=["topic", "kind", "reason"], dtype="str"))


def combined(*parts: Intrusion) -> Intrusion:
    """Tasks of several kinds or models as one; their task_ids must differ (``prefix`` makes them differ).

    Topics of two models may have one name ("1"): where parts differ in prefix, "es-" and "it-", the topics are "es.1"
    and "it.1" in the key.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import combined, word_intrusion
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> model = fit_model(document_terms(texts * 6), 2)
    >>> both = combined(word_intrusion(model, prefix="es-"), word_intrusion(model, prefix="it-"))
    >>> both.tasks["task_id"].nunique(), sorted(both.key["topic"].unique())
    (4, ['es.1', 'es.2', 'it.1', 'it.2'])
    """
    ids = [task for part in parts for task in part.tasks["task_id"].unique()]
    double = sorted(task for task in set(ids) if ids.count(task) > 1)
    if double:
        raise InputError(f"intrusion: two tasks are called '{double[0]}'; make each part with its own prefix.")
    if not parts:
        raise InputError("intrusion: got no tasks to combine, expected at least one part.")
    prefixes = [_prefix(part) for part in parts]
    if len(set(prefixes)) > 1:
        parts = tuple(_named(part, prefix) for part, prefix in zip(parts, prefixes, strict=True))
    tables = [pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True)]
    return Intrusion(*tables)


def _prefix(part: Intrusion) -> str:
    """What stands before kind and number in the task_ids of a part, without a sign at its end; "" for several: the
    part was combined, and its topics have their names."""
    found = {re.sub(r"[wt][0-9]{3,}$", "", task) for task in part.tasks["task_id"].unique().tolist()}
    return found.pop().rstrip("-_. ") if len(found) == 1 else ""


def _named(part: Intrusion, prefix: str) -> Intrusion:
    """The same tasks with the prefix before the names of topics."""
    if not prefix:
        return part
    columns = [(part.key, "topic"), (part.key, "option_topic"), (part.left_out, "topic")]
    key = part.key.assign(**{name: f"{prefix}." + table[name] for table, name in columns[:2]})
    return part._replace(key=key, left_out=part.left_out.assign(topic=f"{prefix}." + part.left_out["topic"]))


_WORDS = {
    "en": {
        "title": "Which one does not belong?",
        "word": "Five of the six terms belong together. Mark the one that does not. Always mark one; guess if you "
        "must.",
        "topic": "Read the passage. Three of the four groups of terms fit it. Mark the one that does not. Always "
        "mark one; guess if you must.",
        "name": "Name",
        "date": "Date",
    },
    "es": {
        "title": "¿Cuál no pertenece al grupo?",
        "word": "Cinco de los seis términos van juntos. Marque el que no. Marque siempre uno; si no lo sabe, pruebe "
        "suerte.",
        "topic": "Lea el pasaje. Tres de los cuatro grupos de términos le corresponden. Marque el que no. Marque "
        "siempre uno; si no lo sabe, pruebe suerte.",
        "name": "Nombre",
        "date": "Fecha",
    },
    "it": {
        "title": "Quale non c'entra?",
        "word": "Cinque dei sei termini stanno insieme. Segni quello che non c'entra. Ne segni sempre uno; se non lo "
        "sa, tiri a indovinare.",
        "topic": "Legga il brano. Tre dei quattro gruppi di termini gli corrispondono. Segni quello che non c'entra. "
        "Ne segni sempre uno; se non lo sa, tiri a indovinare.",
        "name": "Nome",
        "date": "Data",
    },
}
_STYLE = (
    "body{font:16px/1.5 Georgia,serif;max-width:44em;margin:2em auto;padding:0 1em;color:#111}"
    "section{break-inside:avoid;border-top:1px solid #999;padding:.6em 0}"
    "h2{font-size:.9em;color:#555;margin:.2em 0}blockquote{margin:.4em 0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "ol{columns:2;margin:.4em 0}ol.wide{columns:1}li{break-inside:avoid}li::marker{font-weight:bold}"
    ".box{display:inline-block;width:.8em;height:.8em;border:1px solid #111;margin:0 .5em}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_tasks(tasks: pd.DataFrame, path: str | Path, *, lang: str = "en") -> None:
    """Write the tasks for an annotator.

    Parameters
    ----------
    tasks : table ``tasks`` of an :class:`Intrusion`.
    path : ``.csv``: one row per task (task_id, kind, instruction, text, option_1 ... option_6, answer), to be filled in
        with a number or a term in ``answer`` and read by :func:`read_answers`; or ``.html``: one page to read or
        print, without scripts, which loads nothing.
    lang : of the instructions: en, es or it.

    Raises
    ------
    InputError
        for another language or ending, and a table that holds no tasks.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import word_intrusion, write_tasks
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> tasks = word_intrusion(fit_model(document_terms(texts * 6), 2)).tasks
    >>> with TemporaryDirectory() as folder:
    ...     write_tasks(tasks, Path(folder, "tasks.csv"), lang="es")
    ...     print(Path(folder, "tasks.csv").read_text(encoding="utf-8-sig").splitlines()[0])
    "task_id","kind","instruction","text","option_1","option_2","option_3","option_4","option_5","option_6","answer"
    """
    path = Path(path)
    if lang not in _WORDS:
        raise InputError(f"there are no instructions in '{lang}'; {suggestion(lang, _WORDS)}")
    groups = by_task(tasks)
    if path.suffix.lower() == ".html":
        write_text(path, _page(groups, _WORDS[lang], lang))
    elif path.suffix.lower() == ".csv":
        write_file(_sheet(groups, _WORDS[lang]), path)
    else:
        raise InputError(f"{path}: cannot write tasks as '{path.suffix}'; the name must end in .csv or .html.")


def by_task(tasks: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The options of each task, in the order of the table."""
    lacking = [column for column in _TASKS if column not in tasks]
    if lacking:
        raise InputError(f"tasks: the column '{lacking[0]}' is missing; give the table 'tasks' of an intrusion.")
    if tasks.empty:
        raise InputError("tasks: the table has no rows; make tasks first.")
    return [(str(task), group) for task, group in tasks.groupby("task_id", sort=False)]


def _sheet(groups: list[tuple[str, pd.DataFrame]], say: dict[str, str]) -> pd.DataFrame:
    most = max(len(group) for _, group in groups)
    rows = []
    for task, group in groups:
        kind, quote = group["kind"].iloc[0], group["quote"].iloc[0]
        options = [shown(option) for option in group["option"]] + [None] * (most - len(group))
        rows.append((task, kind, say[kind], None if pd.isna(quote) else quote, *options, None))
    names = ["task_id", "kind", "instruction", "text", *(f"option_{number}" for number in range(1, most + 1)), "answer"]
    return pd.DataFrame(rows, columns=names, dtype="str")


def _page(groups: list[tuple[str, pd.DataFrame]], say: dict[str, str], lang: str) -> str:
    parts = []
    before = ""
    for task, group in groups:
        kind, quote = str(group["kind"].iloc[0]), group["quote"].iloc[0]
        if kind != before:
            parts.append(f"<p><strong>{_safe(say[kind])}</strong></p>")
            before = kind
        passage = "" if pd.isna(quote) else f'<blockquote dir="auto">{_safe(quote)}</blockquote>'
        boxes = "".join(
            f'<li dir="auto"><span class="box"></span>{_safe(shown(text))}</li>' for text in group["option"]
        )
        style = ' class="wide"' if kind == "topic" else ""
        parts.append(f"<section><h2>{_safe(task)}</h2>{passage}<ol{style}>{boxes}</ol></section>")
    title = _safe(say["title"])
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n"
        f"<p>{say['name']}: ____________________ {say['date']}: ____________</p>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _safe(text: object) -> str:
    return html.escape(printable(str(text)))


def shown(option: object) -> str:
    """An option for people: the words of a phrase apart."""
    return str(option).replace("_", " ")
