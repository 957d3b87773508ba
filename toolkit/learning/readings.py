"""What people decided in a project, unit by unit, and the coded posts that a machine learns from."""

import hashlib
from typing import NamedTuple

import pandas as pd

from toolkit.annotation.curating.adjudication import Reading, agreed_readings
from toolkit.annotation.projects.project import Project
from toolkit.corpus import segment
from toolkit.principles import CodedPosts
from toolkit.tables import check

__all__ = [
    "Place",
    "Read",
    "all_reads",
    "finished_documents",
    "lot",
    "machine_units",
    "settled_reads",
    "training_posts",
]

#: doc_id, start, end.
Place = tuple[str, int, int]


class Read(NamedTuple):
    """A unit and one person's reading of it: the codes given."""

    place: Place
    coder: str
    codes: dict[str, str | None]


def all_reads(project: Project) -> list[Read]:
    """Every reading of every unit that somebody judged."""
    everybody = [*project.coders, *project.curators]
    judged = pd.concat([project.judged(who) for who in everybody], ignore_index=True)
    table = pd.concat([project.annotations(who) for who in everybody], ignore_index=True)
    units = machine_units(project)
    of_doc = {str(doc_id): list(part) for doc_id, part in _grouped(units)}
    codes: dict[tuple[str, Place], dict[str, str | None]] = {}
    for row in table[["coder", "doc_id", "start", "end", "code", "stance"]].itertuples(index=False, name=None):
        for place in _covered((row[1], row[2], row[3]), of_doc.get(row[1], [])):
            codes.setdefault((row[0], place), {})[row[4]] = row[5] if isinstance(row[5], str) else None
    found: list[Read] = []
    for who, doc_id, start, end in judged[["coder", "doc_id", "start", "end"]].itertuples(index=False, name=None):
        inside = [place for place in of_doc.get(doc_id, []) if start <= place[1] and place[2] <= end]
        found += [Read(place, who, codes.get((who, place), {})) for place in inside]
    return found


def settled_reads(project: Project, reads: list[Read]) -> list[Read]:
    """The readings that count as right: a curator's alone where there is one, else everybody's."""
    settled = {read.place for read in reads if read.coder in project.curators}
    return [read for read in reads if read.place not in settled or read.coder in project.curators]


def machine_units(project: Project) -> pd.DataFrame:
    """What a machine codes: the items; where stretches are chosen freely, the sentences of the texts."""
    if project.unit != "span":
        return project.items
    found = segment(project.posts, project.furniture)
    return found[~found["furniture"]].reset_index(drop=True)


def finished_documents(project: Project) -> dict[str, list[str]]:
    """Documents whose items somebody finished, and who; in the order of the first time that happened.

    A coder has those of the own queue to finish, a curator all.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for who in (*project.coders, *project.curators):
        state = project.state(who)
        mine = set(project.queue(who)) if who in project.coders else set(project.items["item"])
        for doc_id, part in project.items[project.items["item"].isin(mine)].groupby("doc_id", sort=False):
            states = [state.item(item) for item in part["item"]]
            if states and all(item.status == "done" for item in states):
                found.setdefault(str(doc_id), []).append((max(item.at for item in states), who))
    first = sorted(found, key=lambda doc_id: (min(found[doc_id]), doc_id))
    return {doc_id: [who for _, who in found[doc_id]] for doc_id in first}


def lot(doc_id: str, seed: int) -> float:
    """A number from 0 to 1 that a document draws once and for all."""
    digest = hashlib.sha256(f"{seed} {doc_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def training_posts(project: Project, reads: list[Read], documents: list[str]) -> CodedPosts:
    """The coded posts to learn from: of a unit that several read, the codes that at least half of them gave."""
    chosen = set(documents)
    of_unit: dict[Place, list[Read]] = {}
    for read in reads:
        if read.place[0] in chosen:
            of_unit.setdefault(read.place, []).append(read)
    rows = []
    book = project.codebook
    for place, found in sorted(of_unit.items()):
        for code, stance in _together(place, found).items():
            quote = project.texts[place[0]][place[1] : place[2]]
            rows.append((*place, quote, book.id, book.version, code, stance, "people", "human"))
    columns = ["doc_id", "start", "end", "quote", "codebook", "codebook_version", "code", "stance", "coder", "kind"]
    units = pd.DataFrame(sorted(of_unit), columns=["doc_id", "start", "end"])
    posts = project.posts[project.posts["doc_id"].isin(chosen)].reset_index(drop=True)
    return CodedPosts(posts, units, check("annotations", pd.DataFrame(rows, columns=columns)))


def _together(place: Place, found: list[Read]) -> dict[str, str | None]:
    agreed = agreed_readings(
        [Reading(read.coder, {(place[1], place[2], code): stance for code, stance in read.codes.items()})
         for read in found]
    )  # fmt: skip
    if agreed is not None:
        return {key[2]: stance for key, stance in agreed.items()}
    together: dict[str, str | None] = {}
    for code in sorted({code for read in found for code in read.codes}):
        stances = [read.codes[code] for read in found if code in read.codes]
        if 2 * len(stances) >= len(found):
            named = sorted(stance for stance in stances if stance)
            together[code] = max(named, key=named.count) if named else None
    return together


def _grouped(units: pd.DataFrame) -> list[tuple[str, list[Place]]]:
    places: dict[str, list[Place]] = {}
    for doc_id, start, end in units[["doc_id", "start", "end"]].itertuples(index=False, name=None):
        places.setdefault(doc_id, []).append((doc_id, int(start), int(end)))
    return list(places.items())


def _covered(span: Place, places: list[Place]) -> list[Place]:
    """The units that a stretch covers by half of the shorter of the two."""
    found = []
    for place in places:
        shared = min(span[2], place[2]) - max(span[1], place[1])
        if shared > 0 and 2 * shared >= min(span[2] - span[1], place[2] - place[1]):
            found.append(place)
    return found
