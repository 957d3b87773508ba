"""How far the coders of a project agree, as a table that explains itself in a notebook."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.annotation.projects.project import Project
from toolkit.errors import InputError
from toolkit.reliability.agreement import agreement
from toolkit.reliability.text import agreement_html, as_text
from toolkit.tables import check

__all__ = ["AgreementReport", "agreement_report"]


@dataclass(frozen=True, eq=False)
class AgreementReport:
    """``table``: the agreement table. In a notebook each measure stands beside the question it answers."""

    table: pd.DataFrame
    lang: str = "en"

    def __str__(self) -> str:
        return as_text(self.table, self.lang)

    def _repr_html_(self) -> str:
        return agreement_html(self.table, self.lang)


def agreement_report(project: Project, machine: pd.DataFrame | None, **settings: Any) -> AgreementReport:
    """The agreement of a project's coders, and of a machine where one is given.

    Raises :class:`InputError` where fewer than two coders have judged anything, and as
    :func:`toolkit.reliability.agreement.agreement` does.
    """
    annotations, judged = project.annotations(), project.judged()
    at_work = sorted(set(judged["coder"]))
    if len(at_work) + (machine is not None) < 2:
        who = at_work[0] if at_work else "nobody"
        raise InputError(f"agreement needs two coders; {who} has marked items as done so far.")
    if machine is not None:
        given = check("annotations", machine, project.texts)
        given = given[given["codebook"] == project.codebook.id]
        annotations = pd.concat([annotations, given], ignore_index=True)
        all_items = project.items[["doc_id", "start", "end"]]
        judged = pd.concat([judged, *(all_items.assign(coder=who) for who in sorted(set(given["coder"])))])
    lang = settings.pop("lang", project.settings.lang)
    posts = project.posts
    table = agreement(
        annotations,
        judged.reset_index(drop=True),
        **{
            "unit": "sentence" if project.unit == "paragraph" else project.unit,
            "labels": "multiple" if project.codebook.multi_label else "single",
            "codes": project.codebook.code_ids,
            "langs": dict(zip(posts["doc_id"], posts["lang"], strict=True)),
            "texts": project.texts,
            **settings,
        },
    )
    return AgreementReport(table, lang)
