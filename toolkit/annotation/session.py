"""One person at work: messages of the widget in, lines of the log and answers out.

Nothing here raises: whatever goes wrong is an answer that says so, and a decision counts as saved only once its line
is on the disk.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from toolkit.annotation.projects.coded_tables import PAUSE, active_minutes, items_per_hour
from toolkit.annotation.projects.project import Project, now
from toolkit.annotation.record.admit import Rules
from toolkit.annotation.record.decisions import FRAME, Decision, as_decision
from toolkit.annotation.record.log import DecisionLog, Elsewhere
from toolkit.annotation.record.state import State, Step, fold
from toolkit.annotation.view import Documents, codes_per_item, codings_of, queue_view, setup_view
from toolkit.errors import InputError, OutputError, ToolkitError

__all__ = ["Session"]

#: What a client may call itself: enough for a UUID.
_LONGEST_CID = 80

Message = dict[str, Any]
#: What a curator sees beside the text: others' codings, who judged, where they differ.
Beside = Callable[[Project, str, str], Message]


class Session:
    """A coder's (or curator's) session on a project.

    ``queue``: the items, in order; default: those assigned. ``allowed``: items that may be decided on; default: the
    queue. ``beside``: what else is shown with a document, called with the project (as it is by then), doc_id and the
    language of the interface.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import Session, create_project
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     session = Session(project, "first")
    ...     step = session.decide({"do": "set", "item": session.queue[0], "doc_id": "a", "start": 0, "end": 20,
    ...         "quote": "Las marcas escuchan.", "code": "listening", "stance": "endorses"})
    ...     session.close()
    ...     project.annotations("first")[["quote", "code", "stance", "coder"]]
                      quote       code    stance  coder
    0  Las marcas escuchan.  listening  endorses  first
    """

    def __init__(
        self,
        project: Project,
        coder: str,
        *,
        role: str = "coder",
        lang: str | None = None,
        take_over: bool = False,
        queue: Sequence[str] | None = None,
        allowed: Sequence[str] | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.project = project
        self.coder = coder
        self.role = role
        self.lang = lang or project.settings.lang
        self.queue = list(project.queue(coder) if queue is None else queue)
        if not self.queue:
            raise InputError(f"there is nothing to code for '{coder}': no item is assigned.")
        self._beside = beside
        self._allowed = set(self.queue if allowed is None else allowed)
        self._look_at(project)
        # refuses a language it does not speak before the log is touched
        setup_view(project, coder, role, self.lang)
        self._log = DecisionLog(project.log_path(coder))
        self.state = State()
        self._session: dict[str, str] = {}
        self._claim(take_over)

    def handle(self, message: Any) -> Message:
        """The answer to a message of the widget (see the docstring of ``toolkit/data/annotation/annotate.js``)."""
        cid = message.get("cid") if isinstance(message, dict) else None
        if not isinstance(cid, str) or not 0 < len(cid) <= _LONGEST_CID:
            said = "a message without its number was refused."
            return {"re": None, "ok": False, "kind": "internal", "error": said, "session": self._session}
        try:
            return {"re": cid, "ok": True, **self._answer(cid, {k: v for k, v in message.items() if k != "cid"})}
        except Elsewhere as error:
            self._session = {"state": "elsewhere", "message": str(error)}
            return self._failed(cid, "elsewhere", error)
        except OutputError as error:
            return self._failed(cid, "disk", error)
        except ToolkitError as error:
            return self._failed(cid, "input", error)
        # an answer must come, also when the person stops the kernel: without one the widget would go on hoping
        except (Exception, KeyboardInterrupt) as error:
            return self._failed(cid, "internal", error)

    def decide(self, decision: Message, cid: str = "") -> Step:
        """Take a decision (a line of the log without n, at, session) and save it.

        n, at, session and cid in ``decision`` are passed over. Raises :class:`InputError` if it does not fit,
        :class:`Elsewhere` if somebody else writes by now, and :class:`OutputError` if it did not reach the disk; the
        state is then as before.
        """
        if not self.writing:
            kind = OutputError if self._session["state"] == "readonly" else Elsewhere
            raise kind(self._session["message"])
        decision = {name: value for name, value in decision.items() if name not in FRAME}
        checked = as_decision(decision, "the decision")
        self._rules.check(checked, self.state)
        at = now()
        before = list(self.state.undone)
        step = self.state.apply(checked, len(self._log.lines) + 1, at)
        try:
            self._log.append({"at": at, "session": self._log.session, "cid": cid, **decision})
        except BaseException:
            self._revert(checked, before)
            raise
        if cid:
            self._cids[cid] = (step, self._log.lines[-1])
        self._count_time(at)
        return step

    @property
    def writing(self) -> bool:
        """Whether decisions can be saved here."""
        return self._session["state"] == "writing"

    def close(self) -> None:
        """Stop writing, so that another window can start."""
        self._log.release()
        self._session = {"state": "elsewhere", "message": "this session was closed."}

    # ---- answers ----------------------------------------------------------------------------------------------

    def _answer(self, cid: str, message: Message) -> Message:
        do = message.get("do")
        if do == "hello":
            return self._hello()
        if do == "language":
            setup_view(self.project, self.coder, self.role, str(message.get("lang")))
            self.lang = str(message["lang"])
            return self._hello()
        if do == "take_over":
            # what changed the log may have brought the project over to another codebook
            self._look_at(self.project.again())
            self._claim(True)
            return self._hello()
        if do == "open":
            return {"view": self._view(str(message.get("item")))}
        if cid in self._cids:
            # sent again because its answer was lost: it is saved, and is not saved twice
            return self._saved(*self._cids[cid], message)
        step = self.decide(self._completed(message), cid)
        return self._saved(step, self._log.lines[-1], message)

    def _hello(self) -> Message:
        return {
            "setup": setup_view(self.project, self.coder, self.role, self.lang),
            "queue": queue_view(self.project, self.queue, self.state),
            "counters": self._counters(),
            "at_item": self._at_item(),
            "undo": self.state.can_undo,
            "redo": bool(self.state.undone),
            "session": self._session,
        }

    def _view(self, item: str) -> Message:
        doc_id, start, end = self._rules.place(item)
        found = self.state.item(item)
        beside = self._beside(self.project, doc_id, self.lang) if self._beside else {}
        return {
            "item": {
                "item": item, "doc_id": doc_id, "start": start, "end": end, "unit": self.project.unit,
                "status": found.status, "flag": found.flag, "note": found.note,
            },
            "doc": self._documents.document(doc_id),
            "annotations": codings_of(self.state, doc_id),
            "suggestions": self._documents.suggestions(doc_id, self.state),
            **{"others": [], "judged_by": [], "disagreements": [], **beside},
        }  # fmt: skip

    def _completed(self, message: Message) -> Message:
        """A message of the widget as a decision; what it says beyond that (the item of an undo) is left out."""
        if message.get("do") in ("undo", "redo"):
            return {"do": message["do"]}
        message = {name: value for name, value in message.items() if value is not None or name == "stance"}
        if message.get("do") != "accept":
            return self._rules.replacing(self._rules.completed(message), self.state)
        suggestion = self._documents.suggestion(str(message.get("suggestion")))
        suggested = suggestion["stance"] if isinstance(suggestion["stance"], str) else None
        accepted = {
            "do": "set",
            "item": message.get("item"),
            **{name: suggestion[name] for name in ("doc_id", "quote", "code")},
            "start": int(suggestion["start"]),
            "end": int(suggestion["end"]),
            "stance": suggested if message.get("stance") is None else message["stance"],
            "from": {"suggestion": suggestion["id"], "by": suggestion["coder"]},
        }
        key = (suggestion["doc_id"], int(suggestion["start"]), int(suggestion["end"]), suggestion["code"])
        if (own := self.state.codings.get(key)) is not None:
            # what the person had written of this code stays
            accepted |= {"stance": own.stance if accepted["stance"] is None else accepted["stance"], "note": own.note}
            accepted |= {"why": own.why} if own.why else {}
        return self._rules.replacing(accepted, self.state)

    def _saved(self, step: Step, line: Message, message: Message) -> Message:
        item = step.item
        # a step that is undone may be about an item that is no longer in the queue
        doc_id = self._doc_of.get(item, "")
        counts = codes_per_item(self.state)
        touched = dict.fromkeys([item, *step.items()])
        answer: Message = {
            "n": line["n"],
            "at": line["at"],
            "doc_id": doc_id,
            "item": item,
            "annotations": codings_of(self.state, doc_id),
            "items": [
                {"item": one, "status": found.status, "flag": found.flag, "note": found.note,
                 "codes": counts.get(one, 0)}
                for one in touched if one in self._doc_of for found in [self.state.item(one)]
            ],
            "counters": self._counters(),
            "undo": self.state.can_undo,
            "redo": bool(self.state.undone),
        }  # fmt: skip
        if len(self.project.suggestions):
            answer["suggestions"] = self._documents.suggestions(doc_id, self.state)
        if message.get("do") in ("done", "skip"):
            answer["next"] = self._next(item)
        elif message.get("do") in ("undo", "redo"):
            answer["goto"] = item if item in self.queue else None
        return answer

    def _failed(self, cid: str, kind: str, error: BaseException) -> Message:
        said = str(error)
        if kind == "internal":
            stopped = isinstance(error, KeyboardInterrupt)
            said = "the kernel was stopped; " if stopped else f"{type(error).__name__}: {said}; "
            said += "it was saved, run the cell again." if cid in self._cids else "nothing was saved."
        return {"re": cid, "ok": False, "kind": kind, "error": said, "session": self._session}

    # ---- bookkeeping --------------------------------------------------------------------------------------------

    def _look_at(self, project: Project) -> None:
        """Take texts, items, codebook and suggestions from the project's folder."""
        self.project = project
        self._rules = Rules(project, self._allowed)
        self._documents = Documents(project)
        self._doc_of = dict(zip(project.items["item"], project.items["doc_id"], strict=True))

    def _claim(self, take_over: bool) -> None:
        """Become the writer where that can be; else the work can be read only, and a sentence says why."""
        try:
            notes = self._log.claim(take_over)
            session = {"state": "writing", "message": " ".join(notes)}
        except Elsewhere as error:
            session = {"state": "elsewhere", "message": str(error)}
        except OutputError as error:
            session = {"state": "readonly", "message": f"Nothing can be saved here: {error}"}
        try:
            self.state = fold(self._log.lines, str(self._log.path))
        except InputError:
            # what cannot be understood is not written to
            self._log.release()
            raise
        self._session = session
        self._cids: dict[str, tuple[Step, Message]] = {}
        for line in self._log.lines:
            if line.get("cid"):
                first = line["changes"][0] if line.get("changes") else line
                self._cids[str(line["cid"])] = (Step(line["n"], str(first.get("item", "")), ()), line)
        times = [str(line.get("at", "")) for line in self._log.lines if line.get("do") != "batch"]
        self._minutes = active_minutes(times)
        self._last = times[-1] if times else ""
        self._judged = {str(line.get("item")) for line in self._log.lines if line.get("do") == "done"}

    def _count_time(self, at: str) -> None:
        line = self._log.lines[-1]
        if line["do"] == "batch":
            return
        if self._last:
            gap = (datetime.fromisoformat(at) - datetime.fromisoformat(self._last)).total_seconds() / 60
            self._minutes += gap if 0 <= gap <= PAUSE else 0
        self._last = at
        if line["do"] == "done":
            self._judged.add(str(line["item"]))

    def _counters(self) -> Message:
        found = [self.state.item(item) for item in self.queue]
        pace = items_per_hour(len(self._judged), self._minutes)
        return {
            "total": len(self.queue),
            "done": sum(item.status == "done" for item in found),
            "skipped": sum(item.status == "skipped" for item in found),
            "flagged": sum(item.flag for item in found),
            "codes": len(self.state.codings),
            "minutes": round(self._minutes, 1),
            "per_hour": None if pace is None else round(pace, 1),
        }

    def _at_item(self) -> str:
        """Where work goes on: at the item last worked on while it is open, else at the next open one."""
        queue = set(self.queue)
        last = next((step.item for step in reversed(self.state.steps) if step.item in queue), None)
        if last is None:
            return self._next(None) or self.queue[0]
        return last if not self.state.item(last).status else self._next(last) or last

    def _next(self, item: str | None) -> str | None:
        """The next open item after one, from the start again at the end; None: all are done or skipped."""
        here = self.queue.index(item) + 1 if item in self.queue else 0
        for one in (*self.queue[here:], *self.queue[:here]):
            if not self.state.item(one).status:
                return one
        return None

    def _revert(self, decision: Decision, undone: list[Step]) -> None:
        """Take a decision back that did not reach the disk."""
        other = {"do": "redo" if getattr(decision, "do", "") == "undo" else "undo"}
        self.state.apply(as_decision(other, "revert"), 0, "")
        self.state.undone = undone
