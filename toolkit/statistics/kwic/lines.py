"""A concordance: the lines of a query, sorted, drawn from, counted, shown and saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.files import write_text
from toolkit.printable import counted
from toolkit.statistics.counting.token_index import TokenIndex
from toolkit.statistics.kwic.contexts import Hits, Reader, Within
from toolkit.statistics.kwic.listing import Note, aligned, note, shown
from toolkit.statistics.kwic.positions import frequencies_of, ranks_of
from toolkit.statistics.kwic.query import find_places
from toolkit.statistics.kwic.strings import strings_of, table_of
from toolkit.statistics.kwic.terms import any_sign
from toolkit.storage import FORMATS, write_file

__all__ = ["Concordance"]

#: Lines that a notebook or terminal shows of a longer concordance, and their width.
_SHOWN, _WIDTH = 20, 100
#: The farthest word near a node that lines can be chosen by.
FARTHEST = 100


@dataclass(frozen=True, eq=False, repr=False)
class Concordance:
    """The lines of a query; every method that changes something returns a new one.

    Attributes
    ----------
    query, match : what was asked for, and how. notes : how many lines were taken of how many, and why, in words; each
        with a ``key`` and ``values``.
    context, within : words to each side, and where they stop.
    columns : names of the columns of the posts that the table shows. sorted_by : keys; () is the order of the text.
    index, posts : the corpus. texts : the unchanged text of each document by doc_id.
    hits, order : for the package itself: what was found, and the lines of it that are here, in this order.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import concordance
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan a la gente.", "La gente escucha y la gente habla."]})
    >>> tokens = tokenise(posts, segment(posts), choice="simple")
    >>> found = concordance(tokens, "gente", posts=posts, context=2)
    >>> len(found), found.sort("R1").table[["doc_id", "left", "node", "right"]].values.tolist()[0]
    (3, ['a', 'a la ', 'gente', '.'])
    """

    reader: Reader
    hits: Hits
    order: np.ndarray
    query: str
    match: str
    context: int
    within: Within
    columns: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    sorted_by: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.order)

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.order)

    @property
    def documents(self) -> int:
        """Number of documents that have a line."""
        return int(np.count_nonzero(np.bincount(self.hits.doc[self.order])))

    @property
    def index(self) -> TokenIndex:
        """The index that was searched."""
        return self.reader.index

    @property
    def texts(self) -> Mapping[str, str]:
        """The unchanged text of each document by doc_id."""
        return self.reader.texts

    @property
    def posts(self) -> pd.DataFrame:
        """The posts table."""
        posts = self.index.posts
        assert posts is not None
        return posts

    def rows(self, first: int = 0, last: int | None = None) -> list[dict[str, Any]]:
        """The lines from ``first`` to before ``last``, each with all columns of :attr:`table`; only these are made."""
        hits = self.hits.take(self.order[slice(first, last)])
        columns = strings_of(self.reader, hits, self.context, self.within, self.columns)
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    @property
    def table(self) -> pd.DataFrame:
        """The concordance table, one row a line: doc_id, start, end, left, node, right, lang and passage_id of the
        node's first token (missing where it has none), found_by, left_start, right_end, then columns of the posts.

        ``node == text[start:end]``, ``left == text[left_start:start]`` and ``right == text[end:right_end]``.
        """
        return self._table.copy(deep=False)

    @cached_property
    def _table(self) -> pd.DataFrame:
        return table_of(self.reader, self.hits.take(self.order), self.context, self.within, self.columns)

    def sort(self, *keys: str) -> "Concordance":
        """The lines in another order; those that are alike by all keys stay as they are.

        Parameters
        ----------
        keys : "L1" to "L9" and "R1" to "R9" (the n-th word left or right, as near as the gaps of the text allow,
            however many words are shown), "left" and "right" (L1, then L2 ...), "node", "found_by", "doc_id",
            "position" (the order of the text), or a column of the posts such as "date". "-" in front: descending.
            Words and texts are compared without case and accents, texts without the signs before their first letter
            as well; numbers by their size, before texts. Lines without a value come first, with "-" last. No key: the
            order of the text.

        Raises
        ------
        InputError
            for a key that is none.
        """
        hits = self.hits.take(self.order)
        ranks = [rank for key in (keys or ("position",)) for rank in ranks_of(self.reader, hits, self.within, key)]
        return replace(self, order=self.order[np.lexsort(ranks[::-1])], sorted_by=keys)

    def sample(self, n: int, seed: int = 1) -> "Concordance":
        """``n`` random lines (all, where there are no more) without replacement, in the order they have here.

        The same ``seed``, a whole number from 0, draws the same of the same lines.
        """
        _whole("sample", n, 1)
        _whole("sample: seed", seed, 0)
        if n >= len(self):
            return self
        rows = np.sort(np.random.default_rng(seed).choice(len(self), size=n, replace=False))
        return self._part(rows, note("sample", n=n, lines=len(self), seed=seed))

    def head(self, n: int = 20) -> "Concordance":
        """The first ``n`` lines."""
        _whole("head", n, 0)
        return self if n >= len(self) else self._part(np.arange(n), note("first", n=n, lines=len(self)))

    def having(
        self,
        word: str,
        within: int = 5,
        side: Literal["left", "right", "both"] = "both",
        match: Literal["form", "lemma"] = "form",
    ) -> "Concordance":
        """The lines with a word or phrase near the node, wholly to its left or right.

        Parameters
        ----------
        word : a word, a phrase or punctuation, read as a query is; case is ignored.
        within : how many words from the node, 1 to 100, all its words stand, with the punctuation between them; not
            beyond a gap of the text, whatever the context shown.
        side, match : where, and "form" or "lemma".
        """
        _whole("having: within", within, 1, FARTHEST)
        if side not in ("left", "right", "both"):
            raise InputError(f"concordance: side='{side}'; {suggestion(str(side), ('left', 'right', 'both'))}")
        if match not in ("form", "lemma"):
            raise InputError(f"concordance: having with match='{match}'; {suggestion(str(match), ('form', 'lemma'))}")
        first, last = find_places(self.reader, word, match, case=False, accents=True)
        hits = self.hits.take(self.order)
        begin, end = self.reader.around(hits, within, self.within) if len(self.index) else (hits.first, hits.last)
        # where the first occurrence ends that begins at each or after it
        ends = np.append(np.minimum.accumulate(last[::-1])[::-1], len(self.index) + 1)
        left = ends[np.searchsorted(first, begin)] <= hits.first
        right = ends[np.searchsorted(first, hits.last)] <= end
        rows = np.flatnonzero({"left": left, "right": right, "both": left | right}[side])
        said = [note("near", n=len(rows), lines=len(self), unit=match, word=word, within=within, side=side)]
        said += [note("question")] if not len(first) and any_sign(word) else []
        return self._part(rows, *said)

    def frequencies(self, position: str = "R1", unit: str = "form") -> pd.DataFrame:
        """What stands at a place of the lines, commonest first, of the same number by code points.

        Parameters
        ----------
        position : "L1" to "R9", "node" or "found_by".
        unit : "form" (as forms are counted: in lower case, with plain apostrophes), "lemma" or "pos" of a word; a node
            has its form only, white space as one space.

        Returns
        -------
        DataFrame
            term, n (lines), documents, share (of all lines, 0-1; they add up to less than 1 where lines have no such
            word).
        """
        return frequencies_of(self.reader, self.hits.take(self.order), self.within, position, unit)

    def save(self, path: str | Path, lang: str = "en") -> None:
        """Write all lines: .csv, .jsonl and .parquet hold the table, .txt aligned lines, .html a page to read.

        .jsonl and .parquet hold every text exactly. A .csv is made for spreadsheets: a cell that begins with "=", "+",
        "-", "@", a tab or a line break gets an apostrophe in front, as spreadsheets would run it as a formula;
        :func:`toolkit.storage.read_table` takes it away again, and gives empty contexts as missing. ``lang``: language
        of the page's own words, "en", "es" or "it".

        Raises :class:`InputError` for another ending or language.
        """
        path = Path(path)
        kind = path.suffix.lower()
        if kind == ".html":
            from toolkit.statistics.kwic.view import page_of

            page_of(self, path, lang=lang)
        elif kind == ".txt":
            lines = [*self._about(), "", *aligned(self.rows(), 160, places=True)]
            write_text(path, "\n".join(lines) + "\n")
        elif kind in FORMATS:
            write_file(self.table, path)
        else:
            raise InputError(
                f"{path}: cannot write '{kind}'; the name must end in {', '.join(FORMATS)}, .txt or .html."
            )

    def view(self, lang: str = "en") -> Any:
        """The concordance as a widget of the notebook; ``lang`` of its words: "en", "es" or "it"."""
        from toolkit.statistics.kwic.widget import concordance_widget

        return concordance_widget(self, lang)

    def __str__(self) -> str:
        more = [f"... and {len(self) - _SHOWN:,} more"] if len(self) > _SHOWN else []
        return "\n".join([*self._about(), *aligned(self.rows(0, _SHOWN), _WIDTH), *more])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from toolkit.statistics.kwic.view import html_of

        return html_of(self)

    def _card_(self, lang: str = "en") -> Any:
        """What :func:`toolkit.show` shows: the same in another language."""
        from toolkit.statistics.kwic.spoken import Spoken

        return Spoken(self, lang)

    def _about(self) -> list[str]:
        size = f"{counted(self.lines, 'line')} in {counted(self.documents, 'document')}"
        order = [f"sorted by {shown(', '.join(self.sorted_by))}"] if self.sorted_by else []
        return [f"{self.match} '{shown(self.query)[:_WIDTH]}': {size}", *map(shown, self.notes), *order]

    def _part(self, rows: np.ndarray, *said: Note) -> "Concordance":
        return replace(self, order=self.order[rows], notes=(*self.notes, *said))


def _whole(what: str, value: object, low: int, high: int | None = None) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low or (high and value > high):
        wanted = f"a whole number from {low}" + (f" to {high}" if high else "")
        raise InputError(f"concordance: {what}: got {value!r}, expected {wanted}.")
