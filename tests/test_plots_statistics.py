"""Figures of counted words, codes and themes: what is drawn, what is said, in three languages."""

import json
import re
import string
import warnings
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
import yaml

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.text import Text

from toolkit import plots
from toolkit.errors import InputError
from toolkit.figures import figure_bytes
from toolkit.plots.panels import words_of
from toolkit.plots.words import FIGURE_LANGUAGES
from toolkit.resources import data_file
from toolkit.tables import CONTRACTS, check, empty

HOSTILE = "$x^2$ <b>\nred"
CODES = {"listening": "Escuchar y responder", "human_voice": "Voz humana"}


def table(contract, rows, **columns):
    """A table of the contract: ``rows`` of some columns; the others are as given, or 1."""
    frame = pd.DataFrame(rows)
    for name, rule in CONTRACTS[contract].items():
        if name not in frame:
            frame[name] = columns.get(name, "all" if rule.kind == "text" else 1)
    return check(contract, frame)


def frequencies(terms, lang="es", unit="words", **columns):
    size = 10_000
    rows = [
        {
            "lang": lang, "term": term, "rank": place + 1, "n": 100 - place, "share": (100 - place) / size,
            "per_million": 1e6 * (100 - place) / size if unit == "words" else None, "document_share": 0.5,
            "ci_low": None, "ci_high": None,
            "zipf": 5.0, "general_zipf": 3.0 + 0.1 * place, "zipf_difference": 2.0 - 0.1 * place,
        }
        for place, term in enumerate(terms)
    ]  # fmt: skip
    return table("frequencies", rows, size=size, **columns)


FREQUENCIES = pd.concat([frequencies(["red", HOSTILE, "voz"]), frequencies(["rete", "voce"], "it")])
DIVERSITY = table(
    "diversity",
    [
        {"lang": "es", "value": "essay", "tokens": 1234, "mattr": 0.81, "mtld": 90.0},
        {"lang": "it", "value": "essay", "tokens": 60, "mattr": 0.86, "mtld": None},
    ],
    by="genre",
    window=50,
)
COLLOCATIONS = table(
    "collocations",
    [
        {"node": "red", "collocate": "social", "n": 9, "documents": 8, "log_dice": 12.5, "n_node": 20,
         "n_collocate": 12, "delta_p_collocate": 0.4, "delta_p_node": 0.7},
        {"node": "cliente", "collocate": "red", "n": 3, "documents": 1, "log_dice": 8.0, "n_node": 50,
         "n_collocate": 20, "delta_p_collocate": 0.1, "delta_p_node": 0.2},
        {"node": HOSTILE, "collocate": "cliente", "n": 2, "documents": 2, "log_dice": 7.0, "n_node": 2,
         "n_collocate": 50, "delta_p_collocate": 0.0, "delta_p_node": 0.05},
    ],
    lang="es",
)  # fmt: skip
NODES = table(
    "network_nodes",
    [
        {"term": "red", "x": 0.0, "y": 0.0, "n": 20, "group": 0},
        {"term": HOSTILE, "x": 1.0, "y": 1.0, "n": 5, "group": 0},
        {"term": "voz", "x": 0.0, "y": 1.0, "n": 9, "group": 1},
    ],
)
EDGES = table(
    "network_edges",
    [
        {"first": "red", "second": HOSTILE, "weight": 12.0, "x": 0.0, "y": 0.0, "x_end": 1.0, "y_end": 1.0},
        {"first": "red", "second": "voz", "weight": 8.0, "x": 0.0, "y": 0.0, "x_end": 0.0, "y_end": 1.0},
    ],
)
KEYNESS = table(
    "keyness",
    [
        {"term": "blog", "log_ratio": 3.0, "ci_low": 1.0, "ci_high": 5.0, "key": True, "log_likelihood": 60.0,
         "q_value": 0.001, "n_target": 60, "n_reference": 7},
        {"term": HOSTILE, "log_ratio": 1.0, "ci_low": -1.0, "ci_high": 2.0, "key": False, "log_likelihood": 2.0,
         "q_value": 0.4, "n_target": 5, "n_reference": 2},
        {"term": "muro", "log_ratio": -4.0, "ci_low": None, "ci_high": None, "key": True, "log_likelihood": 20.0,
         "q_value": 0.01, "n_target": 0, "n_reference": 17},
    ],
    lang="es",
    target="year 2005 to 2010",
    reference="the rest",
    size_target=20_000,
    size_reference=21_000,
)  # fmt: skip
DISPERSION = table(
    "dispersion",
    [
        {"term": "red", "n": 90, "dp_norm": 0.2, "juilland_d": 0.9},
        {"term": HOSTILE, "n": 5, "dp_norm": 0.95, "juilland_d": 0.1},
        {"term": "voz", "n": 5, "dp_norm": None, "juilland_d": None},
    ],
    lang="es",
    size=40_000,
    parts=72,
)
OCCURRENCES = table(
    "occurrences",
    [
        {"term": term, "doc_id": doc_id, "position": position, "value": value}
        for term, doc_id, position, value in [
            ("red", "a", 0.1, "2009-05-01"), ("red", "a", 0.2, "2009-05-01"), ("red", "b", 0.6, "2010-01-01"),
            (HOSTILE, "b", 0.8, "2010-01-01"),
        ]
    ],
    lang="es",
)  # fmt: skip
TRENDS = table(
    "trends",
    [
        {"term": term, "value": value, "documents": documents, "share": share, "n": 5, "per_million": 1e6 * share,
         "ci_low": low, "ci_high": high}
        for term in ("red", HOSTILE)
        for value, documents, share, low, high in [
            ("2008", 20, 0.002, 0.001, 0.004), ("2009", 3, 0.003, 0.001, 0.006), ("2011", 1, 0.001, None, None),
            ("(missing)", 2, 0.5, 0.1, 0.9),
        ]
    ],
    lang="es",
    by="year",
)  # fmt: skip

