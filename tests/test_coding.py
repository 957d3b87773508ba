"""From passages to annotations: what is coded, by which coder, from which cut, and what the tables then hold."""

import json
import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from small_codebook import YAML, example_rows, small_codebook

from toolkit.corpus import mark_furniture, segment
from toolkit.errors import InputError
from toolkit.principles import METHODS, CodedPosts, Scored, as_coder, code_passages, coder, coding
from toolkit.principles.interface import PASSAGE_COLUMNS
from toolkit.principles.passage_texts import passage_texts
from toolkit.tables import STANCES
from toolkit.text import SentenceEncoder

ENCODERS = [SentenceEncoder()]
#: Numbers of half the length depend in their last digits on what is multiplied together; scores have five digits.
LAST_DIGITS = 5e-5
WHEN = "2026-01-01T00:00:00Z"
TEXTS = {
    "a": ("es", "Nadie contestó a las preguntas. Luego subieron el precio de todo. El jefe tiene un perro."),
    "b": ("it", "I dipendenti vogliono parlare sul loro blog. Ieri ha piovuto molto."),
    "c": ("es", "El plugin pesa poco. La empresa respondió a los clientes. Las tarifas subieron 3 €."),
    "d": ("en", "They raised the price. Nobody answered the questions of the clients."),
}


def posts_of(texts):
    rows = [{"doc_id": key, "lang": lang, "text": text, "sha256": key} for key, (lang, text) in texts.items()]
    return pd.DataFrame(rows)


def sentences_of(posts):
    """Passages of one language a post: what the test is about is not the detection."""
    passages = segment(posts)
    return passages.assign(lang=passages["doc_id"].map(dict(zip(posts["doc_id"], posts["lang"], strict=True))))


def keys(table):
    return set(zip(table["doc_id"], table["start"], table["end"], table["code"], strict=True))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return small_codebook(tmp_path_factory.mktemp("oficina"))


@pytest.fixture(scope="module")
def hybrid(book):
    return coder(book, "hybrid", encoders=ENCODERS)


@pytest.fixture(scope="module")
def posts():
    return posts_of(TEXTS)


@pytest.fixture(scope="module")
def passages(posts):
    return sentences_of(posts)


@pytest.fixture(scope="module")
def coded(posts, passages, book, hybrid):
    return code_passages(posts, passages, book, method=hybrid, created=WHEN)


# ---- the tables -------------------------------------------------------------------------------------------


def test_scores_hold_every_passage_and_code_once(coded, passages, book):
    ours = passages[passages["lang"] != "en"]
    assert len(coded.scores) == len(ours) * 3
    assert not coded.scores.duplicated(["doc_id", "start", "end", "code"]).any()
    assert coded.scores["code"].tolist() == book.code_ids * len(ours)
    assert coded.scores["score"].between(0, 1).all()


def test_annotations_are_the_decided_scores(coded, book):
    decided = coded.scores[coded.scores["decided"]]
    assert len(decided) > 3
    columns = ["doc_id", "start", "end", "code", "score", "stance"]
    pd.testing.assert_frame_equal(
        coded.annotations[columns].reset_index(drop=True), decided[columns].reset_index(drop=True), check_dtype=False
    )
    for column, value in {
        **{"codebook": "oficina", "codebook_version": "1", "coder": "machine:hybrid"},
        **{"kind": "machine", "created": WHEN},
    }.items():
        assert set(coded.annotations[column]) == {value}
    assert coded.annotations["note"].isna().all()


def test_quotes_and_cues_are_the_text_at_their_positions(coded):
    cues = []
    for row in coded.annotations.to_dict("records"):
        text = TEXTS[row["doc_id"]][1]
        assert text[row["start"] : row["end"]] == row["quote"]
        for cue in json.loads(row["evidence"])["cues"]:
            assert text[cue["start"] : cue["end"]] == cue["quote"]
            assert row["start"] <= cue["start"] < cue["end"] <= row["end"]
            cues.append(cue["quote"])
    assert {"contestó", "precio", "respondió", "tarifas"} <= set(cues)


def test_the_logit_of_the_evidence_is_the_score_of_the_table(coded):
    for row in coded.annotations.to_dict("records"):
        evidence = json.loads(row["evidence"])
        assert evidence["method"] == "hybrid"
        assert sum(evidence["parts"].values()) == pytest.approx(evidence["logit"], abs=1e-9)
        assert 1 / (1 + np.exp(-evidence["logit"])) == pytest.approx(row["score"], abs=0.001)


