"""Which files are found under the paths given, and that their names are the same on any machine and in any order."""

import os

import pytest

from toolkit.corpus import load_corpus
from toolkit.corpus.listing import find_files, inputs_of
from toolkit.errors import InputError

FILES = ["a/x.txt", "a/y.txt", "b/x.txt", "b/2009/z.txt"]


@pytest.fixture
def tree(tmp_path):
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Texto de {name}.", encoding="utf-8")
    return tmp_path


def names(paths) -> list[str]:
    return [found.name for given in inputs_of(paths) for found in find_files(given)]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a"], ["x", "y"]),
        (["a", "b"], ["a/x", "a/y", "b/2009/z", "b/x"]),
        (["b", "a"], ["a/x", "a/y", "b/2009/z", "b/x"]),
        (["a/x.txt", "a/y.txt"], ["x", "y"]),
        (["a/x.txt", "b/x.txt"], ["a/x", "b/x"]),
        (["a/x.txt"], ["x"]),
        (["a", "a/x.txt"], ["x", "y"]),
        (["a", "a"], ["x", "y"]),
        (["a", "b/2009/z.txt"], ["a/x", "a/y", "z"]),
        (["*/x.txt"], ["a/x", "b/x"]),
        (["b/**/*.txt"], ["2009/z", "x"]),
        (["[ab]/*.txt"], ["a/x", "a/y", "b/x"]),
    ],
)
def test_names_of_what_is_found(tree, paths, expected):
    assert names([tree / path for path in paths]) == expected


def test_a_relative_path_gives_the_same_names(tree, monkeypatch):
    monkeypatch.chdir(tree)
    assert names("b") == names(tree / "b")
    assert names(".") == names(tree)
    assert names(["a", "b"]) == names([tree / "a", tree / "b"])


def test_a_folder_beside_the_texts_of_a_corpus_folder_is_no_part_of_it(tree, monkeypatch):
    (tree / "b").rename(tree / "a" / "copies")
    (tree / "a" / "texts").mkdir()
    (tree / "a" / "x.txt").rename(tree / "a" / "texts" / "x.txt")
    monkeypatch.chdir(tree)
    assert names(["a", "a/copies"]) == ["a/x", "copies/2009/z", "copies/x"]
    assert names(["a", "a/texts"]) == ["x"]


def test_several_paths_give_one_table_in_any_order(tree):
    one, two = (load_corpus(paths).posts for paths in ([tree / "a", tree / "b"], [tree / "b", tree / "a"]))
    assert one.equals(two)
    assert list(one["source"]) == ["a/x.txt", "a/y.txt", "b/2009/z.txt", "b/x.txt"]


@pytest.mark.parametrize("path", ["nada", "nada/*.txt", "a/*.pdf"])
def test_a_path_that_leads_nowhere_is_one_sentence(tree, path):
    with pytest.raises(InputError, match=r"does not exist|no file fits") as caught:
        inputs_of(tree / path)
    assert path in str(caught.value)


def test_no_path_is_one_sentence():
    with pytest.raises(InputError, match="no path was given"):
        inputs_of([])


def test_a_name_with_a_bracket_is_a_file_before_it_is_a_pattern(tree):
    (tree / "a[1].txt").write_text("Hola.", encoding="utf-8")
    assert names(tree / "a[1].txt") == ["a[1]"]


def test_links_that_go_in_circles_are_told_and_end(tree):
    (tree / "a" / "arriba").symlink_to(tree, target_is_directory=True)
    (tree / "a" / "yo").symlink_to(tree / "a" / "yo")
    skipped = load_corpus(tree).skipped.set_index("source")["reason"].to_dict()
    assert set(skipped) == {"a/arriba", "a/yo"}
    assert "link to a folder" in skipped["a/arriba"]
    assert "link to itself" in skipped["a/yo"]


def test_a_folder_that_may_not_be_read_is_told(tree, monkeypatch):
    scan = os.scandir

    def deny(path):
        if str(path).endswith("2009"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", deny)
    corpus = load_corpus(tree)
    assert len(corpus.posts) == 3
    assert corpus.skipped["reason"].item() == "is a folder that cannot be read: Permission denied"


def test_ten_thousand_files_in_one_folder(tmp_path):
    for n in range(10_000):
        (tmp_path / f"{n}.txt").write_bytes(b"Hola.")
    found = names(tmp_path)
    assert len(set(found)) == 10_000
    assert found == sorted(found, key=lambda name: f"{name}.txt")


def test_a_loaded_corpus_inside_a_folder_is_told_and_not_read(tree):
    (tree / "a" / "corpus" / "shards").mkdir(parents=True)
    (tree / "a" / "corpus" / "manifest-00000001.json").write_text("{}", encoding="utf-8")
    (tree / "a" / "corpus" / "suelto.txt").write_text("no", encoding="utf-8")
    corpus = load_corpus(tree)
    assert len(corpus.posts) == len(FILES)
    assert corpus.skipped["reason"].item() == "is a loaded corpus; load it by itself"


def test_a_file_of_another_kind_among_several_is_told(tree):
    (tree / "foto.jpeg").write_bytes(b"\xff\xd8")
    corpus = load_corpus([tree / "a", tree / "foto.jpeg"])
    assert corpus.skipped["source"].item() == "foto.jpeg"


def test_the_reader_of_the_documentation_works_as_it_stands_there(tmp_path):
    import textwrap

    from toolkit.corpus import readers

    lines = readers.__doc__.partition("register it::")[2].splitlines()
    example = textwrap.dedent("\n".join(line for line in lines if not line or line.startswith("    ")))
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    (tmp_path / "charla.srt").write_text("1\n00:00:01 --> 00:00:04\nHola, señor.\n", encoding="utf-8")
    try:
        exec(compile(example, "example", "exec"), {})
        corpus = load_corpus(tmp_path)
    finally:
        readers.READERS.pop(".srt", None)
    assert corpus.posts[["doc_id", "text"]].to_numpy().tolist() == [["charla", "Hola, señor."]]


@pytest.mark.parametrize("suffix", ["srt", ".", ""])
def test_a_suffix_without_a_dot_is_one_sentence(suffix):
    from toolkit.corpus import register

    with pytest.raises(InputError, match="must begin with a dot"):
        register(suffix, lambda file: iter(()))
