import json
import re

import matplotlib
import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

matplotlib.use("Agg")

from matplotlib import pyplot

from toolkit import plots
from toolkit.cli import main
from toolkit.codebook import load_codebook
from toolkit.corpus import load_posts
from toolkit.display import show
from toolkit.errors import InputError
from toolkit.evaluation import as_markdown, as_text, evaluate, evaluate_files, human_agreement
from toolkit.evaluation.measures import mass_bins
from toolkit.evaluation.ranking import average_precision, roc_auc
from toolkit.resampling import sample_weights
from toolkit.storage import write_file
from toolkit.tables import STANCES
from toolkit.text import embed

BOOK = load_codebook("cluetrain")
CODES = BOOK.code_ids
SENTENCE = "Antes de hablar hay que escuchar a los clientes. "


def notes(rows, coder="person", version="1.1.0", width=10):
    """Annotations of (doc_id, unit number, code[, stance]); unit n is the ten characters from 10 n."""
    cells = []
    for doc_id, unit, code, *stance in rows:
        start = unit * width
        quote = (SENTENCE * 40)[start : start + width]
        cells.append(
            (doc_id, start, start + width, quote, "cluetrain", version, code, *(stance or ["endorses"]), coder)
        )
    columns = ["doc_id", "start", "end", "quote", "codebook", "codebook_version", "code", "stance", "coder"]
    return pd.DataFrame(cells, columns=columns).assign(kind="human" if coder == "person" else "machine")


def scores_of(matrix, spans, cut=0.5, stance="endorses"):
    rows = [
        (*span, code, value, value >= cut, stance)
        for span, line in zip(spans, matrix, strict=True)
        for code, value in zip(CODES, line, strict=True)
    ]
    return pd.DataFrame(rows, columns=["doc_id", "start", "end", "code", "score", "decided", "stance"])


