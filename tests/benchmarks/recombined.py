"""Constructed posts, as many as are asked for: material for measuring what a study of very many posts costs.

    python tests/benchmarks/recombined.py OUT.jsonl --posts 10000 [--seed 1]

No text of these posts was ever written by anybody: nothing may be concluded from them but seconds and bytes. Each is
put together from the bundled corpus. One of its posts gives genre, country and layout (paragraphs, lists, headings, in
some page furniture); it and the posts that share most words with it give the sentences. A sentence is the beginning of
one and the end of another that share two words in a row, or one, where the first passes into the second: it reads like
prose, and themes are there to be found. Of its words some are replaced, or few sentences would be new and no words: a
word by one with the same ending from the bundled list of general language, the commonest most often, share of the word
of rank r as 1 / (r + 2.7) (exponent and shift as in Piantadosi 2014, "Zipf's word frequency law in natural language",
Psychonomic Bulletin & Review 21), seldom by one with a prefix, so that the vocabulary keeps growing; a name by a
made-up one; a number by another. Half the posts are Spanish and half Italian; they have some 400 tokens on average,
log-normal; 1 of 50 is a near copy of an earlier one. Of 2.5 million sentences 94 % are different ones.

Post n follows from the seed and n alone: 10,000 posts are the beginning of 100,000. One post is in memory at a time.
"""

import argparse
import gc
import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from toolkit.corpus import load_posts, mark_furniture, segment
from toolkit.resources import bundled_corpus
from toolkit.statistics import general_frequencies
from toolkit.text import stop_words

LANGUAGES = ("es", "it")
#: Tokens of prose in a post on average (with furniture and line ends: 400 tokens of spaCy), and the spread (sigma) of
#: their logarithms.
PROSE, SPREAD = 370, 0.45
COPIES = 0.02
#: Posts like the main one whose words sentences are joined at, how many posts one draws on, and the main one's share.
NEIGHBOURS, SOURCES, FROM_MAIN = 10, 3, 0.4
#: How often another end is looked for: at two shared words, then at one.
PAIRS_TRIED, TRIED = 3, 6
#: A word stands in long sentences more often than in short ones: the end sought has this share of the first's length.
SHORTER = 0.7
#: Shares of words, names and numbers that are replaced, and of all three in sentences with fewer tokens, and in those
#: that no other end was found for.
WORDS, NAMES, NUMBERS, OF_SHORT, SHORT = 0.36, 0.4, 0.5, 0.9, 12
#: Of the words drawn for a post, those that it had before, and those drawn with ranks of the theme's own.
FROM_POST, FROM_THEME = 0.3, 0.5
#: Of the law of ranks: its shift, how often it is left for its tail, and after how many names that begins.
SHIFT, TAIL, NAMES_LISTED = 2.7, 0.04, 5_000
#: Words with fewer letters are kept, and those with an ending that fewer listed words have; sentences with fewer
#: things to replace are not drawn: of "No." and "CPC." there would be nothing but repeats.
SHORTEST, FEWEST, FEWEST_REPLACED = 4, 30, 2
_PREFIXES = {
    "es": "re des in anti super sobre pre co ex inter auto micro macro multi semi sub trans ultra contra neo tele",
    "it": "ri dis in anti super sovra pre co ex inter auto micro macro multi semi sotto trans ultra contro neo tele",
}
_SYLLABLES = [a + b + c for a in (*"bcdfglmnprstv", "br", "gr") for b in "aeiou" for c in ("", "n", "l")]
_KEPT, _WORD, _CAPITAL, _NAME, _NUMBER = range(5)
_SHARES = (0.0, WORDS, WORDS, NAMES, NUMBERS)
_SHARES_OF_SHORT = (0.0, OF_SHORT, OF_SHORT, OF_SHORT, OF_SHORT)
_TOKEN = re.compile(r"(\w+://\S+|\d+(?:[.,:/]\d+)*|\w+['’]?|[^\w\s])(\s*)")
_MARKER = re.compile(r"\s*(?:[-•*▪]|\d{1,2}[.)]|#{1,6})\s+")
_VARIED = re.compile(r"(?<=\d\d)\d\b|(?<=:\d)\d\b")
_PUNCTUATION = "".join(map(chr, range(33, 48))) + ":;<=>?@[\\]_`{|}~¿¡«»“”‘…–—•©▼►←→"
_OPENING, _CLOSING, _ENDS = "([«“¿¡", ")]»”?!", '.…:;"»”)'

