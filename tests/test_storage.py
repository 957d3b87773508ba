"""Tables to files and back: nothing lost, no formula run, nothing half-written."""

import csv
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit.errors import InputError, OutputError
from toolkit.storage import FORMATS, neutral, read_table, write_file, write_parts, write_table
from toolkit.storage.csv_rows import csv_pieces
from toolkit.tables import CONTRACTS, empty

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
FRAGMENTS = [
    *(
        "=1+1",
        "+34 600",
        "-5",
        "@marca",
        "\t",
        "'",
        "''",
        '"',
        '""',
        ",",
        ";",
        "\n",
        "\r\n",
        "\r",
        "\\",
        "'=",
        "'-",
        " ",
    ),
    *(
        "🎉",
        "👩‍👩‍👧",
        "e\u0301",
        "ñ",
        "«",
        "’",
        "NA",
        "nan",
        "None",
        "null",
        "007",
        "1e5",
        "True",
        "\ufeff",
        "\u2028",
        "\x85",
    ),
    *("\x01", "\x0b", "\x1a", "\x1f", "\x7f"),
]
# no NUL, no lone surrogates
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
FRAGMENT = st.sampled_from(FRAGMENTS) | st.text(LETTERS, max_size=3)
CELL = st.lists(FRAGMENT, min_size=1, max_size=5).map("".join).filter(bool)
COLUMN = st.lists(CELL | st.none(), max_size=6)


def text_table(cells: list[str | None]) -> pd.DataFrame:
    # the last row keeps the columns text: a column of nothing but digits has a test of its own
    return pd.DataFrame(
        {"doc_id": pd.Series([*cells, "word"], dtype="str"), "start": range(len(cells) + 1), "is_stop": True}
    )


def round_trip(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    write_file(table, path)
    return read_table(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("tables")


# there and back


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
@settings(max_examples=50, deadline=None)
@given(cells=COLUMN)
@example(cells=["=1+1", "'=1+1", "''=1+1", "'", "'hola'", None, "-", "--", "\n=1", "\r\n=1"])
@example(cells=["NA", "nan", "NaN", "null", "None", "N/A", "<NA>"])
def test_text_comes_back_as_it_was(folder, kind, cells):
    table = text_table(cells)
    assert_frame_equal(round_trip(table, folder / f"text{kind}"), table)


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(-(2**53), 2**53), st.booleans()), min_size=1))
def test_whole_numbers_and_truth_values_come_back_as_they_were(folder, kind, rows):
    table = pd.DataFrame(rows, columns=["start", "is_stop"])
    assert_frame_equal(round_trip(table, folder / f"values{kind}"), table)


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
@settings(max_examples=50, deadline=None)
@given(numbers=st.lists(st.floats(allow_nan=True, allow_infinity=False), min_size=1))
def test_numbers_come_back_to_the_last_bit(folder, kind, numbers):
    table = pd.DataFrame({"score": pd.Series([0.5, *numbers], dtype="float64")})
    assert_frame_equal(round_trip(table, folder / f"numbers{kind}"), table, check_exact=True)


@pytest.mark.parametrize("cells", [["001", "002"], ["2009"], ["True", "False"], ["inf"], ["1e5"], ["007", "=7"]])
def test_text_of_a_contract_that_looks_like_numbers_stays_text_in_csv(tmp_path, cells):
    table = pd.DataFrame({"doc_id": pd.Series(cells, dtype="str"), "title": None, "text": "word"})
    assert round_trip(table, tmp_path / "posts.csv")["doc_id"].tolist() == cells


@pytest.mark.parametrize("cell", ["a\rb", "\rb", "a\r", "linea\r=1+1"])
def test_a_lone_carriage_return_stays_inside_its_cell(tmp_path, cell):
    table = pd.DataFrame({"text": pd.Series([cell, "word"], dtype="str"), "k": "x"})
    assert round_trip(table, tmp_path / "return.csv")["text"].tolist() == [cell, "word"]


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_an_empty_table_keeps_its_columns(tmp_path, name, kind):
    table = round_trip(empty(name), tmp_path / f"{name}{kind}")
    assert list(table) == list(CONTRACTS[name])
    assert len(table) == 0


