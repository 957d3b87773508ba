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
from toolkit.statistics.kwic.lines import FARTHEST
from toolkit.statistics.kwic.view import query_of
from toolkit.statistics.kwic.view_parts import (
    about,
    columns_of,
    language_tag,
    line_of,
    passages_of,
    posts_of,
    reads_nodes,
    title_of,
    window,
)
from toolkit.statistics.kwic.view_words import count, key_name, notes_in, words_in
from toolkit.storage import FORMATS

if TYPE_CHECKING:
    from toolkit.statistics.kwic.lines import Concordance
    from toolkit.statistics.kwic.listing import Note

__all__ = ["ConcordanceDesk"]

#: Lines of a page of the widget.
PAGE = 50
#: Orders that the widget offers first; then the metadata, and by what the concordance itself is sorted.
_KEYS = ("position", "node", "left", "right", "L1", "L2", "L3", "R1", "R2", "R3", "doc_id")
#: The highest seed and number of lines to draw: more digits are a slip.
_HIGHEST = 999_999_999
#: Characters of a post that are sent, as in the other pages of a text (toolkit/reading/coded_posts.py).
_MOST_POST = 100_000
#: A download goes through the notebook's connection, of which Jupyter lets 1 MB a second pass
#: (ServerApp.iopub_data_rate_limit): pieces of a quarter of that, and no more than half a minute of them.
_PIECE, _MOST_DOWNLOAD = 250_000, 12_000_000
_SIDES: dict[str, Literal["left", "right", "both"]] = {"left": "left", "right": "right"}


class _SaidError(InputError):
    """A sentence in the reader's language; those of the engine are English."""


