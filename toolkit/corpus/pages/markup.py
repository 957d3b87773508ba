"""HTML to plain text: every visible word, in paragraphs and lines, for fragments as well as whole pages."""

import re
from collections.abc import Mapping
from typing import Any

from toolkit.errors import InputError

__all__ = ["MAX_HTML", "line_of_html", "text_of_html"]

#: Characters of HTML that are read at once. The longest post has 2 million characters of text; markup may be
#: ten times as long (pages saved from word processors are).
MAX_HTML = 20_000_000


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Elements that stand apart from what is before and after them by a blank line.
_BLOCKS = _names(
    "address article aside blockquote body center details dialog dir div dl fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr legend listing main menu nav ol p plaintext pre section summary table ul xmp"
)
#: Elements that stand on a line of their own.
_LINES = _names("caption dd dt li tr")
_CELLS = _names("td th")
_LISTS = _names("dir menu ol ul")
_VERBATIM = _names("listing plaintext pre xmp")
#: Elements whose content no reader sees as text of the page. Not <noscript>: some pages open a <div> in it that is
#: closed at their end, and then all of the page would be inside.
_UNSEEN = _names("audio canvas datalist iframe noembed script select style svg template textarea title video")
#: Elements in which white space between their children means nothing.
_HOLLOW = _names("dl html menu ol table tbody tfoot thead tr ul")
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
#: White space of HTML ("ASCII whitespace" of the standard): no-break and other Unicode spaces are text. A single space
#: inside a text is left where it is, which is 2.5 times as fast as a look at every word.
_SPACE = re.compile(r"([ \t\n\f]{2,}|[\t\n\f]|^ | \Z)")
_INVISIBLE = re.compile(r"[\s\u200b\ufeff]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLOCK_EDITOR = re.compile(r"<!--\s*/?wp:")


def text_of_html(fragment: str, *, blank_lines: bool = False) -> str:
    """The visible text of a fragment or a whole page of HTML.

    Paragraphs, headings, quotations and other blocks are separated by one blank line; list items, table rows and
    ``<br>`` stand on lines of their own, cells of a row are separated by a tab. Runs of white space become one
    space, except in ``<pre>``. No-break spaces stay; a paragraph of nothing else goes. Scripts, styles, comments,
    form fields and what is hidden by the attribute ``hidden`` or by its ``style`` go. Characters are otherwise not
    changed, and no list marks are added.

    Parameters
    ----------
    fragment : HTML, well formed or not, up to :data:`MAX_HTML` characters, nested as deep as it likes.
    blank_lines : read it as WordPress's classic editor stored it: a blank line is a new paragraph, a line break a
        line break, also between inline markup (the function ``wpautop`` of WordPress). In a body of the block
        editor (``<!-- wp:paragraph -->``) line breaks mean nothing, as in WordPress.

    Raises
    ------
    InputError
        if the fragment is longer than :data:`MAX_HTML`; the message continues a sentence that begins with its name.

    >>> text_of_html("<h1>Escuchar</h1>Ma&ntilde;ana<br>volver&aacute;.<ul><li>uno<li>dos</ul>")
    'Escuchar\\n\\nMañana\\nvolverá.\\n\\nuno\\ndos'
    >>> text_of_html("<b>Uno</b>\\n\\nDos\\ntres", blank_lines=True)
    'Uno\\n\\nDos\\ntres'
    """
    from lxml import etree  # here, as loading it takes time that those who read .txt need not spend

    if len(fragment) > MAX_HTML:
        raise InputError(f"has {len(fragment):,} characters of HTML, more than the {MAX_HTML:,} that are read at once")
    fragment = fragment.replace("\r\n", "\n").replace("\r", "\n")
    fragment = re.sub(r"(?i)</br\s*/?>", "<br>", fragment)  # as the HTML standard reads this common slip
    blocks = bool(_BLOCK_EDITOR.search(fragment))
    # A parser that reports events builds no tree: no depth can exhaust the stack.
    target: Any = _Text(paragraphs=blank_lines, lines=blank_lines and not blocks)
    parser = etree.HTMLParser(target=target, encoding="utf-8", no_network=True, huge_tree=False)
    parser.feed(_SURROGATE.sub("\ufffd", fragment).encode("utf-8"))
    parser.close()
    return str(target.text())


def line_of_html(fragment: str) -> str:
    """A title or name without its markup and entities, on one line.

    >>> line_of_html("Pan &amp; <em>vino</em>")
    'Pan & vino'
    """
    marked = "<" in fragment or "&" in fragment
    return re.sub(r"[ \t\n\r\f]+", " ", text_of_html(fragment) if marked else fragment).strip()


def _is_hidden(tag: str, attributes: Mapping[str, str]) -> bool:
    """A whole page that is hidden waits for a script to show it: it is not hidden from the reader."""
    if tag in ("html", "body"):
        return False
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))


