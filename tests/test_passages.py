"""Passages: where sentences and paragraphs begin and end, and that nothing visible is lost between them."""

import json
import re
import time

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus import load_posts, mark_furniture, segment
from toolkit.corpus.passages import _BORDER_SIGNS, _MORE_BORDERS
from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.tables import check

CASES = [
    json.loads(line)
    for line in (ROOT / "tests" / "cases" / "sentences.jsonl").read_text(encoding="utf-8").strip().split("\n")
]


def posts_of(*texts: str, lang: str | None = "es") -> pd.DataFrame:
    """A posts table; the posts are named by number."""
    return pd.DataFrame(
        {
            "doc_id": [str(n) for n in range(len(texts))],
            "lang": [lang] * len(texts),
            "text": texts,
            "sha256": [sha256_text(text) for text in texts],
        }
    )


def furniture_of(text: str, *marked: str) -> pd.DataFrame:
    """Marks on the given parts of the one post."""
    starts = [text.index(quote) for quote in marked]
    return pd.DataFrame(
        {"doc_id": "0", "start": starts, "end": [a + len(q) for a, q in zip(starts, marked, strict=True)]}
        | {"rule": "test", "kind": "other", "quote": marked}
    )


def slices(posts: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    return [
        texts[doc][start:end]
        for doc, start, end in zip(passages["doc_id"], passages["start"], passages["end"], strict=True)
    ]


def cut(text: str, lang: str | None = "es", unit: str = "sentence", marked: tuple[str, ...] = ()) -> list[str]:
    """The passages of one text as texts."""
    posts = posts_of(text, lang=lang)
    return slices(posts, segment(posts, furniture_of(text, *marked) if marked else None, unit=unit))


# ---- borders -----------------------------------------------------------------------------------------------


def known_failure(case: dict) -> list:
    return [pytest.mark.xfail(strict=True, reason=case["fails"])] if "fails" in case else []


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"], marks=known_failure(case)) for case in CASES])
def test_borders(case):
    assert cut(case["text"], case["lang"], case["unit"]) == case["expected"]


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "fails" not in case and case["unit"] != "document"],
    ids=lambda case: case["label"],
)
def test_borders_are_the_same_behind_another_paragraph(case):
    before = "Ayer no vino nadie." if case["lang"] == "es" else "Ieri non è venuto nessuno."
    assert cut(f"{before}\n\n{case['text']}", case["lang"], case["unit"]) == [before, *case["expected"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"], ids=ascii)
@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
def test_blank_lines_of_all_kinds_part_passages(end, unit):
    assert cut(f"Primera línea{end}{end}Segunda línea{end}", unit=unit) == ["Primera línea", "Segunda línea"]


def test_without_a_known_language_sentences_are_still_parted():
    assert cut("Il forum è vuoto. È colpa nostra.", lang=None) == ["Il forum è vuoto.", "È colpa nostra."]


@pytest.mark.parametrize("lang", ["en", "fr", "de", "pt", "ca", "xx", "", "es-AR"])
def test_other_languages_have_sentences_too(lang):
    assert cut("Weblog 2011. Markt 2012!", lang=lang) == ["Weblog 2011.", "Markt 2012!"]


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\u00a0\u2003"])
@pytest.mark.parametrize("unit", ["sentence", "paragraph", "document"])
def test_a_text_without_a_visible_character_has_no_passages(text, unit):
    assert cut(text, unit=unit) == []


def test_an_unknown_unit_is_named_with_the_nearest_known():
    with pytest.raises(InputError, match=r"unit 'sentences' is unknown; did you mean 'sentence'\?"):
        segment(posts_of("Hola."), unit="sentences")


# ---- furniture ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
def test_passages_stop_at_the_borders_of_furniture(unit):
    text = "mostrador vacíoNo quedaba nadie en la tienda cuando llegamos"
    assert cut(text, unit=unit, marked=("mostrador vacío",)) == ["mostrador vacío", text[len("mostrador vacío") :]]


def test_furniture_is_marked_and_prose_is_not():
    text = "Nadie vino.\n\nDeja un comentario\n\nMañana volvemos."
    posts = posts_of(text)
    passages = segment(posts, furniture_of(text, "Deja un comentario"))
    assert dict(zip(slices(posts, passages), passages["furniture"], strict=True)) == {
        "Nadie vino.": False,
        "Deja un comentario": True,
        "Mañana volvemos.": False,
    }


def test_furniture_is_not_cut_into_sentences():
    notice = "Este sitio usa cookies. Si sigues, las aceptas."
    assert cut(f"Hola.\n\n{notice}\n\nAdiós.", marked=(notice,)) == ["Hola.", notice, "Adiós."]


@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
def test_spans_of_furniture_that_overlap_or_stand_twice_are_marked_once(unit):
    text = "Deja un comentario aquí. Nadie vino."
    posts = posts_of(text)
    spans = pd.DataFrame({"doc_id": posts["doc_id"][0], "start": [0, 0, 5], "end": [18, 18, 24]})
    passages = segment(posts, spans, unit=unit)
    assert passages[["start", "end"]].to_numpy().tolist() == [[0, 18], [19, 24], [25, 36]]
    assert passages["furniture"].tolist() == [True, True, False]


def test_furniture_of_another_post_changes_nothing():
    posts = posts_of("Nadie vino. Nunca.")
    other = pd.DataFrame({"doc_id": ["9"], "start": [0], "end": [5]})
    assert segment(posts, other).equals(segment(posts))


def test_wrapped_prose_does_not_continue_across_furniture():
    first = "Durante años mandamos el mismo boletín a todos los clientes"
    text = f"{first}\nPublicidad\nsin preguntarnos si alguno lo leía."
    assert cut(text, unit="paragraph", marked=("Publicidad",)) == [
        first,
        "Publicidad",
        "sin preguntarnos si alguno lo leía.",
    ]


# ---- documents ---------------------------------------------------------------------------------------------


def test_a_document_goes_from_the_first_visible_character_to_the_last():
    assert cut("\r\n  • Hola.\n\n\nAdiós. \u00a0\n", unit="document") == ["• Hola.\n\n\nAdiós."]


def test_a_document_holds_its_furniture_and_is_not_marked():
    text = "Nadie vino.\n\nDeja un comentario\n"
    passages = segment(posts_of(text), furniture_of(text, "Deja un comentario"), unit="document")
    assert passages[["start", "end", "furniture"]].to_numpy().tolist() == [[0, len(text) - 1, False]]


def test_a_document_of_nothing_but_furniture_is_marked():
    text = "Deja un comentario\n\nNombre *\n"
    passages = segment(posts_of(text), furniture_of(text, "Deja un comentario", "Nombre *"), unit="document")
    assert list(passages["furniture"]) == [True]


def test_a_document_is_in_the_language_of_its_post():
    english = "It is not the tool that matters, it is whether anybody is listening at the other end."
    assert list(segment(posts_of(english), unit="document")["lang"]) == ["es"]
    assert list(segment(posts_of(english, lang=None), unit="document")["lang"]) == ["en"]


# ---- the table ---------------------------------------------------------------------------------------------


def test_an_english_quotation_in_a_spanish_post_is_english_and_its_neighbours_are_not():
    text = (
        "Lo dijo hace años y sigue siendo verdad.\n\n"
        "“It is not the tool that matters, it is whether anybody is listening at the other end.”\n\n"
        "Social Media Engagement\n\nMañana volveremos a la tienda para seguir preguntando."
    )
    assert list(segment(posts_of(text))["lang"]) == ["es", "en", "es", "es"]


def test_a_passage_is_named_by_post_unit_and_place():
    posts = posts_of("Hola. Adiós.")
    assert list(segment(posts)["passage_id"]) == ["0:s0-5", "0:s6-12"]
    assert list(segment(posts, unit="paragraph")["passage_id"]) == ["0:p0-12"]
    assert list(segment(posts, unit="document")["passage_id"]) == ["0:d0-12"]


def test_passages_keep_the_order_of_the_posts_and_the_contract():
    posts = posts_of("Uno. Dos.", "Tres.", "Cuatro. Cinco.")
    passages = segment(posts)
    assert slices(posts, passages) == ["Uno.", "Dos.", "Tres.", "Cuatro.", "Cinco."]
    assert check("passages", passages).equals(passages)


@pytest.mark.parametrize("unit", ["sentence", "paragraph", "document"])
def test_no_posts_have_no_passages(unit):
    assert segment(posts_of(), unit=unit).empty


def test_the_posts_are_not_changed():
    posts = posts_of("Hola. Adiós.")
    before = posts.copy()
    segment(posts)
    assert posts.equals(before)


# ---- laws --------------------------------------------------------------------------------------------------

#: What may stand outside passages, beside white space.
MARKS = re.compile(r"(?:(?:[•·▪‣◦●○*+>–—-]|#{1,6}|\(?\d{1,2}[.)º]|\(?[a-h]\))\s*)+")
WORDS = [
    "Hola",
    "nadie",
    "vino",
    "Sr.",
    "etc.",
    "2011",
    "3.5",
    "así.",
    "No.",
    "¿quién?",
    "¡Sí!",
    "…",
    "fin...",
    "«eso»",
]
WORDS += [
    "😀",
    "👨‍👩‍👧.",
    "cancio\u0301n",
    "ñu,",
    "(aparte.)",
    "www.ejemplo.es",
    "Durante años mandamos boletines a todo el mundo",
]
SPACES = [" ", " ", " ", "  ", "\u00a0", "\t"]
ENDS = ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\u2028", "\n• ", "\n- ", "\n1. ", "\n10) ", "\nb) ", "\n## ", "\n> "]
TEXTS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SPACES + ENDS)), max_size=25).map(
    lambda parts: "".join(word + after for word, after in parts)
)


