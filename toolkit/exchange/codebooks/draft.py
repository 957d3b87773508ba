"""Codebooks between ours and those of other tools: what most of them have a place for, in one language.

A module of a foreign format has ``recognise(path, head)``, ``read(path) -> CodebookDraft`` and
``write(draft, path) -> list[Loss]``; :data:`KEEPS` of it names the parts of a draft that its files hold.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError, suggestion
from toolkit.exchange.model import Loss

if TYPE_CHECKING:
    from toolkit.codebook import Codebook

__all__ = [
    "ID",
    "PARTS",
    "CodeDraft",
    "CodebookDraft",
    "GroupDraft",
    "StanceDraft",
    "draft_of",
    "ids_of",
    "left_out",
]

#: The parts of a draft that a format may hold or not.
PARTS = (
    "id", "version", "title", "description", "language", "multi_label", "name", "definition", "group", "order",
    "group definition", "stance", "stance definition", "colour", "key",
)  # fmt: skip
_VERSION = "1.0.0"
#: Ids of our codes (toolkit.codebook.schema).
ID = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """One code. ``order``: in its group, where the group is ordered; ``colour``: ``#rrggbb``; ``key``: a hot key;
    ``written``: what annotations of the tool say, where that is no id."""

    id: str
    name: str
    definition: str = ""
    group: str | None = None
    order: int | None = None
    colour: str | None = None
    key: str | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A family of codes; ``ordered``: its codes are steps, each with its ``order``."""

    id: str
    name: str
    definition: str = ""
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class StanceDraft:
    """What a stance (endorses, breach, rejects, mentions) means."""

    id: str
    name: str
    definition: str = ""


@dataclass(frozen=True, slots=True)
class CodebookDraft:
    """A codebook in one language.

    ``language`` and ``multi_label`` are None where the file does not say. ``losses``: what the file holds and a draft
    does not. Codes stand in the order of the file; ids of codes and groups are such as our codebooks take.
    """

    id: str
    title: str
    codes: tuple[CodeDraft, ...]
    version: str = _VERSION
    description: str = ""
    language: str | None = None
    multi_label: bool | None = None
    groups: tuple[GroupDraft, ...] = ()
    stances: tuple[StanceDraft, ...] = ()
    losses: tuple[Loss, ...] = ()


def draft_of(codebook: "Codebook", lang: str = "en") -> CodebookDraft:
    """What a draft holds of one of our codebooks, in one of its languages.

    Raises :class:`InputError` if the codebook is not written in ``lang``.
    """
    if lang not in codebook.languages:
        known = suggestion(lang, codebook.languages)
        raise InputError(f"codebook '{codebook.id}' is not written in '{lang}'; {known}")
    return CodebookDraft(
        id=codebook.id,
        version=codebook.version,
        title=codebook.title[lang],
        description=codebook.description.get(lang, ""),
        language=lang,
        multi_label=codebook.multi_label,
        groups=tuple(
            GroupDraft(one.id, one.name[lang], one.definition.get(lang, ""), one.ordered) for one in codebook.groups
        ),
        stances=tuple(StanceDraft(one.id, one.name[lang], one.definition[lang]) for one in codebook.stances),
        codes=tuple(
            CodeDraft(one.id, one.name[lang], one.definition[lang], one.group, one.order) for one in codebook.codes
        ),
    )


def left_out(codebook: "Codebook", lang: str, keeps: Collection[str]) -> list[Loss]:
    """What a file of a codebook in one language does not hold: one loss for each part that the codebook has.

    ``keeps``: those of :data:`PARTS` that the format has a place for.
    """
    draft, codes = draft_of(codebook, lang), codebook.codes
    parts: dict[str, Any] = {
        "version": draft.version,
        "title": draft.title,
        "description": draft.description,
        "language": draft.language,
        "multi_label": draft.multi_label,
        "name": [one.name for one in draft.codes],
        "definition": [one.definition for one in draft.codes],
        "group": [one.id for one in draft.groups],
        "order": [one.id for one in draft.groups if one.ordered],
        "group definition": [one.id for one in draft.groups if one.definition],
        "stance": [one.id for one in draft.stances],
        "stance definition": [one.id for one in draft.stances if one.definition],
    }
    lost = {part: value for part, value in parts.items() if part not in keeps}
    lost |= {
        "languages": [one for one in codebook.languages if one != lang],
        "source": codebook.source,
        "licence": codebook.licence,
        "unit": codebook.unit,
        "group shape": [one.id for one in codebook.groups if one.shape],
        "rules": codebook.rules,
        "include": [one.id for one in codes if one.include],
        "exclude": [one.id for one in codes if one.exclude],
        "contrasts": [one.id for one in codes if one.contrasts],
        "theses": [one.id for one in codes if one.theses.primary or one.theses.secondary],
        "crosswalk": [one.id for one in codes if one.crosswalk],
        "examples": [*codebook.examples["id"]] or [one.id for one in codes if one.examples],
        "cues": codebook.cues,
        "changes": codebook.changes,
    }
    reason = "the format has no place for this part of a codebook"
    other = "the format holds one language"
    return [
        Loss("lost", part, other if part == "languages" else reason, value=_shown(value))
        for part, value in lost.items()
        if value not in ("", (), [], None)
    ]


def ids_of(names: Iterable[str], otherwise: str = "code") -> list[str]:
    """Ids such as our codebooks take (ASCII, lower case, at most 60 signs), one for each name, all different.

    A name that is such an id already is kept.

    >>> ids_of(["Señal: fuerte", "señal fuerte", "7", "listening", "Listening"])
    ['senal_fuerte', 'senal_fuerte_2', 'code_7', 'listening', 'listening_2']
    """
    listed = list(names)
    ids: list[str | None] = [None] * len(listed)
    taken: set[str] = set()
    for number, name in enumerate(listed):
        if ID.fullmatch(name) and name not in taken:
            ids[number] = name
            taken.add(name)
    counts: dict[str, int] = {}
    for number, name in enumerate(listed):
        if ids[number] is not None:
            continue
        plain = _plain(name, otherwise)
        made, count = plain, counts.get(plain, 1)
        while made in taken:
            count += 1
            made = f"{plain[: 59 - len(str(count))]}_{count}"
        counts[plain] = count
        ids[number] = made
        taken.add(made)
    return [str(one) for one in ids]


def _plain(name: str, otherwise: str) -> str:
    """A name as an id, not yet unique."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:60].rstrip("_")
    if not made:
        return otherwise
    return made if made[0].isalpha() else f"{otherwise}_{made}"[:60].rstrip("_")


def _shown(value: Any) -> str:
    """A value of a loss: lists by their items where these are short, else by their number."""
    if isinstance(value, list | tuple):
        listed = ", ".join(value) if all(isinstance(one, str) for one in value) else ""
        return listed if listed and len(listed) <= 200 else f"{len(value)} in all"
    return str(value)
