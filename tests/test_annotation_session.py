"""A person's session: what the widget asks and what it is answered, message by message."""

import errno
import json
import os
import shutil

import pytest
from annotation_child import TEXTS, make_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.annotation import session as session_module
from toolkit.annotation.projects.project import Project
from toolkit.annotation.record import log as log_module
from toolkit.annotation.record.log import read_lines
from toolkit.annotation.session import Session
from toolkit.errors import InputError

UNO, DOS, TRE = "uno:d0-53", "dos:d0-51", "tre:d0-38"
SUGGESTED = [("uno", 2, 21, "escucha", "endorses"), ("uno", 22, 36, "trato", None), ("tre", 0, 20, "precios", None)]


class Person:
    """Sends messages with a number of their own; every answer must pass through JSON to the browser."""

    def __init__(self, project, coder="ana", **further):
        self.session = Session(project, coder, **further)
        self.path = project.log_path(coder)
        self.count = 0

    def send(self, do, cid=None, **fields):
        self.count += 1
        message = {"cid": cid or f"{id(self)}-{self.count}", "do": do, **fields}
        answer = self.session.handle(message)
        json.dumps(answer, ensure_ascii=False, allow_nan=False).encode("utf-8")
        assert answer["re"] == message["cid"]
        return answer

    def ok(self, do, **fields):
        answer = self.send(do, **fields)
        assert answer["ok"], answer
        return answer

    def refused(self, do, kind="input", **fields):
        state, data = repr(self.session.state), self.path.read_bytes() if self.path.exists() else b""
        answer = self.send(do, **fields)
        assert not answer["ok"] and answer["kind"] == kind, answer
        assert set(answer["session"]) == {"state", "message"}
        # a sentence for each thing that is wrong
        assert all(line.endswith((".", "?")) and len(line) < 400 for line in answer["error"].split("\n")), answer
        assert repr(self.session.state) == state
        assert (self.path.read_bytes() if self.path.exists() else b"") == data
        return answer["error"]

    def give(self, start, end, code="escucha", item=UNO, **further):
        text = TEXTS[item.split(":")[0]]
        return self.ok("set", item=item, start=start, end=end, quote=text[start:end], code=code, **further)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Projects made once; each test works in a copy."""
    folder = tmp_path_factory.mktemp("made")
    return {
        "span": make_project(folder / "span", suggestions=SUGGESTED).folder,
        "sentence": make_project(folder / "sentence", unit="sentence", stance_required=True).folder,
        "one": make_project(folder / "one", unit="document", several=False).folder,
    }


@pytest.fixture
def open_copy(made, tmp_path):
    def open_one(name="span"):
        return Project(shutil.copytree(made[name], tmp_path / name))

    return open_one


@pytest.fixture
def project(open_copy):
    return open_copy()


@pytest.fixture
def ana(project):
    return Person(project)


# ---- hello, language, open ------------------------------------------------------------------------------------------


def test_hello_says_everything_the_screen_needs(ana, project):
    answer = ana.ok("hello")
    assert set(answer) == {
        "re", "ok", "setup", "queue", "counters", "at_item", "undo", "redo", "session"
    }  # fmt: skip
    setup = answer["setup"]
    assert {
        "project", "project_id", "coder", "role", "lang", "langs", "words", "unit", "stance_required", "blind",
        "codebook", "guidelines",
    } <= set(setup)  # fmt: skip
    assert (setup["coder"], setup["role"], setup["unit"]) == ("ana", "coder", "span")
    assert [code["id"] for code in setup["codebook"]["codes"]] == ["escucha", "precios", "trato"]
    assert {
        "id", "key", "name", "definition", "include", "exclude", "contrasts", "examples", "group", "colour"
    } <= set(setup["codebook"]["codes"][0])  # fmt: skip
    assert [(stance["id"], stance["key"]) for stance in setup["codebook"]["stances"]] == [
        ("endorses", "1"), ("breach", "2")
    ]  # fmt: skip
    assert answer["queue"][0] == {
        "item": UNO, "doc_id": "uno", "title": "uno", "quote": project.texts["uno"][:80],
        "status": "", "flag": False, "note": "", "codes": 0,
    }  # fmt: skip
    assert [entry["item"] for entry in answer["queue"]] == project.queue("ana") == [UNO, DOS, TRE]
    assert answer["counters"] == {
        "total": 3, "done": 0, "skipped": 0, "flagged": 0, "codes": 0, "minutes": 0.0, "per_hour": None
    }  # fmt: skip
    assert (answer["at_item"], answer["undo"], answer["redo"]) == (UNO, False, False)
    assert answer["session"] == {"state": "writing", "message": ""}


def test_the_interface_changes_its_language(ana):
    names = {
        lang: ana.ok("language", lang=lang)["setup"]["codebook"]["codes"][0]["name"] for lang in ("es", "it", "en")
    }
    assert names["es"] == "Escucha" and names["it"] == "Ascolto" and names["en"]
    assert ana.ok("hello")["setup"]["lang"] == "en"
    assert "does not speak 'fr'" in ana.refused("language", lang="fr")
    assert ana.ok("hello")["setup"]["lang"] == "en"


def test_a_session_in_an_unknown_language_touches_no_file(project):
    before = sorted(path.name for path in project.folder.rglob("*"))
    with pytest.raises(InputError, match="does not speak 'klingon'"):
        Session(project, "ana", lang="klingon")
    assert sorted(path.name for path in project.folder.rglob("*")) == before


def test_open_shows_the_text_with_its_positions(ana):
    view = ana.ok("open", item=DOS)["view"]
    assert set(view) == {
        "item", "doc", "annotations", "suggestions", "others", "judged_by", "disagreements"
    }  # fmt: skip
    assert view["item"]["item"] == DOS and (view["item"]["start"], view["item"]["end"]) == (0, 51)
    text = view["doc"]["text"]
    assert text == TEXTS["dos"].replace("\x00", "\ufffd") and "\r\n" in text
    assert [text[start:end] for start, end in view["doc"]["sentences"]] == [
        "Primera línea.", "Segunda\ufffd línea rota.", "Tercera línea."
    ]  # fmt: skip
    assert view["others"] == view["judged_by"] == view["disagreements"] == []


@pytest.mark.parametrize("item", ["otro:d0-9", "", None, 5, ["a"], "x" * 10_000])
def test_open_refuses_what_is_not_the_coders(ana, item):
    assert "not among the items" in ana.refused("open", item=item)


# ---- codes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (UNO, "🙂 La"), (UNO, "👩‍👧"), (UNO, "👩"), (UNO, "Cafe\u0301"), (UNO, "\u0301 y"), (DOS, "línea.\r\nSegunda"),
        (DOS, "\r\n"), (DOS, "Segunda\ufffd línea"), (DOS, "\ufffd"),
    ],
)  # fmt: skip
def test_the_quote_is_the_text_between_the_positions(ana, item, shown):
    doc_id = item.split(":")[0]
    start = ana.ok("open", item=item)["view"]["doc"]["text"].index(shown)
    answer = ana.ok("set", item=item, start=start, end=start + len(shown), quote=shown, code="escucha")
    assert (answer["doc_id"], answer["item"]) == (doc_id, item)
    (coding,) = answer["annotations"]
    assert (coding["start"], coding["end"]) == (start, start + len(shown))
    (line,) = read_lines(ana.path).lines
    assert line["quote"] == TEXTS[doc_id][start : start + len(shown)], "the log keeps the text itself"
    ana.refused("set", item=item, start=start + 1, end=start + 1 + len(shown), quote=shown, code="precios")


def test_positions_counted_in_utf_16_are_refused(ana):
    """A browser that forgot to convert is one off after the first emoji."""
    start = TEXTS["uno"].index("tienda") + 1
    assert "nothing was saved" in ana.refused("set", item=UNO, start=start, end=start + 6, quote="tienda", code="trato")


@pytest.mark.parametrize("quote", ["\ud83d", "\ud83d\ude42", "\x00", "", 5, None])
def test_a_quote_that_is_not_the_text_is_refused(ana, quote):
    ana.refused("set", item=UNO, start=0, end=1, quote=quote, code="escucha")


def test_a_decision_answers_with_the_document_as_it_is_now(ana):
    answer = ana.give(2, 21, stance="breach", note="una nota 🙂")
    assert set(answer) == {
        "re", "ok", "n", "at", "doc_id", "item", "annotations", "items", "counters", "undo", "redo", "suggestions"
    }  # fmt: skip
    (coding,) = answer["annotations"]
    assert {key: coding[key] for key in ("start", "end", "code", "stance", "note", "n", "from")} == {
        "start": 2, "end": 21, "code": "escucha", "stance": "breach", "note": "una nota 🙂", "n": 1, "from": None
    }  # fmt: skip
    assert coding["at"] == answer["at"]
    assert answer["items"] == [{"item": UNO, "status": "", "flag": False, "note": "", "codes": 1}]
    assert (answer["undo"], answer["redo"]) == (True, False)
    moved = ana.ok("move", item=UNO, start=2, end=21, to_start=5, to_end=21, quote=TEXTS["uno"][5:21])
    assert [(a["start"], a["end"], a["note"]) for a in moved["annotations"]] == [(5, 21, "una nota 🙂")]
    gone = ana.ok("remove", item=UNO, start=5, end=21, code="escucha")
    assert gone["annotations"] == [] and gone["items"][0]["codes"] == 0


@pytest.mark.parametrize("stances", [("breach", None), (None, "breach"), ("breach", "breach"), (None, None)])
def test_a_code_moved_onto_itself_keeps_what_was_said_of_both(ana, stances):
    ana.give(2, 10, note="la primera", stance=stances[0])
    ana.give(12, 21, note="la segunda", stance=stances[1])
    where = {"item": UNO, "start": 12, "end": 21, "to_start": 2, "to_end": 10, "quote": TEXTS["uno"][2:10]}
    (coding,) = ana.ok("move", **where)["annotations"]
    assert coding["note"] == "la primera\nla segunda"
    assert coding["stance"] == ("breach" if "breach" in stances else None)
    # the same from the log, and both again when it is undone
    again = Person(ana.session.project)
    assert again.session.state.codings == ana.session.state.codings
    assert [(a["start"], a["note"]) for a in again.ok("undo")["annotations"]] == [(2, "la primera"), (12, "la segunda")]


def test_a_code_is_not_moved_onto_itself_with_another_stance(ana):
    ana.give(2, 10, stance="breach")
    ana.give(12, 21, stance="endorses")
    where = {"item": UNO, "start": 12, "end": 21, "to_start": 2, "to_end": 10, "quote": TEXTS["uno"][2:10]}
    said = ana.refused("move", **where)
    assert "'escucha' stands there already with the stance 'breach'" in said and "'endorses'" in said


@pytest.mark.parametrize("field", ["n", "at", "session"])
def test_a_message_cannot_forge_number_time_or_session(ana, field):
    """One message with a number of its own would make the log unreadable."""
    ana.ok("flag", item=UNO, on=True, **{field: "77"})
    line = read_lines(ana.path).lines[0]
    assert line["n"] == 1 and line[field] != "77"


def test_one_code_replaces_another_in_one_step(open_copy):
    person = Person(open_copy("one"))
    whole = {"item": UNO, "start": 0, "end": 53, "quote": TEXTS["uno"]}
    person.ok("set", code="escucha", stance="breach", **whole)
    answer = person.ok("set", code="precios", cid="again", **whole)
    assert [a["code"] for a in answer["annotations"]] == ["precios"] and answer["items"][0]["codes"] == 1
    assert person.session.project.annotations("ana")["code"].tolist() == ["precios"]
    # sent again, now and by the next kernel: answered with the document, not saved twice
    for sender in (person, Person(person.session.project)):
        resent = sender.ok("set", code="precios", cid="again", **whole)
        assert resent["n"] == 2 and [a["code"] for a in resent["annotations"]] == ["precios"]
    undone = sender.ok("undo")
    assert [(a["code"], a["stance"]) for a in undone["annotations"]] == [("escucha", "breach")]
    assert len(read_lines(person.path).lines) == 3


# ---- items ----------------------------------------------------------------------------------------------------------


def test_done_and_skip_lead_to_the_next_open_item_and_around(ana):
    assert ana.ok("done", item=DOS)["next"] == TRE
    assert ana.ok("skip", item=TRE)["next"] == UNO
    answer = ana.ok("done", item=UNO)
    assert answer["next"] is None
    assert {key: answer["counters"][key] for key in ("total", "done", "skipped")} == {
        "total": 3, "done": 2, "skipped": 1
    }  # fmt: skip
    assert ana.ok("reopen", item=DOS)["items"] == [{"item": DOS, "status": "", "flag": False, "note": "", "codes": 0}]
    assert ana.ok("done", item=DOS)["next"] is None


def test_flag_and_note_of_an_item_stand_in_the_queue(ana):
    ana.ok("flag", item=DOS, on=True)
    ana.ok("note", item=DOS, note="¿qué es esto?\x00\ud800")
    entry = Person(ana.session.project).ok("hello")["queue"][1]
    assert (entry["flag"], entry["note"]) == (True, "¿qué es esto?\ufffd\ufffd")
    assert ana.session.project.state("ana").item(DOS).flag


def test_done_asks_for_stances_where_the_project_does(open_copy):
    person = Person(open_copy("sentence"))
    item, (start, end) = person.session.queue[0], person.session.project.items.loc[0, ["start", "end"]].tolist()
    quote = TEXTS["uno"][start:end]
    person.ok("set", item=item, start=start, end=end, quote=quote, code="trato")
    assert "'trato' still lacks its stance" in person.refused("done", item=item)
    person.ok("set", item=item, start=start, end=end, quote=quote, code="trato", stance="breach")
    person.ok("done", item=item)
    assert "whole sentence" in person.refused(
        "set", item=item, start=start, end=end - 1, quote=quote[:-1], code="escucha"
    )


@pytest.mark.parametrize(
    ("work", "at_item"),
    [
        ([], UNO),
        ([("flag", {"item": DOS, "on": True})], DOS),
        ([("done", {"item": UNO})], DOS),
        ([("done", {"item": TRE})], UNO),
        ([("done", {"item": UNO}), ("skip", {"item": DOS}), ("done", {"item": TRE})], TRE),
        ([("done", {"item": DOS}), ("undo", {})], UNO),
    ],
)
def test_the_next_kernel_begins_where_work_goes_on(ana, work, at_item):
    for do, fields in work:
        ana.ok(do, **fields)
    assert Person(ana.session.project).ok("hello")["at_item"] == at_item


# ---- undo -----------------------------------------------------------------------------------------------------------


def test_undo_and_redo_say_where_it_happened_and_reach_back_over_kernels(ana):
    ana.give(2, 21)
    ana.give(0, 20, item=TRE, code="precios")
    ana.ok("done", item=TRE)
    later = Person(ana.session.project)
    undone = later.ok("undo")
    assert (undone["goto"], undone["items"][0]["status"], undone["redo"]) == (TRE, "", True)
    assert later.ok("undo")["annotations"] == []
    answer = later.ok("undo")
    assert (answer["goto"], answer["doc_id"], answer["undo"]) == (UNO, "uno", False)
    assert "nothing to undo" in later.refused("undo")
    last = Person(ana.session.project)
    assert [last.ok("redo")["goto"] for _ in range(3)] == [UNO, TRE, TRE]
    assert "nothing to redo" in last.refused("redo")
    assert last.session.state.item(TRE).status == "done"


def test_a_new_decision_after_undo_leaves_nothing_to_redo(ana):
    ana.give(2, 21)
    ana.ok("undo")
    assert ana.ok("flag", item=UNO, on=True)["redo"] is False
    assert "nothing to redo" in ana.refused("redo")


def test_undo_of_a_batch_reports_every_item_it_changed(ana):
    ana.session.decide(
        {
            "do": "batch", "source": "hoja.csv",
            "changes": [
                {"do": "done", "item": UNO},
                {
                    "do": "set", "item": TRE, "doc_id": "tre", "start": 0, "end": 2, "quote": "Il", "code": "trato",
                    "stance": None,
                },
            ],
        }
    )  # fmt: skip
    assert {entry["item"]: (entry["status"], entry["codes"]) for entry in ana.ok("undo")["items"]} == {
        UNO: ("", 0), TRE: ("", 0)
    }  # fmt: skip
    assert {entry["item"]: (entry["status"], entry["codes"]) for entry in ana.ok("redo")["items"]} == {
        UNO: ("done", 0), TRE: ("", 1)
    }  # fmt: skip


def test_what_was_decided_on_an_item_given_to_another_since_can_be_undone(ana):
    """Saved is saved: the answer must not call it refused."""
    ana.give(0, 20, item=TRE)
    ana.session.project.assign({"ana": [UNO, DOS]}, "TRE is luis's now")
    later = Person(ana.session.project)
    answer = later.ok("undo")
    assert (answer["goto"], answer["annotations"], answer["n"]) == (None, [], 2)
    assert later.ok("redo")["undo"] is True


# ---- suggestions ----------------------------------------------------------------------------------------------------


def states_of(answer):
    return {one["id"]: one["state"] for one in answer["suggestions"]}


def test_suggestions_are_accepted_dismissed_and_both_undone(ana):
    shown = ana.ok("open", item=UNO)["view"]["suggestions"]
    assert [{key: one[key] for key in ("id", "start", "end", "code", "stance", "score", "state")} for one in shown] == [
        {"id": "s1", "start": 2, "end": 21, "code": "escucha", "stance": "endorses", "score": 0.8, "state": ""},
        {"id": "s2", "start": 22, "end": 36, "code": "trato", "stance": None, "score": 0.8, "state": ""},
    ]
    answer = ana.ok("accept", item=UNO, suggestion="s1")
    assert states_of(answer) == {"s1": "accepted", "s2": ""}
    assert answer["annotations"][0]["stance"] == "endorses"
    assert answer["annotations"][0]["from"] == {"suggestion": "s1", "by": "máquina"}
    assert states_of(ana.ok("dismiss", item=UNO, suggestion="s2")) == {"s1": "accepted", "s2": "dismissed"}
    assert states_of(ana.ok("undo")) == {"s1": "accepted", "s2": ""}
    assert states_of(ana.ok("undo")) == {"s1": "", "s2": ""}
    ana.ok("redo")
    evidence = json.loads(ana.session.project.annotations("ana")["evidence"].iloc[0])
    assert evidence["from"]["suggestion"] == "s1"


def test_an_accepted_suggestion_may_get_another_stance_then_or_later(ana):
    assert ana.ok("accept", item=UNO, suggestion="s1", stance="breach")["annotations"][0]["stance"] == "breach"
    answer = ana.give(2, 21, stance="endorses")
    assert states_of(answer) == {"s1": "accepted", "s2": ""}
    removed = ana.ok("remove", item=UNO, start=2, end=21, code="escucha")
    assert states_of(removed)["s1"] == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"item": UNO, "suggestion": "s9"}, {"item": TRE, "suggestion": "s1"}, {"item": UNO}, {"suggestion": "s1"},
        {"item": UNO, "suggestion": ["s1"]}, {"item": UNO, "suggestion": "s1", "stance": 5},
        {"item": UNO, "suggestion": "s1", "stance": "loves"},
    ],
)  # fmt: skip
def test_what_cannot_be_accepted_is_refused(ana, fields):
    ana.refused("accept", **fields)


# ---- sent again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "trato"}),
        ("accept", {"item": UNO, "suggestion": "s1"}),
        ("done", {"item": UNO}),
        ("undo", {}),
    ],
)
def test_a_decision_sent_again_is_answered_and_not_saved_twice(ana, do, fields):
    ana.ok("flag", item=UNO, on=True)
    first = ana.ok(do, cid="the-same", **fields)
    for person in (ana, Person(ana.session.project)):
        again = person.ok(do, cid="the-same", **fields)
        assert {key: again[key] for key in ("n", "at", "undo", "redo")} == {
            key: first[key] for key in ("n", "at", "undo", "redo")
        }
        assert person.session.state == ana.session.state
    if do != "undo":  # after which the next kernel no longer knows where
        assert {key: again[key] for key in ("item", "annotations")} == {
            key: first[key] for key in ("item", "annotations")
        }
    assert len(read_lines(ana.path).lines) == 2


# ---- two windows ----------------------------------------------------------------------------------------------------


def test_a_window_that_was_taken_over_is_told_and_can_take_over_again(ana):
    other = Person(ana.session.project)
    other.give(2, 21)
    assert "another window" in ana.refused("flag", "elsewhere", item=UNO, on=True)
    assert ana.ok("hello")["session"]["state"] == "elsewhere"
    ana.refused("flag", "elsewhere", item=UNO, on=True)
    assert ana.ok("open", item=UNO)["ok"], "reading goes on"
    answer = ana.ok("take_over")
    assert answer["session"]["state"] == "writing" and answer["queue"][0]["codes"] == 1
    ana.ok("flag", item=UNO, on=True)
    other.refused("flag", "elsewhere", item=UNO, on=False)


def test_a_closed_session_writes_no_more(ana):
    ana.give(2, 21)
    ana.session.close()
    ana.refused("flag", "elsewhere", item=UNO, on=True)
    assert not ana.path.with_suffix(".writer").exists()


def test_curator_and_coder_do_not_get_in_each_others_way(project):
    ana, curator = Person(project), Person(project, "curator", role="curator", queue=[UNO])
    ana.give(2, 21)
    curator.give(2, 9, why="el borde", **{"from": {"coders": ["ana"]}})
    ana.ok("done", item=UNO)
    assert project.annotations("curator")["end"].tolist() == [9]
    assert curator.ok("hello")["setup"]["role"] == "curator"


def test_a_log_that_cannot_be_understood_is_not_written_to(ana, project):
    ana.give(2, 21)
    with ana.path.open("ab") as file:
        file.write(b'{"n":2,"at":"","do":"dance"}\n')
    before = ana.path.read_bytes()
    assert "changed by another program" in ana.send("flag", item=UNO, on=True)["error"]
    assert "line 2" in ana.send("take_over")["error"]
    ana.send("flag", item=UNO, on=True)
    assert ana.path.read_bytes() == before
    with pytest.raises(InputError, match="line 2: no decision 'dance'"):
        Session(project, "ana")


# ---- the disk -------------------------------------------------------------------------------------------------------


def _full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("fault", ["write", "fsync"])
@pytest.mark.parametrize("do", ["set", "undo", "redo", "done"])
def test_a_full_disk_leaves_state_and_log_as_they_were(ana, fault, do, monkeypatch):
    ana.give(2, 21)
    ana.give(22, 36)
    ana.ok("undo")
    fields = {"set": {"start": 0, "end": 1, "quote": "🙂", "code": "trato"}}.get(do, {})
    fields |= {"item": UNO} if do not in ("undo", "redo") else {}
    before = ana.ok("hello")
    with monkeypatch.context() as patch:
        patch.setattr(log_module.os, fault, _full)
        error = ana.refused(do, "disk", cid="kept", **fields)
        assert "NOT saved" in error and "No space left" in error
    after = ana.ok("hello")
    assert {**after, "re": 0} == {**before, "re": 0}
    ana.ok(do, cid="kept", **fields)
    assert len(read_lines(ana.path).lines) == 4
    assert Person(ana.session.project).session.state == ana.session.state


def test_a_kernel_that_is_interrupted_answers_and_saves_nothing(ana, monkeypatch):
    ana.give(2, 21)

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(log_module.os, "fsync", stop)
        assert "the kernel was stopped; nothing was saved" in ana.refused("flag", "internal", item=UNO, on=True)
    ana.ok("flag", item=UNO, on=True)


def test_an_answer_that_breaks_after_saving_does_not_say_unsaved(ana, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(session_module, "codings_of", lambda *_: 1 / 0)
        answer = ana.send("flag", cid="once", item=UNO, on=True)
    assert (answer["ok"], answer["kind"]) == (False, "internal") and "it was saved" in answer["error"]
    assert ana.ok("flag", cid="once", item=UNO, on=True)["n"] == 1
    assert len(read_lines(ana.path).lines) == 1


def test_decisions_replaced_by_a_file_is_one_sentence(project):
    shutil.rmtree(project.folder / "decisions")
    (project.folder / "decisions").write_text("?", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read: Not a directory"):
        Session(project, "ana")


def test_a_folder_that_cannot_be_written_is_shown_read_only(ana, project, monkeypatch):
    """Root may write anywhere, so the system's answer is played; test_annotation_faults asks the system itself."""
    ana.give(2, 21)
    real = os.open

    def read_only(path, flags, *rest, **further):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(path, flags, *rest, **further)

    with monkeypatch.context() as patch:
        patch.setattr("os.open", read_only)
        reader = Person(project)
        hello = reader.ok("hello")
        assert hello["session"]["state"] == "readonly"
        assert "Nothing can be saved here" in hello["session"]["message"]
        assert "Read-only file system" in hello["session"]["message"]
        assert len(reader.ok("open", item=UNO)["view"]["annotations"]) == 1
        assert "Nothing can be saved" in reader.refused("flag", "disk", item=UNO, on=True)
        reader.session.close()
        reader = Person(project)
    assert reader.ok("take_over")["session"]["state"] == "writing", "mended, and without a new kernel"
    reader.ok("flag", item=UNO, on=True)


