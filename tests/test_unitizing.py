"""Unitizing alpha and span F1: published examples, the formula taken position by position, what must always hold."""

import json
from itertools import pairwise, permutations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.reliability.span_f1 import span_f1
from toolkit.reliability.stretches import Stretches, crossings, merged
from toolkit.reliability.unitizing import u_alpha, unitizing_disagreement
from toolkit.resampling import sample_weights

CASES = Path(__file__).parent / "cases"
COLUMNS = ["doc_id", "start", "end", "code", "coder"]
ONCE = np.ones((1, 1))


def case(name):
    return json.loads((CASES / f"unitizing_{name}.json").read_text(encoding="utf-8"))


def table(rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype({"start": "int64", "end": "int64"})


@pytest.fixture(scope="module")
def examples():
    folder = SHARED / "agreement"
    if not folder.is_dir():
        pytest.skip("the files of published examples (../shared/agreement) are not on this machine")
    return lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


# ---- published examples ----------------------------------------------------------------------------------


def book_example(units, begin, length, coder="coder", code="code"):
    rows = [
        ("d", unit["start"] - begin, unit["start"] - begin + unit["length"], unit[code], str(unit[coder]))
        for unit in units
    ]
    coders = sorted({row[-1] for row in rows})
    return table(rows), {"d": length}, coders


def test_the_example_of_krippendorff_2004():
    data = case("krippendorff2004")
    arguments = book_example(data["units"], data["begin"], data["length"])
    parts, alphas = unitizing_disagreement(*arguments, ONCE), u_alpha(*arguments, ONCE)
    for code in ("c", "k"):
        assert parts[code].observed[0] == pytest.approx(data["expected"][code]["observed"], abs=1e-4)
        assert parts[code].expected[0] == pytest.approx(data["expected"][code]["expected"], abs=1e-4)
        assert alphas[code][0] == pytest.approx(data["expected"][code]["alpha"], abs=data["tolerance"]["code"])
    assert alphas["all"][0] == pytest.approx(data["expected"]["all"]["alpha"], abs=data["tolerance"]["all"])


def test_the_file_of_the_2004_example(examples):
    file = examples("krippendorff2004_unitizing")
    arguments = book_example(file["data"]["units"], file["data"]["begin"], file["data"]["length"], "rater", "category")
    parts, alphas = unitizing_disagreement(*arguments, ONCE), u_alpha(*arguments, ONCE)
    found = {f"alpha_{code}": values[0] for code, values in alphas.items()}
    for code, part in parts.items():
        found |= {f"Do_{code}": part.observed[0], f"De_{code}": part.expected[0]}
    for entry in file["expected"]:
        assert found[entry["measure"]] == pytest.approx(entry["value"], abs=entry["tol"]), entry["measure"]


def example_1995(units, length, stretch):
    rows = [
        ("d", start * stretch, (start + size) * stretch, code, f"coder {place}")
        for code, by_coder in units.items()
        for place, own in enumerate(by_coder)
        for start, size in own
    ]
    return table(rows), {"d": length * stretch}, ["coder 0", "coder 1"]


def test_the_example_of_krippendorff_1995():
    data = case("krippendorff1995")
    parts = unitizing_disagreement(*example_1995(data["units"], data["length"], 1), ONCE)
    assert {code: part.observed[0] for code, part in parts.items()} == pytest.approx(data["observed"], abs=1e-5)
    alphas = u_alpha(*example_1995(data["units"], data["length"], data["stretch"]), ONCE)
    for code, value in data["alpha_within_02"].items():
        assert alphas[code][0] == pytest.approx(value, abs=0.02), code


def test_the_file_of_the_1995_example(examples):
    file = examples("krippendorff1995_unitizing")
    units, length = file["data"]["categories"], file["data"]["length"]
    parts = unitizing_disagreement(*example_1995(units, length, 1), ONCE)
    stretched = u_alpha(*example_1995(units, length, 50_000), ONCE)
    for entry in file["expected"]:
        observed = entry["measure"] == "observed_disagreement"
        got = (parts[entry["category"]].observed if observed else stretched[entry["category"]])[0]
        assert got == pytest.approx(entry["value"], abs=entry["tol"]), entry


def test_squared_differences_of_two_sections(examples):
    """The distances the file lists, each as the observed disagreement of two coders with one unit or none."""
    for pair in examples("krippendorff2004_unitizing")["distance_checks"]:
        rows = [
            ("d", start, start + length, "x", coder)
            for coder, (start, length, code) in zip("ab", (pair["a"], pair["b"]), strict=True)
            if code is not None
        ]
        part = unitizing_disagreement(table(rows), {"d": 500}, ["a", "b"], ONCE)["x"]
        assert part.observed[0] * 500**2 == pytest.approx(pair["d2"])


# ---- the formula, position by position -------------------------------------------------------------------


def sections(marks, length):
    """Sections (is it a unit, start, length) of one coder's continuum, from one number per position (0: a gap)."""
    found, start = [], 0
    for place in range(1, length + 1):
        if place == length or marks[place] != marks[place - 1]:
            found.append((marks[start] != 0, start, place - start))
            start = place
    return found


def difference(a, b):
    """Squared difference of two sections, Krippendorff 2004, p. 253."""
    (unit_a, start_a, size_a), (unit_b, start_b, size_b) = a, b
    shift = start_a - start_b
    if unit_a and unit_b:
        return shift**2 + (shift + size_a - size_b) ** 2 if -size_a < shift < size_b else 0
    if unit_a and not unit_b:
        return size_a**2 if 0 <= shift <= size_b - size_a else 0
    if unit_b and not unit_a:
        return size_b**2 if 0 <= -shift <= size_a - size_b else 0
    return 0


def by_hand(spans, lengths, coders, copies, judged):
    """Observed and expected disagreement of one code: documents laid end to end, every alignment tried.

    With all documents judged by all coders this is the book's formula, word by word.
    """
    order = [doc for doc, times in zip(lengths, copies, strict=True) for _ in range(times)]
    who = {doc: [c for c in coders if judged[doc, c]] for doc in lengths}
    order = [doc for doc in order if len(who[doc]) > 1]
    total = sum(lengths[doc] for doc in order)
    characters = sum(lengths[doc] * len(who[doc]) for doc in order)
    continua, observed = {}, 0.0
    for coder in coders:
        marks, number = [], 0
        for doc in order:
            if coder not in who[doc]:
                continue
            own = [0] * lengths[doc]
            for start, end in spans.get((doc, coder), []):
                number += 1
                own[start:end] = [number] * (end - start)
            marks += own
        continua[coder] = sections(marks, len(marks))
    for doc in order:
        own = {}
        for coder in who[doc]:
            marks = [0] * lengths[doc]
            for number, (start, end) in enumerate(spans.get((doc, coder), [])):
                marks[start:end] = [number + 1] * (end - start)
            own[coder] = sections(marks, lengths[doc])
        for one, other in permutations(who[doc], 2):
            observed += sum(difference(a, b) for a, b in product(own[one], own[other])) / (len(who[doc]) - 1)
    every = [section for coder in coders for section in continua[coder]]
    chance = 0.0
    for g, h in permutations(range(len(every)), 2):
        (unit_a, _, size_a), (unit_b, _, size_b) = every[g], every[h]
        chance += sum(difference((unit_a, at, size_a), (unit_b, 0, size_b)) for at in range(-size_a, size_b + 1))
    pairs = characters * (characters - 1) - sum(size * (size - 1) for unit, _, size in every if unit)
    if not total:
        return np.nan, np.nan
    return observed / (total * characters), (chance / pairs / total if pairs else np.nan)


@st.composite
def continua(draw):
    """Lengths, spans of one code that do not overlap (some touch), who judged what, how often each document counts."""
    coders = ["ana", "luis", "giulia"][: draw(st.integers(2, 3))]
    lengths = {f"d{n}": draw(st.integers(1, 12)) for n in range(draw(st.integers(1, 4)))}
    spans, judged = {}, {}
    for doc, coder in product(lengths, coders):
        judged[doc, coder] = draw(st.sampled_from([True, True, True, False]))
        cuts = sorted(draw(st.sets(st.integers(0, lengths[doc]), max_size=5)))
        own = [pair for pair in pairwise(cuts) if draw(st.booleans())]
        if own:
            spans[doc, coder] = own
    copies = [draw(st.integers(0, 3)) for _ in lengths]
    return coders, lengths, spans, judged, copies


@settings(max_examples=100, deadline=None)
@given(continua())
def test_position_by_position(drawn):
    coders, lengths, spans, judged, copies = drawn
    rows = [(doc, start, end, "x", coder) for (doc, coder), own in spans.items() for start, end in own]
    seen = np.array([[judged[doc, coder] for coder in coders] for doc in lengths])
    weights = np.array([[1] * len(lengths), copies, [0] * len(lengths)], dtype=float)
    found = unitizing_disagreement(table(rows), lengths, coders, weights, seen)
    if not rows:
        assert found == {}
        return
    for sample, times in enumerate([[1] * len(lengths), copies]):
        observed, expected = by_hand(spans, lengths, coders, times, judged)
        assert found["x"].observed[sample] == pytest.approx(observed, nan_ok=True)
        if expected == expected:
            assert found["x"].expected[sample] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(u_alpha(table(rows), lengths, coders, weights, seen)["x"][2])


# ---- what must hold --------------------------------------------------------------------------------------


def drawn_spans(seed=1, documents=12, codes="xyz", coders=("ana", "luis", "giulia"), length=400):
    random = np.random.default_rng(seed)
    rows = []
    for doc, code, coder in product(range(documents), codes, coders):
        for _ in range(random.integers(0, 4)):
            start = int(random.integers(0, length - 60))
            rows.append((f"d{doc:02}", start, start + int(random.integers(1, 60)), code, coder))
    return table(rows), {f"d{doc:02}": length + doc for doc in range(documents)}


@pytest.mark.parametrize("run_on", [True, False])
def test_a_weight_is_a_number_of_copies(run_on):
    spans, lengths = drawn_spans()
    coders = ["ana", "giulia", "luis"]
    weights = np.random.default_rng(3).integers(0, 4, (5, len(lengths))).astype(float)
    judged = np.random.default_rng(4).random((len(lengths), 3)) < 0.8
    found = u_alpha(spans, lengths, coders, weights, judged, run_on=run_on)
    for sample, times in enumerate(weights.astype(int)):
        copies = [(doc, f"{doc}.{n}", row) for row, doc in enumerate(lengths) for n in range(times[row])]
        again = pd.concat([spans[spans["doc_id"] == doc].assign(doc_id=name) for doc, name, _ in copies])
        rows = [row for *_, row in copies]
        alone = u_alpha(
            again, {name: lengths[doc] for doc, name, _ in copies}, coders, np.ones((1, len(copies))), judged[rows],
            run_on=run_on,
        )  # fmt: skip
        for code in ("x", "y", "z", "all"):
            assert found[code][sample] == pytest.approx(alone[code][0], rel=1e-9), code


def test_samples_in_blocks_are_the_same_samples(monkeypatch):
    spans, lengths = drawn_spans()
    weights = sample_weights(len(lengths), 40, 1)
    whole = u_alpha(spans, lengths, ["ana", "luis"], weights)
    monkeypatch.setattr("toolkit.reliability.unitizing_chance._CELLS", 300)
    for code, values in u_alpha(spans, lengths, ["ana", "luis"], weights).items():
        np.testing.assert_allclose(values, whole[code], rtol=1e-12)


def test_documents_are_one_continuum_and_borders_part_units():
    rows = [("a", 10, 50, "x", "ana"), ("a", 80, 100, "x", "ana"), ("b", 0, 30, "x", "ana")]
    rows += [("a", 12, 50, "x", "luis"), ("b", 5, 30, "x", "luis")]
    two = u_alpha(table(rows), {"a": 100, "b": 60}, ["ana", "luis"], np.ones((1, 2)))
    # one document: 80-100 and 100-130 touch and stay two units
    shifted = [
        ("c", start + 100 * (doc == "b"), end + 100 * (doc == "b"), code, who) for doc, start, end, code, who in rows
    ]
    one = u_alpha(table(shifted), {"c": 160}, ["ana", "luis"], ONCE)
    assert two["x"][0] == pytest.approx(one["x"][0], rel=1e-12)
    closed = u_alpha(table(rows), {"a": 100, "b": 60}, ["ana", "luis"], np.ones((1, 2)), run_on=False)
    assert closed["x"][0] < two["x"][0]


@pytest.mark.parametrize(("length", "near", "closed"), [(500, 0.06, -0.1), (3000, 0.02, -0.02)])
def test_marking_at_random_gives_about_0_and_with_closed_borders_less(length, near, closed):
    random = np.random.default_rng(1)
    rows = []
    for doc, coder in product(range(1500), ("ana", "luis")):
        for _ in range(random.poisson(0.7)):
            start = int(random.integers(0, length - 120))
            rows.append((f"d{doc:04}", start, start + int(random.integers(40, 120)), "x", coder))
    lengths = {f"d{doc:04}": length for doc in range(1500)}
    once = np.ones((1, len(lengths)))
    assert abs(u_alpha(table(rows), lengths, ["ana", "luis"], once)["x"][0]) < near
    assert u_alpha(table(rows), lengths, ["ana", "luis"], once, run_on=False)["x"][0] < closed


def test_the_same_marks_give_1_and_none_give_nothing():
    spans, lengths = drawn_spans(coders=("ana",))
    twice = pd.concat([spans, spans.assign(coder="luis")])
    found = u_alpha(twice, lengths, ["ana", "luis"], sample_weights(len(lengths), 20, 1))
    assert all((values == 1).all() for values in found.values())
    nothing = u_alpha(spans[:0], lengths, ["ana", "luis"], np.ones((1, len(lengths))))
    assert list(nothing) == ["all"] and np.isnan(nothing["all"]).all()


def test_overlapping_units_of_a_coder_are_one_unit():
    parts = [("d", 10, 30, "x", "ana"), ("d", 20, 50, "x", "ana"), ("d", 25, 28, "x", "ana")]
    other = [("d", 12, 50, "x", "luis")]
    merged_by_hand = [("d", 10, 50, "x", "ana")]
    got = u_alpha(table(parts + other), {"d": 90}, ["ana", "luis"], ONCE)
    assert got["x"] == u_alpha(table(merged_by_hand + other), {"d": 90}, ["ana", "luis"], ONCE)["x"]


def test_a_document_that_a_coder_did_not_judge_is_no_gap():
    rows = [("a", 10, 50, "x", "ana"), ("a", 12, 50, "x", "luis"), ("b", 0, 30, "x", "ana"), ("c", 5, 9, "x", "luis")]
    lengths, once = {"a": 100, "b": 60, "c": 30}, np.ones((1, 3))
    judged = np.array([[True, True], [True, False], [False, True]])
    found = u_alpha(table(rows), lengths, ["ana", "luis"], once, judged)
    alone = u_alpha(table(rows[:2]), {"a": 100}, ["ana", "luis"], ONCE)
    assert found["x"][0] == alone["x"][0]
    assert found["x"][0] > u_alpha(table(rows), lengths, ["ana", "luis"], once)["x"][0]


def test_neither_the_order_of_rows_nor_of_coders_matters():
    spans, lengths = drawn_spans()
    weights = sample_weights(len(lengths), 10, 1)
    found = u_alpha(spans, lengths, ["ana", "luis", "giulia"], weights)
    mixed = u_alpha(spans.sample(frac=1, random_state=2), lengths, ["luis", "giulia", "ana"], weights)
    assert list(found) == list(mixed) == ["x", "y", "z", "all"]
    for code in found:
        np.testing.assert_allclose(found[code], mixed[code], rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": [("d", 5, 101, "x", "ana")]}, "row 1: end 101 lies outside 'd', which has 100 characters"),
        ({"rows": [("d", 5, 6, "x", "ana"), ("d", 7, 7, "x", "ana")]}, "row 2: got start 7 and end 7"),
        ({"rows": [("d", 5, 6, "all", "ana")]}, "a code called 'all'"),
        ({"coders": ["ana"]}, "two or more different coders: got ana"),
        ({"coders": []}, "two or more different coders: got none"),
        ({"coders": ["ana", "ana"]}, "two or more different coders: got ana, ana"),
        ({"weights": np.ones((1, 2))}, r"weights has the shape \(1, 2\), expected \(samples, 1\)"),
        ({"weights": -ONCE}, "negative or missing"),
        ({"weights": ONCE / 2}, "whole number of times"),
        ({"judged": np.ones((2, 2))}, r"judged has the shape \(2, 2\), expected \(1, 2\)"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(change, message):
    rows = change.get("rows", [("d", 5, 6, "x", "ana")])
    arguments = {"coders": ["ana", "luis"], "weights": ONCE, **{k: v for k, v in change.items() if k != "rows"}}
    with pytest.raises(InputError, match=message):
        u_alpha(table(rows), {"d": 100}, **arguments)


def test_a_missing_column_is_named():
    with pytest.raises(
        InputError, match="spans: the column 'coder' is missing; the table has doc_id, start, end, code"
    ):
        u_alpha(table([]).drop(columns="coder"), {"d": 9}, ["ana", "luis"], ONCE)


# ---- stretches -------------------------------------------------------------------------------------------

MARKS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(1, 9)), max_size=12)


def stretches(marks):
    return Stretches(*np.array([(g, s, s + n) for g, s, n in marks], dtype=np.int64).reshape(-1, 3).T)


@given(MARKS)
def test_merged_stretches_cover_the_same_and_do_not_overlap(marks):
    one, found = stretches(marks), merged(stretches(marks))

    def cover(part):
        return {(g, place) for g, s, e in zip(*part, strict=True) for place in range(s, e)}

    assert cover(found) == cover(one)
    assert found.length.sum() == len(cover(one))


@given(MARKS, MARKS)
def test_crossings_are_all_pairs_that_share_characters(first, second):
    one, other = stretches(first), stretches(second)
    found = sorted(map(tuple, np.column_stack(crossings(one, other)).tolist()))
    expected = []
    for (i, (g, s, n)), (j, (h, t, k)) in product(enumerate(first), enumerate(second)):
        shared = min(s + n, t + k) - max(s, t)
        if g == h and shared > 0:
            expected.append((i, j, shared))
    assert found == sorted(expected)


# ---- span F1 ---------------------------------------------------------------------------------------------


def one_coder(*rows):
    return pd.DataFrame([("d", *row) if len(row) == 3 else row for row in rows], columns=COLUMNS[:4])


@pytest.mark.parametrize(
    ("first", "second", "exact", "overlap", "characters"),
    [
        # the same; another code; another border
        ([(0, 10, "x")], [(0, 10, "x")], 1, 1, 1),
        ([(0, 10, "x")], [(0, 10, "y")], 0, 0, 0),
        ([(0, 10, "x")], [(0, 9, "x")], 0, 1, 18 / 19),
        # half of the shorter one is enough, less is not
        ([(0, 10, "x")], [(6, 14, "x")], 0, 1, 8 / 18),
        ([(0, 10, "x")], [(7, 15, "x")], 0, 0, 6 / 18),
        # touching is not sharing
        ([(0, 10, "x")], [(10, 20, "x")], 0, 0, 0),
        # one long span meets two: one partner only
        ([(0, 20, "x")], [(0, 8, "x"), (10, 18, "x")], 0, 2 / 3, 32 / 36),
        # a span twice, and two that overlap: spans count once, characters too
        ([(0, 4, "x"), (0, 4, "x")], [(0, 4, "x")], 1, 1, 1),
        ([(0, 4, "x"), (2, 6, "x")], [(0, 6, "x")], 0, 2 / 3, 1),
        # nothing against something
        ([(0, 4, "x")], [], 0, 0, 0),
        ([], [], np.nan, np.nan, np.nan),
    ],
)
def test_span_f1_by_hand(first, second, exact, overlap, characters):
    for match, expected in (("exact", exact), ("overlap", overlap), ("characters", characters)):
        found = span_f1(one_coder(*first), one_coder(*second), ["d"], ONCE, match)
        assert found[0] == pytest.approx(expected, nan_ok=True), match


def test_as_many_pairs_as_can_be_made():
    # the long span of the second coder fits both of the first; its best partner by characters would leave one alone
    first, second = one_coder((0, 10, "x"), (10, 16, "x")), one_coder((4, 16, "x"), (0, 9, "x"))
    assert span_f1(first, second, ["d"], ONCE, "overlap")[0] == 1


CODED = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 12), st.integers(1, 8), st.sampled_from("xy")), max_size=5
)


