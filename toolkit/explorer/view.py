"""What the explorer shows of a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.model import TopicModel

__all__ = ["ModelView", "model_view"]


@dataclass(frozen=True, eq=False)
class ModelView:
    """What the explorer shows of one model; per-topic sequences are in the order of ``names``.

    Attributes
    ----------
    name, title : "es", "Spanish"; names are unique in a page. ``name`` and a topic's name make its address, ``#es.2``.
    names : names of the topics, with or without the model's before them ("2" or "es.2").
    sizes : tokens (or passages) each topic accounts for, >= 0. ``size_unit`` says what they count.
    lang : code of the terms' language; "" for several.
    terms, topic_term, term_counts : vocabulary, (k, terms) probabilities, tokens of each term in the corpus; or
    language_terms : in their place for themes across languages: a table topic, lang, term, weight (class-based
        tf-idf, > 0); the page then has no lambda.
    labels : label candidates of each topic, best first; without them the first three terms at lambda 0.6.
    stability : 0 to 1 each, higher is better, NaN where not measured; ``unstable`` : those to be marked.
    passages : table topic, doc_id, start, end, quote, and where known share (0-1) and lang; the first five of a topic
        are shown, in this order.
    prevalence : table topic, by ("year", "genre" ...), value, share, ci_low, ci_high, n.
    positions : (k, 2) places on the map; without them those of :func:`toolkit.topics.layout.topic_layout`.
    note : one line on how the model came about.

    >>> import numpy as np
    >>> view = ModelView("es", "Spanish", ["1", "2"], np.array([30, 12]), terms=["red", "voz"],
    ...     topic_term=np.array([[0.8, 0.2], [0.1, 0.9]]), term_counts=np.array([25, 17]))
    >>> view.ids, view.full("2")
    (['es.1', 'es.2'], 'es.2')
    """

    name: str
    title: str
    names: Sequence[str]
    sizes: np.ndarray
    lang: str = ""
    terms: Sequence[str] = ()
    topic_term: np.ndarray | None = None
    term_counts: np.ndarray | None = None
    language_terms: pd.DataFrame | None = None
    labels: Sequence[Sequence[str]] | None = None
    stability: Sequence[float] | None = None
    unstable: Sequence[bool] | None = None
    passages: pd.DataFrame | None = None
    prevalence: pd.DataFrame | None = None
    positions: np.ndarray | None = None
    size_unit: str = "tokens"
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        k, given = len(self.names), (self.topic_term is not None, self.language_terms is not None)
        if not k or not self.name.strip() or len(set(self.ids)) < k:
            raise InputError(f"explorer: model '{self.name}' has {k} topics; a name and topics named apart are needed.")
        if sum(given) != 1:
            raise InputError(f"explorer: model '{self.name}' needs topic_term or language_terms, one of the two.")
        shapes = {
            "sizes": (self.sizes, (k,)),
            "topic_term": (self.topic_term, (k, len(self.terms))),
            "term_counts": (self.term_counts if given[0] else None, (len(self.terms),)),
            "positions": (self.positions, (k, 2)),
            "stability": (self.stability, (k,)),
            "unstable": (self.unstable, (k,)),
        }
        for field, (values, shape) in shapes.items():
            if values is None:
                if field == "term_counts" and given[0]:
                    raise InputError(f"explorer: model '{self.name}' has topic_term and no term_counts; give both.")
                continue
            array = np.asarray(values, dtype=np.float64)
            if array.shape != shape:
                raise InputError(f"explorer: {field} of '{self.name}' has the shape {array.shape}, expected {shape}.")
            bad = ~np.isfinite(array) & ~((field == "stability") & np.isnan(array))
            if bad.any() or (field in ("sizes", "topic_term", "term_counts") and (array < 0).any()):
                raise InputError(f"explorer: {field} of '{self.name}' has a value that is negative or no number.")
        if self.labels is not None and len(self.labels) != k:
            raise InputError(f"explorer: {len(self.labels)} lists of labels for {k} topics of '{self.name}'.")
        for table, columns in (
            ("passages", ["topic", "doc_id", "start", "end", "quote"]),
            ("prevalence", ["topic", "by", "value", "share", "ci_low", "ci_high", "n"]),
            ("language_terms", ["topic", "lang", "term", "weight"]),
        ):
            _columns(getattr(self, table), columns, f"{table} of '{self.name}'")

    @property
    def ids(self) -> list[str]:
        """The topics' names with the model's before them: "es.1", "es.2"."""
        return [self.full(name) for name in self.names]

    def full(self, topic: object) -> str:
        """The name of a topic with the model's before it."""
        return str(topic) if str(topic).startswith(f"{self.name}.") else f"{self.name}.{topic}"


def model_view(
    model: TopicModel, documents: DocumentTerms, *, name: str, title: str = "", lang: str = "", **more: Any
) -> ModelView:
    """A fitted model as the explorer shows it.

    ``documents`` : those it was fitted to; terms are counted there. ``more`` : the further attributes of
    :class:`ModelView` (labels, stability, unstable, passages, prevalence, positions, note).

    >>> from toolkit.topics import document_terms, fit_model
    >>> documents = document_terms([["red", "voz", "red"], ["precio", "oferta"], ["voz", "red"], ["oferta", "precio"]])
    >>> view = model_view(fit_model(documents, 2, engine="nmf"), documents, name="es", title="Spanish")
    >>> view.ids, view.note
    (['es.1', 'es.2'], 'nmf, 2 topics, 4 documents, 9 tokens, seed 1')
    """
    if len(documents) != len(model.lengths):
        raise InputError(
            f"explorer: the model was fitted to {len(model.lengths):,} documents and {len(documents):,} are given; "
            "give those it was fitted to."
        )
    documents = documents.over(model.terms)
    note = f"{model.engine}, {model.k} topics, {len(documents):,} documents, {len(documents.ids):,} tokens"
    seed = f", seed {model.settings['seed']}" if "seed" in model.settings else ""
    given = {
        "names": model.names,
        "sizes": model.sizes,
        "terms": model.terms,
        "topic_term": model.topic_term,
        "term_counts": np.bincount(documents.ids, minlength=len(model.terms)),
        "note": note + seed,
    }
    return ModelView(name=name, title=title or name, lang=lang, **{**given, **more})


def _columns(table: pd.DataFrame | None, wanted: Sequence[str], what: str) -> None:
    absent = [column for column in wanted if table is not None and column not in table]
    if absent:
        raise InputError(f"explorer: {what} lacks the column '{absent[0]}'; it needs {', '.join(wanted)}.")