def test_the_stance_is_the_likeliest_of_those_in_the_evidence(coded):
    scores = coded.scores.set_index(["doc_id", "start", "code"])
    for row in coded.annotations.to_dict("records"):
        shares = json.loads(row["evidence"])["stance"]
        assert tuple(shares) == STANCES
        assert sum(shares.values()) == pytest.approx(1, abs=5e-4)
        assert row["stance"] == max(shares, key=shares.__getitem__)
        assert scores.loc[(row["doc_id"], row["start"], row["code"]), "stance_score"] == max(shares.values())


def test_now_is_the_time_unless_another_is_given(posts, passages, book):
    table = code_passages(posts, passages, book, method="cues").annotations
    assert table["created"].nunique() == 1
    assert abs(pd.Timestamp(table["created"].iloc[0]) - pd.Timestamp.now("UTC")) < pd.Timedelta(minutes=1)


# ---- the order of things does not matter ------------------------------------------------------------------


def test_the_order_of_posts_and_passages_changes_nothing(posts, passages, book, hybrid, coded):
    again = code_passages(posts[::-1], passages.sample(frac=1, random_state=3), book, method=hybrid, created=WHEN)
    pd.testing.assert_frame_equal(again.scores, coded.scores)
    pd.testing.assert_frame_equal(again.annotations, coded.annotations)


def test_a_post_is_coded_the_same_alone_and_among_others(posts, passages, book, hybrid, coded):
    for doc_id in "abc":
        alone = code_passages(posts, passages[passages["doc_id"] == doc_id], book, method=hybrid, created=WHEN)
        among = coded.scores[coded.scores["doc_id"] == doc_id].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone.scores, among, atol=LAST_DIGITS, rtol=0)


def test_a_coder_sent_to_another_process_says_the_same(posts, passages, book, hybrid, coded):
    """The tasks are the same for any number of processes: then so is what they say."""
    sent = pickle.loads(pickle.dumps(hybrid))
    found = code_passages(posts, passages, book, method=sent, created=WHEN)
    pd.testing.assert_frame_equal(found.scores, coded.scores)
    pd.testing.assert_frame_equal(found.annotations, coded.annotations)


def test_tasks_of_any_size_give_the_same(posts, passages, book, hybrid, coded, monkeypatch):
    monkeypatch.setattr(coding, "_PASSAGES_PER_TASK", 1)
    again = code_passages(posts, passages, book, method=hybrid, created=WHEN)
    pd.testing.assert_frame_equal(again.scores, coded.scores, atol=LAST_DIGITS, rtol=0)
    assert keys(again.annotations) == keys(coded.annotations)


# ---- what is coded ----------------------------------------------------------------------------------------


def test_other_languages_are_left_out_and_counted(coded):
    assert coded.left_out == {"en": 2}
    assert "d" not in set(coded.scores["doc_id"])


def test_a_passage_without_language_counts_as_unknown(posts, passages, book):
    found = code_passages(posts, passages.assign(lang=passages["lang"].replace("en", None)), book, method="cues")
    assert found.left_out == {"unknown": 2}


@pytest.mark.parametrize("lang", ["en", "pt", None])
def test_other_languages_can_be_coded_with_a_note(posts, passages, book, hybrid, coded, lang):
    passages = passages.assign(lang=passages["lang"].replace("en", lang))
    found = code_passages(posts, passages, book, method=hybrid, every_language=True, created=WHEN, cut=0.3)
    assert found.left_out == {}
    assert set(found.scores["doc_id"]) == set("abcd")
    notes = found.annotations.groupby("doc_id")["note"].agg(lambda notes: set(notes.dropna()))
    assert notes["d"] == {f"language '{lang or 'unknown'}': meaning alone"}
    assert notes["a"] == set()
    pd.testing.assert_frame_equal(
        found.scores[found.scores["doc_id"] != "d"].drop(columns="decided").reset_index(drop=True),
        coded.scores.drop(columns="decided"),
        atol=LAST_DIGITS,
        rtol=0,
    )


