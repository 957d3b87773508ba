"""A concordance read in JupyterLab, in a real browser: sorted, opened, exported; and what the notebook keeps of it."""

import json
from contextlib import contextmanager

import nbformat
import pandas as pd
import pytest
from lab_server import open_notebook, run_all, running_lab
from test_concordance_view import corpus, found
from widget_page import CONTRAST

from toolkit.resources import data_file
from toolkit.statistics.kwic import concordance
from toolkit.statistics.kwic.view_desk import ConcordanceDesk

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
    tab.click(".ck-down >> nth=0")
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
    tab.wait_for_selector(".ck-told.ck-bad:has-text('non è un numero intero da 1')")
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


#: The widget alone, with a desk behind it: ``wait`` milliseconds go by before an answer.
BARE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/concordance.css"><div id="host"></div>
<script type="module">
import widget from "/concordance.js";
const hearers = [];
window.wait = 0;
const send = async (message) => {
  const answer = JSON.parse(await window.python(JSON.stringify(message)));
  setTimeout(() => hearers.forEach((hear) => hear(answer)), window.wait);
};
const model = { on: (_name, hear) => hearers.push(hear), off() {}, send };
widget.render({ model, el: document.getElementById("host") });
</script>"""


@contextmanager
def bare_page(browser, desk, *, late=8000, **context):
    """The widget in a page of its own; it says that there is no answer after ``late`` milliseconds."""
    page = browser.new_context(**context).new_page()
    script = data_file("concordance", "concordance.js").read_text(encoding="utf-8")
    assert "const LATE = 8000;" in script
    style = data_file("concordance", "concordance.css").read_text(encoding="utf-8")
    script = script.replace("const LATE = 8000;", f"const LATE = {late};")
    files = {"": BARE, "concordance.js": script, "concordance.css": style}
    kinds = {"": "text/html", "concordance.js": "text/javascript", "concordance.css": "text/css"}

    def serve(route):
        name = route.request.url.removeprefix("http://widget.test/")
        route.fulfill(content_type=f"{kinds.get(name, 'text/plain')}; charset=utf-8", body=files.get(name, ""))

    page.route("**/*", serve)
    page.expose_function("python", lambda message: json.dumps(desk.handle(json.loads(message))))
    page.goto("http://widget.test/")
    page.wait_for_selector(".ck-list .ck-row")
    yield page
    page.context.close()


def chosen_keys(page):
    """What the controls say the lines are sorted by."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".ck-key")].map((key) => {
        const [by, down] = key.children;
        return (down.getAttribute("aria-pressed") === "true" ? "-" : "") + by.value; })"""
    )


def first_lines(page):
    return page.locator(".ck-list .ck-right").all_inner_texts()


def wait_for_lines(page, lines):
    page.wait_for_function("() => !document.querySelector('.ck-list').hasAttribute('aria-busy')")
    assert first_lines(page) == [line.replace("\n", " ¶ ") for line in lines]


def test_the_controls_say_the_order_that_is_shown(browser):
    lines = found(sort=["-R1", "doc_id"])
    rights = lambda some: [row["right"] for row in ConcordanceDesk(some).handle({"do": "lines"})["rows"]]  # noqa: E731
    given, text = ([f"cliente{right}" for right in rights(some)] for some in (lines, lines.sort()))
    with bare_page(browser, ConcordanceDesk(lines, "es")) as page:
        wait_for_lines(page, given)
        assert chosen_keys(page) == ["-R1", "doc_id", ""]
        # the order of the text can be had, also from its end; other keys have no meaning after it
        page.select_option(".ck-sort-1", "position")
        page.click(".ck-down >> nth=0")
        wait_for_lines(page, text[::-1])
        assert chosen_keys(page) == ["-position", "", ""]
        assert page.locator(".ck-sort:disabled").count() == page.locator(".ck-down:disabled").count() == 2
        page.click(".ck-down >> nth=0")
        wait_for_lines(page, text)
        # back to what was given
        page.click(".ck-all")
        wait_for_lines(page, given)
        assert chosen_keys(page) == ["-R1", "doc_id", ""]


def test_a_late_answer_is_an_answer(browser, tmp_path):
    path = tmp_path / "lines.html"
    with bare_page(browser, ConcordanceDesk(found(), "es"), late=300) as page:
        page.evaluate("window.wait = 1500")
        page.fill(".ck-file", str(path))
        page.click(".ck-save")
        page.wait_for_selector(".ck-told.ck-bad:has-text('Todavía no hay respuesta')")
        page.wait_for_selector(".ck-told:not(.ck-bad):has-text('Guardado')")
        assert path.exists()
        page.select_option(".ck-sort-1", "R1")
        page.wait_for_selector(".ck-told.ck-bad")
        page.wait_for_function("() => document.querySelector('.ck-told').textContent === ''")
        assert page.locator(".ck-list .ck-row").count() == 5
