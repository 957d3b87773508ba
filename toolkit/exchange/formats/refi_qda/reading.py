"""REFI-QDA projects, read: the texts, and every coding of a stretch of one.

- A coding of a ``PlainTextSelection`` is an annotation; its coder is the coding's user, else the selection's; so is its
  time. The selection's comment and the notes that refer to it or are linked with it are the note.
- A coding of a whole source is an annotation of the whole text, reported as changed.
- The text of a PDF or picture (``Representation``, ``TextDescription``) is a document by the name of its source.
- The name of a selection that is its text proves its place; another name is a feature "name"
  (:mod:`toolkit.exchange.formats.refi_qda.place`).
- Nested codes: see :func:`toolkit.exchange.formats.refi_qda.codes.names_of`. Stances among the codings:
  :mod:`toolkit.exchange.formats.refi_qda.stances`. Our lines in comments:
  :mod:`toolkit.exchange.formats.refi_qda.lines`.
- What has no place in a table of annotations is reported by :mod:`toolkit.exchange.formats.refi_qda.other`.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError
from toolkit.exchange.formats.refi_qda.archive import open_project
from toolkit.exchange.formats.refi_qda.codes import codes_in, local, names_of, stances_in, text_of
from toolkit.exchange.formats.refi_qda.codings import code_of, coded, notes_at
from toolkit.exchange.formats.refi_qda.fields import ORIGIN, normal_guid, split_comment
from toolkit.exchange.formats.refi_qda.lines import KINDS
from toolkit.exchange.formats.refi_qda.other import notes_of, other_losses
from toolkit.exchange.formats.refi_qda.place import Selection, spans_at, unit_of
from toolkit.exchange.formats.refi_qda.stances import settle
from toolkit.exchange.formats.refi_qda.state import Names, State
from toolkit.exchange.model import Choices, Document, Found

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read"]

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
#: Holders of a text in sources that are no texts (section 5.3).
_TEXTS = ("Representation", "TextDescription")


def read(path: Path, choices: Choices) -> Found:
    """The documents and annotations of a .qdpx or .qde. Raises :class:`InputError` for what is neither."""
    files = open_project(path, choices.texts)
    parts: dict[str, Any] = {}
    for child in files.root:
        parts.setdefault(local(child), child)
    ours = files.root.get("origin") == ORIGIN
    tags = [tag for codes in parts.get("CodeBook", ()) if local(codes) == "Codes" for tag in codes_in(codes)]
    stances = stances_in(tags)
    users = {normal_guid(one.get("guid")): one.get("name") or one.get("id") or "" for one in parts.get("Users", ())}
    codes, doubtful = names_of(tags, stances)
    state = State(
        files,
        users=users,
        codes=codes,
        code_names=Names("code", {tag.guid: tag.name for tag in tags}, codes),
        user_names=Names("user", users),
        stances=stances,
        notes=notes_of(files, parts),
        variables={normal_guid(one.get("guid")): one.get("name") or "" for one in parts.get("Variables", ())},
        # NVivo lists its cases among the codes too, by the same GUID (QualCoder, refi.py, parse_cases)
        cases={normal_guid(one.get("guid")): one.get("name") or "" for one in parts.get("Cases", ())},
    )
    state.losses += [tag.no_id(codes[tag.guid], files.where) for tag in doubtful]
    about, lines = split_comment(text_of(files.root, "Description") or "")
    state.shared = {name: lines[name] for name in ("codebook", "codebook_version") if name in lines}
    if lines.get("kind") in KINDS:
        state.shared["kind"] = lines["kind"]
    for source in parts.get("Sources", ()):
        _source(source, state)
    settle(state)
    unit = unit_of(state.selections, files.root.get("origin") or "")
    spans = list(spans_at(state.selections, unit, state.losses))
    left = other_losses(files, parts, tags, state.read, state.noted, state.linked, "" if lines else about, ours)
    losses = [*state.losses, *left]
    return Found(state.documents, spans, losses, (unit,))


def _source(source: "etree._Element", state: State) -> None:
    """One source: its text as a document, its codings."""
    kind = local(source)
    holder = source if kind == "TextSource" else next((one for one in source if local(one) in _TEXTS), None)
    direct = [one for one in source if local(one) == "Coding"]
    if holder is None:
        for coding in direct:
            reason = f"it codes a whole source without text ({kind})"
            state.lose("lost", "annotation", reason, coding, code=code_of(coding, state))
        return
    comment, lines = split_comment(text_of(source, "Description") or "")
    name = lines.get("doc_id")
    if name is None:
        name = source.get("name") or normal_guid(source.get("guid")) or "unnamed"
    text = _text(holder, name, state)
    if text is None:
        _comments_lost(holder, name, state)
        return
    doc_id, number = name, 1
    while doc_id in state.names:
        number += 1
        doc_id = f"{name} ({number})"
    if number > 1:
        reason = f"a second source is called {name[:80]!r}; it is read as {doc_id[-90:]!r}"
        state.lose("changed", "document", reason, source)
    state.names.add(doc_id)
    state.read.add(normal_guid(source.get("guid")))
    values = _variables(source, state)
    lang, title = (lines.get(name, values.get(name)) for name in ("lang", "title"))
    path = holder.get("plainTextPath") or ""
    state.documents.append(Document(doc_id, text, lang, title, f"{state.files.where}, {path or name}"))
    if comment:
        reason = "comments on documents have no place in the tables"
        state.lose("lost", "document", reason, source, doc_id=doc_id, value=comment)
    for child in holder:
        if local(child) == "PlainTextSelection":
            _selection(child, doc_id, text, state)
    for coding in [*(direct if holder is not source else ()), *(one for one in holder if local(one) == "Coding")]:
        made = coded([coding], None, "", {}, state, (doc_id, 0, -1))
        if not made:
            continue
        said = {"doc_id": doc_id, "code": made[0]["code"]}
        if text:
            reason = "it codes the whole source; read as a coding of all its text"
            state.lose("changed", "annotation", reason, coding, **said)
            state.selections.append(Selection(doc_id, text, 0, -1, "", made, state.place(coding)))
        else:
            state.lose("lost", "annotation", "it codes a whole text that is empty", coding, **said)


def _text(holder: "etree._Element", name: str, state: State) -> str | None:
    """The text of a source; None, and a loss, where it cannot be had."""
    path, content = holder.get("plainTextPath"), text_of(holder, "PlainTextContent")
    stem = (path or "").rpartition("/")[2].rpartition(".")[0]
    try:
        if path:
            return state.files.text(path)
        if content is not None:
            return content
        raise InputError("it has no plain text")
    except InputError as error:
        given = state.files.given(name, stem)
        if given is not None:
            return given
        count = sum(1 for _ in holder.iter("{*}Coding"))
        codings = "1 coding" if count == 1 else f"{count or 'no'} codings"
        reason = f"source {name[:80]!r} with {codings} cannot be read: {error}".rstrip(".")
        state.lose("refused", "document", reason, holder, value=name)
        return None


def _comments_lost(holder: "etree._Element", name: str, state: State) -> None:
    """What people said of stretches of a text that is missing."""
    for selection in holder.iter("{*}PlainTextSelection"):
        comment, _ = split_comment(text_of(selection, "Description") or "")
        if comment:
            reason = f"a comment on a stretch of {name[:80]!r}, the text of which cannot be read"
            state.lose("refused", "note", reason, selection, value=comment)


def _variables(source: "etree._Element", state: State) -> dict[str, str]:
    """The language and title among a source's variables."""
    found = {}
    for value in source:
        if local(value) == "VariableValue":
            refs = [normal_guid(one.get("targetGUID")) for one in value if local(one) == "VariableRef"]
            name = state.variables.get(refs[0], "") if refs else ""
            text = text_of(value, "TextValue")
            if name in ("lang", "title") and text:
                found[name] = text
    return found


