"""Texts in, coded passages out: the command ``toolkit map``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.analysis.codes import coder_facts, coder_or_weaker, of_one_coder
from toolkit.codebook import Codebook, load_codebook
from toolkit.corpus import (
    human_annotations,
    load_corpus,
    load_posts,
    mark_furniture,
    segment,
    with_languages,
)
from toolkit.errors import InputError
from toolkit.principles import CODED_LANGUAGES, CodedPosts, Coder, code_passages, supervised_coder
from toolkit.storage import FORMATS, write_files

__all__ = ["map_texts"]


def map_texts(
    source: str | Path,
    output: str | Path,
    *,
    scores: str | Path | None = None,
    codebook: str | Path = "cluetrain",
    unit: str = "sentence",
    method: str = "hybrid",
    coded: str | Path | None = None,
    coder: str | None = None,
    cut: float | None = None,
    unsure: float = 0.0,
    every_language: bool = False,
    workers: int = 1,
) -> list[str]:
    """Code the passages of texts and write the annotations, and on request all scores.

    Parameters
    ----------
    source : corpus folder, text file, or a table (.jsonl, .csv, .tsv, .parquet) with doc_id, lang, text.
    output, scores : .jsonl, .csv or .parquet. Scores have one row per coded passage and code: doc_id, start,
        end, code, score, decided, stance, stance_score, unsure.
    method : see :func:`toolkit.principles.coder`. "hybrid" for a codebook without examples is done with its cues or
        definitions, and the lines say so.
    coded : for method "supervised": a corpus folder with ``annotations``
        (:func:`toolkit.corpus.human_annotations`).
    coder : whose annotations, where several people coded; "adjudicated" without.
    unit, cut, unsure, every_language, workers : see :func:`toolkit.principles.code_passages`.

    Returns
    -------
    list of str
        what was done, by which coder, and what was left out, a sentence each. Files are replaced only when all is
        ready.

    Raises
    ------
    InputError
        for files and settings that cannot be used.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.mapping import map_texts
    >>> with TemporaryDirectory() as folder:
    ...     text = "Hay que escuchar a los clientes. Ayer llovió en Madrid."
    ...     _ = Path(folder, "uno.txt").write_text(text, encoding="utf-8")
    ...     said = map_texts(Path(folder, "uno.txt"), Path(folder, "codes.csv"), method="cues")
    ...     pd.read_csv(Path(folder, "codes.csv"))[["doc_id", "quote", "code"]]
      doc_id                             quote       code
    0    uno  Hay que escuchar a los clientes.  listening
    """
    targets = [Path(path) for path in (output, scores) if path is not None]
    _check_targets(targets, Path(source), [Path(folder) for folder in (source, coded) if folder is not None])
    if (method == "supervised") != (coded is not None):
        raise InputError("method 'supervised' and --coded FOLDER (what it learns from) belong together; give both.")
    if coder is not None and coded is None:
        raise InputError("--coder names who coded the posts of --coded FOLDER; give that too.")
    book = load_codebook(codebook)
    corpus = load_corpus(source)
    posts = with_languages(corpus.posts)
    furniture = mark_furniture(posts)
    passages = segment(posts, furniture, unit=unit)
    used, weaker = (_learnt(book, coded, coder), "") if coded is not None else coder_or_weaker(book, method)
    coding = code_passages(
        posts, passages, book, method=used, furniture=furniture, cut=cut, unsure=unsure,
        every_language=every_language, workers=workers,
    )  # fmt: skip
    write_files(dict(zip(targets, (coding.annotations, coding.scores), strict=False)))
    count = len(coding.scores) // len(book.codes)
    said = [f"{len(posts)} texts, {count} passages coded, {len(coding.annotations)} codes given: {targets[0]}"]
    said += [_coder_line(used, used.cut if cut is None else cut), *([weaker] if weaker else [])]
    if unsure:
        said.append(f"left open: {coding.unsure} passages with a score within {unsure:g} of the cut")
    said += [f"not coded: {number} passages in '{lang}'" for lang, number in coding.left_out.items()]
    if every_language:
        said += _other_languages(passages)
    said += [f"{row['source']}: {row['reason']}" for row in corpus.skipped.to_dict("records")]
    return said


def _check_targets(targets: Sequence[Path], source: Path, folders: Sequence[Path]) -> None:
    """Refuse names that nothing can be written under, and files that are read, before any work."""
    for target in targets:
        if target.suffix.lower() not in FORMATS:
            raise InputError(f"{target}: cannot write '{target.suffix}'; the name must end in {', '.join(FORMATS)}.")
    if len({target.resolve() for target in targets} | {source.resolve()}) <= len(targets):
        raise InputError("the texts, the annotations and the scores must be three different files; name others.")
    for target in targets:
        if target.is_dir():
            raise InputError(f"{target}: is a folder; give the name of a file.")
        for folder in folders:
            if target.exists() and folder.resolve() in target.resolve().parents:
                raise InputError(f"{target}: is there already, in {folder}, which is read; give another name.")


def _learnt(book: Codebook, folder: str | Path, who: str | None) -> Coder:
    """A coder learnt from the coded posts of a corpus folder."""
    posts = with_languages(load_posts(folder))
    human = of_one_coder(human_annotations(folder, book.id, posts=posts), book, who)
    return supervised_coder(book, CodedPosts(posts, human.units, human.annotations))


def _coder_line(used: Coder, cut: float) -> str:
    """The coder, what it learnt from, its encoders and the cut."""
    facts: Mapping[str, Any] = coder_facts(used)
    learnt = [f"{facts['examples']:,} examples"] if facts.get("examples") else []
    if facts.get("coded posts"):
        learnt.append(f"{facts['coded sentences']:,} sentences of {facts['coded posts']:,} coded posts")
    parts = [f"coder {used.name}"]
    parts += [f"learnt from {' and '.join(learnt)}"] if learnt else []
    parts += [f"meaning by {' and '.join(facts['encoders'])}"] if facts.get("encoders") else []
    return "; ".join([*parts, f"a code is given from a score of {cut:.2f}"])


def _other_languages(passages: pd.DataFrame) -> list[str]:
    """How many passages were coded in languages that the coder was not made for."""
    langs = passages["lang"][~passages["furniture"] | (passages["unit"] == "document")].fillna("unknown")
    counts = langs[~langs.isin(CODED_LANGUAGES)].value_counts().sort_index()
    return [f"coded by meaning alone: {count} passages in '{lang}' (column note)" for lang, count in counts.items()]