# formulas


@settings(max_examples=50, deadline=None)
@given(cells=COLUMN)
@example(cells=["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "'=1"])
def test_no_cell_of_a_csv_starts_a_formula(folder, cells):
    path = folder / "formulas.csv"
    write_file(text_table(cells).drop(columns="start"), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        seen = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in seen if cell.startswith(FORMULA_SIGNS)] == []


def test_no_category_of_a_csv_starts_a_formula(tmp_path):
    write_file(pd.DataFrame({"term": pd.Categorical(["=1+1", None, "hola"])}), tmp_path / "frequencies.csv")
    assert (tmp_path / "frequencies.csv").read_text(encoding="utf-8-sig").splitlines()[1:] == [
        '"\'=1+1"',
        '""',
        '"hola"',
    ]


@pytest.mark.parametrize("value", ["hola", "1-1", "a@b.es", "", " =1", 5, -5, None, 0.5, True])
def test_what_starts_no_formula_is_left_alone(value):
    assert neutral(value) is value


def test_negative_numbers_stay_numbers(tmp_path):
    assert round_trip(pd.DataFrame({"x": [-1.5, 2.0]}), tmp_path / "n.csv")["x"].tolist() == [-1.5, 2.0]


def test_the_given_table_is_not_changed(tmp_path):
    table = text_table(["=1", None])
    before = table.copy(deep=True)
    for kind in FORMATS:
        write_file(table, tmp_path / f"t{kind}")
    assert_frame_equal(table, before)


# JSON Lines


def refuse_constant(name: str):
    raise AssertionError(f"{name} is not JSON")


def test_jsonl_has_a_row_per_line_and_null_for_what_is_missing(tmp_path):
    table = pd.DataFrame(
        {
            "doc_id": pd.Series(["a\nñ 🎉", None], dtype="str"),
            "score": [None, 0.25],
            "n": [3, 4],
            "decided": [True, False],
        }
    )
    write_file(table, tmp_path / "t.jsonl")
    lines = (tmp_path / "t.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line, parse_constant=refuse_constant) for line in lines] == [
        {"doc_id": "a\nñ 🎉", "score": None, "n": 3, "decided": True},
        {"doc_id": None, "score": 0.25, "n": 4, "decided": False},
    ]


@settings(max_examples=50, deadline=None)
@given(cells=st.lists(CELL, max_size=5))
def test_jsonl_holds_text_as_it_is(folder, cells):
    write_file(pd.DataFrame({"text": pd.Series(cells, dtype="str")}), folder / "t.jsonl")
    lines = (folder / "t.jsonl").read_bytes().split(b"\n")[:-1]
    assert [json.loads(line)["text"] for line in lines] == cells


# names, records, errors


def test_lists_in_cells_are_lists_in_json(tmp_path):
    write_file(pd.DataFrame({"codes": [np.array(["a", "b"]), np.array([])]}), tmp_path / "x.jsonl")
    assert (tmp_path / "x.jsonl").read_text() == '{"codes": ["a", "b"]}\n{"codes": []}\n'


def test_cells_without_a_heading_are_refused_and_do_not_move_the_columns(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("a,b\n1,2,\n3,4,\n")
    assert read_table(file).to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    file.write_text("a,b\n1,2,5\n3,4,6\n")
    with pytest.raises(InputError, match=r"mine\.csv: rows have more cells than the heading"):
        read_table(file)


@pytest.mark.parametrize("name", ["t.xlsx", "t.txt", "t", "t.csv.gz"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path, name):
    with pytest.raises(InputError) as caught:
        write_file(text_table([]), tmp_path / name)
    assert all(kind in str(caught.value) for kind in FORMATS)
    assert list(tmp_path.iterdir()) == []


def test_the_suffix_may_be_in_capitals(tmp_path):
    assert_frame_equal(round_trip(text_table(["a"]), tmp_path / "T.CSV"), text_table(["a"]))


def test_write_table_writes_both_files_and_records_rows_and_digest(tmp_path):
    record = write_table(text_table(["a", "b"]), tmp_path / "new" / "folder", "tokens")
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == ["tokens.csv", "tokens.parquet"]
    assert_frame_equal(read_table(folder / "tokens.csv"), read_table(folder / "tokens.parquet"))
    assert record == {"rows": 3, "sha256": hashlib.sha256((folder / "tokens.csv").read_bytes()).hexdigest()}


def test_the_same_table_gives_the_same_bytes(tmp_path):
    records = [write_table(text_table(["a", "=b", None]), tmp_path / run, "t") for run in ("one", "two")]
    assert records[0] == records[1]
    for name in ("t.csv", "t.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(("name", "content"), [("no.csv", None), ("no.parquet", None), ("bad.parquet", b"not parquet")])
def test_a_table_that_cannot_be_read_is_named(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}: (cannot be read as a table|is damaged)"):
        read_table(tmp_path / name)


# whole or not at all


def failing(error: BaseException):
    def fail(*_args, **_kwargs):
        raise error

    return fail


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("owner", "function"), [(Path, "replace"), (os, "fsync"), (Path, "chmod")], ids=["rename", "flush", "chmod"]
)
@pytest.mark.parametrize(
    ("error", "raised"),
    [(OSError(28, "No space left on device"), OutputError), (KeyboardInterrupt(), KeyboardInterrupt)],
    ids=["disk full", "interrupted"],
)
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path, monkeypatch, kind, owner, function, error, raised
):
    path = tmp_path / f"table{kind}"
    write_file(text_table(["old"]), path)
    old = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(owner, function, failing(error))
        with pytest.raises(raised):
            write_file(text_table(["new"]), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_says_which_file_and_why(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "replace", failing(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match=r"t\.csv: cannot be written: No space left on device"):
        write_file(text_table([]), tmp_path / "t.csv")


def test_a_folder_that_is_a_file_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_file(text_table([]), tmp_path / "file" / "t.csv")
    assert (tmp_path / "file").read_text() == "x"


# as a whole, in parts, and cell by cell


@settings(max_examples=50, deadline=None)
@given(cells=COLUMN, numbers=st.lists(st.floats() | st.none(), max_size=6))
@example(cells=["=1+1", "'=1", '"', None, "-"], numbers=[0.1, 1e-7, 1e22, None, float("inf")])
def test_columns_at_once_are_the_csv_that_cells_one_by_one_are(cells, numbers):
    numbers = pd.Series(numbers, dtype="float64").reindex(range(len(cells) + 1))
    table = text_table(cells).assign(number=numbers)
    safe = table.assign(doc_id=table["doc_id"].map(neutral, na_action="ignore"))
    wanted = safe.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    assert b"".join(csv_pieces([table])).decode("utf-8-sig") == wanted
    # columns of anything are written cell by cell
    assert b"".join(csv_pieces([table.astype({"doc_id": object})])).decode("utf-8-sig") == wanted


@pytest.mark.parametrize("rows", [7, 2_000_000])
def test_a_table_in_parts_is_written_as_the_whole_is(tmp_path, rows):
    table = text_table(["=1", "dos", None, "cuatro", "cinco", "seis"])
    parts = [table.iloc[:3], table.iloc[3:3], table.iloc[3:]]
    said = write_parts((part.reset_index(drop=True) for part in parts), rows, tmp_path / "parts", "t")
    whole = write_table(table, tmp_path / "whole", "t")
    assert_frame_equal(read_table(tmp_path / "parts" / "t.parquet"), table)
    if rows == 7:
        assert said == whole
        assert (tmp_path / "parts" / "t.csv").read_bytes() == (tmp_path / "whole" / "t.csv").read_bytes()
    else:
        assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["t.parquet"]


def test_parts_that_fail_leave_nothing(tmp_path):
    def parts():
        yield text_table(["uno"])
        raise InputError("no more")

    with pytest.raises(InputError, match="no more"):
        write_parts(parts(), 4, tmp_path, "t")
    assert list(tmp_path.iterdir()) == []
