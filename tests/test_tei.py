"""TEI: the text that stands on the page, the header as metadata, corpora streamed, damaged and hostile XML refused."""

import subprocess
import sys

import pytest
from conftest import ROOT, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.tei import CORPUS, DOCUMENT

from toolkit.corpus.readers.record import File
from toolkit.corpus.readers.tei import read

NAMESPACE = 'xmlns="http://www.tei-c.org/ns/1.0"'
EMPTY_HEADER = "<teiHeader><fileDesc><titleStmt><title/></titleStmt></fileDesc></teiHeader>"


def records(tmp_path, content, name="a"):
    path = tmp_path / f"{name}.tei"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return list(read(File(path, name)))


def document(body, header=EMPTY_HEADER, attributes=""):
    return f"<TEI {NAMESPACE}{attributes}>{header}<text><body>{body}</body></text></TEI>"


def text_of(tmp_path, body):
    (record,) = records(tmp_path, document(body))
    assert record.refused is None
    return record.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Uno\n     dos.</p>\n  <p>Tres.</p>", "Uno dos.\n\nTres."),
        ("<head>Título</head><p>Uno.</p>", "Título\n\nUno."),
        ("<p>a <hi>b</hi><ref>c</ref>, d</p>", "a bc, d"),
        ("<p>Uno<note>no</note><fw>12</fw><del>tres</del><figure><figDesc>foto</figDesc></figure>.</p>", "Uno\n\n."),
        ("<lg><l>Uno</l><l>dos</l></lg><lg><l>tres</l></lg>", "Uno\ndos\n\ntres"),
        ("<list><head>Pan</head><item>uno</item><item><p>dos</p></item></list>", "Pan\nuno\ndos"),
        ("<list><item>uno<list><item>dentro</item></list></item></list><p>x</p>", "uno\ndentro\n\nx"),
        ("<table><row><cell>a</cell> <cell>b</cell></row><row><cell>c</cell></row></table>", "a\tb\nc"),
        ("<sp><speaker>ANA</speaker><p>Hola.</p></sp>", "ANA\nHola."),
        ("<ab>Uno</ab><quote>Cita.</quote><p>Dice <quote>esto</quote>.</p>", "Uno\n\nCita.\n\nDice esto."),
        ("<p><choice><sic>haver</sic><corr>haber</corr></choice></p>", "haver"),
        (
            "<p><choice><expan>u</expan><abbr>Vd.</abbr></choice> <choice>\n<reg>a</reg><orig>à</orig>\n</choice></p>",
            "Vd. à",
        ),
        ("<p><app><rdg>uno</rdg><lem>dos</lem></app> <app><rdg>tres</rdg><rdg>cuatro</rdg></app></p>", "dos tres"),
        ("<p>uno<lb/>dos <pb n='2'/>tres</p>", "uno\ndos tres"),
        ("<p>pala- \n <lb break='no'/>\n bra ca<pb break='no'/>\n  sa</p>", "palabra casa"),
        ("<p><w>Hola</w><pc join='left'>,</pc>\n<w>mundo</w>\n<pc join='left'>!</pc></p>", "Hola, mundo!"),
        ("<p>d'<!-- x -->a<?y z?>ria\u00a0 \u00a0</p>", "d'aria\u00a0 \u00a0"),
        ("<eg xml:space='preserve'>a  b</eg>", "a  b"),
        ("<p>“curvas” e\u0301</p>", "“curvas” e\u0301"),
    ],
)
def test_the_text_is_what_stands_on_the_page(tmp_path, body, text):
    assert text_of(tmp_path, body) == text


def test_a_document_with_front_and_back(tmp_path):
    front = "<front><titlePage><docTitle><titlePart>El título</titlePart></docTitle></titlePage></front>"
    content = f"<TEI>{EMPTY_HEADER}<text>{front}<body><p>Uno.</p></body><back><p>Fin.</p></back></text></TEI>"
    assert records(tmp_path, content)[0].text == "El título\n\nUno.\n\nFin."


