"""From posts to passages and tokens: furniture, languages, duplicates, borders."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.parts import parts_of
from toolkit.analysis.result import Analysis
from toolkit.analysis.stages import cleaning, listing, repeated_in, tokenising
from toolkit.analysis.tables import InParts
from toolkit.corpus import Corpus, duplicates_of, shingles_of
from toolkit.corpus.furniture.repeated import sites_of
from toolkit.errors import InputError
from toolkit.parallel import is_client
from toolkit.parallel.tasks import Workers
from toolkit.principles import CODED_LANGUAGES
from toolkit.storage.mapped import IN_MEMORY, rows_of
from toolkit.tables import check

__all__ = [
    "IN_MEMORY",
    "POSTS_PER_TASK",
    "WORTH_A_POOL",
    "clean",
    "cut_up",
    "hold",
    "passages_of",
    "pool",
    "post_tasks",
]

#: Posts per task. The tasks are the same for any number of workers, and so are the results.
POSTS_PER_TASK = 100
#: Below this many posts to cut up, or texts to encode, starting processes takes longer than it saves.
WORTH_A_POOL = 2_000


def clean(corpus: Corpus, result: Analysis, workers: Workers = 1, *, keep: bool = False) -> None:
    """Furniture, the language of each post, and which posts go on. ``keep``: see
    :func:`toolkit.analysis.parts.parts_of`."""
    if corpus.posts.empty:
        raise InputError("no post is left to analyse: the corpus holds none; add texts.")
    posts = check("posts", corpus.posts)
    # of posts that were read from no file their names say which they are
    sources = posts["source"].fillna(posts["doc_id"])
    parts = result.parts = parts_of(posts, keep=keep)
    repeated = [""] * len(posts)
    # lines repeat through a site, and many a corpus names none
    if any(sites_of(posts)):
        parts.run(listing(), workers=pool(workers, posts))
        repeated = repeated_in(parts.posts, parts.whole("lines"))
    parts.run(cleaning(result.study, repeated), workers=pool(workers, posts))
    verdicts, furniture = parts.whole("verdicts"), parts.whole("marked")
    langs = verdicts["lang"].astype(object).where(verdicts["lang"].notna(), None).to_numpy()
    skipped = pd.DataFrame({"source": sources.to_numpy(), "reason": verdicts["reason"]})
    skipped = skipped.assign(read=verdicts["lang"].notna())[verdicts["reason"].notna()].to_dict("records")
    goes_on = verdicts["lang"].notna().to_numpy()
    posts = rows_of(posts.assign(lang=langs), np.flatnonzero(goes_on))
    signatures = parts.whole("signatures")[goes_on]
    duplicates = check("duplicates", duplicates_of(signatures, shingles_of(posts, furniture)))
    sources = sources[goes_on].to_numpy()
    if result.study.corpus.duplicates == "first":
        again = duplicates[~duplicates["first"]].set_index("doc_id")["nearest"]
        copies = posts["doc_id"].isin(again.index)
        for doc_id, source in zip(posts["doc_id"][copies], sources[copies], strict=True):
            reason = f"is a near duplicate of '{again[doc_id]}' and not the first of its cluster"
            skipped.append({"source": source, "reason": reason, "read": False})
        posts = rows_of(posts, np.flatnonzero(~copies))
    elif len(duplicates):
        result.notes.append(
            f"{len(duplicates)} posts are near duplicates of each other ({duplicates['cluster'].nunique()} clusters) "
            'and were all counted; corpus.duplicates = "first" keeps one of each cluster (table duplicates).'
        )
    skipped_table = pd.concat([corpus.skipped, pd.DataFrame(skipped, columns=["source", "reason", "read"])])
    result.tables["skipped"] = check("skipped", skipped_table)
    if posts.empty:
        wanted = ", ".join(result.study.corpus.languages)
        reasons = "; ".join(f"{row['source']}: {row['reason']}" for row in skipped[:3])
        raise InputError(f"no post in {wanted} is left to analyse ({reasons}); add texts or change corpus.languages.")
    result.tables["posts"] = check("posts", posts)
    result.tables["collisions"] = check("collisions", corpus.collisions)
    result.tables["duplicates"] = duplicates
    if skipped:
        result.notes.append(f"{len(skipped)} posts were left out or read with doubt; see the table of skipped texts.")


def cut_up(result: Analysis, workers: Workers = 1) -> None:
    """Tables furniture, repeats, passages (sentences and paragraphs) and tokens."""
    parts, posts = result.parts, result.tables["posts"]
    assert parts is not None
    goes_on = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    langs = [goes_on.get(doc_id, "") for doc_id in parts.posts["doc_id"]]
    parts.run(tokenising(result.study, langs), workers=pool(workers, posts))
    for name in ("furniture", "repeats", "tokens"):
        hold(result, name)
    hold(result, "passages", of=("sentences", "paragraphs"))


def hold(result: Analysis, name: str, *, of: Sequence[str] = (), **constant: str) -> None:
    """A table of the parts as a table of the analysis, with further columns of one value: held in memory, or named,
    where there are many posts. ``of``: the tables of the parts that follow one another in it, if their names differ."""
    parts, of = result.parts, of or (name,)
    assert parts is not None
    if len(parts.posts) <= IN_MEMORY:
        whole = pd.concat([part for one in of for part in parts.each(one)], ignore_index=True)
        result.tables[name] = check(name, whole.assign(**constant))
        return

    def each(columns: Sequence[str] | None) -> Iterator[pd.DataFrame]:
        """The parts with these columns, or all."""
        asked = None if columns is None else [column for column in columns if column not in constant]
        for part in (part for one in of for part in parts.each(one, asked)):
            part = part.assign(**{key: value for key, value in constant.items() if columns is None or key in columns})
            yield check(name, part) if columns is None else part[list(columns)]

    result.tables.put(name, InParts(each, lambda: sum(map(parts.rows, of))))


def pool(workers: Workers, posts: pd.DataFrame) -> Workers:
    """The workers, or this process alone where starting others would take longer than they save."""
    return workers if is_client(workers) or len(posts) >= WORTH_A_POOL else 1


def post_tasks(posts: pd.DataFrame, furniture: pd.DataFrame, size: int, *more: Any) -> list[tuple[Any, ...]]:
    """Arguments of tasks of ``size`` posts each, in their order: the posts, their furniture, and ``more``."""
    ids = posts["doc_id"].tolist()
    parts = [set(ids[first : first + size]) for first in range(0, len(ids), size)]
    return [(posts[posts["doc_id"].isin(some)], furniture[furniture["doc_id"].isin(some)], *more) for some in parts]


def passages_of(result: Analysis, unit: str, doc_ids: Collection[str] | None = None) -> pd.DataFrame:
    """The passages of a unit that are prose in a coded language of the study; ``doc_ids``: of these posts only."""
    langs = set(result.study.corpus.languages) & set(CODED_LANGUAGES)
    found = []
    for passages in result.tables.each("passages"):
        wanted = (passages["unit"] == unit) & ~passages["furniture"] & passages["lang"].isin(langs)
        if doc_ids is not None:
            wanted &= passages["doc_id"].isin(doc_ids)
        found.append(passages[wanted])
    return pd.concat(found, ignore_index=True)
