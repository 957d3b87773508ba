"""Tokens and lemmas a second: ``tokenise`` without a trained pipeline, beside what one would write without it.

    python tests/benchmarks/tokens_speed.py [--posts 1000] [--repeats 5]

Constructed Spanish posts (statistics_corpus.py), cut into sentences. One process; the ways take turns, and the best
time of each counts; the first pass, in which dictionaries are loaded and no word is known yet, is shown beside it. The
plain loop is ``spacy.blank("es").pipe`` with ``simplemma.lemmatize`` of every token. The slim Spanish pipeline of
spaCy is measured where it is installed, with all of its components and with those alone that lemmas need, on a tenth
of the posts; it is no part of the toolkit. With OPENBLAS_NUM_THREADS=1 all of them keep to one core.

Checked beside it: the lemmas of all content words (letters alone, no function word) are those of the plain loop over
forms in lower case, which the tokens table has. Status 1 where one differs.
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pandas as pd
import simplemma
import spacy

from toolkit.corpus import segment
from toolkit.text import tokenise
from toolkit.text.pipelines import LANGUAGES

LANG, TRAINED = "es", "es_core_news_sm"
SHARE_TRAINED = 10
#: Components of the trained pipeline that lemmas can do without.
NOT_FOR_LEMMAS = ("parser", "senter", "ner")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()

    # another process makes the posts: this one has met none of their words
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:
        posts, passages = elsewhere.submit(material, given.posts).result()
    texts = texts_of(posts, passages)
    ways: dict[str, Callable[[], int]] = {
        "tokenise(posts, passages, choice='simple')": lambda: len(tokenise(posts, passages, choice="simple")),
        "blank tokeniser, simplemma, plain loop": plain(texts),
    }
    if importlib.util.find_spec(TRAINED):
        sentences = f"{len(texts) // SHARE_TRAINED:,} sentences"
        ways[f"{TRAINED}, all components, {sentences}"] = trained(texts)
        ways[f"{TRAINED}, those that lemmas need, {sentences}"] = trained(texts, NOT_FOR_LEMMAS)
    else:
        print(f"The pipeline {TRAINED} is not installed: its row is left out.\n")
    speeds = measured(ways, given.repeats)
    print(f"{len(posts):,} posts, {len(passages):,} sentences.\n")
    print("| way | tokens/s, first pass | ours is faster by | tokens/s, best | ours is faster by |")
    print("| --- | --: | --: | --: | --: |")
    our_first, our_best = next(iter(speeds.values()))
    for way, (first, best) in speeds.items():
        print(f"| {way} | {first:,.0f} | {our_first / first:.1f} | {best:,.0f} | {our_best / best:.1f} |")
    compared, different = differences(posts, passages)
    print(f"\nLemmas of {compared:,} content words compared with the plain loop: {len(different)} differ.")
    for row in different:
        print(*row)
    return 1 if different else 0


def material(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts and their sentences."""
    from statistics_corpus import TOKENS_OF_POST, build

    posts = build(TOKENS_OF_POST * count, seed=1)[1]
    return posts, segment(posts)


def texts_of(posts: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    """The text of each passage."""
    sources = dict(zip(posts["doc_id"], posts["text"], strict=True))
    spans = zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    return [sources[doc_id][start:end] for doc_id, start, end in spans]


def plain(texts: list[str]) -> Callable[[], int]:
    """The plain loop; gives the number of tokens."""
    nlp = spacy.blank(LANG)

    def run() -> int:
        rows = [[(t.text, simplemma.lemmatize(t.text, LANG)) for t in doc] for doc in nlp.pipe(texts)]
        return sum(map(len, rows))

    return run


def trained(texts: list[str], without: tuple[str, ...] = ()) -> Callable[[], int]:
    """spaCy's pipeline as it comes, or without some components; gives the number of tokens."""
    nlp = spacy.load(TRAINED, exclude=without)
    some = texts[: len(texts) // SHARE_TRAINED]

    def run() -> int:
        rows = [[(t.text, t.lemma_) for t in doc] for doc in nlp.pipe(some)]
        return sum(map(len, rows))

    return run


def measured(ways: dict[str, Callable[[], int]], repeats: int) -> dict[str, tuple[float, float]]:
    """Of each way the tokens a second in its first pass and in its best."""
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(repeats):
        for way, run in ways.items():
            begin = time.perf_counter()
            tokens = run()
            speeds[way].append(tokens / (time.perf_counter() - begin))
    return {way: (each[0], max(each)) for way, each in speeds.items()}


def differences(posts: pd.DataFrame, passages: pd.DataFrame) -> tuple[int, list[tuple[object, ...]]]:
    """How many content words were compared, and those whose form or lemma is another in the plain loop."""
    table = tokenise(posts, passages, choice="simple")
    # by post and position: a passage's tokens stand together, in the order of the passages
    wanted = passages[~passages["furniture"] & passages["lang"].isin(LANGUAGES)].reset_index(drop=True)
    blank = {lang: spacy.blank(lang) for lang in LANGUAGES}
    rows = []
    for text, passage_id, lang in zip(texts_of(posts, wanted), wanted["passage_id"], wanted["lang"], strict=True):
        tokens = (token for token in blank[lang].make_doc(text) if not token.is_space)
        rows += [(passage_id, t.text, simplemma.lemmatize(t.text.lower(), lang).lower() or t.text) for t in tokens]
    content = (~table["is_stop"] & table["text"].str.isalpha()).tolist()
    found = zip(table["passage_id"], table["text"], table["lemma"], strict=True)
    pairs = [pair for pair, counts in zip(zip(found, rows, strict=True), content, strict=True) if counts]
    return len(pairs), [(*ours, *theirs) for ours, theirs in pairs if ours != theirs]


if __name__ == "__main__":
    sys.exit(main())
