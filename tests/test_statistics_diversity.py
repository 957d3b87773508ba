"""Lexical diversity: against libraries of others, by hand, and where there is little to measure."""

import math
import re
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.statistics import TokenIndex, count_codes, count_words
from toolkit.statistics.counting.diversity import lexical_diversity
from toolkit.statistics.counting.diversity_measures import (
    Factors,
    mattr,
    mtld,
    mtld_factors,
    previous_places,
    types_and_hapaxes,
    window_types,
)

#: The example text of LexicalRichness, from its README (github.com/LSYS/LexicalRichness, MIT licence).
README_TEXT = """Measure of textual lexical diversity, computed as the mean length of sequential words in
a text that maintains a minimum threshold TTR score.

Iterates over words until TTR scores falls below a threshold, then increase factor
counter by 1 and start over. McCarthy and Jarvis (2010, pg. 385) recommends a factor
threshold in the range of [0.660, 0.750].
(McCarthy 2005, McCarthy and Jarvis 2010)"""

WORDS = st.lists(st.sampled_from(string.ascii_lowercase[:12]), min_size=1, max_size=120)


def measured(words, window=50, threshold=0.72):
    """MATTR and MTLD of one text."""
    codes = np.unique(words, return_inverse=True)[1] if len(words) else np.zeros(0, dtype=int)
    lengths = np.array([len(words)])
    previous = previous_places(codes, np.zeros(len(words), dtype=int))
    found = mattr(window_types(previous, lengths, window), window)
    return found[0], mtld(lengths, mtld_factors(previous, lengths, threshold))[0]


def mattr_by_windows(words, window):
    shares = [len(set(words[start : start + window])) / window for start in range(len(words) - window + 1)]
    return sum(shares) / len(shares) if shares else math.nan


def tokens_of(texts):
    """A tokens table of (doc_id, lang, words)."""
    rows = [
        (doc_id, doc_id, 10 * place, 10 * place + 1, word, word, None, False, lang)
        for doc_id, lang, words in texts
        for place, word in enumerate(words)
    ]
    names = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop", "lang"]
    return pd.DataFrame(rows, columns=names)


def some_words(many, seed, kinds=60):
    """Drawn words, the first of them more often than the last."""
    return [f"w{int(kinds * draw**2)}" for draw in np.random.default_rng(seed).random(many)]


