"""Every figure in Spanish, Italian and English: its words, its numbers, its smallest letters, odd tables."""

import re
import warnings
from itertools import pairwise
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest
import test_plots as given
import test_topics_views as topics
import yaml
from conftest import ROOT

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.text import Text

from toolkit import plots
from toolkit.errors import InputError
from toolkit.plots.words import FIGURE_LANGUAGES, figure_words

FOLDER = ROOT / "toolkit" / "data" / "figures"
MODULES = ("agreement", "common", "evaluation", "frameworks", "heat", "learning", "maps", "principles", "selection",
           "themes", "topics")  # fmt: skip
#: The smallest letters that can be read in print, in points.
SMALLEST = 7
NAMES = {"listening": "Zuhör $x^2$\n<b>", "community": "Gemein", "dialogue": "Zwie", "support": "Hilf"}


def rows(columns, *values):
    return pd.DataFrame(list(values), columns=columns.split())


F1 = rows(
    "measure scope of value ci_low ci_high n",
    ("f1", "code", "listening", 0.5, 0.4, 0.6, 1200), ("f1", "code", "community", 0.3, None, None, 4),
    ("base_rate", "code", "listening", 0.1, None, None, 1200), ("f1_macro", "all", "all", 0.4, 0.3, 0.5, 1204),
)  # fmt: skip
CONFUSION = rows(
    "kind gold predicted n share",
    ("code", "listening", "listening", 1500, 1.0), ("code", "(none)", "community", 2, 1.0),
    ("stance", "endorses", "breach", 3, 1.0),
)  # fmt: skip
RELIABILITY = rows(
    "bins low high mean observed ci_low ci_high n",
    ("equal hits", 0.0, 0.5, 0.2, 0.25, 0.1, 0.4, 2000), ("equal hits", 0.5, 1.0, 0.8, 0.7, None, None, 10),
)  # fmt: skip
AGREEMENT = rows(
    "measure code by of coders value ci_low ci_high n documents note",
    ("alpha_nominal", "listening", "code", "listening", "all", 0.7, 0.6, 0.8, 1500, 9, None),
    ("alpha_nominal", "community", "code", "community", "all", None, None, None, 1500, 9, None),
    ("rate", "listening", "code", "listening", "all", 0.0525, 0.04, 0.06, 1500, 9, None),
    ("alpha_nominal", None, "period", "1: 2016-03-01 08:00:00", "all", 0.7, 0.6, 0.8, 9, 3, None),
    ("alpha_nominal", None, "period", "2: 2016-03-02 08:00:00", "all", 0.6, 0.5, 0.8, 9, 3, None),
    ("codes_per_unit", None, "period", "1: 2016-03-01 08:00:00", "zoe", 0.7, 0.6, 0.8, 9, 3, None),
    ("codes_per_unit", None, "period", "1: 2016-03-01 08:00:00", "$yan$", 0.6, 0.5, 0.8, 9, 3, None),
    ("alpha_nominal", None, "coders", "people", "zoe | $yan$", 0.75, 0.6, 0.8, 1500, 9, None),
)  # fmt: skip
CHAIN = rows(
    "unit kind code to_code count n share ci_low ci_high",
    ("post", "step", "listening", None, 3, 1200, 0.25, 0.1, 0.4),
    ("post", "step", "community", None, 2, 1200, 0.2, 0.1, 0.4),
    ("post", "link", "listening", "community", 1, 3, 0.333, None, None),
)  # fmt: skip
STEPS = rows(
    "lang code group order share ci_low ci_high n",
    ("es", "listening", "g", 0, 0.0525, 0.01, 0.1, 1500), ("it", "listening", "g", 0, 0.1, None, None, 10),
    ("es", "community", "g", 1, 0.2, 0.1, 0.3, 1500), ("it", "community", "g", 1, 0.0, 0.0, 0.0, 10),
)  # fmt: skip
BALANCE = rows(
    "code side count n share ci_low ci_high",
    ("all", "pro", 5, 1200, 0.2, 0.1, 0.3), ("all", "con", 2, 1200, 0.1, None, None),
)  # fmt: skip
CROSSED = rows(
    "code to_code share lift lift_low lift_high expected n",
    ("dialogue", "listening", 0.025, 3.0, 1.2, 4.0, None, 1500),
    ("dialogue", "community", 0.2, 0.3, 0.1, 0.8, "x", 1500),
    ("support", "listening", 0.0, 0.0, None, None, None, 3), ("support", "community", None, None, None, None, None, 3),
)  # fmt: skip
CURVES = rows(
    "k measure value low high n",
    (1, "heldout", -8.0, None, None, 5), (2, "heldout", -7.5, -7.6, -7.4, 5), (3, "heldout", -7.25, None, None, 5),
    (2, "perplexity", 1500.0, 1400.0, 1600.0, 5), (3, "npmi", 0.25, 0.2, 0.3, 4),
)  # fmt: skip
SUMMARY = given.SUMMARY.assign(label="zzz, $y$", holds="these posts", samples=0.25, unstable=[False, True, False])
HEADS = dict.fromkeys(("es.1", "es.2", "it.1"), "zzz $y$")

