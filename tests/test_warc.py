"""Web archives: pages become posts, everything else is counted, and a damaged place costs only what stands in it."""

import csv
import gzip
import re
import tracemalloc
import zlib

import pytest
from conftest import ROOT, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.archives import zipped
from samples.warc import ES, IT, WHEN, answer, chunked, packed, page, record, samples, wacz

from toolkit.corpus import load_posts
from toolkit.corpus.readers import READERS, File, Record, archives, html, warc, warc_captures
from toolkit.resources import bundled_corpus

URL = "http://tienda.example.org/2009/03/una-entrada/"


@pytest.fixture
def simple_pages(monkeypatch):
    """Pages give the text of their paragraphs: these tests are about the archive, not about main text."""

    def record_of_page(data, doc_id, options, *, url="", charset=""):
        found = re.findall(r"<p>(.*?)</p>", html.decode_page(data, charset).text, re.DOTALL)
        return Record(doc_id, "\n\n".join(found), {"encoding": charset})

    monkeypatch.setattr(html, "record_of_page", record_of_page)


def records(tmp_path, data: bytes, name: str = "") -> list[Record]:
    path = tmp_path / (name or ("a.warc.gz" if data.startswith(b"\x1f\x8b") else "a.warc"))
    path.write_bytes(data)
    reader = warc.read_wacz if name.endswith(".wacz") else warc.read
    return list(reader(File(path, "a")))


def posts(found: list[Record]) -> dict[str, str]:
    """Text by address, with the time where an address is there twice."""
    return {record.metadata["url"]: record.text for record in found if record.refused is None}


def refused(found: list[Record]) -> list[str]:
    return [record.refused for record in found if record.refused is not None]


def numbered(*numbers: int) -> list[bytes]:
    return [answer(f"http://x.example.org/{n}", f"<p>Página número {n}.</p>".encode() * 20) for n in numbers]


def numbers(found: list[Record]) -> list[int]:
    return [int(record.metadata["url"].rsplit("/", 1)[1]) for record in found if record.refused is None]


# ---- pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [b"".join, packed, lambda parts: gzip.compress(b"".join(parts))])
def test_pages_of_every_packing_are_posts_with_address_and_time_of_capture(tmp_path, pack):
    found = records(tmp_path, pack([answer(URL, page("Una entrada", *ES))]))
    (post,) = found
    assert ES[0] in post.text
    assert post.metadata["title"] == "Una entrada"
    assert post.metadata["url"] == URL
    assert post.metadata["captured"] == WHEN
    assert post.place == "record 1"
    assert post.doubts == ()


BODY = page("Perché", *IT)


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (BODY, []),
        (gzip.compress(BODY), ["Content-Encoding: gzip"]),
        (gzip.compress(BODY), ["content-encoding: X-GZIP"]),
        (zlib.compress(BODY), ["Content-Encoding: deflate"]),
        (zlib.compress(BODY, wbits=-15), ["Content-Encoding: deflate"]),
        (gzip.compress(gzip.compress(BODY)), ["Content-Encoding: gzip, gzip"]),
        (chunked(BODY), ["Transfer-Encoding: chunked"]),
        (chunked(gzip.compress(BODY)), ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]),
        # crawlers that store the body unpacked and leave the head as it was
        (BODY, ["Transfer-Encoding: chunked"]),
        (BODY, ["Content-Encoding: gzip", "Content-Length: 77"]),
        (BODY, ["Content-Encoding: deflate"]),
        (BODY, ["Content-Encoding: br"]),
    ],
)
def test_bodies_are_unpacked_as_they_were_sent_or_stored(tmp_path, body, head):
    found = records(tmp_path, b"".join([answer(URL, body, *head), answer("http://x.example.org/", BODY)]))
    assert [post.doubts for post in found] == [(), ()]
    assert found[0].text == found[1].text
    assert IT[1] in found[0].text


def test_brotli_is_unpacked(tmp_path, simple_pages):
    brotli = pytest.importorskip("brotli")
    found = records(tmp_path, answer(URL, brotli.compress(BODY), "Content-Encoding: br"))
    assert IT[0] in posts(found)[URL]


