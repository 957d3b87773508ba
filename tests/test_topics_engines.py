"""Engines on texts drawn from known topics, same seed same model, documents of terms, filters, and model files."""

import hashlib
import io
import json
import re
import struct
import zipfile
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.topics.documents import DocumentTerms, document_terms
from toolkit.topics.engines import ENGINES, fit_model
from toolkit.topics.inference import fold_in
from toolkit.topics.model import TopicModel
from toolkit.topics.model_file import load_model, save_model
from toolkit.topics.terms import TermChoice, terms_of

#: Enough for the small corpora here; the defaults take longer.
SWEEPS = {"tomotopy": 200, "gensim": 20, "hdp": 10, "nmf": 400}


def bars():
    """Eight topics over a grid of 4 x 4 terms, its rows and columns (Griffiths & Steyvers 2004, figure 1, smaller):
    every term stands in two topics."""
    topics = np.zeros((8, 4, 4))
    for line in range(4):
        topics[line, line] = topics[4 + line, :, line] = 1 / 4
    return topics.reshape(8, 16)


def drawn(topics, count, length, alpha, seed):
    """Documents drawn from an LDA with these topics, and their true shares; every 50th document is empty."""
    random = np.random.default_rng(seed)
    terms = [f"t{number:02}" for number in range(topics.shape[1])]
    shares = random.dirichlet(np.full(len(topics), alpha), size=count)
    texts = []
    for row in range(count):
        of_topics = random.choice(len(topics), p=shares[row], size=length)
        texts.append([terms[random.choice(len(terms), p=topics[topic])] for topic in of_topics])
        if row % 50 == 0:
            texts[row], shares[row] = [], 0
    return document_terms(texts, terms), shares


@pytest.fixture(scope="module")
def material():
    return drawn(bars(), 250, 60, 0.1, seed=1)


@pytest.fixture(scope="module")
def models(material):
    """One model of each engine."""
    return {engine: fitted(engine, 8, 1, *material[:1]) for engine in ENGINES}


def fitted(engine, k, seed, documents):
    most = 20 if engine == "hdp" else k
    return fit_model(documents, most, engine=engine, seed=seed, iterations=SWEEPS[engine])


# ---- known answers ---------------------------------------------------------------------------------------


def distances(truth, found):
    """Total variation between every two topics, 0 to 1."""
    return np.abs(truth[:, None] - found[None]).sum(2) / 2


@pytest.mark.parametrize(
    # gensim's variational Bayes mixes two of the eight bars a little; tf-idf changes no bar, all terms are as common
    ("engine", "far_topic", "far_share"),
    [("tomotopy", 0.05, 0.03), ("gensim", 0.3, 0.03), ("nmf", 0.05, 0.04)],
)
def test_known_topics_and_shares_are_found_again(material, models, engine, far_topic, far_share):
    documents, shares = material
    model = models[engine]
    apart = distances(bars(), model.topic_term)
    true, found = linear_sum_assignment(apart)
    assert apart[true, found].max() < far_topic
    assert np.abs(shares[:, true] - model.document_topic[:, found]).mean() < far_share
    # any other bar is at least half away: the match is no accident
    assert np.sort(apart, axis=1)[:, 1].min() > 0.5
    assert model.sizes.sum() == pytest.approx(len(documents.ids))


def test_the_hierarchical_process_finds_every_known_topic_and_about_as_many(models):
    model = models["hdp"]
    assert 8 <= model.k <= 12
    apart = distances(bars(), model.topic_term)
    assert apart.min(1).max() < 0.4
    assert np.median(apart.min(1)) < 0.2
    assert len(set(apart.argmin(1))) == 8


def test_topics_of_unequal_terms_are_found_again():
    topics = np.random.default_rng(5).dirichlet(np.full(40, 0.1), size=4)
    documents, _ = drawn(topics, 150, 40, 0.2, seed=1)
    for engine, far in (("tomotopy", 0.06), ("gensim", 0.08), ("nmf", 0.2)):
        apart = distances(topics, fitted(engine, 4, 1, documents).topic_term)
        assert apart[linear_sum_assignment(apart)].max() < far, engine


