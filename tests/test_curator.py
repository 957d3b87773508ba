"""What the curator changed: every coding of a coder is accounted for once, with who, when and why."""

import json
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.annotation.curating.curator_changes import coder_scores, curator_changes, curator_summary
from toolkit.codebook import load_codebook
from toolkit.corpus import human_annotations
from toolkit.errors import InputError
from toolkit.resources import bundled_corpus

BOOK = load_codebook()
TEXT = " ".join(["palab"] * 10)
PLACES = [(6 * n, 6 * n + 5) for n in range(10)]
LISTENING, TALK, WALLS = "listening", "conversation", "transparency"


def table(codings, **more):
    rows = [
        {"doc_id": "uno", "start": start, "end": end, "quote": TEXT[start:end], "codebook": "cluetrain",
         "code": code, "stance": stance, "coder": coder, "kind": "human", **more}
        for coder, given_ in codings.items()
        for start, end, code, stance in given_
    ]  # fmt: skip
    columns = ["doc_id", "start", "end", "quote", "codebook", "code", "stance", "coder", "kind", *more]
    return pd.DataFrame(rows, columns=columns)


def seen(coders, places=PLACES):
    return pd.DataFrame(
        [(coder, "uno", *place) for coder in coders for place in places], columns=["coder", "doc_id", "start", "end"]
    )


def plain(rows, *columns):
    part = rows[list(columns)]
    return [tuple(row) for row in part.astype(object).where(part.notna(), None).to_numpy()]


def test_each_change_has_its_kind_and_comes_with_who_when_and_why():
    own = {
        "ana": [(0, 5, LISTENING, "breach"), (6, 11, TALK, "breach"), (12, 17, WALLS, "breach")],
        "luis": [(0, 5, LISTENING, "breach")],
    }
    decided = table(
        {"giulia": [(0, 5, LISTENING, "breach"), (6, 11, TALK, "rejects"), (12, 17, LISTENING, "breach")]},
        evidence=json.dumps({"from": {"coders": ["ana"]}, "why": "regla 4"}),
        created="2026-11-22T10:00:00Z",
    )
    rows = curator_changes(table(own), decided, seen(["ana", "luis", "giulia"], PLACES[:4]))
    said = ("giulia", "2026-11-22T10:00:00Z", "regla 4")
    assert plain(rows, "coder", "start", "what", "code", "was", "became", "curator", "at", "why") == [
        ("ana", 0, "kept", LISTENING, "breach", "breach", *said),
        ("ana", 6, "stance", TALK, "breach", "rejects", *said),
        ("ana", 12, "added", LISTENING, None, "breach", *said),
        # the reason for what was taken away is that of the decision in its place
        ("ana", 12, "removed", WALLS, "breach", None, *said),
        ("luis", 0, "kept", LISTENING, "breach", "breach", *said),
        ("luis", 6, "added", TALK, None, "rejects", *said),
        ("luis", 12, "added", LISTENING, None, "breach", *said),
    ]
    scores = coder_scores(rows).set_index("coder")
    assert scores.loc["ana", ["n", "kept", "stance", "boundary", "removed", "added"]].tolist() == [3, 1, 1, 0, 1, 1]
    assert scores["share"].round(6).to_dict() == {"ana": 0.333333, "luis": 1.0}
    assert curator_changes(table(own), decided, seen(["ana", "luis", "giulia"]), coder="luis")["coder"].eq("luis").all()


def test_spans_with_other_borders():
    own = {"ana": [(0, 11, LISTENING, "breach"), (18, 59, TALK, "breach")]}
    decided = {"giulia": [(0, 17, LISTENING, "mentions"), (18, 35, TALK, "breach"), (36, 59, TALK, "breach")]}
    rows = curator_changes(table(own), table(decided), seen(["ana", "giulia"], [(0, 59)]))
    assert plain(rows, "start", "end", "what", "was", "became", "to_start", "to_end") == [
        (0, 11, "boundary", "breach", "mentions", 0, 17),
        (18, 59, "boundary", "breach", "breach", 18, 35),
        (18, 59, "boundary", "breach", "breach", 36, 59),
    ]
    # a coding that was divided is still one coding
    assert coder_scores(rows)[["n", "kept", "boundary", "share"]].to_numpy().tolist() == [[2, 0, 2, 0]]


