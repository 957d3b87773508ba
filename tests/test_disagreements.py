"""Who disagrees with whom and about which rule: every row traceable, none where all agree, the page inert."""

import csv
import html.parser
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.annotation.curating.disagreements import disagreement_summary, disagreements
from toolkit.annotation.curating.rules_at_stake import rule_at_stake
from toolkit.annotation.curating.side_by_side import side_by_side
from toolkit.codebook import codebook_names, load_codebook
from toolkit.corpus import human_annotations, load_posts
from toolkit.errors import InputError
from toolkit.resources import bundled_corpus

BOOK = load_codebook()
#: One text of ten words of five characters and a space.
TEXT = " ".join(["palab"] * 10)
SHOWN = ["start", "end", "kind", "code", "other_code", "first", "second", "first_stance", "second_stance"]
LISTENING, TALK, WALLS, VOICE = "listening", "conversation", "transparency", "employee_voice"


def table(codings, doc_id="uno", text=TEXT):
    """coder -> list of (start, end, code, stance) as an annotations table."""
    rows = [
        {"doc_id": doc_id, "start": start, "end": end, "quote": text[start:end], "codebook": "cluetrain",
         "code": code, "stance": stance, "coder": coder, "kind": "human"}
        for coder, given_ in codings.items()
        for start, end, code, stance in given_
    ]  # fmt: skip
    columns = ["doc_id", "start", "end", "quote", "codebook", "code", "stance", "coder", "kind"]
    return pd.DataFrame(rows, columns=columns)


def seen(coders, places, doc_id="uno"):
    return pd.DataFrame(
        [(coder, doc_id, *place) for coder in coders for place in places], columns=["coder", "doc_id", "start", "end"]
    )


def found(codings, unit="sentence", places=((0, 59),), columns=SHOWN):
    """The disagreements as tuples, None for what is missing."""
    rows = disagreements(table(codings), seen(codings, places), BOOK, {"uno": TEXT}, unit=unit)
    return [tuple(row) for row in rows[columns].astype(object).where(rows[columns].notna(), None).to_numpy()]


def unit(*codes):
    return [(0, 59, code, stance) for code, stance in codes]


