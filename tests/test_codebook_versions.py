"""Annotations of another codebook version are refused or brought over; codebooks that contradict themselves refused."""

import os

import pandas as pd
import pytest

from toolkit.codebook import check_version, codebook_names, cross_annotations, load_codebook, migrate
from toolkit.codebook.checks import version_numbers
from toolkit.errors import InputError

CODES = ["hearing", "trust", "relation", "crowd", "still"]
#: Two steps: at 2.0.0 listening became ear, trust_relationship was split and ads went; at 3.0.0 ear became hearing,
#: and network and community became crowd.
CHANGES = """\
changes:
  - version: 2.0.0
    became: {listening: [ear], trust_relationship: [trust, relation], ads: []}
  - version: 3.0.0
    became: {ear: [hearing], network: [crowd], community: [crowd]}
"""


def text_of(version="3.0.0", codes=CODES, changes=CHANGES, name="mine", extra=""):
    lines = [f"id: {name}", f"version: '{version}'", "title: {es: Mío}", "languages: [es]", "codes:"]
    lines += [f"  - {{id: {code}, name: {{es: {code}}}, definition: {{es: {code}}}{extra}}}" for code in codes]
    return "\n".join(lines) + "\n" + changes


@pytest.fixture
def load(tmp_path):
    def write(text=None, file="mine", **keys):
        path = tmp_path / f"{file}.yaml"
        path.write_text(text or text_of(**keys), encoding="utf-8")
        return load_codebook(path)

    return write


def annotated(*rows):
    """Rows of version, code and, where it matters, start, stance, score."""
    columns = ["codebook_version", "code", "start", "stance", "score"]
    table = pd.DataFrame([(*row, *[0, None, None][len(row) - 2 :]) for row in rows], columns=columns)
    return table.assign(
        doc_id="post", end=table["start"] + 3, quote="abc", codebook="mine", coder="first", kind="human"
    )


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1.2.3", (1, 2, 3)),
        ("v1.2", (1, 2, 0)),
        ("10", (10, 0, 0)),
        ("2.0.0-rc.1+build", (2, 0, 0)),
        ("draft", None),
        ("1.2.3.4", None),
        ("", None),
        (None, None),
    ],
)
def test_version_numbers(text, numbers):
    assert version_numbers(text) == numbers


# refused


@pytest.mark.parametrize("version", ["3.0.0", "3.4", "v3.0.1", None])
def test_the_same_major_version_fits(load, version):
    found = check_version(annotated((version, "crowd"), (version, "still")), load())
    assert found["code"].tolist() == ["crowd", "still"]


def test_rows_of_other_codebooks_are_passed_over(load):
    table = annotated(("1.0.0", "x"), ("3.0.0", "crowd"))
    table.loc[0, "codebook"] = "other"
    assert check_version(table, load())["code"].tolist() == ["crowd"]


REFUSED = {
    "older": (
        [("2.9", "still"), ("2.9", "still", 5), ("3.0.0", "still", 9)],
        "annotations: 2 rows were made with version 2.9 of codebook 'mine', and this is 3.0.0; bring them over with",
    ),
    "later": ([("4.0.0", "still")], "1 row was made with version 4.0.0 of codebook 'mine', and this is 3.0.0"),
    "no number": ([("draft", "still")], "1 row was made with version draft"),
    "unknown code": (
        [("3.0.0", "still"), ("3.1.0", "hearin")],
        "annotations, row 2: codebook 'mine' 3.0.0 has no code 'hearin' (the row's version: 3.1.0); did you mean 'hear",
    ),
    "unknown code without version": ([(None, "ear")], "has no code 'ear' (the row's version: unknown)"),
}


@pytest.mark.parametrize(("rows", "expected"), REFUSED.values(), ids=REFUSED)
def test_annotations_of_a_version_that_does_not_fit_are_refused(load, rows, expected):
    with pytest.raises(InputError) as caught:
        check_version(annotated(*rows), load())
    assert expected in str(caught.value)
    assert "migrate(annotations, codebook" in str(caught.value)


def test_a_crosswalk_refuses_annotations_of_another_version():
    book, principles = load_codebook("groundswell"), load_codebook("cluetrain")
    row = annotated(("1.0.0", book.code_ids[0], 0, "endorses")).assign(codebook=book.id)
    assert len(cross_annotations(row, book, principles)) > 0
    with pytest.raises(InputError, match=r"1 row was made with version 0\.9 of codebook 'groundswell'"):
        cross_annotations(row.assign(codebook_version="0.9"), book, principles)


