"""The core of corpus statistics: tokens as numbers, what occurs where, and parts of a corpus."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.statistics import (
    Counted,
    TokenIndex,
    count_codes,
    count_themes,
    count_words,
    dispersion,
    frequency,
    keyness,
    lexical_diversity,
)
from toolkit.statistics.counting.concepts import _overlapping
from toolkit.statistics.counting.count import as_counted, as_index
from toolkit.statistics.counting.selection import describe, inside, select, selections

UNITS = ("form", "lemma", "pos")
#: Words that differ by capitals, by the kind of apostrophe and by how an accent is written.
WORDS = ["La", "la", "L’", "l'", ".", "Informacio\u0301n", "información", "24"]
STOPS = {"la", "de", "il"}
#: Documents as their words; the language of each.
TEXTS = {"uno": ("es", "La tienda de la esquina ."), "due": ("it", "Il negozio ."), "tres": ("es", "Tienda 24 !")}


def tokens_of(texts, **columns):
    """A tokens table of words that stand one blank apart."""
    rows = []
    for doc_id, (lang, text) in texts.items():
        start = 0
        for word in text.split():
            low = word.lower()
            rows.append((doc_id, f"{doc_id}:0", start, start + len(word), word, low, None, low in STOPS, lang))
            start += len(word) + 1
    names = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop", "lang"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


def posts_of(texts, **columns):
    rows = [(doc_id, lang, text, "0" * 64) for doc_id, (lang, text) in texts.items()]
    return pd.DataFrame(rows, columns=["doc_id", "lang", "text", "sha256"]).assign(**columns)


def passages_of(rows):
    """Passages of (doc_id, start, end, lang, furniture)."""
    table = pd.DataFrame(rows, columns=["doc_id", "start", "end", "lang", "furniture"])
    return table.assign(passage_id=[f"p{row}" for row in range(len(rows))], unit="sentence")


def annotations_of(rows, codebook="cluetrain"):
    table = pd.DataFrame(rows, columns=["doc_id", "start", "end", "code"])
    return table.assign(quote="x", codebook=codebook, coder="ana", kind="human")


PASSAGES = passages_of(
    [
        ("a", 0, 10, "es", False),
        ("a", 10, 20, "es", False),
        ("a", 20, 30, "es", True),
        ("b", 0, 10, "it", False),
        ("b", 10, 20, None, False),
    ]
)


class TestTokenIndex:
    def test_terms_are_sorted_and_forms_do_not_differ_by_capitals(self):
        found = TokenIndex(tokens_of(TEXTS)).vocabulary("form")
        assert found.terms.tolist() == ["!", ".", "24", "de", "esquina", "il", "la", "negozio", "tienda"]
        assert found.terms[found.codes].tolist()[:6] == ["la", "tienda", "de", "la", "esquina", "."]

    def test_words_have_a_letter_or_digit_and_content_is_no_function_word_or_number(self):
        index = TokenIndex(tokens_of(TEXTS))
        forms = index.vocabulary("form")
        assert forms.terms[forms.codes[~index.is_word]].tolist() == [".", ".", "!"]
        assert forms.terms[forms.codes[index.is_content]].tolist() == ["tienda", "esquina", "negozio", "tienda"]

    def test_rows_are_brought_into_the_order_of_posts_and_texts(self):
        shuffled = tokens_of(TEXTS).sample(frac=1, random_state=4)
        texts = {doc_id: TEXTS[doc_id] for doc_id in ("tres", "uno", "due")}
        index = TokenIndex(shuffled, posts_of(texts))
        assert index.doc_ids.tolist() == ["tres", "uno", "due"]
        assert index.doc.tolist() == [0] * 3 + [1] * 6 + [2] * 3
        starts = index.start.tolist()
        assert starts[:3] == sorted(starts[:3]) and starts[3:9] == sorted(starts[3:9])
        assert index.texts["due"] == "Il negozio ."

    def test_documents_without_a_token_are_documents(self):
        posts = posts_of({**TEXTS, "vacío": ("es", "…")})
        assert TokenIndex(tokens_of(TEXTS), posts).doc_ids.tolist() == ["uno", "due", "tres", "vacío"]
        assert count_words(tokens_of(TEXTS), posts=posts).layer("es").matrix(4)[1].tolist() == [5, 0, 2, 0]

    def test_without_languages_there_is_one_layer(self):
        counted = count_words(tokens_of(TEXTS).drop(columns="lang"))
        assert [layer.lang for layer in counted.layers] == ["all"]
        assert len(counted.layer().doc) == 9

    def test_an_empty_table_has_no_layers(self):
        counted = count_words(tokens_of(TEXTS).iloc[:0])
        assert counted.layers == () and len(counted.doc_ids) == 0

    @pytest.mark.parametrize(
        "make, said",
        [
            (lambda: TokenIndex("x"), "DataFrame"),
            (lambda: TokenIndex(tokens_of(TEXTS), posts_of({"uno": TEXTS["uno"]})), "'due', which is not among"),
            (lambda: TokenIndex(tokens_of(TEXTS, lang=["es"] * 11 + [None])), "1 of 12 tokens have no lang"),
            (lambda: TokenIndex(tokens_of(TEXTS)).vocabulary("lema"), "did you mean 'lemma'"),
            (lambda: TokenIndex(tokens_of(TEXTS)).vocabulary("pos"), "no token has a part of speech"),
            (lambda: count_words(tokens_of(TEXTS), only="contents"), "did you mean 'content'"),
            (lambda: as_index(3), "got int"),
            (lambda: as_index(TokenIndex(tokens_of(TEXTS)), posts_of(TEXTS)[1:]), "of other documents"),
            (lambda: TokenIndex(pd.concat([tokens_of(TEXTS)] * 2)), "twice; give each token once"),
            (
                lambda: TokenIndex(tokens_of({"a": ("es", "l' l l'")}, start=0, end=[2, 1, 2])),
                "from 0 to 2 of 'a' .* twice",
            ),
        ],
    )
    def test_what_is_wrong_is_one_sentence(self, make, said):
        with pytest.raises(InputError, match=said):
            make()


def parts_of(tokens, cuts):
    docs = list(dict.fromkeys(tokens["doc_id"]))
    edges = [0, *cuts, len(docs)]
    return [tokens[tokens["doc_id"].isin(docs[low:high])] for low, high in pairwise(edges)]


class TestParts:
    """An index of parts is that of the whole."""

    NAMES = ("doc", "start", "end", "bounds", "lang", "is_stop", "passage", "passage_ids", "is_word", "is_content")

    def same(self, one, other):
        assert (one.langs, len(one)) == (other.langs, len(other))
        for name in (*self.NAMES, "doc_ids"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist(), name
        for unit in UNITS:
            try:
                whole = other.vocabulary(unit)
            except InputError as error:
                with pytest.raises(InputError, match=re.escape(str(error))):
                    one.vocabulary(unit)
                continue
            assert one.vocabulary(unit).terms.tolist() == whole.terms.tolist()
            assert one.vocabulary(unit).codes.tolist() == whole.codes.tolist()

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.tuples(st.sampled_from(["es", "it"]), st.lists(st.sampled_from(WORDS))), max_size=7),
        st.lists(st.integers(0, 7), max_size=3),
        st.booleans(),
        st.booleans(),
    )
    def test_an_index_of_parts_is_that_of_the_whole(self, texts, cuts, with_posts, with_pos):
        texts = {f"d{place}": (lang, " ".join(words)) for place, (lang, words) in enumerate(texts)}
        tokens = tokens_of(texts)
        if with_pos:
            tokens["pos"] = [["NOUN", None, "ADJ"][row % 3] for row in range(len(tokens))]
        posts = posts_of(texts) if with_posts else None
        parts = parts_of(tokens.astype({"is_stop": bool}), sorted(cuts))
        self.same(TokenIndex.of_parts(parts, posts), TokenIndex(tokens, posts))

    def test_the_statistics_of_parts_are_those_of_the_whole(self):
        texts = {f"d{place}": (lang, text) for place, (lang, text) in enumerate([*TEXTS.values()] * 4)}
        posts = posts_of(texts, country=["MX", "IT", "ES"] * 4)
        tokens = tokens_of(texts)
        index = TokenIndex.of_parts(parts_of(tokens, [2, 3, 9]), posts)
        for statistic, how in (
            (frequency, {"by": "country", "repeats": 100}),
            (lexical_diversity, {"by": "country", "repeats": 100}),
            (lexical_diversity, {"window": 3}),
            (dispersion, {"minimum": 1}),
            (keyness, {"target": {"country": "MX"}, "minimum": 1, "repeats": 100}),
        ):
            pd.testing.assert_frame_equal(statistic(index, **how), statistic(tokens, posts=posts, **how))
        assert "doc" not in vars(index) and "lang" not in vars(index)

    def test_rows_of_a_part_are_brought_into_order_and_very_long_tokens_keep_their_end(self):
        tokens = tokens_of(TEXTS)
        tokens.loc[[5, 11], "end"] += 70_000
        parts = [part.sample(frac=1, random_state=2) for part in parts_of(tokens, [1, 2])]
        self.same(TokenIndex.of_parts(parts, posts_of(TEXTS)), TokenIndex(tokens, posts_of(TEXTS)))

    def test_without_languages_there_is_one(self):
        tokens = tokens_of(TEXTS).drop(columns="lang")
        self.same(TokenIndex.of_parts(parts_of(tokens, [1])), TokenIndex(tokens))

    def test_an_index_of_no_parts_is_that_of_an_empty_table(self):
        assert len(TokenIndex.of_parts([])) == 0
        assert TokenIndex.of_parts([tokens_of(TEXTS)[:0]], posts_of(TEXTS)).doc_ids.tolist() == list(TEXTS)

    @pytest.mark.parametrize(
        "parts, posts, said",
        [
            ([tokens_of(TEXTS), tokens_of(TEXTS)], None, "'uno' comes after one with it"),
            (parts_of(tokens_of(TEXTS), [2])[::-1], posts_of(TEXTS), "'uno' comes after"),
            ([pd.concat([tokens_of(TEXTS)] * 2)], None, "twice; give each token once"),
            ([tokens_of(TEXTS)], posts_of({"uno": TEXTS["uno"]}), "'due', which is not among"),
            ([tokens_of(TEXTS, lang=["es"] * 11 + [None])], None, "1 of 12 tokens have no lang"),
            (
                [
                    part.drop(columns="lang") if place else part
                    for place, part in enumerate(parts_of(tokens_of(TEXTS), [1]))
                ],
                None,
                "6 of 12 tokens have no lang",
            ),
        ],
    )
    def test_what_is_wrong_is_one_sentence(self, parts, posts, said):
        with pytest.raises(InputError, match=said):
            TokenIndex.of_parts(parts, posts)


class TestCountWords:
    def test_each_language_by_itself(self):
        counted = count_words(tokens_of(TEXTS), "form")
        assert [layer.lang for layer in counted.layers] == ["es", "it"]
        spanish = counted.layer("es")
        assert dict(zip(spanish.terms, spanish.totals(), strict=True)) == {
            "24": 1,
            "de": 1,
            "esquina": 1,
            "la": 2,
            "tienda": 2,
        }

    def test_content_words_are_fewer_and_the_size_stays(self):
        words, content = (count_words(tokens_of(TEXTS), only=only).layer("es") for only in ("words", "content"))
        assert content.terms.tolist() == ["esquina", "tienda"]
        assert len(content.doc) == len(words.doc) == 7

    def test_tokens_without_a_part_of_speech_are_places_without_a_term(self):
        pos = ["DET", "NOUN", "ADP", "DET", "NOUN", "PUNCT", "DET", "NOUN", "PUNCT", "NOUN", None, "PUNCT"]
        spanish = count_words(tokens_of(TEXTS, pos=pos), "pos").layer("es")
        assert dict(zip(spanish.terms, spanish.totals(), strict=True)) == {"ADP": 1, "DET": 2, "NOUN": 3}
        assert len(spanish.doc) == 7

    def test_counts_of_a_part_of_the_places(self):
        layer = count_words(tokens_of(TEXTS), "form").layer("es")
        where = layer.start < 10
        counts, sizes = layer.matrix(3, where)
        assert sizes.tolist() == [2, 0, 2]
        assert counts.toarray().sum(0).tolist() == layer.totals(where).tolist()

    def test_what_was_counted_is_taken_as_it_is(self):
        counted = count_words(tokens_of(TEXTS), "form")
        assert as_counted(counted) is as_counted(counted, "form", "words") is counted
        with pytest.raises(InputError, match="unit='lemma' is asked of what was counted with unit='form'"):
            as_counted(counted, "lemma")
        with pytest.raises(InputError, match="only='content' is asked of what was counted with only='words'"):
            as_counted(counted, only="content")

    @pytest.mark.parametrize("lang, said", [("en", "allowed are es, it"), (None, "name one of es, it")])
    def test_a_layer_must_be_named(self, lang, said):
        with pytest.raises(InputError, match=said):
            count_words(tokens_of(TEXTS)).layer(lang)

    def test_posts_given_beside_what_is_ready_count(self):
        index = TokenIndex(tokens_of(TEXTS), posts_of(TEXTS, country=["MX", None, "ES"]))
        other = posts_of(TEXTS, country=["AR", "AR", "AR"])
        for counted in (as_counted(index, posts=other), as_counted(count_words(index), posts=other)):
            assert counted.groups("country").tolist() == ["AR"] * 3
        assert as_counted(index).groups("country").tolist() == ["MX", "(missing)", "ES"]
        turned = posts_of(TEXTS, country=["1", "2", "3"])[::-1]
        assert as_counted(index, posts=turned).groups("country").tolist() == ["1", "2", "3"]

    def test_dates_are_days_and_periods_have_their_names(self):
        posts = posts_of(TEXTS, date=["2010-05-01", "2010-05-02", None])
        counted = count_words(tokens_of(TEXTS), posts=posts)
        assert counted.groups("date").tolist() == ["2010-05-01", "2010-05-02", "(missing)"]
        assert counted.groups("month").tolist() == ["2010-05", "2010-05", "(missing)"]

    def test_a_value_of_a_column_finds_its_documents(self):
        posts = posts_of(TEXTS, likes=[5.0, None, 3.0])
        counted = count_words(tokens_of(TEXTS), posts=posts)
        layer = counted.layers[0]
        for value, place in ((posts["likes"].iloc[0], 0), (None, 1), (float("nan"), 1)):
            chosen = select(counted, layer, {"likes": value})
            assert set(layer.doc[chosen]) <= {place}

    def test_numbers_are_groups_in_their_order(self):
        posts = posts_of(TEXTS, score=[10, None, 9])
        assert count_words(tokens_of(TEXTS), posts=posts).groups("score").tolist() == ["10", "(missing)", "9"]

    def test_groups_of_documents(self):
        posts = posts_of(TEXTS, country=["MX", None, "ES"], date=["2010-05-01", "2011", "mayo"])
        counted = count_words(tokens_of(TEXTS), posts=posts)
        assert counted.groups("country").tolist() == ["MX", "(missing)", "ES"]
        assert counted.groups("year").tolist() == ["2010", "2011", "(malformed)"]
        assert counted.groups("quarter").tolist() == ["2010-Q2", "2011, no month", "(malformed)"]
        assert counted.groups("doc_id").tolist() == ["uno", "due", "tres"]
        with pytest.raises(InputError, match="no column 'countri'"):
            counted.groups("countri")
        with pytest.raises(InputError, match="need the posts"):
            count_words(tokens_of(TEXTS)).groups("country")
        with pytest.raises(InputError, match="expected one column of the posts"):
            frequency(counted, by=["country", "year"])

    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from("abcd"),
            st.tuples(
                st.sampled_from(["es", "it"]), st.lists(st.sampled_from(["sol", "Sol", "mar", ".", "2"]), min_size=1)
            ),
            min_size=1,
        )
    )
    def test_counting_agrees_with_pandas(self, texts):
        tokens = tokens_of({doc_id: (lang, " ".join(words)) for doc_id, (lang, words) in texts.items()})
        counted = count_words(tokens, "form")
        words = tokens[tokens["text"] != "."]
        expected = words.groupby(["lang", "doc_id", words["text"].str.lower()]).size().to_dict()
        found = {}
        for layer in counted.layers:
            counts, sizes = layer.matrix(len(counted.doc_ids))
            assert sizes.sum() == len(layer.doc) == (words["lang"] == layer.lang).sum()
            table = counts.tocoo()
            for row, column, n in zip(table.row, table.col, table.data, strict=True):
                found[layer.lang, counted.doc_ids[row], layer.terms[column]] = n
        assert found == expected


class TestCountCodes:
    def test_a_passage_has_a_code_once_and_furniture_none(self):
        annotations = annotations_of(
            [("a", 0, 5, "x"), ("a", 2, 8, "x"), ("a", 8, 12, "y"), ("a", 20, 30, "y"), ("b", 0, 10, "x")]
        )
        counted = count_codes(annotations, PASSAGES)
        layer = counted.layer()
        assert (counted.of, counted.unit, layer.lang) == ("passages", "code", "all")
        assert dict(zip(layer.terms, layer.totals(), strict=True)) == {"x": 2, "y": 2}
        assert layer.matrix(2)[1].tolist() == [2, 2]

    def test_a_span_that_touches_a_passage_does_not_overlap_it(self):
        layer = count_codes(annotations_of([("a", 0, 10, "x")]), PASSAGES).layer()
        assert layer.place.tolist() == [0]

    def test_languages_of_passages(self):
        layer = count_codes(annotations_of([("b", 0, 20, "x")]), PASSAGES).layer()
        assert layer.langs == ("es", "it") and layer.place_lang.tolist() == [0, 0, 1, -1]

    def test_without_annotations_passages_are_places(self):
        layer = count_codes(annotations_of([]), PASSAGES).layer()
        assert len(layer.terms) == 0 and len(layer.doc) == 4 and layer.totals().tolist() == []

    @pytest.mark.parametrize(
        "annotations, said",
        [
            (
                pd.concat([annotations_of([("a", 0, 5, "x")]), annotations_of([("a", 0, 5, "x")], "otro")]),
                "cluetrain, otro",
            ),
            (annotations_of([("c", 0, 5, "x")]), "'c', which has no passages"),
        ],
    )
    def test_what_is_wrong_is_one_sentence(self, annotations, said):
        with pytest.raises(InputError, match=said):
            count_codes(annotations, PASSAGES)

    def test_posts_must_be_those_of_the_passages(self):
        with pytest.raises(InputError, match="'b', which is not among the posts"):
            count_codes(annotations_of([]), PASSAGES, posts=posts_of({"a": ("es", "x" * 30)}))


class TestCountThemes:
    SHARES = pd.DataFrame(
        [("a", "p0", "t1", 0.25), ("a", "p0", "t2", 0.75), ("b", "p3", "t1", 1.0)],
        columns=["doc_id", "passage_id", "topic", "share"],
    )

    def test_shares_are_added_up(self):
        layer = count_themes(self.SHARES, PASSAGES).layer()
        assert dict(zip(layer.terms, layer.totals(), strict=True)) == {"t1": 1.25, "t2": 0.75}
        assert layer.matrix(2)[1].tolist() == [1, 1]

    def test_one_model_of_several(self):
        both = pd.concat([self.SHARES.assign(model="es"), self.SHARES.assign(model="joint", topic="j")])
        both = both.drop_duplicates(["model", "passage_id", "topic"])
        assert count_themes(both, PASSAGES).layer().terms.tolist() == ["j"]
        assert count_themes(both, PASSAGES, model="es").layer().terms.tolist() == ["t1", "t2"]
        with pytest.raises(InputError, match="did you mean 'joint'"):
            count_themes(both, PASSAGES, model="join")
        with pytest.raises(InputError, match="es, it; name one"):
            count_themes(both.assign(model=both["model"].replace("joint", "it")), PASSAGES)

    def test_a_share_of_no_model_is_not_added_to_those_of_the_only_one(self):
        half = self.SHARES.assign(model=["es", None, "es"])
        with pytest.raises(InputError, match="of the model es, but row 2 names none"):
            count_themes(half, PASSAGES)
        assert count_themes(half, PASSAGES, model="es").layer().terms.tolist() == ["t1"]

    def test_shares_with_half_a_position_take_that_of_their_passage(self):
        assert count_themes(self.SHARES.assign(start=7), PASSAGES).layer().start.tolist() == [0, 0]

    def test_paragraphs_that_are_no_passages_take_the_language_of_the_first_inside(self):
        shares = self.SHARES.assign(passage_id=["par", "par", "p3"], start=[0, 0, 0], end=[20, 20, 10])
        layer = count_themes(shares, PASSAGES).layer()
        assert layer.end.tolist() == [20, 10] and [layer.langs[place] for place in layer.place_lang] == ["es", "it"]

    def test_shares_of_passages_that_are_not_there(self):
        with pytest.raises(InputError, match="shares of 'par', where no passage lies"):
            count_themes(self.SHARES.assign(passage_id="par").drop_duplicates("topic"), PASSAGES)


class TestSelection:
    POSTS = posts_of(TEXTS, country=["MX", "IT", "ES"], date=["2009-01-01", "2010-01-01", "2012-01-01"])

    @pytest.fixture
    def counted(self) -> Counted:
        return count_words(tokens_of(TEXTS), "form", posts=self.POSTS)

    @pytest.mark.parametrize(
        "selection, documents",
        [
            ({"country": "MX"}, ["uno"]),
            ({"country": ["MX", "ES"]}, ["uno", "tres"]),
            ({"year": range(2005, 2010)}, ["uno"]),
            ({"year": 2012, "country": "ES"}, ["tres"]),
            ({"year": 2012, "country": "MX"}, []),
            ({"lang": "es"}, ["uno", "tres"]),
            ({"lang": "it"}, []),
            ({"doc_id": "tres"}, ["tres"]),
        ],
    )
    def test_by_metadata(self, counted, selection, documents):
        layer = counted.layer("es")
        chosen = select(counted, layer, selection)
        assert list(dict.fromkeys(counted.doc_ids[layer.doc[chosen]])) == documents

    def test_spans_take_the_places_they_overlap(self, counted):
        layer = counted.layer("es")
        spans = pd.DataFrame({"doc_id": ["uno", "uno", "otro"], "start": [3, 10, 0], "end": [5, 12, 99]})
        assert layer.start[inside(counted, layer, spans)].tolist() == [3, 10]

    @pytest.mark.parametrize("start, end", [(-5, 3), (-1000, 1), (float("-inf"), 2.0)])
    def test_a_span_that_begins_before_its_text_takes_nothing_of_another(self, counted, start, end):
        layer = counted.layer("es")
        chosen = inside(counted, layer, pd.DataFrame({"doc_id": ["tres"], "start": [start], "end": [end]}))
        assert list(zip(counted.doc_ids[layer.doc[chosen]], layer.start[chosen], strict=True)) == [("tres", 0)]

    def test_a_span_may_end_beyond_any_text(self, counted):
        layer = counted.layer("es")
        for end in (1 << 62, float("inf")):
            spans = pd.DataFrame({"doc_id": ["uno", "tres"], "start": [12, 1], "end": [end, end]})
            assert layer.start[inside(counted, layer, spans)].tolist() == [13, 16, 0, 7]

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(st.tuples(st.sampled_from(["uno", "tres", "x"]), st.integers(-30, 30), st.integers(0, 40)), max_size=6)
    )
    def test_spans_agree_with_looking_at_every_pair(self, rows):
        counted = count_words(tokens_of(TEXTS), "form")
        layer = counted.layer("es")
        spans = pd.DataFrame(
            [(doc_id, start, start + length) for doc_id, start, length in rows], columns=["doc_id", "start", "end"]
        )
        expected = [
            any(
                own == counted.doc_ids[doc] and low < end and high > start
                for own, low, high in spans.itertuples(index=False)
            )
            for doc, start, end in zip(layer.doc, layer.start, layer.end, strict=True)
        ]
        assert inside(counted, layer, spans).tolist() == expected

    def test_the_reference_is_the_rest_or_has_nothing_in_common(self, counted):
        layer = counted.layer("es")
        target, rest = selections(counted, layer, {"country": "MX"}, None)
        assert (target ^ rest).all()
        target, other = selections(counted, layer, {"country": "MX"}, {"country": "ES"})
        assert (target.sum(), other.sum()) == (5, 2)
        with pytest.raises(InputError, match="share 5 words"):
            selections(counted, layer, {"country": "MX"}, {"lang": "es"})

    @pytest.mark.parametrize(
        "selection, said",
        [
            ({"country": "MZ"}, "no country is 'MZ'; allowed are ES, IT, MX"),
            ({"countri": "MX"}, "did you mean 'country'"),
            ({"lang": "en"}, "no lang is 'en'; allowed are es, it"),
            ({"country": []}, "no value"),
            ({}, "expected columns with values"),
            ("MX", "expected columns with values"),
            (pd.DataFrame({"doc_id": ["uno"], "start": [0]}), "no column 'end'"),
            (pd.DataFrame({"doc_id": ["uno"], "start": [0], "end": [None]}), "row 1 has no number as its end"),
        ],
    )
    def test_what_is_wrong_is_one_sentence(self, counted, selection, said):
        with pytest.raises(InputError, match=said):
            select(counted, counted.layer("es"), selection)

    @pytest.mark.parametrize(
        "selection, words",
        [
            (None, "the rest"),
            ({"country": "MX", "year": range(2005, 2010)}, "country MX, year 2005 to 2009"),
            ({"country": ["MX", "ES"]}, "country MX, ES"),
            (annotations_of([("a", 0, 1, "y"), ("a", 0, 1, "x")]), "passages coded x, y"),
            (PASSAGES, "5 spans"),
        ],
    )
    def test_in_words(self, selection, words):
        assert describe(selection) == words


def test_the_same_on_any_order_of_rows():
    tokens = tokens_of(TEXTS)
    one, other = (count_words(table, "form", posts=posts_of(TEXTS)) for table in (tokens, tokens.iloc[::-1]))
    for left, right in zip(one.layers, other.layers, strict=True):
        assert left.terms.tolist() == right.terms.tolist()
        assert np.array_equal(left.term, right.term) and np.array_equal(left.start, right.start)


@pytest.mark.parametrize(
    "selection, said",
    [
        ({"country": {"MX", "ES", "AR"}}, "country AR, ES, MX"),
        ({"country": ["MX", "ES"], "year": range(2005, 2010)}, "country MX, ES, year 2005 to 2009"),
        (None, "the rest"),
        (pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [3], "code": [None]}), "1 spans"),
    ],
)
def test_a_part_in_words_depends_on_no_hashing(selection, said):
    assert describe(selection) == said


def test_a_value_that_no_document_has_is_named():
    counted = count_words(tokens_of(TEXTS), posts=posts_of(TEXTS, country=["MX", "ES", "ES"]))
    with pytest.raises(InputError, match="no country is 'typo'"):
        select(counted, counted.layers[0], {"country": ["MX", "typo"]})


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 5)), max_size=12),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 5)), max_size=6),
)
def test_spans_overlap_places_as_one_by_one(places, spans):
    """Places within and across others too, and empty ones."""
    doc, start, long = (np.array(column, dtype=np.int64) for column in np.array(sorted(places)).reshape(-1, 3).T)
    owner, low, wide = (np.array(column, dtype=np.int64) for column in np.array(spans).reshape(-1, 3).T)
    span, place = _overlapping(doc, start, start + long, owner, low, low + wide)
    wanted = {
        (s, p)
        for s in range(len(spans))
        for p in range(len(places))
        if doc[p] == owner[s] and start[p] < low[s] + wide[s] and start[p] + long[p] > low[s]
    }
    assert set(zip(span.tolist(), place.tolist(), strict=True)) == wanted
    assert len(span) == len(wanted)
