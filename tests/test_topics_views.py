"""Figures of topic models, the map's places, and the explorer: as data, as a page, and in a real browser."""

import html
import json
import re
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest

matplotlib.use("Agg")

from matplotlib import pyplot

from toolkit import plots as figures
from toolkit.analysis import Analysis
from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.explorer import Explorer, ModelView, explorer_page, model_view, of_analysis
from toolkit.settings import Study
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.layout import layout_variance, scaled, topic_layout
from toolkit.topics.meaning.ranking import rank_terms
from toolkit.topics.model import TopicModel

HOSTILE = "</script><img src=x onerror='window.hit = 1'>\u2028$x^2$"


def synthetic(k=4, terms=300, documents=200, seed=1):
    """A model that holds by construction: sparse topics, and documents drawn from them."""
    random = np.random.default_rng(seed)
    topic_term = random.dirichlet(np.full(terms, 0.05), size=k) + 1e-6
    topic_term /= topic_term.sum(1, keepdims=True)
    shares = random.dirichlet(np.full(k, 0.2), size=documents)
    lengths = random.integers(20, 60, size=documents)
    rows = [
        random.choice(terms, size=length, p=share @ topic_term) for length, share in zip(lengths, shares, strict=True)
    ]
    vocabulary = tuple(f"palabra{number:05}" for number in range(terms))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    names = tuple(str(number) for number in range(1, k + 1))
    model = TopicModel("tomotopy", vocabulary, topic_term, shares, lengths, names, {"seed": seed})
    return model.by_size(), DocumentTerms(vocabulary, np.concatenate(rows).astype(np.int32), starts)


@pytest.fixture(scope="module")
def spanish():
    model, documents = synthetic()
    passages = pd.DataFrame(
        [("1", "es/uno", 5, 30, HOSTILE, 0.9), ("es.2", "es/dos", 0, 9, "Dos\ncosas", 0.8)],
        columns=["topic", "doc_id", "start", "end", "quote", "share"],
    )
    prevalence = pd.DataFrame(
        [("1", "year", str(year), 0.1 + (year % 3) / 10, 0.05, 0.4, 7) for year in range(2005, 2011)]
        + [("1", "year", "(missing)", 0.2, 0.1, 0.3, 2)]
        + [("1", "genre", "crónica", 0.2, 0.1, 0.3, 12), ("1", "genre", HOSTILE, np.nan, np.nan, np.nan, 0)],
        columns=["topic", "by", "value", "share", "ci_low", "ci_high", "n"],
    )
    more = {"stability": [0.9, 0.8, np.nan, 0.1], "unstable": [False, False, False, True]}
    view = model_view(
        model, documents, name="es", title="Spanish", lang="es", passages=passages, prevalence=prevalence, **more
    )
    return view, model, documents


@pytest.fixture(scope="module")
def joint():
    rows = [
        (str(topic), lang, f"{word}{topic}{number}", 1 / number)
        for topic in (1, 2, 3)
        for lang, word in (("es", "voz"), ("it", "voce"))
        for number in range(1, 21)
    ]
    rows += [("2", "es", "voz11", 3.0), ("3", "es", HOSTILE, 5.0)]
    return ModelView(
        name="joint",
        title=f"Across {HOSTILE}",
        names=["1", "2", "3"],
        sizes=np.array([30.0, 20.0, 10.0]),
        size_unit="paragraphs",
        language_terms=pd.DataFrame(rows, columns=["topic", "lang", "term", "weight"]),
        labels=[["voz | voce", "otra"], [HOSTILE], []],
    )


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


# ---- places on the map -----------------------------------------------------------------------------------


def test_the_distance_of_two_topics_is_the_root_of_their_divergence():
    places = topic_layout(np.array([[1.0, 0.0], [0.5, 0.5]]))
    # by hand: H(3/4, 1/4) - (H(1, 0) + H(1/2, 1/2)) / 2 = 0.81128 - 0.5 bits
    assert np.ptp(places[:, 0]) == pytest.approx(np.sqrt(0.811278 - 0.5), abs=1e-6)
    assert places[:, 1].tolist() == [0, 0]


