"""An annotation project on disk: what is coded, with what, by whom, and what they decided so far."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.annotation.projects.coded_tables import annotations_table, decisions_table, judged_table, progress_row
from toolkit.annotation.projects.project_data import ProjectData
from toolkit.annotation.record.log import DecisionLog, read_lines
from toolkit.annotation.record.state import State, fold
from toolkit.display import Card, SelfShown, card, plain_text, show
from toolkit.errors import InputError, suggestion
from toolkit.tables import check, empty

if TYPE_CHECKING:
    from toolkit.annotation.curating.curator_changes import CuratorSummary
    from toolkit.annotation.curating.side_by_side import SideBySide
    from toolkit.annotation.guidance import Guidelines
    from toolkit.annotation.projects.coordination import AgreementReport
    from toolkit.annotation.widget import AnnotationWidget

__all__ = ["Project", "now", "open_project"]


def now() -> str:
    """The time, UTC, to the millisecond."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def open_project(folder: str | Path) -> "Project":
    """The annotation project in a folder.

    Raises :class:`InputError` naming file and line for what is missing or damaged; a codebook that is not the one
    the project was made with counts as damaged.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, open_project
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     _ = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     open_project(Path(folder, "work")).codebook
    <codebook groundswell 1.1.0: 5 codes>
    """
    return Project(Path(folder))


