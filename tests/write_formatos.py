"""Write corpora/formatos: some posts of the bundled corpus in the raw formats people really have.

    python tests/write_formatos.py [FOLDER]

The same posts give the same bytes; tests/test_formatos.py writes them again and compares.
"""

# ruff: noqa: E501 - markup reads better unbroken

import csv
import datetime
import gzip
import hashlib
import io
import json
import re
import sys
import uuid
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import NamedTuple

from toolkit.corpus import load_posts
from toolkit.resources import bundled_corpus

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "corpora" / "formatos"

#: What each file carries. In the export: status and type of the item.
EXPORT = [
    ("es/11-lupita-de-redes", "publish", "post"),
    ("es/22-un-nombre-para-el-tinto", "publish", "post"),
    ("es/13-los-martes-de-as-medas", "publish", "post"),
    ("es/36-noche-en-la-hilanderia", "publish", "post"),
    ("es/41-diccionarito-de-blogs", "publish", "page"),
    ("es/21-palabras-de-buscador", "draft", "post"),
    ("es/38-cierre-del-muro", "private", "post"),
]
RSS = [
    "it/09-il-torchietto-numero-41",
    "it/12-mulincamp-sotto-la-pioggia",
    "it/13-sette-e-cinquanta",
    "it/16-ornella-del-tram",
    "it/17-seo-e-dintorni",
]
ATOM = [
    "es/16-blogduero-arroz-y-wifi",
    "es/17-dialogando-que-es-gerundio",
    "es/20-la-que-contesta-en-el-bus",
    "es/33-oyentes-de-madrugada",
    "es/40-un-diario-sin-patron",
]
#: Saved pages with the encoding they are saved in and how they declare it ("" not at all).
PAGES = [
    ("es/19-las-duchas-de-ritmo-19", "utf-8", "utf-8"),
    ("es/37-la-fila-del-excel", "cp1252", "windows-1252"),
    ("it/15-la-coda-di-ghiaccio", "iso-8859-1", "iso-8859-1"),
    ("it/33-ciao-amico", "utf-8-sig", ""),
    ("it/36-i-mustazzoli-di-liegi", "utf-8", "utf-8"),
    ("es/14-medir-las-campanas-de-un-hotel", "cp1252", ""),
]
CRAWL = [
    "es/18-mutua-zubialde-portavoz-unico",
    "es/42-el-bache-numero-4107",
    "it/35-la-maniglia",
    "it/38-il-mastello-marrone",
    "it/30-cento-euro-al-mese",
]
TABLE = [
    "es/34-avisos-con-poca-plata",
    "es/35-apuntes-cooperativas-y-redes",
    "es/39-la-laucha-del-alfajor",
    "it/10-obiettivi-analytics-agriturismo",
    "it/11-serata-reputazione",
    "it/31-appunti-vetrine-che-si-vedono",
]
_MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
}
_SAY = {
    "es": ("Inicio", "Quiénes somos", "Contacto", "Entradas relacionadas", "Deja un comentario", "Correo electrónico"),
    "it": ("Home", "Chi siamo", "Contatti", "Articoli correlati", "Lascia un commento", "Indirizzo email"),
}


class Post(NamedTuple):
    """A post of the corpus; ``body`` without its comments, which are (name, when, text)."""

    doc_id: str
    lang: str
    title: str
    date: datetime.datetime
    site: str
    body: str
    comments: list[tuple[str, str]]

    @property
    def slug(self) -> str:
        return self.doc_id.split("/", 1)[1].split("-", 1)[1]


def main() -> None:
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)


def write(folder: Path) -> None:
    """Write all files into a folder."""
    posts = {row["doc_id"]: post_of(row) for row in load_posts(bundled_corpus()).to_dict("records")}
    (folder / "html").mkdir(parents=True, exist_ok=True)
    files = {
        "wordpress.xml": export([posts[name] for name, _, _ in EXPORT]).encode(),
        "rss.xml": rss([posts[name] for name in RSS]).encode(),
        "atom.xml": atom([posts[name] for name in ATOM]).encode(),
        "crawl.warc.gz": crawl([posts[name] for name in CRAWL]),
        "posts.csv": table([posts[name] for name in TABLE]),
    }
    for name, encoding, declared in PAGES:
        page = html_page(posts[name], declared)
        files[f"html/{posts[name].slug}.html"] = page.encode(encoding, "xmlcharrefreplace")
    files["items.csv"] = items(posts)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "datapackage.json").write_text(json.dumps(package(files), ensure_ascii=False, indent=2) + "\n", "utf-8")


