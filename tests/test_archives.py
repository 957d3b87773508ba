"""Archives: every member is read as the file it is, and nothing unsafe, damaged or endless gets out."""

import gzip
import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.archives import MEMBERS, samples, zipped

from toolkit.corpus.readers import READERS, File, Record, archives, register, unpack


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    monkeypatch.setitem(READERS, ".zip", archives.read_zip)
    monkeypatch.setitem(READERS, ".gz", archives.read_gzip)


def records(tmp_path, data: bytes, name: str = "a.zip") -> list[Record]:
    path = tmp_path / name
    path.write_bytes(data)
    reader = archives.read_gzip if name.endswith(".gz") else archives.read_zip
    return list(reader(File(path, name.rsplit(".", 1)[0])))


def texts(found: list[Record]) -> dict[str, str]:
    return {record.doc_id: record.text for record in found if record.refused is None}


def refused(found: list[Record]) -> dict[str, str]:
    """Member (or id) and reason."""
    return {record.member or record.doc_id: record.refused for record in found if record.refused is not None}


# ---- what is read ----------------------------------------------------------------------------------------


def test_every_member_is_read_as_the_file_it_is(tmp_path):
    found = records(tmp_path, zipped(MEMBERS))
    assert texts(found) == {
        "a/2009/mañana": MEMBERS["2009/mañana.txt"],
        "a/2010/perché": "Perché nessuno risponde? È già tardi.",
        "uno": "Hablar es escuchar a quien compra.",
        "due": "La città è più vicina.",
    }
    assert [record.member for record in found] == ["2009/mañana.txt", "2010/perché.md", "posts.csv", "posts.csv"]
    assert found[1].metadata["title"] == "Perché"


def test_the_order_of_packing_does_not_matter(tmp_path):
    back = dict(reversed(MEMBERS.items()))
    assert records(tmp_path, zipped(MEMBERS)) == records(tmp_path, zipped(back))


def test_members_with_one_stem_keep_their_suffix(tmp_path):
    found = records(tmp_path, zipped({"a.txt": "uno", "a.md": "dos", "b.txt": "tres"}))
    assert texts(found) == {"a/a.txt": "uno", "a/a.md": "dos", "a/b": "tres"}


def test_hidden_files_and_those_about_the_corpus_are_passed_over_as_in_folders(tmp_path):
    names = ["__MACOSX/._uno.txt", ".git/x.txt", "x/.DS_Store", "README.md", "datapackage.json", "uno.txt"]
    found = records(tmp_path, zipped(dict.fromkeys(names, "Hola.")))
    assert texts(found) == {"a/uno": "Hola."}
    assert not refused(found)


def test_archives_in_archives_are_read_and_their_paths_joined(tmp_path):
    found = records(tmp_path, samples()["anidado.zip"])
    assert {record.member for record in found} == {
        "2009.zip/2009/mañana.txt",
        "2009.zip/2010/perché.md",
        "2009.zip/posts.csv",
        "posts.csv.gz",
    }
    assert "a/2009/2009/mañana" in texts(found)


def test_the_fourth_archive_inside_another_is_refused(tmp_path):
    data = zipped({"a.txt": "Hola."})
    for depth in range(3):
        assert list(texts(records(tmp_path, data)).values()) == ["Hola."], depth
        data = zipped({"in.zip": data})
    found = records(tmp_path, data)
    assert not texts(found)
    assert list(refused(found).values()) == ["is an archive inside 3 others; unpack it"]


