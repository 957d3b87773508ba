"""spaCy DocBin and Prodigy: written by us and read by spaCy, written by spaCy and read by us, damaged, and huge."""

import json
import os
import random
import struct
import warnings
import zlib
from pathlib import Path

import numpy
import pytest
import spacy
import srsly
from exchange_material import material_of, samples, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin, SpanGroup
from spacy.tokens import Span as SpacySpan

from toolkit.errors import InputError
from toolkit.exchange.exchange import read_exchange
from toolkit.exchange.formats.spacy_docs import read, recognise, write
from toolkit.exchange.model import FIELDS, Choices, Document, Material, Span
from toolkit.exchange.segments import tokens_of
from toolkit.text import docbin_unpack
from toolkit.text.docbin import spaced_words
from toolkit.text.docbin_unpack import unpack_docs

MANY = int(os.environ.get("CLUETRAIN_EXAMPLES", "0"))
looked_at = settings(
    max_examples=MANY or 40,
    derandomize=not MANY,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def nlp():
    return spacy.blank("xx")


def losses(found):
    return [(loss.kind, loss.field) for loss in found.losses]


def quotes(found):
    held = {one.doc_id: one.text for one in found.documents}
    return [(held[span.doc_id][span.start : span.end], span.code) for span in found.spans]


def packed(folder, *docs, name="uno.spacy", **settings):
    path = folder / name
    DocBin(docs=docs, store_user_data=True, **settings).to_disk(path)
    return path


# ---- words ---------------------------------------------------------------------------------------------------


@looked_at
@given(texts(), st.data())
def test_words_and_blanks_are_the_text_and_borders_are_borders_of_words(text, data):
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    spans = [tuple(pair) for pair in data.draw(st.lists(places, max_size=6)) if pair[0] < pair[1]]
    words, spaces = spaced_words(text, tokens_of(text, [at for pair in spans for at in pair]), spans)
    assert "".join(word + " " * space for word, space in zip(words, spaces, strict=True)) == text
    assert all(words)
    starts, ends, at = set(), set(), 0
    for word, space in zip(words, spaces, strict=True):
        starts.add(at)
        ends.add(at + len(word))
        at += len(word) + space
    assert {start for start, _ in spans} <= starts
    assert {end for _, end in spans} <= ends


# ---- our own -------------------------------------------------------------------------------------------------

TEXT = " Perche\u0301 no?\r\nLa  voz 👨‍👩‍👧‍👦 «humana»\x00 "


def material():
    spans = [
        Span("es/uno", 0, 8, "voz humana", TEXT[0:8], coder="ana", stance="endorses", score=0.1 + 0.2, note="a\nb"),
        Span("es/uno", 1, 8, "PERSON", TEXT[1:8], coder="luis", kind="machine", created="ayer", features={"a b": "1"}),
        Span("es/uno", 1, 8, "PERSON", TEXT[1:8], coder="luis", kind="machine", created="ayer", features={"a b": "1"}),
        Span("es/uno", 12, 14, "fin", TEXT[12:14], codebook="c", codebook_version="1.10", evidence="x"),
    ]
    documents = [Document("es/uno", TEXT, "es", "Título"), Document("it/vuoto", "", "it"), Document("it/tre", "Ciao.")]
    return Material(documents, spans, [], [])


def test_spacy_reads_what_we_write(tmp_path, nlp):
    path = tmp_path / "uno.spacy"
    sent = material()
    assert write(sent, path) == []
    docs = list(DocBin().from_disk(path).get_docs(nlp.vocab))
    assert [doc.text for doc in docs] == [one.text for one in sent.documents]
    assert [doc.user_data.get("doc_id") for doc in docs] == ["es/uno", "it/vuoto", "it/tre"]
    group = docs[0].spans["sc"]
    assert [(span.start_char, span.end_char, span.label_, span.text) for span in group] == [
        (span.start, span.end, span.code, span.quote) for span in sent.spans
    ]
    assert group.attrs["annotations"][group[0].id_]["coder"] == "ana"
    assert list(docs[2].spans["sc"]) == []
    # words are not said to be outside of entities: we do not know of any
    assert not docs[0].has_annotation("ENT_IOB")


def test_spancat_is_trained_on_what_we_write(tmp_path):
    path = tmp_path / "uno.spacy"
    write(material(), path)
    from spacy.training import Corpus

    pipeline = spacy.blank("xx")
    spancat = pipeline.add_pipe("spancat")
    examples = list(Corpus(path)(pipeline))
    pipeline.initialize(lambda: examples)
    assert set(spancat.labels) == {"voz humana", "PERSON", "fin"}


def key(span):
    values = [getattr(span, name) for name in ("doc_id", "start", "end", "code", *FIELDS)]
    return [str(value) if not isinstance(value, float) else value.hex() for value in values] + [
        sorted(span.features.items())
    ]


def test_everything_comes_back(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "uno.spacy"

    @looked_at
    @given(samples())
    def check(sample):
        sent = material_of(sample, forbidden=r"[\ud800-\udfff]")
        assert write(sent, path) == []
        first = path.read_bytes()
        found = read(path, Choices())
        assert [(one.doc_id, one.text, one.lang, one.title) for one in found.documents] == [
            (one.doc_id, one.text, one.lang, one.title) for one in sent.documents
        ]
        assert sorted(map(key, found.spans)) == sorted(map(key, sent.spans))
        assert not found.losses
        write(sent, path)
        assert path.read_bytes() == first

    check()


def reread(folder, docs, change):
    """Our file, its first document's group changed in spaCy."""
    group = docs[0].spans["sc"]
    docs[0].spans["sc"] = SpanGroup(docs[0], name="sc", spans=change(docs[0], list(group)), attrs=group.attrs)
    return read(packed(folder, *docs), Choices())


@pytest.fixture
def own(tmp_path, nlp):
    """Our own file as spaCy has it."""
    path = tmp_path / "own.spacy"
    write(material(), path)
    return list(DocBin(store_user_data=True).from_disk(path).get_docs(nlp.vocab))


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [(0, 1, "voz humana"), (1, 0, "voz humana"), (0, 0, "otra"), (0, 1, "otra")],
)
def test_a_span_changed_in_spacy_is_a_new_coding_of_nobody_known(first, last, label, tmp_path, own):
    def change(doc, spans):
        old = spans[0]
        new = SpacySpan(doc, old.start + first, old.end + last, label=label, span_id=old.id_)
        return [new, *spans[1:], SpacySpan(doc, 0, 1, label="nueva")]

    found = reread(tmp_path, own, change)
    assert [(span.code, span.coder, span.kind) for span in found.spans] == [
        (label, None, None), ("PERSON", "luis", "machine"), ("PERSON", "luis", "machine"), ("fin", None, None),
        ("nueva", None, None),
    ]  # fmt: skip
    new = found.spans[0]
    assert all(getattr(new, name) is None for name in FIELDS) and not new.features
    assert [(one.kind, one.field, one.start, one.end, one.code, one.coder) for one in found.losses] == [
        ("changed", "annotation", 0, 8, "voz humana", "ana")
    ]


def test_a_span_that_was_copied_in_spacy_leaves_the_first_one_as_it_was(tmp_path, own):
    found = reread(
        tmp_path, own, lambda doc, spans: [*spans, SpacySpan(doc, 0, spans[0].end, label="x", span_id=spans[0].id_)]
    )
    assert [(span.code, span.coder) for span in found.spans][::4] == [("voz humana", "ana"), ("x", None)]
    assert not found.losses


def test_a_span_taken_away_in_spacy_is_reported(tmp_path, own):
    found = reread(tmp_path, own, lambda _, spans: spans[1:])
    assert len(found.spans) == 3
    assert [(one.kind, one.field, one.code, one.coder) for one in found.losses] == [
        ("lost", "annotation", "voz humana", "ana")
    ]


def test_entities_made_from_our_spans_are_not_read_twice(tmp_path, own):
    own[0].ents = spacy.util.filter_spans(own[0].spans["sc"])
    assert len(own[0].ents) == 2
    path = packed(tmp_path, *own)
    found = read(path, Choices())
    assert sorted(map(key, found.spans)) == sorted(map(key, material().spans))
    assert not found.losses
    assert [span.code for span in read(path, Choices(layers=("ents",))).spans] == ["voz humana", "fin"]


def test_entities_of_a_recogniser_beside_our_spans(tmp_path, own):
    doc = own[0]
    first, second = doc.spans["sc"][0], doc.spans["sc"][3]
    # one stands where ours stands, one is ours with another label
    doc.ents = [
        SpacySpan(doc, first.start, first.end, label="voz humana"),
        SpacySpan(doc, second.start, second.end, label="otra", span_id=second.id_),
    ]
    found = read(packed(tmp_path, *own), Choices())
    assert [(span.code, span.coder) for span in found.spans if "layer" in span.features] == [("otra", None)]
    assert len(found.spans) == 5
    assert [(one.kind, one.field, one.value) for one in found.losses] == [("changed", "annotation", "1")]


def test_values_of_other_kinds_are_refused(tmp_path, nlp):
    doc = Doc(nlp.vocab, words=["Hola"], user_data={"doc_id": "x"})
    rest = {"1": {"score": True, "coder": ["a"], "note": "n", "x": 3, "features": {"a": "b", "c": 1}}}
    rest["1"] |= {"start": 0, "end": 4, "label": "a"}
    span = SpacySpan(doc, 0, 1, label="a", span_id="1")
    doc.spans["sc"] = SpanGroup(doc, name="sc", spans=[span], attrs={"annotations": rest, "more": 1})
    found = read(packed(tmp_path, doc), Choices())
    (got,) = found.spans
    assert (got.note, got.coder, got.score, dict(got.features)) == ("n", None, None, {"a": "b"})
    assert {("refused", "score"), ("refused", "coder"), ("refused", "x"), ("lost", "attrs")} <= set(losses(found))


@pytest.mark.parametrize(
    "rest", [{}, {"start": 0, "end": 4}, {"start": True, "end": 4, "label": "a"}, {"start": 0, "end": 4, "label": 1}, 7]
)
def test_attributes_that_are_not_ours_say_nothing_of_a_span(rest, tmp_path, nlp):
    doc = Doc(nlp.vocab, words=["Hola"], spaces=[False], user_data={"doc_id": "x"})
    held = {"1": {**rest, "coder": "ana"} if isinstance(rest, dict) else rest}
    span = SpacySpan(doc, 0, 1, label="a", span_id="1")
    doc.spans["sc"] = SpanGroup(doc, name="sc", spans=[span], attrs={"annotations": held})
    found = read(packed(tmp_path, doc), Choices())
    assert [(one.code, one.coder, one.features) for one in found.spans] == [("a", None, {"id": "1"})]
    assert [(one.field, one.value) for one in found.losses] == [("attrs", "annotations")]


def test_features_named_as_our_fields_stay_features(tmp_path):
    span = Span("d", 0, 4, "a", "Hola", coder="ana", features={"note": "n", "kind": "k"})
    path = tmp_path / "uno.spacy"
    write(Material([Document("d", "Hola")], [span], [], []), path)
    assert list(map(key, read(path, Choices()).spans)) == [key(span)]


# ---- files of others -----------------------------------------------------------------------------------------


@pytest.fixture
def foreign(nlp):
    """A document as pipelines of spaCy make them: entities, two span groups, categories, tags, extensions."""
    doc = Doc(nlp.vocab, words=["Ana", "Ruiz", "habla", "en", "Roma", "😀", "."], spaces=[True] * 4 + [False] * 3)
    doc.ents = [
        SpacySpan(doc, 0, 2, label="PER", kb_id="Q1"), SpacySpan(doc, 4, 5, label="LOC", span_id="r1"),
        SpacySpan(doc, 5, 6, label="RISA"),
    ]  # fmt: skip
    doc.spans["frases"] = [SpacySpan(doc, 2, 5, label="acto"), SpacySpan(doc, 2, 3, label="acto")]
    doc.spans["vacío"] = []
    doc.cats = {"a favor": 0.75, "en contra": 0.25}
    doc[0].tag_ = "PROPN"
    return doc


def test_entities_groups_and_categories(foreign, tmp_path, nlp):
    path = packed(tmp_path, foreign)
    found = read(path, Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("uno", foreign.text)]
    assert [(*pair, span.features) for pair, span in zip(quotes(found), found.spans, strict=True)] == [
        ("Ana Ruiz", "PER", {"kb_id": "Q1", "layer": "ents"}),
        ("Roma", "LOC", {"id": "r1", "layer": "ents"}),
        ("😀", "RISA", {"layer": "ents"}),
        ("habla en Roma", "acto", {"layer": "frases"}),
        ("habla", "acto", {"layer": "frases"}),
        (foreign.text, "a favor", {"layer": "cats"}),
    ]
    assert found.spans[-1].score == 0.75
    assert [(loss.field, loss.value) for loss in found.losses] == [("category", "en contra 0.25"), ("token", "TAG")]
    (again,) = DocBin().from_disk(path).get_docs(nlp.vocab)
    assert [ent.text for ent in again.ents] == ["Ana Ruiz", "Roma", "😀"]


@pytest.mark.parametrize(("layer", "count"), [("ents", 3), ("frases", 2), ("vacío", 0), ("cats", 1)])
def test_layers(layer, count, foreign, tmp_path):
    found = read(packed(tmp_path, foreign), Choices(layers=(layer,)))
    assert len(found.spans) == count
    assert not any("layer" in span.features for span in found.spans)


def test_a_layer_that_is_not_there(foreign, tmp_path):
    with pytest.raises(InputError, match="no layer 'frase'; its layers are cats, ents, frases, vacío"):
        read(packed(tmp_path, foreign), Choices(layers=("frase",)))


def test_names_of_documents(tmp_path, nlp):
    docs = [Doc(nlp.vocab, words=[word]) for word in "abc"]
    docs[1].user_data["id"] = 7
    docs[2].user_data[("._.", "doc_id", None, None)] = "es/tres"
    docs[2].user_data["speaker"] = "x"
    found = read(packed(tmp_path, *docs), Choices())
    assert [one.doc_id for one in found.documents] == ["uno-1", "7", "es/tres"]
    # words without blanks known: one after each
    assert losses(found) == [("changed", "text"), ("changed", "text"), ("changed", "text"), ("lost", "user_data")]


def test_custom_attributes_of_spans(tmp_path, nlp):
    doc = Doc(nlp.vocab, words=["Ana", "habla"], spaces=[True, False])
    doc.spans["sc"] = [doc.char_span(0, 3, label="PER")]
    doc.user_data |= {
        ("._.", "coder", 0, 3): "giulia", ("._.", "tono", 0, 3): "alto", ("._.", "peso", 0, 3): 2,
        ("._.", "x", 4, None): 1,
    }  # fmt: skip
    found = read(packed(tmp_path, doc), Choices())
    assert [(span.coder, span.features) for span in found.spans] == [("giulia", {"tono": "alto", "peso": "2"})]
    assert losses(found) == [("lost", "user_data")]


@pytest.mark.parametrize(
    ("scores", "expected", "lost"),
    [
        ([0.9, 0.25], [(0.9, "machine"), (0.25, "machine")], []),
        (numpy.array([0.5, 0.25], dtype="f4"), [(0.5, "machine"), (0.25, "machine")], []),
        (numpy.array([0.1, 1.0]), [(0.1, "machine"), (1.0, "machine")], []),
        ([0, 1.5], [(0.0, "machine"), (None, None)], [("refused", "score")]),
        ([0.5, float("nan")], None, [("lost", "attrs")]),
        (numpy.array([0.5, float("nan")]), [(0.5, "machine"), (None, None)], [("refused", "score")]),
        ([0.9], None, [("lost", "attrs")]),
        ([True, 0.5], None, [("lost", "attrs")]),
        (numpy.array([[0.9], [0.4]]), None, [("lost", "attrs")]),
        (numpy.array([1, 0]), None, [("lost", "attrs")]),
        ("ab", None, [("lost", "attrs")]),
        ({"x": 1}, None, [("lost", "attrs")]),
    ],
)
def test_scores_of_spancat(scores, expected, lost, tmp_path, nlp):
    doc = Doc(nlp.vocab, words=["Ana", "habla"], spaces=[True, False])
    spans = [SpacySpan(doc, 0, 1, label="PER"), SpacySpan(doc, 0, 2, label="acto")]
    doc.spans["sc"] = SpanGroup(doc, name="sc", spans=spans, attrs={"scores": scores})
    found = read(packed(tmp_path, doc), Choices())
    assert [(span.score, span.kind) for span in found.spans] == (expected or [(None, None)] * 2)
    assert losses(found) == lost


def test_a_group_of_spancat_without_spans(tmp_path, nlp):
    doc = Doc(nlp.vocab, words=["Ana"], spaces=[False])
    doc.spans["sc"] = SpanGroup(doc, name="sc", spans=[], attrs={"scores": numpy.array([], dtype="f4")})
    found = read(packed(tmp_path, doc), Choices())
    assert (found.spans, found.losses) == ([], [])


def test_what_spacy_gives_is_what_we_read(tmp_path, nlp):
    chance = random.Random(3)
    docs = []
    for _ in range(30):
        words = [chance.choice(["Ana", "\n", "é", "😀", "PERSON", "."]) for _ in range(chance.randrange(1, 12))]
        doc = Doc(nlp.vocab, words=words, spaces=[chance.random() < 0.5 for _ in words])
        spans = [SpacySpan(doc, at, min(at + chance.randrange(1, 4), len(doc)), label=chance.choice(["PERSON", "ñ"]))
                 for at in range(len(doc)) if chance.random() < 0.4]  # fmt: skip
        doc.spans["x"] = spans
        doc.ents = spacy.util.filter_spans(spans)
        docs.append(doc)
    path = packed(tmp_path, *docs)
    unpacked, _ = unpack_docs(path.read_bytes(), "x")
    for doc, got in zip(DocBin().from_disk(path).get_docs(nlp.vocab), unpacked, strict=True):
        groups = {group.name: [(one.start, one.end, one.label) for one in group.stretches] for group in got.groups}
        assert got.text == doc.text
        assert groups.get("ents", []) == [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
        assert groups["x"] == [(span.start_char, span.end_char, span.label_) for span in doc.spans["x"]]


# ---- damaged and hostile -------------------------------------------------------------------------------------


def message_of(path):
    return srsly.msgpack_loads(zlib.decompress(path.read_bytes()))


def with_message(path, message):
    path.write_bytes(zlib.compress(srsly.msgpack_dumps(message)))
    return path


def group_of(*spans, **more):
    group = srsly.msgpack_dumps({"name": "sc", "attrs": {}, "spans": list(spans), **more})
    return srsly.msgpack_dumps({group: ["sc"]})


def span_of(first, last, start, end, label=0, form=">QQQllll"):
    ids = (0, 0) if form == ">QQQllll" else (0,)
    return struct.pack(form, *ids, label, first, last, start, end)


@pytest.mark.parametrize(
    ("group", "kind", "reason"),
    [
        (group_of(span_of(0, 99, 0, 5)), "refused", "runs from token 0 to 99, of 3"),
        (group_of(span_of(-1, 1, 0, 5)), "refused", "runs from token -1"),
        (group_of(span_of(0, 1, 0, 99)), "refused", "says characters 0 to 99, but its tokens are 0 to 3"),
        (group_of(span_of(0, 1, 0, 3, label=12345678901)), "refused", "does not hold the label"),
        (group_of(span_of(1, 1, 4, 4)), "lost", "nothing stands between"),
        (group_of(b"x"), "refused", "neither 32 nor 40 bytes"),
        (group_of(3), "refused", "neither 32 nor 40 bytes"),
        (b"\xc1", "refused", "no msgpack"),
        (srsly.msgpack_dumps("x"), "refused", "neither a list nor a map"),
        (srsly.msgpack_dumps([b"\xc1"]), "refused", "no msgpack"),
        (srsly.msgpack_dumps([srsly.msgpack_dumps([])]), "refused", "has no spans"),
        (3, "refused", "not bytes"),
    ],
)
def test_damaged_spans(group, kind, reason, tmp_path, nlp):
    path = packed(tmp_path, Doc(nlp.vocab, words=["Ana", "habla", "."], spaces=[True, False, False]))
    message = message_of(path)
    message["span_groups"] = [group]
    found = read(with_message(path, message), Choices())
    assert not found.spans
    assert [loss.kind for loss in found.losses] == [kind]
    assert reason in found.losses[0].reason


def test_spans_of_older_spacy(tmp_path, nlp):
    path = packed(tmp_path, Doc(nlp.vocab, words=["Ana", "habla"], spaces=[True, False]))
    message = message_of(path)
    label = nlp.vocab.strings.add("PER-x")
    message["strings"].append("PER-x")
    # before 3.4 without an id, before 3.3.1 a list of groups
    old = {"name": "sc", "attrs": {}, "spans": [span_of(0, 1, 0, 3, label, ">QQllll")]}
    message["span_groups"] = [srsly.msgpack_dumps([srsly.msgpack_dumps(old)])]
    assert quotes(read(with_message(path, message), Choices())) == [("Ana", "PER-x")]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda message: message.pop("tokens"), "must hold attrs, tokens"),
        (lambda message: message.update(attrs=[]), "do not fit together"),
        (lambda message: message.update(attrs=["ORTH"]), "do not fit together"),
        (lambda message: message.update(tokens=message["tokens"][:-3]), "do not fit together"),
        (lambda message: message.update(strings=[1]), "do not fit together"),
        (lambda message: message.update(lengths=struct.pack("<i", -1)), "other lengths than its words"),
        (lambda message: message.update(lengths=struct.pack("<i", 2_000_000_000)), "other lengths than its words"),
        (lambda message: message.update(spaces=b""), "other lengths than its words"),
    ],
)
def test_damaged_columns(change, text, tmp_path, nlp):
    path = packed(tmp_path, Doc(nlp.vocab, words=["Ana", "habla"]))
    message = message_of(path)
    change(message)
    with pytest.raises(InputError, match=text):
        read(with_message(path, message), Choices())


