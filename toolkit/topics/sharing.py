"""Shares of found themes in further passages: models are fitted to some posts, and then read all of them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from toolkit.cache import key_of
from toolkit.errors import InputError
from toolkit.tables import check
from toolkit.topics.documents import DocumentTerms, document_terms
from toolkit.topics.languages import JointThemes
from toolkit.topics.meaning import shares_table
from toolkit.topics.model import TopicModel
from toolkit.topics.terms import TermChoice, passage_rows, terms_of
from toolkit.topics.theme_tables import joint_shares, together
from toolkit.topics.themes import Themes

__all__ = ["ThemeReader", "theme_reader"]


@dataclass(frozen=True)
class ThemeReader:
    """What is needed of themes to find them in other passages; it can be sent to other processes.

    ``models`` by language and ``joint``, both without the passages they were fitted to; ``choice``: what counts as a
    term. :func:`theme_reader` makes one of found themes.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.text import tokenise
    >>> from toolkit.topics import document_terms, fit_model
    >>> model = fit_model(document_terms([["marca", "voz"], ["precio", "oferta"]] * 6), 2)
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["La voz de la marca."]})
    >>> paragraphs = segment(posts, unit="paragraph")
    >>> reader = ThemeReader({"es": model}, None, TermChoice())
    >>> shares = reader.shares(paragraphs, tokenise(posts, paragraphs, choice="simple"), np.zeros((1, 512)))
    >>> shares["topic"].tolist(), bool(shares["share"].max() > 0.8)
    (['es.1', 'es.2'], True)
    """

    models: dict[str, TopicModel]
    joint: JointThemes | None
    choice: TermChoice

    @property
    def key(self) -> str:
        """A name for these themes: other themes have another."""
        parts = [repr(self.choice)]
        for lang, model in self.models.items():
            parts += [lang, *model.names, *model.terms, _bytes(model.topic_term), repr(model.engine)]
            parts += [text for name, array in sorted(model.arrays.items()) for text in (name, _bytes(array))]
        if self.joint is not None:
            space = self.joint.space
            arrays = (space.mean, space.axes, space.erased, self.joint.centres, self.joint.weights)
            parts += [*map(_bytes, arrays), repr(self.joint.concentration)]
        return key_of(parts)

    def shares(self, paragraphs: pd.DataFrame, tokens: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
        """The shares table of paragraphs (``tokens`` theirs, ``vectors`` one per paragraph): as
        :func:`~toolkit.topics.find_themes` gives it for paragraphs that the models were fitted to."""
        parts = []
        everything = self._documents(paragraphs, tokens)
        for lang, model in self.models.items():
            rows = np.flatnonzero(paragraphs["lang"] == lang)
            own = paragraphs.iloc[rows].reset_index(drop=True)
            documents = everything.take(rows).over(model.terms)
            read = replace(model, document_topic=model.infer(documents), lengths=documents.lengths)
            parts.append(shares_table(read, own, lang))
        if self.joint is not None and len(paragraphs):
            parts.append(joint_shares(self.joint.infer(vectors), everything.lengths, paragraphs))
        return check("shares", together("shares", parts))

    def _documents(self, paragraphs: pd.DataFrame, tokens: pd.DataFrame) -> DocumentTerms:
        everything = TermChoice(self.choice.field, self.choice.pos, fewest_posts=1, largest_share=1.0)
        try:
            return terms_of(paragraphs, tokens, everything).documents
        except InputError:  # not one term, or passages that overlap
            passage_rows(tokens, paragraphs)
            return document_terms([[]] * len(paragraphs))


def theme_reader(themes: Themes, choice: TermChoice | None = None) -> ThemeReader:
    """What reads the shares of found themes in any paragraphs.

    ``choice``: the terms that the themes were found with. Raises :class:`InputError` for phrases (ngrams above 1):
    which words are one phrase was learnt from the passages that the models were fitted to.

    >>> import toolkit
    >>> from toolkit.text import embed
    >>> from toolkit.topics import ThemeChoice, find_themes, theme_reader
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(8)  # Spanish ones
    >>> paragraphs = toolkit.segment(posts, unit="paragraph").query("lang == 'es'").reset_index(drop=True)
    >>> tokens, texts = toolkit.tokenise(posts, paragraphs, choice="simple"), dict(zip(posts["doc_id"], posts["text"]))
    >>> vectors = embed([texts[row.doc_id][row.start : row.end] for row in paragraphs.itertuples()])
    >>> choice = ThemeChoice(per_language=2, joint=0, runs=2, iterations=20)
    >>> some = paragraphs.index[::2]
    >>> themes = find_themes(paragraphs.loc[some], tokens, vectors[some], texts, choice)
    >>> shares = theme_reader(themes).shares(paragraphs, tokens, vectors)
    >>> [len(found["passage_id"].unique()) > len(paragraphs) / 2 for found in (themes.tables["shares"], shares)]
    [False, True]
    """
    choice = choice or TermChoice()
    if choice.ngrams > 1:
        raise InputError(
            f"themes: ngrams is {choice.ngrams}, and phrases are learnt from the passages that models are fitted to; "
            "for themes that are read in other passages it must be 1."
        )
    none = np.zeros(0, dtype=np.int64)
    models = {
        lang: replace(one.model, document_topic=np.zeros((0, one.model.k)), lengths=none)
        for lang, one in themes.languages.items()
    }
    joint = themes.joint
    if joint is not None:
        joint = replace(joint, shares=np.zeros((0, joint.k)), fitted=np.zeros(0, dtype=bool))
    return ThemeReader(models, joint, choice)


def _bytes(array: np.ndarray) -> str:
    return np.ascontiguousarray(array).tobytes().hex()
