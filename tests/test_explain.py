"""Evidence a person can read: the numbers add up, the text stays the text, nothing in it runs."""

import html.parser
import json
import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.codebook import load_codebook
from toolkit.corpus import load_posts, segment
from toolkit.errors import InputError
from toolkit.marked_text import COLOURS, LANES, Mark, clean, lanes_of, marked_html
from toolkit.principles import code_passages
from toolkit.principles.evidence import read_evidence
from toolkit.principles.explain import explain
from toolkit.reading import as_html, best_passages, evidence_of, marked_post, show_codes, with_cues

TEXT = "Ayer hablamos de precios. Hay que escuchar siempre a los clientes, dijo. Luego comimos migas con uvas."
QUOTE = "Hay que escuchar siempre a los clientes, dijo."
START = TEXT.index(QUOTE)
CUES = [
    {"cue": "escuchar a los clientes", "weight": 3, "start": 34, "end": 65, "quote": TEXT[34:65]},
    {"cue": "cliente", "weight": 1, "start": 57, "end": 65, "quote": "clientes"},
    {"cue": "escuchar", "weight": 2, "start": 34, "end": 42, "quote": "escuchar"},
]
HOW = ["with words between", "in another form", "word for word"]
# 1 / (1 + exp(-0.49)) = 0.6201; the parts sum to 0.50, which is 0.49 but for rounding to two places
EVIDENCE = {
    "method": "hybrid",
    "probability": 0.62,
    "logit": 0.49,
    "parts": {"base": -2.1, "meaning": 1.9, "words": 0.4, "spelling": 0.2, "cues": 0.1},
    "cues": CUES,
    "examples": [
        {"id": "es-1", "similarity": 0.81, "stance": "endorses", "text": "Conviene oír a la gente.", "part": 0.42},
        {"id": "es-2", "similarity": 0.5, "stance": None, "text": "Oír la radio.", "part": -0.2},
        {"id": "es-3", "similarity": 0.4, "stance": None, "text": "Otra cosa."},
    ],
    "stance": {"mentions": 0.1, "rejects": 0.1, "breach": 0.2, "endorses": 0.6},
}
POSTS = pd.DataFrame({"doc_id": ["uno"], "lang": ["es"], "text": [TEXT]})


def row(evidence=EVIDENCE, **more):
    base = {
        "doc_id": "uno",
        "start": START,
        "end": START + len(QUOTE),
        "quote": QUOTE,
        "codebook": "cluetrain",
        "codebook_version": load_codebook().version,
        "code": "listening",
        "stance": "endorses",
        "coder": "machine:hybrid",
        "kind": "machine",
        "score": 0.62,
        "evidence": json.dumps(evidence) if isinstance(evidence, dict) else evidence,
        "created": "2026-01-05T10:00:00Z",
        "note": None,
    }
    return {**base, **more}


