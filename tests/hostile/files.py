"""Hostile files: what a folder of texts, an archive or a colleague's export may hold. Small on the disk, all of them."""

import gzip
import io
import json
import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

__all__ = ["EXCHANGE", "FILES", "FOLDERS", "SECRET", "SETTINGS", "write_folders", "write_odd_entries"]

#: Stands in a file beside the folder that is read: no table, page or message may ever show it.
SECRET = "SECRET-4f1d09"
_POST = "Hay que escuchar a los clientes y contestar en la página. La confianza se gana con el tiempo.\n"
_ENTITIES = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:{secret}"><!ENTITY n SYSTEM "http://attacker.invalid/e">]>'
_LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip
_RSS = '<?xml version="1.0"?>{dtd}<rss version="2.0"><channel><title>{e}</title><item><title>t{e}</title>' + (
    "<description>" + _POST + "{e}</description></item></channel></rss>"
)
_WXR = (
    '<?xml version="1.0"?>{dtd}<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><wp:wxr_version>1.2</wp:wxr_version><item>'
    "<title>t{e}</title><wp:post_id>1</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
    "<content:encoded><![CDATA[" + _POST + "]]>{e}</content:encoded></item></channel></rss>"
)
_TEI = (
    '<?xml version="1.0"?>{dtd}<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>t{e}'
    "</title></titleStmt></fileDesc></teiHeader><text><body><p>" + _POST + "{e}</p></body></text></TEI>"
)
_ZEROS = 1_500_000_000


def _zip(*members: tuple[str, bytes | str], packed: bool = True) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else 0) as made:
        warnings.simplefilter("ignore")  # names that come twice are meant
        for name, data in members:
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)
    return out.getvalue()


@cache
def _zeros(size: int = _ZEROS, wbits: int = 31) -> bytes:
    """So many zeros, packed to a thousandth: a gzip file, or with ``wbits`` 15 what zlib unpacks."""
    packer, parts = zlib.compressobj(9, wbits=wbits), []
    for _ in range(size // 10_000_000):
        parts.append(packer.compress(bytes(10_000_000)))
    return b"".join([*parts, packer.flush()])


@cache
def _zip_of_zeros(name: str, size: int = _ZEROS) -> bytes:
    """A ZIP file with one member of zeros, that says so."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, made.open(name, "w", force_zip64=True) as member:
        for _ in range(size // 10_000_000):
            member.write(bytes(10_000_000))
    return out.getvalue()


def _link_in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("enlace.txt")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("bueno.txt", _POST)
    return out.getvalue()


def _lying_zip() -> bytes:
    """A member that unpacks to more than the archive says."""
    data = bytearray(_zip(("post.txt", _POST * 50_000)))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.index(mark) + at
        data[place : place + 4] = struct.pack("<I", 200)
    return bytes(data)


def _docx(dtd: str = "", inside: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    part = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _zip(
        ("[Content_Types].xml", f'<Types xmlns="{kinds}"><Override PartName="/word/document.xml" ContentType="{part}"/></Types>'),
        ("word/document.xml", f'<?xml version="1.0"?>{dtd}<w:document xmlns:w="{main}"><w:body><w:p><w:r><w:t>{_POST}{inside}'
            "</w:t></w:r></w:p></w:body></w:document>"),
    )  # fmt: skip


def _odt(inside: str) -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    return _zip(
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", f'<?xml version="1.0"?><o:document-content xmlns:o="{names}:office:1.0" xmlns:t="{names}:text:1.0">'
            f"<o:body><o:text><t:p>{_POST}{inside}</t:p></o:text></o:body></o:document-content>"),
    )  # fmt: skip


def _epub(chapter: str, dtd: str = "", inside: str = "") -> bytes:
    return _zip(
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="o.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'),
        ("o.opf", '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" media-type="application/xhtml+xml" '
            f'href="{chapter}"/></manifest><spine><itemref idref="a"/></spine></package>'),
        ("a.xhtml", f'{dtd}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{_POST}{inside}</p></body></html>'),
    )  # fmt: skip


def _xlsx(sheet: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    part = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    of = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _zip(
        ("[Content_Types].xml", f'<Types xmlns="{kinds}"><Override PartName="/xl/workbook.xml" ContentType="{of}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{of}.worksheet+xml"/></Types>'),
        ("_rels/.rels", f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{part}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'),
        ("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{part}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>"),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{part}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>'),
        ("xl/worksheets/sheet1.xml", sheet.replace("MAIN", main)),
    )  # fmt: skip


def _cells(*rows: tuple[str, str]) -> str:
    made = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{a}</t></is></c><c r="B{n}" t="inlineStr"><is><t>{b}</t></is></c></row>'
        for n, (a, b) in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="MAIN"><sheetData>{made}</sheetData></worksheet>'


def _pdf_loop() -> bytes:
    """Pages that are their own children."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 99999999/Kids[2 0 R 2 0 R]>>endobj\n"
        b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000089 00000 n \n"
        b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n150\n%%EOF\n"
    )


