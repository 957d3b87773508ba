"""Coefficients of agreement: published examples, other libraries, and what must hold for all data."""

import json
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import SHARED
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.reliability import (
    Ratings,
    coefficients,
    cohen_kappa,
    cohen_kappa_max,
    distances,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
    sums,
)
from toolkit.reliability.distances import label_distance
from toolkit.resampling import sample_weights

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "agreement_coefficients.yaml").read_text(encoding="utf-8"))

#: Every measure under the name that the cases give it.
MEASURES = {
    "percent": percent_agreement,
    "kappa": cohen_kappa,
    "kappa linear": lambda r, w: cohen_kappa(r, w, "linear"),
    "kappa quadratic": lambda r, w: cohen_kappa(r, w, "quadratic"),
    "kappa max": cohen_kappa_max,
    "pi": scott_pi,
    "fleiss": fleiss_kappa,
    "fleiss of one": lambda r, w: fleiss_kappa(r, w, r.labels[0]),
    "ac1": gwet_ac,
    "ac2 linear": lambda r, w: gwet_ac(r, w, "linear"),
    "ac2 quadratic": lambda r, w: gwet_ac(r, w, "quadratic"),
    "ac2 ordinal": lambda r, w: gwet_ac(r, w, "ordinal"),
    **{
        f"alpha {name}": lambda r, w, name=name: krippendorff_alpha(r, w, name)
        for name in ("nominal", "ordinal", "interval", "ratio", "jaccard", "masi")
    },
}
OF_TWO = {"kappa", "kappa linear", "kappa quadratic", "kappa max", "pi"}
OF_SETS = {"alpha jaccard", "alpha masi"}
#: Measures to which the order and size of the labels is nothing.
NOMINAL = ["percent", "kappa", "kappa max", "pi", "fleiss", "ac1", "alpha nominal"]


def value(measure, ratings):
    return float(MEASURES[measure](ratings, np.ones((1, ratings.documents)))[0])


def rows_of_table(table, labels):
    return [(labels[a], labels[b]) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]


def rows_of_case(case):
    if "table" in case:
        return rows_of_table(case["table"], case["labels"])
    read = {str(label): label for label in case["labels"]} | {".": None}
    words = [word.partition("*") for word in case["units"].split()]
    return [[read[char] for char in word] for word, _, times in words for _ in range(int(times or 1))]


def decimals(number):
    return len(str(number).partition(".")[2])


@pytest.mark.parametrize(
    ("case", "measure"),
    [pytest.param(case, measure, id=f"{case['name']}: {measure}") for case in CASES for measure in case["expected"]],
)
def test_published_values(case, measure):
    ratings = Ratings.from_rows(rows_of_case(case), labels=case["labels"])
    expected = case["expected"][measure]
    # half a unit of the last printed digit
    assert value(measure, ratings) == pytest.approx(expected, abs=0.5001 * 10 ** -decimals(expected))


def test_the_kappas_of_single_diagnoses_are_near_the_published_ones_and_average_to_the_whole():
    case = next(case for case in CASES if case["name"] == "fleiss 1971")
    ratings = Ratings.from_rows(rows_of_case(case), labels=case["labels"])
    once = np.ones((1, ratings.documents))
    # rounded on the way: up to .0033 from the exact values (.2448, .2448, .5200, .4711)
    for label, published in {1: 0.248, 2: 0.248, 3: 0.517, 4: 0.470}.items():
        assert fleiss_kappa(ratings, once, label)[0] == pytest.approx(published, abs=0.005)
    share = np.bincount(ratings.values.ravel()) / ratings.values.size
    each = [fleiss_kappa(ratings, once, label)[0] for label in ratings.labels]
    assert np.average(each, weights=share * (1 - share)) == pytest.approx(value("fleiss", ratings))


# ---- the files of examples, where they are at hand -------------------------------------------------------

