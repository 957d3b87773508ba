import json

import numpy as np
import pandas as pd
import pytest

from toolkit.codebook import load_codebook
from toolkit.corpus import load_corpus, mark_furniture, segment
from toolkit.errors import InputError
from toolkit.principles import code_passages, coder, passage_shares, principle_shares, stance_counts, theme_principles
from toolkit.principles.prevalence import code_matrix
from toolkit.principles.ridge import best_cut, calibrate, fit_ridge, probabilities

SENTENCES = {
    "a": ("es", "Hay que escuchar a los clientes y responder pronto a sus quejas."),
    "b": ("it", "Cancellare i commenti negativi è la cosa peggiore che un'azienda possa fare."),
    "c": ("es", "El plugin se instala en dos minutos y ocupa 300 kB."),
    "d": ("en", "Markets are noisy places and this sentence is in English."),
}


@pytest.fixture(scope="module")
def book():
    return load_codebook("cluetrain")


@pytest.fixture(scope="module")
def posts():
    rows = [{"doc_id": key, "lang": lang, "text": text, "sha256": key} for key, (lang, text) in SENTENCES.items()]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def coding(book, posts):
    return code_passages(posts, segment(posts, unit="document"), book, created="2026-01-01T00:00:00Z")


# ---- the learner ------------------------------------------------------------------------------------------


def test_leave_one_out_is_what_training_without_the_example_gives():
    random = np.random.default_rng(3)
    points = random.normal(size=(25, 4))
    gram = np.exp(-((points[:, None] - points[None]) ** 2).sum(2))
    targets = random.integers(0, 2, size=(25, 3)).astype(float)
    model = fit_ridge(gram, targets, penalty=0.5)
    for left_out in (0, 7, 24):
        rest = np.delete(np.arange(25), left_out)
        # the means are part of the model; hold them as they were
        centred = np.linalg.solve(gram[np.ix_(rest, rest)] + 0.5 * np.eye(24), targets[rest] - model.means)
        expected = gram[left_out, rest] @ centred + model.means
        assert model.held_out[left_out] == pytest.approx(expected, abs=1e-9)


def test_calibrated_probabilities_have_the_right_mean_and_keep_the_order():
    random = np.random.default_rng(5)
    scores = random.normal(size=(4000, 1))
    truth = (random.random((4000, 1)) < 1 / (1 + np.exp(-(2 * scores - 1)))).astype(float)
    sigmoid = calibrate(scores, truth)
    found = probabilities(scores, sigmoid)
    assert found.mean() == pytest.approx(truth.mean(), abs=0.01)
    assert sigmoid[0] == pytest.approx([2, -1], abs=0.25)
    assert (np.argsort(found[:, 0]) == np.argsort(scores[:, 0])).all()


def test_the_cut_is_where_f1_is_best():
    probability = np.array([[0.1], [0.2], [0.3], [0.4], [0.5]])
    truth = np.array([[0], [0], [1], [1], [1]])
    assert 0.2 < best_cut(probability, truth) <= 0.31


# ---- coders -----------------------------------------------------------------------------------------------


def test_plain_statements_of_a_principle_get_it(coding):
    given = set(zip(coding.annotations["doc_id"], coding.annotations["code"], strict=True))
    assert ("a", "listening") in given
    assert ("b", "transparency") in given
    assert not [code for doc_id, code in given if doc_id == "c"]


def test_other_languages_are_not_coded_and_are_counted(coding):
    assert coding.left_out == {"en": 1}
    assert set(coding.scores["doc_id"]) == {"a", "b", "c"}


def test_scores_hold_every_passage_and_code_once(coding, book):
    assert len(coding.scores) == 3 * len(book.codes)
    decided = coding.scores[coding.scores["decided"]]
    assert len(decided) == len(coding.annotations)
    assert coding.scores["score"].between(0, 1).all()


def test_every_machine_annotation_carries_its_evidence(coding, posts, book):
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    bank = set(book.examples["id"])
    for row in coding.annotations.to_dict("records"):
        evidence = json.loads(row["evidence"])
        assert evidence["method"] == "hybrid"
        assert len(evidence["examples"]) == 3
        for example in evidence["examples"]:
            assert example["id"] in bank
            assert -1 <= example["similarity"] <= 1
        for cue in evidence["cues"]:
            assert texts[row["doc_id"]][cue["start"] : cue["end"]] == cue["quote"]