CASES = {
    "two: other code": (
        {"ana": unit((LISTENING, "breach")), "luis": unit((TALK, "endorses"))},
        [(0, 59, "label", LISTENING, TALK, "ana", "luis", "breach", "endorses")],
    ),
    "two: stance": (
        {"luis": unit((LISTENING, "breach")), "ana": unit((LISTENING, "rejects"))},
        [(0, 59, "stance", LISTENING, None, "ana", "luis", "rejects", "breach")],
    ),
    "two: stance and none": (
        {"ana": unit((LISTENING, None)), "luis": unit((LISTENING, "breach"))},
        [(0, 59, "stance", LISTENING, None, "ana", "luis", None, "breach")],
    ),
    "two: missed": (
        {"ana": [], "luis": unit((LISTENING, "breach"))},
        [(0, 59, "missed", LISTENING, None, "luis", "ana", "breach", None)],
    ),
    "two: nothing and nothing": ({"ana": [], "luis": []}, []),
    "two: the pair with a contrast goes first, the rest is missed": (
        # listening has a contrast with conversation and none with adapt_or_perish
        {"ana": unit((LISTENING, "breach")), "luis": unit(("adapt_or_perish", "breach"), (TALK, "endorses"))},
        [
            (0, 59, "label", LISTENING, TALK, "ana", "luis", "breach", "endorses"),
            (0, 59, "missed", "adapt_or_perish", None, "luis", "ana", "breach", None),
        ],
    ),
    "two: what both gave is not paired again": (
        {"ana": unit((WALLS, "breach"), (LISTENING, "breach")), "luis": unit((WALLS, "breach"), (TALK, "breach"))},
        [(0, 59, "label", LISTENING, TALK, "ana", "luis", "breach", "breach")],
    ),
    "three: two against one is one row": (
        {"ana": unit((LISTENING, "breach")), "luis": [], "pia": unit((LISTENING, "breach"))},
        [(0, 59, "missed", LISTENING, None, "ana, pia", "luis", "breach", None)],
    ),
    "three: all different": (
        {"ana": unit((LISTENING, "breach")), "luis": unit((TALK, "breach")), "pia": []},
        [
            (0, 59, "label", LISTENING, TALK, "ana", "luis", "breach", "breach"),
            (0, 59, "missed", TALK, None, "luis", "pia", "breach", None),
            (0, 59, "missed", LISTENING, None, "ana", "pia", "breach", None),
        ],
    ),
    "four: three against one is one row, beside what they share": (
        {
            "pia": unit((LISTENING, "breach"), (VOICE, "mentions")),
            "ana": unit((TALK, "breach"), (VOICE, "mentions")),
            "luis": unit((TALK, "breach"), (VOICE, "mentions")),
            "giulia": unit((TALK, "breach"), (VOICE, "mentions")),
        },
        [(0, 59, "label", TALK, LISTENING, "ana, giulia, luis", "pia", "breach", "breach")],
    ),
    "four: who gives a code with other stances still stands on one side": (
        {
            "ana": unit((LISTENING, "breach")),
            "luis": unit((LISTENING, "rejects")),
            "pia": [],
            "giulia": [],
        },
        [
            (0, 59, "stance", LISTENING, None, "ana", "luis", "breach", "rejects"),
            (0, 59, "missed", LISTENING, None, "ana, luis", "giulia, pia", None, None),
        ],
    ),
    "four: the same difference beside others is one row": (
        {
            "ana": unit((WALLS, "breach"), (TALK, "breach")),
            "giulia": unit((TALK, "breach")),
            "luis": unit((WALLS, "breach")),
            "pia": unit((WALLS, "breach"), (TALK, "breach")),
        },
        [
            (0, 59, "label", TALK, WALLS, "giulia", "luis", "breach", "breach"),
            (0, 59, "missed", TALK, None, "ana, pia", "luis", "breach", None),
            (0, 59, "missed", WALLS, None, "ana, pia", "giulia", "breach", None),
        ],
    ),
}


@pytest.mark.parametrize(("codings", "expected"), CASES.values(), ids=CASES)
def test_units(codings, expected):
    assert found(codings) == expected


PLACED = ["start", "end", "kind", "code", "other_code", "first", "second", "other_start", "other_end"]
SPANS = {
    "other borders": (
        {"ana": [(0, 11, LISTENING, "breach")], "luis": [(0, 17, LISTENING, "breach")]},
        [(0, 11, "boundary", LISTENING, None, "ana", "luis", 0, 17)],
    ),
    "other borders and stance are two": (
        {"ana": [(0, 11, LISTENING, "breach")], "luis": [(6, 17, LISTENING, "rejects")]},
        [
            (0, 11, "stance", LISTENING, None, "ana", "luis", 6, 17),
            (0, 11, "boundary", LISTENING, None, "ana", "luis", 6, 17),
        ],
    ),
    "apart: each missed": (
        {"ana": [(0, 11, LISTENING, "breach")], "luis": [(12, 17, LISTENING, "breach")]},
        [
            (0, 11, "missed", LISTENING, None, "ana", "luis", None, None),
            (12, 17, "missed", LISTENING, None, "luis", "ana", None, None),
        ],
    ),
    "other code on nearly the same words": (
        {"ana": [(0, 17, LISTENING, "breach")], "luis": [(0, 11, TALK, "breach")]},
        [(0, 17, "label", LISTENING, TALK, "ana", "luis", 0, 11)],
    ),
    "other code on one word of the whole text: each missed": (
        {"ana": [(0, 59, LISTENING, "breach")], "luis": [(0, 5, TALK, "breach")]},
        [
            (0, 5, "missed", TALK, None, "luis", "ana", None, None),
            (0, 59, "missed", LISTENING, None, "ana", "luis", None, None),
        ],
    ),
    "divided in two: borders twice, nothing missed": (
        {"ana": [(0, 59, LISTENING, "breach")], "luis": [(0, 11, LISTENING, "breach"), (12, 59, LISTENING, "breach")]},
        [
            (0, 59, "boundary", LISTENING, None, "ana", "luis", 0, 11),
            (0, 59, "boundary", LISTENING, None, "ana", "luis", 12, 59),
        ],
    ),
    "the same place first, then overlap": (
        {
            "ana": [(0, 11, LISTENING, "breach"), (12, 23, LISTENING, "breach")],
            "luis": [(12, 23, LISTENING, "breach"), (0, 17, LISTENING, "breach")],
        },
        [(0, 11, "boundary", LISTENING, None, "ana", "luis", 0, 17)],
    ),
    "three against one": (
        {
            "luis": [(0, 17, LISTENING, "breach")],
            **{name: [(0, 11, LISTENING, "breach")] for name in ("ana", "giulia", "pia")},
        },
        [(0, 11, "boundary", LISTENING, None, "ana, giulia, pia", "luis", 0, 17)],
    ),
}


