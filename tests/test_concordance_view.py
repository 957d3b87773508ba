"""The concordance as a page and what the widget is answered: aligned, inert, the same every time."""

import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.marked_text import clean
from toolkit.resources import data_file
from toolkit.statistics.kwic import concordance, view
from toolkit.statistics.kwic.view import html_of, page_of
from toolkit.statistics.kwic.view_desk import ConcordanceDesk
from toolkit.statistics.kwic.view_parts import columns_of, folded, tails_of, value_of, window, words_in
from toolkit.statistics.kwic.widget import concordance_widget

#: Emoji, CRLF, white space in a row, an accent of its own, a sentence in Arabic, all around the same word.
TEXTS = {
    "es/uno": "La tienda escucha. Un cliente\r\n\r\nvuelve  a la\ttienda 😀 con otro cliente y con mi café cafe\u0301.",
    "es/dos": "Nadie contesta al cliente. مرحبا cliente مرحبا.",
    "es/tres": "Sin nada." + " Relleno de texto." * 400 + " Aquí hay un cliente solo." + " Más relleno." * 400,
}
#: What would run, break out of an attribute, turn the line round, or cannot stand in HTML at all.
HOSTILE = {
    "es/<i>": "<script>alert(1)</script> \"' onload=x> cliente </details></summary><style>*{display:none}</style>",
    "es/&amp;": "\u202eodot\u202d \u2066 cliente\x00\ufffe $\\frac{1}{2}$ {{ 7*7 }} {% raw %}",
    "es/img": "<img src=http://x.test onerror=alert(1)> cliente <!-- --> ]]> &lt;b&gt;",
}
_TAGS = {"section", "style", "h3", "p", "div", "span", "ol", "li", "details", "summary", "b", "bdi", "i"} | {
    "html",
    "head",
    "body",
}


def corpus(texts, **columns):
    posts = pd.DataFrame({"doc_id": list(texts), "text": list(texts.values()), "lang": "es", "title": list(texts)})
    posts["sha256"] = posts["text"].map(sha256_text)
    rows = []
    for name, text in texts.items():
        for sentence in re.finditer(r"[^.]+\.?", text):
            for word in re.finditer(r"\w[\w\u0301]*|[^\w\s]", sentence[0]):
                start, passage = sentence.start() + word.start(), f"{name}:{sentence.start()}"
                rows.append((name, passage, start, start + len(word[0]), word[0], word[0].lower()))
    tokens = pd.DataFrame(rows, columns=["doc_id", "passage_id", "start", "end", "text", "lemma"])
    return posts.assign(**columns), tokens.assign(pos=None, is_stop=False, lang="es")


def found(texts=TEXTS, query="cliente", metadata=(), columns=None, **more):
    posts, tokens = corpus(texts, **(columns or {}))
    return concordance(tokens, query, posts=posts, metadata=metadata, **more)


def parsed(page):
    return html.fromstring(page)


# ---- the static view --------------------------------------------------------------------------------------


def test_a_line_shows_left_node_and_right_and_opens_its_post():
    lines = found()
    page = parsed(html_of(lines))
    rows = page.xpath("//li/details/summary")
    assert len(rows) == len(lines) == 5
    for row, line in zip(rows, lines.rows(), strict=True):
        shown = [row.xpath(f".//span[contains(@class, '{side}')]")[0].text_content() for side in ("left", "right")]
        assert shown[0] == folded(line["left"]).replace("\n", " ¶ ")
        assert shown[1] == folded(line["node"] + line["right"]).replace("\n", " ¶ ")
        assert row.xpath(".//b[@class='node']")[0].text_content() == "cliente"
    for block, line in zip(page.xpath("//div[@class='post']"), lines.rows(), strict=True):
        text = block.xpath("./div[contains(@class, 'text')]")[0].text_content()
        assert text in lines.texts[line["doc_id"]]
        assert line["left"] + line["node"] + line["right"] in text
        assert block.xpath(".//span[contains(@class, 'node')]")[0].text_content() == "cliente"
        marked = "".join(part.text_content() for part in block.xpath(".//span[contains(@class, 'passage')]"))
        bounds = [(m.start(), m.end()) for m in re.finditer(r"[^.]+\.?", lines.texts[line["doc_id"]])]
        [passage] = [lines.texts[line["doc_id"]][s:e] for s, e in bounds if s <= line["start"] < e]
        assert marked == passage.strip()
        assert line["doc_id"] in block.text_content()


