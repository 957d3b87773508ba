"""Practice sentences, what is said about an answer, and that practising stays apart from the work."""

import json
from dataclasses import replace

import pandas as pd
import pytest
import yaml

from toolkit.annotation import create_project, label_desk, open_project, practice, practice_summary
from toolkit.annotation.desk import demonstration, projects_in
from toolkit.annotation.practising.feedback import compare, feedback, practice_words, summary
from toolkit.annotation.practising.practice import NoPractice, PracticeSession
from toolkit.annotation.practising.practice import _practice_project as practice_project
from toolkit.annotation.practising.sentences import PracticeItem, practice_set
from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.files import read_yaml, sha256_text
from toolkit.resources import data_file

BOOK = load_codebook("cluetrain")
BUNDLED = read_yaml(data_file("annotation", "practice_cluetrain.yaml"))["sentences"]
LANGS = ("en", "es", "it")


def posts(*langs):
    text = "Una frase. Otra frase."
    rows = [{"doc_id": f"{lang}/1", "lang": lang, "text": text, "title": "1"} for lang in langs]
    return pd.DataFrame(rows).assign(sha256=sha256_text(text))


@pytest.fixture
def project(tmp_path):
    return create_project(tmp_path / "work", posts("es"), coders=["ana", "luis"], lang="es")


@pytest.fixture
def session(project):
    found = PracticeSession(practice_project(project.folder, "ana", "en"), "ana", lang="en")
    yield found
    found.close()


def send(session, number, **message):
    answer = session.handle({"cid": f"c{number}", **message})
    assert answer["ok"], answer
    return answer


def give(session, item, code, stance, number):
    row = session.project.agreed[item]
    quote = session.project.texts[item][row.start : row.end]
    place = {"item": item, "start": row.start, "end": row.end, "quote": quote}
    return send(session, number, do="set", code=code, stance=stance, note="", **place)


def work_through(session, answers=None):
    """All sentences as agreed, but for ``answers``; returns what the last one was answered with."""
    for number, (item, agreed) in enumerate(session.project.agreed.items()):
        for place, (code, stance) in enumerate((answers or {}).get(item, agreed.codes).items()):
            give(session, item, code, stance, f"{number}-{place}")
        answer = send(session, number, do="done", item=item)
    return answer


# ---- the sentences ------------------------------------------------------------------------------------------


def test_the_bundled_sentences_cover_the_codebook_and_have_reasons():
    assert 12 <= len(BUNDLED) <= 20
    assert {code for one in BUNDLED for code in one["codes"]} == set(BOOK.code_ids)
    assert {stance for one in BUNDLED for stance in one["codes"].values()} == {stance.id for stance in BOOK.stances}
    assert sum(not one["codes"] for one in BUNDLED) >= 3
    for one in BUNDLED:
        assert set(one["why"]) == set(LANGS) and set(one["text"]) == {"es", "it"}
        assert len(set(one["why"].values())) == 3


def test_no_practice_sentence_is_an_example_that_the_page_shows():
    shown = {example.text for code in BOOK.codes for example in code.examples}
    for lang in ("es", "it"):
        lines = data_file("examples", f"cluetrain_{lang}.jsonl").read_text(encoding="utf-8").splitlines()
        shown |= {json.loads(line)["text"] for line in lines}
    assert not shown & {one["text"][lang][1] for one in BUNDLED for lang in ("es", "it")}


@pytest.mark.parametrize(("langs", "expected"), [(["es"], {"es"}), (["it"], {"it"}), (["es", "it"], {"es", "it"})])
def test_the_sentences_are_in_the_languages_of_the_texts(tmp_path, langs, expected):
    found = practice_set(tmp_path, BOOK, langs)
    assert set(found.items["lang"]) == expected
    assert len(found.items) == len(BUNDLED)
    texts = dict(zip(found.posts["doc_id"], found.posts["text"], strict=True))
    for item, one in found.agreed.items():
        assert texts[item][one.start : one.end] in {part["text"][lang][1] for part in BUNDLED for lang in expected}


def test_codes_that_the_codebook_lacks_leave_their_sentences_out(tmp_path):
    smaller = replace(BOOK, codes=BOOK.codes[:3])
    found = practice_set(tmp_path, smaller, ["es"])
    assert 0 < len(found.items) < len(BUNDLED)


def test_no_sentences_for_a_codebook_or_languages_is_a_sentence(tmp_path):
    create_project(tmp_path / "other", posts("es"), coders=["ana"], codebook="groundswell", lang="it")
    create_project(tmp_path / "english", posts("en"), coders=["ana"])
    for name, word in (("other", "groundswell"), ("english", "Spanish and Italian only")):
        found = practice(tmp_path / name, "ana")
        assert isinstance(found, NoPractice)
        assert word in str(found) and word in found._repr_html_()
        assert practice_summary(tmp_path / name, "ana") == str(found)


def own_file(folder, **changes):
    one = {"id": "a", "codes": {"listening": "endorses"}, "text": {"es": ["", "Escuchan.", ""]}, "why": {"en": "b"}}
    data = {"codebook": "cluetrain", "edition": 2, "sentences": [{**one, **changes.pop("sentence", {})}], **changes}
    (folder / "practice.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")


