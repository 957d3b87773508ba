"""Small feeds of each kind: constructed, no site or person is real."""

from html import escape

CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
BODY = "<p>Mañana abre la tienda: ¿quién contestará?</p><ul><li>uno</li><li>dos &amp; tres</li></ul>"


def rss(*items: str, more: str = "<language>es-ES</language>", head: str = "") -> bytes:
    """An RSS 2.0 feed."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<rss version="2.0" {CONTENT}><channel><title>La plaza &amp;amp; '
        f"el horno</title><link>https://plaza.example.org/</link>{more}{''.join(items)}</channel></rss>"
    ).encode()


def rss_item(content: str | None = BODY, description: str = "", **fields: str) -> str:
    """An item with ``content:encoded``, or with a description alone."""
    given = {"title": "Mañana", "guid": "https://plaza.example.org/2009/03/mañana.html", **fields}
    elements = "".join(f"<{name.replace('_', ':')}>{value}</{name.replace('_', ':')}>" for name, value in given.items())
    whole = "" if content is None else f"<content:encoded><![CDATA[{content}]]></content:encoded>"
    return f"<item>{elements}<description>{escape(description)}</description>{whole}</item>"


def atom(*entries: str, more: str = "") -> bytes:
    """An Atom 1.0 feed in Italian."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="it" '
        f'xmlns:app="http://purl.org/atom/app#" xmlns:thr="http://purl.org/syndication/thread/1.0">'
        f"<title>Il forno</title>{more}{''.join(entries)}</feed>"
    ).encode()


def entry(content: str, guid: str = "tag:forno.example.org,2010:pane", more: str = "") -> str:
    """An entry; ``content`` is the whole element."""
    return (
        f'<entry><id>{guid}</id><title type="text">Perché no?</title><published>2010-03-03T08:00:00+01:00</published>'
        f'<link rel="alternate" href="https://forno.example.org/pane"/><author><name>Rosa</name>'
        f"<email>rosa@example.org</email></author>{content}{more}</entry>"
    )


def blogger(what: str) -> str:
    """The category by which Blogger's export says what an entry is."""
    kind = f"http://schemas.google.com/blogger/2008/kind#{what}"
    return f'<category scheme="http://schemas.google.com/g/2005#kind" term="{kind}"/>'


def samples() -> dict[str, bytes]:
    rdf = (
        '<?xml version="1.0" encoding="iso-8859-1"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://'
        'plaza.example.org/"><title>La plaza</title></channel><item rdf:about="https://plaza.example.org/1"><title>'
        "Niños</title><link>https://plaza.example.org/1</link><description>Los niños preguntan: ¿por qué?"
        "</description><dc:date>2004-05-06</dc:date></item></rdf:RDF>"
    )
    xhtml = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Così è.</p><p>Già.</p></div></content>'
    return {
        "plaza.rss": rss(
            rss_item(pubDate="Wed, 04 Mar 2009 08:00:00 +0100", category="pan", dc_creator="Rosa"),
            rss_item(None, "La ciudad entera lo sabe [...]", guid="2"),
        ),
        "plaza.xml": rdf.encode("latin-1"),
        "forno.atom": atom(
            entry('<content type="html">&lt;p&gt;È già ora&lt;br/&gt;di ascoltare.&lt;/p&gt;</content>'),
            entry(xhtml, "tag:forno.example.org,2010:due"),
            entry('<content type="text">Uno\n\nDue &amp; più</content>', "tre"),
        ),
    }
