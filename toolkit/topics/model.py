"""A fitted topic model: the same outputs and the same inference whichever engine made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from toolkit.display import Card, SelfShown, card, plain_text, show
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.inference import fold_in, nmf_shares

__all__ = ["TopicModel"]

#: Terms of a topic that its card shows.
_SHOWN_TERMS = 10


@dataclass(frozen=True, repr=False, eq=False)
class TopicModel(SelfShown):
    """A model with ``k`` topics over a vocabulary.

    Attributes
    ----------
    engine : who fitted it: "tomotopy", "gensim", "hdp", "nmf", or what a consensus or a distributed fit calls itself.
    terms : the vocabulary, sorted.
    topic_term : (k, terms); rows are probability distributions over terms, topic by topic.
    document_topic : (documents, k); the share of each topic in each document the model was fitted to. Rows add up
        to 1; the row of a document without a known term is zeros.
    lengths : tokens of each of these documents.
    names : a name per topic; "1", "2" ... by size (tokens), largest first, unless the topics were asked for by name.
    settings : what the fit was told (k, seed, priors, iterations, versions): plain values that JSON can hold.
    arrays : what inference needs further: ``alpha`` (k,) for LDA and HDP; ``idf`` (terms,) and ``components``
        (k, terms) for NMF.

    >>> from toolkit.topics import document_terms, fit_model
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> model = fit_model(documents, 2)
    >>> model.k, model.names, model.topic_term.shape, model.topic_term.sum(axis=1).round(6).tolist()
    (2, ('1', '2'), (2, 6), [1.0, 1.0])
    >>> new = model.infer(document_terms([["oferta", "venta"]], model.terms))  # shares of texts that it did not see
    >>> new.shape, bool(new.max() > 0.8)
    ((1, 2), True)
    """

    engine: str
    terms: tuple[str, ...]
    topic_term: np.ndarray
    document_topic: np.ndarray
    lengths: np.ndarray
    names: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def k(self) -> int:
        """The number of topics."""
        return len(self.topic_term)

    @property
    def sizes(self) -> np.ndarray:
        """Tokens each topic accounts for (k,): document lengths times shares; they add up to all tokens."""
        return np.asarray(self.lengths @ self.document_topic)

    def _card_(self, lang: str = "en") -> Card:
        best = np.argsort(-self.topic_term, axis=1, kind="stable")[:, :_SHOWN_TERMS]
        rows = {
            "topic": self.names,
            "terms": [", ".join(self.terms[place] for place in row) for row in best],
            "share": self.sizes / max(self.sizes.sum(), 1e-12),
        }
        facts = {
            "engine": self.engine,
            "terms": len(self.terms),
            "documents": len(self.lengths),
            "word_count": int(self.lengths.sum()),
            "seed": str(self.settings["seed"]) if "seed" in self.settings else None,
        }
        return card("model", lang, facts=facts, tables=[show(pd.DataFrame(rows), rows=200, lang=lang)])

    def __repr__(self) -> str:
        return plain_text(
            f"TopicModel ({self.engine}): {self.k} topics, {len(self.terms):,} terms, {len(self.lengths):,} documents"
        )

    def infer(self, documents: DocumentTerms) -> np.ndarray:
        """Shares of the topics in documents, new or old, shape (documents, k); terms the model lacks do not count.

        No chance is involved: the same model gives the same shares, after saving and loading too. LDA and HDP: by
        :func:`toolkit.topics.inference.fold_in`; NMF: by non-negative least squares against the fixed components. Rows
        add up to 1, or are zeros where no term is known.
        """
        documents = documents.over(self.terms)
        if "components" in self.arrays:
            return nmf_shares(documents, self.arrays["idf"], self.arrays["components"])
        return fold_in(documents, self.topic_term, self.arrays["alpha"])

    def by_size(self) -> "TopicModel":
        """The same model with its topics in order of size, largest first, and named by number."""
        return self.reordered(np.argsort(-self.sizes, kind="stable"))

    def reordered(self, order: np.ndarray, names: tuple[str, ...] | None = None) -> "TopicModel":
        """The same model with its topics in another order, a permutation of 0 to k-1."""
        per_topic = {name: self.arrays[name][order] for name in ("alpha", "components") if name in self.arrays}
        return replace(
            self,
            topic_term=self.topic_term[order],
            document_topic=self.document_topic[:, order],
            names=names or tuple(str(number) for number in range(1, self.k + 1)),
            arrays={**self.arrays, **per_topic},
        )