def test_only_what_both_judged_is_compared():
    own = table({"ana": [(0, 5, LISTENING, "breach"), (6, 11, TALK, "breach")]})
    decided = table({"giulia": [(6, 11, TALK, "breach"), (12, 17, WALLS, "breach")]})
    judged = pd.concat([seen(["ana"], PLACES[:2]), seen(["giulia"], PLACES[1:3])])
    assert plain(curator_changes(own, decided, judged), "start", "what") == [(6, "kept")]


def test_when_and_why_of_what_left_no_code_come_from_the_judged_unit():
    own = table({"ana": [(0, 5, LISTENING, "breach")]})
    judged = pd.concat(
        [seen(["ana"], PLACES[:1]), seen(["giulia"], PLACES[:1]).assign(at="2026-11-22T11:00:00Z", note="métrica")]
    )
    with pytest.raises(InputError, match="name them in curators="):
        curator_changes(own, table({}), judged)
    rows = curator_changes(own, table({}), judged, curators=["giulia"])
    assert plain(rows, "what", "curator", "at", "why") == [("removed", "giulia", "2026-11-22T11:00:00Z", "métrica")]
    assert coder_scores(rows)["share"].tolist() == [0]


def test_a_curator_without_judged_units_is_refused_and_so_is_an_unknown_coder():
    own, decided = table({"ana": [(0, 5, LISTENING, "breach")]}), table({"giulia": []})
    with pytest.raises(InputError, match="giulia has no row in judged"):
        curator_changes(own, table({"giulia": [(0, 5, LISTENING, None)]}), seen(["ana"]))
    with pytest.raises(InputError, match="'anna' has judged nothing; did you mean 'ana'"):
        curator_changes(own, decided, seen(["ana", "giulia"]), coder="anna", curators=["giulia"])


def test_nothing_in_common_gives_an_empty_table_and_a_page_that_says_so():
    rows = curator_changes(
        table({}), table({}), pd.concat([seen(["ana"], PLACES[:1]), seen(["giulia"], PLACES[1:2])]), curators=["giulia"]
    )
    assert rows.empty and coder_scores(rows).empty
    assert "judged nothing yet" in str(curator_summary(rows, BOOK))


_codes = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(BOOK.code_ids)), st.sampled_from(["endorses", "breach"])
)


@settings(max_examples=30, deadline=None)
@given(_codes, _codes)
def test_the_changes_turn_the_coder_into_the_curator(own, decided):
    """Applied to the coder's codings, the table gives the curator's, and it lists each coding once."""
    rows = curator_changes(
        table({"ana": [(*place, code, stance) for (place, code), stance in own.items()]}),
        table({"giulia": [(*place, code, stance) for (place, code), stance in decided.items()]}),
        seen(["ana", "giulia"]),
        curators=["giulia"],
    )
    became = dict(own)
    for start, end, code, what, was, new in plain(rows, "start", "end", "code", "what", "was", "became"):
        key = ((start, end), code)
        assert (was is None) == (what == "added") and own.get(key) == was
        assert (what == "kept") == (was == new)
        if what == "removed":
            del became[key]
        else:
            became[key] = new
    assert became == decided and len(rows) == len({*own, *decided})
    if len(rows):
        counts = coder_scores(rows).iloc[0]
        assert counts["n"] == len(own) and counts["kept"] + counts["stance"] + counts["added"] == len(decided)


