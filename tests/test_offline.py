"""Nothing leaves the machine: commands run while every way to another one is forbidden, by name or by address.

Python tells an audit hook of every connection and every look-up of a name, whoever makes them. (Compiled code that
opens sockets by itself would not be seen; where the system allows it, the main job also runs in a network of its own
that leads nowhere.)
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import write_posts

#: Ends a process that asks for another machine. Sockets within the machine are what processes talk through.
FORBID = """
import sys
_HERE = ("127.", "::1", "localhost", "0.0.0.0")
def _forbid(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        place = arguments[1]
        if isinstance(place, tuple) and not str(place[0]).startswith(_HERE) and place[0] != "":
            _end(f"{event} {place}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        if arguments[0] not in (None, "") and not str(arguments[0]).startswith(_HERE):
            _end(f"{event} {arguments[0]!r}")
    elif event in ("urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect", "webbrowser.open"):
        if not any(part in str(arguments[-2:]) + str(arguments[0]) for part in _HERE):
            _end(f"{event} {arguments}")
def _end(what):
    import os
    os.write(2, f"ASKED THE NETWORK: {what}\\n".encode())
    os._exit(99)
sys.addaudithook(_forbid)
"""
STUDY = """[corpus]
path = "posts"
[topics]
per_language = 2
joint = 2
runs = 2
iterations = 30
[statistics]
bootstrap = 100
permutations = 100
"""
COMMANDS = [
    "load posts --output corpus",
    "run study.toml --output run --workers 2",
    "check run",
    "map corpus --output coded.csv",
    "topics posts --output themes --topics 2",
    "words concordance corpus clientes",
    "convert coded.csv coded.qdpx --from csv --texts corpus",
    "annotate create project --corpus corpus --coders ana",
    "annotate status project",
    "codebook show cluetrain --output book.html",
    "describe corpus",
    "licences --all",
    "cache show",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offline")
    write_posts(folder / "posts")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(FORBID, encoding="utf-8")
    return folder


def run(place: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(place / "hook"), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "CLUETRAIN_CACHE": str(place / "cache")}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import urllib.request; urllib.request.urlopen('http://example.org/')",
    ],
)
def test_the_hook_sees_who_asks(place: Path, code: str) -> None:
    done = run(place, [sys.executable, "-c", code])
    assert done.returncode == 99
    assert "ASKED THE NETWORK" in done.stderr


@pytest.mark.slow
def test_commands_ask_nobody(place: Path) -> None:
    for command in COMMANDS:
        done = run(place, [sys.executable, "-m", "toolkit", *command.split()])
        assert "ASKED THE NETWORK" not in done.stderr, f"{command}: {done.stderr}"
        assert done.returncode == 0, f"{command}: {done.stderr}"


@pytest.mark.slow
def test_the_main_job_runs_where_there_is_no_network_at_all(place: Path) -> None:
    tool = shutil.which("unshare")
    alone = [tool or "", "--net", "--map-root-user"]
    if tool is None or subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("this user may not make a network of its own (unshare --net)")
    done = run(place, [*alone, sys.executable, "-m", "toolkit", "run", "study.toml", "--output", "alone", "--anew"])
    assert done.returncode == 0, done.stderr