@st.composite
def texts_with_furniture(draw):
    """A text and disjoint stretches of it."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    frame = pd.DataFrame(
        {"doc_id": ["0"] * len(pairs), "start": [a for a, _ in pairs], "end": [b for _, b in pairs]}
        | {"rule": "test", "kind": "other", "quote": [text[a:b] for a, b in pairs]}
    )
    return text, frame


def places(passages: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(passages["start"], passages["end"], strict=True))


def shape_is_right(text: str, passages: pd.DataFrame) -> None:
    """In order, disjoint, inside the text, named once, with a visible character at both ends."""
    position = 0
    for start, end in places(passages):
        assert position <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        position = end
    assert passages["passage_id"].is_unique


def nothing_is_lost(text: str, passages: pd.DataFrame) -> None:
    """What stands between passages is white space and list marks."""
    position = 0
    for start, end in [*places(passages), (len(text), len(text))]:
        between = text[position:start].strip()
        assert not between or MARKS.fullmatch(between), between
        position = end


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, unit=st.sampled_from(["sentence", "paragraph"]))
def test_passages_lie_in_order_and_hold_all_that_is_visible(text, unit):
    passages = segment(posts_of(text), unit=unit)
    shape_is_right(text, passages)
    nothing_is_lost(text, passages)


@settings(max_examples=60, deadline=None)
@given(case=texts_with_furniture(), unit=st.sampled_from(["sentence", "paragraph"]))
def test_passages_never_cross_a_border_of_furniture(case, unit):
    text, furniture = case
    passages = segment(posts_of(text), furniture, unit=unit)
    shape_is_right(text, passages)
    nothing_is_lost(text, passages)
    marks = list(zip(furniture["start"], furniture["end"], strict=True))
    for (start, end), flag in zip(places(passages), passages["furniture"], strict=True):
        inside = any(a <= start and end <= b for a, b in marks)
        outside = all(end <= a or b <= start for a, b in marks)
        assert flag == inside
        assert inside or outside


@settings(max_examples=60, deadline=None)
@given(case=texts_with_furniture())
def test_every_sentence_lies_in_one_paragraph(case):
    text, furniture = case
    posts = posts_of(text)
    paragraphs = places(segment(posts, furniture, unit="paragraph"))
    for start, end in places(segment(posts, furniture)):
        assert sum(a <= start and end <= b for a, b in paragraphs) == 1


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120), unit=st.sampled_from(["sentence", "paragraph", "document"]))
def test_any_text_at_all_can_be_cut(text, unit):
    text = re.sub("[\ud800-\udfff]", "", text)
    passages = segment(posts_of(text), unit=unit)
    shape_is_right(text, passages)
    if unit != "document":
        nothing_is_lost(text, passages)


BORDERS = st.lists(
    st.sampled_from([*_BORDER_SIGNS, *"…!?.)]\"'»”’¿¡«“Aaé", "etc", "via", "così ", "per ", "No", " ", "\xa0"])
)


@settings(max_examples=200, deadline=None)
@given(text=BORDERS.map("".join))
def test_a_block_without_a_sign_of_further_borders_has_none(text):
    if not any(sign in text for sign in _BORDER_SIGNS):
        assert not _MORE_BORDERS.search(text)


def test_in_the_real_texts_nothing_is_lost(seeds):
    posts = load_posts(seeds).assign(lang=["es"] * 4 + ["it"])
    furniture = mark_furniture(posts)
    for unit in ("sentence", "paragraph"):
        passages = segment(posts, furniture, unit=unit)
        for doc_id, text in zip(posts["doc_id"], posts["text"], strict=True):
            own = passages[passages["doc_id"] == doc_id]
            shape_is_right(text, own)
            nothing_is_lost(text, own)


def test_in_the_bundled_corpus_nothing_is_lost():
    posts = load_posts(ROOT / "corpora" / "conversaciones")
    passages = segment(posts, mark_furniture(posts))
    for doc_id, text in zip(posts["doc_id"], posts["text"], strict=True):
        own = passages[passages["doc_id"] == doc_id]
        shape_is_right(text, own)
        nothing_is_lost(text, own)


def test_a_panic_of_the_splitter_costs_no_run(monkeypatch):
    """Its compiled part once gave up on an odd space; such a panic is no Exception."""
    panic = type("PanicException", (BaseException,), {})

    def give_up(lang, text):
        raise panic("byte index 3 is not a char boundary")

    monkeypatch.setattr("toolkit.corpus.passages.sentencex.segment", give_up)
    assert cut("Hay que escuchar.\u1680 La gente habla.") == ["Hay que escuchar.", "La gente habla."]


@pytest.mark.parametrize(
    "sign", [".", "«\"'", "«", "a. ", "Hola. ) ", "'", "... ", "1. ", "¿? ", "l'amico dice che c'è. "]
)
def test_a_block_without_an_end_is_parted_in_bounded_time(sign):
    text = sign * (60_000 // len(sign)) + " La gente habla."
    began = time.perf_counter()
    found = cut(text)
    assert time.perf_counter() - began < 20
    assert "".join("".join(found).split()).endswith("Lagentehabla.")


def test_a_long_block_is_parted_as_its_pieces_are():
    """Blocks of more than 10,000 characters go to the splitter in parts, which begin where sentences do."""
    prose = "La tienda contestó ayer. ¿Quién lo vio? El Sr. Pérez dijo: «Nadie escucha». L'amico è qui! "
    whole, once = cut(prose * 300), cut(prose)
    assert whole == once * 300
    endless = cut("la tienda contestó ayer y nadie lo vio " * 600)
    assert len(endless) == 1
