"""Tokens: the same as spaCy's of each text, however they are kept and put together; and those of trained pipelines."""

import time

import numpy as np
import pandas as pd
import pytest
import simplemma
import spacy
from benchmarks.tokens_speed import differences
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.corpus import load_posts, mark_furniture, segment
from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.resources import bundled_corpus
from toolkit.text import (
    LANGUAGES,
    content_terms,
    fold,
    folded_lemmas,
    lemmatise,
    pieces,
    pipelines,
    simple_columns,
    tokenise,
    tokens,
)
from toolkit.text.pieces import Pieces
from toolkit.text.pipelines import simple_pieces, simple_tokens
from toolkit.text.recent import Recent

BLANK = {lang: spacy.blank(lang) for lang in LANGUAGES}
FRESH = {lang: Pieces(BLANK[lang].tokenizer) for lang in LANGUAGES}
#: Forms, marks and spaces that special cases are made of, beside words, so that they meet over white space.
PARTS = [
    *("EE.", "UU.", "EE.UU.", "Sr.", "S.p.A.", "a.", "12", "m.", "8)", "O", "D.", "no", "dell'", "d’arte", "can't"),
    *(":", ":)", "(", ")", ":-", "p", "¯\\(ツ)/¯", "…", "...", "-", '"', "«", "¿", "http://a.es/x?y=1", "co-creación"),
    *(" ", " ", " ", "  ", "\n", "\t", "\xa0", "\u3000", "\u2028", "\x85", "\u200b"),
    *("ñ", "n\u0303", "😀", "👨‍👩‍👧", "İ", "ß", "中文", "עברית"),
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=20).map("".join) | st.text(max_size=60)


def expected(text: str, lang: str) -> list[tuple[str, int]]:
    return [(token.text, token.idx) for token in BLANK[lang].make_doc(text) if not token.is_space]


def rows_of(columns: pieces.TokenColumns) -> list[tuple[int, str, int]]:
    forms = [columns.forms[form] for form in columns.form]
    return list(zip(columns.text.tolist(), forms, columns.start.tolist(), strict=True))