def _pdf_bomb() -> bytes:
    packed = zlib.compress(b"0 0 m " * 30_000_000, 9)
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream endobj\ntrailer<</Size 5/Root 1 0 R>>\n%%%%EOF\n"
        % (len(packed), packed)
    )


def _warc(length: int | str, body: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Hola</p>") -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.b/c\r\nWARC-Date: 2009-03-12T10:11:12Z\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + body + b"\r\n\r\n"


def _parquet() -> bytes:
    """Real magic bytes around a footer that promises two thousand million rows."""
    return b"PAR1" + b"\x15\x00" * 20 + b"\x16\xfe\xff\xff\xff\x0f" * 20 + struct.pack("<I", 120) + b"PAR1"


def _xml(frame: str, secret: Path) -> Callable[[str], bytes]:
    kinds = {
        "outside": (_ENTITIES.format(secret=secret), "&e;&n;"),
        "laughs": (_LAUGHS, "&a11;"),
        "long": (f"<!DOCTYPE x [<!ENTITY a '{'x' * 90_000}'>]>", "&a;" * 20_000),
        "deep": ("", "<b>" * 200_000),
    }
    return lambda kind: frame.format(dtd=kinds[kind][0], e=kinds[kind][1]).encode()


def FILES(secret: Path) -> dict[str, tuple[str, Callable[[], bytes]]]:
    """What is tried, by name: the file's name, and what makes its bytes. ``secret`` is a file that must stay one."""
    rss, wxr, tei = _xml(_RSS, secret), _xml(_WXR, secret), _xml(_TEI, secret)
    row = {"doc_id": "a", "lang": "es", "text": _POST}
    return {
        "text of zeros": ("ceros.txt", lambda: bytes(500_000)),
        "a program named .txt": ("programa.txt", lambda: b"\x7fELF\x02\x01" + bytes(range(256)) * 400),
        "UTF-16 that does not say so": ("ancho.txt", lambda: (_POST * 3).encode("utf-16-le")),
        "UTF-8 written too long": ("largo.txt", lambda: _POST.encode() + b"\xc0\xaf\xe0\x80\xaf\xed\xa0\x80 \xf8\x88\x80\x80\x80"),
        "UTF-7 that says so": ("siete.html", lambda: b'<meta charset="utf-7"><p>' + _POST.encode() + b"+ADw-script+AD4-pwned(1)+ADw-/script+AD4-</p>"),
        "a line of 40 MB": ("linea.txt", lambda: b"escuchar " * 4_500_000),
        "a million empty lines": ("vacias.txt", lambda: b"Hola.\n" + b"\n" * 3_000_000 + b"Adi\xc3\xb3s."),
        "front matter with a tag": ("etiqueta.md", lambda: b"---\ntitle: !!python/object/apply:os.system ['touch pwned']\n---\n" + _POST.encode()),
        "front matter of aliases": ("alias.md", lambda: ("---\na0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 30)) + "---\n" + _POST).encode()),
        "front matter nested deep": ("hondo.md", lambda: ("---\na: " + "[" * 9_000 + "\n---\n" + _POST).encode()),
        "front matter without an end": ("sin_fin.md", lambda: ("---\n" + "clave: valor\n" * 200_000).encode()),
        "page of nested tags": ("hondo.html", lambda: b"<html><body>" + b"<div><b>" * 140_000 + _POST.encode()),
        "page of a million tags": ("muchas.html", lambda: b"<html><body>" + b"<p>a</p>" * 1_000_000),
        "page of one long attribute": ("atributo.html", lambda: b"<html><body><p title='" + b"x" * 15_000_000 + b"'>" + _POST.encode()),
        "page of scripts": ("guiones.html", lambda: b"<html><body><script>pwned(1)</script><p onclick=pwned(2)>" + _POST.encode() + b"<img src=http://attacker.invalid/x></p>"),
        "page with an address inside": ("base.mhtml", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n" + b"--x\r\nContent-Type: multipart/related; boundary=x\r\n\r\n" * 3_000),
        **{f"feed, entities: {kind}": (f"{kind}.rss", lambda kind=kind: rss(kind)) for kind in ("outside", "laughs", "long", "deep")},
        **{f"WordPress, entities: {kind}": (f"{kind}_wp.xml", lambda kind=kind: wxr(kind)) for kind in ("outside", "laughs", "long", "deep")},
        **{f"TEI, entities: {kind}": (f"{kind}_tei.xml", lambda kind=kind: tei(kind)) for kind in ("outside", "laughs", "long", "deep")},
        "TEI that includes a file": ("incluye.xml", lambda: _TEI.format(dtd="", e=f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>').encode()),
        "JSON nested deep": ("hondo.json", lambda: b'[{"text": ' + b"[" * 200_000 + b"]" * 200_000 + b"}]"),
        "JSON Lines nested deep": ("hondo.jsonl", lambda: b'{"text": ' + b'{"a": ' * 200_000),
        "a number of 200,000 digits": ("numero.jsonl", lambda: (json.dumps(row) + "\n").encode() + b'{"text": "Hola, hola.", "likes": ' + b"9" * 200_000 + b"}\n"),
        "JSON of no numbers": ("nan.jsonl", lambda: b'{"doc_id": NaN, "text": Infinity}\n{"doc_id": "b", "text": -Infinity, "date": 1e999}\n'),
        "JSON with lone surrogates": ("medias.jsonl", lambda: b'{"doc_id": "a\\ud83d", "lang": "es", "text": "' + _POST.strip().encode() + b' \\ude00\\ud83d"}\n'),
        "JSON Lines of 60 MB in a line": ("linea.jsonl", lambda: b'{"text": "' + b"escuchar " * 6_600_000 + b'"}\n'),
        "a quote that is never closed": ("comillas.csv", lambda: b'text,lang\n"' + b"Hola, hola.\n" * 800_000),
        "a table of 9,000 columns": ("columnas.csv", lambda: ("text," + ",".join(f"c{n}" for n in range(9_000)) + "\n" + _POST.strip() + "," * 9_000 + "\n").encode()),
        "a table with NUL": ("nul.csv", lambda: b"text,title\n" + _POST.strip().encode() + b"\x00,a\x00b\n"),
        "a table of formulas": ("formulas.csv", lambda: ("text,title,author\n" + f"\"=HYPERLINK(\"\"http://attacker.invalid\"\")\",@SUM(1),+1\n{_POST.strip()},-1,=1+1\n").encode()),
        "spreadsheet that unpacks to 1.5 GB": ("bomba.xlsx", lambda: _zip_of_zeros("xl/worksheets/sheet1.xml")),
        "spreadsheet with entities": ("entidades.xlsx", lambda: _xlsx('<?xml version="1.0"?>' + _ENTITIES.format(secret=secret) + _cells(("text", "title"), (_POST + "&e;", "&e;")))),
        "spreadsheet far to the right": ("lejos.xlsx", lambda: _xlsx('<worksheet xmlns="MAIN"><sheetData><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>')),
        "Word file with entities": ("entidades.docx", lambda: _docx(_ENTITIES.format(secret=secret), "&e;")),
        "Word file nested deep": ("hondo.docx", lambda: _docx("", "<w:x>" * 150_000)),
        "Word file that unpacks to 1.5 GB": ("bomba.docx", lambda: _zip_of_zeros("word/document.xml")),
        "ODT of a thousand million spaces": ("espacios.odt", lambda: _odt('<t:s t:c="1000000000"/>' * 50)),
        "EPUB that leads out": ("fuera.epub", lambda: _epub(f"../../../../..{secret}")),
        "EPUB with entities": ("entidades.epub", lambda: _epub("a.xhtml", _ENTITIES.format(secret=secret), "&e;")),
        "PDF whose pages go round": ("vueltas.pdf", _pdf_loop),
        "PDF that unpacks to 180 MB": ("bomba.pdf", _pdf_bomb),
        "PDF cut off": ("cortado.pdf", lambda: b"%PDF-1.7\n" + b"1 0 obj<<" * 50_000),
        "WARC that promises too much": ("promete.warc", lambda: _warc(10**15)),
        "WARC of a negative length": ("menos.warc", lambda: _warc(-5)),
        "WARC of a body that unpacks to 1.5 GB": ("bomba.warc.gz", lambda: _zeros()),
        "WARC of a length that is no number": ("letras.warc", lambda: _warc("muchos")),
        "ZIP that leads out": ("fuera.zip", lambda: _zip(("../../pwned.txt", _POST), ("/tmp/pwned.txt", _POST), ("C:\\pwned.txt", _POST), ("a/../../pwned.txt", _POST), ("bueno.txt", _POST))),
        "ZIP with a link": ("enlace.zip", _link_in_zip),
        "ZIP that unpacks to 1.5 GB": ("bomba.zip", lambda: _zip_of_zeros("post.txt")),
        "ZIP in ZIP, six deep": ("muneca.zip", lambda: _nested(6)),
        "ZIP of 200,000 members": ("muchos.zip", lambda: _many(200_000)),
        "ZIP that says less than it holds": ("miente.zip", _lying_zip),
        "ZIP with names that do harm": ("nombres.zip", lambda: _zip(("<img src=x onerror=pwned(1)>.txt", _POST), ("=1+1.txt", _POST), ("\x1b[2Ja.txt", _POST), ("a\nb.txt", _POST), ("CON.txt", _POST), ("-rf.txt", _POST), ("a.txt", _POST), ("A.txt", _POST), ("a.txt", _POST))),
        "gzip that unpacks to 1.5 GB": ("bomba.txt.gz", lambda: _zeros()),
        "gzip of gzip": ("muneca.txt.gz", lambda: gzip.compress(gzip.compress(gzip.compress(_POST.encode())))),
        "Parquet of nothing": ("nada.parquet", _parquet),
        "an empty file of every kind": ("vacio.xlsx", lambda: b""),
    }  # fmt: skip


def _nested(depth: int) -> bytes:
    data = _zip(("post.txt", _POST))
    for number in range(depth):
        data = _zip((f"{number}.zip", data), ("post.txt", _POST))
    return data


def _many(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(count):
            made.writestr(zipfile.ZipInfo(f"{number}.txt"), b"")
    return out.getvalue()


def write_odd_entries(folder: Path, secret: Path) -> int:
    """Links, pipes, devices and names that do harm, in a folder that is read; returns how many there are."""
    (folder / "a_file.txt").symlink_to(secret)
    (folder / "a_device.txt").symlink_to("/dev/zero")
    (folder / "a_circle").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.txt").symlink_to(folder / "there is no such file")
    os.mkfifo(folder / "a_pipe.txt")
    (folder / "a_folder.txt").mkdir()
    (folder / "a_folder.txt" / "dentro.txt").write_text(_POST, encoding="utf-8")
    for name in (
        "<img src=x onerror=pwned('name')>.txt",
        "=1+1.txt",
        "\x1b[2J\x1b[31m.txt",
        "uno\ndos.txt",
        "-rf.txt",
        "a b;c$(d)`e`.txt",
        "ñ" * 120 + ".txt",
    ):
        (folder / name).write_text(_POST, encoding="utf-8")
    with open(os.fsencode(folder) + b"/\xff\xfe.txt", "wb") as file:  # noqa: PTH123 - a name that is no text
        file.write(_POST.encode())
    deep = folder.joinpath(*["d"] * 60)
    deep.mkdir(parents=True)
    (deep / "hondo.txt").write_text(_POST, encoding="utf-8")
    return 15


def _qdpx(**parts: str) -> bytes:
    users = '<Users><User guid="00000000-0000-0000-0000-000000000001" name="a"/></Users>'
    source = '<Sources><TextSource guid="00000000-0000-0000-0000-000000000002" name="a" {path}/></Sources>'
    body = (
        '<?xml version="1.0"?>{dtd}<Project xmlns="urn:QDA-XML:project:1.0" name="a{e}">'
        + users
        + source
        + "</Project>"
    ).format(dtd=parts.get("dtd", ""), e=parts.get("e", ""), path=parts.get("path", ""))
    return _zip(("project.qde", body), (parts.get("member", "sources/a.txt"), _POST))


def EXCHANGE(secret: Path) -> dict[str, tuple[str, str, Callable[[], bytes]]]:
    """Files of annotations: the file's name, the format it is given as, and what makes its bytes."""
    xmi = '<?xml version="1.0"?>{dtd}<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore">{e}</xmi:XMI>'
    tei = _xml(_TEI, secret)
    kinds = _xml(xmi, secret)
    row = {"doc_id": "a", "start": 0, "end": 3, "quote": "Hay", "code": "listening", "coder": "ana"}
    return {
        **{f"CAS XMI, entities: {kind}": (f"{kind}.xmi", "cas-xmi", lambda kind=kind: kinds(kind)) for kind in ("outside", "laughs", "long", "deep")},
        **{f"TEI, entities: {kind}": (f"{kind}.xml", "tei", lambda kind=kind: tei(kind)) for kind in ("outside", "laughs", "long", "deep")},
        "CAS JSON nested deep": ("hondo.json", "cas-json", lambda: b'{"%FEATURE_STRUCTURES": ' + b"[" * 200_000),
        "Label Studio nested deep": ("hondo.json", "label-studio", lambda: b'[{"data": ' + b'{"a":' * 200_000),
        "Label Studio of other people's types": ("tipos.json", "label-studio", lambda: b'[{"id": [1], "data": 7, "annotations": {"result": "x"}}, null, 3, {"annotations": [{"result": [{"value": {"start": "0", "end": null}}]}]}]'),
        "doccano of a huge number": ("numero.jsonl", "doccano", lambda: b'{"text": "Hola", "label": [[0, ' + b"9" * 100_000 + b', "a"]]}'),
        "positions beyond all": ("lejos.jsonl", "jsonl", lambda: "".join(json.dumps({**row, "start": a, "end": b}) + "\n" for a, b in ((-1, 3), (0, 10**30), (5, 2), (2**63, 2**64))).encode()),
        "positions that are no numbers": ("letras.csv", "csv", lambda: b"doc_id,start,end,quote,code,coder\na,=1+1,0x3,Hay,@SUM(1),+ana\na,1e400,NaN,Hay,a,b\n"),
        "brat with a way up": ("fuera.ann", "brat", lambda: b"T1\t../../x 0 3\tHay\nA1\t\xff T1\n" + b"R1\t" + b"x" * 5_000_000),
        "WebAnno of a million columns": ("columnas.tsv", "webanno-tsv", lambda: b"#FORMAT=WebAnno TSV 3.3\n#T_SP=a|" + b"b|" * 1_000_000 + b"\n\n#Text=Hola\n1-1\t0-4\tHola" + b"\t_" * 1_000_000),
        "CoNLL of one line": ("linea.conll", "conll", lambda: b"Hola B-a " * 3_000_000),
        "REFI-QDA that leads out": ("fuera.qdpx", "refi-qda", lambda: _qdpx(path=f'plainTextPath="internal://../../../../..{secret}"')),
        "REFI-QDA of an absolute path": ("absoluto.qdpx", "refi-qda", lambda: _qdpx(path=f'plainTextPath="absolute://{secret}"')),
        "REFI-QDA with entities": ("entidades.qdpx", "refi-qda", lambda: _qdpx(dtd=_ENTITIES.format(secret=secret), e="&e;")),
        "REFI-QDA that unpacks to 1.5 GB": ("bomba.qdpx", "refi-qda", lambda: _zip_of_zeros("project.qde")),
        "DocBin that unpacks to 1.5 GB": ("bomba.spacy", "spacy", lambda: _zeros(wbits=15)),
        "DocBin that is a pickle": ("pickle.spacy", "spacy", lambda: b"cos\nsystem\n(S'touch pwned'\ntR."),
        "Web Annotation with contexts elsewhere": ("fuera.jsonld", "web-annotation", lambda: json.dumps({"@context": "http://attacker.invalid/context", "id": "javascript:pwned(1)", "type": "Annotation", "target": f"file://{secret}", "body": {"@import": "http://attacker.invalid/"}}).encode()),
        "Parquet of nothing": ("nada.parquet", "parquet", _parquet),
    }  # fmt: skip


_STUDY = '[study]\ntitle = "x"\n[corpus]\npath = "{path}"\n'
_BOOK = (
    "id: x\nversion: '1'\nlicence: CC-BY-4.0\nsource: x\nname: {{es: x, it: x, en: x}}\ncodes:\n- id: a\n  name: {{es: x, it: x, en: x}}\n"
    "  definition: {{es: x, it: x, en: x}}\n{more}"
)
#: Files that people write or get from others, by the command that reads them.
SETTINGS: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    "study nested deep": ("a.toml", ("run",), ("[a]\nb = " + "[" * 100_000).encode()),
    "study with a way up": ("b.toml", ("run",), (_STUDY.format(path="../" * 90 + "etc/passwd") + "[output]\npath = '/etc'\n").encode()),
    "study of huge numbers": ("c.toml", ("run",), (_STUDY.format(path=".") + "[topics]\nper_language = " + "9" * 5_000 + "\n").encode()),
    "study that asks for too much": ("d.toml", ("run",), (_STUDY.format(path=".") + "[topics]\nper_language = 1000000000\nruns = 1000000000\n").encode()),
    "study in another coding": ("e.toml", ("run",), "[study]\ntitle = 'año'\n".encode("utf-16")),
    "codebook with a tag": ("a.yaml", ("codebook", "check"), b"id: !!python/object/apply:os.system ['touch pwned']\n"),
    "codebook of aliases": ("b.yaml", ("codebook", "check"), ("a0: &a0 [x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))).encode()),
    "codebook nested deep": ("c.yaml", ("codebook", "check"), ("id: " + "[" * 100_000).encode()),
    "codebook nested deep in blocks": ("d.yaml", ("codebook", "check"), "\n".join(" " * n + "a:" for n in range(3_000)).encode()),
    "codebook that merges itself": ("e.yaml", ("codebook", "check"), b"a: &a\n  <<: *a\n  b: 1\n"),
    "codebook of a million lines": ("f.yaml", ("codebook", "check"), b"a: b\n" * 1_000_000),
    "codebook of NUL": ("g.yaml", ("codebook", "check"), b"id: a\x00b\n"),
    "codebook as a list": ("h.yaml", ("codebook", "check"), b"- 1\n- [2]\n- {3: 4}\n"),
    "codebook with a pattern that never ends": ("i.yaml", ("codebook", "check"), _BOOK.format(more="  cues: {es: ['(a+)+$', '(a|a)*b']}\n").encode()),
    "codebook with an id that leads out": ("j.yaml", ("codebook", "check"), _BOOK.replace("id: x\n", "id: ../../pwned\n", 1).format(more="").encode()),
}  # fmt: skip

#: What a JSON file that the toolkit wrote may hold after somebody else had it.
_JSON = {
    "nested deep": b"[" * 200_000,
    "objects nested deep": b'{"a":' * 200_000,
    "a huge number": b'{"format": ' + b"9" * 100_000 + b"}",
    "no object": b"[1, 2]\n",
    "wrong types": b'{"format": 1, "corpus": [], "codebook": 7, "versions": null, "tables": "x", "number": {}, "shards": 3, "n": true, "do": []}\n',
    "zeros": bytes(5_000),
    "no UTF-8": b'{"a": "\xff\xfe"}\n',
    "half a sign": b'{"format": "\\ud800", "do": "\\udfff"}\n',
    "cut off": b'{"corpus": {"path": "/et',
    "a way up": b'{"format": 1, "corpus": {"path": "../../../../etc", "posts": {}}, "codebook": {"path": "/etc/passwd", "sha256": ""}, "versions": {}, "tables": {"../../x": 1}}\n',
}
#: Files in folders that the toolkit wrote, and the command that reads the folder.
_KEPT = {
    "run/run.json": ("check", "run"),
    "project/project.json": ("annotate", "status", "project"),
    "project/decisions/ana.jsonl": ("annotate", "status", "project"),
    "corpus/manifest-00000002.json": ("describe", "corpus"),
}
#: The file that is replaced, the command, what is put there.
FOLDERS: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    f"{file}, {kind}": (file, command, data) for file, command in _KEPT.items() for kind, data in _JSON.items()
}


def write_folders(folder: Path) -> Path:
    """A run, a project and a corpus as the toolkit writes them, of two posts each; returns the folder."""
    from toolkit.annotation import create_project
    from toolkit.corpus import load_posts
    from toolkit.loading import load_to
    from toolkit.settings import Study
    from toolkit.study import run_study

    (folder / "textos").mkdir(parents=True)
    for name in ("uno", "dos"):
        (folder / "textos" / f"{name}.txt").write_text(_POST + f"Esto es el {name}.\n", encoding="utf-8")
    load_to([folder / "textos"], folder / "corpus", progress=False)
    create_project(folder / "project", load_posts(folder / "textos"), coders=["ana"])
    study = {"study": {"parts": ("words",)}, "corpus": {"path": str(folder / "textos")}}
    run_study(Study.model_validate(study), folder / "run")
    return folder
