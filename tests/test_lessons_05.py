"""The exercises of notebook 05: what is right, and which mistake is told from which."""

import pandas as pd
import pytest
from judged import Judged

from toolkit.annotation import Session, create_project, items_for_width
from toolkit.files import sha256_text
from toolkit.lessons import check
from toolkit.lessons.annotating import codes_that_stand, judged_to_take_none

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


def needed(width=0.06, expected=0.042, **more):
    return items_for_width(width, expected=expected, **more)


CLUSTER = {"cluster_size": 45.0, "icc": 0.03}
FOUND = needed(**CLUSTER)


def test_how_many_times_as_many_is_a_ratio_of_items():
    """Student's quantile of few documents makes it more than the design effect alone."""
    times = needed(**CLUSTER).items / needed().items
    assert times > needed(**CLUSTER).design_effect + 0.1
    assert f"{times:.1f} times as many" in check("05.1", needed(**CLUSTER).items, alike=ALIKE).text


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


def test_a_number_that_several_mistakes_lead_to_is_not_blamed_on_one(tmp_path):
    """Two codes on one sentence: codes, open sentences, and sentences done less codes are two each."""
    given = {"project": coded_by_ana(tmp_path, ((0, "listening"), (0, "human_voice"))), "coder": "ana"}
    for lang, word in (("en", "Several ways"), ("es", "varios caminos"), ("it", "più vie")):
        verdict = check("05.2", 2, lang=lang, **given)
        assert verdict.right is False
        assert word in verdict.text and "2" in verdict.text
        assert check("05.2", 3, lang=lang, **given).right


def test_sentences_left_open_and_sentences_coded_are_told_apart(tmp_path):
    """Five sentences coded, one of them twice and one of them not done: none was judged to take none."""
    codes = ((0, "listening"), (0, "human_voice"), *((number, "listening") for number in range(1, 5)))
    given = {"project": coded_by_ana(tmp_path, codes), "coder": "ana"}
    assert judged_to_take_none(2, **given).message == "open_only"
    assert judged_to_take_none(5, **given).message == "coded"


def test_a_code_taken_back_is_one_too_many():
    story = [{"do": "set", "code": "a"}, {"do": "set", "code": "b"}, {"do": "undo"}]
    story += [{"do": "set", "code": "c"}, {"do": "set", "code": "d"}, {"do": "undo"}]
    assert codes_that_stand(["a", "b", "c"], story=story).message == "too_many"


SAME = (FOUND.items, float(FOUND.items), FOUND, FOUND.items + 1)
CASES = [
    ("05.1", needed(**CLUSTER).documents, "documents", "number of posts"),
    ("05.1", needed().items, "alone", "drawn by itself"),
    ("05.1", needed(0.03, **CLUSTER).items, "half", "twice as wide"),
    ("05.1", needed(0.03).items, "half", "twice as wide"),
    ("05.1", items_for_width(0.06, **CLUSTER).items, "worst", "worst case"),
    ("05.1", items_for_width(0.06).items, "worst", "worst case"),
    ("05.1", needed(expected=0.08, cluster_size=45.0, icc=0.06).items, "other_code", "transparency"),
    ("05.1", 33, "fewer", "Too few"),
    ("05.1", 44_444, "more", "More than needed"),
    ("05.2", 4, "done", "all the sentences marked as done"),
    ("05.2", 3, "open_too", "nobody has looked"),
    ("05.2", 5, "codes", "number of codes given"),
    ("05.2", -1, "rows", "compare places, not rows"),
    ("05.2", 1, "fewer", "There are more"),
    ("05.2", 100, "more", "There are fewer"),
    ("05.3", ["listening", "human_voice", "transparency", "conversation"], "no_undo", "lines that say undo"),
    ("05.3", ["listening", "transparency"], "no_redo", "last line still brings something back"),
    ("05.3", ["listening", "human_voice", "transparency"], "old_redo", "wrong step"),
    ("05.3", ["listening", "transparency", "conversation", "listening"], "twice", "has one twice"),
    ("05.3", ["Listening and responding"], "unknown", "No line of this log"),
    ("05.3", ["listening"], "missing", "not in your list"),
    ("05.3", ["human_voice"], "other", "One is missing and one is too many"),
    ("05.3", [], "missing", "not in your list"),
    *[("05.1", answer, "right", str(FOUND.items)) for answer in SAME],
    ("05.2", 2, "right"),
    ("05.3", ("listening", "transparency", "conversation"), "right"),
    ("05.3", {"conversation", "transparency", "listening"}, "right"),
]


class TestJudged(Judged):
    LESSON = "05"
    CASES = CASES
    ALSO = frozenset({("05.2", "several"), ("05.2", "open_only"), ("05.2", "coded"), ("05.3", "too_many")})

    @pytest.fixture
    def gives(self, project):
        return {"05.1": {"alike": ALIKE}, "05.2": {"project": project, "coder": "ana"}, "05.3": {"story": STORY}}


@pytest.mark.parametrize("answer", [case[1] for case in CASES if case[0] == "05.1" and case[2] != "right"])
def test_no_message_gives_the_answer_away(answer):
    assert str(FOUND.items) not in check("05.1", answer, alike=ALIKE).text
