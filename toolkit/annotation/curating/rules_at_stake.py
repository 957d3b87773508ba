"""Which rule of the codebook a disagreement is about: a suggestion for whoever has to settle it."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from toolkit.codebook import Codebook, guidelines
from toolkit.codebook.schema import in_language
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file, data_names

__all__ = ["RuleAtStake", "page_words", "rule_at_stake", "rule_text"]

#: Characters of a general rule that are quoted, up to the end of a sentence; what is written about two codes stays
#: whole (the longest contrast of the bundled codebooks has 422).
_SHORT = 320
#: Cases of no code that are quoted: the most that a code of the bundled codebooks lists is three.
_MOST_CASES = 3
#: How the rule on the unit, and the one on giving no code, are headed in the bundled codebooks, in any language.
_ON_UNIT = re.compile(r"\b(units?|spans?|borders?|unidad(es)?|tramos?|límites|unità|confini|brani)\b", re.I)
_ON_NO_CODE = re.compile(r"\b(no code|sin código|nessun codice)\b", re.I)
_EXAMPLE = re.compile(r"\b(?:Examples?|Ejemplos?|Esempi[oi]?):")
#: What a rule of exclusion ends with that leads to no code at all, in every language.
_TO_NO_CODE = "no code"


class RuleAtStake(NamedTuple):
    """``text``: the rule, shortened. ``where``: its place in the codebook, under the keys of its file."""

    text: str
    where: str

    def __str__(self) -> str:
        return f"{self.text} [{self.where}]"


def rule_at_stake(row: Mapping[str, Any], codebook: Codebook, lang: str = "en") -> RuleAtStake:
    """The rule of the codebook that a disagreement is about.

    Parameters
    ----------
    row : a row of the table ``disagreements`` (or the same keys): kind, code, other_code, first_stance, second_stance.
    codebook : the codebook of the table.
    lang : language of the text; the first of the codebook where it is not written in this one.

    Returns
    -------
    RuleAtStake
        * label: the contrasts between the two codes; without one, what one excludes in favour of the other; then a
          general rule that names both; then what each includes.
        * stance: what the two stances mean, with the test question of the guidelines where the codebook has
          guidelines.
        * boundary: the rule on the unit; without one, what the unit is.
        * missed: what the code includes first, what it leaves without code, and the rule on giving no code.

        It is found by codes and stances alone, not by the passage: a suggestion, which a person has to weigh.

    Raises
    ------
    InputError
        if the kind is none of the four, or a code is not in the codebook.

    >>> from toolkit.annotation import rule_at_stake
    >>> from toolkit.codebook import load_codebook
    >>> row = {"kind": "label", "code": "listening", "other_code": "conversation"}
    >>> row |= {"first_stance": None, "second_stance": None}
    >>> rule = rule_at_stake(row, load_codebook(), "es")
    >>> rule.where, len(rule.text) > 20
    ('contrasts: conversation / listening', True)
    """
    lang = lang if lang in codebook.languages else codebook.languages[0]
    kind = row["kind"]
    if kind == "label":
        # the same pair of codes has one rule, whoever gave which
        one, other = sorted((str(row["code"]), str(row["other_code"])), key=lambda code: _place(code, codebook))
        return _between(one, other, codebook, lang)
    if kind == "stance":
        stances = {_plain(row["first_stance"]), _plain(row["second_stance"])}
        return _of_stances(stances, codebook, lang)
    if kind == "boundary":
        return _on_unit(codebook, lang)
    if kind == "missed":
        return _on_giving(str(row["code"]), codebook, lang)
    known = suggestion(str(kind), ("label", "stance", "boundary", "missed"))
    raise InputError(f"a disagreement of the kind '{kind}' is unknown; {known}")


def rule_text(codebook: Codebook, lang: str) -> Callable[[Mapping[str, Any]], str]:
    """Rows of ``disagreements`` to the text of their column ``rule``; each rule is looked up once."""
    known: dict[tuple[Any, ...], str] = {}

    def text(row: Mapping[str, Any]) -> str:
        key = tuple(_plain(row[name]) for name in ("kind", "code", "other_code", "first_stance", "second_stance"))
        if key not in known:
            known[key] = str(rule_at_stake(row, codebook, lang))
        return known[key]

    return text


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return dict(read_yaml(data_file("annotation", "side_by_side_words.yaml")))


def page_words(lang: str) -> dict[str, Any]:
    """The fixed words of this room's pages in a language (English where they have none in it), with ``signs``."""
    words = _words()
    return {**words["words"].get(lang, words["words"]["en"]), "sign": words["signs"]}


def _plain(value: Any) -> str:
    """A text, "" where it is missing (None or NaN)."""
    return value if isinstance(value, str) else ""


def _place(code_id: str, codebook: Codebook) -> int:
    return codebook.codes.index(codebook.code(code_id))


