"""The hierarchical Dirichlet process (gensim HdpModel): it finds its own number of topics.

Wang, Paisley & Blei (2011), AISTATS 15. The number found depends on its concentration parameters as much as on the
texts: take it as a second opinion, never as the answer.
"""

import numpy as np

from toolkit.topics.documents import DocumentTerms
from toolkit.topics.inference import fold_in
from toolkit.topics.model import TopicModel

__all__ = ["fit_hdp"]

#: Topics are kept, largest first, until they hold this share of the tokens; the rest are leftovers of the truncation.
_KEPT = 0.95
#: The step of update t is (tau + t) ** -kappa. With gensim's own 1 and 64 topics hardly leave their random start: on
#: 1,191 paragraphs of the bundled posts their NPMI was -0.93 and is -0.06 so, on 4,205 parts of speeches -0.07 and
#: 0.04 (most 20 topics, 10 passes); on texts drawn from eight known topics all eight are found, and none was before.
_KAPPA, _TAU = 0.6, 1.0


def fit_hdp(documents: DocumentTerms, k: int, *, seed: int = 1, iterations: int = 10) -> TopicModel:
    """Find at most k topics in ``iterations`` passes; see :func:`toolkit.topics.engines.fit_model`."""
    import gensim
    from gensim.models import HdpModel

    bags = [bag for bag in documents.bags() if bag]
    names = dict(enumerate(documents.vocabulary))
    model = HdpModel(bags, names, T=k, K=min(15, k), kappa=_KAPPA, tau=_TAU, random_state=seed)
    # further passes one by one: a corpus given as its own multiple would count as so many more documents
    for _ in range(iterations - 1):
        model.update(bags)
    alpha, topics = model.hdp_to_lda()
    alpha, topics = np.asarray(alpha, dtype=np.float64), np.asarray(topics, dtype=np.float64)
    topics /= topics.sum(1, keepdims=True)
    sizes = documents.lengths @ fold_in(documents, topics, alpha)
    order = np.argsort(-sizes, kind="stable")
    held = np.cumsum(sizes[order]) / sizes.sum()
    kept = order[: max(2, int(np.searchsorted(held, _KEPT)) + 1)]
    topics, alpha = topics[kept], alpha[kept]
    return TopicModel(
        "hdp",
        documents.vocabulary,
        topics,
        fold_in(documents, topics, alpha),
        documents.lengths,
        tuple(str(number) for number in range(1, len(kept) + 1)),
        {"k": len(kept), "most": k, "seed": seed, "iterations": iterations, "gensim": gensim.__version__},
        {"alpha": alpha},
    ).by_size()
