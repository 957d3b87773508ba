"""Intrusion tasks: what stands in them, files for people and back, and scores of annotators whose skill is known."""

import csv
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.storage import read_table, write_file
from toolkit.topics.documents import document_terms
from toolkit.topics.model import TopicModel
from toolkit.topics.validation import (
    automatic_answers,
    combined,
    read_answers,
    score,
    topic_intrusion,
    word_intrusion,
    write_tasks,
)

K, OWN, DOCUMENTS = 6, 24, 90
#: 24 terms of each topic, spelled unlike each other; "comun" stands in all.
TERMS = sorted(f"{letter * 3}{second}{third}" for letter in "bcdfgh" for second in "aeiou" for third in "lmnrs")[
    : K * 25
]
VOCABULARY = tuple(sorted([*(term for t in range(K) for term in TERMS[t * 25 : t * 25 + OWN]), "comun"]))


def own_terms(topic):
    return TERMS[topic * 25 : topic * 25 + OWN]


def known_model(document_topic=None, lengths=None, arrays=None):
    """Topics with terms of their own, falling in probability, and one term that is high in all."""
    topic_term = np.full((K, len(VOCABULARY)), 1e-4)
    for topic in range(K):
        places = [VOCABULARY.index(term) for term in own_terms(topic)]
        topic_term[topic, places] = np.linspace(2, 1, OWN)
        topic_term[topic, VOCABULARY.index("comun")] = 1.9
    if document_topic is None:
        random = np.random.default_rng(3)
        document_topic = np.full((DOCUMENTS, K), 0.01)
        for row in range(DOCUMENTS):
            document_topic[row, random.permutation(K)[:3]] = (0.5, 0.3, 0.2)
    document_topic = document_topic / document_topic.sum(1, keepdims=True)
    lengths = np.full(len(document_topic), 30) if lengths is None else lengths
    names = tuple(str(number + 1) for number in range(K))
    topic_term /= topic_term.sum(1, keepdims=True)
    arrays = {"alpha": np.full(K, 0.1)} if arrays is None else arrays
    return TopicModel("tomotopy", VOCABULARY, topic_term, document_topic, lengths, names, {}, arrays)


