"""The report: numbers that are what they say, whatever the corpus, the place and the machine."""

import datetime
import math

import pandas as pd
import pytest

from toolkit.analysis import Analysis, analyse
from toolkit.codebook import load_codebook
from toolkit.corpus import load_corpus
from toolkit.report import page, render_report
from toolkit.report.themes import themes_of
from toolkit.resources import bundled_corpus
from toolkit.settings import Study
from toolkit.tables import empty
from toolkit.topics.theme_tables import no_themes

RECORD = {
    "versions": {"toolkit": "0.1.0"}, "created": "2026-01-05T10:00:00Z", "folder": "run", "citation": "",
    "codebook": {"id": "cluetrain", "version": "", "sha256": ""}, "corpus": {"sha256": ""},
}  # fmt: skip
NAN = math.nan


@pytest.fixture(scope="module")
def coded():
    """One post, coded by cues."""
    corpus = load_corpus(bundled_corpus())
    study = Study(study={"parts": ("principles",)}, text={"pipeline": "simple"}, principles={"method": "cues"})
    return analyse(corpus._replace(posts=corpus.posts.head(1)), study)


@pytest.mark.parametrize(
    ("share", "digits", "written"),
    [
        (0.25, 0, "25 %"),
        (0.004, 0, "< 1 %"),
        (0.005, 0, "< 1 %"),
        (0.0004, 1, "< 0.1 %"),
        (0.0, 1, "0.0 %"),
        (1.0, 0, "100 %"),
        (NAN, 0, "–"),
        (None, 0, "–"),
    ],
)
def test_a_share_above_zero_is_not_written_as_zero(share, digits, written):
    assert page._percent(share, digits) == written


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0.0123, 3, "= 0.012"),
        (0.0004, 3, "< 0.001"),
        (0.00004, 4, "< 0.0001"),
        (0.001, 3, "= 0.001"),
        (1, 3, "= 1.000"),
    ],
)
def test_no_chance_is_written_as_zero(value, digits, written):
    assert page._chance(value, digits) == written


def test_the_date_is_in_the_language_of_the_page(coded):
    assert page._day(datetime.date(2026, 12, 9)) == "9 December 2026"
    assert "· 5 January 2026 ·" in render_report(coded, {}, RECORD)


def test_a_cell_says_no_interval_where_there_is_none(coded, monkeypatch):
    cell = {
        "topic": "es.1", "code": "listening", "name": "Listening", "share": 0.0004, "lift": 1.5, "ci_low": NAN,
        "ci_high": NAN, "lift_low": NAN, "lift_high": NAN, "p_value": 0.00004, "q_value": 0.0004, "n": 3, "posts": 1,
        "posts_coded": 1, "note": "", "place": "c-1", "tint": 1, "label": "red, voz",
    }  # fmt: skip
    crossed = {"rows": [{**cell, "cells": [cell]}], "codes": ["Listening"], "left": 0}
    monkeypatch.setattr(page, "crossed_of", lambda _: {**crossed, "behind": [{**cell, "count": 1, "quotes": []}]})
    html = render_report(coded, {}, RECORD)
    assert 'title="Listening in es.1: &lt; 0.1 %, lift 1.5, q &lt; 0.001"' in html
    assert "&lt; 0.1 % of the theme, 1.5 times the usual; p &lt; 0.0001, q &lt; 0.001." in html


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([0.2, 0.4, 0.9], "2 of 3 themes of one language do not come back over seeds and samples of the posts"),
        ([NAN, NAN, NAN], "2 of 3 themes of one language were not tried on samples of the posts."),
    ],
)
def test_few_posts_are_said_with_the_reason(coded, samples, said):
    holds = ["these posts", "these posts", "other posts"]
    summary = pd.DataFrame({"model": "es", "holds": holds, "samples": samples})
    joint = pd.DataFrame({"model": ["joint"], "holds": "no", "samples": 0.1})
    tables = {**coded.tables, "topic_summary": pd.concat([summary, joint])}
    thin = page._thin(Analysis(coded.study, coded.codebook, tables))
    assert (thin["below"], thin["all"]) == (2, 3)
    html = page.render_report(coded, {"themes": b"<svg/>"}, RECORD)
    assert "Few posts" not in html
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "_thin", lambda _: thin)
        assert said in page.render_report(coded, {"themes": b"<svg/>"}, RECORD)


def test_phrases_of_two_languages_come_in_the_order_of_the_explorer():
    from toolkit.explorer.of_analysis import _labels

    names = ["joint.1"]
    labels = pd.DataFrame(
        {"topic": "joint.1", "lang": ["it", "es", "it", "es"], "rank": [1, 1, 2, 2], "kind": "phrase"}
    ).assign(label=["uno it", "uno es", "due it", "dos es"])
    summary = pd.DataFrame({"topic": names, "model": "joint", "label": "voz | voce", "languages": "es it"})
    tables = {**no_themes(), "topic_labels": labels, "topic_summary": summary}
    tables["theme_principles"] = empty("theme_principles")
    (joint,) = themes_of(Analysis(Study(), load_codebook(), tables))
    assert joint["themes"][0]["labels"] == ["uno es", "uno it", "dos es", "due it"]
    assert _labels(tables, names)[0][:4] == joint["themes"][0]["labels"]


def test_an_example_of_furniture_is_not_cut_inside_a_letter():
    quote = "a" * 159 + "n\u0303" + "o" * 40
    table = pd.DataFrame({"doc_id": ["a"], "kind": ["menu"], "quote": [quote]})
    (row,) = page._furniture(Analysis(Study(), load_codebook(), {"furniture": table}))
    assert row["example"] == "a" * 159
