"""The annotations of a CAS as it says them, and a loss for everything in it that has no place in our table.

Which of their features is the code: :mod:`toolkit.exchange.formats.cas.features`, when all files have been read.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from toolkit.exchange.formats.cas.features import Said, joined, known_code
from toolkit.exchange.formats.cas.files import INITIAL, CasFile, document_name
from toolkit.exchange.formats.cas.layer import META, NO_LANGUAGE
from toolkit.exchange.formats.cas.layers import BUILD, tier
from toolkit.exchange.formats.cas.model import (
    ARRAYS,
    DOCUMENT,
    FS_ARRAY,
    INITIAL_VIEW,
    Cas,
    Structure,
    short_name,
)
from toolkit.exchange.formats.cas.types import Types
from toolkit.exchange.model import Document, Loss

__all__ = ["Part", "part_of"]

Kind = Literal["refused", "lost"]

_RELATION = {"Governor", "Dependent"}
#: Links, values and mentions of one annotation that are listed one by one: a file can point to one array from
#: everywhere, and written out would be as large as the square of its size.
_MANY = 100


@dataclass
class Part:
    """What one file holds.

    ``file``: with the name of its document, where only the CAS says it; ``owner``: who annotated, as the CAS says it;
    ``said, losses``: by type, for the types that may be read; ``counts``: annotations of each type; ``unplaced``: what
    stands nowhere in a text, by type; ``tiers``: what types are for; ``always``: losses whatever is read.
    """

    file: CasFile
    owner: str | None = None
    documents: list[Document] = field(default_factory=list)
    said: dict[str, list[Said]] = field(default_factory=dict)
    losses: dict[str, list[Loss]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    unplaced: Counter[str] = field(default_factory=Counter)
    tiers: dict[str, int] = field(default_factory=dict)
    always: list[Loss] = field(default_factory=list)


def part_of(file: CasFile, cas: Cas, types: Types, id_name: str, wanted: set[str] | None) -> Part:
    """What a file holds. ``id_name``: what ids are called in the format, for messages; ``wanted``: the types that the
    user chose, None where he did not."""
    return _Reading(file, cas, types, id_name, wanted).part


class _Reading:
    """One file while it is read."""

    def __init__(self, file: CasFile, cas: Cas, types: Types, id_name: str, wanted: set[str] | None) -> None:
        self.cas, self.types, self.id_name = cas, types, id_name
        self._known = cas.by_id()
        self._utf16: dict[int, bytes] = {}
        self._pointed_at = {number for one in cas.structures for numbers in one.refs.values() for number in numbers}
        self._chained = any("first" in one.refs and not one.anchored for one in cas.structures)
        self._metadata = self._all_metadata()
        self.file, owner = _exported(file, self._metadata)
        self.part, file = Part(self.file, owner), self.file
        self._names = self._documents()
        for name, problem in cas.problems:
            self.part.always.append(Loss("refused", "annotation", f"{name} {problem}", file.place, file.doc_id))
        self.part.tiers = {name: tier(name, types) for name in {one.type for one in cas.structures}}
        for one in cas.structures:
            if one.type not in (DOCUMENT, META) and not one.type.startswith("uima.cas."):
                read = one.type in wanted if wanted is not None else self.part.tiers[one.type] < BUILD
                self._take(one, read)
        for name, key in sorted(cas.unsure):
            if name not in self.part.said:
                continue
            reason = (
                f"no type system beside the file says whether '{key}' of {short_name(name)} is a number or points to "
                "another annotation; it is kept as text"
            )
            self.part.losses[name].append(Loss("changed", "layer", reason, file.place, file.doc_id))

    def _documents(self) -> dict[int, str]:
        """The name of each Sofa's document; makes the documents."""
        held = [number for number, sofa in self.cas.sofas.items() if sofa.text is not None]
        names, taken = {}, set()
        for number, sofa in self.cas.sofas.items():
            plain = sofa.name == INITIAL_VIEW or held == [number]
            name = self.file.doc_id if plain else f"{self.file.doc_id}#{sofa.name}"
            if name in taken:
                self._always("refused", "document", f"the view '{sofa.name}' is given twice", name)
                continue
            taken.add(name)
            names[number] = name
            said = self._metadata.get(number, {})
            lang = said.get("language")
            lang = lang if lang and lang != NO_LANGUAGE else None
            title = None if _is_file_name(said) else said.get("documentTitle") or None
            self.part.documents.append(Document(name, sofa.text, lang, title, self.file.place))
            if sofa.uri is not None and sofa.text is None:
                reason = "the text stands elsewhere and is not fetched; give it as a text of the corpus"
                self.part.always.append(Loss("lost", "text", reason, self.file.place, name, value=sofa.uri))
            elif sofa.text is None:
                self._always("lost", "text", f"the view '{sofa.name}' holds no text", name)
        if not self.cas.sofas:
            self._always("refused", "document", "the file holds no text (no Sofa)", self.file.doc_id)
        return names

    def _all_metadata(self) -> dict[int, dict[str, str]]:
        """What the metadata of each Sofa say."""
        said: dict[int, dict[str, str]] = {}
        for one in self.cas.structures:
            if one.sofa is not None and one.type in (DOCUMENT, META):
                said.setdefault(one.sofa, {}).update({key: values[0] for key, values in one.values.items() if values})
        return said

    def _take(self, one: Structure, read: bool) -> None:
        if not one.anchored:
            self._take_without_place(one, read)
            return
        self.part.counts[one.type] += 1
        if not read:
            return
        losses = self.part.losses.setdefault(one.type, [])
        place, name = self._place(one), self._names.get(one.sofa if one.sofa is not None else -1)
        problem = self._problem(one, name)
        if problem is not None:
            kind, reason = problem
            code = known_code(Said(one.type, "", 0, 0, one.values, place))
            losses.append(Loss(kind, "annotation", reason, place, name or self.file.doc_id, code=code))
        elif _RELATION & set(one.refs):
            reason = "there is no place for relations between annotations"
            losses.append(Loss("lost", "relation", reason, place, name, value=self._relation(one)))
        else:
            self._take_span(one, str(name), place, losses)

    def _problem(self, one: Structure, name: str | None) -> tuple[Kind, str] | None:
        """Why a structure is no span of ours: kind of loss and reason."""
        if name is None:
            return "refused", "it points to a text that is not in the file"
        if one.id not in self.cas.indexed:
            return "lost", "it is a member of no view, so no program shows it"
        if _RELATION & set(one.refs):
            return None
        if one.begin is None or one.end is None or one.begin < 0 or one.end < one.begin:
            return "refused", "its begin and end are no positions in a text"
        if one.begin == one.end:
            return "lost", "it has no length"
        return None

    def _take_span(self, one: Structure, name: str, place: str, losses: list[Loss]) -> None:
        said = dict(one.values)
        for key, numbers in one.refs.items():
            targets = [self._known.get(number) for number in numbers]
            if targets and all(target is not None and target.type in ARRAYS for target in targets):
                values = [value for target in targets if target for value in target.values.get("elements", [])]
                said[key] = values[:_MANY]
                if len(values) > _MANY:
                    reason, more = f"'{key}' has more than {_MANY} values", f"{len(values) - _MANY:,} more"
                    losses.append(Loss("changed", "annotation", reason, place, name, value=more))
            elif key != "next" or not self._chained:
                losses += self._links(one, key, place, name)
        annotation = Said(one.type, name, one.begin or 0, one.end or 0, said, place)
        self.part.said.setdefault(one.type, []).append(annotation)

    def _take_without_place(self, one: Structure, read: bool) -> None:
        losses = self.part.always if read else []
        place, name = self._place(one), self._names.get(-1 if one.sofa is None else one.sofa, self.file.doc_id)
        if "first" in one.refs:
            reason = "there is no place for chains of annotations"
            losses.append(Loss("lost", "chain", reason, place, name, value=self._chain(one)))
        elif read and one.sofa is not None and one.id in self.cas.indexed:
            reason = "it belongs to the whole document and has no place in its text"
            said = {key: joined(values) for key, values in one.values.items()}
            value = json.dumps({short_name(one.type): said}, ensure_ascii=False)
            losses.append(Loss("lost", "annotation", reason, place, name, value=value))
        elif one.id not in self._pointed_at:
            self.part.unplaced[one.type] += 1

    def _links(self, one: Structure, key: str, place: str, name: str) -> list[Loss]:
        """A loss for each structure that a feature points to."""
        reason, losses = f"there is no place for links between annotations ({key})", []
        targets = self._targets(one.refs[key])
        if len(targets) > _MANY:
            shown = f"and {len(targets) - _MANY:,} more"
            losses.append(Loss("lost", "link", reason, place, name, value=shown))
        for number in targets[:_MANY]:
            target = self._known.get(number)
            shown = self._shown(number)
            if target is not None and not target.anchored and "target" in target.refs:
                role = joined(target.values.get("role", [])) or ""
                shown = f"{role}: {', '.join(self._shown(to) for to in target.refs['target'])}".removeprefix(": ")
            losses.append(Loss("lost", "link", reason, place, name, value=shown))
        return losses

    def _targets(self, numbers: list[int]) -> list[int]:
        """Ids, those of an array taken out of it."""
        found: list[int] = []
        for number in numbers:
            target = self._known.get(number)
            found += target.refs.get("elements", []) if target is not None and target.type == FS_ARRAY else [number]
        return found

    def _chain(self, one: Structure) -> str:
        shown: list[str] = []
        seen: set[int] = set()
        numbers = one.refs["first"][:1]
        while numbers and numbers[0] not in seen and numbers[0] in self._known and len(seen) < _MANY:
            seen.add(numbers[0])
            shown.append(self._shown(numbers[0]))
            numbers = self._known[numbers[0]].refs.get("next", [])[:1]
        return " - ".join(shown)

    def _relation(self, one: Structure) -> str:
        ends = [self._shown(number) for key in ("Governor", "Dependent") for number in one.refs.get(key, [])]
        said = ", ".join(f"{key}={joined(values)}" for key, values in one.values.items())
        return f"{short_name(one.type)}{f' ({said})' if said else ''}: {' - '.join(ends)}"

    def _shown(self, number: int) -> str:
        """The text at a structure, for a reader of the loss."""
        one = self._known.get(number)
        sofa = self.cas.sofas.get(one.sofa) if one is not None and one.sofa is not None else None
        if one is None or sofa is None or sofa.text is None or one.sofa is None:
            return f"{self.id_name} {number}"
        if one.sofa not in self._utf16:
            self._utf16[one.sofa] = sofa.text.encode("utf-16-le", "surrogatepass")
        begin, end = max(one.begin or 0, 0), max(one.end or 0, 0)
        return repr(self._utf16[one.sofa][2 * begin : 2 * end].decode("utf-16-le", "replace")[:60])

    def _place(self, one: Structure) -> str:
        return f"{self.file.place}, {self.id_name} {one.id}"

    def _always(self, kind: Kind, what: str, reason: str, name: str) -> None:
        self.part.always.append(Loss(kind, what, reason, self.file.place, name))


