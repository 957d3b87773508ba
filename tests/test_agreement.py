"""The agreement table: measures worked by hand, missing judgements, time, words, figures, command."""

import argparse
import importlib.util
import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from toolkit.cli.agreement import add_agreement
from toolkit.errors import InputError, ToolkitError
from toolkit.reliability import (
    Ratings,
    cohen_kappa,
    cohen_kappa_max,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    majority,
    percent_agreement,
    scott_pi,
    u_alpha,
)
from toolkit.reliability.agreement import agreement
from toolkit.reliability.explain import LANGUAGES, explanation, note, note_in, words
from toolkit.reliability.span_blocks import mark_spans
from toolkit.reliability.text import agreement_html, as_markdown, as_text
from toolkit.reliability.units import code_units
from toolkit.resampling import sample_limits, sample_weights
from toolkit.storage import read_table, write_file
from toolkit.tables import check

#: coder, document, start, end, code, stance
HAND = [
    ("ana", "d1", 0, 10, "a", "endorses"),
    ("ana", "d1", 10, 20, "a", "endorses"),
    ("ana", "d2", 0, 10, "b", "breach"),
    ("luis", "d1", 0, 10, "a", "endorses"),
    ("luis", "d1", 10, 20, "b", "mentions"),
    ("luis", "d2", 0, 10, "b", "rejects"),
    ("luis", "d2", 10, 20, "a", "endorses"),
]
GRID = [("d1", 0, 10), ("d1", 10, 20), ("d1", 20, 30), ("d2", 0, 10), ("d2", 10, 20)]


def codings(rows, **columns):
    table = pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end", "code", "stance"])
    filled = {"quote": "x", "codebook": "small", "codebook_version": "1", "kind": "human", "created": None, **columns}
    return table.assign(**filled)


def judged_by(*coders, grid=GRID):
    rows = [(coder, *span) for coder in coders for span in grid]
    return pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end"])


def measure(table, name, by=None, code=None, of=None, coders="all"):
    rows = table[table["measure"] == name]
    for column, wanted in (("by", by), ("code", code), ("of", of)):
        rows = rows[rows[column].isna() if wanted is None else rows[column] == wanted]
    rows = rows[rows["coders"] == coders]
    assert len(rows) == 1, (name, by, code, of, coders)
    return rows.iloc[0]


def value(table, name, **where):
    return measure(table, name, **where)["value"]


@pytest.fixture(scope="module")
def hand():
    return agreement(codings(HAND), judged_by("ana", "luis"), repeats=50)


# ---- worked by hand --------------------------------------------------------------------------------------


def test_single_labels_by_hand():
    """Pairs (a,a) (a,b) (-,-) (b,b) (-,a): ana a 2, b 1, none 2; luis a 2, b 2, none 1."""
    table = agreement(codings(HAND), judged_by("ana", "luis"), labels="single", repeats=50)
    assert value(table, "percent") == pytest.approx(3 / 5)
    assert value(table, "cohen_kappa") == pytest.approx((0.6 - 0.32) / 0.68)
    assert value(table, "scott_pi") == pytest.approx((0.6 - 0.34) / 0.66)
    assert value(table, "gwet_ac1") == pytest.approx((0.6 - 0.33) / 0.67)
    assert value(table, "alpha_nominal") == pytest.approx(1 - 0.4 / (66 / 90))
    assert value(table, "f1") == pytest.approx(4 / 7)
    row = measure(table, "percent")
    assert (row["n"], row["documents"]) == (5, 2)


def test_one_code_of_several_by_hand(hand):
    """a: ana units 1, 2; luis units 1, 5."""
    where = {"by": "code", "code": "a"}
    assert value(hand, "f1", **where) == pytest.approx(1 / 2)
    assert value(hand, "percent", **where) == pytest.approx(3 / 5)
    assert value(hand, "cohen_kappa", **where) == pytest.approx((0.6 - 0.52) / 0.48)
    assert value(hand, "alpha_nominal", **where) == pytest.approx(1 - 0.4 / (48 / 90))
    assert value(hand, "rate", **where) == pytest.approx(4 / 10)
    assert value(hand, "f1", by="code", of="(any)") == pytest.approx(6 / 7)


def test_sets_and_stances_by_hand(hand):
    assert value(hand, "percent") == pytest.approx(3 / 5)
    assert value(hand, "f1") == pytest.approx(4 / 7)
    # no set shares a part with another one here, so that both distances are nominal ones
    assert value(hand, "alpha_jaccard") == pytest.approx(1 - 0.4 / (66 / 90))
    stance = measure(hand, "percent", by="stance", of="(all)")
    assert (stance["value"], stance["n"]) == (pytest.approx(1 / 2), 2)
    assert value(hand, "f1", by="stance", of="endorses") == pytest.approx(1)
    assert value(hand, "f1", by="stance", of="breach") == pytest.approx(0)
    assert np.isnan(value(hand, "f1", by="stance", of="mentions"))


def test_sets_that_share_a_part():
    """({a, b}, {a}) and ({b}, {b}): Jaccard 1/2 observed on one of two units; expected 3.5 of the 6 pairs."""
    rows = [
        ("ana", "d1", 0, 10, "a", None), ("ana", "d1", 0, 10, "b", None), ("luis", "d1", 0, 10, "a", None),
        ("ana", "d2", 0, 10, "b", None), ("luis", "d2", 0, 10, "b", None),
    ]  # fmt: skip
    table = agreement(codings(rows), judged_by("ana", "luis", grid=[GRID[0], GRID[3]]), repeats=0)
    assert value(table, "alpha_jaccard") == pytest.approx(1 - 0.25 / (3.5 / 6))
    # MASI (2006): one set inside the other, 1 - 1/2 x 2/3; {a} and {b} apart by 1
    assert value(table, "alpha_masi") == pytest.approx(1 - (2 / 3 / 2) / ((3 * 2 / 3 + 2) / 6))


def test_spans_by_hand():
    rows = [
        ("ana", "d1", 0, 10, "a", "endorses"), ("luis", "d1", 2, 10, "a", "breach"),
        ("luis", "d1", 20, 30, "a", "endorses"), ("ana", "d2", 0, 5, "b", "endorses"),
        ("luis", "d2", 0, 5, "b", "endorses"),
    ]  # fmt: skip
    judged = judged_by("ana", "luis", grid=[("d1", 0, 100), ("d2", 0, 50)])
    table = agreement(codings(rows), judged, unit="span", lengths={"d1": 100, "d2": 50}, repeats=20)
    assert value(table, "f1_exact") == pytest.approx(2 * 1 / 5)
    assert value(table, "f1_overlap") == pytest.approx(2 * 2 / 5)
    assert value(table, "f1_characters") == pytest.approx(2 * 13 / (15 + 23))
    assert value(table, "percent_characters") == pytest.approx(138 / 150)
    assert value(table, "percent_characters", by="code", code="b") == pytest.approx(1)
    assert value(table, "percent", by="stance", of="(all)") == pytest.approx(1 / 2)
    assert 0 < value(table, "u_alpha") < value(table, "u_alpha", by="code", code="b") == pytest.approx(1)
    assert measure(table, "f1_exact")["n"] == 5


def test_spans_without_lengths_say_what_is_missing():
    table = agreement(codings(HAND), judged_by("ana", "luis"), unit="span", repeats=0)
    row = measure(table, "u_alpha")
    assert np.isnan(row["value"]) and "give the texts" in row["note"]
    assert value(table, "f1_exact") == pytest.approx(4 / 7)


# ---- against others --------------------------------------------------------------------------------------