def test_a_crosswalk_to_a_code_that_another_version_lacks_is_refused(load):
    book = load_codebook("groundswell")
    other = load(name="cluetrain", changes="")
    with pytest.raises(
        InputError, match=r"the crosswalk of 'groundswell\.\w+' leads to '\w+', which is no code of 'cl"
    ):
        cross_annotations(annotated(), book, other)


# brought over


def test_each_kind_of_change_is_carried_out_and_reported(load):
    table = annotated(
        ("1.0.0", "listening"),
        ("1.0.0", "trust_relationship"),
        ("1.0.0", "ads"),
        ("1.0.0", "network", 7),
        ("1.0.0", "still", 7),
        ("2.0.0", "ear", 9),
        ("3.0.0", "crowd", 9),
    )
    done = migrate(table, load())
    columns = ["from_version", "code", "what", "to_codes", "rows", "carried"]
    assert done.report[columns].fillna("").to_numpy().tolist() == [
        ["1.0.0", "ads", "gone", "", 1, 0],
        ["1.0.0", "listening", "renamed", "hearing", 1, 1],
        ["1.0.0", "network", "merged", "crowd", 1, 1],
        ["1.0.0", "still", "same", "still", 1, 1],
        ["1.0.0", "trust_relationship", "split", "trust, relation", 1, 0],
        ["2.0.0", "ear", "renamed", "hearing", 1, 1],
        ["3.0.0", "crowd", "same", "crowd", 1, 1],
    ]
    assert set(done.report["to_version"]) == {"3.0.0"} and set(done.report["codebook"]) == {"mine"}
    assert done.annotations["code"].tolist() == ["hearing", "crowd", "still", "hearing", "crowd"]
    assert done.annotations["from_code"].fillna("").tolist() == ["listening", "network", "still", "ear", ""]
    assert done.annotations["from_version"].fillna("").tolist() == ["1.0.0", "1.0.0", "1.0.0", "2.0.0", ""]
    assert done.left_out["code"].tolist() == ["trust_relationship", "ads"]
    assert len(done.annotations) == done.report["carried"].sum()
    check_version(done.annotations, load())


def test_no_row_is_lost_without_being_named(load):
    rows = [("1.0.0", code, start) for code in ("network", "community", "ads", "still") for start in (0, 5)]
    done = migrate(annotated(*rows), load())
    dropped = done.report["rows"].sum() - done.report["carried"].sum()
    # two rows of ads are left out, two of the four merged ones meet another on their passage
    assert (len(done.annotations), len(done.left_out), dropped) == (4, 2, 4)


def test_merged_codes_on_one_passage_become_one_row(load):
    table = annotated(
        ("1.0.0", "network", 0, "endorses", 0.9),
        ("1.0.0", "community", 0, "breach", 0.4),
        ("1.0.0", "community", 5, None, None),
        ("1.0.0", "network", 5, "mentions", None),
    )
    other = table.assign(coder="second")[1:2]
    done = migrate(pd.concat([table, other]), load())
    kept = done.annotations[["start", "coder", "stance", "score", "from_code"]].fillna(-1).to_numpy().tolist()
    assert kept == [
        [0, "first", "breach", 0.9, "community"],
        [5, "first", "mentions", -1, "network"],
        [0, "second", "breach", 0.4, "community"],
    ]
    assert set(done.annotations["code"]) == {"crowd"}


def test_rows_that_stood_there_twice_before_are_not_touched(load):
    done = migrate(annotated(("1.0.0", "still"), ("1.0.0", "still")), load())
    assert len(done.annotations) == 2


def test_rows_of_other_codebooks_stay_as_they_are_and_where_they_are(load):
    table = annotated(("1.0.0", "listening"), ("1.0.0", "listening"), ("1.0.0", "still"))
    table.loc[1, "codebook"] = "other"
    done = migrate(table, load())
    assert done.annotations["code"].tolist() == ["hearing", "listening", "still"]
    assert done.annotations["codebook_version"].tolist() == ["3.0.0", "1.0.0", "3.0.0"]
    assert done.annotations["from_code"].isna().tolist() == [False, True, False]
    assert done.report["code"].tolist() == ["listening", "still"]


def test_the_first_origin_is_kept_when_rows_are_brought_over_twice(load):
    second = load(
        version="2.0.0",
        codes=["ear", "still"],
        changes=CHANGES.split("  - version: 3")[0].replace("trust_relationship: [trust, relation], ", ""),
        file="second",
    )
    once = migrate(annotated(("1.0.0", "listening")), second)
    assert once.annotations["code"].tolist() == ["ear"]
    twice = migrate(once.annotations, load()).annotations
    assert twice[["code", "from_version", "from_code"]].to_numpy().tolist() == [["hearing", "1.0.0", "listening"]]