class TestMeasures:
    def test_the_example_that_lexicalrichness_publishes(self):
        words = re.findall(r"[^\W\d]+", README_TEXT.lower())
        assert (len(words), len(set(words))) == (57, 39)
        found = measured(words, window=25)
        assert found == pytest.approx((0.8351515151515151, 46.79226361031519), rel=1e-12)

    @settings(max_examples=150, deadline=None)
    @given(WORDS, st.integers(1, 40))
    def test_mattr_agrees_with_every_window_looked_at(self, words, window):
        assert measured(words, window)[0] == pytest.approx(mattr_by_windows(words, window), nan_ok=True)

    @settings(max_examples=150, deadline=None)
    @given(WORDS, st.integers(1, 40), st.sampled_from([0.5, 0.66, 0.72, 0.75]))
    def test_anyts_agrees(self, words, window, threshold):
        stats = pytest.importorskip("anyts.diversity_stats")
        own_mattr, own_mtld = measured(words, window, threshold)
        if len(words) >= window:
            assert own_mattr == pytest.approx(stats.calc_mattr(words, window))
        # its infinity is our missing value; its default of at least ten words a factor is not in the source
        theirs = stats.calc_mtld(words, min_len=0, threshold=threshold)
        assert own_mtld == pytest.approx(math.nan if math.isinf(theirs) else theirs, nan_ok=True)

    def test_where_anyts_differs(self):
        stats = pytest.importorskip("anyts.diversity_stats")
        words = ["a", "a", *string.ascii_lowercase[1:], "a"]
        assert stats.calc_mtld(words) != pytest.approx(measured(words)[1])
        # of a text shorter than the window it gives the TTR
        assert stats.calc_mattr(words, 50) == len(set(words)) / len(words)
        assert math.isnan(measured(words)[0])

    def test_mtld_by_hand(self):
        # forward: of the people by the of | people by, 4 types of 6 are .67; then 2 of 2, no part of a factor
        # backward: by people of the by people | the of, 4 of 6; then 2 of 2
        words = ["of", "the", "people", "by", "the", "of", "people", "by"]
        assert measured(words)[1] == (8 / 1 + 8 / 1) / 2
        # a a closes at 1 type of 2 words; the rest, b c d b, is at 3 of 4, (1 - .75) / (1 - .72) of the way
        codes = np.array([0, 0, 1, 2, 3, 1])
        factors = mtld_factors(previous_places(codes, np.zeros(6, dtype=int)), np.array([6]), 0.72)
        assert factors.forward[0] == pytest.approx(1 + 0.25 / 0.28)

    def test_a_ratio_of_exactly_the_threshold_closes_a_factor(self):
        # 18 types of 25 words are .72
        words = [*string.ascii_lowercase[:18], *string.ascii_lowercase[:7]]
        codes = np.unique(words, return_inverse=True)[1]
        previous = previous_places(codes, np.zeros(25, dtype=int))
        assert mtld_factors(previous, np.array([25]), 0.72).forward[0] == 1

    @pytest.mark.parametrize(
        "words, expected",
        [
            ([], (math.nan, math.nan)),
            (["a"], (math.nan, math.nan)),
            (["a", "b", "c"], (1.0, math.nan)),
            (["a", "a", "a", "a"], (0.5, 2.0)),
        ],
    )
    def test_little_to_measure(self, words, expected):
        with np.errstate(all="raise"):
            assert measured(words, window=2) == pytest.approx(expected, nan_ok=True)

    def test_texts_do_not_mix(self):
        one, other = some_words(140, 1), some_words(160, 2)
        codes = np.unique([*one, *other], return_inverse=True)[1]
        text, lengths = np.repeat([0, 1], [140, 160]), np.array([140, 160])
        previous = previous_places(codes, text)
        both = mattr(window_types(previous, lengths, 20), 20), mtld(lengths, mtld_factors(previous, lengths, 0.72))
        for place, words in enumerate((one, other)):
            assert (both[0][place], both[1][place]) == pytest.approx(measured(words, 20))

    @given(WORDS)
    def test_reading_backward_gives_the_same(self, words):
        assert measured(words, 5) == pytest.approx(measured(words[::-1], 5), nan_ok=True)

    def test_types_and_hapaxes_of_texts(self):
        codes, text = np.array([0, 0, 1, 1, 2]), np.array([0, 0, 0, 2, 2])
        types, hapaxes = types_and_hapaxes(codes, text, 3)
        assert (types.tolist(), hapaxes.tolist()) == ([2, 0, 2], [1, 0, 2])
        assert [part.tolist() for part in types_and_hapaxes(codes[:0], text[:0], 2)] == [[0, 0], [0, 0]]

    def test_no_factor_in_one_direction_is_missing(self):
        assert np.isnan(mtld(np.array([5]), Factors(np.array([0.0]), np.array([1.0])))).all()


