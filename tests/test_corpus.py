"""Reading: whatever stands in a folder becomes a post with its text unchanged, or a row that says why not."""

import codecs
import hashlib
import json
import os
import random
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus import human_annotations, language_of_passage, language_of_post, load_corpus, load_posts
from toolkit.errors import InputError
from toolkit.files import parse_yaml
from toolkit.tables import check

ES = "Mañana volverá el señor de la tienda y preguntará por qué nadie contestó. ¿Quién será? Él, dijo la niña."
IT = "Perché nessuno risponde? È già l'ora di ascoltare chi compra, e non c'è più scusa: così va la città."


def folder_of(tmp_path: Path, files: dict[str, str | bytes]) -> Path:
    """A folder with files; texts are written in UTF-8 with their line ends as they are."""
    folder = tmp_path / "corpus"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder


def load(tmp_path: Path, files: dict[str, str | bytes]):
    return load_corpus(folder_of(tmp_path, files))


def post(tmp_path: Path, name: str, content: str | bytes) -> dict[str, object]:
    """The one post of a folder with one file, as a dictionary."""
    posts = load(tmp_path, {name: content}).posts
    assert len(posts) == 1
    return posts.iloc[0].to_dict()


def texts(corpus) -> dict[str, str]:
    return dict(zip(corpus.posts["doc_id"], corpus.posts["text"], strict=True))


def refused(corpus) -> dict[str, str]:
    """Source and reason of what was not read."""
    rows = corpus.skipped[~corpus.skipped["read"].astype(bool)]
    assert rows["source"].is_unique, "more than one refusal of a source: look at corpus.skipped itself"
    return dict(zip(rows["source"], rows["reason"], strict=True))


def doubts(corpus) -> dict[str, str]:
    """Source and reason of what was read with a doubt."""
    rows = corpus.skipped[corpus.skipped["read"].astype(bool)]
    return dict(zip(rows["source"], rows["reason"], strict=True))


def one_sentence(caught: pytest.ExceptionInfo) -> str:
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


# ---- folders ---------------------------------------------------------------------------------------------


def test_text_and_markdown_files_of_all_subfolders_become_posts(tmp_path):
    corpus = load(tmp_path, {"uno.txt": "Hola.", "2011/dos.md": "Adiós.\n", "2011/03/TRES.TXT": "¿Sí?"})
    assert texts(corpus) == {"uno": "Hola.", "2011/dos": "Adiós.\n", "2011/03/TRES": "¿Sí?"}
    assert corpus.skipped.empty


def test_the_source_is_the_path_inside_the_folder(tmp_path):
    assert post(tmp_path, "2011/dos.md", "Adiós.")["source"] == "2011/dos.md"


def test_the_table_keeps_the_contract_of_posts(tmp_path):
    posts = load(tmp_path, {"a.txt": ES, "b.md": "---\nmood: gris\n---\n" + IT}).posts
    assert check("posts", posts).equals(posts)
    assert list(posts)[:3] == ["doc_id", "lang", "text"]


def test_load_posts_gives_the_posts_of_load_corpus(tmp_path):
    folder = folder_of(tmp_path, {"a.txt": ES, "b.pdf": "x"})
    assert load_posts(folder).equals(load_corpus(folder).posts)
    assert load_posts(str(folder)).equals(load_posts(folder))


def test_doc_ids_and_order_do_not_depend_on_the_order_of_creation(tmp_path):
    names = ["b.txt", "a.md", "z/a.txt", "B.txt", "ñ.txt", "a.txt", "10.txt", "9.txt"]
    orders = [names, names[::-1], random.Random(1).sample(names, len(names))]
    found = [
        list(load_posts(folder_of(tmp_path / str(n), dict.fromkeys(order, "Hola.")))["doc_id"])
        for n, order in enumerate(orders)
    ]
    assert found[0] == found[1] == found[2] == sorted(found[0])


def test_doc_ids_do_not_depend_on_where_the_folder_is(tmp_path):
    files = {"a.txt": "Hola.", "b/c.md": "Hola."}
    here, there = folder_of(tmp_path / "x", files), folder_of(tmp_path / "y/z w", files)
    assert load_posts(here).equals(load_posts(there))


def test_two_suffixes_of_one_stem_stay_two_posts(tmp_path):
    assert texts(load(tmp_path, {"a.txt": "uno", "a.md": "dos", "b.md": "tres"})) == {
        "a.txt": "uno",
        "a.md": "dos",
        "b": "tres",
    }


def test_only_the_last_suffix_of_a_name_is_taken_off(tmp_path):
    assert post(tmp_path, "v1.2 borrador.txt", "Hola.")["doc_id"] == "v1.2 borrador"


def test_a_decomposed_file_name_gives_a_composed_doc_id(tmp_path):
    assert post(tmp_path, "man\u0303ana.txt", "Hola.")["doc_id"] == "mañana"


