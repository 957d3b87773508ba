"""Themes of a corpus as a whole: find_themes and the tables it makes. Its parts have test files of their own."""

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.tables import CONTRACTS, check, check_quotes
from toolkit.topics import TermChoice, ThemeChoice, find_themes, load_model, save_model, theme_reader

WORDS = 20
LETTERS = "abcdefghijkl"


def corpus(langs, seed=1):
    """Posts of four paragraphs, each paragraph drawn from one of three topics with separate words.

    Returns paragraphs, tokens, texts, and vectors in which the three topics lie apart, in both languages alike.
    """
    random = np.random.default_rng(seed)
    paragraphs, tokens, texts, vectors = [], [], {}, []
    for lang, posts in langs.items():
        for post in range(posts):
            doc_id, text = f"{lang}/{post:02}", ""
            for number in range(4):
                # each topic once per three paragraphs, in no order that repeats
                if not (4 * post + number) % 3:
                    turns = random.permutation(3)
                topic = turns[(4 * post + number) % 3]
                words = [f"{lang}{'uvw'[topic]}{LETTERS[random.integers(12)]}xx" for _ in range(WORDS)]
                start = len(text)
                name = f"{doc_id}:{start}"
                for word in words:
                    tokens.append((doc_id, name, len(text), len(text) + len(word), word, word, None, False))
                    text += f"{word} "
                paragraphs.append((doc_id, name, start, len(text), "paragraph", lang, False))
                vectors.append(np.eye(16)[topic] + random.normal(scale=0.1, size=16))
                text += "\n\n"
            texts[doc_id] = text
    columns = ["doc_id", "passage_id", "start", "end", "unit", "lang", "furniture"]
    token_columns = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop"]
    table = np.array(vectors)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return pd.DataFrame(paragraphs, columns=columns), pd.DataFrame(tokens, columns=token_columns), table, texts


def choice(**settings):
    terms = TermChoice(largest_share=1.0)
    return ThemeChoice(
        **{"per_language": 3, "joint": 3, "runs": 6, "iterations": 60, "terms": terms, "pool": 0, **settings}
    )


@pytest.fixture(scope="module")
def material():
    return corpus({"es": 10, "it": 7})


@pytest.fixture(scope="module")
def themes(material):
    return find_themes(*material, choice())


def topics_of(table):
    """Which of the three topics each theme's terms come from: "esu" ..."""
    return {name: set(part["term"].head(8).str[:3]) for name, part in table.groupby("topic")}


def test_known_topics_are_found_in_each_language(themes):
    found = topics_of(themes.tables["topics"][themes.tables["topics"]["model"] == "es"])
    assert sorted(map(sorted, found.values())) == [["esu"], ["esv"], ["esw"]]


def test_joint_themes_hold_both_languages_and_the_words_of_each(themes):
    table = themes.tables["topics"]
    for _, part in table[table["model"] == "joint"].groupby("topic"):
        letters = {lang: set(own["term"].head(8).str[2]) for lang, own in part.groupby("lang")}
        assert letters["es"] == letters["it"]
        assert len(letters["es"]) == 1


def test_themes_are_named_by_model_the_largest_first(themes):
    summary = themes.tables["topic_summary"]
    assert summary["topic"].tolist() == [f"{model}.{n}" for model in ("es", "it", "joint") for n in (1, 2, 3)]
    for _, part in summary.groupby("model"):
        assert part["tokens"].is_monotonic_decreasing


def test_the_languages_own_themes_meet_their_partners(themes):
    aligned = themes.tables["alignment"]
    topics = topics_of(themes.tables["topics"][themes.tables["topics"]["model"] != "joint"])
    assert aligned["matched"].all()
    for row in aligned.to_dict("records"):
        ours, theirs = topics[row["topic"]], topics[row["partner"]]
        assert {name[2] for name in ours} == {name[2] for name in theirs}


def test_clear_topics_hold_over_seeds_and_over_samples(themes):
    stability = themes.tables["topic_stability"]
    assert set(stability["over"]) == {"seeds", "samples"}
    assert not stability["unstable"].any()
    assert not themes.tables["topic_summary"]["unstable"].any()


def test_shares_of_a_paragraph_add_up_to_one_in_each_model(themes):
    sums = themes.tables["shares"].groupby(["model", "passage_id"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1)


def test_every_table_keeps_its_contract_and_quotes_are_the_text(themes, material):
    for name, table in themes.tables.items():
        assert name in CONTRACTS
        check(name, table)
    quotes = themes.tables["topic_passages"]
    assert len(quotes)
    check_quotes("topic_passages", quotes, material[3])


def test_the_number_of_workers_changes_nothing(themes, material, monkeypatch):
    monkeypatch.setattr("toolkit.topics.of_language._WORTH_A_POOL", 0)
    again = find_themes(*material, choice(), workers=2)
    for name, table in themes.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])


def test_models_can_be_kept_and_infer_the_same(themes, tmp_path):
    own = themes.languages["es"]
    save_model(own.model, tmp_path / "es.topics")
    assert (load_model(tmp_path / "es.topics").infer(own.documents) == own.model.infer(own.documents)).all()


@pytest.mark.parametrize("engine", ["gensim", "hdp", "nmf"])
def test_other_engines_give_the_same_tables(material, engine):
    found = find_themes(*material, choice(engine=engine, joint=0, runs=4, iterations=5))
    assert {"es", "it"} == set(found.tables["topic_summary"]["model"])
    assert found.tables["shares"].groupby(["model", "passage_id"])["share"].sum().to_numpy() == pytest.approx(1)