def posts_and_passages(count=DOCUMENTS, per_post=2):
    """Two passages a post; texts that would do harm in a page or a spreadsheet, and signs beyond the BMP."""
    posts, passages = [], []
    for post in range(count // per_post):
        parts = [f'=cmd|\'<b onload=x> {post}-{part} & 😀 señal\u202e "fin"' for part in range(per_post)]
        text = "😀\n\n" + "\n\n".join(parts)
        posts.append((f"p{post:02}", "es", text, "0" * 64))
        for number, part in enumerate(parts):
            start = text.index(part)
            passages.append((f"p{post:02}", f"p{post:02}:{number}", start, start + len(part), "paragraph", "es", False))
    names = ["doc_id", "passage_id", "start", "end", "unit", "lang", "furniture"]
    return pd.DataFrame(posts, columns=["doc_id", "lang", "text", "sha256"]), pd.DataFrame(passages, columns=names)


@pytest.fixture(scope="module")
def model():
    return known_model()


@pytest.fixture(scope="module")
def both(model):
    posts, passages = posts_and_passages()
    return combined(word_intrusion(model, per_topic=4), topic_intrusion(model, passages, posts, per_topic=3))


# ---- word intrusion --------------------------------------------------------------------------------------


def test_the_only_word_task_of_a_topic_has_its_five_most_probable_terms(model):
    key = word_intrusion(model, seed=2).key
    for _, group in key.groupby("task_id"):
        row = model.topic_term[int(group["topic"].iloc[0]) - 1]
        best = {VOCABULARY[place] for place in np.argsort(-row, kind="stable")[:5]}
        assert set(group.loc[~group["intruder"], "option"]) == best


def test_several_word_tasks_of_a_topic_do_not_all_show_the_same_terms(model):
    key = word_intrusion(model, per_topic=3, seed=2).key
    own = key[~key["intruder"]].groupby(["topic", "task_id"])["option"].agg(frozenset)
    assert (own.groupby("topic").nunique() > 1).all()


def test_topics_of_two_models_are_told_apart_when_their_tasks_are_put_together(model):
    key = combined(word_intrusion(model, prefix="es-"), word_intrusion(model, prefix="it-")).key
    assert {f"{lang}.{topic}" for lang in ("es", "it") for topic in range(1, K + 1)} == set(key["topic"])


def test_a_word_task_is_five_top_terms_and_a_stranger_from_another_topic(model):
    made = word_intrusion(model, per_topic=3, seed=2)
    assert made.tasks["task_id"].nunique() == 3 * K
    assert made.left_out.empty
    for _, group in made.key.groupby("task_id"):
        topic = int(group["topic"].iloc[0]) - 1
        own = set(group.loc[~group["intruder"], "option"])
        row = model.topic_term[topic]
        assert len(own) == 5
        assert own <= {VOCABULARY[place] for place in np.argsort(-row, kind="stable")[:10]}
        stranger = group[group["intruder"]].iloc[0]
        home = int(stranger["option_topic"]) - 1
        assert home != topic
        assert stranger["option"] in own_terms(home)[:10]
        assert row[VOCABULARY.index(stranger["option"])] < 1 / len(VOCABULARY)
        assert group["position"].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_term_that_stands_in_several_topics_is_no_intruder(model):
    # in all topics but one it would be improbable there and probable elsewhere
    table = model.topic_term.copy()
    table[0, VOCABULARY.index("comun")] = 1e-6
    lacking = TopicModel("x", VOCABULARY, table, model.document_topic, model.lengths, model.names)
    intruders = word_intrusion(lacking, per_topic=40).key.query("intruder")
    assert "comun" not in set(intruders["option"])
    assert len(intruders) > 100


def test_the_key_is_not_in_what_annotators_see(both):
    assert not {"intruder", "topic", "share", "option_topic", "repeat_of"} & set(both.tasks.columns)
    places = both.key[both.key["intruder"] & (both.key["kind"] == "word")]["position"]
    assert set(places) == {1, 2, 3, 4, 5, 6}
    topics = both.key.drop_duplicates("task_id").query("kind == 'word'")["topic"].tolist()
    assert topics != sorted(topics)


def test_spelling_neighbours_are_intruders_only_where_there_is_no_other():
    def model_of(strangers):
        terms = sorted(["empresa", "cliente", "tienda", "precio", "venta", "mesa", "río", "sol", *strangers])
        table = np.full((2, len(terms)), 1e-3)
        for row, group in enumerate((["empresa", "cliente", "tienda", "precio", "venta"], ["mesa", "río", *strangers])):
            table[row, [terms.index(term) for term in group]] = 1
        if len(strangers) > 1:
            table[1, [terms.index("mesa"), terms.index("río")]] = 1e-3
        table /= table.sum(1, keepdims=True)
        return TopicModel("x", tuple(terms), table, np.full((4, 2), 0.5), np.full(4, 9), ("a", "b"))

    alike = ["empresario", "empresas", "clientes", "tiendas", "ventas", "precios"]
    kept = [
        word_intrusion(model_of(["empresas"]), topics=["a"], seed=seed).key.query("intruder")["option"].item()
        for seed in range(20)
    ]
    assert set(kept) == {"mesa", "río"}
    forced = word_intrusion(model_of(alike), topics=["a"]).key.query("intruder")["option"].item()
    assert forced in alike


def test_the_same_seed_gives_the_same_tasks_and_another_one_others(model):
    posts, passages = posts_and_passages()
    for make in (lambda s: word_intrusion(model, seed=s), lambda s: topic_intrusion(model, passages, posts, seed=s)):
        one, same, other = make(1), make(1), make(2)
        for first, second in zip(one, same, strict=True):
            pd.testing.assert_frame_equal(first, second)
        assert one.key["option"].tolist() != other.key["option"].tolist()


def test_an_empty_topic_is_left_out_and_named():
    model = known_model()
    table = model.topic_term.copy()
    table[2] = 1 / table.shape[1]
    made = word_intrusion(TopicModel("x", VOCABULARY, table, model.document_topic, model.lengths, model.names))
    assert made.left_out["topic"].tolist() == ["3"]
    assert "0 terms stand out" in made.left_out["reason"].item()
    assert "3" not in set(made.key["topic"])
    assert "3" not in set(made.key["option_topic"])


def test_models_that_bear_no_word_tasks_are_refused_in_a_sentence(model):
    flat = TopicModel("x", ("a", "b", "c"), np.full((2, 3), 1 / 3), np.full((2, 2), 0.5), np.ones(2), ("1", "2"))
    with pytest.raises(InputError, match=r"2 topics over 3 terms, a task needs 2 topics and 6 terms"):
        word_intrusion(flat)
    wide = TopicModel("x", tuple("abcdefgh"), np.full((2, 8), 1 / 8), np.full((2, 2), 0.5), np.ones(2), ("1", "2"))
    with pytest.raises(InputError, match=r"no topic bears a task \(topic '1': 0 terms stand out"):
        word_intrusion(wide)
    with pytest.raises(InputError, match="no topic '9'"):
        word_intrusion(model, topics=["9"])
    with pytest.raises(InputError, match="got 0 tasks per topic"):
        word_intrusion(model, per_topic=0)
    with pytest.raises(InputError, match="got 7 repeats, allowed is 0 to 6"):
        word_intrusion(model, repeats=7)
    broken = model.topic_term.copy()
    broken[0, 0] = np.nan
    with pytest.raises(InputError, match="missing or below 0"):
        word_intrusion(TopicModel("x", VOCABULARY, broken, model.document_topic, model.lengths, model.names))


# ---- topic intrusion -------------------------------------------------------------------------------------


def test_a_topic_task_is_a_passage_its_three_topics_and_a_stranger(model):
    posts, passages = posts_and_passages()
    made = topic_intrusion(model, passages, posts, per_topic=3)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    spans = list(zip(passages["doc_id"], passages["start"], strict=True))
    seen = made.tasks.drop_duplicates("task_id").set_index("task_id")
    assert len(seen) == 3 * K
    assert seen["doc_id"].is_unique or seen["quote"].is_unique
    for task, group in made.key.groupby("task_id"):
        place = seen.loc[task]
        assert texts[place["doc_id"]][place["start"] : place["end"]] == place["quote"]
        shares = model.document_topic[spans.index((place["doc_id"], place["start"]))]
        order = np.argsort(-shares, kind="stable")
        own = group.loc[~group["intruder"], "option_topic"].astype(int) - 1
        assert set(own) == set(order[:3])
        assert int(group["topic"].iloc[0]) - 1 == order[0]
        stranger = group[group["intruder"]].iloc[0]
        assert int(stranger["option_topic"]) - 1 in order[3:]
        assert group["share"].to_numpy() == pytest.approx(shares[group["option_topic"].astype(int) - 1])
        assert all(len(option.split(", ")) == 8 for option in group["option"])


def test_passages_come_from_different_posts_while_there_are_some_and_never_twice(model):
    posts, passages = posts_and_passages()
    made = topic_intrusion(model, passages, posts, per_topic=2)
    for _, group in made.key.groupby("topic"):
        tasks = made.tasks[made.tasks["task_id"].isin(group["task_id"])].drop_duplicates("task_id")
        assert tasks["doc_id"].nunique() == 2
    everything = topic_intrusion(model, passages, posts, per_topic=DOCUMENTS)
    quotes = everything.tasks.drop_duplicates("task_id")["quote"]
    assert quotes.is_unique
    assert len(quotes) == DOCUMENTS
    assert everything.left_out["reason"].str.contains("90 were asked for").all()


def test_passages_of_one_theme_long_ones_and_empty_ones_are_not_shown(model):
    posts, passages = posts_and_passages()
    shares = np.full((DOCUMENTS, K), 0.02)
    shares[:, 0] = 0.9
    with pytest.raises(InputError, match="no passage has three topics of a word or more"):
        topic_intrusion(known_model(shares, np.full(DOCUMENTS, 9)), passages, posts)
    with pytest.raises(InputError, match=r"take longer passages \(up to 5 characters now\)"):
        topic_intrusion(model, passages, posts, longest=5)
    lengths = np.full(DOCUMENTS, 30)
    lengths[::2] = 0
    made = topic_intrusion(known_model(lengths=lengths), passages, posts, per_topic=90)
    assert made.tasks["start"].min() == passages["start"][1::2].min()


def test_shares_of_nothing_get_a_prior_so_that_they_have_a_logarithm():
    posts, passages = posts_and_passages()
    shares = np.zeros((DOCUMENTS, K))
    shares[:, :3] = (0.5, 0.3, 0.2)
    made = topic_intrusion(known_model(shares, arrays={}), passages, posts, per_topic=5)
    intruders = made.key[made.key["intruder"]]["share"]
    # 0 of 30 words with a prior of 0.1 on each of 6 topics
    assert intruders.to_numpy() == pytest.approx(0.1 / 30.6)


def test_labels_stand_before_the_terms(model):
    posts, passages = posts_and_passages()
    made = topic_intrusion(model, passages, posts, labels={"2": "Precios"})
    shown = made.key[made.key["option_topic"] == "2"]["option"]
    assert shown.str.startswith("Precios: ").all()
    assert not made.key[made.key["option_topic"] != "2"]["option"].str.contains(":").any()
    with pytest.raises(InputError, match="a label is given for '77'"):
        topic_intrusion(model, passages, posts, labels={"77": "x"})


def test_what_does_not_belong_to_the_model_is_refused(model):
    posts, passages = posts_and_passages()
    with pytest.raises(InputError, match="got 89 passages, the model was fitted to 90 documents"):
        topic_intrusion(model, passages[:-1], posts)
    with pytest.raises(InputError, match="lies outside the text"):
        topic_intrusion(model, passages.assign(end=passages["end"] + 500), posts)
    three = TopicModel("x", ("a",), np.ones((3, 1)), np.full((90, 3), 1 / 3), np.ones(90), ("1", "2", "3"))
    with pytest.raises(InputError, match="the model has 3 topics, a task needs 4"):
        topic_intrusion(three, passages, posts)


def test_topics_that_have_the_name_of_their_model_are_given_no_second(model):
    both = combined(word_intrusion(model, prefix="es-"), word_intrusion(model, prefix="it-"))
    more = word_intrusion(model, prefix="pt-")
    apart = combined(word_intrusion(model, prefix="es-"), word_intrusion(model, prefix="it-"), more)
    assert combined(both, more).key["topic"].tolist() == apart.key["topic"].tolist()


def test_parts_are_combined_only_if_their_tasks_have_names_of_their_own(model):
    one = word_intrusion(model, prefix="es-")
    assert one.tasks["task_id"].str.startswith("es-w").all()
    assert len(combined(one, word_intrusion(model, prefix="it-")).key) == 2 * len(one.key)
    with pytest.raises(InputError, match="two tasks are called 'es-w001'"):
        combined(one, one)


# ---- files for people ------------------------------------------------------------------------------------


def filled(path, answers, delimiter=",", encoding="utf-8-sig"):
    """The file as a spreadsheet saves it after somebody has typed answers, by task."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    target = path.with_name("ana.csv")
    with target.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(row | {"answer": answers.get(row["task_id"], "")} for row in rows)
    return target


def test_the_file_for_a_spreadsheet_has_one_row_a_task_and_runs_nothing(both, tmp_path):
    write_tasks(both.tasks, tmp_path / "tareas.csv", lang="es")
    with (tmp_path / "tareas.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["task_id"] for row in rows] == both.tasks["task_id"].drop_duplicates().tolist()
    assert {row["answer"] for row in rows} == {""}
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)
    assert rows[0]["instruction"].startswith("Cinco de los seis")
    options = both.tasks[both.tasks["task_id"] == rows[0]["task_id"]]["option"].tolist()
    assert [rows[0][f"option_{number}"] for number in range(1, 7)] == options
    quote = read_table(tmp_path / "tareas.csv")["text"].dropna().iloc[0]
    assert quote in set(both.tasks["quote"].dropna())


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16")])
def test_answers_come_back_as_numbers_or_words_from_any_spreadsheet(both, tmp_path, delimiter, encoding):
    write_tasks(both.tasks, tmp_path / "tasks.csv")
    options = both.tasks.set_index(["task_id", "position"])["option"]
    typed = {
        "w001": "3",
        "w002": " 4.0 ",
        "w003": options["w003", 5].upper(),
        "t001": "2",
        "t002": options["t002", 4],
        "w004": " ",
    }
    answers = read_answers(filled(tmp_path / "tasks.csv", typed, delimiter, encoding), both.tasks)
    got = answers.set_index("task_id")["position"]
    assert got[["w001", "w002", "w003", "t001", "t002"]].tolist() == [3, 4, 5, 2, 4]
    assert got.drop(["w001", "w002", "w003", "t001", "t002"]).isna().all()
    assert len(got) == both.tasks["task_id"].nunique()
    assert set(answers["annotator"]) == {"ana"}


def test_phrases_are_shown_as_words_and_read_either_way(tmp_path):
    terms = sorted(["red_social", "cañón", "canon", "mesa", "río", "sol", "luna", "pan", "vino", "ajo", "té"])
    table = np.full((2, len(terms)), 1e-3)
    table[0, [terms.index(term) for term in ("red_social", "cañón", "canon", "mesa", "río")]] = 1
    table[1, [terms.index(term) for term in ("sol", "luna", "pan", "vino", "ajo", "té")]] = 1
    table /= table.sum(1, keepdims=True)
    model = TopicModel("x", tuple(terms), table, np.full((2, 2), 0.5), np.ones(2), ("a", "b"))
    tasks = word_intrusion(model, topics=["a"]).tasks
    position = dict(zip(tasks["option"], tasks["position"], strict=True))
    write_tasks(tasks, tmp_path / "t.csv")
    assert "red social" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    for typed in ("red social", "red_social", "Red  Social"):
        answers = read_answers(filled(tmp_path / "t.csv", {"w001": typed}), tasks)
        assert answers["position"].item() == position["red_social"]
    # ñ is a letter of its own
    assert read_answers(filled(tmp_path / "t.csv", {"w001": "CAÑÓN"}), tasks)["position"].item() == position["cañón"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("w001,3\nw999,1\n"), "line 3, column 'task_id': no task is called 'w999'"),
        (("w001,3\nw001,3\n"), "line 3, column 'task_id': 'w001' stands there a second time"),
        (("w001,7\n"), "line 2, column 'answer': '7' is no option of this task; give a number from 1 to 6"),
        (("t001,5\n"), "line 2, column 'answer': '5' is no option of this task; give a number from 1 to 4"),
        (("w001,0\n"), "column 'answer': '0' is no option"),
        (("w001,quizás\n"), "column 'answer': 'quizás' is no option"),
        (('w001,"3\n'), "cannot be read: unexpected end of data"),
        ((""), "holds no rows"),
    ],
)
def test_answers_that_cannot_be_are_refused_with_their_place(both, tmp_path, change, sentence):
    path = tmp_path / "ana.csv"
    path.write_text("task_id,answer\n" + change, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(sentence)) as raised:
        read_answers(path, both.tasks)
    assert str(path) in str(raised.value)


def test_files_that_are_none_are_refused(both, tmp_path):
    path = tmp_path / "ana.csv"
    path.write_text("task_id,respuesta\nw001,3\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1: expected one column 'answer', got 0"):
        read_answers(path, both.tasks)
    path.write_bytes(b"\x00\x01\x02\x00\xff" * 40)
    with pytest.raises(InputError, match=re.escape(str(path))):
        read_answers(path, both.tasks)
    with pytest.raises(InputError, match="cannot be read"):
        read_answers(tmp_path / "none.csv", both.tasks)
    with pytest.raises(InputError, match=r"must end in \.csv or \.html"):
        write_tasks(both.tasks, tmp_path / "t.docx")
    with pytest.raises(InputError, match="no instructions in 'fr'"):
        write_tasks(both.tasks, tmp_path / "t.csv", lang="fr")
    with pytest.raises(InputError, match="the table has no rows"):
        write_tasks(both.tasks[:0], tmp_path / "t.csv")
    with pytest.raises(InputError, match="the column 'kind' is missing"):
        write_tasks(both.tasks.drop(columns="kind"), tmp_path / "t.csv")


class Page(HTMLParser):
    """Tags, their attributes and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_escapes_all_has_no_script_and_loads_nothing(both, tmp_path):
    write_tasks(both.tasks, tmp_path / "t.html", lang="it")
    page = Page((tmp_path / "t.html").read_text(encoding="utf-8"))
    assert not {"script", "img", "link", "iframe", "b", "form", "a"} & set(page.tags)
    assert {name for name, _ in page.attributes} <= {"lang", "charset", "http-equiv", "content", "name", "class", "dir"}
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'") in (
        page.attributes
    )
    assert page.tags.count("section") == both.tasks["task_id"].nunique()
    assert page.tags.count("li") == len(both.tasks)
    quote = both.tasks["quote"].dropna().iloc[0]
    assert quote.replace("\u202e", "") in page.texts
    assert "\u202e" not in "".join(page.texts)