def test_of_two_names_that_differ_in_composition_only_the_second_gets_another_id_and_a_row(tmp_path):
    folder = folder_of(tmp_path, {"\u00e9.txt": "uno", "e\u0301.txt": "dos"})
    if len(list(folder.iterdir())) == 1:
        pytest.skip("this file system holds the two names for one")
    corpus = load_corpus(folder)
    ids = sorted(corpus.posts["doc_id"])
    assert ids[0] == "é"
    assert ids[1].startswith("é~")
    assert "is taken by another text" in corpus.skipped["reason"].item()


def test_a_file_name_in_windows_1252_does_not_stop_the_folder(tmp_path):
    folder = folder_of(tmp_path, {"bien.txt": "Hola."})
    try:
        with open(os.path.join(os.fsencode(folder), "mañana.txt".encode("cp1252")), "wb") as file:  # noqa: PTH118, PTH123
            file.write(b"Hola.")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    assert texts(load_corpus(folder)) == {"bien": "Hola.", "mañana": "Hola."}


def test_a_corpus_folder_is_read_from_its_texts_alone(tmp_path):
    corpus = load(tmp_path, {"texts/es/a.md": ES, "annotations/x.jsonl": '{"text": "no"}', "notas.txt": "no"})
    assert texts(corpus) == {"es/a": ES}
    assert corpus.posts["source"].item() == "texts/es/a.md"


@pytest.mark.parametrize("name", ["README.md", "readme.txt", "LICENSE", "LICENSE.txt", "datapackage.json"])
def test_files_about_the_corpus_are_passed_over_in_silence(tmp_path, name):
    corpus = load(tmp_path, {"a.txt": ES, name: "Sobre este corpus."})
    assert list(corpus.posts["doc_id"]) == ["a"]
    assert corpus.skipped.empty


def test_hidden_files_and_folders_are_passed_over_in_silence(tmp_path):
    corpus = load(tmp_path, {"a.txt": ES, ".b.txt": "no", ".git/c.txt": "no", ".DS_Store": b"\x00"})
    assert list(corpus.posts["doc_id"]) == ["a"]
    assert corpus.skipped.empty


@pytest.mark.parametrize("name", ["informe.pages", "datos.sav", "foto.jpeg", "sin_sufijo"])
def test_a_file_of_another_kind_gets_a_row_and_the_rest_is_read(tmp_path, name):
    corpus = load(tmp_path, {"a.txt": ES, name: "x"})
    assert list(corpus.posts["doc_id"]) == ["a"]
    assert "files are not read" in refused(corpus)[name]


@pytest.mark.parametrize("content", ["", " \n\t\r\n", "\u00a0\u2003\n", "\ufeff", "---\ntitle: Hola\n---\n\n"])
def test_a_file_without_a_visible_character_gets_a_row(tmp_path, content):
    corpus = load(tmp_path, {"a.txt": ES, "vacio.txt": content})
    assert list(corpus.posts["doc_id"]) == ["a"]
    assert refused(corpus) == {"vacio.txt": "is empty"}


def test_a_link_that_leads_out_of_the_folder_is_refused_with_a_row(tmp_path):
    (tmp_path / "secreto.txt").write_text("No es de este corpus.", encoding="utf-8")
    folder = folder_of(tmp_path, {"a.txt": ES})
    try:
        (folder / "b.txt").symlink_to(tmp_path / "secreto.txt")
    except OSError:
        pytest.skip("this system makes no links")
    corpus = load_corpus(folder)
    assert list(corpus.posts["doc_id"]) == ["a"]
    assert refused(corpus) == {"b.txt": "is a link that leads out of the folder"}


def test_a_link_inside_the_folder_is_read(tmp_path):
    folder = folder_of(tmp_path, {"a.txt": ES})
    try:
        (folder / "b.txt").symlink_to(folder / "a.txt")
    except OSError:
        pytest.skip("this system makes no links")
    assert texts(load_corpus(folder)) == {"a": ES, "b": ES}


def test_a_file_that_may_not_be_read_gets_a_row(tmp_path, monkeypatch):
    folder = folder_of(tmp_path, {"a.txt": ES, "b.txt": ES})
    read = Path.read_bytes

    def deny(path):
        if path.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", deny)
    corpus = load_corpus(folder)
    assert list(corpus.posts["doc_id"]) == ["a"]
    assert refused(corpus) == {"b.txt": "cannot be read: Permission denied"}


def test_the_bundled_corpus_is_read_without_a_doubt():
    corpus = load_corpus(ROOT / "corpora" / "conversaciones")
    assert corpus.skipped.empty
    assert set(corpus.posts["lang"]) == {"es", "it"}


# ---- what cannot be read at all ----------------------------------------------------------------------------


def test_an_empty_folder_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="holds no text; kinds that are read") as caught:
        load_corpus(tmp_path)
    assert str(tmp_path) in one_sentence(caught)


def test_a_missing_path_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="does not exist") as caught:
        load_corpus(tmp_path / "nada")
    assert "nada" in one_sentence(caught)


def test_a_single_file_of_another_kind_is_one_sentence(tmp_path):
    path = tmp_path / "foto.jpeg"
    path.write_bytes(b"\xff\xd8")
    with pytest.raises(InputError, match=r"foto\.jpeg: '\.jpeg' files are not read") as caught:
        load_corpus(path)
    one_sentence(caught)


