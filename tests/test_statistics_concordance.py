"""The concordance: what is found, where contexts begin and end, sorting, drawing, counting, saving."""

import hashlib
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.codebook import load_codebook
from toolkit.corpus import human_annotations, load_posts, mark_furniture, segment
from toolkit.errors import InputError
from toolkit.resources import bundled_corpus
from toolkit.statistics.counting.token_index import TokenIndex
from toolkit.statistics.kwic import concordance, cues, sources
from toolkit.statistics.kwic.contexts import Hits, reader_of
from toolkit.statistics.kwic.sources import passages_of
from toolkit.storage import read_table
from toolkit.tables import check
from toolkit.text import tokenise

#: What this file's own tokeniser takes for a token: a word with its apostrophe, or any other sign by itself.
TOKEN = re.compile(r"[^\W_]+['’]?|[^\s]")


def corpus(*texts, langs=None, **metadata):
    """Posts d0, d1 ... and their index; a passage is a line, and what stands in ⟦ ⟧ is furniture."""
    langs = langs or ["es"] * len(texts)
    posts = pd.DataFrame(
        {
            "doc_id": [f"d{number}" for number in range(len(texts))],
            "lang": langs,
            "text": texts,
            "sha256": [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts],
            **metadata,
        }
    )
    rows = []
    for doc_id, text, lang in zip(posts["doc_id"], texts, langs, strict=True):
        bare = re.sub(r"⟦.*?⟧", lambda found: " " * len(found[0]), text, flags=re.DOTALL)
        for line in re.finditer(r"[^\n]+", bare):
            for found in TOKEN.finditer(line[0]):
                start, form = line.start() + found.start(), found[0]
                lemma = form.lower().removesuffix("s")
                rows.append(
                    (doc_id, f"{doc_id}:{line.start()}", start, start + len(form), form, lemma, None, False, lang)
                )
    columns = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop", "lang"]
    tokens = pd.DataFrame(rows, columns=columns) if rows else pd.DataFrame({name: [] for name in columns})
    return TokenIndex(tokens.astype({"start": "int64", "end": "int64", "is_stop": "bool"}), posts)


@pytest.fixture(scope="module")
def bundled():
    """The posts of six coded documents of the bundled corpus, with their tokens and what people coded in them."""
    posts = load_posts(bundled_corpus(), progress=False)
    human = human_annotations(bundled_corpus(), "cluetrain", posts=posts).annotations
    coded = human.groupby("doc_id").size().sort_values(kind="stable")
    chosen = sorted(
        [*coded[coded.index.str.startswith("es/")].index[-8:], *coded[coded.index.str.startswith("it/")].index[-4:]]
    )
    posts = posts[posts["doc_id"].isin(chosen)].reset_index(drop=True)
    tokens = tokenise(posts, segment(posts, mark_furniture(posts)), choice="simple")
    return TokenIndex(tokens, posts), human[human["doc_id"].isin(chosen)].reset_index(drop=True)


def nodes(found):
    return found.table["node"].tolist()


def assert_slices(found):
    """The three strings are the text, always."""
    table = check("concordance", found.table)
    for row in table.itertuples():
        text = found.texts[row.doc_id]
        assert row.left_start <= row.start <= row.end <= row.right_end <= len(text)
        assert row.node == text[row.start : row.end]
        assert row.left == text[row.left_start : row.start]
        assert row.right == text[row.end : row.right_end]
    assert found.rows() == table.astype(object).where(table.notna(), None).to_dict("records")


# ---- words and phrases ---------------------------------------------------------------------------------------

