"""The command ``toolkit annotate``, and what it calls: projects from files, migration, export, codings put together."""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
from functools import partial

import pandas as pd
import pytest
from coded_project import coded_project
from small_codebook import YAML, small_codebook
from test_annotation_spreadsheet import STANCES_YAML

from toolkit.annotating import aggregate_project, aggregated_annotations, create_from_files
from toolkit.annotation import add_coder, create_project, open_project
from toolkit.annotation.curating.adjudication import adjudication_session, beside_others
from toolkit.annotation.projects.export import export_project
from toolkit.annotation.projects.migrate_project import migrate_project
from toolkit.annotation.projects.status import changes_text, status_text
from toolkit.annotation.record.log import DecisionLog
from toolkit.annotation.session import Session
from toolkit.cli.annotate import add_annotate
from toolkit.corpus import human_annotations, load_posts
from toolkit.errors import InputError, OutputError, ToolkitError
from toolkit.learning.readings import lot
from toolkit.reliability import agreement
from toolkit.storage import read_table

TEXTS = {
    "a": ("es", "La tienda contestó 😀 las quejas.\r\nLos precios subieron, «mucho». El local es azul."),
    "b": ("it", "Nessuno ha risposto. Il prezzo è salito."),
    "c": ("es", "Rebajaron las tarifas. Nadie lo supo."),
}
NEXT = """
changes:
  - version: "2"
    became: {respuestas: [respuestas_publicas, respuestas_privadas], precios: [coste], plantilla: [coste]}
codes:
  - {id: respuestas_publicas, name: {es: P, it: P}, definition: {es: En público., it: In pubblico.}}
  - {id: respuestas_privadas, name: {es: Q, it: Q}, definition: {es: En privado., it: In privato.}}
  - {id: coste, name: {es: C, it: C}, definition: {es: Lo que cuesta., it: Quanto costa.}}
  - {id: horario, name: {es: H, it: H}, definition: {es: Cuándo abre., it: Quando apre.}}
"""


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """Texts, a codebook, and its next version."""
    folder = tmp_path_factory.mktemp("material")
    (folder / "texts").mkdir()
    rows = [{"doc_id": name, "lang": lang, "text": text} for name, (lang, text) in TEXTS.items()]
    (folder / "texts" / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    small_codebook(folder, yaml=YAML + STANCES_YAML)
    (folder / "next").mkdir()
    head = (
        YAML.split("codes:")[0].replace('version: "1"', 'version: "2"').replace("example_files: [ejemplos.jsonl]", "")
    )
    (folder / "next" / "oficina.yaml").write_text(head + NEXT.lstrip() + STANCES_YAML, encoding="utf-8")
    return folder


@pytest.fixture
def project(material, tmp_path):
    return create_project(
        tmp_path / "p", material, coders=["ana", "luis"], codebook=material / "oficina.yaml", stance_required=False
    )


def code(project, coder, number, *given, done=True, note=""):
    """Codes (code, stance) for the item in this place, which is then done."""
    item = project.items.iloc[number]
    place = {name: item[name] for name in ("item", "doc_id")} | {name: int(item[name]) for name in ("start", "end")}
    quote = project.texts[item["doc_id"]][item["start"] : item["end"]]
    session = Session(project, coder)
    for one, stance in given:
        session.decide({"do": "set", **place, "quote": quote, "code": one, "stance": stance, "note": note})
    if done:
        session.decide({"do": "done", "item": item["item"]})
    session.close()


def run(*arguments, capsys=None):
    """The command with its exit status and what it printed."""
    parser = argparse.ArgumentParser()
    add_annotate(parser.add_subparsers())
    options = parser.parse_args(["annotate", *map(str, arguments)])
    try:
        status = options.command(options)
    except ToolkitError as error:
        return error.exit_status, str(error)
    return status, capsys.readouterr().out if capsys else ""


# ---- a new version of the codebook ------------------------------------------------------------------------------


def test_a_migration_is_one_step_per_person_and_leaves_to_people_what_only_they_can_tell(project, material):
    code(project, "ana", 0, ("respuestas", "endorses"), ("precios", "mentions"), note="¿seguro?")
    code(project, "ana", 1, ("precios", "mentions"), ("plantilla", "breach"))
    code(project, "ana", 2)
    code(project, "luis", 1, ("plantilla", None))
    before = {who: project.lines(who) for who in ("ana", "luis")}
    first, second, third = project.items["item"][:3]
    report = migrate_project(project, material / "next" / "oficina.yaml")
    assert report.fillna("").to_numpy().tolist() == [
        ["ana", "plantilla", "merged", "coste", 1, 1, 0],
        ["ana", "precios", "merged", "coste", 2, 2, 0],
        ["ana", "respuestas", "split", "respuestas_publicas, respuestas_privadas", 1, 0, 1],
        ["luis", "plantilla", "merged", "coste", 1, 1, 0],
        ["", "", "new", "horario", 0, 0, 0],
    ]
    for again in (project, open_project(project.folder)):
        assert again.codebook.version == "2"
        assert [frozen.version for frozen in again.settings.codebooks] == ["1", "2"]
        codes = again.annotations()
        assert codes[["coder", "start", "code", "stance", "codebook_version"]].fillna("").to_numpy().tolist() == [
            ["ana", 0, "coste", "mentions", "2"],
            ["ana", 34, "coste", "breach", "2"],  # breach before mentions, where two codes became one
            ["luis", 34, "coste", "", "2"],
        ]
        state = again.state("ana")
        assert (state.item(first).status, state.item(first).flag) == ("", True)
        assert "'respuestas' (endorses) on 0-32, note: ¿seguro?" in state.item(first).note
        assert [state.item(item).status for item in (second, third)] == ["done", "done"]
    source = json.loads(codes["evidence"][1])["from"]
    assert (source["codebook"], sorted(source["codes"])) == ("1", ["plantilla", "precios"])
    for who, lines in before.items():
        assert project.lines(who)[:-1] == lines, "older decisions stay as they are"
        assert project.lines(who)[-1]["do"] == "batch"
    assert (project.folder / "codebook" / "1" / "oficina.yaml").exists()
    code(project, "ana", 0, ("respuestas_publicas", "endorses"))  # work goes on with the new codes
    with pytest.raises(InputError, match="in force already"):
        migrate_project(project, material / "next" / "oficina.yaml")


def test_nobody_undoes_back_into_the_old_codebook_and_an_open_window_learns_of_the_new_one(project, material):
    window = Session(project, "ana")
    ask = lambda **message: window.handle({"cid": f"{len(window._cids)}-{message}"[:60], **message})  # noqa: E731
    item = project.items.iloc[0]["item"]
    start, end = (int(project.items.iloc[0][side]) for side in ("start", "end"))
    place = {"item": item, "start": start, "end": end, "quote": project.texts["a"][start:end]}
    assert ask(do="set", **place, code="precios", stance="mentions")["ok"]
    migrate_project(open_project(project.folder), material / "next" / "oficina.yaml", take_over=True)
    told = ask(do="done", item=item)
    assert (told["ok"], told["kind"]) == (False, "elsewhere")
    codes = [code["id"] for code in ask(do="take_over")["setup"]["codebook"]["codes"]]
    assert "coste" in codes and "precios" not in codes
    assert not ask(do="hello")["undo"]
    refused = ask(do="undo")
    assert not refused["ok"] and "brought over to another codebook" in refused["error"]
    assert ask(do="set", **place, code="coste", stance="breach")["ok"]
    assert ask(do="undo")["ok"]
    assert [key[3] for key in window.state.codings] == ["coste"]
    window.close()


@pytest.mark.parametrize("back", ["undo", "redo"])
def test_a_code_taken_away_before_the_new_codebook_does_not_come_back_by_undo(project, material, back):
    code(project, "ana", 0, ("respuestas", "endorses"), done=False)
    item = project.items.iloc[0]
    place = {"item": item["item"], "doc_id": "a", "start": int(item["start"]), "end": int(item["end"])}
    session = Session(project, "ana")
    session.decide({"do": "undo"} if back == "redo" else {"do": "remove", **place, "code": "respuestas"})
    session.close()
    migrate_project(project, material / "next" / "oficina.yaml")
    session = Session(open_project(project.folder), "ana")
    with pytest.raises(InputError, match=r"brought over to another codebook|nothing to redo"):
        session.decide({"do": back})
    session.close()
    assert open_project(project.folder).annotations().empty and not project.lines("luis")


def test_where_the_new_codebook_gives_one_code_a_person_decides_between_several(project, material, tmp_path):
    code(project, "ana", 0, ("precios", "mentions"), ("plantilla", "breach"))
    text = (material / "oficina.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "one"
    folder.mkdir()
    for file in material.glob("*.jsonl"):
        (folder / file.name).write_bytes(file.read_bytes())
    only = text.replace('version: "1"', 'version: "1.1"').replace("example_files", "multi_label: false\nexample_files")
    (folder / "oficina.yaml").write_text(only, encoding="utf-8")
    migrate_project(project, folder / "oficina.yaml")
    item = project.items.iloc[0]["item"]
    assert list(project.annotations("ana")["code"]) == []
    assert (project.state("ana").item(item).status, project.state("ana").item(item).flag) == ("", True)
    assert all(name in project.state("ana").item(item).note for name in ("precios", "plantilla"))


def test_a_window_that_sees_others_follows_the_project_into_the_new_codebook(material, tmp_path):
    project = create_project(
        tmp_path / "open", material, coders=["ana", "luis"], codebook=material / "oficina.yaml",
        stance_required=False, blind=False,
    )  # fmt: skip
    code(project, "luis", 0, ("precios", "mentions"))
    window = Session(project, "ana", beside=partial(beside_others, but="ana"))
    item = project.items.iloc[0]["item"]
    assert [one["code"] for one in window.handle({"cid": "1", "do": "open", "item": item})["view"]["others"]] == [
        "precios"
    ]
    migrate_project(open_project(project.folder), material / "next" / "oficina.yaml", take_over=True)
    assert window.handle({"cid": "2", "do": "take_over"})["ok"]
    assert [one["code"] for one in window.handle({"cid": "3", "do": "open", "item": item})["view"]["others"]] == [
        "coste"
    ]
    window.close()


def test_a_curator_is_migrated_too_and_notes_of_merged_codes_are_both_kept(project, material):
    for coder in ("ana", "luis"):
        code(project, coder, 0, ("precios", "breach"), note="uno")
        code(project, coder, 0, ("plantilla", "breach"), note="dos")
    adjudication_session(project, "curator").close()
    migrate_project(project, material / "next" / "oficina.yaml")
    assert project.annotations("curator")["code"].tolist() == ["coste"]
    assert sorted(project.annotations("ana")["note"][0].split("; ")) == ["dos", "uno"]


def test_codes_can_be_renamed_by_hand_and_suggestions_keep_their_names(material, tmp_path):
    made = create_from_files(
        tmp_path / "p", material, coders=["ana"], codebook=material / "oficina.yaml", suggest="cues", curators=[]
    )
    project = made.project
    old = project.suggestions
    assert {"precios", "respuestas"} <= set(old["code"])
    report = migrate_project(project, material / "next" / "oficina.yaml", {"respuestas": "horario", "precios": None})
    assert report.empty, "nobody had coded anything, and every new code came out of an old one or is named"
    kept = old[old["code"] == "respuestas"]
    assert project.suggestions[["id", "code"]].to_numpy().tolist() == [[one, "horario"] for one in kept["id"]]
    assert (project.folder / "suggestions-1.jsonl").read_text(encoding="utf-8").count("\n") == len(old)


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        (YAML.replace("id: oficina", "id: otra"), "is the codebook 'otra', the project's is 'oficina'"),
        (YAML.replace("Respuestas", "Réplicas"), "is version 1 of codebook 'oficina' with other content"),
        (YAML.replace('version: "1"', 'version: "2"'), "do not say what version 2 did to the codes"),
    ],
)
def test_a_migration_that_cannot_be_leaves_everything_as_it_was(project, tmp_path, yaml, message):
    code(project, "ana", 0, ("respuestas", None))
    other = tmp_path / "other"
    other.mkdir()
    small_codebook(other, yaml=yaml)
    before = {path: path.read_bytes() for path in project.folder.rglob("*") if path.suffix in (".json", ".jsonl")}
    with pytest.raises(InputError, match=message):
        migrate_project(project, next(other.glob("*.yaml")))
    assert {path: path.read_bytes() for path in before} == before


