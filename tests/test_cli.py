import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from toolkit.cli import _parser, main
from toolkit.cli.arguments import say


def call(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "toolkit", *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=300
    )


def test_help_answers_at_once_and_names_every_command():
    times = []
    for _ in range(3):
        began = time.perf_counter()
        result = call("--help")
        times.append(time.perf_counter() - began)
    assert result.returncode == 0
    for command in ("run", "check", "map", "codebook", "describe", "lab"):
        assert f"    {command} " in result.stdout
    assert min(times) < 0.3


@pytest.mark.parametrize("command", ["run", "check", "map", "codebook", "describe", "lab"])
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "usage: toolkit" in capsys.readouterr().out


def shell(command, **environment):
    command = f"'{sys.executable}' -m toolkit {command}"
    return subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )


def test_a_reader_that_stops_early_is_no_error():
    result = shell("codebook show cluetrain | head -1")
    assert result.stdout.startswith("# Cluetrain")
    assert result.stderr == ""
    assert shell("--help | true").stderr == ""


@pytest.fixture
def broken(monkeypatch):
    """Replace an output of the process by a pipe that nobody reads any more."""

    def replace(name):
        reader, writer = os.pipe()
        os.close(reader)
        monkeypatch.setattr(sys, name, os.fdopen(writer, "w", encoding="utf-8"))

    return replace


def test_a_reader_that_stops_early_changes_no_status(broken, monkeypatch):
    monkeypatch.setattr("toolkit.cli.codebooks._codebook_list", lambda _: print("one line") or 1)
    broken("stdout")
    assert main(["codebook", "list"]) == 1


def test_work_goes_on_where_nobody_reads_what_is_said_beside_it(broken, monkeypatch):
    done = []

    def work(_):
        say("one line")
        say("and one more")
        done.append(True)
        return 0

    monkeypatch.setattr("toolkit.cli.codebooks._codebook_list", work)
    broken("stderr")
    assert main(["codebook", "list"]) == 0 and done
    assert main(["codebook", "show", "none"]) == 2


def test_another_pipe_that_breaks_is_no_success(monkeypatch):
    def broken(_):
        raise BrokenPipeError

    monkeypatch.setattr("toolkit.cli.codebooks._codebook_list", broken)
    with pytest.raises(BrokenPipeError):
        main(["codebook", "list"])


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize(
    ("command", "status"),
    [("codebook list >&-", 0), ("codebook list >&- 2>&-", 0), ("codebook show none 2>&-", 2)],
)
def test_outputs_that_are_closed_are_no_error_and_go_nowhere(command, status):
    result = shell(command)
    assert (result.returncode, result.stdout, result.stderr) == (status, "", "")


def test_signs_that_the_terminal_does_not_have_are_escaped():
    result = shell("codebook show groundswell --lang es", PYTHONIOENCODING="ascii")
    assert result.returncode == 0, result.stderr
    assert "groundswell, versi\\xf3n" in result.stdout


