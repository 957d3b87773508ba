"""Keyness: published values, other implementations, intervals that know of documents, and the borders."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from toolkit.errors import InputError
from toolkit.resampling import false_discovery
from toolkit.statistics import TokenIndex, count_codes, count_themes
from toolkit.statistics.comparison.bootstrap import log_ratio_limits
from toolkit.statistics.comparison.keyness import keyness
from toolkit.statistics.comparison.measures import (
    bic,
    diff_percent,
    ell,
    log_likelihood,
    log_ratio,
    odds_ratio,
    p_value,
)
from toolkit.tables import empty

EFFECTS = (log_ratio, diff_percent, odds_ratio)
ALL = (*EFFECTS, log_likelihood, bic, ell)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # as the log-likelihood calculator of Lancaster gives them (ucrel.lancs.ac.uk/llwizard.html)
        ((540, 7525, 116_000, 5_451_382), 534.64),
        ((227, 3635, 116_000, 5_451_382), 183.53),
        ((16, 650, 116_000, 5_451_382), 0.32),
        ((540, 0, 116_000, 5_451_382), 4180.78),
        ((7, 0, 10_000, 100_000), 33.57),
        ((10, 10, 150, 150), 0.00),
        ((0, 536, 10_000, 100_000), 102.17),  # own arithmetic: 1072 ln 1.1
    ],
)
def test_log_likelihood_of_the_calculator(numbers, expected):
    assert round(float(log_likelihood(*numbers)), 2) == expected


def test_two_cells_and_four():
    """The two-cell form is what a test of the two frequencies gives; the four-cell form adds the other words."""
    a, b, c, d = 40, 20, 1000, 2000
    two = stats.power_divergence([a, b], [(a + b) * c / (c + d), (a + b) * d / (c + d)], lambda_="log-likelihood")
    assert log_likelihood(a, b, c, d) == pytest.approx(two.statistic)
    assert p_value(two.statistic) == pytest.approx(two.pvalue)
    four = stats.chi2_contingency([[a, b], [c - a, d - b]], correction=False, lambda_="log-likelihood").statistic
    assert four == pytest.approx(log_likelihood(a, b, c, d) + log_likelihood(c - a, d - b, c, d))
    # small differences: greater by 1 / (1 - share), here of 40 %
    a, b = 410, 790
    four = stats.chi2_contingency([[a, b], [c - a, d - b]], correction=False, lambda_="log-likelihood").statistic
    assert four / log_likelihood(a, b, c, d) == pytest.approx(1 / 0.6, rel=0.01)


def test_corrected_p_values_are_those_of_statsmodels():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(1).beta(0.5, 2, 200).round(2)  # ties among them
    np.testing.assert_allclose(false_discovery(p), multitest.multipletests(p, method="fdr_bh")[1])
    with_missing = false_discovery(np.array([0.01, np.nan, 0.04]))
    assert with_missing[[0, 2]].tolist() == [0.02, 0.04]
    assert np.isnan(with_missing[1])
    assert false_discovery(np.array([])).shape == (0,)


counts = st.integers(0, 400)


@settings(max_examples=150, deadline=None)
@given(counts, counts, st.integers(500, 5000), st.integers(500, 5000))
def test_anyts_gives_the_same_but_for_three_known_differences(a, b, c, d):
    theirs = pytest.importorskip("anyts.corpus.keyness", reason="anyts is not installed")
    if a + b == 0:
        assert all(np.isnan(measure(a, b, c, d)) for measure in ALL)
        return
    assert log_likelihood(a, b, c, d) == pytest.approx(abs(theirs.calc_log_likelihood(a, b, c, d)), abs=1e-9)
    assert log_ratio(a, b, c, d) == pytest.approx(theirs.calc_log_ratio(a, b, c, d), abs=1e-9)
    assert odds_ratio(a, b, c, d) == pytest.approx(theirs.calc_odds_ratio(a, b, c, d))
    # a frequency of 0 in the target needs no 0.5 to be -100 %
    assert diff_percent(a, b, c, d) == pytest.approx(theirs.calc_diff(a, b, c, d) if a else -100, abs=1e-9)
    # no sign of a direction
    direction = 1 if a / c >= b / d else -1
    assert bic(a, b, c, d) == pytest.approx(direction * theirs.calc_bic(a, b, c, d), abs=1e-9)
    # ELL by its source, where theirs divides by all words and the logarithm of a frequency
    if (a + b) * min(c, d) / (c + d) > 1 and abs(log_likelihood(a, b, c, d)) > 1e-6:
        expected = min(c, d) * (a + b) / (c + d)
        factor = (c + d) * np.log(expected) / (-2 * (a + b) * np.log(min(c, d) / (c + d)))
        assert ell(a, b, c, d) == pytest.approx(abs(theirs.calc_ell(a, b, c, d)) * factor)


@settings(max_examples=150, deadline=None)
@given(counts, counts, st.integers(400, 5000), st.integers(400, 5000))
def test_exchanging_the_corpora_turns_the_direction_alone(a, b, c, d):
    if a + b:
        assert log_ratio(b, a, d, c) == pytest.approx(-log_ratio(a, b, c, d))
        assert odds_ratio(b, a, d, c) * odds_ratio(a, b, c, d) == pytest.approx(1)
        assert 0 <= ell(a, b, c, d) <= 1
        for measure in (log_likelihood, bic, ell):
            assert measure(b, a, d, c) == pytest.approx(measure(a, b, c, d), abs=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("measure", ALL)
def test_zeros_are_never_infinite(measure):
    """Nothing to compare is missing; everything the term, or nothing in one corpus, is a number."""
    a, b, c, d = np.array([[0, 0, 5, 5], [0, 5, 0, 5], [5, 0, 9, 9], [0, 5, 9, 9], [5, 5, 5, 5], [1, 0, 1, 1]]).T
    assert np.isfinite(measure(a, b, c, d)).tolist() == [False, False, True, True, True, True]


def corpus(documents: dict[str, tuple[str, str]]) -> TokenIndex:
    """Documents with the words of each and its country."""
    rows = []
    for doc_id, (_, text) in documents.items():
        start = 0
        for word in text.split():
            rows.append((doc_id, f"{doc_id}:0", start, start + len(word), word, word, False, doc_id[:2]))
            start += len(word) + 1
    names = ["doc_id", "passage_id", "start", "end", "text", "lemma", "is_stop", "lang"]
    posts = pd.DataFrame({"doc_id": list(documents), "text": [text for _, text in documents.values()], "sha256": "0"})
    posts = posts.assign(lang=posts["doc_id"].str[:2], country=[country for country, _ in documents.values()])
    return TokenIndex(pd.DataFrame(rows, columns=names), posts)


def two_countries(mexican: dict[str, list[int]], spanish: dict[str, list[int]], words: int = 40) -> TokenIndex:
    """Documents of ``words`` words; the terms occur as often as listed document by document."""
    documents = {}
    for country, terms in (("MX", mexican), ("ES", spanish)):
        for number in range(len(next(iter(terms.values())))):
            said = [word for word, times in terms.items() for word in [word] * times[number]]
            documents[f"es/{country}{number:02}"] = (country, " ".join([*said, *["otro"] * (words - len(said))]))
    return corpus(documents)


MX, ES = {"country": "MX"}, {"country": "ES"}
BOTH = two_countries(
    {"platicar": [3, 2, 4, 3, 2, 3], "charlar": [0] * 6, "gol": [18, 0, 0, 0, 0, 0], "cosa": [2, 3, 2, 2, 3, 2]},
    {"platicar": [0, 0, 1, 0, 0, 0], "charlar": [2, 2, 3, 2, 2, 2], "gol": [0] * 6, "cosa": [3, 2, 2, 3, 2, 2]},
)


def test_effect_evidence_and_spread_of_a_small_corpus():
    found = keyness(BOTH, MX, ES).set_index("term")
    row = found.loc["platicar"]
    assert row[["n_target", "n_reference", "size_target", "size_reference"]].tolist() == [17, 1, 240, 240]
    assert row[["documents_target", "documents_reference"]].tolist() == [6, 1]
    assert row["per_million_target"] == pytest.approx(17 / 240 * 1e6)
    assert row["log_ratio"] == pytest.approx(np.log2(17))
    assert row["diff_percent"] == pytest.approx(1600)
    assert row["log_likelihood"] == pytest.approx(float(log_likelihood(17, 1, 240, 240)))
    assert row["bic"] == pytest.approx(row["log_likelihood"] - np.log(480))
    assert row["ci_low"] < row["log_ratio"] < row["ci_high"]
    # of two equal halves: |3/17 - 1/6| and so on, halved, over 5/6 (own arithmetic)
    assert row["dp_norm"] == pytest.approx(np.abs(np.array([3, 2, 4, 3, 2, 3]) / 17 - 1 / 6).sum() / 2 / (5 / 6))
    assert found[["target", "reference"]].iloc[0].tolist() == ["country MX", "country ES"]


def test_key_terms_come_first_and_the_note_says_why_others_are_not():
    found = keyness(BOTH, MX, ES)
    assert found["term"].tolist()[:2] == ["charlar", "platicar"]
    assert found["key"].tolist() == [True, True, *[False] * (len(found) - 2)]
    assert found["note"].isna().tolist() == found["key"].tolist()
    notes = found.set_index("term")["note"]
    assert notes["gol"] == "in 1 document; interval includes 0"
    assert notes["cosa"] == "q not below 0.05; interval includes 0"


def test_a_term_of_one_document_is_evidence_for_log_likelihood_but_not_for_documents():
    row = keyness(BOTH, MX, ES, minimum_documents=1).set_index("term").loc["gol"]
    assert row["q_value"] < 0.001
    assert row["ci_low"] == 0
    assert not row["key"]


def test_the_spread_can_be_asked_for():
    strict = keyness(BOTH, MX, ES, most_dp=0.1).set_index("term")
    assert strict.loc["charlar", "key"]
    assert strict.loc["platicar", "note"] == "dp_norm above 0.1"


def test_exchanging_target_and_reference_turns_the_signs():
    one, other = (keyness(BOTH, *pair).set_index("term") for pair in ((MX, ES), (ES, MX)))
    np.testing.assert_allclose(one["log_ratio"], -other.loc[one.index, "log_ratio"])
    assert one["key"].equals(other.loc[one.index, "key"])


def test_same_seed_same_table_and_the_order_of_rows_does_not_matter():
    index = BOTH
    first = keyness(index, MX, ES, seed=3)
    pd.testing.assert_frame_equal(first, keyness(index, MX, ES, seed=3))
    assert not first.equals(keyness(index, MX, ES, seed=4))


def test_minimum_and_no_repeats():
    rare = two_countries({"uno": [1, 1, 1, 1], "dos": [1, 1, 1, 0]}, {"uno": [1, 0, 0, 0], "dos": [0] * 4})
    assert set(keyness(rare, MX, ES)["term"]) == {"uno", "otro"}
    plain = keyness(BOTH, MX, ES, repeats=0).set_index("term")
    assert plain["ci_low"].isna().all()
    assert plain.loc["platicar", "key"]
    assert plain.loc["gol", "note"] == "in 1 document"


def test_without_a_reference_it_is_the_rest_and_languages_are_apart():
    documents = {f"es/{n}": ("MX" if n < 3 else "ES", "hola hola mundo") for n in range(6)}
    documents |= {f"it/{n}": ("IT", "ciao ciao mondo") for n in range(3)}
    found = keyness(corpus(documents), MX, minimum=1)
    assert set(found["lang"]) == {"es"}
    assert found["size_reference"].tolist() == [9, 9]
    assert found["reference"].tolist() == ["the rest"] * 2
    with pytest.raises(InputError, match="share no language, and words of two languages cannot be compared"):
        keyness(corpus(documents), MX, {"country": "IT"})


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"target": {"country": ["MX", "ES"]}}, "the reference (the rest) has no words"),
        ({"target": MX, "reference": {"country": ["MX", "ES"]}}, "must have none in common"),
        ({"target": pd.DataFrame({"doc_id": ["es/none"], "start": [0], "end": [9]})}, "target (1 spans) has no words"),
        ({"target": MX, "level": 5}, "level=5, allowed is from 0 to 1"),
        ({"target": MX, "most_dp": -1}, "most_dp=-1"),
        ({"target": MX, "confidence": 95}, "0.95 for 95 %"),
        ({"target": MX, "repeats": -1}, "repeats=-1, expected a whole number from 0"),
        ({"target": MX, "minimum": 2.5}, "minimum=2.5, expected a whole number from 1"),
        ({"target": MX, "lang": "it"}, "no words of the language 'it'"),
    ],
)
def test_errors_are_one_sentence(asked, message):
    with pytest.raises(InputError) as raised:
        keyness(BOTH, **asked)
    assert message in str(raised.value)


@pytest.mark.filterwarnings("error")
def test_tiny_corpora():
    """One document on either side: no interval; nothing at all: a sentence."""
    one = keyness(corpus({"es/a": ("MX", "pan pan pan"), "es/b": ("ES", "vino vino vino")}), MX, ES, minimum=1)
    assert one[["ci_low", "ci_high", "dp_norm"]].isna().all(axis=None)
    assert one["note"].str.contains("no interval: a part is a single document").all()
    everything = keyness(
        two_countries({"pan": [4, 4]}, {"pan": [4, 4]}, words=4), MX, ES, minimum_documents=1, most_dp=1.0
    )
    assert everything[["log_ratio", "log_likelihood", "ci_low", "ci_high"]].to_numpy().tolist() == [[0] * 4]
    assert keyness(BOTH, MX, ES, minimum=10_000).empty
    with pytest.raises(InputError, match="has no words"):
        keyness(empty("tokens"), pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [1]}))


PASSAGES = pd.DataFrame(
    [
        (f"{lang}/{n}", f"{lang}/{n}:{k}", 10 * k, 10 * k + 9, lang)
        for lang in ("es", "it")
        for n in range(5)
        for k in range(4)
    ],
    columns=["doc_id", "passage_id", "start", "end", "lang"],
).assign(unit="sentence", furniture=False)


def annotations(spans: list[tuple[str, int, str]]) -> pd.DataFrame:
    table = pd.DataFrame(spans, columns=["doc_id", "start", "code"])
    fixed = {"codebook": "c", "codebook_version": "1", "coder": "x", "kind": "human", "created": "2016-01-01T00:00:00Z"}
    return table.assign(end=table["start"] + 9, quote="q", **fixed)


def test_spanish_against_italian_through_codes():
    spans = [(f"es/{n}", 10 * k, "listening") for n in range(5) for k in (0, 1, 2)] + [("it/0", 0, "listening")]
    found = keyness(count_codes(annotations(spans), PASSAGES), {"lang": "es"}, {"lang": "it"})
    row = found.iloc[0]
    assert (row["lang"], row["term"], row["key"]) == ("all", "listening", True)
    assert row[["n_target", "size_target", "n_reference", "size_reference"]].tolist() == [15, 20, 1, 20]
    assert pd.isna(row["per_million_target"])


def test_a_principle_against_the_rest_draws_documents_with_both_their_parts():
    index = corpus({f"es/{n}": ("ES", "oir oir oir nada nada nada nada") for n in range(8)})
    coded = pd.DataFrame({"doc_id": [f"es/{n}" for n in range(8)], "start": 0, "end": 11, "code": "listening"})
    found = keyness(index, coded, minimum=1)
    assert found["target"].tolist() == ["passages coded listening"] * 2
    assert found[["documents_target", "documents_reference"]].to_numpy().tolist() == [[8, 0], [0, 8]]
    # all documents are alike: whole ones drawn change no share
    assert found["key"].all()


def test_themes_have_no_likelihood_but_an_interval():
    told = {"es": {"t1": 0.9, "t2": 0.1}, "it": {"t1": 0.2, "t2": 0.8}}
    passages = zip(PASSAGES["doc_id"], PASSAGES["passage_id"], PASSAGES["lang"], strict=True)
    rows = [(*ids, topic, share) for *ids, lang in passages for topic, share in told[lang].items()]
    shares = pd.DataFrame(rows, columns=["doc_id", "passage_id", "topic", "share"])
    found = keyness(count_themes(shares, PASSAGES), {"lang": "es"}, {"lang": "it"}, minimum=1)
    assert found[["log_likelihood", "p_value", "q_value", "bic"]].isna().all(axis=None)
    assert found["term"].tolist() == ["t2", "t1"]
    assert found["log_ratio"].tolist() == pytest.approx([-3, np.log2(4.5)])
    assert found["ci_low"].tolist() == pytest.approx(found["log_ratio"].tolist())  # no document differs from another
    assert found["key"].all()


def test_intervals_keep_their_word_where_the_test_does_not():
    """Two samples of one population whose documents use a word in bursts: one interval in twenty leaves out 0, while
    the test of independent words calls many more different."""
    random = np.random.default_rng(7)
    documents, terms, size = 60, 400, 300
    counts = random.negative_binomial(0.25, 0.25 / (0.25 + 0.8), (2 * documents, terms))
    sizes = np.full(2 * documents, size)
    target = (np.arange(2 * documents) < documents).astype(int)
    parts = [sparse.csr_matrix(counts * which[:, None], dtype=float) for which in (target, 1 - target)]
    low, high = log_ratio_limits(*parts, sizes * target, sizes * (1 - target), repeats=400)
    left_out = ((low > 0) | (high < 0)).mean()
    likelihood = log_likelihood(parts[0].sum(0).A1, parts[1].sum(0).A1, documents * size, documents * size)
    assert 0.02 <= left_out <= 0.08
    assert (p_value(likelihood) < 0.05).mean() > 0.2


def test_blocks_of_terms_change_nothing(monkeypatch):
    random = np.random.default_rng(2)
    parts = [sparse.csr_matrix(random.poisson(0.4, (9, 7)).astype(float)) for _ in range(2)]
    sizes = np.array([5, 5, 5, 5, 5, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 0, 5, 5, 5, 5])
    whole = log_ratio_limits(*parts, *sizes, repeats=50)
    monkeypatch.setattr("toolkit.statistics.comparison.bootstrap._AT_ONCE", 100)
    np.testing.assert_array_equal(whole, log_ratio_limits(*parts, *sizes, repeats=50))
