"""How well topics asked for by a codebook meet what people coded, beside topics not asked for. Prints Markdown.

    python tests/benchmarks/topics_guided.py

Documents are the paragraphs of the bundled posts. Gold is the codes of a paragraph's sentences: of the adjudicated
posts in the first tables, of the posts that one person coded in the tables that the defaults were chosen by. Guided
topics see no gold. Topics that were not asked for get their code by the best one-to-one matching (average precision)
on the singly coded posts, so they are told more. "Seeds counted" adds up the strengths of a paragraph's seeds without
any topic model; the cue matcher reads sentences, with order, gaps and conditions.

accuracy: the code with the largest share is (one of) the commonest of the paragraph, over paragraphs with a code.
MAP: average precision of the topic share over all paragraphs, mean over codes. kept: seeds among a topic's 20 most
probable terms, of as many as there could be. NPMI: coherence of the 10 most probable terms (gensim, window 10)
of the topics that stand for a code. stable: Jaccard of these terms between two random seeds, mean over pairs; of
topics without a name after the best matching.
"""

import sys
import warnings
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import average_precision_score, f1_score

sys.path.insert(0, str(Path(__file__).parent))
from topic_corpora import Material, conversaciones

from toolkit.codebook import Codebook, codebook_names, load_codebook
from toolkit.corpus import HumanAnnotations, human_annotations, load_posts
from toolkit.principles.cues import cue_index
from toolkit.resources import bundled_corpus
from toolkit.topics.documents import DocumentTerms, document_terms
from toolkit.topics.engines import fit_model
from toolkit.topics.guided import codebook_seeds, fit_guided
from toolkit.topics.model import TopicModel

PLACE = ["doc_id", "start", "end"]
SEEDS, PERMUTATIONS = (1, 2, 3, 4, 5), 50
#: Of the unguided models: as many as fit_guided takes, so that neither has more time.
SWEEPS = 1000
#: For the choice of defaults: three seeds, and fewer sweeps.
QUICK = {"seeds": (1, 2, 3), "iterations": 300}
HEAD = "| | accuracy | macro-F1 | MAP | kept | NPMI | stable |\n|---|---:|---:|---:|---:|---:|---:|"


class Gold(NamedTuple):
    """Sentences with each code per paragraph, and the paragraphs of the two parts."""

    counts: np.ndarray
    chosen_on: np.ndarray
    held_out: np.ndarray