@pytest.mark.parametrize(("codings", "expected"), SPANS.values(), ids=SPANS)
def test_spans(codings, expected):
    assert found(codings, "span", columns=PLACED) == expected


def test_what_only_one_judged_never_counts():
    codings = table({"ana": [(0, 5, LISTENING, "breach"), (6, 11, TALK, "breach")], "luis": [(6, 11, WALLS, "breach")]})
    judged = pd.concat([seen(["ana"], [(0, 5), (6, 11)]), seen(["luis"], [(12, 17)])])
    assert disagreements(codings, judged, BOOK).empty
    both = pd.concat([judged, seen(["luis"], [(6, 11)])])
    assert disagreements(codings, both, BOOK)[["start", "kind"]].to_numpy().tolist() == [[6, "label"]]


def test_the_summary_counts_pairs_and_keeps_who_leans_which_way():
    people = {"ana": (LISTENING, TALK, TALK), "luis": (TALK, LISTENING, LISTENING), "pia": (TALK, LISTENING, LISTENING)}
    places = [(0, 5), (6, 11), (12, 17)]
    codings = {
        who: [(*place, code, "breach") for place, code in zip(places, codes, strict=True)]
        for who, codes in people.items()
    }
    rows = disagreement_summary(disagreements(table(codings), seen(codings, places), BOOK))
    assert rows[["code", "other_code", "first", "second", "n", "documents"]].to_numpy().tolist() == [
        [TALK, LISTENING, "ana", "luis", 2, 1],
        [TALK, LISTENING, "ana", "pia", 2, 1],
        [LISTENING, TALK, "ana", "luis", 1, 1],
        [LISTENING, TALK, "ana", "pia", 1, 1],
    ]
    assert disagreement_summary(disagreements(table({}), seen(["ana", "luis"], places), BOOK)).empty


WRONG = {
    "inside a unit": ({"ana": [(0, 11, LISTENING, None)], "luis": []}, {}, "must be one of these units"),
    "beyond a stretch": ({"ana": [(0, 59, LISTENING, None)]}, {"unit": "span", "places": [(0, 20)]}, "must lie inside"),
    "twice": ({"ana": unit((TALK, None), (TALK, "breach"))}, {}, "row 2: 'ana' gave the code 'conversation' twice"),
    "unknown unit": ({"ana": []}, {"unit": "word"}, "unit 'word' is unknown"),
    "unknown code": ({"ana": unit(("listenin", None))}, {}, "row 1: got 'listenin'"),
    "comma in a name": ({"Rossi, Anna": [], "luis": []}, {}, "comma in the name"),
    "judged twice": ({"ana": []}, {"unit": "span", "places": [(0, 20), (10, 30)]}, "'ana' judged overlap"),
}