def test_one_run_has_no_stability(material):
    found = find_themes(*material, choice(runs=1, joint=0))
    assert found.tables["topic_stability"].empty
    assert found.tables["topic_summary"]["stability"].isna().all()


# ---- how many --------------------------------------------------------------------------------------------


def test_the_number_of_themes_is_found_out_and_an_interrupted_search_goes_on(tmp_path, monkeypatch):
    material = corpus({"es": 14})
    asked = choice(per_language="auto", joint=0, runs=4)
    import toolkit.topics.selection.select as select

    fits = []
    one = select.fit_model

    def interrupted(*arguments, **options):
        fits.append(arguments[1])
        if len(fits) == 7:
            raise KeyboardInterrupt
        return one(*arguments, **options)

    monkeypatch.setattr(select, "fit_model", interrupted)
    with pytest.raises(KeyboardInterrupt):
        find_themes(*material, asked, resume=tmp_path)
    assert list(tmp_path.rglob("*.*")), "what was finished is kept"
    first = len(fits)
    fits.clear()
    fits.extend([0] * 100)
    found = find_themes(*material, asked, resume=tmp_path)
    again = len(fits) - 100
    monkeypatch.setattr(select, "fit_model", one)
    whole = find_themes(*material, asked)
    pd.testing.assert_frame_equal(found.tables["topics"], whole.tables["topics"])
    pd.testing.assert_frame_equal(found.tables["selection"], whole.tables["selection"])
    assert set(found.tables["selection"]["k"]) >= {2, 3, 4}
    assert len(found.tables["topic_summary"]) == 3
    assert first < again, "the interrupted search had come a part of the way"
    assert "es: 3 topics" in found.warnings[0] or "3" in found.warnings[0]


# ---- too little ------------------------------------------------------------------------------------------


def test_a_language_with_one_post_gets_no_model_and_a_sentence_says_so():
    found = find_themes(*corpus({"es": 5, "it": 1}), choice(joint=0))
    assert set(found.tables["topic_summary"]["model"]) == {"es"}
    assert found.warnings == [
        "it: 1 post is too few for a model of its own (at least 2); its paragraphs take part in the joint themes."
    ]


def test_more_topics_than_posts_are_cut_down_with_a_sentence():
    found = find_themes(*corpus({"es": 5}), choice(per_language=50, joint=0))
    assert len(found.tables["topic_summary"]) == 4
    assert found.warnings == ["es: 50 topics asked for, 4 made: there are 5 posts, 20 paragraphs."]


def test_where_the_posts_bear_no_two_numbers_of_topics_two_are_made_with_a_sentence():
    found = find_themes(*corpus({"es": 3}), choice(per_language="auto", joint=0, runs=2, pool=200, iterations=10))
    assert len(found.tables["topic_summary"]) == 2
    assert found.warnings == ["es: how many topics cannot be found out, 2 made: there are 3 posts, 12 paragraphs."]


def test_one_joint_theme_is_no_model_and_a_sentence_says_so():
    found = find_themes(*corpus({"es": 4}), choice(per_language=0, joint=1, runs=1))
    assert len(found.tables["topic_summary"]) == 2
    assert found.warnings == ["joint: 1 theme asked for, 2 made: one theme of all paragraphs says nothing."]


def test_paragraphs_that_overlap_are_refused_and_not_read_as_empty(themes, material):
    paragraphs, tokens, vectors, _ = material
    with pytest.raises(InputError, match="overlap"):
        theme_reader(themes).shares(paragraphs.assign(start=0), tokens, vectors)


def test_paragraphs_that_stand_in_every_post_are_one_meaning():
    paragraphs, tokens, vectors, texts = corpus({"es": 6})
    vectors[:] = vectors[np.arange(len(vectors)) % 2]
    found = find_themes(paragraphs, tokens, vectors, texts, choice(per_language=0, joint=5))
    assert len(found.tables["topic_summary"]) == 2
    assert found.warnings == ["joint: 5 themes asked for, 2 made: there are 24 paragraphs."]
    vectors[:] = vectors[0]
    found = find_themes(paragraphs, tokens, vectors, texts, choice(per_language=0, joint=5))
    assert found.warnings == ["joint: 24 paragraphs are too few for themes across languages."]


def test_no_term_left_says_which_filter_took_them():
    paragraphs, tokens, vectors, texts = corpus({"es": 5})
    tokens = tokens.assign(lemma=[f"palabra{'x' * n}" for n in range(len(tokens))])
    found = find_themes(paragraphs, tokens, vectors, texts, choice(joint=0))
    assert found.tables["topics"].empty
    assert found.warnings[0].startswith("es: terms: none is left")
    assert "fewer than 2 posts: 400 terms" in found.warnings[0]


def test_vectors_that_are_not_those_of_the_paragraphs_are_refused(material):
    paragraphs, tokens, vectors, texts = material
    with pytest.raises(InputError, match="68 paragraphs and 67 vectors"):
        find_themes(paragraphs, tokens, vectors[:-1], texts, choice())


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"runs": 0}, "runs is 0, allowed is 1 or more"),
        ({"joint": -3}, "joint is -3, allowed is 0 or more"),
        ({"per_language": -1}, "per_language is -1, allowed is 0 or more, or 'auto'"),
        ({"per_language": "six"}, "per_language is 'six'"),
        ({"terms": {"ngrams": 4}}, "ngrams is 4, allowed is 1, 2 or 3"),
        ({"terms": {"largest_share": 0.0}}, "largest_share is 0.0, allowed is above 0"),
    ],
)
def test_settings_out_of_range_are_refused(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        ThemeChoice(**{name: TermChoice(**value) if name == "terms" else value for name, value in settings.items()})