def test_a_folder_with_nothing_readable_names_the_first_reason_and_counts_the_rest(tmp_path):
    with pytest.raises(InputError, match=r"a\.txt: is empty \(and 2 more\)") as caught:
        load(tmp_path, {"a.txt": "", "b.txt": " ", "c.pdf": "x"})
    one_sentence(caught)


def test_a_single_file_is_a_corpus_of_one_post(tmp_path):
    folder = folder_of(tmp_path, {"a.txt": ES, "b.txt": IT})
    corpus = load_corpus(folder / "b.txt")
    assert texts(corpus) == {"b": IT}
    assert corpus.posts["source"].item() == "b.txt"


# ---- bytes to text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (ES.encode("utf-8"), ES, "utf-8"),
        (ES.encode("utf-8-sig"), ES, "utf-8"),
        (codecs.BOM_UTF16_LE + ES.encode("utf-16-le"), ES, "utf-16-le"),
        (codecs.BOM_UTF16_BE + IT.encode("utf-16-be"), IT, "utf-16-be"),
        (codecs.BOM_UTF32_LE + ES.encode("utf-32-le"), ES, "utf-32-le"),
        (ES.encode("utf-16-le"), ES, "utf-16-le"),
        (IT.encode("utf-16-be"), IT, "utf-16-be"),
        (ES.encode("cp1252"), ES, "cp1252"),
        (IT.encode("cp1252"), IT, "cp1252"),
        ("“Hola” — dijo él… y nadie contestó.".encode("cp1252"), "“Hola” — dijo él… y nadie contestó.", "cp1252"),
        ((ES * 5).encode("mac_roman"), ES * 5, "mac_roman"),
        ((IT * 5).encode("mac_roman"), IT * 5, "mac_roman"),
        ((ES * 5).encode("cp850"), ES * 5, "cp850"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_the_encoding_is_found_and_recorded(tmp_path, data, text, encoding):
    found = post(tmp_path, "a.txt", data)
    assert found["text"] == text
    assert found["encoding"] == encoding


@pytest.mark.parametrize(
    "text", ["¿Qué?", "perché", "niño", "«Sí»", "¡Olé!", "È così", "El nº 1", "Él vino.", "Così no."]
)
def test_a_few_words_in_windows_1252_are_enough(tmp_path, text):
    assert post(tmp_path, "a.txt", text.encode("cp1252"))["text"] == text


def test_a_euro_sign_alone_is_windows_1252_and_not_code_page_850(tmp_path):
    text = "Cuesta 30 € y nadie compra nada en la tienda."
    assert post(tmp_path, "a.txt", text.encode("cp1252"))["text"] == text


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_a_guessed_encoding_is_told_as_a_doubt(tmp_path, encoding):
    corpus = load(tmp_path, {"a.txt": (ES * 5).encode(encoding)})
    assert doubts(corpus) == {"a.txt": f"encoding guessed: {encoding}"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_certain_encoding_is_no_doubt(tmp_path, encoding):
    assert load(tmp_path, {"a.txt": ES.encode(encoding)}).skipped.empty


def test_one_broken_byte_does_not_garble_a_long_utf8_text(tmp_path):
    corpus = load(tmp_path, {"roto.txt": ES.encode() * 20 + b"\xff" + ES.encode()})
    assert texts(corpus) == {"roto": ES * 20 + "\ufffd" + ES}
    assert "utf-8 with 1 broken byte" in doubts(corpus)["roto.txt"]


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x01\x90\x08\x06"),
        ("jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
        ("word of 2003", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)),
        ("zip", b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(range(256))),
        ("pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\nstream\n" + bytes(range(1, 256)) * 20),
        ("one zero byte", b"Hola, se\xc3\xb1or.\x00Adi\xc3\xb3s."),
        ("zero byte far into the file", b"Hola. " * 2000 + b"\x00"),
        ("control characters", b"Hola\x01\x02\x03\x04\x05\x06 se\xc3\xb1or"),
        ("half a UTF-16 character", codecs.BOM_UTF16_LE + ES.encode("utf-16-le") + b"a"),
    ],
)
def test_a_binary_file_named_txt_gets_a_row(tmp_path, label, data):
    corpus = load(tmp_path, {"bien.txt": ES, "binario.txt": data})
    assert list(corpus.posts["doc_id"]) == ["bien"]
    assert list(refused(corpus)) == ["binario.txt"]


@pytest.mark.parametrize(
    "text",
    [
        "Uno.\r\nDos.\r\n",
        "Uno.\rDos.\r",
        "Uno.\nDos.\r\n\r\nTres.",
        "Nin\u0303o y canci\u006f\u0301n.",
        "Niño y nin\u0303o.",
        "  sangría\tcon tabulador  \n",
        "\n\nHola.\n\n\n",
        "Uno.\u2028Dos.\u00a0Tres.\u200b",
        "😀 👨‍👩‍👧 🇪🇸",
        "-- \nFirma",
        "Hola.\n---\nno es cabecera\n---\n",
    ],
    ids=ascii,
)
def test_the_text_is_never_changed(tmp_path, text):
    assert post(tmp_path, "a.txt", text)["text"] == text