def test_a_higher_cut_gives_fewer_codes_and_never_others(posts, book):
    passages = segment(posts, unit="document")
    loose, strict = (code_passages(posts, passages, book, cut=cut).annotations for cut in (0.05, 0.6))
    assert len(strict) < len(loose)
    keys = [set(zip(table["doc_id"], table["code"], strict=True)) for table in (strict, loose)]
    assert keys[0] < keys[1]


@pytest.mark.parametrize("cut", [-0.1, 1.5])
def test_a_cut_outside_its_range_is_refused(posts, book, cut):
    with pytest.raises(InputError, match="cut: got"):
        code_passages(posts, segment(posts, unit="document"), book, cut=cut)


def test_a_passage_scores_the_same_alone_and_among_others(posts, book, coding):
    alone = posts[posts["doc_id"] == "a"]
    again = code_passages(alone, segment(alone, unit="document"), book).scores
    before = coding.scores[coding.scores["doc_id"] == "a"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, before)


def test_the_stored_model_gives_the_same_scores_as_the_trained_one(posts, book, coding):
    from toolkit.principles import coders

    coders._example_coder.cache_clear()
    again = code_passages(posts, segment(posts, unit="document"), book).scores
    pd.testing.assert_frame_equal(again, coding.scores)


def test_furniture_in_a_document_is_not_read(book):
    text = "Instalé el plugin ayer.\n\nResponder\n\nDeja una respuesta\n"
    posts = pd.DataFrame([{"doc_id": "a", "lang": "es", "text": text, "sha256": "a"}])
    furniture = mark_furniture(posts)
    passages = segment(posts, furniture, unit="document")
    plain = posts.assign(text="Instalé el plugin ayer." + " " * (len(text) - 23))
    with_form = code_passages(posts, passages, book, furniture=furniture).scores
    without = code_passages(plain, passages.assign(end=passages["end"]), book).scores
    assert with_form["score"].tolist() == pytest.approx(without["score"].tolist(), abs=0.02)


def test_a_document_of_furniture_alone_scores_zero(book):
    posts = pd.DataFrame([{"doc_id": "a", "lang": "es", "text": "Deja una respuesta", "sha256": "a"}])
    furniture = mark_furniture(posts)
    coding = code_passages(posts, segment(posts, furniture, unit="document"), book, furniture=furniture)
    assert (coding.scores["score"] == 0).all()
    assert len(coding.scores) == len(book.codes)
    assert coding.annotations.empty


def test_cue_coding_needs_a_good_cue_and_suggests_no_stance(posts, book):
    coding = code_passages(posts, segment(posts, unit="document"), book, method="cues")
    assert "listening" in set(coding.annotations.loc[coding.annotations["doc_id"] == "a", "code"])
    assert coding.annotations["stance"].isna().all()
    assert coding.annotations["coder"].unique().tolist() == ["machine:cues"]


def test_examples_alone_can_code(posts, book):
    coding = code_passages(posts, segment(posts, unit="document"), book, method="examples")
    assert "listening" in set(coding.annotations.loc[coding.annotations["doc_id"] == "a", "code"])


def test_a_codebook_without_examples_is_refused_by_the_learner_and_taken_by_cues(tmp_path, posts):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "id: mine\nversion: '1'\nlanguages: [es]\ntitle: {es: Mío}\ncodes:\n"
        "  - id: quejas\n    name: {es: Quejas}\n    definition: {es: Habla de quejas.}\n"
        "    cues: {es: [{cue: queja, weight: 3}]}\n",
        encoding="utf-8",
    )
    mine = load_codebook(path)
    with pytest.raises(InputError, match=r"has 0 examples; method 'hybrid' needs 20 to 8,000"):
        coder(mine, "hybrid")
    found = code_passages(posts, segment(posts, unit="document"), mine, method="cues").annotations
    assert found["doc_id"].tolist() == ["a"]
    assert json.loads(found["evidence"].iloc[0])["cues"][0]["quote"] == "quejas"