#: String with the white space after it, kind of thing it is, ending (for words), the white space alone.
Token = tuple[str, int, str, str]


class Line(NamedTuple):
    """A line of a bundled post: page furniture as it stands, or a marker (of a list) and the kinds of its sentences."""

    furniture: str
    comment_head: bool
    marker: str
    kinds: tuple[str, ...]


class Sentence(NamedTuple):
    """``kind``: how it ends, "." "?" "!", or "" where it does not (headings, items). ``joints``: places where it may be
    cut, no bracket or quotation being open there, each with what must be the same in the sentence that goes on: the
    kind and two words, or the kind and one."""

    kind: str
    tokens: list[Token]
    joints: list[tuple[int, tuple[str, ...], tuple[str, ...]]]


class Source(NamedTuple):
    """A bundled post: its layout, with the first line of its prose and the one after the last; its sentences by kind;
    posts like it; and where in them and it words and pairs of words stand, by the kind of sentence, each with how many
    tokens are left there."""

    genre: str
    country: str
    year: int
    title: list[Token]
    lines: list[Line]
    begin: int
    end: int
    sentences: dict[str, list[Sentence]]
    near: list[int]
    where: dict[tuple[str, ...], list[tuple[Sentence, int, int]]]


class Language(NamedTuple):
    """``forms``: words by their last two letters, the commonest first."""

    sources: list[Source]
    forms: dict[str, list[str]]
    prefixes: list[str]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for name, value in write(given.file, given.posts, given.seed).items():
        print(f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}", file=sys.stderr)


def write(file: Path, posts: int, seed: int = 1) -> dict[str, int | float]:
    """Write so many posts, one JSON object a line; what is in them, estimated where they are many."""
    tokens = sentences = 0
    different, forms = Distinct(), Distinct()
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for post, prose in islice(composed(seed), posts):
            out.write(json.dumps(post, ensure_ascii=False) + "\n")
            # much faster than a regular expression, and much the same
            words = post["text"].lower().replace("'", " ").replace("’", " ").split()
            tokens += len(words)
            sentences += len(prose)
            different.add(prose)
            forms.add({word.strip(_PUNCTUATION) for word in set(words)})
    share = round(min(1.0, different.count / max(sentences, 1)), 3)
    return {
        "posts": posts,
        "tokens between spaces": tokens,
        "sentences but for furniture": sentences,
        "share of different ones": share,
        "different forms": forms.count,
    }


class Distinct:
    """How many different strings there were, in bounded memory: exact up to ``most``, then from a sample of hashes."""

    def __init__(self, most: int = 2**18) -> None:
        self._most, self._mask, self._seen = most, 0, set[int]()

    def add(self, strings: Iterable[str]) -> None:
        mask, numbers = self._mask, map(hash, strings)
        self._seen.update([number for number in numbers if not number & mask] if mask else numbers)
        while len(self._seen) > self._most:
            self._mask = self._mask * 2 + 1
            self._seen = {number for number in self._seen if not number & self._mask}

    @property
    def count(self) -> int:
        return len(self._seen) * (self._mask + 1)


def recombined(posts: int, seed: int = 1) -> Iterator[dict[str, str | None]]:
    """So many posts, as they stand in the file."""
    return (post for post, _ in islice(composed(seed), posts))


def composed(seed: int) -> Iterator[tuple[dict[str, str | None], list[str]]]:
    """Posts without end, each with its sentences that are no furniture."""
    number = 0
    while True:
        yield post(seed, number)
        number += 1


def post(seed: int, number: int) -> tuple[dict[str, str | None], list[str]]:
    """The post of this number, and its sentences that are no furniture."""
    random, copied = _begun(seed, number)
    if copied:
        origin, again = number, True
        while again:
            origin = int(random.random() * number)
            other, again = _begun(seed, origin)
        lang, source, made = _original(other)
        made = _retouched(random, made)
    else:
        lang, source, made = _original(random)
    language = _language(lang)
    author = f"{_made_up(random)} {_made_up(random)}"
    year = source.year + int(random.random() * 3) - 1
    row = {
        "doc_id": f"{lang}/{number:07}",
        "lang": lang,
        "title": _written(random, source.title, language, 0, {}),
        "author": author,
        "date": f"{year}-{1 + int(random.random() * 12):02}-{1 + int(random.random() * 28):02}",
        "country": source.country,
        "genre": source.genre,
        "text": "\n".join(line for line, _ in made).strip("\n") + "\n",
        "url": None,
        "source": f"constructed/{number:07}",
        "constructed": "true",
    }
    return row, [sentence for _, sentences in made for sentence in sentences]


