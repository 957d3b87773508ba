"""What topics mean: terms, passages, label candidates, prevalence."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from toolkit.corpus import segment
from toolkit.errors import InputError
from toolkit.text import tokenise
from toolkit.topics.documents import document_terms
from toolkit.topics.engines import ENGINES, fit_model
from toolkit.topics.meaning import (
    expressions,
    label_candidates,
    prevalence,
    prevalence_difference,
    rank_terms,
    representative_passages,
    shares_table,
)
from toolkit.topics.model import TopicModel


def model_of(topic_term, document_topic, lengths, terms=None):
    topic_term = np.array(topic_term, dtype=float)
    terms = terms or tuple("abcdefgh"[: topic_term.shape[1]])
    names = tuple(str(number + 1) for number in range(len(topic_term)))
    return TopicModel(
        "tomotopy", terms, topic_term, np.array(document_topic, dtype=float), np.array(lengths), names,
        {}, {"alpha": np.full(len(topic_term), 0.1)},
    )  # fmt: skip


def posts_of(texts, lang="es", **columns):
    posts = pd.DataFrame({"doc_id": [f"p{n:03}" for n in range(len(texts))], "lang": lang, "text": texts, **columns})
    posts["sha256"] = [hashlib.sha256(text.encode()).hexdigest() for text in posts["text"]]
    return posts


def material(texts, lang="es"):
    """Posts of one passage each, with their tokens."""
    posts = posts_of(texts, lang)
    none = pd.DataFrame({"doc_id": [], "start": [], "end": [], "rule": [], "kind": [], "quote": []})
    passages = segment(posts, none, unit="document").assign(lang=posts["lang"].to_numpy())
    return posts, passages, tokenise(posts, passages, choice="simple")


def shares_of(rows, **more):
    """(doc_id, passage, tokens, share of topic 1): the rest is topic 2's."""
    table = [
        (doc_id, f"{doc_id}:{passage}", topic, share, tokens)
        for doc_id, passage, tokens, first in rows
        for topic, share in (("1", first), ("2", 1 - first))
    ]
    return pd.DataFrame(table, columns=["doc_id", "passage_id", "topic", "share", "tokens"]).assign(**more)


TWO_BY_THREE = [[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]]


def test_terms_by_probability():
    table = rank_terms(model_of(TWO_BY_THREE, [[1, 0], [0, 1]], [100, 100]), most=2, name="es")
    assert table[["topic", "term", "rank", "by"]].to_numpy().tolist() == [
        ["es.1", "a", 1, "probability"],
        ["es.1", "b", 2, "probability"],
        ["es.2", "c", 1, "probability"],
        ["es.2", "b", 2, "probability"],
    ]
    assert table["weight"].tolist() == [0.5, 0.3, 0.6, 0.3]


def test_relevance_is_equation_1_of_sievert_and_shirley():
    documents = document_terms([["a"] * 3 + ["b"] * 3 + ["c"] * 4])
    model = model_of(TWO_BY_THREE, [[1, 0], [0, 1]], [100, 100])
    table = rank_terms(model, documents, by="relevance", lam=0.6)
    first = table[table["topic"] == "1"]
    assert first["term"].tolist() == ["a", "b", "c"]
    by_hand = [0.6 * np.log(p) + 0.4 * np.log(p / base) for p, base in ((0.5, 0.3), (0.3, 0.3), (0.2, 0.4))]
    assert first["weight"].tolist() == pytest.approx(by_hand)


def test_relevance_at_lambda_1_is_the_order_of_probability_and_at_0_that_of_lift():
    random = np.random.default_rng(3)
    model = model_of(random.dirichlet(np.ones(8), 3), random.dirichlet(np.ones(3), 20), np.full(20, 50))
    by_probability = rank_terms(model)
    assert rank_terms(model, by="relevance", lam=1)["term"].tolist() == by_probability["term"].tolist()
    lift = model.topic_term / (model.sizes @ model.topic_term)
    best = rank_terms(model, by="relevance", lam=0, most=1)["term"].tolist()
    expected_enough = np.where(model.topic_term * model.sizes[:, None] >= 5, lift, 0)
    assert best == [model.terms[place] for place in expected_enough.argmax(1)]


