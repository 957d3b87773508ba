"""Who codes what: every item given out, overlap as asked, loads and pairs balanced, queues in order."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.annotation.planning.assignment import assign, pair_counts, queue_order
from toolkit.errors import InputError

CODERS = ["ana", "luis", "giulia", "marco", "eva", "nino", "sol"]


def items_of(sizes):
    """Documents d0, d1, ... of so many sentences."""
    rows = [
        (f"d{doc}:{place}", f"d{doc}", 10 * place, 10 * place + 9, "sentence", "es")
        for doc, size in enumerate(sizes)
        for place in range(size)
    ]
    return pd.DataFrame(rows, columns=["item", "doc_id", "start", "end", "unit", "lang"])


def coders_of(assignment):
    """The coders of each item."""
    owners = {}
    for coder, queue in assignment.items():
        for item in queue:
            owners.setdefault(item, []).append(coder)
    return owners


splits = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.integers(1, 12), min_size=1, max_size=40),
        "coders": st.integers(2, 7),
        "overlap": st.floats(0, 1),
        "per_item": st.integers(2, 7),
        "seed": st.integers(0, 5),
        "whole_documents": st.booleans(),
    }
)


@given(splits)
@settings(max_examples=300, deadline=None)
def test_a_split_gives_every_item_out_as_promised(case):
    coders, per_item = CODERS[: case["coders"]], min(case["per_item"], case["coders"])
    items, sizes, whole = items_of(case["sizes"]), case["sizes"], case["whole_documents"]
    given_out = assign(
        items, coders, how="split", overlap=case["overlap"], per_item=per_item, seed=case["seed"], whole_documents=whole
    )
    largest = max(sizes) if whole else 1
    owners = coders_of(given_out)
    assert list(given_out) == coders
    assert set(owners) == set(items["item"])
    assert {len(who) for who in owners.values()} <= {1, per_item}
    # the overlap, within half of a document (or item)
    several = sum(len(who) > 1 for who in owners.values())
    assert abs(several - case["overlap"] * len(items)) <= largest / 2 + 1e-9
    # loads within one document (or item) of each other
    loads = [len(queue) for queue in given_out.values()]
    assert max(loads) - min(loads) <= largest
    shares = pair_counts(given_out)["items"]
    if per_item == 2:
        assert shares.max() - shares.min() <= largest
    if whole:
        assert (
            items.assign(who=items["item"].map(lambda item: tuple(owners[item])))
            .groupby("doc_id")["who"]
            .nunique()
            .max()
            == 1
        )
    # the queue of each is the given order without the others' items
    for queue in given_out.values():
        assert queue == [item for item in items["item"] if item in set(queue)]


@given(st.integers(2, 12), st.integers(1, 200))
@settings(max_examples=80, deadline=None)
def test_item_by_item_pairs_and_loads_differ_by_one_at_most(coders, count):
    names = [f"c{number}" for number in range(coders)]
    given_out = assign(items_of([count]), names, how="split", overlap=1, whole_documents=False)
    for numbers in (pair_counts(given_out)["items"], pd.Series([len(queue) for queue in given_out.values()])):
        assert numbers.max() - numbers.min() <= 1


def test_everybody_gets_everything_in_the_same_order():
    items = items_of([3, 2, 4])
    given_out = assign(items, ["ana", "luis"], order="random", seed=3)
    assert given_out["ana"] == given_out["luis"]
    assert sorted(given_out["ana"]) == sorted(items["item"])
    assert pair_counts(given_out).to_dict("records") == [{"first": "ana", "second": "luis", "items": 9}]


def test_the_overlap_is_drawn_by_chance_and_so_is_who_gets_it():
    items, seen, who = items_of([1] * 20), np.zeros(20), dict.fromkeys(combinations(CODERS[:3], 2), 0)
    for seed in range(200):
        owners = coders_of(assign(items, CODERS[:3], how="split", overlap=0.05, seed=seed))
        double = [item for item, coders in owners.items() if len(coders) == 2]
        assert len(double) == 1
        seen[list(items["item"]).index(double[0])] += 1
        who[tuple(owners[double[0]])] += 1
    # 200 draws over 20 items and 3 pairs: 10 and 67 expected; limits a binomial passes with p > .9999 each
    assert seen.min() > 0 and seen.max() < 26
    assert min(who.values()) > 40


def test_the_same_seed_gives_the_same_and_rows_may_stand_in_any_order():
    items = items_of([5, 3, 8, 1, 4])
    options = {"how": "split", "overlap": 0.4, "order": "random", "seed": 7}
    first = assign(items, CODERS[:3], **options)
    assert first == assign(items, CODERS[:3], **options)
    assert first == assign(items.sample(frac=1, random_state=2), CODERS[:3], **options)
    assert first != assign(items, CODERS[:3], **{**options, "seed": 8})


def test_given_order_is_that_of_documents_and_positions():
    items = items_of([2, 2, 1]).iloc[[3, 2, 4, 1, 0]]
    assert queue_order(items) == ["d1:0", "d1:1", "d2:0", "d0:0", "d0:1"]


def test_random_order_shuffles_documents_or_items():
    items = items_of([3] * 30)
    by_document = queue_order(items, "random", seed=1)
    assert sorted(by_document) == sorted(items["item"])
    assert by_document != queue_order(items)
    starts = by_document[::3]
    assert by_document == [f"{item.split(':')[0]}:{place}" for item in starts for place in range(3)]
    by_item = queue_order(items, "random", seed=1, whole_documents=False)
    assert sorted(by_item) == sorted(items["item"])
    neighbours = sum(a.split(":")[0] == b.split(":")[0] for a, b in pairwise(by_item))
    assert neighbours < 20  # 60 if documents were whole; 2 expected
    assert queue_order(items, "random", seed=2) != by_document


def test_informative_order_is_exactly_the_ranking_for_every_coder():
    items = items_of([2, 2])
    ranking = items.iloc[[2, 0, 3, 1]]
    given_out = assign(items, ["ana", "luis"], how="split", overlap=0.5, order="informative", ranking=ranking)
    for queue in given_out.values():
        assert queue == [item for item in ranking["item"] if item in queue]
    assert queue_order(items, "informative", ranking=list(ranking["item"])) == ["d1:0", "d0:0", "d1:1", "d0:1"]


ITEMS = items_of([2, 3])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"items": ITEMS.head(0)}, "no rows"),
        ({"coders": []}, "none named"),
        ({"coders": ["ana", "Ana"]}, "'ana' is there already"),
        ({"coders": ["an/a"]}, "'an/a' cannot be a name of a file"),
        ({"coders": ["nul"]}, "'nul' cannot be a name of a file"),
        ({"coders": ["CON.2"]}, "'CON.2' cannot be a name of a file"),
        ({"coders": ["ana."]}, "'ana.' cannot"),
        ({"coders": ["a" * 61]}, "1 to 60 letters"),
        ({"how": "splitt"}, "did you mean 'split'"),
        ({"overlap": 1.5}, "overlap is 1.5"),
        ({"overlap": float("nan")}, "overlap is nan"),
        ({"how": "split", "overlap": 0.2, "per_item": 3}, "per_item is 3 with 2 coders"),
        ({"how": "split", "overlap": 0.2, "per_item": 1}, "per_item is 1"),
        ({"how": "split", "overlap": 0.2, "coders": ["ana"]}, "with 1 coders"),
        ({"order": "randm"}, "did you mean 'random'"),
        ({"order": "informative"}, "needs ranking="),
        ({"ranking": ["d0:0"]}, "leave one of them out"),
        ({"order": "informative", "ranking": ["d0:0", "d0:1"]}, "3 of 5 items are not in it (the first: 'd1:0')"),
        ({"order": "informative", "ranking": [*ITEMS["item"], "x"]}, "'x' is none of the items"),
        ({"order": "informative", "ranking": [*ITEMS["item"], "d0:0"]}, "1 items stand there twice"),
        ({"order": "informative", "ranking": ITEMS.drop(columns="item")}, "no column 'item'"),
    ],
)
def test_what_cannot_be_given_out_is_refused_in_a_sentence(options, message):
    options = {"items": ITEMS, "coders": ["ana", "luis"], **options}
    with pytest.raises(InputError) as caught:
        assign(options.pop("items"), options.pop("coders"), **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pairs_that_share_nothing_are_shown_too():
    table = pair_counts({"ana": ["a", "b"], "luis": ["b", "c"], "eva": ["d"]})
    assert table.to_numpy().tolist() == [["ana", "luis", 1], ["ana", "eva", 0], ["luis", "eva", 0]]
    assert pair_counts({"ana": ["a"]}).empty
