"""Hostile strings through every entry: what comes in comes out unchanged or is refused with a word, and nothing runs.

Pages are opened in a real browser, in which any script of a text would be seen: it calls ``pwned`` or asks for a page
of ``attacker.invalid``. What single functions do with single characters is tested where they are.
"""

import json
import time
from pathlib import Path

import pandas as pd
import pytest
import test_display
from hostile.entries import (
    ALL,
    cells_that_would_run,
    codebook_of,
    codebooks,
    converted,
    loaded,
    study_of,
    survived,
)
from hostile.strings import ATTACKER, RUNNING, STRINGS, post_text
from test_display import CASES
from widget_page import session_page

from toolkit.annotation import create_project, open_project
from toolkit.annotation.session import Session
from toolkit.codebook import show_codebook
from toolkit.corpus import load_corpus
from toolkit.errors import InputError
from toolkit.exchange.registry import FORMATS
from toolkit.files import sha256_text
from toolkit.mapping import map_texts
from toolkit.storage import read_table
from toolkit.study import run_study

#: Seconds for all of them together on a slow machine; each was made to take hours where it can.
SLOW = 240
#: Titles that are too long for a page to show, and say nothing new.
SHORT = {name: string for name, string in STRINGS.items() if len(string) < 3_000}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("hostile")
    return folder, loaded(folder)


@pytest.fixture(scope="module")
def run_folder(corpus) -> Path:
    folder, _ = corpus
    began = time.perf_counter()
    run = run_study(study_of(folder), folder / "out")
    assert time.perf_counter() - began < SLOW
    assert {path.name for path in folder.iterdir()} == {"posts.jsonl", "corpus", "out"}
    return run


