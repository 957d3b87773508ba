"""Topic engines side by side, on equal priors, over five seeds, each fit in a process of its own.

Corpora: parts of real Spanish speeches (``congreso``, see topic_corpora.py; alpha .1, eta .01), and the bundled posts
with the settings of ``toolkit run`` (neighbouring paragraphs put together to 40 terms, alpha .1, eta .3). Columns:

- CPU: seconds of the fit, child processes included, mean over seeds; MB: peak memory of the process with all imports,
  and of its largest child process.
- NPMI, c_v: coherence of the ten most probable terms (gensim), mean over topics and seeds; higher is better.
- AMI: adjusted mutual information of a document's largest topic with its label (speech; genre), 0 chance, 1 the same.
- stability: mean Jaccard similarity of the ten first terms of topics matched one to one, over all pairs of seeds.

    python tests/benchmarks/topics.py [--seeds 5] [--corpora congreso es it]
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from topic_corpora import Material, congreso, conversaciones

from toolkit.topics.choice import ThemeChoice
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import ALPHA, fit_model
from toolkit.topics.stability import stability

#: Topics asked for and prior of topics over terms, by corpus; alpha is the same for all.
TOPICS = {"congreso": 20, "es": 4, "it": 4}
ETA = {"congreso": 0.01, "es": ThemeChoice().eta, "it": ThemeChoice().eta}
_PASSES = 20

Fitted = tuple[np.ndarray, np.ndarray]


def ours(documents: DocumentTerms, k: int, seed: int, eta: float) -> Fitted:
    model = fit_model(documents, k, seed=seed, eta=eta)
    return model.topic_term, model.document_topic


def ours_nmf(documents: DocumentTerms, k: int, seed: int, eta: float) -> Fitted:
    model = fit_model(documents, k, engine="nmf", seed=seed)
    return model.topic_term, model.document_topic


def gensim_lda(documents: DocumentTerms, k: int, seed: int, eta: float, *, multicore: bool = False) -> Fitted:
    """gensim as its users call it: 32-bit numbers, chunks of 2,000, online updates."""
    from gensim.models import LdaModel, LdaMulticore

    bags, names = documents.bags(), dict(enumerate(documents.vocabulary))
    common = {
        "id2word": names,
        "num_topics": k,
        "passes": _PASSES,
        "iterations": 100,
        "alpha": [ALPHA] * k,
        "eta": eta,
        "eval_every": None,
        "random_state": seed,
    }
    model = LdaMulticore(bags, workers=2, **common) if multicore else LdaModel(bags, **common)
    gamma, _ = model.inference(bags)
    return model.get_topics(), gamma / gamma.sum(1, keepdims=True)


def gensim_multicore(documents: DocumentTerms, k: int, seed: int, eta: float) -> Fitted:
    return gensim_lda(documents, k, seed, eta, multicore=True)


def sklearn_lda(documents: DocumentTerms, k: int, seed: int, eta: float) -> Fitted:
    from sklearn.decomposition import LatentDirichletAllocation

    model = LatentDirichletAllocation(
        k, doc_topic_prior=ALPHA, topic_word_prior=eta, max_iter=_PASSES, learning_method="batch", random_state=seed
    )
    shares = model.fit_transform(documents.matrix())
    return model.components_ / model.components_.sum(1, keepdims=True), shares


ENGINES: dict[str, Callable[[DocumentTerms, int, int, float], Fitted]] = {
    "this toolkit, default (tomotopy LDA)": ours,
    f"gensim LdaModel, {_PASSES} passes": gensim_lda,
    f"gensim LdaMulticore, 2 workers, {_PASSES} passes": gensim_multicore,
    f"scikit-learn LDA, batch, {_PASSES} passes": sklearn_lda,
    "this toolkit, NMF on tf-idf": ours_nmf,
}


def material(name: str) -> tuple[DocumentTerms, np.ndarray]:
    """Documents and their labels."""
    found: Material = congreso() if name == "congreso" else conversaciones(name)
    if name == "congreso":
        return found.documents, found.labels
    documents, place = found.documents.pooled(found.passages["doc_id"].tolist(), ThemeChoice().pool)
    return documents, found.labels[np.unique(place, return_index=True)[1]]


def cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def peak() -> float:
    """Megabytes at the peak, of this process and the largest child."""
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def child(engine: str, corpus: str, seed: int, folder: Path) -> None:
    import threadpoolctl

    with np.load(folder / f"{corpus}.npz") as file:
        vocabulary = json.loads((folder / f"{corpus}.json").read_text(encoding="utf-8"))
        documents = DocumentTerms(tuple(vocabulary), file["ids"], file["starts"])
    # the engine's imports are no part of the fit
    ENGINES[engine](documents.take(range(100)), 2, seed, ETA[corpus])
    with threadpoolctl.threadpool_limits(1):
        before, began = cpu(), time.perf_counter()
        topic_term, document_topic = ENGINES[engine](documents, TOPICS[corpus], seed, ETA[corpus])
        spent = {"cpu": cpu() - before, "wall": time.perf_counter() - began, "mb": peak()}
    np.savez(folder / "fit.npz", topic_term=topic_term, document_topic=document_topic)
    (folder / "fit.json").write_text(json.dumps(spent), encoding="utf-8")


def tops(topic_term: np.ndarray, documents: DocumentTerms) -> list[list[str]]:
    return [[documents.vocabulary[term] for term in np.argsort(-row, kind="stable")[:10]] for row in topic_term]


def measure(corpus: str, seeds: int, folder: Path) -> pd.DataFrame:
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel
    from sklearn.metrics import adjusted_mutual_info_score

    documents, labels = material(corpus)
    labelled = labels != ""
    np.savez(folder / f"{corpus}.npz", ids=documents.ids, starts=documents.starts)
    (folder / f"{corpus}.json").write_text(json.dumps(documents.vocabulary), encoding="utf-8")
    texts = documents.texts()
    dictionary = Dictionary(texts)
    rows = []
    for engine in ENGINES:
        runs, spent, agreement = [], [], []
        for seed in range(1, seeds + 1):
            call = [sys.executable, __file__, "--child", engine, corpus, str(seed), str(folder)]
            subprocess.run(call, check=True)
            spent.append(json.loads((folder / "fit.json").read_text(encoding="utf-8")))
            with np.load(folder / "fit.npz") as file:
                runs.append(tops(file["topic_term"], documents))
                leading = file["document_topic"].argmax(1)
            agreement.append(adjusted_mutual_info_score(labels[labelled], leading[labelled]))
        every = [terms for run in runs for terms in run]
        common = {"topics": every, "texts": texts, "dictionary": dictionary, "processes": 1}
        sets = [[frozenset(terms) for terms in run] for run in runs]
        pairs = [stability(one, [other]).mean() for one, other in itertools.combinations(sets, 2)]
        rows.append(
            {
                "engine": engine,
                "CPU s": np.mean([one["cpu"] for one in spent]),
                "MB": np.mean([one["mb"] for one in spent]),
                "NPMI": CoherenceModel(coherence="c_npmi", **common).get_coherence(),
                "c_v": CoherenceModel(coherence="c_v", **common).get_coherence(),
                "AMI": np.mean(agreement),
                "stability": np.mean(pairs),
            }
        )
        print(f"  {engine}: done", file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--corpora", nargs="+", default=["congreso", "es", "it"], choices=list(TOPICS))
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        engine, corpus, seed, folder = options.child
        child(engine, corpus, int(seed), Path(folder))
        return
    for corpus in options.corpora:
        with tempfile.TemporaryDirectory() as folder:
            table = measure(corpus, options.seeds, Path(folder))
        print(
            f"\n### {corpus}: {material(corpus)[0]}, k = {TOPICS[corpus]}, eta = {ETA[corpus]}, {options.seeds} seeds\n"
        )
        print("| " + " | ".join(table.columns) + " |\n|" + "---|" * len(table.columns))
        for row in table.itertuples(index=False):
            name, seconds, memory, *rest = row
            print(f"| {name} | {seconds:.1f} | {memory:.0f} | " + " | ".join(f"{value:.3f}" for value in rest) + " |")
        mine, theirs = table["CPU s"].iloc[0], table["CPU s"].iloc[1]
        print(f"\ngensim LdaModel takes {theirs / mine:.1f} times the CPU of the default.")


if __name__ == "__main__":
    main()