def main() -> None:
    warnings.simplefilter("ignore")
    human, posts = human_annotations(bundled_corpus()), load_posts(bundled_corpus())
    book = load_codebook("cluetrain")
    for lang in ("es", "it"):
        material = conversaciones(lang)
        gold = gold_of(book, material, human, "adjudicated", "author")
        print(f"\n## {material.name}: {material.documents}\n\n### Adjudicated posts, held out from every choice")
        coded = int((gold.counts[gold.held_out].sum(1) > 0).sum())
        print(f"\n{gold.held_out.sum()} paragraphs, {coded} with a code, 5 random seeds\n\n{HEAD}")
        held_out(book, lang, material, gold, human, posts)
        print(f"\n### Singly coded posts: what the defaults were chosen by (300 sweeps, 3 random seeds)\n\n{HEAD}")
        choices(book, lang, material, gold)
        print("\n### The further codebooks, posts coded once by coder reader\n")
        print("| codebook | codes | coded paragraphs | accuracy | chance | macro-F1 | chance | MAP | chance |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
        for name in codebook_names():
            if name != "cluetrain":
                further(load_codebook(name), lang, material, human)


def held_out(
    book: Codebook, lang: str, material: Material, gold: Gold, human: HumanAnnotations, posts: pd.DataFrame
) -> None:
    """All methods on the adjudicated posts."""
    documents, rows = material.documents, gold.held_out
    asked = len(codebook_seeds(book, lang, documents.vocabulary).strengths)
    line("permuted guided shares", *chance(book, lang, documents, gold.counts, rows))
    commonest = np.zeros(gold.counts.shape)
    commonest[:, gold.counts[gold.chosen_on].sum(0).argmax()] = 1
    line("always the commonest code", *agreement(commonest, gold.counts, rows))
    for k in (asked, 2 * asked):
        line(f"unguided, {k} topics, matched on gold", *unguided(book, material, gold, k))
    line("guided", *guided(book, lang, material, gold.counts, rows))
    line("seeds counted", *agreement(counted(book, lang, documents), gold.counts, rows))
    line("cue matcher", *agreement(matched(book, lang, material, human, posts), gold.counts, rows))


def choices(book: Codebook, lang: str, material: Material, gold: Gold) -> None:
    """One setting changed at a time, on the posts that are not reported on."""
    rows = gold.chosen_on
    sweeps: list[tuple[str, list]] = [
        ("weight", [0.1, 0.25, 0.5, 1, 5, 20, 100]),
        ("free", [0, 7, 14, 28]),
        ("alpha", [0.05, 0.1, 0.3, 0.5]),
        ("eta", [0.01, 0.03, 0.1]),
        ("iterations", [50, 100, 300, 1000]),
    ]
    for name, values in sweeps:
        for value in values:
            line(f"{name} {value}", *guided(book, lang, material, gold.counts, rows, **{**QUICK, name: value}))
    line("seeds counted", *agreement(counted(book, lang, material.documents), gold.counts, rows))
    for unit in (40, 0):
        label = f"fitted on neighbours pooled to {unit} terms" if unit else "fitted on whole posts"
        pool = pooled(material, unit)
        line(label, *guided(book, lang, material, gold.counts, rows, fit_to=pool, **QUICK))


def further(book: Codebook, lang: str, material: Material, human: HumanAnnotations) -> None:
    gold = gold_of(book, material, human, "reader", "")
    figures = guided(book, lang, material, gold.counts, gold.held_out)[:3]
    by_chance = chance(book, lang, material.documents, gold.counts, gold.held_out)
    pairs = " | ".join(f"{one:.2f} | {other:.2f}" for one, other in zip(figures, by_chance, strict=True))
    coded = int((gold.counts[gold.held_out].sum(1) > 0).sum())
    print(f"| {book.id} | {len(book.codes)} | {coded} | {pairs} |", flush=True)


def gold_of(book: Codebook, material: Material, human: HumanAnnotations, held_out: str, chosen_on: str) -> Gold:
    """The codes of each paragraph, from one coder where it coded the post, else from the other."""
    coverage = human.coverage[human.coverage["codebook"] == book.id]
    posts = {who: set(coverage.loc[coverage["coder"] == who, "doc_id"]) for who in (held_out, chosen_on)}
    posts[chosen_on] -= posts[held_out]
    given = human.annotations[human.annotations["codebook"] == book.id]
    counts = np.zeros((len(material.passages), len(book.codes)), dtype=int)
    for who, covered in posts.items():
        part = given[(given["coder"] == who) & given["doc_id"].isin(covered)]
        for row, code in zip(paragraph_of(part, material.passages), part["code"], strict=True):
            if row >= 0:
                counts[row, book.code_ids.index(code)] += 1
    ids = material.passages["doc_id"]
    return Gold(counts, ids.isin(posts[chosen_on]).to_numpy(), ids.isin(posts[held_out]).to_numpy())


def paragraph_of(sentences: pd.DataFrame, paragraphs: pd.DataFrame) -> list[int]:
    """The row of the paragraph in which each sentence begins; -1 in furniture."""
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for row, (doc_id, start, end) in enumerate(zip(*(paragraphs[column] for column in PLACE), strict=True)):
        spans.setdefault(doc_id, []).append((start, end, row))
    return [
        next((row for first, last, row in spans.get(doc_id, ()) if first <= start < last), -1)
        for doc_id, start in zip(sentences["doc_id"], sentences["start"], strict=True)
    ]


def agreement(scores: np.ndarray, counts: np.ndarray, rows: np.ndarray) -> tuple[float, float, float]:
    """Accuracy, macro-F1 and mean average precision of scores (paragraphs, codes) in these rows."""
    scores, counts = scores[rows], counts[rows]
    coded = counts.sum(1) > 0
    there = np.flatnonzero(counts.sum(0))
    largest = np.where(scores.max(1) > 0, scores.argmax(1), -1)
    right = (largest >= 0) & (counts[np.arange(len(counts)), largest] == counts.max(1))
    truth = np.where(right, largest, counts.argmax(1))[coded]
    f1 = f1_score(truth, largest[coded], labels=sorted(set(truth)), average="macro", zero_division=0)
    precision = np.mean([average_precision_score(counts[:, code] > 0, scores[:, code]) for code in there])
    return float(right[coded].mean()), float(f1), float(precision)


def guided(
    book: Codebook,
    lang: str,
    material: Material,
    counts: np.ndarray,
    rows: np.ndarray,
    *,
    seeds: tuple[int, ...] = SEEDS,
    fit_to: DocumentTerms | None = None,
    **settings: float,
) -> list[float]:
    documents = material.documents
    figures, tops = [], []
    for seed in seeds:
        model = fit_guided(fit_to or documents, book, lang, seed=seed, **settings)
        shares = model.infer(documents) if fit_to else model.document_topic
        found = agreement(by_code(book, model, shares), counts, rows)
        asked = model.settings["seeds"]
        top = top_terms(model, 20)
        kept = [len(set(top[name]) & set(terms)) / min(20, len(terms)) for name, terms in asked.items()]
        tops.append({name: top[name][:10] for name in asked})
        figures.append((*found, np.mean(kept), coherence(documents, list(tops[-1].values()))))
    stable = [jaccard(one[name], two[name]) for one, two in combinations(tops, 2) for name in one.keys() & two.keys()]
    return [*np.mean(figures, 0), float(np.mean(stable))]


def unguided(book: Codebook, material: Material, gold: Gold, k: int) -> list[float]:
    """Topics matched to codes one to one by average precision on the singly coded posts."""
    figures, tops = [], []
    there = gold.counts[gold.chosen_on] > 0
    for seed in SEEDS:
        model = fit_model(material.documents, k, seed=seed, iterations=SWEEPS)
        shares = model.document_topic[gold.chosen_on]
        worth = np.zeros((len(book.codes), k))
        for code in np.flatnonzero(there.any(0)):
            worth[code] = [average_precision_score(there[:, code], shares[:, topic]) for topic in range(k)]
        codes, topics = linear_sum_assignment(-worth)
        scores = np.zeros(gold.counts.shape)
        scores[:, codes] = model.document_topic[:, topics]
        top = list(top_terms(model, 10).values())
        tops.append(top)
        found = agreement(scores, gold.counts, gold.held_out)
        figures.append((*found, np.nan, coherence(material.documents, [top[topic] for topic in topics])))
    stable = []
    for one, two in combinations(tops, 2):
        alike = np.array([[jaccard(a, b) for b in two] for a in one])
        stable.append(alike[linear_sum_assignment(-alike)].mean())
    return [*np.mean(figures, 0), float(np.mean(stable))]


def chance(book: Codebook, lang: str, documents: DocumentTerms, counts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The shares of one guided model dealt out to other paragraphs at random: mean of many."""
    model = fit_guided(documents, book, lang)
    scores = by_code(book, model, model.document_topic)[rows]
    random, everything = np.random.default_rng(1), np.ones(int(rows.sum()), dtype=bool)
    dealt = (scores[random.permutation(len(scores))] for _ in range(PERMUTATIONS))
    return np.mean([agreement(some, counts[rows], everything) for some in dealt], 0)


def by_code(book: Codebook, model: TopicModel, shares: np.ndarray) -> np.ndarray:
    """Shares (paragraphs, codes): the codes' topics only; 0 for a code without one."""
    empty = np.zeros(len(shares))
    return np.column_stack(
        [shares[:, model.names.index(code)] if code in model.names else empty for code in book.code_ids]
    )


def counted(book: Codebook, lang: str, documents: DocumentTerms) -> np.ndarray:
    """Strengths of the distinct seeds in each paragraph, added up."""
    strengths = codebook_seeds(book, lang, documents.vocabulary).strengths
    of_term = [[strengths.get(code, {}).get(term, 0.0) for code in book.code_ids] for term in documents.vocabulary]
    return np.asarray((documents.matrix() > 0).astype(float) @ np.array(of_term))


def matched(book: Codebook, lang: str, material: Material, human: HumanAnnotations, posts: pd.DataFrame) -> np.ndarray:
    """Weights of the cues that the matcher finds in a paragraph's sentences."""
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    units = human.units[human.units["doc_id"].isin(material.passages["doc_id"])]
    index = cue_index(book)
    hits = [index.find(texts[d][a:b], lang) for d, a, b in units[PLACE].itertuples(index=False, name=None)]
    scores = np.zeros((len(material.passages), len(book.codes)))
    for row, weights in zip(paragraph_of(units, material.passages), index.weights(hits), strict=True):
        if row >= 0:
            scores[row] += weights
    return scores


def pooled(material: Material, fewest: int) -> DocumentTerms:
    """Neighbouring paragraphs of a post put together until they have this many terms; 0: whole posts."""
    texts: list[list[str]] = []
    before = None
    for post, text in zip(material.passages["doc_id"], material.documents.texts(), strict=True):
        if post != before or (fewest and len(texts[-1]) >= fewest):
            texts.append([])
        texts[-1] = texts[-1] + text
        before = post
    return document_terms(texts, material.documents.vocabulary)


def top_terms(model: TopicModel, count: int) -> dict[str, list[str]]:
    order = np.argsort(-model.topic_term, axis=1, kind="stable")[:, :count]
    return {name: [model.terms[term] for term in row] for name, row in zip(model.names, order, strict=True)}


def jaccard(one: list[str], two: list[str]) -> float:
    return len(set(one) & set(two)) / len(set(one) | set(two))


def coherence(documents: DocumentTerms, tops: list[list[str]]) -> float:
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    texts = [text for text in documents.texts() if text]
    model = CoherenceModel(topics=tops, texts=texts, dictionary=Dictionary(texts), coherence="c_npmi", processes=1)
    return float(np.nanmean(model.get_coherence_per_topic()))


def line(name: str, *figures: float) -> None:
    cells = ["" if np.isnan(figure) else f"{figure:.2f}" for figure in (*figures, *[np.nan] * (6 - len(figures)))]
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