def test_furniture_is_not_coded_and_neighbours_are_those_around_it(book, hybrid):
    first, last = "Nadie contestó a las preguntas.", "Luego subieron el precio de todo."
    text = f"{first}\n\nDeja una respuesta\n\n{last}"
    posts = posts_of({"a": ("es", text)})
    passages = segment(posts, mark_furniture(posts)).assign(lang="es")
    assert passages["furniture"].tolist() == [False, True, False]
    found = code_passages(posts, passages, book, method=hybrid).scores
    assert found["start"].unique().tolist() == [0, text.index(last)]
    plain = posts_of({"a": ("es", f"{first} {last}")})
    without = code_passages(plain, segment(plain).assign(lang="es"), book, method=hybrid).scores
    assert found["score"].tolist() == pytest.approx(without["score"].tolist(), abs=LAST_DIGITS)


def test_furniture_in_a_document_is_not_read(book, hybrid):
    text = "El plugin pesa poco.\n\nResponder\n\nDeja una respuesta\n"
    posts = posts_of({"a": ("es", text)})
    furniture = mark_furniture(posts)
    passages = segment(posts, furniture, unit="document").assign(lang="es")
    with_form = code_passages(posts, passages, book, method=hybrid, furniture=furniture).scores
    plain = posts.assign(text="El plugin pesa poco." + " " * (len(text) - 20))
    without = code_passages(plain, passages, book, method=hybrid).scores
    as_it_is = code_passages(posts, passages, book, method=hybrid).scores
    assert with_form["score"].tolist() == pytest.approx(without["score"].tolist(), abs=1e-3)
    assert with_form["score"].tolist() != pytest.approx(as_it_is["score"].tolist(), abs=1e-2)


def test_a_document_of_furniture_alone_scores_zero(book, hybrid):
    posts = posts_of({"a": ("es", "Deja una respuesta")})
    furniture = mark_furniture(posts)
    passages = segment(posts, furniture, unit="document").assign(lang="es")
    found = code_passages(posts, passages, book, method=hybrid, furniture=furniture, cut=0)
    assert found.scores["score"].tolist() == [0, 0, 0]
    assert found.annotations.empty


@pytest.mark.parametrize("method", ["hybrid", "cues", "definitions"])
def test_an_empty_passage_scores_zero_and_is_never_decided(posts, passages, book, hybrid, method):
    used = coder(book, method, encoders=ENCODERS) if method != "hybrid" else hybrid
    empty = passages.iloc[[0]].assign(start=5, end=5, passage_id="a:empty")
    found = code_passages(posts, pd.concat([passages, empty]), book, method=used, cut=0, created=WHEN)
    assert found.scores.loc[found.scores["end"] == 5, "score"].tolist() == [0, 0, 0]
    assert not (found.annotations["end"] == 5).any()
    without = code_passages(posts, passages, book, method=used, cut=0, created=WHEN)
    others = found.scores[found.scores["end"] != 5].reset_index(drop=True)
    assert others["score"].tolist() == pytest.approx(without.scores["score"].tolist(), abs=LAST_DIGITS)


class HalfBlind:
    """Gives every code and has a view of the stance of every second passage only."""

    name, cut = "machine:half", 0.5

    def code(self, passages):
        scores, stances = np.full((len(passages), 3), 0.9), np.full((len(passages), len(STANCES)), np.nan)
        stances[::2] = [0.1, 0.7, 0.1, 0.1]
        return Scored(scores, scores > 0.5, stances, lambda row, code: {"method": "half"})


def test_a_passage_of_whose_stance_the_coder_has_no_view_gets_none(posts, passages, book):
    found = code_passages(posts, passages, book, method=HalfBlind())
    seen = found.scores["stance_score"].notna()
    assert seen.any() and not seen.all()
    assert set(found.scores["stance"][seen]) == {"breach"} and found.scores["stance"][~seen].isna().all()
    assert found.annotations["stance"].notna().tolist() == seen.tolist()


@pytest.mark.parametrize("method", ["hybrid", "cues"])
def test_no_passages_give_tables_without_rows(posts, passages, book, hybrid, method):
    found = code_passages(posts, passages.iloc[:0], book, method=hybrid if method == "hybrid" else method)
    assert len(found.scores) == len(found.annotations) == 0
    assert {"doc_id", "start", "end", "code", "score", "decided", "stance"} <= set(found.scores.columns)
    assert (found.left_out, found.unsure) == ({}, 0)


