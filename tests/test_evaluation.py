import json

import matplotlib
import numpy as np
import pandas as pd
import pytest
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
from toolkit.errors import InputError
from toolkit.evaluation import as_markdown, as_text, evaluate, evaluate_files, human_agreement
from toolkit.evaluation.measures import mass_bins
from toolkit.evaluation.ranking import average_precision, roc_auc
from toolkit.storage import write_file
from toolkit.tables import STANCES

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
        "units, row 2: .* stands there a second time",
    ),
    "documents": ({"documents": "comon"}, "documents: got 'comon'; did you mean 'common'"),
    "confidence": ({"confidence": 95}, "allowed are 0 to 1"),
    "baselines without text": ({"baselines": True}, "baselines: the text of 'a' is needed"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_compared_is_refused_in_one_sentence(change, message):
    arguments = {"gold": G, "predicted": P, "repeats": 0, **change}
    with pytest.raises(InputError, match=message) as error:
        evaluate(arguments.pop("gold"), arguments.pop("predicted"), BOOK, **arguments)
    assert "\n" not in str(error.value)


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
    "text not there": (["--gold", "far.jsonl", "--texts", "texts.jsonl"], "1 of the coded documents are not there"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_status_2_with_one_sentence(arguments, message, tmp_path, capsys, monkeypatch):
    gold = text_case(tmp_path)
    write_file(gold.assign(codebook="mine"), tmp_path / "other.jsonl")
    write_file(gold.iloc[:1].assign(doc_id="far"), tmp_path / "far.jsonl")
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
