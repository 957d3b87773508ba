"""Positions in foreign units, names of files, tokens and lines, and files of strangers: what all formats stand on."""

import re
import time
import unicodedata

import pytest
from exchange_material import DOC_IDS, PIECES, refused_cleanly, texts
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.exchange.inputs import read_bytes, read_json, read_text, read_xml, xml_of
from toolkit.exchange.names import doc_id_of, documents_in, file_names
from toolkit.exchange.offsets import UNITS, Offsets, likeliest_unit
from toolkit.exchange.segments import sentences_of, tokens_of

FAMILY = "👨‍👩‍👧‍👦"
anything = st.one_of(texts(), st.text())
quick = settings(deadline=None)


def counted(text: str, unit: str) -> int:
    """How much a text counts in a unit, as Python's own encoders count it."""
    if unit.endswith("/lf"):
        text = text.replace("\r\n", "\n")
    if unit.startswith("utf16"):
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass")) if unit.startswith("utf8") else len(text)


@quick
@given(anything, st.sampled_from(UNITS))
@example("a\r\nb", "codepoint/lf")
@example("a\r", "utf8/lf")
@example("\ud83d\ude00", "utf16")
@example("\uffff😀", "utf16")
def test_every_border_counts_as_the_encoders_count_and_comes_back(text, unit):
    offsets = Offsets(text, unit)
    for point in range(len(text) + 1):
        offset = offsets.from_points(point)
        if unit.endswith("/lf") and text[point - 1 : point + 1] == "\r\n" and point:
            # between CR and LF there is no place: it is the one before both
            assert offset == counted(text[: point - 1], unit)
            assert offsets.to_points(offset) == point - 1
        else:
            assert offset == counted(text[:point], unit)
            assert offsets.to_points(offset) == point


@quick
@given(texts(), st.sampled_from(UNITS))
def test_what_is_no_border_is_refused(text, unit):
    offsets = Offsets(text, unit)
    good = {offsets.from_points(point) for point in range(len(text) + 1)}
    end = counted(text, unit)
    for offset in (-1, end + 1, -(10**30), 10**30, *(set(range(end + 1)) - good)):
        with pytest.raises(ValueError, match=r"outside the text|inside a character") as caught:
            offsets.to_points(offset)
        assert not isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [("codepoint", 9, 12), ("utf16", 13, 16), ("utf8", 27, 30), ("utf8/lf", 26, 29), ("utf16/lf", 12, 15)],
)
def test_positions_worked_out_by_hand(unit, start, end):
    # the family: 4 people of 2 UTF-16 units and 4 bytes, 3 joiners of 1 unit and 3 bytes, so 7, 11 and 25
    text = f"{FAMILY}\r\nvoz"
    offsets = Offsets(text, unit)
    assert text[offsets.to_points(start) : offsets.to_points(end)] == "voz"


def test_an_unknown_unit_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'utf16'"):
        Offsets("a", "utf-16")


@pytest.mark.parametrize("text", ["Hola, ¿qué tal?", "plain", "漢字"])
def test_texts_that_count_alike_need_no_table(text):
    offsets = Offsets(text, "utf16")
    assert [offsets.to_points(at) for at in range(len(text) + 1)] == list(range(len(text) + 1))


@quick
@given(st.lists(st.tuples(texts(), st.integers(0, 30), st.integers(1, 9)), min_size=1), st.sampled_from(UNITS))
def test_quotes_decide_the_unit(rows, unit):
    spans = []
    for text, start, length in rows:
        offsets = Offsets(text, unit)
        start = min(start, len(text))
        end = min(start + length, len(text))
        start, end = (offsets.to_points(offsets.from_points(at)) for at in (start, end))
        spans.append((text, offsets.from_points(start), offsets.from_points(end), text[start:end]))
    chosen = likeliest_unit(UNITS, spans)
    for text, start, end, quote in spans:
        offsets = Offsets(text, chosen)
        assert text[offsets.to_points(start) : offsets.to_points(end)] == quote