@settings(max_examples=50, deadline=None)
@given(CODED, CODED)
def test_span_f1_counted_otherwise(first, second):
    one, other = ({(doc, start, start + size, code) for doc, start, size, code in marks} for marks in (first, second))
    tables = [pd.DataFrame(sorted(part), columns=COLUMNS[:4]) for part in (one, other)]
    cells = [{(d, c, at) for d, s, e, c in part for at in range(s, e)} for part in (one, other)]

    def fits(a, b):
        return (
            a[0] == b[0] and a[3] == b[3] and 2 * (min(a[2], b[2]) - max(a[1], b[1])) >= min(a[2] - a[1], b[2] - b[1])
        )

    few, many = sorted((sorted(one), sorted(other)), key=len)
    pairs = max(sum(map(fits, few, order)) for order in permutations(many, len(few)))
    both = {"exact": len(one & other), "overlap": pairs, "characters": len(cells[0] & cells[1])}
    for match, hits in both.items():
        sizes = [len(part) for part in (cells if match == "characters" else (one, other))]
        expected = 2 * hits / sum(sizes) if sum(sizes) else np.nan
        weights = np.array([[1, 1], [2, 3]])
        found = span_f1(*tables, ["a", "b"], weights, match)
        assert found[0] == pytest.approx(expected, nan_ok=True)
        np.testing.assert_array_equal(found, span_f1(*reversed(tables), ["a", "b"], weights, match))


