"""Every hostile string through an entry of the toolkit; for each, what became of it.

Outcomes: ``unchanged``; ``refused`` and ``said`` (something else came out, and a row says so); anything else is what
went wrong. The same functions serve the tests and ``tests/benchmarks/hostile_inputs.py``.
"""

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd

from hostile.strings import FORMULAS, STRINGS, UNWRITABLE, post_text
from toolkit.codebook import Codebook, load_codebook
from toolkit.converting import convert
from toolkit.corpus import load_corpus
from toolkit.errors import InputError, ToolkitError
from toolkit.exchange.registry import FORMATS
from toolkit.loading import load_to
from toolkit.settings import Study

__all__ = [
    "ALL", "FIELDS", "cells_that_would_run", "codebook_of", "converted", "loaded", "study_of", "survived", "write_posts",
]  # fmt: skip

ALL = {**STRINGS, **UNWRITABLE}
#: Fields of a post that hold whatever somebody wrote.
FIELDS = ("title", "author", "url", "site", "genre", "country")
#: What outcomes are in order.
survived = ("unchanged", "refused", "said").__contains__
#: What fields hold at most in a table of posts.
_SHORT = 2_000


def write_posts(path: Path, strings: dict[str, str]) -> Path:
    """Posts as JSON Lines, one for each string, which stands in the text and in every field."""
    with path.open("w", encoding="utf-8") as file:
        for number, string in enumerate(strings.values()):
            row = {"doc_id": f"p{number}", "lang": "es", "date": "2010-05-01", "text": post_text(string)}
            row |= dict.fromkeys(FIELDS, string[:_SHORT])
            file.write(json.dumps(row) + "\n")  # lone surrogates as \\ud83d, which JSON allows
    return path


def loaded(folder: Path) -> dict[str, str]:
    """Posts with every string, loaded into a corpus on disk and read from it."""
    load_to([write_posts(folder / "posts.jsonl", ALL)], folder / "corpus", progress=False)
    corpus = load_corpus(folder / "corpus")
    posts = corpus.posts.set_index("doc_id")
    told = " ".join(corpus.skipped["reason"]) + " ".join(corpus.skipped["source"])
    found = {}
    for number, (name, string) in enumerate(ALL.items()):
        line = f"line {number + 1}" in told or f"row {number + 1}" in told
        if f"p{number}" not in posts.index:
            found[name] = "refused" if line else "lost in silence"
            continue
        post = posts.loc[f"p{number}"]
        same = post["text"] == post_text(string)
        found[name] = "unchanged" if same else "said" if line else f"changed in silence: {_first(post['text'], string)}"
    return found


def _first(text: str, string: str) -> str:
    """Where a text begins to differ."""
    wanted = post_text(string)
    at = next((n for n, (a, b) in enumerate(zip(text, wanted, strict=False)) if a != b), min(len(text), len(wanted)))
    return f"{wanted[at : at + 9]!r} became {text[at : at + 9]!r}"


def converted(folder: Path, name: str) -> dict[str, str]:
    """An annotation with each string as quote, note and coder, written in a format and read back, each by itself."""
    found = {}
    for number, (label, string) in enumerate(ALL.items()):
        here = folder / f"{name}-{number}"
        here.mkdir()
        try:
            found[label] = _there_and_back(here, name, string)
        except ToolkitError as error:
            one_sentence = "\n" not in str(error).strip() and len(str(error)) < _SHORT
            found[label] = "refused" if one_sentence else f"not one sentence: {str(error)[:80]}"
        except Exception as error:
            found[label] = f"{type(error).__name__}: {str(error)[:80]}"
    return found


