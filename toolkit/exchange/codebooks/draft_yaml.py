"""Drafts of codebooks as codebook files of ours."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.exchange.codebooks.draft import ID, CodebookDraft, CodeDraft, GroupDraft
from toolkit.exchange.model import Loss
from toolkit.files import write_text
from toolkit.tables.columns import STANCES

__all__ = ["write_codebook_yaml"]

#: ISO 639-2: a language that nobody named.
UNKNOWN = "und"
_LANGUAGE = re.compile(r"[a-z]{2,3}")
#: Said in a codebook where the foreign file says nothing.
_NO_DEFINITION = {
    "en": "(The file this codebook was read from has no definition of this code.)",
    "es": "(El archivo del que se leyó este libro de códigos no define este código.)",
    "it": "(Il file da cui è stato letto questo libro dei codici non definisce questo codice.)",
}


def write_codebook_yaml(draft: CodebookDraft, path: Path, lang: str | None = None) -> list[Loss]:
    """A codebook file that :func:`toolkit.codebook.load_codebook` reads.

    Codes without definition say so in their definition; ``lang`` says the language where the draft does not know it
    ("und", undetermined, where nobody does). Returns what the file has no place for (colours, keys). Raises
    :class:`InputError` for a draft without codes, and for a language that is no code of ISO 639.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.exchange import read_codebook
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "annotation.conf").write_text("[entities]\\nlistening\\ncommunity\\n", encoding="utf-8")
    ...     draft = read_codebook(Path(folder, "annotation.conf"))
    ...     losses = write_codebook_yaml(draft, Path(folder, "mine.yaml"), "es")
    ...     load_codebook(Path(folder, "mine.yaml")).code_ids, losses[0].field
    (['listening', 'community'], 'definition')
    """
    stated = draft.language if _LANGUAGE.fullmatch(draft.language or "") else None
    language = stated or lang or draft.language or UNKNOWN
    if not _LANGUAGE.fullmatch(language):
        raise InputError(f"language '{language}': expected a code of ISO 639 such as es, it, en.")
    if not draft.codes:
        raise InputError(f"codebook '{draft.id}' has no codes; a codebook needs one at least.")
    import yaml

    losses: list[Loss] = []
    value = _as_file(draft, language, losses)
    text = yaml.dump(
        value, Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=2**30, default_flow_style=False
    )
    write_text(path, text)
    return losses


def _as_file(draft: CodebookDraft, lang: str, losses: list[Loss]) -> dict[str, Any]:
    """The keys and values of the codebook file."""

    def words(text: str, otherwise: str) -> Mapping[str, str]:
        return {lang: text if text.strip() else otherwise}

    steps = {one.id: _ordered(draft, one) for one in draft.groups}
    known = [one for one in draft.stances if one.id in STANCES]
    for stance in draft.stances:
        if stance not in known:
            losses.append(Loss("lost", "stance", "our codebooks have four stances, and not this one", value=stance.id))
    codes = []
    for code in draft.codes:
        row: dict[str, Any] = {"id": code.id, "name": words(code.name, code.id)}
        if not code.definition.strip():
            reason = "it has none: the codebook says that, as ours must have one"
            losses.append(Loss("changed", "definition", reason, code=code.id))
        row["definition"] = words(code.definition, _NO_DEFINITION.get(lang, _NO_DEFINITION["en"]))
        if code.group in steps:
            row["group"] = code.group
            if steps[code.group]:
                row["order"] = code.order
        if code.order is not None and "order" not in row:
            losses.append(_at(code, "order", str(code.order), "it has no place among ordered steps of a group"))
        for field in ("colour", "key"):
            if getattr(code, field) is not None:
                losses.append(_at(code, field, getattr(code, field), "our codebooks have no place for it"))
        codes.append(row)
    file: dict[str, Any] = {"id": draft.id, "version": draft.version, "title": words(draft.title, draft.id)}
    if draft.description.strip():
        file["description"] = {lang: draft.description}
    file["languages"] = [lang]
    file["multi_label"] = draft.multi_label is not False
    if known:
        absent = _NO_DEFINITION["en"].replace("code", "stance")
        file["stances"] = [
            {"id": one.id, "name": words(one.name, one.id), "definition": words(one.definition, absent)}
            for one in known
        ]
    if draft.groups:
        file["groups"] = [
            {"id": one.id, "name": words(one.name, one.id)}
            | ({"definition": {lang: one.definition}} if one.definition.strip() else {})
            | ({"ordered": True} if steps[one.id] else {})
            for one in draft.groups
        ]
    return file | {"codes": codes}


def _ordered(draft: CodebookDraft, group: GroupDraft) -> bool:
    """Is a group ordered, and has each of its codes a step of its own?"""
    orders = [one.order for one in draft.codes if one.group == group.id]
    whole = all(isinstance(one, int) and one >= 0 for one in orders)
    return group.ordered and whole and len(set(orders)) == len(orders)


def _at(code: CodeDraft, field: str, value: str, reason: str) -> Loss:
    return Loss("lost", field, reason, code=code.id, value=value)


def _dumper() -> Any:
    """PyYAML's writer with every text in quotation marks, so that "1e5" and "No" come back as texts.

    Keys and ids stay plain: they are words.
    """
    import yaml

    class Quoted(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def quoted(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
        style = None if ID.fullmatch(text) and text not in ("null", "true", "false") else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Quoted.add_representer(str, quoted)
    return Quoted
