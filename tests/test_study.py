import json
import os
import re
import shutil
import stat
import zipfile
from html.parser import HTMLParser

import pandas as pd
import pytest
from coded_corpus import coded_corpus
from conftest import write_posts
from small_codebook import YAML, small_codebook

from toolkit.analysis.codes import error_units
from toolkit.corpus import Corpus, HumanAnnotations, load_corpus
from toolkit.errors import CheckFailed, InputError, OutputError
from toolkit.recheck import check_run
from toolkit.settings import Study, load_study
from toolkit.storage import read_table
from toolkit.study import free_folder, run_study
from toolkit.tables import CONTRACTS, check
from toolkit.tables.people import PEOPLE
from toolkit.topics import load_model

QUICK = {
    "topics": {"per_language": 2, "joint": 2, "runs": 2, "iterations": 20, "fewest_posts": 1},
    "statistics": {"bootstrap": 100, "permutations": 100},
}
#: What a person asks for, of a word or a corpus, and no run makes.
ASKED_FOR = {"concordance", "collocations", "network_nodes", "network_edges", "occurrences", "trends"}
#: Tables of every run; those of an evaluation and of people's work are made elsewhere.
TABLES = [
    name
    for name in CONTRACTS
    if name not in {*PEOPLE, *ASKED_FOR} and not name.startswith(("evaluation_", "adjusted_"))
]
HOSTILE = "<script>document.title='hit'</script><img src=x onerror=alert(1)>"


