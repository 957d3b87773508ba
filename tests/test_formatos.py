"""The corpus of raw formats: written by the script, valid, and carrying the posts it says it carries."""

import csv
import gzip
import io
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pandas as pd
import pytest
import write_formatos
from conftest import ROOT

from toolkit.corpus import load_posts
from toolkit.resources import bundled_corpus

FOLDER = ROOT / "corpora" / "formatos"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
WP = "{http://wordpress.org/export/1.2/}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def bodies():
    """The words of each post, without comments and list marks."""
    posts = load_posts(bundled_corpus()).to_dict("records")
    return {row["doc_id"]: words(without_marks(write_formatos.post_of(row).body)) for row in posts}


@pytest.fixture(scope="module")
def items():
    return pd.read_csv(FOLDER / "items.csv")


def without_marks(text):
    return re.sub(r"(?m)^\s*(?:-|\d{1,2}[.)])\s+", "", text)


def words(text):
    return re.findall(r"\w+", text)


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_data(self, data):
        self.parts.append(data)


def text_of(markup):
    parser = _Text()
    parser.feed(markup)
    return " ".join(parser.parts)


def carried(items, file):
    return items[items["file"] == file].sort_values("item")


def test_the_script_writes_these_very_bytes(tmp_path):
    write_formatos.write(tmp_path)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) == 13
    assert [str(name) for name, data in written.items() if (FOLDER / name).read_bytes() != data] == []


def test_the_package_is_valid_and_lists_all_data():
    frictionless = pytest.importorskip("frictionless")
    assert frictionless.Package.validate_descriptor(str(FOLDER / "datapackage.json")).valid
    listed = {resource["path"] for resource in write_formatos.package({"a.csv": b""})["resources"]}
    assert listed == {"a.csv"}


def test_items_name_posts_that_exist(items, bodies):
    assert set(items["doc_id"]) <= set(bodies)
    assert len(items) == 34


def test_the_export_has_every_kind_of_item_and_comment(items, bodies):
    channel = ET.parse(FOLDER / "wordpress.xml").getroot().find("channel")
    entries = channel.findall("item")
    kinds = [(entry.findtext(f"{WP}status"), entry.findtext(f"{WP}post_type")) for entry in entries]
    assert kinds.count(("publish", "post")) == 4
    assert {("publish", "page"), ("draft", "post"), ("private", "post"), ("inherit", "attachment")} < set(kinds)
    for entry, doc_id in zip(entries, carried(items, "wordpress.xml")["doc_id"], strict=False):
        body = re.sub(r"\[caption.*?\[/caption\]", "", entry.findtext(CONTENT))
        assert words(text_of(body)) == bodies[doc_id]
    comments = channel.findall(f".//{WP}comment")
    approved = {comment.findtext(f"{WP}comment_approved") for comment in comments}
    assert len(comments) > 15
    assert approved == {"1", "0", "spam"}
    addresses = [comment.findtext(f"{WP}comment_author_IP") for comment in comments]
    assert all(address.startswith("192.0.2.") for address in addresses)
    assert all(comment.findtext(f"{WP}comment_author_email").endswith("@example.org") for comment in comments)


def test_rss_items_are_whole_or_say_that_they_are_cut(items, bodies):
    entries = ET.parse(FOLDER / "rss.xml").getroot().findall("channel/item")
    for entry, row in zip(entries, carried(items, "rss.xml").itertuples(), strict=True):
        whole = entry.findtext(CONTENT)
        assert (whole is not None) == (row.what == "whole")
        text = text_of(whole) if whole else entry.findtext("description")
        found = words(text)
        assert found == bodies[row.doc_id][: len(found)] or without_marks(text) != text
        assert (len(found) == len(bodies[row.doc_id])) == (row.what == "whole")


def test_atom_entries_are_of_every_type(items, bodies):
    entries = ET.parse(FOLDER / "atom.xml").getroot().findall(f"{ATOM}entry")
    types = []
    for entry, row in zip(entries, carried(items, "atom.xml").itertuples(), strict=True):
        content = entry.find(f"{ATOM}content")
        if content is None:
            assert row.what == "summary"
            continue
        types.append(content.get("type"))
        text = " ".join(content.itertext())
        found = words(text_of(text) if content.get("type") == "html" else without_marks(text))
        assert found == bodies[row.doc_id]
    assert sorted(types) == ["html", "html", "text", "xhtml"]


def test_saved_pages_hold_the_post_in_their_encoding(items, bodies):
    pages = items[items["file"].str.startswith("html/")]
    assert len(pages) == 6
    for row in pages.itertuples():
        page = (FOLDER / row.file).read_bytes().decode(row.what)
        entry = page.split('<div class="entry">')[1].split("</div>")[0]
        assert words(text_of(entry)) == bodies[row.doc_id]
        assert "<form>" in page
    assert pages["what"].nunique() == 4


def test_the_web_archive_is_read_by_another_hand(items, bodies):
    fastwarc = pytest.importorskip("fastwarc")
    kinds, pages = [], []
    with (FOLDER / "crawl.warc.gz").open("rb") as stream:
        for record in fastwarc.ArchiveIterator(stream, parse_http=True):
            kinds.append(record.headers["WARC-Type"])
            if record.headers["WARC-Type"] == "response" and record.http_headers.status_code == 200:
                data = record.reader.read()
                if record.http_headers.get("Content-Encoding") == "gzip" and data[:2] == b"\x1f\x8b":
                    data = gzip.decompress(data)
                if (record.http_content_type or "").startswith("text/html"):
                    pages.append(data.decode())
    assert kinds.count("response") == 8
    assert kinds.count("request") == 5
    assert {"warcinfo", "revisit"} < set(kinds)
    for page, doc_id in zip(pages, carried(items, "crawl.warc.gz")["doc_id"], strict=True):
        entry = page.split('<div class="entry">')[1].split("</div>")[0]
        assert words(text_of(entry)) == bodies[doc_id]


def test_the_table_has_spanish_headings_and_long_cells(items, bodies):
    text = (FOLDER / "posts.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == ["id", "idioma", "fecha", "sitio", "titulo", "texto"]
    for row, doc_id in zip(rows, carried(items, "posts.csv")["doc_id"], strict=True):
        assert words(without_marks(row["texto"])) == bodies[doc_id]
        assert re.fullmatch(r"\d{1,2} (?:de \w+ de|\w+) \d{4}", row["fecha"])
