"""A run folder described for archives and search engines: RO-Crate 1.1, profile Process Run Crate 0.5.

``ro-crate-metadata.json`` says in JSON-LD what each file is (kind, size, SHA-256), which software made it from which
texts and settings, under which licence, and how to cite it. It is made from ``run.json`` and the files alone: no clock,
no network, and the same folder gives the same bytes. Specifications: Soiland-Reyes et al. (2022), Packaging research
artefacts with RO-Crate, Data Science 5(2); Leo et al. (2024), Recording provenance of workflow runs with RO-Crate,
PLoS ONE 19(9).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from toolkit.errors import InputError
from toolkit.files import write_json
from toolkit.resources import bundled_corpus

__all__ = ["METADATA", "crate_metadata", "write_crate"]

METADATA = "ro-crate-metadata.json"

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_DESCRIPTOR = {
    "@id": METADATA,
    "@type": "CreativeWork",
    "about": {"@id": "./"},
    "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
}
_PROFILE = {
    "@id": "https://w3id.org/ro/wfrun/process/0.5",
    "@type": "CreativeWork",
    "name": "Process Run Crate",
    "version": "0.5",
}
#: A term that RO-Crate 1.1 has not, with its place in schema.org.
_OWN_TERMS = {"sha256": "http://schema.org/sha256"}
_KINDS = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".toml": "application/toml",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".topics": "application/zip",  # arrays of numpy, not compressed
}
_ABOUT = {
    "report.html": "The report: one page that loads nothing",
    "topics.html": "The themes to explore: one page that loads nothing",
    "run.json": "Record of the run: versions, seed, hashes, settings, timings",
    "study.toml": "The settings of the study; toolkit run study.toml repeats it",
    "tables": "Every number, as CSV (spreadsheets) and Parquet (exact)",
    "figures": "Figures, as SVG and PNG",
    "models": "The topic models",
}
#: What is packages beside what is machine in the record's versions.
_MACHINE = ("system", "blas")


def write_crate(folder: str | Path) -> Path:
    """Describe a run folder in its ``ro-crate-metadata.json``; an older one is replaced.

    Parameters
    ----------
    folder : made by ``toolkit run`` (it must have a ``run.json``).

    Returns
    -------
    Path
        the file written.

    Raises
    ------
    InputError
        if the folder has no readable record of a run.

    >>> write_crate("no-such-run")
    Traceback (most recent call last):
    ...
    toolkit.errors.InputError: no-such-run: has no readable run.json; give a folder made by 'toolkit run'.
    """
    path = Path(folder) / METADATA
    write_json(path, crate_metadata(folder))
    return path


def crate_metadata(folder: str | Path) -> dict[str, Any]:
    """What ``ro-crate-metadata.json`` of a run folder holds: ``{"@context": [...], "@graph": [entities]}``.

    The root has the title, description, licence and authors of the study, and the date of the run; every file has
    ``encodingFormat``, ``contentSize`` (bytes) and ``sha256``; the run is a ``CreateAction`` with the software as
    ``instrument``, settings, texts and codebook as ``object``, and the files as ``result``. Raises as
    :func:`write_crate`.

    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.files import write_json
    >>> record = {
    ...     "created": "2026-11-21T10:00:00Z", "versions": {"toolkit": "0.1.0", "python": "3.11.7"}, "seed": 1,
    ...     "settings": {"study": {"title": "Voces", "parts": ["words"], "licence": "CC-BY-4.0"}},
    ...     "corpus": {"path": "mine", "sha256": "0" * 64, "posts": {"a": "0" * 64}}, "citation": "To be cited so.",
    ...     "codebook": {"id": "cluetrain", "version": "1.1.0", "sha256": "0" * 64},
    ... }
    >>> with TemporaryDirectory() as folder:
    ...     write_json(Path(folder, "run.json"), record)
    ...     found = {entity["@id"]: entity for entity in crate_metadata(folder)["@graph"]}
    >>> found["./"]["name"], found["./"]["license"]["@id"], found["#run"]["instrument"]["@id"]
    ('Voces', 'https://spdx.org/licenses/CC-BY-4.0', '#cluetrain-toolkit-0.1.0')
    >>> found["run.json"]["encodingFormat"], len(found["run.json"]["sha256"])
    ('application/json', 64)
    """
    folder = Path(folder)
    try:
        content = (folder / "run.json").read_bytes()
    except OSError as error:
        raise InputError(f"{folder}: has no readable run.json; give a folder made by 'toolkit run'.") from error
    try:
        graph = _graph(folder, json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{folder}/run.json: is damaged ({error}); it is no record of a run.") from error
    return {"@context": [_CONTEXT, _OWN_TERMS], "@graph": [_compact(entity) for entity in graph]}


def _graph(folder: Path, record: Mapping[str, Any]) -> list[dict[str, Any]]:
    study, corpus = record["settings"]["study"], record["corpus"]
    package = _package(corpus["path"])
    root, (software, needed) = _root(folder, record), _software(record["versions"])
    texts, codebook, licence = _texts(corpus, package), _codebook(record["codebook"]), _licence(study, package)
    people = enumerate(study.get("authors", []), 1)
    authors = [{"@id": f"#author-{number}", "@type": "Person", "name": name} for number, name in people]
    run = _run(record, [texts, codebook], software, root["hasPart"])
    root |= {"license": _link(licence), "mentions": _link(run), "author": [_link(author) for author in authors]}
    run["agent"] = root["author"]
    cited = {"@id": "#citation", "@type": "CreativeWork", "name": record["citation"]}
    described = [*_parts(folder), run, software, *needed, texts, codebook, licence]
    return [_DESCRIPTOR, root, *described, _PROFILE, cited, *authors]


def _link(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {"@id": entity["@id"]}


def _compact(entity: Mapping[str, Any]) -> dict[str, Any]:
    """A list of one is written as that one, a list of none is left out, as flattened JSON-LD has it."""
    short = {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in entity.items()}
    return {key: value for key, value in short.items() if value != []}


def _root(folder: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    study, corpus = record["settings"]["study"], record["corpus"]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": study["title"],
        "description": (
            f"Results of a run of cluetrain-toolkit {record['versions']['toolkit']} on {len(corpus['posts'])} posts "
            f"(SHA-256 {corpus['sha256'][:16]}), parts {', '.join(study['parts'])}, codebook "
            f"'{record['codebook']['id']}' {record['codebook']['version']}, seed {record['seed']}."
        ),
        "datePublished": record["created"],
        "conformsTo": _link(_PROFILE),
        "citation": {"@id": "#citation"},
        "hasPart": [{"@id": _address(path)} for path in _inside(folder)],
    }


def _inside(folder: Path) -> list[Path]:
    """Files and folders of a folder by name, without what is hidden or leads nowhere and the description itself."""
    there = (path for path in folder.iterdir() if not path.name.startswith(".") and path.name != METADATA)
    return sorted(path for path in there if path.is_file() or path.is_dir())


def _address(path: Path) -> str:
    """The name of a file or folder as it stands in an address: spaces and signs that mean something there written
    out."""
    return quote(path.name, errors="surrogateescape") + "/" * path.is_dir()


def _parts(folder: Path) -> list[dict[str, Any]]:
    """An entity for each file, and for each folder with its files."""
    found = []
    for path in _inside(folder):
        if path.is_dir():
            files = [_file(file, _address(path) + _address(file)) for file in _inside(path) if file.is_file()]
            about, names = _ABOUT.get(path.name, path.name), [_link(file) for file in files]
            found += [{"@id": _address(path), "@type": "Dataset", "name": about, "hasPart": names}, *files]
        else:
            found.append(_file(path, _address(path)))
    return found


def _file(path: Path, name: str) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "@id": name,
        "@type": "File",
        "name": _ABOUT.get(name, path.name),
        "encodingFormat": _KINDS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
        "sha256": digest,
    }


def _run(
    record: Mapping[str, Any], made_from: list[dict[str, Any]], software: dict[str, Any], made: list[dict[str, Any]]
) -> dict[str, Any]:
    machine = "; ".join(f"{name}: {record['versions'][name]}" for name in _MACHINE if record["versions"].get(name))
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "toolkit run study.toml",
        "description": f"seed {record['seed']}; {machine}",
        "instrument": _link(software),
        "object": [{"@id": "study.toml"}, *map(_link, made_from)],
        "result": [one for one in made if one["@id"] != "study.toml"],
        "endTime": record["created"].replace("Z", "+00:00"),  # the profile wants the zone written out
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _software(versions: Mapping[str, str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The toolkit, and what it needed in these versions."""
    needed = [
        {"@id": f"#{name}-{number}", "@type": "SoftwareApplication", "name": name, "softwareVersion": number}
        for name, number in versions.items()
        if name not in ("toolkit", *_MACHINE)
    ]
    own = {
        "@id": f"#cluetrain-toolkit-{versions['toolkit']}",
        "@type": "SoftwareApplication",
        "name": "cluetrain-toolkit",
        "softwareVersion": versions["toolkit"],
        "softwareRequirements": [_link(one) for one in needed],
    }
    return own, needed


