"""The notebooks as committed are executed, clean and small; and they run offline, without errors."""

import copy
import os
import re
from pathlib import Path

import nbformat
import pytest
from execute_notebooks import NOTEBOOKS, clean, execute

SECONDS_PER_CELL = 120
MOST_BYTES = 3_000_000
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))

#: Read by every Python that starts with its folder on the path: only this machine can be reached.
OFFLINE = """
import socket

_connect, _look_up = socket.socket.connect, socket.getaddrinfo


def _refuse(host):
    if host not in (None, "", "localhost", "::1") and not str(host).startswith("127."):
        raise OSError(f"offline: {host} was asked for")


def connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6):
        _refuse(address[0])
    return _connect(self, address)


def look_up(host, *arguments, **options):
    _refuse(host)
    return _look_up(host, *arguments, **options)


socket.socket.connect, socket.getaddrinfo = connect, look_up
"""
PROBE = """
import socket

try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError as error:
    assert "offline" in str(error)
else:
    raise AssertionError("the network can be reached")
"""


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def notebook(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Errors, and what was written to the error stream: warnings, progress bars."""
    errors = [f"{output.ename}: {output.evalue}" for output in outputs(notebook) if output.output_type == "error"]
    return errors + [output.text for output in outputs(notebook) if output.get("name") == "stderr"]


def test_there_are_notebooks() -> None:
    assert [path.name for path in PATHS][:1] == ["00_start_here.ipynb"]


def test_opens_with_goal_needs_and_minutes(notebook: nbformat.NotebookNode) -> None:
    header = notebook.cells[0]
    assert header.cell_type == "markdown"
    assert header.source.startswith("# ")
    for word in ("goal", "need", "minutes"):
        assert re.search(rf"\*\*[^*]*{word}[^*]*\*\*", header.source, re.IGNORECASE), f"the header names no {word}"


def test_is_committed_executed_in_order(notebook: nbformat.NotebookNode) -> None:
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert faults(notebook) == []


def test_is_committed_clean(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    cleaned = copy.deepcopy(notebook)
    clean(cleaned)
    assert notebook == cleaned, "run tests/execute_notebooks.py, which saves without times and versions"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_shows_no_path_and_no_widget(notebook: nbformat.NotebookNode) -> None:
    for output in outputs(notebook):
        kinds = dict(output.get("data", {}))
        assert not [kind for kind in kinds if "widget" in kind]
        texts = [output.get("text", ""), *(text for kind, text in kinds.items() if not kind.startswith("image/"))]
        for text in texts:
            assert not re.search(r"(?<![\w.])/(?:home|Users|root|work|tmp)/|\b[A-Z]:\\", str(text))


def test_together_they_are_small() -> None:
    assert sum(path.stat().st_size for path in PATHS) < MOST_BYTES


@pytest.mark.slow
def test_runs_offline(
    path: Path, notebook: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, folder = tmp_path / "site", tmp_path / "notebooks"
    site.mkdir()
    folder.mkdir()
    (site / "sitecustomize.py").write_text(OFFLINE, encoding="utf-8")
    search = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(search))
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE, id="offline-probe"))
    execute(notebook, folder=folder, seconds=SECONDS_PER_CELL)
    assert faults(notebook) == []
