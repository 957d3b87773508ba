"""Proofreading a codebook: cues that can never match, conditions that cannot be met, examples given twice."""

import re
from collections import Counter, defaultdict
from pathlib import Path

from toolkit.codebook import Codebook, Cue, load_codebook
from toolkit.errors import CheckFailed
from toolkit.text import CueMatcher

__all__ = ["check_codebook", "dead_cues", "unmet_conditions"]

_MOST_SHOWN = 20


def check_codebook(source: str | Path) -> list[str]:
    """Load a codebook and look for defects that loading does not see; what it holds, a sentence each.

    Raises
    ------
    InputError
        if the codebook does not load (see :func:`toolkit.codebook.load_codebook`).
    CheckFailed
        with one line per defect: a cue that is not found in a text made of its own words, a condition (``with``)
        that no text meets, a cue a code has twice under the same condition, an example that stands there twice.

    >>> from toolkit.proofreading import check_codebook
    >>> check_codebook("groundswell")[0]
    'groundswell 1.1.0: 5 codes in es, it, en'
    """
    book = load_codebook(source)
    defects = [
        *(f"the {cue.lang} cue '{cue.cue}' of '{cue.code}' can never match" for cue in dead_cues(book)),
        *(f"the condition '{need}' of {lang} cues can never be met" for lang, need in unmet_conditions(book)),
        *_doubles(book),
    ]
    if defects:
        more = [f"and {len(defects) - _MOST_SHOWN} more"] if len(defects) > _MOST_SHOWN else []
        raise CheckFailed("\n".join(f"{book.path.name}: {line}." for line in [*defects[:_MOST_SHOWN], *more]))
    stances = Counter(stance for codes in book.examples["codes"] for stance in codes.values())
    shown = ", ".join(f"{count} {stance}" for stance, count in stances.most_common())
    uncoded = sum(not codes for codes in book.examples["codes"])
    left = len(book.cues) - sum(map(len, _by_language(book).values()))
    others = f"{left} in languages that no coder reads cues of; the others" if left else "all"
    return [
        f"{book.id} {book.version}: {len(book.codes)} codes in {', '.join(book.languages)}",
        f"cues: {len(book.cues)}, {others} can match",
        f"examples to learn from: {len(book.examples)}" + (f" ({shown}; {uncoded} without a code)" if shown else ""),
    ]


def dead_cues(book: Codebook) -> list[Cue]:
    """The cues that are not found in a text made of their own words and the first lemma they need.

    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.proofreading import dead_cues
    >>> dead_cues(load_codebook("groundswell"))
    []
    """
    dead = []
    for lang, cues in _by_language(book).items():
        matcher = CueMatcher(lang, [(cue.cue, cue.needs) for cue in cues])
        for number, cue in enumerate(cues):
            text = f"{cue.needs[0]}; {cue.cue}" if cue.needs else cue.cue
            if not any(hit.cue == number for hit in matcher.match(text)):
                dead.append(cue)
    return dead


def unmet_conditions(book: Codebook) -> list[tuple[str, str]]:
    """The lemmas in ``with`` that are not found in a text that has them, as pairs of language and lemma.

    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.proofreading import unmet_conditions
    >>> unmet_conditions(load_codebook("groundswell"))
    []
    """
    unmet = []
    for lang, cues in _by_language(book).items():
        needs = sorted({need for cue in cues for need in cue.needs})
        matcher = CueMatcher(lang, [("xyzzy", [need]) for need in needs])
        for number, need in enumerate(needs):
            if not any(hit.cue == number for hit in matcher.match(f"xyzzy {need}")):
                unmet.append((lang, need))
    return unmet


def _by_language(book: Codebook) -> dict[str, list[Cue]]:
    """The cues of the languages that are matched."""
    groups: dict[str, list[Cue]] = defaultdict(list)
    for cue in book.cues:
        if cue.lang in ("es", "it", "en"):
            groups[cue.lang].append(cue)
    return groups


def _doubles(book: Codebook) -> list[str]:
    # cues are matched in lower case, and conditions in any order: what differs in these alone counts twice in a text
    folded = [(cue.lang, cue.code, cue.cue.lower(), tuple(sorted(map(str.lower, cue.needs)))) for cue in book.cues]
    cues, written = Counter(folded), dict[object, str]()
    for key, cue in zip(folded, book.cues, strict=True):
        written.setdefault(key, cue.cue)
    texts = Counter(" ".join(re.findall(r"\w+", text.casefold())) for text in book.examples["text"])
    return [
        *(
            f"the {key[0]} cue '{written[key]}' of '{key[1]}' stands there {n} times"
            for key, n in cues.items()
            if n > 1
        ),
        *(f"the example '{text[:60]}' stands there {n} times" for text, n in texts.items() if n > 1),
    ]
