"""Table contracts: what they accept, what they add, and how they name the row that breaks them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit.errors import InputError
from toolkit.tables import CONTRACTS, Column, check, empty

NAMES = sorted(CONTRACTS)
COLUMNS = [(name, column) for name in NAMES for column in CONTRACTS[name]]


def columns_where(rule):
    """All (table, column) whose :class:`Column` satisfies ``rule``."""
    return [(name, column) for name, column in COLUMNS if rule(CONTRACTS[name][column])]


def cell(column: str, rule: Column, row: int) -> object:
    if rule.allowed:
        return rule.allowed[0]
    if rule.kind == "text":
        return f"{column} {row}"
    least = int(rule.low or 0)
    return {"whole": least + row + (column == "end"), "number": 0.5, "amount": 0.5, "truth": row % 2 == 0}[rule.kind]


def valid(name: str, rows: int = 3) -> pd.DataFrame:
    """A table of the contract with nothing wrong."""
    return pd.DataFrame(
        {column: [cell(column, rule, row) for row in range(rows)] for column, rule in CONTRACTS[name].items()}
    )


def with_cell(name: str, column: str, value: object, row: int = 2) -> pd.DataFrame:
    """A valid table with one cell replaced, in the second row unless told."""
    table = valid(name).astype({column: object})
    table.loc[row - 1, column] = value
    return table


def refusal(name: str, table: object, texts: dict[str, str] | None = None) -> str:
    with pytest.raises(InputError) as caught:
        check(name, table, texts)
    return str(caught.value)


# what is accepted


@pytest.mark.parametrize("name", NAMES)
def test_the_empty_table_of_a_contract_is_accepted(name):
    assert_frame_equal(check(name, empty(name)), empty(name))
    assert list(empty(name)) == list(CONTRACTS[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_valid_table_keeps_its_values(name):
    table = valid(name)
    assert check(name, table).to_dict("records") == table.to_dict("records")


@pytest.mark.parametrize("name", NAMES)
def test_checking_twice_changes_nothing(name):
    once = check(name, valid(name))
    assert_frame_equal(check(name, once), once)


@pytest.mark.parametrize("name", NAMES)
def test_columns_that_may_be_missing_are_added_empty(name):
    optional = [column for column, rule in CONTRACTS[name].items() if rule.missing]
    table = check(name, valid(name).drop(columns=optional))
    assert list(table) == list(CONTRACTS[name])
    assert table[optional].isna().all(axis=None)


@pytest.mark.parametrize(("name", "column"), columns_where(lambda rule: rule.missing))
def test_single_values_of_an_optional_column_may_be_missing(name, column):
    table = check(name, with_cell(name, column, None))
    assert table[column].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("name", NAMES)
def test_columns_come_in_contract_order_and_further_ones_stay_to_the_right(name):
    table = valid(name)[list(CONTRACTS[name])[::-1]]
    table.insert(0, "my_note", ["x", "y", "z"])
    table.insert(2, "my_number", [1.5, 2.5, 3.5])
    checked = check(name, table)
    assert list(checked) == [*CONTRACTS[name], "my_note", "my_number"]
    assert checked["my_note"].tolist() == ["x", "y", "z"]
    assert checked["my_number"].tolist() == [1.5, 2.5, 3.5]


@pytest.mark.parametrize("name", NAMES)
def test_the_given_table_is_not_changed(name):
    table = valid(name).assign(extra=1)
    before = table.copy(deep=True)
    check(name, table)
    assert_frame_equal(table, before)


@pytest.mark.parametrize("index", [[7, 7, 7], ["c", "b", "a"], [2, 0, 1]], ids=["repeated", "text", "shuffled"])
def test_the_index_says_nothing(index):
    table = valid("annotations").assign(extra=["x", "y", "z"])
    expected = check("annotations", table)
    assert_frame_equal(check("annotations", table.set_axis(index)), expected)


def test_rows_are_numbered_by_place_and_not_by_index():
    table = with_cell("annotations", "score", 2.0, row=3).set_axis([50, 40, 30])
    assert "row 3," in refusal("annotations", table)


def test_whole_numbers_read_as_floats_become_whole():
    table = check("furniture", valid("furniture").astype({"start": float}))
    assert table["start"].tolist() == [0, 1, 2]
    assert table["start"].dtype == "int64"


def test_an_empty_span_is_allowed():
    assert check("furniture", valid("furniture").assign(start=[4, 4, 4], end=[4, 5, 4])).shape[0] == 3


# what is refused: the message names table, row, column and rule


@pytest.mark.parametrize(("name", "column"), columns_where(lambda rule: not rule.missing))
def test_a_required_column_must_be_there(name, column):
    message = refusal(name, valid(name).drop(columns=column))
    assert message.startswith(f"{name}: ")
    assert f"the column '{column}' is missing" in message


def broken_cells():
    """One broken cell per column and rule: table, column, value, rule as the message says it."""
    for name, column in COLUMNS:
        rule = CONTRACTS[name][column]
        if not rule.missing:
            yield name, column, None, "must not be missing"
            yield name, column, float("nan"), "must not be missing"
        if rule.kind == "text":
            yield name, column, 5, "must be text"
            yield name, column, ["x"], "must be text"
        if rule.kind == "truth":
            yield name, column, "True", "must be true or false"
            yield name, column, 2, "must be true or false"
        if rule.kind in ("number", "amount"):
            yield name, column, "much", "must be a number"
        if rule.kind == "whole":
            yield name, column, "many", "must be a whole number"
            yield name, column, 1.5, "must be a whole number"
            yield name, column, float("inf"), "must be a whole number"
        if rule.low is not None:
            yield name, column, rule.low - 1, f"at least {rule.low:g}"
        if rule.high is not None:
            yield name, column, rule.high + 0.001, f"at most {rule.high:g}"
        if rule.allowed:
            yield name, column, rule.allowed[0].upper(), "one of " + ", ".join(rule.allowed)


@pytest.mark.parametrize("values", [pd.to_datetime(["2010-01-01"]), pd.to_timedelta(["1s"]), [1j]])
def test_moments_durations_and_complex_numbers_are_no_numbers(values):
    table = pd.DataFrame({"topic": ["1"], "term": ["a"], "weight": values})
    assert "topics, row 1, column 'weight'" in refusal("topics", table)


@pytest.mark.parametrize(("name", "column", "value", "rule"), list(broken_cells()))
def test_a_broken_cell_is_named_by_table_row_column_and_rule(name, column, value, rule):
    message = refusal(name, with_cell(name, column, value))
    assert message.startswith(f"{name}, row 2, column '{column}': got ")
    assert message.endswith(f"rule: {rule}.")


@pytest.mark.parametrize(
    ("name", "column", "value", "rule"),
    [
        # as a list of JSON, and as Parquet gives it
        ("scores", "decided", [True], "must be true or false"),
        ("scores", "decided", np.array([True, False]), "must be true or false"),
        ("annotations", "note", np.array(["uno", "dos"]), "must be text"),
        ("annotations", "score", np.array([0.1, 0.2]), "must be a number"),
        # JSON knows numbers of any size
        ("tokens", "start", 10**30, "must be a whole number"),
        ("tokens", "start", 10**400, "must be a whole number"),
        ("topics", "weight", 10**400, "must be a number"),
        ("tokens", "start", -(10**30), "must be a whole number"),
        ("terms_removed", "terms", 10**30, "must be a whole number"),
    ],
)
def test_lists_and_numbers_beyond_all_measure_are_named_too(name, column, value, rule):
    table = valid(name).astype({column: object})
    cells = table[column].tolist()
    message = refusal(name, table.assign(**{column: pd.Series([cells[0], value, cells[2]], dtype=object)}))
    assert message.startswith(f"{name}, row 2, column '{column}': got ")
    assert message.endswith(f"rule: {rule}.")


@pytest.mark.parametrize("values", [[1, 0, 1], [1.0, 0.0, 1.0], pd.array([True, False, True], dtype="boolean")])
def test_truth_may_be_written_as_one_and_zero(values):
    assert check("scores", valid("scores").assign(decided=values))["decided"].tolist() == [True, False, True]


def test_an_amount_too_large_to_be_whole_stays_what_it_is():
    table = valid("frequencies").assign(n=[1.0, 2.0, 1e30])
    assert check("frequencies", table)["n"].tolist() == [1.0, 2.0, 1e30]


def test_the_first_of_several_broken_rows_is_named():
    table = valid("scores").assign(score=[0.5, 1.5, 3.0])
    assert "scores, row 2, column 'score': got" in refusal("scores", table)


@pytest.mark.parametrize("name", [name for name in NAMES if "start" in CONTRACTS[name]])
def test_an_end_before_its_start_is_refused(name):
    message = refusal(name, valid(name).assign(start=[0, 5, 0], end=[1, 4, 1]))
    assert message.startswith(f"{name}, row 2, column 'end': got ")
    assert message.endswith("rule: end >= start.")


KEYS = {
    "posts": ["doc_id"],
    "passages": ["passage_id"],
    "scores": ["doc_id", "start", "end", "code"],
    "topics": ["topic", "term"],
    "shares": ["passage_id", "topic"],
    "topic_summary": ["topic"],
    "theme_principles": ["topic", "codebook", "code"],
    "principles": ["lang", "codebook", "code"],
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_stands_twice_is_refused(name):
    table = valid(name)
    table.loc[2, KEYS[name]] = table.loc[0, KEYS[name]]
    message = refusal(name, table)
    assert message.startswith(f"{name}, row 3: ")
    assert all(f"{key} " in message for key in KEYS[name])
    assert message.endswith("it must be unique.")


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in KEYS.items() if len(keys) > 1 for key in keys])
def test_rows_that_differ_in_one_part_of_the_key_may_stand_together(name, key):
    table = valid(name, rows=2)
    others = [column for column in KEYS[name] if column != key]
    table.loc[1, others] = table.loc[0, others]
    table.loc[1, "end"] = 9  # keeps end >= start where the table has positions
    table = table[[column for column in table if column in CONTRACTS[name]]]
    assert len(check(name, table)) == 2


def test_the_same_passage_may_be_annotated_twice():
    table = valid("annotations", rows=2)
    table.loc[1] = table.loc[0]
    assert len(check("annotations", table)) == 2


def test_an_unknown_contract_is_named_with_the_nearest_one():
    assert "'annotation'; did you mean 'annotations'?" in refusal("annotation", pd.DataFrame())


@pytest.mark.parametrize("thing", [None, [], {"doc_id": ["a"]}, pd.Series(["a"])])
def test_anything_but_a_dataframe_is_refused_by_its_type(thing):
    assert refusal("posts", thing) == f"posts: got {type(thing).__name__}, expected a pandas DataFrame."


def test_a_column_given_twice_is_refused():
    table = valid("furniture")
    table.insert(6, "rule", ["x", "y", "z"], allow_duplicates=True)
    assert "'rule'" in refusal("furniture", table)


# positions and quotes


def quotes(**columns: list) -> pd.DataFrame:
    base = {"doc_id": ["a", "b"], "start": [0, 5], "end": [4, 9], "rule": ["r", "r"], "kind": ["k", "k"]}
    return pd.DataFrame({**base, "quote": ["hola", "ciao"], **columns})


TEXTS = {"a": "hola mundo", "b": "dire ciao"}


def test_quotes_that_are_the_slices_are_accepted():
    assert check("furniture", quotes(), TEXTS)["quote"].tolist() == ["hola", "ciao"]


@pytest.mark.parametrize("changed", ["Ciao", "ciao ", "", "cia"])
def test_a_quote_that_is_not_the_slice_is_refused(changed):
    message = refusal("furniture", quotes(quote=["hola", changed]), TEXTS)
    assert message.startswith(f"furniture, row 2: the quote {changed!r} is not the text of 'b' from 5 to 9")
    assert "'ciao'" in message


def test_an_end_outside_the_text_is_refused_with_the_length():
    message = refusal("furniture", quotes(end=[4, 10]), TEXTS)
    assert message.startswith("furniture, row 2: end 10 lies outside the text of 'b', which has 9 characters")


def test_a_doc_id_without_text_is_refused():
    assert refusal("furniture", quotes(), {"a": TEXTS["a"]}) == "furniture, row 2: no post has the doc_id 'b'."


def test_tables_without_quotes_are_checked_for_positions_too():
    table = valid("scores", rows=2).assign(doc_id="a", start=0, end=[6, 7], code=["x", "y"])
    message = refusal("scores", table, {"a": "año 🎉!"})
    assert "scores, row 2: end 7 lies outside the text of 'a', which has 6 characters" in message


@pytest.mark.parametrize(
    "text",
    ["👍 hola", "👩‍👩‍👧 hola", "👍🏽👍🏽 hola", "corazo\u0301n e\u0301l hola", "𝒳 hola", "\u0301 hola"],
    ids=["emoji", "joined emoji", "skin tone", "decomposed", "astral letter", "lone accent"],
)
def test_positions_count_code_points(text):
    start = len(text) - 4  # Python strings are sequences of code points
    spans = {
        "code points": (start, start + 4),
        "utf-16": (len(text[:start].encode("utf-16-le")) // 2, len(text.encode("utf-16-le")) // 2),
        "utf-8": (len(text[:start].encode()), len(text.encode())),
    }
    for unit, (begin, end) in spans.items():
        table = quotes(doc_id=["a", "a"], start=[start, begin], end=[start + 4, end], quote=["hola", "hola"])
        if (begin, end) == spans["code points"]:
            check("furniture", table, {"a": text})
        else:
            assert "row 2" in refusal("furniture", table, {"a": text}), unit


@settings(max_examples=50, deadline=None)
@given(st.data(), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_every_slice_of_a_text_is_its_own_quote(data, text):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    row = {"doc_id": ["a"], "start": [start], "end": [end], "rule": ["r"], "kind": ["k"], "quote": [text[start:end]]}
    assert check("furniture", pd.DataFrame(row), {"a": text})["quote"].tolist() == [text[start:end]]
    wrong = pd.DataFrame(row).assign(quote=text[start:end] + "x")
    assert "row 1: the quote" in refusal("furniture", wrong, {"a": text})


def test_amounts_stay_whole_where_all_are():
    table = pd.DataFrame({"lang": "es", "term": ["a", "b"], "by": "all", "value": "all", "rank": [1, 2], "size": 10})
    table = table.assign(share=0.1, documents=1, document_share=1.0)
    assert check("frequencies", table.assign(n=[3.0, 1.0]))["n"].tolist() == [3, 1]
    assert check("frequencies", table.assign(n=[3.0, 1.0]))["n"].dtype == "int64"
    assert check("frequencies", table.assign(n=[2.5, 1.0]))["n"].tolist() == [2.5, 1.0]
