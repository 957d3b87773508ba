"""Themes x principles, principles by group, and shares corrected for the coder's errors."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.principles import (
    adjusted_differences,
    adjusted_shares,
    passages_of_cell,
    principle_shares,
    principles_by,
    theme_principles,
)
from toolkit.principles.correction import rogan_gladen
from toolkit.principles.error_rates import coder_errors
from toolkit.principles.permutation import MOST_DRAWN_POSTS, draws_needed, post_permutation, uses_limit
from toolkit.principles.permutation_pairs import permuted
from toolkit.resampling import false_discovery


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
