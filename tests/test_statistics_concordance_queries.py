"""How a concordance reads what is asked: signs and wildcards, words that tokenisers cut, what is said of nothing."""

import hashlib
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.statistics.counting.token_index import TokenIndex
from toolkit.statistics.kwic import concordance
from toolkit.statistics.kwic.contexts import reader_of
from toolkit.statistics.kwic.query import find_places
from toolkit.tables import check

#: As the bundled tokenisers cut: "l'" from what follows, "#" from its word, the slash from its neighbours; not "@memo".
TOKEN = re.compile(r"@?\w+['’]|@?\w+(?:-\w+)*|\.{3}|[^\w\s]")


def corpus(*texts, lang="es", token=TOKEN, **metadata):
    posts = pd.DataFrame(
        {
            "doc_id": [f"d{number}" for number in range(len(texts))],
            "lang": lang,
            "text": texts,
            "sha256": [hashlib.sha256(text.encode()).hexdigest() for text in texts],
            **metadata,
        }
    )
    rows = [
        (doc_id, f"{doc_id}:{line.start()}", line.start() + found.start(), line.start() + found.end(), found[0])
        for doc_id, text in zip(posts["doc_id"], texts, strict=True)
        for line in re.finditer(r"[^\n]+", text)
        for found in token.finditer(line[0])
    ]
    tokens = pd.DataFrame(rows, columns=["doc_id", "passage_id", "start", "end", "text"])
    lemma = [form.lower().removesuffix("s") for form in tokens["text"]]
    return TokenIndex(tokens.assign(lemma=lemma, pos=None, is_stop=False, lang=lang), posts)


def nodes(found):
    return [row["node"] for row in found.rows()]


TEXT = (
    "¿Por qué? ¿Qué? por que no #pymes y #MKT, @memo: clientes/amigos, L'azienda dell’azienda (sí)... 50 % "
    "de 50 casos; a|b * co-creación"
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("¿por qué?", ["¿Por qué?"]),
        ("¿qué?", ["¿Qué?"]),
        ("¿*?", ["¿Qué?"]),
        ("¿* qué ?", ["¿Por qué?"]),
        ("qu?", ["qué", "Qué", "que"]),
        (r"qué\?", ["qué?", "Qué?"]),
        ("#*", ["#pymes", "#MKT"]),
        ("#mkt", ["#MKT"]),
        ("#*|@*", ["#pymes", "#MKT", "@memo"]),
        ("cliente?/*", ["clientes/amigos"]),
        ("*/amig*", ["clientes/amigos"]),
        ("l'*", ["L'azienda"]),
        ("*’azienda", ["L'azienda", "dell’azienda"]),
        ("l'azienda|l'", ["L'azienda"]),  # one line where it begins, not two
        ("(s*)", ["(sí)"]),
        ("*)...", ["sí)..."]),
        ("50 *", ["50 casos"]),  # the sign % is no word
        ("co-*", ["co-creación"]),
        (r"a\|b", ["a|b"]),
        (r"\*", ["*"]),
        ("azienda dell'azienda (sí)", ["azienda dell’azienda (sí)"]),
    ],
)
def test_what_is_written_as_in_the_text_is_found(query, expected):
    assert nodes(concordance(corpus(TEXT), query)) == expected


def test_what_is_found_is_named_as_it_stands_there():
    index = corpus("l'azienda, l’azienda, l' azienda #x # x")
    for query, names in (("l'azienda", ["l'azienda", "l'azienda"]), ("l' azienda", ["l'azienda"] * 2 + ["l' azienda"])):
        assert concordance(index, query).table["found_by"].tolist() == names
    assert concordance(index, "# x").frequencies("found_by")["term"].tolist() == ["# x", "#x"]


SIGNS = st.lists(st.sampled_from(["a", "b", "a'", "#", "/", " ", "b", "?"]), min_size=1, max_size=9).map("".join)