class Watched:
    """A browser page that notes what runs, what is asked for, and what is complained of."""

    def __init__(self, browser) -> None:
        self.page = browser.new_page()
        self.seen: list[str] = []
        self.page.expose_function("pwned", lambda *what: self.seen.append(f"ran: {what}"))
        self.page.on("dialog", lambda dialog: (self.seen.append("dialog"), dialog.dismiss()))
        self.page.on("popup", lambda _: self.seen.append("a window"))
        self.page.on("request", lambda request: self.asked(request.url))

    def asked(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:", "about:", "http://widget.test/")):
            self.seen.append(f"asked for {url[:80]}")

    def open(self, path: Path) -> None:
        self.page.goto(path.as_uri())
        self.provoke()

    def provoke(self) -> None:
        """Open what is folded, and do to everything what a hand could do by chance."""
        self.page.evaluate(
            """() => { document.querySelectorAll('details').forEach(one => one.open = true);
              for (const one of document.querySelectorAll('*')) {
                for (const kind of ['mouseover', 'focus', 'pointerenter', 'error', 'load', 'toggle'])
                  one.dispatchEvent(new Event(kind)); }
              document.querySelectorAll('a[href^="javascript" i], a[href^="data" i]').forEach(one => one.click()); }"""
        )
        self.page.wait_for_timeout(300)

    def close(self) -> list[str]:
        foreign = self.page.evaluate(
            """() => { const names = ['href', 'src', 'action', 'data'];
              return [...document.querySelectorAll('[href], [src], [action], [data]')]
                .flatMap(one => names.map(name => one.getAttribute(name) || ''))
                .filter(value => /^\\s*(javascript|vbscript):|attacker/i.test(value)); }"""
        )
        self.page.close()
        return self.seen + [f"address {value[:80]}" for value in foreign]


# ---- files -------------------------------------------------------------------------------------------------------


def test_a_loaded_text_is_the_text_that_was_written(corpus) -> None:
    assert {name: what for name, what in corpus[1].items() if not survived(what)} == {}
    assert sum(what == "unchanged" for what in corpus[1].values()) >= len(STRINGS) - 2


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_annotations_with_hostile_notes_come_back_or_are_reported(name: str, tmp_path: Path) -> None:
    found = converted(tmp_path, name)
    assert {label: what for label, what in found.items() if not survived(what)} == {}
    assert sum(what == "unchanged" for what in found.values()) > len(ALL) / 2


def test_a_codebook_with_hostile_words_is_read_or_refused(tmp_path: Path) -> None:
    found = codebooks(tmp_path)
    assert {name: what for name, what in found.items() if not survived(what)} == {}
    assert sum(what == "unchanged" for what in found.values()) > len(ALL) / 2


@pytest.mark.slow
def test_no_cell_of_a_run_would_run_in_a_spreadsheet(run_folder: Path) -> None:
    tables = sorted((run_folder / "tables").glob("*.csv"))
    assert len(tables) > 15
    assert {path.name: cells_that_would_run(path)[:3] for path in tables if cells_that_would_run(path)} == {}


@pytest.mark.slow
def test_quotes_of_a_run_are_slices_of_the_posts(run_folder: Path, corpus) -> None:
    texts = load_corpus(corpus[0] / "corpus").posts.set_index("doc_id")["text"]
    for name in ("annotations", "furniture"):
        table = pd.read_parquet(run_folder / "tables" / f"{name}.parquet")
        assert len(table)
        for row in table.itertuples():
            assert texts[row.doc_id][row.start : row.end] == row.quote
    passages = pd.read_parquet(run_folder / "tables" / "passages.parquet")
    assert (passages["start"] < passages["end"]).all()
    assert (passages["end"] <= passages["doc_id"].map(texts.str.len())).all()


@pytest.mark.slow
def test_coded_passages_of_hostile_texts_are_the_same_in_a_spreadsheet(corpus, tmp_path: Path) -> None:
    map_texts(corpus[0] / "corpus", tmp_path / "coded.csv", method="cues", scores=tmp_path / "scores.csv")
    assert cells_that_would_run(tmp_path / "coded.csv") == []
    texts = load_corpus(corpus[0] / "corpus").posts.set_index("doc_id")["text"]
    coded = read_table(tmp_path / "coded.csv")
    assert len(coded) > len(STRINGS)
    assert all(texts[row.doc_id][row.start : row.end] == row.quote for row in coded.itertuples())


# ---- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", ["report.html", "topics.html"])
def test_nothing_runs_in_a_page_of_a_run(browser, run_folder: Path, name: str) -> None:
    watched = Watched(browser)
    watched.open(run_folder / name)
    alien = "iframe, object, embed, base, form[action], math, meta[http-equiv=refresh i]"
    assert watched.page.locator(alien).count() == 0
    assert watched.close() == []


@pytest.mark.slow
@pytest.mark.browser
def test_nothing_runs_in_the_page_of_a_codebook(browser, tmp_path: Path) -> None:
    watched, shown = Watched(browser), 0
    for number, string in enumerate(SHORT.values()):
        try:
            book = codebook_of(tmp_path, string)
        except InputError:
            continue
        page = tmp_path / f"{number}.html"
        page.write_text(show_codebook(book, "es", form="html"), encoding="utf-8")
        watched.open(page)
        shown += 1
    assert watched.close() == []
    assert shown > 40


@pytest.mark.slow
@pytest.mark.browser
def test_nothing_runs_in_what_a_notebook_shows(browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched, shown = Watched(browser), 0
    brief = [string for string in RUNNING.values() if len(string) <= 200]  # no title is longer
    for number, string in enumerate(brief):
        monkeypatch.setattr(test_display, "HOSTILE", string)
        parts = []
        for name, make in CASES.items():
            if name == "Explorer":  # a page of its own, in a frame
                continue
            try:
                parts.append((make(tmp_path / str(number)) if name == "Project" else make())._repr_html_())
            except InputError:
                continue
        shown += len(parts)
        page = tmp_path / f"{number}.html"
        page.write_text("<!doctype html><meta charset='utf-8'>" + "\n".join(parts), encoding="utf-8")
        watched.open(page)
        assert watched.page.locator("img, svg, iframe, object, embed, form, base, math, script").count() == 0
    assert watched.close() == []
    assert shown > 30 * len(brief)
    assert len(brief) > 30


# ---- annotating --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of texts with every string, each noted down by a coder who writes the same into notes."""
    texts = {f"p{number}": post_text(string) for number, string in enumerate(STRINGS.values())}
    posts = pd.DataFrame(
        [
            {
                "doc_id": doc_id, "lang": "es", "text": text, "title": string[:200], "author": string[:200],
                "date": None, "url": string[:200], "source": string[:200], "sha256": sha256_text(text),
            }
            for (doc_id, text), string in zip(texts.items(), STRINGS.values(), strict=True)
        ]
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("project") / "p"
    made = create_project(folder, posts, coders=["ana"], unit="document", title=STRINGS["end of a script"])
    session = Session(made, "ana")
    for item, string in zip(made.items.itertuples(), STRINGS.values(), strict=True):
        answer = session.handle({"cid": f"n{item.Index}", "do": "note", "item": item.item, "note": string[:1_000]})
        assert answer["ok"] or answer["kind"] == "input", answer
    session.close()
    return folder


@pytest.mark.slow
def test_notes_are_there_after_a_restart(project: Path) -> None:
    session = Session(open_project(project), "ana")
    queue = session.handle({"cid": "h", "do": "hello"})["queue"]
    session.close()
    kept = [one["note"] for one in queue]
    assert sum(bool(note) for note in kept) > len(STRINGS) - 5
    json.dumps(queue).encode("utf-8")


@pytest.mark.slow
@pytest.mark.browser
def test_nothing_runs_in_the_page_to_code_on(browser, project: Path) -> None:
    session = Session(open_project(project), "ana")
    seen: list[str] = []
    page = session_page(browser, session)
    page.expose_function("pwned", lambda *what: seen.append(f"ran: {what}"))
    page.on("dialog", lambda dialog: (seen.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: seen.append(request.url) if ATTACKER in request.url else None)
    page.wait_for_selector(".ct-text")
    for _ in range(len(SHORT)):
        page.focus(".ct-text")
        page.keyboard.press("Enter")
        page.wait_for_timeout(20)
        assert page.locator(".ct img, .ct iframe, .ct object, .ct form, .ct base, .ct math, .ct script").count() == 0
    assert seen == []
    page.close()
    session.close()
