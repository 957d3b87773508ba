"""Files to rows, one after the other: posts, what was skipped, what disagreed, and the files themselves.

Nothing is kept but ids: memory grows by them alone, however long the texts are.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from toolkit.corpus.choices import Choices
from toolkit.corpus.dates import read_date
from toolkit.corpus.listing import Found, Input, find_files, is_loaded
from toolkit.corpus.metadata import folder_fields, merge
from toolkit.corpus.pseudonyms import CONTACT, Pseudonyms, names_in
from toolkit.corpus.readers import File, Options, Record, reader_of
from toolkit.files import sha256_text

__all__ = ["KnownIds", "Row", "fingerprint", "passed_over", "read_rows"]

#: The name of a table and one row of it.
Row = tuple[str, dict[str, Any]]
_COLUMNS = ("lang", "title", "author", "date", "url")
#: Columns that metadata of a file may not set.
_OWN = ("doc_id", "text", "source", "sha256")
#: Metadata of one post beyond these are told and left out: they would become columns of every post.
_MOST_FIELDS = 100


class KnownIds:
    """Which doc_ids are taken and by which text, in some 120 bytes each: hashes of 64 bits stand for both."""

    def __init__(self) -> None:
        self._texts: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, doc_id: str, sha256: str) -> None:
        """Take an id."""
        self._texts[_short(doc_id)] = int(sha256[:16], 16)

    def taken(self, doc_id: str) -> bool:
        """Whether the id is taken."""
        return _short(doc_id) in self._texts

    def same(self, doc_id: str, sha256: str) -> bool:
        """Whether the id is taken by this very text."""
        return self._texts.get(_short(doc_id)) == int(sha256[:16], 16)

    def forget(self, doc_id: str) -> None:
        """Free an id."""
        self._texts.pop(_short(doc_id), None)


def _short(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def read_rows(
    inputs: Sequence[Input],
    chosen: Choices,
    *,
    known: KnownIds | None = None,
    unchanged: Callable[[str, str], bool] = lambda source, sha256: False,
    settled: bool = False,
) -> Iterator[Row]:
    """Rows of the tables posts, skipped, collisions and files, in the order of the files.

    ``known``: ids that are taken already; those read are added. ``unchanged(source, sha256)``: whether a file is read
    already as it is, and need not be again (its row of ``files`` says ``unchanged``). ``settled``: those files were
    read with the same choices, so that rows of the sidecar table about them are not told to be about no post.

    A doc_id that is taken by the same text is skipped; one taken by another text gets ``~`` and eight digits of the
    text's SHA-256 behind it, and a row that says so.
    """
    known = KnownIds() if known is None else known
    unread: set[str] = set()
    for given in inputs:
        if is_loaded(given.path):
            yield from _stored(given, chosen, known, unchanged)
            continue
        for found in find_files(given):
            if found.reason is not None:
                yield _skipped(found.source, found.reason)
            else:
                for table, row in _read_file(found, chosen, known, unchanged):
                    if settled and table == "files" and row["unchanged"]:
                        unread |= {found.source, found.path.name}
                    yield table, row
    for key in chosen.sidecar.unused() if chosen.sidecar else []:
        path = PurePosixPath(key)
        if unread and (known.taken(key) or not unread.isdisjoint(map(str, (path, *path.parents)))):
            continue
        yield _skipped(f"{chosen.sidecar.path.name}: {key}", "is about no post that was read")  # type: ignore[union-attr]


def _stored(given: Input, chosen: Choices, known: KnownIds, unchanged: Callable[[str, str], bool]) -> Iterator[Row]:
    """The posts of a corpus that was loaded before, and what was told of them."""
    from toolkit.corpus.store.shards import CorpusStore

    label = f"{given.label}/" if given.label else ""
    store = CorpusStore.open(given.path)
    # by doc_id that could not stay: the one it has now, or None for a post that is not read
    now: dict[str, str | None] = {}
    for batch in store.batches("posts"):
        for row in batch.to_dict("records"):
            fields = {str(key): value for key, value in row.items() if isinstance(value, str)}
            doubts: list[str] = []
            wanted, text, sha256 = (fields.pop(name) for name in ("doc_id", "text", "sha256"))
            source = f"{label}{fields.pop('source', given.path.name)}"
            doc_id = _free_id(wanted, sha256, known, doubts)
            if doc_id != wanted:
                now[wanted] = doc_id
            if doc_id is None:
                yield _skipped(source, passed_over(wanted))
                continue
            known.add(doc_id, sha256)
            if chosen.pseudonyms is not None:
                fields, _ = _hidden(chosen.pseudonyms, fields, [], text, (doc_id, source), doubts)
            yield from (_skipped(source, doubt, read=True) for doubt in doubts)
            yield "posts", {"doc_id": doc_id, "text": text, **fields, "source": source, "sha256": sha256}
    for table in ("skipped", "collisions", "files"):
        for batch in store.batches(table) if store.count(table) else ():
            for row in batch.to_dict("records"):
                kept = {str(key): value for key, value in row.items() if value == value and value is not None}
                if "source" in kept:
                    kept["source"] = f"{label}{kept['source']}"
                if table == "files":
                    kept["unchanged"] = unchanged(kept["source"], kept["sha256"])
                if table != "collisions":
                    yield table, kept
                elif (doc_id := now.get(kept["doc_id"], kept["doc_id"])) is not None:
                    told = [{**kept, "doc_id": doc_id}]
                    yield from ((table, row) for row in _hidden_rows(chosen.pseudonyms, told))


def _read_file(found: Found, chosen: Choices, known: KnownIds, unchanged: Callable[[str, str], bool]) -> Iterator[Row]:
    try:
        size, sha256 = fingerprint(found.path)
    except OSError as error:
        yield _skipped(found.source, f"cannot be read: {error.strerror}")
        return
    posts = 0
    same = unchanged(found.source, sha256)
    for record in [] if same else _records(found, chosen.options):
        source = f"{found.source}/{record.member}" if record.member else found.source
        for table, row in _rows_of(record, source, found, chosen, known):
            posts += table == "posts"
            yield table, row
    yield "files", {"source": found.source, "bytes": size, "sha256": sha256, "posts": posts, "unchanged": same}


def fingerprint(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest


def _records(found: Found, options: Options) -> Iterator[Record]:
    reader = reader_of(found.path.name)
    if reader is None:
        yield Record(found.name, refused="is of no kind that is read")
        return
    try:
        yield from reader(File(found.path, found.name, options))
    except OSError as error:
        yield Record(found.name, refused=f"cannot be read: {error.strerror or error}")
    except Exception as error:  # a parser met what its makers did not think of; the rest of the load goes on
        lines = str(error).splitlines() or [""]
        yield Record(
            found.name, refused=f"cannot be read: its parser failed ({type(error).__name__}: {lines[0][:200]})"
        )


def _rows_of(record: Record, source: str, found: Found, chosen: Choices, known: KnownIds) -> Iterator[Row]:
    reason = record.refused
    if reason is None and not record.text.strip():
        reason = "is empty" if not record.place else f"{record.place} is empty"
    if reason is not None:
        yield _skipped(source, reason)
        return
    sha256, doubts = sha256_text(record.text), list(record.doubts)
    doc_id = _free_id(record.doc_id, sha256, known, doubts)
    if doc_id is None:
        yield _skipped(source, passed_over(record.doc_id))
        return
    known.add(doc_id, sha256)
    fields, collisions = _fields(record, doc_id, source, found, chosen, doubts)
    if chosen.pseudonyms is not None:
        fields, collisions = _hidden(chosen.pseudonyms, fields, collisions, record.text, (doc_id, source), doubts)
    yield from (_skipped(source, doubt, read=True) for doubt in doubts)
    yield from (("collisions", collision) for collision in collisions)
    ordered = {column: fields.pop(column) for column in _COLUMNS if column in fields}
    yield "posts", {"doc_id": doc_id, "text": record.text, **ordered, **fields, "source": source, "sha256": sha256}


def _free_id(doc_id: str, sha256: str, known: KnownIds, doubts: list[str]) -> str | None:
    """The id, or with a part of the text's hash behind it, or None if this very post is there already."""
    if not known.taken(doc_id):
        return doc_id
    other = f"{doc_id}~{sha256[:8]}"
    if known.same(doc_id, sha256) or known.taken(other):
        return None
    doubts.append(f"doc_id '{doc_id}' is taken by another text; read as '{other}'")
    return other


