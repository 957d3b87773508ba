"""What is known of a post: dates in words, names of files and folders, a table beside the texts, and who wins."""

import csv
import json
import stat

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus import load_corpus
from toolkit.corpus.dates import read_date
from toolkit.corpus.metadata import NamePattern, folder_fields, merge
from toolkit.corpus.pseudonyms import Pseudonyms, pseudonyms_from
from toolkit.errors import InputError
from toolkit.storage import write_file

with (ROOT / "tests" / "cases" / "dates.csv").open(encoding="utf-8", newline="") as file:
    DATES = [tuple(row) for row in csv.reader(file)][1:]


def folder_of(tmp_path, files):
    for name, text in files.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "corpus"


def only(corpus) -> dict[str, object]:
    assert len(corpus.posts) == 1
    return corpus.posts.iloc[0].to_dict()


# ---- dates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "iso"), DATES)
def test_a_date_is_read_as_it_was_meant_or_not_at_all(written, iso):
    found = read_date(written)
    assert found.iso == (iso or None)
    assert (found.problem is None) == bool(iso)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("mayo 2009 12:30", "2009-05"),
        ("marzo 2009, 10:30", "2009-03"),
        ("2009 12:30", "2009"),
        ("domingo 2 2009", None),
        ("2010-13", None),
        ("5 de abril de 2011 a las 10:30", "2011-04-05"),
    ],
)
def test_a_day_or_month_that_is_not_written_is_not_made_up(written, iso):
    assert read_date(written).iso == iso


@pytest.mark.parametrize("written", ["", "  ", "0000-00-00 00:00:00"])
def test_no_date_is_no_problem(written):
    assert read_date(written) == (None, None)


@settings(max_examples=60, deadline=None)
@given(
    day=st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2030-12-31").date()),
    lang=st.sampled_from(["es", "it"]),
)
def test_every_day_written_in_words_comes_back(day, lang):
    months = {
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    }[lang].split()
    joint = " de " if lang == "es" else " "
    assert read_date(f"{day.day}{joint}{months[day.month - 1]}{joint}{day.year}").iso == day.isoformat()


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=90))
def test_any_scribble_is_a_date_or_a_problem(text):
    found = read_date(text)
    assert found.iso is None or found.problem is None


def test_the_date_as_written_stays_beside_the_one_that_was_read(tmp_path):
    found = only(load_corpus(folder_of(tmp_path, {"a.md": "---\ndate: 12 de marzo de 2009\n---\nHola."})))
    assert (found["date"], found["date_as_written"]) == ("2009-03-12", "12 de marzo de 2009")


def test_a_day_that_no_calendar_has_is_told_and_the_post_is_read(tmp_path):
    corpus = load_corpus(folder_of(tmp_path, {"a.md": "---\ndate: 31/02/2009\n---\nHola."}))
    assert pd.isna(only(corpus)["date"])
    assert only(corpus)["date_as_written"] == "31/02/2009"
    assert "31/02/2009" in corpus.skipped["reason"].item()
    assert bool(corpus.skipped["read"].item())


# ---- names of files and folders -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "name", "fields"),
    [
        ("{date}_{author}_{title}", "2009-03-12_ana_Escuchar a la gente", ("2009-03-12", "ana", "Escuchar a la gente")),
        ("{lang}-{n}-{title}", "es-07-bar-luna", ("es", "07", "bar-luna")),
        ("blog ({year}) {title}", "blog (2011) Hola", ("2011", "Hola")),
        ("{date}_{title}", "sin_fecha pero con_dos", ("sin", "fecha pero con_dos")),
        ("{date}_{title}", "nada", None),
    ],
)
def test_fields_of_a_file_name(pattern, name, fields):
    found = NamePattern(pattern).fields_of(f"carpeta/{name}")
    assert (tuple(found.values()) if found else None) == fields


@pytest.mark.parametrize(
    "pattern", ["", "titulo", "{a}{b}", "{a}_{a}", "{", "{0}", "{text}", "{a!r}", "{a:5}", "{A b}"]
)
def test_a_pattern_that_cannot_be_used_is_one_sentence(pattern):
    with pytest.raises(InputError, match="pattern") as caught:
        NamePattern(pattern)
    assert "\n" not in str(caught.value)


def test_a_file_that_does_not_fit_the_pattern_is_read_with_a_doubt(tmp_path):
    folder = folder_of(tmp_path, {"2009-03-12_hola.txt": "Hola.", "suelto.txt": "Adiós."})
    corpus = load_corpus(folder, name_pattern="{date}_{title}")
    assert corpus.posts.set_index("doc_id")["title"].dropna().to_dict() == {"2009-03-12_hola": "hola"}
    assert corpus.skipped["reason"].item() == "its name does not fit the pattern {date}_{title}"


