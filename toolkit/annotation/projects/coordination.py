"""How far the coders of a project agree, as a table that explains itself in a notebook."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from toolkit.annotation.projects.project import Project
from toolkit.errors import InputError
from toolkit.files import read_yaml
from toolkit.reliability.agreement import agreement
from toolkit.reliability.text import agreement_html, as_text
from toolkit.resources import data_file
from toolkit.storage import read_table
from toolkit.tables import check

__all__ = ["AgreementMaterial", "AgreementReport", "agreement_material", "agreement_report"]


class AgreementMaterial(NamedTuple):
    """What :func:`toolkit.annotation.agreement` needs of a project.

    ``annotations`` and ``judged``: of the coders (and the machine) who have judged something; ``notes``: what is to be
    known before a number is quoted, in the language asked for.
    """

    annotations: pd.DataFrame
    judged: pd.DataFrame
    unit: str
    codes: list[str]
    langs: dict[str, str]
    texts: dict[str, str]
    notes: list[str]


@dataclass(frozen=True, eq=False)
class AgreementReport:
    """``table``: the agreement table. In a notebook each measure stands beside the question it answers.

    ``notes``: what is to be known before a number is quoted.
    """

    table: pd.DataFrame
    lang: str = "en"
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return as_text(self.table, self.lang, notes=self.notes)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return agreement_html(self.table, self.lang, notes=self.notes)


def agreement_material(
    project: Project, machine: pd.DataFrame | None = None, lang: str = "en", unit: str | None = None
) -> AgreementMaterial:
    """The codings of a project's coders, and of a machine where one is given: it counts as having judged every item.

    ``unit``: "document" compares whole texts; default: the project's own. Coders who have marked no item as done are
    left out, with a note; so are, where stretches are compared, codes of a whole text: one such stretch would outweigh
    all others. Raises :class:`InputError` where fewer than two
    are left, the machine has the name of a coder, or its codings are those of a person or of another codebook.
    """
    annotations, judged = project.annotations(), project.judged()
    at_work = [coder for coder in project.coders if coder in set(judged["coder"])]
    if len(at_work) + (machine is not None) < 2:
        done = f"only {at_work[0]} has" if at_work else "nobody has"
        raise InputError(f"agreement needs two coders, and {done} marked items as done yet.")
    annotations = annotations[annotations["coder"].isin(at_work)]
    if machine is not None:
        given = _of_machine(project, machine)
        annotations = pd.concat([annotations, given], ignore_index=True)
        everything = project.items[["doc_id", "start", "end"]]
        judged = pd.concat([judged, *(everything.assign(coder=who) for who in sorted(set(given["coder"])))])
    unit = unit or ("sentence" if project.unit == "paragraph" else project.unit)
    notes = _notes(project, [coder for coder in project.coders if coder not in at_work], lang)
    if unit == "span" and (whole := _of_whole_texts(project, annotations)).any():
        annotations = annotations[~whole]
        notes.append(_words(lang)["whole"].format(n=int(whole.sum())))
    posts = project.posts
    return AgreementMaterial(
        annotations.reset_index(drop=True),
        judged.reset_index(drop=True),
        unit,
        project.codebook.code_ids,
        dict(zip(posts["doc_id"], posts["lang"], strict=True)),
        project.texts,
        notes,
    )


def agreement_report(project: Project, machine: pd.DataFrame | None, **settings: Any) -> AgreementReport:
    """The agreement of a project's coders, and of a machine where one is given.

    Raises :class:`InputError` as :func:`agreement_material` and :func:`toolkit.annotation.agreement` do.
    """
    lang = settings.pop("lang", project.settings.lang)
    found = agreement_material(project, machine, lang, settings.get("unit"))
    own = {
        "unit": found.unit,
        # a whole text takes the codes of all its stretches, of which each may take one
        "labels": "multiple" if project.codebook.multi_label or "span" in (found.unit, project.unit) else "single",
        "codes": found.codes,
        "langs": found.langs,
        "texts": found.texts,
    }
    return AgreementReport(agreement(found.annotations, found.judged, **{**own, **settings}), lang, found.notes)


def _of_machine(project: Project, machine: pd.DataFrame) -> pd.DataFrame:
    given = check("annotations", machine)
    given = given[(given["codebook"] == project.codebook.id) & given["doc_id"].isin(list(project.texts))]
    if not len(given):
        raise InputError(
            f"machine: has no coding of the project's texts with codebook '{project.codebook.id}'; code them with it."
        )
    people = sorted(set(given["coder"]) & {*project.coders, *project.curators})
    if people:
        raise InputError(f"machine: '{people[0]}' is the name of a coder of the project; give the machine another one.")
    human = given[given["kind"] == "human"]
    if len(human):
        raise InputError(
            f"machine: the codings of '{human['coder'].iloc[0]}' are of kind 'human'; bring a person's codings "
            "into the project (import_annotations) instead."
        )
    return check("annotations", given, project.texts)


def _of_whole_texts(project: Project, annotations: pd.DataFrame) -> pd.Series:
    """Which codings are of a whole item."""
    columns = ["doc_id", "start", "end"]
    items = pd.MultiIndex.from_frame(project.items[columns])
    return pd.Series(pd.MultiIndex.from_frame(annotations[columns]).isin(items), index=annotations.index)


def _words(lang: str) -> dict[str, str]:
    words: dict[str, str] = read_yaml(data_file("annotation", "cautions.yaml"))[lang]
    return words


def _notes(project: Project, not_begun: list[str], lang: str) -> list[str]:
    words = _words(lang)
    notes = []
    if project.settings.suggestions:
        notes.append(words["suggested"].format(by=", ".join(project.settings.suggestions.get("by", []))))
    drawn = project.folder / "sample.csv"
    if drawn.is_file() and read_table(drawn)["weight"].isna().all():
        notes.append(words["chosen"])
    if not project.settings.blind:
        notes.append(words["open"])
    if not_begun:
        notes.append(words["begun"].format(names=", ".join(not_begun)))
    return notes