def test_no_migration_while_somebody_codes_elsewhere(project, material):
    token = project.folder / "decisions" / "luis.writer"
    token.write_text(json.dumps({"session": "x", "host": "another", "pid": 1, "started": 0, "since": "now"}))
    code(project, "ana", 0, ("precios", "breach"))
    with pytest.raises(InputError, match="cannot be migrated now: luis is open on the machine 'another'"):
        migrate_project(project, material / "next" / "oficina.yaml")
    assert open_project(project.folder).codebook.version == "1"
    code(project, "ana", 1)  # nobody's log stays claimed
    migrate_project(project, material / "next" / "oficina.yaml", take_over=True)
    assert project.codebook.version == "2"


def test_a_migration_that_was_cut_short_is_finished_by_the_next(project, tmp_path, monkeypatch):
    small_codebook(tmp_path, yaml=YAML.replace('version: "1"', 'version: "2"') + STANCES_YAML)
    swapped = {"precios": "respuestas", "respuestas": "precios"}
    code(project, "ana", 0, ("precios", "breach"), ("respuestas", "endorses"))
    code(project, "luis", 0, ("precios", "breach"))
    append = DecisionLog.append

    def full(self, decision):
        if self.path.stem == "luis":
            raise OutputError("disk full")
        return append(self, decision)

    monkeypatch.setattr(DecisionLog, "append", full)
    with pytest.raises(OutputError):
        migrate_project(project, tmp_path / "oficina.yaml", swapped)
    monkeypatch.undo()
    project = open_project(project.folder)
    assert project.codebook.version == "1"
    ana = project.lines("ana")
    assert ana[-1]["do"] == "batch"
    migrate_project(project, tmp_path / "oficina.yaml", swapped)
    assert project.lines("ana") == ana, "hers was written already; swapped twice it would be as before"
    assert project.annotations()[["coder", "code", "stance"]].to_numpy().tolist() == [
        ["ana", "precios", "endorses"], ["ana", "respuestas", "breach"], ["luis", "respuestas", "breach"],
    ]  # fmt: skip


