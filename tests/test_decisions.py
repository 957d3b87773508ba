"""Decisions, and the state they fold to: 2,000 random days of work against a model of snapshots."""

import copy
import json

import pytest
from annotation_child import TEXTS, make_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.annotation.record import log as log_module
from toolkit.annotation.record import writer as writer_module
from toolkit.annotation.record.admit import Rules
from toolkit.annotation.record.decisions import as_decision
from toolkit.annotation.record.log import read_lines
from toolkit.annotation.record.state import State, fold
from toolkit.annotation.session import Session
from toolkit.errors import InputError

SUGGESTED = [("uno", 2, 21, "escucha", "endorses"), ("tre", 0, 20, "precios", None)]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("decisions"), suggestions=SUGGESTED, stance_required=True)


@pytest.fixture(scope="module")
def one_code(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("one"), several=False)


def uno(start, end, **further):
    return {
        "item": "uno:d0-53", "doc_id": "uno", "start": start, "end": end, "quote": TEXTS["uno"][start:end],
        "code": "escucha", **further,
    }  # fmt: skip


def applied(*decisions):
    state = State()
    for number, decision in enumerate(decisions, 1):
        state.apply(as_decision(decision, "test"), number, "")
    return state


def bare(place):
    return {key: value for key, value in place.items() if key != "quote"}


# ---- single decisions -----------------------------------------------------------------------------------------------


def test_a_code_is_given_once_and_given_again_changes_stance_and_note():
    state = applied({"do": "set", **uno(2, 4)}, {"do": "set", **uno(2, 4, stance="breach", note="sí")})
    ((key, coding),) = state.codings.items()
    assert key == ("uno", 2, 4, "escucha")
    assert (coding.stance, coding.note, coding.n, coding.quote) == ("breach", "sí", 2, TEXTS["uno"][2:4])


def test_overlapping_stretches_and_several_codes_stand_beside_each_other():
    state = applied({"do": "set", **uno(2, 9)}, {"do": "set", **uno(5, 12)}, {"do": "set", **uno(2, 9, code="precios")})
    assert sorted(state.codings) == [
        ("uno", 2, 9, "escucha"), ("uno", 2, 9, "precios"), ("uno", 5, 12, "escucha")
    ]  # fmt: skip


def test_where_a_code_came_from_stays_when_its_stance_is_corrected():
    """Else a suggestion that was accepted would count as one that nobody looked at."""
    source = {"suggestion": "s1", "by": "máquina"}
    state = applied({"do": "set", **uno(2, 21), "from": source}, {"do": "set", **uno(2, 21, stance="breach")})
    assert state.codings["uno", 2, 21, "escucha"].source == source
    again = applied(
        {"do": "set", **uno(2, 21), "from": source}, {"do": "remove", **bare(uno(2, 21))}, {"do": "set", **uno(2, 21)}
    )
    assert again.codings["uno", 2, 21, "escucha"].source == {}, "given anew by hand, it is the coder's own"


def test_moving_takes_stance_note_and_origin_along():
    move = {**uno(2, 9), "to_start": 5, "to_end": 9, "quote": TEXTS["uno"][5:9]}
    state = applied({"do": "set", **uno(2, 9, stance="breach", note="n", **{"from": {"a": 1}})}, {"do": "move", **move})
    ((key, coding),) = state.codings.items()
    assert key == ("uno", 5, 9, "escucha")
    assert coding[1:5] == (TEXTS["uno"][5:9], "breach", "n", 2) and coding.source == {"a": 1}


def test_moving_without_a_code_moves_all_of_the_stretch_and_undo_brings_them_back():
    move = {"do": "move", **uno(2, 9), "to_start": 5, "to_end": 9}
    del move["code"]
    state = applied({"do": "set", **uno(2, 9)}, {"do": "set", **uno(2, 9, code="precios")}, {"do": "set", **uno(0, 1)})
    before = copy.deepcopy(state.codings)
    state.apply(as_decision(move, "test"), 4, "")
    assert sorted(state.codings) == [("uno", 0, 1, "escucha"), ("uno", 5, 9, "escucha"), ("uno", 5, 9, "precios")]
    state.apply(as_decision({"do": "undo"}, "test"), 5, "")
    assert state.codings == before