def test_words_that_are_not_in_the_file(tmp_path, nlp):
    path = packed(tmp_path, Doc(nlp.vocab, words=["xyzzy"]))
    message = message_of(path)
    message["strings"] = []
    found = read(with_message(path, message), Choices())
    assert losses(found) == [("refused", "document")]
    number = nlp.vocab.strings["xyzzy"]
    assert found.losses[0].reason == f"the file does not hold the word with the number {number}"
    assert not found.documents


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "end of this DocBin is missing"),
        (b"Hola", "no DocBin of spaCy"),
        (zlib.compress(b"Hola"), "no DocBin of spaCy"),
        (zlib.compress(srsly.msgpack_dumps([1])), "must hold attrs"),
        (zlib.compress(b"\xdd\x7f\xff\xff\xff" * 600), "no msgpack"),
        (zlib.compress(b"\x91" * 100_000), "no msgpack"),
        (zlib.compress(b"x" * 5_000)[:-8], "end of this DocBin is missing"),
    ],
)
def test_what_is_no_docbin(data, text, tmp_path):
    path = tmp_path / "uno.spacy"
    path.write_bytes(data)
    with pytest.raises(InputError, match=text):
        read(path, Choices())


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(docbin_unpack, "MAX_UNPACKED", 1_000_000)
    path = tmp_path / "uno.spacy"
    path.write_bytes(zlib.compress(bytes(50_000_000), 9))
    with pytest.raises(InputError, match="unpacks to more than 1 MB"):
        read(path, Choices())