TEXT = "La red crece. Las redes sociales, red y red: L'azienda dell’azienda.\nSociales redes; ¿Qué red? red\nsocial"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("red", ["red", "red", "red", "red", "red"]),
        ("RED", ["red", "red", "red", "red", "red"]),
        ("redes sociales", ["redes sociales"]),
        ("red* social*", ["redes sociales"]),  # not over the end of a passage
        ("redes|sociales", ["redes", "sociales", "Sociales", "redes"]),
        ("red?s", ["redes", "redes"]),
        ("r*s", ["redes", "redes"]),
        ("sociales red", []),  # a comma stands between
        ("sociales, red", ["sociales, red"]),
        ("sociales , red", ["sociales, red"]),
        ("red *", ["red crece", "red y"]),
        ("* red", ["La red", "y red", "Qué red"]),
        ("l'azienda", ["L'azienda"]),
        ("l’azienda", ["L'azienda"]),
        ("dell'azienda", ["dell’azienda"]),
        ("l' azienda", ["L'azienda"]),
        ("*'azienda", ["L'azienda", "dell’azienda"]),
        ("l'azienda|redes", ["redes", "L'azienda", "redes"]),
        ("azienda", ["azienda", "azienda"]),
        ("¿qué", ["¿Qué"]),
        ("que", []),
        (r"\?", ["?"]),
        ("nada", []),
        ("red nada", []),
    ],
)
def test_words_and_phrases_are_found_as_they_read(query, expected):
    found = concordance(corpus(TEXT), query)
    assert nodes(found) == expected
    assert (found.lines, len(found), found.documents) == (len(expected), len(expected), int(bool(expected)))
    assert_slices(found)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"query": "que"}, ["que", "QUE"]),
        ({"query": "que", "accents": False}, ["Qué", "que", "QUE", "que\u0301"]),
        ({"query": "qué"}, ["Qué", "que\u0301"]),  # composed and decomposed are one
        ({"query": "Qué", "case": True}, ["Qué"]),
        ({"query": "Q*", "case": True}, ["Qué", "QUE"]),
        ({"query": "Que", "case": True, "accents": False}, ["Qué"]),
        ({"query": "ano", "accents": False}, ["ano"]),  # ñ is no n
        ({"query": "AÑO", "accents": False}, ["año"]),
    ],
)
def test_case_and_accents(options, expected):
    # the tokeniser of this file would cut a decomposed accent off
    text = "Qué que QUE que\u0301 ano año"
    posts = corpus(text).posts
    spans = [found.span() for found in re.finditer(r"\S+", text)]
    tokens = pd.DataFrame(
        {
            "doc_id": "d0",
            "passage_id": "p",
            "start": [start for start, _ in spans],
            "end": [end for _, end in spans],
            "text": [text[start:end] for start, end in spans],
            "lemma": [text[start:end].lower() for start, end in spans],
            "pos": None,
            "is_stop": False,
        }
    )
    found = concordance(tokens, posts=posts, **options)
    assert nodes(found) == expected
    assert found.table["lang"].isna().all()  # no column of the tokens says it


def test_found_by_names_the_terms_that_stand_there():
    index = corpus("cliente clientes Clientes")
    assert concordance(index, "cliente|clientes").table["found_by"].tolist() == ["cliente", "clientes", "clientes"]
    assert concordance(index, "cliente", match="lemma").table["found_by"].tolist() == ["cliente"] * 3
    found = concordance(index, "clientes", match="lemma")
    assert len(found) == 0
    assert found.notes == ("no lemma is 'clientes'; as a form its lemma is 'cliente'",)


def test_overlapping_phrases_are_all_found():
    assert concordance(corpus("no no no no"), "no no").table["start"].tolist() == [0, 3, 6]


def test_words_that_tokenisers_cut_are_found_whole(tmp_path):
    text = "The firm cannot and doesn't talk of co-creation at http://example.org/a?b."
    posts = corpus(text, langs=["en"]).posts
    found = concordance(tokenise(posts, segment(posts), choice="simple"), "cannot|doesn't|co-creation", posts=posts)
    assert nodes(found) == ["cannot", "doesn't", "co-creation"]


def test_the_same_positions_as_nltk(bundled):
    nltk_text = pytest.importorskip("nltk.text")
    index, _ = bundled
    forms = index.vocabulary("form")
    words = forms.terms[forms.codes].tolist()
    peer = nltk_text.ConcordanceIndex(words)
    for word in ("de", "que", "empresa", "l'", ".", "😅"):
        own = concordance(index, word)
        assert own.hits.first.tolist() == list(peer.offsets(word))
    # nltk's phrases cross the ends of passages; without those that do the two are the same
    whole = [place for place in peer.offsets("de") if words[place : place + 2] == ["de", "la"]]
    assert concordance(index, "de la").hits.first.tolist() == [
        place for place in whole if index.passage[place] == index.passage[place + 1]
    ]


