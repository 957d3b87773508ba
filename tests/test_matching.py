"""Finding cues: inflection, articles, gaps, accents, conditions, positions; and every bundled cue can be found."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.principles.cues import cue_index
from toolkit.text.matching import CueMatcher, _is_punctuation, fold
from toolkit.text.pipelines import simple_columns

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "cases" / "cues.jsonl").read_text("utf-8").split("\n") if line
]


def quotes(lang: str, cue: str, text: str, needs: list[str] = ()) -> list[str]:
    """What the hits of one cue stand on."""
    return [text[hit.start : hit.end] for hit in CueMatcher(lang, [(cue, needs)]).match(text)]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case['lang']} {case['cue']}: {case['note']}",
            marks=[pytest.mark.xfail(strict=True, reason=f"matching: {case['bug']}")] if "bug" in case else [],
        )
        for case in CASES
    ],
)
def test_a_cue_is_found_where_it_stands_and_only_there(case):
    found = quotes(case["lang"], case["cue"], case["text"], case["needs"])
    assert case["found"] == bool(case["quote"])
    if case["found"]:
        assert case["quote"] in found
    else:
        assert found == []


# hits


def test_every_occurrence_is_a_hit_in_order():
    assert quotes("es", "conversación", "Una conversación y dos conversaciones") == ["conversación", "conversaciones"]


def test_hits_name_their_cue_by_its_place():
    hits = CueMatcher("es", [("mercado", ()), ("conversación", ()), ("mercado conversación", ())]).match(
        "Los mercados son conversaciones"
    )
    assert [(hit.cue, hit.start, hit.end) for hit in hits] == [(0, 4, 12), (2, 4, 31), (1, 17, 31)]


def test_a_cue_given_twice_gives_two_hits():
    assert [hit.cue for hit in CueMatcher("es", [("red", ()), ("red", ())]).match("la red")] == [0, 1]


def test_of_several_ends_the_nearest_is_taken():
    assert quotes("es", "escuchar cliente", "escuchar cliente y cliente") == ["escuchar cliente"]


def test_a_cue_of_nothing_but_articles_is_never_found():
    assert quotes("es", "la", "la voz de la gente") == []


def test_without_cues_nothing_is_found():
    assert CueMatcher("it", []).match("la voce dei clienti") == []


WORDS = [
    "escuchar",
    "escuchamos",
    "a",
    "los",
    "clientes",
    "del",
    "🎉",
    "corazo\u0301n",
    "¿",
    "…",
    "\n",
    "ñ",
    "cliente's",
]
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=12).flatmap(
    lambda parts: st.sampled_from(["", " ", "  "]).map(lambda gap: gap.join(parts))
)
MATCHER = CueMatcher("es", [("escuchar cliente", ()), ("escuchar", ()), ("cliente", ("escuchar",)), ("corazón", ())])


@settings(max_examples=50, deadline=None)
@given(text=TEXTS)
def test_hits_are_slices_of_the_text_without_space_around(text):
    hits = MATCHER.match(text)
    assert hits == sorted(hits, key=lambda hit: (hit.start, hit.end, hit.cue))
    for hit in hits:
        quote = text[hit.start : hit.end]
        assert 0 <= hit.start < hit.end <= len(text)
        assert quote == quote.strip()
        assert fold(quote).startswith(("escuch", "client", "corazon"))


@settings(max_examples=50, deadline=None)
@given(text=TEXTS, emoji=st.integers(1, 3))
def test_words_in_front_move_the_hits_and_nothing_else(text, emoji):
    front = "🎉" * emoji + ". "
    moved = [(hit.cue, hit.start - len(front), hit.end - len(front)) for hit in MATCHER.match(front + text)]
    assert moved == [(hit.cue, hit.start, hit.end) for hit in MATCHER.match(text)]


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(TEXTS, max_size=5))
def test_many_passages_have_the_cues_that_each_has_alone(texts):
    found = MATCHER.match_tokens(simple_columns(texts, "es"))
    assert found == {number: hits for number, text in enumerate(texts) if (hits := MATCHER.match(text))}


@settings(max_examples=100, deadline=None)
@given(form=st.text(min_size=1, max_size=3))
def test_punctuation_is_what_spacy_calls_punctuation(form):
    from spacy.lang.lex_attrs import is_punct

    assert _is_punctuation(form) == is_punct(form)


def test_cues_of_other_languages_are_refused():
    with pytest.raises(InputError, match="no pipeline for language 'pt'"):
        CueMatcher("pt", [("voz", ("marca",))])


# folding


@settings(max_examples=50, deadline=None)
@given(word=st.text(st.sampled_from("aáeéiíoóuúüñnàèìòùcçAÁÑ'’\x00\u0323\u0303"), max_size=8))
def test_folding_is_the_same_for_composed_and_decomposed_and_done_once(word):
    assert fold(unicodedata.normalize("NFD", word)) == fold(unicodedata.normalize("NFC", word))
    assert fold(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        *(("Perché", "perche"), ("SEÑAL", "señal"), ("sen\u0303al", "señal"), ("pingüino", "pinguino"), ("l’", "l'")),
        ("corazón\x00", "corazon\x00"),
    ],
)
def test_folding_drops_accents_and_keeps_ñ(word, folded):
    assert fold(word) == folded


# the bundled lexicon


@pytest.fixture(scope="module")
def book():
    return load_codebook("cluetrain")


@pytest.mark.parametrize("lang", ["es", "it"])
@pytest.mark.parametrize("frame", ["Ayer, {need}; {cue}, dijo.", "{need} {cue}"], ids=["in a sentence", "bare"])
def test_every_bundled_cue_is_found_by_its_own_words(book, lang, frame):
    index = cue_index(book)
    lost = []
    for cue in [cue for cue in book.cues if cue.lang == lang]:
        text = frame.format(cue=cue.cue, need=cue.needs[0] if cue.needs else "")
        hits = [hit for hit in index.find(text, lang) if (book.code_ids[hit.code], hit.cue) == (cue.code, cue.cue)]
        if cue.cue not in [text[hit.start : hit.end] for hit in hits]:
            lost.append(f"{cue.code}: {cue.cue}")
    assert not lost, f"{len(lost)} cues can never match: " + "; ".join(lost)


@pytest.mark.parametrize("lang", ["es", "it"])
def test_every_needed_lemma_of_the_bundled_cues_can_be_met(book, lang):
    needs = sorted({need for cue in book.cues if cue.lang == lang for need in cue.needs})
    matcher = CueMatcher(lang, [("xyzzy", [need]) for need in needs])
    met = {needs[hit.cue] for need in needs for hit in matcher.match(f"xyzzy {need}") if needs[hit.cue] == need}
    assert len(needs) > 100
    assert sorted(set(needs) - met) == []


@pytest.mark.parametrize("lang", ["es", "it"])
def test_no_bundled_cue_with_a_condition_meets_it_by_itself(book, lang):
    index = cue_index(book)
    alone = [
        f"{cue.code}: {cue.cue}"
        for cue in book.cues
        if cue.lang == lang and cue.needs
        for hit in index.find(cue.cue, lang)
        if (book.code_ids[hit.code], hit.cue) == (cue.code, cue.cue)
    ]
    assert alone == []


def test_a_passage_beyond_a_million_characters_is_tokenised():
    from toolkit.text.pipelines import pipeline

    assert len(pipeline("es", "simple").nlp.make_doc("hola " * 210_000)) == 210_000
