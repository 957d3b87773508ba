"""The concordance as a page and what the widget is answered: aligned, inert, the same every time."""

import json
import re
import time
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from toolkit.display import show
from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.marked_text import clean
from toolkit.resources import data_file
from toolkit.statistics.kwic import concordance, view
from toolkit.statistics.kwic.view import html_of, page_of
from toolkit.statistics.kwic.view_desk import ConcordanceDesk
from toolkit.statistics.kwic.view_parts import columns_of, passages_of, squeezed, value_of, window
from toolkit.statistics.kwic.view_words import notes_in, words_in
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


#: The modules of the concordance.
FOLDER = Path(view.__file__).parent


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


def found(texts=TEXTS, query="cliente", metadata=(), columns=None, words=None, **more):
    posts, tokens = corpus(texts, **(columns or {}))
    tokens = tokens.assign(**(words or {}))
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
        assert shown[0] == squeezed(line["left"]).replace("\n", " ¶ ")
        assert shown[1] == squeezed(line["node"] + line["right"]).replace("\n", " ¶ ")
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
    assert "ordenadas por derecha 1 (R1)" in text and "con" in page.xpath("string(//p[1])")
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
    assert 1 <= len(node) <= 240


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
def test_squeezing_leaves_single_blanks_and_breaks(text):
    shown = squeezed(text)
    assert not re.search(r"\s\s|[^\S \n]", shown)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", clean(re.sub(r"\s", " ", text)))


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, ""), (float("nan"), ""), (pd.NA, ""), (pd.NaT, ""), (True, "True"), (2009.0, "2009"), ("a\nb", "a b")],
)
def test_values_of_metadata(value, said):
    assert value_of(value) == said
    assert len(value_of("x" * 1000)) == 200


def test_what_found_a_line_is_left_out_where_it_is_the_node():
    rows = [{**found().rows(0, 1)[0], "found_by": name} for name in ("Cliente", "listening")]
    say = words_in("en")
    assert [columns_of(rows[:number], say, "form") for number in (0, 1)] == [[("doc_id", "document")]] * 2
    assert columns_of(rows, say, "cue") == [("doc_id", "document"), ("found_by", "found by")]
    # the pattern is the same for all
    assert columns_of(rows, say, "regex") == [("doc_id", "document")]


def coded(*spans):
    """Annotations of the first text by its words: (first word, last word, code)."""
    text = TEXTS["es/uno"]
    rows = [(text.index(first), text.index(last) + len(last), code) for first, last, code in spans]
    table = pd.DataFrame(rows, columns=["start", "end", "code"])
    table["quote"] = [text[start:end] for start, end in zip(table["start"], table["end"], strict=True)]
    given = {"doc_id": "es/uno", "codebook": "cluetrain", "stance": "endorses", "coder": "second", "kind": "human"}
    return table.assign(**given, codebook_version=None, score=None, evidence=None, created=None, note=None)


def test_coded_passages_have_the_room_and_their_code_is_whole():
    lines = found(query="*", match="code", annotations=coded(("Un cliente", "otro cliente", "conversation")))
    page = parsed(html_of(lines))
    [row] = page.xpath("//summary")
    node = lines.rows()[0]["node"]
    assert row.xpath("string(.//b)") == squeezed(node).replace("\n", " ¶ ") and len(node) > 50
    right, *cells = row.xpath("./span[contains(@class, 'right') or contains(@class, 'cell')]")
    assert cells[0].text_content() == "conversation:endorses, second"
    for part in (right, *cells):
        assert "white-space:normal" in part.get("style") and "ellipsis" not in part.get("style")
    heads = page.xpath("//div[contains(@class, 'heads')]/*")
    assert [head.get("style") for head in heads] == [part.get("style") for part in row]
    answer = ask(ConcordanceDesk(lines, "es"), "lines")
    assert answer["heads"] == ["código y codificador", "documento"]
    assert answer["rows"][0]["node"].endswith("otro cliente")
    assert ask(ConcordanceDesk(lines), "hello")["wide"] and not ask(ConcordanceDesk(found()), "hello")["wide"]


@pytest.mark.parametrize("length", [7, 39, 47, 239, 247, 500])
def test_a_long_node_is_cut_at_its_end_only(length):
    text = ("palabra " * 80)[:length].strip()
    [row] = parsed(html_of(found({"es/largo": f"{text}."}, query=r"\A[^.]+", match="regex"))).xpath("//summary")
    node = row.xpath("string(.//b)")
    most = 240 if length > 41 else 60
    assert len(node) <= most
    assert node == text if len(text) <= most else node.endswith(" …") and text.startswith(node[:-2])


