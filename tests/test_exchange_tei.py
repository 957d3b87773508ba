"""TEI P5 standoff in CATMA's form: what is read of it, what is refused, and what CATMA needs in what we write."""

import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import SHARED
from exchange_material import material_of, samples
from hypothesis import HealthCheck, given, settings
from lxml import etree

from toolkit.errors import InputError
from toolkit.exchange.formats.tei import read, recognise, write
from toolkit.exchange.formats.tei.writing import _pieces
from toolkit.exchange.gather import gather
from toolkit.exchange.model import Choices, Document, Loss, Material, Span
from toolkit.exchange.registry import FORMATS

NS = {"t": "http://www.tei-c.org/ns/1.0"}
ID = "{http://www.w3.org/XML/1998/namespace}id"


def catma(body: str, structures: str = "", tags: str = "", title: str = "Lectura de Ana") -> str:
    """A collection as CATMA exports it, written for these tests."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc>
<titleStmt><title>{title}</title><author>empty</author></titleStmt>
<publicationStmt><publisher>empty</publisher></publicationStmt>
<sourceDesc><p>empty</p><ab><fs xml:id="CATMA_TECH_DESC"><f name="version"><string>5</string></f></fs></ab></sourceDesc>
</fileDesc><encodingDesc>
<fsdDecl xml:id="CATMA_S" n="Mis etiquetas 2020-01-01T00:00:00.000+0100">
<fsDecl xml:id="CATMA_T1" n="v" type="CATMA_T1"><fsDescr>escucha</fsDescr>
<fDecl xml:id="catma_displaycolor" name="catma_displaycolor"><vRange><vColl><string>-1</string></vColl></vRange></fDecl>
<fDecl xml:id="CATMA_P1" name="tono"><vRange><vColl/></vRange></fDecl></fsDecl>
<fsDecl xml:id="CATMA_T2" n="v" type="CATMA_T2" baseTypes="CATMA_T1"><fsDescr>respuesta</fsDescr>
<fDecl xml:id="catma_displaycolor" name="catma_displaycolor"><vRange><vColl/></vRange></fDecl></fsDecl>{tags}
</fsdDecl></encodingDesc></teiHeader>
<text><body><ab type="catma">{body}</ab></body>{structures}</text></TEI>"""


def structure(name: str, tag: str, **properties: str) -> str:
    said = "".join(f'<f name="{key}"><string>{value}</string></f>' for key, value in properties.items())
    return f'<fs xml:id="CATMA_{name}" type="CATMA_{tag}">{said}</fs>'


def pointer(start, end, file="catma:///uno.txt") -> str:
    return f'<ptr target="{file}#char={start},{end}" type="inclusion"/>'


def segment(names: str, *pointers: str) -> str:
    ana = " ".join(f"#CATMA_{name}" for name in names.split())
    return f'<seg ana="{ana}">{"".join(pointers)}</seg>'


TEXT = "Escuchan.\r\n😀 Y responden siempre."


@pytest.fixture
def put(tmp_path):
    """Writes a collection beside the text it points to, and reads it."""

    def put_and_read(xml: str, text: str | None = TEXT, **choices):
        (tmp_path / "ana.xml").write_text(xml, encoding="utf-8")
        if text is not None:
            (tmp_path / "uno.txt").write_bytes(text.encode())
        return read(tmp_path / "ana.xml", Choices(**choices))

    return put_and_read


def kinds(found) -> Counter:
    return Counter((loss.kind, loss.field) for loss in found.losses)