# ---- scores ----------------------------------------------------------------------------------------------


def answers_of(annotator, positions):
    table = pd.DataFrame({"annotator": annotator, "task_id": list(positions), "position": list(positions.values())})
    return table.astype({"position": "Int64"})


def knower(model, tasks, passages):
    """Answers of somebody who knows the model and sees the tasks only."""
    spans = list(zip(passages["doc_id"], passages["start"], strict=True))
    shown = {
        ", ".join(VOCABULARY[place] for place in np.argsort(-row, kind="stable")[:8]): topic
        for topic, row in enumerate(model.topic_term)
    }
    found = {}
    for task, group in tasks.groupby("task_id", sort=False):
        if group["kind"].iloc[0] == "word":
            logs = np.log(model.topic_term[:, [VOCABULARY.index(option) for option in group["option"]]])
            best = (logs.sum(1) - logs.min(1)).argmax()
            found[task] = int(logs[best].argmin()) + 1
        else:
            row = model.document_topic[spans.index((group["doc_id"].iloc[0], group["start"].iloc[0]))]
            found[task] = int(row[[shown[option] for option in group["option"]]].argmin()) + 1
    return found


def guesser(tasks, seed):
    random = np.random.default_rng(seed)
    sizes = tasks.groupby("task_id", sort=False).size()
    return {task: int(random.integers(1, size + 1)) for task, size in sizes.items()}