# ---- form ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_models_are_shares_in_order_of_size_and_empty_documents_have_none(material, models, engine):
    documents, _ = material
    model = models[engine]
    filled = documents.lengths > 0
    assert (~filled).sum() == 5
    assert model.topic_term.shape == (model.k, 16)
    assert model.topic_term.sum(1) == pytest.approx(1)
    assert model.document_topic[filled].sum(1) == pytest.approx(1)
    assert not model.document_topic[~filled].any()
    assert (np.diff(model.sizes) <= 1e-9).all()
    assert model.names == tuple(str(number + 1) for number in range(model.k))
    assert json.loads(json.dumps(dict(model.settings))) == dict(model.settings)


@pytest.mark.parametrize(("engine", "far"), [("tomotopy", 0.01), ("gensim", 0.01), ("hdp", 1e-6), ("nmf", 1e-6)])
def test_inference_on_the_training_documents_gives_their_shares(material, models, engine, far):
    documents, _ = material
    inferred = models[engine].infer(documents)
    assert np.abs(inferred - models[engine].document_topic).mean() < far
    assert not inferred[documents.lengths == 0].any()


@pytest.mark.parametrize("engine", ENGINES)
def test_inference_passes_over_unknown_terms_and_depends_on_no_other_document(material, models, engine):
    documents, _ = material
    model = models[engine]
    rows = [7, 3]
    alone = model.infer(documents.take(rows))
    assert (alone == model.infer(documents)[rows]).all()
    strange = document_terms([*([*text, "zzz", "aaa"] for text in documents.take(rows).texts()), ["zzz"]])
    inferred = model.infer(strange)
    assert inferred[:2] == pytest.approx(alone, abs=1e-9)
    assert not inferred[2].any()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefghijklmnop"), max_size=20), min_size=2, max_size=10), st.data())
def test_a_document_has_the_same_shares_alone_and_among_any_others(texts, data):
    vocabulary = tuple("abcdefghijklmnop")
    documents = document_terms(texts, vocabulary)
    k = data.draw(st.integers(2, 12))
    topics = np.random.default_rng(len(texts)).dirichlet(np.full(len(vocabulary), 0.2), k)
    alpha = np.full(k, 0.1)
    alone = [fold_in(documents.take([number]), topics, alpha)[0] for number in range(len(texts))]
    assert np.array_equal(fold_in(documents, topics, alpha), alone)


def test_fold_in_is_the_fixed_point_of_its_equation():
    topics, alpha = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]), np.array([0.5, 0.2])
    documents = document_terms([["a", "a", "b", "c"]])
    share = fold_in(documents, topics, alpha)[0]
    expected = share * (alpha.sum() + 4) - alpha
    assert expected.sum() == pytest.approx(4)
    # gamma[w, k] ~ topic[k, w] (alpha[k] + n[k] - gamma[w, k]), found by another way: damped steps to rest
    gamma, weight = np.full((3, 2), 0.5), np.array([2, 1, 1])[:, None]
    for _ in range(2000):
        new = topics.T * (alpha + (weight * gamma).sum(0) - gamma)
        gamma = 0.5 * gamma + 0.5 * new / new.sum(1, keepdims=True)
    assert expected == pytest.approx((weight * gamma).sum(0), abs=1e-3)
    with pytest.raises(InputError, match="the topics are over 3 terms and the documents over 4"):
        fold_in(document_terms([["a", "b", "c", "d"]]), topics, alpha)


# ---- the same again --------------------------------------------------------------------------------------


