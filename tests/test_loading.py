"""``toolkit load``: a corpus on disk that grows, shrinks and is renewed, with a report of what was not read."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from toolkit.cli import main
from toolkit.corpus import load_corpus
from toolkit.corpus.store.shards import CorpusStore
from toolkit.corpus.stream import read_rows
from toolkit.errors import InputError, OutputError
from toolkit.loading import delete_posts, load_to

TEXTS = {
    "a.txt": "Hola, mundo.",
    "es/b.md": "---\ntitle: Be\ndate: 3 de mayo de 2010\n---\nAdiós, señor.",
    "c.pages": "no",
}


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def source(tmp_path):
    return write(tmp_path / "blog", TEXTS)


@pytest.fixture
def corpus(tmp_path, source):
    load_to([source], tmp_path / "corpus")
    return tmp_path / "corpus"


def ids(folder) -> list[str]:
    return list(load_corpus(folder).posts["doc_id"])


def run(capsys, *arguments) -> tuple[int, str, str]:
    status = main(["load", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


# ---- what is on disk is what was read --------------------------------------------------------------------


def test_a_loaded_corpus_gives_the_table_that_reading_the_files_gives(source, corpus):
    direct, stored = load_corpus(source), load_corpus(corpus)
    assert stored.posts.equals(direct.posts)
    assert stored.skipped.equals(direct.skipped)
    assert stored.collisions.equals(direct.collisions)


def test_the_bundled_formats_survive_the_disk(tmp_path):
    folder = ROOT / "corpora" / "formatos"
    load_to([folder], tmp_path / "corpus")
    assert load_corpus(tmp_path / "corpus").posts.equals(load_corpus(folder).posts)
    assert CorpusStore.open(tmp_path / "corpus").verify() == []


def test_two_loads_of_the_same_files_have_the_same_shards(tmp_path, source):
    for name in ("one", "two"):
        load_to([source], tmp_path / name)
    one, two = (
        {path.name.rpartition("-")[0]: path.read_bytes() for path in (tmp_path / name / "shards").iterdir()}
        for name in ("one", "two")
    )
    assert one == two


def test_the_report_says_what_was_read_and_what_not(tmp_path, source, capsys):
    status, out, _ = run(capsys, source, "--output", tmp_path / "c")
    assert status == 0
    assert "2 posts read from 2 files" in out
    assert "not read (1): c.pages: '.pages' files are not read" in out
    report = (tmp_path / "c" / "report.md").read_text(encoding="utf-8")
    assert "2 posts from 2 files" in report
    assert (tmp_path / "c" / "skipped.csv").read_text(encoding="utf-8-sig").startswith('"source","reason","read"')


def test_a_name_cannot_write_marks_into_the_report(tmp_path):
    write(tmp_path / "s", {"a.txt": "Hola.", "[x](javascript:y)<b>.pages": "no"})
    load_to([tmp_path / "s"], tmp_path / "c")
    report = (tmp_path / "c" / "report.md").read_text(encoding="utf-8")
    assert "<b>" not in report
    assert "[x](" not in report


# ---- append, reload, delete ------------------------------------------------------------------------------


def test_append_adds_what_is_new_and_nothing_twice(tmp_path, source, corpus):
    write(source, {"d.txt": "Nuevo."})
    lines = load_to([source], corpus, mode="append")
    assert lines[0] == "1 post read from 1 file; read before and unchanged: 2 files"
    assert ids(corpus) == ["a", "d", "es/b"]
    assert len(load_corpus(corpus).skipped) == 1


def test_append_of_another_text_with_the_same_name_keeps_both(tmp_path, corpus):
    other = write(tmp_path / "otro", {"a.txt": "Otro texto."})
    load_to([other], corpus, mode="append")
    assert [doc_id.split("~")[0] for doc_id in ids(corpus)] == ["a", "a", "es/b"]


def test_reload_replaces_the_posts_of_files_that_changed(source, corpus):
    write(source, {"a.txt": "Hola otra vez."})
    lines = load_to([source], corpus, mode="reload")
    assert lines[0].startswith("1 post read from 1 file; read before and unchanged: 1 file")
    posts = load_corpus(corpus).posts.set_index("doc_id")["text"].to_dict()
    assert posts == {"a": "Hola otra vez.", "es/b": "Adiós, señor."}
    assert load_corpus(corpus).posts.equals(load_corpus(source).posts)


def test_reload_with_other_choices_reads_everything_anew(source, corpus):
    load_to([source], corpus, mode="reload", folders="lang")
    assert load_corpus(corpus).posts.equals(load_corpus(source, folders="lang").posts)


def test_reload_tells_of_files_that_are_gone_and_keeps_their_posts(source, corpus):
    (source / "a.txt").unlink()
    lines = load_to([source], corpus, mode="reload")
    assert any(line.startswith("a.txt is no longer there, or not in what was given; its posts stay") for line in lines)
    assert ids(corpus) == ["a", "es/b"]


def test_a_post_that_one_file_loses_is_read_from_the_other_that_has_it(tmp_path):
    row = '{"doc_id": "x", "text": "Hola a todos."}\n'
    source = write(tmp_path / "blog", {"a.jsonl": row, "b.jsonl": row + '{"doc_id": "y", "text": "Otra cosa."}\n'})
    load_to([source], tmp_path / "c")
    write(source, {"a.jsonl": '{"doc_id": "z", "text": "Adiós."}\n'})
    load_to([source], tmp_path / "c", mode="reload")
    posts = load_corpus(tmp_path / "c").posts.set_index("doc_id")
    assert posts["source"].to_dict() == {"x": "b.jsonl", "y": "b.jsonl", "z": "a.jsonl"}
    assert load_corpus(tmp_path / "c").skipped.equals(load_corpus(source).skipped)


def test_a_reload_that_cannot_tell_two_files_of_one_name_apart_deletes_nothing(tmp_path):
    first, second = (write(tmp_path / name, {"uno.txt": f"Hola, {name}."}) for name in ("norte", "sur"))
    load_to([first], tmp_path / "c")
    load_to([second], tmp_path / "c", mode="append")
    before = load_corpus(tmp_path / "c").posts
    assert len(before) == 2
    write(second, {"uno.txt": "Hola otra vez."})
    with pytest.raises(InputError, match=r"'uno\.txt' of this corpus is 2 files .* nothing was changed"):
        load_to([second], tmp_path / "c", mode="reload")
    assert load_corpus(tmp_path / "c").posts.equals(before)


def test_a_reload_that_would_take_the_posts_of_another_folder_along_deletes_nothing(tmp_path):
    row = '{"doc_id": "x", "text": "Hola a todos."}\n'
    north = write(tmp_path / "norte", {"a.jsonl": row, "b.jsonl": row + '{"doc_id": "y", "text": "Otra cosa."}\n'})
    south = write(tmp_path / "sur", {"b.jsonl": '{"doc_id": "w", "text": "Desde el sur."}\n'})
    load_to([north], tmp_path / "c")
    load_to([south], tmp_path / "c", mode="append")
    before = load_corpus(tmp_path / "c").posts
    assert before["doc_id"].tolist() == ["w", "x", "y"]
    # x is free now and stands in b.jsonl, too; only one of the two files of this name would be read again
    write(north, {"a.jsonl": '{"doc_id": "z", "text": "Adiós."}\n'})
    with pytest.raises(InputError, match=r"'b\.jsonl' of this corpus is 2 files .* nothing was changed"):
        load_to([north], tmp_path / "c", mode="reload")
    assert load_corpus(tmp_path / "c").posts.equals(before)


def test_reload_of_a_loaded_corpus_replaces_the_posts_of_its_files_that_changed(tmp_path):
    source = write(tmp_path / "otro", {"a.txt": "Hola.", "z.txt": "Más."})
    load_to([source], tmp_path / "c2")
    load_to([tmp_path / "c2"], tmp_path / "c")
    write(source, {"z.txt": "Otra vez."})
    load_to([source], tmp_path / "c2", mode="reload")
    load_to([tmp_path / "c2"], tmp_path / "c", mode="reload")
    posts = load_corpus(tmp_path / "c").posts
    assert posts.set_index("doc_id")["text"].to_dict() == {"a": "Hola.", "z": "Otra vez."}
    assert CorpusStore.open(tmp_path / "c").count("files") == 2


def test_reload_of_an_archive_replaces_the_posts_of_its_members(tmp_path):
    import zipfile

    def archive(**members):
        with zipfile.ZipFile(tmp_path / "blog.zip", "w") as file:
            for name, text in members.items():
                file.writestr(f"2010/{name}.txt", text)

    archive(uno="Uno.", dos="Dos.")
    load_to([tmp_path / "blog.zip"], tmp_path / "c")
    archive(uno="Uno.", tres="Tres.")
    load_to([tmp_path / "blog.zip"], tmp_path / "c", mode="reload")
    assert ids(tmp_path / "c") == ["blog/2010/tres", "blog/2010/uno"]


def test_delete_removes_posts_and_leaves_the_rest(corpus):
    assert delete_posts(corpus, ["a"])[0] == "1 post deleted"
    assert ids(corpus) == ["es/b"]


def test_one_path_or_post_need_not_stand_in_a_list(tmp_path, source):
    for number, path in enumerate((source, str(source))):
        load_to(path, tmp_path / f"c{number}")
        assert ids(tmp_path / f"c{number}") == ["a", "es/b"]
    assert delete_posts(tmp_path / "c0", "es/b")[0] == "1 post deleted"
    assert ids(tmp_path / "c0") == ["a"]


def test_delete_of_an_unknown_post_deletes_nothing(corpus):
    with pytest.raises(InputError, match="has no post 'zz'; nothing was deleted"):
        delete_posts(corpus, ["a", "zz"])
    assert ids(corpus) == ["a", "es/b"]


# ---- wrong use -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["{corpus}x/nada"], "does not exist"),
        ([], "no path was given"),
        (["{source}", "--columns", "texto"], "expected NAME=VALUE"),
        (["{source}", "--name-pattern", "hola"], "names no field"),
        (["{source}", "--metadata", "nada.csv"], "cannot be read"),
        (["{source}", "--delete", "a"], None),
        (["{source}", "--append", "--reload"], None),
    ],
)
def test_wrong_use_is_one_sentence_and_makes_nothing(tmp_path, source, capsys, arguments, problem):
    arguments = [part.format(source=source, corpus=tmp_path / "c") for part in arguments]
    try:
        status = main(["load", "--output", str(tmp_path / "c"), *arguments])
    except SystemExit as stop:
        status = stop.code
    err = capsys.readouterr().err
    assert status == 2
    assert "Traceback" not in err
    assert problem is None or problem in err
    assert not (tmp_path / "c").exists()


def test_a_second_load_into_the_same_folder_is_refused_and_says_how(source, corpus, capsys):
    status, _, err = run(capsys, source, "--output", corpus)
    assert status == 2
    assert "--append" in err
    assert "--reload" in err


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path, source, capsys):
    write(tmp_path / "mine", {"tesis.txt": "Importante."})
    status, _, err = run(capsys, source, "--output", tmp_path / "mine")
    assert status == 2
    assert "is not empty" in err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["tesis.txt"]


@pytest.mark.parametrize("mode", [[], ["--append"], ["--reload"]])
def test_nothing_readable_leaves_no_corpus(tmp_path, capsys, mode):
    write(tmp_path / "s", {"a.pages": "x"})
    status, _, err = run(capsys, tmp_path / "s", "--output", tmp_path / "c", *mode)
    assert status == 2
    assert "nothing could be read; a.pages" in err
    assert not (tmp_path / "c").exists()


def test_a_mode_that_is_none_is_told_and_not_taken_for_another(source, corpus):
    write(source, {"d.txt": "Nuevo."})
    with pytest.raises(InputError, match="no mode 'relaod'; did you mean 'reload'"):
        load_to([source], corpus, mode="relaod")
    assert ids(corpus) == ["a", "es/b"]


def test_choices_for_a_loaded_corpus_are_refused(corpus):
    with pytest.raises(InputError, match="whole_page can be chosen only when it is loaded"):
        load_corpus(corpus, whole_page=True)


# ---- what happens in the middle --------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device"), RuntimeError])
def test_an_append_that_breaks_off_leaves_the_corpus_as_it_was(monkeypatch, source, corpus, error):
    before = load_corpus(corpus).posts

    def broken(*arguments, **more):
        rows = read_rows(*arguments, **more)
        yield next(rows)
        raise error

    write(source, {"0.txt": "Nuevo."})
    monkeypatch.setattr("toolkit.loading.read_rows", broken)
    with pytest.raises((KeyboardInterrupt, OSError, RuntimeError)):
        load_to([source], corpus, mode="append")
    assert load_corpus(corpus).posts.equals(before)
    assert CorpusStore.open(corpus).verify() == []


@pytest.mark.slow
def test_a_load_that_is_killed_can_be_repeated(tmp_path):
    rows = [{"doc_id": f"p{n}", "text": f"Texto número {n}. " * 40} for n in range(20_000)]
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "toolkit", "load", str(tmp_path / "posts.jsonl"), "--output", str(tmp_path / "c")]
    for seconds in (1.0, 1.6, 2.4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait()
        if CorpusStore.is_store(tmp_path / "c"):
            assert CorpusStore.open(tmp_path / "c").verify() == []
            assert CorpusStore.open(tmp_path / "c").count() in (0, 20_000)
    final = subprocess.run([*command, "--append"], capture_output=True, text=True, env={**os.environ})
    assert final.returncode == 0, final.stderr
    assert CorpusStore.open(tmp_path / "c").count() == 20_000
    assert signal.SIGKILL == 9


def test_two_loads_at_once_one_wins_and_the_other_is_told(monkeypatch, tmp_path, source, corpus):
    def slow(*arguments, **more):
        yield from read_rows(*arguments, **more)
        if not ids(corpus)[0].startswith("0"):
            monkeypatch.setattr("toolkit.loading.read_rows", read_rows)
            write(tmp_path / "x", {"0.txt": "El otro."})
            load_to([tmp_path / "x"], corpus, mode="append")

    write(source, {"d.txt": "Nuevo."})
    monkeypatch.setattr("toolkit.loading.read_rows", slow)
    with pytest.raises(OutputError, match="somebody else changed"):
        load_to([source], corpus, mode="append")
    assert ids(corpus) == ["0", "a", "es/b"]


def test_loaded_corpora_can_be_put_together(tmp_path, source, corpus):
    other = write(tmp_path / "otro", {"a.txt": "Otro texto.", "z.txt": "Más."})
    load_to([other], tmp_path / "c2")
    load_to([corpus, tmp_path / "c2"], tmp_path / "both")
    posts = load_corpus(tmp_path / "both").posts
    assert [doc_id.split("~")[0] for doc_id in posts["doc_id"]] == ["a", "a", "es/b", "z"]
    assert sorted(posts["source"]) == ["c2/a.txt", "c2/z.txt", "corpus/a.txt", "corpus/es/b.md"]
    assert posts.set_index("doc_id")["date"]["es/b"] == "2010-05-03"
    assert "corpus/c.pages" in set(load_corpus(tmp_path / "both").skipped["source"])
    assert CorpusStore.open(tmp_path / "both").verify() == []


def test_a_loaded_corpus_can_be_added_again_and_nothing_stands_there_twice(tmp_path, corpus):
    named = write(tmp_path / "otro", {"a.md": "---\nauthor: Ana\n---\nOtro texto.", "z.txt": "Más."})
    load_to([named], tmp_path / "c2", constants={"author": "Eva"})
    counts = []
    for mode in ("append", "append", "reload"):
        lines = load_to([tmp_path / "c2"], corpus, mode=mode, **({"constants": {"x": "y"}} if mode == "reload" else {}))
        store = CorpusStore.open(corpus)
        counts.append([store.count(table) for table in ("posts", "files", "collisions")])
    assert counts == [[4, 4, 1]] * 3
    (kept,) = store.table("collisions").to_dict("records")
    assert kept["doc_id"].startswith("a~")
    assert not [line for line in lines if line.startswith("z.txt is no longer there")]


def test_names_in_the_collisions_of_a_loaded_corpus_get_pseudonyms_too(tmp_path):
    named = write(tmp_path / "otro", {"a.md": "---\nauthor: Ana Ruiz\n---\nOtro texto."})
    load_to([named], tmp_path / "c2", constants={"author": "Eva Sanz"})
    load_to([tmp_path / "c2"], tmp_path / "c3", pseudonymise=tmp_path / "k")
    (row,) = CorpusStore.open(tmp_path / "c3").table("collisions").to_dict("records")
    assert row["kept"] == load_corpus(tmp_path / "c3").posts["author"].item()
    assert row["other"].startswith("author-")


def test_reload_with_pseudonyms_or_another_table_of_metadata_reads_everything_anew(tmp_path):
    source = write(tmp_path / "blog", {"a.md": "---\nauthor: Ana Ruiz\n---\nHola."})
    table = write(tmp_path, {"m.csv": "doc_id,title\na,Uno\n"}) / "m.csv"
    load_to([source], tmp_path / "c", metadata=table)
    table.write_text("doc_id,title\na,Dos\n", encoding="utf-8")
    load_to([source], tmp_path / "c", mode="reload", metadata=table)
    assert load_corpus(tmp_path / "c").posts["title"].item() == "Dos"
    load_to([source], tmp_path / "c", mode="reload", metadata=table, pseudonymise=tmp_path / "k")
    assert load_corpus(tmp_path / "c").posts["author"].item().startswith("author-")
    again = load_to([source], tmp_path / "c", mode="reload", metadata=table, pseudonymise=tmp_path / "k")
    assert again[0].startswith("0 posts read from 0 files; read before and unchanged: 1 file")


def test_rows_of_metadata_about_files_that_are_unchanged_are_not_about_no_post(tmp_path):
    source = write(tmp_path / "blog", {"a.txt": "Hola.", "b.jsonl": '{"doc_id": "x", "text": "Adiós."}\n'})
    table = write(tmp_path, {"m.csv": "doc_id,lang\na,es\nx,es\nzz,es\n"}) / "m.csv"
    load_to([source], tmp_path / "c", metadata=table)
    load_to([source], tmp_path / "c", mode="append", metadata=table)
    assert load_corpus(tmp_path / "c").skipped["source"].tolist() == ["m.csv: zz"]


def test_what_a_load_is_given_is_in_the_corpus_when_the_call_returns(tmp_path, source):
    load_to([source], tmp_path / "c")
    assert ids(tmp_path / "c") == ["a", "es/b"]


# ---- pseudonyms, and what says nothing -------------------------------------------------------------------


def test_the_key_of_pseudonyms_is_beside_the_corpus_also_from_inside_it(tmp_path, capsys, monkeypatch):
    rows = write(tmp_path, {"a.jsonl": '{"doc_id": "a", "text": "Hola.", "author": "Ana Ruiz"}\n',
                            "b.jsonl": '{"doc_id": "b", "text": "Adiós.", "author": "Ana Ruiz"}\n'})  # fmt: skip
    assert run(capsys, rows / "a.jsonl", "--output", f"{tmp_path / 'c'}/", "--pseudonymise")[0] == 0
    key = (tmp_path / "c.key").read_bytes()
    monkeypatch.chdir(tmp_path / "c")
    assert run(capsys, rows / "b.jsonl", "--output", ".", "--append", "--pseudonymise")[0] == 0
    assert load_corpus(tmp_path / "c").posts["author"].nunique() == 1
    assert [path.name for path in tmp_path.rglob("*.key")] == ["c.key"] and (tmp_path / "c.key").read_bytes() == key


@pytest.mark.parametrize("choice", [["--comments"], ["--set", "lang=es"], ["--pseudonymise"], ["--folders", "lang"]])
def test_choices_of_reading_are_refused_where_nothing_is_read(corpus, capsys, choice):
    status, _, err = run(capsys, "--output", corpus, "--delete", "a", *choice)
    assert status == 2 and f"{choice[0]} says how files are read, and --delete reads none" in err
    assert ids(corpus) == ["a", "es/b"]
    assert not list(corpus.parent.glob("*.key"))