def test_temporary_files_are_gone_when_the_reading_ends_or_stops(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    seen = []
    register(".seen", lambda file: seen.append(len(list(file.path.parent.iterdir()))) or iter([Record("x", "y")]))
    try:
        (tmp_path / "a.zip").write_bytes(zipped({"a.seen": "1", "b.seen": "2"}))
        assert len(list(archives.read_zip(File(tmp_path / "a.zip", "a")))) == 2
        reading = archives.read_zip(File(tmp_path / "a.zip", "a"))
        next(reading)
        reading.close()
    finally:
        del READERS[".seen"]
    assert seen == [1, 1, 1]
    assert not list((tmp_path / "tmp").iterdir())


def test_names_are_composed(tmp_path):
    assert list(texts(records(tmp_path, zipped({"man\u0303ana.txt": "Hola."})))) == ["a/mañana"]


@pytest.mark.parametrize(
    ("coding", "name"),
    [
        (coding, name)
        for coding in ("cp850", "cp1252")
        for name in ["café", "página", "día", "mañana", "MENÚ", "CANCIÓN", "ESPAÑA", "perché", "città", "così", "più"]
    ],
)
def test_names_in_old_code_pages_are_found_out_and_told(tmp_path, coding, name):
    raw = f"{name}.txt".encode(coding)
    data = zipped({"x" * len(raw): "Hola."}).replace(b"x" * len(raw), raw)
    (record,) = records(tmp_path, data)
    assert (record.doc_id, record.doubts) == (f"a/{name}", (f"its name in the archive was read as {coding}",))


def test_names_in_utf_8_without_the_flag_are_certain(tmp_path):
    raw = "mañana.txt".encode()
    (record,) = records(tmp_path, zipped({"x" * len(raw): "Hola."}).replace(b"x" * len(raw), raw))
    assert (record.doc_id, record.doubts) == ("a/mañana", ())


@pytest.mark.parametrize(
    ("suffix", "members"),
    [
        (".docx", {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
        (".xlsx", {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"}),
        (".epub", {"mimetype": "application/epub+zip", "META-INF/container.xml": "<c/>"}),
        (".wacz", {"datapackage.json": "{}", "archive/a.warc.gz": b""}),
    ],
)
def test_documents_named_zip_are_read_as_what_they_are_or_refused(tmp_path, monkeypatch, suffix, members):
    monkeypatch.delitem(READERS, suffix, raising=False)
    (record,) = records(tmp_path, zipped(members))
    assert record.refused == f"is a {suffix} file named .zip, and '{suffix}' files are not read"
    monkeypatch.setitem(READERS, suffix, lambda file: iter([Record(file.name, file.path.suffix)]))
    (record,) = records(tmp_path, zipped(members))
    assert (record.doc_id, record.text, record.doubts) == ("a", suffix, (f"is a {suffix} file named .zip",))


# ---- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../a.txt", "x/../../a.txt", "/etc/a.txt", "C:/a.txt", "c:a.txt", "..\\a.txt", "x\\a.txt"]
)
def test_paths_that_lead_out_are_refused_and_the_rest_is_read(tmp_path, name):
    found = records(tmp_path, zipped({name: "no", "bien.txt": "Sí."}))
    assert texts(found) == {"a/bien": "Sí."}
    assert "path" in refused(found)[name]
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip"}


def edited(change, *, name: str = "x.txt") -> bytes:
    """An archive of x.txt and bien.txt after ``change(info)`` to the first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "no")
        archive.writestr(zipfile.ZipInfo("bien.txt"), "Sí.")
        change(archive.infolist()[0])
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda info: setattr(info, "external_attr", 0o120777 << 16), "is a symbolic link"),
        (lambda info: setattr(info, "external_attr", 0o010644 << 16), "is no file"),
        (lambda info: setattr(info, "flag_bits", 1), "is encrypted; unpack it with its password"),
        (lambda info: setattr(info, "compress_type", 12), "is packed by an unusual method"),
        (lambda info: setattr(info, "CRC", 1), "is damaged in the archive"),
        (lambda info: setattr(info, "file_size", 1), "does not have the 1 bytes that the archive declares"),
        (lambda info: setattr(info, "file_size", 3), "does not have the 3 bytes that the archive declares"),
        (lambda info: setattr(info, "file_size", 600_000_000), "more than the 500 MB of one member"),
        (lambda info: setattr(info, "file_size", 20_000_000), "as ZIP bombs do"),
    ],
)
def test_members_that_cannot_be_trusted_are_refused_and_the_rest_is_read(tmp_path, change, reason):
    found = records(tmp_path, edited(change))
    assert texts(found) == {"a/bien": "Sí."}
    assert reason in refused(found)["x.txt"]


def test_a_member_that_unpacks_to_more_than_declared_is_refused_even_with_a_fitting_checksum(tmp_path):
    def change(info):
        info.file_size, info.CRC = 1, zlib.crc32(b"n")

    assert set(refused(records(tmp_path, edited(change)))) == {"x.txt"}


def test_nothing_of_a_damaged_member_gets_out(tmp_path):
    rows = "doc_id,text\n" + "".join(f"id{n},Texto número {n} de la tabla.\n" for n in range(5000))
    data = bytearray(zipped({"t.csv": rows}, stored=True))
    data[data.index(b"id4000") + 8] ^= 1
    found = records(tmp_path, bytes(data))
    assert not texts(found)
    assert "CRC" in refused(found)["t.csv"]


def test_names_twice_in_an_archive_give_the_last_and_are_told(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("x.txt", "viejo")
        archive.writestr("x.txt", "nuevo")
    found = records(tmp_path, out.getvalue())
    assert texts(found) == {"a/x": "nuevo"}
    assert refused(found) == {"x.txt": "is in the archive more than once; only the last was read"}


def test_kinds_that_are_not_read_are_told_one_by_one_or_counted(tmp_path):
    few = {f"{n}.jpg": "x" for n in range(20)}
    assert set(refused(records(tmp_path, zipped(few))).values()) == {"'.jpg' files are not read"}
    many = {f"{n:02}.jpg": "x" for n in range(21)} | {"LEEME": "x"}
    assert refused(records(tmp_path, zipped(many))) == {
        "a": "has 21 members such as 00.jpg: '.jpg' files are not read",
        "LEEME": "'LEEME' files are not read",
    }


def overlapping(members: int) -> bytes:
    """A bomb after Fifield: all entries of the list share one packed kernel."""
    kernel = zlib.compress(bytes(1_000_000), wbits=-15)
    crc = zlib.crc32(bytes(1_000_000))
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(kernel), 1_000_000, 1, 0) + b"a" + kernel
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(kernel), 1_000_000, 1, 0, 0, 0, 0, 0, 0)
    listed = b"".join(entry + bytes([97 + n % 26]) for n in range(members))
    return head + listed + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, members, members, len(listed), len(head), 0)


def test_members_that_share_bytes_are_refused_as_a_whole(tmp_path):
    (record,) = records(tmp_path, overlapping(30))
    assert record.refused == "has members that share bytes, as ZIP bombs do; nothing in it was read"


def test_lists_of_too_many_members_are_refused_before_they_are_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("was parsed"))
    data = overlapping(30)
    listed = data[data.index(b"PK\1\2") : data.index(b"PK\5\6")] * 4000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(listed), 0, 0)
    (record,) = records(tmp_path, listed + end)
    assert record.refused == "has 120,000 members, more than 100,000; split it"


def test_the_budget_counts_archives_inside_archives_together(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack.Budget.__init__, "__defaults__", (1_000,))
    inner = zipped({f"{n}.txt": f"{n}" * 200 for n in range(3)})
    found = records(tmp_path, zipped({"1.zip": inner, "2.zip": inner}))
    assert len(texts(found)) == 3
    assert all("above 4 GB" in reason for reason in refused(found).values())


@pytest.mark.parametrize(
    "data", [b"", b"PK\5\6", b"PK\3\4 no", b"Hola.", b"PK\5\6" + b"\xff" * 18, zipped(MEMBERS)[:-30]]
)
def test_what_is_no_archive_is_refused(tmp_path, data):
    (record,) = records(tmp_path, data)
    assert "is no whole ZIP archive" in record.refused


def test_a_name_that_only_says_it_is_utf_8_is_refused(tmp_path):
    (record,) = records(tmp_path, zipped({"ñ.txt": "x"}).replace("ñ".encode(), b"\xf1x"))
    assert "says it is UTF-8" in record.refused


def test_an_unreadable_member_does_not_end_the_archive(tmp_path):
    def fails(file):
        raise OSError(5, "Input/output error")
        yield

    register(".bad", fails)
    try:
        found = records(tmp_path, zipped({"a.bad": "x", "b.txt": "Sí."}))
    finally:
        del READERS[".bad"]
    assert texts(found) == {"a/b": "Sí."}
    assert refused(found) == {"a.bad": "cannot be read: Input/output error"}


# ---- gzip ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nota.txt.gz", "nota.TXT.GZ"])
def test_a_packed_file_is_read_by_its_inner_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"Hola."))
    (record,) = archives.read_gzip(File(path, name[:-3]))
    assert (record.doc_id, record.text) == ("nota", "Hola.")


def test_gzip_files_in_several_members_are_one_file(tmp_path):
    (record,) = records(tmp_path, gzip.compress(b"Hola, ") + gzip.compress(b"mundo."), "nota.txt.gz")
    assert record.text == "Hola, mundo."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("nota.txt.gz", gzip.compress(b"Hola." * 99, mtime=0)[:-12], "is truncated"),
        ("nota.txt.gz", gzip.compress(b"Hola.", mtime=0)[:-8] + bytes(8), "is damaged: CRC check failed"),
        ("nota.txt.gz", b"Hola.", "is damaged: Not a gzipped file"),
        ("nota.txt.gz", gzip.compress(bytes(30_000_000), mtime=0), "more than 200 times its size"),
        ("fotos.tar.gz", gzip.compress(b"x", mtime=0), "is packed with gzip, and '.tar' files are not read"),
    ],
)
def test_damaged_gzip_files_are_refused(tmp_path, name, data, reason):
    (record,) = records(tmp_path, data, name)
    assert reason in record.refused


# ---- properties ------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[a-zñ]{1,8}(/[a-zà]{1,8}){0,2}\.(txt|md)", fullmatch=True)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(NAMES, st.from_regex(r"[a-zàñ€ ]{0,30}[a-z]", fullmatch=True), min_size=1, max_size=6))
def test_what_is_packed_comes_out(tmp_path_factory, members):
    found = records(tmp_path_factory.mktemp("zip"), zipped(members))
    assert {record.member: record.text for record in found} == members
    assert len({record.doc_id for record in found}) == len(members)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 255))
def test_no_flipped_byte_changes_a_text_unseen(tmp_path_factory, at, mask):
    data = bytearray(samples()["textos.zip"])
    data[at % len(data)] ^= mask
    whole = set(MEMBERS.values()) | {"Perché nessuno risponde? È già tardi."}
    whole |= {"Hablar es escuchar a quien compra.", "La città è più vicina."}
    found = records(tmp_path_factory.mktemp("zip"), bytes(data))
    assert found
    assert set(texts(found).values()) <= whole


def test_memory_does_not_grow_with_the_archive(tmp_path):
    peaks = {}
    for count in (20, 400):
        path = tmp_path / f"{count}.zip"
        path.write_bytes(zipped({f"{n}.txt": f"Texto {n}. " * 5000 for n in range(count)}))
        tracemalloc.start()
        assert sum(not record.refused for record in archives.read_zip(File(path, "a"))) == count
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[400] < 1.3 * peaks[20] + 1000 * 400  # the list of members is kept: up to 1 kB each