def random_case(seed=0, documents=6, units=8):
    """Gold and scores of a coder that is right more often than not: gold, predicted, scores, truth, score, doc."""
    random = np.random.default_rng(seed)
    spans = [(f"{'es' if d % 2 else 'it'}/{d}", u * 10, u * 10 + 10) for d in range(documents) for u in range(units)]
    truth = random.random((len(spans), len(CODES))) < 0.15
    # two decimals: ties, as real scores have
    score = np.clip(0.25 * truth + 0.6 * random.random(truth.shape), 0, 1).round(2)
    given = [(d, s // 10, CODES[c]) for (d, s, _), row in zip(spans, truth, strict=True) for c in np.flatnonzero(row)]
    told = [
        (d, s // 10, CODES[c]) for (d, s, _), row in zip(spans, score >= 0.5, strict=True) for c in np.flatnonzero(row)
    ]
    return notes(given), notes(told, "machine"), scores_of(score, spans), truth, score, [span[0] for span in spans]


GOLD, PREDICTED, SCORES, TRUTH, SCORE, DOCS = random_case()
LANGS = pd.DataFrame({"doc_id": sorted(set(DOCS))}).assign(lang=lambda table: table["doc_id"].str[:2])


@pytest.fixture(scope="module")
def whole():
    return evaluate(GOLD, PREDICTED, BOOK, scores=SCORES, posts=LANGS, repeats=50)


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


# ---- measures, against scikit-learn ----------------------------------------------------------------------


def test_measures_are_those_of_scikit_learn(whole):
    decided, there = SCORE >= 0.5, TRUTH.any(0)
    for average in ("micro", "macro"):
        for name, oracle in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
            expected = oracle(TRUTH[:, there], decided[:, there], average=average, zero_division=0)
            if average == "micro":
                expected = oracle(TRUTH, decided, average=average)
            assert whole.value(f"{name}_{average}") == pytest.approx(expected)
    precisions = [average_precision_score(TRUTH[:, c], SCORE[:, c]) for c in np.flatnonzero(there)]
    assert whole.value("mean_average_precision") == pytest.approx(np.mean(precisions))
    assert whole.value("any_auc") == pytest.approx(roc_auc_score(TRUTH.any(1), SCORE.max(1)))
    assert whole.value("any_f1") == pytest.approx(f1_score(TRUTH.any(1), decided.any(1)))
    assert whole.value("brier") == pytest.approx(brier_score_loss(TRUTH.ravel(), SCORE.ravel()))
    assert whole.value("base_rate") == pytest.approx(TRUTH.any(1).mean())
    code = CODES[np.flatnonzero(there)[0]]
    column = CODES.index(code)
    assert whole.value("average_precision", "code", code) == pytest.approx(precisions[0])
    assert whole.value("f1", "code", code) == pytest.approx(f1_score(TRUTH[:, column], decided[:, column]))


def test_languages_are_measured_apart_and_their_gap_is_the_difference(whole):
    here = np.array([doc.startswith("es") for doc in DOCS])
    expected = f1_score(TRUTH[here], SCORE[here] >= 0.5, average="micro")
    assert whole.value("f1_micro", "lang", "es") == pytest.approx(expected)
    gap = whole.value("f1_micro", "lang", "es") - whole.value("f1_micro", "lang", "it")
    assert whole.value("f1_micro", "gap", "es-it") == pytest.approx(gap)


@pytest.mark.parametrize("seed", range(3))
def test_bootstrap_samples_are_ranked_as_scikit_learn_ranks_weighted_units(seed):
    random = np.random.default_rng(seed)
    doc = random.integers(0, 5, 60)
    score, truth = random.random(60).round(1), random.random(60) < 0.3
    weights = random.multinomial(5, np.full(5, 0.2), size=7).astype(float)
    for row, ours, auc in zip(
        weights, average_precision(weights, doc, score, truth), roc_auc(weights, doc, score, truth), strict=True
    ):
        assert ours == pytest.approx(average_precision_score(truth, score, sample_weight=row[doc]))
        assert auc == pytest.approx(roc_auc_score(truth, score, sample_weight=row[doc]))


def test_top_k_by_hand():
    # unit 0: the right code is first; unit 1: third; unit 2: fourth; unit 3: no code
    matrix = np.zeros((4, len(CODES)))
    matrix[0, :3], matrix[1, :3], matrix[2, :4] = (0.9, 0.8, 0.7), (0.9, 0.8, 0.7), (0.9, 0.8, 0.7, 0.6)
    gold = notes([("a", 0, CODES[0]), ("a", 1, CODES[2]), ("a", 2, CODES[3])])
    spans = [("a", 10 * unit, 10 * unit + 10) for unit in range(4)]
    found = evaluate(gold, notes([("a", 0, CODES[0])], "machine"), BOOK, scores=scores_of(matrix, spans), repeats=0)
    assert found.value("top_1") == pytest.approx(1 / 3)
    assert found.value("top_3") == pytest.approx(2 / 3)


def test_calibration_error_by_hand():
    # 28 pairs in ten bins of 2 or 3 equal values: with two values the bins are two
    matrix = np.full((2, len(CODES)), 0.1)
    matrix[0] = 0.6
    gold = notes([("a", 0, code) for code in CODES[:7]])
    spans = [("a", 0, 10), ("a", 10, 20)]
    found = evaluate(gold, notes([], "machine"), BOOK, scores=scores_of(matrix, spans), repeats=0)
    # half of the pairs at .6 of which .5 are right, half at .1 of which none is: (.1 + .1) / 2
    assert found.value("ece") == pytest.approx(0.1)
    table = found.reliability[found.reliability["bins"] == "equal n"]
    assert table[["mean", "observed", "n"]].to_numpy().tolist() == [[0.1, 0, 14], [0.6, 0.5, 14]]


@pytest.fixture(scope="module")
def distinct():
    """Fourteen distinct probabilities for each of ten units: with ten bins fourteen values in each."""
    random = np.random.default_rng(4)
    score = random.permutation(np.linspace(0.001, 0.9, 140)).reshape(10, 14)
    truth = random.random(score.shape) < score
    gold = notes([("a", unit, CODES[code]) for unit, code in zip(*np.nonzero(truth), strict=True)])
    spans = [("a", 10 * unit, 10 * unit + 10) for unit in range(10)]
    return evaluate(gold, notes([], "machine"), BOOK, scores=scores_of(score, spans), repeats=0), truth, score


def test_reliability_is_the_calibration_curve_of_scikit_learn(distinct):
    found, truth, score = distinct
    observed, mean = calibration_curve(truth.ravel(), score.ravel(), n_bins=10, strategy="quantile")
    table = found.reliability[found.reliability["bins"] == "equal n"]
    assert table["observed"].tolist() == pytest.approx(observed)
    assert table["mean"].tolist() == pytest.approx(mean)
    assert table["n"].tolist() == [14] * 10
    assert found.value("ece") == pytest.approx(np.abs(observed - mean).mean())


def test_bins_of_equal_hits_expect_a_tenth_of_the_hits_each(distinct):
    found, truth, score = distinct
    names = found.reliability["bins"].tolist()
    assert names == sorted(names, key=["equal n", "equal hits"].index)
    table = found.reliability[found.reliability["bins"] == "equal hits"]
    assert table["n"].sum() == 140 and table["n"].iloc[0] > 3 * table["n"].iloc[-1]
    assert (table["mean"] * table["n"]).tolist() == pytest.approx([score.sum() / 10] * 10, abs=0.9)
    assert (table["observed"] * table["n"]).sum() == pytest.approx(truth.sum())
    assert (table["low"].iloc[0], table["high"].iloc[-1]) == (pytest.approx(0.001), pytest.approx(0.9))


def test_intervals_are_the_percentiles_of_the_measure_over_drawn_documents():
    found = evaluate(GOLD, PREDICTED, BOOK, scores=SCORES, posts=LANGS, repeats=12, confidence=0.8, seed=3)
    doc = np.unique(DOCS, return_inverse=True)[1]
    decided, there, here = SCORE >= 0.5, TRUTH.any(1), np.array([name.startswith("es") for name in DOCS])
    right = np.take_along_axis(TRUTH, np.argsort(-SCORE, axis=1, kind="stable")[:, :1], axis=1)[:, 0]
    bins = found.reliability[found.reliability["bins"] == "equal hits"]
    inside = [(row.low <= SCORE) & (row.high >= SCORE) for row in bins.itertuples()]
    drawn = {}
    for row in sample_weights(6, 12, 3)[1:]:
        weight = row[doc]
        pairs = np.repeat(weight[:, None], len(CODES), axis=1)
        occurs = (TRUTH * pairs).sum(0) > 0
        by_lang = [
            f1_score(TRUTH, decided, average="micro", sample_weight=weight * part, zero_division=0)
            for part in (here, ~here)
        ]
        for key, value in {
            ("precision_micro", "all", "all"): precision_score(TRUTH, decided, average="micro", sample_weight=weight),
            ("f1_macro", "all", "all"): f1_score(
                TRUTH[:, occurs], decided[:, occurs], average="macro", sample_weight=weight, zero_division=0
            ),
            ("any_f1", "all", "all"): f1_score(there, decided.any(1), sample_weight=weight),
            ("any_auc", "all", "all"): roc_auc_score(there, SCORE.max(1), sample_weight=weight),
            ("brier", "all", "all"): brier_score_loss(TRUTH.ravel(), SCORE.ravel(), sample_weight=pairs.ravel()),
            ("base_rate", "all", "all"): np.average(there, weights=weight),
            ("top_1", "all", "all"): np.average(right[there], weights=weight[there]),
            ("f1_micro", "lang", "es"): by_lang[0],
            ("f1_micro", "gap", "es-it"): by_lang[0] - by_lang[1],
            **{
                ("observed", "bin", str(number)): np.average(TRUTH[part], weights=pairs[part])
                for number, part in enumerate(inside)
            },
        }.items():
            drawn.setdefault(key, []).append(value)
    limits = found.measures.set_index(["measure", "scope", "of"])[["ci_low", "ci_high"]]
    for key, values in drawn.items():
        own = bins.iloc[int(key[2])] if key[1] == "bin" else limits.loc[key]
        assert [own["ci_low"], own["ci_high"]] == pytest.approx(np.quantile(values, [0.1, 0.9])), key
    assert np.isnan(limits.loc["ece", "all", "all"]).all()


def test_ranking_of_many_samples_is_that_of_each_alone():
    random = np.random.default_rng(2)
    doc = random.integers(0, 5, 1000)
    score, truth = random.random(1000), random.random(1000) < 0.3
    weights = random.multinomial(5, np.full(5, 0.2), size=2100).astype(float)
    for measure in (average_precision, roc_auc):
        together, some = measure(weights, doc, score, truth), [0, 1999, 2000, 2099]
        alone = [measure(weights[[row]], doc, score, truth)[0] for row in some]
        assert together[some] == pytest.approx(alone) and not np.isnan(together).any()


def test_a_sample_without_anything_true_cannot_be_ranked():
    doc, score, truth = np.array([0, 1]), np.array([0.2, 0.8]), np.array([False, True])
    weights = np.array([[1.0, 1], [2, 0], [0, 2]])
    assert average_precision(weights, doc, score, truth) == pytest.approx([1, np.nan, 1], nan_ok=True)
    assert roc_auc(weights, doc, score, truth) == pytest.approx([1, np.nan, np.nan], nan_ok=True)
    nothing = np.array([])
    assert np.isnan(roc_auc(weights, nothing.astype(int), nothing, nothing.astype(bool))).all()


def test_bins_have_equal_mass():
    values = np.random.default_rng(1).random(1000) ** 4
    assert set(np.bincount(mass_bins(values))) == {100}
    sums = np.bincount(mass_bins(values, mass=values), weights=values)
    assert sums == pytest.approx(np.full(10, values.sum() / 10), rel=0.06)


# ---- by hand ---------------------------------------------------------------------------------------------

HAND_GOLD = notes(
    [
        ("a", 0, "listening", "breach"),
        ("a", 1, "community", "endorses"),
        ("b", 0, "listening", "rejects"),
        ("b", 2, "cocreation", "endorses"),
    ]
)
HAND_GIVEN = notes(
    [("a", 0, "listening", "breach"), ("a", 1, "listening", "endorses"), ("b", 0, "listening", "breach")], "machine"
)


def test_without_scores_a_hand_worked_case():
    found = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=20)
    assert found.value("precision_micro") == pytest.approx(2 / 3)
    assert found.value("recall_micro") == pytest.approx(2 / 4)
    assert found.value("f1_micro") == pytest.approx(4 / 7)
    # listening: 2 hits, 1 wrong, 0 missed -> 4/5; community and cocreation: 0
    assert found.value("f1_macro") == pytest.approx(0.8 / 3)
    assert found.value("stance_accuracy_found") == pytest.approx(1 / 2)
    assert found.value("stance_accuracy_gold") == pytest.approx(1 / 4)
    # breach: 1 hit, 1 wrong -> 2/3; rejects: 0
    assert found.value("stance_f1_macro_found") == pytest.approx(1 / 3)
    assert found.value("code_recall", "stance", "endorses") == 0
    assert np.isnan(found.value("any_auc")) and np.isnan(found.value("base_rate"))
    assert any("units without a code are unknown" in note for note in found.notes)
    counted = found.measures[found.measures["scope"] == "all"].set_index("measure")["n"]
    assert counted[["precision_micro", "recall_micro", "f1_micro", "any_f1"]].tolist() == [3, 4, 4, 4]


FULL_SPANS = [("a", 0, 10), ("a", 10, 20), ("b", 0, 10), ("b", 20, 30), ("b", 40, 50)]
SURE = np.full((4, len(CODES)), 0.1)
SURE[:3, CODES.index("listening")] = 0.9


def full(**more):
    """The hand-worked case with five units, a code that gold never has, equal scores, and all of one unit left open."""
    given = pd.concat([HAND_GIVEN, notes([("b", 4, "transparency")], "machine")], ignore_index=True)
    scores = scores_of(np.full((5, len(CODES)), 0.1), FULL_SPANS)
    scores["unsure"] = (scores["doc_id"] == "b") & (scores["start"] == 20)
    return evaluate(HAND_GOLD, given, BOOK, scores=scores, **{"repeats": 0, **more})


NO = float("nan")
MEASURED = {
    "all": [
        ("precision_micro", "all", 2 / 4, 4), ("recall_micro", "all", 2 / 4, 4), ("f1_micro", "all", 4 / 8, 4),
        ("precision_macro", "all", 2 / 9, 3), ("recall_macro", "all", 1 / 3, 3), ("f1_macro", "all", 0.8 / 3, 3),
        ("any_f1", "all", 6 / 8, 4), ("base_rate", "all", 4 / 5, 5),
        ("mean_average_precision", "all", (2 / 5 + 1 / 5 + 1 / 5) / 3, 3),
        ("top_1", "all", 0, 4), ("top_3", "all", 0, 4), ("any_auc", "all", 0.5, 5),
        ("brier", "all", (4 * 0.81 + 66 * 0.01) / 70, 70), ("ece", "all", 0.1 - 4 / 70, 70),
        ("unsure", "all", 1 / 5, 70), ("f1_micro_sure", "all", 4 / 7, 3),
        ("stance_accuracy_found", "all", 1 / 2, 2), ("stance_f1_macro_found", "all", 1 / 3, 2),
        ("stance_accuracy_gold", "all", 3 / 4, 4), ("stance_f1_macro_gold", "all", (1 + 2 / 3 + 0) / 3, 4),
    ],
    "code": [
        ("precision", "listening", 2 / 3, 3), ("recall", "listening", 1, 2), ("f1", "listening", 0.8, 2),
        ("average_precision", "listening", 2 / 5, 2), ("base_rate", "listening", 2 / 5, 5),
        ("precision", "transparency", 0, 1), ("recall", "transparency", NO, 0), ("f1", "transparency", 0, 0),
        ("base_rate", "transparency", 0, 5),
        ("precision", "community", NO, 0), ("recall", "community", 0, 1), ("f1", "community", 0, 1),
        ("average_precision", "community", 1 / 5, 1), ("base_rate", "community", 1 / 5, 5),
        ("precision", "cocreation", NO, 0), ("recall", "cocreation", 0, 1), ("f1", "cocreation", 0, 1),
        ("average_precision", "cocreation", 1 / 5, 1), ("base_rate", "cocreation", 1 / 5, 5),
    ],
    "stance": [
        ("precision", "endorses", 1, 2), ("recall", "endorses", 1, 2), ("f1", "endorses", 1, 2),
        ("code_recall", "endorses", 0, 2),
        ("precision", "breach", 1 / 2, 2), ("recall", "breach", 1, 1), ("f1", "breach", 2 / 3, 1),
        ("code_recall", "breach", 1, 1),
        ("precision", "rejects", NO, 0), ("recall", "rejects", 0, 1), ("f1", "rejects", 0, 1),
        ("code_recall", "rejects", 1, 1),
    ],
}  # fmt: skip


@pytest.mark.parametrize("scope", MEASURED)
def test_every_measure_by_hand_with_the_number_it_counts(scope):
    table = full().measures
    assert list(table.columns) == ["measure", "scope", "of", "value", "ci_low", "ci_high", "n"]
    assert list(dict.fromkeys(table["scope"])) == ["all", "code", "stance"]
    table = table[table["scope"] == scope]
    names, values = [row[:2] for row in MEASURED[scope]], [row[2] for row in MEASURED[scope]]
    assert list(zip(table["measure"], table["of"], strict=True)) == names
    assert table["value"].tolist() == pytest.approx(values, nan_ok=True)
    assert table["n"].tolist() == [row[3] for row in MEASURED[scope]]


def test_equal_scores_are_ranked_in_the_order_of_the_codebook():
    gold = notes([("a", unit, CODES[unit]) for unit in range(4)])
    spans = [("a", 10 * unit, 10 * unit + 10) for unit in range(4)]
    found = evaluate(gold, notes([], "machine"), BOOK, scores=scores_of(np.full((4, 14), 0.3), spans), repeats=0)
    assert (found.value("top_1"), found.value("top_3")) == (1 / 4, 3 / 4)


def test_a_stance_that_gold_never_has_is_wrong_and_has_no_recall():
    table = evaluate(
        notes([("a", 0, "listening")]), notes([("a", 0, "listening", "mentions")], "machine"), BOOK, repeats=0
    ).measures
    rows = table[table["of"] == "mentions"][["measure", "value", "n"]]
    assert rows["measure"].tolist() == ["precision", "recall", "f1"]
    assert rows["value"].tolist() == pytest.approx([0, NO, 0], nan_ok=True)
    assert rows["n"].tolist() == [1, 0, 0]


def test_a_coder_without_stances_is_not_measured_by_them():
    found = evaluate(HAND_GOLD, HAND_GIVEN.assign(stance=None), BOOK, repeats=0)
    table = found.measures
    assert not table[table["scope"] == "all"]["measure"].str.startswith("stance").any()
    assert set(table[table["scope"] == "stance"]["measure"]) == {"code_recall"}
    assert cells(as_text(found), "By stance")[0] == ["stance", "gold", "code recall"]


def test_figures_that_are_not_there_are_missing():
    found = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=0)
    assert np.isnan(found.value("no_such")) and np.isnan(found.value("f1", "code", "humility_values"))
    assert np.isnan(found.value("average_precision", "code", "listening"))


LANGUAGES = {
    "of posts": ({"a": "es", "b": "it", "c": "de"}, None, ["de", "es", "it"], {"de-es": 1, "de-it": 1, "es-it": 1}),
    "the unit's own first": ({"a": "es", "b": "es", "c": "es"}, ["it", "", None], ["es", "it"], {"es-it": 1}),
    "one alone": ({"a": "es", "b": "es", "c": None}, None, ["es"], {}),
    "none in gold": ({"d": "es"}, ["es", "it", "it", "pt"], ["es", "it"], {"es-it": 1}),
}


@pytest.mark.parametrize(("posts", "own", "langs", "gaps"), LANGUAGES.values(), ids=LANGUAGES)
def test_the_languages_that_are_measured(posts, own, langs, gaps):
    gold = notes([(doc, 0, "listening") for doc in "abc"])
    units = pd.DataFrame({"doc_id": ["a", "b", "c", "d"], "start": 0, "end": 10})
    units = units if own is None else units.iloc[: len(own)].assign(lang=own)
    posts = pd.DataFrame({"doc_id": list(posts), "lang": list(posts.values())})
    found = evaluate(gold, gold.iloc[:2].assign(coder="m"), BOOK, units=units, posts=posts, repeats=0)
    table = found.measures[found.measures["measure"] == "recall_micro"].set_index("scope")
    assert sorted(table[table.index == "lang"]["of"]) == langs
    assert dict(table[table.index == "gap"][["of", "n"]].to_numpy().tolist()) == gaps
    assert ("By language" in as_text(found)) == (len(langs) > 1)


def test_the_language_of_scores_comes_before_that_of_posts_and_after_that_of_units():
    scores = scores_of(SURE, FULL_SPANS[:4]).assign(lang="it")
    units = pd.DataFrame(FULL_SPANS[:4], columns=["doc_id", "start", "end"])
    posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es"})
    for table, lang in ((None, "it"), (units, "it"), (units.assign(lang="de"), "de")):
        found = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, scores=scores, units=table, posts=posts, repeats=0).measures
        assert set(found[found["scope"] == "lang"]["of"]) == {lang}


def test_units_make_the_negatives_known():
    units = pd.DataFrame(
        [(doc, 10 * n, 10 * n + 10) for doc in "ab" for n in range(5)], columns=["doc_id", "start", "end"]
    )
    found = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, units=units, repeats=20)
    assert found.value("base_rate") == pytest.approx(4 / 10)
    assert found.value("f1_micro") == pytest.approx(4 / 7)
    assert not any("unknown" in note for note in found.notes)


def test_confusions_pair_what_was_missed_with_what_was_given_instead():
    table = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=0).confusion
    rows = {(row.kind, row.gold, row.predicted): (row.n, row.share) for row in table.itertuples()}
    assert rows == {
        ("code", "listening", "listening"): (2, 1.0),
        ("code", "community", "listening"): (1, 1.0),
        ("code", "cocreation", "(none)"): (1, 1.0),
        ("stance", "endorses", "(none)"): (2, 1.0),
        ("stance", "breach", "breach"): (1, 1.0),
        ("stance", "rejects", "breach"): (1, 1.0),
    }