def test_the_header_becomes_metadata(tmp_path):
    (record,) = records(tmp_path, DOCUMENT)
    assert record.doc_id == "a"
    assert record.metadata == {
        "title": "El niño del mostrador",
        "author": "Ana Prueba",
        "date": "2009-03-12",
        "lang": "es",
        "url": "http://example.org/nino",
        "site": "Bitácora de la esquina",
        "publisher": "Archivo de Prueba",
        "encoding": "utf-8",
    }


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        (
            "<titleStmt><author>Ana <email>ana@example.org</email></author><author>Bea</author></titleStmt>",
            "author",
            "Ana; Bea",
        ),
        ("<titleStmt><author>ana@example.org</author></titleStmt>", "author", None),
        ("<titleStmt><title type='sub'>B</title><title type='main'>A</title></titleStmt>", "title", "A"),
        ("<publicationStmt><date>12 de marzo de 2009</date></publicationStmt>", "date", "12 de marzo de 2009"),
        (
            "<sourceDesc><p>Sin fecha</p></sourceDesc><publicationStmt><date when='2010'/></publicationStmt>",
            "date",
            "2010",
        ),
        ("<sourceDesc><ptr target='http://example.org/x'/></sourceDesc>", "url", "http://example.org/x"),
        ("<sourceDesc><ptr target='#nota'/></sourceDesc>", "url", None),
        ("<langUsage><language ident='es' usage='20'/><language ident='it' usage='80'/></langUsage>", "lang", "it"),
        ("<langUsage><language ident='es'/><language ident='it'/></langUsage>", "lang", None),
        ("<textClass><keywords><term>blog</term> <term>pan</term></keywords></textClass>", "tags", "blog; pan"),
    ],
)
def test_single_entries_of_the_header(tmp_path, header, name, value):
    (record,) = records(tmp_path, document("<p>x</p>", f"<teiHeader><fileDesc>{header}</fileDesc></teiHeader>"))
    assert record.metadata.get(name) == value


def test_the_language_of_the_element_stands_before_that_of_the_header(tmp_path):
    header = "<teiHeader><langUsage><language ident='es'/></langUsage></teiHeader>"
    assert records(tmp_path, document("<p>x</p>", header, ' xml:lang="gl"'))[0].metadata["lang"] == "gl"


def test_a_corpus_gives_one_record_a_text_with_its_id_and_line(tmp_path):
    found = records(tmp_path, CORPUS)
    assert [(record.doc_id, record.place) for record in found] == [("a/perche", "line 4"), ("a/citta", "line 12")]
    assert {record.metadata["collection"] for record in found} == {"Due blog"}
    assert found[0].text == "Perché no? È già tardi, ma il forno è aperto."


def test_texts_of_a_corpus_without_ids_keep_theirs_in_any_order(tmp_path):
    texts = [document(f"<p>Texto {n}</p>") for n in range(3)]
    there = records(tmp_path, f"<teiCorpus>{EMPTY_HEADER}{''.join(texts)}</teiCorpus>")
    back = records(tmp_path, f"<teiCorpus>{EMPTY_HEADER}{''.join(texts[::-1])}</teiCorpus>")
    assert {record.doc_id: record.text for record in there} == {record.doc_id: record.text for record in back}
    assert len({record.doc_id for record in there}) == 3