def _exported(file: CasFile, metadata: Mapping[int, Mapping[str, str]]) -> tuple[CasFile, str | None]:
    """The file, and who annotated it, where INCEpTION says that.

    It writes into every file that it exports (inception, FormatSupport.addOrUpdateDocumentMetadata) the document's name
    as title, the project as collection, both as URI, and as id whose work it is. The file in the ZIP of one document is
    called after that id, too; then the document is called after the title.
    """
    for said in metadata.values():
        title, who, project = said.get("documentTitle"), said.get("documentId"), said.get("collectionId")
        known = title and who and project and said.get("documentUri") == f"{project}/{title}"
        if not known or file.coder is not None or said.get("documentBaseUri") != project:
            continue
        document = document_name(str(title))
        if who in (title, document, document.rpartition(".")[0]):
            return file, None
        if who == file.doc_id:
            file = replace(file, doc_id=document)
        return file, None if who in INITIAL else who
    return file, None


def _is_file_name(said: Mapping[str, str]) -> bool:
    """Is a title no title, but the last part of where the document came from? DKPro's readers say so (dkpro-core,
    ResourceCollectionReaderBase), and INCEpTION."""
    title, uri = said.get("documentTitle"), said.get("documentUri")
    return bool(title and uri) and uri is not None and uri.rpartition("/")[2] == title
