"""A person's whole session in JupyterLab, in a real browser: by keyboard and by mouse, through reloads and restarts."""

import json
import re
import time

import nbformat
import pandas as pd
import pytest
from lab_server import open_notebook, run_all, running_lab
from widget_page import CONTRAST

from toolkit.annotation import create_project, open_project
from toolkit.annotation.session import Session
from toolkit.files import sha256_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Emoji, a family of four joined by ZWJ, a flag, a skin tone and an accent of its own before what is coded; CRLF.
TEXTS = {
    "es/emoji": "Hola 😀👨‍👩‍👧‍👦 🇮🇹 👍🏽 cafe\u0301.\r\n"
    "Hay que escuchar a los clientes. Nadie contesta en la tienda 😀.",
    "it/due": "Il negozio ascolta i clienti. I dipendenti scrivono sul blog.",
}
#: A laptop's screen.
LAPTOP = {"width": 1366, "height": 768}


def posts():
    rows = [
        {"doc_id": name, "lang": name[:2], "text": text, "title": name, "sha256": sha256_text(text)}
        for name, text in TEXTS.items()
    ]
    return pd.DataFrame(rows)


def suggested():
    """A machine's annotations of the first Italian sentence."""
    text = TEXTS["it/due"]
    end = text.index(".") + 1
    row = {
        "doc_id": "it/due", "start": 0, "end": end, "quote": text[:end], "codebook": "cluetrain",
        "codebook_version": None, "stance": "endorses", "coder": "machine:test", "kind": "machine", "score": 0.7,
        "evidence": None, "created": None, "note": None,
    }  # fmt: skip
    return pd.DataFrame([{**row, "code": code} for code in ("listening", "employee_voice")])


def differing(folder):
    """Two coders who read the first item differently."""
    project = open_project(folder)
    row = project.items.iloc[0]
    for coder, code in (("ana", "listening"), ("luis", "human_voice")):
        session = Session(project, coder)
        place = {"item": row["item"], "doc_id": row["doc_id"], "start": int(row["start"]), "end": int(row["end"])}
        quote = project.texts[row["doc_id"]][row["start"] : row["end"]]
        session.decide({"do": "set", **place, "quote": quote, "code": code, "stance": "endorses"})
        session.decide({"do": "done", "item": row["item"]})
        session.close()


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("annotate")
    create_project(folder / "spans", posts(), coders=["ana", "luis"], unit="span", lang="es")
    create_project(folder / "sentences", posts(), coders=["ana", "luis"], unit="sentence", lang="it")
    create_project(folder / "machine", posts(), coders=["ana"], unit="sentence", lang="it", suggestions=suggested())
    create_project(folder / "curated", posts(), coders=["ana", "luis"], curators=["giulia"], unit="sentence", lang="es")
    differing(folder / "curated")
    one_cell(folder / "curated" / "decide.ipynb", 'adjudicate("giulia")')
    # the coders' own notebooks have the practice in them, too: tests/test_practice_lab.py
    for name in ("spans", "sentences", "machine"):
        for coder in open_project(folder / name).coders:
            one_cell(folder / name / f"work_{coder}.ipynb", f'annotate("{coder}")')
    return folder


def one_cell(path, call):
    """A notebook with one cell, a call on the project of its folder."""
    code = f'from toolkit.annotation import open_project\nopen_project(".").{call}'
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code, id="one")])
    book.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(book, path)


@pytest.fixture(scope="module")
def lab(work, tmp_path_factory):
    with running_lab(work, tmp_path_factory.mktemp("lab")) as found:
        yield found


