"""Small web archives of Spanish and Italian pages, written without a library (ISO 28500)."""

import gzip
import io
import json
import zipfile
import zlib

WHEN = "2009-03-12T10:11:12Z"


def page(title: str, *paragraphs: str, charset: str = "utf-8") -> bytes:
    """A page of a blog with a menu, in the declared encoding."""
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    text = (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}</title></head><body>'
        '<ul class="menu"><li><a href="/">Inicio</a></li><li><a href="/contacto">Contacto</a></li></ul>'
        f'<div class="post"><h1>{title}</h1>\n{body}</div></body></html>'
    )
    return text.encode(charset)


def record(kind: str, url: str, media: str, block: bytes, *more: str, when: str = WHEN, length: int = -1) -> bytes:
    """One WARC record; ``length`` in place of the true Content-Length."""
    head = ["WARC/1.0", f"WARC-Type: {kind}", "WARC-Record-ID: <urn:uuid:0>", f"WARC-Date: {when}"]
    head += [f"WARC-Target-URI: {url}"] if url else []
    head += [*more, f"Content-Type: {media}", f"Content-Length: {len(block) if length < 0 else length}", "", ""]
    return "\r\n".join(head).encode() + block + b"\r\n\r\n"


def answer(
    url: str,
    body: bytes,
    *more: str,
    status: str = "200 OK",
    media: str = "text/html; charset=utf-8",
    when: str = WHEN,
    length: int = -1,
    about: tuple[str, ...] = (),
) -> bytes:
    """A response record; ``more`` are lines of the HTTP head, ``about`` of the WARC head."""
    head = [f"HTTP/1.1 {status}", *([f"Content-Type: {media}"] if media else []), *more, "", ""]
    block = "\r\n".join(head).encode("latin-1") + body
    return record("response", url, "application/http; msgtype=response", block, *about, when=when, length=length)


def chunked(body: bytes, size: int = 100) -> bytes:
    """A body in chunks (RFC 9112, section 7.1)."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def packed(records: list[bytes]) -> bytes:
    """A .warc.gz: one gzip member a record."""
    return b"".join(gzip.compress(data, mtime=0) for data in records)


def wacz(warcs: dict[str, bytes], pages: list[dict[str, str]]) -> bytes:
    """A WACZ 1.1.1 file: WARC files stored, a list of pages, a description."""
    lines = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}, *pages]
    files = {f"archive/{name}": data for name, data in warcs.items()}
    files["pages/pages.jsonl"] = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    files["datapackage.json"] = json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2016, 11, 5, 10, 0, 0)), data)
    return out.getvalue()


ES = [
    "Mañana volverá el señor de la tienda y preguntará por qué nadie contestó a los clientes en tres días.",
    "¿Quién será? Él, dijo la niña, y nadie en la oficina supo qué decir cuando sonó el teléfono.",
]
IT = [
    "Perché nessuno risponde? È già l'ora di ascoltare chi compra, e non c'è più scusa: così va la città.",
    "Il negozio all'angolo, invece, conosce tutti per nome e non ha mai scritto un comunicato.",
]


def samples() -> dict[str, bytes]:
    records = [
        record("warcinfo", "", "application/warc-fields", b"format: WARC File Format 1.0\r\n"),
        answer("http://tienda.example.org/2009/03/mañana", page("Mañana", *ES)),
        answer(
            "http://negozio.example.org/perche",
            zlib.compress(page("Perché", *IT)),
            "Content-Encoding: deflate",
        ),
        answer("http://negozio.example.org/nota.txt", "Più tardi.".encode("cp1252"), media="text/plain"),
        answer("http://tienda.example.org/a.png", b"\x89PNG\r\n", media="image/png"),
    ]
    return {
        "rastreo.warc": b"".join(records),
        "rastreo.warc.gz": packed(records),
        "rastreo.wacz": wacz({"uno.warc.gz": packed(records)}, [{"url": "http://tienda.example.org/", "title": "Sí"}]),
    }
