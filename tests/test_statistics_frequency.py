"""How often everything occurs, and how often in general Spanish and Italian."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.resources import data_file
from toolkit.statistics import TokenIndex, count_codes, count_themes, count_words
from toolkit.statistics.counting import general
from toolkit.statistics.counting.frequency import frequency, per_million, zipf_scale
from toolkit.statistics.counting.general import fold_term, general_frequencies
from toolkit.text import lemmatise

#: Spanish in two documents, Italian in one, a document without words.
TEXTS = {
    "uno": ("es", "la tienda escucha y la tienda habla ."),
    "due": ("it", "l' ascolto c' è , l’ ascolto"),
    "tres": ("es", "tienda xyzzy 24"),
    "cero": ("es", "…"),
}
POSTS = pd.DataFrame(
    [(doc_id, lang, text, "0" * 64) for doc_id, (lang, text) in TEXTS.items()],
    columns=["doc_id", "lang", "text", "sha256"],
).assign(country=["MX", "IT", "ES", "ES"], date=["2010", "2011", "2012", "2012"])


def tokens_of(texts):
    rows = [
        (doc_id, doc_id, 10 * place, 10 * place + len(word), word, lemmatise(word, lang), None, False, lang)
        for doc_id, (lang, text) in texts.items()
        for place, word in enumerate(text.split())
    ]
    names = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop", "lang"]
    return pd.DataFrame(rows, columns=names)


TOKENS = tokens_of(TEXTS)


def row(table, **keys):
    """The one row with these values."""
    chosen = table[np.logical_and.reduce([table[name] == value for name, value in keys.items()])]
    assert len(chosen) == 1, chosen
    return chosen.iloc[0]


class TestMeasures:
    def test_published_examples(self):
        # Brysbaert, "The Zipf-scale" (crr.ugent.be/archives/1352): apple, 1,207 of 51 million words, 23.67 per million
        assert per_million(np.array([1207]), 51e6)[0] == pytest.approx(23.67, abs=0.005)
        # Speer, wordfreq: once per thousand words is 6, once per million is 3
        assert zipf_scale(np.array([1.0, 1.0]), np.array([1e3, 1e6])).tolist() == [6.0, 3.0]

    @pytest.mark.parametrize("n, size, rate, zipf", [(0, 100, 0, math.nan), (0, 0, math.nan, math.nan), (1, 1, 1e6, 9)])
    def test_zeros_are_numbers_or_missing(self, n, size, rate, zipf):
        with np.errstate(all="raise"):
            assert per_million(np.array([n]), size)[0] == pytest.approx(rate, nan_ok=True)
            assert zipf_scale(np.array([n]), size)[0] == pytest.approx(zipf, nan_ok=True)

    @given(st.integers(1, 10**6), st.integers(10**6, 10**9))
    def test_zipf_is_three_more_than_log_per_million(self, n, size):
        assert zipf_scale(np.array([n]), size)[0] == pytest.approx(math.log10(per_million(np.array([n]), size)[0]) + 3)


class TestFrequency:
    def test_by_hand(self):
        table = frequency(TOKENS, unit="form")
        found = row(table, lang="es", term="tienda")
        assert (found["n"], found["size"], found["rank"], found["documents"]) == (3, 10, 1, 2)
        assert (found["share"], found["per_million"], found["document_share"]) == (0.3, 300_000, 1.0)
        assert found["zipf"] == pytest.approx(math.log10(3e8))
        assert (found["by"], found["value"]) == ("all", "all")
        assert row(table, lang="es", term="la")["document_share"] == 0.5

    def test_ranks_are_whole_and_ties_go_by_term(self):
        spanish = frequency(TOKENS, unit="form").query("lang == 'es'")
        assert spanish["term"].tolist() == ["tienda", "la", "24", "escucha", "habla", "xyzzy", "y"]
        assert spanish["rank"].tolist() == [1, 2, 3, 4, 5, 6, 7]

    def test_rare_terms_are_left_out_after_ranking(self):
        whole, some = (frequency(TOKENS, unit="form", minimum=minimum) for minimum in (1, 2))
        pd.testing.assert_frame_equal(some, whole[whole["n"] >= 2].reset_index(drop=True))

    def test_groups(self):
        table = frequency(TOKENS, unit="form", by="country", posts=POSTS)
        assert table.groupby("lang")["value"].unique().map(list).to_dict() == {"es": ["ES", "MX"], "it": ["IT"]}
        found = row(table, lang="es", value="ES", term="tienda")
        # the document without a word of the language is none of the group's
        assert (found["n"], found["size"], found["documents"], found["document_share"]) == (1, 3, 1, 1.0)

    @pytest.mark.parametrize("by", ["doc_id", "year", "country", "lang"])
    def test_groups_add_up_to_the_whole(self, by):
        whole = frequency(TOKENS, unit="form", posts=POSTS).set_index(["lang", "term"])[["n", "documents"]]
        groups = frequency(TOKENS, unit="form", by=by, posts=POSTS).groupby(["lang", "term"])[["n", "documents"]].sum()
        pd.testing.assert_frame_equal(groups.sort_index(), whole.sort_index(), check_dtype=False)

    def test_content_words_keep_the_size_of_all(self):
        stops = TOKENS.assign(is_stop=TOKENS["text"].isin(["la", "y"]))
        table = frequency(stops, unit="form", only="content")
        assert row(table, lang="es", term="tienda")["size"] == 10
        assert table.query("lang == 'es'")["term"].tolist() == ["tienda", "escucha", "habla", "xyzzy"]

    def test_index_table_and_counted_give_the_same(self):
        index = TokenIndex(TOKENS, POSTS)
        tables = [
            frequency(TOKENS, unit="form", posts=POSTS),
            frequency(index, unit="form"),
            frequency(count_words(index, "form")),
            frequency(count_words(index, "form"), unit="form", only="words"),
        ]
        for table in tables[1:]:
            pd.testing.assert_frame_equal(table, tables[0])

    def test_codes_of_passages(self):
        passages = pd.DataFrame(
            {
                "doc_id": ["uno", "uno", "due"],
                "passage_id": ["p0", "p1", "p2"],
                "start": [0, 10, 0],
                "end": [10, 20, 10],
                "unit": "sentence",
                "lang": ["es", "es", "it"],
                "furniture": False,
            }
        )
        annotations = pd.DataFrame(
            {
                "doc_id": ["uno", "due"],
                "start": [0, 0],
                "end": [5, 5],
                "quote": "x",
                "codebook": "cluetrain",
                "code": "listening",
                "coder": "ana",
                "kind": "human",
            }
        )
        codes = count_codes(annotations, passages)
        found = row(frequency(codes), term="listening")
        assert (found["lang"], found["n"], found["size"], found["share"]) == ("all", 2, 3, pytest.approx(2 / 3))
        assert found[["per_million", "zipf", "general_zipf"]].isna().all()
        langs = frequency(codes, by="lang")
        assert langs[["value", "n", "size", "share"]].values.tolist() == [["es", 1, 2, 0.5], ["it", 1, 1, 1.0]]
        with pytest.raises(InputError, match="passages; give it for words"):
            frequency(codes, general=pd.DataFrame({"term": ["x"], "zipf": [3]}))
        shares = pd.DataFrame(
            {"doc_id": ["uno", "uno"], "passage_id": ["p0", "p1"], "topic": ["t", "t"], "share": [0.5, 0.0]}
        )
        theme = frequency(count_themes(shares, passages), minimum=0).iloc[0]
        assert (theme["n"], theme["size"], theme["share"], theme["documents"]) == (0.5, 2, 0.25, 1)

    @pytest.mark.parametrize("by", [None, "lang", "doc_id"])
    def test_nothing_gives_an_empty_table(self, by):
        empty = frequency(TOKENS.iloc[:0], by=by)
        assert len(empty) == 0 and "zipf_difference" in empty

    def test_one_word(self):
        only = frequency(tokens_of({"a": ("es", "tienda")}), unit="form").iloc[0]
        assert (only["share"], only["per_million"], only["zipf"], only["rank"]) == (1.0, 1e6, 9.0, 1)

    @pytest.mark.parametrize(
        "given, said",
        [
            ({"minimum": -1}, "minimum=-1"),
            ({"minimum": "2"}, "minimum='2'"),
            ({"minimum": math.nan}, "minimum=nan"),
            ({"unit": "lema"}, "did you mean 'lemma'"),
            ({"by": "country"}, "need the posts"),
            ({"by": "countri", "posts": POSTS}, "did you mean 'country'"),
            ({"general": "es"}, "expected True, False or a table"),
            ({"general": pd.DataFrame({"term": ["x"], "zipf": [3.0]})}, "es, it; give the list .* a column lang"),
        ],
    )
    def test_what_is_wrong_is_one_sentence(self, given, said):
        with pytest.raises(InputError, match=said):
            frequency(TOKENS, **given)

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.sampled_from(["sol", "mar", "Mar", "un", "!"]), min_size=1, max_size=30))
    def test_shares_add_up_to_one(self, words):
        table = frequency(tokens_of({"a": ("es", " ".join(words))}), unit="form")
        assert table["share"].sum() == pytest.approx(1 if set(words) != {"!"} else 0)
        assert table["n"].tolist() == sorted(table["n"], reverse=True)


#: Ten documents of ten words; "blog" is in half of them, "casa" twice in each, "raro" once in one.
MANY = {
    f"d{number}": (
        "es",
        f"casa casa {'blog' if number % 2 else 'x'} {'raro' if number == 3 else 'y'} "
        + " ".join(f"w{number}z{place}" for place in range(6)),
    )
    for number in range(10)
}


class TestIntervals:
    FOUND = frequency(tokens_of(MANY), unit="form", repeats=1000)

    def test_none_unless_asked_for(self):
        plain = frequency(tokens_of(MANY), unit="form")
        assert plain[["ci_low", "ci_high"]].isna().all(axis=None)
        names = [name for name in plain if name not in ("ci_low", "ci_high")]
        pd.testing.assert_frame_equal(plain[names], self.FOUND[names])

    def test_as_a_plain_bootstrap_of_documents(self):
        blog = row(self.FOUND, term="blog")
        # documents of one size: the share is a mean of ten that are .1 or 0
        drawn = np.random.default_rng(7).choice([0.0, 0.1] * 5, size=(20_000, 10)).mean(1)
        # tails of .009 instead of .025, for ten documents: see toolkit.resampling.sample_limits
        low, high = np.quantile(drawn, [0.009, 0.991])
        assert (blog["ci_low"], blog["ci_high"]) == pytest.approx((low, high), abs=0.011)

    def test_what_every_document_has_as_often_is_certain(self):
        casa = row(self.FOUND, term="casa")
        assert casa[["ci_low", "ci_high"]].tolist() == pytest.approx([0.2, 0.2])

    def test_limits_lie_from_nought_to_one_about_the_share(self):
        assert (self.FOUND["ci_low"] >= 0).all() and (self.FOUND["ci_high"] <= 1).all()
        assert self.FOUND["share"].between(self.FOUND["ci_low"] - 1e-12, self.FOUND["ci_high"] + 1e-12).all()
        assert row(self.FOUND, term="raro")["ci_low"] == 0

    def test_blocks_of_terms_give_what_one_block_gives(self, monkeypatch):
        monkeypatch.setattr("toolkit.statistics.counting.frequency._AT_ONCE", 3000)
        pd.testing.assert_frame_equal(frequency(tokens_of(MANY), unit="form", repeats=1000), self.FOUND)

    def test_neither_the_order_of_documents_nor_other_groups_play_a_part(self):
        posts = pd.DataFrame({"doc_id": list(MANY), "lang": "es", "text": "x" * 200, "sha256": "0"})
        posts["site"] = ["a"] * 6 + ["b"] * 3 + ["c"]
        texts = tokens_of(MANY)
        table = frequency(texts, unit="form", by="site", posts=posts, repeats=200)
        turned = frequency(texts, unit="form", by="site", posts=posts.iloc[::-1], repeats=200)
        pd.testing.assert_frame_equal(turned, table)
        alone = frequency(texts[texts["doc_id"].isin(posts["doc_id"][6:9])], unit="form", repeats=200)
        of_it = table[table["value"] == "b"].reset_index(drop=True)
        pd.testing.assert_frame_equal(of_it[["term", "ci_low", "ci_high"]], alone[["term", "ci_low", "ci_high"]])
        assert table.loc[table["value"] == "c", ["ci_low", "ci_high"]].isna().all(axis=None)
        assert not frequency(texts, unit="form", repeats=200, seed=2)["ci_high"].equals(
            frequency(texts, unit="form", repeats=200)["ci_high"]
        )

    @pytest.mark.filterwarnings("error")
    def test_a_term_that_is_all_there_is(self):
        only = frequency(tokens_of({"a": ("es", "sol"), "b": ("es", "sol")}), unit="form", repeats=100).iloc[0]
        assert (only["share"], only["ci_high"]) == (1, 1) and 0 <= only["ci_low"] < 1
        assert frequency(TOKENS.iloc[:0], repeats=100).empty

    @pytest.mark.parametrize("given", [{"repeats": -1}, {"repeats": 2.5}, {"confidence": 1.0}, {"seed": "x"}])
    def test_settings_that_are_none(self, given):
        with pytest.raises(InputError, match=next(iter(given))):
            frequency(TOKENS, **{"repeats": 10, **given})


class TestGeneral:
    def test_known_words_have_a_difference_and_unknown_none(self):
        table = frequency(TOKENS, unit="form")
        known = row(table, term="tienda")
        assert known["general_zipf"] == general_frequencies("es")["tienda"]
        assert known["zipf_difference"] == pytest.approx(known["zipf"] - known["general_zipf"])
        for term in ("xyzzy", "24"):
            assert row(table, term=term)[["general_zipf", "zipf_difference"]].isna().all()

    def test_terms_that_the_list_writes_as_one_are_compared_together(self):
        table = frequency(tokens_of({"a": ("it", "un uomo , un' amica , un’ idea")}), unit="form")
        both = table[table["term"].isin(["un", "un'"])]
        usual = general_frequencies("it")["un"]
        assert both.set_index("term")["n"].to_dict() == {"un": 1, "un'": 2}
        assert both["general_zipf"].tolist() == [usual] * 2
        # 3 of 6 words
        assert both["zipf_difference"].tolist() == pytest.approx([math.log10(3 / 6 * 1e9) - usual] * 2)

    def test_none_where_none_is_asked_for_or_there_is(self):
        assert frequency(TOKENS, general=False)["general_zipf"].isna().all()
        english = frequency(tokens_of({"a": ("en", "the shop")}))
        assert english["general_zipf"].isna().all()
        tagged = TOKENS.assign(pos="NOUN")
        assert frequency(tagged, unit="pos")["general_zipf"].isna().all()

    def test_a_list_of_ones_own(self):
        own = pd.DataFrame({"lang": "es", "term": ["Tienda", "tienda", "habla"], "per_million": [30.0, 70.0, 0.0]})
        table = frequency(TOKENS, unit="form", general=own)
        assert row(table, term="tienda")["general_zipf"] == pytest.approx(5)
        assert np.isnan(row(table, term="habla")["general_zipf"])
        assert table.query("lang == 'it'")["general_zipf"].isna().all()
        spanish = TOKENS[TOKENS["lang"] == "es"]
        without = frequency(spanish, unit="form", general=pd.DataFrame({"term": ["la"], "zipf": [7.5]}))
        assert row(without, term="la")["general_zipf"] == pytest.approx(7.5)

    @pytest.mark.parametrize(
        "columns, said",
        [
            ({"word": ["a"], "zipf": [1]}, "needs term and zipf or per_million; it has lang, word, zipf"),
            ({"term": ["a"], "n": [1]}, "it has lang, term, n"),
            ({"term": ["a", "b"], "zipf": [1, "x"]}, "zipf, row 2: got x"),
            ({"term": ["a"], "zipf": [12]}, "got 12, expected 9 or less"),
            ({"term": ["a"], "zipf": [-math.inf]}, "got -inf"),
            ({"term": ["a"], "per_million": [-1]}, "got -1, expected from 0 to 1,000,000"),
            ({"term": ["a", "a"], "zipf": [1, 2]}, "'a' twice"),
            ({"term": ["a", None], "zipf": [1, 2]}, "row 2: no term"),
            ({"term": ["a", "b"], "zipf": [1, 2], "lang": ["es", None]}, "row 2: no lang"),
        ],
    )
    def test_lists_that_are_none(self, columns, said):
        with pytest.raises(InputError, match=said):
            frequency(TOKENS, general=pd.DataFrame({"lang": "es", **columns}))

    @pytest.mark.parametrize("lang, most", [("es", ["de", "la", "que"]), ("it", ["di", "e", "che"])])
    def test_the_bundled_lists(self, lang, most):
        forms = general_frequencies(lang)
        assert forms.index.is_unique and forms.index.is_monotonic_increasing
        assert forms.nlargest(3).index.tolist() == most
        assert (forms.min(), len(forms) > 35_000) == (3.0, True)
        assert all(fold_term(form) == form for form in forms.index)
        # the listed forms are nearly all that is said, and no more than that
        assert 0.93 < (10 ** (forms - 9)).sum() < 1
        head = data_file("wordlists", f"{lang}.tsv").read_text(encoding="utf-8")[:2000]
        assert "CC BY-SA 4.0" in head and "10.5281/zenodo.7199437" in head and f"# {len(forms)} forms" in head

    def test_words_that_look_like_missing_values_are_words(self):
        assert {"null", "nan"} & set(general_frequencies("es").index)
        assert not general_frequencies("es").index.isna().any()

    def test_italian_elided_forms_stand_without_their_apostrophe(self):
        forms, lemmas = general_frequencies("it"), general_frequencies("it", "lemma")
        # della is about as frequent before a vowel as before a consonant; wordfreq's own 5.25 would be a tenth of it
        assert forms["dell"] == pytest.approx(forms["della"], abs=0.6)
        forms_of_it = 10 ** forms["della"] + 10 ** forms["delle"] + 10 ** forms["dell"]
        assert lemmas["della"] == pytest.approx(math.log10(forms_of_it), abs=0.01)

    def test_lemmas_add_up_frequencies(self):
        for lang in ("es", "it"):
            forms, lemmas = general_frequencies(lang), general_frequencies(lang, "lemma")
            assert (10**lemmas).sum() == pytest.approx((10**forms).sum())
        forms = general_frequencies("es")
        alike = [form for form in forms.index if lemmatise(form, "es") == "escuchar"]
        assert len(alike) > 10
        assert general_frequencies("es", "lemma")["escuchar"] == pytest.approx(np.log10((10 ** forms[alike]).sum()))

    def test_lemmas_are_kept_on_disk_until_a_rule_or_the_list_changes(self, monkeypatch, tmp_path):
        monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path))
        forms, asked = ["conversaciones", "voz", "voces"], []
        monkeypatch.setattr(general, "_lemma", lambda form, lang: asked.append(form) or lemmatise(form, lang))
        for _ in range(2):
            assert general._lemmas_of(forms, "es") == ["conversación", "voz", "voz"]
        assert asked == forms
        general._lemmas_of([*forms, "blog"], "es")
        monkeypatch.setattr(general, "version", lambda name: "0")
        general._lemmas_of(forms, "es")
        assert len(asked) == 3 + 4 + 3
        for path in tmp_path.rglob("*.npz"):
            path.write_bytes(b"damaged")
        assert general._lemmas_of(forms, "es") == ["conversación", "voz", "voz"]

    def test_what_is_given_away_may_be_changed(self):
        own = general_frequencies("es")
        own["tienda"] = 0.0
        assert general_frequencies("es")["tienda"] > 3

    @pytest.mark.parametrize("given, said", [(("en",), "'en'; allowed are es, it"), (("es", "pos"), "by 'pos'")])
    def test_languages_and_units_without_a_list(self, given, said):
        with pytest.raises(InputError, match=said):
            general_frequencies(*given)
