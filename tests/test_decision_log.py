"""The log of one coder: what was confirmed is there, whatever happens to the file, the disk or the other window."""

import errno
import json
import os
import socket

import psutil
import pytest

from toolkit.annotation.record import log as log_module
from toolkit.annotation.record.lock import locked
from toolkit.annotation.record.log import DecisionLog, Elsewhere, read_lines
from toolkit.errors import InputError, OutputError

NOTES = ["uno", "dos 🙂", "tre\r\n\x00", "cua\ud800tro"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "decisions" / "ana.jsonl"


def opened(path, take_over=False):
    log = DecisionLog(path)
    log.claim(take_over)
    return log


def written(path, notes=NOTES):
    """A log with these notes, closed."""
    log = opened(path)
    for note in notes:
        log.append({"do": "note", "item": "i", "note": note})
    log.release()
    return path


def notes_of(path):
    return [line["note"] for line in read_lines(path).lines]


def test_lines_come_back_as_they_were_written_and_numbered(path):
    written(path)
    lines = read_lines(path).lines
    assert [line["n"] for line in lines] == [1, 2, 3, 4]
    assert notes_of(path) == NOTES
    assert path.read_bytes().count(b"\n") == 4
    assert read_lines(path).torn == b""


def test_a_log_that_is_not_there_holds_nothing(path):
    assert read_lines(path).lines == []
    assert DecisionLog(path).lines == []
    assert not path.exists(), "reading makes no files"


def test_append_returns_the_line_that_stands_in_the_file(path):
    log = opened(path)
    line = log.append({"do": "set", "from": {"coders": ("ana", "luis")}, "n": 99})
    assert line == read_lines(path).lines[0] == log.lines[0]
    assert line["n"] == 1, "numbers are the log's, never the caller's"


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_what_json_cannot_hold_is_refused_and_leaves_the_log_alone(path, value):
    log = opened(written(path))
    before = path.read_bytes()
    with pytest.raises(InputError, match="cannot be written as JSON"):
        log.append({"do": "set", "from": value})
    assert path.read_bytes() == before
    log.append({"do": "note", "note": "goes on"})
    assert notes_of(path)[-1] == "goes on"


# ---- a torn last line -----------------------------------------------------------------------------------------------


def test_a_last_line_cut_anywhere_loses_nothing_before_it(path):
    """The cut is at every byte of the last line; a disk that lost power may have NUL bytes there instead."""
    data = written(path, ["uno", "dos 🙂", "último ñ"]).read_bytes()
    start = data.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(start, len(data)):
        for filling in (b"", b"\x00" * 7):
            path.write_bytes(data[:cut] + filling)
            whole = cut == len(data) - 1 and not filling
            assert notes_of(path)[:2] == ["uno", "dos 🙂"]
            log = DecisionLog(path)
            notes = log.claim()
            assert len(log.lines) == (3 if whole else 2)
            torn = data[start:cut] + filling
            assert bool(notes) == bool(torn and not whole)
            if notes:
                (aside,) = path.parent.glob("*.torn-*")
                assert aside.read_bytes() == torn, "what was there is kept for whoever wants to look"
                assert aside.name in notes[0]
                aside.unlink()
            log.append({"do": "note", "note": "goes on"})
            log.release()
            assert notes_of(path) == ["uno", "dos 🙂", *(["último ñ"] if whole else []), "goes on"]


def test_a_line_that_is_whole_but_for_its_line_feed_is_kept(path):
    """Editors take the last line feed off."""
    path.write_bytes(written(path).read_bytes().rstrip(b"\n"))
    assert notes_of(path) == NOTES
    log = opened(path)
    log.append({"do": "note", "note": "goes on"})
    assert notes_of(path) == [*NOTES, "goes on"]
    assert not list(path.parent.glob("*.torn-*"))


# ---- damage ---------------------------------------------------------------------------------------------------------


def _edit(change):
    def damage(path):
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(change(lines)))

    return damage


