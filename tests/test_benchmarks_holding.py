"""The page on hostile inputs and bad luck says what was measured, and that nothing was lost."""

import json
from pathlib import Path

import pytest
from conftest import ROOT

BENCHMARKS = Path(__file__).parent / "benchmarks"
RESULTS = BENCHMARKS / "results" / "holding"


@pytest.fixture
def holding_page(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import holding_page

    return holding_page


def test_the_page_says_what_was_measured(holding_page) -> None:
    assert (ROOT / "docs" / "holding.md").read_text(encoding="utf-8") == holding_page.page(RESULTS)


def test_nothing_was_lost_and_everything_held() -> None:
    found = {path.stem: json.loads(path.read_text(encoding="utf-8"))["rows"] for path in RESULTS.glob("*.json")}
    assert "hostile_inputs" in found
    for row in found["hostile_inputs"]:
        assert row["outcome"] in ("unchanged", "said", "refused"), row
    for row in found.get("faults", []):
        assert (row["lost"], row["problems"]) == (0, []), row
    for row in found.get("same_anywhere", []):
        assert row["different"] == [], row
    for row in found.get("versions", []):
        assert row["outcome"] == "passed", row
    for row in found.get("mutation", []):
        assert sum(row["outcomes"].values()) == row["tried"] <= row["changes"], row