class TestLexicalDiversity:
    TEXTS = (
        ("uno", "es", some_words(150, 1)),
        ("dos", "es", some_words(260, 2)),
        ("due", "it", some_words(120, 3)),
        ("breve", "es", ["sol", "sol", "mar"]),
    )
    POSTS = pd.DataFrame(
        {"doc_id": ["dos", "uno", "due", "breve"], "lang": "es", "text": "x", "sha256": "0", "country": list("AABA")}
    )

    def test_by_document(self):
        table = lexical_diversity(tokens_of(self.TEXTS))
        assert table[["lang", "value"]].values.tolist() == [
            ["es", "uno"],
            ["es", "dos"],
            ["es", "breve"],
            ["it", "due"],
        ]
        for _, lang, words in self.TEXTS[:3]:
            row = table[(table["tokens"] == len(words)) & (table["lang"] == lang)].iloc[0]
            assert (row["types"], row["ttr"]) == (len(set(words)), len(set(words)) / len(words))
            assert row["hapaxes"] == sum(words.count(word) == 1 for word in words)
            assert (row["mattr"], row["mtld"]) == pytest.approx(measured(words))
            assert (row["mattr_mean"], row["mtld_mean"]) == (row["mattr"], row["mtld"])
            assert pd.isna(row["note"])

    def test_too_few_words_are_said(self):
        short = lexical_diversity(tokens_of(self.TEXTS)).query("value == 'breve'").iloc[0]
        assert short[["mattr", "mtld", "mattr_mean", "mtld_mean"]].isna().all()
        assert (short["tokens"], short["types"], short["hapaxes"]) == (3, 2, 1)
        assert short["note"] == (
            "MATTR without 1 of 1 documents (fewer than 50 words); MTLD without 1 of 1 documents (fewer than 100 words)"
        )

    def test_groups_are_the_windows_and_factors_of_their_documents(self):
        tokens = tokens_of(self.TEXTS)
        group = lexical_diversity(tokens, by="country", posts=self.POSTS).query("lang == 'es'").iloc[0]
        each = lexical_diversity(tokens).query("value in ['uno', 'dos']")
        windows = each["tokens"] - 49
        assert group["mattr"] == pytest.approx((each["mattr"] * windows).sum() / windows.sum())
        assert group["mattr_mean"] == pytest.approx(each["mattr"].mean())
        assert group["mtld_mean"] == pytest.approx(each["mtld"].mean())
        assert each["mtld"].min() < group["mtld"] < each["mtld"].max()
        assert (group["value"], group["documents"], group["tokens"]) == ("A", 3, 413)
        assert "1 of 3 documents" in group["note"]

    @pytest.mark.filterwarnings("error")
    def test_intervals_are_those_of_a_plain_bootstrap_of_documents(self):
        texts = [(f"d{number}", "es", some_words(150 + 10 * number, number, 30 + number)) for number in range(12)]
        found = lexical_diversity(tokens_of([*texts, ("breve", "es", ["sol", "mar"])]), by=None).iloc[0]
        windows, types, words, forward, backward = (np.zeros(12) for _ in range(5))
        for place, (_, _, text) in enumerate(texts):
            codes, lengths = np.unique(text, return_inverse=True)[1], np.array([len(text)])
            previous = previous_places(codes, np.zeros(len(text), dtype=int))
            (windows[place],), (types[place],) = window_types(previous, lengths, 50)
            (forward[place],), (backward[place],) = mtld_factors(previous, lengths, 0.72)
            words[place] = len(text)
        drawn = np.random.default_rng(5).integers(12, size=(5000, 12))
        many = {
            "mattr": types[drawn].sum(1) / windows[drawn].sum(1) / 50,
            "mtld": words[drawn].sum(1) * (1 / forward[drawn].sum(1) + 1 / backward[drawn].sum(1)) / 2,
        }
        for name, samples in many.items():
            # sample_limits takes wider tails for twelve documents than these of 95 %; a few hundredths either way
            low, high = np.quantile(samples, [0.011, 0.989])
            spread = high - low
            assert found[f"{name}_low"] == pytest.approx(low, abs=0.12 * spread)
            assert found[f"{name}_high"] == pytest.approx(high, abs=0.12 * spread)
            assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]

    def test_no_interval_of_a_single_document_or_without_repeats(self):
        tokens, limits = tokens_of(self.TEXTS), ["mattr_low", "mattr_high", "mtld_low", "mtld_high"]
        assert lexical_diversity(tokens)[limits].isna().all(axis=None)
        # two Spanish documents are long enough, and one Italian
        by_lang = lexical_diversity(tokens, by="lang").set_index("value")[limits]
        assert by_lang.loc["es"].notna().all() and by_lang.loc["it"].isna().all()
        assert lexical_diversity(tokens, by="lang", repeats=0)[limits].isna().all(axis=None)

    def test_intervals_do_not_hang_on_the_order_of_posts_or_on_other_groups(self):
        tokens, limits = tokens_of(self.TEXTS), ["mattr_low", "mattr_high", "mtld_low", "mtld_high"]
        one, turned = (
            lexical_diversity(tokens, by="country", posts=posts) for posts in (self.POSTS, self.POSTS.iloc[::-1])
        )
        pd.testing.assert_frame_equal(turned, one)
        alone = lexical_diversity(tokens[tokens["doc_id"].isin(["uno", "dos"])], by=None)
        assert one.loc[one["lang"] == "es", limits].iloc[0].tolist() == alone[limits].iloc[0].tolist()

    def test_the_order_of_documents_does_not_matter(self):
        tokens = tokens_of(self.TEXTS)
        one, other = (lexical_diversity(tokens_of(texts), by="lang") for texts in (self.TEXTS, self.TEXTS[::-1]))
        pd.testing.assert_frame_equal(one, other)
        assert one["value"].tolist() == ["es", "it"]
        assert lexical_diversity(tokens, by=None)["value"].tolist() == ["all", "all"]

    def test_punctuation_and_other_languages_are_no_words(self):
        mixed = [("uno", "es", ["a", ".", "b"] * 40), ("uno", "en", ["x"])]
        tokens = tokens_of(mixed)
        # the quotation stands behind the rest
        tokens.loc[tokens["lang"] == "en", ["start", "end"]] += 100_000
        table = lexical_diversity(tokens)
        assert table[["lang", "tokens", "documents"]].values.tolist() == [["en", 1, 1], ["es", 80, 1]]

    def test_index_and_counted_give_the_same(self):
        index = TokenIndex(tokens_of(self.TEXTS), self.POSTS)
        tables = [lexical_diversity(index, by="country"), lexical_diversity(count_words(index, "form"), by="country")]
        by_lemma = lexical_diversity(count_words(index, "lemma"))
        pd.testing.assert_frame_equal(by_lemma, lexical_diversity(index, unit="lemma"))
        pd.testing.assert_frame_equal(*tables)

    def test_lemmas_are_fewer_than_forms(self):
        tokens = tokens_of(self.TEXTS).assign(lemma="x")
        table = lexical_diversity(tokens, by="lang", unit="lemma")
        assert table["types"].tolist() == [1, 1] and table["mattr"].tolist() == pytest.approx([0.02, 0.02])
        assert (table["mtld"] - 2).abs().max() < 0.05

    def test_a_long_text_without_a_repeated_word(self):
        words = [f"w{place}" for place in range(120)]
        row = lexical_diversity(tokens_of([("a", "es", words)])).iloc[0]
        assert (row["ttr"], row["mattr"], row["hapaxes"]) == (1.0, 1.0, 120)
        assert math.isnan(row["mtld"]) and "no word repeated" in row["note"]

    @pytest.mark.parametrize("by", ["doc_id", "lang", None])
    def test_nothing_gives_an_empty_table(self, by):
        assert len(lexical_diversity(tokens_of([]), by=by)) == 0
        assert len(lexical_diversity(tokens_of([("a", "es", [".", "!"])]), by=by)) == 0

    @pytest.mark.parametrize(
        "given, said",
        [
            ({"window": 0}, "window=0"),
            ({"window": 2.5}, "window=2.5"),
            ({"window": True}, "window=True"),
            ({"threshold": 1.0}, "threshold=1.0"),
            ({"threshold": math.nan}, "threshold=nan"),
            ({"by": "country"}, "need the posts"),
            ({"repeats": -1}, "repeats=-1"),
            ({"confidence": 2.0}, "confidence 2.0"),
            ({"unit": "word"}, "allowed are form, lemma, pos"),
        ],
    )
    def test_what_is_wrong_is_one_sentence(self, given, said):
        with pytest.raises(InputError, match=said):
            lexical_diversity(tokens_of(self.TEXTS), **given)

    def test_passages_have_no_words(self):
        passages = pd.DataFrame(
            [("a", "p", 0, 9, "sentence", "es", False)],
            columns=["doc_id", "passage_id", "start", "end", "unit", "lang", "furniture"],
        )
        names = ["doc_id", "start", "end", "quote", "codebook", "code", "coder", "kind"]
        codes = count_codes(pd.DataFrame([("a", 0, 9, "x", "c", "x", "ana", "human")], columns=names), passages)
        with pytest.raises(InputError, match="got passages counted by code"):
            lexical_diversity(codes)
