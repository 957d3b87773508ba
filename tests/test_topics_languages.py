"""Themes across languages: joint themes, aligned topics, terms per language, and the measures of agreement."""

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.topics.languages import (
    LanguageTopics,
    align_topics,
    class_terms,
    code_agreement,
    fit_joint,
    fit_space,
    pair_agreement,
    same_code_contrast,
    topic_vectors,
)

DIMENSION = 40


class Drawn:
    """Passages of known themes in two languages; vectors also tell language and length, and loudly."""

    def __init__(self, passages: int = 300, themes: int = 4, seed: int = 5, loud: float = 1.0) -> None:
        random = np.random.default_rng(seed)
        axes = np.linalg.qr(random.normal(size=(DIMENSION, DIMENSION)))[0]
        self.themes = random.integers(themes, size=passages)
        self.langs = np.where(random.random(passages) < 0.6, "es", "it")
        self.lengths = random.integers(3, 60, size=passages)
        self.posts = [f"p{number // 4}" for number in range(passages)]
        telling = np.where(self.langs == "es", 1.0, -1.0)[:, None] * axes[themes]
        telling = telling + np.log(self.lengths / 13)[:, None] * axes[themes + 1]
        vectors = axes[self.themes] + loud * telling + random.normal(0, 0.08, (passages, DIMENSION))
        self.vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def fit(self, k: int = 4, **more):
        options = {"posts": self.posts, "runs": 5} | more
        return fit_joint(self.vectors, self.langs.tolist(), self.lengths, k, **options)


@pytest.fixture(scope="module")
def drawn():
    return Drawn()


@pytest.fixture(scope="module")
def themes(drawn):
    return drawn.fit()


def same_partition(found, true):
    """One label of the one for each label of the other."""
    pairs = set(zip(found.tolist(), true.tolist(), strict=True))
    return len(pairs) == len(set(found.tolist())) == len(set(true.tolist()))


def agreement(found, true):
    from sklearn.metrics import adjusted_rand_score

    return adjusted_rand_score(found, true)


def test_known_themes_are_found_although_language_and_length_are_louder(drawn, themes):
    assert agreement(themes.shares.argmax(1), drawn.themes) > 0.9


def test_without_erasing_language_and_length_these_themes_are_not_found(drawn):
    """The corpus above is hard: plain k-means finds language and length instead."""
    from sklearn.cluster import KMeans

    found = KMeans(4, n_init=10, random_state=1).fit_predict(drawn.vectors)
    assert agreement(found, drawn.themes) < 0.5


def test_the_space_keeps_neither_the_language_nor_a_covariance_with_length(drawn):
    space = fit_space(drawn.vectors, drawn.langs.tolist(), drawn.lengths)
    inside = (drawn.vectors - space.mean) @ space.axes
    for theme in range(4):
        of_theme = drawn.themes == theme
        spanish, italian = (drawn.vectors[of_theme & (drawn.langs == lang)].mean(0) for lang in ("es", "it"))
        left = np.linalg.norm((spanish - italian) @ space.axes)
        assert left < 0.2 * np.linalg.norm(spanish - italian)
    size = np.log(drawn.lengths)
    np.testing.assert_allclose(inside.T @ (size - size.mean()), 0, atol=1e-8)
    np.testing.assert_allclose(space.axes.T @ space.axes, np.eye(space.axes.shape[1]), atol=1e-10)


def test_shares_are_probabilities_and_themes_come_largest_first(themes):
    np.testing.assert_allclose(themes.shares.sum(1), 1)
    assert (themes.shares >= 0).all()
    assert (np.diff(themes.weights) <= 0).all()
    assert themes.weights.sum() == pytest.approx(1)


def test_clear_themes_are_stable_and_too_many_are_not(drawn, themes):
    assert themes.stability.min() > 0.9
    assert drawn.fit(9).stability.min() < 0.6


def test_the_same_seed_gives_the_same_themes_with_any_number_of_workers(drawn, themes):
    np.testing.assert_array_equal(drawn.fit().shares, themes.shares)
    one, two = drawn.fit(runs=1), drawn.fit(runs=1, workers=2)
    np.testing.assert_array_equal(one.shares, two.shares)
    np.testing.assert_array_equal(one.stability, two.stability)


def test_inference_gives_the_shares_of_the_fit(drawn, themes):
    np.testing.assert_allclose(themes.infer(drawn.vectors[:7]), themes.shares[:7])