# ---- pace -----------------------------------------------------------------------------------------------------------


def test_minutes_and_pace_are_the_same_after_a_restart(ana, monkeypatch):
    clock = iter(f"2026-11-22T14:{minute:02}:00.000Z" for minute in (0, 2, 4, 30, 31, 40))
    monkeypatch.setattr(session_module, "now", lambda: next(clock))
    ana.give(2, 21)
    ana.ok("done", item=UNO)
    ana.ok("done", item=DOS)
    counters = ana.ok("done", item=TRE)["counters"]  # 26 minutes later: a pause
    assert counters["minutes"] == 4.0
    counters = ana.ok("reopen", item=TRE)["counters"]
    assert (counters["minutes"], counters["per_hour"]) == (5.0, 36.0)
    ana.session.decide({"do": "batch", "source": "hoja", "changes": [{"do": "done", "item": TRE}]})
    assert ana.ok("hello")["counters"] == Person(ana.session.project).ok("hello")["counters"]


# ---- whatever comes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [None, [], "hello", 5, {}, {"do": "hello"}, {"cid": 5, "do": "hello"}, {"cid": "", "do": "hello"},
     {"cid": "x" * 81, "do": "hello"}, {"cid": ["a"], "do": "done", "item": UNO}],
)  # fmt: skip
def test_a_message_without_its_number_is_answered_too(ana, message):
    answer = ana.session.handle(message)
    assert (answer["re"], answer["ok"], answer["kind"]) == (None, False, "internal")
    assert answer["error"] and answer["session"]["state"] == "writing"
    assert not ana.path.exists()


