"""What is kept of each post to find near duplicates: some 700 bytes of a post of 2,000 characters.

The signatures of a part of a corpus depend on that part alone. They can be kept (in Parquet, say) and put together.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from toolkit.corpus.copies.candidates import sampled
from toolkit.corpus.copies.shingles import shingle_batches
from toolkit.corpus.furniture import without_furniture
from toolkit.tables import check

__all__ = [
    "COLUMNS",
    "PRINTS",
    "Prose",
    "duplicate_signatures",
    "packed_shingles",
    "post_shingles",
    "shingles_from",
    "shingles_of",
    "signatures_of",
    "unpacked",
]

#: Two sums of the shingles and their number (of a post of few words: of the words): alike for the same text.
PRINTS = ["print_a", "print_b", "print_n"]
COLUMNS = ["doc_id", "shingles", *PRINTS, "packed", "date", "whole", "prose"]
#: Posts whose texts are in memory at once.
_AT_ONCE = 1000
_SPACES = " \n\t\r\xa0"


class Prose:
    """The texts of posts without furniture, for some posts at a time: all at once would be the corpus a second time."""

    def __init__(self, posts: pd.DataFrame, furniture: pd.DataFrame | None) -> None:
        self._posts = posts[["doc_id", "text"]]
        self._furniture = None
        if furniture is not None:
            owner = pd.Index(posts["doc_id"]).get_indexer(furniture["doc_id"])
            known = np.flatnonzero(owner >= 0)
            order = known[np.argsort(owner[known], kind="stable")]
            self._furniture = furniture[["doc_id", "start", "end"]].iloc[order]
            self._borders = np.searchsorted(owner[order], np.arange(len(posts) + 1))

    def of(self, positions: np.ndarray) -> list[str]:
        """The texts of the posts at these positions, none of them twice."""
        texts = self._posts["text"].iloc[positions].tolist()
        if self._furniture is None:
            return texts
        starts, stops = self._borders[positions], self._borders[positions + 1]
        rows = [row for start, stop in zip(starts.tolist(), stops.tolist(), strict=True) for row in range(start, stop)]
        doc_ids = self._posts["doc_id"].iloc[positions].tolist()
        whole = dict(zip(doc_ids, texts, strict=True))
        return list(without_furniture(whole, self._furniture.iloc[rows]).values())

    def parts(self) -> Iterator[np.ndarray]:
        """The positions of all posts, some at a time."""
        count = len(self._posts)
        return (np.arange(first, min(first + _AT_ONCE, count)) for first in range(0, count, _AT_ONCE))


def duplicate_signatures(posts: pd.DataFrame, *, furniture: pd.DataFrame | None = None) -> pd.DataFrame:
    """What :func:`duplicates_of` needs of each post, for one part of a corpus after the other.

    Parameters
    ----------
    posts : posts table, or a part of one.
    furniture : as in :func:`find_duplicates`; of these posts at least.

    Returns
    -------
    DataFrame
        One row a post: doc_id; ``shingles`` (how many different word trigrams it has); ``print_a, print_b, print_n``
        (equal for posts with the same ones); ``packed`` (a quarter of the trigrams, of a post with fewer than 64 all,
        as 64-bit numbers, eight bytes each); ``date``; ``whole`` and ``prose`` (characters of the text, and visible
        ones that are no furniture). Raises :class:`toolkit.errors.InputError` for a table that is no posts table.

    >>> import pandas as pd
    >>> text = "Las empresas que escuchan de verdad a sus clientes aprenden más que las que solo hablan."
    >>> duplicate_signatures(pd.DataFrame({"doc_id": ["a"], "text": [text], "sha256": ""}))[["shingles", "whole"]]
       shingles  whole
    0        14     88
    """
    posts = check("posts", posts)
    return signatures_of(posts, Prose(posts, furniture))


def signatures_of(posts: pd.DataFrame, texts: Prose) -> pd.DataFrame:
    """The signatures of posts of which these texts are compared."""
    packed: list[bytes] = []
    sizes, prints = [np.zeros(0, dtype=np.int64)], [np.zeros((0, len(PRINTS)), dtype=np.uint64)]
    prose: list[int] = []
    for positions in texts.parts():
        part = texts.of(positions)
        prose += [len(text) - sum(map(text.count, _SPACES)) for text in part]
        for shingles, own, prints_of in shingle_batches(part):
            inside = sampled(shingles, own)
            counts = np.add.reduceat(np.append(inside, False), np.cumsum([0, *own])[:-1], dtype=np.int64) * (own > 0)
            packed += _packed(shingles[inside], counts)
            sizes.append(own)
            prints.append(prints_of)
    table = {
        "doc_id": posts["doc_id"],
        "shingles": np.concatenate(sizes),
        **dict(zip(PRINTS, np.concatenate(prints).T, strict=True)),
        "packed": pd.Series(packed, dtype=object),
        "date": posts["date"],
        "whole": posts["text"].str.len().astype("int64"),
        "prose": np.array(prose, dtype=np.int64),
    }
    return pd.DataFrame(table)


def post_shingles(posts: pd.DataFrame, *, furniture: pd.DataFrame | None = None) -> pd.DataFrame:
    """All word trigrams of posts, for those that :func:`duplicates_of` asks for.

    Parameters
    ----------
    posts : posts table.
    furniture : what the signatures were made with.

    Returns
    -------
    DataFrame
        doc_id, packed (the sorted different trigrams as 64-bit numbers, eight bytes each; none for a post of fewer than
        ten words). Raises :class:`toolkit.errors.InputError` for a table that is no posts table.

    >>> import pandas as pd
    >>> text = "Las empresas que escuchan de verdad a sus clientes aprenden más que las que solo hablan."
    >>> len(post_shingles(pd.DataFrame({"doc_id": ["a"], "text": [text], "sha256": ""}))["packed"][0])
    112
    """
    posts = check("posts", posts)
    texts = Prose(posts, furniture)
    packed = [one for part in texts.parts() for one in packed_shingles(texts.of(part))]
    return pd.DataFrame({"doc_id": posts["doc_id"], "packed": pd.Series(packed, dtype=object)})


def shingles_of(posts: pd.DataFrame, furniture: pd.DataFrame | None = None) -> Callable[[list[str]], pd.DataFrame]:
    """What :func:`duplicates_of` asks, where the posts are at hand: from doc_ids to the table of
    :func:`post_shingles` of these.

    ``posts``: posts table; ``furniture``: what the signatures were made with. Both are gone through once, however often
    is asked.

    >>> import pandas as pd
    >>> text = "Las empresas que escuchan de verdad a sus clientes aprenden más que las que solo hablan."
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "text": [text, "Adiós."]})
    >>> shingles_of(posts)(["b", "a"])["packed"].map(len).tolist()
    [0, 112]
    """
    return shingles_from(Prose(posts, furniture), posts["doc_id"])


def shingles_from(texts: Prose, names: pd.Series) -> Callable[[list[str]], pd.DataFrame]:
    """:func:`shingles_of` of texts that were gone through already; ``names``: their doc_ids."""
    places = pd.Index(names)

    def shingles(doc_ids: list[str]) -> pd.DataFrame:
        packed = packed_shingles(texts.of(places.get_indexer(doc_ids)))
        return pd.DataFrame({"doc_id": doc_ids, "packed": pd.Series(packed, dtype=object)})

    return shingles


def packed_shingles(texts: list[str]) -> list[bytes]:
    """The shingles of each text, eight bytes each."""
    return [one for shingles, sizes, _ in shingle_batches(texts) for one in _packed(shingles, sizes)]


def unpacked(packed: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of all posts one after the other, and how many each has."""
    flat = np.frombuffer(b"".join(packed.tolist()), dtype="<u8")
    return flat, packed.map(len).to_numpy(dtype=np.int64) // flat.itemsize


def _packed(shingles: np.ndarray, sizes: np.ndarray) -> Iterator[bytes]:
    data, stops = shingles.astype("<u8").tobytes(), (np.cumsum(sizes) * shingles.itemsize).tolist()
    return (data[start:stop] for start, stop in zip([0, *stops], stops, strict=False))