@pytest.fixture(scope="module")
def bundled():
    human = human_annotations(bundled_corpus(), "cluetrain")
    judged = human.coverage.merge(human.units, on="doc_id")[["coder", "doc_id", "start", "end"]]
    curator = human.annotations["coder"] == "adjudicated"
    return human.annotations[~curator], human.annotations[curator], judged


def test_every_code_of_the_bundled_corpus_is_accounted_for(bundled):
    annotations, adjudicated, judged = bundled
    rows = curator_changes(annotations, adjudicated, judged)
    posts = set(judged.loc[judged["coder"] == "adjudicated", "doc_id"])
    for coder in ("author", "second"):
        part = rows[rows["coder"] == coder]["what"].value_counts()
        own = annotations[(annotations["coder"] == coder) & annotations["doc_id"].isin(posts)]
        assert part.get("kept") + part.get("stance") + part.get("removed") == len(own)
        assert part.get("kept") + part.get("stance") + part.get("added") == len(adjudicated)
    notes = set(adjudicated["note"].dropna())
    assert rows["why"].notna().any() and all(
        set(why.split(" / ")) <= notes or why in notes for why in rows["why"].dropna()
    )


def test_the_summary_reads_in_three_languages_and_stays_inert(bundled):
    annotations, adjudicated, judged = bundled
    rows = curator_changes(annotations, adjudicated, judged, coder="second")
    for lang, word in (("en", "taken away"), ("es", "quitado"), ("it", "tolto")):
        made = curator_summary(rows, BOOK, lang)
        assert word in made._repr_html_() and BOOK.name(TALK, lang) in str(made)
        assert f">{len(annotations[annotations['coder'] == 'second'])}<" in made.html
    evil = "<script>x</script>"
    wrong = rows.head(40).assign(why=evil, coder=evil, curator=evil, quote=evil, doc_id=evil)
    page = curator_summary(wrong).html
    assert "&lt;script&gt;" in page and not re.search(r"<script|onerror|javascript:|src=|url\(", page)


def test_a_long_list_is_cut_and_says_so():
    own = {"ana": [(*place, code, "breach") for place in PLACES for code in BOOK.code_ids]}
    many = pd.concat([table(own).assign(doc_id=f"d{n}") for n in range(3)])
    judged = pd.concat([seen(["ana", "giulia"]).assign(doc_id=f"d{n}") for n in range(3)])
    rows = curator_changes(many, table({}), judged, curators=["giulia"])
    made = curator_summary(rows, BOOK)
    assert len(rows) == 420 and "and 120 more" in made.html and "and 120 more" in str(made)
    assert made.html.count('class="differs"') == 300


def test_what_was_taken_away_does_not_take_its_reason_from_the_stretch_beside_it():
    own = table({"ana": [(6, 11, TALK, "breach")]})
    decided = table({"giulia": [(0, 6, LISTENING, "breach")]}, note="otra regla", created="2026-11-22T10:00:00Z")
    judged = seen(["ana", "giulia"], [(0, 59)]).assign(at="2026-11-23T10:00:00Z", note="no es un caso")
    rows = curator_changes(own, decided, judged)
    assert plain(rows, "start", "what", "at", "why") == [
        (0, "added", "2026-11-22T10:00:00Z", "otra regla"),
        (6, "removed", "2026-11-23T10:00:00Z", "no es un caso"),
    ]


def test_a_coding_that_was_kept_beside_a_shorter_one_of_its_code_counts_once():
    own, decided = {"ana": [(0, 11, TALK, None)]}, {"giulia": [(0, 11, TALK, None), (6, 11, TALK, None)]}
    rows = curator_changes(table(own), table(decided), seen(["ana", "giulia"], [(0, 59)]))
    assert rows["what"].tolist() == ["kept", "boundary"]
    for order in (rows, rows[::-1]):
        assert plain(coder_scores(order), "n", "kept", "boundary", "share") == [(1, 1, 0, 1.0)]
