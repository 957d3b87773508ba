"""How many topics: measures with known answers, a selection that survives being killed, and honest advice."""

import json
import math
import operator
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.topics.documents import DocumentTerms, document_terms
from toolkit.topics.engines import fit_model
from toolkit.topics.model import TopicModel
from toolkit.topics.selection import (
    coherence,
    completion,
    diversity,
    exclusivity,
    folds_by_group,
    halves,
    mean_and_left_out,
    one_topic,
    recommend_k,
    select_k,
    summary,
    top_terms,
)
from toolkit.topics.stability import match_topics

QUICK = {"runs": 2, "folds": 2, "iterations": 20}


def drawn(k: int, seed: int, documents: int = 120, terms: int = 100, length: int = 30) -> DocumentTerms:
    """Documents drawn from LDA with k topics."""
    rng = np.random.default_rng(seed)
    topics = rng.dirichlet(np.full(terms, 0.05), k)
    shares = rng.dirichlet(np.full(k, 0.1), documents)
    return document_terms([[f"w{term:03}" for term in rng.choice(terms, length, p=share @ topics)] for share in shares])


def model_of(topic_term: list[list[float]], terms: str, alpha: float = 0.1) -> TopicModel:
    table = np.array(topic_term)
    k = len(table)
    names = tuple(str(number) for number in range(1, k + 1))
    return TopicModel(
        "test", tuple(terms), table, np.zeros((0, k)), np.zeros(0), names, {}, {"alpha": np.full(k, alpha)}
    )


DOCUMENTS = drawn(3, 1)
POSTS = [f"post {number // 2}" for number in range(len(DOCUMENTS))]


class TestCoherence:
    def test_npmi_of_one_pair_is_the_one_computed_by_hand(self):
        # four short documents, one window each: p(a) = 3/4, p(b) = p(a, b) = 1/2
        documents = document_terms([["a", "b"], ["b", "a"], ["a"], ["c"]])
        expected = math.log((1 / 2) / (3 / 4 * 1 / 2)) / -math.log(1 / 2)
        assert coherence([["a", "b"]], documents) == pytest.approx([expected])

    def test_terms_that_stand_together_are_more_coherent_by_both_measures(self):
        documents = document_terms([["sol", "mar", "playa"]] * 5 + [["voto", "ley", "senado"]] * 5 + [["x"]] * 5)
        for measure in ("npmi", "c_v"):
            together, mixed = coherence([["sol", "mar", "playa"], ["sol", "ley", "x"]], documents, measure)
            assert together > mixed

    @pytest.mark.parametrize("measure", ["npmi", "c_v"])
    def test_topics_without_a_coherence_are_missing_and_counted(self, measure):
        documents = document_terms([["a", "b", "z", "y"], ["a", "b", "z", "y"], ["c", "z", "y"], []])
        topics = [["a", "b"], ["a"], [], ["a", "unknown"], ["z", "y"]]
        values = coherence(topics, documents, measure)
        assert np.isfinite(values).tolist() == [True, False, False, False, False]
        assert mean_and_left_out(values) == (values[0], 4)

    def test_a_mean_of_nothing_is_missing_and_not_zero(self):
        mean, left_out = mean_and_left_out(np.array([np.nan, np.nan]))
        assert math.isnan(mean)
        assert left_out == 2

    def test_a_model_is_scored_by_its_top_terms(self):
        model = fit_model(DOCUMENTS, 3, iterations=30)
        assert coherence(model, DOCUMENTS).tolist() == coherence(top_terms(model), DOCUMENTS).tolist()

    def test_equal_terms_come_in_alphabetical_order_and_impossible_ones_not_at_all(self):
        assert top_terms(model_of([[0.2, 0.4, 0.4, 0.0]], "abcd"), 4) == [["b", "c", "a"]]

    @pytest.mark.parametrize(
        ("topics", "documents", "options", "said"),
        [
            ([["a", "b"]], [["a", "b"]], {"measure": "cv"}, "did you mean 'c_v'"),
            ([["a", "b"]], [[], []], {}, "no document has a term"),
            ([["a", "b"]], [["a"]], {"top": 1}, "2 or more"),
            (["ab"], [["a"]], {}, "list of terms"),
        ],
    )
    def test_what_cannot_be_scored_is_refused(self, topics, documents, options, said):
        with pytest.raises(InputError, match=said):
            coherence(topics, document_terms(documents), **options)


