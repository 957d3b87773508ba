"""A person's whole session in JupyterLab, in a real browser: by keyboard and by mouse, through reloads and restarts."""

import json

import pandas as pd
import pytest
from lab_server import open_notebook, run_all, running_lab

from toolkit.annotation import create_project, open_project
from toolkit.files import sha256_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Emoji, a family of four joined by ZWJ, a flag, a skin tone and an accent of its own before what is coded; CRLF.
TEXTS = {
    "es/emoji": "Hola 😀👨‍👩‍👧‍👦 🇮🇹 👍🏽 cafe\u0301.\r\nHay que escuchar a los clientes. Nadie contesta en la tienda 😀.",
    "it/due": "Il negozio ascolta i clienti. I dipendenti scrivono sul blog.",
}


def posts():
    rows = [
        {"doc_id": name, "lang": name[:2], "text": text, "title": name, "sha256": sha256_text(text)}
        for name, text in TEXTS.items()
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("annotate")
    create_project(folder / "spans", posts(), coders=["ana", "luis"], unit="span", lang="es")
    create_project(folder / "sentences", posts(), coders=["ana", "luis"], unit="sentence", lang="it")
    return folder


@pytest.fixture(scope="module")
def lab(work, tmp_path_factory):
    with running_lab(work, tmp_path_factory.mktemp("lab")) as found:
        yield found


class Desk:
    """A notebook in JupyterLab with the widget in it, and what a person does there."""

    def __init__(self, browser, lab, notebook, **page):
        self.tab = open_notebook(browser, *lab, notebook, viewport={"width": 1400, "height": 1000}, **page)
        self.errors = []
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.run()

    def run(self):
        run_all(self.tab)
        self.tab.wait_for_selector(".ct .ct-text .ct-block", timeout=60_000)
        self.tab.locator(".ct-text").scroll_into_view_if_needed()

    def press(self, *keys):
        self.tab.locator(".ct-text").focus()
        for key in keys:
            self.tab.keyboard.press(key)

    def saved(self, n):
        self.tab.wait_for_function(
            "n => [...document.querySelectorAll('.ct-saved')].some(line => line.textContent.includes(n))", arg=f" {n})"
        )

    def drag(self, quote):
        """The mouse over a stretch of the text, from its first to its last sign."""
        box = self.tab.evaluate(
            """quote => {
                const walker = document.createTreeWalker(document.querySelector(".ct-text"), NodeFilter.SHOW_TEXT);
                for (let node; (node = walker.nextNode()); ) {
                    const at = node.data.indexOf(quote);
                    if (at < 0) continue;
                    const range = new Range();
                    range.setStart(node, at); range.setEnd(node, at + quote.length);
                    node.parentElement.scrollIntoView({ block: "center" });
                    const box = range.getBoundingClientRect();
                    return [box.left, box.right, (box.top + box.bottom) / 2];
                }
            }""",
            quote,
        )
        left, right, middle = box
        self.tab.mouse.move(left + 1, middle)
        self.tab.mouse.down()
        self.tab.mouse.move((left + right) / 2, middle, steps=4)
        self.tab.mouse.move(right - 1, middle, steps=4)
        self.tab.mouse.up()
        self.tab.wait_for_timeout(100)


def codings(folder, coder="ana"):
    table = open_project(folder).annotations(coder)
    return [(row.doc_id, row.quote, row.code, row.stance) for row in table.itertuples()]


def test_a_session_by_keyboard_and_mouse_through_reload_and_restart(browser, lab, work):
    folder = work / "spans"
    desk = Desk(browser, lab, "spans/annotate_ana.ipynb")
    cells = desk.tab.locator(".jp-Notebook .jp-Cell").count()

    # by mouse, behind emoji: drag, key of the code, key of the stance
    desk.drag("escuchar a los clientes")
    desk.press("5")
    desk.tab.keyboard.press("1")
    desk.saved(2)
    assert codings(folder) == [("es/emoji", "escuchar a los clientes", "listening", "endorses")]

    # by keyboard alone: Escape, the sentence the cursor is in, a second code over the first
    desk.press("Escape", "ArrowDown", "ArrowDown", "s", "1")
    desk.tab.keyboard.press("1")
    desk.saved(4)
    found = codings(folder)
    assert len(found) == 2
    assert all(quote in TEXTS["es/emoji"] for _, quote, _, _ in found)

    # keys that mean something to JupyterLab stay here: dd deletes a cell, in JupyterLab
    desk.press("Escape", "d", "d", "0", "0", "Escape")
    assert desk.tab.locator(".jp-Notebook .jp-Cell").count() == cells

    # undo to the first line, and forward again
    for _ in range(8):
        desk.press("Control+z")
        desk.tab.wait_for_timeout(300)
    desk.tab.wait_for_function("() => document.querySelector('.ct [data-id=undo], .ct-actions button') !== null")
    desk.tab.wait_for_timeout(500)
    assert codings(folder) == []
    for _ in range(8):
        desk.press("Control+y")
        desk.tab.wait_for_timeout(300)
    desk.tab.wait_for_timeout(500)
    assert set(found) <= set(codings(folder))

    # the page is loaded anew: the widget is gone with it, the work is not
    before = codings(folder)
    desk.tab.reload()
    desk.tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    desk.tab.wait_for_selector("#jp-bottom-panel :text('| Idle')", timeout=90_000)
    desk.run()
    assert codings(folder) == before
    assert desk.tab.locator(".ct-chip, .ct-label").count() > 0

    # on to the next text, and to the end
    desk.press("Escape", "Enter")
    desk.tab.wait_for_function("() => document.querySelector('.ct-text').textContent.includes('negozio')")
    desk.press("Enter")
    desk.tab.wait_for_timeout(500)
    project = open_project(folder)
    assert project.progress().set_index("coder").loc["ana", "done"] == 2
    for row in project.annotations("ana").itertuples():
        assert project.texts[row.doc_id][row.start : row.end] == row.quote
    assert desk.errors == []
    desk.tab.close()


def test_the_notebook_keeps_no_text_of_the_project(browser, lab, work):
    desk = Desk(browser, lab, "sentences/annotate_luis.ipynb")
    desk.tab.click(".lm-MenuBar-itemLabel:text-is('File')")
    desk.tab.click(".lm-Menu-itemLabel:text-is('Save Notebook')")
    desk.tab.wait_for_timeout(1500)
    saved = (work / "sentences" / "annotate_luis.ipynb").read_text(encoding="utf-8")
    assert json.loads(saved)["cells"][1]["execution_count"] == 1
    assert "negozio" not in saved
    desk.tab.close()


def test_a_kernel_that_is_restarted_loses_nothing_that_was_decided(browser, lab, work):
    folder = work / "sentences"
    desk = Desk(browser, lab, "sentences/annotate_ana.ipynb")
    desk.press("5", "1")
    desk.saved(2)
    kept = codings(folder)
    desk.tab.click(".lm-MenuBar-itemLabel:text-is('Kernel')")
    desk.tab.click(".lm-Menu-itemLabel:text-is('Restart Kernel…')")
    desk.tab.click(".jp-Dialog-button.jp-mod-accept")
    desk.tab.wait_for_timeout(2000)
    # decided while no kernel answers: shown as not saved, and kept in the browser
    desk.press("6", "1")
    desk.tab.wait_for_selector(".ct-banner", timeout=15_000)
    assert codings(folder) == kept
    desk.run()
    desk.tab.wait_for_function("() => !document.querySelector('.ct-banner[role=alert]')", timeout=15_000)
    desk.tab.wait_for_timeout(1500)
    assert {code for _, _, code, _ in codings(folder)} == {"listening", "employee_voice"}
    desk.tab.close()


def test_two_notebooks_of_one_coder(browser, lab, work):
    first = Desk(browser, lab, "sentences/annotate_ana.ipynb")
    copy = work / "sentences" / "copy.ipynb"
    copy.write_text((work / "sentences" / "annotate_ana.ipynb").read_text(encoding="utf-8"), encoding="utf-8")
    second = Desk(browser, lab, "sentences/copy.ipynb")
    second.tab.wait_for_selector(".ct-banner:has-text('ana')", timeout=15_000)
    before = codings(work / "sentences")
    second.press("9", "1")
    second.tab.wait_for_timeout(800)
    assert codings(work / "sentences") == before
    second.tab.click(".ct-banner button")
    second.tab.wait_for_timeout(800)
    second.press("9", "1")
    second.tab.wait_for_timeout(1200)
    after = codings(work / "sentences")
    assert after != before
    first.press("2", "1")
    first.tab.wait_for_selector(".ct-banner", timeout=15_000)
    assert codings(work / "sentences") == after
    first.tab.close()
    second.tab.close()