# ---- contexts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "left", "right"),
    [
        ("a b c nodo d e f", {"context": 2}, "b c ", " d e"),
        ("a b c nodo d e f", {"context": 0}, "", ""),
        ("a, b. (c) «nodo» d! e", {"context": 2}, "b. (c) «", "» d! e"),
        ("¿a nodo b?", {}, "¿a ", " b?"),
        ("a\nb nodo c\nd", {}, "a\nb ", " c\nd"),
        ("a\nb nodo c\nd", {"within": "passage"}, "b ", " c"),
        ("a ⟦Compartir⟧ b nodo c ⟦x⟧ d", {}, "b ", " c"),
        ("a ⟦.⟧b nodo c⟦.⟧ d", {}, "b ", " c"),
        ("a ⟦ ⟧ b nodo c", {}, "b ", " c"),
        ("a\u3000b\r\nnodo\u00a0c", {}, "a\u3000b\r\n", "\u00a0c"),
        ("nodo", {}, "", ""),
    ],
)
def test_contexts_count_words_and_stop_at_gaps(text, options, left, right):
    found = concordance(corpus("antes", text, "luego"), "nodo", **options)
    assert found.table[["left", "right"]].to_numpy().tolist() == [[left, right]]
    assert_slices(found)


def test_contexts_stop_at_passages_that_have_no_tokens():
    index = corpus("uno dos\nquatre cinc\ntres nodo")
    tokens = pd.DataFrame(
        {
            "doc_id": "d0",
            "passage_id": ["a", "a", "c", "c"],
            "start": [0, 4, 20, 25],
            "end": [3, 7, 24, 29],
            "text": ["uno", "dos", "tres", "nodo"],
            "lemma": "x",
            "pos": None,
            "is_stop": False,
        }
    )
    assert concordance(tokens, "nodo", posts=index.posts).rows(0, 1)[0]["left"] == "tres "


SIGNS = st.text(st.sampled_from(list("ab ñé\u0301.'’\n\r\t\u00a0👍🏽\u200d🇪🇸⟦⟧=-\x00\x1b")), max_size=40)


@settings(max_examples=50, deadline=None)
@given(st.lists(SIGNS, min_size=1, max_size=3), st.integers(0, 4), st.sampled_from(["document", "passage"]))
def test_the_strings_are_the_text_whatever_stands_in_it(texts, context, within):
    index = corpus(*texts)
    for options in ({"query": "a"}, {"query": "*b*"}, {"query": "[ab .]+", "match": "regex"}):
        found = concordance(index, context=context, within=within, **options)
        assert_slices(found)
        str(found).encode("utf-8")  # nothing that a terminal cannot show
        for row in found.rows():
            words = [TOKEN.findall(part) for part in (row["left"], row["right"])]
            assert all(sum(any(map(str.isalnum, word)) for word in side) <= context + 1 for side in words)


def test_texts_and_tokens_must_belong_together():
    index = corpus("uno dos tres")
    other = corpus("una vez tres").posts
    tokens = pd.DataFrame(
        {"doc_id": "d0", "passage_id": "p", "start": [0], "end": [3], "text": ["uno"], "lemma": ["uno"]}
    ).assign(pos=None, is_stop=False)
    assert len(concordance(tokens, "uno", posts=index.posts).table) == 1
    with pytest.raises(InputError, match="'uno' does not stand from 0 to 3 in the text of 'd0'"):
        concordance(tokens, "uno", posts=other).rows()
    with pytest.raises(InputError, match="got no posts"):
        concordance(tokens, "uno")


# ---- regular expressions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "options", "expected"),
    [
        (r"\bred\w*", {}, ["red", "redes", "red"]),
        (r"r(?=ed)", {}, ["r", "r", "r"]),
        ("^red", {}, ["red"]),  # the beginning of a passage
        (r"red\nred", {}, []),
        ("x*", {}, []),  # empty ones are none
        ("CRECE", {}, ["crece"]),
        ("CRECE", {"case": True}, []),
        (r"\p{Lu}\w+", {}, ["La", "Las"]),
        ("Compartir", {}, []),  # furniture
    ],
)
def test_patterns_see_the_unchanged_text_of_one_passage(pattern, options, expected):
    options = {"case": True} | options if pattern.startswith(r"\p") else options
    found = concordance(corpus("La red crece\n⟦Compartir⟧\nLas redes\nred"), pattern, match="regex", **options)
    assert nodes(found) == expected
    assert set(found.table["found_by"]) <= {pattern}
    assert_slices(found)