VISIBLE = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\t\r\n"), max_size=80).map(
    "x".__add__
)


@settings(max_examples=50, deadline=None)
@given(text=VISIBLE)
def test_any_text_comes_back_as_it_was_written(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.txt"
    path.write_bytes(text.encode("utf-8"))
    assert load_posts(path)["text"].item() == text


@pytest.mark.parametrize(
    "data", [ES.encode("utf-16"), ES.encode("cp1252"), ES.encode("utf-8-sig")], ids=["16", "1252", "sig"]
)
def test_the_hash_is_of_the_text_and_not_of_the_bytes(tmp_path, data):
    assert post(tmp_path, "a.txt", data)["sha256"] == hashlib.sha256(ES.encode("utf-8")).hexdigest()


def test_the_hash_leaves_the_front_matter_out(tmp_path):
    found = post(tmp_path, "a.md", "---\ntitle: Hola\n---\n" + ES)
    assert found["sha256"] == hashlib.sha256(ES.encode("utf-8")).hexdigest()


# ---- too much ----------------------------------------------------------------------------------------------


def test_a_line_of_20_megabytes_gets_a_row_and_the_rest_is_read(tmp_path):
    corpus = load(tmp_path, {"a.txt": ES, "monte.txt": b"a" * 20_000_000})
    assert texts(corpus) == {"a": ES}
    assert "20 MB" in refused(corpus)["monte.txt"]


def test_a_json_line_of_20_megabytes_gets_a_row_and_the_lines_after_it_are_read(tmp_path):
    lines = ["a" * 20_000_000, "Hola."]
    corpus = load(tmp_path, {"a.jsonl": "".join(json.dumps({"text": line}) + "\n" for line in lines)})
    assert list(texts(corpus).values()) == ["Hola."]
    assert "line 1 has 20,000,000 characters" in refused(corpus)["a.jsonl"]


def test_the_longest_post_is_two_million_characters(tmp_path):
    corpus = load(tmp_path, {"a.txt": "a" * 2_000_000, "b.txt": "a" * 2_000_001})
    assert list(corpus.posts["doc_id"]) == ["a"]
    assert "2,000,001 characters" in refused(corpus)["b.txt"]


# ---- front matter ------------------------------------------------------------------------------------------


def head(yaml: str, body: str = ES) -> str:
    return f"---\n{yaml}\n---\n{body}"


def test_front_matter_becomes_columns_and_leaves_the_text(tmp_path):
    found = post(tmp_path, "a.md", head("title: Escuchar\nlang: es\nauthor: Marta Ruiz\nmood: gris"))
    assert found["text"] == ES
    assert (found["title"], found["lang"], found["author"], found["mood"]) == ("Escuchar", "es", "Marta Ruiz", "gris")


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("2013-10-06", "2013-10-06"),
        ('"2013-10-06"', "2013-10-06"),
        ("marzo de 2013", "marzo de 2013"),
        ("NO", "NO"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("off", "off"),
        ("true", "true"),
        ("10:32", "10:32"),
        ("2004", "2004"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("[foros, blogs]", "foros; blogs"),
        ("[2013-01-02, 7, no]", "2013-01-02; 7; no"),
        ("\n  - foros\n  - blogs", "foros; blogs"),
        ('"«Escuchar»: la clave"', "«Escuchar»: la clave"),
        ("|-\n  uno\n  dos", "uno\ndos"),
        ("08001", "08001"),
        ("010", "010"),
        ("1.10", "1.10"),
        ("2012-02-30", "2012-02-30"),
        ("2013-10-06 12:30:00", "2013-10-06"),
        ("2013-10-06T12:30:00+02:00", "2013-10-06"),
        ("2013-10-06 y después", "2013-10-06 y después"),
    ],
    ids=ascii,
)
def test_values_of_front_matter_become_text_as_it_was_written(tmp_path, yaml, expected):
    assert post(tmp_path, "a.md", head(f"value: {yaml}"))["value"] == expected


def test_norway_stays_a_country(tmp_path):
    assert post(tmp_path, "a.md", head("country: NO"))["country"] == "NO"


def test_keys_of_front_matter_are_lower_cased(tmp_path):
    found = post(tmp_path, "a.md", head("Title: Escuchar\nCOUNTRY: ES"))
    assert (found["title"], found["country"]) == ("Escuchar", "ES")


def test_front_matter_with_windows_line_ends_and_byte_order_mark_is_read(tmp_path):
    found = post(tmp_path, "a.txt", "\ufeff---\r\ntitle: Escuchar\r\n---\r\nUno.\r\nDos.")
    assert (found["title"], found["text"]) == ("Escuchar", "Uno.\r\nDos.")


def test_front_matter_without_a_value_is_a_missing_cell(tmp_path):
    corpus = load(tmp_path, {"a.md": head("title:\nmood: gris"), "b.md": head("mood: verde")})
    assert corpus.posts["title"].isna().all()
    assert corpus.skipped.empty


def test_two_rules_of_hyphens_around_prose_are_text(tmp_path):
    text = "---\nNadie contesta.\n---\nNunca.\n"
    corpus = load(tmp_path, {"a.txt": text})
    assert texts(corpus) == {"a": text}
    assert corpus.skipped.empty


def test_a_head_of_more_than_twenty_thousand_characters_is_text(tmp_path):
    text = head("note: " + "x" * 20_100)
    assert post(tmp_path, "a.md", text)["text"] == text


@pytest.mark.parametrize("key", ["doc_id", "text", "source", "sha256", "Doc_Id", "SHA256"])
def test_front_matter_cannot_overwrite_what_the_reader_says(tmp_path, key):
    plain = post(tmp_path / "1", "a.md", ES)
    forged = post(tmp_path / "2", "a.md", head(f"{key}: falso"))
    assert {name: forged[name] for name in plain} == plain


def test_front_matter_cannot_overwrite_the_encoding(tmp_path):
    assert post(tmp_path, "a.md", head("encoding: klingon"))["encoding"] == "utf-8"


BAD_HEADS = {
    "unclosed list": "title: [hola",
    "colon in a title without quotes": "title: Escuchar: la clave",
    "alias": "a: &x [1]\nb: *x",
    "tag that runs code": 'x: !!python/object/apply:os.system ["true"]',
    "tag of a stranger": "x: !mine 1",
    "key given twice": "title: uno\ntitle: dos",
    "deep nesting": "x: " + "[" * 200 + "]" * 200,
    "deeper nesting": "x: " + "[" * 15_000,
    "control character": "title: ho\x07la",
    "half a character": '"\\uD800": uno',
    "list as key": "? [a, b]\n: uno",
    "wrong timestamp": "x: !!timestamp hoy",
    "wrong truth": "x: !!bool quizás",
    "list called a mapping": "x: !!map [a]",
}


@pytest.mark.parametrize("yaml", BAD_HEADS.values(), ids=BAD_HEADS)
def test_bad_front_matter_is_kept_as_text_and_told(tmp_path, yaml):
    corpus = load(tmp_path, {"a.md": head(yaml), "b.txt": IT})
    assert texts(corpus) == {"a": head(yaml), "b": IT}
    assert "front matter was read as text" in doubts(corpus)["a.md"]


# ---- YAML of strangers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("a: &x [1]\nb: *x", r"line 2: .*aliases \(\*name\) are refused", id="alias"),
        pytest.param(
            "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]", "aliases", id="aliases that multiply"
        ),
        pytest.param("&a [*a]", "aliases", id="alias of itself"),
        pytest.param("x: !!python/object:os.x {}", r"tags \(!name\) are refused", id="tag of Python"),
        pytest.param("x: !!python/name:os.system", r"tags \(!name\) are refused", id="tag of a Python name"),
        pytest.param("x: !mine 1", r"tags \(!name\) are refused", id="tag of a stranger"),
        pytest.param("[" * 31 + "]" * 31, "deeper than 30", id="31 lists"),
        pytest.param("[" * 100_000, "deeper than 30", id="100,000 lists"),
        pytest.param("{a: " * 31 + "1" + "}" * 31, "deeper than 30", id="31 mappings"),
        pytest.param("- " * 5_000, "deeper than 30", id="5,000 hyphens"),
        pytest.param("a: 1\nb: 2\na: 3", "line 3: .*'a' is given twice", id="key twice"),
        pytest.param("x:\n  - {b: 1, b: 2}", "'b' is given twice", id="key twice inside"),
        pytest.param('1: a\n"1": b', "'1' is given twice", id="number and text as key"),
        pytest.param("x" * 4_000_001, "4,000,001 characters", id="too long"),
        pytest.param("a: [", "line 2", id="unclosed"),
        pytest.param("a: 1\n---\nb: 2", "another document", id="two documents"),
        pytest.param("? [a]\n: b", "unhashable", id="list as key"),
        pytest.param("9" * 5_000, "cannot be read", id="number of 5,000 digits"),
        pytest.param("2012-02-30", "cannot be read", id="no such day"),
        pytest.param("a: \x01", "not allowed", id="control character"),
        pytest.param("a: \ud800", "cannot be read", id="half a character"),
        pytest.param("!!timestamp hoy", "tags", id="wrong timestamp"),
        pytest.param("!!bool quizás", "tags", id="wrong truth"),
        pytest.param("!!map [a]", "tags", id="list called a mapping"),
        pytest.param("!!set {a, b}", "tags", id="tag that builds a set"),
        pytest.param("!!binary aGVsbG8=", "tags", id="tag that builds bytes"),
    ],
)
def test_yaml_that_could_do_harm_is_refused(text, problem):
    with pytest.raises(InputError, match=problem) as caught:
        parse_yaml(text, "a.yaml")
    assert str(caught.value).startswith("a.yaml")


