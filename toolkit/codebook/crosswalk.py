"""Crosswalks: what a codebook's codes say about the codes of another one."""

import json

import pandas as pd

from toolkit.codebook.load import Codebook
from toolkit.codebook.migration import check_version
from toolkit.codebook.schema import in_language
from toolkit.errors import InputError, suggestion
from toolkit.tables import check

__all__ = ["cross_annotations", "crosswalk_table"]


def crosswalk_table(codebook: Codebook, lang: str = "en") -> pd.DataFrame:
    """The crosswalk of a codebook: one row a link.

    Returns
    -------
    DataFrame
        codebook, code, to_codebook, to_code, stance (what a passage that endorses ``code`` says about
        ``to_code``), reason (in ``lang``).

    >>> from toolkit.codebook import load_codebook
    >>> crosswalk_table(load_codebook("groundswell"))[["code", "to_codebook", "to_code", "stance"]].head(2)
            code to_codebook       to_code    stance
    0  listening   cluetrain     listening  endorses
    1    talking   cluetrain  conversation  endorses
    """
    rows = [
        (codebook.id, code.id, link.codebook, link.code, link.stance, in_language(link.reason, lang))
        for code in codebook.codes
        for link in code.crosswalk
    ]
    return pd.DataFrame(rows, columns=["codebook", "code", "to_codebook", "to_code", "stance", "reason"])


def cross_annotations(annotations: pd.DataFrame, codebook: Codebook, to: Codebook) -> pd.DataFrame:
    """The annotations that a crosswalk implies: codes of ``codebook`` read as codes of ``to``.

    Only passages that *endorse* a code are carried over: a passage that reports a level as missing or argues
    against it says nothing sure about the other codebook. If several codes of one passage lead to the same code
    with different stances, "breach" wins, then "rejects", then "endorses": the failing is what the passage adds.

    Parameters
    ----------
    annotations : annotations table; rows of other codebooks are passed over.

    Returns
    -------
    DataFrame
        annotations table of codebook ``to``, one row per passage, code and coder, sorted by post and position.
        ``coder`` is "<coder> via <codebook>", ``kind`` "machine", ``evidence`` JSON with the codes it comes from.

    Raises
    ------
    InputError
        if ``codebook`` has no crosswalk to ``to``, if the crosswalk leads to a code that this version of ``to``
        does not have, or if annotations are of a version of ``codebook`` that does not fit.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> row = {"doc_id": "a", "start": 0, "end": 5, "quote": "Hola.", "codebook": "groundswell", "code": "listening"}
    >>> given = pd.DataFrame([{**row, "stance": "endorses", "coder": "first", "kind": "human"}])
    >>> cross_annotations(given, load_codebook("groundswell"), load_codebook())[["code", "stance", "coder", "kind"]]
            code    stance                  coder     kind
    0  listening  endorses  first via groundswell  machine
    """
    links = crosswalk_table(codebook)
    links = links[links["to_codebook"] == to.id]
    if links.empty:
        known = crosswalk_table(codebook)["to_codebook"].unique().tolist()
        rest = suggestion(to.id, known) if known else "it has none."
        raise InputError(f"codebook '{codebook.id}' has no crosswalk to '{to.id}'; {rest}")
    lost = links[~links["to_code"].isin(to.code_ids)]
    if len(lost):
        code, absent = lost.iloc[0][["code", "to_code"]]
        raise InputError(
            f"the crosswalk of '{codebook.id}.{code}' leads to '{absent}', which is no code of '{to.id}' "
            f"{to.version}; {suggestion(absent, to.code_ids)}"
        )
    table = check_version(annotations, codebook)
    table = table[table["stance"] == "endorses"]
    crossed = table.merge(links.drop(columns="codebook").rename(columns={"stance": "implied"}), on="code")
    crossed["rank"] = crossed["implied"].map({"breach": 0, "rejects": 1, "endorses": 2, "mentions": 3})
    place = ["doc_id", "start", "end", "coder", "to_code"]
    crossed = crossed.sort_values([*place, "rank", "code"], kind="stable")
    rows = []
    for (doc_id, start, end, coder, code), group in crossed.groupby(place, sort=True):
        first = group.iloc[0]
        rows.append(
            {
                **{"doc_id": doc_id, "start": start, "end": end, "quote": first["quote"]},
                **{"codebook": to.id, "codebook_version": to.version, "code": code, "stance": first["implied"]},
                **{"coder": f"{coder} via {codebook.id}", "kind": "machine", "score": None},
                "evidence": json.dumps({"crosswalk": {codebook.id: group["code"].tolist()}}),
            }
        )
    columns = list(table.columns)
    return check("annotations", pd.DataFrame(rows, columns=columns)) if rows else check("annotations", table.iloc[:0])