DAMAGE = {
    "broken in the middle": (_edit(lambda o: [o[0], o[1][:9] + b"\n", *o[2:]]), "line 2"),
    "not UTF-8": (_edit(lambda o: [o[0].replace(b"uno", b"u\xf1o"), *o[1:]]), "line 1"),
    "conflict markers": (
        _edit(lambda o: [o[0], b"<<<<<<< HEAD\n", o[1], b"=======\n", o[1], b">>>>>>> theirs\n", *o[2:]]),
        "line 2",
    ),
    "both sides of a conflict kept": (_edit(lambda o: [o[0], o[1], o[1], *o[2:]]), "line 3"),
    "a line missing": (_edit(lambda o: [o[0], *o[2:]]), "line 2"),
    "a line missing, and the last line feed": (_edit(lambda o: [*o[:2], o[3].rstrip(b"\n")]), "line 3"),
    "lines in another order": (_edit(lambda o: [o[1], o[0], *o[2:]]), "line 1"),
    "a blank line": (_edit(lambda o: [o[0], b"\n", *o[1:]]), "line 2"),
    "a byte order mark": (_edit(lambda o: [b"\xef\xbb\xbf" + o[0], *o[1:]]), "line 1"),
    "no object": (_edit(lambda o: [*o, b"5\n"]), "line 5"),
    "no object, and no line feed": (_edit(lambda o: [*o, b"[]"]), "line 5"),
    "a number that is none": (_edit(lambda o: [o[0].replace(b'"n":1', b'"n":true'), *o[1:]]), "line 1"),
    "nested too deep": (_edit(lambda o: [o[0], b"[" * 100_000 + b"\n"]), "line 2"),
    "a folder in its place": (lambda path: (path.unlink(), path.mkdir()), "folder"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_sentence_with_file_and_line(path, name):
    damage, where = DAMAGE[name]
    damage(written(path))
    with pytest.raises(InputError) as raised:
        DecisionLog(path)
    said = str(raised.value)
    assert said.startswith(str(path)) and where in said and "\n" not in said
    assert "restore" in said or "expected a JSON object" in said


def test_line_ends_of_windows_are_read_and_written_after(path):
    """git with autocrlf makes them; the attributes of a project forbid it, people copy files without them."""
    written(path).write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert notes_of(path) == NOTES
    log = opened(path)
    log.append({"do": "note", "note": "goes on"})
    assert notes_of(path) == [*NOTES, "goes on"]


def test_an_empty_file_is_an_empty_log(path):
    path.parent.mkdir()
    path.touch()
    opened(path).append({"note": "first"})
    assert notes_of(path) == ["first"]


def test_a_link_is_read_and_not_written_through(path, tmp_path):
    """One file under two names would have two locks, and two writers who do not see each other."""
    real = written(tmp_path / "elsewhere" / "ana.jsonl")
    before = real.read_bytes()
    path.parent.mkdir()
    path.symlink_to(real)
    log = DecisionLog(path)
    assert len(log.lines) == len(NOTES)
    with pytest.raises(OutputError, match="is a link"):
        log.claim()
    assert real.read_bytes() == before


# ---- the disk -------------------------------------------------------------------------------------------------------


def _full(number=errno.ENOSPC):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


def _half(handle, data, _write=os.write):
    _write(handle, bytes(data)[: len(data) // 2])
    _full()()


def _interrupted(handle, data, _write=os.write):
    _write(handle, bytes(data)[: len(data) // 2])
    raise KeyboardInterrupt


FAULTS = {
    "nothing written": {"write": _full()},
    "half written": {"write": _half},
    "half written and not taken back": {"write": _half, "ftruncate": _full(errno.EIO)},
    "not flushed": {"fsync": _full(errno.EIO)},
    "not flushed and not taken back": {"fsync": _full(errno.EIO), "ftruncate": _full(errno.EIO)},
    "not opened": {"open": _full(errno.EACCES)},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_line_that_did_not_reach_the_disk_is_refused_and_gone(path, name, monkeypatch):
    log = opened(written(path))
    lines, before = list(log.lines), path.read_bytes()
    with monkeypatch.context() as patch:
        for function, fault in FAULTS[name].items():
            patch.setattr(log_module.os, function, fault)
        for _ in range(2):
            with pytest.raises(OutputError):
                log.append({"do": "note", "note": "lost"})
        assert log.lines == lines
    assert path.read_bytes().startswith(before)
    # room again: the same session goes on, and what was refused is nowhere
    log.append({"do": "note", "note": "goes on"})
    assert notes_of(path) == [*NOTES, "goes on"]
    assert not list(path.parent.glob("*.torn-*"))


@pytest.mark.parametrize("name", FAULTS)
def test_a_kernel_that_dies_after_a_full_disk_leaves_what_was_confirmed(path, name, monkeypatch):
    log = opened(written(path))
    with monkeypatch.context() as patch:
        for function, fault in FAULTS[name].items():
            patch.setattr(log_module.os, function, fault)
        with pytest.raises(OutputError):
            log.append({"do": "note", "note": "lost"})
    # the next session; a line that was whole and could not be taken back may be there, confirmed to nobody
    again = opened(path)
    assert [line["note"] for line in again.lines][:4] == NOTES
    again.append({"do": "note", "note": "goes on"})
    assert notes_of(path)[-1] == "goes on"
    assert set(notes_of(path)[4:-1]) <= {"lost"}


def test_a_short_write_is_continued(path, monkeypatch):
    """The system may take fewer bytes than it was given, without an error."""
    log = opened(path)
    write = os.write
    monkeypatch.setattr(log_module.os, "write", lambda handle, data: write(handle, bytes(data)[:5]))
    log.append({"note": "a long line in small pieces"})
    assert notes_of(path) == ["a long line in small pieces"]


def test_stopping_the_kernel_in_the_middle_of_a_line_takes_it_back(path, monkeypatch):
    log = opened(written(path))
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(log_module.os, "write", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            log.append({"note": "lost"})
    assert path.read_bytes() == before
    log.append({"do": "note", "note": "goes on"})
    assert notes_of(path) == [*NOTES, "goes on"]


def test_a_line_counts_only_after_it_was_flushed(path, monkeypatch):
    log = opened(path)
    seen = []
    sync = os.fsync
    monkeypatch.setattr(log_module.os, "fsync", lambda handle: (seen.append(len(log.lines)), sync(handle)))
    log.append({"note": "a"})
    assert seen[0] == 0


def test_a_torn_line_that_cannot_be_set_aside_is_said_and_kept(path, monkeypatch):
    written(path)
    with path.open("ab") as file:
        file.write(b'{"n":5,"do')
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(log_module.os, "truncate", _full(errno.EROFS))
        with pytest.raises(OutputError, match="torn last line"):
            opened(path)
    assert path.read_bytes() == before
    assert opened(path).lines == read_lines(path).lines


# ---- two writers ----------------------------------------------------------------------------------------------------


def write_token(path, **changes):
    token = {"session": "feedbeef", "host": socket.gethostname(), "pid": os.getppid(), "since": "2026-01-01 10:00 UTC"}
    token["started"] = psutil.Process(token["pid"]).create_time()
    path.with_suffix(".writer").write_text(json.dumps({**token, **changes}), encoding="utf-8")


def test_a_session_of_the_same_kernel_gives_way(path):
    """A cell that is run again ends the window above it, which is told at its next decision."""
    first, second = opened(path), opened(path)
    second.append({"note": "second"})
    with pytest.raises(Elsewhere, match="another window"):
        first.append({"note": "first"})
    assert notes_of(path) == ["second"]
    first.claim(take_over=True)
    first.append({"note": "first"})
    assert notes_of(path) == ["second", "first"]
    with pytest.raises(Elsewhere):
        second.append({"note": "second again"})


def test_another_kernel_is_asked_before(path):
    written(path)
    write_token(path)
    before = path.with_suffix(".writer").read_bytes()
    with pytest.raises(Elsewhere, match="another notebook on this machine"):
        opened(path)
    assert path.with_suffix(".writer").read_bytes() == before, "the other is not disturbed by the question"
    opened(path, take_over=True).append({"note": "mine now"})
    assert notes_of(path)[-1] == "mine now"


def test_another_machine_is_asked_before(path):
    written(path)
    write_token(path, host="portátil-de-luis", pid=4)
    with pytest.raises(Elsewhere, match="machine 'portátil-de-luis'"):
        opened(path)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"started": 1.0}, id="the number of the process was given again"),
        pytest.param({"pid": 2**22 + 12345}, id="no such process"),
        pytest.param({"pid": 10**30}, id="no number of a process"),
        pytest.param({"pid": "x"}, id="no number"),
        pytest.param({"started": None}, id="no time"),
    ],
)
def test_a_dead_session_does_not_block(path, changes):
    written(path)
    write_token(path, **changes)
    opened(path).append({"note": "goes on"})
    assert notes_of(path)[-1] == "goes on"


@pytest.mark.parametrize("token", [b"", b"\xff\xfe", b"[]", b"{}", b'{"session": 5}', b"[" * 100_000])
def test_a_damaged_name_of_the_writer_does_not_block(path, token):
    written(path)
    path.with_suffix(".writer").write_bytes(token)
    opened(path).append({"note": "goes on"})
    assert notes_of(path)[-1] == "goes on"


def test_a_process_that_hides_itself_counts_as_alive(path, monkeypatch):
    """On a shared machine the processes of others may not be looked at."""
    written(path)
    write_token(path)

    def denied(*_):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "Process", denied)
    with pytest.raises(Elsewhere):
        DecisionLog(path).claim()


def test_a_name_tidied_away_is_written_again(path):
    """``git clean -X`` takes away what git ignores."""
    log = opened(path)
    for rest in (path.with_suffix(".writer"), path.with_suffix(".lock")):
        rest.unlink()
    log.append({"note": "a"})
    assert path.with_suffix(".writer").exists()
    assert notes_of(path) == ["a"]


def _replaced(data):
    """Another file in its place, as git and most editors do it."""

    def change(path):
        new = path.with_suffix(".new")
        new.write_bytes(data(path.read_bytes()))
        new.replace(path)

    return change


UNDERNEATH = {
    "a line more": _replaced(lambda data: data + b'{"n":5,"note":"pulled"}\n'),
    "lines gone": _replaced(lambda data: data[: data.rstrip(b"\n").rfind(b"\n") + 1]),
    "a word edited, same length": _replaced(lambda data: data.replace(b"uno", b"uvo")),
    "a word edited in place": lambda path: path.write_bytes(path.read_bytes().replace(b"uno", b"uvo")),
    "half a line": _replaced(lambda data: data + b'{"n":5,"no'),
    "damaged": _replaced(lambda data: b"<<<<<<< HEAD\n" + data),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("name", UNDERNEATH)
def test_a_file_changed_underneath_is_noticed_and_left_alone(path, name):
    log = opened(written(path))
    UNDERNEATH[name](path)
    before = path.read_bytes() if path.exists() else b""
    with pytest.raises(Elsewhere) as raised:
        log.append({"do": "note", "note": "on top"})
    assert "ana.jsonl" in str(raised.value)
    assert (path.read_bytes() if path.exists() else b"") == before


@pytest.mark.parametrize("change", [lambda data: data, lambda data: data.replace(b"\n", b"\r\n")])
def test_a_file_with_the_same_lines_is_written_on(path, change):
    """git may write a file anew with what it had, or with the line ends of Windows."""
    log = opened(written(path))
    _replaced(change)(path)
    log.append({"do": "note", "note": "goes on"})
    log.append({"do": "note", "note": "and on"})
    assert notes_of(path) == [*NOTES, "goes on", "and on"]


def test_a_file_pulled_with_a_line_more_is_read_by_taking_over(path):
    log = opened(written(path))
    UNDERNEATH["a line more"](path)
    with pytest.raises(Elsewhere, match="5 lines, expected 4"):
        log.append({"note": "on top"})
    log.claim(take_over=True)
    log.append({"do": "note", "note": "on top"})
    assert notes_of(path) == [*NOTES, "pulled", "on top"]


def test_release_lets_the_next_in_and_never_raises(path, monkeypatch):
    log = opened(path)
    log.append({"note": "a"})
    log.release()
    assert not path.with_suffix(".writer").exists()
    log = opened(path)
    monkeypatch.setattr("pathlib.Path.unlink", _full(errno.EROFS))
    log.release()


def test_release_leaves_the_name_of_another(path):
    first, second = opened(path), opened(path)
    first.release()
    second.append({"note": "still mine"})
    assert path.with_suffix(".writer").exists()


def test_a_lock_that_is_held_is_waited_for_and_then_said(path, monkeypatch):
    path.parent.mkdir()
    lock = path.with_suffix(".lock")
    monkeypatch.setattr("toolkit.annotation.record.lock._PATIENCE", 0.05)
    with locked(lock), pytest.raises(OutputError, match="another program holds it"):
        opened(path)
    opened(path).append({"note": "a"})