# ---- a project as a folder for others -----------------------------------------------------------------------------


def test_an_exported_project_is_a_corpus_that_says_the_same(project, tmp_path):
    code(project, "ana", 0, ("respuestas", "endorses"), ("precios", "mentions"), note="=1+1")
    for number in (1, 2, 5, 6):
        code(project, "ana", number)
    code(project, "ana", 3, ("precios", "breach"))  # of a post she has not finished
    code(project, "luis", 5)
    code(project, "luis", 6)
    folder = export_project(project, tmp_path / "out")
    assert dict(load_posts(folder)[["doc_id", "text"]].to_numpy()) == project.texts
    found = human_annotations(folder)
    mine = project.annotations("ana")
    columns = ["doc_id", "start", "end", "quote", "codebook", "code", "stance", "coder", "kind", "evidence", "note"]
    pd.testing.assert_frame_equal(
        found.annotations[columns], mine[mine["doc_id"] == "a"][columns].reset_index(drop=True), check_dtype=False
    )
    assert found.coverage.to_numpy().tolist() == [["oficina", "ana", "a"], ["oficina", "ana", "c"]]
    items = project.items[project.items["doc_id"] != "b"][["doc_id", "start", "end"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.units, items)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "| ana | coder | 6 | 3 | 9 |" in readme and "{" not in readme
    assert "- ana has not marked all items as done in 1 post (`b`)." in readme
    assert "- luis went through 1 post (`c`) and gave no code: see judged.csv." in readme
    everything = list(csv.DictReader(io.StringIO((folder / "annotations.csv").read_text(encoding="utf-8-sig"))))
    assert [row["code"] for row in everything] == ["precios", "respuestas", "precios"]
    assert len((folder / "judged.csv").read_text().splitlines()) == 1 + 6 + 2
    assert (folder / "decisions" / "ana.jsonl").read_bytes() == project.log_path("ana").read_bytes()
    with pytest.raises(InputError, match="is not empty"):
        export_project(project, folder)


def test_what_a_corpus_cannot_hold_is_named(material, tmp_path):
    book = material / "oficina.yaml"
    project = create_project(tmp_path / "p", material, coders=["ana"], codebook=book, unit="document")
    with pytest.raises(InputError, match="nobody has decided anything yet"):
        export_project(project, tmp_path / "out")
    code(project, "ana", 0, ("precios", "breach"))
    folder = export_project(project, tmp_path / "out")
    assert not (folder / "annotations").exists()
    assert "Items are of the unit 'document'" in (folder / "README.md").read_text(encoding="utf-8")
    posts = load_posts(material)
    posts["text"] = [text.replace("😀", "\x00") for text in posts["text"]]
    project = create_project(tmp_path / "q", posts, coders=["ana"], codebook=book, stance_required=False)
    for number in range(7):
        code(project, "ana", number, ("precios", "breach"))
    folder = export_project(project, tmp_path / "out2")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "The text of 1 post (`a`) cannot be read back unchanged" in readme
    assert set(human_annotations(folder).annotations["doc_id"]) == {"b", "c"}
    assert set(pd.read_json(folder / "annotations.jsonl", lines=True)["doc_id"]) == {"a", "b", "c"}


# ---- put together, and where it stands ----------------------------------------------------------------------------


def test_codings_are_put_together_of_what_is_done(material, tmp_path):
    project = create_project(
        tmp_path / "p",
        material,
        coders=["ana", "luis", "giulia"],
        codebook=material / "oficina.yaml",
        stance_required=False,
    )
    code(project, "giulia", 0, ("plantilla", "breach"), done=False)  # she has not finished anything yet
    with pytest.raises(InputError, match="nobody has marked items as done yet"):
        aggregate_project(project)
    code(project, "ana", 0, ("precios", "breach"))
    code(project, "luis", 0, ("precios", "breach"), ("plantilla", None))
    code(project, "ana", 1, ("respuestas", "endorses"), done=False)  # not decided yet
    code(project, "luis", 1)
    found = aggregate_project(project)
    table = found.aggregated[["start", "code", "probability", "decided", "coders"]]
    assert table.to_numpy().tolist() == [[0, "precios", 1.0, True, 2], [0, "plantilla", 0.5, False, 2]]
    codes = aggregated_annotations(project, found, "majority")
    assert codes[["quote", "code", "stance", "coder"]].to_numpy().tolist() == [
        ["La tienda contestó 😀 las quejas.", "precios", "breach", "machine:majority"]
    ]
    weighed = aggregate_project(project, "dawid-skene")
    assert set(weighed.coder_errors["coder"]) == {"ana", "luis"} and weighed.notes
    with pytest.raises(InputError, match="method 'mean' is unknown"):
        aggregate_project(project, "mean")


def test_free_stretches_are_put_together_text_by_text(material, tmp_path):
    book = material / "oficina.yaml"
    project = create_project(tmp_path / "p", material, coders=["ana", "luis"], codebook=book, unit="span")
    code(project, "ana", 0, ("precios", "breach"))
    code(project, "luis", 0, ("precios", "breach"))
    found = aggregate_project(project)
    assert found.aggregated[["doc_id", "code", "decided"]].to_numpy().tolist() == [["a", "precios", True]]
    assert len(aggregated_annotations(project, found, "majority")) == 1


def test_the_status_says_who_has_done_what_and_what_is_missing(project):
    text = status_text(project)
    assert "ana has not begun." in text and "luis has not begun." in text
    code(project, "ana", 0, ("precios", "breach"))
    session = Session(project, "ana")
    session.decide({"do": "skip", "item": project.items["item"][1]})
    session.decide({"do": "flag", "item": project.items["item"][1], "on": True})
    session.close()
    lines = status_text(project).splitlines()
    assert lines[1] == "7 items (sentence) of 3 texts, codebook oficina 1"
    assert lines[3].split()[:6] == ["coder", "items", "done", "skipped", "flagged", "codes"]
    assert lines[4].split()[:6] == ["ana", "7", "1", "1", "1", "1"]
    assert lines[3].index("done") + 4 == lines[4].index("1") + 1, "numbers end where their heading ends"
    assert "ana: 6 items not done, 1 of them skipped." in lines and "ana: 1 item flagged." in lines
    for number in range(7):
        for coder in ("ana", "luis"):
            code(project, coder, number)
    lines = status_text(project).splitlines()
    assert lines[-2:] == ["Given to several coders: 7 items, 7 of them judged by two or more.", "Every item is done."]


def test_a_report_of_changes_is_fit_for_a_terminal():
    columns = ["row", "item", "doc_id", "start", "end", "code", "what", "from", "to"]
    rows = [
        (4, "a:s1-2", "a", 1, 2, "precios", "code added", "", "breach"),
        (None, "a:s1-2", "a", 1, 2, "otro", "code removed", "", ""),
        (5, "b:s1-2", "b", 1, 2, None, "item note", "", "\x1b[31mrojo\ndos"),
        (None, "c:s1-2", "c", 1, 2, None, "not in the sheet", "", ""),
    ]
    report = pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})
    assert changes_text(report).splitlines() == [
        "row 4, a:s1-2: added 'precios' (breach)",
        "no row, a:s1-2: removed 'otro'",
        "row 5, b:s1-2: item note: (nothing) -> [31mrojo dos",
        "1 item of the project not in the sheet: left as before.",
        "3 changes; saved as one step, which undo takes back.",
    ]


