"""Which of many patterns may fit which line, for thousands of lines at once, by the literals the patterns need.

All lines are one array of numbers, one byte a sign. Of each literal up to four signs are looked for at all places of
all lines together: four bytes are one number. What is found is a superset: a pattern that fits a line is always among
those of the line, and others are.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from toolkit.corpus.furniture.literals import Literals

__all__ = ["Gates"]

#: Signs of a literal that are looked for.
_MOST = 4
#: Sets of literals of one pattern that are looked for.
_SETS = 3
_FACTOR = np.uint32(0x9E3779B1)
_BITS = 14
#: Capitals of other alphabets that Python takes for these letters where case does not count, or makes them of.
_KIN = {"İ": "i", "ı": "i", "ſ": "s", "\u212a": "k"}
#: Letters from the commonest on in the languages of the rules.
_COMMON = "eaoinsrltcdumpgbvhfqzyjxkw"


class Gates:
    """What is needed by each of some patterns, as :func:`needed` has it, ready to be looked for.

    >>> gates = Gates([(frozenset(["facebook", "twitter"]),), (), (frozenset(["©"]), frozenset(["0"]))])
    >>> gates.open(["Compartir en Facebook", "© 2009", "Hola"]).astype(int).tolist()
    [[1, 0, 0], [1, 1, 1], [0, 1, 0]]
    """

    def __init__(self, needs: Iterable[tuple[Literals, ...]]) -> None:
        sets: dict[Literals, int] = {frozenset(): 0}  # of grams; the first is open to every line
        rows = []
        for literals in needs:
            folded = [frozenset(map(_gram, one)) for one in literals]
            usable = [grams for grams in folded if "" not in grams][:_SETS]
            rows.append([sets.setdefault(grams, len(sets)) for grams in usable] + [0] * (_SETS - len(usable)))
        self._needs = np.array(rows, dtype=np.int64).reshape(-1, _SETS).T
        codes: dict[int, set[int]] = {}  # by length; two grams may have one code
        for gram in frozenset[str]().union(*sets):
            codes.setdefault(len(gram), set()).add(_code(gram))
        places: dict[tuple[int, int], int] = {}
        self._tables = []
        for length in sorted(codes):
            self._tables.append(_Table(length, sorted(codes[length]), len(places)))
            places |= {(length, code): len(places) + n for n, code in enumerate(sorted(codes[length]))}
        own = [[places[len(gram), _code(gram)] for gram in grams] for grams in sets if grams]
        self._grams = len(places)
        self._members = np.array([place for part in own for place in part], dtype=np.int64)
        self._starts = np.cumsum([0, *(len(part) for part in own)])[:-1]

    def open(self, lines: Sequence[str]) -> np.ndarray:
        """Whether a pattern may fit a line (in composed form, NFC): truth values, a row for each pattern."""
        if not lines:
            return np.zeros((self._needs.shape[1], 0), dtype=bool)
        found = np.zeros((self._grams, len(lines)), dtype=bool)
        codes, starts = _joined(lines)
        fours = np.ndarray((len(codes) - _MOST + 1,), dtype="<u4", buffer=codes, strides=(1,))
        for table in self._tables:
            places, grams = table.places(fours)
            found[grams, np.searchsorted(starts, places, side="right") - 1] = True
        grams = np.packbits(found, axis=1)  # eight lines at once
        sets = np.full((len(self._starts) + 1, grams.shape[1]), 0xFF, dtype=np.uint8)
        if len(self._starts):
            np.bitwise_or.reduceat(grams[self._members], self._starts, axis=0, out=sets[1:])
        first, *more = self._needs
        fitting = sets[first]
        for number in more:
            fitting &= sets[number]
        return np.unpackbits(fitting, axis=1, count=len(lines)).view(bool)


class _Table:
    """Grams of one length as numbers, sorted; ``first``: how many shorter ones there are."""

    def __init__(self, length: int, grams: list[int], first: int) -> None:
        self.mask = np.uint32((1 << 8 * length) - 1)
        self.grams = np.array(grams, dtype=np.uint32)
        self.first = first
        self.known = np.zeros(1 << _BITS, dtype=bool)
        self.known[_hashed(self.grams)] = True

    def places(self, fours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where grams begin, and which."""
        places = np.flatnonzero(self.known.take(_hashed(fours & self.mask)))  # at most places none does
        values = fours[places] & self.mask
        grams = np.minimum(np.searchsorted(self.grams, values), len(self.grams) - 1)
        exact = self.grams[grams] == values
        return places[exact], grams[exact] + self.first


def _hashed(values: np.ndarray) -> np.ndarray:
    values = values * _FACTOR
    values >>= np.uint32(32 - _BITS)
    return values


def _joined(lines: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """All lines as bytes with a line end between and room after the last; where each begins."""
    lengths = np.array([len(line) + 1 for line in lines], dtype=np.int64)
    text = "\n".join([*lines, "\n" * _MOST])
    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) > 2 * len(text):  # signs beyond U+FFFF take two numbers; no literal that is looked for has any
        codes = np.minimum(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"), 0xFFFF)
    else:
        codes = np.frombuffer(data, dtype="<u2")
    return _fold().take(codes), np.cumsum(lengths) - lengths


@cache
def _fold() -> np.ndarray:
    """For each sign up to U+FFFF a byte: small letters and capitals have the same, and so have all digits."""
    codes = np.arange(1 << 16)
    for code in range(1 << 16):
        sign = chr(code)
        if sign.isdecimal():
            codes[code] = ord("0")
        elif len(small := _KIN.get(sign, sign.lower())) == 1:
            codes[code] = ord(small)
    # beyond Latin-1 the places of control characters are shared: dashes and quotation marks, and all others
    codes = np.where(codes > 0xFF, np.where(codes >> 7 == 0x2000 >> 7, 0x80 + codes % 32, 1 + codes % 31), codes)
    return codes.astype(np.uint8)


def _code(gram: str) -> int:
    return int.from_bytes(bytes(int(_fold()[ord(sign)]) for sign in gram), "little")


def _gram(literal: str) -> str:
    """The part of a literal that is looked for; nothing if it is too common to be looked for at all."""
    small = (sign.lower() for sign in literal)  # of some capitals it is two signs
    runs = "".join(sign if len(sign) == 1 and _plain(sign) else "\n" for sign in small).split()
    grams = [run[n : n + _MOST] for run in runs for n in range(max(1, len(run) - _MOST + 1))]
    gram = max(grams, key=lambda gram: (len(gram), sum(map(_rarity, gram))), default="")
    return "" if len(gram) == 1 and gram.isalpha() else gram


def _plain(sign: str) -> bool:
    """Whether capital and small letter are one sign each and no third: else the literal is cut there."""
    if sign.upper() == sign.lower():
        return ord(sign) < 0xFFFF and not "\ud800" <= sign <= "\udfff"
    return sign.isascii() or "à" <= sign <= "ý"


def _rarity(sign: str) -> int:
    return _COMMON.find(sign) if sign in _COMMON else len(_COMMON)
