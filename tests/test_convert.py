"""``toolkit convert``, and annotations of other tools in the commands that read annotations."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coded_project import coded_project

from toolkit.annotation import create_project, import_annotations, open_project
from toolkit.cli import main
from toolkit.cli.convert import EXCHANGE_FORMATS
from toolkit.codebook import load_codebook
from toolkit.converting import annotated, with_codes_of
from toolkit.corpus import human_annotations, load_posts
from toolkit.errors import InputError
from toolkit.exchange import FORMATS, LossWarning, detect_format, read_annotations, read_exchange, write_annotations
from toolkit.exchange.texts import posts_of
from toolkit.resources import bundled_corpus
from toolkit.tables import CONTRACTS

TEXT = "Hablamos con voz humana 😀.\r\nEscuchar es más que oír."
COLUMNS = list(CONTRACTS["annotations"])


def row(doc_id, start, end, code, coder="ana", text=TEXT, **more):
    return {
        "doc_id": doc_id, "start": start, "end": end, "quote": text[start:end], "codebook": "cluetrain", "code": code,
        "coder": coder, "kind": "human", **more,
    }  # fmt: skip


@pytest.fixture
def table():
    return pd.DataFrame(
        [
            row("es/uno", 13, 25, "human_voice", stance="endorses", note="«humana», con emoji"),
            row("es/uno", 28, 52, "listening", coder="luis", created="2026-11-22T02:09:47Z"),
            row("es/dos", 0, 8, "conversation", kind="machine", score=0.1 + 0.2),
        ]
    )


@pytest.fixture
def texts():
    return {"es/uno": TEXT, "es/dos": TEXT, "es/tres": ""}


@pytest.fixture
def ours(table, texts, tmp_path):
    write_annotations(table, tmp_path / "in.jsonl", texts=texts)
    return tmp_path / "in.jsonl"


def rows(frame):
    return sorted(frame[COLUMNS].astype(object).where(frame[COLUMNS].notna(), "").to_numpy().tolist(), key=str)


def run(*arguments, status=0):
    assert main([str(one) for one in arguments]) == status


def test_the_names_on_the_command_line_are_those_of_the_registry():
    assert tuple(FORMATS) == EXCHANGE_FORMATS


def test_help_names_all_formats_and_imports_none():
    code = "import sys, toolkit.cli.convert; print([m for m in sys.modules if 'pandas' in m or 'exchange' in m])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("name", EXCHANGE_FORMATS)
def test_there_and_back_by_the_command_line(ours, tmp_path, name, capsys):
    """Format by format, detected on the way back; what is lost is said."""
    what = FORMATS[name]
    out = tmp_path / ("out" if what.folder else f"out{what.suffixes[0]}")
    run("convert", ours, out, "--to", name, "--losses", tmp_path / "losses.csv")
    said = capsys.readouterr()
    assert "3 annotations of 3 documents" in said.out and "Written:" in said.out
    losses = pd.read_csv(tmp_path / "losses.csv")
    assert detect_format(out) == name
    run("convert", out, tmp_path / "back.jsonl")
    before, after = read_annotations(ours), read_annotations(tmp_path / "back.jsonl")
    lost = sorted(set(losses["field"]) & set(COLUMNS))
    pd.testing.assert_frame_equal(
        before[COLUMNS].drop(columns=lost), after[COLUMNS].drop(columns=lost), check_dtype=False
    )
    back = read_exchange(tmp_path / "back.jsonl").posts
    assert dict(zip(back["doc_id"], back["text"], strict=True)) == {"es/uno": TEXT, "es/dos": TEXT, "es/tres": ""}


@pytest.mark.parametrize("name", [name for name, what in FORMATS.items() if what.folder])
def test_a_folder_of_files_can_be_a_zip(ours, tmp_path, name):
    run("convert", ours, tmp_path / "out.zip", "--to", name)
    assert len(read_exchange(tmp_path / "out.zip").posts) == 3


def test_one_document_can_be_one_file(table, tmp_path):
    table = table[table["doc_id"] == "es/uno"]
    losses = write_annotations(table, tmp_path / "uno.ann", texts={"es/uno": TEXT})
    assert (tmp_path / "uno.txt").is_file()
    found = read_exchange(tmp_path / "uno.ann")
    assert found.annotations["quote"].tolist() == ["voz humana 😀", "Escuchar es más que oír."]
    assert losses["value"].tolist() == found.posts["doc_id"].tolist() == ["uno"]
    with pytest.raises(InputError, match="2 documents and brat has a file for each"):
        write_annotations(table, tmp_path / "dos.ann", texts={"es/uno": TEXT, "es/dos": TEXT})


def test_strict_tells_a_program_that_something_was_lost(ours, tmp_path, capsys):
    run("convert", ours, tmp_path / "same.csv", "--strict")
    assert "Nothing was refused, lost or changed." in capsys.readouterr().err
    lines = ours.read_text(encoding="utf-8").splitlines()
    strange = json.loads(lines[0]) | {"mood": "glad"}
    ours.write_text("\n".join([json.dumps(strange), *lines[1:]]), encoding="utf-8")
    run("convert", ours, tmp_path / "less.csv", "--strict", status=1)
    assert "lost 1 x mood: the annotations table has no such column" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quote": "otra cosa"}, "the file says 'otra cosa', but from 0 to 8 stands 'Hablamos'"),
        ({"end": 5000}, "position 5000 lies outside the text, which ends at 52"),
        ({"start": 8}, "the file says 'Hablamos', but from 8 to 8 stands ''"),
        ({"start": 9}, "nothing stands between 9 and 8"),
        ({"start": "x"}, "start: got 'x', expected a whole number from 0"),
        ({"start": True}, "start: got True, expected a whole number from 0"),
        ({"doc_id": [7]}, "doc_id: got [7], expected a text"),
        ({"doc_id": "es/nada"}, "its text is not at hand; give it (--texts, texts=)"),
        ({"code": None}, "code: got None, expected a text"),
        ({"score": "alto"}, "score: got 'alto', expected a number from 0 to 1"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place_and_the_others_go_on(ours, change, reason):
    lines = ours.read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0]) | change
    ours.write_text("\n".join([json.dumps(first), *lines[1:]]), encoding="utf-8")
    with pytest.warns(LossWarning, match="1 refused"):
        assert len(read_annotations(ours)) == 2
    (loss,) = read_exchange(ours).losses.to_dict("records")
    assert (loss["kind"], loss["place"], loss["reason"]) == ("refused", "in.jsonl, line 1", reason)


def test_where_all_is_refused_nothing_is_written(ours, tmp_path, capsys):
    (tmp_path / "in.texts.jsonl").write_text('{"doc_id": "es/uno", "text": "otro"}\n{"doc_id": "es/dos", "text": ""}\n')
    run("convert", ours, tmp_path / "out.csv", status=2)
    assert "all 3 annotations were refused and nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_texts_are_found_beside_or_named(table, texts, tmp_path):
    write_annotations(table, tmp_path / "a.jsonl", texts=texts)
    (tmp_path / "a.texts.jsonl").rename(tmp_path / "elsewhere.jsonl")
    assert len(read_exchange(tmp_path / "a.jsonl").losses) == 3
    assert read_exchange(tmp_path / "a.jsonl", texts=tmp_path / "elsewhere.jsonl").losses.empty
    (tmp_path / "elsewhere.jsonl").rename(tmp_path / "posts.jsonl")
    assert read_exchange(tmp_path / "a.jsonl").losses.empty


def test_the_annotations_of_the_bundled_corpus_find_their_texts():
    file = bundled_corpus() / "annotations" / "cluetrain_author.jsonl"
    found = read_exchange(file)
    human = human_annotations(bundled_corpus(), "cluetrain", "author")
    assert found.losses.empty and len(found.annotations) == len(human.annotations)


def test_a_corpus_with_annotations_can_be_taken_out(tmp_path):
    found = annotated(bundled_corpus())
    human = human_annotations(bundled_corpus())
    assert rows(found.annotations) == rows(human.annotations)
    assert set(found.posts["doc_id"]) == set(human.coverage["doc_id"])


def test_a_project_goes_out_and_comes_back_into_another(tmp_path, capsys):
    project = coded_project(tmp_path / "p", 2)
    run("convert", project.folder, tmp_path / "brat", "--to", "brat")
    empty = coded_project(tmp_path / "q", 2, coders=("ana", "luis"))
    run("annotate", "import", empty.folder, tmp_path / "brat", "--coder", "ana", "--of", "second")
    said = capsys.readouterr()
    assert "Taken in" in said.out
    before, after = project.annotations("second"), empty.annotations("ana")
    keys = ["doc_id", "start", "end", "quote", "code", "stance"]
    assert sorted(map(tuple, before[keys].to_numpy())) == sorted(map(tuple, after[keys].to_numpy()))
    run("annotate", "import", empty.folder, tmp_path / "brat", "--coder", "luis", status=2)
    assert "holds no annotations of 'luis'; name one by --of" in capsys.readouterr().err


def test_agreement_between_files_of_other_tools(tmp_path, capsys):
    """One file per person that names nobody: each is called as its file."""
    posts = load_posts(bundled_corpus())
    human = human_annotations(bundled_corpus(), "cluetrain", posts=posts)
    both = sorted(set(human.coverage.loc[human.coverage["coder"] == "second", "doc_id"]))[:6]
    posts = posts[posts["doc_id"].isin(both)]
    for who in ("author", "second"):
        own = human.annotations[(human.annotations["coder"] == who) & human.annotations["doc_id"].isin(both)]
        plain = own.assign(coder="unknown", codebook="imported", stance=None, note=None, created=None)
        write_annotations(plain, tmp_path / f"{who}.conll", texts=posts)
        write_annotations(own, tmp_path / f"{who}.jsonl", texts=posts)
    values = []
    for suffix in ("conll", "jsonl"):
        out = tmp_path / f"{suffix}.csv"
        files = [tmp_path / f"{who}.{suffix}" for who in ("author", "second")]
        run("agreement", *files, "--repeats", 5, "--output", out)
        table = pd.read_csv(out)
        # stances, which these columns do not hold, are measured in the other files only
        whole = table["code"].isna() & table["by"].isna() & (table["coders"] == "all")
        values.append(table[whole & table["measure"].isin(["f1", "percent", "alpha_jaccard"])]["value"].tolist())
    assert values[0] == values[1] and len(values[0]) >= 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.jsonl", "out.csv"], "nothing.jsonl: no such file or folder."),
        (["in.jsonl", "in.jsonl"], "is one of the inputs"),
        (["in.jsonl", "out.json"], "files of several formats end so; name the format: cas-json or label-studio."),
        (["in.jsonl", "out"], "no format has files that end so"),
        (["in.texts.jsonl", "out.csv"], "is JSON with the keys doc_id, text, and so in none of the formats read here"),
        (["in.texts.jsonl", "out.csv", "--from", "jsonl"], "the column 'start' is missing"),
        (["in.jsonl", "out.csv", "--losses", "losses.txt"], "cannot write '.txt'"),
        (["in.jsonl", "out.csv", "--texts", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(ours, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    run("convert", *arguments, status=2)
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def test_codes_of_others_get_the_ids_of_the_codebook(tmp_path, capsys):
    """A codebook read from a tool has ids of ours; annotations of that tool say what the tool says."""
    conf = tmp_path / "annotation.conf"
    conf.write_text("[entities]\nPER\nVoz_Humana\n[relations]\n[events]\n[attributes]\n", encoding="utf-8")
    run("codebook", "convert", conf, tmp_path / "own.yaml", "--lang", "es")
    said = capsys.readouterr().err
    assert "as 'per'" in said and "as 'voz_humana'" in said and "2 x definition: it has none" in said
    (tmp_path / "uno.txt").write_text("Ana habla", encoding="utf-8")
    (tmp_path / "uno.ann").write_text("T1\tPER 0 3\tAna\nT2\tVoz_Humana 4 9\thabla\nT3\tOtro 0 9\tAna habla\n")
    run("convert", tmp_path / "uno.ann", tmp_path / "out.jsonl", "--codebook", tmp_path / "own.yaml")
    assert "the codebook has it as 'per'" in capsys.readouterr().err
    assert sorted(read_annotations(tmp_path / "out.jsonl")["code"]) == ["Otro", "per", "voz_humana"]


@pytest.mark.parametrize(("shift", "reads"), [(0, "brat counts the mark"), (1, "others do not")])
def test_a_byte_order_mark_counts_or_not_as_the_quotes_say(tmp_path, shift, reads):
    (tmp_path / "uno.txt").write_bytes("\ufeffHola mundo".encode())
    start = 6 - shift
    (tmp_path / "uno.ann").write_text(f"T1\tVoz {start} {start + 5}\tmundo\n")
    assert read_annotations(tmp_path / "uno.ann")["quote"].tolist() == ["mundo"], reads


def test_a_tag_added_to_our_set_in_inception_has_its_description_as_definition(tmp_path):
    from toolkit.exchange.codebooks.registry import read_codebook

    run("codebook", "convert", "cluetrain", tmp_path / "tags.json", "--lang", "es")
    value = json.loads((tmp_path / "tags.json").read_text(encoding="utf-8"))
    value["tags"].append({"tag_name": "ironia", "tag_description": "Dice lo contrario de lo que piensa."})
    (tmp_path / "tags.json").write_text(json.dumps(value), encoding="utf-8")
    added = read_codebook(tmp_path / "tags.json").codes[-1]
    assert (added.id, added.name, added.definition) == ("ironia", "ironia", "Dice lo contrario de lo que piensa.")


def test_a_type_put_in_the_place_of_another_does_not_inherit_its_name(tmp_path):
    from toolkit.exchange.codebooks.registry import read_codebook

    run("codebook", "convert", "cluetrain", tmp_path / "annotation.conf", "--lang", "es")
    text = (tmp_path / "annotation.conf").read_text(encoding="utf-8").replace("\nhuman_voice\n", "\nironia\n")
    (tmp_path / "annotation.conf").write_text(text, encoding="utf-8")
    (new,) = [one for one in read_codebook(tmp_path / "annotation.conf").codes if one.id == "ironia"]
    assert (new.name, new.definition) == ("ironia", "")


def test_a_folder_of_tables_is_read_as_one_with_all_their_texts(table, texts, tmp_path):
    for who in ("ana", "luis"):
        own = table[table["coder"] == who].reset_index(drop=True)
        write_annotations(own, tmp_path / "all" / f"{who}.jsonl", texts=texts)
    found = read_exchange(tmp_path / "all")
    assert rows(found.annotations) == rows(table.reindex(columns=COLUMNS)) and found.losses.empty
    (tmp_path / "all" / "settings.jsonl").write_text('{"a": 1}\n')
    assert read_exchange(tmp_path / "all").losses["place"].tolist() == ["settings.jsonl"]
    assert sorted(found.posts["doc_id"]) == sorted(texts)
    (tmp_path / "all" / "luis.texts.jsonl").write_text('{"doc_id": "es/uno", "text": "otro"}\n')
    with pytest.raises(InputError, match="two files of texts hold different texts of 'es/uno'"):
        read_exchange(tmp_path / "all")


@pytest.mark.parametrize("name", ["jsonl", "csv", "parquet"])
def test_a_row_without_a_character_is_kept_by_our_own_tables_alone(tmp_path, name):
    nothing = pd.DataFrame([row("es/uno", 3, 3, "listening")])
    assert write_annotations(nothing, tmp_path / f"in.{name}", texts={"es/uno": TEXT}).empty
    found = read_exchange(tmp_path / f"in.{name}")
    assert rows(found.annotations) == rows(nothing.reindex(columns=COLUMNS)) and found.losses.empty
    (loss,) = write_annotations(nothing, tmp_path / "brat", "brat", texts={"es/uno": TEXT}).to_dict("records")
    assert (loss["kind"], loss["field"], loss["start"]) == ("lost", "annotation", 3)


def test_a_table_that_a_spreadsheet_in_spain_saved(tmp_path):
    (tmp_path / "in.csv").write_text("doc_id;start;end;code;score;coder\n1;0;8;7;0,5;ana\n", encoding="utf-8-sig")
    (found,) = read_annotations(tmp_path / "in.csv", texts={"1": TEXT}).to_dict("records")
    assert (found["doc_id"], found["quote"], found["code"], found["score"]) == ("1", "Hablamos", "7", 0.5)


def test_a_table_of_another_program_with_its_types(tmp_path):
    other = pd.DataFrame(
        {
            "doc_id": [1], "start": [0.0], "end": [8], "code": [7], "created": pd.to_datetime(["2009-03-12 10:00"]),
            "feature_terms": [["a", "b"]],
        }
    )  # fmt: skip
    other.to_parquet(tmp_path / "in.parquet")
    (found,) = read_annotations(tmp_path / "in.parquet", texts={"1": TEXT}).to_dict("records")
    assert (found["doc_id"], found["code"], found["created"]) == ("1", "7", "2009-03-12T10:00:00")
    assert json.loads(found["feature_terms"]) == ["a", "b"]


@pytest.mark.parametrize("cell", ["=1+1", "\n=1+1", "@x", "\uff1d1", "-1", "'=1", "+1"])
def test_cells_that_a_spreadsheet_would_run_are_neutral_and_come_back(tmp_path, cell):
    note = pd.DataFrame([row("es/uno", 0, 8, "listening", note=cell)])
    write_annotations(note, tmp_path / "in.csv", texts={"es/uno": TEXT})
    assert f'"{cell}"' not in (tmp_path / "in.csv").read_bytes().decode("utf-8-sig")
    assert read_annotations(tmp_path / "in.csv")["note"].tolist() == [cell]


def test_texts_of_other_tables_are_not_replaced(table, texts, tmp_path, capsys):
    write_annotations(table, tmp_path / "cod.jsonl", texts=texts)
    other = {"es/uno": "otro texto"}
    none = table[:0]
    with pytest.raises(InputError, match=r"cod.texts.jsonl: is there already, with other texts"):
        write_annotations(none, tmp_path / "cod.csv", texts=other)
    assert not (tmp_path / "cod.csv").exists() and read_exchange(tmp_path / "cod.jsonl").losses.empty
    write_annotations(none, tmp_path / "cod.jsonl", texts=other)  # the pair is replaced as a pair
    (tmp_path / "mine.texts.jsonl").write_text('{"doc_id": "d", "text": "mine"}\n')
    with pytest.raises(InputError, match="give another name"):
        write_annotations(table, tmp_path / "mine.jsonl", texts=texts)


def test_nothing_is_written_among_the_files_of_a_project(ours, tmp_path, capsys):
    project = coded_project(tmp_path / "p", 1)
    before = {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}
    for name in ("decisions/author.jsonl", "decisions/new.jsonl", "items.jsonl", "texts.jsonl"):
        run("convert", ours, project.folder / name, status=2)
    assert {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()} == before
    run("convert", ours, project.folder / "export.jsonl")


def test_what_annotations_cannot_say_of_a_project_is_listed(tmp_path, capsys):
    project = coded_project(tmp_path / "p", 1)
    run("convert", project.folder, tmp_path / "out.jsonl")
    assert "done: it is said of items, and annotations do not say it" in capsys.readouterr().err


def test_a_zip_is_recognised_by_all_commands(ours, tmp_path, capsys):
    run("convert", ours, tmp_path / "out.zip", "--to", "brat")
    assert detect_format(tmp_path / "out.zip") == "brat"
    run("convert", tmp_path / "out.zip", tmp_path / "back.jsonl")
    assert "3 annotations of 3 documents" in capsys.readouterr().out


def test_a_layer_that_is_not_there_is_an_error(ours, tmp_path, capsys):
    run("convert", ours, tmp_path / "brat", "--to", "brat")
    run("convert", tmp_path / "brat", tmp_path / "out.jsonl", "--layer", "nope", status=2)
    assert "has no annotation of the layer nope" in capsys.readouterr().err


def test_a_text_that_only_has_the_same_name_needs_quotes(tmp_path, capsys):
    (tmp_path / "a").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "01.txt").write_text("Otro texto que no tiene nada que ver.")
    (tmp_path / "a" / "a.jsonl").write_text('{"doc_id": "01", "start": 0, "end": 4, "code": "x"}\n')
    run("convert", tmp_path / "a" / "a.jsonl", tmp_path / "out.csv", status=2)
    assert "no quote to prove the text that was found" in capsys.readouterr().err
    run("convert", tmp_path / "a" / "a.jsonl", tmp_path / "out.csv", "--texts", tmp_path / "texts")
    assert "1 rows have no quote: that they mark what was meant is not proved" in capsys.readouterr().out


def test_all_texts_that_are_named_are_written(table, texts, tmp_path):
    write_annotations(table, tmp_path / "in.jsonl", texts=texts)
    assert set(read_exchange(tmp_path / "in.jsonl", texts={**texts, "es/cuatro": "Más"}).posts["doc_id"]) == {
        *texts, "es/cuatro",
    }  # fmt: skip


def test_files_that_count_differently_are_read_each_in_its_unit(tmp_path):
    """Two people, one program each: one counts code points, the other UTF-16 units, as the names of quotations show."""
    text = "😀 Hola mundo"
    for who in ("ana", "luis"):
        own = pd.DataFrame([row("d", 7, 12, "x", coder=who, text=text)])
        write_annotations(own, tmp_path / f"{who}.qdpx", texts={"d": text})
    with zipfile.ZipFile(tmp_path / "luis.qdpx") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    project = members["project.qde"].decode()
    assert 'startPosition="7"' in project and 'origin="cluetrain-toolkit' in project
    project = project.replace('origin="cluetrain-toolkit', 'origin="MAXQDA')
    project = project.replace('startPosition="7"', 'startPosition="8"').replace('endPosition="12"', 'endPosition="13"')
    with zipfile.ZipFile(tmp_path / "luis.qdpx", "w") as archive:
        for name, content in (members | {"project.qde": project.encode()}).items():
            archive.writestr(name, content)
    found = read_annotations(tmp_path)
    assert dict(zip(found["coder"], found["quote"], strict=True)) == {"ana": "mundo", "luis": "mundo"}


def edited_brat(folder):
    """Somebody deleted the first annotation, and changed the code of the next, in the file of a text."""
    (file,) = list(folder.rglob("*.ann"))
    lines = file.read_text(encoding="utf-8").split("\n")
    kept = [line for line in lines if not line.startswith("T1\t") and "\tT1 " not in line and " T1\t" not in line]
    kept = [line for line in kept if "T1 " not in line]
    at = next(number for number, line in enumerate(kept) if line.startswith("T2\t"))
    name, where, quote = kept[at].split("\t")
    kept[at] = f"{name}\thumility_values {where.split(' ', 1)[1]}\t{quote}"
    file.write_text("\n".join(kept), encoding="utf-8")


def test_what_somebody_changed_elsewhere_comes_back_and_what_stays_is_said(tmp_path, capsys):
    project = coded_project(tmp_path / "p", 1, coders=("author",), curators=("curator",))
    before = len(project.annotations("author"))
    run("convert", project.folder, tmp_path / "brat", "--to", "brat")
    edited_brat(tmp_path / "brat")
    report = tmp_path / "left.csv"
    run("annotate", "import", project.folder, tmp_path / "brat", "--coder", "author", "--report", report)
    assert "2 of the decisions of author in these texts stand not in the file, and stay" in capsys.readouterr().err
    assert len(project.annotations("author")) == before + 1
    run("annotate", "import", project.folder, tmp_path / "brat", "--coder", "author", "--replace")
    assert "2 codes taken out" in capsys.readouterr().out
    after = project.annotations("author")
    there = read_annotations(tmp_path / "brat")
    keys = ["doc_id", "start", "end", "code"]
    assert sorted(map(tuple, after[keys].to_numpy())) == sorted(map(tuple, there[keys].to_numpy()))


def test_a_document_that_one_coder_left_without_a_code_counts_between_files(tmp_path):
    """Both files hold both texts; luis found nothing in the second."""
    both = {"d1": TEXT, "d2": TEXT}
    ana = pd.DataFrame([row("d1", 0, 8, "listening"), row("d2", 0, 8, "listening")])
    for who, coded in (("ana", ana), ("luis", ana[:1])):
        write_annotations(coded.assign(coder=who), tmp_path / f"{who}.conll", texts=both)
    files = [tmp_path / "ana.conll", tmp_path / "luis.conll"]
    run("agreement", *files, "--unit", "span", "--repeats", 5, "--output", tmp_path / "out.csv")
    measured = pd.read_csv(tmp_path / "out.csv")
    assert measured["documents"].max() == 2
    f1 = measured[measured["measure"].str.startswith("f1") & measured["code"].isna()]["value"]
    assert f1.max() < 1


def test_files_that_give_one_document_two_texts_are_not_compared(table, tmp_path, capsys):
    for who, text in (("ana", TEXT), ("luis", TEXT.replace("\r", ""))):
        own = pd.DataFrame([row("d1", 0, 8, "listening", coder=who, text=text)])
        write_annotations(own, tmp_path / f"{who}.conll", texts={"d1": text})
    run("agreement", tmp_path / "ana.conll", tmp_path / "luis.conll", status=2)
    assert "gives the document 'd1' another text" in capsys.readouterr().err


def import_into(project, *arguments, status=0):
    run("annotate", "import", project.folder, *arguments, "--coder", "ana", status=status)


@pytest.fixture
def three(tmp_path):
    """A project of three texts, in which ana has a code each."""
    texts = {name: f"{name} {TEXT}" for name in "abc"}
    posts = pd.DataFrame({"doc_id": list(texts), "text": list(texts.values()), "lang": "es"})
    project = create_project(tmp_path / "p", posts_of(posts), coders=["ana"], unit="span")
    codes = pd.DataFrame([row(name, 2, 10, "listening", text=texts[name], stance="endorses") for name in "abc"])
    import_annotations(project, "ana", codes)
    return project, texts


def ana(project):
    return sorted(open_project(project.folder).annotations("ana")[["doc_id", "start", "code"]].itertuples(index=False))


def test_replace_takes_nothing_out_of_texts_that_the_file_does_not_name(three, tmp_path, capsys):
    project, texts = three
    one = pd.DataFrame([row("a", 2, 10, "conversation", text=texts["a"], stance="endorses")])
    one.to_json(tmp_path / "part.jsonl", orient="records", lines=True, force_ascii=False)
    import_into(project, tmp_path / "part.jsonl", "--replace")
    assert ana(project) == [("a", 2, "conversation"), ("b", 2, "listening"), ("c", 2, "listening")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quote": "otra cosa"}, "nothing could be taken in"),
        ({"codebook": "groundswell"}, "nothing could be taken in (1: not of codebook 'cluetrain')"),
    ],
)
def test_replace_takes_nothing_out_where_a_row_could_not_be_read(three, tmp_path, capsys, change, said):
    project, texts = three
    before = ana(project)
    wrong = pd.DataFrame([row("a", 2, 10, "conversation", text=texts["a"], stance="endorses") | change])
    wrong.to_json(tmp_path / "bad.jsonl", orient="records", lines=True, force_ascii=False)
    import_into(project, tmp_path / "bad.jsonl", "--replace", status=2)
    assert said in capsys.readouterr().err and ana(project) == before


def test_a_file_without_a_row_takes_nothing_out(three, tmp_path, capsys):
    project, texts = three
    before = ana(project)
    (tmp_path / "empty.jsonl").write_text("")
    write_annotations(pd.DataFrame([row("a", 2, 10, "x", text=texts["a"])])[:0], tmp_path / "brat", "brat", texts=texts)
    for name in ("empty.jsonl", "brat"):
        import_into(project, tmp_path / name, "--replace", status=2)
        assert "no row of it could be read, or it has none" in capsys.readouterr().err and ana(project) == before


def test_two_people_at_one_place_come_in_once_and_that_is_said(three, tmp_path, capsys):
    project, texts = three
    both = [row("a", 13, 25, "human_voice", coder=who, text=texts["a"], stance=stance)
            for who, stance in (("x", "endorses"), ("y", "breach"))]  # fmt: skip
    write_annotations(pd.DataFrame(both), tmp_path / "dup.jsonl", texts=texts)
    import_into(project, tmp_path / "dup.jsonl", "--of", "x", "y")
    said = capsys.readouterr()
    assert "Taken in: 1 annotation" in said.out and "left out 1: this code stands at this place already" in said.err


def test_files_for_each_person_in_a_folder_are_theirs_in_agreement(tmp_path):
    (tmp_path / "dca").mkdir()
    for who, labels in (("ana", [[0, 8, "x"]]), ("luis", [[0, 8, "x"], [9, 12, "y"]])):
        line = {"id": 1, "text": TEXT, "label": labels, "Comments": []}
        (tmp_path / "dca" / f"{who}.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    run("agreement", tmp_path / "dca", "--unit", "document", "--repeats", 5, "--output", tmp_path / "out.csv")
    assert pd.read_csv(tmp_path / "out.csv")["documents"].max() == 1


def test_a_file_of_another_format_in_a_folder_is_said(table, texts, tmp_path):
    write_annotations(table, tmp_path / "mix" / "ana.jsonl", texts=texts)
    write_annotations(table, tmp_path / "mix" / "luis.qdpx", texts=texts)
    (loss,) = read_exchange(tmp_path / "mix").losses.to_dict("records")
    assert (loss["kind"], loss["place"], loss["reason"]) == (
        "refused",
        "luis.qdpx",
        "it is in another format than jsonl",
    )


@pytest.mark.parametrize("name", ["../out.ann", "a/../../out.ann", "/etc/out.ann", "..\\out.ann", "a//out.ann"])
def test_members_of_a_zip_cannot_leave_their_folder(tmp_path, capsys, name):
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "x.zip", "w") as archive:
        archive.writestr("uno.txt", "Hola")
        archive.writestr("uno.ann", "T1\tx 0 4\tHola\n")
        archive.writestr(name, "T1\tx 0 4\tHola\n")
    run("convert", tmp_path / "in" / "x.zip", tmp_path / "out.jsonl", status=2)
    assert "leads out of its folder; nothing was read" in capsys.readouterr().err
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in"] and not Path("/etc/out.ann").exists()


def test_a_zip_with_a_name_twice_or_a_bomb_is_refused(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        for name in ("./a.ann", "a.ann"):
            archive.writestr(name, "T1\tx 0 4\tHola\n")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ann", b"\0" * 30_000_000)
    for name, reason in (("twice", "twice"), ("bomb", "as ZIP bombs do")):
        run("convert", tmp_path / f"{name}.zip", tmp_path / "out.jsonl", status=2)
        assert reason in capsys.readouterr().err


def test_the_command_says_it_too_and_follows_no_link_out(ours, table, texts, tmp_path, capsys):
    folder = tmp_path / "mix"
    write_annotations(table, folder / "ana.jsonl", texts=texts)
    write_annotations(table, folder / "luis.qdpx", texts=texts)
    (folder / "link.jsonl").symlink_to(ours)
    run("convert", folder, tmp_path / "out.csv")
    said = capsys.readouterr()
    assert "3 annotations of 3 documents" in said.out and "in another format than jsonl (luis.qdpx)" in said.err


def test_two_texts_of_one_name_in_a_file_get_names_of_their_own(tmp_path):
    lines = [{"id": 1, "text": text, "spans": [{"start": 0, "end": 4, "label": "x"}]} for text in ("Hola", "Ciao")]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = read_exchange(tmp_path / "in.jsonl", "spacy")
    assert dict(zip(found.annotations["doc_id"], found.annotations["quote"], strict=True)) == {
        "1": "Hola",
        "1 (2)": "Ciao",
    }
    assert found.losses["reason"].tolist() == ["another text has the name '1'"]


def test_a_table_of_nothing_but_a_byte_order_mark_is_refused(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(InputError, match="is empty"):
        detect_format(tmp_path / "in.csv")
    with pytest.raises(InputError, match="cannot be read as a table"):
        read_exchange(tmp_path / "in.csv", "csv")


@pytest.mark.parametrize("name", FORMATS)
def test_an_annotation_with_an_empty_code_is_refused_with_its_own_row(name, table, texts, tmp_path):
    table.loc[2, "code"] = ""
    with pytest.raises(InputError, match=r"annotations, row 3, column 'code': got ''"):
        write_annotations(table, tmp_path / "out", name, texts=texts)
    assert not list(tmp_path.iterdir())


def test_an_empty_coder_is_refused_with_its_own_row_where_tables_need_one(table, texts, tmp_path):
    table.loc[2, "coder"] = ""
    with pytest.raises(InputError, match=r"row 3, column 'coder'"):
        write_annotations(table, tmp_path / "out.csv", texts=texts)
    write_annotations(table, tmp_path / "out.conll", texts=texts)
    assert sorted(read_annotations(tmp_path / "out.conll")["coder"]) == ["ana", "luis", "unknown"]


@pytest.mark.parametrize("name", ["jsonl", "brat", "doccano", "tei"])
def test_a_document_with_an_empty_name_keeps_its_annotations(name, tmp_path):
    target = tmp_path / f"out{'' if FORMATS[name].folder else FORMATS[name].suffixes[0]}"
    assert write_annotations(pd.DataFrame([row("", 0, 8, "a")]), target, name, texts={"": TEXT}).empty
    assert read_exchange(target, name).annotations["doc_id"].tolist() == [""]


def test_missing_numbers_and_lists_in_further_columns_are_values_like_others(tmp_path):
    posts = pd.DataFrame({"doc_id": ["a", "b"], "text": TEXT, "likes": pd.array([None, 3], dtype="Int64")})
    posts["tags"] = [np.array(["x", "y"]), np.array([])]
    given = pd.DataFrame([row("a", 0, 8, "x"), row("b", 0, 8, "x")]).assign(feature_n=pd.array([None, 1], "Int64"))
    losses = write_annotations(given, tmp_path / "out.conll", texts=posts)
    assert losses[["field", "value"]].to_numpy().tolist() == [["likes", "1 document"], ["tags", "2 documents"]]
    back = read_annotations(tmp_path / "out.conll")["feature_n"]
    assert back.isna().tolist() == [True, False] and back.iloc[1] == "1"


def test_a_column_that_no_format_takes_is_reported_lost(table, texts, tmp_path):
    losses = write_annotations(table.assign(mood=["glad", None, None], none=None), tmp_path / "out.csv", texts=texts)
    assert losses[["kind", "field", "value"]].to_numpy().tolist() == [["lost", "mood", "1 row"]]


def test_long_numbers_of_posts_stay_whole_where_a_document_has_none(table, texts, tmp_path):
    write_annotations(table, tmp_path / "in.conll", texts=texts)
    posts = pd.DataFrame({"doc_id": ["es/uno"], "text": [TEXT], "number": [2**60 + 1]})
    numbers = read_exchange(tmp_path / "in.conll", texts=posts).posts.set_index("doc_id")["number"]
    assert int(numbers["es/uno"]) == 2**60 + 1
    assert numbers.drop("es/uno").isna().all()


def test_codes_in_a_column_of_categories_get_the_ids_of_the_codebook_too():
    given = pd.DataFrame({"codebook": ["imported", "cluetrain"], "code": "Escuchar"}, dtype="category")
    table, losses = with_codes_of(given, load_codebook("groundswell"))
    assert (table["code"].tolist(), len(losses)) == (["listening", "Escuchar"], 1)


def test_half_a_surrogate_pair_in_a_row_of_a_document_with_an_empty_name_is_a_loss(tmp_path):
    line = '{"doc_id": "", "start": 0, "end": 8, "code": "a", "note": "\\ud83d"}\n'
    (tmp_path / "in.jsonl").write_text(line, encoding="utf-8")
    found = read_exchange(tmp_path / "in.jsonl", texts={"": TEXT})
    assert found.annotations["note"].tolist() == ["\ufffd"]
    assert found.losses[["kind", "doc_id"]].to_numpy().tolist() == [["changed", ""]]


def test_people_whose_files_are_called_the_same_are_not_one(table, texts, tmp_path, capsys):
    """Both exported from a tool under its own name, each into a folder."""
    for who in ("ana", "luis"):
        own = table[table["doc_id"] == "es/uno"].iloc[:1].assign(coder="unknown", codebook="imported", stance=None)
        (tmp_path / who).mkdir()
        write_annotations(own, tmp_path / who / "export.conll", texts=texts)
    files = [tmp_path / who / "export.conll" for who in ("ana", "luis")]
    run("agreement", *files, "--unit", "document", "--repeats", 5, "--output", tmp_path / "out.csv")
    pairs = set(pd.read_csv(tmp_path / "out.csv")["coders"].dropna())
    assert " | ".join((tmp_path / who / "export").as_posix() for who in ("ana", "luis")) in pairs


def test_our_codebook_is_ours_however_its_ending_is_written(tmp_path, capsys):
    text = (
        "id: dos\nversion: '1'\nlanguages: [es, it]\ntitle: {es: Dos, it: Due}\nrules: [{es: Una., it: Una.}]\n"
        "codes: [{id: uno, name: {es: Uno, it: Uno}, definition: {es: Sí., it: Sì.}, cues: {it: [{cue: ascoltare}]}}]\n"
    )
    (tmp_path / "DOS.YAML").write_text(text, encoding="utf-8")
    run("codebook", "convert", tmp_path / "DOS.YAML", tmp_path / "out.yaml")
    book = load_codebook(tmp_path / "out.yaml")
    assert (book.languages, len(book.rules), len(book.cues)) == (("es", "it"), 1, 1)
    capsys.readouterr()
    run("codebook", "convert", tmp_path / "DOS.YAML", tmp_path / "out.qdc")
    said = capsys.readouterr().err
    assert all(f"1 x {part}" in said for part in ("rules", "cues", "languages"))


def test_who_names_no_codebook_is_not_left_out_where_one_is_asked_for(table, texts, tmp_path, capsys):
    own = table[table["doc_id"] == "es/uno"].assign(kind="human")
    for who, book in (("ana", "cluetrain"), ("eva", "imported"), ("luis", "cluetrain")):
        write_annotations(own.assign(coder=who, codebook=book), tmp_path / f"{who}.jsonl", texts=texts)
    files = [tmp_path / f"{who}.jsonl" for who in ("ana", "eva", "luis")]
    run("agreement", *files, "--codebook", "cluetrain", "--repeats", 5, "--output", tmp_path / "out.csv")
    assert "ana | eva" in set(pd.read_csv(tmp_path / "out.csv")["coders"])
    assert "taken for those of 'cluetrain'" in capsys.readouterr().out
