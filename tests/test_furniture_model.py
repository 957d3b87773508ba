"""The line model behind the furniture rules: what it marks, what it leaves, and that it never touches a mark."""

import json

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus.furniture.features import describe_lines, zones_of
from toolkit.corpus.furniture.line_model import RULE, LineModel, load_line_model, more_marks
from toolkit.corpus.furniture.rules import Mark
from toolkit.corpus.furniture.shapes import LONGEST_LINE, read_lines
from toolkit.resources import data_file

PROSE = {
    "es": "Ayer fuimos a ver a los clientes del taller y volvimos con más preguntas que respuestas.",
    "it": "Ieri siamo andati dai clienti dell'officina e siamo tornati con più domande che risposte.",
}
FORM = Mark("comment_heading_es", "comment_form")
BAR = Mark("menu_line", "navigation")
#: Lines that no rule need know, below the writing and among lines of a form.
PAGE = [
    (PROSE["es"], None),
    ("", None),
    (PROSE["es"] + " Eso fue todo.", None),
    ("", None),
    ("Deja un comentario", FORM),
    ("Nombre", FORM),
    ("Correo electrónico (no será publicado)", None),
    ("Sitio web", FORM),
    ("Enviar comentario ahora", None),
    ("", None),
    ("Suscríbete al blog", None),
    ("Archivo del blog", BAR),
]
#: Writing that looks short: it stays, wherever it stands.
WRITING = {
    "verse": "El teclado espera\n\n{prose}\n\nTecla\ntras tecla\nse va el día\ny nadie contesta\n\n{prose}",
    "list": "{prose}\n\nPara mañana:\n- llamar a Carmen\n- pedir el hilo\n- pagar la luz\n\n{prose}",
    "headings": "{prose}\n\nPrimera parte\n\n{prose}\n\nSegunda parte\n\n{prose}",
    "signature": "{prose}\n\n{prose}\n\nUn abrazo\nCarmen",
    "title": "Lo que aprendí en el mercado\n\n{prose}\n\n{prose}",
    "contents": "{prose}\n\n• Objetivos de la escucha\n• Formatos\n\nObjetivos de la escucha\n\n{prose}\n\n{prose}",
    "letter": "Cara Teresa,\n\n{prose}\n\n{prose}\n\nA presto\nNives",
}


def page_of(rows: list[tuple[str, Mark | None]]) -> tuple[str, list, list]:
    """Text, lines and marks of rows."""
    text = "\n".join(line for line, _ in rows)
    return text, read_lines(text), [mark for line, mark in rows if line]


def added(text: str, marks: list[Mark | None] | None = None, model: LineModel | None = None) -> list[str]:
    """The lines that the model marks."""
    lines = read_lines(text)
    given_marks = marks or [None] * len(lines)
    found = more_marks(text, lines, given_marks, model)
    return [text[line.start : line.end] for line, old, new in zip(lines, given_marks, found, strict=True) if old != new]


def test_lines_between_marked_ones_below_the_writing_are_marked():
    text, lines, marks = page_of(PAGE)
    found = more_marks(text, lines, marks)
    new = {text[line.start : line.end]: mark for line, mark in zip(lines, found, strict=True) if mark not in marks}
    assert new["Enviar comentario ahora"].rule == RULE
    assert new["Correo electrónico (no será publicado)"].kind == "comment_form"
    assert not [line for line in new if line.startswith("Ayer")]


@pytest.mark.parametrize("lang", list(PROSE))
@pytest.mark.parametrize("name", list(WRITING))
def test_short_lines_of_writing_stay(name, lang):
    assert added(WRITING[name].format(prose=PROSE[lang])) == []


