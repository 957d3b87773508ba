"""REFI-QDA projects and codebooks: written by us and read back, written by others and read, and what is left behind."""

import re
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from exchange_material import material_of, sample_of, samples, through_format
from hypothesis import HealthCheck, given, settings
from lxml import etree

from toolkit.codebook import codebook_names, load_codebook
from toolkit.errors import InputError
from toolkit.exchange.codebooks import qdc
from toolkit.exchange.codebooks.draft import CodebookDraft, CodeDraft, GroupDraft, StanceDraft, draft_of
from toolkit.exchange.formats import refi_qda
from toolkit.exchange.formats.refi_qda.fields import comment_of, split_comment
from toolkit.exchange.model import Choices
from toolkit.exchange.offsets import Offsets

SPACE = "urn:QDA-XML:project:1.0"
ANA, LUIS = "11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"
VOICE, TRUST = "22222222-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
TEXT = "¡Olé! 😀 la voz\r\nhumana no engaña\r\ny se nota"


@pytest.fixture(scope="session")
def interop(seeds):
    folder = seeds.parent / "interop" / "refi_qda"
    if not folder.is_dir():
        pytest.skip("the files of other programs (../shared/interop) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def project_schema(interop):
    return etree.XMLSchema(etree.parse(interop / "Project.xsd"))


@pytest.fixture(scope="session")
def codebook_schema(interop):
    """The schema of codebooks, which is only printed: section 5.2 of the specification, pages 11 and 12."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf reads the specification")
    pages = pypdf.PdfReader(interop / "REFI-QDA-1-5.pdf").pages
    text = pages[10].extract_text() + pages[11].extract_text()
    text = text[text.index("<?xml") : text.index("</xsd:schema>")] + "</xsd:schema>"
    # the words of figure 3 stand between the two pages' halves of the schema
    text = text[: text.index("Code\n- GUID")] + text[text.index('   <xsd:element name="Sets"') :]
    return etree.XMLSchema(etree.fromstring(text.replace("-\n", "-").encode()))


def project(sources, *, origin="", more="", codes=None, texts=None, folder="sources"):
    """The bytes of a project.qde and its texts, as other programs write them."""
    codes = codes or (
        f'<Code guid="{VOICE}" name="voz humana" isCodable="true" color="#F00"/>'
        f'<Code guid="{{{TRUST.upper()}}}" name="confianza" isCodable="true"><Description>fe</Description></Code>'
    )
    qde = (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{SPACE}" name="p" origin="{origin}">'
        f'<Users><User guid="{ANA}" name="ana"/><User guid="{LUIS}" id="luis"/></Users>'
        f"<CodeBook><Codes>{codes}</Codes></CodeBook><Sources>{sources}</Sources>{more}</Project>"
    )
    return {"project.qde": qde.encode()} | {f"{folder}/{name}": text for name, text in (texts or {}).items()}


def packed(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def source(*selections, name="uno.txt", path="internal://t1.txt"):
    return (
        f'<TextSource guid="33333333-0000-4000-8000-000000000001" name="{name}" plainTextPath="{path}">'
        + "".join(selections)
        + "</TextSource>"
    )


def selection(start, end, *codes, name="", about="", user=ANA, guid="44444444-0000-4000-8000-000000000001", more=""):
    codings = "".join(
        f'<Coding guid="55555555-0000-4000-8000-{number:012}" creatingUser="{user}">'
        f'<CodeRef targetGUID="{code}"/></Coding>'
        for number, code in enumerate(codes)
    )
    about = f"<Description>{about}</Description>" if about else ""
    return (
        f'<PlainTextSelection guid="{guid}" name="{name}" startPosition="{start}" endPosition="{end}"'
        f' creationDateTime="2019-06-07T03:36:36Z">{about}{codings}{more}</PlainTextSelection>'
    )


def read(tmp_path, sources, *, text=TEXT, **more):
    texts = {"t1.txt": text.encode()} if isinstance(text, str) else text
    return refi_qda.read(packed(tmp_path / "p.qdpx", project(sources, texts=texts, **more)), Choices())


def quotes(found):
    """The text at each annotation."""
    held = {one.doc_id: one.text for one in found.documents}
    (unit,) = found.units
    offsets = {doc_id: Offsets(text, unit) for doc_id, text in held.items()}
    return [
        held[one.doc_id][offsets[one.doc_id].to_points(one.start) : offsets[one.doc_id].to_points(one.end)]
        for one in found.spans
    ]


def losses(found):
    return [(one.kind, one.field) for one in found.losses]


# ---- ours, there and back -------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(samples())
def test_everything_comes_back_and_nothing_is_lost(sample):
    _, lost, found = through_format("refi-qda", sample)
    assert (lost, list(found.losses)) == ([], [])


def nasty():
    posts = [
        {"doc_id": "es/uno: dos", "text": TEXT, "lang": "es", "title": "Título"},
        {"doc_id": "vacío", "text": "", "lang": None, "title": " \n"},
        {"doc_id": "a\x00\nb", "text": "\ufeffuno\x00\rdos\u2028", "lang": "", "title": "a\x1bb"},
    ]
    rows = [
        {"start": 6, "end": 14, "code": "human_voice", "stance": "breach", "created": "2026-11-22T02:09:47Z"},
        {"start": 6, "end": 14, "code": "human_voice", "coder": "modelo", "kind": "machine", "score": 0.1 + 0.2},
        {
            "start": 6,
            "end": 14,
            "code": "human_voice",
            "coder": "luis",
            "note": "¿Seguro?\nSí.",
            "evidence": "voz\nalta",
        },
        {"start": 0, "end": 1, "code": "x\x00", "coder": " luis", "note": " \r", "created": "2026-02-30T00:00:00Z"},
        {"start": 0, "end": 5, "code": "listening", "note": "[cluetrain-toolkit]\nscore: 1"},
        {"start": 0, "end": 5, "code": "endorses", "feature_name": "mi cita", "feature_a: b": "\\n \\u0020"},
        {"start": 0, "end": 5, "code": "endorses", "feature_name": "x" * 95 + "…"},
    ]
    rows = [{"doc_id": "es/uno: dos", "codebook": "cluetrain", "codebook_version": "1.10", **row} for row in rows]
    rows += [rows[0], {"doc_id": "a\x00\nb", "start": 0, "end": 9, "code": "human_voice"}]
    return sample_of(posts, rows)


def test_what_xml_and_qda_programs_would_change_comes_back():
    _, lost, found = through_format("refi-qda", nasty())
    assert (len(found.spans), lost, list(found.losses)) == (9, [], [])
    assert [one.features.get("name") for one in found.spans if one.features] == ["mi cita", "x" * 95 + "…"]


@pytest.mark.parametrize("codebook", [None, "cluetrain", "engagement_phases"])
def test_the_project_validates_and_is_the_same_each_time(tmp_path, project_schema, codebook):
    book = load_codebook(codebook) if codebook else None
    material = material_of(nasty(), codebook=book, title="a\x00b")
    for name in ("one.qdpx", "two.qdpx"):
        assert refi_qda.write(material, tmp_path / name) == []
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.qdpx") as archive:
        root = etree.fromstring(archive.read("project.qde"))
        assert project_schema.validate(root), project_schema.error_log
        names = {f"internal://{name.removeprefix('sources/')}" for name in archive.namelist()[1:]}
    assert names == {one.get("plainTextPath") for one in root.iter("{*}TextSource")}
    guids = [one.get("guid") for one in root.iter() if one.get("guid")]
    assert len(set(guids)) == len(guids)
    codes = [one.get("name") for one in root.iter("{*}Code") if one.get("isCodable") == "true"]
    assert set(codes) == {*material.codes, "breach", *(book.code_ids if book else ())} - {"x\x00"} | {"x\ufffd"}
    folders = {one.get("name") for one in root.iter("{*}Code") if one.get("isCodable") == "false"}
    assert folders == {"stance", *(group.id for group in book.groups)} if book else {"stance"}
    assert refi_qda.read(tmp_path / "one.qdpx", Choices()).spans


def test_what_a_person_sees_in_another_program(tmp_path):
    refi_qda.write(material_of(nasty(), codebook=load_codebook("cluetrain")), tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        root = etree.fromstring(archive.read("project.qde"))
    codes = {one.get("guid"): one for one in root.iter("{*}Code")}
    shown = [
        ([codes[ref.get("targetGUID")].get("name") for ref in one.iter("{*}CodeRef")], one.findtext("{*}Description"))
        for one in root.iter("{*}PlainTextSelection")
        if one.get("startPosition") == "6"
    ]
    comment = "¿Seguro?\nSí.\n\n[cluetrain-toolkit]\ncode: human_voice\ncoder: luis\nevidence: voz\\nalta"
    assert (["human_voice", "breach"], None) in shown
    assert (["human_voice"], comment) in shown
    about = next(one for one in codes.values() if one.get("name") == "human_voice").findtext("{*}Description")
    assert about.startswith("Voz humana\n"), "the codebook in the commonest language of the texts"


def test_what_no_program_may_give_back_is_refused_and_the_row_stays(tmp_path):
    lines = "[cluetrain-toolkit]\nscore: mucho\nkind: robot\nstance: tibio\ntono: alto"
    found = read(tmp_path, source(selection(0, 5, VOICE, about=lines)))
    assert losses(found)[:3] == [("refused", "score"), ("refused", "kind"), ("refused", "stance")]
    (span,) = found.spans
    assert (span.score, span.kind, span.stance, span.features) == (None, None, None, {"tono": "alto"})


# ---- ours, after a person worked on it in another program -----------------------------------------------------------


def changed(path, change):
    """The project again with ``change`` done to its XML."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    root = etree.fromstring(members["project.qde"])
    change(root)
    return packed(path.with_name("changed.qdpx"), members | {"project.qde": etree.tostring(root)})


def written(tmp_path, rows, text="La voz humana no engaña"):
    """A project with our annotations of one text, by ana unless a row says otherwise."""
    rows = [{"doc_id": "uno", "start": 0, "end": 6, "code": "voz", "coder": "ana", **row} for row in rows]
    refi_qda.write(material_of(sample_of([{"doc_id": "uno", "text": text}], rows)), tmp_path / "ours.qdpx")
    return tmp_path / "ours.qdpx"


def guid(root, kind, name):
    return next(one.get("guid") for one in root.iter(f"{{*}}{kind}") if one.get("name") == name)


def as_qualcoder(root, once=True):
    """What QualCoder makes of a project (refi.py: load_codings_for_text, text_selection_xml): a selection of every
    coding, each with the comment; new GUIDs; ``once``: one coding for a code, place and user (its table code_text)."""
    new = Counter()

    def fresh():
        new["guid"] += 1
        return f"99999999-0000-4000-8000-{new['guid']:012}"

    renewed = {one.get("guid"): fresh() for one in root.iter("{*}Code", "{*}User")}
    for one in root.iter("{*}Code", "{*}User"):
        one.set("guid", renewed[one.get("guid")])
    for text in root.iter("{*}TextSource"):
        seen = set()
        for old in text.findall("{*}PlainTextSelection"):
            user = renewed[old.get("creatingUser")]
            for coding in old.findall("{*}Coding"):
                code = renewed[coding.find("{*}CodeRef").get("targetGUID")]
                key = (code, user, old.get("startPosition"), old.get("endPosition"))
                if once and key in seen:
                    continue
                seen.add(key)
                made = etree.SubElement(text, old.tag, dict(old.attrib, guid=fresh(), creatingUser=user))
                if old.find("{*}Description") is not None:
                    etree.SubElement(made, f"{{{SPACE}}}Description").text = old.findtext("{*}Description")
                inner = etree.SubElement(made, coding.tag, guid=fresh(), creatingUser=user)
                etree.SubElement(inner, f"{{{SPACE}}}CodeRef", targetGUID=code)
            text.remove(old)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(samples())
def test_codings_taken_apart_find_their_stances_again(sample):
    with tempfile.TemporaryDirectory() as folder:
        material = material_of(sample)
        refi_qda.write(material, Path(folder) / "ours.qdpx")
        found = refi_qda.read(changed(Path(folder) / "ours.qdpx", lambda root: as_qualcoder(root, False)), Choices())
    names = ("doc_id", "start", "end", "code", "coder", "stance", "kind", "score", "evidence", "note")
    before, after = (
        Counter(tuple(getattr(one, name) for name in names) for one in side) for side in (material.spans, found.spans)
    )
    assert (before, list(found.losses)) == (after, [])


def test_stances_of_several_codes_at_one_place_after_qualcoder(tmp_path):
    rows = [
        {"stance": "endorses"}, {"code": "trato", "stance": "breach"}, {"code": "x"},
        {"coder": "luis", "stance": "breach"}, {"coder": "luis", "code": "x", "stance": "breach"},
    ]  # fmt: skip
    found = refi_qda.read(changed(written(tmp_path, rows), as_qualcoder), Choices())
    assert sorted((one.coder, one.code, one.stance) for one in found.spans if one.code != "x") == [
        ("ana", "trato", "breach"), ("ana", "voz", "endorses"), ("luis", "voz", "breach")
    ]  # fmt: skip
    assert {(one.coder, one.stance) for one in found.spans if one.code == "x"} == {("ana", None), ("luis", "breach")}
    assert losses(found) == []


def test_a_stance_that_cannot_be_told_after_qualcoder_is_reported(tmp_path):
    # the same code twice: QualCoder keeps one of them, and both stances
    found = refi_qda.read(
        changed(written(tmp_path, [{"stance": "breach"}, {"stance": "endorses"}]), as_qualcoder), Choices()
    )
    (span,) = found.spans
    (loss,) = found.losses
    assert {span.stance, loss.value} == {"breach", "endorses"}
    assert (loss.kind, loss.field, loss.doc_id, loss.coder) == ("lost", "stance", "uno", "ana")


def test_a_stance_is_what_its_coding_says_and_not_the_line(tmp_path):
    path = written(tmp_path, [{"stance": "endorses"}, {"code": "x", "stance": "breach"}])

    def other(root):
        for ref in root.iter("{*}CodeRef"):
            if ref.get("targetGUID") == guid(root, "Code", "endorses"):
                ref.set("targetGUID", guid(root, "Code", "breach"))

    def none(root):
        for ref in list(root.iter("{*}CodeRef")):
            if ref.get("targetGUID") == guid(root, "Code", "endorses"):
                ref.getparent().getparent().remove(ref.getparent())

    found = refi_qda.read(changed(path, other), Choices())
    assert ([one.stance for one in found.spans], losses(found)) == (["breach", "breach"], [])
    found = refi_qda.read(changed(path, none), Choices())
    assert ({one.code: one.stance for one in found.spans}, losses(found)) == (
        {"voz": None, "x": "breach"}, [("lost", "stance")]
    )  # fmt: skip


MACHINE = {"coder": "modelo", "kind": "machine", "score": 0.9, "evidence": "porque", "note": "¿?"}


@pytest.mark.parametrize("way", ["as it is", "QualCoder"])
@pytest.mark.parametrize("code", ["voz", "trato"])
def test_a_code_that_a_person_adds_to_a_machines_selection_is_the_persons(tmp_path, code, way):
    path = written(tmp_path, [MACHINE, {"start": 7, "end": 13, "code": "trato", "coder": "luis"}])

    def add(root):
        chosen = next(root.iter("{*}PlainTextSelection"))
        user = guid(root, "User", "luis")
        coding = etree.SubElement(chosen, f"{{{SPACE}}}Coding", guid=LUIS, creatingUser=user)
        etree.SubElement(coding, f"{{{SPACE}}}CodeRef", targetGUID=guid(root, "Code", code))
        for one in root.iter("{*}Code", "{*}User") if way == "QualCoder" else ():
            old = one.get("guid")
            for other in root.iter():
                for name, value in other.items():
                    other.set(name, value.replace(old, old[::-1]))

    found = refi_qda.read(changed(path, add), Choices())
    got = [(one.code, one.coder, one.kind, one.score, one.evidence) for one in found.spans if one.start == 0]
    assert got == [("voz", "modelo", "machine", 0.9, "porque"), (code, "luis", "human", None, None)]
    assert losses(found) == []


@pytest.mark.parametrize(("code", "coder"), [("trato", "luis"), ("voz", "luis"), ("trato", "modelo")])
def test_a_code_that_a_person_puts_in_a_machines_place_is_not_the_machines(tmp_path, code, coder):
    path = written(tmp_path, [MACHINE, {"start": 7, "end": 13, "code": "trato", "coder": "luis"}])

    def replace(root):
        coding = next(root.iter("{*}Coding"))
        coding.set("creatingUser", guid(root, "User", coder))
        coding[0].set("targetGUID", guid(root, "Code", code))

    found = refi_qda.read(changed(path, replace), Choices())
    one = found.spans[0]
    assert (one.code, one.coder, one.kind, one.score, one.evidence) == (code, coder, "human", None, None)
    assert [(loss.kind, loss.field) for loss in found.losses] == [("changed", "annotation")]
    assert "score: 0.9" in found.losses[0].value


def test_a_machines_coding_stays_so_when_its_code_or_user_is_called_otherwise(tmp_path):
    def rename(root):
        for one in root.iter("{*}Code", "{*}User"):
            one.set("name", one.get("name").upper() + " 2")

    (span,) = refi_qda.read(changed(written(tmp_path, [MACHINE | {"code": " raro"}]), rename), Choices()).spans
    assert (span.code, span.coder, span.kind, span.score) == (" RARO 2", "MODELO 2", "machine", 0.9)


def test_a_name_that_xml_would_change_holds_until_a_person_changes_it(tmp_path):
    path = written(
        tmp_path, [{"code": " raro", "coder": "ana\x00 "}, {"start": 7, "end": 13, "code": "otro", "coder": "luis"}]
    )

    def trim(root):
        for one in root.iter("{*}Code", "{*}User"):
            one.set("name", one.get("name").strip())

    def put(root):
        coding = next(root.iter("{*}Coding"))
        coding.set("creatingUser", guid(root, "User", "luis"))
        coding[0].set("targetGUID", guid(root, "Code", "otro"))

    first = refi_qda.read(changed(path, trim), Choices()).spans[0]
    assert (first.code, first.coder) == (" raro", "ana\x00 ")
    found = refi_qda.read(changed(path, put), Choices())
    assert ((found.spans[0].code, found.spans[0].coder), losses(found)) == (("otro", "luis"), [])


def test_a_note_written_above_our_lines_stays(tmp_path):
    def write(root):
        about = next(root.iter("{*}PlainTextSelection"))[0]
        about.text = "nuevo\n\n" + about.text

    (span,) = refi_qda.read(changed(written(tmp_path, [{"note": " viejo"}]), write), Choices()).spans
    assert span.note == " viejo\nnuevo"


LONG = " ".join(f"palabra{number}" for number in range(60))


@pytest.mark.parametrize(
    ("others", "moved", "kinds"),
    [(2, 1, ["changed"]), (0, 1, ["changed"]), (2, 3, ["refused"]), (1, 2, ["refused"])],
)
def test_a_long_selection_that_was_moved_is_read_unless_most_of_its_document_disagree(tmp_path, others, moved, kinds):
    rows = [{"start": 9, "end": 200}] + [
        {"start": 20 + 9 * one, "end": 28 + 9 * one, "code": "x"} for one in range(others)
    ]

    def move(root):
        for one in list(root.iter("{*}PlainTextSelection"))[:moved]:
            for name in ("startPosition", "endPosition"):
                one.set(name, str(int(one.get(name)) + 5))

    found = refi_qda.read(changed(written(tmp_path, rows, LONG), move), Choices())
    assert [one.kind for one in found.losses] == kinds
    long = [one for one in found.spans if one.code == "voz"]
    assert [(one.start, one.end, one.features) for one in long] == ([(14, 205, {})] if kinds == ["changed"] else [])


def test_one_moved_selection_in_each_of_many_documents_is_no_work_of_a_person(tmp_path):
    posts = [{"doc_id": f"p{number}", "text": LONG} for number in range(3)]
    rows = [{"doc_id": one["doc_id"], "start": 9, "end": 200, "code": "voz", "coder": "ana"} for one in posts]
    refi_qda.write(material_of(sample_of(posts, rows)), tmp_path / "ours.qdpx")

    def move(root):
        for one in root.iter("{*}PlainTextSelection"):
            one.set("startPosition", "10")

    found = refi_qda.read(changed(tmp_path / "ours.qdpx", move), Choices())
    assert (list(found.spans), losses(found)) == ([], [("refused", "annotation")] * 3)


@pytest.mark.parametrize(("text", "said"), [("uno\r\ndos", True), ("uno\ndos", False)])
def test_a_project_says_how_it_counts_line_ends(tmp_path, text, said):
    with zipfile.ZipFile(written(tmp_path, [{}], text)) as archive:
        root = etree.fromstring(archive.read("project.qde"))
    assert ("ATLAS.ti counts one" in root.findtext("{*}Description")) is said


# ---- the lines in comments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [str, lambda text: text.replace("\n", "\r\n"), lambda text: f" {text}\n\n"])
def test_lines_are_read_after_a_program_changed_line_ends_or_spaces(change):
    fields = {"score": "0.5", "note": " \u2028[cluetrain-toolkit]\\n\x00 ", "feature_a:b": "", "kind": None}
    assert split_comment(change(comment_of("¿Seguro?", fields))) == ("¿Seguro?", fields)


def test_what_a_person_adds_below_the_lines_is_a_note():
    assert split_comment(comment_of("uno", {"score": "1"}) + "\nY dos") == ("uno\nY dos", {"score": "1"})


# ---- projects of other programs -------------------------------------------------------------------------------------


def test_atlas_counts_a_line_end_as_one_character(tmp_path):
    # positions in TEXT with CR LF as one: "humana" from 15 to 21, "y se nota" from 32 on
    parts = source(
        selection(15, 21, VOICE, name="humana"),
        selection(15, 41, TRUST, name="humana no engaña y se nota"),
        selection(32, 33, VOICE, name="mi cita preferida", user=LUIS),
    )
    found = read(tmp_path, parts, origin="ATLAS.ti 8.4.0")
    assert found.units == ("codepoint/lf",)
    assert quotes(found) == ["humana", "humana no engaña\r\ny se nota", "y"]
    assert [one.coder for one in found.spans] == ["ana", "ana", "luis"]
    assert [one.features for one in found.spans] == [{}, {}, {"name": "mi cita preferida"}]
    assert [one.quote for one in found.spans] == ["humana", "humana no engaña\r\ny se nota", None]


@pytest.mark.parametrize(
    ("start", "end", "unit"),
    [(16, 22, "codepoint"), (17, 23, "utf16"), (15, 21, "codepoint/lf"), (16, 22, "codepoint")],
)
def test_names_decide_the_unit(tmp_path, start, end, unit):
    found = read(tmp_path, source(selection(start, end, VOICE, name="humana")), origin="MAXQDA 2022")
    assert (found.units, quotes(found)) == ((unit,), ["humana"])


def test_a_cut_text_that_is_not_there_is_refused(tmp_path):
    text = "palabra " * 40
    names = [(text[:100] + "…"), ("otra cosa " * 10 + "…")]
    parts = [selection(0, 200, VOICE, name=name) for name in names]
    found = read(tmp_path, source(*parts), text=text, origin="ATLAS.ti")
    assert quotes(found) == [text[:200]]
    assert losses(found)[0] == ("refused", "annotation")


def test_nvivo_ties_notes_by_links_and_lists_cases_among_the_codes(tmp_path):
    note, case = "66666666-0000-4000-8000-000000000001", "77777777-0000-4000-8000-000000000001"
    parts = source(selection(16, 22, VOICE, case), selection(0, 5, TRUST, about="uno", guid=ANA))
    more = (
        f'<Notes><Note guid="{note}" plainTextPath="internal://n.txt"/><Note guid="{LUIS}" name="diario"/></Notes>'
        f'<Links><Link guid="{TRUST}" originGUID="{note}" targetGUID="{ANA}"/></Links>'
    )
    codes = f'<Code guid="{VOICE}" name="a" isCodable="true"/><Code guid="{TRUST}" name="b" isCodable="true"/>'
    codes += f'<Code guid="{case}" name="Caso" isCodable="true"/>'
    cases = f'<Cases><Case guid="{case}" name="Caso"/></Cases>'
    members = project(
        parts, codes=codes, more=more, origin="NVivo", folder="Sources",
        texts={"t1.txt": b"\xef\xbb\xbf" + TEXT.encode(), "n.txt": b"del documento"},
    )  # fmt: skip
    members["project.qde"] = members["project.qde"].replace(b"<Sources>", cases.encode() + b"<Sources>")
    found = refi_qda.read(packed(tmp_path / "p.qdpx", members), Choices())
    assert found.documents[0].text == TEXT, "without the byte order mark"
    assert [(one.code, one.note) for one in found.spans] == [("a", None), ("b", "uno\ndel documento")]
    assert quotes(found) == ["humana", "¡Olé!"]
    assert Counter(losses(found)) == {("lost", "case"): 2, ("lost", "note"): 1}


def test_a_note_counts_as_read_only_where_it_went_into_an_annotation(tmp_path):
    notes = [f"66666666-0000-4000-8000-{number:012}" for number in range(6)]
    of = dict(zip(notes, ["documento", "coding", "código", "de todo", "doble", "nadie"], strict=True))
    whole = f'<Coding guid="{TRUST}" creatingUser="{ANA}"><CodeRef targetGUID="{VOICE}"/>'
    whole += f'<NoteRef targetGUID="{notes[3]}"/></Coding>'
    ends = [
        ("33333333-0000-4000-8000-000000000001", notes[0]), (notes[1], "55555555-0000-4000-8000-000000000000"),
        (notes[2], VOICE), (notes[4], "33333333-0000-4000-8000-000000000001"),
        (notes[4], "44444444-0000-4000-8000-000000000001"),
    ]  # fmt: skip
    more = "".join(f'<Note guid="{one}"><PlainTextContent>{text}</PlainTextContent></Note>' for one, text in of.items())
    links = "".join(f'<Link guid="{ANA}" originGUID="{one}" targetGUID="{two}"/>' for one, two in ends)
    found = read(
        tmp_path, source(selection(0, 5, VOICE), whole), more=f"<Notes>{more}</Notes><Links>{links}</Links>"
    )  # fmt: skip
    assert [one.note for one in found.spans] == ["doble\ncoding", "de todo"]
    said = Counter((one.field, one.value) for one in found.losses if one.field in ("note", "link"))
    assert said == {("note", "documento"): 1, ("note", "código"): 1, ("note", "nadie"): 1, ("link", None): 3}


def test_a_comment_on_what_makes_no_annotation_is_reported(tmp_path):
    codes = f'<Code guid="{VOICE}" name="voz" isCodable="true"/>' + STANCES["names"]
    parts = source(selection(0, 5, LUIS, about="perdido"), selection(0, 5, ANA, about="solo"), selection(0, 5, VOICE))
    found = read(tmp_path, parts, codes=codes)
    assert [one.stance for one in found.spans] == ["breach"]
    assert [one.value for one in found.losses if one.field == "note"] == ["perdido", "solo"]


def test_maxqda_comments_without_a_code_are_reported_with_their_words(tmp_path):
    found = read(tmp_path, source(selection(0, 5, about="ojo"), selection(0, 5)))
    assert [(one.kind, one.field, one.value) for one in found.losses[:2]] == [
        ("lost", "annotation", "ojo"), ("lost", "annotation", None)
    ]  # fmt: skip


def test_nested_codes_have_their_name_where_it_is_the_only_one(tmp_path):
    guids = [f"88888888-0000-4000-8000-{number:012}" for number in range(5)]
    codes = (
        f'<Code guid="{guids[0]}" name="Precio" isCodable="true"><Code guid="{guids[1]}" name="bueno" isCodable="1"/>'
        f'<Code guid="{guids[2]}" name="justo" isCodable="true"/></Code>'
        f'<Code guid="{guids[3]}" name="Trato" isCodable="0">'
        f'<Code guid="{guids[4]}" name="bueno" isCodable="true"/></Code>'
    )
    found = read(tmp_path, source(selection(0, 5, *guids)), codes=codes)
    assert [one.code for one in found.spans] == ["Precio", "Precio::bueno", "justo", "Trato", "Trato::bueno"]


STANCES = {
    "a folder": f'<Code guid="{LUIS}" name="Stance" isCodable="false">'
    f'<Code guid="{ANA}" name="breach" isCodable="true"/>'
    f'<Code guid="{TRUST}" name="endorses" isCodable="true"/></Code>',
    "names": f'<Code guid="{ANA}" name="stance::breach" isCodable="true"/>'
    f'<Code guid="{TRUST}" name="stance::endorses" isCodable="true"/>',
}


@pytest.mark.parametrize("how", STANCES)
def test_a_stance_among_the_codings_goes_to_the_codes_of_its_user(tmp_path, how):
    codes = f'<Code guid="{VOICE}" name="voz" isCodable="true"/>' + STANCES[how]
    other = f'<Coding guid="{ANA}" creatingUser="{LUIS}"><CodeRef targetGUID="{VOICE}"/></Coding>'
    found = read(
        tmp_path,
        source(selection(0, 5, VOICE, ANA, more=other), selection(0, 4, VOICE, ANA, TRUST), selection(0, 3, ANA)),
        codes=codes,
    )
    assert [(one.code, one.coder, one.stance) for one in found.spans] == [
        ("voz", "ana", "breach"), ("voz", "luis", None), ("voz", "ana", None),
    ]  # fmt: skip
    assert [(one.field, one.value) for one in found.losses] == [("stance", "breach, endorses"), ("stance", "breach")]


def test_a_coding_of_a_whole_source_and_the_text_of_a_pdf(tmp_path):
    coding = f'<Coding guid="{ANA}"><CodeRef targetGUID="{VOICE}"/></Coding>'
    region = (
        f'<PDFSelection guid="{LUIS}" page="0" firstX="0" firstY="0" secondX="1" secondY="1">{coding}</PDFSelection>'
    )
    alone = region.replace(LUIS, TRUST)
    pdf = (
        f'<PDFSource guid="{VOICE}" name="libro.pdf" path="internal://x.pdf">{region}{alone}'
        f'<Representation guid="{TRUST}">'
        f"<PlainTextContent>uno\n</PlainTextContent>{selection(0, 3, VOICE, guid=LUIS)}</Representation>"
        f"{coding}</PDFSource>"
    )
    found = read(tmp_path, source(coding) + pdf)
    assert [(one.doc_id, one.code) for one in found.spans] == [
        ("uno.txt", "voz humana"), ("libro.pdf", "voz humana"), ("libro.pdf", "voz humana")
    ]  # fmt: skip
    assert quotes(found) == [TEXT, "uno", "uno\n"]
    said = {"changed annotation": 2, "changed region": 1, "lost region": 1, "changed document": 1, "lost codebook": 1}
    assert Counter(" ".join(one) for one in losses(found)) == said


MISSING = {
    "internal://weg.txt": "is not in the file",
    "internal://../project.qde": "points out of the project",
    "internal:///../../etc/passwd": "points out of the project",
    "internal://": "points out of the project",
    "absolute:///etc/passwd": "lies outside the project",
    "relative:///t1.txt": "is not in the file",
    "internal://latin.txt": "is not UTF-8 (byte 3)",
}


@pytest.mark.parametrize("path", MISSING)
def test_a_text_that_cannot_be_had_is_refused_with_its_codings_counted(tmp_path, path):
    parts = source(selection(0, 5, VOICE, TRUST, about="ojo"), path=path)
    texts = {"t1.txt": b"x", "latin.txt": "señal".encode("latin-1")[:2] + b"a\xf1"}
    archive = packed(tmp_path / "p.qdpx", project(parts, texts=texts))
    found = refi_qda.read(archive, Choices())
    assert not found.documents and not found.spans
    first, second = found.losses[:2]
    assert (first.kind, second.value) == ("refused", "ojo")
    assert re.search(rf"2 codings cannot be read: .*{re.escape(MISSING[path])}", first.reason), first.reason
    assert first.place == "project.qde, line 1"
    given = refi_qda.read(archive, Choices(texts={"uno": TEXT}))
    assert quotes(given) == ["¡Olé!", "¡Olé!"]


def test_a_bare_project_finds_its_texts_beside_it(tmp_path):
    members = project(source(selection(0, 5, VOICE)), texts={"t1.txt": TEXT.encode()})
    (tmp_path / "sources").mkdir()
    for name, data in members.items():
        (tmp_path / name).write_bytes(data)
    assert quotes(refi_qda.read(tmp_path / "project.qde", Choices())) == ["¡Olé!"]
    (tmp_path / "sources" / "t1.txt").rename(tmp_path / "t1.txt")
    assert quotes(refi_qda.read(tmp_path / "project.qde", Choices())) == ["¡Olé!"]


def test_the_project_may_be_named_otherwise_and_stand_in_a_folder(tmp_path):
    members = project(source(selection(0, 5, VOICE)), texts={"t1.txt": TEXT.encode()})
    renamed = {f"Mi tesis/{name.replace('project', 'Mi tesis')}": data for name, data in members.items()}
    renamed["__MACOSX/._Mi tesis.qde"] = b"x"
    assert quotes(refi_qda.read(packed(tmp_path / "p.qdpx", renamed), Choices())) == ["¡Olé!"]


def test_a_bare_project_reads_no_file_outside_its_folder(tmp_path):
    (tmp_path / "secret.txt").write_text("secreto")
    (tmp_path / "in" / "sources").mkdir(parents=True)
    (tmp_path / "in" / "sources" / "t1.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "in" / "project.qde").write_bytes(project(source())["project.qde"])
    found = refi_qda.read(tmp_path / "in" / "project.qde", Choices())
    assert (len(found.documents), losses(found)[0]) == (0, ("refused", "document"))


WRONG = {
    "end before start": (selection(5, 0, VOICE), "refused", "its positions are '5' to '0'"),
    "before the text": (selection(-1, 3, VOICE), "refused", "its positions are '-1' to '3'"),
    "no number": (selection("1e3", 3, VOICE), "refused", "its positions are '1e3' to '3'"),
    "too large": (selection(0, "9" * 30, VOICE), "refused", f"its positions are '0' to '{'9' * 20}'"),
    "no character": (selection(3, 3, VOICE), "lost", "it covers no character ('3' to '3')"),
    "unknown code": (selection(0, 3, LUIS), "refused", f"it names a code {LUIS!r} that the file does not have"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_selection_that_contradicts_itself_is_refused_and_reading_goes_on(tmp_path, case):
    wrong, kind, reason = WRONG[case]
    found = read(tmp_path, source(wrong, selection(0, 5, VOICE)))
    assert quotes(found) == ["¡Olé!"]
    assert (found.losses[0].kind, found.losses[0].reason) == (kind, reason)


def test_sources_of_the_same_name_stay_apart(tmp_path):
    parts = source(name="a (2)") + source(name="a") + source(selection(0, 5, VOICE), name="a")
    found = read(tmp_path, parts)
    assert [one.doc_id for one in found.documents] == ["a (2)", "a", "a (3)"]
    assert (found.spans[0].doc_id, losses(found)[0]) == ("a (3)", ("changed", "document"))


def test_an_unknown_user_is_reported_and_the_annotation_stays(tmp_path):
    found = read(tmp_path, source(selection(0, 5, VOICE, user=TRUST)))
    assert (found.spans[0].coder, losses(found)[0]) == (None, ("lost", "coder"))


NO_PROJECT = {
    "no zip": (b"PKhola", "is no ZIP"),
    "no qde": ({"a.txt": b"x"}, "holds no file .qde; a REFI-QDA project holds one, 'project.qde'."),
    "two qde": ({"a.qde": b"x", "b.qde": b"x"}, "holds 2 files .qde"),
    "no xml": ({"project.qde": b"hola"}, "project.qde: is no XML"),
    "entities": ({"project.qde": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "defines entities"),
    "other xml": ({"project.qde": b"<TEI/>"}, "begins with <TEI>; expected <Project> of urn:QDA-XML:project:1.0"),
}


@pytest.mark.parametrize("case", NO_PROJECT)
def test_what_is_no_project_is_refused_in_one_sentence(tmp_path, case):
    data, said = NO_PROJECT[case]
    path = tmp_path / "p.qdpx"
    path.write_bytes(data) if isinstance(data, bytes) else packed(path, data)
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        refi_qda.read(path, Choices())
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


RECOGNISED = {
    ("a.qdpx", b"PK\x03\x04"): True,
    ("a.qdpx", b"hola"): False,
    ("a.zip", b"PK\x03\x04"): False,
    ("a.qde", b"<Project"): True,
    ("a.xml", b'<?xml version="1.0"?><Project xmlns="urn:QDA-XML:project:1.0">'): True,
    ("Project.xsd", b'<xsd:schema xmlns="urn:QDA-XML:project:1.0"><xsd:element name="Project"'): False,
    ("a.xml", b"<TEI>"): False,
}


@pytest.mark.parametrize("case", RECOGNISED)
def test_projects_are_recognised(tmp_path, case):
    assert refi_qda.recognise(tmp_path / case[0], case[1]) is RECOGNISED[case]


# ---- the real files -------------------------------------------------------------------------------------------------


def test_an_empty_project_of_atlas_is_read(interop):
    found = refi_qda.read(interop / "blank-atlas-project.qdpx", Choices())
    assert (found.documents, found.spans, found.losses) == ([], [], [])


def test_the_project_of_atlas_without_its_texts_says_what_is_missing(interop):
    found = refi_qda.read(interop / "Project.qde", Choices())
    assert not found.spans
    # counted in the file: 8 texts (2 of PDFs) with 1 + 3 + 3 + 2 codings and two comments; 7 parts of pictures, pages
    # and films; a picture, a recording and two films with 3 transcripts; 2 memos, a link, 16 sets, a network
    expected = {
        "refused document": 8, "refused note": 2, "lost region": 7, "lost document": 4, "lost transcript": 3,
        "lost note": 2, "lost link": 1, "lost set": 16, "lost graph": 1, "lost codebook": 1,
    }  # fmt: skip
    assert Counter(" ".join(one) for one in losses(found)) == expected
    counted = [re.search(r"with (\w+) coding", one.reason) for one in found.losses if one.field == "document"]
    assert [one[1] for one in counted if one] == ["no", "no", "1", "no", "3", "3", "no", "2"]


def test_the_project_of_atlas_with_texts_put_in_place(interop):
    # a text of the right length with the words at their places: positions of two selections as ATLAS.ti wrote them
    text = list("-" * 600)
    text[62:69] = "granola"
    found = refi_qda.read(
        interop / "Project.qde", Choices(texts={"Pay de Limón con Base de Granola | Kellogg's ®": "".join(text)})
    )
    assert [(one.start, one.end, one.code, one.coder, one.created, one.quote) for one in found.spans] == [
        (62, 69, "waste of time", "Friedrich Markgraf", "2018-03-27T19:12:39Z", "granola"),
    ]
    assert Counter(one.kind for one in found.losses if one.field == "annotation") == {"refused": 1}, "a cut name"
    assert sum(one.field == "region" and one.kind == "changed" for one in found.losses) == 2


# ---- codebooks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", codebook_names())
def test_codebooks_go_there_and_back(tmp_path, name):
    book = load_codebook(name)
    for lang in book.languages:
        draft = draft_of(book, lang)
        assert qdc.write(draft, tmp_path / "b.qdc") == []
        assert qdc.read(tmp_path / "b.qdc") == draft


NASTY_BOOK = CodebookDraft(
    id="libro",
    title=" a\x00b",
    version="007",
    description="\r\n[cluetrain-toolkit] x",
    groups=(GroupDraft("g", "stance", " d ", True), GroupDraft("vacío", "", "")),
    codes=(
        CodeDraft("b", "igual", "uno\r\ndos", "g", 2, "#F00", "2"),
        CodeDraft("solo", "a\nb", ""),
        CodeDraft("a", "igual", "\x00", "g", 1, "red", " "),
    ),
    stances=(StanceDraft("breach", "no", "x"),),
)


def test_a_codebook_with_all_that_xml_would_change(tmp_path, codebook_schema):
    draft = NASTY_BOOK
    assert qdc.write(draft, tmp_path / "b.qdc") == []
    assert codebook_schema.validate(etree.parse(tmp_path / "b.qdc")), codebook_schema.error_log
    again = qdc.read(tmp_path / "b.qdc")
    assert [one.id for one in again.groups] == ["g", "vacio"]
    assert again.groups[0] == draft.groups[0]
    assert (again.codes, again.stances, again.title) == (draft.codes, draft.stances, draft.title)
    assert (again.version, again.description, again.losses) == (draft.version, draft.description, ())


@pytest.mark.parametrize("name", codebook_names())
def test_codebooks_follow_the_schema_that_the_specification_prints(tmp_path, codebook_schema, project_schema, name):
    qdc.write(draft_of(load_codebook(name), "it"), tmp_path / "b.qdc")
    root = etree.parse(tmp_path / "b.qdc").getroot()
    assert codebook_schema.validate(root), codebook_schema.error_log
    # the codes are also those of a project (section 5.3)
    codes = etree.tostring(root[0]).decode().replace("codebook:1.0", "project:1.0")
    whole = f'<Project xmlns="{SPACE}" name="p"><CodeBook>{codes}</CodeBook></Project>'
    assert project_schema.validate(etree.fromstring(whole)), project_schema.error_log
    root[0][0].attrib.pop("isCodable")
    assert not codebook_schema.validate(root)


def test_a_stance_of_others_is_lost_with_a_word(tmp_path):
    draft = CodebookDraft("a", "a", (CodeDraft("b", "b"),), stances=(StanceDraft("tibio", "Tibio"),))
    assert [(one.kind, one.field, one.value) for one in qdc.write(draft, tmp_path / "b.qdc")] == [
        ("lost", "stance", "tibio")
    ]
    with pytest.raises(InputError, match="has no codes"):
        qdc.write(CodebookDraft("a", "a", ()), tmp_path / "c.qdc")


def test_a_codebook_of_another_program(tmp_path):
    codes = (
        f'<Code guid="{{{ANA}}}" name="Temas" isCodable="false">'
        f'<Code guid="{LUIS}" name="Señal: fuerte" isCodable="true"'
        f' color="#ffff00"><Description>impuestos</Description><Code guid="{VOICE}" name="débil" isCodable="true"/>'
        f'</Code></Code><Code guid="{TRUST}" name="Temas" isCodable="true"/>'
    )
    sets = f'<Sets><Set guid="{ANA}" name="míos"><MemberCode guid="{LUIS}"/></Set></Sets>'
    path = tmp_path / "Mi libro.qdc"
    path.write_text(f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>{codes}</Codes>{sets}</CodeBook>')
    draft = qdc.read(path)
    assert (draft.id, draft.title, draft.language, draft.multi_label) == ("mi_libro", "Mi libro", None, None)
    assert draft.groups == (GroupDraft("temas", "Temas"),)
    assert draft.codes == (
        CodeDraft("senal_fuerte", "Señal: fuerte", "impuestos", "temas", None, "#ffff00"),
        CodeDraft("debil", "Señal: fuerte::débil", "", "temas"),
        CodeDraft("temas", "Temas"),
    )
    assert [(one.kind, one.field, one.value) for one in draft.losses] == [
        ("lost", "set", "míos"), ("changed", "group", "Temas::Señal: fuerte::débil")
    ]  # fmt: skip


def test_codes_of_our_codebook_keep_their_ids_through_a_project_of_another_program(tmp_path):
    # as when somebody imports our .qdc, codes with it and exports the project
    book = draft_of(load_codebook("cluetrain"), "es")
    qdc.write(book, tmp_path / "b.qdc")
    text = (tmp_path / "b.qdc").read_text("utf-8")
    codes = text[text.index("<Codes>") + 7 : text.index("</Codes>")]
    guid = re.search(r'guid="([^"]+)" name="Voz humana"', codes)[1]
    (span,) = read(tmp_path, source(selection(0, 5, guid)), codes=codes).spans
    assert span.code == "human_voice"


def copied(codes):
    """Codes as when somebody duplicates the second of them, with its description, and calls the copy otherwise."""
    one = re.findall(r"<Code .*?</Code>", codes, re.DOTALL)[1]
    assert "id: b<" in one
    return codes + re.sub('guid="[^"]+" name="[^"]+"', f'guid="{LUIS}" name="Otra"', one)


@pytest.mark.parametrize("change", ["none", "copied", "copied, new GUIDs", "called like an id"])
def test_codes_with_one_id_stay_two(tmp_path, change):
    codes = tuple(CodeDraft(name, name.upper() * 3, "x") for name in "abc")
    qdc.write(CodebookDraft("libro", "Libro", codes), tmp_path / "b.qdc")
    text = (tmp_path / "b.qdc").read_text("utf-8")
    listed = text[text.index("<Codes>") + 7 : text.index("</Codes>")]
    new = copied(listed) if "copied" in change else listed
    if change == "called like an id":
        new = new.replace('name="CCC"', 'name="b"')
    if change == "copied, new GUIDs":
        new = re.sub('guid="(.{8})', 'guid="00000000', new)
    path = tmp_path / "other.qdc"
    path.write_text(text.replace(listed, new), "utf-8")
    draft = qdc.read(path)
    guids = re.findall('<Code guid="([^"]+)"', new)
    found = read(tmp_path, source(selection(0, 5, *guids)), codes=new)
    names, drafts, changes = {
        "none": (["a", "b", "c"], ["a", "b", "c"], []),
        "copied": (["a", "b", "c", "Otra"], ["a", "b", "c", "otra"], ["b"]),
        "copied, new GUIDs": (["a", "BBB", "c", "Otra"], ["a", "bbb", "c", "otra"], ["b", "b"]),
        "called like an id": (["a", "BBB", "c"], ["a", "bbb", "c"], ["b"]),
    }[change]
    assert [one.code for one in found.spans] == names
    assert sorted(one.id for one in draft.codes) == sorted(drafts)
    assert [one.value for one in found.losses if one.field == "code"] == changes
    assert [(one.kind, one.field, one.value) for one in draft.losses] == [("changed", "code", one) for one in changes]


def test_an_edited_name_or_description_in_a_codebook_beats_our_lines(tmp_path):
    qdc.write(CodebookDraft("l", "L", (CodeDraft("a", "raro ", " uno"),)), tmp_path / "b.qdc")
    text = (tmp_path / "b.qdc").read_text("utf-8")
    (tmp_path / "b.qdc").write_text(text.replace('name="raro "', 'name="claro"').replace("[clue", "dos\n\n[clue", 1))
    (code,) = qdc.read(tmp_path / "b.qdc").codes
    assert (code.id, code.name, code.definition) == ("a", "claro", " uno\ndos")


def test_the_codebook_of_a_project_is_read(interop, tmp_path):
    draft = qdc.read(interop / "Project.qde")
    assert (len(draft.codes), draft.codes[5].name, draft.codes[5].definition) == (14, "Coke::diet Coke", "non sucré")
    path = packed(tmp_path / "p.qdpx", project(source(), texts={"t1.txt": b""}))
    assert [one.id for one in qdc.read(path).codes] == ["voz_humana", "confianza"]
    with pytest.raises(InputError, match="a project without a codebook"):
        qdc.read(interop / "blank-atlas-project.qdpx")


@pytest.mark.parametrize("text", ["hola", "<a/>", '<CodeBook xmlns="urn:QDA-XML:codebook:1.0"/>'])
def test_what_is_no_codebook_is_refused(tmp_path, text):
    path = tmp_path / "b.qdc"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        qdc.read(path)
    assert str(caught.value).startswith(str(path))


def test_codebooks_are_recognised(tmp_path):
    head = b'<CodeBook xmlns="urn:QDA-XML:codebook:1.0">'
    cases = {"a.qdc": b"", "a.xml": head, "a.qdpx": b"PK", "a.qde": b"", "b.qdpx": b"x", "b.xml": b"<CodeBook>"}
    assert [qdc.recognise(tmp_path / name, head) for name, head in cases.items()] == [True] * 4 + [False] * 2
