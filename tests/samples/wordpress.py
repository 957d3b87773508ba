"""A small WordPress export of an Italian and Spanish blog: constructed, no blog, person or address is real."""

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/3.5" created="2013-02-11 10:00" -->
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:wfw="http://wellformedweb.org/CommentAPI/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>Il forno &amp; la piazza</title>
<link>https://forno.example.org</link>
<language>it-IT</language>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_id>1</wp:author_id><wp:author_login>rosa</wp:author_login>
<wp:author_email>rosa@example.org</wp:author_email>
<wp:author_display_name><![CDATA[Rosa del forno]]></wp:author_display_name></wp:author>
"""
FOOT = "</channel>\n</rss>\n"


def item(body: str = "Il pane è pronto.", *, comments: str = "", title: str = "Pane", **fields: str) -> str:
    """An item; ``fields`` are elements in the namespace wp, and creator and terms."""
    terms = fields.pop("terms", '<category domain="category" nicename="pane"><![CDATA[Pane]]></category>')
    creator = fields.pop("creator", "rosa")
    given = {"post_id": "1", "post_date": "2010-03-03 08:00:00", "status": "publish", "post_type": "post", **fields}
    elements = "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in given.items())
    return (
        f"<item><title>{title}</title><link>https://forno.example.org/?p={given['post_id']}</link>"
        f"<dc:creator><![CDATA[{creator}]]></dc:creator>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>"
        f"{elements}{terms}{comments}</item>\n"
    )


def comment(text: str, number: str = "7", approved: str = "1", kind: str = "", parent: str = "0") -> str:
    """A comment with everything that must not be read."""
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[Pippo]]></wp:comment_author>"
        "<wp:comment_author_email>pippo@example.org</wp:comment_author_email>"
        "<wp:comment_author_url>https://pippo.example.org</wp:comment_author_url>"
        "<wp:comment_author_IP>192.0.2.77</wp:comment_author_IP><wp:comment_date>2010-03-04 09:00:00</wp:comment_date>"
        f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content>"
        f"<wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>{kind}</wp:comment_type>"
        f"<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
    )


def export(*items: str, head: str = HEAD) -> bytes:
    """A whole export."""
    return (head + "".join(items) + FOOT).encode()


def samples() -> dict[str, bytes]:
    body = (
        '[caption id="a1" width="300"]<img src="https://forno.example.org/p.jpg" alt="" /> La vetrina[/caption]\n\n'
        "Perché nessuno risponde?\nÈ già tardi [sic].\n\n"
        "<ul>\n\t<li>pane &amp; caffè</li>\n\t<li>bollos</li>\n</ul>\n\n"
        "<!--more-->Così va la città&nbsp;&mdash; <em>e anche\n\nla piazza</em>."
    )
    blocks = "<!-- wp:paragraph -->\n<p>Mañana abrimos a las ocho.</p>\n<!-- /wp:paragraph -->"
    said = comment("Che bello!\n\nTorno domani.") + comment("Grazie", "8", parent="7") + comment("Pills", "9", "spam")
    return {
        "forno.xml": export(
            item(body, comments=said),
            item(blocks, post_id="2", title="Mañana &amp; después", post_type="page"),
            item("Bozza", post_id="3", status="draft", post_date="0000-00-00 00:00:00"),
            item("Solo per noi", post_id="4", status="private"),
            item("", post_id="5", status="inherit", post_type="attachment"),
        )
    }