def test_nothing_is_made_of_what_a_file_says(tmp_path, nlp):
    # srsly makes a numpy array of such a map; of type "object" that would be pointers out of the file
    doc = Doc(nlp.vocab, words=["Ana"], spaces=[False])
    path = packed(tmp_path, doc)
    message = message_of(path)
    array = {b"nd": True, b"type": "|O", b"shape": [1], b"data": b"12345678"}
    message["user_data"] = [srsly.msgpack_dumps({"x": array})]
    found = read(with_message(path, message), Choices())
    assert [(loss.field, loss.value) for loss in found.losses] == [("user_data", "x")]


def test_damaged_files_are_read_or_refused(foreign, tmp_path):
    path = packed(tmp_path, foreign)
    own = tmp_path / "dos.spacy"
    write(material(), own)
    seeds = [zlib.decompress(one.read_bytes()) for one in (path, own)]
    chance = random.Random(5)
    outcomes = set()
    for _ in range(MANY or 600):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1, 1, 1, 4))] = chance.choice(
                (
                    b"",
                    b"\x00",
                    b"\xff",
                    b"\xc0",
                    b"\xdd\xff\xff\xff\xff",
                    b"\x81",
                    b"\x80",
                    bytes([chance.randrange(256)]),
                )
            )
        path.write_bytes(zlib.compress(bytes(data), 1))
        try:
            found = read(path, Choices())
        except InputError:
            outcomes.add("refused")
        else:
            outcomes.add("read")
            held = {one.doc_id: one.text for one in found.documents}
            assert all(0 <= span.start < span.end <= len(held[span.doc_id]) for span in found.spans)
    assert outcomes == {"read", "refused"}