@pytest.mark.parametrize(
    ("body", "head", "about"),
    [
        (gzip.compress(BODY * 9)[:-40], ["Content-Encoding: gzip"], ()),
        (chunked(BODY * 9)[:-300], ["Transfer-Encoding: chunked"], ()),
        (BODY, ["Content-Length: 99999"], ()),
        (BODY, [], ("WARC-Truncated: length",)),
    ],
)
def test_pages_that_were_cut_off_are_read_with_a_doubt(tmp_path, simple_pages, body, head, about):
    (post,) = records(tmp_path, answer(URL, body, *head, about=about))
    assert IT[0] in post.text
    assert post.doubts == ("is cut off: the archive has only the beginning of the page",)


@pytest.mark.parametrize(
    ("body", "head", "reason"),
    [
        (gzip.compress(bytes(30_000_000)), ["Content-Encoding: gzip"], "unpacks to more than 20 MB"),
        (b"<p>" + bytes(20_000_001), [], "is larger than 20 MB"),
        (b"\x1f\x8b\x08\x00rubbish....", ["Content-Encoding: gzip"], "cannot be unpacked"),
        (b"\x00\x01", ["Content-Encoding: br"], "cannot be unpacked (brotli)"),
        (b"x", ["Content-Encoding: zstd"], "is packed as 'zstd', which is not read"),
    ],
)
def test_pages_that_cannot_be_unpacked_are_refused_and_the_rest_is_read(tmp_path, simple_pages, body, head, reason):
    found = records(tmp_path, b"".join([answer(URL, body, *head), *numbered(1)]))
    assert numbers(found) == [1]
    assert reason in found[0].refused
    assert found[0].place == "record 1"


def test_plain_text_is_a_post_and_files_for_programs_are_not(tmp_path):
    data = [
        answer("http://x.example.org/nota.txt", "Più tardi.".encode("cp1252"), media="text/plain; charset=ISO-8859-1"),
        answer("http://x.example.org/robots.txt", b"User-agent: *\n", media="text/plain"),
    ]
    found = records(tmp_path, b"".join(data))
    assert posts(found) == {"http://x.example.org/nota.txt": "Più tardi."}
    assert found[0].metadata["encoding"] == "cp1252"
    assert refused(found) == ["1 file for programs (robots.txt and the like)"]


def test_resources_and_conversions_are_read_where_they_are_text(tmp_path, simple_pages):
    data = [
        record("resource", "http://x.example.org/1", "text/html", b"<p>Uno.</p>"),
        record("conversion", "http://x.example.org/2", "text/plain", b"Dos."),
        record("resource", "urn:text:x", "text/plain", b"Tres."),
        record("resource", "http://x.example.org/4", "image/png", b"PNG"),
    ]
    found = records(tmp_path, b"".join(data))
    assert list(posts(found).values()) == ["Uno.", "Dos."]
    assert refused(found) == ["1 resource of image/png is no page", "1 resource of text/plain is no page"]


def test_a_page_without_a_declared_kind_is_known_by_its_beginning(tmp_path, simple_pages):
    data = [answer(URL, b"\r\n <!DOCTYPE html><p>Hola.</p>", media=""), answer(URL + "x", b"{}", media="")]
    found = records(tmp_path, b"".join(data))
    assert posts(found) == {URL: "Hola."}
    assert refused(found) == ["1 response of an unknown kind is no page"]


def test_the_charset_of_the_server_goes_to_the_page_reader(tmp_path):
    body = b"<p>" + "Mañana volverá el señor de la tienda y preguntará. ".encode("cp1252") * 9
    (post,) = records(tmp_path, answer(URL, body, media="text/html;charset='ISO-8859-1'"))
    assert "Mañana volverá" in post.text


# ---- ids and repeats -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://www.example.org/2009/03/ma%C3%B1ana/?p=3", "www.example.org-2009-03-mañana"),
        ("HTTPS://Example.org:8080/", "example.org"),
        ("http://example.org/" + "a" * 200, "example.org-" + "a" * 68),
        ("urn:uuid:1", "uuid-1"),
        ("http://[::1/x", "http-1-x"),
        ("", ""),
    ],
)
def test_ids_are_readable_bounded_and_end_in_a_hash_of_the_address(tmp_path, simple_pages, url, slug):
    (post,) = records(tmp_path, answer(url, b"<p>Hola.</p>"))
    assert re.fullmatch("a/" + re.escape(slug) + ("-" if slug else "") + "[0-9a-f]{8}", post.doc_id)