def digest_of(engine, seed, path):
    """SHA-256 of the file of a model of a small corpus; also run in child processes."""
    documents, _ = drawn(bars(), 40, 30, 0.1, seed=2)
    save_model(fit_model(documents, 8, engine=engine, seed=seed, iterations=4), path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_seed_is_the_same_model_in_any_process_and_with_any_number_of_workers(tmp_path):
    tasks = [(engine, 3, tmp_path / f"{engine}.topics") for engine in ENGINES]
    here = run_tasks(digest_of, tasks, workers=1)
    assert run_tasks(digest_of, tasks, workers=1) == here
    # spawned processes have another hash seed
    assert run_tasks(digest_of, tasks, workers=2) == here
    other = run_tasks(digest_of, [(engine, 4, path) for engine, _, path in tasks])
    assert not set(other) & set(here)


# ---- bad input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"engine": "tomotpy"}, "no engine 'tomotpy'; did you mean 'tomotopy'?"),
        ({"k": 1}, "got 1, allowed is 2 to 3, the number of documents with words"),
        ({"k": 4}, "got 4, allowed is 2 to 3, the number of documents with words"),
        ({"k": 2.0}, "k is 2.0, allowed is a whole number"),
        ({"k": True}, "k is True, allowed is a whole number"),
        ({"seed": -1}, "seed is -1, allowed is a whole number, 0 to 2147483647"),
        ({"seed": 2**31}, "seed is 2147483648, allowed is"),
        ({"iterations": 0}, "iterations is 0, allowed is a whole number, 1 or more"),
        # tomotopy would end the process
        ({"alpha": 0.0}, "alpha is 0.0, allowed is a number above 0"),
        ({"eta": float("nan")}, "eta is nan, allowed is a number above 0"),
        ({"engine": "nmf", "seeds": {"a": ["b"]}}, "guided topics need the engine 'tomotopy', got 'nmf'"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_a_sentence(asked, sentence):
    documents = document_terms([["a", "b"], ["b", "c"], [], ["c"]])
    with pytest.raises(InputError, match=re.escape(sentence)):
        fit_model(documents, **{"k": 2, **asked})


@pytest.mark.parametrize("engine", ENGINES)
def test_tiny_corpora_give_models(engine):
    for texts, k in (([["a"], ["a", "a"], []], 2), ([["a", "b"], ["c"], ["b"]], 3)):
        model = fit_model(document_terms(texts), k, engine=engine, iterations=5)
        assert np.isfinite(model.topic_term).all()
        assert model.topic_term.sum(1) == pytest.approx(1)
        assert np.isfinite(model.infer(document_terms(texts))).all()


def test_numbers_of_numpy_are_numbers(tmp_path):
    model = fit_model(document_terms([["a"], ["b"]]), np.int64(2), seed=np.int64(3), iterations=np.int64(2))
    save_model(model, tmp_path / "m.topics")
    assert load_model(tmp_path / "m.topics").settings["seed"] == 3


# ---- documents of terms ----------------------------------------------------------------------------------

TEXTS = st.lists(st.lists(st.sampled_from(["ajo", "año", "zeta", "𝄞", "b_c", ""]), max_size=6), max_size=8)


@given(texts=TEXTS, data=st.data())
@settings(max_examples=50, deadline=None)
def test_taken_documents_have_the_texts_asked_for(texts, data):
    documents = document_terms(texts)
    assert documents.texts() == texts
    places = st.lists(st.integers(0, len(texts) - 1), max_size=10) if texts else st.just([])
    rows = data.draw(places)
    taken = documents.take(rows)
    assert taken.texts() == [texts[row] for row in rows]
    assert taken.vocabulary == documents.vocabulary
    assert taken.lengths.tolist() == [len(texts[row]) for row in rows]


@given(texts=TEXTS, kept=st.sets(st.sampled_from(["ajo", "año", "zeta", "𝄞", "more"])))
@settings(max_examples=50, deadline=None)
def test_over_another_vocabulary_exactly_the_other_tokens_are_gone(texts, kept):
    found = document_terms(texts).over(sorted(kept))
    assert found.vocabulary == tuple(sorted(kept))
    assert found.texts() == [[term for term in text if term in kept] for text in texts]
    assert found.over(sorted(kept)) is found
    assert found.texts() == document_terms(texts, kept).texts()


@given(texts=TEXTS)
@settings(max_examples=50, deadline=None)
def test_matrix_and_bags_count_and_change_nothing(texts):
    documents = document_terms(texts)
    ids, starts = documents.ids.copy(), documents.starts.copy()
    matrix, bags = documents.matrix(), documents.bags()
    assert (documents.ids == ids).all()
    assert (documents.starts == starts).all()
    assert matrix.shape == (len(texts), len(documents.vocabulary))
    for row, text in enumerate(texts):
        counts = {number: text.count(term) for number, term in enumerate(documents.vocabulary) if term in text}
        assert dict(bags[row]) == counts
        assert [number for number, _ in bags[row]] == sorted(counts)
        assert matrix[[row]].toarray()[0].tolist() == [counts.get(n, 0) for n in range(len(documents.vocabulary))]


@pytest.mark.parametrize("rows", [[-1], [2], [0.5], [True, False], np.array([True, False])])
def test_documents_that_are_not_there_are_not_taken(rows):
    with pytest.raises(InputError, match="allowed are whole ones from 0 to 1"):
        document_terms([["a"], ["b"]]).take(rows)


# ---- the choice of terms ---------------------------------------------------------------------------------


def tables_of(posts, pos=None):
    """Passages and tokens of posts given as lists of passages of words; words that begin with "_" are function words.

    ``pos``: part of speech by word; none where not given.
    """
    passages, tokens = [], []
    for number, parts in enumerate(posts):
        place = 0
        for part_number, part in enumerate(parts):
            begin = place
            for word in part.split():
                end = place + len(word)
                stop = word.startswith("_")
                tokens.append((f"d{number}", "", place, end, word, word.lower(), (pos or {}).get(word), stop))
                place = end + 1
            passages.append((f"d{number}", f"d{number}:{part_number}", begin, max(begin, place - 1)))
    columns = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop"]
    return pd.DataFrame(passages, columns=columns[:4]), pd.DataFrame(tokens, columns=columns)


#: Ten posts: "pan" in all, "vino" in two posts, "solo" four times in one post, the number and the function word.
POSTS = [["pan vino _de 2008", "pan queso"], ["pan vino"], ["pan solo solo", "solo solo"], *([["pan queso"]] * 7)]


def test_every_filter_says_what_it_removed_and_the_ledger_adds_up():
    passages, tokens = tables_of(POSTS)
    found = terms_of(passages, tokens, TermChoice(most_terms=1, largest_share=0.9))
    rows = found.removed.set_index("filter")
    assert rows.index.tolist() == [
        "stop words, numbers, signs",
        "in fewer than 2 posts",
        "in more than 90% of the posts",
        "not among the 1 commonest",
    ]
    assert rows["terms"].tolist() == [2, 1, 1, 1]
    assert rows["tokens"].tolist() == [2, 4, 11, 2]
    assert rows["terms_left"].tolist() == [4, 3, 2, 1]
    for column, begin in (("terms", tokens["lemma"].nunique()), ("tokens", len(tokens))):
        left = [begin, *rows[f"{column}_left"]]
        assert [before - after for before, after in pairwise(left)] == rows[column].tolist()
    # "solo" comes four times in two passages of one post and is gone; "queso" stands in eight of ten posts
    assert found.documents.vocabulary == ("queso",)
    assert len(found.documents) == len(passages)
    assert found.documents.lengths.tolist() == [0, 1, 0, 0, 0, *[1] * 7]


def test_nothing_left_says_which_filter_removed_what():
    passages, tokens = tables_of([["uno dos _de"], ["tres"]])
    with pytest.raises(InputError) as raised:
        terms_of(passages, tokens)
    assert str(raised.value) == (
        "terms: none is left. Removed were, in this order, stop words, numbers, signs: 1 terms; in fewer than 2 posts: "
        "3 terms; loosen the last filter or add texts."
    )
    with pytest.raises(InputError, match="the passages have no tokens; give passages and tokens of the same posts"):
        terms_of(passages.assign(doc_id="other"), tokens)
    with pytest.raises(InputError, match="the passages have no tokens"):
        terms_of(passages, tokens[:0], TermChoice(pos=("NOUN",)))


def test_tokens_go_to_the_passage_that_contains_them_whatever_their_order():
    passages, tokens = tables_of([["uno dos", "tres uno"], ["dos tres"]])
    choice = TermChoice(fewest_posts=1)
    found = terms_of(passages, tokens, choice).documents.texts()
    assert found == [["uno", "dos"], ["tres", "uno"], ["dos", "tres"]]
    mixed = terms_of(passages[::-1], tokens[::-1], choice).documents.texts()
    assert mixed == found[::-1]
    # furniture between passages belongs to none
    assert terms_of(passages[1:], tokens, choice).documents.texts() == found[1:]
    whole = passages.assign(start=0)
    with pytest.raises(InputError, match="passages of 'd0' overlap; give passages of one unit"):
        terms_of(whole, tokens, choice)
    for twice in (pd.concat([tokens, tokens[:1]]), pd.concat([tokens, tokens]).sort_values(["doc_id", "start"])):
        with pytest.raises(InputError, match="the token from 0 to 3 of 'd0' stands there twice; give each token"):
            terms_of(passages, twice, choice)
    assert terms_of(passages[2:], pd.concat([tokens, tokens[:1]]), choice).documents.texts() == found[2:]


def test_a_term_in_exactly_the_largest_share_of_the_posts_stays():
    # 0.29 * 100 is 28.999999999999996
    passages, tokens = tables_of([["pan vino"]] * 29 + [["vino"]] * 71)
    assert terms_of(passages, tokens, TermChoice(largest_share=0.29)).documents.vocabulary == ("pan",)


def test_posts_are_told_apart_by_place_and_not_by_the_index_of_a_column():
    documents, posts = document_terms([["x"], ["y"], ["x"], ["y"]]), ["a", "a", "b", "b"]
    for index in ([0, 2, 1, 3], [5, 6, 7, 8]):
        pooled, place = documents.pooled(pd.Series(posts, index=index), 5)
        assert place.tolist() == [0, 0, 1, 1] and pooled.texts() == [["x", "y"], ["x", "y"]]


def test_phrases_are_joined_and_replace_their_words():
    posts = [[f"red social {word}"] for word in ["uno", "dos", "tres", "uno", "dos"] * 2]
    passages, tokens = tables_of(posts)
    found = terms_of(passages, tokens, TermChoice(ngrams=2, fewest_posts=1, largest_share=1))
    assert found.documents.texts()[0] == ["red_social", "uno"]
    assert "red" not in found.documents.vocabulary
    row = found.removed.set_index("filter").loc["joined to phrases of up to 2 words"]
    assert (row["terms"], row["tokens"]) == (1, 10)
    rare = terms_of(passages, tokens, TermChoice(ngrams=2, fewest_posts=1, largest_share=1, phrase_posts=11))
    assert rare.documents.texts()[0] == ["red", "social", "uno"]


def test_phrases_that_would_be_too_long_stay_the_phrases_they_were():
    words = ["uno", "dos", "tres", "uno", "dos"] * 2
    passages, tokens = tables_of([[f"red social digital nueva {word}"] for word in words])
    for ngrams in (2, 3):
        found = terms_of(passages, tokens, TermChoice(ngrams=ngrams, fewest_posts=1, largest_share=1))
        assert found.documents.texts()[0] == ["red_social", "digital_nueva", "uno"]
    passages, tokens = tables_of([[f"red social digital {word}"] for word in words])
    found = terms_of(passages, tokens, TermChoice(ngrams=3, fewest_posts=1, largest_share=1))
    assert found.documents.texts()[0] == ["red_social_digital", "uno"]


def test_parts_of_speech_filter_where_they_are_known_and_are_asked_for_in_vain_where_not():
    passages, tokens = tables_of([["casa grande"], ["casa vieja"]], {"casa": "NOUN", "grande": "ADJ", "vieja": "ADJ"})
    found = terms_of(passages, tokens, TermChoice(pos=("NOUN",), fewest_posts=1))
    assert found.documents.texts() == [["casa"], ["casa"]]
    assert found.removed.set_index("filter").loc["parts of speech", "terms"] == 2
    passages, tokens = tables_of([["casa grande"]])
    with pytest.raises(InputError, match=r"parts of speech \(NOUN, ADJ\) are asked for and no token has one"):
        terms_of(passages, tokens, TermChoice(pos=("NOUN", "ADJ")))


@pytest.mark.parametrize(
    "wrong",
    [
        *({"field": "form"}, {"pos": "NOUN"}, {"ngrams": 4}, {"ngrams": 2.0}, {"phrase_posts": 0}, {"fewest_posts": 0}),
        *(
            {"fewest_posts": "2"},
            {"largest_share": 0},
            {"largest_share": "0.5"},
            {"most_terms": -1},
            {"most_terms": 1.5},
        ),
    ],
)
def test_choices_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputError, match=f"terms: {next(iter(wrong))} is .*, allowed is"):
        TermChoice(**wrong)


# ---- model files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loaded_model_is_the_one_saved_and_so_are_its_bytes_and_its_inference(material, models, engine, tmp_path):
    documents, _ = material
    model, path = models[engine], tmp_path / "m.topics"
    save_model(model, path)
    loaded = load_model(path)
    assert same(model, loaded)
    assert (model.infer(documents) == loaded.infer(documents)).all()
    save_model(loaded, tmp_path / "again.topics")
    assert (tmp_path / "again.topics").read_bytes() == path.read_bytes()


def same(one: TopicModel, other: TopicModel) -> bool:
    tables = ("topic_term", "document_topic", "lengths")
    return (
        all(getattr(one, name) == getattr(other, name) for name in ("engine", "terms", "names", "settings"))
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in tables)
        and set(one.arrays) == set(other.arrays)
        and all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)
    )