def test_thirty_levels_of_nesting_are_read():
    value = parse_yaml("[" * 30 + "]" * 30, "a.yaml")
    for _ in range(29):
        (value,) = value
    assert value == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("country: NO", {"country": "NO"}),
        ("hour: 10:32", {"hour": "10:32"}),
        ("n: 12\nx: 0.5\ny: 1e3", {"n": 12, "x": 0.5, "y": 1000.0}),
        ("[010, 08, +007, -09, 0]", [10, 8, 7, -9, 0]),
        ("a: true\nb: ~\nc:", {"a": True, "b": None, "c": None}),
        ("- uno\n- 'dos'", ["uno", "dos"]),
        ("", None),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
    ],
)
def test_plain_yaml_is_read_as_yaml_1_2(text, value):
    assert parse_yaml(text, "a.yaml") == value


@settings(max_examples=50, deadline=None)
@given(text=st.text("abc:-[]{}&*!?|>'\"#%@` \n\t0123.~<,", max_size=40))
def test_any_scribble_is_a_value_or_an_input_error(text):
    try:
        parse_yaml(text, "a.yaml")
    except InputError as error:
        assert str(error).startswith("a.yaml")


# ---- tables of posts ---------------------------------------------------------------------------------------


def lines(*rows: object) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


def test_json_lines_become_posts_with_all_their_columns(tmp_path):
    rows = [{"doc_id": "x", "lang": "es", "text": ES, "Year": 2011}, {"doc_id": "w", "lang": "it", "text": IT}]
    posts = load(tmp_path, {"a.jsonl": lines(*rows)}).posts
    assert posts[["doc_id", "lang", "text"]].to_dict("records") == [
        {"doc_id": "w", "lang": "it", "text": IT},
        {"doc_id": "x", "lang": "es", "text": ES},
    ]
    assert posts.set_index("doc_id")["year"].to_dict()["x"] == "2011"


