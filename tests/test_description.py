"""Counting a corpus and reading the annotations that travel with it."""

import json

import pytest

from toolkit.corpus import human_annotations
from toolkit.description import corpus_counts, describe_corpus
from toolkit.errors import InputError

TEXT = "Nadie contesta. Hola.\nLlueve."
HEAD = "---\nlang: es\ndate: 2009-03-12\ngenre: essay\ncountry: '{country}'\n---\n"
ROW = {
    **{"doc_id": "es/a", "start": 0, "end": 15, "quote": "Nadie contesta.", "codebook": "cluetrain"},
    **{"codebook_version": "1", "code": "listening", "stance": "breach", "coder": "ana", "kind": "human"},
}


@pytest.fixture
def corpus(tmp_path):
    """A corpus of two posts; one was coded, the other judged to take no code."""

    def write(rows=(ROW,), units=((0, 15), (16, 21), (22, 29)), coverage=("es/a", "es/b")):
        texts, notes = tmp_path / "texts" / "es", tmp_path / "annotations"
        texts.mkdir(parents=True)
        notes.mkdir()
        for name in ("a", "b"):
            (texts / f"{name}.md").write_text(HEAD.format(country="E|S") + TEXT, encoding="utf-8")
        lines = [{"doc_id": doc_id, "start": start, "end": end} for doc_id in ("es/a", "es/b") for start, end in units]
        (notes / "sentences.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        (notes / "cluetrain_ana.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        covered = "".join(f"cluetrain,ana,{doc_id}\n" for doc_id in coverage)
        (notes / "coverage.csv").write_text("codebook,coder,doc_id\n" + covered, encoding="utf-8")
        return tmp_path

    return write


def test_posts_words_and_codes_are_counted(corpus):
    counts = corpus_counts(corpus())
    assert counts["posts"].to_dict("records") == [{"lang": "es", "posts": 2, "words": 8, "shortest": 4, "longest": 4}]
    assert counts["by year"].to_dict("records") == [{"year": "2009", "es": 2, "all": 2}]
    assert counts["coders"].to_dict("records") == [
        {"codebook": "cluetrain", "coder": "ana", "posts": 2, "sentences": 6, "coded": 1, "codes": 1}
    ]
    by_code = counts["cluetrain, ana"].set_index("code")
    assert by_code.loc["listening", "es breach"] == 1
    assert by_code.loc["listening", "n"] == 1
    assert counts["cluetrain, ana, by genre"].to_dict("records") == [
        {"genre": "essay", "posts": 2, "sentences": 6, "coded": 1}
    ]


def test_the_description_is_markdown_whatever_the_metadata_hold(corpus):
    text = describe_corpus(corpus())
    assert "### By country" in text
    assert "| E\\|S | 2 | 2 |" in text


def test_a_plain_folder_of_texts_is_counted_too(tmp_path):
    (tmp_path / "a.txt").write_text("Hola a todos.", encoding="utf-8")
    counts = corpus_counts(tmp_path)
    assert list(counts) == ["posts"]
    assert counts["posts"]["words"].tolist() == [3]


def test_annotations_come_with_what_was_judged(corpus):
    human = human_annotations(corpus())
    assert human.annotations["quote"].tolist() == ["Nadie contesta."]
    assert len(human.units) == 6
    assert human.coverage["doc_id"].tolist() == ["es/a", "es/b"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"rows": [{**ROW, "quote": "Nadie contesto."}]}, "row 1: the quote 'Nadie contesto.' is not the text"),
        ({"rows": [{**ROW, "end": 14, "quote": "Nadie contesta"}]}, "it is no sentence of sentences.jsonl"),
        ({"coverage": ["es/b"]}, "coverage.csv does not say that ana coded it"),
        ({"rows": [{**ROW, "coder": "eva"}]}, "it is not cluetrain by ana"),
        ({"rows": [{**ROW, "code": "nope"}]}, "its code is none of codebook 'cluetrain'"),
        ({"rows": [{**ROW, "stance": None}]}, "it has no stance"),
        ({"rows": [{**ROW, "stance": "likes"}]}, "row 1, column 'stance': got 'likes'"),
        ({"units": [(0, 99)]}, "end 99 lies outside the text"),
        ({"coverage": []}, "holds no annotations"),
    ],
)
def test_annotations_that_do_not_fit_are_refused_with_file_and_row(corpus, change, expected):
    with pytest.raises(InputError) as caught:
        human_annotations(corpus(**change))
    assert expected in str(caught.value)
    assert "annotations" in str(caught.value) or "sentences" in str(caught.value)


def test_a_coding_given_twice_or_unknown_is_refused(corpus):
    rows = [ROW, {**ROW, "stance": "mentions"}]
    with pytest.raises(InputError, match=r"cluetrain_ana\.jsonl, row 2: .* its code is given a second time"):
        human_annotations(corpus(rows=rows))


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("cluetrain_ana.jsonl", b"", "is empty, though coverage.csv says that ana coded 2 posts"),
        ("coverage.csv", b"codebook,coder,doc_id\ncluetrain,ana,es/zz\n", "row 1: no post has the doc_id 'es/zz'"),
        ("coverage.csv", b"codebook,coder,doc_id\ncluetrain,../y,es/a\n", "row 1: '../y' is no name"),
        (
            "coverage.csv",
            b"codebook,coder,doc_id\n" + b"cluetrain,ana,es/a\n" * 2,
            "row 2: cluetrain, ana, es/a stands",
        ),
        ("sentences.jsonl", b'{"doc_id": "es/a", "start": "x", "end": 3}\n', "row 1: got 'x', expected a position"),
        ("sentences.jsonl", b'{"doc_id": "es/a", "start": 3, "end": 3}\n', "it holds nothing"),
        ("sentences.jsonl", b'{"doc_id": "es/a", "start": 0, "end": 3}\n' * 2, "overlaps another sentence"),
    ],
)
def test_damaged_files_are_refused_with_their_name(corpus, file, content, expected):
    folder = corpus()
    (folder / "annotations" / file).write_bytes(content)
    with pytest.raises(InputError) as caught:
        human_annotations(folder)
    assert expected in str(caught.value)
    assert file in str(caught.value)


def test_codings_without_the_list_of_what_was_judged_are_not_passed_over(corpus):
    folder = corpus()
    (folder / "annotations" / "coverage.csv").unlink()
    with pytest.raises(InputError, match=r"holds cluetrain_ana\.jsonl and no coverage\.csv"):
        corpus_counts(folder)


def test_metadata_cannot_steer_the_terminal(tmp_path):
    (tmp_path / "a.md").write_text('---\nlang: es\ngenre: "\\e[31mx"\n---\nHola a todos.', encoding="utf-8")
    assert "\x1b" not in describe_corpus(tmp_path)


@pytest.mark.parametrize("line", ["{", "[1]", "\udce1"])
def test_a_damaged_line_is_named(corpus, line):
    folder = corpus()
    file = folder / "annotations" / "cluetrain_ana.jsonl"
    file.write_bytes(file.read_bytes() + line.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"cluetrain_ana\.jsonl, line 2: "):
        human_annotations(folder)


def test_a_missing_column_is_named(corpus):
    folder = corpus()
    (folder / "annotations" / "coverage.csv").write_text("coder,doc_id\nana,es/a\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"coverage\.csv: the column 'codebook' is missing"):
        human_annotations(folder)
