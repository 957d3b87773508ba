"""A codebook as text, as a page and in a notebook; crosswalks; proofreading."""

import json

import pandas as pd
import pytest

from toolkit.codebook import codebook_names, cross_annotations, crosswalk_table, load_codebook, show_codebook
from toolkit.errors import CheckFailed, InputError
from toolkit.proofreading import check_codebook

LEVELS = """\
id: levels
version: "1"
title: {es: "Niveles <b>1</b>"}
description: {es: "Dos niveles.\\u001b[7m\\u202e"}
source: "Aquí\\u001b[31m"
languages: [es]
rules: [{es: "Primera regla."}]
groups: [{id: ladder, name: {es: Escalera}, ordered: true}]
codes:
  - id: deaf
    name: {es: Sordo}
    definition: {es: "No oye \\u001b[31mnada."}
    group: ladder
    order: 0
    include: {es: ["No contesta."]}
    exclude: {es: ["Contesta tarde. -> hears"]}
    contrasts: {hears: {es: "Uno calla, otro contesta."}}
    crosswalk: [{codebook: cluetrain, code: listening, stance: breach, reason: {es: "No escucha."}}]
    examples:
      - {lang: es, kind: positive, text: "Nadie contesta <script>alert(1)</script>.", stance: endorses,
         reason: {es: "silencio"}}
      - {lang: es, kind: negative, text: "Contestan pronto.", reason: {es: "hay respuesta"}}
    cues: {es: [{cue: sordo, weight: 3}]}
  - id: hears
    name: {es: Oye}
    definition: {es: "Contesta."}
    group: ladder
    order: 1
    crosswalk:
      - {codebook: cluetrain, code: listening, stance: endorses}
      - {codebook: cluetrain, code: conversation}
    cues: {es: [{cue: contestar}]}
"""


@pytest.fixture
def book(tmp_path):
    def write(text=LEVELS):
        path = tmp_path / "levels.yaml"
        path.write_text(text, encoding="utf-8")
        return load_codebook(path)

    return write


# ---- reading ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", codebook_names())
@pytest.mark.parametrize("lang", ["es", "it", "en"])
@pytest.mark.parametrize("form", ["text", "html"])
def test_all_of_a_bundled_codebook_is_shown_in_each_language(name, lang, form):
    codebook = load_codebook(name)
    shown = show_codebook(codebook, lang, form=form)
    if form == "html":
        shown = shown.replace("&#39;", "'").replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">")
        shown = shown.replace("&amp;", "&")
    for code in codebook.codes:
        wanted = [code.name[lang], code.definition[lang], *code.include[lang], *code.exclude[lang]]
        wanted += [words[lang] for words in code.contrasts.values()]
        wanted += [link.reason[lang] for link in code.crosswalk if link.reason]
        written = {example.lang for example in code.examples}
        wanted += [e.text for e in code.examples if e.lang == lang or lang not in written]
        assert [text for text in wanted if text not in shown] == []
    assert all(rule[lang] in shown for rule in codebook.rules)


def test_text_says_what_is_what(book):
    text = show_codebook(book(), "es")
    assert "### deaf · Sordo" in text
    assert "(Escalera, 0)" in text
    assert "Se asigna cuando\n- No contesta." in text
    assert "No se asigna cuando\n- Contesta tarde. -> hears" in text
    assert "- cluetrain / listening: breach (No escucha.)" in text
    assert "+ [es] Nadie contesta" in text
    assert "    endorses: silencio" in text
    assert "- [es] Contestan pronto.\n    sin código: hay respuesta" in text
    assert "Indicios: sordo" in text


def test_text_cannot_steer_a_terminal(book):
    text = show_codebook(book(), "es")
    page = show_codebook(book(), "es", form="html")
    assert not {"\x1b", "\u202e"} & set(text + page)
    assert "No oye [31mnada." in text


def test_a_page_shows_markup_as_text_and_runs_nothing(book):
    page = show_codebook(book(), "es", form="html")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Niveles &lt;b&gt;1&lt;/b&gt;" in page
    assert "default-src 'none'" in page


def test_a_notebook_shows_the_codes_as_a_table(book):
    html = book()._repr_html_()
    assert "Niveles &lt;b&gt;1&lt;/b&gt;" in html
    assert html.count("<tr>") == 3
    assert repr(book()) == "<codebook levels 1: 2 codes>"


def test_another_language_or_form_is_refused(book):
    with pytest.raises(InputError, match="not written in 'it'"):
        show_codebook(book(), "it")
    with pytest.raises(InputError, match="form 'pdf' is unknown"):
        show_codebook(book(), "es", form="pdf")