def own_codebook(folder, coded, uncoded):
    """A codebook of one code with an example bank of short sentences."""
    rows = [
        {"lang": "es", "text": f"La queja número {n} llegó tarde.", "codes": {"quejas": "mentions"}}
        for n in range(coded)
    ]
    rows += [{"lang": "es", "text": f"El plugin pesa {n} kB.", "codes": {}} for n in range(uncoded)]
    (folder / "e.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (folder / "mine.yaml").write_text(
        "id: mine\nversion: '1'\nlanguages: [es]\ntitle: {es: Mío}\nexample_files: [e.jsonl]\ncodes:\n"
        "  - {id: quejas, name: {es: Quejas}, definition: {es: Habla de quejas.}}\n",
        encoding="utf-8",
    )
    return load_codebook(folder / "mine.yaml")


def test_a_bank_of_uncoded_examples_alone_teaches_nothing(tmp_path):
    with pytest.raises(InputError, match="has 0 examples with a code"):
        coder(own_codebook(tmp_path, 0, 30), "hybrid")


@pytest.mark.filterwarnings("error")
def test_a_small_codebook_of_ones_own_learns_with_a_single_stance(tmp_path):
    mine = own_codebook(tmp_path, 12, 12)
    scored = coder(mine, "hybrid").code(["Otra queja llegó tarde.", "El plugin pesa mucho."], ["es", "es"])
    assert scored.scores[0, 0] > scored.scores[1, 0]
    assert scored.stances == ["mentions", "mentions"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("reverse_engagement", "Prometieron no vender nunca los datos de los usuarios.", "promise"),
        ("li_dialogue_support_innovate", "El soporte contesta en Twitter y resuelve las dudas al momento.", "support"),
        ("engagement_phases", "Usuarios fieles crean vídeos y recomiendan la marca a sus amigos.", "influence"),
        ("seven_levels", "En Facebook solo publican sus notas de prensa.", "l3_broadcasting"),
        ("groundswell", "La empresa pide ideas a los clientes y con ellas rediseña el producto.", "embracing"),
    ],
)
def test_each_further_codebook_gives_its_code_to_a_plain_statement(name, text, code):
    posts = pd.DataFrame([{"doc_id": "a", "lang": "es", "text": text, "sha256": "-"}])
    scores = code_passages(posts, segment(posts), load_codebook(name)).scores
    assert scores.sort_values("score")["code"].iloc[-1] == code


def test_an_unknown_method_names_the_nearest(book):
    with pytest.raises(InputError, match="did you mean 'hybrid'"):
        coder(book, "hybird")


# ---- prevalence -------------------------------------------------------------------------------------------


def _passages(counts):
    rows = [(f"d{doc}", f"d{doc}:s{n}-{n + 1}", n, n + 1) for doc, count in enumerate(counts) for n in range(count)]
    table = pd.DataFrame(rows, columns=["doc_id", "passage_id", "start", "end"])
    return table.assign(unit="sentence", lang="es", furniture=False)


def _annotations(passages, rows, code):
    picked = passages.iloc[rows]
    return picked[["doc_id", "start", "end"]].assign(code=code, stance="endorses")


def test_shares_are_counts_over_passages_and_intervals_hold_them(book):
    passages = _passages([10, 10, 10, 10])
    annotations = _annotations(passages, [0, 1, 12, 25, 33], "listening")
    table = principle_shares(passages, annotations, book, repeats=500)
    row = table[(table["lang"] == "es") & (table["code"] == "listening")].iloc[0]
    assert (row["count"], row["n"], row["share"]) == (5, 40, 0.125)
    assert 0 <= row["ci_low"] < 0.125 < row["ci_high"] <= 0.25


def test_a_single_post_has_no_interval(book):
    passages = _passages([8])
    table = principle_shares(passages, _annotations(passages, [0], "listening"), book, repeats=200)
    assert table["ci_low"].isna().all()


def test_posts_and_not_sentences_are_drawn(book):
    """All coded sentences in one of ten posts: the interval must be wide, as for ten observations."""
    passages = _passages([20] * 10)
    one_post = _annotations(passages, list(range(20)), "listening")
    spread = _annotations(passages, list(range(0, 200, 10)), "listening")
    widths = []
    for annotations in (one_post, spread):
        table = principle_shares(passages, annotations, book, repeats=1000)
        row = table[(table["lang"] == "all") & (table["code"] == "listening")].iloc[0]
        widths.append(row["ci_high"] - row["ci_low"])
    assert widths[0] > 0.25
    assert widths[1] == pytest.approx(0, abs=1e-9)


