import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.text import Annotation

from toolkit import plots
from toolkit.errors import InputError
from toolkit.reading import Piece, as_html, best_passages, marked_post, with_cues
from toolkit.tables import STANCES

NAMES = {"listening": "Listening $x^2$\nand <b>responding</b>", "community": "Community"}
PRINCIPLES = pd.DataFrame(
    [
        ("es", "b", "listening", 4, 40, 0.1, 0.05, 0.2),
        ("it", "b", "listening", 0, 10, 0.0, None, None),
        ("all", "b", "listening", 4, 50, 0.08, 0.04, 0.15),
        ("es", "b", "community", 8, 40, 0.2, 0.1, 0.3),
        ("it", "b", "community", 1, 10, 0.1, None, None),
        ("all", "b", "community", 9, 50, 0.18, 0.1, 0.3),
    ],
    columns=["lang", "codebook", "code", "count", "n", "share", "ci_low", "ci_high"],
)
STANCE_TABLE = pd.DataFrame(
    [("es", "b", code, stance, n) for code in NAMES for n, stance in enumerate(STANCES)],
    columns=["lang", "codebook", "code", "stance", "count"],
)
TOPICS = pd.DataFrame(
    [("joint.1", "cliente", 0.5, "es", 1), ("joint.1", "cliente", 0.4, "it", 1), ("joint.1", "$red$", 0.2, "es", 2)],
    columns=["topic", "term", "weight", "lang", "rank"],
)
SUMMARY = pd.DataFrame(
    [
        ("es.1", "es", "red, voz", 12, 0.8, False),
        ("es.2", "es", "año", 3, 0.1, True),
        ("it.1", "it", "rete", 5, None, False),
    ],
    columns=["topic", "model", "label", "n", "stability", "unstable"],
)
CROSSED = pd.DataFrame(
    [
        ("es.1", "b", "listening", 0.3, 2.5, 0.1, 0.4, 0.01, 0.03, 12, 12, 8),
        ("es.1", "b", "community", 0.0, None, None, None, None, None, 12, 12, 0),
        ("es.2", "b", "listening", 0.05, 0.4, 0.0, 0.1, 0.04, 0.06, 3, 3, 1),
        ("es.2", "b", "community", 0.0, None, None, None, None, None, 3, 3, 0),
    ],
    columns=[
        "topic",
        "codebook",
        "code",
        "share",
        "lift",
        "ci_low",
        "ci_high",
        "p_value",
        "q_value",
        "n",
        "posts",
        "posts_coded",
    ],
)
GROUPED = pd.DataFrame(
    [
        (by, value, "b", code, count, 100, posts, count / 100, lift, 0.0, 0.3, None, q_value)
        for by, value, posts in (
            ("genre", "$essay$", 12),
            ("genre", "note", 3),
            ("year", "2010", 12),
            ("year", "2012", 3),
        )
        for code, count, lift, q_value in (("listening", 9, 1.5, 0.01), ("community", 20, 1.0, 0.5))
    ],
    columns=[
        "by",
        "value",
        "codebook",
        "code",
        "count",
        "n",
        "posts",
        "share",
        "lift",
        "ci_low",
        "ci_high",
        "p_value",
        "q_value",
    ],
)
ADJUSTED = pd.DataFrame(
    [
        (lang, "b", code, 90, 12, 0.1, 0.05, 0.2, *corrected, 0.7, 0.98, 20, 300)
        for lang, code, *corrected in (
            ("es", "listening", 0.12, 0.06, 0.3),
            ("es", "community", None, None, None),
            ("it", "listening", 0.2, 0.1, 0.3),
            ("it", "community", 0.1, 0.0, 0.2),
        )
    ],
    columns=[
        "lang",
        "codebook",
        "code",
        "n",
        "posts",
        "share",
        "ci_low",
        "ci_high",
        "adjusted",
        "adjusted_low",
        "adjusted_high",
        "sensitivity",
        "specificity",
        "gold_positives",
        "gold_negatives",
    ],
)