@pytest.mark.parametrize(("codings", "more", "message"), WRONG.values(), ids=WRONG)
def test_refusals_say_what_is_wrong(codings, more, message):
    with pytest.raises(InputError, match=message):
        found(codings, **more)


def test_a_quote_that_is_not_the_text_is_refused():
    wrong = table({"ana": unit((TALK, None))}).assign(quote="x")
    with pytest.raises(InputError, match="quote"):
        disagreements(wrong, seen(["ana"], [(0, 59)]), BOOK, {"uno": TEXT})


# ---- properties --------------------------------------------------------------------------------------------

PLACES = [(6 * n, 6 * n + 5) for n in range(10)]
_codes = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(BOOK.code_ids)), st.sampled_from(["endorses", "breach"])
)


def _given(codes):
    return [(*place, code, stance) for (place, code), stance in codes.items()]


@settings(max_examples=40, deadline=None)
@given(_codes, st.integers(2, 4), st.sampled_from(["sentence", "span"]))
def test_identical_codings_give_no_row(codes, people, unit_):
    who = ["ana", "giulia", "luis", "pia"][:people]
    places = PLACES if unit_ == "sentence" else [(0, 59)]
    assert found(dict.fromkeys(who, _given(codes)), unit_, places) == []


@settings(max_examples=40, deadline=None)
@given(_codes.filter(bool), st.integers(2, 4), st.data())
def test_a_single_change_gives_one_row_of_its_kind(codes, people, data):
    who = ["ana", "giulia", "luis", "pia"][:people]
    kind = data.draw(st.sampled_from(["label", "stance", "boundary", "missed"]))
    (place, code), stance = data.draw(st.sampled_from(sorted(codes.items())))
    changed = {key: value for key, value in codes.items() if key != (place, code)}
    if kind == "label":
        free = [other for other in BOOK.code_ids if (place, other) not in codes]
        changed[place, data.draw(st.sampled_from(free))] = stance
    elif kind == "stance":
        changed[place, code] = "mentions"
    elif kind == "boundary":
        changed[(place[0], place[1] - 2), code] = stance
    one = data.draw(st.sampled_from(who))
    codings = {name: _given(changed if name == one else codes) for name in who}
    for unit_, places in (("span", [(0, 59)]), ("sentence", PLACES))[: 1 if kind == "boundary" else 2]:
        rows = found(codings, unit_, places, columns=["kind", "first", "second", "start"])
        assert [row[0] for row in rows] == [kind]
        assert {rows[0][1], rows[0][2]} == {one, ", ".join(name for name in who if name != one)}
        assert rows[0][3] == place[0]


@settings(max_examples=40, deadline=None)
@given(st.lists(_codes, min_size=2, max_size=4), st.sampled_from(["sentence", "span"]), st.randoms())
def test_neither_the_order_of_rows_nor_the_names_matter(all_codes, unit_, rng):
    who = ["ana", "giulia", "luis", "pia"][: len(all_codes)]
    places = PLACES if unit_ == "sentence" else [(0, 59)]
    codings = table({name: _given(codes) for name, codes in zip(who, all_codes, strict=True)})
    judged = seen(who, places)
    rows = disagreements(codings, judged, BOOK, unit=unit_)
    order = random.Random(rng.random()).sample(range(len(codings)), len(codings))
    shuffled = disagreements(codings.iloc[order], judged.iloc[::-1], BOOK, unit=unit_)
    pd.testing.assert_frame_equal(rows, shuffled)
    # other names: the same disagreements, the sides perhaps turned
    other = dict(zip(who, reversed(who), strict=True))
    renamed = disagreements(codings.replace({"coder": other}), judged.replace({"coder": other}), BOOK, unit=unit_)
    assert _sides(rows, {}) == _sides(renamed, other)


