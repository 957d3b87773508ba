r"""A query read: its words, the ways each may have been cut into tokens, and the terms of a vocabulary they stand for.

``*`` is any run of signs and ``?`` any one sign inside a token, ``|`` divides alternatives, and a backslash before one
of these or a backslash takes it as it is. What follows ``¿`` may end in a question mark that is one.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from toolkit.errors import InputError
from toolkit.statistics.counting.token_index import fold_form
from toolkit.statistics.kwic.contexts import Reader, normal
from toolkit.text import LANGUAGES, fold
from toolkit.text.pipelines import simple_tokens

__all__ = ["LONGEST_QUERY", "Option", "Term", "any_sign", "codes_of", "compared", "matcher", "options_of", "words_of"]

#: Characters of a query or a regular expression; a longer one is a text pasted by mistake.
LONGEST_QUERY = 1_000
#: One sign of a query; two characters are a sign that is meant as it is.
_SIGN = re.compile(r"\\[*?|\\]|.", re.DOTALL)


class Term(NamedTuple):
    """One token of a query: its terms in the vocabulary, and the patterns that the token's own text must match."""

    codes: np.ndarray
    patterns: tuple[str, ...]

    def among(self, codes: np.ndarray, size: int) -> np.ndarray:
        """Which tokens have one of the terms; ``size``: terms of the vocabulary."""
        if len(self.codes) == 1:
            return codes == self.codes[0]
        # the last place is that of tokens without a term, -1
        wanted = np.zeros(size + 1, dtype=bool)
        wanted[self.codes] = True
        return wanted[codes]


#: One way to find a word: the tokens it is cut into, which touch in the text.
Option = tuple[Term, ...]


def words_of(query: str) -> list[str]:
    r"""The words of a query, question marks that close a "¿" with their backslash.

    Raises :class:`InputError` for no query, one of more than 1,000 characters, and a backslash before nothing.

    >>> words_of("¿por qué?"), words_of("red?s")
    (['¿por', 'qué\\?'], ['red?s'])
    """
    if not isinstance(query, str) or not query.strip():
        raise InputError("concordance: got no query; give a word, a phrase, a pattern, a cue or a code.")
    if len(query) > LONGEST_QUERY:
        raise InputError(f"concordance: the query has {len(query):,} characters; allowed are {LONGEST_QUERY:,}.")
    words, asking = [], False
    for word in query.split():
        signs = _SIGN.findall(word)
        if signs[-1] == "\\":
            raise InputError(
                f"concordance: '{word[-60:]}' ends in a backslash, which takes the sign after it as it is; "
                r"write '\\' for a backslash."
            )
        asking = asking or "¿" in signs
        # what follows the last letter of the word
        for place in range(len(signs) - 1, -1, -1) if asking else ():
            if signs[place][-1].isalnum() or signs[place] == "*":
                break
            if signs[place] == "?":
                signs[place], asking = r"\?", False
        words.append("".join(signs))
    return words


def any_sign(query: str) -> bool:
    r"""Whether a question mark of the query stands for any sign.

    >>> any_sign("qué?"), any_sign("¿qué?"), any_sign(r"qué\?")
    (True, False, False)
    """
    return any(sign == "?" for word in words_of(query) for sign in _SIGN.findall(word))


def compared(text: str, case: bool, accents: bool) -> str:
    """What words are compared by.

    >>> compared("L’Ágora", False, True), compared("L’Ágora", True, False)
    ("l'ágora", "L'Agora")
    """
    if accents:
        return normal(text) if case else fold_form(text)
    if not case:
        return fold(text)
    # accents come apart from capitals one sign at a time
    signs = unicodedata.normalize("NFC", text)
    return "".join(fold(sign).upper() if sign.isupper() else fold(sign) for sign in signs)


def options_of(reader: Reader, word: str, unit: str, case: bool, accents: bool) -> list[Option]:
    """The ways to find one word of a query: as one token, or cut into several; [] where the corpus has none of them.

    Raises :class:`InputError` for alternatives of which there is none.
    """
    alone: dict[str, np.ndarray] = {}
    options: dict[tuple[str, ...], Option] = {}
    for alternative in _alternatives(word):
        whole = codes_of(reader, unit, alternative, case, accents)
        if len(whole):
            alone[alternative] = whole
        # tokenisers cut "l'azienda" and "cannot"; a plain word that stands somewhere whole is not cut
        if not len(whole) or not alternative.isalnum():
            for pieces in _cuts(reader, alternative):
                terms = tuple(Term(codes_of(reader, unit, piece, case, accents), (piece,)) for piece in pieces)
                if all(len(term.codes) for term in terms):
                    options[pieces] = terms
    found = list(options.values())
    if alone:
        found.insert(0, (Term(np.unique(np.concatenate(list(alone.values()))), tuple(alone)),))
    return found


