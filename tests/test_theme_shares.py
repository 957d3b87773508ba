"""Spans found by their numbers, and theme shares as matrices: the same as row by row, and as the long table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.principles import passage_shares, passages_of_cell, passages_of_cells, theme_principles
from toolkit.tables import ThemeShares, run_places, span_rows
from toolkit.topics import prevalence, prevalence_difference

SPANS = st.lists(st.tuples(st.sampled_from("abñ"), st.integers(0, 6), st.integers(0, 6)), max_size=12)


def spans_of(rows):
    return pd.DataFrame(rows, columns=["doc_id", "start", "end"]).astype({"doc_id": "str", "start": int, "end": int})


@given(SPANS, SPANS)
def test_a_span_is_found_where_its_document_and_positions_stand_last(wanted, places):
    last = {place: row for row, place in enumerate(places)}
    assert span_rows(spans_of(wanted), spans_of(places)).tolist() == [last.get(span, -1) for span in wanted]


def test_spans_without_a_name_or_position_are_found_nowhere():
    places = pd.DataFrame({"doc_id": ["a", "b"], "start": [0, 0], "end": [3, 3]})
    spans = pd.DataFrame({"doc_id": [None, "a", "b"], "start": [0, np.nan, 0.0], "end": [3, 3, 3]})
    assert span_rows(spans, places).tolist() == [-1, -1, 1]


@given(st.lists(st.sampled_from(["x", "y", "z"])))
def test_places_of_runs_are_those_of_every_value(values):
    codes, names = run_places(pd.Series(values, dtype="str"))
    assert [names[code] for code in codes] == values
    assert names.tolist() == list(dict.fromkeys(values))


@settings(max_examples=60)
@given(SPANS, SPANS, st.randoms(use_true_random=False))
def test_a_passage_has_the_shares_of_the_last_paragraph_that_holds_it(passages, paragraphs, random):
    """Nested and overlapping paragraphs too; a share given twice is the mean."""
    rows = [(*span, random.choice("12"), random.random()) for span in paragraphs if span[1] <= span[2]]
    shares = pd.DataFrame(rows, columns=["doc_id", "start", "end", "topic", "share"])
    spans = spans_of([span for span in passages if span[1] <= span[2]])
    found = passage_shares(spans, shares)
    mean = shares.groupby(["doc_id", "start", "end", "topic"])["share"].mean()
    places = sorted(set(zip(shares["doc_id"], shares["start"], shares["end"], strict=True)))
    for row, (doc_id, start, end) in enumerate(spans.itertuples(index=False)):
        holding = [place for place in places if place[0] == doc_id and place[1] <= start and end <= place[2]]
        for topic in found:
            wanted = mean.get((*holding[-1], topic), 0.0) if holding else 0.0
            assert found[topic].iloc[row] == pytest.approx(wanted)


@pytest.fixture(scope="module")
def material():
    """Thirty posts of two languages with a model each and a joint one."""
    random = np.random.default_rng(3)
    posts = pd.DataFrame({"doc_id": [f"p{n % 7}/{n:02}" for n in range(30)], "lang": ["es", "it", "es"] * 10})
    posts = posts.assign(country=np.where(posts["lang"] == "it", "IT", "MX"))
    rows, parts = [], []
    for doc_id, lang in zip(posts["doc_id"], posts["lang"], strict=True):
        rows += [(doc_id, f"{doc_id}:{n}", n * 10, n * 10 + 8, "sentence", lang, False) for n in range(8)]
        for model, topics in ((lang, 3), ("joint", 2)):
            for paragraph in range(4):
                mixed = random.dirichlet(np.ones(topics))
                place = (doc_id, f"{doc_id}:p{paragraph}", paragraph * 20, paragraph * 20 + 19)
                parts += [(*place, f"{model}.{k + 1}", share, model, 5 + paragraph) for k, share in enumerate(mixed)]
    names = ["doc_id", "passage_id", "start", "end", "unit", "lang", "furniture"]
    passages = pd.DataFrame(rows, columns=names)
    names = ["doc_id", "passage_id", "start", "end", "topic", "share", "model", "tokens"]
    shares = pd.DataFrame(parts, columns=names)
    coded = passages.sample(frac=0.3, random_state=1)[["doc_id", "start", "end"]]
    annotations = coded.assign(quote="...", codebook="cluetrain", code="listening", coder="machine:cues")
    annotations = annotations.assign(kind="machine", stance=None, score=0.5)
    return posts, passages, annotations.reset_index(drop=True), shares


def in_parts(shares, size=7, **how):
    docs = list(dict.fromkeys(shares["doc_id"]))
    groups = [docs[first : first + size] for first in range(0, len(docs), size)]
    return ThemeShares.of_parts((shares[shares["doc_id"].isin(group)] for group in groups), **how)


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-12), ("float32", 1e-6)])
def test_tables_of_matrices_are_those_of_the_long_table(material, dtype, near):
    posts, passages, annotations, shares = material
    compact, book = in_parts(shares, dtype=dtype), load_codebook("cluetrain")
    assert compact.topics == list(dict.fromkeys(shares["topic"]))
    assert {model.matrix.dtype.name for model in compact.models} == {dtype}
    few = {"repeats": 100}

    def tables(given):
        yield theme_principles(passages, annotations, given, book, permutations=100, **few)
        yield passages_of_cells(passages, annotations, given)
        yield passages_of_cell(passages, annotations, given, "joint.1", "listening", most=3)
        yield prevalence(given, posts, "country", **few)
        yield prevalence(given, posts, "lang", weight="passages", **few)
        yield prevalence_difference(given, posts, "lang", "es", **few)

    for one, other in zip(tables(shares), tables(compact), strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=near, atol=near)


def test_the_heaviest_of_each_cell_are_the_first_of_all(material):
    _, passages, annotations, shares = material
    annotations = annotations.assign(score=[0.5, 0.9] * (len(annotations) // 2) + [0.5] * (len(annotations) % 2))
    whole = passages_of_cells(passages, annotations, shares)
    for most in (0, 1, 3, 500):
        some = whole[whole["rank"] <= most].reset_index(drop=True)
        pd.testing.assert_frame_equal(passages_of_cells(passages, annotations, shares, most=most), some)
    counted = passages_of_cells(passages, annotations, shares, most=1, counted=True)
    sizes = whole.groupby(["topic", "code"]).size()
    assert counted.set_index(["topic", "code"])["passages"].to_dict() == sizes.to_dict()


def test_what_is_no_part_is_refused(material):
    posts, _, _, shares = material
    with pytest.raises(InputError, match="is in two parts"):
        ThemeShares.of_parts([shares, shares[:1]])
    with pytest.raises(InputError, match="'start' is missing"):
        ThemeShares.of_parts([shares.drop(columns="start")])
    with pytest.raises(InputError, match="no column 'tokens'"):
        prevalence(in_parts(shares.drop(columns="tokens")), posts, "lang")
    with pytest.raises(InputError, match="is not among the posts"):
        prevalence(in_parts(shares), posts[1:], "lang")
    assert ThemeShares.of_parts([]).models == ()
