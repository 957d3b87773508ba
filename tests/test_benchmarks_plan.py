"""What 10^9 posts would cost, by the rule of three (benchmarks/plan.py), and the page that says it."""

import json

import pandas as pd
import pytest
from benchmarks import plan
from conftest import ROOT

PAGE = ROOT / "docs" / "a-billion-posts.md"


def run_of(posts: int) -> dict:
    """A run in which each post takes 1 ms of load, 10 ms of two workers and 2 ms of the client, and themes 60 s."""
    stages = {"passages and tokens": posts / 100, "themes": 60.0, "words": posts / 500}
    return {
        "posts": posts, "load": {"seconds": posts / 1_000}, "run": {"seconds": sum(stages.values()) + 5.0},
        "stages": stages, "rows": {"tokens": 400 * posts},
        "bytes": {"texts": 2_000 * posts, "kept": 3_000 * posts, "run": 4_000 * posts},
    }  # fmt: skip


def test_two_sizes_tell_what_grows_from_what_does_not():
    found = {step.name: step for step in plan.steps([run_of(1_000), run_of(100_000), run_of(10_000)])}
    assert found["load"][1:] == (False, pytest.approx(0.001), pytest.approx(0))
    assert found["passages and tokens"][1:] == (True, pytest.approx(0.02), pytest.approx(0, abs=1e-6))
    assert found["themes"][1:] == (True, pytest.approx(0), pytest.approx(120))
    assert found["words"][1:] == (False, pytest.approx(0.002), pytest.approx(0, abs=1e-6))
    assert found["start, figures, report, files"][1:] == (False, pytest.approx(0), pytest.approx(5))


def test_one_size_tells_that_it_cannot():
    assert {step.fixed for step in plan.steps([run_of(1_000), run_of(10_000)])} == {None}
    assert "not told apart" in plan.cost([run_of(10_000)])


def test_the_tables_say_hours_and_bytes(tmp_path):
    said = plan.cost([run_of(10_000), run_of(100_000)])
    assert "| passages and tokens | workers | 20.00 | 0 | 5,556 | 0.2 |" in said
    assert "| words | one process | 2.00 | 0 | 556 | 23.1 |" in said
    assert "From 7 workers on" in said
    (tmp_path / "run-10000" / "tables").mkdir(parents=True)
    table = pd.DataFrame({"doc_id": [f"post {number}" for number in range(20_000)]})
    table.to_parquet(tmp_path / "run-10000" / "tables" / "tokens.parquet")
    filled = plan.volume(run_of(10_000), tmp_path)
    assert "| texts as JSON lines | 1.0 | 2,000 | 1,000,000,000 | 2.0 |" in filled
    assert "| table tokens | 2.0 |" in filled
    assert "| all of the run folder |  | 4,000 |  | 4.0 |" in filled


def test_the_command_puts_them_into_the_page(tmp_path, monkeypatch):
    for posts in (10_000, 100_000):
        (tmp_path / f"sizes-{posts}.json").write_text(json.dumps(run_of(posts)), encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    for _ in range(2):
        monkeypatch.setattr("sys.argv", ["plan.py", str(tmp_path), "--page", str(page)])
        plan.main()
    before, after = (text.read_text(encoding="utf-8") for text in (PAGE, page))
    assert after.count("Measured at 100,000 posts of 400 tokens") == 1
    assert before.split(plan.MARKS[0])[0] == after.split(plan.MARKS[0])[0]
    assert before.split(plan.MARKS[1])[1] == after.split(plan.MARKS[1])[1]


def test_the_page_holds_what_the_command_writes():
    figures = PAGE.read_text(encoding="utf-8").split(plan.MARKS[0])[1].split(plan.MARKS[1])[0]
    assert "Measured at" in figures
    assert "all in one process" in figures
