"""Dispersion and places of occurrence: published examples, other implementations, and the borders."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from toolkit.errors import InputError
from toolkit.statistics import TokenIndex, count_codes, count_themes, count_words
from toolkit.statistics.distribution import measures
from toolkit.statistics.distribution.dispersion import dispersion
from toolkit.statistics.distribution.occurrences import occurrences
from toolkit.tables import empty

#: The letter a in five parts: Gries (2020, Analyzing dispersion, table 1).
GRIES = ([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])
#: ALLEMAND in ten parts of Lyne (1985), whose measures the R package tlda prints in its README.
LYNE = ([2, 0, 1, 1, 3, 0, 3, 0, 0, 0], [8143, 8058, 8271, 8125, 7959, 7941, 8146, 8001, 8003, 7930])
#: Those of the measures that say 1 for even, and those that say 0.
EVEN_IS_ONE = (measures.juilland_d, measures.carroll_d2, measures.rosengren_s)
EVEN_IS_ZERO = (measures.dp, measures.dp_norm, measures.kl_divergence)
ALL = EVEN_IS_ONE + EVEN_IS_ZERO


@pytest.mark.parametrize(
    ("measure", "counts", "sizes", "value", "digits"),
    [
        (measures.dp, *GRIES, 0.18, 2),
        (measures.dp_norm, *GRIES, 0.2195, 4),
        (measures.juilland_d, *GRIES, 0.785, 3),
        (measures.rosengren_s, *GRIES, 0.9498, 4),
        (measures.kl_divergence, *GRIES, 0.1370, 4),
        (measures.juilland_d, *LYNE, 0.6038797, 7),
        (measures.carroll_d2, *LYNE, 0.6521444, 7),
        (measures.rosengren_s, *LYNE, 0.4763652, 7),
        # Gries (2008, p. 407): the same counts in parts of one size
        (measures.rosengren_s, [1, 2, 3, 4, 5], [10] * 5, 0.937, 3),
        # Carroll (1970): his two examples
        (measures.juilland_d, [0, 4, 3, 2, 1], [10] * 5, 0.6464, 4),
        (measures.carroll_d2, [2, 1, 1, 1, 0], [10] * 5, 0.8277, 4),
        # Lijffijt and Gries (2012, p. 148)
        (measures.dp_norm, [2, 1, 0], [3, 3, 3], 0.5, 4),
    ],
)
def test_published_examples(measure, counts, sizes, value, digits):
    assert round(float(measure(counts, sizes)), digits) == value


@pytest.mark.parametrize("even", [True, False])
def test_directions(even):
    """Spread in proportion to unequal parts, or all in the smallest."""
    sizes = [10, 20, 30]
    counts = [1, 2, 3] if even else [6, 0, 0]
    for measure in (measures.juilland_d, measures.carroll_d2):
        assert measure(counts, sizes) == pytest.approx(1 if even else 0)
    assert measures.rosengren_s(counts, sizes) == pytest.approx(1 if even else 10 / 60)
    assert measures.dp(counts, sizes) == pytest.approx(0 if even else 1 - 10 / 60)
    assert measures.dp_norm(counts, sizes) == pytest.approx(0 if even else 1)
    assert measures.kl_divergence(counts, sizes) == pytest.approx(0 if even else np.log2(6))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("measure", ALL)
def test_what_occurs_nowhere_or_in_a_single_part_has_no_dispersion(measure):
    assert np.isnan(measure([0, 0], [5, 5]))
    assert np.isnan(measure([3], [5]))
    assert np.isnan(measure([[0, 0], [1, 1]], [5, 5])).tolist() == [True, False]
    assert measure(sparse.csr_matrix((0, 2)), [5, 5]).shape == (0,)


def test_range_counts_parts():
    assert measures.part_range([[0, 0, 0], [5, 0, 0], [1, 1, 1]]).tolist() == [0, 1, 3]


@st.composite
def tables(draw):
    parts = draw(st.integers(2, 7))
    sizes = draw(st.lists(st.integers(1, 50), min_size=parts, max_size=parts))
    counts = draw(
        st.lists(st.lists(st.integers(0, 9), min_size=parts, max_size=parts), min_size=1, max_size=5).filter(
            lambda rows: all(sum(row) for row in rows)
        )
    )
    return counts, sizes


@settings(max_examples=60, deadline=None)
@given(tables())
def test_sparse_and_dense_agree_with_the_plain_formulas(material):
    counts, sizes = np.array(material[0], dtype=float), np.array(material[1], dtype=float)
    share, own = sizes / sizes.sum(), counts / counts.sum(1, keepdims=True)
    rates = counts / sizes
    plain = {
        measures.dp: np.abs(own - share).sum(1) / 2,
        measures.dp_norm: np.abs(own - share).sum(1) / 2 / (1 - share.min()),
        measures.juilland_d: np.maximum(1 - rates.std(1) / rates.mean(1) / np.sqrt(len(sizes) - 1), 0),
        measures.rosengren_s: np.sqrt(share * counts).sum(1) ** 2 / counts.sum(1),
    }
    for measure, expected in plain.items():
        np.testing.assert_allclose(measure(counts, sizes), expected, atol=1e-12)
    for measure in ALL:
        found = measure(counts, sizes)
        np.testing.assert_array_equal(measure(sparse.csr_matrix(counts), sizes), found)
        np.testing.assert_array_equal([measure(row, sizes) for row in counts], found)
        assert (found >= 0).all()
        assert measure is measures.kl_divergence or (found <= 1).all()


def words(texts: dict[str, str], **columns) -> TokenIndex:
    """An index of texts of words, all of them content; ``columns`` of the posts, in the order of the texts."""
    rows = []
    for doc_id, text in texts.items():
        start = 0
        for number, word in enumerate(text.split()):
            rows.append((doc_id, f"{doc_id}:{number // 4}", start, start + len(word), word, word.lower(), False, "es"))
            start += len(word) + 1
    names = ["doc_id", "passage_id", "start", "end", "text", "lemma", "is_stop", "lang"]
    posts = pd.DataFrame({"doc_id": list(texts), "lang": "es", "text": list(texts.values()), "sha256": "0"})
    return TokenIndex(pd.DataFrame(rows, columns=names), posts.assign(**columns))


@pytest.mark.parametrize("parts", [2, 7, 30])
def test_anyts_gives_the_same_of_equal_parts(parts):
    theirs = pytest.importorskip("anyts.corpus", reason="anyts is not installed")
    random = np.random.default_rng(3)
    text = random.choice(["perro", "gato", "pez", "ave", "oso", "lobo"], p=[0.4, 0.3, 0.15, 0.1, 0.04, 0.01], size=300)
    found = dispersion(words({"a": " ".join(text[:120]), "b": " ".join(text[120:])}), parts=parts, minimum=1)
    expected = {one.word: one for one in theirs.dispersion(text.tolist(), parts=parts)}
    assert len(found) == len(expected)
    for row in found.itertuples():
        other = expected[row.term]
        assert (row.n, row.size, row.parts) == (other.freq, 300, parts)
        for name in ("dp", "dp_norm", "juilland_d", "carroll_d2", "rosengren_s", "kl_divergence"):
            assert getattr(row, name) == pytest.approx(getattr(other, name), abs=1e-12), (row.term, name)


TEXTS = {"a": "pan pan vino pan", "b": "pan vino", "c": "queso queso"}


def test_parts_are_documents_groups_or_equal_stretches():
    index = words(TEXTS, country=["ES", "MX", "MX"])
    found = dispersion(index, minimum=1).set_index("term")
    assert found.index.tolist() == ["pan", "queso", "vino"]
    assert found[["n", "size", "parts", "range"]].to_numpy().tolist() == [[4, 8, 3, 2], [2, 8, 3, 1], [2, 8, 3, 2]]
    assert found.loc["pan", "dp"] == pytest.approx(0.25)  # own arithmetic: (|3/4 - 1/2| + |1/4 - 1/4| + |0 - 1/4|) / 2
    assert found.loc["queso", "dp_norm"] == pytest.approx(1)
    assert found["note"].fillna("").tolist() == ["", *["fewer occurrences than parts"] * 2]
    by_country = dispersion(index, parts="country", minimum=3)
    assert by_country[["term", "parts", "range", "dp"]].to_numpy().tolist() == [["pan", 2, 2, 0.25]]
    # two parts of four words: three of the four loaves in the first
    assert dispersion(index, parts=2, minimum=1).set_index("term").loc["pan", "dp"] == pytest.approx(0.25)


@pytest.mark.filterwarnings("error")
def test_a_single_part_and_nothing_at_all():
    alone = dispersion(words({"a": "pan pan vino"}), minimum=1)
    assert alone["note"].tolist() == ["a single part"] * 2
    assert alone[["juilland_d", "dp", "dp_norm", "carroll_d2", "rosengren_s", "kl_divergence"]].isna().all(axis=None)
    assert dispersion(words(TEXTS)).empty
    assert dispersion(empty("tokens")).empty
    assert dispersion(words(TEXTS), parts=1000, minimum=1)["parts"].tolist() == [8] * 3


def test_groups_without_a_word_of_the_language_are_no_parts():
    index = words({"a": "pan pan", "b": "pan", "c": ""}, site=["uno", "dos", "tres"])
    assert dispersion(index, minimum=1)["parts"].tolist() == [2]
    assert dispersion(index, parts="site", minimum=1)["parts"].tolist() == [2]


PASSAGES = pd.DataFrame(
    {"doc_id": ["a", "b", "b"], "passage_id": ["a:1", "b:1", "b:2"], "start": [0, 0, 10], "end": [9, 9, 19]}
).assign(unit="paragraph", furniture=False, lang=["es", "it", "es"])


def themes(*shares):
    """Shares of two themes, t1 and t2, in the three passages."""
    rows = [
        (doc_id, passage_id, topic, share)
        for doc_id, passage_id, both in zip(PASSAGES["doc_id"], PASSAGES["passage_id"], shares, strict=False)
        for topic, share in zip(("t1", "t2"), both, strict=True)
    ]
    return count_themes(pd.DataFrame(rows, columns=["doc_id", "passage_id", "topic", "share"]), PASSAGES)


def codes(*found, posts=None):
    """Codes of the three passages, by number."""
    rows = [
        (*PASSAGES.loc[place, ["doc_id", "start", "end"]], "x" * 9, "book", code, "one", "human")
        for place, code in found
    ]
    names = ["doc_id", "start", "end", "quote", "codebook", "code", "coder", "kind"]
    return count_codes(pd.DataFrame(rows, columns=names), PASSAGES, posts=posts)


def test_themes_are_counted_by_their_shares():
    found = dispersion(themes((0.75, 0.25), (0.75, 0.0)), minimum=1)
    assert found[["term", "n", "dp"]].to_numpy().tolist() == [["t1", 1.5, 0.0]]


def test_languages_are_those_of_the_passages():
    """A post of one language can have passages in another."""
    posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": ["es", "it"], "text": "x" * 19, "sha256": "0"})
    counted = codes((0, "c"), (2, "c"), (1, "d"), posts=posts)
    found = dispersion(counted, parts="lang", minimum=1).set_index("term")
    # c in both Spanish passages of three, d in the Italian one: own arithmetic, (|1 - 2/3| + |0 - 1/3|) / 2
    assert found[["parts", "range"]].to_numpy().tolist() == [[2, 1], [2, 1]]
    assert found["dp"].tolist() == pytest.approx([1 / 3, 2 / 3])
    where = occurrences(counted, ["c", "d"], by="lang")
    assert where[["term", "value", "position"]].to_numpy().tolist() == [
        ["c", "es", 0],
        ["c", "es", 0.5],
        ["d", "it", 1],
    ]


def test_words_are_in_each_language_by_itself():
    with pytest.raises(InputError, match="each language is counted by itself and is a single part; give another"):
        dispersion(words(TEXTS), parts="lang")
    assert set(occurrences(words(TEXTS), "pan", by="lang")["value"]) == {"es"}


@pytest.mark.parametrize("only", ["words", "content"])
def test_what_was_counted_keeps_its_own_unit_and_choice(only):
    index = words(TEXTS)
    counted = count_words(index, "form", only=only)
    pd.testing.assert_frame_equal(dispersion(counted), dispersion(index, unit="form", only=only))
    pd.testing.assert_frame_equal(occurrences(counted, "pan"), occurrences(index, "pan", unit="form"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"parts": 1}, "parts=1, expected 'doc_id', 'year' or a column"),
        ({"parts": "contry"}, "did you mean 'country'?"),
        ({"minimum": 0}, "minimum=0, expected a whole number from 1"),
        ({"lang": "it"}, "no words of the language 'it'"),
    ],
)
def test_errors_of_dispersion(asked, message):
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        dispersion(words(TEXTS, country=["ES", "MX", "MX"]), **asked)


def test_positions_run_from_the_first_word_to_the_last():
    found = occurrences(words(TEXTS), ["queso", "pan"])
    assert found["term"].tolist() == ["queso"] * 2 + ["pan"] * 4
    assert found["position"].tolist() == pytest.approx([6 / 7, 1, 0, 1 / 7, 3 / 7, 4 / 7])
    assert found[["doc_id", "start", "end"]].iloc[-1].tolist() == ["b", 0, 3]
    assert found["value"].isna().all()


@pytest.mark.parametrize(
    ("by", "documents", "values"),
    [
        ("date", ["b", "a", "a", "a"], ["2009-05", "2011", "2011", "2011"]),
        ("year", ["b", "a", "a", "a"], ["2009", "2011", "2011", "2011"]),
        ("site", ["a", "a", "a", "b"], ["uno", "uno", "uno", "(missing)"]),
    ],
)
def test_documents_in_the_order_of_dates_and_groups(by, documents, values):
    index = words(TEXTS, date=["2011", "2009-05", None], site=["uno", None, "dos"])
    found = occurrences(index, "pan", by=by)
    assert found["doc_id"].tolist() == documents
    assert found["value"].tolist() == values
    assert found["position"].is_monotonic_increasing
    # of one place only, whatever the order
    everything = occurrences(index, ["pan", "vino", "queso"], by=by)["position"]
    assert sorted(everything) == pytest.approx(np.arange(8) / 7)


def test_one_word_stands_at_the_beginning():
    assert occurrences(words({"a": "Pan"}), "PAN", unit="form")["position"].tolist() == [0]


@pytest.mark.parametrize(
    ("terms", "message"),
    [("pam", "no lemma 'pam' occurs; did you mean 'pan'"), ("zoo", "list of freq"), ([], "expected")],
)
def test_errors_of_occurrences(terms, message):
    with pytest.raises(InputError, match=message):
        occurrences(words(TEXTS), terms)


@pytest.mark.parametrize("terms", [None, 3, {"pan", "vino"}, ["pan", 3], b"pan"])
def test_what_is_no_term_is_said_in_one_sentence(terms):
    with pytest.raises(InputError, match="expected one lemma or a list of several") as caught:
        occurrences(words(TEXTS), terms)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "listed", [("pan", "vino"), pd.Series(["pan", "vino"]), np.array(["pan", "vino"], dtype=object)]
)
def test_terms_can_be_any_list(listed):
    pd.testing.assert_frame_equal(occurrences(words(TEXTS), listed), occurrences(words(TEXTS), ["pan", "vino"]))


@pytest.mark.parametrize(
    ("writings", "starts"),
    [(["l’", "l'", "L’"], [0]), (["informacio\u0301n", "información", "INFORMACIÓN"], [3, 21])],
)
def test_forms_are_found_as_the_text_writes_them(writings, starts):
    index = words({"a": "L’ informacio\u0301n y la información"})
    for written in writings:
        assert occurrences(index, written, unit="form")["start"].tolist() == starts


@pytest.mark.parametrize("written", ["l’", "l'", "L’"])
def test_lemmas_are_found_as_the_text_writes_them(written):
    assert occurrences(words({"a": "L’ amica"}), written)["start"].tolist() == [0]


def test_terms_that_are_folded_alike_are_all_found():
    assert occurrences(codes((0, "A:b"), (1, "a:B")), "a:b")["term"].tolist() == ["A:b", "a:B"]
    assert occurrences(codes((0, "A:b"), (1, "a:b")), "a:b")["term"].tolist() == ["a:b"]


def test_a_theme_stands_where_its_share_is_above_nought():
    found = occurrences(themes((0.75, 0.25), (1.0, 0.0), (0.0, 1.0)), ["t1", "t2"])
    assert found[["term", "position"]].to_numpy().tolist() == [["t1", 0], ["t1", 0.5], ["t2", 0], ["t2", 1]]
    with pytest.raises(InputError, match="occurrences: every passage has a share of every theme"):
        occurrences(themes((0.75, 0.25), (0.9, 0.1), (0.1, 0.9)), "t1")
