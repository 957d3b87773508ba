import warnings

import numpy as np
import pytest

from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.topics.documents import document_terms
from toolkit.topics.engines import fit_model
from toolkit.topics.engines.gibbs import fit_gibbs
from toolkit.topics.guided import codebook_seeds, fit_guided, kept_seeds

HEAD = "id: feast\nversion: '1'\ntitle: {es: Feast, it: Feast}\nlanguages: [es, it]\ncodes:\n"
CUES = {
    "wine": ["vino", "copa de vino", "botella verde"],
    "bread": ["pan", "harina", "copa de harina"],
    "fish": ["red de pescar", "pez", "está"],
    "sand": ["desierto"],
}


@pytest.fixture
def book(tmp_path):
    """Four codes with Spanish cues; no document here speaks of the last one."""
    text = HEAD
    for code, cues in CUES.items():
        entries = ", ".join(f"{{cue: {cue}, weight: 2}}" for cue in cues)
        named = f"{{es: {code}, it: {code}}}"
        text += f"  - {{id: {code}, name: {named}, definition: {named}, cues: {{es: [{entries}]}}}}\n"
    file = tmp_path / "feast.yaml"
    file.write_text(text, encoding="utf-8")
    return load_codebook(file)


WORDS = {
    "wine": ["vino", "copa", "botella", "uva", "tinto", "cepa", "barrica", "corcho"],
    "bread": ["pan", "harina", "horno", "masa", "miga", "corteza", "trigo", "levadura"],
    "fish": ["pez", "pescar", "barco", "puerto", "ola", "mar", "caña", "anzuelo"],
    "rest": ["casa", "calle", "plaza", "torre", "puente", "parque", "muro", "tejado"],
}


def drawn(seed=1, count=120, vocabulary=None):
    """Documents of 15 terms, each from one of four topics with separate words; and the topic of each."""
    random = np.random.default_rng(seed)
    topics = [list(WORDS)[place % 4] for place in range(count)]
    return document_terms([list(random.choice(WORDS[topic], 15)) for topic in topics], vocabulary), topics