class TestDistinct:
    def test_diversity_is_the_share_of_different_terms(self):
        assert diversity(model_of([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]], "abcd")) == 1
        assert diversity(model_of([[0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0]], "abcd")) == 0.5
        assert diversity(model_of([[0.6, 0.3, 0.1], [0.1, 0.6, 0.3]], "abc"), top=2) == 3 / 4

    def test_exclusivity_is_the_frex_computed_by_hand(self):
        # topic 1: "a" is first of three in both ranks (FREX 1), "b" second (2/3); mean of the top two 5/6
        model = model_of([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]], "abc")
        assert exclusivity(model, top=2) == pytest.approx([5 / 6, 5 / 6])

    def test_a_term_that_all_topics_share_lowers_exclusivity(self):
        own = model_of([[0.4, 0.35, 0.2, 0.05], [0.05, 0.2, 0.35, 0.4]], "abcd")
        shared = model_of([[0.4, 0.05, 0.35, 0.2], [0.4, 0.2, 0.35, 0.05]], "abcd")
        assert (exclusivity(own, top=2) > exclusivity(shared, top=2)).all()


class TestHeldOut:
    def test_one_topic_scores_each_term_by_its_frequency(self):
        model = one_topic(document_terms([["a"] * 3, ["b"]]), eta=1e-12)
        found = completion(model, document_terms([["a", "a", "a", "a"], ["b", "b"]], "ab"))
        # second halves: two a, one b
        assert found.log_likelihood == pytest.approx((2 * math.log(3 / 4) + math.log(1 / 4)) / 3)
        assert found.perplexity == pytest.approx(math.exp(-found.log_likelihood))
        assert (found.tokens, found.documents, found.left_out) == (3, 2, 0)

    def test_topics_that_tell_documents_apart_halve_the_perplexity(self):
        rng = np.random.default_rng(1)
        texts = [list(rng.choice(list("abcd" if number % 2 else "efgh"), 40)) for number in range(30)]
        documents = document_terms(texts, "abcdefgh")
        two = model_of([[0.25] * 4 + [0.0] * 4, [0.0] * 4 + [0.25] * 4], "abcdefgh", alpha=0.01)
        assert completion(two, documents).perplexity == pytest.approx(4, rel=0.01)
        assert completion(model_of([[1 / 8] * 8], "abcdefgh"), documents).perplexity == pytest.approx(8)

    def test_documents_too_short_to_split_are_counted(self):
        found = completion(model_of([[0.5, 0.5]], "ab"), document_terms([[], ["a"], ["a", "b"], ["x", "y"]]))
        assert (found.documents, found.left_out, found.tokens) == (1, 3, 1)

    def test_nmf_foresees_nothing(self):
        assert math.isnan(completion(fit_model(DOCUMENTS, 3, engine="nmf"), DOCUMENTS).log_likelihood)

    def test_a_term_without_any_chance_is_named(self):
        with pytest.raises(InputError, match="'b' no chance"):
            completion(model_of([[1.0, 0.0]], "ab"), document_terms([["b", "b"]], "ab"))

    def test_halves_make_up_the_document(self):
        first, second = halves(DOCUMENTS, 3)
        for number in range(len(DOCUMENTS)):
            both = [*first.row(number), *second.row(number)]
            assert sorted(both) == sorted(DOCUMENTS.row(number))
            assert len(first.row(number)) - len(second.row(number)) in (0, 1)

    def test_a_post_is_never_on_both_sides_and_folds_are_even(self):
        rng = np.random.default_rng(1)
        posts = [f"post {number}" for number in rng.integers(30, size=200)]
        weights = rng.integers(1, 50, size=200)
        folds = folds_by_group(posts, weights, 5)
        assert all(len({fold for fold, at in zip(folds, posts, strict=True) if at == post}) == 1 for post in set(posts))
        sums = np.bincount(folds, weights=weights)
        assert sums.max() < 1.1 * sums.min()

    def test_more_folds_than_posts_are_refused(self):
        with pytest.raises(InputError, match="allowed is 2 to 2, the number of posts"):
            folds_by_group(["a", "b", "b"], np.ones(3), 3)