NAMES = {
    "observed_agreement": "percent",
    "scott_pi": "pi",
    "cohen_kappa": "kappa",
    "weighted_kappa": "kappa linear",
    "kappa_max": "kappa max",
    "fleiss_kappa": "fleiss",
    "gwet_ac1": "ac1",
    "alpha_nominal": "alpha nominal",
    "alpha_ordinal": "alpha ordinal",
    "alpha_interval": "alpha interval",
    "alpha_ratio": "alpha ratio",
    "alpha_jaccard": "alpha jaccard",
}
#: What is not ours to reproduce, and why.
NOT_TESTED = {
    "bennett_S": "not offered",
    "alpha_weighted": "a distance of one's own is not offered",
    "alpha_masi_dkpro_definition": "another definition of MASI, not verified by a library",
    "alpha_masi_passonneau2006": "nltk's rounded .67 and .33: tested against exact fractions below",
    "expected_agreement": "follows from the other two, tested with them",
}


@pytest.fixture(scope="session")
def examples():
    folder = SHARED / "agreement"
    if not folder.is_dir():
        pytest.skip("the files of published examples (../shared/agreement) are not on this machine")
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def ratings_of_example(example):
    data = example["data"]
    if "confusion" in data:
        labels = list(range(len(data["confusion"])))
        return Ratings.from_rows(rows_of_table(data["confusion"], labels), labels=labels)
    if "pairs" in data:
        rows = [(first, second) for first, second, count in data["pairs"] for _ in range(count)]
        return Ratings.from_rows(rows, labels=["STAT", "Chck", "IReq"] if "distance" in data else None)
    rows = [[frozenset(cell) if isinstance(cell, list) else cell for cell in row] for row in data["items"]]
    return Ratings.from_rows(rows)


def test_the_files_of_published_examples(examples):
    tested = 0
    for name, example in examples.items():
        if "unitizing" in name or "gamma" in name or "dawid" in name or "fixture" in example:
            continue
        ratings = ratings_of_example(example)
        for expected in example["expected"]:
            measure = expected["measure"]
            if measure in NOT_TESTED:
                continue
            if measure.startswith("category_kappa_"):
                got = fleiss_kappa(ratings, np.ones((1, ratings.documents)), int(measure[-1]))[0]
            else:
                got = value(NAMES[measure], ratings)
            printed = 0.5001 * 10 ** -decimals(expected["value"])
            tolerance = max(expected.get("tol", 0), printed) if measure.startswith("category") else printed
            assert got == pytest.approx(expected["value"], abs=tolerance), (name, measure)
            tested += 1
    assert tested >= 27


def test_the_fixtures_of_gwet(examples):
    tested = 0
    for name, example in examples.items():
        if not name.startswith("gwet_dkpro"):
            continue
        fixture = example["fixture"]
        ratings = Ratings.from_rows(
            rows_of_table(fixture["table"], fixture["categories"]), labels=fixture["categories"]
        )
        for case in fixture["cases"]:
            measure = {"unweighted": "ac1", "quadratic": "ac2 quadratic"}[case["weights"]]
            assert value(measure, ratings) == pytest.approx(case["coefficient"], abs=5.001e-6), (name, measure)
            tested += 1
    assert tested == 10


def test_chance_agreement_of_fleiss(examples):
    example = examples["fleiss1971"]
    ratings = ratings_of_example(example)
    published = {expected["measure"]: expected["value"] for expected in example["expected"]}
    kappa, observed = value("fleiss", ratings), value("percent", ratings)
    # from shares of three decimals: 2 x .144^2 + .167^2 + .306^2 + .239^2 = .2201; unrounded .2199
    assert (observed - kappa) / (1 - kappa) == pytest.approx(published["expected_agreement"], abs=2.5e-4)


# ---- other libraries on random data ----------------------------------------------------------------------


