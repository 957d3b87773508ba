"""Loading a codebook with its cue files and example banks."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from toolkit.codebook.checks import check_book, check_one_way, check_unique_examples
from toolkit.codebook.example_bank import read_examples
from toolkit.codebook.lexicon import cues_inside, read_cues
from toolkit.codebook.schema import Change, Code, CodebookFile, Cue, Group, StanceText, Words, in_language
from toolkit.display import Card, SelfShown, card, show
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file, data_names
from toolkit.schema import validate

__all__ = ["Codebook", "codebook_files", "codebook_names", "load_codebook"]


@dataclass(frozen=True, eq=False)
class Codebook(SelfShown):
    """A loaded codebook.

    ``examples``: id, lang, text, codes (dict of code -> stance; empty: no code applies); never changed.
    ``sha256`` covers the codebook with its cue and example files. In a notebook it shows itself as a table of
    its codes; :func:`show_codebook` gives all of it as text.

    >>> from toolkit.codebook import load_codebook
    >>> book = load_codebook("groundswell")
    >>> book
    <codebook groundswell 1.1.0: 5 codes>
    >>> book.code_ids
    ['listening', 'talking', 'energizing', 'supporting', 'embracing']
    >>> book.name("listening", "it")
    'Ascoltare'
    """

    id: str
    version: str
    title: Words
    description: Words
    source: str
    licence: str
    languages: tuple[str, ...]
    unit: str
    multi_label: bool
    stances: tuple[StanceText, ...]
    rules: tuple[Words, ...]
    groups: tuple[Group, ...]
    codes: tuple[Code, ...]
    changes: tuple[Change, ...]
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
        return {code.id: in_language(code.name, lang) for code in self.codes}

    def name(self, code_id: str, lang: str = "en") -> str:
        """A code's name in a language, else in the first one it has."""
        return in_language(self.code(code_id).name, lang)

    def __repr__(self) -> str:
        return f"<codebook {self.id} {self.version}: {len(self.codes)} codes>"

    def _card_(self, lang: str = "en") -> Card:
        rows = [(code.id, in_language(code.name, lang), in_language(code.definition, lang)) for code in self.codes]
        table = show(pd.DataFrame(rows, columns=["code", "name", "definition"]), rows=1000, lang=lang)
        return card("code_book", lang, title=f"{in_language(self.title, lang)} ({self.version})", tables=[table])


def codebook_names() -> list[str]:
    """The names of the bundled codebooks.

    >>> codebook_names()[:3]
    ['cluetrain', 'engagement_phases', 'groundswell']
    """
    return [
        name.removesuffix(".yaml")
        for name in data_names("codebooks")
        if name.endswith(".yaml") and "_cues_" not in name
    ]


def load_codebook(source: str | Path = "cluetrain") -> Codebook:
    """A bundled codebook by name, or a YAML file by path.

    Raises :class:`InputError` naming file, code and field for: unknown keys, missing languages, codes given
    twice, contrasts, cues, examples, crosswalks or changes for codes that do not exist, stances that do not exist,
    groups without order, theses outside 1-95, example ids given twice, crosswalks that lead back to where they
    began, cue and example files that lie outside the codebook's folder.

    >>> load_codebook("groundswell")
    <codebook groundswell 1.1.0: 5 codes>
    >>> load_codebook("grundswell")
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: no codebook 'grundswell' (nor does it end in .yaml); did you mean 'groundswell'?
    """
    path = _path(source)
    changed = path.stat().st_mtime_ns
    book = _parsed(path, changed)
    files = [_beside(path, name) for name in (*book.cue_files, *book.example_files)]
    return _load(path, (changed, *(file.stat().st_mtime_ns for file in files)))


def codebook_files(source: str | Path) -> list[Path]:
    """The files a codebook consists of: the codebook itself, its cue files and example files, and the codebooks
    beside it that its crosswalk leads to, with theirs. Copied into one folder they load as the same codebook.

    Raises :class:`InputError` as :func:`load_codebook` does.

    >>> [path.name for path in codebook_files("groundswell")][:3]
    ['groundswell.yaml', 'groundswell_cues_es.yaml', 'groundswell_cues_it.yaml']
    """
    files: list[Path] = []
    waiting = [_path(source)]
    while waiting:
        path = waiting.pop(0)
        book = _parsed(path, path.stat().st_mtime_ns)
        files += [path, *(_beside(path, name) for name in (*book.cue_files, *book.example_files))]
        beside = [path.parent / f"{crossing.codebook}.yaml" for code in book.codes for crossing in code.crosswalk]
        own = [file for file in dict.fromkeys(beside) if file.is_file() and file not in (*files, *waiting)]
        # the bundled ones are found by their name
        waiting += [file for file in own if not file.is_relative_to(data_file("codebooks"))]
    return files


