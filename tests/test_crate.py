"""The description of a run folder keeps the rules of RO-Crate and of its profile, and says what is there."""

import hashlib
import json
import shutil
from importlib.resources import files

import pytest
from conftest import write_posts

from toolkit.crate import METADATA, crate_metadata, write_crate
from toolkit.errors import InputError
from toolkit.settings import Study, load_study, study_toml
from toolkit.study import run_study

QUICK = {
    "topics": {"per_language": 2, "joint": 2, "runs": 2, "iterations": 20, "fewest_posts": 1},
    "statistics": {"bootstrap": 100, "permutations": 100},
    "principles": {"method": "cues"},
}


def study_of(corpus, **about):
    return Study.model_validate_json(json.dumps({**QUICK, "corpus": {"path": str(corpus)}, "study": about}))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crate")
    write_posts(folder / "small")
    study = study_of(folder / "small", title="Prueba «uno» <b>", authors=["Equipo de ejemplo"], licence="CC-BY-4.0")
    return run_study(study, folder / "out")


@pytest.fixture
def run(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "out")


def entities(folder):
    return {entity["@id"]: entity for entity in json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]}


def rewrite(run, change):
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    change(record)
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    write_crate(run)
    return entities(run)


def test_every_file_of_the_run_is_described_with_its_hash(run):
    found = entities(run)
    files = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()} - {METADATA}
    assert {name for name, entity in found.items() if entity["@type"] == "File"} == files
    for name in files:
        data = (run / name).read_bytes()
        assert found[name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert found[name]["contentSize"] == str(len(data))
        assert found[name]["encodingFormat"] != "application/octet-stream"


def test_the_run_names_software_settings_texts_and_results(run):
    found = entities(run)
    root, action = found["./"], found["#run"]
    assert root["name"] == "Prueba «uno» <b>"
    assert found[root["author"]["@id"]]["name"] == found[action["agent"]["@id"]]["name"] == "Equipo de ejemplo"
    assert root["license"]["@id"] == "https://spdx.org/licenses/CC-BY-4.0"
    software = found[action["instrument"]["@id"]]
    assert software["name"] == "cluetrain-toolkit"
    needed = {found[one["@id"]]["name"] for one in software["softwareRequirements"]}
    assert {"python", "numpy", "pandas"} <= needed
    assert [one["@id"] for one in action["object"]] == ["study.toml", "#texts", "#codebook"]
    assert {one["@id"] for one in action["result"]} >= {"tables/", "figures/", "report.html", "run.json"}
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert found["#texts"]["identifier"] == f"sha256:{record['corpus']['sha256']}"
    assert record["citation"] in found["#citation"]["name"]
    assert root["datePublished"] == record["created"]


def test_nothing_is_named_that_is_not_described(run):
    found = entities(run)

    def named(value):
        if isinstance(value, dict):
            yield from [value["@id"]] if set(value) == {"@id"} else ()
        elif isinstance(value, list):
            for one in value:
                yield from named(one)

    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in found.values():
        for value in entity.values():
            assert set(named(value)) <= set(found) | outside


def test_it_is_made_from_the_folder_alone_and_the_same_each_time(run):
    before = (run / METADATA).read_bytes()
    assert write_crate(run).read_bytes() == before
    assert str(run.parent) not in before.decode("utf-8"), "a path says much of a machine and nothing of the run"


def test_names_of_other_files_are_written_as_addresses(run):
    (run / "mis notas #1 50%.txt").write_text("x", encoding="utf-8")
    (run / "más").mkdir()
    (run / "más" / "a b.csv").write_text("x", encoding="utf-8")
    (run / "broken").symlink_to(run / "nowhere")
    write_crate(run)
    found = entities(run)
    assert found["mis%20notas%20%231%2050%25.txt"]["name"] == "mis notas #1 50%.txt"
    assert found["m%C3%A1s/"]["hasPart"] == {"@id": "m%C3%A1s/a%20b.csv"}
    assert found["m%C3%A1s/a%20b.csv"]["encodingFormat"] == "text/csv"
    assert "broken" not in found
    parts = {part["@id"] for part in found["./"]["hasPart"]}
    assert {"mis%20notas%20%231%2050%25.txt", "m%C3%A1s/"} <= parts <= set(found)


def test_a_changed_file_has_another_hash(run):
    before = entities(run)["tables/posts.csv"]["sha256"]
    with (run / "tables" / "posts.csv").open("a", encoding="utf-8") as file:
        file.write("x")
    write_crate(run)
    assert entities(run)["tables/posts.csv"]["sha256"] != before


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("https://example.org/licence", "https://example.org/licence"),
        ("For the seminar only", "#licence"),
        ("", "#licence"),
    ],
)
def test_the_licence_is_what_the_study_says(run, licence, expected):
    found = rewrite(run, lambda record: record["settings"]["study"].update(licence=licence))
    assert found["./"]["license"]["@id"] == expected
    assert found[expected]["name"]