FIGURES = {
    "frequency_bars": lambda **to: plots.frequency_bars(FREQUENCIES, **to),
    "general_comparison": lambda **to: plots.general_comparison(FREQUENCIES, **to),
    "rank_frequency": lambda **to: plots.rank_frequency(FREQUENCIES, **to),
    "diversity_points": lambda **to: plots.diversity_points(DIVERSITY, **to),
    "collocation_bars": lambda **to: plots.collocation_bars(COLLOCATIONS, "cliente", **to),
    "association_map": lambda **to: plots.association_map(COLLOCATIONS, **to),
    "association_directions": lambda **to: plots.association_directions(COLLOCATIONS, **to),
    "collocation_network": lambda **to: plots.collocation_network(NODES, EDGES, **to),
    "keyness_bars": lambda **to: plots.keyness_bars(KEYNESS, **to),
    "keyness_map": lambda **to: plots.keyness_map(KEYNESS, **to),
    "dispersion_map": lambda **to: plots.dispersion_map(DISPERSION, **to),
    "dispersion_plot": lambda **to: plots.dispersion_plot(OCCURRENCES, **to),
    "trend_lines": lambda **to: plots.trend_lines(TRENDS, **to),
}
MODULES = ("panels", "frequency", "collocations", "keyness", "dispersion", "trends")


@pytest.fixture(autouse=True)
def _closed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    pyplot.close("all")


def texts(ax):
    """All that is written in the figure, and how large."""
    found = ax.get_figure(root=True).findobj(Text)
    return [(text.get_text(), text.get_fontsize()) for text in found if text.get_text() and text.get_visible()]


def said(ax):
    """What is written, each in one line."""
    return [" ".join(text.split()) for text, _ in texts(ax)]


@cache
def written(name, lang):
    """What a figure says, its smallest letters and its title; drawn once for all tests."""
    ax = FIGURES[name](lang=lang)
    ax.get_figure(root=True).canvas.draw()
    found = tuple(said(ax)), min(size for _, size in texts(ax)), ax.get_title()
    pyplot.close("all")
    return found


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def cells(ax):
    return [one for one in ax.get_figure(root=True).axes if one is not ax]