# ---- groups and crosswalks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("group: ladder\n    order: 0", "group: lader\n    order: 0", "unknown group 'lader'; did you mean 'ladder'"),
        ("group: ladder\n    order: 0", "group: ladder", "code 'deaf': needs an order"),
        ("group: ladder\n    order: 0", "order: 0", "has an order and no group"),
        ("order: 0", "order: 1", "has order 1 in group 'ladder', as 'deaf' has"),
        ("code: listening, stance: breach", "code: listenning", "no code 'listenning'; did you mean 'listening'"),
        ("codebook: cluetrain, code: conversation", "codebook: clue, code: x", "unknown codebook 'clue'"),
        (
            'exclude: {es: ["Contesta tarde. -> hears"]}',
            "exclude: {it: [x]}",
            "exclude: a text is in 'it', which is no",
        ),
        ("order: 0", "order: -1", "codes.0 (deaf).order': got -1, allowed is greater than or equal to 0"),
        ("languages: [es]", "languages: [es, es]", "languages: got es, es; name each language"),
        ("languages: [es]", "languages: []", "languages: got none; name each language"),
        ("{hears: {es:", "{deaf: {es:", "contrast with itself"),
        ("codebook: cluetrain, code: conversation", "codebook: levels, code: deaf", "leads to the codebook itself"),
        (
            'reason: {es: "No escucha."}',
            "reason: {it: No.}",
            "crosswalk to listening, reason: the text in 'es' is missing",
        ),
        ("cues: {es: [{cue: sordo", "cues: {fr: [{cue: sourd", "cues: the language 'fr' is none of codebook 'levels'"),
        ("cue: sordo", "cue: a a a a a a a a a", "of 'deaf' has 9 words; allowed are at most 8"),
        ("lang: es, kind: negative", "lang: it, kind: negative", "an example is in the unknown language 'it'"),
        ('rules: [{es: "Primera regla."}]', "rules: [{it: Prima}]", "rule 1: the text in 'es' is missing"),
        ("name: {es: Escalera}", "name: {it: Scala}", "group 'ladder', name: the text in 'es' is missing"),
    ],
)
def test_a_group_or_crosswalk_that_does_not_fit_is_refused(book, before, after, expected):
    assert before in LEVELS
    with pytest.raises(InputError) as caught:
        book(LEVELS.replace(before, after, 1))
    assert expected in str(caught.value)


def test_rules_must_be_as_many_in_each_language(book):
    text = LEVELS.replace("languages: [es]", "languages: [es, it]")
    text = text.replace("{es: ", "{it: uno, es: ").replace("{it: uno, es: [", "{es: [")
    with pytest.raises(InputError, match=r"include: the languages have different numbers of rules \(es: 1, it: 0\)"):
        book(text)


def coded(code, stance="endorses", start=0, codebook="levels"):
    return {
        **{"doc_id": "a", "start": start, "end": start + 4, "quote": "text", "codebook": codebook, "code": code},
        **{"stance": stance, "coder": "ana", "kind": "human"},
    }


def test_endorsed_codes_are_carried_over_with_the_stance_they_imply(book):
    rows = [
        coded("deaf"),
        coded("hears", start=9),
        coded("hears", "breach", 20),
        coded("x", start=30, codebook="other"),
    ]
    crossed = cross_annotations(pd.DataFrame(rows), book(), load_codebook("cluetrain"))
    found = crossed[["start", "code", "stance", "coder"]].to_records(index=False).tolist()
    assert found == [
        (0, "listening", "breach", "ana via levels"),
        (9, "conversation", "endorses", "ana via levels"),
        (9, "listening", "endorses", "ana via levels"),
    ]
    assert json.loads(crossed["evidence"].iloc[0]) == {"crosswalk": {"levels": ["deaf"]}}
    assert set(crossed["codebook"]) == {"cluetrain"}


def test_a_failing_wins_where_two_codes_of_a_passage_disagree(book):
    crossed = cross_annotations(pd.DataFrame([coded("hears"), coded("deaf")]), book(), load_codebook("cluetrain"))
    both = crossed[crossed["code"] == "listening"].iloc[0]
    assert both["stance"] == "breach"
    assert json.loads(both["evidence"]) == {"crosswalk": {"levels": ["deaf", "hears"]}}


def test_nothing_endorsed_gives_an_empty_table(book):
    crossed = cross_annotations(pd.DataFrame([coded("deaf", "mentions")]), book(), load_codebook("cluetrain"))
    assert len(crossed) == 0
    assert list(crossed.columns[:3]) == ["doc_id", "start", "end"]


def test_a_crosswalk_that_is_not_there_is_refused(book):
    with pytest.raises(InputError, match="codebook 'cluetrain' has no crosswalk to 'levels'; it has none"):
        cross_annotations(pd.DataFrame([coded("deaf")]), load_codebook("cluetrain"), book())


def test_the_crosswalk_is_a_table(book):
    table = crosswalk_table(book(), "es")
    assert table.to_dict("records")[0] == {
        **{"codebook": "levels", "code": "deaf", "to_codebook": "cluetrain", "to_code": "listening"},
        **{"stance": "breach", "reason": "No escucha."},
    }
    assert len(table) == 3


# ---- proofreading ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", codebook_names())
def test_bundled_codebooks_pass_the_proofreader(name):
    assert "all can match" in check_codebook(name)[1]


def test_cues_of_a_language_that_is_not_matched_are_not_said_to_match(book):
    path = book(LEVELS.replace("{es:", "{pt:").replace("[es]", "[pt]").replace("lang: es", "lang: pt")).path
    assert check_codebook(path)[1] == "cues: 2, 2 in languages that no coder reads cues of; the others can match"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("cue: sordo", "cue: la", "the es cue 'la' of 'deaf' can never match"),
        ("cue: sordo", "cue: '...'", "the es cue '...' of 'deaf' can never match"),
        ("{cue: sordo, weight: 3}", "{cue: sordo, with: [el]}", "the condition 'el' of es cues can never be met"),
        ("{cue: contestar}", "{cue: contestar}, {cue: contestar}", "cue 'contestar' of 'hears' stands there 2 times"),
        ("{cue: contestar}", "{cue: contestar}, {cue: Contestar}", "cue 'contestar' of 'hears' stands there 2 times"),
        (
            "{cue: contestar}",
            "{cue: contestar, with: [queja, voz]}, {cue: contestar, with: [voz, queja]}",
            "cue 'contestar' of 'hears' stands there 2 times",
        ),
    ],
)
def test_what_loading_does_not_see_is_found(book, before, after, expected):
    path = book(LEVELS.replace(before, after, 1)).path
    with pytest.raises(CheckFailed) as caught:
        check_codebook(path)
    assert expected in str(caught.value)