def _sides(rows, names):
    """Each row with its two sides in no order."""
    result = []
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        second = None
        if row["kind"] != "missed":
            place = (row["start"], row["end"]) if row["other_start"] is None else (row["other_start"], row["other_end"])
            second = (place, row["other_code"] or row["code"], row["second_stance"])
        people = [
            tuple(sorted(names.get(name, name) for name in row[side].split(", "))) for side in ("first", "second")
        ]
        sides = (((row["start"], row["end"]), row["code"], row["first_stance"], people[0]), (second, people[1]))
        flat = sorted([repr((*sides[0][:3], people[0])), repr((*(second or ()), people[1]))])
        result.append((row["kind"], *flat))
    return sorted(result)


# ---- the forty posts that two people coded -----------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus():
    folder = bundled_corpus()
    posts = load_posts(folder)
    human = human_annotations(folder, "cluetrain", posts=posts)
    judged = human.coverage.merge(human.units, on="doc_id")[["coder", "doc_id", "start", "end"]]
    return human.annotations, judged, dict(zip(posts["doc_id"], posts["text"], strict=True))


def test_the_disagreements_of_the_bundled_corpus_are_those_that_were_adjudicated(corpus):
    annotations, judged, texts = corpus
    rows = disagreements(annotations, judged, BOOK, texts, coders=["author", "second"])
    with (bundled_corpus() / "annotations" / "adjudication.csv").open(encoding="utf-8") as file:
        decided = {(row["doc_id"], int(row["start"]), int(row["end"])): row for row in csv.DictReader(file)}
    assert set(rows[["doc_id", "start", "end"]].itertuples(index=False, name=None)) == set(decided)
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        line = decided[row["doc_id"], row["start"], row["end"]]
        assert f"{row['code']}:{row['first_stance']}" in line[row["first"]].split()
        other = {"stance": f"{row['code']}:{row['second_stance']}"}.get(row["kind"])
        other = f"{row['other_code']}:{row['second_stance']}" if row["kind"] == "label" else other
        if other:
            assert other in line[row["second"]].split()
        else:
            assert row["kind"] == "missed" and row["code"] not in line[row["second"]]


def test_every_row_of_three_coders_is_traceable_and_none_where_both_agree(corpus):
    annotations, judged, texts = corpus
    rows = disagreements(annotations, judged, BOOK, texts, lang="es")
    given_ = {
        (a.coder, a.doc_id, a.start, a.end, a.code): (a.stance if isinstance(a.stance, str) else None)
        for a in annotations.itertuples()
    }
    assert len(rows) > 100 and set(rows["kind"]) == {"label", "stance", "missed"}
    for row in rows.itertuples():
        assert texts[row.doc_id][row.start : row.end] == row.quote and row.rule
        place = (row.doc_id, row.start, row.end)
        first, second = row.first.split(", "), row.second.split(", ")
        assert not set(first) & set(second)
        assert all((who, *place, row.code) in given_ for who in first)
        if row.kind == "stance":
            one, other = ({given_[who, *place, row.code] for who in side} for side in (first, second))
            assert len(one) == len(other) == 1 and one != other
        else:
            assert not any((who, *place, row.code) in given_ for who in second)


# ---- the rule at stake -------------------------------------------------------------------------------------


def test_rules_stand_in_the_codebook_in_every_language():
    say = {
        lang: rule_at_stake({"kind": "label", "code": LISTENING, "other_code": TALK}, BOOK, lang)
        for lang in BOOK.languages
    }
    for lang, rule in say.items():
        assert rule.where == "contrasts: conversation / listening"
        assert rule.text.startswith(BOOK.code(TALK).contrasts[LISTENING][lang])
        assert BOOK.code(LISTENING).contrasts[TALK][lang] in rule.text
        stance = rule_at_stake(
            {"kind": "stance", "code": TALK, "other_code": None, "first_stance": "rejects", "second_stance": "breach"},
            BOOK, lang,
        )  # fmt: skip
        for definition in BOOK.stances[1:3]:
            assert definition.definition[lang] in stance.text
        assert stance.text.count("?") == 2  # a test question each
        missed = rule_at_stake({"kind": "missed", "code": TALK}, BOOK, lang)
        assert BOOK.code(TALK).include[lang][0] in missed.text and missed.where.startswith("include, exclude: conv")
        assert rule_at_stake({"kind": "boundary", "code": TALK}, BOOK, lang).text.startswith(BOOK.rules[0][lang][:60])