def _fields(
    record: Record, doc_id: str, source: str, found: Found, chosen: Choices, doubts: list[str]
) -> tuple[dict[str, str], list[dict[str, str]]]:
    own = [key for key in record.metadata if key in _OWN]
    if own:
        doubts.append(f"its metadata '{', '.join(own)}' were not taken: the toolkit sets them")
    inside = {key: value for key, value in record.metadata.items() if key not in _OWN}
    if len(inside) > _MOST_FIELDS:
        doubts.append(f"has {len(inside)} metadata; the first {_MOST_FIELDS} were taken")
        inside = dict(list(inside.items())[:_MOST_FIELDS])
    places: dict[str, Mapping[str, str]] = {"file": inside, "given for all": chosen.constants}
    if chosen.sidecar is not None:
        places["sidecar table"] = chosen.sidecar.fields_of(doc_id, source, found.source, found.path.name)
    if chosen.pattern is not None:
        named = chosen.pattern.fields_of(record.member.rpartition(".")[0] if record.member else found.name)
        if named is None:
            doubts.append(f"its name does not fit the pattern {chosen.pattern.pattern}")
        places["file name"] = named or {}
    places["folder"] = folder_fields(chosen.folders, found.folders)
    fields, collisions = merge(doc_id, places)
    written = fields.get("date")
    if written is not None:
        iso, problem = read_date(written)
        if problem:
            doubts.append(
                f"date {problem}; it stands in date_as_written" + (f" ({record.place})" if record.place else "")
            )
        fields.pop("date")
        fields |= ({"date": iso} if iso else {}) | ({} if iso == written else {"date_as_written": written})
    if record.place:
        fields["place_in_source"] = record.place
    return fields, [collision._asdict() for collision in collisions]