FIGURES = [
    pytest.param(lambda ax: plots.principle_shares(PRINCIPLES, NAMES, ax=ax), id="principle_shares"),
    pytest.param(lambda ax: plots.stances(STANCE_TABLE, NAMES, ax=ax), id="stances"),
    pytest.param(lambda ax: plots.theme_terms(TOPICS, "joint.1", ax=ax), id="theme_terms"),
    pytest.param(lambda ax: plots.theme_sizes(SUMMARY, ax=ax), id="theme_sizes"),
    pytest.param(lambda ax: plots.theme_principles(CROSSED, NAMES, {"es.1": "red"}, ax=ax), id="theme_principles"),
    pytest.param(lambda ax: plots.principle_groups(GROUPED, "genre", NAMES, ax=ax), id="principle_groups"),
    pytest.param(lambda ax: plots.principles_over_time(GROUPED, names=NAMES, ax=ax), id="principles_over_time"),
    pytest.param(lambda ax: plots.adjusted_shares(ADJUSTED, NAMES, ax=ax), id="adjusted_shares"),
]


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def beside(ax):
    """What stands beside or in marks; the note of the head is no such text."""
    return [text for text in ax.texts if not isinstance(text, Annotation)]


def note(ax):
    (found,) = [text.get_text() for text in ax.texts if isinstance(text, Annotation)]
    return " ".join(found.split())


@pytest.mark.parametrize("draw", FIGURES)
def test_a_figure_can_be_drawn_and_returns_its_axes(draw, tmp_path):
    ax = draw(None)
    ax.figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 5_000


@pytest.mark.parametrize("draw", FIGURES)
def test_a_figure_is_drawn_on_the_axes_given(draw):
    given_ax = pyplot.figure().add_subplot()
    assert draw(given_ax) is given_ax


def test_principles_are_ordered_by_their_share_and_named():
    ax = plots.principle_shares(PRINCIPLES, NAMES)
    assert labels(ax.yaxis) == ["Community", r"Listening \$x^2\$ and <b>responding</b>"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Spanish (n = 40)", "Italian (n = 10)"]


def test_marks_of_many_languages_stay_in_their_row():
    spanish = [rows[rows["lang"] == "es"] for rows in (PRINCIPLES, ADJUSTED)]
    shares, adjusted = (
        pd.concat([rows.assign(lang=lang) for lang in ("es", "it", "en", "fr", "de")], ignore_index=True)
        for rows in spanish
    )
    away = [line.get_ydata() - [0, 1] for line in plots.principle_shares(shares).get_lines()]
    assert len(away) == 5
    assert np.abs(away).max() < 0.5
    dots = plots.adjusted_shares(adjusted).collections[1::2]
    assert len(dots) == 10
    assert max(np.abs(one.get_offsets()[:, 1] - [0, 1]).max() for one in dots) < 0.5


def test_signs_in_the_name_of_a_principle_are_written_as_they_are():
    ax = plots.principles_over_time(GROUPED, names=NAMES)
    titles = [cell.get_title("left") for cell in ax.figure.axes if cell is not ax]
    assert titles == ["Community", r"Listening \$x^2\$ and <b>responding</b>"]


def test_codes_may_be_one_or_a_column_of_a_table():
    for codes in ("listening", pd.Series(["listening"])):
        ax = plots.principles_over_time(GROUPED, codes)
        assert [cell.get_title("left") for cell in ax.figure.axes if cell is not ax] == ["listening"]


def test_a_theme_of_which_nobody_knows_whether_it_is_stable_is_not_pale():
    ax = plots.theme_sizes(SUMMARY.assign(unstable=[np.nan, True, None]))
    assert [bar.get_alpha() for bar in ax.patches] == [None, 0.35, None]


def test_unstable_themes_are_pale_and_said_to_be_so():
    ax = plots.theme_sizes(SUMMARY)
    assert [bar.get_alpha() for bar in ax.patches] == [None, 0.35, None]
    assert [text.get_text() for text in beside(ax)] == ["0.80 over seeds", "0.10 over seeds, unstable"]


def test_what_is_written_beside_the_sizes_of_themes_stays_inside_the_figure():
    table = pd.DataFrame(
        {
            "topic": ["es.1", "es.2"], "model": "es", "label": "cliente, contestar, empresa | rispondere, scrivere",
            "n": [300, 20], "stability": 0.85, "samples": 0.31, "unstable": False, "holds": "these posts",
        }
    )  # fmt: skip
    ax = plots.theme_sizes(table)
    ax.figure.canvas.draw()
    edge = ax.figure.bbox.x1
    assert all("these posts only" in text.get_text() for text in beside(ax))
    assert all(text.get_window_extent().x1 <= edge for text in ax.texts)


def test_stances_add_up_over_languages():
    both = pd.concat([STANCE_TABLE, STANCE_TABLE.assign(lang="it")])
    ax = plots.stances(both, NAMES)
    assert [text.get_text() for text in beside(ax)] == ["12", "12"]


def test_cells_that_chance_would_rarely_give_are_framed():
    ax = plots.theme_principles(CROSSED, NAMES)
    frames = [patch.get_xy() for patch in ax.patches]
    assert frames == [(0, 0)]
    assert [text.get_text() for text in beside(ax)] == ["30", "0", "5.0", "0"]


def test_few_posts_are_said_beside_the_theme_or_group():
    themes = plots.theme_principles(CROSSED, NAMES, {"es.1": "red"})
    assert labels(themes.yaxis) == ["es.1  red (n = 12)", "es.2 † (n = 3)"]
    groups = plots.principle_groups(GROUPED, "genre", NAMES)
    assert labels(groups.yaxis) == [r"\$essay\$ (12 posts)", "note (3 posts) †"]
    assert "not tested" in note(groups)


def test_an_unknown_group_or_code_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'genre'"):
        plots.principle_groups(GROUPED, "gender")
    with pytest.raises(InputError, match="did you mean 'listening'"):
        plots.principles_over_time(GROUPED, ["listenin"])
    with pytest.raises(InputError, match="the table has no years"):
        plots.principles_over_time(GROUPED[GROUPED["by"] == "genre"])


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (plots.principle_shares, PRINCIPLES), (plots.stances, STANCE_TABLE), (plots.theme_principles, CROSSED),
        (plots.principles_over_time, GROUPED), (lambda table: plots.principle_groups(table, "genre"), GROUPED),
        (plots.adjusted_shares, ADJUSTED),
    ],
    ids=["shares", "stances", "themes", "years", "groups", "corrected"],
)  # fmt: skip
def test_codes_of_one_name_in_two_codebooks_are_not_drawn_as_one(draw, table):
    with pytest.raises(InputError, match="the code 'listening' is one of 'b' and 'c'; give the rows of one codebook"):
        draw(pd.concat([table, table.assign(codebook="c")]))
    draw(pd.concat([table, table.assign(codebook="c", code=table["code"] + "_too")]))


