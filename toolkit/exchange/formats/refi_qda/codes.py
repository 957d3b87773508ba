"""The codes of a REFI-QDA codebook: a tree of names and GUIDs, and which of them are our stances."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from toolkit.exchange.formats.refi_qda.fields import guid_of, normal_guid, split_comment
from toolkit.exchange.model import Loss
from toolkit.tables.columns import STANCES

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["STANCE", "Tag", "codes_in", "doubtful_ids", "local", "names_of", "stance_guid", "stances_in", "text_of"]

#: The folder of codes (it cannot be coded with itself) under which the stances stand.
STANCE = "stance"
#: What ATLAS.ti writes between the parts of a name (Annex A.3: "Coke::diet Coke"); also between ours.
_JOIN = "::"


class Tag(NamedTuple):
    """One code of a file: GUID to compare, name, the names and GUIDs above it, whether it can be coded with, what
    people wrote of it, and our lines below that."""

    guid: str
    name: str
    above: tuple[str, ...]
    inside: tuple[str, ...]
    codable: bool
    description: str
    lines: Mapping[str, str | None]
    colour: str | None
    line: int | None

    @property
    def path(self) -> str:
        """Its name with all above it."""
        return _JOIN.join((*self.above, self.name))

    def no_id(self, read_as: str, where: str) -> Loss:
        """The loss of a code whose id is doubtful (:func:`doubtful_ids`)."""
        reason = f"another code has the id in its description too, or is called so; it is read as {read_as[:80]!r}"
        return Loss("changed", "code", reason, f"{where}, line {self.line}", code=read_as, value=self.lines.get("id"))


def local(element: "etree._Element") -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: "etree._Element", name: str) -> str | None:
    """The text of the first child of that name; None where there is none."""
    for child in element:
        if local(child) == name:
            return child.text or ""
    return None


def codes_in(codes: "etree._Element", above: tuple[str, ...] = (), inside: tuple[str, ...] = ()) -> Iterator[Tag]:
    """All codes below an element ``Codes`` or ``Code``, parents before their children."""
    for child in codes:
        if local(child) != "Code":
            continue
        guid = normal_guid(child.get("guid"))
        name = child.get("name") or guid
        codable = (child.get("isCodable") or "true").strip() not in ("false", "0")
        description, lines = split_comment(text_of(child, "Description") or "")
        yield Tag(guid, name, above, inside, codable, description, lines, child.get("color"), child.sourceline)
        yield from codes_in(child, (*above, name), (*inside, guid))


def stance_guid(stance: str) -> str:
    """The GUID of the code that stands for a stance in the files we write."""
    return guid_of(STANCE, stance)


def stances_in(tags: list[Tag]) -> dict[str, str]:
    """The codes that say a stance, by GUID: those we wrote; else those below a folder "stance" with its four names.

    Programs without folders join the names (ATLAS.ti: "stance::breach").
    """
    ours = {stance_guid(one): one for one in STANCES}
    found = {tag.guid: ours[tag.guid] for tag in tags if tag.guid in ours}
    if found:
        return found
    folder = {tag.guid for tag in tags if not tag.codable and tag.path.lower() == STANCE}
    for tag in tags:
        parent, _, name = tag.path.lower().rpartition(_JOIN)
        if parent == STANCE and name in STANCES and (folder or not tag.above):
            found[tag.guid] = name
    return found


def names_of(tags: list[Tag], stances: dict[str, str]) -> tuple[dict[str, str], list[Tag]]:
    """What each code is called in our table, and the codes whose ids are not trusted.

    A code's name is its name where the file has it once, else its path (``Precio::bueno``). Folders, which cannot be
    coded with, do not count when it comes to names. A code of a codebook that we wrote (.qdc) is called by the id in
    its description, unless that is doubtful.
    """
    codes = [tag for tag in tags if tag.codable and tag.guid not in stances]
    counts = Counter(tag.name for tag in codes)
    doubtful = doubtful_ids(codes)
    doubts = {tag.guid for tag in doubtful}
    called = {tag.guid: tag.name if counts[tag.name] < 2 else tag.path for tag in tags}
    ids = {tag.guid: tag.lines.get("id") for tag in tags if tag.guid not in doubts}
    return {guid: ids.get(guid) or name for guid, name in called.items()}, doubtful


def doubtful_ids(codes: list[Tag]) -> list[Tag]:
    """The codes that bear an id of our codebook that is not theirs alone: another bears it, or is called so.

    Who duplicates a code in a program duplicates its description. Of several with one id, that with the GUID we gave
    to this id is ours.
    """
    bearers = Counter(tag.lines.get("id") for tag in codes)
    called = Counter(word for tag in codes for word in {tag.name, tag.path})
    doubtful = []
    for tag in codes:
        given = tag.lines.get("id")
        if not given or given == tag.name:
            continue
        alone = bearers[given] == 1 or tag.guid == guid_of("code", given)
        if not alone or called[given] - (given in (tag.name, tag.path)):
            doubtful.append(tag)
    return doubtful
