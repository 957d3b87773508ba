"""Which themes hold: one run, the medoid run and the consensus of many runs, over seeds and over samples of posts.

    python tests/benchmarks/topics_stability.py [--grid] [CORPUS ...]

CORPUS: "es", "it" (paragraphs of the bundled posts), "congreso"; all three without. Prints Markdown.

- single, medoid, consensus over seeds: mean Jaccard similarity of the ten top terms of matched topics: of two runs,
  of the medoids and of the consensuses of two halves of the runs that share none (10 deals).
- single, consensus over samples: the same between models of two bootstrap samples of the posts (congreso: speeches);
  a consensus is made anew within each sample (4 samples, 6 pairs). chance, for the consensus: the mean of the same
  when the weights of every term are dealt out anew among the topics of one of the two.
- NPMI (gensim, c_npmi, ten terms), NMI of each paragraph's largest topic with its label (genre; speech), and
  held-out log-likelihood per token (higher is better): a fifth of the posts left out, every second term of each of
  their paragraphs predicted from the others; each for a single run (mean of three) and the consensus. "words" is the
  held-out figure of plain word frequencies without any topics.

Whatever the model is fitted to (paragraphs, or neighbours of one post pooled to a least number of terms), these last
three are measured on paragraphs. --grid: other units, priors eta
and numbers of runs.
"""

import sys
import time
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import topic_corpora
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
from sklearn.metrics import normalized_mutual_info_score

from toolkit.topics.choice import ThemeChoice
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import ALPHA
from toolkit.topics.inference import fold_in
from toolkit.topics.model import TopicModel
from toolkit.topics.stability import consensus, medoid, runs_over_seeds
from toolkit.topics.stability.matching import matched_similarity

SAMPLES, DEALS = 4, 10
HEAD = (
    "| corpus | unit | k | eta | runs | single, seeds | medoid | consensus | single, samples | consensus | chance "
    "| NPMI single | consensus | NMI single | consensus | held-out single | consensus | words | diversity | CPU s |"
)


class Setting(NamedTuple):
    unit: int
    k: int
    eta: float
    runs: int
    iterations: int = 500
    engine: str = "tomotopy"


class Corpus(NamedTuple):
    name: str
    documents: DocumentTerms
    posts: np.ndarray
    labels: np.ndarray


def main() -> None:
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or ["es", "it", "congreso"]
    print(HEAD + "\n|" + "---|" * HEAD.count(" |"))
    for name in names:
        corpus = load(name)
        for setting in grid() if "--grid" in sys.argv else defaults(name):
            line(corpus, setting)


def defaults(name: str) -> list[Setting]:
    if name == "congreso":
        return [Setting(0, 10, 0.01, 10, 300), Setting(0, 10, 0.1, 10, 300)]
    asked = ThemeChoice()
    settings = [Setting(0, k, eta, asked.runs) for k in (4, 8) for eta in (0.01, 0.3)]
    shown = Setting(asked.pool, 4, asked.eta, asked.runs)  # what ``toolkit run`` does
    return [shown, *settings, Setting(0, 4, 0, 4, 400, "nmf")]


def grid() -> list[Setting]:
    found = [Setting(unit, 4, eta, 20) for unit, eta in product((0, 40), (0.1, 0.3, 1.0))]
    return [*found, Setting(0, 4, 0.3, 10), Setting(0, 4, 0.3, 40)]


def load(name: str) -> Corpus:
    if name == "congreso":
        material = topic_corpora.congreso()
        posts = material.passages["doc_id"].str.rsplit("-", n=1).str[0].to_numpy()
    else:
        material = topic_corpora.conversaciones(name)
        posts = material.passages["doc_id"].to_numpy()
    return Corpus(name, material.documents, posts, material.labels)