class ConcordanceDesk:
    """Answers the messages of the widget; ``concordance`` is never changed.

    Raises :class:`InputError` for a language other than "en", "es", "it".
    """

    def __init__(self, concordance: "Concordance", lang: str = "en") -> None:
        self.words = words_in(lang)
        self.lang, self.concordance = lang, concordance
        self._say: dict[str, str] = self.words["widget"]
        self._wide = reads_nodes(concordance)
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
                raise _SaidError(self._say["stale"])
            return {"re": cid, "ok": True, **answers[message["do"]](message)}
        except _SaidError as error:
            said = str(error)
        except ToolkitError as error:
            said = self._say["refused"].format(error=error)
        except Exception as error:  # an exception in a kernel's message handler would be shown nowhere
            said = self._say["unexpected"].format(kind=type(error).__name__, error=str(error)[:200])
        return {"re": cid, "ok": False, "error": clean(said)}

    def _hello(self, _message: Mapping[str, Any]) -> dict[str, Any]:
        whole = self.concordance
        dated = ["date"] if "date" in whole.posts else []
        found_by = ["found_by"] if whole.match in ("code", "cue") else []
        given = list(whole.sorted_by) or ["position"]
        keys = [*_KEYS, *found_by, *dated, *whole.columns, *(key.removeprefix("-") for key in given)]
        return {
            "words": {
                **self._say,
                **{key: self.words[key] for key in ("left", "node", "right", "none")},
            },
            "lang": self.lang,
            "query": query_of(whole),
            "match": self.words["match"].get(whole.match, whole.match),
            "sorts": [[key, clean(key_name(key, self.words))] for key in dict.fromkeys(keys)],
            "order": given,
            "wide": self._wide,
            "page": PAGE,
            "file": "concordance.csv",
        }

    def _lines(self, message: Mapping[str, Any]) -> dict[str, Any]:
        found = self._of(message)
        first = min(max(self._whole(message.get("first", 0)), 0), max(len(found) - 1, 0))
        rows = found.rows(first, min(first + PAGE, len(found)))
        columns = columns_of(rows, self.words, found.match)
        return {
            "first": first,
            "n": len(found),
            "all": len(self.concordance),
            "said": self._say["of"].format(
                first=count(first + 1 if rows else 0),
                last=count(first + len(rows)),
                lines=count(len(found)),
                documents=count(found.documents),
            ),
            "whole": self._say["all"].format(lines=count(len(self.concordance))),
            "notes": notes_in(self._notes(found), self.words),
            "heads": [head for _, head in columns],
            "rows": [line_of(row, columns, wide=self._wide) for row in rows],
        }

    def _open(self, message: Mapping[str, Any]) -> dict[str, Any]:
        found = self._of(message)
        line = self._whole(message.get("line", 0))
        if not 0 <= line < len(found):
            raise _SaidError(self._say["stale"])
        rows = found.rows(line, line + 1)
        [row], [passage], say = rows, passages_of(found, line, line + 1), self.words
        post = posts_of(found, rows).get(row["doc_id"])
        part = window(found.texts[row["doc_id"]], row["start"], row["end"], _MOST_POST // 2, _MOST_POST // 2)
        first, last = passage or (row["left_start"], row["right_end"])
        cuts = {"passage": (first, last), "node": (row["start"], row["end"])}
        return {
            "line": line,
            "title": title_of(post, row["doc_id"]),
            "where": say["where"].format(start=row["start"], end=row["end"]),
            "about": about(row, post, say),
            "lang": language_tag(row["lang"]),
            "pieces": _pieces(part.text, part.start, cuts),
            "before": say["before"].format(n=count(part.before)) if part.before else "",
            "after": say["after"].format(n=count(part.after)) if part.after else "",
        }

    def _save(self, message: Mapping[str, Any]) -> dict[str, Any]:
        say, name = self._say, str(message.get("path") or "").strip()
        if Path(name).suffix.lower() not in (*FORMATS, ".txt", ".html"):
            raise _SaidError(say["ending"].format(got=name))
        found, path = self._of(message), Path(name)
        if path.exists() and message.get("replace") is not True:
            return {"exists": True, "said": clean(say["exists"].format(path=name))}
        found.save(path, lang=self.lang)
        return {"exists": False, "said": clean(say["saved"].format(path=path.resolve(), lines=count(len(found))))}

    def _download(self, message: Mapping[str, Any]) -> dict[str, Any]:
        found, first, say = self._of(message), self._whole(message.get("from", 0)), self._say
        if self._sheet is None or self._sheet[0] is not found:
            with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
                path = Path(folder) / "concordance.csv"
                found.save(path)
                sheet = path.read_bytes().decode("utf-8", "replace")
            if len(sheet) > _MOST_DOWNLOAD:
                raise _SaidError(say["too_large"].format(size=-(-len(sheet) // 1_000_000)))
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
        sample, given = str(state.get("sample") or "").strip(), list(self.concordance.sorted_by)
        keys = [str(key) for key in state.get("keys", given)]
        within, seed = str(state.get("within") or 5), str(state.get("seed") or 1)
        asked = (word, side, within, sample, seed, *keys)
        if self._last is not None and self._last[0] == asked:
            return self._last[1]
        found = self.concordance
        if word:
            found = found.having(word, self._number("within", within, 1, FARTHEST), _SIDES.get(side, "both"))
        if sample:
            found = found.sample(self._number("sample", sample, 1), seed=self._number("seed", seed, 0))
        if keys == ["position"]:
            keys = []  # the order of the text has no key
        # lines alike by the keys stay as they were given, so that the order given is not sorted again
        if keys != given:
            found = found.sort(*keys)
        self._last = (asked, found)
        return found

    def _notes(self, found: "Concordance") -> list["Note"]:
        """What is known of the lines but for what is asked in the widget, which is seen there."""
        own = self.concordance.notes
        return [*own, *(note for note in found.notes[len(own) :] if note.key not in ("near", "sample"))]

    def _number(self, field: str, got: str, low: int, high: int = _HIGHEST) -> int:
        # of many digits, Python refuses to make a number
        if not (got.isascii() and got.isdigit() and len(got) < 20 and low <= int(got) <= high):
            values = {"field": self._say[field], "got": got[:40], "low": low, "high": count(high)}
            raise _SaidError(self._say["number"].format(**values))
        return int(got)

    def _whole(self, value: Any) -> int:
        if not isinstance(value, int):
            raise _SaidError(self._say["stale"])
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
