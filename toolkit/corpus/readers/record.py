"""What every reader takes and yields: a file with the user's choices; one post, or the reason why there is none."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = [
    "ABOUT_FILES",
    "MAX_CHARACTERS",
    "File",
    "Options",
    "Reader",
    "Record",
    "content_id",
    "unfit",
]

#: The longest post that is read, in characters: about 300,000 words. Anything longer is not one post.
MAX_CHARACTERS = 2_000_000
#: Files that describe a corpus and are not part of it.
ABOUT_FILES = frozenset(["readme.md", "readme.txt", "license", "license.md", "license.txt", "datapackage.json"])


@dataclass(frozen=True)
class Options:
    """What the user chose to read.

    ``columns``: the table's name of a column by ours (``{"text": "contenido"}``). ``comments``, ``drafts``,
    ``private``: of a WordPress export also these. ``commenters``: names of commenters too (e-mail and IP addresses
    are never read). ``whole_page``: all text of an HTML page, not its main text alone.

    >>> options = Options(columns={"text": "contenido"}, comments=True)
    >>> options.columns["text"], options.comments, options.drafts
    ('contenido', True, False)
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    comments: bool = False
    drafts: bool = False
    private: bool = False
    commenters: bool = False
    whole_page: bool = False


@dataclass(frozen=True)
class File:
    """A file to read: where it is, its ``name`` inside the corpus (without suffix), and the user's choices.

    ``depth`` counts the archives the file was taken out of.

    >>> from pathlib import Path
    >>> file = File(Path("blog/2011/uno.txt"), "2011/uno")
    >>> file.name, file.options.comments, file.depth
    ('2011/uno', False, 0)
    """

    path: Path
    name: str
    options: Options = field(default_factory=Options)
    depth: int = 0


@dataclass(frozen=True)
class Record:
    """One text with its metadata; ``doubts`` says what was uncertain, ``refused`` why it is no post.

    ``doc_id``: ``file.name`` where a file is one text; ``file.name/key`` or ``file.name:key`` where it holds several,
    with a key that stays the same when texts come and go (an id of the format, an address, :func:`content_id`), and
    never a running number. ``place``: where in the file it stands ("line 12"). ``member``: the path inside an
    archive. Metadata are text by lower-case name; ``title, author, date, url, lang, site, encoding`` are those that
    the toolkit knows.

    >>> post = Record("blog/uno", "Hola.", {"author": "Ana"})
    >>> post.text, post.metadata, post.refused
    ('Hola.', {'author': 'Ana'}, None)
    >>> Record("blog/dos", refused="has no text", place="line 12").refused
    'has no text'
    """

    doc_id: str
    text: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    refused: str | None = None
    place: str = ""
    member: str = ""


Reader = Callable[[File], Iterator[Record]]


def content_id(text: str, metadata: Mapping[str, str]) -> str:
    """Twelve hexadecimal digits that name a text without a name of its own: the same wherever it stands.

    >>> content_id("Hola.", {"title": "Uno"}) == content_id("Hola.", {"title": "Uno"})
    True
    """
    whole = json.dumps([text, sorted(metadata.items())], ensure_ascii=False)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def unfit(text: str) -> str | None:
    """Why a text can be no post (zero characters, half a character, too long), or None. Empty texts are told later."""
    if "\x00" in text:
        return "is not text (it contains a zero character)"
    if len(text) > MAX_CHARACTERS:
        return f"has {len(text):,} characters, more than the {MAX_CHARACTERS:,} of one post; split it"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "has half a character (a lone surrogate)"
    return None