def test_a_pattern_may_end_inside_a_word():
    row = concordance(corpus("la transparencia total"), "paren", match="regex", context=1).rows()[0]
    assert (row["left"], row["node"], row["right"]) == ("la trans", "paren", "cia total")


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(", "no regular expression: missing"),
        ("a**", "multiple repeat"),
        ("(" * 450 + ")" * 450, "nested too deeply"),
        ("x" * 1001, "1,001 characters"),
        ("(((a{100}){100}){100}){100}", "multiply to more than 10,000"),
        ("a{99999999999999}", "multiply to more than 10,000"),
    ],
)
def test_patterns_that_cannot_be_read_or_are_too_large_are_refused(pattern, problem):
    with pytest.raises(InputError, match=problem):
        concordance(corpus("aaa"), pattern, match="regex")


def test_a_pattern_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(sources, "PASSAGE_SECONDS", 0.2)
    with pytest.raises(InputError, match="takes too long in 'd0'"):
        concordance(corpus("a" * 60 + "b"), "(a|a)*$", match="regex")


# ---- cues ----------------------------------------------------------------------------------------------------


def test_cues_are_those_of_coding_by_cues(bundled, monkeypatch):
    index, _ = bundled
    book = load_codebook("cluetrain")
    found = concordance(index, "listening", match="cue", codebook=book)
    assert len(found) > 5
    assert_slices(found)
    assert set(found.table["found_by"]) <= {cue.cue for cue in book.cues if cue.code == "listening"}
    # reading all passages instead of those that have the words finds nothing more
    monkeypatch.setattr(cues, "promising", lambda reader, passages, lang, own: np.ones(len(passages.doc), bool))
    for code in ("listening", "cocreation", "trust_relationship"):
        whole = concordance(index, code, match="cue", codebook="cluetrain")
        monkeypatch.undo()
        assert concordance(index, code, match="cue", codebook="cluetrain").table.equals(whole.table)
        monkeypatch.setattr(cues, "promising", lambda reader, passages, lang, own: np.ones(len(passages.doc), bool))


def test_one_cue_of_a_code_in_one_language(bundled):
    index, _ = bundled
    every = concordance(index, "listening", match="cue", codebook="cluetrain")
    term = every.frequencies("found_by")["term"][0]
    one = concordance(index, f"listening: {term}", match="cue", codebook="cluetrain")
    assert len(one) == every.frequencies("found_by")["n"][0]
    langs = [len(concordance(index, "listening", match="cue", codebook="cluetrain", lang=x)) for x in index.langs]
    assert sum(langs) == len(every)


def test_only_promising_passages_are_read(bundled):
    index, _ = bundled
    own = [cue for cue in load_codebook("cluetrain").cues if cue.code == "listening" and cue.lang == "es"]
    reader = reader_of(index)
    share = cues.promising(reader, passages_of(index), index.langs.index("es"), own).mean()
    assert 0 < share < 0.3


def test_long_passages_are_searched_in_their_beginning_and_that_is_said():
    book = load_codebook("cluetrain")
    cue = next(cue.cue for cue in book.cues if cue.lang == "es" and cue.code == "listening" and not cue.needs)
    text = f"{cue} " + "x " * 10_000 + cue
    found = concordance(corpus(text), f"listening: {cue}", match="cue", codebook=book)
    assert found.notes == ("passages of which only the first 20,000 characters were searched: 1",)
    assert found.table["start"].tolist() == [0]


# ---- codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("transparency", lambda rows: rows["code"] == "transparency"),
        ("transparency:breach", lambda rows: (rows["code"] == "transparency") & (rows["stance"] == "breach")),
        ("*:breach", lambda rows: rows["stance"] == "breach"),
        ("*", lambda rows: rows["code"] != ""),
    ],
)
def test_codes_show_what_people_coded(bundled, query, wanted):
    index, human = bundled
    found = concordance(index, query, match="code", annotations=human)
    expected = human[wanted(human)]
    assert len(found) == len(expected) > 0
    assert sorted(nodes(found)) == sorted(expected["quote"])
    said = expected["code"] + ":" + expected["stance"] + ", " + expected["coder"]
    assert sorted(found.table["found_by"]) == sorted(said)
    assert_slices(found)