@pytest.mark.parametrize("match", ["exact", "overlap", "characters"])
def test_weights_of_span_f1_are_copies_and_codes_can_be_taken_alone(match):
    spans, lengths = drawn_spans(seed=5, length=90)
    # few places, so that some spans are the same
    spans["start"] = spans["start"] // 10 * 10
    spans["end"] = spans["start"] + 10 * (1 + spans["end"] % 2)
    one, other = (spans[spans["coder"] == coder] for coder in ("ana", "luis"))
    weights = np.random.default_rng(3).integers(0, 3, (4, len(lengths))).astype(float)
    found = span_f1(one, other, list(lengths), weights, match)
    assert 0 < found[0] < 1
    for sample, times in enumerate(weights.astype(int)):
        names = [(doc, f"{doc}.{n}") for doc, count in zip(lengths, times, strict=True) for n in range(count)]
        tables = [
            pd.concat([part[part["doc_id"] == doc].assign(doc_id=name) for doc, name in names]) for part in (one, other)
        ]
        alone = span_f1(*tables, [name for _, name in names], np.ones((1, len(names))), match)
        assert found[sample] == pytest.approx(alone[0])
    by_code = span_f1(one, other, list(lengths), weights, match, code="y")
    filtered = span_f1(one[one["code"] == "y"], other[other["code"] == "y"], list(lengths), weights, match)
    np.testing.assert_array_equal(by_code, filtered)
    # spans in documents that do not count are left out
    fewer = list(lengths)[3:]
    zero = np.concatenate([np.zeros((4, 3)), weights[:, 3:]], axis=1)
    np.testing.assert_array_equal(
        span_f1(one, other, fewer, weights[:, 3:], match), span_f1(one, other, list(lengths), zero, match)
    )


