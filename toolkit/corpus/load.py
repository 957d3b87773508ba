"""A folder or file of texts to the table of posts, with a row for everything that was not read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.corpus.choices import choices
from toolkit.corpus.listing import EARLIER_RUN, first_reason, inputs_of, is_loaded
from toolkit.corpus.stream import read_rows
from toolkit.display import Card, card, show
from toolkit.errors import InputError
from toolkit.storage import MappedTexts, let_go, rows_of
from toolkit.tables import CONTRACTS, check, empty

__all__ = ["EARLIER_RUN", "Corpus", "load_corpus", "load_posts"]

#: Texts held as strings of Python, at two to four times the memory, before they are put together.
_TEXTS_AT_ONCE = 1_000
_TABLES = {
    "skipped": ["source", "reason", "read"],
    "collisions": ["doc_id", "field", "kept", "kept_from", "other", "other_from"],
}


class Corpus(NamedTuple):
    """``posts``; ``skipped`` (what was not read, or was read with doubt); ``collisions`` (metadata that disagree).

    >>> import toolkit
    >>> corpus = toolkit.load_corpus(toolkit.bundled_corpus())
    >>> len(corpus.posts), len(corpus.skipped), len(corpus.collisions)
    (120, 0, 0)
    """

    posts: pd.DataFrame
    skipped: pd.DataFrame
    collisions: pd.DataFrame = empty("collisions")

    def _card_(self, lang: str = "en") -> Card:
        posts, doubtful = self.posts, self.skipped.get("read", pd.Series(dtype=bool)).eq(True)
        years = posts["date"].dropna().astype(str).str.extract(r"^(\d{4})", expand=False).dropna()
        facts = {
            "posts": len(posts),
            "languages": posts["lang"].fillna("?").value_counts().to_dict(),
            "years": "–".join(dict.fromkeys([years.min(), years.max()])) if len(years) else None,
            "genres": posts["genre"].value_counts().to_dict() if "genre" in posts else None,
            "skipped": int((~doubtful).sum()),
            "doubtful": int(doubtful.sum()),
            "collisions": len(self.collisions),
        }
        few = show(self.skipped, ["source", "reason"], rows=3, lang=lang)
        return card("corpus", lang, facts=facts, tables=[few] if len(self.skipped) else [])

    def __repr__(self) -> str:
        return repr(self._card_())

    def _repr_html_(self) -> str:
        return self._card_()._repr_html_()


def load_posts(path: str | Path | Sequence[str | Path], **chosen: Any) -> pd.DataFrame:
    """The posts table of a corpus folder, of folders of texts, or of files; path, choices and errors as in
    :func:`load_corpus`, which also says what was not read.

    >>> import toolkit
    >>> posts = load_posts(toolkit.bundled_corpus() / "texts" / "it")
    >>> len(posts), posts["doc_id"][0]
    (48, '01-il-paron-legge-i-forum')
    """
    return load_corpus(path, **chosen).posts


def load_corpus(path: str | Path | Sequence[str | Path], *, progress: bool = True, **chosen: Any) -> Corpus:
    """Read every supported file of a folder (with its subfolders), of several, or single files.

    Parameters
    ----------
    path : a corpus that ``toolkit load`` wrote, a corpus folder (with ``texts/``), a folder of files, one file, a
        pattern such as ``"blog/*.html"``, or a list of these. ``toolkit.corpus.READERS`` lists the kinds of files.
    progress : in a terminal, show how many posts were read after two seconds.
    **chosen : ``columns, name_pattern, folders, metadata, constants, comments, drafts, private, commenters,
        whole_page, pseudonymise``; see :func:`toolkit.corpus.choices`. None of them for a loaded corpus.

    Returns
    -------
    Corpus
        ``posts``: one row a post, sorted by ``doc_id``; the text is never changed. ``doc_id`` is the path inside the
        folder without suffix, or the column of that name, or made of the content: the same on any machine and in any
        order. All further metadata become columns, by alphabet. ``skipped``: source, reason, and ``read`` (True: read
        with a doubt). ``collisions``: doc_id, field, kept, kept_from, other, other_from.

    Raises
    ------
    InputError
        if the path does not exist, a choice cannot be used, or nothing could be read.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "2011-05-02_Ana.txt").write_text("Escuchar es empezar.", encoding="utf-8")
    ...     _ = Path(folder, "vacio.txt").write_text("", encoding="utf-8")
    ...     corpus = load_corpus(folder, name_pattern="{date}_{author}", constants={"lang": "es"})
    >>> corpus.posts.loc[0, ["doc_id", "lang", "author", "date", "text"]].tolist()
    ['2011-05-02_Ana', 'es', 'Ana', '2011-05-02', 'Escuchar es empezar.']
    >>> corpus.skipped["reason"].tolist()
    ['is empty']
    """
    inputs = inputs_of(path)
    if len(inputs) == 1 and is_loaded(inputs[0].path):
        if any(chosen.values()):
            names = ", ".join(chosen)
            raise InputError(f"{inputs[0].path}: is a loaded corpus; {names} can be chosen only when it is loaded.")
        return _stored(inputs[0].path)
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in ("posts", "skipped", "collisions", "files")}
    texts, waiting = MappedTexts(), list[str]()
    with tqdm(desc="reading", unit=" posts", disable=None if progress else True, delay=2, leave=False) as bar:
        for table, row in read_rows(inputs, choices(**chosen)):
            tables[table].append(row)
            if table == "posts":
                waiting.append(row.pop("text"))
                bar.update()
                if len(waiting) == _TEXTS_AT_ONCE:
                    texts.add(waiting)
                    waiting.clear()
    if not tables["posts"]:
        named = str(inputs[0].path) if len(inputs) == 1 else f"{len(inputs)} paths"
        raise InputError(first_reason(named, [(row["source"], row["reason"]) for row in tables["skipped"]]))
    further = sorted({column for row in tables["posts"] for column in row} - set(CONTRACTS["posts"]))
    posts = pd.DataFrame(tables.pop("posts"), columns=[*CONTRACTS["posts"], *further])
    texts.add(waiting)
    posts["text"] = texts.column()
    return Corpus(_sorted(posts), _table("skipped", tables["skipped"]), _table("collisions", tables["collisions"]))


def _stored(folder: Path) -> Corpus:
    from toolkit.corpus.store.shards import CorpusStore

    store = CorpusStore.open(folder)
    if not store.count("posts"):
        raise InputError(f"{store.folder}: is a corpus without posts; add some with toolkit load --append.")
    skipped, collisions = (_table(name, store.table(name).to_dict("records")) for name in _TABLES)
    texts, doc_ids = MappedTexts(), list[str]()
    for piece in store.batches("posts", ["doc_id", "text"], _TEXTS_AT_ONCE):
        if piece["text"].isna().any():
            raise InputError(f"{store.folder}: has a post without a text; put back the whole folder from a copy.")
        texts.add(piece["text"])
        doc_ids += piece["doc_id"].tolist()
    posts = store.table("posts", without="text")
    if posts["doc_id"].tolist() != doc_ids:
        raise InputError(f"{store.folder}: was changed while it was read; read it again.")
    return Corpus(_sorted(posts.assign(text=texts.column())), skipped, collisions)


def _sorted(posts: pd.DataFrame) -> pd.DataFrame:
    order = sorted(range(len(posts)), key=posts["doc_id"].tolist().__getitem__)
    posts = check("posts", rows_of(posts, np.array(order, dtype=np.int64)))
    let_go()
    return posts


def _table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return check(name, pd.DataFrame(rows, columns=_TABLES[name]))