@pytest.fixture(scope="module")
def small():
    """A model of two topics over terms that are hard to write: an accent, a lone surrogate, a sign beyond the BMP."""
    documents = document_terms([["año", "z"], ["b", "año", "𝄞"], ["c"]])
    model = fit_model(documents, 2, iterations=3)
    # tomotopy takes no lone surrogates; a file does
    return replace(model, terms=tuple(term.replace("z", "\ud800") for term in model.terms))


def test_any_byte_changed_and_any_end_cut_off_is_refused_or_changes_nothing(small, tmp_path):
    path = tmp_path / "m.topics"
    save_model(small, path)
    data = path.read_bytes()
    assert len(data) < 2500
    loaded = 0
    for place in range(len(data)):
        changed = bytearray(data)
        # one bit, another one from byte to byte
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(changed)
        try:
            assert same(load_model(path), small), f"byte {place}"
            loaded += 1
        except InputError:
            pass
    # dates and attributes of ZIP entries mean nothing here
    assert loaded < len(data) / 4
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(InputError, match="no topic model"):
            load_model(path)


def npy(array, pickled=False):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=pickled)
    return buffer.getvalue()


def forged(path, model, about=None, arrays=None, parts=None, compression=zipfile.ZIP_STORED):
    """A file made anew by somebody who knows the layout: its checksum is right. ``parts``: entries as bytes."""
    numbers = {name: getattr(model, name) for name in ("topic_term", "document_topic", "lengths")} | dict(model.arrays)
    numbers |= arrays or {}
    described = {
        "format": 1,
        "engine": model.engine,
        "terms": list(model.terms),
        "names": list(model.names),
        "settings": dict(model.settings),
        **(about or {}),
    }
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name in sorted(numbers):
        numbers[name] = np.ascontiguousarray(numbers[name], dtype=np.float64)
        digest.update(f"{name} {numbers[name].shape}".encode() + numbers[name].tobytes())
    text = json.dumps(described | {"sha256": digest.hexdigest()}).encode()
    entries = {"model.json": text, **{f"{name}.npy": npy(array) for name, array in numbers.items()}, **(parts or {})}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_a_forged_file_with_nothing_wrong_is_read(small, tmp_path):
    assert same(load_model(forged(tmp_path / "m.topics", small)), small)