@pytest.mark.parametrize("name", codebook_names())
def test_every_pair_of_codes_has_a_rule_whoever_gave_which(name):
    book = load_codebook(name)
    for one in book.code_ids:
        for other in book.code_ids:
            if one != other:
                row = {"kind": "label", "code": one, "other_code": other}
                rule = rule_at_stake(row, book, "it")
                assert rule.text and rule == rule_at_stake({**row, "code": other, "other_code": one}, book, "it")


def test_a_rule_that_only_shows_codes_in_its_example_is_not_at_stake():
    # "One's own conduct" names listening and employee_voice in its example alone
    rule = rule_at_stake({"kind": "label", "code": LISTENING, "other_code": VOICE}, BOOK, "en")
    assert rule.where == "include: listening / employee_voice"


def test_a_codebook_of_few_words_still_says_something(tmp_path):
    (tmp_path / "corto.yaml").write_text(
        "id: corto\nversion: '1'\nlanguages: [es]\nunit: paragraph\ntitle: {es: Corto}\ncodes:\n"
        "  - {id: uno, name: {es: Uno}, definition: {es: El primero.}}\n"
        "  - {id: dos, name: {es: Dos}, definition: {es: El segundo.}}\n",
        encoding="utf-8",
    )
    book = load_codebook(tmp_path / "corto.yaml")
    assert rule_at_stake({"kind": "label", "code": "dos", "other_code": "uno"}, book).text == (
        "Uno: El primero. Dos: El segundo."
    )
    assert "el párrafo" in rule_at_stake({"kind": "boundary", "code": "dos"}, book).text
    assert rule_at_stake({"kind": "missed", "code": "dos"}, book) == ("El segundo.", "definition: dos")
    with pytest.raises(InputError, match="'boundry' is unknown; did you mean 'boundary'"):
        rule_at_stake({"kind": "boundry", "code": "dos"}, book)


# ---- side by side ------------------------------------------------------------------------------------------

HOSTILE = (
    '<script>alert(1)</script> "a" onmouseover=x \u202eetnemlaer\u202c </td></table> '
    "{{ 7*7 }} \x00 &amp; 🙂 é\u0301\r\nfin"
)


