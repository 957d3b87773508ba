"""What a curator made of each coder's codings: kept, taken away, added, another stance, other borders."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.annotation.curating.alignment import Given, align, codings_by_stretch, records
from toolkit.annotation.curating.rules_at_stake import page_words
from toolkit.annotation.curating.side_by_side import render_page
from toolkit.codebook import Codebook
from toolkit.codebook.schema import in_language
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import clean, page
from toolkit.printable import printable
from toolkit.tables import check, empty

__all__ = ["CuratorSummary", "coder_scores", "curator_changes", "curator_summary"]

#: In the order of the contract.
_WHAT = ("kept", "added", "removed", "stance", "boundary")
#: Changes listed on a page; the table has them all.
_MOST_ROWS = 300
_QUOTED = ["doc_id", "start", "end", "code", "quote"]


def curator_changes(
    annotations: pd.DataFrame,
    adjudicated: pd.DataFrame,
    judged: pd.DataFrame,
    *,
    coder: str | None = None,
    curators: Sequence[str] | None = None,
) -> pd.DataFrame:
    """What became of every coding when the curator decided, coder by coder.

    Parameters
    ----------
    annotations : annotations table of the coders.
    adjudicated : annotations table of the curator (or of several; each name in ``coder`` is one).
    judged : judged table of coders and curator. Only what both judged is compared: where the curator judged a unit and
        gave nothing, a coder's codes there were taken away. Its rows of the curator may have the columns ``at`` and
        ``note``: when and why, used where no code of the curator says it.
    coder : only this coder (default: all but the curators).
    curators : who decided (default: all names in ``adjudicated``); needed where a curator gave no code at all.

    Returns
    -------
    pandas.DataFrame
        The table ``curator_changes``, by coder, text and place, with two columns more. One row per coding of a coder:
        "kept" (same code, stance and borders), "stance" (``was`` against ``became``), "boundary" (same code, other
        borders, given in ``to_start`` and ``to_end``; the stance may differ too), "removed"; and one per code of the
        curator that the coder did not give: "added". Another code in place of one is a row "removed" and one "added".
        A coding that the curator divided has a row "boundary" for each part. ``at``, ``why``: of the curator's code
        (why: ``why`` in its evidence, else its note); for "removed" those of the curator's other decisions on the
        same passage.

    Raises
    ------
    InputError
        if a table is not what it should be, the curator has judged nothing, or the coder is unknown.

    >>> import pandas as pd
    >>> from toolkit.annotation import curator_changes
    >>> given = pd.DataFrame({"doc_id": "a", "start": [0, 9], "end": [8, 17], "quote": "Escuchan",
    ...     "codebook": "cluetrain", "code": "listening", "stance": "endorses", "coder": "first", "kind": "human"})
    >>> decided = given.head(1).assign(coder="curator", stance="breach")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "curator") for start in (0, 9)],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> curator_changes(given, decided, judged)[["coder", "start", "what", "code", "was", "became"]]
       coder  start     what       code       was  became
    0  first      0   stance  listening  endorses  breach
    1  first      9  removed  listening  endorses     NaN
    """
    own, decided, seen = check("annotations", annotations), check("annotations", adjudicated), check("judged", judged)
    judges = sorted(set(seen["coder"]))
    deciding = sorted(set(curators or decided["coder"]))
    if not set(deciding) & set(judges):
        raise InputError(
            f"curator_changes: {', '.join(deciding) or 'the curator'} has no row in judged; without it nobody can tell "
            "what was taken away from what was not looked at yet (with no code at all, name them in curators=)."
        )
    if coder is not None and coder not in judges:
        raise InputError(f"curator_changes: '{coder}' has judged nothing; {suggestion(coder, judges)}")
    coders = [name for name in judges if name not in deciding] if coder is None else [coder]
    both = pd.concat([own[~own["coder"].isin(deciding)], decided[decided["coder"].isin(deciding)]], ignore_index=True)
    codings = codings_by_stretch(both, seen)
    quotes = {(*place, code): quote for *place, code, quote in records(both, _QUOTED)}
    reasons = _Reasons(decided, seen)
    rows: list[tuple[Any, ...]] = []
    for (doc_id, low, high), by in codings.items():
        for curator in [name for name in deciding if name in by]:
            for name in [name for name in coders if name in by and name != curator]:
                for what, one, other in _changes(by[name], by[curator]):
                    given = one or other
                    assert given is not None
                    start, end, code, _ = given
                    at, why = reasons.of(curator, doc_id, one, other, by[curator], (low, high))
                    rows.append(
                        (name, doc_id, start, end, quotes[doc_id, start, end, code], what, code,
                         (one[3] or None) if one else None, (other[3] or None) if other else None, curator, at, why,
                         *(other[:2] if what == "boundary" and other else (None, None)))
                    )  # fmt: skip
    if not rows:
        return empty("curator_changes").assign(to_start=pd.Series(dtype="float64"), to_end=pd.Series(dtype="float64"))
    rows.sort(key=lambda row: (*row[:4], _WHAT.index(row[5]), row[6], row[9], row[12] or 0))
    columns = ["coder", "doc_id", "start", "end", "quote", "what", "code", "was", "became", "curator", "at", "why"]
    table = pd.DataFrame(rows, columns=[*columns, "to_start", "to_end"])
    return check("curator_changes", table.astype({"to_start": "float64", "to_end": "float64"}))


def coder_scores(changes: pd.DataFrame) -> pd.DataFrame:
    """How much of each coder's work the curator left as it was.

    Parameters
    ----------
    changes : what :func:`curator_changes` returns.

    Returns
    -------
    pandas.DataFrame
        One row per coder and curator: ``n`` codings that the curator judged, of which ``kept``, ``stance``,
        ``boundary`` and ``removed`` (they sum to ``n``), ``added`` codes, and ``share`` = kept / n (0-1, missing
        where n is 0). The share is agreement with the curator, who may have seen the codings: it says nothing about
        who was right.

    >>> import pandas as pd
    >>> from toolkit.annotation import coder_scores, curator_changes
    >>> given = pd.DataFrame({"doc_id": "a", "start": [0, 9], "end": [8, 17], "quote": "Escuchan",
    ...     "codebook": "cluetrain", "code": "listening", "stance": "endorses", "coder": "first", "kind": "human"})
    >>> decided = given.head(1).assign(coder="curator", stance="breach")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "curator") for start in (0, 9)],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> coder_scores(curator_changes(given, decided, judged))[["coder", "n", "kept", "stance", "removed", "share"]]
       coder  n  kept  stance  removed  share
    0  first  2     0       1        1    0.0
    """
    table = check("curator_changes", changes)
    # a coding that was divided, or was kept and overlaps another of its code, is one coding; kept comes first
    table = table.sort_values("what", key=lambda what: what.map(_WHAT.index), kind="stable")
    table = table.assign(_added=table["what"] == "added")
    codings = table.drop_duplicates(["coder", "curator", "doc_id", "start", "end", "code", "_added"])
    counts = pd.crosstab([codings["coder"], codings["curator"]], codings["what"]).reindex(columns=_WHAT, fill_value=0)
    table = counts.rename_axis(columns=None).reset_index().astype(dict.fromkeys(_WHAT, "int64"))
    table["n"] = table[["kept", "stance", "boundary", "removed"]].sum(axis=1)
    table["share"] = table["kept"] / table["n"].where(table["n"] > 0)
    return table[["coder", "curator", "n", "kept", "stance", "boundary", "removed", "added", "share"]]


@dataclass(frozen=True)
class CuratorSummary:
    """What the curator changed, to read: a notebook shows a page, ``print`` gives text.

    ``scores``: what :func:`coder_scores` returns. ``html``: without scripts, every text escaped.
    """

    html: str
    text: str
    scores: pd.DataFrame

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def save(self, path: str | Path) -> Path:
        """Write it as a page of its own for any browser; returns where."""
        return page("curator", self.html, Path(path))


def curator_summary(changes: pd.DataFrame, codebook: Codebook | None = None, lang: str = "en") -> CuratorSummary:
    """What the curator changed, for the coders to read.

    ``changes``: what :func:`curator_changes` returns, of one coder or of all. ``codebook``: for the names of codes and
    stances (default: their ids). ``lang``: language of the page. Up to 300 changes are listed, the kept ones counted.

    >>> import pandas as pd
    >>> from toolkit.annotation import curator_changes, curator_summary
    >>> given = pd.DataFrame({"doc_id": "a", "start": [0, 9], "end": [8, 17], "quote": "Escuchan",
    ...     "codebook": "cluetrain", "code": "listening", "stance": "endorses", "coder": "first", "kind": "human"})
    >>> decided = given.head(1).assign(coder="curator", stance="breach")
    >>> judged = pd.DataFrame([(coder, "a", start, start + 8) for coder in ("first", "curator") for start in (0, 9)],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> summary = curator_summary(curator_changes(given, decided, judged), lang="es")
    >>> print(summary.text.splitlines()[0])
    Qué cambió la revisión
    """
    table, say, scores = check("curator_changes", changes), page_words(lang), coder_scores(changes)
    names = codebook.names(lang) if codebook else {}
    stances: Mapping[str, str] = (
        {stance.id: in_language(stance.name, lang) for stance in codebook.stances} if codebook else {}
    )
    changed = table[table["what"] != "kept"]
    rows = []
    for row in changed.head(_MOST_ROWS).to_dict("records"):
        row = {key: None if pd.isna(value) else value for key, value in row.items()}
        was, became = ((stances.get(stance, stance) if stance else say["no_stance"])
                       for stance in (row["was"], row["became"]))  # fmt: skip
        how = {"added": became, "removed": was}.get(row["what"], f"{was} → {became}" if was != became else was)
        if row["what"] == "boundary" and row.get("to_start") is not None:
            how = f"{row['start']}–{row['end']} → {row['to_start']:.0f}–{row['to_end']:.0f}; {how}"
        rows.append({**row, "what": say["what"][row["what"]], "code": names.get(row["code"], row["code"]), "how": how})
    shown = [
        {**score, "share": "–" if pd.isna(score["share"]) else f"{score['share']:.2f}",
         "coder": f"{score['coder']} / {score['curator']}" if scores["curator"].nunique() > 1 else score["coder"]}
        for score in scores.to_dict("records")
    ]  # fmt: skip
    view = {"scores": shown, "rows": rows, "more": len(changed) - len(rows)}
    lines = [say["curator_title"], *([] if shown else [say["curator_none"]])]
    heads = say["score_heads"]
    for score in shown:
        counts = ", ".join(f"{heads[key]} {score[key]}" for key in ("kept", "stance", "boundary", "removed", "added"))
        lines.append(f"  {score['coder']}: {say['codes']} {score['n']}; {counts}; {heads['share']} {score['share']}")
    for row in rows:
        quote = " ".join(str(row["quote"]).split())
        quote = quote if len(quote) <= 100 else quote[:99] + "…"
        lines.append(f"  {row['coder']}, {row['doc_id']} {row['start']}-{row['end']} «{quote}»")
        when = ", ".join(filter(None, [row["curator"], row["at"], row["why"]]))
        lines.append(f"    {row['what']}: {row['code']}, {row['how']} ({when})")
    lines += [say["more"].format(n=view["more"])] if view["more"] else []
    return CuratorSummary(render_page("curator", view, say, lang), clean(printable("\n".join(lines))), scores)


def _changes(coder: frozenset[Given], curator: frozenset[Given]) -> list[tuple[str, Given | None, Given | None]]:
    """What became of a coder's codings of one stretch, and what was added."""
    same, moved, removed, added = align(coder, curator)
    return [
        *(("kept" if one[3] == other[3] else "stance", one, other) for one, other in same),
        *(("boundary", one, other) for one, other in moved),
        *(("removed", one, None) for one in removed),
        *(("added", None, other) for other in added),
    ]


class _Reasons:
    """When and why a curator decided."""

    def __init__(self, decided: pd.DataFrame, seen: pd.DataFrame) -> None:
        self.of_code = {
            row[:5]: (row[5], _why(row[6]) or row[7])
            for row in records(decided, ["coder", "doc_id", "start", "end", "code", "created", "evidence", "note"])
        }
        more = [column if column in seen else "coder" for column in ("at", "note")]
        self.of_stretch = {
            row[:4]: tuple(None if name == "coder" else value for name, value in zip(more, row[4:], strict=True))
            for row in records(seen, ["coder", "doc_id", "start", "end", *more])
        }

    def of(
        self, curator: str, doc_id: str, one: Given | None, other: Given | None, decided: frozenset[Given],
        stretch: tuple[int, int],
    ) -> tuple[str | None, str | None]:  # fmt: skip
        """Time and reason of a change from ``one`` to ``other``; ``decided``: all that the curator gave there."""
        if other is None and one is not None:
            near = [given for given in sorted(decided) if given[0] < _end(one) and _end(given) > one[0]]
        else:
            near = [other] if other else []
        said = [self.of_code[curator, doc_id, *given[:3]] for given in near]
        at, why = self.of_stretch[curator, doc_id, *stretch]
        times = sorted(time for time, _ in said if time)
        reasons = dict.fromkeys(reason for _, reason in said if reason)
        return (times[-1] if times else at), (" / ".join(reasons) or why or None)


def _end(given: Given) -> int:
    """The end, one character on where a coding holds none (the code of an empty text)."""
    return max(given[1], given[0] + 1)


def _why(evidence: Any) -> str | None:
    """The curator's reason in the evidence of a code."""
    try:
        found = json.loads(evidence) if isinstance(evidence, str) else None
    except (ValueError, RecursionError):
        return None
    why = found.get("why") if isinstance(found, dict) else None
    return why if isinstance(why, str) and why else None
