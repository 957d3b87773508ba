"""Exercises of notebook 04: precision from counts, a cut, a code without its cue, cells that one may quote."""

from collections.abc import Mapping
from math import exp, isclose
from typing import TYPE_CHECKING

from toolkit.lessons.finding import Finding, NotAsked, Rounded, close, is_percent, number_of, parts_of, right, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS"]

_STEPS = tuple(step / 20 for step in range(1, 20))
_SURE = 0.05
_HOLDS = ("these posts", "other posts")


def precision_of_code(answer: object, *, judged: "pd.DataFrame", code: str) -> Finding:
    """Precision of one code; ``judged``: a row for each sentence and code with ``gold`` and ``decided``."""
    got = number_of(answer)
    own = judged[judged["code"] == code]
    hits, given, there = int((own["gold"] & own["decided"]).sum()), int(own["decided"].sum()), int(own["gold"].sum())
    precision, recall = hits / given, hits / there
    if close(got, precision):
        return right(hits=hits, given=given, recall=Rounded(recall, 2))
    if is_percent(got, precision):
        return Finding("percent", {})
    if got == hits > 1:
        return Finding("count", {"hits": hits})
    known = {
        "recall": recall,
        "f1": 2 * hits / (given + there),
        "all_codes": (judged["gold"] & judged["decided"]).sum() / judged["decided"].sum(),
        "wrong_ones": 1 - precision,
        "accuracy": float((own["gold"] == own["decided"]).mean()),
        "of_sentences": hits / len(own),
        "ratio": hits / max(given - hits, 1),
    }
    return _known(got, known, precision)


def lowest_cut(answer: object, *, judged: "pd.DataFrame") -> Finding:
    """The lowest of .05, .10 ... .95 from which on at least half of the codes given are right."""
    got = number_of(answer)
    gold, score = judged["gold"].to_numpy(), judged["score"].to_numpy()
    if got > 1:
        return Finding("no_score", {"got": got})
    at = next((step for step in _STEPS if isclose(step, got, abs_tol=1e-6)), None)
    if at is None:
        return Finding("no_step", {"got": got})
    precision = {step: gold[score >= step].mean() if (score >= step).any() else 0.0 for step in _STEPS}
    recall = {step: gold[score >= step].sum() / gold.sum() for step in _STEPS}
    enough = [step for step in _STEPS if precision[step] >= 0.5]
    if enough and at == min(enough):
        return right(recall=Rounded(recall[at], 2), precision=Rounded(precision[at], 2))
    if at == max((step for step in _STEPS if recall[step] >= 0.5), default=None):
        return Finding("recall", {"got": Rounded(at, 2)})
    said = {"got": Rounded(at, 2), "precision": Rounded(precision[at], 2)}
    return Finding("too_low" if precision[at] < 0.5 else "lower_does", said)


def without_cues(answer: object, *, parts: Mapping[str, float], cut: float) -> Finding:
    """The probability of a code had the part of the cues been 0."""
    got = number_of(answer)
    logit, cues, base = sum(parts.values()), parts.get("cues", 0.0), parts.get("base", 0.0)
    wanted = _probability(logit - cues)
    if close(got, wanted):
        return right(before=Rounded(_probability(logit), 2), cut=Rounded(cut, 2))
    if isclose(got, logit - cues, abs_tol=0.02):
        return Finding("logit", {"got": Rounded(got, 2)})
    if is_percent(got, wanted):
        return Finding("percent", {})
    known = {
        "unchanged": _probability(logit),
        "sign": 1 - wanted,
        "cues_alone": _probability(cues),
        "base_and_cues": _probability(base + cues),
        "without_base": _probability(logit - cues - base),
        "base_alone": _probability(base),
        "difference": _probability(logit) - wanted,
    }
    return _known(got, known, wanted)


def pairs_to_quote(
    answer: object, *, cells: "pd.DataFrame", summary: "pd.DataFrame", measures: "pd.DataFrame"
) -> Finding:
    """Theme and principle of the cells that are sure, of a theme that holds and of a principle found well enough."""
    got = _pairs_of(answer)
    holds = summary.set_index("topic")["holds"]
    macro = measures[(measures["scope"] == "all") & (measures["measure"] == "f1_macro")]["value"].iloc[0]
    f1 = measures[(measures["scope"] == "code") & (measures["measure"] == "f1")].set_index("of")["value"]
    table = cells.set_index(["topic", "code"])
    for pair in sorted(got):
        if pair not in table.index:
            return Finding("unknown", {"pair": ", ".join(pair)})
    wrong: dict[str, list[tuple[str, str]]] = {"unsure": [], "p_value": [], "fleeting": [], "weak": []}
    wanted = set()
    for row in cells.itertuples():
        pair = (row.topic, row.code)
        if not row.q_value < _SURE:
            fault = "p_value" if row.p_value < _SURE else "unsure"
        elif holds[row.topic] not in _HOLDS:
            fault = "fleeting"
        elif not f1.get(row.code, 0.0) >= macro:
            fault = "weak"
        else:
            wanted.add(pair)
            continue
        if pair in got:
            wrong[fault].append(pair)
    for fault, pairs in wrong.items():
        if pairs:
            return Finding(fault, {"pair": ", ".join(pairs[0]), "n": len(pairs)})
    missing = wanted - got
    if missing:
        rare = all(table.loc[pair, "lift"] < 1 for pair in missing)
        return Finding("rarer" if rare else "missing", {"n": len(missing), "got": len(got)})
    return right(n=len(wanted), cells=len(cells))


def _probability(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def _known(got: float, known: Mapping[str, float], wanted: float) -> Finding:
    """The mistake whose number this is; else whether it is no share at all, too high or too low."""
    for message, value in known.items():
        if close(got, float(value)):
            return Finding(message, {"got": Rounded(got, 2)})
    if not 0 <= got <= 1:
        return Finding("no_share", {"got": got})
    return Finding("high" if got > wanted else "low", {"got": got})


def _pairs_of(answer: object) -> set[tuple[str, str]]:
    """Pairs of texts from a list of pairs or from a table with ``topic`` and ``code``."""
    columns = getattr(answer, "columns", None)
    if columns is not None and {"topic", "code"} <= set(columns):
        answer = list(zip(answer["topic"], answer["code"], strict=True))  # type: ignore[index]
    if isinstance(answer, Mapping) or (columns is not None and not isinstance(answer, list)):
        raise _no_pairs(answer)
    found = set()
    for one in parts_of(answer, "no_pairs"):
        pair = parts_of(one, "no_pairs")
        if len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise _no_pairs(one)
        found.add((pair[0].strip(), pair[1].strip()))
    return found


def _no_pairs(got: object) -> NotAsked:
    return NotAsked("no_pairs", got=shown(got))


CHECKS = {"04.1": precision_of_code, "04.2": lowest_cut, "04.3": without_cues, "04.4": pairs_to_quote}