def random_rows(seed, units=60, coders=4, labels=(1, 2, 3, 4, 5), missing=0.25, true=0.6):
    """Coders who see the true label with the probability ``true`` and else draw one, and who leave some units out."""
    random = np.random.default_rng(seed)
    truth = random.integers(len(labels), size=units)
    drawn = random.integers(len(labels), size=(units, coders))
    said = np.where(random.random((units, coders)) < true, truth[:, None], drawn)
    left = random.random((units, coders)) < missing
    return [[None if left[u, c] else labels[said[u, c]] for c in range(coders)] for u in range(units)]


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize("seed", range(6))
def test_alpha_is_that_of_the_krippendorff_package(level, seed):
    krippendorff = pytest.importorskip("krippendorff")
    labels = [(0, 1, 2, 5), (1, 2, 3, 4, 5), (0.5, 1.25, 40.0)][seed % 3]
    rows = random_rows(seed, coders=2 + seed, labels=labels, missing=0.1 * seed)
    matrix = np.array([[np.nan if cell is None else cell for cell in row] for row in rows], dtype=float).T
    expected = krippendorff.alpha(matrix, value_domain=list(labels), level_of_measurement=level)
    assert value(f"alpha {level}", Ratings.from_rows(rows, labels=labels)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scale", ["nominal", "linear", "quadratic"])
def test_kappa_is_that_of_scikit_learn(seed, scale):
    from sklearn.metrics import cohen_kappa_score

    rows = random_rows(seed, coders=2, missing=0.2)
    both = [row for row in rows if None not in row]
    expected = cohen_kappa_score(
        *zip(*both, strict=True), labels=[1, 2, 3, 4, 5], weights={"nominal": None}.get(scale, scale)
    )
    measure = f"kappa {scale}".replace(" nominal", "")
    assert value(measure, Ratings.from_rows(rows, labels=range(1, 6))) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_fleiss_kappa_is_that_of_statsmodels(seed):
    pytest.importorskip("statsmodels")
    from statsmodels.stats.inter_rater import aggregate_raters
    from statsmodels.stats.inter_rater import fleiss_kappa as other

    rows = random_rows(seed, coders=3 + seed, missing=0)
    assert value("fleiss", Ratings.from_rows(rows)) == pytest.approx(other(aggregate_raters(rows)[0]), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_pi_and_maximal_kappa_are_those_of_nltk_and_statsmodels(seed):
    task = pytest.importorskip("nltk.metrics.agreement")
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    rows = random_rows(seed, coders=2, missing=0, labels=("a", "b", "c"))
    ratings = Ratings.from_rows(rows)
    triples = [(str(coder), str(unit), said) for unit, row in enumerate(rows) for coder, said in enumerate(row)]
    assert value("pi", ratings) == pytest.approx(task.AnnotationTask(triples).pi(), abs=1e-12)
    table = np.zeros((3, 3))
    np.add.at(table, tuple(ratings.values.T), 1)
    assert value("kappa max", ratings) == pytest.approx(inter_rater.cohens_kappa(table).kappa_max, abs=1e-12)


SETS = [frozenset(codes) for codes in ("", "a", "b", "c", "ab", "ac", "abc", "bcd")]


def exact_masi(first, second):
    """Passonneau's MASI in fractions, from the definition."""
    if first == second:
        return Fraction(0)
    shared = first & second
    monotonic = Fraction(2, 3) if shared in (first, second) else Fraction(1, 3)
    return 1 - Fraction(len(shared), len(first | second)) * monotonic


def exact_alpha(rows, distance):
    """Krippendorff's alpha in fractions, from the definition: pair by pair."""
    units = [[said for said in row if said is not None] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    values = [said for unit in units for said in unit]
    observed = sum(Fraction(2, len(u) - 1) * distance(a, b) for u in units for a, b in combinations(u, 2))
    expected = sum(2 * distance(a, b) for a, b in combinations(values, 2))
    return float(1 - (len(values) - 1) * observed / expected)


def test_masi_of_the_example_in_exact_fractions(examples):
    rows = [[frozenset(cell) for cell in row] for row in examples["set_valued_masi_dkpro"]["data"]["items"]]
    got = value("alpha masi", Ratings.from_rows(rows))
    assert got == pytest.approx(exact_alpha(rows, exact_masi), abs=1e-12)
    # nltk's .67 and .33 for 2/3 and 1/3: an anchor, no proof
    assert got == pytest.approx(0.273081, abs=0.002)


@pytest.mark.parametrize("seed", range(4))
def test_alpha_of_sets_is_that_of_nltk_and_of_exact_fractions(seed):
    agreement = pytest.importorskip("nltk.metrics.agreement")
    from nltk.metrics.distance import jaccard_distance

    rows = random_rows(seed, coders=3, labels=SETS, missing=0.2)
    ratings = Ratings.from_rows(rows)
    assert value("alpha masi", ratings) == pytest.approx(exact_alpha(rows, exact_masi), abs=1e-12)
    triples = [
        (str(coder), str(unit), said)
        for unit, row in enumerate(rows)
        if sum(said is not None for said in row) > 1  # nltk would count the others for chance
        for coder, said in enumerate(row)
        if said is not None
    ]
    task = agreement.AnnotationTask(triples, distance=lambda a, b: jaccard_distance(a, b) if a | b else 0.0)
    assert value("alpha jaccard", ratings) == pytest.approx(task.alpha(), abs=1e-12)


def test_distances_of_sets_are_those_of_nltk_with_more_codes_than_a_word_has_bits():
    distance = pytest.importorskip("nltk.metrics.distance")
    random = np.random.default_rng(3)
    codes = [f"c{number}" for number in range(150)]
    some = {frozenset(random.choice(codes, size=size, replace=False).tolist()) for size in (1, 3, 40, 90, 149) * 4}
    nested = {frozenset(codes[:end]) for end in (1, 64, 65, 128, 150)}
    sets = sorted(some | nested, key=sorted)
    jaccard, masi = label_distance(tuple(sets), "jaccard"), label_distance(tuple(sets), "masi")
    for a, b in combinations(range(len(sets)), 2):
        one, other = np.array(a), np.array(b)
        assert jaccard(one, other) == pytest.approx(distance.jaccard_distance(sets[a], sets[b]), abs=1e-12)
        assert masi(one, other) == pytest.approx(float(exact_masi(sets[a], sets[b])), abs=1e-12)
        assert masi(one, other) == pytest.approx(distance.masi_distance(sets[a], sets[b]), abs=0.0034)


@pytest.mark.parametrize("name", ["jaccard", "masi"])
def test_two_empty_sets_are_the_same_and_an_empty_one_shares_nothing(name):
    between = label_distance((frozenset(), frozenset("a"), frozenset("b")), name)
    assert between(np.array([0, 0, 1]), np.array([0, 1, 2])).tolist() == [0, 1, 1]


def test_weights_of_three_ordered_labels_are_those_of_gwets_package():
    # vignette "weighting" of irrCAC: linear.weights(1:3), ordinal.weights(1:3); quadratic by hand
    expected = {"linear": [0, 0.5, 1], "ordinal": [0, 1 - 0.6666667, 1], "quadratic": [0, 0.25, 1]}
    for name, apart in expected.items():
        between = label_distance(("low", "middle", "high"), name)
        assert between(np.array(0), np.arange(3)).tolist() == pytest.approx(apart, abs=1e-7)


GWET = {
    "ac1": lambda k, m, q: Fraction(int(k == m)),
    "ac2 linear": lambda k, m, q: 1 - Fraction(abs(k - m), q - 1),
    "ac2 quadratic": lambda k, m, q: 1 - Fraction(abs(k - m), q - 1) ** 2,
    "ac2 ordinal": lambda k, m, q: 1 - Fraction(abs(k - m) * (abs(k - m) + 1), q * (q - 1)),
}


@pytest.mark.parametrize("measure", GWET)
@pytest.mark.parametrize("seed", range(3))
def test_ac_with_missing_data_is_gwets_definition_in_exact_fractions(measure, seed):
    weight, q = GWET[measure], 5
    rows = random_rows(seed, coders=4, missing=0.5)
    units = [[said - 1 for said in row if said is not None] for row in rows]
    units = [unit for unit in units if unit]
    twice = [unit for unit in units if len(unit) > 1]
    assert len(twice) < len(units)
    agreed = [
        Fraction(sum(2 * weight(a, b, q) for a, b in combinations(unit, 2)), len(unit) * (len(unit) - 1))
        for unit in twice
    ]
    share = [sum(Fraction(unit.count(k), len(unit)) for unit in units) / len(units) for k in range(q)]
    total = sum(weight(k, m, q) for k in range(q) for m in range(q))
    chance = total * sum(p * (1 - p) for p in share) / (q * (q - 1))
    expected = float((sum(agreed) / len(agreed) - chance) / (1 - chance))
    assert value(measure, Ratings.from_rows(rows, labels=range(1, 6))) == pytest.approx(expected, abs=1e-12)


# ---- what holds for all data -----------------------------------------------------------------------------


@st.composite
def codings(draw, measure, labels=None):
    """Rows of what coders said, with gaps, in documents of any number of units."""
    if labels is None:
        labels = SETS if measure in OF_SETS else [0, 1, 2, 7]
    coders = 2 if measure in OF_TWO else draw(st.integers(2, 4))
    cell = st.one_of(st.none(), st.sampled_from(labels), st.sampled_from(labels))
    rows = draw(st.lists(st.lists(cell, min_size=coders, max_size=coders), min_size=2, max_size=14))
    docs = draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    return rows, labels, docs


def same(first, second):
    return np.array_equal(np.isnan(first), np.isnan(second)) and np.allclose(
        first, second, rtol=1e-9, atol=1e-9, equal_nan=True
    )


@pytest.mark.parametrize("measure", MEASURES)
def test_a_document_that_counts_n_times_is_the_same_as_its_rows_n_times(measure):
    @settings(max_examples=40, deadline=None)
    @given(codings(measure), st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=3))
    def check(coding, weights):
        rows, labels, docs = coding
        values = Ratings.from_rows(rows, labels=labels).values
        ratings = Ratings(values, tuple(labels), np.array(docs), 4)
        got = MEASURES[measure](ratings, np.array(weights, float))
        assert got.shape == (len(weights),)
        for sample, counts in enumerate(weights):
            repeated = np.repeat(values, [counts[doc] for doc in docs], axis=0)
            alone = Ratings(repeated, tuple(labels), np.zeros(len(repeated), int), 1)
            assert same(got[sample], MEASURES[measure](alone, np.ones((1, 1)))[0])

    check()


@pytest.mark.parametrize("measure", NOMINAL)
def test_the_order_of_coders_units_and_labels_changes_nothing(measure):
    @settings(max_examples=40, deadline=None)
    @given(codings(measure), st.randoms(use_true_random=False))
    def check(coding, random):
        rows, labels, _ = coding
        expected = value(measure, Ratings.from_rows(rows, labels=labels))
        columns = random.sample(range(len(rows[0])), len(rows[0]))
        renamed = dict(zip(labels, random.sample("abcd", 4), strict=True)) | {None: None}
        shuffled = [[renamed[row[column]] for column in columns] for row in random.sample(rows, len(rows))]
        assert same(value(measure, Ratings.from_rows(shuffled, labels="abcd")), expected)

    check()


@pytest.mark.parametrize("measure", [name for name in MEASURES if name not in OF_TWO | {"percent"}])
def test_the_order_of_coders_and_units_changes_nothing_on_any_scale(measure):
    @settings(max_examples=40, deadline=None)
    @given(codings(measure), st.randoms(use_true_random=False))
    def check(coding, random):
        rows, labels, _ = coding
        columns = random.sample(range(len(rows[0])), len(rows[0]))
        shuffled = [[row[column] for column in columns] for row in random.sample(rows, len(rows))]
        expected = value(measure, Ratings.from_rows(rows, labels=labels))
        assert same(value(measure, Ratings.from_rows(shuffled, labels=labels)), expected)

    check()


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("missing", [0, 0.3])
def test_perfect_agreement_is_one(measure, missing):
    labels = SETS if measure in OF_SETS else [0, 1, 2, 7]
    rows = random_rows(1, coders=2 if measure in OF_TWO else 3, labels=labels, missing=missing, true=1.0)
    ratings = Ratings.from_rows(rows, labels=labels)
    assert value(measure, ratings) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
def test_no_measure_is_above_one_and_kappa_not_above_its_maximum(measure):
    @settings(max_examples=30, deadline=None)
    @given(codings(measure))
    def check(coding):
        rows, labels, _ = coding
        got = value(measure, Ratings.from_rows(rows, labels=labels))
        assume(not np.isnan(got))
        assert got <= 1 + 1e-12
        if measure == "kappa":
            assert got <= value("kappa max", Ratings.from_rows(rows, labels=labels)) + 1e-12

    check()


@pytest.mark.parametrize("measure", [name for name in MEASURES if name.startswith("alpha")] + ["percent", "kappa"])
def test_units_that_one_coder_judged_do_not_matter(measure):
    labels = SETS if measure in OF_SETS else [0, 1, 2, 7]
    coders = 2 if measure in OF_TWO else 3
    rows = random_rows(5, coders=coders, labels=labels, missing=0.2)
    more = rows + [[label] + [None] * (coders - 1) for label in labels] * 3 + [[None] * coders]
    expected = value(measure, Ratings.from_rows(rows, labels=labels))
    assert value(measure, Ratings.from_rows(more, labels=labels)) == pytest.approx(expected, abs=1e-12)


def test_random_coders_agree_no_better_than_chance():
    rows = random_rows(7, units=6000, coders=2, missing=0, true=0.0)
    for measure in MEASURES:
        if measure not in OF_SETS | {"percent", "kappa max"}:
            # five standard errors of a kappa about 0 with 6,000 units
            assert abs(value(measure, Ratings.from_rows(rows))) < 0.065, measure


def test_alpha_of_two_coders_is_pi_corrected_for_the_size_of_the_sample():
    ratings = Ratings.from_rows(random_rows(2, coders=2, missing=0))
    pi, units = value("pi", ratings), len(ratings.values)
    assert value("alpha nominal", ratings) == pytest.approx(pi + (1 - pi) / (2 * units))


def test_many_labels_and_little_memory_give_the_same(monkeypatch):
    """Thousands of labels go through sparse sums and stretches of samples and labels; here every path is forced."""
    numbers = Ratings.from_rows(random_rows(3, labels=tuple(range(40))), doc=[u % 9 for u in range(60)])
    sets = Ratings.from_rows(random_rows(4, labels=SETS), doc=[u % 9 for u in range(60)])
    weights = sample_weights(9, 20, 1)

    def everything():
        return {
            name: measure(sets if name in OF_SETS else numbers.of(0, 1) if name in OF_TWO else numbers, weights)
            for name, measure in MEASURES.items()
        }

    expected = everything()
    for module in (coefficients, distances, sums):
        monkeypatch.setattr(module, "BLOCK", 50)
    for name, got in everything().items():
        np.testing.assert_allclose(got, expected[name], rtol=1e-9, atol=1e-12, err_msg=name)


# ---- what is not defined ---------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_one_category_leaves_nothing_to_disagree_about(measure):
    labels = SETS if measure in OF_SETS else [0, 1, 2, 7]
    got = value(measure, Ratings.from_rows([[labels[1]] * 2] * 5, labels=labels))
    if measure == "percent" or measure.startswith("ac"):
        assert got == pytest.approx(1)
    else:
        assert np.isnan(got)


@pytest.mark.parametrize("level", ["interval", "ordinal"])
def test_rounding_does_not_make_one_category_two(level):
    # the mean of three times 0.1 is not 0.1, nor of weights of a third
    ratings = Ratings.from_rows([[0.1, 0.1, 0.1]], labels=[0.1, 0.7])
    weights = np.random.default_rng(1).random((200, 1))
    assert np.isnan(MEASURES[f"alpha {level}"](ratings, np.vstack([np.ones((1, 1)), weights]))).all()


@pytest.mark.parametrize("measure", MEASURES)
def test_without_a_unit_that_two_judged_there_is_no_agreement(measure):
    labels = SETS if measure in OF_SETS else [0, 1, 2, 7]
    once = np.ones((1, 3))
    for rows in ([[labels[0], None], [None, labels[1]], [None, None]], [[None, None]] * 3):
        assert np.isnan(MEASURES[measure](Ratings.from_rows(rows, labels=labels), once)[0])
    nothing = Ratings(np.empty((0, 2), int), tuple(labels), np.empty(0, int), 3)
    assert np.isnan(MEASURES[measure](nothing, once)[0])


@pytest.mark.parametrize("measure", MEASURES)
def test_samples_without_the_documents_that_vary_are_missing_and_the_others_stay(measure):
    labels = SETS if measure in OF_SETS else [0, 1, 2, 7]
    a, b = labels[:2]
    rows = [[a, a], [b, b], [a, b], [a, a], [a, a]]
    ratings = Ratings.from_rows(rows, labels=labels, doc=["x", "x", "x", "y", "y"])
    whole, only_y, none, one_third = MEASURES[measure](ratings, np.array([[1, 1], [0, 1], [0, 0], [1 / 3, 1 / 3]]))
    assert np.isfinite(whole) and np.isnan(none)
    assert np.isnan(only_y) != (measure == "percent" or measure.startswith("ac"))
    # shares are those of the whole; alpha alone knows the size of the sample
    if not measure.startswith("alpha"):
        assert one_third == pytest.approx(whole)


def test_ac_needs_two_labels():
    assert np.isnan(value("ac1", Ratings.from_rows([["a", "a"]])))


# ---- building and refusing -------------------------------------------------------------------------------


def test_a_table_with_a_row_per_unit_and_coder_gives_the_same_as_rows():
    table = pd.DataFrame(
        [("s1", "luis", "a", "p"), ("s1", "ana", "b", "p"), ("s3", "ana", "a", "q"), ("s2", "luis", None, "q")],
        columns=["unit", "coder", "value", "post"],
    )
    got = Ratings.from_table(table, doc="post", labels=["a", "b", "c"])
    assert got.values.tolist() == [[1, 0], [0, -1], [-1, -1]]
    assert (got.coders, got.labels, got.doc.tolist(), got.documents) == (("ana", "luis"), ("a", "b", "c"), [0, 1, 1], 2)


def test_codings_that_are_sets_come_through_a_table():
    sets = [frozenset("ab"), frozenset(), frozenset("a")]
    table = pd.DataFrame({"unit": [1, 1, 2], "coder": ["ana", "luis", "ana"], "value": sets})
    got = Ratings.from_table(table)
    assert [got.labels[place] for place in got.values[0]] == sets[:2]


def test_a_pair_of_coders_by_name_and_by_number():
    ratings = Ratings.from_rows([["a", "b", "c"]], coders=("ana", "luis", "giulia"))
    assert ratings.of("giulia", "ana").values.tolist() == [[2, 0]] == ratings.of(2, 0).values.tolist()
    assert ratings.of(2, 0).coders == ("giulia", "ana")


VALUES, DOC = np.array([[0, 1], [1, -1]]), np.array([0, 1])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ratings(np.array([[0, 2]]), ("a", "b"), DOC[:1], 1), "unit 0 has the value 2; expected the place"),
        (lambda: Ratings(np.array([[0, -2]]), ("a", "b"), DOC[:1], 1), "value -2"),
        (lambda: Ratings(VALUES[0], ("a", "b"), DOC, 2), "whole numbers in 2 dimensions, got int64 of shape"),
        (lambda: Ratings(VALUES * 1.0, ("a", "b"), DOC, 2), "got float64"),
        (lambda: Ratings(VALUES, ("a", "b"), DOC[:1], 2), "2 units but doc has 1"),
        (lambda: Ratings(VALUES, ("a", "b"), DOC, 1), "one of 1 documents"),
        (lambda: Ratings(VALUES, ("a", "a"), DOC, 2), "'a' is there twice"),
        (lambda: Ratings(VALUES, ("a", "b"), DOC, 2, ("ana",)), "2 columns but 1 coders"),
        (lambda: Ratings(VALUES, ("a", "b"), DOC, 2, ("ana", "ana")), "coders must differ"),
        (lambda: Ratings.from_rows([["a", "b"], ["a"]]), "row 1 has 1 values but row 0 has 2"),
        (lambda: Ratings.from_rows([["a", "x"]], labels=["a"]), "row 0 has the value 'x'"),
        (lambda: Ratings.from_rows([["a", "b"]]).of("ana", 1), "no coder 'ana'"),
        (lambda: Ratings.from_rows([["a", "b"]]).against_rest("c"), "no label 'c'"),
        (lambda: value("kappa", Ratings.from_rows([["a", "b", "a"]])), "compares two coders, got 3"),
        (lambda: value("alpha interval", Ratings.from_rows([["a", "b"]])), "needs numbers as labels, got 'a'"),
        (lambda: value("alpha ratio", Ratings.from_rows([[-1, 2]])), "0 or more, got -1"),
        (lambda: value("alpha masi", Ratings.from_rows([["a", "b"]])), "needs frozensets"),
        (lambda: krippendorff_alpha(Ratings.from_rows([[1, 2]]), np.ones((1, 1)), "nominl"), "did you mean 'nominal'"),
        (lambda: gwet_ac(Ratings.from_rows([[1, 2]]), np.ones((1, 1)), "cubic"), "scale: got 'cubic'"),
        (lambda: cohen_kappa(Ratings.from_rows([[1, 2]]), np.ones((1, 1)), "ordinal"), "scale: got 'ordinal'"),
        (lambda: percent_agreement(Ratings.from_rows([[1, 2]]), np.ones(1)), "one row per sample"),
        (lambda: percent_agreement(Ratings.from_rows([[1, 2]]), np.ones((1, 2))), "shape (1, 2)"),
        (lambda: percent_agreement(Ratings.from_rows([[1, 2]]), -np.ones((1, 1))), "negative or missing"),
        (lambda: percent_agreement(Ratings.from_rows([[1, 2]]), np.full((1, 1), np.nan)), "negative or missing"),
        (lambda: Ratings.from_table(pd.DataFrame({"unit": [1], "coder": ["a"]})), "no column 'value'"),
        (
            lambda: Ratings.from_table(pd.DataFrame({"unit": [1, 1], "coder": ["a", "a"], "value": [1, 2]})),
            "row 1 of the table: unit 1, coder a was judged twice",
        ),
        (
            lambda: Ratings.from_table(
                pd.DataFrame({"unit": [1, 1], "coder": ["a", "b"], "value": [1, 2], "post": ["p", "q"]}), doc="post"
            ),
            "is in two documents",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(make, message):
    with pytest.raises(InputError) as error:
        make()
    assert message in str(error.value)
