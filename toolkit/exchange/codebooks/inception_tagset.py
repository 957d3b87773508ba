"""Codebooks as tag sets of INCEpTION, the JSON of its project settings (Tagsets, Export as JSON).

Keys after inception-project/inception, ``ExportedTagSet`` (name, description, language, tags, create_tag) and
``ExportedTag`` (tag_name, tag_description) in inception-model-export. The tag is what annotations hold, so it is the
id of the code; INCEpTION shows its description when one picks a tag: our name, an empty line, our definition. The name
of a tag set is the id of the codebook; its description holds title and description in the same way, and a last line by
which our own files are known. A tag set is a flat list: groups, their order, and stances have no place.
"""

import json
import re
from pathlib import Path

from toolkit.errors import InputError
from toolkit.exchange.codebooks.draft import CodebookDraft, CodeDraft, ids_of
from toolkit.exchange.inputs import read_json
from toolkit.exchange.json_values import longer_head
from toolkit.exchange.model import Loss
from toolkit.exchange.registry import UTF8
from toolkit.files import write_json

__all__ = ["KEEPS", "read", "recognise", "write"]

#: The parts of a draft that the file holds.
KEEPS = frozenset({"id", "version", "title", "description", "language", "name", "definition"})
_OURS = re.compile(r"(?:\A|\n\n)\[codebook of cluetrain-toolkit, version ([^\n]*)\]\Z")
_EMPTY_LINES = re.compile(r"\n\n+")


def recognise(path: Path, head: bytes) -> bool:
    """A file .json that has tags with names."""
    if path.suffix.lower() != ".json" or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return False
    # the description of the whole set stands before its tags
    return b'"tag_name"' in head or b'"tag_name"' in longer_head(path, head)


def write(draft: CodebookDraft, path: Path) -> list[Loss]:
    """The tag set. A loss for a name of several paragraphs, which become lines."""
    losses: list[Loss] = []

    def both(name: str, text: str, what: str, code: str | None = None) -> str:
        first = _EMPTY_LINES.sub("\n", name).strip("\n")
        if first != name:
            reason = "empty lines in it are left out: they end a name in the description of a tag"
            losses.append(Loss("changed", what, reason, code=code, value=name))
        return f"{first}\n\n{text}" if text else first

    about = both(draft.title, draft.description, "title")
    tags = []
    for one in draft.codes:
        text = both(one.name, one.definition, "name", one.id)
        # the empty line says that it is a name and no definition
        tags.append({"tag_name": one.id, "tag_description": text if one.definition else f"{text}\n\n"})
    description = f"{about}\n\n[codebook of cluetrain-toolkit, version {draft.version}]"
    value = {"name": draft.id, "description": description, "language": draft.language}
    write_json(path, value | {"tags": tags, "create_tag": False})
    return losses


def read(path: Path) -> CodebookDraft:
    """The codebook of a tag set; what INCEpTION's own keys do not say stays open.

    Raises :class:`InputError` for what is no tag set, or has no tags.
    """
    value = read_json(path)
    if not isinstance(value, dict) or not isinstance(value.get("tags"), list):
        raise InputError(f'{path}: expected a tag set of INCEpTION, an object with "name" and a list of "tags".')
    losses: list[Loss] = []
    about = _text(value.get("description")) or ""
    ours = _OURS.search(about)
    about = about[: ours.start()] if ours else about
    tags: list[tuple[str, str]] = []
    for number, tag in enumerate(value["tags"], 1):
        name = _text(tag.get("tag_name")) if isinstance(tag, dict) else None
        if name is None or not name.strip():
            shown = json.dumps(tag)[:200]
            losses.append(Loss("refused", "code", "it has no tag_name", f"{path.name}, tag {number}", value=shown))
        else:
            tags.append((name, _text(tag.get("tag_description")) or ""))
    if not tags:
        raise InputError(f"{path}: the tag set has no tags; there is no code to read.")
    codes = []
    for (tag, text), code_id in zip(tags, ids_of(tag for tag, _ in tags), strict=True):
        # a tag that somebody added to our set has a description without a name
        shown, definition = _both(text) if ours and "\n\n" in text else (tag, text)
        codes.append(CodeDraft(code_id, shown or tag, definition, written=None if tag == code_id else tag))
    name = (_text(value.get("name")) or path.stem).strip() or "tagset"
    title, description = _both(about) if ours else (name, about)
    language = (_text(value.get("language")) or "").strip().lower()
    if value.get("create_tag") is True:
        reason = "annotators may add tags to this set; our codebooks are closed"
        losses.append(Loss("lost", "create_tag", reason, path.name))
    return CodebookDraft(
        id=ids_of([name], "codebook")[0],
        title=title or name,
        codes=tuple(codes),
        version=ours[1] if ours else "1.0.0",
        description=description,
        language=language if re.fullmatch(r"[a-z]{2,3}", language) else None,
        losses=tuple(losses),
    )


def _both(text: str) -> tuple[str, str]:
    name, _, rest = text.partition("\n\n")
    return name, rest


def _text(value: object) -> str | None:
    """A text without halves of surrogate pairs, which JSON can say and no file can hold."""
    return re.sub(UTF8, "\ufffd", value) if isinstance(value, str) else None
