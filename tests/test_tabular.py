"""Tables of posts: every row becomes a post with its text unchanged, or a sentence that says which and why not."""

import datetime
import json
from itertools import product

import pandas as pd
import pyarrow as pa
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.tabular import ES, IT, POSTS, ROWS, ods, parquet, samples, separated, xls, xlsx, zipped

from toolkit.corpus.readers import lines
from toolkit.corpus.readers.columnar import read_parquet
from toolkit.corpus.readers.jsonlines import read_json, read_jsonl
from toolkit.corpus.readers.record import File, Options
from toolkit.corpus.readers.separated import read_csv, read_tsv
from toolkit.corpus.readers.sheets import read_sheets
from toolkit.storage import write_file

READ = {
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".jsonl": read_jsonl,
    ".json": read_json,
    ".parquet": read_parquet,
    ".xlsx": read_sheets,
    ".ods": read_sheets,
    ".xls": read_sheets,
}


@pytest.fixture
def read(tmp_path):
    """Records of a file with this name and content."""

    def of(name, content, **columns):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return list(READ[path.suffix](File(path, path.stem, Options(columns=columns))))

    return of


def texts(records):
    return [record.text for record in records if record.refused is None]


def refused(records):
    return [record.refused for record in records if record.refused is not None]


def doubts(records):
    return [doubt for record in records for doubt in record.doubts]


def only(records):
    assert len(records) == 1, records
    return records[0]


# ---- all formats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(samples()))
def test_every_format_gives_the_same_posts(read, name):
    first, second = read(name, samples()[name])
    assert (first.text, second.text) == (ES, IT)
    assert first.doc_id.endswith("/007")
    assert {"lang": "es", "date": "12 de marzo de 2009", "title": "La tienda"}.items() <= first.metadata.items()
    assert refused([first, second]) == []


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("t.csv", lambda row: separated([list(row), list(row.values())])),
        ("t.tsv", lambda row: separated([list(row), list(row.values())], "\t")),
        ("t.jsonl", lambda row: json.dumps(row) + "\n"),
        ("t.json", lambda row: json.dumps([row])),
        ("t.parquet", lambda row: parquet({key: [value] for key, value in row.items()})),
        ("t.xlsx", lambda row: xlsx({"Hoja1": [list(row), list(row.values())]})),
    ],
    ids=["csv", "tsv", "jsonl", "json", "parquet", "xlsx"],
)
@pytest.mark.parametrize(
    "text", ["Uno.\n\nDos “tres”;\ttab | barra, coma", "  sangría ", "nin\u0303o 😀", "\\n y \\"], ids=ascii
)
def test_a_text_is_never_changed(read, name, of, text):
    assert only(read(name, of({"text": text, "doc_id": "x"}))).text == text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("t.csv", "", "is empty"),
        ("t.csv", "\n \n", "is empty"),
        ("t.csv", "text,lang\n", "holds no rows below its headings"),
        ("t.csv", "sep=;\n", "holds no rows"),
        ("t.tsv", "text\tlang\r\n\r\n", "holds no rows below its headings"),
        ("t.jsonl", "\n\n", "holds no rows"),
        ("t.json", "", "is empty"),
        ("t.json", "[]", "holds no rows"),
        ("t.parquet", parquet({"text": pa.array([], "string")}), "holds no rows"),
        ("t.xlsx", xlsx({"Hoja1": [], "Hoja2": [["text"]]}), "holds no rows"),
        ("t.xlsx", "", "is empty"),
    ],
)
def test_a_file_without_rows_says_so(read, name, content, reason):
    assert refused(read(name, content)) == [reason]


# ---- which column is what ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("texto", "text"), ("Texto", "text"), ("CONTENIDO", "text"), ("Contenuto", "text"), ("post_content", "text"),
        ("Título", "title"), ("titolo", "title"), ("Autora", "author"), ("autrice", "author"), ("Fecha", "date"),
        ("Data di pubblicazione", "date"), ("Dirección", "url"), ("indirizzo", "url"), ("Idioma", "lang"),
        ("lingua", "lang"), ("Sitio", "site"),
    ],
)  # fmt: skip
def test_a_known_heading_is_read_and_told_once_a_file(read, heading, name):
    other = [] if name == "text" else ["text"]
    records = read("t.csv", separated([[heading, *other], ["uno", *("dos" for _ in other)], ["tres", *other]]))
    if name == "text":
        assert texts(records) == ["uno", "tres"]
    else:
        assert [record.metadata[name] for record in records] == ["uno", "tres"]
    assert doubts(records) == [f"column '{heading}' read as {name}"]


