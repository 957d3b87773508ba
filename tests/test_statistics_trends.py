"""Trends: shares of periods and groups with bands over documents."""

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.statistics import TokenIndex, count_codes, count_words
from toolkit.statistics.distribution.trends import trends
from toolkit.tables import empty


def corpus(texts: list[tuple[str | None, str]], lang: str = "es") -> TokenIndex:
    """Texts with their dates; "de" is a function word."""
    rows = []
    for number, (_, text) in enumerate(texts):
        start = 0
        for word in text.split():
            rows.append((f"d{number}", f"d{number}:0", start, start + len(word), word, word, word == "de", lang))
            start += len(word) + 1
    names = ["doc_id", "passage_id", "start", "end", "text", "lemma", "is_stop", "lang"]
    posts = pd.DataFrame(
        [(f"d{number}", lang, text, "0", date) for number, (date, text) in enumerate(texts)],
        columns=["doc_id", "lang", "text", "sha256", "date"],
    )
    return TokenIndex(pd.DataFrame(rows, columns=names), posts)


TEXTS = [
    ("2010-02-01", "blog blog foro de"),
    ("2009-05", "blog foro foro foro"),
    ("2009-06", "foro foro"),
    (None, "blog de"),
    ("2010-11-30", "foro foro foro foro"),
    ("ayer", "foro"),
]


def test_shares_of_years_in_order():
    found = trends(corpus(TEXTS), "blog")
    assert found["value"].tolist() == ["2009", "2010", "(malformed)", "(missing)"]
    assert found[["n", "size", "documents"]].to_numpy().tolist() == [[1, 6, 2], [2, 8, 2], [0, 1, 1], [1, 2, 1]]
    assert found["share"].tolist() == pytest.approx([1 / 6, 1 / 4, 0, 1 / 2])
    assert found["per_million"].tolist() == pytest.approx([1e6 / 6, 1e6 / 4, 0, 1e6 / 2])


@pytest.mark.filterwarnings("error")
def test_bands_enclose_the_share_and_are_missing_for_one_document():
    found = trends(corpus(TEXTS), "blog")
    two = found.iloc[:2]
    assert ((two["ci_low"] <= two["share"]) & (two["share"] <= two["ci_high"])).all()
    # two documents: with either twice, all or none of what they have
    assert two[["ci_low", "ci_high"]].to_numpy().tolist() == [[0, 0.25], [0, 0.5]]
    assert found.iloc[2:][["ci_low", "ci_high"]].isna().all(axis=None)
    assert trends(corpus(TEXTS), "blog", repeats=0)["ci_low"].isna().all()


@pytest.mark.filterwarnings("error")
def test_where_there_is_none_or_nothing_else_the_band_says_what_there_might_be():
    """Own arithmetic: none of 10 documents has it, so at most 1 - .025^(1/10) = .308 of them do. A document that has it
    has 2 in the mean, one of the group 4 words."""
    texts = [("2009", "foro foro de foro")] * 10 + [("2010", "blog blog de")] * 3 + [("2011", "blog blog")] * 3
    found = trends(corpus(texts), "blog")
    assert found["share"].tolist() == pytest.approx([0, 2 / 3, 1])
    assert found["ci_low"].tolist() == pytest.approx([0, 2 / 3, 1 - (1 - 0.025 ** (1 / 3))])
    assert found["ci_high"].tolist() == pytest.approx([(1 - 0.025**0.1) * 2 / 4, 2 / 3, 1])
    wider = trends(corpus(texts), "blog", confidence=0.99)
    assert wider["ci_high"][0] == pytest.approx((1 - 0.005**0.1) * 2 / 4)
    # nowhere anything else: at most a document may be nothing but something else
    assert trends(corpus([("2010", "blog")] * 3), "blog")["ci_low"].tolist() == pytest.approx([0.025 ** (1 / 3)])


def test_a_band_of_none_is_seldom_too_low():
    """A word once in one of fifty documents: of groups of 60 that have none, the band of about all holds its share."""
    random = np.random.default_rng(1)
    some = random.random((300, 60)) < 0.02
    rows = [(f"{2000 + group}", "blog foro" if one else "foro foro") for group in range(300) for one in some[group]]
    found = trends(corpus(rows), "blog", repeats=100)
    none = found[found["n"] == 0]
    assert len(none) > 60
    assert (none["ci_high"] >= 0.01).all()


def test_the_most_frequent_content_words_are_the_default():
    found = trends(corpus(TEXTS), most=1)
    assert set(found["term"]) == {"foro"}
    assert found["size"].sum() == 17  # all words, function words among them
    assert trends(corpus(TEXTS), most=5)["term"].drop_duplicates().tolist() == ["foro", "blog"]
    assert trends(corpus(TEXTS), "de")["n"].sum() == 2


def test_terms_stay_in_the_order_named():
    assert trends(corpus(TEXTS), ["blog", "foro", "Blog"])["term"].drop_duplicates().tolist() == ["blog", "foro"]