# ---- Prodigy -------------------------------------------------------------------------------------------------

TASK = {"text": "Ana 😀 habla", "_input_hash": 1, "_task_hash": 2, "answer": "accept", "_annotator_id": "ana",
        "_timestamp": 1258876800, "meta": {"id": "es/uno", "page": 3},
        "spans": [{"start": 4, "end": 5, "token_start": 1, "token_end": 1, "label": "RISA", "tono": "alto", "peso": 2}],
        "tokens": [{"text": "Ana", "start": 0, "end": 3, "id": 0}]}  # fmt: skip


def tasks(folder, *held):
    path = folder / "uno.jsonl"
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in held]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_task_of_prodigy(tmp_path):
    found = read(tasks(tmp_path, TASK), Choices())
    (span,) = found.spans
    assert (span.doc_id, span.code, span.coder, span.created) == ("es/uno", "RISA", "ana", "2009-11-22T08:00:00Z")
    assert quotes(found) == [("😀", "RISA")]
    assert span.features == {"tono": "alto", "peso": "2"}
    assert [(loss.field, loss.value) for loss in found.losses] == [("task", "meta.page")]


def test_fields_of_ours_in_spans_of_prodigy(tmp_path):
    span = {"start": 0, "end": 4, "label": "a", "stance": "breach", "comment": "n", "score": 0.25, "author": "giulia"}
    odd = {"start": 0, "end": 4, "label": "a", "stance": "bad", "note": 3, "score": "alta"}
    found = read(tasks(tmp_path, {"text": "Hola", "spans": [span, odd], "_annotator_id": "ana"}), Choices())
    assert [(one.stance, one.note, one.score, one.coder, dict(one.features)) for one in found.spans] == [
        ("breach", "n", 0.25, "giulia", {}),
        (None, None, None, "ana", {"stance": "bad", "note": "3", "score": '"alta"'}),
    ]
    assert not found.losses


