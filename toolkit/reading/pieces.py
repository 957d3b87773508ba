"""A post as pieces of text and what each is: furniture, coded, a cue; as HTML and as plain text."""

import html
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from toolkit.display.plain import plain_text
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import clean

__all__ = [
    "Piece", "PostView", "as_html", "best_passages", "evidence_of", "marked_post", "rows_of", "show_furniture",
    "with_cues",
]  # fmt: skip

_Span = tuple[int, int, str, tuple[str, ...]]
_STYLES = {
    "furniture": ("del", "opacity: .62"),
    "foreign": ("i", "border-bottom: 2px solid #009e73"),
    "coded": ("span", "background: #dcebf7; color: #222"),
    "cue": ("mark", "background: #ffe58a; color: #222"),
}


class Piece(NamedTuple):
    """A stretch of text and what it is: "plain", "furniture", "foreign", "coded" or "cue", with labels for a
    reader; joined, the pieces of a post are its unchanged text.

    >>> from toolkit.reading import Piece, as_html
    >>> Piece("Hola. ").kind, as_html([Piece("Hola. "), Piece("Imprimir", "furniture", ("menu",))]).count("Imprimir")
    ('plain', 1)
    """

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
    for each code. Of spans that overlap the one that begins first is marked; :func:`show_codes` marks all.

    >>> import pandas as pd
    >>> from toolkit.reading import marked_post
    >>> furniture = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 8, "rule": "print", "kind": "menu",
    ...     "quote": "Imprimir"})
    >>> pieces = marked_post("Imprimir Las marcas escuchan.", furniture)
    >>> [(piece.text, piece.kind) for piece in pieces]
    [('Imprimir', 'furniture'), (' Las marcas escuchan.', 'plain')]
    """
    spans = [(start, end, "furniture", (str(kind),)) for start, end, kind in rows_of(furniture, "start", "end", "kind")]
    coded: dict[tuple[int, int], list[str]] = {}
    if annotations is not None and "stance" not in annotations:
        annotations = annotations.assign(stance=None)
    for start, end, code, stance in rows_of(annotations, "start", "end", "code", "stance"):
        label = (names or {}).get(code, code)
        coded.setdefault((start, end), []).append(f"{label}: {stance}" if isinstance(stance, str) else label)
    marked: list[_Span] = [*spans, *((start, end, "coded", tuple(labels)) for (start, end), labels in coded.items())]
    for start, end, other, is_furniture in rows_of(passages, "start", "end", "lang", "furniture"):
        # of a passage whose language is not known nothing is said
        known = isinstance(other, str) and lang is not None
        if known and other != lang and not is_furniture and (start, end) not in coded:
            marked.append((start, end, "foreign", (other,)))
    return list(_pieces(text, sorted(marked)))


def as_html(pieces: Iterable[Piece]) -> str:
    """Pieces as HTML: every text escaped, furniture struck out in grey, cues and coded passages coloured.

    >>> as_html([Piece("<b>"), Piece("promesa", "cue", ("promesa",))])
    '&lt;b&gt;<mark style="background: #ffe58a; color: #222" title="promesa">promesa</mark>'
    """
    parts = []
    for piece in pieces:
        tag, style = _STYLES.get(piece.kind, ("", ""))
        text, title = html.escape(clean(piece.text)), html.escape(clean("; ".join(piece.labels)))
        parts.append(f'<{tag} style="{style}" title="{title}">{text}</{tag}>' if tag else text)
    return "".join(parts)


class PostView:
    """One post for a notebook: shown with colours; as text, with furniture in double brackets.

    >>> from toolkit.reading import Piece, PostView
    >>> view = PostView([Piece("Imprimir", "furniture", ("menu",)), Piece(" Las marcas escuchan.")], "a")
    >>> print(view)
    [[Imprimir]] Las marcas escuchan.
    """

    def __init__(self, pieces: list[Piece], heading: str, legend: str = "") -> None:
        self.pieces = pieces
        self._heading, self._legend = heading, legend

    def _repr_html_(self) -> str:
        heading, legend = (html.escape(clean(said)) for said in (self._heading, self._legend))
        return (
            f'<div class="tex2jax_ignore mathjax_ignore" style="max-width: 50em"><p><b><bdi>{heading}</bdi></b> '
            f'<small>{legend}</small></p><div dir="auto" style="white-space: pre-wrap">{as_html(self.pieces)}</div>'
            "</div>"
        )

    def __str__(self) -> str:
        said = "".join(f"[[{piece.text}]]" if piece.kind == "furniture" else piece.text for piece in self.pieces)
        return plain_text(said)

    __repr__ = __str__


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

    >>> import pandas as pd
    >>> from toolkit.reading import show_furniture
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["Imprimir\\nLas marcas escuchan."]})
    >>> furniture = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 8, "rule": "print", "kind": "menu",
    ...     "quote": "Imprimir"})
    >>> print(show_furniture(posts, furniture, "a"))
    [[Imprimir]]
    Las marcas escuchan.
    """
    own = posts.loc[posts["doc_id"] == doc_id, "text"]
    if own.empty:
        raise InputError(f"no post '{doc_id}'; {suggestion(doc_id, posts['doc_id'].head(5000))}")
    rows = furniture[furniture["doc_id"] == doc_id]
    spans = [
        (s, e, "furniture", (f"{kind} ({rule})",)) for s, e, kind, rule in rows_of(rows, "start", "end", "kind", "rule")
    ]
    counts = rows["kind"].value_counts().sort_index()
    legend = ", ".join(f"{kind} {n}" for kind, n in counts.items()) or "no furniture"
    return PostView(list(_pieces(own.item(), sorted(spans))), doc_id, legend)


