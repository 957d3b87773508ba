"""W3C Web Annotations: what is read in all the model's shapes, and that what we write keeps the model's rules."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from exchange_material import material_of, samples
from hypothesis import HealthCheck, given, settings

from toolkit.errors import InputError
from toolkit.exchange.formats.web_annotation import read, recognise, write
from toolkit.exchange.gather import gather
from toolkit.exchange.model import Choices, Document, Material, Span
from toolkit.exchange.registry import FORMATS

TEXT = "La voz 😀 humana. La voz, otra vez.\r\nFin"
POSITION = {"type": "TextPositionSelector", "start": 3, "end": 6}
QUOTE = {"type": "TextQuoteSelector", "exact": "voz", "prefix": "La ", "suffix": " 😀"}


def annotation(selector=POSITION, source="uno", **more) -> dict:
    """An annotation with one tag, as the model's examples are written."""
    target = {"source": source, "selector": selector}
    body = {"type": "TextualBody", "purpose": "tagging", "value": "voz"}
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld", "id": "http://example.org/anno1", "type": "Annotation",
        "body": body, "target": target, **more,
    }  # fmt: skip


@pytest.fixture
def put(tmp_path):
    """Reads a value of JSON as a file, the text given."""

    def put_and_read(value, texts=None):
        file = tmp_path / "a.jsonld"
        file.write_text(json.dumps(value), encoding="utf-8")
        return read(file, Choices(texts={"uno": TEXT} if texts is None else texts))

    return put_and_read


def kinds(found) -> Counter:
    return Counter((loss.kind, loss.field) for loss in found.losses)


def places(found) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in found.spans]


COLLECTION = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "id": "http://example.org/c",
    "type": "AnnotationCollection",
}
PAGE = {"id": "http://example.org/p", "type": "AnnotationPage", "items": [annotation()]}


@pytest.mark.parametrize(
    ("value", "count", "losses"),
    [
        (annotation(), 1, {}),
        ([annotation(), annotation()], 2, {}),
        (PAGE, 1, {}),
        ({**COLLECTION, "total": 1, "first": PAGE}, 1, {}),
        ({**COLLECTION, "first": {**PAGE, "next": {**PAGE, "id": "http://example.org/p2"}}}, 2, {}),
        ({**COLLECTION, "total": 3, "first": {**PAGE, "next": "http://example.org/p2"}}, 1, {("lost", "page"): 2}),
        ({**COLLECTION, "total": 2, "first": "http://example.org/p"}, 0, {("lost", "page"): 2}),
        ({"@context": "x", "@graph": [annotation()]}, 1, {}),
        ({"@type": "oa:Annotation", "@id": "x", "body": annotation()["body"], "target": annotation()["target"]}, 1, {}),
        ([annotation(), {"type": "Note"}, 7], 1, {("refused", "annotation"): 2}),
        ({**COLLECTION, "total": 0}, 0, {}),
    ],
)
def test_shapes(put, value, count, losses):
    found = put(value)
    assert len(found.spans) == count
    assert kinds(found) == losses