def test_answers_labels_and_the_same_text_twice(tmp_path):
    plain = {"text": "Hola", "spans": [{"start": 0, "end": 4, "label": "a"}]}
    held = [
        {**plain, "_session_id": "d-ana"}, {**plain, "_session_id": "d-luis", "answer": "reject"},
        {"text": "Adiós", "label": "fin", "answer": "accept"}, {"text": "Ya", "accept": ["x", "y"], "options": []},
    ]  # fmt: skip
    found = read(tasks(tmp_path, *held), Choices())
    assert [one.doc_id for one in found.documents] == ["uno-1", "uno-2", "uno-3"]
    assert [(span.doc_id, span.code, span.coder) for span in found.spans] == [
        ("uno-1", "a", "d-ana"), ("uno-2", "fin", None), ("uno-3", "x", None), ("uno-3", "y", None),
    ]  # fmt: skip
    (loss,) = found.losses
    assert (loss.kind, loss.code, loss.coder) == ("lost", "a", "d-luis")
    assert len(read(tasks(tmp_path, *held), Choices(layers=("accept",))).spans) == 2


def test_a_second_word_for_a_field_in_a_span_of_prodigy_is_kept(tmp_path):
    span = {"start": 0, "end": 4, "label": "a", "note": "n", "comment": "c", "author": "luis", "annotator": "ana"}
    (one,) = read(tasks(tmp_path, {"text": "Hola", "spans": [span]}), Choices()).spans
    assert (one.note, one.coder, dict(one.features)) == ("n", "ana", {"comment": "c", "author": "luis"})