def test_the_wider_themes_lie_the_softer_are_the_shares():
    narrow, wide = Drawn(loud=0), Drawn(loud=0)
    wide.vectors = wide.vectors + np.random.default_rng(1).normal(0, 0.15, wide.vectors.shape)
    narrow_themes, wide_themes = narrow.fit(runs=0), wide.fit(runs=0)
    assert narrow_themes.concentration > wide_themes.concentration
    assert narrow_themes.shares.max(1).mean() > wide_themes.shares.max(1).mean()


def test_shares_tell_how_often_the_theme_is_right():
    """Passages drawn from overlapping themes: of those with a largest share of about .7, seven in ten are right."""
    random = np.random.default_rng(2)
    true = random.integers(3, size=6000)
    points = np.eye(12)[true] + random.normal(0, 0.45, (6000, 12))
    found = fit_joint(points, ["es"] * 6000, [9] * 6000, 3, runs=0)
    name = np.array([np.bincount(true[found.shares.argmax(1) == theme]).argmax() for theme in range(3)])
    right, top = name[found.shares.argmax(1)] == true, found.shares.max(1)
    for low in (0.5, 0.6, 0.7, 0.8, 0.9):
        part = (top >= low) & (top < low + 0.1)
        assert right[part].mean() == pytest.approx(top[part].mean(), abs=0.08)


def test_short_passages_shape_no_theme_and_still_have_shares(drawn):
    lengths = drawn.lengths.copy()
    lengths[:30] = 2
    options = {"posts": drawn.posts, "runs": 2}
    found = fit_joint(drawn.vectors, drawn.langs.tolist(), lengths, 4, **options)
    without = fit_joint(drawn.vectors[30:], drawn.langs[30:].tolist(), lengths[30:], 4, posts=drawn.posts[30:], runs=2)
    np.testing.assert_allclose(found.centres, without.centres)
    np.testing.assert_allclose(found.shares[:30].sum(1), 1)
    assert found.summary()["n"].sum() == len(lengths) - 30


def test_an_empty_text_has_no_theme(drawn):
    vectors = drawn.vectors.copy()
    vectors[3] = 0
    found = fit_joint(vectors, drawn.langs.tolist(), drawn.lengths, 4, runs=0)
    assert not found.shares[3].any()
    assert not found.fitted[3]
    assert np.isnan(found.stability).all()


def test_a_theme_that_one_language_alone_holds_is_marked(drawn):
    """The last theme is Italian throughout; Italian is the smaller language."""
    langs = np.where(drawn.themes == 3, "it", drawn.langs)
    axes = np.eye(DIMENSION)
    vectors = axes[drawn.themes] + np.random.default_rng(1).normal(0, 0.05, drawn.vectors.shape)
    found = fit_joint(vectors, langs.tolist(), drawn.lengths, 4, posts=drawn.posts, runs=0)
    italian = {found.shares[row].argmax() for row in np.flatnonzero(drawn.themes == 3)}
    assert [theme for theme, lang in enumerate(found.alone) if lang] == sorted(italian)
    assert set(found.alone) == {"", "it"}
    np.testing.assert_allclose(found.rates.sum(1), 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"k": 1}, "got 1, allowed is 2 to 300"),
        ({"k": 401}, "got 401, allowed is 2 to 300"),
        ({"lengths": [2] * 300}, "allowed is 2 to 0"),
        ({"langs": ["es"]}, "300 vectors and 1 langs"),
        ({"vectors": np.full((300, 4), np.nan)}, "row 0 is not all numbers"),
        ({"vectors": np.ones(300)}, "got shape"),
        ({"vectors": np.ones((300, 4))}, "allowed is 2 to 1"),
    ],
)
def test_bad_input_to_joint_themes_is_named(drawn, change, said):
    given = {"vectors": drawn.vectors, "langs": drawn.langs.tolist(), "lengths": drawn.lengths, "k": 3} | change
    with pytest.raises(InputError, match=said):
        fit_joint(**given)


def test_vectors_of_another_encoder_are_refused(themes):
    with pytest.raises(InputError, match="dimension: 40"):
        themes.infer(np.ones((2, 3)))


def test_class_terms_by_hand():
    """Theme 1 has red twice of three tokens; a theme has 3 tokens in the mean; red stands 2 times in all."""
    documents = [["red"], ["red", "voz"], ["voz"], ["mar", "mar"]]
    table = class_terms(documents, ["es"] * 4, np.array([[1, 0], [1, 0], [0, 1], [0, 1]]), fewest=1)
    first = table[(table["theme"] == "1") & (table["term"] == "red")].iloc[0]
    assert first["weight"] == pytest.approx(2 / 3 * np.log(1 + 3 / 2))
    assert first["rank"] == 1
    assert "mar" not in set(table["term"]), "stands in one passage only"