def test_a_batch_is_one_step():
    state = applied(
        {"do": "set", **uno(2, 9)},
        {
            "do": "batch", "source": "hoja.csv",
            "changes": [{"do": "remove", **bare(uno(2, 9))}, {"do": "done", "item": "uno:d0-53"}],
        },
        {"do": "undo"},
    )  # fmt: skip
    assert list(state.codings) == [("uno", 2, 9, "escucha")] and not state.items
    assert len(state.steps) == len(state.undone) == 1


def test_a_batch_that_fails_in_the_middle_changes_nothing():
    state = applied({"do": "set", **uno(2, 9)})
    before = copy.deepcopy(state)
    batch = {
        "do": "batch", "source": "hoja.csv",
        "changes": [{"do": "set", **uno(0, 1)}, *[{"do": "remove", **bare(uno(2, 9))}] * 2],
    }  # fmt: skip
    with pytest.raises(InputError, match="nothing to take away"):
        state.apply(as_decision(batch, "test"), 2, "")
    assert state == before


WRONG = {
    "an unknown kind": ({"do": "sett", **uno(0, 1)}, "did you mean 'set'"),
    "no kind": ({}, "no decision"),
    "a kind that is a list": ({"do": ["set"]}, "no decision"),
    "a key missing": ({"do": "done"}, "'item' is missing"),
    "an unknown key": ({"do": "done", "item": "a", "itm": "b"}, "unknown key 'itm'"),
    "a position as text": ({"do": "set", **uno(0, 1), "start": "0"}, "'start'"),
    "a position that is true": ({"do": "set", **uno(0, 1), "end": True}, "'end'"),
    "a position with a fraction": ({"do": "set", **uno(0, 1), "end": 1.5}, "'end'"),
    "a negative position": ({"do": "set", **uno(0, 1), "start": -1}, "'start'"),
    "an unknown stance": ({"do": "set", **uno(0, 1), "stance": "loves"}, "'stance'"),
    "a note without end": ({"do": "note", "item": "a", "note": "x" * 20_001}, "'note'"),
    "a batch in a batch": ({"do": "batch", "source": "a", "changes": [{"do": "batch"}]}, "'changes.0'"),
    "undo in a batch": ({"do": "batch", "source": "a", "changes": [{"do": "undo"}]}, "'changes.0'"),
    "a batch from nowhere": ({"do": "batch", "source": "", "changes": []}, "'source'"),
    "undo of what": ({"do": "undo", "item": "a"}, "unknown key"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_decision_is_one_sentence(name):
    decision, said = WRONG[name]
    with pytest.raises(InputError) as raised:
        as_decision(decision, "ana.jsonl, line 7")
    assert str(raised.value).startswith("ana.jsonl, line 7: ") and said in str(raised.value)


def nested(levels):
    value = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("levels", [9, 500, 100_000])
def test_an_origin_that_could_not_be_read_again_is_refused(levels):
    with pytest.raises(InputError, match="nested"):
        as_decision({"do": "set", **uno(0, 1), "from": nested(levels)}, "test")


def test_an_origin_of_a_few_names_is_kept():
    origin = {"coders": ["ana", "luis"], "why": {"rule": "contrast"}}
    assert as_decision({"do": "set", **uno(0, 1), "from": origin}, "test").source == origin


@pytest.mark.parametrize("at", ["yesterday", "2026-11-22T14:03:07", 5, ["x"]])
def test_a_time_that_is_none_is_said_with_its_line(at):
    lines = [
        {"n": 1, "at": "2026-11-22T14:03:07.123Z", "do": "done", "item": "a"},
        {"n": 2, "at": at, "do": "reopen", "item": "a"},
    ]
    with pytest.raises(InputError, match=r"ana\.jsonl, line 2: its time"):
        fold(lines, "ana.jsonl")


def test_a_log_that_no_session_can_have_written_is_said_with_its_line():
    for line in ({"do": "undo"}, {"do": "redo"}, {"do": "remove", **bare(uno(0, 1))}, {"do": "dance"}):
        with pytest.raises(InputError, match=r"ana\.jsonl, line 1"):
            fold([{"n": 1, "at": "", **line}], "ana.jsonl")


# ---- what fits the project ------------------------------------------------------------------------------------------


def refused(project, decision, *before, allowed=None):
    rules = Rules(project, set(project.items["item"]) if allowed is None else allowed)
    state = applied(*before)
    try:
        rules.check(as_decision(decision, "test"), state)
    except InputError as error:
        return str(error)
    return ""


MISFITS = {
    "another's item": ({"do": "done", "item": "dos:d0-51"}, "not among the items"),
    "no such item": ({"do": "flag", "item": "x", "on": True}, "not among the items"),
    "no such code": ({"do": "set", **uno(0, 1, code="precio")}, "did you mean 'precios'"),
    "a stance the codebook lacks": ({"do": "set", **uno(0, 1, stance="mentions")}, "no stance"),
    "beyond the text": ({"do": "set", **uno(50, 54)}, "has 53 characters"),
    "an empty stretch": ({"do": "set", **uno(5, 5)}, "no part of"),
    "backwards": ({"do": "set", **uno(9, 5)}, "no part of"),
    "another quote": ({"do": "set", **uno(2, 4), "quote": "Lo"}, "nothing was saved"),
    "another document": ({"do": "set", **uno(2, 4), "doc_id": "dos"}, "its item in 'uno'"),
    "taken from another document": ({"do": "remove", **bare(uno(2, 4)), "doc_id": "dos"}, "its item in 'uno'"),
    "moved beyond the text": ({"do": "move", **uno(2, 4), "to_start": 50, "to_end": 60}, "has 53 characters"),
    "moved with another quote": ({"do": "move", **uno(2, 4), "to_start": 5, "to_end": 7}, "nothing was saved"),
    "no such suggestion": ({"do": "dismiss", "item": "uno:d0-53", "suggestion": "s9"}, "no suggestion 's9'"),
}


@pytest.mark.parametrize("name", MISFITS)
@pytest.mark.parametrize("in_batch", [False, True])
def test_what_does_not_fit_the_project_is_one_sentence(project, name, in_batch):
    decision, said = MISFITS[name]
    if in_batch:
        decision = {
            "do": "batch",
            "source": "hoja",
            "changes": [{"do": "flag", "item": "uno:d0-53", "on": True}, decision],
        }
    found = refused(project, decision, allowed={"uno:d0-53"})
    assert said in found and "\n" not in found


def test_done_waits_for_the_stance_of_every_code(project):
    done = {"do": "done", "item": "uno:d0-53"}
    assert "'escucha' still lacks its stance" in refused(project, done, {"do": "set", **uno(2, 4)})
    assert refused(project, done, {"do": "set", **uno(2, 4, stance="breach")}) == ""
    assert refused(project, done) == "", "no code applies: judged all the same"


def test_one_code_per_stretch_where_the_codebook_says_so(one_code):
    first = {"do": "set", **uno(2, 4)}
    second = {"do": "set", **uno(2, 4, code="precios")}
    elsewhere = {"do": "set", **uno(5, 9, code="precios")}
    assert "'escucha' and 'precios' cannot both" in refused(one_code, second, first)
    assert refused(one_code, {**first, "stance": "breach"}, first) == ""
    assert refused(one_code, elsewhere, first) == ""
    remove = {"do": "remove", **bare(uno(2, 4))}
    assert refused(one_code, {"do": "batch", "source": "a", "changes": [remove, second]}, first) == ""
    assert "cannot both" in refused(one_code, {"do": "batch", "source": "a", "changes": [first, second]})
    move = {"do": "move", **uno(5, 9, code="precios"), "to_start": 2, "to_end": 4, "quote": TEXTS["uno"][2:4]}
    assert "cannot both" in refused(one_code, move, first, elsewhere)


def test_codes_of_a_sentence_go_to_the_whole_sentence(tmp_path):
    project = make_project(tmp_path, unit="sentence")
    item = project.items["item"][0]
    start, end = project.items.loc[0, ["start", "end"]]
    whole = {**uno(int(start), int(end)), "item": item}
    assert refused(project, {"do": "set", **whole}) == ""
    part = {**uno(int(start), int(end) - 1), "item": item}
    assert "given to a whole sentence" in refused(project, {"do": "set", **part})


# ---- 2,000 days of work ---------------------------------------------------------------------------------------------

ITEMS = ["uno:d0-53", "dos:d0-51", "tre:d0-38", "otro:d0-9"]  # the last is nobody's
#: Good stretches that meet, overlap and hold each other; and three that are none.
PLACES = [(0, 3), (2, 6), (2, 12), (5, 6), (30, 38), (0, 38), (7, 7), (9, 4), (50, 99)]
CODES = ["escucha", "precios", "trato", "nada"]
item, place, code = st.sampled_from(ITEMS), st.sampled_from(PLACES), st.sampled_from(CODES)
stance = st.sampled_from([None, "endorses", "breach", "mentions"])
wrong = st.integers(0, 19).map(lambda number: number == 0)
OPERATIONS = {
    "set": st.tuples(st.just("set"), item, place, code, stance, st.sampled_from(["", "nota"]), wrong),
    "remove": st.tuples(st.just("remove"), item, place, code),
    "move": st.tuples(st.just("move"), item, place, place, st.one_of(st.none(), code), wrong),
    "judge": st.tuples(st.sampled_from(["done", "reopen", "skip"]), item),
    "flag": st.tuples(st.just("flag"), item, st.booleans()),
    "note": st.tuples(st.just("note"), item, st.sampled_from(["", "a", "b"])),
    "suggestion": st.tuples(st.sampled_from(["dismiss", "accept"]), item, st.sampled_from(["s1", "s2", "s3"])),
    "back": st.tuples(st.sampled_from(["undo", "redo", "undo", "redo", "undo"])),
    "again": st.tuples(st.just("again"), st.integers(0, 5)),
}  # fmt: skip
CHANGES = [OPERATIONS[name] for name in ("set", "remove", "move", "judge", "flag", "note")]
BATCH = st.tuples(st.just("batch"), st.lists(st.one_of(*CHANGES), min_size=1, max_size=4))
#: Twice "set" and "back": days of work are mostly these.
DAY = st.lists(st.one_of(*OPERATIONS.values(), OPERATIONS["set"], OPERATIONS["back"], BATCH), min_size=1, max_size=18)


class Model:
    """The same work kept as whole snapshots: nothing of the toolkit's state is used."""

    def __init__(self):
        self.now = {"codings": {}, "items": {}, "dismissed": frozenset()}
        self.past, self.future = [], []

    def take(self, message):
        """Whether the decision is allowed; then it is taken in."""
        do = message["do"]
        if do in ("undo", "redo"):
            source, target = (self.past, self.future) if do == "undo" else (self.future, self.past)
            if source:
                target.append(self.now)
                self.now = source.pop()
                return True
            return False
        new = copy.deepcopy(self.now)
        changes = message["changes"] if do == "batch" else [message]
        if not all(self._change(new, change, do == "batch") for change in changes):
            return False
        self.past.append(self.now)
        self.now, self.future = new, []
        return True

    def _change(self, new, change, in_batch):
        do, doc_id = change["do"], change["item"].split(":")[0]
        if doc_id not in TEXTS:
            return False
        text, codings = TEXTS[doc_id], new["codings"]
        if do == "accept":
            found = dict(zip(["s1", "s2"], SUGGESTED, strict=True)).get(change["suggestion"])
            if found is None or found[0] != doc_id:
                return False
            codings[found[:4]] = (found[4], "", change["suggestion"])
        elif do == "dismiss":
            if change["suggestion"] not in ("s1", "s2"):
                return False
            new["dismissed"] |= {change["suggestion"]}
        elif do == "set":
            key = (doc_id, change["start"], change["end"], change["code"])
            if not self._fits(text, change["start"], change["end"], change["quote"]):
                return False
            if change["code"] == "nada" or change["stance"] == "mentions":
                return False
            codings[key] = (change["stance"], change["note"], codings.get(key, (None, "", ""))[2])
        elif do == "remove":
            return codings.pop((doc_id, change["start"], change["end"], change["code"]), None) is not None
        elif do == "move":
            if not self._fits(text, change["to_start"], change["to_end"], change["quote"]):
                return False
            moved = [
                key for key in sorted(codings)
                if key[:3] == (doc_id, change["start"], change["end"]) and change["code"] in (None, key[3])
            ]  # fmt: skip
            for key in moved:
                codings[doc_id, change["to_start"], change["to_end"], key[3]] = codings.pop(key)
            return bool(moved)
        else:
            status, flag, note = new["items"].get(doc_id, ("", False, ""))
            if do == "done" and not in_batch and any(k[0] == doc_id and v[0] is None for k, v in codings.items()):
                return False
            new["items"][doc_id] = {
                "done": ("done", flag, note), "reopen": ("", flag, note), "skip": ("skipped", flag, note),
                "flag": (status, change.get("on"), note), "note": (status, flag, change.get("note")),
            }[do]  # fmt: skip
        return True

    @staticmethod
    def _fits(text, start, end, quote):
        return 0 <= start < end <= len(text) and text[start:end] == quote


def message_of(operation):
    """An operation as a message of the widget, with a doc_id where a batch needs it."""
    do, *rest = operation
    if do in ("undo", "redo"):
        return {"do": do}
    if do == "batch":
        return {"do": "batch", "source": "hoja.csv", "changes": [message_of(change) for change in rest[0]]}
    message = {"do": do, "item": rest[0]}
    doc_id = rest[0].split(":")[0]
    text = TEXTS.get(doc_id, "")
    if do in ("set", "remove", "move"):
        start, end = rest[1]
        message |= {"doc_id": doc_id, "start": start, "end": end}
    if do == "set":
        message |= {"code": rest[2], "stance": rest[3], "note": rest[4]}
        message["quote"] = text[start:end] + "!" * rest[5]
    elif do == "remove":
        message |= {"code": rest[2]}
    elif do == "move":
        to_start, to_end = rest[2]
        message |= {
            "to_start": to_start,
            "to_end": to_end,
            "code": rest[3],
            "quote": text[to_start:to_end] + "!" * rest[4],
        }
    elif do == "flag":
        message["on"] = rest[1]
    elif do == "note":
        message["note"] = rest[1]
    elif do in ("dismiss", "accept"):
        message["suggestion"] = rest[1]
    return message


def seen(state):
    """The state as the model keeps it."""
    return {
        "codings": {
            key: (coding.stance, coding.note, coding.source.get("suggestion", ""))
            for key, coding in state.codings.items()
        },
        "items": {item.split(":")[0]: (found.status, found.flag, found.note) for item, found in state.items.items()},
        "dismissed": frozenset(state.dismissed),
    }


@pytest.fixture(scope="module")
def day_session(project):
    """One session for all days; it forgets and begins anew by taking over an empty log."""
    with pytest.MonkeyPatch.context() as patch:
        # 100,000 decisions in seconds: the disk itself has its tests in test_decision_log.py
        patch.setattr(log_module.os, "fsync", lambda handle: None)
        patch.setattr(writer_module, "write_text", lambda path, text: path.write_text(text, encoding="utf-8"))
        yield Session(project, "ana")


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(DAY)
def test_log_state_and_a_model_of_snapshots_stay_equal(day_session, day):
    session, path = day_session, day_session.project.log_path("ana")
    path.write_bytes(b"")
    assert session.handle({"cid": "t", "do": "take_over"})["ok"]
    model, sent = Model(), []
    for number, operation in enumerate(day):
        size = path.stat().st_size
        if operation[0] == "again":
            if operation[1] < len(sent):
                answer = session.handle(sent[operation[1]])
                assert answer["ok"] and path.stat().st_size == size, "sent again, saved once"
            continue
        message = {"cid": f"c{number}", **message_of(operation)}
        before = seen(session.state)
        answer = session.handle(message)
        assert answer["ok"] == model.take(message), answer
        assert seen(session.state) == model.now
        if answer["ok"]:
            sent.append(message)
            assert answer["n"] == len(sent)
            assert (answer["undo"], answer["redo"]) == (bool(model.past), bool(model.future))
        else:
            assert answer["kind"] == "input" and answer["error"]
            assert seen(session.state) == before and path.stat().st_size == size
    lines = read_lines(path).lines
    assert [line["cid"] for line in lines] == [message["cid"] for message in sent]
    assert fold(lines, "log") == session.state
    # all the way back, and all the way here again; in the log folded so far, as the next session would
    state = fold(lines, "log")
    steps, undone = len(state.steps), len(state.undone)
    redo, undo = as_decision({"do": "redo"}, "test"), as_decision({"do": "undo"}, "test")
    for _ in range(steps):
        state.apply(undo, 0, "")
    assert not (state.codings or state.items or state.dismissed or state.steps)
    for _ in range(steps):
        state.apply(redo, 0, "")
    assert seen(state) == model.now and len(state.undone) == undone
    assert json.loads(json.dumps(lines)) == lines