def test_three_topics_keep_all_their_distances():
    rows = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    places = topic_layout(rows)
    for a, b in combinations(range(3), 2):
        middle = (rows[a] + rows[b]) / 2
        divergence = sum((row * np.log2(row / middle)).sum() / 2 for row in (rows[a], rows[b]))
        assert np.linalg.norm(places[a] - places[b]) == pytest.approx(np.sqrt(divergence))
    assert sum(layout_variance(rows)) == pytest.approx(1)
    assert layout_variance(rows)[0] > layout_variance(rows)[1] > 0


def test_points_of_a_plane_are_found_again():
    points = np.array([[0, 0], [3, 0], [0, 1], [5, 2.0]])
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    places = scaled(distances)
    assert np.linalg.norm(places[:, None] - places[None], axis=2) == pytest.approx(distances)
    assert (places[np.abs(places).argmax(0), [0, 1]] > 0).all()


def test_the_order_of_topics_does_not_turn_the_map():
    model, _ = synthetic(k=7)
    order = np.array([3, 0, 6, 1, 5, 2, 4])
    assert topic_layout(model.topic_term[order]) == pytest.approx(topic_layout(model.topic_term)[order])


@pytest.mark.parametrize("rows", [[[0.4, 0.6]], [[0.4, 0.6]] * 3, [[1, 2, 3], [1 / 3, 2 / 3, 1 + 1e-16]]])
def test_one_topic_and_equal_topics_stand_in_the_middle(rows):
    assert topic_layout(np.array(rows)).tolist() == [[0, 0]] * len(rows)
    assert layout_variance(np.array(rows)) == (0, 0)


def test_two_equal_topics_and_another_lie_on_a_line():
    places = topic_layout(np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0.0]]))
    assert places[1] == pytest.approx(places[2])
    assert places[:, 1] == pytest.approx(0)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (np.zeros((0, 3)), "shape"),
        (np.array([[0.5, np.nan]]), "no number"),
        (np.array([[1.0, -0.1]]), "negative"),
        (np.array([[1.0, 0], [0, 0]]), "row 2"),
    ],
)
def test_no_map_of_what_is_no_distribution(rows, problem):
    with pytest.raises(InputError, match=problem):
        topic_layout(rows)


def test_distances_must_be_distances():
    with pytest.raises(InputError, match="same both ways"):
        scaled(np.array([[0, 1], [2, 0.0]]))
    with pytest.raises(InputError, match="every pair"):
        scaled(np.zeros((2, 3)))


# ---- figures ---------------------------------------------------------------------------------------------

TERMS = pd.DataFrame(
    [
        (f"es.{topic}", f"término $x_{number}$", 0.3 / number, "es", 0.01)
        for topic in (1, 2, 3, 4, 5)
        for number in range(1, 12)
    ],
    columns=["topic", "term", "weight", "lang", "corpus_share"],
)
DOCUMENTS = pd.DataFrame(
    [
        (f"es.{topic}", f"post{post:03}", 0.7 if topic == post % 3 else 0.15, "b" if post < 60 else "a")
        for post in range(100)
        for topic in range(3)
    ],
    columns=["topic", "doc_id", "share", "genre"],
)
_xy = np.random.default_rng(3).normal(size=(20, 2)) * 0.1
MAP = pd.DataFrame(
    {
        "topic": [f"es.{number}" for number in range(20)],
        "x": _xy[:, 0],
        "y": _xy[:, 1],
        "size": np.arange(20, 0, -1),
        "label": "tres términos largos, $\n de veras",
        "unstable": [number == 2 for number in range(20)],
        "lang": "es",
    }
)
YEARS = pd.DataFrame(
    [
        (topic, year, 0.2, 0.1, 0.3, 3 if year == 2006 else 20)
        for topic in ("es.1", "it.1")
        for year in (2005, 2006, 2008)
    ],
    columns=["topic", "value", "share", "ci_low", "ci_high", "n"],
)
COUNTRIES = YEARS.assign(value=YEARS["value"].map({2005: "ES", 2006: "MX", 2008: "$AR$"}))
FIGURES = [
    pytest.param(lambda ax: figures.term_bars(TERMS, unstable=["es.2"], labels={"es.1": "$"}, ax=ax), id="term_bars"),
    pytest.param(lambda ax: figures.theme_documents(DOCUMENTS, group="genre", ax=ax), id="theme_documents"),
    pytest.param(lambda ax: figures.intertopic_map(MAP, ax=ax), id="intertopic_map"),
    pytest.param(lambda ax: figures.themes_over_time(YEARS, ax=ax), id="themes_over_time"),
    pytest.param(lambda ax: figures.prevalence_bars(COUNTRIES, ax=ax), id="prevalence_bars"),
]


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