def quiet(*arguments, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit_guided(*arguments, **{"iterations": 100, **settings})


# what the cues give


def test_a_word_counts_for_a_code_as_far_as_its_cues_belong_to_it(book):
    seeds = codebook_seeds(book, "es", ["copa", "harina", "vino", "uva"])
    # vino: 2 alone and 1 of "copa de vino"; harina likewise; copa: 1 for each of the two codes; 1 is the doubt
    assert seeds.strengths["wine"] == {"copa": pytest.approx(1 / 3), "vino": pytest.approx(3 / 4)}
    assert seeds.strengths["bread"] == {"copa": pytest.approx(1 / 3), "harina": pytest.approx(3 / 4)}
    assert seeds.lacking == ("fish", "sand")


def test_the_table_says_what_became_of_each_cue(book):
    cues = codebook_seeds(book, "es", ["copa", "harina", "vino", "pez"]).cues.set_index(["code", "cue"])
    assert len(cues) == sum(map(len, CUES.values()))
    row = cues.loc[("wine", "copa de vino")]
    assert row[["terms", "status", "shared_with"]].tolist() == ["copa vino", "used", "bread"]
    assert cues.loc[("fish", "está"), "status"] == "function words"
    assert cues.loc[("sand", "desierto"), ["terms", "strength", "status"]].tolist() == ["", 0, "not in vocabulary"]


def test_a_cue_whose_words_speak_no_more_for_its_code_than_for_others_is_called_shared(book):
    cues = codebook_seeds(book, "es", ["copa"]).cues.set_index(["code", "cue"])
    assert cues.loc[("wine", "copa de vino"), ["status", "shared_with"]].tolist() == ["shared", "bread"]


def test_forms_and_missing_accents_are_found(book):
    strengths = codebook_seeds(book, "es", ["Pán", "vinos", "año"]).strengths
    assert {code: list(terms) for code, terms in strengths.items()} == {"wine": ["vinos"], "bread": ["Pán"]}


def test_a_phrase_of_the_vocabulary_takes_the_evidence_of_its_words(book):
    seeds = codebook_seeds(book, "es", ["botella_verde", "botella", "red_pescar", "pescar_red"])
    assert seeds.strengths["wine"] == {"botella_verde": pytest.approx(2 / 3)}
    assert list(seeds.strengths["fish"]) == ["red_pescar"]


def test_codes_not_asked_for_keep_their_share_of_the_words(book):
    seeds = codebook_seeds(book, "es", ["copa", "vino"], codes=["wine"])
    assert list(seeds.strengths) == ["wine"]
    assert seeds.strengths["wine"]["copa"] == pytest.approx(1 / 3)
    assert set(seeds.cues["code"]) == {"wine"}


@pytest.mark.parametrize(
    ("name", "lang"),
    [("cluetrain", "es"), ("groundswell", "it"), ("seven_levels", "es"), ("reverse_engagement", "it")],
)
def test_bundled_codebooks_give_every_code_seeds_of_its_own(name, lang):
    bundled = load_codebook(name)
    words = sorted({word for cue in bundled.cues if cue.lang == lang for word in cue.cue.split()})
    seeds = codebook_seeds(bundled, lang, words)
    assert list(seeds.strengths) == bundled.code_ids
    assert all(max(terms.values()) > 0.5 for terms in seeds.strengths.values())
    assert all(0 < strength < 1 for terms in seeds.strengths.values() for strength in terms.values())


# the topics


def test_each_code_gets_its_own_topic_whatever_the_seed(book):
    documents, truth = drawn()
    for seed in (1, 2, 3):
        model = quiet(book=book, documents=documents, lang="es", free=1, seed=seed)
        assert model.names == ("wine", "bread", "fish", "1")
        named = [model.names[topic].replace("1", "rest") for topic in model.document_topic.argmax(1)]
        assert named == truth
        tops = [{model.terms[term] for term in np.argsort(-row)[:8]} for row in model.topic_term]
        assert tops == [set(words) for words in WORDS.values()]


def test_without_seeds_the_same_topics_come_in_any_order():
    documents, _ = drawn()
    orders = set()
    for seed in range(1, 6):
        found = fit_model(documents, 4, seed=seed, iterations=100).document_topic.argmax(1)[:4]
        orders.add(tuple(found.tolist()))
    assert len(orders) > 1


def test_a_code_of_which_no_cue_occurs_is_named_and_left_out(book):
    with pytest.warns(UserWarning, match="left out, because none of their cues occurs: sand"):
        model = fit_guided(drawn()[0], book, "es", iterations=20)
    assert "sand" not in model.names
    assert model.settings["lacking"] == ["sand"]


def test_a_word_in_the_vocabulary_that_no_document_has_is_no_seed(book):
    documents, _ = drawn(vocabulary=[word for words in WORDS.values() for word in words] + ["desierto"])
    assert "sand" not in quiet(documents, book, "es").names
    with pytest.raises(InputError, match="no seed term of 'dry' is in the vocabulary"):
        fit_model(documents, 3, seeds={"dry": ["desierto"]})


def test_the_same_call_gives_the_same_model_bit_for_bit_and_another_seed_another(book):
    one, same, other = (quiet(drawn()[0], book, "es", seed=seed) for seed in (4, 4, 5))
    assert (one.topic_term == same.topic_term).all()
    assert (one.document_topic == same.document_topic).all()
    assert not (one.topic_term == other.topic_term).all()


def test_topics_are_distributions_and_infer_documents(book):
    documents, truth = drawn()
    model = quiet(documents, book, "es", free=1)
    assert model.topic_term.sum(1) == pytest.approx(1)
    assert model.document_topic.sum(1) == pytest.approx(1)
    assert model.infer(documents).argmax(1).tolist() == [list(WORDS).index(name) for name in truth]


def test_more_weight_keeps_a_topic_closer_to_its_seeds(book):
    masses = [kept_seeds(quiet(drawn()[0], book, "es", weight=weight))["mass"].mean() for weight in (0.5, 5, 50)]
    assert masses == sorted(masses)
    assert masses[2] > masses[0] + 0.1


def test_a_topic_that_lost_its_seeds_is_told():
    documents, _ = drawn()
    # one seed that occurs once, among the words of another theme, can hold no topic
    texts = [[*documents.texts()[0], "arena"], *documents.texts()[1:]]
    model = fit_model(document_terms(texts), 4, seeds={"sand": ["arena"], "wine": ["vino"]}, iterations=100)
    table = kept_seeds(model, top=8).set_index("topic")
    assert table.index.tolist() == ["sand", "wine"]
    assert table["lost"].tolist() == [True, False]
    assert table["in_top"].tolist() == [0, 1]


def test_kept_seeds_are_looked_for_among_one_term_or_more(book):
    with pytest.raises(InputError, match="top is 0, allowed is 1 or more"):
        kept_seeds(quiet(drawn()[0], book, "es", iterations=10), top=0)


def test_models_without_seeds_have_no_guided_topics():
    assert kept_seeds(fit_model(drawn()[0], 3, iterations=10)).empty


def test_seeds_with_strengths_pull_their_terms_into_their_topics():
    documents = document_terms([["a", "b"], ["a", "c"], ["b", "c"]] * 5)
    seeds = {"x": {"a": 1.0}, "y": {"b": 0.5}}
    model = fit_gibbs(documents, 2, iterations=20, seeds=seeds, seed_weight=1000)
    assert model.topic_term[1][0] < 0.01 < model.topic_term[0][0]
    assert model.topic_term[0][1] < 0.01 < model.topic_term[1][1]
    assert model.settings["seeds"] == seeds


def test_of_two_topics_that_ask_for_a_term_the_stronger_gets_it():
    documents = document_terms([["a", "b"], ["a", "c"]] * 10)
    for in_x, in_y in ((1.0, 0.01), (0.01, 1.0)):
        seeds = {"x": {"a": in_x, "b": 1.0}, "y": {"a": in_y, "c": 1.0}}
        share = fit_gibbs(documents, 2, iterations=50, seeds=seeds, seed_weight=50, alpha=1.0).topic_term[:, 0]
        assert share.argmax() == (0 if in_x > in_y else 1)
        assert share.max() > 5 * share.min()


# what is refused


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lang": "en"}, "codebook 'feast' has no cues in 'en'; allowed are es"),
        ({"codes": ["wien"]}, "has no code 'wien'; did you mean 'wine'"),
        ({"codes": []}, r"codes is \[\], expected a list"),
        ({"codes": "wine"}, "codes is 'wine', expected a list"),
        ({"codes": ["sand"]}, "no cue of codebook 'feast' in 'es' has a word in the vocabulary"),
        ({"free": -1}, "3 codes and -1 free topics are asked for"),
        ({"free": 200}, "3 codes and 200 free topics are asked for, allowed are 2 to 120"),
        ({"codes": ["wine"], "free": 0}, "1 codes and 0 free topics"),
        ({"iterations": 0}, "iterations is 0, allowed is a whole number, 1 or more"),
        ({"alpha": -1.0}, "alpha is -1.0, allowed is a number above 0"),
        ({"eta": np.nan}, "eta is nan, allowed is a number above 0"),
        ({"seed": -1}, "seed is -1, allowed is a whole number"),
        ({"weight": 0}, "weight of the seeds is 0, allowed is a number above 0"),
        ({"weight": float("nan")}, "weight of the seeds is nan"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(book, settings, message):
    with pytest.raises(InputError, match=message):
        quiet(drawn()[0], book, **{"lang": "es", **settings})


def test_documents_without_words_are_refused(book):
    with pytest.raises(InputError, match="has a word in the vocabulary of 0 terms"):
        fit_guided(document_terms([[], []]), book, "es")


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        ({"x": "vino"}, "the seeds of 'x' are one text"),
        ({"x": {"vino": 0.0}}, "the strength of seed 'vino' of 'x' is 0.0"),
        ({"x": ["nada"]}, "no seed term of 'x' is in the vocabulary"),
    ],
)
def test_seeds_that_cannot_be_are_refused(seeds, message):
    with pytest.raises(InputError, match=message):
        fit_model(drawn()[0], 3, seeds=seeds)