def test_confusions_stand_in_the_order_of_the_codebook_with_their_share_of_the_gold_row():
    gold = notes([("a", 0, "listening"), ("a", 0, "community"), ("a", 1, "listening"), ("a", 2, "listening")])
    given = [("a", 0, "cocreation"), ("a", 0, "transparency"), ("a", 1, "listening"), ("a", 1, "humility_values")]
    table = evaluate(gold, notes(given, "machine"), BOOK, repeats=0).confusion
    assert table[table["kind"] == "code"].drop(columns="kind").to_numpy().tolist() == [
        ["listening", "listening", 1, 1 / 4],
        ["listening", "transparency", 1, 1 / 4],
        ["listening", "cocreation", 1, 1 / 4],
        ["listening", "(none)", 1, 1 / 4],
        ["community", "transparency", 1, 1 / 2],
        ["community", "cocreation", 1, 1 / 2],
        ["(none)", "humility_values", 1, 1],
    ]
    assert table["kind"].tolist() == ["code"] * 7 + ["stance"] * 2
    assert list(table.columns) == ["kind", "gold", "predicted", "n", "share"]


def test_errors_without_scores_are_ranked_by_what_the_annotations_say():
    gold = notes([("a", 0, "listening", "breach"), ("a", 0, "community"), ("b", 0, "cocreation")])
    given = [("a", 1, "listening"), ("a", 2, "transparency"), ("a", 3, "community"), ("b", 0, "conversation")]
    predicted = notes(given, "machine").assign(score=[0.6, None, 0.9, 0.6], evidence=["one", "two", "three", None])
    units = pd.concat([gold, predicted])[["doc_id", "start", "end"]].drop_duplicates()
    table = evaluate(gold, predicted, BOOK, units=units, repeats=0).errors
    assert list(table.columns) == [
        "kind", "doc_id", "start", "end", "quote", "code", "score", "gold", "predicted", "evidence"
    ]  # fmt: skip
    shown = ["kind", "doc_id", "start", "code", "gold", "predicted"]
    wrong, missed = "false positive", "miss"
    assert table[shown].to_numpy().tolist() == [
        [wrong, "a", 30, "community", "(none)", "community (endorses)"],
        [wrong, "a", 10, "listening", "(none)", "listening (endorses)"],
        [wrong, "b", 0, "conversation", "cocreation (endorses)", "conversation (endorses)"],
        [wrong, "a", 20, "transparency", "(none)", "transparency (endorses)"],
        [missed, "a", 0, "listening", "listening (breach), community (endorses)", "(none)"],
        [missed, "a", 0, "community", "listening (breach), community (endorses)", "(none)"],
        [missed, "b", 0, "cocreation", "cocreation (endorses)", "conversation (endorses)"],
    ]
    assert table["score"].tolist() == pytest.approx([0.9, 0.6, 0.6, NO, NO, NO, NO], nan_ok=True)
    assert table["evidence"].fillna("-").tolist() == ["three", "one", "-", "two", "-", "-", "-"]


def test_fifty_errors_of_each_kind_are_kept_or_as_many_as_are_asked_for(whole):
    for found, most, missed in (
        (whole, 50, 42),
        (evaluate(GOLD, PREDICTED, BOOK, scores=SCORES, repeats=0, most_errors=3), 3, 3),
    ):
        wrong, miss = (found.errors[found.errors["kind"] == kind]["score"] for kind in ("false positive", "miss"))
        assert len(wrong) == most and len(miss) == min(missed, (TRUTH & (SCORE < 0.5)).sum())
        assert wrong.tolist() == sorted(SCORE[~TRUTH & (SCORE >= 0.5)], reverse=True)[:most]
        assert miss.tolist() == sorted(SCORE[TRUTH & (SCORE < 0.5)])[:most]


def test_the_quote_of_an_error_is_that_of_its_unit():
    units = pd.DataFrame({"doc_id": ["a", "b"], "start": 0, "end": 40})
    gold = spans_of([("b", 0, 40, "listening")], "person")
    predicted = spans_of([("a", 0, 38, "listening"), ("b", 0, 40, "listening")], "machine")
    assert evaluate(gold, predicted, BOOK, units=units, repeats=0).errors["quote"].isna().tolist() == [True]
    posts = pd.DataFrame({"doc_id": ["a", "b"], "text": SENTENCE * 9})
    found = evaluate(gold, predicted, BOOK, units=units, posts=posts, repeats=0)
    assert found.errors[["quote", "gold", "predicted"]].to_numpy().tolist() == [[SENTENCE[:40], "(none)", "listening"]]


def test_the_hardest_errors_come_first_with_what_each_side_says():
    matrix = np.full((4, len(CODES)), 0.1)
    spans = [("a", 0, 10), ("a", 10, 20), ("b", 0, 10), ("b", 20, 30)]
    for row, code, value in (
        (0, "listening", 0.9),
        (1, "listening", 0.8),
        (2, "listening", 0.7),
        (3, "cocreation", 0.02),
    ):
        matrix[row, CODES.index(code)] = value
    given = HAND_GIVEN.assign(evidence=json.dumps({"cues": [{"cue": "x", "quote": "hay que"}]}))
    found = evaluate(HAND_GOLD, given, BOOK, scores=scores_of(matrix, spans), repeats=0)
    rows = found.errors[["kind", "doc_id", "start", "code", "score", "gold"]].to_numpy().tolist()
    assert rows == [
        ["false positive", "a", 10, "listening", 0.8, "community (endorses)"],
        ["miss", "b", 20, "cocreation", 0.02, "cocreation (endorses)"],
        ["miss", "a", 10, "community", 0.1, "community (endorses)"],
    ]
    assert found.errors["quote"].tolist()[0] == SENTENCE[10:20]
    assert "cues: hay que" in as_text(found)


def test_stances_of_codes_that_were_not_given_come_from_the_scores():
    matrix = np.full((4, len(CODES)), 0.1)
    spans = [("a", 0, 10), ("a", 10, 20), ("b", 0, 10), ("b", 20, 30)]
    found = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, scores=scores_of(matrix, spans), repeats=0)
    # given: breach right, breach for rejects wrong; not given: the scores suggest endorses, right twice
    assert found.value("stance_accuracy_gold") == pytest.approx(3 / 4)


def test_what_the_coder_left_open_is_counted_and_measured_without():
    matrix = np.full((4, len(CODES)), 0.1)
    spans = [("a", 0, 10), ("a", 10, 20), ("b", 0, 10), ("b", 20, 30)]
    scores = scores_of(matrix, spans)
    scores["unsure"] = (scores["doc_id"] == "b") & (scores["start"] == 20)
    found = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, scores=scores, repeats=0)
    assert found.value("unsure") == pytest.approx(1 / 4)
    assert found.value("f1_micro_sure") == pytest.approx(4 / 6)


# ---- spans -----------------------------------------------------------------------------------------------


def spans_of(rows, coder):
    cells = [(doc, start, end, (SENTENCE * 9)[start:end], code) for doc, start, end, code in rows]
    table = pd.DataFrame(cells, columns=["doc_id", "start", "end", "quote", "code"])
    return table.assign(codebook="cluetrain", codebook_version="1.1.0", stance=None, coder=coder, kind="human")


@pytest.mark.parametrize(
    ("gold", "f1", "how"),
    [
        ((0, 40), 1.0, "exact"),
        ((0, 20), 1.0, "overlap"),  # inside the unit: all of the shorter one's characters
        ((0, 90), 1.0, "overlap"),  # around the unit, which is the shorter one
        ((20, 60), 1.0, "overlap"),  # 20 of 40 characters: half is enough
        ((21, 61), 0.0, "unmatched"),  # 19 of 40: missed, and what was given is wrong
    ],
)
def test_spans_are_matched_by_overlap(gold, f1, how):
    found = evaluate(
        spans_of([("a", *gold, "listening")], "person"),
        spans_of([("a", 0, 40, "listening")], "machine"),
        BOOK,
        repeats=0,
    )
    assert found.value("f1_micro") == f1
    counts = {(row.table, row.how): row.n for row in found.matching.itertuples()}
    assert counts["gold", how] == 1


def test_of_two_units_the_one_with_more_in_common_takes_the_code():
    predicted = spans_of([("a", 0, 20, "listening"), ("a", 20, 50, "community")], "machine")
    found = evaluate(spans_of([("a", 12, 50, "community")], "person"), predicted, BOOK, repeats=0)
    assert found.value("recall_micro") == 1.0


@pytest.mark.parametrize(
    ("second", "code"), [((20, 35), "community"), ((20, 40), "listening")], ids=["the shorter", "the first"]
)
def test_of_two_units_with_as_much_in_common_one_takes_the_code(second, code):
    predicted = spans_of([("a", *second, "community"), ("a", 0, 20, "listening")], "machine")
    found = evaluate(spans_of([("a", 10, 30, code)], "person"), predicted, BOOK, repeats=0)
    assert found.value("recall_micro") == 1.0


def test_spans_that_meet_in_one_unit_are_merged_and_counted():
    units = pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 40], "end": [40, 80]})
    predicted = spans_of([("a", 0, 40, "listening"), ("a", 1, 39, "listening")], "machine")
    matrix = np.zeros((3, len(CODES)))
    matrix[:, CODES.index("listening")] = (0.2, 0.9, 0.4)
    # the second one is the unit's own, and counts
    scores = scores_of(matrix, [("a", 0, 38), ("a", 0, 40), ("a", 100, 140)])
    found = evaluate(
        spans_of([("a", 0, 40, "listening")], "person"), predicted, BOOK, scores=scores, units=units, repeats=0
    )
    assert found.matching.to_numpy().tolist() == [
        ["gold", "exact", 1],
        ["predicted", "exact", 1],
        ["predicted", "merged", 1],
        ["predicted", "overlap", 1],
        ["scores", "exact", 1],
        ["scores", "merged", 1],
        ["scores", "unmatched", 1],
    ]
    assert found.value("brier") == pytest.approx(0.1**2 / 14)
    assert found.value("precision_micro") == 1.0
    assert "predicted: 1 spans are units, 1 matched by overlap, 0 unmatched (left out as not judged)" in found.notes
    assert any(note.startswith("1 units have no score") for note in found.notes)
    assert "1 documents, 2 units, 1 of them with a code in gold; 1 gold codes, 1 given" in found.title


def test_scores_that_fit_no_unit_tell_nothing_of_calibration():
    units = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [40]})
    gold = spans_of([("a", 0, 40, "listening")], "person")
    scores = scores_of(np.zeros((1, len(CODES))), [("a", 100, 140)])
    found = evaluate(gold, gold.assign(coder="machine"), BOOK, scores=scores, units=units, repeats=0)
    assert not {"brier", "ece"} & set(found.measures["measure"]) and not len(found.reliability)
    assert found.value("average_precision", "code", "listening") == 1.0


def test_outside_the_units_of_the_scores_what_is_given_is_wrong_and_gold_is_missed():
    scores = scores_of(np.zeros((1, len(CODES))), [("a", 0, 40)])
    gold = spans_of([("a", 0, 40, "listening"), ("a", 150, 180, "listening")], "person")
    predicted = spans_of([("a", 0, 40, "listening"), ("a", 60, 90, "listening")], "machine")
    found = evaluate(gold, predicted.assign(score=[0.3, 0.7]), BOOK, scores=scores, repeats=0)
    assert (found.value("precision_micro"), found.value("recall_micro")) == (0.5, 0.5)
    assert found.errors["score"].tolist() == pytest.approx([0.7, NO], nan_ok=True)
    assert found.reliability[["bins", "n"]].to_numpy().tolist() == [["equal n", 14], ["equal hits", 14]]
    assert "gold: 1 spans are units, 0 matched by overlap, 1 unmatched (counted as missed)" in found.notes
    assert "predicted: 1 spans are units, 0 matched by overlap, 1 unmatched (counted as wrong)" in found.notes
    assert "0 codes are decided in scores, 2 are given in predicted" in found.notes
    table = found.measures.set_index("measure")
    assert (table.loc["brier", "n"], table.loc["any_auc", "n"]) == (14, 3)