def test_who_knows_the_model_scores_one_and_who_guesses_scores_chance(model, both):
    _, passages = posts_and_passages()
    sure = answers_of("ana", knower(model, both.tasks, passages))
    scores = score(both.key, sure)
    assert scores.overall["precision"].tolist() == [1, 1]
    assert (scores.topics["precision"] == 1).all()
    assert scores.overall["log_odds"].iloc[1] == 0
    assert (scores.overall["p_value"] < 1e-9).all()
    assert scores.annotators["above_chance"].all()
    guesses = pd.concat([answers_of(f"g{seed}", guesser(both.tasks, seed)) for seed in range(60)])
    scores = score(both.key, guesses).overall.set_index("kind")
    for kind, chance in (("word", 1 / 6), ("topic", 1 / 4)):
        spread = np.sqrt(chance * (1 - chance) / scores.loc[kind, "n"])
        assert abs(scores.loc[kind, "precision"] - chance) < 4 * spread
        assert scores.loc[kind, "p_value"] > 0.001
    assert scores.loc["topic", "log_odds"] == pytest.approx(scores.loc["topic", "log_odds_chance"], abs=0.2)
    assert scores.loc["topic", "log_odds_chance"] < -1


def test_annotators_at_chance_are_named(both):
    key = both.key[both.key["kind"] == "word"]
    right = key[key["intruder"]].set_index("task_id")["position"]
    wrong = (right % 6) + 1
    scores = score(key, pd.concat([answers_of("ana", dict(right)), answers_of("luis", dict(wrong))]))
    table = scores.annotators.set_index("annotator")
    assert table.loc["ana", "above_chance"]
    assert not table.loc["luis", "above_chance"]
    said = scores.summary()
    assert said[0].startswith("word intrusion: 50% of 48 answers to 24 tasks name the intruder")
    assert said[1:] == ["luis is not shown to do better than guessing in word intrusion: 0 of 24 right, p = 1.000."]