def test_without_a_decision_the_first_unit_is_taken():
    assert likeliest_unit(("utf16", "codepoint"), []) == "utf16"
    assert likeliest_unit(("utf16", "codepoint"), [("hola", 0, 4, "hola"), ("hola", 0, 99, "x")]) == "utf16"


def test_quotes_are_compared_as_the_format_writes_them():
    spans = [("😀 a\nb", 3, 6, "a b"), ("😀 a\nb", 2, 5, "x y")]
    units = ("codepoint", "utf16")
    assert likeliest_unit(units, spans) == "codepoint"
    assert likeliest_unit(units, spans, lambda quote: quote.replace("\n", " ")) == "utf16"


def test_many_spans_of_a_long_text_take_no_longer_than_the_text():
    text = "La voz 😀 humana. " * 10_000
    offsets = Offsets(text, "utf16")
    spans = [(text, offsets.from_points(at), offsets.from_points(at + 3), text[at : at + 3]) for at in range(4_000)]
    started = time.perf_counter()
    assert likeliest_unit(("codepoint", "utf16", "utf8"), spans) == "utf16"
    # 170,000 characters once per unit take 0.1 s; once per span they took minutes
    assert time.perf_counter() - started < 3


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


names = st.one_of(
    st.sampled_from(DOC_IDS),
    st.text(st.sampled_from("aAßẞİiıéÉ%.:/\\ ñ\u0301e~-\x00\x1f\u200f😀"), max_size=8),
    st.text(max_size=8),
)


@quick
@given(st.lists(names, unique=True, max_size=12))
@example(["a:B", "A:b", "a:b"])
@example(["ß", "SS", "ss", "ẞ"])
@example(["ß/x", "ss/x", "SS/x"])
@example(["ñ", "n\u0303"])
@example(["", "%", "/", "//", "%/%"])
@example(["a", "a.txt/b", "A.txt/b"])
@example(["a.txt/b", "a", "a.txt"])
@example(["con", "CON", "con.txt", "a/aux"])
def test_names_come_back_and_are_different_everywhere(doc_ids):
    found = file_names(doc_ids)
    assert list(found) == doc_ids
    assert [doc_id_of(name) for name in found.values()] == doc_ids
    assert len({folded(name) for name in found.values()}) == len(doc_ids)
    for name in found.values():
        name.encode("utf-8")
        assert not re.search(r'[<>:"\\|?*\x00-\x1f]', name)
        for part in name.split("/"):
            assert part not in ("", ".", "..")
            assert part[0] not in ". "
            assert part[-1] not in ". "
            assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part)
    folders = {folded(name.rpartition("/")[0]) for name in found.values()}
    files = {folded(f"{name}.txt") for name in found.values()}
    assert not folders & files


@settings(deadline=None, max_examples=30)
@given(st.lists(names, unique=True, min_size=1, max_size=6))
def test_files_are_made_and_found_again(tmp_path_factory, doc_ids):
    folder = tmp_path_factory.mktemp("names")
    for doc_id, name in file_names(doc_ids).items():
        file = folder / f"{name}.ann"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(doc_id.encode("utf-8", "surrogatepass"))
        assert next(documents_in(file, (".ann",)))[0] == doc_id_of(name.rpartition("/")[2])
    there = list(documents_in(folder, (".ann",)))
    assert sorted(doc_id for doc_id, _ in there) == sorted(doc_ids)
    for doc_id, file in there:
        assert file.read_bytes() == doc_id.encode("utf-8", "surrogatepass")


def test_a_name_too_long_is_refused():
    with pytest.raises(InputError, match="too long") as caught:
        file_names(["ñ" * 200])
    refused_cleanly(caught.value)


def test_hidden_files_links_out_and_other_endings_are_passed_over(tmp_path):
    outside = tmp_path / "outside.ann"
    outside.write_text("x")
    folder = tmp_path / "in"
    (folder / ".git").mkdir(parents=True)
    for name in (".git/a.ann", ".b.ann", "c.txt", "50%FF.ann", "D.ANN"):
        (folder / name).write_text("x")
    (folder / "link.ann").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    assert [doc_id for doc_id, _ in documents_in(folder, (".ann",))] == ["50%FF", "D"]
    with pytest.raises(InputError, match=r"holds no file that ends in \.xmi or \.x"):
        list(documents_in(folder, (".xmi", ".x")))