def test_codes_of_two_codebooks_are_told_apart(bundled):
    index, human = bundled
    other = human.assign(codebook="groundswell")
    both = concordance(index, "listening", match="code", annotations=pd.concat([human, other]))
    assert set(both.table["found_by"].str.split("/").str[0]) == {"cluetrain", "groundswell"}
    one = concordance(index, "listening", match="code", annotations=pd.concat([human, other]), codebook="cluetrain")
    assert 2 * len(one) == len(both)


def test_a_coded_span_without_tokens_has_no_context():
    index = corpus("uno ⟦Compartir esto⟧ dos")
    row = {"doc_id": "d0", "start": 5, "end": 14, "quote": "Compartir", "codebook": "b", "code": "c"}
    coded = pd.DataFrame([{**row, "coder": "ana", "kind": "human"}])
    found = concordance(index, "c", match="code", annotations=coded).rows()[0]
    assert (found["left"], found["node"], found["right"]) == ("", "Compartir", "")
    assert (found["lang"], found["passage_id"], found["found_by"]) == (None, None, "c, ana")


def test_annotations_that_do_not_fit_the_text_are_refused(bundled):
    index, human = bundled
    with pytest.raises(InputError, match=r"the quote .* is not the text"):
        concordance(index, "transparency", match="code", annotations=human.assign(start=human["start"] + 1))


# ---- parts of the corpus -------------------------------------------------------------------------------------


def parts():
    return corpus(
        "la red de uno",
        "la red de due",
        "la red",
        langs=["es", "it", "es"],
        country=["MX", "IT", "ES"],
        date=["2006-02", "2009", None],
    )


@pytest.mark.parametrize("match", ["form", "regex"])
@pytest.mark.parametrize(
    ("options", "docs"),
    [
        ({"lang": "es"}, ["d0", "d2"]),
        ({"lang": "it"}, ["d1"]),
        ({"where": {"country": "MX"}}, ["d0"]),
        ({"where": {"country": ["MX", "IT"]}}, ["d0", "d1"]),
        ({"where": {"year": range(2005, 2010)}, "lang": "it"}, ["d1"]),
        ({"where": pd.DataFrame({"doc_id": ["d2", "d0"], "start": [0, 0], "end": [4, 3]})}, ["d2"]),
    ],
)
def test_only_what_stands_in_a_part_of_the_corpus(match, options, docs):
    found = concordance(parts(), "red", match=match, **options)
    assert found.table["doc_id"].tolist() == docs
    assert found.notes


def test_a_column_is_named_as_it_is():
    index = corpus("la red", **{"2": ["x"]})
    index.posts.columns = [2 if name == "2" else name for name in index.posts.columns]
    with pytest.raises(InputError, match="no column '2'"):
        concordance(index, "red", metadata=["2"])


def test_metadata_columns_are_shown():
    table = concordance(parts(), "red", metadata=["country", "date", "lang"]).table
    assert table.columns[-2:].tolist() == ["country", "date"]
    assert table["country"].tolist() == ["MX", "IT", "ES"]
    assert concordance(parts(), "red", metadata=["date"]).rows(2, 3)[0]["date"] is None


# ---- sorting, drawing, counting ------------------------------------------------------------------------------

FRUIT = "uva red manzana\npera red ñu\nÁrbol red nube\nalto red\nred Nube"


@pytest.mark.parametrize(
    ("keys", "starts"),
    [
        (("R1",), ["alto", "uva", "Árbol", "", "pera"]),  # none, manzana, nube, Nube, ñu: without case, ñ after n
        (("-R1",), ["pera", "Árbol", "", "uva", "alto"]),
        (("L1",), ["", "alto", "Árbol", "pera", "uva"]),
        (("R1", "-L1"), ["alto", "uva", "Árbol", "", "pera"]),
        (("R1", "L1"), ["alto", "uva", "", "Árbol", "pera"]),
        (("left",), ["", "alto", "Árbol", "pera", "uva"]),
        (("right",), ["alto", "uva", "Árbol", "", "pera"]),
        ((), ["uva", "pera", "Árbol", "alto", ""]),
        (("-position",), ["", "alto", "Árbol", "pera", "uva"]),
        (("node",), ["uva", "pera", "Árbol", "alto", ""]),
    ],
)
def test_lines_are_sorted_without_case_and_accents_and_stay_where_alike(keys, starts):
    found = concordance(corpus(FRUIT), "red", within="passage")
    before = found.table
    assert [left.strip() for left in found.sort(*keys).table["left"]] == starts
    assert found.sort("-R1", "L1").sort().table.equals(before)
    pd.testing.assert_frame_equal(found.table, before)  # nothing was changed


