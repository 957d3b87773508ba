"""What the toolkit stands on: software, models and data, each with purpose and licence."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution, entry_points
from typing import Any

import pandas as pd
from packaging.requirements import Requirement

from toolkit.resources import data_file

__all__ = ["licences"]

#: Columns of the table, in order.
_COLUMNS = ("name", "kind", "needed_for", "purpose", "licence", "release", "released", "installed", "source")
#: Longer than this, a package gives the text of its licence where its name should stand.
_LONGEST_NAME = 60
_CLASSIFIER = "License :: OSI Approved :: "


def licences(*, everything: bool = False) -> pd.DataFrame:
    """Software, models and data that the toolkit needs or brings along, a row each.

    Parameters
    ----------
    everything : also the packages that these bring along, as far as they are installed, their licences in the words of
        their metadata.

    Returns
    -------
    pandas.DataFrame
        ``name``; ``kind`` (software, model, data); ``needed_for``: core, an extra of the package (documents, web,
        cluster, e5), what only developers need (test, site, benchmarks), "installed by you" for trained pipelines of
        spaCy, or "brought along by NAME"; ``purpose``; ``licence``, as the package's metadata state it, in SPDX names;
        ``release``, ``released``: the newest release and its day when the list was last brought up to date;
        ``installed``: the version that is installed here, missing where none is; ``source``: of models and data, who
        made them. Sorted by kind, then as listed.

    Notes
    -----
    The list: ``toolkit/data/licences``. GPL software is never needed to run; of what only tests need, krippendorff is.

    >>> from toolkit.licences import licences
    >>> table = licences().set_index("name")
    >>> table.loc["toolkit/data/wordlists", ["kind", "needed_for", "licence"]].tolist()
    ['data', 'core', 'CC-BY-SA-4.0']
    """
    software = _listed("dependencies.csv").assign(kind="software")
    software["installed"] = [_installed(name) for name in software["name"]]
    parts = [software]
    if everything:
        parts.append(pd.DataFrame(_brought_along(set(map(_plain, software["name"]))), columns=[*_COLUMNS]))
    parts += [pd.DataFrame(_pipelines(), columns=[*_COLUMNS]), _listed("materials.csv")]
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True).reindex(columns=[*_COLUMNS])
    order = whole["kind"].map({"software": 0, "model": 1, "data": 2})
    return whole.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _listed(name: str) -> pd.DataFrame:
    return pd.read_csv(data_file("licences", name), dtype=str)


def _plain(name: str) -> str:
    """A package's name as the index compares it.

    >>> _plain("Types_PyYAML")
    'types-pyyaml'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(name: str) -> str | None:
    found = _distribution(name)
    return None if found is None else found.version


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _brought_along(known: set[str]) -> Iterator[dict[str, Any]]:
    """The installed packages that the toolkit's requirements need in turn, each by the first that asks for it."""
    seen, waiting = set(known), [(name, "") for name in sorted(known)]
    while waiting:
        name, asked_by = waiting.pop(0)
        found = _distribution(name)
        if found is None:
            continue
        if asked_by:
            about = found.metadata
            yield {
                "name": about["Name"], "kind": "software", "needed_for": f"brought along by {asked_by}",
                "purpose": _field(about, "Summary"), "licence": stated_licence(about), "installed": found.version,
            }  # fmt: skip
        for needed in sorted(_needs(found) - seen):
            seen.add(needed)
            waiting.append((needed, name))


def _needs(package: Distribution) -> set[str]:
    """Names of what a package requires here, extras apart."""
    found = map(Requirement, package.requires or [])
    return {_plain(one.name) for one in found if one.marker is None or one.marker.evaluate({"extra": ""})}


def _pipelines() -> Iterator[dict[str, Any]]:
    """Trained pipelines of spaCy: used where somebody has installed them, never brought along."""
    for point in sorted(entry_points(group="spacy_models"), key=lambda one: one.name):
        about = point.dist.metadata if point.dist else None
        if about is not None and point.name[:2] in ("es", "it"):
            yield {
                "name": point.name, "kind": "model", "needed_for": "installed by you",
                "purpose": "parts of speech and lemmas", "licence": stated_licence(about),
                "installed": about["Version"], "source": "installed separately",
            }  # fmt: skip


def stated_licence(about: PackageMetadata) -> str | None:
    """The licence that a package states: an SPDX expression, else the name it gives, else its classifiers.

    >>> from importlib.metadata import metadata
    >>> stated_licence(metadata("pandas"))
    'BSD-3-Clause'
    """
    named = _field(about, "License-Expression") or (_field(about, "License") or "").strip()
    if named and len(named) <= _LONGEST_NAME and "\n" not in named and named.upper() != "UNKNOWN":
        return named
    found = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(line.removeprefix(_CLASSIFIER).removeprefix("License :: ") for line in found) or None


def _field(about: PackageMetadata, name: str) -> str | None:
    return next(iter(about.get_all(name) or []), None)
