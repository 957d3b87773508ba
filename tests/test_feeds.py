"""Feeds: full contents before summaries, ids that stay, and nothing fetched, expanded or leaked."""

import re
import socket

import pytest
from conftest import ROOT, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.feeds import BODY, atom, blogger, entry, rss, rss_item, samples
from samples.wordpress import samples as exports
from test_formatos import bodies, carried, items, without_marks, words  # noqa: F401 - fixtures

from toolkit.corpus.readers import feeds, xml
from toolkit.corpus.readers.record import File, Options

FORMATOS = ROOT / "corpora" / "formatos"
WHOLE = '<content type="html">&lt;p&gt;È già ora.&lt;/p&gt;</content>'


def read(tmp_path, data, options=None, reader=feeds.read):
    path = tmp_path / "b.rss"
    path.write_bytes(data)
    return list(reader(File(path, "b", options or Options())))


def one(tmp_path, data, options=None):
    (record,) = read(tmp_path, data, options)
    assert record.refused is None
    return record


# ---- what is read ----------------------------------------------------------------------------------------


def test_an_rss_item_has_its_text_and_metadata(tmp_path):
    first, second = read(tmp_path, samples()["plaza.rss"])
    assert first.text == "Mañana abre la tienda: ¿quién contestará?\n\nuno\ndos & tres"
    assert first.metadata == {
        "title": "Mañana",
        "author": "Rosa",
        "date": "Wed, 04 Mar 2009 08:00:00 +0100",
        "url": "https://plaza.example.org/2009/03/mañana.html",
        "site": "La plaza & el horno",
        "lang": "es-ES",
        "encoding": "utf-8",
        "tags": "pan",
    }
    assert first.doubts == ()
    assert second.text == "La ciudad entera lo sabe [...]"
    assert second.doubts == ("entry 2 holds only a summary",)


def test_atom_contents_of_every_type(tmp_path):
    records = read(tmp_path, samples()["forno.atom"])
    assert [record.text for record in records] == ["È già ora\ndi ascoltare.", "Così è.\n\nGià.", "Uno\n\nDue & più"]
    assert {record.metadata["lang"] for record in records} == {"it"}
    assert records[0].metadata["date"] == "2010-03-03T08:00:00+01:00"
    assert records[0].metadata["author"] == "Rosa"


def test_rss_1_0_in_latin_1(tmp_path):
    record = one(tmp_path, samples()["plaza.xml"])
    assert record.text == "Los niños preguntan: ¿por qué?"
    assert (record.metadata["date"], record.metadata["encoding"]) == ("2004-05-06", "cp1252")


@pytest.mark.parametrize(
    ("content", "description", "text", "cut"),
    [
        (BODY, "Mañana [...]", "Mañana abre la tienda: ¿quién contestará?\n\nuno\ndos & tres", False),
        ("", "Todo el texto.", "Todo el texto.", False),
        (None, "Todo [sic].", "Todo [sic].", False),
        (None, "Una parte [&hellip;]", "Una parte […]", True),
        (None, "<p>Una parte [...]</p>", "Una parte [...]", True),
        (None, "Uno\n\nDos\ntres &amp; más", "Uno\n\nDos\ntres & más", False),
    ],
)
def test_contents_and_summaries(tmp_path, content, description, text, cut):
    record = one(tmp_path, rss(rss_item(content, description)))
    assert record.text == text
    assert record.doubts == (("entry 1 holds only a summary",) if cut else ())


def test_a_summary_of_atom_is_a_summary(tmp_path):
    assert one(tmp_path, atom(entry("<summary>Algo.</summary>"))).doubts == ("entry 1 holds only a summary",)


def test_addresses_are_not_read(tmp_path):
    assert "@example.org" not in repr(read(tmp_path, samples()["forno.atom"]))
    named = one(tmp_path, rss(rss_item(author="ana@example.org (Ana)")))
    assert named.metadata["author"] == "Ana"
    bare = one(tmp_path, rss(rss_item(author="ana@example.org")))
    assert "author" not in bare.metadata
    assert bare.doubts == ("its author is an e-mail address and was left out",)