def test_a_share_that_could_not_be_corrected_has_no_filled_point():
    ax = plots.adjusted_shares(ADJUSTED, NAMES)
    points = [np.isfinite(dots.get_offsets()[:, 0].filled(np.nan)).sum() for dots in ax.collections[1::2]]
    assert points == [2, 1, 2, 2]


def test_few_wide_intervals_do_not_press_all_others_flat():
    many = pd.concat([ADJUSTED.assign(code=ADJUSTED["code"] + name) for name in "abcdef"], ignore_index=True)
    ax = plots.adjusted_shares(many)
    assert ax.get_xlim()[1] >= 30
    assert "arrow" not in note(ax)
    wide = many.assign(adjusted_high=[1.0, *many["adjusted_high"][1:]])
    ax = plots.adjusted_shares(wide)
    assert ax.get_xlim() == pytest.approx((0, 33))
    arrows = [
        line.get_xdata().tolist() for line in ax.get_lines() if line.get_marker() == ">" and len(line.get_xdata())
    ]
    assert arrows == [[pytest.approx(33)]]
    assert "An arrow: the interval goes on" in note(ax)


def test_an_unknown_theme_names_the_nearest():
    with pytest.raises(InputError, match=r"did you mean 'joint\.1'"):
        plots.theme_terms(TOPICS, "joint1")


def test_no_theme_is_said_plainly():
    with pytest.raises(InputError, match="no theme was found"):
        plots.theme_principles(CROSSED.iloc[:0])


# ---- texts for reading -----------------------------------------------------------------------------------


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), max_size=6)


@settings(max_examples=80, deadline=None)
@given(text=st.text(min_size=31, max_size=40), marked=SPANS, coded=SPANS)
def test_the_pieces_of_a_post_are_its_unchanged_text(text, marked, coded):
    furniture = pd.DataFrame([(a, b, "x") for a, b in marked], columns=["start", "end", "kind"])
    annotations = pd.DataFrame([(a, b, "c", None) for a, b in coded], columns=["start", "end", "code", "stance"])
    assert "".join(piece.text for piece in marked_post(text, furniture, annotations)) == text