def test_a_project_may_have_sentences_of_its_own(project):
    own_file(project.folder)
    found = practice_project(project.folder, "ana", None)
    assert found.texts == {"practice-2/a-es": "Escuchan."}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"codebook": "groundswell"}, "is for codebook 'groundswell'"),
        ({"sentence": {"codes": {"listenin": None}}}, "no code 'listenin'"),
        ({"sentence": {"codes": {"listening": "praises"}}}, "no stance 'praises'"),
        ({"sentence": {"text": {"es": ["", "Uno."]}}}, "text.es"),
        ({"edition": 0}, "edition"),
    ],
)
def test_a_file_of_the_project_that_cannot_be_used_is_refused(project, changes, word):
    own_file(project.folder, **changes)
    with pytest.raises(InputError, match=word):
        practice(project.folder, "ana")


def test_somebody_who_is_no_coder_and_another_language_are_refused(project):
    with pytest.raises(InputError, match="no coder 'anna'"):
        practice(project.folder, "anna")
    with pytest.raises(InputError, match="does not speak 'fr'"):
        practice(project.folder, "ana", lang="fr")


# ---- what is said -------------------------------------------------------------------------------------------


def test_words_are_complete_in_three_languages():
    for name in ("practice_words.yaml", "desk_words.yaml"):
        words = read_yaml(data_file("annotation", name))
        assert set(words) == set(LANGS)
        assert set(words["en"]) == set(words["es"]) == set(words["it"])


def test_codes_are_compared():
    found = compare({"a": "x", "b": "y", "c": "x"}, {"a": "x", "b": "x", "d": "x"})
    assert found == (["a"], ["d"], ["c"], ["b"])
    assert not found.right and not found.right_codes
    assert compare({"a": "x"}, {"a": "y"}).right_codes
    assert compare({}, {}).right


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("own", "kind", "points"),
    [
        ({"listening": "endorses", "human_voice": "breach"}, "good", 2),
        ({"listening": "endorses", "human_voice": "rejects"}, "off", 2),
        ({"conversation": "endorses", "human_voice": "breach"}, "off", 3),
        ({"listening": None}, "off", 2),
        ({}, "off", 2),
    ],
)
def test_feedback_says_what_was_agreed_and_by_which_rule(own, kind, points, lang):
    item = PracticeItem(0, 1, {"listening": "endorses", "human_voice": "breach"}, {lang: "porque <b>"})
    found = feedback(own, item, BOOK, lang)
    assert (found["kind"], len(found["points"])) == (kind, points)
    assert "porque <b>" in found["why"]  # text, escaped where it is shown
    assert bool(found["rules"]) == (kind == "off")
    assert all(rule.startswith(practice_words(lang)["rule"].split("{")[0]) for rule in found["rules"])
    assert "{" not in json.dumps([found["points"], found["rules"], found["hint"]])


def test_a_wrong_code_for_another_brings_the_rule_between_them():
    item = PracticeItem(0, 1, {"listening": "endorses"}, {"en": "why"})
    [rule] = feedback({"conversation": "endorses"}, item, BOOK, "en")["rules"]
    assert BOOK.code("conversation").contrasts["listening"]["en"] in rule


def test_no_code_is_an_answer():
    item = PracticeItem(0, 1, {}, {"en": "why"})
    assert feedback({}, item, BOOK, "en")["points"] == [practice_words("en")["none"]]
    off = feedback({"listening": "endorses"}, item, BOOK, "en")
    assert off["points"] == ["Too many: Listening and responding."]
    assert "no code" in off["rules"][0]


@pytest.mark.parametrize("lang", LANGS)
def test_the_summary_counts_and_says_how_little_that_is(lang):
    agreed = {str(n): PracticeItem(0, 1, {"listening": "endorses"}, {}) for n in range(4)}
    answers = {"0": {"listening": "endorses"}, "1": {"listening": "breach"}, "2": {}, "3": {"community": None}, "x": {}}
    lines = " ".join(summary(answers, agreed, BOOK, lang))
    name = BOOK.code("listening").name[lang]
    assert name in lines and BOOK.code("community").name[lang] in lines
    # 1 of 4 in all, 2 of 4 in codes; Wilson's interval of 1 of 4 is .046 to .699
    for number in ("1", "2", "4", "5", "70"):
        assert number in lines
    assert "{" not in lines


# ---- a session ----------------------------------------------------------------------------------------------


def test_a_session_stays_at_what_is_done_and_says_how_it_compares(session):
    item = session.queue[0]
    assert send(session, "o", do="open", item=item)["view"]["feedback"] is None
    answer = give(session, item, "conversation", "endorses", "s")
    assert answer["feedback"] is None  # nothing is given away before it is done
    answer = send(session, "d", do="done", item=item)
    assert "next" not in answer
    assert answer["feedback"]["kind"] == "off" and answer["feedback"]["summary"] == []
    assert send(session, "o2", do="open", item=item)["view"]["feedback"] == answer["feedback"]
    # sent again because the answer was lost
    assert send(session, "d", do="done", item=item)["feedback"] == answer["feedback"]
    # mended: right now, but the first answer counts
    row = session.project.agreed[item]
    send(session, "r", do="remove", item=item, start=row.start, end=row.end, code="conversation")
    assert give(session, item, "listening", "endorses", "s2")["feedback"]["kind"] == "good"
    assert send(session, "u", do="undo")["feedback"]["kind"] == "off"