def test_passages_of_lines_are_those_of_their_first_token():
    lines = found(query="cliente|solo|tienda").sort("-R1")
    index = lines.index
    names, of_line = index.passage_ids[index.passage], passages_of(lines, 1, 6)
    for row, passage in zip(lines.rows(1, 6), of_line, strict=True):
        own = names == row["passage_id"]
        assert passage == (index.start[own].min(), index.end[own].max())
    blank = found(query=r"(?<=\w) (?=\w)", match="regex")
    bare = [row["passage_id"] is None for row in blank.rows()]
    assert any(bare) and [passage is None for passage in passages_of(blank, 0, len(blank))] == bare


def test_passages_of_a_long_document_are_found_at_once():
    lines = found({"es/largo": "Aquí hay un cliente. " * 20_000})
    start = time.perf_counter()
    passages = passages_of(lines, 0, 2_000)
    # each line went through all tokens: 3 ms a line here
    assert time.perf_counter() - start < 1
    assert passages[1_999] == (1_999 * 21, 1_999 * 21 + 20)


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
    in_python = {
        "rerun",
        "unkept",
        "of",
        "all",
        "exists",
        "saved",
        "downloaded",
        "too_large",
        "number",
        "ending",
        "stale",
    }
    in_python |= {"stale", "refused", "unexpected"}
    assert set(given_words) - used == in_python


#: Each note that a concordance takes, and something of it in Spanish and Italian.
NOTES = {
    "language": (lambda: found(lang="es"), "idioma: español", "lingua: spagnolo"),
    "columns": (lambda: found(where={"n": range(1, 4)}, columns={"n": [1, 2, 3]}), "n 1–3", "n 1–3"),
    "codes": (lambda: found(where=coded(("Un", "otro", "x"))), "pasajes codificados como x", "passi codificati come x"),
    "spans": (lambda: found(where=coded(("Un", "otro", "x")).drop(columns="code")), "fragmentos: 1", "segmenti: 1"),
    "sample": (lambda: found().sample(2), "2 líneas al azar de 5 (semilla 1)", "2 righe a caso su 5 (seme 1)"),
    "first": (lambda: found().head(2), "las primeras 2 líneas de 5", "le prime 2 righe di 5"),
    "near": (lambda: found().having("con", 3), "«con» a 3 palabras como máximo", "«con» entro 3 parole"),
    "left": (lambda: found().having("un", 3, "left"), "a la izquierda", "a sinistra"),
    "right": (lambda: found().having("vuelve", 3, "right", "lemma"), "lema «vuelve»", "lemma «vuelve»"),
    "long": (
        lambda: found({"es/a": "cliente " * 3_000}, "transparency", match="cue", codebook="cluetrain"),
        "pasajes de los que solo se examinaron los primeros 20\u202f000 caracteres: 1",
        "passi di cui sono stati esaminati solo i primi",
    ),
    "lemma": (
        lambda: found({"es/a": "Clientes."}, "clientes", match="lemma", words={"lemma": "cliente"}),
        "ningún lema es «clientes»; como forma, su lema es 'cliente'",
        "nessun lemma è «clientes»",
    ),
    "no_cues": (
        lambda: found(query="transparency", match="cue", codebook="cluetrain", words={"lang": "en"}),
        "«transparency» no tiene indicios en inglés",
        "«transparency» non ha indizi in inglese",
    ),
    "question": (lambda: found(query="qué?"), "escribe «\\?»", "scrivi «\\?»"),
}


@cache
def noted(name):
    return NOTES[name][0]()


@pytest.mark.parametrize("name", NOTES)
def test_notes_are_said_in_the_language_of_the_reader(name):
    lines, said = noted(name), NOTES[name][1:]
    for lang, words in zip(("es", "it"), said, strict=True):
        shown = notes_in(lines.notes, words_in(lang))
        assert words in shown[-1]
        assert words in parsed(html_of(lines, lang=lang)).xpath("string(//p[1])")
        assert ask(ConcordanceDesk(lines, lang), "lines")["notes"] == shown


def test_a_filter_that_finds_nothing_has_its_hint_in_the_widget():
    desk = ConcordanceDesk(found(), "it")
    assert ask(desk, "lines", {"word": "qué?"})["notes"] == [words_in("it")["notes"]["question"]]
    assert ask(desk, "lines", {"word": "con", "sample": "1"})["notes"] == []


