"""Documents of terms on disk: what is written is read, or refused; topics and shares of corpora beyond memory."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.tables import check
from toolkit.topics.distribution import shards as shards_module
from toolkit.topics.distribution.shards import open_shards, write_shards
from toolkit.topics.distribution.streaming import fit_streaming, shard_terms, transform_shards
from toolkit.topics.documents import DocumentTerms, document_terms
from toolkit.topics.engines import fit_model
from toolkit.topics.model_file import load_model, save_model
from toolkit.topics.terms import TermChoice, terms_of

TERMS = ["casa", "mercado", "red", "voz"]


def named(documents, first=0):
    names = [f"d{number}" for number in range(first, first + len(documents))]
    return pd.DataFrame({"doc_id": names, "passage_id": [f"{name}-p" for name in names]}), documents


@pytest.fixture
def parts():
    """Two parts over different vocabularies, with an empty document and one of unknown terms."""
    one = document_terms([["voz", "red", "voz"], [], ["casa"]])
    two = document_terms([["mercado", "red"], ["zeta"], ["voz", "casa", "casa"]])
    return [named(one), named(two, 3)]


def drawn(documents=400, k=3, seed=5):
    """Documents of 30 terms drawn from k topics with no term in common, most of each from one topic."""
    rng = np.random.default_rng(seed)
    terms = [f"t{topic}{number:02}" for topic in range(k) for number in range(10)]
    main = rng.integers(k, size=documents)
    rows = []
    for topic in main:
        topics = np.where(rng.random(30) < 0.9, topic, rng.integers(k, size=30))
        rows.append([terms[10 * each + rng.integers(10)] for each in topics])
    return document_terms(rows, terms), main


# ---- written and read ------------------------------------------------------------------------------------


def test_what_is_written_is_read_back(tmp_path, parts):
    written = write_shards(tmp_path / "s", iter(parts), TERMS, size=2)
    read = open_shards(tmp_path / "s")
    assert read == written
    assert read.vocabulary == tuple(TERMS)
    assert (read.documents, read.filled, read.tokens) == (6, 4, 9)
    bags, names = [], []
    for number, shard in enumerate(read.shards):
        content = read.read(number)
        assert len(content.documents) == shard.documents == len(content.names)
        assert [bag for bag in content.documents.bags() if bag] == read.bags(number)
        bags += content.documents.bags()
        names += content.names["passage_id"].tolist()
    assert names == [f"d{number}-p" for number in range(6)]
    assert bags == [[(2, 1), (3, 2)], [], [(0, 1)], [(1, 1), (2, 1)], [], [(0, 2), (3, 1)]]


def test_each_shard_but_the_last_has_as_many_documents_with_terms(tmp_path, parts):
    assert [shard.filled for shard in write_shards(tmp_path / "s", parts, TERMS, size=3).shards] == [3, 1]


def test_the_same_documents_give_the_same_bytes(tmp_path, parts):
    one, two = (write_shards(tmp_path / name, parts, TERMS) for name in "ab")
    assert one.shards == two.shards


def test_empty_documents_do_not_fill_memory(tmp_path):
    shards = write_shards(tmp_path / "s", [named(document_terms([[]] * 50 + [["voz"]]))], TERMS, size=1)
    assert [shard.documents for shard in shards.shards] == [20, 20, 11]


def test_a_failure_leaves_nothing(tmp_path, parts):
    def broken():
        yield parts[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shards(tmp_path / "s", broken(), TERMS, size=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("vocabulary", "size", "rows", "said"),
    [
        ([], 2, [["voz"]], "vocabulary is empty"),
        (TERMS, 0, [["voz"]], "size is 0"),
        (TERMS, 2, [], "no documents"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, vocabulary, size, rows, said):
    with pytest.raises(InputError, match=said):
        write_shards(tmp_path / "s", [named(document_terms(rows))], vocabulary, size=size)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("doc_id", [None, 7, "\ud800"])
def test_documents_have_names_that_are_text(tmp_path, doc_id):
    table = pd.DataFrame({"doc_id": pd.Series([doc_id], dtype=object), "passage_id": ["p"]})
    with pytest.raises(InputError, match="doc_id"):
        write_shards(tmp_path / "s", [(table, document_terms([["voz"]]))], TERMS)


def test_a_folder_with_content_is_kept(tmp_path, parts):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        write_shards(tmp_path, parts, TERMS)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


# ---- damage ----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, parts):
    write_shards(tmp_path / "s", parts, TERMS, size=2)
    return tmp_path / "s"


def read_all(folder):
    shards = open_shards(folder)
    return [shards.read(number) for number in range(len(shards))]


@pytest.mark.parametrize("place", [3, 200, -10])
def test_a_changed_byte_is_told(folder, place):
    path = folder / "part-000001.parquet"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"part-000001\.parquet: .*(changed|another vocabulary)"):
        read_all(folder)


def test_a_cut_shard_is_told(folder):
    path = folder / "part-000000.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="cut or changed"):
        read_all(folder)


def test_a_missing_shard_is_told(folder):
    (folder / "part-000000.parquet").unlink()
    with pytest.raises(InputError, match="is missing"):
        read_all(folder)


def test_a_shard_of_another_vocabulary_is_told(folder, tmp_path, parts):
    write_shards(tmp_path / "other", parts, ["casa", "voz"], size=2)
    shutil.copy(tmp_path / "other" / "part-000000.parquet", folder / "part-000000.parquet")
    with pytest.raises(InputError, match="another vocabulary"):
        read_all(folder)


def test_a_changed_vocabulary_or_manifest_is_told(folder):
    path = folder / "vocabulary.json"
    path.write_text(path.read_text().replace("voz", "vez"))
    with pytest.raises(InputError, match="not the vocabulary"):
        open_shards(folder)
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"size": 2', '"size": 3'))
    with pytest.raises(InputError, match="damaged"):
        open_shards(folder)


def test_a_shard_of_wrong_numbers_is_told_even_when_its_manifest_agrees(folder, parts):
    """A folder made by hand: its digests are right, its content is not."""
    shards = open_shards(folder)
    rows = shards_module._Rows(["a"], ["b"], [np.array([4], np.int32)], [np.array([1])])
    entry = shards_module._write(folder, 0, rows, shards.digest)
    whole = json.loads((folder / "manifest.json").read_text())
    whole["shards"] = [entry.model_dump()]
    del whole["check"]
    (folder / "manifest.json").write_text(json.dumps({**whole, "check": shards_module._check(whole)}))
    with pytest.raises(InputError, match="no terms of the vocabulary"):
        read_all(folder)


def test_another_folder_and_another_version_are_refused(folder, tmp_path):
    with pytest.raises(InputError, match="no folder of term shards"):
        open_shards(tmp_path)
    whole = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**whole, "format": "cluetrain-terms 9"}))
    with pytest.raises(InputError, match="'cluetrain-terms 9', this version reads"):
        open_shards(folder)


# ---- from passages ---------------------------------------------------------------------------------------


def texts_of(*posts):
    """Tables of passages and tokens of posts, each a list of passages, each a text of words."""
    passages, tokens = [], []
    for number, post in enumerate(posts):
        start = 0
        for text in post:
            doc_id, passage_id = f"d{number:02}", f"d{number:02}:{start}"
            place = start
            for word in text.split():
                row = (doc_id, passage_id, place, place + len(word), word, word, None, False)
                tokens.append(row)
                place += len(word) + 1
            passages.append((doc_id, passage_id, start, start + len(text)))
            start += len(text) + 2
    columns = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop"]
    return pd.DataFrame(passages, columns=columns[:4]), pd.DataFrame(tokens, columns=columns)


def split_by_post(passages, tokens, posts):
    for first in range(0, len(posts), 3):
        some = posts[first : first + 3]
        yield passages[passages["doc_id"].isin(some)], tokens[tokens["doc_id"].isin(some)]


@pytest.mark.parametrize(
    "choice", [TermChoice(), TermChoice(fewest_posts=3, largest_share=0.4), TermChoice(most_terms=6)]
)
def test_documents_and_vocabulary_are_those_chosen_in_memory(tmp_path, choice):
    rng = np.random.default_rng(1)
    words = np.array([f"palabra{letter}" for letter in "abcdefghijklmnop"])
    weights = 1 / np.arange(1, 17)
    posts = [
        [" ".join(rng.choice(words, rng.integers(1, 6), p=weights / weights.sum())) for _ in range(rng.integers(1, 4))]
        for _ in range(20)
    ]
    passages, tokens = texts_of(*posts)
    whole = terms_of(passages, tokens, choice)
    parts = list(split_by_post(passages, tokens, passages["doc_id"].unique()))
    shards, removed = shard_terms(tmp_path / "s", parts, choice, size=7)
    assert shards.vocabulary == whole.documents.vocabulary
    bags = [bag for number in range(len(shards)) for bag in shards.read(number).documents.bags()]
    assert bags == whole.documents.bags()
    limits = whole.removed.tail(len(removed)).reset_index(drop=True)
    pd.testing.assert_frame_equal(removed, limits)


def test_new_texts_are_written_over_the_vocabulary_of_a_model(tmp_path):
    tables = texts_of(["mercado voz nueva"], ["nada"])
    shards, removed = shard_terms(tmp_path / "s", iter([tables]), vocabulary=TERMS)
    assert shards.vocabulary == tuple(TERMS)
    assert (shards.documents, shards.filled, shards.tokens) == (2, 1, 2)
    assert removed.empty


def test_parts_that_cannot_be_read_twice_or_break_a_post_are_refused(tmp_path):
    tables = texts_of(["mercado", "voz"])
    with pytest.raises(InputError, match="read twice"):
        shard_terms(tmp_path / "s", iter([tables]))
    with pytest.raises(InputError, match="'d00' goes on in another part"):
        shard_terms(tmp_path / "s", [tables, tables])
    with pytest.raises(InputError, match="ngrams is 2"):
        shard_terms(tmp_path / "s", [tables], TermChoice(ngrams=2))
    with pytest.raises(InputError, match="parts of speech"):
        shard_terms(tmp_path / "s", [tables], TermChoice(pos=("NOUN",)))


def test_passages_that_overlap_are_refused_and_not_lost(tmp_path):
    passages, tokens = texts_of(["mercado voz", "voz mercado"], ["mercado voz"])
    later = texts_of([], [], ["mercado voz"], ["voz mercado"])
    parts = [(passages.assign(start=0), tokens), later]
    with pytest.raises(InputError, match="passages of 'd00' overlap"):
        shard_terms(tmp_path / "s", parts)


def test_an_empty_vocabulary_says_which_limit_removed_it(tmp_path):
    with pytest.raises(InputError, match="in fewer than 2 posts: 2 terms"):
        shard_terms(tmp_path / "s", [texts_of(["mercado"], ["voz"])])
    with pytest.raises(InputError, match="no content words"):
        shard_terms(tmp_path / "s", [texts_of(["1999 2000"])])


# ---- topics ----------------------------------------------------------------------------------------------


def test_streaming_gives_the_topics_of_the_model_in_memory(tmp_path):
    documents, main = drawn()
    documents = documents.take([0, *range(len(documents))])
    shards = write_shards(tmp_path / "s", [named(documents)], documents.vocabulary, size=64)
    streamed = fit_streaming(shards, 3, passes=6, seed=2)
    whole = fit_model(documents, 3, engine="gensim", seed=2, iterations=6)
    np.testing.assert_array_equal(streamed.topic_term, whole.topic_term)
    assert streamed.settings["rows"] == "shards"
    assert streamed.document_topic.shape == (len(shards), 3)
    np.testing.assert_allclose(streamed.document_topic.sum(1), 1)
    np.testing.assert_allclose(streamed.sizes, whole.sizes, rtol=0.01)
    assert streamed.sizes.sum() == pytest.approx(shards.tokens)
    # the topics documents were drawn from are found
    found = streamed.infer(documents).argmax(1)[1:]
    assert (pd.crosstab(found, main).max() / np.bincount(main)).min() > 0.95


def test_a_streamed_model_is_saved_and_loaded(tmp_path):
    documents, _ = drawn(60)
    shards = write_shards(tmp_path / "s", [named(documents)], documents.vocabulary, size=20)
    model = fit_streaming(shards, 3, passes=2)
    save_model(model, tmp_path / "m.topics")
    loaded = load_model(tmp_path / "m.topics")
    np.testing.assert_array_equal(loaded.infer(documents), model.infer(documents))
    assert loaded.settings["documents"] == 60


@pytest.mark.parametrize(
    ("k", "options", "said"),
    [
        (1, {}, "allowed is 2 to 4"),
        (5, {}, "allowed is 2 to 4"),
        (2, {"passes": 0}, "passes"),
        (2, {"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_fitted_is_refused(folder, k, options, said):
    with pytest.raises(InputError, match=said):
        fit_streaming(open_shards(folder), k, **options)


def test_one_term_can_be_fitted(tmp_path):
    documents = document_terms([["voz"], ["voz", "voz"], []])
    shards = write_shards(tmp_path / "s", [named(documents)], ["voz"])
    model = fit_streaming(shards, 2, passes=1)
    np.testing.assert_allclose(model.topic_term, 1)
    assert model.sizes.sum() == pytest.approx(3)


@pytest.fixture(scope="module")
def fitted():
    documents, _ = drawn(90)
    return fit_model(documents, 3, engine="gensim", iterations=3), documents


def test_shares_on_disk_are_those_inferred(tmp_path, fitted):
    model, documents = fitted
    documents = DocumentTerms(documents.vocabulary, documents.ids, np.append(documents.starts, documents.starts[-1]))
    wider = (*documents.vocabulary, "zeta")
    shards = write_shards(tmp_path / "s", [named(documents)], wider, size=40)
    files = transform_shards(model, shards, tmp_path / "out")
    assert [path.name for path in files] == [shard.file for shard in shards.shards]
    shares = check("shares", pd.read_parquet(tmp_path / "out"))
    wide = shares.pivot(index="doc_id", columns="topic", values="share")
    wide = wide.loc[[f"d{number}" for number in range(91)], list(model.names)]
    np.testing.assert_array_equal(wide.to_numpy(), np.clip(model.infer(documents), 0, 1))
    assert (wide.loc["d90"] == 0).all()


def test_a_transform_that_fails_leaves_nothing(tmp_path, fitted):
    model, documents = fitted
    shards = write_shards(tmp_path / "s", [named(documents)], documents.vocabulary, size=40)
    (tmp_path / "s" / "part-000001.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="part-000001"):
        transform_shards(model, shards, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