def test_terms_that_occurred_once_do_not_win_by_lift():
    # "rara" stands once, in topic 1 only: its lift is the highest there is
    terms = ("común", "propia", "rara")
    model = model_of([[0.5, 0.49, 0.01], [0.9, 0.1, 0.0]], [[1, 0], [0, 1]], [100, 100], terms)
    table = rank_terms(model, by="relevance", lam=0)
    assert table[table["topic"] == "1"]["term"].tolist() == ["propia", "común", "rara"]
    assert table[table["topic"] == "2"]["term"].tolist() == ["común", "propia"]


def test_frex_by_hand():
    # frequency ranks of topic 1 (shares of three terms): 3/3, 2/3, 1/3; its exclusivities 5/6, 1/2, 1/4 rank the same
    table = rank_terms(model_of(TWO_BY_THREE, [[1, 0], [0, 1]], [10, 10]), by="exclusivity")
    assert table[table["topic"] == "1"]["weight"].tolist() == pytest.approx([1, 2 / 3, 1 / 3])
    # here frequency and exclusivity part: "b" is commonest and shared (1/2), "a" is rarer and more exclusive (3/4)
    model = model_of([[0.3, 0.5, 0.2], [0.1, 0.5, 0.4]], [[1, 0], [0, 1]], [10, 10])
    table = rank_terms(model, by="exclusivity").query("topic == '1'").set_index("term")["weight"]
    harmonic = 1 / (0.5 / (2 / 3) + 0.5 / 1)
    assert table.to_dict() == pytest.approx({"a": harmonic, "b": harmonic, "c": 1 / 3})


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_can_be_ranked_every_way(engine):
    texts = [["red", "perfil", "amigo"] * 4, ["factura", "cobro", "pago"] * 4] * 10
    documents = document_terms(texts)
    model = fit_model(documents, 2, engine=engine, iterations=20)
    for by in ("probability", "relevance", "exclusivity"):
        table = rank_terms(model, documents, by=by, most=3)
        assert np.isfinite(table["weight"]).all()
        assert table.groupby("topic")["rank"].max().tolist() == [3] * model.k
    best = rank_terms(model, most=1)
    assert best["weight"].tolist() == pytest.approx(model.topic_term.max(1).tolist())


@pytest.mark.parametrize(
    ("bad", "said"),
    [({"by": "relevanse"}, "did you mean 'relevance'"), ({"lam": 2}, "lam is 2"), ({"most": 0}, "most is 0")],
)
def test_settings_of_rankings_are_checked(bad, said):
    with pytest.raises(InputError, match=said):
        rank_terms(model_of(TWO_BY_THREE, [[1, 0]], [5]), **bad)


def test_rankings_refuse_nan_and_foreign_documents():
    with pytest.raises(InputError, match="no numbers"):
        rank_terms(model_of([[np.nan, 1.0]], [[1]], [5]))
    with pytest.raises(InputError, match="none of the model's terms"):
        rank_terms(model_of(TWO_BY_THREE, [[1, 0]], [5]), document_terms([["z"]]), by="relevance")


def test_shares_table_leaves_out_passages_without_terms():
    _, passages, _ = material(["Uno.", "Dos.", "Tres."])
    model = model_of(TWO_BY_THREE, [[0.75, 0.25], [0, 0], [1, 0]], [4, 0, 2])
    table = shares_table(model, passages, "es")
    assert table[["doc_id", "topic", "share", "model", "tokens"]].to_numpy().tolist() == [
        ["p000", "es.1", 0.75, "es", 4],
        ["p002", "es.1", 1.0, "es", 2],
        ["p000", "es.2", 0.25, "es", 4],
    ]
    with pytest.raises(InputError, match="fitted to 3 documents and there are 2"):
        shares_table(model, passages.iloc[:2])


LONG = "Los clientes piden una respuesta de la empresa, y la empresa no tiene quien conteste a los clientes."


def evidence(texts, firsts, tokens=20, **settings):
    posts, passages, words = material(texts)
    rows = zip(passages["doc_id"], passages["passage_id"], np.broadcast_to(tokens, len(texts)), firsts, strict=True)
    shares = pd.DataFrame(rows, columns=["doc_id", "passage_id", "tokens", "share"]).assign(topic="1")
    topics = pd.DataFrame({"topic": ["1", "1", "2"], "term": ["cliente", "empresa", "respuesta"]})
    by_id = dict(zip(posts["doc_id"], posts["text"], strict=True))
    return representative_passages(shares, passages, by_id, tokens=words, topics=topics, **settings)