def test_annotations_cut_by_others_are_put_together_again(put):
    found = put(
        catma(
            pointer(0, 1) + segment("A", pointer(1, 4)) + segment("A B", pointer(4, 8)) + segment("B", pointer(8, 13)),
            structure("A", "T1", catma_markupauthor="ana@x", tono="seco", catma_markuptimestamp="2020-05-01T10:00")
            + structure("B", "T2", comment="ojo", stance="breach"),
        )
    )
    one, two = found.spans
    assert (one.start, one.end, one.code, one.codebook, one.coder) == (1, 8, "escucha", "Mis etiquetas", "ana@x")
    assert one.created == "2020-05-01T10:00"
    assert one.features == {"tono": "seco", "collection": "Lectura de Ana"}
    assert (two.start, two.end, two.code, two.note, two.stance) == (4, 13, "respuesta", "ojo", "breach")
    assert two.features["parent"] == "escucha"
    assert found.documents == [Document("uno", TEXT, place="ana.xml")]
    assert kinds(found) == {("lost", "colour"): 1}
    rows = gather([found], texts={}).annotations
    assert list(rows["quote"]) == [TEXT[1:8], TEXT[4:13]]


def test_positions_are_code_points_and_line_ends_of_two(put):
    # CATMA has one "?" for the emoji, and keeps CR LF as two characters
    found = put(catma(segment("A", pointer(13, 14)), structure("A", "T1")))
    assert list(gather([found], texts={}).annotations["quote"]) == ["Y"]


def test_separate_stretches_are_rows_and_reported(put):
    found = put(catma(segment("A", pointer(0, 3), pointer(13, 15)), structure("A", "T1")))
    assert [(span.start, span.end) for span in found.spans] == [(0, 3), (13, 15)]
    assert kinds(found)["changed", "annotation"] == 1


def test_properties_by_id_and_with_several_values(put):
    values = "<vRange><vColl><string>a</string><string>b</string></vColl></vRange>"
    fs = f'<fs xml:id="CATMA_A" type="CATMA_T1"><f name="CATMA_P1">{values}</f></fs>'
    found = put(catma(segment("A", pointer(0, 3)), fs))
    assert found.spans[0].features["tono"] == "a; b"
    assert kinds(found)["changed", "feature_tono"] == 1


@pytest.mark.parametrize(
    ("body", "structures", "kind", "words"),
    [
        (segment("A", pointer(0, 3)), "", "refused", "not in the file"),
        (segment("A", pointer(0, 3)), structure("A", "T9"), "refused", "not declared"),
        (segment("A", pointer("x", 3)), structure("A", "T1"), "refused", "#char=START,END"),
        (segment("A"), structure("A", "T1"), "refused", "no pointer"),
        (segment("A", pointer(3, 3)), structure("A", "T1"), "lost", "nothing stands between 3 and 3"),
        (pointer(0, 9), structure("A", "T1"), "refused", "no segment says where"),
        ('<seg ana="b.xml#CATMA_A">' + pointer(0, 3) + "</seg>", structure("A", "T1"), "refused", "points to no"),
    ],
)
def test_what_contradicts_itself_is_told_with_its_line(put, body, structures, kind, words):
    found = put(catma(segment("C", pointer(0, 8)) + body, structures + structure("C", "T1")))
    assert [span.code for span in found.spans] == ["escucha"], "reading goes on"
    hits = [loss for loss in found.losses if loss.kind == kind and words in loss.reason]
    assert hits and re.fullmatch(r"ana\.xml, line \d+", hits[0].place)


def test_positions_outside_the_text_are_refused(put):
    out = gather([put(catma(segment("A", pointer(0, 999)), structure("A", "T1")))], texts={})
    assert not len(out.annotations)
    assert "outside the text" in out.losses["reason"].str.cat()


def test_old_files_name_tags_in_segments(put):
    tag = '<fs xml:id="CATMA_OLD" type="catma_tag"><f name="catma_tagname"><string>viejo</string></f></fs>'
    range_ = '<ptr target="uno.txt#range( /.0, /.8)" type="inclusion"/>'
    found = put(catma(f'<seg ana="#CATMA_OLD">{range_}</seg>', tag))
    assert [(span.start, span.end, span.code) for span in found.spans] == [(0, 8, "viejo")]


