"""Principles on the bundled codebooks, their shares, and themes crossed with them."""

import numpy as np
import pandas as pd
import pytest

from toolkit.codebook import load_codebook
from toolkit.corpus import load_corpus, mark_furniture, segment
from toolkit.principles import code_passages, coder, passage_shares, principle_shares, stance_counts, theme_principles
from toolkit.principles.prevalence import code_matrix
from toolkit.text import SentenceEncoder

ENCODERS = [SentenceEncoder()]


@pytest.fixture(scope="module")
def book():
    return load_codebook("cluetrain")


# ---- what the bundled codebooks' coders say of plain statements -------------------------------------------


@pytest.mark.parametrize(
    ("name", "lang", "text", "code"),
    [
        ("cluetrain", "es", "Hay que escuchar a los clientes y responder pronto a sus quejas.", "listening"),
        (
            *("cluetrain", "it", "Cancellare i commenti negativi è la cosa peggiore che un'azienda possa fare."),
            "transparency",
        ),
        ("cluetrain", "es", "El plugin se instala en dos minutos y ocupa 300 kB.", None),
        ("reverse_engagement", "es", "Prometieron no vender nunca los datos de los usuarios.", "promise"),
        (
            *("li_dialogue_support_innovate", "es", "El soporte contesta en Twitter y resuelve las dudas al momento."),
            "support",
        ),
        (
            *("engagement_phases", "es", "Usuarios fieles crean vídeos y recomiendan la marca a sus amigos."),
            "influence",
        ),
        ("seven_levels", "es", "En Facebook solo publican sus notas de prensa.", "l3_broadcasting"),
        (
            *("groundswell", "es", "La empresa pide ideas a los clientes y con ellas rediseña el producto."),
            "embracing",
        ),
    ],
)
def test_a_plain_statement_gets_its_code(name, lang, text, code):
    posts = pd.DataFrame([{"doc_id": "a", "lang": lang, "text": text, "sha256": "-"}])
    used = load_codebook(name)
    found = code_passages(posts, segment(posts), used, method=coder(used, encoders=ENCODERS))
    if code is None:
        assert found.annotations.empty
        return
    assert found.scores.sort_values("score")["code"].iloc[-1] == code
    # the banks of the frameworks are small: their codes come first, and are not always sure enough to be given
    assert name != "cluetrain" or code in set(found.annotations["code"])


# ---- prevalence -------------------------------------------------------------------------------------------


def _passages(counts):
    rows = [(f"d{doc}", f"d{doc}:s{n}-{n + 1}", n, n + 1) for doc, count in enumerate(counts) for n in range(count)]
    table = pd.DataFrame(rows, columns=["doc_id", "passage_id", "start", "end"])
    return table.assign(unit="sentence", lang="es", furniture=False)


def _annotations(passages, rows, code):
    picked = passages.iloc[rows]
    return picked[["doc_id", "start", "end"]].assign(code=code, stance="endorses")


def test_shares_are_counts_over_passages_and_intervals_hold_them(book):
    passages = _passages([10, 10, 10, 10])
    annotations = _annotations(passages, [0, 1, 12, 25, 33], "listening")
    table = principle_shares(passages, annotations, book, repeats=500)
    row = table[(table["lang"] == "es") & (table["code"] == "listening")].iloc[0]
    assert (row["count"], row["n"], row["share"]) == (5, 40, 0.125)
    assert 0 <= row["ci_low"] < 0.125 < row["ci_high"] <= 0.25


def test_a_single_post_has_no_interval(book):
    passages = _passages([8])
    table = principle_shares(passages, _annotations(passages, [0], "listening"), book, repeats=200)
    assert table["ci_low"].isna().all()


def test_posts_and_not_sentences_are_drawn(book):
    """All coded sentences in one of ten posts: the interval must be wide, as for ten observations."""
    passages = _passages([20] * 10)
    one_post = _annotations(passages, list(range(20)), "listening")
    spread = _annotations(passages, list(range(0, 200, 10)), "listening")
    widths = []
    for annotations in (one_post, spread):
        table = principle_shares(passages, annotations, book, repeats=1000)
        row = table[(table["lang"] == "all") & (table["code"] == "listening")].iloc[0]
        widths.append(row["ci_high"] - row["ci_low"])
    assert widths[0] > 0.25
    assert widths[1] == pytest.approx(0, abs=1e-9)


