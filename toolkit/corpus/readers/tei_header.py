"""Metadata out of a ``teiHeader`` (TEI Guidelines P5, chapter 2)."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["collection_metadata", "header_metadata", "local_name"]


def local_name(element: "etree._Element") -> str:
    """The element's name without its namespace; "" for entities and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def header_metadata(header: "etree._Element") -> dict[str, str]:
    """What a header says: title, author, date, lang, url, site, publisher, tags; only those that it names.

    The date is that of the source before that of writing and of the edition; an attribute ``when`` stands before the
    words. ``site`` is the journal or series of the source, else the source's publisher. E-mail addresses are not read.
    """
    titles = _found(header, "titleStmt/title")
    titles = [title for title in titles if title.get("type") == "main"] or titles
    authors = [_words(author) for author in _found(header, "titleStmt/author") or _found(header, "sourceDesc//author")]
    serial = [_words(title) for title in _found(header, "sourceDesc//title") if title.get("level") in ("j", "s")]
    addresses = [
        _words(idno) for idno in _found(header, "idno") if idno.get("type", "").lower() in ("url", "uri", "link")
    ] + [found.get("target", "") for name in ("ref", "ptr") for found in _found(header, f"sourceDesc//{name}")]
    metadata = {
        "title": next((words for title in titles if (words := _words(title))), ""),
        "author": "; ".join(dict.fromkeys(filter(None, authors))),
        "date": _date(header),
        "lang": _language(header),
        "url": next((address for address in addresses if address.startswith(("http://", "https://"))), ""),
        "site": next(filter(None, serial), "") or _first(header, "sourceDesc//publisher"),
        "publisher": _first(header, "publicationStmt/publisher"),
        "tags": "; ".join(dict.fromkeys(filter(None, (_words(term) for term in _found(header, "textClass//term"))))),
    }
    return {name: value for name, value in metadata.items() if value}


def _date(header: "etree._Element") -> str:
    for path in ("sourceDesc//date", "creation/date", "creation", "publicationStmt/date", "publicationStmt//date"):
        for found in _found(header, path):
            date = found.get("when") or found.get("when-iso") or _words(found)
            if date:
                return date
    return ""


def _language(header: "etree._Element") -> str:
    """The only language that the header lists, or that with the greatest ``usage``."""
    listed = _found(header, "langUsage/language")
    usage = [(re.sub(r"\D.*", "", found.get("usage", "")) or "0") for found in listed]
    best = sorted(zip(usage, listed, strict=True), key=lambda pair: -int(pair[0][:3]))
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return ""
    return best[0][1].get("ident", "")


def collection_metadata(header: "etree._Element") -> dict[str, str]:
    """What the header of a ``teiCorpus`` says for each of its texts: lang, site, publisher, and ``collection``."""
    own = header_metadata(header)
    names = {"lang": "lang", "site": "site", "publisher": "publisher", "title": "collection"}
    return {ours: own[name] for name, ours in names.items() if name in own}


def _found(header: "etree._Element", path: str) -> "list[etree._Element]":
    """Elements below ``header`` by a path of names in any namespace ("sourceDesc//date")."""
    steps = re.sub(r"([A-Za-z]+)", r"{*}\1", path)
    return header.findall(".//" + steps)


def _words(element: "etree._Element") -> str:
    """An element's text in one line, without e-mail addresses."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and local_name(child) not in ("email", "note"):
            parts.append(_words(child))
        parts.append(child.tail or "")
    text = re.sub(r"[ \t\r\n]+", " ", "".join(parts)).strip()
    return "" if re.fullmatch(r"\S+@\S+", text) else text


def _first(header: "etree._Element", *paths: str) -> str:
    return next((words for path in paths for found in _found(header, path) if (words := _words(found))), "")
