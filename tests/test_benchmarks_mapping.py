"""The measurement of mapping speed (benchmarks/mapping_speed.py) runs, and both sides code the same passages."""

import warnings
from pathlib import Path

import pytest
from sklearn.exceptions import ConvergenceWarning

BENCHMARKS = Path(__file__).parent / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import mapping_speed

    return mapping_speed


def test_both_sides_are_measured_on_thirty_passages(benchmark):
    with warnings.catch_warnings():
        # of so few examples not every code has one
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "Label not")
        tables = benchmark.table(30, workers=1, examples=200, quality=False).split("\n\n")
    processor, clock = ([[x.strip() for x in line.split("|")] for line in one.splitlines()[2:]] for one in tables)
    script, batched = "straightforward script", f"the same, {benchmark.AT_ONCE} at a time"
    assert [row[1] for row in processor] == [script, batched, "toolkit, the same passages", "toolkit", "toolkit"]
    assert [row[2] for row in processor] == ["30", "30", "30", "300", "1,500"]
    assert [row[1:4] for row in clock] == [[script, "1", "30"], [batched, "1", "30"], ["toolkit", "1", "1,500"]]
    assert all(float(row[-3].replace(",", "")) > 0 for row in processor + clock)


def test_the_script_scores_every_code_of_every_passage(benchmark):
    from toolkit.codebook import load_codebook

    book = load_codebook("cluetrain")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Label not")
        script = benchmark.StraightforwardMapper(book, 200)
    rows = script.map([("a", 0, 9, "es", "Hay que escuchar a los clientes."), ("b", 0, 0, "it", "")])
    assert rows["code"].tolist() == book.code_ids * 2
    assert rows["score"].between(0, 1).all()
    together = script.map([("a", 0, 9, "es", "Hay que escuchar a los clientes."), ("b", 0, 0, "it", "")], at_once=2)
    assert together["score"].to_numpy() == pytest.approx(rows["score"].to_numpy(), abs=1e-4)
    assert rows["decided"].tolist() == (rows["score"] >= script.cut).tolist()
