"""Topics matched, scored over runs, and put together, on topics that are known."""

from dataclasses import replace

import numpy as np
import pytest

from toolkit.errors import InputError
from toolkit.topics.documents import document_terms
from toolkit.topics.model import TopicModel
from toolkit.topics.model_file import load_model, save_model
from toolkit.topics.stability import (
    Runs,
    assignment_agreement,
    consensus,
    consensus_scores,
    match_topics,
    medoid,
    runs_over_samples,
    runs_over_seeds,
    stability,
    stability_scores,
    topic_similarity,
)

WORDS = [[f"{letter}{number:02}" for number in range(15)] for letter in "abc"]
VOCABULARY = sorted(word for words in WORDS for word in words)


def model(rows, names=None, terms=None, shares=None):
    """A model that was not fitted: rows are lists of top terms (best first) or weights over the vocabulary."""
    terms = tuple(terms or VOCABULARY)
    table = np.full((len(rows), len(terms)), 1e-6)
    for place, row in enumerate(rows):
        for rank, term in enumerate(row):
            table[place, terms.index(term)] = 1 / (rank + 2)
    table /= table.sum(1, keepdims=True)
    shares = np.full((1, len(rows)), 1 / len(rows)) if shares is None else np.asarray(shares, dtype=float)
    names = tuple(names or map(str, range(1, len(rows) + 1)))
    return TopicModel("tomotopy", terms, table, shares, np.full(len(shares), 10), names, {"seed": 1, "k": len(rows)})


def drawn_documents(seed=1, count=90, length=12, topics=WORDS):
    """Documents of one known topic each, in turn."""
    random = np.random.default_rng(seed)
    return document_terms([random.choice(topics[place % len(topics)], length) for place in range(count)], VOCABULARY)


def noise(seed=1, count=90, length=12):
    """Documents whose words say nothing about each other."""
    random = np.random.default_rng(seed)
    return document_terms([random.choice(VOCABULARY, length) for _ in range(count)], VOCABULARY)


def runs_of(*models):
    return Runs(models, "seeds", tuple(np.arange(len(one.document_topic)) for one in models))


# matching


def test_topics_in_another_order_are_matched_to_themselves():
    one, other = model(WORDS), model([WORDS[2], WORDS[0], WORDS[1]])
    found = match_topics(one, other)
    assert found.pairs.to_numpy().tolist() == [["1", "2", 1.0], ["2", "3", 1.0], ["3", "1", 1.0]]
    assert found.unmatched == found.unmatched_partners == ()


def test_the_pairing_is_the_best_in_all_and_not_greedy():
    # first-first is the likest pair (2 of 3 terms), but leaves the second with nothing
    one = model([["a00", "a01", "a02"], ["a01", "b00", "b01"]])
    other = model([["a00", "a01", "b02"], ["a02", "a00", "c00"]])
    table = topic_similarity(one, other, top=3)
    assert table == pytest.approx(np.array([[2 / 4, 2 / 4], [1 / 5, 0]]))
    assert match_topics(one, other, top=3).pairs["partner"].tolist() == ["2", "1"]


def test_models_with_different_numbers_of_topics_name_the_unmatched():
    small, large = model([WORDS[2], WORDS[0]]), model(WORDS, names=["first", "second", "third"])
    assert match_topics(small, large).unmatched_partners == ("second",)
    assert match_topics(large, small).unmatched == ("second",)


def test_different_vocabularies_are_compared_over_their_union():
    one = model([["red", "voz"]], terms=["red", "voz"])
    other = model([["vino", "voz"]], terms=["vino", "voz"])
    assert topic_similarity(one, other, top=2).tolist() == [[pytest.approx(1 / 3)]]
    assert topic_similarity(one, one, measure="jensen-shannon").tolist() == [[1]]


@pytest.mark.parametrize("measure", ["jaccard", "rbo", "jensen-shannon"])
def test_likeness_is_one_for_the_same_and_zero_for_nothing_shared(measure):
    one, other = model([["a"]], terms=["a"]), model([["b"]], terms=["b"])
    assert topic_similarity(one, one, measure=measure)[0, 0] == pytest.approx(1)
    assert topic_similarity(one, other, measure=measure)[0, 0] == pytest.approx(0)