def test_the_text_of_an_exported_corpus_stands_one_folder_up(tmp_path):
    folder = tmp_path / "corpus" / "un post"
    (folder / "annotationcollections").mkdir(parents=True)
    (folder / "un post.txt").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    for name in ("ana", "luis"):
        xml = catma(segment("A", pointer(0, 8, "D_4711")), structure("A", "T1"), title=name)
        (folder / "annotationcollections" / f"{name}.xml").write_text(xml, encoding="utf-8")
    found = read(tmp_path / "corpus", Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("un post/un post", TEXT)]
    assert [span.features["collection"] for span in found.spans] == ["ana", "luis"]
    single = read(folder / "annotationcollections" / "ana.xml", Choices())
    assert single.documents[0].text == TEXT


def test_without_its_text_it_says_what_to_put_where(put):
    xml = catma(segment("A", pointer(0, 8)), structure("A", "T1"))
    found = put(xml, text=None)
    assert found.documents[0].text is None
    (loss,) = [loss for loss in found.losses if loss.field == "text"]
    assert "'uno.txt'" in loss.reason and "doc_id 'uno'" in loss.reason
    assert put(xml, text=None, texts={"uno": TEXT}).documents[0].text == TEXT


def test_no_text_outside_of_the_folder_is_read(tmp_path):
    (tmp_path / "secret.txt").write_text("no", encoding="utf-8")
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    for number, target in enumerate(("../secret.txt", "catma:///link.txt", "..%2Fsecret.txt", "a%00.txt", "x" * 400)):
        xml = catma(segment("A", pointer(0, 2, target)), structure("A", "T1"))
        (inside / f"{number}.xml").write_text(xml, encoding="utf-8")
    assert all(one.text is None for one in read(inside, Choices()).documents)


def test_two_texts_of_one_name_are_not_mixed(tmp_path):
    book = [Span("uno", 0, 2, "a", "La"), Span("uno", 0, 2, "a", "Le")]
    for folder, text, span in zip(("a", "b"), ("La voz", "Le voci"), book, strict=True):
        (tmp_path / folder).mkdir()
        write(Material([Document("uno", text)], [span], ["a"], []), tmp_path / folder)
    found = read(tmp_path, Choices())
    assert len(found.spans) == 1
    assert kinds(found) == {("refused", "document"): 1}


PLAIN = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body>{}</body></text></TEI>'


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (PLAIN.format("<p>Un texto.</p>"), "holds the text itself"),
        (PLAIN.format("<ab type='catma'>Un <seg ana='#CATMA_1'>texto</seg></ab>"), "without text"),
        (PLAIN.replace("<text>", "<standOff><annotation/></standOff><text>").format("<p/>"), "<standOff>"),
        (PLAIN.format(""), "no pointers"),
        ('<TEI xmlns="http://www.tei-c.org/ns/1.0"/>', "no <text>"),
        ('<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"/>', "<teiCorpus>"),
        ('<!DOCTYPE TEI [<!ENTITY a "b">]><TEI>&a;</TEI>', "entities"),
        ("<TEI", "XML"),
        ("", "XML"),
    ],
)
def test_other_files_are_refused_in_one_sentence(tmp_path, xml, words):
    file = tmp_path / "otro.xml"
    file.write_text(xml, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(words)) as error:
        read(file, Choices())
    assert "otro.xml" in str(error.value) and len(str(error.value).splitlines()) == 1


def test_recognised_by_its_root(tmp_path):
    head = catma("").encode()[:4000]
    assert recognise(Path("a.xml"), head)
    assert recognise(Path("a.xml"), b"\xef\xbb\xbf" + head)
    assert not recognise(Path("a.json"), head)
    assert not recognise(Path("a.xml"), b"<xmi:XMI/>")


