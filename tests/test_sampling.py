"""Which items people code, and how many: draws that can be weighted back, informative orders, widths that come true."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.annotation.planning.assignment import assign
from toolkit.annotation.planning.icc import icc_of
from toolkit.annotation.planning.sample_size import items_for_width
from toolkit.annotation.planning.sampling import order, sample
from toolkit.errors import InputError
from toolkit.resampling import bootstrap_weights, sample_limits
from toolkit.tables import check

# ---- tables by hand --------------------------------------------------------------------------------------


def items_of(sizes, langs=None):
    """Documents d0, d1, ... of so many sentences; one language per document."""
    rows = [
        (f"d{doc}:{place}", f"d{doc}", 10 * place, 10 * place + 9, "sentence", (langs or ["es"] * len(sizes))[doc])
        for doc, size in enumerate(sizes)
        for place in range(size)
    ]
    return pd.DataFrame(rows, columns=["item", "doc_id", "start", "end", "unit", "lang"])


def place(item):
    doc, number = item.split(":")
    return doc, 10 * int(number), 10 * int(number) + 9


def scores_of(table, cut=0.5):
    """``table``: item -> {code: score}."""
    rows = [(*place(item), code, score, score >= cut) for item, own in table.items() for code, score in own.items()]
    return pd.DataFrame(rows, columns=["doc_id", "start", "end", "code", "score", "decided"])


def codings(*rows):
    """(coder, item, code[, stance]) -> annotations table."""
    table = [
        (*place(item), "q", "book", code, coder, "human", *(stance or (None,))) for coder, item, code, *stance in rows
    ]
    return pd.DataFrame(
        table, columns=["doc_id", "start", "end", "quote", "codebook", "code", "coder", "kind", "stance"]
    )


def judged_of(**items):
    """coder="d0:0 d0:1" -> judged table."""
    rows = [(coder, *place(item)) for coder, names in items.items() for item in names.split()]
    return pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end"])


def posts_of(dates, **columns):
    count = len(dates)
    return pd.DataFrame(
        {"doc_id": [f"d{n}" for n in range(count)], "text": "x", "sha256": "0", "lang": "es", "date": dates, **columns}
    )


#: Draws of one sample, to count how often each item is in it.
_DRAWS = 120


# ---- by chance -------------------------------------------------------------------------------------------


def test_a_random_sample_has_n_items_of_the_table_in_its_order_each_once():
    items = items_of([4, 3, 5])
    drawn = sample(items, 5, seed=3)
    assert len(drawn) == 5 and drawn["item"].is_unique
    assert drawn["item"].tolist() == [item for item in items["item"] if item in set(drawn["item"])]
    assert drawn["weight"].tolist() == [12 / 5] * 5
    assert set(drawn["reason"]) == {"random"}
    check("items", drawn)


def test_the_same_seed_draws_the_same_in_whatever_order_the_rows_stand():
    items = items_of([4, 3, 5], ["es", "it", "es"])
    for options in ({}, {"how": "stratified", "by": "lang"}, {"whole_documents": True}):
        n = 2 if "whole_documents" in options else 5
        first, again = (sample(table, n, **options) for table in (items, items.sample(frac=1, random_state=1)))
        assert set(first["item"]) == set(again["item"])
        assert any(set(sample(items, n, seed=seed, **options)["item"]) != set(first["item"]) for seed in range(2, 9))


@pytest.mark.parametrize(
    "options",
    [
        {"n": 6},
        {"n": 6, "how": "stratified", "by": "lang"},
        {"n": 6, "how": "stratified", "by": "lang", "allocation": "equal"},
        {"n": 3, "whole_documents": True},
        {"n": 4, "how": "stratified", "by": "lang", "whole_documents": True},
    ],
    ids=str,
)
def test_every_item_is_drawn_as_often_as_its_weight_says(options):
    items = items_of([5, 1, 2, 7, 3, 2], ["es", "es", "it", "es", "it", "pt"])
    drawn = pd.concat([sample(items, seed=seed, **options) for seed in range(_DRAWS)])
    times = drawn.groupby("item").size().reindex(items["item"], fill_value=0)
    expected = _DRAWS / drawn.groupby("item")["weight"].first().reindex(items["item"])
    assert drawn.groupby("item")["weight"].nunique().max() == 1
    # binomial: four and a half standard errors, for 20 items
    error = np.sqrt(expected * (1 - expected / _DRAWS))
    assert (np.abs(times - expected) <= 4.5 * error + 1e-9).all()


def test_weights_make_an_oversampled_stratum_count_as_much_as_it_should():
    items = items_of([90, 10], ["es", "it"])
    drawn = sample(items, 20, "stratified", by="lang", allocation="equal")
    assert drawn["lang"].value_counts().to_dict() == {"es": 10, "it": 10}
    assert np.average(drawn["lang"] == "it", weights=drawn["weight"]) == pytest.approx(0.1)
    assert drawn["weight"].sum() == pytest.approx(100)


@pytest.mark.parametrize(
    ("sizes", "n", "allocation", "expected"),
    [
        # quotas 5.0, 3.0, 2.0
        ([50, 30, 20], 10, "proportional", [5, 3, 2]),
        # quotas 4.7, 3.5, 1.8: floors 4, 3, 1 and the remainders .8 and .7
        ([47, 35, 18], 10, "proportional", [5, 3, 2]),
        # quotas 9.6, .2, .2: one each of the small ones, which the large one gives
        ([96, 2, 2], 10, "proportional", [8, 1, 1]),
        # fewer than strata: .96, .02, .02
        ([96, 2, 2], 1, "proportional", [1, 0, 0]),
        ([96, 2, 2], 100, "proportional", [96, 2, 2]),
        # two has but two; the rest is shared, the odd one to the first
        ([96, 2, 50], 13, "equal", [6, 2, 5]),
        ([5, 5, 5], 2, "equal", [1, 1, 0]),
        ([96, 2, 2], 100, "equal", [96, 2, 2]),
    ],
)
def test_allocation(sizes, n, allocation, expected):
    items = items_of(sizes, ["a", "b", "c"])
    drawn = sample(items, n, "stratified", by="lang", allocation=allocation)
    assert [int((drawn["lang"] == lang).sum()) for lang in "abc"] == expected
    assert drawn["weight"].isna().all() == (0 in expected)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.data())
@settings(max_examples=30, deadline=None)
def test_any_allocation_sums_to_n_and_takes_no_more_than_there_is(sizes, data):
    n = data.draw(st.integers(1, sum(sizes)))
    items = items_of(sizes, [f"l{number:02}" for number in range(len(sizes))])
    for allocation in ("proportional", "equal"):
        drawn = sample(items, n, "stratified", by="lang", allocation=allocation)
        counts = drawn.groupby("lang").size().reindex(items["lang"].unique(), fill_value=0).to_numpy()
        assert counts.sum() == n and (counts <= sizes).all()
        if n >= len(sizes):
            assert counts.min() >= 1
        if allocation == "proportional":
            # no stratum two above its quota: one for the remainder, or the one it must have
            assert (counts < np.maximum(n * np.array(sizes) / sum(sizes), 0) + 1 + 1e-9).all()


def test_strata_come_from_items_and_posts_the_year_from_the_date_and_a_missing_value_is_one():
    items = items_of([3, 3, 3, 3], ["es", "it", "es", "it"])
    posts = posts_of(["2010-01-31", "2010-05-01", None, "2012"], genre=["blog", "forum", "blog", "blog"])
    drawn = sample(items, 12, "stratified", by=["lang", "year", "genre"], posts=posts)
    assert drawn.groupby("doc_id")["reason"].first().tolist() == [
        "random, lang=es, year=2010, genre=blog",
        "random, lang=it, year=2010, genre=forum",
        "random, lang=es, year=(missing), genre=blog",
        "random, lang=it, year=2012, genre=blog",
    ]


def test_whole_documents_are_whole_and_n_counts_them():
    items = items_of([4, 3, 5, 2], ["es", "es", "it", "it"])
    drawn = sample(items, 2, "stratified", by="lang", whole_documents=True)
    assert drawn["doc_id"].nunique() == 2 and drawn["lang"].nunique() == 2
    assert len(drawn) == items["doc_id"].isin(drawn["doc_id"]).sum()
    assert set(drawn["weight"]) == {2.0}


# ---- the most informative --------------------------------------------------------------------------------


def test_entropy_adds_up_over_codes_in_bits():
    items = items_of([1, 1, 1, 1])
    scores = scores_of({
        "d0:0": {"a": 0.5, "b": 0.0},  # 1 bit
        "d1:0": {"a": 0.25, "b": 0.75},  # 2 x .8113
        "d2:0": {"a": 1.0, "b": 0.0},  # nothing open
        "d3:0": {"a": 0.1, "b": 0.0},  # .4690
    })  # fmt: skip
    ranked = order(items, scores=scores)
    assert ranked["item"].tolist() == ["d1:0", "d0:0", "d3:0", "d2:0"]
    assert ranked["value"].tolist() == pytest.approx([1.6226, 1.0, 0.4690, 0.0], abs=1e-4)
    assert ranked["reason"][1] == "uncertainty 1.00 bits, most in a (score 0.50)"


def test_margin_is_about_the_cut_of_each_code_which_the_decisions_tell():
    scores = pd.concat([
        scores_of({"d0:0": {"a": 0.28}, "d1:0": {"a": 0.52}, "d2:0": {"a": 0.20}}, cut=0.25),  # cut midway: .24
        scores_of({"d0:0": {"b": 0.05}, "d1:0": {"b": 0.91}, "d2:0": {"b": 0.69}}, cut=0.70),  # .80
        scores_of({"d0:0": {"c": 0.0}, "d1:0": {"c": 0.0}, "d2:0": {"c": 0.0}}),  # never: the median, .52
    ])  # fmt: skip
    ranked = order(items_of([1, 1, 1]), scores=scores, measure="margin")
    assert ranked.set_index("item")["value"].to_dict() == pytest.approx({"d0:0": 0.96, "d2:0": 0.96, "d1:0": 0.89})
    assert ranked["reason"][2] == "uncertainty 0.89, most in b (score 0.91)"


def test_the_limit_per_document_keeps_one_post_from_filling_the_head_of_the_queue():
    items = items_of([5, 2])
    values = {"d0:0": 0.5, "d0:1": 0.49, "d0:2": 0.48, "d0:3": 0.47, "d0:4": 0.46, "d1:0": 0.2, "d1:1": 0.1}
    scores = scores_of({item: {"a": value} for item, value in values.items()})
    assert order(items, scores=scores, per_document=9)["item"].tolist() == list(values)
    assert order(items, scores=scores, per_document=2)["item"].tolist() == [
        "d0:0", "d0:1", "d1:0", "d1:1", "d0:2", "d0:3", "d0:4",
    ]  # fmt: skip
    drawn = sample(items, 3, "uncertainty", scores=scores, per_document=2)
    assert drawn["item"].tolist() == ["d0:0", "d0:1", "d1:0"]
    assert drawn["weight"].isna().all() and "value" not in drawn


def test_whole_documents_as_items_take_the_mean_over_their_passages():
    items = pd.DataFrame({
        "item": ["d0", "d1"], "doc_id": ["d0", "d1"], "start": 0, "end": [100, 50], "unit": "document", "lang": "es",
    })  # fmt: skip
    scores = scores_of(
        {"d0:0": {"a": 0.5}, "d0:1": {"a": 0.0}, "d0:2": {"a": 0.0}, "d1:0": {"a": 0.5}, "d1:1": {"a": 0.25}}
    )
    ranked = order(items, scores=scores)
    assert ranked["item"].tolist() == ["d1", "d0"]
    assert ranked["value"].tolist() == pytest.approx([(1 + 0.8113) / 2, 1 / 3], abs=1e-4)
    # a passage counts for the item that holds it, not for one that it merely touches
    longer = scores.assign(end=scores["end"].where(scores["doc_id"] == "d0", 60))
    with pytest.raises(InputError, match=r"1 of 2 items have none \(the first: 'd1' 0-50\)"):
        order(items, scores=longer)


ENGLISH = items_of([2, 1, 2], ["es", "en", "it"])
#: The document in English has none.
NOT_ALL = scores_of({"d0:0": {"a": 0.1}, "d0:1": {"a": 0.4}, "d2:0": {"a": 0.5}, "d2:1": {"a": 0.2}})


def test_items_without_scores_go_last_if_asked_for():
    ranked = order(ENGLISH, scores=NOT_ALL, unscored="last", per_document=1)
    assert ranked["item"].tolist() == ["d2:0", "d0:1", "d2:1", "d0:0", "d1:0"]
    assert ranked["value"].isna().tolist() == [False] * 4 + [True]
    assert ranked["reason"].tolist()[-1] == "not scored"
    without = order(ENGLISH[ENGLISH["lang"] != "en"], scores=NOT_ALL, per_document=1)
    pd.testing.assert_frame_equal(ranked.head(4), without)
    by_margin = order(ENGLISH, scores=NOT_ALL.assign(decided=NOT_ALL["score"] > 0.3), measure="margin", unscored="last")
    assert by_margin["item"].tolist()[-1] == "d1:0" and by_margin["value"].isna().sum() == 1
    drawn = sample(ENGLISH, 4, "uncertainty", scores=NOT_ALL, unscored="last")
    assert set(drawn["item"]) == set(without["item"])
    with pytest.raises(InputError, match="n is 5, but there are 4 items that have scores"):
        sample(ENGLISH, 5, "uncertainty", scores=NOT_ALL, unscored="last")


def test_a_machine_cannot_be_surprised_by_what_it_did_not_score():
    coded = codings(("ana", "d0:0", "a"), ("ana", "d1:0", "other"))
    judged = judged_of(ana="d0:0 d0:1 d1:0")
    ranked = order(ENGLISH, "disagreement", annotations=coded, judged=judged, scores=NOT_ALL, unscored="last")
    assert ranked["item"].tolist() == ["d0:0", "d0:1", "d1:0", "d2:0", "d2:1"]
    assert ranked["reason"].tolist()[2:] == ["not scored", "not judged", "not judged"]
    assert ranked["value"].isna().tolist() == [False, False, True, True, True]
    # a code given where there are scores, but not of this code, is refused all the same
    wrong = codings(("ana", "d0:0", "other"))
    with pytest.raises(InputError, match="the code 'other' was given but has no score"):
        order(ENGLISH, "disagreement", annotations=wrong, judged=judged, scores=NOT_ALL, unscored="last")


def test_items_without_scores_are_refused_by_default_and_always_if_none_has_any():
    with pytest.raises(InputError, match=r"1 of 5 items have none \(the first: 'd1' 0-9\).*unscored='last'"):
        order(ENGLISH, scores=NOT_ALL)
    for unscored in ("refuse", "last"):
        with pytest.raises(InputError, match=r"scores: 5 of 5 items have none \(the first: 'd0' 0-9\)"):
            order(ENGLISH, scores=NOT_ALL.assign(doc_id=NOT_ALL["doc_id"] + "x"), unscored=unscored)


def test_ties_go_by_document_and_position_whatever_the_order_of_the_rows():
    items = items_of([2, 3])
    scores = scores_of({item: {"a": 0.5} for item in items["item"]})
    for seed in range(3):
        mixed = items.sample(frac=1, random_state=seed)
        assert order(mixed, scores=scores.sample(frac=1, random_state=seed))["item"].tolist() == list(items["item"])


def test_items_that_differ_in_the_sixteenth_digit_only_are_ties():
    # the same three entropies, summed from the other end, come to a hair more in the second item
    scores = scores_of({"d0:0": {"a": 0.1, "b": 0.05, "c": 0.2}, "d0:1": {"a": 0.2, "b": 0.05, "c": 0.1}})
    assert order(items_of([2]), scores=scores)["item"].tolist() == ["d0:0", "d0:1"]


def test_it_does_not_matter_in_which_order_scores_and_codings_stand():
    random = np.random.default_rng(4)
    items = items_of([4, 2, 5])
    # few values, so that many codes of an item, and many items, are equally unsure
    scores = scores_of({item: dict(zip("abc", random.integers(1, 6, 3) / 7, strict=True)) for item in items["item"]})
    coded = codings(("ana", "d0:1", "a"), ("luis", "d0:1", "b"), ("ana", "d2:4", "c"), ("luis", "d1:0", "c"))
    for options in (
        {}, {"measure": "margin"}, {"how": "disagreement", "annotations": coded, "judged": None},
    ):  # fmt: skip
        first = order(items, scores=scores, **options)
        for seed in range(3):
            if "annotations" in options:
                options["annotations"] = coded.sample(frac=1, random_state=seed)
            mixed = order(items, scores=scores.sample(frac=1, random_state=seed), **options)
            pd.testing.assert_frame_equal(mixed, first)


def test_disagreement_of_people_is_the_entropy_of_votes_and_stances():
    items = items_of([5, 1])
    everything = "d0:0 d0:1 d0:2 d0:3 d0:4"
    judged = judged_of(ana=everything, luis=everything, eva=everything + " d1:0")
    given_codes = codings(
        ("ana", "d0:0", "a"),  # 1 of 3: .9183
        ("ana", "d0:1", "a"), ("luis", "d0:1", "a"), ("eva", "d0:1", "a"),  # all: nothing
        ("ana", "d0:2", "a"), ("luis", "d0:2", "b"),  # 1 of 3 twice
        ("ana", "d0:4", "a", "breach"), ("luis", "d0:4", "a", "breach"), ("eva", "d0:4", "a", "endorses"),  # 2 to 1
        ("eva", "d1:0", "a"), ("ana", "d1:0", "b"),  # ana did not finish it: one judge
    )  # fmt: skip
    ranked = order(items, "disagreement", annotations=given_codes, judged=judged, per_document=9)
    assert ranked["item"].tolist() == ["d0:2", "d0:0", "d0:4", "d0:1", "d0:3", "d1:0"]
    assert ranked["value"].tolist() == pytest.approx([1.8366, 0.9183, 0.9183, 0, 0, math.nan], abs=1e-4, nan_ok=True)
    assert ranked["reason"].tolist() == [
        "coders differ by 1.84 bits, most in a (1 of 3 gave it)",
        "coders differ by 0.92 bits, most in a (1 of 3 gave it)",
        "coders differ by 0.92 bits, most in a (3 of 3 gave it, stances differ)",
        "coders agree",
        "coders agree",
        "not judged by two coders",
    ]
    with pytest.raises(InputError, match="n is 6, but there are 5 items that have codings to compare"):
        sample(items, 6, "disagreement", annotations=given_codes, judged=judged)
    # any conflict first, even where one document has all conflicts
    assert order(items, "disagreement", annotations=given_codes, judged=judged)["value"].isna().tolist()[-1]


def test_without_judged_a_coder_went_through_the_documents_he_or_she_coded_in():
    items = items_of([2, 1])
    given_codes = codings(("ana", "d0:0", "a"), ("luis", "d0:1", "a"), ("ana", "d1:0", "a"))
    ranked = order(items, "disagreement", annotations=given_codes).set_index("item")["value"]
    assert ranked.to_dict() == pytest.approx({"d0:0": 1.0, "d0:1": 1.0, "d1:0": math.nan}, nan_ok=True)


def test_a_stretch_counts_for_the_item_with_which_it_shares_most():
    items = items_of([2])
    stretch = codings(("ana", "d0:0", "a"), ("luis", "d0:1", "b")).assign(start=[5, 2], end=[13, 14])
    ranked = order(items, "disagreement", annotations=stretch, judged=judged_of(ana="d0:0 d0:1", luis="d0:0 d0:1"))
    assert ranked.set_index("item")["value"].to_dict() == {"d0:0": 2.0, "d0:1": 0.0}


def test_disagreement_with_a_machine_is_its_surprise():
    items = items_of([1, 1, 1, 1])
    scores = scores_of({
        "d0:0": {"a": 0.25, "b": 0.5},  # a given: 2 + 1 bits
        "d1:0": {"a": 0.75, "b": 0.5},  # by one of two: (.4150 + 2) / 2 + 1
        "d2:0": {"a": 0.0, "b": 0.0},  # a given: -log2 .001, and -log2 .999 for b
        "d3:0": {"a": 0.9, "b": 0.9},
    })  # fmt: skip
    judged = judged_of(ana="d0:0 d1:0 d2:0", luis="d1:0")
    given_codes = codings(("ana", "d0:0", "a"), ("ana", "d1:0", "a"), ("ana", "d2:0", "a"))
    ranked = order(items, "disagreement", annotations=given_codes, judged=judged, scores=scores)
    assert ranked["item"].tolist() == ["d2:0", "d0:0", "d1:0", "d3:0"]
    assert ranked["value"].tolist() == pytest.approx([9.9672, 3.0, 2.2075, math.nan], abs=1e-4, nan_ok=True)
    assert ranked["reason"][0] == "machine surprised by 9.97 bits, most by a (given, score 0.00)"
    assert ranked["reason"][3] == "not judged"
    assert sample(items, 2, "disagreement", annotations=given_codes, judged=judged, scores=scores)["item"].tolist() == [
        "d2:0", "d0:0",
    ]  # fmt: skip


@given(st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_an_order_is_a_permutation_and_never_rises_within_a_round(seed):
    random = np.random.default_rng(seed)
    items = items_of(random.integers(1, 7, 6))
    scores = scores_of({item: {"a": random.random(), "b": random.random()} for item in items["item"]})
    ranked = order(items, scores=scores, per_document=2)
    assert sorted(ranked["item"]) == sorted(items["item"])
    turn = ranked.groupby("doc_id").cumcount() // 2
    assert turn.is_monotonic_increasing
    assert all(part.is_monotonic_decreasing for _, part in ranked["value"].groupby(turn))


SMALL = items_of([2, 2], ["es", "it"])
SCORES = scores_of({item: {"listening": 0.4, "community": 0.6} for item in SMALL["item"]})
POSTS = posts_of(["2010", "2011"], genre=["blog", "forum"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 5}, "n is 5, but there are 4 items; give at most 4."),
        ({"n": 3, "whole_documents": True}, "n is 3, but there are 2 documents"),
        ({"n": 0}, "n is 0"),
        ({"n": 1.5}, "n is 1.5"),
        ({"how": "uncertain"}, "did you mean 'uncertainty'?"),
        ({"how": "stratified"}, "needs by="),
        ({"by": "lang"}, "needs by="),
        ({"how": "stratified", "by": "lan"}, "did you mean 'lang'?"),
        ({"how": "stratified", "by": "genre"}, "give posts= for genre"),
        ({"how": "stratified", "by": "gender", "posts": POSTS}, "did you mean 'genre'?"),
        ({"how": "stratified", "by": "genre", "posts": POSTS.head(1)}, "no post has the doc_id 'd1'"),
        ({"how": "stratified", "by": "lang", "allocation": "even"}, "allocation is 'even'"),
        ({"how": "stratified", "by": "start", "whole_documents": True}, "'start' differs within the document 'd0'"),
        ({"how": "uncertainty"}, "needs scores"),
        ({"how": "uncertainty", "scores": SCORES, "whole_documents": True}, "leave whole_documents out"),
        ({"how": "uncertainty", "scores": SCORES, "measure": "entropi"}, "did you mean 'entropy'?"),
        ({"how": "uncertainty", "scores": SCORES, "per_document": 0}, "per_document is 0"),
        ({"how": "uncertainty", "scores": SCORES, "unscored": "lst"}, "did you mean 'last'?"),
        ({"how": "uncertainty", "scores": SCORES.head(2)}, "3 of 4 items have none (the first: 'd0' 10-19)"),
        ({"how": "uncertainty", "scores": pd.concat([SCORES, SCORES])}, "it must be unique"),
        ({"how": "uncertainty", "scores": SCORES.assign(decided=False), "measure": "margin"}, "use measure='entropy'"),
        ({"how": "disagreement"}, "needs annotations"),
        (
            {"how": "disagreement", "scores": SCORES, "annotations": codings(("ana", "d0:0", "listning"))},
            "the code 'listning' was given but has no score; did you mean 'listening'?",
        ),
        ({"items": SMALL.drop(columns="item")}, "items: the column 'item' is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_in_a_sentence(options, message):
    options = {"items": SMALL, "n": 2, **options}
    with pytest.raises(InputError) as caught:
        sample(options.pop("items"), options.pop("n"), **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- how many --------------------------------------------------------------------------------------------


def simulated_widths(cells, documents, per_document, icc, value_of, repeats=80):
    """Mean width of the bootstrap interval of this toolkit over simulated codings.

    ``cells``: probabilities of what an item can be; documents differ in them (Dirichlet) such that any share has the
    intra-class correlation ``icc``. ``value_of``: the measure, from counts of the cells (..., cells).
    """
    random = np.random.default_rng(11)
    size = (repeats, documents)
    each = (
        random.dirichlet(np.array(cells) * (1 - icc) / icc, size)
        if icc
        else np.broadcast_to(cells, (*size, len(cells)))
    )
    counts = random.multinomial(per_document, each).astype(float)
    drawn = np.einsum("rd,sdc->rsc", bootstrap_weights(documents, 400, seed=1), counts, optimize=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = sample_limits(value_of(drawn), documents, 0.95)
    return float((high - low).mean())


def share(counts):
    return counts[..., 0] / counts.sum(-1)


def f1(counts):
    return 2 * counts[..., 0] / (2 * counts[..., 0] + counts[..., 1])


def kappa(counts):
    total = counts.sum(-1)
    mean = (counts[..., 0] + counts[..., 1] / 2) / total
    return 1 - counts[..., 1] / total / (2 * mean * (1 - mean))


def cells_of(quantity, expected, prevalence):
    """Probabilities of both, one, none of two coders giving a code."""
    if quantity == "share":
        return [expected, 1 - expected]
    one = 2 * prevalence * ((1 - expected) if quantity == "f1" else (1 - expected) * (1 - prevalence))
    return [prevalence - one / 2, one, 1 - prevalence - one / 2]


@pytest.mark.parametrize(
    ("width", "quantity", "expected", "prevalence", "per_document", "icc"),
    [
        (0.10, "share", 0.5, None, 1, 0.0),
        (0.10, "share", 0.1, None, 1, 0.0),
        (0.10, "share", 0.2, None, 20, 0.1),
        (0.20, "share", 0.3, None, 30, 0.05),  # few documents: Student's quantile matters
        (0.10, "f1", 0.8, 0.3, 10, 0.05),
        (0.15, "f1", 0.6, 0.1, 1, 0.0),
        (0.15, "kappa", 0.7, 0.2, 1, 0.0),
        (0.15, "kappa", 0.5, 0.3, 10, 0.05),
        (0.15, "alpha", 0.8, 0.1, 1, 0.0),
    ],
)
def test_so_many_items_give_intervals_as_wide_as_wanted(width, quantity, expected, prevalence, per_document, icc):
    needed = items_for_width(
        width, quantity=quantity, expected=expected, prevalence=prevalence, cluster_size=per_document, icc=icc
    )
    assert needed.width <= width
    measure = {"share": share, "f1": f1}.get(quantity, kappa)
    found = simulated_widths(cells_of(quantity, expected, prevalence), needed.documents, per_document, icc, measure)
    assert found == pytest.approx(width, rel=0.10)


def test_one_item_fewer_would_not_do():
    for options in ({}, {"cluster_size": 10, "icc": 0.2}, {"quantity": "f1", "expected": 0.7, "prevalence": 0.1}):
        needed = items_for_width(0.1, **options)
        assert needed.width <= 0.1
        # the width of one item fewer, by asking for a hair less than what the result gives
        assert items_for_width(needed.width * (1 + 1e-9), **options).items == needed.items
        assert items_for_width(needed.width * (1 - 1e-6), **options).items > needed.items


def test_published_and_hand_worked_sizes():
    # the textbook n of a share of .5 within .05: 1.96^2 x .25 / .05^2 = 384.1; Wilson's interval needs z^2 fewer
    assert items_for_width(0.1).items == pytest.approx(384.1 - 1.96**2, abs=3)
    # Student's quantile of 380 degrees of freedom is 1.966; design effect 1 + 19 x .1
    clustered = items_for_width(0.1, cluster_size=20, icc=0.1)
    assert clustered.design_effect == pytest.approx(2.9)
    assert clustered.items == pytest.approx((384.1 - 3.84) * (2.0025 / 1.96) ** 2 * 2.9, rel=0.01)
    assert clustered.documents == math.ceil(clustered.items / 20)
    # F1: V = .7 x .3 x 1.3 / .2 = 1.365; n = V x 3.92^2 / .1^2 = 2,097.5
    assert items_for_width(0.1, quantity="f1", expected=0.7, prevalence=0.1).items == pytest.approx(2097.5, rel=0.002)
    # a population of 500: 384 / (1 + 383 / 500) = 217
    assert items_for_width(0.1, population=500).items == pytest.approx(217, abs=3)


def test_the_variance_of_kappa_is_that_of_statsmodels():
    oracle = pytest.importorskip("statsmodels.stats.inter_rater")
    for expected in (0.0, 0.4, 0.8):
        for prevalence in (0.05, 0.3, 0.5):
            needed = items_for_width(0.02, quantity="kappa", expected=expected, prevalence=prevalence)
            both, one, none = np.array(cells_of("kappa", expected, prevalence)) * needed.items
            found = oracle.cohens_kappa(np.array([[both, one / 2], [one / 2, none]]))
            assert found.kappa == pytest.approx(expected, abs=1e-9)
            assert 2 * 1.96 * found.std_kappa == pytest.approx(0.02, rel=0.001)


def test_drawing_much_of_a_population_narrows_the_interval_as_it_should():
    needed = items_for_width(0.1, expected=0.3, population=600)
    shares = np.random.default_rng(5).hypergeometric(180, 420, needed.items, size=20_000) / needed.items
    assert 2 * 1.96 * shares.std() == pytest.approx(0.1, rel=0.03)


def test_the_sentence_says_what_it_rests_on():
    text = str(items_for_width(0.1, quantity="f1", expected=0.8, prevalence=0.05, cluster_size=40, icc=0.02))
    assert "the 95% interval of f1 is then about 0.100 wide" in text
    for part in ("two coders", "expected f1 of 0.8", "about 40 items", "correlation of 0.02", "design effect 1.78"):
        assert part in text
    rare = items_for_width(0.7, quantity="kappa", expected=0.6, prevalence=0.01)
    assert "this is doubtful" in str(rare)
    assert "this is doubtful" not in text


def agreement_row(low, high, items, documents):
    return pd.DataFrame({"measure": ["alpha"], "ci_low": low, "ci_high": high, "n": items, "documents": documents})


def test_a_pilot_shrinks_with_the_square_root_of_documents():
    pilot = agreement_row(0.5, 0.9, 200, 50)
    needed = items_for_width(0.1, quantity="alpha", pilot=pilot)
    # four times narrower: sixteen times the documents, a little fewer as Student's quantile falls from 2.010 to 1.963
    assert needed.documents == pytest.approx(800 * (1.963 / 2.010) ** 2, abs=3)
    assert needed.items == needed.documents * 4
    assert "known within about 10%" in str(needed)
    assert items_for_width(0.1, quantity="alpha", pilot=pilot.iloc[0]) == items_for_width(
        0.1, quantity="alpha", pilot=pilot.iloc[0].to_dict()
    )
    assert items_for_width(0.1, quantity="alpha", pilot=pilot, population=1500).items < 1500


@pytest.mark.parametrize("quantity", ["kappa", "alpha"])
def test_a_pilot_of_ratings_foretells_the_width_that_a_larger_study_has(quantity):
    reliability = pytest.importorskip("toolkit.reliability")
    random = np.random.default_rng(2)

    def ratings(documents):
        truth = random.random((documents, 5)) < 0.3
        said = [np.where(random.random(truth.shape) < 0.1, ~truth, truth).reshape(-1) for _ in range(2)]
        doc = np.repeat(np.arange(documents), 5)
        return reliability.Ratings(np.stack(said, 1).astype(int), ("no", "yes"), doc, documents)

    needed = items_for_width(0.1, quantity=quantity, pilot=ratings(150))
    measure = {"kappa": reliability.cohen_kappa, "alpha": reliability.krippendorff_alpha}[quantity]
    study = ratings(needed.documents)
    weights = bootstrap_weights(needed.documents, 1000, seed=4)
    low, high = sample_limits(measure(study, weights)[:, None], needed.documents, 0.95)
    # the pilot's own width is known within 6 % (one standard error), the study's within 3 %
    assert high[0] - low[0] == pytest.approx(0.1, rel=0.2)
    assert needed.items == 5 * needed.documents


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "width is 0"),
        ({"width": 1.2}, "width is 1.2"),
        ({"confidence": 95}, "confidence is 95"),
        ({"icc": 2}, "icc is 2"),
        ({"icc": float("nan")}, "icc is nan"),
        ({"cluster_size": 0}, "cluster_size is 0"),
        ({"population": 30, "cluster_size": 20}, "population is 30 items"),
        ({"quantity": "kapa"}, "did you mean 'kappa'?"),
        ({"quantity": "f1", "prevalence": 0.1}, "needs expected="),
        ({"quantity": "kappa", "expected": 0.8}, "needs prevalence="),
        ({"quantity": "kappa", "expected": 1, "prevalence": 0.1}, "expected is 1"),
        ({"quantity": "f1", "expected": 0.5, "prevalence": 0}, "prevalence is 0"),
        ({"quantity": "f1", "expected": 0, "prevalence": 0.5}, "expected is 0"),
        ({"expected": 1.1}, "expected is 1.1"),
        ({"expected": 0.1, "prevalence": 0.1}, "leave prevalence out"),
        ({"pilot": agreement_row(0.5, 0.9, 200, 50), "expected": 0.5}, "a pilot brings its own values"),
        ({"pilot": agreement_row(0.5, 0.5, 200, 50)}, "cannot be scaled"),
        ({"pilot": agreement_row(0.5, 0.9, 20, 1)}, "cannot be scaled"),
        ({"pilot": agreement_row(None, 0.9, 20, 1)}, "has no ci_low"),
        ({"pilot": pd.concat([agreement_row(0.5, 0.9, 200, 50)] * 2)}, "a table of 2 rows"),
        ({"pilot": 0.4}, "got float"),
    ],
)
def test_sizes_that_cannot_be_worked_out_are_refused_in_a_sentence(options, message):
    with pytest.raises(InputError) as caught:
        items_for_width(options.pop("width", 0.1), **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- how alike -------------------------------------------------------------------------------------------


def test_the_correlation_within_documents_worked_by_hand():
    # values 1 1 0 | 0 0 0 | 1 0: sums 2, 0, 1 of 3, 3, 2; MSB = (4/3 + 0 + 1/2 - 9/8) / 2 = .354167
    # MSW = (3 - 11/6) / 5 = .233333; n0 = (8 - 22/8) / 2 = 2.625; icc = .120833 / (.354167 + 1.625 x .233333)
    judged = judged_of(ana="d0:0 d0:1 d0:2 d1:0 d1:1 d1:2 d2:0 d2:1")
    found = icc_of(
        codings(("ana", "d0:0", "a"), ("ana", "d0:1", "a"), ("ana", "d2:0", "a"), ("ana", "d9:0", "a")), judged
    )
    row = found.iloc[0]
    assert row["icc"] == pytest.approx(0.120833 / 0.733333, rel=1e-4)
    assert row["cluster_size"] == pytest.approx(22 / 8)
    assert row["design_effect"] == pytest.approx(1 + 1.75 * 0.164773, rel=1e-4)
    assert (row["share"], row["value"], row["items"], row["documents"]) == (3 / 8, 3 / 8, 8, 3)


def test_all_alike_is_one_and_evenly_spread_is_below_zero():
    judged = judged_of(ana="d0:0 d0:1 d1:0 d1:1", luis="d0:0 d0:1 d1:0 d1:1")
    alike = [(coder, item, "a") for coder in ("ana", "luis") for item in ("d0:0", "d0:1")]
    even = [(coder, item, "b") for coder in ("ana", "luis") for item in ("d0:0", "d1:0")]
    always = [(coder, item, "c") for coder in ("ana", "luis") for item in ("d0:0", "d0:1", "d1:0", "d1:1")]
    found = icc_of(codings(*alike, *even, *always), judged).set_index("code")
    assert found["icc"].to_dict() == pytest.approx({"a": 1.0, "b": -1.0, "c": math.nan}, nan_ok=True)
    assert found.loc["b", "design_effect"] == 1


def test_the_correlation_of_simulated_documents_is_found():
    random = np.random.default_rng(3)
    shares = random.beta(0.3 * 4, 0.7 * 4, 400)  # intra-class correlation 1 / (1 + 4)
    names = [f"d{doc}:{number}" for doc in range(400) for number in range(8)]
    took = random.random((400, 8)) < shares[:, None]
    coded = codings(*[("ana", name, "a") for name, yes in zip(names, took.reshape(-1), strict=True) if yes])
    assert icc_of(coded, judged_of(ana=" ".join(names)))["icc"][0] == pytest.approx(0.2, abs=0.04)


@pytest.mark.parametrize("quantity", ["f1", "kappa"])
def test_the_design_effect_of_agreement_is_that_of_the_bootstrap(quantity):
    """A code crowded in some documents, about which coders disagree evenly or in some documents only."""
    random = np.random.default_rng(8)
    documents, per_document = 200, 10
    names = [f"d{doc}:{number}" for doc in range(documents) for number in range(per_document)]
    truth = (random.random((documents, per_document)) < random.beta(0.6, 1.4, documents)[:, None]).reshape(-1)
    for hard in (np.full(documents, 0.12), np.where(np.arange(documents) < 40, 0.5, 0.025)):
        wrong = random.random((2, documents * per_document)) < np.repeat(hard, per_document)
        said = truth ^ wrong
        coded = codings(*[
            (coder, name, "a") for coder, own in zip(("ana", "luis"), said, strict=True)
            for name, yes in zip(names, own, strict=True) if yes
        ])  # fmt: skip
        row = icc_of(coded, judged_of(ana=" ".join(names), luis=" ".join(names)), quantity=quantity).iloc[0]
        cells = np.stack([said.all(0), said[0] ^ said[1], ~said.any(0)], 1).reshape(documents, per_document, 3).sum(1)
        measure = {"f1": f1, "kappa": kappa}[quantity]
        assert row["value"] == pytest.approx(measure(cells.sum(0).astype(float)))
        together = measure(bootstrap_weights(documents, 4000, seed=1) @ cells).std()
        one_by_one = measure(random.multinomial(len(names), cells.sum(0) / len(names), size=4000).astype(float)).std()
        assert (together / one_by_one) ** 2 == pytest.approx(row["design_effect"], rel=0.15)


def test_data_without_a_correlation_to_measure_are_refused():
    one = codings(("ana", "d0:0", "a"))
    with pytest.raises(InputError, match="none is of an item"):
        icc_of(one, judged_of(ana="d1:0 d1:1"))
    with pytest.raises(InputError, match="needs two documents"):
        icc_of(one, judged_of(ana="d0:0 d0:1"))
    with pytest.raises(InputError, match="one with two items"):
        icc_of(one, judged_of(ana="d0:0 d1:0"))
    with pytest.raises(InputError, match="f1 is of two coders, got 1"):
        icc_of(one, judged_of(ana="d0:0 d0:1 d1:0"), quantity="f1")
    with pytest.raises(InputError, match="quantity is 'f2'"):
        icc_of(one, judged_of(ana="d0:0 d0:1 d1:0"), quantity="f2")


def test_who_judged_a_whole_text_judged_all_its_items():
    items = items_of([3, 2])
    given = codings(("ana", "d0:1", "a"), ("luis", "d0:2", "a"), ("ana", "d1:0", "a"))
    whole = pd.DataFrame(
        [(coder, f"d{doc}", 0, end) for coder in ("ana", "luis") for doc, end in ((0, 29), (1, 19))],
        columns=["coder", "doc_id", "start", "end"],
    )
    each = pd.concat([items[["doc_id", "start", "end"]].assign(coder=coder) for coder in ("ana", "luis")])
    ranked = order(items, "disagreement", annotations=given, judged=whole)
    pd.testing.assert_frame_equal(ranked, order(items, "disagreement", annotations=given, judged=each))
    assert ranked["value"].tolist() == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("seed", [-1, None, 1.5])
def test_a_seed_that_no_draw_can_be_repeated_from_is_refused(seed):
    items = items_of([3, 2])
    for draw in (lambda: sample(items, 2, seed=seed), lambda: assign(items, ["ana"], how="split", seed=seed)):
        with pytest.raises(InputError, match="seed is"):
            draw()