def test_a_text_inside_a_text_is_a_record_of_its_own(tmp_path):
    inner = f'<TEI xml:id="dentro">{EMPTY_HEADER}<text><body><p>Dentro.</p></body></text></TEI>'
    content = f"<TEI {NAMESPACE}>{EMPTY_HEADER}{inner}<text><body><p>Fuera.</p></body></text></TEI>"
    assert {r.doc_id: r.text for r in records(tmp_path, content)} == {"a/dentro": "Dentro.", "a": "Fuera."}


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "windows-1252"])
def test_the_declared_encoding_is_read(tmp_path, encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?>{document("<p>señal però</p>")}'.encode(encoding)
    assert records(tmp_path, content)[0].text == "señal però"


def test_entities_of_a_dtd_that_is_not_loaded_are_known_by_name_or_told(tmp_path):
    content = '<!DOCTYPE TEI SYSTEM "tei.dtd">' + document("<p>se&ntilde;al &rara;</p>")
    (record,) = records(tmp_path, content)
    assert record.text == "señal \ufffd"
    assert record.doubts == ("entities without a definition: rara",)


BOMB = (
    "<!DOCTYPE TEI [" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n else 'x' * 10}'>" for n in range(10)) + "]>"
)
OUTSIDE = '<!DOCTYPE TEI [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB + document("<p>&a9;</p>"), "defines entities"),
        (OUTSIDE + document("<p>&x;</p>"), "defines entities"),
        (document("<p>x</p>")[:-20], "is truncated: it ends at line 1"),
        (document("<p>x</q>"), "is no well-formed XML (line 1"),
        ("<html><body><p>x</p></body></html>", "is XML of another kind (<html>), not TEI"),
        ("", "is no XML: it has no element"),
        ("no es XML", "is no well-formed XML"),
        (b"\x00\x01\x02", "is no well-formed XML"),
        (document("<p>x\x00</p>"), "is no well-formed XML"),
        (document("<p>se\u00f1al</p>").encode("latin-1"), "is no well-formed XML"),
        (f"<TEI>{EMPTY_HEADER}</TEI>", "holds a TEI header without a text element"),
        (f"<teiCorpus>{EMPTY_HEADER}</teiCorpus>", "holds no TEI element"),
        (document("<seg>" * 2000 + "x" + "</seg>" * 2000), "is no well-formed XML"),
        (document("<p>" + "largo " * 400_000 + "</p>"), "more than the 2,000,000 of one post"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path, content, reason):
    (record,) = records(tmp_path, content)
    assert reason in (record.refused or "")
    assert "\n" not in (record.refused or "")


def test_the_texts_before_the_damage_are_read(tmp_path):
    first, second = records(tmp_path, CORPUS[: CORPUS.index("La città legge")])
    assert first.doc_id == "a/perche"
    assert (second.doc_id, second.text) == ("a", "")
    assert "the texts before it are read" in (second.refused or "")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z"]), min_size=1), min_size=1))
@settings(max_examples=50)
def test_paragraphs_come_back_as_they_were(tmp_path_factory, words):
    escaped = [word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for word in words]
    content = document("".join(f"\n  <p>\n    {word}\n  </p>" for word in escaped))
    try:
        content.encode("utf-8")
        (record,) = records(tmp_path_factory.mktemp("p"), content)
    except UnicodeEncodeError:
        return
    if record.refused is None:
        assert record.text == "\n\n".join(words)
    else:
        assert any(ord(sign) in (0xFFFE, 0xFFFF) for word in words for sign in word)


def test_a_text_without_end_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.readers.tei.MAX_BYTES", 200_000)
    found = records(tmp_path, f"<teiCorpus>{document('<p>Uno.</p>')}{document('<p/>' * 200_000)}</teiCorpus>")
    assert [record.text for record in found] == ["Uno.", ""]
    assert found[1].refused == "holds a single text of more than 0 MB; the texts before it are read"


PEAK = """
import resource, sys
from pathlib import Path
from toolkit.corpus.readers.record import File
from toolkit.corpus.readers.tei import read
found = sum(1 for record in read(File(Path(sys.argv[1]), "a")) if record.refused is None)
print(found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_stays_flat_in_a_long_corpus(tmp_path):
    def peak(count):
        path = tmp_path / f"{count}.tei"
        with path.open("w", encoding="utf-8") as stream:
            stream.write(f"<teiCorpus {NAMESPACE}>{EMPTY_HEADER}")
            for number in range(count):
                stream.write(document(f"<p>{number} " + "palabra " * 1000 + "</p>"))
            stream.write("</teiCorpus>")
        done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True, cwd=ROOT)
        found, kilobytes = map(int, done.stdout.split())
        assert found == count
        return kilobytes

    # Kept in memory, the longer one would take 30 MB for its text alone.
    assert peak(4000) < peak(200) + 12_000


def test_files_of_an_annotation_program_are_read_or_hold_no_text():
    folder = SHARED / "interop" / "catma_tei"
    if not folder.is_dir():
        pytest.skip("the files of other programs (../shared/interop) are not on this machine")
    for path in sorted(folder.glob("*.xml")):
        (record,) = read(File(path, path.stem))
        assert record.refused is None
        assert record.metadata["author"] == "William Faulkner"
