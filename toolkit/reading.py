"""Texts prepared for reading: what stands behind a number, as pieces that a page can colour."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

__all__ = ["Piece", "best_passages", "marked_post", "with_cues"]


_Span = tuple[int, int, str, tuple[str, ...]]


class Piece(NamedTuple):
    """A stretch of text and what it is: "plain", "furniture", "foreign", "coded" or "cue", with labels for a
    reader; joined, the pieces of a post are its unchanged text."""

    text: str
    kind: str = "plain"
    labels: tuple[str, ...] = ()


def marked_post(
    text: str,
    furniture: pd.DataFrame,
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    lang: str,
    names: Mapping[str, str],
) -> list[Piece]:
    """One post as pieces; the tables hold the rows of this post."""
    spans: list[_Span] = [
        (start, end, "furniture", (kind,)) for start, end, kind in _rows(furniture, "start", "end", "kind")
    ]
    coded: dict[tuple[int, int], list[str]] = {}
    for start, end, code, stance in _rows(annotations, "start", "end", "code", "stance"):
        label = names.get(code, code)
        coded.setdefault((start, end), []).append(f"{label}: {stance}" if isinstance(stance, str) else label)
    spans += [(start, end, "coded", tuple(labels)) for (start, end), labels in coded.items()]
    for start, end, other, is_furniture in _rows(passages, "start", "end", "lang", "furniture"):
        if other != lang and not is_furniture and (start, end) not in coded:
            spans.append((start, end, "foreign", (str(other),)))
    return list(_pieces(text, sorted(spans)))


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[column].tolist() for column in columns), strict=True)


def _pieces(text: str, spans: list[_Span]) -> Iterator[Piece]:
    position = 0
    for start, end, kind, labels in spans:
        if start < position:
            continue
        if position < start:
            yield Piece(text[position:start])
        yield Piece(text[start:end], kind, labels)
        position = end
    if position < len(text):
        yield Piece(text[position:])


def with_cues(text: str, start: int, end: int, evidence: str | None) -> list[Piece]:
    """A passage with the cues of its evidence marked."""
    cues = json.loads(evidence).get("cues", []) if isinstance(evidence, str) else []
    spans: list[_Span] = [(cue["start"] - start, cue["end"] - start, "cue", (cue["cue"],)) for cue in cues]
    return list(_pieces(text[start:end], sorted(spans)))


def best_passages(annotations: pd.DataFrame, code: str, most: int = 5) -> pd.DataFrame:
    """The annotations of a code with the highest scores, one per passage text, at most two of a post."""
    part = annotations[annotations["code"] == code].sort_values(
        ["score", "doc_id", "start"], ascending=[False, True, True], kind="stable"
    )
    part = part.drop_duplicates("quote")
    return part[part.groupby("doc_id").cumcount() < 2].head(most)
