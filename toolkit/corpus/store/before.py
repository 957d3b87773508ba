"""What a corpus on disk held before more is loaded into it: the ids taken, the files read, what was told of them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from toolkit.corpus.listing import Input, find_files, is_loaded
from toolkit.corpus.store.shards import Change, CorpusStore
from toolkit.corpus.stream import KnownIds, fingerprint, passed_over
from toolkit.errors import InputError

__all__ = ["Before"]


class Before:
    """What the corpus held before: which ids are taken, which files were read, what was told of them."""

    def __init__(self, store: CorpusStore, *, reread: bool) -> None:
        self._reread = reread
        self.known = KnownIds()
        self.met: set[str] = set()
        self._files: dict[str, set[str]] = {}
        for batch in _batches(store, "files", "source", "sha256"):
            for source, sha256 in batch:
                self._files.setdefault(source, set()).add(sha256)
        for batch in _batches(store, "posts", "doc_id", "sha256"):
            for doc_id, sha256 in batch:
                self.known.add(doc_id, sha256)
        self._told = {row for batch in _batches(store, "skipped", "source", "reason") for row in batch}

    def unchanged(self, source: str, sha256: str) -> bool:
        """Whether a file was read as it is and need not be again."""
        self.met.add(source)
        return not self._reread and sha256 in self._files.get(source, ())

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether a row of ``files`` stands there already and stays."""
        return row["sha256"] in self._files.get(row["source"], ())

    def told(self, row: dict[str, Any]) -> bool:
        """Whether a row of ``skipped`` stands there already."""
        return (row["source"], row["reason"]) in self._told

    def gone(self) -> list[str]:
        """Files that were read once and were not met now."""
        return sorted(set(self._files) - self.met)

    def clear(self, store: CorpusStore, change: Change, inputs: Sequence[Input]) -> None:
        """Delete everything that came from files whose content is another now (from all, with other choices), and from
        those with a post that was passed over because one of these had it."""
        changed: set[str] = set()
        here: set[str] = set()
        for source, sha256 in (one for given in inputs for one in self._offered(given)):
            here.add(source)
            if sha256 and not self.unchanged(source, sha256):
                changed.add(source)
        if not changed:
            return
        more = changed
        while more:
            changed |= more
            # of the files that are read again too, one of another folder would lose its posts
            double = next((source for source in sorted(changed) if len(self._files[source]) > 1), None)
            if double is not None:
                raise InputError(
                    f"'{double}' of this corpus is {len(self._files[double])} files (of other folders, or appended "
                    "after a change), and which of them is another now cannot be told; nothing was changed: load all "
                    "of them into a new corpus."
                )
            ids = [
                doc_id
                for batch in _batches(store, "posts", "doc_id", "source")
                for doc_id, source in batch
                if self._file_of(source) in changed
            ]
            reasons = set(map(passed_over, ids))
            files = {self._file_of(source) for source, reason in self._told if reason in reasons}
            more = (files & here & set(self._files)) - changed
        told = {source for source, _ in self._told if self._file_of(source) in changed}
        for doc_id in ids:
            self.known.forget(doc_id)
        self._told = {row for row in self._told if row[0] not in told}
        change.delete(ids)
        change.delete_where("collisions", "doc_id", ids)
        change.delete_where("files", "source", sorted(changed))
        change.delete_where("skipped", "source", sorted(told))
        for source in changed:
            del self._files[source]

    def _offered(self, given: Input) -> Iterator[tuple[str, str | None]]:
        """Each file of a path (of a loaded corpus: those it was read from), and the SHA-256 of what it holds now; None
        of files that are new here or cannot be read, which is told when they are."""
        if is_loaded(given.path):
            label = f"{given.label}/" if given.label else ""
            for batch in _batches(CorpusStore.open(given.path), "files", "source", "sha256"):
                for source, sha256 in batch:
                    yield label + source, sha256 if label + source in self._files else None
            return
        for found in find_files(given):
            if found.reason is None:
                now: str | None = None
                if found.source in self._files:
                    with suppress(OSError):
                        now = fingerprint(found.path)[1]
                yield found.source, now

    def _file_of(self, source: str) -> str:
        """The file a post came from: of "export.zip/blog/a.txt" the archive."""
        while source not in self._files and "/" in source:
            source = source.rpartition("/")[0]
        return source


def _batches(store: CorpusStore, table: str, *columns: str) -> Iterator[Iterator[tuple[str, ...]]]:
    if store.count(table):
        for batch in store.batches(table, list(columns)):
            yield zip(*(batch[column] for column in columns), strict=True)