def test_what_the_user_says_comes_before_the_codebook(load):
    table = annotated(("1.0.0", "trust_relationship"), ("1.0.0", "listening"), ("1.0.0", "odd"), ("3.0.0", "still"))
    renamed = {"trust_relationship": "trust", "listening": None, "odd": ["crowd", "trust"], "still": "crowd"}
    done = migrate(table, load(), renamed)
    assert dict(zip(done.report["code"], done.report["what"], strict=True)) == {
        **{"listening": "gone", "odd": "split", "trust_relationship": "renamed", "still": "same"}
    }
    # a row of this very version is what it says
    assert done.annotations["code"].tolist() == ["trust", "still"]


def test_a_minor_version_needs_no_word_about_changes(load):
    done = migrate(annotated(("3.0.0", "still")), load(version="3.4.1", changes=""))
    assert done.annotations["codebook_version"].tolist() == ["3.4.1"]
    assert done.report["what"].tolist() == ["same"]


def test_without_a_version_a_code_that_is_there_is_itself_and_another_follows_all_changes(load):
    done = migrate(annotated((None, "still"), (None, "listening")), load())
    assert done.annotations["code"].tolist() == ["still", "hearing"]
    assert done.report["from_version"].isna().all()


def test_no_annotations_give_empty_tables(load):
    done = migrate(annotated(), load())
    assert [len(table) for table in done] == [0, 0, 0]


UNKNOWN = {
    "unknown code": ([("1.0.0", "lstening")], None, "nothing says what became of the code 'lstening' (codebook 'mine'"),
    "later": ([("4.1.0", "still")], None, "made with version 4.1.0 of codebook 'mine', which is later than 3.0.0"),
    "no number": ([("draft", "still")], None, "version 'draft' of codebook 'mine' cannot be compared with '3.0.0'"),
    "wrong target": ([("1.0.0", "still")], {"still": "stil"}, "renamed: 'still' leads to 'stil', which is no code"),
    "wrong kind": ([("1.0.0", "still")], {"still": 5}, "renamed: 'still' leads to 5; give the new code, a list"),
}