def test_another_format_and_changes_by_hand_are_told(small, tmp_path):
    path = tmp_path / "m.topics"
    for value in (2, 0, "1", True, None):
        with pytest.raises(InputError, match=re.escape(f"has format {value!r}, this version reads 1")):
            load_model(forged(path, small, {"format": value}))
    changed = small.topic_term[::-1]
    with pytest.raises(InputError, match="was changed after it was saved"):
        load_model(forged(path, small, parts={"topic_term.npy": npy(changed)}))


class Harm:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_pickle_inside_is_never_opened(small, tmp_path):
    harm = npy(np.array([Harm(tmp_path / "harm")], dtype=object), pickled=True)
    for name in ("alpha.npy", "evil.pkl", "idf.npy"):
        with pytest.raises(InputError):
            load_model(forged(tmp_path / "m.topics", small, parts={name: harm}))
    assert not (tmp_path / "harm").exists()


def test_compressed_parts_which_may_be_huge_are_refused(small, tmp_path):
    with pytest.raises(InputError, match="is no topic model; give a file written by save_model"):
        load_model(forged(tmp_path / "m.topics", small, compression=zipfile.ZIP_DEFLATED))


def with_header(header):
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\x00" * 16


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000), }\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 99999999999999999999999), }\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -2), }\n",
        b"{'descr': '<f8', 'fortran_order': True, 'shape': (2,), }\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }\n",
        b"{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }\n",
        b"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n",
        b"{'descr': (((\n",
        b"-" * 9000 + b"1",
        b"{[]: 1}",
        b"",
    ],
)
def test_headers_of_arrays_that_claim_what_is_not_there_are_refused(small, tmp_path, header):
    with pytest.raises(InputError, match=r"alpha\.npy: is not as save_model writes it"):
        load_model(forged(tmp_path / "m.topics", small, parts={"alpha.npy": with_header(header)}))