def _selection(selection: "etree._Element", doc_id: str, text: str, state: State) -> None:
    """One selection of a text with its codings."""
    state.read.add(normal_guid(selection.get("guid")))
    codings = [one for one in selection if local(one) == "Coding"]
    comment, lines = split_comment(text_of(selection, "Description") or "")
    refs = [selection.get("guid"), *(one.get("targetGUID") for one in selection if local(one) == "NoteRef")]
    note = "\n".join(filter(None, [comment, *notes_at(refs, state)]))
    start, end = (_position(selection.get(name)) for name in ("startPosition", "endPosition"))
    if not codings:
        reason = "it has no code, only a comment" if note else "it has no code"
        value = note or selection.get("name") or None
        state.lose("lost", "annotation", reason, selection, doc_id=doc_id, value=value)
    elif start is None or end is None or start > end or start < 0 or start == end:
        got = f"{str(selection.get('startPosition'))[:20]!r} to {str(selection.get('endPosition'))[:20]!r}"
        empty = start is not None and start == end
        reason = f"it covers no character ({got})" if empty else f"its positions are {got}"
        for coding in codings:
            kind, code = "lost" if empty else "refused", code_of(coding, state)
            state.lose(kind, "annotation", reason, coding, doc_id=doc_id, code=code, value=note or None)
    else:
        made = coded(codings, selection, note, lines, state, (doc_id, start, end))
        name = selection.get("name") or ""
        state.selections.append(Selection(doc_id, text, start, end, name, made, state.place(selection)))


def _position(text: str | None) -> int | None:
    """A whole number as XML Schema writes it."""
    found = _WHOLE.fullmatch((text or "").strip())
    return int(found[0]) if found else None