# ---- from files -----------------------------------------------------------------------------------------------------


def test_a_sample_keeps_its_weights_and_the_machine_can_choose(material, tmp_path):
    settings = {"coders": ["ana"], "codebook": material / "oficina.yaml"}
    made = create_from_files(tmp_path / "p", material, sample=2, how="stratified", by=["lang"], **settings)
    drawn = pd.read_csv(tmp_path / "p" / "sample.csv")
    assert len(made.project.items) == len(drawn) == 2 and (drawn["weight"] > 1).all()
    whole = create_from_files(tmp_path / "w", material, sample=1, whole_texts=True, **settings).project
    assert len(whole.posts) == 1 and set(whole.items["doc_id"]) == set(whole.posts["doc_id"])
    unsure = create_from_files(tmp_path / "u", material, sample=3, how="uncertainty", suggest="cues", **settings)
    assert len(unsure.project.items) == 3 and unsure.said[0] == "suggestions and scores: machine:cues"
    spans = create_from_files(tmp_path / "s", material, unit="span", suggest="cues", **settings).project
    assert len(spans.suggestions) and spans.unit == "span", "free stretches are suggested sentence by sentence"
    for wrong, message in (({"how": "stratified"}, "say how many items"), ({"unit": "word"}, "unit 'word' is unknown")):
        with pytest.raises(InputError, match=message):
            create_from_files(tmp_path / "x", material, **settings, **wrong)
    with pytest.raises(InputError, match="is not empty"):
        create_from_files(tmp_path / "p", material, **settings)