def test_stance_counts_add_up(book):
    passages = _passages([5])
    annotations = _annotations(passages, [0, 1, 2], "listening").assign(stance=["breach", "breach", None])
    table = stance_counts(passages, annotations, book)
    assert table["count"].sum() == 2
    assert table.loc[(table["code"] == "listening") & (table["stance"] == "breach"), "count"].tolist() == [2]


# ---- themes x principles ----------------------------------------------------------------------------------


@pytest.fixture
def crossed(book):
    """Ten posts of ten sentences; theme A is the first half of each, and carries listening in 8 of 10 sentences."""
    passages = _passages([10] * 10)
    first_half = (passages["start"] < 5).to_numpy()
    coded = [row for row in range(100) if (first_half[row] and row % 5 != 4) or (not first_half[row] and row % 5 == 0)]
    shares = passages[["doc_id", "passage_id", "start", "end"]].assign(model="es")
    shares = pd.concat(
        [shares.assign(topic="A", share=first_half.astype(float)), shares.assign(topic="B", share=1.0 - first_half)]
    )
    return passages, _annotations(passages, coded, "listening"), shares


def test_share_and_lift_of_a_theme_are_what_counting_gives(book, crossed):
    table = theme_principles(*crossed, book, repeats=200, permutations=200)
    cell = table[(table["topic"] == "A") & (table["code"] == "listening")].iloc[0]
    assert cell["share"] == pytest.approx(0.8)
    assert cell["lift"] == pytest.approx(0.8 / 0.5)
    assert cell["n"] == 50
    assert cell["p_value"] == pytest.approx(1 / 201)
    never = table[(table["topic"] == "A") & (table["code"] == "cocreation")].iloc[0]
    assert never["share"] == 0
    assert np.isnan(never["lift"])
    assert never["p_value"] == 1


def test_p_values_without_connection_are_about_uniform(book):
    random = np.random.default_rng(11)
    passages = _passages([10] * 20)
    half = random.random(200) < 0.5
    shares = passages[["doc_id", "passage_id", "start", "end"]].assign(model="es")
    shares = pd.concat([shares.assign(topic="A", share=half * 1.0), shares.assign(topic="B", share=1.0 - half)])
    found = []
    for code in book.code_ids:
        annotations = _annotations(passages, np.flatnonzero(random.random(200) < 0.3), code)
        table = theme_principles(passages, annotations, shares, book, repeats=100, permutations=200)
        found.append(table[(table["topic"] == "A") & (table["code"] == code)]["p_value"].iloc[0])
    assert 0.25 < np.mean(found) < 0.75
    assert sum(value < 0.05 for value in found) <= 3


def test_sentences_take_the_shares_of_the_paragraph_around_them():
    passages = pd.DataFrame({"doc_id": ["d", "d", "d"], "start": [0, 12, 40], "end": [10, 20, 50]})
    shares = pd.DataFrame(
        {"doc_id": ["d", "d"], "start": [0, 0], "end": [20, 20], "topic": ["A", "B"], "share": [0.25, 0.75]}
    )
    assert passage_shares(passages, shares).to_numpy().tolist() == [[0.25, 0.75], [0.25, 0.75], [0, 0]]


def test_an_annotation_counts_for_the_passage_at_its_place_only(book):
    passages = _passages([3])
    annotations = _annotations(passages, [1], "listening")
    elsewhere = annotations.assign(end=9)
    assert code_matrix(passages, annotations, book).sum() == 1
    assert code_matrix(passages, elsewhere, book).sum() == 0


def test_the_seeds_are_coded_as_a_reader_would(seeds, book):
    posts = load_corpus(seeds).posts
    posts = posts.assign(lang=["es", "es", "es", "es", "it"])
    furniture = mark_furniture(posts)
    coding = code_passages(posts, segment(posts, furniture), book, furniture=furniture)
    by_post = coding.annotations.groupby("doc_id")["code"].agg(lambda codes: set(codes.value_counts().head(3).index))
    expected = ["trust_relationship", "conversation", "conversation", "beyond_advertising", "cocreation"]
    assert [code in found for code, found in zip(expected, by_post, strict=True)] == [True] * 5
    inside = coding.annotations.merge(furniture, on="doc_id", suffixes=("", "_f"))
    assert not ((inside["start"] < inside["end_f"]) & (inside["end"] > inside["start_f"])).any()