@settings(max_examples=60, deadline=None)
@given(SIGNS, st.integers(0, 8), st.integers(1, 5))
def test_any_run_of_tokens_asked_for_as_it_is_written_is_found(text, begin, length):
    index = corpus(f"a {text} b")
    tokens = slice(begin % len(index), begin % len(index) + length)
    start, end = int(index.start[tokens][0]), int(index.end[tokens][-1])
    query = re.sub(r"([*?|\\])", r"\\\1", f"a {text} b"[start:end])
    assert start in concordance(index, query).table["start"].tolist()


@pytest.mark.parametrize("query", ["* * *", "a *", "* a|b", "*"])
def test_wildcards_over_words_are_all_their_places(query):
    words = np.random.default_rng(1).choice(["a", "b", "c"], 60)
    index = corpus(" ".join(words))
    size = len(query.split())
    fits = [{"*": "abc", "a": "a", "a|b": "ab"}[word] for word in query.split()]
    expected = [n for n in range(61 - size) if all(words[n + k] in fits[k] for k in range(size))]
    first, last = find_places(reader_of(index), query, "form", False, True)
    assert first.tolist() == expected
    assert set(last - first) == {size}
    found = concordance(index, query)
    assert found.table["found_by"].tolist() == [" ".join(words[n : n + size]) for n in expected]
    assert found.frequencies("found_by")["n"].sum() == len(expected)


@pytest.mark.parametrize(
    ("query", "options", "keys"),
    [
        ("qué?", {}, ["question"]),
        (r"nada\?", {}, []),
        ("¿nada?", {}, []),
        ("nada", {"match": "lemma"}, []),
        ("casas", {"match": "lemma"}, ["lemma"]),
        ("casas?", {"match": "lemma"}, ["question"]),
        ("casa", {"match": "lemma", "where": {"country": "IT"}}, ["part"]),  # a lemma, but of the other country
    ],
)
def test_nothing_found_is_explained_by_what_is_true(query, options, keys):
    found = concordance(corpus("¿Por qué? Casas", "otra", country=["ES", "IT"]), query, **options)
    assert len(found) == 0
    assert [note.key for note in found.notes] == keys


def test_a_note_can_be_said_in_other_words():
    drawn = concordance(corpus("red " * 30), "red").having("red", side="left").sample(5)
    assert [(note.key, dict(note.values)) for note in drawn.notes] == [
        ("near", {"n": 29, "lines": 30, "unit": "form", "word": "red", "within": 5, "side": "left"}),
        ("sample", {"n": 5, "lines": 29, "seed": 1}),
    ]
    assert drawn.notes[0] == "29 of 30 lines: form 'red' within 5 words to the left"


# ---- words near the node -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"word": ","}, [0, 2]),
        ({"word": ",", "side": "right", "within": 1}, [0]),
        ({"word": "l'azienda"}, [1]),
        ({"word": "l'azienda|che"}, [0, 1]),
        ({"word": "l’azienda", "side": "right"}, []),
        ({"word": "che va"}, [0]),
        ({"word": "che va", "within": 1}, []),  # its second word is farther
        ({"word": "tre red"}, []),  # the node itself is not beside itself
        ({"word": "#*", "side": "left"}, [2]),
        ({"word": "¿red?"}, []),
        ({"word": r"\?"}, [1]),
    ],
)
def test_lines_with_a_phrase_or_sign_near_the_node(options, kept):
    index = corpus("la red, che va lontano", "l'azienda e la red?", "#x, uno due tre red")
    found = concordance(index, "red")
    assert found.having(**options).order.tolist() == kept


def test_having_agrees_with_reading_the_lines():
    words = np.random.default_rng(3).choice(["red", "a", "b", "c", ","], 300)
    index = corpus(" ".join(words))
    found = concordance(index, "red", context=3)
    for word in ("a", ",", "a b"):
        for side in ("left", "right"):
            # a sign between the last word and what is no longer near stands in no context
            expected = [f" {word} " in f" {row[side].strip()} " for row in found.rows()]
            near = np.isin(found.order, found.having(word, within=3, side=side).order)
            assert near.tolist() == expected