def codes_of(reader: Reader, unit: str, piece: str, case: bool, accents: bool) -> np.ndarray:
    """The terms of a vocabulary that a piece of the query names; forms are compared without case here."""
    case = case and unit != "form"
    terms = reader.index.vocabulary(unit).terms
    wild = _wild(piece)
    key = "" if wild else compared(_unescaped(piece), case, accents)
    if unit == "form" and accents and not wild:
        # these terms are what they are compared by, and in the order of their code points
        place = bisect_left(terms, key)
        return np.flatnonzero(terms[place : place + 1] == key) + place
    name = (unit, case, accents)
    if name not in reader.keys:
        keys = [compared(str(term), case, accents) for term in terms]
        places: dict[str, list[int]] = {}
        for place, own in enumerate(keys):
            places.setdefault(own, []).append(place)
        reader.keys[name] = (keys, places)
    keys, places = reader.keys[name]
    if not wild:
        return np.array(places.get(key, []), dtype=np.int64)
    fits = matcher(piece, case, accents)
    # wildcards stand for words, never for punctuation alone
    return np.array([n for n, own in enumerate(keys) if fits(own) and any(map(str.isalnum, own))], dtype=np.int64)


def matcher(piece: str, case: bool, accents: bool) -> Callable[[str], bool]:
    """Whether a key fits a piece, with or without wildcards."""
    if not _wild(piece):
        return compared(_unescaped(piece), case, accents).__eq__
    # runs of signs that are meant as they are, folded together, as an accent may be a sign of its own
    parts, run = [""], ""
    for sign in [*_SIGN.findall(piece), "*"]:
        if sign not in ("*", "?"):
            run += sign[-1]
            continue
        parts[-1] += re.escape(compared(run, case, accents))
        run = ""
        if sign == "?":
            parts[-1] += "."
        else:
            parts.append("")
    # the last star was not in the piece
    parts.pop()
    first, rest = parts[0], parts[1:]
    # groups that take no step back, so that many stars cost no time
    inner = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
    pattern = re.compile(first + (f"{inner}.*{rest[-1]}" if rest else ""), re.DOTALL)
    return lambda key: pattern.fullmatch(key) is not None


def _alternatives(word: str) -> list[str]:
    parts = [""]
    for sign in _SIGN.findall(word):
        if sign == "|":
            parts.append("")
        else:
            parts[-1] += sign
    if not any(parts):
        raise InputError(rf"concordance: '{word[:60]}' has no word beside its '|'; write '\|' for the sign itself.")
    return list(filter(None, parts))


def _cuts(reader: Reader, word: str) -> list[tuple[str, ...]]:
    """The ways a word may have been cut into tokens: after apostrophes, at all signs, and as the tokenisers do."""
    signs = _SIGN.findall(word)
    cuts = [tuple(re.findall(r"[^'’]*['’]|[^'’]+", word)), _at_signs(signs, "'’"), _at_signs(signs, "")]
    if not _wild(word):
        plain = _unescaped(word)
        langs = [lang for lang in LANGUAGES if lang in reader.index.langs] or list(LANGUAGES)
        cuts += [tuple(_escaped(token.text) for token in simple_tokens(plain, lang)) for lang in langs]
    return [pieces for pieces in dict.fromkeys(cuts) if len(pieces) > 1]


def _at_signs(signs: list[str], ending: str) -> tuple[str, ...]:
    """Runs of letters, digits and wildcards, and each other sign by itself but for dots in a row; signs of ``ending``
    belong to the run before them."""
    pieces: list[str] = []
    kind = ""
    for sign in signs:
        inside = sign in ("*", "?") or sign == "_" or sign[-1].isalnum() or bool(unicodedata.combining(sign[-1]))
        now = "run" if inside else "dots" if sign == "." else "sign"
        if kind == "run" and sign in tuple(ending):
            pieces[-1], kind = pieces[-1] + sign, "sign"
        elif now == kind and now != "sign":
            pieces[-1] += sign
        else:
            pieces.append(sign)
            kind = now
    return tuple(pieces)


def _wild(piece: str) -> bool:
    return any(sign in ("*", "?") for sign in _SIGN.findall(piece))


def _unescaped(piece: str) -> str:
    return "".join(sign[-1] for sign in _SIGN.findall(piece))


def _escaped(piece: str) -> str:
    return re.sub(r"([*?|\\])", r"\\\1", piece)
