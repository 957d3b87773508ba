"""Whole posts with every coded passage marked, and the evidence behind each."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.display.numbers import number
from toolkit.display.plain import plain_text
from toolkit.errors import InputError
from toolkit.marked_text import COLOURS, LANES, Mark, lanes_of, marked_html, page, render
from toolkit.principles.evidence_view import SIGNS, words_in
from toolkit.principles.explain import Explanation, explain
from toolkit.printable import beginning
from toolkit.reading.pieces import rows_of
from toolkit.tables import check

__all__ = ["CodedPosts", "show_codes"]

#: Characters of one post that are shown, and annotations whose evidence is: a page of some megabytes at most.
_MOST_CHARACTERS, _MOST_ENTRIES = 100_000, 200


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
        return plain_text("\n".join(lines + [say["posts_left"].format(n=self._left)] * (self._left > 0)))

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
    for column in ("doc_id", "text"):
        strange = ~posts[column].map(lambda value: isinstance(value, str)).astype(bool)
        if strange.any():
            row, value = int(strange.to_numpy().argmax()), posts[column][strange.to_numpy()].iloc[0]
            raise InputError(f"show_codes: posts, row {row + 1}, column '{column}': got {value}, expected text.")
    if posts["doc_id"].duplicated().any():
        double = posts["doc_id"][posts["doc_id"].duplicated()].iloc[0]
        raise InputError(f"show_codes: '{double}' stands among the posts twice; give each post once.")
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
        spans = [] if grey is None else list(rows_of(grey[grey["doc_id"] == post["doc_id"]], "start", "end", "kind"))
        views.append(_coded_post(post, why, spans, lang, len(rows) - len(why)))
    return CodedPosts(views, lang, len(posts) - len(shown))


def _coded_post(
    post: Mapping[str, Any], why: list[Explanation], furniture: list[tuple[int, int, str]], lang: str, more: int
) -> dict[str, Any]:
    """What the page shows of one post."""
    text = beginning(post["text"], _MOST_CHARACTERS)
    several = len({one.annotation["coder"] for one in why}) > 1
    unnamed = sorted({one.view["code"] for one in why if one.view["family"][0] is None})
    marks = [Mark(start, end, "furniture", title=str(kind)) for start, end, kind in furniture]
    entries: list[dict[str, Any]] = []
    families: dict[tuple[int, str], int] = {}
    stances: dict[str, str] = {}
    for nth, one in enumerate(why, 1):
        row, view = one.annotation, one.view
        place, name = view["family"]
        colour = unnamed.index(view["code"]) if place is None else place
        families[colour, name] = families.get((colour, name), 0) + 1
        stances.update({view["sign"]: view["stance"]} if view["stance"] else {})
        label = " ".join(filter(None, [str(nth), view["sign"], view["name"]]))
        label += f" ({row['coder']})" if several else ""
        about = ", ".join(filter(None, [label, view["stance"], view["chance"]]))
        key = f"{row['doc_id']} {row['start']} {row['end']} {row['codebook']} {row['code']} {row['coder']} {nth}"
        link = "evidence-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        marks.append(Mark(row["start"], row["end"], "coded", colour, 3, about, label, link))
        quote = " ".join(row["quote"].split())
        line = f"{row['start']}-{row['end']} «{quote if len(quote) <= 160 else beginning(quote, 159) + '…'}»"
        entries.append({"id": link, "label": about, "line": line, "view": view, "quote": beginning(row["quote"], 1000)})
    inside = [mark._replace(end=min(mark.end, len(text))) for mark in marks if mark.start <= len(text)]
    known = [str(post[key]) for key in ("doc_id", "lang", "date", "author", "url") if isinstance(post.get(key), str)]
    return {
        "title": post["title"] if isinstance(post.get("title"), str) else post["doc_id"],
        "about": ", ".join(known),
        "marked": marked_html(text, inside),
        "cut": number(len(post["text"]) - len(text), lang) if len(post["text"]) > len(text) else "",
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