def posts_of(texts: dict[str, str | None], text: str) -> pd.DataFrame:
    """Posts of the given names and languages, all with the same text."""
    return pd.DataFrame({"doc_id": [*texts], "lang": [*texts.values()], "text": text, "sha256": sha256_text(text)})


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, lang=st.sampled_from(LANGUAGES))
@example(text="en EE. UU. hay 12 m. de a .", lang="es")
@example(text="así : p y : ) y ( : no", lang="it")
@example(text=" \n  No, gracias.\t ", lang="es")
def test_the_tokens_of_a_text_are_those_of_the_tokeniser(text, lang):
    assert [(token.text, token.start) for token in simple_tokens(text, lang)] == expected(text, lang)
    assert folded_lemmas(text, lang) == [fold(lemmatise(form, lang)) for form, _ in expected(text, lang)]


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(TEXTS, max_size=6), lang=st.sampled_from(LANGUAGES), batch=st.sampled_from([1, 10, 1_000]))
@example(texts=["", "EE.", "UU.", "", "en EE. UU. no", ""], lang="es", batch=10)
def test_many_texts_at_once_have_the_tokens_of_each(texts, lang, batch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_BATCH", batch)
        columns = simple_columns(texts, lang)
    assert rows_of(columns) == [(n, *token) for n, text in enumerate(texts) for token in expected(text, lang)]
    assert sorted(columns.forms) == sorted({form for text in texts for form, _ in expected(text, lang)})
    assert (columns.end - columns.start).tolist() == [len(form) for _, form, _ in rows_of(columns)]


#: What stands around words, beside units and currencies, of which spaCy's rules are made too.
SIGNS = [*",.:;!?¡¿()«»\"'’“”…-–—/*#%&@_+=^~", "...", "--", "US$", "€", "km", "3", "°C", ".A", "'s", "1."]
WORDS = st.text(st.sampled_from("aeoscnAESñéüÍß中עم"), min_size=1, max_size=4) | st.sampled_from(
    ["no", "dell", "Sr", "a", "EE", "adm", "cannot", "dont", "İ", "km"]
)


@settings(max_examples=400, deadline=None)
@given(
    before=st.lists(st.sampled_from(SIGNS), max_size=3),
    word=WORDS,
    behind=st.lists(st.sampled_from(SIGNS) | WORDS, max_size=3),
    lang=st.sampled_from(LANGUAGES),
)
@example(before=["("], word="no", behind=[",", "»"], lang="es")
@example(before=[], word="Sr", behind=["."], lang="es")
def test_a_word_and_its_signs_are_cut_apart_as_by_the_tokeniser(before, word, behind, lang):
    piece = "".join([*before, word, *behind])
    kept = FRESH[lang]._word_and_signs(piece)
    assert kept in ([], expected(piece, lang))


def test_words_of_letters_are_not_asked_for(monkeypatch):
    kept = Pieces(BLANK["es"].tokenizer)
    monkeypatch.setattr(kept, "_tokenizer", None)
    columns = kept.columns(["«No», (gracias)... ¿Señal? Dicho."])
    assert [columns.forms[form] for form in columns.form] == [
        *("«", "No", "»", ",", "(", "gracias", ")", "...", "¿", "Señal", "?", "Dicho", ".")
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_special_case_goes_on_over_white_space_of_its_own(lang):
    """What :mod:`toolkit.text.pieces` takes for granted: in a special case of several tokens none is a space."""
    tokenizer = BLANK[lang].tokenizer
    cases = [[token.text for token in tokenizer(case)] for case in tokenizer.rules]
    assert not [case for case in cases if len(case) > 1 and any(form.isspace() for form in case)]


def test_white_space_is_what_python_takes_for_it():
    spaces = [code for code in range(0x110000) if chr(code).isspace()]
    assert np.flatnonzero(pieces._SPACE).tolist() == spaces


def test_a_word_is_tokenised_once():
    asked = []
    tokenizer = BLANK["es"].tokenizer
    kept = Pieces(tokenizer)
    kept._plain = False
    kept._tokenizer = lambda piece: asked.append(piece) or tokenizer(piece)
    kept.columns(["No, gracias. No, no.", "No, gracias."])
    list(kept.tokens("gracias. No,"))
    assert asked == ["No,", "gracias.", "no."]


def test_too_many_kept_words_are_forgotten(monkeypatch):
    monkeypatch.setattr(pipelines, "_MOST_PIECES", 2)
    first = simple_pieces("es")
    before = rows_of(simple_columns(["uno dos tres cuatro cinco"], "es"))
    second = simple_pieces("es")
    assert second is not first and not second
    assert rows_of(simple_columns(["uno dos tres cuatro cinco"], "es")) == before


def test_the_table_is_in_the_order_of_the_posts_whatever_that_of_the_passages_and_languages():
    posts = posts_of({"z": "it", "a": "es", "m": "it"}, "Ascoltare la gente. Escuchar a la gente.")
    passages = segment(posts)
    table = tokenise(posts, passages.iloc[::-1], choice="simple")
    assert list(dict.fromkeys(table["doc_id"])) == ["z", "a", "m"]
    assert all(part["start"].is_monotonic_increasing for _, part in table.groupby("doc_id"))
    assert table["text"].tolist()[:5] == ["Ascoltare", "la", "gente", ".", "Escuchar"]
    pd.testing.assert_frame_equal(table, tokenise(posts, passages, choice="simple"))


@pytest.mark.parametrize("text", ["", " ", "\u200b"])
def test_texts_with_hardly_a_token_make_a_table_all_the_same(text):
    posts = posts_of({"a": "es"}, text)
    for unit in ("sentence", "document"):
        table = tokenise(posts, segment(posts, unit=unit), choice="simple")
        assert table.columns.tolist()[:8] == ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop"]
        assert table["text"].tolist() == [form for form, _ in expected(text, "es")]


def test_a_table_without_tokens_has_the_types_of_one_with_them():
    posts = [posts_of({"a": "es"}, text) for text in ("\n", "Hola.")]
    tables = [tokenise(one, segment(one), choice="simple") for one in posts]
    assert [len(table) for table in tables] == [0, 2]
    assert tables[0].dtypes.to_dict() == tables[1].dtypes.to_dict()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"doc_id": "b"}, "tokens: passages, row 2: no post has the doc_id 'b'; give the posts"),
        ({"end": 99}, "tokens: passages, row 2: end 99 lies outside the text of 'a', which has 11 characters; give"),
    ],
)
def test_passages_of_other_posts_are_refused(change, said):
    posts = posts_of({"a": "es"}, "Hola. Adiós")
    passages = segment(posts).assign(furniture=[True, False])
    assert tokenise(posts, passages, choice="simple")["text"].tolist() == ["Adiós"]
    for column, value in change.items():
        passages[column] = [passages[column][0], value]
    with pytest.raises(InputError, match=said):
        tokenise(posts, passages, choice="simple")


# ---- trained pipelines -------------------------------------------------------------------------------------


class Tagger:
    """Stands for a trained pipeline: lemmas and parts of speech from a list, on spaCy's documents."""

    def __init__(self, lang: str, said: dict[str, tuple[str, str]]) -> None:
        self._nlp, self._said = spacy.blank(lang), said
        self.tokenizer, self.vocab = self._nlp.tokenizer, self._nlp.vocab

    def pipe(self, texts):
        for doc in self._nlp.pipe(texts):
            for token in doc:
                token.lemma_, token.pos_ = self._said.get(token.text, (token.text, ""))
            yield doc


