"""A notebook as a page that loads and runs nothing, and as a PDF that can be read."""

import base64
import io
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from toolkit import publishing
from toolkit.cli import main
from toolkit.errors import InputError, OutputError
from toolkit.publishing import export_notebook, notebook_page, print_page

HOSTILE = (
    "<script>document.title='hit'</script><img src='https://example.invalid/a.png' onerror=\"document.title='hit'\">"
    "<iframe src='https://example.invalid/'></iframe><meta http-equiv='refresh' content='0;url=https://example.invalid/'>"
    "<link rel='stylesheet' href='https://example.invalid/a.css'><object data='https://example.invalid/x'></object>"
    "<form action='https://example.invalid/'><input name='a'></form>"
)


def png():
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (300, 200), "#d55e00").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def output(**data):
    kinds = {"html": "text/html", "png": "image/png", "plain": "text/plain", "js": "application/javascript"}
    return new_output("display_data", data={kinds[name]: value for name, value in data.items()})


@pytest.fixture
def notebook(tmp_path):
    """A notebook with a figure, a table, a long text and what a stranger may put into one."""
    cells = [
        new_markdown_cell("# Prova «ñandú»\n\n**Goal.** Show."),
        new_code_cell('lang = "it"', metadata={"tags": ["language"]}),
        new_code_cell("plot()", outputs=[output(png=png(), plain="<Figure>")], execution_count=1),
        new_code_cell("table()", outputs=[output(html="<table><tr><td>uno</td></tr></table>")], execution_count=2),
        new_code_cell("bad()", outputs=[output(html=f"<p>after</p>{HOSTILE}"), output(js="alert(1)", plain="js")]),
        new_markdown_cell(f"Text {HOSTILE} and more, x $a_1$."),
        new_markdown_cell("\n\n".join(f"Paragraph {number}. " + "Words and words. " * 40 for number in range(30))),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    nbformat.write(notebook, tmp_path / "prova.ipynb")
    return tmp_path / "prova.ipynb"


def test_the_page_is_whole_and_in_its_language(notebook):
    page = notebook_page(notebook)
    assert '<html lang="it">' in page
    assert "<title>Prova «ñandú»</title>" in page
    assert "data:image/png;base64," in page
    assert "<td>uno</td>" in page
    assert "Paragraph 29." in page
    assert page.count("prefers-color-scheme: dark") >= 1


def test_the_page_names_nothing_to_load_and_has_no_script(notebook):
    page = notebook_page(notebook)
    assert "default-src 'none'" in page
    body = page.partition("<body")[2]
    assert not re.search(r"<(script|iframe|object|embed|meta|link|base)\b", body, re.IGNORECASE)
    assert not re.search(r"<(script|link)\b", page.partition("<body")[0], re.IGNORECASE)
    assert not re.search(r"@import|url\(['\"]?https?:", page)
    assert "<p>after</p>" in body


def test_an_element_left_open_ends_with_its_output(tmp_path):
    open_ones = ["<embed src='x.pdf'>", "<script>let a = 1", "<iframe src='x'>", "<object data='x'>", "<frame src='x'>"]
    cells = [new_code_cell("f()", outputs=[output(html=f"<p>uno{n}</p>{one}")]) for n, one in enumerate(open_ones)]
    cells += [new_markdown_cell("Before <embed src='x'> after."), new_markdown_cell("The end.")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    body = notebook_page(tmp_path / "a.ipynb").partition("<body")[2]
    assert [f"<p>uno{n}</p>" in body for n in range(len(open_ones))] == [True] * len(open_ones)
    assert "after." in body and "The end." in body
    assert "<embed" not in body and "let a" not in body


@pytest.mark.parametrize(
    ("tag", "left"),
    [
        # nothing in a value is taken for an attribute
        ('<p title="it depends once = 1, src = 2">', '<p title="it depends once = 1, src = 2">'),
        ('<img alt="a > b" src="https://example.invalid/a.png">', '<img alt="a > b">'),
        ("<img alt='' src=https://example.invalid/a.png>", "<img alt=''>"),
        ('<img alt=""src="/a.png"class="x">', '<img alt=""class="x">'),
        ('<img/src="/a.png"/>', "<img/>"),
        ('<img src="data:image/png;base64,AAAA" SRCSET="a.png 2x">', '<img src="data:image/png;base64,AAAA">'),
        ("<b onclick>", "<b>"),
        ("<td data-src='a' class=n>", "<td data-src='a' class=n>"),
        ('<a href="java&#10;script:alert(1)" class="x">', '<a class="x">'),
        ('<a href=" JavaScript:alert(1)">', "<a>"),
        ('<a href="https://example.org/?a=1#b">', '<a href="https://example.org/?a=1#b">'),
        ('<abbr title="javascript: a language">', '<abbr title="javascript: a language">'),
        ("<p title=don't>", "<p title=don't>"),
    ],
)
def test_a_tag_keeps_what_neither_loads_nor_runs(tag, left):
    assert publishing._TAG.sub(publishing._loading_nothing, f"uno {tag} dos") == f"uno {left} dos"


@pytest.mark.browser
def test_a_browser_loads_nothing_and_runs_nothing(notebook, browser, tmp_path):
    (page,) = export_notebook(notebook, tmp_path / "out")
    asked, said = [], []
    context = browser.new_context(offline=True)
    view = context.new_page()
    view.on("request", lambda request: asked.append(request.url))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.goto(page.as_uri())
    view.wait_for_timeout(300)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert view.title() == "Prova «ñandú»"
    assert said == []
    for scheme, dark in (("light", False), ("dark", True)):
        view.emulate_media(color_scheme=scheme)
        ground = view.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 300) == dark
    context.close()


@pytest.mark.browser
def test_the_pdf_has_pages_and_the_title(notebook, browser, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    page, pdf = export_notebook(notebook, tmp_path / "out", pdf=True)
    assert (page.name, pdf.name) == ("prova.html", "prova.pdf")
    read = pypdf.PdfReader(pdf)
    assert len(read.pages) > 1
    assert "Prova «ñandú»" in read.pages[0].extract_text()
    assert "Paragraph 29." in "".join(one.extract_text() for one in read.pages)
    # a figure and the mask that goes with it
    assert any(image.image.size == (300, 200) for one in read.pages for image in one.images)


def test_the_command_writes_the_page_and_says_where(notebook, tmp_path, capsys):
    assert main(["export", str(notebook), "--output", str(tmp_path / "out")]) == 0
    assert "prova.html" in capsys.readouterr().out
    assert (tmp_path / "out" / "prova.html").stat().st_size > 10_000


def test_a_notebook_without_outputs_is_said_to_have_none(tmp_path):
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "a.ipynb")
    said = []
    export_notebook(tmp_path / "a.ipynb", tmp_path / "out", say=said.append)
    assert len(said) == 1
    assert "holds no outputs" in said[0]


def test_a_notebook_without_a_heading_is_called_after_its_file(tmp_path):
    nbformat.write(new_notebook(cells=[new_markdown_cell("## No")]), tmp_path / "mio.ipynb")
    assert "<title>mio</title>" in notebook_page(tmp_path / "mio.ipynb")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", "x", "is no notebook; give a file that ends in .ipynb"),
        ("a.ipynb", "x", "is damaged, or no notebook"),
        ("b.ipynb", "[]", "is damaged, or no notebook"),
        ("c.ipynb", None, "cannot be read: No such file"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_sentence(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        export_notebook(tmp_path / name, tmp_path / "out")


def test_an_image_from_outside_the_folder_is_not_taken_in(tmp_path):
    (tmp_path / "secret.png").write_bytes(base64.b64decode(png()))
    (tmp_path / "in").mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell("![](../secret.png)")]), tmp_path / "in" / "a.ipynb")
    assert "data:image" not in notebook_page(tmp_path / "in" / "a.ipynb").partition("<body")[2]