def small_key(rows):
    """A key from rows of (task, topic, intruder's position, shares or nothing, repeat of or nothing)."""
    table = []
    for task, topic, intruder, shares, again in rows:
        kind = "topic" if shares else "word"
        for position in range(1, (4 if shares else 6) + 1):
            share = shares[position - 1] if shares else np.nan
            option = f"o{(position + (again is not None)) % 6}"
            table.append((task, kind, topic, position, option, "", position == intruder, share, again))
    names = ["task_id", "kind", "topic", "position", "option", "option_topic", "intruder", "share", "repeat_of"]
    return pd.DataFrame(table, columns=names)


def test_worked_scores():
    key = small_key([("w1", "a", 1, None, None), ("w2", "a", 2, None, None), ("w3", "b", 3, None, None)])
    answers = pd.concat(
        [
            answers_of("ana", {"w1": 1, "w2": 2, "w3": 4}),
            answers_of("eva", {"w1": 1, "w2": 5, "w3": 4}),
            answers_of("leo", {"w1": 6, "w2": None, "w3": 3}),
        ]
    )
    scores = score(key, answers)
    topics = scores.topics.set_index("topic")
    # topic a: right are ana twice, eva once, of 5; b: leo of 3; the worst topic comes first
    assert topics["precision"].to_dict() == pytest.approx({"b": 1 / 3, "a": 3 / 5})
    assert topics.index.tolist() == ["b", "a"]
    # Wilson's interval of 3 of 5 (Newcombe 1998 gives the formula): 0.231 to 0.882
    assert topics.loc["a", ["ci_low", "ci_high"]].tolist() == pytest.approx([0.2307, 0.8824], abs=1e-4)
    # at least 3 of 5 at 1/6: (10 * 25 + 5 * 5 + 1) / 7776
    assert topics.loc["a", "p_value"] == pytest.approx(276 / 7776)
    # guessing over tasks: w1 gives 2, 1 or 0 (four options); w2 1, 1, 0; w3 2, 1, 0. Four or more of eight:
    # (2,2) with w2 1 or 0: 6 ways; (2,1,1) and (1,2,1): 2 * 2
    overall = scores.overall.iloc[0]
    assert overall["precision"] == pytest.approx(4 / 8)
    assert overall["p_value"] == pytest.approx((6 + 2 + 2) / 216)
    annotators = scores.annotators.set_index("annotator")
    assert annotators["n"].to_dict() == {"ana": 3, "eva": 3, "leo": 2}
    assert annotators["not_answered"].to_dict() == {"ana": 0, "eva": 0, "leo": 1}
    pairs = scores.agreement.set_index(["annotator", "other"])
    assert pairs["agreement"].to_dict() == pytest.approx({("ana", "eva"): 2 / 3, ("ana", "leo"): 0, ("eva", "leo"): 0})
    assert pairs["n"].to_dict() == {("ana", "eva"): 3, ("ana", "leo"): 2, ("eva", "leo"): 2}