def post_of(row: dict[str, str]) -> Post:
    """A row of the posts table, with the comments of its text taken apart."""
    body, *rest = re.split(r"\n(?:Comentarios|Commenti) \(\d+\)\n", row["text"], maxsplit=1)
    comments = []
    for block in re.split(r"\n\s*\n", rest[0].strip()) if rest else []:
        head, _, text = block.partition("\n")
        if re.match(r"\d{1,2}[/ ]", text):  # the date has a line of its own
            text = text.partition("\n")[2]
        comments.append((head.split(",")[0].strip(), text.strip()))
    when = datetime.datetime.fromisoformat(row["date"]).replace(hour=9, minute=30, tzinfo=datetime.UTC)
    return Post(row["doc_id"], row["lang"], row["title"], when, row["site"], body.strip(), comments)


# ---- bodies ----------------------------------------------------------------------------------------------


def blocks(body: str) -> list[tuple[str, list[str]]]:
    """A body as ("p", [text]), ("ul" or "ol", items)."""
    found: list[tuple[str, list[str]]] = []
    for line in body.split("\n"):
        text = line.strip()
        match = re.match(r"(-|\d{1,2}[.)])\s+(?=\S)", text)
        kind = "p" if not match else "ul" if match[1] == "-" else "ol"
        if not text:
            found.append(("", []))
        elif kind != "p" and found and found[-1][0] == kind:
            found[-1][1].append(text[match.end() :])
        else:
            found.append((kind, [text[match.end() :] if match else text]))
    return [block for block in found if block[0]]


def as_html(body: str, *, paragraphs: bool = True) -> str:
    """A body as HTML; without ``paragraphs`` as WordPress's classic editor stored it: blank lines instead of <p>."""
    parts = []
    for kind, lines in blocks(body):
        if kind == "p":
            parts.append(f"<p>{escape(lines[0], quote=False)}</p>" if paragraphs else escape(lines[0], quote=False))
        else:
            listed = "\n".join(f"<li>{escape(line, quote=False)}</li>" for line in lines)
            parts.append(f"<{kind}>\n{listed}\n</{kind}>")
    return "\n\n".join(parts)


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


# ---- WordPress export ------------------------------------------------------------------------------------


def export(posts: list[Post]) -> str:
    """A WXR 1.2 file: published posts, a page, a draft, a private post, an attachment, comments of all kinds."""
    states = {name: (status, kind) for name, status, kind in EXPORT}
    entries = [export_item(number, post, *states[post.doc_id]) for number, post in enumerate(posts, 1)]
    entries.append(
        "<item><title>logo-feria.png</title><link>https://feria.example.org/logo-feria/</link>"
        "<pubDate>Mon, 05 Jan 2015 09:30:00 +0000</pubDate><dc:creator><![CDATA[redaccion]]></dc:creator>"
        '<guid isPermaLink="false">https://feria.example.org/wp-content/logo-feria.png</guid><description></description>'
        "<content:encoded><![CDATA[]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>"
        "<wp:post_id>99</wp:post_id><wp:post_date>2015-01-05 09:30:00</wp:post_date><wp:post_name>logo-feria</wp:post_name>"
        "<wp:status>inherit</wp:status><wp:post_parent>1</wp:post_parent><wp:post_type>attachment</wp:post_type>"
        "<wp:attachment_url>https://feria.example.org/wp-content/logo-feria.png</wp:attachment_url></item>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!-- constructed for the Cluetrain toolkit: no real blog -->\n'
        '<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n'
        "<title>La feria de los martes</title><link>https://feria.example.org</link><description>Blog de prueba</description>"
        "<pubDate>Mon, 05 Jan 2015 09:30:00 +0000</pubDate><language>es</language><wp:wxr_version>1.2</wp:wxr_version>"
        "<wp:base_site_url>https://feria.example.org</wp:base_site_url><wp:base_blog_url>https://feria.example.org</wp:base_blog_url>\n"
        "<wp:author><wp:author_id>1</wp:author_id><wp:author_login>redaccion</wp:author_login>"
        "<wp:author_email>redaccion@example.org</wp:author_email>"
        "<wp:author_display_name><![CDATA[La redacción]]></wp:author_display_name></wp:author>\n"
        + "\n".join(entries)
        + "\n</channel>\n</rss>\n"
    )


