"""Cue lexicons: the cues of a codebook, in its own file or in one per language beside it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from toolkit.codebook.schema import CodebookFile, Cue, CueEntry, CueFile
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.schema import validate

__all__ = ["cues_inside", "read_cues"]


def cues_inside(book: CodebookFile, where: str) -> list[Cue]:
    """The cues that stand in the codebook itself."""
    return [
        cue
        for code in book.codes
        for lang, entries in code.cues.items()
        for cue in _cues(entries, code.id, lang, {}, where)
    ]


def read_cues(file: Path, book: CodebookFile) -> list[Cue]:
    """The cues of a cue file of this codebook.

    Raises :class:`InputError` for a file of another codebook or language, unknown codes and unknown groups.
    """
    content = validate(CueFile, read_yaml(file), str(file))
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
    entries: Iterable[CueEntry], code: str, lang: str, groups: Mapping[str, tuple[str, ...]], where: str
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