def _hidden(
    pseudonyms: Pseudonyms,
    fields: dict[str, str],
    collisions: list[dict[str, str]],
    text: str,
    names: tuple[str, str],
    doubts: list[str],
) -> tuple[dict[str, str], list[dict[str, str]]]:
    shown = names_in(fields, text, *names)
    if shown:
        doubts.append(f"a name that a pseudonym replaces can still be read in its {', '.join(shown)}")
    fields, left_out = pseudonyms.applied(fields)
    if left_out:
        doubts.append(f"its metadata '{', '.join(left_out)}' were left out (contact data)")
    return fields, _hidden_rows(pseudonyms, collisions)


def _hidden_rows(pseudonyms: Pseudonyms | None, collisions: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows of collisions with names replaced and without contact data, if there are pseudonyms."""
    if pseudonyms is None:
        return collisions
    kept = [row for row in collisions if row["field"] not in CONTACT]
    return [row | {key: pseudonyms.replace(row["field"], row[key]) for key in ("kept", "other")} for row in kept]


def passed_over(doc_id: str) -> str:
    """What is told of a post that was read before."""
    return " ".join(f"doc_id '{doc_id}' was read before, with the same text".split())


def _skipped(source: str, reason: str, *, read: bool = False) -> Row:
    return "skipped", {"source": source, "reason": " ".join(reason.split()), "read": read}