def test_lines_are_sorted_by_metadata_missing_ones_first():
    found = concordance(parts(), "red")
    assert found.sort("date").table["doc_id"].tolist() == ["d2", "d0", "d1"]
    assert found.sort("-date").table["doc_id"].tolist() == ["d1", "d0", "d2"]
    assert found.sort("-country", "L1").table["doc_id"].tolist() == ["d0", "d1", "d2"]
    assert concordance(parts(), "red", sort=["-doc_id"]).sorted_by == ("-doc_id",)
    mixed = corpus("red", "red", "red", size=["b", 3, None])
    assert concordance(mixed, "red").sort("size").table["doc_id"].tolist() == ["d2", "d1", "d0"]


def beside(row, key):
    """The word of a row that a key names, as it is compared."""
    if key == "node":
        return row["node"]
    words = [word for word in row["left" if key[0] == "L" else "right"].split() if word.isalnum()]
    words = words[::-1] if key[0] == "L" else words
    place = int(key[1]) - 1
    return words[place].lower().replace("á", "a").replace("ñ", "n~") if place < len(words) else ""


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from("abñÁ."), max_size=12),
    st.lists(st.sampled_from(["L1", "-L1", "R2", "-R1", "node"]), max_size=3),
)
def test_sorting_by_numbers_is_sorting_by_strings(words, keys):
    found = concordance(corpus(" ".join(words)), "a|b", context=9)
    expected = found.rows()
    for key in reversed(keys):
        values = {row["start"]: beside(row, key.removeprefix("-")) for row in expected}
        groups = sorted(set(values.values()), reverse=key.startswith("-"))
        expected = [row for group in groups for row in expected if values[row["start"]] == group]
    assert found.sort(*keys).rows() == expected


def test_a_sample_is_repeatable_in_order_and_says_what_it_is():
    found = concordance(corpus("red " * 50), "red").sort("-position")
    drawn = found.sample(7, seed=3)
    starts = drawn.table["start"].tolist()
    assert len(set(starts)) == 7
    assert starts == sorted(starts, reverse=True)
    assert found.sample(7, seed=3).table.equals(drawn.table)
    assert found.sample(7, seed=4).table["start"].tolist() != starts
    assert drawn.notes == ("a random sample of 7 of 50 lines (seed 3)",)
    assert drawn.notes[0] in str(drawn)
    assert found.sample(50).table.equals(found.table)
    assert drawn.head(2).table["start"].tolist() == starts[:2]


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"word": "marca"}, [0, 2]),
        ({"word": "marca", "side": "left"}, [2]),
        ({"word": "marca", "within": 1}, []),
        ({"word": "mar*", "side": "right"}, [0, 1]),
        ({"word": "MARCA|mares", "within": 2}, [0, 1]),
        ({"word": "marca", "match": "lemma", "within": 9}, [0, 2]),
        ({"word": "nada"}, []),
        ({"word": "lejos"}, []),  # beyond a gap
    ],
)
def test_lines_with_a_word_near_the_node(options, kept):
    text = "red de marca\nred con mares\nmarca a b c red ⟦x⟧ lejos"
    found = concordance(corpus(text), "red", within="passage")
    near = found.having(**options)
    assert near.order.tolist() == kept
    assert f"{len(kept)} of 3 lines" in near.notes[0]


def test_what_stands_beside_the_node_is_counted():
    found = concordance(corpus("la red social", "una Red social", "la red"), "red", within="passage")
    rights = found.frequencies("R1")
    assert rights.to_dict("list") == {"term": ["social"], "n": [2], "documents": [2], "share": [2 / 3]}
    assert found.frequencies("L1")["term"].tolist() == ["la", "una"]
    assert found.frequencies("L1", "lemma")["n"].tolist() == [2, 1]
    assert found.frequencies("node").to_dict("list") == {"term": ["red"], "n": [3], "documents": [3], "share": [1.0]}
    assert concordance(corpus("red"), "nada").frequencies("R1").empty