DRAW = {
    "adjusted_shares": lambda **more: plots.adjusted_shares(given.ADJUSTED, NAMES, **more),
    "agreement_codes": lambda **more: plots.agreement_codes(AGREEMENT, names=NAMES, **more),
    "agreement_drift": lambda **more: plots.agreement_drift(AGREEMENT, **more),
    "balance": lambda **more: plots.balance(BALANCE, **more),
    "chain": lambda **more: plots.chain(CHAIN, NAMES, **more),
    "code_f1": lambda **more: plots.code_f1(F1, NAMES, **more),
    "coder_pairs": lambda **more: plots.coder_pairs(AGREEMENT, **more),
    "confusion": lambda **more: plots.confusion(CONFUSION, "code", NAMES, **more),
    "crossing": lambda **more: plots.crossing(CROSSED, NAMES, NAMES, **more),
    "intertopic_map": lambda **more: plots.intertopic_map(topics.MAP[:8].assign(label="zzz, $\n y"), **more),
    "learning_curve": lambda **more: plots.learning_curve(given.LEARNING, width=0.1, **more),
    "prevalence_bars": lambda **more: plots.prevalence_bars(topics.COUNTRIES, labels=HEADS, **more),
    "principle_groups": lambda **more: plots.principle_groups(PLACES, "country", NAMES, **more),
    "principle_shares": lambda **more: plots.principle_shares(given.PRINCIPLES, NAMES, **more),
    "principles_over_time": lambda **more: plots.principles_over_time(given.GROUPED, names=NAMES, **more),
    "reliability": lambda **more: plots.reliability(RELIABILITY, **more),
    "selection_curves": lambda **more: plots.selection_curves(CURVES, **more),
    "stances": lambda **more: plots.stances(given.STANCE_TABLE, NAMES, **more),
    "steps": lambda **more: plots.steps(STEPS, NAMES, **more),
    "term_bars": lambda **more: plots.term_bars(TERMS, unstable=["es.2"], labels=HEADS, **more),
    "theme_documents": lambda **more: plots.theme_documents(topics.DOCUMENTS, group="genre", **more),
    "theme_principles": lambda **more: plots.theme_principles(given.CROSSED, NAMES, HEADS, **more),
    "theme_sizes": lambda **more: plots.theme_sizes(SUMMARY, **more),
    "theme_terms": lambda **more: plots.theme_terms(given.TOPICS, "joint.1", **more),
    "themes_over_time": lambda **more: plots.themes_over_time(topics.YEARS, labels=HEADS, **more),
}
#: Other rows of the same figures.
MORE = {
    "agreement_drift, of each coder": lambda **more: plots.agreement_drift(AGREEMENT, "codes_per_unit", **more),
    "confusion of stances": lambda **more: plots.confusion(CONFUSION, "stance", **more),
}
PLACES = given.GROUPED.assign(by="country", value=given.GROUPED["value"].replace("note", "zzz"))
TERMS = pd.concat([topics.TERMS, topics.TERMS.assign(lang="it")])
TERMS = TERMS[TERMS["topic"].isin(["es.1", "es.2"])]


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


def figure_of(drawn):
    return getattr(drawn, "figure", drawn)


def texts(drawn):
    """All texts that are to be seen."""
    figure = figure_of(drawn)
    figure.draw_without_rendering()
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def said(module, lang):
    return " ".join(str(value) for value in figure_words(module, lang).values())


def parts(text):
    return set(re.findall(r"[^\W\d_]{4,}", re.sub(r"\{\w+\}", " ", text).lower()))


#: English words that are no words of the other languages, and that no table of this file has.
ENGLISH = set().union(*(parts(said(module, "en")) for module in MODULES)) - set().union(
    *(parts(said(module, lang)) for module in MODULES for lang in ("es", "it"))
)