def test_what_lies_outside_the_judged_units_is_no_error():
    units = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [40]})
    predicted = spans_of([("a", 0, 40, "listening"), ("a", 60, 90, "listening")], "machine")
    found = evaluate(spans_of([("a", 0, 40, "listening")], "person"), predicted, BOOK, units=units, repeats=0)
    assert found.value("precision_micro") == 1.0
    assert any("1 unmatched (left out as not judged)" in note for note in found.notes)


def test_documents_that_were_not_coded_count_as_missed_unless_only_common_ones_are_asked_for():
    gold = notes([("a", 0, "listening"), ("b", 0, "listening")])
    predicted = notes([("a", 0, "listening"), ("z", 0, "listening")], "machine")
    assert evaluate(gold, predicted, BOOK, repeats=0).value("recall_micro") == 0.5
    common = evaluate(gold, predicted, BOOK, documents="common", repeats=0)
    assert (common.value("recall_micro"), common.value("precision_micro")) == (1.0, 1.0)


# ---- bootstrap -------------------------------------------------------------------------------------------


def test_intervals_hold_the_value_and_are_the_same_for_the_same_seed(whole):
    table = whole.measures.dropna(subset=["ci_low"])
    assert len(table) > 50
    assert (table["ci_low"] <= table["ci_high"]).all()
    again = evaluate(GOLD, PREDICTED, BOOK, scores=SCORES, posts=LANGS, repeats=50)
    other = evaluate(GOLD, PREDICTED, BOOK, scores=SCORES, posts=LANGS, repeats=50, seed=2)
    pd.testing.assert_frame_equal(whole.measures, again.measures)
    assert not whole.measures["ci_low"].equals(other.measures["ci_low"])


def test_documents_are_drawn_and_not_units():
    # all units of a document alike: the interval must be as wide as that of six coin tosses, not of sixty
    rows = [(str(doc), unit, "listening") for doc in range(6) for unit in range(10)]
    hits = [row for row in rows if int(row[0]) < 3]
    found = evaluate(notes(rows), notes(hits, "machine"), BOOK, repeats=500).measures.set_index(["measure", "scope"])
    low, high = found.loc[("recall_micro", "all"), ["ci_low", "ci_high"]]
    assert (low, high) == (pytest.approx(1 / 6, abs=0.17), pytest.approx(5 / 6, abs=0.17))


def test_nine_of_ten_intervals_or_more_cover_the_truth():
    # recall of 25 documents whose own recall differs: between 0.2 and 1.0, mean 0.6
    random, covered, trials = np.random.default_rng(5), 0, 40
    for trial in range(trials):
        rows, hits = [], []
        for doc in range(25):
            chance = random.uniform(0.2, 1.0)
            own = [(str(doc), unit, "listening") for unit in range(4)]
            rows += own
            hits += [row for row in own if random.random() < chance]
        table = evaluate(notes(rows), notes(hits, "machine"), BOOK, repeats=200, seed=trial).measures
        line = table[(table["measure"] == "recall_micro") & (table["scope"] == "all")].iloc[0]
        covered += line["ci_low"] <= 0.6 <= line["ci_high"]
    assert 0.88 <= covered / trials <= 1.0


def test_a_thousand_samples_95_percent_and_the_first_seed_are_the_defaults(tmp_path):
    usual = {"repeats": 1000, "seed": 1}
    expected = evaluate(GOLD, PREDICTED, BOOK, confidence=0.95, **usual)
    assert "; 95 % bootstrap intervals" in expected.title
    pd.testing.assert_frame_equal(evaluate(GOLD, PREDICTED, BOOK).measures, expected.measures)
    for name, table in (("gold.csv", GOLD), ("predicted.csv", PREDICTED)):
        write_file(table, tmp_path / name)
    files = [tmp_path / "gold.csv"], tmp_path / "predicted.csv"
    pd.testing.assert_frame_equal(evaluate_files(*files).measures, expected.measures)
    fewer = evaluate(GOLD, PREDICTED, BOOK, repeats=30, seed=4)
    pd.testing.assert_frame_equal(evaluate_files(*files, repeats=30, seed=4).measures, fewer.measures)
    limits = ["measure", "value", "ci_low", "ci_high", "n"]
    people = pd.concat([GOLD, PREDICTED])
    for arguments, one in (({}, expected), ({"repeats": 30, "seed": 4}, fewer)):
        table = human_agreement(people, BOOK, **arguments)
        table = table[table["gold"] == "person"][limits].reset_index(drop=True)
        own = one.measures[(one.measures["scope"] == "all") & one.measures["measure"].isin(table["measure"])]
        pd.testing.assert_frame_equal(table, own[limits].reset_index(drop=True))
    write_file(PREDICTED.assign(coder="other", kind="human"), tmp_path / "other.csv")
    gold = [tmp_path / "gold.csv", tmp_path / "other.csv"]
    beside = evaluate_files(gold, files[1], coder="person", repeats=30, seed=4).comparison
    beside = beside[(beside["gold"] == "person") & (beside["coder"] == "other")][limits].reset_index(drop=True)
    pd.testing.assert_frame_equal(beside, table)


def test_the_title_says_the_confidence_of_the_intervals():
    for confidence, said in ((0.9, "; 90 % bootstrap"), (0.995, "; 99.5 % bootstrap")):
        assert said in evaluate(HAND_GOLD, HAND_GIVEN, BOOK, confidence=confidence, repeats=0).title
    assert evaluate(HAND_GOLD, pd.DataFrame(), BOOK, repeats=0).title.startswith("predicted against person (gold)")


def test_one_document_has_no_interval_and_says_so():
    found = evaluate(notes([("a", 0, "listening")]), notes([("a", 0, "listening")], "machine"), BOOK)
    assert found.measures["ci_low"].isna().all()
    assert "one document only: no interval" in found.notes


# ---- people and baselines --------------------------------------------------------------------------------


def test_people_agree_with_each_other_in_the_same_measures():
    both = pd.concat([HAND_GOLD, HAND_GIVEN.assign(coder="other", kind="human")])
    table = human_agreement(both, BOOK, predicted=HAND_GIVEN, repeats=0).set_index(["gold", "coder", "measure"])[
        "value"
    ]
    assert table["person", "other", "f1_micro"] == pytest.approx(4 / 7)
    assert table["other", "person", "f1_micro"] == pytest.approx(4 / 7)
    assert table["person", "other", "precision_micro"] == pytest.approx(table["other", "person", "recall_micro"])
    assert table["other", "machine", "f1_micro"] == 1.0


def test_people_are_compared_on_what_both_judged():
    # the other one went through 'a' only: the two codes of 'b' are no misses of theirs
    spans = pd.DataFrame(
        [(doc, 10 * n, 10 * n + 10) for doc in "ab" for n in range(4)], columns=["doc_id", "start", "end"]
    )
    other = HAND_GIVEN[HAND_GIVEN["doc_id"] == "a"].assign(coder="other", kind="human")
    units = {"person": spans, "other": spans[spans["doc_id"] == "a"]}
    both = pd.concat([HAND_GOLD, other])
    table = human_agreement(both, BOOK, units=units, repeats=0).set_index(["gold", "coder", "measure"])["value"]
    assert table["person", "other", "recall_micro"] == pytest.approx(1 / 2)
    # judged by all: a document without a code of theirs is a judgement too
    table = human_agreement(both, BOOK, units=spans, repeats=0).set_index(["gold", "coder", "measure"])["value"]
    assert table["person", "other", "recall_micro"] == pytest.approx(1 / 4)


def pairs_of(table):
    return list(dict.fromkeys(zip(table["gold"], table["coder"], strict=True)))


def test_every_pair_of_people_and_the_machine_against_each():
    people = pd.concat([HAND_GIVEN.assign(coder="zoe", kind="human"), HAND_GOLD])
    scores = scores_of(np.full((4, len(CODES)), 0.1), FULL_SPANS[:4])
    table = human_agreement(people, BOOK, predicted=HAND_GIVEN, scores=scores, repeats=0)
    assert pairs_of(table) == [("person", "zoe"), ("person", "machine"), ("zoe", "person"), ("zoe", "machine")]
    assert table[["difference", "difference_low", "difference_high"]].isna().all(axis=None)
    between = ["precision_micro", "recall_micro", "f1_micro", "f1_macro", "any_f1"]
    stances = [f"stance_{name}_{basis}" for basis in ("found", "gold") for name in ("accuracy", "f1_macro")]
    ranked = ["mean_average_precision", "top_1", "top_3", "any_auc", "brier", "ece"]
    for (gold, coder), part in table.groupby(["gold", "coder"]):
        expected = [*between, *(ranked if coder == "machine" else []), *stances]
        assert part["measure"].tolist() == expected, (gold, coder)
    assert pairs_of(human_agreement(people, BOOK, predicted=HAND_GIVEN.iloc[:0], repeats=0)) == [
        ("person", "zoe"), ("zoe", "person")
    ]  # fmt: skip


def test_codes_on_what_the_other_did_not_judge_are_no_misses():
    one, other = (
        notes([("a", 0, "listening"), ("a", 1, "trust_relationship")], "p"),
        notes([("a", 1, "trust_relationship")], "o"),
    )
    units = one[["doc_id", "start", "end"]]
    table = human_agreement(pd.concat([one, other]), BOOK, units={"p": units, "o": units.iloc[1:]}, repeats=0)
    found = table.set_index(["gold", "measure"])["value"]
    assert found["p", "f1_micro"] == found["o", "f1_micro"] == found["p", "recall_micro"] == 1
    inside = one.assign(start=[1, 10], end=[9, 20], quote=[SENTENCE[1:9], one["quote"].iloc[1]])
    table = human_agreement(pd.concat([inside, other]), BOOK, units={"p": units, "o": units.iloc[1:]}, repeats=0)
    assert (table.loc[table["measure"] == "f1_micro", "value"] == 1).all()


def test_the_row_of_another_text_is_that_of_the_table():
    gold = notes([("a", 0, "listening"), ("a", 1, "trust_relationship")], "p")
    told = notes([("a", 0, "trust_relationship")], "m").assign(quote="Otro texto")
    with pytest.raises(InputError, match="predicted, row 4: 'a' from 0 to 10 has the quote 'Otro texto'"):
        evaluate(gold, pd.concat([gold.assign(coder="o"), gold.iloc[:1], told]), BOOK, predicted_coder="m")


def test_people_without_a_document_in_common_are_no_pair():
    third = HAND_GOLD[HAND_GOLD["doc_id"] == "b"].assign(coder="third")
    people = pd.concat([HAND_GOLD[HAND_GOLD["doc_id"] == "a"], HAND_GIVEN.assign(coder="other"), third])
    found = pairs_of(human_agreement(people, BOOK, repeats=0))
    assert found == [("other", "person"), ("other", "third"), ("person", "other"), ("third", "other")]


def test_people_with_units_of_their_own_are_compared_on_those_of_both():
    spans = pd.DataFrame(FULL_SPANS, columns=["doc_id", "start", "end"])
    people = pd.concat([HAND_GOLD, HAND_GIVEN.assign(coder="other", kind="human")])
    first, second = spans.iloc[:2], spans.iloc[2:]
    for units, expected in (
        ({"person": spans, "other": second}, [1, 1 / 2]),
        ({"person": first, "other": spans}, [1 / 2, 1 / 2]),
        ({"person": first}, [1 / 2, 1 / 2]),
        ({"other": second}, [1, 1 / 2]),
        ({}, [2 / 3, 2 / 4]),
    ):
        table = human_agreement(people, BOOK, units=units, repeats=0).set_index(["gold", "coder", "measure"])
        values = [table.loc[("person", "other", measure), "value"] for measure in ("precision_micro", "recall_micro")]
        assert values == pytest.approx(expected)