def test_a_coded_passage_carries_names_and_stances():
    annotations = pd.DataFrame(
        [(0, 4, "listening", "breach"), (0, 4, "community", None)], columns=["start", "end", "code", "stance"]
    )
    pieces = marked_post("Hola. Fin.", annotations=annotations, names={"listening": "Listening"})
    assert pieces == [Piece("Hola", "coded", ("Listening: breach", "community")), Piece(". Fin.")]


def test_html_is_escaped_in_texts_and_labels():
    assert as_html([Piece('<i>"', "cue", ('"><script>',))].__iter__()) == (
        '<mark style="background: #ffe58a; color: #222" title="&quot;&gt;&lt;script&gt;">&lt;i&gt;&quot;</mark>'
    )


def test_cues_are_marked_inside_their_passage():
    evidence = '{"cues": [{"cue": "escuchar", "start": 9, "end": 17}]}'
    pieces = with_cues("Uno. Hay escuchar.", 5, 18, evidence)
    assert [(piece.text, piece.kind) for piece in pieces] == [("Hay ", "plain"), ("escuchar", "cue"), (".", "plain")]


def test_best_passages_are_the_surest_at_most_two_of_a_post_and_none_twice():
    rows = [("a", 0, "x", 0.9), ("a", 5, "y", 0.8), ("a", 9, "z", 0.7), ("b", 0, "x", 0.6), ("b", 3, "w", 0.5)]
    table = pd.DataFrame(rows, columns=["doc_id", "start", "quote", "score"]).assign(code="c")
    assert best_passages(table, "c")["quote"].tolist() == ["x", "y", "w"]


# ---- the learning curve ----------------------------------------------------------------------------------

LEARNING = pd.DataFrame(
    [
        (20, 800, 300, "f1_micro", 0.4, 0.3, 0.6, 90),
        (5, 200, 80, "f1_micro", 0.2, 0.1, 0.3, 90),
        (5, 200, 80, "f1_macro", 0.1, 0.0, 0.2, 90),
        (1000, 40000, 9000, "f1_micro", 0.7, 0.66, 0.72, 90),
        (1000, 0, 0, "people", 0.86, 0.8, 0.9, 90),
    ],
    columns=["documents", "items", "annotations", "measure", "value", "ci_low", "ci_high", "n"],
)


def lines_of(ax):
    return {line.get_label().split(",")[0]: line for line in ax.get_lines()}


def test_a_learning_curve_stands_over_the_numbers_of_documents_themselves():
    ax = plots.learning_curve(LEARNING)
    assert labels(ax.xaxis) == ["5", "20", "1,000"]
    machine = lines_of(ax)["machine"]
    assert machine.get_xydata().tolist() == [[5, 0.2], [20, 0.4], [1000, 0.7]]
    # a doubling takes the same room everywhere
    at = ax.transData.transform([(5, 0), (20, 0), (80, 0)])[:, 0]
    assert at[1] - at[0] == pytest.approx(at[2] - at[1])
    band = ax.collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in [(20, 0.3), (20, 0.6), (1000, 0.66)]} <= {tuple(point) for point in band}


def test_a_learning_curve_has_the_line_of_the_people_for_their_own_measure_only():
    people = lines_of(plots.learning_curve(LEARNING))["people with each other"]
    assert set(people.get_ydata()) == {0.86}
    assert people.get_linestyle() == "--"
    assert "people with each other" not in lines_of(plots.learning_curve(LEARNING, measure="f1_macro"))


def test_the_wanted_width_stands_beside_the_last_interval():
    low, high = lines_of(plots.learning_curve(LEARNING, width=0.1))["wanted width 0.1"].get_ydata()
    assert (low, high) == pytest.approx((0.64, 0.74))


def test_a_learning_curve_is_drawn_from_what_learning_returns_too():
    class Learnt:
        curve = LEARNING

    ax = pyplot.figure().add_subplot()
    assert plots.learning_curve(Learnt(), ax) is ax
    assert len(lines_of(ax)["machine"].get_xydata()) == 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"measure": "f1_mikro"}, "did you mean 'f1_micro'"), ({"width": 0}, "width is 0"), ({"width": 1.5}, "width is")],
)
def test_a_learning_curve_says_what_it_cannot_draw(settings, said):
    with pytest.raises(InputError, match=said):
        plots.learning_curve(LEARNING, **settings)


def test_a_point_of_no_documents_has_no_place_on_a_logarithmic_axis():
    with pytest.raises(InputError, match="a point rests on 0 documents"):
        plots.learning_curve(LEARNING.replace({"documents": {5: 0}}))
