"""The annotations of a JSON-LD file, whatever they are wrapped in: collections, pages, graphs, lists, Hypothes.is."""

from typing import Any, NamedTuple

from toolkit.exchange.model import Loss

__all__ = ["Item", "annotations_in", "as_list", "kind_of", "text_or_none"]

#: Keys of the Hypothes.is API that say how it keeps an annotation, not what it says.
_HOUSEKEEPING = ("permissions", "links", "flagged", "hidden", "user_info", "actions", "moderation", "mentions")


class Item(NamedTuple):
    """One annotation in the terms of the model, and where it stands."""

    value: dict[str, Any]
    place: str


def as_list(value: Any) -> list[Any]:
    """A value of JSON-LD that may stand alone or in a list; nothing for null."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_or_none(value: Any) -> str | None:
    """A text, or None for anything else. JSON-LD may say its language or type beside it.

    >>> text_or_none({"@value": "LV", "@language": "es"})
    'LV'
    """
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str) else None


def kind_of(value: Any) -> set[str]:
    """The types of a resource, without the prefixes of older vocabularies.

    >>> kind_of({"@type": "oa:Annotation"})
    {'Annotation'}
    """
    if not isinstance(value, dict):
        return set()
    named = as_list(value.get("type", value.get("@type")))
    return {one.rpartition(":")[2].rpartition("#")[2] for one in named if isinstance(one, str)}


def annotations_in(value: Any, losses: list[Loss]) -> tuple[list[Item], list[dict[str, Any]], bool]:
    """All annotations of a file; descriptions of documents; and whether the file is one of ours.

    What is only pointed to (a further page on a server) is a loss.
    """
    found: list[Item] = []
    documents: list[dict[str, Any]] = []
    ours = False
    housekeeping: set[str] = set()
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        place = f"annotation {len(found) + 1:,}"
        kinds = kind_of(one)
        if isinstance(one, list):
            waiting += reversed(one)
        elif not isinstance(one, dict):
            losses.append(Loss("refused", "annotation", f"'{str(one)[:60]}' is no annotation", place))
        elif "AnnotationCollection" in kinds or "AnnotationPage" in kinds:
            generator = one.get("generator")
            ours = ours or (isinstance(generator, dict) and generator.get("name") == "cluetrain-toolkit")
            documents += [each for each in as_list(one.get("documents")) if isinstance(each, dict)]
            waiting += reversed(_parts(one, losses))
        elif "@graph" in one:
            waiting.append(one["@graph"])
        elif isinstance(one.get("rows"), list):
            # the API gives replies beside them when it is asked to (_separate_replies)
            waiting += reversed([*one["rows"], *as_list(one.get("replies"))])
        elif "uri" in one and "target" in one and ("tags" in one or "text" in one):
            housekeeping |= {key for key in _HOUSEKEEPING if one.get(key)}
            found.append(Item(_of_hypothesis(one), _named(one, place)))
        elif "target" in one or "Annotation" in kinds:
            found.append(Item(one, _named(one, place)))
        else:
            losses.append(Loss("refused", "annotation", "it has no target and no type 'Annotation'", place))
    if housekeeping:
        names = ", ".join(sorted(housekeeping))
        losses.append(Loss("lost", "housekeeping", f"what Hypothes.is keeps of access and state is left out ({names})"))
    return found, documents, ours


def _parts(one: dict[str, Any], losses: list[Loss]) -> list[Any]:
    """Items and pages of a collection or page, as far as they are in the file."""
    parts: list[Any] = list(as_list(one.get("items")))
    for key in ("first", "next"):
        page = one.get(key)
        if isinstance(page, dict) and ("items" in page or "next" in page):
            parts.append(page)
        elif isinstance(page, dict | str) and not (key == "first" and parts):
            name = page if isinstance(page, str) else str(page.get("id"))
            losses.append(Loss("lost", "page", f"the page '{name[:100]}' is not in the file, only its address"))
    return parts


def _named(one: dict[str, Any], place: str) -> str:
    name = one.get("id", one.get("@id"))
    return f"{place} ({name[:80]})" if isinstance(name, str) else place


def _of_hypothesis(row: dict[str, Any]) -> dict[str, Any]:
    """An annotation of the Hypothes.is API in the model's terms (its documentation maps them so)."""
    tags = [{"type": "TextualBody", "purpose": "tagging", "value": tag} for tag in as_list(row.get("tags"))]
    text = row.get("text")
    comment = [{"type": "TextualBody", "purpose": "commenting", "value": text}] if text else []
    target = row.get("target") or row.get("uri")
    renamed = {
        "id": row.get("id"),
        "type": "Annotation",
        # it calls annotations without a text highlights
        "motivation": "commenting" if text else "highlighting",
        "body": tags + comment,
        "creator": row.get("user"),
        "created": row.get("created"),
        "modified": row.get("updated"),
        "target": target,
        "reply_to": row.get("references") or None,
    }
    known = {"id", "tags", "text", "user", "created", "updated", "target", "uri", "references", *_HOUSEKEEPING}
    return {**{key: value for key, value in row.items() if key not in known}, **renamed}