def test_what_aligns_the_lines_stands_at_them_and_is_the_same_for_all():
    page = parsed(html_of(found(metadata=["title"])))
    for place, look in {"left": "direction:rtl", "right": "flex:13", "cell": "flex:3"}.items():
        styles = {node.get("style") for node in page.xpath(f"//summary/span[contains(@class, '{place}')]")}
        assert len(styles) == 1
        [style] = styles
        assert look in style and "white-space:nowrap" in style and "text-overflow:ellipsis" in style
        # JupyterLab knows the head as one of the same cells
        assert style in {node.get("style") for node in page.xpath("//div[contains(@class, 'heads')]/span")}
    assert all(cell.xpath("./bdi") for cell in page.xpath("//summary/span[@class='left']"))


@pytest.mark.parametrize(("most", "lines"), [(0, 0), (2, 2), (5, 5), (50, 5)])
def test_how_many_lines_of_how_many_is_said(most, lines):
    page = parsed(html_of(found(), most=most))
    assert len(page.xpath("//li")) == lines
    said = page.xpath("string(//p[1])")
    assert ("the first" in said) == (lines < 5)
    assert "5" in said and "documents: 3" in said


def test_nothing_found_is_said_in_every_language():
    for lang in ("en", "es", "it"):
        assert words_in(lang)["none"] in parsed(html_of(found(query="zzz"), lang=lang)).text_content()


def test_text_that_is_cut_is_said_and_its_length_is_right():
    lines = found().sort("doc_id").having("solo")
    [block] = parsed(html_of(lines)).xpath("//div[@class='post']")
    shown = block.xpath("./div[contains(@class, 'text')]")[0].text_content()
    cut = [int(re.sub(r"\D", "", note.text_content())) for note in block.xpath("./p[contains(@class, 'cut')]")]
    assert len(cut) == 2 and sum(cut) + len(shown) == len(TEXTS["es/tres"])
    assert 900 < len(shown) < 1_100


def test_query_order_filters_and_metadata_are_named():
    lines = found(metadata=["country"], columns={"country": ["MX", None, "ES"]}).having("con").sort("R1")
    page = parsed(html_of(lines, lang="es"))
    text = page.text_content()
    assert "cliente" in page.xpath("string(//h3)") and "por forma" in page.xpath("string(//h3)")
    assert "ordenadas por R1" in text and "con" in page.xpath("string(//p[1])")
    heads = [head.text_content() for head in page.xpath("//div[contains(@class, 'heads')]/span")]
    assert heads[3:] == ["documento", "country"]
    assert {row.xpath("./span[contains(@class, 'cell')]")[1].text_content() for row in page.xpath("//summary")} == {
        "MX"
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_stay_texts(name):
    text = HOSTILE[name]
    lines = found({name: text}, metadata=["site"], columns={"site": [text]})
    source = html_of(lines)
    page = parsed(source)
    elements = [node for node in page.iter() if isinstance(node.tag, str)]
    assert {node.tag for node in elements} <= _TAGS
    assert {name for node in elements for name in node.attrib} <= {
        "class",
        "style",
        "title",
        "lang",
        "dir",
        "aria-hidden",
    }
    assert page.xpath("count(//style)") == 1 and page.xpath("count(//details)") == 1
    assert page.xpath("string(//div[contains(@class, 'text')])") == clean(text)
    assert "\ufffe" not in source and "\x00" not in source
    # what turns the direction of writing turns it inside of what it stands in
    for place in page.xpath("//summary/span[@class='left' or @class='right']"):
        assert not (place.text or "").strip()


def test_the_query_is_a_text_too():
    query = r"<b>|cliente(?=.)|\"'&"
    page = parsed(html_of(found(query=query, match="regex")))
    assert page.xpath("string(//h3/bdi)") == query


@pytest.mark.parametrize("stretch", ["a ", "a", " ", "\n", "palabra "])
def test_long_nodes_and_contexts_are_bounded(stretch):
    text = f"x{stretch * 30_000}."
    lines = found({"es/largo": text}, query=r"(?s)\Ax.{9999}", match="regex", context=1000)
    source = html_of(lines)
    assert len(source) < 30_000 + len(html_of(found(query="zzz")))
    node = parsed(source).xpath("string(//summary//b)")
    assert 1 <= len(node) <= 63


def test_the_same_concordance_gives_the_same_page(tmp_path):
    assert html_of(found()) == html_of(found())
    one, two = page_of(found(), tmp_path / "1.html"), page_of(found(), tmp_path / "2.html")
    assert one.read_bytes() == two.read_bytes()


def test_a_page_holds_all_lines_loads_nothing_and_says_where_it_ends(tmp_path, monkeypatch):
    source = page_of(found(), tmp_path / "a.html", lang="it").read_text(encoding="utf-8")
    page = parsed(source)
    assert page.xpath("string(//title)") == "Concordanza: cliente"
    assert len(page.xpath("//li")) == 5
    assert not page.xpath("//script | //link | //img | //@src | //@href")
    assert "default-src 'none'" in page.xpath("string(//meta[@http-equiv]/@content)")
    monkeypatch.setattr(view, "MOST_ON_A_PAGE", 3)
    page = parsed(page_of(found(), tmp_path / "b.html").read_text(encoding="utf-8"))
    assert len(page.xpath("//li")) == 3 and "the first 3 of 5 lines" in page.text_content()


def test_wrong_use_is_one_sentence():
    with pytest.raises(InputError, match="does not speak 'de'"):
        html_of(found(), lang="de")
    with pytest.raises(InputError, match="from 0"):
        html_of(found(), most=-1)


@given(st.text("a \n.", max_size=300), st.data())
def test_a_window_is_a_stretch_of_the_text_with_the_node_in_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    part = window(text, start, end, data.draw(st.integers(0, 60)), data.draw(st.integers(1, 60)))
    assert text[part.start : part.start + len(part.text)] == part.text
    assert part.before + len(part.text) + part.after == len(text)
    assert part.start <= start
    assert not text or part.start + len(part.text) >= min(end, start + 1)


@given(st.text())
def test_folding_leaves_single_blanks_and_breaks(text):
    shown = folded(text)
    assert not re.search(r"\s\s|[^\S \n]", shown)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", clean(re.sub(r"\s", " ", text)))


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, ""), (float("nan"), ""), (pd.NA, ""), (pd.NaT, ""), (True, "True"), (2009.0, "2009"), ("a\nb", "a b")],
)
def test_values_of_metadata(value, said):
    assert value_of(value) == said
    assert len(value_of("x" * 1000)) == 200


