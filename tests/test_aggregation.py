"""Several codings made one: by majority, and weighing coders by their errors (Dawid & Skene 1979)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import SHARED
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.reliability.aggregation import dawid_skene, majority
from toolkit.reliability.error_rates import error_table, estimate_error_rates, majority_labels, rating_counts
from toolkit.reliability.ratings import Ratings
from toolkit.tables import check

PATIENTS = json.loads((Path(__file__).parent / "cases" / "aggregation_dawid_skene1979.json").read_text("utf-8"))


def counts_of(items, labels):
    """(U, m, L) from items of lists of ratings per coder."""
    counts = np.zeros((len(items), len(items[0]), len(labels)))
    for unit, row in enumerate(items):
        for coder, given_labels in enumerate(row):
            for label in given_labels:
                counts[unit, coder, labels.index(label)] += 1
    return counts


def binary(ratings):
    """Counts of ratings 0 and 1, -1 not judged."""
    return (np.asarray(ratings)[:, :, None] == np.arange(2)).astype(float)


# ---- the data of 1979 ------------------------------------------------------------------------------------


def test_the_patients_of_dawid_and_skene():
    counts = counts_of([line.split(" ") for line in PATIENTS["ratings"]], list("1234"))
    found = estimate_error_rates(counts)
    assert "".join(str(label + 1) for label in found.posterior.argmax(1)) == PATIENTS["labels"]
    assert found.shares == pytest.approx(PATIENTS["shares"], abs=5e-4)
    certain = [place for place in range(45) if str(place + 1) not in PATIENTS["between"]]
    assert (found.posterior[certain].max(1) > 0.9999).all()
    for patient, expected in PATIENTS["between"].items():
        assert found.posterior[int(patient) - 1] == pytest.approx(expected, abs=5e-4)
    assert found.confusion == pytest.approx(np.array(PATIENTS["rates"]), abs=5e-4)
    assert found.log_likelihood[-1] == pytest.approx(PATIENTS["log_likelihood"], abs=1e-3)
    assert found.settled
    # 45 patients, each rated once by observers 2-5 and three times by the first
    assert found.ratings.sum(1) == pytest.approx([135, 45, 45, 45, 45])


def test_the_file_of_1979():
    path = SHARED / "agreement" / "dawid_skene1979.json"
    if not path.is_file():
        pytest.skip("the files of published examples (../shared/agreement) are not on this machine")
    file = json.loads(path.read_text(encoding="utf-8"))
    found = estimate_error_rates(counts_of(file["data"]["items"], file["data"]["classes"]))
    expected = {entry["measure"]: entry for entry in file["expected"]}
    assert (found.posterior.argmax(1) + 1).tolist() == expected["labels"]["value"]
    for measure, got in {
        "class_marginals": found.shares,
        "posterior": found.posterior,
        "error_rates[k][true][given]": found.confusion,
        "log_likelihood": found.log_likelihood[-1],
    }.items():
        assert got == pytest.approx(np.array(expected[measure]["value"]), abs=expected[measure]["tol"]), measure


def test_majority_of_the_patients():
    """Patient 2: 333 4 3 3 4 is 5 of 7 for 3. Patient 3: 112 2 1 2 2 is 3 of 7 for 1, 4 of 7 for 2."""
    counts = counts_of([line.split(" ") for line in PATIENTS["ratings"][:3]], list("1234"))
    shares, label = majority_labels(counts)
    assert shares.tolist() == [[1, 0, 0, 0], [0, 0, 5 / 7, 2 / 7], [3 / 7, 4 / 7, 0, 0]]
    assert label.tolist() == [0, 2, 1]


# ---- the method ------------------------------------------------------------------------------------------


def log_likelihood(counts, shares, confusion):
    """Dawid & Skene 1979, 2.7 without constants, term by term."""
    total = 0.0
    for unit in counts:
        terms = []
        for label, share in enumerate(shares):
            term = share
            for coder, row in enumerate(unit):
                for said, times in enumerate(row):
                    term *= confusion[coder, label, said] ** times
            terms.append(term)
        total += np.log(sum(terms))
    return total


def simulated(seed, units=200, share=0.3, right=((0.95, 0.95), (0.9, 0.95), (0.6, 0.7), (0.6, 0.7), (0.6, 0.7))):
    """True labels, and ratings of coders who are right about a yes and about a no with these probabilities."""
    random = np.random.default_rng(seed)
    truth = random.random(units) < share
    yes, no = np.array(right).T
    draws = random.random((units, len(right)))
    return truth, np.where(truth[:, None], draws < yes, draws >= no).astype(int)


RATINGS = st.integers(2, 4).flatmap(
    lambda coders: st.lists(st.lists(st.integers(-1, 2), min_size=coders, max_size=coders), min_size=1, max_size=25)
)


@settings(max_examples=80, deadline=None)
@example([[0, 0, -1], [1, 1, -1], [1, -1, 2], [1, 2, 0]], 0.0)  # a share that falls below the smallest number
@given(RATINGS, st.sampled_from([0.0, 0.0, 0.5]))
def test_the_likelihood_never_falls(rows, smoothing):
    values = np.array(rows)
    if (values < 0).all():
        return
    counts = (values[:, :, None] == np.arange(3)).astype(float)
    found = estimate_error_rates(counts, smoothing=smoothing)
    assert (np.diff(found.log_likelihood) > -1e-9 * np.maximum(1, np.abs(found.log_likelihood[1:]))).all()
    rated = (values >= 0).any(1)
    np.testing.assert_allclose(found.posterior[rated].sum(1), 1)
    assert np.isnan(found.posterior[~rated]).all()
    known = np.isfinite(found.confusion).all(2)
    np.testing.assert_allclose(found.confusion[known].sum(1), 1)
    if not smoothing:
        filled = np.nan_to_num(found.confusion)
        assert log_likelihood(counts, found.shares, filled) == pytest.approx(found.log_likelihood[-1], abs=1e-6)


def test_no_small_change_of_the_rates_makes_the_ratings_likelier():
    _, ratings = simulated(3, units=120)
    counts, random = binary(ratings), np.random.default_rng(1)
    found = estimate_error_rates(counts)
    best = log_likelihood(counts, found.shares, found.confusion)
    for _ in range(60):
        shares = found.shares * np.exp(random.normal(0, 0.05, 2))
        confusion = found.confusion * np.exp(random.normal(0, 0.05, found.confusion.shape))
        assert log_likelihood(counts, shares / shares.sum(), confusion / confusion.sum(2, keepdims=True)) < best


def test_one_round_by_hand():
    """Units (yes, yes), (yes, no), (no, no). Start: yes 1, .5, 0. Coder 1: of yes (1.5) said yes 1.5; of no (1.5) yes
    .5. Coder 2: of yes said yes 1 of 1.5; of no said yes 0. So unit 2: yes .5 x 1 x 1/3, no .5 x 1/3 x 1: even."""
    found = estimate_error_rates(binary([[1, 1], [1, 0], [0, 0]]), rounds=1)
    assert found.shares == pytest.approx([0.5, 0.5])
    assert found.confusion == pytest.approx(np.array([[[2 / 3, 1 / 3], [0, 1]], [[1, 0], [1 / 3, 2 / 3]]]))
    assert found.posterior[:, 1] == pytest.approx([1, 0.5, 0])
    # unit 1: .5 x 1 x 2/3; unit 2: 1/6 + 1/6; unit 3: .5 x 2/3 x 1
    assert found.log_likelihood == pytest.approx([3 * np.log(1 / 3)])
    assert not found.settled


def test_it_beats_the_majority_where_coders_differ_in_skill():
    """Two good and three poor coders, 200 units, 20 draws."""
    right = []
    for seed in range(20):
        truth, ratings = simulated(seed)
        found, (_, most) = estimate_error_rates(binary(ratings)), majority_labels(binary(ratings))
        right.append([np.mean(found.posterior.argmax(1) == truth), np.mean(most == truth)])
    model, vote = np.mean(right, axis=0)
    assert model > vote + 0.015
    assert model > 0.95
    assert sum(a > b for a, b in right) >= 15


def test_it_finds_the_error_rates_of_many_ratings():
    right = ((0.95, 0.9), (0.8, 0.95), (0.7, 0.7), (0.6, 0.9))
    _, ratings = simulated(1, units=20_000, right=right)
    ratings[np.random.default_rng(2).random(ratings.shape) < 0.2] = -1
    found = estimate_error_rates(binary(ratings))
    assert found.shares[1] == pytest.approx(0.3, abs=0.02)
    assert np.column_stack([found.confusion[:, 1, 1], found.confusion[:, 0, 0]]) == pytest.approx(
        np.array(right), abs=0.025
    )


def test_with_two_coders_it_is_no_better_than_a_coin_where_they_differ():
    hits = []
    for seed in range(40):
        truth, ratings = simulated(seed, right=((0.8, 0.8), (0.8, 0.8)), share=0.5)
        differ = ratings[:, 0] != ratings[:, 1]
        hits += (estimate_error_rates(binary(ratings)).posterior.argmax(1) == truth)[differ].tolist()
    assert np.mean(hits) == pytest.approx(0.5, abs=0.05)


def test_neither_the_order_of_units_nor_of_coders_nor_of_labels_matters():
    _, ratings = simulated(5)
    ratings[np.random.default_rng(1).random(ratings.shape) < 0.3] = -1
    counts, random = binary(ratings), np.random.default_rng(2)
    found = estimate_error_rates(counts)
    units, coders = random.permutation(len(counts)), random.permutation(5)
    moved = estimate_error_rates(counts[units])
    np.testing.assert_array_equal(moved.posterior, found.posterior[units])
    np.testing.assert_array_equal(moved.confusion, found.confusion)
    other = estimate_error_rates(counts[:, coders][:, :, ::-1])
    np.testing.assert_allclose(other.posterior, found.posterior[:, ::-1], atol=1e-4)
    np.testing.assert_allclose(other.confusion, found.confusion[coders][:, ::-1, ::-1], atol=1e-4)


def test_coders_who_rated_nothing_change_nothing():
    """With that many coders, units rated alike are found in another way."""
    counts = binary(simulated(6)[1])
    found = estimate_error_rates(counts)
    more = estimate_error_rates(np.concatenate([counts, np.zeros((len(counts), 60, 2))], axis=1))
    np.testing.assert_allclose(more.posterior, found.posterior, atol=1e-6)
    np.testing.assert_allclose(more.confusion[:5], found.confusion, atol=1e-6)
    assert np.isnan(more.confusion[5:]).all()


def test_smoothing_takes_the_certainty_out_of_few_ratings():
    """Coder 3 never said yes to what the others deny; without smoothing a single yes of coder 3 would make it so."""
    counts = binary([[1, 1, 1]] * 3 + [[0, 0, 0]] * 4 + [[0, 0, 1]])
    hard, soft = (estimate_error_rates(counts, smoothing=s) for s in (0, 1))
    assert set(np.round(hard.confusion.ravel(), 12)) & {0.0}
    assert soft.confusion.min() > 0.05
    assert 0.01 < soft.posterior[-1, 1] < 0.99


def test_counts_of_ratings_and_their_table():
    ratings = Ratings.from_rows([["a", "a", "a"], ["b", "a", None], ["b", "b", None]], coders=("ana", "luis", "eva"))
    counts = rating_counts(ratings)
    assert counts.shape == (3, 3, 2) and counts[1].tolist() == [[0, 1], [1, 0], [0, 0]]
    assert majority_labels(counts)[1].tolist() == [0, -1, 1]
    table = error_table(estimate_error_rates(counts), ratings.coders, ratings.labels, "(any)")
    # eva rated nothing that is b, so that nothing is known of her there
    assert set(map(tuple, table[["coder", "true"]].to_numpy())) == {
        ("ana", "a"), ("ana", "b"), ("luis", "a"), ("luis", "b"), ("eva", "a"),
    }  # fmt: skip
    assert table.groupby(["coder", "true"])["rate"].sum().to_numpy() == pytest.approx(1)


def test_what_cannot_be_estimated_is_refused():
    for counts, message in [
        (np.ones((3, 1, 2)), "got 1 coders and 2 labels"),
        (np.zeros((3, 2, 2)), "nobody rated any unit"),
        (np.ones((3, 2)), r"counts has the shape \(3, 2\)"),
        (-np.ones((3, 2, 2)), "negative"),
    ]:
        with pytest.raises(InputError, match=message):
            estimate_error_rates(counts)
    with pytest.raises(InputError, match="smoothing -1"):
        estimate_error_rates(np.ones((3, 2, 2)), smoothing=-1)
    found = estimate_error_rates(np.ones((3, 2, 2)))
    with pytest.raises(InputError, match="got 1 coders and 2 labels, but the rates are of 2 and 2"):
        error_table(found, ["ana"], ["x", "y"], "(any)")


def test_ties_and_unrated_units_have_no_majority():
    shares, label = majority_labels(binary([[1, 0], [-1, -1], [1, -1]]))
    assert label.tolist() == [-1, -1, 1]
    assert shares[0].tolist() == [0.5, 0.5] and np.isnan(shares[1]).all()


# ---- tables ----------------------------------------------------------------------------------------------

UNITS = [(0, 10), (10, 20), (20, 30), (30, 40)]


def codings(rows, book="small"):
    """Annotations from (coder, number of the unit, code, stance)."""
    table = pd.DataFrame(rows, columns=["coder", "unit", "code", "stance"])
    start, end = zip(*(UNITS[unit] for unit in table["unit"]), strict=True) if len(table) else ((), ())
    table = table.assign(doc_id="d", start=start, end=end, quote="x", codebook=book, kind="human")
    return check("annotations", table.drop(columns="unit"))


def went_through(**units):
    rows = [(coder, "d", *UNITS[unit]) for coder, own in units.items() for unit in own]
    return pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end"])


ALL = [0, 1, 2, 3]
THREE = [
    ("ana", 0, "trust", "endorses"),
    ("luis", 0, "trust", "breach"),
    ("giulia", 0, "trust", "breach"),
    ("ana", 1, "trust", "endorses"),
    ("luis", 1, "trust", "rejects"),
    ("ana", 2, "trust", None),
    ("luis", 2, "voice", "mentions"),
    ("giulia", 2, "voice", None),
]


def by_unit(table):
    return {(row["start"], row["code"]): row for _, row in table.iterrows()}


def test_majority_by_hand():
    """Unit 0: three of three, breach by two. Unit 1: two of three, no stance in front. Unit 2: one; two of three."""
    found = majority(codings(THREE), went_through(ana=ALL, luis=ALL, giulia=ALL))
    rows = by_unit(found.aggregated)
    assert list(rows) == [(0, "trust"), (10, "trust"), (20, "trust"), (20, "voice")]
    assert [row["probability"] for row in rows.values()] == pytest.approx([1, 2 / 3, 1 / 3, 2 / 3])
    assert [row["decided"] for row in rows.values()] == [True, True, False, True]
    assert [row["stance"] if isinstance(row["stance"], str) else None for row in rows.values()] == [
        "breach", None, None, "mentions",
    ]  # fmt: skip
    assert rows[0, "trust"]["stance_probability"] == pytest.approx(2 / 3)
    assert np.isnan(rows[10, "trust"]["stance_probability"])
    assert (found.aggregated["coders"] == 3).all()
    assert found.notes == ()
    # against these decisions: giulia missed one of two, ana gave trust to one of the two units without it
    errors = found.coder_errors.set_index(["coder", "code", "true", "given"])
    assert errors.loc[("giulia", "trust", "yes", "no"), ["rate", "n"]].tolist() == [0.5, 2]
    assert errors.loc[("ana", "trust", "no", "yes"), ["rate", "n"]].tolist() == [0.5, 2]
    assert errors.loc[("luis", "trust", "yes", "yes"), "rate"] == 1


def test_only_who_judged_a_unit_has_a_vote_and_a_tie_is_not_decided():
    rows = [("ana", 0, "trust", "endorses"), ("ana", 1, "trust", "endorses"), ("luis", 3, "trust", "endorses")]
    found = majority(codings(rows), went_through(ana=[0, 1], luis=[1, 2], giulia=[2]))
    table = by_unit(found.aggregated)
    assert table[0, "trust"]["probability"] == 1 and table[0, "trust"]["coders"] == 1
    assert table[10, "trust"]["probability"] == 0.5 and not table[10, "trust"]["decided"]
    # luis had not gone through unit 3
    assert (30, "trust") not in table
    assert any("1 " in note and "not judged" in note for note in found.notes)
    assert "1 question (a unit and a code) ended in a tie and was not decided" in found.notes
    # unit 3 of luis is no judged unit
    assert "judged by one coder alone: 1 of 3 units (see the column coders)" in found.notes


def test_errors_against_the_majority_are_counted_where_three_or_more_judged():
    """Of two coders the majority is what they agree on: rates would be 0 or 1. ana read unit 3 alone, which says
    nothing of her."""
    rows = [*THREE, ("ana", 3, "trust", None)]
    judged = went_through(ana=ALL, luis=[0, 1, 2], giulia=[0, 2])
    found = majority(codings(rows), judged)
    errors = found.coder_errors.set_index(["coder", "code", "true", "given"])
    # units 0 and 2: trust is right on 0 only, and ana gave it to both
    assert errors.loc[("ana", "trust", "yes", "yes"), ["rate", "n"]].tolist() == [1, 1]
    assert errors.loc[("ana", "trust", "no", "yes"), ["rate", "n"]].tolist() == [1, 1]
    assert errors["n"].max() == 1
    assert "error rates rest on the 2 of 4 units that three or more coders judged" in found.notes
    two = majority(codings([row for row in rows if row[0] != "giulia"]), went_through(ana=ALL, luis=ALL))
    assert len(two.coder_errors) == 0 and len(two.aggregated)
    assert any(note.startswith("no error rates: no unit was judged by three or more") for note in two.notes)
    single = majority(codings([THREE[0], THREE[1]]), went_through(ana=ALL, luis=ALL), labels="single")
    assert len(single.coder_errors) == 0


def test_a_code_that_all_gave_and_the_model_overrules_is_counted():
    """The model can take for a shared error what both gave; here it does, for 12 units that are all alike."""
    units = pd.DataFrame({"doc_id": "d", "start": np.arange(200) * 10, "end": np.arange(200) * 10 + 9})
    rows = {"ana": [*range(12), *range(40, 80)], "luis": [*range(12), *range(100, 140)]}
    table = pd.concat([units.iloc[own].assign(coder=coder) for coder, own in rows.items()], ignore_index=True)
    table = table.assign(quote="x", codebook="small", kind="human", code="trust", stance=None)
    judged = pd.concat([units.assign(coder=coder) for coder in rows], ignore_index=True)
    found = dawid_skene(table, judged)
    both = found.aggregated[found.aggregated["start"] < 120]
    expected = int((~both["decided"]).sum())
    told = [note for note in found.notes if "although every coder of the unit" in note]
    assert expected and told[0].startswith(
        f"{expected} codes not decided although every coder of the unit, two or more"
    )
    assert not any("although" in note for note in majority(table, judged).notes)


def test_every_unit_and_code_on_request_in_the_order_of_the_codebook():
    judged = went_through(ana=ALL, luis=ALL, giulia=ALL)
    table = majority(codings(THREE), judged, ["voice", "trust", "other"], every=True).aggregated
    assert table["code"].tolist() == ["voice", "trust", "other"] * 4
    assert table["probability"].sum() == pytest.approx(1 + 2 / 3 + 1 / 3 + 2 / 3)
    assert not table.loc[table["code"] == "other", "decided"].any()


def test_one_label_per_unit():
    """Unit 0: trust 2 of 3. Unit 1: one of each and one "no code": a tie. Unit 2: two say "no code"."""
    rows = [("ana", 0, "trust", "breach"), ("luis", 0, "trust", "breach"), ("giulia", 0, "voice", "breach")]
    rows += [("ana", 1, "trust", "breach"), ("luis", 1, "voice", "breach"), ("ana", 2, "trust", "breach")]
    judged = went_through(ana=[0, 1, 2], luis=[0, 1, 2], giulia=[0, 1, 2])
    found = majority(codings(rows), judged, labels="single")
    table = by_unit(found.aggregated)
    assert {key: row["decided"] for key, row in table.items()} == {
        (0, "trust"): True, (0, "voice"): False, (10, "trust"): False, (10, "voice"): False, (20, "trust"): False,
    }  # fmt: skip
    assert table[0, "trust"]["probability"] == pytest.approx(2 / 3)
    assert "1 unit ended in a tie and was not decided" in found.notes
    assert set(found.coder_errors["code"]) == {"(any)"}
    assert set(found.coder_errors["true"]) == {"trust", "(none)"}
    with pytest.raises(InputError, match="row 7"):
        majority(codings([*rows, ("ana", 0, "voice", None)]), judged, labels="single")


def many(seed=1, units=150, right=((0.95, 0.98), (0.9, 0.95), (0.6, 0.9))):
    """Annotations and judged units of coders of known skill, two codes, and the truth by unit and code."""
    random = np.random.default_rng(seed)
    coders = [f"coder {place + 1}" for place in range(len(right))]
    place = pd.DataFrame({"doc_id": [f"d{n // 10:02}" for n in range(units)], "start": np.arange(units) % 10 * 20})
    place["end"] = place["start"] + 20
    rows, truth = [], {}
    for code, share in (("trust", 0.3), ("voice", 0.15)):
        true = random.random(units) < share
        truth[code] = true
        for coder, (yes, no) in zip(coders, right, strict=True):
            said = np.where(true, random.random(units) < yes, random.random(units) >= no)
            rows.append(place[said].assign(coder=coder, code=code, stance="endorses"))
    table = pd.concat(rows, ignore_index=True).assign(quote="x", codebook="small", kind="human")
    judged = pd.concat([place.assign(coder=coder) for coder in coders], ignore_index=True)
    return table, judged, place, truth


def test_dawid_skene_on_annotations_is_the_model_of_every_code():
    annotations, judged, place, truth = many(units=300)
    found = dawid_skene(annotations, judged, every=True)
    assert found.notes == ()
    for code in ("trust", "voice"):
        given = np.zeros((300, 3), dtype=int)
        of_unit = pd.MultiIndex.from_frame(place)
        own = annotations[annotations["code"] == code]
        given[of_unit.get_indexer(pd.MultiIndex.from_frame(own[["doc_id", "start", "end"]])), [
            int(coder[-1]) - 1 for coder in own["coder"]
        ]] = 1  # fmt: skip
        model = estimate_error_rates(binary(given))
        table = found.aggregated[found.aggregated["code"] == code]
        table = table.set_index(["doc_id", "start", "end"]).loc[of_unit]
        assert table["probability"].to_numpy() == pytest.approx(model.posterior[:, 1])
        assert (table["decided"].to_numpy() == (model.posterior[:, 1] > 0.5)).all()
        assert np.mean(table["decided"].to_numpy() == truth[code]) > 0.93
        errors = found.coder_errors[found.coder_errors["code"] == code].set_index(["coder", "true", "given"])
        assert errors.loc[("coder 3", "yes", "yes"), "rate"] == pytest.approx(model.confusion[2, 1, 1])
        assert errors.loc[("coder 3", "yes", "yes"), "n"] == pytest.approx(model.ratings[2, 1])
    assert (found.aggregated.loc[found.aggregated["decided"], "stance"] == "endorses").mean() > 0.9


@pytest.mark.parametrize("way", [majority, dawid_skene])
@pytest.mark.parametrize("labels", ["multiple", "single"])
def test_the_order_of_rows_does_not_matter(way, labels):
    annotations, judged, *_ = many()
    if labels == "single":
        annotations = annotations.drop_duplicates(["doc_id", "start", "coder"])
    found = way(annotations, judged, labels=labels)
    mixed = way(annotations.sample(frac=1, random_state=1), judged.sample(frac=1, random_state=2), labels=labels)
    pd.testing.assert_frame_equal(found.aggregated, mixed.aggregated)
    pd.testing.assert_frame_equal(found.coder_errors, mixed.coder_errors)
    assert found.notes == mixed.notes


def test_codes_that_nobody_gave_and_single_labels_by_dawid_skene():
    annotations, judged, *_ = many()
    found = dawid_skene(annotations, judged, ["trust", "voice", "other"])
    assert "other" not in set(found.aggregated["code"])
    annotations = annotations.drop_duplicates(["doc_id", "start", "coder"])
    single = dawid_skene(annotations, judged, labels="single")
    decided = single.aggregated[single.aggregated["decided"]]
    assert len(decided) and not decided.duplicated(["doc_id", "start"]).any()
    assert set(single.coder_errors["true"]) == {"trust", "voice", "(none)"}


def test_notes_say_where_the_model_is_not_to_be_trusted():
    annotations, judged, *_ = many(right=((0.9, 0.95), (0.8, 0.95)))
    notes = dawid_skene(annotations, judged).notes
    assert any(note.startswith("2.0 coders judged a unit on average: with fewer than three") for note in notes)
    # a coder who gives the code exactly where the others do not
    annotations, judged, *_ = many(right=((0.9, 0.95), (0.9, 0.95), (0.9, 0.95), (0.1, 0.2)))
    notes = dawid_skene(annotations, judged).notes
    assert any("coder 4 gave the code more often where it does not belong" in note for note in notes)
    assert not any("coder 1 gave" in note for note in notes)


@pytest.mark.parametrize("way", [majority, dawid_skene])
def test_what_cannot_be_put_together_is_refused(way):
    judged = went_through(ana=ALL, luis=ALL)
    one = codings([("ana", 0, "trust", None)])
    with pytest.raises(InputError, match="one coder, ana; two or more"):
        way(one, went_through(ana=ALL))
    with pytest.raises(InputError, match="the code 'trust' is none of"):
        way(one, judged, ["truth", "voice"])
    with pytest.raises(InputError, match=r"several codebooks \(other, small\)"):
        way(pd.concat([one, codings([("luis", 0, "trust", None)], book="other")]), judged)
    with pytest.raises(InputError, match="labels: got 'multi'"):
        way(one, judged, labels="multi")
    with pytest.raises(InputError, match="unit: got 'span'"):
        way(one, judged, unit="span")


def test_whole_documents():
    rows = [
        ("ana", 0, "trust", None),
        ("ana", 3, "trust", None),
        ("luis", 1, "trust", None),
        ("luis", 2, "voice", None),
    ]
    table = majority(codings(rows), went_through(ana=ALL, luis=ALL), unit="document").aggregated
    assert table[["start", "end", "code", "probability"]].to_numpy().tolist() == [
        [0, 40, "trust", 1.0],
        [0, 40, "voice", 0.5],
    ]


# ---- columns, defaults, notes ----------------------------------------------------------------------------


def test_columns_and_rows_of_both_tables():
    found = majority(codings(THREE), went_through(ana=ALL, luis=ALL, giulia=ALL), ["voice", "trust"])
    assert list(found.aggregated) == [
        "doc_id", "start", "end", "code", "probability", "decided", "stance", "stance_probability", "coders",
    ]  # fmt: skip
    # by place, within a place in the order of the codebook
    assert found.aggregated[["start", "end", "code"]].to_numpy().tolist() == [
        [0, 10, "trust"], [10, 20, "trust"], [20, 30, "voice"], [20, 30, "trust"],
    ]  # fmt: skip
    errors = found.coder_errors
    assert list(errors) == ["coder", "code", "true", "given", "rate", "n"]
    assert errors[["code", "coder", "true", "given"]].to_numpy().tolist() == [
        [code, coder, true, said]
        for code in ("voice", "trust") for coder in ("ana", "giulia", "luis")
        for true in ("no", "yes") for said in ("no", "yes")
    ]  # fmt: skip
    rows = by_unit(found.aggregated)
    # a share of the stances given: luis gave one, giulia none
    assert (rows[20, "voice"]["stance"], rows[20, "voice"]["stance_probability"]) == ("mentions", 1)
    # what is not decided has no stance, whatever was said of it
    more = majority(codings([*THREE, ("ana", 3, "trust", "breach")]), went_through(ana=ALL, luis=ALL, giulia=ALL))
    row = by_unit(more.aggregated)[30, "trust"]
    assert not row["decided"] and not isinstance(row["stance"], str) and np.isnan(row["stance_probability"])
    single = majority(
        codings(THREE[:5]), went_through(ana=ALL, luis=ALL, giulia=ALL), ["voice", "trust"], labels="single"
    )
    assert list(dict.fromkeys(single.coder_errors["given"])) == ["voice", "trust", "(none)"]


@pytest.mark.parametrize("way", [majority, dawid_skene])
def test_what_is_not_asked_for_is_as_the_docstring_says(way):
    annotations, judged, *_ = many(units=40)
    told = {"smoothing": 0.0} if way is dawid_skene else {}
    found, said = (
        way(annotations, judged, **options)
        for options in ({}, {"codes": None, "unit": "sentence", "labels": "multiple", "every": False, **told})
    )
    pd.testing.assert_frame_equal(found.aggregated, said.aggregated)
    pd.testing.assert_frame_equal(found.coder_errors, said.coder_errors)
    assert len(found.aggregated) < len(way(annotations, judged, every=True).aggregated) == 80
    if told:
        assert not found.coder_errors.equals(way(annotations, judged, smoothing=1.0).coder_errors)


def test_smoothing_by_hand():
    """The three units of one round, half a rating added to each of two cells: of 1.5 ratings 2 / 2.5 and .5 / 2.5."""
    found = estimate_error_rates(binary([[1, 1], [1, 0], [0, 0]]), rounds=1, smoothing=0.5)
    assert found.confusion == pytest.approx(np.array([[[0.6, 0.4], [0.2, 0.8]], [[0.8, 0.2], [0.4, 0.6]]]))
    # what the rates rest on is what was rated
    assert found.ratings == pytest.approx(np.full((2, 2), 1.5))
    # unit 1: yes .5 x .8 x .6, no .5 x .4 x .2
    assert found.posterior[:, 1] == pytest.approx([6 / 7, 1 / 2, 1 / 7])
    prior = 0.5 * np.log(0.6 * 0.4 * 0.2 * 0.8) * 2
    assert found.log_likelihood == pytest.approx([2 * np.log(0.28) + np.log(0.32) + prior])


def test_a_code_that_nobody_gave_can_be_decided_and_is_counted():
    """luis and giulia give it to nine units of ten, ana to one of these, and ana alone reads the last and says no. The
    probability q of the code there: ana says no to (8 + q) of (9 + q) with it, and so q = (8 + q) / 10 = 8 / 9."""
    place = pd.DataFrame({"doc_id": "d", "start": np.arange(11) * 10, "end": np.arange(11) * 10 + 9})
    own = {"ana": [0], "luis": range(9), "giulia": range(9)}
    rows = pd.concat([place.iloc[list(units)].assign(coder=coder) for coder, units in own.items()])
    rows = rows.assign(quote="x", codebook="small", kind="human", code="trust", stance="breach")
    judged = pd.concat([place.iloc[: 11 if coder == "ana" else 10].assign(coder=coder) for coder in own])
    found = dawid_skene(rows, judged)
    last = found.aggregated.iloc[-1]
    assert (last["start"], last["decided"], last["coders"]) == (100, True, 1)
    assert last["probability"] == pytest.approx(8 / 9, abs=1e-4)
    assert not isinstance(last["stance"], str) and np.isnan(last["stance_probability"])
    errors = found.coder_errors.set_index(["coder", "true", "given"])
    assert errors.loc[("ana", "yes", "yes"), "rate"] == pytest.approx(1 / (9 + 8 / 9), abs=1e-4)
    assert errors.loc[("ana", "yes", "no"), "n"] == pytest.approx(9 + 8 / 9, abs=1e-4)
    assert found.notes == (
        "judged by one coder alone: 1 of 11 units (see the column coders)",
        "2.8 coders judged a unit on average: with fewer than three, errors of coders cannot be told from how often a "
        "code occurs, and the result rests on its start, the majority vote",
        "1 code decided that no coder gave: too few codings, or coders who miss most",
    )
    # by majority ana decides what she read alone
    assert 100 not in set(majority(rows, judged).aggregated["start"])


def test_notes_of_several_ties_and_of_what_was_judged_being_unknown():
    rows = [("ana", 0, "trust", None), ("ana", 1, "trust", None), ("luis", 2, "trust", None)]
    found = majority(codings(rows), went_through(ana=ALL, luis=ALL))
    assert found.notes[-1] == "3 questions (a unit and a code) ended in a tie and were not decided"
    single = majority(codings(rows), went_through(ana=ALL, luis=ALL), labels="single")
    assert single.notes[-1] == "3 units ended in a tie and were not decided"
    guessed = majority(codings(THREE))
    # only what somebody coded, where each coder gave a code: all three in the one document
    assert guessed.notes[0].startswith("what was judged is not known, so only spans that somebody coded count")
    assert (guessed.aggregated["coders"] == 3).all() and set(guessed.aggregated["start"]) == {0, 10, 20}
    assert not any("unknown" in note or "not known" in note for note in found.notes)


def test_a_document_that_nobody_judged_whole_is_left_out():
    rows = [("ana", 0, "trust", None), ("luis", 3, "trust", None)]
    more = went_through(ana=[0, 1], luis=[0, 2, 3]).assign(doc_id="part")
    judged = pd.concat([went_through(ana=ALL, luis=ALL), more])
    found = majority(codings(rows), judged, ["trust", "voice"], unit="document", every=True)
    assert found.aggregated[["doc_id", "code"]].to_numpy().tolist() == [["d", "trust"], ["d", "voice"]]
    assert found.notes[0] == "2 times a coder had judged a document only in part, which is left out"


def test_more_that_cannot_be_estimated_is_refused():
    for counts, options, message in [
        (np.ones((3, 2, 1)), {}, "got 2 coders and 1 labels; error rates need two or more of each"),
        (np.ones((3, 2, 2)), {"rounds": 0}, "got smoothing 0.0 and rounds 0; expected 0 or more, and 1 or more"),
        (np.full((3, 2, 2), np.nan), {}, "negative or missing number"),
    ]:
        with pytest.raises(InputError, match=message):
            estimate_error_rates(counts, **options)
    found = estimate_error_rates(np.ones((3, 2, 2)))
    with pytest.raises(InputError, match="got 2 coders and 3 labels, but the rates are of 2 and 2"):
        error_table(found, ["ana", "luis"], ["x", "y", "z"], "(any)")
    assert found.settled and len(found.log_likelihood) == 2
    with pytest.raises(InputError, match="unit: got 'sentense'; did you mean 'sentence'"):
        majority(codings(THREE), unit="sentense")
