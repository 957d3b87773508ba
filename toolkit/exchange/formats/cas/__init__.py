"""UIMA CAS XMI and CAS JSON, as INCEpTION reads and writes them: one file per document.

What is written: the text, DKPro Core metadata, sentences and tokens, and our annotations as the layer that
:mod:`toolkit.exchange.formats.cas.layer` describes; beside them TypeSystem.xml and a README.txt that says how to get
them into INCEpTION. What is read: see :mod:`toolkit.exchange.formats.cas.layers`. Positions count UTF-16 in both.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from toolkit.errors import InputError
from toolkit.exchange import inputs
from toolkit.exchange.formats.cas.cas_json import PARTS, json_cas, json_text
from toolkit.exchange.formats.cas.features import Survey, spans_of_said
from toolkit.exchange.formats.cas.files import CasFile, cas_files
from toolkit.exchange.formats.cas.folder import columns_of, write_folder
from toolkit.exchange.formats.cas.layer import NAMES, NAMESPACES, README, anchored_of, declared_types
from toolkit.exchange.formats.cas.layers import CODES, OTHER, SILENT, check_layers, matches
from toolkit.exchange.formats.cas.model import Cas
from toolkit.exchange.formats.cas.projects import Work, owned
from toolkit.exchange.formats.cas.spans import Part, part_of
from toolkit.exchange.formats.cas.types import Types, types_of_json
from toolkit.exchange.formats.cas.xmi import xmi_cas, xmi_text
from toolkit.exchange.model import Choices, Document, Found, Loss, Material, Span

__all__ = ["read_json", "read_xmi", "recognise_json", "recognise_xmi", "write_json", "write_xmi"]

Silent = Mapping[str, frozenset[str]]
#: The longest attribute that XML parsers take (libxml2, XML_MAX_TEXT_LENGTH, without its option for huge trees).
_LONGEST = 10_000_000
_PART = re.compile(rf'"({"|".join(PARTS)})"\s*:'.encode())
#: Half of a surrogate pair as JSON writes it; most have their other half beside.
_HALF = re.compile(rb"\\u[dD][89abAB]")


def recognise_xmi(path: Path, head: bytes) -> bool:
    """Is it CAS XMI? Its root is xmi:XMI, and its packages are namespaces that begin with three slashes."""
    return b"http://www.omg.org/XMI" in head and (b'"http:///' in head or b"'http:///" in head)


def recognise_json(path: Path, head: bytes) -> bool:
    """Is it CAS JSON? One of its three parts is named at its beginning."""
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return begins.startswith(b"{") and _PART.search(begins) is not None


def read_xmi(path: Path, choices: Choices) -> Found:
    """Read one XMI file, a folder of them, or an exported INCEpTION project; type systems are looked for beside them.

    Raises :class:`InputError` where nothing can be read, and for a chosen layer that is in no file.
    """

    def load(file: CasFile, silent: Silent) -> tuple[Cas, Types]:
        data, types = file.xmi()
        return xmi_cas(data, types, file.place, silent), types

    return _read(path, choices, ".xmi", load, "xmi:id")


def read_json(path: Path, choices: Choices) -> Found:
    """Read one CAS JSON file, a folder of them, or an exported INCEpTION project; as :func:`read_xmi`."""

    def load(file: CasFile, silent: Silent) -> tuple[Cas, Types]:
        said = inputs.read_json(file.path)
        try:
            # JSON can write half a character as \ud83d, which is no text
            if _HALF.search(inputs.read_bytes(file.path)):
                json.dumps(said, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise InputError(f"{file.place}: holds half of a surrogate pair, which is no character.") from error
        except RecursionError as error:
            raise InputError(f"{file.place}: is JSON nested too deep to be read.") from error
        types = types_of_json(said.get("%TYPES")) if isinstance(said, dict) else Types()
        return json_cas(said, file.place, silent), types

    return _read(path, choices, ".json", load, "%ID")


def write_xmi(material: Material, path: Path) -> list[Loss]:
    """Write into an empty folder. Raises :class:`InputError` for a text longer than XML parsers take, and for a
    ``doc_id`` too long for a file's name."""
    for one in material.documents:
        if len(one.text or "") > _LONGEST // 4 and len((one.text or "").encode()) > _LONGEST:
            raise InputError(
                f"document '{one.doc_id}': has more than {_LONGEST / 1e6:.0f} MB, which XML parsers refuse; "
                "write cas-json, or divide it."
            )

    def text_of(document: Document, spans: Sequence[Span]) -> str:
        return xmi_text(document.text or "", anchored_of(document, spans), NAMESPACES)

    write_folder(material, path, ".xmi", text_of, README.format(format="UIMA CAS XMI (XML 1.0)", names=NAMES))
    return []