def _path(source: str | Path) -> Path:
    path = Path(source)
    if path.suffix.lower() not in (".yaml", ".yml"):
        if str(source) not in codebook_names():
            known = suggestion(str(source), codebook_names())
            raise InputError(f"no codebook '{source}' (nor does it end in .yaml); {known}")
        path = data_file("codebooks", f"{source}.yaml")
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name the .yaml file in it.")
        if not path.is_file():
            raise InputError(f"{path}: no such codebook file.")
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise InputError(f"{str(path)[:100]}: cannot be read: {error.strerror}; name another file.") from error
    return path


@lru_cache(maxsize=16)
def _parsed(path: Path, _changed: int) -> CodebookFile:
    raw = read_yaml(path)
    try:
        book = validate(CodebookFile, raw, str(path))
    except InputError as error:
        raise InputError(_with_code_ids(str(error), raw)) from error
    check_book(book, str(path))
    return book


@lru_cache(maxsize=16)
def _load(path: Path, _changed: tuple[int, ...]) -> Codebook:
    book = _parsed(path, _changed[0])
    _check_crosswalk(book, path)
    digest = hashlib.sha256(path.read_bytes())
    cues = cues_inside(book, str(path))
    for name in book.cue_files:
        file = _beside(path, name)
        digest.update(file.read_bytes())
        cues += read_cues(file, book)
    rows = _own_examples(book)
    for name in book.example_files:
        file = _beside(path, name)
        digest.update(file.read_bytes())
        read = read_examples(file, [code.id for code in book.codes], book.languages)
        check_unique_examples([row["id"] for row in rows], [row["id"] for row in read], str(file))
        rows += read
    return Codebook(
        id=book.id,
        version=book.version,
        title=book.title,
        description=book.description,
        source=book.source,
        licence=book.licence,
        languages=book.languages,
        unit=book.unit,
        multi_label=book.multi_label,
        stances=book.stances,
        rules=book.rules,
        groups=book.groups,
        codes=book.codes,
        changes=book.changes,
        cues=tuple(cues),
        examples=pd.DataFrame(rows, columns=["id", "lang", "text", "codes"]),
        sha256=digest.hexdigest(),
        path=path,
    )


def _with_code_ids(message: str, raw: object) -> str:
    """Places such as codes.3.cues, with the id of the code."""

    def named(match: re.Match[str]) -> str:
        try:
            code = raw["codes"][int(match[1])]["id"]  # type: ignore[index]
        except (LookupError, TypeError):
            return match[0]
        return f"{match[0]} ({str(code)[:60]})"

    return re.sub(r"\bcodes\.(\d+)", named, message)


def _beside(path: Path, name: str) -> Path:
    if Path(name).name != name:
        raise InputError(f"{path}: '{name}' must be a file name without folders; put the file beside the codebook.")
    for file in (path.parent / name, path.parent.parent / "examples" / name):
        if file.is_file():
            return file
    raise InputError(f"{path}: the file '{name}' is not beside the codebook.")


def _check_crosswalk(book: CodebookFile, path: Path) -> None:
    """The codes that a crosswalk leads to exist: in a bundled codebook, or in one beside this file."""
    for code in book.codes:
        for crossing in code.crosswalk:
            place = f"{path}: code '{code.id}', crosswalk"
            if crossing.codebook == book.id:
                raise InputError(f"{place}: leads to the codebook itself; name another one.")
            target = _target(crossing.codebook, path, place)
            found = _parsed(target, target.stat().st_mtime_ns)
            if found.id != crossing.codebook:
                raise InputError(
                    f"{place}: {target.name} holds the codebook '{found.id}'; rename the file or correct its id."
                )
            ids = [other.id for other in found.codes]
            if crossing.code not in ids:
                raise InputError(
                    f"{place}: codebook '{crossing.codebook}' has no code '{crossing.code}'; "
                    f"{suggestion(crossing.code, ids)}"
                )
    check_one_way(book, lambda name, source: _linked(name, source, path), str(path))


def _target(name: str, path: Path, place: str) -> Path:
    """The file of the codebook that a crosswalk of the file ``path`` leads to."""
    beside = path.parent / f"{name}.yaml"
    if beside.is_file():
        return beside
    if name not in codebook_names():
        raise InputError(f"{place}: unknown codebook '{name}'; {suggestion(name, codebook_names())}")
    return _path(name)


def _linked(name: str, source: str, path: Path) -> CodebookFile:
    """The codebook that one on the way links to; it is looked for beside the first, ``path``."""
    target = _target(name, path, f"{path}: crosswalk of the codebook '{source}' it leads to")
    return _parsed(target, target.stat().st_mtime_ns)


def _own_examples(book: CodebookFile) -> list[dict[str, object]]:
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
