"""``toolkit map``: what it writes, and what it says it did."""

import json

import pandas as pd
import pytest
from coded_corpus import coded_corpus
from small_codebook import YAML, small_codebook

from toolkit.cli import main
from toolkit.errors import OutputError
from toolkit.files import write_bytes

SENTENCES = [
    {"doc_id": "s1", "lang": "es", "text": "Hay que escuchar a los clientes y responder a sus quejas."},
    {"doc_id": "s2", "lang": "it", "text": "Questo plugin è leggero. Si installa in due minuti 😀."},
    {"doc_id": "s3", "lang": "es", "text": "Responder"},
]


@pytest.fixture
def sentences(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in SENTENCES), encoding="utf-8")
    return path


@pytest.mark.parametrize(("out", "scores"), [("in.jsonl", None), ("a.csv", "in.jsonl"), ("a.csv", "./a.csv")])
def test_map_never_writes_over_its_texts_or_itself(sentences, tmp_path, monkeypatch, capsys, out, scores):
    monkeypatch.chdir(tmp_path)
    before = sentences.read_bytes()
    further = ["--scores", scores] if scores else []
    assert main(["map", "in.jsonl", "--output", out, "--method", "cues", *further]) == 2
    assert "three different files" in capsys.readouterr().err
    assert sentences.read_bytes() == before


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_map_keeps_its_contract_in_every_format(sentences, tmp_path, kind):
    out, scores = tmp_path / f"out.{kind}", tmp_path / "scores.csv"
    arguments = ["map", str(sentences), "--codebook", str(small_codebook(tmp_path).path), "--unit", "document"]
    assert main([*arguments, "--output", str(out), "--scores", str(scores)]) == 0
    readers = {"jsonl": lambda path: pd.read_json(path, lines=True), "csv": pd.read_csv, "parquet": pd.read_parquet}
    annotations = readers[kind](out)
    assert {
        "doc_id",
        "start",
        "end",
        "quote",
        "codebook",
        "code",
        "stance",
        "coder",
        "kind",
        "score",
        "evidence",
    } <= set(annotations.columns)
    texts = {row["doc_id"]: row["text"] for row in SENTENCES}
    for row in annotations.to_dict("records"):
        assert texts[row["doc_id"]][row["start"] : row["end"]] == row["quote"]
    table = pd.read_csv(scores)
    assert list(table.columns) == [
        *("doc_id", "start", "end", "code", "score", "decided", "stance", "stance_score", "unsure")
    ]
    assert len(table) == 3 * 3
    assert table["decided"].isin([True, False]).all()
    given = {(row["doc_id"], row["code"]) for row in annotations.to_dict("records")}
    assert given == {(row["doc_id"], row["code"]) for row in table[table["decided"]].to_dict("records")}
    assert ("s1", "respuestas") in given


def test_map_by_sentence_cuts_texts_and_leaves_furniture_out(sentences, tmp_path):
    scores = tmp_path / "scores.csv"
    main(["map", str(sentences), "--output", str(tmp_path / "o.csv"), "--scores", str(scores), "--method", "cues"])
    table = pd.read_csv(scores)
    assert table.drop_duplicates(["doc_id", "start"])["doc_id"].tolist() == ["s1", "s2", "s2"]


@pytest.mark.parametrize("method", ["hybrid", "examples", "cues"])
def test_map_of_nothing_that_can_be_coded_gives_empty_tables_and_says_so(tmp_path, capsys, method):
    (tmp_path / "in.jsonl").write_text('{"doc_id": "a", "lang": "en", "text": "Markets are noisy."}', encoding="utf-8")
    out, scores, book = tmp_path / "o.csv", tmp_path / "s.csv", small_codebook(tmp_path)
    arguments = ["map", str(tmp_path / "in.jsonl"), "--output", str(out), "--scores", str(scores), "--method", method]
    arguments += ["--codebook", str(book.path)]
    assert main(arguments) == 0
    assert "not coded: 1 passages in 'en'" in capsys.readouterr().err
    assert len(pd.read_csv(out)) == len(pd.read_csv(scores)) == 0


def test_map_of_a_folder_says_what_was_left_out(small_corpus, tmp_path, capsys):
    (small_corpus / "vacio.txt").write_text("", encoding="utf-8")
    assert main(["map", str(small_corpus), "--output", str(tmp_path / "o.jsonl"), "--method", "cues"]) == 0
    said = capsys.readouterr().err
    assert "4 texts" in said
    assert "vacio.txt: is empty" in said