@pytest.mark.parametrize(
    ("selector", "place"),
    [
        (POSITION, (3, 6)),
        (QUOTE, (3, 6)),
        ([POSITION, QUOTE], (3, 6)),
        ([{"type": "XPathSelector", "value": "/p"}, QUOTE], (3, 6)),
        ({"type": "TextQuoteSelector", "exact": "humana"}, (9, 15)),
        ({"type": "FragmentSelector", "conformsTo": "http://tools.ietf.org/rfc/rfc5147", "value": "char=3,6"}, (3, 6)),
        ({"type": "RangeSelector", "startSelector": QUOTE, "endSelector": {**QUOTE, "exact": "."}}, None),
        (
            {
                "type": "RangeSelector",
                "startSelector": {"type": "TextPositionSelector", "start": 3, "end": 4},
                "endSelector": {"type": "TextQuoteSelector", "exact": "humana"},
            },
            (3, 9),
        ),
        ({"type": "TextPositionSelector", "start": 17, "end": 34, "refinedBy": {**QUOTE, "suffix": ", o"}}, (20, 23)),
        ({"type": "TextPositionSelector", "start": 17, "end": 34, "refinedBy": POSITION}, (20, 23)),
        ({"type": "TextQuoteSelector", "exact": "voz"}, None),
        ({"type": "TextQuoteSelector", "exact": "nada"}, None),
        ({"type": "TextQuoteSelector", "exact": ""}, None),
        ({"type": "TextPositionSelector", "start": 3.0, "end": 6}, None),
        ({"type": "TextPositionSelector", "start": False, "end": 6}, None),
        ({"type": "TextPositionSelector", "start": 6, "end": 3}, None),
        ({"type": "TextPositionSelector", "start": 0, "end": 999}, None),
        ({"type": "TextPositionSelector", "start": 3, "end": 3}, None),
        ({"type": "FragmentSelector", "value": "char=0,99"}, None),
        ({"type": "FragmentSelector", "value": "xywh=1,2,3,4"}, None),
        ({"type": "CssSelector", "value": "p"}, None),
        ({"type": "SvgSelector", "value": "<svg/>"}, None),
        ("http://example.org/selector1", None),
    ],
)  # fmt: skip
def test_selectors(put, selector, place):
    found = put(annotation(selector))
    assert places(found) == ([place] if place else [])
    # behind the emoji a position alone is not proved
    unproved = {("changed", "annotation"): 1} if place == (20, 23) and selector["refinedBy"] == POSITION else {}
    assert kinds(found) == (unproved if place else Counter({(found.losses[0].kind, "annotation"): 1}))
    if not place:
        assert found.losses[0].place == "annotation 1 (http://example.org/anno1)"
    assert len(gather([found], texts={}).annotations) == len(found.spans)


def test_positions_of_browsers_are_proved_by_their_quotes(put):
    # "humana" begins at 9; the emoji before it is two units of UTF-16
    shifted = [
        {"type": "TextPositionSelector", "start": 10, "end": 16},
        {"type": "TextQuoteSelector", "exact": "humana"},
    ]
    found = put([annotation(shifted), annotation()])
    assert places(found) == [(9, 15), (3, 6)] and not found.losses


LINES = "Uno dos\r\ntres dos\r\n😀 cuatro dos fin\rfin dos\r\n"
#: As a browser has it, and each character of UTF-16 one of a string.
SHOWN = LINES.replace("\r\n", "\n").replace("\r", "\n")


def in_utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def marked(begin: int, end: int, count=len, positions=True, quotes=True, around=0) -> dict:
    """An annotation of a stretch of the text as a browser shows it."""
    quote = {
        "type": "TextQuoteSelector", "exact": SHOWN[begin:end], "prefix": SHOWN[max(0, begin - around) : begin],
        "suffix": SHOWN[end : end + around],
    }  # fmt: skip
    place = {"type": "TextPositionSelector", "start": count(SHOWN[:begin]), "end": count(SHOWN[:end])}
    return annotation([place] * positions + [quote] * quotes)


WORDS = {"type": "TextQuoteSelector"}
STRETCHES = ["cuatro", "dos\n😀 cuatro", "fin\nfin", "tres dos\n", "\ntres", "\n"]