def _texts(corpus: Mapping[str, Any], package: Mapping[str, Any]) -> dict[str, Any]:
    """The texts, without the folder they lay in: it says much of a machine and nothing of them."""
    name = package.get("title") or (Path(corpus["path"]).name if corpus["path"] else "conversaciones")
    return {
        "@id": "#texts",
        "@type": "CreativeWork",
        "name": str(name),
        "description": f"{len(corpus['posts'])} posts; the SHA-256 of each stands in run.json",
        "identifier": f"sha256:{corpus['sha256']}",
    }


def _codebook(book: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@id": "#codebook",
        "@type": "CreativeWork",
        "name": f"Codebook '{book['id']}'",
        "version": book["version"],
        "identifier": f"sha256:{book['sha256']}",
    }


def _package(path: str) -> dict[str, Any]:
    """The data package that describes the texts, where there is one that can be read."""
    place = Path(path) if path else bundled_corpus()
    try:
        found = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _licence(study: Mapping[str, Any], package: Mapping[str, Any]) -> dict[str, Any]:
    """The study's own licence, else that of the texts, which the tables quote, else that none was stated."""
    own = study.get("licence", "")
    if re.match(r"https?://\S+$", own):
        return {"@id": own, "@type": "CreativeWork", "name": own}
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*", own):
        return {"@id": f"https://spdx.org/licenses/{own}", "@type": "CreativeWork", "name": own, "identifier": own}
    if own:
        return {"@id": "#licence", "@type": "CreativeWork", "name": own}
    named = package.get("licenses")
    first = named[0] if isinstance(named, list) and named and isinstance(named[0], dict) else {}
    if re.match(r"https?://\S+$", str(first.get("path", ""))):
        name = str(first.get("title") or first.get("name") or first["path"])
        return {"@id": first["path"], "@type": "CreativeWork", "name": name, "description": "The licence of the texts"}
    said = "The study states no licence; the tables quote the texts, so ask whoever holds the rights in them."
    return {"@id": "#licence", "@type": "CreativeWork", "name": "No licence stated", "description": said}