def test_topic_log_odds_are_those_of_the_paper():
    key = small_key([("t1", "a", 4, (0.5, 0.3, 0.2, 0.01), None), ("t2", "a", 1, (0.05, 0.4, 0.3, 0.2), None)])
    answers = pd.concat([answers_of("ana", {"t1": 4, "t2": 2}), answers_of("eva", {"t1": 1, "t2": 1})])
    row = score(key, answers).overall.iloc[0]
    # equation 2: the mean of ln(intruder / chosen) over annotators, then over passages
    by_hand = [(0 + np.log(0.01 / 0.5)) / 2, (np.log(0.05 / 0.4) + 0) / 2]
    assert row["log_odds"] == pytest.approx(np.mean(by_hand))
    assert min(by_hand) - 1e-9 <= row["log_odds_low"] < row["log_odds"] < row["log_odds_high"] <= max(by_hand) + 1e-9
    chance = [
        np.mean(np.log(0.01 / np.array([0.5, 0.3, 0.2, 0.01]))),
        np.mean(np.log(0.05 / np.array([0.05, 0.4, 0.3, 0.2]))),
    ]
    assert row["log_odds_chance"] == pytest.approx(np.mean(chance))
    alone = score(key[key["task_id"] == "t1"], answers[answers["task_id"] == "t1"]).overall.iloc[0]
    assert np.isnan(alone["log_odds_low"])


