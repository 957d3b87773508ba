import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.topics import choose_terms, class_terms, documents_of, find_themes, fit_joint, fit_lda, stability

VOCABULARIES = [[f"{letter}{number}" for number in range(12)] for letter in "abc"]


def drawn_documents(seed=1, count=60):
    """Documents drawn from three known topics with separate vocabularies, one topic each."""
    random = np.random.default_rng(seed)
    return [list(random.choice(VOCABULARIES[place % 3], size=20)) for place in range(count)]


def test_known_topics_are_found_again():
    model = fit_lda(drawn_documents(), 3, seed=4, iterations=200)
    tops = [{model.terms[term][0] for term in np.argsort(-row)[:8]} for row in model.topic_term]
    assert sorted(map(sorted, tops)) == [["a"], ["b"], ["c"]]
    groups = model.document_topic.argmax(1)
    assert all(len(set(groups[start::3])) == 1 for start in range(3))


def test_topics_are_distributions():
    model = fit_lda(drawn_documents(), 3, seed=4, iterations=50)
    assert model.topic_term.sum(1) == pytest.approx(1)
    assert model.document_topic.sum(1) == pytest.approx(1)


def test_the_same_seed_gives_the_same_topics_and_another_seed_others():
    one, same, other = (fit_lda(drawn_documents(), 3, seed=seed, iterations=30) for seed in (4, 4, 5))
    assert (one.topic_term == same.topic_term).all()
    assert one.terms == same.terms
    assert not (one.topic_term == other.topic_term).all()


def test_a_document_without_words_has_no_topics():
    model = fit_lda([*drawn_documents(count=9), []], 3, seed=1, iterations=20)
    assert model.document_topic[-1].tolist() == [0, 0, 0]


@pytest.mark.parametrize("k", [1, 10])
def test_a_number_of_topics_that_cannot_be_is_refused(k):
    with pytest.raises(InputError, match=f"got {k}, allowed is 2 to 9"):
        fit_lda(drawn_documents(count=9), k, seed=1)


