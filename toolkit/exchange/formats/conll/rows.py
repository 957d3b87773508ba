"""The lines of a CoNLL file as documents, sentences and words, whatever its columns are.

Forms: word and tag (doccano, Flair, WNUT), CoNLL-2002 and -2003 (the tag last, ``-DOCSTART-`` rows), a number before
the word (GermEval 2014), CoNLL-U with tags in MISC (``NER=B-PER``; Stanza, spaCy's converter), CoNLL-U Plus
(``# global.columns``), spaCy's ``.iob`` (``word|tag`` with blanks between). Columns are parted by tabs, or by blanks in
lines without a tab.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.errors import InputError
from toolkit.exchange.formats.conll.tags import TAG
from toolkit.exchange.inputs import read_text
from toolkit.exchange.model import Loss

__all__ = ["CONLL_U", "OWN_COLUMN", "Body", "Columns", "Sentence", "bodies_of", "fields_of", "is_comment"]

_BLANKS = re.compile(r"[ \t]+")
#: ``# key = value`` of CoNLL-U, the key of one or two words ("newdoc id").
_COMMENT = re.compile(r"# *([\w.:-]+(?: \w+)?)\s*=\s?(.*)", re.DOTALL)
#: Comments that are read: the name of a document, its text.
_DOCUMENT_KEYS = ("newdoc id", "doc_id", "document_id")
#: How many fields CoNLL-U has, those between word and MISC, and what stands first: a number, a range of numbers, or the
#: number of an empty word.
CONLL_U = 10
_CONLL_U_NAMES = ("LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS")
_NUMBER = re.compile(r"\d+(?:[-.]\d+)?")
#: A tag in MISC of CoNLL-U; the names as in spaCy (training/converters/conllu_to_docs.py) and Stanza.
_MISC = re.compile(r"(?:^|\|)(?:name|ne|ner)=([^|]*)", re.IGNORECASE)
#: Types of CoNLL-2000's chunks of grammar, which stand in tags of their own before the names of CoNLL-2003.
_GRAMMAR = frozenset(["NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP"])
#: The longest row, in characters; of a sentence in spaCy's ``.iob`` too. (Comments hold whole texts.)
_LONGEST_ROW = 1_000_000
#: Names of the columns of tags that we write.
OWN_COLUMN = "IOB2:"


@dataclass(slots=True)
class Sentence:
    """Words with the line of each, and tags by column. ``text``: as a comment says. ``glued``: no blank follows."""

    words: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    tags: list[Sequence[str]] = field(default_factory=list)
    glued: list[bool] = field(default_factory=list)
    text: str | None = None


@dataclass(slots=True)
class Body:
    """A document. ``line``: where it begins. ``details``: what our own comment says of it, with its line."""

    doc_id: str | None
    line: int
    sentences: list[Sentence] = field(default_factory=list)
    details: tuple[str, int] | None = None


@dataclass(slots=True)
class Columns:
    """Which columns are what: ``word`` from the left, ``tags`` from the right (-1 is the last), with their ``names``.

    ``others``: names of columns that are not read. ``misc``: the tags stand in MISC.
    """

    count: int
    word: int
    tags: list[int]
    names: list[str]
    others: list[str]
    misc: bool = False


def fields_of(line: str) -> list[str]:
    """The fields of a line; blanks around the last one do not count.

    >>> fields_of("EU  B-ORG")
    ['EU', 'B-ORG']
    """
    if "\t" in line:
        *fields, last = line.split("\t")
        return [*fields, last.strip(" ")]
    return _BLANKS.split(line.strip(" "))


def is_comment(line: str, count: int = 0) -> bool:
    """Is a line that begins with # a comment? Else it is a row of the word "#", with ``count`` fields and a tag."""
    if not line.startswith("#"):
        return False
    fields = fields_of(line)
    row = len(fields) == count if count else len(fields) > 1
    return not row or TAG.fullmatch(fields[-1]) is None or (line.startswith("# ") and _COMMENT.match(line) is not None)


