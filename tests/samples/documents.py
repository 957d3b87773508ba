"""Small PDF, DOCX, ODT and EPUB files, written without the libraries that read them: constructed."""

import io
import zipfile
import zlib

LINES = [
    "Escuchar a los clientes",
    "La panadería de la esquina abre a las ocho y sus clien-",
    "tes escriben en el blog desde hace más de dos",
    "años. Nadie borra los comentarios.",
    "¿Y quién contesta? El dueño, casi siempre.",
]


def pdf(pages: list[list[str]], info: str = "", catalog: str = "", trailer: str = "", *, packed: bool = True) -> bytes:
    """A PDF with one text line after another on each page; a page without lines holds a drawing and no text."""
    count = len(pages)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode("latin-1"),
        f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{5 + 2 * n} 0 R' for n in range(count))}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>".encode("latin-1"),
    ]
    for number, lines in enumerate(pages):
        drawn = b"0 0 10 10 re f\n"
        for line, text in enumerate(lines):
            shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
            drawn += b"BT /F1 11 Tf 60 %d Td (%s) Tj ET\n" % (760 - 14 * line, shown)
        data = zlib.compress(drawn) if packed else drawn
        kind = b"/Filter /FlateDecode " if packed else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (6 + 2 * number)
        )
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (kind, len(data), data))
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 4 0 R %s >>\n%s" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        trailer.encode(),
        b"startxref\n%d\n%%%%EOF\n" % len(out),
    )


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A ZIP file of members in their order, the same bytes for the same members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def docx(body: str, properties: str = "", head: str = "", **more: str) -> bytes:
    """A Word document whose ``w:body`` holds ``body``; ``properties``: elements of its core properties."""
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
            f'<Relationship Id="r2" Type="{PACKAGE}/relationships/metadata/core-properties" '
            'Target="docProps/core.xml"/></Relationships>',
            "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"{properties}</cp:coreProperties>",
            "word/document.xml": f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
            **more,
        }
    )


def odt(text: str, meta: str = "") -> bytes:
    """An OpenDocument text whose ``office:text`` holds ``text``."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "meta")
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {spaces}><office:body><office:text>{text}</office:text>"
            "</office:body></office:document-content>",
            "meta.xml": f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
            f"{meta}</office:meta></office:document-meta>",
        }
    )


def epub(
    chapters: dict[str, str], metadata: str = "", manifest: str = "", before: str = "", after: str = "", **more: str
) -> bytes:
    """A book: ``chapters`` are XHTML bodies by id; more items, more of the spine and more members as given."""
    items = "".join(
        f'<item id="{key}" href="texto/{key}.xhtml" media-type="application/xhtml+xml"/>' for key in chapters
    )
    spine = "".join(f'<itemref idref="{key}"/>' for key in chapters)
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="OEBPS/libro.opf"/></rootfiles></container>',
            "OEBPS/libro.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
            f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
            f"<manifest>{manifest}{items}</manifest><spine>{before}{spine}{after}</spine></package>",
            **{
                f"OEBPS/texto/{key}.xhtml": '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml">'
                f"<head><title/></head><body>{body}</body></html>"
                for key, body in chapters.items()
            },
            **more,
        }
    )


def samples() -> dict[str, bytes]:
    """One file of each format."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in LINES[3:])
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>pan</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    long = "Il fornaio risponde a tutti i commenti perché è così che si fa. " * 5
    return {
        "escuchar.pdf": pdf([LINES, ["Segunda página, sin más."]], "/Title (Escuchar) /CreationDate (D:20090312)"),
        "escuchar.docx": docx(paragraphs + table, "<dc:title>Escuchar</dc:title><dc:creator>Ana Prueba</dc:creator>"),
        "escuchar.odt": odt(
            "<text:h>Escuchar</text:h><text:p>Nadie<text:s text:c='2'/>borra.</text:p>"
            "<text:list><text:list-item><text:p>café</text:p></text:list-item></text:list>",
            "<dc:title>Escuchar</dc:title>",
        ),
        "forno.epub": epub(
            {"uno": f"<h1>Il forno</h1><p>{long}</p>", "due": f"<h2>La città</h2><p>{long}<br/>Fine.</p>"},
            "<dc:title>Il forno</dc:title><dc:creator>Bruno Prova</dc:creator><dc:language>it</dc:language>",
        ),
    }
