"""Files in, an evaluation out: what ``toolkit evaluate`` does."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit.codebook import Codebook, codebook_names, load_codebook
from toolkit.corpus import (
    human_annotations,
    load_posts,
    mark_furniture,
    segment,
    with_languages,
)
from toolkit.errors import InputError
from toolkit.evaluation.checks import SPAN, checked_annotations, checked_scores
from toolkit.evaluation.people import human_agreement
from toolkit.evaluation.result import Evaluation, evaluate
from toolkit.principles import CodedPosts, Coder, code_passages, supervised_coder
from toolkit.storage import read_named
from toolkit.tables import CONTRACTS, check

__all__ = ["evaluate_files"]


class _Coded(NamedTuple):
    """``units``: the passages that were judged, or None where that is not known."""

    predicted: pd.DataFrame
    scores: pd.DataFrame | None
    units: pd.DataFrame | None


def evaluate_files(
    gold: Sequence[str | Path],
    predicted: str | Path | None = None,
    *,
    scores: str | Path | None = None,
    texts: str | Path | None = None,
    units: str | Path | None = None,
    codebook: str | Path | None = None,
    method: str = "hybrid",
    cut: float | None = None,
    coder: str | None = None,
    predicted_coder: str | None = None,
    documents: str = "gold",
    across_versions: bool = False,
    baselines: bool = True,
    repeats: int = 1000,
    seed: int = 1,
) -> Evaluation:
    """Measure coded passages against gold; see :func:`evaluate`.

    Parameters
    ----------
    gold : one or more annotation files (.jsonl, .csv, .parquet); ``coder`` is the one that is gold where they hold
        several, and the others are compared with it, with each other and with the machine.
    predicted, scores : what ``toolkit map --output --scores`` wrote. Without ``predicted`` the texts are coded here
        with ``method`` and ``cut``: the judged units, else their sentences. "supervised" learns from gold and codes
        each post by a model that did not see it: cross-validation by document.
    texts : the texts, as for :func:`toolkit.corpus.load_corpus`: quotes are checked, figures are given by language,
        and ``baselines`` are computed. A corpus folder whose ``annotations`` say what this coder judged gives units.
    units : a table of doc_id, start, end (and lang): what was judged.
    codebook : name or file; by default the one that gold names.

    Raises :class:`InputError` for files that cannot be read, and for all that :func:`evaluate` refuses.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.evaluation import evaluate_files
    >>> from toolkit.storage import write_file
    >>> rows = [("a", 0, "listening"), ("a", 9, "talking"), ("b", 0, "listening")]
    >>> gold = pd.DataFrame(rows, columns=["doc_id", "start", "code"])
    >>> gold = gold.assign(end=gold["start"] + 8, quote="Escuchan", codebook="groundswell", coder="first", kind="human")
    >>> with TemporaryDirectory() as folder:
    ...     write_file(gold, Path(folder, "gold.csv"))
    ...     write_file(gold.drop(1).assign(coder="machine:cues", kind="machine"), Path(folder, "codes.csv"))
    ...     found = evaluate_files([Path(folder, "gold.csv")], Path(folder, "codes.csv"), baselines=False, repeats=100)
    >>> round(found.value("f1_micro"), 2)
    0.8
    """
    if predicted is None and texts is None:
        raise InputError("nothing to evaluate: give --predicted FILE, or --texts INPUT to code here.")
    if predicted is None and scores is not None:
        raise InputError("--scores needs --predicted: both are written by one run of toolkit map.")
    tables = {Path(file): _read(Path(file), "annotations") for file in gold}
    every = pd.concat([table for table in tables.values() if len(table)] or [pd.DataFrame()], ignore_index=True)
    if not len(every):
        raise InputError(f"{', '.join(str(file) for file in tables)}: holds no annotation; give what people coded.")
    book = load_codebook(codebook if codebook is not None else _named_codebook(every))
    posts = None if texts is None else _posts(texts, every)
    known = None if posts is None else dict(zip(posts["doc_id"], posts["text"], strict=True))
    for file, table in tables.items():
        for who in sorted(set(table.get("coder", []))):
            checked_annotations(str(file), table, book, known, who)
    chosen = checked_annotations("gold", every, book, None, coder, "--coder").reset_index(drop=True)
    found = _coded(book, chosen, posts, predicted, predicted_coder, scores, units, texts, method, cut)
    if predicted is not None and len(found.predicted):
        # once more under the name of the file, with the option to choose by
        checked_annotations(str(predicted), found.predicted, book, None, predicted_coder, "--predicted-coder")
    result = evaluate(
        chosen, found.predicted, book, scores=found.scores, units=found.units, posts=posts,
        predicted_coder=predicted_coder, documents=documents, across_versions=across_versions,
        baselines=baselines and posts is not None, repeats=repeats, seed=seed,
    )  # fmt: skip
    if every["coder"].nunique() < 2:
        return result
    machine = found.predicted
    if predicted_coder is not None:
        machine = machine[machine["coder"] == predicted_coder]
    judged: pd.DataFrame | dict[str, pd.DataFrame] | None = found.units
    if texts is not None and units is None and found.units is not None:
        # what each person went through; the machine went through what the chosen coder did
        own = {str(who): _judged(Path(texts), book.id, str(who)) for who in every["coder"].unique()}
        judged = {who: table for who, table in own.items() if table is not None}
        judged |= {str(who): found.units for who in machine.get("coder", pd.Series()).unique()}
    people = human_agreement(
        every, book, predicted=machine, scores=found.scores, units=judged, posts=posts,
        across_versions=across_versions, repeats=repeats, seed=seed,
    )  # fmt: skip
    # the machine against the gold that was chosen stands there already, on all documents
    double = (people["gold"] == chosen["coder"].iloc[0]) & people["coder"].isin(set(result.comparison["coder"]))
    both = [table for table in (result.comparison, people[~double]) if len(table)]
    note = "other people: on what both of a pair judged"
    comparison = check("evaluation_comparison", pd.concat(both, ignore_index=True))
    return result._replace(comparison=comparison, notes=(*result.notes, note))


def _coded(
    book: Codebook,
    gold: pd.DataFrame,
    posts: pd.DataFrame | None,
    predicted: str | Path | None,
    predicted_coder: str | None,
    scores: str | Path | None,
    units: str | Path | None,
    texts: str | Path | None,
    method: str,
    cut: float | None,
) -> _Coded:
    """The coding that is judged, read or made, and the units."""
    judged = _read(Path(units), "passages") if units is not None else None
    if judged is None and texts is not None:
        judged = _judged(Path(texts), book.id, str(gold["coder"].iloc[0]))
    if predicted is not None:
        rows = _read(Path(predicted), "annotations")
        if judged is not None and units is None and "coder" in rows:
            # another person went through some of the texts only
            coders = sorted(set(rows["coder"])) if predicted_coder is None else [predicted_coder]
            other = _judged(Path(str(texts)), book.id, coders[0]) if len(coders) == 1 else None
            if other is not None:
                judged = judged[judged["doc_id"].isin(other["doc_id"])].reset_index(drop=True)
        table = None
        if scores is not None:
            table = _read(Path(scores), "scores")
            try:
                checked_scores(table, book)
            except InputError as error:
                raise InputError(f"{scores}: {error}") from error
        return _Coded(rows, table, judged)
    assert posts is not None
    wanted = set(gold["doc_id"]) | (set() if judged is None else set(judged["doc_id"]))
    posts = posts[posts["doc_id"].isin(wanted)].reset_index(drop=True)
    used: str | Coder = method
    if method == "supervised":
        if judged is None:
            raise InputError(
                "method 'supervised' learns from the sentences that were judged; name them with --units FILE, or give "
                "as --texts a corpus folder whose annotations say what was judged."
            )
        used = supervised_coder(book, CodedPosts(posts, judged, gold))
    if judged is None:
        furniture = mark_furniture(posts)
        coding = code_passages(posts, segment(posts, furniture), book, method=used, furniture=furniture, cut=cut)
    else:
        coding = code_passages(posts, _passages(judged, posts), book, method=used, cut=cut)
    return _Coded(coding.annotations, coding.scores, judged)


def _passages(units: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """The judged units as passages in the language of their post."""
    langs = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    spans = list(zip(*(units[column] for column in SPAN), strict=True))
    return check(
        "passages",
        units[SPAN].assign(
            passage_id=[f"{doc_id}:s{start}-{end}" for doc_id, start, end in spans],
            unit="sentence",
            lang=[langs.get(doc_id) for doc_id, _, _ in spans],
            furniture=False,
        ),
    )


def _judged(folder: Path, book: str, coder: str) -> pd.DataFrame | None:
    """What a coder judged, where the annotations of a corpus folder say so."""
    coverage = folder / "annotations" / "coverage.csv"
    if not coverage.is_file():
        return None
    table = _read(coverage, "coverage")
    mine = {"codebook", "coder"} <= set(table) and ((table["codebook"] == book) & (table["coder"] == coder)).any()
    return human_annotations(folder, book, coder).units if mine else None


def _posts(texts: str | Path, gold: pd.DataFrame) -> pd.DataFrame:
    posts = load_posts(texts)
    absent = sorted(set(gold["doc_id"].astype(str)) - set(posts["doc_id"]))
    if absent:
        raise InputError(
            f"{texts}: {len(absent)} of the coded documents are not there, the first is '{absent[0]}'; give the texts "
            "that were coded, with the same doc_id."
        )
    return with_languages(posts)


def _named_codebook(gold: pd.DataFrame) -> str:
    names = sorted(set(gold["codebook"].dropna().astype(str))) if "codebook" in gold else []
    if len(names) == 1 and names[0] in codebook_names():
        return names[0]
    said = " and ".join(f"'{name}'" for name in names) or "no codebook"
    raise InputError(f"gold names {said}; give --codebook NAME|FILE, and annotations of one codebook.")


def _read(file: Path, name: str) -> pd.DataFrame:
    """A table whose text columns are text, whatever the file is called."""
    table = read_named(file, name)
    try:
        return check(name, table) if name in CONTRACTS and name != "passages" and len(table) else table
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
