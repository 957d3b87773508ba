"""The exercises of notebook 02_words_in_context, on a small corpus."""

import pandas as pd
from judged import Judged

from toolkit.lessons.words_in_context import per_million, share_of_one_post
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
        ("untested", 5.1, float("nan"), 2, 1, False),
    ],
    columns=["term", "log_ratio", "q_value", "n_target", "documents_target", "key"],
)


def test_small_words_count():
    content = int(((TOKENS["lang"] == "es") & ~TOKENS["is_stop"]).sum())
    assert per_million(6 / content * 1e6, index=INDEX, tokens=TOKENS).message == "content"


def test_the_share_of_all_other_posts_is_told_apart():
    table = TOKENS[~((TOKENS["doc_id"] == "es/3") & (TOKENS["lemma"] == "cliente"))]
    assert share_of_one_post(1 / 5, index=TokenIndex(table), term="cliente").message == "others"


GIVES = {
    "02.1": {"index": INDEX, "tokens": TOKENS},
    "02.2": {"keyness": KEYNESS},
    "02.3": {"index": INDEX, "term": "cliente"},
}
CASES = [
    ("02.1", 30_000, "right"),
    ("02.1", 30_000.4, "right"),
    ("02.1", 6, "count"),
    ("02.1", 0.03, "share"),
    ("02.1", 3.0, "percent"),
    ("02.1", 30.0, "per_thousand"),
    ("02.1", 6 / 240 * 1e6, "signs"),
    ("02.1", 6 / 300 * 1e6, "all_words"),
    ("02.1", 6 / 340 * 1e6, "all_words"),
    ("02.1", 9 / 300 * 1e6 + 0.5, "right"),
    ("02.1", 9 / 340 * 1e6, "both_languages"),
    ("02.1", 9 / 200 * 1e6, "both_over_one"),
    ("02.1", 3 / 200 * 1e6, "form"),
    ("02.1", 29_000, "higher"),
    ("02.1", 31_000, "lower"),
    ("02.1", -1, "higher"),
    ("02.2", "tilín", "right"),
    ("02.2", " Tilín ", "right"),
    ("02.2", "peso", "is_key"),
    ("02.2", "muchacho", "more_posts"),
    ("02.2", "maestro", "not_significant"),
    ("02.2", "untested", "not_significant"),
    ("02.2", "euro", "other_side"),
    ("02.2", "tilin", "not_there"),
    ("02.2", "", "not_there"),
    ("02.3", 4 / 6, "right"),
    ("02.3", 0.67, "right"),
    ("02.3", 4, "count"),
    ("02.3", 66.7, "percent"),
    ("02.3", 1 / 3, "every_post_alike"),
    ("02.3", 3, "posts"),
    ("02.3", 17, "no_share"),
    ("02.3", 0.5, "higher"),
    ("02.3", 0.9, "lower"),
    ("02.1", "30000", "no_number", "number"),
]


class TestJudged(Judged):
    LESSON = "02"
    CASES = CASES
    GIVES = GIVES
    ALSO = frozenset({("02.1", "content"), ("02.3", "others")})
