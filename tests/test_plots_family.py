"""What all figures have in common: one head, round numbers, names in full, pieces of a network set close."""

import pickle
from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.text import Annotation
from test_plots import FIGURES as OF_PRINCIPLES
from test_plots_statistics import FIGURES as OF_WORDS

from toolkit import plots
from toolkit.plots.packing import packed, pieces_of
from toolkit.plots.panels import log_ticks, panels, ticks_within
from toolkit.plots.placing import label_points
from toolkit.plots.style import axes, head, legend_above, number_ticks, plain, sentences

FIGURES = [pytest.param(lambda ax, draw=draw: draw(ax=ax), id=name) for name, draw in OF_WORDS.items()] + OF_PRINCIPLES


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


def notes(ax):
    return [text for text in ax.texts if isinstance(text, Annotation) and text.xycoords == "axes fraction"]


def drawn(ax):
    ax.get_figure(root=True).draw_without_rendering()
    return ax


# ---- the head --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", FIGURES)
def test_a_title_of_ones_own_takes_the_place_of_the_figures_own(draw):
    ax = draw(None)
    assert ax.get_title()
    assert not ax.get_title("left")
    before = drawn(ax).title.get_window_extent()
    ax.set_title("Mine")
    after = drawn(ax).title.get_window_extent()
    assert ax.get_title() == "Mine"
    assert after.x0 == pytest.approx(before.x0, abs=2)
    # letters of the usual size, a little larger, hang a little lower
    assert after.y0 == pytest.approx(before.y0, abs=4)
    assert not any(after.overlaps(note.get_window_extent()) for note in notes(ax))


def test_title_note_legend_and_axes_stand_one_above_the_other():
    ax = axes(None, 6, 4)
    for name in ("one", "two", "three", "four"):
        ax.plot([0, 1], [0, 1], label=name)
    head(ax, "Title", "A note that takes more than one line of the figure. " * 4, legend_above(ax, 2))
    (note,) = notes(drawn(ax))
    boxes = [part.get_window_extent() for part in (ax, ax.get_legend(), note, ax.title)]
    for below, above in pairwise(boxes):
        assert below.y1 <= above.y0 + 1
    assert "\n" in note.get_text()
    assert note.get_window_extent().x1 <= ax.get_figure().bbox.x1


def test_a_title_stays_where_it_is_in_a_figure_that_was_stored():
    ax = axes(None, 6, 4)
    head(ax, "Title", "A note.")
    again = pickle.loads(pickle.dumps(ax.get_figure())).axes[0]
    assert drawn(again).title.get_window_extent().bounds == drawn(ax).title.get_window_extent().bounds


def test_long_titles_and_notes_are_broken_where_the_axes_end():
    _, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for ax in (left, right):
        head(ax, "A title that is much too long for half a figure of ten inches, and then some", "note " * 40)
    one, other = (drawn(ax).title.get_window_extent() for ax in (left, right))
    assert one.x1 < other.x0


@pytest.mark.parametrize(
    ("parts", "said"),
    [(("one", "", "two."), "One. Two."), (("n = 3 posts",), "n = 3 posts."), (("n: 3",), "n: 3."), ((), "")],
)
def test_a_note_is_made_of_sentences(parts, said):
    assert sentences(*parts) == said


# ---- numbers and names -----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_numbers_at_an_axis_are_round(low, span):
    ax = matplotlib.figure.Figure().add_subplot()
    ax.set_xlim(low, low + span)
    number_ticks(ax.xaxis, "en")
    steps = np.diff(ax.get_xticks())
    digit = steps[0] / 10 ** np.floor(np.log10(steps[0]) + 1e-9)
    assert min(abs(digit - round_one) for round_one in (1, 2, 5, 10)) < 1e-3


def written(axis):
    """The numbers at an axis, and where they stand."""
    return [label.get_text() for label in axis.get_ticklabels()], axis.get_ticklocs()


@pytest.mark.parametrize("top", [6e-5, 3e-7, 0.00015])
def test_the_numbers_of_very_small_shares_are_told_apart(top):
    ax = matplotlib.figure.Figure().add_subplot()
    ax.set_xlim(0, top)
    number_ticks(ax.xaxis, "en")
    texts, places = written(ax.xaxis)
    assert [float(text) for text in texts] == pytest.approx(places.tolist(), rel=1e-6, abs=1e-15)