def test_folders_say_what_the_user_says_they_say(tmp_path):
    folder = folder_of(tmp_path, {"es/bar/2009/a.txt": "Hola.", "it/b.txt": "Ciao.", "c.txt": "Olá."})
    posts = load_corpus(folder, folders="lang/site").posts.set_index("doc_id")
    assert posts["lang"].dropna().to_dict() == {"es/bar/2009/a": "es", "it/b": "it"}
    assert posts["site"].dropna().to_dict() == {"es/bar/2009/a": "bar"}


def test_a_hyphen_skips_a_folder():
    assert folder_fields(["-", "year"], ["blog", "2009", "03"]) == {"year": "2009"}


@pytest.mark.parametrize("levels", ["text", "lang//site", "Lang", "../x"])
def test_a_level_that_is_no_field_is_one_sentence(tmp_path, levels):
    with pytest.raises(InputError, match="folder level"):
        load_corpus(folder_of(tmp_path, {"a.txt": "Hola."}), folders=levels)


# ---- a table beside the texts, and who wins --------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        "doc_id,author\nes/a,Ana\n",
        "file;author\na.txt;Ana\n",
        "\ufefffile;Author\nes/a.txt;Ana\n",
    ],
)
def test_a_sidecar_table_adds_metadata_by_doc_id_or_file(tmp_path, table):
    sidecar = tmp_path / "autores.csv"
    sidecar.write_text(table, encoding="utf-8")
    corpus = load_corpus(folder_of(tmp_path, {"es/a.txt": "Hola."}), metadata=sidecar)
    assert only(corpus)["author"] == "Ana"
    assert corpus.skipped.empty


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_cells_of_a_sidecar_table_are_read_as_those_of_a_table_of_posts(tmp_path, kind):
    sidecar = tmp_path / f"datos.{kind}"
    table = pd.DataFrame({"doc_id": ["a", "b"], "year": [2010, None], "tags": [["uno", "dos"], None], "n": [1.5, None]})
    write_file(table, sidecar)
    posts = load_corpus(folder_of(tmp_path, {"a.txt": "Hola.", "b.txt": "Adiós."}), metadata=sidecar).posts
    assert posts.loc[0, ["year", "tags", "n"]].tolist() == ["2010", "uno; dos", "1.5"]
    assert posts.loc[1, ["year", "tags", "n"]].isna().all()


def test_a_sidecar_table_that_the_toolkit_wrote_gives_its_texts_back(tmp_path):
    sidecar = tmp_path / "datos.csv"
    write_file(pd.DataFrame({"doc_id": ["a"], "title": ["-Escuchar"]}), sidecar)
    assert only(load_corpus(folder_of(tmp_path, {"a.txt": "Hola."}), metadata=sidecar))["title"] == "-Escuchar"


@pytest.mark.parametrize("key", ["text", "doc_id", "Source", "sha256"])
def test_what_the_toolkit_sets_cannot_be_given_for_all(tmp_path, key):
    with pytest.raises(InputError, match=r"constants: .* the toolkit sets it"):
        load_corpus(folder_of(tmp_path, {"a.txt": "Hola."}), constants={key: "x"})


def test_a_row_about_no_post_is_told(tmp_path):
    sidecar = tmp_path / "autores.jsonl"
    sidecar.write_text('{"doc_id": "a", "author": "Ana"}\n{"doc_id": "zz", "author": "Eva"}\n', encoding="utf-8")
    corpus = load_corpus(folder_of(tmp_path, {"a.txt": "Hola."}), metadata=sidecar)
    assert corpus.skipped.to_dict("records") == [
        {"source": "autores.jsonl: zz", "reason": "is about no post that was read", "read": False}
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("nombre,autor\na,Ana\n", "no column doc_id or file"),
        ("doc_id,author\na,Ana\na,Eva\n", "line 3: 'a' has a row already"),
        ("doc_id,author\n,Ana\n", "line 2: 'doc_id' is empty"),
        ("doc_id,author\na,Ana,x\n", "line 2: has 3 cells, the heading has 2"),
        ("doc_id,doc_id\na,b\n", "two columns have one name"),
        ("doc_id,author\n", "holds no rows"),
        ("", "holds no rows"),
        ('doc_id,author\na,"Ana\n', "cannot be read"),
        (b"\x00\x01\x02\x03" * 9, "is not text"),
    ],
)
def test_a_sidecar_that_cannot_be_used_is_one_sentence(tmp_path, content, problem):
    sidecar = tmp_path / "autores.csv"
    sidecar.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=problem) as caught:
        load_corpus(folder_of(tmp_path, {"a.txt": "Hola."}), metadata=sidecar)
    assert str(sidecar) in str(caught.value)


