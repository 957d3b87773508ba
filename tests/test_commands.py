"""Every command has help and an example, and the examples run as they stand there.

Each example runs in a fresh copy of a folder that holds what the examples name (``command_material.py``).
"""

import argparse
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from command_material import write_material

sys.path.insert(0, str(Path(__file__).parent.parent / "docs"))
from commands import commands

from toolkit.cli import main
from toolkit.parallel import local_cluster
from toolkit.publishing import browser

COMMANDS = commands()
EXAMPLES = sorted({example for command in COMMANDS for example in command.examples if command.name})
#: They fit topic models, learn from codings or draw many samples: more than five seconds.
LONG = (
    "toolkit run",
    "toolkit check",
    "toolkit topics",
    "toolkit map corpus",
    "toolkit annotate learn",
    "toolkit evaluate",
)
#: Minutes each, of fitting models again and again; what they do is tested where it is made.
LONGEST = ("toolkit run --corpus", "toolkit topics corpus --topics auto", "toolkit topics corpus --guided",
    "toolkit topics my_blog/")  # fmt: skip
#: It needs a cluster.
ELSEWHERE = "toolkit run my_study.toml --scheduler"
#: They start a server that waits for its user.
WAITING = ("toolkit lab", "toolkit annotate open")


def _longest(example: str) -> bool:
    return example == "toolkit run" or example.startswith((*LONGEST, ELSEWHERE))


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_material(tmp_path_factory.mktemp("material"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name or "toolkit")
def test_a_command_has_help_and_an_example(command) -> None:
    assert command.parser.description, "no description"
    assert not command.name or command.about, "no line in the list of commands"
    assert command.examples, "no example: end the help with arguments.examples(...)"
    for example in command.examples:
        assert example.startswith(f"toolkit {command.name}".strip())
        assert len(example) <= 118


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name or "toolkit")
def test_every_argument_says_what_it_is(command) -> None:
    silent = [
        action.metavar or action.dest
        for action in command.parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert silent == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_understood(example: str) -> None:
    from toolkit.cli import _parser

    options = _parser().parse_args(shlex.split(example, comments=True)[1:])
    assert callable(options.command)


def _runs(example: str, material: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if example.endswith("--pdf") and browser() is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine to print with")
    here = shutil.copytree(material, folder / "here")
    monkeypatch.chdir(here)
    if example.startswith("toolkit cache"):
        monkeypatch.setenv("CLUETRAIN_CACHE", str(here / "cache"))
    if example.startswith("toolkit check"):
        assert main(["run", "my_study.toml", "--output", "my_run"]) == 0
    assert main(shlex.split(example, comments=True)[1:]) == 0


@pytest.mark.parametrize("example", [one for one in EXAMPLES if not one.startswith((*LONG, *WAITING))])
def test_an_example_runs(example: str, material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _runs(example, material, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.startswith(LONG) and not _longest(one)])
def test_a_long_example_runs(example: str, material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _runs(example, material, tmp_path, monkeypatch)


@pytest.mark.slow
def test_the_example_on_a_cluster_runs(material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    assert [one for one in EXAMPLES if one.startswith(ELSEWHERE)]
    with local_cluster(2) as client:
        _runs(f"{ELSEWHERE} {client.scheduler.address}", material, tmp_path, monkeypatch)


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.startswith(WAITING)])
def test_an_example_opens_the_lab(
    example: str, material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import toolkit.lab

    opened: list[Path] = []
    monkeypatch.setattr(toolkit.lab, "run_lab", lambda folder, **_: opened.append(folder) or 0)
    _runs(example, material, tmp_path, monkeypatch)
    assert opened