def test_an_unknown_way_to_match_is_refused():
    with pytest.raises(InputError, match="match: got 'exakt'; did you mean 'exact'"):
        span_f1(one_coder(), one_coder(), ["d"], ONCE, "exakt")
    with pytest.raises(InputError, match=r"second: the column 'code' is missing"):
        span_f1(one_coder(), one_coder().drop(columns="code"), ["d"], ONCE)


# ---- rows, defaults, long texts --------------------------------------------------------------------------


def test_errors_count_the_rows_of_the_table_as_it_was_given():
    rows = [("other", 9, 3, "x", "ana"), ("d", 0, 100, "x", "ana"), ("other", 0, 5, "x", "ana")]
    # a span up to the last character fits; what lies in documents that do not count is not looked at
    assert list(u_alpha(table(rows), {"d": 100}, ["ana", "luis"], ONCE)) == ["x", "all"]
    with pytest.raises(InputError, match=r"^spans, row 4: end 101 lies outside 'd', which has 100 characters\.$"):
        u_alpha(table([*rows, ("d", 3, 101, "x", "ana")]), {"d": 100}, ["ana", "luis"], ONCE)
    for start, end in ((7, 7), (-1, 3), (0.5, 3), (0, 2.5), (np.nan, 2)):
        bad = pd.DataFrame([*rows, ("d", start, end, "x", "ana")], columns=COLUMNS)
        for name, of in (("first", (bad, table(rows))), ("second", (table(rows), bad))):
            with pytest.raises(InputError, match=rf"^{name}, row 4: got start .*, expected whole numbers with 0 <= "):
                span_f1(*of, ["d"], ONCE)


