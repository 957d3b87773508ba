"""brat standoff: what brat's own files mean, what we write as brat loads it, real files, and the way there and back."""

import codecs
import dataclasses
import json
import random
import tempfile
import time
from pathlib import Path

import pytest
from exchange_material import columns_lost, same_up_to, sample_of_found, samples, through_format
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.exchange.codebooks.brat_names import decode, encode_type, encode_value, fragments_of
from toolkit.exchange.formats import brat
from toolkit.exchange.model import Choices, Document, Material, Span
from toolkit.exchange.registry import FORMATS

TEXT = "Perché no? 😀 La voz humana\nhabla\tclaro. El fin."


@pytest.fixture
def real():
    folder = Path(__file__).parent.parent.parent / "shared" / "interop" / "brat"
    if not folder.is_dir():
        pytest.skip("the real files of brat (../shared/interop/brat) are not on this machine")
    return folder


def folder_with(folder: Path, ann: str, text: str = TEXT, name: str = "uno") -> Path:
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(ann.encode())
    return folder


def read(folder: Path, ann: str, text: str = TEXT, **choices):
    return brat.read(folder_with(folder, ann, text), Choices(**choices))


def material(*spans: Span, text: str = TEXT, doc_id: str = "uno", **document) -> Material:
    spans = [dataclasses.replace(one, quote=text[one.start : one.end]) for one in spans]
    codes = list(dict.fromkeys(one.code for one in spans))
    coders = sorted({one.coder for one in spans if one.coder})
    return Material([Document(doc_id, text, **document)], spans, codes, coders)


def written(folder: Path, *spans: Span, **given) -> list[str]:
    assert brat.write(material(*spans, **given), folder) == []
    return (folder / "uno.ann").read_text("utf-8").split("\n")


def and_back(folder: Path, *spans: Span, **given) -> list[Span]:
    brat.write(material(*spans, **given), folder)
    return list(brat.read(folder, Choices()).spans)


def loaded_as_brat_does(file: Path) -> list[tuple[list[tuple[int, int]], str]]:
    """The lines T as brat's server takes them (annotation.py, TextAnnotations): read through codecs, which ends lines
    as ``str.splitlines`` does, and refused where the text after the second tab is not that of the fragments."""
    with codecs.open(str(file.with_suffix(".txt")), "r", encoding="utf8") as stream:
        text = stream.read()
    found = []
    with codecs.open(str(file), "r", encoding="utf8") as stream:
        for line in stream:
            name, rest = line.split("\t", 1)
            if not name.startswith("T"):
                continue
            data, quote = rest.split("\t", 1)
            kind, places = data.split(" ", 1)
            assert encode_type(decode(kind)) == kind
            pairs = [tuple(map(int, pair.split(" "))) for pair in places.split(";")]
            reference = " ".join(text[start:end] for start, end in pairs)
            assert quote[: len(reference)] == reference
            assert quote[len(reference) :].isspace()
            found.append((pairs, kind))
    return found


# --- names


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("human_voice", "human_voice"),
        ("voz humana", "voz_u0020_humana"),
        ("año", "a_u00F1_o"),
        ("a|b", "a_u007C_b"),
        ("😀", "_u1F600_"),
        ("_u00F1_", "_u005F_u00F1_"),
        ("ñu00F1_", "_u00F1_u00F1_"),
        ("---", "_u002D__u002D__u002D_"),
        ("", "_u_"),
        ("_u_", "_u005F_u_"),
    ],
)
def test_codes_become_types_and_come_back(code, kind):
    assert encode_type(code) == kind
    assert decode(kind) == code