@pytest.mark.parametrize(
    "task",
    [
        {**TASK, "text": "palabra " * 2_000},
        {**TASK, "tokens": TASK["tokens"] * 500},
        {"text": "Hola", "label": "a", "_task_hash": 1, "_input_hash": 2, "answer": "reject"},
    ],
    ids=["long text", "tokens", "whole texts"],
)
def test_tasks_of_prodigy_are_not_taken_for_lines_of_doccano(task, tmp_path):
    found = read_exchange(tasks(tmp_path, task))
    assert found.format == "spacy"
    assert len(found.annotations) == len(task.get("spans", []))


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (3, "no object"),
        ({"start": 0, "end": 1}, "no label"),
        ({"start": True, "end": 1, "label": "a"}, "no positions"),
        ({"start": 0, "end": 1.0, "label": "a"}, "no positions"),
        ({"start": -1, "end": 1, "label": "a"}, "no positions"),
        ({"start": 2, "end": 2, "label": "a"}, "nothing stands"),
    ],
)
def test_spans_of_prodigy_that_are_none(span, reason, tmp_path):
    found = read(tasks(tmp_path, {"text": "Hola", "spans": [span]}, "{", "[]"), Choices())
    assert not found.spans
    assert reason in found.losses[0].reason
    assert [(loss.kind, loss.field, loss.place) for loss in found.losses[1:]] == [
        ("refused", "document", "uno.jsonl, line 2"), ("refused", "document", "uno.jsonl, line 3"),
    ]  # fmt: skip


# ---- recognising ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.spacy", zlib.compress(b"x"), True),
        ("a.SPACY", zlib.compress(b"x", 9), True),
        ("a.spacy", b"PK\x03\x04", False),
        ("a.bin", zlib.compress(b"x"), False),
        ("a.jsonl", json.dumps(TASK).encode(), True),
        ("a.jsonl", json.dumps(TASK).encode()[:60], True),
        ("a.jsonl", b'{"text": "Hola", "spans": [{"start": 0, "end": 1, "label": "a"}]}\n{', True),
        ("a.jsonl", b'{"text": "Hola", "spans": []}\n', True),
        ("a.jsonl", b'{"text": "Hola", "label": [[0, 1, "a"]]}\n', False),
        ("a.jsonl", b'{"text": "Hola", "entities": [], "relations": []}\n', False),
        ("a.jsonl", b'{"doc_id": "uno", "start": 0, "end": 1, "code": "a"}\n', False),
        ("a.jsonl", b'{"text": "Hola "', False),
        ("a.jsonl", b"", False),
        ("a.jsonl", b"[" * 4_000, False),
    ],
)
def test_recognised(name, head, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert recognise(Path(name), head) is expected