@pytest.mark.parametrize("count", [len, in_utf16])
@pytest.mark.parametrize("quotes", [True, False])
def test_line_ends_of_browsers(put, count, quotes):
    stretches = [(SHOWN.index(one), SHOWN.index(one) + len(one)) for one in STRETCHES]
    first, *rest = [marked(*one, count, quotes=quotes or one == stretches[0]) for one in stretches]
    found = put([first, *rest], {"uno": LINES})
    assert [LINES[begin:end].replace("\r\n", "\n").replace("\r", "\n") for begin, end in places(found)] == STRETCHES
    assert [LINES[:begin].replace("\r\n", "\n").replace("\r", "\n") for begin, _ in places(found)] == [
        SHOWN[:begin] for begin, _ in stretches
    ]
    assert not found.losses
    table = gather([found], texts={}).annotations
    assert [LINES[row.start : row.end] for row in table.itertuples()] == list(table["quote"])
    assert len(table) == len(STRETCHES)


def test_quotes_across_line_ends_without_a_position(put):
    begin = SHOWN.index("dos", 12)
    found = put(
        [
            marked(begin, begin + 3, positions=False, around=6),
            marked(begin, SHOWN.index("cuatro"), positions=False),
            marked(SHOWN.index("fin\nfin"), len(SHOWN), positions=False),
            marked(begin, begin + 3, positions=False),
        ],
        {"uno": LINES},
    )
    assert [LINES[begin:end] for begin, end in places(found)] == ["dos", "dos\r\n😀 ", "fin\rfin dos\r\n"]
    assert places(found)[0][0] == LINES.index("dos", 12)
    assert [loss.kind for loss in found.losses] == ["refused"] and "more than once" in found.losses[0].reason


def test_a_refinement_across_line_ends(put):
    outer = {"type": "TextQuoteSelector", "exact": "tres dos\n😀 cuatro"}
    inner = {"type": "TextPositionSelector", "start": 12, "end": 18}
    proof = marked(SHOWN.index("cuatro"), len(SHOWN), in_utf16)
    found = put([proof, annotation({**outer, "refinedBy": inner})], {"uno": LINES})
    assert [LINES[begin:end] for begin, end in places(found)][1:] == ["cuatro"] and not found.losses


@pytest.mark.parametrize(
    ("selectors", "expected", "losses"),
    [
        # each line end is one character in a fragment
        ({"type": "FragmentSelector", "value": "char=13,16"}, "dos", 1),
        ([{"type": "FragmentSelector", "value": "char=13,16"}, {**WORDS, "exact": "dos"}], "dos", 0),
        ([{"type": "FragmentSelector", "value": "char=14,17"}, {**WORDS, "exact": "dos"}], "dos", 0),
        ({"type": "FragmentSelector", "value": "char=0,15", "refinedBy": {**WORDS, "exact": "tres"}}, "tres", 0),
        ({"type": "FragmentSelector", "value": "char=0,3"}, "Uno", 0),
        ({"type": "TextPositionSelector", "start": 0, "end": 3}, "Uno", 0),
        ({"type": "TextPositionSelector", "start": 9, "end": 13}, "tres", 1),
    ],
)  # fmt: skip
def test_what_no_quote_proves_is_said(put, selectors, expected, losses):
    found = put([annotation(selectors), annotation(selectors)], {"uno": LINES})
    assert [LINES[begin:end] for begin, end in places(found)] == [expected] * 2
    # once for the document
    assert kinds(found) == ({("changed", "annotation"): losses} if losses else {})
    assert all(loss.doc_id == "uno" for loss in found.losses)


def test_our_own_positions_need_no_proof(put):
    value = {**COLLECTION, "generator": {"name": "cluetrain-toolkit"}, "first": {"type": "AnnotationPage"}}
    value["first"]["items"] = [annotation({"type": "TextPositionSelector", "start": 9, "end": 13})]
    found = put(value, {"uno": LINES})
    assert [LINES[begin:end] for begin, end in places(found)] == ["tres"] and not found.losses


def test_a_position_that_is_not_its_quote_gives_way_to_the_quote(put):
    wrong = {"type": "TextPositionSelector", "start": 0, "end": 3}
    found = put(annotation([wrong, QUOTE]))
    assert places(found) == [(3, 6)]
    assert kinds(found) == {("changed", "annotation"): 1}
    twice = put(annotation([wrong, {"type": "TextQuoteSelector", "exact": "voz"}]))
    assert not twice.spans and kinds(twice) == {("refused", "annotation"): 1}


