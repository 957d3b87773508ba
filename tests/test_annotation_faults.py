"""Kernels that are killed, disks that fill up, folders without rights, two processes at one log: the real thing.

``annotation_child.py`` runs beside and forks a kernel for each task; what a kernel reported as saved must be in
the log.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from annotation_child import make_project

from toolkit.annotation.projects.project import Project
from toolkit.annotation.record.log import read_lines
from toolkit.annotation.record.state import fold
from toolkit.annotation.session import Session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks (not Windows)"),
]

ROUNDS = 200


class Kernels:
    """The warm process, and what its children say."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("annotation_child.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.listen()["ready"]

    def order(self, project, *tasks, reap=True):
        """Start a child for each task, a name and its arguments."""
        words = {"folder": str(project.folder), "tasks": tasks, "reap": reap}
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def listen(self):
        line = self._process.stdout.readline()
        assert line, "the process that forks kernels has ended"
        return json.loads(line)

    def said(self, children=1):
        """All that is said until that many children are dead, without their farewell."""
        found = []
        while children:
            found.append(self.listen())
            children -= "dead" in found[-1]
        return [words for words in found if "dead" not in words]

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=30)


@pytest.fixture(scope="module")
def kernels():
    found = Kernels()
    yield found
    found.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("faults")).folder


@pytest.fixture
def project(made, tmp_path):
    return Project(shutil.copytree(made, tmp_path / "p"))


def test_200_kills_lose_nothing_that_was_confirmed(kernels, project):
    """A third of the kernels also leaves a torn line, as a power cut does and a killed process rarely."""
    path, chance = project.log_path("ana"), random.Random(7)
    confirmed, torn, early, unconfirmed, total = {}, False, 0, 0, 0
    for number in range(ROUNDS):
        if number % 20 == 0:  # a log as long as a day of work, not longer: each new kernel reads it all
            path.unlink(missing_ok=True)
            confirmed, torn = {}, False
        kernels.order(project, ("code_for_ever", {"seed": number}))
        first = kernels.listen()
        assert first["opened"]["state"] == "writing", "a dead writer does not block"
        assert ("set aside" in first["opened"]["message"]) == torn
        heard = []
        if number % 4:
            heard.append(kernels.listen())
            time.sleep(chance.uniform(0.005, 0.06))
        else:  # also before the first decision is answered
            time.sleep(chance.uniform(0, 0.002))
        os.kill(first["pid"], signal.SIGKILL)
        heard += kernels.said()
        assert not [words for words in heard if "n" not in words], "no decision failed and nothing was raised"
        early += not heard
        total += len(heard)
        before = len(confirmed)
        for words in heard:
            assert words["n"] not in confirmed, "a number is given once"
            confirmed[words["n"]] = (words["cid"], words["do"])
        found = read_lines(path)
        held = {line["n"]: (line["cid"], line["do"]) for line in found.lines}
        assert {n: held.get(n) for n in confirmed} == confirmed
        # at most the one whose answer was under way
        more = len(held) - len(confirmed)
        assert more in (0, 1) and (not more or max(held) not in confirmed), (before, len(held), len(confirmed))
        unconfirmed += more
        confirmed.update(held)
        fold(found.lines, "log")
        torn = bool(found.torn)
        if number % 3 == 0 and not torn:
            with path.open("ab") as file:
                file.write(b'{"n":%d,"at":"2026-11-22T1' % (len(held) + 1) + b"\x00" * chance.randrange(3))
            torn = True
    print(f"{ROUNDS} kills: {total} decisions confirmed, {unconfirmed} more whole, {early} kills before the first")
    assert total > ROUNDS, "the kernels were at work when they were killed"


def test_a_zombie_does_not_block(kernels, project):
    """Killed, and still in the table of processes because its parent did not ask after it."""
    kernels.order(project, ("hold", {}), reap=False)
    pid = kernels.listen()["pid"]
    os.kill(pid, signal.SIGKILL)
    kernels.said()
    assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert Session(project, "ana").writing