def rows_of(table: pd.DataFrame | None, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns; none without a table."""
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
    """A passage with the cues of its evidence marked.

    >>> import json
    >>> from toolkit.reading import with_cues
    >>> text = "Hay que escuchar. Siempre."
    >>> cue = {"cue": "escuchar", "weight": 2, "start": 8, "end": 16, "quote": "escuchar"}
    >>> [(piece.text, piece.kind) for piece in with_cues(text, 0, 17, json.dumps({"cues": [cue]}))]
    [('Hay que ', 'plain'), ('escuchar', 'cue'), ('.', 'plain')]
    """
    spans: list[_Span] = []
    for cue in evidence_of(evidence)["cues"]:
        first, last = cue.get("start"), cue.get("end")
        if type(first) is not int or type(last) is not int:
            raise InputError(
                f"evidence: the cue '{str(cue.get('cue'))[:60]}' has no whole numbers as start and end; expected is "
                "what a coder wrote."
            )
        # those of its neighbours are left out
        if start <= first < min(last, end):
            spans.append((first - start, min(last, end) - start, "cue", (str(cue.get("cue", "")),)))
    return list(_pieces(text[start:end], sorted(spans)))


def evidence_of(evidence: object) -> dict[str, Any]:
    """The ``evidence`` cell of an annotation as a dict with ``cues`` and ``examples`` (empty where there are none).

    >>> from toolkit.reading import evidence_of
    >>> evidence_of('{"method": "cues", "cues": []}'), evidence_of(None)
    ({'cues': [], 'examples': [], 'method': 'cues'}, {'cues': [], 'examples': []})
    """
    try:
        found = json.loads(evidence) if isinstance(evidence, str) else {}
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"evidence '{str(evidence)[:60]}' is not JSON ({error}); expected is what a coder wrote."
        ) from error
    whole = {"cues": [], "examples": [], **found} if isinstance(found, dict) else {}
    rows = [row for name in ("cues", "examples") for row in _rows(whole.get(name))]
    if not whole or not all(isinstance(row, dict) for row in rows):
        raise InputError(
            f"evidence '{str(evidence)[:60]}' has no lists of cues and examples; expected is what a coder wrote."
        )
    return whole


def best_passages(annotations: pd.DataFrame, code: str, most: int = 5) -> pd.DataFrame:
    """The annotations of a code with the highest scores, one per passage text, at most two of a post; those without a
    score last.

    >>> import pandas as pd
    >>> from toolkit.reading import best_passages
    >>> given = pd.DataFrame({"doc_id": ["a", "b", "c"], "start": 0, "end": 8, "code": "listening",
    ...     "quote": ["Escuchan", "Escuchan", "Cambian."], "score": [0.6, 0.9, 0.7]})
    >>> best_passages(given, "listening")[["doc_id", "quote", "score"]]  # each text once
      doc_id     quote  score
    1      b  Escuchan    0.9
    2      c  Cambian.    0.7
    """
    if "score" not in annotations:
        annotations = annotations.assign(score=float("nan"))
    part = annotations[annotations["code"] == code].sort_values(
        ["score", "doc_id", "start"], ascending=[False, True, True], kind="stable"
    )
    part = part.drop_duplicates("quote")
    return part[part.groupby("doc_id").cumcount() < 2].head(most)


def _rows(value: object) -> list[object]:
    """A list as it is; anything else as a row that no list should hold."""
    return value if isinstance(value, list) else [value]