@pytest.fixture
def written(tmp_path):
    """A document with all that we know, written; its folder."""
    text = "La voz 😀 humana"
    spans = [
        Span("es/uno: dos", 0, 6, "voz", "La voz", "draft", "1.0", "endorses", "ana", "human", 0.1 + 0.2, "La", "ayer"),
        Span("es/uno: dos", 3, 9, "otra", text[3:9], "draft", created="2026-11-22T02:09:47Z", note=" a\r\nb ",
             features={"comment": "x", "género": "blog"}),
    ]  # fmt: skip
    documents = [Document("es/uno: dos", text, "es", "Título"), Document("vacío", "")]
    assert write(Material(documents, spans, ["voz", "otra"], ["ana"]), tmp_path) == []
    return tmp_path, documents, spans


def test_what_is_written_is_what_the_importer_needs(written):
    folder, documents, _ = written
    assert (folder / "es" / "uno%3A dos.txt").read_bytes() == documents[0].text.encode()
    root = etree.parse(folder / "es" / "uno%3A dos.xml").getroot()
    # nodes that CATMA takes the first of (TeiDocument.loadHeader)
    assert root.findtext(".//t:titleStmt/t:title", namespaces=NS) and root.findtext(".//t:author", namespaces=NS)
    assert root.findtext(".//t:publisher", namespaces=NS)
    ids = [one.get(ID) for one in root.iter() if one.get(ID)]
    assert len(ids) == len(set(ids))
    assert all(
        one == "CATMA_TECH_DESC" or re.fullmatch(r"CATMA_[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", one) for one in ids
    )
    version = root.find(".//t:fs[@xml:id='CATMA_TECH_DESC']/t:f[@name='version']/t:string", {**NS, "xml": ID[1:-3]})
    assert version.text == "5"
    tags = {one.get(ID): one for one in root.iterfind(".//t:fsDecl", NS)}
    structures = {one.get(ID): one for one in root.iterfind(".//t:text/t:fs", NS)}
    for one in structures.values():
        declared = {each.get("name") for each in tags[one.get("type")].iterfind("t:fDecl", NS)}
        # a property that is not declared stops CATMA's import
        assert {each.get("name") for each in one.iterfind("t:f", NS)} <= declared
        assert one.get("type") in tags
    for decl in root.iterfind(".//t:fDecl", NS):
        assert [each.tag for each in decl] == [f"{{{NS['t']}}}vRange"] and decl[0][0].tag.endswith("vColl")
    assert root.find(".//t:fsdDecl", NS).get("n").rpartition(" ")[0] == "draft"
    # the pointers repeat the text once, in order
    at = 0
    for one in root.iterfind(".//t:ab[@type='catma']//t:ptr", NS):
        start, end = map(int, one.get("target").partition("#char=")[2].split(","))
        assert start == at < end
        at = end
    assert at == len(documents[0].text)
    for one in root.iterfind(".//t:seg", NS):
        assert all(name[1:] in structures for name in one.get("ana").split())


def test_written_and_read_is_the_same(written):
    folder, documents, spans = written
    found = read(folder, Choices())
    assert [(one.doc_id, one.text, one.lang, one.title) for one in found.documents] == [
        (one.doc_id, one.text, one.lang, one.title) for one in documents
    ]
    assert [_plain(span) for span in found.spans] == [_plain(span) for span in spans]
    assert not found.losses


def _plain(span: Span):
    """All that a span says, without its place."""
    names = [name for name in Span.__dataclass_fields__ if name not in ("place", "features")]
    return (*(getattr(span, name) for name in names), dict(span.features))


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(samples())
def test_random_material_there_and_back(tmp_path_factory, sample):
    folder = tmp_path_factory.mktemp("tei")
    material = material_of(sample, FORMATS["tei"].forbidden)
    losses = write(material, folder)
    found = read(folder, Choices())
    assert {one.doc_id: one.text for one in found.documents} == {one.doc_id: one.text for one in material.documents}
    assert not found.losses
    rows, back = map(Counter, (map(_comparable, material.spans), map(_comparable, found.spans)))
    changed = {(one.doc_id, one.start, one.end) for one in losses}
    assert all(one.kind == "changed" for one in losses)
    assert all(key[:3] in changed for key in (rows - back) | (back - rows))
    assert sum(rows.values()) == sum(back.values())