@pytest.mark.parametrize("heading", ["text", "Text", "TEXT", " text "])
def test_our_own_heading_in_any_case_is_no_doubt(read, heading):
    assert doubts(read("t.csv", f"{heading};Lang\nuno;es\n")) == []


def test_a_heading_by_our_name_goes_before_known_words(read):
    record = only(read("t.csv", "texto,text,fecha,date\nresumen,Hola,ayer,hoy\n"))
    assert record.text == "Hola"
    assert record.metadata == {"texto": "resumen", "fecha": "ayer", "date": "hoy", "encoding": "utf-8"}
    assert record.doubts == ()


def test_two_columns_that_may_hold_the_texts_are_refused_and_named(read):
    assert refused(read("t.csv", "texto,contenido\nuno,dos\n")) == [
        "has 2 columns that may hold the texts (texto, contenido); say which it is with the option columns"
    ]


def test_two_columns_that_may_be_the_date_are_told_and_left(read):
    record = only(read("t.csv", "text,fecha,publicado\nHola,ayer,hoy\n"))
    assert {"fecha": "ayer", "publicado": "hoy"}.items() <= record.metadata.items()
    assert record.doubts == ("columns fecha, publicado may all be date: none is read so",)


def test_a_table_without_a_text_names_its_columns(read):
    assert refused(read("t.csv", "a,b\n1,2\n"))[0].startswith("has no column 'text' (columns: a, b)")


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet", "t.xlsx"])
def test_the_user_names_columns(read, name):
    rows = [["resumen", "texto", "estado", "nº"], ["Corto", "Largo", "gris", "7"]]
    row = dict(zip(*rows, strict=True))
    content = {
        ".csv": separated(rows),
        ".jsonl": json.dumps(row),
        ".parquet": parquet({key: [value] for key, value in row.items()}),
        ".xlsx": xlsx({"Hoja1": rows}),
    }["." + name.split(".")[1]]
    record = only(read(name, content, text="resumen", mood="estado", doc_id="nº"))
    assert (record.doc_id, record.text, record.metadata["mood"]) == ("7", "Corto", "gris")
    assert record.metadata["texto"] == "Largo"
    assert record.doubts == ()


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (
            {"text": "contenid"},
            "has no column 'contenid', which the option columns reads as text; did you mean 'contenido'?",
        ),
        ({"date": "zzz"}, "has no column 'zzz', which the option columns reads as date; its columns are id, contenido"),
        (
            {"text": "contenido", "title": "contenido"},
            "cannot be read: the option columns gives 'contenido' two names; give it one",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(read, columns, reason):
    assert refused(read("t.csv", "id,contenido\n1,Hola\n", **columns)) == [reason]


@pytest.mark.parametrize("heading", ["text", "texto"])
def test_two_columns_of_one_name_for_the_texts_are_refused(read, heading):
    assert refused(read("t.csv", f"{heading},{heading}\nuno,dos\n"))[0].startswith(f"has two columns '{heading}'")


def test_further_columns_of_one_name_and_without_one_are_kept_and_told_when_used(read):
    records = read("t.csv", "text,tag,tag,,\nuno,a,,,\ndos,a,b,c,\n")
    assert records[0].doubts == ()
    assert {"tag": "a", "tag_2": "b", "column_4": "c"}.items() <= records[1].metadata.items()
    assert records[1].doubts == (
        "a second column 'tag' is read as 'tag_2'",
        "column 4 has no heading and is read as 'column_4'",
    )


def test_what_the_toolkit_sets_itself_is_left_out_and_told_once(read):
    records = read("t.csv", "doc_id,text,Source\na,uno,x\nb,dos,y\n")
    assert [record.metadata for record in records] == [{"encoding": "utf-8"}] * 2
    assert doubts(records) == ["column 'Source' is left out: the toolkit sets source itself"]


def test_too_many_columns_are_refused(read):
    assert "more than the 2,000" in refused(read("t.csv", ",".join(["text", *map(str, range(2000))]) + "\n"))[0]


def test_the_bundled_table_is_read_with_spanish_headings():
    path = ROOT / "corpora" / "formatos" / "posts.csv"
    records = list(read_csv(File(path, "posts")))
    frame = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    assert texts(records) == list(frame["texto"])
    assert [record.doc_id for record in records] == [f"posts/{number}" for number in frame["id"]]
    assert [record.metadata["date"] for record in records] == list(frame["fecha"])
    assert {record.metadata["lang"] for record in records} == {"es", "it"}


# ---- ids -----------------------------------------------------------------------------------------------------


def test_ids_of_rows_without_one_do_not_depend_on_order_or_file_format(read):
    rows = [["text", "title"], ["Hola.", "Uno"], ["Adiós.", "Dos"], ["Hola.", "Tres"]]
    here = {record.doc_id: record.text for record in read("t.csv", separated(rows))}
    there = {record.doc_id: record.text for record in read("t.tsv", separated([rows[0], *rows[:0:-1]], "\t"))}
    lined = "".join(json.dumps(dict(zip(rows[0], row, strict=True))) + "\n" for row in rows[1:])
    assert here == there == {record.doc_id: record.text for record in read("t.jsonl", lined)}
    assert len(here) == 3


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("t.csv", 'text,title\n"a\nb",x\nc,x\n"a\nb",x\n', "line 5 repeats line 2"),
        ("t.jsonl", '{"text": "a"}\n\n{"text": "a"}\n', "line 3 repeats line 1"),
        ("t.parquet", parquet({"text": ["a", "b", "a"]}), "row 3 repeats row 1"),
        (
            "t.xlsx",
            xlsx({"A": [["text"], ["a"]], "B": [["text"], ["b"], ["b"]]}),
            "sheet 'B', row 3 repeats sheet 'B', row 2",
        ),
    ],
)
def test_a_row_that_repeats_another_is_refused_with_both_places(read, name, content, reason):
    assert refused(read(name, content)) == [reason]


