"""What the widget of a concordance asks, and what it is answered: lines, a post, a file.

Every message has ``do`` and ``cid``; its answer has ``re`` = that cid, ``ok``, and where it failed ``error``, one
sentence. A message brings the whole state of its view (filter, sample, order), so that several views of one widget do
not disturb one another.
"""

import tempfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from toolkit.errors import InputError, ToolkitError
from toolkit.marked_text import clean
from toolkit.statistics.kwic.view import notes_of, query_of
from toolkit.statistics.kwic.view_parts import (
    about,
    columns_of,
    count,
    line_of,
    passages_of,
    posts_of,
    tails_of,
    title_of,
    window,
    words_in,
)

if TYPE_CHECKING:
    from toolkit.statistics.kwic.lines import Concordance

__all__ = ["ConcordanceDesk"]

#: Lines of a page of the widget.
PAGE = 50
#: Characters of a post that are sent, as in the other pages of a text (toolkit/reading.py).
_MOST_POST = 100_000
#: A download goes through the notebook's connection, of which Jupyter lets 1 MB a second pass
#: (ServerApp.iopub_data_rate_limit): pieces of a quarter of that, and no more than half a minute of them.
_PIECE, _MOST_DOWNLOAD = 250_000, 12_000_000
_SIDES: dict[str, Literal["left", "right", "both"]] = {"left": "left", "right": "right"}