class Reader(html.parser.HTMLParser):
    """What a browser sees: the characters of the block ``text``, its stretches, and every tag with attributes."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.text, self.stretches, self.tags, self.words, self._inside, self._span = "", [], [], "", False, None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if attrs.get("class") == "text":
            self._inside = True
        elif tag == "span" and self._inside:
            self._span = attrs

    def handle_endtag(self, tag):
        if tag == "span":
            self._span = None
        if tag == "div":
            self._inside = False

    def handle_data(self, data):
        self.words += data
        if self._inside:
            self.text += data
            self.stretches.append((data, self._span or {}))


def read(thing):
    return Reader(thing if isinstance(thing, str) else thing._repr_html_())


# ---- one annotation ---------------------------------------------------------------------------------------


def test_the_text_form_says_everything_and_its_table_adds_up():
    text = str(explain(row(), POSTS))
    assert "Listening and responding (listening): + Endorses" in text
    assert f"characters {START} to {START + len(QUOTE)}" in text
    assert f"    Ayer hablamos de precios.\n  > {QUOTE}\n    Luego comimos migas con uvas.\n" in text
    assert "Probability 0.62 (logit +0.49)" in text
    assert "Stance: + Endorses 0.60, ! Breach 0.20, − Rejects 0.10, ○ Mentions 0.10" in text
    table = text.split("made of (logit)\n")[1].split("\n  They add up")[0]
    written = re.findall(r"[+−]\d+\.\d+$", table, flags=re.MULTILINE)
    *parts, total = [float(number.replace("−", "-")) for number in written]
    assert parts == [-2.1, 1.9, 0.4, 0.2, 0.1]
    assert total == pytest.approx(sum(parts))
    assert "the logit +0.49 (but for rounding), which is the probability 0.62" in text
    assert "0.81  es-1, + Endorses, counts for the code (+0.42)" in text
    assert "0.50  es-2, counts against it (−0.20)" in text
    assert "0.40  es-3, counts against it\n" in text
    assert "toolkit evaluate" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(("cue", "how"), list(zip(CUES, HOW, strict=True)))
def test_each_cue_says_where_and_how_it_matched(cue, how):
    line = f"  {cue['cue']}: weight {cue['weight']}, {cue['start']}-{cue['end']} «{cue['quote']}», {how}"
    assert line in str(explain(row(), POSTS)).splitlines()


@pytest.mark.parametrize("give", [pd.Series, dict, lambda r: next(pd.DataFrame([r]).itertuples())])
def test_any_form_of_a_row_will_do(give):
    assert str(explain(give(row()), POSTS)) == str(explain(row(), {"uno": TEXT}, "cluetrain"))


@pytest.mark.parametrize(
    ("change", "slips"),
    [
        ({}, []),
        ({"parts": {"base": -2.1, "meaning": 1.9}}, ["sum"]),  # -0.20 is not 0.49
        ({"parts": {"base": 0.48}}, []),  # both may be off by half a hundredth
        ({"parts": {"base": 0.470001}}, ["sum"]),
        ({"logit": 0.9, "parts": {}}, ["probability"]),  # 1 / (1 + exp(-0.9)) = 0.711
        ({"probability": 0.7, "logit": 0.8473}, ["sum", "score"]),  # log(.7 / .3) = 0.8473
        ({"logit": None}, []),
        ({"logit": -900.0, "probability": 0.0, "parts": {}}, ["score"]),
    ],
)
def test_what_does_not_add_up_is_said(change, slips):
    shown = explain(row({**EVIDENCE, **change}), POSTS)
    assert [name for name, _, _ in shown.evidence.slips] == slips
    assert str(shown).count("!! ") == len(slips)
    assert read(shown).words.count("Do not cite") == len(slips)
    if shown.evidence.parts:
        assert shown.adds_up is not bool(slips)
    assert ("They add up" in str(shown)) == (bool(shown.evidence.parts) and "sum" not in slips)


def _read_words(thing):
    """What a page says, without its style sheet."""
    return read(thing._repr_html_().partition("</style>")[2]).words


#: A decimal point; versions have two.
POINT = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")


@pytest.mark.parametrize(("lang", "said"), [("en", "cut: 0.28"), ("es", "corte: 0,28"), ("it", "soglia: 0,28")])
def test_the_cut_is_said_in_each_language(lang, said):
    shown = explain(row({**EVIDENCE, "cut": 0.28, "reason": "p. 1.5"}), POSTS, lang=lang)
    assert said in str(shown).splitlines() and said in read(shown).words
    assert "reason: p. 1.5" in str(shown)
    assert "cut: <b>" in str(explain(row({**EVIDENCE, "cut": "<b>"}), POSTS, lang=lang))


@pytest.mark.parametrize("lang", ["es", "it"])
def test_numbers_are_written_as_the_language_does(lang):
    shown = explain(row(), POSTS, lang=lang)
    for form in (str(shown), _read_words(shown)):
        assert not POINT.search(form)
        for number in ("0,62", "+0,49", "−2,1", "0,60", "0,81", "0,69"):
            assert number in form
    listed = show_codes(POSTS, pd.DataFrame([row()]), lang=lang)
    assert "0,62" in str(listed) and not POINT.search(_read_words(listed))


def test_parts_are_shown_with_the_places_they_were_written_with():
    parts = {"base": -1.2345, "meaning": 2.0001}
    logit = 0.7656
    evidence = {"method": "hybrid", "parts": parts, "logit": logit, "probability": 1 / (1 + math.exp(-logit))}
    text = str(explain(row(evidence, score=None)))
    assert "−1.2345" in text and "+2.0001" in text and "+0.7656" in text
    assert "but for rounding" not in text


@pytest.mark.parametrize(
    ("lang", "name", "stance", "words"),
    [
        ("es", "Escuchar y responder", "Respalda", "cuenta a favor"),
        ("it", "Ascoltare e rispondere", "Sostiene", "conta a favore"),
    ],
)
def test_it_speaks_the_readers_language(lang, name, stance, words):
    shown = explain(row(), POSTS, lang=lang)
    for form in (str(shown), read(shown).words):
        assert name in form and stance in form and words in form
    assert f'lang="{lang}"' in shown._repr_html_()


def test_a_person_is_named_with_date_and_note():
    text = str(explain(row(None, kind="human", coder="lectora 2", score=None, note="dudé mucho"), POSTS))
    assert "given by lectora 2 (person), 2026-01-05T10:00:00Z" in text
    assert "Note: dudé mucho" in text
    assert "Coded by a person" in text
    assert "Probability" not in text and "toolkit evaluate" not in text


def test_missing_keys_leave_things_out_and_a_second_thought_is_told():
    bare = str(explain(row({"method": "hybrid"}, stance=None), POSTS))
    assert "(listening): none suggested" in bare and "Cues: none in this passage" in bare
    assert "made of" not in bare and "examples" not in bare
    assert "No evidence was kept" in str(explain(row(math.nan), POSTS))
    assert "(the likeliest is Endorses)" in str(explain(row(stance="breach"), POSTS))
    assert "unsure" in str(explain(row(unsure=True), POSTS)) and "unsure" not in str(explain(row(unsure=False), POSTS))
    other = str(explain(row({"method": "callable", "reason": "lo dice"}), POSTS))
    assert "reason: lo dice" in other and "Score 0.62" in other
    assert "version 0.1 of the codebook" in str(explain(row(codebook_version="0.1"), POSTS))


def test_the_cue_coder_is_explained_as_it_counts(tmp_path):
    (tmp_path / "a.txt").write_text(f"{TEXT}\n\nNo borren los comentarios negativos.", encoding="utf-8")
    posts = load_posts(tmp_path)
    coded = code_passages(posts, segment(posts), load_codebook(), method="cues").annotations
    assert len(coded) >= 2
    for _, one in coded.iterrows():
        shown = explain(one, posts)
        weight = sum({(cue.cue, cue.weight): cue.weight for cue in shown.evidence.cues}.values())
        assert one["score"] == pytest.approx(weight / (weight + 2))
        assert f"w / (w + 2) with w = {weight:g}" in " ".join(str(shown).split())
        assert [cue.quote for cue in shown.evidence.cues] == [
            posts["text"][0][cue.start : cue.end] for cue in shown.evidence.cues
        ]


BAD = {
    "another table": ({"topic": "es.1", "share": 0.2}, "has no 'doc_id'"),
    "a number": (3, "got int, expected one row"),
    "whole table": (pd.DataFrame([row(), row()]), "a table of 2 rows"),
    "no such post": (row(doc_id="dos"), "no post has the doc_id 'dos'"),
    "outside": (row(start=500, end=546), "from 500 to 546: end 546 lies outside the text"),
    "not the slice": (row(quote="Otra frase."), "is not the text of 'uno'"),
    "unknown stance": (row(stance="loves"), "one of endorses, breach"),
    "half a sign": (row(quote="a\ud83d"), "holds half of a surrogate pair"),
    "not JSON": (row("{'a': 1}"), "the evidence is not JSON"),
    "too deep": (row("[" * 100_000), "the evidence is not JSON"),
    "a list": (row("[]"), "is list, expected a JSON object"),
    "parts a list": (row({"parts": [1]}), "'parts' is [1], expected an object"),
    "part a word": (row({"parts": {"base": "low"}}), "part 'base' is 'low', expected a finite number"),
    "part infinite": (row('{"parts": {"base": Infinity}}'), "part 'base' is inf"),
    "part truth": (row({"parts": {"base": True}}), "part 'base' is True"),
    "probability": (row({"probability": 1.2}), "'probability' is 1.2, expected a number from 0 to 1"),
    "cue no object": (row({"cues": ["a"]}), "cues, entry 1 is 'a'"),
    "cue outside": (row({"cues": [{"cue": "x", "start": 90, "end": 900}]}), "at 90 to 900 lies outside the text"),
    "cue reversed": (row({"cues": [{"cue": "x", "start": 9, "end": 3}]}), "stands at 9 to 3"),
    "cue fraction": (row({"cues": [{"cue": "x", "start": 0.5, "end": 3}]}), "stands at 0.5 to 3"),
    "cue quote": (
        row({"cues": [{**CUES[2], "quote": "oír"}]}),
        "quotes 'oír', but the text from 34 to 42 is 'escuchar'",
    ),
}


@pytest.mark.parametrize(("bad", "said"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence(bad, said):
    with pytest.raises(InputError) as error:
        explain(bad, POSTS)
    assert said in str(error.value)
    assert "\n" not in str(error.value) and len(str(error.value)) < 500


def test_bad_input_beside_the_row():
    for arguments, said in [
        ({"lang": "fr"}, "language 'fr'"),
        ({"codebook": "groundswell"}, "belongs to codebook 'cluetrain', got 'groundswell'"),
        ({"posts": POSTS.drop(columns="text")}, "no column 'text'"),
    ]:
        with pytest.raises(InputError, match=re.escape(said)):
            explain(row(), **{"posts": POSTS, **arguments})
    with pytest.raises(InputError, match="no code 'listenin'"):
        explain(row(code="listenin"), POSTS, "cluetrain")
    with pytest.raises(InputError, match=r"the quote has 46 characters, expected 45"):
        explain(row(end=START + 45))
    with pytest.raises(InputError, match="not JSON"):
        evidence_of("{oops")


def test_without_the_post_a_cue_in_a_neighbour_is_believed_and_one_inside_is_checked():
    outside = {"cue": "precio", "start": 17, "end": 24, "quote": "precios"}
    assert read_evidence({"cues": [outside]}, "x", QUOTE, offset=START, whole=False).cues[0].quote == "precios"
    with pytest.raises(InputError, match="quotes 'oír'"):
        read_evidence({"cues": [{**CUES[2], "quote": "oír"}]}, "x", QUOTE, offset=START, whole=False)


# ---- on the text ------------------------------------------------------------------------------------------


def test_the_passage_and_its_cues_are_where_the_evidence_says():
    seen = read(explain(row(), POSTS))
    assert seen.text == TEXT
    passage = "".join(part for part, span in seen.stretches if "passage" in span.get("class", ""))
    assert passage == QUOTE
    for cue in CUES:
        title = f"{cue['cue']}: weight"
        titled = [part for part, span in seen.stretches if any(t.startswith(title) for t in span["title"].split("\n"))]
        assert "".join(titled) == cue["quote"]
    thick = {part: re.findall(r"100% (\d)px", span["style"]) for part, span in seen.stretches if "style" in span}
    assert thick["escuchar"] == ["4", "2"] and thick["clientes"] == ["4", "1"]


def test_bars_start_at_one_zero_and_keep_proportions():
    bars = re.findall(
        r'class="bar( against)?" style="margin-left:([\d.]+)%;width:([\d.]+)%', explain(row())._repr_html_()
    )
    ends = [(float(left), float(left) + float(width), bool(sign)) for sign, left, width in bars]
    assert [sign for _, _, sign in ends] == [True, False, False, False, False]
    zero = ends[0][1]  # 2.1 of the whole 2.1 + 1.9
    assert zero == pytest.approx(52.5)
    for (left, right, _), part in zip(ends[1:], [1.9, 0.4, 0.2, 0.1], strict=True):
        assert left == pytest.approx(zero, abs=0.2)
        assert right - left == pytest.approx(100 * part / 4, abs=0.1)


HOSTILE = [
    "<script>window.hit = 1</script>",
    "\"><img src=x onerror='window.hit = 2'>",
    "</style></div></span><svg onload=alert(1)>",
    "&lt;b&gt; &amp; &#106;",
    "{{ 7 * 7 }} {% raw %} {# x #} %s {} %",
    "\u202eatad\u202c \u2066a\u2069 \u200fא",
    "fin\ud83d y \udc00",
    "cero\x00 y \x1b[31m rojo \x85 \x0b",
    "a\r\nb\rc\n\n  d\te",
    "javascript:alert(1)",
    "😀👩‍👩‍👧 e\u0301 ñ",
]


TAGS = """style div h3 h4 code p b span table thead tbody tfoot tr th td ul li br a section details summary
blockquote"""


def harmless(seen):
    assert {tag for tag, _ in seen.tags} <= set(TAGS.split())
    for tag, attrs in seen.tags:
        assert set(attrs) <= {
            "class", "style", "title", "lang", "dir", "scope", "aria-hidden", "aria-label", "data-label", "href", "id",
            "role",
        }, tag  # fmt: skip
        assert attrs.get("href", "#").startswith("#")
        assert "url(" not in (attrs.get("style") or "") and "<" not in (attrs.get("style") or "")
    assert "@import" not in seen.words and "url(" not in seen.words


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_texts_are_inert_wherever_they_stand(evil):
    held = re.sub("[\ud800-\udfff]", "", evil)  # no table holds them; JSON does
    text = f"Antes {held}. Pasaje {held} con indicio. Luego {held}"
    start, end = text.index("Pasaje"), text.index(" Luego")
    cue = text.index("indicio")
    evidence = {
        **EVIDENCE,
        "method": "hybrid",
        "parts": {evil: 0.49},
        "cues": [{"cue": evil, "weight": 1, "start": cue, "end": cue + 7}],
        "examples": [{"id": evil, "similarity": 0.1, "stance": evil, "text": evil}],
        "stance": {evil: 0.5},
        evil: evil,
    }
    names = dict.fromkeys(["doc_id", "coder", "note", "codebook", "code"], held)
    one = row(evidence, start=start, end=end, quote=text[start:end], **names)
    posts = pd.DataFrame({"doc_id": [held], "text": [text], "title": [held], "author": [held]})
    shown = explain(one, {held: text})
    both = show_codes(posts, pd.DataFrame([one]))
    for thing in (shown, both):
        seen = read(thing)
        assert seen.text == clean(text)
        harmless(seen)
        thing._repr_html_().encode("utf-8")
        plain = str(thing)
        plain.encode("utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", plain)
    as_html(marked_post(text + evil)).encode("utf-8")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60), st.data())
def test_stripped_of_tags_it_is_the_text_and_every_mark_covers_its_slice(text, data):
    edge = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(edge, edge).map(sorted), max_size=9))
    marks = [
        Mark(start, end, "x", number if number % 3 else None, 2, f"m{number}.", f"label {number}", f"id{number}")
        for number, (start, end) in enumerate(spans)
    ]
    seen = read(str(marked_html(text, marks)))
    assert seen.text == clean(text)
    for mark in marks:
        covered = "".join(part for part, span in seen.stretches if mark.title in (span.get("title") or "").split("\n"))
        assert covered == clean(text[mark.start : mark.end])
    assert sorted(attrs["data-label"] for tag, attrs in seen.tags if tag == "a") == sorted(m.label for m in marks)
    lanes = lanes_of(marks)
    for a, one in enumerate(marks):
        assert (lanes[a] == -1) == (one.colour is None)
        for b, other in enumerate(marks[:a]):
            if lanes[a] == lanes[b] >= 0:
                assert one.end <= other.start or other.end <= one.start


def test_lines_show_on_light_and_dark_and_differ():
    def luminance(colour):  # WCAG 2.1, relative luminance
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for colour in COLOURS:
        for ground in ("#ffffff", "#111111", "#1e1e1e"):
            low, high = sorted([luminance(colour), luminance(ground)])
            assert (high + 0.05) / (low + 0.05) >= 3
    solid, broken = (str(marked_html("a", [Mark(0, 1, colour=place)])) for place in (1, 1 + len(COLOURS)))
    assert COLOURS[1] in solid and COLOURS[1] in broken
    assert "repeating" in broken and "repeating" not in solid


def test_sizes_are_bounded():
    text = "palabra " * 10_000
    cues = [{"cue": f"c{n}", "weight": 1 + n % 3, "start": 8 * n, "end": 8 * n + 7} for n in range(500)]
    one = row({"method": "cues", "cues": cues}, start=0, end=80_000, quote=text)
    shown = explain(one, {"uno": text})
    assert read(shown).text == text[:20_000]
    assert "60,000 more characters are not shown" in read(shown).words
    assert len(shown._repr_html_()) < 200_000
    assert len(str(shown)) < 6_000 and "and 475 more" in str(shown)
    many = pd.DataFrame(
        [row({"method": "cues", "cues": []}, start=n, end=n + 3, quote=text[n : n + 3]) for n in range(230)]
    )
    seen = read(show_codes({"doc_id": "uno", "text": text + text}, many))
    assert sum(tag == "details" for tag, _ in seen.tags) == 200
    assert "and 30 more" in seen.words and "60,000 more characters" in seen.words


# ---- whole posts ------------------------------------------------------------------------------------------


def coded(*spans, **more):
    """Rows: (text of the passage, code, stance)."""
    return pd.DataFrame(
        [
            row(
                None, start=TEXT.index(quote), end=TEXT.index(quote) + len(quote), quote=quote, code=code, stance=stance
            )
            | more
            for quote, code, stance in spans
        ]
    )


def test_every_code_is_marked_where_passages_overlap_or_share_a_place():
    table = coded(
        (TEXT, "conversation", "mentions"),
        (QUOTE, "listening", "endorses"),
        (QUOTE, "transparency", "breach"),
        ("dijo. Luego comimos", "humility_values", "rejects"),
    )
    shown = show_codes(POSTS.iloc[0], table)
    seen = read(shown)
    assert seen.text == TEXT
    labels = [attrs for tag, attrs in seen.tags if attrs.get("class", "").startswith("label")]
    assert [label["data-label"] for label in labels] == [
        "2 + Listening and responding",
        "3 ! Transparency and open walls",
        "4 − Humility, humour and a point of view",
        "1 ○ Two-way conversation",
    ]
    for number, quote in enumerate(table["quote"], 1):
        found = [
            part for part, span in seen.stretches if re.search(rf"^{number} ", span.get("title", ""), re.MULTILINE)
        ]
        assert "".join(found) == quote
    ids = [attrs["id"] for tag, attrs in seen.tags if tag == "details"]
    assert len(set(ids)) == 4 and {"#" + name for name in ids} == {label["href"] for label in labels}
    at_dijo = next(span for part, span in seen.stretches if part == "dijo.")
    assert at_dijo["style"].count("linear-gradient") == 4
    assert "3 ! Transparency and open walls" in str(shown) and f"«{QUOTE}»" in str(shown)


def test_lines_beyond_the_room_are_counted_not_lost():
    codes = load_codebook().code_ids[: LANES + 2]
    seen = read(show_codes(POSTS, coded(*((QUOTE, code, "endorses") for code in codes))))
    assert "2 more lines do not fit" in seen.words
    assert sum(tag == "details" for tag, _ in seen.tags) == LANES + 2


def test_codes_of_one_family_share_a_colour():
    book = load_codebook("engagement_phases")
    of_group = {group.id: [code.id for code in book.codes if code.group == group.id][:2] for group in book.groups}
    table = coded(*((QUOTE, code, "endorses") for codes in of_group.values() for code in codes))
    table = table.assign(codebook=book.id, codebook_version=book.version)
    page = show_codes(POSTS, table, book)._repr_html_()
    by_code = {name: colour for colour, name in re.findall(r'border-color:(#\w+)" data-label="\d+ \+ ([^"]+)"', page)}
    assert len(by_code) == 6
    groups = [{by_code[book.name(code).replace("'", "&#39;")] for code in codes} for codes in of_group.values()]
    assert all(len(group) == 1 for group in groups) and len(set.union(*groups)) == len(of_group)


def test_furniture_is_struck_out_and_codes_stay_on_it():
    furniture = pd.DataFrame(
        {"doc_id": ["uno"], "start": [72], "end": [len(TEXT)], "rule": ["r"], "kind": ["share"], "quote": [TEXT[72:]]}
    )
    seen = read(show_codes(POSTS, coded(("Luego comimos", "community", None)), furniture=furniture))
    struck = "".join(part for part, span in seen.stretches if "furniture" in span.get("class", ""))
    assert struck == TEXT[72:]
    assert any({"furniture", "coded"} <= set(span.get("class", "").split()) for _, span in seen.stretches)


def test_quotes_are_cut_between_letters():
    text = "a" * 158 + "n\u0303" + "o" * 900
    posts = pd.DataFrame({"doc_id": ["uno"], "text": [text]})
    given = pd.DataFrame([row(None, start=0, end=len(text), quote=text)])
    assert f"«{'a' * 158}…»" in str(show_codes(posts, given))


def test_tables_of_other_programs_are_shown_without_what_they_lack():
    bare = pd.DataFrame({"start": [START], "end": [START + len(QUOTE)], "code": ["listening"]})
    assert [(piece.kind, piece.labels) for piece in marked_post(TEXT, annotations=bare)][1] == ("coded", ("listening",))
    judged = pd.DataFrame({"doc_id": ["b", "a"], "start": 0, "end": 4, "code": "listening", "quote": ["Uno", "Dos"]})
    assert best_passages(judged, "listening")["doc_id"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("lang", "kind"), [("es", "plain"), ("it", "foreign"), (None, "plain"), (math.nan, "plain"), (pd.NA, "plain")]
)
def test_a_passage_is_foreign_if_its_language_is_known_and_another(lang, kind):
    passages = pd.DataFrame({"start": [0], "end": [len(TEXT)], "lang": [lang], "furniture": [False]})
    assert [piece.kind for piece in marked_post(TEXT, passages=passages, lang="es")] == [kind]


def test_cues_outside_the_passage_are_not_marked_in_it():
    places = [(0, 4), (START - 2, START + 3), (34, 42), (START + len(QUOTE) - 5, len(TEXT)), (80, 85)]
    cues = [{"cue": "x", "start": start, "end": end} for start, end in places]
    pieces = with_cues(TEXT, START, START + len(QUOTE), json.dumps({"cues": cues}))
    assert "".join(piece.text for piece in pieces) == QUOTE
    assert [piece.text for piece in pieces if piece.kind == "cue"] == ["escuchar", QUOTE[-5:]]
    for lacking in ({"cue": "x"}, {"cue": "x", "start": None, "end": 4}, {"cue": "x", "start": 0.5, "end": 4}):
        with pytest.raises(InputError, match="the cue 'x' has no whole numbers as start and end"):
            with_cues(TEXT, 0, 9, json.dumps({"cues": [lacking]}))


def test_a_table_of_posts_shows_the_first_and_counts_the_others():
    posts = pd.DataFrame({"doc_id": [f"p{n}" for n in range(5)], "text": [TEXT] * 5})
    table = pd.concat([coded((QUOTE, "listening", "endorses"), doc_id=name) for name in ("p0", "p4", "uno")])
    seen = read(show_codes(posts, table, most=2, lang="es"))
    assert sum(tag == "section" for tag, _ in seen.tags) == 2
    assert sum(tag == "details" for tag, _ in seen.tags) == 1
    assert "No se muestran 3 entradas más" in seen.words and "ningún pasaje codificado" in seen.words


@pytest.mark.parametrize(
    ("posts", "table", "book", "said"),
    [
        ([], coded((QUOTE, "listening", None)), None, "must be a posts table"),
        (POSTS.iloc[:0], coded((QUOTE, "listening", None)), None, "at least one row"),
        (POSTS, POSTS, None, "annotations: the column 'start' is missing"),
        (POSTS, coded((QUOTE, "listening", None)), "groundswell", "belongs to codebook 'cluetrain'"),
        (POSTS, coded((QUOTE, "listening", None), quote="x"), None, "is not the text of 'uno'"),
        (POSTS.assign(text=None), coded((QUOTE, "listening", None)), None, "row 1, column 'text': got None, expected"),
        (
            POSTS.assign(doc_id=1),
            coded((QUOTE, "listening", None)),
            None,
            "row 1, column 'doc_id': got 1, expected text",
        ),
        (pd.concat([POSTS, POSTS]), coded((QUOTE, "listening", None)), None, "'uno' stands among the posts twice"),
        (
            POSTS,
            coded((QUOTE, "listening", None), evidence="{"),
            None,
            "of 'uno' from 26 to 72: the evidence is not JSON",
        ),
    ],
)
def test_bad_tables_are_refused(posts, table, book, said):
    with pytest.raises(InputError, match=re.escape(said)):
        show_codes(posts, table, book and load_codebook(book))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_the_keyboard_reaches_the_evidence_and_nothing_runs(browser, tmp_path, scheme):
    text = TEXT + "".join(HOSTILE[:5])
    posts = pd.DataFrame({"doc_id": ["uno"], "text": [text], "title": [HOSTILE[1]]})
    path = show_codes(posts, coded((QUOTE, "listening", "endorses"), evidence=json.dumps(EVIDENCE))).save(
        tmp_path / "codes.html"
    )
    tab = browser.new_page(color_scheme=scheme)
    asked, wrong = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.goto(path.as_uri())
    assert tab.evaluate("document.querySelector('.evidence .text').textContent") == text
    assert tab.evaluate("window.hit") is None
    assert not tab.evaluate("document.querySelector('details').open")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.dataset.label") == "1 + Listening and responding"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.querySelector('details').open")
    ink, ground = (
        tab.evaluate(f"getComputedStyle(document.{place}).{what}")
        for place, what in (("querySelector('.text')", "color"), ("documentElement", "colorScheme"))
    )
    assert (ink == "rgb(255, 255, 255)") == (scheme == "dark"), (ink, ground)
    assert len(asked) == 1 and not wrong
    tab.close()