class TestSelectK:
    def test_every_measure_of_every_k_with_an_interval_and_the_same_with_two_workers(self, tmp_path):
        one = select_k(DOCUMENTS, POSTS, [4, 2], **QUICK)
        two = select_k(DOCUMENTS, POSTS, [2, 4], workers=2, resume=tmp_path / "store", **QUICK)
        pd.testing.assert_frame_equal(one.runs, two.runs, check_exact=True)
        pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
        counts = one.table.groupby("k", sort=False)["measure"].apply(list).to_dict()
        held = ["heldout", "perplexity"]
        assert counts == {1: held, 2: [*held, *_RUN_MEASURES], 4: [*held, *_RUN_MEASURES]}
        shown = one.table.dropna()
        assert ((shown["low"] <= shown["value"]) & (shown["value"] <= shown["high"])).all()
        assert (one.table["n"] == 2).all()

    def test_the_first_run_is_the_model_that_fit_model_gives(self):
        runs = select_k(DOCUMENTS, POSTS, [3], **{**QUICK, "folds": 0}).runs
        model = fit_model(DOCUMENTS, 3, seed=1, iterations=20)
        first = runs[(runs["measure"] == "npmi") & (runs["run"] == 1)]["value"].item()
        assert first == mean_and_left_out(coherence(model, DOCUMENTS))[0]

    def test_terms_without_weight_are_none_of_a_topic_of_nmf(self):
        documents = document_terms([["voz", "red"], ["caja", "pago"], [f"a{number}" for number in range(8)]] * 6)
        posts = [str(number) for number in range(18)]
        runs = select_k(documents, posts, [2, 3], engine="nmf", runs=2, folds=0).runs
        one, other = (fit_model(documents, 2, engine="nmf", seed=seed) for seed in (1, 2))
        assert sorted(map(len, top_terms(one))) == [4, 10] or sorted(map(len, top_terms(other))) == [4, 10]
        alike = match_topics(one, other).pairs["similarity"].mean()
        value = runs[(runs["measure"] == "stability") & (runs["k"] == 2)]["value"].item()
        assert value == pytest.approx(alike)
        # three topics of terms of their own: ranks of 12 terms, equals at their mean
        found = exclusivity(fit_model(documents, 3, engine="nmf"))
        assert sorted(found) == pytest.approx([8.5 / 12, 11.5 / 12, 11.5 / 12])

    def test_nmf_has_no_likelihood_and_all_else(self):
        found = select_k(DOCUMENTS, POSTS, [2, 3], engine="nmf", **QUICK)
        by_measure = found.table.groupby("measure")["value"].apply(lambda values: bool(values.notna().all()))
        assert by_measure[by_measure].index.tolist() == sorted(_RUN_MEASURES)
        said = recommend_k(found.runs)
        assert said.better_than_one is None
        assert "There is no held-out likelihood" in said.why

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"ks": []}, "got none"),
            ({"ks": [3, 3]}, "the same number twice"),
            ({"ks": [2.5]}, "got 2.5"),
            ({"ks": [True, 3]}, "got True"),
            ({"ks": [1, 2]}, "got 1, allowed is 2 to"),
            ({"ks": [2, 10_000]}, "got 10000, allowed is 2 to .* outside the largest fold"),
            ({"engine": "hdp"}, "finds its own number"),
            ({"engine": "lda"}, "none of this name"),
            ({"groups": ["a"]}, "120 documents and 1 posts"),
            ({"groups": ["a"] * 120}, "the number of posts"),
            ({"runs": 0}, "runs is 0"),
            ({"folds": 1}, "folds is 1"),
            ({"seed": -1}, "seed is -1"),
        ],
    )
    def test_bad_input_is_refused_before_anything_is_fitted(self, changes, said):
        call = {"documents": DOCUMENTS, "groups": POSTS, "ks": [2, 3], **QUICK, **changes}
        with pytest.raises(InputError, match=said):
            select_k(**call)


_RUN_MEASURES = ["npmi", "c_v", "exclusivity", "diversity", "stability"]

_CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_topics_selection import DOCUMENTS, POSTS, QUICK
from toolkit.topics.selection import select_k
select_k(DOCUMENTS, POSTS, range(2, 20), resume=Path(sys.argv[1]), **QUICK)
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("selection") / "store"
    select_k(DOCUMENTS, POSTS, [2], resume=folder, **QUICK)
    return folder