def test_passages_of_one_meaning_are_grouped_whatever_their_number():
    random = np.random.default_rng(2)
    centres = np.eye(4)[[0] * 30 + [1] * 20 + [2] * 10]
    vectors = centres + random.normal(scale=0.05, size=centres.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = fit_joint(vectors, 3, seed=7)
    assert groups.tolist() == [0] * 30 + [1] * 20 + [2] * 10


def test_class_terms_prefer_what_sets_a_group_apart():
    documents = [["red", "red", "cliente"], ["red", "vino", "vino"]]
    table = class_terms(documents, ["es", "es"], np.array([0, 1]), 2)
    first = table[table["group"] == 1].iloc[0]
    assert (first["term"], first["lang"]) == ("vino", "es")
    # W = tf * log(1 + A / f): vino 2/3 * log(1 + 3/2)
    assert first["weight"] == pytest.approx(2 / 3 * np.log1p(3 / 2))


def test_class_terms_of_a_language_do_not_count_for_the_other():
    table = class_terms([["red", "red"], ["rete", "rete"]], ["es", "it"], np.array([0, 0]), 1)
    assert table[["lang", "term"]].to_numpy().tolist() == [["es", "red"], ["it", "rete"]]


def test_stability_is_one_for_the_same_topics_in_another_order():
    topics = [frozenset("abc"), frozenset("def")]
    assert stability(topics, [topics[::-1], topics]).tolist() == [1, 1]


def test_stability_without_other_runs_is_missing():
    assert np.isnan(stability([frozenset("ab")], [])).all()


def test_terms_are_limited_by_posts_not_by_passages():
    documents = [["raro", "raro"], ["raro", "comun"], ["comun"], ["comun", "medio"], ["medio"]]
    kept = choose_terms(documents, ["p1", "p1", "p2", "p3", "p2"], fewest_posts=2, largest_share=0.7)
    assert (kept.terms, kept.too_rare, kept.too_common) == (frozenset({"medio"}), 1, 1)


def _corpus(langs):
    """Posts of four paragraphs a language, each drawn from known topics, as the tables find_themes takes."""
    paragraphs, tokens = [], []
    for lang, posts in langs.items():
        documents = drawn_documents(seed=len(lang) + posts, count=posts * 4)
        for number, words in enumerate(documents):
            doc_id, position = f"{lang}{number // 4}", (number % 4) * 1000
            end = position + 20 * 10
            paragraphs.append((doc_id, f"{doc_id}:p{position}", position, end, "paragraph", lang, False))
            for place, word in enumerate(words):
                at = position + place * 10
                # "a7" has a digit; content lemmas are letters
                lemma = f"{lang}{word[0]}{'abcdefghijkl'[int(word[1:])]}xx"
                tokens.append((doc_id, f"{doc_id}:p{position}", at, at + 6, lemma, lemma, None, False))
    columns = ["doc_id", "passage_id", "start", "end", "unit", "lang", "furniture"]
    token_columns = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop"]
    return pd.DataFrame(paragraphs, columns=columns), pd.DataFrame(tokens, columns=token_columns)


@pytest.fixture(scope="module")
def material():
    paragraphs, tokens = _corpus({"es": 10, "it": 6})
    vectors = np.random.default_rng(1).normal(size=(len(paragraphs), 8))
    return paragraphs, tokens, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def themes_of(material, **settings):
    chosen = {"per_language": 3, "joint": 4, "runs": 3, "iterations": 60, "largest_share": 1.0, **settings}
    return find_themes(*material, **chosen)


def test_themes_come_per_language_and_jointly_largest_first(material):
    themes = themes_of(material)
    assert themes.summary["topic"].tolist() == [
        *[f"es.{n}" for n in (1, 2, 3)],
        *[f"it.{n}" for n in (1, 2, 3)],
        *[f"joint.{n}" for n in (1, 2, 3, 4)],
    ]
    joint = themes.summary[themes.summary["model"] == "joint"]["n"]
    assert joint.is_monotonic_decreasing
    assert joint.sum() == len(material[0])


def test_shares_of_a_paragraph_add_up_to_one_in_each_model(material):
    shares = themes_of(material).shares
    sums = shares.groupby(["model", "passage_id"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1, abs=1e-4)


def test_clear_topics_are_stable_and_random_groups_are_not(material):
    summary = themes_of(material, iterations=200).summary.groupby("model")["stability"].mean()
    assert summary["es"] > 0.7
    assert summary["joint"] < summary["es"]


def test_two_workers_give_the_same_tables_as_one(material, monkeypatch):
    monkeypatch.setattr("toolkit.topics.themes._WORTH_A_POOL", 0)
    one, two = themes_of(material), themes_of(material, workers=2)
    for table, same in zip(one[:3], two[:3], strict=True):
        pd.testing.assert_frame_equal(table, same)


def test_a_language_with_one_post_gets_no_model_and_a_sentence_says_so():
    paragraphs, tokens = _corpus({"es": 5, "it": 1})
    themes = themes_of((paragraphs, tokens, np.ones((len(paragraphs), 4)) / 2), joint=0)
    assert set(themes.summary["model"]) == {"es"}
    assert themes.warnings == [
        "it: 1 post is too few for a model of its own (at least 2); its paragraphs take part in the joint themes."
    ]


def test_more_topics_than_posts_are_cut_down_with_a_sentence():
    paragraphs, tokens = _corpus({"es": 5})
    themes = themes_of((paragraphs, tokens, np.ones((len(paragraphs), 4)) / 2), per_language=50, joint=0)
    assert len(themes.summary) == 4
    assert themes.warnings == ["es: 50 topics asked for, 4 made: there are 5 posts, 20 paragraphs."]


def test_no_term_left_says_which_limit_took_them():
    paragraphs, tokens = _corpus({"es": 5})
    tokens = tokens.assign(lemma=[f"palabra{'x' * n}" for n in range(len(tokens))])
    themes = themes_of((paragraphs, tokens, np.ones((len(paragraphs), 4)) / 2), joint=0)
    assert themes.topics.empty
    assert "no term is left" in themes.warnings[0]
    assert "fewer than 2 posts" in themes.warnings[0]


def test_a_token_belongs_to_the_paragraph_that_contains_it(material):
    paragraphs, tokens, _ = material
    documents = documents_of(tokens, paragraphs)
    assert [len(document) for document in documents] == [20] * len(paragraphs)