def _begun(seed: int, number: int) -> tuple[Random, bool]:
    """Random numbers of a post, and whether it is a copy of an earlier one."""
    random = Random((seed << 40) + number)
    return random, random.random() < COPIES and number > 0


#: Lines of a post, each with its sentences.
Made = list[tuple[str, list[str]]]


def _original(random: Random) -> tuple[str, Source, Made]:
    """Language, bundled post that gives the layout, and lines of a new post."""
    lang = LANGUAGES[random.random() < 0.5]
    language = _language(lang)
    main = int(random.random() * len(language.sources))
    source = language.sources[main]
    others = [language.sources[place] for place in random.sample(source.near, SOURCES - 1)]
    left = random.lognormvariate(math.log(PROSE) - SPREAD**2 / 2, SPREAD)
    made: Made = []
    memory: dict[str, list[str]] = {}

    def add(line: Line) -> None:
        nonlocal left
        if line.furniture:
            if left > 0 or not line.comment_head:
                made.append((_VARIED.sub(lambda _: str(int(random.random() * 10)), line.furniture), []))
        elif line.kinds:
            sentences = []
            for kind in line.kinds:
                if left <= 0:
                    break
                drawn = source if random.random() < FROM_MAIN else others[int(random.random() * len(others))]
                tokens, new = _spliced(random, drawn.sentences.get(kind) or drawn.sentences["."], source)
                shares = _SHARES if new and len(tokens) >= SHORT else _SHARES_OF_SHORT
                sentences.append(_written(random, tokens, language, main, memory, shares))
                left -= len(tokens)
            if sentences:
                made.append((line.marker + " ".join(sentences), sentences))
        elif made and made[-1][0]:
            made.append(("", []))

    for line in source.lines[: source.end]:
        add(line)
    while left > 0:
        made.append(("", []))
        for line in source.lines[source.begin : source.end]:
            if left > 0 and (line.comment_head or not line.furniture):
                add(line)
    for line in source.lines[source.end :]:
        add(line)
    return lang, source, made


def _spliced(random: Random, pool: list[Sentence], source: Source) -> tuple[list[Token], bool]:
    """The beginning of a sentence of the pool and the end of another, if there is one that fits."""
    draw = random.random
    first = pool[int(draw() * len(pool))]
    # those with little to replace were left out, which are the short ones
    again = pool[int(draw() * len(pool))]
    if len(again.tokens) < len(first.tokens):
        first = again
    for attempt in range(TRIED if first.joints else 0):
        place, pair, word = first.joints[int(draw() * len(first.joints))]
        found = source.where.get(pair if attempt < PAIRS_TRIED else word, ())
        if len(found) > 1:
            one = found[int(draw() * len(found))]
            other = found[int(draw() * len(found))]
            rest = SHORTER * (len(first.tokens) - place)
            if one[0] is first or abs(other[2] - rest) < abs(one[2] - rest):
                one = other
            if one[0] is not first:
                return first.tokens[:place] + one[0].tokens[one[1] :], True
    return first.tokens, False


def _written(
    random: Random,
    tokens: list[Token],
    language: Language,
    theme: int,
    memory: dict[str, list[str]],
    shares: tuple[float, ...] = _SHARES,
) -> str:
    """The text of a sentence, some of its words replaced; ``memory``: words that came in the post, by ending."""
    draw, pieces = random.random, []
    for piece, kind, ending, gap in tokens:
        if kind and draw() < shares[kind]:
            if kind == _NUMBER:
                piece = _number(random, piece.rstrip()) + gap
            elif kind == _NAME:
                piece = _made_up(random) + gap
            else:
                word = _drawn(random, language, ending, theme, memory.setdefault(ending, []))
                piece = (word.capitalize() if kind == _CAPITAL else word) + gap
        pieces.append(piece)
    # a sentence may be cut where it was not its end
    return "".join(pieces).rstrip()


