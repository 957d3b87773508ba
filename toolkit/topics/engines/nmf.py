"""Non-negative matrix factorisation of tf-idf (scikit-learn): a fast, nearly deterministic baseline.

Lee & Seung (1999), Nature 401; start by non-negative double SVD (Boutsidis & Gallopoulos 2008). Its topics are no
probability model: their rows are scaled to add up to 1 so that they can be shown and compared like the others.
"""

import warnings

import numpy as np

from toolkit.topics.documents import DocumentTerms
from toolkit.topics.inference import nmf_shares, tfidf
from toolkit.topics.model import TopicModel

__all__ = ["fit_nmf"]


def fit_nmf(documents: DocumentTerms, k: int, *, seed: int = 1, iterations: int = 400) -> TopicModel:
    """Fit k topics in at most ``iterations`` sweeps; see :func:`toolkit.topics.engines.fit_model`."""
    import sklearn
    from sklearn.decomposition import NMF

    counts = documents.matrix()
    found = np.asarray((counts > 0).sum(0)).ravel()
    # the smoothed idf of scikit-learn: ln((1 + n) / (1 + df)) + 1
    idf = np.log((1 + len(documents)) / (1 + found)) + 1
    # as many components as the matrix bears: nndsvda needs a singular vector for each
    start = "nndsvda" if k <= min(counts.shape) else "random"
    model = NMF(n_components=k, init=start, random_state=seed, max_iter=iterations)
    with warnings.catch_warnings():
        # not having come to rest within the sweeps is a property of the result, not an error
        warnings.simplefilter("ignore")
        model.fit(tfidf(documents, idf))
    components = np.asarray(model.components_, dtype=np.float64)
    sums = components.sum(1, keepdims=True)
    flat = np.full_like(components, 1 / components.shape[1])
    return TopicModel(
        "nmf",
        documents.vocabulary,
        np.divide(components, sums, out=flat, where=sums > 0),
        nmf_shares(documents, idf, components),
        documents.lengths,
        tuple(str(number) for number in range(1, k + 1)),
        {"k": k, "seed": seed, "iterations": iterations, "scikit-learn": sklearn.__version__},
        {"idf": idf, "components": components},
    ).by_size()
