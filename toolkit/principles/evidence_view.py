"""What is shown of an annotation's evidence, as strings in the reader's language: for text and HTML alike."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from toolkit.codebook import Codebook
from toolkit.codebook.schema import in_language
from toolkit.display.numbers import lone_number, number
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.principles.cues import cue_score
from toolkit.principles.evidence import CueFound, Evidence
from toolkit.resources import data_file
from toolkit.text import fold

__all__ = ["SIGNS", "evidence_view", "short", "words_in"]

#: Stances as signs, for readers who do not see colours.
SIGNS = {"endorses": "+", "breach": "!", "rejects": "−", "mentions": "○"}
#: Coders whose scores are calibrated probabilities.
_CALIBRATED = ("hybrid", "examples", "supervised")
#: Entries shown of one list; the rest is counted.
MOST_LISTED = 25


def words_in(lang: str) -> dict[str, Any]:
    """The fixed words of explanations in a language: "en", "es" or "it"."""
    words: dict[str, Any] = read_yaml(data_file("templates", "evidence_words.yaml"))["words"]
    if lang not in words:
        raise InputError(f"language '{lang}' is unknown here; {suggestion(lang, words)}")
    return words[lang]


def evidence_view(
    row: Mapping[str, Any], evidence: Evidence | None, book: Codebook | None, lang: str, say: dict[str, Any]
) -> dict[str, Any]:
    """All that both forms show, as strings; lists bounded."""
    found = evidence or Evidence()
    stances: dict[str, str] = {stance.id: in_language(stance.name, lang) for stance in book.stances} if book else {}
    known = book is not None and row["code"] in book.code_ids
    notes = [say["human"] if row["kind"] == "human" else say["no_evidence"]] if evidence is None else []
    if book and row["codebook_version"] not in (None, book.version):
        notes.append(say["version"].format(made=row["codebook_version"], given=book.version))
    slips = [
        say[f"slip_{name}"].format(got=number(got, lang, 3), expected=number(want, lang, 3))
        for name, got, want in found.slips
    ]
    likeliest = max(found.stance, key=lambda stance: found.stance[stance], default=row["stance"])
    return {
        "say": say,
        "lang": lang,
        "code": row["code"],
        "name": book.name(row["code"], lang) if book and known else row["code"],
        "family": _family(row["code"], book, lang) if book and known else (None, row["code"]),
        "where": f"{row['doc_id']}, {say['characters'].format(start=row['start'], end=row['end'])}",
        "by": _given_by(row, say),
        "note": row["note"] or "",
        "unsure": row.get("unsure") is True,
        "chance": _chance(row, found, lang, say),
        "machine": row["kind"] == "machine",
        "stance": stances.get(row["stance"], row["stance"]) if row["stance"] else "",
        "sign": SIGNS.get(row["stance"] or "", ""),
        "stances": [
            (SIGNS.get(stance, ""), stances.get(stance, stance), number(part, lang, 2))
            for stance, part in found.stance.items()
        ],
        "likelier": stances.get(likeliest, likeliest) if row["stance"] and likeliest != row["stance"] else "",
        **_parts(found, row["score"], lang, say),
        "slips": slips,
        "cues": [(*_cue(cue, lang, say), f"{cue.start}-{cue.end}") for cue in found.cues[:MOST_LISTED]],
        "more_cues": max(len(found.cues) - MOST_LISTED, 0),
        "no_cues": evidence is not None and found.method in ("cues", *_CALIBRATED) and not found.cues,
        "examples": [
            {
                "id": short(near.id),
                "similarity": "" if near.similarity is None else number(near.similarity, lang, 2),
                "stance": stances.get(near.stance, near.stance) if near.stance else "",
                "sign": SIGNS.get(near.stance or "", ""),
                "text": short(near.text, 300),
                # without a part: an example speaks for the codes it carries
                "for": near.part > 0 if near.part is not None else near.stance is not None,
                "part": "" if near.part is None else number(near.part, lang, 2, sign=True),
            }
            for near in found.examples[:MOST_LISTED]
        ],
        "more_examples": max(len(found.examples) - MOST_LISTED, 0),
        "other": [_other(name, value, lang, say) for name, value in list(found.other.items())[:MOST_LISTED]],
        "notes": notes,
    }


def _family(code: str, book: Codebook, lang: str) -> tuple[int, str]:
    """Place and name of a code's group in the codebook; where it has no groups, of the code itself."""
    group = book.code(code).group
    for place, family in enumerate(book.groups):
        if family.id == group:
            return place, in_language(family.name, lang)
    return len(book.groups) + book.code_ids.index(code), book.name(code, lang)


