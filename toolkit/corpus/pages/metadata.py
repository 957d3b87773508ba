"""What a web page says of itself: title, author, date, address, site, language, tags."""

import re
from typing import Any
from urllib.parse import urlsplit

from toolkit.corpus.dates import read_date
from toolkit.corpus.language import declared_language, language_of_post

__all__ = ["checked_language", "of_page"]


def _names(names: str) -> tuple[str, ...]:
    return tuple(names.split())


#: What trafilatura asks htmldate for: as little as possible, and with a limit other than the present day.
_DATES = {"original_date": True, "extensive_search": False, "min_date": "1995-01-01", "max_date": "2100-12-31"}
#: Longer values are no names, titles or dates but texts in the wrong place.
_LONGEST = 500
#: Where pages declare when they were published, most reliable first (Open Graph, Dublin Core, schema.org).
_META_DATES = _names(
    "article:published_time og:published_time datepublished dc.date.issued dc.date.created dcterms.issued "
    "dcterms.created dcterms.date dc.date pubdate publishdate publish_date sailthru.date date fecha"
)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"<>]{4,40})"')
#: Classes under which the themes of blogs write the date of a post.
_DATE_CLASSES = _names(
    "date fecha data date-header entry-date post-date postdate post_date published dateline timestamp datestamp "
    "fecha-publicacion fecha_post data-post postmetadata post-meta entry-meta meta small createdate submitted"
)
#: A date in words or figures inside a line ("Publicado por Ana el 3 de marzo de 2010 a las 22:14").
_IN_LINE = re.compile(
    r"(?i)\b\d{1,2}(?:º|°)?(?:\s+de)?\s+[a-zéìà]{3,10}\.?,?\s+(?:de\s+|del\s+)?(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d\b"
    r"|\b[a-z]{3,9}\.?\s+\d{1,2},\s+(?:19|20)\d\d\b"
)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-])")
_BY = re.compile(r"(?i)^(?:por|di|de|by|scritto da|escrito por|publicado por|postato da)\b:?\s+")
#: E-mail and web addresses, also where trafilatura has made words of them ("ana rossi example com").
_ADDRESS = re.compile(r"(?i)@|https?:|\bwww\b|\b(?:com|net|org|edu|info|gob|gov)\b")
#: A language declared against the text is believed unless the text is clearly another: 0.99 of py3langid.
_SURE = 0.99
_SPACES = re.compile(r"\s+")


def of_page(tree: Any, url: str = "") -> dict[str, str]:
    """Metadata of a page's tree; ``url`` is its address where known. Dates stay as they are written.

    Author and tags are found by trafilatura. Its dates are not taken: htmldate makes 2009-02-01 of "31/02/2009".
    """
    metas = _metas(tree)
    address = url or _address(tree, metas)
    found = _by_trafilatura(tree, address)
    site = metas.get("og:site_name", "") or (urlsplit(address).hostname or "" if address else "")
    tags = [*(found.tags or []), *(found.categories or [])] if found else []
    values = {
        "title": _title(tree, metas, (found.title if found else "") or ""),
        "author": _author((found.author if found else "") or "", site),
        "date": _date(tree, metas) or _date_of_address(address),
        "url": address,
        "site": site,
        "lang": _language(tree, metas),
        "tags": "; ".join(dict.fromkeys(_line(tag) for tag in ",".join(tags).split(",") if tag.strip())),
    }
    lines = {name: _line(value) for name, value in values.items()}
    return {name: value for name, value in lines.items() if value and len(value) <= _LONGEST}


def checked_language(metadata: dict[str, str], text: str) -> list[str]:
    """Take a declared language out of the metadata if the text is clearly in another one; the doubt says so.

    Templates declare the language of their maker: most Spanish blogs of 2008 say ``lang="en"``.
    """
    declared = declared_language(metadata.get("lang"))
    if declared is None or len(text) < 100:
        return []
    guess = language_of_post(text)
    if guess.lang == declared or guess.probability < _SURE:
        return []
    del metadata["lang"]
    return [f"declares the language {declared}, but reads as {guess.lang}"]


def _line(value: str) -> str:
    return _SPACES.sub(" ", value).strip()


def _metas(tree: Any) -> dict[str, str]:
    """Content of the first ``meta`` element of each name, by lower-case name."""
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content:
            metas.setdefault(name.strip().lower(), content)
    return metas


def _by_trafilatura(tree: Any, address: str) -> Any:
    from trafilatura import extract_metadata

    try:
        return extract_metadata(tree, default_url=address or None, date_config=dict(_DATES))
    except Exception:  # its many patterns meet odd pages; a page without metadata is still a text
        return None


def _title(tree: Any, metas: dict[str, str], found: str) -> str:
    """The longest heading that stands in a declared title; else the title for sharing, ``<title>``, or ``found``.

    Pages write the name of the site into their title too ("Site: Title", "Title | Site"), and often into a heading.
    """
    whole = _line(" ".join(tree.xpath("//head/title[1]/text()")))
    shared = _line(metas.get("og:title", ""))
    headings = [_line(heading.text_content()) for heading in tree.iter("h1", "h2", "h3")]
    inside = [heading for heading in headings if len(heading) > 3 and (heading in whole or heading in shared)]
    return max(inside, key=len, default="") or shared or whole or _line(found)


def _author(found: str, site: str) -> str:
    """The names found, without addresses and names of the site that trafilatura took for some."""
    names = [_BY.sub("", name).strip() for name in found.split(";")]
    return "; ".join(
        name for name in names if name and not _ADDRESS.search(name) and _letters(name) not in _letters(site)
    )


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _address(tree: Any, metas: dict[str, str]) -> str:
    canonical = [link.get("href") or "" for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    for address in [*canonical, metas.get("og:url", "")]:
        if address.strip().lower().startswith(("http://", "https://")):
            return address.strip()
    return ""


def _language(tree: Any, metas: dict[str, str]) -> str:
    names = ["lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang"]
    html = [tree.get(name) for name in names]
    candidates = [*html, metas.get("content-language"), metas.get("og:locale"), metas.get("language")]
    return next((value for value in candidates if declared_language(value)), "") or ""


def _date(tree: Any, metas: dict[str, str]) -> str:
    """When the page says it was published, as it is written there."""
    for name in _META_DATES:
        if name in metas and read_date(metas[name]).iso:
            return metas[name]
    for script in tree.iter("script"):
        match = _JSON_DATE.search(script.text or "")
        if match and read_date(match[1]).iso:
            return match[1]
    for element in tree.iter("time", "abbr"):
        written = element.get("datetime") or (element.get("title") if element.tag == "abbr" else None)
        if written and read_date(written).iso:
            return written
    return _date_by_class(tree)


def _date_of_address(address: str) -> str:
    """The day in an address such as http://example.org/2009/11/27/title."""
    match = _IN_ADDRESS.search(address)
    written = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else ""
    return written if written and read_date(written).iso else ""


def _date_by_class(tree: Any) -> str:
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("body", "html", "form", "input"):
            continue
        if frozenset(_DATE_CLASSES).isdisjoint(f"{element.get('class', '')} {element.get('id', '')}".lower().split()):
            continue
        text = _line(element.text_content()[:2_000])
        if read_date(text).iso:
            return text
        match = _IN_LINE.search(text[:300])
        if match and read_date(match[0]).iso:
            return match[0]
    return ""