class Desk:
    """A notebook in JupyterLab with the widget in it, and what a person does there."""

    def __init__(self, browser, lab, notebook, **page):
        self.tab = open_notebook(browser, *lab, notebook, viewport=LAPTOP, **page)
        self.errors = []
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.run()

    def run(self):
        """Run the notebook, and wait for a widget that is drawn and has no question open."""
        self.tab.evaluate("document.querySelectorAll('.ct').forEach((node) => node.classList.add('ct-old'))")
        run_all(self.tab)
        self.tab.wait_for_selector(".ct:not(.ct-old) .ct-text .ct-block", timeout=60_000)
        self.tab.locator(".ct-text").scroll_into_view_if_needed()

    def press(self, *keys):
        self.tab.locator(".ct-text").first.focus()
        for key in keys:
            self.tab.keyboard.press(key)

    def number(self):
        """The number of the last decision that is saved, as the widget says it; 0 where it has saved none."""
        return int((re.findall(r"(\d+)\)$", self.tab.locator(".ct-saved").first.inner_text()) or [0])[0])

    def saved(self, n):
        """Wait until every view says that decision ``n`` is saved."""
        self.tab.wait_for_function(
            "n => [...document.querySelectorAll('.ct-saved')].every(line => line.textContent.endsWith(n))",
            arg=f" {n})",
            timeout=30_000,
        )

    def until(self, true, what, seconds=30):
        """Wait for what is on the disk."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, what
            self.tab.wait_for_timeout(50)

    def choose(self, menu, entry):
        self.tab.click(f".lm-MenuBar-itemLabel:text-is('{menu}')")
        self.tab.click(f".lm-Menu-itemLabel:text-is('{entry}')")

    def restart(self):
        """Restart the kernel; it is another process when this returns."""
        self.choose("Kernel", "Restart Kernel…")
        with self.tab.expect_response(lambda response: response.url.split("?")[0].endswith("/restart")):
            self.tab.click(".jp-Dialog-button.jp-mod-accept")

    def reload(self):
        self.tab.reload()
        self.tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        self.tab.wait_for_selector("#jp-bottom-panel :text('| Idle')", timeout=90_000)

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
        self.tab.wait_for_selector(f".ct-about q:text-is('{quote}')")


def codings(folder, coder="ana"):
    table = open_project(folder).annotations(coder)
    return [(row.doc_id, row.quote, row.code, row.stance) for row in table.itertuples()]


def test_a_session_by_keyboard_and_mouse_through_reload_and_restart(browser, lab, work):
    folder = work / "spans"
    desk = Desk(browser, lab, "spans/work_ana.ipynb")
    cells = desk.tab.locator(".jp-Notebook .jp-Cell").count()

    # by mouse, behind emoji: drag, key of the code, key of the stance
    desk.drag("escuchar a los clientes")
    desk.press("5")
    desk.tab.keyboard.press("1")
    desk.saved(2)
    assert codings(folder) == [("es/emoji", "escuchar a los clientes", "listening", "endorses")]
    # a key brings all of the widget into view
    box, pane = desk.tab.locator(".ct").bounding_box(), desk.tab.locator(".jp-WindowedPanel-outer").bounding_box()
    assert pane["y"] <= box["y"] and box["y"] + box["height"] <= pane["y"] + pane["height"]

    # by keyboard alone: Escape, the sentence the cursor is in, a second code over the first; and one on all of the text
    desk.press("Escape", "ArrowDown", "ArrowDown", "s", "1")
    desk.tab.keyboard.press("1")
    desk.saved(4)
    desk.press("Control+a", "9", "2")
    desk.saved(6)
    found = codings(folder)
    assert len(found) == 3
    assert all(quote in TEXTS["es/emoji"] for _, quote, _, _ in found)
    assert TEXTS["es/emoji"] in [quote for _, quote, _, _ in found]

    # keys that mean something to JupyterLab stay here: dd deletes a cell, in JupyterLab
    desk.press("Escape", "d", "d", "0", "0", "a", "b", "y", "Shift+Enter", "Control+s", "Control+b", "Escape")
    assert desk.tab.locator(".jp-Notebook .jp-Cell").count() == cells
    assert desk.number() == 6

    # undo to the first line, and forward again
    for n in range(7, 13):
        desk.press("Control+z")
        desk.saved(n)
    assert codings(folder) == []
    for n in range(13, 19):
        desk.press("Control+y")
        desk.saved(n)
    assert codings(folder) == found

    # the page is loaded anew in the middle of a note: the widget is gone with it, the work is not
    desk.press("n")
    desk.tab.keyboard.type("a medi")
    desk.reload()
    desk.run()
    assert codings(folder) == found
    assert desk.tab.input_value(".ct-note") == "a medi"
    desk.press("n")
    desk.tab.keyboard.type("as")
    desk.tab.keyboard.press("Enter")
    desk.saved(19)
    assert open_project(folder).decisions("ana").iloc[-1]["note"] == "a medias"
    assert desk.tab.locator(".ct-chip").count() > 0 and desk.tab.locator(".ct-label").count() == 2

    # on to the next text, and to the end
    desk.press("Escape", "Enter")
    desk.saved(20)
    desk.tab.wait_for_function("() => document.querySelector('.ct-text').textContent.includes('negozio')")
    desk.press("Enter")
    desk.saved(21)
    project = open_project(folder)
    assert project.progress().set_index("coder").loc["ana", "done"] == 2
    for row in project.annotations("ana").itertuples():
        assert project.texts[row.doc_id][row.start : row.end] == row.quote
    assert desk.errors == []
    desk.tab.close()


def test_the_notebook_keeps_no_text_and_says_what_to_do_when_opened_again(browser, lab, work):
    desk = Desk(browser, lab, "sentences/work_luis.ipynb")
    assert desk.tab.locator(".ct-rerun").is_hidden()
    path = work / "sentences" / "work_luis.ipynb"
    desk.choose("File", "Save Notebook")
    desk.until(lambda: json.loads(path.read_bytes())["cells"][0]["outputs"], "the notebook was not saved")
    assert "negozio" not in path.read_text(encoding="utf-8")
    with desk.tab.expect_response(lambda response: "/api/sessions" in response.url and response.status == 204):
        desk.choose("Kernel", "Shut Down Kernel")
    desk.tab.close()
    tab = open_notebook(browser, *lab, "sentences/work_luis.ipynb", viewport=LAPTOP)
    tab.wait_for_selector(".ct-rerun:has-text('Esegui questa cella')")
    tab.wait_for_selector(".jp-OutputArea-output.jupyter-widgets", state="hidden")  # "model not found"
    assert tab.locator(":text('Error displaying widget'):visible").count() == 0
    tab.close()


def test_a_kernel_that_is_restarted_loses_nothing_that_was_decided(browser, lab, work):
    folder = work / "sentences"
    desk = Desk(browser, lab, "sentences/work_ana.ipynb")
    desk.press("5", "1")
    desk.saved(2)
    kept = codings(folder)
    desk.restart()
    # decided while no kernel answers: shown as not saved, and kept in the browser
    desk.press("6", "1")
    desk.tab.wait_for_selector(".ct-banner[role=alert]", timeout=30_000)
    assert codings(folder) == kept
    desk.run()
    desk.saved(4)
    assert desk.tab.locator(".ct-banner[role=alert]").count() == 0
    assert {code for _, _, code, _ in codings(folder)} == {"listening", "employee_voice"}
    desk.tab.close()


def test_two_notebooks_of_one_coder(browser, lab, work):
    folder = work / "sentences"
    first = Desk(browser, lab, "sentences/work_ana.ipynb")
    copy = folder / "copy.ipynb"
    copy.write_text((folder / "work_ana.ipynb").read_text(encoding="utf-8"), encoding="utf-8")
    second = Desk(browser, lab, "sentences/copy.ipynb")
    second.tab.wait_for_selector(".ct-banner:has-text('ana')", timeout=30_000)
    before = codings(folder)
    second.press("9")
    second.tab.wait_for_function("() => document.querySelector('.ct-hint').textContent !== ''")
    assert codings(folder) == before
    second.tab.click(".ct-banner button")
    second.tab.wait_for_selector(".ct-banner", state="detached")
    decided = len(open_project(folder).decisions("ana"))
    second.press("9", "1")
    second.saved(decided + 2)
    after = codings(folder)
    assert after != before
    first.press("2")
    first.tab.wait_for_selector(".ct-banner[role=alert]", timeout=30_000)
    assert codings(folder) == after
    first.tab.close()
    second.tab.close()


def test_a_curator_takes_a_reading_over_and_the_log_says_who_when_from_whom_and_why(browser, lab, work):
    desk = Desk(browser, lab, "curated/decide.ipynb")
    assert desk.tab.locator(".ct-case").count() == 1
    desk.press("w")
    desk.tab.keyboard.type("aquí importa el tono")
    desk.press("Shift+Digit2", "Enter")
    desk.saved(2)
    lines = (work / "curated" / "decisions" / "giulia.jsonl").read_text(encoding="utf-8").splitlines()
    taken, done = map(json.loads, lines)
    assert (taken["do"], taken["code"], taken["from"], taken["why"]) == (
        "set", "human_voice", {"coders": ["luis"]}, "aquí importa el tono",
    )  # fmt: skip
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", taken["at"])
    assert done["do"] == "done"
    assert codings(work / "curated", "giulia") == [
        ("es/emoji", taken["quote"], "human_voice", "endorses"),
    ]
    assert desk.errors == []
    desk.tab.close()


def test_suggestions_are_accepted_and_dismissed_and_two_views_show_the_same(browser, lab, work):
    desk = Desk(browser, lab, "machine/work_ana.ipynb")
    desk.press("q")
    desk.tab.click(".ct-row-title:has-text('Il negozio')")
    desk.tab.wait_for_selector(".ct-machines")
    desk.tab.locator(".ct-head").click(button="right")
    desk.tab.click(".lm-Menu-itemLabel:text-is('Create New View for Cell Output')")
    desk.tab.wait_for_function("() => document.querySelectorAll('.ct-block').length === 2")
    desk.press("a", "d")
    desk.saved(2)
    outcomes = open_project(work / "machine").suggestion_outcomes()
    assert dict(zip(outcomes["code"], outcomes["outcome"], strict=True)) == {
        "listening": "accepted",
        "employee_voice": "dismissed",
    }
    [coding] = [json.loads(text) for text in open_project(work / "machine").annotations("ana")["evidence"]]
    assert coding["from"]["by"] == "machine:test"
    desk.tab.close()


def test_the_widget_follows_the_theme_of_jupyterlab(browser, lab, work):
    desk = Desk(browser, lab, "spans/work_luis.ipynb")
    desk.press("ArrowRight", "1")
    desk.saved(1)
    parts = [".ct-text", ".ct-head .ct-soft", ".ct-saved", ".ct-main-action", ".ct-key", ".ct-chip", ".ct-none"]
    look = "() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.querySelector('.ct'))[name])"
    light = desk.tab.evaluate(look)
    contrasts = {part: desk.tab.evaluate(CONTRAST, part) for part in parts}
    desk.tab.click(".lm-MenuBar-itemLabel:text-is('Settings')")
    desk.tab.hover(".lm-Menu-itemLabel:text-is('Theme')")
    desk.tab.click(".lm-Menu-itemLabel:text-is('JupyterLab Dark')")
    desk.tab.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    desk.tab.wait_for_function(f"light => JSON.stringify(({look})()) !== light", arg=json.dumps(light))
    dark = desk.tab.evaluate(look)
    assert all(one != other for one, other in zip(light, dark, strict=True))
    contrasts |= {f"{part}, dark": desk.tab.evaluate(CONTRAST, part) for part in parts}
    assert {part: value for part, value in contrasts.items() if value < 4.5} == {}
    desk.tab.close()
