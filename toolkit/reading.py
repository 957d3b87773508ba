"""Texts prepared for reading: what stands behind a number, as pieces that a page can colour."""

import hashlib
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import COLOURS, LANES, Mark, clean, lanes_of, marked_html, page, render
from toolkit.principles.evidence_view import SIGNS, words_in
from toolkit.principles.explain import Explanation, explain
from toolkit.printable import printable
from toolkit.tables import check

__all__ = [
    "CodedPosts",
    "Piece",
    "PostView",
    "as_html",
    "best_passages",
    "evidence_of",
    "marked_post",
    "show_codes",
    "show_furniture",
    "with_cues",
]

#: Characters of one post that are shown, and annotations whose evidence is: a page of some megabytes at most.
_MOST_CHARACTERS, _MOST_ENTRIES = 100_000, 200

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
    for each code.

    >>> import pandas as pd
    >>> from toolkit.reading import marked_post
    >>> furniture = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 8, "rule": "print", "kind": "menu",
    ...     "quote": "Imprimir"})
    >>> pieces = marked_post("Imprimir Las marcas escuchan.", furniture)
    >>> [(piece.text, piece.kind) for piece in pieces]
    [('Imprimir', 'furniture'), (' Las marcas escuchan.', 'plain')]
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
        return clean(printable(said))

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
    """A passage with the cues of its evidence marked.

    >>> import json
    >>> from toolkit.reading import with_cues
    >>> text = "Hay que escuchar. Siempre."
    >>> cue = {"cue": "escuchar", "weight": 2, "start": 8, "end": 16, "quote": "escuchar"}
    >>> [(piece.text, piece.kind) for piece in with_cues(text, 0, 17, json.dumps({"cues": [cue]}))]
    [('Hay que ', 'plain'), ('escuchar', 'cue'), ('.', 'plain')]
    """
    cues = evidence_of(evidence)["cues"]
    spans: list[_Span] = [(cue["start"] - start, cue["end"] - start, "cue", (cue["cue"],)) for cue in cues]
    return list(_pieces(text[start:end], sorted(spans)))


def evidence_of(evidence: object) -> dict[str, Any]:
    """The ``evidence`` cell of an annotation as a dict with ``cues`` and ``examples`` (empty where there are none).

    >>> from toolkit.reading import evidence_of
    >>> evidence_of('{"method": "cues", "cues": []}'), evidence_of(None)
    ({'cues': [], 'examples': [], 'method': 'cues'}, {'cues': [], 'examples': []})
    """
    try:
        found = json.loads(evidence) if isinstance(evidence, str) else {}
    except ValueError as error:
        raise InputError(
            f"evidence '{str(evidence)[:60]}' is not JSON ({error}); expected is what a coder wrote."
        ) from error
    return {"cues": [], "examples": [], **found}


def best_passages(annotations: pd.DataFrame, code: str, most: int = 5) -> pd.DataFrame:
    """The annotations of a code with the highest scores, one per passage text, at most two of a post.

    >>> import pandas as pd
    >>> from toolkit.reading import best_passages
    >>> given = pd.DataFrame({"doc_id": ["a", "b", "c"], "start": 0, "end": 8, "code": "listening",
    ...     "quote": ["Escuchan", "Escuchan", "Cambian."], "score": [0.6, 0.9, 0.7]})
    >>> best_passages(given, "listening")[["doc_id", "quote", "score"]]  # each text once
      doc_id     quote  score
    1      b  Escuchan    0.9
    2      c  Cambian.    0.7
    """
    part = annotations[annotations["code"] == code].sort_values(
        ["score", "doc_id", "start"], ascending=[False, True, True], kind="stable"
    )
    part = part.drop_duplicates("quote")
    return part[part.groupby("doc_id").cumcount() < 2].head(most)


class CodedPosts:
    """Posts with every coded passage marked: ``print`` lists the passages, a notebook shows them on the text.

    >>> import pandas as pd
    >>> from toolkit.reading import show_codes
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["Llueve <mucho>."]})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 15, "quote": "Llueve <mucho>.", "stance": "mentions",
    ...     "codebook": "cluetrain", "code": "listening", "coder": "first", "kind": "human"})
    >>> shown = show_codes(posts, given)
    >>> type(shown).__name__, "<mucho>" in shown._repr_html_()  # texts are escaped
    ('CodedPosts', False)
    """

    def __init__(self, posts: list[dict[str, Any]], lang: str, left: int) -> None:
        self._posts, self._lang, self._left = posts, lang, left

    def __str__(self) -> str:
        say = words_in(self._lang)
        lines = []
        for post in self._posts:
            lines += [post["title"], *(f"  {entry['label']}: {entry['line']}" for entry in post["entries"])]
            lines += [] if post["entries"] else [f"  {say['nothing']}"]
            lines += [f"  {say['more'].format(n=post['more'])}"] if post["more"] else []
        return clean(printable("\n".join(lines + [say["posts_left"].format(n=self._left)] * (self._left > 0))))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return render("codes", self._posts, words_in(self._lang), self._lang, self._left)

    def save(self, path: str | Path) -> Path:
        """Write it as a page of its own for any browser; returns where."""
        return page(
            self._posts[0]["title"] if len(self._posts) == 1 else "Codes", self._repr_html_(), Path(path), self._lang
        )