def bodies_of(path: Path, layers: Sequence[str]) -> tuple[list[Body], Columns, list[Loss]]:
    """The documents of a file, what its columns are, and what is not read of it.

    ``layers``: the tag columns wanted, by the name that the file gives them or by number from 1; all, if none.

    Raises :class:`InputError` for a file without a column of tags, and for one with an endless row.
    """
    plain = [line.removesuffix("\r") for line in read_text(path).split("\n")]
    for number, line in enumerate(plain, 1):
        if len(line) > _LONGEST_ROW and not line.startswith("#"):
            raise InputError(
                f"{path}, line {number}: has {len(line):,} characters; expected is a word and its tags in each line."
            )
    lines = _unfolded(plain) or list(enumerate(plain, 1))
    columns = _columns([line for _, line in lines], path, layers)
    reader = _Reader(path.name, columns)
    for number, line in lines:
        reader.take(line, number)
    reader.close()
    return reader.bodies, columns, reader.losses


def _unfolded(lines: list[str]) -> list[tuple[int, str]] | None:
    """Lines of spaCy's ``.iob``, a sentence each, as rows with a blank line after each sentence, all with the number of
    their line; None for other files."""
    rows = []
    for number, line in enumerate(lines, 1):
        items = [line] if line.startswith("#") else _BLANKS.split(line.strip(" \t")) if line.strip(" \t") else []
        for item in items:
            # the word "|" itself stands before another one
            word, *rest = ["|", *item[2:].split("|")] if item.startswith("||") else item.split("|")
            if line.startswith("#"):
                rows.append((number, line))
            elif rest and TAG.fullmatch(rest[-1]):
                rows.append((number, "\t".join((word, *rest))))
            else:
                return None
        rows.append((number, ""))
    return rows


def _columns(lines: Sequence[str], path: Path, layers: Sequence[str]) -> Columns:
    rows = [fields_of(line) for line in lines if line.strip() and not line.startswith("#")]
    rows = [row for row in rows if row[0] != "-DOCSTART-"]
    named = next((match[2] for line in lines if (match := _COMMENT.match(line)) and match[1] == "global.columns"), "")
    names = named.split("\t")[0].split()
    count = Counter(len(row) for row in rows).most_common(1)[0][0] if rows else max(len(names), 2)
    full = [row for row in rows if len(row) == count]
    if len(names) != count:
        names = [str(number) for number in range(1, count + 1)]
    # by the different values: a column has few
    values = [{row[at] for row in full} for at in range(count)]
    if count == CONLL_U and all(_NUMBER.fullmatch(row[0]) for row in full):
        if any(name != "MISC" for name in layers):
            raise InputError(f"{path}: has no layer '{layers[0]}'; its tags are in MISC.")
        others = [name for name, held in zip(_CONLL_U_NAMES, values[2:9], strict=True) if held - {"_"}]
        return Columns(count, 1, [-1], ["MISC"], others, misc=True)
    numbered = count > 2 and bool(full) and all(row[0].isdecimal() for row in full)
    word = names.index("FORM") if "FORM" in names else 1 if numbered else 0
    own = [at - count for at, name in enumerate(names) if name.startswith(OWN_COLUMN)]
    tags = [at - count for at in range(word + 1, count) if full and all(TAG.fullmatch(one) for one in values[at])]
    tags = own or tags
    if -1 not in tags and 2 * sum(TAG.fullmatch(row[-1]) is not None for row in full) >= len(full) and count > 1:
        tags.append(-1)
    if not tags or (not rows and not named):
        raise InputError(
            f"{path}: no column holds tags such as O, B-code, I-code; expected a word first and its tag last in a row."
        )
    if layers:
        strange = [name for name in layers if name not in (names[at] for at in tags)]
        if strange:
            known = ", ".join(names[at] for at in tags)
            raise InputError(f"{path}: has no layer '{strange[0]}'; its columns of tags are {known}.")
        tags = [at for at in tags if names[at] in layers]
    elif len(tags) > 1 and not own:
        tags = [at for at in tags if at == -1 or not {one[2:] for one in values[at]} - {""} <= _GRAMMAR] or tags
    said = [at for at in range(1 if numbered else 0, count) if at != word and at - count not in tags]
    others = [names[at] for at in said if values[at] - {"_"}]
    return Columns(count, word, tags, [names[at] for at in tags], others)