def test_what_is_said_cannot_steer_a_terminal(capsys):
    assert main(["codebook", "show", "\x1b[31mred"]) == 2
    said = capsys.readouterr().err
    assert "[31mred" in said and "\x1b" not in said


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")
def test_a_terminal_that_is_closed_ends_no_work_that_was_told_to_go_on(capsys):
    """As nohup tells it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert main(["codebook", "list"]) == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert main(["codebook", "list"]) == 0
        assert callable(signal.getsignal(signal.SIGHUP)), "as Ctrl+C otherwise"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_codebooks_are_listed_shown_and_checked(capsys, tmp_path):
    assert main(["codebook", "list"]) == 0
    assert "cluetrain                       14 codes" in capsys.readouterr().out
    page = tmp_path / "book.html"
    assert main(["codebook", "show", "cluetrain", "--lang", "it", "--output", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith('<!DOCTYPE html>\n<html lang="it">')
    assert main(["codebook", "check", "cluetrain"]) == 0
    assert "all can match" in capsys.readouterr().out
    assert main(["codebook", "guidelines", "--lang", "es"]) == 0
    assert capsys.readouterr().out.startswith("# Guía de anotación")


def test_a_defect_of_a_codebook_is_status_1(capsys, tmp_path):
    book = tmp_path / "mine.yaml"
    book.write_text(
        "id: mine\nversion: '1'\ntitle: {es: Mío}\nlanguages: [es]\n"
        "codes: [{id: care, name: {es: Cuidado}, definition: {es: Bien.}, cues: {es: [{cue: '...'}]}}]\n"
    )
    assert main(["codebook", "check", str(book)]) == 1
    assert capsys.readouterr().err == "toolkit: mine.yaml: the es cue '...' of 'care' can never match.\n"


WRONG = [
    (["run", "no-such.toml"], "no-such.toml: cannot be read"),
    (["run", "--corpus", "no-such-folder"], "no-such-folder: does not exist"),
    (["run", "--corpus", "a" * 5000], "cannot be looked up: File name too long"),
    (["check", "no-such-run"], "has no readable run.json"),
    (["codebook", "show", "cluetrian"], "did you mean 'cluetrain'"),
    (["codebook", "show", "cluetrain", "--lang", "fr"], "is not written in 'fr'; allowed are en, es, it."),
    (["codebook", "guidelines", "--lang", "ca"], "no guidelines in 'ca'"),
    (["describe", "no-such"], "no-such: does not exist"),
    (
        ["codebook", "guidelines", "--output", "a.pdf"],
        "cannot write '.pdf'; the name must end in .md, .txt, .html, .htm.",
    ),
    (["map", "no-such", "--output", "a.csv"], "no-such: does not exist"),
    (["map", "no-such", "--output", "a.xlsx"], "cannot write '.xlsx'"),
    (["map", "no-such", "--output", "a.csv", "--codebook", "cluetrian"], "did you mean 'cluetrain'"),
    (["map", "no-such", "--output", "a.csv", "--method", "supervised"], "and --coded FOLDER (what it learns from)"),
    (["map", "no-such", "--output", "a.csv", "--coded", "x"], "and --coded FOLDER (what it learns from)"),
    (["map", "no-such", "--output", "a.csv", "--coder", "x"], "--coder names who coded the posts of --coded FOLDER"),
    (["codebook", "show", f"{'a' * 300}.yaml"], "cannot be read: File name too long"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_use_is_one_sentence_and_status_2(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.startswith("toolkit: ")
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


MISUSE = [
    (["run", "--corpus", ""], "got an empty name"),
    (["run", ""], "got an empty name"),
    (["run", "--workers", "0"], "got 0, allowed is a whole number from 1"),
    (["check", "x", "--workers", "two"], "got two, allowed is a whole number from 1"),
    (["map", "x", "--output", "a.csv", "--workers", "0"], "got 0, allowed is a whole number from 1"),
    (["map", "x", "--output", "a.csv", "--method", "magic"], "invalid choice: 'magic'"),
    (["map", "x", "--output", "a.csv", "--scores", ""], "got an empty name"),
    (["map", "x", "--output", "a.csv", "--workers", "²"], "got ², allowed is a whole number from 1"),
    (["topics", "x", "--output", "y", "--seed", "²"], "got ², allowed is a whole number from 0"),
    (["topics", "x", "--output", "y", "--topics", "²"], "got ², allowed is a whole number from 0, or auto"),
]


@pytest.mark.parametrize(("arguments", "message"), MISUSE)
def test_misuse_is_refused_before_any_work(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_ended_by_the_system_leaves_nothing(small_corpus, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "toolkit", "run", "--corpus", str(small_corpus), "--output", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if line.startswith("[2/"):
            break
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing half-written was left" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small"]


def test_unknown_keys_of_a_study_are_refused_with_the_nearest(tmp_path, capsys):
    study = tmp_path / "study.toml"
    study.write_text("[topics]\nper_langage = 3\n", encoding="utf-8")
    assert main(["run", str(study)]) == 2
    assert "unknown key 'topics.per_langage'; did you mean 'per_language'?" in capsys.readouterr().err


def test_run_then_check_from_the_command_line(small_corpus, tmp_path):
    study = tmp_path / "study.toml"
    study.write_text(
        '[corpus]\npath = "small"\n[topics]\nper_language = 2\njoint = 2\nruns = 2\niterations = 20\nfewest_posts = 1\n'
        '[principles]\nmethod = "cues"\n[statistics]\nbootstrap = 100\npermutations = 100\n',
        encoding="utf-8",
    )
    ran = call("run", study, "--output", "out", "--workers", 1, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "report.html" in ran.stdout
    checked = call("check", "out", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "every table is identical" in checked.stdout
    (small_corpus / "dos.txt").write_text("Cambiado.", encoding="utf-8")
    failed = call("check", "out", cwd=tmp_path)
    assert failed.returncode == 1
    assert "the text of 'dos' has changed" in failed.stderr


@pytest.fixture
def lab_started(monkeypatch):
    """The commands with which JupyterLab would have been started."""
    started = []

    class Server:
        def __init__(self, command):
            started.append(command)

        def wait(self):
            return 0

    monkeypatch.setattr("subprocess.Popen", Server)
    return started


def test_lab_copies_the_notebooks_once_and_keeps_what_is_there(tmp_path, lab_started):
    assert main(["lab", str(tmp_path / "nb"), "--no-browser"]) == 0
    first = tmp_path / "nb" / "00_start_here.ipynb"
    assert first.exists()
    assert "jupyterlab" in lab_started[0] and "--no-browser" in lab_started[0]
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in lab_started[0]
    first.write_text("mine", encoding="utf-8")
    (tmp_path / "nb" / "es" / "label_texts.ipynb").unlink()
    assert main(["lab", str(tmp_path / "nb")]) == 0
    assert first.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "nb" / "es" / "label_texts.ipynb").exists()


def test_lab_trusts_what_it_copied_and_nothing_else(tmp_path, lab_started, monkeypatch):
    import nbformat
    from nbformat.sign import NotebookNotary

    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    own = tmp_path / "nb" / "01_mine.ipynb"
    own.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", id="one")]), own)
    assert main(["lab", str(tmp_path / "nb"), "--no-browser"]) == 0
    notary = NotebookNotary()
    for name, trusted in (("00_start_here.ipynb", True), ("es/00_start_here.ipynb", True), ("01_mine.ipynb", False)):
        assert notary.check_signature(nbformat.read(tmp_path / "nb" / name, as_version=4)) is trusted, name


def test_lab_copies_the_folders_and_what_the_notebooks_need(tmp_path):
    from toolkit.lab import copy_notebooks
    from toolkit.resources import notebooks_folder

    names = {path.relative_to(tmp_path).as_posix() for path in copy_notebooks(tmp_path)}
    assert {"solutions/05_annotating.ipynb", "es/label_texts.ipynb", "it/label_texts.ipynb"} <= names
    assert {"images/annotate.png", "study_preached_and_broken.toml"} <= names
    assert names == {
        path.relative_to(notebooks_folder()).as_posix()
        for path in notebooks_folder().rglob("*.*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(notebooks_folder()).parts)
    }
    assert copy_notebooks(tmp_path) == []


def test_lab_goes_on_where_signatures_cannot_be_kept(tmp_path, lab_started, monkeypatch):
    """A home that may only be read, or a second Jupyter that writes at the same time."""
    import sqlite3

    from nbformat.sign import NotebookNotary

    def locked(*_):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(NotebookNotary, "sign", locked)
    assert main(["lab", str(tmp_path / "nb"), "--no-browser"]) == 0 and lab_started


def test_lab_that_is_stopped_while_it_copies_leaves_no_half_of_a_notebook(tmp_path, monkeypatch):
    from toolkit.lab import copy_notebooks

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("toolkit.files.os.fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            copy_notebooks(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_lab_among_the_notebooks_copies_no_copies(tmp_path, monkeypatch):
    from toolkit.lab import copy_notebooks

    source = tmp_path / "notebooks"
    source.mkdir()
    (source / "00_start_here.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("toolkit.lab.notebooks_folder", lambda: source)
    assert copy_notebooks(source / "mine") == [source / "mine" / "00_start_here.ipynb"]
    assert copy_notebooks(source / "mine") == copy_notebooks(source) == []
    assert tmp_path / "00_start_here.ipynb" in copy_notebooks(tmp_path), "a checkout holds the notebooks"


def test_lab_begins_in_a_language(tmp_path, lab_started):
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "00_start_here.ipynb").write_text("es", encoding="utf-8")
    assert main(["lab", str(tmp_path), "--lang", "es"]) == 0
    assert "--LabApp.default_url=/lab/tree/es/00_start_here.ipynb" in lab_started[-1]


def test_lab_begins_in_english_where_a_language_is_missing(tmp_path):
    from toolkit.lab import first_notebook

    assert first_notebook(tmp_path, "it") is None
    (tmp_path / "00_start_here.ipynb").write_text("en", encoding="utf-8")
    assert first_notebook(tmp_path, "it") == "00_start_here.ipynb"


def test_a_full_disk_is_a_sentence_whatever_library_meets_it(monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("toolkit.cache.cache_contents", full)
    assert main(["cache", "show"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("toolkit: No space left on device; free some room") and said.count("\n") == 1
    monkeypatch.setattr("toolkit.cache.cache_contents", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["cache", "show"])


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENAMETOOLONG, errno.EROFS])
def test_a_file_that_cannot_be_used_is_a_sentence_whatever_library_meets_it(monkeypatch, capsys, number):
    def refused(*_, **__):
        raise OSError(number, os.strerror(number), *named)

    monkeypatch.setattr("toolkit.cache.cache_contents", refused)
    named = ("somewhere/a.txt",)
    assert main(["cache", "show"]) == 2
    said = capsys.readouterr().err
    assert said == f"toolkit: somewhere/a.txt: cannot be used: {os.strerror(number)}; name another file or folder.\n"
    named = ()
    with pytest.raises(OSError):
        main(["cache", "show"])


def test_counts_are_never_written_over_what_was_counted(tmp_path, capsys):
    folder = tmp_path / "blog"
    folder.mkdir()
    text = folder / "uno.md"
    text.write_text("Las marcas escuchan a la gente.", encoding="utf-8")
    for source in (text, folder):
        assert main(["describe", str(source), "--output", str(text)]) == 2
        assert "uno.md: is one of the inputs; give another --output." in capsys.readouterr().err
    assert text.read_text(encoding="utf-8") == "Las marcas escuchan a la gente."
    assert main(["describe", str(folder), "--output", str(folder / "counts.md")]) == 0


# ---- options that are given several times ----------------------------------------------------------------

SEVERAL = [
    ("load x --output c --set lang=es --set country=MX", "constants", {"lang": "es", "country": "MX"}),
    ("load --output c --delete a --delete b c", "delete", ["a", "b", "c"]),
    ("evaluate --gold a.csv --gold b.csv --predicted c.csv", "gold", ["a.csv", "b.csv"]),
    ("agreement x --coders ana --coders luis", "coders", ["ana", "luis"]),
    ("annotate create p --corpus a --corpus b --coders x", "corpus", ["a", "b"]),
    ("annotate create p --corpus a --coders ana --coders luis", "coders", ["ana", "luis"]),
    ("annotate create p --corpus a --coders x --curators eva --curators pia", "curators", ["eva", "pia"]),
    ("annotate create p --corpus a --coders x --curators", "curators", []),
    ("annotate import p f.csv --of x --of y", "of", ["x", "y"]),
    ("annotate migrate p b.yaml --renamed a=b --renamed c=d", "renamed", ["a=b", "c=d"]),
    ("cache clear --kind runs --kind parts", "kind", ["runs", "parts"]),
    ("words keyness x --target a=1 --target b=2 --reference c=3 --reference d=4", "target", ["a=1", "b=2"]),
    ("words keyness x --target a=1 --reference c=3 --reference d=4", "reference", ["c=3", "d=4"]),
    ("words concordance x q --where a=1 --where b=2", "where", ["a=1", "b=2"]),
    ("words concordance x q --sort=-date --sort=node --show site --show genre", "sort", ["-date", "node"]),
    ("words concordance x q --show site --show genre", "show", ["site", "genre"]),
]


@pytest.mark.parametrize(("line", "name", "values"), SEVERAL)
def test_no_value_of_an_option_is_passed_over(line, name, values):
    assert getattr(_parser().parse_args(line.split()), name) == values


@pytest.mark.parametrize("option", ["--set lang=es --set lang=it", "--columns text=a,text=b"])
def test_two_values_for_one_name_are_refused(option, capsys):
    with pytest.raises(SystemExit):
        _parser().parse_args(f"load x --output c {option}".split())
    assert "twice; give it one value" in capsys.readouterr().err