def test_every_public_figure_is_looked_at_here():
    ours = {
        name for name in plots.__all__ if name.islower() and getattr(plots, name).__module__.split(".")[-1] in MODULES
    }
    assert ours == set(DRAW)


@pytest.mark.parametrize("lang", FIGURE_LANGUAGES)
@pytest.mark.parametrize("name", [*DRAW, *MORE])
def test_a_figure_speaks_one_language_in_letters_that_can_be_read(name, lang):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = (DRAW | MORE)[name](lang=lang)
        found = texts(drawn)
    figure = figure_of(drawn)
    assert any(ax.get_title() for ax in figure.axes), "no title"
    assert min(text.get_fontsize() for text in found) >= SMALLEST
    for text in found:
        assert not re.search(r"(?<!\\)\$", text.get_text()), text.get_text()
        if lang != "en":
            words = parts(re.sub(r"post\d+", "", text.get_text()))
            assert not words & ENGLISH, text.get_text()


@pytest.mark.parametrize("name", ["intertopic_map", "stances", "steps", "term_bars", "theme_documents"])
def test_the_same_table_gives_the_same_figure(name):
    once, again = ([(text.get_text(), text.get_position()) for text in texts(DRAW[name](lang="es"))] for _ in range(2))
    assert once == again


@pytest.mark.parametrize("lang", ["es", "it"])
@pytest.mark.parametrize("name", ["code_f1", "reliability", "coder_pairs", "crossing"])
def test_decimals_have_a_comma(name, lang):
    shown = [text.get_text() for text in texts(DRAW[name](lang=lang))]
    assert not [text for text in shown if re.search(r"\d\.\d(?!\d\d)", text)]
    assert [text for text in shown if re.search(r"\d,\d", text)]


@pytest.mark.parametrize("name", DRAW)
def test_an_unknown_language_is_refused(name):
    with pytest.raises(InputError, match="figures speak no 'pt'"):
        DRAW[name](lang="pt")


def test_the_level_of_the_intervals_is_said_as_given():
    assert "90 % bootstrap interval over posts" in given.note(plots.principle_shares(given.PRINCIPLES, confidence=0.9))
    assert "intervalo del 97,5 %" in given.note(plots.steps(STEPS, lang="es", confidence=0.975))
    with pytest.raises(InputError, match="confidence is 95"):
        plots.principle_shares(given.PRINCIPLES, confidence=95)


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (plots.principle_shares, given.PRINCIPLES), (plots.stances, given.STANCE_TABLE),
        (plots.adjusted_shares, given.ADJUSTED), (plots.theme_principles, given.CROSSED),
        (plots.crossing, CROSSED), (plots.chain, CHAIN), (plots.steps, STEPS), (plots.balance, BALANCE),
        (plots.theme_sizes, SUMMARY), (plots.term_bars, TERMS), (plots.themes_over_time, topics.YEARS),
        (plots.prevalence_bars, topics.COUNTRIES), (plots.theme_documents, topics.DOCUMENTS),
        (plots.intertopic_map, topics.MAP), (plots.code_f1, F1), (plots.confusion, CONFUSION),
        (plots.reliability, RELIABILITY), (plots.agreement_codes, AGREEMENT), (plots.agreement_drift, AGREEMENT),
        (plots.coder_pairs, AGREEMENT), (plots.learning_curve, given.LEARNING), (plots.selection_curves, CURVES),
        (plots.principles_over_time, given.GROUPED),
    ],
)  # fmt: skip
def test_an_empty_table_is_refused_in_one_sentence(draw, table):
    with pytest.raises(InputError) as refused:
        draw(table.iloc[:0])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.principle_shares(given.PRINCIPLES[:1]),
        lambda: plots.principle_shares(given.PRINCIPLES[given.PRINCIPLES["lang"] == "all"]),
        lambda: plots.stances(given.STANCE_TABLE[:1]),
        lambda: plots.adjusted_shares(given.ADJUSTED[1:2]),
        lambda: plots.theme_principles(given.CROSSED[1:2]),
        lambda: plots.crossing(CROSSED[3:]),
        lambda: plots.chain(CHAIN[:1]),
        lambda: plots.steps(STEPS[1:2]),
        lambda: plots.theme_sizes(SUMMARY[:1].assign(n=0)),
        lambda: plots.theme_documents(topics.DOCUMENTS[:1]),
        lambda: plots.intertopic_map(topics.MAP[:1]),
        lambda: plots.themes_over_time(topics.YEARS[:1].assign(ci_low=np.nan, ci_high=np.nan)),
        lambda: plots.prevalence_bars(topics.COUNTRIES[:1].assign(share=np.nan)),
        lambda: plots.term_bars(topics.TERMS[:1].assign(weight=0)),
        lambda: plots.code_f1(F1[1:2]),
        lambda: plots.reliability(RELIABILITY[1:]),
        lambda: plots.agreement_codes(AGREEMENT[1:2]),
        lambda: plots.coder_pairs(AGREEMENT[-1:].assign(value=None)),
        lambda: plots.learning_curve(given.LEARNING[:1].assign(ci_low=None, ci_high=None), width=0.1),
        lambda: plots.selection_curves(CURVES[2:3]),
    ],
)
def test_one_row_and_missing_values_are_drawn_without_a_warning(draw):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert texts(draw())


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (plots.chain, CHAIN), (plots.steps, STEPS), (plots.balance, BALANCE), (plots.crossing, CROSSED),
        (plots.themes_over_time, topics.YEARS), (plots.prevalence_bars, topics.COUNTRIES), (plots.code_f1, F1),
        (plots.confusion, CONFUSION), (plots.agreement_codes, AGREEMENT), (plots.agreement_drift, AGREEMENT),
        (plots.coder_pairs, AGREEMENT), (plots.learning_curve, given.LEARNING),
    ],
)  # fmt: skip
def test_two_rows_of_which_one_would_cover_the_other_are_refused(draw, table):
    with pytest.raises(InputError, match="stands there twice; give one row for each") as refused:
        draw(pd.concat([table, table]))
    assert "\n" not in str(refused.value)


