"""What the side-by-side page of a text shows, row by row."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.annotation.curating.alignment import records
from toolkit.annotation.curating.disagreements import KINDS
from toolkit.annotation.curating.rules_at_stake import page_words, rule_at_stake
from toolkit.codebook import Codebook
from toolkit.codebook.schema import in_language
from toolkit.marked_text import COLOURS, LANES, Mark, clean, lanes_of, marked_html
from toolkit.printable import printable

__all__ = ["SideBySideView"]

#: A row of the page: start, end, and "coded", "between" (text that nobody judged) or "whole" (codes of all the text).
_Block = tuple[int, int, str]

_PARAGRAPH = re.compile(r"[^\r\n]+[\r\n]*|[\r\n]+")


class SideBySideView:
    """The rows of one page: of one text, with these codings (``own``) of what was judged (``seen``)."""

    def __init__(
        self,
        text: str,
        own: pd.DataFrame,
        seen: pd.DataFrame,
        codebook: Codebook,
        lang: str,
        coders: list[str],
        *,
        spans: bool,
    ) -> None:
        self.text, self.lang, self.coders, self.spans = text, lang, coders, spans
        self.codebook, self.say = codebook, page_words(lang)
        self.names = codebook.names(lang)
        self.stances: dict[str, str] = {stance.id: in_language(stance.name, lang) for stance in codebook.stances}
        self.given = sorted(records(own, ["start", "end", "code", "stance", "coder", "note"]), key=lambda row: row[:3])
        self.seen = {coder: {(s, e) for who, s, e in records(seen, ["coder", "start", "end"]) if who == coder}
                     for coder in coders}  # fmt: skip
        places = sorted({row[:2] for row in self.given} - {(0, len(text))}) if spans else []
        self.numbers = {place: number for number, place in enumerate(places, 1)}

    def page(self, table: pd.DataFrame, low: int, high: int, only_differences: bool) -> dict[str, Any]:
        """What the template shows of the stretch from ``low`` to ``high``."""
        rows: list[dict[str, Any]] = []
        told: set[str] = set()
        kinds = dict.fromkeys(KINDS, 0)
        count = differing = left_out = outside = 0
        by_block = self._by_block(table)
        for block in self._blocks():
            start, end, kind = block
            coded, whole = kind != "between", kind == "whole"
            if not (whole or (start < high and end > low)):
                continue
            here = by_block.get(block, [])
            if coded:
                count += 1
                differing += bool(here)
            if only_differences and not here:
                left_out += coded
                continue
            if left_out:
                rows.append({"left_out": left_out})
                left_out = 0
            marks = [] if whole else self._marks(start, end)
            outside += sum(lane >= LANES for lane in lanes_of(marks))
            row: dict[str, Any] = {"left_out": 0, "plain": not coded, "whole": whole}
            if not whole:
                passage = self.text[start:end]
                # line breaks at the end would only leave a hole, unless somebody marked them
                used = max([len(passage.rstrip("\r\n")), *(mark.end for mark in marks)])
                row["text"] = marked_html(passage[:used], marks)
            if coded:
                for difference in here:
                    kinds[difference["kind"]] += 1
                row["cells"] = [self._cell(coder, block) for coder in self.coders]
                row["compared"] = sum(self._judged(coder, start, end) for coder in self.coders) > 1
                row["differences"] = [self._difference(difference, told) for difference in here]
            rows.append(row)
        rows += [{"left_out": left_out}] if left_out else []
        stances = {row[3] for row in self.given}
        return {
            "rows": rows,
            "n": count,
            "differing": differing,
            "start": low,
            "end": high,
            "outside": outside,
            "kinds": [(self.say["kinds"][kind], n) for kind, n in kinds.items() if n],
            "stances": [(self.say["sign"][stance], name) for stance, name in self.stances.items() if stance in stances],
            "coders": [
                (coder, COLOURS[n % len(COLOURS)] if self.spans else "", n // len(COLOURS) % 2)
                for n, coder in enumerate(self.coders)
            ],
        }

    def lines(self, title: str, table: pd.DataFrame) -> str:
        """The differences for a terminal."""
        lines = [f"{self.say['title']}: {title}"]
        for row in table.to_dict("records"):
            sides = " / ".join(f"{who}: {what}" for who, what in self._sides(row))
            quote = " ".join(str(row["quote"]).split())
            quote = quote if len(quote) <= 100 else quote[:99] + "…"
            lines += [f"  {row['start']}-{row['end']} «{quote}»", f"    {self.say['kinds'][row['kind']]}: {sides}"]
            lines += [f"    {self.say['rule']}: {row['rule']}"]
        return clean(printable("\n".join(lines if len(table) else [*lines, f"  {self.say['none']}"])))

    def _apart(self) -> bool:
        """Does a code of the whole text stand in a row of its own? Where there are smaller things to show."""
        places = {place for seen in self.seen.values() for place in seen} | {row[:2] for row in self.given}
        return self.spans or len(places) > 1

    def _blocks(self) -> Iterator[_Block]:
        """The rows of the page."""
        whole = (0, len(self.text))
        given = {row[:2] for row in self.given}
        units = given | {place for seen in self.seen.values() for place in seen}
        if self._apart():
            if whole in (given if self.spans else units):
                yield (*whole, "whole")
            units.discard(whole)
            given.discard(whole)
        if self.spans or _overlap(sorted(units)):
            places = sorted(given)
            units = {
                block for block in self._paragraphs(places) if any(s < block[1] and e > block[0] for s, e in places)
            }
        position = 0
        for start, end in sorted(units):
            if self.text[position:start].strip():
                yield position, start, "between"
            yield start, end, "coded"
            position = max(position, end)
        if self.text[position:].strip():
            yield position, len(self.text), "between"

    def _paragraphs(self, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Paragraphs of the text; those that a span runs across are one."""
        start = 0
        for found in _PARAGRAPH.finditer(self.text):
            if not any(s < found.end() < e for s, e in places):
                yield start, found.end()
                start = found.end()
        if start < len(self.text):
            yield start, len(self.text)

    def _by_block(self, table: pd.DataFrame) -> dict[_Block, list[dict[str, Any]]]:
        """The disagreements of each row."""
        blocks = list(self._blocks())
        found: dict[_Block, list[dict[str, Any]]] = {}
        for row in table.to_dict("records"):
            start, end = row["start"], row["end"]
            # a code of the whole text goes to its own row where there is one
            block = next(
                (block for block in blocks if block == (start, end, "whole")),
                next(
                    (block for block in blocks if block[2] == "coded" and block[0] <= start and end <= block[1]), None
                ),
            )
            assert block is not None, "every coding lies in a row"
            found.setdefault(block, []).append(row)
        return found

    def _marks(self, start: int, end: int) -> list[Mark]:
        if not self.numbers:
            return []
        marks, labelled = [], set()
        for s, e, code, stance, coder, _ in self.given:
            if start <= s and e <= end and (s, e) != (0, len(self.text)):
                number = self.numbers[s, e]
                title = f"{number} {coder}: {self._what(code, stance)}"
                label = "" if number in labelled else str(number)
                labelled.add(number)
                marks.append(Mark(s - start, e - start, "coded", self.coders.index(coder), 3, title, label))
        return marks

    def _judged(self, coder: str, start: int, end: int) -> bool:
        return any(s <= start and end <= e for s, e in self.seen[coder])

    def _cell(self, coder: str, block: _Block) -> dict[str, Any]:
        start, end, kind = block
        whole = (0, len(self.text))
        apart = self._apart()
        entries = [
            {
                "n": self.numbers.get((s, e)),
                "sign": self.say["sign"].get(stance, ""),
                "name": self.names[code],
                "stance": self.stances.get(stance, stance) if stance else self.say["no_stance"] * bool(self.stances),
                "note": note,
            }
            for s, e, code, stance, who, note in self.given
            if who == coder and start <= s and e <= end and (not apart or ((s, e) == whole) == (kind == "whole"))
        ]
        judged = self._judged(coder, start, end)
        state = self.say["not_judged"] if not judged else "" if entries else self.say["no_code"]
        return {"who": coder, "entries": entries, "state": state}

    def _what(self, code: str, stance: str | None) -> str:
        name = self.stances.get(stance, stance) if stance else ""
        return f"{self.names[code]} ({name})" if name else self.names[code]

    def _sides(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Who said what, in the words of the page."""
        plain = {key: value for key, value in row.items() if not pd.isna(value)}
        code, kind = self.names[row["code"]], row["kind"]
        places = (
            (row["start"], row["end"]),
            (int(plain.get("other_start", row["start"])), int(plain.get("other_end", row["end"]))),
        )
        numbers = [f"{self.numbers[place]} " if place in self.numbers else "" for place in places]
        if kind == "label":
            said = [code, self.names[row["other_code"]]]
        elif kind == "stance":
            said = [
                f"{code}, {self.stances.get(plain.get(key, ''), self.say['no_stance'])}"
                for key in ("first_stance", "second_stance")
            ]
        elif kind == "boundary":
            said = [f"{code}, {low}–{high}" for low, high in places]
        else:
            said, numbers[1] = [code, self.say["nothing"]], ""
        return [
            (row[side], number + what) for side, number, what in zip(("first", "second"), numbers, said, strict=True)
        ]

    def _difference(self, row: Mapping[str, Any], told: set[str]) -> dict[str, Any]:
        rule = rule_at_stake(row, self.codebook, self.lang)
        first = rule.where not in told
        told.add(rule.where)
        return {
            "kind": self.say["kinds"][row["kind"]],
            "sides": self._sides(row),
            "rule": rule.text,
            "where": rule.where,
            "first": first,
        }


def _overlap(places: Iterable[tuple[int, int]]) -> bool:
    reach = 0
    for start, end in places:
        if start < reach:
            return True
        reach = max(reach, end)
    return False
