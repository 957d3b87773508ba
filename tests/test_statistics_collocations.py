"""Collocations: counted against plain loops and other programs, choices, codes, and the network of the strongest."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.statistics import TokenIndex, count_codes, count_themes, count_words
from toolkit.statistics.association import measures, pairs
from toolkit.statistics.association.collocations import SORTS, collocations

STOPS = ("de", "la", "di")
ALL = {"only": "words", "minimum": 1, "minimum_pair": 1}


def token_table(*docs, lang="es"):
    """Tokens of documents, each a list of sentences such as "red social ."; a word of STOPS is a function word.

    A sentence that begins with "it:" is Italian.
    """
    rows = []
    for number, sentences in enumerate(docs):
        start = 0
        for place, sentence in enumerate(sentences):
            here, words = ("it", sentence[3:]) if sentence.startswith("it:") else (lang, sentence)
            for word in words.split():
                stop = word in STOPS
                rows.append(
                    (f"d{number}", f"d{number}:{place}", start, start + len(word), word, word, None, stop, here)
                )
                start += len(word) + 1
    columns = ["doc_id", "passage_id", "start", "end", "text", "lemma", "pos", "is_stop", "lang"]
    return pd.DataFrame(rows, columns=columns).astype({"start": int, "end": int, "is_stop": bool})


def posts_table(count, **metadata):
    docs = [f"d{number}" for number in range(count)]
    return pd.DataFrame(
        {"doc_id": docs, "lang": "es", "text": "x" * 200, "title": None, "author": None, "date": None, "url": None}
        | {"source": "s", "sha256": "0"}
        | metadata
    )


def by_loops(docs, left, right, within, only):
    """O11, frequencies, margins and documents of ordered pairs by the definition, word by word."""
    n, freq, node_pairs, other_pairs, seen, total = Counter(), Counter(), Counter(), Counter(), {}, 0
    for number, sentences in enumerate(docs):
        lines = [sentence.split() for sentence in sentences]
        lines = lines if within == "passage" else [[word for line in lines for word in line]]
        for line in lines:
            line = [word for word in line if word.isalnum()]
            counts = [only == "words" or word not in STOPS for word in line]
            for i, u in enumerate(line):
                freq[u] += counts[i]
                for j in range(max(0, i - left), min(len(line), i + right + 1)):
                    if i == j:
                        continue
                    total += 1
                    node_pairs[u] += counts[i]
                    other_pairs[line[j]] += counts[j]
                    if counts[i] and counts[j]:
                        n[u, line[j]] += 1
                        seen.setdefault((u, line[j]), set()).add(number)
    return {
        pair: (count, freq[pair[0]], freq[pair[1]], len(seen[pair]), node_pairs[pair[0]], other_pairs[pair[1]], total)
        for pair, count in n.items()
    }


def counts_of(table):
    columns = ["n", "n_node", "n_collocate", "documents", "pairs_node", "pairs_collocate", "pairs"]
    keys = zip(table["node"], table["collocate"], strict=True)
    return dict(zip(keys, table[columns].itertuples(index=False, name=None), strict=True))


words = st.sampled_from(["aaa", "bbb", "ccc", "ddd", "de", "."])
corpora = st.lists(st.lists(st.lists(words, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=4), max_size=4)
sides = st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(any)


@given(corpora, sides, st.sampled_from(["passage", "document"]), st.sampled_from(["words", "content"]))
@settings(max_examples=80, deadline=None)
def test_counts_as_by_loops(docs, window, within, only):
    expected = by_loops(docs, *window, within, only)
    tokens = token_table(*docs)
    choice = {"window": window, "within": within, "only": only, "minimum": 1, "minimum_pair": 1}
    found = counts_of(collocations(tokens, **choice))
    if window[0] == window[1]:
        expected_once = {pair: counts for pair, counts in expected.items() if pair[0] <= pair[1]}
        assert found == expected_once
    else:
        assert found == expected
    if any(pair[0] == "aaa" for pair in expected):
        nodes = counts_of(collocations(tokens, node="aaa", **choice))
        assert nodes == {pair: counts for pair, counts in expected.items() if pair[0] == "aaa"}


@given(corpora, st.sampled_from(["words", "content"]))
@settings(max_examples=50, deadline=None)
def test_counts_by_passage_as_by_loops(docs, only):
    passages = [
        (number, {word for word in sentence.split() if word.isalnum()})
        for number, sentences in enumerate(docs)
        for sentence in sentences
    ]
    passages = [(number, one) for number, one in passages if one]
    kept = [(number, one - set(STOPS) if only == "content" else one) for number, one in passages]
    frequency = Counter(word for _, one in kept for word in one)
    expected = {}
    for u in frequency:
        for v in frequency:
            both = [number for number, one in kept if u in one and v in one]
            if u < v and both:
                f = (frequency[u], frequency[v])
                expected[u, v] = (len(both), *f, len(set(both)), *f, len(passages))
    table = collocations(token_table(*docs), window="passage", only=only, minimum=1, minimum_pair=1)
    assert counts_of(table) == expected


@given(corpora, sides)
@settings(max_examples=25, deadline=None)
def test_blocks_give_what_one_block_gives(docs, window):
    tokens = token_table(*docs)
    whole = collocations(tokens, window=window, **ALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BLOCK", 3)
        pd.testing.assert_frame_equal(collocations(tokens, window=window, **ALL), whole)


def many_words(count=6000, seed=3):
    random = np.random.default_rng(seed)
    ranks = random.zipf(1.3, size=count)
    return [f"w{chr(97 + rank % 26)}{rank}" for rank in np.minimum(ranks, 3000)]


def test_counts_and_measures_as_nltk():
    collocation = pytest.importorskip("nltk.collocations")
    text = many_words()
    finder = collocation.BigramCollocationFinder.from_words(text, window_size=6)
    tokens = token_table([" ".join(text)])
    table = collocations(tokens, window=(0, 5), **ALL)
    assert {pair: counts[0] for pair, counts in counts_of(table).items()} == dict(finder.ngram_fd)
    finder = collocation.BigramCollocationFinder.from_words(text)
    table = collocations(tokens, window=(0, 1), **ALL)
    scores = dict(finder.score_ngrams(collocation.BigramAssocMeasures.likelihood_ratio))
    own = measures.log_likelihood(table["n"], table["n_node"], table["n_collocate"], len(text))
    assert own == pytest.approx([scores[pair] for pair in counts_of(table)], rel=1e-6, abs=1e-6)
    # nltk takes the frequencies of words for margins: the last word has no right neighbour, the first no left one
    assert (table["pairs_node"] == table["n_node"] - (table["node"] == text[-1])).all()
    assert (table["pairs_collocate"] == table["n_collocate"] - (table["collocate"] == text[0])).all()
    assert set(table["pairs"]) == {len(text) - 1}


def test_counts_as_anyts_and_its_log_dice_divided_by_the_window():
    other = pytest.importorskip("anyts.corpus").collocations(many_words(), window=5, min_freq=2)
    table = collocations(token_table([" ".join(many_words())]), window=(0, 5), **ALL | {"minimum_pair": 2})
    assert {pair: counts[0] for pair, counts in counts_of(table).items()} == {
        (one.left, one.right): one.freq_pair for one in other
    }
    scores = {(one.left, one.right): one.score for one in other}
    for pair, value in zip(counts_of(table), table["log_dice"], strict=True):
        assert value == pytest.approx(scores[pair] + np.log2(5))


TEXT = token_table(
    ["red social de amigos .", "la red social crece .", "social red"], ["red social , red social .", "amigos de la red"]
)


def test_by_hand():
    table = collocations(TEXT, window=(0, 1), only="words", minimum=1, minimum_pair=2)
    assert list(counts_of(table)) == [("red", "social"), ("la", "red"), ("social", "red")]
    assert table["n"].tolist() == [4, 2, 2]
    row = table.iloc[0]
    # right neighbours in the sentences: 3 + 3 + 1 + 3 + 3; red has one 4 times of 6, social is one 4 times of 5
    assert (row["pairs"], row["pairs_node"], row["pairs_collocate"]) == (13, 4, 4)
    assert (row["n_node"], row["n_collocate"], row["documents"]) == (6, 5, 2)
    assert row["expected"] == pytest.approx(16 / 13)
    assert row["log_dice"] == pytest.approx(14 + np.log2(8 / 11))
    assert row["delta_p_collocate"] == row["delta_p_node"] == 1.0


def test_measures_follow_from_the_counts_of_the_table():
    table = collocations(token_table([" ".join(many_words(4000))]), only="words")
    four = [table[name] for name in ("n", "pairs_node", "pairs_collocate", "pairs")]
    for name in ("mi", "mi3", "t_score", "log_likelihood"):
        assert table[name].to_numpy() == pytest.approx(getattr(measures, name)(*four))
    assert table["delta_p_node"].to_numpy() == pytest.approx(measures.delta_p(four[0], four[2], four[1], four[3]))


def test_content_pairs_keep_their_distance():
    """A function word fills a place though no pair has it."""
    tokens = token_table(["amigos de la red"])
    choice = {"minimum": 1, "minimum_pair": 1}
    assert collocations(tokens, window=2, **choice).empty
    assert len(collocations(tokens, window=3, **choice)) == 1


def test_windows_do_not_cross_sentences_documents_or_languages():
    near = {"window": (0, 1), **ALL}
    tokens = token_table(["uno dos", "tres"], ["cuatro", "it:quattro", "cinco"])
    assert list(counts_of(collocations(tokens, **near))) == [("uno", "dos")]
    across = collocations(tokens, within="document", **near)
    assert set(counts_of(across)) == {("uno", "dos"), ("dos", "tres")}


def test_each_language_by_itself():
    tokens = token_table(["red social", "it:rete sociale", "it:rete sociale"])
    table = collocations(tokens, **ALL)
    assert table[["lang", "node", "n", "pairs"]].to_numpy().tolist() == [["es", "red", 1, 2], ["it", "rete", 2, 4]]
    pd.testing.assert_frame_equal(collocations(tokens, lang="es", **ALL), table[table["lang"] == "es"])
    assert set(collocations(tokens, node="rete", **ALL)["lang"]) == {"it"}


def test_rows_in_any_order_give_the_same():
    mixed = TEXT.sample(frac=1, random_state=1)
    posts = posts_table(2)
    pd.testing.assert_frame_equal(collocations(mixed, posts=posts, **ALL), collocations(TEXT, **ALL))


@pytest.mark.parametrize("sort", SORTS)
def test_order(sort):
    table = collocations(TEXT, sort=sort, **ALL)
    keys = list(zip(-table[sort].round(9), -table["n"], table["node"], table["collocate"], strict=True))
    assert keys == sorted(keys)
    nodes = collocations(TEXT, node=["social", "red"], sort=sort, **ALL)
    keys = list(zip(nodes["node"], -nodes[sort].round(9), -nodes["n"], nodes["collocate"], strict=True))
    assert keys == sorted(keys)
    assert set(nodes["node"]) == {"red", "social"}


@pytest.mark.parametrize("window", [(3, 3), "passage"])
def test_what_has_a_direction_is_sorted_in_both(window):
    """ "clic" always comes with "dar", "dar" mostly without: the strong direction is not that of the alphabet."""
    tokens = token_table(["dar clic ."] * 3 + [f"dar w{number} ." for number in range(9)] + ["otra vez ."])
    once = collocations(tokens, window=window, **ALL)
    assert ("clic", "dar") in counts_of(once) and ("dar", "clic") not in counts_of(once)
    for sort, other in (("delta_p_collocate", "delta_p_node"), ("delta_p_node", "delta_p_collocate")):
        table = collocations(tokens, window=window, sort=sort, **ALL).set_index(["node", "collocate"])
        assert len(table) == 2 * len(once)
        one, turned = table.loc[("clic", "dar")], table.loc[("dar", "clic")]
        assert one[sort] == turned[other] and one[sort] != turned[sort]
        kept = ["n", "documents", "expected", "log_dice", "log_likelihood"]
        assert one[kept].tolist() == turned[kept].tolist()


@pytest.mark.parametrize("sort", ["npmi", "z_score", "chi_square", "minimum_sensitivity"])
def test_a_further_measure_is_a_column_where_the_table_is_sorted_by_it(sort):
    plain, table = collocations(TEXT, **ALL), collocations(TEXT, sort=sort, **ALL)
    assert table.columns.tolist() == [*plain.columns, sort]
    four = [table[name] for name in ("n", "pairs_node", "pairs_collocate", "pairs")]
    assert table[sort].to_numpy() == pytest.approx(getattr(measures, sort)(*four))
    assert collocations(TEXT, sort=sort, minimum=1000).columns.tolist() == table.columns.tolist()


def test_minimum_counts():
    table = collocations(TEXT, **ALL | {"minimum": 5, "minimum_pair": 3})
    assert ("red", "social") in counts_of(table)
    assert (table["n"] >= 3).all()
    assert (table[["n_node", "n_collocate"]] >= 5).all(axis=None)
    # a node may be as rare as it is
    assert set(collocations(TEXT, node="crece", **ALL | {"minimum": 5})["collocate"]) == {"red", "social"}


def test_part_of_a_corpus():
    posts = posts_table(2, country=["MX", "ES"])
    here = collocations(TEXT, posts=posts, where={"country": "ES"}, **ALL)
    alone = collocations(TEXT[TEXT["doc_id"] == "d1"], **ALL)
    pd.testing.assert_frame_equal(here, alone)
    span = pd.DataFrame({"doc_id": ["d0"], "start": [0], "end": [10]})
    assert list(counts_of(collocations(TEXT, where=span, **ALL))) == [("red", "social")]


def test_what_is_left_out_parts_its_neighbours():
    tokens = token_table(["uno dos tres"])
    ends = tokens.iloc[[0, 2]][["doc_id", "start", "end"]]
    assert collocations(tokens, where=ends, **ALL).empty


@pytest.mark.parametrize(
    ("text", "written"), [("red", "Red"), ("l’", "l’"), ("l’", "L'"), ("informacio\u0301n", "Informacio\u0301n")]
)
@pytest.mark.parametrize("unit", ["form", "lemma"])
def test_a_node_is_found_as_the_text_writes_it(text, written, unit):
    tokens = token_table([f"{text} uno dos", "otra"])
    assert len(collocations(tokens, node=written, unit=unit, **ALL)) == 2


def passages_and_codes():
    passages = pd.DataFrame(
        [("d0", "p0", 0, 9), ("d0", "p1", 10, 19), ("d0", "p2", 20, 29), ("d1", "p3", 0, 9), ("d1", "p4", 10, 19)],
        columns=["doc_id", "passage_id", "start", "end"],
    ).assign(unit="sentence", lang=["es", "es", "es", "it", "it"], furniture=False)
    codes = [("d0", 0, 9, "a"), ("d0", 0, 9, "b"), ("d0", 10, 19, "a"), ("d1", 0, 9, "b"), ("d1", 0, 9, "a")]
    rows = [
        (*code[:3], "x" * 9, "book", "1", code[3], None, "one", "human", None, None, "2020-01-01T00:00:00Z", None)
        for code in codes
    ]
    columns = ["doc_id", "start", "end", "quote", "codebook", "codebook_version", "code", "stance", "coder", "kind"]
    return passages, pd.DataFrame(rows, columns=[*columns, "score", "evidence", "created", "note"])


def test_codes_of_passages():
    passages, annotations = passages_and_codes()
    counted = count_codes(annotations, passages)
    (row,) = collocations(counted, window="passage", minimum=1, minimum_pair=1).to_dict("records")
    assert (row["lang"], row["node"], row["collocate"], row["n"], row["n_node"], row["n_collocate"]) == (
        ("all", "a", "b", 2, 3, 2)
    )
    assert (row["pairs"], row["expected"], row["documents"]) == (5, 6 / 5, 2)
    assert row["mi"] == pytest.approx(np.log2(2 / 1.2))
    (row,) = collocations(counted, node="b", window="passage", minimum=1, minimum_pair=1, where={"lang": "it"}).to_dict(
        "records"
    )
    assert (row["node"], row["collocate"], row["n"], row["pairs"]) == ("b", "a", 1, 2)


def test_themes_count_where_their_share_is_above_nought():
    passages, _ = passages_and_codes()
    shares = pd.DataFrame(
        [(doc, passage, topic, share) for doc, passage in zip(passages["doc_id"], passages["passage_id"], strict=True)
         for topic, share in (("t0", 0.7), ("t1", 0.3))],
        columns=["doc_id", "passage_id", "topic", "share"],
    )  # fmt: skip
    with pytest.raises(InputError, match=r"collocations: every passage .* set the small ones to 0"):
        collocations(count_themes(shares, passages), window="passage")
    shares.loc[shares["passage_id"].isin(["p0", "p1"]) & (shares["topic"] == "t1"), "share"] = 0.0
    (row,) = collocations(count_themes(shares, passages), window="passage", minimum=1).to_dict("records")
    assert (row["n"], row["n_node"], row["n_collocate"], row["pairs"]) == (3, 5, 3, 5)


@pytest.mark.parametrize(
    "tokens", [token_table(), token_table(["red"]), token_table(["."]), token_table(["de la"])], ids=list("0123")
)
@pytest.mark.parametrize("window", [(5, 5), (0, 1), "passage"])
def test_nothing_to_pair(tokens, window):
    table = collocations(tokens, window=window, minimum=1, minimum_pair=1)
    assert table.empty


@pytest.mark.parametrize("within", ["passage", "document"])
def test_a_window_may_be_wider_than_any_text(within):
    tokens = token_table(["red social de la red", "gente ."], ["red gente"])
    for wide, endless in ((9, 1 << 30), (9, 1 << 80), ((9, 0), (1 << 31, 0)), ((9, 3), (1 << 70, 3))):
        one, other = (collocations(tokens, window=window, within=within, **ALL) for window in (wide, endless))
        pd.testing.assert_frame_equal(one, other)
    several = collocations(tokens, window=(1 << 40, 1 << 41), within=within, **ALL)
    assert {("gente", "red"), ("red", "gente")} <= set(zip(several["node"], several["collocate"], strict=True))


def test_one_word_over_and_over():
    (row,) = collocations(token_table(["red " * 6]), window=1, **ALL).to_dict("records")
    assert (row["node"], row["collocate"], row["n"], row["pairs"], row["documents"]) == ("red", "red", 10, 10, 1)
    assert (row["mi"], row["log_likelihood"], row["t_score"]) == (0, 0, 0)
    assert np.isnan(row["delta_p_node"])
    # each occurrence meets two others: more than 14
    assert row["log_dice"] > 14
    assert collocations(token_table(["red " * 6]), window="passage", **ALL).empty


WRONG = [
    ({"window": 0}, "expected a number of words"),
    ({"window": (1, 2, 3)}, "expected a number of words"),
    ({"window": -1}, "expected a number of words"),
    ({"window": "sentence"}, "or 'passage'"),
    ({"window": True}, "expected a number of words"),
    ({"window": (True, True)}, "expected a number of words"),
    ({"window": (5, False)}, "expected a number of words"),
    ({"window": (2.0, 2)}, "expected a number of words"),
    ({"window": None}, "expected a number of words"),
    ({"window": {5}}, "expected a number of words"),
    ({"within": "passages"}, "did you mean 'passage'"),
    ({"minimum": 0}, "minimum=0, expected a whole number"),
    ({"minimum_pair": 1.5}, "minimum_pair=1.5, expected a whole number"),
    ({"sort": "logdice"}, "did you mean 'log_dice'"),
    ({"unit": "word"}, "no unit 'word'"),
    ({"only": "all"}, "only='all'"),
    ({"lang": "fr"}, "no words of the language 'fr'"),
    ({"node": "rede"}, "did you mean 'red'"),
    ({"node": "de"}, "Function words and numbers need only='words'"),
    ({"node": 3}, "terms 3, expected one lemma or a list of several"),
    ({"node": []}, "expected one lemma or a list of several"),
    ({"node": {"red"}}, "expected one lemma or a list of several"),
    ({"node": ["red", None]}, "expected one lemma or a list of several"),
    ({"node": "zzz"}, "no lemma 'zzz' occurs; see the list of frequencies"),
    ({"where": {"country": "MX"}}, "need the posts"),
]


@pytest.mark.parametrize(("choice", "words"), WRONG, ids=lambda value: str(value)[:30])
def test_mistakes_are_said_in_one_sentence(choice, words):
    with pytest.raises(InputError, match=words) as caught:
        collocations(TEXT, **choice)
    assert "\n" not in str(caught.value)


def test_what_was_counted_without_order_is_refused():
    with pytest.raises(InputError, match="have lost their sentences"):
        collocations(count_words(TEXT))
    passages, annotations = passages_and_codes()
    with pytest.raises(InputError, match="give window='passage'"):
        collocations(count_codes(annotations, passages))


def test_an_index_serves_as_well_as_its_table():
    pd.testing.assert_frame_equal(collocations(TokenIndex(TEXT), **ALL), collocations(TEXT, **ALL))