def test_ids_of_the_table_keep_zeros_and_bare_ones_are_our_own_column_only(read):
    assert [r.doc_id for r in read("t.csv", "doc_id,text\n007,a\n")] == ["007"]
    assert [r.doc_id for r in read("t.csv", "id,text\n007,a\n")] == ["t/007"]
    assert [r.doc_id for r in read("t.jsonl", '{"id": 7.0, "text": "a"}')] == ["t/7"]


def test_an_id_that_is_no_id_is_refused(read):
    assert refused(read("t.csv", f"doc_id,text\n{'x' * 300},a\n")) == [
        "line 2 has an id of 300 characters, more than 255"
    ]


def test_html_in_texts_is_told_once(read):
    records = read("t.csv", "text\n1 < 2 > 0\n<p>Hola</p>\n<p>Adiós</p>\n")
    assert doubts(records) == ["line 3 holds HTML tags, which are kept as part of the text"]


# ---- separated by signs --------------------------------------------------------------------------------------

HARD = 'Dijo, "no; sí"\t| y\r\n\nsiguió'


@pytest.mark.parametrize(
    ("separator", "end", "encoding"),
    list(product([",", ";", "\t", "|"], ["\n", "\r\n", "\r"], ["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
)
def test_separator_line_ends_and_encoding_are_found_out(read, separator, end, encoding):
    rows = [["doc_id", "título", "texto"], ["x", "Año", HARD], ["y", "", "otro"]]
    records = read("t.csv", separated(rows, separator, end).encode(encoding))
    assert texts(records) == [HARD, "otro"]
    assert records[0].metadata["title"] == "Año"
    guessed = ["encoding guessed: cp1252"] if encoding == "cp1252" else []
    assert [doubt for doubt in doubts(records) if "encoding" in doubt] == guessed


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("texto;lang\nuno, dos, tres, cuatro;es\n", ["uno, dos, tres, cuatro"]),
        ("id;texto\n1;a,b,c\n2;d,e,f\n", ["a,b,c", "d,e,f"]),
        ("text\nHola, mundo\nAdiós\n", ["Hola, mundo", "Adiós"]),
        ("sep=|\r\ntext|lang\r\nHola; tú, sí|es\r\n", ["Hola; tú, sí"]),
        ('lang,text\nes,"Dijo \\"no\\", y se fue"\nit,\\\\\n', ['Dijo "no", y se fue', "\\"]),
        ('lang, text\nes, "Hola, mundo"\nit, "Ciao, mondo"\n', ["Hola, mundo", "Ciao, mondo"]),
        ("text,lang\nuno,es\r\ndos,es\rtres,es\n", ["uno", "dos", "tres"]),
        ("text,lang\n\nuno,es,,\n,,\n\ndos,es\n", ["uno", "dos"]),
    ],
)
def test_tables_as_programs_write_them(read, content, found):
    records = read("t.csv", content)
    assert texts(records) == found
    assert refused(records) == []


def test_quotes_with_a_backslash_are_told(read):
    assert "backslashes" in doubts(read("t.csv", 'lang,text\nes,"Dijo \\"no\\", y"\n'))[0]


@pytest.mark.parametrize(
    ("content", "found", "reasons"),
    [
        ("a,text\n1,uno\n2\n3,tres\n", ["uno", "tres"], ["line 3 has 1 cell, the heading has 2"]),
        ("a,text\n1,uno\n2,dos,de más\n", ["uno"], ["line 3 has 3 cells, the heading has 2"]),
        ("a,text\n1,uno\n2,dos\x00\n3,tres\n", ["uno", "tres"], ["line 3 is not text (it contains a zero character)"]),
        ("a,text\n1,\n2,dos\n", ["dos"], ["line 2 has no text: 'text' is empty"]),
        (
            'a,text\n1,uno\n2,"sin cerrar\n3,tres\n4,cuatro\n',
            ["uno", "tres", "cuatro"],
            ["line 3 cannot be read: a quote is opened and not closed"],
        ),
        (
            'a,text\n1,"uno "dos" tres"\n2,dos\n',
            ["dos"],
            ["line 2 cannot be read: a quoted cell holds a quote that is not doubled"],
        ),
    ],
)
def test_a_broken_row_is_refused_with_its_line_and_the_rest_is_read(read, content, found, reasons):
    records = read("t.csv", content)
    assert texts(records) == found
    assert refused(records) == reasons


def test_the_row_after_a_broken_quote_is_read_with_a_doubt(read):
    assert doubts(read("t.csv", 'a,text\n1,"sin cerrar\n2,dos\n3,tres\n')) == [
        "line 3 is read as a row of its own after line 2, which is broken; look whether it is one"
    ]


def test_a_heading_that_cannot_be_read_refuses_the_file(read):
    assert only(read("t.csv", '"a,text\n1,uno\n')).refused.startswith("cannot be read from its headings on: line 1")


def test_rows_that_are_too_long_are_refused_and_the_rest_is_read(read, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 1000)
    long = "x" * 600 + "\n"
    records = read("t.csv", f'a,text\n1,{"y" * 2000}\n2,dos\n3,"{long}{long}{long}4,cuatro\n')
    assert texts(records) == ["dos", "cuatro"]
    assert refused(records)[0].startswith("line 2 cannot be read: it is longer than")
    assert refused(records)[1].startswith("line 4 cannot be read: a quote is opened and not closed within")
    assert [reason.split(" has")[0] for reason in refused(records)[2:]] == ["line 5", "line 6"]


def test_lines_are_counted_from_the_first_and_a_row_stands_where_it_begins(read):
    records = read("t.csv", 'text,a\n"uno\n\ndos",1\n\ntres,2\n')
    assert [record.place for record in records] == ["line 2", "line 6"]


def test_lines_in_two_encodings_are_read_each_in_its_own_and_told(read):
    rows = [f"{n};Mañana «{n}»".encode("utf-8" if n % 2 else "cp1252") for n in range(6)]
    records = read("t.csv", b"doc_id;text\n" + b"\n".join(rows) + b"\n")
    assert texts(records) == [f"Mañana «{n}»" for n in range(6)]
    assert doubts(records) == ["encoding guessed: utf-8 and cp1252"]
    assert records[0].metadata["encoding"] == "utf-8 and cp1252"


def test_capitals_before_quotes_do_not_make_an_old_table_one_of_two_encodings(read):
    content = "text;lang\n«PERCHÉ»;it\nCosì è la città…;it\n".encode("cp1252")
    assert texts(read("t.csv", content)) == ["«PERCHÉ»", "Così è la città…"]


def test_an_old_encoding_far_into_a_large_table_is_found(read, monkeypatch):
    monkeypatch.setattr(lines, "_CHUNK", 1000)
    content = b"text,a\n" + b"".join(b"Hola %d,1\n" % n for n in range(1000)) + "mañana,1\n".encode("cp1252")
    assert texts(read("t.csv", content))[-1] == "mañana"


def test_a_broken_byte_does_not_make_a_table_an_old_one(read):
    content = ("text,a\n" + f'"{ES}",1\n' * 1 + "x").encode() + b"\xff,1\n"
    records = read("t.csv", content)
    assert texts(records) == [ES, "x\ufffd"]
    assert doubts(records) == ["encoding guessed: utf-8 with broken bytes"]


@pytest.mark.parametrize(
    "data",
    [xlsx({"Hoja1": ROWS}), bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(100)],
    ids=["zip", "all", "png"],
)
def test_a_file_that_is_no_text_is_one_refusal(read, data):
    assert "is not text" in only(read("t.csv", data)).refused


@pytest.mark.parametrize("text", ["=1+1", "-- dijo", "+39", "@ana", "'=x", "'hola", "hola"])
def test_what_our_own_csv_does_to_formulas_is_undone(tmp_path, text):
    path = tmp_path / "posts.csv"
    write_file(pd.DataFrame({"doc_id": ["x"], "text": [text]}), path)
    assert only(list(read_csv(File(path, "posts")))).text == text


CELL = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\t\n\r"), max_size=30)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(CELL.map("x".__add__), CELL), min_size=1, max_size=6, unique_by=lambda row: row[0]))
def test_any_table_we_write_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    frame = pd.DataFrame({"doc_id": [str(n) for n in range(len(rows))], "text": [a for a, _ in rows]})
    write_file(frame.assign(note=[b for _, b in rows]), path)
    records = list(read_csv(File(path, "t")))
    assert [(r.text, r.metadata.get("note", "")) for r in records] == rows


@settings(max_examples=50, deadline=None)
@given(
    data=st.binary(max_size=300) | st.text('ab"\\,;\n\r\t|ñ', max_size=100).map(lambda text: b"text;" + text.encode())
)
def test_any_bytes_give_records_and_no_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "t"
    path.write_bytes(data)
    for reader in (read_csv, read_tsv, read_jsonl, read_json, read_parquet):
        assert list(reader(File(path, "t")))


# ---- JSON ----------------------------------------------------------------------------------------------------


def test_objects_inside_are_read_one_level_deep_and_lists_joined(read):
    row = {
        "text": "Hola", "author": {"name": "Inés", "age": 40}, "tags": ["a", "b", 3], "comments": [{"x": 1}],
        "draft": False, "views": 12.0, "score": 0.5, "none": None,
    }  # fmt: skip
    record = only(read("t.jsonl", json.dumps(row)))
    assert record.metadata == {
        "author": "Inés", "author.age": "40", "tags": "a; b; 3", "draft": "false", "views": "12", "score": "0.5",
        "encoding": "utf-8",
    }  # fmt: skip
    assert "'comments' holds values that are no text, which are left out" in record.doubts


def test_an_export_of_a_blog_by_its_interface_is_read(read):
    content = json.dumps([{"id": 3, "title": {"rendered": "Uno"}, "content": {"rendered": "Hola"}, "link": "u"}])
    record = only(read("t.json", content))
    assert (record.doc_id, record.text, record.metadata["title"], record.metadata["url"]) == ("t/3", "Hola", "Uno", "u")


@pytest.mark.parametrize(
    ("content", "found", "reasons"),
    [
        ('[{"text": "a"}, 5, {"text": "b"}]', ["a", "b"], ["item 2 is not a JSON object"]),
        ('[{"text": "a"}, {"text": "b"', ["a"], ["item 2 is cut off"]),
        ('[{"text": "a"},', ["a"], ["is truncated: its list has no end after item 1"]),
        ('[{"text": "a"} {"text": "b"}]', ["a"], ["after item 1 a comma is missing"]),
        ('[{"text": "a"}] hola', ["a"], ["goes on after the end of its list"]),
        ('{"blog": "x", "posts": [{"text": "a"}], "tags": ["x"]}', ["a"], []),
        ('{"posts": [{"text": "a"}], "pages": [{"text": "b"}]}', [], ["holds several lists of objects (posts, pages)"]),
        ('{"text": "a"}\n{"text": "b"}\n', ["a", "b"], []),
        ('{\n "text": "a",\n "lang": "es"\n}\n', ["a"], []),
        ('"hola"', [], ["is JSON but neither an object nor a list of objects"]),
        ("hola", [], ["is not JSON in UTF-8"]),
        ("[" * 50_000, [], ["item 1 is"]),
        ('[{"text": "' + "señal".encode("cp1252").decode("latin-1") + '"}]', ["señal"], []),
    ],
)
def test_json_files_of_all_shapes(read, content, found, reasons):
    records = read("t.json", content)
    assert texts(records) == found
    got = refused(records)
    assert len(got) == len(reasons)
    assert all(reason.startswith(start) for reason, start in zip(got, reasons, strict=True)), got


def test_a_json_file_that_is_one_post_has_the_name_of_the_file(read):
    assert only(read("hola.json", '{\n"text": "a", "título": "b"}')).doc_id == "hola"


def test_an_element_that_is_no_utf8_is_refused_and_the_rest_read(read):
    records = read("t.json", b'[{"text": "uno"}, {"text": "se\xf1al"}, {"text": "dos"}]')
    assert texts(records) == ["uno", "dos"]
    assert refused(records) == ["item 2 is not JSON in UTF-8"]


@pytest.mark.parametrize("chunk", [1, 2, 7, 100])
def test_an_array_is_read_the_same_whatever_the_pieces(read, monkeypatch, chunk):
    monkeypatch.setattr("toolkit.corpus.readers.jsonlines._CHUNK", chunk)
    rows = [{"text": f"ñ «{n}»", "n": n} for n in range(20)]
    assert texts(read("t.json", json.dumps(rows, ensure_ascii=chunk == 2, indent=2))) == [r["text"] for r in rows]


def test_json_lines_that_are_too_long_or_in_utf16_are_refused(read, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.readers.jsonlines.MAX_LINE", 100)
    records = read("t.jsonl", '{"text": "%s"}\n{"text": "a"}\n' % ("x" * 250))
    assert (texts(records), refused(records)) == (["a"], ["line 1 is longer than 100 bytes"])
    assert "UTF-16" in only(read("u.jsonl", '{"text": "a"}'.encode("utf-16"))).refused


def test_keys_without_end_are_bounded(read, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.readers.tabular.MAX_COLUMNS", 200)
    records = read("t.jsonl", "".join(json.dumps({"text": str(n), f"k{n}": "x"}) + "\n" for n in range(300)))
    assert len(texts(records)) == 300
    assert len(doubts(records)) == 1


# ---- Parquet -------------------------------------------------------------------------------------------------

NOON = datetime.datetime(2009, 3, 12, 12, 30)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array(["x"], "large_string"), "x"),
        (pa.array(["x"]).dictionary_encode(), "x"),
        (pa.array([b"\xc3\xb1"], "binary"), "ñ"),
        (pa.array([NOON], pa.timestamp("ms")), "2009-03-12T12:30:00"),
        (pa.array([NOON], pa.timestamp("ns")), "2009-03-12T12:30:00"),
        (pa.array([NOON], pa.timestamp("us", "UTC")), "2009-03-12T12:30:00+00:00"),
        (pa.array([NOON.date()]), "2009-03-12"),
        (pa.array([7]), "7"),
        (pa.array([7.0]), "7"),
        (pa.array([True]), "true"),
        (pa.array([["a", "b"]]), "a; b"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.type),
)
def test_columns_of_any_type_become_text(read, column, text):
    assert only(read("t.parquet", parquet({"text": ["Hola"], "x": column}))).metadata["x"] == text


@pytest.mark.parametrize(
    "column", [pa.array([float("nan")]), pa.array([None], "string"), pa.array([10**17], pa.timestamp("ms"))], ids=str
)
def test_cells_without_a_value_are_left_out(read, column):
    assert "x" not in only(read("t.parquet", parquet({"text": ["Hola"], "x": column}))).metadata


@pytest.mark.parametrize("kind", ["large_string", "binary"])
def test_texts_of_other_types_of_text_are_read(read, kind):
    assert texts(read("t.parquet", parquet({"texto": pa.array(["Niño"], kind)}))) == ["Niño"]


def test_a_text_of_broken_bytes_is_refused_alone(read):
    broken = pa.array([b"uno", b"\xff\xfe", b"dos"], "binary").view("string")
    records = read("t.parquet", parquet({"text": broken}))
    assert texts(records) == ["uno", "dos"]
    assert refused(records)[0].startswith("row 2 has no text in 'text'")


def test_an_object_in_parquet_is_read_one_level_deep_and_an_index_left_out(read):
    content = parquet({"text": ["a"], "author": [{"name": "Inés"}], "__index_level_0__": [5]})
    assert only(read("t.parquet", content)).metadata == {"author": "Inés"}


# ---- spreadsheets --------------------------------------------------------------------------------------------


def test_cells_of_a_sheet_become_text(read):
    rows = [["text", "fecha", "n", "x", "ok", "f"], [ES, ("date", 39884), 2011, 0.5, True, ("formula", "caché")]]
    record = only(read("t.xlsx", xlsx({"Hoja1": rows})))
    assert record.text == ES
    assert record.metadata == {"date": "2009-03-12", "n": "2011", "x": "0.5", "ok": "true", "f": "caché"}
    assert record.place == "sheet 'Hoja1', row 2"


def test_every_sheet_with_texts_is_read_others_refused_and_empty_ones_passed_over(read):
    rows = [["id", "texto"], ["1", "uno"]]
    records = read("t.xlsx", xlsx({"A": rows, "Notas": [["x"], ["y"]], "Nada": [], "B": rows}))
    assert [record.doc_id for record in records if record.refused is None] == ["t/A/1", "t/B/1"]
    assert only(refused(records)).startswith("sheet 'Notas' has no column 'text' (columns: x)")


def test_a_table_may_begin_below_and_have_empty_rows(read):
    cells = '<c r="B{0}" t="str"><v>{1}</v></c>'
    data = "".join(f'<row r="{n}">{cells.format(n, text)}</row>' for n, text in ((4, "texto"), (7, "Hola")))
    record = only(read("t.xlsx", xlsx({"H": data})))
    assert (record.text, record.place) == ("Hola", "sheet 'H', row 7")


def test_old_workbooks_and_open_ones_are_read_under_any_of_the_names(read):
    for name, content in product(["t.xlsx", "t.xls", "t.ods"], [xls("H", ROWS), ods({"H": ROWS}), xlsx({"H": ROWS})]):
        assert texts(read(name, content)) == [post["texto"] for post in POSTS], name


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (xlsx({"H": ROWS})[:-30], "is damaged"),
        (b"PK\x03\x04" + bytes(40), "is damaged"),
        (xls("H", ROWS)[:600], "cannot be read as a spreadsheet"),
        (zipped({"a.txt": "hola"}), "cannot be read as a spreadsheet"),
        ("<html><table><tr><td>texto", "is text and no spreadsheet"),
        (xlsx({"H": '<row r="1"><c r="A1"><v>1'}), "sheet 'H'"),
    ],
    ids=["cut", "head", "old cut", "zip", "html", "xml"],
)
def test_a_damaged_workbook_is_one_sentence(read, content, reason):
    record = only(read("t.xlsx", content))
    assert record.refused.startswith(reason)
    assert "\n" not in record.refused


def test_a_packed_bomb_is_refused(read):
    assert "ZIP bombs" in only(read("t.xlsx", xlsx({"H": " " * 30_000_000}))).refused


FAR = '<row r="1"><c r="A1" t="str"><v>text</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "content", [xlsx({"H": FAR}), xls("H", ROWS, last=(65535, 65535))], ids=["549 GB in XLSX", "137 GB in XLS"]
)
def test_a_cell_far_out_does_not_take_the_memory_of_the_machine(read, content):
    assert "memory" in only(read("t.xlsx", content)).refused


def test_without_the_package_the_way_to_get_it_is_told(read, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "python-calamine" in only(read("t.xlsx", xlsx({"H": ROWS}))).refused