def test_bodies_creators_and_times(put):
    bodies = [
        {"type": "TextualBody", "purpose": "tagging", "value": "voz"},
        {"type": "TextualBody", "purpose": "tagging", "value": "tono"},
        {"type": "TextualBody", "purpose": "classifying", "value": "breach"},
        {"type": "TextualBody", "purpose": "commenting", "value": "ojo"},
        {"type": "TextualBody", "purpose": "questioning", "value": "¿sí?"},
        {"type": "SpecificResource", "purpose": "linking", "source": "http://example.org/x"},
    ]
    creator = {"id": "http://example.org/ana", "type": "Person", "name": "ana"}
    found = put(
        annotation(
            body=bodies,
            creator=creator,
            created="2016-01-28T12:00:00Z",
            rights="http://example.org/r",
            audience={"a": 1},
        )
    )
    assert [span.code for span in found.spans] == ["voz", "tono"]
    span = found.spans[0]
    assert (span.stance, span.note, span.coder, span.kind) == ("breach", "ojo", "ana", "human")
    assert span.created == "2016-01-28T12:00:00Z"
    assert span.features == {
        "questioning": "¿sí?", "linking": "http://example.org/x", "rights": "http://example.org/r",
        "id": "http://example.org/anno1",
    }  # fmt: skip
    assert kinds(found) == {("lost", "audience"): 1}


def body(value, creator=None, created=None, purpose="tagging") -> dict:
    said = {"type": "TextualBody", "purpose": purpose, "value": value, "creator": creator, "created": created}
    return {name: one for name, one in said.items() if one is not None}


ANA, LUIS = {"id": "http://example.org/a", "name": "ana"}, {"name": "luis", "type": "Person"}


@pytest.mark.parametrize(
    ("more", "rows", "losses"),
    [
        ({"body": [body("a", ANA, "ayer"), body("b", LUIS, "hoy")]}, [("a", "ana", "ayer"), ("b", "luis", "hoy")], []),
        ({"body": [body("a", ANA, "ayer"), body("n", ANA, "hoy", "commenting")]}, [("a", "ana", "ayer")], []),
        ({"body": [body("a", ANA), body("n", LUIS, None, "commenting")]}, [("a", "ana", None)], ["luis"]),
        ({"body": [body("a"), body("n", LUIS, None, "commenting")]}, [("a", None, None)], ["luis"]),
        ({"body": [body("a", ANA), body("breach", LUIS, None, "classifying")]}, [("a", "ana", None)], ["luis"]),
        ({"body": [body("a", ANA), body("b", LUIS), body("n", LUIS, None, "commenting")]},
         [("a", "ana", None), ("b", "luis", None)], ["luis"]),
        ({"body": [body("a", ANA, "ayer")], "creator": LUIS}, [("a", "ana", "ayer")], ["luis"]),
        ({"body": [body("a", ANA, "ayer")], "created": "hoy"}, [("a", "ana", "ayer")], []),
        ({"body": [body("a", {"type": "Software", "name": "m1"})]}, [("a", "m1", None)], []),
        ({"body": [body("clase", LUIS, "hoy", "classifying")]}, [("clase", "luis", "hoy")], []),
        ({"body": [body("n", LUIS, "hoy", "commenting")], "motivation": "commenting"},
         [("commenting", "luis", "hoy")], [None]),
    ],
)  # fmt: skip
def test_who_made_the_bodies(put, more, rows, losses):
    found = put(annotation(**more))
    assert [(span.code, span.coder, span.created) for span in found.spans] == rows
    assert [loss.value for loss in found.losses] == losses
    kinds_of_coders = {"ana": None, "luis": "human", "m1": "machine", None: None}
    assert [span.kind for span in found.spans] == [kinds_of_coders[coder] for _, coder, _ in rows]


