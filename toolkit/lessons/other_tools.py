"""The exercises of the notebook on other tools: positions counted another way, and what nobody coded."""

from collections.abc import Callable

import pandas as pd

from toolkit.lessons.finding import Finding, number_of, right, text_of

__all__ = ["CHECKS"]


def text_at(answer: object, *, line: str, start: int, end: int) -> Finding:
    """11.1: the text of ``line`` from ``start`` to ``end``, counted in UTF-16 units."""
    got, truth = text_of(answer), _read(line, start, end, "utf-16-le", 2).strip()
    if got == truth:
        return right(naive=line[start:end].strip(), text=truth)
    if got.lower() == truth.lower():
        return Finding("letters", {})
    if got == line[start:end].strip():
        return Finding("points", {})
    if got == _read(line, start, end, "utf-8", 1).strip():
        return Finding("bytes", {})
    if got and got in line:
        return Finding("part" if got in truth else "too_much" if truth in got else "elsewhere", {})
    return Finding("not_there", {})


def nobody_coded(answer: object, *, with_judged: pd.DataFrame, without: pd.DataFrame) -> Finding:
    """11.2: sentences judged and left without a code by both: ``n`` with the record of what was judged less ``n``
    without it; both tables as ``agreement`` gives them."""
    got = number_of(answer)
    read, coded = int(with_judged["n"].max()), int(without["n"].max())
    if got == read - coded:
        return right(read=read, coded=coded)
    percent = with_judged.set_index("measure")["value"].get("percent", float("nan"))
    mistakes = {
        "all_read": read,
        "coded": coded,
        "sum": read + coded,
        "turned_round": coded - read,
        "share": (read - coded) / read,
        "disagreed": round(read * (1 - percent)) if pd.notna(percent) else -1,
        "agreed": round(read * percent) if pd.notna(percent) else -1,
    }
    for message, wrong in mistakes.items():
        if abs(got - wrong) < 0.006 or (message == "share" and abs(got - 100 * wrong) < 0.6):
            return Finding(message, {})
    return Finding("more" if got < read - coded else "fewer", {})


CHECKS: dict[str, Callable[..., Finding]] = {"11.1": text_at, "11.2": nobody_coded}


def _read(line: str, start: int, end: int, encoding: str, width: int) -> str:
    """The text between two positions counted in units of ``width`` bytes of an encoding."""
    return line.encode(encoding)[width * start : width * end].decode(encoding, "replace")
