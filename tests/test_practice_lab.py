"""Whoever labels texts, in a real browser: guidelines, practice with answers, work; in one notebook without code."""

import json
import shutil

import pytest
from lab_server import open_notebook, run_all, running_lab
from widget_page import CONTRAST, session_page

from toolkit.annotation import create_project, open_project
from toolkit.annotation.practising.practice import PracticeSession
from toolkit.annotation.practising.practice import _practice_project as practice_project
from toolkit.corpus import load_posts
from toolkit.resources import bundled_corpus, notebooks_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAPTOP = {"width": 1366, "height": 768}
TITLE = "<img src=x onerror='window.hit=1'> Taller"


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A folder as ``toolkit lab`` makes it, with a project in it."""
    folder = tmp_path_factory.mktemp("label")
    posts = load_posts(bundled_corpus())
    posts = posts[posts["lang"] == "es"].head(2).reset_index(drop=True)
    create_project(folder / "taller", posts, coders=["ana", "luis"], title=TITLE, lang="es")
    (folder / "es").mkdir()
    for name in ("label_texts.ipynb", "es/label_texts.ipynb"):
        shutil.copyfile(notebooks_folder() / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def lab(work, tmp_path_factory):
    with running_lab(work, tmp_path_factory.mktemp("lab")) as found:
        yield found


def lines(folder, name, coder):
    path = folder / name / f"{coder}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def until(tab, true, seconds=30):
    for _ in range(seconds * 20):
        if true():
            return
        tab.wait_for_timeout(50)
    raise AssertionError("it did not reach the disk")


def code_and_finish(tab, widget, *keys):
    tab.wait_for_selector("#jp-bottom-panel :text('| Idle')", timeout=60_000)
    tab.wait_for_timeout(500)  # after the last cell JupyterLab takes the keyboard once more
    widget.locator(".ct-text").scroll_into_view_if_needed()
    widget.locator(".ct-item").first.click()
    for key in keys:
        tab.keyboard.press(key)
        tab.wait_for_timeout(100)


def test_read_practise_and_work_in_one_notebook(browser, lab, work):
    project = work / "taller"
    tab = open_notebook(browser, *lab, "es/label_texts.ipynb", viewport=LAPTOP)
    assert tab.locator(".jp-Cell .jp-InputArea-editor:visible").count() == 0  # the code is folded away
    run_all(tab)
    tab.wait_for_selector(".widget-vbox .widget-dropdown select", timeout=60_000)
    project_box, coder_box = (tab.locator(".widget-dropdown select").nth(place) for place in (0, 1))
    shown = [text.replace("\xa0", " ") for text in project_box.locator("option").all_inner_texts()]
    assert shown == [TITLE]
    coder_box.select_option("ana")
    tab.locator("button:has-text('Abrir')").click()
    tab.wait_for_function("() => document.querySelectorAll('.ct .ct-block').length >= 2", timeout=60_000)
    assert tab.locator(":text('Guía de anotación'), h1:has-text('Guía')").count() > 0
    practice, page = tab.locator(".ct").nth(0), tab.locator(".ct").nth(1)

    code_and_finish(tab, practice, "5", "1", "Enter")
    practice.locator(".ct-feedback:has-text('Como se acordó')").wait_for()
    until(tab, lambda: len(lines(project, "practice", "ana")) == 3)
    assert lines(project, "decisions", "ana") == []

    code_and_finish(tab, page, "Enter")
    until(tab, lambda: len(lines(project, "decisions", "ana")) == 1)
    assert page.locator(".ct-feedback").is_hidden()
    assert open_project(project).progress().set_index("coder").loc["ana", "done"] == 1
    assert tab.evaluate("window.hit") is None
    tab.close()


def test_without_a_project_a_demonstration_is_made(browser, lab, work):
    (work / "taller").rename(work / ".taller")
    try:
        tab = open_notebook(browser, *lab, "label_texts.ipynb", viewport=LAPTOP)
        run_all(tab)
        tab.locator("button:has-text('Make a demonstration project')").click(timeout=60_000)
        tab.wait_for_selector(".widget-html :text('A demonstration was made')", timeout=60_000)
        tab.wait_for_function("() => [...document.querySelectorAll('option')].some(one => one.value === 'coder_2')")
        assert (work / "demonstration" / "project.json").exists()
        tab.close()
    finally:
        (work / ".taller").rename(work / "taller")


def test_the_notebook_of_a_coder_has_all_three_parts(browser, lab, work):
    tab = open_notebook(browser, *lab, "taller/annotate_luis.ipynb", viewport=LAPTOP)
    assert tab.locator(".jp-Cell .jp-InputArea-editor:visible").count() == 0
    run_all(tab)
    tab.wait_for_function("() => document.querySelectorAll('.ct .ct-block').length >= 2", timeout=60_000)
    code_and_finish(tab, tab.locator(".ct").nth(0), "Enter")
    tab.wait_for_selector(".ct-feedback:has-text('Falta')")
    until(tab, lambda: len(lines(work / "taller", "practice", "luis")) == 1)
    tab.close()


@pytest.fixture
def practised(browser, tmp_path):
    posts = load_posts(bundled_corpus())
    create_project(tmp_path / "p", posts[posts["lang"] == "it"].head(1).reset_index(drop=True), coders=["ana"])
    session = PracticeSession(practice_project(tmp_path / "p", "ana", "it"), "ana", lang="it")
    # what is said is a stranger's text where the project has its own sentences
    item = session.queue[0]
    agreed = session.project.agreed[item]
    session.project.agreed[item] = agreed._replace(why={"it": "<img src=x onerror='window.hit=1'>"})
    page = session_page(browser, session)
    yield page, session
    page.close()
    session.close()


def test_feedback_is_text_stays_until_enter_and_follows_changes(practised):
    page, session = practised
    page.locator(".ct-text").focus()
    for key in ("1", "1", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    page.wait_for_selector(".ct-feedback.ct-warn:has-text('Manca')")
    assert "onerror" in page.inner_text(".ct-feedback") and page.evaluate("window.hit") is None
    assert page.inner_text(".ct-place") == "1 di 18"
    for part in (".ct-feedback h3", ".ct-feedback .ct-soft"):
        assert page.evaluate(CONTRAST, part) >= 4.5
    # mended at once: it says so
    for key in ("Backspace", "5", "1"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    page.wait_for_selector(".ct-feedback.ct-good")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ct-place:text-is('2 di 18')")
    assert page.locator(".ct-feedback").is_hidden()
    page.keyboard.press("k")
    page.wait_for_selector(".ct-feedback.ct-good")
    assert session.state.item(session.queue[0]).status == "done"


def test_the_end_shows_what_it_came_to(practised):
    page, session = practised
    page.locator(".ct-text").focus()
    for number, item in enumerate(session.queue):
        page.keyboard.press("Enter")
        page.wait_for_selector(".ct-feedback:not([hidden])")
        if number + 1 < len(session.queue):
            page.keyboard.press("Enter")
            page.wait_for_selector(f".ct-place:text-is('{number + 2} di 18')")
        assert session.state.item(item).status == "done"
    page.wait_for_selector(".ct-summary:has-text('3 su 18')")
    assert page.locator(".ct-summary p").count() == 4
