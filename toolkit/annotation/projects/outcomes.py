"""What became of a machine's suggestions."""

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from toolkit.annotation.projects.project import Project

__all__ = ["suggestion_outcomes"]


def suggestion_outcomes(project: "Project") -> pd.DataFrame:
    """See :meth:`toolkit.annotation.Project.suggestion_outcomes`."""
    table = project.suggestions.rename(columns={"coder": "machine"})
    parts = []
    for coder in project.coders:
        mine = project.items[project.items["item"].isin(project.queue(coder))]
        state = project.state(coder)
        own = table[table["doc_id"].isin(mine["doc_id"])]
        taken = {coding.source.get("suggestion") for coding in state.codings.values() if coding.source}
        done = {
            place
            for item, *place_of in mine[["item", "doc_id", "start", "end"]].itertuples(index=False, name=None)
            if state.item(item).status == "done"
            for place in [tuple(place_of)]
        }
        of_doc: dict[str, list[tuple[int, int]]] = {}
        for doc_id, start, end in zip(mine["doc_id"], mine["start"], mine["end"], strict=True):
            of_doc.setdefault(doc_id, []).append((start, end))
        outcomes: list[str | None] = []
        for row in own.to_dict("records"):
            around = [place for place in of_doc[row["doc_id"]] if place[0] <= row["start"] and row["end"] <= place[1]]
            if not around:
                outcomes.append(None)
            elif row["id"] in taken:
                outcomes.append("accepted")
            elif row["id"] in state.dismissed:
                outcomes.append("dismissed")
            elif (row["doc_id"], row["start"], row["end"], row["code"]) in state.codings:
                outcomes.append("given")
            else:
                judged = any((row["doc_id"], *place) in done for place in around)
                outcomes.append("passed over" if judged else "open")
        part = own.assign(coder=coder, outcome=pd.Series(outcomes, index=own.index, dtype="str"))
        parts.append(part[part["outcome"].notna()])
    return pd.concat(parts, ignore_index=True)