def test_rows_without_doc_id_are_named_by_file_and_content_and_not_by_their_place(tmp_path):
    one, two = {"text": "uno", "title": "Uno"}, {"text": "dos"}
    first = load(tmp_path / "1", {"blog/a.jsonl": lines(one, "", two)})
    second = load(tmp_path / "2", {"blog/a.jsonl": lines(two, one)})
    assert texts(first) == texts(second)
    assert all(doc_id.startswith("blog/a:") for doc_id in texts(first))
    assert first.posts.set_index("text")["place_in_source"].to_dict() == {"uno": "line 1", "dos": "line 3"}


@pytest.mark.parametrize(
    ("label", "line", "reason"),
    [
        ("no JSON", "hola", "line 2 is not JSON"),
        ("half an object", '{"text": "ho', "line 2 is not JSON"),
        ("list", '["hola"]', "line 2 is not a JSON object"),
        ("text missing", '{"doc_id": "x"}', "line 2 has no text in 'text'"),
        ("text null", '{"text": null}', "line 2 has no text in 'text'"),
        ("text a number", '{"text": 5}', "line 2 has no text in 'text'"),
        ("half a character", '{"text": "hola \\ud83d"}', "line 2 has half a character"),
        ("nested without end", "[" * 50_000, "line 2 is not JSON"),
        ("number without end", '{"text": "x", "n": ' + "9" * 5_000 + "}", "line 2 is not JSON"),
        ("not in UTF-8", "", "line 2 is not JSON in UTF-8"),
    ],
)
def test_a_bad_json_line_gets_a_row_with_its_number_and_the_rest_is_read(tmp_path, label, line, reason):
    bad = line.encode() if line else '{"text": "señal"}'.encode("cp1252")
    data = lines({"doc_id": "a", "text": "uno"}).encode() + bad + b"\n" + lines({"doc_id": "c", "text": "dos"}).encode()
    corpus = load(tmp_path, {"a.jsonl": data})
    assert texts(corpus) == {"a": "uno", "c": "dos"}
    assert refused(corpus)["a.jsonl"].startswith(reason)


def test_an_empty_text_in_json_lines_gets_a_row_with_its_number(tmp_path):
    corpus = load(tmp_path, {"a.jsonl": lines({"text": "uno"}, {"text": "  "})})
    assert "line 2" in refused(corpus)["a.jsonl"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param('{"text": "hola", "title": "\\ud83d"}', id="title"),
        pytest.param('{"text": "hola", "doc_id": "\\ud83d"}', id="doc_id"),
        pytest.param('{"text": "hola", "\\ud83d": "x"}', id="name of a column"),
    ],
)
def test_half_a_character_beside_the_text_does_not_stop_the_folder(tmp_path, row):
    corpus = load(tmp_path, {"a.jsonl": lines(row), "b.txt": ES})
    assert texts(corpus)["b"] == ES


def test_a_whole_emoji_written_as_two_escapes_is_one_character(tmp_path):
    assert post(tmp_path, "a.jsonl", lines('{"text": "\\ud83d\\ude00"}'))["text"] == "😀"


def test_of_two_texts_with_one_doc_id_the_second_gets_another_id_and_a_row(tmp_path):
    corpus = load(tmp_path, {"a.jsonl": lines({"doc_id": "x", "text": "uno"}), "x.txt": "dos"})
    other = f"x~{hashlib.sha256(b'dos').hexdigest()[:8]}"
    assert texts(corpus) == {"x": "uno", other: "dos"}
    assert doubts(corpus) == {"x.txt": f"doc_id 'x' is taken by another text; read as '{other}'"}