def test_passages_carry_the_places_of_the_terms():
    text = "\U0001f600 " + LONG
    (row,) = evidence([text], [0.9]).to_dict("records")
    assert row["quote"] == text[row["start"] : row["end"]] == text
    assert row["terms"] == "cliente;empresa;empresa;cliente"
    spans = [tuple(map(int, span.split(":"))) for span in row["spans"].split(";")]
    assert [text[start:end] for start, end in spans] == ["clientes", "empresa", "empresa", "clientes"]


def test_a_high_share_of_few_tokens_is_less_typical_than_a_lower_one_of_many():
    other = "En el taller de la tarde se habló de la memoria del barrio, de sus fiestas y de sus calles viejas."
    table = evidence([LONG, other], [0.95, 0.85], tokens=[2, 60])
    assert table["doc_id"].tolist() == ["p001", "p000"]
    assert table["typical"].is_monotonic_decreasing


def test_themes_by_sentence_vectors_show_what_is_closest_to_their_centre():
    other = "En el taller de la tarde se habló de la memoria del barrio, de sus fiestas y de sus calles viejas."
    _, passages, _ = material([LONG, other])
    shares = passages[["doc_id", "passage_id"]].assign(topic="joint.1", share=1.0, closeness=[0.4, 0.7])
    table = representative_passages(shares, passages, {"p000": LONG, "p001": other})
    assert table[["doc_id", "typical"]].to_numpy().tolist() == [["p001", 0.7], ["p000", 0.4]]


def test_passages_alike_short_or_of_one_post_are_left_out():
    other = "En el taller de la tarde se habló de la memoria del barrio, de sus fiestas y de sus calles viejas."
    table = evidence([LONG, LONG.upper() + " Sí.", "Breve.", other], [0.9, 0.8, 1.0, 0.7])
    assert table["doc_id"].tolist() == ["p000", "p003"]
    assert table["rank"].tolist() == [1, 2]
    posts = posts_of([LONG + "\n" + other])
    spans = [(0, len(LONG)), (len(LONG) + 1, len(LONG) + 1 + len(other))]
    passages = pd.DataFrame(
        [("p000", f"s{start}", start, end, "paragraph", "es", False) for start, end in spans],
        columns=["doc_id", "passage_id", "start", "end", "unit", "lang", "furniture"],
    )
    shares = passages[["doc_id", "passage_id"]].assign(topic="1", share=[0.9, 0.8], tokens=10)
    by_id = dict(zip(posts["doc_id"], posts["text"], strict=True))
    assert len(representative_passages(shares, passages, by_id)) == 1
    assert len(representative_passages(shares, passages, by_id, per_post=2)) == 2


def test_of_a_long_passage_the_sentences_with_the_terms_are_quoted():
    filler = "Nada de esto importa mucho aquella tarde de lluvia. " * 20
    (row,) = evidence([filler + LONG + " " + filler], [0.9], longest=160).to_dict("records")
    assert LONG in row["quote"]
    assert len(row["quote"]) <= 160
    assert row["quote"][0].isupper()
    (row,) = evidence(["sin puntos ni comas ".strip() + " palabra" * 100], [0.9], longest=160).to_dict("records")
    assert 80 <= len(row["quote"]) <= 160


def test_passages_of_other_texts_are_refused():
    _, passages, _ = material([LONG])
    shares = shares_of([("p000", "elsewhere", 5, 0.5)])
    with pytest.raises(InputError, match="no passage is called 'p000:elsewhere'"):
        representative_passages(shares, passages, {"p000": LONG})
    with pytest.raises(InputError, match="shortest"):
        representative_passages(shares, passages, {"p000": LONG}, shortest=900)


def planted(lang="es"):
    """Forty posts: half on social networks, half on bills, each with its phrases among words both share."""
    random = np.random.default_rng(5)
    if lang == "es":
        shared = ["ciudad", "barrio", "tarde", "amigo", "mesa", "radio", "libro", "calle"]
        own = (["redes sociales", "perfil"], ["gestión del riesgo", "tarjeta de crédito", "factura"])
    else:
        shared = ["città", "quartiere", "amico", "tavolo", "radio", "libro", "strada", "piazza"]
        own = (["reti sociali", "profilo"], ["gestione del rischio", "carta di credito", "fattura"])
    texts, topic = [], []
    for number in range(40):
        phrases = own[number % 2]
        words = [str(random.choice(phrases)) for _ in range(3)] + list(random.choice(shared, 6))
        random.shuffle(words)
        # commas: what stands side by side by chance is no phrase
        texts.append(", ".join(words) + ".")
        topic.append(number % 2)
    return texts, np.array(topic)