def test_terms_of_one_language_do_not_depend_on_the_other():
    shares = np.array([[1, 0], [0.5, 0.5], [0.2, 0.8]])
    spanish = [["red", "red"], ["red", "voz"], ["voz", "red"]]
    alone = class_terms(spanish, ["es"] * 3, shares)
    both = class_terms([*spanish, ["red"] * 50], ["es", "es", "es", "it"], np.vstack([shares, [0, 1]]))
    both = both[both["lang"] == "es"].reset_index(drop=True)
    assert alone.equals(both)
    assert list(alone.columns) == ["theme", "lang", "term", "weight", "rank"]


def test_class_terms_read_a_column_by_place():
    documents, shares = [["voz"], ["voz"], ["caja"], ["caja"]], np.eye(2)[[0, 0, 1, 1]]
    found = class_terms(documents, ["es"] * 4, shares)
    assert found["term"].tolist() == ["voz", "caja"]
    for index in ([3, 2, 1, 0], [10, 11, 12, 13]):
        again = class_terms(pd.Series(documents, index=index), ["es"] * 4, shares)
        pd.testing.assert_frame_equal(again, found)


@pytest.mark.parametrize("names", [["x"], ["x", "y", "z"]])
def test_class_terms_have_a_name_for_every_theme(names):
    with pytest.raises(InputError, match=f"{len(names)} names and 2 themes"):
        class_terms([["voz"], ["voz"]], ["es", "es"], np.eye(2), names=names)


def test_class_terms_of_nothing_is_an_empty_table():
    assert class_terms([[], []], ["es", "it"], np.eye(2)).empty


def sides(shared: int, own: int, seed: int = 3, passages: int = 300):
    """Two languages with some topics in common and some of their own; the second names its topics backwards."""
    random = np.random.default_rng(seed)
    axes = np.linalg.qr(random.normal(size=(DIMENSION, DIMENSION)))[0]
    found = []
    for place, lang in enumerate(("es", "it")):
        number = shared + own
        topics = [*range(shared), *range(shared + place * own, shared + place * own + own)]
        true = np.sort(random.integers(number, size=passages)).reshape(-1, 5)[random.permutation(passages // 5)].ravel()
        vectors = axes[np.array(topics)[true]] + axes[-1 - place] + random.normal(0, 0.3, (passages, DIMENSION))
        shares, names = np.eye(number)[true], tuple(f"{lang}{topic}" for topic in topics)
        if lang == "it":
            shares, names = shares[:, ::-1], names[::-1]
        found.append(LanguageTopics(lang, names, shares, vectors))
    return found


def test_shared_topics_are_matched_and_topics_of_one_language_are_not():
    table = align_topics(*sides(shared=4, own=2), permutations=199)
    assert len(table) == 12
    shared = table[table["topic"].str[2:].astype(int) < 4]
    assert shared["matched"].all()
    assert (shared["topic"].str[2:] == shared["partner"].str[2:]).all()
    assert (shared["margin"] > 0).all()
    assert shared["mutual"].all()
    others = table.drop(shared.index)
    assert not others["matched"].any()
    assert (others["similarity"] < shared["similarity"].min()).all()


def test_unrelated_topics_are_seldom_matched():
    """Of topics with nothing in common about one in twenty has a p-value of .05 or less."""
    found = [align_topics(*sides(0, 4, seed), permutations=99) for seed in range(10)]
    assert np.mean([table["p_value"] <= 0.05 for table in found]) < 0.15


def test_topics_left_over_are_shown_with_their_nearest_and_unmatched():
    first, second = sides(4, 0)
    fewer = LanguageTopics("it", second.names[:3], second.shares[:, :3], second.vectors)
    table = align_topics(first, fewer, permutations=99)
    assert table.groupby("lang")["matched"].sum().to_dict() == {"es": 3, "it": 3}
    assert table["partner"].notna().all()


def test_alignment_is_the_same_from_either_side():
    first, second = sides(3, 1)
    one = align_topics(first, second, permutations=19).set_index("topic")["partner"]
    other = align_topics(second, first, permutations=19).set_index("topic")["partner"]
    assert one.to_dict() == other.to_dict()


def test_term_vectors_settle_what_passages_leave_open():
    """Two topics of each side whose passages are alike; only their terms tell which belong together."""
    random = np.random.default_rng(1)
    vectors = random.normal(size=(60, 6))
    shares = np.full((60, 2), 0.5)
    terms = np.eye(6)[:2]
    one = LanguageTopics("es", ("a", "b"), shares, vectors, terms)
    other = LanguageTopics("it", ("b", "a"), shares, vectors, terms[::-1])
    table = align_topics(one, other, permutations=9)
    assert (table["topic"] == table["partner"]).all()


def test_topic_vectors_are_weighted_means_without_the_language():
    shares = np.array([[1, 0], [0, 1], [0, 0]])
    vectors = np.array([[3.0, 5.0], [1.0, 5.0], [99.0, 99.0]])
    np.testing.assert_allclose(topic_vectors(shares, vectors), [[1, 0], [-1, 0]])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shares": np.eye(300)[:, :3]}, "3 names|4 names"),
        ({"vectors": np.ones((300, 7))}, "one encoder"),
        ({"shares": np.eye(4)[np.zeros(300, dtype=int)]}, "no passage has a share of topic 'es1'"),
        ({"shares": np.full((300, 4), np.nan)}, "shares of 0 or more"),
    ],
)
def test_bad_input_to_the_alignment_is_named(change, said):
    first, second = sides(4, 0)
    with pytest.raises(InputError, match=said):
        align_topics(first._replace(**change), second)