def test_rank_biased_overlap_follows_its_equation():
    # agreement at depths 1, 2, 3 is 0, 1, 2/3; p = .9: .1/.9 * (0 + .81 + 2/3 * .729) + 2/3 * .729
    one, other = model([["a00", "a01", "a02"]]), model([["a01", "a00", "b00"]])
    expected = 0.1 / 0.9 * (0.81 + 2 / 3 * 0.729) + 2 / 3 * 0.729
    assert topic_similarity(one, other, measure="rbo", top=3)[0, 0] == pytest.approx(expected)


def test_jensen_shannon_has_its_textbook_value():
    # p = (1, 0), q = (.5, .5): divergence = 1/2 log2(4/3) + 1/2 (1/2 log2(2/3) + 1/2 log2 2) = .3113
    one, other = model([["a"]], terms=["a", "b"]), model([["a"]], terms=["a", "b"])
    one, other = replace(one, topic_term=np.array([[1.0, 0]])), replace(other, topic_term=np.array([[0.5, 0.5]]))
    divergence = 0.5 * np.log2(4 / 3) + 0.5 * (0.5 * np.log2(2 / 3) + 0.5)
    assert topic_similarity(one, other, measure="jensen-shannon")[0, 0] == pytest.approx(1 - np.sqrt(divergence))


def test_ties_of_top_terms_go_by_name():
    tied = replace(model([["a00"]]), topic_term=np.full((1, len(VOCABULARY)), 1 / len(VOCABULARY)))
    assert topic_similarity(tied, model([VOCABULARY[:10]]), top=10)[0, 0] == 1


@pytest.mark.parametrize(
    ("more", "said"), [({"measure": "jacard"}, "did you mean 'jaccard'"), ({"top": 0}, "top is 0, allowed is 1")]
)
def test_matching_refuses_what_it_does_not_know(more, said):
    with pytest.raises(InputError, match=said):
        match_topics(model(WORDS), model(WORDS), **more)


def test_topics_that_are_no_numbers_are_refused():
    broken = replace(model(WORDS), topic_term=np.full((3, len(VOCABULARY)), np.nan))
    with pytest.raises(InputError, match="NaN"):
        match_topics(model(WORDS), broken)
    with pytest.raises(InputError, match="NaN"):
        consensus(runs_of(model(WORDS), broken), drawn_documents())


def test_sets_are_scored_against_their_partners():
    topics = [frozenset("abc"), frozenset("def")]
    assert stability(topics, [topics[::-1], [frozenset("abx"), frozenset("yz")]]).tolist() == [0.75, 0.5]
    assert np.isnan(stability(topics, [])).all()


# runs


def test_runs_are_the_same_for_any_number_of_workers():
    documents = drawn_documents(count=30)
    posts = [f"post {place // 3}" for place in range(30)]
    alone, pool = (runs_over_samples(documents, posts, 3, 2, workers=workers, iterations=20) for workers in (1, 2))
    for one, other in zip(alone.models, pool.models, strict=True):
        assert (one.topic_term == other.topic_term).all()
        assert (one.document_topic == other.document_topic).all()


def test_runs_differ_in_their_seeds():
    runs = runs_over_seeds(noise(), 3, 3, iterations=20)
    assert len({run.settings["seed"] for run in runs.models}) == 3
    assert not (runs.models[0].topic_term == runs.models[1].topic_term).all()


def test_samples_draw_whole_posts():
    documents = drawn_documents(count=30)
    posts = np.repeat([f"post {number}" for number in range(10)], 3)
    runs = runs_over_samples(documents, posts, 3, 4, iterations=10)
    for drawn, fitted in zip(runs.drawn, runs.models, strict=True):
        assert len(drawn) == len(fitted.document_topic) == 30
        counts = np.bincount(drawn, minlength=30).reshape(10, 3)
        assert (counts == counts[:, :1]).all()
        assert (fitted.lengths == documents.lengths[drawn]).all()
    assert any(set(drawn) != set(range(30)) for drawn in runs.drawn)


def test_a_sample_without_enough_documents_is_drawn_again_or_refused():
    documents = document_terms([["a00"], [], [], [], ["b00"]], VOCABULARY)
    runs = runs_over_samples(documents, list("vwxyz"), 2, 5, iterations=5)
    assert all((documents.lengths[drawn] > 0).sum() >= 2 for drawn in runs.drawn)
    with pytest.raises(InputError, match="fewer than 9 documents with terms"):
        runs_over_samples(documents, list("vwxyz"), 9, 1)