def test_ids_do_not_depend_on_what_else_is_in_the_file(tmp_path, simple_pages):
    one, two, three = numbered(1, 2, 3)
    first = {record.metadata["url"]: record.doc_id for record in records(tmp_path, one + two + three)}
    second = {record.metadata["url"]: record.doc_id for record in records(tmp_path, three + two)}
    assert second.items() <= first.items()


def test_captures_of_one_address_are_told_apart_by_time_and_repeats_counted(tmp_path, simple_pages):
    old, new = b"<p>Viejo.</p>", b"<p>Nuevo.</p>"
    data = [
        answer(URL, old),
        answer(URL, old, when="2010-01-01T00:00:00Z"),
        answer(URL, new, when="2010-02-03T04:05:06.789Z"),
        answer(URL, old, when="2010-03-01T00:00:00Z"),
        answer(URL, b"<p>Otro.</p>", when="2010-02-03T04:05:06Z"),
    ]
    found = records(tmp_path, b"".join(data))
    base = found[0].doc_id
    assert [post.text for post in found[:3]] == ["Viejo.", "Nuevo.", "Otro."]
    assert found[1].doc_id == base + "@20100203T040506"
    assert re.fullmatch(re.escape(base) + "@20100203T040506-[0-9a-f]{8}", found[2].doc_id)
    assert refused(found) == ["2 captures repeat a page word for word"]


def test_everything_else_is_told_with_its_count(tmp_path, simple_pages):
    revisit = "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    data = [
        record("warcinfo", "", "application/warc-fields", b"x: y\r\n"),
        record("request", URL, "application/http; msgtype=request", b"GET / HTTP/1.1\r\n\r\n"),
        answer(URL, b"<p>Hola.</p>", about=("WARC-Payload-Digest: sha1:AAAA",)),
        record(
            "revisit",
            URL + "b",
            "application/http",
            b"HTTP/1.1 200 OK\r\n\r\n",
            revisit,
            "WARC-Payload-Digest: sha1:AAAA",
        ),
        record(
            "revisit",
            URL + "c",
            "application/http",
            b"HTTP/1.1 200 OK\r\n\r\n",
            revisit,
            "WARC-Payload-Digest: sha1:BBBB",
        ),
        answer(URL + "1", b"", status="301 Moved", media=""),
        answer(URL + "2", b"", status="302 Found"),
        answer(URL + "3", b"<p>No existe.</p>", status="404 Not Found"),
        answer(URL + "4", b"PNG", media="image/png"),
        answer(URL + "5", b"PNG", media="image/png"),
        answer(URL + "6", b"x", media="<script>/x"),
        record("response", "dns:example.org", "text/dns", b"20090312\nexample.org. A 127.0.0.1\n"),
    ]
    found = records(tmp_path, b"".join(data))
    assert list(posts(found)) == [URL]
    assert sorted(refused(found)) == sorted(
        [
            "2 records are notes of the crawler on its work",
            "1 revisit record repeats a capture of this file",
            "1 revisit record points to a capture that is not in this file",
            "2 redirects",
            "1 response with status 404",
            "2 responses of image/png are no page".replace("no page", "no pages"),
            "1 response of an unknown kind is no page",
            "1 response is none of a web server",
        ]
    )
    assert {post.doc_id for post in found if post.refused} == {"a"}


def test_kinds_made_up_without_end_are_one_row(tmp_path):
    found = records(tmp_path, b"".join(answer(f"{URL}{n}", b"x", media=f"x/y{n}") for n in range(200)))
    assert len(found) == warc.MAX_KINDS + 1
    assert "150 records of further kinds are no pages" in refused(found)