def test_what_found_a_line_is_cut_at_its_left_end_and_left_out_where_it_is_the_node():
    rows = [{**found().rows(0, 1)[0], "found_by": name} for name in ("Cliente", "cluetrain/listening, ana")]
    say = words_in("en")
    assert [columns_of(rows[:number], say) for number in (0, 1)] == [[("doc_id", "document")]] * 2
    columns = columns_of(rows, say)
    assert columns == [("doc_id", "document"), ("found_by", "found by")] and tails_of(columns) == [False, True]
    page = parsed(html_of(found(query="[ct]lient.|tienda", match="regex")))
    cells = page.xpath("//summary/span[contains(@class, 'cell')]")
    assert len(cells) == 2 * len(page.xpath("//summary"))
    assert [cell.get("style").endswith("direction:rtl;text-align:left") for cell in cells[:2]] == [False, True]


# ---- words ------------------------------------------------------------------------------------------------


def leaves(words, path=""):
    for key, value in words.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", sorted(re.findall(r"\{\w+\}", value))


def test_the_languages_say_the_same_things_with_the_same_gaps():
    said = {lang: dict(leaves(words_in(lang))) for lang in ("en", "es", "it")}
    assert said["en"] == said["es"] == said["it"]


def test_the_widget_has_a_word_for_all_it_says_and_says_all_words():
    script = data_file("concordance", "concordance.js").read_text(encoding="utf-8")
    used = set(re.findall(r'this\.t\("(\w+)"', script)) | set(re.findall(r"words\.(\w+)", script))
    given_words = ConcordanceDesk(found()).handle({"do": "hello", "cid": 1})["words"]
    assert used <= set(given_words)
    in_python = {"rerun", "of", "all", "exists", "saved", "downloaded", "too_large", "whole_number", "no_name"}
    assert set(given_words) - used == in_python


def test_the_widget_never_makes_html_of_a_text_and_asks_no_network():
    script = data_file("concordance", "concordance.js").read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|import\(|https?:", script
    )


# ---- what the widget is answered --------------------------------------------------------------------------


def ask(desk, what, state=None, **more):
    answer = desk.handle({"do": what, "cid": "c", "state": state or {}, **more})
    # what goes to the browser is JSON in UTF-8
    json.dumps(answer, ensure_ascii=False).encode("utf-8")
    assert answer["re"] == "c"
    return answer


@pytest.fixture
def desk():
    return ConcordanceDesk(found(metadata=["title"]))


