"""Practice sentences: texts with agreed codes and reasons, bundled for cluetrain or a file of the project."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import pandas as pd
from pydantic import Field

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml, sha256_text
from toolkit.resources import data_file, data_names
from toolkit.schema import StrictModel, validate
from toolkit.tables import check

__all__ = ["PracticeItem", "PracticeSet", "practice_set"]

#: The file a project may have of its own.
_OWN = "practice.yaml"
_LANGS = ("es", "it", "en")

Text = Annotated[str, Field(min_length=1, max_length=2000)]


class _Sentence(StrictModel):
    """``text``: by language what stands before, the sentence, and what stands after it."""

    id: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w.-]+$")]
    codes: dict[str, str | None]
    text: dict[Literal["es", "it", "en"], tuple[str, Text, str]]
    why: dict[Literal["es", "it", "en"], Text]


class _File(StrictModel):
    codebook: Text
    edition: Annotated[int, Field(ge=1)]
    sentences: Annotated[tuple[_Sentence, ...], Field(min_length=1, max_length=200)]


class PracticeItem(NamedTuple):
    """One sentence: its place in its text, the agreed codes with their stances (None: no stance), why, by language."""

    start: int
    end: int
    codes: Mapping[str, str | None]
    why: Mapping[str, str]


class PracticeSet(NamedTuple):
    """The texts (a posts table), the sentences (an items table), and what was agreed on each item, which is named as
    its text."""

    posts: pd.DataFrame
    items: pd.DataFrame
    agreed: dict[str, PracticeItem]


def practice_set(folder: Path, codebook: Codebook, langs: Sequence[str]) -> PracticeSet | None:
    """The practice sentences for a project.

    Parameters
    ----------
    folder : of the project; its ``practice.yaml``, where there is one, is used instead of the bundled sentences.
    codebook : the project's. Sentences with codes or stances that it does not have are left out.
    langs : languages of the project's texts: each sentence is taken in one of them, in turn.

    Returns
    -------
    PracticeSet or None
        None if there are no sentences for this codebook; a set without items if there are, but in none of ``langs``.

    Raises
    ------
    InputError
        if the project's own file is of another codebook, or says what cannot be; the message names the key.
    """
    path = _path(folder, codebook.id)
    if path is None:
        return None
    found = validate(_File, read_yaml(path), str(path))
    if found.codebook != codebook.id:
        raise InputError(f"{path}: is for codebook '{found.codebook}', the project's is '{codebook.id}'.")
    names = [sentence.id for sentence in found.sentences]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"{path}: the sentence '{twice}' is there twice; each once.")
    stances: set[str] = {stance.id for stance in codebook.stances}
    if path.name == _OWN:
        _refuse_unknown(path, found, codebook, stances)
    fitting = [
        one
        for one in found.sentences
        if set(one.codes) <= set(codebook.code_ids) and {stance for stance in one.codes.values() if stance} <= stances
    ]
    spoken = [lang for lang in _LANGS if lang in langs]
    rows: list[dict[str, str]] = []
    agreed: dict[str, PracticeItem] = {}
    for number, one in enumerate(fitting):
        own = [lang for lang in spoken if lang in one.text]
        if not own:
            continue
        lang = own[number % len(own)]
        before, sentence, after = one.text[lang]
        doc_id = f"practice-{found.edition}/{one.id}-{lang}"
        start = len(before) + 1 if before else 0
        text = " ".join(part for part in (before, sentence, after) if part)
        rows.append({"doc_id": doc_id, "lang": lang, "text": text, "title": str(len(rows) + 1)})
        why = {str(lang): text for lang, text in one.why.items()}
        agreed[doc_id] = PracticeItem(start, start + len(sentence), one.codes, why)
    return PracticeSet(_posts(rows), _items(agreed, rows), agreed)


def _path(folder: Path, codebook: str) -> Path | None:
    if (folder / _OWN).is_file():
        return folder / _OWN
    name = f"practice_{codebook}.yaml"
    return data_file("annotation", name) if name in data_names("annotation") else None


def _refuse_unknown(path: Path, found: _File, codebook: Codebook, stances: set[str]) -> None:
    """Codes and stances that the codebook lacks are mistakes where somebody wrote sentences for this project."""
    for sentence in found.sentences:
        for code, stance in sentence.codes.items():
            if code not in codebook.code_ids:
                hint = suggestion(code, codebook.code_ids)
                raise InputError(f"{path}: sentence '{sentence.id}': the codebook has no code '{code}'; {hint}")
            if stance is not None and stance not in stances:
                hint = suggestion(stance, sorted(stances))
                raise InputError(f"{path}: sentence '{sentence.id}': the codebook has no stance '{stance}'; {hint}")


def _posts(rows: list[dict[str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["doc_id", "lang", "text", "title"])
    return check("posts", table.assign(sha256=[sha256_text(text) for text in table["text"]]))


def _items(agreed: Mapping[str, PracticeItem], rows: list[dict[str, str]]) -> pd.DataFrame:
    places = [(item, item, one.start, one.end, "sentence") for item, one in agreed.items()]
    table = pd.DataFrame(places, columns=["item", "doc_id", "start", "end", "unit"])
    return check("items", table.astype({"start": int, "end": int}).assign(lang=[row["lang"] for row in rows]))