def test_stance_counts_add_up(book):
    passages = _passages([5])
    annotations = _annotations(passages, [0, 1, 2], "listening").assign(stance=["breach", "breach", None])
    table = stance_counts(passages, annotations, book)
    assert table["count"].sum() == 2
    assert table.loc[(table["code"] == "listening") & (table["stance"] == "breach"), "count"].tolist() == [2]


# ---- themes x principles ----------------------------------------------------------------------------------


@pytest.fixture
def crossed(book):
    """Ten posts of ten sentences; theme A is one half of each, the first or the last, and carries listening in 8 of 10
    sentences."""
    passages = _passages([10] * 10)
    first_half = ((passages["start"] < 5) == passages["doc_id"].isin(["d0", "d1", "d4", "d7", "d8"])).to_numpy()
    coded = [row for row in range(100) if (first_half[row] and row % 5 != 4) or (not first_half[row] and row % 5 == 0)]
    shares = passages[["doc_id", "passage_id", "start", "end"]].assign(model="es")
    shares = pd.concat(
        [shares.assign(topic="A", share=first_half.astype(float)), shares.assign(topic="B", share=1.0 - first_half)]
    )
    return passages, _annotations(passages, coded, "listening"), shares


def test_share_and_lift_of_a_theme_are_what_counting_gives(book, crossed):
    table = theme_principles(*crossed, book, repeats=200, permutations=200)
    cell = table[(table["topic"] == "A") & (table["code"] == "listening")].iloc[0]
    assert cell["share"] == pytest.approx(0.8)
    assert cell["lift"] == pytest.approx(0.8 / 0.5)
    assert cell["n"] == 50
    assert cell["p_value"] < 0.02
    never = table[(table["topic"] == "A") & (table["code"] == "cocreation")].iloc[0]
    assert never["share"] == 0
    assert np.isnan(never["lift"])
    assert np.isnan(never["p_value"])


def test_p_values_without_connection_are_about_uniform(book):
    random = np.random.default_rng(11)
    passages = _passages([10] * 20)
    half = random.random(200) < 0.5
    shares = passages[["doc_id", "passage_id", "start", "end"]].assign(model="es")
    shares = pd.concat([shares.assign(topic="A", share=half * 1.0), shares.assign(topic="B", share=1.0 - half)])
    found = []
    for code in book.code_ids:
        annotations = _annotations(passages, np.flatnonzero(random.random(200) < 0.3), code)
        table = theme_principles(passages, annotations, shares, book, repeats=100, permutations=200)
        found.append(table[(table["topic"] == "A") & (table["code"] == code)]["p_value"].iloc[0])
    assert 0.25 < np.mean(found) < 0.75
    assert sum(value < 0.05 for value in found) <= 3


def test_sentences_take_the_shares_of_the_paragraph_around_them():
    passages = pd.DataFrame({"doc_id": ["d", "d", "d"], "start": [0, 12, 40], "end": [10, 20, 50]})
    shares = pd.DataFrame(
        {"doc_id": ["d", "d"], "start": [0, 0], "end": [20, 20], "topic": ["A", "B"], "share": [0.25, 0.75]}
    )
    assert passage_shares(passages, shares).to_numpy().tolist() == [[0.25, 0.75], [0.25, 0.75], [0, 0]]


def test_an_annotation_counts_for_the_passage_at_its_place_only(book):
    passages = _passages([3])
    annotations = _annotations(passages, [1], "listening")
    elsewhere = annotations.assign(end=9)
    assert code_matrix(passages, annotations, book).sum() == 1
    assert code_matrix(passages, elsewhere, book).sum() == 0


def test_the_seeds_are_coded_as_a_reader_would(seeds, book):
    posts = load_corpus(seeds).posts
    posts = posts.assign(lang=["es", "es", "es", "es", "it"])
    furniture = mark_furniture(posts)
    coding = code_passages(
        posts, segment(posts, furniture), book, method=coder(book, encoders=ENCODERS), furniture=furniture
    )
    by_post = coding.annotations.groupby("doc_id")["code"].agg(lambda codes: set(codes.value_counts().head(3).index))
    expected = ["trust_relationship", "conversation", "conversation", "beyond_advertising", "cocreation"]
    assert [code in found for code, found in zip(expected, by_post, strict=True)] == [True] * 5
    inside = coding.annotations.merge(furniture, on="doc_id", suffixes=("", "_f"))
    assert not ((inside["start"] < inside["end_f"]) & (inside["end"] > inside["start_f"])).any()