@pytest.fixture
def tagged(monkeypatch):
    """Tokens of a text as a trained pipeline with these lemmas and parts of speech gives them."""

    def table_of(text: str, said: dict[str, tuple[str, str]], lang: str = "es") -> pd.DataFrame:
        used = pipelines.Pipeline(lang, trained=True)
        used.nlp = Tagger(lang, said)
        monkeypatch.setattr(tokens, "pipeline", lambda lang, choice: used)
        posts = posts_of({"a": lang}, text)
        table = tokenise(posts, segment(posts, unit="document"), choice="trained")
        assert [text[row.start : row.end] for row in table.itertuples()] == table["text"].tolist()
        return table

    return table_of


def test_a_verb_with_pronouns_behind_it_counts_as_the_verb(tagged):
    said = {"Escucharlos": ("Escuchar él", "VERB"), "dárselo": ("dar él él", "VERB"), "Perú": ("Perú", "PROPN")}
    table = tagged("😀 Escucharlos\r\ny dárselo en Perú", said)
    assert table["lemma"].tolist() == ["😀", "escuchar", "y", "dar", "en", "perú"]
    assert table["pos"].dropna().tolist() == ["VERB", "VERB", "PROPN"]
    assert content_terms(table)[table["text"] == "Escucharlos"].all()


def test_lemmas_of_a_trained_pipeline_are_composed_and_never_empty(tagged):
    said = {"corazo\u0301n": ("corazo\u0301n", "NOUN"), "late\u0301": ("", "VERB"), "ma\u0301s": ("zzz", "ADV")}
    table = tagged("El corazo\u0301n late\u0301 ma\u0301s", said)
    assert table["lemma"].tolist() == ["el", "corazón", "laté", "zzz"]
    assert content_terms(table).tolist() == [False, True, True, False]
    # a function word by its form
    assert table["is_stop"].tolist() == [True, False, False, True]


@pytest.mark.parametrize("text", ["Hola  " + "a" * 5_000 + "\r\n(adiós).", "([{" * 1_500 + " y EE. UU. no"])
def test_a_trained_pipeline_gets_endless_stretches_cut(tagged, text):
    posts = posts_of({"a": "es"}, text)
    plain = tokenise(posts, segment(posts, unit="document"), choice="simple")
    table = tagged(text, {})
    assert table[["start", "end", "text"]].equals(plain[["start", "end", "text"]])


def test_lemmas_are_those_of_a_plain_loop():
    posts = load_posts(bundled_corpus()).groupby("lang").head(4)
    compared, different = differences(posts, segment(posts, mark_furniture(posts)))
    assert compared > 500 and not different


def test_a_lemma_is_of_the_form_in_lower_case():
    posts = posts_of({"a": "es"}, "Marcela escuchaba.")
    table = tokenise(posts, segment(posts), choice="simple")
    assert table["lemma"].tolist() == [simplemma.lemmatize(form, "es") for form in ("marcela", "escuchaba", ".")]


@given(keys=st.lists(st.integers(0, 12), max_size=80), most=st.integers(1, 10))
def test_what_is_kept_of_words_is_right_and_limited(keys, most):
    kept = Recent(lambda key: -key, most)
    for key in keys:
        assert kept[key] == -key
        assert len(kept.keys() | kept._old) <= max(most, 2)


def test_a_word_that_is_used_often_is_worked_out_once():
    made = []
    kept = Recent(lambda key: made.append(key) or str(key), 10)
    for rare in range(1, 100):
        assert kept[0] == "0"
        assert kept[rare] == str(rare)
    assert made.count(0) == 1
    assert len(made) == 100


@pytest.mark.parametrize("sign", ["([{", "«\"'", "¿", "http://a.b/c?d=e#", "a", "1", "EE.", "😀"])
@pytest.mark.parametrize("around", ["{}", "Hay que {} escuchar", "en EE. UU. {}\n{} fin"])
def test_stretches_without_an_end_are_cut_in_bounded_time_and_nothing_is_lost(sign, around):
    """spaCy takes the square of their length: minutes for these."""
    text = around.replace("{}", sign * (30_000 // len(sign)))
    kept = Pieces(BLANK["es"].tokenizer)
    began = time.perf_counter()
    columns = kept.columns([text, "Adiós."])
    assert time.perf_counter() - began < 20
    found = [columns.forms[form] for form in columns.form[columns.text == 0]]
    assert "".join(found) == "".join(text.split())
    starts, ends = columns.start[columns.text == 0], columns.end[columns.text == 0]
    assert [text[start:end] for start, end in zip(starts, ends, strict=True)] == found
    assert list(kept.tokens(text)) == [
        (kept.forms.index(form), start) for form, start in zip(found, starts, strict=True)
    ]
    assert [columns.forms[form] for form in columns.form[columns.text == 1]] == ["Adiós", "."]