@pytest.mark.parametrize("draw", FIGURES)
def test_a_figure_can_be_drawn_and_saved(draw, tmp_path):
    draw(None).figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 5_000


@pytest.mark.parametrize("draw", FIGURES)
@pytest.mark.parametrize(
    "make", [lambda: pyplot.figure().add_subplot(), lambda: pyplot.figure().add_axes((0, 0, 1, 1))]
)
def test_a_figure_is_drawn_on_the_axes_given(draw, make):
    ax = make()
    assert draw(ax) is ax
    ax.figure.canvas.draw()


def cells(ax):
    return [other for other in ax.figure.axes if other is not ax]


def test_each_topic_has_its_cell_with_its_first_terms():
    ax = figures.term_bars(TERMS, ["es.3", "es.1"], most=4, unstable=["es.1"])
    assert [cell.get_title("left") for cell in cells(ax)] == ["es.3", "es.1 (unstable)"]
    texts = [label.get_text() for label in cells(ax)[0].get_yticklabels()]
    assert texts == [rf"término \$x_{number}\$" for number in (1, 2, 3, 4)]
    assert len(cells(ax)[0].patches) == 8, "a bar and the corpus bar of each term"


def test_posts_stand_by_group_and_largest_theme_and_some_are_named():
    ax = figures.theme_documents(DOCUMENTS, group="genre")
    values = ax.collections[0].get_array().reshape(3, 100)
    assert values[:, :40].argmax(0).tolist() == sorted(values[:, :40].argmax(0).tolist())
    *groups, note = [text.get_text() for text in ax.texts]
    assert groups == ["a", "b"]
    assert note == "100 posts, by largest theme. One in 3 is named."
    named = [label.get_text() for label in ax.get_xticklabels()]
    assert len(named) == 34
    assert named[0] == "post060"


def test_no_label_of_the_map_covers_another_or_leaves_it():
    ax = figures.intertopic_map(MAP)
    ax.figure.canvas.draw()
    # the first text is the note of the head
    boxes = [text.get_window_extent() for text in ax.texts[1:] if text.get_text()]
    assert len(boxes) == 20
    assert not [(a, b) for a, b in combinations(range(20), 2) if boxes[a].overlaps(boxes[b])]
    inside = ax.get_window_extent()
    assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 for box in boxes)


def test_area_of_a_circle_is_its_size_and_unstable_ones_are_dashed():
    circles = [patch for patch in figures.intertopic_map(MAP).patches if not patch.get_fill()]
    areas = np.array([circle.radius**2 for circle in circles])
    assert areas / areas[0] == pytest.approx(np.arange(20, 0, -1) / 20)
    assert [number for number, circle in enumerate(circles) if circle.get_linestyle() == "--"] == [2]


def test_sparse_years_are_hollow_with_their_number_and_missing_years_break_the_line():
    cell = cells(figures.themes_over_time(YEARS, few=10))[0]
    assert [text.get_text() for text in cell.texts] == ["3"]
    assert np.isnan(cell.lines[0].get_ydata()).tolist() == [False, False, True, False]


def test_a_group_that_a_theme_lacks_has_its_own_number_of_posts_beside_each():
    rows = [("es.1", "ES", 0.2, 0.1, 0.3, 20), ("it.1", "IT", 0.2, 0.1, 0.3, 7)]
    drawn = cells(figures.prevalence_bars(pd.DataFrame(rows, columns=YEARS.columns)))
    texts = [[label.get_text() for label in cell.get_yticklabels()] for cell in drawn]
    assert texts == [["ES (20)", "IT (0)"], ["ES (0)", "IT (7)"]]