def test_lines_come_filtered_sampled_and_sorted(desk):
    assert ask(desk, "hello")["sorts"][0] == ["node", "what was found"]
    whole = ask(desk, "lines", first=0)
    assert (whole["n"], whole["all"], len(whole["rows"])) == (5, 5, 5)
    rows = ask(desk, "lines", {"keys": ["R1"]})["rows"]
    assert [re.findall(r"\w+", row["right"])[0] for row in rows] == ["solo", "vuelve", "y", "مرحبا", "مرحبا"]
    assert ask(desk, "lines", {"keys": ["-doc_id"]})["rows"][0]["cells"][0] == "es/uno"
    assert ask(desk, "lines", {"word": "solo"})["n"] == 1
    assert ask(desk, "lines", {"word": "solo", "side": "left"})["n"] == 0
    one, two = (ask(desk, "lines", {"sample": "2", "seed": "7"}) for _ in range(2))
    assert one == two and one["n"] == 2
    assert ask(desk, "lines", first=0) == whole


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"sample": "many"}, "'many' is no number of lines"),
        ({"sample": "0"}, "'0' is no number"),
        ({"sample": "9" * 400}, "is no number"),
        ({"word": "a", "within": "-1"}, "is no number"),
        ({"keys": ["R77"]}, "R77"),
    ],
)
def test_a_wrong_wish_is_answered_with_one_sentence(desk, state, said):
    answer = ask(desk, "lines", state)
    assert not answer["ok"] and said in answer["error"] and "\n" not in answer["error"]
    assert ask(desk, "lines")["n"] == 5


NO_MESSAGES = [None, 3, "lines", {}, {"do": "rm"}, {"do": "lines", "state": 7}, {"do": "open", "line": 99}]


@pytest.mark.parametrize("message", NO_MESSAGES, ids=str)
def test_messages_that_are_none_are_answered(desk, message):
    assert desk.handle(message)["ok"] is False


@pytest.mark.parametrize("texts", [TEXTS, HOSTILE], ids=["texts", "hostile"])
def test_an_opened_post_is_the_whole_text_with_its_node(texts):
    lines = found(texts)
    desk = ConcordanceDesk(lines)
    for number, line in enumerate(lines.rows()):
        answer = ask(desk, "open", line=number)
        assert "".join(part for part, _ in answer["pieces"]) == clean(texts[line["doc_id"]])
        assert [part for part, kind in answer["pieces"] if "node" in kind] == [line["node"]]
        assert answer["before"] == answer["after"] == ""


def test_a_file_is_never_overwritten_unasked(desk, tmp_path):
    path = tmp_path / "lines.csv"
    answer = ask(desk, "save", path=str(path))
    assert answer["ok"] and not answer["exists"] and str(path) in answer["said"]
    first = path.read_bytes()
    assert ask(desk, "save", {"word": "solo"}, path=str(path))["exists"]
    assert path.read_bytes() == first
    assert not ask(desk, "save", {"word": "solo"}, path=str(path), replace=True)["exists"]
    assert len(pd.read_csv(path)) == 1
    for name in ("", "lines.docx", str(tmp_path)):
        answer = ask(desk, "save", path=name)
        assert not answer.get("ok") or answer["exists"], name


def test_a_download_in_pieces_is_the_file(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.statistics.kwic.view_desk._PIECE", 100)
    parts, place = [], 0
    while place is not None:
        answer = ask(desk, "download", **{"from": place})
        parts.append(answer["part"])
        place = answer["next"]
    desk.concordance.save(tmp_path / "a.csv")
    assert "".join(parts).encode() == (tmp_path / "a.csv").read_bytes()
    monkeypatch.setattr("toolkit.statistics.kwic.view_desk._MOST_DOWNLOAD", 10)
    assert "save it as a file" in ask(desk, "download", {"word": "solo"}, **{"from": 0})["error"]


def test_the_widget_keeps_no_text_in_its_traits():
    lines = found()
    widget = lines.view("es")
    state = json.dumps({key: str(value) for key, value in widget.get_state().items()})
    assert "tienda" not in state and "Nadie" not in state
    widget.close()


@pytest.mark.parametrize("keep", [0, 2])
def test_a_saved_notebook_keeps_what_was_asked_for_and_says_what_to_do(keep, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_how: shown.append(data))
    widget = concordance_widget(found(), "es", keep=keep)
    widget._ipython_display_()
    kept, live = shown
    assert "Ejecuta esta celda" in kept["text/html"] and "Ejecuta esta celda" in live["text/plain"]
    assert kept["text/html"].count("<details>") == keep
    assert ("tienda" in json.dumps(shown)) == bool(keep)
    widget.close()