class TestResume:
    @pytest.fixture
    def store(self, finished, tmp_path) -> Path:
        return shutil.copytree(finished, tmp_path / "store")

    def test_a_killed_selection_goes_on_where_it_was(self, tmp_path):
        folder = tmp_path / "store"
        child = subprocess.Popen([sys.executable, "-c", _CHILD, str(folder), str(Path(__file__).parent)])
        end = time.monotonic() + 120
        while len(list(folder.glob("k*.json"))) < 3 and child.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        # the largest are first; two of them are asked for again, so that only the rest is fitted
        kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("k*.json")}
        assert "k0019-run-01.json" in kept
        again = select_k(DOCUMENTS, POSTS, [3, 19], resume=folder, **QUICK)
        assert {name: (folder / name).stat().st_mtime_ns for name in kept} == kept
        assert again.notes == ()
        pd.testing.assert_frame_equal(again.runs, select_k(DOCUMENTS, POSTS, [3, 19], **QUICK).runs, check_exact=True)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda text: text[: len(text) // 2],
            lambda text: "",
            lambda text: "[" * 100_000,
            lambda text: text.replace('"diversity":', '"diversity":1'),
            lambda text: json.dumps({**json.loads(text), "key": "0" * 64}),
        ],
    )
    def test_a_damaged_file_is_made_again_and_the_result_says_so(self, store, damage):
        file = store / "k0002-run-01.json"
        sound = file.read_text()
        file.write_text(damage(sound))
        found = select_k(DOCUMENTS, POSTS, [2], resume=store, **QUICK)
        assert len(found.notes) == 1
        assert str(file) in found.notes[0]
        assert file.read_text() == sound

    def test_more_ks_and_runs_use_what_is_there(self, store):
        old = (store / "k0002-run-01.json").stat().st_mtime_ns
        select_k(DOCUMENTS, POSTS, [2, 3], resume=store, **{**QUICK, "runs": 3})
        assert (store / "k0002-run-01.json").stat().st_mtime_ns == old
        assert (store / "k0003-run-03.json").exists()

    def test_other_settings_or_documents_are_refused_by_name(self, store):
        with pytest.raises(InputError, match=r"other iterations \(20, now 21\)"):
            select_k(DOCUMENTS, POSTS, [2], resume=store, **{**QUICK, "iterations": 21})
        with pytest.raises(InputError, match="other documents"):
            select_k(drawn(3, 2), POSTS, [2], resume=store, **QUICK)
        with pytest.raises(InputError, match="other documents"):
            select_k(DOCUMENTS, [*POSTS[:-1], "another"], [2], resume=store, **QUICK)

    def test_a_folder_of_other_things_and_a_file_are_refused(self, tmp_path):
        (tmp_path / "thesis.txt").write_text("years of work")
        with pytest.raises(InputError, match="other files and no selection"):
            select_k(DOCUMENTS, POSTS, [2], resume=tmp_path, **QUICK)
        with pytest.raises(InputError, match="is a file"):
            select_k(DOCUMENTS, POSTS, [2], resume=tmp_path / "thesis.txt", **QUICK)

    def test_a_damaged_head_is_written_again(self, store):
        (store / "selection.json").write_text("{")
        assert "written again" in select_k(DOCUMENTS, POSTS, [2], resume=store, **QUICK).notes[0]
        assert select_k(DOCUMENTS, POSTS, [2], resume=store, **QUICK).notes == ()


def scores(held: list[float], judged: list[float], alone: float = -9.0, noise: float = 0.001, runs: int = 5):
    """Single values for ks 2, 3 ...: likelihood by ``held``, all else by ``judged``, with noise."""
    rng = np.random.default_rng(1)
    rows = []
    for k, value in zip(range(1, 2 + len(held)), [alone, *held], strict=True):
        rows += [(k, "heldout", run, 0, value + rng.normal(0, noise), 0) for run in range(1, runs + 1)]
        if k > 1:
            for measure in ("npmi", "c_v", "exclusivity", "diversity"):
                rows += [(k, measure, run, 0, judged[k - 2] + rng.normal(0, noise), 0) for run in range(1, runs + 1)]
            rows += [
                (k, "stability", one, other, judged[k - 2] + rng.normal(0, noise), 0)
                for one in range(1, runs + 1)
                for other in range(one + 1, runs + 1)
            ]
    return pd.DataFrame(rows, columns=["k", "measure", "run", "other", "value", "left_out"])