def test_markup_that_browsers_would_run_is_no_text(tmp_path):
    body = "<p onclick='x()'>Uno<script>alert(1)</script></p><iframe src='http://127.0.0.1:1/'>dos</iframe>"
    assert one(tmp_path, rss(rss_item(body))).text == "Uno"


# ---- ids -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("https://example.org/2009/03/Los-Mártes.html", "los-martes"),
        ("https://example.org/?p=12", "p-12"),
        ("https://example.org/blog/", "blog"),
        ("tag:example.org,2010-11-30:arroz-y-wifi", "arroz-y-wifi"),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "1225c695-cfb8-4ebb-aaaa-80da344efa6a"),
        ("../../etc/passwd", "passwd"),
        ("x" * 500, "x" * 40),
    ],
)
def test_ids_are_readable(key, shown):
    assert re.fullmatch(f"b/{re.escape(shown)}-[0-9a-f]{{8}}", feeds.entry_id("b", key))


@settings(max_examples=50)
@given(st.text(min_size=1))
def test_ids_are_names_whatever_the_guid_is(key):
    assert re.fullmatch(r"b/([a-z0-9-]{1,40}-)?[0-9a-f]{8}", feeds.entry_id("b", key))


def test_ids_do_not_hang_on_the_order(tmp_path):
    entries = [rss_item(f"<p>{n}</p>", guid=f"http://example.org/{n}") for n in "abc"]
    entries.append("<item><description>Sin nombre.</description></item>")
    there = {record.doc_id: record.text for record in read(tmp_path, rss(*entries))}
    back = {record.doc_id: record.text for record in read(tmp_path, rss(*reversed(entries)))}
    assert there == back
    assert len(there) == 4


# ---- Blogger ---------------------------------------------------------------------------------------------


@pytest.fixture
def backup():
    reply = '<thr:in-reply-to href="https://forno.example.org/pane" ref="tag:forno.example.org,2010:pane"/>'
    draft = "<app:control><app:draft>yes</app:draft></app:control>"
    return atom(
        entry('<content type="text">{color: red}</content>', "t", blogger("template")),
        entry('<content type="text">true</content>', "s", blogger("settings")),
        entry('<content type="text">false</content>', "s2", blogger("settings")),
        entry(WHOLE, more=blogger("post") + '<category scheme="http://www.blogger.com/atom/ns#" term="pane"/>'),
        entry(WHOLE, "d", blogger("post") + draft),
        entry('<content type="html">Bello!</content>', "c", blogger("comment") + reply),
    )


def test_a_blogger_export_gives_its_posts(tmp_path, backup):
    post, *left = read(tmp_path, backup)
    assert (post.text, post.metadata["tags"], post.metadata["kind"]) == ("È già ora.", "pane", "post")
    assert [record.refused for record in left] == [
        "holds 1 entry of kind 'template': no posts",
        "holds 2 entries of kind 'settings': no posts",
        "holds 1 draft: not asked for",
        "holds 1 comment: not asked for",
    ]


def test_comments_and_drafts_of_blogger_on_request(tmp_path, backup):
    records = read(tmp_path, backup, Options(comments=True, drafts=True))
    post, draft, said = [record for record in records if record.refused is None]
    assert said.metadata["parent"] == post.doc_id
    assert "author" not in said.metadata
    assert draft.doc_id != post.doc_id
    named = read(tmp_path, backup, Options(comments=True, commenters=True))[1]
    assert named.metadata["author"] == "Rosa"


def test_a_wordpress_export_under_another_name_is_read_as_one(tmp_path):
    records = read(tmp_path, exports()["forno.xml"])
    assert [record.doc_id for record in records if record.refused is None] == ["b/1", "b/2"]


# ---- damage ----------------------------------------------------------------------------------------------


