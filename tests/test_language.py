"""Languages of many passages at once: those of each by itself, and py3langid's own counts behind them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import visit_counts

from toolkit.corpus import (
    language,
    language_of_passage,
    language_of_post,
    languages_of_posts,
    likelihood,
    load_posts,
    segment,
)
from toolkit.corpus.language import PASSAGE_LANGUAGES, languages_of_passages
from toolkit.corpus.likelihood import Likelihood
from toolkit.resources import bundled_corpus

IDENTIFIER = language._identifier(PASSAGE_LANGUAGES)
LIKELIHOOD = Likelihood(IDENTIFIER)
#: Sentences in and near the languages, so that some stand between two.
SENTENCES = [
    "Las empresas tienen que aprender a escuchar lo que dice la gente en la red.",
    "Le aziende devono imparare ad ascoltare quello che dice la gente in rete.",
    "It comes down to what each company has promised to its users and readers.",
    "As empresas têm que aprender a escutar o que as pessoas dizem na rede.",
    "As empresas teñen que aprender a escoitar o que di a xente na rede.",
    "Les empreses han d'aprendre a escoltar el que diu la gent a la xarxa.",
    "FASE 7: PEOPLE POWERED SOCIAL MEDIA MARKETING PARA EMPRESAS Y MARCAS",
    "1234567890 1234567890 — 😀😀😀 中文中文中文 עברית",
]
TEXTS = st.lists(st.sampled_from(" ".join(SENTENCES).split(" ")) | st.text(max_size=8), max_size=30).map(" ".join)
LANGS = st.sampled_from(["es", "it", "en", "pt", "fr", "", None])


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(TEXTS | st.sampled_from(SENTENCES), LANGS), max_size=6))
def test_many_passages_have_the_language_that_each_has_by_itself(pairs):
    found = languages_of_passages([text for text, _ in pairs], [lang for _, lang in pairs])
    assert found == [language_of_passage(text, lang) for text, lang in pairs]


def test_the_passages_of_the_bundled_corpus_have_the_language_that_each_has_by_itself():
    posts = load_posts(bundled_corpus()).iloc[::6]
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    langs = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    passages = segment(posts)
    spans = zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    alone = [language_of_passage(texts[doc][start:end], langs[doc]) for doc, start, end in spans]
    assert passages["lang"].tolist() == alone


def test_most_passages_need_no_second_look(monkeypatch):
    asked = []
    monkeypatch.setattr(language, "language_of_passage", lambda text, lang: asked.append(text) or lang)
    languages_of_passages(SENTENCES, ["es"] * len(SENTENCES))
    assert asked and SENTENCES[0] not in asked and SENTENCES[6] not in asked


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS | st.sampled_from(SENTENCES) | st.text(max_size=60), max_size=6))
def test_many_posts_have_the_language_that_each_has_by_itself(texts):
    alone = [language_of_post(text) for text in texts]
    found = languages_of_posts(texts)
    assert [guess.lang for guess in found] == [guess.lang for guess in alone]
    assert [guess.probability for guess in found] == pytest.approx([guess.probability for guess in alone], abs=1e-5)


def test_a_post_whose_language_is_in_doubt_is_looked_at_by_itself(monkeypatch):
    asked = []
    monkeypatch.setattr(language, "language_of_post", lambda text: asked.append(text) or "?")
    found = languages_of_posts([SENTENCES[0] * 9, "12345", SENTENCES[1] * 9])
    assert asked == ["12345"] and found[1] == "?"


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=200) | TEXTS, min_size=1, max_size=5))
def test_the_counts_are_those_of_py3langid(texts):
    coded = [likelihood._bytes(text) for text in texts]
    assert coded == [IDENTIFIER._encode(text) for text in texts]
    counts = LIKELIHOOD.counts(coded, np.array([len(one) for one in coded]))
    for row, one in zip(counts, coded, strict=True):
        walked = visit_counts(IDENTIFIER.tk_nextmove, IDENTIFIER._rowbase, IDENTIFIER.tk_output, one) or {}
        assert dict(zip(row.indices.tolist(), row.data.tolist(), strict=True)) == dict(walked)


@pytest.mark.parametrize("batch", [1, 100, 2_000_000])
def test_probabilities_are_those_of_py3langid_but_for_rounding(monkeypatch, batch):
    monkeypatch.setattr(likelihood, "_BATCH", batch)
    texts = [*SENTENCES[:7], " ".join(SENTENCES) * 300]
    ranked = [dict(IDENTIFIER.rank(text)) for text in texts]
    expected = [[one[lang] for lang in LIKELIHOOD.languages] for one in ranked]
    assert LIKELIHOOD(texts) == pytest.approx(np.array(expected), abs=1e-3)


def test_no_sequence_of_the_model_is_longer_than_a_block_looks_back():
    following = np.asarray(IDENTIFIER.tk_nextmove).reshape(-1, 256)
    rows, steps, met, new = np.asarray(IDENTIFIER.tk_row), 0, np.array([0]), np.array([0])
    while len(new):
        new = np.setdiff1d(following[rows[new]], met)
        met, steps = np.union1d(met, new), steps + 1
    assert steps - 1 <= likelihood._BEFORE
    assert not following[:, likelihood._BETWEEN[0]].any()
