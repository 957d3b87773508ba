"""Themes x principles, principles by group, and shares corrected for the coder's errors."""

from functools import partial
from itertools import chain, permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma, norm, skew

from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.principles import (
    adjusted_differences,
    adjusted_shares,
    passage_shares,
    passages_of_cell,
    passages_of_cells,
    principle_shares,
    principles_by,
    stance_counts,
    theme_principles,
)
from toolkit.principles import crossed as codebooks_crossed
from toolkit.principles.association import associate
from toolkit.principles.correction import rogan_gladen
from toolkit.principles.error_rates import coder_errors
from toolkit.principles.permutation import MOST_DRAWN_POSTS, draws_needed, post_permutation, uses_limit
from toolkit.principles.permutation_pairs import permuted
from toolkit.principles.sums import counts_by_post, post_places, sum_by_post
from toolkit.resampling import bootstrap_weights, false_discovery, sample_limits, unseen
from toolkit.tables import ThemeShares


@pytest.fixture(scope="module")
def book():
    return load_codebook("cluetrain")


def passages_table(lengths, langs=None):
    rows = [(f"d{post:03}", n) for post, length in enumerate(lengths) for n in range(length)]
    table = pd.DataFrame(rows, columns=["doc_id", "start"])
    table = table.assign(passage_id=[f"{doc_id}:{n}" for doc_id, n in rows], end=table["start"] + 1, unit="sentence")
    of_post = dict(zip(dict.fromkeys(table["doc_id"]), langs or ["es"] * len(lengths), strict=True))
    return table.assign(lang=table["doc_id"].map(of_post), furniture=False)


def coded(passages, rows, code="listening", score=0.9):
    picked = passages.iloc[list(rows)]
    return picked[["doc_id", "start", "end"]].assign(code=code, stance="endorses", quote="x", score=score)


def shares_table(passages, weights, model="es"):
    base = passages[["doc_id", "passage_id", "start", "end"]].assign(model=model)
    parts = [base.assign(topic=f"{model}.{k + 1}", share=weights[:, k]) for k in range(weights.shape[1])]
    return pd.concat(parts, ignore_index=True)


# ---- the permutation test --------------------------------------------------------------------------------


def clustered(random, posts=24, sentences=12, themes=3):
    """Themes and a code that both cluster in posts and have nothing to do with each other."""
    place = np.repeat(np.arange(posts), sentences)
    weight = random.dirichlet(np.full(themes, 0.3), size=posts)[place]
    rate = 1 / (1 + np.exp(-random.normal(-2, 1.5, posts)))
    return place, weight, (random.random(len(place)) < rate[place]).astype(float)[:, None]


def test_without_a_connection_one_cell_in_twenty_is_below_05_although_sentences_of_a_post_are_alike():
    random = np.random.default_rng(4)
    by_post, by_sentence = [], []
    for number in range(150):
        place, weight, truth = clustered(random)
        by_post += (post_permutation(weight, truth, place, draws=99, seed=number) <= 0.05).ravel().tolist()
        if number < 25:
            alone = np.arange(len(place))
            by_sentence += (post_permutation(weight, truth, alone, draws=99, seed=number) <= 0.05).ravel().tolist()
    assert 0.025 < np.mean(by_post) < 0.075
    assert np.mean(by_sentence) > 0.2


def test_a_connection_within_posts_is_found():
    random = np.random.default_rng(1)
    place = np.repeat(np.arange(20), 10)
    theme = random.random(200) < 0.5
    truth = (random.random(200) < np.where(theme, 0.6, 0.2)).astype(float)[:, None]
    weight = np.stack([theme, ~theme], axis=1).astype(float)
    assert (post_permutation(weight, truth, place, draws=999) == 0.001).all()


def test_p_value_of_two_equal_posts_is_worked_out_by_hand():
    """Two permutations, one of them the observed one: half of all draws reach it, and the other mirrors it."""
    weight = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    truth = np.array([[1.0], [1.0], [0.0], [0.0]])
    assert (post_permutation(weight, truth, np.array([0, 0, 1, 1]), draws=99) == 1).all()


def test_with_four_posts_the_p_value_is_the_part_of_permutations_that_reach_it():
    """Theme 1 fills two of four posts, the code the same two: 2 x 2 x 2 of 24 orders are as extreme, on either side."""
    weight = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    truth = np.array([[1.0], [1.0], [0.0], [0.0]])
    found = post_permutation(weight, truth, np.arange(4), draws=20_000)
    assert found.ravel() == pytest.approx([1 / 3, 1 / 3], abs=0.01)


def test_posts_of_one_length_are_not_sorted_by_name_into_those_that_exchange_codes():
    """Names sorted by blog: the first 24 posts are one theme and carry the code; neighbours would show nothing."""
    weight = np.stack([np.arange(48) < 24, np.arange(48) >= 24], axis=1).astype(float)
    truth = weight[:, [0]]
    assert (post_permutation(weight, truth, np.arange(48), draws=199) < 0.01).all()


def test_what_all_posts_have_in_the_same_place_is_no_finding():
    """Every post opens with a greeting: its theme and its code are tied to the place, and maybe to nothing else."""
    place, opening = np.repeat(np.arange(20), 6), np.tile([1.0, 0, 0, 0, 0, 0], 20)
    weight = np.stack([opening, 1 - opening], axis=1)
    assert (post_permutation(weight, opening[:, None], place, draws=99) == 1).all()


def test_languages_do_not_exchange_codes():
    """Each language has its own rate and its own theme: no finding, where posts stay within their language."""
    place = np.repeat(np.arange(24), 10)
    italian = place >= 12
    truth = (np.random.default_rng(2).random(240) < np.where(italian, 0.7, 0.1)).astype(float)[:, None]
    weight = np.stack([italian, ~italian], axis=1).astype(float)
    groups = (np.arange(24) >= 12).astype(int)
    assert (post_permutation(weight, truth, place, draws=199) < 0.01).all()
    assert (post_permutation(weight, truth, place, groups, draws=199) == 1).all()


def test_nothing_is_tested_where_nothing_can_differ():
    place = np.repeat(np.arange(4), 5)
    weight = np.random.default_rng(1).dirichlet([1, 1], size=20)
    truth = np.zeros((20, 3))
    truth[:, 1], truth[:7, 2] = 1, 1
    found = post_permutation(weight, truth, place, draws=99)
    assert np.isnan(found[:, :2]).all()
    assert not np.isnan(found[:, 2]).any()
    assert np.isnan(post_permutation(weight, truth, np.zeros(20, int), draws=99)).all()


def test_the_order_of_the_passages_of_other_posts_does_not_matter():
    random = np.random.default_rng(9)
    place, weight, truth = clustered(random)
    later = np.argsort(place % 5, kind="stable")
    plain = post_permutation(weight, truth, place, draws=99)
    assert (post_permutation(weight[later], truth[later], place[later], draws=99) == plain).all()


def test_the_limit_of_permutations_is_where_many_draws_go():
    """Common and rare codes, themes and groups of posts; of groups with few of a code permutations are drawn."""
    random = np.random.default_rng(7)
    place, weight, common = clustered(random, posts=400, sentences=10)
    rare = (random.random((len(place), 2)) < [0.02, 0.002]).astype(float)
    groups = np.stack([place < 200, place % 20 == 0], axis=1)
    given = np.hstack([weight, groups]), np.hstack([common, rare]), place
    drawn = post_permutation(*given, draws=4999, limit=False)
    limit = post_permutation(*given, draws=4999, limit=True)
    assert ((drawn < 0.05) == (limit < 0.05)).mean() > 0.9
    assert np.abs(np.log10(drawn) - np.log10(limit)).mean() < 0.05


