"""Near duplicates across posts, and where two texts differ."""

import contextlib
import io
import os
import random
import re
import subprocess
import sys
from itertools import pairwise

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.corpus.copies.differences import duplicate_differences, show_differences
from toolkit.corpus.copies.duplicates import duplicates_of, find_duplicates
from toolkit.corpus.copies.shingles import shingle_sets
from toolkit.corpus.copies.signatures import duplicate_signatures, post_shingles, shingles_of
from toolkit.errors import InputError

CORPUS = ROOT / "corpora" / "conversaciones"
WORDS = [
    "mañana",
    "tienda",
    "señor",
    "escucha",
    "pregunta",
    "foro",
    "respuesta",
    "cliente",
    "queja",
    "blog",
    "precio",
    "calle",
    "fábrica",
    "mercado",
    "página",
    "gente",
    "conversación",
    "anuncio",
    "marca",
    "escalera",
    "correo",
    "portal",
    "verdad",
    "reunión",
    "jefa",
    "taller",
    "perché",
    "città",
    "risposta",
    "negozio",
]


def text_of(words: int, seed: int) -> str:
    draw = random.Random(seed)
    return " ".join(f"{draw.choice(WORDS)}{draw.randrange(60)}" for _ in range(words))


def table(texts: dict[str, str], **columns: list) -> pd.DataFrame:
    return pd.DataFrame({"doc_id": list(texts), "text": list(texts.values()), "sha256": "0", **columns})


def clusters(found: pd.DataFrame) -> dict[str, list[str]]:
    return found.groupby("cluster")["doc_id"].apply(list).to_dict()


LONG, OTHER = text_of(400, 1), text_of(400, 2)


def changed(text: str, share: float, seed: int = 0) -> str:
    draw = random.Random(seed)
    return " ".join(word for word in text.split(" ") if draw.random() >= share)


# ---- clusters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("the same", LONG),
        ("capitals and signs", LONG.upper().replace(" ", ", ")),
        (
            "comment form",
            LONG + "\n\nDeja una respuesta\nTu dirección de correo no será publicada\nNombre\nCorreo\nWeb",
        ),
        ("a twentieth of the words dropped", changed(LONG, 0.05)),
        ("cut off", LONG[: len(LONG) * 4 // 5]),
        ("a fifth from the middle", LONG[len(LONG) * 2 // 5 : len(LONG) * 3 // 5]),
        ("a short excerpt in a page of others", f"{text_of(900, 7)} {LONG[:900]} {text_of(900, 8)}"),
        ("a shorter excerpt in a longer page", f"{text_of(9000, 7)} {LONG[:150]} {text_of(9000, 8)}"),
        ("accents apart", LONG.replace("ñ", "ñ").replace("ó", "ó").replace("é", "é")),
    ],
)
def test_a_copy_is_found_among_other_posts(name, copy):
    excerpts = {"a short excerpt in a page of others": 900, "a shorter excerpt in a longer page": 150}
    texts = {"a": LONG[: excerpts.get(name)], "b": copy}
    texts |= {f"o{n}": text_of(300, 100 + n) for n in range(30)}
    assert clusters(find_duplicates(table(texts))) == {"a": ["a", "b"]}, name


def test_posts_without_copies_give_an_empty_table_with_all_columns():
    for texts in ({}, {"a": LONG}, {"a": LONG, "b": OTHER}, {"a": "", "b": "", "c": "¡!"}):
        found = find_duplicates(table(texts))
        assert list(found) == ["cluster", "doc_id", "nearest", "jaccard", "containment", "first"]
        assert found.empty


def test_the_measures_are_those_of_sets_of_word_trigrams():
    a, b = text_of(40, 3), text_of(40, 3) + " " + text_of(20, 4)
    trigrams = [set(zip(w, w[1:], w[2:], strict=False)) for w in (a.split(), b.split())]
    common = len(trigrams[0] & trigrams[1])
    found = find_duplicates(table({"a": a, "b": b})).iloc[0]
    assert found["jaccard"] == pytest.approx(common / len(trigrams[0] | trigrams[1]))
    assert found["containment"] == pytest.approx(common / min(map(len, trigrams)))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Feliz Navidad a todos", "FELIZ NAVIDAD, a todos.", True),
        ("Feliz Navidad a todos", "A todos Feliz Navidad", False),
        ("Feliz Navidad a todos los clientes", "Feliz Navidad a todos los clientes hoy", False),
        ("Hola", "Hola", True),
    ],
)
def test_posts_of_few_words_count_only_when_the_same(a, b, same):
    assert find_duplicates(table({"a": a, "b": b})).empty is not same