class ConcordanceDesk:
    """Answers the messages of the widget; ``concordance`` is never changed.

    Raises :class:`InputError` for a language other than "en", "es", "it".
    """

    def __init__(self, concordance: "Concordance", lang: str = "en") -> None:
        self.words = words_in(lang)
        self.lang, self.concordance = lang, concordance
        self._last: tuple[tuple[Any, ...], Concordance] | None = None
        self._sheet: tuple[Concordance, str] | None = None

    def handle(self, message: Any) -> dict[str, Any]:
        """The answer to one message; never raises."""
        answers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "hello": self._hello,
            "lines": self._lines,
            "open": self._open,
            "save": self._save,
            "download": self._download,
        }
        cid = message.get("cid") if isinstance(message, dict) else None
        try:
            if not isinstance(message, dict) or message.get("do") not in answers:
                raise InputError("the widget sent a message that is none; run the cell again.")
            return {"re": cid, "ok": True, **answers[message["do"]](message)}
        except ToolkitError as error:
            return {"re": cid, "ok": False, "error": clean(str(error))}
        except Exception as error:  # an exception in a kernel's message handler would be shown nowhere
            return {"re": cid, "ok": False, "error": clean(f"{type(error).__name__}: {str(error)[:200]}")}

    def _hello(self, _message: Mapping[str, Any]) -> dict[str, Any]:
        whole = self.concordance
        keys = ["node", "L1", "L2", "L3", "R1", "R2", "R3", "doc_id"]
        names = {"node": self.words["node"], "doc_id": self.words["document"]}
        dated = ["date"] if "date" in whole.posts else []
        keys += [name for name in dict.fromkeys([*dated, *whole.columns]) if name not in keys]
        return {
            "words": {
                **self.words["widget"],
                **{key: self.words[key] for key in ("left", "node", "right", "none")},
            },
            "lang": self.lang,
            "query": query_of(whole),
            "match": self.words["match"].get(whole.match, whole.match),
            "sorts": [[key, clean(names.get(key, key))] for key in keys],
            "page": PAGE,
            "file": "concordance.csv",
        }

    def _lines(self, message: Mapping[str, Any]) -> dict[str, Any]:
        found = self._of(message)
        first = min(max(_whole(message.get("first", 0)), 0), max(len(found) - 1, 0))
        rows = found.rows(first, min(first + PAGE, len(found)))
        columns = columns_of(rows, self.words)
        return {
            "first": first,
            "n": len(found),
            "all": len(self.concordance),
            "said": self.words["widget"]["of"].format(
                first=count(first + 1 if rows else 0),
                last=count(first + len(rows)),
                lines=count(len(found)),
                documents=count(found.documents),
            ),
            "whole": self.words["widget"]["all"].format(lines=count(len(self.concordance))),
            # what was asked in the widget is seen there
            "notes": notes_of(self.concordance),
            "heads": [head for _, head in columns],
            "tails": tails_of(columns),
            "rows": [line_of(row, columns) for row in rows],
        }

    def _open(self, message: Mapping[str, Any]) -> dict[str, Any]:
        found = self._of(message)
        line = _whole(message.get("line", 0))
        if not 0 <= line < len(found):
            raise InputError(f"there is no line {line + 1} of {len(found)}; run the cell again.")
        rows = found.rows(line, line + 1)
        [row], [passage], say = rows, passages_of(found, rows), self.words
        post = posts_of(found, rows).get(row["doc_id"])
        part = window(found.texts[row["doc_id"]], row["start"], row["end"], _MOST_POST // 2, _MOST_POST // 2)
        first, last = passage or (row["left_start"], row["right_end"])
        cuts = {"passage": (first, last), "node": (row["start"], row["end"])}
        return {
            "line": line,
            "title": title_of(post, row["doc_id"]),
            "where": say["where"].format(start=row["start"], end=row["end"]),
            "about": about(row, post, say),
            "lang": line_of(row, [])["lang"],
            "pieces": _pieces(part.text, part.start, cuts),
            "before": say["before"].format(n=count(part.before)) if part.before else "",
            "after": say["after"].format(n=count(part.after)) if part.after else "",
        }

    def _save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        say, name = self.words["widget"], str(message.get("path") or "").strip()
        if not name:
            raise InputError(say["no_name"])
        found, path = self._of(message), Path(name)
        if path.exists() and message.get("replace") is not True:
            return {"exists": True, "said": clean(say["exists"].format(path=name))}
        found.save(path)
        return {"exists": False, "said": clean(say["saved"].format(path=path.resolve(), lines=count(len(found))))}

    def _download(self, message: Mapping[str, Any]) -> dict[str, Any]:
        found, first, say = self._of(message), _whole(message.get("from", 0)), self.words["widget"]
        if self._sheet is None or self._sheet[0] is not found:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "concordance.csv"
                found.save(path)
                sheet = path.read_bytes().decode("utf-8", "replace")
            if len(sheet) > _MOST_DOWNLOAD:
                raise InputError(say["too_large"].format(size=-(-len(sheet) // 1_000_000)))
            self._sheet = (found, sheet)
        sheet = self._sheet[1]
        end = first + _PIECE
        if end >= len(sheet):
            self._sheet = None
        return {
            "part": sheet[first:end],
            "next": end if end < len(sheet) else None,
            "percent": min(100, 100 * end // max(len(sheet), 1)),
            "said": say["downloaded"].format(name="concordance.csv", lines=count(len(found))),
        }

    def _of(self, message: Mapping[str, Any]) -> "Concordance":
        """The lines of a view: filtered, then sampled, then sorted."""
        state = message.get("state") or {}
        word, side = str(state.get("word") or "").strip(), str(state.get("side") or "both")
        sample, keys = str(state.get("sample") or "").strip(), [str(key) for key in state.get("keys") or ()]
        within, seed = str(state.get("within") or 5), str(state.get("seed") or 1)
        asked = (word, side, within, sample, seed, *keys)
        if self._last is not None and self._last[0] == asked:
            return self._last[1]
        found = self.concordance
        if word:
            found = found.having(word, self._number(within), _SIDES.get(side, "both"))
        if sample:
            found = found.sample(self._number(sample), seed=self._number(seed))
        if keys:
            found = found.sort(*keys)
        self._last = (asked, found)
        return found

    def _number(self, got: str) -> int:
        if not got.isascii() or not got.isdigit() or not 0 < int(got[:18]) < 10**15:
            raise InputError(self.words["widget"]["whole_number"].format(got=clean(got)[:40]))
        return int(got)


def _whole(value: Any) -> int:
    if not isinstance(value, int):
        raise InputError("the widget sent a place that is no whole number; run the cell again.")
    return value


def _pieces(text: str, start: int, cuts: Mapping[str, tuple[int, int]]) -> list[tuple[str, str]]:
    """A text in pieces, each with the names of the stretches it lies in; joined they are the text.

    >>> _pieces("abcd", 10, {"node": (12, 13)})
    [('ab', ''), ('c', 'node'), ('d', '')]
    """
    places = sorted({0, len(text), *(min(max(at - start, 0), len(text)) for pair in cuts.values() for at in pair)})
    return [
        (
            clean(text[low:high]),
            " ".join(name for name, (first, last) in cuts.items() if first <= low + start and high + start <= last),
        )
        for low, high in pairwise(places)
    ]
