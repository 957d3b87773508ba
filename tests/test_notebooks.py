"""The notebooks as committed are executed, clean and small, in all languages the same; and they run offline."""

import ast
import copy
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from execute_notebooks import LANGUAGES, NOTEBOOKS, clean

from toolkit.lessons import exercises

#: A cell that may run longer than half a minute says how far it is; twice that, since two notebooks run at a time.
MOST_SILENT = 60
BEGUN_AND_DONE = ("iopub.execute_input", "shell.execute_reply")
MOST_BYTES = 1_000_000
PATHS = sorted(path for path in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
LESSONS = [path for path in PATHS if path.parent == NOTEBOOKS]
SOLUTIONS = [path for path in PATHS if path.parent.name == "solutions"]
TRANSLATED = [path for path in PATHS if path.parent.name in LANGUAGES]
#: Notebooks that are there in all three languages.
IN_THREE = [
    "00_start_here", "01_a_corpus_and_its_dirt", "02_words_in_context", "03_themes", "04_principles", "05_annotating",
    "06_agreement", "07_spanish_and_italian", "08_your_own_corpus", "glossary", "label_texts",
]  # fmt: skip
#: What a notebook opens with.
HEADER = {
    "en": ("goal", "need", "minutes"),
    "es": ("objetivo", "falta|necesit", "minutos|tiempo"),
    "it": ("obiettivo", "serve", "minuti|tempo"),
}

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


def name_of(path: Path) -> str:
    return path.relative_to(NOTEBOOKS).with_suffix("").as_posix()


def language_of(path: Path) -> str:
    return path.parent.name if path.parent.name in LANGUAGES else "en"


@pytest.fixture(params=PATHS, ids=name_of)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def notebook(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in code_cells(notebook) if tag in cell.metadata.get("tags", [])]


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Errors, and what was written to the error stream: warnings, progress bars."""
    errors = [f"{output.ename}: {output.evalue}" for output in outputs(notebook) if output.output_type == "error"]
    return errors + [output.text for output in outputs(notebook) if output.get("name") == "stderr"]


def checked(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    """The exercise that each check cell asks about, and the cell."""
    for cell in tagged(notebook, "check"):
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        named = [call.args[0].value for call in calls if getattr(call.func, "id", "") == "check"]
        assert len(named) == 1, f"{cell.id}: expected is one call of check"
        yield named[0], cell


def test_there_are_notebooks_in_learning_order() -> None:
    numbers = [path.name[:2] for path in LESSONS if path.name[0].isdigit()]
    assert numbers == [f"{number:02}" for number in range(len(numbers))]
    assert (NOTEBOOKS / "study_preached_and_broken.ipynb") in LESSONS
    for lang in LANGUAGES:
        assert {path.stem for path in TRANSLATED if path.parent.name == lang} >= set(IN_THREE)


def test_opens_with_goal_needs_and_minutes(path: Path, notebook: nbformat.NotebookNode) -> None:
    header = notebook.cells[0]
    assert header.cell_type == "markdown"
    assert header.source.startswith("# ")
    for word in HEADER[language_of(path)]:
        assert re.search(rf"\*\*[^*]*({word})[^*]*\*\*", header.source, re.IGNORECASE), f"the header names no {word}"


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


def test_is_small(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("path", LESSONS + TRANSLATED, ids=name_of)
def test_says_its_language_in_one_cell(path: Path, notebook: nbformat.NotebookNode) -> None:
    assert [cell.source for cell in tagged(notebook, "language")] == [f'lang = "{language_of(path)}"']


@pytest.mark.parametrize("path", TRANSLATED, ids=name_of)
def test_code_is_that_of_the_english_version(path: Path, notebook: nbformat.NotebookNode) -> None:
    english = nbformat.read(NOTEBOOKS / path.name, as_version=4)

    def code(one: nbformat.NotebookNode) -> list[tuple[str, str]]:
        own = [cell for cell in code_cells(one) if "language" not in cell.metadata.get("tags", [])]
        return [(cell.id, cell.source) for cell in own]

    assert [(cell.id, cell.cell_type) for cell in notebook.cells] == [
        (cell.id, cell.cell_type) for cell in english.cells
    ]
    assert code(notebook) == code(english)


@pytest.mark.parametrize("path", TRANSLATED, ids=name_of)
def test_prose_is_not_left_in_english(path: Path, notebook: nbformat.NotebookNode) -> None:
    english = {cell.id: cell.source for cell in nbformat.read(NOTEBOOKS / path.name, as_version=4).cells}
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown" and len(cell.source.split()) > 3]
    assert [cell.id for cell in prose if cell.source == english[cell.id]] == []


def test_links_to_files_that_are_there(path: Path, notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((?!https?:|attachment:|#|mailto:)([^)#\s]+)", cell.source):
                assert (path.parent / target).exists(), f"{cell.id}: {target}"


def test_notebooks_named_in_prose_are_there(notebook: nbformat.NotebookNode) -> None:
    names = {path.stem for path in LESSONS}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert set(re.findall(r"`(\d\d_[a-z_]+)(?:\.ipynb)?`", cell.source)) <= names, cell.id


# ---- exercises -------------------------------------------------------------------------------------------


def test_every_exercise_has_its_cells_and_its_solution() -> None:
    asked = [name for path in LESSONS for name, _ in checked(nbformat.read(path, as_version=4))]
    solved = [name for path in SOLUTIONS for name, _ in checked(nbformat.read(path, as_version=4))]
    assert sorted(asked) == sorted(solved) == sorted(exercises())
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("path", LESSONS, ids=name_of)
def test_exercises_are_committed_open(notebook: nbformat.NotebookNode) -> None:
    assert all(cell.source.rstrip().endswith("= ...") for cell in tagged(notebook, "exercise"))
    for _, cell in checked(notebook):
        assert cell.outputs[0]["data"]["text/plain"].startswith("… ")


@pytest.mark.parametrize("path", SOLUTIONS, ids=name_of)
def test_solutions_are_right_and_checked_as_in_the_lesson(path: Path, notebook: nbformat.NotebookNode) -> None:
    lesson = nbformat.read(NOTEBOOKS / path.name, as_version=4)
    assert notebook.cells[1].source == f"%%capture\n%run ../{path.name}"
    assert {name: cell.source for name, cell in checked(notebook)} == {
        name: cell.source for name, cell in checked(lesson)
    }
    for _, cell in checked(notebook):
        assert cell.outputs[0]["data"]["text/plain"].startswith("✓ ")


# ---- execution -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def executions(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Path, Future]]:
    """The notebooks that are asked for, executed two at a time, each in processes of its own that reach no network."""
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(OFFLINE, encoding="utf-8")
    search = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))
    asked = [
        item.callspec.params["path"] for item in request.session.items if item.name.startswith("test_runs_offline")
    ]

    def run(path: Path) -> nbformat.NotebookNode:
        folder = tmp_path_factory.mktemp(path.stem)
        nbformat.write(with_solutions(path), folder / "asked.ipynb")
        command = [sys.executable, str(Path(__file__).parent / "execute_notebooks.py"), "--into", str(folder)]
        done = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": search}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return nbformat.read(folder / "done.ipynb", as_version=4)

    with ThreadPoolExecutor(2) as pool:
        yield {path: pool.submit(run, path) for path in asked}


def with_solutions(path: Path) -> nbformat.NotebookNode:
    """A notebook, and behind its cells the worked answers to its exercises; at the end the network is tried."""
    notebook = nbformat.read(path, as_version=4)
    solution = NOTEBOOKS / "solutions" / path.name
    if path.parent == NOTEBOOKS and solution.exists():
        # the first code cell of a solution runs the lesson, which has just been done
        for cell in code_cells(nbformat.read(solution, as_version=4))[1:]:
            notebook.cells.append(
                nbformat.v4.new_code_cell(cell.source, id=f"solved-{cell.id}", metadata=cell.metadata)
            )
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE, id="offline-probe"))
    return notebook


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS + TRANSLATED, ids=name_of)
def test_runs_offline_and_its_solutions_are_right(path: Path, executions: dict[Path, Future]) -> None:
    notebook = executions[path].result()
    assert faults(notebook) == []
    for _, cell in checked(notebook):
        said = cell.outputs[0]["data"]["text/plain"]
        assert said.startswith("✓ " if cell.id.startswith("solved-") else "… "), said
    for cell in code_cells(notebook):
        assert seconds_of(cell) < MOST_SILENT or "say=" in cell.source or "progress" in cell.source, cell.id


def seconds_of(cell: nbformat.NotebookNode) -> float:
    """How long a cell ran."""
    times = [datetime.fromisoformat(cell.metadata.execution[name].replace("Z", "+00:00")) for name in BEGUN_AND_DONE]
    return (times[1] - times[0]).total_seconds()