@pytest.mark.parametrize(
    "about",
    [
        {"terms": None},
        {"terms": "abcd"},
        {"terms": ["a", "a", "b", "c"]},
        {"terms": ["a", "b", "c"]},
        {"terms": ["a", "b", "c", 4]},
        {"names": 3},
        {"names": ["1"]},
        {"settings": None},
        {"engine": ["tomotopy"]},
        {"more": 1},
    ],
)
def test_descriptions_that_fit_no_model_are_refused(small, tmp_path, about):
    with pytest.raises(InputError, match="its parts do not fit together"):
        load_model(forged(tmp_path / "m.topics", small, about))


WRONG_ARRAYS = {
    "missing": lambda model: {"topic_term": model.topic_term * np.nan},
    "negative": lambda model: {"document_topic": -model.document_topic},
    "infinite": lambda model: {"alpha": np.array([np.inf, 1])},
    "topics that are no shares": lambda model: {"topic_term": model.topic_term * 2},
    "documents that are no shares": lambda model: {"document_topic": model.document_topic * 2},
    "flat topics": lambda model: {"topic_term": model.topic_term[0]},
    "no topics": lambda model: {"topic_term": np.zeros((0, 4))},
    "a topic less": lambda model: {"document_topic": model.document_topic[:, :1]},
    "a document less": lambda model: {"lengths": model.lengths[:2]},
    "half a token": lambda model: {"lengths": np.array([0.5, 1, 2])},
    "more tokens than there are": lambda model: {"lengths": np.array([1e300, 1, 2])},
    "no prior": lambda model: {"alpha": np.zeros(2)},
    "priors of three topics": lambda model: {"alpha": np.ones(3)},
    "half of what NMF needs": lambda model: {"components": np.ones((2, 4))},
}