def show_codes(
    posts: Any,
    annotations: pd.DataFrame,
    codebook: Codebook | None = None,
    *,
    furniture: pd.DataFrame | None = None,
    lang: str = "en",
    most: int = 20,
) -> CodedPosts:
    """Whole posts with every coded passage marked, and the evidence behind each.

    Parameters
    ----------
    posts : posts table, or one row of it; at most ``most`` are shown.
    annotations : annotations table; rows of other posts are left aside. Passages may overlap and carry several codes.
    codebook : that of the annotations; bundled ones are found by themselves.
    furniture : furniture table, shown struck out.
    lang : language of names and fixed words: "en", "es" or "it".

    Returns
    -------
    CodedPosts
        Each annotation is a line under its passage, in the colour of its family of codes, and a label with its number,
        stance (+ endorses, ! breach, − rejects, ○ mentions) and name; below the text its evidence as :func:`explain`
        gives it.

    Raises
    ------
    InputError
        if a table is not what it should be, positions or quotes do not fit the text, the evidence is not in its form,
        or the annotations are of another codebook.

    >>> import pandas as pd
    >>> from toolkit.reading import show_codes
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": ["Las marcas escuchan. Llueve."]})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "cluetrain", "code": "listening", "coder": "first", "kind": "human"})
    >>> print(show_codes(posts, given, lang="es"))
    a
      1 + Escuchar y responder, Respalda: 0-20 «Las marcas escuchan.»
    """
    if isinstance(posts, pd.Series | Mapping):
        posts = pd.DataFrame([dict(posts)])
    if not isinstance(posts, pd.DataFrame) or not {"doc_id", "text"} <= set(posts.columns) or posts.empty:
        raise InputError("show_codes: posts must be a posts table with at least one row, or one row of it.")
    shown = posts.head(max(int(most), 1))
    texts = dict(zip(shown["doc_id"], shown["text"], strict=True))
    # a row of another table is refused whole, before the others are left aside
    annotations = check("annotations", annotations)
    own = check("annotations", annotations[annotations["doc_id"].isin(texts)], texts)
    grey = None if furniture is None else check("furniture", furniture)
    views = []
    for post in shown.to_dict("records"):
        rows = own[own["doc_id"] == post["doc_id"]].sort_values(["start", "end", "code", "coder"], kind="stable")
        why = [explain(row, texts, codebook, lang=lang) for row in rows.head(_MOST_ENTRIES).to_dict("records")]
        spans = [] if grey is None else list(_rows(grey[grey["doc_id"] == post["doc_id"]], "start", "end", "kind"))
        views.append(_coded_post(post, why, spans, lang, len(rows) - len(why)))
    return CodedPosts(views, lang, len(posts) - len(shown))


def _coded_post(
    post: Mapping[str, Any], why: list[Explanation], furniture: list[tuple[int, int, str]], lang: str, more: int
) -> dict[str, Any]:
    """What the page shows of one post."""
    text = post["text"][:_MOST_CHARACTERS]
    several = len({one.annotation["coder"] for one in why}) > 1
    unnamed = sorted({one.view["code"] for one in why if one.view["family"][0] is None})
    marks = [Mark(start, end, "furniture", title=str(kind)) for start, end, kind in furniture]
    entries: list[dict[str, Any]] = []
    families: dict[tuple[int, str], int] = {}
    stances: dict[str, str] = {}
    for number, one in enumerate(why, 1):
        row, view = one.annotation, one.view
        place, name = view["family"]
        colour = unnamed.index(view["code"]) if place is None else place
        families[colour, name] = families.get((colour, name), 0) + 1
        stances.update({view["sign"]: view["stance"]} if view["stance"] else {})
        label = " ".join(filter(None, [str(number), view["sign"], view["name"]]))
        label += f" ({row['coder']})" if several else ""
        about = ", ".join(filter(None, [label, view["stance"], view["chance"]]))
        key = f"{row['doc_id']} {row['start']} {row['end']} {row['codebook']} {row['code']} {row['coder']} {number}"
        link = "evidence-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        marks.append(Mark(row["start"], row["end"], "coded", colour, 3, about, label, link))
        quote = " ".join(row["quote"].split())
        line = f"{row['start']}-{row['end']} «{quote if len(quote) <= 160 else quote[:159] + '…'}»"
        entries.append({"id": link, "label": about, "line": line, "view": view, "quote": row["quote"][:1000]})
    inside = [mark._replace(end=min(mark.end, len(text))) for mark in marks if mark.start <= len(text)]
    known = [str(post[key]) for key in ("doc_id", "lang", "date", "author", "url") if isinstance(post.get(key), str)]
    return {
        "title": post["title"] if isinstance(post.get("title"), str) else post["doc_id"],
        "about": ", ".join(known),
        "marked": marked_html(text, inside),
        "cut": len(post["text"]) - len(text),
        "outside": sum(lane >= LANES for lane in lanes_of(inside)),
        "families": [
            (name, COLOURS[colour % len(COLOURS)], colour // len(COLOURS) % 2, n)
            for (colour, name), n in sorted(families.items())
        ],
        "signs": ", ".join(f"{sign} {stances[sign]}" for sign in SIGNS.values() if sign in stances) or "–",
        "furniture": bool(furniture),
        "entries": entries,
        "more": more,
    }
