"""Keyness: what is key between two parts, in which order, why not, and what cannot be asked."""

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.statistics import TokenIndex, count_codes, count_themes, count_words
from toolkit.statistics.comparison.keyness import keyness
from toolkit.statistics.comparison.measures import log_likelihood
from toolkit.tables import empty


def corpus(documents: dict[str, tuple[str, str]]) -> TokenIndex:
    """Documents with the words of each and its country."""
    rows = []
    for doc_id, (_, text) in documents.items():
        start = 0
        for word in text.split():
            rows.append((doc_id, f"{doc_id}:0", start, start + len(word), word, word, False, doc_id[:2]))
            start += len(word) + 1
    names = ["doc_id", "passage_id", "start", "end", "text", "lemma", "is_stop", "lang"]
    posts = pd.DataFrame({"doc_id": list(documents), "text": [text for _, text in documents.values()], "sha256": "0"})
    posts = posts.assign(lang=posts["doc_id"].str[:2], country=[country for country, _ in documents.values()])
    return TokenIndex(pd.DataFrame(rows, columns=names), posts)


def two_countries(mexican: dict[str, list[int]], spanish: dict[str, list[int]], words: int = 40) -> TokenIndex:
    """Documents of ``words`` words; the terms occur as often as listed document by document."""
    documents = {}
    for country, terms in (("MX", mexican), ("ES", spanish)):
        for number in range(len(next(iter(terms.values())))):
            said = [word for word, times in terms.items() for word in [word] * times[number]]
            documents[f"es/{country}{number:02}"] = (country, " ".join([*said, *["otro"] * (words - len(said))]))
    return corpus(documents)


MX, ES = {"country": "MX"}, {"country": "ES"}
BOTH = two_countries(
    {"platicar": [3, 2, 4, 3, 2, 3], "charlar": [0] * 6, "gol": [18, 0, 0, 0, 0, 0], "cosa": [2, 3, 2, 2, 3, 2]},
    {"platicar": [0, 0, 1, 0, 0, 0], "charlar": [2, 2, 3, 2, 2, 2], "gol": [0] * 6, "cosa": [3, 2, 2, 3, 2, 2]},
)


def test_effect_evidence_and_spread_of_a_small_corpus():
    found = keyness(BOTH, MX, ES).set_index("term")
    row = found.loc["platicar"]
    assert row[["n_target", "n_reference", "size_target", "size_reference"]].tolist() == [17, 1, 240, 240]
    assert row[["documents_target", "documents_reference"]].tolist() == [6, 1]
    assert row["per_million_target"] == pytest.approx(17 / 240 * 1e6)
    assert row["log_ratio"] == pytest.approx(np.log2(17))
    assert row["diff_percent"] == pytest.approx(1600)
    assert row["log_likelihood"] == pytest.approx(float(log_likelihood(17, 1, 240, 240)))
    assert row["bic"] == pytest.approx(row["log_likelihood"] - np.log(480))
    assert row["ci_low"] < row["log_ratio"] < row["ci_high"]
    # of two equal halves: |3/17 - 1/6| and so on, halved, over 5/6 (own arithmetic)
    assert row["dp_norm"] == pytest.approx(np.abs(np.array([3, 2, 4, 3, 2, 3]) / 17 - 1 / 6).sum() / 2 / (5 / 6))
    assert found[["target", "reference"]].iloc[0].tolist() == ["country MX", "country ES"]


def test_key_terms_come_first_and_the_note_says_why_others_are_not():
    found = keyness(BOTH, MX, ES)
    # charlar is the greater difference, but how great is less sure: nobody in Mexico was seen to say it
    assert found["term"].tolist()[:2] == ["platicar", "charlar"]
    assert found["key"].tolist() == [True, True, *[False] * (len(found) - 2)]
    assert found["note"].isna().tolist() == found["key"].tolist()
    notes = found.set_index("term")["note"]
    assert notes["gol"] == "in 1 document; interval includes 0"
    assert notes["cosa"] == "q not below 0.05; interval includes 0"


def test_a_term_of_one_document_is_evidence_for_log_likelihood_but_not_for_documents():
    row = keyness(BOTH, MX, ES, minimum_documents=1).set_index("term").loc["gol"]
    assert row["q_value"] < 0.001
    assert row["ci_low"] < 0 < row["log_ratio"]
    assert not row["key"]


def test_the_spread_can_be_asked_for():
    strict = keyness(BOTH, MX, ES, most_dp=0.1).set_index("term")
    assert strict.loc["charlar", "key"]
    assert strict.loc["platicar", "note"] == "dp_norm above 0.1"


def test_exchanging_target_and_reference_turns_the_signs():
    one, other = (keyness(BOTH, *pair).set_index("term") for pair in ((MX, ES), (ES, MX)))
    np.testing.assert_allclose(one["log_ratio"], -other.loc[one.index, "log_ratio"])
    assert one["key"].equals(other.loc[one.index, "key"])