def _there_and_back(here: Path, name: str, string: str) -> str:
    text = post_text(string)
    start = text.index(string)
    row: dict[str, Any] = {
        "doc_id": "uno", "start": start, "end": start + len(string), "quote": string, "codebook": "cluetrain",
        "codebook_version": "1", "code": "listening", "stance": None, "coder": string[:200], "kind": "human",
        "score": None, "evidence": None, "created": "2026-01-01T10:00:00Z", "note": string,
    }  # fmt: skip
    (here / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (here / "a.texts.jsonl").write_text(
        json.dumps({"doc_id": "uno", "lang": "es", "text": text}) + "\n", encoding="utf-8"
    )
    out = here / ("out" if FORMATS[name].folder else f"out{FORMATS[name].suffixes[0]}")
    _, out_losses = convert(here / "a.jsonl", out, format="jsonl", to=name)
    _, back_losses = convert(out, here / "back.jsonl", format=name, to="jsonl")
    lines = (here / "back.jsonl").read_text(encoding="utf-8").split("\n")
    back = [json.loads(line) for line in lines if line]
    same = len(back) == 1 and all(
        back[0].get(field) == row[field] for field in ("start", "end", "quote", "note", "coder")
    )
    if same:
        return "unchanged"
    return "said" if len(out_losses) or len(back_losses) else f"changed in silence: {len(back)} rows"


def study_of(folder: Path) -> Study:
    """A small study of the loaded posts, its title and its notes hostile too."""
    return Study.model_validate(
        {
            "study": {"title": STRINGS["end of a script"] + STRINGS["formula"] + STRINGS["LaTeX"]},
            "corpus": {"path": str(folder / "corpus")},
            "topics": {"per_language": 2, "joint": 2, "runs": 2, "iterations": 20, "fewest_posts": 1},
            "principles": {"method": "cues"},
            "statistics": {"bootstrap": 100, "permutations": 100},
        }
    )


def codebook_of(folder: Path, string: str) -> Codebook:
    """A codebook that says a string wherever it may say anything. Raises InputError where it may not."""
    said = {"es": string, "it": string, "en": string}
    code = {
        "name": said, "definition": said, "include": {lang: [string] for lang in said}, "group": "g",
        "exclude": {lang: [string] for lang in said}, "examples": [{"lang": "es", "kind": "positive", "text": string, "stance": "endorses", "reason": said}],
    }  # fmt: skip
    book = {
        "id": "hostil", "version": "1", "title": said, "description": said, "source": string, "licence": string,
        "languages": ["es", "it", "en"], "rules": [said], "groups": [{"id": "g", "name": said}],
        "codes": [{"id": "uno", **code}, {"id": "dos", **code, "contrasts": {"uno": said}}],
    }  # fmt: skip
    path = folder / "hostil.yaml"
    # JSON is YAML, and has no aliases. Its escapes of signs beyond U+FFFF are halves of signs to YAML; these line ends,
    # as they are, are any line ends to it
    escaped = string in UNWRITABLE.values() or set("\x85\u2028\u2029") & set(string)
    path.write_text(json.dumps(book, ensure_ascii=bool(escaped)), encoding="utf-8")
    return load_codebook(path)


def codebooks(folder: Path) -> dict[str, str]:
    """Every string in a codebook: read, or refused in one sentence."""
    found = {}
    for name, string in ALL.items():
        try:
            book = codebook_of(folder, string)
            same = book.codes[0].definition["es"] == string
            found[name] = (
                "unchanged" if same else "said" if book.codes[0].definition["es"] == string.strip() else "changed"
            )
        except InputError as error:
            found[name] = "refused" if len(str(error)) < _SHORT else f"not one sentence: {str(error)[:80]}"
    return found


def cells_that_would_run(path: Path) -> list[str]:
    """Cells of a CSV that a spreadsheet would take for a formula; numbers are none."""
    csv.field_size_limit(10**9)
    starts = ("=", "+", "-", "@", "\t", "\r", "\n", FORMULAS["formula in wide signs"][0])
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = (cell for row in csv.reader(file) for cell in row)
        return [cell[:60] for cell in cells if cell.startswith(starts) and not _number(cell)]


def _number(cell: str) -> bool:
    return pd.notna(pd.to_numeric(cell, errors="coerce"))