# ---- counting, sorting -----------------------------------------------------------------------------------------


def test_nodes_that_differ_by_apostrophe_accent_or_case_are_one():
    found = concordance(corpus("l'azienda L’azienda l’AZIENDA"), "l'azienda")
    assert found.frequencies("node").to_dict("list") == {
        "term": ["l'azienda"], "n": [3], "documents": [1], "share": [1.0]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "ascending"),
    [
        ([10, 9, None, 100], ["d2", "d1", "d0", "d3"]),
        (["Vocabulario", "«apuntes»", "Ágora", "12"], ["d3", "d2", "d1", "d0"]),
        (["b", 10, 9.5, None], ["d3", "d2", "d1", "d0"]),
        (pd.to_datetime(["2012-01-01", None, "2006-05-01", "2006-04-30"]), ["d1", "d3", "d2", "d0"]),
    ],
)
def test_metadata_sort_by_their_kind_missing_ones_first(values, ascending):
    values = pd.Series(values, dtype=object) if isinstance(values, list) else values
    found = concordance(corpus("red", "red", "red", "red", size=values), "red", sort="size")
    assert found.sorted_by == ("size",)
    assert [row["doc_id"] for row in found.rows()] == ascending
    assert [row["doc_id"] for row in found.sort("-size").rows()] == ascending[::-1]


def test_the_order_of_the_lines_is_told(tmp_path):
    found = concordance(corpus("la red", "una red"), "red").sort("-L1", "doc_id")
    found.save(tmp_path / "lines.txt")
    assert (tmp_path / "lines.txt").read_text(encoding="utf-8").splitlines()[1] == "sorted by -L1, doc_id"
    assert "sorted by -L1, doc_id" in str(found)


def test_a_page_is_saved_in_the_language_asked_for(tmp_path):
    found = concordance(corpus("la red"), "red")
    found.save(tmp_path / "es.html", lang="es")
    assert "<title>Concordancia: red</title>" in (tmp_path / "es.html").read_text(encoding="utf-8")


# ---- cues, codes, patterns -------------------------------------------------------------------------------------


def test_cues_need_languages_and_say_where_they_have_none():
    index = corpus("escuchar a los clientes")
    tokens = pd.DataFrame(
        {"doc_id": "d0", "passage_id": "p", "start": [0], "end": [8], "text": ["escuchar"], "lemma": ["escuchar"]}
    ).assign(pos=None, is_stop=False)
    with pytest.raises(InputError, match="no column 'lang'"):
        concordance(tokens, "listening", match="cue", codebook="cluetrain", posts=index.posts)
    cue = next(cue.cue for cue in load_codebook("cluetrain").cues if cue.code == "listening" and cue.lang == "it")
    found = concordance(index, f"listening: {cue}", match="cue", codebook="cluetrain")
    assert (len(found), found.notes) == (0, (f"'listening: {cue}' has no cues in es",))


def test_annotations_without_rows_are_said_to_be_none():
    names = ("doc_id", "start", "end", "quote", "codebook", "code", "coder", "kind")
    coded = check("annotations", pd.DataFrame({name: [] for name in names}))
    with pytest.raises(InputError, match="there are no annotations to look for 'x' in"):
        concordance(corpus("red"), "x", match="code", annotations=coded)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\w{3,15}\s\w{3,15}\s\w{3,15}\s\w{3,15}", ["uno dos tres cuatro"]),
        (r"\w{1,9999} \w{1,9999}", ["uno dos", "tres cuatro"]),
        (r"[{9999}(]{1,9999}|u", ["u", "u"]),
    ],
)
def test_repetitions_in_a_row_do_not_multiply(pattern, expected):
    assert nodes(concordance(corpus("uno dos tres cuatro"), pattern, match="regex")) == expected