@pytest.mark.parametrize("wrong", WRONG_ARRAYS)
def test_arrays_that_fit_no_model_are_neither_read_nor_written(small, tmp_path, wrong):
    arrays = WRONG_ARRAYS[wrong](small)
    with pytest.raises(InputError, match="its parts do not fit together"):
        load_model(forged(tmp_path / "m.topics", small, arrays=arrays))
    tables = {name: array for name, array in arrays.items() if hasattr(small, name)}
    rest = {name: array for name, array in arrays.items() if name not in tables}
    with pytest.raises(InputError, match="the model is not saved"):
        save_model(replace(small, **tables, arrays={**small.arrays, **rest}), tmp_path / "new.topics")
    assert not (tmp_path / "new.topics").exists()


def test_settings_that_json_cannot_hold_are_not_written(small, tmp_path):
    with pytest.raises(InputError, match="the settings of the model cannot be saved"):
        save_model(replace(small, settings={"k": object()}), tmp_path / "m.topics")


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b'{"format": ' + b"9" * 5000 + b"}", b"\xff\xfe", b"", b"[1]", b"null"]
)
def test_descriptions_that_are_no_json_are_refused(small, tmp_path, text):
    with pytest.raises(InputError, match=r"no topic model|has format None"):
        load_model(forged(tmp_path / "m.topics", small, parts={"model.json": text}))


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_model(tmp_path / "none.topics")
    with pytest.raises(InputError, match="cannot be read"):
        load_model(tmp_path)
    (tmp_path / "text.topics").write_text("a topic model, truly")
    with pytest.raises(InputError, match="is no topic model"):
        load_model(tmp_path / "text.topics")


def test_reordered_topics_keep_what_belongs_to_them(models):
    for model in models.values():
        order = np.arange(model.k)[::-1]
        turned = model.reordered(order)
        documents = DocumentTerms(model.terms, np.array([0, 5, 5, 9], np.int32), np.array([0, 4], np.int64))
        assert turned.infer(documents) == pytest.approx(model.infer(documents)[:, order], abs=1e-6)
        assert turned.sizes == pytest.approx(model.sizes[::-1])
        assert turned.by_size().topic_term == pytest.approx(model.topic_term)
