"""Themes fitted to some of the posts and read in all, wherever it is done; vectors put together from sentences."""

import pickle

import numpy as np
import pandas as pd
import pytest
from conftest import same_tables
from hypothesis import given
from hypothesis import strategies as st

from toolkit.analysis import analyse, themes
from toolkit.analysis import passage_stages as stages
from toolkit.analysis.part_task import program
from toolkit.corpus import load_corpus, segment
from toolkit.errors import InputError
from toolkit.parallel import local_cluster
from toolkit.resources import bundled_corpus
from toolkit.settings import Study
from toolkit.storage import read_table, write_parts
from toolkit.tables import check
from toolkit.text import SentenceEncoder, default_encoder, embed, pipeline, pooled

STUDY = {
    "study": {"parts": ("themes", "principles")},
    "topics": {"per_language": 2, "joint": 2, "runs": 2, "iterations": 20, "fewest_posts": 1, "sample": 3},
    "statistics": {"bootstrap": 100, "permutations": 100},
}


@pytest.fixture(scope="module")
def corpus():
    whole = load_corpus(bundled_corpus())
    short = whole.posts.assign(size=whole.posts["text"].str.len()).sort_values("size")
    some = short.groupby("lang").head(4).index.sort_values()
    return whole._replace(posts=whole.posts.loc[some].reset_index(drop=True))


@pytest.fixture(scope="module")
def alone(corpus):
    return analyse(corpus, Study(**STUDY), keep=False)


