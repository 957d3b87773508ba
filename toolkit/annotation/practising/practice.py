"""Practising in the widget: a project of its own in the project's folder, and an answer to everything that is done."""

from pathlib import Path

from toolkit.annotation.practising.feedback import codes_of, feedback, first_answers, practice_words, summary
from toolkit.annotation.practising.sentences import PracticeSet, practice_set
from toolkit.annotation.projects.project import Project, open_project
from toolkit.annotation.record.state import Step
from toolkit.annotation.session import Message, Session
from toolkit.annotation.widget import AnnotationWidget, annotation_widget
from toolkit.display import note_html, plain_text
from toolkit.errors import InputError, suggestion
from toolkit.tables import empty

__all__ = ["NoPractice", "PracticeProject", "PracticeSession", "practice", "practice_summary"]


class PracticeProject(Project):
    """The practice sentences of a project as a project: same codebook, same coders, decisions in ``practice/``."""

    def __init__(self, project: Project, sentences: PracticeSet, lang: str) -> None:
        super().__init__(project.folder)
        own = project.settings
        title = practice_words(lang)["title"].format(project=own.title)
        self._made_of = project, sentences, lang
        self.settings = own.model_copy(
            update={
                "id": f"{own.id}-practice", "title": title, "unit": "sentence", "curators": (), "blind": True,
                "stance_required": bool(project.codebook.stances), "suggestions": None,
            }
        )  # fmt: skip
        self.posts = sentences.posts
        self.items = sentences.items
        self.furniture = empty("furniture")
        self.suggestions = project.suggestions.head(0)
        self.agreed = sentences.agreed

    def again(self) -> "PracticeProject":
        """The same, read from disk anew."""
        project, sentences, lang = self._made_of
        return PracticeProject(project.again(), sentences, lang)

    def queue(self, coder: str) -> list[str]:
        """All sentences, for everybody."""
        self._known(coder)
        return list(self.agreed)

    def log_path(self, coder: str) -> Path:
        """Apart from ``decisions/``: what is practised is nobody's coding."""
        self._known(coder)
        return self.folder / "practice" / f"{coder}.jsonl"


class PracticeSession(Session):
    """A coder's session on practice sentences: stays at an item that is done, and says how it compares."""

    project: PracticeProject

    def _view(self, item: str) -> Message:
        return {**super()._view(item), "feedback": self._feedback(item)}

    def _saved(self, step: Step, line: Message, message: Message) -> Message:
        answer = super()._saved(step, line, message)
        if message.get("do") == "done":
            # what was agreed is read first; the next key goes on
            del answer["next"]
        return {**answer, "feedback": self._feedback(step.item)}

    def _feedback(self, item: str) -> Message | None:
        agreed = self.project.agreed
        if item not in agreed or self.state.item(item).status != "done":
            return None
        book = self.project.codebook
        found = feedback(codes_of(self.state, item), agreed[item], book, self.lang)
        finished = all(self.state.item(one).status for one in agreed)
        answers = first_answers(self._log.lines, str(self._log.path)) if finished else {}
        return {**found, "summary": summary(answers, agreed, book, self.lang) if finished else []}


class NoPractice:
    """Why there is nothing to practise on: one sentence."""

    def __init__(self, text: str, lang: str) -> None:
        self.text, self.lang = text, lang

    def __repr__(self) -> str:
        return plain_text(self.text)

    def _repr_html_(self) -> str:
        return note_html(self.text, lang=self.lang)


def practice(
    folder: str | Path, coder: str, *, lang: str | None = None, take_over: bool = False
) -> "AnnotationWidget | NoPractice":
    """The widget in which a coder practises, with an answer after each sentence.

    Some eighteen sentences with agreed codes are coded as in the work. After each the widget says what was agreed,
    which codes are missing or too many, where the stance differs, why, and which rule of the codebook is behind it;
    after the last what it all came to. What is practised is written to ``practice/<coder>.jsonl`` of the project and
    enters nothing else; whoever comes back goes on where he or she stopped.

    Parameters
    ----------
    folder : of an annotation project.
    coder : one of its coders.
    lang : "es", "it" or "en", of the interface; default: the project's. The sentences are in the languages of the
        project's texts, Spanish or Italian.
    take_over : become the writer even if another window of the same coder is open.

    Returns
    -------
    AnnotationWidget, or :class:`NoPractice` (a sentence that shows itself) where there are no sentences for the
    project's codebook or languages. A project may have sentences of its own in ``practice.yaml``, in the form of the
    bundled file ``data/annotation/practice_cluetrain.yaml``.

    Raises
    ------
    InputError
        for a folder without a project, somebody who is no coder, another language, or a ``practice.yaml`` that cannot
        be used.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, practice
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first"])
    ...     widget = practice(project.folder, "first", lang="es")
    ...     widget.session.close()
    ...     Path(project.folder, "practice").is_dir()
    True
    """
    found = _practice_project(folder, coder, lang)
    if isinstance(found, NoPractice):
        return found
    return annotation_widget(PracticeSession(found, coder, lang=lang, take_over=take_over))


def practice_summary(folder: str | Path, coder: str, *, lang: str | None = None) -> str:
    """How far a coder is with practising, and once all is done what it came to, in sentences.

    Raises :class:`InputError` as :func:`practice` does.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, practice_summary
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first"])
    ...     practice_summary(project.folder, "first")
    'Practice of first: 0 of 18 sentences done.'
    """
    found = _practice_project(folder, coder, lang)
    if isinstance(found, NoPractice):
        return found.text
    lang = lang or found.settings.lang
    answers = first_answers(found.lines(coder), str(found.log_path(coder)))
    done = [item for item in found.agreed if item in answers]
    if len(done) < len(found.agreed):
        return practice_words(lang)["open"].format(coder=coder, done=len(done), n=len(found.agreed))
    return "\n".join(summary(answers, found.agreed, found.codebook, lang))


def _practice_project(folder: str | Path, coder: str, lang: str | None) -> PracticeProject | NoPractice:
    project = open_project(folder)
    if coder not in project.coders:
        raise InputError(f"the project has no coder '{coder}'; {suggestion(coder, project.coders)}")
    lang = lang or project.settings.lang
    say = practice_words(lang)
    sentences = practice_set(project.folder, project.codebook, sorted(set(project.posts["lang"].dropna())))
    if sentences is None:
        return NoPractice(say["not_there"].format(codebook=project.codebook.id), lang)
    if not sentences.agreed:
        return NoPractice(say["not_in_language"], lang)
    return PracticeProject(project, sentences, lang)