@pytest.mark.parametrize(
    ("doc_id", "start", "end"), [("a", 5, 500), ("a", 500, 501), ("elsewhere", 0, 3)], ids=["end", "start", "post"]
)
def test_a_passage_outside_its_post_is_named(posts, passages, book, doc_id, start, end):
    wrong = passages.iloc[[0]].assign(doc_id=doc_id, start=start, end=end)
    with pytest.raises(InputError, match=rf"passage {start}-{end} of '{doc_id}' lies outside the posts; segment"):
        code_passages(posts, wrong, book, method="cues")


def test_each_passage_is_given_with_what_stands_around_it():
    text = "Escuchar\nHay que oír a todos. Es lo primero.\nOtra cosa es vender."
    posts = posts_of({"a": ("es", text), "b": ("es", "Sola.")})
    table = passage_texts(dict(zip(posts["doc_id"], posts["text"], strict=True)), segment(posts))
    a = table[table["doc_id"] == "a"].reset_index(drop=True)
    assert a["text"].tolist() == ["Escuchar", "Hay que oír a todos.", "Es lo primero.", "Otra cosa es vender."]
    assert a["before"].tolist() == ["", *a["text"][:-1]]
    assert a["after"].tolist() == [*a["text"][1:], ""]
    assert a["heading"].tolist() == ["", "Escuchar", "Escuchar", "Escuchar"]
    assert table.loc[table["doc_id"] == "b", ["before", "after", "heading"]].to_numpy().tolist() == [["", "", ""]]


# ---- decisions --------------------------------------------------------------------------------------------


def test_a_higher_cut_gives_fewer_codes_and_never_others(posts, passages, book, hybrid, coded):
    truth = {
        *(("Nadie contestó", "respuestas"), ("Luego subieron", "precios"), ("I dipendenti", "plantilla")),
        *(("La empresa", "respuestas"), ("Las tarifas", "precios")),
    }
    found, right = [], []
    for cut in (0.02, 0.1, 0.3, 0.6, 0.9, 1):
        result = code_passages(posts, passages, book, method=hybrid, cut=cut, created=WHEN)
        pd.testing.assert_series_equal(result.scores["score"], coded.scores["score"])
        assert result.scores["decided"].tolist() == (result.scores["score"] >= cut).tolist()
        assert {json.loads(one)["cut"] for one in result.annotations["evidence"]} <= {cut}
        found.append(keys(result.annotations))
        given = zip(result.annotations["quote"], result.annotations["code"], strict=True)
        right.append(len({(" ".join(quote.split()[:2]), code) for quote, code in given} & truth))
    assert all(strict <= loose for loose, strict in pairwise(found))
    # recall falls and precision rises with the cut, until nothing is left
    assert right == sorted(right, reverse=True)
    assert (right[0], found[-1]) == (5, set())
    precision = [hits / len(given) for hits, given in zip(right, found, strict=True) if given]
    assert precision == sorted(precision)
    assert precision[0] < 0.5 < 0.99 < precision[-1]


def test_without_a_cut_the_coders_own_decides(coded, hybrid):
    assert coded.scores["decided"].tolist() == (coded.scores["score"] >= hybrid.cut).tolist()


def test_in_the_band_around_the_cut_nothing_is_decided(posts, passages, book, hybrid):
    plain, banded = (
        code_passages(posts, passages, book, method=hybrid, cut=0.5, unsure=unsure, created=WHEN)
        for unsure in (0.0, 0.3)
    )
    assert plain.unsure == 0
    assert not plain.scores["unsure"].any()
    inside = (banded.scores["score"] - 0.5).abs() < 0.3
    assert inside.any()
    assert banded.scores["unsure"].tolist() == inside.tolist()
    assert banded.scores["decided"].tolist() == (plain.scores["decided"] & ~inside).tolist()
    assert banded.unsure == len(banded.scores[inside].drop_duplicates(["doc_id", "start", "end"]))
    assert keys(banded.annotations) < keys(plain.annotations)


@pytest.mark.parametrize("cut", [-0.1, 1.5, float("nan")])
def test_a_cut_outside_its_range_is_refused(posts, passages, book, cut):
    with pytest.raises(InputError, match=r"cut: got .*a number from 0 to 1"):
        code_passages(posts, passages, book, method="cues", cut=cut)