# ---- damage ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [b"".join, packed, lambda parts: gzip.compress(b"".join(parts))])
def test_pages_before_a_cut_are_read_and_the_cut_is_told_once(tmp_path, simple_pages, pack):
    data = pack(numbered(*range(9)))
    found = records(tmp_path, data[: -len(data) // 12])
    assert numbers(found) == list(range(len(numbers(found))))
    assert len(numbers(found)) >= 6
    assert len(refused(found)) == 1
    assert "end" in refused(found)[0]


@pytest.mark.parametrize("at", [-6, -40, 40])
def test_a_damaged_gzip_member_costs_its_own_page_alone(tmp_path, simple_pages, at):
    members = [packed([data]) for data in numbered(1, 2, 3, 4)]
    broken = bytearray(members[1])
    broken[at] ^= 255
    found = records(tmp_path, members[0] + bytes(broken) + members[2] + members[3])
    assert numbers(found) == [1, 3, 4]
    assert refused(found) == ["is damaged: its gzip data do not fit together (after record 1)"]


def test_a_crawl_that_was_killed_and_went_on_in_the_same_file_is_read(tmp_path, simple_pages):
    first = packed(numbered(1, 2, 3))
    found = records(tmp_path, first[:-50] + packed(numbered(4, 5)))
    assert numbers(found) == [1, 2, 4, 5]
    assert len(refused(found)) == 1


@pytest.mark.parametrize("pack", [b"".join, packed, lambda parts: gzip.compress(b"".join(parts))])
@pytest.mark.parametrize("length", [40, 150, 900, 10**9, 10**19])
@pytest.mark.parametrize("media", ["text/html", "image/png"])
def test_a_wrong_length_costs_its_own_record_alone(tmp_path, simple_pages, pack, length, media):
    one, three, four = numbered(1, 3, 4)
    wrong = answer("http://x.example.org/2", b"<p>Mal.</p>" * 30, media=media, length=length)
    found = records(tmp_path, pack([one, wrong, three, four]))
    assert [n for n in numbers(found) if n != 2] == [1, 3, 4]
    assert any("is damaged" in reason for reason in refused(found))
    assert all("WARC" not in post.text for post in found)


def test_two_kinds_of_damage_in_one_file(tmp_path, simple_pages):
    broken = bytearray(packed(numbered(2)))
    broken[60] ^= 255
    wrong = answer("http://x.example.org/4", b"<p>Mal.</p>", length=10**6)
    data = packed(numbered(1)) + bytes(broken) + packed([*numbered(3), wrong, *numbered(5)]) + bytes(broken)
    found = records(tmp_path, data + packed(numbered(6)))
    assert numbers(found) == [1, 3, 5, 6]


def test_a_file_that_is_damaged_everywhere_is_given_up(tmp_path, simple_pages):
    wrong = answer("http://x.example.org/0", b"<p>Mal.</p>", length=40)
    found = records(tmp_path, wrong * 200)
    assert refused(found)[-1] == "is damaged in more than 20 places; the rest was not read"
    assert len(found) < 60


@pytest.mark.parametrize(
    "data", [b"", b"Hola.\r\n" * 9, gzip.compress(b"Hola.", mtime=0), b"\x1f\x8b", b"\x1f\x8b\x08\x00" + bytes(50)]
)
def test_what_is_no_web_archive_is_refused(tmp_path, data):
    (only,) = records(tmp_path, data)
    assert only.refused


def test_a_gzip_bomb_is_refused_after_the_pages_before_it(tmp_path, simple_pages):
    bomb = answer("http://x.example.org/2", bytes(60_000_000), media="image/png")
    found = records(tmp_path, packed([*numbered(1), bomb, *numbered(3)]))
    assert numbers(found) == [1]
    assert "more than 200 times its size, as gzip bombs do" in refused(found)[0]


def test_without_the_package_the_file_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(warc, "find_spec", lambda name: None)
    (only,) = records(tmp_path, packed(numbered(1)))
    assert "pip install 'cluetrain-toolkit[web]'" in only.refused
    (only,) = records(tmp_path, samples()["rastreo.wacz"], "a.wacz")
    assert "fastwarc" in only.refused


# ---- WACZ ------------------------------------------------------------------------------------------------


def test_wacz_files_give_the_pages_of_their_warc_files_with_titles_of_the_page_list(tmp_path, simple_pages):
    data = wacz(
        {"b.warc": b"".join(numbered(2, 1)), "a.warc.gz": packed(numbered(1))},
        [{"url": "http://x.example.org/2", "title": "Dos"}, {"url": "http://x.example.org/9", "title": "Nueve"}],
    )
    found = records(tmp_path, data, "a.wacz")
    assert [(post.member, post.metadata.get("title")) for post in found if not post.refused] == [
        ("archive/a.warc.gz", None),
        ("archive/b.warc", "Dos"),
    ]
    assert refused(found) == ["1 capture repeats a page word for word"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no", "is no whole ZIP archive"),
        (zipped({"datapackage.json": "{}"}), "has no WARC file in its folder archive"),
        (zipped({"archive/a.warc": bytes(30_000_000)}), "as ZIP bombs do"),
        (zipped({"../archive/a.warc": b""}), "leads out of the archive"),
    ],
)
def test_wacz_files_that_are_none_are_refused(tmp_path, data, reason):
    found = records(tmp_path, data, "a.wacz")
    assert reason in found[0].refused
    assert all(only.refused for only in found)


def test_page_lists_with_broken_lines_are_read_as_far_as_they_go(tmp_path, simple_pages):
    lines = b'no\n[1]\n{"url": 3}\n' + b"[" * 5000 + b'\n\xff\n{"url": "http://x.example.org/1", "title": "Uno"}\n'
    data = zipped({"pages/pages.jsonl": lines, "archive/a.warc": b"".join(numbered(1))})
    (post,) = records(tmp_path, data, "a.wacz")
    assert post.metadata["title"] == "Uno"


def test_web_archives_inside_zip_archives(tmp_path, simple_pages, monkeypatch):
    monkeypatch.setitem(READERS, ".warc.gz", warc.read)
    path = tmp_path / "z.zip"
    path.write_bytes(zipped({"web/rastreo.warc.gz": packed(numbered(1))}))
    (post,) = archives.read_zip(File(path, "z"))
    assert post.member == "web/rastreo.warc.gz"
    assert post.doc_id.startswith("z/web/rastreo/x.example.org-1-")


# ---- real material ---------------------------------------------------------------------------------------


def test_the_crawl_of_formatos_gives_its_posts(tmp_path):
    folder = ROOT / "corpora" / "formatos"
    gold = [row["doc_id"] for row in csv.DictReader((folder / "items.csv").open()) if row["file"] == "crawl.warc.gz"]
    bundled = load_posts(bundled_corpus()).set_index("doc_id")
    found = list(warc.read(File(folder / "crawl.warc.gz", "crawl")))
    pages = [post for post in found if not post.refused]
    assert [post.metadata["title"] for post in pages] == list(bundled.loc[gold, "title"])
    for name, post in zip(gold, pages, strict=True):
        words = bundled.loc[name, "text"].split()
        assert set(post.text.split()) <= {*words, *bundled.loc[name, "title"].split()} | set(post.text.split()[:9])
        assert post.metadata["url"].endswith(name.split("-", 1)[1])
    assert "1 response with status 404" in refused(found)


def test_a_real_web_archive():
    path = SHARED / "data" / "warc" / "example.warc.gz"
    if not path.is_file():
        pytest.skip("the real web archive (../shared/data/warc) is not on this machine")
    post, *rest = warc.read(File(path, "example"))
    assert post.metadata["title"] == "Example Domain"
    assert post.metadata["captured"] == "2017-03-06T04:02:06Z"
    assert "1 revisit record repeats a capture of this file" in refused(rest)


# ---- properties ------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000), st.integers(1, 700))
def test_chunks_are_joined_again(data, size):
    capture = warc_captures.Capture(1, "response", URL, WHEN, transfer="chunked", raw=chunked(data, size))
    assert warc_captures.body(capture) == (data, None)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 5000), st.integers(1, 255))
def test_no_flipped_byte_of_a_packed_crawl_changes_a_text_unseen(tmp_path_factory, at, mask):
    data = bytearray(
        packed(
            [answer(f"http://x.example.org/{n}", f"Página {n}. ".encode() * 9, media="text/plain") for n in range(5)]
        )
    )
    data[at % len(data)] ^= mask
    found = records(tmp_path_factory.mktemp("warc"), bytes(data), "a.warc.gz")
    assert set(posts(found).values()) <= {f"Página {n}. " * 9 for n in range(5)}


def test_memory_does_not_grow_with_the_crawl(tmp_path):
    peaks = {}
    for count in (100, 700):
        path = tmp_path / f"{count}.warc.gz"
        texts = (f"Texto número {n}. ".encode() * 500 for n in range(count))
        path.write_bytes(packed([answer(f"{URL}{n}", text, media="text/plain") for n, text in enumerate(texts)]))
        tracemalloc.start()
        assert sum(not record.refused for record in warc.read(File(path, "a"))) == count
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[700] < peaks[100] + 600 * 600  # hashes of addresses and texts are kept; the pages have 9,000 bytes