def test_the_limit_finds_a_connection_and_tests_nothing_where_nothing_can_differ():
    random = np.random.default_rng(1)
    place = np.repeat(np.arange(300), 5)
    theme = random.random(1500) < 0.5
    coded = random.random(1500) < np.where(theme, 0.4, 0.2)
    weight = np.stack([theme, ~theme, np.ones(1500, bool)], axis=1).astype(float)
    truth = np.stack([coded, np.zeros(1500, bool)], axis=1).astype(float)
    found = post_permutation(weight, truth, place, limit=True)
    assert (found[:2, 0] < 1e-6).all()
    assert np.isnan(found[2]).all() and np.isnan(found[:, 1]).all()


def test_two_equal_posts_have_one_p_value_by_the_limit_too():
    weight = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    truth = np.array([[1.0], [1.0], [0.0], [0.0]])
    assert (post_permutation(weight, truth, np.array([0, 0, 1, 1]), draws=99, limit=True) == 1).all()


def test_few_posts_are_permuted_and_many_are_not():
    assert not uses_limit(MOST_DRAWN_POSTS) and uses_limit(MOST_DRAWN_POSTS + 1)


def test_q_values_are_those_worked_by_hand_and_missing_ones_stay_out():
    """Benjamini & Hochberg: p times m / rank, then the running minimum from the largest."""
    found = false_discovery(np.array([0.01, np.nan, 0.04, 0.03, 0.5]))
    assert found[[0, 2, 3, 4]] == pytest.approx([0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5])
    assert np.isnan(found[1])


def test_there_are_enough_draws_for_one_cell_alone():
    draws = draws_needed(1000, 196)
    p_values = np.ones(196)
    p_values[0] = 1 / (draws + 1)
    assert draws > 1000
    assert false_discovery(p_values)[0] < 0.05


# ---- the table -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crossed(book):
    """Twelve posts of ten sentences: theme 1 is one half, the first or the last, and carries listening in four of five
    sentences; the other half in one of five."""
    passages = passages_table([10] * 12)
    first = ((passages["start"] < 5) == passages["doc_id"].isin([f"d{n:03}" for n in (0, 1, 4, 7, 8, 11)])).to_numpy()
    rows = [row for row in range(120) if (first[row] and row % 5 != 4) or (not first[row] and row % 5 == 0)]
    shares = shares_table(passages, np.stack([first, ~first], axis=1).astype(float))
    return passages, coded(passages, rows), shares


@pytest.fixture(scope="module")
def table(crossed, book):
    return theme_principles(*crossed, book, repeats=200, permutations=200)


def cell_of(table, topic="es.1", code="listening"):
    return table[(table["topic"] == topic) & (table["code"] == code)].iloc[0]


def test_a_cell_says_how_many_posts_stand_behind_it(table, crossed, book):
    cell = cell_of(table)
    assert (cell["n"], cell["posts"], cell["posts_coded"], cell["note"]) == (60, 12, 12, "")
    passages, annotations, shares = crossed
    some = passages["doc_id"] < "d009"
    fewer = theme_principles(passages[some], annotations, shares, book, repeats=100, permutations=100)
    assert set(fewer["note"]) == {"fewer than 10 posts"}


def test_posts_that_are_all_alike_have_intervals_without_width(table):
    cell = cell_of(table)
    assert (cell["ci_low"], cell["ci_high"]) == pytest.approx((0.8, 0.8))
    assert (cell["lift_low"], cell["lift_high"]) == pytest.approx((1.6, 1.6))


def test_codes_that_never_occur_have_no_test_and_leave_the_others_their_q(table):
    never = table[table["code"] != "listening"]
    assert never[["lift", "lift_low", "lift_high", "p_value", "q_value"]].isna().all().all()
    assert (cell_of(table)["q_value"] == cell_of(table)["p_value"]) & (cell_of(table)["q_value"] < 0.05)


def test_intervals_of_lifts_hold_the_lift_and_widen_with_fewer_posts(book):
    widths = []
    for posts in (12, 48):
        random = np.random.default_rng(3)
        passages = passages_table([8] * posts)
        weights = random.dirichlet([1, 1], size=len(passages))
        annotations = coded(passages, np.flatnonzero(random.random(len(passages)) < 0.3))
        found = theme_principles(passages, annotations, shares_table(passages, weights), book, permutations=100)
        cell = cell_of(found)
        assert cell["lift_low"] < cell["lift"] < cell["lift_high"]
        widths.append(cell["lift_high"] - cell["lift_low"])
    assert widths[1] < 0.75 * widths[0]


def test_the_passages_of_a_cell_add_up_to_it(crossed, table):
    passages, annotations, shares = crossed
    found = passages_of_cell(passages, annotations, shares, "es.1", "listening")
    assert found["share"].sum() == pytest.approx(cell_of(table)["share"] * 60)
    assert found["leading"].all()


def test_the_passages_of_a_cell_are_sorted_by_score_times_share():
    passages = passages_table([3])
    weights = np.array([[1.0, 0.0], [0.2, 0.8], [0.5, 0.5]])
    annotations = coded(passages, range(3), score=[0.3, 0.9, 0.9])
    found = passages_of_cell(passages, annotations, shares_table(passages, weights), "es.1", "listening", most=2)
    assert found["start"].tolist() == [2, 0]
    assert found["weight"].tolist() == pytest.approx([0.45, 0.3])
    bare = annotations.assign(score=None).drop(columns="stance", errors="ignore")
    found = passages_of_cell(passages, bare, shares_table(passages, weights), "es.1", "listening")
    assert found["start"].tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("topic", "code", "message"),
    [("es1", "listening", r"did you mean 'es\.1'"), ("es.1", "listenin", "did you mean 'listening'")],
)
def test_a_cell_that_is_not_there_names_the_nearest(crossed, topic, code, message):
    with pytest.raises(InputError, match=message):
        passages_of_cell(*crossed, topic, code)


# ---- by group --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grouped(book):
    langs = ["es"] * 14 + ["it"] * 12
    passages = passages_table([10] * 26, langs)
    random = np.random.default_rng(6)
    rate = np.where(passages["lang"] == "it", 0.6, 0.1)
    annotations = coded(passages, np.flatnonzero(random.random(len(passages)) < rate))
    posts = pd.DataFrame({"doc_id": list(dict.fromkeys(passages["doc_id"])), "lang": langs})
    posts = posts.assign(date=["2010-05-03"] * 13 + ["2011"] * 12 + ["ayer"], genre=["essay"] * 25 + [None])
    return passages, annotations, posts


def test_groups_are_those_that_the_posts_have(grouped, book):
    found = principles_by(*grouped, book, repeats=100, permutations=100)
    assert list(dict.fromkeys(found["by"])) == ["lang", "year", "month", "genre", "doc_id"]
    values = {by: list(dict.fromkeys(part["value"])) for by, part in found.groupby("by")}
    assert values["year"] == ["2010", "2011", "(malformed)"]
    assert values["month"] == ["2010-05", "2011, no month", "(malformed)"]
    assert values["genre"] == ["essay", "(missing)"]
    assert len(values["doc_id"]) == 26


def test_groups_say_what_principle_shares_say(grouped, book):
    passages, annotations, posts = grouped
    by_lang = principles_by(passages, annotations, posts, book, ["lang"], permutations=100)
    plain = principle_shares(passages, annotations, book).query("lang != 'all'").reset_index(drop=True)
    for column in ("code", "count", "n", "share", "ci_low", "ci_high"):
        pd.testing.assert_series_equal(by_lang[column], plain[column])
    italian = by_lang[(by_lang["value"] == "it") & (by_lang["code"] == "listening")].iloc[0]
    assert italian["lift"] == pytest.approx(italian["share"] / (len(annotations) / len(passages)))
    assert italian["q_value"] < 0.01


def test_a_single_post_has_a_share_and_no_test(grouped, book):
    passages, annotations, posts = grouped
    found = principles_by(passages, annotations, posts, book, ["doc_id"])
    assert found["count"].sum() == len(annotations)
    assert found[["ci_low", "p_value", "q_value"]].isna().all().all()
    year = principles_by(passages, annotations, posts, book, ["year"], permutations=100)
    odd = year[year["value"] == "(malformed)"]
    assert odd["p_value"].isna().all()
    assert set(odd["note"]) == {"fewer than 10 posts"}