def line(corpus: Corpus, setting: Setting) -> None:
    documents, place = corpus.documents.pooled(corpus.posts, setting.unit)
    posts = corpus.posts[np.unique(place, return_index=True)[1]]
    options = {"iterations": setting.iterations, "engine": setting.engine}
    if setting.engine == "tomotopy":
        options["eta"] = setting.eta
    began = time.process_time()
    runs = runs_over_seeds(documents, setting.k, setting.runs, **options)
    agreed = consensus(runs, documents)
    spent = time.process_time() - began
    random, halves = np.random.default_rng(1), []
    for _ in range(DEALS):
        order, half = random.permutation(setting.runs), setting.runs // 2
        halves.append((runs.take(order[:half]), runs.take(order[half : 2 * half])))
    seeds = [
        np.mean([alike(one, other) for one, other in combinations(runs.models, 2)]),
        np.mean([alike(one.models[medoid(one)], other.models[medoid(other)]) for one, other in halves]),
        np.mean([alike(consensus(one, documents), consensus(other, documents)) for one, other in halves]),
    ]
    several = []
    for number in range(SAMPLES):
        sample = documents.take(drawn(posts, number))
        fitted = runs_over_seeds(sample, setting.k, setting.runs, seed=500 + number, **options)
        several.append((fitted.models[0], consensus(fitted, sample)))
    samples = [
        np.mean([alike(one[place], other[place]) for one, other in combinations(several, 2)]) for place in (0, 1)
    ]
    chance = np.mean([without_meaning(several[0][1], several[1][1], seed) for seed in range(20)])
    quality = [both(corpus, runs.models[:3], agreed, measure) for measure in (npmi, nmi)]
    figures = [*seeds, *samples, chance, *np.ravel(quality)]
    fit = held_out(corpus, setting, options)
    print(
        f"| {corpus.name} | {setting.unit or 'paragraph'} | {setting.k} | {setting.eta or setting.engine} "
        f"| {setting.runs} | "
        + " | ".join(f"{figure:.2f}" for figure in figures)
        + " | "
        + " | ".join(f"{figure:.3f}" for figure in fit)
        + f" | {diversity(agreed):.2f} | {spent:.1f} |",
        flush=True,
    )


def alike(one: TopicModel, other: TopicModel) -> float:
    return float(matched_similarity(one.topic_term, other.topic_term).mean())


def without_meaning(one: TopicModel, other: TopicModel, seed: int) -> float:
    dealt = np.random.default_rng(seed).permuted(other.topic_term, axis=0)
    return float(matched_similarity(one.topic_term, dealt / dealt.sum(1, keepdims=True)).mean())


def drawn(posts: np.ndarray, seed: int) -> np.ndarray:
    names, place = np.unique(posts, return_inverse=True)
    chosen = np.random.default_rng(seed).integers(len(names), size=len(names))
    return np.concatenate([np.flatnonzero(place == post) for post in chosen])


def both(corpus: Corpus, single: tuple[TopicModel, ...], agreed: TopicModel, measure: object) -> list[float]:
    return [float(np.mean([measure(corpus, model) for model in single])), measure(corpus, agreed)]


def top(model: TopicModel) -> list[list[str]]:
    return [[model.terms[term] for term in np.argsort(-row, kind="stable")[:10]] for row in model.topic_term]


def diversity(model: TopicModel) -> float:
    """Different terms among the ten top terms of all topics, as a share."""
    terms = [term for topic in top(model) for term in topic]
    return len(set(terms)) / len(terms)


def npmi(corpus: Corpus, model: TopicModel) -> float:
    texts = corpus.documents.texts()
    measure = CoherenceModel(
        topics=top(model), texts=texts, dictionary=Dictionary(texts), coherence="c_npmi", topn=10, processes=1
    )
    return float(measure.get_coherence())


def nmi(corpus: Corpus, model: TopicModel) -> float:
    shares = model.infer(corpus.documents)
    there = (shares.sum(1) > 0) & (corpus.labels != "")
    return float(normalized_mutual_info_score(corpus.labels[there].astype(str), shares[there].argmax(1)))


def held_out(corpus: Corpus, setting: Setting, options: dict[str, object]) -> list[float]:
    """Of a single run (mean of three), the consensus, and plain word frequencies."""
    names = np.unique(corpus.posts)
    apart = np.isin(corpus.posts, np.random.default_rng(3).choice(names, len(names) // 5, replace=False))
    kept = corpus.documents.take(np.flatnonzero(~apart))
    training, _ = kept.pooled(corpus.posts[~apart], setting.unit)
    runs = runs_over_seeds(training, setting.k, setting.runs, **options)
    rows = [corpus.documents.row(place) for place in np.flatnonzero(apart)]
    seen = [row[0::2] for row in rows]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in seen])])
    known = DocumentTerms(corpus.documents.vocabulary, np.concatenate(seen), starts)
    floor = np.bincount(training.ids, minlength=len(training.vocabulary)) + (setting.eta or 0.01)

    def score(topics: np.ndarray) -> float:
        # terms that no document left has (the prior spreads over known ones only) count as half an occurrence
        topics = (topics + 0.5 / len(training.ids)) / (topics + 0.5 / len(training.ids)).sum(1, keepdims=True)
        shares = fold_in(known, topics, np.full(len(topics), ALPHA))
        logs = [np.log(share @ topics[:, row[1::2]]) for share, row in zip(shares, rows, strict=True) if len(row) > 1]
        return float(np.concatenate(logs).mean())

    single = np.mean([score(model.topic_term) for model in runs.models[:3]])
    return [single, score(consensus(runs, training).topic_term), score((floor / floor.sum())[None, :])]


if __name__ == "__main__":
    main()