def test_overall_and_binomial_p_values_are_one_with_one_annotator(both):
    answers = answers_of("ana", guesser(both.tasks, 11))
    scores = score(both.key, answers)
    by_kind = scores.annotators.set_index("kind")["p_value"]
    assert scores.overall.set_index("kind")["p_value"].to_dict() == pytest.approx(by_kind.to_dict())


def test_tasks_asked_again_tell_of_the_annotator_and_not_of_the_model(model):
    made = word_intrusion(model, repeats=4)
    again = made.key[made.key["repeat_of"].notna()]
    assert again["task_id"].nunique() == 4
    assert set(again["task_id"]) == set(made.tasks["task_id"].drop_duplicates()[-4:])
    for _, group in again.groupby("task_id"):
        before = made.key[made.key["task_id"] == group["repeat_of"].iloc[0]]
        assert set(before["option"]) == set(group["option"])
    right = made.key[made.key["intruder"]].set_index("task_id")["position"].to_dict()
    scores = score(made.key, answers_of("ana", right))
    assert scores.overall["n"].item() == K
    assert scores.annotators["same_again"].item() == 1
    moved = {task: place % 6 + 1 if task in set(again["task_id"]) else place for task, place in right.items()}
    scores = score(made.key, answers_of("ana", moved))
    assert scores.overall["precision"].item() == 1
    assert scores.annotators["same_again"].item() == 0