def test_a_feed_that_is_not_well_formed_is_a_doubt_of_its_first_record(tmp_path):
    first, second = read(tmp_path, rss(rss_item(), rss_item("<p>Dos</p>", guid="2")).replace(b"</channel>", b"<b>&"))
    assert first.doubts[0].startswith("the feed is not well-formed (line 1: ")
    assert (second.text, second.doubts) == ("Dos", ())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"Hola", "is no XML"),
        (rss(), "holds no entries"),
        (b"<rss version='2.0'><channel>", "holds no entries; the feed is not well-formed (line 1"),
        (rss(rss_item(), head='<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]>'), "defines entities"),
        (
            rss(rss_item(), head="<!DOCTYPE rss SYSTEM 'x' [<!ENTITY % p SYSTEM 'file:///etc/hostname'> %p;]>"),
            "defines",
        ),
        (rss("<item><category>x</category>" + "<category>y</category>" * 2_000), "has more than 100,000 entries, or"),
        (rss("<item/>" * 100_001), "has more than 100,000 entries"),
        (rss("<b>" * 2_000_001), "has more than 2,000,000 tags"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path, data, reason):
    (record,) = read(tmp_path, data)
    assert record.refused.startswith(reason)


def test_a_large_feed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(feeds, "MAX_FEED", 100)
    (record,) = read(tmp_path, rss(rss_item()))
    assert record.refused.endswith("of a feed")


def test_a_document_type_without_definitions_is_read(tmp_path):
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    )
    assert one(tmp_path, rss(rss_item(), head=doctype)).text.startswith("Mañana")


def test_nothing_is_fetched(tmp_path, monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    doctype = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">'
    body = '<p>Uno</p><img src="http://127.0.0.1:1/"/><link href="http://127.0.0.1:1/"/>'
    assert one(tmp_path, rss(rss_item(body), head=doctype)).text == "Uno"
    (record,) = read(tmp_path, b"http://127.0.0.1:1/feed.xml")
    assert record.refused.startswith("is no XML")


def test_an_entry_that_is_too_long_is_refused_alone(tmp_path):
    long, short = read(tmp_path, rss(rss_item("pan " * 500_001), rss_item("<p>Dos</p>", guid="2")))
    assert "more than the 2,000,000 of one post" in long.refused
    assert short.text == "Dos"


def test_control_characters_and_wrong_bytes_are_doubts(tmp_path):
    record = one(tmp_path, rss(rss_item("<p>Ma\x08ñana</p>")).replace("contestará".encode(), b"\xe1"))
    assert record.text == "Mañana"
    assert record.doubts == ("control characters that XML forbids were dropped here: 1",)
    record = one(tmp_path, rss(rss_item("<p>Perch\x00</p>")).replace(b"\x00", b"\xe9"))
    assert record.text == "Perché"
    assert record.doubts == ("bytes here that do not fit utf-8 were read as Windows-1252: 1",)


# ---- the material at hand --------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["rss.xml", "atom.xml"])
def test_the_gold_feeds_come_out_whole(file, items, bodies):  # noqa: F811
    records = list(xml.read(File(FORMATOS / file, "f")))
    for record, row in zip(records, carried(items, file).itertuples(), strict=True):
        found = words(without_marks(record.text))
        if row.what == "whole":
            assert found == bodies[row.doc_id]
            assert record.doubts == ()
        else:
            assert record.text.endswith("[...]")
            assert record.doubts == (f"{record.place} holds only a summary",)


@pytest.mark.parametrize(
    ("file", "title"), [("feed1.atom", "Atom-Powered Robots Run Amok"), ("feed2.rss", "Example entry")]
)
def test_the_feeds_of_another_hand(file, title):
    path = SHARED / "data" / "feeds" / file
    if not path.is_file():
        pytest.skip("the feeds (../shared/data/feeds) are not on this machine")
    record = next(feeds.read(File(path, "f")))
    assert record.metadata["title"] == title
    assert record.text.strip()