def test_the_end_has_a_summary_of_first_answers(session, project):
    wrong = session.queue[0]
    end = work_through(session, {wrong: {"community": "endorses"}})
    said = " ".join(end["feedback"]["summary"])
    assert "17 of 18" in said and "Listening and responding: missing 1 ×" in said
    give(session, wrong, "listening", "endorses", "late")
    send(session, "again", do="done", item=wrong)
    assert "17 of 18" in practice_summary(project.folder, "ana", lang="en")


def test_practice_knows_nothing_of_the_suggestions_for_the_work(tmp_path):
    place = {"doc_id": "es/1", "start": 0, "end": 10, "quote": "Una frase."}
    given = {"codebook": "cluetrain", "code": "listening", "stance": "endorses", "coder": "machine", "kind": "machine"}
    suggested = pd.DataFrame([place | given])
    create_project(tmp_path / "machine", posts("es"), coders=["ana"], suggestions=suggested)
    widget = practice(tmp_path / "machine", "ana")
    assert not send(widget.session, "o", do="open", item=widget.session.queue[0])["view"]["suggestions"]
    widget.session.close()


def test_practising_stays_apart_and_is_remembered(session, project):
    work_through(session)
    session.close()
    assert (project.folder / "practice" / "ana.jsonl").is_file()
    assert not list((project.folder / "decisions").iterdir())
    now = open_project(project.folder)
    assert now.progress()["done"].sum() == 0 and now.annotations().empty
    again = PracticeSession(practice_project(project.folder, "ana", "es"), "ana", lang="es")
    view = again.handle({"cid": "h", "do": "hello"})
    assert view["counters"]["done"] == len(again.queue)
    assert view["setup"]["project_id"] == f"{project.settings.id}-practice"
    assert "Práctica" in view["setup"]["project"]
    assert again.handle({"cid": "t", "do": "take_over"})["setup"]["project_id"].endswith("-practice")
    again.close()
    assert "0 de 18" in practice_summary(project.folder, "luis")


# ---- the desk -----------------------------------------------------------------------------------------------


def test_a_desk_lists_projects_and_opens_one(tmp_path):
    create_project(tmp_path / "a" / "b", posts("es"), coders=["ana", "luis"], title="<b>Uno</b>")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "project.json").write_text("{", encoding="utf-8")
    assert [project.folder.name for project in projects_in(tmp_path)] == ["b"]
    desk = label_desk(tmp_path, lang="es")
    assert desk._coder.options == ("ana", "luis") and desk._coder.value is None
    desk._opened()
    assert not desk._open  # no name was chosen
    desk._coder.value = "luis"
    desk._opened()
    assert [widget.session.coder for widget in desk._open] == ["luis", "luis"]
    assert "&lt;b&gt;Uno" in desk._status.value
    assert len(desk.work.box.children) == 1
    desk._coder.value = "ana"
    desk._opened()
    assert [widget.session.coder for widget in desk._open] == ["ana", "ana"]
    assert all(widget.session.writing for widget in desk._open)
    desk.close()


def test_a_desk_without_projects_makes_a_demonstration(tmp_path):
    lang = "it"
    desk = label_desk(tmp_path, lang=lang)
    assert desk._button.disabled and desk._demonstration.layout.display == ""
    desk._made()
    assert not desk._button.disabled and desk._demonstration.layout.display == "none"
    [project] = projects_in(tmp_path)
    assert len(project.items) == 20 and project.settings.lang == lang
    assert set(project.items["lang"]) == {lang}
    with pytest.raises(InputError, match="not empty"):
        demonstration(tmp_path, lang)


def test_a_desk_looks_beside_the_folder_of_a_language(tmp_path, monkeypatch):
    create_project(tmp_path / "mine", posts("es"), coders=["ana"])
    (tmp_path / "es").mkdir()
    monkeypatch.chdir(tmp_path / "es")
    assert list(label_desk(lang="es")._projects) == ["cluetrain: 1 texts"]
    with pytest.raises(InputError, match="does not speak 'fr'"):
        label_desk(lang="fr")


def test_guidelines_show_themselves_and_run_nothing(project):
    (project.folder / "guidelines" / "es.md").write_text("# Hola\n\n<script>x</script> & más", encoding="utf-8")
    page = project.guidelines()
    assert "<script>" not in page._repr_html_()
    assert str(page) == "Hola\n<script>x</script> & más"


def test_titles_that_begin_alike_hide_no_project(tmp_path):
    for number in range(2):
        title = "El mismo título " * 10 + str(number)
        create_project(tmp_path / str(number), posts("es"), coders=["ana"], title=title)
    desk = label_desk(tmp_path, lang="es")
    assert [project.folder.name for project in desk._projects.values()] == ["0", "1"]
