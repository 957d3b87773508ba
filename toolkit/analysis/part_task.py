"""One part of the posts as a task: what a process, here or on another machine, makes of it and keeps."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from socket import gethostname
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.cache import PartStore, code_key
from toolkit.errors import InputError, OutputError
from toolkit.text import LANGUAGES, pipeline
from toolkit.versions import versions

__all__ = ["POSTS", "TEMPORARY", "PartTask", "PostsOfPart", "make_part", "not_shared", "program"]

#: How folders for what is not kept are named.
TEMPORARY = "cluetrain-"
#: The name of the shards of the posts themselves.
POSTS = "posts"


class PostsOfPart(NamedTuple):
    """The posts of one part: at hand, or (``rows`` is None) to be read from the shard of these keys, as workers on
    other machines do; ``more``: columns beside those."""

    rows: pd.DataFrame | None
    store: PartStore
    keys: tuple[str, ...]
    more: dict[str, list[str]]

    def read(self) -> pd.DataFrame:
        """The posts; :class:`OutputError` where their shard is not seen on this machine."""
        rows = self.rows
        if rows is None:
            if not self.store.has(self.keys):
                raise not_shared(self.store.folder.parent)
            rows = self.store.read(self.keys, POSTS)
        return rows.assign(**self.more)


class PartTask(NamedTuple):
    """One part to be made: its posts (and which of them some other part holds, by key)."""

    store: PartStore
    inputs: tuple[tuple[PartStore, tuple[str, ...], str], ...]
    keys: tuple[str, ...]
    held: dict[str, str]
    posts: PostsOfPart


@cache
def program() -> dict[str, str]:
    """What all machines of a cluster must have alike. Processors may be of different kinds: then last digits differ."""
    return {
        "the toolkit's files": code_key(),
        **{k: v for k, v in versions().items() if k not in ("system", "blas")},
        # a machine without the trained one would take the simple one and say nothing
        **{f"pipeline {lang}": pipeline(lang).name for lang in LANGUAGES},
    }


def make_part(
    expected: dict[str, str], make: Callable[..., dict[str, pd.DataFrame]], shared: tuple[Any, ...], task: PartTask
) -> None:
    """Make one part, as far as no other part holds its posts, and keep it."""
    other = sorted(name for name, value in program().items() if value != expected.get(name))
    if other:
        raise InputError(
            f"cluster: a worker on {gethostname()} has another program than this one ({', '.join(other)} differ); "
            "install the same versions on all machines."
        )
    posts, keys = task.posts.read(), task.keys
    doc_ids = posts["doc_id"].tolist()
    new = np.array([key not in task.held for key in keys], dtype=bool)
    posts = posts[new].reset_index(drop=True)
    inputs = [store.read(own, name) for store, own, name in task.inputs]
    if not new.all():
        inputs = [table[table["doc_id"].isin(posts["doc_id"])].reset_index(drop=True) for table in inputs]
    tables = make(*shared, posts, *inputs)
    if not new.all():
        tables = {
            name: _together(table, doc_ids, task.store.rows_of(_by_doc(keys, doc_ids, task.held), name))
            for name, table in tables.items()
        }
    task.store.write(keys, doc_ids, tables)


def _by_doc(keys: Sequence[str], doc_ids: Sequence[str], held: Mapping[str, str]) -> dict[str, str]:
    return {doc_id: held[key] for key, doc_id in zip(keys, doc_ids, strict=True) if key in held}


def _together(new: pd.DataFrame, doc_ids: Sequence[str], old: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of new posts and of kept ones in the order of the posts."""
    places = new.groupby("doc_id", sort=False).indices
    rows = [old[doc_id] if doc_id in old else new.iloc[places.get(doc_id, [])] for doc_id in doc_ids]
    return pd.concat(rows, ignore_index=True)


def not_shared(folder: Path) -> OutputError:
    """What is to be said where machines of a cluster do not have the same folder."""
    # what is not kept goes to the folder for temporary files
    variable = "TMPDIR" if folder.name.startswith(TEMPORARY) else "CLUETRAIN_CACHE"
    return OutputError(
        f"{folder}: what is written there on one machine of the cluster is not seen on the others; set {variable}, "
        "here and for the workers, to a folder that all machines have under the same path."
    )