def _given_by(row: Mapping[str, Any], say: Mapping[str, Any]) -> str:
    kind = say["person"] if row["kind"] == "human" else say["machine"]
    by = say["given_by"].format(coder=f"{row['coder']} ({kind})")
    book = " ".join(filter(None, [row["codebook"], row["codebook_version"]]))
    return ", ".join(filter(None, [by, str(row["created"] or ""), book]))


def _chance(row: Mapping[str, Any], found: Evidence, lang: str, say: Mapping[str, Any]) -> str:
    chance = found.probability if row["score"] is None else row["score"]
    if chance is None:
        return "" if row["kind"] == "human" else str(say["no_score"])
    if found.probability is None and found.method not in _CALIBRATED:
        return str(say["score"].format(p=number(chance, lang, 2)))
    form = say["chance"] if found.logit is None else say["chance_logit"]
    logit = "" if found.logit is None else number(found.logit, lang, 2, sign=True)
    return str(form.format(p=number(chance, lang, 2), logit=logit))


def _parts(found: Evidence, score: float | None, lang: str, say: Mapping[str, Any]) -> dict[str, Any]:
    """The parts, base first, then the largest; bars as percent of the longest side from a common zero."""
    parts = sorted(found.parts.items(), key=lambda item: (item[0] != "base", -abs(item[1]), item[0]))
    low, high = min([0.0, *found.parts.values()]), max([0.0, *found.parts.values()])
    width = (high - low) or 1.0
    # as many places as the coder wrote, so that a reader can add them up
    places = max([2, *(len(f"{part:.4f}".rstrip("0").partition(".")[2]) for part in found.parts.values())])
    total = sum(found.parts.values())
    adds = ""
    if parts and not any(name == "sum" for name, _, _ in found.slips):
        p = 1 / (1 + np.exp(-np.clip(total, -700, 700)))
        if found.logit is not None:
            logit = number(found.logit, lang, places, sign=True)
            rounding = "" if logit == number(total, lang, places, sign=True) else say["rounding"]
            adds = say["adds_up"].format(logit=logit, rounding=rounding, p=number(float(p), lang, 2))
        adds = adds or say["sums_to"].format(sum=number(total, lang, 2, sign=True))
    if found.method == "cues" and found.cues and not parts:
        weight = sum(weight for _, weight in {(cue.cue, cue.weight) for cue in found.cues})
        p = float(cue_score(np.array([weight]))[0])
        adds = (
            say["cue_score"].format(w=lone_number(weight, lang)) if score is not None and abs(p - score) < 0.005 else ""
        )
    return {
        "parts": [
            {
                "name": short(say["names"].get(name, name)),
                "value": number(part, lang, places, sign=True),
                "left": f"{100 * (min(part, 0) - low) / width:.1f}",
                "width": f"{100 * abs(part) / width:.1f}",
                "against": part < 0,
            }
            for name, part in parts
        ],
        "zero": f"{-100 * low / width:.1f}",
        "sum": number(total, lang, places, sign=True),
        "adds": adds,
    }


def _cue(cue: CueFound, lang: str, say: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Words, weight, the text found, and how it matched."""
    wanted, found = (re.findall(r"\w+", fold(words)) for words in (cue.cue, cue.quote))
    how = "as_written" if wanted == found else "apart" if len(found) > len(wanted) else "other_form"
    return short(cue.cue), say["weight"].format(weight=lone_number(cue.weight, lang)), short(cue.quote, 120), say[how]


def _other(name: str, value: str, lang: str, say: Mapping[str, Any]) -> tuple[str, str]:
    """A further value the coder wrote: in the reader's words where it is one of the package's own coders."""
    if name in say["others"] and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
        return say["others"][name], number(float(value), lang, len(value.partition(".")[2]))
    return short(name), short(value, 500)


def short(text: str, most: int = 80) -> str:
    """The text, cut where it is longer than ``most``."""
    return text if len(text) <= most else text[: most - 1] + "…"