def test_values_with_a_language_or_a_type_beside_them(put):
    tagged = {"type": "TextualBody", "purpose": "tagging", "value": {"@value": "LV", "@language": "es"}}
    created = {"@type": "xsd:dateTime", "@value": "2016-01-28T12:00:00Z"}
    quote = {"type": "TextQuoteSelector", "exact": {"@value": "humana", "@language": "es"}}
    found = put(annotation(quote, body=tagged, created=created, motivation="tagging", rights={"@value": "libre"}))
    (span,) = found.spans
    assert (span.code, span.quote, span.created) == ("LV", "humana", "2016-01-28T12:00:00Z")
    assert span.features["rights"] == "libre" and not found.losses


@pytest.mark.parametrize(
    ("more", "code", "note"),
    [
        ({"bodyValue": "ojo", "body": None, "motivation": "commenting"}, "commenting", "ojo"),
        ({"bodyValue": "voz", "body": None, "motivation": "tagging"}, "voz", None),
        ({"body": "http://example.org/concept", "motivation": "tagging"}, "http://example.org/concept", None),
        ({"body": {"type": "TextualBody", "value": "clase", "purpose": "classifying"}}, "clase", None),
        ({"body": None, "motivation": "highlighting"}, "highlighting", None),
    ],
)
def test_codes_of_annotations_without_a_tag(put, more, code, note):
    found = put(annotation(**more))
    assert [(span.code, span.note) for span in found.spans] == [(code, note)]
    if code == more.get("motivation"):
        assert kinds(found) == {("changed", "code"): 1}


def test_a_key_whose_column_a_body_has_is_lost_and_said(put):
    tag, link = annotation()["body"], {"type": "TextualBody", "purpose": "linking", "value": "x"}
    found = put(annotation(body=[tag, link], linking="y", rights="z"))
    assert {name: found.spans[0].features[name] for name in ("linking", "rights")} == {"linking": "x", "rights": "z"}
    assert [(loss.kind, loss.field, loss.value) for loss in found.losses] == [("lost", "linking", "y")]


def test_nothing_to_call_it_is_lost_and_said(put):
    assert kinds(put(annotation(body=None))) == {("lost", "annotation"): 1}


def test_targets(put):
    whole = put(annotation() | {"target": "uno"})
    assert places(whole) == [(0, len(TEXT))] and kinds(whole) == {("changed", "annotation"): 1}
    assert places(put(annotation() | {"target": "uno#char=3,6"})) == [(3, 6)]
    assert places(put(annotation() | {"target": {"id": "uno", "selector": POSITION}})) == [(3, 6)]
    two = put(annotation() | {"target": [annotation()["target"], annotation(QUOTE)["target"]]})
    assert places(two) == [(3, 6), (3, 6)] and kinds(two) == {("changed", "annotation"): 1}
    choice = put(annotation() | {"target": {"type": "Choice", "items": [annotation()["target"]]}})
    assert places(choice) == [(3, 6)] and kinds(choice) == {("changed", "target"): 1}
    assert kinds(put(annotation() | {"target": {"source": 7, "selector": POSITION}})) == {("refused", "annotation"): 1}


def test_a_target_without_a_source_is_in_the_only_text(put):
    nameless = annotation() | {"target": {"selector": [QUOTE, POSITION]}}
    found = put([nameless, nameless])
    assert [(span.doc_id, span.start, span.end) for span in found.spans] == [("uno", 3, 6)] * 2
    assert kinds(found) == {("changed", "doc_id"): 1}
    for texts in ({}, {"uno": TEXT, "dos": TEXT}):
        refused = put(nameless, texts)
        assert not refused.spans and kinds(refused) == {("refused", "annotation"): 1}