@pytest.mark.parametrize(
    ("groups", "runs", "said"),
    [
        (["x"] * 30, 2, "1 post cannot be sampled"),
        (["x", "y"], 2, "2 groups for 30 documents"),
        (["x"] * 30, 0, "got 0"),
    ],
)
def test_what_cannot_be_sampled_is_refused(groups, runs, said):
    with pytest.raises(InputError, match=said):
        runs_over_samples(drawn_documents(count=30), groups, 3, runs)


# scores


def test_known_topics_come_back_and_noise_does_not():
    told = {}
    for name, documents in (("known", drawn_documents(length=20)), ("noise", noise(length=20))):
        runs = runs_over_seeds(documents, 3, 8, iterations=100)
        told[name] = stability_scores(runs.models[medoid(runs)], runs)
    assert told["known"]["returns"].tolist() == [1, 1, 1]
    assert not told["known"]["unstable"].any()
    assert told["known"]["low"].min() > told["known"]["chance"].max()
    assert told["noise"]["unstable"].all()
    assert told["noise"]["jaccard"].max() < told["known"]["jaccard"].min()


def test_over_samples_known_topics_come_back_and_documents_stay_together():
    posts = [f"post {place // 3}" for place in range(90)]
    told, agreed = {}, {}
    for name, documents in (("known", drawn_documents(length=20)), ("noise", noise(length=20))):
        runs = runs_over_samples(documents, posts, 3, 5, iterations=100)
        told[name] = stability_scores(runs_over_seeds(documents, 3, 1, iterations=100).models[0], runs)
        agreed[name] = assignment_agreement(runs).iloc[0]
    assert set(told["known"]["over"]) == {"samples"}
    assert set(told["known"]["runs"]) == {5}
    assert not told["known"]["unstable"].any()
    assert told["noise"]["unstable"].all()
    # not 1: a run may merge two of the topics
    assert agreed["known"]["low"] > 0.4
    assert agreed["noise"]["high"] < 0.1


def test_scores_are_the_mean_over_the_other_runs():
    reference = model([WORDS[0][:10], WORDS[1][:10]])
    half = model([WORDS[1][:10], WORDS[0][:5] + WORDS[2][:5]])
    found = stability_scores(reference, runs_of(reference, half, model([WORDS[0][:10], WORDS[1][:10]])))
    assert set(found["runs"]) == {2}
    assert found["jaccard"].tolist() == pytest.approx([(1 / 3 + 1) / 2, 1])
    assert (found["low"] <= found["jaccard"]).all()
    assert (found["jaccard"] <= found["high"]).all()


