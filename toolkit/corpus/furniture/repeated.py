"""Lines that stand in many posts of a site: counted part by part of a corpus, judged over all of it.

A line is known by 64 bits of its letters, so that what is kept of a post is some bytes a line. The numbers are the same
in every run and on every machine; among ten million lines the chance is 1 in 400,000 that two have one number.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from toolkit.corpus.furniture.shapes import Line, read_keys
from toolkit.tables import check

__all__ = ["line_counts", "lines_by_site", "numbers_of_repeated", "repeated_lines", "sites_of"]

#: A line must stand in at least this many posts of a site, and this share of them, to be its furniture.
_REPEATS, _REPEAT_SHARE, _REPEAT_CHARACTERS = 3, 0.3, 12
#: Posts whose lines are in memory at once.
_AT_ONCE = 500


def line_counts(posts: pd.DataFrame) -> pd.DataFrame:
    """In how many posts of each site a line stands: what one part of a corpus says of its repeated lines.

    Parameters
    ----------
    posts : posts table, or a part of one. A column ``site`` (or the host of ``url``) names the site; posts without
        one are not counted.

    Returns
    -------
    DataFrame
        site, line (64 bits that stand for a line of twelve characters or more, in lower case; 0 for the posts
        themselves), posts (how many). Tables of several parts one under the other say the same as one of all posts.

    >>> import pandas as pd
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "site": "s", "sha256": "", "text": ["Una línea más.", "Otra."]})
    >>> line_counts(posts)["posts"].tolist()
    [2, 1]
    """
    posts = check("posts", posts)
    return _counts(posts["text"], sites_of(posts))


def _counts(all_texts: pd.Series, all_sites: Sequence[str]) -> pd.DataFrame:
    sites = pd.Series(all_sites, dtype="str")
    named = np.flatnonzero((sites != "").to_numpy())
    texts, names = all_texts.iloc[named], sites.iloc[named]
    parts = [pd.DataFrame({"site": names, "line": np.zeros(len(named), dtype=np.uint64)})]
    for first in range(0, len(named), _AT_ONCE):
        own = slice(first, first + _AT_ONCE)
        keys = [{key for key in read_keys(text) if _long(key)} for text in texts.iloc[own]]
        site = np.repeat(names.iloc[own].to_numpy(), [len(some) for some in keys])
        parts.append(pd.DataFrame({"site": site, "line": _numbers([key for some in keys for key in some])}))
    return pd.concat(parts).groupby(["site", "line"], as_index=False).size().rename(columns={"size": "posts"})


def repeated_lines(counts: pd.DataFrame) -> pd.DataFrame:
    """The lines that are furniture of a site for standing in many of its posts: three or more, and three in ten.

    Parameters
    ----------
    counts : tables of :func:`line_counts` of all parts of a corpus, one under the other.

    Returns
    -------
    DataFrame
        site, line; the argument ``repeated`` of :func:`toolkit.corpus.mark_furniture`.

    >>> import pandas as pd
    >>> texts = [f"Hoy toca hablar de {what}.\\n\\nEste blog cumple diez años" for what in ("pan", "luz", "gas")]
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "site": "s", "sha256": "", "text": texts})
    >>> repeated = repeated_lines(pd.concat([line_counts(posts[:2]), line_counts(posts[2:])]))
    >>> len(repeated)
    1
    """
    total = counts.groupby(["site", "line"], as_index=False)["posts"].sum()
    whole = total[total["line"] == 0].set_index("site")["posts"]
    lines = total[total["line"] != 0]
    least = np.maximum(_REPEATS, _REPEAT_SHARE * lines["site"].map(whole).to_numpy())
    return lines.loc[lines["posts"] >= least, ["site", "line"]].reset_index(drop=True)


def lines_by_site(
    posts: pd.DataFrame, sites: Sequence[str], repeated: pd.DataFrame | None
) -> dict[str, frozenset[int]]:
    """The repeated lines of each site that has some: those given, or those of the posts."""
    if repeated is None:
        if not any(sites) or len(posts) < _REPEATS:
            return {}
        repeated = repeated_lines(_counts(posts["text"], sites))
    return {str(site): frozenset(lines.tolist()) for site, lines in repeated.groupby("site")["line"]}


def numbers_of_repeated(
    lines: Sequence[Sequence[Line]], sites: Sequence[str], repeated: Mapping[str, frozenset[int]]
) -> Iterator[frozenset[int]]:
    """For each post the places of its lines that are among the repeated ones of its site."""
    wanted = [site in repeated for site in sites]
    keys = [line.key for own, some in zip(lines, wanted, strict=True) if some for line in own]
    numbers = iter(_numbers(keys).tolist())
    for own, site, some in zip(lines, sites, wanted, strict=True):
        if some:
            known = [next(numbers) in repeated[site] for _ in own]
            yield frozenset(place for place, line in enumerate(own) if known[place] and _long(line.key))
        else:
            yield frozenset()


def sites_of(posts: pd.DataFrame) -> list[str]:
    """The site of each post, or nothing."""
    if "site" in posts:
        return posts["site"].fillna("").astype(str).tolist()
    return posts["url"].fillna("").str.extract(r"^\w+://([^/?#]+)", expand=False).fillna("").tolist()


def _long(key: str) -> bool:
    return len(key) >= _REPEAT_CHARACTERS


def _numbers(keys: list[str]) -> np.ndarray:
    """64 bits for each line, none of them 0."""
    hashes = pd.util.hash_array(np.array(keys, dtype=object), categorize=False) if keys else np.zeros(0, np.uint64)
    return np.maximum(hashes, np.uint64(1))
