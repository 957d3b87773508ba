"""The exercises of notebook 08: right answers, the usual mistakes, and answers that are none."""

import pandas as pd
import pytest
from judged import Judged

from toolkit.lessons import check
from toolkit.lessons.check import LANGUAGES

POSTS = pd.DataFrame(
    {
        "doc_id": ["a", "blog/1", "web/b", "c"],
        "source": ["a.txt", "blog.xml", "web/b.html", "c.md"],
        "date": [None, None, None, "2011-06-11"],
    }
)
SKIPPED = pd.DataFrame(
    [("blog.xml", "holds a draft", False), ("web/b.html", "encoding guessed", True), ("d.jpg", "not read", False),
     ("e.txt", "is empty", False)],
    columns=["source", "reason", "read"],
)  # fmt: skip
COLLISIONS = pd.DataFrame(
    [("c", "date", "11 de junio de 2011", "table", "10 de junio de 2011", "file"),
     ("c", "date", "11 de junio de 2011", "table", "2011-06-09", "file name"),
     ("c", "author", "Ana", "table", "Eva", "file")],
    columns=["doc_id", "field", "kept", "kept_from", "other", "other_from"],
)  # fmt: skip
KNOWN = pd.DataFrame({"doc_id": ["es/1", "es/2", "it/1", "it/2"], "lang": ["es", "es", "it", "it"]})
GUESSED = KNOWN.assign(lang=["es", "en", "it", "es"])

GIVES = {
    "08.1": {"posts": POSTS, "skipped": SKIPPED},
    "08.2": {"posts": POSTS, "collisions": COLLISIONS, "doc_id": "c"},
    "08.3": {"known": KNOWN, "guessed": GUESSED},
}
CASES = [
    ("08.1", ["d.jpg", "e.txt"], "right"),
    ("08.1", ("e.txt", "d.jpg"), "right"),
    ("08.1", [], "nothing"),
    ("08.1", ["d.jpg", "z.doc"], "unknown"),
    ("08.1", ["d.jpg", "e.txt", "web/b.html"], "doubtful"),
    ("08.1", ["d.jpg", "e.txt", "blog.xml"], "partly"),
    ("08.1", ["d.jpg", "a.txt"], "there"),
    ("08.1", ["d.jpg"], "missing"),
    ("08.2", "2011-06-11", "right"),
    ("08.2", "11/6/2011", "form"),
    ("08.2", "2011-06-10", "file"),
    ("08.2", "2011-06-09", "name"),
    ("08.2", "2011-06-01", "nowhere"),
    ("08.2", "the last one", "no_date"),
    ("08.3", ["it/2", "es/2"], "right"),
    ("08.3", pd.Series(["it/2", "es/2"]), "right"),
    ("08.3", ["eslogan"], "unknown"),
    ("08.3", ["es/1", "it/1"], "turned"),
    ("08.3", ["es/2", "it/2", "it/1"], "right_ones"),
    ("08.3", ["es/2"], "missing"),
    ("08.3", [], "missing"),
]


def test_a_long_list_of_names_is_cut():
    verdict = check("08.1", [f"{'x' * 90}{number}" for number in range(40)], **GIVES["08.1"])
    assert len(verdict.text) < 400


class TestJudged(Judged):
    LESSON = "08"
    CASES = CASES
    GIVES = GIVES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_missing_file_is_not_named(lang):
    assert "e.txt" not in check("08.1", ["d.jpg"], lang=lang, **GIVES["08.1"]).text
