"""The network of the strongest collocations: its pairs, places, groups and files."""

import os
import subprocess
import sys

import pandas as pd
import pytest
from test_statistics_collocations import ALL, TEXT, counts_of, many_words, token_table

from toolkit.errors import InputError
from toolkit.statistics.association.collocations import collocations
from toolkit.statistics.association.network import collocation_network, write_network
from toolkit.storage import read_table


def some_pairs():
    text = many_words(4000)
    sentences = [" ".join(text[start : start + 20]) for start in range(0, 4000, 20)]
    return collocations(token_table(sentences), only="words", minimum_pair=2)


def test_network_holds_the_strongest_pairs():
    table = some_pairs()
    nodes, edges = collocation_network(table, most=25)
    apart = table[table["node"] != table["collocate"]].head(25)
    assert list(zip(edges["first"], edges["second"], strict=True)) == list(counts_of(apart))
    assert edges["weight"].tolist() == apart["log_dice"].tolist()
    assert nodes["term"].tolist() == sorted({*edges["first"], *edges["second"]})
    assert nodes["degree"].sum() == 2 * len(edges)
    assert nodes[["x", "y"]].min().tolist() == [0, 0]
    assert nodes[["x", "y"]].max().tolist() == [1, 1]
    assert not nodes.duplicated(["x", "y"]).any()
    sizes = nodes["group"].value_counts().sort_index()
    assert sizes.index.tolist() == list(range(1, len(sizes) + 1))
    assert sizes.is_monotonic_decreasing
    places = nodes.set_index("term")[["x", "y"]]
    assert (places.loc[edges["second"]].to_numpy() == edges[["x_end", "y_end"]].to_numpy()).all()


def test_groups_are_what_hangs_together():
    docs = [["aaa bbb ccc"]] * 4 + [["xxx yyy zzz"]] * 4 + [["uuu vvv"]] * 4
    nodes, _ = collocation_network(collocations(token_table(*docs), **ALL))
    assert dict(zip(nodes["term"], nodes["group"], strict=True)) == {
        **dict.fromkeys(["aaa", "bbb", "ccc"], 1),
        **dict.fromkeys(["xxx", "yyy", "zzz"], 2),
        **dict.fromkeys(["uuu", "vvv"], 3),
    }


def test_a_pair_in_both_orders_is_one_edge():
    table = collocations(TEXT, window=(0, 1), **ALL)
    assert {("red", "social"), ("social", "red")} <= set(counts_of(table))
    _, edges = collocation_network(table)
    one = edges[(edges["first"] == "red") & (edges["second"] == "social")]
    assert one["n"].tolist() == [4]
    assert not edges.duplicated(["first", "second"]).any()


def test_network_of_one_pair_and_of_equal_weights():
    nodes, edges = collocation_network(collocations(token_table(["uno dos"]), **ALL))
    assert (len(nodes), len(edges), set(nodes["group"])) == (2, 1, {1})
    assert nodes["x"].tolist() == [0.5, 0.5]


def test_network_does_not_hang_on_the_order_of_rows():
    table = some_pairs()
    for one, other in zip(
        collocation_network(table), collocation_network(table.sample(frac=1, random_state=2)), strict=True
    ):
        pd.testing.assert_frame_equal(one, other)


def test_same_network_in_another_process(tmp_path):
    path = tmp_path / "collocations.parquet"
    some_pairs().to_parquet(path)
    code = (
        "import sys, pandas; from toolkit.statistics.association.network import collocation_network as network\n"
        "print([part.to_csv() for part in network(pandas.read_parquet(sys.argv[1]))])"
    )
    # this process has a hash seed of its own
    there = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here = [part.to_csv() for part in collocation_network(pd.read_parquet(path))]
    assert there.strip() == str(here)
    assert len(there) > 1000


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"measure": "logdice"}, "did you mean 'log_dice'"),
        ({"measure": "npmi"}, r"no column 'npmi'; make it with collocations\(..., sort='npmi'\)"),
        ({"most": True}, "most=True, expected a whole number"),
        ({"most": 0}, "most=0, expected a whole number"),
        ({"seed": "x"}, "seed='x', expected a whole number"),
    ],
)
def test_network_mistakes(choice, words):
    with pytest.raises(InputError, match=words):
        collocation_network(some_pairs(), **choice)


def test_network_of_two_languages_is_refused():
    table = collocations(token_table(["red social", "it:rete sociale"]), **ALL)
    with pytest.raises(InputError, match="choose one, as in"):
        collocation_network(table)


def test_network_files(tmp_path):
    import networkx

    hostile = token_table(["<b>x</b> =1+1a", "a\x01b $x_1$"])
    nodes, edges = collocation_network(collocations(hostile, **ALL))
    write_network(nodes, edges, tmp_path / "n.graphml")
    graph = networkx.read_graphml(tmp_path / "n.graphml")
    labels = {data["label"] for _, data in graph.nodes(data=True)}
    assert labels == {"<b>x</b>", "=1+1a", "a\ufffdb", "$x_1$"}
    assert graph.number_of_edges() == len(edges)
    assert {data["n"] for *_, data in graph.edges(data=True)} == set(edges["n"])
    write_network(nodes, edges, tmp_path / "n.csv")
    assert '"\'=1+1a"' in (tmp_path / "n.csv").read_text(encoding="utf-8-sig")
    sheet = read_table(tmp_path / "n.csv")
    assert sheet.columns.tolist() == ["Source", "Target", "Type", "Weight", "n"]
    with pytest.raises(InputError, match=r"must end in \.graphml or \.csv"):
        write_network(nodes, edges, tmp_path / "n.gexf")
    with pytest.raises(InputError, match="which is no node"):
        write_network(nodes.head(0), edges, tmp_path / "n.graphml")


@pytest.mark.parametrize("measure", ["delta_p_collocate", "delta_p_node"])
@pytest.mark.parametrize("sort", ["delta_p_collocate", "log_dice"])
def test_of_delta_p_the_stronger_direction_counts(measure, sort):
    """Whichever of the two words comes first in the alphabet."""
    docs = (
        ["dar clic ."] * 3
        + ["zona de ."] * 3
        + [f"{often} w{number} ." for number in range(9) for often in ("dar", "de")]
    )
    tokens = token_table(docs)
    _, edges = collocation_network(collocations(tokens, sort=sort, **ALL), measure=measure)
    weight = edges.set_index(["first", "second"])["weight"]
    both = collocations(tokens, sort="delta_p_collocate", **ALL).set_index(["node", "collocate"])["delta_p_collocate"]
    assert weight["clic", "dar"] == both["clic", "dar"] > both["dar", "clic"]
    assert weight["de", "zona"] == both["zona", "de"] > both["de", "zona"]


def test_a_further_measure_ties_as_well():
    table = collocations(TEXT, sort="npmi", **ALL)
    _, edges = collocation_network(table, measure="npmi", most=1)
    assert edges["weight"].tolist() == table.loc[table["node"] != table["collocate"], "npmi"].head(1).tolist()


def test_nothing_makes_an_empty_network():
    nodes, edges = collocation_network(collocations(token_table(), **ALL))
    assert nodes.empty and edges.empty
