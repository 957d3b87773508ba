"""WordPress exports: what is published comes out whole, what is not only on request, and addresses never."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT, SHARED
from samples.wordpress import FOOT, HEAD, comment, export, item, samples
from test_formatos import bodies, carried, items, words  # noqa: F401 - fixtures

from toolkit.corpus.readers import wordpress, xml
from toolkit.corpus.readers.record import File, Options

FORMATOS = ROOT / "corpora" / "formatos" / "wordpress.xml"
ALL = Options(comments=True, drafts=True, private=True, commenters=True)


def read(tmp_path, data, options=None):
    path = tmp_path / "b.xml"
    path.write_bytes(data)
    return list(xml.read(File(path, "b", options or Options())))


def posts(records):
    return {record.doc_id: record for record in records if record.refused is None}


def refused(records):
    return [record.refused for record in records if record.refused]


# ---- what is read ----------------------------------------------------------------------------------------


def test_a_post_has_its_text_and_metadata(tmp_path):
    post = posts(read(tmp_path, samples()["forno.xml"]))["b/1"]
    assert post.text == (
        "Perché nessuno risponde?\nÈ già tardi [sic].\n\npane & caffè\nbollos\n\n"
        "Così va la città\xa0— e anche\n\nla piazza."
    )
    assert post.metadata == {
        "title": "Pane",
        "author": "Rosa del forno",
        "date": "2010-03-03 08:00:00",
        "url": "https://forno.example.org/?p=1",
        "site": "Il forno & la piazza",
        "lang": "it-IT",
        "encoding": "utf-8",
        "kind": "post",
        "status": "publish",
        "categories": "Pane",
    }
    assert post.doubts == ()


def test_what_is_left_out_is_counted_by_reason(tmp_path):
    records = read(tmp_path, samples()["forno.xml"])
    assert list(posts(records)) == ["b/1", "b/2"]
    assert refused(records) == [
        "holds 2 comments: not asked for",
        "holds 1 comment marked as spam or thrown away: left out",
        "holds 1 draft: not asked for",
        "holds 1 post that is private or has a password: not asked for",
        "holds 1 item of type 'attachment': no posts",
    ]


def test_drafts_private_posts_and_comments_on_request(tmp_path):
    found = posts(read(tmp_path, samples()["forno.xml"], ALL))
    assert list(found) == ["b/1", "b/1/c7", "b/1/c8", "b/2", "b/3", "b/4"]
    assert "date" not in found["b/3"].metadata
    assert found["b/1/c7"].text == "Che bello!\n\nTorno domani."
    assert found["b/1/c7"].metadata["parent"] == "b/1"
    assert found["b/1/c8"].metadata["reply_to"] == "b/1/c7"
    assert found["b/1/c8"].metadata["kind"] == "comment"
    assert found["b/1/c8"].metadata["url"] == "https://forno.example.org/?p=1#comment-8"


@pytest.mark.parametrize(
    ("fields", "options", "reads"),
    [
        ({"status": "pending"}, Options(), False),
        ({"status": "future"}, Options(drafts=True), True),
        ({"status": "auto-draft"}, ALL, False),
        ({"status": "trash"}, ALL, False),
        ({"status": "private"}, Options(drafts=True), False),
        ({"post_password": "pan"}, Options(), False),
        ({"post_password": "pan"}, Options(private=True), True),
        ({"post_password": "pan", "status": "draft"}, Options(drafts=True), False),
        ({"post_type": "revision", "status": "inherit"}, ALL, False),
        ({"post_type": "nav_menu_item"}, ALL, False),
        ({"post_type": "product"}, ALL, False),
        ({"post_type": "page"}, Options(), True),
    ],
)
def test_states_and_types(tmp_path, fields, options, reads):
    records = read(tmp_path, export(item(comments=comment("Ciao"), **fields)), options)
    assert bool(posts(records)) == reads
    if not reads:
        assert "holds 1 comment: on what was left out" in refused(records)


@pytest.mark.parametrize(
    ("approved", "kind", "reads"),
    [
        ("1", "", True),
        ("1", "comment", True),
        ("0", "", False),
        ("", "", False),
        ("spam", "", False),
        ("trash", "", False),
        ("1", "pingback", False),
        ("1", "trackback", False),
    ],
)
def test_only_approved_comments_are_read(tmp_path, approved, kind, reads):
    records = read(tmp_path, export(item(comments=comment("Ciao", approved=approved, kind=kind))), ALL)
    assert ("b/1/c7" in posts(records)) == reads


def test_addresses_and_names_of_commenters_are_not_read(tmp_path):
    for options in (Options(comments=True, drafts=True, private=True), ALL):
        records = read(tmp_path, samples()["forno.xml"], options)
        said = repr(records)
        assert "rosa@example.org" not in said
        assert "pippo@example.org" not in said
        assert "192.0.2" not in said
        assert "pippo.example.org" not in said
        assert ("Pippo" in said) == options.commenters


def test_an_author_that_is_an_address_is_left_out(tmp_path):
    (record,) = read(tmp_path, export(item(creator="eva@example.org")))
    assert "author" not in record.metadata
    assert record.doubts == ("its author is an e-mail address and was left out",)


def test_an_author_without_a_name_is_the_login(tmp_path):
    (record,) = read(tmp_path, export(item(creator="toni")))
    assert record.metadata["author"] == "toni"


def test_terms_of_old_and_new_exports(tmp_path):
    new = (
        '<category domain="category"><![CDATA[Pan &amp; vino]]></category><category domain="post_tag">redes</category>'
    )
    old = '<category>Pan</category><category domain="category">Pan</category><category domain="tag">uva</category>'
    first, second = read(tmp_path, export(item(terms=new), item(post_id="2", terms=old)))
    assert (first.metadata["categories"], first.metadata["tags"]) == ("Pan & vino", "redes")
    assert (second.metadata["categories"], second.metadata["tags"]) == ("Pan", "uva")


def test_ids_do_not_hang_on_the_order_or_on_other_items(tmp_path):
    some = [item("Uno"), item("Due", post_id="2"), item("Tre", post_id="no")]
    there = posts(read(tmp_path, export(*some)))
    back = posts(read(tmp_path, export(*reversed(some))))
    assert {key: record.text for key, record in there.items()} == {key: record.text for key, record in back.items()}
    assert re.fullmatch("b/[0-9a-f]{12}", max(there, key=len))


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_versions_of_the_format(tmp_path, version):
    data = samples()["forno.xml"].replace(b"/export/1.2/", f"/export/{version}/".encode())
    assert "b/1" in posts(read(tmp_path, data))


# ---- encodings and damage --------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(tmp_path, encoding):
    text = export(item("¿Mañana? Sí.")).decode().replace("UTF-8", encoding.removesuffix("-sig"))
    (record,) = read(tmp_path, text.encode(encoding))
    assert record.text == "¿Mañana? Sí."
    assert record.doubts == ()


def test_bytes_that_do_not_fit_are_a_doubt(tmp_path):
    (record,) = read(tmp_path, export(item("¿Mañana?")).replace("ñ".encode(), b"\xf1\x93"))
    assert record.text == "¿Mañ“ana?"
    assert record.doubts == ("bytes here that do not fit utf-8 were read as Windows-1252: 2",)


def test_characters_that_xml_forbids_are_dropped_with_a_doubt(tmp_path):
    (record,) = read(tmp_path, b"\n \n" + export(item("Pa\x08n\x00 y vi\x0bno")))
    assert record.text == "Pan y vino"
    assert record.doubts == ("control characters that XML forbids were dropped here: 3",)


def test_what_stands_before_the_damage_is_read(tmp_path):
    whole = export(item("Uno"), item("Due", post_id="2"), item("Tre", post_id="3"))
    records = read(tmp_path, whole[: whole.index(b"Tre")])
    assert list(posts(records)) == ["b/1", "b/2"]
    (reason,) = refused(records)
    assert re.match(r"is truncated or not well-formed at line 19 \(.*\); of what stands before, 2 items read$", reason)
    assert "Tre" not in reason


@pytest.mark.parametrize("end", [b"<br />\n<b>Fatal error</b>", b"<a></b>", b"&nbsp;"])
def test_broken_markup_keeps_what_stands_before(tmp_path, end):
    records = read(tmp_path, (HEAD + item("Uno")).encode() + end)
    assert list(posts(records)) == ["b/1"]
    assert len(refused(records)) == 1


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss SYSTEM "x.dtd" [ ]>',
        "<!doctype rss\n[<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'> %p;]>",
    ],
)
def test_entities_are_refused(tmp_path, doctype):
    data = HEAD.replace("<rss", doctype + "<rss", 1) + item("&b;&x;") + FOOT
    path = tmp_path / "b.xml"
    path.write_text(data, "utf-8")
    for reader in (xml.read, wordpress.read):
        (record,) = reader(File(path, "b"))
        assert record.refused.startswith("defines entities")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"Hola", "is no XML"),
        (b"<svg xmlns='x'/>", "is XML with the root element 'svg'"),
        (b"<!DOCTYPE html><html><body/></html>", "is XML with the root element 'html'"),
        (b"<br />\n<b>Warning</b>: <?xml version='1.0'?><rss/>", "is XML with the root element 'br'"),
        (b"<?xml version='1.0' encoding='rot13'?><rss/>", "declares the encoding 'rot13'"),
        (b"<!--" + b"x" * 70_000 + b"--><rss/>", "is no XML: no root element in its first 65,536 bytes"),
        (export(), "holds no items"),
        ((HEAD + "<a>" * 10_000).encode(), "is truncated or not well-formed at line 17 (Excessive depth"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path, data, reason):
    (record,) = read(tmp_path, data)
    assert record.refused.startswith(reason)
    assert record.doc_id == "b"


def test_too_large_items_end_the_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(wordpress, "MAX_ITEM", 200_000)
    large = item("Due", post_id="2", comments=comment("x" * 1_000) * 400)
    records = read(tmp_path, export(item("Uno"), large, item("Tre", post_id="3")), ALL)
    assert "b/1" in posts(records)
    assert refused(records)[0].startswith("has an item of more than 0 million characters")


def test_a_post_that_is_too_long_is_refused_alone(tmp_path):
    records = read(tmp_path, export(item("pan " * 500_001), item("Due", post_id="2")))
    assert [record.doc_id for record in records] == ["b/1", "b/2"]
    assert "more than the 2,000,000 of one post" in records[0].refused
    assert records[0].place == "item 1"


# ---- the material at hand --------------------------------------------------------------------------------


def test_the_gold_export_comes_out_whole(items, bodies):  # noqa: F811
    found = posts(xml.read(File(FORMATOS, "w", ALL)))
    for row in carried(items, "wordpress.xml").itertuples():
        post = found[f"w/{row.item}"]
        assert words(post.text) == bodies[row.doc_id]
        kind, status = row.what.split(", ")
        assert (post.metadata["kind"], post.metadata["status"]) == (kind, status)
        assert "Pie de la foto" not in post.text
    assert sum(record.metadata["kind"] == "comment" for record in found.values()) == 18


def test_the_paragraphs_of_the_gold_are_kept(items):  # noqa: F811
    import write_formatos

    from toolkit.corpus import load_posts
    from toolkit.resources import bundled_corpus

    rows = {row["doc_id"]: row for row in load_posts(bundled_corpus()).to_dict("records")}
    found = posts(xml.read(File(FORMATOS, "w", ALL)))
    for row in carried(items, "wordpress.xml").itertuples():
        blocks = write_formatos.blocks(write_formatos.post_of(rows[row.doc_id]).body)
        expected = "\n\n".join("\n".join(" ".join(line.split()) for line in lines) for _, lines in blocks)
        assert found[f"w/{row.item}"].text == expected


def test_the_export_of_another_hand():
    path = SHARED / "data" / "wxr" / "es_synthetic.xml"
    if not path.is_file():
        pytest.skip("the synthetic export (../shared/data/wxr) is not on this machine")
    found = posts(xml.read(File(path, "w", ALL)))
    assert found["w/1"].text == (
        "Las empresas que escuchan aprenden. Las redes sociales tratan de relaciones.\n\nEscuchar\nResponder\n\n"
        "La confianza no se compra\xa0— se gana."
    )
    assert found["w/2"].text == ""
    assert found["w/5"].text.startswith("Primer párrafo con bloques.\n\nIt comes down")
    assert {"w/1/c1", "w/1/c4", "w/3"} < set(found)
    assert "w/4" not in found
    assert "@example.org" not in repr(found)


MEASURE = """
import resource, sys
from pathlib import Path
from toolkit.corpus.readers import wordpress
from toolkit.corpus.readers.record import File, Options

options = Options(comments=True)
count = sum(record.refused is None for record in wordpress.read(File(Path(sys.argv[1]), "b", options)))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read as Linux gives it")
def test_memory_is_flat(tmp_path):
    peaks = []
    for count in (200, 20_000):
        path = tmp_path / f"{count}.xml"
        with path.open("w", encoding="utf-8") as stream:
            stream.write(HEAD)
            for number in range(count):
                stream.write(item("Mañana abre la tienda. " * 40, comments=comment("Sí, claro."), post_id=str(number)))
            stream.write(FOOT)
        done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
        read_, peak = map(int, done.stdout.split())
        assert read_ == 2 * count
        peaks.append(peak)
    assert peaks[1] < 1.1 * peaks[0]