def dots(ax):
    return [one for one in ax.collections if isinstance(one, PathCollection)]


def lines(ax):
    """Ends of the lines that can be seen."""
    found = [path.vertices for one in ax.collections if isinstance(one, LineCollection) for path in one.get_paths()]
    return [ends for ends in found if len(ends) and np.isfinite(ends).all()]


# ---- all figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", FIGURE_LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_drawn_and_read(name, lang):
    lines, smallest, title = written(name, lang)
    assert title
    assert smallest >= 7
    assert not [text for text in lines if "$" in text.replace(r"\$", "") or "{" in text]
    # of these the hostile term is not written
    hidden = ("rank_frequency", "diversity_points", "keyness_map")
    assert any(r"\$x^2\$ <b> red" in text for text in lines) == (name not in hidden)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_speaks_one_language(name):
    own = {lang: set(written(name, lang)[0]) for lang in FIGURE_LANGUAGES}
    material = re.compile(r"x\^2|<b>|\b(red|rete|voz|voce|blog|muro|social|cliente|essay|MTLD|in 1 post)\b")
    for lang in ("es", "it"):
        assert [text for text in own["en"] & own[lang] if re.search(r"[a-z]{2}", material.sub("", text))] == []


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_on_the_axes_given_and_the_same_each_time(name):
    given_ax = pyplot.figure(figsize=(9, 6), layout="constrained").add_subplot()
    assert FIGURES[name](ax=given_ax) is given_ax
    again = FIGURES[name]()
    again.get_figure(root=True).canvas.draw()
    assert tuple(said(again)) == written(name, "en")[0]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_speaks_no_other_language(name):
    with pytest.raises(InputError, match="figures speak no 'fr'"):
        FIGURES[name](lang="fr")