def apart(k, top=10, size=200):
    """Lists of terms that share none, and the vocabulary they come from."""
    terms = [f"t{number:03}" for number in range(size)]
    return [terms[place * (size // k) :][:top] for place in range(k)], terms


@pytest.mark.parametrize(("kept", "returns", "unstable"), [(5, 1, False), (4, 0, True)])
def test_half_of_the_terms_is_enough_to_come_back_and_less_is_not(kept, returns, unstable):
    rows, terms = apart(10)
    spare = terms[10 : 10 + 10 - kept]
    found = stability_scores(model(rows, terms=terms), runs_of(model([rows[0][:kept] + spare, *rows[1:]], terms=terms)))
    assert found["jaccard"][0] == pytest.approx(kept / (20 - kept))
    assert found.loc[0, ["returns", "unstable"]].tolist() == [returns, unstable]


def test_two_topics_agree_by_chance_more_than_twenty():
    chance = []
    for k in (2, 20):
        rows, terms = apart(k, top=200 // k)
        chance.append(stability_scores(model(rows, terms=terms), runs_of(model(rows, terms=terms)))["chance"].mean())
    assert 0 < chance[1] < chance[0] < 1


def test_chance_reaches_all_where_every_topic_is_the_same():
    same = model([WORDS[0], WORDS[0]])
    found = stability_scores(same, runs_of(model([WORDS[0], WORDS[0]])))
    assert found["chance"].tolist() == [1, 1]
    assert found["unstable"].all()


def test_agreement_is_one_whatever_the_topics_are_called():
    shares = np.eye(3)[[0, 1, 2, 0, 1, 2]]
    one, other = model(WORDS, shares=shares), model(WORDS, shares=shares[:, [2, 0, 1]])
    assert assignment_agreement(runs_of(one, other)).iloc[0].tolist() == ["seeds", 2, 1, 1, 1, 1]


def test_agreement_leaves_empty_documents_out_and_has_its_known_value():
    # Hubert & Arabie's index of (0 0 1 1) with (0 0 1 2) is .571: 1 pair of both, 2 and 1 of either, 6 in all
    one = model(WORDS, shares=np.vstack([np.eye(3)[[0, 0, 1, 1]], [[0, 0, 0]]]))
    other = model(WORDS, shares=np.vstack([np.eye(3)[[0, 0, 1, 2]], [[0, 0, 0]]]))
    assert assignment_agreement(runs_of(one, other))["rand"][0] == pytest.approx((1 - 2 / 6) / (1.5 - 2 / 6))


def test_runs_without_a_common_document_have_no_agreement():
    runs = Runs((model(WORDS), model(WORDS)), "samples", (np.array([0]), np.array([1])))
    assert assignment_agreement(runs)[["rand", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("top", [0, -3])
def test_no_terms_are_compared_by_no_measure_of_stability(top):
    runs = runs_of(*[model(WORDS)] * 4)
    calls = [lambda: stability_scores(model(WORDS), runs, top=top), lambda: medoid(runs, top=top)]
    calls += [lambda: consensus_scores(runs, drawn_documents(), runs.models[0], splits=1, top=top)]
    for call in calls:
        with pytest.raises(InputError, match=f"top is {top}, allowed is 1 or more"):
            call()


def test_topics_without_a_term_are_no_distributions():
    empty = replace(model(WORDS), topic_term=np.zeros((3, len(VOCABULARY))))
    for measure in ("jaccard", "rbo", "jensen-shannon"):
        with pytest.raises(InputError, match="no distributions"):
            match_topics(empty, empty, measure=measure)


def test_an_agreement_of_no_confidence_is_refused():
    with pytest.raises(InputError, match="confidence is 95, allowed is between 0 and 1"):
        assignment_agreement(runs_of(model(WORDS), model(WORDS)), confidence=95)


def test_scores_need_something_to_compare_with():
    alone = model(WORDS)
    with pytest.raises(InputError, match="no other run"):
        stability_scores(alone, runs_of(alone))
    with pytest.raises(InputError, match="got 1 run"):
        assignment_agreement(runs_of(alone))
    with pytest.raises(InputError, match="two halves need 4"):
        consensus_scores(runs_of(alone, alone), drawn_documents())
    with pytest.raises(InputError, match="different vocabularies"):
        stability_scores(alone, runs_of(model([["x"]], terms=["x"])))


# consensus


def test_a_consensus_puts_shuffled_runs_together_exactly():
    documents = drawn_documents(count=3)
    base = model(WORDS, shares=np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]))
    shuffled = [base.reordered(np.array(order)) for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0))]
    agreed = consensus(runs_of(*shuffled), documents)
    order = [int(np.argmax(base.topic_term @ row)) for row in agreed.topic_term]
    assert sorted(order) == [0, 1, 2]
    assert agreed.topic_term == pytest.approx(base.topic_term[order])
    assert agreed.document_topic == pytest.approx(base.document_topic[:, order])
    assert agreed.settings["support"] == [1, 1, 1]
    assert agreed.engine == "consensus"
    assert (np.diff(agreed.sizes) <= 0).all()


def test_what_one_run_alone_has_is_marked_and_dropped_on_request():
    documents = drawn_documents(count=1)
    spare = [WORDS[2][:10], WORDS[0][5:] + WORDS[1][5:9], WORDS[1][10:] + WORDS[2][10:]]
    runs = runs_of(*(model([WORDS[0][:10], WORDS[1][:10], third]) for third in spare))
    agreed = consensus(runs, documents)
    assert sorted(agreed.settings["support"])[1:] == [1, 1]
    assert sorted(agreed.settings["support"])[0] < 0.7
    fewer = consensus(runs, documents, fewest=0.7)
    assert fewer.k == 2
    assert fewer.document_topic.sum(1) == pytest.approx(1)
    assert fewer.settings["asked"] == 3


def test_a_consensus_of_runs_that_share_nothing_is_refused_when_support_is_asked_for():
    random = np.random.default_rng(4)
    odd = runs_of(*(model([random.permutation(VOCABULARY)[:10]] * 2) for _ in range(6)))
    with pytest.raises(InputError, match="no group is supported by 100% of the 6 runs"):
        consensus(odd, drawn_documents(count=1), fewest=1.0)


def test_a_consensus_of_more_runs_comes_nearer_to_the_truth_than_its_runs():
    documents = drawn_documents(count=60, length=4)
    runs = runs_over_seeds(documents, 3, 16, iterations=60)
    truth = model(WORDS)
    truth = replace(truth, topic_term=(truth.topic_term > 1e-5) / 15)

    def nearness(one):
        return match_topics(truth, one, measure="jensen-shannon").pairs["similarity"].mean()

    assert nearness(consensus(runs, documents)) > np.mean([nearness(one) for one in runs.models])


def test_halves_of_runs_that_agree_give_the_same_consensus():
    base = model(WORDS)
    shuffled = [base.reordered(np.array(order)) for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0), (1, 0, 2))]
    found = consensus_scores(runs_of(*shuffled), drawn_documents(count=1), splits=3)
    assert found["jaccard"].tolist() == [1, 1, 1]
    assert set(found["runs"]) == {2}


