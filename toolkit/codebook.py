"""Codebooks: what passages are coded with. Names, definitions, rules, cues and examples, checked when loaded.

A codebook is one YAML file; long cue lists and example banks may stand in files beside it (``cue_files``,
``example_files``). The bundled ones are in ``toolkit/data/codebooks``; a user's own file works the same way.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import pandas as pd
from pydantic import Field, model_validator

from toolkit.errors import InputError, suggestion
from toolkit.example_bank import read_examples
from toolkit.files import read_yaml
from toolkit.resources import data_file, data_names
from toolkit.schema import StrictModel, validate
from toolkit.tables import STANCES

__all__ = ["Code", "Codebook", "Cue", "codebook_names", "load_codebook"]

Words = dict[str, str]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Stance = Literal["endorses", "breach", "rejects", "mentions"]


class _CueEntry(StrictModel):
    cue: Annotated[str, Field(min_length=1, max_length=120)]
    weight: Annotated[int, Field(ge=1, le=3)] = 2
    needs: Annotated[tuple[str, ...], Field(alias="with")] = ()


class _CueFile(StrictModel):
    codebook: Identifier
    lang: str
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    cues: dict[str, tuple[_CueEntry, ...]]


class _Theses(StrictModel):
    primary: tuple[int, ...] = ()
    secondary: tuple[int, ...] = ()


class _Example(StrictModel):
    lang: str
    kind: Literal["positive", "negative", "borderline"]
    text: Annotated[str, Field(min_length=1)]
    stance: Stance | None = None
    reason: Words = Field(default_factory=dict)

    @model_validator(mode="after")
    def _stance_fits(self) -> "_Example":
        if self.kind == "positive" and self.stance is None:
            raise ValueError(f"the positive example '{self.text[:40]}' needs a stance ({', '.join(STANCES)}).")
        if self.kind == "negative" and self.stance is not None:
            raise ValueError(f"the negative example '{self.text[:40]}' cannot have a stance.")
        return self


class Code(StrictModel):
    """One code: texts by language, rules, neighbours, theses (numbers 1-95), examples and cues."""

    id: Identifier
    name: Words
    definition: Words
    include: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    exclude: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    contrasts: dict[str, Words] = Field(default_factory=dict)
    theses: _Theses = _Theses()
    principles: tuple[str, ...] = ()
    order: int | None = None
    examples: tuple[_Example, ...] = ()
    cues: dict[str, tuple[_CueEntry, ...]] = Field(default_factory=dict)


class _StanceText(StrictModel):
    id: Stance
    name: Words
    definition: Words


class _CodebookFile(StrictModel):
    id: Identifier
    version: str
    title: Words
    description: Words = Field(default_factory=dict)
    source: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ("es", "it", "en")
    unit: Literal["sentence", "paragraph", "document"] = "sentence"
    multi_label: bool = True
    stances: tuple[_StanceText, ...] = ()
    rules: tuple[Words, ...] = ()
    cue_files: tuple[str, ...] = ()
    example_files: tuple[str, ...] = ()
    codes: Annotated[tuple[Code, ...], Field(min_length=1)]


class Cue(NamedTuple):
    """A word or phrase that speaks for a code; ``needs``: one of these lemmas must be in the passage too."""

    code: str
    lang: str
    cue: str
    weight: int
    needs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Codebook:
    """A loaded codebook.

    ``examples``: id, lang, text, codes (dict of code -> stance; empty: no code applies); never changed.
    ``sha256`` covers the codebook with its cue and example files.
    """

    id: str
    version: str
    title: Words
    description: Words
    languages: tuple[str, ...]
    codes: tuple[Code, ...]
    cues: tuple[Cue, ...]
    examples: pd.DataFrame
    sha256: str
    path: Path

    @property
    def code_ids(self) -> list[str]:
        """The codes in the codebook's order."""
        return [code.id for code in self.codes]

    def code(self, code_id: str) -> Code:
        """One code by its id."""
        for code in self.codes:
            if code.id == code_id:
                return code
        raise InputError(f"codebook '{self.id}' has no code '{code_id}'; {suggestion(code_id, self.code_ids)}")

    def names(self, lang: str = "en") -> dict[str, str]:
        """The names of all codes in a language, by id: what figures take as ``names``."""
        return {code.id: _in(code.name, lang) for code in self.codes}

    def name(self, code_id: str, lang: str = "en") -> str:
        """A code's name in a language, else in the first one it has."""
        return _in(self.code(code_id).name, lang)


def codebook_names() -> list[str]:
    """The names of the bundled codebooks."""
    return [
        name.removesuffix(".yaml")
        for name in data_names("codebooks")
        if name.endswith(".yaml") and "_cues_" not in name
    ]


def load_codebook(source: str | Path = "cluetrain") -> Codebook:
    """A bundled codebook by name, or a YAML file by path.

    Raises :class:`InputError` naming file, code and field for: unknown keys, missing languages, codes given
    twice, contrasts or cues or examples for codes that do not exist, stances that do not exist, theses outside
    1-95, cue and example files that lie outside the codebook's folder.
    """
    path = Path(source)
    if path.suffix.lower() not in (".yaml", ".yml"):
        if str(source) not in codebook_names():
            known = suggestion(str(source), codebook_names())
            raise InputError(f"no codebook '{source}' (nor does it end in .yaml); {known}")
        path = data_file("codebooks", f"{source}.yaml")
    if not path.is_file():
        raise InputError(f"{path}: no such codebook file.")
    changed = path.stat().st_mtime_ns
    book = _parsed(path, changed)
    files = [_beside(path, name) for name in (*book.cue_files, *book.example_files)]
    return _load(path, (changed, *(file.stat().st_mtime_ns for file in files)))