def test_what_is_not_asked_for_is_as_the_docstring_says():
    spans, lengths = drawn_spans()
    coders, weights = ["ana", "luis"], sample_weights(len(lengths), 5, 1)
    # giulia is no coder here: what she marked is left out, and a code that she alone gave is none
    more = pd.concat([spans, table([("d00", 0, 9, "w", "giulia")])])
    found = u_alpha(more, lengths, coders, weights)
    assert list(found) == ["x", "y", "z", "all"]
    own = spans[spans["coder"] != "giulia"]
    for judged, run_on, same in ((None, True, True), (np.ones((12, 2)), True, True), (None, False, False)):
        other = u_alpha(own, lengths, coders, weights, judged, run_on=run_on)
        parts = unitizing_disagreement(own, lengths, coders, weights, judged, run_on=run_on)
        for code in "xyz":
            assert (found[code].tolist() == other[code].tolist()) is same, (code, run_on)
            assert other[code] == pytest.approx(1 - parts[code].observed / parts[code].expected)
    standard = unitizing_disagreement(own, lengths, coders, weights)
    assert standard["x"].expected.tolist() == unitizing_disagreement(own, lengths, coders, weights, run_on=True)[
        "x"
    ].expected.tolist()  # fmt: skip
    one, two = (spans[spans["coder"] == coder] for coder in coders)
    near = one.assign(end=one["end"] + 1)
    assert span_f1(one, near, list(lengths), weights).tolist() == [0] * 6
    assert (span_f1(one, near, list(lengths), weights, "overlap") == 1).all()
    assert span_f1(one, two, list(lengths), weights).tolist() == (
        span_f1(one, two, list(lengths), weights, "exact").tolist()
    )