def test_a_consensus_finds_the_known_topics_and_infers_them():
    documents = drawn_documents(length=6)
    agreed = consensus(runs_over_seeds(documents, 3, 6, iterations=100), documents)
    tops = [{agreed.terms[term][0] for term in np.argsort(-row)[:10]} for row in agreed.topic_term]
    assert sorted(map(sorted, tops)) == [["a"], ["b"], ["c"]]
    assert agreed.topic_term.sum(1) == pytest.approx(1)
    assert agreed.document_topic.sum(1) == pytest.approx(1)
    new = drawn_documents(seed=9, count=3)
    assert len(set(agreed.infer(new).argmax(1))) == 3


def test_a_consensus_over_samples_speaks_of_all_documents():
    documents = drawn_documents(count=30)
    runs = runs_over_samples(documents, [f"post {place // 2}" for place in range(30)], 3, 4, iterations=50)
    agreed = consensus(runs, documents)
    assert agreed.document_topic == pytest.approx(agreed.infer(documents))
    assert agreed.settings["over"] == "samples"


@pytest.mark.parametrize("engine", ["nmf", "hdp"])
def test_runs_of_every_engine_can_be_put_together(engine):
    documents = drawn_documents(count=30)
    runs = runs_over_seeds(documents, 4, 3, engine=engine, iterations=5)
    agreed = consensus(runs, documents)
    assert agreed.topic_term.sum(1) == pytest.approx(1)
    assert agreed.infer(documents).sum(1) == pytest.approx(1)
    assert agreed.settings["engine"] == engine


def test_a_consensus_is_saved_and_loaded(tmp_path):
    documents = drawn_documents(count=30)
    agreed = consensus(runs_over_seeds(documents, 3, 3, iterations=20), documents)
    save_model(agreed, tmp_path / "agreed.topics")
    back = load_model(tmp_path / "agreed.topics")
    assert back.settings == agreed.settings
    assert (back.infer(documents) == agreed.infer(documents)).all()


@pytest.mark.parametrize(
    ("more", "said"),
    [({"fewest": 2}, "fewest is 2, allowed is 0 to 1"), ({"k": 5}, "no run has 5 topics .they have 3")],
)
def test_a_consensus_that_cannot_be_is_refused(more, said):
    documents = drawn_documents(count=1)
    with pytest.raises(InputError, match=said):
        consensus(runs_of(model(WORDS), model(WORDS)), documents, **more)


def test_a_consensus_needs_the_documents_of_the_runs():
    with pytest.raises(InputError, match="the runs have 1 documents and 90 are given; give those of the runs"):
        consensus(runs_of(model(WORDS), model(WORDS)), drawn_documents())


def test_a_consensus_needs_runs_over_one_vocabulary():
    documents = drawn_documents(count=1)
    with pytest.raises(InputError, match="got 1 run, allowed is 2"):
        consensus(runs_of(model(WORDS)), documents)
    with pytest.raises(InputError, match="different vocabularies"):
        consensus(runs_of(model(WORDS), model([["x"]], terms=["x"])), documents)
    with pytest.raises(InputError, match="different vocabularies"):
        consensus(runs_of(*[model([["x"]], terms=["x"])] * 2), documents)


def test_the_medoid_is_the_run_most_like_the_others():
    usual, odd = model(WORDS), model([WORDS[0][:5] + WORDS[1][:5], WORDS[1][5:], WORDS[2]])
    near = model([WORDS[0], WORDS[1], [*WORDS[2][:9], "a14"]])
    assert medoid(runs_of(odd, near, usual, near)) == 1
