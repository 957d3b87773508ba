"""A concordance read in JupyterLab, in a real browser: sorted, opened, exported; and what the notebook keeps of it."""

import json

import nbformat
import pandas as pd
import pytest
from lab_server import open_notebook, run_all, running_lab
from test_concordance_view import corpus
from widget_page import CONTRAST

from toolkit.statistics.kwic import concordance

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Sixty lines in three posts, so that there are two pages; one post would run if it were no text.
TEXTS = {
    "es/uno": "".join(f"Linea{n} dice que el cliente llama {n:02} veces. " for n in range(40)),
    "it/due": "".join(f"Riga{n} dice che il cliente torna {n:02} volte.\r\n" for n in range(19)),
    "es/raro": "😀 <img src=x onerror='window.ran=1'> \u202e cliente <b>zeta</b> مرحبا.",
}
CODE = """import pandas as pd
from toolkit.statistics.kwic import concordance
posts, tokens = pd.read_parquet("posts.parquet"), pd.read_parquet("tokens.parquet")
concordance(tokens, "cliente", posts=posts, metadata=["title"]).view("it")"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("concordance")
    posts, tokens = corpus(TEXTS)
    posts.to_parquet(folder / "posts.parquet")
    tokens.to_parquet(folder / "tokens.parquet")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    live = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE, id="one")], metadata={"kernelspec": kernel})
    nbformat.write(live, folder / "live.ipynb")
    page = concordance(tokens, "cliente", posts=posts)._repr_html_()
    output = nbformat.v4.new_output("display_data", data={"text/html": page, "text/plain": "cliente"})
    kept = nbformat.v4.new_code_cell("lines", id="one", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[kept], metadata={"kernelspec": kernel}), folder / "kept.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(work, tmp_path_factory):
    with running_lab(work, tmp_path_factory.mktemp("lab")) as found:
        yield found


def wait_for_line(tab, place, words):
    """Wait until a line says something; lines count from 0."""
    tab.wait_for_function(
        "([place, words]) => document.querySelectorAll('.ck-list .ck-row')[place]?.textContent.includes(words)",
        arg=[place, words],
        timeout=20_000,
    )


def test_lines_are_sorted_opened_and_exported_and_the_notebook_keeps_none(browser, lab, work):
    tab = open_notebook(browser, *lab, "live.ipynb", viewport={"width": 1366, "height": 900})
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    run_all(tab)
    wait_for_line(tab, 0, "llama 00")
    assert tab.locator(".ck-rerun").is_hidden()
    assert tab.locator(".ck-list .ck-row").count() == 50

    # the nodes stand in one column
    lefts = tab.evaluate(
        "[...document.querySelectorAll('.ck-list .ck-node')].map((n) => n.getBoundingClientRect().left)"
    )
    assert max(lefts) - min(lefts) < 1

    # by keyboard: down to the next line, its post, the next post, back; keys stay away from JupyterLab
    cells = tab.locator(".jp-Notebook .jp-Cell").count()
    tab.locator(".ck-list").focus()
    for key in ("ArrowDown", "Enter"):
        tab.keyboard.press(key)
    tab.wait_for_selector(".ck-post mark:has-text('cliente')")
    assert tab.locator(".ck-is-passage").first.inner_text().startswith("Linea1 ")
    assert tab.evaluate("document.querySelector('.ck-text').textContent") == TEXTS["es/uno"]
    tab.keyboard.press("ArrowDown")
    tab.wait_for_selector(".ck-is-passage:has-text('Linea2 ')")
    node, pane = (tab.locator(name).bounding_box() for name in (".ck-post mark", ".ck-scroll"))
    assert pane["y"] <= node["y"] and node["y"] + node["height"] <= pane["y"] + pane["height"]
    for key in ("Escape", "d", "d", "b"):
        tab.keyboard.press(key)
    assert tab.locator(".ck-post").is_hidden() and tab.locator(".jp-Notebook .jp-Cell").count() == cells

    # over the end of the page, and back
    for key in ("End", "ArrowDown"):
        tab.keyboard.press(key)
    wait_for_line(tab, 0, "torna 10")
    tab.keyboard.press("PageUp")
    wait_for_line(tab, 0, "llama 00")

    # sorted by the second word to the right, backwards; a hostile post is a text
    tab.select_option(".ck-sort-1", "R2")
    wait_for_line(tab, 0, "llama 00")
    tab.click(".ck-down")
    wait_for_line(tab, 0, "zeta")
    tab.click(".ck-list .ck-row >> nth=0")
    tab.wait_for_selector(".ck-post mark")
    assert tab.evaluate("document.querySelector('.ck-text').textContent") == TEXTS["es/raro"]
    assert tab.evaluate("window.ran") is None and tab.locator(".ck img, .ck b:not(.ck-node)").count() == 0

    # with a word near; a wrong number is said in place, and the lines stay
    tab.fill(".ck-word", "torna")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".ck-counts:has-text('1–19')")
    tab.fill(".ck-sample", "0")
    tab.evaluate("document.querySelector('.ck-sample').min = ''")
    tab.click(".ck-go")
    tab.wait_for_selector(".ck-told.ck-bad:has-text('numero di righe')")
    assert tab.locator(".ck-list .ck-row").count() == 19
    tab.fill(".ck-sample", "")

    # a file beside the notebook, never overwritten unasked; and one for the browser
    tab.click(".ck-save")
    tab.wait_for_selector(".ck-told:has-text('Salvato')")
    path = work / "concordance.csv"
    saved = path.read_bytes()
    assert len(pd.read_csv(path)) == 19
    tab.click(".ck-all")
    wait_for_line(tab, 0, "llama 00")
    tab.click(".ck-save")
    tab.wait_for_selector(".ck-told.ck-bad:has-text('esiste già')")
    assert path.read_bytes() == saved
    tab.click(".ck-over")
    tab.wait_for_selector(".ck-told:has-text('Salvato')")
    assert len(pd.read_csv(path)) == 60
    with tab.expect_download() as download:
        tab.click(".ck-download")
    assert download.value.path().read_bytes() == path.read_bytes()

    # legible in both themes
    tab.click(".ck-list .ck-row >> nth=3")
    tab.wait_for_selector(".ck-post mark")
    parts = [".ck-counts", ".ck-heads span", ".ck-list .ck-cell", ".ck legend", ".ck-go", ".ck-keys", ".ck-text"]
    parts += [".ck-row:not([aria-selected=true]) .ck-node", "[aria-selected=true] .ck-cell", ".ck-post mark"]
    contrasts = {part: tab.evaluate(CONTRAST, part) for part in parts}
    tab.click(".lm-MenuBar-itemLabel:text-is('Settings')")
    tab.hover(".lm-Menu-itemLabel:text-is('Theme')")
    tab.click(".lm-Menu-itemLabel:text-is('JupyterLab Dark')")
    tab.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    tab.wait_for_function("() => getComputedStyle(document.querySelector('.ck')).colorScheme.trim() === 'dark'")
    contrasts |= {f"{part}, dark": tab.evaluate(CONTRAST, part) for part in parts}
    assert {part: value for part, value in contrasts.items() if value < 4.5} == {}

    # what is saved of the notebook is no text
    tab.click(".lm-MenuBar-itemLabel:text-is('File')")
    with tab.expect_response(lambda one: "/api/contents/live.ipynb" in one.url and one.request.method == "PUT"):
        tab.click(".lm-Menu-itemLabel:text-is('Save Notebook')")
    tab.wait_for_timeout(300)
    book = (work / "live.ipynb").read_text(encoding="utf-8")
    assert json.loads(book)["cells"][0]["outputs"] and "Linea" not in book and "Riga" not in book
    assert errors == []

    # and whoever opens it again is told what to do
    with tab.expect_response(lambda response: "/api/sessions" in response.url and response.status == 204):
        tab.click(".lm-MenuBar-itemLabel:text-is('Kernel')")
        tab.click(".lm-Menu-itemLabel:text-is('Shut Down Kernel')")
    tab.close()
    tab = open_notebook(browser, *lab, "live.ipynb", viewport={"width": 1366, "height": 900})
    tab.wait_for_selector(".ck-rerun:has-text('Esegui questa cella')")
    tab.wait_for_selector(".jp-OutputArea-output.jupyter-widgets", state="hidden")  # "model not found"
    tab.close()


def test_lines_kept_in_a_notebook_that_is_not_trusted_are_aligned_and_open(browser, lab):
    tab = open_notebook(browser, *lab, "kept.ipynb", viewport={"width": 1366, "height": 900})
    tab.wait_for_selector("details summary .node")
    assert tab.locator(".jp-OutputArea-output style").count() == 0, "it is trusted"
    look = """() => [...document.querySelectorAll('summary')].map((line) => {
        const [left, node] = ['.left bdi', '.node'].map((name) => line.querySelector(name).getBoundingClientRect());
        return [left.right, node.left, line.getBoundingClientRect().height]; })"""
    for column in zip(*tab.evaluate(look), strict=True):
        assert max(column) - min(column) < 8
    tab.locator("summary").nth(3).focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector("details[open] .text:has-text('Linea3 dice')")
    assert tab.evaluate("window.ran") is None
    tab.close()
