"""The exercises of notebook 02_words_in_context, on a small corpus."""

import pandas as pd
import pytest

from toolkit.lessons import check
from toolkit.lessons.check import messages
from toolkit.lessons.words_in_context import CHECKS, per_million, share_of_one_post, word_of_one_post
from toolkit.statistics import TokenIndex


def _tokens() -> pd.DataFrame:
    """Spanish: 200 words (half of them small ones), 40 commas, 6 of the lemma cliente in two forms; Italian: 100."""
    rows = []
    for number in range(240):
        text, lemma, stop = (
            (",", ",", True) if number >= 200 else ("de", "de", True) if number % 2 else ("a", "a", False)
        )
        rows.append((("es/1", "es/2", "es/3")[number % 3], text, lemma, stop, "es"))
    for number, text in (
        (0, "cliente"),
        (1, "Cliente"),
        (2, "clientes"),
        (6, "clientes"),
        (12, "clientes"),
        (18, "cliente"),
    ):
        rows[number] = (rows[number][0], text, "cliente", False, "es")
    rows += [("it/1", "cliente", "cliente", False, "it")] * 3 + [("it/1", "a", "a", False, "it")] * 97
    table = pd.DataFrame(rows, columns=["doc_id", "text", "lemma", "is_stop", "lang"])
    table = table.sort_values("doc_id", kind="stable").reset_index(drop=True)
    table["start"] = 10 * table.groupby("doc_id").cumcount()
    table["end"] = table["start"] + table["text"].str.len()
    table["passage_id"], table["pos"] = table["doc_id"] + ":s0-9", None
    return table


TOKENS = _tokens()
INDEX = TokenIndex(TOKENS)

KEYNESS = pd.DataFrame(
    [
        ("peso", 3.7, 0.001, 14, 7, True),
        ("tilín", 4.2, 0.03, 5, 1, False),
        ("muchacho", 4.5, 0.03, 6, 3, False),
        ("maestro", 3.2, 0.2, 5, 1, False),
        ("euro", -4.9, 0.0003, 0, 0, True),
    ],
    columns=["term", "log_ratio", "q_value", "n_target", "documents_target", "key"],
)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (30_000, "right"),
        (30_000.4, "right"),
        (6, "count"),
        (0.03, "share"),
        (3.0, "percent"),
        (30.0, "per_thousand"),
        (6 / 240 * 1e6, "signs"),
        (6 / 300 * 1e6, "all_words"),
        (6 / 340 * 1e6, "all_words"),
        (9 / 300 * 1e6 + 0.5, "right"),
        (9 / 340 * 1e6, "both_languages"),
        (9 / 200 * 1e6, "both_over_one"),
        (3 / 200 * 1e6, "form"),
        (29_000, "higher"),
        (31_000, "lower"),
        (-1, "higher"),
    ],
)
def test_a_frequency_by_hand(answer, message):
    assert per_million(answer, index=INDEX, tokens=TOKENS).message == message


def test_small_words_count():
    content = int(((TOKENS["lang"] == "es") & ~TOKENS["is_stop"]).sum())
    assert per_million(6 / content * 1e6, index=INDEX, tokens=TOKENS).message == "content"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("tilín", "right"),
        (" Tilín ", "right"),
        ("peso", "is_key"),
        ("muchacho", "more_posts"),
        ("maestro", "not_significant"),
        ("euro", "other_side"),
        ("tilin", "not_there"),
        ("", "not_there"),
    ],
)
def test_a_key_word_of_one_post(answer, message):
    assert word_of_one_post(answer, keyness=KEYNESS).message == message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (4 / 6, "right"),
        (0.67, "right"),
        (4, "count"),
        (66.7, "percent"),
        (1 / 3, "every_post_alike"),
        (3, "posts"),
        (17, "no_share"),
        (0.5, "higher"),
        (0.9, "lower"),
    ],
)
def test_the_share_of_one_post(answer, message):
    assert share_of_one_post(answer, index=INDEX, term="cliente").message == message


def test_the_share_of_all_other_posts_is_told_apart():
    table = TOKENS[~((TOKENS["doc_id"] == "es/3") & (TOKENS["lemma"] == "cliente"))]
    assert share_of_one_post(1 / 5, index=TokenIndex(table), term="cliente").message == "others"


@pytest.mark.parametrize("wrong", [None, float("nan"), pd.DataFrame({"a": [1, 2]}), True, ["a"]])
def test_answers_of_another_kind_are_told_what_is_asked_for(wrong):
    given = {
        "02.1": {"index": INDEX, "tokens": TOKENS},
        "02.2": {"keyness": KEYNESS},
        "02.3": {"index": INDEX, "term": "cliente"},
    }
    for exercise, tables in given.items():
        for lang in ("en", "es", "it"):
            assert check(exercise, wrong, lang=lang, **tables).right is False


def test_a_number_in_quotation_marks_is_no_number():
    assert "number" in str(check("02.1", "30000", index=INDEX, tokens=TOKENS))


def test_every_message_is_written_and_can_be_said():
    assert list(messages("02")) == list(CHECKS)
    for lang in ("en", "es", "it"):
        assert check("02.2", "tilín", keyness=KEYNESS, lang=lang).right