def test_one_sentence_quoted_makes_no_duplicate():
    sentence = text_of(20, 5)
    note = f"{sentence} {text_of(9, 6)}"
    assert find_duplicates(table({"note": note, "page": f"{text_of(200, 7)} {sentence} {text_of(200, 8)}"})).empty


def test_a_chain_is_one_cluster_and_each_post_names_its_nearest():
    texts = {"c": LONG, "b": f"{LONG} {OTHER}", "a": OTHER, "d": f"{LONG} fin"}
    found = find_duplicates(table(texts)).set_index("doc_id")
    assert set(found["cluster"]) == {"a"}
    assert found["nearest"].to_dict() == {"a": "b", "b": "a", "c": "d", "d": "c"}


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["2010-05-01", "2009-01-31", None], "b"),
        ([None, None, None], "b"),
        (["12 de marzo", "2012", "2012-01-01"], "b"),
    ],
)
def test_the_first_is_the_earliest_dated_then_the_whole_one_with_the_least_around_it(dates, first):
    texts = {"a": LONG + "\n\nDeja un comentario", "b": LONG, "c": LONG[: len(LONG) * 2 // 3]}
    found = find_duplicates(table(texts, date=dates))
    assert found[found["first"]]["doc_id"].tolist() == [first]


def test_of_equal_posts_the_smallest_id_is_first():
    found = find_duplicates(table({"z": LONG, "m": LONG, "b": LONG}))
    assert found[found["first"]]["doc_id"].tolist() == ["b"]
    assert found["nearest"].tolist() == ["m", "b", "b"]
    assert (found[["jaccard", "containment"]] == 1).all(axis=None)


def test_furniture_is_not_compared():
    form = text_of(120, 9)
    texts = {"a": f"{text_of(60, 10)}\n{form}", "b": f"{text_of(60, 11)}\n{form}"}
    spans = [(doc_id, text.index(form), len(text), "form", "comment_form", form) for doc_id, text in texts.items()]
    furniture = pd.DataFrame(spans, columns=["doc_id", "start", "end", "rule", "kind", "quote"])
    assert len(find_duplicates(table(texts))) == 2
    assert find_duplicates(table(texts), furniture=furniture).empty


def test_a_text_copied_to_hundreds_of_sites_is_one_cluster():
    texts = {f"site{n:03}": f"{changed(LONG, 0.03, n)} {text_of(10, 1000 + n)}" for n in range(200)}
    found = find_duplicates(table(texts | {"other": OTHER}))
    assert clusters(found) == {"site000": sorted(texts)}
    same = {f"site{n:03}": f"{LONG} {text_of(6, 1000 + n)}" for n in range(200)}
    assert clusters(find_duplicates(table(same | {"other": OTHER}))) == {"site000": sorted(same)}


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_posts_does_not_matter(draw):
    texts = {f"p{n}": changed(text_of(60, n % 7), 0.05, n) for n in range(20)} | {
        "q": "Hola a todos",
        "r": "hola a todos",
    }
    posts = table(texts, date=[f"20{n % 10 + 10}" for n in range(22)])
    mixed = posts.sample(frac=1, random_state=draw.randrange(2**31)).reset_index(drop=True)
    pd.testing.assert_frame_equal(find_duplicates(posts), find_duplicates(mixed))


def test_the_result_does_not_depend_on_pythons_hash_seed():
    code = (
        "import pandas as pd; from toolkit.corpus.copies.duplicates import find_duplicates; "
        "t = ['uno dos tres cuatro cinco seis siete ocho nueve diez once ' * 2 + str(n % 3) for n in range(9)]; "
        "print(find_duplicates(pd.DataFrame({'doc_id': list('ihgfedcba'), 'text': t, 'sha256': '0'})).to_csv())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "12"}
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(code)
    assert found.stdout == here.getvalue()


def copies_of_all_kinds(count: int = 60) -> pd.DataFrame:
    draw = random.Random(8)
    texts = [text_of(draw.choice([5, 30, 70, 200]), seed) for seed in range(count)]
    for number in range(0, count, 4):
        whole = texts[number]
        texts += [whole, changed(whole, 0.1, number), whole[: len(whole) // 3] + text_of(40, 900 + number)]
    ids = [f"d{number:03}" for number in draw.sample(range(len(texts)), len(texts))]
    return table(dict(zip(ids, texts, strict=True)), date=[draw.choice(["2009", "2010-05-01", None]) for _ in ids])


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_parts_have_the_duplicates_of_the_whole(size, tmp_path):
    posts = copies_of_all_kinds()
    furniture = pd.DataFrame({"doc_id": posts["doc_id"][::5], "start": 0, "end": 9})
    whole = find_duplicates(posts, furniture=furniture)
    assert len(whole) > 40
    parts = [posts[first : first + size] for first in range(0, len(posts), size)]
    for number, part in enumerate(parts):
        duplicate_signatures(part, furniture=furniture).to_parquet(tmp_path / f"{number}.parquet")
    signatures = pd.concat(map(pd.read_parquet, sorted(tmp_path.iterdir())))
    asked = []

    def look(doc_ids: list[str]) -> pd.DataFrame:
        asked.extend(doc_ids)
        return post_shingles(posts[posts["doc_id"].isin(doc_ids)], furniture=furniture)

    pd.testing.assert_frame_equal(duplicates_of(signatures, look), whole)
    assert asked
    # where all posts are at hand
    pd.testing.assert_frame_equal(duplicates_of(signatures, shingles_of(posts, furniture)), whole)


def test_signatures_are_small_and_say_when_they_are_none():
    posts = table({"a": text_of(330, 3), "b": "Hola."})
    signatures = duplicate_signatures(posts)
    assert signatures["packed"].map(len).tolist()[1] == 0
    assert signatures["packed"].map(len).max() < 1000
    with pytest.raises(InputError, match="'prose' is missing"):
        duplicates_of(signatures.drop(columns="prose"), post_shingles)
    with pytest.raises(InputError, match="'a' stands there a second time"):
        duplicates_of(pd.concat([signatures, signatures]), post_shingles)


def test_nothing_has_no_signatures():
    nothing = table({"a": "x"})[:0]
    assert duplicates_of(duplicate_signatures(nothing), post_shingles).empty
    assert post_shingles(nothing).empty


@pytest.mark.parametrize("options", [{"threshold": 0.1}, {"threshold": 1.5}, {"contained": 0}, {"contained": 2}])
def test_numbers_out_of_range_are_refused(options):
    with pytest.raises(InputError, match=rf"{next(iter(options))}: got .*, expected a number from 0\.\d to 1\."):
        find_duplicates(table({"a": LONG}), **options)


def bundled(folder: str) -> dict[str, str]:
    paths = sorted((CORPUS / folder).rglob("*.md"))
    raw = {str(path.relative_to(CORPUS / folder))[:-3]: path.read_text(encoding="utf-8") for path in paths}
    return {doc_id: text[4:].partition("\n---\n")[2] for doc_id, text in raw.items()}


def test_all_bundled_copies_are_found_and_nothing_else():
    gold = pd.read_csv(CORPUS / "annotations" / "duplicates.csv")
    found = find_duplicates(table({**bundled("texts"), **bundled("copies")}))
    pairs = {frozenset(pair) for pair in zip(found["doc_id"], found["nearest"], strict=True)}
    assert pairs == {frozenset(pair) for pair in zip(gold["doc_id"], gold["copy_of"], strict=True)}


# ---- shingles --------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*WORDS, "É", "l'ora", "Ñandú_2", "𝒳x", "🙂", "—"]), max_size=40), max_size=6))
@example([["a"] * 40, []])
def test_shingles_are_the_different_word_trigrams(texts):
    flat, sizes, same = shingle_sets([" ".join(text) for text in texts])
    assert len(flat) == sizes.sum()
    for number, text in enumerate(texts):
        words = re.findall(r"\w+", " ".join(text).lower())
        expected = len(set(zip(words, words[1:], words[2:], strict=False))) if len(words) >= 10 else 0
        assert sizes[number] == (expected if same[number] == number else 0)


@pytest.mark.parametrize(
    ("one", "two", "equal"),
    [
        ("señor", "SEÑOR", True),
        ("e\u0301l", "él", True),
        ("hoy🙂ya", "hoy ya", True),
        ("𐐀ab", "𐐨AB", True),
        ("hoy\ud800ya", "hoy ya", True),
        ("𝒳", "𝒴", False),
        ("conversación", "conversacion", False),
        ("abcd", "abc", False),
        ("abcdabcd", "abcd", False),
        ("a" * 500_000 + "b", "a" * 500_000 + "c", False),
        ("a" * 64, "a" * 65, False),
    ],
)
def test_words_are_equal_but_for_capitals_and_signs_between(one, two, equal):
    text = text_of(20, 1)
    _, _, same = shingle_sets([f"{text} {one} {text}", f"{text} {two} {text}", one, two])
    assert same.tolist() == ([0, 0, 2, 2] if equal else [0, 1, 2, 3])


# ---- differences -----------------------------------------------------------------------------------------


def rows(a: str, b: str) -> list[tuple]:
    return list(duplicate_differences(a, b)[["kind", "text_a", "text_b"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("", "", []),
        ("Hola.", "Hola.", []),
        ("Hola  a\ntodos.", "Hola a todos.", []),
        ("", "Hola.", [("only_b", "", "Hola.")]),
        ("¿Qué tal?", "", [("only_a", "¿Qué tal?", "")]),
        ("Hoy abre la tienda.", "Hoy cierra la tienda.", [("changed", "abre", "cierra")]),
        ("Uno dos tres.", "Uno tres.", [("only_a", "dos", "")]),
        ("perche' no", "perché no", [("changed", "perche'", "perché")]),
    ],
)
def test_differences(a, b, expected):
    assert rows(a, b) == expected


_texts = st.lists(st.sampled_from(["la", "tienda", "el", "señor", ".", "¿", " ", "\n", "🙂", "no"]), max_size=40).map(
    " ".join
)


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


def common_parts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    parts, position = [], 0
    for start, end in spans:
        parts += tokens(text[position:start])
        position = end
    return parts + tokens(text[position:])


@settings(max_examples=50, deadline=None)
@given(_texts, _texts)
def test_the_rest_is_equal_and_slices_are_the_quotes(a, b):
    found = duplicate_differences(a, b)
    spans_a = list(zip(found["start_a"], found["end_a"], strict=True))
    spans_b = list(zip(found["start_b"], found["end_b"], strict=True))
    assert common_parts(a, spans_a) == common_parts(b, spans_b)
    for text, spans, quotes in ((a, spans_a, found["text_a"]), (b, spans_b, found["text_b"])):
        assert [text[start:end] for start, end in spans] == quotes.tolist()
        assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert ((found["text_a"] == "") == (found["kind"] == "only_b")).all()
    assert ((found["text_b"] == "") == (found["kind"] == "only_a")).all()


@settings(max_examples=50, deadline=None)
@given(_texts, _texts)
def test_differences_turn_round(a, b):
    assert duplicate_differences(a, a).empty
    assert (
        bool(duplicate_differences(a, b).empty) == bool(duplicate_differences(b, a).empty) == (tokens(a) == tokens(b))
    )


@pytest.mark.parametrize("kind", ["one word", "two words", "reversed", "dropped"])
def test_long_texts_do_not_hang(kind):
    draw = random.Random(3)
    a = ["a"] * 100_000 if kind == "one word" else [draw.choice("ab") for _ in range(100_000)]
    if kind in ("reversed", "dropped"):
        a = text_of(60_000, 3).split()
    b = {"reversed": a[::-1], "dropped": [word for word in a if draw.random() > 0.1]}.get(kind, [*a[:-1], "fin"])
    assert not duplicate_differences(" ".join(a), " ".join(b)).empty


def test_differences_are_shown_with_everything_escaped():
    shown = show_differences("<b>Hola</b> a todos", "Hola a <script>todos", names=("<A>", "B&B"))
    page = shown._repr_html_()
    assert page == shown.html
    assert re.findall(r"</?(\w+)", page).count("script") == 0
    assert set(re.findall(r"<(\w+)", page)) <= {"div", "p", "del", "ins", "span"}
    assert "&lt;A&gt;" in page
    assert "B&amp;B" in page


def test_long_common_parts_are_shortened_unless_asked_for():
    a, b = f"{LONG} uno {OTHER}", f"{LONG} dos {OTHER}"
    assert len(show_differences(a, b).html) < 1500
    assert len(show_differences(a, b, context=None).html) > len(a)