def test_a_file_in_place_of_the_folder_is_refused(notebook, tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="is a file; give a folder"):
        export_notebook(notebook, tmp_path / "out")


def test_without_a_browser_the_page_is_there_and_the_sentence_says_what_to_do(notebook, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(publishing, "browser", lambda: None)
    assert main(["export", str(notebook), "--output", str(tmp_path / "out"), "--pdf"]) == 2
    assert "print it to a file" in capsys.readouterr().err.replace("\n", " ")
    assert (tmp_path / "out" / "prova.html").exists()


def program(tmp_path, body):
    """A stand-in for a browser."""
    path = tmp_path / "browser"
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")
@pytest.mark.parametrize(
    ("body", "said"),
    [("import time; time.sleep(60)", "did not finish in 1 seconds"), ("raise SystemExit(1)", "made no PDF")],
)
def test_a_browser_that_hangs_or_fails_is_ended_and_said(tmp_path, monkeypatch, body, said):
    stand_in = program(tmp_path, body)
    monkeypatch.setattr(publishing, "browser", lambda: stand_in)
    monkeypatch.setattr(publishing, "_SECONDS", 1)
    (tmp_path / "a.html").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match=said):
        print_page(tmp_path / "a.html", tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_a_browser_that_is_found_can_be_started():
    found = publishing.browser()
    if found is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine")
    assert subprocess.run([found, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
