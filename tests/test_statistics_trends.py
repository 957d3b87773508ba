"""Trends: shares of periods and groups with bands over documents."""

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.statistics import TokenIndex, count_codes
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
def test_bands_enclose_the_share_and_are_missing_where_samples_say_nothing():
    found = trends(corpus(TEXTS), "blog")
    two = found.iloc[:2]
    assert ((two["ci_low"] <= two["share"]) & (two["share"] <= two["ci_high"])).all()
    # two documents: with either twice, all or none of what they have
    assert two[["ci_low", "ci_high"]].to_numpy().tolist() == [[0, 0.25], [0, 0.5]]
    assert found.iloc[2:][["ci_low", "ci_high"]].isna().all(axis=None)
    nowhere = corpus([("2009", "foro"), ("2009", "foro"), ("2010", "blog"), ("2010", "blog")])
    assert trends(nowhere, "blog")[["ci_low", "ci_high"]].isna().all(axis=None)
    assert trends(corpus(TEXTS), "blog", repeats=0)["ci_low"].isna().all()


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
        ({"lang": "it"}, "no words of the language 'it'"),
    ],
)
def test_errors(asked, message):
    with pytest.raises(InputError, match=message):
        trends(corpus(TEXTS), **asked)