def test_the_order_of_the_rows_does_not_turn_a_line_back():
    periods = plots.agreement_drift(AGREEMENT[::-1])
    reliability = plots.reliability(RELIABILITY[::-1])
    for ax, places in ((periods, [1, 2]), (reliability, [0.2, 0.8])):
        (line,) = [line for line in ax.get_lines() if line.get_marker() == "o"]
        assert line.get_xdata().tolist() == places
    assert "2,000; 10" in given.note(reliability)


def test_a_coder_whose_name_begins_with_a_line_stands_in_the_legend():
    ax = plots.agreement_drift(AGREEMENT.replace({"coders": {"zoe": "_zoe"}}), "codes_per_unit")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [r"\$yan\$", "_zoe"]


def test_steps_of_a_table_that_was_read_again_are_whole_numbers():
    ax = plots.steps(STEPS.assign(order=STEPS["order"].astype(float)))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0  listening", "1  community"]


def test_numbers_of_topics_far_apart_have_whole_bars():
    table = CURVES[CURVES["measure"] == "heldout"].assign(k=[5, 10, 20])
    said = SimpleNamespace(k=5, low=5, high=10, shares={5: 0.6, 10: 0.3, 20: 0.1}, uncertain=False)
    last = plots.selection_curves(table, said).axes[-1]
    low, high = last.get_xlim()
    assert [bar.get_height() for bar in last.patches] == pytest.approx([60, 30, 10])
    assert all(low < bar.get_x() and bar.get_x() + bar.get_width() < high for bar in last.patches)


def test_forty_codes_do_not_lie_over_each_other():
    codes = [f"code {number:02} with a rather long name $" for number in range(40)]
    many = pd.concat([given.PRINCIPLES[given.PRINCIPLES["code"] == "listening"].assign(code=code) for code in codes])
    ax = plots.principle_shares(many, lang="it")
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert len(boxes) == 40
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))
    assert min(box.x0 for box in boxes) >= 0


# ---- the files of words ----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_each_word_is_there_in_three_languages_and_used(module):
    content = yaml.safe_load((FOLDER / f"{module}.yaml").read_text(encoding="utf-8"))
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "toolkit").rglob("*.py")))
    own = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "toolkit" / "plots").glob("*.py")))
    for key, word in content.items():
        assert set(word) == set(FIGURE_LANGUAGES), key
        assert all(isinstance(each, str) and each.strip() for each in word.values()), key
        fields = {tuple(sorted(re.findall(r"\{(\w+)\}", each))) for each in word.values()}
        assert len(fields) == 1, f"{key}: other fields in another language"
        # of what figures say themselves, or of a value of a table (a language, a stance, a column of the posts)
        family = f"{key.split('_')[0]}_{{unit}}" in own
        assert family or re.search(rf"""["']{key}["']""", source), f"{key} is not used"