# ---- the command --------------------------------------------------------------------------------------------------


def test_a_project_from_the_command_line_from_beginning_to_end(material, tmp_path, capsys):
    folder, sheet, book = tmp_path / "p", tmp_path / "ana.csv", material / "oficina.yaml"
    asked = ["--corpus", material, "--coders", "ana", "luis", "--codebook", book, "--title", "Prueba", "--lang", "es"]
    status, said = run("create", folder, *asked, "--suggest", "cues", "--curators", "eva", "--open", capsys=capsys)
    assert status == 0 and "7 items (sentence) of 3 texts" in said
    project = open_project(folder)
    assert (project.settings.title, project.settings.lang, project.curators) == ("Prueba", "es", ["eva"])
    assert project.settings.blind is False and len(project.suggestions)
    for arguments in (["status", folder], [folder, "status"], [folder]):
        status, said = run(*arguments, capsys=capsys)
        assert status == 0 and "ana has not begun." in said
    assert run("export", folder, "--coder", "ana", "--output", sheet, capsys=capsys)[0] == 0
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows:
        row["status"] = "done"
    rows[0].update(code="precios", stance="breach")
    with sheet.open("w", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, list(rows[0]), delimiter=";").writeheader()
        csv.DictWriter(file, list(rows[0]), delimiter=";").writerows(rows)
    status, said = run("import", folder, sheet, capsys=capsys)
    assert status == 2 and "name whose they become: ana, luis, eva" in said
    status, said = run(folder, "import", sheet, "--coder", "ana", "--dry-run", capsys=capsys)
    assert status == 0 and said.splitlines()[-1] == "8 changes; nothing was written (--dry-run)."
    report = tmp_path / "report.csv"
    status, said = run("import", folder, sheet, "--coder", "ana", "--by", "eva", "--report", report, capsys=capsys)
    assert said.splitlines()[0] == "row 2, a:s0-32: added 'precios' (breach)"
    assert len(pd.read_csv(report)) == 8 and len(open_project(folder).lines("ana")) == 1
    assert run("adjudicate", folder, "--method", "majority", "--output", tmp_path / "m.csv")[0] == 2
    code(open_project(folder), "luis", 0, ("precios", "breach"))
    tables = [tmp_path / name for name in ("m.csv", "a.jsonl", "e.csv")]
    arguments = ["--output", tables[0], "--annotations", tables[1], "--errors", tables[2]]
    status, said = run(folder, "adjudicate", "--method", "majority", *arguments, capsys=capsys)
    assert status == 0 and "1 code decided, 0 not" in said and all(path.exists() for path in tables)
    status, said = run("adjudicate", folder, "--curator", "eva", capsys=capsys)
    assert "project.adjudicate('eva')" in said
    assert "did you mean 'eva'?" in run("adjudicate", folder, "--curator", "ev")[1]
    assert run("export", folder, "--output", tmp_path / "out")[0] == 0
    assert (tmp_path / "out" / "annotations" / "oficina_ana.jsonl").exists()
    asked = ["--renamed", "respuestas=horario", "precios=coste", "plantilla="]
    status, said = run("migrate", folder, material / "next" / "oficina.yaml", *asked, capsys=capsys)
    assert status == 0 and "The project is now at codebook oficina 2." in said
    assert "expected OLD=NEW" in run("migrate", folder, "x.yaml", "--renamed", "precios")[1]
    assert run("status", tmp_path)[0] == 2, "not a project"


