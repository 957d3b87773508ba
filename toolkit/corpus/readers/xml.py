"""XML files: which format one is in."""

from collections.abc import Iterator

from toolkit.corpus.readers.record import File, Record
from toolkit.corpus.readers.xml_text import head_of
from toolkit.errors import InputError

__all__ = ["read"]


def read(file: File) -> Iterator[Record]:
    """The records of a WordPress export, a feed or a TEI document, told apart by the root element.

    Any other root is one refused record that names it.
    """
    try:
        head = head_of(file.path)
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    root = head.root.rpartition(":")[2].lower()
    if root == "rss" and "://wordpress.org/export/" in head.attributes:
        from toolkit.corpus.readers.wordpress import read as read_wordpress

        yield from read_wordpress(file)
    elif root in ("rss", "rdf", "feed"):
        from toolkit.corpus.readers.feeds import read as read_feeds

        yield from read_feeds(file)
    elif root in ("tei", "teicorpus", "tei.2"):
        from toolkit.corpus.readers.tei import read as read_tei

        yield from read_tei(file)
    else:
        kinds = "WordPress exports (rss), feeds (rss, RDF, feed) and TEI are read"
        yield Record(file.name, refused=f"is XML with the root element '{head.root}'; {kinds}")