def _deep(levels):
    value = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("explode", {}), (None, {}), (5, {}), (["set"], {}), ({"a": 1}, {}), ("", {}), ("set" * 10_000, {}),
        ("done", {}), ("done", {"item": None}), ("done", {"item": 5}), ("done", {"item": ["a"]}),
        ("done", {"item": "otro:d0-9"}), ("done", {"item": "x" * 5_000}), ("done", {"item": UNO, "extra": 1}),
        ("flag", {"item": UNO, "on": "yes"}), ("note", {"item": UNO, "note": "x" * 20_001}),
        ("note", {"item": UNO, "note": None}), ("note", {"item": UNO, "note": 5}),
        ("set", {"item": UNO}), ("set", {"item": UNO, "start": 0, "end": 54, "quote": TEXTS["uno"], "code": "trato"}),
        ("set", {"item": UNO, "start": -3, "end": 1, "quote": "", "code": "trato"}),
        ("set", {"item": UNO, "start": 0.0, "end": 1.0, "quote": "🙂", "code": "trato"}),
        ("set", {"item": UNO, "start": "0", "end": "1", "quote": "🙂", "code": "trato"}),
        ("set", {"item": UNO, "start": False, "end": True, "quote": "🙂", "code": "trato"}),
        ("set", {"item": UNO, "start": 0, "end": 10**40, "quote": "🙂", "code": "trato"}),
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "precio"}),
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "tra\ud800to"}),
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "trato", "stance": "mentions"}),
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "trato", "from": "ana"}),
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "trato", "from": {"a": _deep(900)}}),
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "trato", "from": {"a": _deep(90_000)}}),
        ("set", {"item": UNO, "start": 0, "end": 1, "quote": "🙂", "code": "trato", "from": {"a": float("nan")}}),
        ("remove", {"item": UNO, "start": 0, "end": 1, "code": "trato"}),
        ("move", {"item": UNO, "start": 0, "end": 1, "to_start": 0, "to_end": 2, "quote": "🙂 "}),
        ("dismiss", {"item": UNO, "suggestion": "s9"}), ("dismiss", {"item": UNO, "suggestion": 1}),
        ("batch", {"source": "a", "changes": [{"do": "done", "item": "otro"}]}), ("batch", {"changes": 5}),
        ("undo", {}), ("redo", {}), ("undo", {"item": UNO}), ("language", {"lang": ["es"]}),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_answered_with_a_sentence_and_not_saved(ana, do, fields):
    ana.refused(do, **fields)
    ana.ok("flag", item=UNO, on=True)
    assert len(read_lines(ana.path).lines) == 1


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([UNO, "escucha"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = ["item", "doc_id", "start", "end", "quote", "code", "stance", "note", "to_start", "to_end", "on", "suggestion",
         "why", "from", "lang", "changes", "source", "n", "at", "session"]  # fmt: skip
DOES = ["hello", "language", "open", "set", "remove", "move", "done", "reopen", "skip", "flag", "note", "dismiss",
        "accept", "undo", "redo", "batch", "take_over"]  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(DOES), st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8))
def test_no_message_brings_a_session_down(fuzzed, do, fields):
    answer = fuzzed.send(do, **fields)
    assert answer["ok"] or answer["kind"] == "input", answer
    assert fuzzed.session.writing


@pytest.fixture(scope="module")
def fuzzed(made, tmp_path_factory):
    person = Person(Project(shutil.copytree(made["span"], tmp_path_factory.mktemp("fuzzed") / "p")))
    yield person
    # whatever was let in can be read again
    assert Session(person.session.project, "ana").state == person.session.state


def test_accepting_what_one_has_given_oneself_keeps_its_note_and_stance(tmp_path):
    project = make_project(tmp_path / "p", suggestions=SUGGESTED)
    ana = Person(project)
    own = [("s1", 2, 21, "escucha", "endorses"), ("s2", 22, 36, "trato", "breach")]
    for number, (name, start, end, code, stance) in enumerate(own):
        ana.give(start, end, code=code, stance="breach", note="mi nota")
        saved = ana.ok("accept", item=UNO, suggestion=name)["annotations"][number]
        assert (saved["code"], saved["stance"], saved["note"]) == (code, stance, "mi nota")
        assert saved["from"]["suggestion"] == name