class Project(ProjectData, SelfShown):
    """A project; see :func:`create_project`. Tables are read when they are first asked for, decisions every time.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     project.unit, len(project.items), len(project.queue("first")), len(project.annotations())
    ...     project.progress().iloc[:, :4]
    ('sentence', 2, 2, 0)
        coder  assigned  done  skipped
    0   first         2     0        0
    1  second         2     0        0
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._states: dict[str, tuple[tuple[int, int], list[dict[str, Any]], State]] = {}

    def again(self) -> "Project":
        """The project as its folder is by now."""
        return Project(self.folder)

    # ---- who gets what --------------------------------------------------------------------------------------

    def queue(self, coder: str) -> list[str]:
        """The items of a coder, in the order they are to be coded; a curator's are made when adjudication begins."""
        self._known(coder)
        queues = self._queues()
        return list(queues[coder]["items"]) if coder in queues else []

    def reorder(self, coder: str, items: Sequence[str], reason: str) -> list[str]:
        """Put items of a coder's queue first, in this order; returns the new queue.

        Items that are done or skipped keep their place before them, the others follow in the order they had. The
        change is recorded in ``queues.jsonl`` with its ``reason``. Raises :class:`InputError` for an item that is
        not the coder's.
        """
        old = self.queue(coder)
        own = set(old)
        strange = [item for item in items if item not in own]
        if strange:
            raise InputError(f"item '{strange[0]}' is not in the queue of '{coder}'.")
        state = self.state(coder)
        settled = [item for item in old if state.item(item).status]
        first = [item for item in dict.fromkeys(items) if not state.item(item).status]
        taken = {*settled, *first}
        self.assign({coder: [*settled, *first, *(item for item in old if item not in taken)]}, reason)
        return self.queue(coder)

    def assign(self, queues: dict[str, Sequence[str]], reason: str) -> None:
        """Give coders queues; a line each in ``queues.jsonl``, and the last line of a coder is in force."""
        known = set(self.items["item"])
        for coder, items in queues.items():
            self._known(coder)
            wrong = [item for item in items if item not in known]
            if wrong:
                raise InputError(f"the queue of '{coder}': there is no item '{wrong[0]}' in the project.")
            if len(set(items)) != len(items):
                raise InputError(f"the queue of '{coder}' has an item twice; each once.")
        log = DecisionLog(self._path("queues"))
        log.claim(take_over=True)
        try:
            for coder, items in queues.items():
                log.append({"at": now(), "coder": coder, "reason": reason, "items": list(items)})
        finally:
            log.release()

    def _queues(self) -> dict[str, dict[str, Any]]:
        path = self._path("queues")
        found: dict[str, dict[str, Any]] = {}
        known = set(self.items["item"])
        for number, line in enumerate(read_lines(path).lines, 1):
            items = line.get("items")
            if not isinstance(items, list) or not known.issuperset(map(str, items)):
                raise InputError(
                    f"{path}, line {number}: expected 'items', a list of items of the project; restore it."
                )
            found[str(line.get("coder"))] = line
        return found

    # ---- what was decided -----------------------------------------------------------------------------------

    def log_path(self, coder: str) -> Path:
        """The file of a coder's decisions."""
        self._known(coder)
        return self.folder / "decisions" / f"{coder}.jsonl"

    def lines(self, coder: str) -> list[dict[str, Any]]:
        """The lines of a coder's log."""
        return self._read(coder)[0]

    def torn(self, coder: str) -> bool:
        """Whether the last line of a coder's log had not reached the disk whole: it was confirmed to nobody, does not
        count, and is set aside when the coder goes on."""
        return bool(read_lines(self.log_path(coder)).torn)

    def state(self, coder: str) -> State:
        """What a coder has decided by now; not to be changed."""
        return self._read(coder)[1]

    def _read(self, coder: str) -> tuple[list[dict[str, Any]], State]:
        path = self.log_path(coder)
        stamp = (path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else (0, 0)
        if coder not in self._states or self._states[coder][0] != stamp:
            lines = read_lines(path).lines
            self._states[coder] = (stamp, lines, fold(lines, str(path)))
        return self._states[coder][1:]

    def annotations(self, coder: str | None = None) -> pd.DataFrame:
        """annotations table of one coder or curator, or of all coders: what stands now.

        ``evidence`` is JSON: the item, the line ``n`` of the log, and ``from`` and ``why`` where a code came from a
        suggestion, a spreadsheet or other coders.
        """
        book = self.codebook
        states = {who: self.state(who) for who in self._who(coder)}
        return annotations_table(states, book.id, book.version, self.posts["doc_id"].tolist())

    def judged(self, coder: str | None = None) -> pd.DataFrame:
        """judged table of one coder or curator, or of all coders: the items marked as done."""
        return judged_table({who: self.state(who) for who in self._who(coder)}, self.items)

    def decisions(self, coder: str | None = None) -> pd.DataFrame:
        """decisions table: every line of the logs, undone ones too."""
        parts = [decisions_table(who, self.lines(who), self.state(who)) for who in self._who(coder)]
        return check("decisions", pd.concat(parts, ignore_index=True))

    def progress(self) -> pd.DataFrame:
        """progress table: a row per coder. ``minutes`` counts work with pauses over five minutes left out."""
        rows = [
            progress_row(who, self.lines(who), self.state(who), self.queue(who))
            for who in (*self.coders, *self.curators)
            if who in self.coders or self.lines(who)
        ]
        return check("progress", pd.DataFrame(rows))

    def guidelines(self, lang: str | None = None) -> "Guidelines":
        """What the coders read before they begin, in a language (es, it or en; default: the project's)."""
        from toolkit.annotation.guidance import Guidelines, guidelines_html

        lang = lang or self.settings.lang
        return Guidelines(guidelines_html(self.folder / "guidelines", self.codebook, lang), lang)

    # ---- people at work -------------------------------------------------------------------------------------

    def annotate(self, coder: str, *, lang: str | None = None, take_over: bool = False) -> "AnnotationWidget":
        """The widget in which a coder works.

        ``lang``: language of the interface, es, it or en; ``take_over``: become the writer even if another window of
        the same coder is open. Raises :class:`InputError` for somebody who is no coder or has nothing to code.
        """
        from toolkit.annotation.curating.adjudication import beside_others
        from toolkit.annotation.session import Session
        from toolkit.annotation.widget import annotation_widget

        if coder not in self.settings.coders:
            raise InputError(f"the project has no coder '{coder}'; {suggestion(coder, self.coders)}")
        beside = None if self.settings.blind else partial(beside_others, but=coder)
        return annotation_widget(Session(self, coder, lang=lang, take_over=take_over, beside=beside))

    def adjudicate(
        self,
        curator: str,
        *,
        only: str = "differences",
        adopt: str = "agreed",
        lang: str | None = None,
        take_over: bool = False,
    ) -> "AnnotationWidget":
        """The widget in which a curator decides; see :func:`adjudication_session` for the settings."""
        from toolkit.annotation.curating.adjudication import adjudication_session
        from toolkit.annotation.widget import annotation_widget

        return annotation_widget(
            adjudication_session(self, curator, only=only, adopt=adopt, lang=lang, take_over=take_over)
        )

    # ---- how far they agree ---------------------------------------------------------------------------------

    def agreement(self, *, machine: pd.DataFrame | None = None, **settings: Any) -> "AgreementReport":
        """How far the coders agree: see :func:`toolkit.annotation.agreement`, whose settings may be given.

        ``machine``: annotations table of a machine on the same texts, as one coder more; it counts as having judged
        every item. Returns the agreement table; in a notebook it shows each measure with the question it answers.
        """
        from toolkit.annotation.projects.coordination import agreement_report

        return agreement_report(self, machine, **settings)

    def disagreements(self, lang: str | None = None) -> pd.DataFrame:
        """disagreements table: where coders differ, by kind, with the rule of the codebook at stake."""
        from toolkit.annotation.curating.disagreements import disagreements

        return disagreements(
            self.annotations(), self.judged(), self.codebook, self.texts, unit=self.unit,
            lang=lang or self.settings.lang,
        )  # fmt: skip

    def side_by_side(self, doc_id: str, **settings: Any) -> "SideBySide":
        """Who said what in one text; see :func:`toolkit.annotation.side_by_side`."""
        from toolkit.annotation.curating.side_by_side import side_by_side

        people = pd.concat([self.annotations(), *map(self.annotations, self.curators)], ignore_index=True)
        judged = pd.concat([self.judged(), *map(self.judged, self.curators)], ignore_index=True)
        settings = {"lang": self.settings.lang, **settings}
        return side_by_side(people, self.texts, doc_id, self.codebook, judged=judged, **settings)

    def curator_changes(self, coder: str | None = None) -> pd.DataFrame:
        """curator_changes table: what the curators made of each coder's codings, when and why; empty before they
        begin."""
        from toolkit.annotation.curating.curator_changes import curator_changes

        if not any(len(self.judged(who)) for who in self.curators):
            return empty("curator_changes")
        decided = [self.annotations(who) for who in self.curators]
        judged = pd.concat([self.judged(), *map(self.judged, self.curators)], ignore_index=True)
        return curator_changes(
            self.annotations(coder), pd.concat(decided, ignore_index=True), judged.rename(columns={"created": "at"}),
            coder=coder, curators=self.curators,
        )  # fmt: skip

    def feedback(self, coder: str | None = None, lang: str | None = None) -> "CuratorSummary":
        """The same to read, for one coder or all: what was kept, what was changed, by whom and why."""
        from toolkit.annotation.curating.curator_changes import curator_summary

        return curator_summary(self.curator_changes(coder), self.codebook, lang or self.settings.lang)

    def suggestion_outcomes(self) -> pd.DataFrame:
        """What became of the machine's suggestions: a row per suggestion and coder whose item it lies on.

        Columns: those of the suggestions, ``coder`` (``machine`` has the name of who suggested), ``outcome``:
        "accepted", "dismissed", "given" (the coder gave the same code to the same stretch without the suggestion),
        "passed over" (the item is done, the code was not given) or "open".
        """
        from toolkit.annotation.projects.outcomes import suggestion_outcomes

        return suggestion_outcomes(self)

    def _card_(self, lang: str = "en") -> Card:
        facts = {
            "items": len(self.items),
            "unit": self.unit,
            "posts": len(self.posts),
            "codebooks": [f"{book.id} {book.version}" for book in self.settings.codebooks],
            "coders": self.coders,
            "curators": self.curators,
        }
        table = show(self.progress(), ["coder", "assigned", "done", "skipped", "flagged", "codes"], rows=100, lang=lang)
        return card("project", lang, title=self.settings.title, facts=facts, tables=[table])

    def __repr__(self) -> str:
        book = self.settings.codebooks[-1]
        return plain_text(
            f"<annotation project '{self.settings.title}': {len(self.items)} items ({self.unit}) of {len(self.posts)} "
            f"texts, codebook {book.id} {book.version}, coders {', '.join(self.coders)}>"
        )

    def _who(self, coder: str | None) -> list[str]:
        if coder is None:
            return self.coders
        self._known(coder)
        return [coder]

    def _known(self, coder: str) -> None:
        people = (*self.settings.coders, *self.settings.curators)
        if coder not in people:
            raise InputError(f"the project has no coder '{coder}'; {suggestion(coder, people)}")
