"""What stands twice in one post."""

import json
import time

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus import mark_furniture
from toolkit.corpus.copies.repeats import mark_repeats

CORPUS = ROOT / "corpora" / "conversaciones"
LONG = "La panadería de la esquina contesta todas las quejas en una hora."
ITEM, LIST = "- costo: cinco horas a la semana", "- pan de molde\n- leche\n- huevos duros"
OTHER = "Il forum dei clienti conta più della pubblicità del negozio, e si vede."


def table(texts: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"doc_id": list(texts), "text": list(texts.values()), "sha256": "0"})


def repeats(text: str) -> list[tuple[str, str]]:
    """Later and earlier copy of each repeat."""
    found = mark_repeats(table({"a": text}))
    assert [text[start:end] for start, end in zip(found["start"], found["end"], strict=True)] == found["quote"].tolist()
    spans = zip(found["first_start"], found["first_end"], strict=True)
    return [(quote, text[start:end]) for quote, (start, end) in zip(found["quote"], spans, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (LONG, []),
        (f"{LONG}\n\n{OTHER}\n\n{LONG}\n", [LONG]),
        (f"{LONG}\r\n\r\n{OTHER}\r\n{LONG}", [LONG]),
        (f"{LONG} {OTHER} {LONG}", [LONG]),
        (f"Hoy: nada. {LONG} {OTHER}\n\n¿Y qué? {LONG} Eso.", [LONG]),
        (f"{LONG} {OTHER}\n\nBasta.\n\n{LONG} {OTHER}", [f"{LONG} {OTHER}"]),
        (f"{LONG}\n{OTHER}\n\n{LONG}\n{OTHER}", [f"{LONG}\n{OTHER}"]),
        (f"{LONG}\n{LONG}\n{LONG}", [LONG, LONG]),
        (f"{LIST}\n\nUno.\n\n{LIST}", [LIST]),
        (f"{ITEM}\n- nada\n{ITEM}", [ITEM]),
        ("Responder\nUno.\nResponder\nDos.\nResponder\nTres.", []),
        ("Los comentarios\n\nUno.\n\nLos comentarios\n\nDos.", []),
        ("Dijo que no. Y se fue.\nDijo que no. Y volvió.", []),
        ("Escuchar no cuesta nada, señores. A.\n\nEscuchar no cuesta nada, señores. B.", []),
        (f"{LONG}\n{LONG.lower()}", []),
    ],
)  # fmt: skip
def test_repeats(text, expected):
    assert [quote for quote, _ in repeats(text)] == expected
    assert all(quote.split() == first.split() for quote, first in repeats(text))


def test_copies_may_differ_in_white_space():
    assert repeats(f"{LONG}\n\n{LONG.replace(' ', '  ')}") == [(LONG.replace(" ", "  "), LONG)]


def test_posts_are_looked_at_one_by_one_and_rows_are_sorted():
    found = mark_repeats(table({"b": f"{LONG}\n{LONG}", "a": f"{LONG}\n{OTHER}\n{OTHER}\n{LONG}", "c": LONG}))
    assert found["doc_id"].tolist() == ["a", "a", "b"]
    assert list(found) == ["doc_id", "start", "end", "quote", "first_start", "first_end"]
    assert list(mark_repeats(table({"c": LONG}))) == list(found)


def test_furniture_is_no_repeat_unless_it_is_furniture_for_repeating():
    text = f"{LONG}\n{OTHER}\n{LONG}"
    spans = [("a", len(text) - len(LONG), len(text), rule, "other", LONG) for rule in ("share", "repeated_at_once")]
    marks = pd.DataFrame(spans, columns=["doc_id", "start", "end", "rule", "kind", "quote"])
    assert mark_repeats(table({"a": text}), furniture=marks[:1]).empty
    assert mark_repeats(table({"a": text}), furniture=marks[1:])["quote"].tolist() == [LONG]


_pieces = st.lists(st.sampled_from([LONG, OTHER, "Sí.", "- uno", "- dos", "\n", "\n\n", " ", "🙂"]), max_size=25)


@settings(max_examples=50, deadline=None)
@given(_pieces.map("".join))
def test_rows_do_not_overlap_and_the_earlier_copy_is_earlier(text):
    found = mark_repeats(table({"a": text}))
    assert (found["first_end"] <= found["start"]).all()
    assert (found["end"][:-1].to_numpy() <= found["start"][1:].to_numpy()).all()
    for row in found.itertuples():
        assert row.quote == text[row.start : row.end] == row.quote.strip()
        assert row.quote.split() == text[row.first_start : row.first_end].split()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([LONG, OTHER, "Uno.", "Due."]), max_size=8), st.integers(0, 8))
def test_a_line_put_in_a_second_time_is_found(lines, place):
    line = "Nadie ha leído todavía el aviso que pusieron en la puerta."
    text = "\n".join([line, *lines[:place], line, *lines[place:]])
    assert line in [part for quote, _ in repeats(text) for part in quote.split("\n")]


@pytest.mark.parametrize(
    "text", [f"{LONG}\n" * 20_000, "a\n" * 200_000, "ab. " * 200_000, "." * 500_000, "x y " * 200_000]
)
def test_long_texts_take_no_quadratic_time(text):
    start = time.process_time()
    mark_repeats(table({"a": text}))
    assert time.process_time() - start < 10


def bundled(folder: str) -> dict[str, str]:
    paths = sorted((CORPUS / folder).rglob("*.md"))
    raw = {str(path.relative_to(CORPUS / folder))[:-3]: path.read_text(encoding="utf-8") for path in paths}
    return {doc_id: text[4:].partition("\n---\n")[2] for doc_id, text in raw.items()}


def test_the_repeats_of_the_bundled_copies_are_found_and_nothing_else():
    gold = {
        (row["doc_id"], row["start"], row["end"])
        for lang in ("es", "it")
        for row in map(json.loads, (CORPUS / "annotations" / f"repeats_{lang}.jsonl").open(encoding="utf-8"))
    }
    posts = table(bundled("copies"))
    for furniture in (None, mark_furniture(posts)):
        found = mark_repeats(posts, furniture=furniture)
        assert set(zip(found["doc_id"], found["start"], found["end"], strict=True)) == gold