def test_the_quotes_of_people_are_held_against_the_texts():
    posts = pd.DataFrame({"doc_id": ["a", "b"], "text": "Otro texto. " * 9})
    with pytest.raises(InputError, match="the quote 'Antes de h' is not the text of 'a'"):
        human_agreement(pd.concat([HAND_GOLD, HAND_GIVEN]), BOOK, posts=posts, repeats=0)


def test_people_may_be_compared_across_versions_when_asked_for():
    people = pd.concat([HAND_GOLD, HAND_GIVEN.assign(coder="other", codebook_version="1.0.0")])
    with pytest.raises(InputError, match=r"version 1\.0\.0 of the codebook, predicted with 1\.1\.0"):
        human_agreement(people, BOOK, repeats=0)
    assert len(pairs_of(human_agreement(people, BOOK, across_versions=True, repeats=0))) == 2


TEXTS = {
    "es/1": "Antes de hablar hay que escuchar a los clientes. El martes llovió en la plaza.",
    "it/2": "Prima di parlare bisogna ascoltare i clienti. Martedì pioveva in piazza.",
}


SMALL = """\
id: small
version: "1"
title: {es: Pequeño, it: Piccolo}
languages: [es, it]
codes:
  - id: listening
    name: {es: Escucha, it: Ascolto}
    definition: {es: Escuchar a los clientes., it: Ascoltare i clienti.}
    cues: {es: [{cue: escuchar}], it: [{cue: ascoltare}]}
  - id: weather
    name: {es: Tiempo, it: Meteo}
    definition: {es: Llueve o hace sol., it: Piove o c'è il sole.}
    cues: {es: [{cue: nieve}], it: [{cue: neve}]}
"""


