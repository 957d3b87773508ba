"""The notebooks where they are used: opened in JupyterLab and in Notebook 7, trusted as copied, with a working %pip."""

import contextlib
import shutil
import sys

import nbformat
import pytest
from execute_notebooks import execute
from lab_server import dismiss_questions, run_all, running_lab


@pytest.fixture
def folder(tmp_path):
    """A folder with one small notebook: a table and a check of the package, as the lessons show them."""
    cells = [
        nbformat.v4.new_markdown_cell("# Small", id="header"),
        nbformat.v4.new_code_cell(
            "import pandas as pd\nimport toolkit\n"
            'toolkit.show(pd.DataFrame({"term": ["<b>promesa</b>"], "share": [0.25]}), caption="One row")',
            id="table",
        ),
        nbformat.v4.new_code_cell("from toolkit.lessons import check\n\ncheck('00.1', ...)", id="check"),
    ]
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    place = tmp_path / "notebooks"
    place.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), place / "small.ipynb")
    return place


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("application", "page"), [("jupyterlab", "lab/tree"), ("notebook", "notebooks")])
def test_a_notebook_runs_and_shows_itself(folder, tmp_path, browser, application, page):
    pytest.importorskip(application)
    playwright = pytest.importorskip("playwright.sync_api")
    settings = tmp_path / "settings"
    settings.mkdir()
    with running_lab(folder, settings, application) as (address, token):
        tab = browser.new_page()
        tab.goto(f"{address}/{page}/small.ipynb?token={token}", timeout=90_000)
        tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        tab.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=90_000)
        shown = tab.locator(".jp-OutputArea-output table:has-text('<b>promesa</b>')").first
        for _ in range(3):
            # a kernel that is not connected yet counts as idle, and what is asked of it then is lost
            tab.wait_for_timeout(4_000)
            dismiss_questions(tab)
            run_all(tab)
            with contextlib.suppress(playwright.TimeoutError):
                shown.wait_for(timeout=60_000)
                break
        shown.wait_for(timeout=1_000)
        tab.wait_for_selector(".jp-OutputArea-output:has-text('Exercise 00.1')", timeout=60_000)
        assert tab.locator(".jp-OutputArea-output table b:text('promesa')").count() == 0
        tab.close()


@pytest.mark.skipif(shutil.which("pip", path=str(sys.prefix) + "/bin") is None, reason="no pip in this environment")
def test_pip_of_a_notebook_is_that_of_its_kernel(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%pip --version", id="pip")])
    execute(notebook, folder=tmp_path, seconds=60)
    assert sys.prefix in notebook.cells[0].outputs[0]["text"]