def test_key_and_answers_survive_files(both, tmp_path):
    answers = answers_of("ana", guesser(both.tasks, 5))
    before = score(both.key, answers)
    for name in ("key.parquet", "key.csv", "key.jsonl"):
        write_file(both.key, tmp_path / name)
        for one, other in zip(before, score(read_table(tmp_path / name), answers), strict=True):
            pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("positions", "sentence"),
    [
        ({"w9": 1}, "row 1, column 'task_id': the key has no task 'w9'"),
        ({"w1": 7}, "row 1, column 'position': task 'w1' has no option 7"),
        ({"w1": None}, "no task is answered"),
    ],
)
def test_answers_that_do_not_fit_the_key_are_refused(positions, sentence):
    key = small_key([("w1", "a", 1, None, None)])
    with pytest.raises(InputError, match=sentence):
        score(key, answers_of("ana", positions))


def test_damaged_keys_double_answers_and_false_confidence_are_refused():
    key = small_key([("w1", "a", 1, None, None), ("t1", "a", 4, (0.5, 0.3, 0.2, 0.01), None)])
    answers = answers_of("ana", {"w1": 1})
    with pytest.raises(InputError, match="'ana' answered 'w1' a second time"):
        score(key, pd.concat([answers, answers]))
    with pytest.raises(InputError, match="no column 'intruder'"):
        score(key.drop(columns="intruder"), answers)
    with pytest.raises(InputError, match="task 'w1' of the key has not all its options, or not one intruder"):
        score(key[1:], answers)
    with pytest.raises(InputError, match="not above 0"):
        score(key.assign(share=0.0), answers)
    with pytest.raises(InputError, match=r"got the confidence 95, allowed is between 0 and 1"):
        score(key, answers, confidence=95)
    with pytest.raises(InputError, match="expected a name"):
        score(key, answers.assign(annotator=""))


# ---- the automatic rule ----------------------------------------------------------------------------------


def test_the_automatic_rule_finds_the_stranger_in_texts_with_clear_topics(model, both):
    random = np.random.default_rng(1)
    texts = [["comun", *random.choice(own_terms(row % K), size=20)] for row in range(300)]
    answers = automatic_answers(both.tasks, document_terms(texts))
    assert answers["task_id"].str.startswith("w").all()
    assert score(both.key, answers).overall["precision"].item() == 1
    mixed = [list(random.choice(VOCABULARY, size=20)) for _ in range(300)]
    chance = score(both.key, automatic_answers(both.tasks, document_terms(mixed))).overall["precision"].item()
    assert chance < 0.6


def test_the_automatic_rule_takes_the_lowest_mean_npmi():
    options = ["a", "b", "c", "d", "e", "f"]
    tasks = pd.DataFrame({"task_id": "w1", "kind": "word", "position": range(1, 7), "option": options})
    # f stands with a alone; the others always together; g makes them not stand everywhere
    texts = [["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"], ["a", "f"], ["g"], []]
    assert automatic_answers(tasks, document_terms(texts))["position"].tolist() == [6]
    # a term that the texts lack is with nothing
    assert automatic_answers(tasks, document_terms([["b", "c", "d", "e", "f"]]))["position"].tolist() == [1]
    with pytest.raises(InputError, match="the documents have no terms"):
        automatic_answers(tasks, document_terms([[], []], vocabulary=["a"]))