def _drawn(random: Random, language: Language, ending: str, theme: int, own: list[str]) -> str:
    """A word with this ending."""
    if own and random.random() < FROM_POST:
        return own[int(random.random() * len(own))]
    forms, prefixes = language.forms[ending], language.prefixes
    size = len(forms)
    rank = _rank(random, size)
    if rank >= size:
        number, place = divmod(rank, size)
        form = forms[(31 * place + 17 * number) % size]
        while number:
            number, prefix = divmod(number - 1, len(prefixes))
            form = prefixes[prefix] + form
    else:
        form = forms[(rank + 37 * theme) % size if random.random() < FROM_THEME else rank]
    own.append(form)
    return form


def _rank(random: Random, size: int) -> int:
    """A rank from 0: up to ``size`` by the law of Zipf and Mandelbrot, beyond it, seldom, as 1 / r²."""
    if random.random() < TAIL:
        return int(size / (1 - random.random()))
    return min(int(SHIFT * ((size + SHIFT) / SHIFT) ** random.random() - SHIFT), size - 1)


def _made_up(random: Random) -> str:
    """A name; the same rank is always the same name."""
    rank, name = _rank(random, NAMES_LISTED) + len(_SYLLABLES), ""
    while rank:
        rank, place = divmod(rank, len(_SYLLABLES))
        name += _SYLLABLES[place]
    return name.capitalize()


def _number(random: Random, digits: str) -> str:
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return str(1985 + int(random.random() * 32))
    return str(1 + int(random.random() * 9)) + "".join(str(int(random.random() * 10)) for _ in digits[1:])


def _retouched(random: Random, made: Made) -> Made:
    """The lines of a near copy: one fewer where there are several, and another first word."""
    prose = [place for place, (_, sentences) in enumerate(made) if sentences]
    kept = list(made)
    line, sentences = kept[prose[0]]
    name = _made_up(random)
    kept[prose[0]] = (f"{name}: {line}", [f"{name}: {sentences[0]}", *sentences[1:]])
    if len(prose) > 3:
        del kept[prose[1 + int(random.random() * (len(prose) - 1))]]
    return kept


@lru_cache(maxsize=2)
def _language(lang: str) -> Language:
    """The bundled posts of a language, and the words that others are replaced by."""
    posts = load_posts(bundled_corpus())
    posts = posts[posts["lang"] == lang].reset_index(drop=True)
    furniture = mark_furniture(posts)
    passages = segment(posts, furniture, unit="sentence")
    passages = passages[~passages["furniture"] & (passages["lang"] == lang)]
    stop, forms = stop_words(lang), _forms(lang)
    spans = {doc_id: zip(own["start"], own["end"], strict=True) for doc_id, own in passages.groupby("doc_id")}
    found = [
        {start: _sentence(text[start:end], forms, stop) for start, end in spans[doc_id]}
        for doc_id, text in zip(posts["doc_id"], posts["text"], strict=True)
    ]
    near = _near(found, stop)
    sources = []
    for place, row in enumerate(posts.itertuples()):
        marks = furniture[furniture["doc_id"] == row.doc_id]
        lines = list(_lines(row.text, marks, {start: one.kind for start, one in found[place].items()}))
        prose = [number for number, line in enumerate(lines) if line.kinds]
        of_kind = defaultdict(list)
        for sentence in found[place].values():
            if sum(kind != _KEPT for _, kind, *_ in sentence.tokens) >= FEWEST_REPLACED:
                of_kind[sentence.kind].append(sentence)
        where = defaultdict(list)
        for there in near[place]:
            for sentence in found[there].values():
                for joint, pair, word in sentence.joints:
                    entry = (sentence, joint, len(sentence.tokens) - joint)
                    where[pair].append(entry)
                    where[word].append(entry)
        sources.append(
            Source(
                genre=row.genre,
                country=row.country,
                year=int(row.date[:4]),
                title=_tokens(row.title, forms, stop),
                lines=lines,
                begin=prose[0],
                end=prose[-1] + 1,
                sentences=dict(of_kind),
                near=near[place][1:],
                where=dict(where),
            )
        )
    # these stay: looking through them for what can be let go costs more than making the posts
    gc.freeze()
    return Language(sources, forms, _PREFIXES[lang].split())