class _Reader:
    """Collects documents line by line."""

    def __init__(self, file: str, columns: Columns) -> None:
        self.file, self.columns = file, columns
        self.bodies: list[Body] = []
        self.losses: list[Loss] = []
        self._body: Body | None = None
        self._sentence = Sentence()
        self._comments: list[str] = []
        # CoNLL-U: the last number of the words that one written word stands for
        self._within = 0
        self._sound = {"O"}

    def take(self, line: str, number: int) -> None:
        """Take in one line."""
        if not line.strip(" \t"):
            self._end_sentence()
        elif is_comment(line, self.columns.count):
            self._take_comment(line, number)
        else:
            self._take_row(fields_of(line), number)

    def close(self) -> None:
        """The file ends."""
        self._end_sentence()
        if self.columns.others:
            reason = "columns that hold no annotations of stretches"
            self.losses.append(Loss("lost", "column", reason, self.file, value=", ".join(self.columns.others)))
        if self._comments:
            reason = f"comments that annotations have no place for: {len(self._comments)} of them"
            self.losses.append(Loss("lost", "comment", reason, self.file, value=self._comments[0][:300]))

    def _end_sentence(self) -> None:
        if self._sentence.words:
            body = self._body or self._begin(None, self._sentence.lines[0])
            body.sentences.append(self._sentence)
        if self._sentence.words or self._sentence.text is not None:
            self._sentence = Sentence()
        self._within = 0

    def _begin(self, doc_id: str | None, number: int) -> Body:
        body = self._body = Body(doc_id, number)
        self.bodies.append(body)
        return body

    def _take_comment(self, line: str, number: int) -> None:
        match = _COMMENT.match(line)
        key, value = (match[1], match[2].removesuffix("\tO")) if match else (line[1:].split("\t")[0].strip(), "")
        if key in _DOCUMENT_KEYS or key == "newdoc":
            self._end_sentence()
            self._begin(value or None, number)
        elif key == "document" and self._body is not None and not self._body.sentences:
            self._body.details = (value, number)
        elif key == "text":
            self._sentence.text = value
        elif key != "global.columns":
            self._comments.append(line)

    def _take_row(self, fields: list[str], number: int) -> None:
        columns = self.columns
        if fields[0] == "-DOCSTART-":
            self._end_sentence()
            # a row of its own, or the first of a sentence; some files have it before each document, some in between
            if self._body is None or self._body.sentences or self._body.doc_id is None:
                self._begin(None, number)
            return
        place = f"{self.file}, line {number}"
        if len(fields) != columns.count:
            reason = f"the row has {len(fields)} columns, the others {columns.count}; its word is kept, without a tag"
            self.losses.append(Loss("refused", "annotation", reason, place))
        word = fields[columns.word] if len(fields) > columns.word else fields[0]
        if not word.strip():
            self.losses.append(Loss("refused", "annotation", "the row has no word", place))
            return
        if columns.misc and len(fields) == columns.count:
            self._take_conll_u(fields, place, number)
            return
        tags = [fields[at] for at in columns.tags] if len(fields) == columns.count else ["O"] * len(columns.tags)
        if not self._sound.issuperset(tags):
            tags = [self._tag(tag, place) for tag in tags]
        self._add(word, number, tags, glued=False)

    def _tag(self, tag: str, place: str) -> str:
        """The tag, or O where it is none."""
        if TAG.fullmatch(tag):
            self._sound.add(tag)
            return tag
        reason = f"'{tag[:60]}' is no tag such as O, B-code or I-code; it is read as O"
        self.losses.append(Loss("refused", "annotation", reason, place))
        return "O"

    def _take_conll_u(self, fields: list[str], place: str, number: int) -> None:
        """A row of CoNLL-U: of several words that are written as one ("del": de, el) the written one counts."""
        first, _, last = fields[0].partition("-")
        if "." in fields[0]:
            return
        match = _MISC.search(fields[-1])
        tag = self._tag(match[1], place) if match else "O"
        sentence = self._sentence
        if not last and first.isdecimal() and int(first[:9]) <= self._within:
            before = sentence.tags[-1][0]
            if before == "O":
                sentence.tags[-1] = [tag]
            elif tag != "O" and tag[2:] != before[2:]:
                reason = f"its word is written as one with another, which has the tag '{before[:60]}'"
                self.losses.append(Loss("lost", "annotation", reason, place, code=tag[2:] or None))
            return
        self._within = int(last[:9]) if last.isdecimal() else 0
        self._add(fields[1], number, [tag], glued="SpaceAfter=No" in fields[-1].split("|"))

    def _add(self, word: str, number: int, tags: list[str], *, glued: bool) -> None:
        self._sentence.words.append(word)
        self._sentence.lines.append(number)
        self._sentence.tags.append(tags)
        self._sentence.glued.append(glued)