def test_a_word_that_is_rarer_in_the_theme_than_in_all_texts_has_its_whole_bar():
    (cell,) = cells(figures.term_bars(TERMS[:1].assign(weight=0.1, corpus_share=0.4)))
    assert max(bar.get_width() for bar in cell.patches) == 0.4
    assert cell.get_xlim()[1] > 0.4


def test_a_topic_without_a_label_has_its_name_alone():
    ax = figures.intertopic_map(MAP[:2].assign(label=[None, np.nan], unstable=[None, False]))
    assert {text.get_text() for text in ax.texts[1:] if text.get_text()} == {"es.0", "es.1"}
    assert not [patch for patch in ax.patches if patch.get_linestyle() == "--"]


def test_groups_carry_their_number_of_posts():
    cell = cells(figures.prevalence_bars(COUNTRIES))[0]
    assert [label.get_text() for label in cell.get_yticklabels()] == ["ES (20)", "MX (3)", r"\$AR\$ (20)"]
    assert [bar.get_alpha() for bar in cell.patches] == [0.8, 0.3, 0.8]


@pytest.mark.parametrize(
    ("draw", "problem"),
    [
        (lambda: figures.term_bars(TERMS.drop(columns="weight")), "column 'weight' is missing"),
        (lambda: figures.term_bars(TERMS, ["es1"]), r"did you mean 'es\.1'"),
        (lambda: figures.term_bars(TERMS.iloc[:0]), "table is empty"),
        (lambda: figures.theme_documents(pd.concat([DOCUMENTS, DOCUMENTS])), "stand there twice"),
        (lambda: figures.intertopic_map(MAP.assign(x=np.nan)), "must be numbers"),
        (lambda: figures.themes_over_time(COUNTRIES), "'ES' is no year"),
        (lambda: figures.term_bars(TERMS, most=0), "term_bars: got most=0, expected a whole number from 1 upwards"),
        (lambda: figures.theme_terms(TERMS, "es.1", most=-1), "theme_terms: got most=-1"),
    ],
)
def test_a_table_that_cannot_be_drawn_is_refused(draw, problem):
    with pytest.raises(InputError, match=problem):
        draw()


# ---- the page as data ------------------------------------------------------------------------------------


def from_page(view, place, lam, most=30):
    """The page's ranking, from its own data, as its script does it."""
    size, found = view["topics"][place]["size"], []
    for term, row in enumerate(view["rows"]):
        value = dict(zip(row[::2], row[1::2], strict=True)).get(place, 0) / view["units"]
        if value > 0:
            relevance = np.log(value) - (1 - lam) * np.log(view["counts"][term] / view["total"])
            found.append((value * size < 5, -relevance, term))
    return [view["terms"][term] for *_, term in sorted(found)[:most]]


def test_the_page_has_every_term_that_any_lambda_ranks_high(spanish):
    view, model, documents = spanish
    data = data_of(explorer_page([view]))["views"][0]
    for lam in (0, 0.05, 0.33, 0.6, 0.85, 1):
        wanted = rank_terms(model, documents, by="relevance", lam=lam, most=30)
        for place, name in enumerate(model.names):
            assert from_page(data, place, lam) == wanted.loc[wanted["topic"] == name, "term"].tolist()


def test_counts_are_counted_and_shares_add_up(spanish):
    view, model, documents = spanish
    data = data_of(explorer_page([view]))["views"][0]
    assert data["total"] == len(documents.ids)
    for text, count in zip(data["terms"], data["counts"], strict=True):
        assert count == (documents.ids == model.terms.index(text)).sum()
    assert sum(topic["share"] for topic in data["topics"]) == pytest.approx(1)
    sizes = [topic["size"] for topic in data["topics"]]
    for row, mass in zip(data["rows"], data["mass"], strict=True):
        expected = sum(value * sizes[place] for place, value in zip(row[::2], row[1::2], strict=True))
        assert expected / data["units"] == pytest.approx(mass, rel=0.01)