@pytest.mark.parametrize(("rows", "renamed", "expected"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_known_is_asked_for(load, rows, renamed, expected):
    with pytest.raises(InputError) as caught:
        migrate(annotated(*rows), load(), renamed)
    assert expected in str(caught.value)


def test_a_major_version_of_which_the_codebook_says_nothing_is_asked_for(load):
    book = load(version="4.0.0")
    with pytest.raises(InputError, match="its 'changes' do not say what version 4 did to the codes; say what became"):
        migrate(annotated(("2.0.0", "still")), book)
    assert migrate(annotated(("2.0.0", "still")), book, {}).annotations["code"].tolist() == ["still"]
    silent = load(version="4.0.0", changes=CHANGES + "  - version: 4.0.0\n", file="silent")
    assert migrate(annotated(("2.0.0", "ear")), silent).annotations["code"].tolist() == ["hearing"]


# codebooks that contradict themselves


def linked(name, *links):
    """A codebook file of one code ``a`` with links to code ``a`` of others."""
    listed = ", ".join(f"{{codebook: {link}, code: a}}" for link in links)
    return text_of(name=name, codes=["a"], changes="", extra=f", crosswalk: [{listed}]")


def first_change(new, old="2.0.0"):
    return text_of(changes=CHANGES.replace(old, new, 1))


STANCES = "stances: [{id: breach, name: {es: x}, definition: {es: x}}"
EXAMPLES = ", examples: [{lang: es, kind: positive, text: Hola a todos., stance: endorses}]"
EXAMPLE = '{"id": "e1", "lang": "es", "text": "Hola.", "codes": {}}\n'

BOOKS = {
    "crosswalk in a circle of two": (
        {"mine": linked("mine", "b"), "b": linked("b", "mine")},
        "mine.yaml: the crosswalk goes in a circle, mine -> b -> mine (mine.a to b.a, b.a to mine.a); take the links",
    ),
    "crosswalk in a circle of three": (
        {"mine": linked("mine", "b", "c"), "b": linked("b", "c"), "c": linked("c", "mine")},
        "mine.yaml: the crosswalk goes in a circle, mine -> b -> c -> mine (",
    ),
    "crosswalk into a circle of others": (
        {"mine": linked("mine", "b"), "b": linked("b", "c"), "c": linked("c", "b")},
        "mine.yaml: the crosswalk goes in a circle, b -> c -> b (b.a to c.a, c.a to b.a)",
    ),
    "crosswalk to itself": (
        {"mine": linked("mine", "mine")},
        "crosswalk: leads to the codebook itself; name another one.",
    ),
    "crosswalk twice": (
        {"mine": linked("mine", "b", "b"), "b": linked("b")},
        "mine.yaml: code 'a': the crosswalk to 'a' of 'b' is given twice; keep one.",
    ),
    "crosswalk to a file of another id": (
        {"mine": linked("mine", "b"), "b": linked("c")},
        "crosswalk: b.yaml holds the codebook 'c'; rename the file or correct its id.",
    ),
    "crosswalk on the way to nowhere": (
        {"mine": linked("mine", "b"), "b": linked("b", "nowhere")},
        "mine.yaml: crosswalk of the codebook 'b' it leads to: unknown codebook 'nowhere'",
    ),
    "code twice": ({"mine": text_of(codes=["a", "b", "a"], changes="")}, "mine.yaml: code 'a' is given twice"),
    "group twice": (
        {"mine": text_of(changes="groups: [{id: g, name: {es: x}}, {id: g, name: {es: y}}]\n")},
        "mine.yaml: the group 'g' is given twice; ids must be unique.",
    ),
    "stance twice": (
        {"mine": text_of(changes=f"{STANCES}, {STANCES.removeprefix('stances: [')}]\n")},
        "mine.yaml: the stance 'breach' is given twice",
    ),
    "example of a stance that is not defined": (
        {"mine": text_of(codes=["a"], changes=f"{STANCES}]\n", extra=EXAMPLES)},
        "mine.yaml: code 'a', example 'Hola a todos.': the codebook does not define its stance 'endorses'",
    ),
    "example id twice in a file": (
        {"mine": text_of(changes="example_files: [e.jsonl]\n"), "e.jsonl": EXAMPLE * 2},
        "e.jsonl: the example id 'e1' is given twice; ids must be unique in a codebook.",
    ),
    "example id twice in two files": (
        {"mine": text_of(changes="example_files: [d.jsonl, e.jsonl]\n"), "d.jsonl": EXAMPLE, "e.jsonl": EXAMPLE},
        "e.jsonl: the example id 'e1' is given twice",
    ),
    "language that is none": (
        {"mine": text_of(changes="").replace("languages: [es]", "languages: [es, español]")},
        "mine.yaml: languages: got 'español', expected a code of ISO 639 such as es, it, en.",
    ),
    "language that a text lacks": (
        {"mine": text_of(changes="").replace("languages: [es]", "languages: [es, it]")},
        "mine.yaml: code 'hearing', name: the text in 'it' is missing (languages: es, it).",
    ),
    "no language": ({"mine": text_of(changes="").replace("[es]", "[]")}, "mine.yaml: languages: got none"),
    "change to an unknown code": (
        {"mine": first_change("ear: [haering]", "ear: [hearing]")},
        "mine.yaml: changes, version '3.0.0', 'ear': unknown code 'haering'; did you mean 'hearing'?",
    ),
    "change without a number": (
        {"mine": first_change("next")},
        "mine.yaml: changes, version 'next': got the version 'next', expected major.minor.patch such as 2.0.0.",
    ),
    "changes out of order": (
        {"mine": first_change("3.0.0")},
        "changes, version '3.0.0': comes after '3.0.0'; list the",
    ),
    "change of the future": (
        {"mine": text_of(version="2.5.0")},
        "version '3.0.0': is later than the codebook's own version",
    ),
    "change to a code twice": (
        {"mine": first_change("[trust, trust]", "[trust, relation]")},
        "changes, version '2.0.0', 'trust_relationship': the code 'trust' is given twice",
    ),
}


@pytest.mark.parametrize(("files", "expected"), BOOKS.values(), ids=BOOKS)
def test_a_codebook_that_contradicts_itself_is_refused_by_file_and_entry(tmp_path, files, expected):
    for name, text in files.items():
        path = tmp_path / (name if "." in name else f"{name}.yaml")
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_codebook(tmp_path / "mine.yaml")
    assert expected in str(caught.value).replace(f"{tmp_path}{os.sep}", "")


def test_two_ways_to_one_codebook_are_no_circle(tmp_path):
    for name, links in {"mine": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}.items():
        (tmp_path / f"{name}.yaml").write_text(linked(name, *links), encoding="utf-8")
    assert load_codebook(tmp_path / "mine.yaml").code_ids == ["a"]


@pytest.mark.parametrize("name", codebook_names())
def test_annotations_of_the_bundled_codebooks_versions_fit(name):
    book = load_codebook(name)
    numbers = version_numbers(book.version)
    assert numbers is not None
    row = annotated((f"{numbers[0]}.0.0", book.code_ids[0])).assign(codebook=book.id)
    assert migrate(row, book).report["what"].tolist() == ["same"]