def test_nothing_is_saved_where_a_table_could_not_be_written(project, tmp_path, capsys):
    sheet = tmp_path / "ana.csv"
    run("export", project.folder, "--coder", "ana", "--output", sheet)
    text = sheet.read_text(encoding="utf-8-sig")
    assert text.count(",open,") == 7 or text.count('"open"') == 7
    sheet.write_text(text.replace("open", "done"), encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    log = project.log_path("luis")
    code(project, "luis", 0, ("precios", "breach"))
    before = log.read_bytes()
    for report, message in (
        (tmp_path / "r.txt", "cannot write '.txt'"),
        (tmp_path / "folder.csv", "is a folder"),
        (sheet, "is one of the inputs; give another --report"),
        (log, "is one of the inputs"),
        (sheet / "r.csv", "cannot be written"),
    ):
        status, said = run("import", project.folder, sheet, "--coder", "ana", "--report", report)
        assert status == 2 and message in said
    assert not open_project(project.folder).lines("ana"), "refused before the sheet was taken in"
    for number in range(7):
        code(project, "ana", number)
    out = tmp_path / "m.csv"
    for option, name, message in (
        ("--annotations", "a.txt", "cannot write '.txt'"),
        ("--errors", "folder.csv", "is a folder; give the name of a file as --errors"),
        ("--errors", "m.csv", "is named twice"),
    ):
        given = ["adjudicate", project.folder, "--method", "majority", "--output", out, option, tmp_path / name]
        status, said = run(*given)
        assert status == 2 and message in said and not out.exists()
    status, said = run("adjudicate", project.folder, "--curator", "curator", "--output", out)
    assert status == 2 and "are of --method" in said
    assert run("adjudicate", project.folder, "--method", "majority", "--output", log)[0] == 2
    assert log.read_bytes() == before


def test_what_a_sheet_does_not_take_is_refused(project, tmp_path):
    sheet = tmp_path / "ana.csv"
    run("export", project.folder, "--coder", "ana", "--output", sheet)
    for given in (["--replace"], ["--of", "luis"]):
        status, said = run("import", project.folder, sheet, "--coder", "ana", *given)
        assert status == 2 and "--of and --replace are for annotations of other tools" in said


def test_nobody_is_passed_over_where_an_option_is_given_twice(material, tmp_path):
    asked = ["--corpus", material, "--codebook", material / "oficina.yaml", "--coders", "ana", "--coders", "luis"]
    assert run("create", tmp_path / "p", *asked)[0] == 0
    project = open_project(tmp_path / "p")
    assert (project.coders, project.curators) == (["ana", "luis"], ["curator"])
    assert run("create", tmp_path / "q", *asked, "--curators")[0] == 0
    assert open_project(tmp_path / "q").curators == []
    status, said = run("migrate", tmp_path / "p", "x.yaml", "--renamed", "precios=a", "--renamed", "precios=b")
    assert status == 2 and "says twice what became of 'precios'" in said


def test_what_is_put_together_is_a_machines_and_its_doubts_are_told(project, tmp_path, capsys):
    for number in range(2):
        code(project, "ana", number, ("precios", "breach"))
    code(project, "luis", 0, ("precios", "breach"))
    tables = ["--output", tmp_path / "m.csv", "--annotations", tmp_path / "a.jsonl", "--errors", tmp_path / "e.csv"]
    assert run("adjudicate", project.folder, "--method", "majority", *tables)[0] == 0
    shown = capsys.readouterr()
    assert "Note: judged by one coder alone: 1 of 2 units (see the column coders)." in shown.err
    assert "Note: no error rates: no unit was judged by three or more coders" in shown.err
    assert "e.csv (0 rates)" in shown.out
    codes = read_table(tmp_path / "a.jsonl")
    assert set(codes["kind"]) == {"machine"} and set(codes["coder"]) == {"machine:majority"}
    # so it can never count as one person more: beside people it stands in the rows of pairs
    people = project.annotations()
    table = agreement(pd.concat([people, codes], ignore_index=True), project.judged(), repeats=0)
    whole = table.loc[table["by"].isna(), "note"]
    assert whole.str.contains("machine:majority in the rows of pairs").all()
    assert whole.str.contains("'machine:majority' was put together from people's codings").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--overlap", "0.5"], "--overlap and --per-item are of --assignment split"),
        (["--per-item", "2"], "--overlap and --per-item are of --assignment split"),
        (["--assignment", "split", "--per-item", "3"], "--per-item: got 3 with 2 coders"),
        (["--assignment", "split", "--overlap", "0", "--per-item", "2"], "and --overlap is 0; leave one"),
        (["--how", "uncertainty"], "add --sample N"),
        (["--sample", "3", "--how", "stratified"], "--how stratified and --by COLUMN go together"),
        (["--sample", "3", "--by", "lang"], "--how stratified and --by COLUMN go together"),
        (["--sample", "9"], "sample: got 9, allowed is 1 to 7: so many items there are."),
        (["--sample", "4", "--whole-texts"], "allowed is 1 to 3: so many texts"),
        (["--title", "x" * 401], "title: got 401 characters"),
        (["--seed", "-1"], "--seed: got -1"),
        (["--coders", "a/b"], "cannot be a name of a file"),
    ],
)
def test_settings_that_say_nothing_or_too_much_are_refused_at_once(material, tmp_path, options, message):
    asked = ["--corpus", material, "--coders", "ana", "luis", "--codebook", material / "oficina.yaml"]
    status, said = run("create", tmp_path / "p", *asked, *options)
    assert status == 2 and message in said and not (tmp_path / "p").exists()
    assert not re.search(r"\w=|\w_", said.replace(str(tmp_path), "")), "words of the command line, not of Python"