def test_what_reads_the_same_is_counted_as_one_however_it_was_cut():
    rows = [("a", 0, 9, "l'azienda"), ("b", 0, 2, "l'"), ("b", 2, 9, "azienda")]
    tokens = pd.DataFrame(rows, columns=["doc_id", "start", "end", "text"])
    tokens = tokens.assign(passage_id=tokens["doc_id"], lemma=tokens["text"], pos=None, is_stop=False, lang="it")
    posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "it", "text": "l'azienda", "sha256": "0"})
    found = concordance(tokens, "l'azienda", posts=posts).frequencies("found_by")
    assert found.to_dict("list") == {"term": ["l'azienda"], "n": [2], "documents": [2], "share": [1.0]}


# ---- nothing, one, wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [(" ",), ("red",), ("otra cosa",), (" ", "red", " ")])
@pytest.mark.parametrize("match", ["form", "lemma", "regex", "cue", "code"])
def test_empty_texts_and_single_words_give_no_trouble(texts, match, tmp_path):
    index = corpus(*texts)
    coded = check(
        "annotations",
        pd.DataFrame({name: [] for name in ("doc_id", "start", "end", "quote", "codebook", "code", "coder", "kind")}),
    )
    query = "listening" if match in ("cue", "code") else "red"
    found = concordance(index, query, match=match, codebook="cluetrain", annotations=coded)
    for part in (found, found.sort("R1", "left", "node", "-date"), found.sample(1), found.head(), found.having("x")):
        assert len(part) == len(part.table) == len(part.rows()) <= 1
        assert f"{len(part)} line" in repr(part)
    for position in ("L1", "R9", "node", "found_by"):
        assert len(found.frequencies(position)) <= 1
    found.save(tmp_path / "empty.parquet")
    assert len(read_table(tmp_path / "empty.parquet")) == len(found)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"query": " "}, "no query"),
        ({"query": "", "match": "regex"}, "no query"),
        ({"query": None}, "no query"),
        ({"query": "x" * 1001}, "1,001 characters"),
        ({"query": "|"}, "no word beside its '|'"),
        ({"query": "a b\\"}, "ends in a backslash"),
        ({"sort": 3}, "give a key such as 'R1'"),
        ({"match": "formm"}, "did you mean 'form'"),
        ({"within": "text"}, "allowed are document, passage"),
        ({"context": -1}, "from 0 to 1000"),
        ({"context": 2.5}, "from 0 to 1000"),
        ({"lang": "fr"}, "allowed are es, it"),
        ({"where": {"country": "XX"}}, "no country is 'XX'"),
        ({"metadata": ["contry"]}, "did you mean 'country'"),
        ({"metadata": "country"}, r"metadata=\['country'\]"),
        ({"sort": ["L0"]}, "cannot sort by 'L0'"),
        ({"sort": ["contry"]}, "did you mean 'country'"),
        ({"match": "cue"}, "give codebook="),
        ({"match": "code"}, "give annotations="),
        ({"match": "cue", "codebook": "cluetrain", "query": "listenin"}, "did you mean 'listening'"),
        ({"match": "cue", "codebook": "cluetrain", "query": "listening: escuchhar"}, "did you mean 'escuchar'"),
        ({"match": "cue", "codebook": "cluetrain", "query": "listening: zzzz"}, "give 'listening' to see all"),
        ({"match": "cue", "codebook": "cluetrain", "case": True}, "no meaning"),
        ({"match": "regex", "accents": False}, "no meaning"),
    ],
)
def test_wrong_use_is_one_clear_sentence(options, problem):
    index = corpus("la red a-b c-d e'f a b c d", "il red", langs=["es", "it"], country=["MX", "IT"])
    with pytest.raises(InputError, match=problem) as raised:
        concordance(index, **({"query": "red"} | options))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("query", "problem"),
    [("transparncy", "did you mean 'transparency'"), ("transparency:breech", "did you mean 'breach'")],
)
def test_unknown_codes_and_stances_are_refused(bundled, query, problem):
    index, human = bundled
    with pytest.raises(InputError, match=problem):
        concordance(index, query, match="code", annotations=human)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda found: found.sample(0), "from 1"),
        (lambda found: found.sample(True), "from 1"),
        (lambda found: found.head(-1), "from 0"),
        (lambda found: found.having("x", within=0), "from 1 to 100"),
        (lambda found: found.having("x", side="up"), "allowed are"),
        (lambda found: found.having("|"), "no word beside its '|'"),
        (lambda found: found.sample(5, seed=-1), "seed: got -1, expected a whole number from 0"),
        (lambda found: found.sample(5, seed=None), "seed: got None"),
        (lambda found: found.sample(5, seed="x"), "seed: got 'x'"),
        (lambda found: found.save("a.html", lang="fr"), "'fr'"),
        (lambda found: found.having("x", match="regex"), "allowed are"),
        (lambda found: found.frequencies("R10"), "no position 'R10'"),
        (lambda found: found.frequencies(1), "no position '1'"),
        (lambda found: found.frequencies("R1", "word"), "no unit 'word'"),
        (lambda found: found.frequencies("node", "lemma"), "no unit 'lemma' at 'node'"),
        (lambda found: found.save("a.xlsx"), "must end in .csv, .jsonl, .parquet, .txt or .html"),
    ],
)
def test_wrong_calls_are_one_clear_sentence(call, problem):
    with pytest.raises(InputError, match=problem):
        call(concordance(corpus("la red"), "red"))


