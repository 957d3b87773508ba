"""Texts prepared for reading: what stands behind a number, as pieces that a page can colour."""

import html
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from toolkit.errors import InputError, suggestion

__all__ = ["Piece", "PostView", "as_html", "best_passages", "evidence_of", "marked_post", "show_furniture", "with_cues"]

_Span = tuple[int, int, str, tuple[str, ...]]
_STYLES = {
    "furniture": ("del", "color: #8a939e"),
    "foreign": ("i", "color: #00734f"),
    "coded": ("span", "background: #dcebf7; color: #222"),
    "cue": ("mark", "background: #ffe58a; color: #222"),
}


class Piece(NamedTuple):
    """A stretch of text and what it is: "plain", "furniture", "foreign", "coded" or "cue", with labels for a
    reader; joined, the pieces of a post are its unchanged text."""

    text: str
    kind: str = "plain"
    labels: tuple[str, ...] = ()


def marked_post(
    text: str,
    furniture: pd.DataFrame | None = None,
    annotations: pd.DataFrame | None = None,
    passages: pd.DataFrame | None = None,
    *,
    lang: str | None = None,
    names: Mapping[str, str] | None = None,
) -> list[Piece]:
    """One post as pieces: furniture, coded passages, and passages in another language than ``lang``.

    The tables hold the rows of this post; without one, nothing of its kind is marked. ``names``: what to write
    for each code.
    """
    spans = [(start, end, "furniture", (str(kind),)) for start, end, kind in _rows(furniture, "start", "end", "kind")]
    coded: dict[tuple[int, int], list[str]] = {}
    for start, end, code, stance in _rows(annotations, "start", "end", "code", "stance"):
        label = (names or {}).get(code, code)
        coded.setdefault((start, end), []).append(f"{label}: {stance}" if isinstance(stance, str) else label)
    marked: list[_Span] = [*spans, *((start, end, "coded", tuple(labels)) for (start, end), labels in coded.items())]
    for start, end, other, is_furniture in _rows(passages, "start", "end", "lang", "furniture"):
        if lang is not None and other != lang and not is_furniture and (start, end) not in coded:
            marked.append((start, end, "foreign", (str(other),)))
    return list(_pieces(text, sorted(marked)))


def as_html(pieces: Iterable[Piece]) -> str:
    """Pieces as HTML: every text escaped, furniture struck out in grey, cues and coded passages coloured.

    >>> as_html([Piece("<b>"), Piece("promesa", "cue", ("promesa",))])
    '&lt;b&gt;<mark style="background: #ffe58a; color: #222" title="promesa">promesa</mark>'
    """
    parts = []
    for piece in pieces:
        tag, style = _STYLES.get(piece.kind, ("", ""))
        text, title = html.escape(piece.text), html.escape("; ".join(piece.labels))
        parts.append(f'<{tag} style="{style}" title="{title}">{text}</{tag}>' if tag else text)
    return "".join(parts)


class PostView:
    """One post for a notebook: shown with colours; as text, with furniture in double brackets."""

    def __init__(self, pieces: list[Piece], heading: str, legend: str = "") -> None:
        self.pieces = pieces
        self._heading, self._legend = heading, legend

    def _repr_html_(self) -> str:
        head = f"<p><b>{html.escape(self._heading)}</b> <small>{html.escape(self._legend)}</small></p>"
        return (
            f'<div style="max-width: 50em">{head}<div style="white-space: pre-wrap">{as_html(self.pieces)}</div></div>'
        )

    def __str__(self) -> str:
        return "".join(f"[[{piece.text}]]" if piece.kind == "furniture" else piece.text for piece in self.pieces)


def show_furniture(posts: pd.DataFrame, furniture: pd.DataFrame, doc_id: str) -> PostView:
    """A post with its furniture greyed; the rule that marked a stretch appears when the mouse is on it.

    Parameters
    ----------
    posts, furniture : the tables; ``furniture`` is what :func:`toolkit.corpus.mark_furniture` returns.
    doc_id : the post.

    Raises
    ------
    InputError
        if there is no such post; the nearest doc_id is named.
    """
    own = posts.loc[posts["doc_id"] == doc_id, "text"]
    if own.empty:
        raise InputError(f"no post '{doc_id}'; {suggestion(doc_id, posts['doc_id'].head(5000))}")
    rows = furniture[furniture["doc_id"] == doc_id]
    spans = [
        (s, e, "furniture", (f"{kind} ({rule})",)) for s, e, kind, rule in _rows(rows, "start", "end", "kind", "rule")
    ]
    counts = rows["kind"].value_counts().sort_index()
    legend = ", ".join(f"{kind} {n}" for kind, n in counts.items()) or "no furniture"
    return PostView(list(_pieces(own.item(), sorted(spans))), doc_id, legend)


def _rows(table: pd.DataFrame | None, *columns: str) -> Iterator[tuple[Any, ...]]:
    if table is None:
        return iter(())
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
    cues = evidence_of(evidence)["cues"]
    spans: list[_Span] = [(cue["start"] - start, cue["end"] - start, "cue", (cue["cue"],)) for cue in cues]
    return list(_pieces(text[start:end], sorted(spans)))


def evidence_of(evidence: object) -> dict[str, Any]:
    """The ``evidence`` cell of an annotation as a dict with ``cues`` and ``examples`` (empty where there are none)."""
    found = json.loads(evidence) if isinstance(evidence, str) else {}
    return {"cues": [], "examples": [], **found}


def best_passages(annotations: pd.DataFrame, code: str, most: int = 5) -> pd.DataFrame:
    """The annotations of a code with the highest scores, one per passage text, at most two of a post."""
    part = annotations[annotations["code"] == code].sort_values(
        ["score", "doc_id", "start"], ascending=[False, True, True], kind="stable"
    )
    part = part.drop_duplicates("quote")
    return part[part.groupby("doc_id").cumcount() < 2].head(most)