def test_more_workers_change_nothing(small_corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.principles.coding._PASSAGES_PER_TASK", 5)
    tables = []
    for workers in (1, 2):
        out = tmp_path / f"{workers}.csv"
        arguments = ["map", str(small_corpus), "--output", str(out), "--method", "cues", "--workers", str(workers)]
        assert main(arguments) == 0
        tables.append(pd.read_csv(out).drop(columns="created"))
    assert len(tables[0])
    pd.testing.assert_frame_equal(*tables)


def test_the_closing_lines_say_what_was_used(sentences, tmp_path, capsys):
    book = small_codebook(tmp_path)
    arguments = ["map", str(sentences), "--codebook", str(book.path), "--output", str(tmp_path / "o.csv")]
    assert main([*arguments, "--cut", "0.25"]) == 0
    said = capsys.readouterr().err
    assert "coder machine:hybrid; learnt from 128 examples; meaning by " in said
    assert "a code is given from a score of 0.25" in said


def test_what_lies_in_the_band_is_left_open_marked_and_counted(sentences, tmp_path, capsys):
    scores = tmp_path / "scores.csv"
    arguments = ["map", str(sentences), "--output", str(tmp_path / "o.csv"), "--scores", str(scores)]
    assert main([*arguments, "--method", "cues", "--cut", "0.5", "--unsure", "0.5"]) == 0
    table = pd.read_csv(scores)
    found = table[table["score"] > 0]
    assert len(found)
    assert (found["unsure"] == (found["score"] < 1)).all()
    assert not (table["decided"] & table["unsure"]).any()
    left_open = table[table["unsure"]].drop_duplicates(["doc_id", "start"])
    assert f"left open: {len(left_open)} passages with a score within 0.5 of the cut" in capsys.readouterr().err


@pytest.mark.parametrize("unsure", ["-0.1", "0.6"])
def test_a_band_outside_its_range_is_refused(sentences, tmp_path, capsys, unsure):
    arguments = ["map", str(sentences), "--output", str(tmp_path / "o.csv"), "--method", "cues", f"--unsure={unsure}"]
    assert main(arguments) == 2
    assert "a number from 0 to 0.5" in capsys.readouterr().err


def test_every_language_is_coded_on_request_with_a_note(tmp_path, capsys):
    book = small_codebook(tmp_path)
    text = "Never answers the questions of its customers."
    (tmp_path / "in.jsonl").write_text(json.dumps({"doc_id": "a", "lang": "en", "text": text}), encoding="utf-8")
    out = tmp_path / "o.csv"
    arguments = ["map", str(tmp_path / "in.jsonl"), "--codebook", str(book.path), "--output", str(out)]
    assert main([*arguments, "--every-language", "--cut", "0"]) == 0
    said = capsys.readouterr().err
    assert "coded by meaning alone: 1 passages in 'en'" in said
    assert "not coded" not in said
    assert pd.read_csv(out)["note"].unique().tolist() == ["language 'en': meaning alone"]


# ---- codebooks without examples --------------------------------------------------------------------------

BARE = YAML.replace("example_files: [ejemplos.jsonl]\n", "")
NO_CUES = "\n".join(line for line in BARE.splitlines() if "cue:" not in line and "cues:" not in line)


@pytest.mark.parametrize(("yaml", "weaker"), [(BARE, "cues"), (NO_CUES, "definitions")])
def test_a_codebook_without_examples_is_coded_by_a_weaker_coder_that_says_so(sentences, tmp_path, capsys, yaml, weaker):
    (tmp_path / "mine.yaml").write_text(yaml, encoding="utf-8")
    scores = tmp_path / "s.csv"
    arguments = ["map", str(sentences), "--codebook", str(tmp_path / "mine.yaml"), "--output", str(tmp_path / "o.csv")]
    assert main([*arguments, "--scores", str(scores)]) == 0
    said = capsys.readouterr().err
    assert f"coder machine:{weaker}" in said
    assert "has 0 examples, fewer than 20" in said
    assert f"(method '{weaker}'), which is weaker" in said
    table = pd.read_csv(scores)
    assert table.loc[table["doc_id"] == "s1", "score"].max() > table.loc[table["doc_id"] == "s2", "score"].max()


def test_a_method_that_was_asked_for_by_name_is_not_replaced(sentences, tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text(NO_CUES, encoding="utf-8")
    arguments = ["map", str(sentences), "--codebook", str(tmp_path / "mine.yaml"), "--output", str(tmp_path / "o.csv")]
    assert main([*arguments, "--method", "examples"]) == 2
    assert "use method 'definitions' or 'cues'" in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


# ---- learnt from one's own coded posts -------------------------------------------------------------------


def test_supervised_learns_from_a_coded_folder(sentences, tmp_path, capsys):
    book = small_codebook(tmp_path)
    folder = coded_corpus(tmp_path / "coded", book)
    arguments = ["map", str(sentences), "--codebook", str(book.path), "--output", str(tmp_path / "o.csv")]
    assert main([*arguments, "--method", "supervised", "--coded", str(folder)]) == 0
    said = capsys.readouterr().err
    assert "coder machine:supervised; learnt from 128 examples and 128 sentences of 8 coded posts" in said


def test_where_several_people_coded_one_is_named(sentences, tmp_path, capsys):
    book = small_codebook(tmp_path)
    folder = coded_corpus(tmp_path / "coded", book, people=("ana", "bea"))
    arguments = ["map", str(sentences), "--codebook", str(book.path), "--output", str(tmp_path / "o.csv")]
    arguments += ["--method", "supervised", "--coded", str(folder)]
    assert main(arguments) == 2
    assert "was coded by ana, bea; name one of them" in capsys.readouterr().err
    assert main([*arguments, "--coder", "carla"]) == 2
    assert "was coded by ana, bea, not by 'carla'" in capsys.readouterr().err
    assert main([*arguments, "--coder", "bea"]) == 0


def test_annotations_of_another_version_are_not_learnt_from(sentences, tmp_path, capsys):
    book = small_codebook(tmp_path)
    folder = coded_corpus(tmp_path / "coded", book, version="2")
    arguments = ["map", str(sentences), "--codebook", str(book.path), "--output", str(tmp_path / "o.csv")]
    assert main([*arguments, "--method", "supervised", "--coded", str(folder)]) == 2
    assert "made with version 2 of codebook 'oficina', and this is 1" in capsys.readouterr().err


# ---- where it is written ---------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--output", "--scores"])
def test_nothing_that_is_read_is_written_over(small_corpus, tmp_path, capsys, option):
    mine = small_corpus / "posts.csv"
    mine.write_text("doc_id,text\nx,Hola a todos.\n", encoding="utf-8")
    other = ["--scores", str(tmp_path / "b.csv")] if option == "--output" else ["--output", str(tmp_path / "b.csv")]
    arguments = ["map", str(small_corpus), "--method", "cues", *other, option]
    assert main([*arguments, str(mine)]) == 2
    assert "posts.csv: is there already, in " in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "doc_id,text\nx,Hola a todos.\n"
    assert main([*arguments, str(small_corpus / "new.csv")]) == 0


def test_both_files_are_replaced_or_none(sentences, tmp_path, monkeypatch, capsys):
    out, scores = tmp_path / "o.csv", tmp_path / "s.csv"
    for file in (out, scores):
        file.write_text("before", encoding="utf-8")
    there = sorted(tmp_path.iterdir())

    def full(path, data):
        if b"decided" in data:
            raise OutputError(f"{path}: cannot be written: No space left on device.")
        write_bytes(path, data)

    arguments = ["map", str(sentences), "--method", "cues", "--output", str(out), "--scores", str(scores)]
    with monkeypatch.context() as patch:
        patch.setattr("toolkit.storage.writing.write_bytes", full)
        assert main(arguments) == 2
    assert capsys.readouterr().err.endswith(f"toolkit: {scores}: cannot be written: No space left on device.\n")
    assert [file.read_text(encoding="utf-8") for file in (out, scores)] == ["before", "before"]
    assert sorted(tmp_path.iterdir()) == there
    assert main(arguments) == 0
    assert sorted(tmp_path.iterdir()) == there and len(pd.read_csv(scores)) > len(pd.read_csv(out)) > 0


@pytest.mark.parametrize("option", ["--output", "--scores"])
def test_where_nothing_can_be_written_is_told_before_the_texts_are_read(sentences, tmp_path, monkeypatch, option):
    monkeypatch.setattr("toolkit.mapping.load_corpus", lambda *_: pytest.fail("read before the target was looked at"))
    (tmp_path / "folder.csv").mkdir()
    for name in (sentences / "x.csv", tmp_path / "folder.csv"):
        assert main(["map", str(sentences), "--output", str(tmp_path / "o.csv"), option, str(name)]) == 2
