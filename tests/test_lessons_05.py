"""The exercises of notebook 05: what is right, and which mistake is told from which."""

import math

import pandas as pd
import pytest

from toolkit.annotation import Session, create_project, items_for_width
from toolkit.files import sha256_text
from toolkit.lessons import check

ALIKE = pd.DataFrame(
    [
        {"code": "transparency", "share": 0.08, "icc": 0.06, "cluster_size": 45.0},
        {"code": "listening", "share": 0.042, "icc": 0.03, "cluster_size": 45.0},
    ]
)
STORY = [
    {"do": "set", "code": "listening"},
    {"do": "set", "code": "human_voice"},
    {"do": "undo"},
    {"do": "set", "code": "transparency"},
    {"do": "set", "code": "conversation"},
    {"do": "undo"},
    {"do": "redo"},
]
TEXT = "Uno. Dos. Tres. Cuatro. Cinco. Seis."
STRANGE = ["four", None, math.nan, pd.DataFrame({"a": [1, 2]}), True]


def needed(width=0.06, expected=0.042, **more):
    return items_for_width(width, expected=expected, **more)


CLUSTER = {"cluster_size": 45.0, "icc": 0.03}


def said(exercise, answer, **given):
    verdict = check(exercise, answer, **given)
    assert "{" not in verdict.text
    return verdict


@pytest.mark.parametrize("lang", ["en", "es", "it"])
def test_the_number_of_items_is_right(lang):
    found = needed(**CLUSTER)
    for answer in (found.items, float(found.items), found, found.items + 1):
        verdict = said("05.1", answer, alike=ALIKE, lang=lang)
        assert verdict.right and str(found.items) in verdict.text


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (needed(**CLUSTER).documents, "number of posts"),
        (needed().items, "drawn by itself"),
        (needed(0.03, **CLUSTER).items, "twice as wide"),
        (needed(0.03).items, "twice as wide"),
        (items_for_width(0.06, **CLUSTER).items, "worst case"),
        (items_for_width(0.06).items, "worst case"),
        (needed(expected=0.08, cluster_size=45.0, icc=0.06).items, "transparency"),
        (33, "Too few"),
        (44_444, "More than needed"),
    ],
)
def test_mistakes_about_the_number_of_items_are_told_apart(answer, word):
    verdict = said("05.1", answer, alike=ALIKE)
    assert verdict.right is False
    assert word in verdict.text
    assert str(needed(**CLUSTER).items) not in verdict.text


def test_how_many_times_as_many_is_a_ratio_of_items():
    """Student's quantile of few documents makes it more than the design effect alone."""
    times = needed(**CLUSTER).items / needed().items
    assert times > needed(**CLUSTER).design_effect + 0.1
    assert f"{times:.1f} times as many" in said("05.1", needed(**CLUSTER).items, alike=ALIKE).text


def coded_by_ana(folder, codes):
    """Six sentences for ana, of which four are done; ``codes``: the number of a sentence and a code that it got."""
    posts = pd.DataFrame([{"doc_id": "es/1", "lang": "es", "text": TEXT, "title": "1", "sha256": sha256_text(TEXT)}])
    made = create_project(folder / "p", posts, coders=["ana"])
    session = Session(made, "ana")

    def give(number, code):
        row = made.items.iloc[number]
        place = {"item": row["item"], "doc_id": "es/1", "start": int(row["start"]), "end": int(row["end"])}
        quote = TEXT[place["start"] : place["end"]]
        session.decide({"do": "set", **place, "quote": quote, "code": code, "stance": "endorses"})

    for number, code in codes:
        give(number, code)
    for number in range(4):
        session.decide({"do": "done", "item": made.items["item"].iloc[number]})
    session.close()
    return made


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Of the sentences done two are coded, one of them three times; one is coded but not done."""
    codes = ((0, "listening"), (0, "human_voice"), (0, "community"), (1, "listening"), (4, "listening"))
    return coded_by_ana(tmp_path_factory.mktemp("five"), codes)


@pytest.mark.parametrize(("lang", "word"), [("en", "Several ways"), ("es", "varios caminos"), ("it", "più vie")])
def test_a_number_that_several_mistakes_lead_to_is_not_blamed_on_one(tmp_path, lang, word):
    """Two codes on one sentence: codes, open sentences, and sentences done less codes are two each."""
    project = coded_by_ana(tmp_path, ((0, "listening"), (0, "human_voice")))
    verdict = said("05.2", 2, project=project, coder="ana", lang=lang)
    assert verdict.right is False
    assert word in verdict.text and "2" in verdict.text
    assert said("05.2", 3, project=project, coder="ana", lang=lang).right


@pytest.mark.parametrize("lang", ["en", "es", "it"])
def test_judged_to_take_none_is_right(project, lang):
    assert said("05.2", 2, project=project, coder="ana", lang=lang).right


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (4, "all the sentences marked as done"),
        (3, "nobody has looked"),
        (5, "number of codes given"),
        (-1, "compare places, not rows"),
        (1, "There are more"),
        (100, "There are fewer"),
    ],
)
def test_mistakes_about_empty_items_are_told_apart(project, answer, word):
    verdict = said("05.2", answer, project=project, coder="ana")
    assert verdict.right is False
    assert word in verdict.text


@pytest.mark.parametrize(
    "answer", [("listening", "transparency", "conversation"), {"conversation", "transparency", "listening"}]
)
def test_what_stands_is_right_in_any_order(answer):
    for lang in ("en", "es", "it"):
        assert said("05.3", answer, story=STORY, lang=lang).right


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (["listening", "human_voice", "transparency", "conversation"], "lines that say undo"),
        (["listening", "transparency"], "last line still brings something back"),
        (["listening", "human_voice", "transparency"], "wrong step"),
        (["listening", "transparency", "conversation", "listening"], "has one twice"),
        (["Listening and responding"], "No line of this log"),
        (["listening"], "not in your list"),
        (["human_voice"], "One is missing and one is too many"),
        ([], "not in your list"),
    ],
)
def test_mistakes_about_undo_are_told_apart(answer, word):
    verdict = said("05.3", answer, story=STORY)
    assert verdict.right is False
    assert word in verdict.text


@pytest.mark.parametrize("answer", STRANGE, ids=str)
def test_other_kinds_of_answers_are_named(project, answer):
    for exercise, given in (
        ("05.1", {"alike": ALIKE}),
        ("05.2", {"project": project, "coder": "ana"}),
        ("05.3", {"story": STORY}),
    ):
        assert said(exercise, answer, **given).right is False
        assert said(exercise, ..., **given).right is None