def test_kappa_of_pairs_by_hand():
    """Half of each side in each theme: chance .5; three of four agree: kappa .5."""
    found = pair_agreement([0, 0, 1, 1], [0, 0, 1, 0], permutations=9)
    assert found.agreement == 0.75
    assert found.chance == pytest.approx(0.5 * 0.75 + 0.5 * 0.25)
    assert found.kappa == pytest.approx((0.75 - 0.5) / 0.5)


def test_themes_that_only_tell_the_strata_apart_have_no_kappa():
    long = np.repeat([0, 1], 50)
    noise = np.random.default_rng(1).integers(2, size=(2, 100))
    first, second = long * 2 + noise[0], long * 2 + noise[1]
    assert pair_agreement(first, second).kappa > 0.2
    within = pair_agreement(first, second, strata=[str(one) for one in long])
    assert abs(within.kappa) < 0.25
    assert within.p_value > 0.05


def test_same_code_contrast_by_hand():
    """es: code a in theme 0, b in theme 1; it: a in 0, and b in 0 and 1."""
    found = same_code_contrast([0, 1, 0, 0, 1], list("ababb"), ["es", "es", "it", "it", "it"], permutations=9)
    assert found.same == pytest.approx((1 + 0 + 1) / 3)
    assert found.different == pytest.approx((1 + 0 + 0) / 3)
    assert found.ratio == pytest.approx(2)


def test_of_pairs_that_do_not_exist_there_is_no_share():
    apart = same_code_contrast([0, 1, 0, 1], list("aabb"), ["es", "es", "it", "it"], permutations=9)
    assert np.isnan([apart.same, apart.ratio]).all() and apart.different == 0.5
    one = same_code_contrast([0, 1, 0, 1], list("aaaa"), ["es", "es", "it", "it"], permutations=9)
    assert one.same == 0.5 and np.isnan([one.different, one.ratio]).all()
    assert apart.p_value == one.p_value == 1


def test_code_agreement_is_one_for_equal_parts_and_none_by_chance():
    codes = list("abc") * 20
    perfect = code_agreement([ord(code) for code in codes], codes, repeats=20, permutations=50)
    assert perfect.ami == pytest.approx(1)
    assert perfect.purity == 1
    assert perfect.p_value == pytest.approx(1 / 51)


def test_agreement_with_codes_by_chance_is_none():
    random = np.random.default_rng(4)
    found = [
        code_agreement(
            random.integers(3, size=90), random.integers(3, size=90).astype(str), repeats=40, permutations=39
        )
        for _ in range(12)
    ]
    assert np.mean([one.ami for one in found]) == pytest.approx(0, abs=0.02)
    assert np.mean([one.low < 0 < one.high for one in found]) > 0.7
    assert 0.25 < np.mean([one.p_value for one in found]) < 0.75, "p-values are spread evenly"
    assert np.mean([one.purity - one.purity_chance for one in found]) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize(
    "call",
    [
        lambda: pair_agreement([], []),
        lambda: pair_agreement([1], [1], strata=["a", "b"]),
        lambda: same_code_contrast([0, 1], ["a", "b"], ["es", "es"]),
        lambda: code_agreement([0], ["a"]),
        lambda: code_agreement([0, 1], ["a", "b"], repeats=0),
        lambda: code_agreement([0, 1], ["a", "b"], confidence=95),
    ],
)
def test_measures_refuse_what_they_cannot_measure(call):
    with pytest.raises(InputError, match="give one"):
        call()