def test_one_post_given_twice_is_read_once_and_told(tmp_path):
    corpus = load(tmp_path, {"a.jsonl": lines({"doc_id": "x", "text": "uno"}), "x.txt": "uno"})
    assert texts(corpus) == {"x": "uno"}
    assert refused(corpus) == {"x.txt": "doc_id 'x' was read before, with the same text"}


@pytest.mark.parametrize("key", ["source", "sha256", "Text", "SOURCE"])
def test_a_column_cannot_overwrite_what_the_reader_says(tmp_path, key):
    plain = post(tmp_path / "1", "a.jsonl", lines({"doc_id": "x", "text": ES}))
    forged = post(tmp_path / "2", "a.jsonl", lines({"doc_id": "x", "text": ES, key: "falso"}))
    assert forged == plain


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "doc_id,lang,text\nx,es,Hola y adiós\n"),
        ("a.csv", "doc_id;lang;text\r\nx;es;Hola y adiós\r\n"),
        ("a.csv", '\ufeff"doc_id";"lang";"text"\r\n"x";"es";"Hola y adiós"\r\n'),
        ("a.tsv", "doc_id\tlang\ttext\nx\tes\tHola y adiós\n"),
        ("a.csv", "doc_id;lang;text\nx;es;Hola y adiós\n".encode("utf-16")),
    ],
    ids=["commas", "semicolons", "quoted, with byte order mark", "tabs", "UTF-16"],
)
def test_separated_tables_become_posts(tmp_path, name, content):
    found = post(tmp_path, name, content)
    assert (found["doc_id"], found["lang"], found["text"]) == ("x", "es", "Hola y adiós")


def test_a_quoted_cell_keeps_separators_quotes_and_line_ends(tmp_path):
    content = 'doc_id;text\r\nx;"Uno; ""dos"",\r\n\ntres"\r\n'
    assert post(tmp_path, "a.csv", content)["text"] == 'Uno; "dos",\r\n\ntres'


def test_a_table_without_a_column_of_texts_gets_a_row_that_names_its_columns(tmp_path):
    corpus = load(tmp_path, {"a.csv": "id,nota\n1,hola\n", "b.txt": ES})
    assert refused(corpus)["a.csv"].startswith("has no column 'text' (columns: id, nota)")


def test_a_row_with_too_few_or_too_many_cells_gets_a_row_with_its_line(tmp_path):
    corpus = load(tmp_path, {"a.csv": "doc_id,text\nx\ny,hola,de más\nz,adiós\n"})
    assert texts(corpus) == {"z": "adiós"}
    assert list(corpus.skipped["reason"]) == [
        "line 2 has 1 cell, the heading has 2",
        "line 3 has 3 cells, the heading has 2",
    ]


def test_a_table_in_windows_1252_is_read(tmp_path):
    content = f"doc_id;text\nx;{ES}\n".encode("cp1252")
    assert post(tmp_path, "a.csv", content)["text"] == ES


def test_a_guessed_encoding_of_a_table_is_told_as_a_doubt(tmp_path):
    corpus = load(tmp_path, {"a.csv": f"doc_id;text\nx;{ES}\n".encode("cp1252")})
    assert doubts(corpus) == {"a.csv": "encoding guessed: cp1252"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("t.csv", 'doc_id,text\na,"sin cerrar\nb,dos\nc,tres\n', id="first row"),
        pytest.param("t.csv", 'doc_id,text\na,uno\nb,"sin cerrar\nc,tres\n', id="second row"),
        pytest.param("t.tsv", 'doc_id\ttext\na\tuno\nb\t"sin cerrar\nc\ttres\n', id="tabs"),
    ],
)
def test_a_quote_that_is_not_closed_swallows_nothing_in_silence(tmp_path, name, content):
    corpus = load(tmp_path, {name: content, "z.txt": ES})
    assert name in refused(corpus)


def test_a_cell_that_is_too_long_gets_a_row_and_the_rest_is_read(tmp_path):
    corpus = load(tmp_path, {"a.csv": "doc_id,text\nx,hola\ny," + "a" * 8_100_000 + "\nz,adiós\n"})
    assert "y" not in texts(corpus)
    assert texts(corpus) == {"x": "hola", "z": "adiós"}


PARQUET = pd.DataFrame({"doc_id": ["x", "y"], "lang": ["es", "it"], "text": [ES, IT], "year": [2011, 2012]})


def parquet(tmp_path: Path, frame: pd.DataFrame, **options: object) -> bytes:
    path = tmp_path / "tabla.parquet"
    frame.to_parquet(path, **options)
    return path.read_bytes()


def test_parquet_becomes_posts(tmp_path):
    posts = load(tmp_path, {"a.parquet": parquet(tmp_path, PARQUET)}).posts
    assert posts[["doc_id", "lang", "text"]].equals(PARQUET[["doc_id", "lang", "text"]].astype(posts["text"].dtype))
    assert list(posts["year"]) == ["2011", "2012"]