def test_same_seed_same_table():
    index = BOTH
    first = keyness(index, MX, ES, seed=3)
    pd.testing.assert_frame_equal(first, keyness(index, MX, ES, seed=3))
    assert not first.equals(keyness(index, MX, ES, seed=4))


def test_a_part_too_small_to_tell_has_no_direction_turned():
    """In 90 documents of one country and never in the 4 of the other: 0.5 would say that it is the word of those 4."""
    index = two_countries({"acta": [0] * 4}, {"acta": [1] * 5 + [0] * 85}, words=60)
    for pair, missing in (((MX, ES), "target"), ((ES, MX), "reference")):
        row = keyness(index, *pair).set_index("term").loc["acta"]
        assert row["log_ratio"] == 0
        assert not row["key"]
        assert f"the {missing} is too small to tell" in row["note"]
        # spread and documents are those of the part that has the word
        assert row["dp_norm"] > 0
        assert not row["note"].startswith("in 0 documents")


def test_without_evidence_the_clearest_by_the_usual_list_come_first():
    """What is not key stands by log-likelihood, not by a log ratio that rests on 0.5; that of one document last."""
    index = two_countries(
        {"mucho": [9, 9, 9, 0, 0, 0], "raro": [0, 5, 0, 0, 0, 0], "igual": [1, 2, 1, 2, 1, 2]},
        {"mucho": [1, 0, 0, 0, 2, 0], "raro": [0] * 6, "igual": [2, 1, 2, 1, 2, 1]},
    )
    found = keyness(index, MX, ES)
    assert not found["key"].any()
    assert found["term"].tolist() == ["mucho", "otro", "igual", "raro"]
    assert found["log_likelihood"][:3].is_monotonic_decreasing


def test_the_order_of_the_posts_changes_nothing():
    tokens = pd.DataFrame(
        {
            "doc_id": BOTH.doc_ids[BOTH.doc],
            "passage_id": BOTH.passage_ids[BOTH.passage],
            "start": BOTH.start,
            "end": BOTH.end,
            "is_stop": False,
            "lang": "es",
        }
    ).assign(text=BOTH.vocabulary("form").terms[BOTH.vocabulary("form").codes], lemma=lambda table: table["text"])
    shuffled = BOTH.posts.sample(frac=1, random_state=4)
    assert shuffled["doc_id"].tolist() != BOTH.posts["doc_id"].tolist()
    pd.testing.assert_frame_equal(keyness(BOTH, MX, ES), keyness(tokens, MX, ES, posts=shuffled))


def test_what_was_counted_keeps_its_unit_and_words():
    counted = count_words(BOTH, "form", only="content")
    pd.testing.assert_frame_equal(keyness(counted, MX, ES), keyness(BOTH, MX, ES, unit="form"))


def test_minimum_and_no_repeats():
    rare = two_countries({"uno": [1, 1, 1, 1], "dos": [1, 1, 1, 0]}, {"uno": [1, 0, 0, 0], "dos": [0] * 4})
    assert set(keyness(rare, MX, ES)["term"]) == {"uno", "otro"}
    plain = keyness(BOTH, MX, ES, repeats=0).set_index("term")
    assert plain["ci_low"].isna().all()
    assert plain.loc["platicar", "key"]
    assert plain.loc["gol", "note"] == "in 1 document"


def test_without_a_reference_it_is_the_rest_and_languages_are_apart():
    documents = {f"es/{n}": ("MX" if n < 3 else "ES", "hola hola mundo") for n in range(6)}
    documents |= {f"it/{n}": ("IT", "ciao ciao mondo") for n in range(3)}
    found = keyness(corpus(documents), MX, minimum=1)
    assert set(found["lang"]) == {"es"}
    assert found["size_reference"].tolist() == [9, 9]
    assert found["reference"].tolist() == ["the rest"] * 2
    with pytest.raises(InputError, match="share no language, and words of two languages cannot be compared"):
        keyness(corpus(documents), MX, {"country": "IT"})


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"target": {"country": ["MX", "ES"]}}, "the reference (the rest) has no words"),
        ({"target": MX, "reference": {"country": ["MX", "ES"]}}, "must have none in common"),
        ({"target": pd.DataFrame({"doc_id": ["es/none"], "start": [0], "end": [9]})}, "target (1 spans) has no words"),
        ({"target": MX, "level": 5}, "level=5, allowed is a number from 0 to 1"),
        ({"target": MX, "level": "0.05"}, "level='0.05', allowed is a number"),
        ({"target": MX, "most_dp": "much"}, "most_dp='much', allowed is a number"),
        ({"target": MX, "confidence": "95"}, "the confidence '95', allowed is a number above 0"),
        ({"target": MX, "confidence": True}, "the confidence True, allowed is a number"),
        ({"target": MX, "repeats": 100.0}, "repeats=100.0, expected a whole number from 0"),
        ({"target": MX, "seed": None}, "seed=None, expected a whole number"),
        ({"target": MX, "most_dp": -1}, "most_dp=-1"),
        ({"target": MX, "confidence": 95}, "0.95 for 95 %"),
        ({"target": MX, "repeats": -1}, "repeats=-1, expected a whole number from 0"),
        ({"target": MX, "minimum": 2.5}, "minimum=2.5, expected a whole number from 1"),
        ({"target": MX, "lang": "it"}, "no words of the language 'it'"),
    ],
)
def test_errors_are_one_sentence(asked, message):
    with pytest.raises(InputError) as raised:
        keyness(BOTH, **asked)
    assert message in str(raised.value)