@pytest.mark.parametrize("source", ["uno", "http://example.org/posts/uno.txt", "http://example.org/uno", "uno.html#x"])
def test_sources_by_name(put, source):
    found = put(annotation(source=source))
    assert [one.doc_id for one in found.documents] == ["uno"] and places(found) == [(3, 6)]


def test_sources_beside_the_file_and_none_outside(tmp_path, put):
    (tmp_path / "textos").mkdir()
    (tmp_path / "textos" / "uno.txt").write_bytes(TEXT.encode())
    found = put(annotation(source="textos/uno.txt"), {})
    assert [(one.doc_id, one.text) for one in found.documents] == [("textos/uno", TEXT)]
    (tmp_path.parent / "fuera.txt").write_text("La voz", encoding="utf-8")
    for source in ("../fuera.txt", "/etc/hostname.txt", "..%2Ffuera.txt", "file:///fuera.txt", "a%00.txt"):
        found = put(annotation(source=source), {})
        assert found.documents[0].text is None and kinds(found) == {("refused", "annotation"): 1}


def test_hypothesis(put):
    row = {
        "id": "abc", "created": "2016-05-01T10:00:00.000000+00:00", "updated": "2016-05-02T10:00:00.000000+00:00",
        "user": "acct:ana@hypothes.is", "uri": "uno", "text": "ojo", "tags": ["voz"], "group": "__world__",
        "permissions": {"read": ["group:__world__"]}, "links": {"html": "x"},
        "target": [{"source": "uno", "selector": [
            {"type": "RangeSelector", "startContainer": "/p", "startOffset": 3, "endContainer": "/p", "endOffset": 6},
            POSITION, QUOTE,
        ]}],
    }  # fmt: skip
    highlight = {**row, "id": "h", "text": "", "tags": []}
    reply = {**row, "id": "r", "references": ["abc"], "target": [{"source": "uno"}]}
    found = put({"total": 3, "rows": [row, highlight, reply]})
    assert [(span.code, span.note, span.coder) for span in found.spans] == [
        ("voz", "ojo", "acct:ana@hypothes.is"),
        ("highlighting", None, "acct:ana@hypothes.is"),
    ]
    assert found.spans[0].features["modified"].startswith("2016-05-02")
    assert kinds(found) == {("lost", "housekeeping"): 1, ("changed", "code"): 1, ("lost", "reply"): 1}
    assert recognise(Path("a.json"), json.dumps({"total": 1, "rows": [row]}).encode())
    # replies may stand beside the rows, and are then not counted with them
    apart = put({"total": 2, "rows": [row, highlight], "replies": [reply, {**reply, "user": "luis"}]})
    assert apart.spans == found.spans
    assert [(loss.coder, loss.value) for loss in apart.losses if loss.field == "reply"] == [
        ("acct:ana@hypothes.is", "ojo"), ("luis", "ojo"),
    ]  # fmt: skip
    assert kinds(apart) == {("lost", "housekeeping"): 1, ("changed", "code"): 1, ("lost", "reply"): 2}


def test_without_its_text_every_annotation_is_refused_with_its_place(put):
    found = put([annotation(), annotation()], {})
    assert [one.text for one in found.documents] == [None]
    assert [loss.place for loss in found.losses] == [f"annotation {n} (http://example.org/anno1)" for n in (1, 2)]
    assert "doc_id 'uno'" in found.losses[0].reason


@pytest.mark.parametrize("value", [{}, [], 3, "x", None, {"type": "Manifest"}, [[[]]], [{"label": "a", "text": "b"}]])
def test_other_json_is_refused_in_one_sentence(put, value):
    with pytest.raises(InputError, match=r"a\.jsonld: holds no Web Annotations"):
        put(value)


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_damaged_files_are_refused(tmp_path, data):
    file = tmp_path / "a.jsonld"
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.jsonld"):
        read(file, Choices())