def export_item(number: int, post: Post, status: str, kind: str) -> str:
    """One item of the export. Every second one has a captioned picture, the first a "more" mark."""
    body = as_html(post.body, paragraphs=False)
    first, gap, rest = body.partition("\n\n")
    picture = (
        f'[caption id="attachment_{number}" align="alignleft" width="300"]<img class="size-medium" '
        f'src="https://feria.example.org/wp-content/foto-{number}.jpg" alt="foto {number}" /> Pie de la foto {number}'
        "[/caption]\n\n"
    )
    body = (picture if number % 2 else "") + first + gap + ("<!--more-->\n\n" if number == 1 else "") + rest
    when = "0000-00-00 00:00:00" if status == "draft" else post.date.strftime("%Y-%m-%d %H:%M:%S")
    link = f"https://feria.example.org/?p={number}" if status == "draft" else f"https://feria.example.org/{post.slug}/"
    said = [(name, text, "1", "") for name, text in post.comments]
    if number == 1:
        said += [
            ("Ofertas", "Very cheap pills, visit example.com now", "spam", ""),
            ("Otro blog", "[...] lo cuenta La feria de los martes [...]", "1", "pingback"),
            ("Pendiente", "Este comentario espera a ser aprobado.", "0", ""),
        ]
    comments = "".join(
        f"\n<wp:comment><wp:comment_id>{number}{place:02}</wp:comment_id><wp:comment_author>{cdata(name)}</wp:comment_author>"
        f"<wp:comment_author_email>lector{place}@example.org</wp:comment_author_email><wp:comment_author_url></wp:comment_author_url>"
        f"<wp:comment_author_IP>192.0.2.{place}</wp:comment_author_IP><wp:comment_date>{when}</wp:comment_date>"
        f"<wp:comment_content>{cdata(text)}</wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>"
        f"<wp:comment_type>{type_}</wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>"
        for place, (name, text, approved, type_) in enumerate(said, 1)
    )
    return (
        f"<item><title>{escape(post.title, quote=False)}</title><link>{link}</link><pubDate>{format_datetime(post.date)}</pubDate>"
        f'<dc:creator>{cdata("redaccion")}</dc:creator><guid isPermaLink="false">https://feria.example.org/?p={number}</guid>'
        f"<description></description><content:encoded>{cdata(body)}</content:encoded><excerpt:encoded>{cdata('')}</excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date>{when}</wp:post_date><wp:comment_status>open</wp:comment_status>"
        f"<wp:post_name>{post.slug}</wp:post_name><wp:status>{status}</wp:status><wp:post_parent>0</wp:post_parent>"
        f"<wp:post_type>{kind}</wp:post_type><wp:post_password></wp:post_password>"
        f'<category domain="category" nicename="redes">{cdata("Redes")}</category>{comments}\n</item>'
    )


# ---- feeds -----------------------------------------------------------------------------------------------


def summary(post: Post) -> str:
    """What a feed gives that holds the text back: the first forty words."""
    return " ".join(post.body.split()[:40]) + " [...]"


def rss(posts: list[Post]) -> str:
    """RSS 2.0: three items whole, the last two cut to a summary."""
    entries = []
    for number, post in enumerate(posts, 1):
        whole = f"<content:encoded>{cdata(as_html(post.body))}</content:encoded>" if number <= 3 else ""
        entries.append(
            f"<item><title>{escape(post.title)}</title><link>https://vetrina.example.org/{post.slug}.html</link>"
            f'<guid isPermaLink="true">https://vetrina.example.org/{post.slug}.html</guid>'
            f"<pubDate>{format_datetime(post.date)}</pubDate><dc:creator>{escape(post.site)}</dc:creator>"
            f"<description>{escape(summary(post))}</description>{whole}</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel><title>Vetrina di prova</title>'
        "<link>https://vetrina.example.org/</link><description>Testi costruiti</description><language>it</language>\n"
        + "\n".join(entries)
        + "\n</channel>\n</rss>\n"
    )


