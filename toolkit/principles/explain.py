"""Why a passage carries a code: the evidence of one annotation, as text for a terminal and in colour on the text."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook, codebook_names, load_codebook
from toolkit.display.numbers import lone_number, number
from toolkit.errors import InputError, suggestion
from toolkit.marked_text import Mark, clean, marked_html, page, render
from toolkit.principles.evidence import Evidence, read_evidence
from toolkit.principles.evidence_view import evidence_view, short, words_in
from toolkit.printable import printable
from toolkit.tables import CONTRACTS, check

__all__ = ["Explanation", "explain"]

#: Shown of a passage in colour: as much as the cue coder reads. In plain text less; the middle is left out.
_MOST_CHARACTERS, _MOST_PLAIN = 20_000, 1_500
#: Shown of the text before and after a passage: about two sentences.
_NEAR = 300
#: Cues underlined in one passage.
_MOST_CUES = 500
_WIDTH = 96


@dataclass(frozen=True, eq=False)
class Explanation:
    """One annotation with its evidence; ``print`` gives text, a notebook shows it in colour.

    ``annotation``: the row. ``evidence``: what the coder kept, None where it kept nothing (people). ``view``: all
    that is shown, in the reader's language. ``text``: the post, or the passage alone, which begins at ``offset``.
    """

    annotation: Mapping[str, Any]
    evidence: Evidence | None
    view: Mapping[str, Any]
    text: str
    offset: int

    @property
    def adds_up(self) -> bool | None:
        """Whether parts, logit, probability and score agree up to rounding; None where there are no parts."""
        return not self.evidence.slips if self.evidence and self.evidence.parts else None

    def __str__(self) -> str:
        return clean(printable("\n".join(_lines(self))))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        start, end = (self.annotation[key] - self.offset for key in ("start", "end"))
        shown = min(end, start + _MOST_CHARACTERS)
        first = start - len(_last_words(self.text[:start]))
        last = shown + (len(_last_words(self.text[end:][::-1])) if shown == end else 0)
        marks = [
            Mark(0, start - first, "near" + (" more-before" if first else "")),
            Mark(start - first, shown - first, "passage"),
            Mark(shown - first, last - first, "near" + (" more-after" if last < len(self.text) else "")),
        ]
        for cue in (self.evidence.cues if self.evidence else ())[:_MOST_CUES]:
            cue_start, cue_end = cue.start - self.offset, cue.end - self.offset
            if first <= cue_start and cue_end <= last:
                thickness = {1: 1, 2: 2}.get(round(cue.weight), 4)
                weight = lone_number(cue.weight, self.view["lang"])
                title = f"{short(cue.cue)}: {self.view['say']['weight'].format(weight=weight)}"
                marks.append(Mark(cue_start - first, cue_end - first, "cue", 0, thickness, title))
        text = marked_html(self.text[first:last], [mark for mark in marks if mark.start < mark.end])
        cut = number(end - shown, self.view["lang"]) if shown < end else ""
        return render("explanation", self.view, text, cut)

    def save(self, path: str | Path) -> Path:
        """Write it as a page of its own for any browser; returns where."""
        return page(f"{self.view['name']}: {self.annotation['doc_id']}", self._repr_html_(), Path(path))


def explain(
    annotation: Any,
    posts: pd.DataFrame | Mapping[str, str] | None = None,
    codebook: Codebook | str | None = None,
    *,
    lang: str = "en",
) -> Explanation:
    """Why this passage carries this code.

    Parameters
    ----------
    annotation : one row of an annotations table: Series, dict or named tuple.
    posts : posts table, or the texts by doc_id: with it the passage is shown between its neighbours, and positions
        and quotes are checked against the text.
    codebook : the codebook of the annotation; a bundled one is found by itself.
    lang : language of the names and fixed words: "en", "es" or "it".

    Returns
    -------
    Explanation
        Passage, code, probability (0 to 1), stance, the parts of the score (logits: above 0 for the code, below
        against; they add up to log(p / (1 - p)), and it says so if they do not), cues with positions (code points of
        the post), nearest examples. What was not kept is left out.

    Raises
    ------
    InputError
        if it is no row of an annotations table, the post is not there, positions or quotes do not fit its text, the
        evidence is not JSON or not in its form, or the codebook is another one.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.corpus import segment
    >>> from toolkit.principles import code_passages, explain
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "", "text": "Hay que escuchar a los clientes."})
    >>> coding = code_passages(posts, segment(posts), load_codebook(), method="cues")
    >>> why = explain(coding.annotations.iloc[0], posts)
    >>> [line.strip() for line in str(why).splitlines() if "8-16" in line]
    ['escuchar: weight 3, 8-16 «escuchar», word for word']
    """
    row = _row(annotation)
    where = f"annotation {row['code']} of '{row['doc_id']}' from {row['start']} to {row['end']}"
    text = _text(posts, row)
    try:
        check("annotations", pd.DataFrame([row]), None if text is None else {row["doc_id"]: text})
    except InputError as error:
        raise InputError(str(error).replace("annotations, row 1", where, 1)) from error
    except UnicodeEncodeError as error:
        raise InputError(
            f"{clean(where)}: holds half of a surrogate pair, which no table can; read the text again from its file."
        ) from error
    row["start"], row["end"] = int(row["start"]), int(row["end"])
    whole, offset = text is not None, 0 if text is not None else row["start"]
    known = row["quote"] if text is None else text
    if not whole and len(known) != row["end"] - row["start"]:
        raise InputError(
            f"{where}: the quote has {len(known)} characters, expected {row['end'] - row['start']} from its positions."
        )
    evidence = read_evidence(row["evidence"], where, known, offset=offset, whole=whole, score=row["score"])
    say = words_in(lang)
    view = evidence_view(row, evidence, _book(row, codebook, where), lang, say)
    if not whole:
        view["notes"].append(say["without_text"])
    return Explanation(row, evidence, view, known, offset)


def _row(annotation: Any) -> dict[str, Any]:
    if hasattr(annotation, "_asdict"):
        annotation = annotation._asdict()
    if isinstance(annotation, pd.DataFrame):
        rows = len(annotation)
        raise InputError(f"explain: got a table of {rows} rows, expected one; give one row, such as table.iloc[0].")
    if not isinstance(annotation, pd.Series | Mapping):
        raise InputError(f"explain: got {type(annotation).__name__}, expected one row of an annotations table.")
    row = {str(key): _plain(value) for key, value in annotation.items()}
    absent = [name for name, rule in CONTRACTS["annotations"].items() if name not in row and not rule.missing]
    if absent:
        has = short(", ".join(row), 200)
        raise InputError(
            f"explain: the row has no '{absent[0]}', so it is not one of an annotations table; it has {has}."
        )
    return {**dict.fromkeys(CONTRACTS["annotations"]), **row}


def _plain(value: Any) -> Any:
    """numpy scalars as Python's own; missing values as None."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) else value