@pytest.mark.parametrize(
    ("draw", "contract"),
    [
        (plots.frequency_bars, "frequencies"), (plots.general_comparison, "frequencies"),
        (plots.rank_frequency, "frequencies"), (plots.diversity_points, "diversity"),
        (plots.collocation_bars, "collocations"), (plots.association_map, "collocations"),
        (plots.association_directions, "collocations"), (plots.keyness_bars, "keyness"),
        (plots.keyness_map, "keyness"), (plots.dispersion_map, "dispersion"),
        (plots.dispersion_plot, "occurrences"), (plots.trend_lines, "trends"),
        (lambda nodes: plots.collocation_network(nodes, EDGES), "network_nodes"),
    ],
)  # fmt: skip
def test_an_empty_table_and_what_is_no_table_are_told_apart(draw, contract):
    with pytest.raises(InputError, match="the table is empty"):
        draw(empty(contract))
    with pytest.raises(InputError, match="got dict, expected the"):
        draw({})
    with pytest.raises(InputError, match="is missing"):
        draw(pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda: plots.collocation_bars(COLLOCATIONS, "clientes"), "no term 'clientes' in the table; did you mean"),
        (lambda: plots.collocation_bars(COLLOCATIONS, measure="logdice"), "did you mean 'log_dice'"),
        (lambda: plots.association_map(COLLOCATIONS.assign(lang=["es", "it", "es"])), "pairs of es, it"),
        (lambda: plots.diversity_points(DIVERSITY, ["matr"]), "no measure 'matr' in the table; did you mean 'mattr'"),
        (lambda: plots.dispersion_plot(OCCURRENCES, ["rot"]), "no term 'rot'"),
        (lambda: plots.dispersion_map(DISPERSION, measure="d"), "no measure 'd'"),
        (lambda: plots.dispersion_map(DISPERSION.tail(1)), "no term has a value of dp_norm"),
        (lambda: plots.trend_lines(TRENDS, ["blog"]), "no term 'blog'"),
        (lambda: plots.trend_lines(TRENDS, []), "no term was named"),
        (lambda: plots.trend_lines(TRENDS.head(1).assign(value="el año pasado")), "'el año pasado' is no year"),
        (lambda: plots.trend_lines(TRENDS.assign(value="(missing)", term=list("abcdefgh"))), "no post has a year"),
        (lambda: plots.trend_lines(TRENDS.assign(by=["year", "month"] * 4)), "groups by month, year"),
        (lambda: plots.keyness_bars(KEYNESS[KEYNESS["term"] == HOSTILE], only_key=True), "no term is key"),
        (lambda: plots.keyness_bars(KEYNESS, sides=["one"]), "sides are two names"),
        (lambda: plots.keyness_bars(KEYNESS.assign(target=list("abc"))), "3 comparisons"),
        (lambda: plots.keyness_map(KEYNESS.assign(lang=["es", "it", "es"])), "terms of es, it"),
        (lambda: plots.keyness_map(KEYNESS.assign(log_likelihood=None)), "take keyness_bars"),
        (lambda: plots.general_comparison(FREQUENCIES, minimum=1000), "no word with 1000 occurrences"),
        (lambda: plots.frequency_bars(pd.concat([FREQUENCIES.assign(value=str(n)) for n in range(15)])), "30 groups"),
        (lambda: plots.frequency_bars(FREQUENCIES, most=0), "got most=0, expected a whole number from 1 upwards"),
        (lambda: plots.general_comparison(FREQUENCIES, most=-1), "got most=-1"),
        (lambda: plots.collocation_bars(COLLOCATIONS, most=2.5), "got most=2.5"),
        (lambda: plots.association_map(COLLOCATIONS, label=-1), "got label=-1, expected a whole number from 0 upwards"),
        (lambda: plots.association_directions(COLLOCATIONS, label=True), "got label=True"),
        (lambda: plots.keyness_bars(KEYNESS, most=-1), "got most=-1"),
        (lambda: plots.keyness_map(KEYNESS, label=-1), "got label=-1"),
        (lambda: plots.dispersion_map(DISPERSION, label=-2), "got label=-2"),
        (lambda: plots.trend_lines(periods("month", "enero")), "'enero' is no month"),
        (lambda: plots.trend_lines(periods("quarter", "2010-Q5")), "'2010-Q5' is no quarter"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said_in_one_sentence(draw, told):
    with pytest.raises(InputError, match=told) as caught:
        draw()
    assert "\n" not in str(caught.value)


def test_of_a_vocabulary_not_all_terms_are_listed():
    rows = table("dispersion", [{"term": f"palabra{number}", "dp_norm": 0.5} for number in range(500)], lang="es")
    with pytest.raises(InputError, match="it has 500 others"):
        plots.dispersion_map(rows, ["zzz"])


# ---- frequency -------------------------------------------------------------------------------------------


def test_bars_of_frequency_have_rank_count_and_share_of_posts():
    spanish, italian = cells(plots.frequency_bars(FREQUENCIES, lang="it"))
    assert labels(spanish.yaxis) == ["red", r"\$x^2\$ <b> red", "voz"]
    assert [text.get_text() for text in spanish.texts] == ["100 · 50 %", "99 · 50 %", "98 · 50 %"]
    assert [bar.get_width() for bar in spanish.patches] == [10_000, 9_900, 9_800]
    assert spanish.get_xlim() == italian.get_xlim()
    assert [one.get_title(loc="left") for one in (spanish, italian)] == [
        "spagnolo (10.000 parole)", "italiano (10.000 parole)",
    ]  # fmt: skip


@pytest.mark.parametrize(("unit", "scale"), [("words", 1e6), ("passages", 100)])
def test_bars_of_frequency_have_the_intervals_that_the_table_has(unit, scale):
    rows = frequencies(["red", "voz", "blog"], unit=unit)
    rows = rows.assign(ci_low=[0.004, 0.009, None], ci_high=[0.03, 0.0099, None])
    ax = plots.frequency_bars(rows, confidence=0.9)
    (cell,) = cells(ax)
    found = np.array(lines(cell))
    assert found[:, :, 0] == pytest.approx(scale * np.array([[0.004, 0.03], [0.009, 0.0099]]))
    assert found[:, :, 1].tolist() == [[0, 0], [1, 1]]
    note = "Line: 90 % bootstrap interval over posts. No line: too few posts for an interval."
    assert any(note in text for text in said(ax))
    # what is written begins behind bar and line, and ends within the figure
    ax.get_figure(root=True).canvas.draw()
    begins = [cell.transData.inverted().transform(text.get_window_extent())[:, 0] for text in cell.texts]
    assert all(begin > scale * end for (begin, _), end in zip(begins, [0.03, 0.0099, 0.0098], strict=True))
    assert max(end for _, end in begins) <= cell.get_xlim()[1]


def test_of_a_table_of_some_terms_the_first_are_drawn_whatever_their_rank():
    some = frequencies(["red", "voz", "blog", "muro"]).tail(2)
    assert some["rank"].tolist() == [3, 4]
    (cell,) = cells(plots.frequency_bars(some, most=1))
    assert labels(cell.yaxis) == ["blog"]


def test_bars_of_frequency_without_intervals_speak_of_none():
    bare = plots.frequency_bars(FREQUENCIES.drop(columns=["ci_low", "ci_high"]))
    for ax in (plots.frequency_bars(FREQUENCIES), bare):
        assert not any(lines(cell) for cell in cells(ax))
        assert not any("interval" in text for text in said(ax))


def test_codes_are_named_and_counted_in_passages_of_each_language():
    rows = frequencies(list(CODES), "all", "passages", by="lang", value="it")
    (cell,) = cells(plots.frequency_bars(rows, names=CODES, lang="es"))
    assert labels(cell.yaxis) == list(CODES.values())
    assert cell.get_title(loc="left") == "italiano (10\u202f000 pasajes)"
    assert cell.get_xlabel() == "% de los pasajes"


def test_words_differ_from_the_language_at_large_in_the_order_of_the_difference():
    rows = FREQUENCIES.assign(general_zipf=[3.0, np.nan, 6.5, 3.0, 4.0], zipf_difference=[2.0, np.nan, -1.5, 2.0, 1.0])
    ax = plots.general_comparison(rows, most=2)
    assert labels(cells(ax)[0].yaxis) == ["red", "voz"]
    assert any("not shown: 1." in text for text in said(ax))


def test_zipf_curves_are_told_apart_without_colour():
    lines = plots.rank_frequency(FREQUENCIES).get_lines()
    guide, first, second = lines
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_ydata().tolist() == [10_000, 9_900, 9_800]
    # the guide falls as 1 / rank from the first point of the longest line
    assert guide.get_ydata() == pytest.approx([10_000, 10_000 / 3])


def test_a_vocabulary_of_one_word_is_a_point():
    line = plots.rank_frequency(frequencies(["red"])).get_lines()[-1]
    assert line.get_marker() == "o"


def test_groups_too_short_for_a_measure_have_no_point_and_are_counted():
    ax = plots.diversity_points(DIVERSITY)
    mattr, mtld = cells(ax)
    assert labels(mattr.yaxis) == ["essay (1,234 words)", "essay (60 words)"]
    assert [[len(points.get_offsets()) for points in dots(cell)] for cell in (mattr, mtld)] == [[1, 1], [1, 0]]
    assert any("without its point: 1." in text for text in said(ax))


def test_groups_have_the_intervals_that_the_table_has():
    limits = {"mattr_low": [0.8, None], "mattr_high": [0.83, None], "mtld_low": None, "mtld_high": None}
    ax = plots.diversity_points(DIVERSITY.assign(**limits), confidence=0.9)
    mattr, mtld = cells(ax)
    assert [ends.tolist() for ends in lines(mattr)] == [[[0.8, 0], [0.83, 0]]]
    assert not lines(mtld)
    assert any("Line: 90 % bootstrap interval over posts." in text for text in said(ax))
    assert not any("bootstrap" in text for text in said(plots.diversity_points(DIVERSITY.drop(columns=list(limits)))))


def test_many_texts_are_a_cloud_for_each_language():
    rows = pd.concat([DIVERSITY.assign(value=[f"a{number}", f"b{number}"]) for number in range(30)])
    ax = plots.diversity_points(rows, ["mattr"])
    assert labels(cells(ax)[0].yaxis) == ["Spanish (30 texts)", "Italian (30 texts)"]


# ---- collocations ----------------------------------------------------------------------------------------


def test_a_node_is_found_on_either_side_of_a_pair_and_direction_turns_with_it():
    (cell,) = cells(plots.collocation_bars(COLLOCATIONS, "red", measure="delta_p_node"))
    assert labels(cell.yaxis) == ["social", "cliente"]
    # of cliente - red the value of the other direction
    assert [bar.get_width() for bar in cell.patches] == [0.7, 0.1]
    assert [text.get_text() for text in cell.texts] == ["9 in 8 posts", "3 in 1 post"]
    assert cell.get_title(loc="left") == "Spanish (node: 20 occurrences)"


def test_pairs_in_order_are_not_turned():
    ordered = pd.concat([COLLOCATIONS, COLLOCATIONS.head(1).rename(columns={"node": "collocate", "collocate": "node"})])
    (cell,) = cells(plots.collocation_bars(ordered, "red"))
    assert labels(cell.yaxis) == ["social"]


def test_without_a_node_pairs_are_drawn_strongest_first():
    (cell,) = cells(plots.collocation_bars(COLLOCATIONS, most=2))
    assert labels(cell.yaxis) == ["red – social", "cliente – red"]


def test_the_strongest_pairs_of_a_map_are_named_and_filled():
    ax = plots.association_map(COLLOCATIONS, label=1)
    assert "red – social" in said(ax)
    assert "cliente – red" not in said(ax)
    hollow, filled = ax.collections[:2]
    assert len(hollow.get_offsets()) == 2
    assert len(hollow.get_facecolor()) == 0
    assert filled.get_offsets().tolist() == [[9, 12.5]]


def test_pairs_that_are_called_the_same_are_still_two():
    ax = plots.association_map(COLLOCATIONS, label=1, names=dict.fromkeys(("red", "social", "cliente"), "equis"))
    assert said(ax).count("equis – equis") == 1
    hollow, filled = ax.collections[:2]
    assert [len(points.get_offsets()) for points in (hollow, filled)] == [2, 1]


def test_directions_are_the_two_axes():
    ax = plots.association_directions(COLLOCATIONS, "cliente")
    points = sorted(tuple(point) for group in ax.collections for point in group.get_offsets())
    assert points == [(0.05, 0.0), (0.1, 0.2)]
    assert "→" in ax.get_xlabel()


def test_a_network_tells_groups_by_marker_and_weights_by_width():
    ax = plots.collocation_network(NODES, EDGES)
    lines, *groups = ax.collections[:3]
    assert list(lines.get_linewidths()) == [4.0, 0.5]
    first, second = (group.get_paths()[0].vertices.shape for group in groups)
    assert first != second
    assert ax.get_title() == "3 terms and their 2 strongest pairs"
    assert {"red", r"\$x^2\$ <b> red", "voz"} <= set(said(ax))


def test_a_network_of_one_pair_and_of_a_point_alone():
    ax = plots.collocation_network(NODES.head(2), EDGES.head(1))
    assert "red" in said(ax)
    assert plots.collocation_network(NODES.head(1), EDGES.head(1)) is not None


# ---- keyness ---------------------------------------------------------------------------------------------


def test_key_terms_are_filled_and_others_hollow_with_their_interval():
    ax = plots.keyness_bars(KEYNESS, confidence=0.9)
    (cell,) = cells(ax)
    assert labels(cell.yaxis) == ["blog (60 : 7)", r"\$x^2\$ <b> red (5 : 2)", "muro (0 : 17)"]
    white = [bar.get_facecolor()[:3] == (1, 1, 1) for bar in cell.patches]
    assert white == [False, True, False]
    ends = [path.vertices[:, 0].tolist() for path in cell.collections[0].get_paths() if len(path.vertices)]
    assert ends[:2] == [[1, 5], [-1, 2]]
    assert any("90 % bootstrap interval" in text for text in said(ax))


def test_small_log_ratios_have_numbers_that_tell_them_apart():
    rows = KEYNESS.assign(log_ratio=[0.04, 0.02, -0.03], ci_low=None, ci_high=None)
    (cell,) = cells(plots.keyness_bars(rows))
    read = [float(text.replace("−", "-")) for text in labels(cell.xaxis)]
    assert read == pytest.approx(cell.get_xticks())
    assert "+0.02" in labels(cell.xaxis)


def test_parts_are_called_as_the_figure_speaks():
    (cell,) = cells(plots.keyness_bars(KEYNESS, lang="it"))
    assert cell.get_xlabel().startswith("← il resto  |  2005–2010 →")
    languages = KEYNESS.assign(target="lang es", reference="lang it")
    (cell,) = cells(plots.keyness_bars(languages, lang="en"))
    assert cell.get_xlabel().startswith("← Italian  |  Spanish →")
    (cell,) = cells(plots.keyness_bars(KEYNESS, sides=("antes", "después"), lang="es"))
    assert cell.get_xlabel().startswith("← después  |  antes →")


def test_limits_of_significance_are_lines_of_the_map():
    ax = plots.keyness_map(KEYNESS, lang="es")
    assert {"p = 0,05", "p = 0,001", "q < 0,05"} <= set(said(ax))
    heights = [line.get_ydata()[0] for line in ax.get_lines() if line.get_ydata()[0] > 1]
    assert heights == [3.84, 10.83, 20.0]
    none = plots.keyness_map(KEYNESS.assign(q_value=0.5))
    assert not [text for text in said(none) if text.startswith("q <")]


# ---- dispersion ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("measure", "even"), [("dp_norm", 0), ("juilland_d", 1)])
def test_even_terms_stand_above_whatever_the_measure(measure, even):
    (cell,) = cells(plots.dispersion_map(DISPERSION, measure=measure))
    low, high = cell.transData.transform([(10, 1 - even), (10, even)])[:, 1]
    assert high > low
    assert sum(len(points.get_offsets()) for points in cell.collections) == 2


def test_strokes_stand_at_their_places_and_borders_between_years():
    ax = plots.dispersion_plot(OCCURRENCES)
    (cell,) = cells(ax)
    places = [path.vertices[0, 0] for row in cell.collections for path in row.get_paths()]
    assert places == pytest.approx([0.1, 0.2, 0.6, 0.8])
    assert [line.get_xdata()[0] for line in cell.get_lines()] == pytest.approx([0.4])
    assert [text.get_text() for text in cell.texts] == ["2009", "2010"]
    assert labels(cell.yaxis) == ["red (3 in 2 posts)", r"\$x^2\$ <b> red (1 in 1 post)"]


@pytest.mark.parametrize("values", [[None] * 4, ["ES", "MX", "ES", "MX"], ["ES"] * 4])
def test_values_that_are_no_parts_have_no_borders(values):
    ax = plots.dispersion_plot(OCCURRENCES.assign(value=values))
    assert not cells(ax)[0].get_lines()
    assert not [text for text in said(ax) if "Dashed" in text]


# ---- trends ----------------------------------------------------------------------------------------------


def test_years_have_a_band_and_few_posts_are_hollow():
    ax = plots.trend_lines(TRENDS, ["red"])
    (cell,) = cells(ax)
    (line,) = cell.get_lines()
    # 2010 has no posts: the line breaks; posts without a date are no year
    assert line.get_ydata()[[0, 1, 3]].tolist() == [2000, 3000, 1000]
    assert np.isnan(line.get_ydata()[2])
    band, _, filled, hollow = cell.collections
    assert band.get_paths()[0].vertices[:, 1].max() == pytest.approx(6000)
    assert filled.get_offsets()[:, 0].tolist() == [0]
    assert hollow.get_offsets()[:, 0].tolist() == [1, 3]
    assert [text.get_text() for text in cell.texts] == ["3", "1"]
    assert any("not shown: 2 posts" in text for text in said(ax))


def periods(by, *values):
    """One term with the same share in each period."""
    rows = [{"term": "red", "value": value, "documents": 20, "share": 0.002, "n": 5, "per_million": 2000.0,
             "ci_low": 0.001, "ci_high": 0.003} for value in values]  # fmt: skip
    return table("trends", rows, lang="es", by=by)


@pytest.mark.parametrize(
    ("by", "values", "shown"),
    [
        ("month", ["2011-02", "2010-11"], ["2010-11", "2010-12", "2011-01", "2011-02"]),
        ("quarter", ["2010-Q3", "2011-Q1"], ["2010-Q3", "2010-Q4", "2011-Q1"]),
    ],
)
def test_periods_without_posts_have_their_place_and_break_the_line(by, values, shown):
    (cell,) = cells(plots.trend_lines(periods(by, *values)))
    assert labels(cell.xaxis) == shown
    (line,) = cell.get_lines()
    assert np.isnan(line.get_ydata()).tolist() == [False, *[True] * (len(shown) - 2), False]


def test_a_year_without_its_month_is_no_month():
    ax = plots.trend_lines(periods("month", "2010, no month", "2010-01", "2010-02"))
    assert labels(cells(ax)[0].xaxis) == ["2010-01", "2010-02"]
    assert any("Without a month in the date, and not shown: 20 posts." in text for text in said(ax))


def test_a_column_of_any_name_stands_in_the_title():
    ax = plots.trend_lines(TRENDS.assign(by="group", value=list("abcd") * 2))
    assert ax.get_title() == "Frequency of terms by “group”"


def test_terms_may_be_a_column_of_a_table():
    (cell,) = cells(plots.trend_lines(TRENDS, TRENDS["term"].head(1)))
    assert cell.get_title("left").startswith("red (")


def test_countries_are_points_without_a_line():
    rows = TRENDS.assign(by="country", value=["ES", "MX", "AR", "(missing)"] * 2, per_million=None)
    (first, _) = cells(plots.trend_lines(rows))
    assert not first.get_lines()
    assert labels(first.xaxis) == ["ES", "MX", "AR", "(missing)"]
    assert first.get_ylabel() == "% of passages"


# ---- the gallery -----------------------------------------------------------------------------------------


def test_the_gallery_shows_every_figure():
    path = Path(__file__).parent.parent / "notebooks" / "12_gallery.ipynb"
    cells_of = json.loads(path.read_text(encoding="utf-8"))["cells"]
    drawn = {
        name
        for cell in cells_of
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))
        for name in re.findall(r"plots\.(\w+)\(", "".join(cell["source"]))
    }
    assert drawn == {name for name in plots.__all__ if callable(getattr(plots, name))}


# ---- words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_words_are_there_in_three_languages_with_the_same_gaps(module):
    content = yaml.safe_load(data_file("figures", f"{module}.yaml").read_text(encoding="utf-8"))
    for key, told in content.items():
        assert sorted(told) == sorted(FIGURE_LANGUAGES), key
        gaps = [sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in told.values()]
        assert gaps[0] == gaps[1] == gaps[2], key
        assert all(told.values()), key
    assert words_of(module, "es") != words_of(module, "it")


def test_very_many_points_are_a_picture_in_the_figure():
    rows = pd.DataFrame({"n": range(5, 9005)})
    rows = rows.assign(term=rows["n"].astype(str), lang="es", dp_norm=1 - rows["n"] / 20_000)
    few, many = (plots.dispersion_map(table("dispersion", rows.head(count))) for count in (300, 9000))
    drawn = [ax.get_figure().axes[1].collections[0].get_rasterized() for ax in (few, many)]
    assert drawn == [False, True]
    assert len(figure_bytes(many, "svg")) < 500_000