@pytest.mark.parametrize("lang", ["es", "it"])
def test_planted_phrases_become_labels(lang):
    texts, topic = planted(lang)
    _, passages, tokens = material(texts, lang)
    shares = shares_of(
        [(doc_id, "x", 9, 0.9 - 0.8 * one) for doc_id, one in zip(passages["doc_id"], topic, strict=True)]
    )
    shares["passage_id"] = shares["doc_id"].map(dict(zip(passages["doc_id"], passages["passage_id"], strict=True)))
    table = label_candidates(shares, passages, tokens)
    phrases = table[table["kind"] == "phrase"]
    found = {name: set(group["label"]) for name, group in phrases.groupby("topic")}
    if lang == "es":
        assert found == {"1": {"redes sociales"}, "2": {"gestión del riesgo", "tarjeta de crédito"}}
    else:
        assert found == {"1": {"reti sociali"}, "2": {"gestione del rischio", "carta di credito"}}
    words = table[table["kind"] == "word"]
    assert {"perfil", "factura", "profilo", "fattura"} >= set(words["label"])
    assert not table["label"].duplicated().any()
    assert (table["score"] > 0).all() and (table["share"] > 0.5).all()


def test_labels_are_the_commonest_form_and_need_posts():
    texts = ["La red social crece.", "Las redes sociales crecen.", "Usan redes sociales.", "Hay nube rosa."] * 3
    _, passages, tokens = material([*texts, *["Pago con tarjeta."] * 36])
    rows = [(doc_id, "x", 4, 0.95 if row < 12 else 0.05) for row, doc_id in enumerate(passages["doc_id"])]
    shares = shares_of(rows)
    shares["passage_id"] = shares["doc_id"].map(dict(zip(passages["doc_id"], passages["passage_id"], strict=True)))
    first = label_candidates(shares, passages, tokens).query("topic == '1'")
    assert first["label"].iloc[0] == "redes sociales"
    assert first["n"].iloc[0] == 9
    assert "nube rosa" in first["label"].tolist()
    assert "nube rosa" not in label_candidates(shares, passages, tokens, fewest_posts=4)["label"].tolist()


def test_verbs_are_no_labels():
    texts = [
        "El equipo quiere comprar zapatos.",
        "Pueden comprar zapatos.",
        "Compraron zapatos.",
        "Compran zapatos.",
    ] * 3
    _, passages, tokens = material([*texts, *["Lluvia y viento."] * 12])
    rows = [(doc_id, "x", 4, 0.95 if row < 12 else 0.05) for row, doc_id in enumerate(passages["doc_id"])]
    shares = shares_of(rows)
    shares["passage_id"] = shares["doc_id"].map(dict(zip(passages["doc_id"], passages["passage_id"], strict=True)))
    labels = label_candidates(shares, passages, tokens).query("topic == '1'")["label"].tolist()
    assert labels[0] == "zapatos"
    assert not [label for label in labels if "compra" in label.lower()]


def test_scraps_between_words_make_no_phrase():
    _, passages, tokens = material(["Bolsa de y papel.", "Bolsa de el y los papel.", "de del. Bolsa de"] * 4)
    shares = passages[["doc_id", "passage_id"]].assign(topic="1", share=1.0, tokens=2)
    assert label_candidates(shares, passages, tokens).empty


@pytest.mark.parametrize(
    ("sign", "expected"), [("e", {"voce e fiducia"}), ("E", {"voce E fiducia"}), ("è", set()), ("E\u0300", set())]
)
def test_a_verb_that_differs_from_a_function_word_in_its_accent_joins_no_phrase(sign, expected):
    _, passages, tokens = material([f"La voce {sign} fiducia.", "Piove a Roma."] * 3, "it")
    phrases, _ = expressions(tokens, passages)
    assert {one.surface for one in phrases} == expected


def test_joint_themes_have_labels_in_each_language():
    spanish, topic = planted("es")
    italian, _ = planted("it")
    _, passages, tokens = material([*spanish, *italian], ["es"] * 40 + ["it"] * 40)
    rows = [(doc_id, "x", 9, 0.9 - 0.8 * one) for doc_id, one in zip(passages["doc_id"], [*topic, *topic], strict=True)]
    shares = shares_of(rows, model="joint")
    shares["passage_id"] = shares["doc_id"].map(dict(zip(passages["doc_id"], passages["passage_id"], strict=True)))
    table = label_candidates(shares, passages, tokens, most=1)
    assert table[table["topic"] == "1"][["lang", "label"]].to_numpy().tolist() == [
        ["es", "redes sociales"],
        ["it", "reti sociali"],
    ]