def _text(posts: pd.DataFrame | Mapping[str, str] | None, row: Mapping[str, Any]) -> str | None:
    if posts is None:
        return None
    if isinstance(posts, pd.DataFrame):
        absent = {"doc_id", "text"} - set(posts.columns)
        if absent:
            raise InputError(f"explain: posts has no column '{min(absent)}'; expected is a posts table.")
        posts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    if row["doc_id"] not in posts:
        near = suggestion(str(row["doc_id"]), list(posts)[:5000]) if len(posts) else "there are no posts."
        raise InputError(f"explain: no post has the doc_id '{row['doc_id']}'; {short(near, 300)}")
    return posts[row["doc_id"]]


def _book(row: Mapping[str, Any], codebook: Codebook | str | None, where: str) -> Codebook | None:
    if codebook is None:
        return load_codebook(row["codebook"]) if row["codebook"] in codebook_names() else None
    book = load_codebook(codebook) if isinstance(codebook, str) else codebook
    if book.id != row["codebook"]:
        raise InputError(f"{where}: belongs to codebook '{row['codebook']}', got '{book.id}'; give its own codebook.")
    book.code(row["code"])  # refuses an unknown code and names the nearest
    return book


def _lines(explanation: Explanation) -> list[str]:
    """The plain text, line by line."""
    view, say, row = explanation.view, explanation.view["say"], explanation.annotation
    stance = f"{view['sign']} {view['stance']}" if view["stance"] else say["no_stance"]
    lines = [f"{view['name']} ({view['code']}): {stance}", view["where"], view["by"], ""]
    start, end, first = row["start"], row["end"], explanation.offset
    before, after = explanation.text[: start - first], explanation.text[end - first :]
    near = _last_words(before), _last_words(after[::-1])[::-1]
    lines += _wrapped("… " * (len(near[0]) < len(before)) + near[0].strip(), "    ")
    lines += _wrapped(_middle_out(explanation.text[start - first : end - first], view["lang"], say), "  > ")
    lines += _wrapped(near[1].strip() + " …" * (len(near[1]) < len(after)), "    ")
    lines += ["", *filter(None, [view["chance"], say["unsure"] if view["unsure"] else ""])]
    if view["stances"]:
        lines.append(f"{say['stance']}: " + ", ".join(f"{sign} {name} {p}" for sign, name, p in view["stances"]))
    if view["likelier"]:
        lines.append(f"  ({say['likelier'].format(stance=view['likelier'])})")
    lines += [f"{say['note']}: {view['note']}"] if view["note"] else []
    lines += _wrapped(view["adds"], "") if view["adds"] and not view["parts"] else []
    if view["parts"]:
        wide = max(len(name) for name in [say["sum"], *(part["name"] for part in view["parts"])])
        number = max(len(value) for value in [view["sum"], *(part["value"] for part in view["parts"])])
        lines += ["", f"{say['parts']} ({say['value']})"]
        lines += [f"  {part['name']:<{wide}}  {part['value']:>{number}}" for part in view["parts"]]
        lines += [f"  {say['sum']:<{wide}}  {view['sum']:>{number}}", *_wrapped(view["adds"] or say["how_parts"], "  ")]
        lines += _wrapped(say["how_parts"], "  ") if view["adds"] else []
    lines += [f"  !! {slip}" for slip in view["slips"]]
    if view["cues"] or view["no_cues"]:
        lines += ["", say["cues"] + ("" if view["cues"] else f": {say['no_cues']}")]
        lines += [
            f"  {cue}: {weight}, {place} «{' '.join(quote.split())}», {how}"
            for cue, weight, quote, how, place in view["cues"]
        ]
        lines += [f"  {say['more'].format(n=view['more_cues'])}"] if view["more_cues"] else []
    if view["examples"]:
        lines += ["", f"{say['examples']} ({say['similarity']})"]
        for near in view["examples"]:
            way = say["for"] if near["for"] else say["against"]
            about = ", ".join(filter(None, [near["id"], f"{near['sign']} {near['stance']}".strip(), way]))
            lines.append(f"  {near['similarity']:>5}  {about}" + (f" ({near['part']})" if near["part"] else ""))
            lines += _wrapped(f"«{near['text']}»", "         ")
        lines += [f"  {say['more'].format(n=view['more_examples'])}"] if view["more_examples"] else []
    lines += ["", *(f"{name}: {' '.join(value.split())}" for name, value in view["other"])] if view["other"] else []
    unknown = [say["unknown"]] if view["machine"] else []
    return [*lines, "", *(line for note in [*view["notes"], *unknown] for line in _wrapped(note, ""))]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _last_words(text: str) -> str:
    """The end of a text, from the beginning of a word (one without spaces is cut anywhere)."""
    if len(text) <= _NEAR:
        return text
    return text[-_NEAR:].partition(" ")[2] or text[-_NEAR:]


def _middle_out(text: str, lang: str, say: Mapping[str, Any]) -> str:
    """A long passage without its middle."""
    if len(text) <= _MOST_PLAIN:
        return text
    half = _MOST_PLAIN // 2
    return f"{text[:half]} [… {say['cut'].format(n=number(len(text) - 2 * half, lang))} …] {text[-half:]}"