def test_a_living_kernel_is_asked_about_and_told(kernels, project):
    kernels.order(project, ("hold", {}))
    pid = kernels.listen()["pid"]
    try:
        second = Session(project, "ana")
        hello = second.handle({"cid": "h", "do": "hello"})
        assert hello["session"]["state"] == "elsewhere"
        assert "another notebook on this machine" in hello["session"]["message"]
        refused = second.handle({"cid": "a", "do": "flag", "item": second.queue[0], "on": True})
        assert (refused["ok"], refused["kind"]) == (False, "elsewhere")
        assert not project.log_path("ana").exists()
        assert second.handle({"cid": "t", "do": "take_over"})["session"]["state"] == "writing"
        assert second.handle({"cid": "a", "do": "flag", "item": second.queue[0], "on": True})["ok"]
    finally:
        os.kill(pid, signal.SIGKILL)
        kernels.said()


def test_processes_that_take_over_from_each_other_lose_no_line(kernels, project):
    rounds, names = 60, "abcd"
    kernels.order(project, *[("hammer", {"name": name, "rounds": rounds}) for name in names])
    said = kernels.said(children=len(names))
    assert not [words for words in said if "told" not in words], said
    found = read_lines(project.log_path("ana"))
    assert [line["n"] for line in found.lines] == list(range(1, len(names) * rounds + 1)) and not found.torn
    for name in names:
        mine = [line["cid"] for line in found.lines if line["cid"].startswith(name)]
        assert mine == [f"{name}-{number}" for number in range(rounds)], "each decision once, in order"
    assert sum(words["told"] for words in said) > rounds, "they did meet"


@pytest.mark.parametrize("room", [0, 1, 150, 5_000])
def test_a_file_that_may_grow_no_more_refuses_and_goes_on(kernels, project, room):
    """The limit of the system on the size of a file: the last line is written in part, as on a full disk."""
    session = Session(project, "ana")
    assert session.handle({"cid": "f", "do": "note", "item": session.queue[0], "note": "antes"})["ok"]
    session.close()
    path = project.log_path("ana")
    before = path.stat().st_size
    kernels.order(project, ("code_on_a_full_disk", {"room": room}))
    said = kernels.said()
    full, after = said
    assert full["answer"]["kind"] == "disk" and "NOT saved" in full["answer"]["error"]
    assert full["note"] == ("y" * 100 if full["confirmed"] else "antes")
    assert before <= full["size"] <= before + room
    assert (full["confirmed"] > 5) == (room == 5_000)
    assert after["again"]["kind"] == "disk" and after["after"]["ok"], after
    lines = read_lines(path)
    assert len(lines.lines) == 1 + full["confirmed"] + 1 and not lines.torn
    assert lines.lines[-1]["note"] == "hay sitio"
    assert not list(path.parent.glob("*.torn-*"))


def test_a_folder_without_rights_is_shown_read_only(kernels, made):
    """As root, in a child that gives its rights away; else in a folder whose rights were taken away."""
    folder = Path(tempfile.mkdtemp())
    try:
        project = Project(shutil.copytree(made, folder / "p"))
        session = Session(project, "ana")
        session.handle({"cid": "f", "do": "note", "item": session.queue[0], "note": "antes"})
        session.close()
        folder.chmod(0o755)
        for path in (folder / "p").rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        # 65534 is "nobody" on Linux
        kernels.order(project, ("open_read_only", {"user": 65534 if os.getuid() == 0 else None}))
        (said,) = kernels.said()
        assert "raised" not in said, said
        assert said["hello"]["state"] == said["over"]["state"] == "readonly"
        assert "Nothing can be saved here" in said["hello"]["message"] and "ermission" in said["hello"]["message"]
        assert said["view"] and not said["answer"]["ok"] and said["answer"]["kind"] == "disk"
        assert [line["note"] for line in read_lines(project.log_path("ana")).lines] == ["antes"]
    finally:
        for path in folder.rglob("*"):
            path.chmod(0o755)
        shutil.rmtree(folder)
