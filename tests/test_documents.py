"""PDF, Word, OpenDocument and EPUB: the text in its order, properties somebody meant, damaged and hostile files."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.documents import LINES, docx, epub, odt, pdf, zipped

from toolkit.corpus.readers import docx as docx_reader
from toolkit.corpus.readers import epub as epub_reader
from toolkit.corpus.readers import odt as odt_reader
from toolkit.corpus.readers import pdf as pdf_reader
from toolkit.corpus.readers.blocks import Blocks
from toolkit.corpus.readers.properties import meant_author, meant_title
from toolkit.corpus.readers.record import File
from toolkit.corpus.readers.zip_bounds import check_zip, safe_path

READ = {
    ".pdf": pdf_reader.read,
    ".docx": docx_reader.read,
    ".doc": docx_reader.refuse_old,
    ".rtf": docx_reader.refuse_old,
    ".odt": odt_reader.read,
    ".epub": epub_reader.read,
}


def records(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    found = list(READ[path.suffix](File(path, path.stem)))
    for record in found:
        assert "\n" not in (record.refused or "")
    return found


def one(tmp_path, name, content):
    (record,) = records(tmp_path, name, content)
    assert record.refused is None, record.refused
    return record


def refusal(tmp_path, name, content):
    (record,) = records(tmp_path, name, content)
    assert record.refused is not None
    assert record.text == ""
    return record.refused


# PDF


def test_pages_are_divided_and_sentences_joined(tmp_path):
    record = one(
        tmp_path, "a.pdf", pdf([LINES, ["Página dos."]], "/Title (Escuchar) /CreationDate (D:20090312101500Z)")
    )
    assert record.doc_id == "a"
    assert record.text == (
        "Escuchar a los clientes\n"
        "La panadería de la esquina abre a las ocho y sus clientes escriben en el blog desde hace más de dos años. "
        "Nadie borra los comentarios.\n¿Y quién contesta? El dueño, casi siempre.\n\nPágina dos."
    )
    assert record.metadata == {"title": "Escuchar", "date": "2009-03-12"}


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Compra pan", "y café."], "Compra pan y café."),
        (["Compra pan.", "y café."], "Compra pan.\ny café."),
        (["Dice:", "uno"], "Dice:\nuno"),
        (["«Basta.»", "y se fue"], "«Basta.»\ny se fue"),
        (["una pala-", "bra"], "una palabra"),
        (["un ex-", "Presidente"], "un ex-\nPresidente"),
        (["el año 2009-", "2010"], "el año 2009-\n2010"),
        (["Lista", "a) pan", "b) café"], "Lista\na) pan\nb) café"),
        (["Título", "Texto"], "Título\nTexto"),
        ([*["Esta línea es tan larga como las otras de la página y sigue"] * 5, "Vera"], None),
    ],
)
def test_lines_of_a_page(tmp_path, lines, text):
    found = one(tmp_path, "a.pdf", pdf([lines])).text
    assert found == (text or " ".join(lines))


@pytest.mark.parametrize(
    "info", ["/Title (Microsoft Word - informe.doc)", "/Title (Untitled)", "/Author (usuario)", ""]
)
def test_what_a_program_filled_in_is_no_metadata(tmp_path, info):
    assert one(tmp_path, "a.pdf", pdf([LINES], info)).metadata == {}


def test_the_language_of_the_catalog(tmp_path):
    assert one(tmp_path, "a.pdf", pdf([LINES], catalog="/Lang (es-ES)")).metadata == {"lang": "es-ES"}


def test_pictures_of_pages_are_told(tmp_path):
    assert refusal(tmp_path, "a.pdf", pdf([[], []])).startswith("holds images of pages and no text")
    assert one(tmp_path, "b.pdf", pdf([LINES, [], []])).doubts == ("2 of 3 pages hold no text (images of pages?)",)


def test_a_damaged_page_is_a_doubt_and_the_others_are_read(tmp_path):
    content = pdf([["Uno."], ["Dos."], ["Tres."]])
    start = content.index(b"stream", content.index(b"8 0 obj")) + 7
    damaged = content[:start] + b"\x00" * 20 + content[start + 20 :]
    record = one(tmp_path, "a.pdf", damaged)
    assert record.text == "Uno.\n\nTres."
    assert record.doubts[0].startswith("page 2 of 3 could not be read in full (")


def test_what_is_left_of_a_truncated_pdf_is_read(tmp_path):
    content = pdf([["Uno."], ["Dos."], ["Tres."]])
    record = one(tmp_path, "a.pdf", content[: content.index(b"9 0 obj")])
    assert record.text == "Uno.\n\nDos."
    assert record.doubts[0] == "is truncated; what is left of it is read"


def test_a_pdf_with_a_password_is_refused(tmp_path):
    pypdf = pytest.importorskip("pypdf")

    def locked(password):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([LINES])))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    assert refusal(tmp_path, "a.pdf", locked("secreta")).startswith("is encrypted and wants a password")
    assert one(tmp_path, "b.pdf", locked("")).text.startswith("Escuchar")


def test_a_pdf_that_asks_for_too_much_work_is_bounded(tmp_path, monkeypatch):
    content = pdf([["Uno."], ["x"] * 2000, ["Tres."]], packed=False)
    monkeypatch.setattr(pdf_reader, "MAX_PAGE", 20_000)
    record = one(tmp_path, "a.pdf", content)
    assert record.text == "Uno.\n\nTres."
    assert record.doubts == ("page 2 of 3 could not be read in full (more drawing instructions than any text needs)",)
    monkeypatch.setattr(pdf_reader, "MAX_PAGE", 10**9)
    monkeypatch.setattr(pdf_reader, "MAX_INSTRUCTIONS", 100)
    assert one(tmp_path, "a.pdf", content).text == "Uno."
    monkeypatch.setattr(pdf_reader, "MAX_PAGES", 2)
    assert "has 3 pages" in refusal(tmp_path, "a.pdf", content)


def test_an_unpacked_page_of_a_gigabyte_is_a_doubt(tmp_path):
    bomb = pdf([["Uno."], ["Dos. " * 6_000_000]])
    assert len(bomb) < 200_000
    record = one(tmp_path, "a.pdf", bomb)
    assert record.text == "Uno."
    assert record.doubts[0].startswith("page 2 of 2 could not be read in full")


@pytest.mark.parametrize("cut", [0, 20, 200, 600])
def test_damaged_pdfs_are_read_or_refused(tmp_path, cut):
    for record in records(tmp_path, "a.pdf", pdf([LINES])[: cut or None][:-40]):
        assert record.refused or record.text


def test_what_is_no_pdf(tmp_path):
    assert refusal(tmp_path, "a.pdf", b"<html>").startswith("is no PDF")


# Word and OpenDocument


def paragraph(text, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def table(*rows):
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


RUN = "<w:r><w:t>{}</w:t></w:r>"
BOX = f"<w:r><w:pict><w:txbxContent>{paragraph('Recuadro')}</w:txbxContent></w:pict></w:r>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (paragraph("Uno.") + "<w:p/>" + paragraph("Dos."), "Uno.\n\nDos."),
        (f"<w:p>{RUN.format('pa')}{RUN.format('n')}</w:p>", "pan"),
        ("<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r></w:p>", "a\nb\tc"),
        (paragraph("uno", "<w:numPr/>") + paragraph("dos", "<w:numPr/>") + paragraph("Fin"), "uno\ndos\n\nFin"),
        (f"<w:p><w:ins>{RUN.format('sí')}</w:ins><w:del><w:r><w:delText>no</w:delText></w:r></w:del></w:p>", "sí"),
        (f"<w:p><w:moveFrom>{RUN.format('ayer')}</w:moveFrom>{RUN.format('hoy')}</w:p>", "hoy"),
        (f"<w:p><w:hyperlink>{RUN.format('enlace')}</w:hyperlink></w:p>", "enlace"),
        (f"<w:sdt><w:sdtContent>{paragraph('control')}</w:sdtContent></w:sdt>", "control"),
        (f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>{RUN.format('3')}</w:p>", "3"),
        (f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>oculto</w:t></w:r>{RUN.format('visto')}</w:p>", "visto"),
        (f"<w:p>{RUN.format('Antes')}{BOX}{RUN.format(' y')}</w:p>", "Antes y\n\nRecuadro"),
        (table([paragraph("a"), paragraph("b")], [paragraph("c"), "<w:p/>"]), "a\tb\nc"),
        (table([paragraph("Uno.") + paragraph("Dos."), paragraph("Tres.")]), "Uno.\n\nDos.\n\nTres."),
        (table([paragraph("Uno.")], [paragraph("Dos.")]), "Uno.\n\nDos."),
        (table([table([paragraph("a"), paragraph("b")]), paragraph("c")]), "a\tb\n\nc"),
        (paragraph("“x”\u00a0 e\u0301"), "“x”\u00a0 e\u0301"),
    ],
)
def test_the_body_of_a_word_document(tmp_path, body, text):
    assert one(tmp_path, "a.docx", docx(body)).text == text


def test_items_by_a_style_of_the_document(tmp_path):
    styles = {
        "word/styles.xml": "<w:styles xmlns:w='w'><w:style w:styleId='Vineta'><w:pPr><w:numPr/></w:pPr></w:style>"
        "<w:style w:styleId='Normal'/></w:styles>"
    }
    item = "<w:pStyle w:val='Vineta'/>"
    body = paragraph("uno", item) + paragraph("dos", item) + paragraph("Fin", "<w:pStyle w:val='Normal'/>")
    assert one(tmp_path, "a.docx", docx(body, **styles)).text == "uno\ndos\n\nFin"


def test_properties_of_a_word_document(tmp_path):
    properties = (
        "<dc:title>Escuchar</dc:title><dc:creator>Ana Prueba</dc:creator><cp:keywords>blog, pan</cp:keywords>"
        "<dcterms:created>2009-03-12T10:00:00Z</dcterms:created><dc:language>es</dc:language>"
    )
    expected = {"title": "Escuchar", "author": "Ana Prueba", "date": "2009-03-12", "lang": "es", "tags": "blog; pan"}
    assert one(tmp_path, "a.docx", docx(paragraph("x"), properties)).metadata == expected


def test_footnotes_are_told(tmp_path):
    body = f"<w:p>{RUN.format('Uno')}<w:r><w:footnoteReference w:id='2'/></w:r></w:p>"
    assert one(tmp_path, "a.docx", docx(body)).doubts == ("1 footnotes or endnotes are not read",)


def test_a_document_of_python_docx_is_read(tmp_path):
    library = pytest.importorskip("docx")
    document = library.Document()
    document.add_heading("Título", 0)
    for line in ("uno", "dos"):
        document.add_paragraph(line, style="List Bullet")
    document.add_paragraph("Fin")
    out = io.BytesIO()
    document.save(out)
    assert one(tmp_path, "a.docx", out.getvalue()).text == "Título\n\nuno\ndos\n\nFin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<text:h>Título</text:h><text:p>Uno <text:span>dos</text:span>.</text:p>", "Título\n\nUno dos."),
        ("<text:p>a<text:s text:c='3'/>b<text:tab/>c<text:line-break/>d</text:p>", "a   b\tc\nd"),
        ("<text:p>a<text:s text:c='999999999'/>b</text:p>", "a b"),
        (
            "<text:list><text:list-item><text:p>uno</text:p></text:list-item><text:list-item><text:p>dos</text:p>"
            "</text:list-item></text:list><text:p>Fin</text:p>",
            "uno\ndos\n\nFin",
        ),
        (
            "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell>"
            "<text:p>b</text:p></table:table-cell></table:table-row></table:table>",
            "a\tb",
        ),
        ("<text:p>Uno<text:box><text:p>dos</text:p></text:box>tres</text:p>", "Uno\ndos\ntres"),
        ("<text:tracked-changes><text:p>borrado</text:p></text:tracked-changes><text:p>queda</text:p>", "queda"),
        (
            "<text:section><text:p>Uno<office:annotation><text:p>x</text:p></office:annotation>.</text:p></text:section>",
            "Uno.",
        ),
    ],
)
def test_the_body_of_an_opendocument_text(tmp_path, text, expected):
    assert one(tmp_path, "a.odt", odt(text)).text == expected


def test_properties_of_an_opendocument_text(tmp_path):
    meta = (
        "<dc:title>Escuchar</dc:title><meta:initial-creator>Ana Prueba</meta:initial-creator>"
        "<meta:creation-date>2009-03-12T10:00:00</meta:creation-date><meta:keyword>pan</meta:keyword>"
    )
    expected = {"title": "Escuchar", "author": "Ana Prueba", "date": "2009-03-12", "tags": "pan"}
    assert one(tmp_path, "a.odt", odt("<text:p>x</text:p>", meta)).metadata == expected


BOMB = "<!DOCTYPE x [" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n else 'x' * 10}'>" for n in range(10)) + "]>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", docx(paragraph("&a9;"), head=BOMB), "defines entities"),
        ("a.docx", docx(paragraph("x"))[:-100], "is damaged or is no ZIP file"),
        ("a.docx", docx("<w:p>"), "is no well-formed XML"),
        ("a.docx", zipped({"otra.xml": "<x/>"}), "is no Word document"),
        ("a.docx", zipped({"word/document.xml": "<x/>"}), "without a body of text"),
        ("a.docx", OLE, "is protected by a password"),
        ("a.docx", b"hola", "is no Word document"),
        ("a.docx", b"", "is no Word document"),
        ("a.doc", OLE, "is an old Word document, which is not read; open it in Word or LibreOffice"),
        ("a.doc", b"{\\rtf1 hola}", "is a Rich Text document"),
        ("a.rtf", b"{\\rtf1 hola}", "is a Rich Text document"),
        ("a.doc", b"<html><body>x", "is a saved HTML page under another name"),
        ("a.odt", b"hola", "is damaged or is no ZIP file"),
        ("a.odt", zipped({"x": ""}), "is no OpenDocument text"),
        ("a.odt", zipped({"content.xml": "<a/>", "META-INF/manifest.xml": "<x:encryption-data/>"}), "by a password"),
        ("a.odt", zipped({"content.xml": f"{BOMB}<a>&a9;</a>"}), "defines entities"),
        ("a.odt", zipped({"content.xml": "<d><body><spreadsheet/></body></d>"}), "without text"),
        ("a.epub", b"hola", "is damaged or is no ZIP file"),
        ("a.epub", zipped({"x": ""}), "is no EPUB"),
        ("a.epub", zipped({"META-INF/container.xml": "<c><rootfile full-path='../x'/></c>"}), "names no package"),
        ("a.epub", zipped({"META-INF/container.xml": f"{BOMB}<c>&a9;</c>"}), "defines entities"),
        ("a.epub", epub({}), "lists nothing in reading order"),
    ],
)
def test_bad_documents_are_refused_in_one_sentence(tmp_path, name, content, reason):
    assert reason in refusal(tmp_path, name, content)


def test_a_docx_under_an_old_name_is_read_with_a_doubt(tmp_path):
    record = one(tmp_path, "a.doc", docx(paragraph("Hola.")))
    assert (record.text, record.doubts) == ("Hola.", ("is a .docx under the name .doc",))


# EPUB

LONG = "Il fornaio risponde a tutti, perché è così che si fa. " * 5
CHAPTERS = {"uno": f"<h1>Primo&#160;forno</h1><p>{LONG}</p>", "due": f"<p>{LONG}</p>"}


def test_one_record_a_chapter(tmp_path):
    metadata = (
        "<dc:title>Il forno</dc:title><dc:creator>Ana Prueba</dc:creator><dc:creator>Bruno Prova</dc:creator>"
        "<dc:language>it</dc:language><dc:date>2011</dc:date><dc:publisher>Casa</dc:publisher>"
        "<dc:source>http://example.org/forno</dc:source><dc:subject>pane</dc:subject>"
    )
    first, second = records(tmp_path, "a.epub", epub(CHAPTERS, metadata))
    book = {
        "book": "Il forno",
        "author": "Ana Prueba; Bruno Prova",
        "lang": "it",
        "date": "2011",
        "publisher": "Casa",
        "url": "http://example.org/forno",
        "tags": "pane",
        "encoding": "utf-8",
    }
    assert (first.doc_id, first.place) == ("a/uno", "OEBPS/texto/uno.xhtml")
    assert first.text == f"Primo\u00a0forno\n\n{LONG.strip()}"
    assert first.metadata == {**book, "title": "Primo forno"}
    assert (second.doc_id, second.text, second.metadata) == ("a/due", LONG.strip(), book)


def test_closed_elements_of_xhtml_do_not_swallow_the_text(tmp_path):
    body = f'<p>Uno<a id="x"/>, <span/>dos<br/>tres&amp;</p><script/><p>{LONG}</p>'
    assert records(tmp_path, "a.epub", epub({"u": body}))[0].text == f"Uno, dos\ntres&\n\n{LONG.strip()}"


def test_covers_contents_and_short_pages_are_one_row(tmp_path):
    pages = {"cubierta": "<p>Cubierta</p>", **CHAPTERS}
    nav = '<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    content = epub(pages, manifest=nav, before='<itemref idref="n"/>', **{"OEBPS/nav.xhtml": f"<html>{LONG}</html>"})
    found = records(tmp_path, "a.epub", content)
    assert [record.doc_id for record in found if not record.refused] == ["a/uno", "a/due"]
    (row,) = [record.refused for record in found if record.refused]
    assert row.endswith("2 files of the book are no chapter (nav.xhtml, OEBPS/texto/cubierta.xhtml)")


def test_a_book_of_short_pages_is_read_whole(tmp_path):
    found = records(tmp_path, "a.epub", epub({"a": "<p>Uno.</p>", "b": "<p>Due.</p>"}))
    assert [record.text for record in found] == ["Uno.", "Due."]


def test_a_chapter_that_cannot_be_read_is_a_row_and_the_rest_goes_on(tmp_path):
    items = "".join(
        f'<item id="{key}" href="{href}" media-type="application/xhtml+xml"/>'
        for key, href in (
            ("fuera", "../../etc/passwd"),
            ("raiz", "/etc/passwd"),
            ("red", "http://example.org/x"),
            ("no", "no.xhtml"),
        )
    )
    before = "".join(f'<itemref idref="{key}"/>' for key in ("fuera", "raiz", "red", "no", "bomba"))
    items += '<item id="bomba" href="b.xhtml" media-type="application/xhtml+xml"/>'
    bomb = {"OEBPS/b.xhtml": f"{BOMB}<html><p>&a9;</p></html>"}
    found = records(tmp_path, "a.epub", epub(CHAPTERS, manifest=items, before=before, **bomb))
    reasons = {record.doc_id: record.refused for record in found}
    assert reasons["a/uno"] is None
    assert all("outside of the book" in (reasons[f"a/{key}"] or "") for key in ("fuera", "raiz", "red"))
    assert reasons["a/no"] == "holds no 'OEBPS/no.xhtml'"
    assert "defines entities" in (reasons["a/bomba"] or "")


def test_protected_books_are_refused_and_hidden_fonts_are_not(tmp_path):
    def book(algorithm):
        lock = f'<encryption><EncryptionMethod Algorithm="{algorithm}"/></encryption>'
        return epub(CHAPTERS, **{"META-INF/encryption.xml": lock})

    assert "DRM" in refusal(tmp_path, "a.epub", book("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))
    assert len(records(tmp_path, "b.epub", book("http://www.idpf.org/2008/embedding"))) == 2


def test_a_chapter_that_is_no_xml_and_in_an_old_encoding(tmp_path):
    item = '<item id="v" href="v.html" media-type="text/html"/>'
    page = f"<html><h2>Citt\xe0<p>{LONG}<p>fine".encode("cp1252")
    content = epub({}, manifest=item, before='<itemref idref="v"/>', **{"OEBPS/v.html": page})
    record = one(tmp_path, "a.epub", content)
    assert record.text.startswith("Città")
    assert record.doubts == ("encoding guessed: cp1252",)


# Bounds


def archive_of(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    return path


def test_zip_bounds(tmp_path):
    assert check_zip(archive_of(tmp_path, zipped({"a": "x", "b/c": "y"}))) is None
    bomb = archive_of(tmp_path, zipped({"a": bytes(30_000_000)}))
    assert "packs 'a' more than 200 : 1" in (check_zip(bomb) or "")
    assert "would unpack to 30 MB, more than 10 MB" in (check_zip(bomb, 10_000_000) or "")
    assert check_zip(archive_of(tmp_path, b"PK\x03\x04 no")) == "is damaged or is no ZIP file inside"


def test_members_that_overlap_are_refused(tmp_path):
    content = bytearray(zipped({"a": "x" * 100, "b": "y" * 100}))
    central = content.rindex(b"PK\x01\x02")
    content[central + 42 : central + 46] = bytes(4)
    assert "overlap" in (check_zip(archive_of(tmp_path, bytes(content))) or "")


def test_doubled_encrypted_and_oddly_packed_members_are_refused(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a", "1")
        archive.writestr("a", "2")
    assert "holds 'a' twice" in (check_zip(archive_of(tmp_path, out.getvalue())) or "")
    content = bytearray(zipped({"a": "x"}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in (check_zip(archive_of(tmp_path, bytes(content))) or "")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", "1")
    assert "by a method that documents do not use" in (check_zip(archive_of(tmp_path, out.getvalue())) or "")


def test_an_archive_that_lists_too_much_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.readers.zip_bounds.MAX_MEMBERS", 2)
    path = archive_of(tmp_path, zipped(dict.fromkeys("abc", "")))
    assert "lists 3 files inside" in (check_zip(path) or "")
    monkeypatch.setattr("toolkit.corpus.readers.zip_bounds._MAX_DIRECTORY", 10)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "lists more than" in (check_zip(path) or "")


@given(st.lists(st.sampled_from(["..", ".", "a", "b.x", ""]), max_size=6).map("/".join))
@settings(max_examples=50)
def test_no_path_leads_out_of_the_archive(href):
    path = safe_path("OEBPS", href)
    assert path is None or not (path.startswith("/") or ".." in path.split("/"))


@given(st.lists(st.lists(st.text("aé .\u00a0", min_size=1).filter(str.strip), min_size=1), min_size=1))
@settings(max_examples=50)
def test_blocks_keep_words_and_never_glue_lines(paragraphs):
    page = Blocks()
    for lines in paragraphs:
        for line in lines:
            page.add(line)
            page.line()
        page.paragraph()
    words = [" ".join(part for part in line.split(" ") if part) for lines in paragraphs for line in lines]
    assert page.text.replace("\n\n", "\n").split("\n") == words


@pytest.mark.parametrize(
    "title", ["Documento1", "sin título", "informe final.docx", "PowerPoint Presentation", "...", ""]
)
def test_titles_that_programs_fill_in(title):
    assert meant_title(title) == ""


@pytest.mark.parametrize("title", ["El documento perdido", "Página 12: el pan", "È tardi", "Untitled stories"])
def test_titles_that_somebody_meant(title):
    assert meant_title(title) == title


def test_authors(tmp_path):
    assert [meant_author(name) for name in ("Usuario", "HP", "ana@example.org", "Pc 2")] == [""] * 4
    assert meant_author("  Ana\tPrueba ") == "Ana Prueba"