def test_labels_need_no_order_of_tokens_and_no_name_of_the_model():
    texts, topic = planted()
    _, passages, tokens = material(texts)
    shares = passages[["doc_id", "passage_id"]].assign(topic=[str(one) for one in topic], share=1.0)
    found = label_candidates(shares, passages, tokens)
    assert (found["kind"] == "phrase").any()
    pd.testing.assert_frame_equal(label_candidates(shares, passages, tokens.sample(frac=1, random_state=1)), found)
    pd.testing.assert_frame_equal(label_candidates(shares.assign(model=None), passages, tokens), found)


def test_labels_of_shares_with_unknown_tokens_are_refused():
    _, passages, tokens = material(["La voz de la marca.", "El precio de la caja."])
    shares = passages[["doc_id", "passage_id"]].assign(topic="1", share=1.0, tokens=[3.0, np.nan])
    with pytest.raises(InputError, match="row 2, column 'tokens': the number is missing"):
        label_candidates(shares, passages, tokens)


def test_labels_check_their_settings():
    _, passages, tokens = material([LONG])
    with pytest.raises(InputError, match="fewest_posts is 0"):
        label_candidates(shares_of([("p000", "x", 1, 0.5)]), passages, tokens, fewest_posts=0)
    with pytest.raises(InputError, match="no passage is called"):
        label_candidates(shares_of([("p000", "x", 1, 0.5)]), passages, tokens)


def test_prevalence_by_hand():
    shares = shares_of([("a", 1, 10, 0.5), ("a", 2, 30, 0.1), ("b", 1, 20, 1.0), ("c", 1, 5, 0.2)])
    posts = pd.DataFrame({"doc_id": list("abc"), "country": ["ES", "ES", None]})
    table = prevalence(shares, posts, "country").query("topic == '1'").set_index("value")
    # (10 * .5 + 30 * .1 + 20 * 1) / 60
    assert table.loc["ES", "share"] == pytest.approx(28 / 60)
    assert table.loc["ES", ["n", "passages", "few"]].tolist() == [2, 3, True]
    assert table.loc["(missing)", "share"] == pytest.approx(0.2)
    assert np.isnan(table.loc["(missing)", "ci_low"])
    # two posts have three samples: their own shares, and both together
    assert table.loc["ES", ["ci_low", "ci_high"]].tolist() == pytest.approx([8 / 40, 1.0])
    even = prevalence(shares, posts, "country", weight="passages").query("topic == '1'").set_index("value")
    assert even.loc["ES", "share"] == pytest.approx(1.6 / 3)


def test_shares_of_a_value_add_up_to_1_in_each_model():
    rows = [(f"p{n}", 1, 10, n / 20) for n in range(20)]
    one, two = shares_of(rows, model="es"), shares_of(rows, model="joint")
    two["topic"] = "joint." + two["topic"]
    posts = pd.DataFrame({"doc_id": [f"p{n}" for n in range(20)], "genre": ["x", "y"] * 10})
    table = prevalence(pd.concat([one, two], ignore_index=True), posts, "genre")
    joint = table["topic"].str.startswith("joint")
    assert table[joint].groupby("value")["share"].sum().tolist() == pytest.approx([1, 1])
    assert table[~joint].groupby("value")["share"].sum().tolist() == pytest.approx([1, 1])
    assert table["share"].between(table["ci_low"], table["ci_high"]).all()


def test_dates_as_written():
    written = ["2010", "2010-05", "2010-05-03", "2010-12-31T10:00:00Z", "31/12/2010", "2010-13", "2010-02-30", "", None]
    names = [f"p{n}" for n in range(len(written))]
    posts = pd.DataFrame({"doc_id": names, "date": written})
    shares = shares_of([(name, 1, 10, 0.5) for name in names])

    def counts(period):
        table = prevalence(shares, posts, "date", period=period).query("topic == '1'")
        return dict(zip(table["value"], table["n"], strict=True))

    assert counts("year") == {"2010": 4, "(malformed)": 3, "(missing)": 2}
    assert counts("quarter") == {"2010, no month": 1, "2010-Q2": 2, "2010-Q4": 1, "(malformed)": 3, "(missing)": 2}
    assert counts("month") == {"2010, no month": 1, "2010-05": 2, "2010-12": 1, "(malformed)": 3, "(missing)": 2}
    note = prevalence(shares, posts, "date").set_index("value").loc["(malformed)", "note"].iloc[0]
    assert "'2010-02-30', '2010-13', '31/12/2010'" in note