@pytest.fixture(scope="module")
def by_parts(corpus):
    """By one process too, with no table of tokens, scores and shares in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toolkit.analysis.texts.IN_MEMORY", 0)
        return analyse(corpus, Study(**STUDY), keep=False)


def test_what_is_read_by_parts_is_what_is_held(alone, by_parts):
    same_tables(by_parts, alone, rtol=1e-6)


def test_models_are_fitted_to_some_posts_and_read_all(alone):
    assert themes.draws(alone)
    assert alone.used["themes fitted to"] == 6 < len(alone.tables["posts"])
    assert set(alone.tables["shares"]["doc_id"]) == set(alone.tables["posts"]["doc_id"])
    assert any("The vector of a paragraph" in note for note in alone.notes)


@pytest.mark.parametrize("where", ["pool", "dask"])
def test_processes_and_a_cluster_give_the_tables_of_one_process(corpus, by_parts, where, monkeypatch):
    monkeypatch.setattr("toolkit.analysis.texts.WORTH_A_POOL", 0)
    monkeypatch.setattr("toolkit.analysis.texts.IN_MEMORY", 0)
    if where == "pool":
        same_tables(analyse(corpus, Study(**STUDY), workers=2, keep=False), by_parts)
        return
    pytest.importorskip("distributed")
    with local_cluster(2) as client:
        same_tables(analyse(corpus, Study(**STUDY), workers=client), by_parts)


@pytest.mark.parametrize("in_memory", [0, 5_000])
def test_parts_of_which_no_post_goes_on_change_nothing(corpus, monkeypatch, tmp_path, in_memory):
    text = "Companies have to learn to listen to what people say about them, and to answer in a human voice."
    english = pd.DataFrame({"doc_id": ["!", *(f"{name}~" for name in corpus.posts["doc_id"][2:5])], "lang": "en"})
    english = english.assign(text=text, sha256="", source=english["doc_id"])
    table = pd.concat([corpus.posts, english]).sort_values("doc_id", ignore_index=True)
    some = corpus._replace(posts=check("posts", table))
    study = Study(**{**STUDY, "study": {"parts": ("themes", "words")}})
    found = {}
    for most in (10**6, 1):
        monkeypatch.setattr("toolkit.analysis.parts._MEAN", most)
        monkeypatch.setattr("toolkit.analysis.parts._MOST", most)
        found[most] = analyse(some, study, keep=False)
        monkeypatch.setattr("toolkit.analysis.texts.IN_MEMORY", in_memory)
    assert len(found[1].parts) == len(table)
    same_tables(found[1], found[10**6], rtol=0.0 if in_memory else 1e-6)
    # the first part, which says what kind of column each is, is one without a row
    for name in ("tokens", "shares"):
        held = found[1].tables
        write_parts(held.each(name), held.rows(name), tmp_path, name)
        pd.testing.assert_frame_equal(read_table(tmp_path / f"{name}.parquet"), held[name])


def test_vectors_are_the_same_whether_or_not_a_coder_read_the_sentences_before(corpus, alone):
    without = analyse(corpus, Study(**{**STUDY, "study": {"parts": ("themes",)}}), keep=False)
    assert "codes+vectors" in alone.parts.made and "pooled" in without.parts.made
    pd.testing.assert_frame_equal(without.parts.whole("vectors"), alone.parts.whole("vectors"))


def test_a_corpus_that_models_are_fitted_to_whole_is_read_paragraph_by_paragraph(corpus):
    whole = analyse(corpus, Study(**{**STUDY, "topics": {**STUDY["topics"], "sample": 100}}), keep=False)
    assert not themes.draws(whole)
    assert {"codes", "vectors"} <= set(whole.parts.made)


def test_a_paragraph_has_the_mean_vector_of_its_sentences():
    text = "# Un título\n\nEscuchamos a los clientes. Contestamos siempre.\n\nUna frase sola.\n\n- Uno.\n- Dos."
    posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": [text]})
    sentences, paragraphs = segment(posts, unit="sentence"), segment(posts, unit="paragraph")
    vectors = stages.vectors_of(stages._pool(("es",), posts, paragraphs, sentences)["vectors"])
    for (start, end), vector in zip(paragraphs[["start", "end"]].to_numpy(), vectors, strict=True):
        inside = sentences[(sentences["start"] >= start) & (sentences["end"] <= end)]
        texts = [text[first:last] for first, last in zip(inside["start"], inside["end"], strict=True)]
        mean = (embed(texts) * np.sqrt(list(map(len, texts)))[:, None]).sum(0)
        assert vector == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_without_passages_there_are_no_vectors():
    posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["Hola."]})
    nothing = segment(posts).head(0)
    assert stages.vectors_of(stages._pool(("es",), posts, nothing, nothing)["vectors"]).shape == (0, 512)


def test_a_paragraph_without_sentences_is_read_whole():
    posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["Escuchamos a los clientes."]})
    paragraphs = segment(posts, unit="paragraph")
    found = stages._pool(("es",), posts, paragraphs, segment(posts).head(0))
    assert (stages.vectors_of(found["vectors"]) == embed(posts["text"])).all()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 500)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_pooled_vectors_have_length_one_and_lie_among_their_parts(parts, random):
    belongs, lengths = [one for one, _ in parts], [length for _, length in parts]
    vectors = np.array([[random.random() + 0.1 for _ in range(4)] for _ in parts]).reshape(-1, 4)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found = pooled(vectors, belongs, lengths, 5)
    assert found.shape == (5, 4) and found.dtype == np.float32
    for text, vector in enumerate(found):
        own = vectors[[one == text for one in belongs]]
        assert np.linalg.norm(vector) == pytest.approx(1 if len(own) else 0, abs=1e-6)
        if len(own) == 1:
            assert vector == pytest.approx(own[0], abs=1e-6)
        elif len(own):
            assert (vector @ own.T).max() >= (own @ own.T).min() - 1e-6


def test_the_encoder_remembers_the_latest_texts_and_gives_the_same_vectors():
    texts = [f"Texto número {number}." for number in range(8)] + ["", "  "]
    plain, remembering = SentenceEncoder(), SentenceEncoder(remember=3)
    wanted = plain.encode(texts)
    for some in (texts, texts[::-1], texts[4:], [texts[0]] * 2):
        expected = wanted[[texts.index(text) for text in some]]
        assert (remembering.encode(some) == expected).all()
        assert len(remembering._remembered) <= 3
    assert not plain._remembered


def test_what_is_remembered_cannot_be_changed_from_outside():
    encoder = SentenceEncoder(remember=3)
    first = encoder.encode(["Hola."])
    before = first.copy()
    first[:] = 0
    again = encoder.encode(["Hola."])
    assert (again == before).all()


def test_other_processes_have_one_encoder_for_all_that_use_it():
    assert pickle.loads(pickle.dumps(SentenceEncoder())) is default_encoder()


def test_a_worker_with_another_program_is_refused(corpus):
    pytest.importorskip("distributed")
    with local_cluster(1) as client:
        client.run(_other_version)
        with pytest.raises(InputError, match=r"^cluster: a worker on .* has another program .*\(numpy differ\)"):
            analyse(corpus, Study(study={"parts": ("words",)}), workers=client, keep=False)


def test_the_pipelines_that_are_installed_are_part_of_the_program():
    # a worker without a trained one would cut and tag with another, and keep that under the name of the trained one
    assert {f"pipeline {lang}": pipeline(lang).name for lang in ("es", "it", "en")}.items() <= program().items()


def _other_version():
    from toolkit.analysis import part_task

    part_task.program()["numpy"] = "0.1"
