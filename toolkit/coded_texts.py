"""Annotations for counting: whose they are, with which codebook, and which passages the coder went through."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.annotation import open_project
from toolkit.codebook import load_codebook
from toolkit.converting import Annotated, annotated, loss_lines, with_codes_of
from toolkit.corpus import HumanAnnotations, human_annotations
from toolkit.errors import InputError, suggestion
from toolkit.exchange import FORMATS, Exchange, detect_format, read_exchange
from toolkit.exchange.texts import written_texts
from toolkit.principles import CODED_LANGUAGES
from toolkit.settings import is_file
from toolkit.statistics.counting.counted import Counted, Layer
from toolkit.statistics.counting.selection import inside
from toolkit.tables import check

__all__ = ["Coded", "read_coded", "spans_over"]

#: The coder whose codes count where several people coded: those that were agreed on.
_AGREED = "adjudicated"


@dataclass(frozen=True, repr=False, eq=False)
class Coded:
    """What one coder (or, for a concordance, every coder) gave texts.

    Attributes
    ----------
    annotations : annotations table, of documents of the texts alone.
    judged : doc_id, start, end of what was gone through: a passage in it without an annotation takes no code.
    machine : a machine coded: of other languages than Spanish and Italian only those that it gave codes in count.
    every_text : all passages of all texts count, whatever was gone through.
    notes : what is to be known before a number is quoted, a sentence each.

    >>> import pandas as pd
    >>> from toolkit.coded_texts import Coded
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "codebook": "cluetrain", "code": "listening", "coder": "first", "kind": "human"})
    >>> passages = pd.DataFrame({"doc_id": ["a", "a"], "passage_id": ["a:0", "a:21"], "start": [0, 21], "end": [20, 28],
    ...     "unit": "sentence", "lang": "es", "furniture": False})
    >>> len(Coded(given, judged=given[["doc_id", "start", "end"]]).gone_through(passages))  # the second was not read
    1
    """

    annotations: pd.DataFrame
    judged: pd.DataFrame
    machine: bool = False
    every_text: bool = False
    notes: tuple[str, ...] = ()

    def gone_through(self, passages: pd.DataFrame) -> pd.DataFrame:
        """The passages that count: prose that was gone through.

        Raises :class:`InputError` where there is none.
        """
        own = passages[~passages["furniture"]]
        if not self.every_text:
            own = own[spans_over(own, self.judged)]
            if self.machine:
                langs = {*CODED_LANGUAGES, *own["lang"][spans_over(own, self.annotations)]}
                own = own[own["lang"].isin(langs)]
        if own.empty:
            raise InputError("--codes: none of the passages that were gone through holds text; give other annotations.")
        return own.reset_index(drop=True)


def spans_over(places: pd.DataFrame, spans: pd.DataFrame) -> np.ndarray:
    """Which places (doc_id, start, end) overlap one of the spans, (places,) of truth.

    >>> import pandas as pd
    >>> from toolkit.coded_texts import spans_over
    >>> places = pd.DataFrame({"doc_id": "a", "start": [0, 10, 20], "end": [9, 19, 29]})
    >>> spans_over(places, pd.DataFrame({"doc_id": ["a"], "start": 15, "end": 22})).tolist()
    [False, True, True]
    """
    doc, names = pd.factorize(places["doc_id"])
    start, end = (places[name].to_numpy(np.int64) for name in ("start", "end"))
    layer = Layer.bare(doc, start, end)
    return inside(Counted(np.asarray(names, dtype=object), (layer,), "passages", "code"), layer, spans)


def read_coded(
    source: str | Path,
    posts: pd.DataFrame,
    *,
    coder: str | None = None,
    codebook: str | None = None,
    every_coder: bool = False,
    every_text: bool = False,
    stances: bool = False,
) -> Coded:
    """The annotations of one coder with one codebook, and what that coder went through.

    Parameters
    ----------
    source : a corpus folder with annotations or one of the files in it, an annotation project, the folder of a run, or
        a file or folder of any format that ``toolkit convert`` reads.
    posts : the texts that are counted; quotes must be theirs.
    coder : whose annotations; without it "adjudicated", or the only one there is.
    codebook : name or file, where annotations are with several.
    every_coder : all coders and codebooks (for reading, not for counting).
    every_text : all passages of all texts count as gone through.
    stances : a code and its stance are told apart, as "transparency:breach".

    Returns
    -------
    Coded
        What was gone through is, of a corpus folder, the sentences that ``coverage.csv`` says; of a project, the items
        that are done; of a machine's annotations, every Spanish or Italian passage (and of other languages that it
        coded) of the texts of its run, or of all; of a file that holds its texts, all of these; else the documents with
        an annotation.

    Raises
    ------
    InputError
        for what cannot be read, a coder or codebook that is not there, several of which none is named, annotations
        none of which lies in the texts, and quotes that are not the text.

    >>> from toolkit import bundled_corpus, load_posts
    >>> from toolkit.coded_texts import read_coded
    >>> posts = load_posts(bundled_corpus())
    >>> coded = read_coded(bundled_corpus(), posts, coder="author", codebook="cluetrain")
    >>> coded.annotations["coder"].unique().tolist(), coded.machine, coded.judged["doc_id"].nunique() > 100
    (['author'], False, True)
    """
    path = Path(source)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; give the annotations of the texts.")
    book = None if codebook is None else load_codebook(codebook) if is_file(codebook) else codebook
    name = book if book is None or isinstance(book, str) else book.id
    human = _of_corpus(path)
    covered: Iterable[str] = ()
    notes: list[str] = []
    if human is not None:
        table = human.annotations
        if path.is_file():
            table = _of_file(human.annotations, path)
    else:
        found, covered = _of_anything(path, posts, name)
        table = found.annotations
        notes += [*found.notes, *loss_lines(found.losses)]
        if book is not None and not isinstance(book, str):
            table, renamed = with_codes_of(table, book)
            notes += loss_lines(renamed)
    if table.empty:
        raise InputError(f"{path}: {f'{notes[-1]}' if notes else 'holds no annotations'}; give a file that has some.")
    if name is not None or not every_coder:
        table = _of_codebook(table, name, path)
    if coder is not None or not every_coder:
        table, who = _of_coder(table, coder, path)
        books = sorted(set(table["codebook"]))
        quoted = ", ".join(f"'{book}'" for book in books)
        notes.insert(0, f"codes of the codebook{'s' * (len(books) > 1)} {quoted} given by {who}")
    own, more = _in_texts(table, posts, path)
    notes += more
    if stances:
        with_stance = own["code"] + ":" + own["stance"]
        own = own.assign(code=with_stance.where(own["stance"].notna(), own["code"]).astype("str"))
    if every_coder or every_text:
        return Coded(own, _whole(posts), every_text=True, notes=tuple(notes))
    judged, said = _judged(path, human, own, covered, posts)
    if said:
        notes.append(said)
    machine = human is None and bool((own["kind"] == "machine").all())
    return Coded(own, judged, machine, notes=tuple(notes))


def _of_corpus(path: Path) -> HumanAnnotations | None:
    """All human annotations of a corpus folder, or of that which an annotation file lies in."""
    folder = path if path.is_dir() else path.parent.parent
    beside = path.is_dir() or path.parent.name == "annotations"
    return human_annotations(folder) if beside and (folder / "annotations" / "coverage.csv").is_file() else None


def _of_anything(path: Path, posts: pd.DataFrame, codebook: str | None) -> tuple[Exchange | Annotated, Iterable[str]]:
    """The annotations of a project, a run, or a file or folder of any format, and the documents it holds."""
    if any((path / name).is_file() for name in ("project.json", "run.json")):
        found = annotated(path)
        return found, found.posts["doc_id"]
    name = detect_format(path)
    if FORMATS[name].texts:
        whole = read_exchange(path, name, codebook=codebook)
        return whole, whole.posts["doc_id"]
    # what only points to texts points to these
    written = written_texts(path)
    return read_exchange(path, name, texts=posts, codebook=codebook), () if written is None else written["doc_id"]


def _of_file(table: pd.DataFrame, file: Path) -> pd.DataFrame:
    """The rows of one file of a corpus folder."""
    pairs = table[["codebook", "coder"]].drop_duplicates()
    for book, who in pairs.itertuples(index=False):
        if file.name == f"{book}_{who}.jsonl":
            return table[(table["codebook"] == book) & (table["coder"] == who)]
    names = ", ".join(f"{book}_{who}.jsonl" for book, who in pairs.itertuples(index=False))
    raise InputError(f"{file}: is none of the annotation files that coverage.csv names; these are {names}.")


def _of_codebook(table: pd.DataFrame, name: str | None, path: Path) -> pd.DataFrame:
    books = sorted(set(table["codebook"]))
    if name is None and len(books) > 1:
        raise InputError(
            f"{path}: holds annotations with {len(books)} codebooks ({', '.join(books)}); choose by --codebook NAME."
        )
    if name is not None and name not in books:
        raise InputError(f"--codebook: no annotation in {path} is with '{name}'; {suggestion(name, books)}")
    return table if name is None else table[table["codebook"] == name]


def _of_coder(table: pd.DataFrame, coder: str | None, path: Path) -> tuple[pd.DataFrame, str]:
    people = sorted(set(table["coder"]))
    chosen = coder or (people[0] if len(people) == 1 else _AGREED)
    if chosen not in people:
        if coder is not None:
            raise InputError(f"--coder: nobody in {path} is called '{coder}'; {suggestion(coder, people)}")
        raise InputError(
            f"{path}: holds codes given by {', '.join(people)}; name one of them with --coder, as counts of several "
            "together are those of nobody."
        )
    others = [one for one in people if one != chosen]
    also = f" (not those by {', '.join(others)}: choose by --coder)" if others and coder is None else ""
    return table[table["coder"] == chosen], f"'{chosen}'{also}"


def _in_texts(table: pd.DataFrame, posts: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The annotations that lie in the texts, each proved by its quote."""
    here = table["doc_id"].isin(posts["doc_id"])
    if not here.any():
        raise InputError(
            f"{path}: none of its {len(table):,} annotations lies in the texts; their doc_id must be those of the "
            f"texts, such as '{posts['doc_id'].iloc[0]}', and not '{table['doc_id'].iloc[0]}'."
        )
    own = table[here].reset_index(drop=True)
    try:
        own = check("annotations", own, dict(zip(posts["doc_id"], posts["text"], strict=True)))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    gone = int((~here).sum())
    notes = [f"{gone:,} of {len(table):,} annotations are of documents that are not here, and left out"] if gone else []
    return own, notes


def _judged(
    path: Path, human: HumanAnnotations | None, own: pd.DataFrame, covered: Iterable[str], posts: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    """What the coder of these annotations went through, and a sentence where that is not all."""
    book, who = own["codebook"].iloc[0], own["coder"].iloc[0]
    if human is not None:
        coverage = human.coverage[(human.coverage["codebook"] == book) & (human.coverage["coder"] == who)]
        return human._replace(coverage=coverage).judged, ""
    if (path / "project.json").is_file():
        return open_project(path).judged(who), "only items that are done count"
    documents = set(covered)
    if (own["kind"] == "machine").all():
        return _whole(posts[posts["doc_id"].isin(documents)] if documents else posts), ""
    coded = set(own["doc_id"]) | documents
    some = posts[posts["doc_id"].isin(coded)]
    said = (
        f"{len(posts) - len(some):,} of {len(posts):,} documents have no annotation and are not counted; "
        "--all-documents counts them as gone through"
    )
    return _whole(some), said if len(some) < len(posts) else ""


def _whole(posts: pd.DataFrame) -> pd.DataFrame:
    """The texts from end to end."""
    return pd.DataFrame({"doc_id": posts["doc_id"], "start": 0, "end": posts["text"].str.len()}).reset_index(drop=True)