def test_texts_without_prose_are_left_alone():
    text, lines, marks = page_of([row for row in PAGE if not row[0].startswith("Ayer")])
    assert more_marks(text, lines, marks) == marks
    assert more_marks("", [], []) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [*PROSE.values(), "Nombre", "Ver todo", "12", "@ana", "", " ", "a" * 400, "¿Quién?", "\x0b·"]
            ),
            st.sampled_from([None, None, FORM, BAR]),
        ),
        max_size=30,
    )
)
@settings(max_examples=50, deadline=None)
def test_marks_are_added_and_never_changed(rows):
    text = "\n".join(line for line, _ in rows)
    lines = read_lines(text)
    marks = [mark for _, mark in rows][: len(lines)] + [None] * max(0, len(lines) - len(rows))
    kept = list(marks)
    found = more_marks(text, lines, marks)
    assert marks == kept
    assert len(found) == len(lines)
    assert all(
        new == old or (old is None and new is not None and new.rule == RULE)
        for old, new in zip(marks, found, strict=True)
    )
    assert all(line.length <= LONGEST_LINE for line, old, new in zip(lines, marks, found, strict=True) if old != new)
    assert found == more_marks(text, lines, marks)


#: Three lines of a page's top, marked by rules: a text with fewer is no page.
TOP = ["Inicio", "Contacto", "Buscar"]
SURE = LineModel(1.0, {}, dict.fromkeys(("top", "body", "tail", "bottom", "prose"), 0.5), {})


def page_with(*rows: str) -> tuple[str, list[Mark | None]]:
    """A text below three marked lines, and the marks."""
    lines = [*TOP, *rows]
    return "\n\n".join(lines), [Mark("menu", "navigation")] * len(TOP) + [None] * len(rows)


def test_the_cut_of_a_zone_decides():
    text, marks = page_with(PROSE["es"], PROSE["es"], "algo breve")
    strict = SURE._replace(cuts=dict.fromkeys(SURE.cuts, 2.0))
    assert added(text, marks, strict) == []
    assert added(text, marks, strict._replace(cuts=strict.cuts | {"bottom": 0.5})) == ["algo breve"]
    assert added(text, marks, strict._replace(weights={"zone=bottom": 1.5})) == ["algo breve"]


def test_a_text_with_fewer_than_three_marks_is_no_page():
    text, marks = page_with(PROSE["es"], "Marta Ruiz")
    assert added(text, marks, SURE) == ["Marta Ruiz"]
    assert added(text, [None, *marks[1:]], SURE) == []


def test_a_sentence_is_never_marked_whatever_its_language():
    english = "Yesterday we went to see our customers and came back with more questions than answers."
    text, marks = page_with(PROSE["es"], english, "algo breve")
    assert added(text, marks, SURE) == ["algo breve"]


def test_zones_follow_the_prose_and_the_comments():
    rows = [("Inicio", None), (PROSE["it"], None), ("Due", None), (PROSE["it"], None)]
    rows += [("Commenti", Mark("x", "comment_meta")), ("Ugo", None), (PROSE["it"], None), ("Contatti", None)]
    _, lines, marks = page_of(rows)
    assert zones_of(lines, marks) == ["top", "prose", "body", "prose", "body", "tail", "prose", "bottom"]


def test_features_are_named_and_between_0_and_1():
    text, lines, marks = page_of(PAGE)
    for features, mark in zip(describe_lines(text, lines, marks, {"nombre": 3.0}), marks, strict=True):
        assert bool(features) == (mark is None)
        assert all(0 < value <= 1 for value in features.values())


def test_the_bundled_model_says_where_it_is_from():
    data = json.loads(data_file("furniture", "line_model.json").read_text(encoding="utf-8"))
    assert data["licence"] == "CC BY 4.0"
    assert "train_furniture.py" in data["about"]
    assert set(load_line_model().cuts) == {"top", "body", "tail", "bottom", "prose"}


def test_training_pages_are_constructed_and_in_the_order_of_their_lines():
    pages = (ROOT / "tests" / "benchmarks" / "furniture_pages.jsonl").read_text(encoding="utf-8").splitlines()
    for page in map(json.loads, pages):
        text = "\n".join(line for line, _ in page["lines"])
        assert page["constructed"] is True
        assert len(read_lines(text)) == sum(bool(line.strip()) for line, _ in page["lines"])


def test_long_pages_take_time_in_proportion():
    text = (PROSE["es"] + "\n\n" + "Ver más\nHoy 12:30\n" * 20) * 200
    lines = read_lines(text)
    found = more_marks(text, lines, [None] * len(lines))
    assert len(found) == len(lines) > 8000
