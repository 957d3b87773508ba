"""A coder's work as a sheet and back: what spreadsheet programs do to it, what people edit, what is refused."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_codebook import YAML, small_codebook

from toolkit.annotation import create_project, open_project
from toolkit.annotation.curating.adjudication import adjudication_session
from toolkit.annotation.session import Session
from toolkit.annotation.sheets.sheet_rows import EXPORTED
from toolkit.annotation.sheets.spreadsheet import export_spreadsheet, import_spreadsheet
from toolkit.corpus import load_posts
from toolkit.errors import InputError, OutputError

TEXTS = {
    "alfa": "La tienda contestó 😀 las quejas.\r\nLos precios subieron, «mucho». +Siguen subiendo.",
    "beta": "Nessuno ha risposto. Il prezzo è salito; nessuno ha risposto.",
}
STANCES_YAML = "stances:\n" + "".join(
    f"  - {{id: {name}, name: {{es: {name}, it: {name}}}, definition: {{es: {name}, it: {name}}}}}\n"
    for name in ("endorses", "breach", "rejects", "mentions")
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    rows = [{"doc_id": name, "lang": "es" if name == "alfa" else "it", "text": text} for name, text in TEXTS.items()]
    path = folder / "textos.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    small_codebook(folder, yaml=YAML + STANCES_YAML)
    return load_posts(path).assign(source="textos"), folder / "oficina.yaml"


@pytest.fixture
def made(corpus, tmp_path):
    def make(unit="sentence", **settings):
        posts, book = corpus
        return create_project(
            tmp_path / unit, posts, coders=["ana", "luis"], codebook=book, unit=unit, stance_required=False, **settings
        )

    return make


def give(project, number, code, stance=None, note="", coder="ana", stretch=None):
    """A code for the item in this place, or for a stretch of its text."""
    item = project.items.iloc[number]
    start, end = stretch or (int(item["start"]), int(item["end"]))
    quote = project.texts[item["doc_id"]][start:end]
    decide(project, coder, {"do": "set", "item": item["item"], "doc_id": item["doc_id"], "start": start, "end": end,
                            "quote": quote, "code": code, "stance": stance, "note": note})  # fmt: skip


def decide(project, coder, *decisions):
    session = Session(project, coder)
    for decision in decisions:
        session.decide(decision)
    session.close()


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def write(path, rows, delimiter=",", encoding="utf-8-sig", columns=None, end="\r\n"):
    """A sheet as a spreadsheet program writes it."""
    columns = columns or list(rows[0])
    out = io.StringIO(newline="")
    sheet = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator=end, extrasaction="ignore")
    sheet.writeheader()
    sheet.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def told(report):
    """What a report says, as tuples."""
    columns = ["row", "item", "code", "what", "from", "to"]
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in report[columns].itertuples(index=False)]


def work(project):
    """Some of everything: codes, notes that look like formulas, a done item, a skipped one with a flag."""
    items = list(project.items["item"])
    give(project, 0, "respuestas", "endorses", "=1+1\r\n«¿dos líneas?»")
    give(project, 0, "precios", "mentions")
    decide(
        project, "ana", {"do": "done", "item": items[0]}, {"do": "skip", "item": items[1]},
        {"do": "flag", "item": items[1], "on": True}, {"do": "note", "item": items[1], "note": "-mirar; \"luego\""},
    )  # fmt: skip
    return items


def test_a_sheet_has_a_row_per_code_and_per_item_without_one_and_opens_in_excel(made, tmp_path):
    project = made()
    items = work(project)
    path = tmp_path / "ana.csv"
    table = export_spreadsheet(project, "ana", path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = rows_of(path)
    assert [row["item"] for row in rows] == [items[0], *items]
    assert [(row["code"], row["stance"], row["status"]) for row in rows[:3]] == [
        ("precios", "mentions", "done"), ("respuestas", "endorses", "done"), ("", "", "skipped"),
    ]  # fmt: skip
    assert rows[1]["note"] == "'=1+1\n«¿dos líneas?»", "no cell runs as a formula"
    assert (rows[2]["flag"], rows[2]["item_note"]) == ("yes", '\'-mirar; "luego"')
    assert rows[0]["quote"] == "La tienda contestó 😀 las quejas."
    assert rows[2]["before (read only)"] == "La tienda contestó 😀 las quejas."
    assert len(table) == len(rows)


@pytest.mark.parametrize(
    ("delimiter", "encoding", "end"),
    [(",", "utf-8-sig", "\r\n"), (";", "utf-8", "\n"), (";", "utf-8-sig", "\r\n"), ("\t", "utf-16", "\r\n")],
)
def test_what_spreadsheet_programs_do_to_a_file_is_no_edit(made, tmp_path, delimiter, encoding, end):
    project = made()
    work(project)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    rows = rows_of(path)
    columns = ["mine", *sorted(rows[0], reverse=True)]
    empty = dict.fromkeys(rows[0], "")
    changed = [{**row, "start": row["start"] + ".0", "end": row["end"] + ",0", "mine": "¡sí!"} for row in rows]
    changed = [*changed[::-1][:3], empty, *changed[::-1][3:], empty]
    before = len(project.lines("ana"))
    report = import_spreadsheet(project, "ana", write(path, changed, delimiter, encoding, columns, end))
    assert told(report) == []
    assert len(project.lines("ana")) == before, "nothing changed: no line"


def test_the_sheet_of_an_old_excel_comes_back_in_windows_1252(made, tmp_path):
    project = made()
    work(project)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    # such a program has no emoji; where they are only shown beside the text, that is no matter
    rows = [{name: cell.replace("😀", "?") for name, cell in row.items()} for row in rows_of(path)]
    rows[2]["item_note"] = "è già così, ¿no?"
    write(path, rows, ";", "cp1252")
    with pytest.raises(InputError, match=r"row 3, column quote: .* it has '\? las quejas\.', the text '😀 las"):
        import_spreadsheet(project, "ana", path)
    path.write_bytes(b"sep=;\r\n" + write(path, rows[2:], ";", "cp1252").read_bytes())
    report = import_spreadsheet(project, "ana", path)
    assert [row[3:] for row in told(report) if row[0]] == [("item note", '-mirar; "luego"', "è già così, ¿no?")]


def test_every_edit_is_reported_and_they_are_one_step(made, tmp_path):
    project = made()
    items = work(project)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    before = project.annotations("ana"), project.state("ana").items.copy()
    rows = rows_of(path)
    del rows[0]  # precios of the first item
    rows[0].update(stance="breach", item_note="¿seguro?")
    rows[1].update(status="open", flag="")
    rows[2].update(code="plantilla", stance="rejects", note="+1", status="done")
    rows.append({**dict.fromkeys(rows[0], ""), "item": items[2], "code": "respuestas"})
    rows = [row for row in rows if row["item"] != items[-1]]
    lines = len(project.lines("ana"))
    write(path, rows)
    expected = [
        (None, items[0], "precios", "code removed", "mentions", ""),
        (2, items[0], "respuestas", "stance", "endorses", "breach"),
        (2, items[0], None, "item note", "", "¿seguro?"),
        (3, items[1], None, "status", "skipped", "open"),
        (3, items[1], None, "flag", "yes", ""),
        (4, items[2], "plantilla", "code added", "", "rejects"),
        (4, items[2], "plantilla", "note", "", "+1"),
        (len(rows) + 1, items[2], "respuestas", "code added", "", ""),
        (4, items[2], None, "status", "open", "done"),
        (None, items[-1], None, "not in the sheet", "", ""),
    ]
    assert told(import_spreadsheet(project, "ana", path, dry_run=True)) == expected
    assert len(project.lines("ana")) == lines, "a dry run writes nothing"
    assert told(import_spreadsheet(project, "ana", path, by="giulia")) == expected
    assert len(project.lines("ana")) == lines + 1
    source = project.lines("ana")[-1]["source"]
    assert "ana.csv" in source and "giulia" in source and f"{len(rows)} rows" in source
    codes = project.annotations("ana")
    assert list(zip(codes["code"], codes["stance"].fillna(""), strict=True)) == [
        ("respuestas", "breach"), ("plantilla", "rejects"), ("respuestas", ""),
    ]  # fmt: skip
    kept = codes.iloc[0]
    assert kept["note"] == "=1+1\r\n«¿dos líneas?»", "the note nobody edited is as it was, to the line end"
    assert json.loads(kept["evidence"])["from"] == {"spreadsheet": "ana.csv", "row": 2, "by": "giulia"}
    decide(project, "ana", {"do": "undo"})
    pd.testing.assert_frame_equal(project.annotations("ana"), before[0])
    assert project.state("ana").items == before[1]


def test_importing_twice_changes_nothing_the_second_time(made, tmp_path):
    project = made()
    work(project)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    rows = rows_of(path)
    rows[0]["stance"] = "breach"
    write(path, rows)
    assert len(import_spreadsheet(project, "ana", path)) == 1
    assert told(import_spreadsheet(project, "ana", path)) == []


def test_what_was_decided_after_the_export_stands(made, tmp_path):
    project = made()
    work(project)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    give(project, 2, "precios", "breach")
    rows = rows_of(path)
    rows[0]["note"] = "nuevo"
    report = import_spreadsheet(project, "ana", write(path, rows))
    assert [row[3] for row in told(report)] == ["note"], "the newer code is not taken for one that was removed"
    rows[3]["code"] = "respuestas"
    with pytest.raises(InputError, match=r"row 5, column item: ana decided something on this item after"):
        import_spreadsheet(project, "ana", write(path, rows))


PROBLEMS = {
    "code": ({"code": "precio"}, r"row 2, column code: got 'precio'; did you mean 'precios'\?"),
    "stance": ({"stance": "endorse"}, r"row 2, column stance: got 'endorse'; did you mean 'endorses'\?"),
    "item": ({"item": "alfa:s0-9"}, r"row 2, column item: the project has no item 'alfa:s0-9'"),
    "no item": ({"item": " "}, r"row 2, column item: is empty"),
    "doc_id": ({"doc_id": "beta"}, r"row 2, column doc_id: got 'beta', the item is in 'alfa'"),
    "end": ({"end": "20"}, r"row 2, column start: got 0 to 20, the sentence is 0 to 32"),
    "a thousand": ({"end": "1.000"}, r"row 2, column end: got '1.000', expected a position"),
    "one side": ({"end": ""}, r"row 2, column end: is empty; give start and end, or neither"),
    "quote": ({"quote": "La tienda contestó :-) las quejas."}, r"row 2, column quote: .* after 19 characters"),
    "empty quote": ({"quote": ""}, r"row 2, column quote"),
    "status": ({"status": "don"}, r"row 2, column status: got 'don'; did you mean 'done'\?"),
    "no status": ({"status": ""}, r"row 2, column status: got ''; allowed are"),
    "flag": ({"flag": "quizá"}, r"row 2, column flag: got 'quizá'"),
    "no code": ({"code": ""}, r"row 2, column stance: is filled in, but the row has no code"),
    "twice": ({"code": "respuestas"}, r"row 3, column code: 'respuestas' is on this stretch already, in row 2"),
    "two rows": ({"item_note": "uno"}, None),
    "another's": ({EXPORTED: "luis, decision 6"}, r"row 2, column exported.*"),
    "future": ({EXPORTED: "ana, decision 60"}, r"row 2, column exported"),
    "note": ({"note": "a" * 20_001}, r"row 2, column note: has 20,001 characters"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_row_that_does_not_fit_is_refused_with_its_place(made, tmp_path, name):
    edit, message = PROBLEMS[name]
    project = made()
    work(project)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    rows = rows_of(path)
    rows[0].update(edit)
    if message is None:
        rows[1]["item_note"] = "dos"
        message = r"row 3, column item_note: says 'dos', row 2 of the same item 'uno'"
    rows[2]["flag"] = "no"  # nothing of the file is imported, not this either
    before = project.log_path("ana").read_bytes()
    with pytest.raises(InputError, match=message):
        import_spreadsheet(project, "ana", write(path, rows))
    assert project.log_path("ana").read_bytes() == before


def test_a_sheet_with_many_problems_tells_the_first_twenty(made, tmp_path):
    project = made()
    path = tmp_path / "ana.csv"
    rows = export_spreadsheet(project, "ana", path).to_dict("records") * 6
    write(path, [{**row, "code": "nada"} for row in rows])
    path.write_bytes(b",,,\r\n" + path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    with pytest.raises(InputError) as error:
        import_spreadsheet(project, "ana", path)
    lines = str(error.value).splitlines()
    assert lines[0] == f"ana.csv: nothing was imported, {len(rows)} rows have a problem:"
    assert lines[1].startswith("  row 3, column code"), "rows count as the spreadsheet counts them"
    assert len(lines) == 22 and lines[-1] == f"  and {len(rows) - 20} more."


def test_a_sheet_of_another_coder_is_refused(made, tmp_path):
    project = made()
    export_spreadsheet(project, "luis", tmp_path / "luis.csv")
    with pytest.raises(InputError, match=r"the sheet was exported for 'luis', not for 'ana'") as error:
        import_spreadsheet(project, "ana", tmp_path / "luis.csv")
    assert len(str(error.value).splitlines()) == 1, "once, not for every row"
    # a sheet of one's own with a row of somebody else's
    own = export_spreadsheet(project, "ana", tmp_path / "ana.csv").to_dict("records")
    own[2][EXPORTED] = "luis, decision 0"
    write(tmp_path / "ana.csv", own)
    with pytest.raises(InputError, match=r"row 4, column exported .*for 'luis', not for 'ana'"):
        import_spreadsheet(project, "ana", tmp_path / "ana.csv")


def test_a_file_that_is_no_sheet_is_refused(made, tmp_path):
    project = made()
    path = tmp_path / "a.csv"
    cases = {
        b"": "the column 'item' is missing",
        b"item,code\na,b\n": r"the column 'start' is missing \(found: item, code\)",
        b"item,start,end,quote,code,Code\n": "the column 'code' is there twice",
        b'item,start,end,quote,code\n"a,1,2,b\n': "row 2: cannot be read as CSV",
        b"PK\x03\x04\x00\x00\x00\x00": "save the sheet as CSV",
    }
    for data, message in cases.items():
        path.write_bytes(data)
        with pytest.raises(InputError, match=message):
            import_spreadsheet(project, "ana", path)
    for name in ("a.xlsx", "missing.csv"):
        with pytest.raises(InputError, match=name):
            import_spreadsheet(project, "ana", tmp_path / name)
    with pytest.raises(InputError, match=r"must end in \.csv"):
        export_spreadsheet(project, "ana", tmp_path / "a.xlsx")


def test_columns_that_are_gone_say_nothing(made, tmp_path):
    project = made()
    work(project)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    write(path, rows_of(path), columns=["item", "start", "end", "quote", "code"])
    assert told(import_spreadsheet(project, "ana", path)) == []


def test_stretches_are_found_by_their_quote_where_it_stands_once(made, tmp_path):
    project = made("span")
    give(project, 0, "respuestas", "endorses", stretch=(3, 9))
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    first, second = rows_of(path)
    assert (first["quote"], first["start"]) == ("tienda", "3")
    assert (second["quote"], second["start"], second["end"]) == (TEXTS["beta"], "", "")
    new = {**first, "start": "", "end": "", "code": "precios", "quote": "las quejas.\nLos precios"}
    report = import_spreadsheet(
        project, "ana", write(path, [first, new, {**second, "quote": "Il prezzo", "code": "precios"}])
    )
    assert [(row["start"], row["end"], row["what"]) for row in report.to_dict("records")] == [
        (21, 45, "code added"), (21, 30, "code added"),
    ]  # fmt: skip
    assert project.annotations("ana")["quote"].tolist() == ["tienda", "las quejas.\r\nLos precios", "Il prezzo"]
    for quote, message in (("ha risposto", "stands 2 times"), ("hanno", "stands nowhere"), ("", "is empty")):
        with pytest.raises(InputError, match=message):
            import_spreadsheet(
                project, "ana", write(path, [{**second, "quote": quote, "code": "respuestas", EXPORTED: ""}])
            )
    with pytest.raises(InputError, match="is no part of 'beta', which has 61 characters"):
        import_spreadsheet(project, "ana", write(path, [{**second, "start": "5", "end": "500", "code": "respuestas"}]))


def test_a_done_item_needs_stances_where_the_project_asks_for_them(corpus, tmp_path):
    posts, book = corpus
    project = create_project(tmp_path / "p", posts, coders=["ana"], codebook=book, stance_required=True)
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    rows = rows_of(path)
    rows[0].update(code="precios", status="done")
    with pytest.raises(InputError, match=r"row 2, column stance: is empty, and 'alfa:s0-32' is done"):
        import_spreadsheet(project, "ana", write(path, rows))
    rows[0]["stance"] = "breach"
    assert len(import_spreadsheet(project, "ana", write(path, rows))) == 2


def test_where_a_codebook_gives_one_code_the_sheet_can_put_another_in_its_place(corpus, tmp_path):
    posts, _ = corpus
    small_codebook(tmp_path, yaml=YAML.replace("example_files", "multi_label: false\nexample_files"))
    project = create_project(tmp_path / "p", posts, coders=["ana"], codebook=tmp_path / "oficina.yaml")
    give(project, 0, "precios")
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    rows = rows_of(path)
    with pytest.raises(InputError, match=r"row 7, column code: the codebook gives one code, and row 2 has one"):
        import_spreadsheet(project, "ana", write(path, [*rows, {**rows[0], "code": "plantilla"}]))
    rows[0]["code"] = "plantilla"
    import_spreadsheet(project, "ana", write(path, rows))
    assert project.annotations("ana")["code"].tolist() == ["plantilla"]


def test_very_long_texts_fit_a_cell(corpus, tmp_path):
    posts, book = corpus
    posts = posts.assign(text=[TEXTS["alfa"] + " x" * 40_000, TEXTS["beta"]])
    project = create_project(tmp_path / "p", posts, coders=["ana"], codebook=book, unit="document")
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    rows = rows_of(path)
    assert max(len(cell) for row in rows for cell in row.values()) < 32_767
    rows[0].update(code="precios", stance="breach")
    import_spreadsheet(project, "ana", write(path, rows))
    assert project.annotations("ana")["quote"].tolist() == [posts["text"][0]]


def test_a_curator_can_work_in_a_sheet_too(made, tmp_path):
    project = made()
    item = project.items["item"][0]
    for coder, stance in (("ana", "breach"), ("luis", "endorses")):
        give(project, 0, "respuestas", stance, coder=coder)
        decide(project, coder, {"do": "done", "item": item})
    adjudication_session(project, "curator").close()
    path = tmp_path / "curator.csv"
    export_spreadsheet(project, "curator", path)
    rows = rows_of(path)
    assert [row["item"] for row in rows] == [item]
    rows[0].update(code="respuestas", stance="breach", status="done")
    assert len(import_spreadsheet(project, "curator", write(path, rows))) == 2
    assert project.annotations("curator")["stance"].tolist() == ["breach"]


def test_nothing_is_imported_while_the_notebook_of_the_coder_is_open_elsewhere(made, tmp_path):
    project = made()
    path = tmp_path / "ana.csv"
    export_spreadsheet(project, "ana", path)
    rows = rows_of(path)
    rows[0]["flag"] = "yes"
    write(path, rows)
    token = project.log_path("ana").with_suffix(".writer")
    token.write_text(json.dumps({"session": "x", "host": "another", "pid": 1, "started": 0, "since": "now"}))
    with pytest.raises(InputError, match="is open on the machine 'another'"):
        import_spreadsheet(project, "ana", path)
    assert len(import_spreadsheet(project, "ana", path, take_over=True)) == 1
    token.unlink(missing_ok=True)
    with pytest.raises(OutputError):
        export_spreadsheet(project, "ana", Path("/dev/null/ana.csv"))


CODES = ("respuestas", "precios", "plantilla")
STANCES = (None, "endorses", "breach", "rejects", "mentions")
NOTES = st.sampled_from(["", "=1+1", "'-x", "uno\r\ndos", "\ttab", "«é» 😀", " ", 'a;b,"c"', "''@"])
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("code"), st.integers(0, 4), st.sampled_from(CODES), st.sampled_from(STANCES), NOTES),
        st.tuples(st.just("status"), st.integers(0, 4), st.sampled_from(["open", "done", "skipped"])),
        st.tuples(st.just("flag"), st.integers(0, 4), st.sampled_from(["", "yes"])),
        st.tuples(st.just("item_note"), st.integers(0, 4), NOTES),
        st.tuples(st.just("drop"), st.integers(0, 9)),
    ),
    max_size=12,
)


def edited(rows, edits, items):
    """The table after edits as a careful person would make them: a row per code, or one bare row."""
    rows = [dict(row) for row in rows]
    for kind, number, *what in edits:
        here = [row for row in rows if row["item"] == items[number % len(items)]]
        if kind == "code":
            code, stance, note = what
            row = next((row for row in here if row["code"] == code), None) or next(
                (row for row in here if not row["code"]), None
            )
            if row is None:
                row = dict(here[0])
                rows.insert(rows.index(here[-1]) + 1, row)
            note = note.replace("\r\n", "\n")
            row.update(code=code, stance=stance or "", note=note)
        elif kind == "drop":
            row = rows[number % len(rows)]
            if len([other for other in rows if other["item"] == row["item"]]) > 1:
                rows.remove(row)
            else:
                row.update(code="", stance="", note="")
        else:
            for row in here:
                row[kind] = what[0].replace("\r\n", "\n")
    return rows


def in_order(rows):
    return sorted(([row[name] for name in row if name != EXPORTED] for row in rows), key=lambda row: (row[0], row[7]))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=EDITS, second=EDITS)
def test_a_sheet_that_is_edited_and_imported_is_the_sheet_that_is_exported_next(
    corpus, tmp_path_factory, first, second
):
    posts, book = corpus
    folder = tmp_path_factory.mktemp("sheets")
    project = create_project(folder / "p", posts, coders=["ana"], codebook=book, stance_required=False)
    items, path = list(project.items["item"]), folder / "ana.csv"
    for edits in (first, second):
        exported = export_spreadsheet(project, "ana", path).to_dict("records")
        assert told(import_spreadsheet(project, "ana", path)) == []
        before = project.state("ana")
        before = dict(before.codings), {item: before.item(item) for item in items}
        wanted = edited(exported, edits, items)
        quoted = [
            {name: f"'{cell}" if cell[:1] in ("=", "'", "\t") else cell for name, cell in row.items()} for row in wanted
        ]
        report = import_spreadsheet(project, "ana", write(path, quoted))
        again = export_spreadsheet(project, "ana", path).to_dict("records")
        assert in_order(again) == in_order(wanted)
        assert bool(len(report)) == (in_order(wanted) != in_order(exported))
        if len(report):
            decide(project, "ana", {"do": "undo"})
            state = open_project(folder / "p").state("ana")
            assert (dict(state.codings), {item: state.item(item) for item in items}) == before
            decide(project, "ana", {"do": "redo"})
            assert in_order(export_spreadsheet(project, "ana", path).to_dict("records")) == in_order(wanted)


def test_names_of_texts_with_a_space_at_either_end_come_back(corpus, tmp_path):
    posts, book = corpus
    posts = posts.assign(doc_id=[" alfa ", "beta"])
    project = create_project(tmp_path / "p", posts, coders=["ana"], codebook=book, stance_required=False)
    path = tmp_path / "ana.csv"
    sheet = export_spreadsheet(project, "ana", path)
    assert import_spreadsheet(project, "ana", path).empty
    sheet.loc[0, "code"] = "precios"
    sheet.to_csv(path, index=False)
    assert import_spreadsheet(project, "ana", path)["what"].tolist() == ["code added"]
    assert project.annotations("ana")["doc_id"].tolist() == [" alfa "]