class _Text:
    """Takes the parser's events and lays out the text: words with the break or gap that goes in front of them."""

    def __init__(self, *, paragraphs: bool, lines: bool) -> None:
        self.paragraphs = paragraphs  # blank lines in the source are paragraphs
        self.lines = lines  # line breaks in the source are line breaks
        self.out: list[str] = []
        self.open: list[str] = []
        self.unseen = 0  # how deep inside an element that is not seen
        self.verbatim = 0  # how deep inside <pre>
        self.heard: list[str] = []  # character data since the last tag: the parser may cut it anywhere
        self.ahead = 0  # line breaks in front of the next word: 0, 1, 2 (a blank line)
        self.gap = ""  # spaces in front of the next word
        self.cell = False  # a new cell begins before the next word
        self.fresh = False  # nothing yet in this list item or cell
        self.broken = False  # the cell holds several lines
        self.breaks = 0  # <br> since the last word

    # ---- events of the parser

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._flush()
        self.open.append(tag)
        if self.unseen or tag in _UNSEEN or _is_hidden(tag, attributes):
            self.unseen += 1
        elif tag in _LINES:
            self._ahead(1)
            self.fresh = True
        elif tag in _CELLS:
            self._settle()
            self.cell = self.fresh = True
            self.broken = False
        elif tag == "br":
            self.breaks += 1
            self._break(min(self.breaks, 2))
        elif tag in _BLOCKS:
            self._break(self._distance(tag))
            self.verbatim += tag in _VERBATIM

    def end(self, tag: str) -> None:
        """An element ends."""
        self._flush()
        del self.open[-1:]
        if self.unseen:
            self.unseen -= 1
        elif tag in _LINES:
            self._ahead(1)
            self.ahead = self.ahead if self.fresh else 1
            self.fresh = False
        elif tag in _CELLS:
            self._settle()
            self.ahead = self.ahead if self.fresh else 2 if self.broken else 0
            self.cell = self.cell or not self.fresh
            self.fresh = False
        elif tag in _BLOCKS:
            self._break(self._distance(tag))
            self.verbatim -= tag in _VERBATIM

    def data(self, data: str) -> None:
        self.heard.append(data)

    def comment(self, text: str) -> None:
        self._flush()

    def pi(self, target: str, data: str | None = None) -> None:
        self._flush()

    def close(self) -> None:
        self._flush()

    def text(self) -> str:
        """All that was heard."""
        self._settle()
        return "".join(self.out)

    # ---- layout

    def _distance(self, tag: str) -> int:
        """A list inside an item of a list is not set apart."""
        return 1 if tag in _LISTS and "li" in self.open[-3:] else 2

    def _break(self, size: int) -> None:
        if not self.fresh:
            self._ahead(size)

    def _ahead(self, size: int) -> None:
        self._settle()
        self.ahead = max(self.ahead, size)

    def _flush(self) -> None:
        heard, self.heard = "".join(self.heard), []
        if not heard or self.unseen:
            return
        if self.verbatim:
            self._verbatim(heard)
            return
        if self.open and self.open[-1] in _HOLLOW and not heard.strip():
            return
        for part in _SPACE.split(heard):
            if _SPACE.match(part):
                self._space(part)
            elif _INVISIBLE.fullmatch(part):
                self.gap += part
            elif part:
                self._word(part)

    def _space(self, run: str) -> None:
        if self.paragraphs and run.count("\n") > 1:
            self._break(2)
        elif self.lines and "\n" in run:
            self._break(1)
        elif not self.gap.endswith(" "):
            self.gap += " "

    def _verbatim(self, heard: str) -> None:
        body = heard.rstrip("\n")
        if self.ahead or not self.out:
            body = body.lstrip("\n")
        if body.strip():
            self._word(body)
            self.gap = "\n" * (len(heard) - len(heard.rstrip("\n")))
        else:
            self.gap += heard

    def _settle(self) -> None:
        """A line or cell ends: the spaces at its end stay if they follow a word and are no white space of HTML."""
        kept = self.gap.rstrip(" \n")
        if kept and self.out and not self.ahead and not self.cell:
            self.out.append(kept)
        self.gap = ""

    def _word(self, word: str) -> None:
        if self.ahead and self.out:
            self.out.append("\n" * self.ahead)
            self.broken = self.broken or not self.fresh
        elif self.cell and self.out:
            self.out.append("\t")
            self.gap = self.gap.lstrip(" ")
        self.out.append(self.gap if self.out and not self.ahead else self.gap.lstrip(" \n"))
        self.out.append(word)
        self.ahead = self.breaks = 0
        self.gap = ""
        self.cell = self.fresh = False