@given(st.text(alphabet=st.sampled_from("_u0AF1é ñ😀-|5Dx")) | st.text(st.characters(exclude_categories=["Cs"])))
def test_every_code_and_value_comes_back(name):
    assert decode(encode_type(name)) == decode(encode_value(name)) == name
    assert set(encode_type(name)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert not set(encode_value(name)) & set(" ,|\t\n\r\x85\u2028")


@pytest.mark.parametrize("kind", ["_gt_N", "N_lt_", "v-fin", "_uXYZ_", "_uD800_", "_u110000_", "_u00f1_"])
def test_types_of_others_stay(kind):
    assert decode(kind) == kind


@pytest.mark.parametrize(
    ("text", "span", "fragments"),
    [
        ("uno dos", (0, 7), [(0, 7)]),
        ("uno\ndos", (0, 7), [(0, 3), (4, 7)]),
        ("uno  \n dos", (0, 10), [(0, 3), (7, 10)]),
        ("uno\tdos", (0, 7), [(0, 3), (4, 7)]),
        (" uno ", (0, 5), [(0, 5)]),
        ("\nuno\n", (0, 5), [(1, 4)]),
        ("a\u2028b\x85c", (0, 5), [(0, 1), (2, 3), (4, 5)]),
        ("a\r\nb", (0, 2), [(0, 1)]),
        ("\n \t", (0, 3), []),
    ],
)
def test_a_passage_over_several_lines_is_cut_where_brat_cuts_it(text, span, fragments):
    assert fragments_of(text, *span) == fragments


# --- reading


def test_spans_with_what_is_said_of_them(tmp_path):
    found = read(
        tmp_path,
        "T1\tvoz 0 6\tPerché\n"
        "A1\tNegation T1\n"
        "A2\tStance T1 endorses\n"
        "A3\tCoder T1 Ana_u0020_Núñez\n"
        "A4\tCertainty T1 L2\n"
        "M1\tSpeculation T1\n"
        "#1\tAnnotatorNotes T1\tno es seguro\n"
        "#2\tNormalisation T1\tperche\n",
    )
    (span,) = found.spans
    assert (span.code, span.quote, span.start, span.end) == ("voz", "Perché", 0, 6)
    assert (span.stance, span.coder, span.note, span.kind) == ("endorses", "Ana Núñez", "no es seguro", None)
    assert span.features == {
        "Negation": "true",
        "Certainty": "L2",
        "Speculation": "true",
        "Normalisation": "perche",
    }
    assert span.place == "uno.ann, line 1"
    assert (span.codebook, span.created, span.score) == (None, None, None)
    assert found.losses == []


def test_an_unknown_stance_or_kind_stays_what_the_file_says(tmp_path):
    (span,) = read(tmp_path, "T1\tvoz 0 6\tPerché\nA1\tStance T1 against\nA2\tKind T1 robot\n").spans
    assert (span.stance, span.kind) == (None, None)
    assert span.features == {"Stance": "against", "Kind": "robot"}


def test_an_attribute_whose_place_a_note_of_its_name_takes_is_a_loss(tmp_path):
    (tmp_path / "uno.txt").write_text("Hola", encoding="utf-8")
    (tmp_path / "uno.ann").write_text("T1\tX 0 4\tHola\nA1\tSure T1 yes\n#1\tSure T1\tno\n", encoding="utf-8")
    found = brat.read(tmp_path, Choices())
    assert [dict(span.features) for span in found.spans] == [{"Sure": "no"}]
    assert [(loss.kind, loss.field, loss.value) for loss in found.losses] == [("lost", "Sure", "yes")]


def test_what_is_said_may_stand_before_its_annotation(tmp_path):
    (span,) = read(tmp_path, "A1\tStance T1 breach\nT1\tvoz 0 6\tPerché\n").spans
    assert span.stance == "breach"


def test_a_passage_over_two_lines_is_one(tmp_path):
    (span,) = read(tmp_path, "T1\tvoz 16 26;27 32\tvoz humana habla\n").spans
    assert (span.start, span.end, span.quote) == (16, 32, "voz humana\nhabla")


def test_parts_with_other_text_between_them_are_several_with_a_loss(tmp_path):
    found = read(tmp_path, "T1\tvoz 13 15;16 19;40 42\tLa voz El\nA1\tStance T1 breach\n")
    assert [(one.start, one.end, one.quote, one.stance) for one in found.spans] == [
        (13, 15, "La", "breach"),
        (16, 19, "voz", "breach"),
        (40, 42, "El", "breach"),
    ]
    (loss,) = found.losses
    assert (loss.kind, loss.field, loss.place) == ("changed", "annotation", "uno.ann, line 1")
    assert "3 parts" in loss.reason


def test_parts_as_brat_wrote_them_before_1_3(tmp_path):
    found = read(tmp_path, "T1\tvoz 13 15;40 42\tLaEl\n")
    assert [one.quote for one in found.spans] == ["La", "El"]


@pytest.mark.parametrize(
    ("line", "kind", "field"),
    [
        ("R1\tSUBJ Arg1:T1 Arg2:T1", "lost", "relation"),
        ("E1\tvoz:T1 Theme:T1", "lost", "event"),
        ("*\tEquiv T1 T1", "lost", "equivalence"),
        ("N1\tReference T1 Wikipedia:534366\tPerché", "lost", "normalization"),
        ("T2\tvoz 3 3\t", "lost", "annotation"),
        ("T2\tvoz x 3\tPer", "refused", "annotation"),
        ("T2\tvoz 1.0 3\tPer", "refused", "annotation"),
        ("T2\tvoz -1 3\tPer", "refused", "annotation"),
        ("T2\tvoz 3 0\tPer", "refused", "annotation"),
        ("T2\tvoz 99999999999999999999 3\tPer", "refused", "annotation"),
        ("T2\tvoz 0 3;2 5\tPer rch", "refused", "annotation"),
        ("T2\tvoz 0 3;900 905\tPer rch", "refused", "annotation"),
        ("T2\tvoz 0 2;4 6\tXX YY", "refused", "annotation"),
        ("T1\tvoz 0 3\tPer", "refused", "annotation"),
        ("T2 voz 0 3 Per", "refused", "annotation"),
        ("Z1\tvoz 0 3\tPer", "refused", "annotation"),
        ("A1\tStance T9 breach", "refused", "attribute"),
        ("A1\tStance", "refused", "attribute"),
        ("#1\tAnnotatorNotes T9\tnota", "refused", "note"),
    ],
)
def test_what_has_no_place_or_no_sense_is_a_loss_with_its_place(tmp_path, line, kind, field):
    found = read(tmp_path, f"T1\tvoz 0 6\tPerché\n{line}\n")
    assert [(one.kind, one.field, one.place) for one in found.losses] == [(kind, field, "uno.ann, line 2")]
    assert [one.quote for one in found.spans] == ["Perché"]


@pytest.mark.parametrize(
    ("note", "field"),
    [
        ("{", "note"),
        ("[" * 9000, "note"),
        ('{"created": "\\ud800"}', "note"),
        ('{"score": "0.5"}', "score"),
        ('{"score": true}', "score"),
        ('{"score": NaN}', "score"),
        ('{"score": 7}', "score"),
        ('{"created": 7}', "created"),
    ],
)
def test_our_own_note_is_not_believed_blindly(tmp_path, note, field):
    found = read(tmp_path, f"T1\tvoz 0 6\tPerché\n#1\tToolkit T1\t{note}\n")
    assert [(one.kind, one.field, one.place) for one in found.losses] == [("refused", field, "uno.ann, line 1")]
    assert [(one.quote, one.score, one.created) for one in found.spans] == [("Perché", None, None)]


def test_notes_and_attributes_of_relations_are_lost_and_not_refused(tmp_path):
    ann = "T1\tvoz 0 6\tPerché\nR1\tX Arg1:T1 Arg2:T1\nA1\tNegation R1\n#1\tAnnotatorNotes R1\tbien\n"
    assert [(one.kind, one.field) for one in read(tmp_path, ann).losses] == [
        ("lost", "relation"),
        ("lost", "attribute"),
        ("lost", "note"),
    ]


@pytest.mark.parametrize(
    ("ann", "text", "unit"),
    [
        ("T1\tvoz 2 5\tvoz\n", "😀 voz\r\nfin", "codepoint"),
        ("T1\tvoz 3 6\tvoz\n", "😀 voz\r\nfin", "utf16"),
        ("T1\tvoz 2 5\tfin\n", "a\r\nfin", "codepoint/lf"),
        ("T1\tvoz 6 9\tfin\n", "😀😀a\r\nfin", "utf16/lf"),
        ("T1\tvoz 0 3\tvoz\n", "voz", "codepoint"),
    ],
)
def test_quotes_decide_what_is_counted(tmp_path, ann, text, unit):
    found = read(tmp_path, ann, text)
    assert found.units == (unit,)
    assert found.losses == []


def test_the_text_keeps_every_byte(tmp_path):
    text = "\ufeffuno\r\ndos\rtres\x85\u2028\x00 "
    found = read(tmp_path, "", text)
    assert found.documents[0].text == text
    assert found.spans == []


def test_only_the_codes_asked_for(tmp_path):
    ann = "T1\tvoz 0 6\tPerché\nT2\ta_u00F1_o 7 9\tno\n"
    assert [one.code for one in read(tmp_path, ann, layers=("año",)).spans] == ["año"]


def test_a_text_that_is_not_there_is_asked_for(tmp_path):
    (tmp_path / "uno.ann").write_text("T1\tvoz 0 6\tPerché\n", "utf-8")
    with pytest.raises(InputError, match=r"uno\.txt is not beside it: 1 annotations"):
        brat.read(tmp_path, Choices())
    assert len(brat.read(tmp_path / "uno.ann", Choices(texts={"uno": TEXT})).spans) == 1
    found = brat.read(folder_with(tmp_path, "T1\tvoz 0 6\tPerché\n", name="dos"), Choices())
    assert [one.doc_id for one in found.documents] == ["dos"]
    assert [(one.kind, one.field, one.doc_id) for one in found.losses] == [("refused", "document", "uno")]


def test_texts_outside_the_folder_are_not_followed(tmp_path):
    (tmp_path / "secreto.txt").write_text("otra cosa", "utf-8")
    inside = tmp_path / "dentro"
    inside.mkdir()
    (inside / "uno.ann").write_text("", "utf-8")
    (inside / "uno.txt").symlink_to(tmp_path / "secreto.txt")
    with pytest.raises(InputError, match="is not beside it"):
        brat.read(inside, Choices())


def test_bytes_that_are_no_utf_8_are_refused_with_their_line(tmp_path):
    (tmp_path / "uno.txt").write_bytes(b"bien\nma\xf1ana")
    (tmp_path / "uno.ann").write_bytes(b"")
    with pytest.raises(InputError, match=r"uno\.txt, line 2: not UTF-8"):
        brat.read(tmp_path, Choices())


@pytest.mark.parametrize(
    ("name", "head", "is_brat"),
    [
        ("a.ann", b"T1\tvoz 0 3\tvoz", True),
        ("a.ann", b"", True),
        ("a.ANN", b"\n#1\tAnnotatorNotes T1\tx", True),
        ("a.ann", b"*\tEquiv T1 T2", True),
        ("a.ann", b'{"a": 1}', False),
        ("a.txt", b"T1\tvoz 0 3\tvoz", False),
    ],
)
def test_recognise(name, head, is_brat):
    assert brat.recognise(Path(name), head) is is_brat


# --- writing


def test_what_brat_shows_is_what_brat_has_a_place_for(tmp_path):
    span = Span(
        "uno", 0, 6, "voz", stance="endorses", coder="Ana Núñez", kind="human", note="no es seguro", score=0.1 + 0.2,
        features={"Negation": "true", "Tono": "frío", "texto libre": "a b"},
    )  # fmt: skip
    *lines, last = written(tmp_path, span)
    assert lines == [
        "T1\tvoz 0 6\tPerché",
        "A1\tStance T1 endorses",
        "A2\tCoder T1 Ana_u0020_Núñez",
        "A3\tKind T1 human",
        "A4\tNegation T1",
        "A5\tTono T1 frío",
        "#1\tAnnotatorNotes T1\tno es seguro",
        '#2\tToolkit T1\t{"score": 0.30000000000000004, "features": {"texto libre": "a b"}}',
    ]
    assert last == ""
    conf = (tmp_path / "annotation.conf").read_text("utf-8").split("\n")
    assert "Stance\tArg:<ENTITY>, Value:endorses|breach|rejects|mentions" in conf
    assert "Coder\tArg:<ENTITY>, Value:Ana_u0020_Núñez" in conf
    assert "Negation\tArg:<ENTITY>" in conf
    assert [line for line in conf if line.startswith("[")] == ["[entities]", "[relations]", "[events]", "[attributes]"]


def test_names_of_codes_are_shown_by_visual_conf(tmp_path):
    written(tmp_path, Span("uno", 0, 6, "año | 1"))
    assert "a_u00F1_o_u0020__u007C__u0020_1 | año   1\n" in (tmp_path / "visual.conf").read_text("utf-8")


def test_what_a_person_changed_in_brat_stands_above_what_we_noted(tmp_path):
    written(tmp_path, Span("uno", 7, 33, "voz", note="uno\ndos"), Span("uno", 10, 27, "voz"))
    file = tmp_path / "uno.ann"
    lines = file.read_text("utf-8")
    assert '"note": "uno\\ndos"' in lines
    assert '"span": [10, 27]' in lines
    file.write_text(lines.replace("AnnotatorNotes T1\tuno dos", "AnnotatorNotes T1\ttres")
                    .replace("T2\tvoz 10 26\t 😀 La voz humana", "T2\tvoz 13 26\tLa voz humana"), "utf-8")  # fmt: skip
    first, second = brat.read(tmp_path, Choices()).spans
    assert first.note == "tres"
    assert (second.start, second.end) == (13, 26)


def test_a_note_deleted_in_brat_is_gone(tmp_path):
    lines = written(tmp_path, Span("uno", 0, 6, "voz", note=" nota "))
    (tmp_path / "uno.ann").write_text("\n".join(one for one in lines if "AnnotatorNotes" not in one), "utf-8")
    assert brat.read(tmp_path, Choices()).spans[0].note is None


def test_nothing_but_line_ends_cannot_be_said_in_brat(tmp_path):
    (loss,) = brat.write(material(Span("uno", 26, 27, "voz", coder="ana")), tmp_path)
    assert (loss.kind, loss.field, loss.start, loss.end, loss.coder) == ("lost", "annotation", 26, 27, "ana")
    assert (tmp_path / "uno.ann").read_bytes() == b""


def test_folders_are_not_called_like_files(tmp_path):
    ids = ["a", "a.txt/b", "annotation.conf/c", "documents.jsonl/d"]
    documents = [Document(one, one, lang="es") for one in ids]
    brat.write(Material(documents, [], [], []), tmp_path)
    found = brat.read(tmp_path, Choices())
    assert [(one.doc_id, one.text, one.lang) for one in found.documents] == [(one, one, "es") for one in ids]


def test_language_and_title_of_documents(tmp_path):
    brat.write(material(lang="es", title="Título\n\u2028uno"), tmp_path)
    (document,) = brat.read(tmp_path, Choices()).documents
    assert (document.lang, document.title) == ("es", "Título\n\u2028uno")
    (tmp_path / "documents.jsonl").write_text('{"doc_id": "uno", "lang": 7}\n[\n', "utf-8")
    found = brat.read(tmp_path, Choices())
    assert found.documents[0].lang is None
    assert [one.place for one in found.losses] == ["documents.jsonl, line 1", "documents.jsonl, line 2"]


@settings(max_examples=40, deadline=None)
@given(samples())
def test_brat_loads_what_we_write(sample):
    with tempfile.TemporaryDirectory() as folder:
        given, losses, _ = through_format("brat", sample, Path(folder))
        files = list(Path(folder).rglob("*.ann"))
        assert sum(len(loaded_as_brat_does(file)) for file in files) == len(given.spans) - len(losses)


@settings(max_examples=40, deadline=None)
@given(samples())
def test_identical_up_to_the_losses(sample):
    given, losses, found = through_format("brat", sample)
    assert found.losses == []
    same_up_to([*losses, *columns_lost(FORMATS["brat"], given)], sample, sample_of_found(found, given))


# --- real files

#: Spans, and lines that have no place (events or relations), counted in the files by their first letters.
REAL = {
    "PMID-11393792": (12, 2),
    "PMID-1590827": (15, 6),
    "PMID-16583246": (30, 6),
    "esp.train-doc-100": (75, 0),
    "esp.train-doc-29": (13, 0),
    "esp.train-doc-46": (104, 0),
    "esp.train-doc-896": (57, 0),
    "esp.train-doc-978": (43, 0),
    "portuguese_bosque_train.conll-doc-12": (111, 101),
    "portuguese_bosque_train.conll-doc-227": (159, 149),
}


def test_real_files_are_read_and_every_slice_is_the_quote(real):
    found = brat.read(real, Choices())
    texts = {one.doc_id: one.text for one in found.documents}
    assert found.units == ("codepoint",)
    spans = dict.fromkeys(texts, 0)
    for span in found.spans:
        assert texts[span.doc_id][span.start : span.end] == span.quote
        spans[span.doc_id] += 1
    losses = {name: sum(str(one.place).startswith(f"{name}.ann,") for one in found.losses) for name in texts}
    assert {name: (spans[name], losses[name]) for name in texts} == REAL
    assert {one.field for one in found.losses} == {"relation", "event"}
    assert {one.kind for one in found.losses} == {"lost"}
    quotes = {(span.doc_id, span.start): (span.code, span.quote) for span in found.spans}
    assert quotes["esp.train-doc-29", 1081] == ("PER", "Antonio Machado")
    assert quotes["PMID-11393792", 1323] == ("Hydroxylation", "overhydroxylated")
    assert quotes["portuguese_bosque_train.conll-doc-12", 27] == ("n", "questão")


def test_real_files_go_out_as_they_came_in(real, tmp_path):
    found = brat.read(real, Choices())
    spans = sorted(found.spans, key=lambda one: (one.doc_id, one.start, one.end, one.code))
    codes = sorted({one.code for one in spans})
    assert brat.write(Material(found.documents, spans, codes, []), tmp_path) == []
    for name in REAL:
        assert (tmp_path / f"{name}.txt").read_bytes() == (real / f"{name}.txt").read_bytes()
        ours, theirs = (
            sorted(line.split("\t", 1)[1] for line in file.read_text("utf-8").splitlines() if line.startswith("T"))
            for file in (tmp_path / f"{name}.ann", real / f"{name}.ann")
        )
        assert ours == theirs


# --- damage and speed


def test_damaged_files_give_losses_or_one_sentence(tmp_path):
    span = Span("uno", 7, 33, "año 1", stance="breach", coder="ana", note="a\nb", score=0.5, features={"x": "y z"})
    brat.write(material(span, Span("uno", 0, 6, "voz"), lang="es"), tmp_path)
    file = tmp_path / "uno.ann"
    good, pick = file.read_bytes(), random.Random(8)
    pieces = [b"\t", b"\n", b";", b" ", b"-1", b"9" * 30, b"\xff", b"T1", b"#1", b"{", b"[" * 900, b"null", b"\x00"]
    for _ in range(400):
        data = bytearray(good)
        for _ in range(pick.randint(1, 4)):
            at = pick.randrange(len(data))
            data[at : at + pick.choice([0, 1, 5])] = pick.choice(pieces)
        file.write_bytes(bytes(data))
        try:
            found = brat.read(tmp_path, Choices())
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert all(isinstance(one.start, int) and one.start < one.end for one in found.spans)


def test_ten_thousand_annotations_in_seconds(tmp_path):
    pick = random.Random(1)
    documents, spans = [], []
    for number in range(200):
        text = "".join(pick.choice(["La voz humana 😀 habla.\r\n", "Ñandú y más. ", "a\tb "]) for _ in range(200))[
            :3000
        ]
        documents.append(Document(f"es/{number:03}", text, "es"))
        starts = sorted(pick.randrange(len(text) - 60) for _ in range(50))
        spans += [
            Span(f"es/{number:03}", at, at + 50, "voz", text[at : at + 50], coder="ana", score=0.5) for at in starts
        ]
    start = time.perf_counter()
    assert brat.write(Material(documents, spans, ["voz"], ["ana"]), tmp_path) == []
    found = brat.read(tmp_path, Choices())
    assert time.perf_counter() - start < 10
    assert [dataclasses.replace(one, place="") for one in found.spans] == spans


def test_own_fields_are_bit_for_bit(tmp_path):
    span = Span(
        "uno", 10, 27, "voz", codebook="cluetrain", codebook_version="1.10", stance="rejects", coder="",
        kind="machine", score=1 / 3, evidence="a\tb", created="ayer", note="  uno\r\n dos\u2028 ",
        features={"stance": "x", "Coder": "y", "ñ": "", "a": "\x00"},
    )  # fmt: skip
    (back,) = and_back(tmp_path, span)
    assert dataclasses.replace(back, place="", quote=None) == span
    assert json.loads((tmp_path / "uno.ann").read_text("utf-8").rsplit("\t", 1)[1])["span"] == [10, 27]