def test_every_note_of_the_engine_is_translated():
    made = {note.key for name in NOTES for note in noted(name).notes}
    sources = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")]
    written = {key for source in sources for key in re.findall(r"\bnote\(\s*\"(\w+)\"", source)}
    assert written and made >= written


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
    hello = ask(desk, "hello")
    assert hello["sorts"][:2] == [["position", "order of the text"], ["node", "what was found"]]
    assert hello["order"] == ["position"]
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
        ({"sample": "many"}, "Random lines: 'many' is not a whole number from 1 to"),
        ({"sample": "0"}, "Random lines: '0' is not a whole number from 1"),
        ({"sample": "9" * 400}, "is not a whole number"),
        ({"sample": "2", "seed": "-1"}, "seed: '-1' is not a whole number from 0"),
        ({"word": "a", "within": "-1"}, "words: '-1' is not a whole number from 1 to 100"),
        ({"word": "a", "within": "101"}, "from 1 to 100"),
        ({"keys": ["R77"]}, "R77"),
    ],
)
def test_a_wrong_wish_is_answered_with_one_sentence(desk, state, said):
    answer = ask(desk, "lines", state)
    assert not answer["ok"] and said in answer["error"] and "\n" not in answer["error"]
    assert ask(desk, "lines")["n"] == 5


def test_the_order_given_is_shown_and_that_of_the_text_can_be_had():
    lines = found(sort=["-R1", "doc_id", "title", "L7"], metadata=["title"])
    desk = ConcordanceDesk(lines, "es")
    hello = ask(desk, "hello")
    assert hello["order"] == ["-R1", "doc_id", "title", "L7"]
    # what it is sorted by can be chosen, once
    keys = [key for key, _ in hello["sorts"]]
    assert len(keys) == len(set(keys)) and {"R1", "doc_id", "title", "L7"} <= set(keys)
    assert dict(hello["sorts"])["R1"] == "derecha 1 (R1)"
    places = lambda one: [(row["doc_id"], row["start"]) for row in one.rows()]  # noqa: E731
    assert places(desk._of({"state": {"keys": hello["order"]}})) == places(lines)
    assert places(desk._of({"state": {"keys": ["position"]}})) == places(found()) != places(lines)
    assert places(desk._of({"state": {"keys": ["-position"]}})) == places(found())[::-1]
    assert desk._of({"state": {"keys": ["position"]}}).sorted_by == ()


def test_lines_can_be_drawn_with_seed_0(desk):
    drawn = [ask(desk, "lines", {"sample": "3", "seed": seed}) for seed in ("0", 0)]
    assert all(answer["ok"] and answer["n"] == 3 for answer in drawn)


@pytest.mark.parametrize("lang", ["es", "it"])
def test_errors_and_pages_are_in_the_language_of_the_widget(lang, tmp_path):
    desk, say = ConcordanceDesk(found(), lang), words_in(lang)["widget"]
    path = tmp_path / "a.html"
    assert ask(desk, "save", path=str(path))["ok"]
    page = parsed(path.read_text(encoding="utf-8"))
    assert page.xpath("//section/@lang") == [lang] and words_in(lang)["how"] in page.text_content()
    assert words_in(lang)["page"]["title"].format(query="cliente") == page.xpath("string(//title)")
    # what the engine says is English, and is said to be
    assert ask(desk, "lines", {"keys": ["R77"]})["error"].startswith(say["refused"].split("{")[0])
    for what in ({"do": "rm"}, {"do": "open", "line": 99}, {"do": "lines", "first": "x"}):
        assert desk.handle({"state": {}, **what})["error"] == say["stale"]
    assert ask(desk, "save", path="a.docx")["error"] == say["ending"].format(got="a.docx")
    assert ask(desk, "lines", {"keys": 7})["error"].startswith(say["unexpected"].split(",")[0])


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
    # where none are kept, how they are
    assert ("termina la celda con la propia concordancia, sin .view(...)" in kept["text/html"]) != bool(keep)
    assert "Ejecuta esta celda" in kept["text/html"] and "Ejecuta esta celda" in live["text/plain"]
    assert kept["text/html"].count("<details>") == keep
    assert ("tienda" in json.dumps(shown)) == bool(keep)
    widget.close()


@pytest.mark.parametrize(
    ("lang", "said", "more"),
    [
        ("es", ["cliente (por forma). Líneas: 25 · documentos: 1", "ordenadas por derecha 1 (R1)"], "y 5 más"),
        ("it", ["cliente (per forma). Righe: 25 · documenti: 1", "in ordine di destra 1 (R1)"], "e altri 5"),
    ],
)
def test_show_gives_a_concordance_in_the_language_of_the_reader(lang, said, more):
    lines = found({"uno": "El cliente llama. " * 25}).sort("R1")
    spoken = show(lines, lang=lang)
    assert spoken._repr_html_() == html_of(lines, lang=lang)
    written = str(spoken).splitlines()
    assert written[:2] == said and written[-1] == more
    assert written[2:-1] == str(lines).splitlines()[2:-1]


def test_show_gives_a_concordance_in_english_as_it_gives_itself():
    lines = found().sample(1)
    assert (str(show(lines)), show(lines)._repr_html_()) == (str(lines), lines._repr_html_())
    assert "\x1b" not in str(show(found(query="cliente\x1b[31m|marca"), lang="es"))
    with pytest.raises(InputError, match="lang is 'pt'"):
        show(lines, lang="pt")