def test_another_year_does_not_change_a_band():
    texts = [("2010", f"{'blog ' * times}foro foro foro") for times in (1, 2, 3, 0, 2, 5)]
    alone = trends(corpus(texts), "blog")
    joined = trends(corpus([*texts, ("2011", "blog foro"), ("2011", "foro")]), "blog")
    pd.testing.assert_frame_equal(alone, joined[joined["value"] == "2010"])
    pd.testing.assert_frame_equal(alone, trends(corpus(texts), "blog"))
    assert not alone.equals(trends(corpus(texts), "blog", seed=2))


def test_the_order_of_the_posts_changes_nothing():
    texts = [("2010", f"{'blog ' * times}foro") for times in (1, 2, 3, 0, 2, 5)]
    index = corpus(texts)
    counted = count_words(index, posts=index.posts)
    mixed = [4, 0, 3, 5, 1, 2]
    again = corpus([texts[place] for place in mixed])
    names = {f"d{new}": f"d{old}" for new, old in enumerate(mixed)}
    tokens = pd.DataFrame(
        {"doc_id": again.doc_ids[again.doc], "passage_id": "p", "start": again.start, "end": again.end, "lang": "es"}
    ).assign(is_stop=False, lemma=again.vocabulary("lemma").terms[again.vocabulary("lemma").codes])
    tokens = tokens.assign(text=tokens["lemma"], doc_id=tokens["doc_id"].map(names))
    posts = again.posts.assign(doc_id=again.posts["doc_id"].map(names))
    pd.testing.assert_frame_equal(trends(counted, "blog"), trends(tokens, "blog", posts=posts))


def test_the_band_of_many_documents_is_that_of_theory():
    """With one word a document the share is a proportion: its standard error is known."""
    texts = [("2010", "blog" if number % 4 == 0 else "foro") for number in range(400)]
    row = trends(corpus(texts), "blog", repeats=2000).iloc[0]
    half = 1.96 * np.sqrt(0.25 * 0.75 / 400)
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx([0.25 - half, 0.25 + half], abs=0.006)


def test_codes_by_a_column_of_the_posts():
    passages = pd.DataFrame(
        {"doc_id": ["a", "a", "b"], "passage_id": ["a:0", "a:1", "b:0"], "start": [0, 10, 0], "end": [9, 19, 9]}
    ).assign(unit="sentence", lang="es", furniture=False)
    fixed = {"codebook": "c", "codebook_version": "1", "coder": "x", "kind": "human", "created": "2016-01-01T00:00:00Z"}
    coded = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [9], "quote": "q", "code": "listening"}).assign(**fixed)
    posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "text": "t" * 20, "sha256": "0", "site": ["uno", "dos"]})
    found = trends(count_codes(coded, passages, posts=posts), by="site")
    assert found[["lang", "term", "by", "value", "share"]].to_numpy().tolist() == [
        ["all", "listening", "site", "dos", 0.0],
        ["all", "listening", "site", "uno", 0.5],
    ]
    assert found["per_million"].isna().all()


def test_languages_are_those_of_the_passages():
    passages = pd.DataFrame(
        {"doc_id": ["a", "a", "b"], "passage_id": ["a:0", "a:1", "b:0"], "start": [0, 10, 0], "end": [9, 19, 9]}
    ).assign(unit="sentence", lang=["es", "it", "it"], furniture=False)
    fixed = {"codebook": "c", "codebook_version": "1", "coder": "x", "kind": "human", "created": "2016-01-01T00:00:00Z"}
    coded = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [9], "quote": "q", "code": "listening"}).assign(**fixed)
    # the post as a whole is called Spanish: that says nothing of its second passage
    posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "text": "t" * 20, "sha256": "0"})
    found = trends(count_codes(coded, passages, posts=posts), by="lang")
    assert found[["value", "n", "size", "documents"]].to_numpy().tolist() == [["es", 1, 1, 1], ["it", 0, 2, 2]]
    words = trends(corpus(TEXTS), "blog", by="lang")
    assert words[["value", "n", "size", "documents"]].to_numpy().tolist() == [["es", 4, 17, 6]]


def test_nothing_to_count():
    posts = corpus(TEXTS).posts
    assert trends(empty("tokens"), posts=posts).empty


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"terms": "blogs"}, "no lemma 'blogs' occurs; did you mean 'blog'"),
        ({"by": "dated"}, "did you mean 'date'"),
        ({"most": 0}, "most=0"),
        ({"confidence": 0}, "confidence 0"),
        ({"confidence": "95"}, "the confidence '95', allowed is a number"),
        ({"repeats": "many"}, "repeats='many'"),
        ({"lang": "it"}, "no words of the language 'it'"),
    ],
)
def test_errors(asked, message):
    with pytest.raises(InputError, match=message):
        trends(corpus(TEXTS), **asked)
