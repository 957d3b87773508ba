"""How good a machine is on units that people read, and how well people agree on them."""

import numpy as np
import pandas as pd

from toolkit.annotation.projects.project import Project
from toolkit.learning.readings import Place, Read, machine_units
from toolkit.principles import Coder, code_passages
from toolkit.tables import check

__all__ = ["accuracy", "as_passages", "between_people", "coded_by_machine"]


def as_passages(project: Project, units: pd.DataFrame) -> pd.DataFrame:
    """Items, or other units of a project, as a passages table."""
    unit = project.unit if project.unit != "span" else "sentence"
    frame = units[["doc_id", "start", "end"]].assign(
        passage_id=[str(number) for number in range(len(units))],
        unit=unit,
        lang=units.get("lang"),
        furniture=False,
    )
    return check("passages", frame)


def coded_by_machine(project: Project, coder: Coder, gold: list[Read]) -> dict[Place, set[str]]:
    """The codes a machine gives to the units that were read."""
    places = sorted({read.place for read in gold})
    units = pd.DataFrame(places, columns=["doc_id", "start", "end"]).merge(
        machine_units(project)[["doc_id", "start", "end", "lang"]], on=["doc_id", "start", "end"], how="left"
    )
    posts = project.posts[project.posts["doc_id"].isin(units["doc_id"])].reset_index(drop=True)
    table = code_passages(
        posts, as_passages(project, units), project.codebook, method=coder, furniture=project.furniture,
        every_language=True,
    ).annotations  # fmt: skip
    given: dict[Place, set[str]] = {place: set() for place in places}
    for doc_id, start, end, code in table[["doc_id", "start", "end", "code"]].itertuples(index=False, name=None):
        given[doc_id, start, end].add(code)
    return given


def accuracy(
    codes: list[str], gold: list[Read], given: dict[Place, set[str]], documents: list[str], weights: np.ndarray
) -> dict[str, np.ndarray]:
    """Micro- and macro-F1 for every weighting of the documents, shape (samples,)."""
    row, column = ({name: number for number, name in enumerate(names)} for names in (documents, codes))
    hits, both = (np.zeros((len(documents), len(codes))) for _ in range(2))
    for read in gold:
        for code in read.codes:
            both[row[read.place[0]], column[code]] += 1
        for code in given[read.place]:
            both[row[read.place[0]], column[code]] += 1
            hits[row[read.place[0]], column[code]] += code in read.codes
    with np.errstate(divide="ignore", invalid="ignore"):
        micro = 2 * (weights @ hits.sum(1)) / (weights @ both.sum(1))
        each = 2 * (weights @ hits) / (weights @ both)
        # of samples in which none of the codes occurs there is no mean
        occurs = np.array([any(code in read.codes for read in gold) for code in codes], dtype=bool)
        macro = np.nansum(each[:, occurs], axis=1) / (~np.isnan(each[:, occurs])).sum(axis=1)
    return {"f1_micro": micro, "f1_macro": macro}


def between_people(gold: list[Read], documents: list[str], weights: np.ndarray) -> np.ndarray:
    """Micro-F1 between people on the same units, over all pairs."""
    row = {name: number for number, name in enumerate(documents)}
    hits, both = np.zeros(len(documents)), np.zeros(len(documents))
    of_unit: dict[Place, list[Read]] = {}
    for read in gold:
        of_unit.setdefault(read.place, []).append(read)
    for place, found in of_unit.items():
        for number, one in enumerate(found):
            for other in found[number + 1 :]:
                hits[row[place[0]]] += len(set(one.codes) & set(other.codes))
                both[row[place[0]]] += len(one.codes) + len(other.codes)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * (weights @ hits) / (weights @ both)