def test_a_column_that_is_not_there_and_those_that_are(material, tmp_path):
    asked = ["--corpus", material, "--coders", "ana", "--codebook", material / "oficina.yaml", "--sample", "3"]
    status, said = run("create", tmp_path / "p", *asked, "--how", "stratified", "--by", "zzz")
    assert status == 2 and "no column 'zzz'" in said
    names = said.partition("allowed are ")[2].rstrip(".").split(", ")
    assert "lang" in names and "year" in names and len(set(names)) == len(names)


def test_a_method_that_cannot_suggest_is_not_offered(material, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run("create", tmp_path / "p", "--corpus", material, "--coders", "ana", "--suggest", "supervised")
    assert "definitions" in capsys.readouterr().err


def test_names_are_composed_and_paths_quoted(material, tmp_path, capsys):
    folder = tmp_path / "mi proyecto"
    asked = ["--corpus", material, "--codebook", material / "oficina.yaml", "--stance-optional"]
    status, said = run("create", folder, *asked, "--coders", "jose\u0301", "--sample", "1", capsys=capsys)
    assert status == 0 and f"toolkit annotate open '{folder}'" in said and "1 item (sentence) of 1 text\n" in said
    assert open_project(folder).coders == ["josé"]
    sheet = tmp_path / "una hoja.csv"
    status, said = run("export", folder, "--coder", "jose\u0301", "--output", sheet, capsys=capsys)
    assert status == 0 and f"toolkit annotate import '{folder}' '{sheet}' --coder 'josé'" in said and "(1 row)" in said
    assert run("import", folder, sheet, "--coder", "jose\u0301", capsys=capsys)[0] == 0
    assert "annotate open '" in run("adjudicate", folder, "--curator", "curator", capsys=capsys)[1]


def test_a_coder_joins(project, capsys):
    status, said = run(project.folder, "add", "giulia", "--like", "luis", capsys=capsys)
    assert status == 0 and "giulia: 7 items" in said
    again = open_project(project.folder)
    assert again.coders == ["ana", "luis", "giulia"] and again.queue("giulia") == again.queue("luis")
    assert (project.folder / "annotate_giulia.ipynb").exists()
    assert run("add", project.folder, "Ana")[0] == 2


def test_how_many_items_to_code(capsys):
    """The examples of items_for_width, and Cochran 1977, p. 76: .5 within .05 takes about 385."""
    assert run("size", "--width", "0.1", capsys=capsys)[1].startswith("383 items in 383 documents")
    given = ["--width", "0.1", "--icc", "0.1", "--cluster", "20"]
    assert run("size", *given, capsys=capsys)[1].startswith("1,152 items in 58 documents")
    given = ["--width", "0.2", "--quantity", "kappa", "--expected", "0.7"]
    assert run("size", *given, "--prevalence", "0.2", capsys=capsys)[0] == 0
    for wrong, message in (
        (given, "--quantity kappa needs --expected (the value you expect) and --prevalence"),
        (["--width", "0.1", "--icc", "0.1"], "--icc and --cluster go together"),
        (["--width", "0.1", "--prevalence", "0.1"], "give it as --expected"),
        (["--width", "2"], "width is 2.0"),
    ):
        status, said = run("size", *wrong)
        assert status == 2 and message in said


def test_a_machine_learns_and_the_queues_follow(tmp_path, capsys):
    project = coded_project(tmp_path / "p", 20, curators=())
    add_coder(project, "giulia")
    curve = tmp_path / "curve.csv"
    before = open_project(project.folder).queue("giulia")
    given = ["--without-examples", "--width", "0.9", "--reorder", "--output", curve]
    assert run(project.folder, "learn", *given)[0] == 0
    said = capsys.readouterr().out
    assert re.search(r"^  5 texts, \d+ codes: micro-F1 0\.\d\d \[0\.\d\d, 0\.\d\d\], macro-F1 ", said, re.MULTILINE)
    assert "people between themselves: 0." in said and "Enough to know how good it is" in said
    assert {"f1_micro", "f1_macro", "people"} == set(pd.read_csv(curve)["measure"])
    after = open_project(project.folder).queue("giulia")
    assert sorted(after) == sorted(before) and after != before
    assert f"giulia: {len(before):,} open items, least sure first" in said
    # texts that are or will be held out stay where they were
    doc_of = dict(zip(project.items["item"], project.items["doc_id"], strict=True))
    kept = [(place, item) for place, item in enumerate(before) if lot(doc_of[item], 1) < 0.3]
    assert kept and all(after[place] == item for place, item in kept)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["status", "nada"], "nada: no such folder."),
        (["status", "."], "make one with 'toolkit annotate create'"),
        (["learn", "nada"], "nada: no such folder."),
    ],
)
def test_what_is_no_project_is_said_in_the_words_of_the_command(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, said = run(*arguments)
    assert status == 2 and message in said and "create_project" not in said


def test_who_looks_for_agreement_here_is_sent_to_its_command(capsys):
    with pytest.raises(SystemExit):
        run("mi proyecto", "agreement")
    assert "toolkit agreement 'mi proyecto'" in capsys.readouterr().err


def test_jupyterlab_is_opened_in_the_folder_of_the_project(project, monkeypatch):
    seen = []

    class Server:
        def __init__(self, command):
            seen.extend(command)

        def wait(self):
            return 0

    monkeypatch.setattr(subprocess, "Popen", Server)
    assert run("open", project.folder, "--no-browser")[0] == 0
    assert f"--notebook-dir={project.folder}" in seen and "--no-browser" in seen
    assert not list(project.folder.glob("0*.ipynb")), "the tutorial stays out of it"


def test_help_is_light():
    told = "import argparse, sys; from toolkit.cli.annotate import add_annotate as add; "
    told += "add(argparse.ArgumentParser().add_subparsers()); "
    told += "print([name for name in ('numpy', 'pandas', 'pydantic') if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, env={**os.environ}, timeout=60
    )
    assert found.stdout.strip() == "[]"