def atom(posts: list[Post]) -> str:
    """Atom 1.0: entries of type html, xhtml and text, and one that has a summary only."""
    kinds = ["html", "xhtml", "text", "html", "summary"]
    entries = []
    for post, kind in zip(posts, kinds, strict=True):
        content = {
            "html": f'<content type="html">{escape(as_html(post.body))}</content>',
            "xhtml": f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{as_html(post.body)}</div></content>',
            "text": f'<content type="text">{escape(post.body)}</content>',
            "summary": f'<summary type="text">{escape(summary(post))}</summary>',
        }[kind]
        stamp = post.date.isoformat().replace("+00:00", "Z")
        entries.append(
            f'<entry><title>{escape(post.title)}</title><link rel="alternate" href="https://plaza.example.org/{post.slug}"/>'
            f"<id>tag:plaza.example.org,{post.date:%Y-%m-%d}:{post.slug}</id><updated>{stamp}</updated>"
            f"<published>{stamp}</published><author><name>{escape(post.site)}</name></author>{content}</entry>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es">'
        "<title>Plaza de prueba</title><id>tag:plaza.example.org,2016:feed</id><updated>2016-12-31T00:00:00Z</updated>\n"
        + "\n".join(entries)
        + "\n</feed>\n"
    )


# ---- pages -----------------------------------------------------------------------------------------------


def html_page(post: Post, charset: str) -> str:
    """A saved page with menu, cookie bar, sidebar, comments and comment form around the post."""
    home, about, contact, related, comment, mail = _SAY[post.lang]
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n' if charset else ""
    comments = "".join(
        f'<li class="comment"><cite>{escape(name)}</cite><p>{escape(text)}</p></li>' for name, text in post.comments
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{post.lang}">\n<head>\n{meta}<title>{escape(post.title)} | {escape(post.site)}</title>\n'
        f'<meta name="date" content="{post.date:%Y-%m-%d}">\n<style>.menu {{ float: left }}</style>\n'
        '<script>var visits = "<p>no text</p>";</script>\n</head>\n<body>\n'
        f'<div id="menu"><ul><li><a href="/">{home}</a></li><li><a href="/a">{about}</a></li><li><a href="/c">{contact}</a></li></ul></div>\n'
        f'<div id="main">\n<article class="post">\n<h1>{escape(post.title)}</h1>\n<p class="date">{spelled(post)}</p>\n'
        f'<div class="entry">\n{as_html(post.body)}\n</div>\n</article>\n'
        '<div class="share"><a href="#">Facebook</a> <a href="#">Twitter</a> <a href="#">Email</a></div>\n'
        f'<div id="comments"><ol>{comments}</ol><h3>{comment}</h3><form><label>{mail}</label><input name="email"><textarea></textarea></form></div>\n'
        f'</div>\n<div id="sidebar"><h4>{related}</h4><ul><li><a href="/1">2009</a></li><li><a href="/2">2010</a></li></ul></div>\n'
        f'<div id="footer">&copy; {post.date.year} {escape(post.site)}</div>\n</body>\n</html>\n'
    )


def spelled(post: Post) -> str:
    """The date as a page shows it: "12 de marzo de 2009", "3 marzo 2010"."""
    month, between = _MONTHS[post.lang].split()[post.date.month - 1], " de " if post.lang == "es" else " "
    return f"{post.date.day}{between}{month}{between}{post.date.year}"


# ---- web archive -----------------------------------------------------------------------------------------


