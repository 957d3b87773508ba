"""The agreement table: measures worked by hand, missing judgements, time, words, figures, command."""

import argparse
import importlib.util
import re

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from toolkit.cli.agreement import add_agreement
from toolkit.errors import InputError, ToolkitError
from toolkit.reliability.agreement import agreement
from toolkit.reliability.explain import LANGUAGES, explanation, note, note_in, words
from toolkit.reliability.text import agreement_html, as_markdown, as_text
from toolkit.storage import read_table, write_file

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