def test_sizes_are_whole_and_quotes_keep_their_letters(spanish):
    _, model, documents = spanish
    quote = "a" * 899 + "n\u0303" + "o" * 40
    passages = pd.DataFrame({"topic": ["1"], "doc_id": "x", "start": 0, "end": len(quote), "quote": quote})
    sizes = [123_456_789.0, 3.25, 2.0, 1.0]
    view = model_view(model, documents, name="es", sizes=sizes, passages=passages)
    first, second, *_ = data_of(explorer_page([view]))["views"][0]["topics"]
    assert (first["size"], second["size"]) == (123_456_789, 3.25)
    assert (first["passages"][0]["quote"], first["passages"][0]["cut"]) == ("a" * 899, True)


STABILITY = pd.DataFrame(
    [("es.1", "seeds", False, "es"), ("es.2", "seeds", True, "es")], columns=["topic", "over", "unstable", "model"]
)
SAMPLES = STABILITY.assign(over="samples", unstable=[False, True])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.concat([STABILITY, SAMPLES]), "stability over seeds; over samples of the posts 1 of 2 topics come back"),
        (STABILITY, "stability over seeds"),
        (STABILITY.assign(model="it"), "stability was not tried"),
        (STABILITY.iloc[:0], "stability was not tried"),
        (pd.DataFrame(), "stability was not tried"),
    ],
)
def test_the_note_says_what_was_tried_and_no_more(table, said):
    told = of_analysis._held(table, "es", 2)
    assert told.startswith(said)
    assert ("samples" in told) == ("samples" in said)


def test_passages_have_their_own_language_in_a_post_of_another():
    tables = {
        "posts": pd.DataFrame({"doc_id": ["a"], "lang": ["it"]}),
        "passages": pd.DataFrame({"passage_id": ["a:p0-4", "a:p9-12"], "doc_id": "a", "lang": ["es", "it"]}),
        "topic_passages": pd.DataFrame(
            {
                "topic": "es.1",
                "doc_id": "a",
                "passage_id": ["a:p0-4"],
                "start": 0,
                "end": 4,
                "quote": "Hola",
                "share": 1.0,
            }
        ),
    }
    found = of_analysis._passages(Analysis(Study(), load_codebook(), tables), ["es.1"])
    assert found["lang"].tolist() == ["es"]


def test_the_same_views_give_the_same_page(spanish, joint):
    assert explorer_page([spanish[0], joint]) == explorer_page([spanish[0], joint])


def test_nothing_in_the_data_ends_its_element(spanish, joint):
    page = explorer_page([spanish[0], joint], title=HOSTILE, constructed=True)
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert "\u2028" not in page.split('id="data">')[1]
    assert data_of(page)["views"][0]["topics"][0]["passages"][0]["quote"] == HOSTILE
    assert data_of(page)["views"][1]["title"] == f"Across {HOSTILE}"
    assert "Constructed texts" in page


def test_half_a_surrogate_can_be_written(spanish, tmp_path):
    _, model, documents = spanish
    other = model_view(model, documents, name="es", labels=[["a\ud800"]] * 4)
    path = Explorer([other], title="b\udfff").save(tmp_path / "deep" / "x.html")
    assert "a\\ud800" in path.read_text(encoding="utf-8")


def test_a_model_of_twenty_topics_stays_small():
    model, documents = synthetic(k=20, terms=10_000, documents=800)
    quotes = pd.DataFrame(
        [(name, f"doc{number}", 0, 2000, "palabra " * 250) for name in model.names for number in range(9)],
        columns=["topic", "doc_id", "start", "end", "quote"],
    )
    page = explorer_page([model_view(model, documents, name="es", passages=quotes)])
    assert len(page.encode()) < 600_000, "five of them are to stay below 3 MB"
    assert len(data_of(page)["views"][0]["topics"][0]["passages"]) == 5


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"sizes": [1, 2]}, r"sizes of 'es' has the shape \(2,\), expected \(4,\)"),
        ({"sizes": [1, 2, np.nan, 1]}, "negative or no number"),
        ({"names": ["1", "1", "2", "3"]}, "named apart"),
        ({"name": " "}, "name and topics"),
        ({"term_counts": None}, "no term_counts"),
        ({"labels": [["a"]]}, "1 lists of labels for 4"),
        ({"passages": pd.DataFrame({"topic": ["1"]})}, "lacks the column 'doc_id'"),
        ({"language_terms": pd.DataFrame()}, "one of the two"),
    ],
)
def test_a_view_that_does_not_fit_together_is_refused(spanish, change, problem):
    _, model, documents = spanish
    with pytest.raises(InputError, match=problem):
        model_view(model, documents, **{"name": "es", **change})


