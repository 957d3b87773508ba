"""Which rules of furniture may fit which line: never fewer than do, and the same marks part by part of a corpus."""

import json
import re

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import example, given
from hypothesis import strategies as st

from toolkit.corpus import line_counts, load_posts, load_rules, mark_furniture, repeated_lines
from toolkit.corpus.furniture import rulebook
from toolkit.corpus.furniture.gates import Gates
from toolkit.corpus.furniture.literals import needed
from toolkit.corpus.furniture.shapes import composed, read_lines
from toolkit.resources import bundled_corpus

PAGES = ROOT / "tests" / "benchmarks" / "furniture_pages.jsonl"


@pytest.mark.parametrize(
    ("pattern", "sets"),
    [
        ("deja un comentarios?", [{"comentario"}, {"deja"}, {"un"}]),
        ("(?:hola|adiós) a todos", [{"todos"}, {"hola", "adiós"}, {"a"}]),
        ("(?:hola)? a (?:b|c+)", [{"a"}, {"b", "c"}]),
        (r"\d{1,2}/\d{4}", [{"0"}, {"/"}]),
        (r"[|·] .*", [{"|", "·"}]),
        (r"\(c\)x*", [{"(c)"}]),
        ("(?=.*nada)algo(?!fin)", [{"algo"}]),
        ("ab*c{0,3}d{2}", [{"d"}, {"a"}]),
        ("uno||dos", []),
        (r"(hola)\1", []),
        (r"\x41bc", []),
        ("(?i)hola", []),
        ("[^a]|b", []),
        (".*", []),
    ],
)
def test_what_a_pattern_needs(pattern, sets):
    assert sorted(map(sorted, needed(pattern))) == sorted(map(sorted, sets))


SIGNS = st.sampled_from(["a", "b", "É", "ñ", "1", ".", "©", " ", "|", "ſ", "İ"])
LIKE = st.sampled_from(["A", "é", "İ", "\u212a", "ﬁ", "\n", "😀", "Σ", "s", "k"])
TEXTS = st.lists(SIGNS | LIKE, max_size=12).map("".join)
OTHERS = [r"\d", r"\w", r"\s", r"\b", ".", "[ab]", "[^a]", "[|·]", "(?=a)", "(?!b)", "s", "k"]
TIMES = st.sampled_from(["?", "*", "+", "{0,2}", "{2}", "{1,}"])
PATTERNS = st.recursive(
    SIGNS.map(re.escape) | st.sampled_from(OTHERS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, TIMES).map(lambda two: f"(?:{two[0]}){two[1]}"),
        inner.map(lambda part: f"(?i:{part})"),
    ),
    max_leaves=8,
)


@given(PATTERNS, TEXTS)
@example("İ", "İ")
def test_no_line_is_closed_to_a_pattern_that_fits_it(pattern, text):
    line = composed(text)
    found = any(re.search(pattern, " ".join(form.split())) for form in (line, line.lower()))
    assert not found or Gates([needed(pattern)]).open([line])[0, 0]


def test_no_line_of_pages_is_closed_to_a_rule_that_fits_it():
    texts = [
        line for row in PAGES.read_text(encoding="utf-8").splitlines()[::4] for line, _ in json.loads(row)["lines"]
    ]
    lines = [line for text in dict.fromkeys(texts) for line in read_lines(text)]
    raws = [composed(text) for text in dict.fromkeys(texts) if text.strip()]
    patterns = [pattern for own in load_rules().book._lists[:3] for one in own for pattern in one.patterns]
    fitting = Gates(needed(pattern.pattern) for pattern in patterns).open(raws)
    for number, pattern in enumerate(patterns):
        for place, (line, raw) in enumerate(zip(lines, raws, strict=True)):
            if not fitting[number, place]:
                assert not pattern.search(line.key) and not pattern.search(raw.strip())


def test_the_gates_change_no_mark(monkeypatch):
    posts = load_posts(bundled_corpus())[::3]
    marked = mark_furniture(posts)
    monkeypatch.setattr(rulebook, "_WORTH_GATES", 10**9)
    everything_tried = load_rules()._with(load_rules().rules, frozenset())
    pd.testing.assert_frame_equal(mark_furniture(posts, everything_tried), marked)


def test_gates_of_nothing():
    assert Gates([]).open(["hola"]).shape == (0, 1)
    assert Gates([(), (frozenset(["hola"]),)]).open([]).shape == (2, 0)


# ---- part by part ----------------------------------------------------------------------------------------


def site_posts(count: int) -> pd.DataFrame:
    texts = [f"Hoy hablamos de la tienda {n} y de nada más.\n\nUn blog como los de antes" for n in range(count)]
    sites = ["a", "b", None]
    return pd.DataFrame(
        {
            "doc_id": [f"d{n:02}" for n in range(count)],
            "text": texts,
            "sha256": "",
            "site": [sites[n % 3] for n in range(count)],
        }
    )


@pytest.mark.parametrize("size", [1, 4, 30])
def test_lines_of_a_site_are_known_whatever_the_parts(size):
    posts = site_posts(12)
    parts = [posts[first : first + size] for first in range(0, len(posts), size)]
    repeated = repeated_lines(pd.concat([line_counts(part) for part in parts]))
    assert sorted(repeated["site"]) == ["a", "b"]
    marked = pd.concat([mark_furniture(part, repeated=repeated) for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(marked, mark_furniture(posts))
    assert (marked["rule"] == "repeated_line").sum() == 8


def test_posts_without_a_site_have_no_counts():
    posts = site_posts(3).drop(columns="site")
    assert line_counts(posts).empty
    assert repeated_lines(line_counts(posts)).empty