def test_recognised_by_the_models_names():
    assert recognise(Path("a.jsonld"), json.dumps(annotation()).encode())
    assert recognise(Path("a.json"), b"\xef\xbb\xbf" + json.dumps([annotation()]).encode())
    assert not recognise(Path("a.json"), b'[{"id": 1, "data": {"text": "x"}, "annotations": []}]')
    assert not recognise(Path("a.jsonl"), json.dumps(annotation()).encode())
    assert not recognise(
        Path("a.json"), b'{"%TYPES": {"Annotation": 1}}'.replace(b'"Annotation"', b'"uima.Annotation"')
    )


# What we write, against the rules of the Web Annotation Data Model (the MUSTs of the sections named).

#: RFC 3987 as far as a check needs it: a scheme and no blank or delimiter.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]+")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
PURPOSES = {
    "assessing", "bookmarking", "classifying", "commenting", "describing", "editing", "highlighting", "identifying",
    "linking", "moderating", "questioning", "replying", "tagging",
}  # fmt: skip


def problems_of_collection(value: dict) -> list[str]:
    """Broken MUSTs of sections 5.1 and 5.2 and of each annotation."""
    problems = []

    def must(true: bool, what: str) -> None:
        if not true:
            problems.append(what)

    context = value.get("@context")
    must("http://www.w3.org/ns/anno.jsonld" in (context if isinstance(context, list) else [context]), "5.1 @context")
    must(bool(IRI.fullmatch(value.get("id", ""))), "5.1 id")
    must(value.get("type") == "AnnotationCollection", "5.1 type")
    total = value.get("total")
    must(type(total) is int and total >= 0, "5.1 total")
    page = value.get("first")
    must(isinstance(page, dict), "5.1 first")
    must(bool(IRI.fullmatch(page.get("id", ""))), "5.2 id")
    must(page.get("type") == "AnnotationPage", "5.2 type")
    must(page.get("partOf") == value.get("id"), "5.2 partOf")
    must(page.get("startIndex") == 0, "5.2 startIndex")
    must(isinstance(page.get("items"), list) and len(page["items"]) == total, "5.2 items")
    ids = [one.get("id") for one in page["items"]]
    must(len(set(ids)) == len(ids), "3.1 id is not its own")
    for one in page["items"]:
        problems += problems_of_annotation(one)
    return problems


def problems_of_annotation(one: dict) -> list[str]:
    """Broken MUSTs of sections 3 and 4 (the context comes from the collection)."""
    checks = {
        "3.1 id": bool(IRI.fullmatch(str(one.get("id")))),
        "3.1 type": one.get("type") == "Annotation",
        "3.1 target": bool(one.get("target")),
        "3.2.5 bodyValue beside body": not ("bodyValue" in one and "body" in one),
        "3.3.1 created": "created" not in one or bool(DATE_TIME.fullmatch(one["created"])),
        "3.3.2 agent": one.get("creator", {}).get("type", "Person") in ("Person", "Organization", "Software"),
        "3.3.5 motivation": one.get("motivation") in PURPOSES,
    }
    for body in one.get("body", []):
        checks["3.2.4 value"] = isinstance(body.get("value"), str)
        checks["3.2.4 type"] = body.get("type") == "TextualBody"
        checks["3.3.5 purpose"] = body.get("purpose") in PURPOSES
    target = one.get("target", {})
    checks["4 source"] = bool(IRI.fullmatch(target.get("source", "")))
    for selector in target.get("selector", []):
        if selector.get("type") == "TextPositionSelector":
            ends = selector.get("start"), selector.get("end")
            checks["4.2.5"] = all(type(end) is int and end >= 0 for end in ends)
        elif selector.get("type") == "TextQuoteSelector":
            checks["4.2.4"] = all(isinstance(selector.get(key), str) for key in ("exact", "prefix", "suffix"))
        else:
            checks["4.2"] = False
    return [name for name, right in checks.items() if not right]


