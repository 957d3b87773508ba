"""Tables and cards: numbers of each language, nothing hidden in silence, nothing of a text that runs or misleads."""

import ast
import dataclasses
import math
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import toolkit
from toolkit.display import Card, card, note_html, show
from toolkit.display.numbers import lone_number, number, number_column
from toolkit.display.plain import WIDTH, plain_table, plain_text
from toolkit.display.words import LANGUAGES, display_words
from toolkit.errors import InputError
from toolkit.marked_text import clean, page
from toolkit.printable import beginning, printable, width_of
from toolkit.tables import empty

HOSTILE = '<script>alert(1)</script> "onmouseover="x() $x$ \x1b[31m\u202eabc\x00'
UNSEEN = set("\x00\x1b\u202e\u2066\u200f")


class Parsed(HTMLParser):
    """Tags, attributes and text of a fragment."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attributes]

    def handle_data(self, data):
        self.texts.append(data)

    def values(self, name):
        return [value for _, own, value in self.attributes if own == name]


def assert_inert(html):
    parsed = Parsed(html)
    assert not {"script", "img", "svg", "object", "embed", "link", "form", "base"} & set(parsed.tags)
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on")]
    assert "\x1b" not in html and "\x00" not in html
    return parsed


# ---- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "whole", "broken"),
    [("en", "1,234,567", "0.50"), ("es", "1\u202f234\u202f567", "0,50"), ("it", "1.234.567", "0,50")],
)
def test_numbers_are_written_as_the_language_does(lang, whole, broken):
    assert number(1234567, lang) == whole
    assert number(0.5, lang, 2) == broken
    assert number(math.nan, lang) == ""
    assert number(-0.0001, lang, 2) == number(0, lang, 2)
    assert number(math.inf, lang) == "∞"


def test_numbers_are_those_of_the_figures():
    from toolkit.plots.style import number as of_figures

    for lang in LANGUAGES:
        for value in (1234.5, 0.25, -17, 1e7):
            assert number(value, lang, 2) == of_figures(value, lang, 2)


@pytest.mark.parametrize(
    ("name", "values", "written"),
    [
        ("n", [1200, 7], ["1,200", "7"]),
        ("n", [1200.0, math.nan], ["1,200", ""]),
        ("year", [2006, 2011], ["2006", "2011"]),
        ("when", [2006, 2011], ["2006", "2011"]),
        ("start", [10500, 3], ["10500", "3"]),
        ("año", [10500, 3], ["10500", "3"]),
        ("anno di nascita", [10500, 3], ["10500", "3"]),
        # what only sounds like a year is an amount
        ("annotations", [10500, 3], ["10,500", "3"]),
        ("tamaño", [10500, 3], ["10,500", "3"]),
        # names of posts are longer than a fraction can hold
        ("post", [1234567890123456789, 7], ["1,234,567,890,123,456,789", "7"]),
        ("share", [0.5, 0.12345], ["0.500", "0.123"]),
        ("share", [0.0, 1.0], ["0.000", "1.000"]),
        ("share", [0.012, 0.0004], ["0.0120", "0.0004"]),
        ("p_value", [0.2, 1e-9, 0.0], ["0.200", "<0.001", "0.000"]),
        ("log_ratio", [-2.345, 1.0], ["−2.35", "1.00"]),
        ("log_likelihood", [250.123, 3.9], ["250.1", "3.9"]),
        # from a thousand on no digits stand after the point, and what is small is rounded
        ("weight", [1234.5, 0.2], ["1,234", "0"]),
        ("weight", [], []),
        ("weight", [1e-12, 0.5], ["<0.001", "0.500"]),
    ],
)
def test_columns_have_few_digits(name, values, written):
    assert number_column(name, values) == written


def test_a_number_alone_has_three_digits_that_count():
    assert [lone_number(value) for value in (0.5, 3, 0.0123456, 1e-8, 99999.9, 1e-12, -1e-12, 0.0)] == [
        "0.5",
        "3",
        "0.0123",
        "0.00000001",
        "100,000",
        "<0.000000001",
        ">−0.000000001",
        "0",
    ]


# ---- tables ----------------------------------------------------------------------------------------------

TABLE = pd.DataFrame(
    {
        "doc_id": ["es/1", "it/2", "it/3"],
        "lang": ["es", "it", None],
        "quote": ["Hola a todos", "x" * 900, None],
        "code": ["listening", "community", "no_such"],
        "stance": ["breach", None, "endorses"],
        "share": [0.98765, np.nan, 0.1],
        "key": [True, False, True],
        "created": ["2026-11-22T02:27:19Z", None, "hoy"],
        "evidence": ['{"cues": [{"cue": "promesa", "weight": 2.0}], "examples": []}', "{not json", None],
        "terms": [["a", "b"], {"z", "c"}, None],
    }
)


def texts_of(shown):
    return {head.heading: [row[place].text for row in shown.rows] for place, head in enumerate(shown.columns)}


def test_cells_are_readable_in_each_language():
    cells = texts_of(show(TABLE, names={"listening": "Escuchar"}, lang="es"))
    assert cells["code"] == ["Escuchar", "community", "no_such"]
    assert cells["stance"] == ["incumplimiento", "", "respalda"]
    changes = pd.DataFrame({"what": ["stance"], "from": ["mentions"], "to": ["endorses"]})
    assert [cell.text for cell in show(changes, lang="it").rows[0]] == ["stance", "menziona", "sostiene"]
    assert cells["share"] == ["0,988", "", "0,100"]
    assert cells["key"] == ["sí", "no", "sí"]
    assert cells["created"] == ["2026-11-22 02:27", "", "hoy"]
    assert cells["evidence"] == ["cues: promesa", "{not json", ""]
    assert cells["terms"] == ["a, b", "c, z", ""]
    assert texts_of(show(TABLE, ["key"], lang="it"))["key"] == ["sì", "no", "sì"]


def test_what_stands_for_a_code_keeps_the_code_in_its_tip():
    parsed = Parsed(show(TABLE, ["code", "stance"], names={"listening": "Escuchar"}, lang="es")._repr_html_())
    assert {"listening", "breach"} <= set(parsed.values("title"))


def test_long_texts_are_cut_and_that_is_said():
    shown = show(TABLE, ["quote"])
    text = texts_of(shown)["quote"][1]
    assert len(text) == 400 and text.endswith("…")
    assert "long texts are cut after 400 characters" in shown.about
    assert "cut" not in show(TABLE, ["quote"], rows=1).about
    assert len(shown.frame["quote"].iloc[1]) == 900


def test_long_numbers_keep_all_their_digits():
    table = pd.DataFrame({"post": [1234567890123456789, 7], "in": [{"id": 1234567890123456789}, None]})
    assert texts_of(show(table)) == {
        "post": ["1,234,567,890,123,456,789", "7"], "in": ["id: 1,234,567,890,123,456,789", ""],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "most", "begins"),
    [
        ("promesa", 9, "promesa"),
        ("promesa", 4, "prom"),
        ("promesa", 0, ""),
        ("sen\u0303al", 3, "se"),
        ("sen\u0303al", 4, "sen\u0303"),
        ("a\r\nb", 2, "a"),
        # a family, a tone of skin, a heart in colour, two flags
        ("x👩\u200d👩\u200d👧y", 3, "x"),
        ("x👩\u200d👩\u200d👧y", 6, "x👩\u200d👩\u200d👧"),
        ("x👍🏽y", 2, "x"),
        ("x❤\ufe0fy", 2, "x"),
        ("🇪🇸🇮🇹", 2, "🇪🇸"),
        ("🇪🇸🇮🇹", 3, "🇪🇸"),
        # what is longer than that, and more marks than a letter has, are cut all the same
        ("e\u0301\u0323x", 2, "e\u0301"),
        ("🇪🇸🇮🇹", 1, "🇪"),
        ("o" + "\u0301" * 90, 60, "o" + "\u0301" * 59),
    ],
)
def test_a_text_is_cut_between_letters(text, most, begins):
    assert beginning(text, most) == begins


def test_long_texts_are_cut_between_letters():
    text = "a" * 398 + "n\u0303" + "o" * 40
    assert texts_of(show(pd.DataFrame({"quote": [text]})))["quote"] == ["a" * 398 + "…"]
    value = "a" * 598 + "n\u0303" + "o" * 40
    assert card("corpus", facts={"posts": value}).facts == (("posts", "a" * 598 + "…"),)


def test_texts_have_the_language_of_their_row():
    parsed = Parsed(show(TABLE, ["quote", "doc_id"], lang="en")._repr_html_())
    assert [(tag, value) for tag, name, value in parsed.attributes if name == "lang"] == [
        ("div", "en"), ("td", "es"), ("td", "it"),
    ]  # fmt: skip


def test_missing_values_are_empty_and_said_to_who_cannot_see():
    parsed = Parsed(show(TABLE, ["share"], lang="it")._repr_html_())
    assert parsed.values("aria-label") == ["nessun valore"]
    missing = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [pd.NaT, pd.Timestamp("2011-05-01")]})
    assert texts_of(show(missing)) == {"a": ["1", ""], "b": ["", "2011-05-01"]}


@pytest.mark.parametrize(
    ("lang", "all_rows", "some", "one"),
    [
        ("en", "3,412 rows", "20 of 3,412 rows", "1 row"),
        ("es", "3\u202f412 filas", "20 de 3\u202f412 filas", "1 fila"),
        ("it", "3.412 righe", "20 di 3.412 righe", "1 riga"),
    ],
)
def test_how_many_rows_there_are_is_said(lang, all_rows, some, one):
    table = pd.DataFrame({"n": range(3412)})
    assert show(table, lang=lang).about == some
    assert show(table.head(1), lang=lang).about == one
    assert f"({some})" in repr(show(table, lang=lang)) and some in show(table, lang=lang)._repr_html_()
    assert show(table, rows=5000, lang=lang).about.endswith(all_rows)
    assert len(show(table, rows=5000).rows) == 1000
    assert one not in repr(show(table.head(1), lang=lang)) + show(table.head(1), lang=lang)._repr_html_()
    assert "11" in repr(show(pd.DataFrame({"n": [0] * 11}), lang=lang)).splitlines()[-1]
    assert show(table.head(0), lang=lang).about == display_words("words", lang)["no_rows"]


def test_columns_are_chosen_renamed_and_bounded():
    shown = show(TABLE, ["code=principle", "share"])
    assert [head.heading for head in shown.columns] == ["principle", "share"] == list(shown.frame.columns)
    assert "0 to 1" in shown.columns[1].meaning
    wide = pd.DataFrame({f"c{number}": [1] for number in range(120)})
    assert show(wide).about == "1 row; 40 of 120 columns"
    assert show(pd.DataFrame({"a=b": [1]}), ["a=b"]).columns[0].heading == "a=b"
    assert show(pd.DataFrame({2011: [5]}), ["2011=then"]).columns[0].heading == "then"


def test_an_index_that_says_something_is_shown():
    assert list(texts_of(show(TABLE["lang"].value_counts()))) == ["lang", "count"]
    crossed = pd.crosstab(TABLE["lang"], [TABLE["key"], TABLE["code"]])
    assert list(texts_of(show(crossed)))[:2] == ["lang", "False · community"]
    assert list(texts_of(show(TABLE[TABLE["key"]], ["doc_id"]))) == ["doc_id"]
    assert texts_of(show(pd.Series([1, 2], index=["a", "b"]))) == {"": ["a", "b"], "value": ["1", "2"]}
    assert texts_of(show(TABLE.set_index("code"), ["code", "share"]))["code"][0] == "listening"


def test_the_table_is_not_changed():
    before = TABLE.copy(deep=True)
    show(TABLE, ["code=x"], names={"listening": "y"})
    pd.testing.assert_frame_equal(TABLE, before)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"table": TABLE, "columns": ["sharee"]}, "no column 'sharee'; did you mean 'share'"),
        ({"table": TABLE, "rows": 0}, "rows is 0; expected is a whole number from 1"),
        ({"table": TABLE, "rows": "5"}, "rows is '5'"),
        ({"table": TABLE, "columns": 5}, "columns is 5; expected are names of columns, and rows=5 says"),
        ({"table": TABLE, "lang": "fr"}, "lang is 'fr'"),
        ({"table": [1, 2]}, "got list, expected a table"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(wrong, message):
    with pytest.raises(InputError, match=message):
        show(**wrong)


def test_plain_text_fits_a_terminal():
    wide = pd.DataFrame({f"column_{number}": ["una frase larga " * 9, "corta"] for number in range(14)})
    for table in (TABLE, wide, pd.DataFrame({"x": ["a" * 300]})):
        text = repr(show(table, caption="una frase " * 40))
        assert max(map(len, text.splitlines())) <= WIDTH
    assert plain_table(["日本", "n"], [["é" + "e\u0301", "1"]], [False, True])[2] == "ée\u0301    1"
    for sign in ("日", "😀", "e\u0301"):
        for line in plain_table(["quote", "n"], [[f"{sign * 90} {sign * 3} {sign * 900}", "1200"]], [False, True]):
            assert width_of(line) <= WIDTH


def test_lines_of_all_kinds_end_a_word():
    texts = ["uno\rdos", "uno\r\ndos", "uno\x0bdos", "uno\x0cdos", "uno\x85dos", "uno\u2028dos"]
    for text in texts:
        assert plain_table(["quote"], [[text]], [False])[2] == "uno dos"
        assert plain_text(text).split() == ["uno", "dos"]
    assert plain_text("uno\r\ndos\rtres") == "uno\ndos\ntres"


def test_no_sign_turns_the_direction_of_a_terminal():
    # all that Unicode has (Bidi_Control, UAX 9)
    turning = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    assert printable(f"a{turning}b") == "ab"


def test_words_are_there_in_all_languages():
    for name in ("words", "cards", "columns", "tables", "glossary"):
        known = [set(display_words(name, lang)) for lang in LANGUAGES]
        assert known[0] == known[1] == known[2]
        assert all(text for lang in LANGUAGES for text in display_words(name, lang).values())


def test_numbers_stand_at_the_right_without_a_style_sheet():
    parsed = Parsed(show(TABLE, ["code", "share"])._repr_html_())
    assert {value.split(";")[0] for tag, name, value in parsed.attributes if name == "style" and tag == "td"} == {
        "text-align:left", "text-align:right",
    }  # fmt: skip


def test_no_colour_of_ground_or_letters_is_set():
    style = (ROOT / "toolkit" / "data" / "display" / "display.css").read_text(encoding="utf-8")
    colours = {part.split(";")[0].strip() for part in style.split("color:")[1:]}
    assert colours == {"inherit"}


# ---- everything that shows itself ------------------------------------------------------------------------


def _texts():
    return toolkit.load_posts(ROOT / "corpora" / "conversaciones").head(2).assign(title=HOSTILE, site=HOSTILE)


def _coded(posts, coder=HOSTILE):
    post = posts.iloc[0]
    start = len(post["text"]) - len(post["text"].lstrip())
    end = start + 40
    return empty("annotations").astype(object).pipe(
        lambda table: pd.concat(
            [
                table,
                pd.DataFrame(
                    [
                        {
                            "doc_id": post["doc_id"], "start": start, "end": end, "quote": post["text"][start:end],
                            "codebook": "cluetrain", "codebook_version": toolkit.load_codebook().version,
                            "code": "listening", "stance": "breach", "coder": coder, "kind": "human", "note": HOSTILE,
                        }
                    ]
                ),
            ],
            ignore_index=True,
        )
    )  # fmt: skip


def _judged(annotations):
    return annotations[["coder", "doc_id", "start", "end"]]


def _corpus():
    from toolkit.corpus import Corpus

    skipped = pd.DataFrame({"source": [HOSTILE], "reason": [HOSTILE], "read": [False]})
    return Corpus(_texts().assign(lang=HOSTILE, genre=HOSTILE), skipped)


def _human():
    from toolkit.corpus import HumanAnnotations

    coverage = pd.DataFrame({"codebook": [HOSTILE], "coder": [HOSTILE], "doc_id": ["a"]})
    return HumanAnnotations(coverage.assign(start=0, end=1), coverage.assign(start=0, end=1), coverage)


def _study():
    return toolkit.Study.model_validate({"study": {"title": HOSTILE}})


def _codebook():
    return dataclasses.replace(toolkit.load_codebook(), title={"en": HOSTILE})


def _analysis():
    from toolkit.analysis import Analysis

    return Analysis(_study(), _codebook(), {HOSTILE: TABLE}, [HOSTILE], {HOSTILE: HOSTILE}, {HOSTILE: 1.0})


def _themes():
    from toolkit.topics.themes import Themes

    summary = pd.DataFrame({"topic": ["es.1"], "label": [HOSTILE], "n": [3], "holds": [HOSTILE]})
    topics = pd.DataFrame({"topic": ["es.1"], "lang": ["es"], "term": [HOSTILE], "weight": [1.0]})
    return Themes({"topic_summary": summary, "topics": topics}, warnings=[HOSTILE])


def _model():
    from toolkit.topics.model import TopicModel

    return TopicModel(HOSTILE, ("a", HOSTILE), np.eye(2), np.eye(2), np.ones(2), (HOSTILE, "2"), {"seed": HOSTILE})


def _recommendation():
    from toolkit.topics.selection import Recommendation

    return Recommendation(4, 3, 5, 0.6, {4: 0.6}, (4,), True, False, HOSTILE, HOSTILE)


def _language_themes():
    from toolkit.topics.of_language import LanguageThemes

    stability = pd.DataFrame({"topic": [HOSTILE], "over": ["seeds"], "jaccard": [0.5]})
    return LanguageThemes(
        HOSTILE, np.arange(2), None, _model(), stability, pd.DataFrame(), recommendation=_recommendation()
    )  # fmt: skip


def _joint():
    from toolkit.topics.languages import JointThemes

    return JointThemes(
        None, np.eye(2), 1.0, np.ones(2) / 2, np.eye(2), np.ones(2, bool), np.ones(2), (HOSTILE, "it"), np.eye(2)
    )  # fmt: skip


def _selection():
    from toolkit.topics.selection import Selection

    return Selection(pd.DataFrame({"k": [2], "measure": [HOSTILE], "value": [0.5]}), pd.DataFrame(), (HOSTILE,))


def _tokens():
    columns = {"passage_id": "p", "start": [0, 5], "end": [4, 9], "text": HOSTILE, "lemma": HOSTILE, "pos": None}
    return pd.DataFrame({"doc_id": "d", **columns, "is_stop": False, "lang": HOSTILE})


def _token_index():
    return toolkit.statistics.TokenIndex(_tokens())


def _counted():
    from toolkit.statistics.counting.counted import Counted, Layer

    layer = Layer.bare(np.zeros(1, int), np.zeros(1, int), np.ones(1, int))
    return Counted(np.array(["d"]), (dataclasses.replace(layer, lang=HOSTILE),), HOSTILE, HOSTILE)


def _evaluation():
    from toolkit.evaluation import Evaluation

    measures = pd.DataFrame(
        {"measure": [HOSTILE], "scope": ["all"], "value": 0.5, "ci_low": 0.1, "ci_high": 0.9, "n": 3}
    )
    return Evaluation(measures, *[pd.DataFrame()] * 5, (HOSTILE,), HOSTILE)


def _sample_size():
    from toolkit.annotation.planning.sample_size import SampleSize

    return SampleSize(HOSTILE, 1, 1, 0.1, 0.95, math.nan, (HOSTILE,))


def _project(folder):
    from toolkit.annotation import create_project

    return create_project(folder / "project", _texts(), coders=["ana"], title=HOSTILE)


def _learning():
    from toolkit.learning import Learning

    curve = pd.DataFrame({"documents": [5], "measure": [HOSTILE], "value": [0.5]})
    return Learning(curve, None, [HOSTILE], [], False, HOSTILE, 0.1)


def _differences():
    from toolkit.corpus import show_differences

    return show_differences(HOSTILE + " uno", HOSTILE + " dos", names=(HOSTILE, HOSTILE))


def _verdict():
    from toolkit.lessons.verdict import Verdict

    return Verdict("00.1", False, HOSTILE)


def _explorer():
    from toolkit.explorer import Explorer

    made = Explorer.__new__(Explorer)
    made.page, made._height, made._topics = clean(HOSTILE), 100, 2
    return made


def _side_by_side():
    from toolkit.annotation import side_by_side

    posts = _texts()
    both = pd.concat([_coded(posts), _coded(posts, "luis").assign(code="community")], ignore_index=True)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    return side_by_side(both, texts, posts["doc_id"].iloc[0], toolkit.load_codebook(), judged=_judged(both))


def _curator():
    from toolkit.annotation.curating.curator_changes import curator_changes, curator_summary

    posts = _texts()
    own, decided = _coded(posts), _coded(posts, "ana").assign(stance="endorses")
    judged = pd.concat([_judged(own), _judged(decided)], ignore_index=True)
    return curator_summary(curator_changes(own, decided, judged))


def _agreement():
    from toolkit.annotation.projects.coordination import AgreementReport

    posts = _texts()
    both = pd.concat([_coded(posts), _coded(posts, "luis")], ignore_index=True)
    table = toolkit.agreement(both, judged=_judged(both), repeats=20, by="coders")
    return AgreementReport(table, notes=[HOSTILE])


def _concordance():
    posts = _texts()
    text = posts["text"].iloc[0]
    start = len(text) - len(text.lstrip())
    word = text[start:].split()[0]
    token = {"passage_id": "p", "start": start, "end": start + len(word), "text": word, "lemma": word, "pos": None}
    tokens = pd.DataFrame([{"doc_id": posts["doc_id"].iloc[0], **token, "is_stop": False}])
    return toolkit.concordance(tokens, word, posts=posts)


def _spoken():
    return show(_concordance(), lang="es")


def _post_view():
    posts = _texts().assign(text=HOSTILE, doc_id=["a", "b"])
    furniture = pd.DataFrame(
        [{"doc_id": "a", "start": 0, "end": 9, "rule": HOSTILE, "kind": HOSTILE, "quote": HOSTILE[:9]}]
    )
    return toolkit.show_furniture(posts, furniture, "a")


def _coded_posts():
    posts = _texts()
    return toolkit.show_codes(posts, _coded(posts))


def _explanation():
    posts = _texts()
    return toolkit.explain(_coded(posts).iloc[0], dict(zip(posts["doc_id"], posts["text"], strict=True)))


def _guidelines():
    from toolkit.annotation.guidance import Guidelines, markdown_html

    return Guidelines(markdown_html(HOSTILE), "en")


def _no_practice():
    from toolkit.annotation.practising.practice import NoPractice

    return NoPractice(HOSTILE, "en")


def _entry():
    from toolkit.terminology import Entry

    said = dict.fromkeys(LANGUAGES, HOSTILE)
    return Entry("id", said, said, {lang: [HOSTILE] for lang in LANGUAGES}, source=HOSTILE)


def _glossary():
    from toolkit.terminology import Glossary

    return Glossary((_entry(),))


def _shown():
    table = pd.DataFrame({HOSTILE: [HOSTILE], "code": ["a"], "lang": [HOSTILE], "evidence": ['{"a": "<b>"}']})
    return show(table, names={"a": HOSTILE}, caption=HOSTILE)


def _card():
    return card("corpus", title=HOSTILE, facts={"posts": HOSTILE}, notes=[HOSTILE])


CASES = {
    "AgreementReport": _agreement, "Analysis": _analysis, "Card": _card,
    "Codebook": _codebook, "CodedPosts": _coded_posts, "Concordance": _concordance, "Corpus": _corpus,
    "Counted": _counted, "CuratorSummary": _curator, "Differences": _differences, "Entry": _entry,
    "Evaluation": _evaluation, "Explanation": _explanation, "Explorer": _explorer, "Glossary": _glossary,
    "Guidelines": _guidelines, "HumanAnnotations": _human, "JointThemes": _joint, "LanguageThemes": _language_themes,
    "Learning": _learning, "NoPractice": _no_practice, "PostView": _post_view, "Project": _project,
    "Recommendation": _recommendation, "SampleSize": _sample_size, "Selection": _selection, "Shown": _shown,
    "SideBySide": _side_by_side, "Spoken": _spoken, "Study": _study, "Themes": _themes, "TokenIndex": _token_index,
    "TopicModel": _model, "Verdict": _verdict,
}  # fmt: skip


def shown_classes():
    """The classes of the package that a notebook shows in a form of their own."""
    found = set()
    for path in (ROOT / "toolkit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
                found |= {node.name} if methods & {"_repr_html_", "_card_"} else set()
    return found - {"SelfShown"}


def test_every_class_that_shows_itself_has_a_case_here():
    assert shown_classes() == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_nothing_of_a_hostile_text_runs_steers_a_terminal_or_becomes_a_formula(name, tmp_path):
    make = CASES[name]
    thing = make(tmp_path) if name == "Project" else make()
    assert type(thing).__name__ == name
    html = thing._repr_html_()
    parsed = assert_inert(html)
    if name != "Explorer":
        assert "mathjax_ignore" in html and "tex2jax_ignore" in html
    if name not in ("Concordance", "Explorer", "Spoken"):
        said = "".join(parsed.texts) + " ".join(value for _, _, value in parsed.attributes)
        assert "<script>alert(1)</script>" in said, "the hostile text is not in the page: the case tests nothing"
    for text in (repr(thing), str(thing)):
        assert not UNSEEN & set(text)
        assert 0 < len(text) < 20_000


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["Corpus", "Analysis", "Study", "Themes", "TopicModel", "Evaluation", "Codebook"])
def test_cards_speak_the_language_asked_for(name, lang):
    shown = show(CASES[name](), lang=lang)
    assert isinstance(shown, Card) and shown.lang == lang
    assert f'lang="{lang}"' in shown._repr_html_()


def test_a_note_is_escaped_and_knows_its_kinds():
    assert_inert(note_html(HOSTILE, kind="off", sign=HOSTILE))
    with pytest.raises(InputError, match="kind is 'goood'; did you mean 'good'"):
        note_html("x", kind="goood")


def test_a_card_of_the_bundled_corpus_says_what_is_in_it():
    text = repr(toolkit.load_corpus(toolkit.bundled_corpus(), progress=False))
    assert "120" in text and "es: 72; it: 48" in text and "2005–2016" in text


# ---- in a browser ----------------------------------------------------------------------------------------

#: Contrast of each text with the ground behind it (WCAG 2.1, 1.4.3), opacity counted in.
CONTRAST = """
() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, below) => { const a = top[3] ?? 1; return [0, 1, 2].map(i => top[i] * a + below[i] * (1 - a)); };
  const light = rgb => { const [r, g, b] = rgb.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const canvas = document.createElement('div'); canvas.style.color = 'Canvas'; document.body.append(canvas);
  const page = parse(getComputedStyle(canvas).color).slice(0, 3); canvas.remove();
  const worst = [];
  for (const e of document.querySelectorAll('.tk-show *')) {
    if (e.tagName === 'STYLE' || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    let ground = page, opacity = 1;
    for (let p = e, chain = []; p; p = p.parentElement) {
      opacity *= +getComputedStyle(p).opacity; chain.unshift(p);
      if (!p.parentElement) for (const c of chain) ground = over(parse(getComputedStyle(c).backgroundColor), ground);
    }
    const ink = parse(getComputedStyle(e).color); ink[3] = (ink[3] ?? 1) * opacity;
    const [a, b] = [light(over(ink, ground)), light(ground)].sort((x, y) => y - x);
    worst.push([(a + .05) / (b + .05), e.textContent.slice(0, 40), dark]);
  }
  return worst.sort((x, y) => x[0] - y[0]);
}
"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tables_and_cards_can_be_read_on_light_and_dark_grounds(browser, tmp_path, scheme):
    body = (
        _shown()._repr_html_()
        + show(TABLE, lang="es")._repr_html_()
        + _corpus()._repr_html_()
        + _themes()._repr_html_()
    )
    path = page("display", body, tmp_path / "display.html")
    window = browser.new_page(color_scheme=scheme)
    window.goto(path.as_uri())
    measured = window.evaluate(CONTRAST)
    assert len(measured) > 40
    assert measured[0][2] is (scheme == "dark")
    assert measured[0][0] >= 4.5, measured[:3]
    window.close()


@pytest.mark.browser
def test_a_wide_table_scrolls_inside_its_box(browser, tmp_path):
    wide = pd.DataFrame({f"column_{number}": ["una frase algo larga"] for number in range(30)})
    window = browser.new_page(viewport={"width": 400, "height": 700})
    window.goto(page("wide", show(wide)._repr_html_(), tmp_path / "wide.html").as_uri())
    assert window.evaluate("document.documentElement.scrollWidth") <= 400
    assert window.evaluate("document.querySelector('.tk-inner').scrollWidth") > 1000
    window.close()
