"""``toolkit load``: whatever a researcher has to a corpus on disk, with a report of what was skipped and why."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from tqdm import tqdm

from toolkit import __version__
from toolkit.corpus.choices import Choices, choices
from toolkit.corpus.listing import first_reason, inputs_of
from toolkit.corpus.store.before import Before
from toolkit.corpus.store.shards import CorpusStore
from toolkit.corpus.stream import Row, fingerprint, read_rows
from toolkit.errors import InputError, suggestion
from toolkit.files import write_text
from toolkit.printable import counted, printable
from toolkit.storage import write_file

__all__ = ["Mode", "delete_posts", "load_to"]

#: ``new``: OUTPUT must not exist; ``append``: what is there stays; ``reload``: files that changed are read again.
Mode = Literal["new", "append", "reload"]
_TABLES = ("posts", "skipped", "collisions", "files")
#: Rows of a report's lists; the tables hold all.
_SHOWN = 15
_GONE = "is no longer there, or not in what was given; its posts stay (toolkit load --delete removes posts)"
_NUMBER = re.compile(r"\d[\d.,]*|'[^']*'")


def load_to(
    paths: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    mode: Mode = "new",
    progress: bool = True,
    **chosen: Any,
) -> list[str]:
    """Read files into the corpus folder OUTPUT (Parquet shards); the lines of its report.

    Parameters
    ----------
    paths : folders, files and patterns, as :func:`toolkit.corpus.load_corpus` takes them.
    output : the corpus folder. Beside the shards it gets ``report.md``, ``skipped.csv`` and ``collisions.csv``.
    mode : ``new``; ``append`` adds what is not there yet; ``reload`` reads files anew whose content or whose choices
        changed, and replaces their posts. Posts of files that are gone stay, and the report names the files.
    **chosen : see :func:`toolkit.corpus.choices`.

    Nothing is visible in OUTPUT before all of it is: a load that is stopped leaves what was there.

    Raises
    ------
    InputError
        if a path does not exist, nothing could be read, there is no such mode, or OUTPUT is not what it needs.
    OutputError
        if OUTPUT cannot be written, or was changed by somebody else in the meantime.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.corpus import CorpusStore
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Escuchar es empezar.", encoding="utf-8")
    ...     lines = load_to([Path(folder, "uno.txt")], Path(folder, "corpus"), constants={"lang": "es"})
    ...     lines[0], CorpusStore.open(Path(folder, "corpus")).count()
    ('1 post read from 1 file', 1)
    """
    if mode not in get_args(Mode):
        raise InputError(f"no mode '{mode}'; {suggestion(mode, get_args(Mode))}")
    output = Path(output)
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    inputs = inputs_of(paths)
    selected = choices(**chosen)
    first_load = mode == "new" or not output.exists()
    store = _store(output, mode)
    settings = {key: str(value) for key, value in sorted(chosen.items()) if value and key != "pseudonymise"}
    content = _content(selected)
    counts: Counter[str] = Counter()
    first: list[tuple[str, str]] = []
    with _undone(store, first_load), store.begin() as change:
        settled = settings == _settings(store) and content == _about(store, "content")
        before = Before(store, reread=mode == "reload" and not settled)
        if mode == "reload":
            before.clear(store, change, inputs)
        rows = read_rows(inputs, selected, known=before.known, unchanged=before.unchanged, settled=settled)
        for table, row in _shown(rows, progress):
            if table == "files" and (row.pop("unchanged") or before.holds(row)):
                counts["unchanged"] += 1
                continue
            if table == "skipped" and not row["read"] and len(first) < 2:
                first.append((row["source"], row["reason"]))
            if table == "skipped" and before.told(row):
                continue
            counts[table] += 1
            change.add(table, [row])
        if not counts["posts"] and not store.count("posts"):
            raise InputError(first_reason(", ".join(map(str, paths)), first))
        about = {"toolkit": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds"), "mode": mode}
        change.commit({**about, "settings": settings, "content": content})
    gone = before.gone() if mode == "reload" else []
    lines = [
        f"{counted(counts['posts'], 'post')} read from {counted(counts['files'], 'file')}"
        + (f"; read before and unchanged: {counted(counts['unchanged'], 'file')}" if counts["unchanged"] else ""),
        *(f"{name} {_GONE}" for name in gone[:_SHOWN]),
        *_write_report(CorpusStore.open(output), settings),
    ]
    return [printable(line) for line in lines]


def delete_posts(output: str | Path, doc_ids: str | Sequence[str]) -> list[str]:
    """Delete posts of a corpus folder by doc_id (one or several); what was done, and the lines of the report.

    Raises :class:`InputError` for a doc_id that is not there (nothing is deleted then).

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.corpus import CorpusStore
    >>> from toolkit.loading import load_to
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("uno", "dos"):
    ...         _ = Path(folder, f"{name}.txt").write_text(f"Escuchar es empezar, {name}.", encoding="utf-8")
    ...     _ = load_to([folder], Path(folder, "corpus"))
    ...     delete_posts(Path(folder, "corpus"), ["dos"])[0], CorpusStore.open(Path(folder, "corpus")).ids()
    ('1 post deleted', {'uno'})
    """
    doc_ids = [doc_ids] if isinstance(doc_ids, str) else list(doc_ids)
    store = CorpusStore.open(Path(output))
    ids = store.ids()
    unknown = [doc_id for doc_id in doc_ids if doc_id not in ids]
    if unknown:
        raise InputError(f"{output}: has no post '{unknown[0]}'; nothing was deleted.")
    with store.begin() as change:
        deleted = change.delete(doc_ids)
        change.delete_where("collisions", "doc_id", doc_ids)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        chosen = {"settings": _settings(store), "content": _about(store, "content")}
        change.commit({"toolkit": __version__, "created": created, "mode": "delete", **chosen})
    lines = [f"{counted(deleted, 'post')} deleted", *_write_report(CorpusStore.open(Path(output)), _settings(store))]
    return [printable(line) for line in lines]


def _store(output: Path, mode: Mode) -> CorpusStore:
    there = CorpusStore.is_store(output)
    if mode != "new":
        return CorpusStore.open(output) if there or output.exists() else CorpusStore.create(output)
    if there:
        store = CorpusStore.open(output)
        if store.count("files"):  # else a first load that was killed
            raise InputError(f"{output}: is a corpus already; give --append to add to it, or --reload to renew it.")
        return store
    return CorpusStore.create(output)


@contextmanager
def _undone(store: CorpusStore, first_load: bool) -> Iterator[None]:
    """A first load that fails leaves no empty corpus behind."""
    try:
        yield
    except BaseException:
        if first_load and not CorpusStore.open(store.folder).count("files"):
            shutil.rmtree(store.folder, ignore_errors=True)
        raise


def _settings(store: CorpusStore) -> dict[str, str]:
    return _about(store, "settings")


def _about(store: CorpusStore, key: str) -> dict[str, str]:
    found = store.about.get(key, {})
    return dict(found) if isinstance(found, dict) else {}


def _content(chosen: Choices) -> dict[str, str]:
    """What the settings do not show: which table of metadata it was, and which key of pseudonyms."""
    found = {}
    if chosen.sidecar is not None:
        found["metadata"] = fingerprint(chosen.sidecar.path)[1]
    if chosen.pseudonyms is not None:
        found["pseudonymise"] = chosen.pseudonyms.of("")
    return found


def _shown(rows: Iterator[Row], progress: bool) -> Iterator[Row]:
    with tqdm(desc="reading", unit=" posts", disable=None if progress else True, delay=2, leave=False) as bar:
        for table, row in rows:
            bar.update(table == "posts")
            yield table, row


def _write_report(store: CorpusStore, settings: dict[str, str]) -> list[str]:
    """``report.md``, ``skipped.csv`` and ``collisions.csv``; the same report as lines."""
    lines = [f"The corpus holds {counted(store.count('posts'), 'post')} from {counted(store.count('files'), 'file')}."]
    lines += [f"Setting {key}: {value}" for key, value in settings.items()]
    for name, told in (("skipped", _told_skipped), ("collisions", _told_collisions)):
        path = store.folder / f"{name}.csv"
        if store.count(name):
            table = store.table(name)
            write_file(table, path)
            lines += told(table.to_dict("records"))
        else:
            with suppress(FileNotFoundError):
                path.unlink()
    write_text(store.folder / "report.md", "# What was read\n\n" + "".join(f"- {_plain(line)}\n" for line in lines))
    return lines


def _told_skipped(rows: list[dict[str, Any]]) -> list[str]:
    lines = []
    for read, what in ((False, "not read"), (True, "read with a doubt")):
        reasons = Counter(_NUMBER.sub("…", row["reason"]) for row in rows if bool(row["read"]) is read)
        example = {_NUMBER.sub("…", row["reason"]): row for row in reversed(rows) if bool(row["read"]) is read}
        for reason, n in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]:
            row = example[reason]
            lines.append(f"{what} ({n:,}): {row['source']}: {row['reason']}" + (" ..." if n > 1 else ""))
        if len(reasons) > _SHOWN:
            lines.append(f"{what}: {len(reasons) - _SHOWN:,} further reasons in skipped.csv")
    return lines


def _told_collisions(rows: list[dict[str, Any]]) -> list[str]:
    pairs = Counter((row["field"], row["kept_from"], row["other_from"]) for row in rows)
    return [
        f"{field}: {counted(n, 'post')} where the {other} says something else than the {kept} (kept; collisions.csv)"
        for (field, kept, other), n in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    ]


def _plain(line: str) -> str:
    """A line as Markdown shows it: names of files do not become links or marks."""
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", " ".join(line.split()))
