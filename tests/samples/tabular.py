"""Small tables of posts in every format that is read, made here: nobody in them exists."""

import io
import json
import struct
import zipfile
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

ES = "Mañana volverá el señor de la tienda; ¿quién contestará?\n\nNadie, dijo la niña, «nadie»."
IT = "Perché nessuno risponde? È già l'ora di ascoltare chi compra, e non c'è più scusa."
POSTS = [
    {"id": "007", "idioma": "es", "fecha": "12 de marzo de 2009", "título": "La tienda", "texto": ES},
    {"id": "008", "idioma": "it", "fecha": "3 marzo 2010", "título": "Il negozio", "texto": IT},
]
ROWS = [list(POSTS[0]), *(list(post.values()) for post in POSTS)]


def separated(rows, separator=",", end="\n"):
    """Rows as text, every cell quoted, quotes doubled."""
    quoted = [separator.join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows]
    return "".join(row + end for row in quoted)


def parquet(table, **options):
    """A pyarrow table, or a dictionary of columns, as the bytes of a file."""
    buffer = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), buffer, **options)
    return buffer.getvalue()


def column_name(number):
    """A, B, ..., Z, AA of a column counted from 0."""
    name = ""
    while number >= 0:
        number, rest = divmod(number, 26)
        name, number = chr(65 + rest) + name, number - 1
    return name


def xlsx(sheets):
    """A workbook of ISO/IEC 29500 from sheets by name: lists of rows, or sheet data as XML.

    A cell is a text, a number, True or False, None, or ("date", days since 1899-12-30), ("formula", stored text).
    """
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    numbered = list(enumerate(sheets.items(), 1))
    listed = "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, (n, _) in numbered)
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{office}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i, _ in numbered
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{related}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
    }
    for number, (_, rows) in numbered:
        data = rows if isinstance(rows, str) else "".join(_row(n, row) for n, row in enumerate(rows, 1))
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'
        )
    return zipped(parts)


def _row(number, row):
    return f'<row r="{number}">' + "".join(_cell(f"{column_name(n)}{number}", c) for n, c in enumerate(row)) + "</row>"


def _cell(place, cell):
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        kind, value = cell
        if kind == "date":
            return f'<c r="{place}" s="1"><v>{value}</v></c>'
        return f'<c r="{place}" t="str"><f>A1&amp;B1</f><v>{escape(value)}</v></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


def ods(sheets):
    """A spreadsheet of ISO/IEC 26300 from sheets by name: lists of rows of texts."""
    names = {
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text", "manifest")
    }
    spaces = " ".join(f'xmlns:{name}="{value}"' for name, value in names.items() if name != "manifest")

    def cell(value):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'

    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join("<table:table-row>" + "".join(map(cell, row)) + "</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(
        {
            "mimetype": kind,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{names["manifest"]}">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
            "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def zipped(parts):
    """A ZIP file of texts by name, the first stored, always the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, (name, text) in enumerate(parts.items()):
            kind = zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED
            head = "" if name == "mimetype" else '<?xml version="1.0" encoding="UTF-8"?>'
            archive.writestr(zipfile.ZipInfo(name), (head + text).encode("utf-8"), kind)
    return buffer.getvalue()


def xls(name, rows, last=(0, 0)):
    """An Excel 97 workbook ([MS-XLS] inside [MS-CFB]) of one sheet with texts up to 8,000 characters and numbers.

    ``last``: row and column of one more cell.
    """

    def record(kind, data):
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind):
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    def cell(row, column, value):
        if isinstance(value, str):
            text = value.encode("utf-16-le")
            return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)
        return record(0x203, struct.pack("<HHHd", row, column, 0, value))

    cells = [(row, column, value) for row, line in enumerate(rows) for column, value in enumerate(line)]
    if any(last):
        cells.append((*last, 1.0))
    sheet = begin(0x10) + b"".join(cell(*one) for one in cells) + record(0x0A, b"")
    label = name.encode("utf-16-le")
    size = len(begin(5)) + 4 + 8 + len(label) + 4
    listed = record(0x85, struct.pack("<IHBB", size, 0, len(name), 1) + label)
    return _compound(begin(5) + listed + record(0x0A, b"") + sheet)


def _compound(stream):
    """A stream "Workbook" in a compound file: sector 0 the table of sectors, 1 the directory, then the stream."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    # shorter streams would stand among the small sectors
    stream = stream.ljust(4096, b"\x00")
    stream += bytes(-len(stream) % 512)
    count = len(stream) // 512
    assert count <= 126, "one table of sectors holds 128 of them"
    sectors = [table, end, *range(3, count + 2), end]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack("<I", free) * 108
    sizes = struct.pack("<128I", *(sectors + [free] * (128 - len(sectors))))

    def entry(name, kind, child, start, length):
        text = name.encode("utf-16-le") + b"\x00\x00"
        whole = (
            text.ljust(64, b"\x00") + struct.pack("<HBB", len(text), kind, 1) + struct.pack("<III", free, free, child)
        )
        return whole + bytes(16 + 4 + 16) + struct.pack("<IQ", start, length)

    empty = bytes(64) + struct.pack("<HBB", 0, 0, 0) + struct.pack("<III", free, free, free) + bytes(48)
    directory = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(stream)) + empty * 2
    return head + sizes + directory + stream


def samples():
    """File names with the bytes of a small valid file each."""
    objects = [{**post, "author": {"name": "Inés"}} for post in POSTS]
    return {
        "posts.csv": separated(ROWS).encode("utf-8-sig"),
        "posts_excel.csv": ("sep=;\r\n" + separated(ROWS, ";", "\r\n")).encode("cp1252"),
        "posts.tsv": separated(ROWS, "\t").encode("utf-16"),
        "posts.jsonl": "".join(json.dumps(post, ensure_ascii=False) + "\n" for post in objects).encode(),
        "posts.json": json.dumps(objects, ensure_ascii=False, indent=1).encode(),
        "blog.json": json.dumps({"blog": "Pauta", "posts": objects}).encode(),
        "posts.parquet": parquet({heading: [post[heading] for post in POSTS] for heading in POSTS[0]}),
        "posts.xlsx": xlsx({"Hoja1": ROWS, "Vacía": []}),
        "posts.ods": ods({"Foglio1": ROWS}),
        "posts.xls": xls("Hoja1", ROWS),
    }
