"""``toolkit words``: what it counts, what it says, what it refuses, and that it is what a notebook gets."""

import pandas as pd
import pytest
from coded_corpus import coded_corpus
from coded_project import coded_project
from conftest import write_posts
from small_codebook import small_codebook

from toolkit.cli import main
from toolkit.cli.words_shown import WIDTH, shown_table
from toolkit.codebook import load_codebook
from toolkit.coded_texts import read_coded
from toolkit.corpus import human_annotations, load_posts, mark_furniture, segment
from toolkit.errors import InputError
from toolkit.exchange import write_annotations
from toolkit.printable import width_of
from toolkit.resources import bundled_corpus
from toolkit.statistics import collocations, count_codes, frequency, keyness, lexical_diversity
from toolkit.statistics.association.collocations import SORTS
from toolkit.storage import read_table, write_file
from toolkit.text import tokenise
from toolkit.words import prepare_texts, word_table


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Two Spanish and two Italian posts."""
    return write_posts(tmp_path_factory.mktemp("words") / "texts")


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    """Eight posts that ana and beto coded; the codes stand in 24 of 32 sentences a language."""
    folder = tmp_path_factory.mktemp("coded")
    return coded_corpus(folder / "corpus", small_codebook(folder), people=("ana", "beto"))


@pytest.fixture
def run(capsys):
    def call(*arguments):
        status = main(["words", *map(str, arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def refused(run, *arguments):
    """What is said to a person whose call cannot be done: one sentence, and nothing on the output."""
    status, out, err = run(*arguments)
    told = [line for line in err.splitlines() if line.startswith("toolkit: ")]
    assert (status, out, len(told)) == (2, "", 1)
    assert "Traceback" not in err
    return told[0]


# ---- the same as in a notebook -------------------------------------------------------------------------------


def notebook(folder):
    posts = load_posts(folder)
    posts = posts.assign(lang=["es" if doc_id in ("uno", "dos") else "it" for doc_id in posts["doc_id"]])
    return posts, tokenise(posts, segment(posts, mark_furniture(posts)))


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_the_command_writes_the_table_that_a_notebook_gets(texts, run, tmp_path, ending):
    posts, tokens = notebook(texts)
    out = tmp_path / f"frequencies.{ending}"
    assert run("frequency", texts, "--only", "content", "--output", out)[0] == 0
    expected = frequency(tokens, only="content", posts=posts)
    pd.testing.assert_frame_equal(read_table(out), expected, check_dtype=False, check_exact=ending != "csv")


def test_options_reach_the_statistic(texts, run, tmp_path):
    posts, tokens = notebook(texts)
    out = tmp_path / "pairs.parquet"
    arguments = ("--window", "passage", "--minimum", "2", "--sort", "mi", "--lang", "es", "--output", out)
    assert run("collocations", texts, "tienda", *arguments)[0] == 0
    expected = collocations(tokens, node="tienda", window="passage", minimum=2, sort="mi", lang="es", posts=posts)
    pd.testing.assert_frame_equal(read_table(out), expected)


def test_finding_words_in_small_tasks_changes_nothing(texts, monkeypatch):
    """Tasks are what goes to processes."""
    whole = frequency(prepare_texts(texts).index)
    monkeypatch.setattr("toolkit.words._POSTS_PER_TASK", 1)
    pd.testing.assert_frame_equal(frequency(prepare_texts(texts).index), whole)


# ---- what is printed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["frequency", "--by", "lang"],
        ["diversity", "--by", "lang", "--window", "10", "--repeats", "100"],
        ["collocations", "--minimum", "2"],
        ["dispersion", "--parts", "3", "--minimum", "2"],
        ["trends", "--by", "doc_id", "--repeats", "100"],
        ["keyness", "--target", "doc_id=uno", "--reference", "doc_id=dos", "--minimum", "2", "--repeats", "100"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_table_fits_a_terminal_and_says_what_was_counted(texts, run, arguments):
    status, out, err = run(arguments[0], texts, *arguments[1:])
    assert status == 0
    lines = out.splitlines()
    assert max(map(width_of, lines)) <= WIDTH
    assert lines[0].startswith("es:"), "the language with most words first"
    assert "counted: es 163 words in 2 documents; it 150 words in 2 documents" in err
    assert "--output FILE writes all" in err


def test_a_language_alone_is_all_that_is_shown_and_told(texts, run):
    _, out, err = run("frequency", texts, "--lang", "it")
    assert out.startswith("it:\n") and "es:" not in out
    assert "counted: it 150 words in 2 documents\n" in err


def test_wide_and_steering_signs_of_texts_keep_the_columns():
    table = pd.DataFrame(
        {
            "lang": "es",
            "by": "all",
            "value": "all",
            "term": ["社交媒体", "cafe\u0301", "\x1b[31mrojo", "x" * 200],
            "n": 3,
            "per_million": 1.0,
            "share": 0.5,
            "documents": 1,
            "zipf": 1.0,
            "general_zipf": None,
            "zipf_difference": None,
        }
    )
    lines, rows = shown_table("frequency", table, ["es"])
    assert rows == 4
    assert "general Zipf" not in lines[1], "a column without a value says nothing"
    assert len({width_of(line) for line in lines[1:]}) == 1
    assert "\x1b" not in "".join(lines)
    assert "…" in lines[-1]


def test_frequencies_have_intervals_on_request(texts, run, tmp_path):
    posts, tokens = notebook(texts)
    assert "from %" not in run("frequency", texts)[1]
    arguments = ("frequency", texts, "--repeats", "100", "--seed", "3")
    heading, first = run(*arguments)[1].splitlines()[1:3]
    expected = frequency(tokens, repeats=100, seed=3, posts=posts)
    low, high = 100 * expected.loc[0, ["ci_low", "ci_high"]].astype(float)
    assert heading.split("% of all")[1].split()[:4] == ["from", "%", "to", "%"]
    assert first.split()[4:6] == [f"{low:.2f}", f"{high:.2f}"]
    out = tmp_path / "frequencies.parquet"
    assert run(*arguments, "--output", out)[0] == 0
    pd.testing.assert_frame_equal(read_table(out), expected, check_dtype=False)


def test_diversity_has_intervals_of_as_many_samples_as_wanted(texts, run, tmp_path):
    posts, tokens = notebook(texts)
    arguments = ("diversity", texts, "--by", "lang", "--window", "10", "--repeats", "100", "--seed", "3")
    heading, first = run(*arguments)[1].splitlines()[1:3]
    expected = lexical_diversity(tokens, by="lang", window=10, repeats=100, seed=3, posts=posts)
    shown = expected.loc[0, ["mattr", "mattr_low", "mattr_high"]].astype(float)
    assert heading.split()[5:8] == ["MATTR", "from", "to"]
    assert first.split()[5:8] == [f"{value:.3f}" for value in shown]
    out = tmp_path / "diversity.parquet"
    assert run(*arguments, "--output", out)[0] == 0
    pd.testing.assert_frame_equal(read_table(out), expected, check_dtype=False)


@pytest.mark.parametrize(
    ("sort", "heading"),
    [
        ("npmi", "NPMI"),
        ("z_score", "z"),
        ("chi_square", "chi-sq."),
        ("minimum_sensitivity", "min. sens."),
        ("dice", "Dice"),
        ("mi3", "MI3"),
        ("delta_p_node", "dP node"),
    ],
)
def test_a_measure_that_pairs_are_sorted_by_is_shown(texts, run, sort, heading):
    _, out, _ = run("collocations", texts, "--lang", "it", "--minimum", "2", "--window", "passage", "--sort", sort)
    lines = out.splitlines()
    end = lines[1].index(f"  {heading}  ") + len(heading) + 2
    shown = [float(line[:end].split()[-1].replace(",", "")) for line in lines[2:6]]
    assert len(shown) == 4 and shown == sorted(shown, reverse=True)


def test_no_repeats_are_no_intervals(texts, run, tmp_path):
    out = tmp_path / "trends.parquet"
    assert run("diversity", texts, "--repeats", "0", "--output", out)[0] == 0
    assert read_table(out)["mattr_low"].isna().all()


@pytest.mark.parametrize("sort", SORTS)
def test_every_measure_has_its_column_within_the_window(texts, sort):
    """Long words and numbers: the last columns give way, not the one that the table is sorted by."""
    posts, tokens = notebook(texts)
    table = collocations(tokens, window="passage", minimum=2, sort=sort, lang="es", posts=posts)
    table = table.assign(node="x" * 40, collocate="y" * 40, log_likelihood=123_456.7)
    heading, *rows = shown_table("collocations", table, ["es"], sort=sort)[0][1:]
    assert max(map(width_of, [heading, *rows])) <= WIDTH
    told = {
        "log_dice": "logDice", "dice": "Dice", "mi": "MI", "mi3": "MI3", "t_score": "t", "npmi": "NPMI", "n": "n",
        "log_likelihood": "log-lik.", "z_score": "z", "chi_square": "chi-sq.", "minimum_sensitivity": "min. sens.",
        "delta_p_collocate": "dP colloc.", "delta_p_node": "dP node",
    }  # fmt: skip
    assert f" {told[sort]} " in f"{heading} "


def test_the_help_names_every_measure_to_sort_by(capsys):
    with pytest.raises(SystemExit):
        main(["words", "collocations", "--help"])
    said = set(capsys.readouterr().out.replace(",", " ").split())
    assert set(SORTS) <= said


def test_nothing_frequent_enough_is_said(texts, run):
    status, out, err = run("dispersion", texts, "--minimum", "5000")
    assert (status, out) == (0, "")
    assert "a smaller --minimum finds more" in err


# ---- concordances and networks -----------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["html", "txt", "csv", "jsonl", "parquet"])
def test_lines_are_written_in_every_format(texts, run, tmp_path, ending):
    out = tmp_path / f"lines.{ending}"
    status, said, err = run("concordance", texts, "client*", "--sort", "R1", "--show", "title", "--output", out)
    assert (status, said) == (0, "")
    assert "11 lines in 4 documents" in err
    assert "clientes" in out.read_bytes().decode("utf-8", "replace")


def test_lines_are_printed_with_the_node_in_one_column(texts, run):
    _, out, _ = run("concordance", texts, "fornaio", "--lang", "it", "--sample", "3")
    lines = out.splitlines()
    assert lines[0].startswith("form 'fornaio': 3 lines in")
    assert len({line.index("fornaio", 30) for line in lines if line.count("fornaio") == 1 and "'" not in line}) == 1


def test_cues_are_those_of_the_default_codebook(texts, run):
    code = load_codebook("cluetrain").code_ids[0]
    assert run("concordance", texts, code, "--match", "cue")[0] == 0
    assert "has no code 'nothing'" in refused(run, "concordance", texts, "nothing", "--match", "cue")


def test_a_network_is_written_of_one_language(texts, run, tmp_path):
    out = tmp_path / "network.graphml"
    arguments = ("collocations", texts, "--minimum", "2", "--window", "passage", "--output", out)
    assert "name it: --lang" in refused(run, *arguments)
    assert not out.exists()
    assert run(*arguments, "--lang", "es")[0] == 0
    assert b"<graphml" in out.read_bytes()


# ---- codes ------------------------------------------------------------------------------------------------


def test_codes_of_a_corpus_folder_are_those_of_one_coder_in_what_that_coder_judged(coded, run, tmp_path):
    out = tmp_path / "keyness.parquet"
    arguments = ("keyness", coded, "--codes", coded, "--target", "lang=es", "--reference", "lang=it", "--minimum", "1")
    status, _, err = run(*arguments, "--coder", "ana", "--repeats", "100", "--output", out)
    assert status == 0
    assert "given by 'ana'" in err
    assert "96 codes in 128 passages of 8 documents (es 64, it 64)" in err
    posts = load_posts(coded)
    human = human_annotations(coded, coder="ana")
    counted = count_codes(human.annotations, segment(posts, mark_furniture(posts)), posts=posts)
    expected = keyness(counted, {"lang": ["es"]}, {"lang": ["it"]}, minimum=1, repeats=100)
    pd.testing.assert_frame_equal(read_table(out), expected)


def test_codes_of_several_coders_are_not_counted_as_one(coded, run):
    said = refused(run, "frequency", coded, "--codes", coded)
    assert "given by ana, beto" in said and "--coder" in said
    assert "did you mean 'ana'?" in refused(run, "frequency", coded, "--codes", coded, "--coder", "anna")


def test_documents_that_nobody_coded_are_no_places(coded, run, tmp_path):
    """The annotations of two documents alone, without a word on what else was gone through."""
    table = human_annotations(coded, coder="ana").annotations
    some = table[table["doc_id"].isin(["es0", "it0"])]
    file = tmp_path / "two.jsonl"
    write_file(some, file)
    _, _, err = run("frequency", coded, "--codes", file)
    assert "6 of 8 documents have no annotation and are not counted" in err
    assert "24 codes in 32 passages of 2 documents" in err
    _, _, err = run("frequency", coded, "--codes", file, "--all-documents")
    assert "24 codes in 128 passages of 8 documents" in err


def test_what_a_machine_coded_is_counted_in_all_texts(coded, run, tmp_path):
    table = human_annotations(coded, coder="ana").annotations
    file = tmp_path / "machine.csv"
    machine = table[table["doc_id"] == "es0"].assign(kind="machine", coder="machine:cues")
    write_file(machine, file)
    _, _, err = run("frequency", coded, "--codes", file)
    assert "12 codes in 128 passages of 8 documents" in err


def test_one_annotation_file_of_a_corpus_has_the_coverage_of_its_coder(run):
    file = bundled_corpus() / "annotations" / "groundswell_reader.jsonl"
    _, out, err = run("frequency", bundled_corpus(), "--codes", file, "--lang", "it")
    human = human_annotations(bundled_corpus(), "groundswell")
    italian = [doc_id for doc_id in human.coverage["doc_id"] if doc_id.startswith("it/")]
    assert f"of {len(italian)} documents (it " in err
    assert "talking" in out


def test_a_project_counts_the_items_that_are_done(run, tmp_path):
    project = coded_project(tmp_path / "project", 2, curators=())
    _, _, err = run("frequency", bundled_corpus(), "--codes", project.folder, "--coder", "author", "--unit", "sentence")
    assert "of 2 documents" in err
    assert f"{len(project.items):,} passages" in err


def test_annotations_of_other_tools_are_read(coded, run, tmp_path):
    human = human_annotations(coded, coder="ana")
    write_annotations(human.annotations, tmp_path / "brat", "brat", texts=load_posts(coded))
    _, _, err = run("frequency", coded, "--codes", tmp_path / "brat")
    assert "96 codes in 128 passages of 8 documents" in err


def test_stances_are_told_apart_on_request(coded, run):
    _, out, _ = run("frequency", coded, "--codes", coded, "--coder", "ana", "--stances")
    assert "respuestas:breach" in out


def test_the_words_of_a_code_are_counted_against_the_rest_of_what_was_coded(coded, run, tmp_path):
    out = tmp_path / "words.csv"
    arguments = ("--codes", coded, "--coder", "ana", "--target", "code=precios", "--lang", "es", "--minimum", "2")
    assert run("keyness", coded, *arguments, "--repeats", "100", "--output", out)[0] == 0
    table = read_table(out)
    assert set(table["target"]) == {"passages coded precios"}
    assert {"precio", "tarifa"} <= set(table["term"][table["n_target"] > 0])
    assert not table.loc[table["term"] == "precio", "n_reference"].any()


def test_passages_of_a_code_are_read_in_context(coded, run):
    _, out, _ = run("concordance", coded, "precios:breach", "--match", "code", "--codes", coded, "--coder", "ana")
    assert out.startswith("code 'precios:breach': 8 lines in 8 documents")


# ---- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frequency", "--by", "tittle"], "did you mean 'title'?"),
        (["frequency", "--lang", "fr"], "--lang: words are found in es, it, en; got 'fr'"),
        (["frequency", "--unit", "sentence"], "words are counted by form, lemma, pos"),
        (["frequency", "--coder", "ana"], "give them with --codes"),
        (["frequency", "--codes", "nothing.csv"], "no such file"),
        (["frequency", "--output", "x.doc"], "must end in .csv, .jsonl, .parquet."),
        (["frequency", "--output", "x.html"], "must end in .csv, .jsonl, .parquet."),
        (["concordance", "x", "--output", "x.doc"], ".parquet, .html, .txt."),
        (["collocations", "--sort", "mi33"], "did you mean 'mi3'?"),
        (["collocations", "zzzz"], "no lemma 'zzzz'"),
        (["keyness", "--target", "lang=es"], "compare codes with --codes"),
        (["keyness", "--target", "country"], "expected COLUMN=VALUE"),
        (["keyness", "--target", "country="], "expected COLUMN=VALUE"),
        (["keyness", "--target", "country=ES", "country=MX"], "'country=ONE|OTHER'"),
        (["keyness", "--target", "country=ES", "--target", "country=MX"], "'country=ONE|OTHER'"),
        (["keyness", "--target", "doc_id=cinque"], "no doc_id is 'cinque'"),
        (["keyness", "--target", "year=2010-2005"], "turn them round"),
        (["keyness", "--target", "code=x"], "give them with --codes"),
        (["keyness", "--target", "doc_id=uno", "--reference", "doc_id=uno"], "share"),
        (["dispersion", "--parts", "1"], "a number from 2"),
        (["trends", "zzzz"], "no lemma 'zzzz' occurs"),
        (["concordance", "(", "--match", "regex"], "is no regular expression"),
        (["concordance", ""], "got no query"),
        (["concordance", "x", "--match", "code"], "with --codes FILE"),
        (["concordance", "x", "--codes", "a.csv"], "--match code"),
        (["concordance", "x", "--show", "tittle"], "did you mean 'title'?"),
        (["concordance", "x", "--sort", "Q1"], "cannot sort by 'Q1'"),
        (["concordance", "x", "--seed", "-1"], "--seed: got -1"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(texts, run, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert said in refused(run, arguments[0], texts, *arguments[1:])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["--window", "3"], ["--only", "words"], ["--unit", "lemma"]])
def test_choices_of_words_are_refused_for_codes(coded, run, arguments):
    said = refused(run, "collocations", coded, "--codes", coded, "--coder", "ana", *arguments)
    assert arguments[0] in said


def test_codes_of_several_codebooks_are_told_with_the_names_of_all():
    note, *_ = read_coded(bundled_corpus(), load_posts(bundled_corpus()), coder="reader", every_coder=True).notes
    assert note.startswith("codes of the codebooks 'engagement_phases', 'groundswell', 'li_dialogue_support_innovate',")
    assert note.endswith("'seven_levels' given by 'reader'")


def test_a_statistic_that_is_none_is_refused_before_any_word_is_found():
    with pytest.raises(InputError, match="no statistic 'frequencies'; did you mean 'frequency'"):
        word_table("frequencies", None)


def test_annotations_of_other_texts_are_refused(texts, coded, run):
    assert "none of its" in refused(run, "frequency", texts, "--codes", coded, "--coder", "ana")


def test_annotations_whose_quote_is_not_the_text_are_refused(coded, run, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for file in sorted((coded / "texts").iterdir()):
        (other / file.name).write_text(
            file.read_text(encoding="utf-8").replace("clientes", "vecinos"), encoding="utf-8"
        )
    said = refused(run, "frequency", other, "--codes", coded, "--coder", "ana")
    assert "row" in said and "es0" in said


def test_wrong_targets_are_told_before_any_text_is_read(texts, run, tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.words.load_corpus", lambda *_: pytest.fail("read before the target was looked at"))
    (tmp_path / "file").write_text("")
    for name in ("x.doc", tmp_path, tmp_path / "file" / "x.csv", texts / "uno.md"):
        refused(run, "concordance", texts, "x", "--output", name)


def test_wrong_columns_are_told_before_words_are_found(texts, run, monkeypatch):
    monkeypatch.setattr("toolkit.words.tokenise", lambda *_: pytest.fail("words were found before"))
    for arguments in (["--target", "tittle=ES"], ["--target", "doc_id=cinque"]):
        refused(run, "keyness", texts, *arguments)


def test_a_failed_write_leaves_nothing(texts, run, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("toolkit.files.os.replace", full)
    for name in ("lines.html", "lines.txt", "lines.csv"):
        status = main(["words", "concordance", str(texts), "blog", "--output", str(tmp_path / name)])
        assert status == 2
    assert not list(tmp_path.iterdir())


def test_texts_without_words_are_refused(run, tmp_path):
    (tmp_path / "numbers.txt").write_text("1234 ... 5678", encoding="utf-8")
    for kind in ("frequency", "diversity"):
        assert "holds no words" in refused(run, kind, tmp_path / "numbers.txt")
