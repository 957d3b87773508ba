"""HTML to text: every visible word once, in paragraphs and lines, whatever the markup is."""

import html
import json
import re

import pytest
from conftest import ROOT, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus.pages import markup
from toolkit.corpus.pages.markup import line_of_html, text_of_html
from toolkit.corpus.pages.shortcodes import without_shortcodes
from toolkit.errors import InputError

CASES = {
    "paragraphs": ("<p>Uno</p><p>Dos</p>", "Uno\n\nDos"),
    "text beside blocks": ("Uno<p>Dos</p>tres", "Uno\n\nDos\n\ntres"),
    "headings": ("<h2>Título</h2>Texto", "Título\n\nTexto"),
    "unclosed paragraphs": ("<p>Uno<p>Dos", "Uno\n\nDos"),
    "line breaks": ("a<br>b<br />c</br>d", "a\nb\nc\nd"),
    "two line breaks are a blank line": ("a<br><br>b<br/>\n<br/><br/>c", "a\n\nb\n\nc"),
    "list": ("x<ul>\n<li>a</li>\n\n<li>b</ul>y", "x\n\na\nb\n\ny"),
    "list in a list": ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "a\nb\nc"),
    "paragraphs in items": ("<ul><li><p>a</p></li><li><p>b</p><p>c</p></li></ul>d", "a\nb\n\nc\n\nd"),
    "empty item": ("x<ul><li></li></ul><p>y</p>", "x\n\ny"),
    "table": ("<table><tr><th>A<th>B<tr><td>1<td><p>2</p></table>z", "A\tB\n1\t2\n\nz"),
    "table as layout": ("<table><tr><td><p>m<p>n</td><td><p>uno</p></td></tr></table>", "m\n\nn\n\nuno"),
    "white space": ("<p>  uno\n dos\t tres </p>", "uno dos tres"),
    "spaces between inline elements": ("a <b> b </b> c<i>d</i>", "a b cd"),
    "pre": ("<pre>\nx\n  y <b>z</b>\n\nk\n</pre>w", "x\n  y z\n\nk\n\nw"),
    "no-break spaces": ("10&nbsp;€<p>&nbsp;</p><p>\u2003sangría&nbsp;</p>fin", "10\xa0€\n\n\u2003sangría\xa0\n\nfin"),
    "entities": ("&ntilde;&#241;&#xF1; &laquo;s&iacute;&raquo; &amp;lt; AT&T &nada;", "ñññ «sí» &lt; AT&T &nada;"),
    "numbers of Windows-1252": ("&#147;s&iacute;&#148; &#150; &#128;", "“sí” – €"),
    "less than": ("a < b y 3 <4", "a < b y 3 <4"),
    "scripts and styles": ("a<script>if (x<y) '</p>'</script><style>p{}</style>b<!-- c -->", "ab"),
    "form fields": ("a<select><option>x</select><textarea>y</textarea>b", "ab"),
    "hidden": ("a<div hidden>x<p>y</div><span style='DISPLAY : none'>z</span>b", "ab"),
    "a page that a script will show": ("<body style='visibility:hidden'><p>a</p></body>", "a"),
    "noscript around a page": ("<noscript><div></noscript><p>todo</p></div>", "todo"),
    "half a character": ("\ud800a", "\ufffda"),
    "Unicode spaces are text": ("a\u2028b\u3000c", "a\u2028b\u3000c"),
    "decomposed letters": ("n\u0303", "n\u0303"),
    "whole page": (
        "<!DOCTYPE html><html><head><title>T</title><meta charset=iso-8859-1></head><body>ñ</body></html>",
        "ñ",
    ),
    "word processor": ("<p class=MsoNormal><o:p>&nbsp;</o:p></p><p>Así<o:p></o:p></p>", "Así"),
    "nothing": ("", ""),
    "only a comment": ("<!-- nada -->", ""),
}
CLASSIC = {
    "blank lines": ("Uno\n\nDos", "Uno\n\nDos"),
    "line breaks": ("Uno\r\ndos\r\n\r\ntres", "Uno\ndos\n\ntres"),
    "between inline markup": ("<b>a</b>\n\n<i>b</i>\n<a>c</a>", "a\n\nb\nc"),
    "inside inline markup": ("a <em>b\n\nc</em>", "a b\n\nc"),
    "blank lines with spaces": ("a\n  \n\t\nb", "a\n\nb"),
    "around a list": ("a\n\n<ul>\n\n\t<li>u</li>\n\n\t<li>v</li>\n</ul>\n\nb", "a\n\nu\nv\n\nb"),
    "inside a quotation": ("<blockquote>a\n\nb</blockquote>\nc", "a\n\nb\n\nc"),
    "more": ("a\n\n<!--more-->\n\nb", "a\n\nb"),
    "break and line": ("a<br />\nb\n<br />c", "a\nb\nc"),
    "a spacer": ("a\n\n&nbsp;\n\nb", "a\n\nb"),
    "pre": ("<pre>a\n\nb</pre>", "a\n\nb"),
    "blocks": ("<!-- wp:paragraph -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:x /-->c", "a b\n\nc"),
}


@pytest.mark.parametrize("name", CASES)
def test_html_to_text(name):
    fragment, text = CASES[name]
    assert text_of_html(fragment) == text


@pytest.mark.parametrize("name", CLASSIC)
def test_bodies_of_the_classic_editor(name):
    fragment, text = CLASSIC[name]
    assert text_of_html(fragment, blank_lines=True) == text


