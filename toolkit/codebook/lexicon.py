"""Cue lexicons: the cues of a codebook, in its own file or in one per language beside it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from toolkit.codebook.schema import CodebookFile, Cue, CueEntry, CueFile
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.schema import validate

__all__ = ["cues_inside", "read_cues"]

#: Words of a cue. Between any two others may stand, and a pattern of very many takes all memory.
MOST_WORDS = 8


def cues_inside(book: CodebookFile, where: str) -> list[Cue]:
    """The cues that stand in the codebook itself."""
    return [
        cue
        for code in book.codes
        for lang, entries in code.cues.items()
        if _known_language(lang, book, f"{where}: code '{code.id}', cues")
        for cue in _cues(entries, code.id, lang, {}, where)
    ]


def read_cues(file: Path, book: CodebookFile) -> list[Cue]:
    """The cues of a cue file of this codebook.

    Raises :class:`InputError` for a file of another codebook or language, unknown codes and unknown groups.
    """
    content = validate(CueFile, read_yaml(file), str(file))
    if content.codebook != book.id:
        raise InputError(f"{file}: belongs to codebook '{content.codebook}', not to '{book.id}'.")
    _known_language(content.lang, book, str(file))
    ids = [code.id for code in book.codes]
    cues: list[Cue] = []
    for code, entries in content.cues.items():
        if code not in ids:
            raise InputError(f"{file}: cues for unknown code '{code}'; {suggestion(code, ids)}")
        cues += _cues(entries, code, content.lang, content.groups, str(file))
    return cues


def _known_language(lang: str, book: CodebookFile, where: str) -> bool:
    if lang not in book.languages:
        known = suggestion(lang, book.languages)
        raise InputError(f"{where}: the language '{lang}' is none of codebook '{book.id}'; {known}")
    return True


def _cues(
    entries: Iterable[CueEntry], code: str, lang: str, groups: Mapping[str, tuple[str, ...]], where: str
) -> list[Cue]:
    cues = []
    for entry in entries:
        if len(entry.cue.split()) > MOST_WORDS:
            raise InputError(
                f"{where}: the cue '{entry.cue[:40]}...' of '{code}' has {len(entry.cue.split())} words; "
                f"allowed are at most {MOST_WORDS}."
            )
        needs: list[str] = []
        for need in entry.needs:
            if need.startswith("@") and need[1:] not in groups:
                raise InputError(f"{where}: cue '{entry.cue}' of '{code}' needs the unknown group '{need}'.")
            needs += groups[need[1:]] if need.startswith("@") else [need]
        cues.append(Cue(code, lang, entry.cue, entry.weight, tuple(dict.fromkeys(needs))))
    return cues