@pytest.mark.parametrize("unsure", [-0.1, 0.6, float("nan")])
def test_a_band_outside_its_range_is_refused(posts, passages, book, unsure):
    with pytest.raises(InputError, match=r"unsure: got .*a number from 0 to 0\.5"):
        code_passages(posts, passages, book, method="cues", unsure=unsure)


# ---- coders -----------------------------------------------------------------------------------------------


def with_figures(passages, codebook):
    """Prices where there is a figure."""
    return [
        {"passage_id": name, "code": "precios", "score": 0.9, "stance": "mentions", "note": "a figure"}
        for name, text in zip(passages["passage_id"], passages["text"], strict=True)
        if any(map(str.isdigit, text))
    ]


@pytest.mark.parametrize("named", [False, True], ids=["function", "own coder"])
def test_a_function_of_ones_own_can_code(posts, passages, book, named):
    method = as_coder(with_figures, book, name="figures") if named else with_figures
    found = code_passages(posts, passages, book, method=method, created=WHEN)
    row = found.annotations.iloc[0]
    assert len(found.annotations) == 1
    assert (row["quote"], row["code"], row["score"]) == ("Las tarifas subieron 3 €.", "precios", 0.9)
    assert (row["stance"], row["note"], row["kind"]) == ("mentions", "a figure", "machine")
    assert row["coder"] == ("figures" if named else "with_figures")
    assert found.scores["score"].sum() == 0.9
    assert found.scores["decided"].sum() == 1


class Loud:
    """A coder of one's own as an object: every passage that ends in a full stop is about the first code."""

    name = "machine:loud"
    cut = 0.5

    def __init__(self, codes, stances=True):
        self.codes, self.stances, self.given = codes, stances, None

    def code(self, passages):
        self.given = passages
        scores = np.zeros((len(passages), self.codes))
        scores[:, 0] = passages["text"].str.endswith(".") * 0.8
        stances = np.tile([0.1, 0.7, 0.1, 0.1], (len(passages), 1)) if self.stances else None
        return Scored(scores, scores >= self.cut, stances, lambda row, code: {"method": "loud"})


@pytest.mark.parametrize("stances", [True, False])
def test_an_object_with_the_interface_can_code(posts, passages, book, stances):
    loud = Loud(3, stances)
    found = code_passages(posts, passages, book, method=loud)
    assert list(loud.given.columns) == list(PASSAGE_COLUMNS)
    assert set(found.annotations["coder"]) == {"machine:loud"}
    assert set(found.annotations["code"]) == {"respuestas"}
    assert set(found.annotations["stance"].dropna()) == ({"breach"} if stances else set())
    assert found.scores["stance_score"].dropna().unique().tolist() == ([0.7] if stances else [])


class Wrong(Loud):
    """An object that answers with one thing wrong."""

    def __init__(self, **wrong):
        super().__init__(3)
        self.wrong = wrong

    def code(self, passages):
        return super().code(passages)._replace(**self.wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scores": np.zeros((1, 3))}, r"coder 'machine:loud': scores of shape \(1, 3\), expected \(8, 3\)"),
        ({"decided": np.zeros((8, 1), bool)}, r"decided of shape \(8, 1\), expected \(8, 3\)"),
        ({"stances": np.ones((8, 3))}, r"stances of shape \(8, 3\), expected \(8, 4\)"),
        ({"scores": np.full((8, 3), 1.5)}, "'score'.*1.5"),
        (
            {"evidence": lambda row, code: {"cues": [{"cue": "x", "weight": 1, "start": 3, "end": 300}]}},
            r"coder 'machine:loud': a cue at 3-300 lies outside the passage 0-31 of 'a'",
        ),
    ],
    ids=["scores", "decided", "stances", "range", "cue"],
)
def test_what_an_object_got_wrong_is_said(posts, passages, book, wrong, message):
    with pytest.raises(InputError, match=message):
        code_passages(posts, passages, book, method=Wrong(**wrong))


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("hybird", "method 'hybird' is unknown; did you mean 'hybrid'"),
        ("supervised", "belong together: give the coded posts"),
        (42, "a coder must be a function"),
        (None, "a coder must be a function"),
    ],
)
def test_what_is_no_method_is_said(posts, passages, book, method, message):
    with pytest.raises(InputError, match=message):
        code_passages(posts, passages, book, method=method)