def test_a_column_that_is_not_there_is_named(grouped, book):
    with pytest.raises(InputError, match="no column 'gendre'; did you mean 'genre'"):
        principles_by(*grouped, book, ["gendre"])
    passages, annotations, posts = grouped
    with pytest.raises(InputError, match="the post 'd000' has passages and is not among the posts"):
        principles_by(passages, annotations, posts.iloc[1:], book)
    assert principles_by(passages.iloc[:0], annotations, posts, book).empty


# ---- corrected for the coder's errors --------------------------------------------------------------------


def counts(book, rows):
    """Errors of listening as given, of the other codes perfect."""
    others = [(lang, code, 50, 0, 0, 500) for lang, *_ in rows for code in book.code_ids if code != "listening"]
    listening = [(lang, "listening", *numbers) for lang, *numbers in rows]
    return pd.DataFrame(listening + others, columns=["lang", "code", "tp", "fp", "fn", "tn"])


def listening(table):
    return table[table["code"] == "listening"].iloc[0]


@pytest.mark.parametrize(
    ("share", "sensitivity", "specificity", "expected"),
    [(0.2, 1, 1, 0.2), (0.25, 0.8, 0.9, 3 / 14), (0.05, 0.9, 0.9, -0.0625), (0.95, 0.8, 1, 1.1875)],
)
def test_rogan_and_gladen_by_hand(share, sensitivity, specificity, expected):
    assert rogan_gladen(share, sensitivity, specificity) == pytest.approx(expected)


def test_a_perfect_coder_is_not_corrected(book):
    passages = passages_table([10] * 30)
    annotations = coded(passages, range(0, 300, 4))
    row = listening(adjusted_shares(passages, annotations, book, counts(book, [("es", 10_000, 0, 0, 10_000)])))
    assert row["adjusted"] == row["share"] == pytest.approx(0.25)
    assert row["adjusted_low"] == pytest.approx(row["ci_low"], abs=0.005)
    assert row["adjusted_high"] == pytest.approx(row["ci_high"], abs=0.005)


def lang_reiczigel(positive, n, hits, with_code, right, without_code, confidence=0.95):
    """Lang & Reiczigel (2014), Preventive Veterinary Medicine 113, 13-22: independent units."""
    z = norm.ppf((1 + confidence) / 2)
    n, positive = n + z**2, positive + z**2 / 2
    p, se, sp = positive / n, (hits + 1) / (with_code + 2), (right + 1) / (without_code + 2)
    n_se, n_sp = with_code + 2, without_code + 2
    true = (p + sp - 1) / (se + sp - 1)
    v_se, v_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    error = np.sqrt(p * (1 - p) / n + true**2 * v_se + (1 - true) ** 2 * v_sp) / (se + sp - 1)
    shift = 2 * z**2 * (true * v_se - (1 - true) * v_sp)
    return np.clip([true + shift - z * error, true + shift + z * error], 0, 1)


@pytest.mark.parametrize(
    ("positive", "tp", "fn", "fp", "tn"), [(60, 80, 20, 10, 190), (150, 30, 10, 8, 192), (30, 90, 60, 4, 396)]
)
def test_the_interval_agrees_with_lang_and_reiczigel_where_sentences_are_independent(book, positive, tp, fn, fp, tn):
    passages = passages_table([1] * 400)
    table = adjusted_shares(
        passages, coded(passages, range(positive)), book, counts(book, [("es", tp, fp, fn, tn)]), repeats=4000
    )
    row = listening(table)
    expected = lang_reiczigel(positive, 400, tp, tp + fn, tn, fp + tn)
    assert [row["adjusted_low"], row["adjusted_high"]] == pytest.approx(expected, abs=0.025)
    assert expected[0] < row["adjusted"] < expected[1]


def test_corrected_differences_hold_the_truth_where_those_as_coded_do_not(book):
    """Both languages have the code in 15 % of their sentences; the coder finds 85 % of them in one, 45 % in the other.

    Errors are measured on 20 posts of 12 sentences in each. In 60 corpora 95 % is asked for.
    """
    random = np.random.default_rng(8)
    passages = passages_table([12] * 100, ["es"] * 50 + ["it"] * 50)
    finds = np.where(passages["lang"] == "es", 0.85, 0.45)
    perfect = counts(book, [("es", 1, 0, 0, 1), ("it", 1, 0, 0, 1)]).query("code != 'listening'")
    held = []
    for seed in range(60):
        truth = random.random(len(passages)) < random.beta(1.5, 8.5, 100).repeat(12)
        given = random.random(len(passages)) < np.where(truth, finds, 0.03)
        errors = [perfect]
        for lang, rate in (("es", 0.85), ("it", 0.45)):
            gold = random.random(240) < random.beta(1.5, 8.5, 20).repeat(12)
            found = random.random(240) < np.where(gold, rate, 0.03)
            right, wrong = (gold & found).sum(), (~gold & found).sum()
            numbers = (right, wrong, gold.sum() - right, (~gold).sum() - wrong)
            errors.append(counts(book, [(lang, *numbers)]).query("code == 'listening'"))
        table = adjusted_differences(
            passages, coded(passages, np.flatnonzero(given)), book, pd.concat(errors), repeats=300, seed=seed
        )
        row = listening(table)
        held.append((row["ci_low"] <= 0 <= row["ci_high"], row["adjusted_low"] <= 0 <= row["adjusted_high"]))
    as_coded, corrected = np.mean(held, axis=0)
    assert as_coded < 0.4
    assert corrected >= 0.88


@pytest.mark.parametrize(
    ("numbers", "note"),
    [
        ((10, 60, 10, 40), "sensitivity 0.50 and specificity 0.40 add up to no more than 1"),
        ((0, 5, 0, 95), "no unit with the code"),
        ((9, 0, 1, 0), "no unit without the code"),
    ],
)
def test_what_cannot_be_corrected_is_missing_and_says_why(book, numbers, note):
    passages = passages_table([10] * 12)
    table = adjusted_shares(passages, coded(passages, range(30)), book, counts(book, [("es", *numbers)]))
    row = listening(table)
    assert pd.isna(row["adjusted"])
    assert pd.isna(row["adjusted_low"])
    assert note in row["note"]


def test_an_estimate_below_0_is_set_to_0_and_said(book):
    passages = passages_table([10] * 12)
    table = adjusted_shares(passages, coded(passages, [3]), book, counts(book, [("es", 80, 10, 20, 90)]))
    row = listening(table)
    assert (row["adjusted"], row["adjusted_low"]) == (0, 0)
    assert row["note"] == "the estimate -0.131 was set to 0"


def test_errors_that_come_in_posts_widen_the_interval(book):
    """The same rates, once spread over all coded posts and once in few of them."""
    units = [(f"g{n % 20:02}", "es", "listening", n % 2 == 0, n % 2 == 0) for n in range(400)]
    table = pd.DataFrame(units, columns=["doc_id", "lang", "code", "gold", "predicted"])
    gold = table["gold"].to_numpy()
    spread, packed = table.copy(), table.copy()
    spread.loc[gold & (spread.groupby("doc_id").cumcount() < 4), "predicted"] = False
    packed.loc[gold & packed["doc_id"].isin(["g00", "g02"]), "predicted"] = False
    effects = [coder_errors(errors)["es", "listening"] for errors in (spread, packed)]
    assert effects[0].sensitivity == effects[1].sensitivity == pytest.approx(0.8)
    assert effects[0].effects[0] < effects[1].effects[0]
    widths = [np.ptp(error.draw(2000, np.random.default_rng(1))[0]) for error in effects]
    assert widths[1] > 1.5 * widths[0]