PROSE = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(" \n\t<>&;[]\"'"), max_size=200)


@settings(max_examples=50)
@given(PROSE)
def test_escaped_text_comes_back_up_to_white_space(text):
    for blank_lines in (False, True):
        found = text_of_html(html.escape(text), blank_lines=blank_lines)
        strip = re.compile(r"[\s\u200b\ufeff]+")
        assert strip.sub("", found) == strip.sub("", text)


@settings(max_examples=50)
@given(st.lists(st.text("aeñ ", min_size=1).filter(str.strip), min_size=1, max_size=6))
def test_paragraphs_of_both_editors_are_the_same(paragraphs):
    paragraphs = [" ".join(text.split()) for text in paragraphs]
    whole = "\n\n".join(paragraphs)
    assert text_of_html("".join(f"<p>{text}</p>" for text in paragraphs)) == whole
    assert text_of_html(whole, blank_lines=True) == whole


def test_lines_have_no_markup():
    assert line_of_html(" Pan &amp;\n<em>vino</em><br>y&nbsp;más ") == "Pan & vino y\xa0más"


@pytest.mark.parametrize(
    "fragment", ["<div>" * 200_000, "<b><p>" * 50_000, "<ul><li>" * 50_000, "<td>" * 100_000, "<pre><font>" * 50_000]
)
def test_any_depth_is_read(fragment):
    assert text_of_html(fragment + "fondo") == "fondo"


def test_too_much_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(markup, "MAX_HTML", 10)
    with pytest.raises(InputError, match=r"^has 11 characters of HTML, more than the 10"):
        text_of_html("x" * 11)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "corpora" / "formatos" / "html").glob("*.html")), ids=lambda path: path.stem
)
def test_saved_pages_keep_every_word_of_their_post(path):
    page = path.read_bytes().decode("utf-8", "surrogateescape")
    entry = page.split('<div class="entry">')[1].split("</div>")[0]
    words = re.findall(r"\w+", html.unescape(re.sub(r"<[^>]+>", " ", entry)))
    found = re.findall(r"\w+", text_of_html(page))
    assert any(found[start : start + len(words)] == words for start in range(len(found)))
    assert "no text" not in text_of_html(page)


def test_real_pages_keep_the_text_that_people_marked():
    folder = SHARED / "data" / "html_gold"
    if not folder.is_dir():
        pytest.skip("the gold pages (../shared/data/html_gold) are not on this machine")
    missing, total = [], 0
    for page in json.loads((folder / "gold.json").read_text("utf-8")):
        text = text_of_html((folder / page["file"]).read_bytes().decode("utf-8", "replace"))
        flat = " ".join(text.split())
        for segment in page["with"]:
            total += 1
            if " ".join(segment.split()) not in flat:
                missing.append((page["file"], segment))
    assert total > 20
    assert missing == []


# ---- shortcodes ------------------------------------------------------------------------------------------

GONE = [
    "[gallery]",
    '[gallery ids="1,2" size="medium"]',
    '[caption id="a" width="3"]<img src="x.png" alt="[1]" /> Pie de foto[/caption]',
    "[youtube https://www.youtube.com/watch?v=x]",
    "[youtube=http://www.youtube.com/watch?v=x&w=1]",
    "[vimeo 123456]",
    '[video src="a.mp4"][/video]',
    "[audio http://example.org/a.mp3]",
    "[embed]http://example.org/v[/embed]",
    '[contact-form][contact-field label="Nombre" type="name" required="1"/][/contact-form]',
    '[nada attr="x"]',
    "[nada attr='x' /]",
    "[nada attr=&quot;x&quot;]",
]
STAYS = [
    "[...]",
    "[…]",
    "[sic]",
    "[1]",
    "[video]",
    "[video de la charla]",
    "[N. del T.: sí]",
    "[N = 25]",
    "[ironía]x[/ironía]",
]
STAYS += [
    "[offtopic]x[/offtopic]",
    "[páginas 3-4]",
    "[Foto: Ana]",
    "[gal",
    "[a [b] c]",
    "[http://example.org]",
    "[poll 3]",
    "][",
]


@pytest.mark.parametrize("code", GONE)
def test_shortcodes_go(code):
    assert without_shortcodes(f"Uno {code} dos") == "Uno  dos"


@pytest.mark.parametrize("code", STAYS)
def test_bracketed_prose_stays(code):
    assert without_shortcodes(f"Uno {code} dos") == f"Uno {code} dos"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('[column width="1/2"]uno[/column] dos', "uno dos"),
        ("[vc_row][vc_column]uno[/vc_column][/vc_row]", "uno"),
        ("[sourcecode]x = [1][/sourcecode]", "x = [1]"),
        ("se escribe [[gallery]] así", "se escribe [gallery] así"),
        ('[caption width="3"]<img />' + "x" * 6_000 + "[/caption]", "<img />" + "x" * 6_000),
        ('uno [caption id="1"]<img /> dos', "uno <img /> dos"),
    ],
)
def test_text_inside_shortcodes_stays(body, text):
    assert without_shortcodes(body) == text


@pytest.mark.parametrize("piece", ["[", "[a", '[a "', "[a '", "[caption]", "[/caption]", '[x y="', "[[gallery]", "]"])
def test_brackets_without_end_take_no_time(piece):
    without_shortcodes(piece * 100_000)