def quick(corpus, **principles):
    return Study.model_validate_json(
        json.dumps({**QUICK, "corpus": {"path": str(corpus)}, "principles": {"method": "cues", **principles}})
    )


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory):
    """One run of the small corpus; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("run")
    write_posts(folder / "small")
    return run_study(quick(folder / "small"), folder / "out")


@pytest.fixture
def run(finished_run, tmp_path):
    return shutil.copytree(finished_run, tmp_path / "out")


# ---- what a run leaves -----------------------------------------------------------------------------------


def test_a_run_leaves_report_record_settings_tables_and_figures(run):
    names = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert {"report.html", "topics.html", "run.json", "study.toml", "models/es.topics"} <= names
    assert {f"tables/{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")} <= names
    assert {
        f"figures/{name}.{kind}" for name in ("principles", "stances", "themes") for kind in ("svg", "png")
    } <= names
    assert not [name for name in names if "partial" in name]


def test_every_table_keeps_its_contract_and_points_into_the_texts(run):
    posts = read_table(run / "tables" / "posts.parquet")
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    for name in TABLES:
        table = read_table(run / "tables" / f"{name}.parquet")
        points = "start" in table and "doc_id" in table
        check(name, table, texts if points else None)


def test_csv_and_parquet_hold_the_same(run):
    for name in TABLES:
        exact = read_table(run / "tables" / f"{name}.parquet")
        sheet = read_table(run / "tables" / f"{name}.csv")
        assert list(sheet.columns) == list(exact.columns)
        assert len(sheet) == len(exact)
    posts = [read_table(run / "tables" / f"posts.{kind}")["text"].tolist() for kind in ("csv", "parquet")]
    assert posts[0] == posts[1]


def test_texts_are_not_changed(run, small_corpus):
    posts = read_table(run / "tables" / "posts.parquet")
    text = posts.set_index("doc_id").loc["dos", "text"]
    assert text == (small_corpus / "dos.txt").read_text(encoding="utf-8")


def test_furniture_is_in_no_token_no_coded_passage_and_no_theme(run):
    furniture = read_table(run / "tables" / "furniture.parquet")
    assert furniture["quote"].tolist() == [
        "Deja una respuesta",
        "Tu dirección de correo electrónico no será publicada.",
    ]
    for name in ("tokens", "annotations", "scores", "shares"):
        both = read_table(run / "tables" / f"{name}.parquet").merge(furniture, on="doc_id", suffixes=("", "_f"))
        assert not ((both["start"] < both["end_f"]) & (both["end"] > both["start_f"])).any(), name
    assert "publicar" not in set(read_table(run / "tables" / "topics.parquet")["term"])


def test_the_record_says_what_made_the_result(run):
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert record["seed"] == 1
    assert set(record["corpus"]["posts"]) == {"uno", "dos", "tre", "quattro"}
    assert len(record["corpus"]["sha256"]) == len(record["codebook"]["sha256"]) == 64
    assert {"numpy", "spacy", "tomotopy", "toolkit", "python", "blas"} <= set(record["versions"])
    assert record["tables"]["posts"]["rows"] == 4
    assert all(seconds >= 0 for seconds in record["seconds"].values())
    assert "cluetrain-toolkit, version" in record["citation"]


def test_the_settings_written_are_the_settings_used(run, finished_run):
    assert load_study(run / "study.toml") == quick(finished_run.parent / "small")


def test_the_report_loads_nothing_and_runs_nothing(run):
    page = (run / "report.html").read_text(encoding="utf-8")
    loaded = []

    class Loads(HTMLParser):
        def handle_starttag(self, tag, attributes):
            values = dict(attributes)
            loaded.extend(values[key] for key in ("src", "srcset", "data", "action") if key in values)
            loaded.extend([tag] * (tag in ("script", "iframe", "link", "object", "form")))
            loaded.extend(key for key in values if key.startswith("on"))

    Loads().feed(page)
    assert loaded
    assert all(value.startswith("data:image/svg+xml;base64,") for value in loaded)
    assert "default-src 'none'" in page


def test_every_number_of_the_heat_map_leads_to_its_passages(run):
    page = (run / "report.html").read_text(encoding="utf-8")
    links = re.findall(r'<a href="#(c-\d+)"', page)
    panels = dict(re.findall(r'<article class="cell" id="(c-\d+)">(.*?)</article>', page, re.DOTALL))
    assert links
    assert sorted(links) == sorted(panels)
    assert all("<blockquote>" in panel for panel in panels.values())
    table = read_table(run / "tables" / "theme_principles.parquet")
    assert len(links) == (table["share"] > 0).sum()


def test_hostile_texts_are_shown_as_text(tmp_path):
    folder = tmp_path / HOSTILE.replace("/", "")
    folder.mkdir()
    (folder / "a<b>.md").write_text(
        f'---\ntitle: "{HOSTILE.replace(chr(34), "")}"\nlang: es\n---\nHay que escuchar a los clientes {HOSTILE}.\n',
        encoding="utf-8",
    )
    (folder / "b.txt").write_text(f"=HYPERLINK(1) La tienda escucha las quejas. {HOSTILE}\n", encoding="utf-8")
    (folder / f"{HOSTILE.replace('/', '')}.pdf").write_bytes(b"%PDF")
    out = run_study(quick(folder), tmp_path / "out")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page
    sheet = (out / "tables" / "posts.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in sheet


def test_constructed_texts_are_labelled_so(tmp_path, small_corpus):
    plain = run_study(quick(small_corpus), tmp_path / "plain")
    assert "Constructed texts" not in (plain / "report.html").read_text(encoding="utf-8")
    uno = small_corpus / "uno.md"
    uno.write_text(uno.read_text(encoding="utf-8").replace("lang: es", "lang: es\nconstructed: true"), encoding="utf-8")
    marked = run_study(quick(small_corpus), tmp_path / "marked")
    assert "Constructed texts" in (marked / "report.html").read_text(encoding="utf-8")


# ---- repeating and checking ------------------------------------------------------------------------------


def test_a_repeated_study_gives_identical_tables_also_with_two_workers(run, monkeypatch):
    monkeypatch.setattr("toolkit.topics.of_language._WORTH_A_POOL", 0)
    monkeypatch.setattr("toolkit.analysis.parts._MOST", 3)
    monkeypatch.setattr("toolkit.analysis.texts.WORTH_A_POOL", 0)
    lines = check_run(run, workers=2)
    assert len(lines) == len(TABLES)
    assert all(line.endswith("identical") for line in lines)


def test_the_order_of_files_and_the_folder_change_nothing(run, small_corpus, tmp_path):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for path in sorted(small_corpus.iterdir(), reverse=True):
        shutil.copy(path, moved / path.name)
    assert check_run(run, corpus=moved)


def test_a_difference_names_table_row_and_both_values(run):
    path = run / "tables" / "principles.parquet"
    table = read_table(path)
    old = int(table.loc[2, "count"])
    table.loc[2, "count"] = old + 1
    table.to_parquet(path)
    with pytest.raises(CheckFailed, match=rf"principles, row 3, column 'count': was .*{old + 1}.*, now .*{old}"):
        check_run(run)


def test_a_missing_row_is_a_difference_and_what_the_machine_has_of_its_own_is_named(run):
    path = run / "tables" / "tokens.parquet"
    read_table(path).iloc[1:].to_parquet(path)
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    record["versions"]["blas"] = "openblas 0 PDP11"
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(
        CheckFailed, match=r"tokens: had \d+ rows, now \d+[^§]*Versions differ: blas openblas 0 PDP11 -> ."
    ):
        check_run(run)


@pytest.fixture
def in_parts(monkeypatch):
    """As of a corpus beyond memory: tables of a row for each token are compared part by part."""
    monkeypatch.setattr("toolkit.analysis.texts.IN_MEMORY", 0)
    monkeypatch.setattr("toolkit.analysis.parts._MOST", 1)


def test_tables_that_are_not_held_are_compared_too(run, in_parts):
    empty = {"repeats"}
    assert all(read_table(run / "tables" / f"{name}.parquet").empty for name in empty)
    assert check_run(run) == [
        f"{name}: {about['rows']:,} rows identical"
        for name, about in json.loads((run / "run.json").read_text(encoding="utf-8"))["tables"].items()
    ]


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("tokens", lambda table: table.iloc[:-1], r"tokens: had \d+ rows, now \d+"),
        ("tokens", lambda table: pd.concat([table, table[-1:]]), r"tokens: had more than [\d,]+ rows, now [\d,]+"),
        ("tokens", lambda table: table.iloc[:0], r"tokens: had 0 rows, now \d+"),
        ("tokens", lambda table: table.drop(columns="pos"), "tokens: columns were"),
        ("scores", lambda table: table.assign(score=[*table["score"][:-1], 0.5]), r"column 'score': was .*0\.5.*, now"),
    ],
)
def test_a_difference_in_a_table_that_is_not_held_is_found(run, in_parts, name, change, said):
    path = run / "tables" / f"{name}.parquet"
    changed = change(read_table(path))
    changed.to_parquet(path, index=False)
    with pytest.raises(CheckFailed, match=said):
        check_run(run)


def test_a_changed_text_is_said_before_anything_is_compared(run, small_corpus):
    (small_corpus / "dos.txt").write_text("Otro texto.", encoding="utf-8")
    (small_corpus / "nuevo.txt").write_text("Un texto más.", encoding="utf-8")
    with pytest.raises(CheckFailed) as error:
        check_run(run, corpus=small_corpus)
    assert str(error.value).splitlines() == ["posts: 'nuevo' is new.", "posts: the text of 'dos' has changed."]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"corpus": {}}'])
def test_a_damaged_record_is_refused(run, damage):
    (run / "run.json").write_text(damage, encoding="utf-8")
    with pytest.raises(InputError, match=r"run\.json: is damaged"):
        check_run(run)


def test_a_folder_without_record_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"has no readable run\.json"):
        check_run(tmp_path)


# ---- how the passages were coded, and how well -----------------------------------------------------------


def test_without_coded_posts_the_report_says_that_nothing_is_corrected(run):
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "the shares are not corrected for the coder’s errors" in page
    assert 'id="corrected"' not in page
    assert "measured on" not in json.loads((run / "run.json").read_text(encoding="utf-8"))["used"]


def test_where_people_coded_the_corpus_shares_are_corrected_and_the_report_says_on_which_posts(tmp_path):
    book = small_codebook(tmp_path)
    folder = coded_corpus(tmp_path / "coded", book)
    out = run_study(quick(folder, codebook=str(book.path)), tmp_path / "out")
    shares = read_table(out / "tables" / "adjusted_shares.parquet").set_index(["lang", "code"])
    # half of the sentences on answers carry a cue in each language: as many as were coded, 4 posts with 4 of 16
    row = shares.loc["it", "precios"]
    assert (row["n"], row["gold_positives"], row["gold_negatives"]) == (64, 16, 48)
    assert row["adjusted"] == pytest.approx(0.25)
    assert set(read_table(out / "tables" / "adjusted_differences.parquet")["code"]) == set(book.code_ids)
    measured = json.loads((out / "run.json").read_text(encoding="utf-8"))["used"]["measured on"]
    assert (measured["coder"], measured["passages"], measured["by language"]) == ("ana", 128, {"es": 4, "it": 4})
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "128 sentences of 8 posts of this corpus that people coded (“ana”)" in page
    assert "The coder learnt from none of them." in page
    assert page.count('<a href="#d-it3">') >= 1
    assert any(line.startswith("adjusted_shares") for line in check_run(out))


def test_codings_of_constructed_texts_are_not_said_to_be_of_people(tmp_path):
    book = small_codebook(tmp_path)
    folder = coded_corpus(tmp_path / "coded", book)
    first = folder / "texts" / "es0.md"
    text = first.read_text(encoding="utf-8").replace("lang: es\n", "lang: es\nconstructed: true\n")
    first.write_text(text, encoding="utf-8")
    page = (run_study(quick(folder, codebook=str(book.path)), tmp_path / "out") / "report.html").read_text("utf-8")
    assert "128 sentences of 8 posts of this corpus that came with a coding (“ana”)" in page
    assert "people coded" not in page


def test_annotations_that_cannot_be_used_are_a_note_and_no_end(tmp_path):
    book = small_codebook(tmp_path)
    folder = coded_corpus(tmp_path / "coded", book, people=("ana", "bea"))
    out = run_study(quick(folder, codebook=str(book.path)), tmp_path / "out")
    notes = json.loads((out / "run.json").read_text(encoding="utf-8"))["notes"]
    assert any("not corrected" in note and "was coded by ana, bea" in note for note in notes)
    assert not (out / "tables" / "adjusted_shares.parquet").exists()


def test_the_record_says_what_the_coder_learnt_from_and_the_report_that_scores_are_weak(tmp_path, small_corpus):
    book = small_codebook(tmp_path)
    learnt = run_study(quick(small_corpus, codebook=str(book.path), method="hybrid", unsure=0.2), tmp_path / "a")
    used = json.loads((learnt / "run.json").read_text(encoding="utf-8"))["used"]
    assert used["facts"]["examples"] == 128
    assert used["facts"]["encoders"]
    assert used["unsure"] == 0.2
    assert "It learnt from 128 examples." in (learnt / "report.html").read_text(encoding="utf-8")
    bare = YAML.replace("example_files: [ejemplos.jsonl]\n", "")
    (tmp_path / "oficina.yaml").write_text(bare, encoding="utf-8")
    weak = run_study(quick(small_corpus, codebook=str(book.path), method="hybrid"), tmp_path / "b")
    page = (weak / "report.html").read_text(encoding="utf-8")
    assert "which is weaker" in page
    assert "they are no probabilities" in page


def test_judged_sentences_meet_passages_however_they_were_cut(tmp_path):
    book = small_codebook(tmp_path)

    def places(*spans):
        return pd.DataFrame(spans, columns=["doc_id", "start", "end"])

    # a: the same; b: two judged sentences in one passage; c: one in two parts, the code goes to the longer;
    # d: not judged; e: the judged sentence lies outside all passages
    passages = places(("a", 0, 10), ("b", 0, 30), ("c", 0, 4), ("c", 5, 20), ("d", 0, 9), ("e", 20, 30))
    passages = passages.assign(lang="es")
    units = places(("a", 0, 10), ("b", 0, 12), ("b", 13, 30), ("c", 0, 20), ("e", 0, 10))
    coded = places(("a", 0, 10), ("b", 13, 30), ("c", 0, 20), ("e", 0, 10)).assign(code="precios")
    machine = places(("a", 0, 10), ("c", 0, 4), ("d", 0, 9)).assign(code="precios")
    found = error_units(passages, machine, HumanAnnotations(coded, units, units), book)
    assert len(found) == 4 * len(book.codes)
    of_code = found[found["code"] == "precios"]
    assert of_code["doc_id"].tolist() == ["a", "b", "c", "c"]
    assert of_code["gold"].tolist() == [True, True, False, True]
    assert of_code["predicted"].tolist() == [True, False, True, False]
    assert not found.loc[found["code"] != "precios", ["gold", "predicted"]].to_numpy().any()


# ---- where a run may write -------------------------------------------------------------------------------


def test_an_existing_folder_is_never_overwritten_unasked(run, small_corpus):
    before = (run / "run.json").read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        run_study(quick(small_corpus), run)
    assert (run / "run.json").read_bytes() == before


def test_a_run_may_be_overwritten_on_request_and_a_foreign_folder_never(run, small_corpus, tmp_path):
    assert run_study(quick(small_corpus), run, overwrite=True) == run
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter1.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match=r"was not made by 'toolkit run'"):
        run_study(quick(small_corpus), foreign, overwrite=True)
    assert (foreign / "chapter1.txt").exists()


def test_a_run_that_holds_other_files_is_not_overwritten(run, small_corpus):
    (run / "my_notes.txt").write_text("hours of work", encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds 'my_notes\.txt', which no run made"):
        run_study(quick(small_corpus), run, overwrite=True)
    assert (run / "my_notes.txt").exists()
    assert (run / "run.json").exists()


@pytest.mark.parametrize("name", ["tables/mine.xlsx", "figures/poster/a.png", "models/notes.txt"])
def test_nor_one_that_holds_them_in_its_folders(run, small_corpus, name):
    (run / name).parent.mkdir(exist_ok=True)
    (run / name).write_text("hours of work", encoding="utf-8")
    held = "/".join(name.split("/")[:2])
    with pytest.raises(OutputError, match=f"holds '{re.escape(held)}', which no run made"):
        run_study(quick(small_corpus), run, overwrite=True)
    assert (run / name).read_text(encoding="utf-8") == "hours of work"


def test_what_a_file_browser_left_in_a_run_is_in_nobodys_way(run, small_corpus):
    (run / "tables" / ".DS_Store").write_bytes(b"\0")
    assert run_study(quick(small_corpus), run, overwrite=True) == run


def test_the_folder_one_is_in_is_refused(run, small_corpus, monkeypatch):
    monkeypatch.chdir(run)
    with pytest.raises(OutputError, match="is the folder you are in"):
        run_study(quick(small_corpus), ".", overwrite=True)
    assert (run / "run.json").exists()


def test_a_name_taken_meanwhile_is_left_alone_and_the_next_is_used(small_corpus, tmp_path, monkeypatch):
    from toolkit import study

    def slow(*arguments, **settings):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "theirs.txt").write_text("x", encoding="utf-8")
        return analyse(*arguments, **settings)

    analyse = study.analyse
    monkeypatch.setattr(study, "analyse", slow)
    assert run_study(quick(small_corpus), tmp_path / "out").name == "out-2"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["theirs.txt"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=repr)
def test_a_failed_swap_brings_the_old_run_back(run, small_corpus, monkeypatch, error):
    before = (run / "run.json").read_bytes()
    rename = type(run).rename

    def failing(self, target):
        if ".partial-" in self.name:
            raise error
        return rename(self, target)

    monkeypatch.setattr(type(run), "rename", failing)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        run_study(quick(small_corpus), run, overwrite=True)
    assert (run / "run.json").read_bytes() == before


def test_a_run_inside_the_corpus_folder_is_no_text_of_it(small_corpus):
    first = run_study(quick(small_corpus), small_corpus / "cluetrain-run")
    assert check_run(first)
    corpus = load_corpus(small_corpus)
    assert len(corpus.posts) == 4
    assert corpus.skipped["reason"].tolist() == ["is the folder of an earlier run"]


def test_the_settings_of_a_run_work_from_any_folder(small_corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = run_study(quick("small"), tmp_path / "deep" / "out")
    monkeypatch.chdir(out)
    again = run_study(load_study("study.toml"), tmp_path / "again")
    assert json.loads((again / "run.json").read_text(encoding="utf-8"))["tables"]["posts"]["rows"] == 4


def test_furniture_rules_of_ones_own_are_found_from_any_folder(small_corpus, tmp_path, monkeypatch):
    rules = 'version: "1"\nmacros: {}\nglue: {names: [foto], starters: {es: [el]}}\n'
    rules += 'rules:\n  - {id: form, kind: comment_form, where: line, patterns: ["deja una respuesta"]}\n'
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    corpus = {"path": "small", "furniture_rules": "rules.yaml"}
    out = run_study(Study(study={"parts": ("words",)}, corpus=corpus, statistics=QUICK["statistics"]), "deep/out")
    assert "form" in set(read_table(out / "tables" / "furniture.parquet")["rule"])
    written = load_study(out / "study.toml").corpus.furniture_rules
    monkeypatch.chdir(tmp_path.parent)
    assert written == str(tmp_path / "rules.yaml")
    assert check_run(tmp_path / out)


def test_a_file_in_the_place_of_the_folder_is_refused(small_corpus, tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"):
        run_study(quick(small_corpus), tmp_path / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(small_corpus, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(OutputError, match="cannot be written"):
        run_study(quick(small_corpus), closed / "out")


def test_a_folder_below_a_file_is_refused_in_one_sentence(small_corpus, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        run_study(quick(small_corpus), tmp_path / "file" / "out")


def test_an_interrupted_run_leaves_nothing(small_corpus, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("toolkit.study.analyse", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_study(quick(small_corpus), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_without_a_name_the_next_free_one_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert free_folder().name == "cluetrain-run"
    (tmp_path / "cluetrain-run").mkdir()
    (tmp_path / "cluetrain-run-2").mkdir()
    assert free_folder().name == "cluetrain-run-3"


# ---- bad input goes round, the rest goes on --------------------------------------------------------------

BAD_FILES = {
    "vacio.txt": (b"", "is empty"),
    "foto.txt": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "is not text"),
    "forma.txt": (b"Deja una respuesta\n\nConectando a %s\n", "holds nothing but page furniture"),
    "deutsch.txt": (
        b"Die Unternehmen muessen lernen, den Menschen zuzuhoeren, statt nur Werbung zu machen. Das ist schwer.",
        "its language looks like 'de'",
    ),
    "largo.txt": (b"palabra " * 2_600_000, "more than one post can be"),
    "notas.pages": (b"PK", "files are not read"),
}


def test_each_bad_file_is_a_row_and_the_rest_goes_on(small_corpus, tmp_path):
    for name, (content, _) in BAD_FILES.items():
        (small_corpus / name).write_bytes(content)
    (small_corpus / "latin.txt").write_bytes(
        "La compañía escuchó a los señores clientes; mañana responderá.".encode("cp1252")
    )
    (small_corpus / "ancho.txt").write_bytes("La tienda pidió ideas a los clientes. Mañana más.".encode("utf-16"))
    out = run_study(quick(small_corpus), tmp_path / "out")
    skipped = read_table(out / "tables" / "skipped.parquet")
    reasons = {row["source"]: row["reason"] for row in skipped[~skipped["read"]].to_dict("records")}
    assert set(reasons) == set(BAD_FILES)
    for name, (_, expected) in BAD_FILES.items():
        assert expected in reasons[name]
    posts = read_table(out / "tables" / "posts.parquet").set_index("doc_id")
    assert posts.loc["latin", "text"].startswith("La compañía escuchó")
    assert posts.loc["ancho", "text"].startswith("La tienda pidió")
    assert skipped[skipped["read"]]["source"].tolist() == ["latin.txt"]
    assert "holds nothing but page furniture" in (out / "report.html").read_text(encoding="utf-8")


def test_a_corpus_without_a_usable_post_is_refused_with_the_reasons(tmp_path):
    folder = tmp_path / "nada"
    folder.mkdir()
    (folder / "forma.txt").write_text("Deja una respuesta", encoding="utf-8")
    with pytest.raises(InputError, match=r"no post in es, it is left .*forma\.txt: holds nothing but page furniture"):
        run_study(quick(folder), tmp_path / "out")


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "nada").mkdir()
    with pytest.raises(InputError, match="holds no text; kinds that are read"):
        run_study(quick(tmp_path / "nada"), tmp_path / "out")


def test_one_post_is_enough_for_a_report_that_says_what_is_missing(tmp_path):
    folder = tmp_path / "uno"
    folder.mkdir()
    (folder / "uno.txt").write_text("Hay que escuchar a los clientes y contestar sus quejas.", encoding="utf-8")
    out = run_study(quick(folder), tmp_path / "out")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "1 post is too few for a model of its own" in page
    assert "Listening" in page


def test_a_post_of_quotations_alone_gives_a_report_without_codes(tmp_path):
    text = "It is an English quotation and nothing else is here, long enough to be recognised as what it is."
    (tmp_path / "cita.md").write_text(f"---\nlang: es\n---\n{text}", encoding="utf-8")
    out = run_study(quick(tmp_path / "cita.md", method="hybrid"), tmp_path / "out")
    assert "No passage was given a principle" in (out / "report.html").read_text(encoding="utf-8")


def test_a_language_given_wrongly_is_a_doubt_not_a_loss(tmp_path):
    folder = tmp_path / "mal"
    folder.mkdir()
    italian = "Prima di parlare bisogna ascoltare i clienti, e rispondere ai reclami con pazienza. " * 4
    (folder / "a.md").write_text(f"---\nlang: es\n---\n{italian}", encoding="utf-8")
    out = run_study(quick(folder), tmp_path / "out")
    skipped = read_table(out / "tables" / "skipped.parquet")
    assert skipped[["reason", "read"]].to_numpy().tolist() == [
        ["its language is given as 'es' but looks like 'it'", True]
    ]
    assert len(read_table(out / "tables" / "posts.parquet")) == 1


# ---- the bundled corpus and the real texts ---------------------------------------------------------------


@pytest.mark.slow
def test_the_five_real_texts_run_clean(seeds, tmp_path):
    out = run_study(Study().with_corpus(str(seeds)), tmp_path / "out")
    tables = {name: read_table(out / "tables" / f"{name}.parquet") for name in TABLES}
    assert tables["posts"]["lang"].tolist() == ["es", "es", "es", "es", "it"]
    assert tables["furniture"]["kind"].value_counts().to_dict() == {"login_prompt": 10, "caption": 3, "comment_form": 3}
    terms = set(tables["topics"]["term"]) | set(tables["tokens"]["lemma"])
    for word in ("socialeslas", "hsmchlihay", "conectando", "gravatar", "%s", "google photo"):
        assert word not in terms
    sentences = tables["passages"][tables["passages"]["unit"] == "sentence"]
    english = sentences[sentences["lang"] == "en"]
    assert english["doc_id"].str[:3].unique().tolist() == ["000"]
    assert len(english) >= 3
    assert not tables["annotations"].merge(english, on=["doc_id", "start", "end"]).size


@pytest.mark.slow
def test_the_main_job_on_the_bundled_corpus_is_reproducible(tmp_path):
    out = run_study(Study(), tmp_path / "out", workers=2)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["corpus"]["bundled"]
    assert sum(record["seconds"].values()) < 90
    # people coded some of its posts: shares are corrected by the error measured there
    corrected = {"adjusted_shares", "adjusted_differences"}
    assert set(record["tables"]) == {*TABLES, *corrected}
    assert len(check_run(out, workers=1)) == len(TABLES) + len(corrected)


def test_analysis_does_not_change_the_corpus(small_corpus):
    from toolkit.analysis import analyse

    corpus = load_corpus(small_corpus)
    before = Corpus(corpus.posts.copy(), corpus.skipped.copy())
    analyse(corpus, quick(small_corpus))
    pd.testing.assert_frame_equal(corpus.posts, before.posts)


def test_nothing_in_a_run_folder_is_an_archive_or_executable(run):
    for path in run.rglob("*"):
        # a model is arrays in an uncompressed ZIP, without objects: it loads, and anything else is refused
        if path.suffix == ".topics":
            assert load_model(path).k >= 2
        elif path.is_file():
            assert not zipfile.is_zipfile(path)
        assert not path.is_file() or not path.stat().st_mode & stat.S_IXUSR


# ---- themes alone ------------------------------------------------------------------------------------------------


def themes_alone(corpus, **topics):
    from toolkit.settings import topics_study

    return topics_study(str(corpus), **{"per_language": 2, "joint": 2, "runs": 2, "iterations": 20, **topics})


def test_a_study_of_themes_alone_has_no_codes_and_can_be_repeated(small_corpus, tmp_path):
    out = run_study(themes_alone(small_corpus, fewest_posts=1), tmp_path / "out")
    names = {path.name for path in out.iterdir()}
    assert {"topics.html", "models", "tables", "figures", "run.json"} <= names
    assert "report.html" not in names
    assert not (out / "tables" / "annotations.csv").exists()
    assert all(line.endswith("identical") for line in check_run(out))


# ---- words, alone and beside the other parts -----------------------------------------------------------------


def study_of(corpus, *parts, languages=("es", "it")):
    data = {**QUICK, "corpus": {"path": str(corpus), "languages": languages}, "principles": {"method": "cues"}}
    return Study.model_validate_json(json.dumps({**data, "study": {"parts": parts}}))


WORDS = {"frequencies", "diversity", "dispersion"}


@pytest.mark.parametrize(
    ("parts", "languages", "more"),
    [
        (["words"], ["es", "it"], set()),
        (["words"], ["it"], set()),
        (["themes", "words"], ["es", "it"], set()),
        (["principles", "words"], ["es", "it"], {"keyness", "report"}),
        (["principles", "words"], ["es"], {"report"}),
    ],
)
def test_words_go_with_any_other_part_and_are_repeated(small_corpus, tmp_path, parts, languages, more):
    out = run_study(study_of(small_corpus, *parts, languages=languages), tmp_path / "out")
    tables = {path.stem for path in (out / "tables").glob("*.csv")}
    assert tables >= WORDS
    assert ("keyness" in tables) == ("keyness" in more)
    assert (out / "report.html").exists() == ("report" in more)
    assert (out / "figures" / "words.svg").exists()
    words = read_table(out / "tables" / "frequencies.parquet")
    assert set(words["lang"]) == set(languages)
    assert all(line.endswith("identical") for line in check_run(out))


def test_only_passages_in_the_languages_of_the_study_are_coded(tmp_path):
    """An Italian quotation in a Spanish post: coded where Italian is of the study, else told."""
    (tmp_path / "one").mkdir()
    said = "Hay que escuchar a los clientes. La tienda de la esquina contesta las quejas de todos sus clientes.\n\n"
    quoted = "Bisogna ascoltare i clienti. Il negozio del quartiere risponde ai reclami di tutti i suoi clienti.\n"
    (tmp_path / "one" / "a.md").write_text(f"---\nlang: es\n---\n{said * 3}{quoted}", encoding="utf-8")
    found = {}
    for languages in (["es"], ["es", "it"]):
        study = study_of(tmp_path / "one", "principles", languages=languages)
        out = run_study(study, tmp_path / "".join(languages))
        passages = read_table(out / "tables" / "passages.parquet").set_index("passage_id")["lang"]
        assert set(passages) == {"es", "it"}
        codes = read_table(out / "tables" / "annotations.parquet")
        places = codes["doc_id"] + ":s" + codes["start"].astype(str) + "-" + codes["end"].astype(str)
        found["".join(languages)] = set(places.map(passages))
        # every code that is given is counted in a share
        shares = read_table(out / "tables" / "principles.parquet")
        assert shares[shares["lang"] == "all"]["count"].sum() == len(codes) > 0
        notes = json.loads((out / "run.json").read_text(encoding="utf-8"))["notes"]
        assert any("in 'it' were recognised and not coded" in note for note in notes) == (languages == ["es"])
    assert found == {"es": {"es"}, "esit": {"es", "it"}}


@pytest.mark.parametrize("parts", [["words"], ["principles", "words"]])
def test_one_short_post_has_few_words_and_no_failure(tmp_path, recwarn, parts):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text("Hola a todos los clientes de la tienda.", encoding="utf-8")
    out = run_study(study_of(tmp_path / "one", *parts), tmp_path / "out")
    assert read_table(out / "tables" / "frequencies.parquet").empty
    diversity = read_table(out / "tables" / "diversity.parquet")
    assert set(diversity["tokens"]) == {8}
    assert not [warning for warning in recwarn if issubclass(warning.category, FutureWarning | RuntimeWarning)]


def test_one_post_of_repeated_words_has_no_dispersion_to_draw(tmp_path):
    (tmp_path / "one").mkdir()
    # in other sentences each time: what stands twice is taken for page furniture
    who = ["Marta", "Luis", "Ana", "Jorge", "Elena", "Pablo"]
    text = "\n\n".join(f"{name} dice que la tienda escucha al cliente." for name in who)
    (tmp_path / "one" / "a.txt").write_text(text, encoding="utf-8")
    out = run_study(study_of(tmp_path / "one", "principles", "words"), tmp_path / "out")
    spread = read_table(out / "tables" / "dispersion.parquet")
    assert {"tienda", "cliente"} <= set(spread["term"])
    assert spread["dp"].isna().all(), "over one post nothing is spread"


def test_a_study_file_from_before_there_were_words_has_none(small_corpus, tmp_path):
    """Files that runs wrote name their parts; principles without themes have a report that names no themes."""
    (tmp_path / "study.toml").write_text(
        f'[study]\nparts = ["principles"]\n[corpus]\npath = "{small_corpus.as_posix()}"\n'
        '[principles]\nmethod = "cues"\n[statistics]\nbootstrap = 100\npermutations = 100\n',
        encoding="utf-8",
    )
    out = run_study(load_study(tmp_path / "study.toml"), tmp_path / "out")
    assert not WORDS & {path.stem for path in (out / "tables").glob("*.csv")}
    assert "Dirichlet" not in (out / "report.html").read_text(encoding="utf-8")


def test_a_search_for_the_number_that_was_stopped_goes_on_and_leaves_nothing(tmp_path, monkeypatch):
    from toolkit.resources import bundled_corpus
    from toolkit.topics.selection import select

    corpus = tmp_path / "texts"
    corpus.mkdir()
    for path in sorted((bundled_corpus() / "texts" / "it").iterdir())[:12]:
        shutil.copy(path, corpus)
    study = themes_alone(corpus, per_language="auto", joint=0, pool=0)
    one, calls = select.fit_model, []

    def stopped(*arguments, **options):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return one(*arguments, **options)

    monkeypatch.setattr(select, "fit_model", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path / "out")
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert len(left) == 1
    assert left[0].startswith(".out.selection-")
    # another study beside it is not in its way
    run_study(themes_alone(corpus, joint=0), tmp_path / "other")
    run_study(study, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "out", "texts"]


# ---- near duplicates and furniture rules of a study --------------------------------------------------------------


@pytest.mark.parametrize(("setting", "kept", "noted"), [("keep", 3, True), ("first", 2, False)])
def test_near_duplicates_are_noted_or_left_out_as_the_study_says(tmp_path, setting, kept, noted):
    from toolkit.analysis import Analysis
    from toolkit.analysis.texts import clean
    from toolkit.codebook import load_codebook
    from toolkit.settings import Study
    from toolkit.tables import check

    text = "La tienda contestó las quejas en una hora y los clientes volvieron a la tienda con otras preguntas."
    for name, content in {
        "a": text,
        "b": text + " Visto en otro blog.",
        "c": "Nadie sabe todavía quién llamó.",
    }.items():
        (tmp_path / f"{name}.txt").write_text(content, encoding="utf-8")
    study = Study.model_validate({"corpus": {"duplicates": setting, "languages": ("es", "it")}})
    result = Analysis(study, load_codebook("cluetrain"))
    clean(load_corpus(tmp_path), result)
    assert len(result.tables["posts"]) == kept
    assert check("duplicates", result.tables["duplicates"])["doc_id"].tolist() == ["a", "b"]
    assert any("near duplicates" in note for note in result.notes) == noted
    assert ("is a near duplicate of" in " ".join(result.tables["skipped"]["reason"])) != noted


def test_furniture_rules_of_a_study_are_switched_off_and_a_wrong_name_is_told(tmp_path):
    from toolkit.analysis.stages import rules_of
    from toolkit.settings import Study

    off = Study.model_validate({"corpus": {"furniture_off": ("akismet",)}})
    assert "akismet" not in {rule.id for rule in rules_of(off).rules}
    with pytest.raises(InputError, match="did you mean 'akismet'"):
        rules_of(Study.model_validate({"corpus": {"furniture_off": ("akismett",)}}))
