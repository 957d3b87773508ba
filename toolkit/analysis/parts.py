"""The posts of an analysis in parts: what each stage makes of a part, wherever it is made, and kept.

A stage is a function of some posts and of what earlier stages said of them, and what it says of a post depends on no
other post. So parts can be made in any order, by any process on any machine, one at a time in memory; and a post that
was analysed before, with the same settings by the same program, is not analysed again.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from toolkit.analysis.part_task import POSTS, TEMPORARY, PartTask, PostsOfPart, make_part, not_shared, program
from toolkit.cache import PartStore, cache_folder, code_key, key_of, remove_unused
from toolkit.parallel import each_task, is_client
from toolkit.parallel.tasks import Workers
from toolkit.storage import let_go
from toolkit.versions import versions

__all__ = ["Parts", "Stage", "parts_of", "post_keys"]

#: Posts of a part: a border comes after about one post in so many, by its name, so that a new post moves the borders of
#: its own part only; and never more than ``_MOST``.
_MEAN, _MOST = 150, 400
#: What is kept at most; the environment variable CLUETRAIN_CACHE moves it to a larger disk.
_MOST_BYTES = 20_000_000_000
#: Posts that are named at a time.
_AT_ONCE = 1_000
#: Posts are not named by these columns: where a text was read from says nothing about it.
_NO_CONTENT = ("source", "sha256")


class Stage(NamedTuple):
    """``make(*shared, posts, *inputs)`` gives tables by name, each with ``doc_id`` and rows in the order of the posts.

    ``needs``: the tables of earlier stages that it gets as ``inputs``, the rows of these posts only. ``settings``:
    everything beside the posts and the program that the tables depend on. ``more``: further columns of the posts, for
    what a post is told of all posts; a post whose value changes is made again.
    """

    name: str
    make: Callable[..., dict[str, pd.DataFrame]]
    shared: tuple[Any, ...] = ()
    needs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    more: Mapping[str, Sequence[str]] = MappingProxyType({})


class _Done(NamedTuple):
    """A stage that was run: where its parts are, what its settings are called, and the keys of the posts in it."""

    store: PartStore
    settings: str
    keys: list[str]


class Parts:
    """Posts in parts with their tables; see :func:`parts_of`.

    Attributes
    ----------
    posts : the posts table. spans : first and last row (excluded) of each part.
    made : (posts made now, posts that were kept) of each stage, by name.
    """

    def __init__(self, posts: pd.DataFrame, folder: Path | None) -> None:
        self._aside: tempfile.TemporaryDirectory[str] | None = None
        if folder is None:
            self._aside = tempfile.TemporaryDirectory(prefix=TEMPORARY, ignore_cleanup_errors=True)
            folder = Path(self._aside.name)
        self.folder = folder
        self._began = time.time()
        self.posts = posts.reset_index(drop=True)
        self.spans = _spans(self.posts["doc_id"].tolist())
        self.made: dict[str, tuple[int, int]] = {}
        self._keys = post_keys(self.posts)
        self._shards = PartStore(folder / f"{POSTS}-{key_of([POSTS])[:20]}")
        self._done: dict[str, _Done] = {}
        self._of_table: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.spans)

    def run(self, stage: Stage, *, workers: Workers = 1, progress: bool = True) -> None:
        """Make the tables of a stage for every part that is not kept."""
        before = [self._done[self._of_table[name]] for name in stage.needs]
        made_by = [code_key(), *map(str, sorted(versions().items()))]
        settings = key_of([stage.name, *made_by, *stage.settings, *(done.settings for done in before)])
        keys = self._keys_in(stage, before)
        store = PartStore(self.folder / f"{stage.name}-{settings[:20]}")
        missing = [span for span in self.spans if not store.has(keys[slice(*span)])]
        held = store.owners(key for span in missing for key in keys[slice(*span)]) if missing else {}
        in_shards = is_client(workers) and self._in_shards(missing)
        tasks = (self._task(stage, store, before, keys, held, span, in_shards) for span in missing)
        for _ in each_task(
            make_part, tasks, shared=(program(), stage.make, stage.shared), workers=workers, label=stage.name,
            progress=progress and len(missing) > 1, total=len(missing),
        ):  # fmt: skip
            pass
        for span in self.spans:
            store.mark_used(keys[slice(*span)])
        for span in missing if is_client(workers) else ():
            if not store.has(keys[slice(*span)]):
                raise not_shared(self.folder)
        new = sum(stop - start for start, stop in missing) - len(held)
        self.made[stage.name] = (new, len(self.posts) - new)
        self._done[stage.name] = _Done(store, settings, keys)
        if self.spans:
            self._of_table |= dict.fromkeys(store.sizes(keys[slice(*self.spans[0])]), stage.name)

    def _keys_in(self, stage: Stage, before: Sequence[_Done]) -> list[str]:
        """The keys of the posts in a stage: their own, and what this stage and those before are told of all posts."""
        columns = [done.keys for done in before if done.keys != self._keys] + list(map(list, stage.more.values()))
        if not columns:
            return self._keys
        return [key_of([*stage.more, *values]) for values in zip(self._keys, *columns, strict=True)]

    def _task(
        self, stage: Stage, store: PartStore, before: Sequence[_Done], keys: list[str], held: dict[str, str],
        span: tuple[int, int], in_shards: bool,
    ) -> tuple[PartTask]:  # fmt: skip
        own = tuple(keys[slice(*span)])
        inputs = tuple(
            (done.store, tuple(done.keys[slice(*span)]), name) for done, name in zip(before, stage.needs, strict=True)
        )
        more = {name: list(values[slice(*span)]) for name, values in stage.more.items()}
        rows = None if in_shards else self.posts.iloc[slice(*span)]
        let_go()
        posts = PostsOfPart(rows, self._shards, tuple(self._keys[slice(*span)]), more)
        return (PartTask(store, inputs, own, {key: held[key] for key in own if key in held}, posts),)

    def _in_shards(self, spans: Sequence[tuple[int, int]]) -> bool:
        """Put the posts of these parts where workers on other machines read them; whether all could be."""
        for span in spans:
            keys, posts = self._keys[slice(*span)], self.posts.iloc[slice(*span)]
            if not self._shards.has(keys):
                try:
                    self._shards.write(keys, posts["doc_id"].tolist(), {POSTS: posts})
                except (pa.ArrowException, TypeError):  # a column of anything: its posts are sent
                    return False
                let_go()
            self._shards.mark_used(keys)
        return True

    def has(self, table: str) -> bool:
        """Whether a stage made this table."""
        return table in self._of_table

    def rows(self, table: str) -> int:
        """Rows of a table over all parts."""
        done = self._done[self._of_table[table]]
        return sum(done.store.sizes(done.keys[slice(*span)]).get(table, 0) for span in self.spans)

    def each(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """A table part by part, in the order of the posts."""
        for number in range(len(self)):
            yield self.part(number, table, columns)

    def part(self, number: int, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table of one part."""
        done = self._done[self._of_table[table]]
        return done.store.read(done.keys[slice(*self.spans[number])], table, columns)

    def whole(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table over all parts."""
        return pd.concat(self.each(table, columns), ignore_index=True)

    def tidy(self) -> None:
        """Of what is kept remove what was not used for longest, until it takes no more than 20 GB."""
        if self._aside is None:
            remove_unused(self.folder, _MOST_BYTES, since=self._began)

    def close(self) -> None:
        """Remove what was made for this analysis only."""
        if self._aside is not None:
            self._aside.cleanup()


def parts_of(posts: pd.DataFrame, *, keep: bool = True) -> Parts:
    """The posts in parts. ``keep``: what is made of them is kept in the user's cache folder for later analyses; else
    in a temporary folder that goes with the object."""
    if keep:
        with suppress(OSError):
            folder = cache_folder("parts")
            folder.mkdir(parents=True, exist_ok=True)
            return Parts(posts, folder)
    return Parts(posts, None)


def _spans(doc_ids: list[str]) -> list[tuple[int, int]]:
    """Where parts begin and end."""
    spans, first = [], 0
    for row, doc_id in enumerate(doc_ids, 1):
        digest = hashlib.sha256(doc_id.encode("utf-8", "surrogatepass")).digest()
        if int.from_bytes(digest[:8], "big") % _MEAN == 0 or row - first == _MOST or row == len(doc_ids):
            spans.append((first, row))
            first = row
    return spans


def post_keys(posts: pd.DataFrame) -> list[str]:
    """A name for each post: SHA-256 over all its columns but where it came from."""
    names = sorted(str(name) for name in posts.columns if name not in _NO_CONTENT)
    head = "\0".join(names).encode("utf-8", "surrogatepass")
    keys = []
    for first in range(0, len(posts), _AT_ONCE):
        some = posts[names].iloc[first : first + _AT_ONCE]
        values = [some[name].astype(object).where(some[name].notna(), None).tolist() for name in names]
        for row in zip(*values, strict=True):
            digest = hashlib.sha256(head)
            for value in row:
                data = repr(value).encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big") + data)
            keys.append(digest.hexdigest())
        let_go()
    return keys