@pytest.mark.parametrize("length", [100_000, 3_000_000_000])
def test_stretches_in_very_long_texts(length):
    """Two units of 10 whose borders lie 5 apart differ by 25 + 25. By chance each lies in a gap of the other coder,
    which nearly all of a long text is, and differs by 100 from it: alpha is near 1 - 50 / 200."""
    rows = [("d", 0, 10, "x", "ana"), ("d", 5, 15, "x", "luis")]
    found = u_alpha(table(rows), {"d": length}, ["ana", "luis"], ONCE)
    assert found["x"][0] == pytest.approx(0.75, abs=40 / length)
    half = length // 2
    moved = [("e", start, end, code, coder) for _, start, end, code, coder in rows]
    two = u_alpha(table(moved), {"d": half, "e": half}, ["ana", "luis"], np.array([[1.0, 1], [3, 1], [0, 0]]))
    # a text that counts three times makes a longer one, with the same limit
    assert two["x"][:2] == pytest.approx([0.75, 0.75], abs=40 / length) and np.isnan(two["x"][2])


def test_samples_without_a_span_have_no_f1_and_weights_must_fit():
    one = one_coder((0, 10, "x"), ("e", 0, 4, "x"))
    other = one_coder((0, 10, "x"), ("e", 5, 9, "x"))
    for match, whole in (("exact", 1 / 2), ("overlap", 1 / 2), ("characters", 20 / 28)):
        found = span_f1(one, other, ["d", "e"], np.array([[1, 1], [1, 0], [0, 0]]), match)
        assert found == pytest.approx([whole, 1, np.nan], nan_ok=True), match
    for weights, message in (
        (ONCE, r"weights has the shape \(1, 1\), expected \(samples, 2\): one column per document"),
        (np.ones(2), r"weights has the shape \(2,\)"),
        (np.array([[1, np.nan]]), "weights has a negative or missing number"),
    ):
        with pytest.raises(InputError, match=message):
            span_f1(one, one, ["d", "e"], weights)
