"""What the widget shows: the codebook in the language of the person, the queue, and one item in its text."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from toolkit.annotation.projects.project import Project
from toolkit.annotation.record.state import State
from toolkit.codebook import Codebook
from toolkit.codebook.schema import in_language
from toolkit.corpus import segment
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import clean
from toolkit.resources import data_file

__all__ = ["CODE_KEYS", "Documents", "codings_of", "interface_words", "queue_view", "setup_view"]

#: Keys of the codes, in the order of the codebook; the letters are those that no command of the widget uses.
CODE_KEYS = "1234567890bcehilmoptuvyz"
#: Examples shown with a code: enough to see its borders.
_MOST_EXAMPLES = 12
#: Characters of an item in the list.
_QUOTE = 80


@lru_cache(maxsize=1)
def interface_words() -> dict[str, dict[str, str]]:
    """The texts of the widget by language."""
    words: dict[str, dict[str, str]] = json.loads(data_file("annotation", "words.json").read_text(encoding="utf-8"))
    return words


def setup_view(project: Project, coder: str, role: str, lang: str) -> dict[str, Any]:
    """What stays the same while a person works."""
    words = interface_words()
    if lang not in words:
        raise InputError(f"the widget does not speak '{lang}'; {suggestion(lang, words)}")
    settings = project.settings
    return {
        "project": settings.title,
        "project_id": settings.id,
        "coder": coder,
        "role": role,
        "lang": lang,
        "langs": list(words),
        "words": words[lang],
        "unit": project.unit,
        "stance_required": settings.stance_required,
        "blind": settings.blind,
        "codebook": _codebook(project.codebook, lang),
        "guidelines": project.guidelines(lang).html,
    }


def _codebook(book: Codebook, lang: str) -> dict[str, Any]:
    groups = {group.id: in_language(group.name, lang) for group in book.groups}
    codes = [
        {
            "id": code.id,
            "key": CODE_KEYS[number] if number < len(CODE_KEYS) else "",
            "name": in_language(code.name, lang),
            "definition": in_language(code.definition, lang),
            "include": list(code.include.get(lang, next(iter(code.include.values()), ()))),
            "exclude": list(code.exclude.get(lang, next(iter(code.exclude.values()), ()))),
            "contrasts": [{"code": other, "text": in_language(words, lang)} for other, words in code.contrasts.items()],
            "examples": [
                {"text": example.text, "kind": example.kind, "stance": example.stance}
                for example in _examples(code.examples, lang)
            ],
            "group": groups.get(code.group or "", ""),
            "colour": number,
        }
        for number, code in enumerate(book.codes)
    ]
    stances = [
        {
            "id": stance.id,
            "key": str(number),
            "name": in_language(stance.name, lang),
            "definition": in_language(stance.definition, lang),
        }
        for number, stance in enumerate(book.stances, 1)
    ]
    return {
        "id": book.id,
        "version": book.version,
        "title": in_language(book.title, lang),
        "several": book.multi_label,
        "codes": codes,
        "stances": stances,
        "rules": [in_language(rule, lang) for rule in book.rules],
    }


def _examples(examples: Sequence[Any], lang: str) -> list[Any]:
    """Those in the language first: an example shows the borders of a code in any of them."""
    return sorted(examples, key=lambda example: example.lang != lang)[:_MOST_EXAMPLES]


def queue_view(project: Project, queue: Sequence[str], state: State) -> list[dict[str, Any]]:
    """The queue, an entry per item."""
    spans = zip(*(project.items[column] for column in ("doc_id", "start", "end")), strict=True)
    place = dict(zip(project.items["item"], spans, strict=True))
    titles = dict(zip(project.posts["doc_id"], project.posts["title"], strict=True))
    counts = codes_per_item(state)
    entries = []
    for item in queue:
        (doc_id, start, end), found = place[item], state.item(item)
        title = titles.get(doc_id)
        entries.append(
            {
                "item": item,
                "doc_id": doc_id,
                "title": clean(title if isinstance(title, str) and title else doc_id),
                "quote": clean(project.texts[doc_id][start : min(end, start + _QUOTE)]),
                "status": found.status,
                "flag": found.flag,
                "note": found.note,
                "codes": counts.get(item, 0),
            }
        )
    return entries


def codes_per_item(state: State) -> dict[str, int]:
    """How many codes each item has."""
    counts: dict[str, int] = {}
    for coding in state.codings.values():
        counts[coding.item] = counts.get(coding.item, 0) + 1
    return counts


def codings_of(state: State, doc_id: str) -> list[dict[str, Any]]:
    """A person's codings of one document, by place."""
    return [
        {
            "start": key[1],
            "end": key[2],
            "code": key[3],
            "stance": coding.stance,
            "note": coding.note,
            "n": coding.n,
            "at": coding.at,
            "from": coding.source or None,
            "why": coding.why,
            "item": coding.item,
        }
        for key, coding in sorted(pair for pair in state.codings.items() if pair[0][0] == doc_id)
    ]


class Documents:
    """The texts of a project as the widget shows them; what costs time to find is kept."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._posts = {row["doc_id"]: row for row in project.posts.to_dict("records")}
        self._items = {str(doc_id): part for doc_id, part in project.items.groupby("doc_id", sort=False)}
        self._suggested = {str(doc_id): part for doc_id, part in project.suggestions.groupby("doc_id", sort=False)}
        self._sentences: dict[str, list[tuple[int, int]]] = {}

    def document(self, doc_id: str) -> dict[str, Any]:
        """Text, furniture, sentences and items of a document."""
        post = self._posts[doc_id]
        furniture = self._project.furniture
        furniture = furniture[furniture["doc_id"] == doc_id]
        if doc_id not in self._sentences:
            found = segment(self._project.posts[self._project.posts["doc_id"] == doc_id], furniture)
            self._sentences[doc_id] = list(zip(found["start"].tolist(), found["end"].tolist(), strict=True))
        here = self._items[doc_id]
        return {
            "doc_id": doc_id,
            **{name: _said(post.get(name)) for name in ("title", "lang", "date", "source", "author", "url")},
            "text": clean(post["text"]),
            "furniture": [list(row) for row in furniture[["start", "end", "kind"]].itertuples(index=False, name=None)],
            "sentences": self._sentences[doc_id],
            "items": list(zip(here["item"], here["start"].tolist(), here["end"].tolist(), strict=True)),
        }

    def suggestions(self, doc_id: str, state: State) -> list[dict[str, Any]]:
        """The machine's suggestions for a document and what became of them."""
        if doc_id not in self._suggested:
            return []
        taken = {coding.source.get("suggestion") for coding in state.codings.values() if coding.source}
        return [
            {
                "id": row["id"],
                "start": int(row["start"]),
                "end": int(row["end"]),
                "code": row["code"],
                "stance": _said(row["stance"]) or None,
                "score": None if pd.isna(row["score"]) else round(float(row["score"]), 4),
                "by": row["coder"],
                "state": "accepted" if row["id"] in taken else "dismissed" if row["id"] in state.dismissed else "",
            }
            for row in self._suggested[doc_id].to_dict("records")
        ]

    def suggestion(self, suggestion_id: str) -> dict[str, Any]:
        """One suggestion as a row of the suggestions table."""
        table = self._project.suggestions
        found = table[table["id"] == suggestion_id]
        if not len(found):
            raise InputError(f"there is no suggestion '{suggestion_id[:40]}'.")
        return {str(key): value for key, value in found.iloc[0].to_dict().items()}


def _said(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""