def test_a_row_of_parquet_without_text_gets_a_row_with_its_number(tmp_path):
    corpus = load(tmp_path, {"a.parquet": parquet(tmp_path, PARQUET.assign(text=[ES, None]))})
    assert list(corpus.posts["doc_id"]) == ["x"]
    assert refused(corpus)["a.parquet"].startswith("row 2 has no text")


@pytest.mark.parametrize("damage", ["cut", "head only", "another file", "empty"])
def test_a_damaged_parquet_gets_a_row_and_the_rest_is_read(tmp_path, damage):
    good = parquet(tmp_path, PARQUET)
    data = {"cut": good[:-20], "head only": b"PAR1" + bytes(40), "another file": b"hola" * 20, "empty": b""}[damage]
    corpus = load(tmp_path, {"a.parquet": data, "b.txt": ES})
    assert texts(corpus) == {"b": ES}
    assert refused(corpus)["a.parquet"].startswith("cannot be read as Parquet")


def test_a_parquet_with_broken_characters_gets_a_row_and_the_rest_is_read(tmp_path):
    good = parquet(tmp_path, PARQUET, compression=None)
    corpus = load(tmp_path, {"a.parquet": good.replace("Mañana".encode(), b"Ma\xff\xffana"), "b.txt": ES})
    assert texts(corpus)["b"] == ES
    assert "a.parquet" in refused(corpus)


# ---- languages ---------------------------------------------------------------------------------------------

LANGUAGES = [
    json.loads(line)
    for line in (ROOT / "tests" / "cases" / "languages.jsonl").read_text(encoding="utf-8").strip().split("\n")
]


def language_cases(unit: str):
    return [pytest.param(case, id=case["label"]) for case in LANGUAGES if case["unit"] == unit]


@pytest.mark.parametrize("case", language_cases("post"))
def test_the_language_of_a_post(case):
    assert language_of_post(case["text"]).lang == case["expected"]


@pytest.mark.parametrize("case", language_cases("passage"))
def test_the_language_of_a_passage_in_its_post(case):
    assert language_of_passage(case["text"], case["post_lang"]) == case["expected"]


def test_the_probability_of_a_language_is_between_nothing_and_one():
    for text in ("", "12345", ES, IT * 300):
        assert 0 <= language_of_post(text).probability <= 1


def test_the_language_of_a_very_long_post_is_that_of_its_head():
    assert language_of_post(ES * 250 + IT * 5_000).lang == "es"


@settings(max_examples=50, deadline=None)
@given(text=st.text("aeiosnrl ñé.,0123456789", max_size=39), lang=st.sampled_from(["es", "it", "en", "fr"]))
def test_a_passage_of_fewer_than_forty_letters_keeps_the_language_of_its_post(text, lang):
    assert language_of_passage(text, lang) == lang


def judged(tmp_path, *, sentences, coverage="codebook,coder,doc_id\ncluetrain,007,007\n"):
    root = tmp_path / "corpus"
    (root / "annotations").mkdir(parents=True)
    (root / "007.txt").write_text("Hola. Nadie contesta.", encoding="utf-8")
    lines = [json.dumps({"doc_id": "007", "start": start, "end": end}) for start, end in sentences]
    row = {"doc_id": "007", "start": 6, "end": 21, "quote": "Nadie contesta.", "codebook": "cluetrain", "coder": "007"}
    row |= {"code": "adapt_or_perish", "stance": "breach", "kind": "human"}
    for name, text in {
        "sentences.jsonl": "\n".join(lines),
        "coverage.csv": coverage,
        "cluetrain_007.jsonl": json.dumps(row),
    }.items():
        (root / "annotations" / name).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("sentences", "problem"),
    [
        ([(6, 21), (0, 5), (5, 8)], "row 1: the annotation of '007' from 6 to 21 is refused: it overlaps"),
        ([(6, 21), (0, 0)], "row 2: the annotation of '007' from 0 to 0 is refused: it holds nothing"),
        ([(6, 21), (0, None)], "row 2: got nan, expected a position"),
    ],
)
def test_a_wrong_sentence_is_named_by_its_row_in_the_file(tmp_path, sentences, problem):
    with pytest.raises(InputError) as caught:
        human_annotations(judged(tmp_path, sentences=sentences))
    assert problem in str(caught.value)


def test_names_of_digits_keep_their_zeros_in_the_coverage(tmp_path):
    human = human_annotations(judged(tmp_path, sentences=[(6, 21), (0, 5)]))
    assert human.coverage.to_numpy().tolist() == [["cluetrain", "007", "007"]]
    assert human.units["start"].tolist() == [0, 6]


def test_an_empty_cell_in_the_coverage_is_one_sentence(tmp_path):
    coverage = "codebook,coder,doc_id\ncluetrain,,007\n"
    with pytest.raises(InputError, match=r"coverage\.csv, row 1: nan is no name"):
        human_annotations(judged(tmp_path, sentences=[(6, 21)], coverage=coverage))