def _between(one: str, other: str, codebook: Codebook, lang: str) -> RuleAtStake:
    codes = codebook.code(one), codebook.code(other)
    pair = f"{one} / {other}"
    contrasts = [
        in_language(code.contrasts[neighbour], lang)
        for code, neighbour in zip(codes, (other, one), strict=True)
        if neighbour in code.contrasts
    ]
    if contrasts:
        return RuleAtStake(" ".join(dict.fromkeys(contrasts)), f"contrasts: {pair}")
    excluded = [
        f"{in_language(code.name, lang)}: {rule}"
        for code, neighbour in zip(codes, (other, one), strict=True)
        for rule in code.exclude.get(lang, ())
        if _names(rule, neighbour)
    ]
    if excluded:
        return RuleAtStake(" ".join(excluded), f"exclude: {pair}")
    for rule in codebook.rules:
        said = in_language(rule, lang)
        # a code that stands in the example alone is not what the rule is about
        sentences = _sentences(_EXAMPLE.split(said, maxsplit=1)[0])
        naming = [sentence for sentence in sentences if _names(sentence, one) or _names(sentence, other)]
        if all(any(_names(sentence, code) for sentence in naming) for code in (one, other)):
            return RuleAtStake(" ".join(dict.fromkeys([sentences[0], *naming])), f"rules: {_title(said)}")
    included = [
        f"{in_language(code.name, lang)}: {(code.include.get(lang) or (in_language(code.definition, lang),))[0]}"
        for code in codes
    ]
    listed = "include" if all(code.include.get(lang) for code in codes) else "include, definition"
    return RuleAtStake(" ".join(included), f"{listed}: {pair}")


def _of_stances(stances: set[str], codebook: Codebook, lang: str) -> RuleAtStake:
    questions = _test_questions(codebook.id, lang)
    parts = []
    given = [stance for stance in codebook.stances if stance.id in stances]
    for stance in given:
        question = f" ({questions[stance.id]})" if stance.id in questions else ""
        parts.append(f"{in_language(stance.name, lang)}{question}: {in_language(stance.definition, lang)}")
    if "" in stances:
        parts.append(_sentence(page_words(lang)["no_stance_given"]))
    names = " / ".join(stance.id for stance in given) or " / ".join(sorted(stances - {""})) or "-"
    where = f"stances: {names}"
    return RuleAtStake(" ".join(parts), f"{where}; guidelines 3" if questions and given else where)


def _on_unit(codebook: Codebook, lang: str) -> RuleAtStake:
    for rule in codebook.rules:
        if any(_ON_UNIT.search(_title(said)) for said in rule.values()):
            said = in_language(rule, lang)
            return RuleAtStake(_short(said), f"rules: {_title(said)}")
    say = page_words(lang)
    return RuleAtStake(say["unit_is"].format(unit=say["units"][codebook.unit]), f"unit: {codebook.unit}")


def _on_giving(code_id: str, codebook: Codebook, lang: str) -> RuleAtStake:
    code, say = codebook.code(code_id), page_words(lang)
    include = code.include.get(lang, ())[:1]
    parts = [f"{_sentence(say['takes'], '')}: {rule}" for rule in include]
    exclude = [rule for rule in code.exclude.get(lang, ()) if rule.rstrip(" .").endswith(_TO_NO_CODE)]
    if exclude:
        more = " […]" if len(exclude) > _MOST_CASES else ""
        parts.append(f"{_sentence(say['takes_none'], '')}: {_sentence('; '.join(exclude[:_MOST_CASES]) + more)}")
    keys = ["include"] * bool(include) + ["exclude"] * bool(exclude)
    if not keys:
        parts, keys = [in_language(code.definition, lang)], ["definition"]
    where = f"{', '.join(keys)}: {code_id}"
    for rule in codebook.rules:
        if any(_ON_NO_CODE.fullmatch(_title(said)) for said in rule.values()):
            said = in_language(rule, lang)
            title = _title(said)
            # its first sentence: the rest lists cases
            parts.append(say["general"].format(title=title, text=(_sentences(said[len(title) + 1 :]) or [""])[0]))
            where += f"; rules: {title}"
            break
    return RuleAtStake(" ".join(parts), where)


def _names(rule: str, code_id: str) -> bool:
    """Does a rule name a code, as a word of its own?"""
    return re.search(rf"(?<!\w){re.escape(code_id)}(?!\w)", rule) is not None


def _title(rule: str) -> str:
    """The heading of a general rule: what stands before its first full stop, colon or question mark."""
    return re.split(r"[.:?]", rule, maxsplit=1)[0].strip()


def _sentence(text: str, stop: str = ".") -> str:
    return text[:1].upper() + text[1:].rstrip(".") + stop


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?]) ", text.strip()) if sentence]


def _short(text: str) -> str:
    """The sentences of a rule that fit, at least the first two (its heading and what it says)."""
    sentences = _sentences(text)
    kept = sentences[:2]
    for sentence in sentences[2:]:
        if len(" ".join([*kept, sentence])) > _SHORT:
            return " ".join(kept) + " […]"
        kept.append(sentence)
    return " ".join(kept)


@lru_cache(maxsize=8)
def _test_questions(codebook_id: str, lang: str) -> dict[str, str]:
    """The test question of each stance, from the table in section 3 of the guidelines; they are for one codebook."""
    if codebook_id != "cluetrain" or f"{lang}.md" not in data_names("guidelines"):
        return {}
    rows = re.findall(r"^\| \*(\w+)\* \|[^|\n]*\|([^|\n]*)\|", guidelines(lang), re.M)
    return {stance: question.strip() for stance, question in rows}