def test_a_model_is_shown_with_its_own_documents_only(spanish):
    view, model, documents = spanish
    with pytest.raises(InputError, match="fitted to 200 documents and 3 are given"):
        model_view(model, documents.take([0, 1, 2]), name="es")
    with pytest.raises(InputError, match="models given are es, es"):
        explorer_page([view, view])
    with pytest.raises(InputError, match="none"):
        explorer_page([])


def test_a_notebook_shows_the_page_in_a_frame_that_reaches_nothing(spanish):
    shown = Explorer([spanish[0]], height=700)
    frame = re.search(r'<iframe ([^>]*?) srcdoc="([^"]*)"></iframe>', shown._repr_html_())
    assert 'sandbox="allow-scripts"' in frame[1]
    assert 'height="700"' in frame[1]
    assert html.unescape(frame[2]) == shown.page
    assert repr(shown).startswith("Explorer: 4 topics, 0.")


# ---- the page in a browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explorer(spanish, joint, tmp_path_factory):
    return Explorer([spanish[0], joint], title=HOSTILE).save(tmp_path_factory.mktemp("explorer") / "explorer.html")


@pytest.fixture
def visit(browser, explorer):
    """Open the page; at the end nothing was asked of the network, and nothing of a text has run."""
    opened = []

    def go(address="", width=1200, frame=None):
        page = browser.new_page(viewport={"width": width, "height": 900})
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((frame or explorer).as_uri() + address)
        opened.append((page, asked, errors))
        return page

    yield go
    for page, asked, errors in opened:
        assert [url for url in asked if not url.startswith("file:")] == []
        assert errors == []
        assert page.evaluate("window.hit") is None
        page.close()


def shown_terms(page):
    return page.locator("#terms tbody tr:not(.group) th").all_inner_texts()


def heading(page):
    return page.inner_text("#heading").split()[0]


def sizes_of_circles(page):
    page.wait_for_timeout(350)
    script = "all => all.map(one => [one.parentNode.dataset.topic, Number(one.getAttribute('r'))])"
    return {int(place): radius**2 for place, radius in page.eval_on_selector_all("#map .size", script)}


@pytest.mark.browser
def test_terms_follow_the_slider_as_the_formula_says(visit, spanish):
    _, model, documents = spanish
    page = visit("#es.2")
    for value in ("0", "0.37", "1"):
        page.evaluate(
            "v => { const s = document.getElementById('lambda'); s.value = v; s.dispatchEvent(new Event('input')); }",
            value,
        )
        wanted = rank_terms(model, documents, by="relevance", lam=float(value), most=30)
        assert shown_terms(page) == wanted.loc[wanted["topic"] == "2", "term"].tolist()
        assert page.inner_text("#lambda-value") == f"{float(value):.2f}"


@pytest.mark.browser
def test_a_topic_is_chosen_by_mouse_by_keys_and_by_address(visit):
    page = visit("#es.3")
    assert heading(page) == "es.3"
    page.locator('#map [data-topic="0"] .hit').click()
    assert heading(page) == "es.1"
    page.keyboard.press("ArrowRight")
    assert heading(page) == "es.2"
    page.keyboard.press("End")
    assert heading(page) == "es.4"
    assert "unstable" in page.inner_text("#badges")
    assert page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
    assert page.url.endswith("#es.4")
    page.evaluate("location.hash = 'joint.2'")
    page.wait_for_function("document.getElementById('heading').textContent.startsWith('joint.2')")
    assert not page.locator("#relevance").is_visible()
    page.evaluate("location.hash = 'no such'")
    assert heading(page) == "joint.2"


