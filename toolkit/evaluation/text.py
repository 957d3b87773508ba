"""An evaluation to read: aligned for a terminal, or as Markdown. Texts are other people's, and are made harmless."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from toolkit.evaluation.measures import MEASURES
from toolkit.printable import printable

if TYPE_CHECKING:
    from toolkit.evaluation.result import Evaluation

__all__ = ["as_markdown", "as_text"]

#: What is shown beside each other for languages and coders.
_SHORT = (
    "f1_micro", "f1_macro", "mean_average_precision", "top_1", "top_3", "any_f1", "any_auc", "brier", "ece",
    "stance_f1_macro_gold", "stance_f1_macro_found",
)  # fmt: skip
_NAMES = {
    "mean_average_precision": "mean average precision",
    "any_auc": "any or none, AUC",
    "any_f1": "any or none, F1",
}
_OF_CODES = ("f1", "precision", "recall", "average_precision", "base_rate")
_OF_STANCES = ("f1", "precision", "recall", "code_recall")
#: Confusions and errors shown in a terminal; the tables have all of them.
_FEW, _MANY = 5, 20
_QUOTE = 110


class _Block(NamedTuple):
    heading: str
    head: list[str]
    rows: list[list[str]]
    #: Columns of words, which stand to the left.
    left: int = 1


def as_text(evaluation: "Evaluation") -> str:
    """The evaluation for a terminal: aligned columns, two decimals, intervals.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.evaluation import as_text, evaluate
    >>> rows = [("a", 0, "listening"), ("a", 9, "talking"), ("b", 0, "listening")]
    >>> gold = pd.DataFrame(rows, columns=["doc_id", "start", "code"])
    >>> gold = gold.assign(end=gold["start"] + 8, quote="Escuchan", codebook="groundswell", coder="first", kind="human")
    >>> predicted = gold.drop(1).assign(coder="machine:cues", kind="machine")
    >>> units = gold[["doc_id", "start", "end"]]
    >>> found = evaluate(gold, predicted, load_codebook("groundswell"), units=units, repeats=100)
    >>> print(as_text(found).split(":")[0])
    machine
    """
    parts = [evaluation.title, *(f"  note: {note}" for note in evaluation.notes)]
    for block in _blocks(evaluation, _FEW):
        parts += ["", block.heading]
        widths = [max(len(row[place]) for row in [block.head, *block.rows]) for place in range(len(block.head))]
        for row in [block.head, *block.rows]:
            cells = [
                cell.ljust(width) if place < block.left else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            parts.append(("  " + "  ".join(cells)).rstrip())
    parts += ["", *(_errors(evaluation, _FEW, str))]
    return printable("\n".join(parts).rstrip() + "\n")


def as_markdown(evaluation: "Evaluation") -> str:
    """The evaluation as Markdown, with what each measure is.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.evaluation import as_markdown, evaluate
    >>> rows = [("a", 0, "listening"), ("a", 9, "talking"), ("b", 0, "listening")]
    >>> gold = pd.DataFrame(rows, columns=["doc_id", "start", "code"])
    >>> gold = gold.assign(end=gold["start"] + 8, quote="Escuchan", codebook="groundswell", coder="first", kind="human")
    >>> predicted = gold.drop(1).assign(coder="machine:cues", kind="machine")
    >>> units = gold[["doc_id", "start", "end"]]
    >>> found = evaluate(gold, predicted, load_codebook("groundswell"), units=units, repeats=100)
    >>> print(as_markdown(found).splitlines()[0])
    # Evaluation
    """
    parts = ["# Evaluation", "", _cell(evaluation.title), "", *(f"- {_cell(note)}" for note in evaluation.notes)]
    for block in _blocks(evaluation, _MANY):
        marks = ["---" if place < block.left else "---:" for place in range(len(block.head))]
        parts += ["", f"## {block.heading}", ""]
        parts += ["| " + " | ".join(map(_cell, row)) + " |" for row in (block.head, marks, *block.rows)]
    parts += ["", *(_errors(evaluation, _MANY, _cell, "- ", "## "))]
    parts += ["", "## What the measures are", ""]
    there = set(evaluation.measures["measure"]) | set(evaluation.comparison["measure"])
    parts += [f"- {_named(name)}: {_cell(meaning)}" for name, meaning in MEASURES.items() if name in there]
    return printable("\n".join(parts) + "\n")


def _blocks(evaluation: "Evaluation", confusions: int) -> list[_Block]:
    table = evaluation.measures
    scopes = {str(scope): part for scope, part in table.groupby("scope", sort=False)}
    overall = scopes["all"]
    rows = [[_named(row.measure), *_value(row), f"{row.n:,}"] for row in overall.itertuples()]
    blocks = [_Block("All codes", ["measure", "value", "interval", "n"], rows)]
    langs = scopes.get("lang")
    if langs is not None and langs["of"].nunique() > 1:
        both = pd.concat([langs, scopes["gap"]]) if "gap" in scopes else langs
        blocks.append(
            _wide("By language (the last columns: the first language minus the second)", both, _SHORT, "measure")
        )
    if "code" in scopes:
        blocks.append(_by(scopes["code"], "By code", "code", _OF_CODES))
    if "stance" in scopes:
        blocks.append(_by(scopes["stance"], "By stance, over all gold codes", "stance", _OF_STANCES))
    compared = evaluation.comparison
    if len(compared):
        own = compared[compared["difference"].isna()]["coder"].iloc[0]
        for gold, part in compared.groupby("gold", sort=False):
            wide = part.assign(of=part["coder"])
            heading = f"Beside others, all measured against {gold}"
            blocks.append(_wide(heading, wide, _SHORT, "measure"))
            ahead = part[part["measure"].isin(("f1_micro", "mean_average_precision")) & part["difference"].notna()]
            if len(ahead):
                rows = [
                    [row.coder, _named(row.measure), *_value(row, "difference", "difference_low", "difference_high")]
                    for row in ahead.itertuples()
                ]
                blocks.append(_Block(f"{own} minus the other, same samples of documents",
                                     ["other", "measure", "difference", "interval"], rows, 2))  # fmt: skip
    wrong = evaluation.confusion
    for kind in ("code", "stance"):
        part = wrong[(wrong["kind"] == kind) & (wrong["gold"] != wrong["predicted"])]
        if kind == "code":
            part = part[(part["gold"] != "(none)") & (part["predicted"] != "(none)")]
        part = part.sort_values(["n", "gold", "predicted"], ascending=[False, True, True], kind="stable")
        if len(part):
            rows = [[row.gold, row.predicted, f"{row.n:,}"] for row in part.head(confusions).itertuples()]
            blocks.append(_Block(f"Most frequent confusions of {kind}s", ["gold", "predicted", "n"], rows, 2))
    if len(evaluation.reliability):
        rows = [
            [f"{row.low:.3f} to {row.high:.3f}", f"{row.mean:.3f}", f"{row.observed:.3f}",
             *_interval(row.ci_low, row.ci_high, 3), f"{row.n:,}"]
            for row in evaluation.reliability[evaluation.reliability["bins"] == "equal hits"].itertuples()
        ]  # fmt: skip
        head = ["probability", "mean", "observed", "interval", "n"]
        blocks.append(_Block("Reliability: units x codes in bins of equally many expected hits", head, rows))
    return blocks


def _by(table: pd.DataFrame, heading: str, name: str, measures: tuple[str, ...]) -> _Block:
    """One row per code or stance: n of gold, F1 with its interval, the other measures."""
    there = [measure for measure in measures if measure in set(table["measure"])]
    head = [name, "gold"]
    for measure in there:
        head += [_named(measure), "interval"] if measure == "f1" else [_named(measure)]
    rows = []
    for of, part in table.groupby("of", sort=False):
        found = {row.measure: row for row in part.itertuples()}
        counted = found.get("recall", found.get("code_recall"))
        line = [str(of), f"{counted.n:,}" if counted is not None else "0"]
        for measure in there:
            if measure == "f1":
                line += _value(found[measure]) if measure in found else ["–", "–"]
            else:
                line.append(_number(found[measure].value) if measure in found else "–")
        rows.append(line)
    return _Block(heading, head, rows)


def _wide(heading: str, table: pd.DataFrame, measures: tuple[str, ...], first: str) -> _Block:
    """One row per measure, one column per language or coder, each value with its interval."""
    others = list(dict.fromkeys(table["of"]))
    cells = {(row.measure, row.of): " ".join(_value(row)) for row in table.itertuples()}
    there = [measure for measure in measures if any((measure, other) in cells for other in others)]
    rows = [[_named(measure), *(cells.get((measure, other), "–") for other in others)] for measure in there]
    return _Block(heading, [first, *others], rows)


def _errors(
    evaluation: "Evaluation", most: int, clean: Callable[[str], str], mark: str = "  ", heading: str = ""
) -> list[str]:
    lines: list[str] = []
    for kind, title in (("false positive", "Surest false positives"), ("miss", "Surest misses")):
        part = evaluation.errors[evaluation.errors["kind"] == kind].head(most)
        if not len(part):
            continue
        lines += ["" if lines else None, f"{heading}{title}", *([""] if heading else [])]  # type: ignore[list-item]
        for row in part.itertuples():
            quote = " ".join((row.quote if isinstance(row.quote, str) else "").split())
            quote = quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1] + "…"
            lines.append(
                mark
                + clean(
                    f"{row.code} {_number(row.score)}, {row.doc_id} {row.start}-{row.end}: «{quote}» "
                    f"gold: {row.gold}; given: {row.predicted}{_because(row.evidence)}"
                )
            )
    return [line for line in lines if line is not None]


def _because(evidence: object) -> str:
    """The cues and the nearest example of an annotation's evidence, in a few words."""
    try:
        found = json.loads(evidence) if isinstance(evidence, str) else {}
    except (ValueError, RecursionError):
        return ""
    given = [found.get(name) if isinstance(found, dict) else None for name in ("cues", "examples")]
    told, examples = (
        [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else [] for rows in given
    )
    cues = [str(cue.get("quote", cue.get("cue", ""))) for cue in told]
    said = [f"cues: {', '.join(dict.fromkeys(cues))}"] if cues else []
    said += [f"nearest example: {examples[0].get('id')} ({examples[0].get('similarity')})"] if examples else []
    return f" [{'; '.join(said)}]" if said else ""


def _named(measure: object) -> str:
    name = str(measure)
    return _NAMES.get(name, name.replace("_", " "))


def _number(value: object, digits: int = 2) -> str:
    return "–" if pd.isna(value) else f"{value:.{digits}f}"


def _value(row: object, value: str = "value", low: str = "ci_low", high: str = "ci_high") -> list[str]:
    # Brier score and calibration error are small where codes are rare
    digits = 3 if getattr(row, "measure", "") in ("brier", "ece") else 2
    return [_number(getattr(row, value), digits), *_interval(getattr(row, low), getattr(row, high), digits)]


def _interval(low: float, high: float, digits: int = 2) -> list[str]:
    return ["–" if pd.isna(low) else f"{low:.{digits}f} to {high:.{digits}f}"]


def _cell(text: str) -> str:
    """Words in a Markdown table: no bars, no tags."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
