"""Words and spelling as weighted terms: what scikit-learn's vectorizers would give, and equal texts described once."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from toolkit.codebook import load_codebook
from toolkit.principles.features import describe
from toolkit.principles.terms import FEWEST, TermSpace
from toolkit.text import fold, folded_lemmas

BANK = load_codebook("cluetrain").examples
BANK = BANK[BANK["lang"] != "en"]
TEXTS, LANGS = BANK["text"][:400].tolist(), BANK["lang"][:400].tolist()


def ngrams(lemmas):
    return lemmas + [f"{a} {b}" for a, b in pairwise(lemmas)]


@pytest.fixture(scope="module")
def space():
    return TermSpace.fitted(TEXTS, LANGS)


@pytest.fixture(scope="module")
def peers():
    """scikit-learn's vectorizers, fitted to the same texts."""
    words, spelling = FEWEST[0]
    lemmas = [folded_lemmas(*pair) for pair in zip(TEXTS, LANGS, strict=True)]
    return (
        TfidfVectorizer(analyzer=ngrams, min_df=words, sublinear_tf=True).fit([*lemmas, *[["\x00"]] * words]),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=spelling, sublinear_tf=True).fit(
            [*map(fold, TEXTS), *["\x00\x01\x02"] * spelling]
        ),
    )


WORDS = [
    "a",
    "los",
    "clientes",
    "CLIENTES",
    "l'azienda",
    "perche\u0301",
    "\u0301",
    "ñ",
    "🎉",
    "hola\x00",
    "\n",
    "EE. UU.",
    "ΑΣ",
]
WRITTEN = st.lists(st.sampled_from(WORDS) | st.sampled_from(TEXTS[:30]) | st.text(max_size=5), max_size=8).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(WRITTEN.map(lambda text: text.encode("utf-8", "replace").decode()), min_size=1, max_size=5))
def test_weights_are_those_of_scikit_learn(space, peers, texts):
    langs = [("es", "it")[len(text) % 2] for text in texts]
    found = space.weigh(texts, langs)
    lemmas = [folded_lemmas(text, lang) for text, lang in zip(texts, langs, strict=True)]
    for ours, peer, material in zip(found, peers, (lemmas, [fold(text) for text in texts]), strict=True):
        theirs = peer.transform(material)
        assert ours.shape == theirs.shape
        assert abs(ours - theirs).max() < 1e-6


def test_terms_come_back_from_a_file_and_other_languages_have_no_words(space):
    again = TermSpace.of_arrays(space.arrays())
    for ours, theirs in zip(space.weigh(TEXTS, LANGS), again.weigh(TEXTS, LANGS), strict=True):
        assert abs(ours - theirs).max() < 1e-6
    words, spelling = space.weigh(TEXTS[:1], ["en"])
    assert words.nnz == 0
    assert spelling.nnz > 0


def test_without_texts_and_without_terms():
    space = TermSpace.fitted(["", "a"], ["es", "it"])
    assert [part.shape[0] for part in space.weigh([], [])] == [0, 0]
    assert [part.nnz for part in space.weigh(["hola a todos", ""], ["es", "es"])] == [0, 0]


def test_passages_that_say_the_same_are_described_alike(space):
    texts = [TEXTS[0], TEXTS[1], TEXTS[0], "", TEXTS[1]]
    passages = pd.DataFrame(
        {"doc_id": list("aabbc"), "lang": [LANGS[0], LANGS[1], LANGS[0], "es", "en"], "text": texts}
    )
    found = describe(passages, load_codebook("cluetrain"), space, [])
    for row in range(len(texts)):
        alone = describe(passages[row : row + 1], load_codebook("cluetrain"), space, [])
        assert found.hits[row] == alone.hits[0]
        np.testing.assert_array_equal(found.markers[row], alone.markers[0])
        np.testing.assert_array_equal(found.cues[row], alone.cues[0])
        assert abs(found.words[[row]] - alone.words).max() == 0
        assert abs(found.spelling[[row]] - alone.spelling).max() == 0
    # terms and cues of another language are chance
    assert found.words[[4]].nnz == found.spelling[[4]].nnz == 0
