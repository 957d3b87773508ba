"""The site: built as the README says, whole, and working from a disk without any network."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs"))
from commands import commands
from docstrings import as_rst
from rooms import public_names, rooms

#: Some notebooks are enough to see that notebooks become pages.
SOME = "00_start_here,glossary"
#: Tags and attributes that a browser loads by itself.
LOADED = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "embed": "src",
    "object": "data",
}  # fmt: skip


class Loads(HTMLParser):
    """What a page loads from other hosts; links to read are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids.add(given.get("id", ""))
        target = given.get("href", "") if tag == "link" else given.get(LOADED.get(tag, ""), "")
        if re.match(r"(https?:)?//", target):
            self.found.append(f"{tag} {target}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for needed in ("sphinx", "myst_nb", "furo"):
        pytest.importorskip(needed, reason="the site needs pip install '.[site]'")
    folder = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "SITE_NOTEBOOKS": SOME}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def read(page: Path) -> Loads:
    loads = Loads()
    loads.feed(page.read_text(encoding="utf-8"))
    return loads


@pytest.mark.slow
def test_every_public_name_has_its_place(site: Path) -> None:
    ids = {room: read(site / "reference" / f"{room}.html").ids for room in rooms()}
    missing = [f"{one.room}.{one.name}" for one in public_names() if f"{one.room}.{one.name}" not in ids[one.room]]
    assert missing == []


@pytest.mark.slow
def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 60
    assert {str(page.relative_to(site)): read(page).found for page in pages if read(page).found} == {}
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(\s*['\"]?|@import\s+['\"])(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


@pytest.mark.slow
def test_notebooks_commands_and_measured_tables_are_there(site: Path) -> None:
    text = (site / "commands.html").read_text(encoding="utf-8")
    for command in commands():
        assert f"usage: toolkit {command.name}".strip() in re.sub(r"<[^>]+>", "", text)
    assert "How good is it?" in (site / "overview.html").read_text(encoding="utf-8")
    assert 'href="privacy.html"' in (site / "overview.html").read_text(encoding="utf-8")
    for name in SOME.split(","):
        for lang in ("", "es", "it"):
            assert (
                not (ROOT / "notebooks" / lang / f"{name}.ipynb").exists()
                or (site / "notebooks" / lang / f"{name}.html").exists()
            )
    assert 'class="tk-show' in (site / "notebooks" / "glossary.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_nothing_was_written_into_the_project(site: Path) -> None:
    assert sorted(path.name for path in (ROOT / "docs").iterdir() if path.name != "__pycache__") == [
        "a-billion-posts.md", "clusters.md", "commands.py", "conf.py", "docstrings.py", "holding.md", "index.md",
        "pages.py", "privacy.md", "rooms.py", "scale.md", "static",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_works_from_a_disk_without_network(site: Path, browser, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    def only_files(route) -> None:
        if route.request.url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    page.route("**/*", only_files)
    for name in (
        "index.html",
        "notebooks/00_start_here.html",
        "notebooks/glossary.html",
        "reference/toolkit.plots.html",
    ):
        page.goto((site / name).as_uri())
    page.goto((site / "index.html").as_uri())
    page.fill(".sidebar-search", "keyness")
    page.press(".sidebar-search", "Enter")
    page.wait_for_selector("#search-results li a")
    hits = [link.get_attribute("href") or "" for link in page.query_selector_all("#search-results li a")]
    assert any("toolkit.statistics.html#toolkit.statistics.keyness" in hit for hit in hits), hits[:10]
    assert (asked, said) == ([], [])
    page.close()


def test_docstrings_become_lists() -> None:
    lines = ["What.", "", "Parameters", "----------", "*given, rows : many", "    at most.", "", "Raises", "------"]
    assert as_rst([*lines, "InputError", "    if."]) == [
        "What.", "", ".. rubric:: Parameters", "", "``*given``, ``rows``", "    many", "    at most.", "",
        ".. rubric:: Raises", "", "InputError", "    if.",
    ]  # fmt: skip