def test_the_validator_finds_what_is_wrong():
    good = annotation(motivation="tagging") | {"body": [annotation()["body"]]}
    good["target"] = {"source": "urn:x:uno", "selector": [POSITION, QUOTE]}
    assert problems_of_annotation(good) == []
    for name, change in (
        ("3.1 id", {"id": "no iri"}),
        ("3.1 type", {"type": "Note"}),
        ("3.1 target", {"target": {}}),
        ("3.3.1 created", {"created": "ayer"}),
        ("4.2.5", {"target": {"source": "urn:x:uno", "selector": [{**POSITION, "start": 1.5}]}}),
        ("3.3.5 purpose", {"body": [{"type": "TextualBody", "value": "x", "purpose": "coding"}]}),
    ):
        assert name in problems_of_annotation(good | change)


def plain(span: Span):
    """All that a span says, without its place."""
    names = [name for name in Span.__dataclass_fields__ if name not in ("place", "features")]
    return (*(getattr(span, name) for name in names), str(sorted(span.features.items())))


def there_and_back(material: Material, folder):
    file = folder / "a.jsonld"
    assert write(material, file) == []
    return file, read(file, Choices(texts={one.doc_id: one.text for one in material.documents}))


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(samples())
def test_random_material_there_and_back(tmp_path_factory, sample):
    material = material_of(sample, FORMATS["web-annotation"].forbidden)
    file, found = there_and_back(material, tmp_path_factory.mktemp("jsonld"))
    assert not found.losses
    assert {one.doc_id for one in found.documents} == {one.doc_id for one in material.documents}
    assert Counter(map(plain, found.spans)) == Counter(map(plain, material.spans))
    assert problems_of_collection(json.loads(file.read_text(encoding="utf-8"))) == []
    again = file.with_name("b.jsonld")
    write(material, again)
    assert again.read_bytes() == file.read_bytes()


def test_all_fields_travel(tmp_path):
    spans = [
        Span("https://example.org/p?a=1", 3, 6, "voz", "voz", "draft", "1.0", "endorses", "modelo", "machine",
             0.1 + 0.2, "La", "2026-11-22T02:09:47Z", "nota", {"id": "x", "motivation": "y", "género": "blog"}),
        Span("https://example.org/p?a=1", 3, 6, "voz", "voz"),
        Span("urn:cluetrain-toolkit:document:año/1 #x", 7, 8, "emoji", "😀", created="2026-02-31T00:00:00Z"),
    ]  # fmt: skip
    documents = [Document(one, TEXT) for one in dict.fromkeys(span.doc_id for span in spans)]
    documents.append(Document("sin nada", "", "es", "Título"))
    file, found = there_and_back(Material(documents, spans, [], []), tmp_path)
    assert [plain(span) for span in found.spans] == [plain(span) for span in spans]
    assert [(one.doc_id, one.lang, one.title) for one in found.documents] == [
        (one.doc_id, one.lang, one.title) for one in documents
    ]
    value = json.loads(file.read_text(encoding="utf-8"))
    assert problems_of_collection(value) == []
    first, _, third = value["first"]["items"]
    assert first["target"]["source"] == "https://example.org/p?a=1"
    assert first["creator"] == {"type": "Software", "name": "modelo"}
    assert first["created"] == "2026-11-22T02:09:47Z"
    assert "created" not in third and third["createdText"] == "2026-02-31T00:00:00Z"
    terms = value["@context"][1]
    assert all(
        name in terms for name in ("score", "evidence", "createdText", "features", "codebook", "codebookVersion")
    )


def test_the_same_row_twice_is_two_annotations(tmp_path):
    span = Span("d", 0, 2, "a", "La", coder="ana")
    file, found = there_and_back(Material([Document("d", TEXT)], [span, span], ["a"], ["ana"]), tmp_path)
    assert len(found.spans) == 2
    assert problems_of_collection(json.loads(file.read_text(encoding="utf-8"))) == []
