"""The report in a real browser: it shows, asks the network for nothing, and runs nothing a text brings along."""

import json

import pytest

from toolkit.settings import Study
from toolkit.study import run_study

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 2'>",
    "\"><svg onload='window.hit = 3'>",
    "</style><script>window.hit = 4</script>",
    "{{ 7 * 7 }} ${7 * 7} <a href='javascript:window.hit=5'>clic</a>",
    "<iframe srcdoc='<script>parent.hit = 6</script>'></iframe>",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, text in enumerate(HOSTILE):
        title = json.dumps(f"{text} {number}", ensure_ascii=False)
        body = f"Hay que escuchar a los clientes y contestar {text}. Otra frase sobre la tienda.\n\n"
        body += f"Deja una respuesta\n\nResponder a {text}\n"
        head = f"---\nlang: es\ntitle: {title}\nsite: {title}\nauthor: {title}\n---\n"
        (corpus / f"post{number}<b>.md").write_text(head + body, encoding="utf-8")
    study = Study.model_validate_json(
        json.dumps(
            {
                "study": {"title": HOSTILE[0] + HOSTILE[3]},
                "corpus": {"path": str(corpus)},
                "topics": {"per_language": 2, "joint": 2, "runs": 2, "iterations": 20, "fewest_posts": 1},
                "principles": {"method": "cues"},
                "statistics": {"bootstrap": 100, "permutations": 100},
            }
        )
    )
    return run_study(study, folder / "out") / "report.html"


def test_nothing_of_a_hostile_text_runs_and_nothing_is_asked_for(browser, report):
    page = browser.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: errors.append("dialog"))
    page.goto(report.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.querySelectorAll('iframe, svg, [onerror], [onload]').length") == 0
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors == []
    page.close()


def test_pictures_show_and_links_inside_the_page_lead_somewhere(browser, report):
    page = browser.new_page()
    page.goto(report.as_uri())
    assert page.evaluate("[...document.images].length") >= 2
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 100)")
    dead = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => decodeURIComponent(a.getAttribute('href').slice(1)))"
        ".filter(id => !document.getElementById(id))"
    )
    assert dead == []
    page.close()


def test_the_page_fits_a_phone(browser, report):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.close()
