"""What a corpus holds, counted: posts, words and human annotations, as tables and as text for a data statement."""

from pathlib import Path

import pandas as pd

from toolkit.codebook import codebook_names
from toolkit.corpus import HumanAnnotations, human_annotations, load_corpus, with_languages
from toolkit.errors import InputError
from toolkit.printable import printable
from toolkit.tables import STANCES

__all__ = ["as_markdown", "corpus_counts", "describe_corpus"]

#: Metadata that posts are counted by, where a corpus has them.
_BY = ("country", "genre", "state", "year")
#: A column with more values than this is no grouping.
_MOST_VALUES = 40


def corpus_counts(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Count a corpus.

    Parameters
    ----------
    folder : corpus folder, folder of texts, or one file.

    Returns
    -------
    dict of DataFrame
        ``posts``: lang, posts, words (runs of non-space, furniture included), shortest, longest (words).
        ``by country`` (genre, state, year): posts per value and language, where the corpus has the column and at most
        40 values of it.
        If the folder has human annotations: ``coders``: codebook, coder, posts, sentences, coded (sentences with
        a code), codes; and for each codebook and coder ``<codebook>, <coder>`` (code, then per language and
        stance the number of sentences, and n) and ``<codebook>, <coder>, by genre`` (posts, sentences, coded).

    >>> import toolkit
    >>> counts = corpus_counts(toolkit.bundled_corpus() / "texts")
    >>> list(counts)
    ['posts', 'by country', 'by genre', 'by state', 'by year']
    >>> counts["posts"][["lang", "posts"]]
      lang  posts
    0   es     72
    1   it     48
    """
    posts = with_languages(load_corpus(folder).posts)
    posts = posts.assign(words=posts["text"].str.split().str.len())
    if posts["date"].notna().any():
        posts["year"] = posts["date"].str.slice(0, 4)
    counts = {
        "posts": posts.groupby("lang")["words"]
        .agg(posts="count", words="sum", shortest="min", longest="max")
        .reset_index()
    }
    for column in _BY:
        if column in posts and posts[column].notna().any() and posts[column].nunique() <= _MOST_VALUES:
            counts[f"by {column}"] = _crossed(posts, column)
    if _annotated(Path(folder) / "annotations"):
        counts |= _annotation_counts(human_annotations(folder, posts=posts), posts)
    return counts


def _annotated(folder: Path) -> bool:
    """Whether a folder holds codings; refuses one that lost the list of what was judged."""
    if (folder / "coverage.csv").exists():
        return True
    codings = [file.name for name in codebook_names() for file in sorted(folder.glob(f"{name}_*.jsonl"))]
    if codings:
        raise InputError(f"{folder}: holds {codings[0]} and no coverage.csv (codebook, coder, doc_id); restore it.")
    return False


def describe_corpus(folder: str | Path) -> str:
    """:func:`corpus_counts` as Markdown: a heading and a table for each.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Escuchar es empezar a hablar con la gente.", encoding="utf-8")
    ...     print(describe_corpus(folder), end="")
    ### Posts
    <BLANKLINE>
    | lang | posts | words | shortest | longest |
    | --- | ---: | ---: | ---: | ---: |
    | es | 1 | 8 | 8 | 8 |
    """
    return "\n".join(
        f"### {name.capitalize()}\n\n{as_markdown(table)}" for name, table in corpus_counts(folder).items()
    )


def _crossed(posts: pd.DataFrame, column: str) -> pd.DataFrame:
    table = pd.crosstab(posts[column], posts["lang"])
    table["all"] = table.sum(axis=1)
    return table.reset_index().rename_axis(columns=None)


def _annotation_counts(human: HumanAnnotations, posts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    about = posts[[column for column in ("doc_id", "lang", "genre") if column in posts]]
    place = ["doc_id", "start", "end"]
    overview, counts = [], {}
    for (book, coder), covered in human.coverage.groupby(["codebook", "coder"]):
        units = human.units[human.units["doc_id"].isin(covered["doc_id"])].merge(about, on="doc_id")
        given = human.annotations[(human.annotations["codebook"] == book) & (human.annotations["coder"] == coder)]
        given = given.merge(about, on="doc_id")
        coded = given[place].drop_duplicates()
        overview.append((book, coder, len(covered), len(units), len(coded), len(given)))
        counts[f"{book}, {coder}"] = _by_code(given)
        if "genre" in units:
            units = units.merge(coded.assign(coded=1), on=place, how="left")
            groups = units.groupby("genre")
            counts[f"{book}, {coder}, by genre"] = groups.agg(
                posts=("doc_id", "nunique"), sentences=("start", "count"), coded=("coded", "count")
            ).reset_index()
    columns = ["codebook", "coder", "posts", "sentences", "coded", "codes"]
    return {"coders": pd.DataFrame(overview, columns=columns), **counts}


def _by_code(given: pd.DataFrame) -> pd.DataFrame:
    """How often each code was given, by language and stance."""
    stances = [*STANCES, *(["no stance"] if given["stance"].isna().any() else [])]
    table = pd.crosstab(given["code"], [given["lang"], given["stance"].fillna("no stance")])
    langs = sorted(given["lang"].unique())
    table = table.reindex(columns=pd.MultiIndex.from_product([langs, stances]), fill_value=0)
    table.columns = [f"{lang} {stance}" for lang, stance in table.columns]
    table["n"] = table.sum(axis=1)
    return table.reset_index().sort_values(["n", "code"], ascending=[False, True])


def as_markdown(table: pd.DataFrame) -> str:
    """A table as Markdown, numbers to the right; bars in cells are escaped.

    >>> import pandas as pd
    >>> print(as_markdown(pd.DataFrame({"lang": ["es", "it"], "posts": [72, 48]})), end="")
    | lang | posts |
    | --- | ---: |
    | es | 72 |
    | it | 48 |
    """
    head = [str(column) for column in table.columns]
    numbers = [pd.api.types.is_numeric_dtype(table[column]) for column in table.columns]
    lines = [_line(head), _line(["---:" if number else "---" for number in numbers])]
    for row in table.itertuples(index=False):
        lines.append(_line([f"{value:,}" if isinstance(value, int) else str(value) for value in row]))
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    clean = (" ".join(printable(cell).replace("|", "\\|").split()) for cell in cells)
    return "| " + " | ".join(clean) + " |"