class Reader(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def assert_inert(page):
    reader = Reader(page)
    assert set(reader.tags) <= {
        "style", "section", "h3", "p", "b", "span", "bdi", "br", "table", "thead", "tbody", "tr", "th", "td", "ul",
        "li", "div", "a", "details", "summary",
    }  # fmt: skip
    assert {name for name, _ in reader.attributes} <= {
        "class", "lang", "role", "scope", "style", "title", "dir", "aria-hidden", "aria-label", "data-label", "open",
        "colspan",
    }  # fmt: skip
    for name, value in reader.attributes:
        assert not (name == "style" and ("url" in value or "expression" in value))
    return reader


@pytest.mark.parametrize("spans", [[(0, len(HOSTILE))], [(0, 40), (30, len(HOSTILE) - 2)]], ids=["unit", "spans"])
def test_hostile_texts_names_and_notes_stay_inert(spans):
    evil = "</td><script>x</script>"
    codings = {evil: [(*spans[0], LISTENING, "breach")], "luis": [(*spans[-1], TALK, "breach")]}
    rows = table(codings, doc_id=evil, text=HOSTILE).assign(note=evil)
    judged = seen(codings, [(0, len(HOSTILE))], doc_id=evil)
    made = side_by_side(rows, {evil: HOSTILE}, evil, BOOK, judged=judged)
    reader = assert_inert(made._repr_html_())
    assert len(made.disagreements)
    text = "".join(reader.text)
    assert '<script>alert(1)</script> "a" onmouseover=x' in text and "{{ 7*7 }}" in text
    assert "\x00" not in made.html and "49" not in text.split("alert(1)")[1].split("fin")[0]
    assert "\u202e" not in str(made)


def test_the_page_shows_the_text_once_and_what_each_said(corpus):
    annotations, judged, texts = corpus
    doc_id = "es/08-diccionario-web-20"
    made = side_by_side(annotations, texts, doc_id, BOOK, judged=judged, lang="es")
    reader = assert_inert(made.html)
    shown = "".join(reader.text)
    for sentence in judged[(judged["doc_id"] == doc_id) & (judged["coder"] == "second")].itertuples():
        assert texts[doc_id][sentence.start : sentence.end] in shown
    assert shown.count("Puede ser de producto, de sector, interno o de directivo") == 1
    assert made.html.count('class="differs"') == made.disagreements["start"].nunique()
    assert "Otro código" in shown and "La voz de los empleados" in shown and "Regla" in str(made)
    few = side_by_side(annotations, texts, doc_id, BOOK, judged=judged, only_differences=True)
    assert few.html.count('class="differs"') == made.html.count('class="differs"')
    assert "Faltan palabras y alguna sobra." not in few.html and "Left out, without differences: " in few.html


def test_who_judged_nothing_is_told_from_who_gave_no_code():
    codings = table({"ana": [(0, 5, LISTENING, "breach")], "luis": [(6, 11, TALK, "breach")]})
    judged = pd.concat([seen(["ana"], [(0, 5), (6, 11)]), seen(["luis"], [(6, 11)])])
    page = side_by_side(codings, {"uno": TEXT}, "uno", BOOK, judged=judged).html
    assert page.count(">not judged<") == 1 and page.count(">no code<") == 1
    assert "No list of judged passages" not in page
    assumed = side_by_side(codings, {"uno": TEXT}, "uno", BOOK)
    assert "No list of judged passages" in assumed.html and list(assumed.disagreements["kind"]) == ["missed", "missed"]


def test_spans_are_numbered_and_the_whole_text_has_a_row_of_its_own():
    text = "Uno dos tres.\n\nCuatro cinco seis."
    codings = {
        "ana": [(0, len(text), TALK, "mentions"), (0, 7, LISTENING, "breach"), (15, 21, WALLS, "breach")],
        "luis": [(0, len(text), TALK, "mentions"), (4, 12, LISTENING, "breach"), (15, 21, WALLS, "breach")],
    }
    made = side_by_side(
        table(codings, text=text),
        {"uno": text},
        "uno",
        BOOK,
        judged=seen(codings, [(0, len(text))]),
        coders=["luis", "ana"],
    )
    reader = assert_inert(made.html)
    assert "The whole text" in "".join(reader.text)
    assert [value for name, value in reader.attributes if name == "data-label"] == ["1", "2", "3"]
    assert made.disagreements["kind"].tolist() == ["boundary"] and "ana: 1 Listening" in str(made)
    part = side_by_side(
        table(codings, text=text), {"uno": text}, "uno", BOOK, judged=seen(codings, [(0, len(text))]), start=15, end=20
    )
    assert "Cuatro" in part.html and "tres" not in part.html


def test_side_by_side_refuses_what_is_not_there():
    codings = table({"ana": unit((TALK, None))})
    for more, message in (
        ({"doc_id": "dos"}, "no text 'dos'; did you mean|no text 'dos'"),
        ({"coders": ["anna"]}, "did you mean 'ana'"),
        ({"start": 5, "end": 2}, "start 5 and end 2"),
    ):
        with pytest.raises(InputError, match=message):
            side_by_side(codings, {"uno": TEXT}, **{"doc_id": "uno", "codebook": BOOK, **more})