# ---- shown and saved -----------------------------------------------------------------------------------------

HOSTILE = '=1+1 <script>alert(1)</script> $x$ \x1b[2J \u202eabc red\r\nred \x00 @SUM(A1) 👍🏽 "fin'


def test_what_is_shown_steers_no_terminal():
    shown = str(concordance(corpus(HOSTILE), "red"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert shown.splitlines()[0] == "form 'red': 2 lines in 1 document"
    assert all(len(line) <= 101 for line in shown.splitlines())


def test_the_nodes_stand_in_one_column():
    index = corpus("una red social\nla marca y la red de todos los clientes de la empresa que vende\nred")
    found = concordance(index, "red", within="passage")
    lines = str(found).splitlines()[1:]
    assert len({line.index("red") for line in lines}) == 1
    many = concordance(corpus("red " * 30), "red")
    assert str(many).splitlines()[-1] == "... and 10 more"


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_saved_tables_come_back_as_they_were(tmp_path, ending):
    found = concordance(corpus(HOSTILE), "red|=1*", metadata=["lang"])
    path = tmp_path / f"lines{ending}"
    found.save(path)
    again = check("concordance", read_table(path, contract="concordance"))
    # an empty context is an empty cell
    again = again.fillna({"left": "", "right": ""})
    pd.testing.assert_frame_equal(again, found.table, check_dtype=False)


def test_a_sheet_runs_nothing_and_a_text_file_names_the_places(tmp_path):
    found = concordance(corpus("uno =red dos"), "= red", metadata=["lang"])
    assert nodes(found) == ["=red"]
    found.save(tmp_path / "lines.csv")
    assert '"\'=red"' in (tmp_path / "lines.csv").read_text(encoding="utf-8-sig")
    found.save(str(tmp_path / "lines.txt"))
    lines = (tmp_path / "lines.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "form '= red': 1 line in 1 document"
    assert lines[-1].startswith("d0 4-8\t")


def test_rows_make_only_the_lines_that_are_asked_for(bundled):
    index, _ = bundled
    found = concordance(index, "de", metadata=["country"]).sort("R1")
    whole = found.table
    assert found.rows(3, 6) == whole.iloc[3:6].astype(object).where(whole.iloc[3:6].notna(), None).to_dict("records")
    assert found.rows(len(found), len(found) + 5) == []
    fresh = concordance(
        TokenIndex(
            pd.DataFrame(
                {name: [] for name in ("doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop")}
            ),
            index.posts,
        ),
        "de",
    )
    assert fresh.rows(0, 5) == []


def test_the_last_token_of_a_corpus_has_its_context():
    index = corpus("uno dos red")
    hits = concordance(index, "red").hits
    assert isinstance(hits, Hits)
    assert concordance(index, "red").rows()[0]["left"] == "uno dos "
    assert concordance(index, "uno").rows()[0]["right"] == " dos red"