def test_without_a_licence_of_its_own_a_study_has_that_of_its_texts(run):
    def bundled(record):
        record["settings"]["study"].update(licence="", authors=[])
        record["corpus"].update(path="")

    found = rewrite(run, bundled)
    assert found["./"]["license"]["@id"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "author" not in found["./"]
    assert "agent" not in found["#run"]


@pytest.mark.parametrize("broken", [[], {"licenses": "?"}, {"licenses": [3]}, {"licenses": [{"path": "x y"}]}])
def test_a_strange_data_package_states_no_licence(run, tmp_path, broken):
    (tmp_path / "datapackage.json").write_text(json.dumps(broken), encoding="utf-8")

    def strange(record):
        record["settings"]["study"].update(licence="")
        record["corpus"].update(path=str(tmp_path))

    found = rewrite(run, strange)
    assert found["#licence"]["name"] == "No licence stated"


def test_a_run_made_before_there_were_authors_can_be_described(run):
    def older(record):
        del record["settings"]["study"]["authors"], record["settings"]["study"]["licence"]

    assert rewrite(run, older)["./"]["name"] == "Prueba «uno» <b>"


def test_authors_and_licence_go_through_the_settings_file(tmp_path):
    study = Study.model_validate_json('{"study": {"authors": ["A \\"B\\" C", "Ñ"], "licence": "CC-BY-4.0"}}')
    (tmp_path / "study.toml").write_text(study_toml(study), encoding="utf-8")
    assert load_study(tmp_path / "study.toml") == study


def test_a_folder_without_a_run_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r"has no readable run\.json; give a folder made by 'toolkit run'"):
        write_crate(tmp_path)
    for damage in ("[]", "{", "[" * 100_000):
        (tmp_path / "run.json").write_text(damage, encoding="utf-8")
        with pytest.raises(InputError, match="is damaged"):
            write_crate(tmp_path)


@pytest.mark.parametrize("missing", ["versions", "settings", "corpus", "codebook", "seed", "created", "citation"])
def test_a_record_without_one_of_its_parts_is_refused_in_one_sentence(run, missing):
    with pytest.raises(InputError, match=f"is damaged .'{missing}'."):
        rewrite(run, lambda record: record.pop(missing))


# ---- by the rules of others, offline ------------------------------------------------------------------------------


def test_another_library_reads_it(run):
    crate = pytest.importorskip("rocrate.rocrate").ROCrate(run)
    assert crate.name == "Prueba «uno» <b>"
    assert crate.dereference("tables/posts.csv")["encodingFormat"] == "text/csv"
    assert crate.dereference("#run").type == "CreateAction"


@pytest.fixture
def validated(monkeypatch):
    """The issues that roc-validator finds; the context of JSON-LD comes from a file, the network is not asked."""
    pytest.importorskip("rocrate_validator")
    pytest.importorskip("rocrate")
    from rocrate_validator import services
    from rocrate_validator.models import Severity
    from rocrate_validator.utils import http

    context = json.loads((files("rocrate") / "data" / "ro-crate.jsonld").read_text(encoding="utf-8"))
    # it is that of a later version, which has the term; 1.1 has not
    del context["@context"]["sha256"]

    class Answer:
        status_code = 200
        headers = {"Content-Type": "application/ld+json"}  # noqa: RUF012
        text = ""

        def json(self):
            return context

    def answer(_, url, *__, **___):
        assert url == "https://w3id.org/ro/crate/1.1/context", f"offline: {url} was asked for"
        return Answer()

    monkeypatch.setattr(http.HttpRequester, "get", answer, raising=False)

    def issues(folder, profile, severity="REQUIRED"):
        settings = services.ValidationSettings(
            rocrate_uri=str(folder), profile_identifier=profile, requirement_severity=Severity[severity]
        )
        found = services.validate(settings)
        return sorted({issue.message for issue in found.get_issues()})

    return issues


@pytest.mark.parametrize("profile", ["ro-crate-1.1", "process-run-crate"])
def test_a_validator_finds_nothing_required_missing(run, validated, profile):
    assert validated(run, profile) == []


def test_of_what_is_recommended_only_addresses_are_missing(run, validated):
    """The software has no address of its own, and authors are persons without an organisation."""
    allowed = {"url", "URI", "publisher", "affiliation", "ORCID", "organization", "Organization", "author"}
    for message in validated(run, "process-run-crate", "RECOMMENDED"):
        assert any(word in message for word in allowed), message


def test_the_validator_does_find_what_is_wrong(run, validated):
    described = crate_metadata(run)
    for entity in described["@graph"]:
        entity.pop("instrument", None)
        entity.pop("license", None)
    (run / METADATA).write_text(json.dumps(described), encoding="utf-8")
    found = " ".join(validated(run, "process-run-crate"))
    assert "instrument" in found
    assert "license" in found