def test_the_design_effect_of_posts_that_are_all_right_or_all_wrong_is_their_size():
    """Rao & Scott: m posts of 5 units, each all right or all wrong: 5 m / (m - 1)."""
    rows = [(f"g{post}", "es", "c", True, post % 2 == 0) for post in range(10) for _ in range(5)]
    errors = pd.DataFrame(rows, columns=["doc_id", "lang", "code", "gold", "predicted"])
    assert coder_errors(errors)["es", "c"].effects[0] == pytest.approx(5 * 10 / 9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="fn"), "the column 'fn' is missing"),
        (lambda t: t.assign(tp=-1), "row 1, column 'tp': got -1, expected a whole number from 0"),
        (lambda t: t.assign(tp="x"), "row 1, column 'tp': got 'x'"),
        (lambda t: t.assign(tn=np.inf), "row 1, column 'tn': got inf, expected a whole number from 0"),
        (lambda t: pd.concat([t, t]), "language 'es' and code 'listening' stand there twice"),
        (lambda t: t[t["code"] != "listening"], "no row for language 'es' and code 'listening'"),
        (lambda t: t.assign(gold=True, predicted=True), "the column 'doc_id' is missing; one row per unit"),
        (lambda t: t.assign(doc_id="d", gold="yes", predicted=True), "column 'gold': got 'yes', expected true or"),
    ],
)
def test_bad_tables_of_errors_are_refused(book, change, message):
    passages = passages_table([3, 3])
    errors = change(counts(book, [("es", 8, 1, 2, 9)]))
    with pytest.raises(InputError, match=message):
        adjusted_shares(passages, coded(passages, [0]), book, errors)


def test_a_language_without_passages_cannot_be_compared(book):
    passages = passages_table([3, 3])
    errors = counts(book, [("es", 8, 1, 2, 9)])
    with pytest.raises(InputError, match="no passage is in 'it'; there are es"):
        adjusted_differences(passages, coded(passages, [0]), book, errors)
    with pytest.raises(InputError, match="both languages are 'es'"):
        adjusted_differences(passages, coded(passages, [0]), book, errors, "es", "es")


@pytest.mark.parametrize("cells", [1, 5, 40])
def test_sums_of_permuted_posts_are_those_added_up_one_by_one(cells):
    pairs = np.random.default_rng(1).normal(size=(12, 12, cells))
    chosen = np.random.default_rng(2).permuted(np.tile(np.arange(12), (50, 1)), axis=1)
    wanted = [pairs[np.arange(12), order].sum(0) for order in chosen]
    np.testing.assert_allclose(permuted(pairs, 50, np.random.default_rng(2)), wanted, atol=1e-12)


# ---- by all permutations, all samples and by hand ---------------------------------------------------------