def test_small_numbers_at_a_logarithmic_axis_are_not_zero():
    ax = matplotlib.figure.Figure().add_subplot()
    ax.set(xscale="log", xlim=(2e-5, 2))
    log_ticks(ax.xaxis, "en")
    texts, places = written(ax.xaxis)
    assert "0.0001" in texts
    assert [float(text) for text in texts] == pytest.approx(places.tolist())


def test_small_shares_on_two_sides_have_their_own_numbers():
    table = pd.DataFrame({"code": "all", "side": ["pro", "con"], "count": 1, "n": 200, "share": 0.005})
    ax = plots.balance(table.assign(ci_low=0.0, ci_high=0.01))
    texts, places = written(ax.xaxis)
    assert [float(text) for text in texts] == pytest.approx(abs(places).tolist())


def test_a_label_is_cut_where_it_is_too_long_and_not_within_a_sign():
    assert plain("$" * 10, 10) == r"\$" * 10
    assert plain("$" * 50, 10) == r"\$" * 9 + "…"


def test_the_axis_ends_where_the_values_do():
    ax = axes(None, 4, 3)
    ax.set_xlim(0, 150)
    ticks_within(ax, 0, 97, "en")
    assert ax.get_xticks().tolist() == [0, 50]
    assert ax.spines["bottom"].get_bounds() == (0, 97)


@pytest.mark.parametrize("name", ["frequency_bars", "collocation_bars", "keyness_bars", "trend_lines"])
def test_a_name_of_forty_six_letters_is_not_cut(name):
    long = "Letting go of hierarchy and control everywhere"
    assert len(long) == 46
    ax = OF_WORDS[name](names={"red": long, "blog": long, "cliente": long})
    found = ax.get_figure(root=True).findobj(matplotlib.text.Text)
    assert any(long in text.get_text() for text in found)


def test_small_figures_stand_in_as_many_columns_as_a_page_has_room_for():
    for width, columns in ((3.0, 3), (5.0, 2), (9.0, 1)):
        ax, cells = panels(None, width, [2.0] * 6, most=3)
        assert cells[0].get_subplotspec().get_gridspec().ncols == columns
        assert ax.get_figure().get_figwidth() <= 13


# ---- places ----------------------------------------------------------------------------------------------


def test_labels_keep_off_each_other_and_off_marks_without_a_label():
    ax = axes(None, 6, 5)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    centres = np.array([[5.0, 5.0], [5.0, 5.2], [5.0, 5.4], [2.0, 8.0]])
    label_points(ax, centres, ["one point", "another point", "a third point", "apart"], others=np.array([[2.6, 8.0]]))
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    assert len(boxes) == 4
    assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place])
    assert not boxes[3].contains(*ax.transData.transform((2.6, 8.0)))


NETWORKS = st.lists(st.integers(2, 9), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(sizes=NETWORKS, seed=st.integers(0, 99))
def test_pieces_of_a_network_keep_their_order_inside_and_do_not_meet(sizes, seed):
    starts = np.cumsum([0, *sizes])
    pairs = np.array(
        [(start, start + step) for start, size in zip(starts, sizes, strict=False) for step in range(1, size)]
    )
    given_places = np.random.default_rng(seed).random((starts[-1], 2))
    pieces = pieces_of(int(starts[-1]), pairs)
    assert sorted(map(len, pieces), reverse=True) == [len(piece) for piece in pieces]
    places, (width, height) = packed(given_places, pieces, ["term"] * len(given_places))
    assert (places > 0).all()
    assert (places < (width, height)).all()
    boxes = [(places[piece].min(0), places[piece].max(0)) for piece in pieces]
    for one, (low, high) in enumerate(boxes):
        assert not any(((low < far) & (near < high)).all() for near, far in boxes[:one])
    for piece in pieces:
        if len(piece) > 2:
            assert np.argsort(places[piece, 0]).tolist() == np.argsort(given_places[piece, 0]).tolist()


def test_a_larger_network_has_a_larger_page_of_its_shape():
    def size(count):
        pairs = np.array([(0, other) for other in range(1, count)])
        places = np.random.default_rng(1).random((count, 2))
        return packed(places, pieces_of(count, pairs), ["a term"] * count, shape=1.5)[1]

    assert size(60)[0] * size(60)[1] > 2 * size(12)[0] * size(12)[1]