@quick
@given(anything, st.lists(st.integers(-3, 40), max_size=6))
def test_tokens_hold_all_that_can_be_seen_and_end_at_borders(text, borders):
    tokens = tokens_of(text, borders)
    seen = [at for at, sign in enumerate(text) if not sign.isspace()]
    inside = [at for start, end in tokens for at in range(start, end)]
    assert inside == seen  # in order, each once, no white space
    assert all(start < end for start, end in tokens)
    for border in borders:
        assert not any(start < border < end for start, end in tokens)
    whole = {at for token in tokens_of(text) for at in token}
    assert {at for token in tokens for at in token} - whole <= set(borders)


@quick
@given(anything)
def test_sentences_are_lines_without_their_white_space(text):
    lines = sentences_of(text)
    assert sorted(lines) == lines
    covered = set()
    for start, end in lines:
        line = text[start:end]
        assert line == line.strip() != ""
        assert len(line.splitlines()) == 1
        assert not covered & set(range(start, end))
        covered |= set(range(start, end))
    assert all(sign.isspace() or at in covered for at, sign in enumerate(text))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b'{"a": NaN}', "'NaN' is no number of JSON"),
        (b"[-Infinity]", "'-Infinity' is no number"),
        (b"[" * 200_000, "nested too deep"),
        (b"1" * 5_000, "not JSON"),
        (b'"\xff"', "line 1: not UTF-8"),
        (b'{\n"a": "\xed\xa0\x80"}', "line 2: not UTF-8"),
    ],
)
def test_json_that_is_none_is_refused(tmp_path, data, problem):
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=problem) as caught:
        read_json(path)
    refused_cleanly(caught.value, path)


ENTITIES = b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no XML"),
        (b"<a>", "no well-formed XML"),
        (b"<a>\x00</a>", "no well-formed XML"),
        (b"<a>&amp;&b;</a>", "no well-formed XML"),
        (ENTITIES, "defines entities"),
        (ENTITIES.decode().encode("utf-16"), "defines entities"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>', "defines entities"),
        (b"<a>" * 300 + b"</a>" * 300, "no well-formed XML"),
        (b'<?xml version="1.0" encoding="nix"?><a/>', "XML"),
    ],
)
def test_xml_that_is_none_or_dangerous_is_refused(tmp_path, data, problem):
    path = tmp_path / "a.xml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=problem) as caught:
        read_xml(path)
    refused_cleanly(caught.value, path)


def test_xml_keeps_its_text_and_loads_nothing_from_outside(tmp_path):
    (tmp_path / "a.dtd").write_text('<!ENTITY e "secret"><!ATTLIST a b CDATA "default">')
    root = xml_of(b'<!DOCTYPE a SYSTEM "a.dtd"><a>x<!-- c --><?p i?>&#13;\r\n&#x1F600;</a>', str(tmp_path / "a.xml"))
    assert "".join(root.itertext()) == "x\r\n😀"
    assert not root.attrib


def test_files_are_bounded_and_problems_named(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfuno\r\ndos\rtre\x85".replace(b"\x85", "\x85".encode()))
    assert read_text(path) == "uno\r\ndos\rtre\x85"
    assert read_bytes(path, most=100).startswith(b"\xef\xbb\xbf")
    for call, problem in (
        (lambda: read_bytes(path, most=3), "more than"),
        (lambda: read_bytes(tmp_path), "cannot be read"),
        (lambda: read_bytes(tmp_path / "none.txt"), "cannot be read"),
    ):
        with pytest.raises(InputError, match=problem) as caught:
            call()
        refused_cleanly(caught.value)


def test_the_pieces_hold_what_breaks_tools():
    joined = "".join(PIECES)
    for sign in ("\u200d", "\r\n", "\x85", "\u2028", "\ufeff", "\u200f", "\U0001f600", "\u0301", "\t", "\u00a0"):
        assert sign in joined