def benchmark():
    spec = importlib.util.spec_from_file_location("agreement_benchmark", ROOT / "tests/benchmarks/agreement.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def doubly_coded():
    from toolkit.corpus import human_annotations
    from toolkit.resources import bundled_corpus

    human = human_annotations(bundled_corpus(), "cluetrain")
    coverage = human.coverage[human.coverage["coder"].isin(["author", "second"])]
    judged = coverage.merge(human.units, on="doc_id")[["coder", "doc_id", "start", "end"]]
    return human, human.annotations[human.annotations["coder"].isin(["author", "second"])], judged


def test_the_bundled_corpus_gives_what_the_benchmark_computes_its_own_way(doubly_coded):
    human, annotations, judged = doubly_coded
    table = agreement(annotations, judged, by=("code",), repeats=0)
    other = benchmark()
    twice = judged.groupby("doc_id")["coder"].nunique() == 2
    units = human.units[human.units["doc_id"].isin(twice.index[twice])].reset_index(drop=True)
    codes = sorted(set(annotations["code"]))
    first, second = (other.matrix(units, annotations, coder, codes) for coder in ("author", "second"))
    assert measure(table, "f1")["n"] == len(units) == 1682
    assert value(table, "f1") == pytest.approx(other.f1(first, second))
    for place, code in enumerate(codes):
        for name, own in (("f1", other.f1), ("cohen_kappa", other.kappa), ("alpha_nominal", other.alpha)):
            assert value(table, name, by="code", code=code) == pytest.approx(own(first[:, place], second[:, place]))
    some = first.any(1), second.any(1)
    assert value(table, "cohen_kappa", by="code", of="(any)") == pytest.approx(other.kappa(*some))


def made_up(seed, coders=("ana", "giulia", "luis"), units=60, missing=0.3):
    """Codings of 60 units in 12 documents, a third of the judgements missing; and the matrix of codes (0 none)."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 3, units)
    values = np.where(random.random((len(coders), units)) < 0.7, truth, random.integers(0, 3, (len(coders), units)))
    values = np.where(random.random(values.shape) < missing, -1, values)
    spans = [(f"d{unit // 5}", unit % 5 * 10, unit % 5 * 10 + 10) for unit in range(units)]
    rows, judged = [], []
    for coder, own in zip(coders, values, strict=True):
        judged += [(coder, *span) for span, code in zip(spans, own, strict=True) if code >= 0]
        rows += [(coder, *span, "nab"[code], None) for span, code in zip(spans, own, strict=True) if code > 0]
    return codings(rows), pd.DataFrame(judged, columns=["coder", "doc_id", "start", "end"]), values


@pytest.mark.parametrize("seed", range(3))
def test_missing_judgements_of_three_coders_as_in_the_library_krippendorff(seed):
    krippendorff = pytest.importorskip("krippendorff")
    annotations, judged, values = made_up(seed)
    table = agreement(annotations, judged, labels="single", ordered=["a", "b"], repeats=0, by=())
    data = np.where(values < 0, np.nan, values)
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    assert value(table, "alpha_nominal") == pytest.approx(expected)
    data[data == 0] = np.nan
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement="ordinal")
    row = measure(table, "alpha_ordinal")
    assert row["value"] == pytest.approx(expected)
    assert row["n"] == (np.isfinite(data).sum(0) > 1).sum()
    assert "a, b" in row["note"]


def test_pairs_compare_what_both_judged_and_the_whole_is_not_their_mean_by_accident():
    annotations, judged, values = made_up(5)
    table = agreement(annotations, judged, labels="single", repeats=0, by=("coders",))
    pairs = table[(table["by"] == "coders") & (table["measure"] == "percent")].set_index("coders")
    assert list(pairs.index) == ["ana | giulia", "ana | luis", "giulia | luis"]
    both = (values[0] >= 0) & (values[2] >= 0)
    assert pairs.loc["ana | luis", "n"] == both.sum()
    assert pairs.loc["ana | luis", "value"] == pytest.approx((values[0] == values[2])[both].mean())
    assert (pairs["of"] == "people").all()


# ---- intervals and order ---------------------------------------------------------------------------------


def test_rows_in_another_order_and_the_same_seed_give_the_same_table():
    annotations, judged, _ = made_up(1)
    first = agreement(annotations, judged, repeats=100)
    again = agreement(annotations.sample(frac=1, random_state=1), judged.sample(frac=1, random_state=2), repeats=100)
    pd.testing.assert_frame_equal(first, again)


def test_intervals_hold_the_value_and_narrow_with_more_documents():
    few, many = (
        measure(agreement(*made_up(2, units=units, missing=0)[:2], by=(), labels="single"), "alpha_nominal")
        for units in (60, 960)
    )
    for row in (few, many):
        assert row["ci_low"] < row["value"] < row["ci_high"]
    # 16 times the documents: a quarter of the width, more or less
    assert 0.15 < (many["ci_high"] - many["ci_low"]) / (few["ci_high"] - few["ci_low"]) < 0.4


def test_one_document_has_no_interval_and_says_so():
    rows = [row for row in HAND if row[1] == "d1"]
    table = agreement(codings(rows), judged_by("ana", "luis", grid=GRID[:3]), repeats=50)
    row = measure(table, "percent")
    assert np.isnan(row["ci_low"]) and "one document" in row["note"]


# ---- units -----------------------------------------------------------------------------------------------


def test_a_coding_beside_the_units_goes_to_the_one_it_shares_most_with():
    rows = [row if row[:3] != ("luis", "d1", 0) else ("luis", "d1", 1, 12, "a", "endorses") for row in HAND]
    table = agreement(codings(rows), judged_by("ana", "luis"), repeats=0)
    assert value(table, "f1") == pytest.approx(4 / 7)
    assert "1 codings stood beside the judged units" in measure(table, "f1")["note"]


def test_a_coding_on_what_was_not_judged_is_left_out_and_counted():
    judged = judged_by("ana", "luis")
    judged = judged[~((judged["coder"] == "luis") & (judged["doc_id"] == "d2") & (judged["start"] == 10))]
    table = agreement(codings(HAND), judged, repeats=0)
    row = measure(table, "f1")
    assert (row["value"], row["n"]) == (pytest.approx(4 / 6), 4)
    assert "1 codings on what their coder had not judged are left out" in row["note"]


def test_without_judged_every_row_says_what_is_not_known():
    rows = [*HAND, ("ana", "d9", 0, 10, "a", None)]
    table = agreement(codings(rows), repeats=0)
    assert table["note"].str.contains("what was judged is not known").all()
    # the unit nobody coded is not there, nor the document that luis did not touch
    assert measure(table, "percent")["n"] == 4
    assert value(table, "percent") == pytest.approx(2 / 4)


def test_documents_take_the_codes_of_all_their_units_and_must_be_judged_whole():
    judged = judged_by("ana", "luis")
    table = agreement(codings(HAND), judged, unit="document", repeats=0)
    # d1: {a} and {a, b}; d2: {b} and {a, b}
    assert value(table, "f1") == pytest.approx(2 * 2 / 6)
    assert value(table, "percent") == 0
    part = agreement(codings(HAND), judged.drop(index=len(judged) - 1), unit="document", repeats=0)
    assert measure(part, "f1")["n"] == 1
    assert "only in part" in measure(part, "f1")["note"]


def test_a_machine_is_measured_in_pairs_and_not_in_the_whole():
    machine = [("robot", *row[1:]) for row in HAND if row[0] == "ana"]
    annotations = pd.concat([codings(HAND), codings(machine, kind="machine")], ignore_index=True)
    table = agreement(annotations, judged_by("ana", "luis"), repeats=0)
    assert value(table, "f1") == pytest.approx(4 / 7)
    assert value(table, "f1", by="coders", of="machine", coders="ana | robot") == pytest.approx(1)
    said = measure(table, "f1")["note"]
    assert "people only, with robot" in said and "taken to have judged everything" in said


def test_a_code_that_nobody_gave_has_no_value_and_a_reason():
    table = agreement(codings(HAND), judged_by("ana", "luis"), codes=["a", "b", "c"], repeats=20)
    for name, why in (("f1", "nobody gave the code"), ("alpha_nominal", "only one category was used")):
        row = measure(table, name, by="code", code="c")
        assert np.isnan(row["value"]) and why in row["note"]
    assert value(table, "percent", by="code", code="c") == 1


def test_languages_are_parts_of_the_whole():
    table = agreement(codings(HAND), judged_by("ana", "luis"), langs={"d1": "es", "d2": "it"}, repeats=0)
    assert value(table, "f1", by="lang", of="es") == pytest.approx(2 * 1 / 4)
    assert value(table, "f1", by="lang", of="it") == pytest.approx(2 * 1 / 3)
    assert measure(table, "f1", by="lang", of="it")["n"] == 2
    alone = agreement(codings(HAND), judged_by("ana", "luis"), langs={"d1": "es", "d2": "es"}, repeats=0)
    assert not (alone["by"] == "lang").any()


@pytest.mark.parametrize("where", ["judged", "annotations"])
def test_languages_come_from_a_column_where_none_are_given(where):
    langs = {"d1": "es", "d2": "it"}
    given, judged = codings(HAND), judged_by("ana", "luis")
    table = given if where == "annotations" else judged
    table["lang"] = table["doc_id"].map(langs)
    found = agreement(given, judged, repeats=0)
    pd.testing.assert_frame_equal(found, agreement(codings(HAND), judged_by("ana", "luis"), langs=langs, repeats=0))
    assert set(found.loc[found["by"] == "lang", "of"]) == {"es", "it"}


# ---- time ------------------------------------------------------------------------------------------------


def drifting():
    """40 documents of one unit in the order of time: both agree in the first half, never in the second; luis gives no
    code in the first half and one to each unit in the second."""
    rows, created = [], []
    for number in range(40):
        late = number >= 20
        for coder in ("ana", "luis"):
            if late or coder == "ana" or number % 2:
                code = "b" if late and coder == "luis" else "a"
                rows.append((coder, f"d{number:02}", 0, 10, code, None))
                created.append(f"2026-01-{1 + number // 20:02}T10:{number % 20:02}:{30 if coder == 'luis' else 0:02}Z")
    grid = [(f"d{number:02}", 0, 10) for number in range(40)]
    return codings(rows, created=created), judged_by("ana", "luis", grid=grid)


def test_drift_is_seen_by_period():
    annotations, judged = drifting()
    table = agreement(annotations, judged, periods=2, repeats=200)
    rows = table[(table["by"] == "period") & (table["measure"] == "percent")]
    assert rows["of"].tolist() == [
        "1: 2026-01-01 10:00:00 to 2026-01-01 10:19:30",
        "2: 2026-01-02 10:00:30 to 2026-01-02 10:19:30",
        "last - first",
    ]
    assert rows["value"].tolist() == [0.5, 0, -0.5]
    assert rows["n"].tolist() == [20, 20, 40]
    assert rows["ci_high"].iloc[2] < 0


def test_a_coder_who_gives_more_codes_later_is_seen():
    annotations, judged = drifting()
    judged = judged.assign(
        created=[
            f"2026-01-{1 + int(doc_id[1:]) // 20:02}T10:{int(doc_id[1:]) % 20:02}:00Z" for doc_id in judged["doc_id"]
        ]
    )
    table = agreement(annotations, judged, periods=2, repeats=200)
    rates = table[table["measure"] == "codes_per_unit"]
    luis = rates[rates["coders"] == "luis"]
    assert luis["value"].tolist() == [0.5, 1, 0.5]
    assert luis["n"].tolist() == [20, 20, 40]
    assert rates[rates["coders"] == "ana"]["value"].tolist() == [1, 1, 0]


def test_equal_times_are_never_split():
    annotations, judged = drifting()
    table = agreement(annotations.assign(created="2026-01-01T00:00:00Z"), judged, repeats=0)
    rows = table[table["by"] == "period"]
    assert len(rows) == 1 and np.isnan(rows["value"].iloc[0]) and "all the same" in rows["note"].iloc[0]


# ---- what is refused -------------------------------------------------------------------------------------


REFUSED = [
    (HAND[:3], {}, "needs two coders, got ana"),
    (HAND, {"unit": "sentense"}, "did you mean 'sentence'?"),
    (HAND, {"labels": "many"}, "labels: got 'many'"),
    (HAND, {"by": ["stances"]}, "did you mean 'stance'?"),
    (HAND, {"codes": ["a"]}, "annotations, row 3: the code 'b' is none of 'codes'"),
    (HAND, {"ordered": ["a", "b"]}, "give labels='single'"),
    (HAND, {"ordered": ["a"], "labels": "single"}, "give two or more codes"),
    (HAND, {"unit": "span", "labels": "single"}, "has no labels 'single'"),
    (HAND, {"unit": "span", "lengths": {"d1": 99}}, "the first is 'd2'"),
    (HAND, {"texts": {"d1": "y" * 99, "d2": "y" * 99}}, "row 1: the quote 'x' is not the text"),
    (HAND, {"periods": 1}, "periods from 2"),
    (HAND, {"confidence": 95}, "a confidence between 0 and 1"),
]


@pytest.mark.parametrize(("rows", "settings", "said"), REFUSED, ids=[said for *_, said in REFUSED])
def test_wrong_use_is_said_in_one_sentence(rows, settings, said):
    coders = sorted({row[0] for row in rows})
    with pytest.raises(InputError) as error:
        agreement(codings(rows), judged_by(*coders), repeats=0, **settings)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_two_codes_on_one_unit_name_both_rows():
    rows = [*HAND, ("luis", "d1", 0, 10, "b", None)]
    with pytest.raises(
        InputError, match=r"row 8: luis gave 'b' to 'd1' from 0 to 10, .*'a' by the same coder \(row 4\)"
    ):
        agreement(codings(rows), judged_by("ana", "luis"), labels="single", repeats=0)


def test_a_person_without_anything_judged_and_nothing_in_common_are_refused():
    with pytest.raises(InputError, match="no row of the coder 'luis'"):
        agreement(codings(HAND), judged_by("ana"), repeats=0)
    apart = pd.concat([judged_by("ana", grid=GRID[:3]), judged_by("luis", grid=GRID[3:])])
    with pytest.raises(InputError, match="no unit was judged by two coders"):
        agreement(codings(HAND), apart, repeats=0)
    two = codings(HAND, codebook=["x", "y"] * 3 + ["x"])
    with pytest.raises(InputError, match=r"2 codebooks \(x, y\)"):
        agreement(two, judged_by("ana", "luis"), repeats=0)


# ---- words -----------------------------------------------------------------------------------------------


def keys(texts):
    return {(part, key) for part, entries in texts.items() for key in entries}


def test_the_languages_say_the_same_things():
    english = words("en")
    for lang in LANGUAGES:
        texts = words(lang)
        assert keys(texts) == keys(english)
        for name, entry in texts["measures"].items():
            wanted = {"name", "short", "question", "prefer", "silent", "range", "reading"}
            assert wanted <= set(entry) <= wanted | {"source"}, name
            assert entry["question"].rstrip().endswith("?"), (lang, name)
        for key, template in texts["notes"].items():
            assert set(re.findall(r"\{(\w+)\}", template)) == set(re.findall(r"\{(\w+)\}", english["notes"][key]))
            assert "; " not in template


@pytest.mark.parametrize("settings", [{}, {"labels": "single", "ordered": ["a", "b"]}, {"unit": "span"}], ids=str)
def test_every_measure_of_a_table_is_explained(settings):
    annotations, judged, _ = made_up(3)
    lengths = {f"d{number}": 50 for number in range(12)} if settings.get("unit") == "span" else None
    table = agreement(annotations, judged, lengths=lengths, repeats=0, **settings)
    two = agreement(
        annotations[annotations["coder"] != "luis"], judged[judged["coder"] != "luis"], repeats=0, **settings
    )
    for name in set(table["measure"]) | set(two["measure"]):
        for lang in LANGUAGES:
            assert explanation(name, lang)["source"]
    with pytest.raises(InputError, match="did you mean 'alpha_masi'"):
        explanation("alpha_mazi")


@pytest.mark.parametrize("lang", ["es", "it"])
def test_notes_are_said_in_each_language(lang):
    for key, template in words("en")["notes"].items():
        values = dict.fromkeys(re.findall(r"\{(\w+)\}", template), "7")
        said = note(key, **values)
        assert note_in(f"{said}; mine", lang) == words(lang)["notes"][key].format(**values) + "; mine"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reports_hold_numbers_and_what_they_answer(hand, lang):
    said = explanation("f1", lang)
    plain, marked, page = as_text(hand, lang), as_markdown(hand, lang), agreement_html(hand, lang)
    for text in (plain, marked, page):
        point = "." if lang == "en" else ","
        assert f"0{point}571" in text and said["name"] in text
        assert f"{point}800" in text and f"{point}667" in text
    assert said["question"] in " ".join(plain.split())
    assert said["source"] in " ".join(marked.split())
    assert max(map(len, plain.splitlines())) < 140


def test_rows_for_the_terminal_are_those_of_the_page(hand):
    """Every cell of the tables in Markdown stands in the plain report, in its order."""
    plain = [" ".join(line.split()) for line in as_text(hand).splitlines()]
    cells = [line.strip("|").split("|") for line in as_markdown(hand).splitlines() if line.startswith("|")]
    rows = [" ".join(" ".join(row).split()) for row in cells if not set("".join(row)) <= set("-: ")]
    by_code = [row for row in rows if row.split()[0] in ("a", "b")]
    assert len(by_code) >= 2
    assert all(row in plain for row in by_code)


def test_names_from_outside_stay_text():
    rows = [(*row[:4], "<script>alert(1)</script>|\x1b[2J", row[5]) for row in HAND]
    table = agreement(codings(rows), judged_by("ana", "luis"), repeats=0)
    assert "<script>" not in agreement_html(table) and "&lt;script&gt;" in agreement_html(table)
    assert "<script>" not in as_markdown(table) and "</script>|" not in as_markdown(table)
    assert "\x1b" not in as_text(table)


def test_notes_of_the_material_stand_under_the_title(hand):
    said = "Suggestions of <b>a machine</b> were shown; nothing is independent."
    plain, marked, page = (show(hand, notes=[said]) for show in (as_text, as_markdown, agreement_html))
    assert said in " ".join(plain.splitlines()[1:3]) and said not in as_text(hand)
    assert "> Suggestions of &lt;b>a machine" in marked.splitlines()[2]
    assert "<b>" not in page and page.index("&lt;b&gt;a machine") < page.index("<table>")


def test_a_note_of_every_row_is_said_once():
    """Without judged nobody knows what was judged, as each row says; "any code" has no value and must not repeat it."""
    table = agreement(codings([row for row in HAND if row[1:3] != ("d2", 10)]), repeats=10)
    assert measure(table, "alpha_nominal", by="code", of="(any)")["value"] != 0
    text = " ".join(as_text(table).split())
    assert text.count("what was judged is not known") == 1
    assert "any code: undefined, as only one category was used" in text


# ---- figures ---------------------------------------------------------------------------------------------


def test_figures_show_codes_periods_and_pairs(hand):
    import matplotlib

    matplotlib.use("Agg")
    from toolkit.plots.agreement import agreement_codes, agreement_drift, coder_pairs

    ax = agreement_codes(hand, names={"a": "$x$"})
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert shown[0].startswith("b") and shown[1].startswith(r"\$x\$") and "40.0 %" in shown[1]
    annotations, judged = drifting()
    table = agreement(annotations, judged, periods=2, repeats=20)
    (line,) = agreement_drift(table, "percent").get_lines()
    assert list(line.get_ydata()) == [0.5, 0]
    cells = [text.get_text() for text in coder_pairs(table, "percent").texts]
    assert cells.count("0.25\n40") == 2
    with pytest.raises(InputError, match="no 'alpha_nominal' here"):
        coder_pairs(table, "alpha_nominal")
    with pytest.raises(InputError, match="compute agreement with them"):
        agreement_drift(agreement(annotations, judged, by=(), repeats=0))


# ---- command ---------------------------------------------------------------------------------------------


def command(*arguments):
    parser = argparse.ArgumentParser()
    add_agreement(parser.add_subparsers())
    options = parser.parse_args(["agreement", *map(str, arguments)])
    return options.command(options)


@pytest.fixture
def files(tmp_path):
    annotations = codings([(row[0], row[1].replace("d", "00"), *row[2:]) for row in HAND])
    judged = judged_by("ana", "luis").assign(doc_id=lambda table: table["doc_id"].str.replace("d", "00"))
    for coder in ("ana", "luis"):
        write_file(annotations[annotations["coder"] == coder], tmp_path / f"{coder}.csv")
    write_file(judged, tmp_path / "seen.csv")
    return tmp_path


def test_command_reads_files_and_writes_the_table(files, capsys):
    given = [files / "ana.csv", files / "luis.csv", "--judged", files / "seen.csv", "--repeats", 50]
    assert command(*given, "--labels", "single", "--lang", "it", "--output", files / "out.csv") == 0
    shown = capsys.readouterr().out
    assert "Alfa di Krippendorff" in shown and "0,455" in shown
    table = read_table(files / "out.csv")
    assert {"measure", "value", "ci_low", "ci_high", "n"} <= set(table)
    assert value(table, "alpha_nominal") == pytest.approx(1 - 0.4 / (66 / 90))


def test_command_refuses_what_it_cannot_use(files):
    ana, luis = files / "ana.csv", files / "luis.csv"
    (files / "double.csv").write_text("coder,doc_id,start,end\nana,001,0,10\nana,001,0,10\n", encoding="utf-8")
    for arguments, said in (
        ([ana, luis, "--output", ana], "is one of the inputs"),
        ([ana, luis, "--output", files / "out.xlsx"], "cannot write '.xlsx'"),
        ([ana, ana], "is given twice"),
        ([ana, files / "none.csv"], "none.csv: no such file or folder."),
        ([files / "nada"], "nada: no such file or folder."),
        ([ana, luis, "--machine", luis], "--machine is for the folder of a project"),
        ([ana, luis, "--output", ana / "out.csv"], "cannot be written"),
        ([ana, luis, "--coders", "ana", "luiz"], "did you mean 'luis'"),
        ([ana, luis, "--codebook", "cluetrain"], "no annotation is with the codebook 'cluetrain'"),
        ([ana, luis, "--seed", "-1"], "--seed: got -1"),
        ([files], "neither an annotation project"),
        ([files, ana], "one folder alone"),
        ([ana, luis, "--judged", files / "double.csv"], "stands there a second time"),
    ):
        with pytest.raises(ToolkitError, match=re.escape(said)):
            command(*arguments, "--repeats", "1")
    assert ana.read_text(encoding="utf-8-sig").startswith('"coder"')


def test_command_on_the_bundled_corpus_leaves_the_adjudicated_coding_out(capsys, tmp_path):
    from toolkit.resources import bundled_corpus

    with pytest.raises(InputError, match=r"codebooks .* choose by --codebook"):
        command(bundled_corpus(), "--repeats", "1")
    command(bundled_corpus(), "--codebook", "cluetrain", "--repeats", "20", "--output", tmp_path / "a.parquet")
    assert "Left out: adjudicated" in capsys.readouterr().err
    table = read_table(tmp_path / "a.parquet")
    assert measure(table, "f1")["n"] == 1682
    assert set(table.loc[table["by"] == "lang", "of"]) == {"es", "it"}
    assert set(table["coders"]) == {"all", "author", "second", "author | second"}


def test_command_on_a_project(capsys, tmp_path):
    from toolkit.annotation import create_project
    from toolkit.annotation.session import Session

    (tmp_path / "texts").mkdir()
    for name, text in (("uno", "La tienda escucha. Y responde. Fin."), ("dos", "Nadie contesta. Fin.")):
        (tmp_path / "texts" / f"{name}.txt").write_text(text, encoding="utf-8")
    project = create_project(tmp_path / "project", tmp_path / "texts", coders=["ana", "luis", "giulia"])
    with pytest.raises(InputError, match="nobody has marked items as done yet"):
        command(project.folder)
    for coder in ("ana", "luis"):
        session = Session(project, coder)
        for place, item in enumerate(project.queue(coder)):
            row = project.items.set_index("item").loc[item]
            span = {"item": item, "doc_id": row["doc_id"], "start": int(row["start"]), "end": int(row["end"])}
            quote = project.texts[row["doc_id"]][span["start"] : span["end"]]
            if place == 0 or (place == 1 and coder == "ana"):
                session.decide({"do": "set", **span, "quote": quote, "code": "listening", "stance": "endorses"})
            session.decide({"do": "done", "item": item})
        session.close()
    assert command(project.folder, "--repeats", "20", "--output", tmp_path / "a.jsonl") == 0
    table = read_table(tmp_path / "a.jsonl")
    assert value(table, "f1", by="code", code="listening") == pytest.approx(2 / 3)
    assert measure(table, "percent")["n"] == len(project.items) == 5
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first == "Agreement between coders" and "giulia" in second, "who has not begun is named, and not counted"
    # a machine as one coder more
    codes = project.annotations("ana").assign(coder="machine:x", kind="machine", score=0.9, evidence=None)
    write_file(codes, tmp_path / "machine.jsonl")
    given = [project.folder, "--machine", tmp_path / "machine.jsonl", "--repeats", "20"]
    assert command(*given, "--output", tmp_path / "m.jsonl") == 0
    table = read_table(tmp_path / "m.jsonl")
    assert value(table, "f1", by="coders", of="machine", coders="ana | machine:x") == 1
    assert measure(table, "percent")["n"] == 5, "the whole is of people"
    # a curator only where asked for
    session = Session(project, "curator", role="curator", queue=project.items["item"].tolist())
    session.decide({"do": "done", "item": project.items["item"][0]})
    session.close()
    assert (
        command(project.folder, "--coders", "ana", "curator", "--output", tmp_path / "c.jsonl", "--repeats", "1") == 0
    )
    assert "ana | curator" in set(read_table(tmp_path / "c.jsonl")["coders"])
    write_file(codes.assign(coder="luis"), tmp_path / "luis.jsonl")
    for arguments, said in (
        (["--machine", tmp_path / "luis.jsonl"], "'luis' is the name of a coder"),
        (["--codebook", "groundswell"], "got 'groundswell', the project uses 'cluetrain'"),
        (["--judged", tmp_path / "luis.jsonl"], "a project holds both"),
        (["--output", tmp_path / "project" / "project.json"], "is one of the inputs"),
    ):
        with pytest.raises(InputError, match=re.escape(said)):
            command(project.folder, *arguments, "--repeats", "1")


def test_a_name_with_its_accent_apart_is_the_same_name(files):
    sheet = (files / "luis.csv").read_text(encoding="utf-8-sig").replace("luis", "josé")
    (files / "jose.csv").write_text(sheet, encoding="utf-8")
    both = [files / "ana.csv", files / "jose.csv", "--repeats", "1"]
    assert command(*both, "--coders", "ana", "jose\u0301", "--output", files / "out.jsonl") == 0
    assert "ana | josé" in set(read_table(files / "out.jsonl")["coders"])


# ---- rows, defaults, values of parts ---------------------------------------------------------------------

SETS = ["percent", "f1", "alpha_jaccard", "alpha_masi"]
OF_TWO = ["percent", "cohen_kappa", "scott_pi", "gwet_ac1", "alpha_nominal"]
OF_MORE = ["percent", "fleiss_kappa", "gwet_ac1", "alpha_nominal"]
SPANS = ["u_alpha", "percent_characters", "f1_exact", "f1_overlap", "f1_characters"]
STANCE_ROWS = [("endorses", None, "all"), ("breach", None, "all"), ("rejects", None, "all"), ("mentions", None, "all")]


def parts_of(table):
    """(by, of, code, coders) -> measures, in the order of the rows."""
    found = {}
    for row in table.astype(object).where(table.notna(), None).itertuples():
        found.setdefault((row.by, row.of, row.code, row.coders), []).append(row.measure)
    return found


def in_order(whole, by_code, any_code, stances, langs, pairs, time):
    rows = [((None, None, None, "all"), whole)]
    rows += [(("code", None, code, "all"), by_code) for code in "ab"]
    rows += [(("code", "(any)", None, "all"), by_code)] * any_code
    if stances:
        rows += [(("stance", "(all)", None, "all"), stances)]
        rows += [(("stance", *where), ["f1", "alpha_nominal"]) for where in STANCE_ROWS]
    rows += [(("lang", lang, None, "all"), langs) for lang in ("es", "it")]
    rows += [(("coders", *where), measures) for where, measures in pairs]
    return [*rows, (("period", "(all)", None, "all"), time)]


def test_the_rows_stand_in_the_order_of_a_report():
    langs = {"d1": "it", "d2": "es"}
    two, together = codings(HAND), ("people", None, "ana | luis")
    found = agreement(two, judged_by("ana", "luis"), langs=langs, repeats=0)
    means = [*SETS, "cohen_kappa_mean", "alpha_mean"]
    expected = in_order(means, ["rate", "f1", *OF_TWO], True, OF_TWO, means, [(together, means)], ["percent"])
    assert list(parts_of(found).items()) == expected
    assert list(found) == [
        "measure", "code", "by", "of", "coders", "value", "ci_low", "ci_high", "n", "documents", "note",
    ]  # fmt: skip

    found = agreement(two, judged_by("ana", "luis"), langs=langs, repeats=0, labels="single", ordered=["b", "a"])
    one = [*OF_TWO, "f1", "alpha_ordinal", "gwet_ac2", "cohen_kappa_linear", "cohen_kappa_quadratic"]
    expected = in_order(one, ["rate", "f1", *OF_TWO], False, OF_TWO, one, [(together, one)], ["percent"])
    assert list(parts_of(found).items()) == expected

    found = agreement(two, judged_by("ana", "luis"), langs=langs, repeats=0, unit="span", lengths={"d1": 30, "d2": 20})
    expected = in_order(SPANS, SPANS, False, OF_TWO, SPANS, [(together, SPANS)], ["f1_overlap"])
    assert list(parts_of(found).items()) == expected


def test_with_three_coders_pairs_are_shown_code_by_code_too():
    rows = [(coder, *row[1:5], None) for row in HAND for coder in ([row[0]] if row[0] == "ana" else ["luis", "eva"])]
    coders = ("ana", "eva", "luis")
    found = agreement(codings(rows), judged_by(*coders), langs={"d1": "it", "d2": "es"}, repeats=0)
    pairs = []
    for names in ("ana | eva", "ana | luis", "eva | luis"):
        pairs.append((("people", None, names), [*SETS, "cohen_kappa_mean", "alpha_mean"]))
        pairs += [(("people", code, names), ["f1", "cohen_kappa"]) for code in "ab"]
    # nobody said a stance: no rows of stances; a mean of kappas is of two coders
    whole = [*SETS, "alpha_mean"]
    expected = in_order(whole, ["rate", "f1", *OF_MORE], True, [], whole, pairs, ["percent"])
    assert list(parts_of(found).items()) == expected
    assert value(found, "cohen_kappa", by="coders", of="people", code="a", coders="ana | luis") == pytest.approx(1 / 6)
    assert value(found, "f1", by="coders", of="people", code="b", coders="eva | luis") == 1
    some = agreement(codings(rows), judged_by(*coders), by="coders", repeats=0)
    assert set(some["by"].dropna()) == {"coders"}
    spans = agreement(codings(rows), judged_by(*coders), by=("coders",), unit="span", repeats=0)
    assert parts_of(spans)["coders", "people", "a", "ana | eva"] == SPANS


def test_what_is_not_asked_for_is_as_the_docstring_says():
    annotations, judged = drifting()
    standard = agreement(annotations, judged)
    said = {"unit": "sentence", "labels": "multiple", "by": ["code", "stance", "lang", "coders", "period"]}
    numbers = {"periods": 4, "repeats": 1000, "confidence": 0.95, "seed": 1}
    pd.testing.assert_frame_equal(standard, agreement(annotations, judged, **said, **numbers))
    for other in ({"seed": 2}, {"repeats": 999}, {"confidence": 0.9}):
        limits = agreement(annotations, judged, by=(), **{**numbers, **other})[["ci_low", "ci_high"]]
        assert not limits.equals(standard.loc[standard["by"].isna(), ["ci_low", "ci_high"]]), other


def test_intervals_are_those_of_samples_of_documents():
    annotations, judged, values = made_up(2, coders=("ana", "luis"), missing=0)
    langs = {f"d{number}": "es" if number < 5 else "it" for number in range(12)}
    table = agreement(annotations, judged, labels="single", langs=langs, by="lang", repeats=200, confidence=0.8, seed=7)
    same = (values[0] == values[1]).reshape(12, 5).sum(1)
    # documents are drawn in the order of their names: d0, d1, d10, d11, d2
    order = sorted(range(12), key=str)
    drawn = sample_weights(12, 200, 7)
    for kept, where in ((range(12), {}), (range(5), {"by": "lang", "of": "es"})):
        here = np.isin(order, list(kept))
        with np.errstate(invalid="ignore"):
            samples = drawn @ (same[order] * here) / (drawn @ (5.0 * here))
        low, high = sample_limits(samples[1:, None], len(kept), 0.8)
        row = measure(table, "percent", **where)
        assert (row["value"], row["ci_low"], row["ci_high"]) == pytest.approx((samples[0], low[0], high[0]))
        assert (row["n"], row["documents"]) == (5 * len(kept), len(kept))
    without = measure(agreement(annotations, judged, labels="single", repeats=0, by=()), "percent")
    assert np.isnan(without["ci_low"]) and np.isnan(without["ci_high"]) and pd.isna(without["note"])


def test_means_over_codes_and_stances_by_hand():
    """b: ana unit 4; luis 2, 4. Kappa (.8 - .56) / .44, alpha 1 - .2 / (42 / 90). Stances: (endorses, endorses) and
    (breach, rejects)."""
    for codes in (["a", "b"], ["a", "b", "c"]):
        table = agreement(codings(HAND), judged_by("ana", "luis"), codes=codes, repeats=0)
        # a code nobody gave has no kappa, and is not in the mean
        assert value(table, "cohen_kappa_mean") == pytest.approx((1 / 6 + 6 / 11) / 2)
        assert value(table, "alpha_mean") == pytest.approx((1 / 4 + 4 / 7) / 2)
    expected = {"cohen_kappa": 1 / 3, "scott_pi": 1 / 5, "gwet_ac1": 7 / 19, "alpha_nominal": 2 / 5}
    for name, number in expected.items():
        assert value(table, name, by="stance", of="(all)") == pytest.approx(number), name
    for of, number in {"endorses": 1, "breach": 0, "rejects": 0, "mentions": np.nan}.items():
        found = value(table, "alpha_nominal", by="stance", of=of)
        assert found == pytest.approx(number, nan_ok=True), of
    assert "only one category was used" in measure(table, "alpha_nominal", by="stance", of="mentions")["note"]


def test_f1_of_stances_is_the_mean_over_pairs_of_those_who_said_one():
    """Unit 1: ana and luis endorse. Unit 2: ana and eva endorse, luis breach. Unit 3: eva endorses, noa breach. ana and
    luis 2/3, ana and eva 1, luis and eva 0, eva and noa 0; the other two pairs have nothing to compare."""
    said = {"ana": ("endorses", "endorses", None), "luis": ("endorses", "breach", None)}
    said |= {"eva": (None, "endorses", "endorses"), "noa": (None, None, "breach")}
    rows = [(coder, *GRID[place], "a", stance) for coder, own in said.items() for place, stance in enumerate(own)]
    table = agreement(codings(rows), judged_by(*said), by="stance", repeats=0)
    row = measure(table, "f1", by="stance", of="endorses")
    assert (row["value"], row["n"]) == (pytest.approx((2 / 3 + 1 + 0 + 0) / 4), 3)
    # of unit 2 one pair of three agrees, of the others their only pair and none
    assert value(table, "percent", by="stance", of="(all)") == pytest.approx((1 + 1 / 3 + 0) / 3)


def test_three_coders_with_gaps_by_scikit_learn():
    from sklearn.metrics import cohen_kappa_score, f1_score

    annotations, judged, values = made_up(6)
    table = agreement(annotations, judged, repeats=0, by=("code", "coders"))
    names, pairs, by_code = ("ana", "giulia", "luis"), [], {"a": [], "b": []}
    for first, second in ((0, 1), (0, 2), (1, 2)):
        both = (values[first] >= 0) & (values[second] >= 0)
        one, other = values[first][both], values[second][both]
        pairs.append(f1_score(one, other, labels=[1, 2], average="micro"))
        where = {"by": "coders", "of": "people", "coders": f"{names[first]} | {names[second]}"}
        assert value(table, "f1", **where) == pytest.approx(pairs[-1])
        for number, code in enumerate("ab", 1):
            by_code[code].append(f1_score(one == number, other == number))
            assert value(table, "f1", code=code, **where) == pytest.approx(by_code[code][-1])
            kappa = cohen_kappa_score(one == number, other == number)
            assert value(table, "cohen_kappa", code=code, **where) == pytest.approx(kappa)
    assert value(table, "f1") == pytest.approx(np.mean(pairs))
    twice = values[:, (values >= 0).sum(0) > 1]
    for number, code in enumerate("ab", 1):
        row = measure(table, "rate", by="code", code=code)
        assert row["value"] == pytest.approx((twice == number).sum() / (twice >= 0).sum())
        assert row["n"] == twice.shape[1]
        assert value(table, "f1", by="code", code=code) == pytest.approx(np.mean(by_code[code]))
    some = measure(table, "rate", by="code", of="(any)")
    assert some["value"] == pytest.approx((twice > 0).sum() / (twice >= 0).sum())


def test_a_level_that_nobody_gave_is_a_step_of_the_scale():
    from sklearn.metrics import cohen_kappa_score

    krippendorff = pytest.importorskip("krippendorff")
    levels, random = ["none", "a bit", "much", "all"], np.random.default_rng(4)
    truth = random.integers(0, 4, 80)
    said = [np.where(random.random(80) < 0.6, truth, random.integers(0, 4, 80)) for _ in range(2)]
    # nobody says "a bit"; the fourth unit has no level
    said = [np.where(own == 1, 3, own) for own in said]
    grid = [(f"d{number // 4:02}", number % 4 * 10, number % 4 * 10 + 10) for number in range(80)]
    rows = [
        (coder, *grid[unit], levels[level], None)
        for coder, own in zip(("ana", "luis"), said, strict=True)
        for unit, level in enumerate(own)
        if unit != 3
    ]
    table = agreement(
        codings(rows), judged_by("ana", "luis", grid=grid), labels="single", ordered=levels, by="code", repeats=0
    )
    kept = np.array([np.delete(own, 3) for own in said])
    for weights in ("linear", "quadratic"):
        expected = cohen_kappa_score(*kept, labels=range(4), weights=weights)
        assert value(table, f"cohen_kappa_{weights}") == pytest.approx(expected)
    alpha = krippendorff.alpha(kept, value_domain=range(4), level_of_measurement="ordinal")
    row = measure(table, "alpha_ordinal")
    assert (row["value"], row["n"], row["documents"]) == (pytest.approx(alpha), 79, 20)
    assert value(table, "rate", by="code", code="a bit") == 0


def test_ordinal_ac2_by_hand():
    """Levels on units 1 (a, a), 2 (a, b), 4 (b, b), and unit 5, which luis alone gave one. With a third level below,
    neighbours agree by 2/3, and all weights sum to 17/3."""
    table = agreement(codings(HAND), judged_by("ana", "luis"), labels="single", ordered=["0", "a", "b"], repeats=0)
    chance = 17 / 3 / 6 * 2 * (2.5 / 4) * (1.5 / 4)
    row = measure(table, "gwet_ac2")
    assert (row["value"], row["n"], row["documents"]) == (pytest.approx((8 / 9 - chance) / (1 - chance)), 3, 2)
    assert row["note"] == "only units with one of the levels 0, a, b"
    assert pd.isna(measure(table, "gwet_ac1")["note"])


def test_without_weights_each_document_counts_once():
    ratings = Ratings.from_rows([["a", "a"], ["a", "b"], ["b", "b"], ["b", "b"], ["a", None]])
    expected = {percent_agreement: 0.75, cohen_kappa: 0.5, cohen_kappa_max: 0.5, scott_pi: (0.75 - 34 / 64) / (30 / 64)}
    for function, number in expected.items():
        assert function(ratings).tolist() == pytest.approx([number]), function
    for function in (fleiss_kappa, gwet_ac, krippendorff_alpha):
        assert function(ratings).tolist() == function(ratings, np.ones((1, 5))).tolist()
    for function, name in ((cohen_kappa, "Cohen's kappa"), (cohen_kappa_max, "the maximum of Cohen's kappa")):
        with pytest.raises(InputError, match=f"^{name} compares two coders, got 3; choose a pair"):
            function(Ratings.from_rows([["a", "b", "a"]]))
    with pytest.raises(InputError, match="Scott's pi compares two coders"):
        scott_pi(Ratings.from_rows([["a", "b", "a"]]))


def test_sets_of_more_codes_than_a_byte_has_bits():
    said = [("c0 c9", "c0"), ("c9", "c9"), ("", "c8"), ("c1", "c1"), ("c0 c1 c9", "c0 c1 c9")]
    rows = [
        (coder, *GRID[unit], code, None)
        for unit, both in enumerate(said)
        for coder, codes in zip(("ana", "luis"), both, strict=True)
        for code in codes.split()
    ]
    codes = [f"c{number}" for number in range(10)]
    table = agreement(codings(rows), judged_by("ana", "luis"), codes=codes, by=(), repeats=0)
    assert value(table, "percent") == pytest.approx(3 / 5)
    sets = Ratings.from_rows([[frozenset(codes.split()) for codes in both] for both in said])
    for name in ("jaccard", "masi"):
        assert value(table, f"alpha_{name}") == pytest.approx(krippendorff_alpha(sets, distance=name)[0])


def test_codes_stand_in_the_order_given():
    table = agreement(codings(HAND), judged_by("ana", "luis"), codes=["c", "b", "a"], by="code", repeats=0)
    assert list(dict.fromkeys(table["code"].dropna())) == ["c", "b", "a"]
    assert [value(table, "rate", by="code", code=code) for code in "cba"] == pytest.approx([0, 0.3, 0.4])


def test_a_second_coding_of_a_unit_is_refused_only_where_it_is_another_code_and_counts():
    more = [("luis", "d1", 0, 10, "a", "endorses"), ("luis", "d9", 0, 9, "a", None), ("luis", "d9", 0, 9, "b", None)]
    table = agreement(codings([*HAND, *more]), judged_by("ana", "luis"), labels="single", by=(), repeats=0)
    row = measure(table, "percent")
    assert (row["value"], row["n"]) == (pytest.approx(3 / 5), 5)
    outside, repeated = row["note"].split("; ")
    assert outside == "2 codings on what their coder had not judged are left out"
    assert repeated == "1 codings repeat a code of the same coder on the same unit and count once"


def test_ratings_take_labels_in_their_order_and_every_way_to_say_missing():
    few, many = frozenset("c"), frozenset("ab")
    row = [many, "b", 10, few, 2, "a", frozenset("ac"), None, float("nan"), pd.NA, pd.NaT]
    ratings = Ratings.from_rows([row])
    # numbers by size, then words, then sets by size and name
    assert ratings.labels == (2, 10, "a", "b", few, many, frozenset("ac"))
    assert ratings.values.tolist() == [[5, 3, 1, 4, 0, 2, 6, -1, -1, -1, -1]]
    nothing = Ratings.from_rows([], coders=("ana", "luis"))
    assert (nothing.values.shape, nothing.documents) == ((0, 2), 0)
    rows = [("u2", 10, "x"), ("u2", 2, "y"), ("u1", 10, "x")]
    table = pd.DataFrame(rows, columns=["post", "who", "said"])
    ratings = Ratings.from_table(table, unit="post", coder="who", value="said")
    assert (ratings.coders, ratings.values.tolist(), ratings.doc.tolist()) == (("2", "10"), [[1, 0], [-1, 0]], [0, 1])
    for make, said in (
        (lambda: ratings.of(0, 2), "there is no coder 2; there are 2, 10."),
        (lambda: Ratings.from_rows([["a", "b"]]).of(0, 2), "there is no coder 2; there are the columns 0 to 1."),
        (lambda: Ratings.from_table(table, unit="unit"), "the table has no column 'unit'; it has post, who, said."),
        (
            lambda: Ratings.from_rows([["a"], ["b", "a"], ["a"]]),
            "row 1 has 2 values but row 0 has 1; give one value for each coder, None where a coder did not judge.",
        ),
    ):
        with pytest.raises(InputError) as error:
            make()
        assert str(error.value) == said


# ---- which unit, which coders ----------------------------------------------------------------------------

PLACES = [
    # as much of two units: the shorter one, of equals the first; more of one: that one
    ("d1", 5, 15, (0, 10), "1 codings stood beside"),
    ("d1", 25, 35, (30, 40), "1 codings stood beside"),
    ("d2", 5, 15, (0, 10), "1 codings stood beside"),
    ("d1", 38, 60, (30, 60), "1 codings stood beside"),
    # half of the shorter one is enough, less is not
    ("d1", 55, 65, (30, 60), "1 codings stood beside"),
    ("d1", 56, 66, None, "1 codings on what their coder had not judged are left out"),
    # a span that is a unit stays there
    ("d1", 30, 40, (30, 40), None),
    ("d1", 30, 60, (30, 60), None),
]


@pytest.mark.parametrize(("doc_id", "start", "end", "unit", "said"), PLACES)
def test_the_unit_of_a_coding(doc_id, start, end, unit, said):
    grid = [("d1", 0, 10), ("d1", 10, 30), ("d1", 30, 60), ("d1", 30, 40), ("d2", 10, 20), ("d2", 0, 10), ("d3", 0, 9)]
    rows = [("ana", doc_id, start, end, "a", None), ("luis", "d3", 0, 9, "a", None)]
    found = majority(codings(rows), judged_by("ana", "luis", grid=grid))
    other = [("d3", 0, 9)]
    places = list(found.aggregated[["doc_id", "start", "end"]].itertuples(index=False, name=None))
    assert places == ([(doc_id, *unit), *other] if unit else other)
    told = [text for text in found.notes if text.startswith("1 codings")]
    assert len(told) == (said is not None) and all(text.startswith(said) for text in told)


def test_what_is_counted_in_notes_and_where_the_notes_stand():
    more = [("luis", "d1", 0, 10, "a", None), ("luis", "d2", 0, 10, "b", "breach")]
    annotations = codings([*HAND, *more], codebook_version=["1", "2"] * 4 + ["1"])
    robot = codings([("machine:majority", "d1", 0, 10, "a", None)], kind="machine")
    given = pd.concat([annotations, robot], ignore_index=True)
    repeat = "2 codings repeat a code of the same coder on the same unit and count once"
    mixed = "1 codes have two stances by the same coder on one unit and count without one"
    always = [
        "the machine 'machine:majority' is taken to have judged everything",
        "coded with the codebook versions 1, 2",
        "people only, with machine:majority in the rows of pairs",
        "'machine:majority' was put together from people's codings: its agreement with them is not independent",
    ]
    told = {"sentence": [repeat, mixed], "document": [mixed], "span": []}
    for unit, own in told.items():
        table = agreement(given, judged_by("ana", "luis"), unit=unit, lengths={"d1": 30, "d2": 20}, repeats=0)
        row = table[table["by"].isna()].iloc[-1]
        assert row["note"].split("; ") == [always[0], *own, *always[1:]], unit
        parts = table[table["by"].isin(["code", "coders"]) & table["value"].notna()]
        assert parts["note"].isna().all(), unit
    sentences = agreement(given, judged_by("ana", "luis"), repeats=0)
    # b on unit 4 has two stances by luis and no longer counts; a without one beside one with it keeps it
    row = measure(sentences, "percent", by="stance", of="(all)")
    assert (row["value"], row["n"]) == (1, 1)


def test_who_is_the_whole():
    ana, luis = ([row for row in HAND if row[0] == coder] for coder in ("ana", "luis"))
    robot = codings([("robot", *row[1:]) for row in ana], kind="machine")
    # one person: the machine is part of the whole
    table = agreement(pd.concat([codings(luis), robot]), judged_by("luis"), repeats=0)
    assert value(table, "f1") == pytest.approx(4 / 7)
    assert "people only" not in measure(table, "f1")["note"]
    assert measure(table, "f1", by="coders", of="machine", coders="luis | robot")["n"] == 5
    # two who share nothing: the machine stands between them, and they are no pair
    apart = pd.concat([judged_by("ana", grid=GRID[:3]), judged_by("luis", grid=GRID[3:])])
    table = agreement(pd.concat([codings(HAND[:2] + HAND[5:]), robot]), apart, repeats=0)
    assert measure(table, "percent")["n"] == 5
    pairs = table[(table["by"] == "coders") & (table["measure"] == "percent")].set_index("coders")
    assert pairs["n"].to_dict() == {"ana | robot": 3, "luis | robot": 2}
    # ana and the machine gave the same; on d2 it gave b to unit 4 and nothing to unit 5, luis b and a
    assert pairs["value"].tolist() == [1, 0.5] and value(table, "percent") == pytest.approx(4 / 5)
    # a machine that the judged units name judged these alone
    named = pd.concat([judged_by("ana", "luis"), judged_by("robot", grid=GRID[:3])])
    table = agreement(pd.concat([codings(HAND), robot]), named, repeats=0)
    assert measure(table, "percent", by="coders", of="machine", coders="ana | robot")["n"] == 3
    assert not table["note"].str.contains("judged everything", na=False).any()
    # three coders: pairs code by code, the pair of people too
    assert parts_of(table)["coders", "people", "b", "ana | luis"] == ["f1", "cohen_kappa"]


def test_who_gave_no_code_at_all_is_a_person_who_judged():
    table = agreement(codings(HAND), judged_by("ana", "eva", "luis"), by="coders", repeats=0)
    # ana gave 3 codes, luis 4, two of them the same; eva none
    assert value(table, "f1") == pytest.approx((4 / 7 + 0 + 0) / 3) and pd.isna(measure(table, "f1")["note"])
    assert value(table, "percent", by="coders", of="people", coders="ana | eva") == pytest.approx(2 / 5)


def test_an_empty_post_is_no_unit_and_a_document_without_a_language_no_part():
    judged = judged_by("ana", "luis")
    more = pd.concat([judged, judged_by("ana", "luis", grid=[("d0", 0, 0)])])
    expected = agreement(codings(HAND), judged, repeats=0)
    pd.testing.assert_frame_equal(agreement(codings(HAND), more, repeats=0), expected)
    pd.testing.assert_frame_equal(agreement(codings(HAND), judged, langs={"d1": "es"}, repeats=0), expected)
    # every document has the language of its own row, the same as another's or not
    three = judged_by("ana", "luis", grid=[*GRID, ("d3", 0, 10)])
    three["lang"] = three["doc_id"].map({"d1": "es", "d2": "it", "d3": "es"})
    by_lang = agreement(codings(HAND), three, by="lang", repeats=0).query("measure == 'percent' and by == 'lang'")
    assert by_lang.set_index("of")["n"].to_dict() == {"es": 4, "it": 2}
    whole, more = (
        agreement(codings(HAND), pd.concat([judged, judged_by("ana", grid=grid)]), unit="document", repeats=0)
        for grid in ([], [("d1", 0, 0)])
    )
    pd.testing.assert_frame_equal(more, whole)


# ---- stretches -------------------------------------------------------------------------------------------

#: d1: all three; d2: ana and luis only.
STRETCHES = [
    ("ana", "d1", 0, 10, "a", None), ("luis", "d1", 0, 10, "a", None), ("eva", "d1", 5, 15, "a", None),
    ("ana", "d2", 0, 20, "b", None),
]  # fmt: skip


def test_stretches_where_one_coder_did_not_judge_everything_by_hand():
    judged = pd.concat(
        [judged_by("ana", "luis", grid=[("d1", 0, 100), ("d2", 0, 50)]), judged_by("eva", grid=GRID[:1])]
    )
    judged.loc[judged["doc_id"] == "d1", "end"] = 100
    lengths = {"d2": 50, "d1": 100}
    table = agreement(codings(STRETCHES), judged, unit="span", lengths=lengths, repeats=9)
    # ana and luis 100 of 100 and 30 of 50; eva differs from either in ten characters of d1
    assert value(table, "percent_characters") == pytest.approx((130 + 90 + 90) / 350)
    assert value(table, "percent_characters", by="code", code="b") == pytest.approx((130 + 100 + 100) / 350)
    assert value(table, "f1_exact") == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert value(table, "f1_overlap") == pytest.approx((2 / 3 + 1 + 1) / 3)
    assert value(table, "f1_characters") == pytest.approx((20 / 40 + 10 / 20 + 10 / 20) / 3)
    # b: only ana and luis have anything to compare
    assert value(table, "f1_exact", by="code", code="b") == 0
    spans = codings(STRETCHES)[["doc_id", "start", "end", "code", "coder"]]
    seen = np.array([[True, True, True], [True, False, True]])
    alphas = u_alpha(spans, {"d1": 100, "d2": 50}, ["ana", "eva", "luis"], np.ones((1, 2)), seen)
    assert value(table, "u_alpha") == pytest.approx(alphas["all"][0])
    assert value(table, "u_alpha", by="code", code="a") == pytest.approx(alphas["a"][0])
    counts = {"whole": {}, "code": {"by": "code", "code": "b"}}
    counts |= {names: {"by": "coders", "of": "people", "coders": names} for names in ("ana | luis", "ana | eva")}
    rests = [tuple(measure(table, "f1_exact", **where)[["n", "documents"]]) for where in counts.values()]
    assert rests == [(4, 2), (1, 2), (3, 2), (2, 1)]
    assert "one document" in measure(table, "f1_exact", **counts["ana | eva"])["note"]
    # b is judged, and marked by nobody, in the one document of ana and eva
    row = measure(table, "f1_exact", code="b", **counts["ana | eva"])
    assert np.isnan(row["value"]) and row["n"] == 0 and row["note"] == "undefined, as nobody gave the code"
    written = codings(STRETCHES, quote=["x" * (row[3] - row[2]) for row in STRETCHES])
    texts = {doc_id: "x" * length for doc_id, length in lengths.items()}
    pd.testing.assert_frame_equal(agreement(written, judged, unit="span", texts=texts, repeats=9), table)


def test_characters_with_the_same_codes_are_counted_one_by_one():
    random, lengths = np.random.default_rng(8), {"d1": 40, "d2": 70, "d3": 25}
    langs = {"d1": "es", "d2": "it", "d3": "es"}
    coders = {"ana": ("d1", "d2", "d3"), "eva": ("d1", "d3"), "luis": ("d1", "d2")}
    rows = [
        (coder, doc_id, start, min(start + int(random.integers(1, 20)), lengths[doc_id]), code, None)
        for coder, own in coders.items()
        for doc_id in own
        for code in "abc"
        for start in random.integers(0, lengths[doc_id] - 1, 3).tolist()
    ]
    judged = pd.concat(
        [judged_by(coder, grid=[(doc_id, 0, lengths[doc_id]) for doc_id in own]) for coder, own in coders.items()]
    )
    table = agreement(codings(rows), judged, unit="span", lengths=lengths, langs=langs, by=("code", "lang"), repeats=0)

    def share(codes, docs):
        same = []
        for (one, first), (other, second) in combinations(coders.items(), 2):
            for doc_id in sorted(set(first) & set(second) & set(docs)):
                marked = [
                    {(code, at) for who, doc, start, end, code, _ in rows for at in range(start, end)
                     if (who, doc) == (coder, doc_id) and code in codes}
                    for coder in (one, other)
                ]  # fmt: skip
                differ = {at for _, at in marked[0] ^ marked[1]}
                same += [at not in differ for at in range(lengths[doc_id])]
        return np.mean(same)

    assert value(table, "percent_characters") == pytest.approx(share("abc", lengths))
    for code in "abc":
        assert value(table, "percent_characters", by="code", code=code) == pytest.approx(share(code, lengths))
    for lang, docs in {"es": ["d1", "d3"], "it": ["d2"]}.items():
        row = measure(table, "percent_characters", by="lang", of=lang)
        assert (row["value"], row["documents"]) == (pytest.approx(share("abc", docs)), len(docs))


def test_stances_of_stretches_are_those_of_the_partner_that_shares_most():
    rows = [
        # of two partners the one that shares six of ten
        ("ana", "d1", 0, 10, "a", "endorses"), ("luis", "d1", 0, 4, "a", "breach"),
        ("luis", "d1", 4, 10, "a", "endorses"),
        # four characters of ten; no stance; another code: nothing to compare
        ("ana", "d1", 20, 30, "b", "breach"), ("luis", "d1", 26, 36, "b", "breach"),
        ("ana", "d1", 40, 50, "b", None), ("luis", "d1", 40, 50, "b", "breach"),
        ("ana", "d2", 20, 30, "a", "endorses"), ("luis", "d2", 20, 30, "b", "endorses"),
        # half is enough
        ("ana", "d2", 0, 10, "a", "mentions"), ("luis", "d2", 5, 15, "a", "rejects"),
        # a stretch has one partner, the one that shares most
        ("ana", "d1", 60, 68, "a", "endorses"), ("ana", "d1", 68, 80, "a", "breach"),
        ("luis", "d1", 60, 80, "a", "breach"),
    ]  # fmt: skip
    judged = judged_by("ana", "luis", grid=[("d1", 0, 100), ("d2", 0, 50)])
    table = agreement(codings(rows), judged, unit="span", by="stance", repeats=0)
    row = measure(table, "percent", by="stance", of="(all)")
    assert (row["value"], row["n"], row["documents"]) == (pytest.approx(2 / 3), 3, 2)
    for of, number in {"endorses": 1, "breach": 1, "rejects": 0, "mentions": 0}.items():
        assert value(table, "f1", by="stance", of=of) == number, of


def test_stretches_over_time():
    """ana marks 1, 1, 2, 2 stretches of four documents (one of them twice, which is one), luis the first of each."""
    rows = [
        (coder, f"d{day}", start, start + 10, "a", None, f"2026-01-0{day}T10:00:00Z")
        for day in (1, 2, 3, 4)
        for coder, starts in (("ana", [0, 0] if day < 3 else [0, 20]), ("luis", [0]))
        for start in starts
    ]
    created = [row[-1] for row in rows]
    judged = judged_by("ana", "luis", grid=[(f"d{day}", 0, 50) for day in (1, 2, 3, 4)])
    lengths = {f"d{day}": 50 for day in (1, 2, 3, 4)}
    given = codings([row[:-1] for row in rows], created=created)
    table = agreement(given, judged, unit="span", lengths=lengths, periods=2, repeats=0)
    time = table[table["by"] == "period"]
    assert list(time["measure"]) == ["u_alpha", "f1_overlap"] * 3 + ["codes_per_unit"] * 6
    assert list(time["coders"]) == ["all"] * 6 + ["ana"] * 3 + ["luis"] * 3
    overlap = time[time["measure"] == "f1_overlap"]
    assert overlap["value"].tolist() == pytest.approx([1, 4 / 6, 4 / 6 - 1])
    assert time[time["coders"] == "ana"]["value"].tolist() == [1, 2, 1]
    assert time[time["coders"] == "luis"]["value"].tolist() == [1, 1, 0]
    assert measure(table, "f1_exact")["n"] == 10


def test_a_table_of_stretches_is_of_every_code_unless_told_otherwise():
    annotations = check("annotations", codings(HAND))
    settings = {"unit": "span", "single": False, "codes": None, "langs": None}
    coded = code_units(annotations, check("judged", judged_by("ana", "luis")), **settings)
    marked = mark_spans(annotations, coded, {"d1": 30, "d2": 20}, None)
    once = np.ones((1, 2))
    assert list(marked.blocks(once)) == [None, "a", "b"]
    assert list(marked.blocks(once, codes=False)) == [None]
    assert marked.counts().tolist() == [[2, 2], [1, 2]]
    assert marked.blocks(once)[None]["percent_characters"][0] == pytest.approx(30 / 50)


# ---- time, period by period ------------------------------------------------------------------------------


def four_days():
    """d1-d4 with two units, the first of which both code on day 1, 2, 3 (ana at ten, luis at eleven); nobody codes d4.
    ana alone reads d9 on day 4 and gives it two codes."""
    rows, created = [], []
    for day, code in ((1, "a"), (2, "b"), (3, "a")):
        rows += [("ana", f"d{day}", 0, 10, "a", None), ("luis", f"d{day}", 0, 10, code, None)]
        # eleven in Greenwich is noon in Madrid
        created += [f"2026-01-0{day}T10:00:00Z", f"2026-01-0{day}T12:00:00+01:00"]
    rows += [("ana", "d9", 0, 10, "a", None), ("ana", "d9", 0, 10, "b", None)]
    created += ["2026-01-04T10:00:00Z"] * 2
    grid = [(f"d{day}", start, start + 10) for day in (1, 2, 3, 4) for start in (0, 10)]
    judged = pd.concat([judged_by("ana", "luis", grid=grid), judged_by("ana", grid=[("d9", 0, 10)])])
    return codings(rows, created=created), judged


def test_periods_by_hand():
    """Units without a code take the time of their document's last coding; those of d4 have none."""
    annotations, judged = four_days()
    table = agreement(annotations, judged, periods=2, repeats=20)
    time = table[table["by"] == "period"]
    rows = time[time["measure"] == "percent"]
    # as many units as can be in each half without parting the two of a day
    assert rows["of"].tolist() == [
        "1: 2026-01-01 11:00:00 to 2026-01-02 11:00:00", "2: 2026-01-03 11:00:00", "last - first",
    ]  # fmt: skip
    assert rows["value"].tolist() == pytest.approx([3 / 4, 1, 1 / 4])
    assert rows[["n", "documents"]].to_numpy().tolist() == [[4, 2], [2, 1], [6, 3]]
    untimed = "2 units are in no period, mostly without a code, as it is not known when they were judged"
    assert rows["note"].str.startswith(untimed).all()
    assert time["measure"].tolist() == [*["percent", "f1", "alpha_masi"] * 3, *["codes_per_unit"] * 6]
    rates = time[time["coders"] == "ana"]
    assert rates["of"].tolist() == [
        "1: 2026-01-01 10:00:00 to 2026-01-02 10:00:00", "2: 2026-01-03 10:00:00 to 2026-01-04 10:00:00",
        "last - first",
    ]  # fmt: skip
    # of her own units all count, those nobody else read too
    assert rates["value"].tolist() == pytest.approx([1 / 2, 1, 1 / 2])
    assert rates[["n", "documents"]].to_numpy().tolist() == [[4, 2], [3, 2], [7, 4]]
    assert rates["note"].str.startswith(untimed).all()


def test_with_one_label_a_unit_time_is_followed_by_alpha_too():
    annotations, judged = four_days()
    annotations = annotations[annotations["doc_id"] != "d9"]
    table = agreement(annotations, judged, periods=2, repeats=0, by="period", labels="single")
    time = table[(table["by"] == "period") & (table["coders"] == "all")]
    assert time["measure"].tolist() == ["percent", "f1", "alpha_nominal"] * 3
    # period 1: (a, a), (a, b), twice no code; period 2: (a, a), no code
    alpha = 1 - (1 / 4) / (38 / 56)
    assert time.loc[time["measure"] == "alpha_nominal", "value"].tolist() == pytest.approx([alpha, 1, 1 - alpha])


def test_a_unit_without_a_code_takes_the_last_time_of_its_document():
    """ana codes two units of d1 on day 1 and 3, the third takes day 3; d2 on day 2, d3 on day 4."""
    grid = [("d1", 0, 10), ("d1", 10, 20), ("d1", 20, 30), ("d2", 0, 10), ("d3", 0, 10)]
    rows = [(coder, *span, "a", None) for coder in ("ana", "luis") for span in (*grid[:2], *grid[3:])]
    created = [f"2026-01-0{day}T10:00:00Z" for day in (1, 3, 2, 4)] * 2
    table = agreement(codings(rows, created=created), judged_by("ana", "luis", grid=grid), periods=2, repeats=0)
    rates = table[(table["measure"] == "codes_per_unit") & (table["coders"] == "ana")]
    assert rates["n"].tolist() == [2, 3, 5]
    assert rates["value"].tolist() == pytest.approx([1, 2 / 3, -1 / 3])


def test_times_of_machines_do_not_count_where_there_are_people():
    annotations, judged = four_days()
    robot = codings([("robot", f"d{day}", 0, 10, "a", None) for day in (1, 2, 3)], kind="machine")
    robot["created"] = [f"2020-01-0{day}T10:00:00Z" for day in (3, 2, 1)]
    both = pd.concat([annotations, robot], ignore_index=True)
    found, alone = (
        agreement(given, judged, periods=2, repeats=0, by="period").query("by == 'period'").reset_index(drop=True)
        for given in (both, annotations)
    )
    pd.testing.assert_frame_equal(found, alone)
    # without people machines have times, and habits
    machines = codings([*HAND, ("ana", "d3", 0, 10, "a", None), ("luis", "d3", 0, 10, "a", None)], kind="machine")
    machines["created"] = [f"2026-01-0{doc_id[1]}T10:00:00Z" for doc_id in machines["doc_id"]]
    table = agreement(machines, judged_by("ana", "luis", grid=[*GRID, ("d3", 0, 10)]), periods=2, repeats=0)
    rates = table[table["measure"] == "codes_per_unit"]
    assert rates["coders"].tolist() == ["ana"] * 3 + ["luis"] * 3
    assert rates.loc[rates["coders"] == "luis", "value"].tolist() == pytest.approx([2 / 3, 1, 1 / 3])


@pytest.mark.parametrize("column", ["created", "at"])
def test_judged_units_may_say_when(column):
    annotations, judged = four_days()
    judged[column] = [f"2026-01-0{min(int(doc_id[1:]), 5)}T15:00:00Z" for doc_id in judged["doc_id"]]
    if column == "created":
        judged["at"] = "2020-01-01T00:00:00Z"
    table = agreement(annotations, judged, periods=2, repeats=0, by="period")
    rows = table[(table["by"] == "period") & (table["measure"] == "percent")]
    # the later of both times of a unit; d4 has one now
    assert rows["of"].tolist()[:2] == [
        "1: 2026-01-01 15:00:00 to 2026-01-02 15:00:00", "2: 2026-01-03 15:00:00 to 2026-01-04 15:00:00",
    ]  # fmt: skip
    assert rows["n"].tolist() == [4, 4, 8] and rows["note"].isna().all()


# ---- more that is refused --------------------------------------------------------------------------------

SINGLE = {"labels": "single"}
MORE_REFUSED = [
    ({"repeats": -1}, "got periods 4, repeats -1, confidence 0.95; allowed are periods from 2, repeats from 0"),
    ({"confidence": 0}, "confidence 0; allowed"),
    ({"confidence": 1}, "confidence 1; allowed"),
    ({"by": ["code", "langs"]}, "by: got 'langs'; did you mean 'lang'?"),
    ({"ordered": ["a", "b", "a"], **SINGLE}, "ordered: got a, b, a; give two or more codes, each once."),
    ({"ordered": [], **SINGLE}, "ordered: got nothing; give two or more codes"),
    ({"ordered": ["a", "bb"], "codes": ["a", "b"], **SINGLE}, "ordered: 'bb' is none of 'codes'; did you mean 'b'?"),
    ({"unit": "span", "lengths": {}}, "lengths: 2 of the coded documents are not there, the first is 'd1'"),
]


@pytest.mark.parametrize(("settings", "said"), MORE_REFUSED, ids=[said for _, said in MORE_REFUSED])
def test_what_else_is_refused_in_one_sentence(settings, said):
    with pytest.raises(InputError) as error:
        agreement(codings(HAND), judged_by("ana", "luis"), **settings)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_stretch_without_characters_names_its_row_and_documents_read_apart_are_refused():
    rows = [*HAND, ("ana", "d1", 5, 5, "a", None)]
    with pytest.raises(InputError, match=r"^annotations, row 8: the span holds no character; remove the row\.$"):
        agreement(codings(rows), judged_by("ana", "luis"), unit="span", repeats=0)
    apart = pd.concat([judged_by("ana", grid=GRID[:3]), judged_by("luis", grid=GRID[3:])])
    for unit in ("document", "span"):
        with pytest.raises(InputError, match=r"^no document was judged by two coders \(ana, luis\)"):
            agreement(codings(HAND), apart, unit=unit, repeats=0)
    least = agreement(codings(HAND), judged_by("ana", "luis"), periods=2, repeats=0, confidence=0.01)
    assert value(least, "percent") == pytest.approx(3 / 5)
    with pytest.raises(InputError, match="no explanations in the language 'fr'"):
        explanation("f1", "fr")


# ---- what a reader sees ----------------------------------------------------------------------------------

UNDEFINED, NOBODY = "undefined, as only one category was used", "undefined, as nobody gave the code"
UNTIMED = "3 units are in no period, mostly without a code, as it is not known when they were judged"
FIRST, SECOND = "1: 2026-01-01 to 2026-01-02", "2: 2026-01-03"
NAN = np.nan
#: measure, by, of, code, coders, value, interval, n, documents, note beside the one that all rows have
READ = [
    ("percent", None, None, None, "all", 0.6, (0.2, 1), 1234, 56, "only of the whole"),
    ("f1", None, None, None, "all", 0.5714, (0.25, 0.75), 1230, 55, "only of the whole"),
    ("alpha_nominal", None, None, None, "all", NAN, None, 1200, 56, UNDEFINED),
    ("rate", "code", None, "a", "all", 0.4, (0.3, 0.5), 100, 9, None),
    ("f1", "code", None, "a", "all", 0.5, (0.1, 0.9), 90, 9, None),
    ("percent", "code", None, "a", "all", 0.75, (0.5, 1), 90, 9, None),
    ("alpha_nominal", "code", None, "a", "all", -0.25, (-0.5, 0.75), 90, 9, None),
    ("rate", "code", None, "b", "all", 0.1, None, 80, 9, None),
    ("f1", "code", None, "b", "all", NAN, None, 80, 9, NOBODY),
    ("f1", "code", None, "c", "all", NAN, None, 80, 9, NOBODY),
    ("percent", "code", None, "c", "all", 1, None, 80, 9, None),
    ("rate", "code", "(any)", None, "all", 0.45, (0.4, 0.5), 100, 9, None),
    ("alpha_nominal", "stance", "(all)", None, "all", 0.4, None, 12, 3, None),
    ("percent", "stance", "(all)", None, "all", 0.5, (0.4, 0.6), 12, 3, None),
    ("f1", "stance", "endorses", None, "all", 1, (1, 1), 12, 3, None),
    ("f1", "lang", "es", None, "all", 0.3, None, 7, 2, None),
    ("percent", "lang", "it", None, "all", 0.2, None, 5, 2, None),
    ("percent", "coders", "people", None, "ana | luis", 0.7, None, 30, 4, None),
    ("f1", "coders", "people", "a", "ana | luis", 0.123, None, 30, 4, None),
    ("percent", "coders", "machine", None, "ana | bot", 0.8, None, 31, 4, None),
    ("percent", "period", FIRST, None, "all", 0.9, None, 15, 4, UNTIMED),
    ("percent", "period", SECOND, None, "all", 0.7, None, 16, 4, UNTIMED),
    ("percent", "period", "last - first", None, "all", -0.2, None, 31, 4, UNTIMED),
    ("codes_per_unit", "period", FIRST, None, "ana", 1.5, (1, 2), 15, 4, UNTIMED),
    ("codes_per_unit", "period", FIRST, None, "luis", 0.5, None, 15, 4, None),
]
#: Heading -> rows, in order.
EXPECTED = {
    "All codes together": [
        ["measure", "value", "interval", "n"],
        ["Percent agreement", "0.600", "0.200 to 1.000", "1,234"],
        ["F1 (positive agreement)", "0.571", "0.250 to 0.750", "1,230"],
        ["Krippendorff's alpha", "–", "–", "1,200"],
    ],
    "By code": [
        ["code", "n", "share", "same", "F1", "interval", "alpha", "interval"],
        ["a", "100", "0.400", "0.750", "0.500", "0.100 to 0.900", "−0.250", "−0.500 to 0.750"],
        ["b", "80", "0.100", "–", "–", "–", "–", "–"],
        ["c", "80", "–", "1.000", "–", "–", "–", "–"],
        ["any code", "100", "0.450", "–", "–", "–", "–", "–"],
    ],
    "Stance, where two gave the same code": [
        ["stance", "n", "same", "F1", "interval", "alpha", "interval"],
        ["all", "12", "0.500", "–", "–", "0.400", "–"],
        ["endorses", "12", "–", "1.000", "1.000 to 1.000", "–", "–"],
    ],
    "By language": [
        ["language", "n", "F1", "interval", "same"],
        ["es", "7", "0.300", "–", "–"],
        ["it", "5", "–", "–", "0.200"],
    ],
    "By pair of coders": [
        ["coders", "n", "same"],
        ["ana | luis (people)", "30", "0.700"],
        ["ana | bot (with machine)", "31", "0.800"],
    ],
    "Over time": [
        ["period", "n", "same"],
        [FIRST, "15", "0.900"],
        [SECOND, "16", "0.700"],
        ["last minus first", "31", "−0.200"],
    ],
    "Codes per unit of each coder over time": [
        ["coder", "n", "codes", "interval"],
        [f"ana, {FIRST}", "15", "1.500", "1.000 to 2.000"],
        [f"luis, {FIRST}", "15", "0.500", "–"],
    ],
}
NOTES = {
    "All codes together": ["said of all", "only of the whole", UNDEFINED],
    "By code": [f"b, c: {NOBODY}"],
    "Over time": [UNTIMED],
    "Codes per unit of each coder over time": [f"ana: {UNTIMED}"],
}


@pytest.fixture(scope="module")
def to_read():
    rows = [
        (*row[:6], *(row[6] or (NAN, NAN)), *row[7:9], "; ".join(["said of all", *([row[9]] if row[9] else [])]))
        for row in READ
    ]
    columns = ["measure", "by", "of", "code", "coders", "value", "ci_low", "ci_high", "n", "documents", "note"]
    return pd.DataFrame(rows, columns=columns)


def test_the_tables_in_markdown(to_read):
    tables, notes, heading = {}, {}, None
    for line in as_markdown(to_read).splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("|"):
            cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            tables.setdefault(heading, []).append(cells)
        elif line.startswith("- ") and heading in EXPECTED:
            notes.setdefault(heading, []).append(line[2:])
    marks = {heading: rows.pop(1) for heading, rows in tables.items()}
    # Markdown wants an empty line before a table and before a list
    assert "## By code\n\n| code |" in as_markdown(to_read) and "|\n\n- b, c: " in as_markdown(to_read)
    assert list(tables.items()) == list(EXPECTED.items())
    assert notes == NOTES
    assert all(own == ["---", *["---:"] * (len(own) - 1)] for own in marks.values())
    assert heading == "How to read the measures"


def test_the_tables_for_the_terminal(to_read):
    text = as_text(to_read)
    assert text.splitlines()[1].strip().startswith("1,234 units in 56 documents judged by at least two; intervals")
    parts = {}
    for block in text.split("\n\n"):
        heading, *lines = block.splitlines()
        parts[heading] = lines
    assert list(parts) == ["Agreement between coders", *EXPECTED, "How to read the measures"]
    rows = {
        heading: [re.split(r" {2,}", line.strip()) for line in lines if not line.startswith("  * ")]
        for heading, lines in parts.items()
    }
    whole, *others = EXPECTED
    for heading in others:
        told = NOTES.get(heading, [])
        assert rows[heading][: len(EXPECTED[heading])] == EXPECTED[heading], heading
        assert " ".join(" ".join(parts[heading][len(EXPECTED[heading]) :]).split()) == " ".join(
            f"* {note_text}" for note_text in told
        )
        assert len({len(line) for line in parts[heading][: len(EXPECTED[heading])]}) == 1, "columns end together"
    # of the whole each measure stands above its question and what it is silent about
    shown = [row for row in rows[whole] if len(row) > 1]
    assert shown == [row[:3] for row in EXPECTED[whole][1:]]
    below = " ".join(" ".join(parts[whole]).split())
    places = [below.index(explanation(name)["question"]) for name in ("percent", "f1", "alpha_nominal")]
    assert places == sorted(places)
    assert below.count("It does not tell ") == 3 and "It does not tell why it is low: with a rare code" in below
    top = " ".join(" ".join(parts["Agreement between coders"]).split())
    assert top.endswith(" ".join(f"* {text}" for text in NOTES[whole]))
    # at the end the measures that the whole does not have, and each reading once
    end = " ".join(" ".join(parts["How to read the measures"]).split())
    shares = [explanation(name) for name in ("rate", "codes_per_unit")]
    readings = dict.fromkeys(explanation(name)["reading"] for name in ("percent", "f1", "alpha_nominal"))
    assert end == " ".join([*(f"{said['name']}: {said['question']}" for said in shares), *readings])
    assert max(map(len, text.splitlines())) <= 110 and text.endswith("\n")
    assert all(line.startswith("  ") for lines in parts.values() for line in lines[1:])
    numbers = [line for line in parts[whole] if not line.startswith("   ")]
    assert len({line.index(row[1]) for line, row in zip(numbers[:2], shown, strict=False)}) == 1
    assert as_text(to_read, notes=["Mind this."]).splitlines()[1] == "  ! Mind this."


def test_the_tables_of_the_page(to_read):
    from lxml import html

    page = html.fromstring(f"<html><body>{agreement_html(to_read, notes=['first', 'second'])}</body></html>")
    headings = [element.text_content() for element in page.iter("h3", "h4")]
    assert headings == ["Agreement between coders", *EXPECTED]
    tables = [[[cell.text_content() for cell in row] for row in table.iter("tr")] for table in page.iter("table")]
    whole, *others = EXPECTED.values()
    said = [explanation(name) for name in ("percent", "f1", "alpha_nominal")]
    assert tables[0] == [
        ["measure", "value", "interval", "question", "It does not tell"],
        *([*row[:3], text["question"], text["silent"]] for row, text in zip(whole[1:], said, strict=True)),
    ]
    assert tables[1:] == others
    lists = [[item.text_content() for item in element] for element in page.iter("ul")]
    assert lists == list(NOTES.values())
    assert [element.text_content() for element in page.find_class("caution")] == ["first", "second"]
    titles = [element.get("title") for element in page.iter("th") if element.get("title")]
    assert [text.split(" Source: ")[1] for text in titles] == [text["source"] for text in said]
    assert all(text["range"] in title and text["reading"] in title for text, title in zip(said, titles, strict=True))
    # numbers stand on the right: all cells but the first
    for table in list(page.iter("table"))[1:]:
        assert all([cell.get("class") for cell in row] == [None, *["n"] * (len(row) - 1)] for row in table.iter("tr"))
    names = [element.text_content() for element in page.iter("dt")]
    assert names == [explanation(name)["name"] for name in dict.fromkeys(row[0] for row in READ)]
    assert page.find_class("agreement")[0].get("lang") == "en"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_measure_is_explained_in_full_under_the_tables(to_read, lang):
    texts, said = words(lang)["words"], explanation("alpha_nominal", lang)
    (line,) = [row for row in as_markdown(to_read, lang).splitlines() if row.startswith(f"- **{said['name']}**: ")]
    parts = [said["question"], texts["prefer"], texts["silent"], said["range"], said["reading"]]
    places = [line.index(part) for part in [*parts, f"{texts['source']}: {said['source']}"]]
    assert places == sorted(places)
    page = agreement_html(to_read, lang)
    assert f'lang="{lang}"' in page and f"{texts['source']}: " in page
    # what it says of a period and of a difference is said in the language too
    assert f"1: 2026-01-01 {texts['to']} 2026-01-02" in page
    assert f"{texts['change']}" in page and "last - first" not in page


def test_one_pair_of_coders_is_the_whole_and_not_shown_again(hand):
    assert "By pair of coders" not in as_text(hand) and (hand["by"] == "coders").any()
    assert "stretches in" not in as_text(hand)
    assert as_text(hand[:0]).splitlines()[1].strip().startswith("0 units in 0 documents")
    spans = agreement(codings(HAND), judged_by("ana", "luis"), unit="span", repeats=0)
    assert as_text(spans).splitlines()[1].strip().startswith("7 stretches in 2 documents judged by at least two")
    # without lengths that is the only reason given
    for where in ({}, {"by": "code", "code": "a"}):
        said = measure(spans, "percent_characters", **where)["note"]
        assert said == "not computed, as the lengths of the documents are not known (give the texts)"


def test_the_columns_of_real_tables(hand):
    def head(table, heading):
        lines = as_text(table).splitlines()
        return re.split(r" {2,}", lines[lines.index(heading) + 1].strip())

    two = ["code", "n", "share", "same", "F1", "interval", "kappa", "AC1", "alpha", "interval"]
    assert head(hand, "By code") == two
    three = agreement(*made_up(1)[:2], by="code", repeats=0)
    assert head(three, "By code") == ["Fleiss" if name == "kappa" else name for name in two]
    spans = agreement(
        codings(HAND), judged_by("ana", "luis"), unit="span", lengths={"d1": 30, "d2": 20}, by="code", repeats=0
    )
    assert head(spans, "By code") == [
        "code", "n", "u-alpha", "interval", "F1 exact", "F1 overlap", "interval", "F1 chars", "same chars",
    ]  # fmt: skip
    time = agreement(*four_days(), periods=2, repeats=0, by="period")
    assert head(time, "Over time") == ["period", "n", "same", "F1", "interval", "alpha MASI", "interval"]
    assert head(time, "Codes per unit of each coder over time") == ["coder", "n", "codes", "interval"]