def _comparable(span: Span):
    quote = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", span.quote)
    return (*_plain(span)[:4], quote, *_plain(span)[5:-1], str(sorted(span.features.items())))


def test_characters_that_xml_has_not_are_reported_and_texts_keep_them(tmp_path):
    text = "\ufeffa\x00b\x0b"
    losses = write(
        Material([Document("d", text)], [Span("d", 1, 4, "c\x01", text[1:4], note="n\x02")], ["c\x01"], []), tmp_path
    )
    assert sorted((loss.kind, loss.field, loss.value) for loss in losses) == [
        ("changed", "code", "c\x01"),
        ("changed", "note", "n\x02"),
    ]
    found = read(tmp_path, Choices())
    assert found.documents[0].text == text
    rows = gather([found], texts={}).annotations
    assert rows.loc[0, ["quote", "code", "note"]].tolist() == [text[1:4], "c\ufffd", "n\ufffd"]


def test_a_changed_text_is_noticed(written):
    folder, _, _ = written
    (folder / "es" / "uno%3A dos.txt").write_text("La vez 😀 humana", encoding="utf-8")
    out = gather([read(folder, Choices())], texts={})
    assert not len(out.annotations) and set(out.losses["kind"]) == {"refused"}


def test_very_many_overlaps_are_not_cut():
    spans = [Span("d", number, 1000 + number, "c") for number in range(900)]
    pieces = _pieces(spans, 2000)
    assert pieces == [(span.start, span.end, [number]) for number, span in enumerate(spans)]
    assert len(_pieces(spans[:20], 2000)) == 40


REAL = SHARED / "interop" / "catma_tei"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real CATMA files (../shared/interop) are not on this machine")
@pytest.mark.parametrize(
    ("name", "spans", "losses"),
    [
        ("rose_for_emily_structure.xml", 0, {("refused", "text"): 1, ("lost", "structure"): 1}),
        ("rose_for_emily_user_simpleV3.xml", 4, {("refused", "text"): 1, ("lost", "colour"): 1}),
        ("rose_for_emily_user_complexV3.xml", 373, {("refused", "text"): 1, ("lost", "colour"): 1}),
    ],
)
def test_real_files(name, spans, losses):
    found = read(REAL / name, Choices())
    assert len(found.spans) == spans
    assert kinds(found) == losses
    assert [one.doc_id for one in found.documents] == ["rose_for_emily"]
    # counted another way: annotations are the structures that CATMA gave an id
    raw = (REAL / name).read_text(encoding="utf-8-sig")
    assert len(re.findall(r'<fs xml:id="CATMA_[0-9a-f]{8}-', raw)) == spans
    assert not any(isinstance(loss, Loss) and loss.field == "annotation" for loss in found.losses)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real CATMA files (../shared/interop) are not on this machine")
def test_real_positions_count_line_ends_twice():
    found = read(REAL / "rose_for_emily_user_simpleV3.xml", Choices())
    places = [(span.start, span.end, span.code, span.features.get("parent")) for span in found.spans]
    assert places == [
        (36, 44, "Tag in StdTS", None),
        (61, 65, "Tag in TestTS", None),
        (181, 190, "ChildTag in StdTS", "PTag in StdTS"),
        (216, 221, "Child Tag in TestTS", "PTag in TestTS"),
    ]
    # the story's first line has 16 characters, an empty line follows, and the sentence begins at 20
    opening = "-" * 16 + "\r\n\r\n" + "When Miss Emily Grierson died, our whole town"
    text = opening.ljust(300)
    rows = gather([read(REAL / "rose_for_emily_user_simpleV3.xml", Choices(texts={"rose_for_emily": text}))], texts={})
    assert rows.annotations["quote"].tolist()[:2] == ["Grierson", "town"]