@lru_cache(maxsize=16)
def _parsed(path: Path, _changed: int) -> _CodebookFile:
    book = validate(_CodebookFile, read_yaml(path), str(path))
    _check_codes(book, str(path))
    return book


@lru_cache(maxsize=16)
def _load(path: Path, _changed: tuple[int, ...]) -> Codebook:
    book = _parsed(path, _changed[0])
    digest = hashlib.sha256(path.read_bytes())
    cues = [
        cue
        for code in book.codes
        for lang, entries in code.cues.items()
        for cue in _cues(entries, code.id, lang, {}, str(path))
    ]
    for name in book.cue_files:
        file = _beside(path, name)
        digest.update(file.read_bytes())
        cues += _cue_file(file, book)
    rows = _own_examples(book)
    for name in book.example_files:
        file = _beside(path, name)
        digest.update(file.read_bytes())
        rows += read_examples(file, [code.id for code in book.codes])
    examples = pd.DataFrame(rows, columns=["id", "lang", "text", "codes"])
    return Codebook(
        id=book.id,
        version=book.version,
        title=book.title,
        description=book.description,
        languages=book.languages,
        codes=book.codes,
        cues=tuple(cues),
        examples=examples,
        sha256=digest.hexdigest(),
        path=path,
    )


def _beside(path: Path, name: str) -> Path:
    if Path(name).name != name:
        raise InputError(f"{path}: '{name}' must be a file name without folders; put the file beside the codebook.")
    for file in (path.parent / name, path.parent.parent / "examples" / name):
        if file.is_file():
            return file
    raise InputError(f"{path}: the file '{name}' is not beside the codebook.")


def _check_codes(book: _CodebookFile, where: str) -> None:
    ids = [code.id for code in book.codes]
    for code in book.codes:
        place = f"{where}: code '{code.id}'"
        if ids.count(code.id) > 1:
            raise InputError(f"{place} is given twice; ids must be unique.")
        texts = {"name": code.name, "definition": code.definition}
        texts |= {f"contrasts.{other}": words for other, words in code.contrasts.items()}
        for field, words in texts.items():
            _check_languages(words, book.languages, f"{place}, {field}")
        for other in code.contrasts:
            if other not in ids:
                raise InputError(f"{place}: contrast with unknown code '{other}'; {suggestion(other, ids)}")
        wrong = [n for n in (*code.theses.primary, *code.theses.secondary) if not 1 <= n <= 95]
        if wrong:
            raise InputError(f"{place}: thesis {wrong[0]} does not exist; theses are numbered 1 to 95.")


def _check_languages(words: Mapping[str, str], languages: tuple[str, ...], place: str) -> None:
    absent = [lang for lang in languages if not words.get(lang, "").strip()]
    if absent:
        raise InputError(f"{place}: the text in '{absent[0]}' is missing (languages: {', '.join(languages)}).")


def _cue_file(file: Path, book: _CodebookFile) -> list[Cue]:
    content = validate(_CueFile, read_yaml(file), str(file))
    if content.codebook != book.id:
        raise InputError(f"{file}: belongs to codebook '{content.codebook}', not to '{book.id}'.")
    if content.lang not in book.languages:
        known = suggestion(content.lang, book.languages)
        raise InputError(f"{file}: the language '{content.lang}' is none of codebook '{book.id}'; {known}")
    ids = [code.id for code in book.codes]
    cues: list[Cue] = []
    for code, entries in content.cues.items():
        if code not in ids:
            raise InputError(f"{file}: cues for unknown code '{code}'; {suggestion(code, ids)}")
        cues += _cues(entries, code, content.lang, content.groups, str(file))
    return cues


def _cues(
    entries: tuple[_CueEntry, ...], code: str, lang: str, groups: Mapping[str, tuple[str, ...]], where: str
) -> list[Cue]:
    cues = []
    for entry in entries:
        needs: list[str] = []
        for need in entry.needs:
            if need.startswith("@") and need[1:] not in groups:
                raise InputError(f"{where}: cue '{entry.cue}' of '{code}' needs the unknown group '{need}'.")
            needs += groups[need[1:]] if need.startswith("@") else [need]
        cues.append(Cue(code, lang, entry.cue, entry.weight, tuple(dict.fromkeys(needs))))
    return cues


def _own_examples(book: _CodebookFile) -> list[dict[str, object]]:
    """The examples inside the codebook; negative ones say only that this one code is wrong, so they are left out."""
    return [
        {
            "id": f"{code.id}-{number}",
            "lang": example.lang,
            "text": example.text,
            "codes": {code.id: example.stance},
        }
        for code in book.codes
        for number, example in enumerate(code.examples, 1)
        if example.kind == "positive"
    ]


def _in(words: Mapping[str, str], lang: str) -> str:
    return words.get(lang) or next(iter(words.values()))