def write_json(material: Material, path: Path) -> list[Loss]:
    """Write into an empty folder. Raises :class:`InputError` for a ``doc_id`` too long for a file's name."""
    types = declared_types(columns_of(material.spans))

    def text_of(document: Document, spans: Sequence[Span]) -> str:
        return json_text(document.text or "", anchored_of(document, spans), types)

    write_folder(
        material, path, ".json", text_of, README.format(format="UIMA CAS JSON 0.4.0 (experimental)", names=NAMES)
    )
    return []


def _read(
    path: Path, choices: Choices, suffix: str, load: Callable[[CasFile, Silent], tuple[Cas, Types]], id_name: str
) -> Found:
    layers = choices.layers
    silent = {name: features for name, features in SILENT.items() if not matches(layers, [name])}
    parts: list[Part] = []
    survey = Survey()
    refused: list[tuple[CasFile, InputError]] = []
    seen: dict[str, list[str]] = {}
    for file in cas_files(path, suffix):
        try:
            cas, types = load(file, silent)
        except InputError as error:
            refused.append((file, error))
            continue
        lines = {name: types.ancestors(name) for name in {*types, *(one.type for one in cas.structures)}}
        seen.update(lines)
        wanted = {name for name, line in lines.items() if matches(layers, line)} if layers else None
        part = part_of(file, cas, types, id_name, wanted)
        parts.append(part)
        for name, found in part.said.items():
            survey.declare(name, types.features(name))
            for one in found:
                survey.add(one)
    if refused and not parts:
        file, first = refused[0]
        more = f" (the first of {len(refused)} files, none of which can be read)" if len(refused) > 1 else ""
        raise InputError(f"{_sentence(path, file, first)}{more}.")
    check_layers(layers, seen, str(path))
    losses = [
        Loss("refused", "document", _sentence(None, file, error), file.place, file.doc_id) for file, error in refused
    ]
    return _together(parts, survey, losses, chosen=bool(layers))


def _sentence(path: Path | None, file: CasFile, error: InputError) -> str:
    """What is wrong with a file, without full stop: as a reason, or with the path before it."""
    said = str(error).removesuffix(".")
    for begin in (f"{file.path}: ", f"{file.place}: "):
        said = said.removeprefix(begin)
    if path is None:
        return said
    return f"{path}: {said}" if path == file.path else f"{path}: {file.place} {said}"


def _together(parts: Sequence[Part], survey: Survey, losses: list[Loss], *, chosen: bool) -> Found:
    """All files as one, with the types that are read in any of them."""
    tiers = {CODES} if any(_codes_in(part) for part in parts) else {CODES, OTHER}
    documents: dict[str, Document] = {}
    again: list[Document] = []
    works: list[Work] = []
    for part in parts:
        file = part.file
        for one in part.documents:
            before = documents.setdefault(one.doc_id, one)
            if before.text is None:
                documents[one.doc_id] = one
            elif one.text not in (None, before.text):
                # the core refuses two texts under one name, and says where they are
                again.append(one)
        losses += part.always
        for name, count in sorted(part.unplaced.items()):
            reason = f"what {name} says stands nowhere in a text"
            losses.append(Loss("lost", "layer", reason, file.place, file.doc_id, value=str(count)))
        spans: dict[str, list[Span]] = defaultdict(list)
        for name, count in sorted(part.counts.items()):
            if name not in part.losses or not (chosen or part.tiers[name] in tiers):
                reason = f"{name} is no layer of codes; name the layer to read it"
                losses.append(Loss("lost", "layer", reason, file.place, file.doc_id, value=str(count)))
                continue
            losses += part.losses[name]
            for said in part.said.get(name, ()):
                found, lost = spans_of_said(said, survey)
                spans[name] += found
                losses += lost
        works.append(Work(file, spans, part.owner))
    made, changed = owned(works)
    return Found([*documents.values(), *again], made, [*losses, *changed], ("utf16",))


def _codes_in(part: Part) -> bool:
    """Does a file have an annotation of a layer made for coding, read or refused?"""
    return any(
        one_tier == CODES
        and (part.said.get(name) or any(one.field == "annotation" for one in part.losses.get(name, ())))
        for name, one_tier in part.tiers.items()
    )