class TestRecommendK:
    def test_the_likelihood_excludes_and_the_judges_decide(self):
        # k 2 is best for the judges and foresees badly; of the equal 4, 5 and 6 the judges want 5
        said = recommend_k(scores([-8, -7, -5, -5, -5, -6], [0.9, 0.5, 0.5, 0.7, 0.6, 0.8]))
        assert (said.k, said.low, said.high) == (5, 5, 5)
        assert said.share == said.shares[5] > 0.95
        assert set(said.candidates) <= {4, 5, 6}
        assert not said.uncertain
        assert "Coherence (NPMI) is higher at 2" in said.against

    def test_numbers_that_differ_by_chance_alone_are_called_uncertain(self):
        said = recommend_k(scores([-5.0] * 8, [0.5] * 8, noise=0.1))
        assert said.uncertain
        assert said.high - said.low >= 4
        assert "hardly tell" in said.against

    def test_texts_that_one_topic_foresees_as_well_show_no_topics(self):
        said = recommend_k(scores([-5, -5.1, -5.2], [0.4, 0.7, 0.5], alone=-4.5))
        assert (said.k, said.better_than_one, said.uncertain) == (3, False, True)
        assert "one topic, the bare frequency of terms" in said.why

    def test_the_end_of_the_range_asks_for_more(self):
        said = recommend_k(scores([-8, -7, -6], [0.5, 0.6, 0.7]))
        assert (said.k, said.uncertain) == (4, True)
        assert "largest number tried: try larger" in said.against

    def test_one_run_is_no_measure_of_chance(self):
        runs = select_k(DOCUMENTS, POSTS, [2, 3, 4], **{**QUICK, "runs": 1}).runs
        said = recommend_k(runs)
        assert said.uncertain
        assert "There is no stability" in said.against

    def test_missing_coherence_never_wins(self):
        runs = scores([-5, -5, -5], [0.5, 0.6, 0.5], noise=0)
        runs.loc[(runs["k"] == 3) & (runs["measure"] == "npmi"), "value"] = np.nan
        table = summary(runs)
        assert np.isnan(table[(table["k"] == 3) & (table["measure"] == "npmi")]["value"].item())
        assert sum(recommend_k(runs).shares.values()) == pytest.approx(1)

    def test_equals_give_the_smallest(self):
        assert recommend_k(scores([-5, -5, -5, -5], [0.5] * 4, noise=0)).k == 2

    @pytest.mark.parametrize(("k", "seed"), [(3, 11), (5, 12)])
    def test_the_number_documents_were_drawn_with_comes_back_within_one(self, k, seed):
        documents = drawn(k, seed, documents=150)
        posts = [str(number) for number in range(len(documents))]
        said = recommend_k(select_k(documents, posts, range(2, 8), runs=3, folds=3, iterations=60).runs)
        assert abs(said.k - k) <= 1
        assert said.better_than_one

    def test_other_tables_are_refused(self):
        runs = scores([-5, -5], [0.5, 0.5])
        with pytest.raises(InputError, match="column 'run' is missing"):
            recommend_k(runs.drop(columns="run"))
        with pytest.raises(InputError, match="only 2 was tried"):
            recommend_k(runs[runs["k"] < 3])
        with pytest.raises(InputError, match="empty"):
            recommend_k(runs[:0])

    def test_runs_are_told_by_their_number_whichever_are_left_out(self):
        runs = scores([-5, -5, -5], [0.5, 0.5, 0.5], noise=0.1, runs=4)
        later = runs.assign(run=runs["run"] + 6, other=runs["other"] + 6 * (runs["measure"] == "stability"))
        assert recommend_k(later) == recommend_k(runs)
        judged = runs["measure"] != "heldout"
        less = runs[~judged | ((runs["run"] != 2) & (runs["other"] != 2))]
        assert recommend_k(less).k in (2, 3, 4)
        with pytest.raises(InputError, match="stability of runs 1 and 2 is given, and not the coherence of both"):
            recommend_k(runs[(runs["measure"] != "npmi") | (runs["run"] != 2)])


class TestFigure:
    def test_one_panel_for_each_measure_and_one_for_the_resamples(self):
        from toolkit.plots.selection import selection_curves

        runs = scores([-8, -5, -5, -5.5], [0.2, 0.8, 0.5, 0.4])
        said = recommend_k(runs)
        figure = selection_curves(summary(runs), said)
        head, *cells = figure.axes
        assert len(cells) == 7
        assert cells[-1].get_title("left") == "How often each k won"
        assert head.get_title() == "Recommended: 3 topics"
        assert "Bars: 95 % interval." in " ".join(text.get_text() for text in head.texts)
        heights = [bar.get_height() for bar in figure.axes[-1].patches]
        assert heights == [100 * said.shares[k] for k in (2, 3, 4, 5)]

    def test_another_table_is_refused(self):
        from toolkit.plots.selection import selection_curves

        with pytest.raises(InputError, match="'measure' is missing"):
            selection_curves(pd.DataFrame({"k": [1]}))


def test_what_tasks_share_is_put_before_their_own_arguments():
    for workers in (1, 2):
        assert run_tasks(operator.sub, [(1,), (2,), (3,)], shared=(10,), workers=workers) == [9, 8, 7]


def test_an_error_ends_all_tasks():
    with pytest.raises(ZeroDivisionError):
        run_tasks(operator.floordiv, [(1,), (0,), (2,)], shared=(10,), workers=2)