@pytest.mark.filterwarnings("error")
def test_tiny_corpora():
    """One document on either side: no interval; nothing at all: a sentence."""
    one = keyness(corpus({"es/a": ("MX", "pan pan pan"), "es/b": ("ES", "vino vino vino")}), MX, ES, minimum=1)
    assert one[["ci_low", "ci_high", "dp_norm"]].isna().all(axis=None)
    assert one["note"].str.contains("no interval: a part is a single document").all()
    everything = keyness(
        two_countries({"pan": [4, 4]}, {"pan": [4, 4]}, words=4), MX, ES, minimum_documents=1, most_dp=1.0
    )
    assert everything[["log_ratio", "log_likelihood", "ci_low", "ci_high"]].to_numpy().tolist() == [[0] * 4]
    assert keyness(BOTH, MX, ES, minimum=10_000).empty
    with pytest.raises(InputError, match="has no words"):
        keyness(empty("tokens"), pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [1]}))


PASSAGES = pd.DataFrame(
    [
        (f"{lang}/{n}", f"{lang}/{n}:{k}", 10 * k, 10 * k + 9, lang)
        for lang in ("es", "it")
        for n in range(5)
        for k in range(4)
    ],
    columns=["doc_id", "passage_id", "start", "end", "lang"],
).assign(unit="sentence", furniture=False)


def annotations(spans: list[tuple[str, int, str]]) -> pd.DataFrame:
    table = pd.DataFrame(spans, columns=["doc_id", "start", "code"])
    fixed = {"codebook": "c", "codebook_version": "1", "coder": "x", "kind": "human", "created": "2016-01-01T00:00:00Z"}
    return table.assign(end=table["start"] + 9, quote="q", **fixed)


def test_spanish_against_italian_through_codes():
    spans = [(f"es/{n}", 10 * k, "listening") for n in range(5) for k in (0, 1, 2)] + [("it/0", 0, "listening")]
    found = keyness(count_codes(annotations(spans), PASSAGES), {"lang": "es"}, {"lang": "it"})
    row = found.iloc[0]
    assert (row["lang"], row["term"], row["key"]) == ("all", "listening", True)
    assert row[["n_target", "size_target", "n_reference", "size_reference"]].tolist() == [15, 20, 1, 20]
    assert pd.isna(row["per_million_target"])


def test_a_principle_against_the_rest_draws_documents_with_both_their_parts():
    index = corpus({f"es/{n}": ("ES", "oir oir oir nada nada nada nada") for n in range(8)})
    coded = pd.DataFrame({"doc_id": [f"es/{n}" for n in range(8)], "start": 0, "end": 11, "code": "listening"})
    found = keyness(index, coded, minimum=1)
    assert found["target"].tolist() == ["passages coded listening"] * 2
    assert found[["documents_target", "documents_reference"]].to_numpy().tolist() == [[8, 0], [0, 8]]
    # all documents are alike: whole ones drawn change no share
    assert found["key"].all()


def test_themes_have_no_likelihood_but_an_interval():
    told = {"es": {"t1": 0.9, "t2": 0.1}, "it": {"t1": 0.2, "t2": 0.8}}
    passages = zip(PASSAGES["doc_id"], PASSAGES["passage_id"], PASSAGES["lang"], strict=True)
    rows = [(*ids, topic, share) for *ids, lang in passages for topic, share in told[lang].items()]
    shares = pd.DataFrame(rows, columns=["doc_id", "passage_id", "topic", "share"])
    found = keyness(count_themes(shares, PASSAGES), {"lang": "es"}, {"lang": "it"}, minimum=1)
    assert found[["log_likelihood", "p_value", "q_value", "bic"]].isna().all(axis=None)
    assert found["term"].tolist() == ["t2", "t1"]
    assert found["log_ratio"].tolist() == pytest.approx([-3, np.log2(4.5)])
    assert found["ci_low"].tolist() == pytest.approx(found["log_ratio"].tolist())  # no document differs from another
    assert found["key"].all()