def _near(found: list[dict[int, Sentence]], stop: frozenset[str]) -> list[list[int]]:
    """Of each post itself and the posts that share most of its words."""
    bags = [
        [word for one in post.values() for word in _words(one.tokens) if word.isalpha() and word not in stop]
        for post in found
    ]
    vectors = TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=2).fit_transform(bags)
    # likeness of a post to itself is 1; of equally near ones the first
    return np.argsort(-(vectors @ vectors.T).toarray().round(9), axis=1, kind="stable")[:, : NEIGHBOURS + 1].tolist()


def _forms(lang: str) -> dict[str, list[str]]:
    """Words of the bundled list of general language by their last two letters, the commonest first."""
    # sorted by term: of equal frequency in the order of the alphabet
    listed = general_frequencies(lang).sort_values(ascending=False, kind="stable").index
    forms = defaultdict(list)
    for word in listed:
        if word.isalpha() and len(word) >= SHORTEST and word not in stop_words(lang):
            forms[word[-2:]].append(word)
    return {ending: some for ending, some in forms.items() if len(some) >= FEWEST}


def _tokens(text: str, forms: dict[str, list[str]], stop: frozenset[str]) -> list[Token]:
    tokens = []
    for word, gap in _TOKEN.findall(text):
        lower, ending = word.lower(), word[-2:].lower()
        if word[0].isdigit():
            kind = _NUMBER if word.isdigit() and len(word) > 1 else _KEPT
        elif not word.isalpha() or len(word) < SHORTEST or lower in stop:
            kind = _KEPT
        elif word[0].isupper() and word[1:].islower():
            kind = _NAME if any(kind for _, kind, *_ in tokens) else _CAPITAL
        else:
            kind = _WORD
        if kind in (_WORD, _CAPITAL) and (ending not in forms or word[1:].isupper()):
            kind = _KEPT
        tokens.append((word + gap, kind, ending, gap))
    return tokens


def _sentence(text: str, forms: dict[str, list[str]], stop: frozenset[str]) -> Sentence:
    """A sentence without its list marker, and without brackets and quotation marks that have no other."""
    text = _MARKER.sub("", text, count=1) or text
    for one, other in ("()", "[]", "«»", "“”"):
        if text.count(one) != text.count(other):
            text = text.replace(one, "").replace(other, "")
    if text.count('"') % 2:
        text = text.replace('"', "")
    tokens = _tokens(text.strip(), forms, stop)
    words = _words(tokens)
    kind = words[-1] if words[-1] in ("?", "!") else "." if words[-1] in _ENDS else ""
    inner = slice(1 if words[0] in "¿¡" else 0, len(tokens) - 1)
    open_ones, quoted, joints = 0, False, []
    for place, word in enumerate(words[inner.start : inner.stop], inner.start):
        open_ones += (word in _OPENING) - (word in _CLOSING and not (word in "?!" and words[0] not in "¿¡"))
        quoted ^= word == '"'
        if not open_ones and not quoted and place > 1 and word not in ('"', *_CLOSING):
            joints.append((place, (kind, words[place - 1], word), (kind, word)))
    return Sentence(kind, tokens, joints)


def _words(tokens: list[Token]) -> list[str]:
    return [piece.rstrip().lower() for piece, *_ in tokens]


def _lines(text: str, furniture: pd.DataFrame, kinds: dict[int, str]) -> Iterator[Line]:
    """The lines of a post, given the kinds of its sentences by where they start."""
    begin = 0
    marks = list(furniture[["start", "end", "rule"]].itertuples(index=False, name=None))
    for line in text.split("\n"):
        end = begin + len(line)
        inside = [mark for mark in marks if mark[0] < end and mark[1] > begin]
        covered = sum(min(last, end) - max(first, begin) for first, last, _ in inside)
        if line.strip() and covered > 0.9 * len(line.strip()):
            yield Line(line, any(rule.startswith("comment_head") for *_, rule in inside), "", ())
        else:
            marker = _MARKER.match(line)
            own = tuple(kind for start, kind in kinds.items() if begin <= start < end)
            yield Line("", False, marker[0] if marker else "", own)
        begin = end + 1


if __name__ == "__main__":
    main()