def text_case(folder):
    """Texts, gold and prediction as files; the gold says listening for the first sentence of both texts."""
    (folder / "small.yaml").write_text(SMALL)
    rows = [{"doc_id": doc, "lang": doc[:2], "text": text} for doc, text in TEXTS.items()]
    (folder / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    cells = [(doc, 0, text.index(". ") + 1, text[: text.index(". ") + 1]) for doc, text in TEXTS.items()]
    gold = pd.DataFrame(cells, columns=["doc_id", "start", "end", "quote"])
    gold = gold.assign(
        codebook="cluetrain",
        codebook_version=BOOK.version,
        code="listening",
        stance="endorses",
        coder="person",
        kind="human",
    )
    write_file(gold, folder / "gold.jsonl")
    write_file(gold.iloc[:1].assign(coder="machine", kind="machine"), folder / "predicted.csv")
    return gold


def test_texts_are_coded_here_and_stand_beside_baselines(tmp_path, capsys):
    text_case(tmp_path)
    folder = tmp_path / "out"
    gold = pd.read_json(tmp_path / "gold.jsonl", lines=True)
    write_file(gold.assign(codebook="small", codebook_version="1"), tmp_path / "gold.jsonl")
    command = ["evaluate", "--gold", tmp_path / "gold.jsonl", "--texts", tmp_path / "texts.jsonl", "--method", "cues"]
    command += ["--codebook", tmp_path / "small.yaml"]
    assert main([*map(str, command), "--repeats", "20", "--output", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "2 documents, 4 units, 2 of them with a code in gold" in printed
    assert printed.startswith("machine:cues against person (gold)")
    comparison = pd.read_parquet(folder / "tables" / "comparison.parquet")
    values = comparison.set_index(["coder", "measure"])["value"]
    # 'listening' for all four sentences: two of four right, both found
    assert values["baseline:majority", "f1_micro"] == pytest.approx(2 * 2 / (4 + 2))
    assert values["baseline:cues", "f1_micro"] == pytest.approx(values["machine:cues", "f1_micro"])
    assert values["baseline:cues", "f1_micro"] == 1.0
    # the sentences about listening are nearer to its definition than those about rain
    assert values["baseline:zero-shot", "mean_average_precision"] == 1.0
    differences = comparison[comparison["coder"] == "baseline:cues"]["difference"]
    assert (differences.dropna() == 0).all() and len(differences.dropna())
    assert {file.name for file in (folder / "figures").iterdir()} >= {"codes.png", "reliability.svg"}
    assert "![codes](figures/codes.png)" in (folder / "evaluation.md").read_text()


def named_in_order(comparison):
    return list(dict.fromkeys(comparison["coder"]))


def baseline_case(folder, book=SMALL, langs=("es", "it"), scored=False):
    """The Spanish text is coded rightly; in the Italian one 'weather' is given for 'listening'."""
    (folder / "small.yaml").write_text(book)
    rows = []
    for doc_id, text in TEXTS.items():
        middle = text.index(". ") + 1
        rows += [(doc_id, 0, middle), (doc_id, middle + 1, len(text))]
    units = pd.DataFrame(rows, columns=["doc_id", "start", "end"])
    quotes = [TEXTS[doc_id][start:end] for doc_id, start, end in rows]
    coded = units.assign(quote=quotes, codebook="small", codebook_version="1", stance="endorses", coder="person")
    coded = coded.assign(kind="human", code=["listening", "weather", "listening", None])
    gold = coded.iloc[:3]
    posts = pd.DataFrame({"doc_id": list(TEXTS), "lang": langs, "text": list(TEXTS.values())})
    scores = units.merge(pd.DataFrame({"code": ["listening", "weather"]}), how="cross").assign(decided=False)
    scores["score"] = [0.9, 0.1, 0.2, 0.8, 0.1, 0.7, 0.1, 0.1]
    return evaluate(
        gold, gold.assign(code=["listening", "weather", "weather"], coder="machine"),
        load_codebook(folder / "small.yaml"), units=units, posts=posts,
        scores=scores if scored else None, baselines=True, repeats=200,
    )  # fmt: skip


def test_baselines_by_hand_and_the_lead_over_each(tmp_path):
    found = baseline_case(tmp_path)
    table = found.comparison
    assert pairs_of(table) == [
        ("person", coder) for coder in ("machine", "baseline:majority", "baseline:cues", "baseline:zero-shot")
    ]
    decided = ["precision_micro", "recall_micro", "f1_micro", "f1_macro"]
    stances = [f"stance_{name}_{basis}" for basis in ("found", "gold") for name in ("accuracy", "f1_macro")]
    ranked = [*decided, "mean_average_precision", "top_1", "top_3", "any_f1", "any_auc"]
    named = {coder: part["measure"].tolist() for coder, part in table.groupby("coder")}
    assert named["machine"] == [*decided, "any_f1", *stances]
    # of these only the shares in gold are meant as probabilities
    assert named["baseline:majority"] == [*ranked, "brier", "ece"]
    assert named["baseline:cues"] == named["baseline:zero-shot"] == ranked
    table = table.set_index(["coder", "measure"])
    shown = ["value", "n", "difference", "difference_low", "difference_high"]
    for coder, measure, expected in (
        ("machine", "f1_micro", [4 / 6, 3, NO, NO, NO]),
        # 'listening' four times: Spanish 1 - 1/2, Italian 0 - 2/3
        ("baseline:majority", "f1_micro", [4 / 7, 3, 4 / 6 - 4 / 7, -2 / 3, 1 / 2]),
        ("baseline:majority", "mean_average_precision", [(2 / 4 + 1 / 4) / 2, 2, NO, NO, NO]),
        ("baseline:majority", "brier", [(4 * 0.25 + 3 * 0.0625 + 0.5625) / 8, 8, NO, NO, NO]),
        # no word for the weather: Spanish 1 - 2/3, Italian 0 - 1
        ("baseline:cues", "f1_micro", [4 / 5, 3, 4 / 6 - 4 / 5, -1, 1 / 3]),
        ("baseline:cues", "precision_micro", [1, 2, 2 / 3 - 1, -1, 0]),
    ):
        assert table.loc[(coder, measure), shown].tolist() == pytest.approx(expected, nan_ok=True), (coder, measure)
    said = [note.split(":")[1] for note in found.notes if note.startswith("baseline:")]
    assert said == ["majority", "cues", "zero-shot"]
    assert any("majority: 'listening' for every unit" in note for note in found.notes)
    text = as_text(found)
    beside = cells(text, "Beside others, all measured against person")
    assert beside[0] == ["measure", *named_in_order(found.comparison)]
    assert beside[1][:3] == ["f1 micro", "0.67 0.00 to 1.00", "0.57 0.50 to 0.67"]
    assert next(row for row in beside if row[0] == "brier")[1:3] == ["–", "0.219 0.156 to 0.281"]
    ahead = cells(text, "machine minus the other")
    assert ahead[:3] == [
        ["other", "measure", "difference", "interval"],
        ["baseline:majority", "f1 micro", "0.10", "-0.67 to 0.50"],
        ["baseline:cues", "f1 micro", "-0.13", "-1.00 to 0.33"],
    ]
    assert len(ahead) == 4


def test_the_nearness_of_definitions_is_cut_where_the_micro_f1_of_these_units_is_best(tmp_path):
    table = baseline_case(tmp_path).comparison.set_index(["coder", "measure"])["value"]["baseline:zero-shot"]
    quotes = [quote for text in TEXTS.values() for quote in re.split(r"(?<=\.) ", text)]
    definitions = ["Escucha. Escuchar a los clientes.", "Ascolto. Ascoltare i clienti."]
    definitions += ["Tiempo. Llueve o hace sol.", "Meteo. Piove o c'è il sole."]
    cosine = (embed(quotes) @ embed(definitions).T).reshape(4, 2, 2).max(2)
    truth = np.array([[1, 0], [0, 1], [1, 0], [0, 0]])
    ranked = truth.ravel()[np.argsort(-cosine.ravel())]
    # at most 30 % of the eight pairs and the one at the cut are given a code
    assert table["f1_micro"] == pytest.approx(max(2 * ranked[:most].sum() / (most + 3) for most in (1, 2, 3)))
    precisions = [average_precision_score(truth[:, code], cosine[:, code]) for code in (0, 1)]
    assert table["mean_average_precision"] == pytest.approx(np.mean(precisions))
    assert table["any_auc"] == pytest.approx(roc_auc_score(truth.any(1), cosine.max(1)))


def test_a_language_that_is_not_coded_is_read_as_spanish_by_the_baseline_of_cues(tmp_path):
    table = baseline_case(tmp_path, langs=("es", "fr")).comparison.set_index(["coder", "measure"])
    assert table.loc[("baseline:cues", "f1_micro"), "value"] == pytest.approx(2 / (1 + 3))


def test_a_codebook_without_cues_has_no_baseline_of_them(tmp_path):
    found = baseline_case(tmp_path, "\n".join(line for line in SMALL.splitlines() if "cues:" not in line), scored=True)
    others = ["baseline:majority", "baseline:zero-shot"]
    assert named_in_order(found.comparison) == ["machine", *others]
    # listening: one of two first, the other at the last place of four: 1/2 + 1/2 x 2/4; weather: first
    lead = found.comparison.set_index(["coder", "measure"])["difference"]["baseline:majority"]
    assert lead["mean_average_precision"] == pytest.approx((3 / 4 + 1) / 2 - (2 / 4 + 1 / 4) / 2)
    ahead = cells(as_text(found), "machine minus the other")
    assert [row[:2] for row in ahead[1:]] == [
        [other, measure] for other in others for measure in ("f1 micro", "mean average precision")
    ]
    assert "| other | measure | difference | interval |\n| --- | --- | ---: | ---: |\n" in as_markdown(found)


# ---- files -----------------------------------------------------------------------------------------------


def people_files(folder):
    for name, table in (
        ("person.csv", HAND_GOLD),
        ("other.csv", HAND_GIVEN.assign(coder="other", kind="human")),
        ("predicted.csv", pd.concat([HAND_GIVEN, HAND_GOLD.assign(coder="second", kind="machine")])),
    ):
        write_file(table, folder / name)
    return [folder / "person.csv", folder / "other.csv"], folder / "predicted.csv"


def test_other_people_of_the_gold_files_stand_in_the_comparison(tmp_path):
    gold, predicted = people_files(tmp_path)
    found = evaluate_files(gold, predicted, coder="person", predicted_coder="machine", repeats=0)
    assert found.value("f1_micro") == pytest.approx(4 / 7)
    assert pairs_of(found.comparison) == [
        ("other", "person"), ("other", "machine"), ("person", "other"), ("person", "machine")
    ]  # fmt: skip
    values = found.comparison.set_index(["gold", "coder", "measure"])["value"]
    assert (values["other", "machine", "f1_micro"], values["person", "other", "recall_micro"]) == (1.0, 0.5)
    assert "what both of a pair judged" in found.notes[-1]
    alone = evaluate_files(gold[:1], predicted, predicted_coder="second", repeats=0)
    assert alone.title.startswith("second against person (gold), codebook cluetrain: 2 documents")
    assert alone.value("f1_micro") == 1.0 and not len(alone.comparison)
    assert not any("pair" in note for note in alone.notes)
    text = as_text(found)
    assert cells(text, "Beside others, all measured against other")[0] == ["measure", "person", "machine"]
    assert "minus the other" not in text


def test_files_of_scores_and_units_are_measured_with_what_they_say(tmp_path):
    gold, predicted = people_files(tmp_path)
    spans = pd.DataFrame(FULL_SPANS, columns=["doc_id", "start", "end"])
    write_file(spans, tmp_path / "units.csv")
    write_file(scores_of(np.full((5, len(CODES)), 0.1), FULL_SPANS), tmp_path / "scores.csv")
    arguments = {"predicted_coder": "machine", "repeats": 0}
    assert evaluate_files(gold[:1], predicted, units=tmp_path / "units.csv", **arguments).value("base_rate") == 4 / 5
    found = evaluate_files(gold[:1], predicted, scores=tmp_path / "scores.csv", **arguments)
    assert found.value("brier") == pytest.approx((4 * 0.81 + 66 * 0.01) / 70)
    write_file(pd.concat([HAND_GIVEN.assign(codebook_version="2"), HAND_GIVEN.iloc[:0]]), tmp_path / "new.csv")
    with pytest.raises(InputError, match=r"version 1\.1\.0 of the codebook, predicted with 2"):
        evaluate_files(gold[:1], tmp_path / "new.csv", repeats=0)
    assert evaluate_files(gold[:1], tmp_path / "new.csv", across_versions=True, repeats=0).value("recall_micro") == 0.5
    write_file(HAND_GIVEN[HAND_GIVEN["doc_id"] == "a"], tmp_path / "a.csv")
    recalls = [
        evaluate_files(gold[:1], tmp_path / "a.csv", documents=documents, repeats=0).value("recall_micro")
        for documents in ("gold", "common")
    ]
    assert recalls == [1 / 4, 1 / 2]


@pytest.fixture(scope="module")
def judged_folder(tmp_path_factory):
    """Two posts of two sentences: ana went through both, bea through the first only; all but one are coded."""
    folder = tmp_path_factory.mktemp("judged")
    for name in ("texts", "annotations"):
        (folder / name).mkdir()
    sentences = ["Antes de hablar hay que escuchar a los clientes.", "El martes llovió en la plaza."]
    for name in "ab":
        (folder / "texts" / f"{name}.md").write_text(f"---\nlang: es\n---\n{' '.join(sentences)}\n", encoding="utf-8")
    posts = load_posts(folder)
    units = [
        {"doc_id": doc_id, "start": text.index(quote), "end": text.index(quote) + len(quote)}
        for doc_id, text in posts[["doc_id", "text"]].to_numpy()
        for quote in sentences
    ]
    of_book = {"codebook": "cluetrain", "codebook_version": BOOK.version, "stance": "endorses", "kind": "human"}
    rows = [{**units[place], "quote": sentences[place % 2], "code": "listening", **of_book} for place in range(3)]
    files = {
        "sentences": units,
        "cluetrain_ana": [{**row, "coder": "ana"} for row in rows],
        "cluetrain_bea": [{**rows[0], "coder": "bea"}],
        "machine": [{**row, "coder": "machine", "kind": "machine"} for row in (rows[0], rows[2])],
    }
    for name, lines in files.items():
        write_file(pd.DataFrame(lines), folder / "annotations" / f"{name}.jsonl")
    ids = posts["doc_id"].tolist()
    covered = [("ana", ids[0]), ("ana", ids[1]), ("bea", ids[0])]
    lines = ["codebook,coder,doc_id", *(f"cluetrain,{who},{doc_id}" for who, doc_id in covered)]
    (folder / "annotations" / "coverage.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_a_corpus_folder_says_what_was_judged(judged_folder):
    names = ("cluetrain_ana", "cluetrain_bea", "machine")
    ana, bea, machine = (judged_folder / "annotations" / f"{name}.jsonl" for name in names)
    arguments = {"texts": judged_folder, "baselines": False, "repeats": 0}
    found = evaluate_files([ana], machine, **arguments)
    assert "2 documents, 4 units, 3 of them with a code in gold; 3 gold codes, 2 given" in found.title
    assert found.value("recall_micro") == pytest.approx(2 / 3)
    assert found.value("base_rate", "lang", "es") == 3 / 4
    # another person is measured on what that person went through
    assert "1 documents, 2 units, 2 of them with a code in gold" in evaluate_files([ana], bea, **arguments).title
    both = evaluate_files([ana, bea], machine, coder="ana", **arguments)
    values = both.comparison.set_index(["gold", "coder", "measure"])["value"]
    assert values["ana", "bea", "recall_micro"] == 1 / 2
    assert values["ana", "machine", "recall_micro"] == pytest.approx(2 / 3)
    assert values["bea", "machine", "precision_micro"] == 1.0
    # the machine went through what the chosen coder did
    bea_first = evaluate_files([ana, bea], machine, coder="bea", **arguments).comparison
    assert bea_first.set_index(["gold", "coder", "measure"])["value"]["ana", "machine", "recall_micro"] == 1 / 2
    beside = evaluate_files([ana, bea], machine, coder="ana", texts=judged_folder, repeats=0)
    assert pairs_of(beside.comparison) == [
        ("ana", "machine"), ("ana", "baseline:majority"), ("ana", "baseline:cues"), ("ana", "baseline:zero-shot"),
        ("ana", "bea"), ("bea", "ana"), ("bea", "machine"),
    ]  # fmt: skip
    # of another coder the folder does not say it
    write_file(pd.read_json(ana, lines=True).assign(coder="zoe"), judged_folder / "zoe.jsonl")
    assert UNKNOWN in " ".join(evaluate_files([judged_folder / "zoe.jsonl"], machine, **arguments).notes)
    units = pd.read_json(judged_folder / "annotations" / "sentences.jsonl", lines=True)
    write_file(units.iloc[2:], judged_folder / "few.jsonl")
    few = evaluate_files([ana], machine, units=judged_folder / "few.jsonl", **arguments)
    assert "1 documents, 2 units, 1 of them with a code in gold; 1 gold codes, 1 given" in few.title


def test_texts_are_coded_in_the_units_that_were_judged_with_the_cut_that_was_asked_for(judged_folder):
    gold = [judged_folder / "annotations" / "cluetrain_ana.jsonl"]
    arguments = {"texts": judged_folder, "method": "cues", "baselines": False, "repeats": 0}
    own, high = (evaluate_files(gold, cut=cut, **arguments).title for cut in (None, 1.0))
    assert own.startswith("machine:cues against ana (gold)") and " 4 units, " in own and " 0 given;" not in own
    assert " 4 units, " in high and " 0 given;" in high
    usual = evaluate_files(gold, texts=judged_folder, baselines=False, repeats=0)
    assert usual.title.startswith("machine:hybrid against ana (gold)")


def test_the_stable_form_writes_the_measures(tmp_path, capsys):
    text_case(tmp_path)
    command = ["evaluate", "--gold", tmp_path / "gold.jsonl", "--predicted", tmp_path / "predicted.csv"]
    assert main([*map(str, command), "--output", str(tmp_path / "m.csv")]) == 0
    table = pd.read_csv(tmp_path / "m.csv").set_index(["measure", "scope"])
    assert table.loc[("recall_micro", "all"), "value"] == 0.5
    assert list(table.columns) == ["of", "value", "ci_low", "ci_high", "n"]
    assert "recall micro" in capsys.readouterr().out


def test_numbers_in_csv_stay_names(tmp_path):
    gold = notes([("007", 0, "listening")], version="1.10")
    for name in ("gold.csv", "predicted.csv"):
        write_file(gold, tmp_path / name)
    found = evaluate_files([tmp_path / "gold.csv"], tmp_path / "predicted.csv")
    assert found.value("f1_micro") == 1.0


# ---- bad input -------------------------------------------------------------------------------------------

G, P = HAND_GOLD, HAND_GIVEN
BAD = {
    "empty gold": ({"gold": G.iloc[:0]}, "gold: holds no annotation"),
    "other codebook": ({"predicted": P.assign(codebook="groundswell")}, "is of codebook 'groundswell', expected 'cl"),
    "other version": ({"predicted": P.assign(codebook_version="1.0.0")}, "version 1.1.0 .* predicted with 1.0.0; code"),
    "unknown code": ({"gold": G.assign(code="lisening")}, "row 1: .* no code 'lisening'; did you mean 'listening'"),
    "no common document": ({"predicted": P.assign(doc_id=["z", "z", "y"])}, "common: gold has 'a' .* 'y' and others"),
    "twice": ({"predicted": pd.concat([P, P])}, "predicted, row 4: 'listening' was given .* in row 1 already"),
    "several coders": (
        {"gold": pd.concat([G, G.assign(coder="second")])},
        r"gold: holds 2 coders \(person, second\); choose one with coder",
    ),
    "no such coder": ({"coder": "secnd", "gold": G.assign(coder="second")}, "no coder 'secnd'; did you mean 'second'"),
    "scores beyond 1": ({"scores": SCORES.assign(score=1.5)}, "row 1, column 'score': got 1.5, rule: at most 1"),
    "incomplete scores": ({"scores": SCORES.iloc[1:]}, "has 13 of the 14 codes of 'cluetrain'"),
    "unknown code in scores": ({"scores": SCORES.replace({"code": {CODES[0]: "x"}})}, "no code 'x' in 'cluetrain'"),
    "quote of another text": (
        {"posts": pd.DataFrame({"doc_id": ["a", "b"], "text": ["Otro texto. " * 9] * 2})},
        "gold, row 1: the quote 'Antes de h' is not the text of 'a' from 0 to 10",
    ),
    "other text": ({"predicted": P.assign(quote="abcdefghij")}, "has the quote 'abcdefghij', in gold 'Antes de h'"),
    "positions in bytes": ({"gold": G.assign(end=G["end"] + 2)}, "quote has 10 characters, start 0 and end 12 span 12"),
    "units twice": (
        {"units": pd.DataFrame({"doc_id": ["a", "a"], "start": 0, "end": 9})},
        "units, row 2: 'a' from 0 to 9 stands there a second time",
    ),
    "documents": ({"documents": "comon"}, "documents: got 'comon'; did you mean 'common'"),
    "confidence": ({"confidence": 95}, "allowed are 0 to 1"),
    "baselines without text": ({"baselines": True}, "baselines: the text of 'a' is needed"),
    "no confidence": ({"confidence": 0}, "confidence 0 and repeats 0: allowed are 0 to 1"),
    "all confidence": ({"confidence": 1}, "confidence 1 and repeats 0: allowed are 0 to 1"),
    "repeats": ({"repeats": -1}, "repeats -1: allowed are .* 0 upwards"),
    "posts without documents": ({"posts": pd.DataFrame({"text": ["x"]})}, "posts: the column 'doc_id' is missing"),
    "units without end": (
        {"units": pd.DataFrame({"doc_id": ["a"], "start": 0})},
        "units: the column 'end' is missing; they need doc_id, start, end",
    ),
    "no units": ({"units": pd.DataFrame({"doc_id": [], "start": [], "end": []})}, "units: the table is empty"),
    "units outside the text": (
        {
            "units": pd.DataFrame({"doc_id": ["a", "b"], "start": 0, "end": [10, 5000]}),
            "posts": pd.DataFrame({"doc_id": ["a", "b"], "text": SENTENCE * 40}),
        },
        "units, row 2: end 5000 lies outside the text of 'b'",
    ),
    "units without gold": (
        {
            "units": pd.DataFrame({"doc_id": ["z"], "start": 0, "end": 10}),
            "predicted": pd.concat([P, notes([("z", 0, "listening")], "machine")]),
        },
        "gold and predicted have no coded document in common",
    ),
    "several predicted coders": (
        {"predicted": pd.concat([P, P.assign(coder="third")])},
        r"predicted: holds 2 coders \(machine, third\); choose one with predicted_coder",
    ),
    "no such predicted coder": ({"predicted_coder": "machin"}, "predicted: has no coder 'machin'; did you mean 'mach"),
    "row of a chosen coder": (
        {"gold": pd.concat([G, G.assign(coder="second", code=["listening", "x", "x", "x"])]), "coder": "second"},
        "gold, row 6: codebook 'cluetrain' has no code 'x'",
    ),
    "two versions on both sides": (
        {
            "gold": G.assign(codebook_version=["1.1.0", "1.0.0"] * 2),
            "predicted": P.assign(codebook_version=["1.0.0", "1.1.0", "1.1.0"]),
        },
        "version 1.0.0 and 1.1.0 of the codebook, predicted with 1.0.0 and 1.1.0",
    ),
    "incomplete scores of a later passage": (
        {"scores": SCORES.drop(index=[14 + 3, 14 + 5, 28])},
        "scores: 'it/0' from 10 to 20 has 12 of the 14 codes",
    ),
    "row of an unknown code in scores": (
        {"scores": SCORES.assign(code=[*CODES[:2], "x", "y", *SCORES["code"][4:]])},
        "scores, row 3: no code 'x' in 'cluetrain'",
    ),
    "no rows and not the columns": ({"predicted": P.iloc[:0].drop(columns="code")}, "the column 'code' is missing"),
    "predicted quote of another text": (
        {
            "predicted": P.assign(quote=[P["quote"][0], "abcdefghij", P["quote"][2]]),
            "posts": pd.DataFrame({"doc_id": ["a", "b"], "text": SENTENCE * 40}),
        },
        "predicted, row 2: the quote 'abcdefghij' is not the text of 'a' from 10 to 20",
    ),
    "row of another text": (
        {"predicted": P.assign(quote=[P["quote"][0], "abcdefghij", P["quote"][2]])},
        "predicted, row 2: 'a' from 10 to 20 has the quote 'abcdefghij'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_compared_is_refused_in_one_sentence(change, message):
    arguments = {"gold": G, "predicted": P, "repeats": 0, **change}
    with pytest.raises(InputError, match=message) as error:
        evaluate(arguments.pop("gold"), arguments.pop("predicted"), BOOK, **arguments)
    assert "\n" not in str(error.value)


A_ONLY = P[P["doc_id"] == "a"]
STRAY = pd.concat([P, notes([("z", 0, "listening")], "machine")])
UNKNOWN, ONE = "units without a code are unknown", "one document only"
SAID = {
    "two codings": ({}, [UNKNOWN]),
    "a version is missing": ({"predicted": P.assign(codebook_version=None)}, ["versions are not given on", UNKNOWN]),
    "nothing given": ({"predicted": pd.DataFrame()}, ["2 documents of gold .* their 4 codes count as missed", UNKNOWN]),
    "a document not coded": (
        {"predicted": A_ONLY},
        ["1 documents of gold do not occur in the predicted coding: their 2 codes count as missed", UNKNOWN],
    ),
    "a document beyond gold": (
        {"predicted": STRAY},
        ["1 documents of the predicted coding are left out: gold has no row for them", UNKNOWN],
    ),
    "common documents": (
        {"predicted": STRAY[STRAY["doc_id"] != "b"], "documents": "common"},
        ["only the 1 documents that both", UNKNOWN, ONE],
    ),
    "common documents of more units": (
        {
            "predicted": STRAY,
            "documents": "common",
            "units": pd.DataFrame([*FULL_SPANS, ("z", 0, 10)], columns=["doc_id", "start", "end"]),
        },
        ["only the 2 documents that both"],
    ),
    "units of one document": (
        {"units": pd.DataFrame({"doc_id": "a", "start": [0, 10], "end": [10, 20]})},
        [
            "1 documents of the predicted coding are left out: no unit lies in them",
            "1 documents of gold are left out: no unit lies in them",
            ONE,
        ],
    ),
    "scores": ({"scores": scores_of(SURE, FULL_SPANS[:4])}, ["units are the spans of the scores"]),
    "scores of another cut": (
        {"scores": scores_of(SURE, FULL_SPANS[:4], cut=0.95)},
        ["units are the spans of the scores", "0 codes are decided in scores, 3 are given in predicted"],
    ),
    "scores and units": (
        {
            "scores": scores_of(SURE, FULL_SPANS[:4], cut=0.95),
            "units": pd.DataFrame(FULL_SPANS[:4], columns=["doc_id", "start", "end"]),
        },
        [],
    ),
    "no stances": (
        {"scores": scores_of(SURE, FULL_SPANS[:4], stance=None), "predicted": P.assign(stance=None)},
        ["units are the spans of the scores", "suggests no stance"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), SAID.values(), ids=SAID)
def test_what_has_to_be_read_with_the_figures_is_said_and_nothing_else(change, expected):
    arguments = {"predicted": P, "repeats": 0, **change}
    found = evaluate(G, arguments.pop("predicted"), BOOK, **arguments)
    assert len(found.notes) == len(expected), found.notes
    for note, pattern in zip(found.notes, expected, strict=True):
        assert re.search(pattern, note), note


def test_versions_may_differ_when_asked_for():
    found = evaluate(G, P.assign(codebook_version="1.0.0"), BOOK, across_versions=True, repeats=0)
    assert "gold was coded with version 1.1.0 of the codebook, predicted with 1.0.0" in found.notes


def test_a_coder_that_gave_nothing_is_measured():
    found = evaluate(G, pd.DataFrame(), BOOK, repeats=0)
    assert found.value("f1_micro") == 0 and np.isnan(found.value("precision_micro"))


WRONG = {
    "nothing to evaluate": (["--gold", "gold.jsonl"], "give --predicted FILE, or --texts INPUT"),
    "no such file": (["--gold", "no.jsonl", "--predicted", "predicted.csv"], "no.jsonl: no such file."),
    "suffix": (["--gold", "gold.xlsx", "--predicted", "predicted.csv"], "gold.xlsx: cannot read '.xlsx'"),
    "output": (
        ["--gold", "gold.jsonl", "--predicted", "predicted.csv", "--output", "a.pdf"],
        "a.pdf: cannot write '.pdf'; end in .csv",
    ),
    "over the gold": (
        ["--gold", "gold.jsonl", "--predicted", "predicted.csv", "--output", "gold.jsonl"],
        "gold.jsonl: is one of the inputs",
    ),
    "coders": (
        ["--gold", "gold.jsonl", "predicted.csv", "--predicted", "predicted.csv"],
        "gold: holds 2 coders (machine, person); choose one with --coder.",
    ),
    "not a table": (["--gold", "broken.jsonl", "--predicted", "predicted.csv"], "broken.jsonl, line 1: not JSON"),
    "column": (["--gold", "bare.csv", "--predicted", "predicted.csv"], "bare.csv: annotations: the column"),
    "method": (["--gold", "gold.jsonl", "--texts", "texts.jsonl", "--method", "cuse"], "'cuse'"),
    "codebook": (["--gold", "other.jsonl", "--predicted", "other.jsonl"], "gold names 'mine'; give --codebook"),
    "scores alone": (["--gold", "gold.jsonl", "--texts", "texts.jsonl", "--scores", "s.csv"], "--scores needs --pred"),
    "text not there": (
        ["--gold", "far.jsonl", "--texts", "texts.jsonl"],
        "texts.jsonl: 1 of the coded documents are not there, the first is 'far'",
    ),
    "quote of a file": (["--gold", "shifted.jsonl", "--texts", "texts.jsonl"], "shifted.jsonl, row 2: the quote 'xxx"),
    "no gold": (["--gold", "none.csv", "--predicted", "predicted.csv"], "none.csv: holds no annotation"),
    "codebooks": (["--gold", "gold.jsonl", "other.jsonl", "--predicted", "predicted.csv"], "'cluetrain' and 'mine'"),
    "code of a file": (["--gold", "odd.csv", "--predicted", "predicted.csv"], "odd.csv, row 2: codebook 'cluetrain'"),
    "predicted coders": (
        ["--gold", "gold.jsonl", "--predicted", "both.csv"],
        "both.csv: holds 2 coders (machine, third); choose one with --predicted-coder.",
    ),
    "scores of a file": (
        ["--gold", "gold.jsonl", "--predicted", "predicted.csv", "--scores", "scores.csv"],
        "scores.csv: scores: 'it/0' from 0 to 10 has 13 of the 14 codes",
    ),
    "supervised": (["--gold", "gold.jsonl", "--texts", "texts.jsonl", "--method", "supervised"], "with --units FILE"),
    "coded already": (
        ["--gold", "gold.jsonl", "--predicted", "predicted.csv", "--method", "cues"],
        "--method and --cut say how the texts are coded",
    ),
    "cut already": (
        ["--gold", "gold.jsonl", "--predicted", "predicted.csv", "--cut", "0.5"],
        "--method and --cut say how the texts are coded",
    ),
    "whose prediction": (
        ["--gold", "gold.jsonl", "--texts", "texts.jsonl", "--predicted-coder", "machine"],
        "--predicted-coder names a coder of --predicted FILE; give that too.",
    ),
    "gold twice": (
        ["--gold", "gold.jsonl", "--gold", "other.jsonl", "--predicted", "predicted.csv"],
        "'cluetrain' and 'mine'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_status_2_with_one_sentence(arguments, message, tmp_path, capsys, monkeypatch):
    gold = text_case(tmp_path)
    write_file(gold.assign(codebook="mine"), tmp_path / "other.jsonl")
    write_file(gold.iloc[:1].assign(doc_id="far"), tmp_path / "far.jsonl")
    write_file(gold.iloc[:0], tmp_path / "none.csv")
    write_file(gold.assign(code=["listening", "odd"]), tmp_path / "odd.csv")
    write_file(gold.assign(quote=[gold["quote"][0], "x" * len(gold["quote"][1])]), tmp_path / "shifted.jsonl")
    write_file(gold.assign(coder=["machine", "third"]), tmp_path / "both.csv")
    write_file(SCORES.iloc[1:], tmp_path / "scores.csv")
    (tmp_path / "broken.jsonl").write_text("{")
    (tmp_path / "bare.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("toolkit: ") and said.err.count("\n") == 1
    assert message in said.err
    assert said.out == ""


# ---- to read ---------------------------------------------------------------------------------------------


def test_markdown_explains_its_measures_and_texts_cannot_break_out():
    text = "a|b <script>\x1b[31m" * 3
    posts = pd.DataFrame({"doc_id": ["a"], "text": [text]})
    rows = pd.DataFrame([("a", 0, 20, text[:20])], columns=["doc_id", "start", "end", "quote"])
    gold = rows.assign(
        codebook="cluetrain", codebook_version="1", code="listening", stance=None, coder="p", kind="human"
    )
    found = evaluate(gold, gold.assign(code="community", coder="m"), BOOK, posts=posts, repeats=0)
    page = as_markdown(found)
    assert "- f1 micro: 2 x hits" in page
    assert "<script>" not in page and "a\\|b" in page
    assert "\x1b" not in page + as_text(found)


def cells(text, heading):
    """The rows of one table of the text, split into cells."""
    lines = text.splitlines()
    first = next(row for row, line in enumerate(lines) if line.startswith(heading)) + 1
    return [re.split(r" {2,}", line.strip()) for line in "\n".join(lines[first:]).split("\n\n")[0].splitlines()]


def test_the_text_prints_the_measures_with_two_digits_and_small_ones_with_three():
    found = full(posts=pd.DataFrame({"doc_id": ["a", "b"], "lang": ["es", "it"]}))
    text = as_text(found)
    assert text.splitlines()[0] == found.title
    assert [line.removeprefix("  note: ") for line in text.splitlines() if "note: " in line] == list(found.notes)
    assert cells(text, "All codes") == [
        ["measure", "value", "interval", "n"],
        ["precision micro", "0.50", "–", "4"],
        ["recall micro", "0.50", "–", "4"],
        ["f1 micro", "0.50", "–", "4"],
        ["precision macro", "0.22", "–", "3"],
        ["recall macro", "0.33", "–", "3"],
        ["f1 macro", "0.27", "–", "3"],
        ["any or none, F1", "0.75", "–", "4"],
        ["base rate", "0.80", "–", "5"],
        ["mean average precision", "0.27", "–", "3"],
        ["top 1", "0.00", "–", "4"],
        ["top 3", "0.00", "–", "4"],
        ["any or none, AUC", "0.50", "–", "5"],
        ["brier", "0.056", "–", "70"],
        ["ece", "0.043", "–", "70"],
        ["unsure", "0.20", "–", "70"],
        ["f1 micro sure", "0.57", "–", "3"],
        ["stance accuracy found", "0.50", "–", "2"],
        ["stance f1 macro found", "0.33", "–", "2"],
        ["stance accuracy gold", "0.75", "–", "4"],
        ["stance f1 macro gold", "0.56", "–", "4"],
    ]
    assert cells(text, "By code") == [
        ["code", "gold", "f1", "interval", "precision", "recall", "average precision", "base rate"],
        ["listening", "2", "0.80", "–", "0.67", "1.00", "0.40", "0.40"],
        ["transparency", "0", "0.00", "–", "0.00", "–", "–", "0.00"],
        ["community", "1", "0.00", "–", "–", "0.00", "0.20", "0.20"],
        ["cocreation", "1", "0.00", "–", "–", "0.00", "0.20", "0.20"],
    ]
    assert cells(text, "By stance") == [
        ["stance", "gold", "f1", "interval", "precision", "recall", "code recall"],
        ["endorses", "2", "1.00", "–", "1.00", "1.00", "0.00"],
        ["breach", "1", "0.67", "–", "0.50", "1.00", "1.00"],
        ["rejects", "1", "0.00", "–", "–", "0.00", "1.00"],
    ]
    langs = cells(text, "By language")
    assert langs[0] == ["measure", "es", "it", "es-it"]
    assert [row[0] for row in langs[1:]] == [
        "f1 micro", "f1 macro", "mean average precision", "top 1", "top 3", "any or none, F1", "any or none, AUC",
        "brier", "ece", "stance f1 macro gold", "stance f1 macro found",
    ]  # fmt: skip
    assert langs[2] == ["f1 macro", "0.33 –", "0.50 –", "-0.17 –"]
    assert langs[8] == ["brier", "0.067 –", "0.048 –", "0.019 –"]
    assert cells(text, "Reliability") == [
        ["probability", "mean", "observed", "interval", "n"],
        ["0.100 to 0.100", "0.100", "0.057", "–", "70"],
    ]
    assert cells(text, "Most frequent confusions of codes") == [
        ["gold", "predicted", "n"],
        ["community", "listening", "1"],
    ]
    assert cells(text, "Most frequent confusions of stances") == [
        ["gold", "predicted", "n"],
        ["rejects", "breach", "1"],
    ]


def test_intervals_and_thousands_are_printed():
    gold = notes([("a", 0, "listening"), ("b", 0, "listening")])
    units = pd.DataFrame({"doc_id": "a", "start": range(0, 12000, 10)}).assign(end=lambda table: table["start"] + 10)
    units = pd.concat([units, pd.DataFrame({"doc_id": ["b"], "start": 0, "end": 10})], ignore_index=True)
    found = evaluate(gold, gold.iloc[:1].assign(coder="machine"), BOOK, units=units, repeats=200)
    assert "2 documents, 1,201 units, 2 of them" in found.title
    rows = {row[0]: row[1:] for row in cells(as_text(found), "All codes")}
    assert rows["recall micro"] == ["0.50", "0.00 to 1.00", "2"]
    assert rows["base rate"] == ["0.00", "0.00 to 1.00", "1,201"]


def test_stances_that_were_not_suggested_are_confusions_and_missing_codes_are_not():
    text = as_text(evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=0))
    assert cells(text, "Most frequent confusions of stances")[1:] == [
        ["endorses", "(none)", "2"],
        ["rejects", "breach", "1"],
    ]
    assert "cocreation  (none)" not in text and "Reliability" not in text and "Beside others" not in text


def test_a_terminal_shows_five_confusions_and_errors_and_markdown_twenty(whole):
    text, page = as_text(whole), as_markdown(whole)
    assert (text.count("; given: "), page.count("; given: ")) == (10, 40)
    part = whole.confusion[whole.confusion["kind"] == "code"]
    part = part[(part["gold"] != part["predicted"]) & ~part[["gold", "predicted"]].isin(["(none)"]).any(axis=1)]
    most = sorted((-row.n, row.gold, row.predicted) for row in part.itertuples())
    few = cells(text, "Most frequent confusions of codes")[1:]
    assert few == [[gold, predicted, str(-n)] for n, gold, predicted in most[:5]]
    rows = page.split("## Most frequent confusions of codes")[1].split("\n\n")[1].splitlines()
    assert rows[:2] == ["| gold | predicted | n |", "| --- | --- | ---: |"]
    assert rows[2:] == [f"| {gold} | {predicted} | {-n} |" for n, gold, predicted in most[:20]]
    bins = cells(text, "Reliability")[1:]
    assert len(bins) == (whole.reliability["bins"] == "equal hits").sum()
    assert all(re.fullmatch(r"\d\.\d{3} to \d\.\d{3}", row[place]) for row in bins for place in (0, 3))
    surest = whole.errors.iloc[0]
    line = f"{surest['code']} {surest['score']:.2f}, {surest['doc_id']} {surest['start']}-{surest['end']}: «"
    assert f"\nSurest false positives\n  {line}" in text and f"\n## Surest false positives\n\n- {line}" in page
    assert text.split("Surest misses\n")[1].count("; given: ") == 5
    assert "Surest" not in as_text(evaluate(GOLD, GOLD, BOOK, repeats=0))


def test_markdown_explains_the_measures_that_are_there_and_no_others():
    page = as_markdown(evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=0))
    told = [line[2:].split(":")[0] for line in page.split("## What the measures are")[1].splitlines() if line]
    assert told == [
        "precision micro", "recall micro", "f1 micro", "precision macro", "recall macro", "f1 macro",
        "any or none, F1", "stance accuracy found", "stance f1 macro found", "stance accuracy gold",
        "stance f1 macro gold", "precision", "recall", "f1", "code recall",
    ]  # fmt: skip
    assert "## All codes\n\n| measure | value | interval | n |\n| --- | ---: | ---: | ---: |\n" in page
    assert "| f1 micro | 0.57 | – | 4 |" in page


@pytest.mark.parametrize(("length", "end"), [(110, "x»"), (111, "x…»")])
def test_long_quotes_are_cut_and_their_lines_joined(length, end):
    quote = "a \n b" + "x" * (length - 3)
    gold = notes([("a", 0, "listening")])
    row = gold.assign(doc_id="a", start=500, end=500 + len(quote), quote=quote, code="community", coder="machine")
    text = as_text(evaluate(gold, row, BOOK, repeats=0))
    shown = text.split("«")[1]
    assert shown.startswith("a bxx") and shown.index("»") == 110 and f"{end} gold: (none); given: community" in shown


EVIDENCE = {
    "cues": ({"cues": [{"quote": "hay que"}, {"cue": "oír"}, {"cue": "hay que"}]}, " [cues: hay que, oír]"),
    "example": ({"examples": [{"id": "e1", "similarity": 0.71}, {"id": "e2"}]}, " [nearest example: e1 (0.71)]"),
    "both": (
        {"cues": [{"cue": "oír"}], "examples": [{"id": "e1", "similarity": 0.5}]},
        " [cues: oír; nearest example: e1 (0.5)]",
    ),
    "another thing": (["cues"], ""),
    "other parts": ({"cues": "oír", "examples": [7]}, ""),
    "not JSON": (None, ""),
}


@pytest.mark.parametrize(("evidence", "said"), EVIDENCE.values(), ids=EVIDENCE)
def test_an_error_is_shown_with_what_led_to_it(evidence, said):
    gold = notes([("a", 0, "listening")])
    told = "{broken" if evidence is None else json.dumps(evidence)
    given = notes([("a", 0, "listening"), ("a", 1, "community")], "machine").assign(score=0.5, evidence=[None, told])
    line = next(line for line in as_text(evaluate(gold, given, BOOK, repeats=0)).splitlines() if "«" in line)
    assert (
        line
        == f"  community 0.50, a 10-20: «{SENTENCE[10:20].strip()}» gold: (none); given: community (endorses){said}"
    )


def test_an_evaluation_shows_its_overall_measures_and_notes():
    found = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=0)
    names = found.measures[found.measures["scope"] == "all"]["measure"].tolist()
    printed = repr(found)
    assert re.search(r"^measure +value +ci_low +ci_high +n$", printed, re.MULTILINE)
    assert re.search(r"^f1_micro +0\.571 +4$", printed, re.MULTILINE)
    assert [line.split()[0] for line in printed.splitlines() if line.startswith(tuple(names))] == names
    for shown in (printed, found._repr_html_()):
        shown = " ".join(shown.split())
        assert "2 documents, 4 units, 4 of them with a code in gold; 4 gold codes, 3 given" in shown
        assert UNKNOWN in shown and "stance_f1_macro_gold" in shown and "code_recall" not in shown
    assert "0,571" in repr(show(found, lang="es"))


def test_columns_of_the_text_are_aligned(whole):
    lines = as_text(whole).split("All codes\n")[1].split("\n\n")[0].splitlines()
    assert len({len(line) for line in lines}) == 1


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_codes_are_drawn_best_first_with_their_number(whole):
    ax = plots.code_f1(whole.measures)
    f1 = whole.measures[(whole.measures["scope"] == "code") & (whole.measures["measure"] == "f1")]
    best = f1.sort_values("value", ascending=False).iloc[0]
    assert labels(ax.yaxis)[0] == f"{best['of']}  ({best['n']})"
    assert len(labels(ax.yaxis)) == len(f1)


def test_the_confusion_figure_has_the_counts_of_the_table():
    table = evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=0).confusion
    ax = plots.confusion(table)
    assert labels(ax.yaxis) == ["listening", "community", "cocreation"]
    assert labels(ax.xaxis)[-1] == "(none)"
    assert sorted(text.get_text() for text in ax.texts if text.get_text()) == ["1", "1", "2"]
    assert plots.confusion(table, "stance").get_ylabel() == "gold"


def test_the_reliability_figure_has_a_point_per_bin(whole):
    ax = plots.reliability(whole.reliability)
    part = whole.reliability[whole.reliability["bins"] == "equal hits"]
    assert ax.lines[1].get_xydata().tolist() == part[["mean", "observed"]].to_numpy().tolist()
    given = pyplot.figure().add_subplot()
    assert plots.reliability(whole.reliability, "equal n", ax=given) is given


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda found: plots.reliability(found.reliability), "needs an evaluation with scores"),
        (lambda found: plots.confusion(found.confusion, "colour"), "no rows of kind 'colour'"),
        (lambda found: plots.code_f1(found.measures.iloc[:0]), "no F1 of a code"),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, message):
    with pytest.raises(InputError, match=message):
        draw(evaluate(HAND_GOLD, HAND_GIVEN, BOOK, repeats=0))


def test_stances_of_the_contract_are_those_of_the_measures():
    rows = [("a", unit, "listening", stance) for unit, stance in enumerate(STANCES)]
    found = evaluate(notes(rows), notes(rows, "machine"), BOOK, repeats=0)
    assert [found.value("f1", "stance", stance) for stance in STANCES] == [1.0] * 4