def all_texts(weight, truth, place, groups):
    """Share of each code in each weight less its share in all, (texts, weights, codes), in all texts where posts of a
    group have the codes of one another; the text as it is comes first."""
    rows = [np.flatnonzero(place == post) for post in range(place.max() + 1)]
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    found = []
    for orders in product(*(permutations(own) for own in members)):
        text = np.zeros(truth.shape)
        for taker, giver in zip(np.concatenate(members), chain(*orders), strict=True):
            middles = 2 * np.arange(len(rows[taker])) + 1
            text[rows[taker]] = truth[rows[giver]][middles * len(rows[giver]) // (2 * len(rows[taker]))]
        found.append(weight.T @ text / weight.sum(0)[:, None] - text.mean(0))
    return np.array(found)


def part_as_far(texts):
    far = np.abs(texts - texts.mean(0))
    return (far >= far[0] - 1e-9).mean(0)


@pytest.fixture(scope="module")
def eight():
    """Eight posts of 2 to 6 passages, in two groups and one among the other. The second theme is in five posts of one
    group, the first code in all posts but in none throughout, the second in three of the same group."""
    random = np.random.default_rng(12)
    place = random.permutation(np.repeat(np.arange(8), [3, 4, 2, 5, 3, 4, 3, 6]))
    groups = np.array([0, 1, 0, 0, 1, 0, 1, 0])
    # sums of these are exact in any order; of the first theme there is less than one passage
    weight = np.ceil(64 * random.random((30, 2))) / [2048, 64]
    weight[groups[place] == 1, 1] = 0
    truth = random.random((30, 2)) < weight / weight.max(0)
    truth[[np.flatnonzero(place == post)[0] for post in range(8)], 0] = True
    truth[[np.flatnonzero(place == post)[1] for post in range(8)], 0] = False
    truth[~np.isin(place, [0, 3, 7]), 1] = False
    return weight, truth, place, groups


def test_drawn_p_values_are_the_part_of_all_permutations_at_least_as_far_from_their_mean(eight):
    found = post_permutation(*eight, draws=20_000)
    assert found == pytest.approx(part_as_far(all_texts(*eight)), abs=0.012)


def test_p_values_by_the_limit_are_those_of_a_gamma_with_the_moments_of_all_permutations(eight):
    """Pearson type III is a gamma, here with mean 0 and deviation 1, on whichever side its tail is."""
    texts = all_texts(*eight)
    found = post_permutation(*eight, limit=True, draws=20_000)
    far = (np.abs(texts[0] - texts.mean(0)) / texts.std(0))[:, 0]
    shape = 4 / skew(texts)[:, 0] ** 2
    tails = gamma.sf(shape + far * np.sqrt(shape), shape) + gamma.cdf(shape - far * np.sqrt(shape), shape)
    assert found[:, 0] == pytest.approx(tails, rel=1e-9)
    # of the second code, in three posts, permutations are drawn
    assert found[:, 1] == pytest.approx(part_as_far(texts)[:, 1], abs=0.012)
    some = post_permutation(*eight, limit=True, draws=99)
    assert some[:, 1] * 100 == pytest.approx(np.rint(some[:, 1] * 100))
    assert (some == post_permutation(*eight, limit=True, draws=99)).all()
    assert (some[:, 1] != post_permutation(*eight, limit=True, draws=99, seed=2)[:, 1]).any()


def test_what_posts_without_the_theme_add_to_a_rare_cell_is_normal():
    """The theme is in the posts of one group and the code in those of the other: all that can differ is its share in
    all passages, as long posts take the codes of short ones."""
    place = np.repeat(np.arange(8), [2, 2, 1, 2, 4, 5, 7, 9])
    groups = (np.arange(8) >= 2).astype(int)
    weight = np.stack([place < 2, place >= 2], axis=1).astype(float)
    truth = ((place == 2) | (place == 5) | (np.arange(32) % 7 == 6))[:, None] & (place >= 2)[:, None]
    texts = all_texts(weight, truth, place, groups)[:, 0]
    expected = 2 * norm.sf(np.abs(texts[0] - texts.mean(0)) / texts.std(0))
    assert 0.1 < expected[0] < 0.7
    found = post_permutation(weight, truth, place, groups, limit=True, draws=20_000)
    assert found[0] == pytest.approx(expected, abs=0.012)


@pytest.mark.parametrize("limit", [False, True])
def test_a_theme_and_a_code_of_one_post_meet_by_chance_in_one_of_twelve_texts(limit):
    theme, code = np.eye(12)[:, :2], np.eye(12)[:, :1]
    found = post_permutation(theme, code, np.arange(12), draws=20_000, limit=limit)
    assert found.ravel() == pytest.approx([1 / 12, 1], abs=0.008)


@pytest.mark.parametrize(("numbers", "draws"), [(1, 1000), (2400, 1200), (10**9, 5000)])
def test_of_many_rare_cells_fewer_permutations_are_drawn_and_a_thousand_at_least(eight, monkeypatch, numbers, draws):
    monkeypatch.setattr("toolkit.principles.permutation_limit.MOST_NUMBERS", numbers)
    among = post_permutation(*eight, limit=True, draws=5000)[:, 1] * (draws + 1)
    assert among == pytest.approx(np.rint(among), abs=1e-6)


def test_what_all_posts_have_in_the_same_place_is_no_finding_by_the_limit_either():
    place, opening = np.repeat(np.arange(20), 6), np.tile([1.0, 0, 0, 0, 0, 0], 20)
    weight = np.stack([opening, 1 - opening], axis=1)
    assert (post_permutation(weight, opening[:, None], place, limit=True) == 1).all()


def test_a_group_and_all_the_rest_are_one_test():
    """Twelve of 1,200 posts: a curve fits neither them nor the 1,188."""
    random, place = np.random.default_rng(1), np.arange(1_200)
    theme, code = (np.isin(place, random.choice(1_200, many, replace=False)) for many in (12, 30))
    code[np.flatnonzero(theme)[0]] = True
    whole = post_permutation(np.stack([theme, ~theme], 1).astype(float), np.stack([code, ~code], 1), place, draws=9_999)
    drawn = post_permutation(theme[:, None].astype(float), code[:, None], place, draws=9_999, limit=False)[0, 0]
    assert whole == pytest.approx(np.full((2, 2), drawn), abs=0.03)


def test_rounding_does_not_tear_apart_what_is_as_far_as_the_observed():
    random = np.random.default_rng(291)
    lengths = random.integers(2, 40, 13)
    lengths[12] = 3
    place, groups = np.repeat(np.arange(13), lengths), np.array([0] * 12 + [1])
    weight = ((place == 5) | (place == 6) & (random.random() < 0.5)).astype(float)[:, None]
    drawn, limit = (
        post_permutation(weight, (place == 5)[:, None], place, groups, draws=9_999, limit=way)[0, 0]
        for way in (False, True)
    )
    assert limit == pytest.approx(drawn, abs=0.01)


@pytest.mark.parametrize(("short", "exchange"), [(11, True), (12, False)])
def test_posts_exchange_codes_with_those_of_nearly_their_length(short, exchange):
    """Half of the posts are short, and theirs alone are the theme and the code. Twenty-three posts are one stratum,
    twenty-four are two: the short ones and the long ones."""
    lengths = np.where(np.arange(12 + short) % 2 == 1, 2, 5)
    place = np.repeat(np.arange(12 + short), lengths)
    truth = (lengths[place] == 2)[:, None]
    found = post_permutation(np.hstack([truth, ~truth]).astype(float), truth, place, draws=199)
    assert found.ravel().tolist() == ([1 / 200] * 2 if exchange else [1, 1])


def test_permutations_are_a_thousand_from_the_first_seed_if_nothing_else_is_said():
    place, weight, truth = clustered(np.random.default_rng(5))
    found = post_permutation(weight, truth, place)
    assert (found == post_permutation(weight, truth, place, None, draws=1000, seed=1, limit=False)).all()
    assert found * 1001 == pytest.approx(np.rint(found * 1001))
    assert (found != post_permutation(weight, truth, place, seed=2)).any()


@pytest.mark.parametrize(("most", "limit"), [(7, True), (8, False)])
def test_the_limit_is_taken_of_more_posts_than_are_drawn(eight, monkeypatch, most, limit):
    monkeypatch.setattr("toolkit.principles.permutation.MOST_DRAWN_POSTS", most)
    by_number, asked, other = (post_permutation(*eight, draws=99, limit=how) for how in (None, limit, not limit))
    assert (by_number == asked).all() and (by_number != other).any()


def test_no_passages_have_no_p_value():
    found = post_permutation(np.zeros((0, 2)), np.zeros((0, 3), dtype=bool), np.zeros(0, dtype=int))
    assert found.shape == (2, 3) and np.isnan(found).all()


@pytest.mark.parametrize(("asked", "cells", "level", "least"), [(1000, 40, 0.05, 1000), (10, 40, 0.01, 4000)])
def test_draws_are_those_asked_for_or_just_enough(asked, cells, level, least):
    assert least <= draws_needed(asked, cells, level) <= least + 1


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("association._AT_ONCE", 20),
        ("permutation._AT_ONCE", 7),
        ("permutation.MOST_NUMBERS", 1),
        ("permutation_pairs.MOST_NUMBERS", 200),
    ],
)
@pytest.mark.parametrize("limit", [False, True])
def test_numbers_in_parts_are_those_of_the_whole(eight, monkeypatch, name, number, limit):
    weight, truth, place, groups = eight
    # more cells than are added up one by one
    weight = np.hstack([weight, np.random.default_rng(3).integers(1, 9, (30, 18)) / 8, np.ones((30, 1))])
    monkeypatch.setattr("toolkit.principles.permutation.MOST_DRAWN_POSTS", 7 if limit else 8)
    how = {"groups": groups, "repeats": 50, "permutations": 50}
    whole = associate(weight, truth, place, **how)
    monkeypatch.setattr(f"toolkit.principles.{name}", number)
    for one, other in zip(associate(weight, truth, place, **how), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_associations_of_a_family_have_the_draws_that_it_needs(eight):
    weight, truth, place, groups = eight
    for how, draws in (({}, 81), ({"family": 20}, 401), ({"family": 20, "permutations": 500}, 500)):
        found = associate(weight, truth, place, groups=groups, **{"permutations": 10, "repeats": 10, **how}, seed=3)
        assert (found.p_value == post_permutation(*eight, draws=draws, seed=3)).all()
    given = {"groups": None, "family": 0, "repeats": 1000, "permutations": 1000, "confidence": 0.95, "seed": 1}
    for one, other in zip(associate(weight, truth, place), associate(weight, truth, place, **given), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("posts", [2, 1])
def test_one_post_has_shares_and_lifts_and_no_intervals(posts):
    weight, truth = np.array([[1.0], [0.5], [0.5], [0]]), np.array([[True], [True], [False], [False]])
    found = associate(weight, truth, np.arange(4) // (4 // posts), repeats=200, permutations=10)
    assert (found.share[0, 0], found.lift[0, 0]) == (0.75, 1.5)
    limits = np.array([found.share_low, found.share_high, found.lift_low, found.lift_high, found.p_value])
    assert np.isnan(limits).all() if posts == 1 else not np.isnan(limits).any()


# ---- tables counted one by one ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def five():
    return load_codebook("groundswell")


@pytest.fixture(scope="module")
def mixed(five):
    """Passages in no order, of posts of two languages, of both and of none; a model of Spanish and one of all.

    Of the first model the last theme is nowhere and one in a single post, and the last posts have no share in it. One
    code is in all passages, one in none.
    """
    random = np.random.default_rng(20)
    lengths = [3, 1, 4, 2, 3, 2, 5, 3, 2, 4, 3, 2, 6, 1]
    langs = ["es", "it", "es", "es", "it", "es", None, "es", "it", "es", "it", "es", "es", "it"]
    passages = passages_table(lengths, langs)
    # two of three are Italian, and one of two: then the first name counts
    passages.loc[(passages["doc_id"] == "d000") & (passages["start"] > 0), "lang"] = "it"
    passages.loc[(passages["doc_id"] == "d008") & (passages["start"] > 0), "lang"] = "es"
    groups = ["it", "it", "es", "es", "it", "es", "", "es", "es", "es", "it", "es", "es", "it"]
    passages = passages.sample(frac=1, random_state=1, ignore_index=True)
    many = len(passages)
    weight = random.dirichlet([0.7] * 4, size=many)
    weight[passages["doc_id"] != "d002", 2], weight[:, 3] = 0, 0
    of_es = shares_table(passages, weight)[np.tile(passages["doc_id"] < "d011", 4)]
    of_all = shares_table(passages, random.dirichlet([1, 1], size=many), model="all")
    # the first passage and another are in the table and have a share of nothing
    of_all.loc[of_all["doc_id"].eq("d012") & of_all["start"].lt(2), "share"] = 0.0
    nameless = of_all.assign(model=None, topic="nameless")
    truth = np.zeros((many, 5), dtype=bool)
    truth[:, 0] = random.random(many) < 0.2 + 0.6 * weight[:, 0]
    truth[:, 1], truth[:, 3] = random.random(many) < 0.3, True
    annotations = [coded(passages, np.flatnonzero(truth[:, c]), code) for c, code in enumerate(five.code_ids)]
    # neither of these counts: a code of no codebook, and places of no passage
    annotations += [coded(passages, [0, 5], "listenin"), coded(passages, [0, 5], "embracing").assign(end=99)]
    return passages, pd.concat(annotations), pd.concat([of_es, nameless, of_all]), truth, np.array(groups)


HOW = {"repeats": 60, "confidence": 0.8, "seed": 7}


def ratios(parts, wholes, place):
    """Sum of the parts over that of the wholes in texts made of posts drawn as in HOW."""
    samples = []
    for times in bootstrap_weights(place.max() + 1, HOW["repeats"], HOW["seed"]):
        drawn = np.repeat(np.arange(len(place)), times[place].astype(int))
        with np.errstate(invalid="ignore"):
            samples.append(np.divide(parts[drawn].sum(), wholes[drawn].sum(), dtype=float))
    return np.array(samples)


def test_a_table_of_themes_is_what_counting_passage_by_passage_gives(mixed, five):
    passages, annotations, shares, truth, langs = mixed
    table = theme_principles(passages, annotations, shares, five, permutations=50, **HOW)
    wanted = []
    for model, topics in (("es", 4), ("all", 2)):
        own = shares[shares["model"] == model].pivot_table(index=["doc_id", "start"], columns="topic", values="share")
        weight = own.reindex(pd.MultiIndex.from_frame(passages[["doc_id", "start"]])).fillna(0).to_numpy()
        inside = weight.sum(1) > 0
        weight, codes = weight[inside], truth[inside]
        post, names = pd.factorize(passages["doc_id"][inside], sort=True)
        groups = langs[[int(name[1:]) for name in names]]
        # 30 cells that are corrected together
        p_values = post_permutation(weight, codes, post, groups, draws=601, seed=7)
        assert model == "all" or (p_values != post_permutation(weight, codes, post, draws=601, seed=7))[0, 0]
        for t, c in product(range(topics), range(5)):
            part, whole = weight[:, t] * codes[:, c], weight[:, t]
            share = part.sum() / whole.sum() if whole.any() else 0
            usual = codes[:, c].mean()
            samples = ratios(part, whole, post)
            with np.errstate(invalid="ignore"):
                lifts = samples / ratios(codes[:, c], np.ones(len(post)), post)
            own_posts = len(set(post[whole > 0]))
            limits = [sample_limits(np.array(s)[:, None], own_posts, 0.8) for s in (samples, lifts)]
            (low, high), (lift_low, lift_high) = np.array(limits)[:, :, 0]
            lift = share / usual if usual else np.nan
            leads = weight.argmax(1) == t
            around = len(set(post[leads]))
            if not usual:
                lift_low = lift_high = np.nan
            cell = (f"{model}.{t + 1}", "groundswell", five.code_ids[c], share, lift, low, high, p_values[t, c])
            counted = leads.sum(), np.nan, lift_low, lift_high, around, len(set(post[leads & codes[:, c]]))
            wanted.append((*cell, *counted, "fewer than 10 posts" if around < 10 else ""))
    columns = ["topic", "codebook", "code", "share", "lift", "ci_low", "ci_high", "p_value", "n", "q_value"]
    wanted = pd.DataFrame(wanted, columns=[*columns, "lift_low", "lift_high", "posts", "posts_coded", "note"])
    assert table.columns.tolist() == wanted.columns.tolist()
    # in 64 bits
    close = {"rtol": 1e-10, "check_dtype": False}
    pd.testing.assert_frame_equal(table.drop(columns="q_value"), wanted.drop(columns="q_value"), **close)
    # Benjamini & Hochberg over both models
    ranked = table["p_value"].dropna().sort_values()
    steps = (ranked * len(ranked) / np.arange(1, len(ranked) + 1))[::-1].cummin()
    pd.testing.assert_series_equal(table["q_value"].dropna().sort_index(), steps.sort_index(), check_names=False)


def test_tables_are_of_a_thousand_samples_and_95_percent_if_nothing_else_is_said(mixed, five):
    passages, annotations, shares, *_ = mixed
    how = {"repeats": 1000, "confidence": 0.95, "seed": 1}
    given = annotations.assign(codebook="groundswell", coder="a", kind="human")
    for made, more in (
        (partial(theme_principles, passages, annotations, shares, five), {"permutations": 1000}),
        (partial(principle_shares, passages, annotations, five), {}),
        (partial(codebooks_crossed, passages, given, given, five, five), {}),
    ):
        pd.testing.assert_frame_equal(made(), made(**how, **more))


def test_themes_without_passages_are_left_out_of_the_table(mixed, five):
    passages, annotations, shares, *_ = mixed
    elsewhere = shares[shares["model"] == "es"].assign(doc_id="z", model="z", topic="z.1")
    of_all = shares[shares["model"] == "all"]
    few = {"repeats": 10, "permutations": 10}
    found = theme_principles(passages, annotations, pd.concat([elsewhere, of_all]), five, **few)
    # no more draws for them either
    pd.testing.assert_frame_equal(found, theme_principles(passages, annotations, of_all, five, **few))
    none = theme_principles(passages, annotations, shares[:0], five)
    assert none.empty and none.columns.tolist() == found.columns.tolist()


def test_ten_posts_are_enough_and_nine_are_few(five):
    passages = passages_table([1] * 19)
    weights = np.stack([np.arange(19) < 10, np.arange(19) >= 10], axis=1) * 0.6 + 0.2
    table = theme_principles(passages, coded(passages, [0]), shares_table(passages, weights), five, repeats=10)
    notes = table.groupby("topic")[["posts", "note"]].first()
    assert notes.to_numpy().tolist() == [[10, ""], [9, "fewer than 10 posts"]]


def test_shares_of_codes_are_what_counting_in_each_language_gives(mixed, five):
    passages, annotations, _, truth, _ = mixed
    table = principle_shares(passages, annotations, five, **HOW)
    columns = ["lang", "codebook", "code", "count", "n", "share", "ci_low", "ci_high"]
    wanted = []
    for lang in ("es", "it", "all"):
        here = np.ones(len(passages), bool) if lang == "all" else (passages["lang"] == lang).to_numpy()
        post, names = pd.factorize(passages["doc_id"][here], sort=True)
        for code, given in zip(five.code_ids, truth[here].T, strict=True):
            samples = ratios(given, np.ones(len(post)), post)
            low, high = np.array(sample_limits(samples[:, None], len(names), 0.8))[:, 0]
            if not given.any():
                high = unseen(len(names), 0.1) * as_others(truth[here], post)
            if given.all():
                low = 1 - unseen(len(names), 0.1)
            wanted.append((lang, "groundswell", code, given.sum(), len(post), given.mean(), low, high))
    wanted = pd.DataFrame(wanted, columns=columns)
    pd.testing.assert_frame_equal(table, wanted, check_dtype=False)
    assert principle_shares(passages[:0], annotations, five).columns.tolist() == columns


def as_others(truth, post):
    """Share of coded passages in the posts in which a code occurs, all codes together."""
    coded, read = 0, 0
    for given in truth.T:
        for one in set(post[given]):
            coded, read = coded + given[post == one].sum(), read + (post == one).sum()
    return coded / read


def test_a_code_that_no_post_has_may_yet_be_in_others(five):
    """Ten posts of 4 passages; listening is in one passage of two of them, which is in one of four where it is."""
    passages = passages_table([4] * 10)
    most = (1 - 0.025 ** (1 / 10)) / 4
    errors = pd.DataFrame({"lang": "es", "code": five.code_ids, "tp": 40, "fn": 10, "fp": 10, "tn": 90})
    for table in (
        principle_shares(passages, coded(passages, [0, 4]), five),
        adjusted_shares(passages, coded(passages, [0, 4]), five, errors),
    ):
        never = table[(table["code"] == "talking") & (table["lang"] == "es")].iloc[0]
        assert (never["share"], never["ci_low"], never["ci_high"]) == (0, 0, pytest.approx(most))
    posts = pd.DataFrame({"doc_id": passages["doc_id"].unique(), "country": ["ES"] * 5 + ["MX"] * 5})
    table = principles_by(passages, coded(passages, [0, 4]), posts, five, ["country"])
    of_mx = table[(table["code"] == "listening") & (table["value"] == "MX")].iloc[0]
    # no code at all there: nothing tells how much of it a post would have
    assert (of_mx["ci_low"], of_mx["ci_high"]) == (0, pytest.approx(1 - 0.025 ** (1 / 5)))


def test_codes_of_the_same_name_in_another_codebook_do_not_count(five):
    passages = passages_table([2, 2, 2])
    own = coded(passages, [0, 3]).assign(codebook="groundswell")
    both = pd.concat([own, coded(passages, [1, 2, 5]).assign(codebook="cluetrain", stance="breach")])
    posts = pd.DataFrame({"doc_id": ["d000", "d001", "d002"], "country": ["ES", "MX", "MX"]})
    for annotations in (both, both.astype({"codebook": "category"})):
        pd.testing.assert_frame_equal(
            principle_shares(passages, annotations, five, repeats=50), principle_shares(passages, own, five, repeats=50)
        )
        by_country = principles_by(passages, annotations, posts, five, ["country"], repeats=50, permutations=9)
        assert by_country[by_country["code"] == "listening"]["count"].tolist() == [1, 1]
        assert stance_counts(passages, annotations, five)["count"].sum() == 2


def test_without_samples_shares_are_counted_and_limits_are_missing(five):
    passages = passages_table([2, 2, 2])
    table = principle_shares(passages, coded(passages, [0, 3]), five, repeats=0)
    assert table["count"].sum() == 4 and table[["ci_low", "ci_high"]].isna().all(axis=None)
    shares = shares_table(passages, np.eye(2)[[0, 1, 0, 1, 1, 1]])
    table = theme_principles(passages, coded(passages, [0, 3]), shares, five, repeats=0, permutations=9)
    assert table[["ci_low", "lift_high"]].isna().all(axis=None) and table["share"].gt(0).any()


def test_stances_are_counted_by_language_code_and_stance_and_zeros_are_said(five):
    passages = passages_table([2, 2, 1], ["it", "es", None])
    given = [
        *(
            (0, "listening", "endorses"),
            (0, "listening", "breach"),
            (0, "listening", "breach"),
            (3, "talking", "mentions"),
        ),
        *((2, "embracing", "rejects"), (2, "embracing", None), (4, "talking", "breach"), (1, "talkin", "breach")),
    ]
    rows, codes, stances = zip(*given, strict=True)
    annotations = coded(passages, rows).assign(code=codes, stance=stances)
    annotations = pd.concat([annotations, annotations.assign(end=50)])
    table = stance_counts(passages, annotations, five)
    assert table.columns.tolist() == ["lang", "codebook", "code", "stance", "count"]
    order = product(["es", "it"], ["groundswell"], five.code_ids, ["endorses", "breach", "rejects", "mentions"])
    assert list(table.drop(columns="count").itertuples(index=False, name=None)) == list(order)
    some = table[table["count"] > 0].drop(columns="codebook").to_numpy().tolist()
    wanted = [["es", "talking", "mentions", 1], ["es", "embracing", "rejects", 1]]
    assert some == [*wanted, ["it", "listening", "endorses", 1], ["it", "listening", "breach", 2]]


@pytest.mark.parametrize(
    "posts",
    [
        np.array(["b", "ñ", "b", "a"], dtype=object), pd.Series(["b", "ñ", "b", "a"]), np.array([7, 2, 2, 0, 9]),
        np.array([3, 1], dtype="uint8"), np.array([], dtype=int), np.array([], dtype=object),
    ],
)  # fmt: skip
def test_posts_stand_in_their_order_and_each_passage_knows_its_own(posts):
    names, place = post_places(posts)
    assert names.tolist() == sorted(set(posts))
    assert names[place].tolist() == list(posts)
    values = np.arange(2 * len(place)).reshape(-1, 2)
    sums = [values[place == post].sum(0).tolist() for post in range(len(names) + 1)]
    assert sum_by_post(values, place, len(names) + 1).tolist() == sums
    counted = [(values[place == post] % 3 == 1).sum(0).tolist() for post in range(len(names) + 1)]
    assert counts_by_post(values % 3 == 1, place, len(names) + 1).tolist() == counted


# ---- codes of two codebooks -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def levels():
    return load_codebook("seven_levels")


def annotated(passages, codebook, rows):
    """Annotations from (number of the passage, code, stance)."""
    numbers, codes, stances = zip(*rows, strict=True)
    picked = passages.iloc[list(numbers)][["doc_id", "start", "end"]]
    return picked.assign(quote="x", codebook=codebook, code=codes, stance=stances, coder="a", kind="human")


def test_crossed_codes_are_what_counting_passage_by_passage_gives(levels, book):
    random = np.random.default_rng(2)
    passages = passages_table([4, 3, 5, 2, 6, 3, 4]).sample(frac=1, random_state=1, ignore_index=True)
    a, b = random.random((27, 8)) < 0.5, random.random((27, 14)) < 0.4
    # one code is nowhere, and one in two posts that have the other always
    a[:, 0] = b[:, 1] = False
    given = pd.concat(
        annotated(passages, used.id, [(row, used.code_ids[code], None) for row, code in np.argwhere(truth)])
        for used, truth in ((levels, a), (book, b))
    )
    table = codebooks_crossed(passages, given, given, levels, book, **HOW)
    names = ["codebook", "code", "to_codebook", "to_code", "count", "n", "share", "ci_low", "ci_high", "base", "lift"]
    assert table.columns.tolist() == [*names, "lift_low", "lift_high", "expected", "stance_n", "stance_share"]
    pairs = product(["seven_levels"], levels.code_ids, ["cluetrain"], book.code_ids)
    assert list(table[names[:4]].itertuples(index=False, name=None)) == list(pairs)
    post = pd.factorize(passages["doc_id"], sort=True)[0]
    for row, (one, other) in zip(table.itertuples(), product(a.T, b.T), strict=True):
        assert (row.count, row.n, row.base) == ((one & other).sum(), one.sum(), other.mean())
        share = (one & other).sum() / one.sum() if one.any() else np.nan
        assert row.share == pytest.approx(share, nan_ok=True)
        assert row.lift == pytest.approx(share / other.mean() if other.any() else np.nan, nan_ok=True)
        if 0 < row.count < row.n:
            samples = ratios(one & other, one, post)
            lifts = samples / ratios(other, np.ones(27), post)
            limits = [sample_limits(numbers[:, None], 7, 0.8) for numbers in (samples, lifts)]
            found = [row.ci_low, row.ci_high, row.lift_low, row.lift_high]
            assert found == pytest.approx(np.ravel(limits).tolist())
    assert table["count"].dtype == table["n"].dtype == int


def test_stances_of_crossed_codes_are_compared_with_those_expected(levels, book, five):
    """Seven levels expects that broadcasting is a breach of conversation, and that what goes viral endorses that
    customers are in networks."""
    passages = passages_table([6, 4])
    a = [(n, "l3_broadcasting", "endorses") for n in range(5)]
    a += [(0, "l3_broadcasting", "endorses"), (5, "l3_broadcasting", "breach"), (6, "l3_broadcasting", None)]
    a += [(7, "l4_viral", "endorses"), (8, "l4_viral", "breach")]
    b = [(0, "conversation", "breach"), (1, "conversation", "breach"), (2, "conversation", "endorses")]
    # of two coders the first counts; one without a stance does not
    b += [(3, "conversation", None), (3, "conversation", "breach"), (1, "conversation", "endorses")]
    b += [(4, "conversation", None), (5, "conversation", "breach"), (6, "conversation", "breach")]
    b += [(7, "networked_customers", "breach"), (7, "conversation", "endorses"), (8, "networked_customers", "endorses")]
    given = annotated(passages, "seven_levels", a), annotated(passages, "cluetrain", b)
    table = codebooks_crossed(passages, *given, levels, book, repeats=10).set_index(["code", "to_code"])
    numbers = table[["expected", "stance_n", "stance_share"]]
    assert numbers.loc[("l3_broadcasting", "conversation")].tolist() == ["breach", 4, 0.75]
    assert numbers.loc[("l4_viral", "networked_customers")].tolist() == ["endorses", 1, 0]
    rest = numbers.drop([("l3_broadcasting", "conversation"), ("l4_viral", "networked_customers")])
    assert (rest["stance_n"] == 0).all() and rest["stance_share"].isna().all()
    assert rest.loc[("l1_internal", "hierarchy_control"), "expected"] == "breach"
    assert table["expected"].notna().sum() == 12 and table["expected"].dtype == "string"
    # groundswell has a code "listening" too, and nothing is expected of it
    groundswell = annotated(passages, "groundswell", [(0, "listening", "endorses")])
    assert codebooks_crossed(passages, given[0], groundswell, levels, five, repeats=10)["expected"].isna().all()
    back = codebooks_crossed(passages, given[1], given[0], book, levels, repeats=10)
    assert back["expected"].isna().all() and (back["stance_n"] == 0).all()


# ---- the passages behind the cells ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def behind():
    passages = passages_table([3, 2], ["es", "it"])
    shares = shares_table(passages, np.array([[0, 1], [0.5, 0.5], [0.25, 0.75], [0.5, 0.5], [1, 0]]))
    joint = shares_table(passages, np.array([[1.0], [0], [0], [0], [0.2]]), model="joint")
    rows = [3, 1, 1, 2, 0, 4, 0]
    codes = ["listening", "listening", "listening", "talking", "listening", "listening", "talking"]
    annotations = coded(passages, rows).assign(
        code=codes, score=[0.5, 0.5, 0.9, np.nan, 0.8, 0.1, 0.3], lang="xx", quote=list("abcdefg")
    )
    off = annotations[:1].assign(end=77)
    return passages, pd.concat([annotations, off]).drop(columns="stance"), pd.concat([shares, joint])


def test_passages_of_all_cells_are_those_written_by_hand(behind):
    """Of two annotations of one code the first counts, without a score the whole share; equal ones by name."""
    found = passages_of_cells(*behind, counted=True)
    wanted = [
        ("es.2", "listening", 1, "d000", 0, 1, "e", "es", None, 0.8, 1.0, True, 0.8, 3),
        ("joint.1", "listening", 1, "d000", 0, 1, "e", "es", None, 0.8, 1.0, True, 0.8, 2),
        ("es.2", "talking", 1, "d000", 2, 3, "d", "es", None, np.nan, 0.75, True, 0.75, 2),
        ("es.2", "talking", 2, "d000", 0, 1, "g", "es", None, 0.3, 1.0, True, 0.3, 2),
        ("joint.1", "talking", 1, "d000", 0, 1, "g", "es", None, 0.3, 1.0, True, 0.3, 1),
        ("es.1", "listening", 1, "d000", 1, 2, "b", "es", None, 0.5, 0.5, True, 0.25, 3),
        ("es.2", "listening", 2, "d000", 1, 2, "b", "es", None, 0.5, 0.5, False, 0.25, 3),
        ("es.1", "talking", 1, "d000", 2, 3, "d", "es", None, np.nan, 0.25, False, 0.25, 1),
        ("es.1", "listening", 2, "d001", 0, 1, "a", "it", None, 0.5, 0.5, True, 0.25, 3),
        ("es.2", "listening", 3, "d001", 0, 1, "a", "it", None, 0.5, 0.5, False, 0.25, 3),
        ("es.1", "listening", 3, "d001", 1, 2, "f", "it", None, 0.1, 1.0, True, 0.1, 3),
        ("joint.1", "listening", 2, "d001", 1, 2, "f", "it", None, 0.1, 0.2, True, 0.02, 2),
    ]
    columns = ["topic", "code", "rank", "doc_id", "start", "end", "quote", "lang", "stance", "score", "share"]
    wanted = pd.DataFrame(wanted, columns=[*columns, "leading", "weight", "passages"])
    assert found.columns.tolist() == wanted.columns.tolist()
    order = ["topic", "code", "rank"]
    by_cell, wanted = found.sort_values(order, ignore_index=True), wanted.sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(by_cell, wanted, check_dtype=False)
    assert found["weight"].is_monotonic_decreasing and found.index.tolist() == list(range(12))
    assert passages_of_cells(*behind).columns.tolist() == wanted.columns.tolist()[:-1]
    for most in (0, 1, 2, 3):
        first = found[found["rank"] <= most].reset_index(drop=True)
        pd.testing.assert_frame_equal(passages_of_cells(*behind, most=most, counted=True), first)


def test_passages_of_one_cell_are_those_among_all(behind):
    every = passages_of_cells(*behind)
    for (topic, code), cell in every.groupby(["topic", "code"]):
        wanted = cell.drop(columns=["topic", "code", "rank"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(passages_of_cell(*behind, topic, code), wanted)
        pd.testing.assert_frame_equal(passages_of_cell(*behind, topic, code, most=1), wanted[:1])
    passages, annotations, shares = behind
    unnamed = shares.assign(model=shares["model"].where(shares["model"] != "joint"))
    assert passages_of_cell(passages, annotations, unnamed, "joint.1", "listening").empty
    none = passages_of_cells(passages, annotations, shares[:0])
    assert none.empty and none.columns.tolist() == every.columns.tolist()
    # the first theme has none of them
    some = passages_of_cells(passages, annotations[4:5], shares, most=1)
    assert some[["topic", "code", "rank"]].to_numpy().tolist() == [
        ["es.2", "listening", 1],
        ["joint.1", "listening", 1],
    ]
    stances = annotations.assign(stance="rejects")
    assert set(passages_of_cells(passages, stances, shares)["stance"]) == {"rejects"}


def test_annotations_without_a_column_of_scores_weigh_their_shares(behind):
    passages, annotations, shares = behind
    missing = passages_of_cells(passages, annotations.assign(score=np.nan), shares)
    found = passages_of_cells(passages, annotations.drop(columns="score"), shares)
    pd.testing.assert_frame_equal(found, missing)
    assert found["weight"].tolist() == found["share"].tolist()


@pytest.mark.parametrize(
    ("topic", "code", "rows", "message"),
    [
        ("zz", "listening", 9, "no theme 'zz'; allowed are es.1, es.2, joint.1."),
        ("es.1", "zz", 9, "no passage has the code 'zz'; allowed are listening, talking."),
        ("es.1", "zz", 0, "no passage has the code 'zz': there are no annotations; code the passages first."),
    ],
)
def test_a_cell_that_is_not_there_is_said_in_one_sentence(behind, topic, code, rows, message):
    passages, annotations, shares = behind
    for given in (shares, ThemeShares.of_parts([shares])):
        with pytest.raises(InputError) as caught:
            passages_of_cell(passages, annotations[:rows], given, topic, code)
        assert str(caught.value) == message


def test_passages_have_the_shares_of_all_models_side_by_side(behind):
    passages, _, shares = behind
    passages = passages.set_index(pd.Index([9, 8, 7, 6, 5]))
    found = passage_shares(passages, shares)
    wanted = [[0, 1, 1], [0.5, 0.5, 0], [0.25, 0.75, 0], [0.5, 0.5, 0], [1, 0, 0.2]]
    wanted = pd.DataFrame(wanted, index=passages.index, columns=["es.1", "es.2", "joint.1"])
    pd.testing.assert_frame_equal(found, wanted)
    none = passage_shares(passages, shares[:0])
    assert none.shape == (5, 0) and none.index.tolist() == [9, 8, 7, 6, 5]