def test_coded_posts_are_for_supervised_alone(book):
    nothing = pd.DataFrame(columns=["doc_id", "start", "end"])
    for method in set(METHODS) - {"supervised"}:
        with pytest.raises(InputError, match=f"method '{method}' takes none; use 'supervised'"):
            coder(book, method, coded=CodedPosts(nothing, nothing, nothing), encoders=ENCODERS)


def test_cues_decide_from_one_good_cue_and_suggest_no_stance(posts, passages, book):
    found = code_passages(posts, passages, book, method="cues")
    quotes = set(zip(found.annotations["quote"], found.annotations["code"], found.annotations["score"], strict=True))
    assert ("Nadie contestó a las preguntas.", "respuestas", 0.5) in quotes
    assert ("Luego subieron el precio de todo.", "precios", 0.6) in quotes
    assert found.annotations["stance"].isna().all()
    assert found.annotations["coder"].unique().tolist() == ["machine:cues"]
    assert {len(json.loads(one)["cues"]) for one in found.annotations["evidence"]} == {1}


def without(*parts):
    """The small codebook without its cues or examples."""
    lines = YAML.splitlines()
    if "cues" in parts:
        lines = [line for line in lines if "{cue:" not in line and line.strip() != "cues:"]
    if "examples" in parts:
        lines = [line for line in lines if "example_files" not in line]
    return "\n".join(lines)


def test_a_codebook_of_definitions_alone_is_coded_by_its_definitions(tmp_path, posts, passages):
    mine = small_codebook(tmp_path, yaml=without("cues", "examples"))
    used = coder(mine, "definitions", encoders=ENCODERS)
    found = code_passages(posts, passages, mine, method=used).scores
    about_staff = found[(found["doc_id"] == "b") & (found["start"] == 0)].set_index("code")["score"]
    assert about_staff.idxmax() == "plantilla"
    assert found["score"].between(0, 1).all()
    assert found["stance"].isna().all()
    evidence = used.code(passage_texts(dict(zip(posts["doc_id"], posts["text"], strict=True)), passages)).evidence(0, 0)
    assert evidence["method"] == "definitions"
    assert -1 <= evidence["similarity"] <= 1


@pytest.mark.parametrize("method", ["hybrid", "examples"])
def test_a_codebook_without_examples_is_refused_by_the_learner_with_a_way_out(tmp_path, method):
    mine = small_codebook(tmp_path, yaml=without("examples"))
    with pytest.raises(InputError, match=r"'oficina' has 0 examples, fewer than 20; add some, or use method 'defin"):
        coder(mine, method, encoders=ENCODERS)


def test_a_codebook_without_cues_is_refused_by_cues_with_a_way_out(tmp_path):
    mine = small_codebook(tmp_path, yaml=without("cues"))
    with pytest.raises(InputError, match="'oficina' has no cues; add some, or use method 'examples' or 'definitions'"):
        coder(mine, "cues")


def test_a_bank_of_uncoded_examples_alone_teaches_nothing(tmp_path):
    rows = [row for row in example_rows() if not row["codes"]]
    assert len(rows) >= 20
    with pytest.raises(InputError, match="has 0 examples with a code, fewer than 5"):
        coder(small_codebook(tmp_path, rows), "hybrid", encoders=ENCODERS)


@pytest.mark.filterwarnings("error")
def test_a_small_codebook_learns_with_a_single_stance(tmp_path, posts, passages):
    rows = [row | {"codes": dict.fromkeys(row["codes"], "mentions")} for row in example_rows() if row["lang"] == "es"]
    mine = small_codebook(tmp_path, rows)
    found = code_passages(posts, passages, mine, method=coder(mine, "hybrid", encoders=ENCODERS)).scores
    assert set(found["stance"]) == {"mentions"}
    first = found[(found["doc_id"] == "a") & (found["start"] == 0)].set_index("code")["score"]
    assert first.idxmax() == "respuestas"


def test_the_stored_model_gives_the_same_scores_as_the_trained_one(tmp_path, book, passages, posts, coded):
    """Another codebook object of the same content finds the stored model; its scores are the same to the last digit."""
    again = coder(small_codebook(tmp_path), "hybrid", encoders=[SentenceEncoder()])
    found = code_passages(posts, passages, book, method=again, created=WHEN)
    pd.testing.assert_frame_equal(found.scores, coded.scores)
