"""Texts in, coded passages out: the command ``toolkit map``."""

from pathlib import Path

from toolkit.codebook import load_codebook
from toolkit.corpus import declared_language, language_of_post, load_corpus, mark_furniture, segment
from toolkit.errors import InputError
from toolkit.principles import code_passages
from toolkit.storage import FORMATS, write_file

__all__ = ["map_texts"]


def map_texts(
    source: str | Path,
    output: str | Path,
    *,
    scores: str | Path | None = None,
    codebook: str | Path = "cluetrain",
    unit: str = "sentence",
    method: str = "hybrid",
    cut: float | None = None,
) -> list[str]:
    """Code the passages of texts and write the annotations, and on request all scores.

    Parameters
    ----------
    source : corpus folder, text file, or a table (.jsonl, .csv, .tsv, .parquet) with doc_id, lang, text.
    output, scores : .jsonl, .csv or .parquet. Scores have one row per coded passage and code: doc_id, start,
        end, code, score, decided, stance.
    unit, method, cut : see :func:`toolkit.principles.code_passages`.

    Returns
    -------
    list of str
        what was done and what was left out, a sentence each. Files are replaced only when all is ready.
    """
    targets = [Path(path) for path in (output, scores) if path is not None]
    for target in targets:
        if target.suffix.lower() not in FORMATS:
            raise InputError(f"{target}: cannot write '{target.suffix}'; the name must end in {', '.join(FORMATS)}.")
    if len({target.resolve() for target in targets} | {Path(source).resolve()}) <= len(targets):
        raise InputError("the texts, the annotations and the scores must be three different files; name others.")
    book = load_codebook(codebook)
    corpus = load_corpus(source)
    posts = corpus.posts
    langs = [
        declared_language(lang) or language_of_post(text).lang
        for lang, text in zip(posts["lang"], posts["text"], strict=True)
    ]
    posts = posts.assign(lang=langs)
    furniture = mark_furniture(posts)
    passages = segment(posts, furniture, unit=unit)
    coding = code_passages(posts, passages, book, method=method, furniture=furniture, cut=cut)
    write_file(coding.annotations, targets[0])
    if scores is not None:
        write_file(coding.scores, targets[1])
    coded = len(coding.scores) // len(book.codes)
    said = [f"{len(posts)} texts, {coded} passages coded, {len(coding.annotations)} codes given: {targets[0]}"]
    said += [f"not coded: {count} passages in '{lang}'" for lang, count in coding.left_out.items()]
    said += [f"{row['source']}: {row['reason']}" for row in corpus.skipped.to_dict("records")]
    return said