def test_intervals_cover_the_true_share():
    """Posts of unequal length from a population whose topic takes a quarter: 95 % intervals of 25 posts."""
    random = np.random.default_rng(11)
    held = 0
    for trial in range(150):
        lengths = random.integers(50, 400, 25)
        firsts = random.beta(1, 3, 25)
        shares = shares_of([(f"p{n}", 1, lengths[n], firsts[n]) for n in range(25)])
        posts = pd.DataFrame({"doc_id": [f"p{n}" for n in range(25)], "country": "ES"})
        row = prevalence(shares, posts, "country", repeats=300, seed=trial).iloc[0]
        held += row["ci_low"] <= 0.25 <= row["ci_high"]
    assert 0.88 <= held / 150 <= 0.99


def test_passages_of_one_post_do_not_pass_for_many():
    """Ten posts of ten equal passages have the interval of ten posts, not of a hundred passages."""
    firsts = np.linspace(0.05, 0.95, 10)
    many = shares_of([(f"p{n}", passage, 10, firsts[n]) for n in range(10) for passage in range(10)])
    once = shares_of([(f"p{n}", 0, 100, firsts[n]) for n in range(10)])
    posts = pd.DataFrame({"doc_id": [f"p{n}" for n in range(10)], "lang": "es"})
    limits = ["share", "ci_low", "ci_high"]
    pd.testing.assert_frame_equal(prevalence(many, posts, "lang")[limits], prevalence(once, posts, "lang")[limits])


def test_differences_between_groups():
    rows = [(f"p{n:02}", 1, 10, 0.8 - 0.02 * (n // 3) if n % 3 == 0 else 0.2 + 0.01 * n) for n in range(30)]
    posts = pd.DataFrame({"doc_id": [row[0] for row in rows], "lang": ["es", "it", "pt"] * 10})
    shares = shares_of(rows)
    one = prevalence_difference(shares, posts, "lang", "es", "it").iloc[0]
    by_hand = np.mean([row[3] for row in rows[0::3]]) - np.mean([row[3] for row in rows[1::3]])
    assert one["difference"] == pytest.approx(by_hand) == pytest.approx(one["share_first"] - one["share_second"])
    assert 0 < one["ci_low"] < by_hand < one["ci_high"]
    others = prevalence_difference(shares, posts, "lang", "it").iloc[0]
    assert others[["second", "n_first", "n_second"]].tolist() == ["(others)", 10, 20]
    turned = prevalence_difference(shares, posts, "lang", "it", "pt")
    assert turned["ci_low"].lt(0).all() and turned["ci_high"].gt(0).all()
    with pytest.raises(InputError, match="no post has the lang 'ess'; did you mean 'es'"):
        prevalence_difference(shares, posts, "lang", "ess")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"by": "contry"}, "did you mean 'country'"),
        ({"period": "week"}, "no period 'week'"),
        ({"weight": "words"}, "weight is 'words'"),
        ({"repeats": 10}, "10 repeats are too few"),
        ({"confidence": 95}, "0.95 for 95 %"),
        ({"posts": pd.DataFrame({"doc_id": ["a", "a"], "country": "ES"})}, "'a' is listed twice"),
        ({"posts": pd.DataFrame({"doc_id": ["b"], "country": "ES"})}, "'a' has shares and is not among the posts"),
        ({"shares": shares_of([("a", 1, 1, 0.5)]).drop(columns="tokens")}, "no column 'tokens'"),
        ({"shares": shares_of([("a", 1, 9, 0.5), ("a", 2, None, 0.5)])}, "row 3, column 'tokens': got nan"),
        ({"shares": shares_of([("a", 1, -1, 0.5)])}, "row 1, column 'tokens': got -1"),
    ],
)
def test_what_prevalence_refuses(change, said):
    settings = {"shares": shares_of([("a", 1, 1, 0.5)]), "by": "country"}
    settings["posts"] = pd.DataFrame({"doc_id": ["a"], "country": ["ES"]})
    with pytest.raises(InputError, match=said):
        prevalence(**{**settings, **change})


def test_passages_without_a_token_have_no_phrases_and_no_words():
    posts = posts_of(["La voz de la marca."])
    passages = segment(posts, unit="paragraph")
    assert expressions(tokenise(posts, passages, choice="simple").head(0), passages) == ([], [])