def crawl(posts: list[Post]) -> bytes:
    """A WARC 1.0, one gzip member a record: pages, a page not found, robots.txt, a picture, a revisit."""
    records = [record("warcinfo", "", "application/warc-fields", b"software: none\r\nformat: WARC File Format 1.0\r\n")]
    pages = [(f"https://archivo.example.org/{post.slug}", html_page(post, "utf-8").encode()) for post in posts]
    for number, (url, page) in enumerate(pages):
        request = f"GET {url} HTTP/1.1\r\nHost: archivo.example.org\r\n\r\n".encode()
        records.append(record("request", url, "application/http; msgtype=request", request))
        packed = number == 1
        body = gzip.compress(page, mtime=0) if packed else page
        records.append(answer(url, "200 OK", "text/html; charset=utf-8", body, packed=packed))
    page_not_found = b"<html><body><h1>404</h1><p>No existe.</p></body></html>"
    records.append(answer("https://archivo.example.org/nada", "404 Not Found", "text/html", page_not_found))
    records.append(
        answer("https://archivo.example.org/robots.txt", "200 OK", "text/plain", b"User-agent: *\nDisallow:\n")
    )
    records.append(
        answer("https://archivo.example.org/p.gif", "200 OK", "image/gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")
    )
    url, page = pages[0]
    digest = "sha1:" + hashlib.sha1(page).hexdigest()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    profile = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    more = f"WARC-Profile: {profile}\r\nWARC-Payload-Digest: {digest}\r\n"
    records.append(record("revisit", url, "application/http; msgtype=response", head, more))
    return b"".join(gzip.compress(data, mtime=0) for data in records)


def answer(url: str, status: str, kind: str, body: bytes, *, packed: bool = False) -> bytes:
    coding = "Content-Encoding: gzip\r\n" if packed else ""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{coding}Content-Length: {len(body)}\r\n\r\n"
    return record("response", url, "application/http; msgtype=response", head.encode() + body)


def record(kind: str, url: str, media: str, block: bytes, more: str = "") -> bytes:
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {url} {hashlib.sha1(block).hexdigest()}")
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: 2016-11-05T10:00:00Z\r\n"
        f"{target}{more}Content-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


# ---- table, gold, package --------------------------------------------------------------------------------


def table(posts: list[Post]) -> bytes:
    """A spreadsheet export: Spanish headings, dates in words, texts over several lines, byte order mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["id", "idioma", "fecha", "sitio", "titulo", "texto"])
    for number, post in enumerate(posts, 1):
        writer.writerow([number, post.lang, spelled(post), post.site, post.title, post.body])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def items(posts: dict[str, Post]) -> bytes:
    """Which post each item carries, and whether whole."""
    rows = [
        ("wordpress.xml", number, name, f"{kind}, {status}") for number, (name, status, kind) in enumerate(EXPORT, 1)
    ]
    rows += [("rss.xml", number, name, "whole" if number <= 3 else "summary") for number, name in enumerate(RSS, 1)]
    rows += [("atom.xml", number, name, "whole" if number <= 4 else "summary") for number, name in enumerate(ATOM, 1)]
    rows += [(f"html/{posts[name].slug}.html", 1, name, encoding) for name, encoding, _ in PAGES]
    rows += [("crawl.warc.gz", number, name, "whole") for number, name in enumerate(CRAWL, 1)]
    rows += [("posts.csv", number, name, "whole") for number, name in enumerate(TABLE, 1)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["file", "item", "doc_id", "what"])
    writer.writerows(rows)
    return buffer.getvalue().encode()


def package(files: dict[str, bytes]) -> dict[str, object]:
    """The datapackage.json."""
    kinds = {"xml": "application/xml", "html": "text/html", "gz": "application/warc", "csv": "text/csv"}
    return {
        "name": "formatos",
        "title": "Formatos: constructed posts in the raw formats people have",
        "description": "Some posts of the corpus 'conversaciones' as WordPress export, feeds, saved pages, web archive "
        "and table. Written for this project and constructed throughout: no real blog, person or address.",
        "version": "1.0.0",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "resources": [
            {
                "name": re.sub(r"[^a-z0-9]+", "-", name),
                "path": name,
                "format": name.rsplit(".", 1)[1],
                "mediatype": kinds[name.rsplit(".", 1)[1]],
                "bytes": len(data),
                "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
            }
            for name, data in files.items()
        ],
    }


if __name__ == "__main__":
    main()