def test_what_disagrees_is_reported_and_the_nearer_source_is_kept(tmp_path):
    sidecar = tmp_path / "m.csv"
    sidecar.write_text("doc_id,author\nes/2009_Bar,Ana Ruiz\n", encoding="utf-8")
    files = {"es/2009_Bar.md": "---\nauthor: Eva\ntitle: Café\nlang: ES\n---\nHola."}
    chosen = {"metadata": sidecar, "name_pattern": "{year}_{title}", "folders": "lang", "constants": {"year": "2010"}}
    corpus = load_corpus(folder_of(tmp_path, files), **chosen)
    found = only(corpus)
    assert (found["author"], found["title"], found["lang"], found["year"]) == ("Ana Ruiz", "Café", "ES", "2009")
    assert sorted(map(tuple, corpus.collisions.to_numpy())) == [
        ("es/2009_Bar", "author", "Ana Ruiz", "sidecar table", "Eva", "file"),
        ("es/2009_Bar", "title", "Café", "file", "Bar", "file name"),
        ("es/2009_Bar", "year", "2009", "file name", "2010", "given for all"),
    ]


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [("title", "Hola  Mundo", "hola mundo"), ("date", "2009-03-12", "12 de marzo de 2009"), ("lang", "es", "ES")],
)
def test_two_ways_to_write_the_same_are_no_collision(field, one, other):
    merged, collisions = merge("x", {"file": {field: one}, "file name": {field: other}})
    assert merged == {field: one}
    assert collisions == []


# ---- pseudonyms ------------------------------------------------------------------------------------------------


def pseudonymised(tmp_path, files, **chosen):
    return load_corpus(folder_of(tmp_path, files), pseudonymise=tmp_path / "corpus.key", **chosen)


def rows(*values) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def test_one_author_has_one_pseudonym_in_every_load(tmp_path):
    first = pseudonymised(tmp_path / "1", {"a.jsonl": rows({"text": "Hola.", "author": "Ana Ruiz"})})
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "corpus.key").write_bytes((tmp_path / "1" / "corpus.key").read_bytes())
    second = pseudonymised(tmp_path / "2", {"b.jsonl": rows({"text": "Adiós.", "author": " ana  ruiz"})})
    assert only(first)["author"] == only(second)["author"] != "Ana Ruiz"
    assert only(first)["author"].startswith("author-")


def test_another_key_gives_other_pseudonyms(tmp_path):
    names = [only(pseudonymised(tmp_path / n, {"a.md": "---\nauthor: Ana Ruiz\n---\nHola."}))["author"] for n in "12"]
    assert names[0] != names[1]


def test_the_key_is_for_its_owner_alone(tmp_path):
    pseudonyms_from(tmp_path / "k.key")
    assert stat.S_IMODE((tmp_path / "k.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "hola", "a" * 63, "ñ"])
def test_a_file_that_is_no_key_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "k.key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"k\.key"):
        pseudonyms_from(path)
    assert path.read_text(encoding="utf-8") == content


def test_contact_data_are_left_out_and_told(tmp_path):
    corpus = pseudonymised(tmp_path, {"a.jsonl": rows({"text": "Hola.", "author": "Ana", "email": "a@example.org"})})
    assert "email" not in corpus.posts
    assert "email" in corpus.skipped["reason"].item()


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"a.md": "---\nauthor: Ana Ruiz\n---\nEscribe Ana Ruiz desde el bar."}, "text"),
        ({"a.md": "---\nauthor: Ana Ruiz\nurl: http://example.org/ana-ruiz/1\n---\nHola."}, "url"),
        ({"ana_ruiz/a.md": "---\nauthor: Ana Ruiz\n---\nHola."}, "name of the file"),
        ({"jose-peña.md": "---\nauthor: José Peña\n---\nHola."}, "name of the file"),
    ],
)
def test_a_name_that_can_still_be_read_is_told_without_naming_it(tmp_path, files, place):
    corpus = pseudonymised(tmp_path, files)
    reason = corpus.skipped["reason"].item()
    assert place in reason
    assert "Ruiz" not in reason
    assert "Peña" not in reason


def test_names_in_the_report_of_collisions_are_replaced_too(tmp_path):
    files = {"eva_a.md": "---\nauthor: Ana Ruiz\n---\nHola."}
    corpus = pseudonymised(tmp_path, files, name_pattern="{author}_{n}")
    assert corpus.collisions[["kept", "other"]].map(lambda value: value.startswith("author-")).all(axis=None)


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(
        st.text(min_size=1).filter(str.strip),
        min_size=2,
        max_size=6,
        unique_by=lambda n: " ".join(n.casefold().split()),
    )
)
def test_different_names_have_different_pseudonyms(names):
    key = Pseudonyms(b"k" * 32)
    plain = {" ".join(__import__("unicodedata").normalize("NFKC", name).casefold().split()) for name in names}
    assert len({key.of(name) for name in names}) == len(plain)
