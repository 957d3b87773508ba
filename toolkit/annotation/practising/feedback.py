"""What is said about one practice sentence, and about all of them at the end."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from toolkit.annotation.curating.rules_at_stake import rule_at_stake
from toolkit.annotation.practising.sentences import PracticeItem
from toolkit.annotation.record.state import State, fold
from toolkit.codebook import Codebook
from toolkit.codebook.schema import in_language
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file

__all__ = ["Comparison", "codes_of", "compare", "feedback", "first_answers", "practice_words", "summary"]

#: Codes of one item with their stances.
Codes = Mapping[str, str | None]


class Comparison(NamedTuple):
    """A person's codes beside the agreed ones. ``stance``: agreed codes that were given with another stance."""

    same: list[str]
    missing: list[str]
    extra: list[str]
    stance: list[str]

    @property
    def right(self) -> bool:
        """All codes and stances are the agreed ones."""
        return not (self.missing or self.extra or self.stance)

    @property
    def right_codes(self) -> bool:
        """The codes are the agreed ones, whatever their stances."""
        return not (self.missing or self.extra)


@lru_cache(maxsize=1)
def _all_words() -> dict[str, dict[str, str]]:
    return dict(read_yaml(data_file("annotation", "practice_words.yaml")))


def practice_words(lang: str) -> dict[str, str]:
    """What is said while somebody practises; raises :class:`InputError` for a language it is not written in."""
    if lang not in _all_words():
        raise InputError(f"practice does not speak '{lang}'; {suggestion(lang, _all_words())}")
    return _all_words()[lang]


def compare(own: Codes, agreed: Codes) -> Comparison:
    """How a person's codes of a sentence stand to the agreed ones.

    >>> compare({"trust": "breach"}, {"trust": "endorses", "voice": None})
    Comparison(same=[], missing=['voice'], extra=[], stance=['trust'])
    """
    return Comparison(
        [code for code in agreed if code in own and own[code] == agreed[code]],
        [code for code in agreed if code not in own],
        [code for code in own if code not in agreed],
        [code for code in agreed if code in own and own[code] != agreed[code]],
    )


def feedback(own: Codes, item: PracticeItem, codebook: Codebook, lang: str) -> dict[str, Any]:
    """What the widget shows about a sentence that is done.

    ``kind``: "good" or "off"; ``title``; ``points``: a sentence per code; ``why``: the reason of the agreed codes;
    ``rules``: those of the codebook behind what differs; ``hint``: how to go on. All of it is plain text.
    """
    say, found = practice_words(lang), compare(own, item.codes)
    names = codebook.names(lang)
    stances: dict[str, str] = {stance.id: in_language(stance.name, lang) for stance in codebook.stances}

    def about(message: str, code: str, stance: str | None) -> str:
        if stance is None:
            # without stances the sentence ends after the code
            return say[message].replace(", {stance}", "").format(code=names[code])
        return say[message].format(code=names[code], stance=stances[stance])

    points = [about("same", code, item.codes[code]) for code in found.same]
    points += [about("missing", code, item.codes[code]) for code in found.missing]
    points += [
        say["stance"].format(
            code=names[code],
            own=stances.get(own[code] or "", say["no_stance"]),
            agreed=stances.get(item.codes[code] or "", say["no_stance"]),
        )
        for code in found.stance
    ]
    points += [say["extra"].format(code=names[code]) for code in found.extra]
    return {
        "kind": "good" if found.right else "off",
        "title": say["right" if found.right else "other"],
        "points": points or [say["none"]],
        "why": say["why"].format(why=in_language(item.why, lang)),
        "rules": [say["rule"].format(rule=rule) for rule in _rules(own, item.codes, found, codebook, lang)],
        "hint": say["go_on"],
    }


def _rules(own: Codes, agreed: Codes, found: Comparison, codebook: Codebook, lang: str) -> list[str]:
    """The rules behind what differs, each once; a code too many beside one that is missing is taken for its stead."""
    rows: list[dict[str, Any]] = []
    in_stead = list(zip(found.missing, found.extra, strict=False))
    for code, other in in_stead:
        rows.append({"kind": "label", "code": code, "other_code": other})
    for code in (*found.missing[len(in_stead) :], *found.extra[len(in_stead) :]):
        rows.append({"kind": "missed", "code": code, "other_code": None})
    for code in found.stance:
        pair = {"first_stance": agreed[code], "second_stance": own[code]}
        rows.append({"kind": "stance", "code": code, "other_code": code, **pair})
    bare = {"first_stance": None, "second_stance": None}
    return list(dict.fromkeys(rule_at_stake({**bare, **row}, codebook, lang).text for row in rows))


def first_answers(lines: Iterable[dict[str, Any]], where: str) -> dict[str, dict[str, str | None]]:
    """The codes that each item had when it was first marked as done: what was answered before anything was said.

    ``lines``: those of a coder's log; ``where``: what an error names.
    """
    answers: dict[str, dict[str, str | None]] = {}
    so_far: list[dict[str, Any]] = []
    for line in lines:
        so_far.append(line)
        item = line.get("item")
        if line.get("do") == "done" and isinstance(item, str) and item not in answers:
            answers[item] = codes_of(fold(so_far, where), item)
    return answers


def codes_of(state: State, item: str) -> dict[str, str | None]:
    """The codes of an item with their stances, as they stand."""
    return {key[3]: coding.stance for key, coding in sorted(state.codings.items()) if coding.item == item}


def summary(
    answers: Mapping[str, Codes], agreed: Mapping[str, PracticeItem], codebook: Codebook, lang: str
) -> list[str]:
    """What the practice came to, in sentences: how much was as agreed at first, what to reread, how little it tells.

    ``answers``: the codes first given to each item that is done, one or more; those of items that are not in
    ``agreed`` (of an earlier edition) are passed over.
    """
    from scipy.stats import binomtest

    say = practice_words(lang)
    compared = {item: compare(own, agreed[item].codes) for item, own in answers.items() if item in agreed}
    n = len(compared)
    right = sum(found.right for found in compared.values())
    lines = [
        say["done"].format(n=n),
        say["counts"].format(n=n, right=right, codes=sum(found.right_codes for found in compared.values())),
    ]
    reread = []
    for code in codebook.codes:
        times = [
            say[f"times_{what}"].format(n=count)
            for what in ("missing", "extra", "stance")
            if (count := sum(code.id in getattr(found, what) for found in compared.values()))
        ]
        if times:
            reread.append(say["of_code"].format(code=in_language(code.name, lang), what=", ".join(times)))
    lines.append(f"{say['reread']} {'; '.join(reread)}." if reread else say["nothing"])
    # Wilson's interval (1927), in hundredths
    low, high = (round(100 * limit) for limit in binomtest(right, n).proportion_ci(0.95, "wilson"))
    return [*lines, say["few"].format(n=n, low=low, high=high), say["go_to_work"]]