@pytest.mark.browser
def test_everything_can_be_reached_without_a_mouse(visit):
    page = visit()
    page.locator("#tab-0").focus()
    page.keyboard.press("ArrowRight")
    assert heading(page) == "joint.1"
    page.keyboard.press("ArrowLeft")
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("(document.activeElement.closest('#map, #query, #lambda, #terms, #list, #how') || {}).id")
        )
    assert {"map", "query", "lambda", "terms", "list", "how"} <= reached


@pytest.mark.browser
def test_a_term_pointed_at_resizes_the_circles_by_its_topics(visit, spanish):
    _, model, _ = spanish
    page = visit("#es.1")
    before = sizes_of_circles(page)
    assert np.array([before[n] for n in range(4)]) / sum(before.values()) == pytest.approx(
        model.sizes / model.sizes.sum(), abs=0.01
    )
    term = shown_terms(page)[2]
    page.locator("#terms tbody tr").nth(2).hover()
    expected = model.topic_term[:, model.terms.index(term)] * model.sizes
    after = sizes_of_circles(page)
    assert np.array([after[n] for n in range(4)]) / sum(after.values()) == pytest.approx(
        expected / expected.sum(), abs=0.01
    )
    assert term in page.inner_text("#status")
    page.mouse.move(2, 2)
    assert sizes_of_circles(page) == before
    page.locator("#terms button").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert sizes_of_circles(page) != before, "a term that was chosen stays"
    page.keyboard.press("Escape")
    assert sizes_of_circles(page) == before


@pytest.mark.browser
def test_years_are_drawn_where_some_posts_have_none(visit):
    page = visit("#es.1")
    assert page.locator("#prevalence svg.when circle").count() == 6
    assert "(missing)" in page.locator("#prevalence").text_content()


@pytest.mark.browser
def test_two_topics_are_said_to_stand_by_their_words(visit, tmp_path):
    model, documents = synthetic(k=2)
    page = visit(frame=Explorer([model_view(model, documents, name="es")]).save(tmp_path / "two.html"))
    assert page.locator("#how-map").text_content().startswith("Jensen-Shannon distances between the topics’ words")


@pytest.mark.browser
def test_a_search_finds_terms_and_leads_to_their_topic(visit):
    page = visit("#joint.1")
    page.fill("#query", "VÓZ21")
    assert page.locator("#hits button").count() == 11
    page.keyboard.press("Enter")
    assert heading(page) == "joint.2"
    page.fill("#query", "ningún")
    assert "Not among" in page.inner_text("#hits-note")


@pytest.mark.browser
def test_texts_of_strangers_stay_texts(visit):
    page = visit("#es.1")
    assert page.inner_text("h1").startswith("</script><img src=x")
    assert "</script><img" in page.inner_text("#passages")
    assert "</script><img" in page.inner_text("#prevalence")
    page.locator("#tab-1").click()
    page.evaluate("location.hash = 'joint.3'")
    page.wait_for_function("document.getElementById('heading').textContent.startsWith('joint.3')")
    assert shown_terms(page)[0].startswith("</script><img")
    page.locator("#terms button").first.hover()
    page.fill("#query", "img")
    assert page.evaluate("document.querySelectorAll('img, iframe, [onerror]').length") == 0
    assert page.evaluate("document.scripts.length") == 2


@pytest.mark.browser
def test_the_policy_refuses_what_the_page_did_not_bring(browser, explorer):
    page = browser.new_page()
    page.goto(explorer.as_uri())
    assert (
        page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return 'set' } catch { return 'refused' } }")
        == "refused"
    )
    refused = page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')")
    assert refused == "refused"
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 2000])
def test_the_page_fits_its_window(visit, width):
    page = visit("#es.1", width=width)
    for address in ("es.1", "joint.3"):
        page.evaluate("a => { location.hash = a }", address)
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_it_works_inside_the_frame_of_a_notebook(visit, spanish, tmp_path):
    shown = Explorer([spanish[0]])._repr_html_()
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><meta charset=utf-8>{shown}", encoding="utf-8")
    page = visit(frame=notebook)
    frame = page.frame_locator("iframe")
    frame.locator('#map [data-topic="2"] .hit').click()
    assert frame.locator("#heading").inner_text().startswith("es.3")
    frame.locator("#list button").nth(1).click()
    assert frame.locator("#heading").inner_text().startswith("es.2")
